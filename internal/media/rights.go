package media

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// Rights are the terms under which a medium may be shown.
type Rights struct {
	Holder  string
	Licence string // its name or terms: "CC BY 4.0", "one use, print and web"
	Note    string // for colleagues, never public
	Expire  Day    // the last day on which it may be shown, 0 for ever
}

// Day is a day of the calendar as the number 20261231, 0 for none.
type Day int64

// DayOf is the day of a time in its zone.
func DayOf(t time.Time) Day { return Day(t.Year()*10_000 + int(t.Month())*100 + t.Day()) }

// ParseDay reads "2026-12-31"; "" is no day.
func ParseDay(text string) (Day, error) {
	if text == "" {
		return 0, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fault.New(fault.Invalid, "%q is no day", text).WithHint("write year, month and day, such as 2026-12-31")
	}
	return DayOf(t), nil
}

// Time is the beginning of the day in UTC, the zero time for none.
func (d Day) Time() time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Date(int(d/10_000), time.Month(d/100%100), int(d%100), 0, 0, 0, 0, time.UTC)
}

// Add returns the day n days later.
func (d Day) Add(n int) Day { return DayOf(d.Time().AddDate(0, 0, n)) }

// String writes the day as ParseDay reads it.
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return d.Time().Format(time.DateOnly)
}

// Expired tells whether the medium may no longer be shown on a day.
func (r Rights) Expired(today Day) bool { return r.Expire != 0 && r.Expire < today }

// End is the moment at which the last day ends in a zone, to the microsecond
// before; the zero time when the rights do not end.
func (r Rights) End(zone *time.Location) time.Time {
	if r.Expire == 0 {
		return time.Time{}
	}
	next := r.Expire.Add(1).Time()
	return time.Date(next.Year(), next.Month(), next.Day(), 0, 0, 0, 0, zone).Add(-time.Microsecond)
}

// RightsWarn is how many days before their end rights are warned about.
const RightsWarn = 30

// Expiring tells whether the rights end within RightsWarn days, or have ended.
func (r Rights) Expiring(today Day) bool { return r.Expire != 0 && r.Expire <= today.Add(RightsWarn) }

// RightsExpiring returns the media whose rights end within RightsWarn days or
// have ended, the earliest first, at most limit. today is a day of the site's
// zone.
func (s *Service) RightsExpiring(ctx context.Context, q db.Querier, today Day, limit int) ([]Medium, error) {
	rows, err := q.Query(ctx, `SELECT id FROM media WHERE rights_expire > 0 AND rights_expire <= $1 ORDER BY rights_expire, id LIMIT $2`,
		int64(today.Add(RightsWarn)), limit)
	ids, err := db.All(rows, err, scanID)
	if err != nil {
		return nil, err
	}
	return s.ordered(ctx, q, ids)
}

// ShownExpired returns media whose rights have ended and that readers still
// see: in articles first, the latest ended first, then on fronts and in
// profiles; at most limit. today is a day of the site's zone. Each step is a
// look-up of an index, however large the library and however often a medium is
// used.
func (s *Service) ShownExpired(ctx context.Context, q db.Querier, today Day, limit int) ([]Medium, error) {
	var ids []int64
	for expire, last := int64(today), int64(0); len(ids) < limit; ids = append(ids, last) {
		err := q.QueryRow(ctx, `SELECT rights_expire, media_id FROM media_use WHERE rights_expire > 0 AND (rights_expire, media_id) < ($1, $2)
			ORDER BY rights_expire DESC, media_id DESC LIMIT 1`, expire, last).Scan(&expire, &last)
		if fault.Is(err, fault.NotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	rows, err := q.Query(ctx, `SELECT m.id FROM media_front f JOIN media m ON m.id = f.media_id WHERE m.rights_expire > 0 AND m.rights_expire < $1
		UNION SELECT m.id FROM profile p JOIN media m ON m.id = p.picture WHERE p.picture > 0 AND m.rights_expire > 0 AND m.rights_expire < $1 ORDER BY 1 LIMIT $2`,
		int64(today), limit)
	elsewhere, err := db.All(rows, err, scanID)
	if err != nil {
		return nil, err
	}
	for _, one := range elsewhere {
		if !slices.Contains(ids, one) && len(ids) < limit {
			ids = append(ids, one)
		}
	}
	return s.ordered(ctx, q, ids)
}

// Ending returns the media whose rights end within RightsWarn days from today,
// the earliest first, at most limit.
func (s *Service) Ending(ctx context.Context, q db.Querier, today Day, limit int) ([]Medium, error) {
	rows, err := q.Query(ctx, `SELECT id FROM media WHERE rights_expire > 0 AND rights_expire >= $1 AND rights_expire <= $2 ORDER BY rights_expire, id LIMIT $3`,
		int64(today), int64(today.Add(RightsWarn)), limit)
	ids, err := db.All(rows, err, scanID)
	if err != nil {
		return nil, err
	}
	return s.ordered(ctx, q, ids)
}

// followRights keeps the end of the rights beside each public use of a medium.
func followRights(ctx context.Context, tx *db.Tx, id int64, expire Day) error {
	_, err := tx.Exec(ctx, `UPDATE media_use SET rights_expire = $2 WHERE media_id = $1 AND rights_expire <> $2`, id, int64(expire))
	return err
}

// ExpiringOf returns those of some media whose rights end within RightsWarn
// days or have ended: what is asked before an article that shows them goes out.
func (s *Service) ExpiringOf(ctx context.Context, q db.Querier, today Day, ids []int64) ([]Medium, error) {
	all, err := s.ordered(ctx, q, ids)
	return slices.DeleteFunc(all, func(m Medium) bool { return !m.Rights.Expiring(today) }), err
}

// MayPassOn tells whether others may be given a medium to print: when its rights
// have not ended, and either its licence lets everybody do so (public domain,
// CC0, CC BY and its kin, but none that forbids commercial use), or one of ours
// holds the rights and no licence says otherwise. What nobody has written down
// is not passed on.
func (r Rights) MayPassOn(today Day, ours ...string) bool {
	if r.Expired(today) {
		return false
	}
	words := strings.FieldsFunc(strings.ToLower(r.Licence), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	if len(words) == 0 {
		holder := strings.TrimSpace(r.Holder)
		return holder != "" && slices.ContainsFunc(ours, func(name string) bool { return strings.EqualFold(strings.TrimSpace(name), holder) })
	}
	has := func(word string) bool { return slices.Contains(words, word) }
	switch {
	case has("nc"), has("noncommercial"), has("no"), has("not"), has("except"):
		return false
	case has("cc0"), has("publicdomain"), has("public") && has("domain"):
		return true
	}
	return (has("cc") || has("creativecommons")) && has("by")
}
