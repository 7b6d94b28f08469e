package desk

import (
	"testing"

	"dateline/test/e2e/browser"
)

// TestPreviews_InTheBrowser looks at a story that is not public yet, through
// all tabs, and shows it to a guest.
func TestPreviews_InTheBrowser(t *testing.T) {
	b := chrome(t)
	origin, enter := demo(t, b)
	p := enter(browser.Phone)
	visit(t, p, origin+"/desk/front")
	story := run(t, p, `document.querySelector('.ff:has(.tag.off)').dataset.story`)
	look := origin + "/desk/articles/" + story + "/look"
	for _, tab := range []string{"phone", "dark", "print", "search", "social", "feed"} {
		visit(t, p, look+"?as="+tab)
		if tab == "phone" || tab == "dark" || tab == "print" {
			wait(t, p, `document.querySelector('iframe').contentDocument?.querySelector('article .prose')`)
		}
		both(t, p, "preview-"+tab, "Links for outsiders")
	}
	fill(t, p, map[string]string{"label": "The lawyer", "life": "week"}, "/desk/articles/"+story+"/links")
	both(t, p, "preview-link", "copy it now")
	guest := b.Page(t, browser.Phone)
	visit(t, guest, run(t, p, `document.querySelector('.key').textContent`))
	for _, view := range []browser.View{browser.Phone, browser.Desktop.InDark()} {
		turn(t, guest, view)
		wait(t, guest, `document.querySelector('.preview-bar') && document.querySelector('article .prose') && [...document.images].every(i => !i.complete || i.naturalWidth > 0)`)
		if wide, err := guest.TooWide(); err != nil || len(wide) > 0 {
			t.Errorf("%s: the guest's page scrolls sideways: %v %v", view.Name, wide, err)
		}
		guest.Shot(t, "preview-guest")
	}
}
