package importer_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/media/picture/picturetest"
	"dateline/internal/vault"
	"dateline/internal/wxr/wxrtest"
)

// long asks for many more kills.
const long = "DATELINE_LONG"

var binaryDir string

func TestMain(m *testing.M) {
	code := m.Run()
	if binaryDir != "" {
		_ = os.RemoveAll(binaryDir)
	}
	os.Exit(code)
}

// binary builds the real program once for the tests of this package.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "dateline-importer-test-")
	if err != nil {
		return "", err
	}
	binaryDir = dir
	path := filepath.Join(dir, "dateline")
	out, err := exec.Command("go", "build", "-o", path, "dateline/cmd/dateline").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

// place is where a child keeps its site.
type place struct{ dir, url string }

func newPlace(t *testing.T, engine db.Engine) place {
	t.Helper()
	return place{dir: t.TempDir(), url: dbtest.URL(t, engine)}
}

// command is the import as a person would run it.
func (p place) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"import", "wordpress", "--data", p.dir, "--database", p.url}, args...)...)
	cmd.Env = append(os.Environ(), vault.Variable+"="+hex.EncodeToString([]byte(strings.Repeat("k", 32))))
	return cmd
}

// finish runs the import to its end and returns the state once its jobs have
// run too.
func (p place) finish(t *testing.T, args ...string) map[string][]string {
	t.Helper()
	if out, err := p.command(t, args...).CombinedOutput(); err != nil {
		t.Fatalf("import: %v\n%s", err, out)
	}
	n := open(t, dbtest.Handle(t, p.url))
	n.drain()
	return state(t, n.db)
}

// progress counts what an import has stored, 0 while there is no database.
func progress(d *db.DB) (n int64) {
	err := d.QueryRow(context.Background(), `SELECT (SELECT COUNT(*) FROM import_key) + (SELECT COUNT(*) FROM media_variant)`).Scan(&n)
	if err != nil {
		return 0 // no tables yet
	}
	return n
}

// killed runs the import and kills it a moment after it has stored so much. It
// reports whether the kill came before the end.
func (p place) killed(t *testing.T, enough int64, moment time.Duration, args ...string) bool {
	t.Helper()
	d, err := db.Open(t.Context(), p.url, db.Options{Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	cmd := p.command(t, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	var kill <-chan time.Time
	for {
		select {
		case <-tick.C:
			if kill == nil && progress(d) >= enough {
				kill = time.After(moment)
			}
		case <-kill:
			_ = cmd.Process.Kill()
		case <-ended:
			return !cmd.ProcessState.Exited()
		}
	}
}

// killFixture writes an export and a folder of uploads and returns the
// arguments that import them.
func killFixture(t *testing.T) []string {
	t.Helper()
	head, items := generated(t, wxrtest.Spec{Seed: 9, Articles: 300, Words: 30, Media: 20, Tags: 12})
	dir := filepath.Join(t.TempDir(), "uploads")
	for _, it := range items {
		_, name, found := strings.Cut(it, "<wp:attachment_url><![CDATA[https://courier.example/wp-content/uploads/")
		if !found {
			continue
		}
		name, _, _ = strings.Cut(name, "]]>")
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, picturetest.JPEG(picturetest.Scene(64+len(it)%100, 48)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return []string{exportOf(t, "site.xml", head, items), "--media-dir", dir}
}

// TestKilledImport_EndsInTheSameState kills imports at random instants, again
// and again in the same place, and lets the last one run to its end.
func TestKilledImport_EndsInTheSameState(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program some forty times")
	}
	kills, inRow := 6, 3 // on each engine
	if os.Getenv(long) != "" {
		kills = 300
	}
	args := killFixture(t)
	for _, engine := range dbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			undisturbed := newPlace(t, engine)
			want := undisturbed.finish(t, args...)
			all := progress(dbtest.Handle(t, undisturbed.url))
			rnd := rand.New(rand.NewPCG(20261123, uint64(len(engine))))
			for done := 0; done < kills; {
				p := newPlace(t, engine)
				var at []string
				for range inRow {
					before := progress(dbtest.Handle(t, p.url))
					enough, moment := before+rnd.Int64N(all-before+1), time.Duration(rnd.Int64N(int64(80*time.Millisecond)))
					if p.killed(t, enough, moment, args...) {
						at = append(at, fmt.Sprintf("%d + %s: %d of %d", enough, moment.Round(time.Millisecond), progress(dbtest.Handle(t, p.url)), all))
					}
				}
				t.Log("killed after", at)
				done += max(len(at), 1) // a kill that came too late proves nothing, and must not go on for ever
				sameState(t, want, p.finish(t, args...))
				if t.Failed() {
					return
				}
			}
		})
	}
}

// TestKilledImport_ComparisonHasTeeth plants what a careless import would
// leave behind after a kill: an article that counts as stored and lacks
// something.
func TestKilledImport_ComparisonHasTeeth(t *testing.T) {
	head, items := generated(t, wxrtest.Spec{Seed: 9, Articles: 60, Words: 30})
	file := exportOf(t, "site.xml", head, items)
	whole := open(t, dbtest.Open(t, db.SQLite))
	whole.load(file)
	whole.drain()
	want := state(t, whole.db)
	for name, fault := range map[string]string{
		"a lost address": `DELETE FROM address WHERE path_key = (SELECT MIN(path_key) FROM address WHERE kind = 'article')`,
		"a lost listing": `DELETE FROM listing WHERE scope = 'tag' AND article_id = (SELECT MIN(article_id) FROM listing WHERE scope = 'tag')`,
		"a lost comment": `DELETE FROM comment WHERE id = (SELECT MAX(id) FROM comment)`,
		"a second copy":  `INSERT INTO tag (id, slug, slug_key, name, updated_at) VALUES (7, 'bridge-2', 'bridge-2', 'bridge', 0)`,
		"a wrong count":  `UPDATE article SET comment_count = comment_count + 1 WHERE id = (SELECT MIN(id) FROM article)`,
	} {
		t.Run(name, func(t *testing.T) {
			n := open(t, dbtest.Open(t, db.SQLite))
			n.load(exportOf(t, "half.xml", head, items[:len(items)*3/4]))
			n.must(n.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				rows, err := tx.Exec(ctx, fault)
				if err == nil && rows == 0 {
					err = errors.New("nothing was planted")
				}
				return err
			}))
			n.load(file)
			n.drain()
			if cmp.Equal(want, state(t, n.db)) {
				t.Error("the comparison does not notice")
			}
		})
	}
}
