package richtext

import (
	"unicode"
	"unicode/utf8"
)

// Words counts the words that readers see in a document: its text, captions,
// credits, citations, titles and labels; not alternative texts.
//
// A word is a run of letters, digits and marks; apostrophes, hyphens and full
// stops inside do not end it ("don't", "well-known", "3.14" are one each). In
// scripts without spaces each ideograph and each kana is a word, and Thai,
// Lao, Khmer and Burmese count a word for every five letters or part of five.
func Words(d Doc) int {
	var w wordCounter
	eachText(d.Content, func(s string) { w.write(s) }, w.stop)
	w.stop()
	return w.words
}

// CountWords counts the words of a plain text as Words does.
func CountWords(s string) int {
	var w wordCounter
	w.write(s)
	w.stop()
	return w.words
}

// wordCounter counts words in text that arrives in pieces. A word may go on
// from one piece into the next until stop.
type wordCounter struct {
	words   int
	inWord  bool
	digit   bool // the last letter was a digit
	unified int  // letters of the current run in a script without spaces
}

func (w *wordCounter) stop() {
	w.inWord, w.digit = false, false
	w.endRun()
}

func (w *wordCounter) endRun() {
	w.words += (w.unified + 4) / 5
	w.unified = 0
}

func (w *wordCounter) write(s string) {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			i++
			if !w.inWord || c < 'a' || c > 'z' { // most letters follow one
				w.ascii(c)
				continue
			}
			w.digit = false
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		w.rune(r)
	}
}

func (w *wordCounter) ascii(c byte) {
	switch {
	case isAlnum(c):
		w.letter(c <= '9')
	case c == '\'' || c == '-' || c == '.' || c == '_' || c == '@':
	case c == ',' && w.digit:
	default:
		w.stop()
	}
}

func (w *wordCounter) letter(digit bool) {
	if w.unified > 0 {
		w.endRun()
	}
	if !w.inWord {
		w.words++
	}
	w.inWord, w.digit = true, digit
}

func (w *wordCounter) rune(r rune) {
	switch {
	case r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) && unicode.IsLetter(r):
		w.stop()
		w.words++
	case r >= 0x0E00 && (r < 0x2000 || r >= 0xA900) && unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) && !unicode.IsDigit(r):
		if w.inWord {
			w.stop()
		}
		w.unified++
	case unicode.IsLetter(r) || unicode.IsNumber(r):
		w.letter(unicode.IsDigit(r))
	case unicode.IsMark(r), joins(r):
	default:
		w.stop()
	}
}

// joins reports what stands inside a word without ending it: typographic
// apostrophe and hyphens, soft hyphen, the joiners, middle dot.
func joins(r rune) bool {
	switch r {
	case '’', '‐', '‑', '\u00ad', '\u200c', '\u200d', '·', '\u2060':
		return true
	}
	return false
}
