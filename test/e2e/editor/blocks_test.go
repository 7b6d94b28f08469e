package editor

import (
	"fmt"
	"strings"
	"testing"

	"dateline/test/e2e/browser"
)

// insert opens the slash menu and takes the block of this name.
func (r *room) insert(name string) {
	r.t.Helper()
	r.typed("/" + name)
	r.until(fmt.Sprintf(`document.querySelector('.ed-slash .ed-option[aria-selected=true] span')?.textContent.toLowerCase() === %q`, strings.ToLower(name)))
	r.press("Enter")
}

// field goes to a field of the n-th block of a kind by its label and types.
func (r *room) field(block string, n int, label, text string) {
	r.t.Helper()
	r.do(fmt.Sprintf(`const b = document.querySelectorAll('.ed-block-%s')[%d];
		const l = [...b.querySelectorAll('label')].find(l => l.textContent === %q && l.closest('.ed-block') === b);
		const f = document.getElementById(l.htmlFor); f.focus(); f.select?.()`, block, n, label))
	r.typed(text)
}

func (r *room) click(label string) {
	r.t.Helper()
	r.do(fmt.Sprintf(`[...document.querySelectorAll('button')].filter(b => b.textContent === %q || b.getAttribute('aria-label') === %q).pop().click()`, label, label))
}

func TestBlocks_AttributedQuote(t *testing.T) {
	r := open(t, view{}, "")
	r.insert("Attributed quote")
	r.typed("We will build it.")
	r.press("Tab") // from the words to the fields
	r.typed("Ann Lee")
	r.press("Enter")
	r.typed("mayor")
	r.field("attributed_quote", 0, "Said on", "4 May 2026")
	r.until(`document.querySelector('.ed-block-attributed_quote').textContent.includes('May 4, 2026')`)
	r.field("attributed_quote", 0, "Source (address)", "example.org/interview")
	r.want("attributed_quote{\"date\":\"2026-05-04\",\"role\":\"mayor\",\"source\":\"https://example.org/interview\",\"speaker\":\"Ann Lee\"}(paragraph(\"We will build it.\"))\nparagraph")

	// what does not fit is told, stays in the field, and does not reach the document
	r.field("attributed_quote", 0, "Said on", "someday")
	r.until(`document.querySelector('[data-attr=date]').getAttribute('aria-invalid') === 'true'`)
	r.axe("a wrong date")
	r.press("Tab")
	if got := ask[string](r, `document.querySelector('[data-attr=date]').value`); got != "someday" {
		t.Errorf("the field shows %q", got)
	}
	if doc := r.doc(); !strings.Contains(doc, `"date":"2026-05-04"`) && strings.Contains(doc, "someday") {
		t.Error(doc)
	}
	// undo works from inside a field
	r.field("attributed_quote", 0, "Speaker", "Bo")
	r.press("Control+z")
	if got := ask[string](r, `document.querySelector('[data-attr=speaker]').value`); got != "Ann Lee" {
		t.Errorf("after undo the speaker is %q", got)
	}
	r.press("Escape") // back into the words
	r.typed("!")
	if doc := r.doc(); !strings.Contains(doc, "!") {
		t.Errorf("Escape does not lead into the words: %s", doc)
	}
}

func TestBlocks_Accounts(t *testing.T) {
	r := open(t, view{}, "")
	r.insert("Accounts")
	r.typed("Who pays")
	r.field("account", 0, "Party", "City")
	r.press("Enter")
	r.typed("The state.")
	// a party without a name can be saved all the same
	r.want(`accounts{"title":"Who pays"}(account{"party":"City"}(paragraph("The state.")), account{"party":"TK"}(paragraph))` + "\nparagraph")
	r.field("account", 1, "Party", "State")
	r.field("account", 1, "Does not mention", "upkeep")
	r.click("Add a party")
	r.until(`document.activeElement.dataset.attr === 'party'`)
	r.typed("Union")
	r.do(`document.querySelectorAll('.ed-block-account')[2].querySelector('[aria-label="Move up"]').click()`)
	r.do(`document.querySelectorAll('.ed-block-account')[0].querySelector('[aria-label="Remove"]').click()`)
	r.want(`accounts{"title":"Who pays"}(account{"party":"Union"}(paragraph), account{"party":"State","silent":"upkeep"}(paragraph))` + "\nparagraph")
}

