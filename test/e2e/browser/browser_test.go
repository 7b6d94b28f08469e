package browser

import (
	"bytes"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
)

// serve serves testdata, with the address of another origin filled in.
func serve(t *testing.T) string {
	t.Helper()
	files := http.FileServer(http.Dir("testdata"))
	other := httptest.NewServer(files)
	t.Cleanup(other.Close)
	bad, err := os.ReadFile("testdata/bad.html")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", files)
	mux.HandleFunc("/favicon.ico", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/bad.html", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(bytes.ReplaceAll(bad, []byte("{{.Other}}"), []byte(other.URL)))
	})
	mux.HandleFunc("/never", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/refused.html", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		w.Write([]byte("<!doctype html><title>x</title><p>x<script>var x</script>"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func open(t *testing.T, p *Page, url string) *Visit {
	t.Helper()
	visit, err := p.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	return visit
}

func TestPage_FindsNothingOnASoundPage(t *testing.T) {
	url := serve(t)
	b := Start(t)
	for _, view := range []View{Phone, Desktop, Desktop.InDark(), Phone.WithoutScript()} {
		t.Run(view.Name, func(t *testing.T) {
			p := b.Page(t, view)
			visit := open(t, p, url+"/good.html")
			if visit.Status != 200 || len(visit.Problems) > 0 || len(visit.ThirdParty) > 0 {
				t.Errorf("visit = %+v", visit)
			}
			if len(visit.Requests) < 2 || visit.Requests[0].Bytes == 0 {
				t.Errorf("requests = %+v", visit.Requests)
			}
			if wide, err := p.TooWide(); err != nil || len(wide) > 0 {
				t.Errorf("too wide: %v, %v", wide, err)
			}
			if AxeReady() == nil {
				if found, err := p.Axe(); err != nil || len(found) > 0 {
					t.Errorf("axe-core: %v, %v", found, err)
				}
			}
			if !view.ScriptOff {
				if found, err := p.Keyboard(); err != nil || len(found) > 0 {
					t.Errorf("keyboard: %v, %v", found, err)
				}
			}
			p.Shot(t, "good")
		})
	}
}

func TestKeyboard_BeginsAtTheBeginning(t *testing.T) {
	url := serve(t)
	p := Start(t).Page(t, Desktop)
	open(t, p, url+"/good.html")
	if _, err := Evaluate[bool](p, `([...document.querySelectorAll('a, button, input')].at(-1).focus(), true)`); err != nil {
		t.Fatal(err)
	}
	if _, err := Evaluate[struct{}](p, keyboardStart); err != nil {
		t.Fatal(err)
	}
	if err := call(p, input.DispatchKeyEvent, tab); err != nil {
		t.Fatal(err)
	}
	first, err := Evaluate[bool](p, `document.activeElement === document.querySelector('a, button, input')`)
	if err != nil || !first {
		t.Errorf("Tab does not begin at the beginning: %v", err)
	}
}

func TestPage_SeesPlantedFaults(t *testing.T) {
	url := serve(t)
	p := Start(t).Page(t, Phone)
	visit := open(t, p, url+"/bad.html")
	problems := strings.Join(visit.Problems, "\n")
	for _, want := range []string{"missing.png answered 404", "console.error", "planted", "undefinedFunction"} {
		if !strings.Contains(problems, want) {
			t.Errorf("%q is missing in %q", want, problems)
		}
	}
	if len(visit.ThirdParty) != 1 {
		t.Errorf("third-party requests: %v", visit.ThirdParty)
	}
	if wide, err := p.TooWide(); err != nil || !slices.Contains(wide, "div#wide") {
		t.Errorf("too wide: %v, %v", wide, err)
	}
	found, err := p.Keyboard()
	if err != nil {
		t.Fatal(err)
	}
	keyboard := strings.Join(found, "\n")
	for _, want := range []string{"focus is not visible: a", "not reached by Tab: button#trap"} {
		if !strings.Contains(keyboard, want) {
			t.Errorf("%q is missing in %q", want, keyboard)
		}
	}
}

