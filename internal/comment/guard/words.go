package guard

import _ "embed"

//go:embed words.json
var texts []byte

// Texts are the words for reasons in the languages of the desk, in the form of
// i18n.ParseWords.
func Texts() []byte { return texts }
