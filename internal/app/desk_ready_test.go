package app

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/article/check"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/media"
)

// everyWarning are the codes of all findings, as the box sends them that
// confirms what was looked at.
func everyWarning(t testing.TB) string {
	t.Helper()
	var words map[string]json.RawMessage
	if err := json.Unmarshal(check.Words(), &words); err != nil {
		t.Fatal(err)
	}
	var codes []string
	for key := range words {
		codes = append(codes, strings.TrimPrefix(key, "check."))
	}
	return strings.Join(codes, " ")
}

// expires ends the right to show a medium on a day.
func (p *paper) expires(id int64, day time.Time) {
	p.t.Helper()
	m, err := p.app.media.Get(p.ctx, p.app.db, id)
	p.must(err)
	_, err = p.app.media.Change(p.ctx, p.actor, media.Edit{ID: id, Revision: m.Revision, Title: m.Title, Alt: m.Alt, FocalX: m.FocalX, FocalY: m.FocalY, Crop: m.Crop,
		Rights: media.Rights{Expire: media.DayOf(day)}})
	p.must(err)
}

func TestPublish_MeetsTheChecks(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		photo := p.photo("Quay")
		p.expires(photo.ID, p.now.Now().AddDate(0, 0, -3))
		c := p.harmless("With an old picture")
		c.Lead = &article.Picture{Media: photo.ID}
		bad, plain := p.draft(c), p.draft(p.harmless("With questions"))
		codes := func(err error) string {
			t.Helper()
			var cause *article.Unready
			if !fault.Is(err, fault.Invalid) || !errors.As(err, &cause) {
				t.Fatalf("%v, want Invalid with its findings", err)
			}
			return " " + strings.ReplaceAll(cause.Error(), ",", "") + " "
		}
		// The service, whoever asks.
		_, err := p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{ID: bad.ID, Revision: bad.Revision, Confirmed: strings.Fields(everyWarning(t))})
		if got := codes(err); !strings.Contains(got, " rights_expired ") {
			t.Errorf("an error that was confirmed: %s", got)
		}
		_, err = p.app.articles.Schedule(p.ctx, p.actor, article.ScheduleInput{ID: bad.ID, Revision: bad.Revision, At: p.now.Now().Add(time.Hour), Confirmed: strings.Fields(everyWarning(t))})
		if got := codes(err); !strings.Contains(got, " rights_expired ") {
			t.Errorf("scheduling: %s", got)
		}
		_, err = p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{ID: plain.ID, Revision: plain.Revision})
		asked := codes(err)
		all := strings.Fields(asked)
		if len(all) < 2 {
			t.Fatalf("only %s is asked: the test needs two questions", asked)
		}
		_, err = p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{ID: plain.ID, Revision: plain.Revision, Confirmed: all[1:]})
		if got := strings.TrimSpace(codes(err)); got != all[0] {
			t.Errorf("after confirming all but %s, %s is asked", all[0], got)
		}
		// A pass is good for the text that was looked at, and for no other.
		pass, err := p.app.articles.Examine(p.ctx, p.actor, article.Examination{ID: plain.ID, Revision: plain.Revision, Confirmed: all})
		p.must(err)
		saved, err := p.app.articles.Save(p.ctx, p.actor, article.SaveInput{ID: plain.ID, Revision: plain.Revision, Content: p.harmless("Changed since")})
		p.must(err)
		if _, err := p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{ID: plain.ID, Revision: saved.Revision, Pass: pass}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a text that was changed after the checks: %v", err)
		}
		if _, err := p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{ID: bad.ID, Revision: bad.Revision, Pass: pass}); !fault.Is(err, fault.Conflict) {
			t.Errorf("the pass of another article: %v", err)
		}
		// A role is asked before anything is told.
		if _, err := p.app.articles.Publish(p.ctx, account.Actor{ID: 5, Role: account.Author, Name: "Else"}, article.PublishInput{ID: bad.ID, Revision: bad.Revision}); !fault.Is(err, fault.Denied) {
			t.Errorf("somebody who may not: %v", err)
		}
		// The bulk action names each article and what stands against it.
		got := owner.post("/desk/articles/bulk", "do", "publish", "article", strconv.FormatInt(bad.ID, 10)+":"+strconv.FormatInt(bad.Revision, 10))
		p.shows("bulk", got, 200, "With an old picture")
		for _, want := range []string{"must be mended", "/desk/articles/" + strconv.FormatInt(bad.ID, 10) + "/publish", "The right to show this ended on"} {
			if !strings.Contains(got.body, want) {
				t.Errorf("the bulk action's answer lacks %q", want)
			}
		}
		a, err := p.app.articles.Working(p.ctx, p.actor, bad.ID)
		p.must(err)
		if a.Article.Status != article.StatusDraft {
			t.Errorf("it is %s", a.Article.Status)
		}
	})
}

