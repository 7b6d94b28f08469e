// Package front arranges front pages: the site's, and the top of a section's
// list.
//
// # Vocabulary
//
// A place is where a front stands: the site (0) or a section (its id). A plan
// is an ordered list of blocks; a block has slots. A slot is filled by hand,
// with an article and how it is shown here, or by rule, with the newest. An
// edition is a plan that was put before readers or will be; the draft is the
// one plan of a place that editors work on.
//
// # Life cycle
//
// Save writes the draft. Publish freezes it as an edition, from now or from a
// time, for good or until a time. At each moment the edition shows that began
// last among those that have begun and not ended; without any, the front makes
// itself of the newest. The job front.switch moves the pointer in front_live
// when that changes, in the transaction that records it.
//
// # Invariants
//
//   - No story stands twice on one front, and none that Visible does not list:
//     Fill asks article.Public for all of them.
//   - What a slot cannot show falls to the rule of its block.
//   - Every save names the revision of the draft that it began from.
//   - Editions never change but for when they showed, and their cancellation.
//
// Tables: front_draft, front_edition, front_live.
package front
