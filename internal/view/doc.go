// Package view turns page structs into HTML through a theme: a folder of Go
// templates and assets.
//
// The theme that ships is embedded (ui/theme); a newsroom's own folder is laid
// over it file by file. Everything is read, parsed and checked when the engine
// starts or reloads: a template that names an unknown field, message or asset
// is refused with its file and line, and a running site keeps the theme that it
// has. Once loaded, rendering does no I/O.
//
// The pages that templates are given are in page.go, the functions that they
// may call in funcs.go. docs/contracts/theme.md is the description for theme
// writers.
package view
