package claim

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/internal/fault"
	"dateline/internal/richtext"
)

// Limits of a record.
const (
	MaxSides  = 6
	MaxPoints = 40
	maxName   = 300    // letters of a title, a side, a source's label
	maxWords  = 10_000 // letters of what a side says
	maxLine   = 1_000  // letters of a point, a stand, a reason
)

// Check returns accounts in the form in which they are kept: text without space
// around it, a stand for every side, nothing empty. The error says what is
// missing or too long, and where.
func Check(in richtext.Accounts) (richtext.Accounts, error) {
	out := richtext.Accounts{}
	var err error
	if out.Title, err = bounded(in.Title, maxName, fault.New(fault.TooLarge, "the title is longer than %d letters", maxName)); err != nil {
		return out, err
	}
	if out.Title == "" {
		return out, fault.New(fault.Invalid, "the accounts need a title").WithHint("name the event in a few words, such as “The shots at the bridge”")
	}
	kept, err := sides(in.Sides, &out)
	if err != nil {
		return out, err
	}
	return out, points(in.Points, kept, &out)
}

// sides checks the sides and returns the places in the input of those kept.
func sides(in []richtext.AccountSide, out *richtext.Accounts) (kept []int, err error) {
	seen := map[string]bool{}
	for i, s := range in {
		s.Party, s.Words, s.SourceLabel, s.Date = strings.TrimSpace(s.Party), strings.TrimSpace(richtext.CleanText(s.Words)), strings.TrimSpace(s.SourceLabel), strings.TrimSpace(s.Date)
		if s.Party == "" && s.Words == "" && s.Source == "" && s.SourceLabel == "" {
			continue
		}
		if s.Party, err = bounded(s.Party, maxName, fault.New(fault.TooLarge, "the name of a side is longer than %d letters", maxName)); err != nil {
			return nil, err
		}
		if s.Party == "" {
			return nil, fault.New(fault.Invalid, "side %d has no name", i+1).WithHint("say whose account it is")
		}
		if key := strings.ToLower(s.Party); seen[key] {
			return nil, fault.New(fault.Invalid, "two sides are called %q", s.Party).WithHint("bring them together, or tell them apart")
		} else {
			seen[key] = true
		}
		if utf8.RuneCountInString(s.Words) > maxWords {
			return nil, fault.New(fault.TooLarge, "what %s says is longer than %d letters", s.Party, maxWords)
		}
		if s.SourceLabel, err = bounded(s.SourceLabel, maxName, fault.New(fault.TooLarge, "the source of %s is longer than %d letters", s.Party, maxName)); err != nil {
			return nil, err
		}
		if s.Source, err = address(s.Source, s.Party); err != nil {
			return nil, err
		}
		if s.Date != "" {
			if _, err := time.Parse("2006-01-02", s.Date); err != nil {
				return nil, fault.New(fault.Invalid, "the date of %s is not a day: %q", s.Party, s.Date).WithHint("write it as 2026-05-04")
			}
		}
		out.Sides = append(out.Sides, s)
		kept = append(kept, i)
	}
	switch {
	case len(out.Sides) < 2:
		return nil, fault.New(fault.Invalid, "accounts need two sides at least").WithHint("name who else speaks of it, even if all they say is nothing")
	case len(out.Sides) > MaxSides:
		return nil, fault.New(fault.Invalid, "accounts have %d sides at most", MaxSides)
	}
	return kept, nil
}

