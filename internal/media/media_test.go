package media_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dateline/internal/blob"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/media"
)

// desk is a service with its database and blobs.
type desk struct {
	*media.Service
	t     *testing.T
	db    *db.DB
	blobs *blob.Filesystem
	clock *clock.Manual
}

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// newDesk returns a service without WebP and AVIF, whose encoders take a
// second to compile; change adds what a test needs.
func newDesk(t *testing.T, d *db.DB, change ...func(*media.Config)) *desk {
	t.Helper()
	blobs, err := blob.OpenFilesystem(t.TempDir(), start)
	if err != nil {
		t.Fatal(err)
	}
	c := media.Config{DB: d, Blobs: blobs, Clock: clock.NewManual(start), TempDir: t.TempDir(), NoWebP: true, NoAVIF: true}
	for _, f := range change {
		f(&c)
	}
	k := &desk{Service: media.New(c), t: t, db: d, blobs: blobs, clock: c.Clock.(*clock.Manual)}
	t.Cleanup(func() { k.Close(); _ = blobs.Close() })
	return k
}

func (k *desk) write(fn func(ctx context.Context, tx *db.Tx) error) {
	k.t.Helper()
	if err := k.db.Write(k.t.Context(), fn); err != nil {
		k.t.Fatal(err)
	}
}

func (k *desk) save(m media.Medium) media.Medium {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) error { return k.Save(ctx, tx, &m) })
	return m
}

func (k *desk) get(id int64) media.Medium {
	k.t.Helper()
	m, err := k.Get(k.t.Context(), k.db, id)
	if err != nil {
		k.t.Fatal(err)
	}
	return m
}

// ingest saves a new medium and gives it a file.
func (k *desk) ingest(file []byte, name string) media.Medium {
	k.t.Helper()
	m := k.save(media.Medium{FileName: name})
	m, err := k.Ingest(k.t.Context(), m.ID, bytes.NewReader(file), name)
	if err != nil {
		k.t.Fatal(err)
	}
	return m
}

func (k *desk) publish(ids ...int64) {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) error { return k.Public(ctx, tx, ids) })
}

// work runs the waiting jobs for variants and returns how many there were.
func (k *desk) work() int {
	k.t.Helper()
	jobs, err := job.List(k.t.Context(), k.db, job.Ready, 100)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, j := range jobs {
		if err := k.VariantsJob(k.t.Context(), j.Payload); err != nil {
			k.t.Fatal(err)
		}
		k.write(func(ctx context.Context, tx *db.Tx) error { return job.Cancel(ctx, tx, j.Kind, j.Key) })
	}
	return len(jobs)
}

// workAll runs the waiting jobs of the package until there are none.
func (k *desk) workAll() {
	k.t.Helper()
	for {
		jobs, err := job.List(k.t.Context(), k.db, job.Ready, 100)
		if err != nil {
			k.t.Fatal(err)
		}
		if len(jobs) == 0 {
			return
		}
		for _, j := range jobs {
			run := map[string]job.Handler{media.JobVariants: k.VariantsJob, media.JobWords: k.WordsJob, media.JobForget: k.ForgetJob}[j.Kind]
			if err := run(k.t.Context(), j.Payload); err != nil {
				k.t.Fatal(err)
			}
			k.write(func(ctx context.Context, tx *db.Tx) error { return job.Cancel(ctx, tx, j.Kind, j.Key) })
		}
	}
}

// read returns the bytes of a blob.
func (k *desk) read(key string) []byte {
	k.t.Helper()
	o, err := k.blobs.Get(k.t.Context(), key)
	if err != nil {
		k.t.Fatal(err)
	}
	defer o.Close()
	b, err := io.ReadAll(o)
	if err != nil {
		k.t.Fatal(err)
	}
	return b
}

func (k *desk) keys(prefix string) []string {
	k.t.Helper()
	var out []string
	for info, err := range k.blobs.List(k.t.Context(), prefix) {
		if err != nil {
			k.t.Fatal(err)
		}
		out = append(out, info.Key)
	}
	return out
}

// diff compares media; no variants and no Meta have two forms each.
func diff(a, b media.Medium) string { return cmp.Diff(a, b, cmpopts.EquateEmpty()) }

func labels(m media.Medium) string {
	var out []string
	for _, v := range m.Variants {
		out = append(out, v.Label()+v.Name[strings.LastIndexByte(v.Name, '.'):])
	}
	return strings.Join(out, " ")
}

