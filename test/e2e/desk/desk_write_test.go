package desk

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"dateline/test/e2e/browser"
)

func TestWriting_SavesByItself(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	d := n.owner
	at := d.begin()
	d.into("headline")
	d.types("Ferry runs aground")
	d.into("text")
	d.types("The ferry ran aground at noon.\nNobody was hurt.")
	d.saved()
	got := d.stored(at)
	same(t, "headline", got.Content.Headline, "Ferry runs aground")
	same(t, "text", got.words(), "The ferry ran aground at noon.\nNobody was hurt.")
	d.write(at)
	if text := see[string](d, `document.querySelector('.ed-text').innerText`); !strings.Contains(text, "Nobody was hurt.") {
		t.Errorf("the text is not there again: %q", text)
	}
	check(t, d.Page, "desk-write", "The ferry ran aground")
}

func TestWriting_ServerGoesAndComesBack(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	d := n.owner
	at := d.begin()
	d.into("headline")
	d.types("Harbour closed")
	d.into("text")
	d.types("First words. ")
	d.saved()
	d.types("Kept by the server, ")
	n.kill() // between two keys
	d.types("kept by this device.")
	d.until(`document.querySelector('#w-saved').textContent.startsWith('Offline')`)
	d.shows("kept on this device and goes there")
	n.again()
	d.saved()
	same(t, "text", d.stored(at).words(), "First words. Kept by the server, kept by this device.")

	// The laptop is closed while the server is away, and opened again.
	n.kill()
	d.types(" And more.")
	d.until(`document.querySelector('#w-saved').textContent.startsWith('Offline')`)
	see[bool](d, `(() => { location.href = 'about:blank'; return true; })()`)
	d.until(`location.href == 'about:blank'`)
	n.again()
	d.write(at)
	d.shows("Text that was kept on this device is back.")
	d.saved()
	same(t, "text after opening the page again", d.stored(at).words(), "First words. Kept by the server, kept by this device. And more.")
}

func TestWriting_TheSessionEnds(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	d := n.owner
	at := d.begin()
	d.into("text")
	d.types("Before. ")
	d.saved()
	other := n.desk(browser.Desktop)
	other.open("/desk/sign-in")
	other.send("/desk/sign-in", "email", "olga@paper.example", "password", secret)
	other.send("/desk/account/sessions/end-others")
	d.types("After.")
	d.shows("Your session has ended")
	d.click("#w-sign-in")
	d.send("/desk/sign-in", "email", "olga@paper.example", "password", secret) // what the window of the sign-in does
	d.saved()
	d.until(`!document.body.innerText.includes('Your session has ended')`)
	same(t, "text", d.stored(at).words(), "Before. After.")
}

func TestWriting_TwoPeople(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	ann, ben := n.owner, n.joins("Ben", "editor", browser.Desktop)
	at := ann.begin()
	ann.into("headline")
	ann.types("Bridge opens")
	ann.into("text")
	ann.types("One.\nTwo.\nThree.")
	ann.saved()
	ben.write(at)
	ben.shows("Olga Owner is writing. You read along.")
	ann.into("text")
	ann.types(" Read along.")
	ann.saved()
	ben.until(`document.querySelector('.ed-text').innerText.includes('Read along')`)
	look(t, ben.Page, "desk-write-reading", "Olga Owner is writing")

	// Ben takes over and writes in one place while Ann still has unsaved words in
	// another: both are kept. She hears of it only after she typed, whenever her page
	// would have asked.
	see[bool](ann, `(() => { window.realFetch = window.fetch; window.fetch = (at, ...rest) =>
		String(at).endsWith('/presence') ? Promise.reject(new TypeError('no network')) : window.realFetch(at, ...rest); return true; })()`)
	ben.click("#w-take")
	ben.until(`document.querySelector('.ed-text').contentEditable == 'true'`)
	ben.into("standfirst")
	ben.types("Taken over.")
	ben.saved()
	ann.types(" Ann’s last words.")
	see[bool](ann, `(() => { window.fetch = window.realFetch; document.dispatchEvent(new Event('visibilitychange')); return true; })()`)
	ann.shows("Ben has taken over")
	ann.until(`document.querySelector('#w').elements.standfirst.value == 'Taken over.'`)
	ann.saved()
	got := ben.stored(at)
	same(t, "text", got.words(), "One.\nTwo.\nThree. Read along. Ann’s last words.")
	same(t, "standfirst", got.Content.Standfirst, "Taken over.")
}