// TestRelease_HoldsBackWhatMustNotGoOut: the rights of a picture end between
// scheduling and the hour itself.
func TestRelease_HoldsBackWhatMustNotGoOut(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		server := p.mails()
		olga := p.person("olga@paper.example")
		photo := p.photo("Quay")
		c := p.harmless("Tomorrow")
		c.Lead = &article.Picture{Media: photo.ID}
		d, err := p.app.articles.Create(p.ctx, olga, article.Draft{Type: article.TypeArticle, Content: c})
		p.must(err)
		fine := p.draft(p.harmless("Goes out"))
		at := p.now.Now().Add(48 * time.Hour)
		for _, a := range []article.Article{d, fine} {
			_, err = p.app.articles.Schedule(p.ctx, olga, article.ScheduleInput{ID: a.ID, Revision: a.Revision, At: at, Confirmed: strings.Fields(everyWarning(t))})
			p.must(err)
		}
		p.expires(photo.ID, p.now.Now().AddDate(0, 0, 1))
		p.now.Set(at)
		p.drain()
		p.drain()
		w, err := p.app.articles.Working(p.ctx, olga, d.ID)
		p.must(err)
		if w.Article.Status != article.StatusChanges || w.Article.Public || !w.Article.ScheduledAt.IsZero() {
			t.Errorf("what must not go out is %s, public %v", w.Article.Status, w.Article.Public)
		}
		if w, _ := p.app.articles.Working(p.ctx, olga, fine.ID); w.Article.Status != article.StatusPublished {
			t.Errorf("what may go out, with confirmed questions, is %s", w.Article.Status)
		}
		p.shows("the inbox", owner.get("/desk/notes"), 200, "something must be mended first")
		if got := subjects(t, server); len(got) != 1 || got[0] != "olga@paper.example Not published at its time: Tomorrow" {
			t.Errorf("letters: %q", got)
		}
		p.must(p.app.articles.CatchUp(p.ctx))
		p.drain()
		if w, _ := p.app.articles.Working(p.ctx, olga, d.ID); w.Article.Status != article.StatusChanges {
			t.Errorf("after the next start it is %s", w.Article.Status)
		}
	})
}

// TestDesk_HomeWarnsOfRights: editors see on the start page what readers see
// without the right to, and what ends soon.
func TestDesk_HomeWarnsOfRights(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		ann := p.joins(owner, "Ann", "author")
		shown, unshown, soon, later := p.photo("Shown"), p.photo("Unshown"), p.photo("Soon"), p.photo("Later")
		c := p.harmless("With a picture")
		c.Lead = &article.Picture{Media: shown.ID}
		a := p.publish(c, article.PublishInput{})
		if body := owner.get("/desk/").body; strings.Contains(body, "Rights that end") {
			t.Error("a warning before anything ends")
		}
		today := p.now.Now()
		p.expires(shown.ID, today.AddDate(0, 0, -1))
		p.expires(unshown.ID, today.AddDate(0, 0, -1))
		p.expires(soon.ID, today.AddDate(0, 0, 30))
		p.expires(later.ID, today.AddDate(0, 0, 31))
		home := owner.get("/desk/")
		p.shows("the start page", home, 200, "and readers still see it")
		for id, want := range map[int64]bool{shown.ID: true, unshown.ID: false, soon.ID: true, later.ID: false} {
			if got := strings.Contains(home.body, "/desk/media/"+strconv.FormatInt(id, 10)+`"`); got != want {
				t.Errorf("medium %d is named: %v, want %v", id, got, want)
			}
		}
		if body := ann.get("/desk/").body; strings.Contains(body, "Rights that end") {
			t.Error("an author sees to everybody's rights")
		}
		// Published after its end, and taken away again.
		p.expires(unshown.ID, today.AddDate(0, 0, -2))
		c.Lead.Media = unshown.ID
		b := p.publish(c, article.PublishInput{})
		p.shows("another one", owner.get("/desk/"), 200, "/desk/media/"+strconv.FormatInt(unshown.ID, 10))
		for _, one := range []article.Article{a, b} {
			_, err := p.app.articles.Retract(p.ctx, p.actor, one.ID, one.Revision)
			p.must(err)
		}
		if body := owner.get("/desk/").body; strings.Contains(body, "still see it") {
			t.Error("a warning of what nobody sees any more")
		}
	})
}

