// Package words makes of a text what search compares: words folded (lower
// case, no accents), their stems by the language of the text, stop words known
// as such, and pairs of characters for scripts that are written without spaces.
//
// The form as written is kept beside the stem, so that an exact word can rank
// above its relatives and a phrase can be asked for literally. What is written
// and what is asked must come through the same door: [Analyzer.Tokens] for
// texts, [Analyzer.Asks] for questions.
//
// Stems are Snowball's. They are made of the word with its accents and folded
// afterwards, since the rules of French or Spanish need the accents; a reader
// who types none still finds the same form by its folded word.
package words
