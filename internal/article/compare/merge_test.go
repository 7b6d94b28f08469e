package compare_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dateline/internal/article/compare"
	"dateline/internal/richtext"
)

func (w *writer) record(d richtext.Doc) compare.Record {
	return compare.Record{Body: d, Fields: []compare.Field{
		{Name: "headline", Kind: compare.FieldLine, Text: w.words()},
		{Name: "standfirst", Kind: compare.FieldProse, Text: w.words()},
		{Name: "kind", Kind: compare.FieldValue, Text: "report"},
		{Name: "tags", Kind: compare.FieldSet, Items: []string{"1", "2", "3"}},
		{Name: "bylines", Kind: compare.FieldList, Items: []string{"Ann", "Bo"}},
		{Name: "lead", Kind: compare.FieldNode, Node: &richtext.Node{Type: "lead", Attrs: map[string]any{"media": int64(1), "alt": w.words()}}},
		{Name: "fields.x", Kind: compare.FieldLine, Text: w.words()},
	}}
}

func (w *writer) editedRecord(r compare.Record) compare.Record {
	out := compare.Record{Body: w.edited(r.Body), Fields: slices.Clone(r.Fields)}
	for range w.pick("fields", 4) {
		f := &out.Fields[w.pick("field", len(out.Fields))]
		switch f.Kind {
		case compare.FieldSet, compare.FieldList:
			f.Items = slices.Clone(f.Items)
			if len(f.Items) > 0 && w.pick("drop", 2) == 0 {
				f.Items = slices.Delete(f.Items, 0, 1)
			} else {
				f.Items = slices.Insert(f.Items, w.pick("place", len(f.Items)+1), w.word())
			}
		case compare.FieldNode:
			f.Node = &richtext.Node{Type: "lead", Attrs: map[string]any{"media": int64(1 + w.pick("media", 2)), "alt": w.words()}}
		case compare.FieldProse:
			words := strings.Split(f.Text, " ")
			words[w.pick("word", len(words))] = w.word()
			f.Text = strings.Join(words, " ")
		default:
			f.Text = w.words()
		}
	}
	if w.pick("unset", 8) == 0 {
		out.Fields = slices.DeleteFunc(out.Fields, func(f compare.Field) bool { return f.Name == "fields.x" })
	}
	return out
}

// three draws a base and two edits of it.
func three(t *rapid.T) (base, mine, theirs compare.Record) {
	b, m, th := &writer{t: t, name: "b"}, &writer{t: t, name: "m"}, &writer{t: t, name: "t"}
	base = b.record(b.doc())
	return base, m.editedRecord(base), th.editedRecord(base)
}

func recordText(t interface{ Fatalf(string, ...any) }, v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(raw)
}

func wantRecord(t *rapid.T, name string, got, want compare.Record, conflicts []compare.Conflict) {
	if diff := cmp.Diff(recordText(t, want), recordText(t, got)); diff != "" {
		t.Fatalf("%s: %s", name, diff)
	}
	if len(conflicts) != 0 {
		t.Fatalf("%s: conflicts %s", name, recordText(t, conflicts))
	}
}

func TestMerge_OfOneChangeIsThatChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, mine, _ := three(t)
		got, conflicts := compare.Merge(base, mine, base)
		wantRecord(t, "merge(b, x, b)", got, mine, conflicts)
		got, conflicts = compare.Merge(base, base, mine)
		wantRecord(t, "merge(b, b, x)", got, mine, conflicts)
		got, conflicts = compare.Merge(base, mine, mine)
		wantRecord(t, "merge(b, x, x)", got, mine, conflicts)
	})
}

// allWords lists the words of a record, counted in nothing: a word that both
// sides moved may stand once.
func allWords(r compare.Record) map[string]bool {
	out := map[string]bool{}
	note := func(words []string) {
		for _, w := range words {
			out[w] = true
		}
	}
	note(wordsOf(r.Body.Content))
	for _, f := range r.Fields {
		note(split(f.Text))
		note(f.Items)
		if f.Node != nil {
			note(wordsOf([]richtext.Node{*f.Node}))
		}
	}
	return out
}

