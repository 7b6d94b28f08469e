package talk

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/test/e2e/browser"
	"dateline/test/e2e/xss"
	"dateline/test/product"
	"dateline/test/shared"
	"dateline/test/sink"
)

// mostVectors is how many vectors a run has that is not a long one, perArticle how many
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
	reader   *http.Client
	articles []place
	vectors  []xss.Vector
	posted   []int    // the vectors that stand in comments
	asked    int      // of these, how many are held until their writers confirm
	ids      []string // of all comments, the oldest first
}

// place is an article that takes comments.
type place struct{ path, form, token string }

// TestAttacks_InComments sends attack lists through every field of the form and
// looks in Chromium at all that shows them: the form again and the preview, with
// script and without, what moderators see, letters, articles, comments on their
// own pages, and feeds. Nothing may run, and nothing may even be refused by the
// policy: that would mean that our own rendering had let something through. What
// is only posted goes by HTTP, several at a time; what is looked at stands many on
// a page, each document in a frame under its own policy.
func TestAttacks_InComments(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	s := newStage(t)
	step := func(name string, f func(t *testing.T)) {
		begin := time.Now()
		t.Run(name, f)
		t.Logf("%s took %.1f s", name, time.Since(begin).Seconds())
	}
	step("control", s.controls)
	step("form", s.forms)
	step("script", s.scripted)
	step("write", s.writes)
	step("queue", s.queue)
	step("letters", s.letters)
	for batch := range slices.Chunk(s.ids, 500) {
		s.approves(t, batch)
	}
	step("pages", s.pages)
	step("feeds", s.feeds)
}

func newStage(t *testing.T) *stage {
	t.Helper()
	folder := shared.Path(t, "data/attacks")
	s := &stage{T: t, b: browser.Start(t), reader: &http.Client{Timeout: 5 * time.Minute}}
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
	return s.read(s.posts(client, to, form, header))
}

func (s *stage) posts(client *http.Client, to string, form url.Values, header map[string]string) *http.Response {
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
	return res
}

func (s *stage) gets(path string) string { s.Helper(); return s.document(path).Body }

// document is a page as the owner gets it, who waits when the server says so:
// hundreds come from one address.
func (s *stage) document(path string) xss.Answer {
	s.Helper()
	res, body, err := product.Patiently(s.owner, func() (*http.Request, error) {
		return http.NewRequestWithContext(s.Context(), http.MethodGet, s.server.Origin+path, nil)
	})
	if err != nil {
		s.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		s.Fatalf("%s answers %d", path, res.StatusCode)
	}
	return xss.Answer{ID: path, Policy: res.Header.Get("Content-Security-Policy"), Body: string(body)}
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

// from is the address that a vector comes from.
func (s *stage) from(i int) string { return fmt.Sprintf("10.%d.%d.7", i/250, i%250) }

// together does something for each of many numbers, several at a time.
func together(n int, do func(i int)) {
	var g sync.WaitGroup
	slots := make(chan struct{}, 6)
	for i := range n {
		slots <- struct{}{}
		g.Go(func() {
			defer func() { <-slots }() // also where a test ends early
			do(i)
		})
	}
	g.Wait()
}

// writes posts every vector by the form. A field that may not hold one gets what
// a person would write instead.
func (s *stage) writes(t *testing.T) {
	var mu sync.Mutex
	inField := map[string]int{"name": 0, "url": 0, "text": 0}
	together(len(s.vectors), func(i int) {
		form, outcome := s.write(t, i)
		if form == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		s.posted = append(s.posted, i)
		if outcome == "confirm" {
			s.asked++
		}
		for field := range inField {
			if strings.Contains(form.Get(field), s.vectors[i].Text) {
				inField[field]++
			}
		}
	})
	t.Logf("%d of %d vectors stand in comments, of these in names %d, in websites %d, in texts %d", len(s.posted), len(s.vectors), inField["name"], inField["url"], inField["text"])
	if os.Getenv("DATELINE_LONG") == "" && (inField["text"] < 500 || inField["name"] < 200 || inField["url"] < 200) {
		t.Error("too few")
	}
}

// write posts one vector and returns what of it was taken, nil for nothing.
func (s *stage) write(t *testing.T, i int) (form url.Values, outcome string) {
	v := s.vectors[i]
	at := s.articles[i/perArticle%len(s.articles)]
	form = s.fields(i, at)
	tried := [][2]string{{"url", "https://example.org/?q=" + v.Text}, {"url", "https://example.org/"}, {"name", string([]rune(v.Text)[:min(len([]rune(v.Text)), 60)])}, {"name", "Reader " + strconv.Itoa(i)}}
	for {
		status, body := s.sends(s.reader, s.server.Origin+at.form, form, map[string]string{"Accept": "application/json", "X-Forwarded-For": s.from(i)})
		var out struct{ Outcome, Field, Text string }
		if err := json.Unmarshal([]byte(body), &out); err != nil {
			t.Errorf("%q: %d %.300s", v.Text, status, body)
			return nil, ""
		}
		if out.Outcome != "refused" {
			return form, out.Outcome
		}
		next := slices.IndexFunc(tried, func(next [2]string) bool { return next[0] == out.Field })
		if next < 0 {
			if out.Field != "text" {
				t.Errorf("%q: refused in %q: %s", v.Text, out.Field, out.Text)
			}
			return nil, ""
		}
		form.Set(tried[next][0], tried[next][1])
		tried = slices.Delete(tried, next, next+1)
	}
}

// approves makes comments public, at the desk.
func (s *stage) approves(t *testing.T, ids []string) {
	t.Helper()
	if status, body := s.sends(s.owner, s.server.Origin+"/desk/comments/decide", url.Values{"comment": ids, "do": {"approve"}}, nil); status != http.StatusOK {
		t.Fatalf("approving answers %d: %.500s", status, body)
	}
}
