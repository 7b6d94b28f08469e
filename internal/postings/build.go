package postings

import (
	"cmp"
	"context"
	"slices"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
)

// Build fills the index anew beside the one that answers. Merging rests
// meanwhile. A build that was interrupted goes on: Last says behind which
// document. Only one runs at a time. Not safe for concurrent use.
//
// A bucket is collected in memory and written in transactions of some ten
// milliseconds. Its row comes last: lists of a bucket without a row are
// ignored, and swept some time.
type Build struct {
	db       *db.DB
	clock    clock.Clock
	full     int // documents of a bucket
	era      int64
	token    int64
	lastAt   int64
	lastID   int64
	last     int64   // bucket that an earlier run finished last
	live     []int64 // buckets that answer, for the counts of the dictionary
	cards    []card
	own      map[int64]bool // documents of the bucket under way
	terms    map[string]*gathered
	termsOf  [][]uint32 // by slot
	placesOf [][]byte   // of those terms, as joinPlaces makes them
	gathered []*gathered
}

// gathered is the list of a term in the bucket under way.
type gathered struct {
	text string
	id   int64
	list
	places []byte // as joinPlaces makes them
	any    bool   // there are places
}

// buildPause is after how long without a write a build is taken for dead by
// another process. One that was only slow stops when it has been taken over.
const buildPause = 90 * 1_000_000 // microseconds

