// Package planted breaks the rule that SQL text is constant, once a line with
// a "want" mark, and keeps it on all others.
package planted

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

type querier interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	Exec(ctx context.Context, query string, args ...any) (int64, error)
}

const columns = "id, name"

var orders = map[string]string{"name": " ORDER BY name", "id": " ORDER BY id"}

var tables = []struct {
	name  string
	clear string
}{
	{"article", "DELETE FROM article"},
	{"tag", "DELETE FROM tag"},
}

func broken(ctx context.Context, q querier, db *sql.DB, name string, fields []string) {
	q.Query(ctx, "SELECT "+fields[0]+" FROM article")                  // want "not constant"
	q.Query(ctx, fmt.Sprintf("SELECT %s FROM article", name))          // want "not constant"
	db.QueryContext(ctx, "SELECT "+strings.Join(fields, ", ")+" FROM") // want "not constant"
	db.Exec(fields[0])                                                 // want "not constant"
	list(ctx, q, strings.ToLower(name))                                // want "not constant"
	listDeep(ctx, q, fields[0])                                        // want "not constant"

	where := " WHERE 1 = 1"
	if name != "" {
		where += " AND name = '" + fields[0] + "'"
	}
	q.Exec(ctx, "DELETE FROM article"+where) // want "not constant"

	for _, field := range fields {
		q.Exec(ctx, field) // want "not constant"
	}
	text := "SELECT 1"
	change(&text)
	q.Exec(ctx, text)            // want "not constant"
	q.Exec(ctx, echo(fields[0])) // want "not constant"

	var f finder = store{q}
	f.find(ctx, fields[1]) // want "not constant"
	f.find(ctx, "WHERE id = 1")

	run := list // want "used as a value"
	run(ctx, q, "SELECT 1")
}

func sound(ctx context.Context, q querier, order string, newest bool) {
	q.Query(ctx, "SELECT "+columns+" FROM article WHERE id = $1", order)
	where := " WHERE 1 = 1"
	if newest {
		where += " AND at > $1"
	}
	q.Query(ctx, "SELECT id FROM article"+where+orders[order])
	list(ctx, q, "SELECT id FROM tag")
	listDeep(ctx, q, "SELECT id FROM term")
	for _, table := range tables {
		q.Exec(ctx, table.clear)
	}
	for _, text := range []string{"DELETE FROM a", "DELETE FROM b"} {
		q.Exec(ctx, text)
	}
	q.Exec(ctx, pick(newest))
	q.Exec(ctx, echo("SELECT 1"))
}

// list passes its text on, so its callers owe the constant.
func list(ctx context.Context, q querier, text string) {
	q.Query(ctx, text+" ORDER BY id")
}

func listDeep(ctx context.Context, q querier, text string) {
	list(ctx, q, text)
}

type finder interface {
	find(ctx context.Context, where string)
}

type store struct{ q querier }

func (s store) find(ctx context.Context, where string) {
	s.q.Query(ctx, "SELECT id FROM article "+where)
}

func pick(newest bool) string {
	if newest {
		return "SELECT max(id) FROM article"
	}
	return "SELECT min(id) FROM article"
}

func echo(text string) string { return text + " LIMIT 1" }

func change(text *string) { *text = "" }
