package richtext

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// page writes random, often broken HTML from words that are all different, and
// remembers which of them a reader would see.
type page struct {
	b       strings.Builder
	n       int
	seen    []string
	dropped int // words inside elements that are left out, but readers saw
}

func (p *page) word() string {
	p.n++
	return fmt.Sprintf("w%dx", p.n)
}

func (p *page) text(t *rapid.T) {
	for range rapid.IntRange(1, 3).Draw(t, "words") {
		w := p.word()
		p.seen = append(p.seen, w)
		p.b.WriteString(" " + w + " ")
	}
}

var (
	inlineTags = strings.Fields("b i em strong a span code sub del q cite abbr x-thing label font small tt")
	blockTags  = strings.Fields(`p div section h1 h3 ul ol li blockquote pre table tr td th tbody caption figure figcaption
		details summary dl dt dd form fieldset center address aside main article hr br img noscript legend`)
	lostTags = strings.Fields("select textarea template title")
	muteTags = strings.Fields("script style")
)

func (p *page) content(t *rapid.T, depth int) {
	least := 0
	if depth == 0 {
		least = 15
	}
	for range rapid.IntRange(least, least+4).Draw(t, "children") {
		switch kind := rapid.IntRange(0, 19).Draw(t, "kind"); {
		case kind < 7 || depth > 8:
			p.text(t)
		case kind < 12:
			p.element(t, rapid.SampledFrom(inlineTags).Draw(t, "inline"), depth)
		case kind < 18:
			p.element(t, rapid.SampledFrom(blockTags).Draw(t, "block"), depth)
		case kind < 19:
			tag := rapid.SampledFrom(lostTags).Draw(t, "lost")
			p.dropped++
			fmt.Fprintf(&p.b, "<%s>%s</%s>", tag, p.word(), tag)
		default:
			tag := rapid.SampledFrom(muteTags).Draw(t, "mute")
			fmt.Fprintf(&p.b, "<%s>%s</%s>", tag, p.word(), tag)
		}
	}
}

// natural are the elements that belong right inside others.
var natural = map[string][]string{
	"table": {"tr", "tbody", "caption"}, "tbody": {"tr"}, "tr": {"td", "th"}, "ul": {"li"}, "ol": {"li"}, "dl": {"dt", "dd"},
	"figure": {"img", "figcaption", "blockquote", "table"}, "details": {"summary", "p"}, "blockquote": {"p", "cite"},
	"caption": {"blockquote", "p"}, "figcaption": {"details", "b"}, "summary": {"form", "h3"}, "h1": {"blockquote", "em"},
}

var openings = []string{"", "", "", ` class="wp-caption aligncenter"`, ` class="gallery"`, ` dir="rtl" lang="ar"`, ` href="/x"`,
	` style="text-align:center;font-weight:bold"`, ` colspan="3" rowspan="2"`, ` src="/a.jpg"`, ` class="wp-block-pullquote"`, ` align=right`}

func (p *page) element(t *rapid.T, tag string, depth int) {
	p.b.WriteString("<" + tag + rapid.SampledFrom(openings).Draw(t, "attrs") + ">")
	if children := natural[tag]; children != nil && depth < 8 {
		for range rapid.IntRange(0, 3).Draw(t, "parts") {
			p.element(t, rapid.SampledFrom(children).Draw(t, "part"), depth+1)
		}
	}
	if rapid.Bool().Draw(t, "mixed") || natural[tag] == nil {
		p.content(t, depth+1)
	}
	switch rapid.IntRange(0, 9).Draw(t, "end") {
	case 0: // never closed
	case 1:
		p.b.WriteString("</" + rapid.SampledFrom(blockTags).Draw(t, "wrong") + ">")
	default:
		p.b.WriteString("</" + tag + ">")
	}
}

func TestFromHTML_LosesNoWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &page{}
		p.content(t, 0)
		d, dropped := FromHTML(p.b.String(), ImportOptions{})
		words := strings.Fields(Text(d))
		slices.Sort(words)
		slices.Sort(p.seen)
		if !slices.Equal(words, p.seen) {
			t.Fatalf("words in %v, words out %v, of %s", p.seen, words, p.b.String())
		}
		lost := 0
		for _, x := range dropped {
			if lost += x.Words; x.Kind == "structure" {
				t.Fatalf("the document was given up: %s", x.Sample)
			}
		}
		if got := Words(d); got != len(p.seen) || lost != p.dropped {
			t.Fatalf("%d words in the document and %d listed, want %d and %d, of %s", got, lost, len(p.seen), p.dropped, p.b.String())
		}
		if again, err := Validate(d); err != nil || Words(again) != len(p.seen) {
			t.Fatalf("not valid: %v", err)
		}
	})
}

// Both renderers show every word once.
func TestHTML_ShowsEveryWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &page{}
		p.content(t, 0)
		d, _ := FromHTML(p.b.String(), ImportOptions{})
		for _, out := range []string{HTML(d, Options{}), FeedHTML(d, Options{}), CommentHTML(d), PlainText(d)} {
			shown := 0
			for _, w := range p.seen {
				shown += min(strings.Count(out, w), 1)
			}
			if shown != len(p.seen) {
				t.Fatalf("%d of %d words in %s", shown, len(p.seen), out)
			}
		}
	})
}

