package view

import (
	"html/template"
	"reflect"
	"text/template/parse"
)

// function compiles a call of one of the theme's functions, or of len.
func (f *frame) function(name string, nodes []parse.Node) (value, error) {
	if name == "len" && len(nodes) == 1 {
		return f.length(nodes[0])
	}
	fn, ok := f.funcs[name]
	if !ok {
		return value{}, errUnsupported
	}
	typ := reflect.TypeOf(fn)
	fixed := typ.NumIn()
	if typ.IsVariadic() {
		fixed--
	}
	if len(nodes) < fixed || len(nodes) > fixed && !typ.IsVariadic() {
		return value{}, errUnsupported
	}
	args, err := f.arguments(nodes, func(i int) reflect.Type {
		if i >= fixed {
			return typ.In(fixed).Elem()
		}
		return typ.In(i)
	})
	if err != nil {
		return value{}, err
	}
	return value{typ.Out(0), invoke(fn, args)}, nil
}

func (f *frame) length(node parse.Node) (value, error) {
	v, err := f.operand(node)
	if err != nil {
		return value{}, err
	}
	if k := v.typ.Kind(); k != reflect.Slice && k != reflect.String {
		return value{}, errUnsupported
	}
	return value{reflect.TypeFor[int](), func(r *run, dot reflect.Value) reflect.Value {
		return reflect.ValueOf(v.get(r, dot).Len())
	}}, nil
}

// invoke calls a function without reflection where its type is one of those in
// funcs.go, and with it otherwise.
func invoke(fn any, args []value) func(*run, reflect.Value) reflect.Value {
	switch call := fn.(type) {
	case func(*Page) template.HTML:
		return func(r *run, dot reflect.Value) reflect.Value {
			return reflect.ValueOf(call(args[0].get(r, dot).Interface().(*Page)))
		}
	case func(*Picture, string, ...string) template.HTML:
		return func(r *run, dot reflect.Value) reflect.Value {
			options := make([]string, len(args)-2)
			for i, arg := range args[2:] {
				options[i] = arg.get(r, dot).String()
			}
			return reflect.ValueOf(call(args[0].get(r, dot).Interface().(*Picture), args[1].get(r, dot).String(), options...))
		}
	case func(int) string:
		return func(r *run, dot reflect.Value) reflect.Value {
			return reflect.ValueOf(call(int(args[0].get(r, dot).Int())))
		}
	case func(string, ...any) string:
		return func(r *run, dot reflect.Value) reflect.Value {
			return reflect.ValueOf(call(args[0].get(r, dot).String(), interfaces(r, dot, args[1:])...))
		}
	case func(string, string, ...any) string:
		return func(r *run, dot reflect.Value) reflect.Value {
			return reflect.ValueOf(call(args[0].get(r, dot).String(), args[1].get(r, dot).String(), interfaces(r, dot, args[2:])...))
		}
	case func(string, any, ...any) (string, error):
		return func(r *run, dot reflect.Value) reflect.Value {
			text, err := call(args[0].get(r, dot).String(), args[1].get(r, dot).Interface(), interfaces(r, dot, args[2:])...)
			if err != nil {
				r.fail("%w", err)
			}
			return reflect.ValueOf(text)
		}
	}
	return reflected(reflect.ValueOf(fn), args)
}

func interfaces(r *run, dot reflect.Value, args []value) []any {
	out := make([]any, len(args))
	for i, arg := range args {
		out[i] = arg.get(r, dot).Interface()
	}
	return out
}

func reflected(fn reflect.Value, args []value) func(*run, reflect.Value) reflect.Value {
	return func(r *run, dot reflect.Value) reflect.Value {
		in := make([]reflect.Value, len(args))
		for i, arg := range args {
			in[i] = arg.get(r, dot)
		}
		out := fn.Call(in)
		if len(out) == 2 && !out[1].IsNil() {
			r.fail("%w", out[1].Interface().(error))
		}
		return out[0]
	}
}
