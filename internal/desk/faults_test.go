package desk

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"dateline/internal/account"
	"dateline/internal/fault"
	"dateline/internal/i18n"
)

var (
	verb = regexp.MustCompile(`%[a-z]`)
	slot = regexp.MustCompile(`\{(\d+)\}`)
)

// formats are the formats of all faults and hints in the sources.
func formats(t *testing.T) map[string]bool {
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
						all[s] = true
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
		if !said[format] {
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
