package richtext

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/fault"
)

func decode(t *testing.T, s string) Doc {
	t.Helper()
	var d Doc
	if err := json.Unmarshal([]byte(s), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestValidate_RefusesWithThePath(t *testing.T) {
	for in, want := range map[string]string{
		`[{"type":"nonsense"}]`:                                                                                             `content[0].type: there is no node "nonsense"`,
		`[{"type":"list_item"}]`:                                                                                            `content[0].type: list_item cannot stand here`,
		`[{"type":"rule"},{"type":"heading","attrs":{"level":9}}]`:                                                          `content[1].attrs.level: must be between 2 and 6`,
		`[{"type":"heading","attrs":{"level":2.5}}]`:                                                                        `content[0].attrs.level: must be a whole number`,
		`[{"type":"paragraph","attrs":{"style":"x"}}]`:                                                                      `content[0].attrs.style: there is no such attribute here`,
		`[{"type":"paragraph","attrs":{"align":"middle"}}]`:                                                                 `content[0].attrs.align: must be one of left, center, right, justify`,
		`[{"type":"paragraph","attrs":{"drop_cap":"yes"}}]`:                                                                 `content[0].attrs.drop_cap: must be true or false`,
		`[{"type":"paragraph","text":"x"}]`:                                                                                 `content[0].text: paragraph has no text of its own`,
		`[{"type":"paragraph","content":[{"type":"rule"}]}]`:                                                                `content[0].content[0].type: rule cannot stand here`,
		`[{"type":"paragraph","content":[{"type":"text","text":"x","attrs":{"a":1}}]}]`:                                     `content[0].content[0].attrs: text has no attributes`,
		`[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"blink"}]}]}]`:                          `content[0].content[0].marks[0].type: there is no mark "blink"`,
		`[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"link"}]}]}]`:                           `content[0].content[0].marks[0].attrs.href: is required`,
		`[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"link","attrs":{"href":"data:x"}}]}]}]`: `content[0].content[0].marks[0].attrs.href: is not an address that a page may contain`,
		`[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"strong","attrs":{"onclick":"x"}}]}]}]`: `content[0].content[0].marks[0].attrs.onclick: there is no such attribute here`,
		`[{"type":"paragraph","marks":[{"type":"strong"}]}]`:                                                                `content[0].marks: paragraph carries no marks`,
		`[{"type":"bullet_list"}]`:                                                                                          `content[0].content: is missing`,
		`[{"type":"table","content":[{"type":"table_caption"}]}]`:                                                           `content[0].content: is missing`,
		`[{"type":"table","content":[{"type":"table_row","content":[{"type":"table_cell"}]}]}]`:                             `content[0].content[0].content[0].content: is missing`,
		`[{"type":"media_text","content":[{"type":"paragraph"}]}]`:                                                          `content[0].content[0].type: must be figure, not paragraph`,
		`[{"type":"code","content":[{"type":"text","text":"x","marks":[{"type":"em"}]}]}]`:                                  `content[0].content[0].marks: marks cannot stand here`,
		`[{"type":"quote","content":[{"type":"page_break"}]}]`:                                                              `content[0].content[0].type: page_break cannot stand here`,
		`[{"type":"embed"}]`: `content[0].attrs.url: is required`,
		`[{"type":"embed","attrs":{"url":"mailto:a@b.c"}}]`:                                `content[0].attrs.url: is not an address that a page may contain`,
		`[{"type":"embed","attrs":{"url":"https://a.b","provider":"A B"}}]`:                `content[0].attrs.provider: must be a word of lower-case letters, digits and - _ + # .`,
		`[{"type":"figure","attrs":{"media":-1}}]`:                                         `content[0].attrs.media: must be an id`,
		`[{"type":"figure","attrs":{"media":"12x"}}]`:                                      `content[0].attrs.media: must be an id`,
		`[{"type":"correction","attrs":{"date":"yesterday"},"content":[{"type":"rule"}]}]`: `content[0].attrs.date: must be a date such as 2026, 2026-05 or 2026-05-04`,
		`[{"type":"footnotes","content":[{"type":"footnote","attrs":{"id":"a"},"content":[{"type":"rule"}]},{"type":"footnote","attrs":{"id":"a"},"content":[{"type":"rule"}]}]}]`: `content[0].content[1].attrs.id: there is another footnote "a"`,
	} {
		_, err := Validate(decode(t, `{"v":1,"content":`+in+`}`))
		if err == nil || err.Error() != want || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s\n got %v\nwant %s", in, err, want)
		}
	}
}

func TestValidate_Limits(t *testing.T) {
	deep := words("x")
	for range MaxDepth - 2 { // the paragraph and its text are two levels
		deep = Node{Type: "quote", Content: []Node{deep}}
	}
	if _, err := Validate(Doc{Content: []Node{deep}}); err != nil {
		t.Errorf("%d levels are refused: %v", MaxDepth, err)
	}
	big := strings.Repeat("x", MaxText/2)
	for name, d := range map[string]Doc{
		"depth":      {Content: []Node{{Type: "quote", Content: []Node{deep}}}},
		"text":       {Content: []Node{words(big), words(big), words("x")}},
		"nodes":      {Content: make([]Node, MaxNodes+1)},
		"deep nodes": {Content: []Node{paragraphOf(make([]Node, MaxNodes)...)}},
	} {
		if _, err := Validate(d); !fault.Is(err, fault.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	long := Node{Type: "fact_box", Attrs: map[string]any{"title": strings.Repeat("x", maxAttrText+1)}, Content: []Node{words("x")}}
	if _, err := Validate(Doc{Content: []Node{long}}); err == nil {
		t.Error("a title beyond the limit is accepted")
	}
	if _, err := Validate(Doc{Version: SchemaVersion + 1}); err == nil {
		t.Error("a later version is accepted")
	}
}

func TestValidate_NormalForm(t *testing.T) {
	in := decode(t, `{"content":[
		{"type":"heading","attrs":{"level":2.0,"align":"","anchor":null}},
		{"type":"ordered_list","attrs":{"start":1,"style":"decimal","reversed":false},"content":[{"type":"list_item","content":[{"type":"paragraph"}]}]},
		{"type":"figure","attrs":{"media":"1152921504606846977","align":"none","width":300.0,"src":"//host/a b.jpg"}},
		{"type":"figure","attrs":{"media":1152921504606846977}},
		{"type":"paragraph","content":[
			{"type":"text","text":"a","marks":[{"type":"code"},{"type":"strong"},{"type":"link","attrs":{"href":"/x","rel":"ugc nofollow"}},{"type":"strong"}]},
			{"type":"text","text":"b\u0000\u0007\r\nc","marks":[{"type":"link","attrs":{"href":"/x","rel":"nofollow ugc"}},{"type":"strong"},{"type":"code"}]},
			{"type":"text","text":""},
			{"type":"text","text":"d","marks":[{"type":"lang"}]},
			{"type":"text","text":"e"},
			{"type":"footnote_ref","attrs":{"id":"n"},"marks":[{"type":"link","attrs":{"href":"/x"}}]}]}]}`)
	got, err := Validate(in)
	if err != nil {
		t.Fatal(err)
	}
	want := Doc{Version: 1, Content: []Node{
		{Type: "heading"},
		{Type: "ordered_list", Content: []Node{{Type: "list_item", Content: []Node{{Type: "paragraph"}}}}},
		{Type: "figure", Attrs: map[string]any{"media": int64(1152921504606846977), "width": int64(300), "src": "https://host/a%20b.jpg"}},
		{Type: "figure", Attrs: map[string]any{"media": int64(1152921504606846977)}},
		{Type: "paragraph", Content: []Node{
			{Type: "text", Text: "ab\nc", Marks: []Mark{{Type: "link", Attrs: map[string]any{"href": "/x", "rel": "nofollow ugc"}}, {Type: "strong"}, {Type: "code"}}},
			{Type: "text", Text: "de"},
			{Type: "footnote_ref", Attrs: map[string]any{"id": "n"}}}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The argument is not changed, so that a caller can show what was refused.
func TestValidate_LeavesItsArgument(t *testing.T) {
	const doc = `{"v":1,"content":[{"type":"paragraph","attrs":{"align":""},"content":[{"type":"text","text":"a"},{"type":"text","text":"b","marks":[{"type":"em"},{"type":"strong"}]}]}]}`
	d := decode(t, doc)
	if _, err := Validate(d); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decode(t, doc), d); diff != "" {
		t.Error(diff)
	}
}

func TestDoc_JSON(t *testing.T) {
	data, err := json.Marshal(Doc{})
	if err != nil || string(data) != `{"v":0,"content":[]}` {
		t.Errorf("an empty document is %s, %v", data, err)
	}
	var wrapped struct{ Body Doc }
	if err := json.Unmarshal([]byte(`{"Body":{"v":1,"content":[{"type":"figure","attrs":{"media":9007199254740993}}]}}`), &wrapped); err != nil {
		t.Fatal(err)
	}
	if got := MediaIDs(wrapped.Body); len(got) != 1 || got[0] != 9007199254740993 {
		t.Errorf("the id became %v", got)
	}
}

func TestCleanText(t *testing.T) {
	for in, want := range map[string]string{
		"plain\n\t text":           "plain\n\t text",
		"a\r\nb\rc":                "a\nb\nc",
		"a\x00\x07\x1b\x7fb":       "ab",
		"a\u0085\u009fb":           "ab",
		"a\ufdd0\ufffe\U0001ffffb": "ab",
		"a\xffb":                   "a\ufffdb",
		"emoji 👩\u200d🚀 \ufffd":    "emoji 👩\u200d🚀 \ufffd",
	} {
		if got := CleanText(in); got != want || CleanText(got) != got {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSafeURL(t *testing.T) {
	for in, want := range map[string]string{
		"http://a.example":                "http://a.example",
		"HTTPS://a.example/x?y#z":         "https://a.example/x?y#z",
		"//a.example/x":                   "https://a.example/x",
		`\\a.example\x`:                   "https://a.example/x",
		"/a b":                            "/a%20b",
		"a/b:c":                           "a/b:c",
		"?x=1:2":                          "?x=1:2",
		"#frag":                           "#frag",
		"/%zz%41":                         "/%25zz%41",
		"/ü/新":                            "/ü/新",
		"/a\u202eb":                       "/a%E2%80%AEb",
		"mailto:a@b.example?subject=x y":  "mailto:a@b.example?subject=x%20y",
		"tel:+49 (30) 123":                "tel:+4930123",
		" \n/x\t":                         "/x",
		"https://u:p@h.example:8080/":     "https://u:p@h.example:8080/",
		"http://[::1]/":                   "http://[::1]/",
		"http://münchen.example/":         "http://münchen.example/",
		"/a\"<>'`{}|^b":                   "/a%22%3C%3E'%60%7B%7D%7C%5Eb",
		"/a#b#c":                          "/a#b%23c",
		`https://h.example\@evil.example`: "https://h.example/@evil.example",
	} {
		if got, ok := SafeURL(in); !ok || got != want {
			t.Errorf("%q: %q %v, want %q", in, got, ok, want)
		}
	}
	for _, bad := range []string{
		"", " ", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "\x01javascript:x", "java\u0000script:x",
		"data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://a", "blob:x", "about:blank", "view-source:x", "jar:x", "feed:x",
		"http:", "http:a", "http:///a", "//", "///a", "https://", "https://a b/", "https://a<b/", "http://a:99999999/", "http://a:b/", "http://@/", "http://[x]/", "http://[:1]", "http://[::1", "http://[1.2.3.4]", "http://[fe80::1%25eth0]/",
		":x", "1a:b", "a b:c", "tel:", "tel:<x>", "mailto:", "mailto://a", "https://%6a/", "http://a\u3000b/", strings.Repeat("a", maxURL+1),
	} {
		if got, ok := SafeURL(bad); ok {
			t.Errorf("%q became %q", bad, got)
		}
	}
}

func TestProviderOf(t *testing.T) {
	for in, want := range map[string]string{
		"https://www.youtube.com/watch?v=x": "youtube", "https://youtu.be/x": "youtube", "https://m.facebook.com/x": "facebook",
		"https://notyoutube.com/": "link", "https://youtube.com.evil.example/": "link", "https://x.com/a": "twitter", "https://netflix.com/a": "link",
		"https://google.com/maps/embed?x": "google-maps", "https://google.com/": "link", "/local": "link", "https://a.bsky.app/": "bluesky", "%": "link",
	} {
		if got := ProviderOf(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestComment_Subset(t *testing.T) {
	for in, want := range map[string]string{
		`[{"type":"heading"}]`: "content[0].type: comments have no heading",
		`[{"type":"quote","content":[{"type":"paragraph","content":[{"type":"text","text":"x","marks":[{"type":"small"}]}]}]}]`: "content[0].content[0].content[0].marks[0].type: comments have no small",
		`[{"type":"quote","attrs":{"cite":"x"},"content":[{"type":"paragraph"}]}]`:                                              "content[0].attrs.cite: quotes in comments have no cite",
	} {
		d := decode(t, `{"v":1,"content":`+in+`}`)
		if _, err := ValidateComment(d); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if out := CommentHTML(d); strings.Contains(out, "<h2") || strings.Contains(out, "<small") {
			t.Errorf("rendered as %s", out)
		}
	}
}
