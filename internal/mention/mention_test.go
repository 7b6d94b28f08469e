package mention_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/fetch"
	"dateline/internal/job"
	"dateline/internal/mail"
	"dateline/internal/mention"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/vault"
)

var (
	today  = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	client = netip.MustParseAddr("192.0.2.7")
)

const target = "https://courier.example/the-dam-holds/"

// room is a site with one article, and another site that a test writes.
type room struct {
	t       *testing.T
	db      *db.DB
	clock   *clock.Manual
	store   *comment.Store
	service *mention.Service
	talk    *comment.Service
	jobs    *job.Runner
	other   *httptest.Server

	mu    sync.Mutex
	pages map[string]http.HandlerFunc // of the other site
	asked []string
}

func newRoom(t *testing.T, d *db.DB) *room {
	t.Helper()
	v, err := vault.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	r := &room{t: t, db: d, clock: clock.NewManual(today), store: comment.NewStore(v), pages: map[string]http.HandlerFunc{}}
	r.other = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		r.asked = append(r.asked, req.URL.String())
		page := r.pages[req.URL.Path]
		r.mu.Unlock()
		if page == nil {
			http.NotFound(w, req)
			return
		}
		page(w, req)
	}))
	t.Cleanup(r.other.Close)
	client := fetch.New(fetch.Options{Allow: []string{r.other.Listener.Addr().String()}, Timeout: 500 * time.Millisecond})
	t.Cleanup(client.Close)
	r.talk = comment.NewService(comment.Parts{DB: d, Clock: r.clock, Vault: v, Settings: settings.NewStore(d), Outpost: comment.Outpost{
		Send: func(context.Context, mail.Message) error { return nil }, Origin: func() string { return "https://courier.example" }}})
	r.service = mention.NewService(mention.Parts{DB: d, Clock: r.clock, Settings: settings.NewStore(d), Comments: r.store, Talk: r.talk, Fetch: client,
		Origin: func() string { return "https://courier.example" },
		Ask:    func(context.Context, string) (int, string, error) { return 404, "", nil }})
	r.jobs = job.NewRunner(d, r.clock, slog.New(slog.DiscardHandler))
	r.jobs.Handle(mention.JobVerify, r.service.HandleVerify)
	r.set(true, true)
	r.write(func(ctx context.Context, tx *db.Tx) error {
		for id, a := range map[int64]struct {
			path, status string
			open         int
		}{7: {"/the-dam-holds/", "published", 1}, 8: {"/closed/", "published", 0}, 9: {"/draft/", "draft", 1}} {
			if _, err := tx.Exec(ctx, `INSERT INTO article (id, type, status, slug, path, headline, kind, modified_at, created_at, first_published, public, live_version, comments_open)
				VALUES ($1, 'article', $2, 'a', $3, 'A', 'report', 1, 1, 1, 1, 1, $4)`, id, a.status, a.path, a.open); err != nil {
				return err
			}
			if err := article.SetAddress(ctx, tx, article.Address{Key: strings.TrimSuffix(a.path, "/"), Kind: article.AddressArticle, Target: id}); err != nil {
				return err
			}
		}
		return nil
	})
	return r
}

func (r *room) write(fn func(context.Context, *db.Tx) error) {
	r.t.Helper()
	if err := r.db.Write(r.t.Context(), fn); err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) set(webmentions, pingbacks bool) {
	r.t.Helper()
	r.write(func(ctx context.Context, tx *db.Tx) error {
		conf := settings.Default()
		conf.SourceURL, conf.Webmentions, conf.Pingbacks = "old.example", webmentions, pingbacks
		return settings.Save(ctx, tx, conf, today)
	})
}

// shows makes the other site show a page at a path.
func (r *room) shows(path, page string) string {
	return r.does(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page))
	})
}

func (r *room) does(path string, page http.HandlerFunc) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pages[path] = page
	return r.other.URL + path
}

// tell sends a notice and looks at its source, minutes after the last one.
func (r *room) tell(source string) {
	r.t.Helper()
	r.clock.Advance(5 * time.Minute)
	if err := r.service.Receive(r.t.Context(), mention.Notice{Source: source, Target: target, Via: mention.Webmention, Client: client}); err != nil {
		r.t.Fatal(err)
	}
	r.look()
}

