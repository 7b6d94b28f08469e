package desk

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/test/e2e/browser"
)

// camera draws the pictures of the manual.
type camera struct {
	t     *testing.T
	n     *newsroom
	drawn map[string]bool
}

// still takes away what is never twice the same.
const still = `(async () => {
	document.activeElement?.closest('dialog, .ed-text') || document.activeElement?.blur();
	const sheet = new CSSStyleSheet();
	sheet.replaceSync('* { caret-color: transparent !important }');
	document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
	await document.fonts.ready;
	await Promise.all([...document.images].map(i => { i.loading = 'eager'; return i.decode().catch(() => null); }));
	await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
	return true;
})()`

// takes draws what is open, light and dark, up to so many pixels of height.
func (c *camera) takes(name string, d *desk, tallest int64) {
	c.t.Helper()
	if !slices.ContainsFunc(slices.Concat(pictures, readersPictures, readingPictures), func(p picture) bool { return p.name == name }) {
		c.t.Fatalf("%s is not among the pictures", name)
	}
	c.drawn[name] = true
	asked := strings.Split(os.Getenv("DATELINE_MANUAL"), ",")
	if asked[0] != "1" && !slices.ContainsFunc(asked, func(begin string) bool { return strings.HasPrefix(name, begin) }) {
		return
	}
	view, width := browser.View{Name: "manual", Width: 1280, Height: tallest}, 1280.0
	if d.View.Mobile {
		view, width = browser.Phone, 600
	} else if tall := see[int64](d, `document.documentElement.scrollHeight`); tall < tallest {
		view.Height = max(tall, 420)
	}
	before := d.View
	for _, dark := range []bool{false, true} {
		colours := "light"
		if view.Dark = dark; dark {
			colours = "dark"
		}
		turn(c.t, d.Page, view)
		see[bool](d, still)
		if err := d.Quiet(); err != nil {
			c.t.Fatal(err)
		}
		var raw []byte
		for quality := int64(80); quality >= 50 && (raw == nil || len(raw) > 60<<10); quality -= 10 {
			var err error
			if raw, err = d.WebP(width, quality); err != nil {
				c.t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(manual, "img", name+"-"+colours+".webp"), raw, 0o644); err != nil {
			c.t.Fatal(err)
		}
	}
	turn(c.t, d.Page, before)
}

// first is the address of the first link of the page whose path fits.
func first(d *desk, path, text string) string {
	d.n.t.Helper()
	at := see[string](d, fmt.Sprintf(`[...document.querySelectorAll('a[href]')].find(a => a.pathname.match(%q) && a.innerText.includes(%q))?.pathname ?? ''`, "^"+path+"$", text))
	if at == "" {
		d.n.t.Fatalf("%s: no link to %s with %q", see[string](d, `location.href`), path, text)
	}
	return at
}

// TestManual_Draws walks through the whole desk of the sample newsroom and draws
// every picture of it anew. It is no check and runs when DATELINE_MANUAL
// is set.
func TestManual_Draws(t *testing.T) {
	if os.Getenv("DATELINE_MANUAL") == "" {
		t.Skip("draws the pictures of the manual: set DATELINE_MANUAL=1")
	}
	b := chrome(t)
	data := sample(t)
	hears(t, data, append(append([]said(nil), conversation[:12]...), wave(4)...))
	origin, link := serve(t, data)
	n := &newsroom{t: t, b: b, origin: local(origin)}
	if err := os.MkdirAll(filepath.Join(manual, "img"), 0o755); err != nil {
		t.Fatal(err)
	}
	c := &camera{t: t, n: n, drawn: map[string]bool{}}
	n.owner = n.desk(browser.Desktop)
	olga := n.owner

	olga.open(local(link))
	c.takes("set-up", olga, 1000)
	founds(t, olga.Page, "olga@courier.example")
	phone := n.desk(browser.Phone)
	for _, d := range []*desk{n.desk(browser.Desktop), phone} {
		d.open("/desk/sign-in")
		c.takes(map[bool]string{false: "sign-in", true: "sign-in-phone"}[d.View.Mobile], d, 800)
	}
	fill(t, phone.Page, map[string]string{"email": "olga@courier.example", "password": secret}, "/desk/")
	switch os.Getenv("DATELINE_MANUAL") {
	case "storyline":
		c.storylines(olga)
		return
	case "register":
		c.register(olga)
		return
	}
	c.people(olga)
	c.quotes(olga)
	c.writing(olga, phone)
	c.lists(olga, phone)
	c.fronts(olga, phone)
	c.library(olga)
	c.structure(olga)
	c.storylines(olga)
	c.register(olga)
	c.also(olga)
	c.newsletter(olga)
	c.talk(olga, phone)
	for _, p := range []struct {
		name, path string
		tallest    int64
	}{{"log", "/desk/log", 800}, {"account", "/desk/account", 1900}, {"second-factor", "/desk/account/second-factor", 900}} {
		olga.open(p.path)
		c.takes(p.name, olga, p.tallest)
	}
	for _, p := range pictures {
		if !c.drawn[p.name] {
			t.Errorf("%s was not drawn", p.name)
		}
	}
}

// people invites two colleagues, who join; one submits a story, the other plans
// one and leaves a note.
func (c *camera) people(olga *desk) {
	c.t.Helper()
	join := func(name, role string) *desk {
		olga.open("/desk/people")
		fill(c.t, olga.Page, map[string]string{"name": name, "email": strings.ToLower(name[:3]) + "@courier.example", "role": role}, "/desk/people")
		if role == "contributor" {
			c.takes("invitation", olga, 900)
		}
		link := local(see[string](olga, `document.querySelector('.key').textContent`))
		d := c.n.desk(browser.Desktop)
		d.open(link)
		if role == "editor" {
			c.takes("join", d, 800)
		}
		fill(c.t, d.Page, map[string]string{"password": secret}, "/desk/")
		return d
	}
	ben, cleo := join("Ben Rowe", "editor"), join("Cleo Marsh", "contributor")
	olga.open("/desk/people")
	c.takes("people", olga, 900)
	guest := c.n.desk(browser.Desktop)
	guest.open("/desk/forgot")
	c.takes("forgot", guest, 800)

	cleo.begin()
	cleo.into("headline")
	cleo.types("Quay Street crossing to stay closed until spring")
	cleo.into("text")
	cleo.types("The council's engineer wants to see the footings at low water first.")
	cleo.saved()
	cleo.click(`button[value=review]`)
	cleo.shows("An editor reads it now")

	ben.open("/desk/calendar")
	soon := time.Now().AddDate(0, 0, 1).Format("2006-01-02") + "T15:00"
	fill(c.t, ben.Page, map[string]string{"headline": "What the ferry company told the council", "assignee": "", "due": soon}, "/desk/calendar")
	at := c.article(ben, "Hexley could have been spared")
	var people []struct{ ID, Name string }
	if err := json.Unmarshal([]byte(see[string](ben, `fetch('/desk/write/find?kind=person&q=Olga', { headers: { Accept: 'application/json' } }).then(r => r.text())`)), &people); err != nil || len(people) != 1 {
		c.t.Fatalf("%v %v", people, err)
	}
	answer := see[int](ben, fmt.Sprintf(`fetch(%q, { method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
		body: JSON.stringify({ do: 'add', body: '@Olga Owner do we have the page of the report for “nine days”?', mentions: [%q] }) }).then(r => r.status)`, at+"/notes", people[0].ID))
	if answer != 200 {
		c.t.Fatalf("the note: %d", answer)
	}
}

// article is the address of an article at the desk.
func (c *camera) article(d *desk, headline string) string {
	c.t.Helper()
	d.open("/desk/articles?q=" + strings.ReplaceAll(headline, " ", "+") + "&group=published")
	return first(d, `/desk/articles/\d+`, headline)
}

// writing shows a story on its way: written, looked over, published, corrected.
func (c *camera) writing(olga, phone *desk) {
	c.t.Helper()
	olga.open("/desk/notes")
	c.takes("notes", olga, 800)
	at := c.article(olga, "Hexley could have been spared")
	olga.write(at)
	see[bool](olga, `(() => { scrollTo(0, 0); return true; })()`)
	c.takes("writing", olga, 900)
	olga.click("#w-tab-notes")
	olga.shows("nine days”?")
	c.takes("writing-notes", olga, 900)
	phone.write(at)
	c.takes("writing-phone", phone, 0)

	for _, p := range []struct{ name, query string }{{"preview", "as=phone"}, {"preview-search", "as=search"}} {
		olga.open(at + "/look?" + p.query)
		if p.name == "preview" {
			olga.until(`document.querySelector('iframe').contentDocument?.readyState == 'complete' && document.querySelector('iframe').contentDocument.querySelector('article .prose')`)
			see[bool](olga, `Promise.all([...document.querySelector('iframe').contentDocument.images].slice(0, 2).map(i => i.decode().catch(() => null))).then(() => true)`)
		}
		c.takes(p.name, olga, 1000)
	}
	own, site := c.own()
	own.open(site + at + "/look?as=social")
	c.takes("preview-social", own, 1000)
	fill(c.t, olga.Page, map[string]string{"label": "Our lawyer", "life": "week"}, at+"/links")
	see[bool](olga, `(() => { document.querySelector('#pv-links').scrollIntoView(); scrollBy(0, -24); return true; })()`)
	c.takes("preview-links", olga, 800)

	olga.open(at + "/versions")
	c.takes("revisions", olga, 900)
	compared := see[string](olga, `'/versions?view=side&a=' + [...document.querySelectorAll('input[name=a]')].at(-1).value + '&b=' + document.querySelector('input[name=b]').value`)
	olga.open(at + compared)
	c.takes("revisions-compared", olga, 900)

	// A correction.
	olga.write(at)
	olga.into("text")
	olga.types(" The inquiry sat for 43 days.")
	olga.saved()
	olga.open(at + "/publish")
	see[bool](olga, `(() => { const f = document.querySelector('#publish'); f.querySelector('[value=correction]').click();
		f.elements.note.value = 'An earlier version gave the wrong length of the inquiry.';
		const d = f.querySelector('details'); d.open = true; f.elements.wrong_0.value = 'The inquiry sat for 34 days.'; f.elements.right_0.value = 'The inquiry sat for 43 days.';
		if (f.elements.despite) f.elements.despite.checked = true;
		f.querySelector('fieldset').scrollIntoView(); scrollBy(0, -24); return true; })()`)
	c.takes("correction", olga, 1000)
	see[bool](olga, `(() => { const f = document.querySelector('#publish'); f.requestSubmit(f.querySelector('.w-end button')); return true; })()`)
	olga.shows("Readers see it now")
	c.takes("published", olga, 800)
	olga.open(at + "/withdraw")
	c.takes("withdraw", olga, 800)

	// A new story, with what the checks find.
	page := olga.begin()
	olga.into("headline")
	olga.types("Ferry company knew of the worn cable in March")
	olga.into("standfirst")
	olga.types("Letters that the Courier has seen name the date and the man who signed.")
	olga.into("text")
	olga.types("The company wrote to its insurer on TKTK.\n\"Nobody told the crew,\" a mechanic said.\n/")
	olga.until(`document.querySelector('.ed-menu, [role=listbox]')`)
	c.takes("writing-blocks", olga, 900)
	olga.press("Escape", 27, 0)
	olga.saved()
	for _, d := range []*desk{olga, phone} {
		d.open(page + "/publish")
		see[bool](d, fmt.Sprintf(`(() => { const f = document.querySelector('#publish'); f.querySelector('[name=do][value=schedule]').click(); f.elements.day.value = %q; f.elements.time.value = '06:30';
			f.elements.time.dispatchEvent(new Event('input', { bubbles: true })); return true; })()`, time.Now().AddDate(0, 0, 2).Format(time.DateOnly)))
		d.until(`document.querySelector('.w-says').textContent != ''`)
		c.takes(map[bool]string{false: "publish", true: "publish-phone"}[d.View.Mobile], d, 1200)
	}
}

// own is Olga at the site's own address, which pictures in letters and on cards
// have.
func (c *camera) own() (d *desk, site string) {
	c.t.Helper()
	d, site = c.n.desk(browser.Desktop), strings.Replace(c.n.origin, "localhost", "127.0.0.1", 1)
	d.open(site + "/desk/sign-in")
	fill(c.t, d.Page, map[string]string{"email": "olga@courier.example", "password": secret}, "/desk/")
	return d, site
}

func (c *camera) lists(olga, phone *desk) {
	c.t.Helper()
	for _, d := range []*desk{olga, phone} {
		end := map[bool]string{true: "-phone"}[d.View.Mobile]
		d.open("/desk/")
		c.takes("start"+end, d, 900)
		d.open("/desk/articles")
		c.takes("articles"+end, d, 800)
	}
	olga.open("/desk/calendar")
	c.takes("calendar", olga, 1300)
	olga.open("/desk/articles")
	see[bool](olga, `document.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true })) || true`)
	olga.until(`document.querySelector('dialog.palette')?.open`)
	see[bool](olga, `(() => { const i = document.querySelector('.palette input'); i.value = 'ferry'; i.dispatchEvent(new Event('input')); return true; })()`)
	olga.until(`document.querySelector('.palette')?.innerText.includes('Ferry company knew')`)
	c.takes("palette", olga, 720)
}

func (c *camera) fronts(olga, phone *desk) {
	c.t.Helper()
	for _, d := range []*desk{olga, phone} {
		d.open("/desk/front")
		c.takes("front"+map[bool]string{true: "-phone"}[d.View.Mobile], d, 1000)
	}
	olga.open("/desk/front/look")
	olga.until(`[...document.querySelectorAll('iframe')].every(f => f.contentDocument?.readyState == 'complete' && f.contentDocument.querySelector('.lead-headline'))`)
	c.takes("front-look", olga, 1000)
}

func (c *camera) library(olga *desk) {
	c.t.Helper()
	olga.open("/desk/media")
	see[bool](olga, `Promise.all([...document.images].slice(0, 24).map(i => { i.loading = 'eager'; return i.decode(); })).then(() => true)`)
	c.takes("media", olga, 900)
	olga.open("/desk/media?q=tram-street")
	olga.open(first(olga, `/desk/media/\d+`, ""))
	olga.until(`document.querySelector('.media-stage.live img')?.complete`)
	c.takes("medium", olga, 1100)
	press(c.t, olga.Page, .35, .4, .35, .4)
	press(c.t, olga.Page, .1, .15, .75, .85)
	see[bool](olga, `(() => { scrollTo(0, 0); return true; })()`)
	c.takes("medium-crop", olga, 900)
}

func (c *camera) structure(olga *desk) {
	c.t.Helper()
	olga.open("/desk/structure/redirects")
	fillAny(c.t, olga.Page, map[string]string{"from": "/2019/05/harbour-strike.html", "to": "/city/harbour/harbour-agreement/"})
	for _, kind := range []struct{ many, one string }{{"sections", "section"}, {"tags", "tag"}, {"authors", "author"}, {"menus", "menu"}} {
		olga.open("/desk/structure/" + kind.many)
		c.takes(kind.many, olga, 900)
		olga.open(first(olga, "/desk/structure/"+kind.many+`/\d+`, ""))
		c.takes(kind.one, olga, 900)
	}
	for _, tag := range []string{"Flood", "Flood-plains"} {
		olga.open("/desk/structure/tags")
		fillAny(c.t, olga.Page, map[string]string{"name": tag})
	}
	for _, p := range []struct{ name, path string }{{"tags-alike", "tags/alike"}, {"pages", "pages"}, {"redirects", "redirects"}, {"redirects-import", "redirects/import"}, {"settings", "site"}, {"appearance", "appearance"}} {
		olga.open("/desk/structure/" + p.path)
		if p.name == "appearance" {
			olga.until(`[...document.querySelectorAll('iframe')].every(f => f.contentDocument?.readyState == 'complete')`)
		}
		c.takes(p.name, olga, 900)
	}
}

// storylines shows the sample storylines.
func (c *camera) storylines(olga *desk) {
	c.t.Helper()
	olga.open("/desk/storylines")
	c.takes("storylines", olga, 1000)
	olga.open(first(olga, `/desk/storylines/\d+`, "The harbour talks"))
	c.takes("storyline", olga, 1250)
}

// register shows the sample register, and a story whose names are being
// confirmed.
func (c *camera) register(olga *desk) {
	c.t.Helper()
	olga.open("/desk/register")
	c.takes("register", olga, 1000)
	olga.open(first(olga, `/desk/register/\d+`, "Gull Head"))
	olga.until(`document.querySelector('.chooser-picture')?.complete`)
	c.takes("register-entry", olga, 1800)
	olga.open("/desk/register/move")
	c.takes("register-move", olga, 900)
	olga.begin()
	olga.into("headline")
	olga.types("Port company and union agree on the night shift")
	olga.into("text")
	olga.types("Philippa Strand and Dessa Marrin signed in the Customs House on Friday. Mediator Anna Tolland, who had come from the Aldermouth Port Company’s rival, said that both had given way. Strand thanked Marrin.")
	olga.saved()
	olga.until(`document.querySelectorAll('[data-confirm]').length > 3`)
	for range 2 {
		olga.click("[data-confirm]")
	}
	olga.click(".w-subject-main")
	olga.saved()
	see[bool](olga, `(() => { document.querySelector('.w-subjects').scrollIntoView({ block: 'center' }); return true; })()`)
	c.takes("writing-names", olga, 900)
}

// newsletter shows the sample edition on its way out, and readers moving in.
func (c *camera) newsletter(olga *desk) {
	c.t.Helper()
	olga.open("/desk/newsletter")
	c.takes("editions", olga, 900)
	sent := first(olga, `/desk/newsletter/\d+/report`, "")
	draft := first(olga, `/desk/newsletter/\d+`, "")
	olga.open(sent)
	c.takes("edition-report", olga, 1000)
	own, site := c.own() // the pictures of a letter have whole addresses
	own.open(site + draft + "/look")
	c.takes("edition-look", own, 1000)
	for _, p := range []struct {
		name, path string
		tallest    int64
	}{{"edition", draft, 1300}, {"edition-send", draft + "/send", 1200}, {"newsletter-rules", "/desk/newsletter/rules", 1000},
		{"newsletters", "/desk/readers/newsletters", 800}, {"newsletter-new", "/desk/readers/newsletters/new", 1000}, {"readers-export", "/desk/readers/export", 800}} {
		olga.open(p.path)
		c.takes(p.name, olga, p.tallest)
		if p.name == "newsletters" {
			olga.open(first(olga, `/desk/readers/newsletters/\d+`, ""))
			c.takes("newsletter", olga, 1000)
		}
	}
	olga.open("/desk/readers/import")
	c.takes("readers-import", olga, 900)
	raw, err := json.Marshal(movers)
	if err != nil {
		c.t.Fatal(err)
	}
	see[bool](olga, `(() => { const all = new DataTransfer(); all.items.add(new File([`+string(raw)+`], 'members.csv')); document.querySelector('input[type=file]').files = all.files; return true })()`)
	push(c.t, olga.Page, "Upload and look")
	at := see[string](olga, `location.pathname`)
	c.takes("readers-columns", olga, 1100)
	push(c.t, olga.Page, "Try it")
	until(c.t, olga.Page, c.n.origin+at, "This would become of the rows")
	push(c.t, olga.Page, "Take 3 new readers in")
	until(c.t, olga.Page, c.n.origin+at, "Taken in")
	olga.open("/desk/readers")
	c.takes("readers", olga, 1000)
	see[bool](olga, `(() => { const f = document.querySelector('form[action="/desk/readers/find"]'); f.address.value = 'ada@harbour.example'; window.left = true; f.requestSubmit(); return true })()`)
	olga.until(`!window.left && document.readyState == 'complete' && location.pathname.startsWith('/desk/readers/person/')`)
	c.takes("reader", olga, 1100)
	olga.open(see[string](olga, `location.pathname`) + "/erase")
	c.takes("reader-erase", olga, 800)
}

// talk shows comments on their way through the queue.
func (c *camera) talk(olga, phone *desk) {
	c.t.Helper()
	for _, d := range []*desk{olga, phone} {
		d.open("/desk/comments")
		d.until(`document.querySelector('.talk-card.current')`)
		c.takes("comments"+map[bool]string{true: "-phone"}[d.View.Mobile], d, 1000)
	}
	olga.open("/desk/comments?q=fools")
	one := first(olga, `/desk/comments/\d+`, "Context")
	olga.hits("x")
	olga.until(`document.querySelector('#talk-ban').open`)
	c.takes("comments-ban", olga, 800)
	olga.send(one+"/note", "text", "Third one this month; the other two were fine.")
	olga.open(one)
	c.takes("comment", olga, 1000)
	olga.send(one+"/ban", "kind", "writer", "for", "week", "note", "Insults, for the third time", "clear", "1")
	olga.open("/desk/comments/bans")
	c.takes("comment-bans", olga, 800)
	olga.open("/desk/comments")
	for _, key := range "aaaasaaa" {
		olga.hits(string(key))
	}
	olga.left()
	olga.send("/desk/comments/rules", "kind", "word", "pattern", "working from home", "action", "spam", "kind", "domain", "pattern", "casino-bonus.example", "action", "refuse")
	olga.open("/desk/comments/rules")
	see[bool](olga, `(() => { window.left = true; document.querySelector('[name=do][value=try]').click(); return true; })()`)
	olga.until(`!window.left && document.readyState == 'complete' && document.querySelector('.talk-tried')`)
	c.takes("comment-rules", olga, 1100)
	olga.open("/desk/comments/figures")
	c.takes("comment-figures", olga, 900)
}
