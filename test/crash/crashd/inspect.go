package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/test/crash"
)

// holding is everything the database holds of the newsroom's articles, read
// with statements of its own: the services are what is under test.
type holding struct {
	articles map[int64]*heldArticle
	order    []int64
	listed   map[int64]bool
	found    map[int64]bool // indexed, or about to be
	kin      map[int64]bool // had their turn to choose related stories, or are about to
	told     map[int64]bool // of whom an event tells
	reached  map[int64]bool // an address leads to it
	writing  []writing
}

// writing is a text that is being written.
type writing struct {
	article  int64
	headline string // as the lists of the desk have it
	status   string
	content  article.Content
}

// key is the idempotency key that the text came with.
func (w writing) key() string { return w.content.Fields[keyField] }

func (w writing) record() crash.Record {
	r := crash.Record{Key: w.key(), Op: opWrite, Hash: crash.Hash(payloadOf(w.content.Body)), Copies: 1}
	if w.headline != w.content.Headline || w.status != string(article.StatusDraft) {
		r.Missing = append(r.Missing, "the record of the draft")
	}
	return r
}

// heldArticle is one article with its versions in their order.
type heldArticle struct {
	id       int64
	status   string
	live     int64
	versions []heldVersion
}

type heldVersion struct {
	id, number             int64
	prev, hash             string
	change, note, document string
	content                article.Content
}

// inspect reads everything. Statements see the database one after the other:
// when an article was written between them, it reads again.
func (n *newsroom) inspect(ctx context.Context) (*holding, error) {
	for {
		before, err := n.written(ctx)
		if err != nil {
			return nil, err
		}
		h, held := n.read(ctx)
		after, err := n.written(ctx)
		if err != nil {
			return nil, err
		}
		if before == after {
			return h, held
		}
	}
}

// written changes with each version that is written.
func (n *newsroom) written(ctx context.Context) (stamp [2]int64, err error) {
	err = n.db.QueryRow(ctx, `SELECT COUNT(*) + (SELECT COUNT(*) FROM working_copy), COALESCE(MAX(id), 0) FROM version`).Scan(&stamp[0], &stamp[1])
	return stamp, err
}

func (n *newsroom) read(ctx context.Context) (*holding, error) {
	h := &holding{articles: map[int64]*heldArticle{}}
	rows, err := n.db.Query(ctx, `SELECT id, status, live_version FROM article ORDER BY id`)
	all, err := db.All(rows, err, func(r *sql.Rows) (*heldArticle, error) {
		a := &heldArticle{}
		return a, r.Scan(&a.id, &a.status, &a.live)
	})
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		h.articles[a.id] = a
		h.order = append(h.order, a.id)
	}
	if err := n.readVersions(ctx, h); err != nil {
		return nil, err
	}
	if h.writing, err = n.readWriting(ctx); err != nil {
		return nil, err
	}
	return h, n.readTraces(ctx, h)
}

func (n *newsroom) readWriting(ctx context.Context) ([]writing, error) {
	rows, err := n.db.Query(ctx, `SELECT a.id, a.headline, a.status, w.content FROM working_copy w JOIN article a ON a.id = w.article_id ORDER BY a.id`)
	return db.All(rows, err, func(r *sql.Rows) (w writing, err error) {
		var content []byte
		if err := r.Scan(&w.article, &w.headline, &w.status, &content); err != nil {
			return w, err
		}
		return w, json.Unmarshal(content, &w.content)
	})
}

func (n *newsroom) readVersions(ctx context.Context, h *holding) error {
	rows, err := n.db.Query(ctx, `SELECT article_id, id, number, prev_hash, hash, change, note, content FROM version ORDER BY article_id, number`)
	_, err = db.All(rows, err, func(r *sql.Rows) (struct{}, error) {
		var of int64
		var v heldVersion
		if err := r.Scan(&of, &v.id, &v.number, &v.prev, &v.hash, &v.change, &v.note, &v.document); err != nil {
			return struct{}{}, err
		}
		if err := json.Unmarshal([]byte(v.document), &v.content); err != nil {
			return struct{}{}, fmt.Errorf("version %d: %w", v.id, err)
		}
		a := h.articles[of]
		if a == nil {
			return struct{}{}, fmt.Errorf("version %d belongs to no article", v.id)
		}
		a.versions = append(a.versions, v)
		return struct{}{}, nil
	})
	return err
}

// readTraces reads what a publication must leave beside the article.
func (n *newsroom) readTraces(ctx context.Context, h *holding) (err error) {
	if h.listed, err = n.ids(ctx, `SELECT article_id FROM listing WHERE scope = 'site' AND ref = 0`); err != nil {
		return err
	}
	if h.reached, err = n.ids(ctx, `SELECT target_id FROM address WHERE kind = 'article'`); err != nil {
		return err
	}
	// Jobs first: one that is done in between has left its entry by then.
	searched, err := n.subjects(ctx, `SELECT payload FROM job WHERE kind = 'search.settled' AND state <> 'dead'`)
	if err != nil {
		return err
	}
	choosing, err := n.subjects(ctx, `SELECT payload FROM job WHERE kind = 'related.settled' AND state <> 'dead'`)
	if err != nil {
		return err
	}
	if h.found, err = n.indexed(ctx); err != nil {
		return err
	}
	if h.kin, err = n.ids(ctx, `SELECT article_id FROM related_mark`); err != nil {
		return err
	}
	maps.Copy(h.found, searched)
	maps.Copy(h.kin, choosing)
	h.told, err = n.subjects(ctx, `SELECT payload FROM event WHERE name = 'article.settled'`)
	return err
}

