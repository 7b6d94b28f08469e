package comment_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/settings"
	"dateline/internal/vault"
)

// BenchmarkPost has readers comment on one article side by side, each with a
// mailbox of their own; comments/s is the figure.
func BenchmarkPost(b *testing.B) {
	for _, engine := range dbtest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			d := dbtest.Open(b, engine)
			v, err := vault.New([]byte(strings.Repeat("k", 32)))
			if err != nil {
				b.Fatal(err)
			}
			err = d.Write(b.Context(), func(ctx context.Context, tx *db.Tx) error {
				site := settings.Default()
				site.CommentPolicy, site.CommentRate = settings.CommentsOpen, 100_000
				if err := settings.Save(ctx, tx, site, begin); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, `INSERT INTO article (id, type, status, slug, headline, kind, modified_at, created_at, public, live_version, comments_open)
					VALUES (1, 'article', 'published', 'a', 'A', 'report', 1, 1, 1, 1, 1)`)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			s := comment.NewService(comment.Parts{DB: d, Clock: clock.System{}, Vault: v, Settings: settings.NewStore(d)})
			token := v.Sign("comment.form", "p.1.0", time.Time{})
			var n atomic.Int64
			b.SetParallelism(200)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := n.Add(1)
					_, err := s.Post(context.Background(), comment.Post{Visitor: comment.Visitor{Client: home}, Article: 1, Name: fmt.Sprint("Reader ", i%1000), Email: fmt.Sprintf("r%d@reader.example", i%1000),
						Text: fmt.Sprintf("Thought %d about the %dth harbour and its %d boats, which I saw from pier %d on day %d.", i, i*7%991, i*13%7919, i*3%89, i%365), Token: token})
					if err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "comments/s")
		})
	}
}
