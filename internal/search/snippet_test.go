package search

import (
	"strings"
	"testing"
	"unicode/utf8"

	"dateline/internal/words"
)

func marked(lang, text, query string) string {
	r := &reader{site: words.New(lang), tags: []string{lang}}
	r.all = []*words.Analyzer{r.site}
	var m marks
	m.add(r, query)
	var b strings.Builder
	for _, s := range m.snippet(r.of(lang), text) {
		if s.Match {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestSnippet(t *testing.T) {
	for _, c := range []struct{ lang, text, query, want string }{
		{"", "“One two”, three.", "TWO", "“One [two]”, three."},
		{"", "Zu\u0308rich, Zürich!", "zurich", "[Zu\u0308rich], [Zürich]!"},
		{"", "They don’t  know\n\nwhy", "dont why", "They [don’t] know [why]"},
		{"fr", "L’avenir de l'eau", "avenir eau", "L’[avenir] de l'[eau]"},
		{"en", "The ferries were striking", "ferry strike", "The [ferries] were [striking]"},
		{"ja", "東京都の天気", "東京", "[東京]都の天気"},
		{"ja", "東京都の天気", "東京都", "[東京都]の天気"},
		{"ko", "서울에서 비", "서울", "[서울에서] 비"},
		{"", "a – b † c…d", "b d", "a – [b] † c…[d]"},
		{"", "one two three four five six seven eight nine ten eleven twelve", "twelve", "… four five six seven eight nine ten eleven [twelve]"},
		{"", "nothing here", "absent", "nothing here"},
		{"", "", "x", ""},
		{"", "…", "x", ""},
		{"ar", "مُحَمَّد زار", "محمد", "[مُحَمَّد] زار"},
	} {
		if got := marked(c.lang, c.text, c.query); got != c.want {
			t.Errorf("%q for %q: %q, want %q", c.text, c.query, got, c.want)
		}
	}
	long := marked("", strings.Repeat("word ", 500), "word")
	if n := len([]rune(long)); n > 420 || !strings.HasSuffix(long, " …") {
		t.Errorf("a long text gives %d characters, ending %q", n, long[len(long)-8:])
	}
	far := "harbour " + strings.Repeat("filler text ", 60) + "the harbour master spoke of a strike " + strings.Repeat("more of it ", 60)
	if got := marked("en", far, "strike harbour"); !strings.Contains(got, "[harbour] master spoke of a [strike]") {
		t.Errorf("not the best stretch: %q", got)
	}
}

func FuzzSnippet(f *testing.F) {
	for _, s := range []string{"l’eau", "Straße", "東京 a", "\xff\x00'", "ﬁ½㎞İ", "don't'", "서울에서", "ไทย"} {
		f.Add(s, "京 eau")
	}
	f.Fuzz(func(t *testing.T, text, query string) {
		for _, lang := range []string{"en", "ja", "ko"} {
			r := &reader{site: words.New(lang), tags: []string{lang}}
			r.all = []*words.Analyzer{r.site}
			var m marks
			m.add(r, query)
			for _, span := range m.snippet(r.site, text) {
				if span.Text == "" || utf8.ValidString(text) && !utf8.ValidString(span.Text) {
					t.Errorf("%q for %q has the piece %q", text, query, span.Text)
				}
			}
		}
	})
}
