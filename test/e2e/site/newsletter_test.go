package site

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"dateline/internal/mail/mailtest"
	"dateline/test/e2e/browser"
)

// mailingPaper is the sample newsroom with a mail server of the test's own.
func mailingPaper(t *testing.T) (origin, dir string, server *mailtest.Server) {
	t.Helper()
	server = (&mailtest.Server{NoStartTLS: true}).Start(t)
	dir = filepath.Join(t.TempDir(), "data")
	if err := sample(dir); err != nil {
		t.Fatal(err)
	}
	settings := fmt.Sprintf("smtp_host = %q\nsmtp_port = %d\nsmtp_security = \"none\"\nmail_from = \"news@paper.example\"\n", server.Host, server.Port)
	if err := os.WriteFile(filepath.Join(dir, "dateline.toml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, func() (string, error) { return serverIn(t, "demo", dir) }), dir, server
}

// serverIn is server that ends with the test.
func serverIn(t *testing.T, name, dir string) (string, error) {
	t.Helper()
	before := len(running.close)
	url, err := server(name, dir)
	if len(running.close) > before {
		running.Lock()
		stop := running.close[len(running.close)-1]
		running.close = running.close[:len(running.close)-1]
		running.Unlock()
		t.Cleanup(stop)
	}
	return url, err
}

// send fills the fields of the form that has them all, sends it with its first
// button and waits for the next page.
func send(t *testing.T, p *browser.Page, fields map[string]string) {
	t.Helper()
	if fields == nil {
		fields = map[string]string{} // null has no keys
	}
	values, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := browser.Evaluate[bool](p, fmt.Sprintf(`(() => {
		const fields = %s;
		const form = [...document.querySelectorAll('main form')].find(f => Object.keys(fields).every(name => f.elements[name]));
		for (const [name, value] of Object.entries(fields)) {
			const field = form.elements[name];
			if (field.type === 'checkbox') field.checked = value !== ''; else if (field.type !== 'hidden') field.value = value;
		}
		window.left = true;
		form.requestSubmit();
		return true;
	})()`, values)); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if there, err := browser.Evaluate[bool](p, `!window.left && document.readyState == 'complete'`); err == nil && there {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("no next page after the form was sent")
		}
	}
}

func reads(t *testing.T, p *browser.Page, what, text string) {
	t.Helper()
	got, err := browser.Evaluate[string](p, `document.querySelector('main').innerText`)
	if err != nil || !strings.Contains(got, text) {
		t.Fatalf("%s: no %q in %q (%v)", what, text, got, err)
	}
}

var mailedTo = regexp.MustCompile(`https?://[^/\s]+/newsletter/[a-z-]+/[A-Za-z0-9._-]+`)

// mailed waits for the n-th letter and returns its link to a path.
func mailed(t *testing.T, server *mailtest.Server, n int, path string) string {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if all := server.Letters(); len(all) >= n {
			text := strings.ReplaceAll(strings.ReplaceAll(all[n-1].Raw, "=\r\n", ""), "=3D", "=")
			for _, link := range mailedTo.FindAllString(text, -1) {
				if strings.Contains(link, path) {
					return link
				}
			}
			t.Fatalf("no link to %s in\n%s", path, text)
		}
		if time.Now().After(deadline) {
			t.Fatalf("letter %d did not come", n)
		}
	}
}

