// Package dist holds the built scripts and styles of the desk. They are made
// from ui/desk and ui/editor by
//
//	go run -C tools ./bundle
//
// and committed, so that building and running Dateline needs no Node.
package dist

import "embed"

// FS has one script or stylesheet an entry of ui/desk, and LICENSES.txt with
// the terms of the packages that they contain.
//
//go:embed *.js *.css LICENSES.txt
var FS embed.FS