func TestSave_KeepsAndChangesWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		var purged []string
		d.OnPurge(func(keys []string) { purged = append(purged, keys...) })
		m := k.save(media.Medium{
			Kind: media.KindImage, Slug: "harbour", FileName: `C:\fakepath\harbour.jpg`, Title: "Harbour", Caption: "At dawn", Credit: "Ann Lee",
			Alt: "Boats", Description: "Long", Parent: 7, SourceURL: "https://old.example/h.jpg", Meta: map[string]string{"k": "v"},
		})
		got := k.get(m.ID)
		want := m
		want.FileName, want.FocalX, want.FocalY, want.State = "harbour.jpg", 500, 500, media.StateMissing
		want.CreatedAt, want.UpdatedAt = start.UnixMicro(), start.UnixMicro()
		if d := diff(want, got); d != "" {
			t.Error(d)
		}
		if len(got.Token) != 32 {
			t.Errorf("token %q", got.Token)
		}
		if len(purged) != 0 {
			t.Errorf("a new medium purged %q", purged)
		}

		k.clock.Advance(time.Hour)
		k.save(got)
		if again := k.get(m.ID); again.UpdatedAt != got.UpdatedAt || len(purged) != 0 {
			t.Errorf("saving the same changed %v, purged %q", again.UpdatedAt, purged)
		}

		changed := got
		changed.Caption, changed.Token, changed.Meta = "At dusk", "forged", map[string]string{"new": "1"}
		k.save(changed)
		want.Caption, want.UpdatedAt = "At dusk", start.Add(time.Hour).UnixMicro()
		want.Meta = map[string]string{"k": "v", "new": "1"}
		if d := diff(want, k.get(m.ID)); d != "" {
			t.Error(d)
		}
		if diff := cmp.Diff([]string{db.Key("media", m.ID)}, purged); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSave_KindFollowsTheFile(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite))
	m := k.save(media.Medium{Kind: media.KindImage, FileName: "talk.mp3"})
	if _, err := k.Ingest(t.Context(), m.ID, strings.NewReader("ID3\x04"+strings.Repeat("\x00", 60)), "talk.mp3"); err != nil {
		t.Fatal(err)
	}
	before := k.get(m.ID)
	k.clock.Advance(time.Hour)
	k.save(m)
	if d := diff(before, k.get(m.ID)); d != "" || before.Kind != media.KindAudio {
		t.Errorf("%s: %s", before.Kind, d)
	}
}

func TestSave_Refuses(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite))
	for name, m := range map[string]media.Medium{
		"kind": {Kind: "program"}, "focal point": {FocalX: 1001, FocalY: 500}, "negative focal point": {FocalX: 1, FocalY: -1},
	} {
		err := k.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return k.Save(ctx, tx, &m) })
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGetMany(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		var ids []int64
		for range 40 {
			m := k.save(media.Medium{FileName: "a.txt", Kind: media.KindFile})
			if _, err := k.Ingest(t.Context(), m.ID, strings.NewReader("text"), "a.txt"); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, m.ID)
		}
		for _, n := range []int{0, 1, 2, 16, 17, 40} {
			asked := append([]int64{0, 5, 5}, ids[:n]...)
			got, err := k.GetMany(t.Context(), d, asked)
			if err != nil || len(got) != n {
				t.Fatalf("%d: %d media, %v", n, len(got), err)
			}
			for _, id := range ids[:n] {
				if got[id].ID != id || labels(got[id]) != "file.txt" {
					t.Errorf("%d: %+v", n, got[id])
				}
			}
		}
		if _, err := k.Get(t.Context(), d, 5); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown medium: %v", err)
		}
	})
}

func TestPublic_FollowsMarkAndUse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		m := k.save(media.Medium{FileName: "a.jpg"})
		public := func(want bool) {
			t.Helper()
			if got := k.get(m.ID); got.Public != want {
				t.Errorf("public is %v", got.Public)
			}
		}
		public(false)
		k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO media_use (media_id, article_id) VALUES ($1, 9)`, m.ID)
			return err
		})
		public(true)
		k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM media_use WHERE article_id = 9`)
			return err
		})
		public(false)
		k.publish(m.ID, m.ID)
		public(true)
		k.write(func(ctx context.Context, tx *db.Tx) error { return k.Private(ctx, tx, []int64{m.ID}) })
		public(false)
	})
}
