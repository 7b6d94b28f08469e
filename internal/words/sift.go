package words

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/internal/fold"
)

// Sift cuts the stretches of a text that may hold words which begin, as written
// or by their stem, with one of the folded characters of begins, and passes over
// the others, which are most of a text. What it cuts is as of Likely, but for
// the places, which count anew in each stretch; it is overwritten by the next.
func (a *Analyzer) Sift(text, begins string) iter.Seq[[]Token] {
	return func(yield func([]Token) bool) {
		s := a.sieve(begins)
		stem := a.likely(begins)
		var cut []Token
		for i := 0; i < len(text); {
			n, holds := s.stretch(text[i:])
			if holds {
				if cut = a.cut(cut[:0], i, text[i:i+n], stem); !yield(cut) {
					return
				}
			}
			i += n
		}
	}
}

// sieve tells the stretches of a text that may hold a word.
type sieve struct {
	a      *Analyzer
	ascii  [utf8.RuneSelf]bool // begin such a word
	others string              // so do these
}

func (a *Analyzer) sieve(begins string) *sieve {
	s := &sieve{a: a}
	if !a.latinEnds {
		for c := range s.ascii {
			s.ascii[c] = true
		}
	}
	for _, r := range begins {
		if first := fold.First(r); first < utf8.RuneSelf {
			s.ascii[first], s.ascii[unicode.ToUpper(first)] = true, true
		} else {
			s.others += string(first)
		}
	}
	return s
}

// unspaced is the first character of the scripts whose characters may be words
// each.
const unspaced = '\u0E00'

// stretch returns how far a text goes to where a word of it ends for sure, and
// whether a word that is looked for may begin on the way. Where it is not clear
// whether a character begins a word, it does.
func (s *sieve) stretch(text string) (n int, holds bool) {
	inside := false // a word, for sure
	for n < len(text) {
		if c := text[n]; c < utf8.RuneSelf {
			if n++; ends[c] {
				return n, holds
			}
			holds = holds || !inside && s.ascii[c]
			inside = c != '\''
			continue
		}
		r, size := utf8.DecodeRuneInString(text[n:])
		n += size
		first := fold.First(r)
		if first == 0 && fold.Ends(r) {
			return n, holds
		}
		inside = inside && r < unspaced
		holds = holds || !inside && first != 0 && s.begins(first)
		inside = first != 0 && r < unspaced
	}
	return n, holds
}

// begins reports whether a folded letter begins a word that is looked for.
func (s *sieve) begins(first rune) bool {
	if first < utf8.RuneSelf {
		return s.ascii[first]
	}
	return strings.ContainsRune(s.others, first) || !s.a.endsOnly(first)
}

// ends are the ASCII characters that no word goes on beyond.
var ends = func() (all [utf8.RuneSelf]bool) {
	for c := range all {
		all[c] = fold.Ends(rune(c))
	}
	return all
}()
