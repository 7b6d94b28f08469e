package comment

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"dateline/internal/comment/guard"
	"dateline/internal/db"
)

func scanText(r *sql.Rows) (s string, err error) { return s, r.Scan(&s) }

func scanCount(r *sql.Rows) (out guard.Row, err error) {
	return out, r.Scan(&out.Token, &out.Ham, &out.Spam)
}

// A comment teaches hundreds of tokens: they are written many at a time.
const (
	tokensAtOnce = 16
	tokensSQL    = `INSERT INTO comment_token (token, ham, spam) VALUES ($1, $2, $3), ($4, $5, $6), ($7, $8, $9), ($10, $11, $12), ($13, $14, $15), ($16, $17, $18),
		($19, $20, $21), ($22, $23, $24), ($25, $26, $27), ($28, $29, $30), ($31, $32, $33), ($34, $35, $36), ($37, $38, $39), ($40, $41, $42), ($43, $44, $45), ($46, $47, $48)
		ON CONFLICT (token) DO UPDATE SET ham = comment_token.ham + excluded.ham, spam = comment_token.spam + excluded.spam`
)

// keep writes the lesson, and teaches the model once it is durable.
func (l *lesson) keep(ctx context.Context, tx *db.Tx, m *guard.Model) error {
	if len(l.parts) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(l.tokens))
	for len(names) >= tokensAtOnce {
		args := make([]any, 0, 3*tokensAtOnce)
		for _, name := range names[:tokensAtOnce] {
			args = append(args, name, l.tokens[name][0], l.tokens[name][1])
		}
		if _, err := tx.Exec(ctx, tokensSQL, args...); err != nil {
			return err
		}
		names = names[tokensAtOnce:]
	}
	for _, name := range names {
		if _, err := tx.Exec(ctx, `INSERT INTO comment_token (token, ham, spam) VALUES ($1, $2, $3)
			ON CONFLICT (token) DO UPDATE SET ham = comment_token.ham + excluded.ham, spam = comment_token.spam + excluded.spam`, name, l.tokens[name][0], l.tokens[name][1]); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.domains)) {
		if _, err := tx.Exec(ctx, `INSERT INTO comment_link (domain, ham, spam) VALUES ($1, $2, $3)
			ON CONFLICT (domain) DO UPDATE SET ham = comment_link.ham + excluded.ham, spam = comment_link.spam + excluded.spam`, name, l.domains[name][0], l.domains[name][1]); err != nil {
			return err
		}
	}
	if err := l.drop(ctx, tx); err != nil {
		return err
	}
	tx.AfterCommit(func() {
		for _, p := range l.parts {
			m.Learn(p.tokens, p.domains, p.spam, p.by)
		}
	})
	return nil
}

// drop deletes the rows that nothing is left of: a token may be a word of
// somebody's name.
func (l *lesson) drop(ctx context.Context, tx *db.Tx) error {
	less := func(counts *[2]int64) bool { return counts[0] < 0 || counts[1] < 0 }
	for _, name := range slices.Sorted(maps.Keys(l.tokens)) {
		if !less(l.tokens[name]) {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM comment_token WHERE token = $1 AND ham <= 0 AND spam <= 0`, name); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.domains)) {
		if !less(l.domains[name]) {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM comment_link WHERE domain = $1 AND ham <= 0 AND spam <= 0`, name); err != nil {
			return err
		}
	}
	return nil
}
