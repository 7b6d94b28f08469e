package edition

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/subscriber"
)

// JobDigest makes the digest of a rule that is due.
const JobDigest = "edition.digest"

// Rule is what a newsletter sends by itself in a rhythm: digests for daily and
// weekly, every article for each.
type Rule struct {
	Newsletter int64
	Rhythm     string
	On         bool
	Revision   int64 // 0 for a rule that nobody has made yet
	Hour       int   // of the site's zone
	Weekday    time.Weekday
	Sections   []int64 // with their subsections; none for all
	Most       int     // articles
	Form       Form
	Review     bool // an editor sends it
	Since      time.Time
	Last       time.Time // up to when the last digest looked
	Next       time.Time
}

// ruled are the rhythms that have rules.
var ruled = []string{subscriber.RhythmDaily, subscriber.RhythmWeekly, subscriber.RhythmEach}

const ruleColumns = `newsletter_id, rhythm, active, revision, hour, weekday, sections, most, form, review, since, last_at, next_at`

func scanRule(r *sql.Rows) (x Rule, err error) {
	var sections string
	var weekday, since, last, next int64
	if err := r.Scan(&x.Newsletter, &x.Rhythm, &x.On, &x.Revision, &x.Hour, &weekday, &sections, &x.Most, &x.Form, &x.Review, &since, &last, &next); err != nil {
		return x, err
	}
	x.Weekday, x.Since, x.Last, x.Next = time.Weekday(weekday), db.Time(since), db.Time(last), db.Time(next)
	return x, json.Unmarshal([]byte(sections), &x.Sections)
}

// Rules returns the rules of a newsletter for all rhythms that have them, those
// that nobody has made yet with what is usual.
func (s *Service) Rules(ctx context.Context, actor account.Actor, newsletter int64) ([]Rule, error) {
	if err := actor.Require(account.Author, "see newsletters"); err != nil {
		return nil, err
	}
	return rules(ctx, s.DB, newsletter)
}

func rules(ctx context.Context, q db.Querier, newsletter int64) ([]Rule, error) {
	rows, err := q.Query(ctx, `SELECT `+ruleColumns+` FROM edition_rule WHERE newsletter_id = $1`, newsletter)
	found, err := db.All(rows, err, scanRule)
	var out []Rule
	for _, rhythm := range ruled {
		i := slices.IndexFunc(found, func(r Rule) bool { return r.Rhythm == rhythm })
		if i >= 0 {
			out = append(out, found[i])
			continue
		}
		out = append(out, Rule{Newsletter: newsletter, Rhythm: rhythm, Hour: 6, Weekday: time.Monday, Most: 10, Form: Short})
	}
	return out, err
}

