package account_test

import (
	"context"
	"database/sql"
	"net/netip"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/vault"
)

// newsroom is the accounts of one test on a clock that the test moves.
type newsroom struct {
	t     *testing.T
	db    *db.DB
	clock *clock.Manual
	*account.Service
	owner account.Actor
}

const (
	secret  = "harbour lantern quilt ferry"
	another = "orchard pylon thimble gravel"
)

var (
	operator = account.System("command line")
	start    = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	there    = account.Visit{Client: netip.MustParseAddr("192.0.2.7"), Agent: "Test"}
)

// lightVault is one that hashes passwords lightly.
func lightVault(t *testing.T) *vault.Vault {
	t.Helper()
	v, err := vault.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	v.HashLightly()
	return v
}

// each runs a test on both engines in a newsroom that Olga owns.
func each(t *testing.T, test func(t *testing.T, n *newsroom)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := lightVault(t)
		c := clock.NewManual(start)
		n := &newsroom{t: t, db: d, clock: c, Service: account.NewService(d, c, v)}
		token, err := n.SetUpTicket(t.Context())
		n.must(err)
		p, err := n.SetUp(t.Context(), token, "Olga Owner", "olga@paper.example", secret, nil)
		n.must(err)
		n.owner = p.Actor()
		test(t, n)
	})
}

func (n *newsroom) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *newsroom) wants(code fault.Code, what string, err error) {
	n.t.Helper()
	if !fault.Is(err, code) {
		n.t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// join makes a person who has chosen the password secret.
func (n *newsroom) join(name string, role account.Role) account.Person {
	n.t.Helper()
	_, token, err := n.Invite(n.t.Context(), operator, name, strings.ToLower(name)+"@paper.example", role)
	n.must(err)
	p, err := n.Redeem(n.t.Context(), token, secret)
	n.must(err)
	return p
}

func (n *newsroom) signIn(email, password string) (account.SignedIn, error) {
	return n.SignIn(n.t.Context(), account.Credentials{Email: email, Password: password}, there)
}

func TestSetUp_WorksOnceAndMakesTheOwner(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := lightVault(t)
		c := clock.NewManual(start)
		n := &newsroom{t: t, db: d, clock: c, Service: account.NewService(d, c, v)}
		first, err := n.SetUpTicket(t.Context())
		n.must(err)
		token, err := n.SetUpTicket(t.Context())
		n.must(err)
		_, err = n.SetUp(t.Context(), first, "Olga", "olga@paper.example", secret, nil)
		n.wants(fault.Gone, "a link that was replaced", err)
		refused := fault.New(fault.Invalid, "no such zone")
		_, err = n.SetUp(t.Context(), token, "Olga", "olga@paper.example", secret, func(context.Context, *db.Tx, account.Actor) error { return refused })
		n.wants(fault.Invalid, "a set-up whose other half fails", err)
		if none, err := n.Empty(t.Context()); err != nil || !none {
			t.Errorf("a failed set-up left somebody behind (%v)", err)
		}
		for what, in := range map[string][3]string{"no name": {"", "a@b.example", secret}, "no address": {"O", "olga", secret}, "a display name": {"O", "O <a@b.example>", secret},
			"a header": {"O", "a@b.example\r\nBcc: c@d.example", secret}, "a short password": {"O", "a@b.example", "short"}, "a common one": {"O", "a@b.example", "Password123!"}} {
			_, err := n.SetUp(t.Context(), token, in[0], in[1], in[2], nil)
			n.wants(fault.Invalid, what, err)
		}
		p, err := n.SetUp(t.Context(), token, "Olga", "olga@paper.example", secret, nil)
		if err != nil || p.Role != account.Owner {
			t.Fatalf("set-up: %+v %v", p, err)
		}
		_, err = n.SetUp(t.Context(), token, "Eve", "eve@paper.example", secret, nil)
		n.wants(fault.Gone, "the link again", err)
		_, err = n.SetUpTicket(t.Context())
		n.wants(fault.Conflict, "another set-up link", err)
	})
}

