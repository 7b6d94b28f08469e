package app

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"dateline/internal/api"
	"dateline/internal/desk"
	"dateline/internal/edition/editionweb"
	"dateline/internal/fault"
	"dateline/internal/media/mediaweb"
	"dateline/internal/mention/mentionweb"
	"dateline/internal/site"
	"dateline/internal/site/siteweb"
	"dateline/internal/subscriber"
	"dateline/internal/view"
	"dateline/internal/web"
	"dateline/ui/dist"
)

// routes is the registry of everything that the server answers.
func (a *App) routes() []web.Route {
	parts := siteweb.Parts{Site: a.site, Views: a.views, Vault: a.vault, Clock: a.clock, Articles: a.articles, Previews: a.previews, Readers: a.readers,
		DB: a.db, Live: a.live, Scripts: []view.Asset{script(talkScript), script(proofScript), script(searchScript)}, Origin: func() string { return a.web.Origin() }}
	if a.talk != nil { // routes can be listed without a site
		parts.Talk = a.talk
	}
	opens := func(r *web.Request, medium int64) bool { return parts.Opens(r.HTTP, medium) || a.desk.Opens(r) }
	routes := append(mediaweb.Routes(a.media, opens), siteweb.Routes(parts)...)
	routes = append(routes, a.api().Routes()...)
	routes = append(routes, a.bounceRoutes()...)
	routes = append(routes, editionweb.Routes(a.editions)...)
	routes = append(routes, mentionweb.Routes(a.mentions)...)
	return append(routes, a.deskRoutes()...)
}

// newsletterWords are the words below /newsletter/ at which routes answer that
// are no newsletter's.
func newsletterWords(routes []web.Route) (words []string) {
	for _, r := range routes {
		rest, below := strings.CutPrefix(r.Pattern, subscriber.Path)
		if word, _, _ := strings.Cut(rest, "/"); below && word != "" && !strings.HasPrefix(word, "{") && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

// The scripts of readers' pages.
const (
	talkScript   = "comments.js"
	proofScript  = "proof.js"
	searchScript = "search.js"
)

func script(name string) view.Asset {
	body, err := dist.FS.ReadFile(name)
	if err != nil { // it is embedded
		return view.Asset{}
	}
	return view.Script(name, body)
}

// openWeb builds the web layer from the registry.
func (a *App) openWeb() (err error) {
	routes := a.routes()
	a.readers.Reserve(newsletterWords(routes))
	a.web, err = web.New(web.Options{Routes: routes, CacheBudget: int64(a.cfg.PageCacheMB) << 20, Origin: a.cfg.URL,
		TrustedProxies: a.cfg.TrustedProxies, PersonalCookies: []string{siteweb.UnlockCookie}, CDN: a.cfg.URL != "",
		ErrorPage: a.errorPage, Authorize: a.desk.Authorize, Clock: a.clock, Log: a.log})
	if err != nil {
		return err
	}
	a.closers = append(a.closers, a.web.Close)
	return a.showTheme()
}

// errorPage is the desk's page for a problem at one of its addresses, the
// site's for all others.
func (a *App) errorPage(ctx context.Context, p web.Problem) web.Response {
	if resp, ok := a.desk.Problem(ctx, p); ok {
		return resp
	}
	if resp, ok := a.api().Problem(p); ok {
		return resp
	}
	return siteweb.ErrorPage(a.site)(ctx, p)
}

// api is the site as data.
func (a *App) api() *api.API {
	return api.New(api.Parts{Site: a.site, DB: a.db, Clock: a.clock, Search: a.search})
}

// showTheme allows pages to load what the theme has.
func (a *App) showTheme() error {
	return a.web.SetPolicy(web.Policy{Styles: []string{a.views.Stylesheet()}})
}

// Serve listens and answers until ctx ends; requests in flight finish first.
// ready is told the address once the site answers.
func (a *App) Serve(ctx context.Context, ready func(origin string)) error {
	conf, err := a.settings.Site(ctx)
	if err == nil {
		err = conf.CheckZone()
	}
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", a.cfg.Addr)
	if err != nil {
		return fault.New(fault.Unavailable, "cannot listen on %s: %w", a.cfg.Addr, err).
			WithHint("choose another address with --addr HOST:PORT; port 0 picks a free one")
	}
	bound := web.OriginOf(l.Addr())
	if a.cfg.URL == "" {
		if err := a.web.SetOrigin(bound); err != nil {
			return err
		}
	}
	if err := errors.Join(a.articles.CatchUp(ctx), a.outline.CatchUp(ctx)); err != nil {
		return err
	}
	if err := a.fronts.CatchUp(ctx); err != nil {
		return err
	}
	if err := a.media.CatchUp(ctx); err != nil {
		return err
	}
	if err := a.editions.CatchUp(ctx); err != nil {
		return err
	}
	if err := errors.Join(a.delivery.CatchUp(ctx), a.readers.CatchUp(ctx), a.talk.CatchUp(ctx)); err != nil {
		return err
	}
	// Jobs and requests end side by side, so that both are done in ten seconds.
	stopDelivery, err := a.startSending(ctx)
	if err != nil {
		return err
	}
	a.jobs.Start(context.WithoutCancel(ctx))
	serving, stop := context.WithCancel(ctx)
	var instance sync.WaitGroup
	instance.Go(func() { a.keepInstance(serving) })
	defer instance.Wait()
	stopped := make(chan error, 1)
	go func() {
		<-serving.Done()
		a.live.Close() // open lines would keep the server from ending
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobsGrace)
		defer cancel()
		letters := make(chan error, 1)
		go func() { letters <- stopDelivery() }()
		stopped <- errors.Join(a.jobs.Stop(ending), <-letters)
	}()
	ready(bound)
	err = a.web.Serve(ctx, l)
	stop()
	return errors.Join(err, <-stopped)
}

// jobsGrace is how long jobs under way may take at the end. One that is cut
// runs again after the next start.
const jobsGrace = 8 * time.Second

// Handler answers requests without a listener, for tests.
func (a *App) handler() http.Handler { return a.web }

// ask resolves an address of ours as a request would, without rendering.
func (a *App) ask(ctx context.Context, address string) (status int, location string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return http.StatusNotFound, "", nil
	}
	path := u.EscapedPath()
	if strings.HasPrefix(path, "/wp-content/uploads/") {
		_, err := a.media.Alias(ctx, path, 0)
		if fault.Is(err, fault.NotFound) {
			return http.StatusNotFound, "", nil
		}
		return http.StatusOK, "", err
	}
	answer, err := a.site.Answer(ctx, site.Ask{Path: path, Query: u.Query(), Probe: true})
	return answer.Status, answer.Location, err
}

// answers tells whether readers get something at an address of ours.
func (a *App) answers(ctx context.Context, address *url.URL) (bool, error) {
	path := *address
	path.Scheme, path.Host, path.Fragment = "", "", ""
	status, _, err := a.ask(ctx, path.String())
	return status < http.StatusBadRequest, err
}

// PrintRoutes writes the registry as a table. Routes are the same for every
// site, so it needs none.
func PrintRoutes(w io.Writer) error {
	table, err := web.New(web.Options{Routes: (&App{}).routes(), Authorize: (&desk.Desk{}).Authorize})
	if err != nil {
		return err
	}
	defer table.Close()
	return table.PrintRoutes(w)
}
