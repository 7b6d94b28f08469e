// Package app wires Dateline: settings to database to features to routes to
// workers. It is the one place that knows all parts.
package app

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync/atomic"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/article/check"
	"dateline/internal/blob"
	"dateline/internal/claim"
	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/comment/exchange"
	"dateline/internal/config"
	"dateline/internal/db"
	"dateline/internal/delivery"
	"dateline/internal/demo"
	"dateline/internal/desk"
	"dateline/internal/desk/write"
	"dateline/internal/edition"
	"dateline/internal/event"
	"dateline/internal/fault"
	"dateline/internal/fence"
	"dateline/internal/fetch"
	"dateline/internal/front"
	"dateline/internal/importer"
	"dateline/internal/job"
	"dateline/internal/media"
	"dateline/internal/mention"
	"dateline/internal/outline"
	"dateline/internal/postings"
	"dateline/internal/preview"
	"dateline/internal/quote"
	"dateline/internal/register"
	"dateline/internal/related"
	"dateline/internal/search"
	"dateline/internal/settings"
	"dateline/internal/site"
	"dateline/internal/site/siteweb"
	"dateline/internal/storyline"
	"dateline/internal/subscriber"
	"dateline/internal/subscriber/transfer"
	"dateline/internal/vault"
	"dateline/internal/view"
	"dateline/internal/web"
)

// App is a Dateline that is ready to serve, import or fill. Close it.
type App struct {
	cfg      *config.Config
	log      *slog.Logger
	clock    clock.Clock
	db       *db.DB
	fence    *fence.Fence
	bus      *event.Bus
	jobs     *job.Runner
	vault    *vault.Vault
	settings *settings.Store
	accounts *account.Service
	desk     *desk.Desk
	outline  *outline.Service
	rooms
	media      *media.Service
	blobs      *blob.Filesystem
	articles   *article.Service
	comments   *comment.Store
	talk       *comment.Service
	exchange   *exchange.Service
	mentions   *mention.Service
	live       *site.Hub
	fronts     *front.Service
	previews   *preview.Service
	register   *register.Service
	search     *search.Service
	claims     *claim.Service
	quotes     *quote.Service
	related    *related.Service
	storylines *storyline.Service
	readers    *subscriber.Service
	delivery   *delivery.Service
	moving     *transfer.Desk
	editions   *edition.Service
	fetch      *fetch.Client
	views      *view.Engine
	site       *site.Site
	importer   *importer.Service
	web        *web.App
	looksLike  atomic.Pointer[string]   // what the loaded theme was made for
	tried      atomic.Pointer[styledAs] // the last look that was tried
	closers    []func()
}

// Open makes the data folder when it is missing, opens and migrates the
// database and wires everything. Nothing runs yet.
func Open(ctx context.Context, cfg *config.Config, logTo io.Writer) (*App, error) {
	return open(ctx, cfg, logTo, clock.System{}, db.Options{})
}

// open is Open on a clock and with database options that a test may choose.
func open(ctx context.Context, cfg *config.Config, logTo io.Writer, c clock.Clock, opt db.Options) (a *App, err error) {
	a = &App{cfg: cfg, clock: c, log: logger(cfg, logTo)}
	made := a // a is nil when this returns an error
	defer func() {
		if err != nil {
			made.Close()
		}
	}()
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, fault.New(fault.Invalid, "the data folder cannot be made: %w", err).WithHint("name another with --data DIR, or mend its permissions")
	}
	if a.vault, err = openVault(cfg); err != nil {
		return nil, err
	}
	if a.db, err = db.Open(ctx, cfg.DatabaseURL(), opt); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, func() { made.closed("database", made.db.Close()) }) // a is nil after an error
	if err := a.db.Migrate(ctx); err != nil {
		return nil, err
	}
	if a.fence, err = fence.Open(ctx, a.db, a.clock, cfg.Data); err != nil {
		return nil, err
	}
	if err := a.features(ctx); err != nil {
		return nil, err
	}
	if err := a.search.EnsureBuilt(ctx); err != nil {
		return nil, err
	}
	a.holdMail()
	return a, a.surface(ctx)
}

func openVault(cfg *config.Config) (*vault.Vault, error) {
	return vault.Open(cfg.Data)
}