func TestWriting_BothChangeTheSame(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	ann, ben := n.owner, n.joins("Ben", "editor", browser.Desktop)
	at := ann.begin()
	ann.into("headline")
	ann.types("Ferry")
	ann.into("text")
	ann.types("Base.")
	ann.saved()
	ben.write(at)
	ben.until(`document.querySelector('#w-take')`)
	ben.click("#w-take")
	ben.until(`document.querySelector('.ed-text').contentEditable == 'true'`)
	// Ann cannot reach the server for a while, and both write a headline.
	see[bool](ann, `(() => { window.realFetch = window.fetch; window.fetch = () => Promise.reject(new TypeError('no network')); return true; })()`)
	ann.into("headline")
	ann.types(" of Ann")
	ann.until(`document.querySelector('#w-saved').textContent.startsWith('Offline')`)
	ben.into("headline")
	ben.types(" of Ben")
	ben.saved()
	see[bool](ann, `(() => { window.fetch = window.realFetch; dispatchEvent(new Event('online')); return true; })()`)
	ann.until(`document.querySelector('#w-dialog').open`)
	ann.shows("You and Ben changed the same places")
	look(t, ann.Page, "desk-write-conflict", "Ferry of Ben")
	same(t, "while Ann chooses", ben.stored(at).Content.Headline, "Ferry of Ben")
	ann.click("#w-dialog input[value=theirs]")
	ann.click("#w-dialog button")
	ann.until(`document.querySelector('#w').elements.headline.value == 'Ferry of Ben'`)
	ann.saved()
	same(t, "chosen", ben.stored(at).Content.Headline, "Ferry of Ben")
}

