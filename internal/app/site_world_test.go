package app

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/config"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/id"
	"dateline/internal/media"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
)

// paper is a small newsroom on a clock that the test moves, whose statements
// are counted.
type paper struct {
	*world
	now        *clock.Manual
	url        string
	statements atomic.Int64
	hears      atomic.Pointer[func(query string)] // of each statement
	visitors   atomic.Int64
	journal    journal
}

// journal is what the server logs.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (p *paper) logged() string {
	p.journal.mu.Lock()
	defer p.journal.mu.Unlock()
	return p.journal.text.String()
}

// opening is the paper's present: in Berlin it is ten in the morning.
var opening = time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)

const (
	worldSection = iota + 1
	sportSection
	europeSection
	portTag
	emptyTag
	ann
)

// encoders is the folder with the compiled encoders of pictures, which all tests
// of the package share: to compile them takes as long as all else in a test.
var encoders string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if encoders, err = os.MkdirTemp("", "dateline-encoders-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(encoders)
		return m.Run()
	}())
}

// folder is a folder of data in which nothing is but the compiled encoders.
func folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(encoders, filepath.Join(dir, "cache")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// newPaper opens a Dateline in Berlin with sections, a tag and an author.
func newPaper(t *testing.T, engine db.Engine, change func(*settings.Site)) *paper {
	t.Helper()
	p := &paper{now: clock.NewManual(opening), url: dbtest.URL(t, engine)}
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": folder(t), "database": p.url, "url": "http://news.example"}})
	if err != nil {
		t.Fatal(err)
	}
	count := func(query string) {
		if !strings.Contains(query, "FROM purge") && !strings.Contains(query, "FROM job") {
			p.statements.Add(1)
			if hear := p.hears.Load(); hear != nil {
				(*hear)(query)
			}
		}
	}
	a, err := open(t.Context(), cfg, &p.journal, p.now, db.Options{Trace: count})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	a.vault.HashLightly()
	p.world = &world{t: t, ctx: t.Context(), app: a, actor: account.Actor{Name: "Edna", Role: account.Owner}, section: worldSection}
	p.write(func(ctx context.Context, tx *db.Tx) error {
		conf := settings.Default()
		conf.Title, conf.Zone, conf.PageSize, conf.CommentThreads, conf.SourceURL = "The Paper", "Europe/Berlin", 3, 2, "old.example"
		conf.Contact = "mailto:security@news.example"
		if change != nil {
			change(&conf)
		}
		if err := settings.Save(ctx, tx, conf, opening); err != nil {
			return err
		}
		for _, s := range []taxonomy.Section{{ID: worldSection, Slug: "world", Name: "World", Open: true}, {ID: sportSection, Slug: "sport", Name: "Sport"},
			{ID: europeSection, ParentID: worldSection, Slug: "europe", Name: "Europe"}} {
			if _, err := taxonomy.SaveSection(ctx, tx, s, opening); err != nil {
				return err
			}
		}
		for _, tag := range []taxonomy.Tag{{ID: portTag, Slug: "port", Name: "Port"}, {ID: emptyTag, Slug: "empty", Name: "Empty"}} {
			if err := taxonomy.SaveTag(ctx, tx, tag, opening); err != nil {
				return err
			}
		}
		return author.Save(ctx, tx, author.Profile{ID: ann, Slug: "ann-lee", Name: "Ann Lee", Bio: "Writes."}, opening)
	})
	return p
}

// story publishes an article in a section; edit may change its content.
func (p *paper) story(headline string, section int64, in article.PublishInput, edit func(*article.Content)) article.Article {
	p.t.Helper()
	c := article.Content{Headline: headline, Sections: []int64{section}, Body: paragraph("Text of " + headline + ".")}
	if edit != nil {
		edit(&c)
	}
	return p.publish(c, in)
}

func (p *paper) drain() { p.t.Helper(); p.must(p.app.jobs.Drain(p.ctx)) }

// comments adds approved comments to an article, a minute apart.
func (p *paper) comments(articleID int64, n int) {
	p.t.Helper()
	p.write(func(ctx context.Context, tx *db.Tx) error {
		for i := range n {
			c := comment.Comment{ID: id.New(), OldID: int64(i + 1), Article: articleID, Kind: comment.KindComment, Status: comment.StatusApproved,
				Name: fmt.Sprint("Reader ", i+1), Body: paragraph(fmt.Sprint("Opinion ", i+1)), Created: opening.Add(time.Duration(i-100) * time.Minute)}
			if err := p.app.comments.PutTx(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// photo stores a picture.
func (p *paper) photo(name string) media.Medium {
	p.t.Helper()
	m := media.Medium{FileName: name, Alt: "A " + name, Title: "Title of " + name}
	p.write(func(ctx context.Context, tx *db.Tx) error { m.ID = 0; return p.app.media.Save(ctx, tx, &m) })
	var pixels bytes.Buffer
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	img.Set(3, 3, color.White)
	p.must(jpeg.Encode(&pixels, img, nil))
	_, err := p.app.media.Ingest(p.ctx, m.ID, &pixels, name)
	p.must(err)
	return m
}

// imported notes what an import made of a number of the old site.
func (p *paper) imported(kind, number string, target int64) {
	p.t.Helper()
	p.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO import_key (site, kind, source_id, hash, target_id) VALUES ($1, $2, $3, '', $4)`, "old.example", kind, number, target)
		return err
	})
}

// answer is what a visitor gets.
type answer struct {
	status   int
	header   http.Header
	body     string
	location string
}

// ask sends a request as a visitor of an address of its own, so that no limit
// of rate is met.
func (p *paper) ask(r *http.Request) answer {
	n := p.visitors.Add(1)
	r.Host, r.RemoteAddr = "news.example", fmt.Sprintf("10.%d.%d.%d:999", n>>16&255, n>>8&255, n&255)
	rec := httptest.NewRecorder()
	p.app.handler().ServeHTTP(rec, r)
	return answer{rec.Code, rec.Header(), rec.Body.String(), rec.Header().Get("Location")}
}

func (p *paper) visit(path string) answer {
	r := httptest.NewRequest(http.MethodGet, "http://news.example/", nil)
	r.URL.Opaque = ""
	parsed, err := r.URL.Parse(path)
	p.must(err)
	r.URL = parsed
	r.RequestURI = path
	return p.ask(r)
}

// cost is how many statements a visit that finds nothing stored takes, once
// the small things that pages share are remembered.
func (p *paper) cost(path string) int64 {
	p.t.Helper()
	p.visit(path)
	p.must(p.app.showTheme()) // drops all stored pages
	before := p.statements.Load()
	if a := p.visit(path); a.status != 200 {
		p.t.Fatalf("%s answers %d", path, a.status)
	}
	return p.statements.Load() - before
}

func pageBreak() richtext.Node { return richtext.Node{Type: "page_break"} }

func each(t *testing.T, change func(*settings.Site), test func(t *testing.T, p *paper)) {
	t.Helper()
	for _, engine := range dbtest.Engines {
		t.Run(string(engine), func(t *testing.T) { test(t, newPaper(t, engine, change)) })
	}
}