// features makes the features in the order of their imports. This is THE list.
func (a *App) features(ctx context.Context) (err error) {
	a.bus = event.NewBus(a.clock)
	a.jobs = job.NewRunner(a.db, a.clock, a.log)
	a.settings = settings.NewStore(a.db)
	a.accounts = account.NewService(a.db, a.clock, a.vault)
	post, err := a.post()
	if err != nil {
		return err
	}
	a.accounts.UsePost(post)
	a.accounts.ServeAt(func() string { return a.web.Origin() })
	if a.blobs, err = blob.OpenFilesystem(filepath.Join(a.cfg.Data, "media"), a.clock.Now()); err != nil {
		return err
	}
	a.closers = append(a.closers, func() { a.closed("media folder", a.blobs.Close()) })
	a.media = media.New(media.Config{DB: a.db, Blobs: a.blobs, Clock: a.clock, MaxFile: int64(a.cfg.MediaMaxUploadMB) << 20,
		MaxPixels: int64(a.cfg.MediaMaxMegapixels) * 1_000_000,
		CacheDir:  filepath.Join(a.cfg.Data, "cache")})
	a.closers = append(a.closers, a.media.Close)
	a.articles = article.NewService(a.db, a.clock, a.bus, a.settings)
	a.articles.UseLetters(article.Letters{Accounts: a.accounts, Link: func(articleID, thread int64) string { return a.web.Origin() + write.Link(articleID, thread) }})
	a.articles.UseChecks(&check.Newsroom{DB: a.db, Clock: a.clock, Settings: a.settings, Files: a.media, Origin: func() string { return a.web.Origin() }, Resolve: a.answers})
	a.fronts = front.NewService(a.db, a.clock, a.media)
	a.previews = preview.NewService(a.db, a.clock, a.articles)
	a.comments = comment.NewStore(a.vault)
	a.outline = outline.NewService(outline.Parts{DB: a.db, Clock: a.clock, Settings: a.settings, Articles: a.articles, Media: a.media, Vault: a.vault})
	a.openRegister()
	a.search = search.NewService(a.db, a.clock)
	a.readers = subscriber.NewService(subscriber.Parts{DB: a.db, Clock: a.clock, Vault: a.vault, Settings: a.settings, SoftMost: never(a.cfg.MailSoftMost),
		Post: subscriber.Post{Send: post.Send, Origin: func() string { return a.web.Origin() }}})
	if err := a.openDelivery(renderer{a}); err != nil {
		return err
	}
	a.fetch = fetch.New(fetch.Options{UserAgent: a.userAgent(), Allow: a.cfg.FetchAllow, Ports: a.cfg.FetchPorts})
	a.closers = append(a.closers, a.fetch.Close)
	if err := a.openTalk(post); err != nil {
		return err
	}
	a.openEditions()
	a.importer = importer.NewService(importer.Parts{DB: a.db, Clock: a.clock, Settings: a.settings, Articles: a.articles,
		Comments: a.comments, Media: a.media, Vault: a.vault, Fetch: a.fetch, Ask: a.ask})
	a.openExchange()
	a.openMentions()
	const jobSettled = "search.settled"
	a.bus.Subscribe(article.EventSettled, jobSettled, nil)
	a.jobs.Handle(jobSettled, a.search.HandleSettled)
	a.openQuotes()
	a.jobs.Handle(search.JobIndex, a.search.HandleIndex)
	a.jobs.Handle(search.JobAgain, a.search.HandleAgain)
	a.jobs.Handle(article.JobRenamed, a.search.HandleRenamed)
	a.jobs.Handle(search.JobRebuild, a.search.HandleRebuild, job.Lane("rebuild", 1))
	a.openRelated()
	a.openStorylines()
	a.jobs.Handle(postings.JobMerge, a.search.Index().HandleMerge, job.Lane("index", 1))
	a.jobs.Handle(account.JobLetter, a.accounts.HandleLetter, job.Lane("letters", 2))
	a.jobs.Handle(account.JobForgot, a.accounts.HandleForgot, job.Lane("letters", 2))
	a.jobs.Handle(account.JobTell, a.articles.HandleTell, job.Lane("letters", 2))
	a.jobs.Handle(subscriber.JobAsked, a.readers.HandleAsked, job.Lane("letters", 2))
	a.jobs.Handle(subscriber.JobLetter, a.readers.HandleLetter, job.Lane("letters", 2))
	a.jobs.Handle(subscriber.JobTidy, a.readers.HandleTidy)
	a.moving = transfer.NewDesk(a.db, a.clock, a.vault, a.readers)
	a.jobs.Handle(transfer.JobTake, a.moving.HandleTake, job.Lane("readers", 1))
	a.jobs.Handle(transfer.JobForget, a.moving.HandleForget)
	a.jobs.Handle(article.JobRelease, a.articles.HandleRelease, job.Lane("release", 1))
	a.jobs.Handle(article.JobRelist, a.articles.HandleRelist)
	a.jobs.Handle(front.JobTurn, a.fronts.HandleTurn, job.Lane("release", 1))
	a.jobs.Handle(article.JobDissolve, a.outline.HandleDissolve)
	a.jobs.Handle(article.JobReferences, a.articles.HandleReferences)
	a.jobs.Handle(media.JobVariants, a.media.VariantsJob, job.Lane("media", 1))
	a.jobs.Handle(media.JobWords, a.media.WordsJob)
	a.jobs.Handle(media.JobForget, a.media.ForgetJob)
	return nil
}

