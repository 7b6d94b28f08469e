package desk

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"dateline/test/e2e/browser"
)

var structureStations = []station{
	{"desk-sections", "/desk/structure/sections", "Add a section"},
	{"desk-tags", "/desk/structure/tags", "Add a tag"},
	{"desk-tags-alike", "/desk/structure/tags/alike", "Keep which one?"},
	{"desk-authors", "/desk/structure/authors", "Add an author"},
	{"desk-pages", "/desk/structure/pages", "Standing pages"},
	{"desk-redirects", "/desk/structure/redirects", "Add a redirect"},
	{"desk-redirects-import", "/desk/structure/redirects/import", "Look at it first"},
	{"desk-menus", "/desk/structure/menus", "Add a menu"},
	{"desk-site-groups", "/desk/structure/site", "Word before sections"},
	{"desk-appearance", "/desk/structure/appearance", "Accent colour"},
	{"desk-appearance-tried", "/desk/structure/appearance?accent=%230b5d4a&headline=sans&density=compact&width=narrow&theme=&logo=", "In dark mode"},
}

// TestStructure_InTheBrowser looks at the structure pages and moves a section by
// dragging it.
func TestStructure_InTheBrowser(t *testing.T) {
	b := chrome(t)
	origin, link := start(t)
	open := func(p *browser.Page, address string) { t.Helper(); visit(t, p, address) }
	first := b.Page(t, browser.Desktop)
	open(first, origin+link[len(origin):])
	fill(t, first, map[string]string{"title": "The Gull", "zone": "Europe/Berlin", "locale": "en", "name": "Olga Owner", "email": "olga@paper.example", "password": secret}, "/desk/")
	for _, name := range []string{"World", "A section with quite a long name, as some have"} {
		open(first, origin+"/desk/structure/sections")
		fillAny(t, first, map[string]string{"name": name})
	}
	check(t, first, "desk-section", "Description for search engines")
	for _, name := range []string{"Harbour", "Harbours"} {
		open(first, origin+"/desk/structure/tags")
		fillAny(t, first, map[string]string{"name": name})
	}
	check(t, first, "desk-tag", "Delete the tag")
	open(first, origin+"/desk/structure/authors")
	fillAny(t, first, map[string]string{"name": "Anna-Theodora von Hohenberg-Lichtenstein"})
	check(t, first, "desk-author", "never shown")
	open(first, origin+"/desk/structure/redirects")
	fillAny(t, first, map[string]string{"from": "/2019/05/an-old-address-that-is-rather-long-as-they-often-are.html", "to": "https://elsewhere.example/"})
	open(first, origin+"/desk/structure/menus")
	fillAny(t, first, map[string]string{"name": "Top", "location": "main"})
	for _, entry := range []map[string]string{{"kind": "section", "target": "world", "label": ""}, {"kind": "link", "target": "/about/", "label": "About us"}} {
		fillAny(t, first, entry)
	}
	check(t, first, "desk-menu", "As readers see it")
	drag(t, first, "About us", "World")
	menu, err := browser.Evaluate[string](first, `[...document.querySelectorAll('.tree li')].map(li => li.dataset.name).join('|')`)
	if err != nil || menu != "About us|World" {
		t.Errorf("the menu after dragging: %s %v", menu, err)
	}
	everywhere(t, origin, entrance(t, b, origin), structureStations)
	open(first, origin+"/desk/structure/sections")
	drag(t, first, "A section with quite a long name, as some have", "World")
	order, err := browser.Evaluate[string](first, `[...document.querySelectorAll('.tree li')].map(li => li.dataset.name).join('|')`)
	if err != nil || order != "A section with quite a long name, as some have|World" {
		t.Errorf("after dragging: %s %v", order, err)
	}
}

// fillAny is fill for a form that may lead anywhere.
func fillAny(t *testing.T, p *browser.Page, fields map[string]string) {
	t.Helper()
	values, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = browser.Evaluate[bool](p, fmt.Sprintf(`(() => {
		const fields = %s;
		const form = [...document.forms].find(f => Object.keys(fields).every(name => f.elements[name]));
		for (const [name, value] of Object.entries(fields)) form.elements[name].value = value;
		window.left = true;
		form.requestSubmit();
		return true;
	})()`, values)); err != nil {
		t.Fatal(err)
	}
	nextPage(t, p)
}

// nextPage waits for the page after the one that was marked as left.
func nextPage(t *testing.T, p *browser.Page) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		there, err := browser.Evaluate[bool](p, `!window.left && document.readyState == 'complete'`)
		if err == nil && there {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the next page does not come: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// drag takes the row of a tree by its handle to the top of another row.
func drag(t *testing.T, p *browser.Page, name, onto string) {
	t.Helper()
	at := func(selector string) (x, y float64) {
		t.Helper()
		place, err := browser.Evaluate[[]float64](p, fmt.Sprintf(`(() => { scrollTo(0, 0); const e = document.querySelector(%q); const r = e.getBoundingClientRect(); return [r.left + r.width / 2, r.top + Math.min(r.height / 2, 4)]; })()`, selector))
		if err != nil {
			t.Fatal(err)
		}
		return place[0], place[1]
	}
	fromX, fromY := at(fmt.Sprintf(`li[data-name=%q] .grip`, name))
	toX, toY := at(fmt.Sprintf(`li[data-name=%q]`, onto))
	if _, err := browser.Evaluate[bool](p, `window.left = true`); err != nil {
		t.Fatal(err)
	}
	for _, m := range []input.DispatchMouseEventParams{{Type: "mousePressed", X: fromX, Y: fromY}, {Type: "mouseMoved", X: fromX, Y: fromY - 10},
		{Type: "mouseMoved", X: toX, Y: toY}, {Type: "mouseReleased", X: toX, Y: toY}} {
		m.Button, m.Buttons, m.ClickCount = "left", 1, 1
		if _, err := chromedp.Call(p.Context(), input.DispatchMouseEvent, m); err != nil {
			t.Fatal(err)
		}
	}
	nextPage(t, p)
}
