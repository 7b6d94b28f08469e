// Package article holds the newsroom's articles and standing pages: what they
// say, where they stand in the flow, and who may see them.
//
// # Life cycle
//
// An article is created as a draft with a working version. Save writes a new
// working version; Publish makes the working version live and names the kind
// of change; Schedule and an embargo put off the moment readers see it, which
// the release job carries out; Withdraw takes a published article down for
// good and leaves its reason; Retract returns it to a draft as if it had never
// been out. Versions are immutable and hash-chained.
//
// # Invariants
//
//   - Visible is the only rule for who may see what. settle writes its answer
//     (column public), and every public read asks it again.
//   - A row in listing, an address of kind article or page, and a media_use
//     row exist for an article exactly while Visible allows it.
//   - Lists, counts, neighbours, feeds and search read listing only.
//   - A version has seen_at exactly when readers could see it while the article
//     was listed; the public record (record.go) shows no other.
//   - Every write names the revision it began from, except those of the
//     importer, which owns what it imported until a person edits it.
//
// # Tables
//
// article (the standing record and what lists print), version (content),
// listing, listing_count and calendar (lists and their counts), address (what answers
// at a path), media_use (public media in use), alias (what stands for merged
// sections, tags and authors).
package article