func points(in []richtext.AccountPoint, kept []int, out *richtext.Accounts) (err error) {
	for _, p := range in {
		point := richtext.AccountPoint{}
		if point.Text, err = bounded(p.Text, maxLine, fault.New(fault.TooLarge, "a point is longer than %d letters", maxLine)); err != nil {
			return err
		}
		if point.Verdict, err = bounded(p.Verdict, maxName, fault.New(fault.TooLarge, "the verdict on “%s” is longer than %d letters", point.Text, maxName)); err != nil {
			return err
		}
		if point.Why, err = bounded(p.Why, maxLine, fault.New(fault.TooLarge, "the reasons of a verdict are longer than %d letters", maxLine)); err != nil {
			return err
		}
		said := point.Verdict != "" || point.Why != ""
		for n, i := range kept {
			stand := richtext.AccountStand{}
			if i < len(p.Stands) {
				if stand, err = standOf(p.Stands[i], out.Sides[n].Party); err != nil {
					return err
				}
			}
			said = said || stand != richtext.AccountStand{}
			point.Stands = append(point.Stands, stand)
		}
		switch {
		case point.Text == "" && !said:
			continue
		case point.Text == "":
			return fault.New(fault.Invalid, "a point has stands and no words").WithHint("say what is disputed, such as “A shot was fired”")
		case point.Verdict == "" && point.Why != "":
			return fault.New(fault.Invalid, "there are reasons and no verdict on “%s”", point.Text).WithHint("write the verdict, or take the reasons out")
		}
		out.Points = append(out.Points, point)
	}
	if len(out.Points) > MaxPoints {
		return fault.New(fault.Invalid, "accounts have %d points at most", MaxPoints)
	}
	return nil
}

func standOf(in richtext.AccountStand, party string) (out richtext.AccountStand, err error) {
	switch in.Says {
	case "", richtext.Confirms, richtext.Denies, richtext.Silent:
		out.Says = in.Says
	default:
		return out, fault.New(fault.Invalid, "%q is no stand on a point", in.Says)
	}
	if out.Words, err = bounded(in.Words, maxLine, fault.New(fault.TooLarge, "what %s says of a point is longer than %d letters", party, maxLine)); err != nil {
		return out, err
	}
	if out.Source, err = address(in.Source, party); err != nil {
		return out, err
	}
	if out.Says == "" && (out.Words != "" || out.Source != "") {
		return out, fault.New(fault.Invalid, "choose whether %s confirms or denies the point of which it says “%s”", party, clip(out.Words+out.Source, 60))
	}
	return out, nil
}

// bounded returns a text on one line, or tooLong when it has more letters than
// limit.
func bounded(s string, limit int, tooLong error) (string, error) {
	s = strings.Join(strings.Fields(richtext.CleanText(s)), " ")
	if utf8.RuneCountInString(s) > limit {
		return "", tooLong
	}
	return s, nil
}

func address(s, party string) (string, error) {
	if s = strings.TrimSpace(s); s == "" {
		return "", nil
	}
	safe, ok := richtext.SafeURL(s)
	if u, err := url.Parse(safe); !ok || err != nil || !u.IsAbs() && !strings.HasPrefix(safe, "/") { // "reuters.com/a" would lead to a page of ours
		return "", fault.New(fault.Invalid, "the source of %s is not an address: %q", party, clip(s, 60)).WithHint("copy it whole, with https://")
	}
	return safe, nil
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// FromBlock reads the accounts block of a document: its sides with their words,
// and of what a side does not mention the points. What the other sides say of
// them is for the editor to fill in.
func FromBlock(n richtext.Node) (richtext.Accounts, error) {
	if n.Type != "accounts" {
		return richtext.Accounts{}, fault.New(fault.Invalid, "only an accounts block can be shared")
	}
	if doc, err := richtext.Validate(richtext.Doc{Content: []richtext.Node{n}}); err != nil {
		return richtext.Accounts{}, err
	} else {
		n = doc.Content[0]
	}
	a := richtext.Accounts{Title: n.AttrText("title")}
	for i := range n.Content {
		side := &n.Content[i]
		var words []string
		for p := range strings.SplitSeq(richtext.Text(richtext.Doc{Content: side.Content}), "\n") {
			if p = strings.TrimSpace(p); p != "" {
				words = append(words, p)
			}
		}
		a.Sides = append(a.Sides, richtext.AccountSide{Party: side.AttrText("party"), Words: strings.Join(words, "\n\n"),
			Source: side.AttrText("source"), SourceLabel: side.AttrText("source_label")})
	}
	for i := range n.Content {
		for text := range strings.FieldsFuncSeq(n.Content[i].AttrText("silent"), func(r rune) bool { return r == ';' || r == '\n' }) {
			if text = strings.TrimSpace(text); text == "" {
				continue
			}
			point := richtext.AccountPoint{Text: text, Stands: make([]richtext.AccountStand, len(n.Content))}
			point.Stands[i].Says = richtext.Silent
			a.Points = append(a.Points, point)
		}
	}
	return Check(a)
}
