package compare

import "dateline/internal/richtext"

// FieldKind says how a field is compared and merged.
type FieldKind string

// The kinds of fields.
const (
	FieldLine  FieldKind = "line"  // one line that stands as a whole: a headline
	FieldProse FieldKind = "prose" // words that two people may both edit: a standfirst
	FieldValue FieldKind = "value" // a choice or a number
	FieldSet   FieldKind = "set"   // values without order: tags
	FieldList  FieldKind = "list"  // values in order: bylines
	FieldNode  FieldKind = "node"  // one node with attributes: the lead picture
)

// Field is one named part of a record. A field that is absent from a record
// differs from one that is there and empty.
type Field struct {
	Name  string
	Kind  FieldKind
	Text  string         // of a line, prose or value
	Items []string       // of a set or list
	Node  *richtext.Node // of a node; nil is none
}

// Record is a state of an article as this package sees it. Names of fields are
// unique.
type Record struct {
	Fields []Field
	Body   richtext.Doc
}

// field returns the field of a name, and whether the record has it.
func (r *Record) field(name string) (Field, bool) {
	for i := range r.Fields {
		if r.Fields[i].Name == name {
			return r.Fields[i], true
		}
	}
	return Field{}, false
}

// fieldNames returns the names of all fields of the records, each once, in the
// order of the first record that has it.
func fieldNames(records ...*Record) []string {
	var out []string
	seen := map[string]bool{}
	for _, r := range records {
		for i := range r.Fields {
			if name := r.Fields[i].Name; !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	return out
}
