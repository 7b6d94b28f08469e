package site

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"dateline/test/e2e/browser"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// TestSearchBox_CompletesWords types into the box of the search page: the words
// come from this site, the arrows go through them, Escape gives back what was
// typed, and Enter searches for what is chosen. The page is sound with the list
// open, light and dark.
func TestSearchBox_CompletesWords(t *testing.T) {
	p := chrome(t).Page(t, browser.Phone)
	origin := start(t, demo)
	visit, err := p.Open(origin + "/search/")
	if err != nil {
		t.Fatal(err)
	}
	key := func(params ...input.DispatchKeyEventParams) {
		t.Helper()
		for _, k := range params {
			if _, err := chromedp.Call(p.Context(), input.DispatchKeyEvent, k); err != nil {
				t.Fatal(err)
			}
		}
	}
	press := func(name string, code int64) {
		t.Helper()
		text := ""
		if name == "Enter" {
			text = "\r"
		}
		key(input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: name, Code: name, WindowsVirtualKeyCode: code, Text: text},
			input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: name, Code: name, WindowsVirtualKeyCode: code})
	}
	typed := func(text string) {
		t.Helper()
		for _, r := range text {
			key(input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: string(r), Text: string(r)},
				input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: string(r)})
		}
	}
	const box = `const box = document.getElementById('site-q'), list = document.getElementById('site-q-more');`
	state := func(script string) (out string) {
		t.Helper()
		out, err := browser.Evaluate[string](p, `(() => { `+box+` return String(`+script+`); })()`)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	until := func(what, script string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(p.Context(), 30*time.Second)
		defer cancel()
		for state(script) != "true" {
			select {
			case <-ctx.Done():
				t.Fatalf("%s: the box has %q, the page is %s", what, state(`box.value`), state(`document.body.innerText`))
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	if got := state(`box.getAttribute('role') + ' ' + list`); got != "null null" {
		t.Errorf("before anybody enters it the box is %s", got)
	}
	state(`box.focus()`)
	typed("ferry harb")
	until("words come", `!!list && !list.hidden && list.children.length > 0 && box.getAttribute('aria-expanded')`)
	first := state(`list.children[0].textContent`)
	if !strings.HasPrefix(first, "ferry harb") {
		t.Errorf("offered %q", first)
	}
	press("ArrowDown", 40)
	if got := state(`box.value + '|' + box.getAttribute('aria-activedescendant') + '|' + list.children[0].getAttribute('aria-selected')`); got != first+"|site-q-more-0|true" {
		t.Errorf("after an arrow: %s", got)
	}
	for _, view := range []browser.View{browser.Phone, browser.Desktop.InDark()} {
		if err := p.Turn(view); err != nil {
			t.Fatal(err)
		}
		if wide, err := p.TooWide(); err != nil || len(wide) > 0 {
			t.Errorf("%s: scrolls sideways: %v %v", view.Name, wide, err)
		}
		if bad, err := p.Axe(); err != nil || len(bad) > 0 {
			t.Errorf("%s: %v %v", view.Name, bad, err)
		}
		if covered := state(`[...list.children].some(o => { const r = o.getBoundingClientRect(); return !o.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)); })`); covered != "false" {
			t.Errorf("%s: something covers a word of the list", view.Name)
		}
		p.Shot(t, "search-complete")
	}
	press("Escape", 27)
	if got := state(`box.value + '|' + list.hidden`); got != "ferry harb|true" {
		t.Errorf("after Escape: %s", got)
	}
	typed("o")
	until("words come again", `!list.hidden`)
	press("ArrowDown", 40)
	chosen := state(`box.value`)
	press("Enter", 13)
	until("the search is answered", `location.search.startsWith('?q=ferry+harbo') && document.readyState === 'complete' && !!document.querySelector('.hits')`)
	if got := state(`box.value`); got != chosen {
		t.Errorf("searched for %q after choosing %q", got, chosen)
	}
	if seen := p.Seen(); len(visit.ThirdParty)+len(seen.ThirdParty) > 0 || len(seen.Problems) > 0 {
		t.Error(fmt.Sprint(visit.ThirdParty, seen.ThirdParty, seen.Problems))
	}
}
