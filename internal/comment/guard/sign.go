package guard

import "time"

// Sign is what is known of a comment when it is judged. The zero value of a
// field is "nothing known", but for Fresh.
type Sign struct {
	Text     string   // as readers read it: no markup
	Name     string   // of the writer
	URL      string   // the writer's website
	Links    []string // where links of the text lead; addresses standing in Text are found without
	Language string   // of the article, such as "de" or "pt-BR"
	Own      []string // the site's own hosts; links there count for nothing
	Article  *Article // what is commented on; nil for nothing known

	Fresh   bool          // the form was given out for this article and is still good
	FormAge time.Duration // since the form was given out
	Trap    bool          // the field that people do not see was filled in
	First   bool          // no comment of the writer's was approved so far
	Seen    int           // comments of the same wave before this one, by others (Waves.Join)
	Again   int           // the same by the same writer or network
}

// Verdict is what came of judging.
type Verdict struct {
	Score   float64  // chance of spam, 0 to 1
	Spam    bool     // so sure that nobody need look
	Hold    bool     // a moderator should look first; set with Spam, too
	Reasons []Reason // weightiest first
}

// Reason is one piece of evidence.
type Reason struct {
	Word   Word    `json:"word"`
	Detail string  `json:"detail,omitempty"` // words, hosts or a number; "" for none
	Weight float64 `json:"weight"`           // log odds; below 0 it speaks for the comment
}

// Word names a kind of evidence. Its text for moderators has the key
// "guard." and the word in words.json, with Detail as {0}.
type Word string

// The words.
const (
	WordTrap      Word = "trap"      // the hidden field was filled in
	WordForm      Word = "form"      // the form was not given out by this site, or has expired
	WordFast      Word = "fast"      // sent too soon; Detail is seconds
	WordLinks     Word = "links"     // Detail is how many
	WordDomain    Word = "domain"    // links to domains that were spam before
	WordKnown     Word = "known"     // links to domains that were fine before
	WordShort     Word = "short"     // links through a service that hides where they lead
	WordHidden    Word = "hidden"    // an address written so that programs do not see it
	WordContact   Word = "contact"   // asks to write or call: number, messenger, mailbox
	WordName      Word = "name"      // the name is an address or an advertisement
	WordScripts   Word = "scripts"   // letters of other scripts posing as Latin ones
	WordInvisible Word = "invisible" // characters nobody sees, inside words
	WordMarks     Word = "marks"     // heaps of combining marks
	WordStyled    Word = "styled"    // letters out of the tables of mathematics
	WordSpaced    Word = "spaced"    // words written l i k e this
	WordCaps      Word = "caps"      // written in capitals
	WordRepeats   Word = "repeats"   // the same character or word again and again
	WordLanguage  Word = "language"  // not in the language of the article; Detail is the language or script found
	WordFirst     Word = "first"     // first comment of this writer
	WordTrusted   Word = "trusted"   // the writer's comments were approved before
	WordArticle   Word = "article"   // copied from the article; Detail is per cent
	WordWave      Word = "wave"      // others sent nearly the same; Detail is how many
	WordAgain     Word = "again"     // the writer sent nearly the same before
	WordText      Word = "text"      // words that mostly stand in spam; Detail lists them
	WordFine      Word = "fine"      // words that mostly stand in good comments
	WordEmpty     Word = "empty"     // nothing but a link or signs
)

// AllWords lists every word, for those who show them.
func AllWords() []Word {
	return []Word{WordTrap, WordForm, WordFast, WordLinks, WordDomain, WordKnown, WordShort, WordHidden, WordContact,
		WordName, WordScripts, WordInvisible, WordMarks, WordStyled, WordSpaced, WordCaps, WordRepeats, WordLanguage,
		WordFirst, WordTrusted, WordArticle, WordWave, WordAgain, WordText, WordFine, WordEmpty}
}
