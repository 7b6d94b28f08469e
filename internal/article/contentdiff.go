package article

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/article/compare"
	"dateline/internal/richtext"
)

// Diff compares two states of an article's content. Fields have the names of
// Content's JSON; a custom field is "fields." and its name. Items of sections,
// tags and terms are ids, those of bylines are read by BylineOf, those of
// subjects by SubjectOf.
func Diff(before, after Content) compare.Comparison {
	return compare.Diff(recordOf(&before), recordOf(&after))
}

// Merge brings two changes of the same content together: what only one side
// changed is taken; where both changed the same, mine stands in the merged
// content and a conflict holds both. No word of either is lost. The merged
// body is valid when those of mine and theirs are.
func Merge(base, mine, theirs Content) (Content, []compare.Conflict) {
	merged, conflicts := compare.Merge(recordOf(&base), recordOf(&mine), recordOf(&theirs))
	return contentOf(merged), conflicts
}

// BylineOf reads an item of the field "bylines".
func BylineOf(item string) Byline {
	var b Byline
	_ = json.Unmarshal([]byte(item), &b) // an item of ours, or nothing
	return b
}

// fieldPrefix stands before the names of custom fields.
const fieldPrefix = "fields."

// mainSubject stands at the end of the item of a subject that an article is
// about.
const mainSubject = "!"

func subjectItems(all []Subject) []string {
	var items []string
	for _, s := range all {
		item := strconv.FormatInt(s.ID, 10)
		if s.Main {
			item += mainSubject
		}
		items = append(items, item)
	}
	return items
}

// subjectsOf reads the items of the field "subjects". What one side made the
// main subject and the other added besides stands once, as the main one.
func subjectsOf(items []string) []Subject {
	all := make([]Subject, len(items))
	for i, item := range items {
		all[i] = SubjectOf(item)
	}
	return presentSubjects(nil, all)
}

// SubjectOf reads an item of the field "subjects".
func SubjectOf(item string) Subject {
	number, main := strings.CutSuffix(item, mainSubject)
	id, _ := strconv.ParseInt(number, 10, 64) // an item of ours, or nothing
	return Subject{ID: id, Main: main}
}

// textField is a text of Content with the way it is compared.
type textField struct {
	name string
	kind compare.FieldKind
	at   func(*Content) *string
}

var textFields = []textField{
	{"headline", compare.FieldLine, func(c *Content) *string { return &c.Headline }},
	{"kicker", compare.FieldLine, func(c *Content) *string { return &c.Kicker }},
	{"standfirst", compare.FieldProse, func(c *Content) *string { return &c.Standfirst }},
	{"dateline", compare.FieldLine, func(c *Content) *string { return &c.Dateline }},
	{"kind", compare.FieldValue, func(c *Content) *string { return (*string)(&c.Kind) }},
	{"language", compare.FieldValue, func(c *Content) *string { return &c.Language }},
	{"short_headline", compare.FieldLine, func(c *Content) *string { return &c.ShortHeadline }},
	{"excerpt", compare.FieldProse, func(c *Content) *string { return &c.Excerpt }},
	{"search_title", compare.FieldLine, func(c *Content) *string { return &c.SearchTitle }},
	{"search_description", compare.FieldProse, func(c *Content) *string { return &c.SearchDescription }},
	{"social_title", compare.FieldLine, func(c *Content) *string { return &c.SocialTitle }},
	{"social_description", compare.FieldProse, func(c *Content) *string { return &c.SocialDescription }},
	{"storyline", compare.FieldLine, func(c *Content) *string { return &c.Storyline }},
	{"canonical", compare.FieldValue, func(c *Content) *string { return &c.Canonical }},
}

// idField is a list of ids of Content.
type idField struct {
	name string
	kind compare.FieldKind
	at   func(*Content) *[]int64
}

