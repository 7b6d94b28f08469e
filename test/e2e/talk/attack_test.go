package talk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/http/cookiejar"
	"net/mail"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/test/e2e/browser"
	"dateline/test/e2e/xss"
	"dateline/test/product"
	"dateline/test/shared"
	"dateline/test/sink"
)

// most is how many vectors a run has that is not a long one, perArticle how many
// stand under one article: as many as its feed holds.
const (
	mostVectors = 560
	perArticle  = 20
)

// stage is a newsroom of its own whose comments are hostile.
type stage struct {
	*testing.T
	b        *browser.Browser
	server   *product.Server
	mail     *sink.Sink
	owner    *http.Client // signed in at the desk
	articles []place
	vectors  []xss.Vector
	posted   []int    // the vectors that stand in comments, in their order
	asked    int      // of these, how many are held until their writers confirm
	ids      []string // of all comments, the oldest first
}

// place is an article that takes comments.
type place struct{ path, form, token string }

// TestAttacks_InComments sends attack lists through every field of the form and
// looks in Chromium at all that shows them: the form again and the preview, what
// moderators see, letters, articles, comments on their own pages, and feeds. Nothing may run, and nothing may even be refused by the policy:
// that would mean that our own rendering had let something through.
func TestAttacks_InComments(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	s := newStage(t)
	t.Run("control", s.controls)
	t.Run("form", s.forms)
	s.writes()
	t.Run("queue", func(t *testing.T) { s.looks(t, s.queue()) })
	t.Run("letters", s.letters)
	for batch := range slices.Chunk(s.ids, 500) {
		s.approves(t, batch)
	}
	t.Run("pages", func(t *testing.T) { s.looks(t, s.pages()) })
	t.Run("feeds", s.feeds)
	t.Run("layout", s.layout)
}

func newStage(t *testing.T) *stage {
	t.Helper()
	folder := shared.Path(t, "data/attacks")
	s := &stage{T: t, b: browser.Start(t)}
	var err error
	if s.vectors, err = xss.Load(folder); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("DATELINE_LONG") == "" {
		s.vectors = xss.MostLive(s.vectors, mostVectors)
	}
	if s.mail, err = sink.Start(sink.Options{Keep: len(s.vectors) + 100}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.mail.Close)
	s.serves()
	s.signsIn()
	s.finds()
	return s
}

// serves starts the newsroom: readers are asked to confirm, letters go to the
// sink, and each reader may come from an address of their own.
func (s *stage) serves() {
	s.Helper()
	if err := fill(); err != nil {
		s.Fatal(err)
	}
	out, err := product.Command(s.Context(), house.program, "site", "set", "--data", attacked(), "comment_policy=confirmed", "comment_rate=100000", "comment_threads=100").CombinedOutput()
	if err != nil {
		s.Fatalf("%v\n%s", err, out)
	}
	host, port := s.mail.HostPort()
	cmd := product.Command(s.Context(), house.program, "serve", "--data", attacked(), "--addr", "127.0.0.1:0")
	cmd.Env = product.Environ("DATELINE_TRUSTED_PROXIES=127.0.0.1/32", "DATELINE_SMTP_HOST="+host, "DATELINE_SMTP_PORT="+strconv.Itoa(port), "DATELINE_SMTP_SECURITY=none", "DATELINE_MAIL_FROM=news@paper.example")
	if s.server, err = product.Start(cmd); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(s.server.Stop)
}

var setUpLink = regexp.MustCompile(`make the first account at (http\S+)`)

// signsIn makes the first account.
func (s *stage) signsIn() {
	s.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.Fatal(err)
	}
	s.owner = &http.Client{Jar: jar, Timeout: 5 * time.Minute}
	var link []string
	for deadline := time.Now().Add(time.Minute); link == nil; time.Sleep(20 * time.Millisecond) {
		if link = setUpLink.FindStringSubmatch(s.server.Log()); time.Now().After(deadline) {
			s.Fatal("no set-up link:", s.server.Log())
		}
	}
	status, _ := s.sends(s.owner, link[1], url.Values{"title": {"The Aldermouth Courier"}, "zone": {"Europe/London"}, "locale": {"en"}, "name": {"Olga Owner"},
		"email": {"olga@paper.example"}, "password": {"correct horse battery staple"}}, nil)
	if status != http.StatusOK {
		s.Fatalf("setting up answers %d", status)
	}
}

