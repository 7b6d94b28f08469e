package talk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"dateline/test/e2e/browser"
	"dateline/test/e2e/xss"
)

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

// forms sends every vector in every field of the form, the mail address among
// them, and looks at what is answered: the form again with all that was typed. A
// part is sent once more so that it passes, and comes back with its preview.
func (s *stage) forms(t *testing.T) {
	answers := make([]xss.Answer, len(s.vectors))
	var whole atomic.Int64
	previews := make([]xss.Answer, (len(s.vectors)+3)/4)
	together(len(s.vectors), func(i int) {
		at, text := s.articles[0], s.vectors[i].Text
		form := s.fields(i, at)
		form.Set("email", text)
		answers[i] = s.answer(t, i, at, form, http.StatusUnprocessableEntity)
		if strings.Count(plain(html.UnescapeString(answers[i].Body)), plain(text)) >= 4 {
			whole.Add(1)
		}
		if i%4 == 0 {
			form = s.fields(i, at)
			form.Set("url", "https://example.org/?"+text)
			form.Set("name", "Anne")
			form.Set("do", "preview")
			previews[i/4] = s.answer(t, i, at, form, http.StatusOK)
		}
	})
	t.Logf("%d of %d vectors came back whole in all four fields", whole.Load(), len(s.vectors))
	if os.Getenv("DATELINE_LONG") == "" && whole.Load() < 500 {
		t.Error("too few")
	}
	s.joined(t, answers)
	s.joined(t, previews)
}

// plain is a text without what fields and forms change: spaces of all kinds.
func plain(text string) string { return strings.Join(strings.Fields(text), " ") }

// answer is what the form of an article answers.
func (s *stage) answer(t *testing.T, i int, at place, form url.Values, want int) xss.Answer {
	res := s.posts(s.reader, s.server.Origin+at.form, form, map[string]string{"X-Forwarded-For": s.from(i)})
	status, body := s.read(res)
	if status != want {
		t.Errorf("%q: the form answers %d, want %d", s.vectors[i].Text, status, want)
	}
	return xss.Answer{ID: fmt.Sprintf("form with %q", s.vectors[i].Text), Policy: res.Header.Get("Content-Security-Policy"), Body: body}
}

// joined looks at documents of one kind: at their main parts many on a page, and at
// some of them whole.
func (s *stage) joined(t *testing.T, all []xss.Answer) {
	t.Helper()
	pages, err := xss.Join(all, 40)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(all); i += 20 {
		pages = append(pages, all[i])
	}
	s.answers(t, pages)
}

// answers looks at documents.
func (s *stage) answers(t *testing.T, all []xss.Answer) {
	t.Helper()
	results, err := xss.Answers(s.b, s.server.Origin, all)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		s.sound(t, r)
		if r.Wide {
			t.Errorf("%.200s scrolls sideways", r.ID)
		}
	}
	t.Logf("%d documents", len(all))
}

// preview fills the form that the script has in its hands and asks for a preview,
// for one vector after the other; what stands there is poked at before it goes.
// What the fields may not hold is tried once more with what a person would write.
const preview = `(async vectors => {
	const form = document.querySelector('.respond-form'), box = form.closest('.respond');
	form.noValidate = true;
	let shown = 0;
	for (const v of vectors) {
		for (const [name, url] of [[v, 'https://example.org/?q=' + v], [[...v].slice(0, 60).join(''), 'https://example.org/'], ['Reader', '']]) {
			const set = { text: v, name, url, email: 'reader@readers.example' };
			for (const field of Object.keys(set)) form.elements[field].value = set[field];
			form.requestSubmit(form.querySelector('[name=do][value=preview]'));
			while (box.querySelector('.form-done')) await new Promise(done => setTimeout(done, 2));
			window.datelinePoke();
			if (box.querySelector('.respond-preview .comment-body')?.textContent) {
				shown++;
				break;
			}
		}
	}
	return shown;
})`

