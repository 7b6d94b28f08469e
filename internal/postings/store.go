package postings

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"dateline/internal/db"
)

// This file has the statements. Where many rows go in or out at once,
// PostgreSQL takes them as arrays in one statement, since each costs a round
// trip there. SQLite reads them by a list in JSON, which costs half of a
// statement for each (CROSS JOIN keeps it outside of the table's index), and
// writes them by a prepared statement for each.

// asList is keys as PostgreSQL or SQLite takes them in one parameter.
func asList[T int64 | string](q db.Querier, keys []T) any {
	if q.Engine() == db.Postgres {
		return keys
	}
	list, err := json.Marshal(keys)
	if err != nil {
		panic(err) // numbers and texts have a form in JSON
	}
	return string(list)
}

// byEngine chooses a statement.
func byEngine(q db.Querier, postgres, sqlite string) string {
	if q.Engine() == db.Postgres {
		return postgres
	}
	return sqlite
}

// The counters of posting_state; one without a row is 0.
const (
	countPut      = "put"      // changes of posting_fresh
	countMerge    = "merge"    // changes of everything else
	countEra      = "era"      // of the buckets that answer
	countBuilding = "building" // era that is being filled, 0 for none
	countTried    = "tried"    // last era that was begun
	countBuilder  = "builder"  // which process fills it
	countBuilt    = "built_at" // when it last wrote, microseconds
	countBucket   = "bucket"   // last number of a bucket
	countSweep    = "sweep"    // number of the term to go on sweeping at, 0 for nothing to do
)

// state reads the counters.
func state(ctx context.Context, q db.Querier) (map[string]int64, error) {
	rows, err := q.Query(ctx, `SELECT name, value FROM posting_state`)
	counters := map[string]int64{}
	_, err = db.All(rows, err, func(r *sql.Rows) (struct{}, error) {
		var name string
		var value int64
		err := r.Scan(&name, &value)
		counters[name] = value
		return struct{}{}, err
	})
	return counters, err
}

func setCounter(ctx context.Context, tx *db.Tx, name string, value int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO posting_state (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}

func count(ctx context.Context, tx *db.Tx, name string) (value int64, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO posting_state (name, value) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET value = posting_state.value + 1 RETURNING value`, name).Scan(&value)
	return value, err
}

// freshRow is a row of posting_fresh.
type freshRow struct {
	doc, seq, gone int64
	body           []byte
}

func freshBehind(ctx context.Context, q db.Querier, seq int64, limit int) ([]freshRow, error) {
	rows, err := q.Query(ctx, `SELECT doc, seq, gone, body FROM posting_fresh WHERE seq > $1 ORDER BY seq LIMIT $2`, seq, limit)
	return db.All(rows, err, func(r *sql.Rows) (f freshRow, err error) {
		err = r.Scan(&f.doc, &f.seq, &f.gone, &f.body)
		return f, err
	})
}

func putFresh(ctx context.Context, tx *db.Tx, doc int64, gone bool, body []byte) (seq int64, err error) {
	if seq, err = count(ctx, tx, countPut); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO posting_fresh (doc, seq, gone, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (doc) DO UPDATE SET seq = excluded.seq, gone = excluded.gone, body = excluded.body`, doc, seq, gone, db.Blob(body))
	return seq, err
}

// bucketRow is a row of posting_bucket.
type bucketRow struct {
	id, era, version, slots, live, low, high int64
	body                                     []byte
}

// heads reads the buckets of an era without their bodies.
func heads(ctx context.Context, q db.Querier, era int64) ([]bucketRow, error) {
	rows, err := q.Query(ctx, `SELECT id, era, version, slots, live, low, high FROM posting_bucket WHERE era = $1 ORDER BY id`, era)
	return db.All(rows, err, func(r *sql.Rows) (b bucketRow, err error) {
		err = r.Scan(&b.id, &b.era, &b.version, &b.slots, &b.live, &b.low, &b.high)
		return b, err
	})
}

func bodyOf(ctx context.Context, q db.Querier, bucket int64) (body []byte, err error) {
	err = q.QueryRow(ctx, `SELECT body FROM posting_bucket WHERE id = $1`, bucket).Scan(&body)
	return body, err
}

func putBucket(ctx context.Context, tx *db.Tx, b bucketRow) error {
	_, err := tx.Exec(ctx, `INSERT INTO posting_bucket (id, era, version, slots, live, low, high, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, slots = excluded.slots, live = excluded.live,
			low = excluded.low, high = excluded.high, body = excluded.body`,
		b.id, b.era, b.version, b.slots, b.live, b.low, b.high, db.Blob(b.body))
	return err
}

