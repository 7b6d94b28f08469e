package quote

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/fold"
	"dateline/internal/settings"
)

// Cursor is a place in a list of quotes. The zero value is the newest end.
type Cursor struct{ At, ID int64 }

// CursorOf is the place of a quote.
func CursorOf(q *Quote) Cursor { return Cursor{db.Micros(q.At), q.ID} }

// Public reads the quotes that everybody may read.
type Public struct {
	q      db.Querier
	public *article.Public
}

// NewPublic reads through q.
func NewPublic(q db.Querier, c clock.Clock) *Public { return &Public{q, article.NewPublic(q, c)} }

// Page is some quotes of a list, the newest first.
type Page struct {
	Quotes []Quote
	Next   Cursor // where the list goes on; zero at its end
}

// maxKeys bounds the names under which one speaker is looked for.
const maxKeys = 50

// By returns up to limit quotes of a speaker who is known under some keys of
// Key, that come after a place.
func (p *Public) By(ctx context.Context, speakerKeys []string, after Cursor, limit int) (Page, error) {
	keys := slices.Clone(speakerKeys)
	slices.Sort(keys)
	var all []Quote
	for _, key := range slices.Compact(keys[:min(len(keys), maxKeys)]) {
		rows, err := p.q.Query(ctx, `SELECT `+columns+` FROM quote WHERE speaker_key = $1 AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4`,
			key, after.from().At, after.ID, limit+1)
		some, err := db.All(rows, err, scanPlain)
		if err != nil {
			return Page{}, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b Quote) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return p.page(ctx, all, limit)
}

// from is where reading begins.
func (c Cursor) from() Cursor {
	if c == (Cursor{}) {
		return Cursor{At: 1<<63 - 1}
	}
	return c
}

func (p *Public) page(ctx context.Context, all []Quote, limit int) (out Page, err error) {
	if len(all) > limit {
		all = all[:limit]
		out.Next = CursorOf(&all[limit-1])
	}
	out.Quotes, err = p.shown(ctx, all)
	return out, err
}

// shown keeps the quotes of articles that are in lists, with these.
func (p *Public) shown(ctx context.Context, all []Quote) ([]Quote, error) {
	known := map[int64]*article.Article{}
	var out []Quote
	for _, q := range all {
		a, asked := known[q.Article.ID]
		if !asked {
			one, vis, err := p.public.Read(ctx, q.Article.ID)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			if err == nil && vis == article.Listed {
				a = &one
			}
			known[q.Article.ID] = a
		}
		if a != nil {
			q.Article = *a
			out = append(out, q)
		}
	}
	return out, nil
}

// Query says which quotes are looked for. Words must all stand in the quote, in any
// of their forms, Speaker in the speaker's name or role; a word is found by its
// beginning. Nothing asks for all.
type Query struct {
	Words, Speaker string
	After          Cursor
	Limit          int
}

// One search looks at so many quotes at most; Next tells where it stopped.
const (
	maxScanned = 20_000
	scanChunk  = 1_000
)

// Find returns the newest quotes that fit. When it has looked at many without
// finding enough it returns what it has; Next goes on from there.
func (p *Public) Find(ctx context.Context, in Query) (Page, error) {
	words, err := p.sought(ctx, in.Words)
	if err != nil {
		return Page{}, err
	}
	speaker := fold.Words(maxSought, in.Speaker)
	asked := len(words.words)+len(speaker) > 0
	if !asked && in.Words+in.Speaker != "" { // signs alone
		return Page{}, nil
	}
	at := in.After
	var found []Quote
	for scanned := 0; scanned < maxScanned; {
		chunk := scanChunk
		if !asked {
			chunk = in.Limit + 1
		}
		rows, err := p.q.Query(ctx, `SELECT `+columns+`, folded FROM quote WHERE (at, id) < ($1, $2) ORDER BY at DESC, id DESC LIMIT $3`, at.from().At, at.ID, chunk)
		type row struct {
			Quote
			folded string
		}
		some, err := db.All(rows, err, func(r *sql.Rows) (one row, err error) {
			one.Quote, err = scan(r, &one.folded)
			return one, err
		})
		if err != nil {
			return Page{}, err
		}
		for i := range some {
			if words.in(&some[i].Quote, some[i].folded) && holds(" "+some[i].Key+folded(some[i].Role), speaker) {
				found = append(found, some[i].Quote)
				if len(found) > in.Limit {
					return p.page(ctx, found, in.Limit)
				}
			}
			at = CursorOf(&some[i].Quote)
		}
		if len(some) < chunk {
			return p.page(ctx, found, in.Limit)
		}
		scanned += len(some)
	}
	out, err := p.page(ctx, found, in.Limit)
	out.Next = at
	return out, err
}

// sought reads the words of a question.
func (p *Public) sought(ctx context.Context, text string) (*sought, error) {
	out := &sought{text: text, words: fold.Words(maxSought, text), by: map[string]*relatives{}}
	if len(out.words) == 0 {
		return out, nil
	}
	site, err := settings.Read(ctx, p.q)
	out.site = site.Locale
	return out, err
}

// holds tells whether each word begins one of a folded text.
func holds(folded string, words []string) bool {
	for _, w := range words {
		if !begins(folded, w) {
			return false
		}
	}
	return true
}

// In returns what an article that is in lists attributes to people, in its
// order.
func (p *Public) In(ctx context.Context, articleID int64) ([]Quote, error) {
	rows, err := p.q.Query(ctx, `SELECT `+columns+` FROM quote WHERE article_id = $1 ORDER BY record_id, n LIMIT 200`, articleID)
	all, err := db.All(rows, err, scanPlain)
	if err != nil {
		return nil, err
	}
	return p.shown(ctx, all)
}

// Any tells whether the site has quotes.
func (p *Public) Any(ctx context.Context) (bool, error) {
	page, err := p.Find(ctx, Query{Limit: 1})
	return len(page.Quotes) > 0, err
}
