package account

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/throttle"
)

// Passkey is a key on a person's device with which they sign in (WebAuthn). The
// device asks for a finger, a face or a code each time, so that it counts as
// both factors.
type Passkey struct {
	ID      int64
	Name    string
	Created time.Time
	Used    time.Time // zero for never

	credential webauthn.Credential
	stored     string
}

// challengeLife is how long a browser may take to answer.
const challengeLife = 5 * time.Minute

const maxPasskeys = 20 // of a person

// How often an address may try to sign in with passkeys.
const (
	passkeyEvery = time.Second
	passkeyBurst = 60
)

// ServeAt tells the origin of the site, which passkeys are tied to. Without one
// there are none.
func (s *Service) ServeAt(origin func() string) { s.origin = origin }

// PasskeyHost is the host at which the desk must be open for passkeys, or why
// there can be none.
func (s *Service) PasskeyHost() (string, error) {
	host, _, err := s.party()
	return host, err
}

// party returns the host that passkeys are tied to, and the origin of pages.
// On one's own machine that is localhost: a number is no host to WebAuthn.
func (s *Service) party() (host, origin string, err error) {
	if s.origin == nil {
		return "", "", fault.New(fault.Unavailable, "this site has no passkeys")
	}
	u, err := url.Parse(s.origin())
	if err != nil {
		return "", "", fault.New(fault.Internal, "the site's origin: %w", err)
	}
	host = u.Hostname()
	ip := net.ParseIP(host)
	switch {
	case host == "localhost", ip != nil && ip.IsLoopback():
		origin = u.Scheme + "://localhost"
		if port := u.Port(); port != "" {
			origin += ":" + port
		}
		return "localhost", origin, nil
	case ip != nil:
		return "", "", fault.New(fault.Unavailable, "passkeys need a site with a name, not the number %s", host).WithHint("set url to the site's public origin")
	case u.Scheme != "https":
		return "", "", fault.New(fault.Unavailable, "passkeys need a site that is served over https").WithHint("set url to the site's public origin")
	}
	return host, u.String(), nil
}

func (s *Service) relying() (*webauthn.WebAuthn, error) {
	host, origin, err := s.party()
	if err != nil {
		return nil, err
	}
	yes := true
	w, err := webauthn.New(&webauthn.Config{RPID: host, RPDisplayName: host, RPOrigins: []string{origin}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: &yes, UserVerification: protocol.VerificationRequired}})
	if err != nil {
		return nil, fault.New(fault.Unavailable, "passkeys cannot be used at %s: %w", origin, err)
	}
	return w, nil
}

// holder is a person as WebAuthn sees them.
type holder struct {
	handle      []byte
	name, shown string
	keys        []webauthn.Credential
}

func (h *holder) WebAuthnID() []byte                         { return h.handle }
func (h *holder) WebAuthnName() string                       { return h.name }
func (h *holder) WebAuthnDisplayName() string                { return h.shown }
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// handle is what devices know a person by: nothing that tells who they are.
func (s *Service) handle(personID int64) []byte {
	raw, err := hex.DecodeString(s.vault.Index(purposePasskey, strconv.FormatInt(personID, 36)))
	if err != nil {
		panic("account: " + err.Error()) // Index writes hexadecimal digits
	}
	return raw
}

// Offer is a challenge for a browser: Options go to navigator.credentials,
// Challenge comes back with its answer.
type Offer struct {
	Challenge string `json:"challenge"`
	Options   any    `json:"options"`
}

// Answer is what a browser made of an offer.
type Answer struct {
	Challenge  string
	Credential string // JSON of the PublicKeyCredential
	Name       string // for a new passkey
}

// Given tells whether there is an answer at all.
func (a Answer) Given() bool { return a.Credential != "" }

// asked is a challenge as it is kept.
type asked struct {
	Person  int64                 `json:"person"`
	Session *webauthn.SessionData `json:"session"`
}

// keep writes a challenge down, for the subject alone, and returns its handle.
func (s *Service) keep(ctx context.Context, subject string, a asked) (string, error) {
	raw, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	token, hash := newToken()
	now := s.clock.Now()
	return token, s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM challenge WHERE expires_at <= $1`, db.Micros(now)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO challenge (hash, subject, session, expires_at) VALUES ($1, $2, $3, $4)`, hash, subject, string(raw), db.Micros(now.Add(challengeLife)))
		return err
	})
}

