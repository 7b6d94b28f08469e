package view

import (
	"bytes"
	"html/template"
	"reflect"
	"strconv"
	"strings"
	"text/template/parse"
)

// action compiles an output: a value and the escapers that html/template put
// behind it.
func (f *frame) action(n *parse.ActionNode) (step, error) {
	if len(n.Pipe.Decl) > 0 {
		return f.assignment(n.Pipe)
	}
	v, err := f.command(n.Pipe.Cmds[0])
	if err != nil {
		return nil, err
	}
	var escapers []string
	for _, cmd := range n.Pipe.Cmds[1:] {
		name, ok := cmd.Args[0].(*parse.IdentifierNode)
		if !ok || len(cmd.Args) != 1 {
			return nil, errUnsupported
		}
		escapers = append(escapers, strings.TrimPrefix(name.Ident, "_html_template_"))
	}
	write, err := writer(strings.Join(escapers, " "), v.typ == reflect.TypeFor[template.HTML]())
	if err != nil {
		return nil, err
	}
	switch v.typ { // no other types: those of html/template have rules of their own
	case reflect.TypeFor[string](), reflect.TypeFor[template.HTML]():
		return func(r *run, dot reflect.Value) { write(r.out, v.get(r, dot).String()) }, nil
	case reflect.TypeFor[int](), reflect.TypeFor[int64]():
		return func(r *run, dot reflect.Value) { write(r.out, strconv.FormatInt(v.get(r, dot).Int(), 10)) }, nil
	}
	return nil, errUnsupported
}

// assignment compiles {{$x := …}}.
func (f *frame) assignment(pipe *parse.PipeNode) (step, error) {
	if len(pipe.Decl) != 1 || pipe.IsAssign {
		return nil, errUnsupported
	}
	v, err := f.pipe(pipe)
	if err != nil {
		return nil, err
	}
	at := f.declare(pipe.Decl[0].Ident[0], v.typ)
	return func(r *run, dot reflect.Value) { r.vars[r.base+at] = v.get(r, dot) }, nil
}

// writer returns what a chain of html/template's escapers does, for the chains
// of text and quoted attributes. Whatever else a template does, html/template
// executes.
func writer(escapers string, isHTML bool) (func(*bytes.Buffer, string), error) {
	if isHTML {
		if escapers != "htmlescaper" {
			return nil, errUnsupported
		}
		return func(out *bytes.Buffer, s string) { out.WriteString(s) }, nil
	}
	switch escapers {
	case "htmlescaper", "attrescaper", "rcdataescaper":
		return escapeHTML, nil
	case "urlfilter urlnormalizer attrescaper":
		return func(out *bytes.Buffer, s string) {
			if !linkURL(s) {
				s = "#ZgotmplZ"
			}
			escapeHTML(out, normalizeURL(s))
		}, nil
	case "urlnormalizer attrescaper":
		return func(out *bytes.Buffer, s string) { escapeHTML(out, normalizeURL(s)) }, nil
	}
	return nil, errUnsupported
}

// linkURL accepts relative addresses and those that cannot execute.
func linkURL(s string) bool {
	scheme, _, found := strings.Cut(s, ":")
	if !found || strings.Contains(scheme, "/") {
		return true
	}
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "mailto")
}

// escapeHTML writes s as html/template does in text and quoted attributes.
func escapeHTML(out *bytes.Buffer, s string) {
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
		case '+':
			escaped = "&#43;"
		case 0:
			escaped = "\uFFFD"
		default:
			continue
		}
		out.WriteString(s[start:i])
		out.WriteString(escaped)
		start = i + 1
	}
	out.WriteString(s[start:])
}

// urlPlain are the bytes that stay as they are in an address (RFC 3986 §2.2
// and §2.3, without the quote and the parentheses).
var urlPlain = func() (plain [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!#$&*+,/:;=?@[]") {
		plain[c] = true
	}
	return plain
}()

// normalizeURL percent-encodes what may not stand in an address; valid escapes
// stay.
func normalizeURL(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if !urlPlain[s[i]] && !escapeAt(s, i) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	const hex = "0123456789abcdef"
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); i++ {
		if c := s[i]; urlPlain[c] || escapeAt(s, i) {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}

func escapeAt(s string, i int) bool {
	return s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