// TestDemo_KeepsLetters signs up in the sample newsroom as it runs by itself,
// without a mail server, and finds the letter in the data folder.
func TestDemo_KeepsLetters(t *testing.T) {
	b := chrome(t)
	origin := start(t, demo)
	p := b.Page(t, browser.Phone.WithoutScript())
	if _, err := p.Open(origin + "/newsletter/"); err != nil {
		t.Fatal(err)
	}
	send(t, p, map[string]string{"address": "ann@reader.example"})
	reads(t, p, "signed up", "Look into your mailbox")
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		letters, err := filepath.Glob(filepath.Join(work, "demo", "letters", "*.eml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range letters {
			if letter, err := os.ReadFile(file); err == nil && strings.Contains(string(letter), "<ann@reader.example>") && strings.Contains(string(letter), "/newsletter/confirm/") {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("no letter to confirm in %v", letters)
		}
	}
}

// TestNewsletter_InTheBrowser goes from the box to erasure without script, and
// looks at every page on the way in every view, also from right to left.
func TestNewsletter_InTheBrowser(t *testing.T) {
	b := chrome(t)
	if err := browser.AxeReady(); err != nil {
		t.Skip(err)
	}
	origin, dir, server := mailingPaper(t)
	set, err := openTabs(b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.close)
	look := func(name, address string, status int) {
		t.Helper()
		row := pageRow{name: name, status: status}
		openPage(t, set.reader, row, address, browser.Phone)
		checkPage(t, set.reader, row, browser.Phone)
		checkPage(t, set.reader, row, browser.Desktop.InDark())
	}
	p := b.Page(t, browser.Phone.WithoutScript())
	open := func(address string) {
		t.Helper()
		visit, err := p.Open(address)
		if err != nil {
			t.Fatal(err)
		}
		if visit.Status >= 500 {
			t.Fatalf("%s: %d", address, visit.Status)
		}
	}
	article := origin + "/city/skerrin-isles/islands-without-a-ferry/"
	look("newsletter-block", article, 200)
	look("newsletter-after", origin+"/culture/lantern-night/", 200)
	look("newsletter-page", origin+"/newsletter/", 200)
	open(article)
	send(t, p, map[string]string{"address": "Ann@gmial.com"})
	reads(t, p, "a slip", "Did you mean Ann@gmail.com?")
	p.Shot(t, "newsletter-hint")
	open(article)
	send(t, p, map[string]string{"address": "ann@reader.example"})
	reads(t, p, "signed up", "Look into your mailbox")
	confirm := mailed(t, server, 1, "/confirm/")
	look("newsletter-confirm", confirm, 200)
	open(confirm)
	send(t, p, nil)
	reads(t, p, "confirmed", "Welcome")
	look("newsletter-confirmed", confirm, 200)
	prefs := mailed(t, server, 2, "/preferences/")
	leave := mailed(t, server, 2, "/unsubscribe/")
	look("newsletter-preferences", prefs, 200)
	look("newsletter-leave", leave, 200)
	open(prefs)
	send(t, p, map[string]string{"do": "save", "newsletter": "1", "name": "Ann"})
	reads(t, p, "saved", "Your choice is saved")
	if a := ask(t, http.MethodPost, prefs, nil); a.Status == http.StatusOK {
		t.Errorf("a form without its fields: %d", a.Status)
	}
	own := askFresh(t, p, server)
	look("newsletter-own", own, 200)

	cmd, err := command("site", "set", "locale=ar", "--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for deadline := time.Now().Add(time.Minute); !strings.Contains(string(ask(t, http.MethodGet, origin+"/newsletter/", nil).Body), `dir="rtl"`); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the site does not follow its language")
		}
	}
	look("newsletter-arabic", own, 200)
	look("newsletter-arabic-page", origin+"/newsletter/", 200)

	open(own)
	send(t, p, map[string]string{"sure": "1", "never": ""})
	reads(t, p, "erased", "مُحي كل شيء")
	look("newsletter-gone", own, 410)
}

// askFresh has the link mailed that shows the data.
func askFresh(t *testing.T, p *browser.Page, server *mailtest.Server) string {
	t.Helper()
	n := len(server.Letters())
	if _, err := browser.Evaluate[bool](p, `(() => { const f = [...document.forms].find(f => f.elements.do && f.elements.do.value === 'fresh'); f.requestSubmit(); return true; })()`); err != nil {
		t.Fatal(err)
	}
	return mailed(t, server, n+1, "/preferences/")
}

func TestNewsletter_WorksForItsSignUps(t *testing.T) {
	b := chrome(t)
	origin, dir, server := mailingPaper(t)
	cmd, err := command("site", "set", "newsletter_proof=yes", "--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) { // until the server knows
		a, err := request(http.MethodPost, origin+"/newsletter/", http.Header{"Sec-Fetch-Site": {"same-origin"}})
		if err == nil && strings.Contains(string(a.Body), "data-bits") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the site asks for no work")
		}
	}
	for _, view := range []browser.View{browser.Phone, browser.Desktop.InDark()} {
		page := b.Page(t, view)
		if _, err := page.Open(origin + "/newsletter/"); err != nil {
			t.Fatal(err)
		}
		send(t, page, map[string]string{"address": strings.ToLower(view.Name) + "@reader.example"})
		reads(t, page, "the work", "your browser shows")
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
			done, err := browser.Evaluate[bool](page, `document.querySelector('[name=proof]').value !== ''`)
			if err != nil || time.Now().After(deadline) {
				t.Fatalf("%s: no proof is found: %v", view.Name, err)
			}
			if done {
				break
			}
		}
		reads(t, page, "the work done", "You can press the button")
		page.Shot(t, "newsletter-work")
		violations, err := page.Axe()
		for _, v := range violations {
			t.Errorf("%s: %v", view.Name, v)
		}
		if err != nil {
			t.Error(err)
		}
		// Another address needs other work: the form that is pressed early goes when it is done.
		send(t, page, map[string]string{"address": "other-" + strings.ToLower(view.Name) + "@reader.example"})
		reads(t, page, "taken", "Look into your mailbox")
		report(t, view.Name, page.Seen())
	}
	for deadline := time.Now().Add(time.Minute); len(server.Letters()) != 2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d letters, want 2", len(server.Letters()))
		}
	}
}
