package article

import (
	"context"
	"database/sql"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// Every list is counted in blocks of time, so that any page of it is found in
// some hundred steps, however long the list. A block of level 0 is 9.5 hours
// (2³⁵ µs), one of level 1 has 64 of those, 25 days, and one of level 2 64 of
// those, 4.5 years. Blocks know no time zone: they are of use only for counting.
const (
	blockBits  = 35 // of a time in microseconds, within a block of level 0
	levelBits  = 6
	topLevel   = 2
	levelWidth = 1 << levelBits
)

// blockOf is the number of the block that holds a time.
func blockOf(at int64, level int) int64 { return at >> (blockBits + level*levelBits) }

func countBlocks(ctx context.Context, tx *db.Tx, p place, delta int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO listing_count (scope, level, ref, block, n)
		VALUES ($1, 0, $2, $3, $6), ($1, 1, $2, $4, $6), ($1, 2, $2, $5, $6)
		ON CONFLICT (scope, level, ref, block) DO UPDATE SET n = listing_count.n + excluded.n`,
		p.scope, p.ref, blockOf(p.at, 0), blockOf(p.at, 1), blockOf(p.at, 2), delta)
	return err
}

// Count returns how many articles a list has.
func (p *Public) Count(ctx context.Context, scope string, ref int64) (int64, error) {
	var n int64
	err := p.q.QueryRow(ctx, `SELECT COALESCE(SUM(n), 0) FROM listing_count WHERE scope = $1 AND level = 2 AND ref = $2`, scope, ref).Scan(&n)
	return n, err
}

// Counted returns up to limit of the lists of a scope that have articles.
func (p *Public) Counted(ctx context.Context, scope string, limit int) ([]int64, error) {
	rows, err := p.q.Query(ctx, `SELECT DISTINCT ref FROM listing_count WHERE scope = $1 AND level = 2 AND n > 0 ORDER BY ref LIMIT $2`, scope, limit)
	return db.All(rows, err, func(r *sql.Rows) (ref int64, err error) { return ref, r.Scan(&ref) })
}

// Skip returns the place after the n newest articles of a list, for List and
// Between: the zero value for none, NotFound when there are not so many.
func (p *Public) Skip(ctx context.Context, scope string, ref, n int64) (Cursor, error) {
	if n <= 0 {
		return Cursor{}, nil
	}
	n-- // the place is that of the last one skipped
	low, high := int64(-1)<<62, int64(1)<<62
	for level := topLevel; level >= 0; level-- {
		block, before, err := p.blockAt(ctx, scope, ref, level, low, high, n)
		if err != nil {
			return Cursor{}, err
		}
		n -= before
		low, high = block<<levelBits, block<<levelBits+levelWidth-1
	}
	end := (high>>levelBits + 1) << blockBits
	var at Cursor
	err := p.q.QueryRow(ctx, `SELECT at, article_id FROM listing WHERE scope = $1 AND ref = $2 AND at < $3
		ORDER BY at DESC, article_id DESC LIMIT 1 OFFSET $4`, scope, ref, end, n).Scan(&at.At, &at.ID)
	return at, err
}

// blockAt finds the block, of those from high down to low, that holds the
// article number n (from 0), and how many articles the blocks passed have.
func (p *Public) blockAt(ctx context.Context, scope string, ref int64, level int, low, high, n int64) (block, before int64, err error) {
	rows, err := p.q.Query(ctx, `SELECT block, n FROM listing_count
		WHERE scope = $1 AND level = $2 AND ref = $3 AND block >= $4 AND block <= $5 ORDER BY block DESC`, scope, level, ref, low, high)
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var in int64
		if err := rows.Scan(&block, &in); err != nil {
			return 0, 0, err
		}
		if n < before+in {
			return block, before, nil
		}
		before += in
	}
	if err := rows.Err(); err != nil {
		return 0, 0, err
	}
	return 0, 0, fault.New(fault.NotFound, "the list has fewer articles")
}

// Newer returns how many articles of a list were published at or after a time
// in microseconds.
func (p *Public) Newer(ctx context.Context, scope string, ref, at int64) (int64, error) {
	var total int64
	high := int64(1) << 62
	for level := topLevel; level >= 0; level-- {
		block := blockOf(at, level)
		var n int64
		err := p.q.QueryRow(ctx, `SELECT COALESCE(SUM(n), 0) FROM listing_count
			WHERE scope = $1 AND level = $2 AND ref = $3 AND block > $4 AND block <= $5`, scope, level, ref, block, high).Scan(&n)
		if err != nil {
			return 0, err
		}
		total += n
		high = block<<levelBits + levelWidth - 1
	}
	var n int64
	err := p.q.QueryRow(ctx, `SELECT COUNT(*) FROM listing WHERE scope = $1 AND ref = $2 AND at >= $3 AND at < $4`,
		scope, ref, at, (blockOf(at, 0)+1)<<blockBits).Scan(&n)
	return total + n, err
}

// Page returns page number page (from 1) of a list.
func (p *Public) Page(ctx context.Context, scope string, ref, page int64, size int) ([]Article, error) {
	after, err := p.Skip(ctx, scope, ref, (page-1)*int64(size))
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return p.List(ctx, scope, ref, after, size)
}

// Busy reports for each span between two of the times, which ascend, whether
// the site published in it. Most spans of a day or more are answered by their
// blocks alone, which stand close together; the others are looked up.
func (p *Public) Busy(ctx context.Context, times []time.Time) ([]bool, error) {
	bounds := make([]int64, len(times))
	for i, t := range times {
		bounds[i] = db.Micros(t)
	}
	last := bounds[len(bounds)-1]
	rows, err := p.q.Query(ctx, `SELECT block FROM listing_count
		WHERE scope = 'site' AND level = 0 AND ref = 0 AND block >= $1 AND block <= $2 AND n > 0`, blockOf(bounds[0], 0), blockOf(last-1, 0))
	blocks, err := db.All(rows, err, func(r *sql.Rows) (block int64, err error) { return block, r.Scan(&block) })
	if err != nil {
		return nil, err
	}
	busy := make([]bool, len(times)-1)
	for i := range busy {
		perhaps := false
		for _, b := range blocks {
			start, end := b<<blockBits, (b+1)<<blockBits
			busy[i] = busy[i] || start >= bounds[i] && end <= bounds[i+1]
			perhaps = perhaps || start < bounds[i+1] && end > bounds[i]
		}
		if !busy[i] && perhaps {
			if busy[i], err = p.published(ctx, bounds[i], bounds[i+1]); err != nil {
				return nil, err
			}
		}
	}
	return busy, nil
}

func (p *Public) published(ctx context.Context, from, to int64) (bool, error) {
	var at int64
	err := p.q.QueryRow(ctx, `SELECT at FROM listing WHERE scope = 'site' AND ref = 0 AND at >= $1 AND at < $2 LIMIT 1`, from, to).Scan(&at)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}
