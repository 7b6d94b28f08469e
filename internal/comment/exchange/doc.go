// Package exchange moves comments in from other systems and out again.
//
// An import reads its file twice. The survey learns the ids: a comment's id is
// computed from its time and its number in the source, so that answers find
// what they answer wherever it stands in the file. The writing pass stores
// comments in batches, each one transaction together with the rows of
// import_key that say what was made of what. So a run that was killed is run
// again, and a second run finds everything unchanged.
//
// # Invariants
//
//   - in file = new + updated + unchanged + dropped + failed.
//   - A comment whose article is not found is in the report, with its address.
//   - A comment that was removed here stays removed, and one that moderators
//     decided about keeps their decision unless the source changed its own.
//   - A file that breaks off is imported up to that place, and the run ends with
//     the error.
//   - Memory grows with the number of comments (some 150 bytes each), writers
//     and pages, never with their texts.
//
// # Tables
//
// import_key (under the site "comments/" and the system's name), address, and
// through its package comment.
package exchange
