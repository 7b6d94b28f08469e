package outline

import (
	"cmp"
	"context"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/settings"
)

// AuthorRow is an author as the desk lists it.
type AuthorRow struct {
	author.Profile
	Address string
	Count   int64 // public articles
	Leaving bool  // being merged or deleted
}

// AuthorInput is what a person says of an author. Word "" makes one from the
// name, or keeps the one that the profile has. Email is sealed and never shown
// to readers.
type AuthorInput struct {
	ID      int64
	Name    string
	Word    string
	Role    string
	Bio     string
	Picture int64
	Links   []author.Link
	Email   string
	Guest   bool
	Open    bool
	Person  int64 // account whose own articles carry this byline
}

// profilePurpose is what a profile's mail address is sealed for.
const profilePurpose = "profile.email"

// mostLinks is how many links a profile may have.
const mostLinks = 10

// SaveAuthor adds or changes an author's profile; a former address leads on.
func (s *Service) SaveAuthor(ctx context.Context, actor account.Actor, in AuthorInput) (saved author.Profile, err error) {
	err = s.write(ctx, actor, account.Editor, "change authors", func(ctx context.Context, tx *db.Tx) (deed, error) {
		verb, p := "change", author.Profile{ID: newID()}
		word := in.Word
		if in.ID != 0 {
			if p, err = s.author(ctx, tx, in.ID); err != nil {
				return deed{}, err
			}
			word = cmp.Or(strings.TrimSpace(word), p.Slug)
		} else {
			verb = "add"
		}
		was := p.Slug
		if err := s.fillAuthor(ctx, tx, &p, in); err != nil {
			return deed{}, err
		}
		if p.Slug, err = wordOf(word, p.Name); err != nil {
			return deed{}, err
		}
		if other, err := author.BySlug(ctx, tx, p.Slug); err == nil && other.ID != p.ID {
			return deed{}, fault.New(fault.Conflict, "the author %q has the address word %q already", other.Name, p.Slug).WithHint("merge the two, or choose another address word")
		} else if err != nil && !fault.Is(err, fault.NotFound) {
			return deed{}, err
		}
		site, err := settings.Read(ctx, tx)
		if err != nil {
			return deed{}, err
		}
		if err := author.Save(ctx, tx, p, s.clock.Now()); err != nil {
			return deed{}, err
		}
		if err := author.SetPerson(ctx, tx, p.ID, in.Person); err != nil {
			return deed{}, err
		}
		saved = p
		return deed{verb, "author", p.ID, map[string]any{"name": p.Name, "word": p.Slug}},
			s.movesTo(ctx, tx, site, article.ScopeAuthor, p.ID, was, p.Slug)
	})
	return saved, err
}

// fillAuthor puts what was said into a profile.
func (s *Service) fillAuthor(ctx context.Context, tx *db.Tx, p *author.Profile, in AuthorInput) error {
	p.Name, p.Role, p.Bio = strings.TrimSpace(in.Name), strings.TrimSpace(in.Role), strings.TrimSpace(in.Bio)
	p.Guest, p.Open = in.Guest, in.Open
	links, err := authorLinks(in.Links)
	if err != nil {
		return err
	}
	p.Links = links
	switch email := strings.TrimSpace(in.Email); {
	case email == "":
		p.EmailSealed = ""
	default:
		if a, err := mail.ParseAddress(email); err != nil || a.Name != "" || a.Address != email {
			return fault.New(fault.Invalid, "%q is no e-mail address", email)
		}
		if was, err := s.vault.Open(profilePurpose, p.EmailSealed); err != nil || was != email {
			p.EmailSealed = s.vault.Seal(profilePurpose, email)
		}
	}
	if in.Picture != 0 && in.Picture != p.Picture {
		m, err := s.media.Get(ctx, tx, in.Picture)
		if fault.Is(err, fault.NotFound) || err == nil && m.Kind != media.KindImage {
			return fault.New(fault.Invalid, "there is no picture %d in the library", in.Picture).WithHint("take the number from the picture's page in Media")
		}
		if err != nil {
			return err
		}
		if err := s.media.Public(ctx, tx, []int64{in.Picture}); err != nil {
			return err
		}
	}
	p.Picture = in.Picture
	return nil
}

func authorLinks(in []author.Link) ([]author.Link, error) {
	var out []author.Link
	for _, l := range in {
		l = author.Link{Label: strings.TrimSpace(l.Label), URL: strings.TrimSpace(l.URL)}
		if l.URL == "" {
			continue
		}
		u, err := url.Parse(l.URL)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
			return nil, fault.New(fault.Invalid, "%q is no address of a page", l.URL).WithHint("write it whole, from https:// on")
		}
		out = append(out, l)
	}
	if len(out) > mostLinks {
		return nil, fault.New(fault.Invalid, "an author has at most %d links", mostLinks)
	}
	return out, nil
}

// author reads a profile that may be changed.
func (s *Service) author(ctx context.Context, tx *db.Tx, id int64) (author.Profile, error) {
	p, err := author.ByID(ctx, tx, id)
	if err != nil {
		return p, err
	}
	return p, staying(ctx, tx, article.ScopeAuthor, id, "%q is being merged or deleted", p.Name)
}

