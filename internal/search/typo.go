package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dateline/internal/article"
	"dateline/internal/fold"
	"dateline/internal/postings"
)

const (
	fewResults   = 4   // below it a better spelling is offered
	muchMore     = 20  // how many times more often a word must occur to be offered in place of a rare one
	shortest     = 4   // letters of a word that can be misspelt
	twoEdits     = 7   // letters from which on two edits are looked for
	reachBudget  = 500 // reads of the dictionary for one word
	dictionary   = 16  // words that one of them gives: more of them cost more than they save
	scanned      = 4000
	suggested    = 8
	misspelt     = 5 // words of a question that others are looked for
	spellingDocs = 5 // newest stories in which the spelling of a word is looked for
)

// otherwise looks for something else when a question finds nothing: the same
// with words spelt better, or with words missing.
func (s *Service) otherwise(ctx context.Context, r *reader, p plan, found postings.Found, out *Answer) (plan, postings.Found, error) {
	text, changed, err := s.respell(ctx, r, p, out.Parsed, 0)
	if err != nil {
		return p, found, err
	}
	if changed {
		other := p.asking(r, text)
		again, err := s.index.Find(ctx, other.query)
		if err != nil {
			return p, found, err
		}
		if again.Count > 0 {
			out.Instead = text
			return other, again, nil
		}
	}
	if len(p.wanted) < 3 {
		return p, found, nil
	}
	relaxed := p.relax()
	again, err := s.index.Find(ctx, relaxed.query)
	if err == nil && again.Count > 0 {
		out.Relaxed = true
		return relaxed, again, nil
	}
	return p, found, err
}

// asking is a plan with the same bounds for other words.
func (p plan) asking(r *reader, text string) plan {
	parsed := Parse(text, time.UTC) // whose dates p has already
	words := parsed.Parts[:0]
	for _, part := range parsed.Parts {
		if part.Kind == Word || part.Kind == Phrase {
			words = append(words, part)
		}
	}
	parsed.Parts = words
	other := r.plan(parsed, nil, nil)
	for _, c := range p.query.All {
		if c.Weight < 0 { // what only narrows stays
			other.query.All = append(other.query.All, c)
		}
	}
	q := p.query
	q.All, q.Any = other.query.All, other.query.Any
	other.query = q
	return other
}

// relax asks for most of the words in place of all.
func (p plan) relax() plan {
	var narrow, words []postings.Clause
	for _, c := range p.query.All {
		if c.Weight < 0 {
			narrow = append(narrow, c)
		} else {
			words = append(words, c)
		}
	}
	p.query.All = narrow
	p.query.Any = append(words, p.query.Any...)
	p.query.AtLeast = max(1, (len(words)*2+2)/3)
	return p
}

// didMean is the question with its rarest words spelt as others do, "" when
// there is nothing better.
func (s *Service) didMean(ctx context.Context, r *reader, p plan, parsed Parsed) (string, error) {
	text, changed, err := s.respell(ctx, r, p, parsed, fewResults-1)
	if !changed {
		return "", err
	}
	other := p.asking(r, text)
	other.query.Limit, other.query.Facets, other.query.CountTo = 5, nil, 0
	found, err := s.index.Find(ctx, other.query)
	if err != nil {
		return "", err
	}
	ok, err := s.anyListed(ctx, found.Hits)
	if !ok {
		return "", err
	}
	return text, nil
}

// respell writes the question with better words in place of those that at most
// rare articles have: of the first few of them, for each costs hundreds of reads.
func (s *Service) respell(ctx context.Context, r *reader, p plan, parsed Parsed, rare int64) (text string, changed bool, err error) {
	parts := slices.Clone(parsed.Parts)
	looked := 0
	for i, w := range p.wanted {
		if !w.spaced || utf8.RuneCountInString(w.text) < shortest || strings.ContainsFunc(w.text, unicode.IsDigit) || w.part >= len(parsed.Parts) {
			continue
		}
		n, err := s.most(ctx, w.terms)
		if err != nil {
			return "", false, err
		}
		if n > rare {
			continue
		}
		if looked++; looked > misspelt {
			break
		}
		better, err := s.better(ctx, r, w.text, n, i == len(p.wanted)-1)
		if err != nil {
			return "", false, err
		}
		if better == "" {
			continue
		}
		part := &parts[w.part]
		was := parsed.Parts[w.part].Text[w.from:w.to]
		part.Raw = strings.Replace(part.Raw, was, better, 1)
		changed = true
	}
	return Parsed{Parts: parts}.String(), changed, nil
}

