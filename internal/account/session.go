package account

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/throttle"
)

// How long a session lasts without being used, and at all; and how exactly its
// last use is kept.
const (
	idleLife   = 7 * 24 * time.Hour
	wholeLife  = 30 * 24 * time.Hour
	deviceLife = 365 * 24 * time.Hour

	pendingLife = 5 * time.Minute // between password and code
	seenEvery   = time.Minute
)

// Session is one signed-in browser.
type Session struct {
	ID      int64
	Agent   string
	Client  string // the network it was last used from, /24 or /48
	Created time.Time
	Seen    time.Time
}

// Credentials are what a person signs in with.
type Credentials struct {
	Email, Password string
	Pending         string // instead of both, from SignedIn: the password was right
	Code            string // of the authenticator or a recovery code; "" at first
}

// SignedIn is what a browser keeps after signing in: two cookies.
type SignedIn struct {
	Person  Person
	Session string // token of the session
	Device  string // says that this browser has been the person's
	Pending string // with ErrCode: what to sign in with next, together with a code
}

// errWrong is the one answer to every wrong sign-in.
var errWrong = fault.New(fault.Denied, "the address or the password is not right")

// ErrCode asks for the code of the second factor. It is told only to those who
// know the password.
var ErrCode = fault.New(fault.SignIn, "enter the code from your authenticator app, or a recovery code")

// SignIn begins a session. Unknown address, wrong password and an account that
// is switched off look the same and take as long.
func (s *Service) SignIn(ctx context.Context, c Credentials, from Visit) (SignedIn, error) {
	p, err := s.claimed(ctx, c)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return SignedIn{}, err
	}
	if from.Device != "" && !s.ownDevice(from.Device, p.ID) {
		from.Device = ""
	}
	if err := s.guards.try(p.ID, from); err != nil {
		return SignedIn{}, err
	}
	right := c.Pending != "" || s.vault.CheckPassword(p.password, normal(c.Password))
	if !right || p.ID == 0 || p.Disabled {
		return SignedIn{}, errWrong
	}
	out := SignedIn{Person: p}
	if p.TwoFactor && strings.TrimSpace(c.Code) == "" {
		out.Pending = s.vault.Sign(purposePending, pending(p), s.clock.Now().Add(pendingLife))
		return out, ErrCode
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if p.TwoFactor {
			if err := s.secondFactor(ctx, tx, &p, c.Code); err != nil {
				return err
			}
		}
		if out.Session, err = s.begin(ctx, tx, p.ID, from); err != nil {
			return err
		}
		return s.record(ctx, tx, p.Actor(), "sign in", p.ID, nil)
	})
	out.Device = s.deviceFor(p.ID)
	return out, err
}

// deviceFor makes the cookie that says a browser has been the person's.
func (s *Service) deviceFor(personID int64) string {
	return s.vault.Sign(purposeDevice, strconv.FormatInt(personID, 36)+"."+id.Token(), s.clock.Now().Add(deviceLife))
}

// claimed finds the person that credentials are for.
func (s *Service) claimed(ctx context.Context, c Credentials) (Person, error) {
	if c.Pending == "" {
		return s.byEmail(ctx, s.db, c.Email)
	}
	value, err := s.vault.Verify(purposePending, c.Pending, s.clock.Now())
	if err != nil {
		return Person{}, fault.New(fault.Invalid, "the form is too old").WithHint("begin again")
	}
	who, _, _ := strings.Cut(value, ".")
	personID, err := strconv.ParseInt(who, 36, 64)
	if err != nil {
		return Person{}, errWrong
	}
	p, err := s.byID(ctx, s.db, personID)
	if err == nil && pending(p) != value {
		err = errWrong
	}
	return p, err
}

// pending ties a half-made sign-in to the person's present password.
func pending(p Person) string { return strconv.FormatInt(p.ID, 36) + "." + hashOf(p.password) }

// ownDevice tells whether a device cookie is one that the person got.
func (s *Service) ownDevice(cookie string, personID int64) bool {
	value, err := s.vault.Verify(purposeDevice, cookie, s.clock.Now())
	who, _, _ := strings.Cut(value, ".")
	return err == nil && personID != 0 && who == strconv.FormatInt(personID, 36)
}

