package db_test

import (
	"bytes"
	"context"
	"testing"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
)

func TestRead_SeesOneState(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		write(t, d, "a", "")
		for range 3 { // the statement is prepared after the first time
			err := d.Read(t.Context(), func(ctx context.Context, q db.Querier) error {
				expect(t, q, "a")
				write(t, d, "b", "")
				expect(t, q, "a")
				if _, err := q.Exec(ctx, `DELETE FROM setting`); err == nil {
					t.Error("a snapshot let a write through")
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			expect(t, d, "a", "b")
			err = d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `DELETE FROM setting WHERE key = $1`, "b")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestRead_ManyAtOnceNeedNoFurtherConnection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		write(t, d, "a", "")
		errs := make(chan error)
		const n = 50
		for range n {
			go func() {
				errs <- d.Read(t.Context(), func(ctx context.Context, q db.Querier) error {
					var key string
					return q.QueryRow(ctx, `SELECT key FROM setting WHERE key = $1 /* many */`, "a").Scan(&key)
				})
			}()
		}
		for range n {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestBlob_KeepsEveryByte(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		all := make(db.Blob, 256)
		for i := range all {
			all[i] = byte(i)
		}
		for doc, body := range []db.Blob{all, {}, nil} {
			err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO posting_fresh (doc, seq, gone, body) VALUES ($1, $1, 0, $2)`, doc, body)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []byte
			if err := d.QueryRow(t.Context(), `SELECT body FROM posting_fresh WHERE doc = $1`, doc).Scan(&got); err != nil || !bytes.Equal(got, body) {
				t.Errorf("got %x (%v), want %x", got, err, []byte(body))
			}
		}
	})
}
