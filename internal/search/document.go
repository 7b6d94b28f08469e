package search

import (
	"context"
	"slices"

	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/postings"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
	"dateline/internal/words"
)

// Marks before terms that are not words as written.
const (
	stemMark   = "\x01"
	bylineMark = "\x02a"
	saidMark   = "\x02q"
)

// StemTerm is the term of a stem. A document has it when some word of that
// stem differs from it; else the word itself says all.
func StemTerm(stem string) string { return stemMark + clip(stem, maxTermBytes) }

// Weights of fields: how many mentions in the body a mention there is worth.
const (
	weightHeadline   = 5
	weightShort      = 2 // short headline, titles for elsewhere
	weightStandfirst = 2.5
	weightKicker     = 1.5
	weightTag        = 2.5
	weightByline     = 2
	weightSection    = 1
	weightBody       = 1
	weightPicture    = 0.7 // alternative texts, captions and credits outside the body
)

const (
	usualWords   = 350 // words of a usual article, against which long ones are weighed
	fieldGap     = 64  // places between fields, so that no phrase crosses
	maxTermBytes = 200
	maxDocTerms  = postings.MaxTerms - 2000 // leaves room for stems
)

// indexer makes documents of articles. It remembers what many of them share
// and must not be used by several goroutines at once.
type indexer struct {
	q         db.Querier
	public    *article.Public
	conf      settings.Site
	analyzers map[string]*words.Analyzer
	lineages  map[int64][]taxonomy.Section
	tags      map[int64]string
	lines     map[string]string // what storylines are called now, by what articles call them
	languages map[string]bool   // met, and not known to be kept yet
	kept      map[string]bool
}

func newIndexer(q db.Querier, c clock.Clock, conf settings.Site) *indexer {
	return &indexer{q: q, public: article.NewPublic(q, c), conf: conf, analyzers: map[string]*words.Analyzer{},
		lineages: map[int64][]taxonomy.Section{}, tags: map[int64]string{}, lines: map[string]string{}, languages: map[string]bool{}, kept: map[string]bool{}}
}

// analyzer is the one for a language, "" for the site's.
func (x *indexer) analyzer(tag string) *words.Analyzer {
	if tag == "" {
		tag = x.conf.Locale
	}
	base := words.Base(tag)
	a := x.analyzers[base]
	if a == nil {
		a = words.New(base)
		x.analyzers[base] = a
	}
	if !x.kept[base] {
		x.languages[base] = true
	}
	return a
}

// document is what the index keeps of an article; listed is false for one that
// readers must not find.
func (x *indexer) document(ctx context.Context, id int64) (doc postings.Doc, ok bool, err error) {
	a, ok, err := listed(ctx, x.public, id)
	if !ok || err != nil {
		return doc, false, err
	}
	v, err := x.public.Live(ctx, &a)
	if err != nil {
		return doc, false, err
	}
	c := &v.Content
	shown, err := shownText(ctx, x.q, c.Body)
	if err != nil {
		return doc, false, err
	}
	b := builder{an: x.analyzer(c.Language), found: map[string]*weighed{}, stems: map[string]*family{}}
	doc = postings.Doc{ID: id, At: db.Micros(a.FirstPublished)}
	b.text(c.Headline, weightHeadline)
	b.text(c.ShortHeadline, weightShort)
	b.text(c.Kicker, weightKicker)
	b.text(c.Standfirst, weightStandfirst)
	body := b.text(richtext.Text(shown), weightBody)
	line, err := x.storyline(ctx, c.Storyline)
	if err != nil {
		return doc, false, err
	}
	for _, t := range []string{c.SearchTitle, c.SocialTitle, c.Dateline, line} {
		b.text(t, weightShort)
	}
	if err := x.pictures(ctx, &b, c); err != nil {
		return doc, false, err
	}
	if err := x.lists(ctx, &b, c, &doc); err != nil {
		return doc, false, err
	}
	for _, by := range c.Bylines {
		b.text(by.Name, weightByline)
		b.marked(bylineMark, by.Name)
		if by.Profile != 0 {
			doc.Cols = append(doc.Cols, postings.Col{Column: ColumnAuthor, Value: by.Profile})
		}
	}
	speakers(shown.Content, func(name string) { b.marked(saidMark, name) })
	doc.Cols = append(doc.Cols, postings.Col{Column: ColumnYear, Value: int64(a.FirstPublished.In(x.conf.Location()).Year())})
	doc.Cols = distinctCols(doc.Cols)
	doc.Terms = b.terms(body)
	return doc, true, nil
}

