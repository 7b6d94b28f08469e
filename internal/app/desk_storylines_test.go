package app

import (
	"strings"
	"testing"

	"dateline/internal/article"
	"dateline/internal/register"
)

func TestStorylines_AtTheDesk(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		edna := p.joins(owner, "Edna", "editor")
		will := p.joins(owner, "Will", "author")
		ann := p.subject(register.Entry{Kind: register.Person, Name: "Ann Lee"})
		p.story("Ships wait", worldSection, article.PublishInput{}, func(c *article.Content) { c.Storyline = "The strike" })
		at := "/desk/storylines"
		page := edna.get(at)
		p.shows("no storylines", page, 200, "There are no storylines yet")
		p.shows("a name without a page", page, 200, `value="The strike"`)
		p.shows("an author at the storylines", will.get(at), 403, "")
		talks := p.leadsTo("making one", edna.post(at, "headline", "The talks"), at, "added")
		p.shows("making it twice", edna.post(at, "headline", "The talks"), 422, `value="The talks"`)
		one := at + "/" + talks
		p.shows("one without articles", edna.get(one), 200, "Readers see it once")
		form := []string{"revision", "1", "headline", "The talks", "summary", "They *talk*.", "questions", "Who?\r\nWhy?", "names", "ann lee",
			"when_0", "2099-12-02 14:00", "what_0", "Fifth round", "where_0", "Customs House", "when_1", "", "what_1", "", "where_1", ""}
		p.shows("a bad day", edna.post(one, append(form[:len(form):len(form)], "when_2", "soon", "what_2", "Sixth round")...), 422, `value="soon"`)
		p.shows("an unknown name", edna.post(one, append([]string{"names", "Nobody"}, form[:8]...)...), 422, "is not in the register")
		p.leadsTo("a namesake", edna.post("/desk/register", "name", "Ann Lee", "kind", "person", "another", "on"), "/desk/register", "added")
		p.shows("two of one name", edna.post(one, form...), 422, "Paste the address of its page")
		form[9] = "http://news.example/desk/register/77"
		p.shows("an address of nobody", edna.post(one, form...), 422, "is not in the register")
		form[9] = "http://news.example/desk/register/" + decimal(ann.ID) + "?done=added"
		p.leads("saving", edna.post(one, form...), one+"?done=saved")
		page = edna.get(one)
		p.shows("the summary", page, 200, "They *talk*.")
		p.shows("the person", page, 200, "<bdi>Ann Lee</bdi>")
		if strings.Contains(page.body, "have passed") {
			t.Error("the form says that something has passed")
		}
		p.shows("what is scheduled", page, 200, `value="2099-12-02 14:00"`)
		p.shows("somebody saved meanwhile", edna.post(one, form...), 422, "was changed while you had it open")
		again := append([]string{"revision", "2", "headline", "The harbour talks", "summary", "They *talk* no more."}, form[6:]...)
		p.leads("saving it again", edna.post(one, again...), one+"?done=saved")
		page = edna.get(one)
		p.shows("earlier versions", page, 200, "Earlier versions")
		p.shows("who wrote them", page, 200, "<bdi>Edna</bdi>")
		page = edna.get(one + "?revision=2")
		p.shows("an earlier version", page, 200, "<ins> no more</ins>")
		p.shows("its headline", page, 200, "<b><bdi>The talks</bdi></b>")
		p.shows("bringing it back from a page that is out of date", edna.post(one+"/restore", "revision", "2", "number", "2"), 422, "was changed while you had it open")
		p.shows("bringing back what there is not", edna.post(one+"/restore", "revision", "3", "number", "77"), 404, "")
		p.leads("bringing it back", edna.post(one+"/restore", "revision", "3", "number", "2"), one+"?done=restored")
		p.shows("the earlier summary", edna.get(one+"?done=restored"), 200, ">They *talk*.</textarea>")
		p.shows("the present headline", edna.get(one), 200, `value="The harbour talks"`)
		strike := p.leadsTo("making another", edna.post(at, "headline", "The strike"), at, "added")
		p.shows("what it may be merged into", edna.get(at+"/"+strike+"?merge=talks"), 200, `value="`+talks+`"`)
		p.shows("deleting one with articles", edna.post(at+"/"+strike+"/delete", "revision", "1"), 422, "eaders see articles")
		p.leads("merging", edna.post(at+"/"+strike+"/merge", "into", talks), one+"?done=merged")
		p.shows("the merged one", edna.get(at+"/"+strike), 404, "")
		p.must(p.app.jobs.Drain(p.ctx))
		p.shows("the articles of both", edna.get(one), 200, "Ships wait")
	})
}
