package tests

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTemplates_KeepDataOutOfDangerousContexts(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	files, err := findTemplates(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no template found: the rule looks in the wrong folders")
	}
	for _, file := range files {
		found, err := templateFindings(root, file)
		if err != nil {
			t.Error(err)
		}
		report(t, found)
	}
}

func TestTemplates_RuleSeesBreaches(t *testing.T) {
	const file = "testdata/templates/planted.html"
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want []int
	for i, line := range strings.Split(string(source), "\n") {
		if strings.Contains(line, "{{/* want */}}") {
			want = append(want, i+1)
		}
	}
	found, err := templateFindings(".", file)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, f := range found {
		got = append(got, f.line)
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines with findings (-want +got):\n%s\n%v", diff, found)
	}
}
