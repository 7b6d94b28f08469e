package compare_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dateline/internal/article/compare"
	"dateline/internal/richtext"
)

// script writes segments as "same [-removed-][+added+][~other marks~]".
func script(segments []compare.Segment) string {
	var b strings.Builder
	for _, s := range segments {
		open, end := "", ""
		switch s.Op {
		case compare.Added:
			open, end = "[+", "+]"
		case compare.Removed:
			open, end = "[-", "-]"
		case compare.Changed:
			open, end = "[~", "~]"
		}
		words := s.Text
		if s.Leaf != nil {
			words = "<" + s.Leaf.Type + ">"
		}
		b.WriteString(open + words + end)
	}
	return b.String()
}

// outline writes blocks, one a line, deeper ones indented.
func outline(blocks []compare.Block, indent string) string {
	var b strings.Builder
	for _, x := range blocks {
		fmt.Fprintf(&b, "%s%s %s", indent, x.Op, x.Type)
		if x.WasType != "" {
			b.WriteString(" was " + x.WasType)
		}
		if x.Move != 0 {
			fmt.Fprintf(&b, " move %d left %v", x.Move, x.Left)
		}
		for _, a := range x.Attrs {
			if a.Op != compare.Equal {
				fmt.Fprintf(&b, " %s:%q>%q", a.Name, a.Before, a.After)
			}
		}
		if x.Op == compare.Changed && x.Segments != nil {
			b.WriteString(" " + script(x.Segments))
		}
		b.WriteByte('\n')
		if x.Op == compare.Changed {
			b.WriteString(outline(x.Blocks, indent+"  "))
		}
	}
	return b.String()
}

func TestDiff_Words(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"The council voted.", "The council voted.", "The council voted."},
		{"The council voted on Monday.", "The council voted late on Monday.", "The council voted [+late +]on Monday."},
		{"It cost 5 million.", "It cost 5.4 million.", "It cost [-5-][+5.4+] million."},
		{"He said no, twice.", "He said no twice.", "He said no[-,-] twice."},
		{"red green blue end of it all", "one two three end of it all", "[-red green blue-][+one two three+] end of it all"},
		{"Müller kam nicht", "Mueller kam nicht", "[-Müller-][+Mueller+] kam nicht"},
		{"市议会周一投票", "市议会周二投票", "市议会周[-一-][+二+]投票"},
		{"", "New.", "[+New.+]"},
	} {
		got := compare.Diff(body(p(c.before)), body(p(c.after)))
		if s := script(got.Body[0].Segments); len(got.Body) != 1 || s != c.want {
			t.Errorf("%q to %q: %s, want %s\n%s", c.before, c.after, s, c.want, outline(got.Body, ""))
		}
	}
}

