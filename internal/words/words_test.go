package words_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"dateline/internal/words"
)

// relatives are words of a language that a reader takes for forms of one.
func TestTokens_RelativesShareAStem(t *testing.T) {
	for tag, groups := range map[string][]string{
		"en-GB": {"ferry ferries ferry's ferries’", "negotiate negotiated negotiating negotiates", "Britain Britain's Britain’s", "strike striking strikes", "datelines ｄａｔｅｌｉｎｅ Ｄａｔｅｌｉｎｅｓ"},
		"de":    {"Wahl Wahlen", "Häuser Häusern", "Straße Straßen Strasse", "Regierung Regierungen"},
		"de-CH": {"Strasse Straßen"},
		"fr":    {"publiée publiées publier publiés", "élection élections l’élection", "national nationale nationales"},
		"es":    {"elección elecciones", "acordado acordada acordados", "habló hablaron"},
		"it":    {"elezione elezioni", "l'elezione dell’elezione"},
		"pt":    {"presidente presidentes"},
		"nl":    {"verkiezing verkiezingen"},
		"sv":    {"flicka flickor"},
		"nb":    {"gutten gutter"},
		"da":    {"hunden hundene"},
		"fi":    {"talossa talosta"},
		"hu":    {"házak házakat"},
		"ro":    {"alegerilor alegerile"},
		"ru":    {"выборы выборов выборам", "министр министра министром"},
		"tr":    {"evler evlerde"},
		"ar":    {"المدرسة مدرسة", "الرئيس رئيس", "مُحَمَّد محمد"},
		"en":    {"министр министра", "المدرسة مدرسة"}, // by the word's own script
	} {
		a := words.New(tag)
		for _, group := range groups {
			var stems []string
			for _, word := range strings.Fields(group) {
				toks := a.Tokens(word)
				stems = append(stems, toks[len(toks)-1].Stem)
			}
			if slices.Sort(stems); stems[0] != stems[len(stems)-1] {
				t.Errorf("%s: %s have the stems %q", tag, group, stems)
			}
		}
	}
}

func TestTokens_KeepsWhatIsNoRelative(t *testing.T) {
	for tag, text := range map[string]string{"en": "ferry fury 2026 covid-19 x", "de": "Wahl Wall", "zz": "ferries ferry", "": "ferries ferry", "uk": "міністр міністра"} {
		seen := map[string]bool{}
		for _, tok := range words.New(tag).Tokens(text) {
			if seen[tok.Stem] {
				t.Errorf("%q: two words have the stem %q", tag, tok.Stem)
			}
			seen[tok.Stem] = true
		}
	}
}

func TestTokens_Stop(t *testing.T) {
	for tag, text := range map[string]string{"en": "The who of it don't", "de-AT": "Die für über", "fr": "L’ de où", "ar": "إلى على", "ru": "его её"} {
		for _, tok := range words.New(tag).Tokens(text) {
			if !tok.Stop {
				t.Errorf("%s: %q is no stop word", tag, tok.Word)
			}
		}
	}
	for _, tok := range words.New("en").Tokens("die ferry") {
		if tok.Stop {
			t.Errorf("en: %q is a stop word", tok.Word)
		}
	}
}

func show(tag, text string) string {
	var b strings.Builder
	for _, tok := range words.New(tag).Tokens(text) {
		fmt.Fprintf(&b, "%d%s:%s ", tok.Place, []string{"", "c", "p"}[tok.Piece], text[tok.From:tok.To])
	}
	return strings.TrimSpace(b.String())
}

func TestTokens_Unspaced(t *testing.T) {
	for _, c := range []struct{ tag, text, want string }{
		{"ja", "東京都の天", "0c:東 0p:東京 1c:京 1p:京都 2c:都 2p:都の 3c:の 3p:の天 4c:天"},
		{"zh", "北京, 上海 x", "0c:北 0p:北京 1c:京 2c:上 2p:上海 3c:海 4:x"},
		{"ko", "서울에서 비", "0:서울에서 0p:서울에서 1p:서울에서 2p:서울에서 4:비"},
		{"ko", "서울", "0:서울"},
		{"th", "ไทย", "0c:ไ 0p:ไท 1c:ท 1p:ทย 2c:ย"},
		{"en", "don’t go", "0:don’t 1:go"},
	} {
		if got := show(c.tag, c.text); got != c.want {
			t.Errorf("%s %q:\n got %s\nwant %s", c.tag, c.text, got, c.want)
		}
	}
}

