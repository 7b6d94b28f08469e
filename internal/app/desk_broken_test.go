package app

import (
	"context"
	"html"
	"regexp"
	"strings"
	"testing"

	"dateline/internal/db"
)

var logNumber = regexp.MustCompile(`Nummer|unter ([A-Za-z0-9_-]{8})\.`)

// numbered returns the number under which the log has what an answer tells of.
func (p *paper) numbered(what, said string) string {
	p.t.Helper()
	m := logNumber.FindStringSubmatch(said)
	if m == nil || m[1] == "" {
		p.t.Fatalf("%s names no number: %.600s", what, said)
	}
	if !strings.Contains(p.logged(), "id="+m[1]) && !strings.Contains(p.logged(), `"id":"`+m[1]+`"`) {
		p.t.Errorf("%s: the log has nothing under %s:\n%s", what, m[1], p.logged())
	}
	return m[1]
}

// alter changes a table behind the back of the running program.
func (p *paper) alter(statements ...string) {
	p.t.Helper()
	p.write(func(ctx context.Context, tx *db.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestDesk_SaysWhatFailedOnOurSide: in the person's language, with a number
// that the log has, nothing of the inside, and nothing typed is lost.
func TestDesk_SaysWhatFailedOnOurSide(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		p.leads("a language", owner.post("/desk/account/language", "language", "de"), "/desk/account?done=saved")
		at, content := owner.begins()

		p.alter("ALTER TABLE address RENAME TO address_away")
		page := owner.get("/desk/structure/redirects")
		p.shows("a page", page, 500, "Auf unserer Seite ist etwas schiefgegangen.")
		p.shows("what to do", page, 500, "nennen Sie diese Nummer")
		p.numbered("the page", page.body)
		form := owner.post("/desk/structure/redirects", "from", "/old/\"quoted\"/", "to", "/new/", "code", "123456")
		p.shows("a form", form, 500, "Nichts ist verloren")
		p.numbered("the form", form.body)
		if strings.Contains(page.body+form.body, "address_away") || strings.Contains(form.body, "no such table") || strings.Contains(form.body, "123456") {
			t.Errorf("the page tells too much:\n%s", form.body)
		}
		p.alter("ALTER TABLE address_away RENAME TO address")
		var pairs []string
		for _, m := range hiddenField.FindAllStringSubmatch(form.body, -1) {
			pairs = append(pairs, m[1], html.UnescapeString(m[2]))
		}
		if len(pairs) != 4 || pairs[1] != `/old/"quoted"/` || !strings.Contains(form.body, `action="/desk/structure/redirects"`) {
			t.Errorf("the form to send again: %q\n%s", pairs, form.body)
		}

		p.alter("ALTER TABLE working_copy RENAME TO copy_away")
		save := map[string]any{"revision": 1, "tab": "t", "version": false, "content": with(content, "headline", "Kept")}
		told := p.reply("a save", owner.sends("POST", at+"/save", save), 500)
		if said, _ := told["error"].(string); !strings.HasPrefix(said, "Auf unserer Seite ist etwas schiefgegangen.") || told["id"] != p.numbered("the save", said) {
			t.Errorf("a script is told %v", told)
		}
		if hint, _ := told["hint"].(string); !strings.Contains(hint, "Was Sie geschrieben haben, steht noch auf dieser Seite.") {
			t.Errorf("a script is told %v", told)
		}
		p.alter("ALTER TABLE copy_away RENAME TO working_copy")

		p.fill()
		save["content"] = with(content, "headline", "Kept", "body", body(strings.Repeat("A long text. ", 5000)))
		told = p.reply("a save on a full disk", owner.sends("POST", at+"/save", save), 507)
		if said, _ := told["error"].(string); !strings.HasPrefix(said, "Der Server hat keinen Speicherplatz mehr") || told["code"] != "full" {
			t.Errorf("a script is told %v", told)
		}
	})
}

// fill leaves the database no room for another article.
func (p *paper) fill() {
	p.t.Helper()
	if p.app.db.Engine() == db.SQLite {
		p.alter("PRAGMA max_page_count = 1")
		for _, size := range []int{100_000, 1000} { // uses up what is free in the file
			for err := error(nil); err == nil; {
				err = p.app.db.Write(p.ctx, func(ctx context.Context, tx *db.Tx) error {
					_, err := tx.Exec(ctx, "INSERT INTO purge (id, at, keys) SELECT coalesce(max(id), 0) + 1, 0, $1 FROM purge", strings.Repeat("x", size))
					return err
				})
			}
		}
		return
	}
	p.alter(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'no space'; END $$`,
		`CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON working_copy FOR EACH ROW EXECUTE FUNCTION full_disk()`)
	p.t.Cleanup(func() { // other tests get the same database, and the test's own context has ended
		p.ctx = context.WithoutCancel(p.ctx)
		p.alter("DROP TRIGGER full_disk ON working_copy", "DROP FUNCTION full_disk")
	})
}
