package comment

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
)

// tally collects what a transaction's comments change elsewhere, so that an
// article's row is written once however many there are.
type tally struct {
	now     int64
	counts  map[int64]int64    // article → comments more
	replies map[int64]int64    // comment → answers more
	touched map[int64]struct{} // articles whose pages show something new
	fresh   map[int64]struct{} // articles with comments that became public
	waiting bool               // something waits for moderators
}

func (s *Service) newTally() *tally { return newTally(s.now()) }

func newTally(now int64) *tally {
	return &tally{now: now, counts: map[int64]int64{}, replies: map[int64]int64{}, touched: map[int64]struct{}{}, fresh: map[int64]struct{}{}}
}

// came notes a new row.
func (t *tally) came(c *Comment) {
	switch {
	case c.Shown:
		t.counts[c.Article]++
		t.touched[c.Article], t.fresh[c.Article] = struct{}{}, struct{}{}
		if c.Parent != 0 {
			t.replies[c.Parent]++
		}
	case c.Status == StatusPending:
		t.waiting = true
	}
}

// turn gives a comment another status, with all that readers see of it: its
// place, its parents' places, its answer's count. c must be fresh from the same
// transaction.
func (t *tally) turn(ctx context.Context, tx *db.Tx, c *kept, to Status, removed int64) error {
	was := c.Legible()
	c.Status = to
	if removed > 0 {
		c.Removed = db.Time(removed)
	}
	is := c.Legible()
	shown := is || c.Replies > 0
	if is && c.Public.IsZero() {
		c.Public = db.Time(t.now)
	}
	if is != was || shown != c.Shown {
		c.Changed = db.Time(t.now)
		t.touched[c.Article] = struct{}{}
	}
	if is && !was {
		t.fresh[c.Article] = struct{}{}
		t.counts[c.Article]++
	} else if was && !is {
		t.counts[c.Article]--
	}
	if to == StatusPending {
		t.waiting = true
	}
	if _, err := tx.Exec(ctx, `UPDATE comment SET status = $1, removed_at = $2, shown = $3, public_at = $4, changed_at = $5 WHERE id = $6`,
		string(to), db.Micros(c.Removed), db.Bool(shown), db.Micros(c.Public), db.Micros(c.Changed), c.ID); err != nil {
		return err
	}
	before := c.Shown
	c.Shown = shown
	if shown == before || c.Parent == 0 {
		return nil
	}
	return t.answered(ctx, tx, c.Parent, sign(shown))
}

func sign(up bool) int64 {
	if up {
		return 1
	}
	return -1
}

// answered changes how many answers a comment has. One that is gone has a place
// on the page as long as there are any, and so have those above it.
func (t *tally) answered(ctx context.Context, tx *db.Tx, id, by int64) error {
	for id != 0 && by != 0 {
		var c Comment
		var removed, created int64
		err := tx.QueryRow(ctx, `UPDATE comment SET replies = replies + $1 WHERE id = $2
			RETURNING status, removed_at, shown, parent_id, likes, replies, created_at`, by, id).
			Scan(&c.Status, &removed, &c.Shown, &c.Parent, &c.Likes, &c.Replies, &created)
		if fault.Is(err, fault.NotFound) {
			return nil // an import may answer what is not there
		}
		if err != nil {
			return err
		}
		c.Removed = db.Time(removed)
		shown := c.Legible() || c.Replies > 0
		rank := rankOf(created, c.Likes, c.Replies)
		if shown == c.Shown {
			_, err := tx.Exec(ctx, `UPDATE comment SET rank = $1 WHERE id = $2`, rank, id)
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE comment SET rank = $1, shown = $2, changed_at = $3 WHERE id = $4`, rank, db.Bool(shown), t.now, id); err != nil {
			return err
		}
		id, by = c.Parent, sign(shown)
	}
	return nil
}

// rankDouble is what popularity is worth: a thread with twice the likes and answers stands as far ahead as
// one that began half a day later.
const rankDouble = 12 * time.Hour

// rankOf places a thread among the best. It depends on the time of writing, not
// on the clock, so that an order once stored stays true.
func rankOf(created, likes, replies int64) int64 {
	if likes < 0 || replies < 0 {
		likes, replies = max(likes, 0), max(replies, 0)
	}
	return created + int64(math.Log2(float64(1+likes+2*replies))*float64(rankDouble.Microseconds()))
}

// Lengths of the spans into which jobs for readers and moderators fall, so that
// many comments ask for one.
const (
	newsSpan   = time.Minute
	newsSettle = 10 * time.Second // commits may come out of order
	noticeSpan = 15 * time.Minute
)

// settle writes what was collected and asks for what follows.
func (s *Service) settle(ctx context.Context, tx *db.Tx, t *tally) error {
	if err := t.flush(ctx, tx); err != nil {
		return err
	}
	at := db.Time(t.now)
	for _, id := range slices.Sorted(maps.Keys(t.fresh)) {
		if !s.Mails() {
			break
		}
		end := at.Truncate(newsSpan).Add(newsSpan)
		if err := job.Enqueue(ctx, tx, job.Spec{Kind: JobNews, Key: number(id) + "." + number(end.Unix()), Payload: news{id}, RunAt: end.Add(newsSettle)}); err != nil {
			return err
		}
	}
	if !t.waiting || !s.Mails() {
		return nil
	}
	end := at.Truncate(noticeSpan).Add(noticeSpan)
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobNotice, Key: number(end.Unix()), RunAt: end})
}

// flush writes what was collected.
func (t *tally) flush(ctx context.Context, tx *db.Tx) error {
	for _, id := range slices.Sorted(maps.Keys(t.replies)) {
		if err := t.answered(ctx, tx, id, t.replies[id]); err != nil {
			return err
		}
	}
	return t.count(ctx, tx)
}

// count keeps the articles' counts and drops the pages that show them.
func (t *tally) count(ctx context.Context, tx *db.Tx) error {
	for _, id := range slices.Sorted(maps.Keys(t.counts)) {
		if t.counts[id] == 0 {
			continue
		}
		tx.PurgeSoon(db.Key("article", id), "front")
		if _, err := tx.Exec(ctx, `UPDATE article SET comment_count = comment_count + $1 WHERE id = $2`, t.counts[id], id); err != nil {
			return err
		}
	}
	for id := range t.touched {
		tx.PurgeSoon(db.Key("comments", id), "comments")
	}
	return nil
}
