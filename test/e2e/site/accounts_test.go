package site

import (
	"testing"

	"dateline/test/e2e/browser"
)

// TestAccounts_NamesStandWholeOnAPhone looks at the points of shared accounts,
// where each stand begins with its side's name: a long one must go on in the next
// line, and not run out of the table with the sign behind it.
func TestAccounts_NamesStandWholeOnAPhone(t *testing.T) {
	p := chrome(t).Page(t, browser.Phone)
	if _, err := p.Open(start(t, demo) + "/business/shipping/ferry-two-accounts/"); err != nil {
		t.Fatal(err)
	}
	cut, err := browser.Evaluate[[]string](p, `(() => {
		const seen = [...document.querySelectorAll('.accounts-points :is(.stand-party, .stand-sign, .stand)')];
		if (seen.length < 9) return ['only ' + seen.length];
		return seen.filter(e => { const r = e.getBoundingClientRect(); return r.width < 2 || r.right > document.documentElement.clientWidth || r.left < 0; }).map(e => e.textContent);
	})()`)
	if err != nil || len(cut) > 0 {
		t.Errorf("cut off: %q %v", cut, err)
	}
}
