// Package comment keeps what readers say under articles: it takes comments,
// judges them, and lets moderators decide.
//
// A comment belongs to one article and one thread: root_id and root_at repeat
// the thread's first comment. It is approved (public), pending, spam, binned, or
// removed by its writer; shown says whether it, or the place of one that was
// answered, is on readers' pages.
//
//   - A writer is a mailbox, sealed, found by a keyed index, in no public read
//     and in nothing that is made from one. A typed address proves nothing: only
//     a mailed link or the browser that wrote before makes somebody known.
//   - The article's comment_count is the exact number of its legible comments,
//     and replies that of a comment's shown answers, changed in the transaction
//     that changes them (tally). Writers of the same moment share transactions
//     (gather), so that a thousand comments a second touch an article's row some
//     twenty times.
//   - The token of a form names its comment: sending it again answers with what
//     it made.
//   - Mailed links act when somebody enters (POST), never when a program looks
//     (Peek). No link or job shows an address.
//   - Moderators' decisions teach the guard in the same transaction and can be
//     taken back with it.
//   - Network addresses are kept truncated and sealed, and erased after thirty
//     days; refused comments too.
//
// Importers write through Store, which keeps the same promises.
//
// Tables: comment, comment_* and article (comment_count).
package comment