func TestDiff_Blocks(t *testing.T) {
	first, second, third := p("The council voted on Monday for the bridge."), p("The mayor welcomed the decision with relief."), p("Work begins in spring, the city says.")
	account := func(party, words string, attrs map[string]any) richtext.Node {
		if attrs == nil {
			attrs = map[string]any{}
		}
		attrs["party"] = party
		return of("account", attrs, p(words))
	}
	cell := func(s string) richtext.Node { return of("table_cell", nil, p(s)) }
	cases := []struct {
		name          string
		before, after []richtext.Node
		want          string
	}{
		{"added", []richtext.Node{first, third}, []richtext.Node{first, second, third}, "equal paragraph\nadded paragraph\nequal paragraph\n"},
		{"removed", []richtext.Node{first, second}, []richtext.Node{second}, "removed paragraph\nequal paragraph\n"},
		{"moved", []richtext.Node{first, second, third}, []richtext.Node{third, first, second},
			"equal paragraph move 1 left false\nequal paragraph\nequal paragraph\nremoved paragraph move 1 left true\n"},
		{"another type", []richtext.Node{first}, []richtext.Node{of("heading", nil, first.Content...)},
			"changed heading was paragraph The council voted on Monday for the bridge.\n"},
		{"marks", []richtext.Node{p("A plain word here")}, []richtext.Node{para(text("A "), text("plain", "em"), text(" word here"))},
			"changed paragraph A [~plain~] word here\n"},
		{"rewritten", []richtext.Node{p("Nobody knows why it rained.")}, []richtext.Node{p("Seven ships arrived at dawn")},
			"removed paragraph\nadded paragraph\n"},
		{"list", []richtext.Node{of("bullet_list", nil, of("list_item", nil, p("One red apple")), of("list_item", nil, p("Two pears")))},
			[]richtext.Node{of("bullet_list", nil, of("list_item", nil, p("One green apple")), of("list_item", nil, p("Two pears")), of("list_item", nil, p("Figs")))},
			"changed bullet_list\n  changed list_item\n    changed paragraph One [-red-][+green+] apple\n  equal list_item\n  added list_item\n"},
		{"accounts", []richtext.Node{of("accounts", nil, account("Police", "Ten people came.", nil), account("Union", "Two thousand came, they say.", nil))},
			[]richtext.Node{of("accounts", nil, account("Police", "Ten people came.", map[string]any{"source": "https://example.org/"}), account("Union", "Three thousand came, they say.", nil))},
			"changed accounts\n  changed account source:\"\">\"https://example.org/\"\n    equal paragraph\n  changed account\n    changed paragraph [-Two-][+Three+] thousand came, they say.\n"},
		{"figure", []richtext.Node{of("figure", map[string]any{"media": int64(4), "alt": "A bridge", "credit": "Ann"}, text("The bridge"))},
			[]richtext.Node{of("figure", map[string]any{"media": int64(4), "alt": "A long bridge", "credit": "Ann"}, text("The old bridge"))},
			"changed figure alt:\"A bridge\">\"A long bridge\" The [+old +]bridge\n"},
		{"table", []richtext.Node{of("table", nil, of("table_row", nil, cell("Ann"), cell("1")), of("table_row", nil, cell("Bo"), cell("2")))},
			[]richtext.Node{of("table", nil, of("table_row", nil, cell("Ann"), cell("7")), of("table_row", nil, cell("Bo"), cell("2")))},
			"changed table\n  changed table_row\n    equal table_cell\n    changed table_cell\n      removed paragraph\n      added paragraph\n  equal table_row\n"},
		{"timeline", []richtext.Node{of("timeline", nil, of("timeline_event", map[string]any{"date": "2026", "title": "The vote"}))},
			[]richtext.Node{of("timeline", nil, of("timeline_event", map[string]any{"date": "2026-05", "title": "The vote"}))},
			"changed timeline\n  changed timeline_event date:\"2026\">\"2026-05\"\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := outline(compare.Diff(body(c.before...), body(c.after...)).Body, "")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// sides puts both documents together again from the comparison's segments.
func sides(blocks []compare.Block, after bool) string {
	var b strings.Builder
	for _, x := range blocks {
		if after && (x.After == nil || x.Left) || !after && (x.Before == nil || x.Move != 0 && !x.Left) {
			continue
		}
		for _, s := range compare.Side(x.Segments, after) {
			if s.Leaf != nil {
				b.WriteString("<" + s.Leaf.Type + ">")
			}
			b.WriteString(s.Text)
		}
		b.WriteString("\n" + sides(x.Blocks, after))
	}
	return b.String()
}

// The comparison shows all words of both documents, in order.
func TestDiff_ShowsBothSidesWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, mine, _ := three(t)
		c := compare.Diff(base, mine)
		same := compare.Diff(base, compare.Record{Fields: base.Fields})
		if got, want := sides(c.Body, false), sides(same.Body, false); got != want {
			t.Fatalf("before: %q, want %q", got, want)
		}
		same = compare.Diff(compare.Record{Fields: mine.Fields}, mine)
		if got, want := sides(c.Body, true), sides(same.Body, true); got != want {
			t.Fatalf("after: %q, want %q", got, want)
		}
		if equal := recordText(t, base) == recordText(t, mine); c.Same() != equal {
			t.Fatalf("same is %v", c.Same())
		}
	})
}

