package fold

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// plainTokens is Tokens without its short cuts: one character after the other,
// each taken apart.
func plainTokens(s string) []Token {
	var out []Token
	var word strings.Builder
	from, to, runes := -1, 0, 0
	end := func() {
		if from >= 0 {
			out = append(out, Token{from, to, word.String()})
			word.Reset()
			from, runes = -1, 0
		}
	}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		next := i + size
		switch folded := plainFold(r); {
		case folded != "":
			if alone(r) {
				end()
			}
			if from < 0 {
				from = i
			}
			if to = next; runes < maxWord {
				word.WriteString(folded)
			}
			runes++
			if alone(r) {
				end()
			}
		case from >= 0 && unicode.Is(unicode.M, r):
			to = next
		case silent(r):
		case apostrophe(r) && from >= 0 && joins(s[next:]):
		default:
			end()
		}
		i = next
	}
	end()
	return out
}

func plainFold(r rune) string {
	if apostrophe(r) || r == tatweel {
		return ""
	}
	var b strings.Builder
	for _, d := range norm.NFKD.String(string(r)) {
		if d = unicode.ToLower(d); !unicode.IsLetter(d) && !unicode.IsDigit(d) {
			continue
		}
		if other, ok := alike[d]; ok {
			b.WriteString(other)
			continue
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Every character folds to what its decomposition says, and what ends a word
// ends it.
func TestTokens_EveryCharacter(t *testing.T) {
	for r := range rune(unicode.MaxRune) {
		want := plainFold(r)
		if got := string(appendFolded(nil, r, string(r))); got != want {
			t.Errorf("%U folds to %q, want %q", r, got, want)
		}
		if first, size := utf8.DecodeRuneInString(want); size > 0 && First(r) != first || size == 0 && First(r) != 0 {
			t.Errorf("%U folds to %q, which begins with %q", r, want, First(r))
		}
		if n := len(Tokens("b" + string(r) + "b")); Ends(r) && n != 2 {
			t.Errorf("%U ends words, but there are %d", r, n)
		}
	}
}

func TestTokens_LongWords(t *testing.T) {
	for _, letters := range []string{"a", "A", "é", "aé", "ß", "a’b", "a\u00AD"} {
		for n := range 100 {
			s := strings.Repeat(letters, n) + "zz"
			if got, want := Tokens(s), plainTokens(s); !slices.Equal(got, want) {
				t.Errorf("%q gives %v, want %v", s, got, want)
			}
		}
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"The harbour’s l’eau don't 'a'", "Zu\u0308rich Straße ﬁ½㎞İ", "東京a 東’s がｶﾞ ไทย", "서울에서 \u1109\u1165", "مُحَمَّد مـحـمد", "soft\u00ADhy\u00ADphen a\u200Bb a\u200Db", "\xffa\xe2\x80b\xe2'", strings.Repeat("word", 17)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := Tokens(s), plainTokens(s); !slices.Equal(got, want) {
			t.Errorf("%q gives %v, want %v", s, got, want)
		}
		if got := Append([]Token{{1, 2, "x"}}, s); !slices.Equal(got[1:], Tokens(s)) {
			t.Errorf("%q after another word gives %v", s, got)
		}
	})
}

func BenchmarkTokens(b *testing.B) {
	for name, s := range map[string]string{
		"english":  "The decision takes effect in May, and the fishing fleet must move to the northern pier by then, officials said. ",
		"french":   "La décision prend effet en mai, et la flotte de pêche devra gagner la jetée nord d’ici là, ont déclaré les autorités. ",
		"russian":  "Решение вступает в силу в мае, и рыболовный флот должен перейти к северному причалу, сообщили чиновники. ",
		"japanese": "決定は5月に発効し、漁船団はそれまでに北の桟橋に移らなければならない、と当局は述べた。",
	} {
		text := strings.Repeat(s, 30)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				Tokens(text)
			}
		})
	}
}
