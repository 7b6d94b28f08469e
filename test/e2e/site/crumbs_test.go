package site

import (
	"testing"

	"dateline/test/e2e/browser"
)

// TestBreadcrumbs_StandOnOneLine: on a phone, long names of sections and pages
// are cut, so that no sign between them begins or ends a line.
func TestBreadcrumbs_StandOnOneLine(t *testing.T) {
	p := chrome(t).Page(t, browser.Phone)
	if _, err := p.Open(start(t, demo) + "/city/stadium-council-vote/"); err != nil {
		t.Fatal(err)
	}
	for _, long := range []int{0, 1, 2} { // which names are long: none, the section's, the page's
		got, err := browser.Evaluate[string](p, `((long) => {
			const all = [...document.querySelectorAll('.breadcrumbs li')];
			if (long) all[long].lastElementChild.textContent = 'The harbour, the quays, the islands and everything behind them';
			const boxes = all.map((li) => li.getBoundingClientRect()), last = boxes.at(-1);
			if (all.length != 3) return all.length + ' names';
			if (boxes.some((b) => b.height > 30 || b.top != boxes[0].top)) return 'more than one line';
			if (last.right > innerWidth || last.width < 100) return 'the page has ' + last.width + ' pixels up to ' + last.right;
			return '';
		})`+"("+string(rune('0'+long))+")")
		if err != nil || got != "" {
			t.Errorf("with a long name at %d: %s %v", long, got, err)
		}
	}
}
