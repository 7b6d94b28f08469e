package compare_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"dateline/internal/article/compare"
	"dateline/internal/richtext"
)

// long is an article of some 5,000 words in 120 blocks, and one with 30
// changes.
func long() (before, after compare.Record) {
	r := rand.New(rand.NewPCG(1, 2))
	vocabulary := strings.Fields(strings.Repeat("the council voted on a bridge and of money in spring while many people asked why it took so long ", 1))
	var one, two []richtext.Node
	for i := range 120 {
		words := make([]string, 42)
		for j := range words {
			words[j] = vocabulary[r.IntN(len(vocabulary))]
			if r.IntN(4) == 0 {
				words[j] = fmt.Sprintf("word%d", r.IntN(3000))
			}
		}
		one = append(one, p(strings.Join(words, " ")))
		if i%4 == 0 {
			words[r.IntN(len(words))] = "changed"
		}
		two = append(two, p(strings.Join(words, " ")))
	}
	return body(one...), body(two...)
}

// Pathological documents: what makes a comparison slow is many equal or many
// unlike parts. That this ends at all is the test; the budget bounds it.
func TestDiff_EndsOnPathologicalInput(t *testing.T) {
	repeat := func(n int, block func(i int) richtext.Node) compare.Record {
		var blocks []richtext.Node
		for i := range n {
			blocks = append(blocks, block(i))
		}
		return body(blocks...)
	}
	words := func(n int, word func(i int) string) compare.Record {
		var b strings.Builder
		for i := range n {
			b.WriteString(word(i) + " ")
		}
		return body(p(b.String()))
	}
	r := rand.New(rand.NewPCG(3, 4))
	pairs := map[string][2]compare.Record{
		"empty paragraphs": {repeat(20_000, func(int) richtext.Node { return para() }), repeat(19_000, func(int) richtext.Node { return para() })},
		"unlike blocks": {repeat(20_000, func(i int) richtext.Node { return p(fmt.Sprintf("a%d b%d", i, i)) }),
			repeat(20_000, func(i int) richtext.Node { return p(fmt.Sprintf("c%d d%d", i, i)) })},
		"turned round": {repeat(5_000, func(i int) richtext.Node { return p(fmt.Sprintf("a%d", i)) }), repeat(5_000, func(i int) richtext.Node { return p(fmt.Sprintf("a%d", 4_999-i)) })},
		"two words":    {words(100_000, func(int) string { return []string{"a", "b"}[r.IntN(2)] }), words(100_000, func(int) string { return []string{"a", "b"}[r.IntN(2)] })},
		"other words":  {words(100_000, func(i int) string { return fmt.Sprintf("a%d", i) }), words(100_000, func(i int) string { return fmt.Sprintf("b%d", i) })},
		"one letter":   {body(p(strings.Repeat("a", 1_000_000))), body(p(strings.Repeat("a", 999_999)))},
		"signs":        {body(p("x " + strings.Repeat("!?", 100_000))), body(p("y " + strings.Repeat("!?", 100_000)))},
		"many changed blocks": {repeat(600, func(i int) richtext.Node { return p(strings.Repeat("a b c ", 50) + fmt.Sprint(i)) }),
			repeat(600, func(i int) richtext.Node { return p(strings.Repeat("c b a ", 50) + fmt.Sprint(-i)) })},
	}
	for name, pair := range pairs {
		t.Run(name, func(t *testing.T) {
			c := compare.Diff(pair[0], pair[1])
			if c.Same() {
				t.Error("nothing changed")
			}
			if got, want := sides(c.Body, true), sides(compare.Diff(compare.Record{}, pair[1]).Body, true); got != want {
				t.Error("the comparison does not show all words")
			}
			merged, conflicts := compare.Merge(pair[0], pair[1], compare.Record{})
			if name != "empty paragraphs" && len(merged.Body.Content) == 0 && len(conflicts) == 0 {
				t.Error("changes against removal are no conflict")
			}
		})
	}
}

func FuzzDiffAndMerge(f *testing.F) {
	f.Add("one two\nthree", "one too\nthree", "one two\nthree four")
	f.Add("", "a", "b")
	f.Add("a\nb\nc", "c\nb\na", "b\na\nc")
	f.Add("\u0301x", "e\u0301", "\xff")
	record := func(s string) compare.Record {
		var blocks []richtext.Node
		for i, line := range strings.Split(richtext.CleanText(s), "\n") {
			switch {
			case i%5 == 3:
				blocks = append(blocks, of("bullet_list", nil, of("list_item", nil, p(line))))
			default:
				blocks = append(blocks, p(line))
			}
		}
		d, err := richtext.Validate(richtext.Doc{Content: blocks})
		if err != nil {
			return compare.Record{}
		}
		return compare.Record{Body: d, Fields: []compare.Field{{Name: "standfirst", Kind: compare.FieldProse, Text: richtext.CleanText(s)}}}
	}
	f.Fuzz(func(t *testing.T, base, mine, theirs string) {
		b, m, th := record(base), record(mine), record(theirs)
		c := compare.Diff(b, m)
		if got, want := sides(c.Body, false), sides(compare.Diff(b, compare.Record{}).Body, false); got != want {
			t.Fatalf("before: %q, want %q", got, want)
		}
		compare.Trivial(c)
		merged, conflicts := compare.Merge(b, m, th)
		if _, err := richtext.Validate(merged.Body); err != nil {
			t.Fatal(err)
		}
		// Letters of scripts without spaces, and signs, are pieces of their own.
		for _, side := range []compare.Record{m, th} {
			for _, w := range latin(wordsOf(side.Body.Content)) {
				if !strings.Contains(recordText(t, []any{b, merged, conflicts}), w) {
					t.Fatalf("%q is lost", w)
				}
			}
		}
	})
}

// latin returns the words that are runs of ASCII letters and digits.
func latin(words []string) []string {
	var out []string
	for _, w := range words {
		out = append(out, strings.FieldsFunc(w, func(r rune) bool { return r > 'z' || !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
	}
	return out
}

func BenchmarkDiff(b *testing.B) {
	before, after := long()
	for b.Loop() {
		compare.Diff(before, after)
	}
}

func BenchmarkMerge(b *testing.B) {
	base, mine := long()
	theirs := compare.Record{Body: richtext.Doc{Version: 1, Content: append([]richtext.Node{p("A new first paragraph.")}, base.Body.Content...)}}
	for b.Loop() {
		compare.Merge(base, mine, theirs)
	}
}
