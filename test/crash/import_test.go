package crash

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/db"
	"dateline/internal/wxr/wxrtest"
	"dateline/test/product"
)

// The importer's promise: a run that was interrupted anywhere and started
// again ends in the same state as one that nobody disturbed.

// dateline is the built program.
var dateline = sync.OnceValues(func() (string, error) {
	return product.Build(context.Background(), filepath.Dir(programs.Crashd))
})

// importing is one import of one file into one storage.
type importing struct {
	storage
	program, file string
}

// newImport is the import of an export of so many articles.
func newImport(t *testing.T, s storage, articles int) importing {
	t.Helper()
	program, err := dateline()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(filepath.Dir(programs.Crashd), fmt.Sprintf("export-%d.xml", articles))
	if _, err := os.Stat(file); err != nil {
		if err := writeExport(file, articles); err != nil {
			t.Fatal(err)
		}
	}
	return importing{storage: s, program: program, file: file}
}

func writeExport(path string, articles int) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = wxrtest.Write(file, wxrtest.Spec{Seed: 3, Articles: articles, Media: 10, Words: 300})
	if e := file.Close(); err == nil {
		err = e
	}
	return err
}

// url is the database's address.
func (i importing) url() string {
	if i.cluster != nil {
		return i.cluster.DatabaseURL("dateline")
	}
	return "sqlite:" + filepath.Join(i.dir, "dateline.db")
}

// secret is the site's key: what is made with it must not differ either.
var secret = strings.Repeat("5a", 32)

// command is the import, ready to start.
func (i importing) command(output *bytes.Buffer) *exec.Cmd {
	cmd := product.Command(context.Background(), i.program, "import", "wordpress", "--data", i.dir, "--database", i.url(), i.file)
	cmd.Env = product.Environ("DATELINE_SECRET_KEY=" + secret)
	cmd.Stdout, cmd.Stderr = output, output
	return cmd
}

// finish runs the import to its end.
func (i importing) finish(t *testing.T) {
	t.Helper()
	var output bytes.Buffer
	if err := i.command(&output).Run(); err != nil {
		t.Fatalf("import: %v\n%s", err, output.String())
	}
}

