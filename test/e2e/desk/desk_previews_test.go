package desk

import (
	"testing"

	"dateline/test/e2e/browser"
)

// TestPreviews_InTheBrowser looks at a story that is not public yet, through
// all tabs, and shows it to a guest.
func TestPreviews_InTheBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	b := browser.Start(t)
	if err := browser.AxeReady(); err != nil {
		t.Skip(err)
	}
	origin, enter := demo(t, b)
	for _, view := range []browser.View{browser.Desktop, browser.Phone.InDark()} {
		p := enter(view)
		visit(t, p, origin+"/desk/front")
		story, err := browser.Evaluate[string](p, `document.querySelector('.ff:has(.tag.off)').dataset.story`)
		if err != nil {
			t.Fatal(err)
		}
		look := origin + "/desk/articles/" + story + "/look"
		for _, tab := range []string{"phone", "dark", "print", "search", "social", "feed"} {
			visit(t, p, look+"?as="+tab)
			if tab == "phone" || tab == "dark" || tab == "print" {
				wait(t, p, `document.querySelector('iframe').contentDocument?.querySelector('article .prose')`)
			}
			check(t, p, "preview-"+tab, "Links for outsiders")
		}
		fill(t, p, map[string]string{"label": "The lawyer", "life": "week"}, "/desk/articles/"+story+"/links")
		check(t, p, "preview-link", "copy it now")
		link, err := browser.Evaluate[string](p, `document.querySelector('.key').textContent`)
		if err != nil {
			t.Fatal(err)
		}
		guest := b.Page(t, view)
		visit(t, guest, link)
		wait(t, guest, `document.querySelector('.preview-bar') && document.querySelector('article .prose') && [...document.images].every(i => !i.complete || i.naturalWidth > 0)`)
		if wide, err := guest.TooWide(); err != nil || len(wide) > 0 {
			t.Errorf("%s: the guest's page scrolls sideways: %v %v", view.Name, wide, err)
		}
		guest.Shot(t, "preview-guest")
	}
}
