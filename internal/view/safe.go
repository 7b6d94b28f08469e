package view

import (
	"encoding/base64"
	"encoding/json"
	"html/template"
	"strings"
)

// This file is the only place where text becomes template.HTML, which the
// templates print as it is. Each function says why its result is safe.

// Rendered marks HTML that richtext rendered from its schema: fixed tags with
// escaped text. Never give it anything that a person or another site wrote.
func Rendered(fromRichtext string) template.HTML { return template.HTML(fromRichtext) }

// Drawn marks a map that package atlas drew: elements and classes of its own,
// every name escaped.
func Drawn(fromAtlas string) template.HTML { return template.HTML(fromAtlas) }

// InlinePNG is the address that is a picture itself. Its text is of the base64
// alphabet, and its type is fixed: browsers run nothing in a PNG.
func InlinePNG(png []byte) template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
}

// Text escapes plain text.
func Text(plain string) template.HTML {
	var m markup
	m.text(plain)
	return m.element()
}

// Paragraphs escapes plain text and wraps what empty lines part in <p>; single
// line breaks stay line breaks.
func Paragraphs(plain string) template.HTML {
	var m markup
	for _, paragraph := range strings.Split(strings.ReplaceAll(plain, "\r\n", "\n"), "\n\n") {
		paragraph = strings.TrimSpace(paragraph)
		if paragraph == "" {
			continue
		}
		m.raw("<p>")
		for i, line := range strings.Split(paragraph, "\n") {
			if i > 0 {
				m.raw("<br>")
			}
			m.text(line)
		}
		m.raw("</p>")
	}
	return m.element()
}

// Span is a piece of a search snippet; Match says that it answers the query.
type Span struct {
	Text  string
	Match bool
}

// Snippet escapes the pieces and puts <mark> around those that match.
func Snippet(spans []Span) template.HTML {
	var m markup
	for _, span := range spans {
		if span.Match {
			m.raw("<mark>")
		}
		m.text(span.Text)
		if span.Match {
			m.raw("</mark>")
		}
	}
	return m.element()
}

// JSONLD encodes values as one <script type="application/ld+json"> element.
// encoding/json writes <, >, &, U+2028 and U+2029 as escapes, so that no value
// can end the element or open another (HTML Standard §4.12.1.3). The values are
// structs, maps and lists of our own, which always encode; "" if one does not.
func JSONLD(values ...any) template.HTML {
	var document any = values
	if len(values) == 1 {
		document = values[0]
	}
	raw, err := json.Marshal(document)
	if err != nil {
		return ""
	}
	return template.HTML(`<script type="application/ld+json">` + string(raw) + `</script>`)
}

// element marks what a builder of this package wrote: fixed tags, every value
// escaped by markup.attr or markup.text.
func (m *markup) element() template.HTML { return template.HTML(m.b.String()) }

// markup writes elements with escaped values.
type markup struct{ b strings.Builder }

// raw writes markup that stands in our source.
func (m *markup) raw(constant string) { m.b.WriteString(constant) }

// text writes escaped text.
func (m *markup) text(s string) { escapeTo(&m.b, s) }

// attr writes an attribute with an escaped value.
func (m *markup) attr(name, value string) {
	m.b.WriteByte(' ')
	m.b.WriteString(name)
	m.b.WriteString(`="`)
	escapeTo(&m.b, value)
	m.b.WriteByte('"')
}

// url writes an attribute that holds an address, leaving out the attribute
// when the address has a scheme that can execute.
func (m *markup) url(name, address string) {
	if safeURL(address) {
		m.attr(name, address)
	}
}

// safeURL accepts relative addresses and those over http and https.
func safeURL(address string) bool {
	scheme, _, found := strings.Cut(address, ":")
	if !found || strings.ContainsAny(scheme, "/?#") {
		return true
	}
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
}

// escapeTo writes s with the five characters of HTML escaped and NUL left out.
func escapeTo(b *strings.Builder, s string) {
	start := 0
	for i := 0; i < len(s); i++ {
		var escaped string
		switch s[i] {
		case '&':
			escaped = "&amp;"
		case '<':
			escaped = "&lt;"
		case '>':
			escaped = "&gt;"
		case '"':
			escaped = "&#34;"
		case '\'':
			escaped = "&#39;"
		case 0:
			escaped = ""
		default:
			continue
		}
		b.WriteString(s[start:i])
		b.WriteString(escaped)
		start = i + 1
	}
	b.WriteString(s[start:])
}
