// Package editor drives the article editor in Chromium as a writer does, on a
// page under the desk's policy with Trusted Types.
package editor

import (
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"dateline/internal/richtext"
	"dateline/test/e2e/browser"
	words "dateline/ui/editor"
)

var root = filepath.Join("..", "..", "..")

// policy is the desk's, with Trusted Types enforced.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types ProseMirrorClipboard dateline"

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="{{.UI}}" dir="{{.UIDir}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Writing</title>
<link rel="stylesheet" href="/desk.css"><link rel="stylesheet" href="/write.css"></head>
<body><main><h1>Writing</h1><div id="mount"></div></main>
<script type="application/json" id="settings">{{.Settings}}</script><script src="/testpage.js"></script></body></html>`))

// Made once for all tests: the built script of the test page, and a browser.
var (
	bundle   string
	chromium *browser.Browser
)

func TestMain(m *testing.M) {
	os.Exit(func() int {
		if _, err := browser.Find(); err != nil {
			return m.Run() // every test skips itself
		}
		dir, err := os.MkdirTemp("", "dateline-editor-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		if _, err := exec.LookPath("npm"); err == nil {
			cmd := exec.Command("go", "run", "-C", filepath.Join(root, "tools"), "./bundle", "-entry", "editor/testpage.ts", "-out", dir)
			if out, err := cmd.CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "bundle: %v\n%s", err, out)
				return 1
			}
			bundle = filepath.Join(dir, "testpage.js")
		}
		if chromium, err = browser.Launch(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer chromium.Close()
		return m.Run()
	}())
}

// room is one page with an editor.
type room struct {
	*browser.Page
	t   *testing.T
	url string
}

// view says how the page is opened.
type view struct {
	browser.View
	lang, ui string
}

func open(t *testing.T, v view, doc string) *room {
	t.Helper()
	if chromium == nil {
		t.Skip("no Chromium on this machine (Debian package chromium)")
	}
	if bundle == "" {
		t.Skip("npm is not installed: the test page cannot be built")
	}
	if v.Width == 0 {
		v.View = browser.Desktop
	}
	if v.lang == "" {
		v.lang = "en"
	}
	if v.ui == "" {
		v.ui = "en"
	}
	r := &room{Page: chromium.Page(t, v.View), t: t, url: serve(t, v)}
	visit, err := r.Open(r.url)
	if err != nil {
		t.Fatal(err)
	}
	if len(visit.Problems) > 0 || visit.Status != http.StatusOK {
		t.Fatalf("status %d, problems %v", visit.Status, visit.Problems)
	}
	r.make(doc)
	t.Cleanup(func() {
		if found := ask[[]string](r, `room.violations`); len(found) > 0 {
			t.Errorf("the policy refused something: %v", found)
		}
	})
	return r
}

func serve(t *testing.T, v view) string {
	t.Helper()
	texts, err := words.Words(v.ui)
	if err != nil {
		t.Fatal(err)
	}
	dir := func(lang string) string {
		if lang == "ar" {
			return "rtl"
		}
		return "ltr"
	}
	mux := http.NewServeMux()
	file := func(pattern, path string) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path) })
	}
	file("GET /testpage.js", bundle)
	file("GET /write.css", filepath.Join(root, "ui", "dist", "write.css"))
	file("GET /desk.css", filepath.Join(root, "internal", "desk", "desk.css"))
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /picture.png", func(w http.ResponseWriter, r *http.Request) { png.Encode(w, picture()) })
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		page.Execute(w, map[string]any{"UI": v.ui, "UIDir": dir(v.ui), "Settings": map[string]any{"words": texts, "lang": v.lang, "dir": dir(v.lang)}})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + "/"
}

func picture() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 600, 400))
	for y := range 400 {
		for x := range 600 {
			m.Set(x, y, color.RGBA{uint8(40 + x/8), uint8(90 + y/5), 140, 255})
		}
	}
	return m
}

// make starts an editor with a document; "" is an empty one.
func (r *room) make(doc string) {
	r.t.Helper()
	if doc == "" {
		doc = `{"v":1,"content":[]}`
	}
	r.do(`room.make(` + doc + `); room.editor.focus()`)
}

// ask evaluates an expression in the page.
func ask[T any](r *room, expression string) T {
	r.t.Helper()
	value, err := browser.Evaluate[T](r.Page, expression)
	if err != nil {
		r.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

func (r *room) do(script string) { r.t.Helper(); ask[bool](r, `(() => {`+script+`; return true})()`) }

// until waits for an expression to become true.
func (r *room) until(expression string) {
	r.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ask[bool](r, `!!(`+expression+`)`) {
		if time.Now().After(deadline) {
			r.t.Fatalf("never came true: %s\ndocument: %s", expression, r.doc())
		}
		time.Sleep(15 * time.Millisecond)
	}
}

// typed presses the keys of a text one after the other.
func (r *room) typed(text string) {
	r.t.Helper()
	for _, c := range text {
		if c == '\n' {
			r.press("Enter")
			continue
		}
		s := string(c)
		r.key(input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: s, Text: s, UnmodifiedText: s})
		r.key(input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: s})
	}
}

func (r *room) key(p input.DispatchKeyEventParams) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), 30*time.Second)
	defer cancel()
	if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, p); err != nil {
		r.t.Fatal(err)
	}
}

var codes = map[string]int64{"Enter": 13, "Backspace": 8, "Tab": 9, "Escape": 27, "ArrowUp": 38, "ArrowDown": 40, "ArrowLeft": 37, "ArrowRight": 39, "Home": 36, "End": 35, "PageUp": 33, "PageDown": 34, "F10": 121, "Delete": 46, "/": 191, "\\": 220, ".": 190, ",": 188}

// press presses a key with its modifiers: "Control+Shift+x".
func (r *room) press(keys string) {
	r.t.Helper()
	parts := strings.Split(keys, "+")
	name := parts[len(parts)-1]
	var modifiers int64
	for _, m := range parts[:len(parts)-1] {
		modifiers |= map[string]int64{"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}[m]
	}
	p := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: name, Code: name, Modifiers: modifiers, WindowsVirtualKeyCode: codes[name]}
	if len(name) == 1 {
		if c := name[0]; c >= 'a' && c <= 'z' {
			p.WindowsVirtualKeyCode, p.Code = int64(c-'a'+'A'), "Key"+strings.ToUpper(name)
		} else if c >= '0' && c <= '9' {
			p.WindowsVirtualKeyCode, p.Code = int64(c), "Digit"+name
		}
	}
	if name == "Enter" && modifiers&3 == 0 {
		p.Type, p.Text, p.UnmodifiedText = input.DispatchKeyEventTypeKeyDown, "\r", "\r"
	}
	r.key(p)
	p.Type, p.Text, p.UnmodifiedText = input.DispatchKeyEventTypeKeyUp, "", ""
	r.key(p)
	// The browser tells of a new selection in a task of its own, long before a
	// person presses the next key.
	ask[bool](r, `new Promise(done => requestAnimationFrame(() => setTimeout(() => done(true))))`)
}

// mouse clicks in the middle of an element.
func (r *room) mouse(element string) {
	r.t.Helper()
	at := ask[[]float64](r, `(() => { const b = `+element+`.getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; })()`)
	for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
		p := input.DispatchMouseEventParams{Type: kind, X: at[0], Y: at[1], Button: input.MouseButtonLeft, ClickCount: 1}
		if _, err := chromedp.Call(r.Context(), input.DispatchMouseEvent, p); err != nil {
			r.t.Fatal(err)
		}
	}
}

// doc is the document in normal form, one line a block.
func (r *room) doc() string {
	r.t.Helper()
	d := r.valid()
	var lines []string
	for _, n := range d.Content {
		lines = append(lines, brief(n))
	}
	return strings.Join(lines, "\n")
}

// valid is the document as the server takes it.
func (r *room) valid() richtext.Doc {
	r.t.Helper()
	text := ask[string](r, `JSON.stringify(room.editor.doc())`)
	var d richtext.Doc
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		r.t.Fatal(err)
	}
	d, err := richtext.Validate(d)
	if err != nil {
		r.t.Fatalf("the server refuses the document: %v\n%s", err, text)
	}
	return d
}

// brief writes a node shortly: paragraph("some ", strong"words").
func brief(n richtext.Node) string {
	var b strings.Builder
	for _, m := range n.Marks {
		b.WriteString(m.Type + attrsOf(m.Attrs) + " ")
	}
	if n.Type == "text" {
		b.WriteString(fmt.Sprintf("%q", n.Text))
		return b.String()
	}
	b.WriteString(n.Type + attrsOf(n.Attrs))
	if len(n.Content) > 0 {
		var parts []string
		for _, c := range n.Content {
			parts = append(parts, brief(c))
		}
		b.WriteString("(" + strings.Join(parts, ", ") + ")")
	}
	return b.String()
}

func attrsOf(attrs map[string]any) string {
	if len(attrs) == 0 {
		return ""
	}
	text, _ := json.Marshal(attrs)
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(text))
}

func (r *room) want(want string) {
	r.t.Helper()
	if got := r.doc(); got != want {
		r.t.Errorf("document is\n%s\nwant\n%s", got, want)
	}
}

// paste dispatches a real paste event with the given forms of the content.
func (r *room) paste(html, text string) {
	r.t.Helper()
	h, _ := json.Marshal(html)
	p, _ := json.Marshal(text)
	r.do(fmt.Sprintf(`const d = new DataTransfer(); if (%s) d.setData('text/html', %s); if (%s) d.setData('text/plain', %s);
		document.querySelector('.ed-text').dispatchEvent(new ClipboardEvent('paste', {clipboardData: d, bubbles: true, cancelable: true}))`, h, h, p, p))
}

func (r *room) axe(what string) {
	r.t.Helper()
	if browser.AxeReady() != nil {
		return
	}
	found, err := r.Axe()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, v := range found {
		r.t.Errorf("%s: %s", what, v)
	}
}
