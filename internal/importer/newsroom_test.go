package importer_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/blob"
	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/event"
	"dateline/internal/fault"
	"dateline/internal/fetch"
	"dateline/internal/importer"
	"dateline/internal/job"
	"dateline/internal/media"
	"dateline/internal/postings"
	"dateline/internal/register"
	"dateline/internal/related"
	"dateline/internal/search"
	"dateline/internal/settings"
	"dateline/internal/site"
	"dateline/internal/vault"
	"dateline/internal/view"
	"dateline/ui/theme"
)

// today is when the imports of these tests run.
var today = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// newsroom is a Dateline with all services that an import meets, wired as
// internal/app wires them.
type newsroom struct {
	t        testing.TB
	db       *db.DB
	clock    *clock.Manual
	settings *settings.Store
	articles *article.Service
	media    *media.Service
	blobs    *blob.Filesystem
	vault    *vault.Vault
	jobs     *job.Runner
	register *register.Service
	site     *site.Site
	importer *importer.Service
}

// views parses the theme once for all tests.
var views = sync.OnceValues(func() (*view.Engine, error) { return view.New(theme.FS, "", "en") })

func open(t testing.TB, d *db.DB) *newsroom { return openWith(t, d, fetch.Options{}) }

func openWith(t testing.TB, d *db.DB, fetching fetch.Options) *newsroom {
	t.Helper()
	n := &newsroom{t: t, db: d, clock: clock.NewManual(today), settings: settings.NewStore(d)}
	bus := event.NewBus(n.clock)
	n.jobs = job.NewRunner(d, n.clock, slog.New(slog.DiscardHandler))
	var err error
	n.vault, err = vault.New([]byte(strings.Repeat("k", 32))) // one key for all, so that states can be compared
	n.must(err)
	n.blobs, err = blob.OpenFilesystem(t.TempDir(), today)
	n.must(err)
	t.Cleanup(func() { _ = n.blobs.Close() })
	n.media = media.New(media.Config{DB: d, Blobs: n.blobs, Clock: n.clock, NoAVIF: true, NoWebP: true, TempDir: t.TempDir(), MaxFile: 1 << 20})
	t.Cleanup(n.media.Close)
	n.articles = article.NewService(d, n.clock, bus, n.settings)
	finder := search.NewService(d, n.clock)
	client := fetch.New(fetching)
	t.Cleanup(client.Close)
	engine, err := views()
	n.must(err)
	n.site = site.New(site.Parts{DB: d, Clock: n.clock, Settings: n.settings, Media: n.media, Search: finder, Vault: n.vault, Views: engine,
		Origin: func() string { return "https://courier.example" }})
	n.importer = importer.NewService(importer.Parts{DB: d, Clock: n.clock, Settings: n.settings, Articles: n.articles,
		Comments: comment.NewStore(n.vault), Media: n.media, Vault: n.vault, Fetch: client, Ask: n.ask})
	n.jobs.Handle(search.JobIndex, finder.HandleIndex)
	n.jobs.Handle(postings.JobMerge, finder.Index().HandleMerge)
	n.jobs.Handle(article.JobRelease, n.articles.HandleRelease)
	n.jobs.Handle(article.JobRelist, n.articles.HandleRelist)
	kin := related.NewService(d, n.clock, n.articles, finder.Index())
	n.jobs.Handle(related.JobAll, kin.HandleAll)
	n.register = register.NewService(register.Parts{DB: d, Clock: n.clock, Settings: n.settings, Articles: n.articles, Media: n.media})
	n.jobs.Handle(register.JobRead, n.register.HandleRead)
	return n
}

func (n *newsroom) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

// ask asks the site's router for a path, as internal/app does for an import.
func (n *newsroom) ask(ctx context.Context, address string) (status int, location string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return 404, "", nil
	}
	if strings.HasPrefix(u.EscapedPath(), "/wp-content/uploads/") {
		_, err := n.media.Alias(ctx, u.EscapedPath(), 0)
		if fault.Is(err, fault.NotFound) {
			return 404, "", nil
		}
		return 200, "", err
	}
	answer, err := n.site.Answer(ctx, site.Ask{Path: u.EscapedPath(), Query: u.Query(), Probe: true})
	return answer.Status, answer.Location, err
}