func formWords(f compare.Form) []string {
	out := append(split(f.Text), f.Items...)
	if s, ok := f.Attr.(string); ok {
		out = append(out, split(s)...)
	}
	return append(out, wordsOf(f.Nodes)...)
}

func TestMerge_LosesNoWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, mine, theirs := three(t)
		merged, conflicts := compare.Merge(base, mine, theirs)
		known := allWords(base)
		kept := allWords(merged)
		for _, c := range conflicts {
			for _, w := range append(formWords(c.Mine), formWords(c.Theirs)...) {
				kept[w] = true
			}
		}
		for _, side := range []compare.Record{mine, theirs} {
			for w := range allWords(side) {
				if !known[w] && !kept[w] {
					t.Fatalf("%q is lost\nbase %s\nmine %s\ntheirs %s\nmerged %s\nconflicts %s", w, recordText(t, base),
						recordText(t, mine), recordText(t, theirs), recordText(t, merged), recordText(t, conflicts))
				}
			}
		}
		again, err := richtext.Validate(merged.Body)
		if err != nil {
			t.Fatalf("the merged document is not valid: %v", err)
		}
		if diff := cmp.Diff(recordText(t, again), recordText(t, merged.Body)); diff != "" {
			t.Fatalf("the merged document is not in normal form: %s", diff)
		}
	})
}

func TestMerge_DoesNotDependOnWhoAsks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, mine, theirs := three(t)
		one, first := compare.Merge(base, mine, theirs)
		two, second := compare.Merge(base, theirs, mine)
		if len(first) == 0 && len(second) == 0 {
			if diff := cmp.Diff(recordText(t, one), recordText(t, two)); diff != "" {
				t.Fatalf("without conflicts: %s", diff)
			}
		}
		var a, b []string
		for i := range first {
			a = append(a, recordText(t, []compare.Form{first[i].Base, first[i].Mine, first[i].Theirs}))
		}
		for i := range second {
			b = append(b, recordText(t, []compare.Form{second[i].Base, second[i].Theirs, second[i].Mine}))
		}
		slices.Sort(a)
		slices.Sort(b)
		// What both moved stands where mine moved it, and whether two changes
		// fit together may depend on whose form of a conflict is kept.
		own := func(c compare.Conflict) bool { return c.Reason == compare.BothMoved || c.Reason == compare.NotTogether }
		if slices.ContainsFunc(first, own) || slices.ContainsFunc(second, own) {
			return
		}
		if !slices.Equal(a, b) {
			t.Fatalf("other conflicts: %v, %v\nbase %s\nmine %s\ntheirs %s", paths(first), paths(second), recordText(t, base.Body), recordText(t, mine.Body), recordText(t, theirs.Body))
		}
	})
}

func paths(conflicts []compare.Conflict) []string {
	var out []string
	for _, c := range conflicts {
		out = append(out, c.Path+" "+string(c.Reason))
	}
	return out
}

func body(nodes ...richtext.Node) compare.Record {
	return compare.Record{Body: richtext.Doc{Version: 1, Content: nodes}}
}

func p(s string) richtext.Node { return para(text(s)) }

