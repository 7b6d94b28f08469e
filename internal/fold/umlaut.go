package fold

import "strings"

// Umlauts writes ä, ö and ü for ae, oe and ue in a folded word, as people type
// German who lack the keys, but not at its end (Avenue) and not for the ue of aue,
// eue, oue and que (Bauer, neue, Quelle). "Michael" looks the same: what a word
// finds so is to be found besides what it finds as typed.
func Umlauts(word string) string { return umlauts(word, "ä", "ö", "ü") }

// Plain is how the word folds that Umlauts writes: "uberschwemmung" for
// "ueberschwemmung".
func Plain(word string) string { return umlauts(word, "a", "o", "u") }

func umlauts(word string, letters ...string) string {
	var b strings.Builder
	done := 0
	for i := 0; i+2 < len(word); i++ {
		at := strings.IndexByte("aou", word[i])
		if at < 0 || word[i+1] != 'e' || word[i] == 'u' && i > 0 && strings.IndexByte("aeoq", word[i-1]) >= 0 {
			continue
		}
		b.WriteString(word[done:i])
		b.WriteString(letters[at])
		i++
		done = i + 1
	}
	if done == 0 {
		return word
	}
	b.WriteString(word[done:])
	return b.String()
}

// Begins reports whether a folded word begins with another, as typed or with
// umlauts.
func Begins(word, typed string) bool {
	return strings.HasPrefix(word, typed) || strings.HasPrefix(word, Plain(typed))
}

// Beginnings returns what tells whether a name has, for each word of a text, one
// that begins with it. A text without words is in every name.
func Beginnings(text string) func(name string) bool {
	typed := Tokens(text)
	return func(name string) bool {
		words := Tokens(name)
		for _, t := range typed {
			if !begun(words, t.Word) {
				return false
			}
		}
		return true
	}
}

func begun(words []Token, typed string) bool {
	for _, w := range words {
		if Begins(w.Word, typed) {
			return true
		}
	}
	return false
}
