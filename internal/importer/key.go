package importer

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// stored is what an earlier run made of a thing.
type stored struct {
	hash   string
	target int64
}

func storedKey(ctx context.Context, q db.Querier, site, kind, source string) (stored, bool, error) {
	var s stored
	err := q.QueryRow(ctx, `SELECT hash, target_id FROM import_key WHERE site = $1 AND kind = $2 AND source_id = $3`, site, kind, source).Scan(&s.hash, &s.target)
	if fault.Is(err, fault.NotFound) {
		return s, false, nil
	}
	return s, err == nil, err
}

func saveKey(ctx context.Context, tx *db.Tx, site, kind, source string, s stored) error {
	_, err := tx.Exec(ctx, `INSERT INTO import_key (site, kind, source_id, hash, target_id) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (site, kind, source_id) DO UPDATE SET hash = excluded.hash, target_id = excluded.target_id`,
		site, kind, source, s.hash, s.target)
	return err
}

// isTarget reports whether an import of the site made the thing.
func isTarget(ctx context.Context, q db.Querier, site, kind string, target int64) (bool, error) {
	var n int64
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM import_key WHERE site = $1 AND kind = $2 AND target_id = $3 LIMIT 1) k`, site, kind, target).Scan(&n)
	return n > 0, err
}

// LookUp returns what an import made of a thing of the source: the way to
// answer addresses that are a number, such as ?p=12.
func LookUp(ctx context.Context, q db.Querier, site, kind, source string) (int64, error) {
	s, ok, err := storedKey(ctx, q, site, kind, source)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "nothing was imported from %s %s", kind, source)
	}
	return s.target, err
}

// digest is the fingerprint of everything that is stored of a thing.
func digest(parts ...any) (string, error) {
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, p := range parts {
		if err := enc.Encode(p); err != nil {
			return "", err
		}
	}
	return base64.RawStdEncoding.EncodeToString(h.Sum(nil)[:18]), nil
}

// timedID computes the id of a thing from its time and its number in the
// source: 41 bits of milliseconds since 1970, 22 bits of the number. Ids grow
// with publication, so that neighbours in time are neighbours on disk.
func timedID(at time.Time, number int64) int64 {
	ms := min(max(at.UnixMilli(), 0), 1<<41-1)
	return ms<<22 | number&(1<<22-1)
}

// namedID computes the id of a thing that has no time from what names it.
func namedID(parts ...string) int64 {
	h := sha256.New()
	for _, p := range parts {
		_, _ = h.Write([]byte(strconv.Itoa(len(p)) + ":" + p)) // a hash never fails
	}
	return int64(binary.BigEndian.Uint64(h.Sum(nil)) >> 2)
}
