// Package editor holds what the server needs of the article editor, whose
// TypeScript stands in this folder: its interface texts.
package editor

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed words.json
var wordsFile []byte

// Languages are the languages that the texts are in.
func Languages() []string { return []string{"en", "de", "fr", "es", "ar"} }

// Words returns the editor's texts in a language by their keys, in English
// where the language is not one of Languages.
func Words(language string) (map[string]string, error) {
	var all map[string]map[string]string
	if err := json.Unmarshal(wordsFile, &all); err != nil {
		return nil, fmt.Errorf("ui/editor/words.json: %w", err)
	}
	out := make(map[string]string, len(all))
	for key, texts := range all {
		out[key] = texts[language]
		if out[key] == "" {
			out[key] = texts["en"]
		}
	}
	return out, nil
}
