package editor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// longText is a document of many blocks, of which every seventh is an empty line.
func longText(blocks int) string {
	var parts []string
	for i := range blocks {
		switch {
		case i%7 == 5:
			parts = append(parts, `{"type":"paragraph"}`)
		case i%11 == 3:
			parts = append(parts, fmt.Sprintf(`{"type":"heading","attrs":{"level":2},"content":[{"type":"text","text":"Part %d"}]}`, i))
		default:
			parts = append(parts, fmt.Sprintf(`{"type":"paragraph","content":[{"type":"text","text":"Block %d begins. %send of block %d."}]}`, i, strings.Repeat("The council voted on the harbour tunnel. ", 12), i))
		}
	}
	return `{"v":1,"content":[` + strings.Join(parts, ",") + `]}`
}

// openLong opens a text that is laid out where it is looked at.
func openLong(t *testing.T, blocks int) *room {
	t.Helper()
	r := open(t, view{}, longText(blocks))
	r.until(`document.querySelector('.editor.ed-long')`)
	return r
}

// line is the text of a block.
func (r *room) line(i int) string {
	r.t.Helper()
	return ask[string](r, fmt.Sprintf(`(room.editor.doc().content[%d].content ?? []).map(n => n.text).join('')`, i))
}

func block(i int) string { return fmt.Sprintf(`document.querySelectorAll('.ed-text > *')[%d]`, i) }

// inView waits until an element is where a writer sees it, and stays there.
func (r *room) inView(element string) {
	r.t.Helper()
	r.until(`(() => { const b = ` + element + `.getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight; })()`)
	if !ask[bool](r, `new Promise(done => setTimeout(() => { const b = `+element+`.getBoundingClientRect(); done(b.top >= 0 && b.bottom <= innerHeight); }, 250))`) {
		r.t.Errorf("%s moved out of sight", element)
	}
}

// rests waits until nothing scrolls any more: a key that comes while the page
// glides moves the cursor from where the page happens to be.
func (r *room) rests() {
	r.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ask[bool](r, `new Promise(done => { const at = scrollY; setTimeout(() => done(scrollY === at), 200); })`); {
		if time.Now().After(deadline) {
			r.t.Fatal("the page does not come to rest")
		}
	}
}

