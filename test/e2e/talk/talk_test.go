// Package talk tests comments as readers meet them, in real Chromium and with
// the real program: writing with and without script, what appears elsewhere by
// itself, and the pages around it.
package talk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/test/e2e/browser"
	"dateline/test/product"
)

// house is what serves all tests of the package.
var house struct {
	dir, program string
	server       *product.Server
	chrome       *browser.Browser
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "dateline-talk-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	house.dir = dir
	code := m.Run()
	if house.server != nil {
		house.server.Stop()
	}
	if house.chrome != nil {
		house.chrome.Close()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// fill builds the program and makes two folders of the sample newsroom: data
// for readers, and one for those who attack.
var fill = sync.OnceValue(func() (err error) {
	ctx := context.Background()
	if house.program, err = product.Build(ctx, house.dir); err != nil {
		return err
	}
	sample, err := product.Sample(ctx, house.program, house.dir)
	if err != nil {
		return err
	}
	return errors.Join(product.CopySample(ctx, house.program, sample, data()), product.CopySample(ctx, house.program, sample, attacked()))
})

var open = sync.OnceValue(func() (err error) {
	if err := fill(); err != nil {
		return err
	}
	if house.server, err = product.Start(product.Command(context.Background(), house.program, "serve", "--data", data(), "--addr", "127.0.0.1:0")); err != nil {
		return err
	}
	if err := set("comment_policy=open"); err != nil {
		return err
	}
	house.chrome, err = browser.Launch()
	return err
})

func data() string     { return filepath.Join(house.dir, "data") }
func attacked() string { return filepath.Join(house.dir, "attacked") }

// set changes settings of the site that runs.
func set(changes ...string) error {
	out, err := product.Command(context.Background(), house.program, append([]string{"site", "set", "--data", data()}, changes...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("site set: %w\n%s", err, out)
	}
	return nil
}

func start(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	if _, err := browser.Find(); err != nil {
		t.Skip(err)
	}
	if err := open(); err != nil {
		t.Fatal(err)
	}
}

// reader is a browser of somebody's.
type reader struct {
	*testing.T
	p *browser.Page
}

func visit(t *testing.T, view browser.View) *reader {
	t.Helper()
	return &reader{t, house.chrome.Page(t, view)}
}

func (r *reader) goes(path string) *browser.Visit {
	r.Helper()
	seen, err := r.p.Open(house.server.Origin + path)
	if err != nil {
		r.Fatal(err)
	}
	if seen.Status >= 500 {
		r.Fatalf("%s: %d\n%s", path, seen.Status, house.server.Log())
	}
	return seen
}

func eval[T any](r *reader, expression string) T {
	r.Helper()
	v, err := browser.Evaluate[T](r.p, expression)
	if err != nil {
		r.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for a condition in the page.
func (r *reader) until(what, condition string) {
	r.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if there, err := browser.Evaluate[bool](r.p, condition); err == nil && there {
			return
		}
		if time.Now().After(deadline) {
			text, _ := browser.Evaluate[string](r.p, `location.href + '\n' + document.querySelector('main').innerText`)
			r.Fatalf("%s: never: %s\n%s", what, condition, text)
		}
	}
}

func (r *reader) reads(text string) {
	r.Helper()
	r.until("reads "+text, fmt.Sprintf(`document.querySelector('main').innerText.includes(%s)`, quoted(text)))
}

func (r *reader) readsNot(text string) {
	r.Helper()
	if eval[bool](r, fmt.Sprintf(`document.querySelector('main').innerText.includes(%s)`, quoted(text))) {
		r.Errorf("the page says %q", text)
	}
}

func quoted(s string) string {
	raw, _ := json.Marshal(s) // strings encode
	return string(raw)
}

// fills types into the form that has all the fields.
func (r *reader) fills(fields map[string]string) {
	r.Helper()
	raw, _ := json.Marshal(fields) // strings encode
	eval[bool](r, fmt.Sprintf(`(() => {
		const fields = %s;
		const form = [...document.querySelectorAll('main form')].find(f => Object.keys(fields).every(name => f.elements[name]));
		for (const [name, value] of Object.entries(fields)) {
			const field = form.elements[name];
			if (field.type === 'checkbox') field.checked = value !== ''; else field.value = value;
		}
		window.filled = form;
		return true;
	})()`, raw))
}

// sends presses a button of the form that was filled, or the first of a form
// whose address ends so, and waits for the next page.
func (r *reader) sends(button string) {
	r.Helper()
	eval[bool](r, fmt.Sprintf(`(() => {
		const form = window.filled ?? [...document.querySelectorAll('main form')].find(f => f.getAttribute('action').endsWith(%[1]s));
		const name = %[1]s;
		window.left = true;
		form.noValidate = true;
		form.requestSubmit([...form.querySelectorAll('button')].find(b => b.textContent === name) ?? form.querySelector('button'));
		return true;
	})()`, quoted(button)))
	r.until("next page", `!window.left && document.readyState === 'complete'`)
}

// presses clicks something with real focus.
func (r *reader) presses(selector string) {
	r.Helper()
	r.until(selector, fmt.Sprintf(`!!document.querySelector(%s)`, quoted(selector)))
	eval[bool](r, fmt.Sprintf(`(() => { const e = document.querySelector(%s); e.focus(); e.click(); return true; })()`, quoted(selector)))
}

// sound checks the page as it stands, in four views.
func (r *reader) sound(name string) {
	r.Helper()
	back := r.p.View
	for _, view := range []browser.View{browser.Phone, browser.Phone.InDark(), browser.Desktop, browser.Desktop.InDark()} {
		if back.ScriptOff {
			view = view.WithoutScript()
		}
		if err := r.p.Turn(view); err != nil {
			r.Fatal(err)
		}
		if wide, err := r.p.TooWide(); err != nil || len(wide) > 0 {
			r.Errorf("%s in %s is too wide: %v %v", name, view.Name, wide, err)
		}
		if !back.ScriptOff {
			faults, err := r.p.Axe()
			if err != nil {
				r.Errorf("%s in %s: %v", name, view.Name, err)
			}
			for _, f := range faults {
				r.Errorf("%s in %s: %s", name, view.Name, f)
			}
		}
		r.p.Shot(r.T, name+"-"+view.Name)
	}
	if !back.ScriptOff {
		missed, err := r.p.Keyboard()
		if err != nil || len(missed) > 0 {
			r.Errorf("%s by keyboard: %v %v", name, missed, err)
		}
	}
	for _, problem := range r.p.Seen().Problems {
		// A line that is open when a page is left, and a mistake that was made.
		if !strings.Contains(problem, "/live/") && !strings.Contains(problem, "/write/ answered 422") {
			r.Errorf("%s: %s", name, problem)
		}
	}
	if err := r.p.Turn(back); err != nil {
		r.Fatal(err)
	}
}

const (
	talked = "/city/skerrin-isles/ferry-final-report/"
	quiet  = "/city/athletic-smaller-roof/"
)

func TestTalk_WithoutScript(t *testing.T) {
	start(t)
	r := visit(t, browser.Phone.WithoutScript())
	seen := r.goes(talked)
	if policy := seen.URL; policy == "" {
		t.Fatal("no page")
	}
	r.reads("Leave a Reply")
	r.reads("Your email address will not be published. Required fields are marked *")

	// A mistake loses nothing.
	const said = "The light at Gull Head went out in the great storm.\n\nMy *grandmother* kept it."
	r.fills(map[string]string{"text": said, "name": "Marit Engel", "email": "marit at example"})
	r.sends("Post Comment")
	r.reads("This is not a mail address")
	if got := eval[string](r, `document.querySelector('#comment-text').value`); got != said {
		t.Errorf("after the mistake the text is %q", got)
	}
	if !eval[bool](r, `document.querySelector('#comment-email').getAttribute('aria-invalid') === 'true' && document.querySelector('.form-error a').hash === '#comment-email'`) {
		t.Error("the field is not pointed at")
	}
	r.p.Shot(t, "mistake")

	// Preview, then post.
	r.fills(map[string]string{"email": "marit@readers.example"})
	r.sends("Preview")
	if got := eval[string](r, `document.querySelector('.respond-preview .comment-body').innerHTML.replaceAll('\n', '')`); got != "<p>The light at Gull Head went out in the great storm.</p><p>My <em>grandmother</em> kept it.</p>" {
		t.Errorf("preview: %s", got)
	}
	r.p.Shot(t, "preview")
	r.fills(map[string]string{"text": said, "remember": "1"})
	r.sends("Post Comment")
	r.until("back under the article", fmt.Sprintf(`location.pathname === %s && /^#comment-\d+$/.test(location.hash)`, quoted(talked)))
	r.reads("My grandmother kept it.")
	number := eval[string](r, `document.querySelector(location.hash).dataset.comment`)
	own := "/comments/" + number + "/"

	// The address is nowhere, and neither are cookies on the article's page.
	if html := eval[string](r, `document.documentElement.outerHTML`); strings.Contains(html, "marit@") || strings.Contains(html, "readers.example") {
		t.Error("the page holds the address")
	}

	// Its own page: edit, like, report, delete.
	r.goes(own)
	r.reads("You can edit this comment until")
	r.sound("own")
	r.goes(own + "edit/")
	r.fills(map[string]string{"text": said + "\n\nFor thirty years."})
	r.sends("Save")
	r.reads("For thirty years.")
	r.reads("edited")
	// Somebody else may neither edit nor delete it, and may answer it.
	other := visit(t, browser.Desktop.WithoutScript())
	other.goes(own + "edit/")
	other.reads("Is this your comment?")
	other.goes(own)
	other.fills(map[string]string{"do": "like"})
	other.sends("Like")
	other.reads("Thank you: your like counts.")
	other.goes(own)
	eval[bool](other, `document.querySelector('#report input[value=spam]').checked = true`)
	other.fills(map[string]string{"text": "Only a test."})
	other.sends("Report")
	other.reads("Our editors will look at it.")
	other.goes(own + "reply/")
	other.reads("Reply to Marit Engel")
	other.sound("reply")
	other.fills(map[string]string{"text": "Thank you for that.", "name": "Per", "email": "per@readers.example"})
	time.Sleep(5 * time.Second) // as a person who types: the guard suspects faster ones
	other.sends("Post Comment")
	other.reads("Thank you for that.")
	if !eval[bool](other, fmt.Sprintf(`!!document.querySelector('[data-comment=%s] .replies [id]')`, quoted(number))) {
		t.Error("the answer does not stand below what it answers")
	}

	r.goes(own + "remove/")
	r.sends("remove/")
	r.reads("Your comment is deleted.")
	r.goes(talked)
	r.reads("There was a comment here.")
	r.readsNot("For thirty years.")
	r.reads("Thank you for that.")

	// The form remembers who wanted to be remembered, off the article's page.
	r.goes("/comments/" + eval[string](r, `document.querySelector('.respond-form').getAttribute('action').split('/')[2]`) + "/write/")
	if got := eval[string](r, `document.querySelector('#comment-email').value`); got != "marit@readers.example" {
		t.Errorf("the form remembers %q", got)
	}
}

func TestTalk_WithScript(t *testing.T) {
	start(t)
	if err := browser.AxeReady(); err != nil {
		t.Skip(err)
	}
	other := visit(t, browser.Phone)
	other.goes(quiet)
	eval[bool](other, `document.getElementById('comments').scrollIntoView() === undefined`)

	r := visit(t, browser.Desktop)
	r.goes(quiet)
	eval[bool](r, `window.stayed = true`)
	r.fills(map[string]string{"text": "", "name": "Old Salt", "email": "salt@readers.example"})
	eval[bool](r, `(() => { window.filled.noValidate = true; window.filled.requestSubmit(); return true; })()`)
	r.reads("Write your comment here first.")
	if !eval[bool](r, `document.activeElement.id === 'comment-text' && document.querySelector('#comment-name').value === 'Old Salt'`) {
		t.Error("the mistake is not pointed at, or something typed is lost")
	}
	r.sound("form")

	r.fills(map[string]string{"text": "A smaller roof keeps off less rain: see https://example.org/roof and\n\n> as it was\n\n- one\n- two"})
	r.presses(".respond-buttons button[value=preview]")
	r.until("preview", `!!document.querySelector('.respond-preview blockquote')`)
	r.presses(".respond-buttons button:not([value])")
	r.until("the comment", `!!document.querySelector('.comment-arrived .comment-body ul li')`)
	number := eval[string](r, `document.querySelector('.comment-arrived').dataset.comment`)
	if !eval[bool](r, `window.stayed && document.querySelector('#comment-text').value === '' && document.activeElement.dataset.comment === `+quoted(number)) {
		t.Error("the page was left, the text stands there still, or the comment has no focus")
	}
	// What the script built is what the server renders.
	built := eval[string](r, fmt.Sprintf(`document.querySelector('[data-comment="%s"] .comment-body').innerHTML.replaceAll(/\n/g, '')`, number))
	served := visit(t, browser.Desktop.WithoutScript())
	served.goes(quiet)
	if got := eval[string](served, fmt.Sprintf(`document.querySelector('[data-comment="%s"] .comment-body').innerHTML.replaceAll(/\n/g, '')`, number)); got != built {
		t.Errorf("built by the script:\n%s\nserved:\n%s", built, got)
	}

	// It appears elsewhere without reloading, and moves nothing that is read.
	other.until("the other browser hears of it", fmt.Sprintf(`!!document.querySelector('[data-comment="%s"]') || !!document.querySelector('.comments-fresh')`, number))
	if eval[bool](other, `!!document.querySelector('.comments-fresh')`) {
		other.p.Shot(t, "fresh")
		other.presses(".comments-fresh")
	}
	other.until("the other browser shows it", fmt.Sprintf(`!!document.querySelector('[data-comment="%s"] .comment-body ul')`, number))
	other.presses(fmt.Sprintf(`[data-comment="%s"] .deed-like`, number))
	other.until("the like", fmt.Sprintf(`document.querySelector('[data-comment="%s"] .deed-like').getAttribute('aria-pressed') === 'true' && document.querySelector('[data-comment="%[1]s"] .deed-like b').textContent === '1'`, number))

	// The other answers in place.
	other.presses(fmt.Sprintf(`[data-comment="%s"] .deed-reply`, number))
	other.until("the form below it", fmt.Sprintf(`!!document.querySelector('[data-comment="%s"] > .respond') && document.activeElement.id === 'comment-text'`, number))
	other.sound("answering")
	other.fills(map[string]string{"text": "It does, and we are dry.", "name": "Per", "email": "per2@readers.example"})
	other.presses(".respond-buttons button:not([value])")
	r.until("the answer by itself", fmt.Sprintf(`!!document.querySelector('.comments-fresh') || !!document.querySelector('[data-comment="%s"] .replies')`, number))
	if eval[bool](r, `!!document.querySelector('.comments-fresh')`) {
		r.presses(".comments-fresh")
	}
	r.until("the answer in its place", fmt.Sprintf(`document.querySelector('[data-comment="%s"] .replies')?.innerText.includes('we are dry')`, number))
	r.sound("talk")

	// Own comments have what their writer can do; and what is edited changes
	// under everybody's eyes.
	r.goes(quiet)
	r.presses(fmt.Sprintf(`[data-comment="%s"] > .comment-own a[data-deed=edit]`, number))
	r.reads("Edit your comment")
	r.until("the whole page", `document.readyState === 'complete' && !!document.querySelector('#comment-text')`)
	r.fills(map[string]string{"text": "Less rain, more sky."})
	r.sends("Save")
	other.until("the edited text", fmt.Sprintf(`document.querySelector('[data-comment="%s"] > .comment-own .comment-body')?.innerText.includes('more sky')`, number))
}

// TestTalk_TellsWhatHappensNext looks at the pages of comments that are not
// public at once, and in a language that is written from right to left.
func TestTalk_TellsWhatHappensNext(t *testing.T) {
	start(t)
	if err := browser.AxeReady(); err != nil {
		t.Skip(err)
	}
	if err := set("comment_policy=held", "locale=ar"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := set("comment_policy=open", "locale=en"); err != nil {
			t.Error(err)
		}
	})
	r := visit(t, browser.Phone)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		r.goes(talked)
		if eval[string](r, `document.documentElement.lang`) == "ar" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the site never speaks Arabic")
		}
	}
	r.sound("arabic")
	plain := visit(t, browser.Phone.WithoutScript())
	plain.goes(talked)
	plain.fills(map[string]string{"text": "هل ستُنشر السجلات كاملة؟", "name": "سمر خليل", "email": "samar@readers.example"})
	plain.sends("")
	plain.reads("حُفظ تعليقك")
	plain.goes(talked)
	plain.readsNot("هل ستُنشر السجلات كاملة؟")
}
