package compare

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/internal/richtext"
)

// tokenKind is what a token is.
type tokenKind uint8

const (
	tokenWord  tokenKind = iota
	tokenSpace           // a run of white space
	tokenSign            // one punctuation mark or symbol
	tokenLeaf            // a break, picture or note sign in the line
)

// token is the smallest piece of a text that is compared.
type token struct {
	kind  tokenKind
	text  string
	marks []richtext.Mark
	leaf  *richtext.Node
	plain int32 // equal for the same text
	full  int32 // equal for the same text and marks
}

// names gives equal strings equal numbers.
type names map[string]int32

func (n names) of(s string) int32 {
	id, ok := n[s]
	if !ok {
		id = int32(len(n) + 1)
		n[s] = id
	}
	return id
}

// tokens cuts inline content into tokens.
func (n names) tokens(content []richtext.Node) []token {
	var out []token
	for i := range content {
		node := &content[i]
		if node.Type != "text" {
			key := n.of("\x00" + keyOf(node))
			out = append(out, token{kind: tokenLeaf, marks: node.Marks, leaf: node, plain: key, full: key})
			continue
		}
		var marks strings.Builder
		writeMarks(&marks, node.Marks)
		out = n.cut(out, node.Text, node.Marks, marks.String())
	}
	return out
}

// line cuts a plain text into tokens.
func (n names) line(s string) []token { return n.cut(nil, s, nil, "") }

func (n names) cut(out []token, s string, marks []richtext.Mark, marksKey string) []token {
	for s != "" {
		kind, size := nextToken(s)
		t := token{kind: kind, text: s[:size], marks: marks}
		t.plain = n.of(t.text)
		t.full = t.plain
		if marksKey != "" {
			t.full = n.of(t.text + "\x00" + marksKey)
		}
		out = append(out, t)
		s = s[size:]
	}
	return out
}

// nextToken returns the kind and the length of the token that s begins with.
// In scripts without spaces each letter is a word.
func nextToken(s string) (tokenKind, int) {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case unicode.IsSpace(r):
		return tokenSpace, size + spaceRun(s[size:])
	case unbroken(r):
		return tokenWord, size + markRun(s[size:])
	case inWord(r):
		return tokenWord, wordRun(s)
	}
	return tokenSign, size + markRun(s[size:])
}

func spaceRun(s string) int {
	return len(s) - len(strings.TrimLeftFunc(s, unicode.IsSpace))
}

func markRun(s string) int {
	return len(s) - len(strings.TrimLeftFunc(s, unicode.IsMark))
}

// wordRun is the length of the word that s begins with. Apostrophes, hyphens
// and full stops between letters are inside it.
func wordRun(s string) int {
	end := 0
	for end < len(s) {
		r, size := utf8.DecodeRuneInString(s[end:])
		switch {
		case unbroken(r):
			return end
		case inWord(r):
			end += size
			continue
		case !strings.ContainsRune("'’-‐‑.,_@·\u00ad\u200c\u200d\u2060", r):
			return end
		}
		next, _ := utf8.DecodeRuneInString(s[end+size:])
		if !inWord(next) || unbroken(next) || r == ',' && !unicode.IsDigit(next) {
			return end
		}
		end += size
	}
	return end
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
}

// unbroken reports letters of scripts that put no spaces between words.
func unbroken(r rune) bool {
	return r >= 0x0E00 && unicode.IsLetter(r) &&
		unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func plains(tokens []token) []int32 {
	out := make([]int32, len(tokens))
	for i := range tokens {
		out[i] = tokens[i].plain
	}
	return out
}

func fulls(tokens []token) []int32 {
	out := make([]int32, len(tokens))
	for i := range tokens {
		out[i] = tokens[i].full
	}
	return out
}

// inline makes inline content of tokens: text of the same marks is one node.
func inline(tokens []token) []richtext.Node {
	var out []richtext.Node
	var text strings.Builder
	for i := 0; i < len(tokens); {
		if tokens[i].kind == tokenLeaf {
			out = append(out, *tokens[i].leaf)
			i++
			continue
		}
		text.Reset()
		from := i
		for i < len(tokens) && tokens[i].kind != tokenLeaf && equalMarks(tokens[i].marks, tokens[from].marks) {
			text.WriteString(tokens[i].text)
			i++
		}
		out = append(out, richtext.Node{Type: "text", Text: text.String(), Marks: tokens[from].marks})
	}
	return out
}

func equalMarks(a, b []richtext.Mark) bool {
	if len(a) == 0 && len(b) == 0 {
		return true
	}
	var x, y strings.Builder
	writeMarks(&x, a)
	writeMarks(&y, b)
	return x.String() == y.String()
}

// keyOf writes a node so that equal nodes, and only those, have equal keys.
func keyOf(n *richtext.Node) string {
	var b strings.Builder
	writeKey(&b, n)
	return b.String()
}

func writeKey(b *strings.Builder, n *richtext.Node) {
	b.WriteString(n.Type)
	writeAttrs(b, n.Attrs)
	writeMarks(b, n.Marks)
	if n.Text != "" {
		b.WriteString(measured(n.Text))
	}
	if len(n.Content) > 0 {
		b.WriteByte('[')
		for i := range n.Content {
			writeKey(b, &n.Content[i])
			b.WriteByte(';')
		}
		b.WriteByte(']')
	}
}

func writeMarks(b *strings.Builder, marks []richtext.Mark) {
	for i := range marks {
		b.WriteByte('<')
		b.WriteString(marks[i].Type)
		writeAttrs(b, marks[i].Attrs)
	}
}

func writeAttrs(b *strings.Builder, attrs map[string]any) {
	if len(attrs) == 0 {
		return
	}
	list := make([]string, 0, len(attrs))
	for name := range attrs {
		list = append(list, name)
	}
	slices.Sort(list)
	b.WriteByte('{')
	for _, name := range list {
		b.WriteString(name)
		b.WriteByte('=')
		b.WriteString(attrKey(attrs[name]))
		b.WriteByte(' ')
	}
	b.WriteByte('}')
}

// attrKey writes an attribute's value so that values of different kinds differ.
func attrKey(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return measured(v)
	}
	return attrWords(v)
}

// measured writes a text after its length, so that no text looks like what
// follows another.
func measured(s string) string { return strconv.Itoa(len(s)) + ":" + s }

// attrWords is an attribute's value as a person reads it.
func attrWords(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return ""
}