func TestMerge_Blocks(t *testing.T) {
	first, second, third := p("The council voted on Monday for the bridge."), p("The mayor welcomed the decision with relief."), p("Work begins in spring, the city says.")
	edited := p("The mayor welcomed the late decision with relief.")
	item := func(s string) richtext.Node { return of("list_item", nil, p(s)) }
	cases := []struct {
		name               string
		base, mine, theirs []richtext.Node
		want               []richtext.Node
		conflicts          []string // path and reason
	}{
		{"each edits another block", []richtext.Node{first, second}, []richtext.Node{p("The council voted late on Monday for the bridge."), second},
			[]richtext.Node{first, edited}, []richtext.Node{p("The council voted late on Monday for the bridge."), edited}, nil},
		{"both edit one block apart", []richtext.Node{second}, []richtext.Node{edited}, []richtext.Node{p("The mayor welcomed the decision with great relief.")},
			[]richtext.Node{p("The mayor welcomed the late decision with great relief.")}, nil},
		{"both change one word", []richtext.Node{second}, []richtext.Node{edited}, []richtext.Node{p("The mayor welcomed the swift decision with relief.")},
			[]richtext.Node{edited}, []string{"content[0] changed"}},
		{"neighbouring words conflict", []richtext.Node{p("five people died here")}, []richtext.Node{p("six people died here")}, []richtext.Node{p("five persons died here")},
			[]richtext.Node{p("six people died here")}, []string{"content[0] changed"}},
		{"one bolds, one writes", []richtext.Node{second}, []richtext.Node{para(text("The mayor", "strong"), text(" welcomed the decision with relief."))},
			[]richtext.Node{p("The mayor welcomed the decision with great relief.")},
			[]richtext.Node{para(text("The mayor", "strong"), text(" welcomed the decision with great relief."))}, nil},
		{"both insert in one place", []richtext.Node{first, third}, []richtext.Node{first, p("Alpha one."), third}, []richtext.Node{first, p("Beta two."), third},
			[]richtext.Node{first, p("Alpha one."), p("Beta two."), third}, nil},
		{"both insert nearly the same", []richtext.Node{first}, []richtext.Node{first, second}, []richtext.Node{first, edited},
			[]richtext.Node{first, second}, []string{"content[1] added"}},
		{"removed and edited", []richtext.Node{first, second, third}, []richtext.Node{first, third}, []richtext.Node{first, edited, third},
			[]richtext.Node{first, third}, []string{"content[1] missing"}},
		{"edited and removed", []richtext.Node{first, second, third}, []richtext.Node{first, edited, third}, []richtext.Node{first, third},
			[]richtext.Node{first, edited, third}, []string{"content[1] removed"}},
		{"moved and edited", []richtext.Node{first, second, third}, []richtext.Node{second, first, third}, []richtext.Node{first, edited, third},
			[]richtext.Node{edited, first, third}, nil},
		{"both replace", []richtext.Node{first, second}, []richtext.Node{first, p("Nobody knows why.")}, []richtext.Node{first, p("Rain fell all night long.")},
			[]richtext.Node{first, p("Nobody knows why.")}, []string{"content[1] rewritten"}},
		{"one makes a heading, one writes", []richtext.Node{second}, []richtext.Node{of("heading", nil, second.Content...)}, []richtext.Node{edited},
			[]richtext.Node{of("heading", nil, edited.Content...)}, nil},
		{"items of a list", []richtext.Node{of("bullet_list", nil, item("One apple a day"), item("Two pears at night"))},
			[]richtext.Node{of("bullet_list", nil, item("One red apple a day"), item("Two pears at night"))},
			[]richtext.Node{of("bullet_list", nil, item("One apple a day"), item("Two pears at night"), item("Three figs"))},
			[]richtext.Node{of("bullet_list", nil, item("One red apple a day"), item("Two pears at night"), item("Three figs"))}, nil},
		{"each removes the other item", []richtext.Node{of("bullet_list", nil, item("One apple a day"), item("Two pears at night"))},
			[]richtext.Node{of("bullet_list", nil, item("One apple a day"))}, []richtext.Node{of("bullet_list", nil, item("Two pears at night"))},
			[]richtext.Node{of("bullet_list", nil, item("One apple a day"))}, []string{"content[0] whole"}},
		{"another picture and new words for the old", []richtext.Node{of("figure", map[string]any{"media": int64(1), "alt": "A bridge"}, text("The bridge"))},
			[]richtext.Node{of("figure", map[string]any{"media": int64(2), "alt": "A bridge"}, text("The bridge"))},
			[]richtext.Node{of("figure", map[string]any{"media": int64(1), "alt": "A new bridge"}, text("The bridge"))},
			[]richtext.Node{of("figure", map[string]any{"media": int64(2), "alt": "A bridge"}, text("The bridge"))}, []string{"content[0] changed"}},
		{"alt and credit of one picture", []richtext.Node{of("figure", map[string]any{"media": int64(1), "alt": "A", "credit": "C"})},
			[]richtext.Node{of("figure", map[string]any{"media": int64(1), "alt": "B", "credit": "C"})},
			[]richtext.Node{of("figure", map[string]any{"media": int64(1), "alt": "A", "credit": "D"})},
			[]richtext.Node{of("figure", map[string]any{"media": int64(1), "alt": "B", "credit": "D"})}, nil},
		{"alt of one picture twice", []richtext.Node{of("figure", map[string]any{"media": int64(1), "alt": "A"})},
			[]richtext.Node{of("figure", map[string]any{"media": int64(1), "alt": "B"})},
			[]richtext.Node{of("figure", map[string]any{"media": int64(1), "alt": "D"})},
			[]richtext.Node{of("figure", map[string]any{"media": int64(1), "alt": "B"})}, []string{"content[0].attrs.alt changed"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			merged, conflicts := compare.Merge(body(c.base...), body(c.mine...), body(c.theirs...))
			if diff := cmp.Diff(recordText(t, valid(t, richtext.Doc{Content: c.want})), recordText(t, merged.Body)); diff != "" {
				t.Errorf("merged: %s", diff)
			}
			if got := paths(conflicts); !slices.Equal(got, c.conflicts) {
				t.Errorf("conflicts %v, want %v", got, c.conflicts)
			}
		})
	}
}

