package account_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/account/accounttest"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
)

const paperOrigin = "https://paper.example"

// phone is an authenticator whose browser is at the site.
func phone() *accounttest.Key { return &accounttest.Key{Origin: paperOrigin, Counter: 7} }

func (n *newsroom) atSite() { n.ServeAt(func() string { return paperOrigin }) }

// session signs in with the password and returns the session.
func (n *newsroom) session(email string) account.Session {
	n.t.Helper()
	in, err := n.signIn(email, secret)
	n.must(err)
	_, ses, err := n.Resume(n.t.Context(), in.Session, there)
	n.must(err)
	return ses
}

// register adds a passkey of a key to somebody who has just signed in.
func (n *newsroom) register(actor account.Actor, ses account.Session, k *accounttest.Key, name string) error {
	n.t.Helper()
	offer, err := n.OfferPasskey(n.t.Context(), actor, ses, there, "")
	n.must(err)
	made, err := k.Make(offer.Options)
	n.must(err)
	return n.AddPasskey(n.t.Context(), actor, account.Answer{Challenge: offer.Challenge, Credential: made, Name: name})
}

func (n *newsroom) enter(k *accounttest.Key) (account.SignedIn, error) {
	n.t.Helper()
	offer, err := n.OfferSignIn(n.t.Context())
	n.must(err)
	signed, err := k.Sign(offer.Options)
	n.must(err)
	return n.SignInWithPasskey(n.t.Context(), account.Answer{Challenge: offer.Challenge, Credential: signed}, there)
}

func TestPasskey_SignsIn(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		n.atSite()
		n.switchOn() // a code is asked for with the password, not with a passkey
		in, err := n.signIn("olga@paper.example", secret)
		if err == nil || in.Session != "" {
			t.Fatal("no code was asked for")
		}
		_, codes := n.switchOn2()
		in, err = n.SignIn(t.Context(), account.Credentials{Pending: in.Pending, Code: codes[0]}, there)
		n.must(err)
		_, ses, err := n.Resume(t.Context(), in.Session, there)
		n.must(err)
		first, second := phone(), phone()
		n.must(n.register(n.owner, ses, first, "Phone"))
		n.must(n.register(n.owner, ses, second, ""))
		in, err = n.enter(first)
		n.must(err)
		p, ses, err := n.Resume(t.Context(), in.Session, there)
		if err != nil || p.ID != n.owner.ID || p.Passkeys != 2 {
			t.Fatalf("signed in with a passkey: %+v %v", p, err)
		}
		n.clock.Advance(time.Minute)
		_, err = n.enter(second)
		n.must(err)
		keys, err := n.Passkeys(t.Context(), n.owner)
		n.must(err)
		if len(keys) != 2 || keys[0].Name != "Phone" || keys[1].Name != "Passkey" || keys[1].Used.IsZero() || !keys[1].Used.After(keys[0].Used) {
			t.Errorf("passkeys: %+v", keys)
		}
		n.must(n.RemovePasskey(t.Context(), n.owner, ses, there, keys[1].ID, ""))
		_, err = n.enter(second)
		n.wants(fault.Denied, "a passkey that was removed", err)
		n.must(n.Disable(t.Context(), operatorSecond(n), n.owner.ID))
		_, err = n.enter(first)
		n.wants(fault.Denied, "an account that is off", err)
	})
}

// operatorSecond makes another owner, so that the first may be switched off.
func operatorSecond(n *newsroom) account.Actor { return n.join("Second", account.Owner).Actor() }

// switchOn2 gives Olga new recovery codes by switching the factor on again.
func (n *newsroom) switchOn2() (string, []string) {
	n.t.Helper()
	n.clock.Advance(time.Minute)
	e := n.Enrol(account.Person{Email: "olga@paper.example"}, "The Paper")
	codes, err := n.Confirm(n.t.Context(), there, n.owner, 0, e.Seal, n.code(e.Key))
	n.must(err)
	return e.Key, codes
}

