package subscriber

import (
	"context"
	"math"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/throttle"
)

// How often letters go out that anybody can ask for by typing an address.
const (
	mailboxEvery = 24 * time.Hour // one of a kind to a mailbox
	mailboxWeek  = 3              // and so many of a kind a week
	week         = 7 * 24 * time.Hour
	domainHour   = 300 // to all mailboxes of a domain; the rest wait
	siteMinute   = 60  // to all; the rest wait

	// ownEvery is for those who came by a link of theirs.
	ownEvery = 10 * time.Minute
)

// letterKind is what a letter says.
type letterKind string

const (
	letterConfirm letterKind = "confirm" // confirm the sign-up
	letterWay     letterKind = "way"     // somebody typed your address; here are your preferences
	letterOwn     letterKind = "own"     // the fresh link that you asked for
	letterWelcome letterKind = "welcome"
	letterMove    letterKind = "move"   // to a new address: confirm it
	letterNotice  letterKind = "notice" // to the old one: somebody asked
)

// mayWrite decides whether a mailbox gets a letter of a kind, and marks it. A
// wait means that the site or the domain has had its share and the letter's
// turn comes later; nothing is marked then.
func (s *Service) mayWrite(ctx context.Context, tx *db.Tx, a address, kind letterKind) (wait time.Duration, ok bool, err error) {
	box := s.vault.Index(purposeMailbox, a.Box)
	var asked throttle.Weekly
	err = tx.QueryRow(ctx, `SELECT at, week_at, in_week FROM asked WHERE mailbox_index = $1 AND kind = $2`, box, string(kind)).Scan(&asked.At, &asked.WeekAt, &asked.InWeek)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return 0, false, err
	}
	every, most := mailboxEvery, int64(mailboxWeek)
	if kind == letterOwn {
		every, most = ownEvery, math.MaxInt64
	}
	next, ok := asked.Next(s.now(), every, most)
	if !ok {
		return 0, false, nil
	}
	domain := s.vault.Index(purposeDomain, a.Domain)
	if kind == letterConfirm || kind == letterWay { // the others are asked for by readers with a link of theirs
		if wait, err := s.crowded(ctx, tx, domain); err != nil || wait > 0 {
			return wait, true, err
		}
	}
	_, err = tx.Exec(ctx, `INSERT INTO asked (mailbox_index, kind, domain_index, at, week_at, in_week) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (mailbox_index, kind) DO UPDATE SET at = excluded.at, week_at = excluded.week_at, in_week = excluded.in_week`,
		box, string(kind), domain, next.At, next.WeekAt, next.InWeek)
	return 0, err == nil, err
}

// crowded says how long the letters of the site, or to a domain, must wait.
func (s *Service) crowded(ctx context.Context, tx *db.Tx, domain string) (time.Duration, error) {
	now := s.now()
	var n int64
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM asked WHERE at > $1`, now-time.Minute.Microseconds()).Scan(&n); err != nil {
		return 0, err
	}
	if n >= siteMinute {
		return time.Minute, nil
	}
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM asked WHERE domain_index = $1 AND at > $2`, domain, now-time.Hour.Microseconds()).Scan(&n); err != nil {
		return 0, err
	}
	if n >= domainHour {
		return 10 * time.Minute, nil
	}
	return 0, nil
}

// forgetAsked removes the marks of a mailbox.
func (s *Service) forgetAsked(ctx context.Context, tx *db.Tx, a address) error {
	_, err := tx.Exec(ctx, `DELETE FROM asked WHERE mailbox_index = $1`, s.vault.Index(purposeMailbox, a.Box))
	return err
}
