// Package tools pins the programs that check the repository. They stand in a
// module of their own so that none of their dependencies reaches the product.
// Run them from the repository's root with, for example,
//
//	go tool -modfile=tools/go.mod staticcheck ./...
package tools
