package demo_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/article"
	"dateline/internal/blob"
	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/demo"
	"dateline/internal/event"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/register"
	"dateline/internal/settings"
	"dateline/internal/storyline"
	"dateline/internal/vault"
)

var today = time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)

// services are what Fill writes through, on a clock that stands still.
func services(t *testing.T, d *db.DB) demo.Services {
	t.Helper()
	c := clock.NewManual(today)
	blobs, err := blob.OpenFilesystem(t.TempDir(), today)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := blobs.Close(); err != nil {
			t.Error(err)
		}
	})
	v, err := vault.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	m := media.New(media.Config{DB: d, Blobs: blobs, Clock: c, MaxFile: 32 << 20, CacheDir: t.TempDir()})
	t.Cleanup(m.Close)
	bus, st := event.NewBus(c), settings.NewStore(d)
	names := register.NewService(register.Parts{DB: d, Clock: c, Settings: st, Articles: article.NewService(d, c, bus, st), Media: m})
	return demo.Services{DB: d, Clock: c, Bus: bus, Settings: st, Media: m, Comments: comment.NewStore(v), Vault: v, Register: names,
		Storylines: storyline.NewService(storyline.Parts{DB: d, Clock: c, Settings: st, Articles: article.NewService(d, c, bus, st), Register: names})}
}

func nothing(string, int64, int64) {}

// state is what readers could notice, without what is random or a time of
// writing.
func state(t *testing.T, d *db.DB) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for name, query := range map[string]string{
		"articles": `SELECT id || ' ' || status || ' ' || access || ' ' || path || ' ' || headline || ' ' || comment_count || ' ' || first_published || ' ' || updated_at || ' ' || related || ' ' || revision FROM article ORDER BY id`,
		"versions": `SELECT article_id || ' ' || number || ' ' || hash FROM version ORDER BY article_id, number`,
		"sections": `SELECT id || ' ' || path FROM section ORDER BY id`,
		"tags":     `SELECT id || ' ' || slug FROM tag ORDER BY id`,
		"authors":  `SELECT id || ' ' || slug || ' ' || picture FROM profile ORDER BY id`,
		"comments": `SELECT id || ' ' || article_id || ' ' || root_id || ' ' || status FROM comment ORDER BY id`,
		"media":    `SELECT id || ' ' || slug || ' ' || public || ' ' || sha256 FROM media ORDER BY id`,
		"uses":     `SELECT media_id || ' ' || article_id FROM media_use ORDER BY media_id, article_id`,
		"lists":    `SELECT span || ' ' || n FROM calendar ORDER BY span`,
		"counts":   `SELECT scope || ' ' || level || ' ' || ref || ' ' || block || ' ' || n FROM listing_count ORDER BY scope, level, ref, block`,
		"address":  `SELECT path_key || ' ' || kind || ' ' || target_id FROM address ORDER BY path_key`,
		"menus":    `SELECT id || ' ' || items FROM menu ORDER BY id`,
		"settings": `SELECT key || ' ' || value FROM setting ORDER BY key`,
	} {
		rows, err := d.Query(t.Context(), query)
		lines, err := db.All(rows, err, func(r *sql.Rows) (s string, err error) { err = r.Scan(&s); return s, err })
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		slices.Sort(lines) // engines order words differently
		out[name] = lines
	}
	return out
}

func number(t *testing.T, d *db.DB, query string) (n int64) {
	t.Helper()
	if err := d.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestFill fills one engine undisturbed, and the other with two kills: readers
// could tell neither apart.
func TestFill(t *testing.T) {
	states := map[db.Engine]map[string][]string{}
	for _, engine := range dbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			d := dbtest.Open(t, engine)
			s := services(t, d)
			if filled, err := demo.Filled(t.Context(), d); filled || err != nil {
				t.Fatalf("an empty site: Filled = %v, %v", filled, err)
			}
			if engine == db.SQLite {
				killed(t, s, func(done, _ int64) bool { return done == 3 })
				killed(t, s, func(done, total int64) bool { return done == total }) // all pictures are there
			}
			if err := demo.Fill(t.Context(), s, nothing); err != nil {
				t.Fatal(err)
			}
			whole(t, d)
			states[engine] = state(t, d)
			if err := demo.Fill(t.Context(), s, nothing); err != nil {
				t.Fatalf("filled again: %v", err)
			}
			if diff := cmp.Diff(states[engine], state(t, d)); diff != "" {
				t.Errorf("filling again changes something (-once +twice):\n%.2000s", diff)
			}
		})
	}
	if len(states) == len(dbtest.Engines) {
		if diff := cmp.Diff(states[db.Postgres], states[db.SQLite]); diff != "" {
			t.Errorf("after kills the newsroom is another (-whole +killed):\n%.2000s", diff)
		}
	}
}

// killed runs Fill until when says so of its progress.
func killed(t *testing.T, s demo.Services, when func(done, total int64) bool) {
	t.Helper()
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	err := demo.Fill(ctx, s, func(_ string, done, total int64) {
		if when(done, total) {
			kill()
		}
	})
	if err == nil {
		t.Fatal("Fill went on after its end")
	}
	if n := number(t, s.DB, `SELECT COUNT(*) FROM article`); n != 0 {
		t.Fatalf("a killed run left %d articles", n)
	}
	if filled, err := demo.Filled(t.Context(), s.DB); filled || err != nil {
		t.Fatalf("a killed run: Filled = %v, %v", filled, err)
	}
}

func whole(t *testing.T, d *db.DB) {
	t.Helper()
	if filled, err := demo.Filled(t.Context(), d); !filled || err != nil {
		t.Errorf("a whole run: Filled = %v, %v", filled, err)
	}
	if n := number(t, d, `SELECT COUNT(*) FROM article WHERE public = 1 AND type = 'article'`); n < 60 {
		t.Errorf("%d public articles, want 60 or more", n)
	}
	if n := number(t, d, `SELECT COUNT(*) FROM section WHERE parent_id = 0`); n < 6 {
		t.Errorf("%d sections, want 6 or more", n)
	}
	if n := number(t, d, `SELECT COUNT(*) FROM media WHERE state NOT IN ('stored', 'ready')`); n != 0 {
		t.Errorf("%d pictures have no file", n)
	}
	if n := number(t, d, `SELECT COUNT(*) FROM article a WHERE comment_count <>
		(SELECT COUNT(*) FROM comment c WHERE c.article_id = a.id AND c.status = 'approved')`); n != 0 {
		t.Errorf("%d articles count their comments wrong", n)
	}
}

func TestFilled_AnotherSite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return settings.Save(ctx, tx, settings.Default(), today) })
		if err != nil {
			t.Fatal(err)
		}
		before := state(t, d)
		if err := demo.Fill(t.Context(), services(t, d), nothing); !fault.Is(err, fault.Invalid) || !strings.Contains(fmt.Sprint(err), "another site") {
			t.Errorf("another site's folder: %v, want a clear refusal", err)
		}
		if diff := cmp.Diff(before, state(t, d)); diff != "" {
			t.Errorf("the other site changed:\n%s", diff)
		}
	})
}
