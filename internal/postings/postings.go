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
// posting_term, posting.
package postings

import (
	"context"

	"dateline/internal/clock"
	"dateline/internal/db"
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
	db    *db.DB
	clock clock.Clock
}

// New returns the index in the tables of d.
func New(d *db.DB, c clock.Clock) *Index { return &Index{db: d, clock: c} }

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
// former ones of the same IDs. Errors: Invalid for a document beyond the
// limits. It asks for JobMerge when enough have come together.
func (ix *Index) PutTx(ctx context.Context, tx *db.Tx, docs ...Doc) error { return errUnbuilt }

// RemoveTx makes the documents found no more from the commit of tx on; IDs
// that are not there are ignored. It asks for JobMerge.
func (ix *Index) RemoveTx(ctx context.Context, tx *db.Tx, ids ...int64) error { return errUnbuilt }

// JobMerge is the job that merges what is fresh; its handler is HandleMerge.
const JobMerge = "postings.merge"

// HandleMerge carries out JobMerge. Doing it twice changes nothing.
func (ix *Index) HandleMerge(ctx context.Context, payload []byte) error { return errUnbuilt }

// Merge moves up to some hundred fresh documents into the buckets in one
// transaction, or sweeps some of what a rebuild left behind, and says whether
// there is more to do.
func (ix *Index) Merge(ctx context.Context) (more bool, err error) { return false, errUnbuilt }

// Build fills the index anew beside the one that answers. Merging rests
// meanwhile. A build that was interrupted goes on: Last says behind which
// document. Only one runs at a time. Not safe for concurrent use.
type Build struct{}

// Build begins a build or goes on with one that stands still. Errors:
// Conflict when another process is building.
func (ix *Index) Build(ctx context.Context) (*Build, error) { return nil, errUnbuilt }

// Last returns the document that was kept last by an earlier run, zeros for
// none: documents come in ascending order of (At, ID), beginning behind it.
func (b *Build) Last() (at, id int64) { return 0, 0 }

// Add adds a document; it is on disk only some thousands later. Errors:
// Conflict when the build was taken over by another process.
func (b *Build) Add(ctx context.Context, d Doc) error { return errUnbuilt }

// Finish makes the new index answer, in one transaction; what is fresh stays
// and goes over what was built. The caller must put again what changed while
// it read (which PutTx and RemoveTx, called by every change, do anyway).
func (b *Build) Finish(ctx context.Context) error { return errUnbuilt }
