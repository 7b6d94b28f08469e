package app

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dateline/internal/config"
	"dateline/internal/db"
	"dateline/internal/edition"
)

func TestRelays_FromSettings(t *testing.T) {
	load := func(flags map[string]string) *config.Config {
		t.Helper()
		cfg, err := config.Load(config.Sources{Environ: []string{"DATELINE_MAIL_RELAYS=" + flags["relays"], "DATELINE_SMTP_HOST=" + flags["host"], "DATELINE_MAIL_FROM=news@paper.example"},
			Flags: map[string]string{"data": t.TempDir(), "url": "https://news.example"}})
		if err != nil {
			t.Fatal(err)
		}
		return cfg
	}
	got, err := relays(load(map[string]string{"host": "mail.example"}))
	if err != nil || len(got) != 1 || got[0].Host != "mail.example" || got[0].Port != 587 || got[0].Hello != "news.example" {
		t.Errorf("%+v (%v)", got, err)
	}
	got, err = relays(load(map[string]string{"host": "mail.example", "relays": "smtps://a:b@one.example?weight=3, smtp://two.example"}))
	if err != nil || len(got) != 2 || got[0].Weight != 3 || got[1].Host != "two.example" {
		t.Errorf("%+v (%v)", got, err)
	}
	if got, err = relays(load(nil)); err != nil || len(got) != 0 {
		t.Errorf("without a mail server: %+v (%v)", got, err)
	}
	if _, err = relays(load(map[string]string{"relays": "http://a:secretword@one.example"})); err == nil || strings.Contains(err.Error(), "secretword") {
		t.Errorf("%v", err)
	}
}

func TestBounceHook_NeedsItsProof(t *testing.T) {
	p := newPaper(t, db.SQLite, nil)
	p.app.cfg.BounceHooks = []string{"postmark:me:secret"}
	post := func(provider, password, body string) int {
		r := httptest.NewRequest(http.MethodPost, "http://news.example/newsletter/bounces/"+provider, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("me:"+password)))
		w := httptest.NewRecorder()
		p.app.handler().ServeHTTP(w, r)
		return w.Code
	}
	const body = `{"RecordType":"Bounce","Type":"HardBounce","Email":"somebody@home.example"}`
	for _, c := range []struct {
		provider, password, body string
		want                     int
	}{{"postmark", "secret", body, 204}, {"postmark", "wrong", body, 403}, {"mailgun", "secret", body, 404}, {"postmark", "secret", "{", 400},
		{"postmark", "secret", strings.Repeat("x", hookBody+1), 413}} {
		if got := post(c.provider, c.password, c.body); got != c.want {
			t.Errorf("%s with %q: %d, want %d", c.provider, c.password, got, c.want)
		}
	}
}

// Who leaves by the links of a letter is counted for its edition, however they
// do it, once.
func TestReport_CountsWhoLeaves(t *testing.T) {
	p := newPaper(t, db.SQLite, nil)
	owner := p.setUp()
	p.subscribed(3)
	path := p.mailed(owner, "Left by some", "")
	p.drain()
	mailing := int64(p.number(`SELECT mailing_id FROM edition_mailing`))
	p.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE mailing_recipient SET state = 'sent'`)
		return err
	})
	post := func(address, form string) {
		t.Helper()
		r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if got := p.ask(r); got.status >= 400 {
			t.Fatalf("%s: %d", address, got.status)
		}
	}
	for range 2 {
		post(p.app.readers.Links(1, 1, mailing).OneClick, "List-Unsubscribe=One-Click")
	}
	post(p.app.readers.Links(1, 2, mailing).Unsubscribe, "do=all")
	post(p.app.readers.Links(1, 3, 0).Unsubscribe, "do=all") // of no mailing
	var number int64
	if _, err := fmt.Sscanf(path, "/desk/newsletter/%d", &number); err != nil {
		t.Fatal(err)
	}
	got, err := p.app.EditionProgress(p.ctx, number)
	if err != nil || got.Unsubscribed != 2 || got.Total != 3 {
		t.Errorf("%+v (%v), want 2 who left", got, err)
	}
	p.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE edition SET state = $1`, string(edition.Sent))
		return err
	})
	p.shows("the report", owner.get(path+"/report"), 200, "<dt>Unsubscribed</dt><dd>2</dd>")
}