// sends posts a form as a browser on its own site would, and returns what came
// after redirects.
func (s *stage) sends(client *http.Client, to string, form url.Values, header map[string]string) (int, string) {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, value := range header {
		req.Header.Set(name, value)
	}
	res, err := client.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	return s.read(res)
}

func (s *stage) gets(path string) string {
	s.Helper()
	res, err := s.owner.Get(s.server.Origin + path)
	if err != nil {
		s.Fatal(err)
	}
	status, body := s.read(res)
	if status != http.StatusOK {
		s.Fatalf("%s answers %d", path, status)
	}
	return body
}

func (s *stage) read(res *http.Response) (int, string) {
	s.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.Fatal(err)
	}
	return res.StatusCode, string(body)
}

var (
	formOf   = regexp.MustCompile(`action="(/comments/\d+/write/)"`)
	tokenOf  = regexp.MustCompile(`name="token" value="([^"]+)"`)
	locOf    = regexp.MustCompile(`<loc>https?://[^/]+(/[^<]+)</loc>`)
	numberOf = regexp.MustCompile(`data-comment="(\d+)"`)
	nextOf   = regexp.MustCompile(`id="talk-next"><a [^>]*href="([^"]+)"`)
)

// finds looks for articles that take comments, as many as the vectors need.
func (s *stage) finds() {
	s.Helper()
	need := (len(s.vectors) + perArticle - 1) / perArticle
	for _, sitemap := range locOf.FindAllStringSubmatch(s.gets("/sitemap.xml"), -1) {
		for _, page := range locOf.FindAllStringSubmatch(s.gets(sitemap[1]), -1) {
			if len(s.articles) == need {
				return
			}
			body := s.gets(page[1])
			form, token := formOf.FindStringSubmatch(body), tokenOf.FindStringSubmatch(body)
			if form != nil && token != nil {
				s.articles = append(s.articles, place{page[1], form[1], token[1]})
			}
		}
	}
	if len(s.articles) == 0 {
		s.Fatal("no article takes comments")
	}
}

// fields are a comment with a vector in every field but the address, which is
// of the mailbox number i.
func (s *stage) fields(i int, at place) url.Values {
	text := s.vectors[i].Text
	return url.Values{"token": {at.token}, "name": {text}, "url": {text}, "text": {text}, "email": {fmt.Sprintf("v%d@readers.example", i)}}
}

// controls show that the eyes are open: many of the vectors run when nothing
// stops them.
func (s *stage) controls(t *testing.T) {
	results, err := (&xss.Control{}).Run(s.b, s.vectors)
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, r := range results {
		if r.Ran() {
			ran++
		}
	}
	t.Logf("positive control: %d of %d vectors run when nothing stops them", ran, len(s.vectors))
	if ran < len(s.vectors)/2 {
		t.Errorf("only %d of %d vectors run raw: the test sees too little", ran, len(s.vectors))
	}
}

// forms sends the form from Chromium and looks at what it answers: every vector
// stands in every field of it again, with what is wrong or with the preview.
func (s *stage) forms(t *testing.T) {
	step := 4
	if os.Getenv("DATELINE_LONG") != "" {
		step = 1
	}
	var cases []xss.Case
	for i := 0; i < len(s.vectors); i += step {
		at := s.articles[0]
		form := s.fields(i, at)
		form.Set("do", "preview")
		if i%(2*step) == 0 { // most vectors are no website, and then there is no preview
			form.Set("url", "https://example.org/?"+form.Get("url"))
			form.Set("name", "Anne")
		}
		cases = append(cases, xss.Case{ID: fmt.Sprintf("form with %q", s.vectors[i].Text), URL: s.server.Origin + at.form, Form: form})
	}
	s.looks(t, cases)
}

// looks loads pages, in which nothing may run.
func (s *stage) looks(t *testing.T, cases []xss.Case) {
	t.Helper()
	results, err := xss.Pages(s.b, cases)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		s.sound(t, r)
	}
	t.Logf("%d pages", len(cases))
}

func (s *stage) sound(t *testing.T, r xss.Result) {
	t.Helper()
	if r.Ran() || len(r.Reports) > 0 || !r.Answered {
		t.Errorf("%.200s: ran %v, policy reports %v, answered %v", r.ID, r.Runs, r.Reports, r.Answered)
	}
}

