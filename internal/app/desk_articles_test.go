package app

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/taxonomy"
)

// person returns somebody's account for the services.
func (p *paper) person(email string) account.Actor {
	p.t.Helper()
	one, err := p.app.accounts.ByEmail(p.ctx, operator, email)
	p.must(err)
	return one.Actor()
}

// TestDesk_ContributorsFindTheirOwn: however many articles of others fit better.
func TestDesk_ContributorsFindTheirOwn(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		cem := p.joins(owner, "Cem", "contributor")
		cemID := p.person("cem@paper.example")
		for i := range 60 {
			p.publish(p.harmless("Lighthouse "+strconv.Itoa(i)), article.PublishInput{})
		}
		publish := func(headline string, by account.Actor) int64 {
			d, err := p.app.articles.Create(p.ctx, by, article.Draft{Type: article.TypeArticle, Content: p.harmless(headline)})
			p.must(err)
			_, err = p.app.articles.Publish(p.ctx, operator, article.PublishInput{ID: d.ID, Revision: d.Revision, At: opening.AddDate(-9, 0, 0), Unchecked: true})
			p.must(err)
			return d.ID
		}
		publish("A walk to some old lighthouse", cemID)
		given := publish("Who keeps an old lighthouse", operator)
		_, err := p.app.articles.Assign(p.ctx, operator, article.AssignInput{ID: given, Assignee: cemID.ID})
		p.must(err)
		p.drain()
		for _, path := range []string{"/desk/articles?q=lighthouse", "/desk/articles/find?q=lightho"} {
			got := cem.get(path)
			p.shows(path, got, 200, "A walk to some old lighthouse")
			p.shows(path, got, 200, "Who keeps an old lighthouse")
			if strings.Contains(got.body, "Lighthouse 1") {
				t.Errorf("%s: a contributor finds what others published", path)
			}
		}
	})
}

func TestDesk_ArticleList(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		ann, cem := p.joins(owner, "Ann", "author"), p.joins(owner, "Cem", "contributor")
		annID := p.person("ann@paper.example")
		p.must(p.app.db.Write(p.ctx, func(ctx context.Context, tx *db.Tx) error {
			return taxonomy.SaveTag(ctx, tx, taxonomy.Tag{ID: 77, Slug: "crossings", Name: "Crossings"}, opening)
		}))
		content := p.harmless("Ferry strike looms")
		content.Tags, content.Lead = []int64{77}, &article.Picture{Caption: "Gangway up", Credit: "Wilma Lens", Alt: "An idle ramp"}
		draft, err := p.app.articles.Create(p.ctx, annID, article.Draft{Type: article.TypeArticle, Content: content})
		p.must(err)
		p.publish(p.harmless("Lighthouse lit again"), article.PublishInput{})
		p.drain()

		got := owner.get("/desk/articles")
		p.shows("the list", got, 200, "Ferry strike looms")
		if strings.Contains(got.body, "Lighthouse lit again") {
			t.Error("published articles stand among what is in progress")
		}
		p.shows("the published", owner.get("/desk/articles?group=published"), 200, "Lighthouse lit again")
		p.shows("a search", owner.get("/desk/articles?q=ferr"), 200, "Ferry strike looms")
		for _, words := range []string{"crossings", "gangway", "wilma+lens", "idle+ferry"} {
			p.shows("a search for "+words, owner.get("/desk/articles?q="+words), 200, "Ferry strike looms")
		}
		p.shows("a search for what is published", owner.get("/desk/articles?q=lighthouse"), 200, "Lighthouse lit again")
		if body := cem.get("/desk/articles").body; strings.Contains(body, "Ferry strike") {
			t.Error("a contributor lists another's draft")
		}
		if body := cem.get("/desk/articles/find?q=ferry").body; strings.Contains(body, "Ferry strike") {
			t.Error("a contributor finds another's draft")
		}
		p.shows("the finder", ann.get("/desk/articles/find?q=ferry"), 200, `"headline":"Ferry strike looms"`)
		for _, odd := range []string{"section=x", "from=31.5.2026", "after=1", "person=-1", "group=published&author=Nobody+Known"} {
			p.shows("an odd filter "+odd, owner.get("/desk/articles?"+odd), 422, `role="alert"`)
		}
		p.shows("the start page", ann.get("/desk/"), 200, "Ferry strike looms")

		box := strconv.FormatInt(draft.ID, 10) + ":" + strconv.FormatInt(draft.Revision, 10)
		p.shows("nothing chosen", owner.post("/desk/articles/bulk", "do", "approved"), 422, "hoose the articles first")
		p.shows("no action", owner.post("/desk/articles/bulk", "article", box), 422, "hoose what to do")
		p.shows("a contributor approves", cem.post("/desk/articles/bulk", "article", box, "do", "approved"), 200, "may not")
		p.shows("approving", owner.post("/desk/articles/bulk", "article", box, "do", "approved", "back", "group=work"), 200, "done")
		p.shows("approving what changed", owner.post("/desk/articles/bulk", "article", box, "do", "binned"), 200, "changed by somebody else")
		p.shows("assigning", owner.post("/desk/articles/bulk", "article", box, "do", "assign", "assignee", strconv.FormatInt(annID.ID, 10)), 200, "For Ann")
		p.shows("assigning to nobody known", owner.post("/desk/articles/bulk", "article", box, "do", "assign", "assignee", "99"), 422, "obody here")
		w, err := p.app.articles.Working(p.ctx, annID, draft.ID)
		p.must(err)
		if w.Article.Status != article.StatusApproved || w.Article.Assignee != annID.ID {
			t.Errorf("after the actions: %+v", w.Article)
		}
		box = strconv.FormatInt(draft.ID, 10) + ":" + strconv.FormatInt(w.Article.Revision, 10)
		p.shows("moving", owner.post("/desk/articles/bulk", "article", box, "do", "section", "to_section", strconv.Itoa(sportSection)), 200, "done")
		w, err = p.app.articles.Working(p.ctx, annID, draft.ID)
		p.must(err)
		if w.Article.SectionID != sportSection {
			t.Errorf("it stands in %d", w.Article.SectionID)
		}
	})
}