var idFields = []idField{
	{"sections", compare.FieldList, func(c *Content) *[]int64 { return &c.Sections }},
	{"tags", compare.FieldSet, func(c *Content) *[]int64 { return &c.Tags }},
	{"terms", compare.FieldSet, func(c *Content) *[]int64 { return &c.Terms }},
}

func recordOf(c *Content) compare.Record {
	r := compare.Record{Body: c.Body}
	add := func(f compare.Field) { r.Fields = append(r.Fields, f) }
	for _, f := range textFields {
		add(compare.Field{Name: f.name, Kind: f.kind, Text: *f.at(c)})
	}
	var bylines []string
	for _, b := range c.Bylines {
		raw, _ := json.Marshal(b) // strings and a number always encode
		bylines = append(bylines, string(raw))
	}
	add(compare.Field{Name: "bylines", Kind: compare.FieldList, Items: bylines})
	for _, f := range idFields {
		var items []string
		for _, id := range *f.at(c) {
			items = append(items, strconv.FormatInt(id, 10))
		}
		add(compare.Field{Name: f.name, Kind: f.kind, Items: items})
	}
	add(compare.Field{Name: "subjects", Kind: compare.FieldSet, Items: subjectItems(c.Subjects)})
	add(compare.Field{Name: "lead", Kind: compare.FieldNode, Node: leadNode(c.Lead)})
	add(compare.Field{Name: "social_image", Kind: compare.FieldValue, Text: numberText(c.SocialImage)})
	noIndex := ""
	if c.NoIndex {
		noIndex = "true"
	}
	add(compare.Field{Name: "noindex", Kind: compare.FieldValue, Text: noIndex})
	var custom []string
	for name := range c.Fields {
		custom = append(custom, name)
	}
	slices.Sort(custom)
	for _, name := range custom {
		add(compare.Field{Name: fieldPrefix + name, Kind: compare.FieldLine, Text: c.Fields[name]})
	}
	return r
}

// numberText is "" for 0, which means none.
func numberText(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func leadNode(p *Picture) *richtext.Node {
	if p == nil {
		return nil
	}
	n := &richtext.Node{Type: "lead", Attrs: map[string]any{"media": p.Media}}
	for name, words := range map[string]string{"caption": p.Caption, "credit": p.Credit, "alt": p.Alt} {
		if words != "" {
			n.Attrs[name] = words
		}
	}
	return n
}

func leadOf(n *richtext.Node) *Picture {
	if n == nil {
		return nil
	}
	return &Picture{Media: n.AttrInt("media"), Caption: n.AttrText("caption"), Credit: n.AttrText("credit"), Alt: n.AttrText("alt")}
}

func contentOf(r compare.Record) Content {
	c := Content{Body: r.Body}
	for i := range r.Fields {
		f := &r.Fields[i]
		if name, custom := strings.CutPrefix(f.Name, fieldPrefix); custom {
			if c.Fields == nil {
				c.Fields = map[string]string{}
			}
			c.Fields[name] = f.Text
			continue
		}
		switch f.Name {
		case "bylines":
			for _, item := range f.Items {
				c.Bylines = append(c.Bylines, BylineOf(item))
			}
		case "subjects":
			c.Subjects = subjectsOf(f.Items)
		case "lead":
			c.Lead = leadOf(f.Node)
		case "social_image":
			c.SocialImage, _ = strconv.ParseInt(f.Text, 10, 64) // "" is 0
		case "noindex":
			c.NoIndex = f.Text != ""
		default:
			setPlain(&c, f)
		}
	}
	return c
}

func setPlain(c *Content, f *compare.Field) {
	for _, t := range textFields {
		if t.name == f.Name {
			*t.at(c) = f.Text
		}
	}
	for _, t := range idFields {
		if t.name != f.Name {
			continue
		}
		for _, item := range f.Items {
			if id, err := strconv.ParseInt(item, 10, 64); err == nil {
				*t.at(c) = append(*t.at(c), id)
			}
		}
	}
}
