package search

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"dateline/internal/db"
	"dateline/internal/postings"
	"dateline/internal/words"
)

const (
	weightStem  = 0.85 // of a relative of the word that was asked for
	weightBegun = 0.6  // of a word that only begins so
	nearness    = 0.45 // how much words that stand together raise a story
	freshWeight = 0.3  // how much a story of this moment is raised
	freshHalf   = 120 * 24 * time.Hour
	maxClauses  = 40
)

// reader cuts questions by the rules of every language that the index has.
type reader struct {
	site *words.Analyzer
	all  []*words.Analyzer
	tags []string

	umlauts map[string]words.Ask // what words of the question are in German, by their folded form behind the mark; see Service.umlauts
}

// languages are those that the index has in a state of it.
type languages struct {
	of   postings.State
	tags []string
}

// readLanguages reads them. They come into the index with the first document of
// each and stay.
func (s *Service) readLanguages(ctx context.Context) ([]string, error) {
	rows, err := s.db.Query(ctx, `SELECT language FROM search_language ORDER BY language`)
	return db.All(rows, err, func(r *sql.Rows) (tag string, err error) { return tag, r.Scan(&tag) })
}

// reader returns one for the present index, for one question; give it back to
// s.readers.
func (s *Service) reader(ctx context.Context, locale string) (*reader, error) {
	tags, err := s.readLanguages(ctx)
	if err != nil {
		return nil, err
	}
	return s.readerOf(locale, tags), nil
}

func (s *Service) readerOf(locale string, tags []string) *reader {
	home := words.Base(locale)
	want := append([]string{home}, slices.DeleteFunc(slices.Clone(tags), func(tag string) bool { return tag == home })...)
	if r, ok := s.readers.Get().(*reader); ok && slices.Equal(r.tags, want) {
		r.umlauts = nil
		return r
	}
	r := &reader{tags: want}
	for _, tag := range want {
		r.all = append(r.all, words.New(tag))
	}
	r.site = r.all[0]
	return r
}

// stop reports whether a folded word is a stop word of any of the languages,
// so that some articles do not have it.
func (r *reader) stop(word string) bool {
	if meant, ok := r.umlauts[word]; ok && words.Stop("de", meant.Written) {
		return true
	}
	return slices.ContainsFunc(r.tags, func(tag string) bool { return words.Stop(tag, word) })
}

// wanted is one word of a question with all that stands for it in the index.
type wanted struct {
	text     string // as typed, folded
	part     int    // part of the question that it stands in, and where in its text
	from, to int
	spaced   bool // a word with spaces around it: one that can be misspelt
	stop     bool
	clause   postings.Clause
	terms    []string // alternatives of one term each
}

// wanted returns the words of a text.
func (r *reader) wanted(text string) []wanted {
	var out []wanted
	for i, ask := range r.site.Asks(text) {
		w := wanted{text: ask.Written, from: ask.From, to: ask.To, spaced: len(ask.Pairs) == 0, stop: r.stop(ask.Written)}
		w.alt(ask.Written, 1)
		if len(ask.Pairs) > 0 {
			w.clause.Alts = append(w.clause.Alts, postings.Alt{Terms: ask.Pairs, Weight: weightStem})
		}
		for _, an := range r.all {
			if asks := an.Asks(text); i < len(asks) && asks[i].Stem != ask.Written {
				w.stem(asks[i].Stem, weightStem)
			} else if len(ask.Pairs) == 0 {
				w.alt(stemMark+ask.Written, weightStem)
			}
		}
		if meant, ok := r.umlauts[ask.Written]; ok {
			w.alt(meant.Written, weightUmlaut)
			w.stem(meant.Stem, weightUmlaut*weightStem)
		}
		out = append(out, w)
	}
	return out
}

// stem lets a stem stand for the word, whether articles have it as a word or
// only relatives of it.
func (w *wanted) stem(stem string, weight float64) {
	w.alt(stem, weight)
	w.alt(stemMark+stem, weight)
}

func (w *wanted) alt(term string, weight float64) {
	term = clip(term, maxTermBytes)
	if slices.Contains(w.terms, term) {
		return
	}
	w.terms = append(w.terms, term)
	w.clause.Alts = append(w.clause.Alts, postings.Alt{Terms: []string{term}, Weight: weight})
}

// literal is the clause of a phrase: its words as written, one after the other.
func (r *reader) literal(text string) (postings.Clause, bool) {
	return r.sequence(text, "", 0)
}

