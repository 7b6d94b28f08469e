package db

import (
	"database/sql"
	"time"

	"dateline/internal/fault"
)

// Row is the first row of a statement, or the reason that there is none.
type Row struct {
	rows  *sql.Rows
	err   error
	fault func(error) error
}

// Scan copies the row's columns into dest. It returns NotFound when the
// statement gave no row.
func (r *Row) Scan(dest ...any) error {
	if r.err == nil {
		r.err = scanFirst(r.rows, dest)
	}
	if r.err == nil || r.fault == nil || fault.Is(r.err, fault.NotFound) {
		return r.err
	}
	return r.fault(r.err)
}

func scanFirst(rows *sql.Rows, dest []any) error {
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return fault.New(fault.NotFound, "not found")
	}
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	return rows.Close()
}

// All reads rows to their end with scan and closes them. It takes both results
// of Query:
//
//	rows, err := q.Query(ctx, …)
//	return db.All(rows, err, scanThing)
func All[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// Micros returns t as the database keeps it: microseconds since 1970 in UTC,
// 0 for the zero time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time returns the time of a database value in UTC, the zero time for 0.
func Time(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// Bool returns 1 for true and 0 for false.
func Bool(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func scanString(rows *sql.Rows) (s string, err error) {
	err = rows.Scan(&s)
	return s, err
}

func scanInt64(rows *sql.Rows) (n int64, err error) {
	err = rows.Scan(&n)
	return n, err
}
