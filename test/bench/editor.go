package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"dateline/internal/richtext"
	"dateline/test/e2e/browser"
	words "dateline/ui/editor"
)

// What the editor must reach (docs/performance.md).
const (
	editorOpen  = time.Second           // a long article, until it is painted
	editorKey   = 16 * time.Millisecond // a key until it is painted, 95th percentile
	editorBytes = 300 << 10             // everything the page of writing loads, packed
)

const (
	editorKeys  = 1000 // about three minutes of writing
	coldKeys    = 40   // that Chromium still interprets
	editorOpens = 9
)

var editorPage = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Writing</title><link rel="stylesheet" href="/desk.css"><link rel="stylesheet" href="/write.css"></head>
<body><main><h1>Writing</h1><div id="mount"></div></main>
<script type="application/json" id="settings">{{.Settings}}</script><script type="application/json" id="doc">{{.Doc}}</script>
<script src="/testpage.js"></script><script src="/watch.js"></script></body></html>`))

// watchScript notes when the page was painted, and for every key how long after
// it the frame that shows it was done: a message that is posted in a frame's
// callback arrives then.
const watchScript = `(() => {
	const after = f => { const c = new MessageChannel(); c.port1.onmessage = f; c.port2.postMessage(0); };
	const w = window.watch = {painted: 0, keys: []};
	requestAnimationFrame(() => after(() => { w.painted = performance.now(); }));
	addEventListener('keydown', e => requestAnimationFrame(() => after(() => w.keys.push(performance.now() - e.timeStamp))), true);
})()`

// unpaced makes Chromium draw a frame as soon as there is something to draw.
// At the pace of a screen a key waits up to a sixtieth of a second for its
// frame, however quick the editor is, and the wait is all that one would see.
var unpaced = []string{"disable-frame-rate-limit", "disable-gpu-vsync"}

// runEditor measures the article editor in Chromium with a long article.
func runEditor(ctx context.Context, markdown string) error {
	dir, err := os.MkdirTemp("", "dateline-editor-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if out, err := exec.CommandContext(ctx, "go", "run", "-C", "tools", "./bundle", "-entry", "editor/testpage.ts", "-out", dir).CombinedOutput(); err != nil {
		return fmt.Errorf("bundle: %w\n%s", err, out)
	}
	doc := longArticle()
	server, err := serveEditor(dir, doc)
	if err != nil {
		return err
	}
	defer server.Close()
	opens, paced, err := tryEditor(server.URL, editorOpens)
	if err != nil {
		return err
	}
	_, keys, err := tryEditor(server.URL, 1, unpaced...)
	if err != nil {
		return err
	}
	bytes, names, err := packed(dir)
	if err != nil {
		return err
	}
	return reportEditor(markdown, doc, opens, keys, paced, bytes, names)
}

// tryEditor opens the page so many times, and types in the last.
func tryEditor(address string, times int, switches ...string) (opens, keys []time.Duration, err error) {
	b, err := browser.Launch(switches...)
	if err != nil {
		return nil, nil, err
	}
	defer b.Close()
	for i := range times {
		p, err := b.NewPage(browser.Desktop)
		if err != nil {
			return nil, nil, err
		}
		painted, err := openEditor(p, address)
		if err == nil && i == times-1 {
			keys, err = typeKeys(p)
		}
		p.Close()
		if err != nil {
			return nil, nil, err
		}
		opens = append(opens, painted)
	}
	return opens, keys, nil
}

func serveEditor(dir string, doc richtext.Doc) (*httptest.Server, error) {
	text, err := richtext.EditorJSON(doc)
	if err != nil {
		return nil, err
	}
	texts, err := words.Words("en")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for name, path := range map[string]string{"testpage.js": filepath.Join(dir, "testpage.js"), "write.css": "ui/dist/write.css", "desk.css": "internal/desk/desk.css"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path) })
	}
	mux.HandleFunc("GET /watch.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		io.WriteString(w, watchScript)
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		editorPage.Execute(w, map[string]any{"Settings": map[string]any{"words": texts, "lang": "en", "dir": "ltr"}, "Doc": json.RawMessage(text)})
	})
	return httptest.NewServer(mux), nil
}

// openEditor returns the time from asking for the page until its text was
// painted.
func openEditor(p *browser.Page, address string) (time.Duration, error) {
	visit, err := p.Open(address)
	if err != nil {
		return 0, err
	}
	for _, problem := range visit.Problems {
		if !strings.Contains(problem, "favicon") && !strings.Contains(problem, "picture.png") {
			return 0, errors.New(problem)
		}
	}
	painted, err := browser.Evaluate[float64](p, `new Promise(done => { const look = () => watch.painted ? done(watch.painted) : setTimeout(look, 5); look(); })`)
	return time.Duration(painted * float64(time.Millisecond)), err
}

// typeKeys types in the middle of the article.
func typeKeys(p *browser.Page) ([]time.Duration, error) {
	if _, err := browser.Evaluate[bool](p, `(room.editor.jump('content[30]'), true)`); err != nil {
		return nil, err
	}
	const sentence = "the council voted on monday to build the harbour tunnel, "
	for i := range editorKeys {
		s := string(sentence[i%len(sentence)])
		down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: s, Text: s, UnmodifiedText: s}
		if _, err := chromedp.Call(p.Context(), input.DispatchKeyEvent, down); err != nil {
			return nil, err
		}
		if _, err := chromedp.Call(p.Context(), input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: s}); err != nil {
			return nil, err
		}
		if _, err := browser.Evaluate[bool](p, fmt.Sprintf(`new Promise(done => { const look = () => watch.keys.length > %d ? done(true) : setTimeout(look, 3); look(); })`, i)); err != nil {
			return nil, err
		}
	}
	found, err := browser.Evaluate[[]float64](p, `watch.keys`)
	var keys []time.Duration
	for _, k := range found {
		keys = append(keys, time.Duration(k*float64(time.Millisecond)))
	}
	return keys, err
}

// packed is the size of what the page of writing loads, compressed: the built
// files where they are there, else the editor alone.
func packed(dir string) (int, string, error) {
	files := []string{"ui/dist/desk.js", "ui/dist/write.js", "ui/dist/write.css", "internal/desk/desk.css"}
	names := "desk.js, write.js, write.css, desk.css"
	if _, err := os.Stat("ui/dist/write.js"); err != nil {
		files[1], names = filepath.Join(dir, "testpage.js"), "desk.js, the editor, write.css, desk.css"
	}
	sum := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return 0, "", err
		}
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		z.Write(text)
		z.Close()
		sum += b.Len()
	}
	return sum, names, nil
}

func reportEditor(markdown string, doc richtext.Doc, opens, keys, paced []time.Duration, bytesPacked int, names string) error {
	t := table{head: []string{"", "p50", "p95", "at most"}}
	t.add("open until the text is painted, ms", ms(quantile(opens, 0.5)), ms(quantile(opens, 0.95)), ms(editorOpen))
	t.add("key until painted, frames drawn as they come, ms", ms(quantile(keys, 0.5)), ms(quantile(keys, 0.95)), ms(editorKey))
	t.add(fmt.Sprintf("… the first %d of them, while the browser still interprets, ms", coldKeys), ms(quantile(keys[:coldKeys], 0.5)), ms(quantile(keys[:coldKeys], 0.95)), "")
	t.add("key until painted, waiting for a frame of a 60 Hz screen, ms", ms(quantile(paced, 0.5)), ms(quantile(paced, 0.95)), "")
	t.add("packed bytes: "+names, fmt.Sprintf("%d KB", bytesPacked>>10), "", fmt.Sprintf("%d KB", editorBytes>>10))
	var text strings.Builder
	text.WriteString(origin("go run ./test/bench -editor"))
	fmt.Fprintf(&text, "An article of %d words in %d blocks; opened %d times in Chromium, %d keys typed in its middle.\n\n", richtext.Words(doc), len(doc.Content), len(opens), len(keys))
	t.print(&text)
	fmt.Print(text.String())
	if markdown != "" {
		if err := insert(markdown, "editor", text.String()); err != nil {
			return err
		}
	}
	switch {
	case quantile(opens, 0.5) > editorOpen:
		return fmt.Errorf("opening takes %s ms, at most %s are wanted", ms(quantile(opens, 0.5)), ms(editorOpen))
	case quantile(keys, 0.95) > editorKey:
		return fmt.Errorf("a key takes %s ms at the 95th percentile, at most %s are wanted", ms(quantile(keys, 0.95)), ms(editorKey))
	case bytesPacked > editorBytes:
		return fmt.Errorf("the page loads %d KB, at most %d are wanted", bytesPacked>>10, editorBytes>>10)
	}
	return nil
}

// longArticle is an article of some 5,000 words in 60 blocks of many kinds.
func longArticle() richtext.Doc {
	pool := strings.Fields("the council voted on monday to build a tunnel under the harbour after three years of dispute over its cost and route which residents had asked to see before any work began while the state promised to bear two thirds of what engineers say will be needed")
	n := 0
	sentence := func(count int) string {
		var b strings.Builder
		for i := range count {
			if i > 0 {
				b.WriteByte(' ')
			}
			n++
			b.WriteString(pool[(n*7+n/11)%len(pool)])
		}
		return b.String() + "."
	}
	text := func(s string, marks ...richtext.Mark) richtext.Node {
		return richtext.Node{Type: "text", Text: s, Marks: marks}
	}
	paragraph := func(count int) richtext.Node {
		link := richtext.Mark{Type: "link", Attrs: map[string]any{"href": "https://example.org/"}}
		return richtext.Node{Type: "paragraph", Content: []richtext.Node{text(sentence(count/2) + " "), text(sentence(3), richtext.Mark{Type: "strong"}), text(" "), text(sentence(3), link), text(" " + sentence(count-count/2-6))}}
	}
	with := func(kind string, attrs map[string]any, content ...richtext.Node) richtext.Node {
		return richtext.Node{Type: kind, Attrs: attrs, Content: content}
	}
	account := func(party string) richtext.Node {
		return with("account", map[string]any{"party": party}, paragraph(20))
	}
	cell := func() richtext.Node { return with("table_cell", nil, with("paragraph", nil, text(sentence(2)))) }
	row := func() richtext.Node { return with("table_row", nil, cell(), cell(), cell()) }
	var blocks []richtext.Node
	for i := range 60 {
		switch i {
		case 4, 14, 24, 34, 44, 54:
			blocks = append(blocks, with("heading", nil, text(sentence(5))))
		case 7, 37:
			blocks = append(blocks, with("attributed_quote", map[string]any{"speaker": "Ann Lee", "role": "mayor"}, paragraph(40)))
		case 11, 41:
			blocks = append(blocks, with("figure", map[string]any{"alt": "A boat"}, text(sentence(8))))
		case 17:
			blocks = append(blocks, with("accounts", nil, account("The city"), account("The state")))
		case 21:
			blocks = append(blocks, with("timeline", nil, with("timeline_event", map[string]any{"date": "2026-05"}, paragraph(20)), with("timeline_event", map[string]any{"date": "2026-06"}, paragraph(20))))
		case 27, 47:
			item := func() richtext.Node { return with("list_item", nil, paragraph(20)) }
			blocks = append(blocks, with("bullet_list", nil, item(), item(), item()))
		case 31:
			blocks = append(blocks, with("table", nil, row(), row(), row(), row()))
		case 51:
			blocks = append(blocks, with("fact_box", map[string]any{"title": "The tunnel"}, paragraph(50)))
		default:
			blocks = append(blocks, paragraph(102))
		}
	}
	return richtext.Doc{Version: richtext.SchemaVersion, Content: blocks}
}
