package db_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
)

// stocked returns a database with n settings of 2 KB.
func stocked(b *testing.B, engine db.Engine, n int) *db.DB {
	d := dbtest.Open(b, engine)
	value := strings.Repeat("x", 2048)
	err := d.Write(b.Context(), func(ctx context.Context, tx *db.Tx) error {
		for i := range n {
			if err := insert(ctx, tx, fmt.Sprint("key", i), value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return d
}

func BenchmarkPointRead(b *testing.B) {
	for _, engine := range dbtest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			const n = 1000
			d := stocked(b, engine, n)
			ctx, cancel := context.WithCancel(b.Context()) // as a request's context is
			defer cancel()
			b.ReportAllocs()
			var value string
			i := 0
			for b.Loop() {
				i++
				if err := d.QueryRow(ctx, `SELECT value FROM setting WHERE key = $1`, fmt.Sprint("key", i%n)).Scan(&value); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, engine := range dbtest.Engines {
		for _, callers := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/callers=%d", engine, callers), func(b *testing.B) {
				d := dbtest.Open(b, engine)
				b.SetParallelism(callers)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
							tx.Purge("front")
							return nil
						})
						if err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		}
	}
}

// BenchmarkBatchInsert measures one row of a large transaction, as an import
// writes it.
func BenchmarkBatchInsert(b *testing.B) {
	for _, engine := range dbtest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			d := dbtest.Open(b, engine)
			value := strings.Repeat("x", 2048)
			err := d.Write(b.Context(), func(ctx context.Context, tx *db.Tx) error {
				for i := range b.N {
					if err := insert(ctx, tx, fmt.Sprint("key", i), value); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
