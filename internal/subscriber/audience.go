package subscriber

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"dateline/internal/db"
)

// Audience are some active readers of a newsletter. Zero fields do not narrow.
type Audience struct {
	Newsletter int64     `json:"newsletter"`
	Rhythm     string    `json:"rhythm,omitempty"`
	Interests  []string  `json:"interests,omitempty"` // keys; "" stands for those who want everything
	Sections   []int64   `json:"sections,omitempty"`  // who chose one of them; 0 stands for those who want everything. Expand makes them Interests
	Languages  []string  `json:"languages,omitempty"` // "" stands for the site's
	Since      time.Time `json:"since,omitzero"`      // reading it since then or later
	Until      time.Time `json:"until,omitzero"`      // and before this
	Engaged    int       `json:"engaged,omitempty"`   // showed an interest within so many days, where the site measures it
}

// Member is a reader as somebody who writes to them needs to know.
type Member struct {
	ID                       int64
	Interest, Language, Zone string
}

func (a Audience) fits(m Member) bool {
	return (len(a.Interests) == 0 || slices.Contains(a.Interests, m.Interest)) && (len(a.Languages) == 0 || slices.Contains(a.Languages, m.Language))
}

// nobody is a key that no choice has.
const nobody = "-"

// Expand finds the choices of readers that the sections of an audience stand
// for, at this moment.
func (s *Service) Expand(ctx context.Context, q db.Querier, a Audience) (Audience, error) {
	if len(a.Sections) == 0 {
		return a, nil
	}
	all, err := s.Choices(ctx, q, a.Newsletter, a.Rhythm)
	keys := []string{nobody} // an empty list would be everybody
	for key, choice := range all {
		wanted := func(i Interest) bool { return i.Kind == InterestSection && slices.Contains(a.Sections, i.ID) }
		if key == "" && slices.Contains(a.Sections, 0) || slices.ContainsFunc(choice, wanted) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	a.Interests, a.Sections = keys, nil
	return a, err
}

// bounds are the arguments that every query of an audience has.
func (s *Service) bounds(a Audience) (since, until, engaged int64) {
	since, until = db.Micros(a.Since), math.MaxInt64
	if !a.Until.IsZero() {
		until = db.Micros(a.Until)
	}
	if a.Engaged > 0 {
		engaged = s.now() - int64(a.Engaged)*(24*time.Hour).Microseconds()
	}
	return since, until, engaged
}

const whereAudience = ` FROM subscription AS n JOIN subscriber AS r ON r.id = n.subscriber_id
	WHERE n.newsletter_id = $1 AND n.active = 1 AND ($2 = '' OR n.rhythm = $2) AND n.since >= $3 AND n.since < $4 AND n.engaged_at >= $5`

// Members returns the next readers of an audience after an id, ascending by id,
// at most limit. Fewer than limit are the last ones.
func (s *Service) Members(ctx context.Context, q db.Querier, a Audience, after int64, limit int) ([]Member, error) {
	since, until, engaged := s.bounds(a)
	var out []Member
	for len(out) < limit {
		rows, err := q.Query(ctx, `SELECT r.id, n.interest, r.language, r.zone`+whereAudience+` AND n.subscriber_id > $6 ORDER BY n.subscriber_id LIMIT $7`,
			a.Newsletter, a.Rhythm, since, until, engaged, after, int64(limit))
		some, err := db.All(rows, err, func(r *sql.Rows) (m Member, err error) {
			err = r.Scan(&m.ID, &m.Interest, &m.Language, &m.Zone)
			return m, err
		})
		if err != nil {
			return nil, err
		}
		for _, m := range some {
			if a.fits(m) && len(out) < limit {
				out = append(out, m)
			}
		}
		if len(some) < limit {
			break
		}
		after = some[len(some)-1].ID
	}
	return out, nil
}

// Count returns how many readers an audience has.
func (s *Service) Count(ctx context.Context, q db.Querier, a Audience) (int, error) {
	a, err := s.Expand(ctx, q, a)
	if err != nil {
		return 0, err
	}
	since, until, engaged := s.bounds(a)
	type group struct {
		Member
		n int
	}
	rows, err := q.Query(ctx, `SELECT n.interest, r.language, COUNT(*)`+whereAudience+` GROUP BY n.interest, r.language`, a.Newsletter, a.Rhythm, since, until, engaged)
	groups, err := db.All(rows, err, func(r *sql.Rows) (g group, err error) {
		err = r.Scan(&g.Interest, &g.Language, &g.n)
		return g, err
	})
	sum := 0
	for _, g := range groups {
		if a.fits(g.Member) {
			sum += g.n
		}
	}
	return sum, err
}

// Recipient is a reader with the address, right before a letter is handed over.
type Recipient struct {
	ID                      int64
	Address, Name, Language string
	Active                  bool // reads the newsletter at this moment
	Soft                    int  // final temporary failures in a row: call Delivered after a success when it is not 0
}

// batch is how many ids one statement of Recipients names.
const batch = 32

const recipientsSQL = `SELECT r.id, r.address, r.name, r.language, r.soft, COALESCE(n.active, 0)
	FROM subscriber AS r LEFT JOIN subscription AS n ON n.subscriber_id = r.id AND n.newsletter_id = $1
	WHERE r.id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)`

// Recipients returns those of ids, in their order. One who left, was erased or
// whose address cannot be opened is there without address, not Active.
func (s *Service) Recipients(ctx context.Context, q db.Querier, newsletter int64, ids []int64) ([]Recipient, error) {
	out := make([]Recipient, len(ids))
	place := make(map[int64]int, len(ids))
	for i, one := range ids {
		out[i].ID, place[one] = one, i
	}
	for some := range slices.Chunk(ids, batch) {
		args := make([]any, 1, batch+1)
		args[0] = newsletter
		for i := range batch {
			args = append(args, some[min(i, len(some)-1)])
		}
		rows, err := q.Query(ctx, recipientsSQL, args...)
		found, err := db.All(rows, err, func(r *sql.Rows) (one Recipient, err error) {
			err = r.Scan(&one.ID, &one.Address, &one.Name, &one.Language, &one.Soft, &one.Active)
			return one, err
		})
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			if one.Active {
				if one.Address, err = s.vault.Open(purposeAddress, one.Address); err != nil {
					return nil, err
				}
				one.Name = s.openName(one.Name)
			} else {
				one.Address, one.Name = "", ""
			}
			out[place[one.ID]] = one
		}
	}
	return out, nil
}

// Links are those of one letter to one reader. They do not end.
type Links struct {
	Unsubscribe string // page with a button
	OneClick    string // takes RFC 8058's POST
	Preferences string
}

// Links signs the links of a letter: whole addresses, no mail address in them.
// mailing may be 0.
func (s *Service) Links(newsletter, subscriber, mailing int64) Links {
	value, origin := numbers(newsletter, subscriber, mailing), s.post.Origin()
	leave := s.vault.Sign(purposeLeave, value, time.Time{})
	return Links{Unsubscribe: origin + LeavePath + leave, OneClick: origin + OneClickPath + leave,
		Preferences: origin + PreferencesPath + s.vault.Sign(purposeChoose, value, time.Time{})}
}
