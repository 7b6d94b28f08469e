package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"dateline/internal/fault"
)

// The parameter fields: programs name the members that they need, and nothing
// is made of the others.

// picks are the members of an object that were asked for, each with those of
// the objects in it; nil is all of them.
type picks map[string]picks

// has tells whether one of some members was asked for.
func (p picks) has(names ...string) bool {
	return p == nil || slices.ContainsFunc(names, func(name string) bool { _, ok := p[name]; return ok })
}

// beyond tells whether anything but some members was asked for.
func (p picks) beyond(names ...string) bool {
	if p == nil {
		return true
	}
	for name := range p {
		if !slices.Contains(names, name) {
			return true
		}
	}
	return false
}

// of are the members that were asked for of the objects in a member.
func (p picks) of(name string) picks { return p[name] }

// member is a member of an object in an answer; below are those of the objects
// in it, if any.
type member struct {
	name  string
	below []member
}

// membersOf lists the members of a type in its order, down to a depth.
func membersOf(t reflect.Type, depth int) []member {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() || depth == 0 {
		return nil
	}
	var out []member
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			out = append(out, membersOf(f.Type, depth)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		out = append(out, member{name, membersOf(f.Type, depth-1)})
	}
	return out
}

// whole are the members of what an address answers.
func (o *op) whole() []member { return membersOf(reflect.TypeOf(o.Answer), 3) }

// item are the members of one thing of it: of a list, of what is in it.
func (o *op) item() []member {
	all := o.whole()
	if i := slices.IndexFunc(all, func(m member) bool { return m.name == "items" }); i >= 0 {
		return all[i].below
	}
	return all
}

// isList tells whether an address answers many things.
func (o *op) isList() bool {
	return slices.ContainsFunc(o.whole(), func(m member) bool { return m.name == "items" })
}

// fields is the parameter by which an address is asked for some members only.
func (o *op) fields() Param {
	known := o.item()
	p := Param{Name: "fields", Kind: aFields, Doc: "Only these members of the answer, with a comma between their names, and nothing is made of the others. A name with a point stands for a member of a member: section.name."}
	if o.isList() {
		p.Doc = strings.Replace(p.Doc, "the answer", "each thing under items", 1)
	}
	if len(o.Keep) > 0 {
		p.Doc += " These are always there: " + strings.Join(o.Keep, ", ") + "."
	}
	var good []string
	for _, m := range known {
		p.Names = append(p.Names, m.name)
		if slices.Contains([]string{"id", "url", "uri", "name", "headline", "headlines", "text", "title", "date"}, m.name) && len(good) < 2 {
			good = append(good, m.name)
		}
	}
	p.Example = strings.Join(good, ",")
	for _, m := range known {
		for _, name := range namesOf(m.below) {
			p.Names = append(p.Names, m.name+"."+name)
		}
	}
	return p
}

func namesOf(all []member) (out []string) {
	for _, m := range all {
		out = append(out, m.name)
	}
	return out
}

// pick reads the parameter fields.
func (o *op) pick(text string) (picks, error) {
	known := o.item()
	out := picks{}
	for _, name := range o.Keep {
		out[name] = nil
	}
	seen := map[string]bool{}
	for name := range strings.SplitSeq(text, ",") {
		if seen[name] {
			return nil, fault.New(fault.Invalid, "the parameter \"fields\" names %q twice", name).WithHint("name it once")
		}
		seen[name] = true
		top, below, dotted := strings.Cut(name, ".")
		at := slices.IndexFunc(known, func(m member) bool { return m.name == top })
		if at < 0 {
			return nil, fault.New(fault.Invalid, "the parameter \"fields\" names %q, which is no member here", top).
				WithHint("use some of these with a comma between them: %s", strings.Join(namesOf(known), ","))
		}
		if !dotted {
			out[top] = nil // the whole of it, whatever else was said
			continue
		}
		inside := namesOf(known[at].below)
		if !slices.Contains(inside, below) {
			hint := top + " has no members that could be named"
			if len(inside) > 0 {
				hint = "use some of these: " + top + "." + strings.Join(inside, ","+top+".")
			}
			return nil, fault.New(fault.Invalid, "the parameter \"fields\" names %q, which is no member here", name).WithHint("%s", hint)
		}
		switch old, has := out[top]; {
		case !has:
			out[top] = picks{below: nil}
		case old != nil:
			old[below] = nil
		}
	}
	return out, nil
}

// only keeps of an answer's JSON what was asked for.
func (o *op) only(body []byte, p picks) ([]byte, error) {
	if p == nil {
		return body, nil
	}
	if o.isList() { // its own members stay
		list := picks{}
		for _, m := range o.whole() {
			list[m.name] = nil
		}
		list["items"] = p
		p = list
	}
	out, err := only(body, p, o.whole())
	return append(out, '\n'), err
}

func only(raw json.RawMessage, p picks, known []member) (json.RawMessage, error) {
	raw = bytes.TrimSpace(raw)
	if p == nil || len(raw) == 0 || raw[0] != '[' && raw[0] != '{' {
		return raw, nil
	}
	var out bytes.Buffer
	add := func(name string, value json.RawMessage, p picks, known []member) error {
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		if name != "" {
			out.WriteString(`"` + name + `":`)
		}
		kept, err := only(value, p, known)
		out.Write(kept)
		return err
	}
	out.WriteByte(raw[0])
	if raw[0] == '[' {
		var all []json.RawMessage
		if err := json.Unmarshal(raw, &all); err != nil {
			return nil, err
		}
		for _, one := range all {
			if err := add("", one, p, known); err != nil {
				return nil, err
			}
		}
		out.WriteByte(']')
		return out.Bytes(), nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	for _, m := range known {
		below, asked := p[m.name]
		value, has := all[m.name]
		if !asked || !has {
			continue
		}
		if err := add(m.name, value, below, m.below); err != nil {
			return nil, err
		}
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
