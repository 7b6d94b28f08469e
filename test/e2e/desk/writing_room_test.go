package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"dateline/test/e2e/browser"
	"dateline/test/product"
)

// newsroom is a running site with people, for the stories of writing.
type newsroom struct {
	t       *testing.T
	b       *browser.Browser
	program string
	data    string
	env     []string // settings of the server besides
	origin  string
	server  *product.Server
	owner   *desk
}

// desk is one person's browser.
type desk struct {
	*browser.Page
	n *newsroom
}

// openNewsroom starts a site with an owner, Olga, and a section. Stories of
// writing wait for saves and for minutes: two of them run at a time.
func openNewsroom(t *testing.T, view browser.View, env ...string) *newsroom {
	t.Helper()
	b := chrome(t)
	t.Parallel()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	n := &newsroom{t: t, b: b, program: path, data: filepath.Join(t.TempDir(), "data"), env: env}
	n.serve("127.0.0.1:0")
	var link []string
	await(t, "the set-up link", func() bool { link = setUp.FindStringSubmatch(n.server.Log()); return link != nil })
	n.owner = n.desk(view)
	n.owner.open(link[1])
	n.owner.send(link[1], "title", "The Gull", "zone", "Europe/Berlin", "locale", "en", "name", "Olga Owner", "email", "olga@paper.example", "password", secret)
	n.owner.send("/desk/structure/sections", "name", "Harbour", "word", "harbour")
	return n
}

func (n *newsroom) serve(addr string) {
	n.t.Helper()
	cmd := product.Command(context.Background(), n.program, "serve", "--data", n.data, "--addr", addr)
	cmd.Env = append(cmd.Env, n.env...)
	s, err := product.Start(cmd)
	if err != nil {
		n.t.Fatal(err)
	}
	n.server, n.origin = s, s.Origin
	n.t.Cleanup(s.Stop)
}

// kill ends the server without a warning, and wakes it again.
func (n *newsroom) kill() { syscall.Kill(n.server.Pid, syscall.SIGKILL); n.server.Stop() }
func (n *newsroom) again() {
	n.t.Helper()
	n.serve(strings.TrimPrefix(n.origin, "http://"))
}

func (n *newsroom) desk(view browser.View) *desk { n.t.Helper(); return &desk{n.b.Page(n.t, view), n} }

// joins invites somebody and lets them in.
func (n *newsroom) joins(name, role string, view browser.View) *desk {
	n.t.Helper()
	page := n.owner.send("/desk/people", "name", name, "email", strings.ToLower(name)+"@paper.example", "role", role)
	link := regexp.MustCompile(`http://[^\s"<]+/desk/join/[A-Za-z0-9_-]+`).FindString(page)
	if link == "" {
		n.t.Fatalf("no invitation for %s:\n%s", name, page)
	}
	d := n.desk(view)
	d.open(link)
	d.send(link, "password", secret)
	return d
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(40 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came: %s", what)
		}
	}
}

func (d *desk) open(address string) {
	d.n.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = d.n.origin + address
	}
	visit, err := d.Page.Open(address)
	if err != nil {
		d.n.t.Fatal(err)
	}
	if visit.Status >= 400 {
		d.n.t.Fatalf("%s: %d", address, visit.Status)
	}
	for _, problem := range visit.Problems {
		d.n.t.Errorf("%s: %s", address, problem)
	}
}

