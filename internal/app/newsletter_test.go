package app

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"dateline/internal/settings"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	stdmail "net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // looks through tables as a thief of the database would
	_ "modernc.org/sqlite"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/mail"
	"dateline/internal/mail/mailtest"
	"dateline/internal/richtext"
	"dateline/internal/subscriber"
)

// post gives readers' letters a mail server.
func (p *paper) mailsReaders() *mailtest.Server {
	p.t.Helper()
	server := (&mailtest.Server{}).Start(p.t)
	sender, err := mail.New(mail.Config{Host: server.Host, Port: server.Port, Security: mail.StartTLS, Roots: server.Roots, From: "news@paper.example"}, p.now)
	p.must(err)
	p.app.readers.UsePost(subscriber.Post{Send: sender.Send, Origin: func() string { return "http://news.example" }})
	p.write(func(_ context.Context, tx *db.Tx) error { tx.Purge("*"); return nil })
	return server
}

// got is a letter that the mail server took, read by the standard library.
type got struct {
	to     string
	header stdmail.Header
	text   string
}

func read(t *testing.T, l mailtest.Letter) got {
	t.Helper()
	m, err := stdmail.ReadMessage(strings.NewReader(l.Raw))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	part, err := multipart.NewReader(m.Body, params["boundary"]).NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(part))
	if err != nil {
		t.Fatal(err)
	}
	return got{l.To, m.Header, string(text)}
}

// letters are those to an address since the last n, after the jobs have run.
func (p *paper) letters(server *mailtest.Server, n int) []got {
	p.t.Helper()
	p.drain()
	var out []got
	for _, l := range server.Letters()[n:] {
		out = append(out, read(p.t, l))
	}
	return out
}

var readersLink = regexp.MustCompile(`http://news\.example(/newsletter/[a-z-]+/\S+)`)

func (g got) link(t *testing.T, path string) string {
	t.Helper()
	for _, m := range readersLink.FindAllStringSubmatch(g.text, -1) {
		if strings.HasPrefix(m[1], path) {
			return m[1]
		}
	}
	t.Fatalf("no link to %s in\n%s", path, g.text)
	return ""
}

// reader is a reader's browser that comes from a network of its own and keeps
// everything that it saw.
type reader struct {
	*browser
	network int
	saw     *strings.Builder
}

func (p *paper) reader(network int) *reader {
	return &reader{p.browser(), network, &strings.Builder{}}
}

