package view

import (
	"reflect"
	"text/template/parse"
)

// value is an expression: its static type, and how to get it.
type value struct {
	typ reflect.Type
	get func(r *run, dot reflect.Value) reflect.Value
}

func constant(v any) value {
	held := reflect.ValueOf(v)
	return value{held.Type(), func(*run, reflect.Value) reflect.Value { return held }}
}

// pipe compiles a pipeline of one command; only escapers are ever piped to,
// and they are compiled with the action.
func (f *frame) pipe(pipe *parse.PipeNode) (value, error) {
	if len(pipe.Cmds) != 1 {
		return value{}, errUnsupported
	}
	return f.command(pipe.Cmds[0])
}

func (f *frame) command(cmd *parse.CommandNode) (value, error) {
	first := cmd.Args[0]
	if name, ok := first.(*parse.IdentifierNode); ok {
		return f.function(name.Ident, cmd.Args[1:])
	}
	if len(cmd.Args) > 1 {
		return f.method(first, cmd.Args[1:])
	}
	return f.operand(first)
}

func (f *frame) operand(node parse.Node) (value, error) {
	switch n := node.(type) {
	case *parse.DotNode:
		return value{f.dot, func(_ *run, dot reflect.Value) reflect.Value { return dot }}, nil
	case *parse.FieldNode:
		return fieldsOf(value{f.dot, func(_ *run, dot reflect.Value) reflect.Value { return dot }}, n.Ident)
	case *parse.VariableNode:
		s, ok := f.slots[n.Ident[0]]
		if !ok || s.typ == nil {
			return value{}, errUnsupported
		}
		return fieldsOf(value{s.typ, func(r *run, _ reflect.Value) reflect.Value { return r.vars[r.base+s.at] }}, n.Ident[1:])
	case *parse.ChainNode:
		v, err := f.operand(n.Node)
		if err != nil {
			return value{}, err
		}
		return fieldsOf(v, n.Field)
	case *parse.PipeNode:
		return f.pipe(n)
	case *parse.StringNode:
		return constant(n.Text), nil
	case *parse.NumberNode:
		if n.IsInt {
			return constant(int(n.Int64)), nil
		}
	}
	return value{}, errUnsupported
}

// fieldsOf follows .A.B from a value.
func fieldsOf(v value, names []string) (value, error) {
	for _, name := range names {
		next, err := fieldOf(v, name)
		if err != nil {
			return value{}, err
		}
		v = next
	}
	return v, nil
}

func fieldOf(v value, name string) (value, error) {
	if _, isMethod := v.typ.MethodByName(name); isMethod {
		return value{}, errUnsupported
	}
	base, pointer := v.typ, v.typ.Kind() == reflect.Pointer
	if pointer {
		base = base.Elem()
	}
	if base.Kind() != reflect.Struct {
		return value{}, errUnsupported
	}
	field, ok := base.FieldByName(name)
	if !ok || len(field.Index) != 1 {
		return value{}, errUnsupported
	}
	get, at := v.get, field.Index[0]
	if !pointer {
		return value{field.Type, func(r *run, dot reflect.Value) reflect.Value { return get(r, dot).Field(at) }}, nil
	}
	return value{field.Type, func(r *run, dot reflect.Value) reflect.Value {
		p := get(r, dot)
		if p.IsNil() {
			r.fail("nil pointer evaluating %s.%s", typeName(base), name)
		}
		return p.Elem().Field(at)
	}}, nil
}

// method compiles a call such as .Site.Today.Format "2006".
func (f *frame) method(node parse.Node, args []parse.Node) (value, error) {
	field, ok := node.(*parse.FieldNode)
	if !ok {
		return value{}, errUnsupported
	}
	last := len(field.Ident) - 1
	self := value{f.dot, func(_ *run, dot reflect.Value) reflect.Value { return dot }}
	on, err := fieldsOf(self, field.Ident[:last])
	if err != nil {
		return value{}, err
	}
	m, ok := on.typ.MethodByName(field.Ident[last])
	if !ok || m.Type.NumOut() != 1 || m.Type.IsVariadic() || m.Type.NumIn() != len(args)+1 {
		return value{}, errUnsupported
	}
	given, err := f.arguments(args, func(i int) reflect.Type { return m.Type.In(i + 1) })
	if err != nil {
		return value{}, err
	}
	return value{m.Type.Out(0), func(r *run, dot reflect.Value) reflect.Value {
		in := make([]reflect.Value, len(given))
		for i, g := range given {
			in[i] = g.get(r, dot)
		}
		return on.get(r, dot).Method(m.Index).Call(in)[0]
	}}, nil
}

