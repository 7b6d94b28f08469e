package app

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/internal/account/accounttest"
	"dateline/internal/db"
)

// browser is one person's browser at the desk: it keeps cookies and sends
// forms as a page of the site does.
type browser struct {
	p        *paper
	cookies  map[string]*http.Cookie
	language string // that it asks for
}

func (p *paper) browser() *browser { return &browser{p: p, cookies: map[string]*http.Cookie{}} }

func (b *browser) do(method, path string, form url.Values) answer {
	b.p.t.Helper()
	body := strings.NewReader(form.Encode())
	r := httptest.NewRequest(method, "http://news.example"+path, body)
	if method == http.MethodGet {
		r = httptest.NewRequest(method, "http://news.example"+path, nil)
	} else {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if b.language != "" {
		r.Header.Set("Accept-Language", b.language)
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	got := b.p.ask(r)
	for _, c := range (&http.Response{Header: got.header}).Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c
		}
	}
	return got
}

func (b *browser) get(path string) answer { b.p.t.Helper(); return b.do(http.MethodGet, path, nil) }

func (b *browser) post(path string, pairs ...string) answer {
	b.p.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.do(http.MethodPost, path, form)
}

// leads fails the test unless an answer leads to path.
func (p *paper) leads(what string, got answer, path string) {
	p.t.Helper()
	if got.status != http.StatusSeeOther || got.location != path {
		p.t.Errorf("%s: %d %q, want to be led to %s", what, got.status, got.location, path)
	}
}

func (p *paper) shows(what string, got answer, status int, text string) {
	p.t.Helper()
	if got.status != status || !strings.Contains(got.body, text) {
		p.t.Errorf("%s: %d, want %d with %q in\n%.2000s", what, got.status, status, text, got.body)
	}
	if cc := got.header.Get("Cache-Control"); cc != "private, no-store" && cc != "no-store" {
		p.t.Errorf("%s may be kept: %q", what, cc)
	}
}

const deskSecret = "harbour lantern quilt ferry"

var joinLink = regexp.MustCompile(`http://news\.example(/desk/join/[A-Za-z0-9_-]+)`)

// setUp makes the owner through the set-up page.
func (p *paper) setUp() *browser {
	p.t.Helper()
	link, err := p.app.SetUpLink(p.ctx, "")
	p.must(err)
	b := p.browser()
	p.shows("the set-up page", b.get(link), 200, "Set up this site")
	p.shows("a set-up with an odd zone", b.post(link, "title", "The Gull", "zone", "Mars/Base", "locale", "en", "name", "Olga", "email", "olga@paper.example", "password", deskSecret), 422, "Mars/Base")
	p.leads("set-up", b.post(link, "title", "The Gull", "zone", "Europe/Berlin", "locale", "en", "name", "Olga", "email", "olga@paper.example", "password", deskSecret), "/desk/")
	return b
}

// joins invites somebody through the page of the people and lets them in.
func (p *paper) joins(owner *browser, name, role string) *browser {
	p.t.Helper()
	got := owner.post("/desk/people", "name", name, "email", strings.ToLower(name)+"@paper.example", "role", role)
	link := joinLink.FindStringSubmatch(got.body)
	if link == nil {
		p.t.Fatalf("inviting %s: %d without a link:\n%s", name, got.status, got.body)
	}
	b := p.browser()
	p.shows("the invitation", b.get(link[1]), 200, strings.ToLower(name)+"@paper.example")
	p.leads("joining", b.post(link[1], "password", deskSecret), "/desk/")
	return b
}

