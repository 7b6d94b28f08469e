package richtext

import "strconv"

// The stands of a side on a point.
const (
	Confirms = "confirms"
	Denies   = "denies"
	Silent   = "silent" // does not mention it
)

// Accounts are what the sides of an event say of it, kept once and shown by
// every article that has a shared_accounts of its id, as it is now.
type Accounts struct {
	ID      int64          `json:"-"`
	Title   string         `json:"title"`
	Sides   []AccountSide  `json:"sides"`
	Points  []AccountPoint `json:"points,omitempty"`
	Updated string         `json:"-"` // day of the last change, 2026-05-04; "" for none since it was made
}

// AccountSide is one side and what it said in all.
type AccountSide struct {
	Party       string `json:"party"`
	Words       string `json:"words,omitempty"` // plain text, an empty line between paragraphs
	Source      string `json:"source,omitempty"`
	SourceLabel string `json:"source_label,omitempty"`
	Date        string `json:"date,omitempty"` // when it was said
}

// AccountPoint is one thing that is disputed, with a stand for every side in
// their order.
type AccountPoint struct {
	Text   string         `json:"text"`
	Stands []AccountStand `json:"stands"`
	// Verdict is the newsroom's, "" where it gives none; Why its reasons.
	Verdict string `json:"verdict,omitempty"`
	Why     string `json:"why,omitempty"`
}

// AccountStand is what one side says of one point.
type AccountStand struct {
	Says   string `json:"says"` // Confirms, Denies or Silent; "" while it is not known
	Words  string `json:"words,omitempty"`
	Source string `json:"source,omitempty"`
}

// AccountsAnchor is the id of shared accounts on a page.
func AccountsAnchor(id int64) string { return "said-accounts-" + strconv.FormatInt(id, 10) }

// Nodes are the accounts as the blocks of a document without a record, for
// texts that take no table: what each side says, then each point as a list.
func (a *Accounts) Nodes(labels *Labels) []Node {
	l := labels.orEnglish()
	out := []Node{a.sides(l)}
	for i := range a.Points {
		out = append(out, a.point(&a.Points[i], l)...)
	}
	return append(out, a.day(l)...)
}

func (a *Accounts) sides(l *Labels) Node {
	accounts := Node{Type: "accounts"}
	accounts.setText("title", a.Title)
	for i := range a.Sides {
		s := &a.Sides[i]
		n := Node{Type: "account", Content: paragraphs(s.Words)}
		n.setText("party", s.Party)
		n.setText("source", s.Source)
		n.setText("source_label", s.label(l))
		accounts.Content = append(accounts.Content, n)
	}
	return accounts
}

// point is a point with the list of its stands and the verdict.
func (a *Accounts) point(p *AccountPoint, l *Labels) []Node {
	list := Node{Type: "bullet_list"}
	for i, stand := range p.Stands[:min(len(p.Stands), len(a.Sides))] {
		words := []Node{bold(a.Sides[i].Party), wordsOf(": " + l.says(stand.Says))}
		if stand.Words != "" {
			words = append(words, wordsOf(". "+stand.Words))
		}
		if address, ok := SafeURL(stand.Source); ok {
			words = append(words, wordsOf(" "), Node{Type: "text", Text: l.Source, Marks: []Mark{{Type: "link", Attrs: map[string]any{"href": address}}}})
		}
		list.Content = append(list.Content, Node{Type: "list_item", Content: []Node{{Type: "paragraph", Content: words}}})
	}
	out := []Node{{Type: "paragraph", Content: []Node{bold(p.Text)}}}
	if len(list.Content) > 0 {
		out = append(out, list)
	}
	if p.Verdict != "" {
		words := []Node{bold(l.Verdict + " " + p.Verdict)}
		if p.Why != "" {
			words = append(words, wordsOf(". "+p.Why))
		}
		out = append(out, Node{Type: "paragraph", Content: words})
	}
	return out
}

// day tells when the accounts were changed last, nothing while they were not.
func (a *Accounts) day(l *Labels) []Node {
	if a.Updated == "" {
		return nil
	}
	return []Node{{Type: "paragraph", Content: []Node{{Type: "text", Text: l.UpdatedOn + " " + l.Date(a.Updated), Marks: []Mark{{Type: "small"}}}}}}
}

// WithAccounts returns a document in which shared accounts stand with their own
// words, for what reads words alone. It is not a document to keep: points are
// paragraphs, and nothing tells how the sides stand to them. Records that are
// not known stay as they are.
func WithAccounts(d Doc, accounts func(id int64) (Accounts, bool)) Doc {
	d.Content = withAccounts(d.Content, accounts)
	return d
}

func withAccounts(nodes []Node, accounts func(id int64) (Accounts, bool)) []Node {
	out := make([]Node, 0, len(nodes))
	for _, n := range nodes {
		if n.Type == "shared_accounts" {
			if a, ok := accounts(n.num("record")); ok {
				out = append(out, a.words()...)
				continue
			}
		}
		if len(n.Content) > 0 && !HoldsText(n.Type) {
			n.Content = withAccounts(n.Content, accounts)
		}
		out = append(out, n)
	}
	return out
}

// words are the accounts without a word of ours.
func (a *Accounts) words() []Node {
	block := Node{Type: "accounts"}
	block.setText("title", a.Title)
	for _, s := range a.Sides {
		n := Node{Type: "account", Content: paragraphs(s.Words)}
		n.setText("party", s.Party)
		n.setText("source_label", s.SourceLabel)
		block.Content = append(block.Content, n)
	}
	out := []Node{block}
	for _, p := range a.Points {
		lines := []string{p.Text}
		for _, s := range p.Stands {
			lines = append(lines, s.Words)
		}
		for _, line := range append(lines, p.Verdict, p.Why) {
			if line != "" {
				out = append(out, Node{Type: "paragraph", Content: []Node{wordsOf(line)}})
			}
		}
	}
	return out
}

// label is the words of the link to a side's source, with the day.
func (s *AccountSide) label(l *Labels) string {
	label := s.SourceLabel
	if label == "" && s.Source != "" {
		label = l.Source
	}
	if s.Date == "" {
		return label
	}
	if label != "" {
		label += ", "
	}
	return label + l.Date(s.Date)
}

func (l *Labels) says(stand string) string {
	switch stand {
	case Confirms:
		return l.Confirms
	case Denies:
		return l.Denies
	case Silent:
		return l.Silent
	}
	return l.Unknown
}

func (n *Node) setText(name, value string) {
	if value == "" {
		return
	}
	if n.Attrs == nil {
		n.Attrs = map[string]any{}
	}
	n.Attrs[name] = value
}

func wordsOf(s string) Node { return Node{Type: "text", Text: s} }

func bold(s string) Node { return Node{Type: "text", Text: s, Marks: []Mark{{Type: "strong"}}} }

// paragraphs are the paragraphs of a plain text.
func paragraphs(s string) []Node {
	var out []Node
	for _, p := range splitParagraphs(s) {
		out = append(out, Node{Type: "paragraph", Content: []Node{wordsOf(p)}})
	}
	return out
}
