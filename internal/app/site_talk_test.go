package app

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"net/http"
	"net/http/httptest"

	"dateline/internal/article"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/settings"
	"dateline/internal/site"
)

func openPolicy(s *settings.Site) { s.CommentPolicy = settings.CommentsOpen }

// say stores a comment as it stands.
func (p *paper) say(c comment.Comment) comment.Comment {
	p.t.Helper()
	if c.ID == 0 {
		c.ID = id.New()
	}
	if c.Kind == "" {
		c.Kind = comment.KindComment
	}
	if c.Status == "" {
		c.Status = comment.StatusApproved
	}
	c.Created = p.now.Now()
	p.write(func(ctx context.Context, tx *db.Tx) error { return p.app.comments.PutTx(ctx, tx, c) })
	return c
}

// send posts a form, as a browser does whose cookies are given.
func (p *paper) send(path string, form url.Values, cookies ...*http.Cookie) answer {
	r := httptest.NewRequest(http.MethodPost, "http://news.example"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return p.ask(r)
}

// field reads the value of a hidden field of the form.
func field(body, name string) string {
	_, rest, _ := strings.Cut(body, `name="`+name+`" value="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func TestTalk_OnlyPagesWithCommentsHaveAScript(t *testing.T) {
	each(t, openPolicy, func(t *testing.T, p *paper) {
		talked := p.story("Talked about", worldSection, article.PublishInput{}, nil)
		quiet := p.publish(p.harmless("Quiet"), article.PublishInput{})
		p.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE article SET comments_open = 0 WHERE id = $1`, quiet.ID)
			return err
		})
		p.drain()
		with := p.visit(talked.Path)
		policy := with.header.Get("Content-Security-Policy")
		if !strings.Contains(with.body, `<script defer src="/assets/`) || !strings.Contains(policy, "script-src http://news.example/assets/") ||
			!strings.Contains(policy, "require-trusted-types-for 'script'; trusted-types 'none'") {
			t.Errorf("an article that takes comments: %s", policy)
		}
		if cached := p.app.web.Stats(); true {
			p.visit(talked.Path)
			if now := p.app.web.Stats(); now.Hits != cached.Hits+1 || now.Misses != cached.Misses {
				t.Error("a page with a policy of its own is not stored")
			}
		}
		script := field(strings.ReplaceAll(with.body, `<script defer src="`, `name="js" value="`), "js")
		if a := p.visit(script); a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/javascript") || !strings.Contains(a.header.Get("Cache-Control"), "immutable") {
			t.Errorf("the script at %q: %d %v", script, a.status, a.header)
		}
		if a := p.visit(strings.Replace(script, "/assets/", "/assets/0", 1)); a.status != 200 || strings.Contains(a.header.Get("Cache-Control"), "immutable") {
			t.Errorf("a former address of the script: %d %s", a.status, a.header.Get("Cache-Control"))
		}
		for _, path := range []string{quiet.Path, "/", "/section/world/", "/feeds/", "/newsletter/", "/nothing/", "/comments/sign-in/"} {
			a := p.visit(path)
			if strings.Contains(a.body, "<script defer") || strings.Contains(a.header.Get("Content-Security-Policy"), "script-src") {
				t.Errorf("%s has a script", path)
			}
		}
		if strings.Contains(p.visit(quiet.Path).body, "respond") {
			t.Error("an article that takes no comments has their form")
		}
	})
}