func TestPasskey_RefusesWhatIsNotRight(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		n.atSite()
		ses := n.session("olga@paper.example")
		k := phone()
		n.must(n.register(n.owner, ses, k, "Phone"))
		ctx := t.Context()
		offer, err := n.OfferSignIn(ctx)
		n.must(err)
		signed, err := k.Sign(offer.Options)
		n.must(err)
		_, err = n.SignInWithPasskey(ctx, account.Answer{Challenge: offer.Challenge, Credential: signed}, there)
		n.must(err)
		_, err = n.SignInWithPasskey(ctx, account.Answer{Challenge: offer.Challenge, Credential: signed}, there)
		n.wants(fault.Invalid, "the same answer again", err)
		other, err := n.OfferSignIn(ctx)
		n.must(err)
		_, err = n.SignInWithPasskey(ctx, account.Answer{Challenge: other.Challenge, Credential: signed}, there)
		n.wants(fault.Invalid, "the answer to another challenge", err)
		late, err := n.OfferSignIn(ctx)
		n.must(err)
		signed, err = k.Sign(late.Options)
		n.must(err)
		n.clock.Advance(5 * time.Minute)
		_, err = n.SignInWithPasskey(ctx, account.Answer{Challenge: late.Challenge, Credential: signed}, there)
		n.wants(fault.Invalid, "after five minutes", err)

		k.Origin = "https://evil.example"
		_, err = n.enter(k)
		n.wants(fault.Invalid, "a page of another site", err)
		k.Origin = paperOrigin
		k.Unasked = true
		_, err = n.enter(k)
		n.wants(fault.Invalid, "a device that did not ask who holds it", err)
		k.Unasked = false
		stranger := phone()
		_, err = stranger.Make(offer.Options)
		n.must(err)
		_, err = n.enter(stranger)
		n.wants(fault.Denied, "a passkey that nobody registered", err)
		_, err = n.SignInWithPasskey(ctx, account.Answer{Challenge: "x", Credential: "{}"}, there)
		n.wants(fault.Invalid, "nonsense", err)

		n.clock.Advance(time.Hour)
		_, err = n.enter(k)
		n.must(err)
		k.Counter -= 2 // as a copy made earlier has it
		_, err = n.enter(k)
		n.wants(fault.Denied, "a copied passkey", err)
		if err != nil && !strings.Contains(err.Error(), "copied") {
			t.Errorf("a copied passkey: %v", err)
		}
		unasked := phone()
		unasked.Unasked = true
		fresh := n.session("olga@paper.example")
		n.wants(fault.Invalid, "registering without being asked for a finger", n.register(n.owner, fresh, unasked, "Token"))
	})
}

func TestPasskey_AddingNeedsProof(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		n.atSite()
		ses := n.session("olga@paper.example")
		n.clock.Advance(time.Hour)
		_, err := n.OfferPasskey(t.Context(), n.owner, ses, there, "")
		n.wants(fault.Denied, "an old session without the password", err)
		_, err = n.OfferPasskey(t.Context(), n.owner, ses, there, another)
		n.wants(fault.Denied, "an old session with a wrong one", err)
		offer, err := n.OfferPasskey(t.Context(), n.owner, ses, there, secret)
		n.must(err)
		made, err := phone().Make(offer.Options)
		n.must(err)
		ann := n.join("Ann", account.Author)
		err = n.AddPasskey(t.Context(), ann.Actor(), account.Answer{Challenge: offer.Challenge, Credential: made})
		n.wants(fault.Invalid, "another person's challenge", err)
		n.must(n.AddPasskey(t.Context(), n.owner, account.Answer{Challenge: offer.Challenge, Credential: made}))
		n.wants(fault.Invalid, "the challenge again", n.AddPasskey(t.Context(), n.owner, account.Answer{Challenge: offer.Challenge, Credential: made}))
		keys, err := n.Passkeys(t.Context(), n.owner)
		n.must(err)
		annSession := n.session("ann@paper.example")
		n.wants(fault.NotFound, "removing another's", n.RemovePasskey(t.Context(), ann.Actor(), annSession, there, keys[0].ID, ""))
	})
}

