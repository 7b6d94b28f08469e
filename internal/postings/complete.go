package postings

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"math/bits"
	"slices"
	"strings"

	"dateline/internal/db"
)

// Rarity is the weight that a query gives to a term of n documents out of docs
// (BM25's inverse document frequency, never negative).
func Rarity(n, docs int64) float64 {
	n = min(n, docs)
	return math.Log1p((float64(docs-n) + 0.5) / (float64(n) + 0.5))
}

// level is the class of frequency that completion goes by: the number of bits.
func level(n int64) int64 { return int64(bits.Len64(uint64(n))) }

// TermCount is a term of the dictionary with the number of documents that
// have it.
type TermCount struct {
	Text string
	N    int64
}

// Counts returns for each of the terms how many documents have it, and how
// many documents there are.
func (ix *Index) Counts(ctx context.Context, terms ...string) (n []int64, docs int64, err error) {
	n = make([]int64, len(terms))
	err = ix.db.Read(ctx, func(ctx context.Context, q db.Querier) error {
		v, err := ix.view(ctx, q)
		if err != nil {
			return err
		}
		docs = v.docs
		ls := &lists{q: q, cache: &ix.cache, view: v}
		if err := ls.look(ctx, terms); err != nil {
			return err
		}
		for i, text := range terms {
			if n[i], err = ix.alive(ctx, ls, text, ls.terms[text].docs); err != nil {
				return err
			}
		}
		return nil
	})
	return n, docs, err
}

// alive is n, or the exact number of documents that have a term when so many
// were replaced or removed that there may be none left.
func (ix *Index) alive(ctx context.Context, ls *lists, text string, n int64) (int64, error) {
	if n == 0 || n > int64(ls.view.gone+len(ls.view.fresh)) {
		return n, nil
	}
	found, err := ix.find(ctx, ls.q, &Query{All: []Clause{Is(text)}, CountTo: math.MaxInt})
	return found.Count, err
}

// Complete returns the most frequent terms that begin with prefix. While
// changes wait to be merged it may count documents that were removed or
// replaced, even for terms that no other has.
func (ix *Index) Complete(ctx context.Context, prefix string, limit int) ([]TermCount, error) {
	var out []TermCount
	err := ix.db.Read(ctx, func(ctx context.Context, q db.Querier) error {
		v, err := ix.view(ctx, q)
		if err != nil {
			return err
		}
		merged, err := frequent(ctx, q, prefix, limit)
		if err != nil {
			return err
		}
		counts := v.beginning(prefix)
		for _, t := range merged {
			counts[t.Text] += t.N
		}
		for text, n := range counts {
			out = append(out, TermCount{text, n})
		}
		return nil
	})
	slices.SortFunc(out, func(a, b TermCount) int { return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Text, b.Text)) })
	return out[:min(len(out), limit)], err
}

// beginning counts the fresh documents of the terms with a prefix.
func (v *view) beginning(prefix string) map[string]int64 {
	counts := map[string]int64{}
	for _, p := range v.chunks {
		for text, h := range p.terms {
			if strings.HasPrefix(text, prefix) {
				counts[text] += int64(len(h.slots))
			}
		}
	}
	return counts
}

// frequent reads the most frequent merged terms with a prefix, class by class.
func frequent(ctx context.Context, q db.Querier, prefix string, limit int) ([]TermCount, error) {
	var top int64
	if err := q.QueryRow(ctx, `SELECT COALESCE(MAX(level), 0) FROM posting_term`).Scan(&top); err != nil {
		return nil, err
	}
	var all []TermCount
	for l := top; l > 0 && len(all) < limit; l-- {
		rows, err := q.Query(ctx, `SELECT term, n FROM posting_term WHERE level = $1 AND term >= $2 AND term < $3 ORDER BY term LIMIT $4`,
			l, prefix, behind(prefix), 20_000)
		found, err := db.All(rows, err, func(r *sql.Rows) (t TermCount, err error) {
			err = r.Scan(&t.Text, &t.N)
			return t, err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// behind is the least text that follows every text with the prefix.
func behind(prefix string) string { return prefix + "\U0010FFFF" }
