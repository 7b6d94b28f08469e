package richtext

import (
	"hash/fnv"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The kinds of Quote: where a document holds it.
const (
	QuoteBlock   = "quote"   // an attributed_quote
	QuoteAccount = "account" // what a party says in accounts
	QuoteProse   = "said"    // a passage of prose under the mark said
)

// Quote is what somebody said, as a document attributes it.
type Quote struct {
	Kind          string
	Speaker, Role string
	Outlet        string
	Date          string // when it was said, in one of the forms of a date; "" when that is not told
	Source        string // address
	Words         string // one line, without the quotation marks around it
	Direct        bool   // the speaker's own words; else they are reported
	Part          int    // of Parts in which it stands, from 1
	Anchor        string // id of its paragraph or block on that part's page, "" when it has none
}

// Quotes returns what a document attributes to somebody by name, in its order.
// Anchors are made of the words, so they stay when a quote moves.
func Quotes(d Doc) []Quote {
	var out []Quote
	for i, part := range Parts(d) {
		from := len(out)
		out = quotesIn(out, part.Content, true)
		for j := range out[from:] {
			out[from+j].Part = i + 1
		}
	}
	return out
}

func quotesIn(out []Quote, nodes []Node, anchored bool) []Quote {
	for i := range nodes {
		n := &nodes[i]
		switch {
		case n.Type == "attributed_quote":
			if q, ok := blockQuote(n); ok {
				out = append(out, q)
			}
			continue
		case n.Type == "account":
			if q, ok := accountQuote(n); ok {
				out = append(out, q)
			}
		case HoldsText(n.Type):
			said := proseQuotes(n.Content)
			if anchored && n.Type == "paragraph" && len(said) > 0 {
				id := saidAnchor(said[0].Words)
				for j := range said {
					said[j].Anchor = id
				}
			}
			out = append(out, said...)
			continue
		}
		out = quotesIn(out, n.Content, anchored && n.Type != "footnotes")
	}
	return out
}

func blockQuote(n *Node) (Quote, bool) {
	q := Quote{Kind: QuoteBlock, Speaker: n.str("speaker"), Role: n.str("role"), Outlet: n.str("outlet"), Date: n.str("date"), Source: n.str("source"), Direct: true}
	q.Words, _ = unquoted(line(Text(Doc{Content: n.Content})))
	q.Anchor = saidAnchor(q.Words)
	return q, q.Speaker != "" && q.Words != ""
}

func accountQuote(n *Node) (Quote, bool) {
	q := Quote{Kind: QuoteAccount, Speaker: n.str("party"), Outlet: n.str("source_label"), Source: n.str("source")}
	q.Words, q.Direct = unquoted(line(Text(Doc{Content: n.Content})))
	q.Anchor = saidAnchor(q.Words)
	return q, q.Speaker != "" && q.Words != ""
}

// Quotes are what the sides say, as the quotes of a document that shows the
// record. Their part is not known.
func (a *Accounts) Quotes() []Quote {
	var out []Quote
	for _, s := range a.Sides {
		q := Quote{Kind: QuoteAccount, Speaker: s.Party, Outlet: s.SourceLabel, Source: s.Source, Date: s.Date}
		q.Words, q.Direct = unquoted(line(s.Words))
		q.Anchor = saidAnchor(q.Words)
		if q.Words != "" {
			out = append(out, q)
		}
	}
	return out
}

// saidMark returns the mark that says whose words a node is, nil for none.
func saidMark(n *Node) *Mark {
	for i := range n.Marks {
		if n.Marks[i].Type == "said" {
			return &n.Marks[i]
		}
	}
	return nil
}

// proseQuotes reads the passages under said of one text block. What the writer
// put between two halves of a sentence, "she said", does not divide it.
func proseQuotes(nodes []Node) []Quote {
	var out []Quote
	var open *Mark     // of the passage that goes on
	var words []string // of the passages of out
	before := ""       // the text before the passage
	for i := range nodes {
		n := &nodes[i]
		if n.Type != "text" {
			if n.Type == "hard_break" && open != nil {
				words[len(words)-1] += " "
			}
			continue
		}
		m := saidMark(n)
		switch {
		case m == nil:
			open = nil
		case open != nil && open.same(m):
			words[len(words)-1] += n.Text
		case len(out) > 0 && continues(&out[len(out)-1], m, words[len(words)-1]):
			words[len(words)-1] = strings.TrimRight(trimQuotes(words[len(words)-1]), " ") + " " + strings.TrimLeftFunc(n.Text, func(r rune) bool { return r == ' ' || isQuoteSign(r) })
			open = m
		default:
			out = append(out, Quote{Kind: QuoteProse, Speaker: m.str("speaker"), Role: m.str("role"), Outlet: m.str("outlet"),
				Date: m.str("date"), Source: m.str("source"), Direct: opensQuote(before)})
			words, open = append(words, n.Text), m
		}
		before = n.Text
	}
	kept := out[:0]
	for i, q := range out {
		bare, direct := unquoted(line(words[i]))
		q.Words, q.Direct = bare, q.Direct || direct
		if q.Words != "" && q.Speaker != "" {
			kept = append(kept, q)
		}
	}
	return kept
}

// continues tells whether a passage under the same attribution goes on with the
// sentence of the one before it.
func continues(q *Quote, m *Mark, so string) bool {
	if q.Speaker != m.str("speaker") || q.Role != m.str("role") || q.Outlet != m.str("outlet") || q.Date != m.str("date") || q.Source != m.str("source") {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(trimQuotes(strings.TrimRight(so, " ")))
	return !strings.ContainsRune(".!?…。！？؟", last)
}

// opensQuote reports whether quoted words begin after s.
func opensQuote(s string) bool {
	last, size := utf8.DecodeLastRuneInString(s)
	return size > 0 && isQuoteSign(last)
}

// isQuoteSign reports quotation marks; apostrophes are some too.
func isQuoteSign(r rune) bool {
	return strings.ContainsRune(`"'“”„‟‘’‚‹›«»「」『』`, r)
}

func trimQuotes(s string) string { return strings.TrimFunc(strings.TrimSpace(s), isQuoteSign) }

// unquoted takes the quotation marks off that a whole text stands in.
func unquoted(s string) (string, bool) {
	first, a := utf8.DecodeRuneInString(s)
	last, b := utf8.DecodeLastRuneInString(s)
	if len(s) <= a+b || !isQuoteSign(first) || !isQuoteSign(last) {
		return strings.TrimSpace(s), false
	}
	inner := strings.TrimSpace(s[a : len(s)-b])
	if strings.ContainsFunc(inner, func(r rune) bool { return r == first && r != '\'' && r != '’' }) {
		return s, false // two quotes beside each other
	}
	return inner, true
}

// line writes a text on one line.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

// saidAnchor is the anchor of quoted words: the same whatever their typography
// and wherever they stand.
func saidAnchor(words string) string {
	h := fnv.New64a()
	for _, r := range words {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			h.Write([]byte(string(unicode.ToLower(r))))
		}
	}
	return "said-" + strconv.FormatUint(h.Sum64(), 36)
}

// quoteID writes the id of a block that holds a quote, once a page.
func (r *renderer) quoteID(id string) {
	if id == "" || r.feed || r.noted || r.ids[id] {
		return
	}
	if r.ids == nil {
		r.ids = map[string]bool{}
	}
	r.ids[id] = true
	r.attr("id", id)
}

// paragraphID is the id of a paragraph of prose, "" for one without a quote.
func paragraphID(nodes []Node) string {
	for i := range nodes {
		if saidMark(&nodes[i]) != nil {
			if said := proseQuotes(nodes); len(said) > 0 {
				return saidAnchor(said[0].Words)
			}
			return ""
		}
	}
	return ""
}
