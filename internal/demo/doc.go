// Package demo is the sample newsroom that `dateline demo` fills a new site
// with: The Aldermouth Courier, a paper in an invented harbour city, with its
// articles, authors, pictures, comments and standing pages.
//
// Load reads everything from files embedded below content/ and checks that
// every reference holds; it is pure. Dates in the files are days before the
// moment of filling ("days_ago"), so that the paper is always fresh; Bind puts
// that moment, and the ids that the services gave, into a document.
//
// # Files
//
//	content/newsroom.toml            site, sections, tags, authors, menus
//	content/pictures.toml            pictures with their words; draw.Render draws them
//	content/articles/SLUG.md         an article
//	content/articles/SLUG.v2.md      a later published version of it
//	content/articles/SLUG.comments.toml
//	content/pages/SLUG.md            a standing page
//
// An article file is a TOML header between two +++ lines and a body.
//
// # Body
//
// Paragraphs, "## headings", "- " and "1. " lists, "> " quotes (a last line
// "> — name" is the source), tables with pipes (a line "Table: …" above is the
// caption), fenced code and "---" as usual. Inside a line: **strong**, *em*,
// `code`, ~~strike~~, ==highlight==, ~sub~, ^sup^, [words](href), [words]{lang=fr},
// [short]{abbr="long"}, [^1] for a footnote, a backslash at a line's end for a
// break, and dates as {date 12}, {day 12}, {weekday 12}, {month 12}, {year 12}:
// those of 12 days ago. An href is an address or article:SLUG, page:SLUG,
// section:PATH, tag:SLUG, author:SLUG.
//
// News blocks are containers, closed by a line of three colons, whose items
// begin with @, or leaves on one line:
//
//	::: fact-box "Title"           ::: quote-from "Name" role="…" source=URL
//	::: timeline "Title"           @ 310d "What happened" article=SLUG   or  @ 1931 "…"
//	::: accounts "Title"           @ "Party" source=URL label="…" silent="…"
//	::: columns                    @
//	::: gallery columns=3          @ PICTURE "caption"
//	::: footnotes                  @ 1
//	::: pull-quote "cite"          ::: correction clarification 12d
//	::: details "Summary"          ::: media-text PICTURE
//	::: verse                      ::: preformatted
//	:: figure PICTURE "caption" align=wide
//	:: related SLUG                :: embed URL "title" provider=…
//	:: button URL "label"          :: more, :: page-break, :: newsletter, :: math "tex"
package demo
