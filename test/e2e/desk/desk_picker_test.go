package desk

import (
	"testing"

	"dateline/internal/media/picture/picturetest"
	"dateline/test/e2e/browser"
)

// TestLibrary_DialogOfTheEditor chooses lead pictures in the dialog that the
// page of writing opens: one that is uploaded there, then one that is there.
func TestLibrary_DialogOfTheEditor(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	d := n.owner
	d.begin()
	open := func() {
		t.Helper()
		d.until(`document.querySelector('#w-lead button:not(.w-focal)')`)
		see[bool](d, `(() => { document.querySelector('#w-lead button:not(.w-focal)').click(); return true; })()`)
		d.until(`document.querySelector('dialog.picker')?.open && document.querySelector('.picker-head h2').innerText`)
	}
	open()
	d.until(`document.querySelector('.picker-said').innerText.includes('empty')`)
	choose(t, d.Page, ".picker-file", map[string][]byte{"page.jpg": []byte("<html>")})
	d.until(`document.querySelector('.picker-said.bad')?.innerText.includes('web page')`)
	choose(t, d.Page, ".picker-file", map[string][]byte{"harbour.jpg": picturetest.JPEG(picturetest.Scene(900, 600))})
	d.until(`!document.querySelector('dialog.picker') && document.querySelector('#w-lead img')?.naturalWidth == 900`)
	open()
	d.until(`document.querySelectorAll('.picker-grid li').length == 1 && document.querySelector('.picker-grid img')?.complete`)
	for _, view := range []browser.View{browser.Desktop, browser.Phone.InDark()} {
		turn(t, d.Page, view)
		look(t, d.Page, "desk-media-dialog", "harbour.jpg")
	}
	see[bool](d, `(() => { const s = document.getElementById('picker-search'); s.value = 'nowhere'; s.dispatchEvent(new Event('input')); return true; })()`)
	d.until(`document.querySelector('.picker-said').innerText.includes('Nothing')`)
	see[bool](d, `(() => { const s = document.getElementById('picker-search'); s.value = 'harb'; s.dispatchEvent(new Event('input')); return true; })()`)
	d.until(`document.querySelectorAll('.picker-grid li').length == 1`)
	see[bool](d, `(() => { document.querySelector('.picker-grid button').click(); return true; })()`)
	d.until(`!document.querySelector('dialog.picker') && document.querySelector('#w-lead img')`)
	d.saved()
}