// storyline is what a storyline is called now: readers see that name in its
// articles, whatever they called it when they were written.
func (x *indexer) storyline(ctx context.Context, name string) (string, error) {
	if now, ok := x.lines[name]; ok || name == "" {
		return now, nil
	}
	ref, err := article.StorylineOf(ctx, x.q, name)
	if err != nil {
		return "", err
	}
	now := name
	err = x.q.QueryRow(ctx, `SELECT headline FROM storyline WHERE id = $1`, ref).Scan(&now)
	if err != nil && !fault.Is(err, fault.NotFound) { // without a record it is what articles call it
		return "", err
	}
	x.lines[name] = now
	return now, nil
}

// lists adds the sections with all above them, and the tags.
func (x *indexer) lists(ctx context.Context, b *builder, c *article.Content, doc *postings.Doc) error {
	for _, id := range c.Sections {
		line, ok := x.lineages[id]
		if !ok {
			var err error
			if line, err = taxonomy.Lineage(ctx, x.q, id); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			x.lineages[id] = line
		}
		for _, s := range line {
			b.text(s.Name, weightSection)
			doc.Cols = append(doc.Cols, postings.Col{Column: ColumnSection, Value: s.ID})
		}
	}
	for _, id := range c.Tags {
		name, ok := x.tags[id]
		if !ok {
			t, err := taxonomy.TagByID(ctx, x.q, id)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			name = t.Name
			x.tags[id] = name
		}
		if name != "" {
			b.text(name, weightTag)
			doc.Cols = append(doc.Cols, postings.Col{Column: ColumnTag, Value: id})
		}
	}
	return nil
}

// pictures adds the words of the lead picture and the alternative texts of
// pictures in the body, the media's own where the article has none.
func (x *indexer) pictures(ctx context.Context, b *builder, c *article.Content) error {
	if c.Lead != nil {
		caption, credit, alt, err := x.mediaWords(ctx, c.Lead.Media, c.Lead.Caption, c.Lead.Credit, c.Lead.Alt)
		if err != nil {
			return err
		}
		for _, t := range []string{caption, credit, alt} {
			b.text(t, weightPicture)
		}
	}
	var figures []*richtext.Node
	walk(c.Body.Content, func(n *richtext.Node) {
		if n.Type == "figure" {
			figures = append(figures, n)
		}
	})
	for _, n := range figures {
		own := "x" // the caption and the credit of a figure stand in the body's text
		if len(n.Content) == 0 {
			own = ""
		}
		caption, _, alt, err := x.mediaWords(ctx, n.AttrInt("media"), own, "x", n.AttrText("alt"))
		if err != nil {
			return err
		}
		if own == "" {
			b.text(caption, weightPicture)
		}
		b.text(alt, weightPicture)
	}
	return nil
}

func (x *indexer) mediaWords(ctx context.Context, id int64, caption, credit, alt string) (c, cr, al string, err error) {
	if id == 0 || caption != "" && credit != "" && alt != "" {
		return caption, credit, alt, nil
	}
	err = x.q.QueryRow(ctx, `SELECT caption, credit, alt FROM media WHERE id = $1`, id).Scan(&c, &cr, &al)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return orElse(caption, c), orElse(credit, cr), orElse(alt, al), err
}

func orElse(own, other string) string {
	if own != "" {
		return own
	}
	return other
}

func walk(nodes []richtext.Node, see func(*richtext.Node)) {
	for i := range nodes {
		see(&nodes[i])
		walk(nodes[i].Content, see)
	}
}

