// Package api is the site as data: what readers may see, as JSON for programs,
// and as ninjs for partners that print it too.
//
// It is a surface beside the site's pages and reads through the same gates: an
// Op is an address with its parameters and its answer, written down once in ops.
// The router's routes, the description in OpenAPI (huma makes the schemas of the
// answers' Go types) and the tests are all made from that table, so none of them
// can know an address that the others do not.
//
// It only reads. Answers are rendered from path and parameters alone, kept in
// the page cache under the surrogate keys of what they show, and open to the
// scripts of every site. Lists go on from a cursor, which is a place in an index
// and bound to what was asked: the cost of a page does not grow with the archive.
package api
