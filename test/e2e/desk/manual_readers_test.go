package desk

import (
	"fmt"
	"os"
	"testing"
	"time"

	"dateline/test/e2e/browser"
	"dateline/test/product"
)

// readersPictures are those of the manual that show what readers see of comments.
var readersPictures = []picture{
	{"talk-thread", "/{path...}"}, {"talk-thread-phone", "/{path...}"},
	{"talk-form", "/{path...}"}, {"talk-form-phone", "/{path...}"},
	{"talk-own", "/comments/{id}/"},
	{"talk-edit", "/comments/{id}/edit/"},
	{"talk-held", "/comments/{id}/sent/"},
	{"talk-report", "/comments/{id}/"},
}

// talked is an article of the sample under which people talk.
const talked = "/city/skerrin-isles/ferry-final-report/"

// TestManual_DrawsReaders draws the pictures of what readers see of comments. It is
// no check and runs when DATELINE_MANUAL is set.
func TestManual_DrawsReaders(t *testing.T) {
	if os.Getenv("DATELINE_MANUAL") == "" {
		t.Skip("draws pictures of the manual: set DATELINE_MANUAL=1")
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	n := &newsroom{t: t, b: chrome(t), program: path, data: sample(t)}
	set := func(change string) {
		t.Helper()
		if out, err := product.Command(t.Context(), path, "site", "set", "--data", n.data, change).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	set("comment_policy=open")
	n.serve("127.0.0.1:0")
	c := &camera{t: t, n: n, drawn: map[string]bool{}}

	ida, other := n.desk(browser.Desktop), n.desk(browser.Desktop)
	ida.open(talked)
	at := see[string](ida, `document.querySelector('.respond-form').getAttribute('action')`)
	writes := func(d *desk, name, text string) {
		t.Helper()
		d.open(at)
		time.Sleep(5 * time.Second) // as a person who types: the guard suspects faster ones
		see[bool](d, fmt.Sprintf(`(() => { const f = document.querySelector('.respond-form'); f.elements.text.value = %q; f.elements.name.value = %q; f.elements.email.value = 'someone@reader.example';
			window.left = true; f.requestSubmit(); return true; })()`, text, name))
		d.until(`!window.left && document.readyState == 'complete'`)
	}
	writes(ida, "Ida Marsh", "The timetable at the pier has been wrong since spring.\n\n> replaced by Friday\n\nThat is what the company said in **March**, too.")
	number := see[string](ida, `document.querySelector(location.hash).dataset.comment`)
	own := "/comments/" + number + "/"

	phone := n.desk(browser.Phone)
	for _, d := range []*desk{other, phone} {
		end := map[bool]string{true: "-phone"}[d.View.Mobile]
		for _, place := range []struct{ name, selector string }{{"talk-thread", "#comments"}, {"talk-form", "#respond"}} {
			d.open(talked)
			see[bool](d, fmt.Sprintf(`(() => { document.querySelector(%q).scrollIntoView(); scrollBy(0, -16); return true; })()`, place.selector))
			c.takes(place.name+end, d, 900)
		}
	}
	ida.open(own)
	c.takes("talk-own", ida, 1000)
	ida.open(own + "edit/")
	c.takes("talk-edit", ida, 900)
	other.open(own)
	see[bool](other, `(() => { document.querySelector('#report input[value=spam]').checked = true; document.querySelector('#report').scrollIntoView({ block: 'center' }); return true; })()`)
	c.takes("talk-report", other, 800)
	set("comment_policy=held")
	writes(ida, "Ida Marsh", "Does anybody know whether the bus takes bicycles?")
	c.takes("talk-held", ida, 700)
	for _, p := range readersPictures {
		if !c.drawn[p.name] {
			t.Errorf("%s was not drawn", p.name)
		}
	}
}
