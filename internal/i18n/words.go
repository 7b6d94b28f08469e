package i18n

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"golang.org/x/text/feature/plural"
)

// Words are the messages of one part of the interface in every language,
// written key by key so that no language is forgotten:
//
//	{"media.title": {"en": "Media", "de": "Medien", …}}
//
// A message is a text or, where it depends on a number, one text a plural
// category, as in the catalogues.
type Words map[string]catalogue // by language

// ParseWords reads words. It refuses a message that a language lacks.
func ParseWords(raw []byte) (Words, error) {
	var texts map[string]map[string]json.RawMessage
	if err := json.Unmarshal(raw, &texts); err != nil {
		return nil, err
	}
	words := Words{}
	for _, lang := range Languages() {
		words[lang] = catalogue{}
	}
	for key, byLanguage := range texts {
		for lang, value := range byLanguage {
			if words[lang] == nil {
				return nil, fmt.Errorf("%s: %q is not a language of the interface", key, lang)
			}
			msg, err := parseMessage(value)
			if err != nil {
				return nil, fmt.Errorf("%s in %s: %w", key, lang, err)
			}
			words[lang][key] = msg
		}
		for lang, cat := range words {
			if _, ok := cat[key]; !ok {
				return nil, fmt.Errorf("%s: the language %s is missing", key, lang)
			}
		}
	}
	return words, nil
}

// With returns a printer that knows further words.
func (p *Printer) With(words Words) *Printer {
	more := *p
	more.messages = maps.Clone(p.messages)
	for _, lang := range []string{"en", p.language} {
		maps.Copy(more.messages, words[lang])
	}
	return &more
}

// Texts returns the plain messages whose keys begin with prefix, placeholders
// as {0}, {1} …, for a script that writes parts of a page.
func (p *Printer) Texts(prefix string) map[string]string {
	texts := map[string]string{}
	for key, msg := range p.messages {
		if msg.plain && strings.HasPrefix(key, prefix) {
			texts[key] = msg.forms[plural.Other].source()
		}
	}
	return texts
}

// source is the pattern as it is written in a catalogue.
func (p *pattern) source() string {
	var b strings.Builder
	for i, text := range p.text {
		b.WriteString(text)
		if i < len(p.slot) {
			if p.slot[i] == countSlot {
				b.WriteString("{n}")
			} else {
				fmt.Fprintf(&b, "{%d}", p.slot[i])
			}
		}
	}
	return b.String()
}