func TestSetUpTicket_Expires(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := lightVault(t)
		c := clock.NewManual(start)
		n := &newsroom{t: t, db: d, clock: c, Service: account.NewService(d, c, v)}
		token, err := n.SetUpTicket(t.Context())
		n.must(err)
		c.Advance(24 * time.Hour)
		_, err = n.SetUp(t.Context(), token, "Olga", "olga@paper.example", secret, nil)
		n.wants(fault.Gone, "after a day", err)
	})
}

func TestSignIn_SaysTheSameOfEveryMistake(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		out := n.join("Otto", account.Editor)
		n.must(n.Disable(t.Context(), n.owner, out.ID))
		_, _, err := n.Invite(t.Context(), n.owner, "Ina", "ina@paper.example", account.Author)
		n.must(err)
		var said []string
		for _, in := range [][2]string{{"nobody@paper.example", secret}, {"olga@paper.example", another}, {"otto@paper.example", secret}, {"ina@paper.example", ""}, {"", ""}} {
			_, err := n.signIn(in[0], in[1])
			n.wants(fault.Denied, in[0], err)
			said = append(said, err.Error()+fault.HintOf(err))
		}
		for _, text := range said[1:] {
			if text != said[0] {
				t.Errorf("one mistake says %q, another %q", said[0], text)
			}
		}
		in, err := n.signIn(" OLGA@Paper.example ", secret)
		if err != nil || in.Person.Name != "Olga Owner" {
			t.Errorf("an address in other case: %v", err)
		}
	})
}

func TestSession_LivesAndEnds(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		in, err := n.signIn("olga@paper.example", secret)
		n.must(err)
		for range 4 { // six days apart: never idle for seven
			p, _, err := n.Resume(t.Context(), in.Session, there)
			if err != nil || p.ID != n.owner.ID {
				t.Fatalf("at %v: %v", n.clock.Now(), err)
			}
			n.clock.Advance(6 * 24 * time.Hour)
		}
		n.clock.Advance(6*24*time.Hour + time.Second)
		_, _, err = n.Resume(t.Context(), in.Session, there)
		n.wants(fault.SignIn, "after thirty days", err)
		idle, err := n.signIn("olga@paper.example", secret)
		n.must(err)
		n.clock.Advance(7 * 24 * time.Hour)
		_, _, err = n.Resume(t.Context(), idle.Session, there)
		n.wants(fault.SignIn, "after seven idle days", err)
		for _, token := range []string{"", "x", in.Session + "x"} {
			_, _, err := n.Resume(t.Context(), token, there)
			n.wants(fault.SignIn, "the token "+token, err)
		}
	})
}

// TestSession_EndsWithEveryChange holds that no session outlives a change of
// what it was begun with (GHSA reports of peers: sessions that survive).
func TestSession_EndsWithEveryChange(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		p := n.join("Ann", account.Author)
		changes := map[string]func() error{
			"role":     func() error { return n.SetRole(t.Context(), n.owner, p.ID, account.Editor) },
			"disable":  func() error { return n.Disable(t.Context(), n.owner, p.ID) },
			"enable":   func() error { return n.Enable(t.Context(), n.owner, p.ID) },
			"revoke":   nil,
			"sign out": nil,
			"reset": func() error {
				token, err := n.Reset(t.Context(), n.owner, p.ID)
				if err == nil {
					_, err = n.Redeem(t.Context(), token, secret)
				}
				return err
			},
		}
		for _, what := range []string{"role", "disable", "enable", "reset", "revoke", "sign out"} {
			n.clock.Advance(time.Hour)
			in, err := n.signIn("ann@paper.example", secret)
			if what == "enable" { // switched off: nobody can be signed in
				n.wants(fault.Denied, "an account that is off", err)
				n.must(changes[what]())
				continue
			}
			n.must(err)
			_, ses, err := n.Resume(t.Context(), in.Session, there)
			n.must(err)
			switch what {
			case "revoke":
				n.must(n.Revoke(t.Context(), p.Actor(), ses.ID))
			case "sign out":
				n.must(n.SignOut(t.Context(), in.Session))
			default:
				n.must(changes[what]())
			}
			_, _, err = n.Resume(t.Context(), in.Session, there)
			n.wants(fault.SignIn, "the session after "+what, err)
		}
	})
}

