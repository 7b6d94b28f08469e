package fold

import "testing"

func TestUmlauts(t *testing.T) {
	for typed, want := range map[string][2]string{
		"ueberschwemmung": {"überschwemmung", "uberschwemmung"}, "muenchen": {"münchen", "munchen"}, "goettingen": {"göttingen", "gottingen"},
		"baeckereien": {"bäckereien", "backereien"}, "aeoeue": {"äöue", "aoue"}, "avenue": {"avenue", "avenue"}, "bauer": {"bauer", "bauer"},
		"neue": {"neue", "neue"}, "quelle": {"quelle", "quelle"}, "michael": {"michäl", "michal"}, "ue": {"ue", "ue"}, "": {"", ""}, "東京": {"東京", "東京"},
	} {
		if got := [2]string{Umlauts(typed), Plain(typed)}; got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}

func TestBeginnings(t *testing.T) {
	for _, c := range []struct {
		typed, name string
		want        bool
	}{
		{"muell", "Änne Müller", true}, {"mueller aen", "Änne Müller", true}, {"müll", "Änne Müller", true}, {"MULL", "Änne Müller", true},
		{"micha", "Michael Ende", true}, {"michael", "Michael Ende", true}, {"ende mich", "Michael Ende", true},
		{"jean-luc", "Jean-Luc Picard", true}, {"luc", "Jean-Luc Picard", true}, {"", "anybody", true},
		{"nde", "Michael Ende", false}, {"muell x", "Änne Müller", false}, {"joel", "Johanna", false},
	} {
		if got := Beginnings(c.typed)(c.name); got != c.want {
			t.Errorf("%q in %q: %v", c.typed, c.name, got)
		}
	}
}
