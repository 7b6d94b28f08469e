// Package locate finds the article that answers at an address, as a reader with
// an old link would: by the address table, then by the router.
package locate

import (
	"context"
	"net/url"
	"strings"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/settings"
	"dateline/internal/urlpath"
)

// Ask asks the real router for an address and returns its answer.
type Ask func(ctx context.Context, address string) (status int, location string, err error)

// hops is how many redirects are followed to find an article.
const hops = 4

// Finder finds articles. It remembers every answer: make one for a run of work.
type Finder struct {
	q     db.Querier
	ask   Ask
	hosts map[string]bool // of this site, without "www."
	front int64           // the standing page at "/", 0 for the news front
	known map[string]Found
}

// New returns a finder for the site with that origin and those settings. more
// are further hosts of the site.
func New(q db.Querier, ask Ask, origin string, conf settings.Site, more ...string) *Finder {
	return &Finder{q: q, ask: ask, hosts: Hosts(origin, conf, more...), front: conf.FrontPage, known: map[string]Found{}}
}

// Hosts are those of a site, as Host folds them.
func Hosts(origin string, conf settings.Site, more ...string) map[string]bool {
	hosts := map[string]bool{}
	for _, address := range append([]string{origin, conf.SourceURL}, more...) {
		if !strings.Contains(address, "//") {
			address = "//" + address
		}
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			hosts[Host(u.Hostname())] = true
		}
	}
	return hosts
}

// Found is an article, or why there is none.
type Found struct {
	Article int64
	Why     string
}

// Why no article was found.
const (
	whyNoAddress = "no address is given"
	whyFront     = "the front page takes no comments"
	whyNothing   = "no article answers there"
)

// Of finds the article of the first address that has one; for none it says why,
// with the address that people will recognise.
func (f *Finder) Of(ctx context.Context, addresses []string) (Found, string, error) {
	first, name := Found{Why: whyNoAddress}, ""
	for _, address := range addresses {
		address = strings.TrimSpace(address)
		if address == "" {
			continue
		}
		one, err := f.At(ctx, address)
		if err != nil || one.Article != 0 {
			return one, address, err
		}
		if name == "" {
			first, name = one, address
		}
	}
	return first, name, nil
}

// At finds the article of one address.
func (f *Finder) At(ctx context.Context, address string) (Found, error) {
	if one, ok := f.known[address]; ok {
		return one, nil
	}
	one, err := f.search(ctx, address)
	if err == nil {
		f.known[address] = one
	}
	return one, err
}

func (f *Finder) search(ctx context.Context, address string) (Found, error) {
	u, host, ok := parse(address)
	switch {
	case !ok:
		return Found{Why: "not an address of a page"}, nil
	case host != "" && !f.hosts[host]:
		return Found{Why: WhyOther + host}, nil
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if key := urlpath.Key(path); key != "/" && key != "/index.php" && key != "" {
		if id, err := f.articleAt(ctx, key); id != 0 || err != nil {
			return Found{Article: id}, err
		}
	} else if u.RawQuery == "" && key == "/" {
		if f.front != 0 {
			return Found{Article: f.front}, nil
		}
		return Found{Why: whyFront}, nil
	}
	return f.follow(ctx, path, u.RawQuery)
}

// WhyOther begins the reason for addresses of other sites.
const WhyOther = "on another site: "

// parse reads an address, a path, or what lacks only its scheme.
func parse(address string) (u *url.URL, host string, ok bool) {
	if len(address) > 4096 {
		return nil, "", false
	}
	if first, _, _ := strings.Cut(address, "/"); !strings.HasPrefix(address, "/") && !strings.Contains(address, "://") && strings.Contains(first, ".") {
		address = "//" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Opaque != "" || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" || u.Host == "" && !strings.HasPrefix(u.Path, "/") {
		return nil, "", false
	}
	return u, Host(u.Hostname()), true
}

// Host folds the spellings of a site's host.
func Host(host string) string {
	return strings.TrimPrefix(strings.TrimSuffix(strings.ToLower(host), "."), "www.")
}

// articleAt returns the article that the address table has for a key, 0 for
// none. One that was withdrawn keeps its comments, though nobody sees them.
func (f *Finder) articleAt(ctx context.Context, key string) (int64, error) {
	a, err := article.LookUp(ctx, f.q, key)
	switch {
	case fault.Is(err, fault.NotFound):
		return 0, nil
	case err != nil:
		return 0, err
	case a.Kind == article.AddressArticle, a.Of == article.AddressArticle && a.Location == "":
		return a.Target, nil
	}
	return 0, nil
}

// follow asks the router, as a reader with an old link would: that knows
// numbered addresses, the folder of the old site, endings such as
// /comment-page-2/ and nearly right addresses.
func (f *Finder) follow(ctx context.Context, path, query string) (Found, error) {
	for range hops {
		address := path
		if query != "" {
			address += "?" + query
		}
		status, location, err := f.ask(ctx, address)
		if err != nil {
			return Found{}, err
		}
		if status == 200 {
			return f.standing(ctx, path)
		}
		next, err := url.Parse(location)
		if status < 300 || status > 399 || err != nil || next.Host != "" {
			break
		}
		path, query = next.EscapedPath(), next.RawQuery
		if id, err := f.articleAt(ctx, urlpath.Key(path)); id != 0 || err != nil {
			return Found{Article: id}, err
		}
		if path == "/" && query == "" {
			return Found{Why: whyFront}, nil
		}
	}
	return Found{Why: whyNothing}, nil
}

// standing finds the article of a page of its own, such as its second part.
func (f *Finder) standing(ctx context.Context, path string) (Found, error) {
	key := urlpath.Key(path)
	for range 3 {
		if id, err := f.articleAt(ctx, key); id != 0 || err != nil {
			return Found{Article: id}, err
		}
		cut := strings.LastIndexByte(key, '/')
		if cut <= 0 {
			break
		}
		key = key[:cut]
	}
	return Found{Why: "a page that takes no comments"}, nil
}
