package desk

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"dateline/internal/media/picture/picturetest"
	"dateline/test/e2e/browser"
)

// choose puts files into the file field that css names, as a person does.
func choose(t *testing.T, p *browser.Page, css string, files map[string][]byte) {
	t.Helper()
	var list []string
	for name, content := range files {
		list = append(list, fmt.Sprintf("[%q, %q]", name, base64.StdEncoding.EncodeToString(content)))
	}
	if _, err := browser.Evaluate[bool](p, fmt.Sprintf(`(() => {
		const data = new DataTransfer();
		for (const [name, content] of [%s]) data.items.add(new File([Uint8Array.from(atob(content), c => c.charCodeAt(0))], name));
		const field = document.querySelector(%q);
		field.files = data.files;
		field.dispatchEvent(new Event("change", {bubbles: true}));
		return true;
	})()`, strings.Join(list, ","), css)); err != nil {
		t.Fatal(err)
	}
}

// press moves the mouse over the picture from one point to another, in parts of
// its size; the same point twice is a click.
func press(t *testing.T, p *browser.Page, x0, y0, x1, y1 float64) {
	t.Helper()
	box, err := browser.Evaluate[[]float64](p, `(() => { const s = document.querySelector(".media-stage"); s.scrollIntoView({block: "center"}); const b = s.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()`)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []input.DispatchMouseEventParams{{Type: "mousePressed", X: x0, Y: y0}, {Type: "mouseMoved", X: (x0 + x1) / 2, Y: (y0 + y1) / 2},
		{Type: "mouseMoved", X: x1, Y: y1}, {Type: "mouseReleased", X: x1, Y: y1}} {
		m.X, m.Y, m.Button, m.Buttons, m.ClickCount = box[0]+m.X*box[2], box[1]+m.Y*box[3], "left", 1, 1
		if _, err := chromedp.Call(p.Context(), input.DispatchMouseEvent, m); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLibrary_InTheBrowser(t *testing.T) {
	b := chrome(t)
	origin, enter := demo(t, b)
	first := enter(browser.Desktop)
	value := func(id string) string {
		t.Helper()
		v, err := browser.Evaluate[string](first, `document.getElementById("`+id+`").value`)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}

	// Two files of which one is no picture: what went wrong stands beside it.
	visit(t, first, origin+"/desk/media")
	choose(t, first, "#file", map[string][]byte{"first.jpg": picturetest.JPEG(picturetest.Scene(900, 600)), "page.jpg": []byte("<!doctype html><title>no</title>")})
	wait(t, first, `document.querySelectorAll(".media-progress a").length == 1 && document.querySelector(".media-progress .bad")`)
	check(t, first, "desk-media-uploaded", "This is a web page, not a medium")

	// One file leads to its page, where it is described and framed.
	visit(t, first, origin+"/desk/media")
	choose(t, first, "#file", map[string][]byte{"Harbour at dawn.jpg": picturetest.JPEG(picturetest.Scene(1200, 800))})
	wait(t, first, `location.pathname != "/desk/media" && document.readyState == "complete" && document.querySelector(".media-stage.live img")?.complete`)
	page, err := browser.Evaluate[string](first, `location.pathname`)
	if err != nil {
		t.Fatal(err)
	}
	press(t, first, .25, .75, .25, .75)
	if x, y := value("focal_x"), value("focal_y"); !near(x, 25) || !near(y, 75) {
		t.Errorf("a click set the focal point to %s, %s", x, y)
	}
	press(t, first, .1, .2, .6, .9)
	if x, y, w, h := value("crop_x"), value("crop_y"), value("crop_w"), value("crop_h"); !near(x, 10) || !near(y, 20) || !near(w, 50) || !near(h, 70) {
		t.Errorf("dragging cropped to %s, %s, %s, %s", x, y, w, h)
	}
	if _, err := browser.Evaluate[bool](first, `(() => { const a = document.getElementById("alt"); a.value = "harbour AT dawn"; a.dispatchEvent(new Event("input", {bubbles: true})); return true; })()`); err != nil {
		t.Fatal(err)
	}
	wait(t, first, `document.getElementById("alt-read").innerText.includes("only the name of the file")`)
	first.Shot(t, "desk-media-framing")
	fill(t, first, map[string]string{"alt": "Fishing boats in the mist before sunrise", "caption": "Aldermouth harbour on Tuesday", "credit": "Olga Owner", "holder": "The Courier", "expire": time.Now().AddDate(0, 0, 10).Format(time.DateOnly)}, page)
	check(t, first, "desk-media-saved", "Saved.")
	wait(t, first, `document.querySelector(".media-stage img").src.endsWith("/file/whole")`)
	press(t, first, .3, .3, .3, .3)

	used, err := browser.Evaluate[string](first, `fetch("/desk/media/pick?kind=picture&view=&q=", {headers: {Accept: "application/json"}}).then(r => r.json()).then(f => f.media.find(m => m.alt && m.page != location.pathname).page)`)
	if err != nil {
		t.Fatal(err)
	}
	everywhere(t, origin, enter, []station{
		{"desk-media", "/desk/media", "Add files"}, {"desk-media-search", "/desk/media?q=harbour", "Harbour at dawn"}, {"desk-media-rights", "/desk/media?view=rights", "rights end"},
		{"desk-media-none", "/desk/media?q=zzzz", "Nothing in the library fits"}, {"desk-media-own", page, "No article shows it"}, {"desk-media-used", used, "Where it is used"},
	})

	// Deleting asks once.
	visit(t, first, origin+page)
	if _, err := browser.Evaluate[bool](first, `(() => { document.querySelector("details").open = true; document.querySelector("details button").click(); window.left = true; return true; })()`); err != nil {
		t.Fatal(err)
	}
	wait(t, first, `!window.left && location.pathname == "/desk/media" && document.body.innerText.includes("Deleted.")`)
}

// near tells whether a percentage is what a mouse can hit.
func near(text string, want float64) bool {
	var got float64
	_, err := fmt.Sscan(text, &got)
	return err == nil && got > want-1 && got < want+1
}