// settle serves the site until the jobs that the import left are done, but for
// those of media, and stops it. What jobs wait for before they begin (related
// stories for half a minute without another batch) is over at once.
func (i importing) settle(t *testing.T) {
	t.Helper()
	server, err := product.Start(i.serve())
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	ctx := context.Background()
	d, err := db.Open(ctx, i.url(), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for deadline := time.Now().Add(10 * time.Minute); ; {
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE job SET run_at = 0 WHERE kind LIKE 'related%' AND state = 'ready' AND attempts = 0 AND run_at > 0`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var waiting int64
		if err := d.QueryRow(ctx, `SELECT count(*) FROM job WHERE kind NOT LIKE 'media%' AND kind NOT LIKE 'article%' AND state <> 'dead' AND run_at < $1`, db.Micros(time.Now().Add(time.Hour))).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if waiting == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d jobs are not done: %s", waiting, server.Log())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (i importing) serve() *exec.Cmd {
	cmd := product.Command(context.Background(), i.program, "serve", "--data", i.dir, "--database", i.url(), "--addr", "127.0.0.1:0")
	cmd.Env = product.Environ("DATELINE_SECRET_KEY=" + secret)
	return cmd
}

// disturb starts the import, lets it run for a while and then calls what
// disturbs it, with its process; it waits until the import is gone.
func (i importing) disturb(t *testing.T, after time.Duration, how func(p *os.Process)) {
	t.Helper()
	var output bytes.Buffer
	cmd := i.command(&output)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	select {
	case <-ended: // it was faster
	case <-time.After(after):
		how(cmd.Process)
	}
	<-ended
}

func kill(p *os.Process) { p.Signal(syscall.SIGKILL) }

// tables are what an import leaves, with what of it must be the same each
// time: not the ids of versions, nor when something was written.
var tables = map[string]string{
	"setting":       `SELECT key, value FROM setting`,
	"menu":          `SELECT id, slug, name, location, items FROM menu`,
	"profile":       `SELECT id, slug, name, first_name, last_name, role, bio, picture, links, guest FROM profile`,
	"section":       `SELECT id, parent_id, path, name, description, meta FROM section`,
	"tag":           `SELECT id, slug, name, description, meta FROM tag`,
	"term":          `SELECT id, taxonomy, slug, name FROM term`,
	"article":       `SELECT id, type, status, access, slug, path, parent_id, public, headline, excerpt, word_count, comment_count, related, first_published, updated_at, created_at FROM article`,
	"version":       `SELECT article_id, number, change, note, hash, prev_hash, content FROM version`,
	"listing":       `SELECT scope, ref, at, article_id FROM listing`,
	"calendar":      `SELECT span, n FROM calendar WHERE n <> 0`,
	"listing_count": `SELECT scope, level, ref, block, n FROM listing_count WHERE n <> 0`,
	"address":       `SELECT path_key, kind, target_id, location, detail FROM address`,
	"comment":       `SELECT id, article_id, parent_id, root_id, kind, status, author_name, body, created_at FROM comment`,
	"media":         `SELECT id, kind, slug, file_name, title, caption, alt, parent, state, source_url FROM media`,
	"media_alias":   `SELECT path_key, media_id FROM media_alias`,
	"media_use":     `SELECT media_id, article_id FROM media_use`,
	"import_key":    `SELECT site, kind, source_id, hash, target_id FROM import_key`,
	"related_mark":  `SELECT article_id, traits, sketch FROM related_mark`,
	"related_story": `SELECT article_id, position, other_id, shares FROM related_story`,
	"quote":         `SELECT article_id, n, part, anchor, kind, speaker_key, role, words, said, outlet, source FROM quote`,
}

// dump reads all tables, each row as one line, in a fixed order, and what the
// index answers: its tables lie as the jobs happened to come.
func dump(t *testing.T, url string) map[string][]string {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, url, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	state := map[string][]string{}
	for name, query := range tables {
		rows, err := d.Query(ctx, query)
		lines, err := db.All(rows, err, scanLine)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		slices.Sort(lines)
		state[name] = lines
	}
	if state["search"], err = answers(ctx, d); err != nil {
		t.Fatalf("search: %v", err)
	}
	return state
}

func scanLine(r *sql.Rows) (string, error) {
	columns, err := r.Columns()
	if err != nil {
		return "", err
	}
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(any)
	}
	if err := r.Scan(values...); err != nil {
		return "", err
	}
	var line strings.Builder
	for _, v := range values {
		value := *v.(*any)
		if text, ok := value.([]byte); ok {
			value = string(text)
		}
		fmt.Fprintf(&line, "%v\t", value)
	}
	return line.String(), nil
}

// same compares two dumps.
func same(t *testing.T, want, got map[string][]string) {
	t.Helper()
	for name := range want {
		if diff := cmp.Diff(want[name], got[name]); diff != "" {
			t.Errorf("%s differs from an undisturbed import (%d rows, want %d):\n%.2000s", name, len(got[name]), len(want[name]), diff)
		}
	}
	for _, name := range []string{"article", "search", "related_mark", "related_story"} {
		if len(got[name]) == 0 {
			t.Errorf("the import left no %s: the scenario did not test anything", name)
		}
	}
}

// left is what an import leaves when nobody disturbs it.
type left struct {
	importing
	state map[string][]string
}

// leftAlone has what was left of each export: imports of one export are all
// held against the same.
var leftAlone = struct {
	sync.Mutex
	of map[string]left
}{of: map[string]left{}}

// alone is what an import of the same file leaves when left alone.
func alone(t *testing.T, i importing) left {
	t.Helper()
	leftAlone.Lock()
	defer leftAlone.Unlock()
	if l, ok := leftAlone.of[i.file]; ok {
		return l
	}
	dir := i.file + ".data"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	l := left{importing: importing{storage: storage{engine: db.SQLite, dir: dir}, program: i.program, file: i.file}}
	l.finish(t)
	l.settle(t)
	l.state = dump(t, l.url())
	leftAlone.of[i.file] = l
	return l
}

func undisturbed(t *testing.T, i importing) map[string][]string {
	t.Helper()
	return alone(t, i).state
}

// up starts PostgreSQL where there is one.
func (s storage) up(t *testing.T) {
	t.Helper()
	if s.cluster != nil {
		if err := s.cluster.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestImport_SurvivesKill(t *testing.T) {
	onEngines(t, folder, true, func(t *testing.T, s storage) {
		i := newImport(t, s, size(400, 5000))
		want := undisturbed(t, i)
		s.up(t)
		r := rand.New(rand.NewPCG(31, 0))
		for range size(8, 100) {
			i.disturb(t, time.Duration(20+r.IntN(size(500, 4000)))*time.Millisecond, kill)
		}
		i.finish(t)
		i.settle(t)
		same(t, want, dump(t, i.url()))
		i.finish(t) // once more: nothing may change
		i.settle(t)
		same(t, want, dump(t, i.url()))
	})
}

func TestImport_SurvivesPowerCut(t *testing.T) {
	onImage(t, 512, true, func(t *testing.T, s storage, image *Image) {
		i := newImport(t, s, size(400, 5000))
		want := undisturbed(t, i)
		r := rand.New(rand.NewPCG(32, 0))
		for range size(3, 20) {
			s.up(t)
			i.disturb(t, time.Duration(50+r.IntN(size(500, 4000)))*time.Millisecond, func(p *os.Process) {
				if err := image.Cut(); err != nil {
					t.Error(err)
				}
				kill(p)
			})
			if s.cluster != nil {
				s.cluster.Kill()
			}
			if err := image.Remount(); err != nil {
				t.Fatal(err)
			}
		}
		s.up(t)
		i.finish(t)
		i.settle(t)
		same(t, want, dump(t, i.url()))
		if s.cluster != nil {
			s.cluster.Kill()
		}
	})
}

func TestImport_SurvivesAFullDisk(t *testing.T) {
	image := image(t, 64)
	i := newImport(t, storage{engine: db.SQLite, dir: image.Dir}, 400)
	want := undisturbed(t, i)
	filler, err := fill(image.Dir)
	if err != nil {
		t.Fatal(err)
	}
	// Room for a start, not for the end.
	full, err := os.Stat(filler)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filler, full.Size()-5<<19); err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	if err := i.command(&output).Run(); err == nil {
		t.Fatal("the import fitted on the full disk: the scenario did not test anything")
	}
	if text := output.String(); !strings.Contains(text, "full") && !strings.Contains(text, "space") {
		t.Errorf("the error does not say that the disk is full:\n%s", text)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	i.finish(t)
	i.settle(t)
	same(t, want, dump(t, i.url()))
}

// TestImport_ComparisonSeesADifference is the positive control: a state that
// lacks what one batch wrote must not pass, nor one in which the index or the
// choice of related stories lacks a little.
func TestImport_ComparisonSeesADifference(t *testing.T) {
	i := newImport(t, storage{engine: db.SQLite, dir: folder(t)}, size(400, 5000))
	whole := alone(t, i)
	i.disturb(t, 0, func(p *os.Process) {
		i.awaitFirstBatch(t)
		kill(p)
	})
	if cmp.Equal(whole.state, dump(t, i.url())) {
		t.Error("an import that was killed and not started again looks complete")
	}
	for name, c := range damages {
		t.Run(name, func(t *testing.T) {
			copied := whole.importing
			copied.dir = folder(t)
			if err := os.CopyFS(copied.dir, os.DirFS(whole.dir)); err != nil {
				t.Fatal(err)
			}
			damage(t, copied.url(), c.do)
			got := dump(t, copied.url())
			for table := range whole.state {
				if same := cmp.Equal(whole.state[table], got[table]); same == slices.Contains(c.seen, table) {
					t.Errorf("%s is the same: %v", table, same)
				}
			}
		})
	}
}

// awaitFirstBatch waits until the running import has stored something.
func (i importing) awaitFirstBatch(t *testing.T) {
	ctx := context.Background()
	d, err := db.Open(ctx, i.url(), db.Options{})
	if err != nil {
		t.Error(err)
		return
	}
	defer d.Close()
	for range 6000 {
		var stored int64
		if err := d.QueryRow(ctx, `SELECT count(*) FROM import_key`).Scan(&stored); err == nil && stored > 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the import stored nothing within a minute")
}
