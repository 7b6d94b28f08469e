package claim

import (
	"strings"
	"testing"

	"dateline/internal/fault"
	"dateline/internal/richtext"
)

func named(names ...string) (out []richtext.AccountSide) {
	for _, n := range names {
		out = append(out, richtext.AccountSide{Party: n})
	}
	return out
}

func TestCheck(t *testing.T) {
	good := richtext.Accounts{Title: " The bridge ", Sides: append(named(" Army ", "Village"), richtext.AccountSide{}),
		Points: []richtext.AccountPoint{{Text: "Fired", Stands: []richtext.AccountStand{{Says: richtext.Denies, Source: "/world/our-own-report/"}}}, {}}}
	got, err := Check(good)
	if err != nil {
		t.Fatal(err)
	}
	if got.Title != "The bridge" || len(got.Sides) != 2 || got.Sides[0].Party != "Army" || len(got.Points) != 1 || len(got.Points[0].Stands) != 2 {
		t.Errorf("kept %+v", got)
	}
	for want, in := range map[string]richtext.Accounts{
		"need a title":         {Sides: named("a", "b")},
		"two sides at least":   {Title: "x", Sides: named("a")},
		"has no name":          {Title: "x", Sides: []richtext.AccountSide{{Party: "a"}, {Words: "b"}}},
		"two sides are called": {Title: "x", Sides: named("Army", "army")},
		"6 sides at most":      {Title: "x", Sides: named("a", "b", "c", "d", "e", "f", "g")},
		"is not an address":    {Title: "x", Sides: []richtext.AccountSide{{Party: "a", Source: "javascript:x"}, {Party: "b"}}},
		"not an address: \"re": {Title: "x", Sides: []richtext.AccountSide{{Party: "a", Source: "reuters.com/a"}, {Party: "b"}}},
		"is not a day":         {Title: "x", Sides: []richtext.AccountSide{{Party: "a", Date: "Monday"}, {Party: "b"}}},
		"stands and no words":  {Title: "x", Sides: named("a", "b"), Points: []richtext.AccountPoint{{Stands: []richtext.AccountStand{{Says: richtext.Denies}}}}},
		"no verdict":           {Title: "x", Sides: named("a", "b"), Points: []richtext.AccountPoint{{Text: "p", Why: "because"}}},
		"is no stand":          {Title: "x", Sides: named("a", "b"), Points: []richtext.AccountPoint{{Text: "p", Stands: []richtext.AccountStand{{Says: "shrugs"}}}}},
		"confirms or denies":   {Title: "x", Sides: named("a", "b"), Points: []richtext.AccountPoint{{Text: "p", Stands: []richtext.AccountStand{{Words: "hm"}}}}},
		"longer than 300":      {Title: strings.Repeat("x", 301), Sides: named("a", "b")},
	} {
		if _, err := Check(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, not %v", want, err)
		} else if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
			t.Errorf("%q is no error of the input: %v", want, err)
		}
	}
}

func TestFromBlock(t *testing.T) {
	p := func(s string) richtext.Node {
		return richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: s}}}
	}
	got, err := FromBlock(richtext.Node{Type: "accounts", Attrs: map[string]any{"title": "The bridge"}, Content: []richtext.Node{
		{Type: "account", Attrs: map[string]any{"party": "Army", "silent": "the shots; the warning", "source": "https://a.example/"}, Content: []richtext.Node{p("One."), p("Two.")}},
		{Type: "account", Attrs: map[string]any{"party": "Village"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if got.Sides[0].Words != "One.\n\nTwo." || len(got.Points) != 2 || got.Points[1].Text != "the warning" || got.Points[1].Stands[0].Says != richtext.Silent || got.Points[1].Stands[1].Says != "" {
		t.Errorf("made %+v", got)
	}
	if _, err := FromBlock(p("x")); err == nil {
		t.Error("a paragraph became accounts")
	}
}
