package app

import (
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// TestDesk_AFormOutlivesItsSession: what was typed is offered to be sent again,
// and arrives as it was.
func TestDesk_AFormOutlivesItsSession(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		person, err := p.app.accounts.ByEmail(p.ctx, operator, "olga@paper.example")
		p.must(err)
		p.must(p.app.accounts.RevokeOthers(p.ctx, person.Actor(), 0))
		tagline := "Two \"lines\" <b>&amp;"
		got := owner.post("/desk/structure/site", "title", "The Evening Gull", "tagline", tagline, "password", "hunter2hunter2", "present", "hunter3hunter3")
		p.shows("a form without its session", got, 401, "Your session has ended")
		p.shows("a way to sign in", got, 401, `href="/desk/sign-in?popup=1" target="_blank"`)
		if strings.Contains(got.body, "hunter") {
			t.Error("the page repeats a password")
		}
		p.shows("what it says of that", got, 401, "Passwords and codes are not kept")
		var pairs []string
		for _, m := range hiddenField.FindAllStringSubmatch(got.body, -1) {
			pairs = append(pairs, m[1], html.UnescapeString(m[2]))
		}
		if !strings.Contains(got.body, `action="/desk/structure/site"`) || len(pairs) != 4 {
			t.Fatalf("the form to send again: %q", pairs)
		}
		p.shows("signing in beside it", owner.post("/desk/sign-in", "email", "olga@paper.example", "password", deskSecret, "popup", "1"), 200, "You are signed in")
		p.leads("sending it again", owner.post("/desk/structure/site", pairs...), "/desk/structure/site?done=saved")
		p.shows("what arrived", owner.get("/desk/structure/site"), 200, html.EscapeString(tagline))

		p.must(p.app.accounts.RevokeOthers(p.ctx, person.Actor(), 0))
		r := httptest.NewRequest(http.MethodPost, "http://news.example/desk/structure/site", strings.NewReader("title=x"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		p.shows("a form of another site", p.ask(r), 403, "another site")
		large := owner.post("/desk/structure/site", "title", strings.Repeat("x", 65<<10))
		if large.status == 401 && strings.Contains(large.body, "xxxx") {
			t.Error("a form larger than the route takes is repeated")
		}
	})
}

// TestDesk_ScriptsNoticeAnEndedSession: JSON in, JSON out.
func TestDesk_ScriptsNoticeAnEndedSession(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		p.shows("who is signed in", owner.get("/desk/session"), 200, `"name":"Olga"`)
		r := httptest.NewRequest(http.MethodGet, "http://news.example/desk/session", nil)
		r.Header.Set("Accept", "application/json")
		got := p.ask(r)
		p.shows("nobody", got, 401, `"code":"sign_in"`)
		if kind := got.header.Get("Content-Type"); kind != "application/json" {
			t.Errorf("told as %s", kind)
		}
		p.shows("the small window", p.browser().get("/desk/sign-in?popup=1"), 200, `name="popup" value="1"`)
	})
}
