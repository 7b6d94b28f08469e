package compare_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dateline/internal/article/compare"
	"dateline/internal/richtext"
)

func printWords() compare.Words {
	return compare.Words{Unchanged: func(n int) string { return strconv.Itoa(n) + " unchanged" }, Field: func(name string) string { return name },
		Item:      func(_, value string) string { return value },
		MovedHere: "moved here", MovedAway: "moved away", Replaced: "replaced"}
}

// What is printed is valid and has the words of both documents.
func TestPrint_ShowsTheWordsOfBoth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, mine, _ := three(t)
		c := compare.Diff(base, mine)
		for _, context := range []int{-1, 0, 1} {
			doc := compare.Print(c.Body, context, printWords())
			again, err := richtext.Validate(doc)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(recordText(t, again), recordText(t, doc)); diff != "" {
				t.Fatalf("not in normal form: %s", diff)
			}
			printed := " " + strings.Join(wordsOf(doc.Content), " ") + " "
			for _, side := range []compare.Record{base, mine} {
				richtext.Walk(side.Body.Content, func(n *richtext.Node) bool {
					for _, w := range split(n.Text) {
						if !strings.Contains(printed, " "+w+" ") && !strings.Contains(richtext.Text(doc), w) {
							t.Fatalf("%q is not printed\nbefore %s\nafter %s\nprinted %s", w, recordText(t, base.Body), recordText(t, mine.Body), recordText(t, doc))
						}
					}
					return true
				})
			}
		}
		if _, err := richtext.Validate(compare.PrintFields(c.Fields, printWords())); err != nil {
			t.Fatal(err)
		}
	})
}

func TestPrint_KeepsTheForm(t *testing.T) {
	item := func(s string) richtext.Node { return of("list_item", nil, p(s)) }
	before := body(p("Kept as it is."), p("Kept as it is, too."), p("And this, as before."),
		of("heading", map[string]any{"anchor": "x"}, text("A heading of four")),
		of("bullet_list", nil, item("One apple for all"), item("Two pears for some")),
		of("figure", map[string]any{"src": "https://example.org/a.jpg", "alt": "Gone"}))
	after := body(p("Kept as it is."), p("Kept as it is, too."), p("And this, as before."),
		of("heading", map[string]any{"anchor": "x"}, text("A heading of five")),
		of("bullet_list", nil, item("One apple for all"), item("Three figs"), item("Two pears for many")))
	doc := compare.Print(compare.Diff(before, after).Body, 1, printWords())
	mark := func(s, m string) richtext.Node { return text(s, m) }
	want := valid(t, richtext.Doc{Content: []richtext.Node{
		of("details", map[string]any{"summary": "2 unchanged"}, p("Kept as it is."), p("Kept as it is, too.")),
		p("And this, as before."),
		of("heading", nil, text("A heading of "), mark("four", "del"), mark("five", "ins")),
		of("bullet_list", nil, item("One apple for all"), of("list_item", nil, para(mark("Three figs", "ins"))),
			of("list_item", nil, para(text("Two pears for "), mark("some", "del"), mark("many", "ins")))),
		para(mark("Gone", "del")),
	}})
	if diff := cmp.Diff(recordText(t, want), recordText(t, doc)); diff != "" {
		t.Error(diff)
	}
}

func TestPrintFields_NamesWhatChanged(t *testing.T) {
	c := compare.Diff(
		compare.Record{Fields: []compare.Field{{Name: "headline", Kind: compare.FieldLine, Text: "Bridge closed"}, {Name: "bylines", Kind: compare.FieldList, Items: []string{"Ann"}},
			{Name: "lead", Kind: compare.FieldNode, Node: &richtext.Node{Type: "lead", Attrs: map[string]any{"media": int64(1), "alt": "A"}}}}},
		compare.Record{Fields: []compare.Field{{Name: "headline", Kind: compare.FieldLine, Text: "Bridge open"}, {Name: "bylines", Kind: compare.FieldList, Items: []string{"Ann", "Bo"}},
			{Name: "lead", Kind: compare.FieldNode, Node: &richtext.Node{Type: "lead", Attrs: map[string]any{"media": int64(2), "alt": "B"}}}}})
	got := richtext.Text(compare.PrintFields(c.Fields, printWords()))
	if want := "headline: Bridge closedopen\nbylines: Ann, Bo\nalt: AB\nreplaced"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
