// Package register keeps the people, organisations, places and events that the
// newsroom writes about, and knows which stories name them.
//
// # Vocabulary
//
// An entry has a name, other names that texts use for it, and what readers are
// told of it. An article's subjects are the entries that an editor confirmed
// for it (article.Content.Subjects); nothing in the text is marked. While
// somebody writes, the register suggests entries whose names it finds, and
// capitalised words that look like names of something new. A suggestion changes
// nothing until somebody confirms it.
//
// # Finding names
//
// Names are folded to words (package fold) and kept in a trie of words, so that
// a text is read once, word by word, and only whole words match. The longest
// name wins. Names are a few words long, which is why the trie needs no failure
// links: a word that begins no name costs one look-up. The trie is built once
// and followed by small ones of what changed since (Index).
//
// # After publication
//
// A job reads each article that readers see in lists, and keeps how often and
// where it names its subjects; EnlistTx of package article puts it into their
// lists. An entry that is marked as known by name counts stories that name it
// without anybody's word, such as an imported archive's.
//
// # Invariants
//
//   - Editors change the register; authors add entries while they write, which
//     are marked until an editor has looked at them.
//   - Readers see an entry only while a story in lists names it or it is open.
//   - What is read for readers is read through the lists of package article, so
//     nothing tells of an article that they may not see.
//   - A former address leads to the present one; an entry that was merged stands
//     for what it became in every version that names it.
//
// # Tables
//
// subject, subject_alias, subject_state, subject_use, subject_event,
// subject_dismissed; and rows in name_word, alias, address and listing.
package register
