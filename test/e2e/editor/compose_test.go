package editor

import (
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// composes shows a text under an input method: it stands in the page, marked,
// and may still become another one.
func (r *room) composes(texts ...string) {
	r.t.Helper()
	for _, text := range texts {
		at := int64(len([]rune(text)))
		if _, err := chromedp.Call(r.Context(), input.ImeSetComposition, input.ImeSetCompositionParams{Text: text, SelectionStart: at, SelectionEnd: at}); err != nil {
			r.t.Fatal(err)
		}
		r.frame()
	}
}

// commits ends the composition with a text.
func (r *room) commits(text string) {
	r.t.Helper()
	if _, err := chromedp.Call(r.Context(), input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		r.t.Fatal(err)
	}
	r.frame()
}

func (r *room) frame() {
	r.t.Helper()
	ask[bool](r, `new Promise(done => requestAnimationFrame(() => setTimeout(() => done(true), 60)))`)
}

// watchComposition counts the beginnings and ends of compositions.
func (r *room) watchComposition() {
	r.t.Helper()
	r.do(`window.began = window.ended = 0;
		document.querySelector('.ed-text').addEventListener('compositionstart', () => window.began++);
		document.querySelector('.ed-text').addEventListener('compositionend', () => window.ended++)`)
}

func (r *room) composed(began, ended int) {
	r.t.Helper()
	if got := ask[[]int](r, `[window.began, window.ended]`); got[0] != began || got[1] != ended {
		r.t.Errorf("%d compositions began and %d ended, want %d and %d", got[0], got[1], began, ended)
	}
}

func TestCompose_ArrivesOnce(t *testing.T) {
	for name, c := range map[string]struct {
		lang, before string
		steps        []string
		commit, want string
	}{
		"Japanese":                 {"ja", "", []string{"n", "に", "にh", "にほ", "にほん", "にほんg", "にほんご", "日本語"}, "日本語", `paragraph("日本語")`},
		"Chinese after words":      {"zh", "Mayor ", []string{"s", "sh", "shi", "shi z", "shi zhang", "市长"}, "市长", `paragraph("Mayor 市长")`},
		"Korean":                   {"ko", "", []string{"ㅎ", "하", "한", "한ㄱ", "한그", "한글"}, "한글", `paragraph("한글")`},
		"a dead key":               {"fr", "caf", []string{"´"}, "é", `paragraph("café")`},
		"Markdown signs within it": {"en", "", []string{"#", "# ", "# T"}, "# T", `paragraph("# T")`},
		"a list's sign within it":  {"en", "", []string{"-", "- "}, "- x", `paragraph("- x")`},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t, view{lang: c.lang}, "")
			r.watchComposition()
			r.typed(c.before)
			r.composes(c.steps...)
			r.composed(1, 0)
			r.commits(c.commit)
			r.composed(1, 1)
			r.want(c.want)
			r.typed("!")
			r.want(c.want[:len(c.want)-2] + `!")`)
			r.press("Control+z")
			r.press("Control+z")
			r.press("Control+z")
			if got := r.doc(); len(got) >= len(c.want) {
				t.Errorf("undo leaves %s", got)
			}
		})
	}
}

// TestCompose_OpensNothing: what an input method shows on its way is no command.
func TestCompose_OpensNothing(t *testing.T) {
	r := open(t, view{}, "")
	r.watchComposition()
	open := `!document.querySelector('.ed-slash').hidden`
	r.composes("/", "/h", "/he")
	if ask[bool](r, open) {
		t.Error("the slash menu opens within a composition")
	}
	r.composed(1, 0)
	r.commits("/he")
	r.want(`paragraph("/he")`)
	// Enter and Escape belong to the input method while it composes.
	r.make("")
	r.watchComposition()
	r.typed("/")
	r.until(open)
	r.composes("に", "にほ")
	r.do(`document.querySelector('.ed-text').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))`)
	r.composed(1, 0)
	r.commits("にほん")
	r.want(`paragraph("/にほん")`)
}

// TestCompose_OutlivesWhatThePageDoes: reading the document for a save, notes,
// colleagues and a long text's skipping do not end a composition.
func TestCompose_OutlivesWhatThePageDoes(t *testing.T) {
	r := openLong(t, 60)
	r.do(`room.editor.jump('content[30]')`)
	r.do(`getSelection().selectAllChildren(` + block(30) + `); getSelection().collapseToEnd()`)
	r.frame()
	r.watchComposition()
	r.composes(" に", " にほ")
	r.do(`room.editor.doc(); room.editor.counts(); room.editor.presence([{name: 'Bo', block: 12}])`)
	r.frame()
	r.do(`room.editor.setNotes([{id: '1', anchor: {quote: 'Block 9 begins', prefix: '', suffix: ''}, resolved: false}], () => {}); room.editor.notePositions()`)
	r.composes(" にほん")
	r.composed(1, 0)
	r.commits(" 日本")
	r.composed(1, 1)
	if got := r.line(30); got[len(got)-len("block 30. 日本"):] != "block 30. 日本" {
		t.Errorf("the line ends with %q", got)
	}
	// In a new line, and what a colleague changes elsewhere meanwhile.
	r.press("Enter")
	r.composes("に", "にほ")
	r.do(`const d = room.editor.doc(); d.content[2] = {type: 'paragraph', content: [{type: 'text', text: 'A colleague wrote this.'}]}; room.editor.setDoc(d)`)
	r.composes("にほん")
	r.commits("日本")
	if got := r.line(31); got != "日本" {
		t.Errorf("the new line is %q", got)
	}
	if got := r.line(2); got != "A colleague wrote this." {
		t.Errorf("the colleague's line is %q", got)
	}
}