// arguments compiles arguments and holds them against the parameters' types.
func (f *frame) arguments(nodes []parse.Node, param func(int) reflect.Type) ([]value, error) {
	var out []value
	for i, node := range nodes {
		v, err := f.operand(node)
		if err != nil {
			return nil, err
		}
		if want := param(i); v.typ == nil || !v.typ.AssignableTo(want) {
			return nil, errUnsupported
		}
		out = append(out, v)
	}
	return out, nil
}

// condition compiles what an if asks, the logical functions included.
func (f *frame) condition(pipe *parse.PipeNode) (func(*run, reflect.Value) bool, error) {
	if len(pipe.Cmds) != 1 || len(pipe.Decl) > 0 {
		return nil, errUnsupported
	}
	if name, ok := pipe.Cmds[0].Args[0].(*parse.IdentifierNode); ok {
		if logic := f.logic(name.Ident, pipe.Cmds[0].Args[1:]); logic != nil {
			return logic()
		}
	}
	v, err := f.pipe(pipe)
	if err != nil {
		return nil, err
	}
	holds, err := truth(v.typ)
	if err != nil {
		return nil, err
	}
	return func(r *run, dot reflect.Value) bool { return holds(v.get(r, dot)) }, nil
}

type conditionFunc = func() (func(*run, reflect.Value) bool, error)

// logic returns the compiler of and, or, not, eq and ne; nil for others.
func (f *frame) logic(name string, args []parse.Node) conditionFunc {
	switch name {
	case "and", "or":
		return func() (func(*run, reflect.Value) bool, error) { return f.junction(args, name == "or") }
	case "not":
		return func() (func(*run, reflect.Value) bool, error) {
			if len(args) != 1 {
				return nil, errUnsupported
			}
			holds, err := f.argCondition(args[0])
			return func(r *run, dot reflect.Value) bool { return !holds(r, dot) }, err
		}
	case "eq", "ne":
		return func() (func(*run, reflect.Value) bool, error) { return f.equality(args, name == "ne") }
	}
	return nil
}

// junction holds all arguments (and) or one (or), asking no more than needed.
func (f *frame) junction(args []parse.Node, or bool) (func(*run, reflect.Value) bool, error) {
	var parts []func(*run, reflect.Value) bool
	for _, arg := range args {
		part, err := f.argCondition(arg)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return func(r *run, dot reflect.Value) bool {
		for _, part := range parts {
			if part(r, dot) == or {
				return or
			}
		}
		return !or
	}, nil
}

func (f *frame) argCondition(node parse.Node) (func(*run, reflect.Value) bool, error) {
	if pipe, ok := node.(*parse.PipeNode); ok {
		return f.condition(pipe)
	}
	v, err := f.operand(node)
	if err != nil {
		return nil, err
	}
	holds, err := truth(v.typ)
	if err != nil {
		return nil, err
	}
	return func(r *run, dot reflect.Value) bool { return holds(v.get(r, dot)) }, nil
}

// equality compares the first argument with the others: any for eq.
func (f *frame) equality(args []parse.Node, not bool) (func(*run, reflect.Value) bool, error) {
	var values []value
	for _, arg := range args {
		v, err := f.operand(arg)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	if len(values) < 2 || not && len(values) != 2 {
		return nil, errUnsupported
	}
	same, err := sameFunc(values)
	if err != nil {
		return nil, err
	}
	return func(r *run, dot reflect.Value) bool {
		first := values[0].get(r, dot)
		for _, other := range values[1:] {
			if same(first, other.get(r, dot)) {
				return !not
			}
		}
		return not
	}, nil
}

func sameFunc(values []value) (func(a, b reflect.Value) bool, error) {
	strings, ints := true, true
	for _, v := range values {
		strings = strings && v.typ.Kind() == reflect.String
		ints = ints && v.typ.Kind() >= reflect.Int && v.typ.Kind() <= reflect.Int64
	}
	switch {
	case strings:
		return func(a, b reflect.Value) bool { return a.String() == b.String() }, nil
	case ints:
		return func(a, b reflect.Value) bool { return a.Int() == b.Int() }, nil
	}
	return nil, errUnsupported
}

// truth is text/template's notion of what counts as true.
func truth(typ reflect.Type) (func(reflect.Value) bool, error) {
	if typ == nil {
		return nil, errUnsupported
	}
	switch typ.Kind() {
	case reflect.String, reflect.Slice:
		return func(v reflect.Value) bool { return v.Len() > 0 }, nil
	case reflect.Bool:
		return reflect.Value.Bool, nil
	case reflect.Int, reflect.Int64:
		return func(v reflect.Value) bool { return v.Int() != 0 }, nil
	case reflect.Pointer:
		return func(v reflect.Value) bool { return !v.IsNil() }, nil
	case reflect.Struct:
		return func(reflect.Value) bool { return true }, nil
	}
	return nil, errUnsupported
}
