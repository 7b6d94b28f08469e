package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func plant(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// site has two entries, a module that one of them imports, and a package.
var site = map[string]string{
	"desk/a.ts":                        "import {word} from './part'; import {say} from 'pack'; say(word as string);",
	"desk/b.css":                       "@import '../editor/x.css'; a { color: red }",
	"desk/part.ts":                     "export const word: string = 'hello';",
	"editor/x.css":                     "b { color: blue }",
	"node_modules/pack/index.js":       "export function say(x) { console.log(x) }",
	"node_modules/pack/package.json":   `{"name":"pack","version":"1.2.3","license":"MIT","main":"index.js","module":"index.js"}`,
	"node_modules/pack/LICENSE":        "Terms of pack",
	"node_modules/unused/package.json": `{"name":"unused"}`,
}

func TestFindEntries_LeavesOutWhatIsImported(t *testing.T) {
	got, err := findEntries(plant(t, site))
	if want := []string{"desk/a.ts", "desk/b.css"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("entries = %v, %v; want %v", got, err, want)
	}
}

func TestBuild_GivesOneFileAnEntryAndTheTerms(t *testing.T) {
	dir := plant(t, site)
	files, err := build(dir, []string{"desk/a.ts", "desk/b.css"}, true)
	if err != nil {
		t.Fatal(err)
	}
	if got := sorted(files); !slices.Equal(got, []string{"LICENSES.txt", "a.js", "b.css"}) {
		t.Errorf("files = %v", got)
	}
	if text := string(files[licenses]); !strings.Contains(text, "pack 1.2.3 (MIT)\n\nTerms of pack") || strings.Contains(text, "unused") {
		t.Errorf("terms = %q", text)
	}
	again, err := build(dir, []string{"desk/a.ts", "desk/b.css"}, true)
	if err != nil || string(again["a.js"]) != string(files["a.js"]) {
		t.Errorf("a second build differs: %v", err)
	}
}

func TestCompare_SeesEveryDifference(t *testing.T) {
	files := map[string][]byte{"a.js": []byte("1"), "b.js": []byte("2")}
	if err := compare(plant(t, map[string]string{"a.js": "1", "b.js": "2", "dist.go": "package dist"}), files); err != nil {
		t.Errorf("equal files: %v", err)
	}
	err := compare(plant(t, map[string]string{"a.js": "other", "old.css": ""}), files)
	if err == nil {
		t.Fatal("nothing was seen")
	}
	for _, want := range []string{"a.js", "b.js", "old.css (has no source)"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %q", want, err)
		}
	}
}
