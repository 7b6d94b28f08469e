// Package importer takes a site over from another system and proves it.
//
// A run over WordPress exports reads each file twice. The survey (survey.go)
// learns what the parts need to know of each other, since parents, pictures
// and menus may come after what names them, or in another file: ids, the
// site's zone and permalink pattern, terms, authors. The writing pass stores
// items in batches, each batch one transaction together with the import_key
// rows that say what was made of what. So a run that was killed is simply run
// again, and a second run finds everything unchanged.
//
// # Invariants
//
//   - The id of a thing is computed from its source (its time and number), or
//     taken from import_key; never made anew.
//   - import_key.hash covers everything that was stored; equal hashes mean
//     nothing to write.
//   - in file = new + updated + unchanged + dropped + failed, for every kind.
//   - A file that breaks off is imported up to that place, and the run ends
//     with the error.
//
// # Tables
//
// import_key, and through their packages those of settings, taxonomy, author,
// media, article and comment.
package importer
