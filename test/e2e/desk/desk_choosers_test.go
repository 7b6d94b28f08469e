package desk

import (
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"dateline/internal/media/picture/picturetest"
	"dateline/test/e2e/browser"
)

// TestChoosers_PicturesAreChosenNotNumbered chooses an author's picture and the
// logo in the library's dialog, and moves a lead picture's focal point where it
// stands, by mouse and by keyboard.
func TestChoosers_PicturesAreChosenNotNumbered(t *testing.T) {
	for _, view := range []browser.View{browser.Desktop, browser.Phone.InDark()} {
		t.Run(view.Name, func(t *testing.T) {
			n := openNewsroom(t, view)
			d := n.owner
			looks := func(name string) {
				t.Helper()
				d.Shot(t, name)
				if violations, err := d.Axe(); err != nil || len(violations) > 0 {
					t.Errorf("%s: %s: %v %v", view.Name, name, violations, err)
				}
			}
			picture := func(button string) {
				t.Helper()
				d.until(`document.querySelector('` + button + `')`)
				see[bool](d, `(() => { document.querySelector('`+button+`').click(); return true; })()`)
				d.until(`document.querySelector('dialog.picker')?.open && document.querySelector('.picker-head h2').innerText`)
				if see[int](d, `document.querySelectorAll('.picker-grid li').length`) == 0 {
					choose(t, d.Page, ".picker-file", map[string][]byte{"harbour.jpg": picturetest.JPEG(picturetest.Scene(900, 600))})
				} else {
					see[bool](d, `(() => { document.querySelector('.picker-grid button').click(); return true; })()`)
				}
				d.until(`!document.querySelector('dialog.picker')`)
			}
			medium := ""
			if view.Name == browser.Desktop.Name {
				d.begin()
				picture("#w-lead button")
				d.until(`document.querySelector('.w-focal img')?.naturalWidth == 900`)
				box := see[[]float64](d, `(() => { const i = document.querySelector('.w-focal img'); i.scrollIntoView({block: 'center'}); const b = i.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })()`)
				for _, kind := range []input.DispatchMouseEventType{"mousePressed", "mouseReleased"} {
					if _, err := chromedp.Call(d.Context(), input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: box[0] + box[2]*.25, Y: box[1] + box[3]*.75,
						Button: "left", Buttons: 1, ClickCount: 1}); err != nil {
						t.Fatal(err)
					}
				}
				d.until(`document.querySelector('#w-focal-says').textContent == 'Saved: 25 %, 75 %'`)
				see[bool](d, `(() => { document.querySelector('.w-focal').focus(); for (const key of ['ArrowRight', 'ArrowRight', 'ArrowUp']) document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true})); return true; })()`)
				d.until(`document.querySelector('#w-focal-says').textContent == 'Saved: 29 %, 73 %'`)
				looks("desk-write-focal")
				d.saved()
				medium = see[string](d, `document.querySelector('#w-lead').dataset.media`)
				d.open("/desk/media/" + medium)
				if x, y := see[string](d, `document.querySelector('[name=focal_x]').value`), see[string](d, `document.querySelector('[name=focal_y]').value`); !near(x, 29) || !near(y, 73) {
					t.Errorf("%s: the library has the focal point at %s, %s", view.Name, x, y)
				}
			}
			d.send("/desk/structure/authors", "name", "Ann Lee")
			d.open("/desk/structure/authors")
			author := see[string](d, `document.querySelector('main a[href^="/desk/structure/authors/"]').getAttribute('href')`)
			for address, field := range map[string]string{author: "picture", "/desk/structure/appearance": "logo"} {
				d.open(address)
				if see[bool](d, `document.querySelector('#`+field+`').type != 'hidden' || !document.querySelector('#`+field+`-choose').getAttribute('aria-label').includes('Choose from the library')`) {
					t.Errorf("%s: %s is still a number", view.Name, field)
				}
				picture("#" + field + "-choose")
				d.until(`document.querySelector('#` + field + `').value && document.querySelector('.chooser-picture').naturalWidth > 0`)
				chosen := see[string](d, `document.querySelector('#`+field+`').value`)
				if medium != "" && chosen != medium {
					t.Errorf("%s: %s is %s, want %s", view.Name, field, chosen, medium)
				}
				looks("desk-chooser-" + field)
				see[bool](d, `(() => { document.querySelector('#`+field+`').form.requestSubmit(); window.left = true; return true; })()`)
				d.until(`!window.left && document.readyState == 'complete' && document.querySelector('#` + field + `')?.value == '` + chosen + `'`)
				see[bool](d, `(() => { document.querySelector('.chooser button:last-of-type').click(); document.querySelector('#`+field+`').form.requestSubmit(); window.left = true; return true; })()`)
				d.until(`!window.left && document.readyState == 'complete' && document.querySelector('#` + field + `')?.value == ''`)
			}
		})
	}
}
