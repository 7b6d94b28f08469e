// Package check looks an article over before it is published and says what an
// editor would: what must be mended first, and what may be left but is asked.
//
// Run is pure: Input holds all that it needs. Load fills in what only a
// database knows, through Source. A Finding names a code, a place that the
// editor can jump to and arguments for its words, which words.json has in five
// languages: "check.CODE" says what is wrong, "check.CODE.why" why that
// matters and what to do.
//
// The table of checks is in check.go; each has a test that it finds what it
// should, and that it leaves alone what is right.
package check
