package register

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/richtext"
)

// The kinds of the register's jobs.
const (
	JobSettled = "register.settled" // of article.EventSettled
	JobRead    = "register.read"    // reads some articles; its payload is their numbers
	JobMove    = "register.move"    // reads what named an entry that left; its payload is the entry
	JobSweep   = "register.sweep"   // reads every article again; its payload is the number of the reading
)

// HandleSettled carries out the job of article.EventSettled: what an article
// that was published, changed or taken away names. Doing it twice changes
// nothing.
func (s *Service) HandleSettled(ctx context.Context, payload []byte) error {
	var p article.Settled
	if err := json.Unmarshal(payload, &p); err != nil {
		return job.GiveUp(err)
	}
	index, err := s.Names(ctx, s.DB)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.readAll(ctx, tx, index, []int64{p.Article}) })
}

// EnqueueTx asks for articles to be read after the transaction.
func EnqueueTx(ctx context.Context, tx *db.Tx, ids ...int64) error {
	return job.EnqueueRows(ctx, tx, JobRead, ids)
}

// HandleRead carries out JobRead. Doing it twice changes nothing.
func (s *Service) HandleRead(ctx context.Context, payload []byte) error {
	var ids []int64
	if err := json.Unmarshal(payload, &ids); err != nil {
		return job.GiveUp(err)
	}
	index, err := s.Names(ctx, s.DB)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.readAll(ctx, tx, index, ids) })
}

// readAll reads some articles, and tells those that keep copies of the ones of
// which there is something new.
func (s *Service) readAll(ctx context.Context, tx *db.Tx, index *Index, ids []int64) error {
	var fresh []int64
	for _, id := range ids {
		changed, err := s.readTx(ctx, tx, index, id)
		if err != nil {
			return err
		}
		if changed {
			fresh = append(fresh, id)
		}
	}
	return article.TouchTx(ctx, tx, s.Clock.Now(), fresh...)
}

// use is a row of subject_use.
type use struct {
	subject         int64
	confirmed, main bool
	times           int64
	blocks          string
}

// readTx reads one article and writes what it names, or takes that away when
// readers do not see it in lists. It reports whether other entries than before
// stand with the article.
func (s *Service) readTx(ctx context.Context, tx *db.Tx, index *Index, id int64) (changed bool, err error) {
	public := article.NewPublic(tx, s.Clock)
	a, vis, err := public.Read(ctx, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return false, err
	}
	if a.ID = id; err != nil || vis != article.Listed || a.Type != article.TypeArticle {
		return s.putTx(ctx, tx, &a, nil, nil)
	}
	v, err := public.Live(ctx, &a)
	if err != nil {
		return false, err
	}
	conf, err := s.Settings.Site(ctx)
	if err != nil {
		return false, err
	}
	r := newReader(index, &v.Content, conf.Locale)
	r.read()
	uses, err := s.uses(ctx, tx, id, &v.Content, r.namingsInOrder())
	if err != nil {
		return false, err
	}
	return s.putTx(ctx, tx, &a, uses, r.events(&v.Content))
}

// uses are the entries that an article names: those confirmed for it, though
// its text say another name, and those found in it that nobody dismissed.
func (s *Service) uses(ctx context.Context, q db.Querier, id int64, c *article.Content, namings []Naming) ([]use, error) {
	dismissed, err := dismissedIn(ctx, q, id)
	if err != nil {
		return nil, err
	}
	var out []use
	for _, subject := range c.Subjects {
		u := use{subject: subject.ID, confirmed: true, main: subject.Main, blocks: "[]"}
		if at := slices.IndexFunc(namings, func(n Naming) bool { return n.ID == subject.ID }); at >= 0 {
			u.times, u.blocks = int64(namings[at].Times), blocksJSON(namings[at].Blocks)
		}
		out = append(out, u)
	}
	for _, n := range namings {
		if !n.Ambiguous && !dismissed[idItem(n.ID)] && !slices.ContainsFunc(out, func(u use) bool { return u.subject == n.ID }) {
			out = append(out, use{subject: n.ID, times: int64(n.Times), blocks: blocksJSON(n.Blocks)})
		}
	}
	return out, nil
}

func blocksJSON(blocks []int) string {
	raw, _ := json.Marshal(blocks) // numbers always encode
	return string(raw)
}

