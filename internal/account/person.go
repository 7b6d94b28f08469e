package account

import (
	"context"
	"database/sql"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"dateline/internal/audit"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/id"
	"dateline/internal/vault"
)

// Person is somebody with an account.
type Person struct {
	ID        int64
	Name      string
	Email     string
	Role      Role
	Disabled  bool
	Invited   bool // has neither a password nor a passkey yet
	TwoFactor bool
	Password  bool   // has one
	Passkeys  int64  // how many
	Language  string // of the desk and of mail, "de"; "" follows the browser and the site
	Created   time.Time

	ToldByMail bool // wants to be told by mail what colleagues write to them

	password string
	totp     string // sealed
	step     int64
}

// Actor is the person as one who asks for changes.
func (p Person) Actor() Actor { return Actor{ID: p.ID, Name: p.Name, Role: p.Role} }

// Service keeps people, their sessions and their links. Safe for concurrent use.
type Service struct {
	db     *db.DB
	clock  clock.Clock
	vault  *vault.Vault
	guards *guards
	post   Post
	origin func() string // nil for a site without passkeys
}

// NewService returns the service.
func NewService(d *db.DB, c clock.Clock, v *vault.Vault) *Service {
	return &Service{db: d, clock: c, vault: v, guards: newGuards(c)}
}

// The purposes of what the vault makes for accounts.
const (
	purposeEmail    = "person.email"
	purposeTOTP     = "person.totp"
	purposeDevice   = "person.device"
	purposePending  = "person.pending"
	purposeRecovery = "person.recovery"
	purposeLetter   = "ticket.letter"
	purposePasskey  = "person.passkey"
)

const personColumns = `id, name, email, role, password, totp, totp_step, disabled, language, told_by_mail, created_at, (SELECT COUNT(*) FROM passkey WHERE passkey.person_id = person.id)`

func (s *Service) scan(r *sql.Rows) (Person, error) {
	var p Person
	var email, role string
	var disabled, told, created int64
	if err := r.Scan(&p.ID, &p.Name, &email, &role, &p.password, &p.totp, &p.step, &disabled, &p.Language, &told, &created, &p.Passkeys); err != nil {
		return p, err
	}
	p.Role, _ = RoleNamed(role)
	p.Password, p.ToldByMail = p.password != "", told != 0
	p.Disabled, p.Invited, p.TwoFactor, p.Created = disabled != 0, !p.Password && p.Passkeys == 0, p.totp != "", db.Time(created)
	var err error
	p.Email, err = s.vault.Open(purposeEmail, email)
	return p, err
}

func (s *Service) one(rows *sql.Rows, err error) (Person, error) {
	all, err := db.All(rows, err, s.scan)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "nobody here has that account")
	}
	if err != nil {
		return Person{}, err
	}
	return all[0], nil
}

func (s *Service) byID(ctx context.Context, q db.Querier, personID int64) (Person, error) {
	rows, err := q.Query(ctx, `SELECT `+personColumns+` FROM person WHERE id = $1`, personID)
	return s.one(rows, err)
}

func (s *Service) byEmail(ctx context.Context, q db.Querier, email string) (Person, error) {
	rows, err := q.Query(ctx, `SELECT `+personColumns+` FROM person WHERE email_key = $1`, s.emailKey(email))
	return s.one(rows, err)
}

// emailKey is the keyed index of an address. Case and Unicode form do not
// matter: no provider in use gives two people addresses that differ so.
func (s *Service) emailKey(email string) string {
	return s.vault.Index(purposeEmail, strings.ToLower(norm.NFC.String(strings.TrimSpace(email))))
}

// People returns everybody with an account, by name. Administrators may ask.
func (s *Service) People(ctx context.Context, actor Actor) ([]Person, error) {
	if err := actor.Require(Administrator, "see the people of this site"); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, `SELECT `+personColumns+` FROM person ORDER BY name, id`)
	return db.All(rows, err, s.scan)
}

// ByEmail returns the person with an address. Administrators may ask.
func (s *Service) ByEmail(ctx context.Context, actor Actor, email string) (Person, error) {
	if err := actor.Require(Administrator, "look up people"); err != nil {
		return Person{}, err
	}
	return s.byEmail(ctx, s.db, email)
}