// spot is where a merged document is.
type spot struct {
	bucket, slot int64
	terms        []byte
}

func spotOf(ctx context.Context, q db.Querier, doc, era int64) (spot, error) {
	var s spot
	err := q.QueryRow(ctx, `SELECT bucket, slot, terms FROM posting_doc WHERE era = $1 AND doc = $2`, era, doc).Scan(&s.bucket, &s.slot, &s.terms)
	return s, err
}

// docsOf returns which of some documents are in the buckets of an era.
func docsOf(ctx context.Context, q db.Querier, era int64, docs []int64) (map[int64]bool, error) {
	have := map[int64]bool{}
	rows, err := q.Query(ctx, byEngine(q,
		`SELECT doc FROM posting_doc WHERE era = $1 AND doc = ANY ($2)`,
		`SELECT d.doc FROM json_each($2) k CROSS JOIN posting_doc d ON d.era = $1 AND d.doc = k.value`), era, asList(q, docs))
	_, err = db.All(rows, err, func(r *sql.Rows) (struct{}, error) {
		var doc int64
		err := r.Scan(&doc)
		have[doc] = true
		return struct{}{}, err
	})
	return have, err
}

// docsBehind returns the documents of an era in buckets behind one, in any order.
func docsBehind(ctx context.Context, q db.Querier, era, bucket int64) ([]int64, error) {
	rows, err := q.Query(ctx, `SELECT doc FROM posting_doc WHERE era = $1 AND bucket > $2`, era, bucket)
	return db.All(rows, err, func(r *sql.Rows) (doc int64, err error) {
		err = r.Scan(&doc)
		return doc, err
	})
}

func dropDoc(ctx context.Context, tx *db.Tx, era, doc int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM posting_doc WHERE era = $1 AND doc = $2`, era, doc)
	return err
}

// entry is a row of the dictionary.
type entry struct {
	id     int64
	text   string
	spread []share
}

func scanEntry(r *sql.Rows) (entry, error) {
	var e entry
	var spread []byte
	err := r.Scan(&e.id, &e.text, &spread)
	if err == nil {
		e.spread, err = decodeSpread(spread)
	}
	return e, err
}

// entriesByText reads what the dictionary has of some terms, in any order.
func entriesByText(ctx context.Context, q db.Querier, texts []string) ([]entry, error) {
	rows, err := q.Query(ctx, byEngine(q,
		`SELECT id, term, spread FROM posting_term WHERE term = ANY ($1)`,
		`SELECT t.id, t.term, t.spread FROM json_each($1) k CROSS JOIN posting_term t ON t.term = k.value`), asList(q, texts))
	return db.All(rows, err, scanEntry)
}

func entriesByID(ctx context.Context, q db.Querier, ids []int64) ([]entry, error) {
	rows, err := q.Query(ctx, byEngine(q,
		`SELECT id, term, spread FROM posting_term WHERE id = ANY ($1)`,
		`SELECT t.id, t.term, t.spread FROM json_each($1) k CROSS JOIN posting_term t ON t.id = k.value`), asList(q, ids))
	return db.All(rows, err, scanEntry)
}

// entriesBehind reads the dictionary in the order of its numbers.
func entriesBehind(ctx context.Context, q db.Querier, id int64, limit int) ([]entry, error) {
	rows, err := q.Query(ctx, `SELECT id, term, spread FROM posting_term WHERE id > $1 ORDER BY id LIMIT $2`, id, limit)
	return db.All(rows, err, scanEntry)
}

// lastTerm is the greatest number of a term.
func lastTerm(ctx context.Context, q db.Querier) (id int64, err error) {
	err = q.QueryRow(ctx, `SELECT COALESCE(MAX(id), 0) FROM posting_term`).Scan(&id)
	return id, err
}

// termRow is a row to be written to the dictionary; n counts the documents of
// the era that answers.
type termRow struct {
	id     int64
	text   string
	n      int64
	spread []byte
}

func putTerms(ctx context.Context, tx *db.Tx, terms []termRow) error {
	if tx.Engine() != db.Postgres {
		for _, t := range terms {
			_, err := tx.Exec(ctx, `INSERT INTO posting_term (id, term, n, level, spread) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (id) DO UPDATE SET n = excluded.n, level = excluded.level, spread = excluded.spread`,
				t.id, t.text, t.n, level(t.n), db.Blob(t.spread))
			if err != nil {
				return err
			}
		}
		return nil
	}
	ids, texts, ns, levels, spreads := make([]int64, len(terms)), make([]string, len(terms)), make([]int64, len(terms)), make([]int64, len(terms)), make([][]byte, len(terms))
	for i, t := range terms {
		ids[i], texts[i], ns[i], levels[i], spreads[i] = t.id, t.text, t.n, level(t.n), append([]byte{}, t.spread...)
	}
	_, err := tx.Exec(ctx, `INSERT INTO posting_term (id, term, n, level, spread)
		SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bytea[])
		ON CONFLICT (id) DO UPDATE SET n = excluded.n, level = excluded.level, spread = excluded.spread`, ids, texts, ns, levels, spreads)
	return err
}

func dropTerms(ctx context.Context, tx *db.Tx, ids []int64) error {
	if tx.Engine() == db.Postgres {
		_, err := tx.Exec(ctx, `DELETE FROM posting_term WHERE id = ANY ($1)`, ids)
		return err
	}
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `DELETE FROM posting_term WHERE id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}

