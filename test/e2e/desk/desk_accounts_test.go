package desk

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"dateline/test/e2e/browser"
)

// TestAccounts_SharedFromABlock shares the accounts of an article by its
// button, shows them in a second article, takes them out of a third,
// changes the record, and reads both.
func TestAccounts_SharedFromABlock(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	d := n.owner
	block := func(text string) string {
		return `{ type: 'paragraph', content: [{ type: 'text', text: '` + text + `' }] }`
	}
	begins := func(headline, add string) string {
		t.Helper()
		at := d.begin()
		see[bool](d, `(async () => {
			const s = await (await fetch('`+at+`/state')).json();
			s.content.headline = '`+headline+`';
			s.content.body.content = [`+block("Something happened at the bridge.")+add+`];
			s.content.sections = [[...document.querySelectorAll('#w-section option')].find((o) => o.value).value];
			const r = await fetch('`+at+`/save', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ revision: s.revision, tab: 'x', version: true, content: s.content }) });
			return r.ok;
		})()`)
		d.write(at)
		return at
	}
	side := func(party, words string) string {
		return `{ type: 'account', attrs: { party: '` + party + `' }, content: [` + block(words) + `] }`
	}
	first := begins("Shots at the bridge", `, { type: 'accounts', attrs: { title: 'The shots' }, content: [`+side("Army", "We did not fire.")+`, `+side("Village", "They did.")+`] }`)
	d.until(`[...document.querySelectorAll('.ed-block-accounts button')].some((b) => b.textContent === 'Share with other articles')`)
	for _, view := range []browser.View{browser.Phone.InDark(), browser.Desktop} {
		turn(t, d.Page, view)
		look(t, d.Page, "desk-write-share", "Share with other articles")
	}
	see[bool](d, `(() => { [...document.querySelectorAll('.ed-block-accounts button')].find((b) => b.textContent === 'Share with other articles').click(); return true; })()`)
	d.until(`document.querySelector('.ed-block-shared_accounts a')?.getAttribute('href')?.startsWith('/desk/accounts/') && !document.querySelector('.ed-block-accounts')`)
	page := see[string](d, `document.querySelector('.ed-block-shared_accounts a').getAttribute('href')`)
	d.saved()
	second := begins("The day after", `, { type: 'shared_accounts', attrs: { record: '`+regexp.MustCompile(`\d+$`).FindString(page)+`' } }`)
	d.until(`document.querySelector('.ed-block-shared_accounts')?.innerText.includes('The shots')`)

	// In a third text the block is taken out again; the record is not shown there any more.
	record := regexp.MustCompile(`\d+$`).FindString(page)
	begins("Taken out again", `, { type: 'shared_accounts', attrs: { record: '`+record+`' } }`)
	d.until(`document.querySelector('.ed-block-shared_accounts')?.innerText.includes('The shots')`)
	if got := d.fetched(page); !strings.Contains(got, "Taken out again") {
		t.Errorf("the text being written is not among the uses: %.600s", got)
	}
	see[bool](d, `(() => { document.querySelector('.ed-block-shared_accounts .ed-head').dispatchEvent(new MouseEvent('mousedown', { bubbles: true, cancelable: true })); document.querySelector('.ed-text').focus(); return true; })()`)
	d.until(`document.querySelector('.ed-block-shared_accounts.ProseMirror-selectednode')`)
	d.press("Delete", 46, 0)
	d.until(`!document.querySelector('.ed-block-shared_accounts')`)
	d.saved()
	if got := d.fetched(page); strings.Contains(got, "Taken out again") {
		t.Errorf("the text without the block is still among the uses: %.600s", got)
	}

	revision := func(at string) string {
		return see[string](d, `fetch('`+at+`/state').then((r) => r.json()).then((s) => String(s.revision))`)
	}
	public := func(at string) string {
		t.Helper()
		warnings := ""
		if m := regexp.MustCompile(`name="despite" value="([^"]*)"`).FindStringSubmatch(d.fetched(at + "/publish")); m != nil {
			warnings = html.UnescapeString(m[1])
		}
		out := d.send(at+"/publish", "revision", revision(at), "do", "now", "despite", warnings)
		path := regexp.MustCompile(`href="(/[a-z][^"]*/(?:shots-at-the-bridge|the-day-after)/)"`).FindStringSubmatch(out)
		if path == nil {
			t.Fatalf("nothing was published: %.1500s", out)
		}
		return path[1]
	}
	paths := []string{public(first), public(second)}
	for _, path := range paths {
		if got := d.fetched(path); !strings.Contains(got, "We did not fire.") {
			t.Errorf("%s: %.600s", path, got)
		}
	}
	d.open(page)
	d.shows("Shots at the bridge")
	d.send(page, "revision", "1", "title", "The shots", "party_0", "Army", "words_0", "One soldier fired.", "party_1", "Village", "words_1", "They did.",
		"point_0", "A shot was fired", "says_0_0", "confirms", "says_0_1", "confirms")
	for _, path := range paths {
		if got := d.fetched(path); !strings.Contains(got, "One soldier fired.") || strings.Contains(got, "We did not fire.") || !strings.Contains(got, "Updated on") {
			t.Errorf("%s does not follow the record: %.600s", path, got)
		}
	}
	d.open(paths[1])
	both(t, d.Page, "accounts-article", "One soldier fired.")
	d.open(page)
	both(t, d.Page, "desk-accounts-shared", "The day after")
	if got := see[string](d, `[...document.querySelectorAll('form[action$="/delete"]')].map((f) => f.querySelector('button').disabled + f.innerText).join()`); !strings.HasPrefix(got, "true") || !strings.Contains(got, "Shots at the bridge") || !strings.Contains(got, "The day after") {
		t.Errorf("the button that deletes: %q", got)
	}
	if refused := d.send(page+"/delete", "revision", "2"); !strings.Contains(refused, "The day after") {
		t.Errorf("deleting accounts that readers see: %.400s", refused)
	}
	d.send(first+"/withdraw", "revision", revision(first), "reason", "Wrong.")
	if got := d.fetched(page); !strings.Contains(got, "The day after") {
		t.Errorf("the uses after a withdrawal: %.600s", got)
	}
	if got := d.fetched(paths[0]); strings.Contains(got, "One soldier fired.") {
		t.Errorf("a withdrawn article still shows the accounts")
	}
}