func (r *reader) send(method, path, body string, change func(*http.Request)) answer {
	req := httptest.NewRequest(method, "http://news.example"+path, strings.NewReader(body))
	if method == http.MethodGet {
		req = httptest.NewRequest(method, "http://news.example"+path, nil)
	} else {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if change != nil {
		change(req)
	}
	req.Host, req.RemoteAddr = "news.example", fmt.Sprintf("10.200.%d.7:999", r.network)
	rec := httptest.NewRecorder()
	r.p.app.handler().ServeHTTP(rec, req)
	a := answer{rec.Code, rec.Header(), rec.Body.String(), rec.Header().Get("Location")}
	fmt.Fprintln(r.saw, path, a.header, a.body)
	return a
}

func (r *reader) get(path string) answer { return r.send(http.MethodGet, path, "", nil) }

func (r *reader) post(path string, pairs ...string) answer {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r.p.now.Advance(10 * time.Second) // people are no faster, and the limits know it
	return r.send(http.MethodPost, path, form.Encode(), nil)
}

func TestNewsletter_FromTheBoxToErasure(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		p.story("A harbour vote", worldSection, article.PublishInput{}, nil)
		if got := p.visit("/world/a-harbour-vote/"); strings.Contains(got.body, "newsletter-form") {
			t.Error("a box where nobody can sign up: there is no mail server")
		}
		server := p.mailsReaders()
		for _, path := range []string{"/world/a-harbour-vote/", "/", "/newsletter/"} {
			page := p.visit(path)
			if page.status != 200 || strings.Count(page.body, `<form class="newsletter-form" method="post" action="/newsletter/">`) != 1 || !strings.Contains(page.body, "never sold or shared") {
				t.Errorf("%s: %d without one box:\n%s", path, page.status, page.body)
			}
			if len(page.header["Set-Cookie"]) > 0 || !strings.HasPrefix(page.header.Get("Cache-Control"), "public") {
				t.Errorf("%s is not a page for everybody: %v", path, page.header)
			}
		}
		r := p.reader(1)
		p.leads("signing up", r.post("/newsletter/", "address", "ann@reader.example", "language", "de", "page", "/world/a-harbour-vote/", "website", ""), "/newsletter/sent/")
		p.shows("what follows", r.get("/newsletter/sent/"), 200, "Look into your mailbox")
		first := p.letters(server, 0)
		if len(first) != 1 || first[0].to != "ann@reader.example" || !strings.Contains(first[0].text, "Bestätigen") || first[0].header.Get("List-Unsubscribe") != "" {
			t.Fatalf("letters: %+v", first)
		}
		link := first[0].link(t, subscriber.ConfirmPath)
		for range 3 { // a scanner of mail follows the link
			page := r.get(link)
			p.shows("the link", page, 200, "Yes, I want to read this")
			if page.header.Get("X-Robots-Tag") != "noindex" || page.header.Get("Referrer-Policy") != "same-origin" {
				t.Errorf("the page of a secret link: %v", page.header)
			}
		}
		if n := len(p.letters(server, 1)); n != 0 {
			t.Fatalf("following the link confirmed: %d letters", n)
		}
		if foreign := r.send(http.MethodPost, link, "", func(req *http.Request) { req.Header.Set("Sec-Fetch-Site", "cross-site") }); foreign.status != 403 {
			t.Errorf("another site confirms: %d", foreign.status)
		}
		p.shows("confirming", r.post(link), 200, "Welcome")
		p.shows("confirming again", r.post(link), 200, "You are a reader already")
		welcome := p.letters(server, 1)
		if len(welcome) != 1 || welcome[0].header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
			t.Fatalf("welcome: %+v", welcome)
		}
		prefs := welcome[0].link(t, subscriber.PreferencesPath)
		page := r.get(prefs)
		p.shows("the preferences", page, 200, "For a…@reader.example")
		if strings.Contains(page.body, "ann@reader") {
			t.Error("a link that does not end shows the address")
		}
		p.shows("erasing without a fresh link", r.post(prefs, "do", "erase", "sure", "1"), 403, "not whole")
		p.leads("asking for a link", r.post(prefs, "do", "fresh"), prefs+"?done=fresh")
		own := p.letters(server, 2)
		if len(own) != 1 {
			t.Fatalf("own link: %+v", own)
		}
		fresh := own[0].link(t, subscriber.PreferencesPath)
		p.shows("the fresh link", r.get(fresh), 200, "For ann@reader.example")
		p.leads("choosing", r.post(fresh, "do", "save", "newsletter", "1", "name", "Ann", "language", "en", "zone", "Europe/Paris"), fresh+"?done=saved")
		p.shows("choosing", r.get(fresh+"?done=saved"), 200, `value="Ann"`)
		data := r.post(fresh, "do", "data")
		p.shows("own data", data, 200, `"address": "ann@reader.example"`)
		if !strings.Contains(data.body, `"what": "confirmed"`) || !strings.Contains(data.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("own data: %v\n%s", data.header, data.body)
		}
		p.shows("a wrong address", r.post(fresh, "do", "move", "address", "ann@reader"), 422, `value="ann@reader"`)
		p.leads("moving", r.post(fresh, "do", "move", "address", "ann@elsewhere.example"), fresh+"?done=move")
		p.shows("moving", r.get(fresh), 200, "Waiting for confirmation at ann@elsewhere.example")
		moved := p.letters(server, 3)
		if len(moved) != 2 {
			t.Fatalf("letters about the move: %+v", moved)
		}
		var to string
		for _, m := range moved {
			if m.to == "ann@elsewhere.example" {
				to = m.link(t, subscriber.MovePath)
			}
		}
		p.shows("the new address", r.get(to), 200, "Use this address from now on?")
		p.shows("using it", r.post(to), 200, "Your address has changed")
		p.shows("using it again", r.post(to), 410, "This link has done its work")

		leave := strings.Trim(welcome[0].header.Get("List-Unsubscribe"), "<>")
		oneClick := strings.TrimPrefix(leave, "http://news.example")
		p.shows("leaving by hand", r.get(oneClick), 200, "Leave all newsletters")
		if a := r.send(http.MethodPost, oneClick, "x=1", nil); a.status != 400 {
			t.Errorf("one click without its field: %d", a.status)
		}
		for range 2 {
			a := r.send(http.MethodPost, oneClick, "List-Unsubscribe=One-Click", func(req *http.Request) {
				req.Header.Set("Sec-Fetch-Site", "cross-site")
				req.Header.Set("Origin", "https://mail.example")
			})
			if a.status != 200 || a.location != "" || len(a.header["Set-Cookie"]) > 0 {
				t.Errorf("one click: %d %v", a.status, a.header)
			}
		}
		p.shows("afterwards", r.get(fresh), 200, "You get nothing from us at present")
		p.shows("erasing unsure", r.post(fresh, "do", "erase"), 422, "first")
		p.shows("erasing", r.post(fresh, "do", "erase", "sure", "1", "never", "1"), 200, "Everything is erased")
		p.shows("after it", r.get(fresh), 410, "We do not have your address")
		p.shows("the old link", r.get(prefs), 410, "We do not have your address")
		if a := r.send(http.MethodPost, oneClick, "List-Unsubscribe=One-Click", nil); a.status != 200 {
			t.Errorf("one click of somebody erased: %d", a.status)
		}
		p.shows("a broken link", r.get(prefs+"x"), 403, "This link is not whole")
	})
}

