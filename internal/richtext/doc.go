// Package richtext owns the article document: its schema, its checks, and
// every way in and out of it.
//
// A document is a typed tree in ProseMirror's JSON form. The lists of nodes,
// marks and attributes are closed (schema.go); docs/contracts/document.md
// describes each with the HTML that it becomes.
//
// Ways in: Validate for documents that come from the editor or the database,
// FromHTML for foreign HTML (WordPress, paste), FromCommentHTML for comments.
// All of them return documents in normal form: exact int64 numbers, no empty
// text nodes, adjacent equal text merged, marks in one order, addresses of
// allowed schemes only.
//
// Ways out: HTML for pages, FeedHTML for feeds, CommentHTML for comments,
// PlainText for mail and terminals, Text for search, Excerpt for lists.
//
// HTML is never stored, sanitised or passed through. The renderer emits fixed
// tags, escaped text and addresses that SafeURL has accepted, and nothing
// else: there is no path by which a script in an article, an import or a
// comment reaches a page.
//
// Everything here is pure: no I/O, no clock, no global state. All functions
// are safe for concurrent use.
package richtext
