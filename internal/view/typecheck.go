package view

import (
	"html/template"
	"reflect"
	"text/template/parse"
)

// checkTypes follows every page template and all that it calls with the types
// of the page structs, branches that no sample reaches included, and refuses
// fields that do not exist, ranges over what is no list, and unknown templates.
func checkTypes(root *template.Template, funcs template.FuncMap) error {
	c := typeChecker{trees: map[string]*parse.Tree{}, funcs: map[string]reflect.Type{}, done: map[visit]bool{}}
	for _, t := range root.Templates() {
		if t.Tree != nil {
			c.trees[t.Name()] = t.Tree
		}
	}
	for name, fn := range funcs {
		c.funcs[name] = reflect.TypeOf(fn)
	}
	for _, page := range pageNames {
		if err := c.template(page, reflect.TypeFor[*Page]()); err != nil {
			return err
		}
	}
	return nil
}

type visit struct {
	name string
	dot  reflect.Type
}

type typeChecker struct {
	trees map[string]*parse.Tree
	funcs map[string]reflect.Type
	done  map[visit]bool
}

// template checks one template for one type of dot; a nil type is unknown and
// anything goes.
func (c *typeChecker) template(name string, dot reflect.Type) error {
	at := visit{name, dot}
	if c.done[at] {
		return nil
	}
	c.done[at] = true
	tree := c.trees[name]
	s := &scope{typeChecker: c, tree: tree, dot: dot, vars: map[string]reflect.Type{"$": dot}}
	return s.list(tree.Root)
}

// scope is a template's dot and variables at one place.
type scope struct {
	*typeChecker
	tree *parse.Tree
	dot  reflect.Type
	vars map[string]reflect.Type
}

// inner returns a scope whose new variables end with it.
func (s *scope) inner(dot reflect.Type) *scope {
	vars := make(map[string]reflect.Type, len(s.vars)+2)
	for name, t := range s.vars {
		vars[name] = t
	}
	return &scope{typeChecker: s.typeChecker, tree: s.tree, dot: dot, vars: vars}
}

func (s *scope) list(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	for _, node := range list.Nodes {
		if err := s.node(node); err != nil {
			return err
		}
	}
	return nil
}

func (s *scope) node(node parse.Node) error {
	switch n := node.(type) {
	case *parse.ActionNode:
		_, err := s.pipe(n.Pipe)
		return err
	case *parse.IfNode:
		in := s.inner(s.dot)
		if _, err := in.pipe(n.Pipe); err != nil {
			return err
		}
		return in.branches(n.List, in.dot, n.ElseList, s.dot)
	case *parse.WithNode:
		in := s.inner(s.dot)
		dot, err := in.pipe(n.Pipe)
		if err != nil {
			return err
		}
		return in.branches(n.List, dot, n.ElseList, s.dot)
	case *parse.RangeNode:
		return s.rangeOver(n)
	case *parse.TemplateNode:
		return s.call(n)
	}
	return nil
}

func (s *scope) branches(yes *parse.ListNode, yesDot reflect.Type, no *parse.ListNode, noDot reflect.Type) error {
	if err := s.inner(yesDot).list(yes); err != nil {
		return err
	}
	return s.inner(noDot).list(no)
}

func (s *scope) rangeOver(n *parse.RangeNode) error {
	in := s.inner(s.dot)
	decl := n.Pipe.Decl
	over, err := in.value(n.Pipe)
	if err != nil {
		return err
	}
	var key, elem reflect.Type
	if over != nil {
		switch over.Kind() {
		case reflect.Slice, reflect.Array:
			key, elem = reflect.TypeFor[int](), over.Elem()
		case reflect.Map:
			key, elem = over.Key(), over.Elem()
		case reflect.Int, reflect.Int64:
			key, elem = over, over
		default:
			return placedAt(s.tree, n, "range over %s, which is not a list", typeName(over))
		}
	}
	if len(decl) == 1 {
		in.vars[decl[0].Ident[0]] = elem
	} else if len(decl) == 2 {
		in.vars[decl[0].Ident[0]], in.vars[decl[1].Ident[0]] = key, elem
	}
	return in.branches(n.List, elem, n.ElseList, s.dot)
}

