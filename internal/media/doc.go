// Package media keeps pictures, sound, film and other files.
//
// # Vocabulary
//
// A medium is one thing that articles show: its words (caption, credit, alt
// text), its focal point, and at most one file. The original is the file as it
// was given, kept untouched and private under the SHA-256 of its bytes. A
// variant is a file that readers get: for pictures always encoded anew from
// the pixels, with credit and copyright kept and the place of taking removed.
// An alias is an address that a file had on a former site.
//
// # Life cycle
//
//	missing  known by its words only (an import without files)
//	stored   the original is kept, one fallback variant answers
//	ready    all variants are made (by a job)
//	failed   the file could not be made into variants; the reason is in Meta
//
// # Invariants
//
//   - Readers reach a medium's variants only while it is public: marked so
//     (logo, profile pictures), or shown by an article that readers may see
//     (a media_use row, kept by package article), or shown by a live front (a
//     media_front row, kept through OnFront). A front's draft, or one that
//     waits, only keeps them from counting as unused (media_front_later).
//   - A variant's name holds a fingerprint of all that it was made from, so
//     its bytes never change and it may be cached for ever. A new file or
//     focal point gives new names; old ones redirect to the new.
//   - What came in at the desk is private until an article that readers may
//     see, or a front, shows it, and again when nothing does: being uploaded on
//     the page of a public article is not being shown. What an import attached
//     to an article is public with it, as on the former site. People of the newsroom get its files through the desk.
//   - An original is deleted only when no row names it, while no upload is
//     between storing and recording (Service.originals).
//   - Storage keys are made of hashes and random tokens, never of file names.
//   - Blobs are written before the rows that name them. A crash leaves at
//     most a blob without a row, never a row without its blob.
//
// # Tables
//
// media: one row a medium. media_variant: one row a variant; blobs at
// variants/<2>/<token>/<name>, of files that are served as they are at
// originals/<2>/<sha256>. media_alias: folded former path to medium.
// media_upload: what uploads that come twice meet at. media_ref: which versions
// of which articles show a medium, written by package article through Refer.
// media_word: the library's index of words. media_use: which articles show it to
// readers, written by package article; rights_expire there repeats the end of
// the rights, and follows it from here. Read only: article,
// working_copy, profile.
package media
