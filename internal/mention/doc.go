// Package mention takes note when other sites link to an article: by webmention
// (W3C Recommendation, 12 January 2017) and, where the newsroom wants it, by
// pingback.
//
// A notice names a source and a target. What can be judged without the network
// is judged at once; then a row waits, and a job fetches the source through the
// safe client and looks for a link to the target. A source that has one becomes
// a comment of the kind "webmention" or "pingback" that moderators hold. A later
// notice for the same source looks again: changed words go back to the
// moderators, a source that is gone or links no more takes its words away.
//
// # Invariants
//
//   - What a source says is judged like a comment, by the same guard, rules and
//     bans: it waits for the moderators, who are told, or is spam.
//   - Nothing of a source is shown before a moderator approved these very words.
//   - One comment for each source and article, whatever is sent how often.
//   - The site never fetches itself, nor anything but the public internet, and
//     not faster than the limits, whoever asks.
//   - The sender's network address is not kept.
//
// # Tables
//
// web_mention, and through its package comment.
package mention
