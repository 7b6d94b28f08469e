package editor

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/richtext"
	"dateline/test/e2e/browser"
)

func TestEditor_TellsOfEveryChange(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("Hello world")
	r.want(`paragraph("Hello world")`)
	if n := ask[int](r, `room.changes`); n != 11 {
		t.Errorf("%d changes were told", n)
	}
}

// fixtures are the documents of richtext's tests, by name.
func fixtures(t *testing.T) map[string]richtext.Doc {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "internal", "richtext", "testdata", "documents.json"))
	if err != nil {
		t.Fatal(err)
	}
	var docs map[string]richtext.Doc
	if err := json.Unmarshal(text, &docs); err != nil {
		t.Fatal(err)
	}
	return docs
}

// Every document that Go knows comes back from the editor as it went in, is
// visible there, and has as many words as the server counts.
func TestEditor_GivesDocumentsBackUnchanged(t *testing.T) {
	r := open(t, view{}, "")
	for name, d := range fixtures(t) {
		in, err := richtext.EditorJSON(d)
		if err != nil {
			t.Fatal(err)
		}
		r.make(string(in))
		want, _ := json.Marshal(d)
		got, _ := json.Marshal(r.valid())
		if string(got) != string(want) {
			t.Errorf("%s: %s", name, cmp.Diff(string(want), string(got)))
		}
		if ask[bool](r, `[...document.querySelectorAll('.ed-text > *')].some(e => !e.getClientRects().length)`) {
			t.Errorf("%s: something in it cannot be seen", name)
		}
		if n := ask[int](r, `room.editor.counts().words`); n != richtext.Words(d) {
			t.Errorf("%s: the editor counts %d words, the server %d", name, n, richtext.Words(d))
		}
	}
}

// A copied document is whole when it is pasted again.
func TestEditor_CopiesEveryNodeWhole(t *testing.T) {
	r := open(t, view{}, "")
	for name, d := range fixtures(t) {
		if name == "empty" || name == "node hard_break" {
			continue // nothing, and a break that is nothing when pasted
		}
		in, _ := richtext.EditorJSON(d)
		r.make(string(in))
		r.press("Control+a")
		r.do(`window.copied = new DataTransfer(); document.querySelector('.ed-text').dispatchEvent(new ClipboardEvent('copy', {clipboardData: copied, bubbles: true, cancelable: true}))`)
		html := ask[string](r, `copied.getData('text/html')`)
		r.make("")
		r.paste(html, "")
		want, _ := json.Marshal(d)
		if got, _ := json.Marshal(r.valid()); string(got) != string(want) {
			t.Errorf("%s: %s", name, cmp.Diff(string(want), string(got)))
		}
	}
}

func TestEditor_KnowsMarkdownWhileTyping(t *testing.T) {
	r := open(t, view{}, "")
	for _, c := range []struct{ typed, want string }{
		{"# Head", `heading("Head")`},
		{"## Head", `heading{"level":3}("Head")`},
		{"> said", `quote(paragraph("said"))`},
		{"- one\ntwo\n\nout", "bullet_list(list_item(paragraph(\"one\")), list_item(paragraph(\"two\")))\nparagraph(\"out\")"},
		{"3. three\nfour", `ordered_list{"start":3}(list_item(paragraph("three")), list_item(paragraph("four")))`},
		{"```go func", `code{"language":"go"}("func")`},
		{"---after", "rule\nparagraph(\"after\")"},
		{"a **bold** word", `paragraph("a ", strong "bold", " word")`},
		{"a *slanted* word", `paragraph("a ", em "slanted", " word")`},
		{"2 * 3 * 4", `paragraph("2 * 3 * 4")`},
		{"snake_case_name", `paragraph("snake_case_name")`},
		{"a `code` word", `paragraph("a ", code "code", " word")`},
		{"~~gone~~ now", `paragraph(strike "gone", " now")`},
		{"see [us](https://example.org/) now", `paragraph("see ", link{"href":"https://example.org/"} "us", " now")`},
		{"see [us](javascript:alert(1)) now", `paragraph("see [us](javascript:alert(1)) now")`},
	} {
		r.make("")
		r.typed(c.typed)
		if got := r.doc(); got != c.want {
			t.Errorf("%q became\n%s\nwant\n%s", c.typed, got, c.want)
		}
	}
}

