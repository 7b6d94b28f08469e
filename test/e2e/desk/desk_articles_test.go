package desk

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"dateline/test/e2e/browser"
	"dateline/test/product"
)

// sample is the sample newsroom, filled once for all tests of this package; each
// serves a copy.
var sample filled

type filled struct {
	once         sync.Once
	dir, program string
	err          error
}

func (f *filled) fill() (err error) {
	if f.dir, err = os.MkdirTemp("", "dateline-desk-"); err != nil {
		return err
	}
	if f.program, err = product.Build(context.Background(), f.dir); err != nil {
		return err
	}
	s, err := product.Start(product.Command(context.Background(), f.program, "demo", "--data", filepath.Join(f.dir, "data"), "--addr", "127.0.0.1:0"))
	if err != nil {
		return err
	}
	s.Stop()
	return nil
}

func TestMain(m *testing.M) {
	code := m.Run()
	if sample.dir != "" {
		os.RemoveAll(sample.dir)
	}
	os.Exit(code)
}

// demo serves the sample newsroom and lets its owner in: the address, and a
// function that opens a signed-in page in a view.
func demo(t *testing.T, b *browser.Browser) (origin string, enter func(view browser.View) *browser.Page) {
	t.Helper()
	sample.once.Do(func() { sample.err = sample.fill() })
	if sample.err != nil {
		t.Fatal(sample.err)
	}
	data := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(data, os.DirFS(filepath.Join(sample.dir, "data"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(data, "secret.key"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := product.Start(product.Command(t.Context(), sample.program, "serve", "--data", data, "--addr", "127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	said := regexp.MustCompile(`make the first account at (http\S+)`)
	link := ""
	for deadline := time.Now().Add(time.Minute); link == ""; time.Sleep(20 * time.Millisecond) {
		if m := said.FindStringSubmatch(s.Log()); m != nil {
			link = m[1]
		} else if time.Now().After(deadline) {
			t.Fatalf("no set-up link: %s", s.Log())
		}
	}
	first := b.Page(t, browser.Desktop)
	visit(t, first, link)
	fill(t, first, map[string]string{"title": "The Aldermouth Courier", "zone": "Europe/London", "locale": "en", "name": "Olga Owner", "email": "olga@paper.example", "password": secret}, "/desk/")
	return s.Origin, func(view browser.View) *browser.Page {
		t.Helper()
		p := b.Page(t, view)
		visit(t, p, s.Origin+"/desk/sign-in")
		fill(t, p, map[string]string{"email": "olga@paper.example", "password": secret}, "/desk/")
		return p
	}
}

// visit opens a page that must answer 200 and cause no problem.
func visit(t *testing.T, p *browser.Page, address string) {
	t.Helper()
	v, err := p.Open(address)
	if err != nil {
		t.Fatal(err)
	}
	if v.Status != 200 {
		t.Errorf("%s %s: status %d", p.View.Name, address, v.Status)
	}
	for _, problem := range v.Problems {
		t.Errorf("%s %s: %s", p.View.Name, address, problem)
	}
	for _, url := range v.ThirdParty {
		t.Errorf("%s %s: request to a third party: %s", p.View.Name, address, url)
	}
}

// wait waits until an expression of the page is true.
func wait(t *testing.T, p *browser.Page, expression string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		ok, err := browser.Evaluate[bool](p, "Boolean("+expression+")")
		if err == nil && ok {
			return
		}
		if time.Now().After(deadline) {
			text, _ := browser.Evaluate[string](p, `document.body.innerText`)
			t.Fatalf("%s: never true: %s (%v)\n%s", p.View.Name, expression, err, text)
		}
	}
}

func TestArticles_InTheBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	b := browser.Start(t)
	if err := browser.AxeReady(); err != nil {
		t.Skip(err)
	}
	origin, enter := demo(t, b)
	first := enter(browser.Desktop)
	visit(t, first, origin+"/desk/calendar")
	fill(t, first, map[string]string{"headline": "What the ferry company told the council, and what it did not", "assignee": "", "due": "2030-01-02T09:30"}, "/desk/calendar")
	check(t, first, "desk-calendar-planned", "What the ferry company told the council")
	stations := []station{
		{"desk-start", "/desk/", "Just published"},
		{"desk-articles", "/desk/articles", "What the ferry company told"},
		{"desk-articles-published", "/desk/articles?group=published", "Published"},
		{"desk-articles-search", "/desk/articles?q=harbour", "harbour"},
		{"desk-calendar", "/desk/calendar", "Plan an article"},
	}
	for _, view := range []browser.View{browser.Phone, browser.Desktop, browser.Desktop.InDark(), browser.Phone.InDark(), browser.Phone.WithoutScript()} {
		p := enter(view)
		for _, s := range stations {
			visit(t, p, origin+s.path)
			check(t, p, s.name, s.says)
		}
	}
	visit(t, first, origin+"/desk/articles")
	if _, err := browser.Evaluate[bool](first, `document.dispatchEvent(new KeyboardEvent("keydown", {key: "k", ctrlKey: true, bubbles: true}))`); err != nil {
		t.Fatal(err)
	}
	wait(t, first, `document.querySelector("dialog.palette")?.open`)
	if _, err := browser.Evaluate[bool](first, `(() => { const i = document.querySelector(".palette input"); i.value = "ferry comp"; i.dispatchEvent(new Event("input")); return true })()`); err != nil {
		t.Fatal(err)
	}
	wait(t, first, `document.querySelector(".palette")?.innerText.includes("What the ferry company told")`)
	first.Shot(t, "desk-palette")
	if violations, err := first.Axe(); err != nil || len(violations) > 0 {
		t.Errorf("the palette: %v %v", violations, err)
	}
	if _, err := browser.Evaluate[bool](first, `(() => { const i = document.querySelector(".palette input"); i.value = "calen"; i.dispatchEvent(new Event("input")); i.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter"})); return true })()`); err != nil {
		t.Fatal(err)
	}
	wait(t, first, `location.pathname == "/desk/calendar"`)
}