// AuthorEmail opens the mail address of a profile for an editor.
func (s *Service) AuthorEmail(actor account.Actor, p author.Profile) (string, error) {
	if err := actor.Require(account.Editor, "see authors' addresses"); err != nil || p.EmailSealed == "" {
		return "", err
	}
	return s.vault.Open(profilePurpose, p.EmailSealed)
}

// MergeAuthors makes the articles and comments of some authors those of another.
// Bylines keep the names under which they were published.
func (s *Service) MergeAuthors(ctx context.Context, actor account.Actor, into int64, from []int64) error {
	from = slices.Compact(slices.Sorted(slices.Values(from)))
	from = slices.DeleteFunc(from, func(id int64) bool { return id == into })
	return s.write(ctx, actor, account.Editor, "merge authors", func(ctx context.Context, tx *db.Tx) (deed, error) {
		if len(from) == 0 || len(from) > mostMerged {
			return deed{}, fault.New(fault.Invalid, "choose the author to keep").WithHint("at most %d go at once", mostMerged)
		}
		keep, err := s.author(ctx, tx, into)
		if err != nil {
			return deed{}, err
		}
		site, err := settings.Read(ctx, tx)
		if err != nil {
			return deed{}, err
		}
		var names []string
		for _, id := range from {
			p, err := s.author(ctx, tx, id)
			if err != nil {
				return deed{}, err
			}
			names = append(names, p.Name)
			if p.Person != 0 && keep.Person == 0 {
				keep.Person = p.Person
				if err := author.SetPerson(ctx, tx, into, p.Person); err != nil {
					return deed{}, err
				}
			}
			tx.Purge(db.Key("author", id))
			if err := article.DissolveTx(ctx, tx, article.Dissolve{Kind: article.ScopeAuthor, Old: id, To: into, Paths: listPaths(site, article.ScopeAuthor, p.Slug)}); err != nil {
				return deed{}, err
			}
		}
		return deed{"merge", "author", into, map[string]any{"kept": keep.Name, "merged": strings.Join(names, ", ")}}, nil
	})
}

// DeleteAuthor removes a profile. Bylines keep its name without a link; its
// addresses lead to lead, or to nothing for "".
func (s *Service) DeleteAuthor(ctx context.Context, actor account.Actor, id int64, lead string) error {
	return s.write(ctx, actor, account.Editor, "delete authors", func(ctx context.Context, tx *db.Tx) (deed, error) {
		p, err := s.author(ctx, tx, id)
		if err != nil {
			return deed{}, err
		}
		site, err := settings.Read(ctx, tx)
		if err != nil {
			return deed{}, err
		}
		paths := listPaths(site, article.ScopeAuthor, p.Slug)
		if lead = strings.TrimSpace(lead); lead != "" {
			if lead, err = s.leadsFrom(ctx, tx, paths, lead); err != nil {
				return deed{}, err
			}
		}
		if err := author.SetPerson(ctx, tx, id, 0); err != nil {
			return deed{}, err
		}
		tx.Purge(db.Key("author", id))
		return deed{"delete", "author", id, map[string]any{"name": p.Name, "leads_to": lead}},
			article.DissolveTx(ctx, tx, article.Dissolve{Kind: article.ScopeAuthor, Old: id, Lead: lead, Paths: paths})
	})
}

// Authors returns authors by name: those that match text, or a page after one,
// and where the next page begins, 0 for none.
func (s *Service) Authors(ctx context.Context, text string, after int64, limit int) (rows []AuthorRow, next int64, err error) {
	var found []author.Profile
	if strings.TrimSpace(text) != "" {
		found, err = author.Search(ctx, s.db, text, limit)
	} else {
		found, err = author.From(ctx, s.db, after, limit+1)
		if len(found) > limit {
			found = found[:limit]
			next = found[limit-1].ID
		}
	}
	if err != nil {
		return nil, 0, err
	}
	for _, p := range found {
		row, err := s.authorRow(ctx, p)
		if err != nil {
			return nil, 0, err
		}
		rows = append(rows, row)
	}
	return rows, next, nil
}

// Author returns one author as the desk shows it.
func (s *Service) Author(ctx context.Context, id int64) (AuthorRow, error) {
	p, err := author.ByID(ctx, s.db, id)
	if err != nil {
		return AuthorRow{}, err
	}
	return s.authorRow(ctx, p)
}

func (s *Service) authorRow(ctx context.Context, p author.Profile) (row AuthorRow, err error) {
	site, err := s.settings.Site(ctx)
	if err != nil {
		return row, err
	}
	row = AuthorRow{Profile: p, Address: ListPath(site, article.ScopeAuthor, p.Slug)}
	if row.Count, err = s.public.Count(ctx, article.ScopeAuthor, p.ID); err != nil {
		return row, err
	}
	row.Leaving, err = article.Dissolving(ctx, s.db, article.ScopeAuthor, p.ID)
	return row, err
}

// People returns who of the newsroom a profile may be linked to.
func (s *Service) People(ctx context.Context, actor account.Actor) ([]account.Named, error) {
	if err := actor.Require(account.Editor, "link authors to accounts"); err != nil {
		return nil, err
	}
	return account.Names(ctx, s.db)
}