// placeOf is the key of a term in a bucket.
func placeOf(term, bucket int64) int64 { return term*maxBucket + bucket }

// postingRow is a row of posting.
type postingRow struct {
	place        int64
	docs, places []byte
}

func scanPosting(r *sql.Rows) (p postingRow, err error) {
	err = r.Scan(&p.place, &p.docs, &p.places)
	return p, err
}

// postingsAt reads rows of posting by their keys, in any order.
func postingsAt(ctx context.Context, q db.Querier, at []int64) ([]postingRow, error) {
	rows, err := q.Query(ctx, byEngine(q,
		`SELECT place, docs, places FROM posting WHERE place = ANY ($1)`,
		`SELECT p.place, p.docs, p.places FROM json_each($1) k CROSS JOIN posting p ON p.place = k.value`), asList(q, at))
	return db.All(rows, err, scanPosting)
}

// docsBetween reads the documents of one term in a range of buckets.
func docsBetween(ctx context.Context, q db.Querier, from, to int64) ([]postingRow, error) {
	rows, err := q.Query(ctx, `SELECT place, docs FROM posting WHERE place BETWEEN $1 AND $2`, from, to)
	return db.All(rows, err, scanDocs)
}

func scanDocs(r *sql.Rows) (p postingRow, err error) {
	err = r.Scan(&p.place, &p.docs)
	return p, err
}

// docsAt reads the documents of a term in some buckets.
func docsAt(ctx context.Context, q db.Querier, at []int64) ([]postingRow, error) {
	rows, err := q.Query(ctx, byEngine(q,
		`SELECT place, docs FROM posting WHERE place = ANY ($1)`,
		`SELECT p.place, p.docs FROM json_each($1) k CROSS JOIN posting p ON p.place = k.value`), asList(q, at))
	return db.All(rows, err, scanDocs)
}

func placesAt(ctx context.Context, q db.Querier, place int64) (places []byte, err error) {
	err = q.QueryRow(ctx, `SELECT places FROM posting WHERE place = $1`, place).Scan(&places)
	return places, err
}

func putPostings(ctx context.Context, tx *db.Tx, all []postingRow) error {
	if tx.Engine() != db.Postgres {
		for _, p := range all {
			_, err := tx.Exec(ctx, `INSERT INTO posting (place, docs, places) VALUES ($1, $2, $3)
				ON CONFLICT (place) DO UPDATE SET docs = excluded.docs, places = excluded.places`, p.place, db.Blob(p.docs), db.Blob(p.places))
			if err != nil {
				return err
			}
		}
		return nil
	}
	at, docs, places := make([]int64, len(all)), make([][]byte, len(all)), make([][]byte, len(all))
	for i, p := range all {
		at[i], docs[i], places[i] = p.place, append([]byte{}, p.docs...), append([]byte{}, p.places...)
	}
	_, err := tx.Exec(ctx, `INSERT INTO posting (place, docs, places) SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[])
		ON CONFLICT (place) DO UPDATE SET docs = excluded.docs, places = excluded.places`, at, docs, places)
	return err
}

func dropPostings(ctx context.Context, tx *db.Tx, at []int64) error {
	if tx.Engine() == db.Postgres {
		_, err := tx.Exec(ctx, `DELETE FROM posting WHERE place = ANY ($1)`, at)
		return err
	}
	for _, place := range at {
		if _, err := tx.Exec(ctx, `DELETE FROM posting WHERE place = $1`, place); err != nil {
			return err
		}
	}
	return nil
}