// TestNewsletter_FormKeepsWhatWasTyped and answers strangers nothing.
func TestNewsletter_FormKeepsWhatWasTyped(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		server := p.mailsReaders()
		r := p.reader(1)
		p.shows("nonsense", r.post("/newsletter/", "address", "ann at home"), 422, `value="ann at home"`)
		slip := r.post("/newsletter/", "address", "ann@gmial.com", "page", "/x/")
		p.shows("a slip", slip, 422, "Did you mean ann@gmail.com?")
		if !strings.Contains(slip.body, `value="ann@gmial.com"`) || !strings.Contains(slip.body, `name="use" value="typed"`) {
			t.Error("what was typed is lost, or cannot be kept")
		}
		p.leads("meant", p.reader(2).post("/newsletter/", "address", "ann@gmial.com", "use", "hint"), "/newsletter/sent/")
		p.leads("right", p.reader(3).post("/newsletter/", "address", "bob@gmial.com", "use", "typed"), "/newsletter/sent/")
		p.leads("a program", p.reader(4).post("/newsletter/", "address", "spam@gmail.com", "website", "http://spam.example"), "/newsletter/sent/")
		to := map[string]bool{}
		for _, l := range p.letters(server, 0) {
			to[l.to] = true
		}
		if len(to) != 2 || !to["ann@gmail.com"] || !to["bob@gmial.com"] {
			t.Errorf("letters to %v", to)
		}

		// Many from one network are asked once more, with the age of the form.
		many := p.reader(5)
		for i := range 2 { // within two minutes
			p.leads("at first", many.post("/newsletter/", "address", fmt.Sprintf("m%d@paper.example", i)), "/newsletter/sent/")
		}
		again := many.post("/newsletter/", "address", "m2@paper.example")
		p.shows("the third", again, 200, "Please press the button once more")
		token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(again.body)
		if token == nil {
			t.Fatal("no token")
		}
		p.shows("at once", many.send(http.MethodPost, "/newsletter/", "address=m2%40paper.example&token="+token[1], nil), 200, "once more")
		p.leads("later", many.post("/newsletter/", "address", "m2@paper.example", "token", token[1]), "/newsletter/sent/")
		for i := range 2 {
			p.leads("up to five", many.post("/newsletter/", "address", fmt.Sprintf("n%d@paper.example", i), "token", token[1]), "/newsletter/sent/")
		}
		p.shows("the sixth", many.post("/newsletter/", "address", "m6@paper.example", "token", token[1]), 429, `value="m6@paper.example"`)
	})
}

// TestNewsletter_CountPurgesRarely: a page with a box is rendered again when the
// round number changes, not with each reader.
// prove does the work of ui/site/proof.ts.
func prove(token, address string) string {
	for n := 0; ; n++ {
		sum := sha256.Sum256([]byte(token + "\n" + address + "\n" + strconv.Itoa(n)))
		if sum[0] == 0 && sum[1] == 0 && sum[2] < 128 {
			return strconv.Itoa(n)
		}
	}
}

