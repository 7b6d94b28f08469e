package postings

// SetRoom makes buckets small, so that a test has many.
func (ix *Index) SetRoom(docs int) { ix.room = docs }
