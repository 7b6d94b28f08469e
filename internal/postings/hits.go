package postings

import (
	"cmp"
	"slices"
)

// hit is a Hit and where it is.
type hit struct {
	Hit
	part *part
	slot int
}

// spot is its key in posting_words, below that of every merged document for a
// fresh one.
func (h hit) spot() int64 { return spotOn(h.part.bucket, int64(h.slot)) }

// before reports that a stands before b in the order.
func before(o Order, a, b Hit) bool {
	switch o {
	case Newest:
		return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.ID, a.ID)) < 0
	case Oldest:
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) < 0
	default:
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.At, a.At), cmp.Compare(b.ID, a.ID)) < 0
	}
}

// top keeps the first of what is added, in their order. It sorts when twice as
// many have come together.
type top struct {
	order Order
	keep  int
	hits  []hit
	cut   bool    // hits[keep-1] is the last of those kept, at some time
	enter float64 // least score that may be kept
}

func (t *top) add(h hit) {
	if t.cut && !before(t.order, h.Hit, t.hits[t.keep-1].Hit) {
		return
	}
	if t.hits = append(t.hits, h); len(t.hits) >= 2*t.keep+16 {
		t.sort()
	}
}

func (t *top) sort() {
	slices.SortFunc(t.hits, func(a, b hit) int {
		switch {
		case before(t.order, a.Hit, b.Hit):
			return -1
		case before(t.order, b.Hit, a.Hit):
			return 1
		}
		return 0
	})
	if len(t.hits) >= t.keep {
		t.hits, t.cut = t.hits[:t.keep], t.keep > 0
		if t.cut {
			t.enter = t.hits[t.keep-1].Score
		}
	}
}

// full reports that only better ones are of use any more.
func (t *top) full() bool {
	if !t.cut && t.keep > 0 && len(t.hits) >= t.keep {
		t.sort()
	}
	return t.cut || t.keep == 0
}

// least is the last of those that are kept; only when full, and keeping any.
func (t *top) least() Hit {
	return t.hits[t.keep-1].Hit
}

func (t *top) sorted() []hit {
	t.sort()
	return t.hits
}
