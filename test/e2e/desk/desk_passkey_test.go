package desk

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"dateline/test/e2e/browser"
)

// device gives a tab a virtual authenticator, as a phone or laptop has it.
func device(t *testing.T, p *browser.Page) webauthn.AuthenticatorID {
	t.Helper()
	if _, err := chromedp.Call(p.Context(), webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	added, err := chromedp.Call(p.Context(), webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
	if err != nil {
		t.Fatal(err)
	}
	return added.AuthenticatorID
}

// pressPasskey fills fields of the form that has a passkey's button, presses it, and
// waits until the desk leads to next; "" waits for a message instead.
func pressPasskey(t *testing.T, p *browser.Page, fields, next string) {
	t.Helper()
	_, err := browser.Evaluate[bool](p, `(() => {
		const form = document.querySelector('form[data-passkey]');
		for (const [name, value] of Object.entries(`+fields+`)) form.elements[name].value = value;
		window.left = true;
		form.querySelector('[data-passkey-do]').click();
		return true;
	})()`)
	if err != nil {
		t.Fatal(err)
	}
	arrive(t, p, next)
}

func arrive(t *testing.T, p *browser.Page, next string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		at, err := browser.Evaluate[string](p, `document.querySelector('[data-passkey-wrong]:not([hidden])') ? 'said ' + document.querySelector('[data-passkey-wrong]').textContent : window.left || document.readyState != 'complete' ? '' : location.pathname`)
		if err == nil && (next != "" && at == next || next == "" && strings.HasPrefix(at, "said ")) {
			return
		}
		if err == nil && at != "" || time.Now().After(deadline) {
			text, _ := browser.Evaluate[string](p, `document.body.innerText`)
			t.Fatalf("led to %q, want %q (%v):\n%s", at, next, err, text)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// reach is arrive by way of other pages.
func reach(t *testing.T, p *browser.Page, next string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		at, err := browser.Evaluate[string](p, `window.left || document.readyState != 'complete' ? '' : location.pathname`)
		if err == nil && at == next {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("at %q, want %s (%v)", at, next, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestPasskeys_InTheBrowser sets a site up with a passkey and no password,
// signs out and in again with it, from the button and from the field of the
// address, and adds and removes one on the account page.
func TestPasskeys_InTheBrowser(t *testing.T) {
	b := chrome(t)
	origin, link := start(t)
	p := b.Page(t, browser.Desktop)
	phone := device(t, p)
	open := func(address string) {
		t.Helper()
		visit, err := p.Open(local(address))
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range visit.Problems {
			t.Errorf("%s: %s", address, problem)
		}
	}
	open(link)
	check(t, p, "desk-set-up-passkey", "Use a passkey instead")
	pressPasskey(t, p, `{"title": "The Gull", "name": "Olga Owner", "email": "olga@paper.example"}`, "/desk/")
	held, err := chromedp.Call(p.Context(), webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: phone})
	if err != nil || len(held.Credentials) != 1 || held.Credentials[0].RpID != "localhost" || !held.Credentials[0].IsResidentCredential {
		t.Fatalf("the device holds %+v (%v)", held.Credentials, err)
	}
	open(origin + "/desk/account")
	check(t, p, "desk-account-passkey", "You have no password")
	pressPasskey(t, p, `{"name": "The same device"}`, "")
	check(t, p, "desk-account-passkey-known", "This device has a passkey for your account already")
	signOut := func() {
		t.Helper()
		if _, err := browser.Evaluate[bool](p, `window.left = true, document.querySelectorAll('[data-passkey-wrong]').forEach(e => e.hidden = true), document.querySelector('.bar-out').requestSubmit(), true`); err != nil {
			t.Fatal(err)
		}
	}
	// The field of the address offers the passkey; the virtual device takes it at once.
	signOut()
	reach(t, p, "/desk/")
	check(t, p, "desk-passkey-in", "Olga Owner")

	// With a device that asks and is refused, the button says so; then it works.
	if _, err := chromedp.Call(p.Context(), webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: phone, IsUserVerified: false}); err != nil {
		t.Fatal(err)
	}
	signOut()
	arrive(t, p, "/desk/sign-in")
	pressPasskey(t, p, `{}`, "")
	check(t, p, "desk-sign-in-passkey", "Nothing was chosen")
	if _, err := chromedp.Call(p.Context(), webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: phone, IsUserVerified: true}); err != nil {
		t.Fatal(err)
	}
	pressPasskey(t, p, `{}`, "/desk/")

	// A colleague joins with a passkey on a phone.
	open(origin + "/desk/people")
	fill(t, p, map[string]string{"name": "Anna", "email": "anna@paper.example", "role": "editor"}, "/desk/people")
	join, err := browser.Evaluate[string](p, `document.querySelector('.key').textContent`)
	if err != nil {
		t.Fatal(err)
	}
	mine := p
	p = b.Page(t, browser.Phone)
	device(t, p)
	open(join)
	check(t, p, "desk-join-passkey", "Use a passkey instead")
	pressPasskey(t, p, `{}`, "/desk/")
	p = mine
	open(origin + "/desk/account")
	fill(t, p, map[string]string{"password": secret}, "/desk/account") // a second way in
	open(origin + "/desk/account")
	check(t, p, "desk-account-both", "Add a passkey")
	if _, err := browser.Evaluate[bool](p, `window.left = true, document.querySelector('form[action$="passkeys/remove"]').requestSubmit(), true`); err != nil {
		t.Fatal(err)
	}
	arrive(t, p, "/desk/account")
	check(t, p, "desk-account-removed", "The passkey is removed")

	// A session ends while a form is open: it is kept, and sent again.
	open(origin + "/desk/structure/site")
	if _, err := browser.Evaluate[bool](p, `fetch('/desk/sign-out', {method: 'POST'}).then(r => r.ok)`); err != nil {
		t.Fatal(err)
	}
	fill(t, p, map[string]string{"tagline": "Kept through it all"}, "/desk/structure/site")
	check(t, p, "desk-again", "Your session has ended")
	beside := b.Page(t, browser.Phone)
	if _, err := beside.Open(local(origin + "/desk/sign-in?popup=1")); err != nil {
		t.Fatal(err)
	}
	fill(t, beside, map[string]string{"email": "olga@paper.example", "password": secret}, "/desk/sign-in")
	check(t, beside, "desk-signed-in", "You can close this window")
}
