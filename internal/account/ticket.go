package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// TicketKind is what a link that works once is for.
type TicketKind string

// The kinds.
const (
	TicketSetUp      TicketKind = "set-up"
	TicketInvitation TicketKind = "invitation"
	TicketReset      TicketKind = "reset"
	TicketForgot     TicketKind = "forgot" // a reset that the person asked for
)

// lifetimes of the kinds.
var lifetimes = map[TicketKind]time.Duration{
	TicketSetUp:      24 * time.Hour,
	TicketInvitation: 7 * 24 * time.Hour,
	TicketReset:      24 * time.Hour,
	TicketForgot:     2 * time.Hour,
}

// Ticket is a link that has not been used.
type Ticket struct {
	Kind   TicketKind
	Person Person // nobody for a set-up

	expires time.Time
	mail    MailState
}

func (t Ticket) issued() time.Time { return t.expires.Add(-lifetimes[t.Kind]) }

// newToken returns 256 random bits for a link or a cookie, and the hash under
// which they are kept.
func newToken() (token, hash string) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	token = base64.RawURLEncoding.EncodeToString(b[:])
	return token, hashOf(token)
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// issue makes a ticket; a former one of the kind stops working.
func (s *Service) issue(ctx context.Context, tx *db.Tx, kind TicketKind, personID int64) (token string, err error) {
	token, hash := newToken()
	_, err = tx.Exec(ctx, `INSERT INTO ticket (person_id, kind, hash, expires_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id, kind) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at, mail = '', mail_error = '', mail_link = ''`,
		personID, string(kind), hash, db.Micros(s.clock.Now().Add(lifetimes[kind])))
	return token, err
}

// SetUpTicket returns the token of the link with which the owner of a new site
// makes the first account; Conflict when there is an account already. An
// earlier link stops working.
func (s *Service) SetUpTicket(ctx context.Context) (token string, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if none, err := empty(ctx, tx); err != nil || !none {
			return orConflict(err)
		}
		token, err = s.issue(ctx, tx, TicketSetUp, 0)
		return err
	})
	return token, err
}

func orConflict(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "this site has been set up").WithHint("sign in, or ask an administrator for an invitation")
}

// Ticket returns what a link is for. Gone when it has been used, replaced or
// has expired.
func (s *Service) Ticket(ctx context.Context, token string) (Ticket, error) {
	return s.ticket(ctx, s.db, token)
}

func (s *Service) ticket(ctx context.Context, q db.Querier, token string) (Ticket, error) {
	gone := fault.New(fault.Gone, "this link has been used or has expired").WithHint("ask an administrator for a new one")
	var t Ticket
	var kind string
	var personID, expires int64
	err := q.QueryRow(ctx, `SELECT kind, person_id, expires_at, mail FROM ticket WHERE hash = $1`, hashOf(token)).Scan(&kind, &personID, &expires, &t.mail)
	if fault.Is(err, fault.NotFound) || err == nil && expires <= db.Micros(s.clock.Now()) {
		return t, gone
	}
	if err != nil {
		return t, err
	}
	t.Kind, t.expires = TicketKind(kind), db.Time(expires)
	if t.Kind == TicketSetUp {
		if none, err := empty(ctx, q); err != nil || !none {
			return t, orConflict(err)
		}
		return t, nil
	}
	if t.Person, err = s.byID(ctx, q, personID); fault.Is(err, fault.NotFound) || err == nil && t.Person.Disabled {
		return t, gone
	}
	return t, err
}

// SetUp makes the owner of a new site with the token of its set-up link. also
// runs in the same transaction, for what else the set-up page asks.
func (s *Service) SetUp(ctx context.Context, token, name, email, password string, also func(context.Context, *db.Tx, Actor) error) (p Person, err error) {
	if err := checkPassword(password, name, email); err != nil {
		return p, err
	}
	if _, err := s.Ticket(ctx, token); err != nil {
		return p, err
	}
	hash := s.vault.HashPassword(normal(password))
	return s.setUp(ctx, token, also, func(ctx context.Context, tx *db.Tx) (Person, error) {
		return s.add(ctx, tx, System("set-up"), name, email, Owner, hash)
	})
}

