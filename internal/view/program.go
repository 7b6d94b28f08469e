package view

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"sync"
	"text/template/parse"
)

// A program is a template set compiled to closures. html/template decides how
// every value is escaped; the program only carries its decision out without
// the reflection that text/template pays for each value, some ten times
// faster. A set that uses what the compiler does not know is executed by
// html/template itself: errUnsupported is no fault of the theme's.
type program struct {
	pages map[string]*block
	runs  sync.Pool
}

// errUnsupported says that html/template has to execute the set.
var errUnsupported = errors.New("not compiled")

// step writes one node; dot is what the template calls ".".
type step func(r *run, dot reflect.Value)

// block is a template for one type of dot, or a branch of one.
type block struct {
	steps []step
	vars  int // variables of the whole template, "$" included
}

// run is one execution. Variables stand in frames, one a template call.
type run struct {
	out  *bytes.Buffer
	vars []reflect.Value
	base int
}

// failure is how a step ends an execution.
type failure struct{ err error }

func (r *run) fail(format string, args ...any) { panic(failure{fmt.Errorf(format, args...)}) }

// compileProgram compiles all pages of an escaped set.
func compileProgram(root *template.Template, funcs template.FuncMap) (*program, error) {
	c := &compiler{trees: map[string]*parse.Tree{}, funcs: funcs, blocks: map[visit]*block{}}
	for _, t := range root.Templates() {
		if t.Tree != nil {
			c.trees[t.Name()] = t.Tree
		}
	}
	p := &program{pages: map[string]*block{}}
	p.runs.New = func() any { return &run{vars: make([]reflect.Value, 0, 64)} }
	for _, name := range pageNames {
		b, err := c.template(name, reflect.TypeFor[*Page]())
		if err != nil {
			return nil, err
		}
		p.pages[name] = b
	}
	return p, nil
}

// execute renders a page into out.
func (p *program) execute(out *bytes.Buffer, name string, page *Page) (err error) {
	r := p.runs.Get().(*run)
	defer func() {
		if cause := recover(); cause != nil {
			failed, ok := cause.(failure)
			if !ok {
				panic(cause)
			}
			err = failed.err
		}
		r.out, r.base = nil, 0
		clear(r.vars)
		r.vars = r.vars[:0]
		p.runs.Put(r)
	}()
	r.out = out
	r.call(p.pages[name], reflect.ValueOf(page))
	return nil
}

// maxCalls ends templates that call themselves without end, counted in
// variables on the stack.
const maxCalls = 10_000

// call runs a template in a frame of its own.
func (r *run) call(b *block, dot reflect.Value) {
	base, size := r.base, len(r.vars)
	if size > maxCalls {
		r.fail("templates call each other too deeply")
	}
	r.base = size
	for range b.vars {
		r.vars = append(r.vars, reflect.Value{})
	}
	r.vars[r.base] = dot
	b.run(r, dot)
	r.vars, r.base = r.vars[:size], base
}

func (b *block) run(r *run, dot reflect.Value) {
	for _, s := range b.steps {
		s(r, dot)
	}
}

// compiler turns parse trees into blocks.
type compiler struct {
	trees  map[string]*parse.Tree
	funcs  template.FuncMap
	blocks map[visit]*block
}

func (c *compiler) template(name string, dot reflect.Type) (*block, error) {
	at := visit{name, dot}
	if b := c.blocks[at]; b != nil {
		return b, nil
	}
	tree := c.trees[name]
	if tree == nil || dot == nil {
		return nil, errUnsupported
	}
	b := &block{}
	c.blocks[at] = b // before its nodes, since a template may call itself
	f := &frame{compiler: c, dot: dot, slots: map[string]slot{"$": {0, dot}}, used: new(int)}
	*f.used = 1
	compiled, err := f.list(tree.Root)
	if err != nil {
		return nil, err
	}
	b.steps, b.vars = compiled.steps, *f.used
	return b, nil
}

// frame is the compiler's view of one place: the type of dot, and where the
// variables stand.
type frame struct {
	*compiler
	dot   reflect.Type
	slots map[string]slot
	used  *int
}

type slot struct {
	at  int
	typ reflect.Type
}

// with returns a frame whose new variables end with it.
func (f *frame) with(dot reflect.Type) *frame {
	slots := make(map[string]slot, len(f.slots)+2)
	for name, s := range f.slots {
		slots[name] = s
	}
	return &frame{compiler: f.compiler, dot: dot, slots: slots, used: f.used}
}

func (f *frame) declare(name string, typ reflect.Type) int {
	at := *f.used
	*f.used++
	f.slots[name] = slot{at, typ}
	return at
}