// take returns a challenge, for the last time: whatever comes of it, it cannot
// be answered again.
func (s *Service) take(ctx context.Context, subject, token string) (a asked, err error) {
	late := fault.New(fault.Invalid, "the passkey took too long").WithHint("try again")
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var raw string
		err := tx.QueryRow(ctx, `SELECT session FROM challenge WHERE hash = $1 AND subject = $2 AND expires_at > $3`,
			hashOf(token), subject, db.Micros(s.clock.Now())).Scan(&raw)
		if fault.Is(err, fault.NotFound) {
			return late
		}
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM challenge WHERE hash = $1`, hashOf(token))
		if err == nil && n == 0 {
			err = late
		}
		if err != nil {
			return err
		}
		return json.Unmarshal([]byte(raw), &a)
	})
	return a, err
}

// offer begins the making of a passkey.
func (s *Service) offer(ctx context.Context, subject string, personID int64, name, email string, present []Passkey) (Offer, error) {
	w, err := s.relying()
	if err != nil {
		return Offer{}, err
	}
	if len(present) >= maxPasskeys {
		return Offer{}, fault.New(fault.Conflict, "an account has at most %d passkeys", maxPasskeys).WithHint("remove one that you no longer use")
	}
	h := &holder{handle: s.handle(personID), name: email, shown: name, keys: credentials(present)}
	options, session, err := w.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return Offer{}, fault.New(fault.Unavailable, "a passkey cannot be made: %w", err)
	}
	token, err := s.keep(ctx, subject, asked{personID, session})
	return Offer{token, options}, err
}

// newKey is a passkey that has been verified and not yet kept.
type newKey struct {
	person     int64
	name       string
	credential *webauthn.Credential
}

// made verifies the answer to offer.
func (s *Service) made(ctx context.Context, subject string, in Answer) (newKey, error) {
	a, err := s.take(ctx, subject, in.Challenge)
	if err != nil {
		return newKey{}, err
	}
	w, err := s.relying()
	if err != nil {
		return newKey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(in.Credential))
	if err != nil {
		return newKey{}, refusedKey(err)
	}
	credential, err := w.CreateCredential(&holder{handle: s.handle(a.Person)}, *a.Session, parsed)
	if err != nil {
		return newKey{}, refusedKey(err)
	}
	name := strings.TrimSpace(in.Name)
	if name == "" {
		name = "Passkey"
	}
	if checkName(name) != nil {
		return newKey{}, fault.New(fault.Invalid, "the name of a passkey has 1 to %d characters on one line", maxName)
	}
	return newKey{a.Person, name, credential}, nil
}

// refusedKey says why the answer of a browser is not taken.
func refusedKey(err error) error {
	var said *protocol.Error
	if errors.As(err, &said) {
		return fault.New(fault.Invalid, "the passkey was not taken: %s", said.Details).WithHint("try again; the device must ask for your finger, face or code")
	}
	return fault.New(fault.Invalid, "the passkey was not taken").WithHint("try again")
}

func (s *Service) addKey(ctx context.Context, tx *db.Tx, actor Actor, k newKey) error {
	raw, err := json.Marshal(k.credential)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `INSERT INTO passkey (id, person_id, key_hash, credential, name, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (key_hash) DO NOTHING`, id.New(), k.person, hashOf(string(k.credential.ID)), string(raw), k.name, db.Micros(s.clock.Now()))
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "this passkey belongs to an account already")
	}
	if err != nil {
		return err
	}
	return s.record(ctx, tx, actor, "add passkey", k.person, map[string]string{"name": k.name})
}

const passkeyColumns = `id, name, credential, created_at, used_at`

func scanPasskey(r *sql.Rows) (k Passkey, err error) {
	var created, used int64
	if err := r.Scan(&k.ID, &k.Name, &k.stored, &created, &used); err != nil {
		return k, err
	}
	k.Created = db.Time(created)
	if used != 0 {
		k.Used = db.Time(used)
	}
	return k, json.Unmarshal([]byte(k.stored), &k.credential)
}

func (s *Service) passkeys(ctx context.Context, q db.Querier, personID int64) ([]Passkey, error) {
	rows, err := q.Query(ctx, `SELECT `+passkeyColumns+` FROM passkey WHERE person_id = $1 ORDER BY created_at, id`, personID)
	return db.All(rows, err, scanPasskey)
}

func credentials(keys []Passkey) []webauthn.Credential {
	all := make([]webauthn.Credential, len(keys))
	for i, k := range keys {
		all[i] = k.credential
	}
	return all
}

// Passkeys returns a person's own passkeys, the oldest first.
func (s *Service) Passkeys(ctx context.Context, actor Actor) ([]Passkey, error) {
	return s.passkeys(ctx, s.db, actor.ID)
}

// freshFor is how long after signing in a person need not prove again who they
// are before they change how they sign in.
const freshFor = 15 * time.Minute

// Fresh tells whether a session has just been begun.
func (s *Service) Fresh(ses Session) bool { return s.clock.Now().Sub(ses.Created) < freshFor }

// confirm lets a change of how a person signs in pass: they have just signed
// in, or give their password.
func (s *Service) confirm(ctx context.Context, actor Actor, ses Session, from Visit, present string) (Person, error) {
	p, err := s.byID(ctx, s.db, actor.ID)
	if err != nil || s.Fresh(ses) {
		return p, err
	}
	if p.password == "" {
		return p, fault.New(fault.Denied, "it is a while ago that you signed in").WithHint("sign out and in again, then try once more")
	}
	return p, s.prove(p, from, present)
}

func subjectOf(personID int64) string { return "person " + strconv.FormatInt(personID, 36) }

// OfferPasskey begins the making of a passkey for a person who is signed in.
// They give their present password unless they have just signed in.
func (s *Service) OfferPasskey(ctx context.Context, actor Actor, ses Session, from Visit, present string) (Offer, error) {
	p, err := s.confirm(ctx, actor, ses, from, present)
	if err != nil {
		return Offer{}, err
	}
	keys, err := s.passkeys(ctx, s.db, p.ID)
	if err != nil {
		return Offer{}, err
	}
	return s.offer(ctx, subjectOf(p.ID), p.ID, p.Name, p.Email, keys)
}

// AddPasskey keeps the passkey that was made of OfferPasskey.
func (s *Service) AddPasskey(ctx context.Context, actor Actor, in Answer) error {
	k, err := s.made(ctx, subjectOf(actor.ID), in)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.addKey(ctx, tx, actor, k) })
}

// RemovePasskey removes one of a person's own passkeys, but not the last way to
// sign in. All their other sessions end.
func (s *Service) RemovePasskey(ctx context.Context, actor Actor, ses Session, from Visit, passkeyID int64, present string) error {
	if _, err := s.confirm(ctx, actor, ses, from, present); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.byID(ctx, tx, actor.ID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM passkey WHERE id = $1 AND person_id = $2`, passkeyID, p.ID)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "that passkey has been removed")
		}
		if err == nil && p.password == "" && p.Passkeys == 1 {
			err = fault.New(fault.Conflict, "this is your last way to sign in").WithHint("add another passkey or a password first")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM session WHERE person_id = $1 AND id <> $2`, p.ID, ses.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "remove passkey", p.ID, nil)
	})
}

// DropPasskeysFor removes all passkeys of somebody who lost their devices. The
// command line may leave them without any way in, since it makes a new one.
func (s *Service) DropPasskeysFor(ctx context.Context, actor Actor, personID int64) error {
	return s.change(ctx, actor, personID, "remove passkeys", nil, func(ctx context.Context, tx *db.Tx, p *Person) error {
		if actor.ID != 0 {
			p.Passkeys, p.Invited = 0, p.password == ""
		}
		_, err := tx.Exec(ctx, `DELETE FROM passkey WHERE person_id = $1`, p.ID)
		return err
	})
}

// OfferPasskeyFor begins the making of a passkey instead of a password, with
// the token of a link. Name and address are those of the set-up form.
func (s *Service) OfferPasskeyFor(ctx context.Context, token, name, email string) (Offer, error) {
	t, err := s.Ticket(ctx, token)
	if err != nil {
		return Offer{}, err
	}
	p := t.Person
	if t.Kind == TicketSetUp {
		p = Person{ID: id.New(), Name: strings.TrimSpace(name), Email: strings.TrimSpace(email)}
		if err := errors.Join(checkName(p.Name), checkEmail(p.Email)); err != nil {
			return Offer{}, fault.New(fault.Invalid, "name and address come first")
		}
	}
	keys, err := s.passkeys(ctx, s.db, p.ID)
	if err != nil {
		return Offer{}, err
	}
	return s.offer(ctx, "ticket "+hashOf(token), p.ID, p.Name, p.Email, keys)
}

const subjectSignIn = "sign-in"

// OfferSignIn begins a sign-in with a passkey, whosever it is.
func (s *Service) OfferSignIn(ctx context.Context) (Offer, error) {
	w, err := s.relying()
	if err != nil {
		return Offer{}, err
	}
	options, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Offer{}, fault.New(fault.Unavailable, "passkeys cannot be used now: %w", err)
	}
	token, err := s.keep(ctx, subjectSignIn, asked{Session: session})
	return Offer{token, options}, err
}

// SignInWithPasskey begins a session with the answer to OfferSignIn. It needs
// no code: the device has asked for a second factor.
func (s *Service) SignInWithPasskey(ctx context.Context, in Answer, from Visit) (SignedIn, error) {
	// Nobody guesses a passkey: this only bounds the work, and apart from the
	// allowance for passwords, whose guessing must not keep anybody out here.
	if err := s.guards.take("passkey "+throttle.Network(from.Client, 32, 64), passkeyEvery, passkeyBurst); err != nil {
		return SignedIn{}, err
	}
	a, err := s.take(ctx, subjectSignIn, in.Challenge)
	if err != nil {
		return SignedIn{}, err
	}
	w, err := s.relying()
	if err != nil {
		return SignedIn{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(in.Credential))
	if err != nil {
		return SignedIn{}, refusedKey(err)
	}
	key, p, err := s.keyOf(ctx, parsed.RawID)
	if err != nil {
		return SignedIn{}, err
	}
	h := &holder{handle: s.handle(p.ID), name: p.Email, shown: p.Name, keys: []webauthn.Credential{key.credential}}
	credential, err := w.ValidateDiscoverableLogin(func(raw, handle []byte) (webauthn.User, error) {
		if !bytes.Equal(handle, h.handle) {
			return nil, fault.New(fault.Denied, "another person's passkey")
		}
		return h, nil
	}, *a.Session, parsed)
	if err != nil {
		return SignedIn{}, refusedKey(err)
	}
	if credential.Authenticator.CloneWarning {
		return SignedIn{}, s.copied(ctx, p, key)
	}
	out := SignedIn{Person: p}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.used(ctx, tx, key, credential); err != nil {
			return err
		}
		if out.Session, err = s.begin(ctx, tx, p.ID, from); err != nil {
			return err
		}
		return s.record(ctx, tx, p.Actor(), "sign in", p.ID, map[string]string{"passkey": key.Name})
	})
	out.Device = s.deviceFor(p.ID)
	return out, err
}

// keyOf finds a passkey and its owner, who must be able to sign in.
func (s *Service) keyOf(ctx context.Context, credentialID []byte) (Passkey, Person, error) {
	unknown := fault.New(fault.Denied, "this passkey is not known here").WithHint("choose another one, or sign in with address and password")
	var personID int64
	err := s.db.QueryRow(ctx, `SELECT person_id FROM passkey WHERE key_hash = $1`, hashOf(string(credentialID))).Scan(&personID)
	if fault.Is(err, fault.NotFound) {
		return Passkey{}, Person{}, unknown
	}
	if err != nil {
		return Passkey{}, Person{}, err
	}
	p, err := s.byID(ctx, s.db, personID)
	if err != nil || p.Disabled {
		return Passkey{}, Person{}, unknown
	}
	keys, err := s.passkeys(ctx, s.db, personID)
	if err != nil {
		return Passkey{}, Person{}, err
	}
	for _, k := range keys {
		if bytes.Equal(k.credential.ID, credentialID) {
			return k, p, nil
		}
	}
	return Passkey{}, Person{}, unknown
}

// used keeps the counter of a passkey. One that was used elsewhere in the same
// moment has another counter by now.
func (s *Service) used(ctx context.Context, tx *db.Tx, k Passkey, now *webauthn.Credential) error {
	raw, err := json.Marshal(now)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE passkey SET credential = $1, used_at = $2 WHERE id = $3 AND credential = $4`, string(raw), db.Micros(s.clock.Now()), k.ID, k.stored)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "this passkey was used elsewhere at the same moment").WithHint("try again")
	}
	return err
}

// copied refuses a passkey whose counter went back: two devices have it.
func (s *Service) copied(ctx context.Context, p Person, k Passkey) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.record(ctx, tx, p.Actor(), "refuse passkey", p.ID, map[string]string{"passkey": k.Name, "why": "its counter went back: it may have been copied"})
	})
	if err != nil {
		return err
	}
	return fault.New(fault.Denied, "this passkey may have been copied: its counter went back").WithHint("sign in another way, remove it on your account page, and add it again")
}