func TestTalk_WritesAndIsThereAtOnce(t *testing.T) {
	each(t, openPolicy, func(t *testing.T, p *paper) {
		a := p.story("Talked about", worldSection, article.PublishInput{}, nil)
		p.drain()
		page := p.visit(a.Path)
		action := fmt.Sprintf("/comments/%d/write/", a.ID)
		form := url.Values{"name": {"Ann"}, "email": {"ann at example"}, "text": {"What I said & meant"}, "token": {field(page.body, "token")}, "parent": {"0"}}
		wrong := p.send(action, form)
		if wrong.status != 422 || !strings.Contains(wrong.body, "What I said &amp; meant") || !strings.Contains(wrong.body, `value="Ann"`) || !strings.Contains(wrong.body, `aria-invalid="true" aria-describedby="comment-email-error"`) {
			t.Fatalf("a mistake: %d\n%s", wrong.status, wrong.body)
		}
		if policy := wrong.header.Get("Content-Security-Policy"); strings.Contains(policy, "script-src") || wrong.header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("the form's own page: %s, %s", policy, wrong.header.Get("Cache-Control"))
		}
		form.Set("email", "ann@readers.example")
		for range 3 { // the same form is one comment
			sent := p.send(action, form)
			if sent.status != 303 || !strings.HasPrefix(sent.location, a.Path+"#comment-") {
				t.Fatalf("sent: %d %s\n%s", sent.status, sent.location, sent.body)
			}
		}
		if page = p.visit(a.Path); strings.Count(page.body, "What I said &amp; meant</p>") != 1 || !strings.Contains(page.body, "1 comment<") {
			t.Error("after the redirect the page does not show the comment once")
		}
		if cross := func() answer {
			r := httptest.NewRequest(http.MethodPost, "http://news.example"+action, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			return p.ask(r)
		}(); cross.status != 403 {
			t.Errorf("from another site: %d", cross.status)
		}
		for _, path := range []string{"/comments/0/write/", "/comments/7/write/", "/comments/x/", "/comments/99999999999999999999/", "/comments/1/page/worst/", "/comments/1/page/newest/zz/"} {
			if got := p.visit(path); got.status != 404 {
				t.Errorf("%s: %d", path, got.status)
			}
		}
	})
}

func TestTalk_PagesOfManyComments(t *testing.T) {
	each(t, openPolicy, func(t *testing.T, p *paper) {
		a := p.story("Talked about", worldSection, article.PublishInput{}, nil)
		p.drain()
		none := p.cost(a.Path)
		for n := range 7 {
			p.now.Advance(time.Minute)
			p.say(comment.Comment{Article: a.ID, Name: "Reader", Body: paragraph(fmt.Sprintf("Opinion %d.", n+1))})
		}
		if many := p.cost(a.Path); many > none+2 {
			t.Errorf("a page with comments takes %d statements, one without %d", many, none)
		}
		seen, path := "", a.Path
		for range 10 {
			got := p.visit(path)
			if got.status != 200 {
				t.Fatalf("%s: %d", path, got.status)
			}
			if path != a.Path && !strings.Contains(got.header.Get("X-Robots-Tag"), "noindex") {
				t.Errorf("%s is for search engines", path)
			}
			for n := range 7 {
				if strings.Contains(got.body, fmt.Sprintf("<p>Opinion %d.</p>", n+1)) {
					seen += fmt.Sprint(n + 1)
				}
			}
			_, rest, more := strings.Cut(got.body, `comments-next"><a href="`)
			if !more {
				break
			}
			path, _, _ = strings.Cut(rest, "#")
		}
		if seen != "1234567" {
			t.Errorf("the pages show %s", seen)
		}
		newest := p.visit(fmt.Sprintf("/comments/%d/page/newest/", a.ID))
		if newest.status != 200 || strings.Index(newest.body, "Opinion 7.") > strings.Index(newest.body, "Opinion 6.") {
			t.Errorf("the newest first: %d", newest.status)
		}
		// Each comment's place is found.
		rows, err := p.app.db.Query(p.ctx, `SELECT id FROM comment WHERE article_id = $1`, a.ID)
		all, err := db.All(rows, err, func(r *sql.Rows) (n int64, err error) { return n, r.Scan(&n) })
		p.must(err)
		for _, n := range all {
			to := p.visit(fmt.Sprintf("/comments/%d/in/", n))
			place, _, _ := strings.Cut(to.location, "#")
			if to.status != 303 || !strings.Contains(p.visit(place).body, fmt.Sprintf(`data-comment="%d"`, n)) {
				t.Errorf("comment %d is said to be at %s", n, to.location)
			}
		}
	})
}