// from is the address that a vector comes from.
func (s *stage) from(i int) string { return fmt.Sprintf("10.%d.%d.7", i/250, i%250) }

// writes posts every vector by the form. A field that may not hold one gets what
// a person would write instead.
func (s *stage) writes() {
	s.Helper()
	client := &http.Client{Timeout: 5 * time.Minute}
	inField := map[string]int{"name": 0, "url": 0, "text": 0}
	for i, v := range s.vectors {
		at := s.articles[i/perArticle%len(s.articles)]
		form := s.fields(i, at)
		tried := [][2]string{{"url", "https://example.org/?q=" + v.Text}, {"url", "https://example.org/"}, {"name", string([]rune(v.Text)[:min(len([]rune(v.Text)), 60)])}, {"name", "Reader " + strconv.Itoa(i)}}
		for {
			status, body := s.sends(client, s.server.Origin+at.form, form, map[string]string{"Accept": "application/json", "X-Forwarded-For": s.from(i)})
			var out struct{ Outcome, Field, Text string }
			if err := json.Unmarshal([]byte(body), &out); err != nil {
				s.Fatalf("%q: %d %.300s", v.Text, status, body)
			}
			if out.Outcome != "refused" {
				if out.Outcome == "confirm" {
					s.asked++
				}
				s.posted = append(s.posted, i)
				for field := range inField {
					if strings.Contains(form.Get(field), v.Text) {
						inField[field]++
					}
				}
				break
			}
			at := slices.IndexFunc(tried, func(next [2]string) bool { return next[0] == out.Field })
			if at < 0 {
				if out.Field != "text" {
					s.Errorf("%q: refused in %q: %s", v.Text, out.Field, out.Text)
				}
				break
			}
			form.Set(tried[at][0], tried[at][1])
			tried = slices.Delete(tried, at, at+1)
		}
	}
	s.Logf("%d of %d vectors stand in comments, of these in names %d, in websites %d, in texts %d", len(s.posted), len(s.vectors), inField["name"], inField["url"], inField["text"])
	if os.Getenv("DATELINE_LONG") == "" && (inField["text"] < 500 || inField["name"] < 200 || inField["url"] < 200) {
		s.Error("too few")
	}
}

// letters waits for the letters that ask writers to confirm, with their names and
// the beginning of what they wrote, and renders the HTML as the worst of mail
// programs would: raw, without any policy. What the guard holds causes none.
func (s *stage) letters(t *testing.T) {
	for deadline := time.Now().Add(2 * time.Minute); s.mail.Count() < s.asked; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("%d letters of %d came", s.mail.Count(), s.asked)
			break
		}
	}
	var texts []xss.Vector
	for i, l := range s.mail.Letters() {
		if html := htmlOf(t, l.Content); html != "" {
			texts = append(texts, xss.Vector{ID: fmt.Sprintf("letter-%d", i), Text: html})
		}
	}
	if len(texts) < s.asked || s.asked < len(s.posted)/4 {
		t.Errorf("%d letters with HTML, of %d asked for, about %d comments", len(texts), s.asked, len(s.posted))
	}
	s.raw(t, texts)
}

func (s *stage) raw(t *testing.T, texts []xss.Vector) {
	t.Helper()
	results, err := (&xss.Control{}).Run(s.b, texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if r.Ran() || !r.Answered {
			t.Errorf("%s: ran %v, answered %v in %.300q", r.ID, r.Runs, r.Answered, texts[i].Text)
		}
	}
	t.Logf("%d texts", len(texts))
}

// htmlOf is the HTML of a letter, "" for none.
func htmlOf(t *testing.T, content []byte) string {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return ""
	}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err != nil {
			return ""
		}
		if !strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			continue
		}
		var body io.Reader = part
		if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
			body = quotedprintable.NewReader(part)
		}
		html, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return string(html)
	}
}