func TestSessions_AreTheirOwners(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		ann := n.join("Ann", account.Author)
		var tokens []string
		for range 3 {
			in, err := n.signIn("ann@paper.example", secret)
			n.must(err)
			tokens = append(tokens, in.Session)
		}
		_, keep, err := n.Resume(t.Context(), tokens[2], there)
		n.must(err)
		n.wants(fault.NotFound, "ending another's session", n.Revoke(t.Context(), n.owner, keep.ID))
		n.must(n.RevokeOthers(t.Context(), ann.Actor(), keep.ID))
		all, err := n.Sessions(t.Context(), ann.Actor())
		if err != nil || len(all) != 1 || all[0].ID != keep.ID || all[0].Client != "192.0.2.0/24" {
			t.Errorf("sessions after ending the others: %+v %v", all, err)
		}
		token, err := n.ChangePassword(t.Context(), there, ann.Actor(), secret, another)
		n.must(err)
		if _, _, err := n.Resume(t.Context(), token, there); err != nil {
			t.Errorf("the session that follows a new password: %v", err)
		}
		_, _, err = n.Resume(t.Context(), tokens[2], there)
		n.wants(fault.SignIn, "the session before a new password", err)
		_, err = n.ChangePassword(t.Context(), there, ann.Actor(), secret, another)
		n.wants(fault.Denied, "changing it with the old one", err)
	})
}

func TestPeople_NobodyRisesAboveThemselves(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		admin := n.join("Ada", account.Administrator).Actor()
		for _, role := range []account.Role{account.Contributor, account.Author, account.Editor} {
			low := n.join("Low"+role.String(), role)
			_, _, err := n.Invite(t.Context(), low.Actor(), "X", "x@paper.example", account.Contributor)
			n.wants(fault.Denied, role.String()+" invites", err)
			n.wants(fault.Denied, role.String()+" promotes", n.SetRole(t.Context(), low.Actor(), low.ID, account.Owner))
			_, err = n.Reset(t.Context(), low.Actor(), n.owner.ID)
			n.wants(fault.Denied, role.String()+" resets", err)
			_, err = n.People(t.Context(), low.Actor())
			n.wants(fault.Denied, role.String()+" lists", err)
		}
		_, _, err := n.Invite(t.Context(), admin, "X", "x@paper.example", account.Owner)
		n.wants(fault.Denied, "an administrator makes an owner", err)
		n.wants(fault.Denied, "an administrator rises", n.SetRole(t.Context(), admin, admin.ID, account.Owner))
		n.wants(fault.Denied, "an administrator lowers the owner", n.SetRole(t.Context(), admin, n.owner.ID, account.Author))
		n.wants(fault.Denied, "an administrator switches the owner off", n.Disable(t.Context(), admin, n.owner.ID))
		_, err = n.Reset(t.Context(), admin, n.owner.ID)
		n.wants(fault.Denied, "an administrator takes the owner's account", err)
		n.wants(fault.Denied, "an administrator removes the owner's second factor", n.DropFor(t.Context(), admin, n.owner.ID))
		n.wants(fault.Conflict, "the last owner steps down", n.SetRole(t.Context(), n.owner, n.owner.ID, account.Editor))
		n.wants(fault.Conflict, "the last owner is switched off", n.Disable(t.Context(), operator, n.owner.ID))
		_, _, err = n.Invite(t.Context(), n.owner, "Twin", "OLGA@paper.example", account.Author)
		n.wants(fault.Conflict, "an address twice", err)
	})
}

