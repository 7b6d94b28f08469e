package app

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/claim"
	"dateline/internal/richtext"
)

func sharedBlock(record int64) richtext.Node {
	return richtext.Node{Type: "shared_accounts", Attrs: map[string]any{"record": record}}
}

// Whatever shows shared accounts follows them: pages, feeds and site maps have
// the newest words, say when they changed, and are not "not modified".
func TestAccounts_MoveWhatShowsThem(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		rec, err := p.app.claims.Create(p.ctx, p.actor, richtext.Accounts{Title: "The bridge", Sides: []richtext.AccountSide{{Party: "Army", Words: "We did not fire."}, {Party: "Village", Words: "They did."}}})
		p.must(err)
		shows := func(c *article.Content) { c.Body.Content = append(c.Body.Content, sharedBlock(rec.ID)) }
		first := p.story("First", worldSection, article.PublishInput{}, shows)
		second := p.story("Second", worldSection, article.PublishInput{}, shows)
		p.drain()
		feeds := []string{"/feed/", "/feed/atom/", "/feed/json/", "/section/world/feed/", "/quotes/feed/", "/quotes/army/feed/atom/"}
		before := map[string]http.Header{}
		for _, path := range append(feeds, first.Path, second.Path, "/sitemaps/1.xml") {
			got := p.tells(path, 200)
			if got.header.Get("ETag") == "" {
				t.Fatalf("%s has no ETag: %v", path, got.header)
			}
			before[path] = got.header
		}
		p.now.Advance(36 * time.Hour)
		rec.Accounts.Sides[0].Words = "One soldier fired."
		_, err = p.app.claims.Update(p.ctx, p.actor, rec.ID, rec.Revision, rec.Accounts)
		p.must(err)
		now := p.now.Now().UTC()
		for _, path := range []string{first.Path, second.Path} { // at once, before any job
			p.tells(path, 200, "One soldier fired.", "!We did not fire.", `datetime="`+now.Format("2006-01-02")+`"`, `"dateModified":"`+now.Format("2006-01-02T"))
		}
		p.drain()
		for _, path := range feeds {
			got := p.tells(path, 200, "One soldier fired.", "!We did not fire.")
			p.askedAgain(path, before[path], got.header)
		}
		p.tells("/search/?q=soldier+fired", 200, first.Path, second.Path, "<mark>soldier</mark>")
		p.tells("/search/?q=said-by:army", 200, first.Path, second.Path)
		p.tells("/feed/atom/", 200, "<updated>"+now.Format("2006-01-02T"))
		if got := p.tells("/sitemaps/1.xml", 200).body; strings.Count(got, "<lastmod>"+now.Format("2006-01-02")) != 2 {
			t.Errorf("the site map: %s", got)
		}
	})
}

// askedAgain asks for a feed that has changed: whoever has the former one gets
// the new one, and whoever has this one nothing.
func (p *paper) askedAgain(path string, former, present http.Header) {
	p.t.Helper()
	if former.Get("ETag") == present.Get("ETag") {
		p.t.Errorf("%s has changed, and its ETag has not", path)
	}
	for _, sent := range []struct {
		name, value string
		want        int
	}{
		{"If-None-Match", former.Get("ETag"), http.StatusOK},
		{"If-None-Match", present.Get("ETag"), http.StatusNotModified},
		{"If-Modified-Since", cmp.Or(former.Get("Last-Modified"), p.now.Now().UTC().Format(http.TimeFormat)), http.StatusOK},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://news.example"+path, nil)
		r.Header.Set(sent.name, sent.value)
		if got := p.ask(r); got.status != sent.want {
			p.t.Errorf("%s with %s %s answers %d, want %d", path, sent.name, sent.value, got.status, sent.want)
		}
	}
}

// A silent edit and a withdrawal have no date in feeds, and reach everybody who
// asks for them.
func TestFeeds_SilentEditsAndWithdrawals(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		said := func(words string) func(*article.Content) {
			return func(c *article.Content) {
				c.Body.Content = append(c.Body.Content, richtext.Node{Type: "attributed_quote", Attrs: map[string]any{"speaker": "Ann Lee"},
					Content: []richtext.Node{{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: words}}}}})
			}
		}
		a := p.story("First", worldSection, article.PublishInput{}, said("The dam hods."))
		p.now.Advance(time.Hour)
		p.story("Second", worldSection, article.PublishInput{}, said("Nobody asked us."))
		p.drain()
		feeds := []string{"/feed/", "/feed/atom/", "/feed/json/", "/quotes/feed/", "/quotes/ann-lee/feed/atom/"}
		before := map[string]http.Header{}
		for _, path := range feeds {
			before[path] = p.tells(path, 200, "hods.").header
		}
		p.now.Advance(time.Hour)
		c := article.Content{Headline: a.Headline, Sections: []int64{a.SectionID}, Body: richtext.Doc{Version: 1}}
		said("The dam holds.")(&c)
		a, err := p.app.articles.Save(p.ctx, p.actor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: c})
		p.must(err)
		a, err = p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{ID: a.ID, Revision: a.Revision, Change: article.ChangeSilent, Unchecked: true})
		p.must(err)
		p.drain()
		for _, path := range feeds {
			after := p.tells(path, 200, "The dam holds.", "!hods.").header
			p.askedAgain(path, before[path], after)
			before[path] = after
		}
		_, err = p.app.articles.Withdraw(p.ctx, p.actor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "Wrong."})
		p.must(err)
		p.drain()
		for _, path := range feeds {
			p.askedAgain(path, before[path], p.tells(path, 200, "!The dam holds.", "Nobody asked us.").header)
		}
	})
}