// sequence is a phrase of terms with a mark, as typed or as meant in German; slack
// lets words stand between.
func (r *reader) sequence(text, mark string, slack int) (postings.Clause, bool) {
	typed, meant := postings.Alt{Slack: slack}, postings.Alt{Slack: slack, Weight: weightUmlaut}
	differs := false
	toks := r.site.Tokens(text)
	for i, t := range toks {
		if mark == "" && t.Piece == words.Character && neighboured(toks, i) || mark != "" && t.Piece == words.Pair || mark == "" && t.Piece == words.Pair && hangulPair(toks, i) {
			continue
		}
		word := t.Word
		typed.Terms = append(typed.Terms, mark+clip(word, maxTermBytes))
		if german, ok := r.umlauts[mark+word]; ok {
			word, differs = german.Written, true
		}
		meant.Terms = append(meant.Terms, mark+clip(word, maxTermBytes))
		typed.Offsets = append(typed.Offsets, t.Place)
	}
	if len(typed.Terms) == 0 {
		return postings.Clause{}, false
	}
	for i := len(typed.Offsets) - 1; i >= 0; i-- {
		typed.Offsets[i] -= typed.Offsets[0]
	}
	if len(typed.Terms) == 1 {
		typed.Offsets = nil
	}
	alts := []postings.Alt{typed}
	if differs {
		meant.Offsets = typed.Offsets
		alts = append(alts, meant)
	}
	return postings.Clause{Alts: alts}, true
}

// neighboured reports whether a character is asked for by a pair already.
func neighboured(toks []words.Token, i int) bool {
	same := func(j int) bool { return j >= 0 && j < len(toks) && toks[j].Piece == words.Pair }
	return same(i+1) && toks[i+1].Place == toks[i].Place || same(i-1) && toks[i-1].To == toks[i].To
}

// hangulPair reports whether a pair belongs to a Korean word that is asked for
// whole.
func hangulPair(toks []words.Token, i int) bool {
	for j := i - 1; j >= 0; j-- {
		if toks[j].Piece == words.Whole {
			return toks[j].From == toks[i].From && toks[j].To == toks[i].To
		}
	}
	return false
}

// plan turns a question into one for the index.
type plan struct {
	query  postings.Query
	wanted []wanted // words that must be there, in order
	marks  marks    // what snippets mark
}

func (r *reader) plan(p Parsed, sections, tags map[int]int64) plan {
	var out plan
	var stops, vain []wanted
	n := 0
	all := func(c postings.Clause) { out.query.All = append(out.query.All, c); n++ }
	for i, part := range p.Parts {
		if n >= maxClauses {
			break
		}
		switch part.Kind {
		case Word, Phrase:
			if part.Not {
				out.query.None = append(out.query.None, r.not(part)...)
				n++
				continue
			}
			out.marks.add(r, part)
			if part.Kind == Phrase {
				if c, ok := r.literal(part.Text); ok {
					all(c)
				}
				continue
			}
			for _, w := range r.wanted(part.Text) {
				if w.stop {
					stops = append(stops, w)
					continue
				}
				if w.part = i; part.Vain {
					vain = append(vain, w)
					continue
				}
				if n < maxClauses {
					out.wanted = append(out.wanted, w)
					all(w.clause)
				}
			}
		case Author, Said:
			mark := bylineMark
			if part.Kind == Said {
				mark = saidMark
				out.marks.add(r, part)
			}
			if c, ok := r.sequence(part.Text, mark, 3); ok && part.Not {
				out.query.None = append(out.query.None, c)
			} else if ok {
				c.Weight = -1
				all(c)
			}
			n++
		case Section:
			out.filter(ColumnSection, sections[i], part.Not)
		case Tag:
			out.filter(ColumnTag, tags[i], part.Not)
		case Before:
			if at := bound(part.At); out.query.To == 0 || at < out.query.To {
				out.query.To = at
			}
		case After:
			if at := bound(part.At); out.query.From == 0 || at > out.query.From {
				out.query.From = at
			}
		}
	}
	out.vain(vain, n)
	out.stops(stops, n)
	return out
}

// vain adds words that were meant as something else: they raise what has them,
// and must be there only when nothing else is asked for.
func (p *plan) vain(words []wanted, n int) {
	must := len(p.query.All) == 0
	for _, w := range words[:min(len(words), max(maxClauses-n, 0))] {
		if must {
			p.wanted = append(p.wanted, w)
			p.query.All = append(p.query.All, w.clause)
		} else {
			p.query.Any = append(p.query.Any, w.clause)
		}
	}
}

// bound is a time as a bound of the index, where 0 stands for none.
func bound(t time.Time) int64 {
	if us := db.Micros(t); us != 0 {
		return us
	}
	return -1
}

// stops asks for stop words when there is nothing else.
func (p *plan) stops(stops []wanted, n int) {
	if len(p.query.All) > 0 || len(p.query.None) > 0 {
		return
	}
	for _, w := range stops[:min(len(stops), max(maxClauses-n, 0))] {
		p.wanted = append(p.wanted, w)
		p.query.All = append(p.query.All, w.clause)
	}
}

func (p *plan) filter(column uint8, value int64, not bool) {
	p.query.Filters = append(p.query.Filters, postings.Filter{Column: column, Values: []int64{value}, Not: not})
}

// not is what must not be there: the word in all its forms, or the phrase.
func (r *reader) not(part Part) []postings.Clause {
	ws := r.wanted(part.Text)
	if part.Kind == Word && len(ws) == 1 {
		return []postings.Clause{ws[0].clause}
	}
	if c, ok := r.literal(part.Text); ok {
		return []postings.Clause{c}
	}
	return nil
}
