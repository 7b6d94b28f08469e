package desk

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"dateline/test/e2e/browser"
)

// tells writes a story and publishes it; line is the storyline that it is typed
// to belong to.
func (d *desk) tells(headline, text, line string) {
	d.n.t.Helper()
	at := d.begin()
	d.into("headline")
	d.types(headline)
	d.into("text")
	d.types(text)
	see[bool](d, fmt.Sprintf(`(() => { const s = document.querySelector('#w-section'); s.selectedIndex = 1; s.dispatchEvent(new Event('input', { bubbles: true }));
		const f = document.querySelector('#w-storyline'); f.value = %q; f.dispatchEvent(new Event('input', { bubbles: true })); return true; })()`, line))
	d.saved()
	d.publishes(at)
}

func (d *desk) publishes(at string) {
	d.n.t.Helper()
	d.open(at + "/publish")
	d.until(`document.querySelector('#publish')`)
	see[bool](d, `(() => { const f = document.querySelector('#publish'); if (f.elements.despite) f.elements.despite.checked = true; f.requestSubmit(f.querySelector('.w-end button')); return true; })()`)
	d.shows("Readers see it now")
}

// A storyline is made and written at the desk, proposed for a new text, accepted
// and dismissed without a pointer, and read by readers.
func TestStorylines_InTheBrowser(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	d := n.owner
	page := d.send("/desk/storylines", "headline", "The quay strike")
	one := regexp.MustCompile(`/desk/storylines/\d+`).FindString(page)
	if one == "" {
		t.Fatalf("nothing was made:\n%.800s", page)
	}
	d.tells("Dockers stop the cranes", "The dockers of Port Sallow stopped the container cranes on Monday over night shifts.", "The quay strike")
	d.tells("Mediator meets the dockers", "A mediator met the dockers of Port Sallow about the night shifts and the container cranes.", "The quay strike")
	d.tells("Bakers win a prize", "A bakery in the hills won a prize for its rye bread.", "")

	d.open(one)
	see[bool](d, `(() => { const f = document.querySelector('form[action="`+one+`"]').elements; f.summary.value = 'The cranes *stand still*.'; f.questions.value = 'Who pays?';
		f.when_0.value = '2099-12-02 14:00'; f.what_0.value = 'Fifth round'; f.where_0.value = 'Customs House'; return true; })()`)
	for _, view := range []browser.View{browser.Desktop, browser.Phone.InDark()} {
		turn(t, d.Page, view)
		check(t, d.Page, "storyline", "The story so far")
	}
	turn(t, d.Page, browser.Desktop)
	see[bool](d, `(() => { document.querySelector('form[action="`+one+`"]').requestSubmit(); return true; })()`)
	d.until(`location.search.includes('done=saved')`)
	for _, view := range []browser.View{browser.Desktop, browser.Phone.InDark()} {
		turn(t, d.Page, view)
		d.open("/desk/storylines")
		check(t, d.Page, "storylines", "The quay strike")
	}
	turn(t, d.Page, browser.Desktop)

	at := d.begin()
	d.into("headline")
	d.types("Dockers vote on night shifts")
	d.into("text")
	d.types("The dockers of Port Sallow vote on the night shifts; the mediator hopes that the container cranes move again.")
	d.saved()
	d.until(`!document.querySelector('#w-line-offer').hidden && document.querySelector('#w-line-name').textContent == 'The quay strike'`)
	check(t, d.Page, "desk-line", "Seems to belong to")
	for range 20 { // first through the names, which are dismissed
		d.press("j", 74, 2)
		if see[bool](d, `document.activeElement?.id == 'w-line-take'`) {
			break
		}
		d.press("Delete", 46, 0)
	}
	d.until(`document.activeElement?.id == 'w-line-take'`)
	d.press("Enter", 13, 0)
	d.until(`document.querySelector('#w-line-offer').hidden && document.querySelector('#w-storyline').value == 'The quay strike'`)
	see[bool](d, `(() => { const s = document.querySelector('#w-section'); s.selectedIndex = 1; s.dispatchEvent(new Event('input', { bubbles: true })); return true; })()`)
	d.saved()
	d.publishes(at)

	d.open("/storyline/the-quay-strike/")
	for _, word := range []string{"The cranes stand still.", "Who pays?", "Fifth round", "Dockers vote on night shifts", "Dockers stop the cranes"} {
		d.shows(word)
	}
	if got := d.fetched(n.origin + "/storyline/the-quay-strike/"); strings.Contains(got, "Bakers") {
		t.Error("the storyline has an article of another one")
	}

	// Dismissed with one key, it is not proposed for this text again.
	d.begin()
	d.into("headline")
	d.types("Container cranes of Port Sallow")
	d.into("text")
	d.types("The night shifts of the dockers of Port Sallow are older than the container cranes.")
	d.saved()
	d.until(`!document.querySelector('#w-line-offer').hidden`)
	see[bool](d, `(() => { document.querySelector('#w-line-take').focus(); return true; })()`)
	d.press("Delete", 46, 0)
	d.until(`document.querySelector('#w-line-offer').hidden && document.querySelector('#w-line-status').textContent.includes('not suggested')`)
	// The page says so before the server has heard of it.
	same(t, "asked again", see[string](d, `(async () => {
		for (const end = Date.now() + 20000; ; await new Promise((done) => setTimeout(done, 100))) {
			const p = await (await fetch(location.pathname + '/storyline', { headers: { Accept: 'application/json' } })).json();
			if (p.ref === '' || Date.now() > end) return p.ref;
		}
	})()`), "")
}
