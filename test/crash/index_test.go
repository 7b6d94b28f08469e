package crash

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/postings"
)

// answers is what the index of a site answers, whatever its tables look like: a
// line for each document that it finds, with its time, all the terms by which
// it finds it, and what these weigh together.
func answers(ctx context.Context, d *db.DB) ([]string, error) {
	index := postings.New(d, clock.System{})
	type document struct {
		at     int64
		terms  []string
		weight float64
	}
	docs := map[int64]*document{}
	var times []int64
	for q := (postings.Query{Order: postings.Oldest, Limit: postings.MaxLimit}); ; {
		found, err := index.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, h := range found.Hits {
			docs[h.ID] = &document{at: h.At}
			times = append(times, h.At)
		}
		if !found.More {
			break
		}
		q.After = &found.Hits[len(found.Hits)-1]
	}
	terms, err := termsOf(ctx, index)
	if err != nil {
		return nil, err
	}
	for some := range slices.Chunk(terms, postings.MaxClauses) {
		q := postings.Query{Limit: postings.MaxLimit, Explain: true}
		for _, term := range some {
			c := postings.Is(term)
			c.Rarity = 1 // whatever the index counts: only what the documents say
			q.Any = append(q.Any, c)
		}
		for from := 0; from < len(times); { // a query reaches so many at most
			to := min(from+postings.MaxLimit/2, len(times))
			for to < len(times) && times[to] == times[to-1] {
				to++
			}
			q.From, q.To = times[from], 0
			if to < len(times) {
				q.To = times[to]
			}
			found, err := index.Find(ctx, q)
			if err != nil {
				return nil, err
			}
			if found.More {
				return nil, fmt.Errorf("more than %d documents of one time", postings.MaxLimit)
			}
			for i, h := range found.Hits {
				doc := docs[h.ID]
				if doc == nil {
					return nil, fmt.Errorf("document %d is found by its terms only", h.ID)
				}
				for bit, term := range some {
					if found.Matched[i]&(1<<bit) != 0 {
						doc.terms = append(doc.terms, term)
					}
				}
				doc.weight += h.Score
			}
			from = to
		}
	}
	var lines []string
	for id, doc := range docs {
		lines = append(lines, fmt.Sprintf("%d\t%d\t%q\t%.3f", id, doc.at, strings.Join(doc.terms, " "), doc.weight))
	}
	slices.Sort(lines)
	return lines, nil
}

// termsOf are all terms that the index knows, in order.
func termsOf(ctx context.Context, index *postings.Index) (terms []string, err error) {
	err = index.Dictionary(ctx, func(ctx context.Context, d *postings.Dictionary) error {
		for from := ""; ; {
			some, err := d.From(ctx, from, 1000)
			if err != nil {
				return err
			}
			if len(some) == 0 {
				break
			}
			terms = append(terms, some...)
			from = some[len(some)-1] + "\x01"
		}
		d.Fresh(func(term string) { terms = append(terms, term) })
		return nil
	})
	slices.Sort(terms)
	return slices.Compact(terms), err
}

// damages are things that an import could lose; seen are the tables that must
// then differ from those of an undisturbed one, and no other.
var damages = map[string]struct {
	do   func(ctx context.Context, tx *db.Tx, index *postings.Index) error
	seen []string
}{
	"an article the index does not have": {func(ctx context.Context, tx *db.Tx, index *postings.Index) error {
		id, err := anArticle(ctx, tx)
		if err != nil {
			return err
		}
		return index.RemoveTx(ctx, tx, id)
	}, []string{"search"}},
	"an article with other words": {func(ctx context.Context, tx *db.Tx, index *postings.Index) error {
		id, err := anArticle(ctx, tx)
		if err != nil {
			return err
		}
		return index.PutTx(ctx, tx, postings.Doc{ID: id, At: 1, Terms: []postings.Term{{Text: "other", Impact: 9}}})
	}, []string{"search"}},
	"an article that goes with nothing": {func(ctx context.Context, tx *db.Tx, _ *postings.Index) error {
		_, err := tx.Exec(ctx, `DELETE FROM related_story WHERE article_id = (SELECT MIN(article_id) FROM related_story)`)
		return err
	}, []string{"related_story"}},
}

func anArticle(ctx context.Context, tx *db.Tx) (id int64, err error) {
	return id, tx.QueryRow(ctx, `SELECT MIN(article_id) FROM related_mark`).Scan(&id)
}

func damage(t *testing.T, url string, do func(ctx context.Context, tx *db.Tx, index *postings.Index) error) {
	t.Helper()
	d, err := db.Open(t.Context(), url, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	index := postings.New(d, clock.System{})
	if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return do(ctx, tx, index) }); err != nil {
		t.Fatal(err)
	}
}