func TestEditor_SetsQuotesByLanguage(t *testing.T) {
	const typed = `"He said 'no'," it's clear -- so... (say "x")`
	for lang, want := range map[string]string{
		"en":    `“He said ‘no’,” it’s clear – so… (say “x”)`,
		"de":    `„He said ‚no‘,“ it’s clear – so… (say „x“)`,
		"de-CH": `«He said ‹no›,» it’s clear – so… (say «x»)`,
		"fr":    "«\u202fHe said “no”,\u202f» it’s clear – so… (say «\u202fx\u202f»)",
		"es":    `«He said “no”,» it’s clear – so… (say «x»)`,
		"es-MX": `“He said ‘no’,” it’s clear – so… (say “x”)`,
		"ar":    `«He said “no”,» it’s clear – so… (say «x»)`,
	} {
		r := open(t, view{lang: lang}, "")
		r.typed("'s'n's'")
		if got := r.valid().Content[0].Content[0].Text; !strings.Contains(got, "s’n") && !strings.Contains(got, "n’s") {
			t.Errorf("%s: the apostrophes of %q", lang, got)
		}
		r.make("")
		r.typed(typed)
		if got := r.valid().Content[0].Content[0].Text; got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}

func TestEditor_TakesTypographyBack(t *testing.T) {
	r := open(t, view{}, "")
	r.typed(`a "`)
	r.want(`paragraph("a “")`)
	r.press("Backspace")
	r.want(`paragraph("a \"")`)
	r.typed(`b --`)
	r.want(`paragraph("a \"b –")`)
	r.press("Control+z")
	r.want(`paragraph("a \"b --")`)
	r.make("")
	r.typed("`\"` - # ")
	r.want(`paragraph(code "\"", " - # ")`)
	r.make("")
	r.do(`room.editor.typography(false)`)
	r.typed(`"x" -- y...`)
	r.want(`paragraph("\"x\" -- y...")`)
	r.typed("\n# ")
	r.want("paragraph(\"\\\"x\\\" -- y...\")\nheading") // Markdown stays
	r.do(`room.editor.typography(true)`)
}

func TestEditor_HasAKeyForEveryMark(t *testing.T) {
	r := open(t, view{}, "")
	for keys, mark := range map[string]string{
		"Control+b": "strong", "Control+i": "em", "Control+u": "underline", "Control+Shift+x": "strike", "Control+e": "code",
		"Control+Shift+h": "highlight", "Control+.": "sup", "Control+,": "sub", "Control+Alt+Shift+q": "q", "Control+Alt+Shift+k": "kbd",
	} {
		r.make("")
		r.press(keys)
		r.typed("x")
		r.press(keys)
		r.typed("y")
		r.want(fmt.Sprintf(`paragraph(%s "x", "y")`, mark))
	}
	r.make("")
	r.typed("words")
	r.press("Control+Alt+3")
	r.want(`heading{"level":3}("words")`)
	r.press("Control+Alt+0")
	r.press("Control+Shift+8")
	r.want(`bullet_list(list_item(paragraph("words")))`)
	r.press("Control+Shift+7")
	r.want(`ordered_list(list_item(paragraph("words")))`)
	r.press("Control+Shift+7")
	r.want(`paragraph("words")`)
	r.press("Control+Shift+9")
	r.want(`quote(paragraph("words"))`)
	r.press("Control+Shift+9")
	r.want(`paragraph("words")`)
}

func TestEditor_UndoesAndRedoes(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("one")
	r.press("Control+b")
	r.press("Enter")
	r.typed("- two")
	r.press("Control+z")
	r.press("Control+z")
	r.press("Control+z")
	if got := r.doc(); got == "paragraph(\"one\")\nbullet_list(list_item(paragraph(\"two\")))" {
		t.Errorf("undo did nothing: %s", got)
	}
	for range 6 {
		r.press("Control+Shift+z")
	}
	r.want("paragraph(\"one\")\nbullet_list(list_item(paragraph(\"two\")))")
}

func TestEditor_MovesBlocksByKeyboard(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("one\ntwo\nthree")
	r.press("Alt+ArrowUp")
	r.press("Alt+ArrowUp")
	r.want("paragraph(\"three\")\nparagraph(\"one\")\nparagraph(\"two\")")
	r.typed("!") // the cursor went along
	r.press("Alt+ArrowDown")
	r.want("paragraph(\"one\")\nparagraph(\"three!\")\nparagraph(\"two\")")
	r.press("Control+Shift+d")
	r.press("Control+Shift+Backspace")
	r.want("paragraph(\"one\")\nparagraph(\"three!\")\nparagraph(\"two\")")
	r.make("")
	r.typed("- a\nb")
	r.press("Alt+ArrowUp")
	r.want(`bullet_list(list_item(paragraph("b")), list_item(paragraph("a")))`)
	r.press("Shift+F10")
	r.until(`!document.querySelector('.ed-blockmenu').hidden`)
	r.axe("menu of a block")
	r.press("End")
	r.press("Enter")
	r.want("")
}

func TestEditor_NestsListsByTab(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("- a\nb")
	r.press("Tab")
	r.want(`bullet_list(list_item(paragraph("a"), bullet_list(list_item(paragraph("b")))))`)
	r.press("Shift+Tab")
	r.want(`bullet_list(list_item(paragraph("a")), list_item(paragraph("b")))`)
	r.press("Escape")
	r.press("Tab")
	if ask[bool](r, `document.activeElement === document.querySelector('.ed-text')`) {
		t.Error("Tab after Escape does not leave the text")
	}
}

func TestEditor_OpensTheSlashMenu(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("/time")
	r.until(`document.querySelector('.ed-slash .ed-option[aria-selected=true] span')?.textContent === 'Timeline'`)
	r.press("Enter")
	r.until(`document.activeElement?.dataset.attr === 'title'`)
	r.typed("How it came")
	r.want("timeline{\"title\":\"How it came\"}(timeline_event(paragraph), timeline_event(paragraph))\nparagraph")

	r.make("")
	r.typed("/")
	r.press("ArrowDown")
	r.press("Enter")
	r.typed("Head")
	r.want(`heading("Head")`)

	r.make("")
	r.typed("and/or 1/2")
	if ask[bool](r, `!document.querySelector('.ed-slash').hidden`) {
		t.Error("a slash inside a word opens the menu")
	}
	r.typed(" /")
	r.until(`!document.querySelector('.ed-slash').hidden`)
	r.press("Escape")
	r.until(`document.querySelector('.ed-slash').hidden`)
	r.want(`paragraph("and/or 1/2 /")`)
	r.typed(" x")
	r.want(`paragraph("and/or 1/2 / x")`)

	r.make("")
	r.do(`document.querySelector('.ed-plus').click()`)
	r.until(`!document.querySelector('.ed-slash').hidden`)
	r.press("Escape")
	r.want("")
}

// In another language the blocks have other names.
func TestEditor_FindsBlocksInThePersonsLanguage(t *testing.T) {
	r := open(t, view{ui: "de"}, "")
	r.typed("/zeitl")
	r.until(`document.querySelector('.ed-slash .ed-option[aria-selected=true] span')?.textContent === 'Chronik'`)
	r.press("Escape")
	if missing := ask[[]string](r, `[...document.querySelector('#mount').textContent.matchAll(/editor\.[a-z.]+/g)].map(m => m[0])`); len(missing) > 0 {
		t.Errorf("words are missing: %v", missing)
	}
}

func TestEditor_MarksASelectionFromTheToolbar(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("some words")
	r.press("Control+Shift+ArrowLeft")
	if ask[bool](r, `getSelection().isCollapsed`) { // headless Chromium may not know the word keys
		for range 5 {
			r.press("Shift+ArrowLeft")
		}
	}
	r.until(`!document.querySelector('.ed-toolbar').hidden`)
	r.press("Alt+F10")
	r.press("ArrowRight")
	r.press("Enter")
	r.want(`paragraph("some ", strong "words")`)
	r.until(`document.activeElement === document.querySelector('.ed-text')`)
	if pressed := ask[string](r, `document.querySelector('.ed-toolbar [aria-pressed=true]')?.getAttribute('aria-label') ?? ''`); pressed != "Bold (Ctrl+B)" {
		t.Errorf("pressed: %q", pressed)
	}
	r.press("Escape")
	r.until(`document.querySelector('.ed-toolbar').hidden`)
}

func TestEditor_LinksToArticlesAndAddresses(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("the tunnel")
	r.press("Control+a")
	r.press("Control+k")
	r.until(`document.querySelector('dialog[open]')`)
	r.typed("harbour")
	r.until(`document.querySelectorAll('dialog .ed-results [role=option]').length === 2`)
	r.axe("articles in the link dialog")
	r.press("ArrowDown")
	r.press("ArrowUp")
	r.press("Enter")
	r.press("Enter")
	r.until(`!document.querySelector('dialog')`)
	r.want(`paragraph(link{"href":"/news/harbour-tunnel/"} "the tunnel")`)
	r.press("ArrowLeft")
	r.press("Control+k")
	r.until(`document.querySelector('dialog[open]')`)
	r.press("Control+a")
	r.typed("javascript:alert(1)")
	r.press("Enter")
	r.until(`document.querySelector('dialog [role=alert]:not([hidden])')`)
	r.do(`document.querySelector('dialog input').value = ''; document.querySelector('dialog input').focus()`)
	r.typed("example.org/x y")
	r.press("Enter")
	r.until(`!document.querySelector('dialog')`)
	r.want(`paragraph(link{"href":"https://example.org/x%20y"} "the tunnel")`)
	r.make("")
	r.press("Control+k")
	r.until(`document.querySelector('dialog[open]')`)
	r.typed("/about/")
	r.press("Enter")
	r.until(`!document.querySelector('dialog')`)
	r.want(`paragraph(link{"href":"/about/"} "/about/")`)
}

func TestEditor_MarksAnotherLanguage(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("salam")
	r.press("Control+a")
	r.press("Control+Shift+l")
	r.until(`document.querySelector('dialog[open]')`)
	r.typed("ar")
	r.axe("language")
	r.press("Enter")
	r.until(`!document.querySelector('dialog')`)
	r.want(`paragraph(lang{"dir":"rtl","lang":"ar"} "salam")`)
}

func TestEditor_PutsDocumentsInPlaceQuietly(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("one\ntwo\nthree")
	before := ask[int](r, `room.changes`)
	r.do(`room.editor.setDoc({v:1,content:[{type:'paragraph',content:[{type:'text',text:'ONE'}]},{type:'paragraph',content:[{type:'text',text:'two'}]},{type:'paragraph',content:[{type:'text',text:'three'}]}]})`)
	r.want("paragraph(\"ONE\")\nparagraph(\"two\")\nparagraph(\"three\")")
	if after := ask[int](r, `room.changes`); after != before {
		t.Error("onChange was called")
	}
	r.typed("!")
	r.want("paragraph(\"ONE\")\nparagraph(\"two\")\nparagraph(\"three!\")")
	r.press("Control+z")
	r.press("Control+z")
	r.want("paragraph(\"one\")\nparagraph(\"two\")\nparagraph(\"three\")")
	r.do(`room.editor.setDoc({v:1,content:[]})`)
	r.want("")
	r.typed("x")
	r.want(`paragraph("x")`)
}

func TestEditor_JumpsToWhatACheckNames(t *testing.T) {
	r := open(t, view{View: browser.Phone}, everyBlock)
	for path, check := range map[string]string{
		"content[5].attrs.alt":                        `document.activeElement.dataset.attr === 'alt'`,
		"content[2].attrs.source":                     `document.activeElement.dataset.attr === 'source'`,
		"content[3].content[1].attrs.party":           `document.activeElement.value === 'The state'`,
		"content[1]":                                  `getSelection().anchorNode.textContent === 'What was said' && room.editor.block() === 1`,
		"content[3].content[0].content[0].content[0]": `getSelection().toString() === 'The state bears two thirds.'`,
	} {
		if !ask[bool](r, fmt.Sprintf(`room.editor.jump(%q)`, path)) {
			t.Errorf("%s: there is no such place", path)
		}
		if !ask[bool](r, check) {
			t.Errorf("%s: not true: %s", path, check)
		}
		if !ask[bool](r, `(() => { const e = document.activeElement.dataset.attr ? document.activeElement : getSelection().anchorNode.parentElement; const b = e.getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight; })()`) {
			t.Errorf("%s is not on the screen", path)
		}
	}
	if ask[bool](r, `room.editor.jump('content[99]')`) {
		t.Error("jumped to nowhere")
	}
}

func TestEditor_KeepsNotesAtTheirPassage(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("the vote was close\nthe vote was long")
	for range 4 {
		r.press("Shift+ArrowLeft")
	}
	anchor := ask[map[string]string](r, `room.editor.anchor()`)
	if diff := cmp.Diff(map[string]string{"quote": "long", "prefix": "the vote was close\nthe vote was ", "suffix": ""}, anchor); diff != "" {
		t.Error(diff)
	}
	r.do(`room.editor.setNotes([
		{id: 'a', anchor: {quote: 'the vote', prefix: 'was close\n', suffix: ' was long'}, resolved: false},
		{id: 'b', anchor: {quote: 'nowhere', prefix: '', suffix: ''}, resolved: false}], id => room.opened.push(id))`)
	r.until(`document.querySelector('[data-note=a]').closest('p').textContent.endsWith('long')`)
	r.press("ArrowRight")
	r.press("Home")
	r.typed("Now ")
	type place struct {
		ID     string
		Found  bool
		Anchor struct{ Quote, Prefix, Suffix string }
		Top    float64
	}
	notes := ask[[]place](r, `room.editor.notePositions()`)
	if len(notes) != 2 || !notes[0].Found || notes[1].Found || notes[0].Anchor.Prefix != "the vote was close\nNow " || notes[0].Top <= 0 {
		t.Errorf("notes %+v", notes)
	}
	r.mouse(`document.querySelector('.ed-notemark')`)
	r.until(`room.opened.join() === 'a'`)
	r.press("Home")
	for range 4 {
		r.press("ArrowRight")
	}
	// the words go, and come back by undo
	for range 14 {
		r.press("Delete")
	}
	if ask[bool](r, `room.editor.notePositions()[0].anchor.prefix.includes('Now')`) {
		t.Error("the note is still found where its words were deleted")
	}
	for range 20 {
		r.press("Control+z")
	}
	if d := r.doc(); d != "" && !ask[bool](r, `room.editor.notePositions()[0].found || !room.editor.doc().content.length`) {
		t.Errorf("the note was not found again in %s", d)
	}
	if found := r.doc(); len(found) > 0 && ask[bool](r, `JSON.stringify(room.editor.doc()).includes('note')`) {
		t.Error("a note is in the document")
	}
}

// The handle is dragged with the mouse: the block goes where it is dropped.
func TestEditor_DragsBlocks(t *testing.T) {
	r := open(t, view{}, everyBlock)
	r.do(`const first = document.querySelector('.ed-text > p');
		document.querySelector('.editor').dispatchEvent(new MouseEvent('mousemove', {bubbles: true}));
		first.dispatchEvent(new MouseEvent('mousemove', {bubbles: true}))`)
	r.until(`!document.querySelector('.ed-grip').hidden && !document.querySelector('.ed-handles').hidden`)
	r.do(`const grip = document.querySelector('.ed-grip'), d = new DataTransfer(), text = document.querySelector('.ed-text');
		grip.dispatchEvent(new DragEvent('dragstart', {dataTransfer: d, bubbles: true, cancelable: true}));
		const b = document.querySelector('.ed-text > h2').getBoundingClientRect();
		const at = {dataTransfer: d, bubbles: true, cancelable: true, clientX: b.left + 3, clientY: b.bottom + 1};
		text.dispatchEvent(new DragEvent('dragover', at));
		text.dispatchEvent(new DragEvent('drop', at));
		grip.dispatchEvent(new DragEvent('dragend', {dataTransfer: d, bubbles: true}))`)
	d := r.valid()
	if len(d.Content) != 16 || d.Content[0].Type != "heading" || d.Content[1].Type != "paragraph" {
		t.Errorf("after the drag: %s, %s, %d blocks", d.Content[0].Type, d.Content[1].Type, len(d.Content))
	}
	r.press("Control+z")
	if d = r.valid(); d.Content[0].Type != "paragraph" || len(d.Content) != 16 {
		t.Errorf("after undo: %s, %d blocks", d.Content[0].Type, len(d.Content))
	}
}

// In an article that runs the other way than the interface, the fields run as
// the interface does, and the handle stands where the lines begin.
func TestEditor_RunsBothWays(t *testing.T) {
	r := open(t, view{lang: "ar"}, `{"v":1,"content":[{"type":"fact_box","content":[{"type":"paragraph","content":[{"type":"text","text":"مرحبا"}]}]}]}`)
	if got := ask[string](r, `[getComputedStyle(document.querySelector('.ed-fields')).direction, getComputedStyle(document.querySelector('.ed-body')).direction].join()`); got != "ltr,rtl" {
		t.Errorf("fields and words run %s", got)
	}
	r.until(`document.querySelector('.ed-handles').getBoundingClientRect().right > innerWidth - 20`)
}

func TestEditor_RemovesAnEmptyBlockByBackspace(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("x\n")
	r.insert("Fact box")
	r.press("Escape")
	r.press("Backspace")
	r.until(`document.querySelector('.ed-block-fact_box.ProseMirror-selectednode')`)
	r.press("Backspace")
	r.want("paragraph(\"x\")\nparagraph")
}

func TestEditor_ShowsWhoIsWhere(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("one\ntwo")
	r.do(`room.editor.presence([{name: 'Ann Lee', block: 0}, {name: 'Bo', block: 0}])`)
	r.until(`document.querySelector('.ed-present')?.dataset.people === 'Ann Lee, Bo'`)
	if n := ask[int](r, `room.editor.block()`); n != 1 {
		t.Errorf("block %d", n)
	}
	r.press("Alt+ArrowUp")
	r.want("paragraph(\"two\")\nparagraph(\"one\")")
	r.do(`room.editor.presence([])`)
	r.until(`!document.querySelector('.ed-present')`)
}

func TestEditor_HighlightsTK(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("TK people, TKTK more, TKO not")
	r.until(`[...document.querySelectorAll('.ed-text .ed-tk')].map(e => e.textContent).join() === 'TK,TKTK'`)
	for i := 0; i < 50 && !ask[bool](r, `getSelection().anchorOffset === 0`); i++ {
		r.press("Home") // does nothing in the very moment in which the marks are drawn
	}
	r.press("Delete")
	r.until(`[...document.querySelectorAll('.ed-text .ed-tk')].map(e => e.textContent).join() === 'TKTK'`)
}
