package search

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"dateline/internal/words"
)

func marked(lang, text, query string) string {
	r := readerOf(lang)
	var b strings.Builder
	for _, s := range r.marks(query).snippet(r.site, text) {
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
		{"", "They don’t  know\n\nwhy", "dont why", "They [don’t] know\u00A0· [why]"},
		{"", "What is known\n- Two ferries\nThe port\n", "ferries port", "What is known\u00A0· - Two [ferries]\u00A0· The [port]"},
		{"", "He said: “Go.”\nThey went (all)\nso", "went so", "He said: “Go.” They [went] (all)\u00A0· [so]"},
		{"ja", "東京の今\n晴れ。\n雨", "雨", "東京の今\u00A0· 晴れ。 [雨]"},
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

// readerOf reads for a newsroom that writes in one language.
func readerOf(lang string) *reader {
	an := words.New(lang)
	return &reader{site: an, tags: []string{lang}, all: []*words.Analyzer{an}}
}

func (r *reader) marks(query string) *marks {
	var m marks
	m.add(r, Part{Text: query})
	return &m
}

// plainSnippet is the snippet that a whole text gives that is laid out from its
// beginning to its end.
func plainSnippet(m *marks, an *words.Analyzer, text string) []Span {
	all := m.pieces(nil, an.Tokens(text))
	if len(all) == 0 {
		return nil
	}
	var at []int
	for i, p := range all {
		if p.mark != 0 {
			at = append(at, i)
		}
	}
	from, score := 0, -1
	for k, first := range at[:min(len(at), 401)] {
		seen := map[int]bool{}
		n := 0
		for _, i := range at[k:] {
			if all[i].to-all[first].from > snippetRunes*3/4 {
				break
			}
			seen[all[i].mark] = true
			n++
		}
		if s := len(seen)*100 + min(n, 20); s > score {
			from, score = first, s
		}
	}
	if from -= snippetBefore; from < 3 {
		from = 0
	}
	var s spans
	if from > 0 {
		s.add("… ", false)
	} else {
		s.add(spaced(text, 0, all[0].from, true, false), false)
	}
	i, runes := from, 0
	for ; i < len(all) && runes < snippetRunes; i++ {
		if i > from {
			s.add(spaced(text, all[i-1].to, all[i].from, false, false), false)
		}
		word := text[all[i].from:all[i].to]
		s.add(word, all[i].mark != 0)
		runes += utf8.RuneCountInString(word) + 1
	}
	if i < len(all) {
		s.add(" …", false)
	} else {
		s.add(spaced(text, all[i-1].to, len(text), false, true), false)
	}
	return s
}

// shards are what random texts are made of: words of many scripts, and what
// joins and parts them.
var shards = strings.Fields("" +
	"harbour Harbours harbour’s STRIKE striking l’eau l'Avenir d’élections élection Élysée Zu\u0308rich Straße strassen ﬁnal ½ 2026 covid-19 " +
	"don't don’t o’clock 'quoted' soft\u00ADhy\u00ADphen zero\u200Bwidth joi\u200Dned İstanbul’da ılık œuvres Ærlige ødelagt đ выборы выборов Ёлки мини\u0301стр μῦθος Ἀθῆναι " +
	"المدرسة والمدرسة مُحَمَّد مـحـمد 東京都の天気 東京 京都、東京。 ｱｲｳ ガギ がぎ カ\u3099 ไทย ประเทศไทย 서울에서 서울 부산 \u1109\u1165\u110B\u116E\u11AF עִבְרִית தமிழ் हिन्दी Việt tiếng " +
	"bhfear a東b 東’s 한a ’ ' “ ” – … … \xff a\xe2\x80b x")

var shardLanguages = []string{"", "en", "de", "fr", "tr", "ru", "ar", "ja", "ko", "th", "ga", "ta", "el", "he", "zh"}

func TestSnippet_IsAsOfTheWholeText(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	text := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(shards[random.IntN(len(shards))])
			b.WriteString([]string{"", "", " ", " ", " ", ", ", "\n", "\u00A0", "’", "'"}[random.IntN(10)])
		}
		return b.String()
	}
	readers := map[string]*reader{}
	for _, lang := range shardLanguages {
		readers[lang] = readerOf(lang)
	}
	marked := 0
	for round := range 4_000 {
		lang := shardLanguages[random.IntN(len(shardLanguages))]
		m, an := readers[lang].marks(text(1+random.IntN(4))), readers[lang].site
		in := text(random.IntN(2 + round/12))
		got, want := m.snippet(an, in), plainSnippet(m, an, in)
		if !slices.Equal(got, want) {
			t.Fatalf("%s: %q for %v gives\n%v, laid out whole\n%v", lang, in, m.written, got, want)
		}
		if slices.ContainsFunc(got, func(s Span) bool { return s.Match }) {
			marked++
		}
	}
	if marked < 1000 {
		t.Errorf("only %d snippets have a mark", marked)
	}
}

func TestSnippet_IsAsOfTheWholeStory(t *testing.T) {
	r := readerOf("en")
	for i, story := range Stories(t) {
		text := strings.Join(story, "\n")
		fields := strings.Fields(text)
		for _, query := range []string{"oil prices", "the government said", "Japan's trade", fields[len(fields)/2], fields[i%len(fields)] + " " + fields[len(fields)-1]} {
			m := r.marks(query)
			if got, want := m.snippet(r.site, text), plainSnippet(m, r.site, text); !slices.Equal(got, want) {
				t.Errorf("%q for %q gives\n%v, laid out whole\n%v", text, query, got, want)
			}
		}
	}
}

func FuzzSnippet(f *testing.F) {
	for _, s := range []string{"l’eau", "Straße", "東京 a", "\xff\x00'", "ﬁ½㎞İ", "don't'", "서울에서", "ไทย"} {
		f.Add(s, "京 eau")
	}
	f.Fuzz(func(t *testing.T, text, query string) {
		for _, lang := range []string{"en", "ja", "ko", "ar"} {
			r := readerOf(lang)
			m, an := r.marks(query), r.site
			got := m.snippet(an, text)
			if want := plainSnippet(m, an, text); !slices.Equal(got, want) {
				t.Errorf("%q for %q gives %v, laid out whole %v", text, query, got, want)
			}
			for _, span := range got {
				if span.Text == "" || utf8.ValidString(text) && !utf8.ValidString(span.Text) {
					t.Errorf("%q for %q has the piece %q", text, query, span.Text)
				}
			}
		}
	})
}

func BenchmarkSnippet(b *testing.B) {
	stories := Stories(b)
	var texts []string
	size := 0
	for _, story := range stories {
		if text := strings.Join(story, "\n"); len(text) > 3000 {
			texts = append(texts, text)
			size += len(text)
		}
	}
	for _, query := range []string{"government", "oil prices", "the share price of the company"} {
		b.Run(query, func(b *testing.B) {
			r := readerOf("en")
			m, an := r.marks(query), r.site
			b.ReportAllocs()
			b.SetBytes(int64(size / len(texts)))
			for i := 0; b.Loop(); i++ {
				m.snippet(an, texts[i%len(texts)])
			}
		})
	}
}
