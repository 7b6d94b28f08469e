// Package wpcontent turns the content of WordPress posts into article documents.
// It is pure: what lies outside of the text (files, saved blocks, the site's own
// hosts) comes through Context.
//
// # How a text becomes a document
//
// Content is classic text (implied paragraphs, shortcodes) or blocks of the block
// editor, or both. Blocks are parsed into a tree; those that are HTML around
// text are written out as that HTML; those that HTML cannot say (columns, files,
// embeds, footnotes…) are converted by themselves and leave a slot, a mark of two
// private characters, in their place. Shortcodes are treated likewise. Classic
// text then gets its paragraphs, richtext.FromHTML makes nodes of the whole, and
// the slots are filled. Last, addresses of files become media, straight quotation
// marks become typographic ones, and a line that is only an address of a known
// service becomes an embed, as WordPress shows them.
//
// # What is kept
//
// Words are never lost silently: Report has the words of the source as WordPress
// would show them and those of the document. What WordPress makes afresh for
// each visit (latest posts, calendars, log-in links) is dropped and counted. What
// is unknown keeps the words inside of it; its frame is counted by name and kept
// for the desk in a fallback node.
//
// Work is linear in the length of the text; nesting is bounded.
package wpcontent