// look runs the jobs that are due, and those that come due by trying again.
func (r *room) look() {
	r.t.Helper()
	for range 8 {
		_ = r.jobs.Drain(r.t.Context()) // failures of the other site are what some tests are about
		r.clock.Advance(time.Minute)
	}
}

// comments are what is stored, as lines.
func (r *room) comments() []string {
	r.t.Helper()
	rows, err := r.db.Query(r.t.Context(), `SELECT kind, status, author_name, author_url, body, article_id FROM comment ORDER BY created_at, id`)
	list, err := db.All(rows, err, func(rows *sql.Rows) (string, error) {
		var kind, status, name, url string
		var body []byte
		var art int64
		if err := rows.Scan(&kind, &status, &name, &url, &body, &art); err != nil {
			return "", err
		}
		var doc richtext.Doc
		if err := doc.UnmarshalJSON(body); err != nil {
			return "", err
		}
		return fmt.Sprint(kind, " | ", status, " | ", name, " | ", strings.TrimPrefix(url, r.other.URL), " | ", strings.TrimSpace(strings.ReplaceAll(richtext.CommentHTML(doc), r.other.URL, "")), " | ", art), nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

func (r *room) want(lines ...string) {
	r.t.Helper()
	if diff := cmp.Diff(lines, r.comments()); diff != "" {
		r.t.Errorf("comments (-want +got):\n%s", diff)
	}
}

// states are those of all mentions.
func (r *room) states() string {
	r.t.Helper()
	rows, err := r.db.Query(r.t.Context(), `SELECT state, detail FROM web_mention ORDER BY id`)
	list, err := db.All(rows, err, func(rows *sql.Rows) (string, error) {
		var state, detail string
		err := rows.Scan(&state, &detail)
		return strings.TrimSuffix(state+": "+detail, ": "), err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.Join(list, "; ")
}

const reply = `<!doctype html><html><head><title>A page of Gus</title></head><body>
<article class="h-entry"><h1 class="p-name">On the dam</h1>
<a class="p-author h-card" href="/about"><img class="u-photo" src="/me.jpg" alt=""><span class="p-name">Gus  Other</span></a>
<time class="dt-published" datetime="2026-11-20T08:00:00+01:00">a week ago</time> <a class="u-url" href="/posts/1">permalink</a>
<div class="e-content"><p>I disagree with <a href="https://courier.example/the-dam-holds/">this story</a>, and here is <b>why</b>.</p><script>alert(1)</script><p>Second.</p></div>
</article></body></html>`

func TestReceive_AReply(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		r.tell(r.shows("/posts/1", reply))
		r.want("webmention | pending | Gus Other | /posts/1 | <p>I disagree with this story, and here is why. Second.</p> | 7")
		if got := r.states(); got != "taken" {
			t.Errorf("states: %s", got)
		}
		var created, count int64
		if err := d.QueryRow(t.Context(), `SELECT created_at, (SELECT comment_count FROM article WHERE id = 7) FROM comment`).Scan(&created, &count); err != nil {
			t.Fatal(err)
		}
		if at := db.Time(created); !at.Equal(time.Date(2026, 11, 20, 7, 0, 0, 0, time.UTC)) || count != 0 {
			t.Errorf("dated %v, counted %d before anybody approved it", at, count)
		}
		var audits int64
		if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM audit WHERE actor = 'webmention' AND verb = 'receive'`).Scan(&audits); err != nil || audits != 1 {
			t.Errorf("%d rows in the audit log, %v", audits, err)
		}
	})
}

func TestReceive_Sources(t *testing.T) {
	link := `<a href="` + target + `">x</a>`
	for name, c := range map[string]struct{ page, want string }{
		"no microformats":     {`<title> A   page </title>` + link, `webmention | pending | 127.0.0.1 | /p | <p><a href="/p" rel="ugc nofollow noopener">A page</a></p> | 7`},
		"no title either":     {link, `webmention | pending | 127.0.0.1 | /p | <p><a href="/p" rel="ugc nofollow noopener">/p</a></p> | 7`},
		"a like":              {`<div class="h-entry"><span class="p-author h-card">Fay</span> likes <a class="u-like-of" href="` + target + `#comments">it</a></div>`, `webmention | pending | Fay | /p | <p><a href="/p" rel="ugc nofollow noopener">/p</a></p> | 7`},
		"another's entry":     {`<div class="h-feed"><div class="h-entry"><p class="e-content">Other</p></div><div class="h-entry"><p class="e-content">Mine ` + link + `</p></div></div>`, "webmention | pending | 127.0.0.1 | /p | <p>Mine x</p> | 7"},
		"a cited entry":       {`<div class="h-entry"><div class="u-in-reply-to h-cite"><p class="p-author">The Courier</p><p class="p-name">The dam</p>` + link + `</div><p class="p-summary">Sum</p></div>`, "webmention | pending | 127.0.0.1 | /p | <p>Sum</p> | 7"},
		"http and no slash":   {`<a href="http://courier.example/the-dam-holds">x</a>`, "webmention | pending"},
		"a relative base":     {`<base href="https://courier.example/"><a href="the-dam-holds/">x</a>`, "webmention | pending"},
		"a link with a query": {`<a href="` + target + `?utm_source=x#comments">x</a>`, "webmention | pending"},
		"under a former host": {`<a href="http://www.old.example/the-dam-holds">x</a>`, "webmention | pending"},
		"another article":     {`<a href="https://courier.example/closed/">x</a>`, ""},
		"a picture of it":     {`<img src="` + target + `">`, "webmention | pending"},
		"another's permalink": {`<div class="h-entry"><a class="u-url" href="https://evil.example/">p</a><p class="e-content">` + link + ` words</p></div>`, "webmention | pending | 127.0.0.1 | /p | <p>x words</p> | 7"},
		"tricks": {`<div class="h-entry"><p class="p-author">Ed` + "\u202eitor\u0000" + strings.Repeat("\u0301", 50) + `</p><p class="e-content">` + link + "a\u200b\u2066b" + strings.Repeat("e\u0301\u0302\u0303\u0304\u0305", 3) + `</p></div>`,
			"webmention | pending | Edito\u0155\u0301\u0301 | /p | <p>xab\u00e9\u0302\u0303\u00e9\u0302\u0303\u00e9\u0302\u0303</p> | 7"},
		"markup in names":      {`<div class="h-entry"><p class="p-author">&lt;img src=x onerror=alert(1)&gt;</p><p class="e-content">` + link + ` &lt;b&gt;</p></div>`, "webmention | pending | <img src=x onerror=alert(1)> | /p | <p>x &lt;b&gt;</p> | 7"},
		"a long text":          {`<div class="h-entry"><p class="e-content">` + link + strings.Repeat(" wordy", 1000) + `</p></div>`, "webmention | pending | 127.0.0.1 | /p | <p>x wordy"},
		"no link":              {`<p>` + target + `</p>`, ""},
		"a longer address":     {`<a href="` + target + `more">x</a>`, ""},
		"a link in a comment":  {`<!-- ` + link + ` -->`, ""},
		"a link in a script":   {`<script>"` + link + `"</script>`, ""},
		"a link in a template": {`<template>` + link + `</template>`, ""},
		"only for machines":    {`<link rel="canonical" href="` + target + `">`, ""},
		"a lookalike host":     {`<a href="https://courier.example.evil.example/the-dam-holds/">x</a><a href="https://courier.example@evil.example/the-dam-holds/">x</a>`, ""},
		"deep":                 {strings.Repeat("<div>", 5000) + link, ""},
		"many elements":        {strings.Repeat("<br>", 200_000) + link, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, dbtest.Open(t, db.SQLite))
			r.tell(r.shows("/p", c.page))
			got := strings.Join(r.comments(), "\n")
			if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
				t.Errorf("%q, want %q (%s)", got, c.want, r.states())
			}
			if len(got) > 800 {
				t.Errorf("%d bytes were kept", len(got))
			}
		})
	}
}

func TestReceive_AnswersOfTheSource(t *testing.T) {
	link := `<a href="` + target + `">x</a>`
	plain := func(kind, body string, status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	tries := 0
	for name, c := range map[string]struct {
		page   http.HandlerFunc
		states string
		kept   int
	}{
		"plain text":     {plain("text/plain", "I read "+target+", and so should you.", 200), "taken", 1},
		"other encoding": {plain("text/html; charset=iso-8859-1", "<title>caf\xe9</title>"+link, 200), "taken", 1},
		"no kind":        {plain("", "<title>t</title>"+link, 200), "taken", 1},
		"a picture":      {plain("image/png", link, 200), "refused: the source is no page", 0},
		"JSON":           {plain("application/json", `{"a":"`+target+`"}`, 200), "refused: the source is no page", 0},
		"gone":           {plain("text/html", link, 410), "refused: the source is gone", 0},
		"not found":      {plain("text/html", link, 404), "refused: the source is gone", 0},
		"forbidden":      {plain("text/html", link, 403), "refused: the source cannot be read", 0},
		"huge": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(link))
			for range 200 {
				_, _ = w.Write([]byte(strings.Repeat("x", 10_000)))
			}
		}, "refused: the source is larger than 1 MB", 0},
		"slow": {func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() }, "refused: the source could not be reached", 0},
		"a passing fault": {func(w http.ResponseWriter, _ *http.Request) {
			if tries++; tries < 3 {
				w.WriteHeader(503)
				return
			}
			_, _ = w.Write([]byte(link))
		}, "taken", 1},
		"a lasting fault": {plain("text/html", link, 500), "refused: the source could not be reached", 0},
		"to a private address": {func(w http.ResponseWriter, req *http.Request) {
			http.Redirect(w, req, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		},
			"refused: the source's address is not on the public internet", 0},
		"to this site": {func(w http.ResponseWriter, req *http.Request) {
			http.Redirect(w, req, "https://courier.example/the-dam-holds/", http.StatusFound)
		}, "", 0},
		"in a circle": {func(w http.ResponseWriter, req *http.Request) { http.Redirect(w, req, "/p", http.StatusFound) }, "refused: the source could not be reached", 0},
		"to a file": {func(w http.ResponseWriter, req *http.Request) {
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		}, "refused: the source's address is not on the public internet", 0},
		"to another page": {func(w http.ResponseWriter, req *http.Request) {
			if req.URL.RawQuery == "" {
				http.Redirect(w, req, "/p?moved", http.StatusMovedPermanently)
				return
			}
			_, _ = w.Write([]byte(link))
		}, "taken", 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, dbtest.Open(t, db.SQLite))
			r.tell(r.does("/p", c.page))
			if got := r.states(); c.states != "" && got != c.states || len(r.comments()) != c.kept {
				t.Errorf("%s, %v; want %s and %d", got, r.comments(), c.states, c.kept)
			}
			if len(r.asked) > 20 {
				t.Errorf("the source was asked %d times", len(r.asked))
			}
		})
	}
}

// TestReceive_NeverReachesInside sends sources that lead into the operator's own
// network.
func TestReceive_NeverReachesInside(t *testing.T) {
	r := newRoom(t, dbtest.Open(t, db.SQLite))
	touched := make(chan string, 10)
	inside := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) { touched <- req.URL.String() }))
	defer inside.Close()
	port := inside.URL[strings.LastIndexByte(inside.URL, ':'):]
	for i, source := range []string{inside.URL, "http://localhost" + port, "http://[::1]" + port, "http://0x7f000001" + port, "http://2130706433" + port, "http://127.1" + port,
		"http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[fd00:ec2::254]/", "https://metadata.google.internal/", "http://example.com:22/"} {
		r.clock.Advance(10 * time.Minute)
		err := r.service.Receive(t.Context(), mention.Notice{Source: source + "/" + fmt.Sprint(i), Target: target, Via: mention.Webmention, Client: client})
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
	}
	r.look()
	r.look()
	if len(touched) > 0 {
		t.Errorf("%s was reached", <-touched)
	}
	if len(r.comments()) > 0 || strings.Contains(r.states(), "taken") {
		t.Errorf("kept %v, %s", r.comments(), r.states())
	}
}

func TestReceive_RefusesAtOnce(t *testing.T) {
	r := newRoom(t, dbtest.Open(t, db.SQLite))
	const source = "https://gus.example/1"
	for name, c := range map[string]struct {
		source, target string
		cause          error
	}{
		"no source": {"", target, mention.ErrSource}, "no target": {source, "", mention.ErrTarget}, "a script": {"javascript:alert(1)", target, mention.ErrSource},
		"a path": {"/1", target, mention.ErrSource}, "ftp": {"ftp://gus.example/1", target, mention.ErrSource}, "a name in it": {"https://u:p@gus.example/", target, mention.ErrSource},
		"endless":   {source + strings.Repeat("x", 3000), target, mention.ErrSource},
		"this site": {"https://courier.example/other/", target, mention.ErrSource}, "this site under www": {"http://www.courier.example/", target, mention.ErrSource},
		"its former host": {"https://old.example/1", target, mention.ErrSource}, "itself": {target, target, mention.ErrSource},
		"another site": {source, "https://elsewhere.example/the-dam-holds/", mention.ErrTarget}, "nothing there": {source, "https://courier.example/nothing/", mention.ErrTarget},
		"the front": {source, "https://courier.example/", mention.ErrTarget}, "a draft": {source, "https://courier.example/draft/", mention.ErrTarget},
		"closed": {source, "https://courier.example/closed/", mention.ErrClosed},
	} {
		r.clock.Advance(time.Hour)
		err := r.service.Receive(t.Context(), mention.Notice{Source: c.source, Target: c.target, Via: mention.Webmention, Client: client})
		if !fault.Is(err, fault.Invalid) || !errors.Is(err, c.cause) {
			t.Errorf("%s: %v, want %v", name, err, c.cause)
		}
	}
	if got := r.states(); got != "" {
		t.Errorf("something waits: %s", got)
	}
	r.set(false, false)
	for _, via := range []mention.Via{mention.Webmention, mention.Pingback} {
		if err := r.service.Receive(t.Context(), mention.Notice{Source: source, Target: target, Via: via, Client: client}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s while switched off: %v", via, err)
		}
	}
}

func TestReceive_SwitchedOffBeforeTheLook(t *testing.T) {
	r := newRoom(t, dbtest.Open(t, db.SQLite))
	source := r.shows("/p", reply)
	if err := r.service.Receive(t.Context(), mention.Notice{Source: source, Target: target, Via: mention.Webmention, Client: client}); err != nil {
		t.Fatal(err)
	}
	r.set(false, false)
	r.look()
	if len(r.asked) > 0 || r.states() != "refused: switched off" {
		t.Errorf("asked %v, %s", r.asked, r.states())
	}
}

func TestReceive_Limits(t *testing.T) {
	r := newRoom(t, dbtest.Open(t, db.SQLite))
	send := func(source string, from string) error {
		return r.service.Receive(t.Context(), mention.Notice{Source: source, Target: target, Via: mention.Webmention, Client: netip.MustParseAddr(from)})
	}
	refused := func(n int, send func(i int) error) (first int) {
		first = -1
		for i := range n {
			if err := send(i); err != nil {
				if !fault.Is(err, fault.TooMany) {
					t.Fatal(err)
				}
				if first < 0 {
					first = i
				}
			}
		}
		return first
	}
	if at := refused(30, func(i int) error {
		return send(fmt.Sprintf("https://host%d.example/", i), fmt.Sprintf("198.51.100.%d", i))
	}); at != 20 {
		t.Errorf("one network was refused at %d", at)
	}
	if at := refused(30, func(i int) error {
		return send(fmt.Sprintf("https://victim.example/%d", i), fmt.Sprintf("10.%d.0.1", i))
	}); at != 20 {
		t.Errorf("notices about one host were refused at %d", at)
	}
	r.clock.Advance(time.Hour)
	if err := send("https://victim.example/x", "198.51.100.1"); err != nil {
		t.Errorf("after an hour: %v", err)
	}
}

func TestReceive_OnceWhateverIsSent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		source := r.shows("/p", reply)
		for range 5 {
			for _, to := range []string{target, "http://courier.example/the-dam-holds", "https://www.courier.example/the-dam-holds/#x"} {
				if err := r.service.Receive(t.Context(), mention.Notice{Source: source + "#y", Target: to, Via: mention.Webmention, Client: client}); err != nil {
					t.Fatal(err)
				}
			}
		}
		r.look()
		if len(r.comments()) != 1 || len(r.asked) != 1 {
			t.Errorf("%v after asking %v", r.comments(), r.asked)
		}
		// Sent again at once, the source is not asked before a minute is over.
		if err := r.service.Receive(t.Context(), mention.Notice{Source: source, Target: target, Via: mention.Webmention, Client: client}); err != nil {
			t.Fatal(err)
		}
		r.look()
		if len(r.asked) != 2 || len(r.comments()) != 1 {
			t.Errorf("asked %v", r.asked)
		}
	})
}

func (r *room) decide(status string) {
	r.t.Helper()
	r.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE comment SET status = $1`, status)
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE article SET comment_count = (SELECT COUNT(*) FROM comment WHERE status = 'approved') WHERE id = 7`)
		}
		return err
	})
}

// count is what the article counts.
func (r *room) count() (n int64) {
	r.t.Helper()
	if err := r.db.QueryRow(r.t.Context(), `SELECT comment_count FROM article WHERE id = 7`).Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

func TestReceive_UpdateAndDelete(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		source := r.shows("/p", reply)
		r.tell(source)
		r.decide("approved")
		r.tell(source) // nothing changed
		if got := r.comments()[0]; !strings.HasPrefix(got, "webmention | approved") || r.count() != 1 {
			t.Errorf("the same words again: %s, %d counted", got, r.count())
		}
		r.shows("/p", strings.Replace(reply, "I disagree", "Buy pills", 1))
		r.tell(source)
		if got := r.comments(); len(got) != 1 || !strings.HasPrefix(got[0], "webmention | pending") || !strings.Contains(got[0], "Buy pills") || r.count() != 0 {
			t.Errorf("other words: %v, %d counted", got, r.count())
		}
		r.decide("approved")
		// Somebody names an address of the article that the source does not use.
		r.clock.Advance(5 * time.Minute)
		if err := r.service.Receive(t.Context(), mention.Notice{Source: source, Target: "http://www.old.example/the-dam-holds", Via: mention.Webmention, Client: client}); err != nil {
			t.Fatal(err)
		}
		r.look()
		if got := r.comments(); len(got) != 1 || !strings.HasPrefix(got[0], "webmention | approved") {
			t.Errorf("another address of the article: %v", got)
		}
		r.shows("/p", "<p>Nothing about it any more")
		r.tell(source)
		r.want("webmention | removed |  |  |  | 7")
		if r.count() != 0 || r.states() != "gone: the source does not link to the article" {
			t.Errorf("%d counted, %s", r.count(), r.states())
		}
		r.shows("/p", reply)
		r.tell(source) // written again: moderators decide anew
		if got := r.comments(); len(got) != 1 || !strings.HasPrefix(got[0], "webmention | pending | Gus Other") {
			t.Errorf("the link is back: %v", got)
		}
		r.decide("approved")
		r.does("/p", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(410) })
		r.tell(source)
		r.want("webmention | removed |  |  |  | 7")
	})
}

func TestReceive_DecisionsStay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		for _, status := range []string{"spam", "binned"} {
			source := r.shows("/"+status, reply)
			r.tell(source)
			r.decide(status)
			r.shows("/"+status, strings.Replace(reply, "I disagree", "I insist", 1))
			r.tell(source)
			if got := r.comments(); len(got) != 1 || !strings.HasPrefix(got[0], "webmention | "+status) {
				t.Errorf("%s: %v", status, got)
			}
			r.write(func(ctx context.Context, tx *db.Tx) error { // erased
				_, err := tx.Exec(ctx, `DELETE FROM comment`)
				return err
			})
			r.tell(source)
			r.tell(source)
			if got := r.comments(); len(got) != 0 {
				t.Errorf("what was erased came back: %v", got)
			}
		}
	})
}

func TestReceive_ATroubledSourceTakesNothingAway(t *testing.T) {
	r := newRoom(t, dbtest.Open(t, db.SQLite))
	source := r.shows("/p", reply)
	r.tell(source)
	r.decide("approved")
	for _, status := range []int{500, 403} {
		r.does("/p", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		r.tell(source)
		if got := r.comments(); len(got) != 1 || !strings.HasPrefix(got[0], "webmention | approved | Gus Other") {
			t.Errorf("after %d: %v, %s", status, got, r.states())
		}
	}
}

func TestReceive_Pingback(t *testing.T) {
	r := newRoom(t, dbtest.Open(t, db.SQLite))
	if err := r.service.Receive(t.Context(), mention.Notice{Source: r.shows("/p", reply), Target: target, Via: mention.Pingback, Client: client}); err != nil {
		t.Fatal(err)
	}
	r.look()
	if got := r.comments(); len(got) != 1 || !strings.HasPrefix(got[0], "pingback | pending | Gus Other") {
		t.Errorf("%v", got)
	}
}

// What other sites say is judged like what readers write: a trusted eye sees
// what waits and why, moderators are told, and spam does not bother them.
func TestReceive_IsJudgedLikeComments(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		editor := account.Actor{ID: 5, Name: "Edda", Role: account.Editor}
		queue := func(status comment.Status) []comment.Held {
			t.Helper()
			page, err := r.talk.Queue(t.Context(), editor, comment.QueueFilter{Status: status})
			if err != nil {
				t.Fatal(err)
			}
			return page.Comments
		}
		notices := func() (n int64) {
			t.Helper()
			if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM job WHERE kind = $1`, comment.JobNotice).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		entry := func(text string) string {
			return `<article class="h-entry"><a class="p-author h-card" href="/">Gus Other</a><div class="e-content">` + text + ` <a href="` + target + `">link</a></div></article>`
		}
		spam := entry("CHEAP ROLEX WATCHES buy viagra casino bonus at https://casino-bonus.example/win https://casino-bonus.example/now https://pills.example/buy https://pills.example/more whatsapp +1 555 010 9999")
		r.tell(r.shows("/spam", spam))
		if got := queue(comment.StatusSpam); len(got) != 1 || len(got[0].Reasons) == 0 {
			t.Fatalf("spam: %+v; waiting: %+v", got, queue(comment.StatusPending))
		}
		if n := notices(); n != 0 {
			t.Errorf("moderators are told of spam: %d", n)
		}
		source := r.shows("/fair", entry("I disagree with the engineers, and I say why in this long reply about the dam and its gates."))
		r.tell(source)
		got := queue(comment.StatusPending)
		if len(got) != 1 || len(got[0].Reasons) == 0 || got[0].Wave == 0 {
			t.Fatalf("a fair reply: %+v", got)
		}
		if n := notices(); n != 1 {
			t.Errorf("of a waiting mention moderators are told by %d jobs", n)
		}
		// Other words of what was approved wait as if nobody had decided.
		if _, err := r.talk.Decide(t.Context(), editor, []int64{got[0].ID}, comment.Approve, nil); err != nil {
			t.Fatal(err)
		}
		r.shows("/fair", entry("I disagree with the engineers still, and say why in this longer reply about the dam and all its gates."))
		r.tell(source)
		if got := queue(comment.StatusPending); len(got) != 1 || !got[0].Decided.IsZero() {
			t.Errorf("changed words: %+v", got)
		} else if slices.ContainsFunc(got[0].Reasons, func(w comment.Reason) bool { return w.Word == "guard.wave" }) {
			t.Errorf("changed words are taken for a copy of themselves: %+v", got[0].Reasons)
		}
		// A ban of the domain and a rule that refuses hold for other sites, too.
		if err := r.talk.SaveRules(t.Context(), editor, []comment.Rule{{Kind: comment.RuleWord, Pattern: "zorbik", Action: comment.ActRefuse}}); err != nil {
			t.Fatal(err)
		}
		r.tell(r.shows("/ruled", entry("A word about the zorbik that everybody in the valley has been talking about since the spring.")))
		if err := r.talk.Ban(t.Context(), editor, comment.Ban{Kind: comment.BanDomain, Value: "farm.example"}); err != nil {
			t.Fatal(err)
		}
		r.tell(r.shows("/banned", entry(`See what <a href="https://links.farm.example/x">they</a> say of https://links.farm.example/x about it all.`)))
		if got := queue(comment.StatusSpam); len(got) != 3 {
			t.Errorf("after a rule and a ban %d are spam: %+v", len(got), got)
		}
	})
}