func TestPasskey_InsteadOfAPassword(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := lightVault(t)
		c := clock.NewManual(start)
		n := &newsroom{t: t, db: d, clock: c, Service: account.NewService(d, c, v)}
		n.atSite()
		ctx := t.Context()
		token, err := n.SetUpTicket(ctx)
		n.must(err)
		_, err = n.OfferPasskeyFor(ctx, token, "", "olga@paper.example")
		n.wants(fault.Invalid, "no name yet", err)
		offer, err := n.OfferPasskeyFor(ctx, token, "Olga", "olga@paper.example")
		n.must(err)
		olgas := phone()
		made, err := olgas.Make(offer.Options)
		n.must(err)
		fails := func(context.Context, *db.Tx, account.Actor) error { return fault.New(fault.Invalid, "no such zone") }
		_, err = n.SetUpWithPasskey(ctx, token, "Olga", "olga@paper.example", account.Answer{Challenge: offer.Challenge, Credential: made}, fails)
		n.wants(fault.Invalid, "a set-up whose other half fails", err)
		offer, err = n.OfferPasskeyFor(ctx, token, "Olga", "olga@paper.example")
		n.must(err)
		made, err = olgas.Make(offer.Options)
		n.must(err)
		p, err := n.SetUpWithPasskey(ctx, token, "Olga", "olga@paper.example", account.Answer{Challenge: offer.Challenge, Credential: made}, nil)
		n.must(err)
		n.owner = p.Actor()
		in, err := n.enter(olgas)
		n.must(err)
		p, ses, err := n.Resume(ctx, in.Session, there)
		if err != nil || p.Invited || p.Password || p.Role != account.Owner {
			t.Fatalf("an owner without a password: %+v %v", p, err)
		}
		keys, err := n.Passkeys(ctx, n.owner)
		n.must(err)
		n.wants(fault.Conflict, "removing the last way in", n.RemovePasskey(ctx, n.owner, ses, there, keys[0].ID, ""))
		_, err = n.signIn("olga@paper.example", "")
		n.wants(fault.Denied, "no password at all", err)

		_, token, err = n.Invite(ctx, n.owner, "Ann", "ann@paper.example", account.Author)
		n.must(err)
		offer, err = n.OfferPasskeyFor(ctx, token, "Eve", "eve@evil.example")
		n.must(err)
		anns := phone()
		made, err = anns.Make(offer.Options)
		n.must(err)
		ann, err := n.RedeemWithPasskey(ctx, token, account.Answer{Challenge: offer.Challenge, Credential: made, Name: "Phone"})
		if err != nil || ann.Name != "Ann" {
			t.Fatalf("joining with a passkey: %+v %v", ann, err)
		}
		_, err = n.OfferPasskeyFor(ctx, token, "", "")
		n.wants(fault.Gone, "the link again", err)
		_, err = n.enter(anns)
		n.must(err)

		n.clock.Advance(time.Hour)
		_, err = n.FirstPassword(ctx, there, n.owner, ses, secret)
		n.wants(fault.Denied, "a password an hour after signing in", err)
		in, err = n.enter(olgas)
		n.must(err)
		_, ses, err = n.Resume(ctx, in.Session, there)
		n.must(err)
		_, err = n.FirstPassword(ctx, there, n.owner, ses, secret)
		n.must(err)
		n.must(n.RemovePasskey(ctx, n.owner, n.session("olga@paper.example"), there, keys[0].ID, ""))

		// Ann loses her phone: the operator helps her back in.
		n.must(n.DropPasskeysFor(ctx, operator, ann.ID))
		_, err = n.enter(anns)
		n.wants(fault.Denied, "a lost phone", err)
		token, err = n.Reset(ctx, operator, ann.ID)
		n.must(err)
		_, err = n.Redeem(ctx, token, secret)
		n.must(err)
		_, err = n.signIn("ann@paper.example", secret)
		n.must(err)
	})
}

func TestPasskeyHost(t *testing.T) {
	s := &account.Service{}
	for origin, want := range map[string]string{"https://paper.example": "paper.example", "https://paper.example:8443": "paper.example", "http://localhost:8080": "localhost", "http://127.0.0.1:8080": "localhost",
		"http://paper.example": "", "http://192.0.2.7": "", "https://192.0.2.7": ""} {
		s.ServeAt(func() string { return origin })
		if host, err := s.PasskeyHost(); host != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q %v, want %q", origin, host, err, want)
		}
	}
}

// TestPasskey_IsNotLockedOut: who guesses passwords from the same network does
// not keep anybody out who has a passkey.
func TestPasskey_IsNotLockedOut(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		n.atSite()
		k := phone()
		n.must(n.register(n.owner, n.session("olga@paper.example"), k, "Phone"))
		var err error
		for range 40 {
			_, err = n.signIn("olga@paper.example", "guess")
		}
		n.wants(fault.TooMany, "40 guesses", err)
		_, err = n.enter(k)
		n.must(err)
	})
}
