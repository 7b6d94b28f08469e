package tests

import (
	"go/ast"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// theModule is loaded once for all rules.
var theModule = sync.OnceValues(loadModule)

func load(t *testing.T) *module {
	t.Helper()
	m, err := theModule()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestModule_Compiles(t *testing.T) {
	for _, problem := range load(t).broken {
		t.Error(problem)
	}
}

func report(t *testing.T, findings []finding) {
	t.Helper()
	for _, f := range findings {
		t.Error(f)
	}
}

func TestImports_KeepTheRule(t *testing.T) {
	for _, p := range load(t).product() {
		for _, problem := range importFindings(p) {
			t.Error(problem)
		}
	}
}

func TestImports_RuleSeesBreaches(t *testing.T) {
	cases := []struct {
		from, imported string
		refused        bool
	}{
		{"internal/fault", "dateline/internal/db", true},
		{"internal/db", "dateline/internal/article", true},
		{"internal/article", "dateline/internal/comment", true},
		{"internal/comment", "dateline/internal/article", false},
		{"internal/article", "net/http", true},
		{"internal/article/articleweb", "net/http", false},
		{"internal/article", "dateline/internal/taxonomy/taxonomyweb", true},
		{"internal/article", "dateline/internal/site", true},
		{"internal/site", "dateline/internal/article", false},
		{"internal/site", "dateline/internal/app", true},
		{"internal/app", "dateline/internal/site", false},
		{"internal/article", "github.com/jackc/pgx/v5", true},
		{"internal/db", "github.com/jackc/pgx/v5/stdlib", false},
		{"internal/app", "dateline/internal/db/dbtest", true},
		{"internal/app", "dateline/test/pg", true},
		{"cmd/dateline", "dateline/internal/app", false},
		{"internal/app", "dateline/cmd/dateline", true},
		{"internal/helpers", "fmt", true},
		{"internal/comment/guard", "dateline/internal/fold", false},
		{"internal/comment/guard", "dateline/internal/db", true},
		{"internal/comment/guard", "net", true},
		{"internal/comment/guard/akismet", "dateline/internal/fetch", false},
	}
	for _, c := range cases {
		found := importFindings(&pkg{path: c.from, imports: []string{c.imported}})
		if refused := len(found) > 0; refused != c.refused {
			t.Errorf("%s imports %s: refused = %v, want %v (%v)", c.from, c.imported, refused, c.refused, found)
		}
	}
}

func TestSQL_IsConstant(t *testing.T) {
	m := load(t)
	report(t, sqlFindings(m, m.product()))
}

func TestSQL_RuleSeesBreaches(t *testing.T) {
	m := load(t)
	p := fixture(t, m, "sql")
	compare(t, m, p, sqlFindings(m, []*pkg{p}))
}

func TestDoors_OpenOnlyInTheirPlaces(t *testing.T) {
	m := load(t)
	for _, p := range m.product() {
		report(t, doorFindings(m, p))
	}
}

func TestDoors_RuleSeesBreaches(t *testing.T) {
	m := load(t)
	p := fixture(t, m, "doors")
	compare(t, m, p, doorFindings(m, p))
}

// fixture type-checks a package of testdata.
func fixture(t *testing.T, m *module, name string) *pkg {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", name, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixture %s: %v", name, err)
	}
	for i := range files {
		files[i], _ = filepath.Abs(files[i])
	}
	p, err := m.check("internal/planted", files)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var wantMark = regexp.MustCompile(`want "([^"]*)"`)

// compare holds the findings against the want marks of the fixture: each mark
// must be found, and nothing else.
func compare(t *testing.T, m *module, p *pkg, findings []finding) {
	t.Helper()
	type line struct {
		number int
		text   string
	}
	var want, got []line
	for _, file := range p.files {
		for comment := range comments(file) {
			if mark := wantMark.FindStringSubmatch(comment.Text); mark != nil {
				want = append(want, line{m.fset.Position(comment.Pos()).Line, mark[1]})
			}
		}
	}
	for _, f := range findings {
		text := f.text
		if i := slices.IndexFunc(want, func(w line) bool { return w.number == f.line && strings.Contains(f.text, w.text) }); i >= 0 {
			text = want[i].text
		}
		got = append(got, line{f.line, text})
	}
	byLine := func(a, b line) int { return a.number - b.number }
	slices.SortFunc(want, byLine)
	slices.SortFunc(got, byLine)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(line{})); diff != "" {
		t.Errorf("findings differ from the marks (-want +got):\n%s", diff)
	}
}

func comments(file *ast.File) func(yield func(*ast.Comment) bool) {
	return func(yield func(*ast.Comment) bool) {
		for _, group := range file.Comments {
			for _, comment := range group.List {
				if !yield(comment) {
					return
				}
			}
		}
	}
}
