package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/fold"
	"dateline/internal/postings"
	"dateline/internal/taxonomy"
	"dateline/internal/words"
)

// Sort is the order of results.
type Sort uint8

// The orders.
const (
	Best Sort = iota
	Newest
	Oldest
)

// Limits of a request.
const (
	Limit    = 50   // results of a page
	MaxFound = 1000 // results that pages reach, one after the other
	countTo  = 10_000
)

// Request is a search.
type Request struct {
	Text     string
	Sort     Sort
	Section  int64 // 0 for all; likewise below
	Author   int64
	Tag      int64
	Year     int
	Among    []int64 // only these articles; nil for all
	Offset   int
	Limit    int
	Facets   bool // count sections, authors, years and tags
	Snippets bool
	Typing   bool // the last word may be the beginning of one
}

// Result is one found article.
type Result struct {
	Article article.Article
	Snippet []Span
}

// Facet is how many of the results have a value.
type Facet struct {
	Value int64
	N     int64
}

// Answer is what a search found.
type Answer struct {
	Parsed  Parsed
	Asked   bool // there was something to look for
	Results []Result
	More    bool
	Count   int64 // all results; at least that many unless Exact
	Exact   bool
	Facets  map[uint8][]Facet // by column
	Rough   bool              // facets are estimates

	Instead  string // what was searched in place of the question, which finds nothing
	Relaxed  bool   // results have most of the words: none has all
	DidMean  string // a question that finds more
	Complete []string
}

// Search answers a question. It never fails for what was typed.
func (s *Service) Search(ctx context.Context, ask Request) (Answer, error) {
	conf, err := s.settings.Site(ctx)
	if err != nil {
		return Answer{}, err
	}
	out := Answer{Parsed: Parse(ask.Text, conf.Location())}
	sections, tags, err := s.resolve(ctx, &out.Parsed)
	if err != nil {
		return out, err
	}
	if out.Asked = len(out.Parsed.Parts) > 0 || ask.filtered(); !out.Asked {
		return out, nil
	}
	if err := s.turns.Acquire(ctx, 1); err != nil {
		return out, err
	}
	defer s.turns.Release(1)
	r, p, found, err := s.answer(ctx, conf.Locale, ask, out.Parsed, sections, tags)
	if err != nil {
		return out, err
	}
	defer s.readers.Put(r)
	if found.Count == 0 && len(p.wanted) > 0 {
		if p, found, err = s.otherwise(ctx, r, p, found, &out); err != nil {
			return out, err
		}
	} else if ask.Offset == 0 && found.Exact && found.Count < fewResults {
		if out.DidMean, err = s.didMean(ctx, r, p, out.Parsed); err != nil {
			return out, err
		}
	}
	return out, s.fill(ctx, r, p, found, ask, &out, conf.Locale)
}

// answer puts a question to the index, cut by the rules of the languages that the
// index had when they were last read. When it has changed since, they are read
// again, and if there are others, the question is put again.
func (s *Service) answer(ctx context.Context, locale string, ask Request, parsed Parsed, sections, tags map[int]int64) (*reader, plan, postings.Found, error) {
	known := s.spoken.Load()
	for {
		r := s.readerOf(locale, known.tags)
		p, found, err := s.answerBy(ctx, r, ask, parsed, sections, tags)
		if err != nil || found.State == known.of {
			return r, p, found, err
		}
		read, err := s.readLanguages(ctx)
		if err != nil {
			return r, p, found, err
		}
		now := &languages{found.State, read}
		s.spoken.Store(now)
		if slices.Equal(read, known.tags) {
			return r, p, found, nil
		}
		s.readers.Put(r)
		known = now
	}
}

// answerBy puts a question to the index as one reader cuts it.
func (s *Service) answerBy(ctx context.Context, r *reader, ask Request, parsed Parsed, sections, tags map[int]int64) (p plan, found postings.Found, err error) {
	if err := s.umlauts(ctx, r, parsed); err != nil {
		return p, found, err
	}
	p = r.plan(parsed, sections, tags)
	if ask.Typing {
		if err := s.begin(ctx, r, &p, parsed); err != nil {
			return p, found, err
		}
	}
	p.narrow(ask, s.clock.Now())
	found, err = s.index.Find(ctx, p.query)
	return p, found, err
}

// filtered reports whether the request asks for something beside its words.
func (ask Request) filtered() bool {
	return ask.Section != 0 || ask.Author != 0 || ask.Tag != 0 || ask.Year != 0
}

// narrow adds what the request asks for beside its words.
func (p *plan) narrow(ask Request, now time.Time) {
	q := &p.query
	if ask.Section != 0 {
		p.filter(ColumnSection, ask.Section, false)
	}
	if ask.Author != 0 {
		p.filter(ColumnAuthor, ask.Author, false)
	}
	if ask.Tag != 0 {
		p.filter(ColumnTag, ask.Tag, false)
	}
	if ask.Year != 0 {
		p.filter(ColumnYear, int64(ask.Year), false)
	}
	switch ask.Sort {
	case Newest:
		q.Order = postings.Newest
	case Oldest:
		q.Order = postings.Oldest
	}
	q.Among = ask.Among
	q.Near = nearness
	q.Fresh = postings.Prior{Weight: freshWeight, HalfLife: freshHalf.Microseconds(), Now: db.Micros(now)}
	q.Limit = min(max(ask.Limit, 1), Limit)
	q.Offset = min(max(ask.Offset, 0), MaxFound-q.Limit)
	q.CountTo = countTo
	if ask.Facets {
		q.Facets = []uint8{ColumnSection, ColumnAuthor, ColumnYear, ColumnTag}
	}
}

