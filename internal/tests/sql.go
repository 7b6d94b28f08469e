package tests

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// queryNames are the methods that take SQL text after a context. They are
// known by name and shape, so that the small interfaces declared where they
// are used count as well.
var queryNames = []string{"Exec", "Query", "QueryRow", "ExecContext", "QueryContext", "QueryRowContext", "Prepare", "PrepareContext"}

// sqlExempt is the package that rewrites SQL text for the engines.
const sqlExempt = "internal/db"

// sqlFindings lists SQL text that is not made of constants alone. A function
// that passes a parameter of its own on as SQL text becomes itself a place
// where constants are due; that is followed through the whole module.
func sqlFindings(m *module, packages []*pkg) []finding {
	c := &sqlCheck{m: m, sinks: map[string][]int{}, decls: map[string]*declared{}}
	for _, p := range packages {
		if p.path != sqlExempt {
			c.index(p)
		}
	}
	for {
		c.found, c.grown = nil, false
		for _, p := range packages {
			if p.path != sqlExempt {
				c.checkPackage(p)
			}
		}
		if !c.grown {
			return c.found
		}
	}
}

// sqlCheck is one run of the pass.
type sqlCheck struct {
	m     *module
	sinks map[string][]int // full function name → parameters that are SQL text
	decls map[string]*declared
	found []finding
	grown bool
}

// declared is a function of the module with its body.
type declared struct {
	p    *pkg
	decl *ast.FuncDecl
	busy bool // guards against recursion while its results are judged
}

func (c *sqlCheck) index(p *pkg) {
	for _, file := range p.files {
		for _, d := range file.Decls {
			if decl, ok := d.(*ast.FuncDecl); ok && decl.Body != nil {
				if fn, ok := p.info.Defs[decl.Name].(*types.Func); ok {
					c.decls[fn.FullName()] = &declared{p: p, decl: decl}
				}
			}
		}
	}
}

func (c *sqlCheck) checkPackage(p *pkg) {
	for _, file := range p.files {
		for _, d := range file.Decls {
			decl, _ := d.(*ast.FuncDecl)
			called := map[ast.Expr]bool{}
			ast.Inspect(d, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					called[n.Fun] = true
					c.checkCall(scope{p, decl}, n)
				case *ast.SelectorExpr:
					c.checkValue(p, n, n.Sel, called)
					called[n.Sel] = true
				case *ast.Ident:
					c.checkValue(p, n, n, called)
				}
				return true
			})
		}
	}
}

// checkCall demands constants where the callee takes SQL text.
func (c *sqlCheck) checkCall(s scope, call *ast.CallExpr) {
	fn := callee(s.p, call)
	if fn == nil {
		return
	}
	for _, i := range c.sqlParams(fn) {
		if i >= len(call.Args) {
			continue
		}
		params, ok := c.constant(s, call.Args[i])
		if !ok {
			c.found = append(c.found, c.m.find(call.Args[i].Pos(), "SQL text that is not constant"))
			continue
		}
		for _, param := range params {
			c.addSink(s, param)
		}
	}
}

// checkValue refuses a function that takes SQL text as a value: its calls
// could not be followed.
func (c *sqlCheck) checkValue(p *pkg, use ast.Expr, name *ast.Ident, called map[ast.Expr]bool) {
	if called[use] || called[name] {
		return
	}
	fn, ok := p.info.Uses[name].(*types.Func)
	if ok && len(c.sinks[fn.FullName()]) > 0 {
		c.found = append(c.found, c.m.find(use.Pos(), "%s takes SQL text and is used as a value", fn.Name()))
	}
}

// sqlParams are the parameters of fn that are SQL text.
func (c *sqlCheck) sqlParams(fn *types.Func) []int {
	if params := c.sinks[fn.FullName()]; params != nil {
		return params
	}
	sig := fn.Signature()
	if sig.Recv() == nil {
		return nil
	}
	if !slices.Contains(queryNames, fn.Name()) {
		return c.implementations(fn)
	}
	for i := range min(2, sig.Params().Len()) {
		if basic, ok := sig.Params().At(i).Type().(*types.Basic); ok && basic.Kind() == types.String {
			return []int{i}
		}
	}
	return nil
}

// implementations are the SQL parameters of any method that a call through an
// interface may reach, judged by the method's name.
func (c *sqlCheck) implementations(fn *types.Func) []int {
	if !types.IsInterface(fn.Signature().Recv().Type()) {
		return nil
	}
	var params []int
	for name, indexes := range c.sinks {
		if strings.HasPrefix(name, "(") && strings.HasSuffix(name, ")."+fn.Name()) {
			params = append(params, indexes...)
		}
	}
	return params
}

// addSink notes that a parameter of the enclosing function is SQL text.
func (c *sqlCheck) addSink(s scope, param *types.Var) {
	fn, ok := s.p.info.Defs[s.decl.Name].(*types.Func)
	if !ok {
		return
	}
	for i := range fn.Signature().Params().Len() {
		if fn.Signature().Params().At(i) == param && !slices.Contains(c.sinks[fn.FullName()], i) {
			c.sinks[fn.FullName()] = append(c.sinks[fn.FullName()], i)
			c.grown = true
		}
	}
}