// putTx makes the rows of one article equal to what was read of it. It reports
// whether the entries that readers are told of are others than before.
func (s *Service) putTx(ctx context.Context, tx *db.Tx, a *article.Article, uses []use, events []event) (fresh bool, err error) {
	rows, err := tx.Query(ctx, `SELECT subject_id, confirmed, main, times, blocks FROM subject_use WHERE article_id = $1`, a.ID)
	have, err := db.All(rows, err, func(r *sql.Rows) (u use, err error) {
		return u, r.Scan(&u.subject, &u.confirmed, &u.main, &u.times, &u.blocks)
	})
	if err != nil {
		return false, err
	}
	for _, u := range have {
		if !slices.Contains(uses, u) {
			if _, err := tx.Exec(ctx, `DELETE FROM subject_use WHERE article_id = $1 AND subject_id = $2`, a.ID, u.subject); err != nil {
				return false, err
			}
		}
	}
	ids := make([]int64, len(uses))
	for i, u := range uses {
		ids[i] = u.subject
	}
	known, err := ByIDs(ctx, tx, ids)
	if err != nil {
		return false, err
	}
	var listed []int64
	for _, u := range uses {
		e, ok := known[u.subject]
		if !ok { // it left meanwhile; its own job reads the article again
			continue
		}
		if u.confirmed || e.ByName {
			listed = append(listed, u.subject)
		}
		if slices.Contains(have, u) {
			continue
		}
		tx.Purge(article.BesideKey(a.ID)) // the line at its end
		if _, err := tx.Exec(ctx, `INSERT INTO subject_use (article_id, subject_id, confirmed, main, times, blocks) VALUES ($1, $2, $3, $4, $5, $6)`,
			a.ID, u.subject, u.confirmed, u.main, u.times, u.blocks); err != nil {
			return false, err
		}
	}
	if err := putEvents(ctx, tx, a.ID, listed, events); err != nil {
		return false, err
	}
	changed, err := article.EnlistTx(ctx, tx, a, listed, s.Clock.Now())
	if err != nil {
		return false, err
	}
	fresh = len(changed) > 0 || recast(have, uses, listed)
	// A list that became empty with the article itself has changed already.
	for _, u := range have {
		changed = append(changed, u.subject)
	}
	slices.Sort(changed)
	for _, id := range slices.Compact(changed) {
		if err := showOrHide(ctx, tx, id); err != nil {
			return false, err
		}
	}
	return fresh, nil
}

// recast tells whether an article is about what it only named before, or the
// other way round, of the entries in whose lists it stands.
func recast(have, uses []use, listed []int64) bool {
	return slices.ContainsFunc(uses, func(u use) bool {
		return slices.Contains(listed, u.subject) && slices.ContainsFunc(have, func(h use) bool { return h.subject == u.subject && h.main != u.main })
	})
}

// event is a row of a timeline that names entries.
type event struct {
	ids         []int64
	day         string
	place       int64
	title, body string
}

// mostEventBody bounds the words that are kept of one row of a timeline.
const mostEventBody = 600 // runes

// events reads the timelines in the text of an article that was read. Who is
// named in full anywhere in it may stand there by the last name.
func (r *reader) events(c *article.Content) []event {
	var out []event
	richtext.Walk(c.Body.Content, func(n *richtext.Node) bool {
		if n.Type != "timeline_event" {
			return true
		}
		day := n.AttrText("date")
		if day == "" {
			return false
		}
		doc := richtext.Doc{Content: n.Content}
		e := event{day: day, place: int64(len(out)), title: n.AttrText("title"), body: strings.ReplaceAll(richtext.Text(doc), "\n", " ")}
		if utf8.RuneCountInString(e.body) > mostEventBody {
			e.body = richtext.Excerpt(doc, mostEventBody)
		}
		row := newReader(r.index, &article.Content{Headline: e.title, Body: doc, Subjects: c.Subjects}, r.language)
		row.surnames = r.surnames
		row.read()
		for _, naming := range row.namingsInOrder() {
			e.ids = append(e.ids, naming.ID)
		}
		out = append(out, e)
		return false
	})
	return out
}

func putEvents(ctx context.Context, tx *db.Tx, id int64, listed []int64, events []event) error {
	type row struct {
		subject, place   int64
		day, title, body string
	}
	rows, err := tx.Query(ctx, `SELECT subject_id, place, day, title, body FROM subject_event WHERE article_id = $1`, id)
	have, err := db.All(rows, err, func(r *sql.Rows) (one row, err error) {
		return one, r.Scan(&one.subject, &one.place, &one.day, &one.title, &one.body)
	})
	if err != nil {
		return err
	}
	var want []row
	for _, e := range events {
		for _, subject := range e.ids {
			if slices.Contains(listed, subject) {
				want = append(want, row{subject, e.place, e.day, e.title, e.body})
			}
		}
	}
	for _, one := range have {
		if !slices.Contains(want, one) {
			if _, err := tx.Exec(ctx, `DELETE FROM subject_event WHERE subject_id = $1 AND day = $2 AND article_id = $3 AND place = $4`, one.subject, one.day, id, one.place); err != nil {
				return err
			}
			tx.Purge(db.Key(objectName, one.subject))
		}
	}
	for _, one := range want {
		if slices.Contains(have, one) {
			continue
		}
		tx.Purge(db.Key(objectName, one.subject))
		if _, err := tx.Exec(ctx, `INSERT INTO subject_event (subject_id, day, article_id, place, title, body) VALUES ($1, $2, $3, $4, $5, $6)`,
			one.subject, one.day, id, one.place, one.title, one.body); err != nil {
			return err
		}
	}
	return nil
}

func idItem(id int64) string { return "id " + strconv.FormatInt(id, 10) }