// workToken is that of the form on a page.
func workToken(t *testing.T, page answer) string {
	t.Helper()
	_, rest, ok := strings.Cut(page.body, `name="token" value="`)
	token, _, _ := strings.Cut(rest, `"`)
	if !ok {
		t.Fatalf("no token on\n%s", page.body)
	}
	return token
}

func TestNewsletter_TakesWork(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		server := p.mailsReaders()
		p.must(p.app.ChangeSite(p.ctx, setting("newsletter_proof", "yes")))
		r := p.reader(1)
		const working = "One moment: your browser"
		first := r.post("/newsletter/", "address", "ann@gmial.com", "use", "typed")
		p.shows("without work", first, 200, working)
		token := workToken(t, first)
		if policy := first.header.Get("Content-Security-Policy"); !strings.Contains(policy, "/proof.js") || !strings.Contains(first.body, "/proof.js") || !strings.Contains(first.body, `data-bits="17"`) || !strings.Contains(first.body, `name="use" value="typed"`) {
			t.Errorf("the page does not work: %s\n%s", policy, first.body)
		}
		if page := p.visit("/newsletter/"); strings.Contains(page.body, "proof") {
			t.Error("the page of everybody has the script")
		}
		proof := prove(token, "ann@gmial.com")
		for i, c := range []struct{ what, address, token, proof string }{
			{"for a token of their own", "ann@gmial.com", "x", prove("x", "ann@gmial.com")}, {"no number", "ann@gmial.com", token, ""},
			{"another number", "ann@gmial.com", token, proof + "1"}, {"a long number", "ann@gmial.com", token, "00000000000000" + proof},
			{"for another address", "bob@reader.example", token, proof},
		} {
			form := url.Values{"address": {c.address}, "use": {"typed"}, "token": {c.token}, "proof": {c.proof}}
			p.shows(c.what, p.reader(30+i).send(http.MethodPost, "/newsletter/", form.Encode(), nil), 200, working)
		}
		p.leads("the work", p.reader(2).post("/newsletter/", "address", "ann@gmial.com", "use", "typed", "token", token, "proof", proof), "/newsletter/sent/")
		p.now.Advance(2 * time.Hour)
		p.shows("the work of long ago", r.post("/newsletter/", "address", "ann@gmial.com", "use", "typed", "token", token, "proof", proof), 200, working)

		var tokens []string
		for i := range 8 {
			tokens = append(tokens, workToken(t, p.reader(10+i).post("/newsletter/", "address", "plain@reader.example")))
		}
		p.shows("without script, too soon", p.reader(17).post("/newsletter/", "address", "plain@reader.example", "token", tokens[7]), 200, working)
		p.now.Advance(30 * time.Second)
		for i, token := range tokens {
			form := url.Values{"address": {fmt.Sprintf("plain%d@reader.example", i)}, "token": {token}}
			a := p.reader(20+i).send(http.MethodPost, "/newsletter/", form.Encode(), nil)
			if i < 6 {
				p.leads("who waited", a, "/newsletter/sent/")
			} else {
				p.shows("one too many", a, 200, "Many people sign up without script")
			}
		}
		if got := p.letters(server, 0); len(got) != 7 {
			t.Errorf("%d letters, want 7", len(got))
		}
	})
}

func TestNewsletter_CountPurgesRarely(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		server := p.mailsReaders()
		p.must(p.app.ChangeSite(p.ctx, setting("newsletter_min", "10")))
		a := p.story("A harbour vote", worldSection, article.PublishInput{}, func(c *article.Content) {
			c.Body.Content = append(c.Body.Content, richtext.Node{Type: "newsletter_box"})
		})
		join := func(i int) {
			p.now.Advance(time.Minute)
			reader := p.reader(i)
			reader.post("/newsletter/", "address", fmt.Sprintf("r%d@paper.example", i))
			n := len(server.Letters())
			p.shows("joining", reader.post(p.letters(server, n)[0].link(t, subscriber.ConfirmPath)), 200, "Welcome")
			p.drain()
		}
		for i := range 10 {
			join(i)
		}
		page := p.visit(a.Path)
		if strings.Contains(page.body, "Join over") || strings.Count(page.body, "newsletter-form") != 1 {
			t.Fatalf("with ten readers, or with two boxes:\n%s", page.body)
		}
		join(10)
		if page = p.visit(a.Path); !strings.Contains(page.body, "Join over 10 readers") {
			t.Errorf("with eleven readers:\n%s", page.body)
		}
		p.warm(a.Path)
		for i := 11; i < 20; i++ {
			join(i)
		}
		if p.renders(a.Path) {
			t.Error("every new reader makes all pages with a box be rendered again")
		}
	})
}

