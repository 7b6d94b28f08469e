// Package wxr reads WordPress export files (WXR, "WordPress eXtended RSS",
// versions 1.0 to 1.2) as a stream of typed records.
//
// # Vocabulary
//
// A file is one RSS document: a channel with the site's own facts, its authors
// and terms (categories, tags, terms of any other taxonomy), then items. An
// item is a post of any type: post, page, attachment, menu item, saved block.
// Reader.Next returns one record after the other in the order of the file and
// holds one record in memory, so that a file may have any size.
//
// # What is mended and what is refused
//
// Exports are made by many programs and edited by hand. What has one sensible
// meaning is mended, counted and listed by Reader.Repairs: text before the XML
// declaration (PHP notices), an unescaped "&" or "<", HTML entities that XML
// does not know, NUL and control characters, bytes that are not UTF-8 (read as
// windows-1252), other encodings when declared. What leaves doubt about the
// content ends the reading with a fault of code Invalid
// that names the line and what to do: a file cut off, an end tag without its
// start, a document type with declarations (entity bombs, external entities),
// a tag, a text, an item or a nesting over its limit. Records that were
// returned before stay good.
//
// # Where the format is from
//
// wp-admin/includes/export.php of WordPress (WXR_VERSION 1.2). Names are matched by namespace, whatever the
// prefix: http or https, export versions 1.0, 1.1, 1.2 and later; a prefix that
// nobody declared counts by its usual name (wp, content, excerpt, dc).
package wxr