func TestDesk_SavedViews(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		ann := p.joins(owner, "Ann", "author")
		p.leads("a view", ann.post("/desk/articles/views", "name", "My reviews", "query", "group=work&status=review&evil=1"), "/desk/articles?group=work&status=review&done=view")
		p.shows("the view", ann.get("/desk/articles"), 200, "My reviews")
		if strings.Contains(owner.get("/desk/articles").body, "My reviews") {
			t.Error("a colleague sees a view that is not shared")
		}
		p.shows("an author shares", ann.post("/desk/articles/views", "name", "All", "query", "", "shared", "1"), 403, "share a view")
		p.shows("no name", ann.post("/desk/articles/views", "name", " ", "query", ""), 400, "a name")
		p.leads("an editor shares", owner.post("/desk/articles/views", "name", "Everything", "query", "group=work", "shared", "1"), "/desk/articles?group=work&done=view")
		got := ann.get("/desk/articles")
		p.shows("the shared view", got, 200, "Everything")
		shared := regexp.MustCompile(`/desk/articles/views/(\d+)/delete`).FindAllStringSubmatch(owner.get("/desk/articles").body, -1)
		if len(shared) != 1 {
			t.Fatalf("the owner may delete %d views", len(shared))
		}
		p.shows("an author deletes everybody's", ann.post(shared[0][0]), 403, "everybody")
		p.leads("the owner deletes it", owner.post(shared[0][0]), "/desk/articles?done=unview")
	})
}

func TestDesk_Calendar(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		ann := p.joins(owner, "Ann", "author")
		annID := p.person("ann@paper.example")
		p.shows("a plan without a headline", owner.post("/desk/articles/plan", "headline", " ", "due", "2026-03-20T14:30"), 422, `value="2026-03-20T14:30"`)
		p.shows("a plan with an odd date", owner.post("/desk/articles/plan", "headline", "Mill report", "due", "tomorrow"), 422, `value="Mill report"`)
		p.leads("a plan", owner.post("/desk/articles/plan", "headline", "Mill report", "assignee", strconv.FormatInt(annID.ID, 10), "due", "2026-04-02T14:30"), "/desk/calendar?done=planned&month=2026-04")
		p.shows("the month", owner.get("/desk/calendar?month=2026-04"), 200, "Mill report")
		p.shows("her start page", ann.get("/desk/"), 200, "Mill report")
		all, err := p.app.articles.Find(p.ctx, annID, article.Filter{Group: article.GroupWork, Person: annID.ID, Limit: 5})
		p.must(err)
		if len(all) != 1 || !all[0].Due.Equal(time.Date(2026, 4, 2, 12, 30, 0, 0, time.UTC)) {
			t.Errorf("due at %v, want half past two in Berlin's summer time", all)
		}
		p.shows("an odd month", owner.get("/desk/calendar?month=2026-13"), 400, "is not a month")
		d := p.draft(p.harmless("At nine"))
		_, err = p.app.articles.Schedule(p.ctx, p.actor, article.ScheduleInput{Unchecked: true, ID: d.ID, Revision: d.Revision, At: opening.AddDate(0, 0, 1)})
		p.must(err)
		p.shows("this month", owner.get("/desk/calendar"), 200, "At nine")
		p.shows("soon", owner.get("/desk/"), 200, "Going out next")
	})
}

// TestDesk_ListCostsTheSame counts the statements of the list's pages: they do
// not grow with the archive.
func TestDesk_ListCostsTheSame(t *testing.T) {
	p := newPaper(t, db.SQLite, nil)
	owner := p.setUp()
	cost := func(path string) int64 {
		before := p.statements.Load()
		p.shows(path, owner.get(path), 200, "<h1>")
		return p.statements.Load() - before
	}
	pages := []string{"/desk/", "/desk/articles", "/desk/articles?group=published", "/desk/articles?" + url.Values{"group": {"work"}, "status": {"draft"}}.Encode(), "/desk/calendar"}
	p.publish(p.harmless("One"), article.PublishInput{})
	p.draft(p.harmless("Draft one"))
	few := map[string]int64{}
	for _, path := range pages {
		few[path] = cost(path)
	}
	for range 40 {
		p.publish(p.harmless("More"), article.PublishInput{At: p.now.Now().AddDate(0, 0, -1)})
		p.draft(p.harmless("Draft more"))
	}
	for _, path := range pages {
		if n := cost(path); n > few[path]+2 {
			t.Errorf("%s: %d statements with two articles, %d with many", path, few[path], n)
		}
	}
}
