package site

import (
	"testing"

	"dateline/internal/i18n"
)

func TestResultPage(t *testing.T) {
	for typed, want := range map[string]int64{"": 1, "x": 1, "-3": 1, "0": 1, "1": 1, "2": 2, "50": 50, "51": 1, "2147483647": 1, "99999999999999999999": 1} {
		if got := resultPage(typed, 20); got != want {
			t.Errorf("page %q is %d, want %d", typed, got, want)
		}
	}
}

// Texts put questions between quotation marks, which must not stand there twice.
func TestUnmarked(t *testing.T) {
	for _, c := range []struct{ lang, question, want string }{
		{"en", `"talks in Astana"`, "talks in Astana"},
		{"en", ` “talks in Astana” `, "talks in Astana"},
		{"en", `harbour`, "harbour"},
		{"en", `"talks in Astana" harbour`, "‘talks in Astana’ harbour"},
		{"en", `"talks" "Astana"`, "‘talks’ ‘Astana’"},
		{"en", `a -"b c" author:"Ann Lee"`, "a -‘b c’ author:‘Ann Lee’"},
		{"en", `3" pipe`, `3" pipe`},
		{"en", `""`, `""`},
		{"de", `„Gespräche in Astana“ Hafen`, "‚Gespräche in Astana‘ Hafen"},
		{"de-CH", `«Gespräche in Astana» Hafen`, "‹Gespräche in Astana› Hafen"},
		{"fr", `« le port » hier`, "“le port” hier"},
	} {
		s := scene{words: i18n.For(c.lang)}
		if got := s.unmarked(c.question); got != c.want {
			t.Errorf("%s: %s is put as %s, want %s", c.lang, c.question, got, c.want)
		}
	}
}
