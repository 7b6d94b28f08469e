// Package search finds listed articles by their words, newest first.
//
// Words are folded in Go (lower case, no accents), so that both engines index
// and find the same. The two engines' full-text indexes sit behind engine;
// snippets are cut in Go from the few results shown. Tables: search_doc, and
// on SQLite search_index (FTS5).
package search

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/fold"
	"dateline/internal/job"
	"dateline/internal/richtext"
)

// JobIndex brings the index up to date for the articles of its payload, a JSON
// array of ids.
const JobIndex = "search.index"

// engine is what differs between the two databases.
type engine interface {
	put(ctx context.Context, tx *db.Tx, articleID, place int64, headline, body string) error
	remove(ctx context.Context, tx *db.Tx, articleID int64) error
	find(ctx context.Context, q db.Querier, words []string, before int64, limit int) ([]match, error)
}

type match struct{ article, place int64 }

// Service indexes and finds. Safe for concurrent use.
type Service struct {
	db     *db.DB
	public *article.Public
	clock  clock.Clock
	engine engine
}

// NewService uses the full-text index of d's engine.
func NewService(d *db.DB, c clock.Clock) *Service {
	s := &Service{db: d, public: article.NewPublic(d, c), clock: c, engine: sqliteEngine{}}
	if d.Engine() == db.Postgres {
		s.engine = postgresEngine{}
	}
	return s
}

// EnqueueTx asks for the articles to be indexed after the transaction.
func EnqueueTx(ctx context.Context, tx *db.Tx, ids ...int64) error {
	if len(ids) == 0 {
		return nil
	}
	key := strconv.FormatInt(ids[0], 36) + "-" + strconv.FormatInt(ids[len(ids)-1], 36) + "-" + strconv.Itoa(len(ids))
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobIndex, Key: key, Payload: ids})
}

// HandleIndex carries out JobIndex. Doing it twice changes nothing.
func (s *Service) HandleIndex(ctx context.Context, payload []byte) error {
	var ids []int64
	if err := json.Unmarshal(payload, &ids); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, id := range ids {
			if err := s.index(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// HandleSettled carries out the job of article.EventSettled.
func (s *Service) HandleSettled(ctx context.Context, payload []byte) error {
	var p article.Settled
	if err := json.Unmarshal(payload, &p); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.index(ctx, tx, p.Article) })
}

func (s *Service) index(ctx context.Context, tx *db.Tx, id int64) error {
	if err := s.engine.remove(ctx, tx, id); err != nil {
		return err
	}
	public := article.NewPublic(tx, s.clock)
	a, vis, err := public.Read(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && vis != article.Listed {
		return nil
	}
	if err != nil {
		return err
	}
	v, err := public.Live(ctx, &a)
	if err != nil {
		return err
	}
	place, err := freePlace(ctx, tx, &a)
	if err != nil {
		return err
	}
	headline := distinct(a.Headline + " " + v.Content.ShortHeadline + " " + a.Standfirst)
	return s.engine.put(ctx, tx, id, place, headline, distinct(richtext.Text(v.Content.Body)))
}

// maxIndexed keeps an article's words below the megabyte that PostgreSQL's
// tsvector may hold; both engines index the same.
const maxIndexed = 400_000

// distinct returns the folded words of a text, each once.
func distinct(text string) string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, t := range fold.Tokens(text) {
		if seen[t.Word] {
			continue
		}
		if b.Len()+len(t.Word) >= maxIndexed {
			break
		}
		seen[t.Word] = true
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.Word)
	}
	return b.String()
}

// placeOf is a key that grows with the time of publication: milliseconds
// (negative before 1970), then 20 bits of the id to tell articles of the same
// moment apart.
func placeOf(a *article.Article) int64 {
	return db.Micros(a.FirstPublished)/1000<<20 | a.ID&(1<<20-1)
}

// freePlace is placeOf or, when another article has that by chance, the next
// one that is free.
func freePlace(ctx context.Context, q db.Querier, a *article.Article) (int64, error) {
	for place := placeOf(a); ; place++ {
		var taken int64
		err := q.QueryRow(ctx, `SELECT COUNT(*) FROM search_doc WHERE place = $1`, place).Scan(&taken)
		if err != nil || taken == 0 && place != 0 { // 0 means the first page to Find
			return place, err
		}
	}
}

// Result is one found article.
type Result struct {
	Article article.Article
	Snippet []Span
	Place   int64 // cursor for the next page
}

// Limit is the most results that one page may ask for.
const Limit = 50

// Find returns up to limit listed articles that have all words of the query,
// newest first, published before the place of a former result (0 for the first
// page). A query without words finds nothing.
func (s *Service) Find(ctx context.Context, query string, before int64, limit int) ([]Result, error) {
	words := Words(query)
	if len(words) == 0 {
		return nil, nil
	}
	if before == 0 {
		before = 1<<63 - 1
	}
	found, err := s.engine.find(ctx, s.db, words, before, min(limit, Limit))
	if err != nil {
		return nil, err
	}
	var out []Result
	for _, m := range found {
		a, vis, err := s.public.Read(ctx, m.article)
		if fault.Is(err, fault.NotFound) || err == nil && vis != article.Listed {
			continue
		}
		if err != nil {
			return nil, err
		}
		v, err := s.public.Live(ctx, &a)
		if err != nil {
			return nil, err
		}
		out = append(out, Result{Article: a, Snippet: Snippet(richtext.Text(v.Content.Body), words), Place: m.place})
	}
	return out, nil
}