func TestBlocks_Timeline(t *testing.T) {
	r := open(t, view{View: browser.Phone}, "")
	r.insert("Timeline")
	r.field("timeline_event", 0, "Date", "May 2026")
	r.field("timeline_event", 0, "What happened", "The vote")
	r.field("timeline_event", 0, "Our coverage of it", "tunnel")
	r.until(`document.querySelector('.ed-results [role=option]')`)
	r.axe("articles in a field")
	r.press("Enter")
	r.until(`document.querySelector('.ed-chosen:not([hidden])')?.textContent.includes('Harbour tunnel approved')`)
	r.field("timeline_event", 1, "Our coverage of it", "https://example.org/")
	r.press("Enter")
	r.want(`timeline(timeline_event{"article":4611686018427387905,"date":"2026-05","title":"The vote"}(paragraph), timeline_event{"url":"https://example.org/"}(paragraph))` + "\nparagraph")
	r.do(`room.failSearch = true`)
	r.do(`document.querySelectorAll('.ed-block-timeline_event')[1].querySelector('[aria-label="Remove the link"]').click()`)
	r.until(`document.activeElement.role === 'combobox'`)
	r.typed("vote")
	r.until(`document.querySelector('.ed-results:not([hidden])')?.textContent.startsWith('The search failed.')`)
}

func TestBlocks_WrapWhatIsSelected(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("one\ntwo")
	r.press("Shift+ArrowUp")
	r.press("Control+Alt+f")
	r.want(`fact_box(paragraph("one"), paragraph("two"))`)
	r.make("")
	r.insert("Correction")
	r.typed("4.5.2026")
	r.do(`const s = document.querySelector('[data-attr=kind]'); s.value = 'clarification'; s.dispatchEvent(new Event('change'))`)
	r.press("Escape")
	r.typed("It was 30.\n\nafter")
	r.want(`correction{"date":"2026-05-04","kind":"clarification"}(paragraph("It was 30."))` + "\nparagraph(\"after\")\nparagraph")
}

func TestBlocks_RelatedLink(t *testing.T) {
	r := open(t, view{}, "")
	r.insert("Read also")
	r.until(`document.activeElement.role === 'combobox'`)
	r.typed("council")
	r.until(`document.querySelector('.ed-results [role=option]')`)
	r.press("Enter")
	r.want("related_link{\"article\":22}\nparagraph")
	r.field("related_link", 0, "Words of the link", "The vote")
	r.want("related_link{\"article\":22,\"title\":\"The vote\"}\nparagraph")
}

func TestBlocks_Figure(t *testing.T) {
	r := open(t, view{}, "")
	r.do(`room.picked = {id: '7', url: '/picture.png', width: 600, height: 400, alt: '', caption: '', credit: 'Ann Lee', kind: 'picture', name: 'a.jpg', bytes: 9}`)
	r.insert("Picture")
	r.until(`document.querySelector('.ed-picture img')`)
	r.until(`[...document.querySelectorAll('.ed-hint')].some(e => !e.hidden)`)
	if got := ask[string](r, `document.querySelector('[data-attr=credit]').placeholder`); got != "Ann Lee" {
		t.Errorf("the credit of the file is not shown: %q", got)
	}
	r.field("figure", 0, "What is to be seen (for those who cannot see it)", "A boat")
	r.until(`[...document.querySelectorAll('.ed-hint')].every(e => e.hidden)`)
	r.do(`const s = document.querySelector('[data-attr=align]'); s.value = 'wide'; s.dispatchEvent(new Event('change'))`)
	r.press("Escape")
	r.typed("The *harbour*")
	r.press("Enter")
	r.typed("after")
	r.want("figure{\"align\":\"wide\",\"alt\":\"A boat\",\"media\":7}(\"The \", em \"harbour\")\nparagraph(\"after\")")

	r.make("")
	r.do(`room.picked = null`)
	r.insert("Gallery")
	r.do(`room.picked = {id: '8', url: '/picture.png', width: 6, height: 4, alt: 'x', caption: '', credit: '', kind: 'picture', name: 'b.jpg', bytes: 9}`)
	for n := 1; n <= 2; n++ {
		r.do(`[...document.querySelectorAll('.ed-block-gallery > .ed-foot button')].find(b => b.textContent === 'From the library').click()`)
		r.until(fmt.Sprintf(`document.querySelectorAll('.ed-gallery .ed-picture img').length === %d`, n))
	}
	r.want("gallery(figure{\"media\":8}, figure{\"media\":8})\nparagraph")
}

