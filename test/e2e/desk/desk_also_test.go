package desk

import (
	"fmt"
	"os"
	"regexp"
	"testing"
	"time"

	"dateline/internal/config"
	"dateline/internal/db"
	"dateline/test/e2e/browser"
)

// beside opens the sample newsroom with the story of the harbour agreement on
// the page of writing, and what is offered beside it; it returns the address of
// the page at the desk.
func beside(t *testing.T) (*newsroom, string) {
	t.Helper()
	n, data := courier(t)
	chosen(t, data)
	return n, n.owner.besideAgreement()
}

// courier opens the sample newsroom with Olga at its desk; data is its folder.
func courier(t *testing.T) (n *newsroom, data string) {
	t.Helper()
	b := chrome(t)
	data = sample(t)
	origin, link := serve(t, data)
	n = &newsroom{t: t, b: b, origin: local(origin)}
	n.owner = n.desk(browser.Desktop)
	n.owner.open(local(link))
	founds(t, n.owner.Page, "olga@courier.example")
	return n, data
}

// kept is the database of a folder of data, beside the server that serves it.
func kept(t *testing.T, data string) *db.DB {
	t.Helper()
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": data}})
	if err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(t.Context(), cfg.DatabaseURL(), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// chosen waits until all stories of a newsroom that has just been filled are
// chosen: as long as the index grows, what fits best changes.
func chosen(t *testing.T, data string) {
	t.Helper()
	store := kept(t, data)
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		var waiting int
		if err := store.QueryRow(t.Context(), `SELECT COUNT(*) FROM job WHERE state IN ('ready', 'leased') AND (kind LIKE 'related.%' OR kind LIKE 'search.%' OR kind LIKE 'postings.%')`).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if waiting == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d jobs of search and related stories still wait", waiting)
		}
	}
}

func (d *desk) besideAgreement() string {
	d.n.t.Helper()
	d.until(`fetch('/city/harbour/harbour-agreement/').then((r) => r.text()).then((text) => text.includes('class="check-also"'))`)
	found := regexp.MustCompile(`"id":"(\d+)"[^}]*"path":"/city/harbour/harbour-agreement/"`).FindStringSubmatch(d.fetched("/desk/write/find?kind=article&q=harbour+agreement"))
	if found == nil {
		d.n.t.Fatal("the story of the harbour agreement is not found")
	}
	at := "/desk/articles/" + found[1]
	d.write(at)
	d.press("C", 67, 1|8) // Alt+Shift+C
	d.until(`document.activeElement?.dataset.do == 'pin'`)
	return at
}

// besideShows waits until readers are offered the story of a headline.
func (d *desk) besideShows(headline string) {
	d.n.t.Helper()
	d.until(fmt.Sprintf(`fetch('/city/harbour/harbour-agreement/', { cache: 'no-store' }).then((r) => r.text()).then((text) =>
		text.split('class="check-also"')[1]?.split('</section>')[0].includes(%q))`, headline))
}