// SetUpWithPasskey is SetUp with a passkey, made of OfferPasskeyFor, instead of
// a password.
func (s *Service) SetUpWithPasskey(ctx context.Context, token, name, email string, in Answer, also func(context.Context, *db.Tx, Actor) error) (p Person, err error) {
	k, err := s.made(ctx, "ticket "+hashOf(token), in)
	if err != nil {
		return p, err
	}
	return s.setUp(ctx, token, also, func(ctx context.Context, tx *db.Tx) (Person, error) {
		p, err := s.addAs(ctx, tx, System("set-up"), k.person, name, email, Owner, "")
		if err != nil {
			return p, err
		}
		p.Invited, p.Passkeys = false, 1
		return p, s.addKey(ctx, tx, p.Actor(), k)
	})
}

func (s *Service) setUp(ctx context.Context, token string, also func(context.Context, *db.Tx, Actor) error, add func(context.Context, *db.Tx) (Person, error)) (p Person, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, err := s.ticket(ctx, tx, token)
		if err != nil {
			return err
		}
		if t.Kind != TicketSetUp {
			return fault.New(fault.Invalid, "this link is not for setting the site up")
		}
		if p, err = add(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM ticket WHERE kind = $1`, string(TicketSetUp)); err != nil {
			return err
		}
		if also == nil {
			return nil
		}
		return also(ctx, tx, p.Actor())
	})
	return p, err
}

// Redeem takes an invitation or a reset: the person has the password from now
// on, all their sessions end, and the link has been used.
func (s *Service) Redeem(ctx context.Context, token, password string) (p Person, err error) {
	t, err := s.Ticket(ctx, token)
	if err != nil {
		return p, err
	}
	if err := checkPassword(password, t.Person.Name, t.Person.Email); err != nil {
		return p, err
	}
	hash := s.vault.HashPassword(normal(password))
	return s.redeem(ctx, token, "choose a password", func(ctx context.Context, tx *db.Tx, p *Person) error {
		p.Password, p.password = true, hash
		return s.savePassword(ctx, tx, p.ID, hash)
	})
}

// RedeemWithPasskey is Redeem with a new passkey, made of OfferPasskeyFor. A
// password that the person has stays as it is.
func (s *Service) RedeemWithPasskey(ctx context.Context, token string, in Answer) (p Person, err error) {
	k, err := s.made(ctx, "ticket "+hashOf(token), in)
	if err != nil {
		return p, err
	}
	return s.redeem(ctx, token, "choose a passkey", func(ctx context.Context, tx *db.Tx, p *Person) error {
		if k.person != p.ID {
			return fault.New(fault.Invalid, "the passkey was made for somebody else")
		}
		p.Passkeys++
		if err := endSessions(ctx, tx, p.ID); err != nil {
			return err
		}
		return s.addKey(ctx, tx, p.Actor(), k)
	})
}

func (s *Service) redeem(ctx context.Context, token, verb string, enter func(context.Context, *db.Tx, *Person) error) (p Person, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, err := s.ticket(ctx, tx, token)
		if err != nil {
			return err
		}
		if t.Kind == TicketSetUp {
			return fault.New(fault.Invalid, "this link sets the site up")
		}
		p = t.Person
		p.Invited = false
		if err := enter(ctx, tx, &p); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM ticket WHERE person_id = $1`, p.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, p.Actor(), verb, p.ID, nil)
	})
	return p, err
}

// Begin starts a session for somebody who has just made the account with a
// passkey: the device has shown that they are there.
func (s *Service) Begin(ctx context.Context, p Person, from Visit) (SignedIn, error) {
	out := SignedIn{Person: p, Device: s.deviceFor(p.ID)}
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if out.Session, err = s.begin(ctx, tx, p.ID, from); err != nil {
			return err
		}
		return s.record(ctx, tx, p.Actor(), "sign in", p.ID, nil)
	})
	return out, err
}
