package richtext

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// attacks returns the strings of the shared attack lists, or skips the test
// where they are not at hand.
func attacks(t *testing.T) []string {
	t.Helper()
	shared := os.Getenv("DATELINE_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	dir := filepath.Join(shared, "data", "attacks")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no attack lists: set DATELINE_SHARED to the folder that holds data/attacks (%v)", err)
	}
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	var list []string
	for _, name := range []string{"html5sec-vectors.txt", "xss-payload-list.txt"} {
		list = append(list, strings.Split(read(name), "\n")...)
	}
	var naughty []string
	if err := json.Unmarshal([]byte(read("naughty-strings.json")), &naughty); err != nil {
		t.Fatal(err)
	}
	list = append(list, naughty...)
	quoted := regexp.MustCompile(`"payload":\s*("(?:[^"\\]|\\.)*")`)
	for _, m := range quoted.FindAllStringSubmatch(read("dompurify-expect.mjs"), -1) {
		var s string
		if json.Unmarshal([]byte(m[1]), &s) == nil {
			list = append(list, s)
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) < 7000 {
		t.Fatalf("only %d attacks were read", len(list))
	}
	return list
}

// Foreign HTML made of an attack becomes a valid document whose pages hold
// allowed elements, attributes and addresses only.
func TestAttacks_AsForeignHTML(t *testing.T) {
	for _, s := range attacks(t) {
		d, _ := FromHTML(s, importer)
		if _, err := Validate(d); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		comment, _ := FromCommentHTML(s)
		for _, out := range []string{HTML(d, newsroom), FeedHTML(d, newsroom), CommentHTML(comment), CommentHTML(FromMarkdown(s)), CommentHTML(FromMarkdown("[" + s + "](" + s + ")"))} {
			if found := findings(out); found != nil {
				t.Fatalf("%q: %v in %s", s, found, out)
			}
		}
	}
}

// An attack in every text and every attribute of every node and mark is shown
// as words or left out, and never gets out of its place.
func TestAttacks_InEveryPlace(t *testing.T) {
	for i, s := range attacks(t) {
		if strings.TrimSpace(CleanText(s)) == "" || testing.Short() && i%10 != 0 {
			continue
		}
		for _, out := range []string{inTexts(t, s), inURLs(s)} {
			if found := findings(out); found != nil {
				t.Fatalf("%q: %v in %s", s, found, out)
			}
		}
	}
}

// inTexts renders a document with s in all places that take words, checked and
// unchecked.
func inTexts(t *testing.T, s string) string {
	t.Helper()
	d := attackedTexts(s)
	raw := HTML(d, newsroom)
	valid, err := Validate(d)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return raw + FeedHTML(valid, newsroom)
}

func attackedTexts(s string) Doc {
	var nodes []Node
	for _, name := range []string{"figure", "attributed_quote", "accounts", "timeline", "table", "details", "embed", "code", "verse", "math", "buttons", "gallery", "footnotes"} {
		nodes = append(nodes, sampleNode(name, s, marked))
	}
	return Doc{Content: nodes}
}

// inURLs renders, unchecked, a document with s as every address, anchor, name,
// language and date.
func inURLs(s string) string {
	d := attackedURLs(s)
	return HTML(d, newsroom) + FeedHTML(d, newsroom) + CommentHTML(d)
}

func attackedURLs(s string) Doc {
	link := []Mark{{Type: "link", Attrs: map[string]any{"href": s, "rel": s, "title": s}}, {Type: "lang", Attrs: map[string]any{"lang": s, "dir": s}}}
	text := Node{Type: "paragraph", Attrs: map[string]any{"align": s}, Content: []Node{textNode("x", link), {Type: "footnote_ref", Attrs: map[string]any{"id": s}, Marks: []Mark{{Type: "link", Attrs: map[string]any{"href": "/x"}}}}}}
	all := func(names ...string) map[string]any {
		m := map[string]any{}
		for _, name := range names {
			m[name] = s
		}
		return m
	}
	return Doc{Content: []Node{
		text,
		{Type: "heading", Attrs: all("anchor", "level", "align"), Content: []Node{textNode("x", nil)}},
		{Type: "code", Attrs: all("language"), Content: []Node{textNode("x", nil)}},
		{Type: "figure", Attrs: map[string]any{"media": 1, "link": s, "align": s, "alt": s, "credit": s}},
		{Type: "embed", Attrs: all("url", "provider", "id", "title")},
		{Type: "audio", Attrs: all("src", "title", "media")},
		{Type: "file", Attrs: all("src", "label", "bytes")},
		{Type: "button", Attrs: all("url", "label")},
		{Type: "related_link", Attrs: all("url", "title", "article")},
		{Type: "correction", Attrs: all("kind", "date"), Content: []Node{text}},
		{Type: "attributed_quote", Attrs: all("source", "date", "speaker"), Content: []Node{text}},
		{Type: "accounts", Content: []Node{{Type: "account", Attrs: all("party", "source"), Content: []Node{text}}}},
		{Type: "timeline", Content: []Node{{Type: "timeline_event", Attrs: all("url", "title", "date")}}},
		{Type: "ordered_list", Attrs: all("style", "start"), Content: []Node{{Type: "list_item", Content: []Node{text}}}},
		{Type: "footnotes", Content: []Node{{Type: "footnote", Attrs: all("id"), Content: []Node{text}}}},
		{Type: s, Attrs: all(s), Content: []Node{textNode("x", []Mark{{Type: s}})}},
	}}
}
