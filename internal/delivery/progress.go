package delivery

import (
	"context"
	"database/sql"
	"time"

	"dateline/internal/db"
)

// Progress is how a mailing goes. Waiting to GaveUp add up to Total, which
// grows until Filled.
type Progress struct {
	State    State
	StartAt  time.Time
	Finished time.Time // or cancelled; zero before
	Filled   bool      // all recipients are known

	Total, Waiting, Deferred       int
	Sent, Bounced, Skipped, GaveUp int
	Complained, Unsubscribed       int // among Sent

	Rate    float64       // letters a second lately
	Left    time.Duration // estimated, 0 when unknown or over
	Trouble string        // why nothing goes out, "" when nothing is known to be wrong
}

// sighting is a moment at which somebody looked.
type sighting struct {
	at   time.Time
	done int
}

const (
	rateOver  = time.Minute
	rateLeast = 2 * time.Second
	sightings = 64
)

// Progress reads the kept counters of a mailing: its own and those of chunks
// that are not done.
func (s *Service) Progress(ctx context.Context, mailing int64) (Progress, error) {
	var p Progress
	var started, finished int64
	err := s.DB.QueryRow(ctx, `SELECT m.state, m.start_at, m.finished_at, m.filled, m.total, m.complained, m.unsubscribed,
			m.sent + COALESCE(SUM(c.sent), 0), m.bounced + COALESCE(SUM(c.bounced), 0), m.skipped + COALESCE(SUM(c.skipped), 0),
			m.gave_up + COALESCE(SUM(c.gave_up), 0), COALESCE(SUM(c.deferred), 0)
		FROM mailing m LEFT JOIN mailing_chunk c ON c.mailing_id = m.id AND c.done = 0 WHERE m.id = $1
		GROUP BY m.id, m.state, m.start_at, m.finished_at, m.filled, m.total, m.complained, m.unsubscribed, m.sent, m.bounced, m.skipped, m.gave_up`, mailing).
		Scan(&p.State, &started, &finished, &p.Filled, &p.Total, &p.Complained, &p.Unsubscribed, &p.Sent, &p.Bounced, &p.Skipped, &p.GaveUp, &p.Deferred)
	if err != nil {
		return p, err
	}
	p.StartAt, p.Finished = db.Time(started), db.Time(finished)
	p.Waiting = p.Total - p.Sent - p.Bounced - p.Skipped - p.GaveUp - p.Deferred
	if p.State == Sending {
		s.estimate(mailing, &p)
	}
	return p, nil
}

// estimate compares with what was seen within the last minute.
func (s *Service) estimate(mailing int64, p *Progress) {
	now, done := s.Clock.Now(), p.Sent+p.Bounced
	s.mu.Lock()
	defer s.mu.Unlock()
	p.Trouble = s.trouble
	if s.hold != "" {
		p.Trouble = s.hold
	}
	seen := s.seen[mailing]
	for len(seen) > 0 && (now.Sub(seen[0].at) > rateOver || len(seen) >= sightings) {
		seen = seen[1:]
	}
	first := sighting{at: p.StartAt}
	if len(seen) > 0 {
		first = seen[0]
	}
	if over := now.Sub(first.at); over >= rateLeast && done > first.done {
		p.Rate = float64(done-first.done) / over.Seconds()
		p.Left = time.Duration(float64(p.Waiting) / p.Rate * float64(time.Second))
	}
	if len(s.seen) > 100 { // mailings of the past
		clear(s.seen)
	}
	s.seen[mailing] = append(seen, sighting{now, done})
}

// Hold makes progress say why nothing goes out, "" for no reason any more. It
// stops no runner.
func (s *Service) Hold(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hold = why
}

func (s *Service) setTrouble(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = text
	s.troubled.Store(text != "")
}

func (s *Service) clearTrouble() {
	if s.troubled.Swap(false) {
		s.setTrouble("")
	}
}

func scanGot(r *sql.Rows) (g Got, err error) {
	var at int64
	err = r.Scan(&g.Mailing, &g.State, &at, &g.Variant)
	g.At = db.Time(at)
	return g, err
}
