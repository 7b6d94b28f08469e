package search

import (
	"context"
	"database/sql"
	"strings"

	"dateline/internal/db"
)

func scanMatch(r *sql.Rows) (match, error) {
	var m match
	return m, r.Scan(&m.article, &m.place)
}

// sqliteEngine indexes with FTS5.
type sqliteEngine struct{}

func (sqliteEngine) put(ctx context.Context, tx *db.Tx, articleID, place int64, headline, body string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO search_doc (article_id, place) VALUES ($1, $2)`, articleID, place); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO search_index (rowid, headline, body) VALUES ($1, $2, $3)`, place, headline, body)
	return err
}

func (sqliteEngine) remove(ctx context.Context, tx *db.Tx, articleID int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM search_index WHERE rowid = (SELECT place FROM search_doc WHERE article_id = $1)`, articleID)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM search_doc WHERE article_id = $1`, articleID)
	return err
}

func (sqliteEngine) find(ctx context.Context, q db.Querier, words []string, before int64, limit int) ([]match, error) {
	// Each word is a quoted FTS5 string: folded words hold letters and digits only.
	expr := `"` + strings.Join(words, `" "`) + `"`
	rows, err := q.Query(ctx, `SELECT d.article_id, d.place FROM (
			SELECT rowid AS place FROM search_index WHERE search_index MATCH $1 AND rowid < $2 ORDER BY rowid DESC LIMIT $3
		) m JOIN search_doc d ON d.place = m.place ORDER BY d.place DESC`, expr, before, limit)
	return db.All(rows, err, scanMatch)
}

// postgresEngine indexes with tsvector. The words are folded already and go in
// and out as they are, past PostgreSQL's parser, which knows other words.
type postgresEngine struct{}

func (postgresEngine) put(ctx context.Context, tx *db.Tx, articleID, place int64, headline, body string) error {
	_, err := tx.Exec(ctx, `INSERT INTO search_doc (article_id, place, words)
		VALUES ($1, $2, array_to_tsvector(string_to_array($3, ' ')))`,
		articleID, place, strings.TrimSpace(headline+" "+body))
	return err
}

func (postgresEngine) remove(ctx context.Context, tx *db.Tx, articleID int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM search_doc WHERE article_id = $1`, articleID)
	return err
}

func (postgresEngine) find(ctx context.Context, q db.Querier, words []string, before int64, limit int) ([]match, error) {
	rows, err := q.Query(ctx, `SELECT article_id, place FROM search_doc
		WHERE words @@ CAST($1 AS tsquery) AND place < $2 ORDER BY place DESC LIMIT $3`,
		"'"+strings.Join(words, "' & '")+"'", before, limit)
	return db.All(rows, err, scanMatch)
}
