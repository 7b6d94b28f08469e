package main

import (
	"os"
	"strings"
	"testing"
)

// docs/quality.md tells what these rules reach on these sentences.
func TestReport_IsInTheDocs(t *testing.T) {
	text, err := Report("../../../internal/quote/find/testdata")
	if err != nil {
		t.Fatal(err)
	}
	docs, err := os.ReadFile("../../../docs/quality.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(docs), text) {
		t.Errorf("docs/quality.md tells something else: run go run ./test/quality/quotes -markdown docs/quality.md. It is\n%s", text)
	}
}