// callee is the function or method that the call names, nil for a value.
func callee(p *pkg, call *ast.CallExpr) *types.Func {
	fun := ast.Unparen(call.Fun)
	switch f := fun.(type) {
	case *ast.IndexExpr:
		fun = f.X
	case *ast.IndexListExpr:
		fun = f.X
	}
	var name *ast.Ident
	switch f := fun.(type) {
	case *ast.Ident:
		name = f
	case *ast.SelectorExpr:
		name = f.Sel
	default:
		return nil
	}
	fn, _ := p.info.Uses[name].(*types.Func)
	if fn != nil {
		fn = fn.Origin()
	}
	return fn
}

// scope is where an expression stands: decl is nil at package level.
type scope struct {
	p    *pkg
	decl *ast.FuncDecl
}

// constant tells whether the expression can only yield texts that stand in the
// source. params are the enclosing function's parameters it may pass on.
func (c *sqlCheck) constant(s scope, e ast.Expr) (params []*types.Var, ok bool) {
	if t := s.p.info.Types[e]; t.Value != nil {
		return nil, true
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return c.constant(s, e.X)
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return nil, false
		}
		return c.all(s, e.X, e.Y)
	case *ast.Ident:
		return c.constantName(s, e)
	case *ast.CallExpr:
		return c.constantResult(s, e)
	case *ast.IndexExpr:
		return c.constantElement(s, e.X)
	case *ast.SelectorExpr:
		return c.constantField(s, e)
	}
	return nil, false
}

func (c *sqlCheck) all(s scope, exprs ...ast.Expr) (params []*types.Var, ok bool) {
	for _, e := range exprs {
		more, ok := c.constant(s, e)
		if !ok {
			return nil, false
		}
		params = append(params, more...)
	}
	return params, true
}

// constantName judges a variable: a parameter is passed on, any other must
// only ever be assigned constants.
func (c *sqlCheck) constantName(s scope, ident *ast.Ident) ([]*types.Var, bool) {
	v, ok := s.p.info.Uses[ident].(*types.Var)
	if !ok {
		return nil, false
	}
	values, ok := assignments(s.p, v)
	if !ok {
		return nil, false
	}
	isParam := s.decl != nil && isParameter(s.p, s.decl, v)
	if !isParam && len(values) == 0 {
		return nil, false
	}
	params, ok := c.all(s, withoutSelf(s.p, v, values)...)
	if ok && isParam {
		params = append(params, v)
	}
	return params, ok
}

// constantResult judges a call of a function of ours: all that it returns must
// be constant, or parameters that are given constants.
func (c *sqlCheck) constantResult(s scope, call *ast.CallExpr) ([]*types.Var, bool) {
	fn := callee(s.p, call)
	if fn == nil {
		return nil, false
	}
	d := c.decls[fn.FullName()]
	if d == nil || d.busy || fn.Signature().Results().Len() != 1 {
		return nil, false
	}
	d.busy = true
	defer func() { d.busy = false }()
	var needed []*types.Var
	for _, result := range results(d.decl) {
		params, ok := c.constant(scope{d.p, d.decl}, result)
		if !ok {
			return nil, false
		}
		needed = append(needed, params...)
	}
	var args []ast.Expr
	for i := range fn.Signature().Params().Len() {
		if slices.Contains(needed, fn.Signature().Params().At(i)) && i < len(call.Args) {
			args = append(args, call.Args[i])
		}
	}
	return c.all(s, args...)
}

// constantElement judges an element of a variable that holds a literal list or
// table of constants.
func (c *sqlCheck) constantElement(s scope, e ast.Expr) ([]*types.Var, bool) {
	ident, ok := e.(*ast.Ident)
	if !ok {
		return nil, false
	}
	v, ok := s.p.info.Uses[ident].(*types.Var)
	if !ok {
		return nil, false
	}
	values, ok := assignments(s.p, v)
	if !ok || len(values) == 0 {
		return nil, false
	}
	for _, value := range values {
		literal, isLiteral := value.(*ast.CompositeLit)
		if !isLiteral {
			return nil, false
		}
		if _, ok := c.all(scope{s.p, nil}, elements(literal)...); !ok {
			return nil, false
		}
	}
	return nil, true
}

// constantField judges a field: every value that the package ever gives it
// must be constant.
func (c *sqlCheck) constantField(s scope, sel *ast.SelectorExpr) ([]*types.Var, bool) {
	field, ok := s.p.info.Uses[sel.Sel].(*types.Var)
	if !ok || !field.IsField() || field.Exported() {
		return nil, false
	}
	values, ok := fieldValues(s.p, field)
	if !ok || len(values) == 0 {
		return nil, false
	}
	for _, v := range values {
		if params, ok := c.constant(v.scope, v.expr); !ok || len(params) > 0 {
			return nil, false
		}
	}
	return nil, true
}
