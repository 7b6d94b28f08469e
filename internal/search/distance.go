package search

import (
	"context"
	"slices"
	"unicode/utf8"
)

// within counts the edits between two words (a letter too many, one missing,
// a wrong one, two neighbours exchanged), most+1 when there are more than most.
func within(a, b []rune, most int) int {
	if d := len(a) - len(b); d > most || -d > most {
		return most + 1
	}
	prev2, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, prev2[j-2]+1)
			}
			row[j] = d
			least = min(least, d)
		}
		if least > most {
			return most + 1
		}
		prev2, prev, row = prev, row, prev2
	}
	return min(prev[len(b)], most+1)
}

// reach walks the dictionary in its order for the words within one edit of a
// word, from seek to seek: of all words that begin like none of its
// neighbours it reads none. terms returns some terms at or after one; budget
// is how often it may be asked.
type reach struct {
	word   []rune
	terms  func(ctx context.Context, from string) ([]string, error)
	budget int
}

// words returns the neighbours, in order.
func (r *reach) words(ctx context.Context) ([]string, error) {
	var out []string
	from := firstWord
	for ; r.budget > 0; r.budget-- {
		chunk, err := r.terms(ctx, from)
		if err != nil || len(chunk) == 0 {
			return out, err
		}
		next, ok := "", true
		for _, term := range chunk {
			if term < next {
				continue
			}
			if within(r.word, []rune(term), 1) <= 1 {
				out = append(out, term)
			}
			if next, ok = r.after([]rune(term)); !ok {
				return out, nil
			}
		}
		from = next
	}
	return out, nil
}

// firstWord is before every word and behind all marked terms.
const firstWord = "\x20"

// after is the least text greater than a term that may begin a neighbour; ok is
// false when there is none.
func (r *reach) after(term []rune) (next string, ok bool) {
	// Go on inside the term's own prefix, or raise its last rune that can be.
	if next, ok = r.least(append(slices.Clone(term), firstRuneAfter)); ok {
		return next, true
	}
	for i := len(term) - 1; i >= 0; i-- {
		if term[i] >= utf8.MaxRune {
			continue
		}
		raised := append(slices.Clone(term[:i]), bump(term[i]))
		if next, ok = r.least(raised); ok {
			return next, true
		}
	}
	return "", false
}

// firstRuneAfter is the smallest rune that words are made of.
const firstRuneAfter = '0'

func bump(r rune) rune {
	if r+1 == 0xD800 { // no letters between the surrogates
		return 0xE000
	}
	return r + 1
}

// least is the least text at or after from, with the same runes but the last,
// that may begin a neighbour.
func (r *reach) least(from []rune) (string, bool) {
	n := len(from) - 1
	prefix := from[:n]
	if !r.may(prefix) {
		return "", false
	}
	if r.may(append(slices.Clone(prefix), anyRune)) { // any letter may follow
		return string(from), true
	}
	best := rune(-1)
	for _, letter := range r.word {
		if letter >= from[n] && (best < 0 || letter < best) && r.may(append(slices.Clone(prefix), letter)) {
			best = letter
		}
	}
	if best < 0 {
		return "", false
	}
	return string(append(slices.Clone(prefix), best)), true
}

// anyRune stands for a letter that the word does not have.
const anyRune = rune(utf8.MaxRune)

// may reports whether some word with this prefix is within one edit.
func (r *reach) may(prefix []rune) bool {
	w := r.word
	if len(prefix) > len(w)+1 {
		return false
	}
	i := 0
	for i < len(prefix) && i < len(w) && prefix[i] == w[i] {
		i++
	}
	if i == len(prefix) {
		return true
	}
	rest := prefix[i+1:]
	begins := func(from int) bool { return from <= len(w) && hasPrefix(w[from:], rest) }
	switch {
	case begins(i + 1): // a wrong letter
	case begins(i): // one too many
	case i+1 < len(w) && hasPrefix(w[i+1:], prefix[i:]): // one missing
	case i+1 < len(w) && prefix[i] == w[i+1] && (len(rest) == 0 || rest[0] == w[i] && hasPrefix(w[i+2:], rest[1:])): // two exchanged
	default:
		return false
	}
	return true
}

func hasPrefix(w, prefix []rune) bool {
	return len(prefix) <= len(w) && slices.Equal(w[:len(prefix)], prefix)
}