func TestRedeem_WorksOnce(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		p, first, err := n.Invite(t.Context(), n.owner, "Ann Marlow", "ann@paper.example", account.Author)
		n.must(err)
		token, err := n.Reset(t.Context(), n.owner, p.ID)
		n.must(err)
		_, err = n.Redeem(t.Context(), first, secret)
		n.wants(fault.Gone, "an invitation that was replaced", err)
		_, err = n.Redeem(t.Context(), token, "Marlow12345")
		n.wants(fault.Invalid, "a password like the name", err)
		_, err = n.Redeem(t.Context(), token, secret)
		n.must(err)
		_, err = n.Redeem(t.Context(), token, another)
		n.wants(fault.Gone, "the invitation again", err)
		late, err := n.Reset(t.Context(), n.owner, p.ID)
		n.must(err)
		n.clock.Advance(24 * time.Hour)
		_, err = n.Redeem(t.Context(), late, another)
		n.wants(fault.Gone, "a reset after a day", err)
		off, err := n.Reset(t.Context(), n.owner, p.ID)
		n.must(err)
		n.must(n.Disable(t.Context(), n.owner, p.ID))
		_, err = n.Redeem(t.Context(), off, another)
		n.wants(fault.Gone, "a reset of an account that is off", err)
	})
}

func TestGuards_StopGuessingWithoutLockingOut(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		in, err := n.signIn("olga@paper.example", secret)
		n.must(err)
		stopped := false
		for i := range 200 { // each from an address of its own
			from := account.Visit{Client: netip.AddrFrom4([4]byte{198, 51, byte(i), 1})}
			_, err := n.SignIn(t.Context(), account.Credentials{Email: "olga@paper.example", Password: "guess"}, from)
			if fault.Is(err, fault.TooMany) {
				stopped = true
				if i < 8 || i > 10 {
					t.Errorf("stopped after %d guesses", i)
				}
				break
			}
		}
		if !stopped {
			t.Error("200 guesses were allowed")
		}
		right := account.Credentials{Email: "olga@paper.example", Password: secret}
		_, err = n.SignIn(t.Context(), right, there)
		n.wants(fault.TooMany, "the right password from a strange browser", err)
		known := there
		known.Device = in.Device
		if _, err := n.SignIn(t.Context(), right, known); err != nil {
			t.Errorf("the owner's own browser is locked out: %v", err)
		}
		forged := there
		forged.Device = in.Device + "x"
		_, err = n.SignIn(t.Context(), right, forged)
		n.wants(fault.TooMany, "a forged device", err)
		n.clock.Advance(2 * time.Minute)
		if _, err := n.SignIn(t.Context(), right, there); err != nil {
			t.Errorf("two minutes later: %v", err)
		}
	})
}

func TestAtRest_NothingUsable(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		in, err := n.signIn("olga@paper.example", secret)
		n.must(err)
		_, invitation, err := n.Invite(t.Context(), n.owner, "Ann", "ann@paper.example", account.Author)
		n.must(err)
		for _, query := range []string{
			`SELECT email_key || ' ' || email || ' ' || password || ' ' || totp FROM person`,
			`SELECT hash || ' ' || client || ' ' || agent FROM session`,
			`SELECT kind || ' ' || hash FROM ticket`,
			`SELECT actor || ' ' || verb || ' ' || detail FROM audit`,
		} {
			rows, err := n.db.Query(t.Context(), query)
			held, err := db.All(rows, err, scanText)
			if err != nil || len(held) == 0 {
				t.Fatalf("%s: %d rows, %v", query, len(held), err)
			}
			for what, private := range map[string]string{"an address": "paper.example", "a session": in.Session, "an invitation": invitation, "a password": secret, "a client": there.Client.String()} {
				if strings.Contains(strings.Join(held, "\n"), private) {
					t.Errorf("%s shows %s as it is", query, what)
				}
			}
		}
	})
}

func TestSetLanguage(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		n.must(n.SetLanguage(t.Context(), n.owner, "de"))
		n.wants(fault.Invalid, "a language without words", n.SetLanguage(t.Context(), n.owner, "tlh"))
		if p, err := n.ByEmail(t.Context(), n.owner, "olga@paper.example"); err != nil || p.Language != "de" {
			t.Errorf("%+v %v", p, err)
		}
	})
}

func scanText(r *sql.Rows) (text string, err error) {
	err = r.Scan(&text)
	return text, err
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