// Empty tells whether nobody has an account yet.
func (s *Service) Empty(ctx context.Context) (bool, error) { return empty(ctx, s.db) }

func empty(ctx context.Context, q db.Querier) (bool, error) {
	var n int64
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM person`).Scan(&n)
	return n == 0, err
}

// Invite adds a person who has no password yet, and returns the token of the
// link with which they choose one.
func (s *Service) Invite(ctx context.Context, actor Actor, name, email string, role Role) (p Person, token string, err error) {
	if err := mayGive(actor, role); err != nil {
		return p, "", err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if p, err = s.add(ctx, tx, actor, name, email, role, ""); err != nil {
			return err
		}
		token, err = s.issue(ctx, tx, TicketInvitation, p.ID)
		return err
	})
	return p, token, err
}

func (s *Service) add(ctx context.Context, tx *db.Tx, actor Actor, name, email string, role Role, hash string) (Person, error) {
	return s.addAs(ctx, tx, actor, id.New(), name, email, role, hash)
}

func (s *Service) addAs(ctx context.Context, tx *db.Tx, actor Actor, personID int64, name, email string, role Role, hash string) (Person, error) {
	p := Person{ID: personID, Name: strings.TrimSpace(name), Email: strings.TrimSpace(email), Role: role, Invited: hash == "", Password: hash != "", ToldByMail: true, password: hash, Created: s.clock.Now()}
	if err := checkName(p.Name); err != nil {
		return p, err
	}
	if err := checkEmail(p.Email); err != nil {
		return p, err
	}
	if _, ok := RoleNamed(role.String()); !ok {
		return p, fault.New(fault.Invalid, "%s is not a role", role)
	}
	switch _, err := s.byEmail(ctx, tx, p.Email); {
	case err == nil:
		return p, fault.New(fault.Conflict, "somebody with that address has an account already")
	case !fault.Is(err, fault.NotFound):
		return p, err
	}
	now := db.Micros(p.Created)
	_, err := tx.Exec(ctx, `INSERT INTO person (id, name, email_key, email, role, password, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		p.ID, p.Name, s.emailKey(p.Email), s.vault.Seal(purposeEmail, p.Email), role.String(), hash, now, now)
	if err != nil {
		return p, err
	}
	return p, s.record(ctx, tx, actor, "add", p.ID, map[string]string{"name": p.Name, "role": role.String()})
}

func (s *Service) record(ctx context.Context, tx *db.Tx, actor Actor, verb string, personID int64, detail any) error {
	return audit.Record(ctx, tx, s.clock.Now(), actor.Name, verb, "person", personID, detail)
}

const maxName = 100 // runes

func checkName(name string) error {
	if name == "" || utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fault.New(fault.Invalid, "a name has 1 to %d characters on one line", maxName)
	}
	return nil
}

func checkEmail(email string) error {
	wrong := fault.New(fault.Invalid, "that is not an e-mail address").WithHint("write it as name@host.example")
	if len(email) > 254 {
		return wrong
	}
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || parsed.Name != "" || strings.ContainsAny(email, "\r\n\x00 ") {
		return wrong
	}
	return nil
}

// mayGive tells whether the actor may make somebody of a role: nobody makes
// others more than they are.
func mayGive(actor Actor, role Role) error {
	if err := actor.Require(Administrator, "manage people"); err != nil {
		return err
	}
	return actor.Require(role, "make somebody "+role.String())
}