// docRow is a row of posting_doc.
type docRow struct {
	doc, era, bucket, slot int64
	terms                  []byte
}

func putDocs(ctx context.Context, tx *db.Tx, docs []docRow) error {
	if tx.Engine() != db.Postgres {
		for _, d := range docs {
			_, err := tx.Exec(ctx, `INSERT INTO posting_doc (era, doc, bucket, slot, terms) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (era, doc) DO UPDATE SET bucket = excluded.bucket, slot = excluded.slot, terms = excluded.terms`,
				d.era, d.doc, d.bucket, d.slot, db.Blob(d.terms))
			if err != nil {
				return err
			}
		}
		return nil
	}
	ids, eras, buckets, slots, terms := make([]int64, len(docs)), make([]int64, len(docs)), make([]int64, len(docs)), make([]int64, len(docs)), make([][]byte, len(docs))
	for i, d := range docs {
		ids[i], eras[i], buckets[i], slots[i], terms[i] = d.doc, d.era, d.bucket, d.slot, append([]byte{}, d.terms...)
	}
	_, err := tx.Exec(ctx, `INSERT INTO posting_doc (era, doc, bucket, slot, terms)
		SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[])
		ON CONFLICT (era, doc) DO UPDATE SET bucket = excluded.bucket, slot = excluded.slot, terms = excluded.terms`, eras, ids, buckets, slots, terms)
	return err
}

// spotOn is the key of a document in posting_words.
func spotOn(bucket, slot int64) int64 { return bucket*bucketSlots + slot }

// wordsRow is a row of posting_words.
type wordsRow struct {
	spot int64
	body []byte
}

// rowsOf are the rows of a merged document with its terms, in any order.
func rowsOf(doc, era, bucket, slot int64, terms []stands) (docRow, wordsRow) {
	slices.SortFunc(terms, func(a, b stands) int { return cmp.Compare(a.id, b.id) })
	ids := make([]int64, len(terms))
	for i, t := range terms {
		ids[i] = t.id
	}
	return docRow{doc, era, bucket, slot, encodeIDs(ids)}, wordsRow{spotOn(bucket, slot), encodeWords(terms)}
}

func scanWords(r *sql.Rows) (w wordsRow, err error) {
	err = r.Scan(&w.spot, &w.body)
	return w, err
}

// wordsAt reads the words of documents by their keys, in any order.
func wordsAt(ctx context.Context, q db.Querier, spots []int64) ([]wordsRow, error) {
	rows, err := q.Query(ctx, byEngine(q,
		`SELECT spot, body FROM posting_words WHERE spot = ANY ($1)`,
		`SELECT w.spot, w.body FROM json_each($1) k CROSS JOIN posting_words w ON w.spot = k.value`), asList(q, spots))
	return db.All(rows, err, scanWords)
}

func putWords(ctx context.Context, tx *db.Tx, all []wordsRow) error {
	if tx.Engine() != db.Postgres {
		for _, w := range all {
			_, err := tx.Exec(ctx, `INSERT INTO posting_words (spot, body) VALUES ($1, $2)
				ON CONFLICT (spot) DO UPDATE SET body = excluded.body`, w.spot, db.Blob(w.body))
			if err != nil {
				return err
			}
		}
		return nil
	}
	spots, bodies := make([]int64, len(all)), make([][]byte, len(all))
	for i, w := range all {
		spots[i], bodies[i] = w.spot, append([]byte{}, w.body...)
	}
	_, err := tx.Exec(ctx, `INSERT INTO posting_words (spot, body) SELECT * FROM unnest($1::bigint[], $2::bytea[])
		ON CONFLICT (spot) DO UPDATE SET body = excluded.body`, spots, bodies)
	return err
}

func dropWords(ctx context.Context, tx *db.Tx, spot int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM posting_words WHERE spot = $1`, spot)
	return err
}

// dropWordsBetween takes out up to limit rows of a range of buckets.
func dropWordsBetween(ctx context.Context, tx *db.Tx, from, to int64, limit int) (dropped int64, err error) {
	return tx.Exec(ctx, `DELETE FROM posting_words WHERE spot IN
		(SELECT spot FROM posting_words WHERE spot >= $1 AND spot < $2 ORDER BY spot LIMIT $3)`, spotOn(from, 0), spotOn(to, 0), limit)
}
