// Package postings is an inverted index in ordinary tables, the same on both
// engines: which documents have which terms, how much a term matters in each,
// and where it stands.
//
// It knows nothing about articles or languages. A document is a number with a
// time, some small columns and terms; a term is a short text that the caller
// makes (a stem, a word as it stands, a facet such as "\x01section:12").
//
// Merged documents stand in buckets of up to 16,384, where each has a slot;
// a term has one row in each bucket it occurs in, with the slots and a byte
// each for the impact, and one row in the dictionary, which lists its buckets
// with the number of documents and the greatest impact. A query goes through
// the buckets from the newest to the oldest and never reads those that cannot
// have a match, or none that would be among the best.
//
// A new document is one row in posting_fresh, which queries see at once: each
// process keeps those few in memory, by a version that every query reads. A
// job merges them into the buckets. Removing leaves a mark there, which
// queries honour from the commit on. Rebuilding fills buckets beside those
// that answer and changes over in one transaction.
//
// Tables: posting_state, posting_fresh, posting_bucket, posting_doc,
// posting_term, posting, posting_words.
package postings

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
)

// Limits of what is indexed and asked.
const (
	MaxTerm    = 255     // bytes of a term
	MaxTerms   = 20_000  // terms of a document
	MaxPlace   = 1 << 24 // places are below this
	Columns    = 16      // columns are numbered from 0 to 15
	MaxClauses = 64      // clauses of a query, all together
	MaxLimit   = 1000    // Offset + Limit of a query
)

// Index is the index of one database. Safe for concurrent use; every process
// on a database may have its own.
type Index struct {
	db      *db.DB
	clock   clock.Clock
	room    int // documents that go into a bucket
	cache   cache
	scratch scratches
	bounds  bounds

	mu      sync.Mutex
	current *view // the newest state that this process knows
}

// New returns the index in the tables of d.
func New(d *db.DB, c clock.Clock) *Index {
	return &Index{db: d, clock: c, room: bucketSlots, bounds: usual}
}

// Doc is a document to be found.
type Doc struct {
	ID    int64 // positive; what hits are called by
	At    int64 // publication in microseconds; what newest first and time ranges go by
	Cols  []Col
	Terms []Term // in any order, each text once
}

// Col is one value of a column. A document may have several values in one
// column (authors) or none.
type Col struct {
	Column uint8 // below Columns
	Value  int64
}

// Term is a term of a document.
type Term struct {
	Text string // valid UTF-8 without NUL, 1 to MaxTerm bytes
	// Impact says how much the term matters in this document, from 0 (only
	// matches) to 255: frequency, fields and length weighed together (see
	// Impact), without the term's rarity, which queries know.
	Impact uint8
	Places []uint32 // ascending; nil where phrases and nearness do not ask for the term
}

// Impact is the saturated weight of a term as a byte: BM25F's part of a
// document. weighted is the sum over fields of the term's count times the
// field's weight; length the document's weighted length divided by the usual
// one (1 for a usual document). The usual k1 (1.2) and b (0.5: long news are
// not padded ones) are fixed, so that an index stays comparable with itself.
func Impact(weighted, length float64) uint8 {
	const k1, b = 1.2, 0.5
	if weighted <= 0 {
		return 0
	}
	return uint8(1 + 254*weighted/(weighted+k1*(1-b+b*length)))
}

// PutTx makes the documents found from the commit of tx on, in place of
// former ones of the same IDs. It asks for JobMerge from time to time. Errors:
// Invalid for a document beyond the limits.
func (ix *Index) PutTx(ctx context.Context, tx *db.Tx, docs ...Doc) error {
	for i := range docs {
		if err := docs[i].check(); err != nil {
			return err
		}
		if err := ix.fresh(ctx, tx, docs[i].ID, false, encodeDoc(&docs[i])); err != nil {
			return err
		}
	}
	return nil
}

// RemoveTx makes the documents found no more from the commit of tx on; IDs
// that are not there are ignored. It asks for JobMerge.
func (ix *Index) RemoveTx(ctx context.Context, tx *db.Tx, ids ...int64) error {
	for _, id := range ids {
		if err := ix.fresh(ctx, tx, id, true, nil); err != nil {
			return err
		}
	}
	return nil
}

// mergeEvery is after how many changes a merge is asked for.
const mergeEvery = 64

func (ix *Index) fresh(ctx context.Context, tx *db.Tx, id int64, gone bool, body []byte) error {
	seq, err := putFresh(ctx, tx, id, gone, body)
	if err == nil && (gone || seq%mergeEvery == 0) {
		err = askMerge(ctx, tx)
	}
	return err
}

// check refuses a document beyond the limits, and sorts its terms.
func (d *Doc) check() error {
	refuse := func(format string, args ...any) error {
		return fault.New(fault.Invalid, "document %d cannot be indexed: "+format, append([]any{d.ID}, args...)...)
	}
	if d.ID <= 0 {
		return refuse("its number is not positive")
	}
	if len(d.Terms) > MaxTerms {
		return refuse("it has %d terms, more than %d", len(d.Terms), MaxTerms)
	}
	for _, c := range d.Cols {
		if c.Column >= Columns {
			return refuse("there is no column %d", c.Column)
		}
	}
	d.Terms = slices.SortedFunc(slices.Values(d.Terms), func(a, b Term) int { return cmp.Compare(a.Text, b.Text) })
	for i, t := range d.Terms {
		switch {
		case t.Text == "" || len(t.Text) > MaxTerm || !utf8.ValidString(t.Text) || strings.IndexByte(t.Text, 0) >= 0:
			return refuse("the term %.40q is empty, too long or no text", t.Text)
		case i > 0 && t.Text == d.Terms[i-1].Text:
			return refuse("it has the term %q twice", t.Text)
		case !slices.IsSorted(t.Places) || len(t.Places) > 0 && t.Places[len(t.Places)-1] >= MaxPlace:
			return refuse("the places of %q are out of order or too great", t.Text)
		}
	}
	return nil
}

// JobMerge is the job that merges what is fresh; its handler is HandleMerge.
const JobMerge = "postings.merge"

// mergesAtOnce bounds one run of the job, so that others get their turn.
const mergesAtOnce = 20

func askMerge(ctx context.Context, tx *db.Tx) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobMerge, Key: JobMerge})
}

// HandleMerge carries out JobMerge. Doing it twice changes nothing.
func (ix *Index) HandleMerge(ctx context.Context, _ []byte) error {
	for range mergesAtOnce {
		if more, err := ix.Merge(ctx); err != nil || !more {
			return err
		}
	}
	return ix.db.Write(ctx, askMerge)
}