func (s *scope) call(n *parse.TemplateNode) error {
	if s.trees[n.Name] == nil {
		return placedAt(s.tree, n, "there is no template %q", n.Name)
	}
	var dot reflect.Type
	if n.Pipe != nil {
		var err error
		if dot, err = s.pipe(n.Pipe); err != nil {
			return err
		}
	}
	return s.template(n.Name, dot)
}

// pipe returns the type of a pipeline and declares its variables.
func (s *scope) pipe(pipe *parse.PipeNode) (reflect.Type, error) {
	result, err := s.value(pipe)
	for _, v := range pipe.Decl {
		s.vars[v.Ident[0]] = result
	}
	return result, err
}

func (s *scope) value(pipe *parse.PipeNode) (reflect.Type, error) {
	var result reflect.Type
	for i, cmd := range pipe.Cmds {
		t, err := s.command(cmd, i > 0)
		if err != nil {
			return nil, err
		}
		result = t
	}
	return result, nil
}

func (s *scope) command(cmd *parse.CommandNode, piped bool) (reflect.Type, error) {
	args := make([]reflect.Type, len(cmd.Args))
	for i, arg := range cmd.Args {
		t, err := s.operand(arg)
		if err != nil {
			return nil, err
		}
		args[i] = t
	}
	fn, ok := cmd.Args[0].(*parse.IdentifierNode)
	if !ok {
		return args[0], nil
	}
	return s.result(fn.Ident, args[1:], piped), nil
}

// result is the type that a function returns, nil when it depends.
func (s *scope) result(name string, args []reflect.Type, piped bool) reflect.Type {
	if fn, ok := s.funcs[name]; ok {
		return fn.Out(0)
	}
	switch name {
	case "len":
		return reflect.TypeFor[int]()
	case "eq", "ne", "lt", "le", "gt", "ge", "not":
		return reflect.TypeFor[bool]()
	case "html", "js", "print", "printf", "println", "urlquery":
		return reflect.TypeFor[string]()
	case "index":
		if len(args) > 0 && args[0] != nil && !piped {
			if k := args[0].Kind(); k == reflect.Slice || k == reflect.Array || k == reflect.Map {
				return args[0].Elem()
			}
		}
	case "slice":
		if len(args) > 0 && !piped {
			return args[0]
		}
	}
	return nil
}

func (s *scope) operand(node parse.Node) (reflect.Type, error) {
	switch n := node.(type) {
	case *parse.DotNode:
		return s.dot, nil
	case *parse.FieldNode:
		return s.fields(n, s.dot, n.Ident)
	case *parse.VariableNode:
		return s.fields(n, s.vars[n.Ident[0]], n.Ident[1:])
	case *parse.ChainNode:
		t, err := s.operand(n.Node)
		if err != nil {
			return nil, err
		}
		return s.fields(n, t, n.Field)
	case *parse.PipeNode:
		return s.value(n)
	case *parse.StringNode:
		return reflect.TypeFor[string](), nil
	case *parse.BoolNode:
		return reflect.TypeFor[bool](), nil
	}
	return nil, nil
}

// fields follows .A.B.C from a type.
func (s *scope) fields(at parse.Node, t reflect.Type, names []string) (reflect.Type, error) {
	for _, name := range names {
		if t == nil || t.Kind() == reflect.Interface {
			return nil, nil
		}
		if m, ok := t.MethodByName(name); ok {
			t = m.Type.Out(0)
			continue
		}
		base := t
		if base.Kind() == reflect.Pointer {
			base = base.Elem()
		}
		if base.Kind() == reflect.Map {
			t = base.Elem()
			continue
		}
		if base.Kind() != reflect.Struct {
			return nil, placedAt(s.tree, at, "%s has no field %s", typeName(t), name)
		}
		field, ok := base.FieldByName(name)
		if !ok || !field.IsExported() {
			return nil, placedAt(s.tree, at, "%s has no field %s", typeName(t), name)
		}
		t = field.Type
	}
	return t, nil
}

// typeName is the type as the contract's readers know it.
func typeName(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.PkgPath() == reflect.TypeFor[Page]().PkgPath() {
		return t.Name()
	}
	return t.String()
}
