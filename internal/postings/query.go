package postings

// Order is the order of hits.
type Order uint8

// The orders.
const (
	Best   Order = iota // highest score first, then newest
	Newest              // newest first
	Oldest              // oldest first
)

// Query asks for documents. All, None, Filters and the time range narrow what
// matches; All and Any make the score. With neither All nor Any, every
// document that the rest lets through matches.
type Query struct {
	All     []Clause // each must match
	Any     []Clause // raise the score; without All, at least AtLeast (1 for 0) must match
	AtLeast int
	None    []Clause // none may match
	Filters []Filter // each must let the document through
	Among   []int64  // only documents with these IDs; nil for all
	From    int64    // published at or after, microseconds; 0 for no bound
	To      int64    // published before; 0 for no bound

	Order Order
	Fresh Prior
	// Near raises the score of the best 100 by up to this part (0.3: by 30 %)
	// where the words of All stand close to each other.
	Near float64

	Limit  int // hits wanted; 0 for counts alone
	Offset int
	After  *Hit // begin behind this hit of the same query in place of Offset; Newest and Oldest only

	Explain bool    // say which clauses each hit has
	CountTo int     // count exactly up to this many, fewer where a phrase is in few of the documents that have its words; 0 for no count
	Facets  []uint8 // columns whose values are counted over all that matches
}

// Clause is one thing that is asked for, in any of several spellings. Its
// score is its weight, times the rarity of its commonest alternative, times
// the best of its alternatives.
type Clause struct {
	Alts   []Alt
	Weight float64 // 1 for 0; negative for a clause that only narrows
	Rarity float64 // as Rarity gives it; 0 to have it counted
}

// Alt is a term or a phrase.
type Alt struct {
	Terms  []string
	Weight float64 // 1 for 0
	// Offsets are the places of the terms of a phrase against each other
	// (0, 2 for "bank … England"); nil for one after the other.
	Offsets []int
	// Slack is how many places each further term of a phrase may stand behind
	// its own.
	Slack int
}

// Is is the clause of a single term.
func Is(term string) Clause { return Clause{Alts: []Alt{{Terms: []string{term}}}} }

// Filter lets through documents that have one of Values in the column.
type Filter struct {
	Column uint8
	Values []int64
	Not    bool // lets through those that have none of them
}

// Prior raises what is new: a document as old as HalfLife gets its score times
// 1 + Weight/2, one of this moment 1 + Weight, a very old one its score alone.
type Prior struct {
	Weight   float64 // 0 for none
	HalfLife int64   // microseconds
	Now      int64
}

// Hit is a document found.
type Hit struct {
	ID    int64
	At    int64
	Score float64 // 0 where the order is by time
}

// Found is the answer to a query.
type Found struct {
	Hits []Hit
	// Matched has for each hit the clauses that it has, where the query asked
	// to explain: bit i for the i-th of All and, behind them, of Any.
	Matched []uint64
	More    bool  // there are hits behind these
	Count   int64 // documents that match; at least that many unless Exact
	Exact   bool
	// Facets has the values of each column asked for, the most frequent
	// first, at most 200 a column: of all matches when FacetsExact, else as the
	// newest of them let expect.
	Facets      map[uint8][]FacetCount
	FacetsExact bool
	State       State
}

// State names what an index held when it answered: answers of the same state are
// of the same documents.
type State struct{ put, era int64 }

// FacetCount is how many matches have a value.
type FacetCount struct {
	Value int64
	N     int64
}