// SaveRule changes a rule. Editors may.
func (s *Service) SaveRule(ctx context.Context, actor account.Actor, r Rule) (Rule, error) {
	if err := actor.Require(account.Editor, "change what newsletters send by themselves"); err != nil {
		return r, err
	}
	switch {
	case !slices.Contains(ruled, r.Rhythm):
		return r, fault.New(fault.Invalid, "%q has no rule", r.Rhythm)
	case r.Hour < 0 || r.Hour > 23:
		return r, fault.New(fault.Invalid, "choose an hour between 0 and 23")
	case r.Weekday < time.Sunday || r.Weekday > time.Saturday:
		return r, fault.New(fault.Invalid, "choose a day of the week")
	case r.Most < 1 || r.Most > mostItems:
		return r, fault.New(fault.Invalid, "choose between 1 and %d articles", mostItems)
	case r.Form != Short && r.Form != Full:
		return r, fault.New(fault.Invalid, "%q is no way to show an article", r.Form)
	}
	site, err := s.Settings.Site(ctx)
	if err != nil {
		return r, err
	}
	sections, err := json.Marshal(append([]int64{}, r.Sections...))
	if err != nil {
		return r, fault.New(fault.Internal, "sections: %w", err)
	}
	now := s.Clock.Now()
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := s.Readers.Newsletter(ctx, tx, r.Newsletter)
		if err == nil {
			err = subscriber.EnsurePreset(ctx, tx, now)
		}
		if err != nil {
			return err
		}
		old, err := s.rule(ctx, tx, r.Newsletter, r.Rhythm)
		if err != nil {
			return err
		}
		if old.Revision != r.Revision {
			return fault.New(fault.Conflict, "somebody else has changed this rule meanwhile")
		}
		r.Revision, r.Since, r.Last, r.Next = old.Revision+1, old.Since, old.Last, time.Time{}
		if r.On && !old.On { // what was published before is not news any more
			r.Since, r.Last = now, time.Time{}
		}
		if r.On && r.Rhythm != subscriber.RhythmEach {
			r.Next = r.next(now, site.Location())
			if err := s.digestAt(ctx, tx, r); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO edition_rule (`+ruleColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
			ON CONFLICT (newsletter_id, rhythm) DO UPDATE SET active = excluded.active, revision = excluded.revision, hour = excluded.hour,
				weekday = excluded.weekday, sections = excluded.sections, most = excluded.most, form = excluded.form, review = excluded.review,
				since = excluded.since, last_at = excluded.last_at, next_at = excluded.next_at`,
			r.Newsletter, r.Rhythm, r.On, r.Revision, int64(r.Hour), int64(r.Weekday), string(sections), int64(r.Most), string(r.Form), r.Review,
			db.Micros(r.Since), db.Micros(r.Last), db.Micros(r.Next)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, actor.Name, "rule", "newsletter", r.Newsletter, map[string]any{"name": n.Name, "rhythm": r.Rhythm, "on": r.On})
	})
	return r, err
}

func (s *Service) rule(ctx context.Context, q db.Querier, newsletter int64, rhythm string) (Rule, error) {
	all, err := rules(ctx, q, newsletter)
	for _, r := range all {
		if r.Rhythm == rhythm {
			return r, err
		}
	}
	return Rule{}, err
}

// next is when the rule's hour comes next after a moment. On a day that has not
// that hour, because clocks go forward, it is the hour after it.
func (r *Rule) next(after time.Time, zone *time.Location) time.Time {
	y, m, d := after.In(zone).Date()
	for day := 0; ; day++ {
		at := time.Date(y, m, d+day, r.Hour, 0, 0, 0, zone)
		if at.After(after) && (r.Rhythm != subscriber.RhythmWeekly || at.Weekday() == r.Weekday) {
			return at.UTC()
		}
	}
}

type digest struct {
	Newsletter int64  `json:"newsletter"`
	Rhythm     string `json:"rhythm"`
}

func (s *Service) digestAt(ctx context.Context, tx *db.Tx, r Rule) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobDigest, Key: strconv.FormatInt(r.Newsletter, 10) + "." + r.Rhythm,
		Payload: digest{r.Newsletter, r.Rhythm}, RunAt: r.Next})
}

// HandleDigest makes and sends the digest of a rule that is due. Doing it twice
// changes nothing: the rule's next time is moved in the same transaction.
func (s *Service) HandleDigest(ctx context.Context, raw []byte) error {
	var p digest
	if err := json.Unmarshal(raw, &p); err != nil {
		return job.GiveUp(err)
	}
	site, err := s.Settings.Site(ctx)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.rule(ctx, tx, p.Newsletter, p.Rhythm)
		if err != nil || !r.On || r.Next.IsZero() {
			return err
		}
		now := s.Clock.Now()
		if now.Before(r.Next) {
			return s.digestAt(ctx, tx, r)
		}
		if err := s.digestTx(ctx, tx, r, now); err != nil {
			return err
		}
		r.Last, r.Next = now, r.next(now, site.Location())
		if _, err := tx.Exec(ctx, `UPDATE edition_rule SET last_at = $1, next_at = $2 WHERE newsletter_id = $3 AND rhythm = $4`,
			db.Micros(r.Last), db.Micros(r.Next), r.Newsletter, r.Rhythm); err != nil {
			return err
		}
		return s.digestAt(ctx, tx, r)
	})
}

