package view

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"regexp"
	"strconv"
	"strings"
	"text/template/parse"

	"dateline/internal/fault"
	"dateline/internal/i18n"
)

// templates is a theme compiled for one locale.
type templates struct {
	pages map[string]*template.Template
	fast  *program // nil when html/template must execute the set
}

// execute writes a page into out; the page's template exists.
func (s *templates) execute(out *bytes.Buffer, p *Page) error {
	if s.fast != nil {
		return s.fast.execute(out, p.Template, p)
	}
	return s.pages[p.Template].Execute(out, p)
}

// compile parses every file into one set, writes the interface's words into
// the text and checks all pages against the page structs.
func (t *theme) compile(printer *i18n.Printer) (*templates, error) {
	funcs := t.funcs(printer)
	root := template.New("theme").Funcs(funcs)
	for _, src := range t.sources {
		if _, err := root.New(src.name).Parse(src.text); err != nil {
			return nil, t.explain(err)
		}
	}
	folder := folder{printer: printer, assets: t.assets}
	for _, tmpl := range root.Templates() {
		if tmpl.Tree == nil {
			continue
		}
		if err := folder.fold(tmpl.Tree); err != nil {
			return nil, t.explain(err)
		}
	}
	if err := checkTypes(root, funcs); err != nil {
		return nil, t.explain(err)
	}
	set := &templates{pages: map[string]*template.Template{}}
	for _, name := range pageNames {
		set.pages[name] = root.Lookup(name)
	}
	if err := checkSamples(set); err != nil {
		return nil, t.explain(err)
	}
	if err := checkContexts(root); err != nil {
		return nil, t.explain(err)
	}
	set.fast, _ = compileProgram(root, funcs) // nil if it cannot be compiled
	return set, nil
}

// check compiles the theme for a locale, for its errors.
func (t *theme) check(printer *i18n.Printer) error {
	_, err := t.compiled(printer)
	return err
}

// place is how the template packages name a position.
var place = regexp.MustCompile(`(?:html/)?template: ?([^:\s]+)(?::(\d+))?(?::\d+)?: ?(.*)`)

// explain turns an error of the template packages, or placed, into a
// fault.Error that begins with file and line.
func (t *theme) explain(err error) error {
	var own *placed
	if errors.As(err, &own) {
		return t.refuse(own.template, own.line, own.msg)
	}
	text := strings.ReplaceAll(err.Error(), "\n", " ")
	m := place.FindStringSubmatch(text)
	if m == nil {
		return fault.New(fault.Invalid, "theme: %s", text).WithHint("%s", contractHint)
	}
	line, _ := strconv.Atoi(m[2]) // 0 when the fault is the whole template's
	return t.refuse(m[1], line, m[3])
}

const contractHint = "what templates may use is in docs/contracts/theme.md"

func (t *theme) refuse(name string, line int, msg string) error {
	where := t.file(name)
	if line > 0 {
		where += ":" + strconv.Itoa(line)
	}
	return fault.New(fault.Invalid, "%s: %s", where, msg).WithHint("%s", contractHint)
}

// placed is a fault found by our own checks, at a line of a template.
type placed struct {
	template string
	line     int
	msg      string
}

func (p *placed) Error() string { return fmt.Sprintf("%s:%d: %s", p.template, p.line, p.msg) }

// placedAt makes a placed error at a node.
func placedAt(tree *parse.Tree, node parse.Node, format string, args ...any) error {
	location, _ := tree.ErrorContext(node) // "name:line:column"
	parts := strings.Split(location, ":")
	line := 0
	if len(parts) >= 2 {
		line, _ = strconv.Atoi(parts[1])
	}
	return &placed{template: parts[0], line: line, msg: fmt.Sprintf(format, args...)}
}
