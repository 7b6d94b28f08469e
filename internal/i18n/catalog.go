package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
)

//go:embed catalog/*.json
var files embed.FS

// pattern is a message cut at its placeholders: text[0] slot[0] text[1] …
// A message without placeholders has one text and no slot.
type pattern struct {
	text []string
	slot []int8 // argument number; countSlot for {n}
}

const countSlot = -1

// message is one pattern, or one a plural category; other is always set.
type message struct {
	plain bool
	forms [plural.Many + 1]*pattern // by plural.Form: Other, Zero, One, Two, Few, Many
}

type catalogue map[string]message

// catalogues are read once; they are compiled into the binary, so that a fault
// in one is a programming error which the tests find.
var catalogues = sync.OnceValue(func() map[string]catalogue {
	all := map[string]catalogue{}
	entries, err := files.ReadDir("catalog")
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		raw, err := files.ReadFile("catalog/" + entry.Name())
		if err != nil {
			panic(err)
		}
		cat, err := parseCatalogue(raw)
		if err != nil {
			panic(fmt.Sprintf("catalog/%s: %v", entry.Name(), err))
		}
		all[strings.TrimSuffix(entry.Name(), path.Ext(entry.Name()))] = cat
	}
	return all
})

var formNames = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two,
	"few": plural.Few, "many": plural.Many, "other": plural.Other,
}

func parseCatalogue(raw []byte) (catalogue, error) {
	var texts map[string]json.RawMessage
	if err := json.Unmarshal(raw, &texts); err != nil {
		return nil, err
	}
	cat := make(catalogue, len(texts))
	for key, value := range texts {
		msg, err := parseMessage(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		cat[key] = msg
	}
	return cat, nil
}

func parseMessage(raw json.RawMessage) (message, error) {
	var msg message
	var text string
	if json.Unmarshal(raw, &text) == nil {
		p, err := parsePattern(text)
		msg.plain, msg.forms[plural.Other] = true, p
		return msg, err
	}
	var forms map[string]string
	if err := json.Unmarshal(raw, &forms); err != nil {
		return msg, err
	}
	for name, text := range forms {
		form, ok := formNames[name]
		if !ok {
			return msg, fmt.Errorf("%q is not a plural category", name)
		}
		p, err := parsePattern(text)
		if err != nil {
			return msg, err
		}
		msg.forms[form] = p
	}
	if msg.forms[plural.Other] == nil {
		return msg, fmt.Errorf("the plural category other is missing")
	}
	return msg, nil
}

func parsePattern(text string) (*pattern, error) {
	p := &pattern{}
	rest := text
	for {
		before, after, found := strings.Cut(rest, "{")
		p.text = append(p.text, before)
		if !found {
			return p, nil
		}
		name, tail, closed := strings.Cut(after, "}")
		switch {
		case !closed:
			return nil, fmt.Errorf("%q: a brace is not closed", text)
		case name == "n":
			p.slot = append(p.slot, countSlot)
		case len(name) == 1 && name[0] >= '0' && name[0] <= '9':
			p.slot = append(p.slot, int8(name[0]-'0'))
		default:
			return nil, fmt.Errorf("%q: {%s} is not a placeholder", text, name)
		}
		rest = tail
	}
}

// format fills the placeholders. A missing argument leaves nothing behind.
func (p *pattern) format(count string, args []any) string {
	if len(p.slot) == 0 {
		return p.text[0]
	}
	var b strings.Builder
	for i, slot := range p.slot {
		b.WriteString(p.text[i])
		switch {
		case slot == countSlot:
			b.WriteString(count)
		case int(slot) < len(args):
			writeArg(&b, args[slot])
		}
	}
	b.WriteString(p.text[len(p.slot)])
	return b.String()
}

func writeArg(b *strings.Builder, arg any) {
	if s, ok := arg.(string); ok {
		b.WriteString(s)
		return
	}
	fmt.Fprint(b, arg)
}
