package desk

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/account"
	"dateline/internal/fault"
	"dateline/internal/i18n"
)

var (
	verb    = regexp.MustCompile(`%[a-z]`)
	letters = regexp.MustCompile(`\pL`)
	slot    = regexp.MustCompile(`\{(\d+)\}`)
)

// apart are the packages that answer on the command line and to readers, never
// at the desk.
var apart = map[string]bool{"app": true, "blob": true, "comment": true, "config": true, "db": true, "demo": true, "feed": true, "fetch": true, "importer": true, "job": true,
	"mail": true, "pagecache": true, "site": true, "urlpath": true, "vault": true, "view": true, "web": true, "wpcontent": true, "wxr": true}

// formats are the formats of all faults and hints in the sources, of some
// packages only where these are named. They are true where a person at the desk
// may meet them: errors that are ours are told by their number alone.
func formats(t *testing.T, packages ...string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name, ok := call.Fun.(*ast.SelectorExpr)
			at := map[string]int{"New": 1, "WithHint": 0}
			if i, known := at[nameOf(name, ok)]; known && i < len(call.Args) {
				if text, ok := call.Args[i].(*ast.BasicLit); ok && text.Kind == token.STRING {
					if s, err := strconv.Unquote(text.Value); err == nil {
						pkg, _, _ := strings.Cut(strings.TrimPrefix(filepath.ToSlash(path), "../"), "/")
						if len(packages) == 0 || slices.Contains(packages, pkg) {
							all[s] = all[s] || !apart[pkg] && !ours(call)
						}
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// ours tells whether a call makes an error of the code Internal, Full or
// Unavailable, or gives one its hint.
func ours(call *ast.CallExpr) bool {
	if fun, ok := call.Fun.(*ast.SelectorExpr); ok && fun.Sel.Name == "WithHint" {
		made, ok := fun.X.(*ast.CallExpr)
		return ok && ours(made)
	}
	if len(call.Args) == 0 {
		return false
	}
	code, ok := call.Args[0].(*ast.SelectorExpr)
	return ok && (code.Sel.Name == "Internal" || code.Sel.Name == "Full" || code.Sel.Name == "Unavailable")
}

func nameOf(name *ast.SelectorExpr, ok bool) string {
	if !ok {
		return ""
	}
	return name.Sel.Name
}

// TestFaults_AreWholeAndKnown: what is translated is something that a service
// says, in all languages of the desk, and with arguments that it has.
func TestFaults_AreWholeAndKnown(t *testing.T) {
	said, words := formats(t), faultWords()
	if len(said) < 300 || len(words) < 60 {
		t.Fatalf("%d formats in the sources, %d translated", len(said), len(words))
	}
	for format, texts := range words {
		if _, ok := said[format]; !ok {
			t.Errorf("no service says %q any more", format)
		}
		args := len(verb.FindAllString(format, -1))
		for _, language := range i18n.Languages() {
			if language == "en" {
				continue
			}
			if texts[language] == "" {
				t.Errorf("%q lacks %s", format, language)
			}
			for _, m := range slot.FindAllStringSubmatch(texts[language], -1) {
				if n, _ := strconv.Atoi(m[1]); n >= args {
					t.Errorf("%q in %s names {%d} of %d arguments", format, language, n, args)
				}
			}
		}
	}
}

var update = flag.Bool("update", false, "write testdata/untold.txt anew")

// TestFaults_ListsWhatNobodyHasTranslated: testdata/untold.txt has what people
// at the desk may still be told in English. Whoever adds a message translates
// it in faults.json, or adds it to the list with open eyes; what is translated
// leaves the list.
func TestFaults_ListsWhatNobodyHasTranslated(t *testing.T) {
	var untold []string
	for format, met := range formats(t) {
		if met && faultWords()[format] == nil && letters.MatchString(verb.ReplaceAllString(format, "")) {
			untold = append(untold, strconv.Quote(format))
		}
	}
	slices.Sort(untold)
	list := filepath.Join("testdata", "untold.txt")
	if *update {
		if err := os.WriteFile(list, []byte(strings.Join(untold, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(string(raw)), "\n"), untold); diff != "" {
		t.Errorf("translate what is new in faults.json (+), strike what is translated or gone (-), or go test ./internal/desk -run NobodyHasTranslated -update:\n%s", diff)
	}
}

func TestSays(t *testing.T) {
	err := account.Actor{Name: "Ann", Role: account.Author}.Require(account.Editor, "approve articles")
	for language, want := range map[string]string{
		"en": "You may not approve articles: that needs the role editor, you are author.",
		"de": "Das dürfen Sie nicht: Nötig ist die Rolle editor, Sie haben die Rolle author.",
	} {
		if got, hint := Says(i18n.For(language), err); got != want || hint == "" {
			t.Errorf("%s: %q, %q", language, got, hint)
		}
	}
	got, hint := Says(i18n.For("fr"), fault.New(fault.Invalid, "something that nobody has translated, %d", 3).WithHint("write it as name@host.example"))
	if got != "Something that nobody has translated, 3." || hint != "Écrivez-la sous la forme nom@hote.example." {
		t.Errorf("%q, %q", got, hint)
	}
}

// What the search says that went wrong is told in every language.
func TestFaults_OfTheSearchAreTranslated(t *testing.T) {
	said := formats(t, "search", "postings", "words")
	if len(said) < 10 {
		t.Fatalf("the search says %d things: %v", len(said), said)
	}
	for format, met := range said {
		if met && faultWords()[format] == nil {
			t.Errorf("nobody has translated %q", format)
		}
	}
}