// TestTalk_NothingHiddenShows stores comments that readers may not read, with
// marks in every field, and looks for the marks in everything that is public.
func TestTalk_NothingHiddenShows(t *testing.T) {
	each(t, openPolicy, func(t *testing.T, p *paper) {
		a := p.story("Talked about", worldSection, article.PublishInput{}, nil)
		p.drain()
		const mark = "zqhidden"
		secret := func(c comment.Comment) comment.Comment {
			c.Article, c.Name, c.URL, c.Email, c.Body = a.ID, mark+"name", "https://"+mark+".example/", mark+"@mail.example", paragraph(mark+"text")
			return c
		}
		var hidden []comment.Comment
		for _, status := range []comment.Status{comment.StatusPending, comment.StatusSpam, comment.StatusBinned} {
			c := p.say(secret(comment.Comment{Status: status}))
			hidden = append(hidden, c)
			p.say(comment.Comment{Article: a.ID, Parent: c.ID, Name: "Reader", Email: mark + "2@mail.example", Body: paragraph("An answer.")})
		}
		gone := p.say(secret(comment.Comment{}))
		p.say(comment.Comment{Article: a.ID, Parent: gone.ID, Name: "Reader", Body: paragraph("Another answer.")})
		p.now.Advance(time.Minute)
		first, err := p.app.live.Join(p.ctx, a.ID, netip.MustParseAddr("10.0.0.1"), comment.Cursor{At: db.Micros(p.now.Now())})
		p.must(err)
		hears(t, first) // all that is public, a moment ago
		p.now.Advance(time.Minute)
		gone.Status = comment.StatusSpam
		p.say(gone)
		if said := hears(t, first); bytes.Contains(said, []byte(mark)) || !bytes.Contains(said, []byte(`"gone":true`)) {
			t.Errorf("of a comment that went away the stream says %s", said)
		}
		first.Leave()
		listener, err := p.app.live.Join(p.ctx, a.ID, netip.MustParseAddr("10.0.0.1"), comment.Cursor{At: db.Micros(opening)})
		p.must(err)
		defer listener.Leave()
		paths := []string{a.Path, "/", "/section/world/", "/feed/", "/comments/feed/", "/comments/feed/atom/", "/comments/feed/json/", a.Path + "feed/", a.Path + "feed/atom/", a.Path + "feed/json/",
			a.Path + "comment-page-2/", "/sitemap.xml", fmt.Sprintf("/comments/%d/write/", a.ID)}
		for _, order := range []string{"oldest", "newest", "best"} {
			paths = append(paths, fmt.Sprintf("/comments/%d/page/%s/", a.ID, order))
		}
		for _, c := range append(hidden, gone) {
			for _, deed := range []string{"", "in/", "reply/", "edit/", "remove/", "thread/"} {
				paths = append(paths, fmt.Sprintf("/comments/%d/%s", c.ID, deed))
			}
		}
		p.now.Advance(time.Second)
		for _, path := range paths {
			got := p.visit(path)
			if got.status >= 500 || strings.Contains(got.body, mark) || strings.Contains(fmt.Sprint(got.header), mark) {
				t.Errorf("%s (%d) shows what is hidden", path, got.status)
			}
		}
		if shown := p.visit(a.Path).body; !strings.Contains(shown, "There was a comment here.") || !strings.Contains(shown, "An answer.") {
			t.Error("the places of what is hidden are not on the page")
		}
		said := drainLine(listener, 2*time.Second)
		if bytes.Contains(said, []byte(mark)) || !bytes.Contains(said, []byte("An answer.")) {
			t.Errorf("the stream says %s", said)
		}
	})
}

// drainLine returns what a line says until it was quiet for a while.
func drainLine(l *site.Listener, quiet time.Duration) (all []byte) {
	for {
		select {
		case wire := <-l.Out:
			all = append(all, wire...)
		case <-time.After(quiet):
			return all
		}
	}
}