// TestMedia_AttachedIsNotShown: what a person put into the library on the page
// of a public article is private until the article shows it. What an import
// attached stays reachable, as it was on the former site.
func TestMedia_AttachedIsNotShown(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		d := p.draft(p.harmless("With attachments"))
		attached := map[string]media.Medium{}
		for who, uploader := range map[string]int64{"import": 0, "desk": 9} {
			m := media.Medium{FileName: who + ".jpg", Parent: d.ID, Uploader: uploader}
			p.write(func(ctx context.Context, tx *db.Tx) error { m.ID = 0; return p.app.media.Save(ctx, tx, &m) })
			attached[who] = m
		}
		a, err := p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: d.ID, Revision: d.Revision})
		p.must(err)
		public := func(who string) bool {
			m, err := p.app.media.Get(p.ctx, p.app.db, attached[who].ID)
			p.must(err)
			return m.Public
		}
		if !public("import") || public("desk") {
			t.Errorf("attached by an import: public %v; at the desk: public %v", public("import"), public("desk"))
		}
		c := p.harmless("With attachments")
		c.Lead = &article.Picture{Media: attached["desk"].ID}
		a, err = p.app.articles.Save(p.ctx, p.actor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: c})
		p.must(err)
		_, err = p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: a.ID, Revision: a.Revision})
		p.must(err)
		if !public("desk") {
			t.Error("what the article shows is not public")
		}
	})
}

// TestPages_LeaveComputedAddressesAlone: Dateline's own pages keep their
// addresses. A person is told; an import's page moves aside.
func TestPages_LeaveComputedAddressesAlone(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		make := func(slug, headline string) (article.Article, error) {
			return p.app.articles.Create(p.ctx, p.actor, article.Draft{Type: article.TypePage, Slug: slug, Content: article.Content{Headline: headline, Body: paragraph("Words.")}})
		}
		for _, word := range []string{"archive", "search", "corrections", "feeds", "desk"} {
			if _, err := make(word, "Mine"); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "/"+word+"/") {
				t.Errorf("a page at /%s/: %v", word, err)
			}
		}
		d, err := make("", "Archive") // its word follows the headline
		p.must(err)
		if _, err := p.app.articles.Arrange(p.ctx, p.actor, article.ArrangeInput{ID: d.ID, Revision: d.Revision, Slug: "search"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("moving a page to /search/: %v", err)
		}
		if _, err := p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: d.ID, Revision: d.Revision, Slug: "corrections"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("publishing a page at /corrections/: %v", err)
		}
		a, err := p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: d.ID, Revision: d.Revision})
		p.must(err)
		if a.Path != "/archive-2/" {
			t.Errorf("a page called Archive stands at %s", a.Path)
		}
		p.tells("/archive-2/", 200, "Words.")
		p.tells("/archive/", 200, "!Words.")
		put := article.Put{ID: 77, Type: article.TypePage, Status: article.StatusPublished, Access: article.AccessOpen, Slug: "corrections", Path: "/corrections/",
			Created: p.now.Now(), Published: p.now.Now(), Updated: p.now.Now(), Content: article.Content{Headline: "How we correct", Body: paragraph("Openly.")}}
		for range 2 { // an import is safe to repeat
			p.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := p.app.articles.PutTx(ctx, tx, account.System("import"), put)
				return err
			})
		}
		p.tells("/corrections-2/", 200, "Openly.")
		p.tells("/search/?q=openly", 200, "search-form")
	})
}