func TestDesk_GettingIn(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		stranger := p.browser()
		p.leads("a stranger at the desk", stranger.get("/desk/"), "/desk/sign-in")
		p.leads("a stranger at the people", stranger.get("/desk/people"), "/desk/sign-in?next=%2Fdesk%2Fpeople")
		p.shows("signing in before the set-up", stranger.get("/desk/sign-in"), 200, "Nobody has an account here yet")
		owner := p.setUp()
		p.shows("the desk", owner.get("/desk/"), 200, "Good to see you, Olga")
		if got := p.visit("/"); !strings.Contains(got.body, "The Gull") {
			t.Error("the set-up did not name the site")
		}
		p.shows("a wrong password", stranger.post("/desk/sign-in", "email", "olga@paper.example", "password", "wrong"), 422, "not right")
		p.leads("signing in", stranger.post("/desk/sign-in", "email", "olga@paper.example", "password", deskSecret, "next", "/desk/people?x=1"), "/desk/people?x=1")
		for _, next := range []string{"https://evil.example/", "//evil.example/desk/", "/\\evil.example/desk/", "/elsewhere", "javascript:alert(1)"} {
			p.leads("signing in towards "+next, p.browser().post("/desk/sign-in", "email", "olga@paper.example", "password", deskSecret, "next", next), "/desk/")
		}
		for _, c := range stranger.cookies {
			if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" {
				t.Errorf("the cookie %s is too open: %+v", c.Name, c)
			}
		}
		for _, c := range stranger.cookies {
			if strings.HasPrefix(c.Name, "__Host-") || c.Secure {
				t.Errorf("the cookie %s is for TLS, which this site does not have", c.Name)
			}
		}
		p.leads("signing out", stranger.post("/desk/sign-out"), "/desk/sign-in?done=signedout")
		p.leads("after signing out", stranger.get("/desk/account"), "/desk/sign-in?next=%2Fdesk%2Faccount")
		p.shows("what the owner did", owner.get("/desk/log"), 200, "signed in")
		if strings.Contains(owner.get("/desk/log").body, "paper.example") {
			t.Error("the audit log names an address")
		}
		if got := p.visit("/wp-admin/"); got.status != 301 || !strings.HasSuffix(got.location, "/desk/") {
			t.Errorf("WordPress's desk: %d %s", got.status, got.location)
		}
	})
}

func TestDesk_PeopleAndSite(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		ann := p.joins(owner, "Ann", "author")
		p.shows("an author at the people", ann.get("/desk/people"), 403, "needs the role administrator")
		p.shows("an author's own account", ann.get("/desk/account"), 200, "This browser")
		person, err := p.app.accounts.ByEmail(p.ctx, operator, "ann@paper.example")
		p.must(err)
		at := "/desk/people/" + strconv.FormatInt(person.ID, 10)
		p.leads("a new role", owner.post(at, "do", "role", "role", "editor"), "/desk/people?done=role")
		p.leads("her session after it", ann.get("/desk/"), "/desk/sign-in")
		p.shows("a link for a new password", owner.post(at, "do", "reset"), 200, "A link for Ann")
		p.leads("switched off", owner.post(at, "do", "disable"), "/desk/people?done=disabled")
		p.shows("signing in when switched off", p.browser().post("/desk/sign-in", "email", "ann@paper.example", "password", deskSecret), 422, "not right")
		p.leads("settings", owner.post("/desk/structure/site", "title", "The Evening Gull", "zone", "Europe/Berlin"), "/desk/structure/site?done=saved")
		if got := p.visit("/"); !strings.Contains(got.body, "The Evening Gull") {
			t.Error("the site kept its old title")
		}
		p.shows("an odd setting", owner.post("/desk/structure/site", "title", "Kept", "page_size", "0"), 422, `value="Kept"`)
	})
}

func TestDesk_SecondFactor(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		got := owner.get("/desk/account/second-factor")
		p.shows("the offer", got, 200, "data:image/png;base64,")
		seal := regexp.MustCompile(`name="seal" value="([^"]+)"`).FindStringSubmatch(got.body)
		key := regexp.MustCompile(`class="key">([A-Z2-7]+)<`).FindStringSubmatch(got.body)
		if seal == nil || key == nil {
			t.Fatal("the page has no key")
		}
		p.shows("a wrong code", owner.post("/desk/account/second-factor", "seal", seal[1], "code", "000000"), 422, "The code is not right")
		p.shows("its code", owner.post("/desk/account/second-factor", "seal", seal[1], "code", accounttest.Code(key[1], p.now.Now())), 200, "Your recovery codes")
		other := p.browser()
		got = other.post("/desk/sign-in", "email", "olga@paper.example", "password", deskSecret)
		p.shows("the password alone", got, 200, "one of your recovery codes")
		if strings.Contains(got.body, deskSecret) {
			t.Error("the page repeats the password")
		}
	})
}

