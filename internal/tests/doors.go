package tests

import (
	"go/ast"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// door is something only named places may use.
type door struct {
	pkg   string
	names []string // package-level names, methods as Type.Method; none: the import itself
	only  []string // files, or folders with a slash at the end
	why   string
}

var doors = []door{
	{pkg: "os/exec", why: "Dateline starts no processes"},
	{pkg: "unsafe", why: "memory safety is what Go is for"},
	{pkg: "plugin", why: "code comes from the binary only"},
	{pkg: "text/template", why: "it does not escape"},
	{pkg: "math/rand", why: "it can be guessed; tokens come from id and vault"},
	// The sample newsroom is drawn from it, and waits between attempts are spread by it.
	{pkg: "math/rand/v2", only: []string{"internal/demo/", "internal/db/postgres.go", "internal/job/runner.go", "internal/delivery/hand.go"}, why: "it can be guessed; tokens come from id and vault"},
	{pkg: "net/http", names: []string{"DefaultClient", "DefaultTransport", "Get", "Head", "Post", "PostForm", "Client", "Transport"},
		only: []string{"internal/fetch/"}, why: "fetch is the one HTTP client: it refuses private addresses"},
	// The operator's own mail servers and mailbox may have private addresses.
	{pkg: "net", names: []string{"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialIP", "Dialer"},
		only: []string{"internal/fetch/", "internal/delivery/relay/conn.go", "internal/delivery/bounce/mailbox.go"}, why: "fetch is the one way out"},
	// The operator's own mail server, which may have a private address.
	{pkg: "github.com/wneessen/go-mail", only: []string{"internal/mail/"}, why: "mail is the one that talks to mail servers"},
	{pkg: "net/smtp", why: "mail is the one that talks to mail servers"},
	{pkg: "net/http", names: []string{"Handle", "HandleFunc", "DefaultServeMux", "ListenAndServe", "ListenAndServeTLS", "NewServeMux", "ServeMux.Handle", "ServeMux.HandleFunc"},
		only: []string{"internal/web/"}, why: "routes register with web, where each declares its method, cache class and limits"},
	{pkg: "time", names: []string{"Now", "Since", "Until"},
		only: []string{"internal/clock/", "internal/id/"}, why: "time comes from the clock, so that tests can set it"},
	{pkg: "dateline/internal/vault", names: []string{"Vault.HashLightly"}, why: "only tests may hash passwords weakly"},
}

// rawTypes are the html/template types that switch escaping off.
var rawTypes = []string{"HTML", "HTMLAttr", "JS", "JSStr", "CSS", "URL", "Srcset"}

// rawFile is the one file that may convert to them.
const rawFile = "internal/view/safe.go"

// doorFindings lists the uses of doors outside their places.
func doorFindings(m *module, p *pkg) []finding {
	var found []finding
	for _, file := range p.files {
		found = append(found, importsOf(m, file)...)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				found = append(found, useOf(m, p, n)...)
			case *ast.CallExpr:
				if name := rawConversion(p, n); name != "" && m.relative(n.Pos()) != rawFile {
					found = append(found, m.find(n.Pos(), "template.%s conversion outside %s: it switches escaping off", name, rawFile))
				}
			case *ast.FuncDecl:
				if n.Name.Name == "init" && n.Recv == nil {
					found = append(found, m.find(n.Pos(), "func init: wiring is written down in internal/app"))
				}
			}
			return true
		})
	}
	return found
}

func importsOf(m *module, file *ast.File) []finding {
	var found []finding
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		for _, d := range doors {
			if d.pkg == path && d.names == nil && !d.opens(m.relative(spec.Pos())) {
				found = append(found, m.find(spec.Pos(), "import of %s: %s", path, d.why))
			}
		}
	}
	return found
}

func useOf(m *module, p *pkg, ident *ast.Ident) []finding {
	object := p.info.Uses[ident]
	if object == nil || object.Pkg() == nil {
		return nil
	}
	name := qualified(object)
	for _, d := range doors {
		if d.pkg == object.Pkg().Path() && slices.Contains(d.names, name) && !d.opens(m.relative(ident.Pos())) {
			return []finding{m.find(ident.Pos(), "%s.%s: %s", d.pkg, name, d.why)}
		}
	}
	return nil
}

// qualified is a package-level object's name or a method's as Type.Method;
// "" for anything else, such as a field.
func qualified(object types.Object) string {
	if fn, ok := object.(*types.Func); ok {
		if recv := fn.Signature().Recv(); recv != nil {
			t := recv.Type()
			if pointer, ok := t.(*types.Pointer); ok {
				t = pointer.Elem()
			}
			if named, ok := t.(*types.Named); ok {
				return named.Obj().Name() + "." + fn.Name()
			}
			return ""
		}
	}
	if object.Parent() != object.Pkg().Scope() {
		return ""
	}
	return object.Name()
}

func (d door) opens(file string) bool {
	return slices.ContainsFunc(d.only, func(place string) bool {
		return file == place || (strings.HasSuffix(place, "/") && strings.HasPrefix(file, place))
	})
}

// rawConversion is the html/template type that the call converts to, or "".
func rawConversion(p *pkg, call *ast.CallExpr) string {
	t, ok := p.info.Types[call.Fun]
	if !ok || !t.IsType() {
		return ""
	}
	named, ok := types.Unalias(t.Type).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != "html/template" {
		return ""
	}
	if name := named.Obj().Name(); slices.Contains(rawTypes, name) {
		return name
	}
	return ""
}
