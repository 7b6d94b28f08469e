package guard

import (
	"strings"
	"unicode"
)

// little are the commonest small words of languages, folded. Words that several
// of them share tell nothing and are left out.
var little = map[string]string{
	"en": "the and that you this with for are was have not but they what your from will would there which been about were their could should",
	"de": "der und nicht ist ich ein eine das mit auf sich auch wenn sind noch wird aber wie nur haben oder wir hat bei einen dass kann mehr diese dem werden schon doch",
	"fr": "les des est dans que une pour pas vous qui sur sont avec ce cette mais nous ont tout plus aux etre fait comme leur bien ces quand aussi je il",
	"es": "los las para una por con pero muy como mas esto esta todo sus hay cuando tambien donde porque ser son ya eso hace nada solo tiene asi mi yo",
	"it": "che non per sono della di il gli nel questo anche piu come ma alla dei delle degli essere hanno quando questa perche molto dal solo suo",
	"pt": "nao uma para voce isso mais foi muito tem dos pelo ele ela sao esta mas tambem quando seu sua aos nos pela ate ser meu minha",
	"nl": "het een van niet dat ook voor zijn met maar wat worden deze wij heeft naar dan geen meer door omdat wel hebben uit zo nog",
	"pl": "nie sie jest ale czy jak tak tylko jego juz dla przez tego byc moze bardzo ktory ktore przy oraz tym jako ich",
	"tr": "bir bu ve icin ile cok daha gibi ama degil olarak kadar sonra ben sen var yok olan bunu onun",
}

// littleWords is little by word. A word of two languages is in neither.
var littleWords = func() map[string]string {
	out := map[string]string{}
	for lang, list := range little {
		for w := range strings.FieldsSeq(list) {
			if _, twice := out[w]; twice {
				out[w] = ""
			} else {
				out[w] = lang
			}
		}
	}
	return out
}()

// scriptOf are the scripts that languages are written in, where it is not Latin.
var scriptOf = map[string]string{
	"ar": "Arabic", "fa": "Arabic", "ur": "Arabic", "he": "Hebrew", "ru": "Cyrillic", "uk": "Cyrillic", "bg": "Cyrillic", "sr": "Cyrillic",
	"el": "Greek", "zh": "Han", "ja": "Han", "ko": "Hangul", "th": "Thai", "hi": "Devanagari",
}

// foreign names the language or script of a text, when it is clearly not the
// language asked for, else "".
func foreign(text string, words []string, language string) string {
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	if base == "" || len(words) < 3 {
		return ""
	}
	script := mainScript(text)
	want := scriptOf[base]
	if want == "" {
		want = "Latin"
	}
	if script == "" {
		return ""
	}
	if script != want {
		return script
	}
	if script != "Latin" || len(words) < 6 || little[base] == "" {
		return ""
	}
	hits := map[string]int{}
	for _, w := range words {
		if lang := littleWords[w]; lang != "" {
			hits[lang]++
		}
	}
	best := ""
	for lang, n := range hits {
		if n > hits[best] || n == hits[best] && lang < best {
			best = lang
		}
	}
	if n := hits[best]; best == base || n < 3 || n < 6*hits[base] || n*8 < len(words) {
		return ""
	}
	return best
}

// mainScript is the script of most letters, "" when none leads clearly.
func mainScript(text string) string {
	counts := map[string]int{}
	all := 0
	for _, r := range text {
		script := ""
		switch {
		case r < utf8Self:
			if r|0x20 < 'a' || r|0x20 > 'z' {
				continue
			}
			script = "Latin"
		case !unicode.IsLetter(r):
			continue
		case unicode.Is(unicode.Latin, r):
			script = "Latin"
		case unicode.Is(unicode.Arabic, r):
			script = "Arabic"
		case unicode.Is(unicode.Cyrillic, r):
			script = "Cyrillic"
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			script = "Han"
		case unicode.Is(unicode.Hangul, r):
			script = "Hangul"
		case unicode.Is(unicode.Hebrew, r):
			script = "Hebrew"
		case unicode.Is(unicode.Greek, r):
			script = "Greek"
		case unicode.Is(unicode.Thai, r):
			script = "Thai"
		case unicode.Is(unicode.Devanagari, r):
			script = "Devanagari"
		default:
			script = "other"
		}
		counts[script]++
		all++
	}
	for script, n := range counts {
		if n*3 > all*2 {
			return script
		}
	}
	return ""
}

const utf8Self = 0x80
