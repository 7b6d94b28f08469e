package desk

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"dateline/test/e2e/browser"
)

// deaf keeps a tab from asking the server who is here: it learns of a colleague
// or another tab by its browser's own channel alone.
func (d *desk) deaf() {
	d.n.t.Helper()
	if _, err := chromedp.Call(d.Context(), network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: "*://*:*/desk/articles/*/presence", Block: true}}}); err != nil {
		d.n.t.Fatal(err)
	}
}

// TestWriting_TwoTabsOfOneBrowser: the tabs tell each other over a
// BroadcastChannel what is new; what both type is brought together.
func TestWriting_TwoTabsOfOneBrowser(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	a := n.owner
	at := a.begin()
	a.into("text")
	a.types("First paragraph.\nSecond paragraph.")
	a.saved()
	b := &desk{a.Tab(t), n}
	b.write(at)
	a.deaf()
	b.deaf()

	a.into("headline")
	a.types("A headline")
	a.saved()
	b.until(`document.querySelector('#w').elements.headline.value == 'A headline'`)

	// Both at once, in different places.
	a.into("standfirst")
	a.types("From the one tab.")
	b.into("text")
	b.types(" More from the other.")
	a.saved()
	b.saved()
	b.until(`document.querySelector('#w').elements.standfirst.value == 'From the one tab.'`)
	a.until(`document.querySelector('.ed-text').innerText.includes('Second paragraph. More from the other.')`)

	// Both in the same paragraph: one is asked, and both are kept.
	a.into("text")
	a.types(" One end.")
	b.into("text")
	b.types(" Another end.")
	done := func(d *desk) bool {
		return see[bool](d, `document.querySelector('#w-saved').textContent.startsWith('saved') || !!document.querySelector('dialog[open]')`)
	}
	await(t, "both tabs saved or asked", func() bool { return done(a) && done(b) })
	for _, d := range []*desk{a, b} {
		if see[bool](d, `!!document.querySelector('dialog[open]')`) {
			see[bool](d, `(() => { for (const f of document.querySelectorAll('dialog[open] input[value=both]')) f.click(); document.querySelector('dialog[open] form').requestSubmit(); return true; })()`)
		}
	}
	a.saved()
	b.saved()
	await(t, "both tabs with the same text", func() bool {
		text := `document.querySelector('.ed-text').innerText`
		return see[string](a, text) == see[string](b, text)
	})
	got := a.stored(at).words()
	for _, want := range []string{"First paragraph.", "Second paragraph.", "More from the other.", "One end.", "Another end."} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is lost: %q", want, got)
		}
	}
}

// TestWriting_SavesWithinAComposition: an input method that takes long is
// saved under, and goes on.
func TestWriting_SavesWithinAComposition(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	d := n.owner
	at := d.begin()
	d.into("text")
	d.types("Mayor ")
	d.saved()
	see[bool](d, `(window.ended = 0, document.querySelector('.ed-text').addEventListener('compositionend', () => window.ended++), true)`)
	composes := func(texts ...string) {
		for _, text := range texts {
			size := int64(len([]rune(text)))
			if _, err := chromedp.Call(d.Context(), input.ImeSetComposition, input.ImeSetCompositionParams{Text: text, SelectionStart: size, SelectionEnd: size}); err != nil {
				t.Fatal(err)
			}
		}
	}
	composes("s", "sh", "shi")
	d.until(`!document.querySelector('#w-saved').textContent.startsWith('saved')`)
	d.saved()
	composes("shi zhang", "市长")
	d.until(`!document.querySelector('#w-saved').textContent.startsWith('saved')`)
	d.saved()
	if see[int](d, `window.ended`) != 0 {
		t.Error("saving ended the composition")
	}
	if _, err := chromedp.Call(d.Context(), input.InsertText, input.InsertTextParams{Text: "市长"}); err != nil {
		t.Fatal(err)
	}
	d.types("!")
	d.until(`!document.querySelector('#w-saved').textContent.startsWith('saved')`)
	d.saved()
	same(t, "the text", d.stored(at).words(), "Mayor 市长!")
}
