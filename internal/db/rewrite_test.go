package db

import (
	"strings"
	"testing"
)

func TestNumbered(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", `SELECT $1, $2`, `SELECT ?1, ?2`},
		{"order kept by number", `WHERE a = $2 AND b = $1`, `WHERE a = ?2 AND b = ?1`},
		{"two digits", `($9,$10,$11)`, `(?9,?10,?11)`},
		{"string", `SELECT '$1', $1`, `SELECT '$1', ?1`},
		{"doubled quote", `SELECT 'it''s $1' || $1`, `SELECT 'it''s $1' || ?1`},
		{"quoted identifier", `SELECT "a$1" = $1`, `SELECT "a$1" = ?1`},
		{"line comment", "SELECT $1 -- costs $2\n, $2", "SELECT ?1 -- costs $2\n, ?2"},
		{"nested comment", `/* $1 /* $2 */ $3 */ $4`, `/* $1 /* $2 */ $3 */ ?4`},
		{"dollar quote", `$$ $1 $$ || $1`, `$$ $1 $$ || ?1`},
		{"tagged dollar quote", `$q$ $$ $1 $q$ || $1`, `$q$ $$ $1 $q$ || ?1`},
		{"dollar inside a word", `a$1 = $1`, `a$1 = ?1`},
		{"open string", `SELECT 'x $1`, `SELECT 'x $1`},
		{"operators", `$1-$2/$3*$4`, `?1-?2/?3*?4`},
		{"none", `SELECT 1`, `SELECT 1`},
		{"non-Latin word", `SELECT é$1, $1`, `SELECT é$1, ?1`},
	} {
		if got := numbered(c.in); got != c.want {
			t.Errorf("%s: numbered(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestColumnTypes(t *testing.T) {
	in := "body BYTEA, id BIGINT, bigint_x bigint DEFAULT 'BIGINT' -- BIGINT\n"
	want := "body BLOB, id INTEGER, bigint_x INTEGER DEFAULT 'BIGINT' -- BIGINT\n"
	if got := columnTypes(in); got != want {
		t.Errorf("columnTypes = %q, want %q", got, want)
	}
}

// FuzzRewrite holds the lexer to what must be true of any text: the pieces
// join to the text, only parameters change, and a second pass changes nothing.
func FuzzRewrite(f *testing.F) {
	for _, seed := range []string{`SELECT '$1', "$2" /* $3 */ -- $4`, `$a$ $1 $a$ $1`, `'`, `$`, `$$`, `/*`, `a$1`, "\x00$1\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		var joined strings.Builder
		params := 0
		eachToken(query, func(kind tokenKind, text string) {
			joined.WriteString(text)
			if kind == param {
				params++
			}
		})
		if joined.String() != query {
			t.Fatalf("pieces of %q join to %q", query, joined.String())
		}
		out := numbered(query)
		if len(out) != len(query) || strings.Count(query, "$")-strings.Count(out, "$") != params {
			t.Fatalf("numbered(%q) = %q changed more than its %d parameters", query, out, params)
		}
		if again := numbered(out); again != out {
			t.Fatalf("second pass over %q gives %q", out, again)
		}
	})
}
