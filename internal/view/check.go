package view

import (
	"bytes"
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"text/template/parse"
	"time"
)

// checkSamples executes every page with full, hollow and empty pages, so that
// a template which cannot bear one of them is refused at start.
func checkSamples(set *templates) error {
	var out bytes.Buffer
	for _, name := range pageNames {
		for _, how := range []sampling{full, hollow, empty} {
			out.Reset()
			if err := set.pages[name].Execute(&out, samplePage(name, how)); err != nil {
				return err
			}
			if strings.Contains(out.String(), "ZgotmplZ") {
				return &placed{name, 1, "a value stands where it cannot be made safe"}
			}
		}
	}
	return nil
}

// unsafeContexts are the escapers that html/template chooses inside scripts,
// styles and srcset, where its history of faults lies. A theme writes no value
// there: pictures come from the function picture, structured data from meta.
var unsafeContexts = map[string]string{
	"_html_template_jsvalescaper":     "a script",
	"_html_template_jsstrescaper":     "a script",
	"_html_template_jsregexpescaper":  "a script",
	"_html_template_jstmpllitescaper": "a script",
	"_html_template_cssescaper":       "a style",
	"_html_template_cssvaluefilter":   "a style",
	"_html_template_srcsetescaper":    "a srcset",
}

// checkContexts looks through templates that html/template has escaped.
func checkContexts(root *template.Template) error {
	for _, t := range root.Templates() {
		if t.Tree == nil {
			continue
		}
		if err := contexts(t.Tree, t.Tree.Root); err != nil {
			return err
		}
	}
	return nil
}

func contexts(tree *parse.Tree, list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	for _, node := range list.Nodes {
		var err error
		switch n := node.(type) {
		case *parse.ActionNode:
			err = context(tree, n)
		case *parse.IfNode:
			err = bothBranches(tree, &n.BranchNode)
		case *parse.WithNode:
			err = bothBranches(tree, &n.BranchNode)
		case *parse.RangeNode:
			err = bothBranches(tree, &n.BranchNode)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func bothBranches(tree *parse.Tree, b *parse.BranchNode) error {
	if err := contexts(tree, b.List); err != nil {
		return err
	}
	return contexts(tree, b.ElseList)
}

func context(tree *parse.Tree, n *parse.ActionNode) error {
	for _, cmd := range n.Pipe.Cmds {
		name, ok := cmd.Args[0].(*parse.IdentifierNode)
		if !ok {
			continue
		}
		if where := unsafeContexts[name.Ident]; where != "" {
			return placedAt(tree, n, "a theme writes no values into %s", where)
		}
	}
	return nil
}

// sampling says how much of a sample page is filled in.
type sampling int

const (
	full   sampling = iota // everything set, lists of two
	hollow                 // lists of one empty entry, the page's own struct set
	empty                  // only the page's own struct set
)

// samplePage makes the page that a template is checked with. It is built from
// the structs themselves, so that new fields are covered without a thought.
func samplePage(name string, how sampling) *Page {
	page := &Page{}
	switch how {
	case full:
		fill(reflect.ValueOf(page).Elem(), map[reflect.Type]int{}, false)
	case hollow:
		fill(reflect.ValueOf(page).Elem(), map[reflect.Type]int{}, true)
	}
	page.Template = name
	v := reflect.ValueOf(page).Elem()
	for _, field := range reflect.VisibleFields(v.Type()) {
		if field.Type.Kind() != reflect.Pointer {
			continue
		}
		switch own := field.Name == pageField(name); {
		case !own:
			v.FieldByIndex(field.Index).SetZero()
		case v.FieldByIndex(field.Index).IsNil():
			v.FieldByIndex(field.Index).Set(reflect.New(field.Type.Elem()))
		}
	}
	return page
}

// pageField names the pointer of Page that a template is given.
func pageField(template string) string {
	switch template {
	case "front":
		return "Front"
	case "article", "page":
		return "Article"
	case "list":
		return "List"
	case "archive":
		return "Archive"
	case "search":
		return "Search"
	case "attachment":
		return "Attachment"
	case "password":
		return "Password"
	case "newsletter":
		return "Newsletter"
	case "editions":
		return "Editions"
	case "feeds":
		return "Feeds"
	case "talk":
		return "Talk"
	case "subject":
		return "Subject"
	case "subjects":
		return "Subjects"
	case "storyline":
		return "Storyline"
	case "storylines":
		return "Storylines"
	case "timeline":
		return "Timeline"
	}
	return "Problem"
}

// maxSampleDepth ends structs that hold themselves, such as replies.
const maxSampleDepth = 3

// fill sets every field. A hollow sample has lists of one empty entry, and no
// value behind a pointer.
func fill(v reflect.Value, depth map[reflect.Type]int, hollow bool) {
	switch v.Kind() {
	case reflect.String:
		if !hollow {
			v.SetString("sample")
		}
	case reflect.Int, reflect.Int64:
		if !hollow {
			v.SetInt(2)
		}
	case reflect.Bool:
		v.SetBool(!hollow)
	case reflect.Slice:
		fillList(v, depth, hollow)
	case reflect.Pointer:
		if !hollow && depth[v.Type()] < maxSampleDepth {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), depth, hollow)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			if !hollow {
				v.Set(reflect.ValueOf(time.Unix(1_800_000_000, 0).UTC()))
			}
			return
		}
		depth[v.Type()]++
		for i := range v.NumField() {
			fill(v.Field(i), depth, hollow)
		}
		depth[v.Type()]--
	default:
		panic(fmt.Sprintf("view: a page struct has a field of kind %s, which samples do not know", v.Kind()))
	}
}

func fillList(v reflect.Value, depth map[reflect.Type]int, hollow bool) {
	if depth[v.Type().Elem()] >= maxSampleDepth {
		return
	}
	n := 2
	if hollow {
		n = 1
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		fill(v.Index(i), depth, hollow)
	}
}