// fill reads the articles of hits and cuts their snippets.
func (s *Service) fill(ctx context.Context, r *reader, p plan, found postings.Found, ask Request, out *Answer, locale string) error {
	out.More, out.Count, out.Exact = found.More, found.Count, found.Exact
	var ids []int64
	for _, h := range found.Hits {
		ids = append(ids, h.ID)
	}
	var articles map[int64]article.Article
	var texts map[int64]string
	var err error
	if ask.Snippets {
		articles, texts, err = s.public.ManyTexts(ctx, ids, s.whole(ctx))
	} else {
		articles, err = s.public.Many(ctx, ids)
	}
	if err != nil {
		return err
	}
	out.Results = make([]Result, 0, len(articles))
	for _, id := range ids {
		a, ok := articles[id]
		if !ok { // hidden since, and its job has not run yet
			out.Count--
			continue
		}
		res := Result{Article: a}
		if ask.Snippets {
			res.Snippet = p.marks.snippet(r.of(cmp.Or(a.Language, locale)), texts[id])
		}
		out.Results = append(out.Results, res)
	}
	out.Rough = !found.FacetsExact
	out.Facets = map[uint8][]Facet{}
	for column, values := range found.Facets {
		for _, v := range values {
			out.Facets[column] = append(out.Facets[column], Facet(v))
		}
	}
	return nil
}

// of is the analyser for texts of a language.
func (r *reader) of(tag string) *words.Analyzer {
	if i := slices.Index(r.tags, words.Base(tag)); i >= 0 {
		return r.all[i]
	}
	return r.site
}

// begin lets the last word of a question stand for the most frequent words
// that begin with it.
func (s *Service) begin(ctx context.Context, r *reader, p *plan, parsed Parsed) error {
	if n := len(p.wanted); n == 0 || p.wanted[n-1].part != len(parsed.Parts)-1 {
		return nil
	}
	w := p.wanted[len(p.wanted)-1]
	found, err := s.begun(ctx, r, clip(w.text, maxTermBytes))
	if err != nil || len(p.query.All) == 0 {
		return err
	}
	last := &p.query.All[len(p.query.All)-1]
	for _, t := range found[:min(len(found), suggested)] {
		last.Alts = append(last.Alts, postings.Alt{Terms: []string{t.Text}, Weight: weightBegun})
	}
	return nil
}

// Find returns up to limit articles for a question, the best first: for
// pickers, which show headlines alone and ask while somebody types.
func (s *Service) Find(ctx context.Context, query string, limit int) ([]article.Article, error) {
	found, err := s.Search(ctx, Request{Text: query, Limit: limit, Typing: true})
	var out []article.Article
	for _, r := range found.Results {
		out = append(out, r.Article)
	}
	return out, err
}

// resolve finds the sections and tags that a question names, by the number of
// its part; names that nothing has become words.
func (s *Service) resolve(ctx context.Context, p *Parsed) (sections, tags map[int]int64, err error) {
	sections, tags = map[int]int64{}, map[int]int64{}
	old := p.Parts
	p.Parts = nil
	var all []taxonomy.Section
	for _, part := range old {
		i := len(p.Parts)
		switch part.Kind {
		case Section:
			if all == nil {
				if all, err = taxonomy.Sections(ctx, s.db); err != nil {
					return nil, nil, err
				}
			}
			id := sectionNamed(all, part.Text)
			if id, err = s.shown(ctx, article.ScopeSection, id); err != nil {
				return nil, nil, err
			}
			if id == 0 {
				p.AsWords(part, NoSection)
				continue
			}
			sections[i] = id
		case Tag:
			id, err := s.tagNamed(ctx, part.Text)
			if err == nil {
				id, err = s.shown(ctx, article.ScopeTag, id)
			}
			if err != nil {
				return nil, nil, err
			}
			if id == 0 {
				p.AsWords(part, NoTag)
				continue
			}
			tags[i] = id
		}
		p.Parts = append(p.Parts, part)
	}
	return sections, tags, nil
}

// sectionNamed finds a section by its address word or its name, the uppermost
// of several.
func sectionNamed(all []taxonomy.Section, name string) int64 {
	key := joined(name)
	best, depth := int64(0), 1<<30
	for _, s := range all {
		if d := strings.Count(s.Path, "/"); (named(s.Name, key) || named(s.Slug, key) || named(s.Path, key)) && d < depth {
			best, depth = s.ID, d
		}
	}
	return best
}

// joined is the folded words of a name as one.
func joined(name string) string { return strings.Join(fold.Words(16, name), " ") }

// named reports whether something has a name that was typed, whose folded words are
// key: as typed or with umlauts.
func named(name, key string) bool {
	name = joined(name)
	return name == key || name == fold.Plain(key)
}

// shown is the id of a list that readers see articles in, 0 for others: what
// only drafts use is unknown.
func (s *Service) shown(ctx context.Context, scope string, id int64) (int64, error) {
	if id == 0 {
		return 0, nil
	}
	n, err := s.public.Count(ctx, scope, id)
	if n == 0 {
		return 0, err
	}
	return id, err
}

func (s *Service) tagNamed(ctx context.Context, name string) (int64, error) {
	t, err := taxonomy.TagBySlug(ctx, s.db, strings.ReplaceAll(joined(name), " ", "-"))
	if err == nil || !fault.Is(err, fault.NotFound) {
		return t.ID, err
	}
	found, err := taxonomy.SearchTags(ctx, s.db, name, 20)
	if err != nil {
		return 0, err
	}
	for _, t := range found {
		if named(t.Name, joined(name)) {
			return t.ID, nil
		}
	}
	return 0, nil
}