// change alters one person, who must not be above the actor, ends their
// sessions and keeps an owner able to sign in.
func (s *Service) change(ctx context.Context, actor Actor, personID int64, verb string, detail any, apply func(ctx context.Context, tx *db.Tx, p *Person) error) error {
	if err := actor.Require(Administrator, "manage people"); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.byID(ctx, tx, personID)
		if err != nil {
			return err
		}
		if err := actor.Require(p.Role, "change the account of an "+p.Role.String()); err != nil {
			return err
		}
		owned := p.owns()
		if err := apply(ctx, tx, &p); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE person SET role = $1, disabled = $2, updated_at = $3 WHERE id = $4`,
			p.Role.String(), db.Bool(p.Disabled), db.Micros(s.clock.Now()), p.ID); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, p.ID); err != nil {
			return err
		}
		if owned && !p.owns() {
			if err := keepOwner(ctx, tx); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, actor, verb, p.ID, detail)
	})
}

// owns tells whether the person is an owner who can sign in.
func (p *Person) owns() bool { return p.Role == Owner && !p.Disabled && !p.Invited }

// keepOwner refuses a change after which no owner could sign in.
func keepOwner(ctx context.Context, tx *db.Tx) error {
	var owners int64
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM person WHERE role = 'owner' AND disabled = 0
		AND (password <> '' OR EXISTS (SELECT 1 FROM passkey WHERE passkey.person_id = person.id))`).Scan(&owners); err != nil {
		return err
	}
	if owners == 0 {
		return fault.New(fault.Conflict, "nobody would be left who owns this site").WithHint("make somebody else an owner first")
	}
	return nil
}

// SetRole gives a person another role.
func (s *Service) SetRole(ctx context.Context, actor Actor, personID int64, role Role) error {
	if err := mayGive(actor, role); err != nil {
		return err
	}
	return s.change(ctx, actor, personID, "change role", map[string]string{"role": role.String()}, func(_ context.Context, _ *db.Tx, p *Person) error {
		p.Role = role
		return nil
	})
}

// Disable switches a person's account off: they cannot sign in, and all their
// sessions and links end. What they wrote stays.
func (s *Service) Disable(ctx context.Context, actor Actor, personID int64) error {
	return s.change(ctx, actor, personID, "disable", nil, func(ctx context.Context, tx *db.Tx, p *Person) error {
		p.Disabled = true
		_, err := tx.Exec(ctx, `DELETE FROM ticket WHERE person_id = $1`, p.ID)
		return err
	})
}

// Enable switches a person's account on again.
func (s *Service) Enable(ctx context.Context, actor Actor, personID int64) error {
	return s.change(ctx, actor, personID, "enable", nil, func(_ context.Context, _ *db.Tx, p *Person) error {
		p.Disabled = false
		return nil
	})
}

// Reset returns the token of a link with which a person chooses a new password.
// The old one, and a second factor, hold until the link is used.
func (s *Service) Reset(ctx context.Context, actor Actor, personID int64) (token string, err error) {
	err = s.reset(ctx, actor, personID, func(ctx context.Context, tx *db.Tx, kind TicketKind) (err error) {
		token, err = s.issue(ctx, tx, kind, personID)
		return err
	})
	return token, err
}

func (s *Service) reset(ctx context.Context, actor Actor, personID int64, issue func(context.Context, *db.Tx, TicketKind) error) error {
	if err := actor.Require(Administrator, "manage people"); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.byID(ctx, tx, personID)
		if err != nil {
			return err
		}
		if err := actor.Require(p.Role, "change the account of an "+p.Role.String()); err != nil {
			return err
		}
		if p.Disabled {
			return fault.New(fault.Conflict, "this account is switched off").WithHint("switch it on first")
		}
		kind := TicketReset
		if p.Invited {
			kind = TicketInvitation
		}
		if err := issue(ctx, tx, kind); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "offer a new password", p.ID, nil)
	})
}

// Rename changes a person's own name.
func (s *Service) Rename(ctx context.Context, actor Actor, name string) error {
	name = strings.TrimSpace(name)
	if err := checkName(name); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE person SET name = $1, updated_at = $2 WHERE id = $3`, name, db.Micros(s.clock.Now()), actor.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "rename", actor.ID, map[string]string{"name": name})
	})
}

// SetLanguage chooses the language in which a person reads the desk and gets
// mail; "" follows the browser and the site.
func (s *Service) SetLanguage(ctx context.Context, actor Actor, language string) error {
	if language != "" && !slices.Contains(i18n.Languages(), language) {
		return fault.New(fault.Invalid, "the desk does not speak %q", language).WithHint("choose one of %s", strings.Join(i18n.Languages(), ", "))
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE person SET language = $1, updated_at = $2 WHERE id = $3`, language, db.Micros(s.clock.Now()), actor.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "change language", actor.ID, map[string]string{"language": language})
	})
}
