// Package siteweb puts the reader's site on the web: its routes, and the
// cookie that remembers which protected articles a reader has unlocked.
package siteweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/mention"
	"dateline/internal/preview"
	"dateline/internal/quote"
	"dateline/internal/site"
	"dateline/internal/subscriber"
	"dateline/internal/vault"
	"dateline/internal/view"
	"dateline/internal/web"
)

// UnlockCookie is the prefix of the cookies that make a request personal: one
// for each protected article.
const UnlockCookie = "dateline-unlocked-"

// unlockedFor is how long a password once given is remembered, as in WordPress.
const unlockedFor = 10 * 24 * time.Hour

// Parts are what the routes need.
type Parts struct {
	Site  *site.Site
	Views *view.Engine
	Vault *vault.Vault
	Clock clock.Clock

	Articles *article.Service
	Previews *preview.Service
	Readers  *subscriber.Service
	Talk     Conversation // nil for a site that takes no comments
	DB       *db.DB
	Live     *site.Hub
	Scripts  []view.Asset // of pages with comments, of sign-ups that need work, and of the search page
	Origin   func() string
}

// Routes returns the routes of the reader's site.
func Routes(p Parts) []web.Route {
	front := []string{"/", "/index.php"}
	query := web.ParamsAt(front, "s", "feed", "p", "page_id", "attachment_id", "cat", "tag_id", "author", "name", "pagename",
		"category_name", "tag", "author_name", "m")
	query = append(query, web.ParamsAt([]string{"/search/", "/search/feed/", "/search/feed/atom/", "/search/feed/json/"},
		"q", "sort", "section", "author", "year", "tag", "page")...)
	query = append(query, web.ParamsAt([]string{quote.Base}, "words", "speaker", "before")...)
	query = append(query, web.Params("wrong")...)
	return append(append(newsletterRoutes(p, query), talkRoutes(p)...), []web.Route{
		{Name: "page", Methods: []string{"GET"}, Pattern: "/{path...}", Role: web.Anyone, Rate: web.RateReading, Cache: web.CachePages,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Query: query, Page: p.page},
		{Name: "search", Methods: []string{"GET"}, Pattern: "/search/", Role: web.Anyone, Rate: web.RateSearch, Cache: web.CachePages,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Query: query, Page: p.page},
		{Name: "quotes", Methods: []string{"GET"}, Pattern: quote.Base, Role: web.Anyone, Rate: web.RateSearch, Cache: web.CachePages,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Query: query, Page: p.page},
		{Name: "search feed", Methods: []string{"GET"}, Pattern: "/search/feed/{kind...}", Role: web.Anyone, Rate: web.RateSearch, Cache: web.CachePages,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Query: query, Page: p.page},
		{Name: "search suggestions", Methods: []string{"GET"}, Pattern: site.SuggestPath, Role: web.Anyone, Rate: web.RateTyping, Cache: web.CacheNone,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Query: web.Params("q"), Handle: p.suggest},
		// Where other sites tell of their links, visitors get what they would
		// without that.
		{Name: "page of webmentions", Methods: []string{"GET"}, Pattern: mention.Path, Role: web.Anyone, Rate: web.RateReading, Cache: web.CachePages,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Page: p.page},
		{Name: "page of pingbacks", Methods: []string{"GET"}, Pattern: mention.PingbackPath, Role: web.Anyone, Rate: web.RateReading, Cache: web.CachePages,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Page: p.page},
		{Name: "unlock", Methods: []string{"POST"}, Pattern: "/{path...}", Role: web.Anyone, Rate: web.RatePassword, Cache: web.CacheNone,
			Body: 8 << 10, CSRF: web.CSRFSameOrigin, Handle: p.unlock},
		{Name: "asset", Methods: []string{"GET"}, Pattern: view.AssetPrefix + "{path...}", Role: web.Anyone, Rate: web.RateReading, Cache: web.CachePages,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Page: p.asset},
		{Name: "share image", Methods: []string{"GET"}, Pattern: "/share/{name}", Role: web.Anyone, Rate: web.RateReading, Cache: web.CachePages,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Page: p.shareImage},
		{Name: "preview link", Methods: []string{"GET"}, Pattern: "/preview/{token}", Role: web.Anyone, Rate: web.RateSearch, Cache: web.CacheNone,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Query: web.Params("part"), Handle: p.preview},
		{Name: "health", Methods: []string{"GET"}, Pattern: "/healthz", Role: web.Anyone, Rate: web.RateReading, Cache: web.CacheNone,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Handle: p.health},
	}...)
}

func (p Parts) page(ctx context.Context, ask web.Ask) (web.Response, error) {
	question := site.Ask{Path: ask.Path, Query: ask.Query}
	if ask.Request != nil {
		question.Unlocked = func(article int64) bool { return p.unlocked(ask.Request.HTTP, article) }
	}
	a, err := p.Site.Answer(ctx, question)
	if err != nil {
		return web.Response{}, err
	}
	return p.response(a), nil
}

// response is an answer with the policy of its page: it may load its one script,
// by its exact address, and most have none.
func (p Parts) response(a site.Answer) web.Response {
	out := response(a)
	if a.Script != "" {
		out.Policy = &web.Policy{Styles: []string{p.Views.Stylesheet()}, Scripts: []string{a.Script}, Trusted: []string{"'none'"}}
	}
	return out
}

