package tests

import (
	"go/ast"
	"go/token"
	"go/types"
)

// assignments collects every value that the package gives the variable. It
// reports false when the variable's address is taken or it gets a value that
// is not an expression of its own, such as one of several results.
func assignments(p *pkg, v *types.Var) (values []ast.Expr, ok bool) {
	ok = true
	is := func(e ast.Expr) bool {
		ident, isIdent := ast.Unparen(e).(*ast.Ident)
		return isIdent && (p.info.Uses[ident] == v || p.info.Defs[ident] == v)
	}
	for _, file := range p.files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					switch {
					case !is(left):
					case len(n.Lhs) != len(n.Rhs):
						ok = false
					default:
						values = append(values, n.Rhs[i])
					}
				}
			case *ast.ValueSpec:
				for i, name := range n.Names {
					switch {
					case !is(name) || len(n.Values) == 0: // declared empty
					case len(n.Names) != len(n.Values):
						ok = false
					default:
						values = append(values, n.Values[i])
					}
				}
			case *ast.RangeStmt:
				if n.Value != nil && is(n.Value) {
					if literal, isLiteral := ast.Unparen(n.X).(*ast.CompositeLit); isLiteral {
						values = append(values, elements(literal)...)
					} else {
						ok = false
					}
				}
				if n.Key != nil && is(n.Key) {
					ok = false
				}
			case *ast.UnaryExpr:
				if n.Op == token.AND && is(n.X) {
					ok = false
				}
			}
			return true
		})
	}
	return values, ok
}

// withoutSelf drops the variable itself from values, as in q = q + " LIMIT 1",
// where only what is added matters.
func withoutSelf(p *pkg, v *types.Var, values []ast.Expr) []ast.Expr {
	var kept []ast.Expr
	for _, value := range values {
		switch e := ast.Unparen(value).(type) {
		case *ast.Ident:
			if p.info.Uses[e] == v {
				continue
			}
		case *ast.BinaryExpr:
			if e.Op == token.ADD {
				kept = append(kept, withoutSelf(p, v, []ast.Expr{e.X, e.Y})...)
				continue
			}
		}
		kept = append(kept, value)
	}
	return kept
}

// isParameter tells whether v is a parameter that the caller fills.
func isParameter(p *pkg, decl *ast.FuncDecl, v *types.Var) bool {
	for _, field := range decl.Type.Params.List {
		for _, name := range field.Names {
			if p.info.Defs[name] == v {
				return true
			}
		}
	}
	return false
}

// results are the expressions that a function of one result returns, those of
// function literals inside it left out.
func results(decl *ast.FuncDecl) []ast.Expr {
	var returned []ast.Expr
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			returned = append(returned, n.Results...)
		}
		return true
	})
	return returned
}

// elements are the values of a literal, the keys of a map or the names of
// fields left out.
func elements(literal *ast.CompositeLit) []ast.Expr {
	var values []ast.Expr
	for _, e := range literal.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			e = pair.Value
		}
		values = append(values, e)
	}
	return values
}

// fieldValue is a value given to a field, and where it stands.
type fieldValue struct {
	scope scope
	expr  ast.Expr
}

// fieldValues collects every value the package gives a field, in literals and
// assignments. It reports false when the field's address is taken.
func fieldValues(p *pkg, field *types.Var) (values []fieldValue, ok bool) {
	ok = true
	for _, file := range p.files {
		for _, d := range file.Decls {
			decl, _ := d.(*ast.FuncDecl)
			at := scope{p, decl}
			ast.Inspect(d, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CompositeLit:
					if value := literalField(p, n, field); value != nil {
						values = append(values, fieldValue{at, value})
					}
				case *ast.AssignStmt:
					for i, left := range n.Lhs {
						sel, isSel := left.(*ast.SelectorExpr)
						switch {
						case !isSel || p.info.Uses[sel.Sel] != field:
						case len(n.Lhs) != len(n.Rhs):
							ok = false
						default:
							values = append(values, fieldValue{at, n.Rhs[i]})
						}
					}
				case *ast.UnaryExpr:
					if sel, isSel := n.X.(*ast.SelectorExpr); isSel && n.Op == token.AND && p.info.Uses[sel.Sel] == field {
						ok = false
					}
				}
				return true
			})
		}
	}
	return values, ok
}

// literalField is the value that a struct literal gives the field, or nil.
func literalField(p *pkg, literal *ast.CompositeLit, field *types.Var) ast.Expr {
	t := p.info.Types[literal].Type
	if t == nil {
		return nil
	}
	if pointer, ok := t.Underlying().(*types.Pointer); ok { // an element of []*T
		t = pointer.Elem()
	}
	structure, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for i, e := range literal.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			if name, ok := pair.Key.(*ast.Ident); ok && p.info.Uses[name] == field {
				return pair.Value
			}
		} else if i < structure.NumFields() && structure.Field(i) == field {
			return e
		}
	}
	return nil
}
