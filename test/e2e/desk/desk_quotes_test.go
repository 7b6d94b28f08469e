package desk

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"dateline/test/e2e/browser"
)

// TestQuotes_ByKeyboard writes a text, confirms one suggested quote and
// dismisses another by key, shares accounts, publishes, and reads.
func TestQuotes_ByKeyboard(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	d := n.owner
	at := d.begin()
	d.into("headline")
	d.types("The dam holds")
	d.into("text")
	d.types("“The dam was inspected in March,” said Pieter Vos, the minister of public works.\nAnn Lee told the Courier: “Nobody asked us.”")
	d.saved()
	d.until(`document.querySelectorAll('.w-said-one').length == 2`)
	d.press("Q", 81, 1|8) // Alt+Shift+Q
	d.until(`document.activeElement?.classList.contains('w-said-yes')`)
	look(t, d.Page, "desk-write-quotes", "Pieter Vos, minister of public works")
	see[bool](d, `(() => { document.querySelector('.w-said-one input[aria-label="When"]').value = '4 March 2026'; return true; })()`)
	d.press("Enter", 13, 0)
	d.until(`document.querySelectorAll('.w-said-one').length == 1 && document.querySelector('.ed-said')`)
	d.press("Delete", 46, 0)
	d.until(`document.querySelectorAll('.w-said-one').length == 0`)
	d.until(`document.querySelector('#w-said-marked li')?.innerText.includes('Pieter Vos, minister of public works, March 4, 2026')`)
	d.saved()
	if state := d.fetched(at + "/state"); !strings.Contains(state, `"date":"2026-03-04"`) || !strings.Contains(state, `"type":"said"`) || !strings.Contains(state, `"role":"minister of public works"`) || strings.Contains(state, `"speaker":"Ann Lee"`) {
		t.Errorf("stored is %.900s", state)
	}
	d.write(at)
	d.until(`document.querySelectorAll('.w-said-one').length == 0 && document.querySelector('.ed-said')`)
	for _, view := range []browser.View{browser.Phone, browser.Desktop.InDark()} {
		turn(t, d.Page, view)
		d.until(`document.querySelector('.ed-said')`)
		if view.Name == browser.Phone.Name {
			if at := see[float64](d, `document.querySelector('.ed-text p').getBoundingClientRect().left`); at > 26 {
				t.Errorf("the text begins %.0f pixels from the edge of a phone", at)
			}
			d.into("text")
			d.until(`(() => { const r = document.querySelector('.ed-grip').getBoundingClientRect(); return r.width >= 24 && r.left >= 0 && r.right <= document.querySelector('.ed-text p').getBoundingClientRect().left + 1; })()`)
			look(t, d.Page, "desk-write-text", "The dam was inspected")
			d.click("#w-panel-button")
		}
		see[bool](d, `(() => { document.querySelector('#w-said').open = true; return true; })()`)
		look(t, d.Page, "desk-write-quotes", "The dam was inspected")
	}

	page := d.send("/desk/accounts/new", "title", "The shot at the bridge", "party_0", "Army", "words_0", "We did not fire.", "source_0", "https://army.example/1", "party_1", "Village", "words_1", "They did.",
		"point_0", "A shot was fired", "says_0_0", "denies", "says_0_1", "confirms", "verdict_0", "True", "why_0", "Two cameras show it.")
	record := regexp.MustCompile(`/desk/accounts/(\d+)`).FindStringSubmatch(page)
	if record == nil {
		t.Fatalf("no accounts: %.600s", page)
	}
	d.open(record[0])
	both(t, d.Page, "desk-accounts", "The shot at the bridge")
	d.open("/desk/accounts")
	both(t, d.Page, "desk-accounts-list", "No article shows it.")

	d.write(at)
	turn(t, d.Page, browser.Desktop)
	d.write(at)
	see[bool](d, `(async () => {
		const s = await (await fetch('`+at+`/state')).json();
		s.content.body.content.push({ type: 'shared_accounts', attrs: { record: '`+record[1]+`' } });
		s.content.sections = [[...document.querySelectorAll('#w-section option')].find((o) => o.value).value];
		const r = await fetch('`+at+`/save', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ revision: s.revision, tab: 'x', version: true, content: s.content }) });
		return r.ok;
	})()`)
	d.write(at)
	d.until(`document.querySelector('.ed-block-shared_accounts')?.innerText.includes('The shot at the bridge')`)
	look(t, d.Page, "desk-write-accounts", "The shot at the bridge")
	if refused := d.send(record[0]+"/delete", "revision", "1"); !strings.Contains(refused, "The dam holds") {
		t.Errorf("deleting accounts in use: %.400s", refused)
	}
}

// quotes draws suggestions beside a text, and the pages of shared accounts.
func (c *camera) quotes(olga *desk) {
	olga.begin()
	olga.into("headline")
	olga.types("The dam holds")
	olga.into("text")
	olga.types("“The dam was inspected in March,” said Pieter Vos, the minister of public works.\nThe governor, Anton Reva, wrote on Telegram on Monday that the gates had been closed at noon.")
	olga.saved()
	olga.until(`document.querySelectorAll('.w-said-one').length == 2`)
	olga.press("Q", 81, 1|8)
	olga.until(`document.activeElement?.classList.contains('w-said-yes')`)
	see[bool](olga, `(() => { document.querySelector('#w-lead-group').open = false; document.querySelector('#w-said').scrollIntoView({ block: 'center' }); return true; })()`)
	c.takes("quotes", olga, 900)
	olga.open("/desk/accounts/new")
	c.takes("accounts-new", olga, 1100)
	page := olga.send("/desk/accounts/new", "title", "The shot at the bridge", "party_0", "Army", "words_0", "We did not fire.", "source_0", "https://army.example/statement", "party_1", "Village", "words_1", "Two shots came from the north.",
		"point_0", "A shot was fired", "says_0_0", "denies", "says_0_1", "confirms", "stand_0_1", "Two of them.", "verdict_0", "True", "why_0", "Two cameras show it.")
	at := regexp.MustCompile(`/desk/accounts/\d+`).FindString(page)
	olga.open(at)
	c.takes("accounts", olga, 1400)
	olga.open("/desk/accounts")
	c.takes("accounts-list", olga, 700)
}

// TestManual_DrawsQuotes draws the pictures of quotes.md alone.
func TestManual_DrawsQuotes(t *testing.T) {
	if os.Getenv("DATELINE_MANUAL") == "" {
		t.Skip("draws pictures of the manual: set DATELINE_MANUAL=1")
	}
	n := openNewsroom(t, browser.Desktop)
	c := &camera{t: t, n: n, drawn: map[string]bool{}}
	c.quotes(n.owner)
}
