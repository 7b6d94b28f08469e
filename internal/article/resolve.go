package article

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/article/compare"
	"dateline/internal/fault"
	"dateline/internal/richtext"
)

// Choice says which form of a conflict is taken.
type Choice string

// The choices.
const (
	ChooseMine   Choice = "mine"
	ChooseTheirs Choice = "theirs"
	ChooseBoth   Choice = "both" // mine, then theirs
)

// Resolve puts what a person chose into a merged content. The choices stand in
// the order of the conflicts that Merge returned with it.
func Resolve(merged Content, conflicts []compare.Conflict, choices []Choice) (Content, error) {
	if len(choices) != len(conflicts) {
		return merged, fault.New(fault.Invalid, "%d choices for %d places that differ", len(choices), len(conflicts))
	}
	r := recordOf(&merged)
	// From the end, so that the places of earlier conflicts stay what they were.
	for i := len(conflicts) - 1; i >= 0; i-- {
		switch choices[i] {
		case ChooseMine:
		case ChooseTheirs, ChooseBoth:
			choose(&r, &conflicts[i], choices[i])
		default:
			return merged, fault.New(fault.Invalid, "%q is no choice", choices[i]).WithHint("choose mine, theirs or both")
		}
	}
	out := contentOf(r)
	var err error
	if out.Body, err = richtext.Validate(out.Body); err != nil {
		return merged, fault.New(fault.Invalid, "both together do not fit: %w", err).WithHint("choose one of the two where you chose both")
	}
	return out, nil
}

func choose(r *compare.Record, c *compare.Conflict, choice Choice) {
	switch {
	case c.Path == "content":
		r.Body.Content = chosenNodes(c, choice)
		return
	case strings.HasPrefix(c.Path, "content["):
		r.Body.Content = chooseIn(r.Body.Content, c.Path, c, choice)
		return
	}
	name, attr, isAttr := strings.Cut(c.Path, ".attrs.")
	for i := range r.Fields {
		f := &r.Fields[i]
		switch {
		case f.Name != name:
		case isAttr && f.Node != nil:
			node := *f.Node
			setAttr(&node, attr, chosenAttr(c, choice))
			f.Node = &node
		case !isAttr:
			chooseField(f, c, choice)
		}
	}
}

func chooseField(f *compare.Field, c *compare.Conflict, choice Choice) {
	mine, theirs := &c.Mine, &c.Theirs
	f.Text, f.Items, f.Node = theirs.Text, theirs.Items, nil
	if len(theirs.Nodes) > 0 {
		f.Node = &theirs.Nodes[0]
	}
	if choice != ChooseBoth {
		return
	}
	switch f.Kind {
	case compare.FieldLine, compare.FieldProse:
		f.Text = joined(mine.Text, theirs.Text)
	case compare.FieldSet, compare.FieldList:
		f.Items = slices.Clone(mine.Items)
		for _, item := range theirs.Items {
			if !slices.Contains(f.Items, item) {
				f.Items = append(f.Items, item)
			}
		}
	default: // a value or a picture has one form
		f.Text, f.Node = mine.Text, nil
		if len(mine.Nodes) > 0 {
			f.Node = &mine.Nodes[0]
		}
	}
}

func joined(a, b string) string { return strings.TrimSpace(a + " " + b) }

// chooseIn replaces what stands at a place below nodes. A place that is gone,
// because a choice about what holds it took it away, is left alone.
func chooseIn(nodes []richtext.Node, path string, c *compare.Conflict, choice Choice) []richtext.Node {
	at, rest, ok := step(path)
	if !ok || at > len(nodes) || rest != "" && at == len(nodes) {
		return nodes
	}
	out := slices.Clone(nodes)
	attr, isAttr := strings.CutPrefix(rest, "attrs.")
	switch {
	case isAttr:
		setAttr(&out[at], attr, chosenAttr(c, choice))
	case rest != "":
		out[at].Content = chooseIn(out[at].Content, rest, c, choice)
	default:
		end := min(at+len(c.Mine.Nodes), len(out))
		out = slices.Replace(out, at, end, chosenNodes(c, choice)...)
	}
	return out
}

// step reads the first "content[n]" of a path.
func step(path string) (at int, rest string, ok bool) {
	number, rest, ok := strings.Cut(strings.TrimPrefix(path, "content["), "]")
	at, err := strconv.Atoi(number)
	return at, strings.TrimPrefix(rest, "."), ok && err == nil && at >= 0
}

func chosenNodes(c *compare.Conflict, choice Choice) []richtext.Node {
	if choice == ChooseBoth {
		return append(slices.Clone(c.Mine.Nodes), c.Theirs.Nodes...)
	}
	return c.Theirs.Nodes
}

func chosenAttr(c *compare.Conflict, choice Choice) any {
	mine, isText := c.Mine.Attr.(string)
	theirs, areText := c.Theirs.Attr.(string)
	switch {
	case choice == ChooseTheirs:
		return c.Theirs.Attr
	case isText && areText:
		return joined(mine, theirs)
	}
	return c.Mine.Attr
}

func setAttr(n *richtext.Node, name string, value any) {
	attrs := maps.Clone(n.Attrs)
	if attrs == nil {
		attrs = map[string]any{}
	}
	if attrs[name] = value; value == nil {
		delete(attrs, name)
	}
	n.Attrs = attrs
}