func TestBlocks_Files(t *testing.T) {
	for name, want := range map[string]string{
		"Audio": `audio{"media":5}`, "Video": `video{"media":5}`, "File to download": `file{"label":"f","media":5}`,
	} {
		r := open(t, view{}, "")
		r.insert(name)
		r.do(`room.picked = {id: '5', url: '/f', width: 0, height: 0, alt: '', caption: '', credit: '', kind: 'file', name: 'f', bytes: 1200000}`)
		r.click("From the library")
		r.until(`JSON.stringify(room.editor.doc()).includes('"media":"5"')`)
		r.want(want + "\nparagraph")
	}
}

func TestBlocks_Embed(t *testing.T) {
	r := open(t, view{}, "")
	r.insert("Card for a link")
	r.want("embed{\"provider\":\"link\",\"url\":\"#TK\"}\nparagraph")
	r.typed("https://vimeo.com/123")
	r.until(`document.querySelector('.ed-embed-provider').textContent === 'Vimeo'`)
	r.field("embed", 0, "Title", "The debate")
	r.want("embed{\"provider\":\"vimeo\",\"title\":\"The debate\",\"url\":\"https://vimeo.com/123\"}\nparagraph")
}

func TestBlocks_Table(t *testing.T) {
	r := open(t, view{}, "")
	r.insert("Table")
	r.typed("a")
	r.press("Tab")
	r.typed("b")
	r.press("Tab")
	r.press("Tab")
	r.typed("c")
	cells := func(want string) {
		t.Helper()
		got := ask[string](r, `[...document.querySelectorAll('.ed-text tr')].map(r => [...r.children].map(c => (c.tagName === 'TH' ? '*' : '') + c.textContent + (c.colSpan > 1 ? '>' + c.colSpan : '') + (c.rowSpan > 1 ? 'v' + c.rowSpan : '')).join('|')).join('/')`)
		if got != want {
			t.Errorf("table %q, want %q", got, want)
		}
		r.valid()
	}
	cells("*a|*b|*/c||/||")
	r.click("Delete column") // of c
	cells("*b|*/|/|")
	r.press("Control+z")
	r.click("Row below")
	cells("*a|*b|*/c||/||/||")
	r.click("Column after")
	cells("*a|*|*b|*/c|||/|||/|||")
	r.click("Delete row")
	cells("*a|*|*b|*/c|||/|||")
	r.click("Heads in the first column")
	cells("*a|*|*b|*/*c|||/*|||")
	r.click("Caption on or off")
	r.typed("Costs")
	if doc := r.doc(); !strings.HasPrefix(doc, `table(table_caption("Costs"), table_row(`) {
		t.Error(doc)
	}
	for range 20 {
		r.press("Tab")
	}
	if rows := ask[int](r, `document.querySelectorAll('.ed-text tr').length`); rows < 4 {
		t.Errorf("Tab at the end adds no row: %d rows", rows)
	}

	// cells that span several keep the grid whole
	cell := func(text, attrs string) string {
		return `{"type":"table_cell","attrs":{` + attrs + `},"content":[{"type":"paragraph","content":[{"type":"text","text":"` + text + `"}]}]}`
	}
	row := func(cells ...string) string {
		return `{"type":"table_row","content":[` + strings.Join(cells, ",") + `]}`
	}
	spanned := `{"v":1,"content":[{"type":"table","content":[` + row(cell("a", `"rowspan":2`), cell("b", `"colspan":2`)) + "," + row(cell("c", ""), cell("d", "")) + "," + row(cell("e", ""), cell("f", ""), cell("g", "")) + `]}]}`
	r.make(spanned)
	cells("av2|b>2/c|d/e|f|g")
	r.do(`room.editor.jump('content[0].content[1].content[1].content[0]')`)
	r.click("Row above")
	cells("av3|b>2/|/c|d/e|f|g")
	r.make(spanned)
	r.do(`room.editor.jump('content[0].content[1].content[1].content[0]')`)
	r.click("Column before")
	cells("av2|b>3/c||d/e|f||g")
	r.make(spanned)
	r.do(`room.editor.jump('content[0].content[0].content[0].content[0]')`)
	r.click("Delete row")
	cells("a|c|d/e|f|g")
	r.make(spanned)
	r.do(`room.editor.jump('content[0].content[1].content[1].content[0]')`)
	r.click("Delete column")
	cells("av2|b/c/e|f")
}

