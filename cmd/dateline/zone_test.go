package main

import (
	"go/parser"
	"go/token"
	"testing"
)

// TestMain_CarriesTheZones: the program knows the time zones on a machine that
// has no table of them.
func TestMain_CarriesTheZones(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "main.go", nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, imported := range file.Imports {
		if imported.Path.Value == `"time/tzdata"` {
			return
		}
	}
	t.Error("main.go does not import time/tzdata")
}
