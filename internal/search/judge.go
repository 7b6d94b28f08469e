package search

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"dateline/internal/fold"
	"dateline/internal/words"
)

// Judge ranks texts that are not in the index, such as drafts at the desk, by
// the same analysis. Not for concurrent use.
type Judge struct {
	reader *reader
	wants  []wantedText
	not    []wantedText
}

// wantedText is a word, or a phrase of several.
type wantedText struct {
	words  []askedWord
	phrase bool
}

// askedWord is a word with all that stands for it.
type askedWord struct {
	words.Ask
	meant string   // as it is written in German, if it may be
	stems []string // by the rules of each language
}

// Field is a text of something that is judged.
type Field struct {
	Text     string
	Language string // BCP 47, "" for the site's
	Weight   float64
}

// Judge reads a question. Its operators but - and quotation marks are for the
// index; their words count here.
func (s *Service) Judge(ctx context.Context, text string) (*Judge, error) {
	conf, err := s.settings.Site(ctx)
	if err != nil {
		return nil, err
	}
	r, err := s.reader(ctx, conf.Locale)
	if err != nil {
		return nil, err
	}
	j := &Judge{reader: r}
	for _, p := range Parse(text, conf.Location()).Parts {
		asked := r.asked(p.Text)
		switch {
		case p.Kind == Before || p.Kind == After:
		case p.Not: // as reader.not has it
			j.not = append(j.not, wantedText{asked, p.Kind == Phrase || len(asked) > 1})
		case p.Kind == Phrase:
			j.wants = append(j.wants, wantedText{asked, true})
		default:
			for i := range asked {
				j.wants = append(j.wants, wantedText{asked[i : i+1], false})
			}
		}
	}
	return j, nil
}

// asked returns the words of a text.
func (r *reader) asked(text string) []askedWord {
	var out []askedWord
	for i, ask := range r.site.Asks(text) {
		w := askedWord{Ask: ask, meant: ask.Written}
		for k, an := range r.all {
			w.stems = append(w.stems, an.Asks(text)[i].Stem)
			if typed := fold.Umlauts(ask.Written); r.tags[k] == "de" && typed != ask.Written {
				meant := an.Asks(typed)[0]
				w.meant, w.stems = meant.Written, append(w.stems, meant.Stem)
			}
		}
		out = append(out, w)
	}
	return out
}

// Empty reports whether the question asks for no words.
func (j *Judge) Empty() bool { return len(j.wants) == 0 }

// Score is how well texts fit, 0 when something that was asked for is in none
// of them. Words may be the beginnings of words.
func (j *Judge) Score(fields ...Field) float64 {
	best := make([]float64, len(j.wants))
	for _, f := range fields {
		if f.Text == "" {
			continue
		}
		an := j.reader.of(cmp.Or(f.Language, j.reader.tags[0]))
		toks := slices.DeleteFunc(an.Tokens(f.Text), func(t words.Token) bool { return t.Piece == words.Pair })
		for _, w := range j.not {
			if w.in(toks) >= weightStem { // a beginning is another word
				return 0
			}
		}
		for i, w := range j.wants {
			best[i] = max(best[i], f.Weight*w.in(toks))
		}
	}
	sum := 0.0
	for _, b := range best {
		if b == 0 {
			return 0
		}
		sum += b
	}
	return sum
}

// in is how well the words stand in a text one after the other: 1 as written,
// less for relatives and beginnings, 0 for not at all.
func (w *wantedText) in(toks []words.Token) float64 {
	best := 0.0
	for from := 0; from < len(toks); from++ {
		least, at := 1.0, from
		for _, ask := range w.words {
			n, fit := one(ask, toks[at:], w.phrase)
			if least = min(least, fit); fit == 0 {
				break
			}
			at += n
		}
		best = max(best, least)
	}
	return best
}

// one is how many tokens a word takes at the start of toks, and how well it
// fits.
func one(ask askedWord, toks []words.Token, exact bool) (n int, fit float64) {
	if len(ask.Pairs) > 0 && len(toks) > 0 && toks[0].Piece == words.Character {
		var run strings.Builder
		for n = 0; n < len(toks) && run.Len() < len(ask.Written) && toks[n].Piece == words.Character; n++ {
			run.WriteString(toks[n].Word)
		}
		if run.String() == ask.Written {
			return n, 1
		}
		return 1, 0
	}
	if len(toks) == 0 {
		return 1, 0
	}
	switch t := toks[0]; {
	case t.Word == ask.Written:
		return 1, 1
	case t.Word == ask.meant:
		return 1, weightUmlaut
	case exact:
		return 1, 0
	case slices.Contains(ask.stems, t.Stem):
		return 1, weightStem
	case fold.Begins(t.Word, ask.Written):
		return 1, weightBegun
	}
	return 1, 0
}