// page renders the page at a path.
func (n *newsroom) page(path string) (status int, body string) {
	n.t.Helper()
	u, err := url.Parse(path)
	n.must(err)
	answer, err := n.site.Answer(n.t.Context(), site.Ask{Path: u.EscapedPath(), Query: u.Query()})
	n.must(err)
	return answer.Status, string(answer.Body)
}

// run imports and returns the report with the error that ended it.
func (n *newsroom) run(opt importer.Options) (*importer.Report, error) {
	n.t.Helper()
	rep, err := n.importer.Run(n.t.Context(), opt)
	if rep != nil && !rep.Balanced {
		n.t.Errorf("the report does not balance: %+v", counts(rep))
	}
	return rep, err
}

// load imports files that are good.
func (n *newsroom) load(files ...string) *importer.Report {
	n.t.Helper()
	rep, err := n.run(importer.Options{Files: files})
	n.must(err)
	return rep
}

func (n *newsroom) drain() { n.t.Helper(); n.must(n.jobs.Drain(n.t.Context())) }

// text returns one value of the database as text.
func (n *newsroom) text(query string, args ...any) string {
	n.t.Helper()
	var s string
	n.must(n.db.QueryRow(n.t.Context(), query, args...).Scan(&s))
	return s
}

func (n *newsroom) number(query string, args ...any) int64 {
	n.t.Helper()
	var v int64
	n.must(n.db.QueryRow(n.t.Context(), query, args...).Scan(&v))
	return v
}

// target is what the import made of a thing of source "courier.example".
func (n *newsroom) target(kind, source string) int64 {
	n.t.Helper()
	to, err := importer.LookUp(n.t.Context(), n.db, "courier.example", kind, source)
	n.must(err)
	return to
}

// article returns the standing record of an imported post or page, and the
// content of its newest version.
func (n *newsroom) article(kind, source string) (row map[string]string, c article.Content) {
	n.t.Helper()
	id := n.target(kind, source)
	for _, row = range query(n.t, n.db, `SELECT * FROM article`) {
		if row["id"] == strconv.FormatInt(id, 10) {
			raw := n.text(`SELECT content FROM version WHERE article_id = $1 ORDER BY number DESC LIMIT 1`, id)
			n.must(json.Unmarshal([]byte(raw), &c))
			return row, c
		}
	}
	n.t.Fatalf("%s %s was not stored", kind, source)
	return nil, c
}

// counts is a report's account without the kinds that are not in the files.
func counts(rep *importer.Report) map[string]importer.Count {
	out := map[string]importer.Count{}
	for kind, c := range rep.Kinds {
		if *c != (importer.Count{}) {
			out[kind] = *c
		}
	}
	return out
}

// answers checks what the router says of old addresses: "200", "404", or where
// a 301 leads.
func (n *newsroom) answers(want map[string]string) {
	n.t.Helper()
	for address, wanted := range want {
		status, location, err := n.ask(n.t.Context(), address)
		n.must(err)
		got := map[int]string{200: "200", 404: "404", 410: "410", 301: location}[status]
		if got != wanted {
			n.t.Errorf("%s answers %d %q, want %s", address, status, location, wanted)
		}
	}
}

// shared returns a file beside the repository, or skips the test.
func shared(t testing.TB, elem ...string) string {
	t.Helper()
	dir := os.Getenv("DATELINE_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		t.Skipf("%s is absent; set DATELINE_SHARED to the folder of shared test data", path)
	}
	return path
}

// urls are the addresses that a report says were asked.
func urls(n *newsroom, rep *importer.Report) []importer.URL {
	n.t.Helper()
	list, err := rep.URLs.First(rep.URLs.Len())
	n.must(err)
	return list
}
