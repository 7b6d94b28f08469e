package wpcontent

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// questionClasses are those of a question with its answer, of the question, in
// the blocks of Yoast and Rank Math.
var (
	entryClasses    = []string{"schema-faq-section", "rank-math-list-item", "rank-math-faq-item"}
	questionClasses = []string{"schema-faq-question", "rank-math-question"}
)

// questionsBlock makes details of questions with answers: the element around
// both becomes <details>, that of the question <summary>.
func (c *converter) questionsBlock(b *block, w *strings.Builder) {
	nodes := parseFragment(b.html())
	found := false
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			if child.Type != html.ElementNode {
				continue
			}
			if hasClass(child, entryClasses) {
				child.Data, child.DataAtom, child.Attr = "details", atom.Details, nil
				found = true
			} else if hasClass(child, questionClasses) {
				child.Data, child.DataAtom, child.Attr = "summary", atom.Summary, nil
			}
			walk(child)
		}
	}
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	walk(root)
	var out strings.Builder
	if !found || html.Render(&out, root) != nil {
		c.unknownBlock(b, w)
		return
	}
	w.WriteString(out.String())
}

// parseFragment parses a piece of HTML as the inside of a <div>.
func parseFragment(s string) []*html.Node {
	nodes, err := html.ParseFragment(strings.NewReader(s), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil { // only when nested beyond the parser's limit
		return nil
	}
	return nodes
}

func hasClass(n *html.Node, classes []string) bool {
	for _, a := range n.Attr {
		if a.Key != "class" {
			continue
		}
		for _, have := range strings.Fields(a.Val) {
			for _, want := range classes {
				if have == want {
					return true
				}
			}
		}
	}
	return false
}

// link is an <a> in a piece of HTML.
type link struct{ href, class, text string }

// linksIn returns the links of a piece of HTML.
func linksIn(s string) (list []link) {
	z := html.NewTokenizer(strings.NewReader(s))
	open := -1
	for {
		switch z.Next() {
		case html.ErrorToken:
			return list
		case html.TextToken:
			if open >= 0 {
				list[open].text += string(z.Text())
			}
		case html.StartTagToken:
			t := z.Token()
			if t.DataAtom != atom.A {
				continue
			}
			l := link{}
			for _, a := range t.Attr {
				switch a.Key {
				case "href":
					l.href = a.Val
				case "class":
					l.class = a.Val
				}
			}
			list = append(list, l)
			open = len(list) - 1
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "a" {
				if open >= 0 {
					list[open].text = strings.Join(strings.Fields(list[open].text), " ")
				}
				open = -1
			}
		}
	}
}
