package editor

import (
	"testing"

	"dateline/test/e2e/browser"
)

// everyBlock has the blocks that people fill in, as they are when filled.
const everyBlock = `{"v":1,"content":[
	{"type":"paragraph","content":[{"type":"text","text":"The council voted on Monday to build the harbour tunnel, after three years of TK dispute over "},{"type":"text","text":"its cost","marks":[{"type":"link","attrs":{"href":"https://example.org/"}}]},{"type":"text","text":".","marks":[]},{"type":"footnote_ref","attrs":{"id":"a"}}]},
	{"type":"heading","content":[{"type":"text","text":"What was said"}]},
	{"type":"attributed_quote","attrs":{"speaker":"Ann Lee","role":"mayor","outlet":"Daily News","date":"2026-05-04","source":"https://example.org/interview"},"content":[{"type":"paragraph","content":[{"type":"text","text":"We will build it, and we will build it this year."}]}]},
	{"type":"accounts","attrs":{"title":"Who pays"},"content":[{"type":"account","attrs":{"party":"The city"},"content":[{"type":"paragraph","content":[{"type":"text","text":"The state bears two thirds."}]}]},{"type":"account","attrs":{"party":"The state","silent":"the maintenance"},"content":[{"type":"paragraph","content":[{"type":"text","text":"No sum has been agreed."}]}]}]},
	{"type":"timeline","attrs":{"title":"How it came"},"content":[{"type":"timeline_event","attrs":{"date":"2024-03","title":"First plan","article":"4611686018427387905"}},{"type":"timeline_event","attrs":{"date":"2026-05-04"},"content":[{"type":"paragraph","content":[{"type":"text","text":"The vote."}]}]}]},
	{"type":"figure","attrs":{"media":"7","align":"wide"},"content":[{"type":"text","text":"The harbour in March"}]},
	{"type":"table","content":[{"type":"table_row","content":[{"type":"table_cell","attrs":{"header":true},"content":[{"type":"paragraph","content":[{"type":"text","text":"Year"}]}]},{"type":"table_cell","attrs":{"header":true},"content":[{"type":"paragraph","content":[{"type":"text","text":"Cost"}]}]}]},{"type":"table_row","content":[{"type":"table_cell","content":[{"type":"paragraph","content":[{"type":"text","text":"2026"}]}]},{"type":"table_cell","content":[{"type":"paragraph","content":[{"type":"text","text":"30 million"}]}]}]}]},
	{"type":"related_link","attrs":{"article":"22"}},
	{"type":"embed","attrs":{"url":"https://www.youtube.com/watch?v=1","provider":"youtube","title":"The debate"}},
	{"type":"fact_box","attrs":{"title":"The tunnel"},"content":[{"type":"bullet_list","content":[{"type":"list_item","content":[{"type":"paragraph","content":[{"type":"text","text":"1.2 km long"}]}]},{"type":"list_item","content":[{"type":"paragraph","content":[{"type":"text","text":"two lanes"}]}]}]}]},
	{"type":"gallery","content":[{"type":"figure","attrs":{"media":"1"}},{"type":"figure","attrs":{"media":"2"}}]},
	{"type":"code","attrs":{"language":"go"},"content":[{"type":"text","text":"func main() {}\n"}]},
	{"type":"details","attrs":{"summary":"More"},"content":[{"type":"paragraph","content":[{"type":"text","text":"Inside."}]}]},
	{"type":"fallback","attrs":{"origin":"shortcode","name":"poll","raw":"[poll id=4]"}},
	{"type":"paragraph"},
	{"type":"footnotes","content":[{"type":"footnote","attrs":{"id":"a"},"content":[{"type":"paragraph","content":[{"type":"text","text":"Minutes of the council."}]}]}]}]}`

// On a phone and on a desk, light and dark, from the left and from the right:
// nothing is cut off, and axe-core finds nothing, whatever is open.
func TestEditor_StandsTheChecksInEveryView(t *testing.T) {
	for _, v := range []view{{View: browser.Desktop}, {View: browser.Phone}, {View: browser.Desktop.InDark()}, {View: browser.Phone.InDark(), lang: "ar", ui: "ar"}} {
		t.Run(v.Name, func(t *testing.T) {
			r := open(t, v, everyBlock)
			r.until(`document.querySelectorAll('.ed-picture img').length === 3`)
			r.look("blocks")
			r.make("")
			r.typed("/")
			r.until(`!document.querySelector('.ed-slash').hidden`)
			r.look("slash")
			r.press("Escape")
			r.press("Backspace")
			r.typed("Some words to mark")
			r.press("Control+a")
			r.until(`!document.querySelector('.ed-toolbar').hidden`)
			r.press("Alt+F10")
			r.press("Enter")
			r.until(`!document.querySelector('.ed-dropmenu').hidden`)
			r.look("toolbar")
			r.press("Escape")
			r.press("Escape")
			r.press("Control+k")
			r.until(`document.querySelector('dialog[open]')`)
			r.look("link")
			r.press("Escape")
			r.do(`room.editor.help()`)
			r.look("help")
			r.press("Escape")
			r.do(`room.editor.find()`)
			r.typed("words")
			r.until(`document.querySelector('.ed-match-now')`)
			r.look("find")
		})
	}
}

func (r *room) look(what string) {
	r.t.Helper()
	r.Shot(r.t, "editor-"+what)
	r.axe(what)
	if wide, err := r.TooWide(); err != nil || len(wide) > 0 {
		r.t.Errorf("%s is too wide: %v %v", what, wide, err)
	}
}

// Paragraphs of a text stand apart while it is written, as they will when it is
// read; in blocks, too.
func TestEditor_PartsParagraphs(t *testing.T) {
	r := open(t, view{View: browser.Desktop}, `{"v":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"One."}]},{"type":"paragraph","content":[{"type":"text","text":"Two."}]},
		{"type":"quote","content":[{"type":"paragraph","content":[{"type":"text","text":"Three."}]},{"type":"paragraph","content":[{"type":"text","text":"Four."}]}]}]}`)
	gaps := ask[[]float64](r, `(() => { const p = [...document.querySelectorAll('.ed-text p')].map(e => e.getBoundingClientRect()); return [p[1].top - p[0].bottom, p[2].top - p[1].bottom, p[3].top - p[2].bottom]; })()`)
	for i, gap := range gaps {
		if gap < 12 {
			t.Errorf("%.1f px between paragraphs %d and %d", gap, i+1, i+2)
		}
	}
}
