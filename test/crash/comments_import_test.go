package crash

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/db"
	"dateline/test/product"
)

// taking is an import of another system's comments into a site that has its
// articles already.
type taking struct {
	importing
	backup   string
	comments int
}

// talked is what such an import leaves, whatever numbers comments got: each with
// what it answers, the articles' counts, and what is known of the source.
var talked = map[string]string{
	"comments": `SELECT c.author_name, c.body, c.created_at, c.status, c.shown, c.likes, c.replies, c.picked, COALESCE(p.author_name, ''), a.path
		FROM comment c JOIN article a ON a.id = c.article_id LEFT JOIN comment p ON p.id = c.parent_id AND c.parent_id > 0`,
	"counts":      `SELECT path, comment_count FROM article`,
	"true counts": `SELECT a.path, (SELECT COUNT(*) FROM comment c WHERE c.article_id = a.id AND c.status = 'approved' AND c.removed_at = 0) FROM article a`,
	"keys":        `SELECT site, kind, source_id, hash FROM import_key WHERE kind LIKE '%comment%'`,
}

// newTaking brings the articles of a site in and writes a backup of remark42 with
// comments under them, most of which answer an earlier one.
func newTaking(t *testing.T, s storage, i importing, comments int) taking {
	t.Helper()
	i.storage = s
	i.finish(t)
	ctx := context.Background()
	d, err := db.Open(ctx, i.url(), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	rows, err := d.Query(ctx, `SELECT path FROM article WHERE public = 1 AND type = 'article'`)
	paths, err := db.All(rows, err, scanLine)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d articles to comment on: %v", len(paths), err)
	}
	slices.Sort(paths)
	k := taking{importing: i, backup: filepath.Join(t.TempDir(), "backup"), comments: comments}
	if err := writeBackup(k.backup, paths, comments); err != nil {
		t.Fatal(err)
	}
	return k
}

func writeBackup(file string, paths []string, comments int) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, `{"version":1,"users":[],"posts":[]}`)
	r := rand.New(rand.NewPCG(41, 0))
	at := time.Date(2024, 5, 4, 12, 0, 0, 0, time.UTC)
	under := map[string][]string{}
	for n := range comments {
		path := "https://old.example" + string(bytes.TrimSpace([]byte(paths[r.IntN(len(paths))])))
		parent, id := "", fmt.Sprintf("c%d", n)
		if earlier := under[path]; len(earlier) > 0 && n%3 != 0 {
			parent = earlier[r.IntN(len(earlier))]
		}
		under[path] = append(under[path], id)
		line, err := json.Marshal(map[string]any{"id": id, "pid": parent, "text": fmt.Sprintf("<p>Thought <strong>%d</strong> about it.</p>", n), "score": n % 5,
			"user": map[string]any{"name": fmt.Sprintf("Reader %d", n), "id": fmt.Sprintf("u%d", n)}, "locator": map[string]string{"site": "old", "url": path},
			"votes": map[string]bool{"a": n%2 == 0}, "time": at.Add(time.Duration(n) * time.Minute).Format(time.RFC3339)})
		if err != nil {
			return err
		}
		fmt.Fprintln(w, string(line))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// takes is the command that takes the comments in.
func (k taking) takes(output *bytes.Buffer) *exec.Cmd {
	cmd := product.Command(context.Background(), k.program, "import", "remark42", "--data", k.dir, "--database", k.url(), "--host", "old.example", k.backup)
	cmd.Env = product.Environ("DATELINE_SECRET_KEY=" + secret)
	cmd.Stdout, cmd.Stderr = output, output
	return cmd
}

func (k taking) takesAll(t *testing.T) {
	t.Helper()
	var output bytes.Buffer
	if err := k.takes(&output).Run(); err != nil {
		t.Fatalf("import of comments: %v\n%s", err, output.String())
	}
}

// state reads what the import left.
func (k taking) state(t *testing.T) map[string][]string {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, k.url(), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	out := map[string][]string{}
	for name, query := range talked {
		rows, err := d.Query(ctx, query)
		if out[name], err = db.All(rows, err, scanLine); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		slices.Sort(out[name])
	}
	return out
}

// killed starts the import and kills it once it is ready to be; it tells whether
// it was still running.
func (k taking) killed(t *testing.T, ready func(d *db.DB, ended <-chan struct{})) (midway bool) {
	t.Helper()
	d, err := db.Open(context.Background(), k.url(), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var output bytes.Buffer
	cmd := k.takes(&output)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	ready(d, ended)
	kill(cmd.Process)
	<-ended
	return !cmd.ProcessState.Success()
}

// stored waits until more comments are stored than there were.
func stored(t *testing.T, more int64) func(d *db.DB, ended <-chan struct{}) {
	return func(d *db.DB, ended <-chan struct{}) {
		for {
			var n int64
			if err := d.QueryRow(context.Background(), `SELECT COUNT(*) FROM comment WHERE author_name LIKE 'Reader %'`).Scan(&n); err == nil && n > more {
				return
			}
			select {
			case <-ended:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}
}

// TestImport_CommentsSurviveKill kills an import of comments at random moments
// and after what it has stored; run again it must leave what an undisturbed one
// leaves: nothing lost, nothing doubled, every answer at its place, counts exact.
func TestImport_CommentsSurviveKill(t *testing.T) {
	apart := storage{engine: db.SQLite, dir: folder(t)}
	i := newImport(t, apart, size(40, 400))
	n := size(3000, 20000)
	alone := newTaking(t, apart, i, n)
	alone.takesAll(t)
	want := alone.state(t)
	if len(want["comments"]) < n || len(want["keys"]) < n {
		t.Fatalf("undisturbed: %d comments, %d keys of %d", len(want["comments"]), len(want["keys"]), n)
	}
	if diff := cmp.Diff(want["counts"], want["true counts"]); diff != "" {
		t.Errorf("undisturbed, the counts are wrong:\n%.2000s", diff)
	}
	onEngines(t, folder, true, func(t *testing.T, s storage) {
		s.up(t)
		k := newTaking(t, s, i, n)
		midway, partly := 0, 0
		kill := func(ready func(d *db.DB, ended <-chan struct{})) {
			if !k.killed(t, ready) {
				return // it was faster
			}
			midway++
			if len(k.state(t)["comments"]) < len(want["comments"]) {
				partly++
			}
		}
		for part := range 3 { // of what is left
			kill(stored(t, int64(part*n/4)))
		}
		r := rand.New(rand.NewPCG(42, 0))
		for range size(6, 100) {
			kill(func(_ *db.DB, ended <-chan struct{}) {
				select {
				case <-ended:
				case <-time.After(time.Duration(20+r.IntN(size(300, 2000))) * time.Millisecond):
				}
			})
		}
		if partly == 0 {
			t.Error("killed midway, the import looked complete each time: the scenario did not test anything")
		}
		t.Logf("killed %d times, %d times with comments still to come", midway, partly)
		for round := range 2 { // once more: nothing may change
			k.takesAll(t)
			got := k.state(t)
			for name := range talked {
				if diff := cmp.Diff(want[name], got[name]); diff != "" {
					t.Errorf("round %d: %s differ from an undisturbed import (%d rows, want %d):\n%.2000s", round, name, len(got[name]), len(want[name]), diff)
				}
			}
		}
	})
}
