package search

import (
	"context"
	"slices"
	"strings"

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
		if part.Kind != Word {
			continue
		}
		for _, ask := range r.site.Asks(part.Text) {
			typed := withUmlauts(ask.Written)
			if typed == ask.Written || len(r.umlauts) == maxClauses {
				continue
			}
			meant := r.all[german].Asks(typed)[0]
			as, err := s.most(ctx, r.wanted(ask.Written)[0].terms)
			if err != nil {
				return err
			}
			other, err := s.most(ctx, []string{meant.Written, StemTerm(meant.Stem)})
			if err != nil {
				return err
			}
			if other > as {
				if r.umlauts == nil {
					r.umlauts = map[string]words.Ask{}
				}
				r.umlauts[ask.Written] = meant
			}
		}
	}
	return nil
}

// begun returns the most frequent words that begin with a folded one; with its
// umlauts where none begins as typed.
func (s *Service) begun(ctx context.Context, r *reader, word string) ([]postings.TermCount, error) {
	found, err := s.index.Complete(ctx, word, 3*suggested)
	if typed := withUmlauts(word); err == nil && len(found) == 0 && typed != word && slices.Contains(r.tags, "de") {
		found, err = s.index.Complete(ctx, joined(typed), 3*suggested)
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

// withUmlauts writes ä, ö and ü for ae, oe and ue in a folded word, but not at its
// end (Avenue) and not for the ue of aue, eue, oue and que (Bauer, neue, Quelle).
func withUmlauts(word string) string {
	var b strings.Builder
	for i := 0; i < len(word); i++ {
		at := strings.IndexByte("aou", word[i])
		if at < 0 || i+2 >= len(word) || word[i+1] != 'e' || word[i] == 'u' && i > 0 && strings.IndexByte("aeoq", word[i-1]) >= 0 {
			b.WriteByte(word[i])
			continue
		}
		b.WriteString([]string{"ä", "ö", "ü"}[at])
		i++
	}
	return b.String()
}