// speakers names everybody whose words an article gives: in quotes that say
// whose they are, in accounts, and in prose that is marked as somebody's.
func speakers(nodes []richtext.Node, say func(name string)) {
	walk(nodes, func(n *richtext.Node) {
		switch n.Type {
		case "attributed_quote":
			say(n.AttrText("speaker") + " " + n.AttrText("role"))
		case "account":
			say(n.AttrText("party"))
		case "quote", "pull_quote":
			say(n.AttrText("cite"))
		}
		for _, m := range n.Marks {
			if m.Type == "said" {
				speaker, _ := m.Attrs["speaker"].(string)
				role, _ := m.Attrs["role"].(string)
				say(speaker + " " + role)
			}
		}
	})
}

func distinctCols(cols []postings.Col) []postings.Col {
	var out []postings.Col
	for _, c := range cols {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// keepLanguages remembers which languages the index has, so that a question is
// stemmed by the rules of each.
func (x *indexer) keepLanguages(ctx context.Context, tx *db.Tx) error {
	for lang := range x.languages {
		if _, err := tx.Exec(ctx, `INSERT INTO search_language (language) VALUES ($1) ON CONFLICT (language) DO NOTHING`, lang); err != nil {
			return err
		}
		x.kept[lang] = true
	}
	clear(x.languages)
	return nil
}

// weighed is a term while its document is being made.
type weighed struct {
	weight float64
	places []uint32
}

// family is the words of one stem in a document.
type family struct {
	weighed
	differs bool // some word of it is not the stem itself
}

type builder struct {
	an    *words.Analyzer
	found map[string]*weighed
	stems map[string]*family
	place uint32
}

// text adds a field and returns its number of words.
func (b *builder) text(s string, weight float64) int {
	if s == "" {
		return 0
	}
	n := 0
	last := 0
	for _, t := range b.an.Tokens(s) {
		last = t.Place
		if t.Piece != words.Pair {
			n++
		}
		place := b.place + uint32(t.Place)
		if place >= postings.MaxPlace-1 {
			break
		}
		if !b.add(clip(t.Word, maxTermBytes), weight, place, t.Piece != words.Character) {
			continue
		}
		if t.Piece == words.Whole && !t.Stop {
			f := b.stems[t.Stem]
			if f == nil {
				f = &family{}
				b.stems[t.Stem] = f
			}
			f.weight += weight
			f.places = append(f.places, place)
			f.differs = f.differs || t.Stem != t.Word
		}
	}
	b.place += uint32(last) + fieldGap
	return n
}

// add counts one mention; it reports false when the document is full.
func (b *builder) add(term string, weight float64, place uint32, placed bool) bool {
	w := b.found[term]
	if w == nil {
		if len(b.found)+len(b.stems) >= maxDocTerms {
			return false
		}
		w = &weighed{}
		b.found[term] = w
	}
	w.weight += weight
	if placed {
		w.places = append(w.places, place)
	}
	return true
}

// marked adds the words of a name as terms that only their operator asks for.
func (b *builder) marked(mark, name string) {
	last := -1
	for _, t := range b.an.Tokens(name) {
		if t.Piece != words.Pair {
			b.add(mark+clip(t.Word, maxTermBytes), 0, b.place+uint32(t.Place), true)
			last = t.Place
		}
	}
	b.place += uint32(last + 1 + fieldGap)
}

// terms is all that was added. length is the number of words of the body.
func (b *builder) terms(length int) []postings.Term {
	long := max(float64(length), 20) / usualWords
	out := make([]postings.Term, 0, len(b.found)+len(b.stems))
	for text, w := range b.found {
		out = append(out, postings.Term{Text: text, Impact: postings.Impact(w.weight, long), Places: w.places})
	}
	for stem, f := range b.stems {
		if f.differs {
			slices.Sort(f.places)
			out = append(out, postings.Term{Text: StemTerm(stem), Impact: postings.Impact(f.weight, long), Places: f.places})
		}
	}
	return out
}

// clip cuts a text to at most n bytes at a character's end.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