func TestLong_SkipsWhatIsFarAway(t *testing.T) {
	r := openLong(t, 80)
	visibility := func(i int) string { return ask[string](r, `getComputedStyle(`+block(i)+`).contentVisibility`) }
	r.do(`room.editor.jump('content[40]')`)
	for i, want := range map[int]string{2: "auto", 38: "auto", 39: "visible", 40: "visible", 41: "visible", 42: "auto", 79: "auto"} {
		if got := visibility(i); got != want {
			t.Errorf("block %d with the cursor in 40: %s, want %s", i, got, want)
		}
	}
	r.press("Control+a")
	if got := visibility(70); got != "visible" {
		t.Errorf("a block of the selection: %s", got)
	}
	if _, err := chromedp.Call(r.Context(), emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	if got := ask[int](r, `[...document.querySelectorAll('.ed-text > *')].filter(e => getComputedStyle(e).contentVisibility !== 'visible').length`); got != 0 {
		t.Errorf("%d blocks would not be printed", got)
	}
	r.make(longText(8))
	if got := ask[bool](r, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => done(!!document.querySelector('.ed-long'))))))`); got {
		t.Error("a short text counts as long")
	}
}

// TestLong_KeepsHeights: skipping what is far away moves nothing.
func TestLong_KeepsHeights(t *testing.T) {
	r := open(t, view{}, longText(80))
	before := ask[float64](r, `document.querySelector('.ed-text').getBoundingClientRect().height`)
	r.until(`document.querySelector('.editor.ed-long')`)
	if after := ask[float64](r, `document.querySelector('.ed-text').getBoundingClientRect().height`); after-before > 1 || before-after > 1 {
		t.Errorf("the text was %.0f pixels high and is %.0f", before, after)
	}
}

func TestLong_WritesAnywhere(t *testing.T) {
	r := openLong(t, 80)
	r.do(`room.editor.jump('content[40]')`)
	r.press("End")
	r.press("Enter")
	r.typed("Fresh\n\nAfter a line")
	for i, want := range map[int]string{41: "Fresh", 42: "", 43: "After a line"} {
		if i == 42 {
			continue // leaving an empty line makes another one
		}
		if got := r.line(i); !strings.HasPrefix(got, want) {
			t.Errorf("block %d is %q", i, got)
		}
	}
	r.press("Control+End")
	r.typed("The end.")
	r.press("Control+Home")
	r.typed("The start. ")
	last := ask[int](r, `room.editor.doc().content.length`) - 1
	if got := r.line(last); !strings.HasSuffix(got, "The end.") {
		t.Errorf("the last line is %q", got)
	}
	if got := r.line(0); !strings.HasPrefix(got, "The start. Block 0") {
		t.Errorf("the first line is %.40q", got)
	}
	// A click into an empty line far away, by hand.
	at := ask[int](r, `room.editor.doc().content.findIndex((n, i) => i > 60 && n.type === 'paragraph' && !n.content)`)
	r.do(block(at) + `.scrollIntoView({block: 'center'})`)
	r.inView(block(at))
	r.mouse(block(at))
	r.typed("By hand")
	if got := r.line(at); got != "By hand" {
		t.Errorf("the empty line is %q", got)
	}
	// A page up and down.
	r.do(`room.editor.jump('content[20]')`)
	r.rests()
	for range 3 {
		r.press("PageDown")
		r.rests()
	}
	down := ask[int](r, `room.editor.block()`)
	r.inView(`getSelection().getRangeAt(0)`)
	for range 2 {
		r.press("PageUp")
		r.rests()
	}
	if up := ask[int](r, `room.editor.block()`); down < 26 || up <= 20 || up >= down {
		t.Errorf("three pages below block 20 is %d, two above that %d", down, up)
	}
	// With the arrow keys over the edges of blocks.
	r.do(`room.editor.jump('content[20]')`)
	for range 40 {
		r.press("ArrowDown")
	}
	if got := ask[int](r, `room.editor.block()`); got < 23 {
		t.Errorf("40 lines below block 20 is block %d", got)
	}
	r.typed("Here")
	if got := r.line(ask[int](r, `room.editor.block()`)); !strings.Contains(got, "Here") {
		t.Errorf("the line below is %q", got)
	}
}

func TestLong_SelectsOverBlocks(t *testing.T) {
	r := openLong(t, 80)
	r.do(`room.editor.jump('content[30]')`)
	r.press("Home")
	blocks := ask[int](r, `room.editor.doc().content.length`)
	for range 30 {
		r.press("Shift+ArrowDown")
	}
	if got := ask[int](r, `getSelection().toString().split('begins.').length - 1`); got < 2 {
		t.Errorf("the selection has %d beginnings of blocks", got)
	}
	r.typed("x")
	if got := ask[int](r, `room.editor.doc().content.length`); got >= blocks-1 {
		t.Errorf("%d of %d blocks are left", got, blocks)
	}
	r.press("Control+z")
	r.press("Control+Shift+End")
	if got := ask[string](r, `getSelection().toString().slice(-13)`); got != "of block 79." && !strings.HasSuffix(got, "of block 79.") {
		t.Errorf("the selection to the end ends with %q", got)
	}
	if got := ask[int](r, `room.editor.doc().content.length`); got != blocks {
		t.Errorf("after undo %d of %d blocks", got, blocks)
	}
	// With the mouse, from one block into another.
	r.do(`room.editor.jump('content[50]')`)
	r.inView(block(52))
	at := ask[[]float64](r, `[50, 52].flatMap(i => { const b = document.querySelectorAll('.ed-text > *')[i].getBoundingClientRect(); return [b.left + 200, b.top + 12]; })`)
	for _, e := range []input.DispatchMouseEventParams{
		{Type: input.DispatchMouseEventTypeMousePressed, X: at[0], Y: at[1], Button: input.MouseButtonLeft, ClickCount: 1},
		{Type: input.DispatchMouseEventTypeMouseMoved, X: at[2], Y: at[3] - 3, Button: input.MouseButtonLeft, Buttons: 1},
		{Type: input.DispatchMouseEventTypeMouseMoved, X: at[2], Y: at[3], Button: input.MouseButtonLeft, Buttons: 1},
		{Type: input.DispatchMouseEventTypeMouseReleased, X: at[2], Y: at[3], Button: input.MouseButtonLeft, ClickCount: 1},
	} {
		if _, err := chromedp.Call(r.Context(), input.DispatchMouseEvent, e); err != nil {
			t.Fatal(err)
		}
	}
	r.until(`/end of block 50\.[^]*end of block 51\.|end of block 50\./.test(getSelection().toString())`)
}

func TestLong_FindsAndJumps(t *testing.T) {
	r := openLong(t, 120)
	r.do(`room.editor.jump('content[0]')`)
	r.do(`room.editor.jump('content[117]')`)
	r.inView(block(117))
	r.press("Control+f")
	r.typed("Block 64 begins")
	r.until(`document.querySelector('.ed-match-now')`)
	r.inView(`document.querySelector('.ed-match-now')`)
	r.press("Escape")
	r.typed("Found")
	if got := r.line(64); !strings.HasPrefix(got, "Found.") {
		t.Errorf("block 64 is %.30q", got)
	}
	// The browser's own search sees what is skipped.
	if !ask[bool](r, `window.find('end of block 9.', false, true, true)`) {
		t.Error("the browser does not find a text that is far away")
	}
}
