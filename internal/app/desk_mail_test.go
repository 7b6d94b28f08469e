package app

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/mail"
	"dateline/internal/mail/mailtest"
)

// mails gives the paper a mail server.
func (p *paper) mails() *mailtest.Server {
	p.t.Helper()
	server := (&mailtest.Server{}).Start(p.t)
	sender, err := mail.New(mail.Config{Host: server.Host, Port: server.Port, Security: mail.StartTLS, Roots: server.Roots, From: "news@paper.example"}, p.now)
	p.must(err)
	post, err := p.app.post()
	p.must(err)
	post.Send = sender.Send
	p.app.accounts.UsePost(post)
	return server
}

// mailedLink is the link in the only letter since the last call.
func (p *paper) mailedLink(server *mailtest.Server, count int) string {
	p.t.Helper()
	p.must(p.app.jobs.Drain(p.ctx))
	all := server.Letters()
	if len(all) != count {
		p.t.Fatalf("%d letters, want %d", len(all), count)
	}
	link := joinLink.FindStringSubmatch(strings.ReplaceAll(all[count-1].Raw, "=\r\n", ""))
	if link == nil {
		p.t.Fatalf("no link of this site in\n%s", all[count-1].Raw)
	}
	return link[1]
}

func TestDesk_InvitesAndResetsByMail(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		server := p.mails()
		p.leads("an invitation", owner.post("/desk/people", "name", "Ann", "email", "ann@paper.example", "role", "author"), "/desk/people?done=mailed")
		p.shows("before it is sent", owner.get("/desk/people?done=mailed"), 200, "Invitation: on its way")
		link := p.mailedLink(server, 1)
		p.shows("after it is sent", owner.get("/desk/people"), 200, "Invitation: sent")
		if strings.Contains(owner.get("/desk/people").body, link) {
			t.Error("the page shows a link that has been mailed")
		}
		ann := p.browser()
		p.leads("joining", ann.post(link, "password", deskSecret), "/desk/")
		person, err := p.app.accounts.ByEmail(p.ctx, operator, "ann@paper.example")
		p.must(err)
		p.leads("a link for a new password", owner.post("/desk/people/"+strconv.FormatInt(person.ID, 10), "do", "reset"), "/desk/people?done=mailed")
		p.shows("taking it", p.browser().get(p.mailedLink(server, 2)), 200, "this password replaces your present one")
	})
}

func TestDesk_ForgottenPassword(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		p.setUp()
		b := p.browser()
		p.shows("the sign-in", b.get("/desk/sign-in"), 200, `href="/desk/forgot"`)
		p.shows("without a mail server", b.get("/desk/forgot"), 200, "dateline user reset")
		server := p.mails()
		p.shows("with one", b.get("/desk/forgot"), 200, "a letter with a link will come")
		known := b.post("/desk/forgot", "email", "olga@paper.example")
		p.shows("an address with an account", known, 200, "If olga@paper.example has an account here")
		unknown := b.post("/desk/forgot", "email", "olaf@paper.example")
		if strings.ReplaceAll(unknown.body, "olaf", "olga") != known.body {
			t.Error("an address without an account gets another page")
		}
		for name, values := range known.header {
			if name != "Date" && strings.Join(values, "") != strings.Join(unknown.header[name], "") && name != "Content-Length" {
				t.Errorf("the header %s differs", name)
			}
		}
		p.shows("no address", b.post("/desk/forgot", "email", "olga"), 422, "not an e-mail address")
		link := p.mailedLink(server, 1) // to the one who has an account
		p.leads("a new password", b.post(link, "password", "orchard pylon thimble gravel"), "/desk/")
		p.now.Advance(time.Minute)
		p.leads("signing in with it", p.browser().post("/desk/sign-in", "email", "olga@paper.example", "password", "orchard pylon thimble gravel"), "/desk/")
		r := httptest.NewRequest(http.MethodPost, "http://news.example/desk/forgot", strings.NewReader("email=olga%40paper.example"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("X-Forwarded-Host", "evil.example")
		p.ask(r)
		if again := p.mailedLink(server, 2); !strings.HasPrefix(again, "/desk/join/") { // mailedLink knows this site's origin only
			t.Errorf("a link to %s", again)
		}
	})
}

func TestDesk_ShowsLettersThatCouldNotBeSent(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		server := p.mails()
		server.Reply = func(command, _ string) string { return map[string]string{"RCPT": "550 5.1.1 no such mailbox"}[command] }
		p.leads("an invitation", owner.post("/desk/people", "name", "Ann", "email", "ann@paper.example", "role", "author"), "/desk/people?done=mailed")
		p.must(p.app.jobs.Drain(p.ctx))
		got := owner.get("/desk/people")
		p.shows("the people", got, 200, "The invitation to Ann could not be sent")
		p.shows("why", got, 200, "no such mailbox")
		link := joinLink.FindStringSubmatch(got.body)
		if link == nil {
			t.Fatal("the page shows no link to hand on")
		}
		p.leads("the link that was handed on", p.browser().post(link[1], "password", deskSecret), "/desk/")
		if regexp.MustCompile(`could not be sent`).MatchString(owner.get("/desk/people").body) {
			t.Error("the trouble stays after Ann has joined")
		}
	})
}

// TestDesk_PrintsLinksThatNothingMails: an administrator who closes the page
// too soon finds the link in the server's log.
func TestDesk_PrintsLinksThatNothingMails(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		got := owner.post("/desk/people", "name", "Ann", "email", "ann@paper.example", "role", account.Author.String())
		link := joinLink.FindString(got.body)
		if link == "" || !strings.Contains(p.logged(), link) {
			t.Errorf("the log does not have the link %q:\n%s", link, p.logged())
		}
		if strings.Contains(p.logged(), "ann@paper.example") {
			t.Error("the log has her address")
		}
	})
}