// better is the word that somebody who typed another most likely meant, as
// articles spell it; "" for none.
func (s *Service) better(ctx context.Context, r *reader, word string, n int64, last bool) (string, error) {
	near := func() ([]string, error) { return s.near(ctx, word) }
	begun := func() ([]string, error) {
		if !last || n > 0 {
			return nil, nil
		}
		found, err := s.index.Complete(ctx, word, suggested)
		var out []string
		for _, t := range found {
			out = append(out, t.Text)
		}
		return out, err
	}
	order := []func() ([]string, error){near, begun}
	if utf8.RuneCountInString(word) <= shortest {
		slices.Reverse(order)
	}
	for _, find := range order {
		terms, err := find()
		if err != nil {
			return "", err
		}
		terms = slices.DeleteFunc(terms, r.stop) // nobody looks for "has" who writes "haus"
		form, err := s.likeliest(ctx, word, terms, n)
		if form != "" || err != nil {
			return form, err
		}
	}
	return "", nil
}

// near lists words within one edit, or within two for long words that have no
// such neighbour.
func (s *Service) near(ctx context.Context, word string) (found []string, err error) {
	letters := []rune(word)
	err = s.index.Dictionary(ctx, func(ctx context.Context, d *postings.Dictionary) error {
		found = freshNear(d, letters, "", 1)
		r := reach{word: letters, budget: reachBudget, terms: func(ctx context.Context, from string) ([]string, error) {
			return d.From(ctx, from, dictionary)
		}}
		merged, err := r.words(ctx)
		if found = others(append(found, merged...), word); err != nil || len(found) > 0 || len(letters) < twoEdits {
			return err
		}
		begin := string(letters[:3])
		merged, err = nearBegun(ctx, d, letters, begin)
		found = others(append(freshNear(d, letters, begin, 2), merged...), word)
		return err
	})
	return found, err
}

// others are the distinct words but one.
func others(all []string, word string) []string {
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(w string) bool { return w == word })
}

func freshNear(d *postings.Dictionary, letters []rune, begin string, most int) []string {
	var out []string
	d.Fresh(func(term string) {
		if term >= firstWord && strings.HasPrefix(term, begin) && within(letters, []rune(term), most) <= most {
			out = append(out, term)
		}
	})
	return out
}

// nearBegun reads the words with the same beginning for those within two edits.
func nearBegun(ctx context.Context, d *postings.Dictionary, letters []rune, begin string) ([]string, error) {
	var out []string
	for from, n := begin, 0; n < scanned; {
		chunk, err := d.From(ctx, from, 1000)
		if err != nil || len(chunk) == 0 {
			return out, err
		}
		for _, term := range chunk {
			if !strings.HasPrefix(term, begin) {
				return out, nil
			}
			if within(letters, []rune(term), 2) <= 2 {
				out = append(out, term)
			}
		}
		from = chunk[len(chunk)-1] + "\x01"
		n += len(chunk)
	}
	return out, nil
}

