package compare_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/article/compare"
	"dateline/internal/richtext"
)

// spoken makes a paragraph of a text in which {Ann|words} are Ann's words.
func spoken(s string) richtext.Node {
	var out []richtext.Node
	for s != "" {
		before, rest, found := strings.Cut(s, "{")
		if before != "" {
			out = append(out, text(before))
		}
		if s = rest; !found {
			break
		}
		var inner string
		inner, s, _ = strings.Cut(rest, "}")
		who, words, _ := strings.Cut(inner, "|")
		n := text(words)
		n.Marks = []richtext.Mark{saidBy(who)}
		out = append(out, n)
	}
	return para(out...)
}

// spelled is the reverse of spoken.
func spelled(n *richtext.Node) string {
	var b strings.Builder
	for _, c := range n.Content {
		who := ""
		for _, m := range c.Marks {
			if m.Type == "said" {
				who = m.Attrs["speaker"].(string)
			}
		}
		if who == "" {
			b.WriteString(c.Text)
		} else {
			b.WriteString("{" + who + "|" + c.Text + "}")
		}
	}
	return b.String()
}

func TestMerge_Said(t *testing.T) {
	const plain = "“The dam was inspected in March,” said the minister of works."
	for _, c := range []struct{ name, base, mine, theirs, want string }{
		{"one attributes, one mends a word in it", plain, "“{Vos|The dam was inspected in March,}” said the minister of works.", "“The dam was inspected in May,” said the minister of works.",
			"“{Vos|The dam was inspected in May,}” said the minister of works."},
		{"one attributes, one rewrites its first word", plain, "“{Vos|The dam was inspected in March,}” said the minister of works.", "“Every dam was inspected in March,” said the minister of works.",
			"“{Vos|Every dam was inspected in March,}” said the minister of works."},
		{"one attributes, one adds a word in it", plain, "“{Vos|The dam was inspected in March,}” said the minister of works.", "“The dam was last inspected in March,” said the minister of works.",
			"“{Vos|The dam was last inspected in March,}” said the minister of works."},
		{"one attributes, one adds a word after it", plain, "“{Vos|The dam was inspected in March,}” said the minister of works.", "“The dam was inspected in March,” said the old minister of works.",
			"“{Vos|The dam was inspected in March,}” said the old minister of works."},
		{"one takes the attribution off, one mends a word", "“{Vos|The dam was inspected in March,}” he said.", "“The dam was inspected in March,” he said.", "“{Vos|The dam was inspected in May,}” he said.",
			"“The dam was inspected in May,” he said."},
		{"one corrects the speaker, one adds a word", "“{Vos|The dam was inspected in March,}” he said.", "“{Reva|The dam was inspected in March,}” he said.", "“{Vos|The dam was last inspected in March,}” he said.",
			"“{Reva|The dam was last inspected in March,}” he said."},
		{"both attribute alike", plain, "“{Vos|The dam was inspected in March,}” said the minister of works.", "“{Vos|The dam was inspected in March,}” said the old minister of works.",
			"“{Vos|The dam was inspected in March,}” said the old minister of works."},
		{"each attributes another sentence", "“The dam holds,” said one. “The dam leaks,” said another.", "“{Vos|The dam holds,}” said one. “The dam leaks,” said another.", "“The dam holds,” said one. “{Reva|The dam leaks,}” said another.",
			"“{Vos|The dam holds,}” said one. “{Reva|The dam leaks,}” said another."},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, turned := range []bool{false, true} {
				mine, theirs := c.mine, c.theirs
				if turned {
					mine, theirs = theirs, mine
				}
				merged, conflicts := compare.Merge(body(spoken(c.base)), body(spoken(mine)), body(spoken(theirs)))
				if len(conflicts) != 0 || len(merged.Body.Content) != 1 {
					t.Fatalf("conflicts %s, merged %s", recordText(t, conflicts), recordText(t, merged.Body))
				}
				if got := spelled(&merged.Body.Content[0]); got != c.want {
					t.Errorf("merged %s\nwant   %s", got, c.want)
				}
			}
		})
	}
	for name, theirs := range map[string]string{
		"another speaker": "“{Reva|The dam was inspected in March,}” said the minister of works.",
		"no more there":   "“Nobody looks at dams,” said the minister of works.",
	} {
		mine := "“{Vos|The dam was inspected in March,}” said the minister of works."
		if name == "no more there" {
			mine = "“The {Vos|dam was inspected} in March,” said the minister of works."
		}
		merged, conflicts := compare.Merge(body(spoken(plain)), body(spoken(mine)), body(spoken(theirs)))
		if len(conflicts) != 1 || spelled(&merged.Body.Content[0]) != mine {
			t.Errorf("%s: conflicts %s, merged %s", name, recordText(t, conflicts), spelled(&merged.Body.Content[0]))
		}
	}
}

// Blocks that are joined or divided by one keep what the other attributed in
// them, or ask.
func TestMerge_SaidInAMovedBlock(t *testing.T) {
	one, two := "Rain fell all night on the town and on the hills.", "“We will stay here until spring,” said the mayor."
	merged, conflicts := compare.Merge(body(p(one), p(two)), body(p(two), p(one)), body(p(one), spoken("“{Ann|We will stay here until spring,}” said the mayor.")))
	if len(conflicts) != 0 || spelled(&merged.Body.Content[0]) != "“{Ann|We will stay here until spring,}” said the mayor." {
		t.Errorf("conflicts %s, merged %s", recordText(t, conflicts), recordText(t, merged.Body))
	}
}

func TestDiff_TellsWhoseWordsPassagesAre(t *testing.T) {
	for _, c := range []struct {
		name, before, after string
		want                []string // words, attribution before, after
	}{
		{"added", "“The dam holds,” said Vos.", "“{Vos|The dam holds,}” said Vos.", []string{"The dam holds,||Vos"}},
		{"removed", "“{Vos|The dam holds,}” said Vos.", "“The dam holds,” said Vos.", []string{"The dam holds,|Vos|"}},
		{"changed", "“{Vos|The dam holds,}” said Vos.", "“{Reva|The dam holds,}” said Vos.", []string{"The dam holds,|Vos|Reva"}},
		{"kept with new words", "“{Vos|The dam holds,}” said Vos.", "“{Vos|The dam still holds,}” said Vos.", nil},
		{"kept", "“{Vos|The dam holds,}” said Vos.", "“{Vos|The dam holds,}” Vos said.", nil},
		{"with its words", "He came.", "He came. “{Vos|The dam holds,}” said Vos.", []string{"The dam holds,||Vos"}},
	} {
		diff := compare.Diff(body(spoken(c.before)), body(spoken(c.after)))
		var got []string
		for _, b := range diff.Body {
			for _, a := range b.Attributions() {
				got = append(got, a.Words+"|"+speakerOf(a.Before)+"|"+speakerOf(a.After))
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func speakerOf(m *richtext.Mark) string {
	if m == nil {
		return ""
	}
	return m.Attrs["speaker"].(string)
}

// Readers are not shown a change of which they see nothing.
func TestWithoutSaid(t *testing.T) {
	before, after := body(spoken("“The dam holds,” said Vos.")), body(spoken("“{Vos|The dam holds,}” said Vos."))
	before.Body, after.Body = compare.WithoutSaid(before.Body), compare.WithoutSaid(after.Body)
	if diff := cmp.Diff(before.Body, after.Body); diff != "" {
		t.Error(diff)
	}
	if !compare.Diff(before, after).Same() {
		t.Error("a change is left")
	}
}