func TestBlocks_Footnotes(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("first second")
	r.press("Control+Alt+n")
	r.typed("the second note")
	r.do(`room.editor.jump('content[0]')`)
	r.press("Home")
	for range 5 {
		r.press("ArrowRight")
	}
	r.press("Control+Alt+n")
	r.typed("the first note")
	r.want("paragraph(\"first\", footnote_ref{\"id\":\"n2\"}, \" second\", footnote_ref{\"id\":\"n1\"})\n" +
		"footnotes(footnote{\"id\":\"n1\"}(paragraph(\"the second note\")), footnote{\"id\":\"n2\"}(paragraph(\"the first note\")))")
	numbers := ask[string](r, `[...document.querySelectorAll('.ed-footnote-ref')].map(e => e.dataset.number).join()`)
	if numbers != "1,2" {
		t.Errorf("the notes are numbered %s", numbers)
	}
	// a copied note that is pasted again gets an id of its own
	r.press("Control+a")
	r.do(`window.copied = new DataTransfer(); document.querySelector('.ed-text').dispatchEvent(new ClipboardEvent('copy', {clipboardData: copied, bubbles: true, cancelable: true}))`)
	html := ask[string](r, `copied.getData('text/html')`)
	r.do(`room.editor.jump('content[0]')`)
	r.press("End")
	r.paste(html, "")
	r.valid()
}

func TestBlocks_CodeMathVerseAndOthers(t *testing.T) {
	r := open(t, view{}, "")
	r.insert("Code")
	r.typed("a\n  b \"q\" -- #")
	r.field("code", 0, "Language of the code", "Go")
	r.want(`code{"language":"go"}("a\n  b \"q\" -- #")`)
	r.press("Escape")
	r.press("Control+Shift+Enter")
	r.typed("out")
	r.want("code{\"language\":\"go\"}(\"a\\n  b \\\"q\\\" -- #\")\nparagraph(\"out\")")

	r.make("")
	r.typed("/poem")
	r.press("Enter")
	r.typed("one\ntwo\n\n\nout")
	r.want("verse(\"one\\ntwo\")\nparagraph(\"out\")")

	for name, want := range map[string]string{
		"Formula": `math{"tex":"TK"}`, "Dividing line": "rule", "New page of the article": "page_break", "End of the excerpt": "more", "Newsletter sign-up": "newsletter_box",
		"Buttons": `buttons(button{"label":"TK","url":"#TK"})`, "Columns": "columns(column(paragraph), column(paragraph))", "Picture beside text": "media_text(figure, paragraph)",
		"Fold-out section": "details(paragraph)", "Pull quote": "pull_quote(paragraph)",
	} {
		r.make("")
		r.insert(name)
		if got := r.doc(); got != want+"\nparagraph" {
			t.Errorf("%s gives %s", name, got)
		}
	}
}

// What the editor has no form for is shown and stays as it is while the rest
// is edited.
func TestBlocks_KeepsWhatItCannotEdit(t *testing.T) {
	r := open(t, view{}, `{"v":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"x"}]},{"type":"fallback","attrs":{"origin":"shortcode","name":"poll","raw":"[poll id=4]<script>"},"content":[{"type":"paragraph","content":[{"type":"text","text":"Vote!"}]}]},{"type":"playlist","content":[{"type":"audio","attrs":{"media":"3"}}]}]}`)
	r.press("Control+End")
	r.do(`room.editor.jump('content[0]')`)
	r.typed("y")
	r.want("paragraph(\"yx\")\nfallback{\"name\":\"poll\",\"origin\":\"shortcode\",\"raw\":\"[poll id=4]<script>\"}(paragraph(\"Vote!\"))\nplaylist(audio{\"media\":3})")
	if got := ask[string](r, `document.querySelector('.ed-raw').textContent`); got != "[poll id=4]<script>" {
		t.Errorf("the original is shown as %q", got)
	}
}