// TestNewsletter_AddressesAreNowhereInTheClear follows a reader from sign-up to
// erasure and then looks through every table, file, line of the log and answer.
func TestNewsletter_AddressesAreNowhereInTheClear(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		server := p.mailsReaders()
		r := p.reader(1)
		const old, moved, hard = "Canary.Oldbird@reader.example", "canary.newbird@elsewhere.example", "canary.bounce@reader.example"
		r.post("/newsletter/", "address", old, "page", "/?q="+old)
		confirm := p.letters(server, 0)[0].link(t, subscriber.ConfirmPath)
		r.get(confirm)
		r.post(confirm)
		prefs := p.letters(server, 1)[0].link(t, subscriber.PreferencesPath)
		r.get(prefs)
		r.post(prefs, "do", "fresh")
		fresh := p.letters(server, 2)[0].link(t, subscriber.PreferencesPath)
		shown := r.saw.Len()
		public := r.saw.String()
		r.get(fresh) // shows the address to its owner, as do the next ones
		r.post(fresh, "do", "save", "newsletter", "1", "name", "Bird")
		r.post(fresh, "do", "data")
		r.post(fresh, "do", "move", "address", moved)
		r.get(fresh)
		var to string
		for _, l := range p.letters(server, 3) {
			if l.to == moved {
				to = l.link(t, subscriber.MovePath)
			}
		}
		_ = shown
		second := p.reader(2)
		second.get(to)
		second.post(to)
		// A mailbox that does not exist, and one whose letter waits.
		server.Reply = func(command, argument string) string {
			if command == "RCPT" && strings.Contains(argument, "bounce") {
				return "550 5.1.1 <" + hard + ">: no such user"
			}
			return ""
		}
		second.post("/newsletter/", "address", hard)
		_ = p.app.jobs.Drain(p.ctx)
		second.post("/newsletter/", "address", "canary.waiting@reader.example") // its job waits
		p.leaks("while reading", public+second.saw.String())

		// The positive control: a planted address is found in table, file and log.
		p.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO setting (key, value, updated_at) VALUES ('planted', 'see canary.planted@x.example', 1)`)
			return err
		})
		planted := filepath.Join(p.app.cfg.Data, "media", "planted.txt")
		p.must(os.WriteFile(planted, []byte("see CANARY.planted@x.example"), 0o600))
		p.app.log.Info("see canary.planted@x.example")
		if found := p.canaries("canary.planted@x.example"); len(found) < 3 {
			t.Errorf("the search finds only %v", found)
		}
		p.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM setting WHERE key = 'planted'`)
			return err
		})
		p.must(os.Remove(planted))

		ids := p.column(`SELECT id FROM subscriber`)
		if n := p.number(`SELECT COUNT(*) FROM consent`); n < 4 {
			t.Errorf("%d lines of consent before erasure", n)
		}
		reader := ids[0]
		number, err := strconv.ParseInt(reader, 10, 64)
		p.must(err)
		p.write(func(ctx context.Context, tx *db.Tx) error {
			if err := p.app.readers.Noted(ctx, tx, p.app.readers.Mark(1, number)); err != nil { // opened a letter of a site that keeps that
				return err
			}
			_, err := tx.Exec(ctx, `INSERT INTO mailing_recipient (id, mailing_id, chunk_id, subscriber_id, state, variant) VALUES (1, 1, 1, $1, 'sent', 'all')`, number)
			return err
		})
		if n := p.number(`SELECT COUNT(*) FROM subscription WHERE engaged_at > 0`); n != 1 {
			t.Errorf("%d readers have a day on which they read", n)
		}
		p.shows("own data", r.post(fresh, "do", "data"), 200, "last_opened_or_followed_a_link")
		r.post(fresh, "do", "leave")
		p.shows("erasing", r.post(fresh, "do", "erase", "sure", "1"), 200, "Everything is erased")
		p.leaks("after erasure", "")
		for table, text := range p.dump() {
			if table != "audit" && strings.Contains(text, reader) { // there the number leads to nobody
				t.Errorf("after erasure the reader's number stands in %s", table)
			}
		}
		for _, table := range []string{"subscriber WHERE id = ", "consent WHERE subscriber_id = ", "subscription WHERE subscriber_id = ", "subscriber_move WHERE subscriber_id = "} {
			if n := p.number("SELECT COUNT(*) FROM " + table + reader); n != 0 {
				t.Errorf("after erasure %d rows are left in %s", n, table)
			}
		}
		if n := p.number(`SELECT COUNT(*) FROM suppression`); n != 0 {
			t.Errorf("%d suppression hashes are left without the wish for one", n)
		}
	})
}

