package tests

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"

	"golang.org/x/net/html"
)

// templateFolders are where the templates of the product stand.
var templateFolders = []string{"ui", "internal", "cmd"}

// templateEndings are the names of HTML templates.
var templateEndings = []string{".html", ".gohtml", ".tmpl"}

// finished are the values that may stand in a srcset: the media service builds
// them from addresses of its own, never from a person's text.
var finished = regexp.MustCompile(`(^|[. ])SrcSet$`)

// findTemplates lists the product's templates, testdata left out.
func findTemplates(root string) ([]string, error) {
	var files []string
	for _, folder := range templateFolders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil && os.IsNotExist(err):
				return fs.SkipDir
			case err != nil:
				return err
			case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "node_modules"):
				return fs.SkipDir
			case !entry.IsDir() && slices.Contains(templateEndings, filepath.Ext(path)):
				files = append(files, path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// templateFindings lists the places of one template file where data stands in
// a context whose escaping has failed before: the twelve advisories against
// html/template are all about scripts, styles, handlers, attribute names,
// srcset and refresh.
func templateFindings(root, file string) ([]finding, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	name := file
	if rel, err := filepath.Rel(root, file); err == nil {
		name = filepath.ToSlash(rel)
	}
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	set := map[string]*parse.Tree{}
	if _, err := tree.Parse(string(source), "", "", set); err != nil {
		return nil, err
	}
	set[name] = tree
	var found []finding
	for _, t := range set {
		if t.Root == nil {
			continue
		}
		flat := &flattened{}
		flat.add(t.Root)
		for _, problem := range flat.problems() {
			line := 1 + strings.Count(string(source[:problem.at]), "\n")
			found = append(found, finding{file: name, line: line, text: problem.text})
		}
	}
	slices.SortFunc(found, func(a, b finding) int { return a.line - b.line })
	return slices.Compact(found), nil
}

// flattened is a template's text with a mark in place of each action, all
// branches one after the other.
type flattened struct {
	text    strings.Builder
	actions []parse.Node
}

// problem is a wrongly placed action, at a byte offset of the source.
type problem struct {
	at   int
	text string
}

// The marks are private-use characters around the action's number.
var mark = regexp.MustCompile("\uE000([0-9]+)\uE001")

func (f *flattened) add(node parse.Node) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				f.add(child)
			}
		}
	case *parse.TextNode:
		f.text.Write(n.Text)
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			f.mark(n)
		}
	case *parse.TemplateNode:
		f.mark(n)
	case *parse.IfNode:
		f.add(n.List)
		f.add(n.ElseList)
	case *parse.RangeNode:
		f.add(n.List)
		f.add(n.ElseList)
	case *parse.WithNode:
		f.add(n.List)
		f.add(n.ElseList)
	}
}

func (f *flattened) mark(n parse.Node) {
	fmt.Fprintf(&f.text, "\uE000%d\uE001", len(f.actions))
	f.actions = append(f.actions, n)
}

// problems walks the text as HTML and judges each mark by where it stands.
func (f *flattened) problems() []problem {
	var found []problem
	z := html.NewTokenizer(strings.NewReader(f.text.String()))
	element := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			return found
		case html.TextToken:
			if element == "script" || element == "style" {
				found = append(found, f.at(string(z.Raw()), "inside <"+element+">")...)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := string(z.Raw())
			token := z.Token()
			element = token.Data
			found = append(found, f.tag(raw, token)...)
		case html.EndTagToken:
			found = append(found, f.at(string(z.Raw()), "in a tag's name")...)
			element = ""
		}
	}
}

var quoted = regexp.MustCompile(`"[^"]*"|'[^']*'`)

// tag judges the marks of one start tag.
func (f *flattened) tag(raw string, token html.Token) []problem {
	found := f.at(quoted.ReplaceAllString(raw, ""), "outside quotes in a tag")
	_, refresh := attribute(token, "http-equiv")
	for _, a := range token.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on"):
			found = append(found, f.at(a.Val, "inside the handler "+a.Key)...)
		case a.Key == "style" || a.Key == "srcdoc":
			found = append(found, f.at(a.Val, "inside the attribute "+a.Key)...)
		case token.Data == "meta" && a.Key == "content" && refresh:
			found = append(found, f.at(a.Val, "inside <meta http-equiv>")...)
		case a.Key == "srcset" || a.Key == "imagesrcset":
			found = append(found, f.unfinished(a.Val, a.Key)...)
		}
	}
	return found
}

func attribute(token html.Token, key string) (string, bool) {
	for _, a := range token.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

// at makes a problem of every mark in the text.
func (f *flattened) at(text, where string) []problem {
	var found []problem
	for _, m := range mark.FindAllStringSubmatch(text, -1) {
		n := f.action(m[1])
		found = append(found, problem{int(n.Position()), fmt.Sprintf("%s %s", n, where)})
	}
	return found
}

// unfinished makes a problem of every mark that is not a finished srcset.
func (f *flattened) unfinished(text, key string) []problem {
	var found []problem
	for _, m := range mark.FindAllStringSubmatch(text, -1) {
		n := f.action(m[1])
		if action, ok := n.(*parse.ActionNode); !ok || !finished.MatchString(action.Pipe.String()) {
			found = append(found, problem{int(n.Position()), fmt.Sprintf("%s inside the attribute %s; only a finished SrcSet may stand there", n, key)})
		}
	}
	return found
}

func (f *flattened) action(number string) parse.Node {
	i, _ := strconv.Atoi(number)
	return f.actions[i]
}