// likeliest is the most frequent of the candidates, those that begin like the
// word first, in the spelling of an article that readers see.
func (s *Service) likeliest(ctx context.Context, word string, terms []string, n int64) (string, error) {
	if len(terms) == 0 {
		return "", nil
	}
	counts, _, err := s.index.Counts(ctx, terms...)
	if err != nil {
		return "", err
	}
	type candidate struct {
		term  string
		score float64
	}
	var all []candidate
	first, _ := utf8.DecodeRuneInString(word)
	for i, t := range terms {
		if counts[i] < max(1, n*muchMore) || strings.ContainsFunc(t, unicode.IsDigit) {
			continue
		}
		score := float64(counts[i])
		if r, _ := utf8.DecodeRuneInString(t); r != first {
			score /= 10
		}
		all = append(all, candidate{t, score})
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	for _, c := range all[:min(len(all), suggested)] {
		forms, err := s.spellings(ctx, []string{c.term}, postings.Query{})
		if err != nil || forms[0] != "" {
			return forms[0], err
		}
	}
	return "", nil
}

// spellings are how the newest articles that readers see spell words that they
// have beside what else is asked for; "" for a word that none of them has.
func (s *Service) spellings(ctx context.Context, terms []string, beside postings.Query) ([]string, error) {
	forms := make([]string, len(terms))
	hits := make([][]postings.Hit, len(terms))
	for i, term := range terms {
		q := beside
		q.All, q.Any = append(slices.Clone(beside.All), postings.Is(term)), nil
		q.Order, q.Limit = postings.Newest, spellingDocs
		found, err := s.index.Find(ctx, q)
		if err != nil {
			return forms, err
		}
		hits[i] = found.Hits
	}
	articles, err := s.newest(ctx, hits)
	if err != nil {
		return forms, err
	}
	unread := map[int64]article.Article{}
	for i, a := range articles {
		if a.ID == 0 {
			continue
		}
		if forms[i] = cmp.Or(spelt(a.Headline, terms[i]), spelt(a.Standfirst, terms[i])); forms[i] == "" {
			unread[a.ID] = a
		}
	}
	texts, err := s.texts(ctx, unread)
	if err != nil {
		return forms, err
	}
	for i, a := range articles {
		if a.ID != 0 && forms[i] == "" {
			forms[i] = cmp.Or(spelt(texts[a.ID], terms[i]), terms[i])
		}
	}
	return forms, nil
}

// newest are the first articles of each list of hits that readers may find,
// empty ones for lists without any.
func (s *Service) newest(ctx context.Context, hits [][]postings.Hit) ([]article.Article, error) {
	out := make([]article.Article, len(hits))
	for rank := range spellingDocs {
		var ids []int64
		for i := range hits {
			if out[i].ID == 0 && rank < len(hits[i]) {
				ids = append(ids, hits[i][rank].ID)
			}
		}
		if len(ids) == 0 {
			break
		}
		slices.Sort(ids)
		found, err := s.public.Many(ctx, slices.Compact(ids))
		if err != nil {
			return nil, err
		}
		for i := range hits {
			if out[i].ID == 0 && rank < len(hits[i]) {
				out[i] = found[hits[i][rank].ID]
			}
		}
	}
	return out, nil
}

// spelt finds a word in a text as it is written there first.
func spelt(text, term string) string {
	for line := range strings.Lines(text) {
		for _, t := range fold.Tokens(line) {
			if t.Word == term {
				return line[t.From:t.To]
			}
		}
	}
	return ""
}

func (s *Service) anyListed(ctx context.Context, hits []postings.Hit) (bool, error) {
	for _, h := range hits {
		if _, ok, err := listed(ctx, s.public, h.ID); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// Complete returns questions that begin with what was typed: its last word
// completed by words that articles with the words before it have.
func (s *Service) Complete(ctx context.Context, typed string) ([]string, error) {
	typed = clip(strings.ToValidUTF8(typed, ""), maxQueryBytes)
	toks := fold.Tokens(typed)
	if len(toks) == 0 {
		return nil, nil
	}
	last := toks[len(toks)-1]
	if last.To != len(typed) || utf8.RuneCountInString(last.Word) < 2 {
		return nil, nil
	}
	lead := typed[:last.From]
	if r, _ := utf8.DecodeLastRuneInString(lead); lead != "" && !unicode.IsSpace(r) {
		return nil, nil // inside a phrase or behind an operator
	}
	conf, err := s.settings.Site(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.turns.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer s.turns.Release(1)
	r, err := s.reader(ctx, conf.Locale)
	if err != nil {
		return nil, err
	}
	defer s.readers.Put(r)
	before := Parse(lead, conf.Location())
	sections, tags, err := s.resolve(ctx, &before)
	if err != nil {
		return nil, err
	}
	if err := s.umlauts(ctx, r, before); err != nil {
		return nil, err
	}
	beside := r.plan(before, sections, tags).query
	found, err := s.begun(ctx, r, last.Word)
	if err != nil {
		return nil, err
	}
	var words, out []string
	for _, t := range found {
		if !r.stop(t.Text) {
			words = append(words, t.Text)
		}
	}
	for len(words) > 0 && len(out) < suggested {
		n := min(len(words), suggested-len(out))
		forms, err := s.spellings(ctx, words[:n], beside)
		if err != nil {
			return nil, err
		}
		for _, form := range forms {
			if form != "" {
				out = append(out, lead+form)
			}
		}
		words = words[n:]
	}
	return out, nil
}