// hears waits for what a line says next.
func hears(t *testing.T, l *site.Listener) []byte {
	t.Helper()
	select {
	case wire := <-l.Out:
		return wire
	case <-time.After(time.Minute):
		t.Fatal("the line stays silent")
	}
	return nil
}

// cursorIn is the number of a message.
func cursorIn(t *testing.T, wire []byte) comment.Cursor {
	t.Helper()
	_, rest, _ := strings.Cut(string(wire), "id: ")
	text, _, _ := strings.Cut(rest, "\n")
	at, err := comment.ParseCursor(text)
	if err != nil {
		t.Fatalf("%v in %s", err, wire)
	}
	return at
}

func TestLive_OneReadAndOneEncodingForAll(t *testing.T) {
	each(t, openPolicy, func(t *testing.T, p *paper) {
		a := p.story("Talked about", worldSection, article.PublishInput{}, nil)
		p.drain()
		const readers = 5000
		lines := make([]*site.Listener, readers)
		var err error
		before := int64(0)
		for n := range lines {
			lines[n], err = p.app.live.Join(p.ctx, a.ID, netip.AddrFrom4([4]byte{127, byte(n >> 8), byte(n), 1}), comment.Cursor{At: db.Micros(p.now.Now()) + 1})
			p.must(err)
			if n == 0 {
				before = p.statements.Load()
			}
		}
		if cost := p.statements.Load() - before; cost > 0 {
			t.Errorf("%d lines took %d statements", readers-1, cost)
		}
		p.now.Advance(time.Second)
		before = p.statements.Load()
		p.say(comment.Comment{Article: a.ID, Name: "Ann", Body: paragraph("Heard by all.")})
		written := p.statements.Load() - before
		first := hears(t, lines[0])
		for n, l := range lines {
			if n == 0 {
				continue
			}
			if wire := hears(t, l); &wire[0] != &first[0] {
				t.Fatalf("line %d was given bytes of its own", n)
			}
		}
		if cost := p.statements.Load() - before; cost > written+20 {
			t.Errorf("one comment took %d statements, %d to write it", cost, written)
		}
		if !bytes.Contains(first, []byte("Heard by all.")) || !bytes.Contains(first, []byte(`"count":1`)) {
			t.Errorf("the lines say %s", first)
		}
		for _, l := range lines {
			l.Leave()
			l.Leave() // once is enough
		}
		if n := p.app.live.Listening(); n != 0 {
			t.Errorf("%d lines are left", n)
		}
	})
}

// TestLive_IsHeardByBrowsers: a line over a connection, from its head to its end.
func TestLive_IsHeardByBrowsers(t *testing.T) {
	each(t, openPolicy, func(t *testing.T, p *paper) {
		a := p.story("Talked about", worldSection, article.PublishInput{}, nil)
		p.drain()
		server := httptest.NewServer(p.app.handler())
		defer server.Close()
		ask := func(method string) *http.Response {
			r, err := http.NewRequestWithContext(p.ctx, method, fmt.Sprintf("%s/comments/%d/live/", server.URL, a.ID), nil)
			p.must(err)
			r.Host = "news.example"
			resp, err := server.Client().Do(r)
			p.must(err)
			return resp
		}
		ask(http.MethodHead).Body.Close()
		if n := p.app.live.Listening(); n != 0 {
			t.Errorf("HEAD left %d lines", n)
		}
		resp := ask(http.MethodGet)
		defer resp.Body.Close()
		if kind, cache := resp.Header.Get("Content-Type"), resp.Header.Get("Cache-Control"); kind != "text/event-stream" || cache != "private, no-store" {
			t.Errorf("the line is %q, kept as %q", kind, cache)
		}
		in := bufio.NewScanner(resp.Body)
		if !in.Scan() || in.Text() != "retry: 4000" {
			t.Errorf("it begins with %q: %v", in.Text(), in.Err())
		}
		p.now.Advance(time.Second)
		p.say(comment.Comment{Article: a.ID, Name: "Ann", Body: paragraph("Heard by all.")})
		for in.Scan() && !strings.HasPrefix(in.Text(), "data: ") {
		}
		if !strings.Contains(in.Text(), "Heard by all.") {
			t.Errorf("it says %q: %v", in.Text(), in.Err())
		}
		p.app.live.Close()
		for in.Scan() {
		}
		if n := p.app.live.Listening(); in.Err() != nil || n != 0 {
			t.Errorf("at the end %d lines are left: %v", n, in.Err())
		}
	})
}

