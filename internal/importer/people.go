package importer

import (
	"cmp"
	"context"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/db"
	"dateline/internal/urlpath"
	"dateline/internal/wxr"
)

// person is everything that is stored of an author.
type person struct {
	Login, Slug, Name, First, Last, Email, Bio, Site string
	Also                                             []string // other words of the author's address
	Guest                                            bool
	Number                                           int64
}

// guestAuthor is the post type of Co-Authors Plus's guest authors.
const guestAuthor = "guest-author"

// writePeople stores the users of the files and the guest authors of Co-Authors
// Plus. A guest author that stands for a user adds to the user's profile.
func (r *run) writePeople(ctx context.Context) error {
	list := r.described()
	outcomes := make([]outcome, len(list))
	err := r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for i, d := range list {
			if d.why.Reason != "" {
				continue
			}
			var err error
			if outcomes[i], err = r.storePersonTx(ctx, tx, d.person); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	names := map[string]string{}
	for i, d := range list {
		if d.Number != 0 {
			r.logins[d.Number] = d.Login
		}
		r.report.Kinds[KindAuthor].InFile++
		if d.why.Reason != "" {
			r.report.drop(d.why)
			continue
		}
		r.counted(KindAuthor, outcomes[i])
		name := strings.ToLower(d.Name)
		if other, twice := names[name]; twice && name != "" {
			r.report.decide("authors", "Have the same name; merge them if they are one person.", d.Name+": "+other+", "+d.Login)
		}
		names[name] = d.Login
	}
	return nil
}

// described is an author as a file describes it, or why it is left out.
type described struct {
	person
	why Outcome
}

func (r *run) described() []described {
	var list []described
	at := map[string]int{}
	for _, a := range r.survey.authors {
		d := described{person: person{Login: a.Login, Slug: urlpath.Slug(a.Login), Name: html.UnescapeString(a.DisplayName), First: a.FirstName,
			Last: a.LastName, Email: a.Email, Bio: plainText(a.Description), Number: a.ID}}
		if _, twice := at[a.Login]; twice {
			d.why = Outcome{Kind: KindAuthor, ID: a.Login, Title: a.DisplayName, Line: a.Line, Reason: "given twice in the files"}
		} else {
			at[a.Login] = len(list)
		}
		list = append(list, d)
	}
	guests := map[string]bool{}
	for _, g := range r.survey.guests {
		p, linked := guestOf(g.Item)
		d := described{person: p}
		user, isUser := at[linked]
		switch {
		case guests[p.Login]:
			d.why = Outcome{Kind: KindAuthor, ID: p.Login, Title: p.Name, File: g.file, Line: g.Line, Reason: "given twice in the files"}
		case isUser:
			list[user].person = merged(list[user].person, p)
			d.why = Outcome{Kind: KindAuthor, ID: p.Login, Title: p.Name, File: g.file, Line: g.Line, Reason: "stands for the user " + linked + ", whose profile has it now"}
		}
		guests[p.Login] = true
		list = append(list, d)
	}
	return list
}

// guestOf reads a guest author and the login of the user that it stands for.
func guestOf(it *wxr.Item) (p person, linked string) {
	m := func(key string) string { return strings.TrimSpace(wxr.First(it.Meta, key)) }
	slug := guestSlug(it)
	return person{Login: "guest/" + slug, Slug: slug, Name: cmp.Or(m("cap-display_name"), html.UnescapeString(it.Title)),
		First: m("cap-first_name"), Last: m("cap-last_name"), Email: m("cap-user_email"), Bio: plainText(m("cap-description")),
		Site: webAddress(m("cap-website")), Guest: true}, cmp.Or(m("cap-linked_account"), m("cap-user_login"))
}

// merged is the user with what only the guest author says.
func merged(user, guest person) person {
	user.Name, user.Bio = cmp.Or(guest.Name, user.Name), cmp.Or(user.Bio, guest.Bio)
	user.First, user.Last = cmp.Or(user.First, guest.First), cmp.Or(user.Last, guest.Last)
	user.Email, user.Site = cmp.Or(user.Email, guest.Email), cmp.Or(user.Site, guest.Site)
	if guest.Slug != user.Slug {
		user.Also = append(user.Also, guest.Slug)
	}
	return user
}

// webAddress is an address that a page may link to, or "".
func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

// guestSlug is the address word of a guest author, without the prefix that
// Co-Authors Plus puts before it.
func guestSlug(it *wxr.Item) string {
	return strings.TrimPrefix(cmp.Or(urlpath.Slug(decoded(it.Slug)), urlpath.Slug(it.Title)), "cap-")
}

func (r *run) storePerson(ctx context.Context, p person) error {
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := r.storePersonTx(ctx, tx, p)
		return err
	})
}