// queue is what moderators see: all comments in the list, some on their own.
func (s *stage) queue() []xss.Case {
	s.Helper()
	var cases []xss.Case
	for path := "/desk/comments?status=any&order=oldest"; path != ""; {
		cases = append(cases, s.atDesk(path))
		body := s.gets(path)
		for _, m := range numberOf.FindAllStringSubmatch(body, -1) {
			s.ids = append(s.ids, m[1])
		}
		next := nextOf.FindStringSubmatch(body)
		path = ""
		if next != nil {
			path = strings.ReplaceAll(next[1], "&amp;", "&")
		}
	}
	if r, err := xss.Watch(s.b, cases[1], func(p *browser.Page) error {
		if n, err := browser.Evaluate[int](p, `document.querySelectorAll('.talk-card').length`); err != nil || n == 0 {
			return fmt.Errorf("Chromium sees %d cards of the queue: %w", n, err)
		}
		return nil
	}); err != nil || !r.Answered {
		s.Fatal(err)
	}
	if len(s.ids) < len(s.posted) {
		s.Errorf("the queue shows %d of %d comments", len(s.ids), len(s.posted))
	}
	for i := 0; i < len(s.ids); i += 12 {
		cases = append(cases, s.atDesk("/desk/comments/"+s.ids[i]))
	}
	return append(cases, s.atDesk("/desk/comments"), s.atDesk("/desk/comments?status=spam"))
}

func (s *stage) atDesk(path string) xss.Case {
	u, err := url.Parse(s.server.Origin + path)
	if err != nil {
		s.Fatal(err)
	}
	return xss.Case{ID: path, URL: u.String(), Cookies: s.owner.Jar.Cookies(u)}
}

// approves makes comments public, at the desk.
func (s *stage) approves(t *testing.T, ids []string) {
	t.Helper()
	if status, body := s.sends(s.owner, s.server.Origin+"/desk/comments/decide", url.Values{"comment": ids, "do": {"approve"}}, nil); status != http.StatusOK {
		t.Fatalf("approving answers %d: %.500s", status, body)
	}
}

// pages are what readers see: articles, and comments on pages of their own.
func (s *stage) pages() []xss.Case {
	var cases []xss.Case
	for _, a := range s.articles {
		cases = append(cases, xss.Case{ID: a.path, URL: s.server.Origin + a.path})
	}
	for i := 0; i < len(s.ids); i += 12 {
		at := s.server.Origin + "/comments/" + s.ids[i] + "/"
		cases = append(cases, xss.Case{ID: at, URL: at}, xss.Case{ID: at + "reply/", URL: at + "reply/"})
	}
	return append(cases, xss.Case{ID: "front", URL: s.server.Origin + "/"})
}

// feeds renders what feeds hold as the worst of their readers would.
func (s *stage) feeds(t *testing.T) {
	var texts []xss.Vector
	for n, feed := range append([]place{{path: "/comments/"}}, s.articles...) {
		var f struct {
			Items []struct {
				Title       string
				ContentHTML string `json:"content_html"`
				Authors     []struct{ Name string }
			}
		}
		if err := json.Unmarshal([]byte(s.gets(feed.path+"feed/json/")), &f); err != nil {
			t.Fatalf("%s: %v", feed.path, err)
		}
		for i, it := range f.Items {
			texts = append(texts, xss.Vector{ID: fmt.Sprintf("feed-%d-%d", n, i), Text: it.ContentHTML})
		}
	}
	if len(texts) < len(s.posted)*9/10 {
		t.Errorf("only %d texts in feeds", len(texts))
	}
	s.raw(t, texts)
}

// layout asks that no text breaks out of a page sideways, or takes its frame away.
func (s *stage) layout(t *testing.T) {
	p := s.b.Page(t, browser.Phone)
	for i := 0; i < len(s.articles); i += 2 {
		visit, err := p.Open(s.server.Origin + s.articles[i].path)
		if err != nil {
			t.Fatal(err)
		}
		if len(visit.ThirdParty) > 0 || len(visit.Problems) > 0 {
			t.Errorf("%s: requests %v, problems %v", s.articles[i].path, visit.ThirdParty, visit.Problems)
		}
		if wide, err := p.TooWide(); err != nil || len(wide) > 0 {
			t.Errorf("%s scrolls sideways: %v %v", s.articles[i].path, wide, err)
		}
		whole, err := browser.Evaluate[bool](p, `document.querySelectorAll('h1').length === 1 && !!document.querySelector('body > header') && !!document.querySelector('body > footer') && !!document.querySelector('.respond-form')
			&& document.querySelectorAll('script:not([type="application/ld+json"]):not(head > [defer][src$="/comments.js"]), iframe, object, embed, style').length === 0`)
		if err != nil || !whole {
			t.Errorf("%s: the page's frame is broken (%v)", s.articles[i].path, err)
		}
	}
}