func see[T any](d *desk, expression string) T {
	d.n.t.Helper()
	value, err := browser.Evaluate[T](d.Page, expression)
	if err != nil {
		d.n.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits for an expression to become true.
func (d *desk) until(expression string) {
	d.n.t.Helper()
	for deadline := time.Now().Add(45 * time.Second); ; time.Sleep(25 * time.Millisecond) {
		// A page that is being left answers with an error.
		if ok, err := browser.Evaluate[bool](d.Page, `!!(`+expression+`)`); err == nil && ok {
			return
		}
		if time.Now().After(deadline) {
			if shots := os.Getenv("DATELINE_SHOTS"); shots != "" {
				d.Shot(d.n.t, "failed-"+strings.ReplaceAll(d.n.t.Name(), "/", "-"))
			}
			text, _ := browser.Evaluate[string](d.Page, `location.href + "\n" + document.body.innerText`)
			d.n.t.Fatalf("never came true: %s\n%s", expression, text)
		}
	}
}

// send sends a form from the page and returns the page that it led to.
func (d *desk) send(path string, pairs ...string) string {
	d.n.t.Helper()
	raw, _ := json.Marshal(pairs)
	return see[string](d, fmt.Sprintf(`(async () => {
		const pairs = %s ?? [], body = new URLSearchParams();
		for (let i = 0; i < pairs.length; i += 2) body.append(pairs[i], pairs[i + 1]);
		const r = await fetch(%q, { method: 'POST', body });
		return r.status + ' ' + r.url + '\n' + await r.text();
	})()`, raw, path))
}

// fetched reads what an address answers.
func (d *desk) fetched(path string) string {
	d.n.t.Helper()
	return see[string](d, fmt.Sprintf(`fetch(%q, { cache: 'no-store' }).then(async (r) => r.status + '\n' + await r.text())`, path))
}

// begin makes an article and opens it; it returns its address at the desk.
func (d *desk) begin() string {
	d.n.t.Helper()
	page := d.send("/desk/articles/new")
	at := regexp.MustCompile(`/desk/articles/\d+`).FindString(page)
	if at == "" {
		d.n.t.Fatalf("no new article:\n%.600s", page)
	}
	d.write(at)
	return at
}

// write opens an article and waits until it can be written.
func (d *desk) write(at string) {
	d.n.t.Helper()
	d.open(at)
	d.until(`document.querySelector('#w')?.dataset.ready == 'yes'`)
}

// type types keys where the cursor is.
func (d *desk) types(text string) {
	d.n.t.Helper()
	for _, c := range text {
		s := string(c)
		if c == '\n' {
			d.press("Enter", 13, 0)
			continue
		}
		d.key(input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: s, Text: s, UnmodifiedText: s})
		d.key(input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: s})
	}
}

func (d *desk) press(name string, code, modifiers int64) {
	d.n.t.Helper()
	p := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: name, Code: name, Modifiers: modifiers, WindowsVirtualKeyCode: code}
	if name == "Enter" && modifiers == 0 {
		p.Type, p.Text, p.UnmodifiedText = input.DispatchKeyEventTypeKeyDown, "\r", "\r"
	}
	d.key(p)
	p.Type, p.Text, p.UnmodifiedText = input.DispatchKeyEventTypeKeyUp, "", ""
	d.key(p)
}

func (d *desk) key(p input.DispatchKeyEventParams) {
	d.n.t.Helper()
	ctx, cancel := context.WithTimeout(d.Context(), 30*time.Second)
	defer cancel()
	if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, p); err != nil {
		d.n.t.Fatal(err)
	}
}

// into puts the cursor into a field, or at the end of the text for "text".
func (d *desk) into(name string) {
	d.n.t.Helper()
	see[bool](d, fmt.Sprintf(`(() => {
		if (%q != 'text') { const f = document.querySelector('#w').elements.namedItem(%q); f.focus(); f.setSelectionRange?.(f.value.length, f.value.length); return Promise.resolve(true); }
		const text = document.querySelector('.ed-text');
		text.focus();
		const range = document.createRange(), last = text.lastElementChild ?? text;
		range.selectNodeContents(last);
		range.collapse(false);
		getSelection().removeAllRanges();
		getSelection().addRange(range);
		return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))));
	})()`, name, name))
	time.Sleep(30 * time.Millisecond) // the editor hears of the cursor in the next frame
}

// saved waits until the server has everything.
func (d *desk) saved() {
	d.n.t.Helper()
	d.until(`document.querySelector('#w-saved').textContent.startsWith('saved')`)
}

// stored is the text that the server has of an article.
type stored struct {
	Revision int64
	Status   string
	By       string
	Content  struct {
		Headline, Standfirst string
		Body                 struct{ Content []node }
	}
}

type node struct {
	Type, Text string
	Content    []node
}

func (n node) words() string {
	text := n.Text
	for _, c := range n.Content {
		text += c.words()
	}
	return text
}

// words is the text, a line a block.
func (s stored) words() string {
	var lines []string
	for _, n := range s.Content.Body.Content {
		lines = append(lines, n.words())
	}
	return strings.Join(lines, "\n")
}

func (d *desk) stored(at string) stored {
	d.n.t.Helper()
	var s stored
	if err := json.Unmarshal([]byte(see[string](d, fmt.Sprintf(`fetch(%q, { headers: { Accept: 'application/json' } }).then((r) => r.text())`, at+"/state"))), &s); err != nil {
		d.n.t.Fatal(err)
	}
	return s
}

func (d *desk) click(selector string) {
	d.n.t.Helper()
	see[bool](d, fmt.Sprintf(`(() => { document.querySelector(%q).click(); return true; })()`, selector))
}

// shows fails the test unless the page says something.
func (d *desk) shows(text string) {
	d.n.t.Helper()
	d.until(fmt.Sprintf(`document.body.innerText.includes(%q)`, text))
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%q\nwant\n%q", what, got, want)
	}
}