// Answers read each of the shared accounts that they show once, and a site map
// asks only for those of its own articles.
func TestAccounts_AreReadOnce(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		rec, err := p.app.claims.Create(p.ctx, p.actor, richtext.Accounts{Title: "The bridge", Sides: []richtext.AccountSide{{Party: "Army", Words: "We did not fire."}, {Party: "Village", Words: "They did."}},
			Points: []richtext.AccountPoint{{Text: "A shot was fired", Stands: []richtext.AccountStand{{Says: richtext.Denies}, {Says: richtext.Confirms}}, Verdict: "True"}}})
		p.must(err)
		shows := func(c *article.Content) { c.Body.Content = append(c.Body.Content, sharedBlock(rec.ID)) }
		first := p.story("First", worldSection, article.PublishInput{}, shows)
		p.story("Second", worldSection, article.PublishInput{}, shows)
		p.drain()
		for _, path := range []string{first.Path, "/feed/", "/quotes/feed/"} {
			reads := 0
			for _, query := range p.heard(func() { p.tells(path, 200, "We did not fire.") }) {
				if strings.Contains(query, "FROM accounts WHERE id") {
					reads++
				}
			}
			if reads != 1 {
				t.Errorf("%s reads the accounts %d times", path, reads)
			}
		}
		changes, err := claim.Changes(p.ctx, p.app.db, []int64{first.ID, 1})
		p.must(err)
		if at, ok := changes[first.ID]; len(changes) != 1 || !ok || !at.Equal(rec.Updated) {
			t.Errorf("asked for one article with accounts and one without: %v", changes)
		}
	})
}

func saidText(words, speaker string) richtext.Node {
	return richtext.Node{Type: "text", Text: words, Marks: []richtext.Mark{{Type: "said", Attrs: map[string]any{"speaker": speaker, "role": "minister"}}}}
}

// Whose words a passage is shows on the compare page of the desk, and is no
// change to readers, who see nothing of it.
func TestSaid_IsCompared(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		with := func(nodes ...richtext.Node) richtext.Doc {
			return richtext.Doc{Version: 1, Content: []richtext.Node{{Type: "paragraph", Content: nodes}}}
		}
		plain := richtext.Node{Type: "text", Text: "The dam holds,"}
		before, after := richtext.Node{Type: "text", Text: "“"}, richtext.Node{Type: "text", Text: "” he said."}
		a := p.story("Dam", worldSection, article.PublishInput{}, func(c *article.Content) { c.Body = with(before, plain, after) })
		for _, middle := range []richtext.Node{saidText("The dam holds,", "Pieter Vos"), saidText("The dam holds,", "Anton Reva"), plain} {
			p.now.Advance(time.Hour)
			var err error
			a, err = p.app.articles.Save(p.ctx, p.actor, article.SaveInput{ID: a.ID, Revision: a.Revision,
				Content: article.Content{Headline: a.Headline, Sections: []int64{a.SectionID}, Body: with(before, middle, after)}})
			p.must(err)
			a, err = p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{ID: a.ID, Revision: a.Revision, Change: article.ChangeUpdate, Unchecked: true})
			p.must(err)
		}
		at := "/desk/articles/" + strconv.FormatInt(a.ID, 10) + "/versions"
		for query, want := range map[string][]string{
			"?a=2&b=4":           {"<q class=\"w-attr-name\" dir=\"auto\">The dam holds,</q> <ins>Pieter Vos, minister</ins>"},
			"?a=4&b=6":           {"<del>Pieter Vos, minister</del> <ins>Anton Reva, minister</ins>"},
			"?a=6&b=8":           {"<del>Anton Reva, minister</del>"},
			"?a=4&b=6&view=side": {"<del>Pieter Vos, minister</del>", "<ins>Anton Reva, minister</ins>"},
		} {
			for _, text := range want {
				p.shows("compared "+query, owner.get(at+query), 200, text)
			}
		}
		for _, n := range []string{"2", "3", "4"} {
			p.tells("/world/dam/versions/"+n+"/", 200, "!<mark>", "!<ins>", "!Pieter Vos", "!Anton Reva", "!said-", "he said.")
		}
		p.tells("/world/dam/versions/", 200, "3 small changes")
	})
}
