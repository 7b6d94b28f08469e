package richtext

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestCountWords(t *testing.T) {
	for in, want := range map[string]int{
		"":                                 0,
		"  \n ":                            0,
		"one":                              1,
		"don't well-known 3.14 1,000 e.g":  5,
		"one, two,three":                   3,
		"a—b – c/d":                        4,
		"l’été a l’école":                  3,
		"привет мир":                       2,
		"مرحبا بالعالم":                    2,
		"东京都知事":                            5,
		"カタカナ ひらがな":                        8,
		"한국어 신문":                           2,
		"東京 2026年 news":                    5,
		"สวัสดีครับ":                       2, // ten letters and marks
		"e\u0301tude":                      1,
		"soft\u00adhyphen zero\u200cwidth": 2,
		"... — !":                          0,
		"हिन्दी समाचार":                    2,
	} {
		if got := CountWords(in); got != want {
			t.Errorf("%q: %d words, want %d", in, got, want)
		}
	}
}

func TestWords_BlocksEndWords(t *testing.T) {
	d := Doc{Content: []Node{
		paragraphOf(textNode("half", nil), textNode("word", []Mark{{Type: "strong"}}), Node{Type: "hard_break"}, textNode("next", nil)),
		words("last"),
		{Type: "quote", Attrs: map[string]any{"cite": "Ann Lee"}, Content: []Node{words("yes")}},
		{Type: "figure", Attrs: map[string]any{"alt": "not counted", "credit": "Reuters"}},
	}}
	if got := Words(d); got != 7 {
		t.Errorf("%d words, want 7 in %q", got, Text(d))
	}
	if got, want := Text(d), "halfword\nnext\nlast\nyes\nAnn Lee\nReuters"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExcerpt(t *testing.T) {
	doc := func(html string) Doc {
		d, _ := FromHTML(html, ImportOptions{})
		return d
	}
	for name, test := range map[string]struct {
		in   string
		max  int
		want string
	}{
		"short":          {"<p>All of it.</p>", 50, "All of it."},
		"exactly":        {"<p>12345</p>", 5, "12345"},
		"cut at a word":  {"<p>The council voted on Monday</p>", 24, "The council voted on…"},
		"cut, no commas": {"<p>The council, voted on Monday</p>", 15, "The council…"},
		"stops at more":  {"<p>Teaser.</p><!--more--><p>Rest.</p>", 50, "Teaser."},
		"more at once":   {"<!--more--><p>Rest.</p>", 50, ""},
		"only prose":     {"<h2>Head</h2><figure><img src=/a.jpg><figcaption>Cap</figcaption></figure><p>Prose</p><ul><li>item</li></ul>", 50, "Prose item"},
		"no prose":       {"<h2>Head</h2><table><tr><td>a<td>b</table>", 50, "Head a b"},
		"no spaces":      {"<p>東京都知事選挙の結果</p>", 6, "東京都知事…"},
		"breaks":         {"<p>one<br>two</p><p>three</p>", 50, "one two three"},
		"nothing":        {"<p>words</p>", 0, ""},
	} {
		if got := Excerpt(doc(test.in), test.max); got != test.want || utf8.RuneCountInString(got) > test.max {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestPlainText(t *testing.T) {
	d, _ := FromHTML(`<h2>Head</h2><p>One <b>two</b><br>three</p><ul><li>a<ol start="3"><li>b<li>c</ol><li>d</ul>
		<blockquote>Quoted<p>twice</p><cite>Ann</cite></blockquote><table><caption>Votes</caption><tr><th>x<td>1<tr><td>y<td>2</table>
		<iframe src="https://youtu.be/abc" title="Film"></iframe><hr><details><summary>More</summary>hidden</details>`, ImportOptions{})
	want := strings.Join([]string{"Head", "", "One two", "three", "", "- a", "", "  3. b", "", "  4. c", "", "- d", "", "> Quoted", ">", "> twice", "", "— Ann", "",
		"Votes", "", "x | 1", "", "y | 2", "", "Film https://youtu.be/abc", "", "* * *", "", "More", "", "hidden"}, "\n")
	if diff := cmp.Diff(want, PlainText(d)); diff != "" {
		t.Error(diff)
	}
}

func TestParts_TakeTheirFootnotes(t *testing.T) {
	ref := func(id string) Node { return Node{Type: "footnote_ref", Attrs: map[string]any{"id": id}} }
	note := func(id string) Node {
		return Node{Type: "footnote", Attrs: map[string]any{"id": id}, Content: []Node{words(id)}}
	}
	d := Doc{Version: 1, Content: []Node{
		paragraphOf(textNode("one", nil), ref("a")), {Type: "page_break"}, {Type: "page_break"}, paragraphOf(textNode("two", nil), ref("b"), ref("a")),
		{Type: "footnotes", Content: []Node{note("a"), note("b"), note("c")}}, {Type: "page_break"},
	}}
	var got []string
	for _, part := range Parts(d) {
		if _, err := Validate(part); err != nil {
			t.Error(err)
		}
		got = append(got, strings.ReplaceAll(Text(part), "\n", " "))
	}
	if diff := cmp.Diff([]string{"one a", "two b c"}, got); diff != "" {
		t.Error(diff)
	}
	whole := Doc{Version: 1, Content: []Node{words("x"), {Type: "page_break"}}}
	if parts := Parts(whole); len(parts) != 1 || len(parts[0].Content) != 1 {
		t.Errorf("a document of one part became %v", parts)
	}
	if parts := Parts(Doc{}); len(parts) != 1 {
		t.Errorf("an empty document has %d parts", len(parts))
	}
}

func TestIDs(t *testing.T) {
	d := Doc{Content: []Node{
		{Type: "gallery", Content: []Node{{Type: "figure", Attrs: map[string]any{"media": int64(3)}}, {Type: "figure", Attrs: map[string]any{"media": 4}}}},
		{Type: "video", Attrs: map[string]any{"media": int64(5), "poster": int64(3)}},
		{Type: "embed", Attrs: map[string]any{"thumb": float64(6)}},
		paragraphOf(Node{Type: "inline_image", Attrs: map[string]any{"media": int64(7)}}),
		{Type: "related_link", Attrs: map[string]any{"article": int64(1 << 62)}},
	}}
	if diff := cmp.Diff([]int64{3, 4, 5, 6, 7}, MediaIDs(d)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{1 << 62}, ArticleIDs(d)); diff != "" {
		t.Error(diff)
	}
}
