package postings

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
)

const (
	mergeDocs   = 64   // fresh documents merged in one transaction: a tenth of a second's work
	crowdDocs   = 512  // … when very many wait
	crowd       = 1024 // fresh documents that are very many
	sweepTerms  = 500
	sweepDocs   = 5000
	writeAtOnce = 2000 // rows in a statement on PostgreSQL
	buildRests  = time.Hour
)

// Merge moves up to some hundred fresh documents into the buckets in one
// transaction, or sweeps some of what a rebuild left behind, and says whether
// there is more to do.
func (ix *Index) Merge(ctx context.Context) (more bool, err error) {
	err = ix.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		more = false
		counters, err := state(ctx, tx)
		if err != nil {
			return err
		}
		if counters[countBuilding] != 0 {
			if ix.clock.Now().Sub(db.Time(counters[countBuilt])) < buildRests {
				return nil // what is fresh goes over the new buckets when they are done
			}
			if err := dropBuild(ctx, tx, counters); err != nil {
				return err
			}
			counters[countSweep] = 1
		}
		var waiting int64
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM posting_fresh`).Scan(&waiting); err != nil {
			return err
		}
		limit := mergeDocs
		if waiting > crowd {
			limit = crowdDocs
		}
		rows, err := freshBehind(ctx, tx, -1, limit)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			more, err = sweep(ctx, tx, counters)
			return err
		}
		more = waiting > int64(len(rows)) || counters[countSweep] != 0
		m := &merge{tx: tx, full: ix.room, era: counters[countEra], changes: map[placed]*change{}}
		return m.run(ctx, rows)
	})
	return more && err == nil, err
}

// placed names a list while its term may not have a number yet.
type placed struct {
	term   *entry
	bucket int64
}

// change is what a merge does to a list.
type change struct {
	gone []uint16
	adds []addition
}

type addition struct {
	slot   uint16
	impact byte
	places []byte
}

// opened is a bucket that a merge changes.
type opened struct {
	bucketRow
	cards []card
}

// merge is one merge on its way.
type merge struct {
	tx      *db.Tx
	full    int // documents of a bucket
	era     int64
	buckets []*opened // all, by number; bodies are read when needed
	byText  map[string]*entry
	byID    map[int64]*entry
	changes map[placed]*change
	docs    []docRow
	words   []wordsRow
	gone    []int64
	left    []int64 // spots of what is gone
}

// arrival is a fresh row unpacked, with where the document was and goes.
type arrival struct {
	freshRow
	card  card
	terms []packed
	was   *spot
	old   []int64 // its former terms
}

func (m *merge) run(ctx context.Context, rows []freshRow) error {
	rowsOf, err := heads(ctx, m.tx, m.era)
	if err != nil {
		return err
	}
	for _, r := range rowsOf {
		m.buckets = append(m.buckets, &opened{bucketRow: r})
	}
	arrivals, err := m.unpack(ctx, rows)
	if err != nil {
		return err
	}
	if err := m.lookUp(ctx, arrivals); err != nil {
		return err
	}
	for i := range arrivals {
		if err := m.take(ctx, &arrivals[i]); err != nil {
			return err
		}
	}
	if err := m.lists(ctx); err != nil {
		return err
	}
	return m.write(ctx, rows)
}

func (m *merge) unpack(ctx context.Context, rows []freshRow) ([]arrival, error) {
	arrivals := make([]arrival, len(rows))
	for i, r := range rows {
		a := &arrivals[i]
		a.freshRow = r
		var err error
		if r.gone == 0 {
			if a.card, a.terms, err = decodeDoc(r.doc, r.body); err != nil {
				return nil, err
			}
		}
		was, err := spotOf(ctx, m.tx, r.doc, m.era)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if a.old, err = decodeIDs(was.terms); err != nil {
			return nil, err
		}
		a.was = &was
	}
	// The oldest first, so that buckets are in the order of time where they can be.
	slices.SortStableFunc(arrivals, func(a, b arrival) int { return cmp.Compare(a.card.at, b.card.at) })
	return arrivals, nil
}

// lookUp reads what the dictionary has of all terms, and adds those it lacks.
func (m *merge) lookUp(ctx context.Context, arrivals []arrival) error {
	texts, ids := map[string]bool{}, map[int64]bool{}
	for i := range arrivals {
		for _, t := range arrivals[i].terms {
			texts[t.text] = true
		}
		for _, id := range arrivals[i].old {
			ids[id] = true
		}
	}
	sorted := slices.Sorted(maps.Keys(texts))
	m.byText, m.byID = make(map[string]*entry, len(texts)), make(map[int64]*entry, len(texts)+len(ids))
	found, err := entriesByText(ctx, m.tx, sorted)
	if err != nil {
		return err
	}
	m.know(found)
	last, err := lastTerm(ctx, m.tx)
	if err != nil {
		return err
	}
	for _, text := range sorted {
		if m.byText[text] == nil {
			last++
			m.know([]entry{{id: last, text: text}})
		}
	}
	missing := slices.DeleteFunc(slices.Sorted(maps.Keys(ids)), func(id int64) bool { return m.byID[id] != nil })
	if found, err = entriesByID(ctx, m.tx, missing); err != nil {
		return err
	}
	m.know(found)
	for _, id := range missing {
		if m.byID[id] == nil {
			return damaged("a document with an unknown term")
		}
	}
	return nil
}

func (m *merge) know(found []entry) {
	for i := range found {
		m.byText[found[i].text], m.byID[found[i].id] = &found[i], &found[i]
	}
}

// take puts a document into its slot and notes what that changes.
func (m *merge) take(ctx context.Context, a *arrival) error {
	if a.was == nil && a.gone != 0 {
		return nil
	}
	var b *opened
	var slot int64
	var err error
	if a.was != nil {
		slot = a.was.slot
		b, err = m.open(ctx, a.was.bucket)
	} else {
		b, err = m.room(ctx)
		if err == nil {
			slot = int64(len(b.cards))
			b.cards = append(b.cards, card{})
		}
	}
	if err != nil {
		return err
	}
	if slot >= int64(len(b.cards)) {
		return damaged("a document outside its bucket")
	}
	for _, id := range a.old {
		c := m.change(m.byID[id], b.id)
		c.gone = append(c.gone, uint16(slot))
	}
	b.cards[slot] = a.card // empty when it is gone
	if a.gone != 0 {
		m.gone, m.left = append(m.gone, a.doc), append(m.left, spotOn(b.id, slot))
		return nil
	}
	all := make([]stands, len(a.terms))
	for i, t := range a.terms {
		e := m.byText[t.text]
		all[i] = stands{e.id, t.places}
		c := m.change(e, b.id)
		c.adds = append(c.adds, addition{uint16(slot), t.impact, t.places})
	}
	doc, words := rowsOf(a.doc, m.era, b.id, slot, all)
	m.docs, m.words = append(m.docs, doc), append(m.words, words)
	return nil
}

func (m *merge) change(e *entry, bucket int64) *change {
	key := placed{e, bucket}
	c := m.changes[key]
	if c == nil {
		c = &change{}
		m.changes[key] = c
	}
	return c
}

// open reads the documents of a bucket.
func (m *merge) open(ctx context.Context, id int64) (*opened, error) {
	i, ok := slices.BinarySearchFunc(m.buckets, id, func(b *opened, id int64) int { return cmp.Compare(b.id, id) })
	if !ok {
		return nil, damaged("a document in an unknown bucket")
	}
	b := m.buckets[i]
	if b.cards != nil {
		return b, nil
	}
	body, err := bodyOf(ctx, m.tx, id)
	if err != nil {
		return nil, err
	}
	if b.cards, err = decodeCards(body, b.slots); err == nil && b.cards == nil {
		b.cards = []card{}
	}
	return b, err
}

// room is the newest bucket, or a new one when that is full.
func (m *merge) room(ctx context.Context) (*opened, error) {
	if n := len(m.buckets); n > 0 {
		b, err := m.open(ctx, m.buckets[n-1].id)
		if err != nil || len(b.cards) < m.full {
			return b, err
		}
	}
	id, err := newBucket(ctx, m.tx)
	if err != nil {
		return nil, err
	}
	b := &opened{bucketRow: bucketRow{id: id, era: m.era}, cards: []card{}}
	m.buckets = append(m.buckets, b)
	return b, nil
}

// newBucket returns a number that no bucket ever had, since lists of one that
// is gone may still be there.
func newBucket(ctx context.Context, tx *db.Tx) (int64, error) {
	id, err := count(ctx, tx, countBucket)
	if err == nil && id >= maxBucket {
		err = fault.New(fault.Internal, "the search index has used up its %d buckets", maxBucket).WithHint("empty the posting_ tables and build it anew")
	}
	return id, err
}

// lists carries out the changes.
func (m *merge) lists(ctx context.Context) error {
	keys := slices.SortedFunc(maps.Keys(m.changes), func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.term.id, b.term.id), cmp.Compare(a.bucket, b.bucket))
	})
	for some := range slices.Chunk(keys, writeAtOnce) {
		var at []int64
		for _, k := range some {
			if _, ok := k.term.share(k.bucket); ok {
				at = append(at, placeOf(k.term.id, k.bucket))
			}
		}
		rows, err := postingsAt(ctx, m.tx, at)
		if err != nil {
			return err
		}
		former := make(map[int64]postingRow, len(rows))
		for _, r := range rows {
			former[r.place] = r
		}
		var put []postingRow
		var drop []int64
		for _, k := range some {
			place := placeOf(k.term.id, k.bucket)
			now, l, err := m.changes[k].apply(former[place])
			if err != nil {
				return err
			}
			k.term.setShare(k.bucket, l)
			if now.place = place; len(l.slots) == 0 {
				drop = append(drop, place)
			} else {
				put = append(put, now)
			}
		}
		if err := putPostings(ctx, m.tx, put); err != nil {
			return err
		}
		if err := dropPostings(ctx, m.tx, drop); err != nil {
			return err
		}
	}
	return nil
}

func (e *entry) share(bucket int64) (int, bool) {
	return slices.BinarySearchFunc(e.spread, bucket, func(s share, id int64) int { return cmp.Compare(s.bucket, id) })
}

// setShare notes the list of a bucket in the dictionary.
func (e *entry) setShare(bucket int64, l list) {
	i, ok := e.share(bucket)
	switch {
	case len(l.slots) == 0:
		if ok {
			e.spread = slices.Delete(e.spread, i, i+1)
		}
	case ok:
		e.spread[i] = share{bucket, len(l.slots), slices.Max(l.impacts)}
	default:
		e.spread = slices.Insert(e.spread, i, share{bucket, len(l.slots), slices.Max(l.impacts)})
	}
}

// apply returns the row with the changes.
func (c *change) apply(row postingRow) (postingRow, list, error) {
	l, err := decodeList(row.docs)
	if err != nil {
		return row, l, err
	}
	places, err := partPlaces(row.places, len(l.slots))
	if err != nil {
		return row, l, err
	}
	slices.SortFunc(c.adds, func(a, b addition) int { return cmp.Compare(a.slot, b.slot) })
	slices.Sort(c.gone)
	var out list
	var each [][]byte
	add := func(slot uint16, impact byte, places []byte) {
		out.slots, out.impacts, each = append(out.slots, slot), append(out.impacts, impact), append(each, places)
	}
	adds := c.adds
	for i, s := range l.slots {
		for len(adds) > 0 && adds[0].slot < s {
			add(adds[0].slot, adds[0].impact, adds[0].places)
			adds = adds[1:]
		}
		_, gone := slices.BinarySearch(c.gone, s)
		if !gone && (len(adds) == 0 || adds[0].slot != s) {
			add(s, l.impacts[i], places[i])
		}
	}
	for _, a := range adds {
		add(a.slot, a.impact, a.places)
	}
	return postingRow{docs: encodeList(out), places: joinPlaces(each)}, out, nil
}

// write puts everything but the lists into the tables.
func (m *merge) write(ctx context.Context, rows []freshRow) error {
	version, err := count(ctx, m.tx, countMerge)
	if err != nil {
		return err
	}
	for _, b := range m.buckets {
		if b.cards == nil {
			continue
		}
		b.version = version
		b.measure()
		if err := putBucket(ctx, m.tx, b.bucketRow); err != nil {
			return err
		}
	}
	if err := m.dictionary(ctx); err != nil {
		return err
	}
	for some := range slices.Chunk(m.docs, writeAtOnce) {
		if err := putDocs(ctx, m.tx, some); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(m.words, writeAtOnce) {
		if err := putWords(ctx, m.tx, some); err != nil {
			return err
		}
	}
	for _, spot := range m.left {
		if err := dropWords(ctx, m.tx, spot); err != nil {
			return err
		}
	}
	for _, doc := range m.gone {
		if err := dropDoc(ctx, m.tx, m.era, doc); err != nil {
			return err
		}
	}
	for _, r := range rows {
		if _, err := m.tx.Exec(ctx, `DELETE FROM posting_fresh WHERE doc = $1 AND seq = $2`, r.doc, r.seq); err != nil {
			return err
		}
	}
	return nil
}

func (m *merge) dictionary(ctx context.Context) error {
	touched := map[*entry]bool{}
	for k := range m.changes {
		touched[k.term] = true
	}
	var put []termRow
	var drop []int64
	for _, e := range slices.SortedFunc(maps.Keys(touched), func(a, b *entry) int { return cmp.Compare(a.id, b.id) }) {
		if len(e.spread) == 0 {
			drop = append(drop, e.id)
			continue
		}
		put = append(put, termRow{e.id, e.text, m.docsOf(e), encodeSpread(e.spread)})
	}
	for some := range slices.Chunk(put, writeAtOnce) {
		if err := putTerms(ctx, m.tx, some); err != nil {
			return err
		}
	}
	return dropTerms(ctx, m.tx, drop)
}

// docsOf counts the documents of a term in the buckets of the era.
func (m *merge) docsOf(e *entry) (n int64) {
	for _, s := range e.spread {
		if _, ok := slices.BinarySearchFunc(m.buckets, s.bucket, func(b *opened, id int64) int { return cmp.Compare(b.id, id) }); ok {
			n += int64(s.n)
		}
	}
	return n
}

// measure fills in the row of a bucket from its cards.
func (b *opened) measure() {
	b.slots, b.live, b.low, b.high = int64(len(b.cards)), 0, 0, 0
	for _, c := range b.cards {
		if c.id == 0 {
			continue
		}
		if b.live == 0 {
			b.low, b.high = c.at, c.at
		}
		b.live++
		b.low, b.high = min(b.low, c.at), max(b.high, c.at)
	}
	b.body = encodeCards(b.cards)
}
