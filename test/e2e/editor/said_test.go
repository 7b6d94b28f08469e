package editor

import (
	"strings"
	"testing"
)

const saidDoc = `{"v":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"He said: "},
	{"type":"text","text":"the dam holds","marks":[{"type":"said","attrs":{"speaker":"Vos","role":"minister","date":"2026-05-04"}}]},{"type":"text","text":" now."}]}]}`

const vos = `said{"date":"2026-05-04","role":"minister","speaker":"Vos"} `

// What was copied here keeps whose words it is.
func TestSaid_IsCopiedWithItsWords(t *testing.T) {
	r := open(t, view{}, "")
	r.make(saidDoc)
	r.press("Control+a")
	r.do(`window.copied = new DataTransfer(); document.querySelector('.ed-text').dispatchEvent(new ClipboardEvent('copy', {clipboardData: copied, bubbles: true, cancelable: true}))`)
	html := ask[string](r, `copied.getData('text/html')`)
	r.make("")
	r.paste(html, "")
	r.want(`paragraph("He said: ", ` + vos + `"the dam holds", " now.")`)
}

// What comes from elsewhere brings no attribution; what pretends to come from
// here brings none but in the form of the schema.
func TestSaid_IsNotPastedFromElsewhere(t *testing.T) {
	r := open(t, view{}, "")
	r.paste(`<p>He said: <span data-said='{"speaker":"Vos"}'>the dam holds</span> now.</p>`, "")
	r.want(`paragraph("He said: the dam holds now.")`)
	for _, attrs := range []string{`{"role":"minister"}`, `[1]`, `null`, `7`, `{"speaker":`, `{"speaker":{"a":1}}`} {
		r.make("")
		r.paste(`<p data-pm-slice="0 0 []">He said: <span data-said='`+attrs+`'>the dam holds</span> now.</p>`, "")
		r.want(`paragraph("He said: the dam holds now.")`)
	}
	r.make("")
	r.paste(`<p data-pm-slice="0 0 []">He said: <span data-said='{"speaker":"Vos","source":"javascript:alert(1)","date":"soon","mood":"glad","role":"`+strings.Repeat("x", 500)+`"}'>the dam holds</span> now.</p>`, "")
	r.want(`paragraph("He said: ", said{"speaker":"Vos"} "the dam holds", " now.")`)
}

func TestSaid_StaysWhenParagraphsAreDividedAndJoined(t *testing.T) {
	r := open(t, view{}, "")
	r.make(saidDoc)
	r.press("Control+Home")
	r.press("Home")
	for range len("He said: the dam") {
		r.press("ArrowRight")
	}
	r.press("Enter")
	r.want("paragraph(\"He said: \", " + vos + "\"the dam\")\nparagraph(" + vos + "\" holds\", \" now.\")")
	r.press("Backspace")
	r.want(`paragraph("He said: ", ` + vos + `"the dam holds", " now.")`)
	r.typed("s")
	r.want(`paragraph("He said: ", ` + vos + `"the dams holds", " now.")`)
	// What is written after the passage is not theirs, nor what replaces it.
	for range len(" holds") {
		r.press("ArrowRight")
	}
	r.typed("!")
	r.want(`paragraph("He said: ", ` + vos + `"the dams holds", "! now.")`)
	r.press("ArrowLeft")
	for range len("the dams holds") {
		r.press("Shift+ArrowLeft")
	}
	r.typed("no")
	r.want(`paragraph("He said: no! now.")`)
}