// Two notes with one number are fine on either side and wrong together.
func TestMerge_KeepsMineWhereBothAreNoDocument(t *testing.T) {
	note := func(s string) richtext.Node {
		return of("footnotes", nil, of("footnote", map[string]any{"id": "1"}, p(s)))
	}
	base := body(p("The council voted on Monday."), p("The end."))
	mine := body(append(slices.Clone(base.Body.Content), note("Mine, from the minutes."))...)
	theirs := body(append([]richtext.Node{note("Another, by telephone.")}, base.Body.Content...)...)
	merged, conflicts := compare.Merge(base, mine, theirs)
	if len(conflicts) != 1 || conflicts[0].Path != "content" || conflicts[0].Reason != compare.NotTogether {
		t.Fatalf("conflicts %s", recordText(t, conflicts))
	}
	if diff := cmp.Diff(mine.Body, merged.Body); diff != "" {
		t.Error(diff)
	}
}

func TestMerge_Fields(t *testing.T) {
	set := func(items ...string) compare.Record {
		return compare.Record{Fields: []compare.Field{{Name: "tags", Kind: compare.FieldSet, Items: items}}}
	}
	merged, conflicts := compare.Merge(set("1", "2"), set("2", "9"), set("1", "2", "3"))
	if !slices.Equal(merged.Fields[0].Items, []string{"2", "3", "9"}) || len(conflicts) != 0 {
		t.Errorf("tags %v, conflicts %v", merged.Fields[0].Items, conflicts)
	}
	list := func(items ...string) compare.Record {
		return compare.Record{Fields: []compare.Field{{Name: "bylines", Kind: compare.FieldList, Items: items}}}
	}
	merged, conflicts = compare.Merge(list("Ann", "Bo"), list("Cem", "Ann", "Bo"), list("Ann", "Bo", "Dee"))
	if !slices.Equal(merged.Fields[0].Items, []string{"Cem", "Ann", "Bo", "Dee"}) || len(conflicts) != 0 {
		t.Errorf("bylines %v, conflicts %v", merged.Fields[0].Items, conflicts)
	}
	merged, conflicts = compare.Merge(list("Ann"), list("Bo"), list("Cem"))
	if !slices.Equal(merged.Fields[0].Items, []string{"Bo"}) || len(conflicts) != 1 || !slices.Equal(conflicts[0].Theirs.Items, []string{"Cem"}) {
		t.Errorf("bylines %v, conflicts %v", merged.Fields[0].Items, conflicts)
	}
	line := func(s string) compare.Record {
		return compare.Record{Fields: []compare.Field{{Name: "headline", Kind: compare.FieldLine, Text: s}}}
	}
	merged, conflicts = compare.Merge(line("A"), line("B"), line("C"))
	if merged.Fields[0].Text != "B" || len(conflicts) != 1 || conflicts[0].Theirs.Text != "C" || conflicts[0].Base.Text != "A" {
		t.Errorf("headline %q, conflicts %v", merged.Fields[0].Text, conflicts)
	}
	merged, conflicts = compare.Merge(line("A"), compare.Record{}, line("A"))
	if len(merged.Fields) != 0 || len(conflicts) != 0 {
		t.Errorf("a field that one side removed: %v, %v", merged.Fields, conflicts)
	}
}