func TestWriting_FromReviewToReaders(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	olga, cleo := n.owner, n.joins("Cleo", "contributor", browser.Phone)
	at := cleo.begin()
	cleo.into("headline")
	cleo.types("Quay repaired")
	cleo.into("standfirst")
	cleo.types("Work ended on Friday.")
	cleo.into("text")
	cleo.types("The quay is safe again.")
	cleo.saved()
	look(t, cleo.Page, "desk-write-phone", "The quay is safe again")
	cleo.click(`button[value=review]`)
	cleo.shows("An editor reads it now")
	cleo.until(`document.querySelector('#w').dataset.ready == 'yes'`)
	if see[string](cleo, `document.querySelector('.ed-text').contentEditable`) != "false" {
		t.Error("what was submitted can still be written by a contributor")
	}
	olga.write(at)
	olga.click(".w-more")
	see[bool](olga, `(() => { document.querySelector('#w-changes-note').value = 'Who paid for it?'; document.querySelector('button[value=changes]').click(); return true; })()`)
	olga.shows("The writer is told which changes")
	cleo.open("/desk/notes")
	cleo.shows("Who paid for it?")
	cleo.write(at)
	cleo.shows("Changes asked")
	cleo.into("text")
	cleo.types(" The city paid.")
	cleo.saved()
	cleo.click(`button[value=review]`)
	cleo.shows("An editor reads it now")
	olga.write(at)
	olga.click(`button[value=approved]`)
	olga.shows("Approved.")
	olga.until(`document.querySelector('#w').dataset.ready == 'yes'`)
	olga.click("#w-publish")
	frame := `document.querySelector('#w-drawer iframe').contentDocument`
	olga.until(frame + `.querySelector('.w-findings')`)
	look(t, olga.Page, "desk-publish-drawer", "Quay repaired")
	if text := see[string](olga, frame+`.body.innerText`); !strings.Contains(text, "No section is chosen") {
		t.Errorf("the checks do not stop at the missing section:\n%s", text)
	}
	olga.until(frame + `.querySelector('.w-end button').disabled`)
	olga.click("#w-drawer .w-drawer-close")
	olga.into("section")
	see[bool](olga, `(() => { const f = document.querySelector('#w-section'); f.selectedIndex = 1; f.dispatchEvent(new Event('input', { bubbles: true })); return true; })()`)
	olga.saved()

	// It goes out at its minute, by itself.
	due := time.Now().Add(70 * time.Second).Truncate(time.Minute).In(berlin(t))
	if time.Until(due) < 15*time.Second {
		due = due.Add(time.Minute)
	}
	olga.open(at + "/publish")
	olga.until(`document.querySelector('#publish')`)
	check(t, olga.Page, "desk-publish", "Later, on its own")
	see[bool](olga, fmt.Sprintf(`(() => { const f = document.querySelector('#publish'); f.querySelector('[name=do][value=schedule]').click(); f.elements.day.value = %q; f.elements.time.value = %q;
		f.elements.time.dispatchEvent(new Event('input', { bubbles: true })); return true; })()`, due.Format(time.DateOnly), due.Format("15:04")))
	olga.until(`document.querySelector('.w-says').textContent.includes('` + due.Format("Monday") + `')`)
	see[bool](olga, `(() => { const f = document.querySelector('#publish'); if (f.elements.despite) f.elements.despite.checked = true; f.requestSubmit(f.querySelector('.w-end button')); return true; })()`)
	olga.shows("It is scheduled")
	look(t, olga.Page, "desk-scheduled", "What happens next")
	public := n.origin + "/harbour/quay-repaired/"
	if got := olga.fetched(public); !strings.HasPrefix(got, "404") {
		t.Errorf("it is public before its minute: %.60s", got)
	}
	for !strings.HasPrefix(olga.fetched(public), "200") {
		if time.Since(due) > 30*time.Second {
			t.Fatal("it did not go out at its minute")
		}
		time.Sleep(200 * time.Millisecond)
	}
	if time.Now().Before(due) {
		t.Errorf("it went out before %s", due)
	}

	// A correction, told to readers; then it is withdrawn.
	olga.write(at)
	olga.into("text")
	olga.types(" On Friday.")
	olga.saved()
	if strings.Contains(olga.fetched(public), "On Friday.") {
		t.Error("readers see the working copy")
	}
	olga.open(at + "/publish")
	see[bool](olga, `(() => { const f = document.querySelector('#publish'); f.querySelector('[value=correction]').click(); f.elements.note.value = 'The day was missing.';
		if (f.elements.despite) f.elements.despite.checked = true; return true; })()`)
	check(t, olga.Page, "desk-publish-correction", "What was wrong, what is right")
	see[bool](olga, `(() => { const f = document.querySelector('#publish'); f.requestSubmit(f.querySelector('.w-end button')); return true; })()`)
	olga.shows("Readers see it now")
	if got := olga.fetched(public); !strings.Contains(got, "The day was missing.") || !strings.Contains(got, "On Friday.") {
		t.Errorf("readers are not told of the correction:\n%.3000s", got)
	}
	olga.open(at + "/versions")
	check(t, olga.Page, "desk-versions", "readers see it")
	olga.open(at + "/versions?a=1&b=now&view=side")
	check(t, olga.Page, "desk-versions-side", "From")
	olga.open(at + "/withdraw")
	check(t, olga.Page, "desk-withdraw", "Reason, for readers")
	olga.send(at+"/withdraw", "revision", fmt.Sprint(olga.stored(at).Revision), "reason", "It was not the quay.")
	if got := olga.fetched(public); !strings.HasPrefix(got, "410") || !strings.Contains(got, "It was not the quay.") {
		t.Errorf("after withdrawing: %.300s", got)
	}
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// look is check for a page whose controls are not all in reach: behind a dialog,
// or switched off.
func look(t *testing.T, p *browser.Page, name, says string) {
	t.Helper()
	text, err := browser.Evaluate[string](p, `document.body.innerText`)
	if err != nil || !strings.Contains(text, says) {
		t.Errorf("%s %s: %q is not there (%v):\n%s", p.View.Name, name, says, err, text)
	}
	if wide, err := p.TooWide(); err != nil || len(wide) > 0 {
		t.Errorf("%s %s: scrolls sideways: %v %v", p.View.Name, name, wide, err)
	}
	p.Shot(t, name)
	violations, err := p.Axe()
	if err != nil {
		t.Errorf("%s: axe-core: %v", name, err)
	}
	for _, v := range violations {
		t.Errorf("%s %s: %v", p.View.Name, name, v)
	}
}

// TestWriting_OnEveryScreen looks at the page of an article, its panel and its
// notes as everybody sees them, and once without script.
func TestWriting_OnEveryScreen(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	at := n.owner.begin()
	n.owner.into("headline")
	n.owner.types("The harbour master’s report on the accident of the ferry Nordwind")
	n.owner.into("standfirst")
	n.owner.types("What the instruments say, and what they do not.")
	n.owner.into("text")
	n.owner.types("The ferry ran aground at noon.\nNobody was hurt.")
	n.owner.saved()
	n.owner.press("s", 83, 2)
	n.owner.shows("This text is a revision now.")
	see[bool](n.owner, `(() => { getSelection().selectAllChildren(document.querySelector('.ed-text p')); return true; })()`)
	n.owner.click("#w-tab-notes")
	n.owner.until(`document.querySelector('.w-writer .help').textContent.includes('The ferry ran aground')`)
	see[bool](n.owner, `(() => { const f = document.querySelector('#w-note-field-new'); f.value = 'Who saw it?'; f.closest('.w-writer').querySelector('.actions button').click(); return true; })()`)
	n.owner.until(`document.querySelector('.w-note')?.innerText.includes('Who saw it?')`)
	look(t, n.owner.Page, "desk-write-notes", "Who saw it?")
	d := n.desk(browser.Phone)
	d.open("/desk/sign-in")
	d.send("/desk/sign-in", "email", "olga@paper.example", "password", secret)
	d.write(at)
	both(t, d.Page, "desk-write-page", "The ferry ran aground")
	d.click("#w-panel-button")
	d.until(`document.querySelector('#w-panel').classList.contains('w-open')`)
	for _, view := range []browser.View{browser.Phone, browser.Phone.InDark()} {
		turn(t, d.Page, view)
		look(t, d.Page, "desk-write-panel", "Bylines")
	}
	d.press("Escape", 27, 0)
	d.click(".w-more")
	for _, view := range []browser.View{browser.Phone, browser.Desktop.InDark()} {
		turn(t, d.Page, view)
		look(t, d.Page, "desk-write-menu", "Revisions")
	}
	d.open(at + "/publish")
	both(t, d.Page, "desk-publish-page", "Later, on its own")
	d.open(at + "/versions")
	both(t, d.Page, "desk-versions-page", "Revision 2")
	arabic := n.desk(browser.Desktop)
	arabic.open("/desk/sign-in")
	arabic.send("/desk/sign-in", "email", "olga@paper.example", "password", secret)
	ctx, cancel := context.WithTimeout(arabic.Context(), 30*time.Second)
	defer cancel()
	if _, err := chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: map[string]any{"Accept-Language": "ar"}}); err != nil {
		t.Fatal(err)
	}
	arabic.write(at)
	check(t, arabic.Page, "desk-write-arabic", "المقال")
	plain := n.desk(browser.Phone.WithoutScript())
	plain.open("/desk/sign-in")
	fill(t, plain.Page, map[string]string{"email": "olga@paper.example", "password": secret}, "/desk/")
	plain.open(at)
	check(t, plain.Page, "desk-write-noscript", "Writing the text needs script")
	fill(t, plain.Page, map[string]string{"headline": "By form alone", "tags": "Ferry"}, at)
	check(t, plain.Page, "desk-write-noscript-saved", "Saved.")
}

