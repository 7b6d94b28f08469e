package desk

import (
	"testing"
	"time"

	"dateline/test/e2e/browser"
)

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
	b := chrome(t)
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
	everywhere(t, origin, enter, stations)
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