// TestDesk_RolesOfRoutes asks every route of the product as everybody. A route
// without a row here fails, so that no new one is forgotten.
func TestDesk_RolesOfRoutes(t *testing.T) {
	least := map[string]string{}
	for _, rows := range roleRows {
		maps.Copy(least, rows)
	}
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		people := map[string]*browser{"": p.browser(), "owner": owner}
		for _, role := range []string{"contributor", "author", "editor", "administrator"} {
			people[role] = p.joins(owner, "P"+role, role)
		}
		order := []string{"", "contributor", "author", "editor", "administrator", "owner"}
		seen := map[string]bool{}
		for _, route := range p.app.routes() {
			need, known := least[route.Name]
			if !known {
				t.Errorf("the route %q has no row", route.Name)
				continue
			}
			seen[route.Name] = true
			path := regexp.MustCompile(`\{[a-z]+(\.\.\.)?\}`).ReplaceAllString(route.Pattern, "0")
			for _, role := range order {
				if need == "" || route.Name == "end other sessions" {
					continue
				}
				p.now.Advance(time.Minute) // the rate limits are not what is asked here
				var got answer
				if slices.Contains(route.Methods, "POST") {
					got = people[role].post(path, "x", "y")
				} else {
					got = people[role].get(path)
				}
				allowed := slices.Index(order, role) >= slices.Index(order, need)
				refused := got.status == 403 && strings.Contains(got.body, "that needs the role") || got.status == 303 && strings.HasPrefix(got.location, "/desk/sign-in") || got.status == 401
				if allowed == refused {
					t.Errorf("%s %s as %q: %d %q", route.Methods, path, role, got.status, got.location)
				}
			}
		}
		for name := range least {
			if !seen[name] {
				t.Errorf("there is no route %q", name)
			}
		}
	})
}

// TestDesk_SpeaksTheVisitorsLanguage: what a person chose, else what the
// browser asks for; never a key without words.
func TestDesk_SpeaksTheVisitorsLanguage(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		owner.language = "de"
		p.shows("the desk of a German browser", owner.get("/desk/"), 200, "Schön, Sie zu sehen, Olga")
		p.shows("its settings", owner.get("/desk/structure/site"), 200, "Wort vor Ressorts")
		p.shows("its people", owner.get("/desk/people"), 200, "Eigentümer/in")
		p.leads("choosing Arabic", owner.post("/desk/account/language", "language", "ar"), "/desk/account?done=saved")
		p.shows("the desk after it", owner.get("/desk/"), 200, `<html lang="ar" dir="rtl">`)
		p.shows("a page that is not there", owner.post("/desk/people/1", "do", "enable"), 404, "لا يوجد شيء هنا")
		p.shows("a language that nobody taught it", owner.post("/desk/account/language", "language", "tlh"), 422, "Choose one of ar, de")
		p.leads("choosing the browser's", owner.post("/desk/account/language", "language", ""), "/desk/account?done=saved")
		for _, language := range []string{"en", "de", "fr", "es", "ar"} {
			owner.language = language
			for _, path := range []string{"/desk/", "/desk/people", "/desk/structure/site", "/desk/log", "/desk/account", "/desk/account/second-factor", "/desk/set-up/x"} {
				got := owner.get(path)
				if !strings.Contains(got.body, `<html lang="`+language+`"`) {
					t.Errorf("%s is not in %s", path, language)
				}
				if key := regexp.MustCompile(`[> "]desk\.[a-z_]+[<" ]|>[a-z]+\.[a-z0-9_]+<`).FindString(got.body); key != "" {
					t.Errorf("%s in %s shows the key %s", path, language, key)
				}
			}
		}
		stranger := p.browser()
		stranger.language = "fr-CA,fr;q=0.8"
		p.shows("a stranger's sign-in", stranger.get("/desk/sign-in"), 200, "Se connecter")
	})
}

func TestDesk_SetUpGuesses(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		p.must(p.app.db.Write(p.ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM setting`) // the paper has a name already
			return err
		}))
		link, err := p.app.SetUpLink(p.ctx, "")
		p.must(err)
		b := p.browser()
		b.language = "de-AT,de;q=0.9"
		got := b.get(link)
		p.shows("the set-up in an Austrian browser", got, 200, `<option value="de-AT" lang="de-AT" selected>Deutsch (Österreich)</option>`)
		p.shows("its zone", got, 200, `value="Europe/Vienna" list="zones"`)
	})
}
