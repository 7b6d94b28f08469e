package desk

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dateline/internal/mail/mailtest"
	"dateline/test/e2e/browser"
	"dateline/test/product"
)

// postOffice is the sample newsroom with a mail server, which waits with every
// letter while it is held, and with some readers.
func postOffice(t *testing.T, readers int) (data string, server *mailtest.Server, hold *atomic.Bool) {
	t.Helper()
	data, hold = sample(t), new(atomic.Bool)
	end := make(chan struct{})
	server = (&mailtest.Server{NoStartTLS: true, Reply: func(command, _ string) string {
		for command == "MAIL" && hold.Load() {
			select {
			case <-end:
				return "421 the test is over"
			case <-time.After(20 * time.Millisecond):
			}
		}
		return ""
	}}).Start(t)
	t.Cleanup(func() { close(end) })
	settings := fmt.Sprintf("smtp_host = %q\nsmtp_port = %d\nsmtp_security = \"none\"\nmail_from = \"Courier <news@courier.example>\"\n", server.Host, server.Port)
	if err := os.WriteFile(filepath.Join(data, "dateline.toml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	list := "email,status\n"
	for i := range readers {
		list += fmt.Sprintf("reader%d@harbour.example,active\n", i)
	}
	file := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(file, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := product.Command(t.Context(), path, "newsletter", "--data", data, "import", file, "--into", "aldermouth-briefing").CombinedOutput(); err != nil {
		t.Fatalf("importing readers: %v\n%s", err, out)
	}
	return data, server, hold
}

// to counts the letters that somebody got with a subject.
func to(server *mailtest.Server, subject string) map[string]int {
	out := map[string]int{}
	for _, l := range server.Letters() {
		if strings.Contains(l.Raw, "\nSubject: "+subject) {
			out[l.To]++
		}
	}
	return out
}

// button presses the button with a text, and waits for the next page.
func (d *desk) button(text string) {
	d.n.t.Helper()
	push(d.n.t, d.Page, text)
}

// TestNewsletter_Story is an editor's day: an edition is composed, ordered by
// keyboard, tested, scheduled, taken back, sent with two subjects, paused, gone
// on with, reported, repeated; another one is stopped.
func TestNewsletter_Story(t *testing.T) {
	b := chrome(t)
	data, server, hold := postOffice(t, 8)
	origin, link := serve(t, data)
	n := &newsroom{t: t, b: b, origin: origin}
	olga := n.desk(browser.Desktop)
	olga.open(link)
	founds(t, olga.Page, "olga@courier.example")
	look := func(name, says string) { t.Helper(); both(t, olga.Page, "newsletter-"+name, says) }

	// Counting is off; two subjects need it.
	olga.open("/desk/newsletter/rules")
	if see[bool](olga, `document.querySelector('[name=counting]').checked || document.querySelector('[name=engaged]').checked`) {
		t.Error("opens and clicks are counted though nobody asked for it")
	}
	see[bool](olga, `(() => { document.querySelector('[name=counting]').click(); return true })()`)
	see[bool](olga, `(() => { window.left = true; document.querySelector('form[action="/desk/newsletter/counting"]').requestSubmit(); return true })()`)
	olga.until(`!window.left && location.search == '?done=counting'`)
	look("rules", "Also keep on which day")

	// Composing.
	olga.open("/desk/newsletter")
	look("list", "Before the weekend")
	olga.button("New edition")
	at := see[string](olga, `location.pathname`)
	headlines := `[...document.querySelectorAll('[data-item] b')].map(b => b.textContent)`
	for i := range 3 {
		see[bool](olga, `(() => { window.left = true; document.querySelector('.nl-hits button').click(); return true })()`)
		olga.until(fmt.Sprintf(`!window.left && document.querySelectorAll('[data-item]').length == %d`, i+1))
	}
	before := see[[]string](olga, headlines)
	for _, key := range []string{"Enter", " "} { // down and down again, from the keyboard alone
		see[bool](olga, fmt.Sprintf(`(() => { window.left = true; [...document.querySelectorAll('[data-item]')].find(i => i.querySelector('b').textContent == %q).querySelector('[value^=down]').focus(); return true })()`, before[0]))
		code := int64(13)
		if key == " " {
			code = 32
		}
		olga.press(key, code, 0)
		olga.until(`!window.left && document.readyState == 'complete' && document.querySelectorAll('[data-item]').length == 3`)
	}
	if got := see[[]string](olga, headlines); len(got) != 3 || got[2] != before[0] || got[0] != before[1] {
		t.Errorf("after moving the first article down twice: %q, before %q", got, before)
	}
	see[bool](olga, `(() => { const e = document.querySelector('#edition').elements; e.subject.value = 'Good morning, Aldermouth'; e.preview.value = 'What to know today';
		e.intro.value = 'Good morning, **all**.\n\n- one\n- two'; document.querySelectorAll('details').forEach(d => d.open = true);
		e.subject_b.value = 'What the tide brought'; e.share.value = 80; e.wait.value = 1; e.by.value = ''; return true })()`)
	look("compose", "Interest in sections")
	if !see[bool](olga, `document.querySelectorAll('input[name=section]').length > 3`) {
		t.Error("no sections to choose readers by")
	}
	olga.button("Save and look")
	olga.until(`location.pathname.endsWith('/look')`)
	look("look", "Plain text")
	if text := see[string](olga, `fetch('`+at+`/preview?text=1').then(r => r.text())`); !strings.Contains(text, "Good morning, all.\n\n- one\n- two") || strings.Contains(text, "<") {
		t.Errorf("the plain text:\n%s", text)
	}
	for _, view := range []browser.View{browser.Phone, {Name: "reading", Width: 700, Height: 900}, browser.Phone.InDark()} {
		letter := n.desk(view)
		letter.open("/desk/sign-in")
		fill(t, letter.Page, map[string]string{"email": "olga@courier.example", "password": secret}, "/desk/")
		letter.open(at + "/preview" + map[bool]string{true: "?dark=1"}[view.Dark])
		if wide, err := letter.TooWide(); err != nil || len(wide) > 0 {
			t.Errorf("%s: the letter scrolls sideways: %v %v", view.Name, wide, err)
		}
		letter.Shot(t, "newsletter-letter")
	}

	// Checks, a test, a schedule that is taken back.
	olga.open(at)
	olga.button("Save and check")
	look("send", "Checks")
	olga.button("Send a test")
	olga.shows("The test has been sent")
	await(t, "the test mail", func() bool { return to(server, "[Test] ")["olga@courier.example"] == 1 })
	send := func(when string) {
		t.Helper()
		see[bool](olga, fmt.Sprintf(`(() => { window.left = true; const f = document.querySelector('form[action$="/send"]'); const e = f.elements;
			document.querySelector('input[name=when][value=%s]').click(); if (e.despite) e.despite.checked = true;
			e.day.value = new Date(Date.now() + 172800000).toISOString().slice(0, 10); f.requestSubmit(); return true })()`, when))
		olga.until(`!window.left && location.pathname.endsWith('/report')`)
	}
	send("later")
	look("scheduled", "Scheduled")
	olga.button("Take back the schedule")
	if now := see[string](olga, `location.pathname`); now != at {
		t.Fatalf("taken back, at %s", now)
	}

	// Sent, paused, gone on with.
	hold.Store(true)
	olga.button("Save and check")
	send("now")
	look("sending", "Being sent")
	olga.button("Pause")
	look("paused", "Paused")
	olga.button("Go on")
	olga.until(`document.querySelector('[data-progress]')`)
	see[bool](olga, `(() => { window.same = true; return true })()`)
	hold.Store(false)
	tested := func() int {
		return len(to(server, "Good morning, Aldermouth")) + len(to(server, "What the tide brought"))
	}
	olga.until(`window.same && Number(document.querySelector('[data-n=sent]').textContent) > 0`) // the numbers come without a reload
	olga.button("Send the second to the rest")
	await(t, "all letters", func() bool { return tested() == 8 })
	for deadline := time.Now().Add(2 * time.Minute); !strings.Contains(see[string](olga, `document.querySelector('.page-lead')?.textContent ?? document.body.innerText`), "Sent"); {
		if time.Now().After(deadline) {
			t.Fatal("the edition never ends")
		}
		wait(t, olga.Page, `new Promise(done => setTimeout(() => done(true), 500))`)
		olga.open(at + "/report")
	}
	for subject, got := range map[string]map[string]int{"first": to(server, "Good morning, Aldermouth"), "second": to(server, "What the tide brought")} {
		for who, letters := range got {
			if letters != 1 {
				t.Errorf("%s got the %s subject %d times", who, subject, letters)
			}
		}
	}

	// The report, and mailing again: everybody has it, so nobody gets it.
	see[bool](olga, `(() => { document.querySelectorAll('details').forEach(d => d.open = true); return true })()`)
	look("report", "nobody gets it twice")
	olga.button("Make a draft for those who have not got it")
	look("again", "This repeats an edition")
	olga.button("Save and check")
	send("now")
	olga.until(`document.body.innerText.includes('Delivered to their servers')`)

	// Another one is stopped for good before a letter has left.
	hold.Store(true)
	olga.open("/desk/newsletter")
	olga.open(first(olga, `/desk/newsletter/\d+`, "Monday"))
	olga.button("Save and check")
	send("now")
	olga.button("Stop for good")
	look("stopped", "Cancelled")
	hold.Store(false)
	if n := tested(); n != 8 {
		t.Errorf("%d letters of the edition that everybody had", n)
	}
}
