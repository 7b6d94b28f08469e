package site

import "testing"

func TestResultPage(t *testing.T) {
	for typed, want := range map[string]int64{"": 1, "x": 1, "-3": 1, "0": 1, "1": 1, "2": 2, "50": 50, "51": 1, "2147483647": 1, "99999999999999999999": 1} {
		if got := resultPage(typed, 20); got != want {
			t.Errorf("page %q is %d, want %d", typed, got, want)
		}
	}
}
