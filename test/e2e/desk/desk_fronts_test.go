package desk

import (
	"fmt"
	"testing"

	"dateline/test/e2e/browser"
)

// run evaluates a script that returns a text.
func run(t *testing.T, p *browser.Page, script string) string {
	t.Helper()
	got, err := browser.Evaluate[string](p, script)
	if err != nil {
		t.Fatalf("%s: %v\n%s", p.View.Name, err, script)
	}
	return got
}

// dragTo moves the pointer from a handle to the middle of an element, as a hand
// with a mouse or a finger does.
const dragTo = `(async (kind, from, to) => {
	const target = document.querySelector(to);
	target.scrollIntoView({block: 'center', behavior: 'instant'});
	const handle = document.querySelector(from);
	const a = handle.getBoundingClientRect(), b = target.getBoundingClientRect();
	const at = (type, x, y, on) => on.dispatchEvent(new PointerEvent(type, {bubbles: true, cancelable: true, pointerId: 1, pointerType: kind, button: 0, clientX: x, clientY: y}));
	at('pointerdown', a.x + 5, a.y + 5, handle);
	at('pointermove', b.x + b.width / 2, b.y + b.height / 2, window);
	at('pointerup', b.x + b.width / 2, b.y + b.height / 2, window);
	return '';
})`

func TestFronts_InTheBrowser(t *testing.T) {
	b := chrome(t)
	origin, enter := demo(t, b)
	p := enter(browser.Desktop)
	visit(t, p, origin+"/desk/front")
	check(t, p, "front-board", "Keep here")

	// Drag the second story of the lead to the top.
	second := `.kind-lead .fc[data-place="1"]`
	headline := run(t, p, `document.querySelector('`+second+` .fc-headline').textContent`)
	story := run(t, p, `document.querySelector('`+second+`').dataset.story`)
	run(t, p, dragTo+fmt.Sprintf(`('mouse', %q, %q)`, second+" .fc-grip", `.kind-lead .fc[data-place="0"]`))
	wait(t, p, fmt.Sprintf(`document.querySelector('.kind-lead .fc-hand[data-place="0"] .fc-headline')?.textContent === %q`, headline))
	// Its corner makes it larger by the keyboard, its button moves it, both keep the focus.
	run(t, p, `(() => { const c = document.querySelector('#story-`+story+` .fc-size'); c.focus(); c.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true, cancelable: true})); return ''; })()`)
	wait(t, p, `document.querySelector('#story-`+story+`').classList.contains('size-small') && document.activeElement.dataset.focus === 'size:`+story+`'`)
	run(t, p, `(() => { document.querySelector('button[value="later:`+story+`"]').click(); return ''; })()`)
	wait(t, p, `document.querySelector('#story-`+story+`').dataset.place === '1' && document.activeElement.value === 'later:`+story+`'`)
	// Blocks move too; the search finds an old story, and a finger drags it in.
	run(t, p, dragTo+`('mouse', '#b5 > .fb-head .fc-grip', '#b3')`)
	wait(t, p, `[...document.querySelectorAll('.fb-block')].findIndex(b => b.id === 'b5') === 2`)
	run(t, p, `(() => { const q = document.querySelector('#q'); q.value = 'owls'; q.dispatchEvent(new Event('input', {bubbles: true})); return ''; })()`)
	wait(t, p, `document.querySelectorAll('.ff').length > 0 && document.querySelectorAll('.ff').length < 5`)
	found := run(t, p, `document.querySelector('.ff').dataset.story`)
	run(t, p, dragTo+`('touch', '.ff .fc-grip', '.kind-lead .fc[data-place="0"]')`)
	wait(t, p, `document.querySelector('.kind-lead .fc[data-place="0"]').dataset.story === '`+found+`'`)
	visit(t, p, origin+"/desk/front")
	check(t, p, "front-arranged", "not published")

	visit(t, p, origin+"/desk/front/look")
	wait(t, p, `[...document.querySelectorAll('iframe')].every(f => f.contentDocument?.querySelector('.lead-headline'))`)
	inFrame := run(t, p, `document.querySelector('iframe').contentDocument.querySelector('.lead-headline').textContent.trim()`)
	check(t, p, "front-look", "The front as readers see it")
	visit(t, p, origin+"/")
	if lead := run(t, p, `document.querySelector('.lead-headline').textContent.trim()`); lead == inFrame {
		t.Error("readers see the draft")
	}
	visit(t, p, origin+"/desk/front")
	run(t, p, `(() => { document.querySelector('button[value="publish"]').click(); return ''; })()`)
	wait(t, p, `document.querySelector('.notice')?.textContent.includes('published')`)
	visit(t, p, origin+"/")
	if lead := run(t, p, `document.querySelector('.lead-headline').textContent.trim()`); lead != inFrame {
		t.Errorf("readers see %q first, the preview showed %q", lead, inFrame)
	}
	p.Shot(t, "front-site")

	stations := []station{{"front-board", "/desk/front", "Publish the front"}, {"front-look", "/desk/front/look", "Phone"}}
	everywhere(t, origin, enter, stations)
	turn(t, p, browser.Phone)
	if wide, err := p.TooWide(); err != nil || len(wide) > 0 {
		t.Errorf("the arranged front scrolls sideways: %v %v", wide, err)
	}
}
