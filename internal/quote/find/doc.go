// Package find suggests attributed quotes in English prose: whose words a
// passage is, by rules over the verbs of saying, "according to" and colons.
//
// It knows nothing of articles and people: texts go in, passages come out, and
// an editor decides. testdata/heldout.txt measures it (docs/quality.md).
package find
