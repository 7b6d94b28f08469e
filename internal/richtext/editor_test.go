package richtext

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// The editor in the browser is built from ui/editor/schema.json, which is this
// package's schema.
func TestSchema_IsTheEditors(t *testing.T) {
	matches(t, filepath.Join("..", "..", "ui", "editor", "schema.json"), schemaForEditor())
}

// The documents that the editor must give back unchanged: those of the golden
// tests, and one for every node and every mark. test/e2e/editor reads them.
func TestDocuments_ForTheEditor(t *testing.T) {
	docs := map[string]Doc{"empty": {}}
	files, err := filepath.Glob("testdata/html/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		docs["golden "+strings.TrimSuffix(filepath.Base(file), ".txtar")], _ = FromHTML(string(archive.Files[0].Data), importer)
	}
	for name, spec := range nodeSpecs {
		switch {
		case spec.group&(groupBlock|groupTop) != 0:
			docs["node "+name] = Doc{Content: []Node{sampleNode(name, "words", sampleInline)}}
		case spec.group == groupInline:
			docs["node "+name] = Doc{Content: []Node{paragraphOf(sampleNode(name, "words", nil))}}
		}
	}
	for _, name := range markOrder {
		m := Mark{Type: name, Attrs: sampleAttrs(markAttrs[name], "words")}
		docs["mark "+name] = Doc{Content: []Node{paragraphOf(textNode("before ", nil), textNode("words", []Mark{m}), textNode(" after", nil))}}
	}
	docs["large ids"] = Doc{Content: []Node{{Type: "figure", Attrs: map[string]any{"media": int64(1<<62 + 1)}}}}
	for name, d := range docs {
		valid, err := Validate(d)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		docs[name] = valid
	}
	matches(t, filepath.Join("testdata", "documents.json"), docs)
}

func TestEditorJSON_KeepsEveryID(t *testing.T) {
	doc := Doc{Version: 1, Content: []Node{{Type: "gallery", Content: []Node{{Type: "figure", Attrs: map[string]any{"media": int64(1<<62 + 1), "width": int64(7)}}}}}}
	text, err := EditorJSON(doc)
	if err != nil {
		t.Fatal(err)
	}
	if want := `"media":"4611686018427387905","width":7`; !strings.Contains(string(text), want) {
		t.Errorf("%s lacks %s", text, want)
	}
	if doc.Content[0].Content[0].Attrs["media"] != int64(1<<62+1) {
		t.Error("the document itself was changed")
	}
	var back Doc
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	back, err = Validate(back)
	if diff := cmp.Diff(doc, back); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// matches compares a JSON file with a value; -update writes it.
func matches(t *testing.T, file string, value any) {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(value); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), b.String()); diff != "" {
		t.Errorf("%s differs (-file +schema); run the test with -update, then go run -C tools ./bundle:\n%s", file, diff)
	}
}

type schemaFile struct {
	Version   int          `json:"version"`
	Doc       schemaRule   `json:"doc"`
	Nodes     []schemaNode `json:"nodes"`
	Marks     []schemaMark `json:"marks"` // from the outermost
	Providers []schemaHost `json:"providers"`
}

type schemaNode struct {
	Name    string       `json:"name"`
	Groups  []string     `json:"groups,omitempty"`
	Attrs   []schemaAttr `json:"attrs,omitempty"`
	Content *schemaRule  `json:"content,omitempty"`
	NoMarks bool         `json:"no_marks,omitempty"`
}

type schemaMark struct {
	Name  string       `json:"name"`
	Attrs []schemaAttr `json:"attrs,omitempty"`
}

type schemaRule struct {
	First     string   `json:"first,omitempty"`
	NeedFirst bool     `json:"need_first,omitempty"`
	Groups    []string `json:"groups,omitempty"`
	Types     []string `json:"types,omitempty"`
	Min       int      `json:"min,omitempty"`
}

type schemaAttr struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	Min      int64    `json:"min,omitempty"`
	Max      int64    `json:"max,omitempty"`
	Values   []string `json:"values,omitempty"`
	Default  any      `json:"default,omitempty"`
	Required bool     `json:"required,omitempty"`
}

type schemaHost struct {
	Key   string   `json:"key"`
	Name  string   `json:"name"`
	Hosts []string `json:"hosts"`
}

var kindNames = map[attrKind]string{
	kindInt: "int", kindID: "id", kindBool: "bool", kindEnum: "enum", kindText: "text", kindRaw: "raw", kindURL: "url",
	kindWeb: "web", kindDate: "date", kindName: "name", kindAnchor: "anchor", kindLang: "lang", kindRel: "rel",
}

func schemaForEditor() schemaFile {
	file := schemaFile{Version: SchemaVersion, Doc: *ruleForEditor(&docRule)}
	for _, name := range slices.Sorted(maps.Keys(nodeSpecs)) {
		spec := nodeSpecs[name]
		file.Nodes = append(file.Nodes, schemaNode{Name: name, Groups: groupNames(spec.group), Attrs: attrsForEditor(spec.attrs),
			Content: ruleForEditor(&spec.content), NoMarks: spec.noMarks})
	}
	for _, name := range markOrder {
		file.Marks = append(file.Marks, schemaMark{name, attrsForEditor(markAttrs[name])})
	}
	for _, p := range providers {
		file.Providers = append(file.Providers, schemaHost{p.key, p.name, p.hosts})
	}
	return file
}

func groupNames(g group) []string {
	var names []string
	for _, known := range []struct {
		group group
		name  string
	}{{groupBlock, "block"}, {groupTop, "top"}, {groupInline, "inline"}, {groupText, "text"}} {
		if g&known.group != 0 {
			names = append(names, known.name)
		}
	}
	return names
}

func ruleForEditor(r *rule) *schemaRule {
	if r.first == "" && r.groups == 0 && len(r.types) == 0 {
		return nil
	}
	return &schemaRule{r.first, r.needFirst, groupNames(r.groups), r.types, r.min}
}

func attrsForEditor(specs []attrSpec) []schemaAttr {
	var out []schemaAttr
	for _, s := range specs {
		out = append(out, schemaAttr{s.name, kindNames[s.kind], s.min, s.max, s.values, s.def, s.required})
	}
	return out
}