// scripted is the way of forms with script: what it builds of its own accord.
func (s *stage) scripted(t *testing.T) {
	shown, n := 0, 0
	r, err := xss.Watch(s.b, xss.Case{ID: "script", URL: s.server.Origin + s.articles[0].path}, func(p *browser.Page) error {
		for some := range slices.Chunk(s.vectors, 8) { // each as another reader: one may not ask for more at once
			n++
			if _, err := chromedp.Call(p.Context(), network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"X-Forwarded-For": s.from(n)}}); err != nil {
				return err
			}
			var texts []string
			for _, v := range some {
				texts = append(texts, v.Text)
			}
			raw, err := json.Marshal(texts)
			if err != nil {
				return err
			}
			done, err := browser.Evaluate[int](p, preview+"("+string(raw)+")")
			if err != nil {
				return err
			}
			shown += done
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.sound(t, r)
	t.Logf("the script showed %d of %d vectors", shown, len(s.vectors))
	if shown < len(s.vectors)*9/10 {
		t.Error("too few")
	}
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
	if r.Ran() || len(r.Reports) > 0 || len(r.Problems) > 0 || !r.Answered {
		t.Errorf("%.200s: ran %v, policy reports %v, problems %v, answered %v", r.ID, r.Runs, r.Reports, r.Problems, r.Answered)
	}
}

// queue is what moderators see: all comments in the list, some on their own.
func (s *stage) queue(t *testing.T) {
	cards := func(p *browser.Page) error {
		if n, err := browser.Evaluate[int](p, `document.querySelectorAll('.talk-card').length`); err != nil || n == 0 {
			return fmt.Errorf("Chromium sees %d cards of the queue: %w", n, err)
		}
		return nil
	}
	var cases []xss.Case
	for path := "/desk/comments?status=any&order=oldest"; path != ""; {
		cases = append(cases, s.atDesk(path, cards))
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
	if len(s.ids) < len(s.posted) {
		t.Errorf("the queue shows %d of %d comments", len(s.ids), len(s.posted))
	}
	for i := 0; i < len(s.ids); i += 12 {
		cases = append(cases, s.atDesk("/desk/comments/"+s.ids[i], nil))
	}
	s.looks(t, append(cases, s.atDesk("/desk/comments", cards), s.atDesk("/desk/comments?status=spam", nil)))
}

func (s *stage) atDesk(path string, then func(*browser.Page) error) xss.Case {
	u, err := url.Parse(s.server.Origin + path)
	if err != nil {
		s.Fatal(err)
	}
	return xss.Case{ID: path, URL: u.String(), Cookies: s.owner.Jar.Cookies(u), Then: then}
}

// pages are what readers see: articles, and comments on pages of their own.
func (s *stage) pages(t *testing.T) {
	var cases []xss.Case
	var boxes atomic.Int64
	for _, a := range s.articles {
		cases = append(cases, xss.Case{ID: a.path, URL: s.server.Origin + a.path, Then: func(p *browser.Page) error {
			n, err := s.layout(t, p, a.path)
			boxes.Add(int64(n))
			return err
		}})
	}
	s.looks(t, append(cases, xss.Case{ID: "front", URL: s.server.Origin + "/"}))
	t.Logf("%d boxes of comments measured, on a phone and on a desktop", boxes.Load())
	if int(boxes.Load()) < len(s.posted) {
		t.Error("too few")
	}
	var answers []xss.Answer
	for i := 0; i < len(s.ids); i += 12 {
		at := "/comments/" + s.ids[i] + "/"
		answers = append(answers, s.document(at), s.document(at+"reply/"))
	}
	s.answers(t, answers)
}

// boxes measures every comment: it stands within its thread, below the one before,
// no part of it sticks out, and it is no higher than what its text needs by far.
const boxes = `(() => {
	const faults = [], all = [...document.querySelectorAll('.thread .comment-own')];
	const say = (own, what) => faults.push(own.closest('.comment').id + ' ' + what);
	let last = -1;
	for (const own of all) {
		const b = own.getBoundingClientRect(), home = own.closest('.comments, main').getBoundingClientRect();
		if (b.width < 40 || b.height < 20) say(own, 'is ' + b.width + ' by ' + b.height);
		if (b.left < home.left - 1 || b.right > home.right + 1) say(own, 'sticks out');
		if (b.top < last - 1) say(own, 'stands over the one before');
		if (b.height > 6000) say(own, 'is ' + b.height + ' high');
		for (const part of own.querySelectorAll('*')) {
			const p = part.getBoundingClientRect();
			if (p.width && (p.right > b.right + 2 || p.left < b.left - 2 || p.bottom > b.bottom + 40 || p.top < b.top - 40)) {
				const scrolls = part.closest('pre, table, .scroll');
				if (!scrolls || scrolls === part) say(own, part.tagName + ' leaves it');
			}
		}
		last = b.bottom;
	}
	const strange = document.querySelectorAll('script:not([type="application/ld+json"]):not(head > [defer][src$="/comments.js"]), iframe, object, embed, style').length;
	if (strange) faults.push(strange + ' elements that are not ours');
	if (document.querySelectorAll('h1').length !== 1 || !document.querySelector('body > header') || !document.querySelector('body > footer') || !document.querySelector('.respond-form')) faults.push('the frame of the page is broken');
	return { Boxes: all.length, Faults: faults.slice(0, 10) };
})()`

// layout asks that no text breaks out of a page or of its place on it, or takes
// the page's frame away, and returns how many comments were measured.
func (s *stage) layout(t *testing.T, p *browser.Page, path string) (n int, err error) {
	for _, view := range []browser.View{browser.Phone, browser.Desktop} {
		if err := p.Turn(view); err != nil {
			return n, err
		}
		wide, err := p.TooWide()
		if err != nil {
			return n, err
		}
		got, err := browser.Evaluate[struct {
			Boxes  int
			Faults []string
		}](p, boxes)
		if err != nil {
			return n, err
		}
		if len(wide) > 0 || len(got.Faults) > 0 {
			t.Errorf("%s, %s: sideways %v, %v", path, view.Name, wide, got.Faults)
		}
		n = got.Boxes
	}
	return n, nil
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

// feeds renders what feeds hold as the worst of their readers would: raw, the texts
// of one feed below each other.
func (s *stage) feeds(t *testing.T) {
	var texts []xss.Vector
	items := 0
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
		whole := ""
		for _, it := range f.Items {
			whole += "<article>" + it.ContentHTML + "</article>"
		}
		items += len(f.Items)
		texts = append(texts, xss.Vector{ID: fmt.Sprintf("feed-%d", n), Text: whole})
	}
	t.Logf("%d texts in %d feeds", items, len(texts))
	if items < len(s.posted)*9/10 {
		t.Error("too few")
	}
	s.raw(t, texts)
}