func (n *newsroom) ids(ctx context.Context, query string) (map[int64]bool, error) {
	rows, err := n.db.Query(ctx, query)
	all, err := db.All(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
	set := map[int64]bool{}
	for _, id := range all {
		set[id] = true
	}
	return set, err
}

// subjects are the articles that payloads tell of.
func (n *newsroom) subjects(ctx context.Context, query string) (map[int64]bool, error) {
	rows, err := n.db.Query(ctx, query)
	all, err := db.All(rows, err, func(r *sql.Rows) (s article.Settled, err error) {
		var payload []byte
		if err := r.Scan(&payload); err != nil {
			return s, err
		}
		return s, json.Unmarshal(payload, &s)
	})
	set := map[int64]bool{}
	for _, s := range all {
		set[s.Article] = true
	}
	return set, err
}

// records makes a record of each publication and each correction.
func (h *holding) records() []crash.Record {
	records := []crash.Record{}
	for _, id := range h.order {
		a := h.articles[id]
		broken := a.brokenChain()
		if r, ok := h.publication(a); ok {
			r.Missing = append(r.Missing, broken...)
			records = append(records, r)
		}
		for _, r := range a.corrections() {
			r.Missing = append(r.Missing, broken...)
			records = append(records, r)
		}
	}
	for _, w := range h.writing {
		records = append(records, w.record())
	}
	return records
}

// publication is the record of an article that publish made, in whatever state
// it is.
func (h *holding) publication(a *heldArticle) (crash.Record, bool) {
	r := crash.Record{Op: opPublish}
	for _, v := range a.versions {
		if key := v.content.Fields[keyField]; key != "" {
			r.Key, r.Hash = key, crash.Hash(payloadOf(v.content.Body))
			if v.change == string(article.ChangeOriginal) {
				r.Copies++
			}
		}
	}
	if r.Key == "" {
		return r, false
	}
	r.Copies = max(1, r.Copies)
	for part, there := range map[string]bool{
		"publication": a.status == string(article.StatusPublished) && a.live != 0,
		"listing":     h.listed[a.id], "address": h.reached[a.id], "event": h.told[a.id], "search": h.found[a.id], "related": h.kin[a.id],
	} {
		if !there {
			r.Missing = append(r.Missing, part)
		}
	}
	return r, true
}

// corrections are the records of the edits to an article.
func (a *heldArticle) corrections() []crash.Record {
	var order []string
	byKey := map[string]*crash.Record{}
	for _, v := range a.versions {
		if v.change != string(article.ChangeCorrection) {
			continue
		}
		r := byKey[v.note]
		if r == nil {
			r = &crash.Record{Key: v.note, Op: opEdit, Hash: crash.Hash(payloadOf(v.content.Body))}
			byKey[v.note] = r
			order = append(order, v.note)
		}
		r.Copies++
		if v.number > a.liveNumber() {
			r.Missing = append(r.Missing, "live version")
		}
	}
	var records []crash.Record
	for _, key := range order {
		records = append(records, *byKey[key])
	}
	return records
}

func (a *heldArticle) liveNumber() int64 {
	for _, v := range a.versions {
		if v.id == a.live {
			return v.number
		}
	}
	return 0
}

// brokenChain holds the versions against their hashes.
func (a *heldArticle) brokenChain() []string {
	prev := ""
	for i, v := range a.versions {
		h := sha256.New()
		for _, part := range []string{prev, v.change, v.note, v.document} {
			h.Write([]byte(part))
			h.Write([]byte{0})
		}
		if v.number != int64(i)+1 || v.prev != prev || v.hash != hex.EncodeToString(h.Sum(nil)) {
			return []string{fmt.Sprintf("the chain of versions up to number %d", v.number)}
		}
		prev = v.hash
	}
	return nil
}

// shown are the records that people can tell: what the site's list leads to, the
// corrections that the live versions stand on, and drafts as the desk has them.
func (n *newsroom) shown(ctx context.Context, h *holding) ([]crash.Record, error) {
	records, err := n.drafts(ctx, h)
	if err != nil {
		return nil, err
	}
	var after article.Cursor
	for {
		page, err := n.public.List(ctx, article.ScopeSite, 0, after, 200)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			return records, nil
		}
		for _, a := range page {
			live, err := n.public.Live(ctx, &a)
			if err != nil {
				return nil, err
			}
			if key := live.Content.Fields[keyField]; key != "" {
				records = append(records, crash.Record{Key: key, Op: opPublish, Hash: crash.Hash(payloadOf(live.Content.Body)), Copies: 1})
			}
			held := h.articles[a.ID]
			if held == nil {
				continue // published since the database was read
			}
			for _, v := range held.versions {
				if v.change == string(article.ChangeCorrection) && v.number <= live.Number {
					records = append(records, crash.Record{Key: v.note, Op: opEdit, Hash: crash.Hash(payloadOf(v.content.Body)), Copies: 1})
				}
			}
		}
		after = article.CursorOf(&page[len(page)-1])
	}
}

// drafts are the records of what is being written, read as the desk does.
func (n *newsroom) drafts(ctx context.Context, h *holding) ([]crash.Record, error) {
	records := []crash.Record{}
	for _, held := range h.writing {
		w, err := n.articles.Working(ctx, editor, held.article)
		if err != nil {
			return nil, err
		}
		records = append(records, writing{w.Article.ID, w.Article.Headline, string(w.Article.Status), w.Copy.Content}.record())
	}
	return records, nil
}