func TestWriting_TwoTabs(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	a, b := n.owner, n.desk(browser.Desktop)
	at := a.begin()
	a.into("text")
	a.types("First. ")
	a.saved()
	b.open("/desk/sign-in")
	b.send("/desk/sign-in", "email", "olga@paper.example", "password", secret)
	b.write(at)
	b.into("headline")
	b.types("From the other tab") // no lock stands between the tabs of one person
	a.types("Second.")
	a.saved()
	b.saved()
	b.until(`document.querySelector('.ed-text').innerText.includes('First. Second.')`)
	a.until(`document.querySelector('#w').elements.headline.value == 'From the other tab'`)
	got := a.stored(at)
	same(t, "headline", got.Content.Headline, "From the other tab")
	same(t, "text", got.words(), "First. Second.")
}

func TestWriting_RestoresARevision(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	d := n.owner
	at := d.begin()
	d.into("headline")
	d.types("Once")
	d.press("s", 83, 2)
	d.shows("This text is a revision now.")
	d.types(" and twice")
	d.saved()
	d.open(at + "/versions?a=2&b=now")
	d.shows("From 2 to being written")
	see[bool](d, `(() => { document.querySelector('form[action$="/versions/2/restore"]').requestSubmit(); return true; })()`)
	d.shows("Restored. You write on that revision now.")
	same(t, "headline", d.stored(at).Content.Headline, "Once")
	d.open(at + "/versions")
	d.shows("Revision 4") // what was being written became one, and what was restored another
}

func TestWriting_ChoosesAPicture(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	d := n.owner
	at := d.begin()
	see[string](d, `(async () => {
		const canvas = new OffscreenCanvas(640, 400), c = canvas.getContext('2d');
		c.fillStyle = '#246'; c.fillRect(0, 0, 640, 400); c.fillStyle = '#fc6'; c.fillRect(80, 60, 300, 200);
		const blob = await canvas.convertToBlob({ type: 'image/png' });
		const r = await fetch('/desk/media?name=ferry.png', { method: 'POST', headers: { Accept: 'application/json', 'Content-Type': 'application/octet-stream' }, body: blob });
		return r.status + await r.text();
	})()`)
	d.click("#w-lead-choose")
	d.until(`document.querySelector('dialog.picker[open] .picker-grid button')`)
	look(t, d.Page, "desk-write-picker", "ferry.png")
	d.click("dialog.picker .picker-grid button")
	d.until(`document.querySelector('#w-lead-alt')`)
	see[bool](d, `(() => { const f = document.querySelector('#w-lead-alt'); f.value = 'The ferry at its berth'; f.dispatchEvent(new Event('input', { bubbles: true })); return true; })()`)
	d.saved()
	if state := d.fetched(at + "/state"); !strings.Contains(state, `"alt":"The ferry at its berth"`) || strings.Contains(state, `"lead":null`) {
		t.Errorf("the lead picture is not stored: %.1500s", state)
	}
	d.until(`document.querySelector('.w-lead-picture')?.naturalWidth > 0`)
	look(t, d.Page, "desk-write-lead", "Another picture")
}
