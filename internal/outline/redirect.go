package outline

import (
	"context"
	"database/sql"
	"net/url"
	"strings"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
)

// Redirect is one address that leads elsewhere.
type Redirect struct {
	From string // the path under which it is looked up
	To   string // where it leads now; "" when nobody may see that
	Of   string // the kind of thing that it follows, "" for one made by hand
}

// redirectScan is how many redirects a search looks at before it asks to go on.
const redirectScan = 20000

// Redirects returns up to limit redirects after an address, in order, that have
// text in either address, and where to go on: "" at the end. A search may return
// fewer than there are beyond that place.
func (s *Service) Redirects(ctx context.Context, text, after string, limit int) (found []Redirect, next string, err error) {
	text = strings.ToLower(strings.TrimSpace(text))
	site, err := s.settings.Site(ctx)
	if err != nil {
		return nil, "", err
	}
	const batch = 500
	for seen := 0; seen < redirectScan; {
		rows, err := s.db.Query(ctx, `SELECT path_key, kind, target_id, location, detail FROM address
			WHERE kind = 'redirect' AND path_key > $1 ORDER BY path_key LIMIT $2`, after, batch)
		part, err := db.All(rows, err, func(r *sql.Rows) (a article.Address, err error) {
			return a, r.Scan(&a.Key, &a.Kind, &a.Target, &a.Location, &a.Of)
		})
		if err != nil {
			return nil, "", err
		}
		for _, a := range part {
			after, seen = a.Key, seen+1
			if text != "" && !strings.Contains(a.Key, text) && !strings.Contains(strings.ToLower(a.Location), text) {
				continue
			}
			if len(found) == limit {
				return found, found[limit-1].From, nil
			}
			r := Redirect{From: a.Key, To: a.Location, Of: a.Of}
			if a.Location == "" {
				if r.To, err = s.pathOf(ctx, site, a.Of, a.Target); err != nil {
					return nil, "", err
				}
			}
			found = append(found, r)
		}
		if len(part) < batch {
			return found, "", nil
		}
	}
	return found, after, nil
}

// pathOf is where a thing is now, "" when it is hidden or gone.
func (s *Service) pathOf(ctx context.Context, site settings.Site, kind string, id int64) (string, error) {
	path, err := s.ownPath(ctx, site, kind, id)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return path, err
}

func (s *Service) ownPath(ctx context.Context, site settings.Site, kind string, id int64) (string, error) {
	switch kind {
	case article.AddressArticle:
		a, _, err := s.public.Read(ctx, id)
		return urlpath.Escape(a.Path), err
	case article.AddressSection:
		sec, err := taxonomy.SectionByID(ctx, s.db, id)
		return ListPath(site, kind, sec.Path), err
	case article.AddressTag:
		t, err := taxonomy.TagByID(ctx, s.db, id)
		return ListPath(site, kind, t.Slug), err
	case article.AddressAuthor:
		p, err := author.ByID(ctx, s.db, id)
		return ListPath(site, kind, p.Slug), err
	case article.AddressAttachment:
		return article.AttachmentPath(ctx, s.db, id)
	}
	return "", nil
}

// AddRedirect makes an address of this site lead to another: an own path or one
// elsewhere. Addresses at which something answers are refused.
func (s *Service) AddRedirect(ctx context.Context, actor account.Actor, from, to string) error {
	return s.write(ctx, actor, account.Editor, "change redirects", func(ctx context.Context, tx *db.Tx) (deed, error) {
		r, err := s.checkRedirect(ctx, tx, from, to)
		if err != nil {
			return deed{}, err
		}
		return deed{"add", "redirect", 0, map[string]any{"from": r.From, "to": r.To}}, putRedirect(ctx, tx, r)
	})
}

func putRedirect(ctx context.Context, tx *db.Tx, r Redirect) error {
	return article.SetAddress(ctx, tx, article.Address{Key: r.From, Kind: article.AddressRedirect, Location: r.To})
}

// checkRedirect returns a redirect as it is kept, or what is wrong with it.
func (s *Service) checkRedirect(ctx context.Context, q db.Querier, from, to string) (Redirect, error) {
	key, err := redirectKey(from)
	if err != nil {
		return Redirect{}, err
	}
	if err := s.free(ctx, q, key); err != nil {
		return Redirect{}, err
	}
	to, err = s.leadsFrom(ctx, q, []string{key}, to)
	return Redirect{From: key, To: to}, err
}

// redirectKey is the address that a redirect is looked up at.
func redirectKey(from string) (string, error) {
	from = strings.TrimSpace(from)
	u, err := url.Parse(from)
	if err != nil || from == "" {
		return "", badSource(from)
	}
	if u.RawQuery != "" {
		return "", fault.New(fault.Invalid, "%q has a query: redirects look at the path only", from).WithHint("leave out what begins with the question mark")
	}
	path := u.EscapedPath()
	if u.Host == "" && !strings.HasPrefix(path, "/") {
		return "", badSource(from)
	}
	switch key := urlpath.Key(path); {
	case key == "":
		return "", badSource(from)
	case key == "/":
		return "", fault.New(fault.Invalid, "the front page cannot lead elsewhere")
	case article.Reserved(key), machine[strings.SplitN(key, "/", 3)[1]], strings.HasPrefix(key, "/wp-content/uploads/"):
		return "", fault.New(fault.Invalid, "%s belongs to Dateline itself", key)
	default:
		return key, nil
	}
}

