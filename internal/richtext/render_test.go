package richtext

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Every node, with every attribute and every mark, is accepted as it stands
// and rendered with allowed elements only.
func TestSchema_EveryNodeIsValidAndRendered(t *testing.T) {
	silent := map[string]bool{"more": true, "page_break": true}
	for _, n := range everyNode() {
		t.Run(n.Type, func(t *testing.T) {
			d, err := Validate(Doc{Version: 1, Content: []Node{n, sampleNode("footnotes", "note", marked)}})
			if n.Type == "footnotes" {
				d, err = Validate(Doc{Version: 1, Content: []Node{n}})
			}
			if err != nil {
				t.Fatal(err)
			}
			checkDoc(t, d)
			out := HTML(Doc{Content: d.Content[:1]}, newsroom)
			if (strings.TrimSpace(out) == "") != silent[n.Type] {
				t.Errorf("rendered as %q", out)
			}
		})
	}
}

// Every text attribute and every text of a node reaches the reader, or is
// known not to.
func TestHTML_ShowsEveryWordOfEveryNode(t *testing.T) {
	hidden := map[string]bool{
		"figure.alt": true, "inline_image.alt": true, // attributes of img
		"more.text": true, "fallback.name": true, "fallback.raw": true, "embed.id": true,
	}
	for name, spec := range nodeSpecs {
		for _, a := range spec.attrs {
			if a.kind != kindText && a.kind != kindRaw || spec.group&(groupBlock|groupTop) == 0 && name != "account" && name != "timeline_event" {
				continue
			}
			n := sampleNode(name, "other", marked)
			n.Attrs[a.name] = "needle"
			switch name {
			case "account":
				n = Node{Type: "accounts", Content: []Node{n}}
			case "timeline_event":
				n = Node{Type: "timeline", Content: []Node{n}}
			}
			d, err := Validate(Doc{Content: []Node{n}})
			if err != nil {
				t.Fatal(err)
			}
			shown := shownText(HTML(d, newsroom))
			if strings.Contains(shown, "needle") == hidden[name+"."+a.name] {
				t.Errorf("%s.%s: shown is %q", name, a.name, shown)
			}
			if !hidden[name+"."+a.name] && !strings.Contains(Text(d), "needle") {
				t.Errorf("%s.%s: not in the text %q", name, a.name, Text(d))
			}
		}
	}
}

// shownText returns the text of rendered HTML.
func shownText(out string) string {
	n := ParseHTML(out)
	return lineOf(n)
}

func render(t *testing.T, nodes ...Node) string {
	t.Helper()
	d, err := Validate(Doc{Content: nodes})
	if err != nil {
		t.Fatal(err)
	}
	out := HTML(d, newsroom)
	if found := findings(out); found != nil {
		t.Errorf("%v in %s", found, out)
	}
	return strings.ReplaceAll(out, "\n", "")
}

func words(s string) Node { return paragraphOf(textNode(s, nil)) }