func TestAsks(t *testing.T) {
	for _, c := range []struct{ tag, text, want string }{
		{"en", "The ferries' strike", "the/the! ferries/ferri strike/strike"},
		{"ja", "東京都", "東京都/東京都[東京 京都]"},
		{"ja", "東", "東/東"},
		{"ko", "서울에 비", "서울에/서울에[서울 울에] 비/비"},
		{"de", "Élysée", "elysee/elyse"},
	} {
		var got []string
		for _, ask := range words.New(c.tag).Asks(c.text) {
			s := ask.Written + "/" + ask.Stem
			if ask.Pairs != nil {
				s += fmt.Sprint(ask.Pairs)
			}
			if ask.Stop {
				s += "!"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s %q: %s, want %s", c.tag, c.text, s, c.want)
		}
	}
}

// What a text holds must be found by asking for the same characters.
func FuzzTokens(f *testing.F) {
	for _, s := range []string{"l’eau", "Straße's", "東京 a", "\xff\x00'", "ﬁ½㎞İ", "don't'", "서울에서", "ไทย", "ʼs", "مُحَمَّد", "ß's"} {
		f.Add(s)
	}
	tags := []string{"", "en", "de", "fr", "ar", "ru", "tr", "ko", "fi", "hu", "ga", "ta"}
	f.Fuzz(func(t *testing.T, s string) {
		for _, tag := range tags {
			a := words.New(tag)
			has := map[string]bool{}
			place := 0
			for _, tok := range a.Tokens(s) {
				if tok.Word == "" || tok.Stem == "" || tok.From < 0 || tok.To > len(s) || tok.From >= tok.To || tok.Place < place {
					t.Fatalf("%s: %q gives %+v", tag, s, tok)
				}
				place = tok.Place
				has[tok.Word], has[tok.Stem] = true, true
			}
			for _, ask := range a.Asks(s) {
				if len(ask.Pairs) == 0 && (!has[ask.Written] || !has[ask.Stem]) {
					t.Fatalf("%s: %q asks for %q, which it does not hold", tag, s, ask.Written)
				}
				for _, pair := range ask.Pairs {
					if !has[pair] {
						t.Fatalf("%s: %q asks for the pair %q, which it does not hold", tag, s, pair)
					}
				}
			}
		}
	})
}

// TestLikely_FindsEveryStemThatBeginsSo holds Likely against Tokens, with the stop
// words of all languages and forms with endings for words.
func TestLikely_FindsEveryStemThatBeginsSo(t *testing.T) {
	list, err := os.ReadFile("stop.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(list) + "en: dying lying tying skies skis idly gently ugly early only singly news\nde: Übergänge größer Ähnliches\nda: Ærlige ødelagt åbne\ntr: İstanbul’da ılık\nfr: œuvres élections l’État\nru: ёлки выборов\nga: bhfear gcapall\nar: المدرسة والكتاب\n") {
		lang, text, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		a := words.New(lang)
		whole := a.Tokens(text)
		var begins []string
		for _, tok := range whole {
			if first := string([]rune(tok.Stem)[:1]); !slices.Contains(begins, first) {
				begins = append(begins, first)
			}
		}
		for _, first := range begins {
			for i, tok := range a.Likely(text, first) {
				switch want := whole[i]; {
				case strings.HasPrefix(want.Stem, first):
					if seen++; tok != want {
						t.Errorf("%s: %q has the stem %q with %q, %q without", lang, tok.Word, tok.Stem, first, want.Stem)
					}
				case tok.Stem != want.Stem && tok.Stem != tok.Word:
					t.Errorf("%s: %q has the stem %q with %q", lang, tok.Word, tok.Stem, first)
				}
			}
		}
	}
	if seen < 1000 {
		t.Errorf("only %d words", seen)
	}
}

// TestWritten_CutsAsTokens: where words stand and how they are written does not
// depend on the language.
func TestWritten_CutsAsTokens(t *testing.T) {
	const text = "The ferries, said Müller’s crew: 渡し船は止まった。 여객선 운항 중단 міністр выборы 2026"
	for _, tag := range []string{"en", "de", "ru", "ja", "ko", ""} {
		want := words.New(tag).Tokens(text)
		for i := range want {
			want[i].Stem, want[i].Stop = want[i].Word, false
		}
		if got := words.Written(text); !slices.Equal(got, want) {
			t.Errorf("%q: %+v, not %+v", tag, got, want)
		}
	}
}