// TestAlso_ByKeyboard decides about the stories beside a published article
// without a mouse, takes it back, finds another one to pin, and looks at what
// readers are offered each time.
func TestAlso_ByKeyboard(t *testing.T) {
	n, at := beside(t)
	d := n.owner
	const rows = `[...document.querySelectorAll('#w-also-list > li')]`
	name := func(row int) string {
		return see[string](d, fmt.Sprintf(rows+`[%d].querySelector('.w-also-name').textContent`, row))
	}
	d.until(rows + `.length > 1`)
	if text := see[string](d, rows+`[0].innerText`); !regexp.MustCompile(`Readers see this one[\s\S]*Shares: \S`).MatchString(text) {
		t.Errorf("the first row says %q", text)
	}
	first, second := name(0), name(1)
	d.besideShows(first)

	d.press("Delete", 46, 0)
	d.until(rows + `.every((li) => !li.innerText.includes(` + fmt.Sprintf("%q", first) + `)) && document.querySelector('#w-also-count').textContent == '(1)'`)
	d.until(`document.activeElement?.closest('#w-also-list')`)
	d.besideShows(second)
	d.click("#w-also-undo")
	d.until(`document.querySelector('#w-also-kept').hidden && document.querySelector('#w-also-said').innerText.includes('As it was before')`)
	d.until(rows + `[0]?.innerText.includes(` + fmt.Sprintf("%q", first) + `)`)
	d.besideShows(first)

	see[bool](d, rows+`[0].querySelector('[data-do]').focus() ?? true`)
	d.press("ArrowDown", 40, 0)
	d.press("p", 80, 0)
	d.until(rows + `[0].innerText.includes('Pinned')`)
	if got := name(0); got != second {
		t.Errorf("pinned is %q, want %q", got, second)
	}
	d.until(`document.activeElement?.closest('li')?.innerText.includes('Pinned')`)
	d.besideShows(second)

	see[bool](d, `document.querySelector('#w-also-add').focus() ?? true`)
	d.types("lighthouse")
	d.press("Enter", 13, 0)
	d.until(rows + `[1].innerText.includes('Pinned')`)
	other := name(1)
	see[bool](d, rows+`[1].querySelector('[data-do]').focus() ?? true`)
	d.press("ArrowUp", 38, 1) // with Alt
	d.until(rows + `[0].innerText.includes(` + fmt.Sprintf("%q", other) + `) && document.querySelector('#w-also-said').innerText.includes('Moved')`)
	d.besideShows(other)

	d.write(at)
	for _, view := range []browser.View{browser.Phone, browser.Desktop.InDark(), browser.Desktop} {
		turn(t, d.Page, view)
		if view.Mobile {
			d.click("#w-panel-button")
		}
		see[bool](d, `(() => { document.querySelector('#w-lead-group').open = false; const g = document.querySelector('#w-also'); g.open = true; g.scrollIntoView({ block: 'start' }); return true; })()`)
		d.until(rows + `.length > 2`)
		look(t, d.Page, "desk-write-also", "Readers see this one")
	}

	draft := d.begin()
	d.into("headline")
	d.types("Harbour agreement signed")
	d.into("text")
	d.types("The harbour agreement between the port company and the union was signed in Aldermouth.")
	d.saved()
	d.press("C", 67, 1|8)
	d.until(`document.querySelector('#w-also-what').textContent.startsWith('Once this is published')`)
	d.press("p", 80, 0)
	d.until(rows + `[0].innerText.includes('Pinned') && ` + rows + `[0].innerText.includes('would see')`)
	look(t, d.Page, "desk-write-also-draft", "Once this is published")
	if state := d.fetched(draft + "/related"); !regexp.MustCompile(`"planned":true`).MatchString(state) {
		t.Errorf("the draft's box is %.400s", state)
	}
}

// also draws what stands beside an article.
func (c *camera) also(olga *desk) {
	c.t.Helper()
	olga.besideAgreement()
	olga.press("p", 80, 0)
	olga.until(`document.querySelector('#w-also-list li').innerText.includes('Pinned')`)
	see[bool](olga, `(() => { document.querySelector('#w-lead-group').open = false; document.querySelector('#w-also').scrollIntoView({ block: 'start' }); return true; })()`)
	c.takes("writing-also", olga, 1000)
	olga.click("#w-also-undo")
	olga.until(`!document.querySelector('#w-also-list li').innerText.includes('Pinned')`)
}

// TestManual_DrawsAlso draws the picture of what stands beside an article alone.
func TestManual_DrawsAlso(t *testing.T) {
	if os.Getenv("DATELINE_MANUAL") == "" {
		t.Skip("draws pictures of the manual: set DATELINE_MANUAL=1")
	}
	n, _ := beside(t)
	c := &camera{t: t, n: n, drawn: map[string]bool{}}
	c.also(n.owner)
}