func TestHTML_Blocks(t *testing.T) {
	attrs := func(pairs ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		return m
	}
	for name, test := range map[string]struct {
		in   []Node
		want string
	}{
		"attributed quote": {
			[]Node{{Type: "attributed_quote", Content: []Node{words("Yes.")},
				Attrs: attrs("speaker", "Ann Lee", "role", "minister", "outlet", "Daily News", "date", "2026-05-04", "source", "https://n.example/a")}},
			`<figure class="attributed-quote" id="said-2r84v0nxh7ngw"><blockquote cite="https://n.example/a"><p>Yes.</p></blockquote><figcaption><span class="speaker">Ann Lee</span><span class="role">, minister</span><span class="outlet">, <cite>Daily News</cite></span><span class="date">, <time datetime="2026-05-04">4 May 2026</time></span> <a class="source" href="https://n.example/a">Source</a></figcaption></figure>`,
		},
		"accounts": {
			[]Node{{Type: "accounts", Attrs: attrs("title", "Two sides"), Content: []Node{
				{Type: "account", Attrs: attrs("party", "Union", "silent", "the offer", "source", "/u/", "source_label", "Letter"), Content: []Node{words("We stay.")}},
				{Type: "account", Attrs: attrs("party", "Firm")}}}},
			`<div class="accounts" role="group" aria-label="Two sides"><p class="accounts-title">Two sides</p><div class="account" id="said-2l6xw5c0v058s"><p class="account-party">Union</p><p>We stay.</p><p class="account-silent"><span class="account-silent-label">Not mentioned:</span> the offer</p><p class="account-source"><a href="/u/">Letter</a></p></div><div class="account"><p class="account-party">Firm</p></div></div>`,
		},
		"timeline": {
			[]Node{{Type: "timeline", Attrs: attrs("title", "How it came"), Content: []Node{
				{Type: "timeline_event", Attrs: attrs("date", "2026-05", "article", 21)},
				{Type: "timeline_event", Attrs: attrs("title", "Hidden", "article", 99)}}}},
			`<div class="timeline-box"><p class="timeline-title">How it came</p><ol class="timeline" aria-label="How it came"><li class="timeline-event" id="site-moment-3n4y5x798swo3"><p class="timeline-date"><time datetime="2026-05">May 2026</time></p><p class="timeline-headline"><a href="/world/vote/">The vote</a></p></li><li class="timeline-event"><p class="timeline-headline">Hidden</p></li></ol></div>`,
		},
		"correction": {
			[]Node{{Type: "correction", Attrs: attrs("kind", "clarification", "date", "2026"), Content: []Node{words("It was two.")}}},
			`<aside class="correction correction-clarification" role="note"><p class="correction-label">Clarification <time datetime="2026">2026</time></p><p>It was two.</p></aside>`,
		},
		"related link to an article that nobody may see": {
			[]Node{{Type: "related_link", Attrs: attrs("article", 99, "title", "Secret")}, words("after")}, `<p>after</p>`,
		},
		"related link": {
			[]Node{{Type: "related_link", Attrs: attrs("article", 21)}},
			`<p class="related-link"><span class="related-link-label">Read also</span> <a href="/world/vote/">The vote</a></p>`,
		},
		"file": {
			[]Node{{Type: "file", Attrs: attrs("media", 13, "label", "The report")}, {Type: "file", Attrs: attrs("media", 99, "src", "/x/old.doc")}},
			`<p class="file"><a class="file-link" href="/media/13/report.pdf" download>The report</a> <span class="file-meta">PDF, 2.0 MB</span></p><p class="file file-missing"><span>old.doc</span> <span class="file-meta">File not available</span></p>`,
		},
		"recordings": {
			[]Node{{Type: "audio", Attrs: attrs("media", 11, "title", "A talk")}, {Type: "video", Attrs: attrs("media", 12, "poster", 1), Content: []Node{textNode("A film", nil)}}},
			`<figure class="audio"><audio controls preload="none" src="/media/11/talk.mp3" aria-label="A talk"></audio><figcaption><span class="media-title">A talk</span></figcaption></figure><figure class="video"><video controls preload="none" playsinline src="/media/12/film.mp4" poster="/media/1/a.jpg" width="1280" height="720" aria-label="A film"></video><figcaption><span class="caption">A film</span></figcaption></figure>`,
		},
		"footnotes": {
			[]Node{paragraphOf(textNode("a", nil), Node{Type: "footnote_ref", Attrs: attrs("id", "n1")}, textNode("b", nil), Node{Type: "footnote_ref", Attrs: attrs("id", "n1")},
				Node{Type: "footnote_ref", Attrs: attrs("id", "unknown")}), {Type: "footnotes", Content: []Node{{Type: "footnote", Attrs: attrs("id", "n1"), Content: []Node{words("Note")}}}}},
			`<p>a<sup class="footnote-ref"><a id="fnref-n1" href="#fn-n1" role="doc-noteref">1</a></sup>b<sup class="footnote-ref"><a id="fnref-n1-2" href="#fn-n1" role="doc-noteref">1</a></sup></p><div class="footnotes" role="doc-endnotes" aria-label="Footnotes"><ol><li id="fn-n1">Note <a class="footnote-back" href="#fnref-n1" role="doc-backlink" aria-label="Back to text">↩</a> <a class="footnote-back" href="#fnref-n1-2" role="doc-backlink" aria-label="Back to text 2">↩</a></li></ol></div>`,
		},
		"columns and buttons": {
			[]Node{{Type: "columns", Content: []Node{{Type: "column", Attrs: attrs("width", 33), Content: []Node{words("a")}}, {Type: "column", Content: []Node{words("b")}}}},
				{Type: "buttons", Content: []Node{{Type: "button", Attrs: attrs("url", "/a", "label", "A")}, {Type: "button", Attrs: attrs("url", "/b", "label", "B")}}}},
			`<div class="columns columns-2"><div class="column column-w33"><p>a</p></div><div class="column"><p>b</p></div></div><p class="buttons"><a class="button" href="/a">A</a> <a class="button" href="/b">B</a></p>`,
		},
		"anchors of the theme and doubled ones": {
			[]Node{{Type: "heading", Attrs: attrs("anchor", "comments"), Content: []Node{textNode("a", nil)}}, {Type: "heading", Attrs: attrs("anchor", "x"), Content: []Node{textNode("b", nil)}},
				{Type: "heading", Attrs: attrs("anchor", "x", "level", 3), Content: []Node{textNode("c", nil)}}},
			`<h2>a</h2><h2 id="x">b</h2><h3>c</h3>`,
		},
		"header cells hold no headings": {
			[]Node{{Type: "table", Content: []Node{{Type: "table_row", Content: []Node{
				{Type: "table_cell", Attrs: attrs("header", true), Content: []Node{{Type: "heading", Content: []Node{textNode("h", nil)}}, {Type: "fact_box", Content: []Node{words("f")}}}},
				{Type: "table_cell", Content: []Node{words("c")}}}}}}},
			`<div class="table-scroll" tabindex="0" role="region" aria-label="Table 1"><table><tbody><tr><th scope="row"><p>h</p><div class="fact-box" role="note"><p>f</p></div></th><td>c</td></tr></tbody></table></div>`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := render(t, test.in...); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestFeedHTML_IsPlainAndAbsolute(t *testing.T) {
	d, _ := FromHTML(`<p class="has-drop-cap"><a href="/a">x</a> <a href="#b">y</a></p><img src="/a.jpg" class="wp-image-1">
		<details><summary>More</summary>words</details><iframe src="https://youtu.be/abc"></iframe>`, importer)
	got := strings.ReplaceAll(FeedHTML(d, newsroom), "\n", "")
	want := `<p><a href="https://news.example/a">x</a> <a href="#b">y</a></p><figure><img src="https://news.example/media/1/a.jpg" alt="A boat" width="960" height="640"><figcaption><span>Ann Lee</span></figcaption></figure><p><strong>More</strong></p><p>words</p><figure><a href="https://youtu.be/abc" rel="noopener">YouTube</a></figure>`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestHTML_HeadingsSkipNoLevel(t *testing.T) {
	for in, want := range map[string]string{
		"2 3 4 2":   "2 3 4 2",
		"4 4 5 4":   "2 2 3 2",
		"3 2 3":     "2 2 3",
		"2 6 4 3 2": "2 3 3 3 2",
		"6 5 6":     "2 2 3",
	} {
		var nodes []Node
		for level := range strings.FieldsSeq(in) {
			nodes = append(nodes, Node{Type: "heading", Attrs: map[string]any{"level": int64(level[0] - '0')}, Content: []Node{textNode("x", nil)}})
		}
		got := regexp.MustCompile(`<h(\d)>x</h\d>`).ReplaceAllString(render(t, nodes...), "$1 ")
		if strings.TrimSpace(got) != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// A browser takes away the first newline inside pre, so that one of our own
// must stand before one that counts.
func TestHTML_KeepsNewlinesOfCode(t *testing.T) {
	for _, kind := range []string{"code", "preformatted", "verse"} {
		const text = "\n\n  x\n"
		d := Doc{Content: []Node{{Type: kind, Content: []Node{textNode(text, nil)}}}}
		root, err := html.Parse(strings.NewReader(HTML(d, Options{})))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for n := range root.Descendants() {
			if n.Data == "pre" {
				collect(n, &b)
			}
		}
		if b.String() != text {
			t.Errorf("%s: %q in a browser, want %q", kind, b.String(), text)
		}
	}
}

// Spans are cut so that the table is one by HTML's table model: no overlap, no
// column without a cell, no cell out of its row group.
func TestTable_SpansAreCut(t *testing.T) {
	for in, want := range map[string]string{
		"<tr><td rowspan=5>a<td>b<tr><td>c":                              "a/r2 b|c",
		"<tr><td colspan=9>a<td>b<tr><td>c<td>d":                         "a/c2 b|c d",
		"<tr><td>a<td rowspan=2>b<tr><td colspan=3>c<td>d":               "a b/r2|c d",
		"<tr><th rowspan=3>a<th>b<tr><td>c<td>d":                         "a b|c d",
		"<tr><td colspan=2>a<tr><td>b<td>c":                              "a/c2|b c",
		"<tr><td colspan=1000 rowspan=65534>a<td>b<tr><td>c":             "a/r2 b|c",
		"<tr><td rowspan=0>a<td>b<tr><td>c<tr><td>d":                     "a/r3 b|c|d",
		"<tr><td colspan=2 rowspan=2>a<td>b<tr><td>c<tr><td>d<td>e<td>f": "a/c2/r2 b|c|d e f",
	} {
		d, _ := FromHTML("<table>"+in+"</table>", ImportOptions{})
		if got := shape(ParseHTML(HTML(d, Options{}))); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func shape(n *html.Node) string {
	var rows []string
	for d := range n.Descendants() {
		switch d.Data {
		case "tr":
			rows = append(rows, "")
		case "td", "th":
			cell := lineOf(d)
			if c := attrOr(d, "colspan", ""); c != "" {
				cell += "/c" + c
			}
			if r := attrOr(d, "rowspan", ""); r != "" {
				cell += "/r" + r
			}
			rows[len(rows)-1] = strings.TrimSpace(rows[len(rows)-1] + " " + cell)
		}
	}
	return strings.Join(rows, "|")
}