func (f *frame) list(list *parse.ListNode) (*block, error) {
	b := &block{}
	if list == nil {
		return b, nil
	}
	for _, node := range list.Nodes {
		s, err := f.node(node)
		if err != nil {
			return nil, err
		}
		if s != nil {
			b.steps = append(b.steps, s)
		}
	}
	return b, nil
}

func (f *frame) node(node parse.Node) (step, error) {
	switch n := node.(type) {
	case *parse.TextNode:
		text := n.Text
		return func(r *run, _ reflect.Value) { r.out.Write(text) }, nil
	case *parse.CommentNode:
		return nil, nil
	case *parse.ActionNode:
		return f.action(n)
	case *parse.IfNode:
		return f.ifNode(n)
	case *parse.WithNode:
		return f.withNode(n)
	case *parse.RangeNode:
		return f.rangeNode(n)
	case *parse.TemplateNode:
		return f.templateNode(n)
	}
	return nil, errUnsupported
}

func (f *frame) ifNode(n *parse.IfNode) (step, error) {
	if len(n.Pipe.Decl) > 0 {
		return nil, errUnsupported
	}
	holds, err := f.condition(n.Pipe)
	if err != nil {
		return nil, err
	}
	yes, err := f.with(f.dot).list(n.List)
	if err != nil {
		return nil, err
	}
	no, err := f.with(f.dot).list(n.ElseList)
	if err != nil {
		return nil, err
	}
	return func(r *run, dot reflect.Value) {
		if holds(r, dot) {
			yes.run(r, dot)
		} else {
			no.run(r, dot)
		}
	}, nil
}

func (f *frame) withNode(n *parse.WithNode) (step, error) {
	v, err := f.pipe(n.Pipe)
	if err != nil {
		return nil, err
	}
	holds, err := truth(v.typ)
	if err != nil {
		return nil, err
	}
	in := f.with(v.typ)
	set := in.setter(n.Pipe, v.typ)
	yes, err := in.list(n.List)
	if err != nil {
		return nil, err
	}
	no, err := f.with(f.dot).list(n.ElseList)
	if err != nil {
		return nil, err
	}
	return func(r *run, dot reflect.Value) {
		inner := v.get(r, dot)
		set(r, inner)
		if holds(inner) {
			yes.run(r, inner)
		} else {
			no.run(r, dot)
		}
	}, nil
}

// setter declares a pipeline's variable and returns what stores it.
func (f *frame) setter(pipe *parse.PipeNode, typ reflect.Type) func(*run, reflect.Value) {
	if len(pipe.Decl) == 0 {
		return func(*run, reflect.Value) {}
	}
	at := f.declare(pipe.Decl[0].Ident[0], typ)
	return func(r *run, v reflect.Value) { r.vars[r.base+at] = v }
}

func (f *frame) rangeNode(n *parse.RangeNode) (step, error) {
	over, err := f.pipe(n.Pipe)
	if err != nil {
		return nil, err
	}
	if over.typ.Kind() != reflect.Slice || len(n.Pipe.Decl) > 2 {
		return nil, errUnsupported
	}
	in := f.with(over.typ.Elem())
	key, elem := -1, -1
	switch decl := n.Pipe.Decl; len(decl) {
	case 1:
		elem = in.declare(decl[0].Ident[0], in.dot)
	case 2:
		key = in.declare(decl[0].Ident[0], reflect.TypeFor[int]())
		elem = in.declare(decl[1].Ident[0], in.dot)
	}
	body, err := in.list(n.List)
	if err != nil {
		return nil, err
	}
	none, err := f.with(f.dot).list(n.ElseList)
	if err != nil {
		return nil, err
	}
	return func(r *run, dot reflect.Value) {
		list := over.get(r, dot)
		count := list.Len()
		if count == 0 {
			none.run(r, dot)
		}
		for i := range count {
			item := list.Index(i)
			if key >= 0 {
				r.vars[r.base+key] = reflect.ValueOf(i)
			}
			if elem >= 0 {
				r.vars[r.base+elem] = item
			}
			body.run(r, item)
		}
	}, nil
}

func (f *frame) templateNode(n *parse.TemplateNode) (step, error) {
	if n.Pipe == nil || len(n.Pipe.Decl) > 0 {
		return nil, errUnsupported
	}
	v, err := f.pipe(n.Pipe)
	if err != nil {
		return nil, err
	}
	b, err := f.template(n.Name, v.typ)
	if err != nil {
		return nil, err
	}
	return func(r *run, dot reflect.Value) { r.call(b, v.get(r, dot)) }, nil
}