// Build begins a build or goes on with one that stands still. Errors:
// Conflict when another process is building.
func (ix *Index) Build(ctx context.Context) (*Build, error) {
	b := &Build{db: ix.db, clock: ix.clock, full: ix.room, token: id.New(), own: map[int64]bool{}, terms: map[string]*gathered{}}
	err := ix.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		b.lastAt, b.lastID, b.last = 0, 0, 0
		counters, err := state(ctx, tx)
		if err != nil {
			return err
		}
		now := db.Micros(ix.clock.Now())
		if counters[countBuilder] != 0 && now-counters[countBuilt] < buildPause {
			return fault.New(fault.Conflict, "the search index is being built already").
				WithHint("wait for it; if its process was killed, try again in two minutes")
		}
		if b.era = counters[countBuilding]; b.era == 0 {
			b.era = max(counters[countEra], counters[countTried]) + 1
		}
		for name, value := range map[string]int64{countBuilding: b.era, countTried: b.era, countBuilder: b.token, countBuilt: now} {
			if err := setCounter(ctx, tx, name, value); err != nil {
				return err
			}
		}
		rows, err := heads(ctx, tx, counters[countEra])
		if err != nil {
			return err
		}
		b.live = nil
		for _, r := range rows {
			b.live = append(b.live, r.id)
		}
		return b.resume(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return b, b.forget(ctx)
}

// forget takes out what an earlier run wrote of a bucket that it did not
// finish: documents of it may have been removed since.
func (b *Build) forget(ctx context.Context) error {
	docs, err := docsBehind(ctx, b.db, b.era, b.last)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(docs, writeAtOnce) {
		err := b.write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, doc := range some {
				if err := dropDoc(ctx, tx, b.era, doc); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// resume finds the last document that an earlier run kept.
func (b *Build) resume(ctx context.Context, tx *db.Tx) error {
	done, err := heads(ctx, tx, b.era)
	if err != nil || len(done) == 0 {
		return err
	}
	last := done[len(done)-1]
	b.last = last.id
	body, err := bodyOf(ctx, tx, last.id)
	if err != nil {
		return err
	}
	return eachCard(body, last.slots, func(_ int, c card) { b.lastAt, b.lastID = c.at, c.id })
}

// Last returns the document that was kept last by an earlier run, zeros for
// none: documents come in ascending order of (At, ID), beginning behind it.
func (b *Build) Last() (at, id int64) { return b.lastAt, b.lastID }

// Add adds documents; they are on disk only some thousands later. One that was
// added before is left as it was: its time has changed since, so it is fresh,
// and what is fresh goes over what was built. Errors: Invalid for a document
// beyond the limits or out of order, Conflict when the build was taken over by
// another process.
func (b *Build) Add(ctx context.Context, docs ...Doc) error {
	ids := make([]int64, len(docs))
	for i := range docs {
		ids[i] = docs[i].ID
	}
	have, err := docsOf(ctx, b.db, b.era, ids)
	if err != nil {
		return err
	}
	for _, d := range docs {
		if have[d.ID] || b.own[d.ID] {
			continue
		}
		if err := b.add(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

func (b *Build) add(ctx context.Context, d Doc) error {
	if err := d.check(); err != nil {
		return err
	}
	if b.lastID != 0 && cmp.Or(cmp.Compare(d.At, b.lastAt), cmp.Compare(d.ID, b.lastID)) <= 0 {
		return fault.New(fault.Invalid, "document %d is out of order", d.ID).WithHint("documents come in the order of their time, then their number")
	}
	b.lastAt, b.lastID = d.At, d.ID
	b.own[d.ID] = true
	slot := uint16(len(b.cards))
	b.cards = append(b.cards, card{d.ID, d.At, slices.Clone(d.Cols)})
	own := make([]uint32, len(d.Terms))
	var places, joined []byte
	for i, t := range d.Terms {
		g := b.terms[t.Text]
		if g == nil {
			g = &gathered{text: t.Text, id: int64(len(b.gathered))}
			b.terms[t.Text] = g
			b.gathered = append(b.gathered, g)
		}
		own[i] = uint32(g.id)
		places = encodePlaces(places[:0], t.Places)
		g.slots, g.impacts = append(g.slots, slot), append(g.impacts, t.Impact)
		g.places = appendPlaces(g.places, places)
		g.any = g.any || len(places) > 0
		joined = appendPlaces(joined, places)
	}
	b.termsOf, b.placesOf = append(b.termsOf, own), append(b.placesOf, joined)
	if len(b.cards) < b.full {
		return nil
	}
	return b.flush(ctx)
}

// write runs fn in a transaction if the build is still this one's.
func (b *Build) write(ctx context.Context, fn func(ctx context.Context, tx *db.Tx) error) error {
	return b.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		counters, err := state(ctx, tx)
		if err != nil {
			return err
		}
		if counters[countBuilder] != b.token {
			return fault.New(fault.Conflict, "another process has taken over building the search index")
		}
		if err := setCounter(ctx, tx, countBuilt, db.Micros(b.clock.Now())); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
}

// flush writes the bucket under way.
func (b *Build) flush(ctx context.Context) error {
	if len(b.cards) == 0 {
		return nil
	}
	var bucket int64
	err := b.write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		bucket, err = newBucket(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(slices.SortedFunc(slices.Values(b.gathered), func(x, y *gathered) int { return cmp.Compare(x.text, y.text) }), writeAtOnce) {
		numbers := make([]int64, len(some))
		err := b.write(ctx, func(ctx context.Context, tx *db.Tx) error { return b.lists(ctx, tx, bucket, some, numbers) })
		if err != nil {
			return err
		}
		for i, g := range some {
			g.list, g.places = list{}, nil
			g.id = numbers[i]
		}
	}
	if err := b.documents(ctx, bucket); err != nil {
		return err
	}
	err = b.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		o := opened{bucketRow: bucketRow{id: bucket, era: b.era, version: 1}, cards: b.cards}
		o.measure()
		return putBucket(ctx, tx, o.bucketRow)
	})
	b.cards, b.own, b.terms, b.gathered, b.termsOf, b.placesOf = nil, map[int64]bool{}, map[string]*gathered{}, nil, nil, nil
	return err
}

// documents writes what each document of the bucket under way has.
func (b *Build) documents(ctx context.Context, bucket int64) error {
	for from := 0; from < len(b.cards); from += writeAtOnce {
		var docs []docRow
		var words []wordsRow
		for slot := from; slot < min(from+writeAtOnce, len(b.cards)); slot++ {
			all := make([]stands, len(b.termsOf[slot]))
			places := placesCursor{b: b.placesOf[slot]}
			for i, n := range b.termsOf[slot] {
				all[i] = stands{b.gathered[n].id, places.next()}
			}
			doc, of := rowsOf(b.cards[slot].id, b.era, bucket, int64(slot), all)
			docs, words = append(docs, doc), append(words, of)
		}
		err := b.write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := putDocs(ctx, tx, docs); err != nil {
				return err
			}
			return putWords(ctx, tx, words)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// lists writes the lists of some terms and notes them in the dictionary.
func (b *Build) lists(ctx context.Context, tx *db.Tx, bucket int64, some []*gathered, numbers []int64) error {
	texts := make([]string, len(some))
	for i, g := range some {
		texts[i] = g.text
	}
	found, err := entriesByText(ctx, tx, texts)
	if err != nil {
		return err
	}
	known := make(map[string]entry, len(found))
	for _, e := range found {
		known[e.text] = e
	}
	last, err := lastTerm(ctx, tx)
	if err != nil {
		return err
	}
	terms, postings := make([]termRow, len(some)), make([]postingRow, len(some))
	for i, g := range some {
		e, ok := known[g.text]
		if !ok {
			last++
			e = entry{id: last, text: g.text}
		}
		numbers[i] = e.id
		e.setShare(bucket, g.list)
		terms[i] = termRow{e.id, e.text, e.docsIn(b.live), encodeSpread(e.spread)}
		postings[i] = postingRow{place: placeOf(e.id, bucket), docs: encodeList(g.list)}
		if g.any {
			postings[i].places = g.places
		}
	}
	if err := putTerms(ctx, tx, terms); err != nil {
		return err
	}
	return putPostings(ctx, tx, postings)
}

// docsIn counts the documents of a term in some buckets, ascending.
func (e *entry) docsIn(buckets []int64) (n int64) {
	for _, s := range e.spread {
		if _, ok := slices.BinarySearch(buckets, s.bucket); ok {
			n += int64(s.n)
		}
	}
	return n
}

// Finish makes the new index answer, in one transaction; what is fresh stays
// and goes over what was built. Merging sweeps away the former index and
// counts the dictionary anew.
func (b *Build) Finish(ctx context.Context) error {
	if err := b.flush(ctx); err != nil {
		return err
	}
	return b.write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := count(ctx, tx, countMerge); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM posting_bucket WHERE era <> $1`, b.era); err != nil {
			return err
		}
		for name, value := range map[string]int64{countEra: b.era, countBuilding: 0, countBuilder: 0, countSweep: 1} {
			if err := setCounter(ctx, tx, name, value); err != nil {
				return err
			}
		}
		return askMerge(ctx, tx)
	})
}

// dropBuild gives up a build that nobody goes on with.
func dropBuild(ctx context.Context, tx *db.Tx, counters map[string]int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM posting_bucket WHERE era = $1`, counters[countBuilding]); err != nil {
		return err
	}
	for name, value := range map[string]int64{countBuilding: 0, countBuilder: 0, countSweep: 1} {
		if err := setCounter(ctx, tx, name, value); err != nil {
			return err
		}
	}
	return nil
}

// sweep takes some of what no bucket of the era has out of the tables, and
// counts the documents of the terms.
func sweep(ctx context.Context, tx *db.Tx, counters map[string]int64) (more bool, err error) {
	if counters[countSweep] == 0 {
		return false, nil
	}
	era := counters[countEra]
	if found, err := sweepSpots(ctx, tx, era); found || err != nil {
		return true, err
	}
	rows, err := heads(ctx, tx, era)
	if err != nil {
		return false, err
	}
	var live []int64
	for _, r := range rows {
		live = append(live, r.id)
	}
	if found, err := sweepWords(ctx, tx, live); found || err != nil {
		return true, err
	}
	entries, err := entriesBehind(ctx, tx, counters[countSweep]-1, sweepTerms)
	if err != nil {
		return false, err
	}
	var put []termRow
	var drop, lists []int64
	for _, e := range entries {
		e.spread = slices.DeleteFunc(e.spread, func(s share) bool {
			_, ok := slices.BinarySearch(live, s.bucket)
			if !ok {
				lists = append(lists, placeOf(e.id, s.bucket))
			}
			return !ok
		})
		if len(e.spread) == 0 {
			drop = append(drop, e.id)
			continue
		}
		put = append(put, termRow{e.id, e.text, e.docsIn(live), encodeSpread(e.spread)})
	}
	if err := putTerms(ctx, tx, put); err != nil {
		return false, err
	}
	if err := dropTerms(ctx, tx, drop); err != nil {
		return false, err
	}
	if err := dropPostings(ctx, tx, lists); err != nil {
		return false, err
	}
	next := int64(0)
	if len(entries) > 0 {
		next = entries[len(entries)-1].id + 1
	}
	return next != 0, setCounter(ctx, tx, countSweep, next)
}

// sweepSpots takes out where documents were in other eras, and says whether
// there were any.
func sweepSpots(ctx context.Context, tx *db.Tx, era int64) (bool, error) {
	var other int64
	err := tx.QueryRow(ctx, `SELECT COALESCE((SELECT MIN(era) FROM posting_doc WHERE era < $1), (SELECT MAX(era) FROM posting_doc WHERE era > $1), -1)`, era).Scan(&other)
	if err != nil || other < 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM posting_doc WHERE era = $1 AND doc IN (SELECT doc FROM posting_doc WHERE era = $1 ORDER BY doc LIMIT $2)`,
		other, sweepDocs)
	return true, err
}

// sweepWords takes out the words of documents of all but the live buckets,
// which ascend, and says whether there were any.
func sweepWords(ctx context.Context, tx *db.Tx, live []int64) (bool, error) {
	next := int64(0) // the first bucket that is not looked at yet
	for _, bucket := range append(live[:len(live):len(live)], maxBucket) {
		if next < bucket {
			if n, err := dropWordsBetween(ctx, tx, next, bucket, sweepDocs); n > 0 || err != nil {
				return true, err
			}
		}
		next = bucket + 1
	}
	return false, nil
}