// leaks fails for an address of the test in a table, file, the log or seen.
func (p *paper) leaks(when, seen string) {
	p.t.Helper()
	for _, word := range []string{"oldbird", "newbird", "canary.bounce", "canary.waiting"} {
		for _, where := range p.canaries(word) {
			p.t.Errorf("%s: %q stands in %s", when, word, where)
		}
		if i := strings.Index(strings.ToLower(seen), word); i >= 0 {
			p.t.Errorf("%s: %q was shown to a stranger: …%.200s", when, word, seen[max(0, i-100):])
		}
	}
}

// canaries tells where a word stands: tables, files, the log.
func (p *paper) canaries(word string) (found []string) {
	p.t.Helper()
	word = strings.ToLower(word)
	for table, text := range p.dump() {
		if strings.Contains(strings.ToLower(text), word) {
			found = append(found, "table "+table)
		}
	}
	p.must(filepath.WalkDir(p.app.cfg.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Type()&fs.ModeSymlink != 0 { // the encoders that tests share
			return err
		}
		raw, err := os.ReadFile(path)
		if err == nil && strings.Contains(strings.ToLower(string(raw)), word) {
			found = append(found, path)
		}
		return err
	}))
	if strings.Contains(strings.ToLower(p.logged()), word) {
		found = append(found, "the log")
	}
	return found
}

// thief opens the database without the product.
func (p *paper) thief() *sql.DB {
	p.t.Helper()
	driver, address := "pgx", p.url
	if path, lite := strings.CutPrefix(p.url, "sqlite:"); lite {
		driver, address = "sqlite", path
	}
	conn, err := sql.Open(driver, address)
	p.must(err)
	p.t.Cleanup(func() { conn.Close() })
	return conn
}

func (p *paper) column(query string) []string {
	p.t.Helper()
	rows, err := p.thief().Query(query)
	all, err := db.All(rows, err, func(r *sql.Rows) (s string, err error) {
		err = r.Scan(&s)
		return s, err
	})
	p.must(err)
	return all
}

func (p *paper) number(query string) (n int) {
	p.t.Helper()
	p.must(p.thief().QueryRow(query).Scan(&n))
	return n
}

// dump is every table's rows as text.
func (p *paper) dump() map[string]string {
	p.t.Helper()
	list := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if !strings.HasPrefix(p.url, "sqlite:") {
		list = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	}
	out := map[string]string{}
	conn := p.thief()
	for _, table := range p.column(list) {
		rows, err := conn.Query("SELECT * FROM " + table)
		p.must(err)
		columns, err := rows.Columns()
		p.must(err)
		var b strings.Builder
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			p.must(rows.Scan(values...))
			for _, v := range values {
				switch v := (*v.(*any)).(type) {
				case []byte:
					fmt.Fprintln(&b, string(v))
				default:
					fmt.Fprintln(&b, v)
				}
			}
		}
		p.must(rows.Err())
		rows.Close()
		out[table] = b.String()
	}
	if len(out) < 30 {
		p.t.Fatalf("only %d tables were looked through", len(out))
	}
	return out
}

func setting(name, value string) []settings.Change {
	return []settings.Change{{Name: name, Value: value}}
}