func (r *run) storePersonTx(ctx context.Context, tx *db.Tx, p person) (outcome, error) {
	p.Name = cmp.Or(strings.TrimSpace(p.Name), strings.TrimSpace(p.First+" "+p.Last), p.Login, p.Slug)
	p.Slug = cmp.Or(p.Slug, urlpath.Slug(p.Name), "author")
	hash, err := digest(r.Vault.Index("import.person", p.Email), withoutEmail(p))
	if err != nil {
		return isFailed, err
	}
	target := namedID(r.survey.site, "author", p.Login)
	slug, target, err := r.freeWord(ctx, tx, p, target)
	if err != nil {
		return isFailed, err
	}
	r.remember(p, target)
	return r.keep(ctx, tx, KindAuthor, p.Login, hash, target, func(target int64) error {
		r.remember(p, target)
		profile := author.Profile{ID: target, Slug: slug, Name: p.Name, FirstName: p.First, LastName: p.Last, Bio: p.Bio, Guest: p.Guest, Open: true}
		if p.Email != "" {
			profile.EmailSealed = r.Vault.Seal("profile.email", p.Email)
		}
		if p.Site != "" {
			profile.Links = []author.Link{{URL: p.Site}}
		}
		if p.Number != 0 {
			if err := saveKey(ctx, tx, r.survey.site, "number/author", strconv.FormatInt(p.Number, 10), stored{"", target}); err != nil {
				return err
			}
		}
		for _, word := range p.formerWords() {
			if _, err := article.Redirect(ctx, tx, "/author/"+word, article.AddressAuthor, target); err != nil {
				return err
			}
		}
		return author.Save(ctx, tx, profile, r.Clock.Now())
	})
}

// formerWords are other words under which the author's page answered: Co-Authors
// Plus puts "cap-" before them.
func (p person) formerWords() []string {
	words := slices.Clone(p.Also)
	if p.Guest {
		words = append(words, "cap-"+p.Slug)
	}
	return words
}

// freeWord is the address word of a person: the wanted one, unless it belongs
// to another person of the import. A profile that the newsroom made is taken
// for the same person.
func (r *run) freeWord(ctx context.Context, q db.Querier, p person, target int64) (string, int64, error) {
	if was, known, err := storedKey(ctx, q, r.survey.site, KindAuthor, p.Login); err != nil {
		return "", 0, err
	} else if known {
		target = was.target
	}
	for n := 1; ; n++ {
		slug := p.Slug
		if n > 1 {
			slug += "-" + strconv.Itoa(n)
		}
		same, err := author.BySlug(ctx, q, slug)
		if notFound(err) || err == nil && same.ID == target {
			return slug, target, nil
		}
		if err != nil {
			return "", 0, err
		}
		imported, err := isTarget(ctx, q, r.survey.site, KindAuthor, same.ID)
		if err != nil {
			return "", 0, err
		}
		if !imported {
			return slug, same.ID, nil
		}
	}
}

func withoutEmail(p person) person { p.Email = ""; return p }

func (r *run) remember(p person, target int64) {
	r.people[p.Login], r.names[target] = target, p.Name
	for _, word := range append(p.Also, p.Slug) {
		if key := "slug:" + word; r.people[key] == 0 || !p.Guest {
			r.people[key] = target
		}
	}
}

// bylines are the authors of an item: those of Co-Authors Plus in their order,
// else the user who wrote it.
func (r *run) bylines(ctx context.Context, it *wxr.Item) ([]article.Byline, error) {
	var out []article.Byline
	seen := map[int64]bool{}
	add := func(id int64) {
		if id != 0 && !seen[id] {
			seen[id] = true
			out = append(out, article.Byline{Profile: id, Role: "by", Name: r.names[id]})
		}
	}
	for _, t := range it.Terms {
		if t.Taxonomy != "author" {
			continue
		}
		slug := strings.TrimPrefix(cmp.Or(urlpath.Slug(decoded(t.Slug)), urlpath.Slug(t.Name)), "cap-")
		id := cmp.Or(r.people["slug:"+slug], r.people[t.Name])
		if id == 0 && slug != "" {
			if err := r.undescribed(ctx, person{Login: "guest/" + slug, Slug: slug, Name: cmp.Or(t.Name, slug), Guest: true}); err != nil {
				return nil, err
			}
			id = r.people["slug:"+slug]
		}
		add(id)
	}
	if len(out) > 0 || it.Creator == "" {
		return out, nil
	}
	if r.people[it.Creator] == 0 {
		if err := r.undescribed(ctx, person{Login: it.Creator, Slug: urlpath.Slug(it.Creator), Name: it.Creator}); err != nil {
			return nil, err
		}
	}
	add(r.people[it.Creator])
	return out, nil
}

// undescribed stores a person of whom the files tell no more than a name,
// unless an earlier run knew more.
func (r *run) undescribed(ctx context.Context, p person) error {
	if !r.fresh {
		was, known, err := storedKey(ctx, r.DB, r.survey.site, KindAuthor, p.Login)
		if err != nil {
			return err
		}
		if known {
			profile, err := author.ByID(ctx, r.DB, was.target)
			if err == nil {
				r.remember(person{Login: p.Login, Slug: p.Slug, Name: profile.Name}, was.target)
			}
			return err
		}
	}
	r.report.decide("author", "Wrote articles but is not described in the export; complete the profile.", p.Name)
	return r.storePerson(ctx, p)
}