// digestTx makes the edition of a rule; nothing when there is nothing new.
func (s *Service) digestTx(ctx context.Context, tx *db.Tx, r Rule, now time.Time) error {
	from := r.Last
	if from.IsZero() {
		from = now.AddDate(0, 0, -1)
		if r.Rhythm == subscriber.RhythmWeekly {
			from = now.AddDate(0, 0, -7)
		}
	}
	items, err := s.fresh(ctx, tx, r, from, now)
	if err != nil || len(items) == 0 {
		return err
	}
	e := Edition{Newsletter: r.Newsletter, Kind: Kind(r.Rhythm), Items: items}
	if r.Review {
		e.State = Review
	}
	e, err = s.createTx(ctx, tx, mailer, e)
	if err != nil || r.Review {
		return err
	}
	return s.sendOrTell(ctx, tx, &e)
}

// sendOrTell sends an edition that made itself. What an editor must see to
// stands at the desk; nothing is sent then.
func (s *Service) sendOrTell(ctx context.Context, tx *db.Tx, e *Edition) error {
	n, err := s.Readers.Count(ctx, tx, e.Audience)
	if err == nil && n == 0 {
		e.State, e.Ended, e.Problem = Cancelled, s.Clock.Now(), "nobody reads the newsletter in this rhythm yet"
		return s.advance(ctx, tx, mailer, e, "cancel", nil)
	}
	if err == nil {
		err = s.sendTx(ctx, tx, mailer, e, SendInput{LocalHour: -1})
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Unavailable) {
		e.State, e.Problem = Review, err.Error()
		return s.advance(ctx, tx, mailer, e, "submit", map[string]any{"why": e.Problem})
	}
	return err
}

// fresh lists the articles of a rule that were published in [from, to), the
// newest first.
func (s *Service) fresh(ctx context.Context, q db.Querier, r Rule, from, to time.Time) ([]Item, error) {
	type list struct {
		scope string
		ref   int64
	}
	lists := []list{{article.ScopeSite, 0}}
	if len(r.Sections) > 0 {
		lists = nil
		for _, id := range r.Sections {
			lists = append(lists, list{article.ScopeSection, id})
		}
	}
	var found []article.Article
	seen := map[int64]bool{}
	for _, l := range lists {
		some, err := s.public(q).Between(ctx, l.scope, l.ref, from, to, article.Cursor{}, r.Most)
		if err != nil {
			return nil, err
		}
		for _, a := range some {
			if !seen[a.ID] {
				seen[a.ID] = true
				found = append(found, a)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b article.Article) int { return b.FirstPublished.Compare(a.FirstPublished) })
	var out []Item
	for i, a := range found {
		if i < r.Most {
			out = append(out, Item{Article: a.ID, Form: r.Form})
		}
	}
	return out, nil
}

// CatchUp asks again for everything that is due or will be, so that nothing
// depends on a job row alone. Run it at start.
func (s *Service) CatchUp(ctx context.Context) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+ruleColumns+` FROM edition_rule WHERE active = 1 AND next_at > 0`)
		due, err := db.All(rows, err, scanRule)
		if err != nil {
			return err
		}
		for _, r := range due {
			if err := s.digestAt(ctx, tx, r); err != nil {
				return err
			}
		}
		rows, err = tx.Query(ctx, `SELECT `+columns+` FROM edition e WHERE e.state = 'scheduled' UNION ALL SELECT `+columns+` FROM edition e WHERE e.state = 'sending'`)
		open, err := db.All(rows, err, scan)
		if err != nil {
			return err
		}
		for _, e := range open {
			kind, at := JobSend, e.At
			if e.State == Sending {
				kind, at = JobWatch, s.Clock.Now()
			}
			if err := job.Enqueue(ctx, tx, job.Spec{Kind: kind, Key: strconv.FormatInt(e.ID, 10), Payload: payload{e.ID}, RunAt: at}); err != nil {
				return err
			}
			if e.State == Sending {
				if err := s.decideAt(ctx, tx, &e); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
