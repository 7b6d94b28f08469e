// Package compare tells what changed between two states of an article, and
// brings two changes of the same state together.
//
// It works on a Record: named fields and a body. Package article makes records
// of its contents (article.Diff, article.Merge); nothing here knows articles,
// the database or HTML.
//
// # Comparing
//
// Diff aligns blocks: equal ones by their longest common order, the others by
// how many words they share, and those that went elsewhere as moved. Inside a
// block that changed it compares words, punctuation and marks; lists, accounts,
// timelines and tables are compared down to their text. The result is a tree
// of typed values that a template can print side by side or in one column.
//
// # Merging
//
// Merge is a three-way merge. What only one side changed is taken. What both
// changed is taken word by word where their changes keep apart; otherwise the
// merged record keeps mine and a Conflict keeps both forms. No word that a
// side added is lost, and the merged body is valid.
//
// # Bounds
//
// Work is bounded by a budget (lcs.go): a pathological document is compared
// coarsely, by replaced blocks, and never in quadratic time.
package compare
