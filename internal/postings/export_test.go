package postings

// SetRoom makes buckets small, so that a test has many.
func (ix *Index) SetRoom(docs int) { ix.room = docs }

// SetBounds makes it count little, so that a test reaches what comes behind.
func (ix *Index) SetBounds(facets, phrases int64) { ix.bounds = bounds{facets, phrases} }
