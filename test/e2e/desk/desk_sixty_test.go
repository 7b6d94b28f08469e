package desk

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"dateline/internal/config"
	"dateline/internal/db"
)

// nouns are what sixty readers talk about.
var nouns = strings.Fields(`harbour lighthouse ferry school orchard council library bridge market station garden museum bakery chapel
	theatre quarry kettle ladder window pavement engineer timetable herring gull atlas choir tenor bench yardstick bucket pilot tenant
	puddle railing crossing budget drawing photograph tide anchor rope cellar attic chimney hedge meadow pasture barn tractor saddle
	violin trumpet curtain carpet teapot spoon candle lantern umbrella raincoat boot glove scarf button needle thread`)

// sixty are comments that wait. Of each the words stand in an order of their own:
// what shares much with another would be taken for a copy of it.
func sixty() (out []said) {
	dice := rand.New(rand.NewPCG(60, 1))
	for i := range 60 {
		order := dice.Perm(len(nouns))
		var text strings.Builder
		for _, at := range order[:14] {
			text.WriteString(nouns[at] + " ")
		}
		out = append(out, said{fmt.Sprintf("Reader %02d", i), fmt.Sprintf("r%d@reader.example", i), "I wrote down: " + strings.TrimSpace(text.String()) + "."})
	}
	return out
}

// TestTalk_SixtyByKeyboard decides on sixty comments with nothing but keys, over
// all pages of the queue, and then asks the database what became of each, and
// whether the log says who did it.
func TestTalk_SixtyByKeyboard(t *testing.T) {
	all := sixty()
	n := moderating(t, all)
	d := n.owner
	d.open("/desk/comments")
	d.until(`document.querySelector('.talk-card.current')`)
	if got := d.waiting(); got != "60 0 0 0" {
		t.Fatalf("waiting, reported, spam, bin: %s", got)
	}
	want := map[string]decided{}
	begin := time.Now()
	for i, one := range all {
		d.reaches(one.name)
		key := string("aasab"[i%5])
		d.hits(key)
		want[one.name] = map[string]decided{"a": {"approved", "Olga Owner", "Olga Owner approve"}, "s": {"spam", "Olga Owner", "Olga Owner spam"}, "b": {"binned", "Olga Owner", "Olga Owner bin"}}[key]
	}
	d.left()
	t.Logf("60 comments decided on by keys in %.1f s", time.Since(begin).Seconds())
	d.open("/desk/comments")
	if got := d.waiting(); got != "0 0 12 12" {
		t.Errorf("waiting, reported, spam, bin: %s", got)
	}
	n.kill()
	got := decisions(t, n.data)
	if len(got) != 60 {
		t.Errorf("%d comments of readers, want 60", len(got))
	}
	if !maps.Equal(got, want) {
		for name := range want {
			if got[name] != want[name] {
				t.Errorf("%s: %+v, want %+v", name, got[name], want[name])
			}
		}
	}
}

// reaches goes on by keys until a comment is at hand; where a page of the queue
// is through, to the next one.
func (d *desk) reaches(name string) {
	d.n.t.Helper()
	for deadline := time.Now().Add(time.Minute); d.atHand() != name; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.n.t.Fatalf("at hand is %q, want %q", d.atHand(), name)
		}
		if see[bool](d, `document.querySelector('.talk-cards + .talk-empty, #talk-list + .talk-empty') !== null`) {
			d.hits("n")
			d.until(`document.querySelector('.talk-card.current')`)
		}
	}
}

// waiting are the numbers of the piles: waiting, reported, spam, bin.
func (d *desk) waiting() string {
	d.n.t.Helper()
	return see[string](d, `[...document.querySelectorAll('.talk-piles b')].map(b => b.textContent).join(' ')`)
}

// decided is what the database says of a comment: its status, who decided, and
// the rows of the log.
type decided struct{ status, by, log string }

// decisions are those of comments by "Reader …", by name, in a newsroom that
// nobody serves.
func decisions(t *testing.T, data string) map[string]decided {
	t.Helper()
	ctx := context.Background()
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": data}})
	if err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(ctx, cfg.DatabaseURL(), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	rows, err := store.Query(ctx, `SELECT c.author_name, c.status, c.decided_by, COALESCE(a.actor || ' ' || a.verb, '') FROM comment c LEFT JOIN audit a ON a.object = 'comment' AND a.ref = c.id WHERE c.author_name LIKE 'Reader %' ORDER BY a.id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]decided{}
	for rows.Next() {
		var name, log string
		var one decided
		if err := rows.Scan(&name, &one.status, &one.by, &log); err != nil {
			t.Fatal(err)
		}
		one.log = strings.TrimPrefix(out[name].log+", "+log, ", ")
		out[name] = one
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