// ScriptURL is the exact address of a script's present content, "" for none.
func ScriptURL(script view.Asset) string {
	if script.Hash == "" {
		return ""
	}
	return view.AssetPrefix + script.Hash + "/" + script.Name
}

func response(a site.Answer) web.Response {
	resp := web.Response{Status: a.Status, ContentType: a.ContentType, Body: a.Body, Location: a.Location, Keys: a.Keys, MaxAge: a.MaxAge,
		Expires: a.Expires, Private: a.Private, NoIndex: a.NoIndex}
	if a.Webmention != "" || a.Pingback != "" {
		resp.Header = http.Header{}
	}
	if a.Webmention != "" {
		resp.Header.Set("Link", "<"+a.Webmention+">; rel=\"webmention\"")
	}
	if a.Pingback != "" {
		resp.Header.Set("X-Pingback", a.Pingback)
	}
	return resp
}

// ErrorPage is the site's page for a problem of the web layer.
func ErrorPage(s *site.Site) func(context.Context, web.Problem) web.Response {
	return func(ctx context.Context, p web.Problem) web.Response {
		a, err := s.Problem(ctx, p.Status, p.ID)
		if err != nil {
			return web.Response{}
		}
		return response(a)
	}
}

// unlock checks the password of a protected article and remembers it.
func (p Parts) unlock(r *web.Request) (web.Response, error) {
	id, hash, err := p.Site.Protected(r.HTTP.Context(), r.Path)
	if err != nil {
		return web.Response{}, err
	}
	if err := r.HTTP.ParseForm(); err != nil {
		return web.Response{}, fault.New(fault.Invalid, "the form could not be read: %w", err)
	}
	if !p.Vault.CheckPassword(hash, r.HTTP.PostForm.Get("password")) {
		return web.Response{Status: http.StatusSeeOther, Location: r.Path + "?wrong=1"}, nil
	}
	cookie := &http.Cookie{Name: UnlockCookie + strconv.FormatInt(id, 36), Path: "/", HttpOnly: true, Secure: r.Secure, SameSite: http.SameSiteLaxMode,
		MaxAge: int(unlockedFor / time.Second), Value: p.Vault.Sign(purpose, token(id, hash), p.Clock.Now().Add(unlockedFor))}
	return web.Response{Status: http.StatusSeeOther, Location: r.Path, Header: http.Header{"Set-Cookie": {cookie.String()}}}, nil
}

const purpose = "unlock"

// token ties a cookie to the article and its present password.
func token(id int64, hash string) string { return strconv.FormatInt(id, 36) + "." + hash }

func (p Parts) unlocked(r *http.Request, id int64) bool {
	cookie, err := r.Cookie(UnlockCookie + strconv.FormatInt(id, 36))
	if err != nil {
		return false
	}
	value, err := p.Vault.Verify(purpose, cookie.Value, p.Clock.Now())
	if err != nil {
		return false
	}
	hash, err := p.Site.PasswordHash(r.Context(), id)
	return err == nil && value == token(id, hash)
}

// Opens tells whether the reader has unlocked an article that shows a medium, or
// follows a preview link to one.
func (p Parts) Opens(r *http.Request, medium int64) bool {
	if p.guest(r, medium) {
		return true
	}
	for _, cookie := range r.Cookies() {
		name, ours := strings.CutPrefix(cookie.Name, UnlockCookie)
		if !ours {
			continue
		}
		id, err := strconv.ParseInt(name, 36, 64)
		if err != nil || !p.unlocked(r, id) {
			continue
		}
		if shows, err := p.Site.ShowsMedium(r.Context(), id, medium); err == nil && shows {
			return true
		}
	}
	return false
}

func (p Parts) asset(_ context.Context, ask web.Ask) (web.Response, error) {
	a, ok := p.Views.Asset(ask.Path)
	for _, script := range p.Scripts {
		rest, of := strings.CutSuffix(strings.TrimPrefix(ask.Path, view.AssetPrefix), "/"+script.Name)
		if !ok && of && script.Hash != "" && !strings.Contains(rest, "/") {
			a, ok = script, true
			a.Current = rest == script.Hash
		}
	}
	if !ok {
		return web.Response{}, fault.New(fault.NotFound, "the theme has no such file")
	}
	return web.Response{ContentType: a.Type, Body: a.Body, Keys: []string{"site"}, Immutable: a.Current}, nil
}

func (p Parts) shareImage(ctx context.Context, ask web.Ask) (web.Response, error) {
	id, _, ok := strings.Cut(strings.TrimSuffix(ask.Vars["name"], ".png"), "-")
	n, err := strconv.ParseInt(id, 10, 64)
	if !ok || err != nil {
		return web.Response{}, fault.New(fault.NotFound, "no such picture")
	}
	a, err := p.Site.ShareImage(ctx, n, ask.Path)
	if err != nil {
		return web.Response{}, err
	}
	out := response(a)
	out.Immutable = a.Status == http.StatusOK
	return out, nil
}

// health says that the server answers; a balancer may ask.
// suggest answers a browser's search box.
func (p Parts) suggest(r *web.Request) (web.Response, error) {
	body, err := p.Site.Suggest(r.HTTP.Context(), r.Query.Get("q"))
	return web.Response{ContentType: "application/x-suggestions+json; charset=utf-8", Body: body, NoIndex: true}, err
}

func (p Parts) health(*web.Request) (web.Response, error) {
	return web.Response{ContentType: "text/plain; charset=utf-8", Body: []byte("ok\n")}, nil
}
