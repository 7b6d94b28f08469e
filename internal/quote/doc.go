// Package quote keeps what people said, as public articles attribute it: one
// row for each attributed quote, account and passage marked as said, with
// speaker, words, date, outlet, source and the place in the article. So "what
// has she said, when, and where did we print it" has an answer.
//
// Rows are drawn from the version that readers see when an article settles, and
// go when it does. Reading asks article.Public about every article once more.
// Statements in shared accounts belong to the record: one public article that
// shows it stands for them, so each is listed once.
//
// Tables: quote.
package quote