// never turns the 0 of a setting that means never into what services call so.
func never(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

// userAgent tells the servers that we fetch from who asks.
func (a *App) userAgent() string {
	if a.cfg.URL == "" {
		return "Dateline"
	}
	return "Dateline (+" + a.cfg.URL + ")"
}

// surface makes what readers see of the features.
func (a *App) surface(ctx context.Context) (err error) {
	conf, err := a.settings.Site(ctx)
	if err != nil {
		return err
	}
	if a.views, err = a.loadTheme(conf); err != nil {
		return err
	}
	looks := appearance(conf)
	a.looksLike.Store(&looks)
	a.site = site.New(site.Parts{DB: a.db, Clock: a.clock, Settings: a.settings, Media: a.media, Search: a.search, Readers: a.readers,
		Talk: a.talk, TalkJS: siteweb.ScriptURL(script(talkScript)), ProofJS: siteweb.ScriptURL(script(proofScript)), SearchJS: siteweb.ScriptURL(script(searchScript)), Vault: a.vault, Views: a.views, Origin: func() string { return a.web.Origin() }})
	a.live = site.NewHub(a.site)
	a.closers = append(a.closers, a.live.Close)
	if err := a.openDesk(); err != nil {
		return err
	}
	if err := a.openWeb(); err != nil {
		return err
	}
	a.db.OnPurges(a.purged, func(keys []string) { a.web.Renew(keys...) })
	return nil
}

// purged drops the pages that showed what changed, and follows a change of the
// site's language.
func (a *App) purged(keys []string) {
	if slices.Contains(keys, "site") || slices.Contains(keys, "*") {
		if err := a.followSettings(); err != nil {
			a.log.Error("the theme was not loaded again", "error", err)
		}
	}
	a.web.Purge(keys...)
}

// followSettings loads the theme in the site's present language and look when
// these changed. It drops all cached pages.
func (a *App) followSettings() error {
	conf, err := a.settings.Site(context.Background())
	if err != nil {
		return err
	}
	looks := appearance(conf)
	if was := a.looksLike.Swap(&looks); was != nil && *was == looks {
		return nil
	}
	dir, err := a.themeDir(conf.Look)
	if err != nil {
		return err
	}
	if err := a.views.Restyle(dir, conf.Look.CSS(), conf.Locale); err != nil {
		return err
	}
	return a.showTheme()
}

// Close ends everything, last made first.
func (a *App) Close() {
	for i := len(a.closers) - 1; i >= 0; i-- {
		a.closers[i]()
	}
	a.closers = nil
}

func (a *App) closed(what string, err error) {
	if err != nil {
		a.log.Error("closing", "what", what, "error", err)
	}
}

// FillDemo writes the sample newsroom unless it is there. Its register's pages
// are there with it.
func (a *App) FillDemo(ctx context.Context, progress func(stage string, done, total int64)) error {
	if filled, err := demo.Filled(ctx, a.db); err != nil || filled {
		return err
	}
	if err := a.fillDemo(ctx, progress); err != nil {
		return err
	}
	if err := a.RebuildRegister(ctx, func(done, total int64) { progress("reading names", done, total) }); err != nil {
		return err
	}
	return a.RebuildStorylines(ctx, func(done, total int64) { progress("reading timelines", done, total) })
}

func (a *App) fillDemo(ctx context.Context, progress func(stage string, done, total int64)) error {
	return demo.Fill(ctx, demo.Services{DB: a.db, Clock: a.clock, Bus: a.bus, Settings: a.settings, Media: a.media,
		Comments: a.comments, Vault: a.vault, Register: a.register, Storylines: a.storylines}, progress)
}

// ImportWordPress takes a site over and finishes what the import left to jobs,
// but for the making of picture variants, which goes on when the site serves.
func (a *App) ImportWordPress(ctx context.Context, opt importer.Options) (*importer.Report, error) {
	opt.Parallel = a.cfg.ImportParallel
	return a.importer.Run(ctx, opt)
}

// RebuildSearch makes the index of the search anew, beside the one that
// answers. It goes on where an interrupted run stopped.
func (a *App) RebuildSearch(ctx context.Context, progress func(done, total int64)) error {
	return a.search.Rebuild(ctx, progress)
}

// CheckDatabase opens the database, migrating nothing.
func CheckDatabase(ctx context.Context, url string) error {
	d, err := db.Open(ctx, url, db.Options{})
	if err != nil {
		return err
	}
	return d.Close()
}

func logger(cfg *config.Config, to io.Writer) *slog.Logger {
	opt := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(to, opt))
	}
	return slog.New(slog.NewTextHandler(to, opt))
}

// Version is the module's version and the commit that it was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && version == "(devel)" {
			version += " " + s.Value[:min(len(s.Value), 12)]
		}
	}
	return version + " (" + info.GoVersion + ", schema " + schema() + ")"
}

func schema() string {
	s, err := db.SchemaFingerprint(db.SQLite)
	if err != nil {
		return "unknown"
	}
	return s
}
