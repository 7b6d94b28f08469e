package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"dateline/internal/db"
	"dateline/internal/postings"
	"dateline/test/crash"
)

// settled are the records once all jobs have run, when nothing counts as about
// to come. What belongs to no write, such as a draft in the index, is a record
// of its own.
func (n *newsroom) settled(ctx context.Context) ([]crash.Record, error) {
	if err := n.finishJobs(ctx); err != nil {
		return nil, err
	}
	h, err := n.inspect(ctx)
	if err != nil {
		return nil, err
	}
	records := h.records()
	stray := func(format string, args ...any) {
		records = append(records, crash.Record{Key: fmt.Sprintf(format, args...), Op: crash.OpStray, Copies: 1})
	}
	left, err := n.ids(ctx, `SELECT id FROM job WHERE kind LIKE 'search.%' OR kind LIKE 'related.%' OR kind LIKE 'postings.%'`)
	if err != nil {
		return nil, err
	}
	if len(left) > 0 {
		stray("%d jobs are left", len(left))
	}
	public, err := n.ids(ctx, `SELECT id FROM article WHERE status = 'published' AND public = 1 AND live_version <> 0`)
	if err != nil {
		return nil, err
	}
	for what, have := range map[string]map[int64]bool{"search entry": h.found, "choice of related stories": h.kin} {
		for id := range have {
			if !public[id] {
				stray("%s of article %d, which is not public", what, id)
			}
		}
		for id := range public {
			if !have[id] {
				stray("article %d without %s", id, what)
			}
		}
	}
	if err := n.checkRelated(ctx, public, stray); err != nil {
		return nil, err
	}
	return records, n.checkWords(ctx, h, stray)
}

// indexed are the articles that the index finds.
func (n *newsroom) indexed(ctx context.Context) (map[int64]bool, error) {
	found := map[int64]bool{}
	for q := (postings.Query{Order: postings.Oldest, Limit: postings.MaxLimit}); ; {
		page, err := n.search.Index().Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, h := range page.Hits {
			found[h.ID] = true
		}
		if !page.More {
			return found, nil
		}
		q.After = &page.Hits[len(page.Hits)-1]
	}
}

// checkRelated holds what articles offer against what was chosen and why, all
// of it public.
func (n *newsroom) checkRelated(ctx context.Context, public map[int64]bool, stray func(string, ...any)) error {
	chosen := map[int64][]int64{}
	rows, err := n.db.Query(ctx, `SELECT article_id, other_id FROM related_story ORDER BY article_id, position`)
	_, err = db.All(rows, err, func(r *sql.Rows) (struct{}, error) {
		var of, other int64
		err := r.Scan(&of, &other)
		chosen[of] = append(chosen[of], other)
		if !public[of] || !public[other] {
			stray("article %d offers %d, which is not public", of, other)
		}
		return struct{}{}, err
	})
	if err != nil {
		return err
	}
	rows, err = n.db.Query(ctx, `SELECT id, related FROM article`)
	_, err = db.All(rows, err, func(r *sql.Rows) (struct{}, error) {
		var id int64
		var text string
		var offers []int64
		if err := r.Scan(&id, &text); err != nil {
			return struct{}{}, err
		}
		if err := json.Unmarshal([]byte(text), &offers); err != nil {
			return struct{}{}, err
		}
		if !slices.Equal(offers, chosen[id]) {
			stray("article %d offers %v, chosen were %v", id, offers, chosen[id])
		}
		return struct{}{}, nil
	})
	return err
}

// looked is how many articles are looked for by their words, the newest first,
// beside all that have been corrected.
const looked = 200

// checkWords looks for articles by a word of their present text, and by one of
// each former text, which must not find them.
func (n *newsroom) checkWords(ctx context.Context, h *holding, stray func(string, ...any)) error {
	for i, id := range h.order {
		a := h.articles[id]
		if a.live == 0 || len(a.versions) < 2 && i < len(h.order)-looked {
			continue
		}
		words := map[string]bool{}
		for _, v := range a.versions[max(0, len(a.versions)-5):] {
			text, live := string(payloadOf(v.content.Body)), v.id == a.live
			if word, _, _ := strings.Cut(text, " "); word != "" && (live || !words[word]) {
				words[word] = live
			}
		}
		for word, want := range words {
			found, err := n.search.Index().Find(ctx, postings.Query{All: []postings.Clause{postings.Is(word)}, Limit: postings.MaxLimit})
			if err != nil {
				return err
			}
			if got := slices.ContainsFunc(found.Hits, func(hit postings.Hit) bool { return hit.ID == id }); got != want {
				stray("article %d found by %q of its texts: %v, want %v", id, word, got, want)
			}
		}
	}
	return nil
}