func TestAxe_SeesPlantedFaults(t *testing.T) {
	if err := AxeReady(); err != nil {
		t.Skip(err)
	}
	url := serve(t)
	p := Start(t).Page(t, Desktop)
	open(t, p, url+"/bad.html")
	found, err := p.Axe()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"html-has-lang", "image-alt", "color-contrast"} {
		if !slices.ContainsFunc(found, func(v Violation) bool { return v.Rule == want }) {
			t.Errorf("rule %s is missing in %v", want, found)
		}
	}
}

func TestPage_SeesRefusedContent(t *testing.T) {
	url := serve(t)
	visit := open(t, Start(t).Page(t, Desktop), url+"/refused.html")
	if problems := strings.Join(visit.Problems, "\n"); !strings.Contains(problems, "Content Security Policy") {
		t.Errorf("problems = %q", problems)
	}
}

func TestPage_HonoursTheView(t *testing.T) {
	url := serve(t)
	b := Start(t)
	cases := []struct {
		view  View
		check string
	}{
		{Phone, "innerWidth === 390 && innerHeight === 844"},
		{Desktop, "innerWidth === 1280 && innerHeight === 900"},
		{Desktop, "getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)'"},
		{Desktop.InDark(), "getComputedStyle(document.body).backgroundColor === 'rgb(17, 17, 17)'"},
		{Desktop.OnPaper(), "getComputedStyle(document.querySelector('nav')).display === 'none'"},
		{Desktop, "document.getElementById('script').textContent === 'ran' && !document.querySelector('#noscript')"},
		{Desktop.WithoutScript(), "document.getElementById('script').textContent === '' && document.querySelector('#noscript') !== null"},
	}
	for _, c := range cases {
		p := b.Page(t, c.view)
		open(t, p, url+"/good.html")
		if ok, err := Evaluate[bool](p, c.check); err != nil || !ok {
			t.Errorf("%s: %s = %v, %v", c.view.Name, c.check, ok, err)
		}
	}
}

func TestTurn_ShowsTheOpenPageInAnotherView(t *testing.T) {
	url := serve(t)
	b := Start(t)
	for _, first := range []View{Phone, Phone.WithoutScript()} {
		p := b.Page(t, first)
		open(t, p, url+"/good.html")
		if _, err := Evaluate[bool](p, `window.same = true`); err != nil {
			t.Fatal(err)
		}
		wide := Desktop.InDark()
		wide.ScriptOff = first.ScriptOff
		if err := p.Turn(wide); err != nil {
			t.Fatal(err)
		}
		ok, err := Evaluate[bool](p, `window.same && innerWidth === 1280 && getComputedStyle(document.body).backgroundColor === 'rgb(17, 17, 17)'`)
		if err != nil || !ok {
			t.Errorf("%s: not turned (%v)", first.Name, err)
		}
		wide.ScriptOff = !wide.ScriptOff
		if p.Turn(wide) == nil {
			t.Errorf("%s: script was switched on an open page", first.Name)
		}
	}
	p := b.Page(t, Phone)
	open(t, p, url+"/good.html")
	if _, err := Evaluate[bool](p, `fetch('/missing.png').then(() => true)`); err != nil {
		t.Fatal(err)
	}
	if err := p.Turn(Desktop); err != nil {
		t.Fatal(err)
	}
	if seen := p.Seen(); !strings.Contains(strings.Join(seen.Problems, ""), "missing.png answered 404") {
		t.Errorf("seen = %+v", seen)
	}
}

func TestQuiet_WaitsForNoPageThatWasLeft(t *testing.T) {
	url := serve(t)
	p := Start(t).Page(t, Desktop)
	open(t, p, url+"/good.html")
	if _, err := Evaluate[bool](p, `(fetch('/never').catch(() => null), true)`); err != nil {
		t.Fatal(err)
	}
	if _, err := Evaluate[bool](p, `(location.href = '/good.html?next', true)`); err != nil {
		t.Fatal(err)
	}
	for there := false; !there; {
		there, _ = Evaluate[bool](p, `location.search === '?next' && document.readyState === 'complete'`) // between two pages there is none to ask
	}
	if err := p.Turn(Phone); err != nil {
		t.Error(err)
	}
}

func TestScreenshot_IsThePage(t *testing.T) {
	url := serve(t)
	p := Start(t).Page(t, Desktop)
	open(t, p, url+"/good.html")
	shot, err := p.Screenshot(true)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	if width := picture.Bounds().Dx(); width != 1280 {
		t.Errorf("width = %d", width)
	}
}