func TestFromHTML_DeepNesting(t *testing.T) {
	for _, tag := range []string{"div", "b", "blockquote", "ul><li", "table><tr><td", "a href=x", "svg", "font", "details", "object", "select", "x-y", "p><b"} {
		deep := 10_000
		if tag == "div" {
			deep = 100_000
		}
		in := strings.Repeat("<"+tag+">", deep) + "middle" + strings.Repeat("</"+strings.Fields(tag)[0]+">", deep) + " last"
		d, dropped := FromHTML(in, ImportOptions{})
		words := Text(d)
		for _, x := range dropped {
			words += x.Sample
			if x.Kind == "structure" {
				t.Errorf("%s: the document was given up: %s", tag, x.Sample)
			}
		}
		if !strings.Contains(words, "middle") || !strings.Contains(words, "last") {
			t.Errorf("%s: words are lost: %.200q, %v", tag, words, dropped)
		}
		if _, err := Validate(d); err != nil {
			t.Errorf("%s: %v", tag, err)
		}
	}
}

// Elements too deep to be kept still divide words.
func TestFromHTML_DeepBlocksDivideWords(t *testing.T) {
	deep := strings.Repeat("<div>", maxOpen+10)
	d, dropped := FromHTML(deep+"one<div>two</div>three<p>four<span>teen</span>", ImportOptions{})
	if got := strings.Fields(Text(d)); !slices.Equal(got, []string{"one", "two", "three", "fourteen"}) {
		t.Errorf("got %q", got)
	}
	if len(dropped) != 1 || dropped[0].Kind != "depth" || dropped[0].Count != 13 {
		t.Errorf("listed %+v", dropped)
	}
}

// The work for an input twice as long is not much more than twice: counted in
// allocations and in the size of the result, which no busy machine disturbs.
func TestFromHTML_IsLinear(t *testing.T) {
	for _, piece := range []string{
		"<b a=1><p>x", "<b><i><u>x<p>", "<table><tr><td>x", "<x>y", "<p>word</p>", "<li><ul>x", "<a href=x>y<div>", "</p>", "<td>", "<br>", "&amp;",
		"<img src=a.jpg>", "<form>x", "<dl><dt>x<dd>", "<svg><g>x", "<!--more-->", "<b>x</i>", "<table>x", "<h2><div>x",
	} {
		measure := func(n int) float64 {
			in := strings.Repeat(piece, n)
			return testing.AllocsPerRun(1, func() { FromHTML(in, ImportOptions{}) })
		}
		small, large := measure(500), measure(5_000)
		if large > 13*small {
			t.Errorf("%q: ten times the input takes %.1f times the allocations", piece, large/small)
		}
	}
}

func TestFromHTML_TenMegabytes(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 10 MB several times")
	}
	for _, piece := range []string{"<p>word</p>", "<b a=1><p>word ", "word<br>", "word ", "<table><tr><td>word"} {
		count := 10 << 20 / len(piece)
		d, _ := FromHTML(strings.Repeat(piece, count), ImportOptions{})
		if got := Words(d); got != count {
			t.Errorf("%q: %d of %d words are left", piece, got, count)
		}
	}
}

func TestFromHTML_BeyondTheBounds(t *testing.T) {
	in := strings.Repeat("<i>a</i> ", maxTree) + "<script>never</script><p>tail</p>"
	d, _ := FromHTML(in, ImportOptions{})
	text := Text(d)
	if Words(d) != maxTree+1 || !strings.HasSuffix(text, "tail") || strings.Contains(text, "never") {
		t.Errorf("%d words, ends in %q", Words(d), text[max(0, len(text)-40):])
	}
	long := strings.Repeat("word ", maxHTML/5+100)
	d, dropped := FromHTML(long, ImportOptions{})
	lost := 0
	for _, x := range dropped {
		lost += x.Words
	}
	if Words(d)+lost < maxHTML/5+100 {
		t.Errorf("%d words and %d listed of %d", Words(d), lost, maxHTML/5+100)
	}
}

func TestFromHTML_LongAttributesKeepTheirWords(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("word ", maxAttrText/4))
	for _, in := range []string{
		"<details><summary>" + long + "</summary>x</details>", "<blockquote>x<cite>" + long + "</cite></blockquote>",
		"<form>" + long + "</form>", "<p title='" + long + "'>x " + long + "</p>", "<pre class=wp-block-verse>" + long + "</pre>",
	} {
		d, _ := FromHTML(in, ImportOptions{})
		if _, err := Validate(d); err != nil || Words(d) < maxAttrText/4 {
			t.Errorf("%.40s: %d words, %v", in, Words(d), err)
		}
	}
}

func TestFromHTML_HookWithoutSense(t *testing.T) {
	deep := paragraphOf(textNode("deep", nil))
	for range 40 {
		deep = Node{Type: "quote", Content: []Node{deep}}
	}
	for _, nodes := range [][]Node{{{Type: "nonsense"}}, {deep}, {{Type: "text", Text: "x", Marks: []Mark{{Type: "nonsense"}}}}, {{Type: "list_item"}}} {
		d, dropped := FromHTML("<p>before</p><div>words</div>", ImportOptions{Element: func(_ *Converter, n *html.Node) ([]Node, bool) {
			return nodes, n.Data == "div"
		}})
		if len(dropped) == 0 || Text(d) != "before\nwords" && Text(d) != "before" {
			t.Errorf("%v: %q, listed %v", nodes[0].Type, Text(d), dropped)
		}
	}
}