func TestLive_ResumesBoundsAndEnds(t *testing.T) {
	each(t, openPolicy, func(t *testing.T, p *paper) {
		a := p.story("Talked about", worldSection, article.PublishInput{}, nil)
		p.drain()
		client := netip.MustParseAddr("10.1.1.1")
		page := comment.Cursor{At: db.Micros(p.now.Now())}
		p.now.Advance(time.Minute)
		p.say(comment.Comment{Article: a.ID, Name: "Ann", Body: paragraph("Before anybody listens.")})
		p.now.Advance(time.Minute)
		one, err := p.app.live.Join(p.ctx, a.ID, client, page) // the page was made before the comment
		p.must(err)
		missed := hears(t, one)
		if !bytes.Contains(missed, []byte("Before anybody listens.")) {
			t.Errorf("who has an older page hears %s", missed)
		}
		p.say(comment.Comment{Article: a.ID, Name: "Ben", Body: paragraph("Heard live.")})
		live := hears(t, one)
		if !bytes.Contains(live, []byte("Heard live.")) || bytes.Contains(live, []byte("Before anybody")) {
			t.Errorf("live: %s", live)
		}
		one.Leave()
		p.now.Advance(time.Minute)
		p.say(comment.Comment{Article: a.ID, Name: "Cy", Body: paragraph("While the line was down.")})
		again, err := p.app.live.Join(p.ctx, a.ID, client, cursorIn(t, live))
		p.must(err)
		if got := hears(t, again); !bytes.Contains(got, []byte("While the line was down.")) {
			t.Errorf("who comes back hears %s", got)
		}
		var some []*site.Listener
		for err == nil && len(some) < 1000 {
			var l *site.Listener
			if l, err = p.app.live.Join(p.ctx, a.ID, client, comment.Cursor{}); err == nil {
				some = append(some, l)
			}
		}
		if !fault.Is(err, fault.TooMany) || len(some) > 100 {
			t.Errorf("one address has %d lines: %v", len(some), err)
		}
		if _, err := p.app.live.Join(p.ctx, 7, client, comment.Cursor{}); !fault.Is(err, fault.TooMany) && !fault.Is(err, fault.NotFound) {
			t.Errorf("of no article: %v", err)
		}
		for _, l := range some {
			l.Leave()
		}
		if _, err := p.app.live.Join(p.ctx, 7, client, comment.Cursor{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("of no article: %v", err)
		}
		a, _, err = article.NewPublic(p.app.db, p.now).Read(p.ctx, a.ID)
		p.must(err)
		_, err = p.app.articles.Withdraw(p.ctx, p.actor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "It was wrong."})
		p.must(err)
		if got := hears(t, again); !bytes.HasPrefix(got, []byte("event: end")) {
			t.Errorf("after the article was withdrawn: %s", got)
		}
		<-again.Done
		again.Leave()
		if _, err := p.app.live.Join(p.ctx, a.ID, client, comment.Cursor{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("of a withdrawn article: %v", err)
		}
		other := p.story("Another", worldSection, article.PublishInput{}, nil)
		last, err := p.app.live.Join(p.ctx, other.ID, client, comment.Cursor{})
		p.must(err)
		p.app.live.Close()
		<-last.Done
		last.Leave()
		if _, err := p.app.live.Join(p.ctx, other.ID, client, comment.Cursor{}); !fault.Is(err, fault.Unavailable) {
			t.Errorf("of a server that stops: %v", err)
		}
	})
}
