// Package tests holds the rules that the compiler does not know: who may
// import whom, that SQL text is constant, which doors (processes, network,
// clock, raw HTML) only named files may open, and what templates may do with
// data. Each rule has a fixture in testdata that breaks it on purpose, so that
// a rule which no longer sees anything fails its own test.
package tests

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// modulePath is the module's name, the root of every import path of ours.
const modulePath = "dateline"

// pkg is one type-checked package of the module, its test files left out.
type pkg struct {
	path    string // relative to the module: "internal/db"
	imports []string
	files   []*ast.File
	types   *types.Package
	info    *types.Info
}

// module is the whole source with its types.
type module struct {
	root     string
	fset     *token.FileSet
	packages []*pkg
	exports  map[string]string // import path → file with export data
	importer types.Importer
	broken   []string // what does not compile, and so was not looked at
}

// listed is what go list tells of a package.
type listed struct {
	ImportPath string
	Dir        string
	Export     string
	Standard   bool
	GoFiles    []string
	Imports    []string
	Error      *struct{ Err string }
}

// fixtureImports are packages that fixtures import although the module may
// not; go list must compile them too.
var fixtureImports = []string{"os/exec", "unsafe", "net/http", "net", "math/rand", "math/rand/v2", "text/template", "html/template", "database/sql", "context"}

// loadModule type-checks every package of the module against the compiler's
// export data.
func loadModule() (*module, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	packages, err := goList(root, append([]string{"./..."}, fixtureImports...))
	if err != nil {
		return nil, err
	}
	m := &module{root: root, fset: token.NewFileSet(), exports: map[string]string{}}
	m.importer = importer.ForCompiler(m.fset, "gc", func(path string) (io.ReadCloser, error) {
		file := m.exports[path]
		if file == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(file)
	})
	for _, l := range packages {
		m.exports[l.ImportPath] = l.Export
	}
	for _, l := range packages {
		if l.Error != nil {
			m.broken = append(m.broken, l.ImportPath+": "+l.Error.Err)
			continue
		}
		if l.Standard || (l.ImportPath != modulePath && !strings.HasPrefix(l.ImportPath, modulePath+"/")) {
			continue
		}
		var files []string
		for _, name := range l.GoFiles {
			files = append(files, filepath.Join(l.Dir, name))
		}
		p, err := m.check(strings.TrimPrefix(l.ImportPath, modulePath+"/"), files)
		if err != nil {
			m.broken = append(m.broken, err.Error())
			continue
		}
		p.imports = l.Imports
		m.packages = append(m.packages, p)
	}
	return m, nil
}

// check parses and type-checks files as the package at path.
func (m *module) check(path string, files []string) (*pkg, error) {
	p := &pkg{path: path, info: &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Uses:       map[*ast.Ident]types.Object{},
		Defs:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}}
	for _, name := range files {
		file, err := parser.ParseFile(m.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.files = append(p.files, file)
	}
	conf := types.Config{Importer: m.importer, FakeImportC: true}
	var err error
	p.types, err = conf.Check(modulePath+"/"+path, m.fset, p.files, p.info)
	if err != nil {
		return nil, fmt.Errorf("type-check %s: %w", path, err)
	}
	return p, nil
}

// product are the packages that ship: not the tests, not their helpers.
func (m *module) product() []*pkg {
	return slices.DeleteFunc(slices.Clone(m.packages), func(p *pkg) bool { return isTestCode(p.path) })
}

// isTestCode tells test programs and helper packages (dbtest, webtest) apart
// from the product.
func isTestCode(path string) bool {
	if path == "internal/tests" || path == "test" || strings.HasPrefix(path, "test/") {
		return true
	}
	parent, name := filepath.Split(path)
	return parent != "internal/" && strings.HasSuffix(name, "test")
}

// relative is the position's file as a path inside the module.
func (m *module) relative(pos token.Pos) string {
	name := m.fset.Position(pos).Filename
	if rel, err := filepath.Rel(m.root, name); err == nil {
		return filepath.ToSlash(rel)
	}
	return name
}

func (m *module) find(pos token.Pos, format string, args ...any) finding {
	return finding{file: m.relative(pos), line: m.fset.Position(pos).Line, text: fmt.Sprintf(format, args...)}
}

// finding is one broken rule.
type finding struct {
	file string
	line int
	text string
}

func (f finding) String() string { return fmt.Sprintf("%s:%d: %s", f.file, f.line, f.text) }

func goList(root string, patterns []string) ([]listed, error) {
	args := append([]string{"list", "-e", "-export", "-deps", "-json=ImportPath,Dir,Export,Standard,GoFiles,Imports,Error"}, patterns...)
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, problems.String())
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); decoder.More(); {
		var l listed
		if err := decoder.Decode(&l); err != nil {
			return nil, err
		}
		packages = append(packages, l)
	}
	return packages, nil
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
	}
	return "", errors.Join(err, errors.New("no go.mod above the working directory"))
}