// machine are first segments, besides those no article can have, at which
// Dateline answers before it looks for a redirect.
var machine = map[string]bool{"feeds": true, "robots.txt": true, "sitemap.xml": true, "sitemaps": true, "opensearch.xml": true,
	"manifest.webmanifest": true, "favicon.ico": true, ".well-known": true, "security.txt": true}

func badSource(from string) error {
	return fault.New(fault.Invalid, "%q is no address of this site", from).WithHint("write a path such as /old-page/")
}

// free tells what answers at an address already, unless it is a redirect made by
// hand.
func (s *Service) free(ctx context.Context, q db.Querier, key string) error {
	at, err := article.LookUp(ctx, q, key)
	switch {
	case fault.Is(err, fault.NotFound):
		return s.noListAt(ctx, q, key)
	case err != nil:
		return err
	case at.Kind == article.AddressRedirect && at.Location != "":
		return nil
	case at.Kind == article.AddressRedirect:
		return fault.New(fault.Conflict, "%s is a former address that leads to its %s already", key, at.Of).WithHint("delete that redirect first if it shall lead elsewhere")
	}
	return fault.New(fault.Conflict, "a living page (%s) answers at %s", at.Kind, key).WithHint("withdraw or move it first, or choose another address")
}

// noListAt refuses the computed addresses of lists.
func (s *Service) noListAt(ctx context.Context, q db.Querier, key string) error {
	site, err := s.settings.Site(ctx)
	if err != nil {
		return err
	}
	for _, kind := range []string{article.ScopeSection, article.ScopeTag, article.ScopeAuthor} {
		word, ok := strings.CutPrefix(key, urlpath.Key("/"+bases(site, kind)[0])+"/")
		if !ok {
			continue
		}
		switch kind {
		case article.ScopeSection:
			_, err = taxonomy.SectionByPath(ctx, q, word)
		case article.ScopeTag:
			_, err = taxonomy.TagBySlug(ctx, q, word)
		default:
			_, err = author.BySlug(ctx, q, word)
		}
		if err == nil {
			return fault.New(fault.Conflict, "the page of a %s answers at %s", kind, key).WithHint("merge, delete or rename it first, or choose another address")
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// DeleteRedirect makes nothing answer at an address that led elsewhere. It
// leaves everything but redirects alone.
func (s *Service) DeleteRedirect(ctx context.Context, actor account.Actor, from string) error {
	return s.write(ctx, actor, account.Editor, "delete redirects", func(ctx context.Context, tx *db.Tx) (deed, error) {
		at, err := article.LookUp(ctx, tx, from)
		if fault.Is(err, fault.NotFound) || err == nil && at.Kind != article.AddressRedirect {
			return deed{}, fault.New(fault.NotFound, "there is no redirect at %s", from)
		}
		if err != nil {
			return deed{}, err
		}
		return deed{"delete", "redirect", 0, map[string]any{"from": from, "to": at.Location}}, article.RemoveAddress(ctx, tx, from)
	})
}

// leadsFrom checks where some addresses are to lead and returns it as it is
// kept: an own path or an absolute address.
func (s *Service) leadsFrom(ctx context.Context, q db.Querier, from []string, to string) (string, error) {
	to = strings.TrimSpace(to)
	u, err := url.Parse(to)
	if err != nil || to == "" || strings.ContainsAny(to, " \t\r\n\\") {
		return "", badTarget(to)
	}
	if u.Scheme != "" || u.Host != "" {
		if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
			return "", badTarget(to)
		}
		return u.String(), nil
	}
	key := urlpath.Key(u.EscapedPath())
	if !strings.HasPrefix(to, "/") || key == "" {
		return "", badTarget(to)
	}
	for _, path := range from {
		if urlpath.Key(path) == key {
			return "", fault.New(fault.Invalid, "%s would lead to itself", path)
		}
	}
	return u.String(), s.noLoop(ctx, q, from, key)
}

func badTarget(to string) error {
	return fault.New(fault.Invalid, "%q is nothing an address can lead to", to).WithHint("write a path of this site such as /world/, or a whole address that begins with https://")
}

// mostHops is how far a chain of redirects is followed.
const mostHops = 10

// noLoop follows what the target leads to, so that nobody is led in a circle.
func (s *Service) noLoop(ctx context.Context, q db.Querier, from []string, key string) error {
	for range mostHops {
		at, err := article.LookUp(ctx, q, key)
		if fault.Is(err, fault.NotFound) || err == nil && (at.Kind != article.AddressRedirect || at.Location == "") {
			return nil
		}
		if err != nil {
			return err
		}
		u, err := url.Parse(at.Location)
		if err != nil || u.Host != "" {
			return nil
		}
		key = urlpath.Key(u.EscapedPath())
		for _, path := range from {
			if urlpath.Key(path) == key {
				return fault.New(fault.Conflict, "that would lead in a circle: %s leads back to %s", at.Key, path).WithHint("delete or change the redirect at %s first", at.Key)
			}
		}
	}
	return fault.New(fault.Conflict, "that leads through more than %d redirects", mostHops).WithHint("lead to the last address at once")
}
