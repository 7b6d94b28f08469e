package crash

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/event"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/storyline"
	"dateline/internal/taxonomy"
	"dateline/test/product"
)

// A rebuild is what a command derives from all articles: what it forgets before,
// how much of it is there, and what is there in the end.
type rebuild struct {
	name   string
	forget []string
	// midway grows while a rebuild is under way, and is 0 before and after one.
	midway string
	left   func(ctx context.Context, d *db.DB) ([]string, error)
}

var rebuilds = []rebuild{
	{"search", []string{`DELETE FROM search_state`}, `SELECT COALESCE(MAX(1 + COALESCE((SELECT value FROM posting_state WHERE name = 'built_at'), 0)), 0)
		FROM posting_state WHERE name = 'building' AND value > 0`, answers},
	{"related", []string{`DELETE FROM related_story`, `DELETE FROM related_mark`, `DELETE FROM related_walk`},
		`SELECT COALESCE(MAX(CASE WHEN done < total THEN done ELSE 0 END), 0) FROM related_walk`, lines(`SELECT article_id, position, other_id FROM related_story`)},
	{"storylines", []string{`DELETE FROM storyline_moment`, `DELETE FROM storyline_part`},
		`SELECT CASE WHEN COUNT(*) < ` + strconv.Itoa(told) + ` THEN COUNT(*) ELSE 0 END FROM storyline_moment`, lines(`SELECT ref, day, article_id, n, title, body FROM storyline_moment`)},
}

// told is how many articles tell the storyline of the test: several batches.
const told = 320

func lines(query string) func(ctx context.Context, d *db.DB) ([]string, error) {
	return func(ctx context.Context, d *db.DB) ([]string, error) {
		rows, err := d.Query(ctx, query+` ORDER BY 1, 2, 3`)
		return db.All(rows, err, scanLine)
	}
}

// rebuilt runs a rebuild. With killed it is killed a moment after it has begun to
// do its work, and the answer is whether that was in the middle.
func (i importing) rebuilt(t *testing.T, d *db.DB, r rebuild, killed bool, moment time.Duration) (midway bool) {
	t.Helper()
	var output bytes.Buffer
	cmd := product.Command(context.Background(), i.program, "rebuild", r.name, "--data", i.dir, "--database", i.url())
	cmd.Env = product.Environ("DATELINE_SECRET_KEY=" + secret)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	before := i.count(t, d, r.midway)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for killed {
		select {
		case err := <-ended:
			return i.ended(t, cmd, err, &output)
		default:
		}
		if i.count(t, d, r.midway) > before {
			time.Sleep(moment)
			kill(cmd.Process)
			<-ended
			return i.count(t, d, r.midway) > 0
		}
		time.Sleep(time.Millisecond)
	}
	return i.ended(t, cmd, <-ended, &output)
}

func (i importing) ended(t *testing.T, cmd *exec.Cmd, err error, output *bytes.Buffer) bool {
	t.Helper()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, output.String())
	}
	return false
}

func (i importing) count(t *testing.T, d *db.DB, query string) (n int64) {
	t.Helper()
	if err := d.QueryRow(context.Background(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// tell publishes the articles of one storyline, each with a timeline.
func tell(t *testing.T, d *db.DB) {
	t.Helper()
	ctx, c := context.Background(), clock.System{}
	bus, st := event.NewBus(c), settings.NewStore(d)
	articles := article.NewService(d, c, bus, st)
	lines := storyline.NewService(storyline.Parts{DB: d, Clock: c, Settings: st, Articles: articles})
	editor := account.Actor{Name: "Edna", Role: account.Editor}
	section := taxonomy.Section{ID: 77, Slug: "told", Name: "Told"}
	err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := taxonomy.SaveSection(ctx, tx, section, c.Now()); err != nil {
			return err
		}
		if _, err := lines.AddTx(ctx, tx, editor, storyline.Input{Storyline: storyline.Storyline{Headline: "The talks"}}); err != nil {
			return err
		}
		for n := range told {
			p := richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: fmt.Sprintf("They met for the %dth time.", n)}}}
			body := richtext.Doc{Version: 1, Content: []richtext.Node{p, {Type: "timeline", Content: []richtext.Node{{Type: "timeline_event",
				Attrs: map[string]any{"date": "2026-01-02", "title": fmt.Sprintf("Round %d", n)}, Content: []richtext.Node{p}}}}}}
			put := article.Put{ID: int64(1000 + n), Type: article.TypeArticle, Status: article.StatusPublished, Access: article.AccessOpen, Slug: fmt.Sprintf("round-%d", n),
				Published: c.Now().Add(-time.Duration(n) * time.Hour), Content: article.Content{Headline: fmt.Sprintf("Round %d", n), Sections: []int64{section.ID}, Storyline: "The talks", Body: body}}
			if _, err := articles.PutTx(ctx, tx, account.System("import"), put); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A rebuild that is killed goes on when it is called again, and ends as one that
// nobody disturbed. PostgreSQL itself goes on: it need not sync.
func TestRebuild_SurvivesKill(t *testing.T) {
	onEngines(t, folder, false, func(t *testing.T, s storage) {
		i := newImport(t, s, size(400, 5000))
		s.up(t)
		i.finish(t)
		d, err := db.Open(context.Background(), i.url(), db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		tell(t, d)
		write(t, d, `DELETE FROM job`) // what the import left to be done is what is rebuilt here
		for _, r := range rebuilds {
			t.Run(r.name, func(t *testing.T) { i.killsRebuild(t, d, r) })
		}
	})
}

func (i importing) killsRebuild(t *testing.T, d *db.DB, r rebuild) {
	ctx := context.Background()
	i.rebuilt(t, d, r, false, 0)
	want, err := r.left(ctx, d)
	if err != nil || len(want) < 300 {
		t.Fatalf("an undisturbed rebuild leaves %d (%v)", len(want), err)
	}
	write(t, d, r.forget...)
	kills := 0
	for n := range size(3, 20) {
		if !i.rebuilt(t, d, r, true, time.Duration(n)*7*time.Millisecond) {
			break
		}
		kills++
		// Who finds a build of the index that was left waits a moment: it has passed.
		write(t, d, `UPDATE posting_state SET value = 0 WHERE name = 'built_at'`)
	}
	t.Logf("killed %d times in the middle", kills)
	if kills == 0 {
		t.Error("it was never killed in the middle: the scenario did not test anything")
	}
	i.rebuilt(t, d, r, false, 0)
	got, err := r.left(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("it differs from an undisturbed rebuild:\n%.2000s", diff)
	}
}

// write carries out statements in one transaction.
func write(t *testing.T, d *db.DB, queries ...string) {
	t.Helper()
	err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		for _, q := range queries {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
