package wpcontent

import (
	"encoding/base64"
	"html"
	"net/url"
	"regexp"
	"strings"

	"dateline/internal/richtext"
)

// wordsOf counts the words of raw content as WordPress would show them: without
// tags, block comments, attributes, shortcode tags, scripts, the address that
// became an embed, and what is made afresh for each visit. It does not use the
// conversion, so that the two can be compared; only words that come from
// elsewhere (captions of attachments, attributes of page builders) are added by
// it.
func wordsOf(raw string) int {
	if hasBlocks(raw) {
		return wordsIn(raw, parseBlocks(raw))
	}
	return wordsIn(raw, nil)
}

// wordsIn is wordsOf for content whose blocks are known, nil for classic text.
func wordsIn(raw string, blocks []*block) int {
	if blocks != nil {
		var w strings.Builder
		w.Grow(len(raw))
		shownBlocks(blocks, &w)
		raw = w.String()
	}
	var text shownText
	text.b.Grow(len(raw))
	text.parts(parseShortcodes(raw))
	return text.words()
}

// fileButton is the "Download" that a file block shows beside the name.
var fileButton = regexp.MustCompile(`(?s)<a[^>]*wp-block-file__button[^>]*>.*?</a>`)

// shownBlocks writes the HTML of blocks without those that show none of the
// post's words.
func shownBlocks(list []*block, w *strings.Builder) {
	for _, b := range list {
		switch {
		case plainBlocks[b.name] || b.name == "":
		case b.name == "block" || b.name == "footnotes" || dynamicBlocks[b.name] || isDynamicFamily(b.name):
			continue
		case b.name == "embed" || strings.HasPrefix(b.name, "core-embed/"):
			if s := b.html(); strings.Contains(s, "<figcaption") {
				w.WriteString(s[strings.Index(s, "<figcaption"):])
			}
			continue
		}
		for _, p := range b.parts {
			switch {
			case p.block != nil:
				shownBlocks([]*block{p.block}, w)
			case b.name == "file":
				w.WriteString(fileButton.ReplaceAllString(p.html, ""))
			case b.name == "math":
			default:
				w.WriteString(p.html)
			}
		}
		w.WriteByte('\n')
	}
}

// shownText collects the words of HTML, a line for each block element.
type shownText struct {
	b    strings.Builder
	skip string // the element whose inside is not shown
	tags tagFinder
}

// words counts what was collected; a line that is an embed's address is none.
func (t *shownText) words() int {
	text := t.b.String()
	if strings.Contains(text, "--") { // shown as a dash
		text = strings.ReplaceAll(text, "--", " ")
	}
	if !strings.Contains(text, "://") {
		return richtext.CountWords(text)
	}
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		if !isEmbedLine(strings.TrimSpace(line)) {
			n += richtext.CountWords(line)
		}
	}
	return n
}

func (t *shownText) parts(parts []scPart) {
	for _, p := range parts {
		if p.code == nil {
			t.html(p.text)
			continue
		}
		switch name := p.code.name; {
		case name == "embed" || name == "gallery" || name == "audio" || name == "video" || name == "playlist" || name == "contact-form":
		case name == "vc_raw_js":
		case name == "vc_raw_html" || name == "fusion_code":
			t.html(decodedHTML(p.code.content))
		case isCodeShortcode(name):
			t.b.WriteString("\n" + html.UnescapeString(p.code.content) + "\n")
		case inlineShortcodes[name] || !p.code.alone():
			t.parts(p.code.inner)
		default:
			t.b.WriteByte('\n')
			t.parts(p.code.inner)
			t.b.WriteByte('\n')
		}
	}
}

// notShown are elements whose inside readers do not see as words.
var notShown = set("script style template svg canvas iframe object video audio title head math")

// html adds the words of a piece of HTML.
func (t *shownText) html(s string) {
	t.tags = tagFinder{}
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			t.text(s)
			return
		}
		t.text(s[:i])
		s = s[i:]
		s = s[t.tag(s):]
	}
}

// tag takes the tag at the start of s and returns its length.
func (t *shownText) tag(s string) int {
	if strings.HasPrefix(s, "<!--") {
		if n := commentEnd(s); n > 0 {
			return n
		}
		return len(s)
	}
	name, closer := tagName(s)
	n := -1
	if name != "" {
		n = t.tags.end(s)
	}
	if n < 0 {
		t.text("<")
		return 1
	}
	switch {
	case t.skip != "":
		if closer && name == t.skip {
			t.skip = ""
		}
	case notShown[name] && !closer && s[n-2] != '/':
		t.skip = name
	case name == "sup" && strings.Contains(s[:n], "data-fn="):
		if i := strings.Index(s[:min(len(s), n+400)], "</sup>"); i >= 0 {
			return i + 6
		}
	case blockElements[name] || name == "br":
		t.b.WriteByte('\n')
	}
	return n
}

func (t *shownText) text(s string) {
	if t.skip != "" {
		return
	}
	if strings.Contains(s, "&") {
		s = html.UnescapeString(s)
	}
	t.b.WriteString(s)
}

// plainText returns the words of a piece of HTML on one line.
func plainText(s string) string {
	var t shownText
	t.html(s)
	return strings.Join(strings.Fields(t.b.String()), " ")
}

func unescape(s string) string { return html.UnescapeString(s) }

func escape(s string) string { return html.EscapeString(s) }

// decodedHTML decodes the content of raw HTML elements of page builders: base64,
// and percent-encoded inside of that. Other content comes back as it is.
func decodedHTML(content string) string {
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(plainText(content)))
	if err != nil {
		return content
	}
	if s, err := url.QueryUnescape(string(text)); err == nil && strings.Contains(string(text), "%3C") {
		return s
	}
	return string(text)
}

// isEmbedLine reports whether a line is only the address of a known service or
// of a recording, which WordPress shows as a player.
func isEmbedLine(line string) bool {
	if !strings.HasPrefix(line, "http://") && !strings.HasPrefix(line, "https://") || strings.ContainsAny(line, " \t\"<>") {
		return false
	}
	return recordingKind(line) != "" || richtext.ProviderOf(line) != "link"
}

// recordingKind returns audio or video for the address of such a file, else "".
func recordingKind(address string) string {
	name := strings.ToLower(fileName(address))
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "mp3", "m4a", "ogg", "oga", "wav", "wma", "flac", "opus":
		return "audio"
	case "mp4", "m4v", "webm", "ogv", "mov", "flv", "wmv":
		return "video"
	}
	return ""
}