// begin writes a session and returns its token.
func (s *Service) begin(ctx context.Context, tx *db.Tx, personID int64, from Visit) (token string, err error) {
	now := s.clock.Now()
	if _, err := tx.Exec(ctx, `DELETE FROM session WHERE seen_at < $1`, db.Micros(now.Add(-idleLife))); err != nil {
		return "", err
	}
	token, hash := newToken()
	_, err = tx.Exec(ctx, `INSERT INTO session (id, hash, person_id, client, agent, created_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $6)`,
		id.New(), hash, personID, coarse(from), clip(from.Agent, 200), db.Micros(now))
	return token, err
}

// coarse is the network of a client, too wide to tell a person by.
func coarse(from Visit) string { return throttle.Network(from.Client, 24, 48) }

func clip(text string, runes int) string {
	text = strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text), "")
	r := []rune(text)
	return string(r[:min(len(r), runes)])
}

// Resume returns who a session's token belongs to; SignIn when it has ended.
func (s *Service) Resume(ctx context.Context, token string, from Visit) (Person, Session, error) {
	ended := fault.New(fault.SignIn, "please sign in")
	now := s.clock.Now()
	var ses Session
	var personID, created, seen int64
	err := s.db.QueryRow(ctx, `SELECT id, person_id, client, agent, created_at, seen_at FROM session WHERE hash = $1`, hashOf(token)).
		Scan(&ses.ID, &personID, &ses.Client, &ses.Agent, &created, &seen)
	if fault.Is(err, fault.NotFound) {
		return Person{}, ses, ended
	}
	if err != nil {
		return Person{}, ses, err
	}
	ses.Created, ses.Seen = db.Time(created), db.Time(seen)
	if now.Sub(ses.Seen) >= idleLife || now.Sub(ses.Created) >= wholeLife {
		return Person{}, ses, ended
	}
	p, err := s.byID(ctx, s.db, personID)
	if fault.Is(err, fault.NotFound) || err == nil && p.Disabled {
		return Person{}, ses, ended
	}
	if err == nil && now.Sub(ses.Seen) >= seenEvery {
		err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE session SET seen_at = $1, client = $2 WHERE id = $3`, db.Micros(now), coarse(from), ses.ID)
			return err
		})
	}
	return p, ses, err
}

// Sessions returns a person's own sessions, the last used first.
func (s *Service) Sessions(ctx context.Context, actor Actor) ([]Session, error) {
	rows, err := s.db.Query(ctx, `SELECT id, client, agent, created_at, seen_at FROM session
		WHERE person_id = $1 AND seen_at > $2 AND created_at > $3 ORDER BY seen_at DESC, id DESC`,
		actor.ID, db.Micros(s.clock.Now().Add(-idleLife)), db.Micros(s.clock.Now().Add(-wholeLife)))
	return db.All(rows, err, func(r *sql.Rows) (ses Session, err error) {
		var created, seen int64
		err = r.Scan(&ses.ID, &ses.Client, &ses.Agent, &created, &seen)
		ses.Created, ses.Seen = db.Time(created), db.Time(seen)
		return ses, err
	})
}

// SignOut ends the session of a token.
func (s *Service) SignOut(ctx context.Context, token string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM session WHERE hash = $1`, hashOf(token))
		return err
	})
}

// Revoke ends one of a person's own sessions.
func (s *Service) Revoke(ctx context.Context, actor Actor, sessionID int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM session WHERE id = $1 AND person_id = $2`, sessionID, actor.ID)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "that session has ended")
		}
		return err
	})
}

// RevokeOthers ends all of a person's own sessions but one.
func (s *Service) RevokeOthers(ctx context.Context, actor Actor, keep int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM session WHERE person_id = $1 AND id <> $2`, actor.ID, keep)
		return err
	})
}

func endSessions(ctx context.Context, tx *db.Tx, personID int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM session WHERE person_id = $1`, personID)
	return err
}