func TestDiff_Fields(t *testing.T) {
	record := func(fields ...compare.Field) compare.Record { return compare.Record{Fields: fields} }
	c := compare.Diff(
		record(compare.Field{Name: "headline", Kind: compare.FieldLine, Text: "Bridge closed"},
			compare.Field{Name: "kind", Kind: compare.FieldValue, Text: "report"},
			compare.Field{Name: "tags", Kind: compare.FieldSet, Items: []string{"1", "2"}},
			compare.Field{Name: "bylines", Kind: compare.FieldList, Items: []string{"Ann", "Bo"}},
			compare.Field{Name: "lead", Kind: compare.FieldNode},
			compare.Field{Name: "same", Kind: compare.FieldSet, Items: []string{"1", "2"}}),
		record(compare.Field{Name: "headline", Kind: compare.FieldLine, Text: "Bridge open"},
			compare.Field{Name: "kind", Kind: compare.FieldValue, Text: "analysis"},
			compare.Field{Name: "tags", Kind: compare.FieldSet, Items: []string{"2", "3"}},
			compare.Field{Name: "bylines", Kind: compare.FieldList, Items: []string{"Bo", "Ann"}},
			compare.Field{Name: "lead", Kind: compare.FieldNode, Node: &richtext.Node{Type: "lead", Attrs: map[string]any{"media": int64(3), "alt": "A bridge"}}},
			compare.Field{Name: "same", Kind: compare.FieldSet, Items: []string{"2", "1"}}))
	var got []string
	for _, f := range c.Fields {
		line := f.Name + " " + string(f.Op) + " " + f.Before + ">" + f.After + " " + script(f.Segments)
		for _, i := range f.Items {
			line += " " + string(i.Op) + ":" + i.Value
		}
		for _, a := range f.Attrs {
			line += " " + a.Name + "=" + a.After
		}
		got = append(got, strings.TrimSpace(line))
	}
	want := []string{
		"headline changed Bridge closed>Bridge open Bridge [-closed-][+open+]",
		"kind changed report>analysis",
		"tags changed > removed:1 equal:2 added:3",
		"bylines changed > removed:Ann equal:Bo added:Ann",
		"lead added > alt=A bridge media=3",
	}
	for i := range got {
		got[i] = strings.Join(strings.Fields(got[i]), " ")
	}
	for i := range want {
		want[i] = strings.Join(strings.Fields(want[i]), " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFolded_KeepsWhatIsNearAChange(t *testing.T) {
	var before []richtext.Node
	for i := range 12 {
		before = append(before, p(fmt.Sprintf("Paragraph number %d of a long report", i)))
	}
	after := slices.Clone(before)
	after[6] = p("Paragraph number 6 of a very long report")
	var got []string
	for _, run := range compare.Folded(compare.Diff(body(before...), body(after...)).Body, 1) {
		got = append(got, fmt.Sprintf("%v %d", run.Folded, len(run.Blocks)))
	}
	if diff := cmp.Diff([]string{"true 5", "false 3", "true 4"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestShortened_CutsLongEqualStretches(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("many words here ", 20))
	c := compare.Diff(body(p(long+" one "+long)), body(p(long+" two "+long)))
	if got, want := script(compare.Shortened(c.Body[0].Segments, 20)), "… many words here [-one-][+two+] many words here …"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTrivial(t *testing.T) {
	for _, c := range []struct {
		before, after string
		want          bool
	}{
		{"The council voted on Monday.", "The council voted on Monday.", true},
		{"The counicl voted.", "The council voted.", true},
		{"The commitee has recieved it.", "The committee has received it.", true},
		{"He said \"no\" - twice.", "He said “no” – twice.", true},
		{"The in to office", "The into office", true},
		{"the mayor left", "The mayor left,", true},
		{"Das Strassenfest", "Das Straßenfest", false}, // a name-like capital: shown
		{"The commitee has recieved it, seperately.", "The committee has received it, separately.", false},
		{"It cost 15 million", "It cost 50 million", false},
		{"It cost 1.5 million", "It cost 15 million", false},
		{"It cost two million", "It cost two billion", false},
		{"It is now legal", "It is not legal", false},
		{"That was legal", "That was illegal", false},
		{"Police in Iran said", "Police in Iraq said", false},
		{"He did it", "He did not do it", false},
		{"Five people were killed", "Five people were skilled", false},
		{"The mayor left", "The mayor left town", false},
	} {
		got := compare.Trivial(compare.Diff(body(p(c.before+" in a sentence that goes on")), body(p(c.after+" in a sentence that goes on"))))
		if got != c.want {
			t.Errorf("%q to %q: trivial is %v", c.before, c.after, got)
		}
	}
	link := func(href string) richtext.Node {
		return para(richtext.Node{Type: "text", Text: "the report", Marks: []richtext.Mark{{Type: "link", Attrs: map[string]any{"href": href}}}})
	}
	for name, c := range map[string]struct {
		before, after compare.Record
		want          bool
	}{
		"another link":     {body(link("https://a.example/")), body(link("https://b.example/")), false},
		"emphasis":         {body(p("a word")), body(para(text("a "), text("word", "em"))), true},
		"new paragraph":    {body(p("one two three")), body(p("one two three"), p("four")), false},
		"empty paragraph":  {body(p("one two three")), body(p("one two three"), para()), true},
		"order":            {body(p("one two three four five"), p("six seven eight nine ten")), body(p("six seven eight nine ten"), p("one two three four five")), false},
		"alt text":         {body(of("figure", map[string]any{"media": int64(1), "alt": "A brigde"})), body(of("figure", map[string]any{"media": int64(1), "alt": "A bridge"})), true},
		"another picture":  {body(of("figure", map[string]any{"media": int64(1)})), body(of("figure", map[string]any{"media": int64(2)})), false},
		"headline, typo":   {compare.Record{Fields: []compare.Field{{Name: "h", Kind: compare.FieldLine, Text: "The brigde"}}}, compare.Record{Fields: []compare.Field{{Name: "h", Kind: compare.FieldLine, Text: "The bridge"}}}, true},
		"another kind":     {compare.Record{Fields: []compare.Field{{Name: "k", Kind: compare.FieldValue, Text: "a"}}}, compare.Record{Fields: []compare.Field{{Name: "k", Kind: compare.FieldValue, Text: "b"}}}, false},
		"a list, reformed": {body(of("bullet_list", nil, of("list_item", nil, p("one two three")))), body(of("ordered_list", nil, of("list_item", nil, p("one two three")))), false},
	} {
		if got := compare.Trivial(compare.Diff(c.before, c.after)); got != c.want {
			t.Errorf("%s: trivial is %v", name, got)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"müller", "mueller", 2}, {"abcdefgh", "x", 4}} {
		if got := compare.Distance(c.a, c.b, 3); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
