package desk

import (
	"encoding/json"
	"strings"
	"testing"

	"dateline/test/e2e/browser"
)

const movers = `id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers
1,ada@harbour.example,Ada Quay,,true,false,,2026-03-04T09:15:00.000Z,,Daily,
2,bo@harbour.example,Bo,,true,false,,2026-02-02T02:02:02.000Z,,World,
3,gone@harbour.example,,,false,false,,2020-01-01T00:00:00.000Z,,,
4,nobody at home,,,true,false,,2020-01-01T00:00:00.000Z,,,
5,info@harbour.example,,,true,false,,2026-01-01T00:00:00.000Z,,,
`

// TestReaders_InTheBrowser moves readers in, looks one up, makes a newsletter
// and looks at every page of the part.
func TestReaders_InTheBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	b := browser.Start(t)
	if err := browser.AxeReady(); err != nil {
		t.Skip(err)
	}
	origin, link := start(t)
	p := b.Page(t, browser.Desktop)
	visit(t, p, link)
	fill(t, p, map[string]string{"title": "The Gull", "zone": "Europe/Berlin", "locale": "en", "name": "Olga Owner", "email": "olga@paper.example", "password": secret}, "/desk/")
	visit(t, p, origin+"/desk/readers/import")
	check(t, p, "readers-import", "Upload and look")
	raw, err := json.Marshal(movers)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := browser.Evaluate[bool](p, `(() => { const all = new DataTransfer(); all.items.add(new File([`+string(raw)+`], 'members.csv')); document.querySelector('input[type=file]').files = all.files; return true })()`); err != nil {
		t.Fatal(err)
	}
	push(t, p, "Upload and look")
	check(t, p, "readers-columns", "from Ghost")
	at, err := browser.Evaluate[string](p, `location.pathname`)
	if err != nil || !strings.HasPrefix(at, "/desk/readers/import/") {
		t.Fatalf("at %s: %v", at, err)
	}
	push(t, p, "Try it")
	until(t, p, origin+at, "This would become of the rows")
	check(t, p, "readers-dry", "Take 3 new readers in")
	push(t, p, "Take 3 new readers in")
	until(t, p, origin+at, "Taken in")
	check(t, p, "readers-report", "5 rows in the file")
	visit(t, p, origin+"/desk/readers")
	if _, err := browser.Evaluate[bool](p, `(() => { const f = document.querySelector('form[action="/desk/readers/find"]'); f.address.value = 'ada@harbour.example'; window.left = true; f.requestSubmit(); return true })()`); err != nil {
		t.Fatal(err)
	}
	wait(t, p, `!window.left && document.readyState == 'complete' && location.pathname.startsWith('/desk/readers/person/')`)
	check(t, p, "readers-person", "Ada Quay")
	person, err := browser.Evaluate[string](p, `location.pathname`)
	if err != nil {
		t.Fatal(err)
	}
	stations := []station{{"readers", "/desk/readers", "Look somebody up"}, {"readers-newsletters", "/desk/readers/newsletters", "New newsletter"},
		{"readers-newsletter", "/desk/readers/newsletters/new", "Rhythms that readers may choose"}, {"readers-export", "/desk/readers/export", "Dateline, JSON"},
		{"readers-import", "/desk/readers/import", "Lists brought along"}, {"readers-report", at, "5 rows in the file"}, {"readers-person", person, "Consents"},
		{"readers-erase", person + "/erase", "There is no way back"}}
	for _, view := range []browser.View{browser.Desktop, browser.Phone, browser.Desktop.InDark(), browser.Phone.InDark()} {
		p := b.Page(t, view)
		visit(t, p, origin+"/desk/sign-in")
		fill(t, p, map[string]string{"email": "olga@paper.example", "password": secret}, "/desk/")
		for _, s := range stations {
			visit(t, p, origin+s.path)
			check(t, p, s.name, s.says)
		}
	}
}

// push submits the form of the button with a text and waits for the next page.
func push(t *testing.T, p *browser.Page, text string) {
	t.Helper()
	if _, err := browser.Evaluate[bool](p, `(() => { window.left = true; [...document.querySelectorAll('button')].find(b => b.textContent.trim() == `+quote(text)+`).click(); return true })()`); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	wait(t, p, `!window.left && document.readyState == 'complete'`)
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `\'`) + "'" }

// until visits an address until its page says something.
func until(t *testing.T, p *browser.Page, address, says string) {
	t.Helper()
	for range 600 {
		visit(t, p, address)
		if text, err := browser.Evaluate[string](p, `document.body.innerText`); err == nil && strings.Contains(text, says) {
			return
		}
		wait(t, p, `new Promise(done => setTimeout(() => done(true), 50))`)
	}
	t.Fatalf("%s never says %q", address, says)
}
