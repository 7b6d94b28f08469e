package search

import (
	"context"
	"slices"

	"dateline/internal/fold"
	"dateline/internal/postings"
	"dateline/internal/words"
)

// weightUmlaut is the weight of a word with ä, ö or ü where ae, oe or ue was
// typed, beside that of the word as typed.
const weightUmlaut = 0.9

// umlauts finds the words of a question in which ae, oe and ue stand for ä, ö and
// ü, as people type German who lack the keys. "Michael" looks the same: words
// count that articles have more often so than as typed.
func (s *Service) umlauts(ctx context.Context, r *reader, p Parsed) error {
	german := slices.Index(r.tags, "de")
	if german < 0 {
		return nil
	}
	for _, part := range p.Parts {
		mark, ok := part.Kind.mark()
		if !ok {
			continue
		}
		for _, ask := range r.site.Asks(part.Text) {
			typed := fold.Umlauts(ask.Written)
			if typed == ask.Written || len(r.umlauts) == maxClauses {
				continue
			}
			meant := r.all[german].Asks(typed)[0]
			has, other := []string{mark + ask.Written}, []string{mark + meant.Written}
			if mark == "" {
				has, other = r.wanted(ask.Written)[0].terms, append(other, StemTerm(meant.Stem))
			}
			as, err := s.most(ctx, has)
			if err != nil {
				return err
			}
			better, err := s.most(ctx, other)
			if err != nil {
				return err
			}
			if better > as {
				if r.umlauts == nil {
					r.umlauts = map[string]words.Ask{}
				}
				r.umlauts[mark+ask.Written] = meant
			}
		}
	}
	return nil
}

// mark is what the terms have that a part asks for; ok is false for one that asks
// for no terms.
func (k Kind) mark() (mark string, ok bool) {
	switch k {
	case Word, Phrase:
		return "", true
	case Author:
		return bylineMark, true
	case Said:
		return saidMark, true
	}
	return "", false
}

// begun returns the most frequent words that begin with a folded one; with its
// umlauts where none begins as typed.
func (s *Service) begun(ctx context.Context, r *reader, word string) ([]postings.TermCount, error) {
	found, err := s.index.Complete(ctx, word, 3*suggested)
	if meant := fold.Plain(word); err == nil && len(found) == 0 && meant != word && slices.Contains(r.tags, "de") {
		found, err = s.index.Complete(ctx, meant, 3*suggested)
	}
	return found, err
}

// meant marks what the last word means in German.
func (m *marks) meant(ask words.Ask) {
	m.written[ask.Written], m.stems[ask.Stem] = m.n, m.n
	m.begin(ask.Written)
	m.begin(ask.Stem)
}

// most is how many documents have the most frequent of some terms.
func (s *Service) most(ctx context.Context, terms []string) (int64, error) {
	counts, _, err := s.index.Counts(ctx, terms...)
	if err != nil {
		return 0, err
	}
	return slices.Max(counts), nil
}
