// Package desk drives the desk of the real program in real Chromium, as the
// people of a newsroom do.
package desk

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"dateline/test/e2e/browser"
)

const secret = "harbour lantern quilt ferry"

// station is one page of the desk and what it must say.
type station struct{ name, path, says string }

var stations = []station{
	{"desk", "/desk/", "Good to see you, Olga Owner"},
	{"desk-people", "/desk/people", "Invite somebody"},
	{"desk-site", "/desk/site", "Time zone of dates"},
	{"desk-log", "/desk/log", "signed in"},
	{"desk-account", "/desk/account", "This browser"},
	{"desk-second-factor", "/desk/account/second-factor", "authenticator app"},
}

// fill types into the fields of the form that has the first of them, sends it
// and waits for the next page.
func fill(t *testing.T, p *browser.Page, fields map[string]string, next string) {
	t.Helper()
	values, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	_, err = browser.Evaluate[bool](p, fmt.Sprintf(`(() => {
		const fields = %s;
		const form = [...document.forms].find(f => Object.keys(fields).every(name => f.elements[name]));
		for (const [name, value] of Object.entries(fields)) form.elements[name].value = value;
		window.left = true;
		form.requestSubmit();
		return true;
	})()`, values))
	if err != nil {
		t.Fatalf("%s: the form with %s: %v", p.View.Name, values, err)
	}
	for deadline := time.Now().Add(time.Minute); ; {
		at, err := browser.Evaluate[string](p, `window.left || document.readyState != 'complete' ? '' : location.pathname`)
		if err == nil && at == next {
			break
		}
		if err == nil && at != "" || time.Now().After(deadline) {
			text, _ := browser.Evaluate[string](p, `document.body.innerText`)
			t.Fatalf("%s: led to %q, want %s (%v):\n%s", p.View.Name, at, next, err, text)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// check looks at the page that is open.
func check(t *testing.T, p *browser.Page, name, says string) {
	t.Helper()
	view := p.View.Name + " " + name
	text, err := browser.Evaluate[string](p, `document.body.innerText`)
	if err != nil || !strings.Contains(text, says) {
		t.Errorf("%s: %q is not there (%v):\n%s", view, says, err, text)
	}
	if wide, err := p.TooWide(); err != nil || len(wide) > 0 {
		t.Errorf("%s: scrolls sideways: %v %v", view, wide, err)
	}
	if p.View.ScriptOff {
		return
	}
	p.Shot(t, name)
	violations, err := p.Axe()
	if err != nil {
		t.Errorf("%s: axe-core: %v", view, err)
	}
	for _, v := range violations {
		t.Errorf("%s: %v", view, v)
	}
	if found, err := p.Keyboard(); err != nil || len(found) > 0 {
		t.Errorf("%s: keyboard: %s %v", view, strings.Join(found, "; "), err)
	}
}

func TestDesk_InTheBrowser(t *testing.T) {
	b := chrome(t)
	origin, link := start(t)
	open := func(p *browser.Page, address string, status int) {
		t.Helper()
		visit, err := p.Open(address)
		if err != nil {
			t.Fatal(err)
		}
		if visit.Status != status {
			t.Errorf("%s %s: status %d, want %d", p.View.Name, address, visit.Status, status)
		}
		for _, problem := range visit.Problems {
			if status == 200 {
				t.Errorf("%s %s: %s", p.View.Name, address, problem)
			}
		}
		for _, url := range visit.ThirdParty {
			t.Errorf("%s %s: request to a third party: %s", p.View.Name, address, url)
		}
	}
	first := b.Page(t, browser.Desktop)
	open(first, origin+"/desk/sign-in", 200)
	check(t, first, "desk-sign-in-empty", "Nobody has an account here yet")
	open(first, link, 200)
	check(t, first, "desk-set-up", "You, its owner")
	zone, err := browser.Evaluate[string](first, `document.querySelector('#zone').value + ' ' + Intl.DateTimeFormat().resolvedOptions().timeZone`)
	if guessed, own, _ := strings.Cut(zone, " "); err != nil || guessed != own {
		t.Errorf("the set-up suggests the zone %q, the browser is in %q (%v)", guessed, own, err)
	}
	fill(t, first, map[string]string{"title": "The Gull", "zone": "Europe/Berlin", "locale": "en", "name": "Olga Owner", "email": "olga@paper.example", "password": secret}, "/desk/")
	check(t, first, "desk-welcome", "Good to see you, Olga Owner")
	open(first, origin+"/desk/people", 200)
	fill(t, first, map[string]string{"name": "Anna-Theodora von Hohenberg-Lichtenstein", "email": "anna@paper.example", "role": "editor"}, "/desk/people")
	check(t, first, "desk-invited", "/desk/join/")
	join, err := browser.Evaluate[string](first, `document.querySelector('.key').textContent`)
	if err != nil {
		t.Fatal(err)
	}
	anna := b.Page(t, browser.Phone)
	open(anna, join, 200)
	check(t, anna, "desk-join", "You will sign in as anna@paper.example")
	fill(t, anna, map[string]string{"password": secret}, "/desk/")
	for _, language := range []string{"ar", "de"} { // from right to left, and long words
		open(anna, origin+"/desk/account", 200)
		fill(t, anna, map[string]string{"language": language}, "/desk/account")
		check(t, anna, "desk-account-"+language, map[string]string{"ar": "تم الحفظ", "de": "Gespeichert"}[language])
		open(anna, origin+"/desk/", 200)
		check(t, anna, "desk-"+language, map[string]string{"ar": "تسجيل الخروج", "de": "Abmelden"}[language])
	}
	p, plain := b.Page(t, browser.Phone), b.Page(t, browser.Phone.WithoutScript())
	for _, p := range []*browser.Page{p, plain} {
		look := both
		if p == plain {
			look = check
		}
		open(p, origin+"/desk/sign-in", 200)
		look(t, p, "desk-sign-in", "Password")
		fill(t, p, map[string]string{"email": "olga@paper.example", "password": "not this one"}, "/desk/sign-in")
		look(t, p, "desk-sign-in-wrong", "The address or the password is not right")
		fill(t, p, map[string]string{"email": "olga@paper.example", "password": secret}, "/desk/")
		for _, s := range stations {
			open(p, origin+s.path, 200)
			look(t, p, s.name, s.says)
		}
	}
}
