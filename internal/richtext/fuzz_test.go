package richtext

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html"
)

// sameDoc is the equality of documents: an absent list is an empty one.
var sameDoc = cmpopts.EquateEmpty()

// checkDoc checks what holds for every document that comes out of a parser.
func checkDoc(t *testing.T, d Doc) {
	t.Helper()
	again, err := Validate(d)
	if err != nil {
		t.Fatalf("the document is refused: %v", err)
	}
	if diff := cmp.Diff(d, again, sameDoc); diff != "" {
		t.Fatalf("the document is not in normal form (-it +validated):\n%s", diff)
	}
	checkOutputs(t, d)
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var back Doc
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, back, sameDoc); diff != "" {
		t.Fatalf("JSON changes the document (-before +after):\n%s", diff)
	}
}

func checkOutputs(t *testing.T, d Doc) {
	t.Helper()
	for name, out := range map[string]string{
		"page": HTML(d, newsroom), "bare page": HTML(d, Options{}), "feed": FeedHTML(d, newsroom), "comment": CommentHTML(d),
	} {
		if found := findings(out); found != nil {
			t.Fatalf("%s: %v in\n%s", name, found, out)
		}
	}
	if _, err := ValidateComment(CommentDoc(d)); err != nil {
		t.Fatalf("the comment form is refused: %v", err)
	}
	for _, part := range Parts(d) {
		_ = PlainText(part)
	}
	if got := []rune(Excerpt(d, 40)); len(got) > 40 {
		t.Fatalf("the excerpt has %d runes", len(got))
	}
}

// letters counts the runes of a text other than white space.
func letters(s string) map[rune]int {
	count := map[rune]int{}
	for _, r := range CleanText(s) {
		if !unicode.IsSpace(r) {
			count[r]++
		}
	}
	return count
}

// textTokens returns the text of all tokens outside raw text elements.
func textTokens(s string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	frame := false // what is inside an iframe is shown by no browser
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if !frame {
				b.WriteString(CleanText(string(z.Text())))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			frame = string(name) == "iframe"
			if string(name) == "noscript" {
				z.NextIsNotRawText()
			}
		default:
			frame = false
		}
	}
}

// leavesOut reports whether something was left out whose text the tokens have.
func leavesOut(dropped []Dropped) bool {
	for _, d := range dropped {
		if d.Kind == "element" && d.Name != "form" && d.Name != "button" && d.Name != "img of one pixel" {
			return true
		}
	}
	return false
}

func FuzzFromHTML(f *testing.F) {
	files, _ := filepath.Glob("testdata/html/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(archive.Files[0].Data))
	}
	for _, s := range []string{
		"<b><p>1</b>2</p>", "<table><tr><td>1<table><td>2", "<a href=x><a href=y>", "<svg><p>x", "<math><annotation encoding=tex>",
		"<select><option>a<p>b</select>c", "<p><table><p>x", "<li><p><li></p></li>", "</p></br></li>", "<plaintext><b>x", "<![CDATA[x]]>",
		"<ul><ul><ul>x</ul>y", "<table>s</caption><colgroup><", "<dl><div><dd>x<div>y", "<a><table><tr><td></a>x", "<h1><h2></h1>x", "<details><summary><table><td>x", "\x00\xff<p>\r\n\x0b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, dropped := FromHTML(s, importer)
		checkDoc(t, d)
		if !leavesOut(dropped) && !strings.Contains(s, "math") && !strings.Contains(s, "hook") {
			have := letters(Text(d))
			for r, n := range letters(textTokens(s)) {
				if have[r] < n {
					t.Fatalf("%q: %d of %d left in %q, dropped %+v", r, have[r], n, Text(d), dropped)
				}
			}
		}
		comment, _ := FromCommentHTML(s)
		if _, err := ValidateComment(comment); err != nil {
			t.Fatalf("comment: %v", err)
		}
	})
}

func FuzzValidate(f *testing.F) {
	for _, n := range everyNode() {
		data, err := json.Marshal(Doc{Version: 1, Content: []Node{n}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	if data, err := os.ReadFile("testdata/odd.json"); err == nil {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var d Doc
		if json.Unmarshal(data, &d) != nil {
			return
		}
		// Rendering must hold even for what nobody checked.
		for _, out := range []string{HTML(d, newsroom), FeedHTML(d, newsroom), CommentHTML(d)} {
			for _, found := range findings(out) {
				t.Fatalf("%s in\n%s", found, out)
			}
		}
		valid, err := Validate(d)
		if err != nil {
			return
		}
		checkDoc(t, valid)
	})
}

func FuzzSafeURL(f *testing.F) {
	for _, s := range []string{"http://a.b/c?d#e#f", "java\tscript:x", "//a", "/\\a", "https:\\\\a", "mailto:a b", "tel:+1 (2)", "a:b", "./a:b", "%zz", "http://[::1]:8/", "http://u:p@h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := SafeURL(s)
		if !ok {
			return
		}
		if !safeAddress(got) {
			t.Fatalf("%q became %q", s, got)
		}
		if again, ok := SafeURL(got); !ok || again != got {
			t.Fatalf("%q became %q, and that %q", s, got, again)
		}
	})
}
