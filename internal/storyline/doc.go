// Package storyline keeps continuing stories: what readers are told of each as
// a whole, and which articles tell it.
//
// # Vocabulary
//
// An article belongs to a storyline by the name in its content
// (article.Content.Storyline). The record of a storyline adds a headline, the
// summary ("the story so far"), its key people and places (entries of the
// register), open questions, and what is scheduled next. A name without a record
// still makes a list and the line at the end of its articles; it has no page.
//
// # Names and numbers
//
// A storyline's number is that of the list of its first name
// (article.StorylineRef). Another headline, or a storyline that was merged into
// it, is an alias of that number, so that immutable versions, fronts and readers'
// choices that hold a name or a number go on to mean the same.
//
// # After publication
//
// A job of article.EventSettled keeps the rows of the articles' timelines. What
// readers get is read through the list of package article, so nothing tells of
// an article that they may not see: a withdrawn one leaves the list in the
// transaction that withdraws it, and its rows with it.
//
// # Invariants
//
//   - Editors change storylines. A change names the revision that it was made
//     from, and is refused when there is a later one.
//   - Readers see a storyline while a public article is in its list.
//   - What is scheduled leaves the page by itself when its moment has passed.
//   - What it said, headline and summary, is kept with each change: who, when.
//     An earlier summary can be brought back.
//   - A former address leads to the present one.
//   - A suggestion changes nothing until somebody accepts it.
//
// # Tables
//
// storyline, storyline_revision, storyline_part, storyline_moment, storyline_dismissed; and rows in
// name_word, alias and address.
package storyline
