package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/api"
	"dateline/internal/article"
	"dateline/internal/richtext"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestAPI_Fields: only what was asked for is there, and only for that is work
// done. Nothing of it fills the page cache.
func TestAPI_Fields(t *testing.T) {
	eachNewsroom(t, func(t *testing.T, n *newsroom) {
		one := api.Base + "/articles/" + n.ids["article"]
		for path, want := range map[string]string{
			one + "?fields=headline,kind":                                                       `{"kind":"opinion","headline":"Ferry hits the harbour wall"}` + "\n",
			one + "?fields=section.name,bylines.name,kicker":                                    `{"kicker":"Harbour","section":{"name":"Europe"},"bylines":[{"name":"Ann Lee"},{"name":"Wire"}]}` + "\n",
			api.Base + "/articles?kind=opinion&fields=headline":                                 `{"items":[{"headline":"Ferry hits the harbour wall"}]}` + "\n",
			api.Base + "/subjects?kind=place&fields=name":                                       `{"items":[{"name":"Old Quay"}]}` + "\n",
			api.Base + "/tags/" + n.ids["tag"] + "?fields=name":                                 `{"name":"Port"}` + "\n",
			one + "/ninjs?fields=located":                                                       fmt.Sprintf(`{"uri":%q,"pubstatus":"usable","located":"PORT TOWN"}`, n.article(one).URI) + "\n",
			api.Base + "/storylines/" + n.ids["storyline"] + "?fields=timeline.title,questions": `{"questions":["Who pays?"],"timeline":[{"title":"Bo Lee warns"}]}` + "\n",
		} {
			if a := n.fits(path); a.status != 200 || a.body != want {
				t.Errorf("%s answers %d: %s, want %s", path, a.status, a.body, want)
			}
		}
		// The order of names makes no difference, the names do.
		tag := func(fields string) string { return n.ok(one + "?fields=" + fields).header.Get("Etag") }
		if a, b, c, whole := tag("headline,kind"), tag("kind,headline"), tag("kind"), n.ok(one).header.Get("Etag"); a != b || a == c || a == whole || c == whole {
			t.Errorf("ETags %s, %s, %s, %s", a, b, c, whole)
		}
		// What is not asked for is not read: not the version, not the pictures.
		reads := func(path, table string) (found int) {
			for _, query := range n.heard(func() { n.ok(path) }) {
				if strings.Contains(query, table) {
					found++
				}
			}
			return found
		}
		for _, c := range []struct {
			path, table string
			some        bool
		}{
			{one + "?fields=headline,url,changed,words", " content, published_at FROM version", false}, {one + "?fields=html", " content, published_at FROM version", true},
			{one + "?fields=headline", "FROM media", false}, {one + "?fields=picture", "FROM media", true}, {one + "?fields=bylines", "FROM media", false},
			{api.Base + "/articles?fields=headline", "FROM media", false}, {api.Base + "/articles?fields=picture", "FROM media", true},
			{api.Base + "/storylines/" + n.ids["storyline"] + "?fields=headline", "storyline_moment", false}, {api.Base + "/storylines/" + n.ids["storyline"] + "?fields=timeline", "storyline_moment", true},
			{api.Base + "/ninjs?fields=title", "FROM correction", false}, {api.Base + "/ninjs?fields=ednote", "FROM correction", true},
		} {
			if got := reads(c.path, c.table); got > 0 != c.some {
				t.Errorf("%s reads %q %d times", c.path, c.table, got)
			}
		}
		whole, part := n.heard(func() {
			n.ok(one + "?fields=" + strings.Join([]string{"html", "blocks", "quotes", "check_also", "storyline", "subjects"}, ","))
		}), n.heard(func() { n.ok(one + "?fields=headline") })
		if len(part)*2 > len(whole) {
			t.Errorf("a headline costs %d statements, a text with all about it %d", len(part), len(whole))
		}
		// Any number of choices leaves the cache as it was.
		before := n.app.web.Stats()
		names := []string{"id", "url", "kind", "headline", "kicker", "standfirst", "words", "published"}
		for i := 1; i < 1<<len(names); i++ {
			var some []string
			for j, name := range names {
				if i>>j&1 == 1 {
					some = append(some, name)
				}
			}
			n.ok(one + "?fields=" + strings.Join(some, ","))
		}
		if after := n.app.web.Stats(); after.Entries != before.Entries || after.Used != before.Used || after.Keys != before.Keys {
			t.Errorf("255 choices changed the page cache from %+v to %+v", before, after)
		}
		for path, part := range map[string]string{
			one + "?fields=":                                    "is empty",
			one + "?fields=headline,nothing":                    `names \"nothing\", which is no member here`,
			one + "?fields=headline,,url":                       `names \"\", which is no member here`,
			one + "?fields=headline,%20url":                     `names \" url\"`,
			one + "?fields=url,url":                             "twice",
			one + "?fields=section.nothing":                     "section.name",
			one + "?fields=headline.x":                          "has no members that could be named",
			one + "?fields=headline&fields=url":                 "stands there 2 times",
			one + "?fields=" + strings.Repeat("headline,", 200): "too long",
			api.Base + "/articles?fields=html":                  "id,self,url,kind,language,headline",
			api.Base + "/articles?fields=next":                  "use some of these",
		} {
			if a := n.fits(path); a.status != 400 || !strings.Contains(a.body, part) {
				t.Errorf("%.80s answers %d: %s, want %q", path, a.status, a.body, part)
			}
		}
	})
}

// article reads one.
func (n *newsroom) article(path string) (a api.Article) {
	n.t.Helper()
	n.must(json.Unmarshal([]byte(n.ok(path).body), &a))
	return a
}

// TestAPI_FieldsAreCountedLikeSearches: whole answers are read without limit,
// since the cache has them; those with fields are made each time.
func TestAPI_FieldsAreCountedLikeSearches(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		a := p.story("Read often", worldSection, article.PublishInput{}, nil)
		one := fmt.Sprint(api.Base, "/articles/", a.ID)
		visit := func(path string) *httptest.ResponseRecorder {
			r, w := httptest.NewRequest(http.MethodGet, "http://news.example"+path, nil), httptest.NewRecorder()
			r.RemoteAddr = "192.0.2.9:1"
			p.app.handler().ServeHTTP(w, r)
			return w
		}
		for range 60 {
			if got := visit(one); got.Code != 200 {
				t.Fatalf("the whole answers %d", got.Code)
			}
		}
		refused := 0
		for range 60 {
			if got := visit(one + "?fields=headline"); got.Code == 429 {
				refused++
			}
		}
		if refused != 30 {
			t.Errorf("%d of 60 questions at once were refused, want 30", refused)
		}
	})
}

// partner keeps a copy of what it is told, as the documentation says.
type partner struct {
	n        *newsroom
	base     string // the list that it reads
	poll     string
	has      map[string]string // headlines of the articles that it shows, by their ids
	gone     map[string]string // state or pubstatus of those that it had to take down
	schemas  map[string]*jsonschema.Schema
	lastSeen []string // ids of the last call, in order
}

func (p *partner) sync() {
	p.n.t.Helper()
	at := p.poll
	if at == "" {
		at = p.base
	}
	p.lastSeen = nil
	for range 50 {
		a := p.n.fits(strings.TrimPrefix(at, "http://news.example"))
		var page struct {
			Items      []json.RawMessage
			Removed    []api.Removed
			Next, Poll string
		}
		p.n.must(json.Unmarshal([]byte(a.body), &page))
		if (page.Next == "") == (page.Poll == "") {
			p.n.t.Fatalf("%s has next %q and poll %q", at, page.Next, page.Poll)
		}
		for _, raw := range page.Items {
			p.item(raw)
		}
		for _, r := range page.Removed {
			p.lastSeen = append(p.lastSeen, r.ID)
			delete(p.has, r.ID)
			p.gone[r.ID] = r.State + " " + r.Reason
		}
		if at = page.Next; at == "" {
			p.poll = page.Poll
			return
		}
	}
	p.n.t.Fatal("the list has no end")
}

func (p *partner) item(raw json.RawMessage) {
	p.n.t.Helper()
	var item struct {
		ID, PubStatus, EdNote, Headline, Title string
		AltIDs                                 []api.NinjsID
	}
	p.n.must(json.Unmarshal(raw, &item))
	if len(item.AltIDs) > 0 {
		item.ID = item.AltIDs[0].Value
	}
	p.lastSeen = append(p.lastSeen, item.ID)
	for version, schema := range p.schemas {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
		p.n.must(err)
		if err := schema.Validate(v); err != nil {
			p.n.t.Errorf("%s is no ninjs %s: %v", raw, version, err)
		}
	}
	if item.PubStatus == "canceled" || item.PubStatus == "withheld" {
		delete(p.has, item.ID)
		p.gone[item.ID] = item.PubStatus + " " + item.EdNote
		return
	}
	p.has[item.ID] = item.Headline + item.Title
	delete(p.gone, item.ID)
}

// TestAPI_PartnersFollowChanges: whoever follows the order of changes has what
// the site has, through everything that a newsroom does, and learns nothing of
// what was never public.
func TestAPI_PartnersFollowChanges(t *testing.T) {
	schemas := ninjsSchemas(t)
	eachNewsroom(t, func(t *testing.T, n *newsroom) {
		plain := &partner{n: n, base: api.Base + "/articles?sort=changed&limit=3", has: map[string]string{}, gone: map[string]string{}}
		press := &partner{n: n, base: api.Base + "/ninjs?sort=changed&limit=3", has: map[string]string{}, gone: map[string]string{}, schemas: schemas}
		follow := func(what string, touched ...int64) {
			t.Helper()
			for _, p := range []*partner{plain, press} {
				p.sync()
				var want []string
				for _, id := range touched {
					want = append(want, fmt.Sprint(id))
				}
				if touched != nil && !slices.Equal(p.lastSeen, want) {
					t.Errorf("%s: %s told of %v, want %v", what, p.base, p.lastSeen, want)
				}
				have := map[string]string{}
				for at := api.Base + "/articles"; at != ""; {
					var page struct {
						Items []api.Summary
						Next  string
					}
					n.must(json.Unmarshal([]byte(n.ok(strings.TrimPrefix(at, "http://news.example")).body), &page))
					for _, s := range page.Items {
						have[s.ID] = s.Headline
					}
					at = page.Next
				}
				if !maps.Equal(have, p.has) {
					t.Errorf("%s: %s has led to %v, the site has %v", what, p.base, p.has, have)
				}
			}
		}
		follow("the first time")
		if got := plain.gone[fmt.Sprint(n.gone.ID)]; got != "withdrawn It was not so." {
			t.Errorf("what had been withdrawn before is %q", got)
		}
		if got := press.gone[fmt.Sprint(n.gone.ID)]; got != "canceled It was not so." {
			t.Errorf("what had been withdrawn before is %q", got)
		}
		follow("nothing", []int64{}...)
		a := n.story("Told at once", worldSection, article.PublishInput{}, nil)
		follow("a new article", a.ID)
		n.draft(n.harmless("zqdraft"))
		n.story("zqprivate", worldSection, article.PublishInput{Access: article.AccessPrivate}, nil)
		n.story("zqembargo", worldSection, article.PublishInput{EmbargoUntil: n.now.Now().AddDate(0, 0, 2)}, nil)
		follow("what nobody may know of", []int64{}...)
		a = n.revise(a, "Put right in silence.", article.PublishInput{Change: article.ChangeSilent})
		follow("a silent correction", a.ID)
		a, err := n.app.articles.Retract(n.ctx, n.actor, a.ID, a.Revision)
		n.must(err)
		follow("an article that was taken back", a.ID)
		if plain.gone[fmt.Sprint(a.ID)] != "withheld " || press.gone[fmt.Sprint(a.ID)] != "withheld " {
			t.Errorf("what was taken back is %q, %q", plain.gone[fmt.Sprint(a.ID)], press.gone[fmt.Sprint(a.ID)])
		}
		a = n.revise(a, "Once more.", article.PublishInput{})
		follow("it comes again", a.ID)
		harbour, _, err := article.NewPublic(n.app.db, n.now).Read(n.ctx, n.harbour.ID)
		n.must(err)
		n.article(api.Base + "/articles/" + n.ids["article"]) // is stored from here on, as the list is
		rec, err := n.app.claims.Update(n.ctx, n.actor, mustID(n.ids["accounts"]), 1, richtext.Accounts{Title: "The collision", Sides: []richtext.AccountSide{{Party: "Ferry line", Words: "We were wrong."}, {Party: "Coast guard"}},
			Points: []richtext.AccountPoint{{Text: "A light was out"}}})
		n.must(err)
		n.drain()
		follow("accounts that it shows", harbour.ID)
		if got := n.article(api.Base + "/articles/" + n.ids["article"]); got.Changed.Before(rec.Updated) || !strings.Contains(n.ok(api.Base+"/articles").body, got.Changed.Format(time.RFC3339Nano)) {
			t.Errorf("changed %v, its accounts %v, and the list says something else", got.Changed, rec.Updated)
		}
		// From a time on: what changed later, and only that.
		n.now.Advance(time.Hour)
		moment := n.now.Now().UTC().Add(-time.Minute)
		b := n.story("Later", worldSection, article.PublishInput{}, nil)
		_, err = n.app.articles.Withdraw(n.ctx, n.actor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "Never so."})
		n.must(err)
		page := n.fits(api.Base + "/articles?fields=headline&changed_after=" + moment.Format(time.RFC3339))
		if !strings.HasPrefix(page.body, `{"items":[{"headline":"Later"}],"removed":[{"id":"`+fmt.Sprint(a.ID)+`"`) || strings.Count(page.body, `"id"`) != 1 {
			t.Errorf("from a time on: %s", page.body)
		}
		follow("both", b.ID, a.ID)
		n.now.Advance(time.Minute)
		if future := n.fits(api.Base + "/articles?changed_after=2999-01-01"); !strings.Contains(future.body, `"items":[],"removed":[],"poll":"`) {
			t.Errorf("from a time to come: %s", future.body)
		}
		for _, p := range []*partner{plain, press} {
			if text := fmt.Sprint(p.has, p.gone); strings.Contains(text, "zq") || strings.Contains(text, fmt.Sprint(n.own.ID)) {
				t.Errorf("%s tells of what is not public: %s", p.base, text)
			}
		}
		for query, part := range map[string]string{
			"sort=changed&section=" + n.ids["section"]:       `cannot be combined with \"section\"`,
			"sort=changed&kind=report":                       `cannot be combined with \"kind\"`,
			"changed_after=2026-01-01&from=2026-01-01":       `cannot be combined with \"from\"`,
			"changed_after=2026-01-01&sort=newest":           "use sort=changed",
			"changed_after=yesterday":                        "use a time such as",
			"sort=changed&cursor=" + strings.Repeat("A", 30): "begin again without cursor",
			"sort=modified":                                  "use one of newest, oldest, changed",
		} {
			for _, list := range []string{"/articles?", "/ninjs?"} {
				if a := n.fits(api.Base + list + query); a.status != 400 || !strings.Contains(a.body, part) {
					t.Errorf("%s%s answers %d: %s", list, query, a.status, a.body)
				}
			}
		}
	})
}

// TestAPI_TimelinesGoOn: timelines of any length are read to their end.
func TestAPI_TimelinesGoOn(t *testing.T) {
	eachNewsroom(t, func(t *testing.T, n *newsroom) {
		var want []string
		for part := range 3 {
			n.story(fmt.Sprint("Chronicle ", part), worldSection, article.PublishInput{}, func(c *article.Content) {
				c.Storyline, c.Subjects = "The harbour", []article.Subject{{ID: mustID(n.ids["subject"])}}
				line := richtext.Node{Type: "timeline"}
				for i := range 55 {
					line.Content = append(line.Content, richtext.Node{Type: "timeline_event", Attrs: map[string]any{"date": fmt.Sprintf("19%02d-0%d-01", i, part+1), "title": fmt.Sprintf("Bo Lee, %d of %d", i, part)}, Content: paragraph("Words.").Content})
				}
				line.Content = append(line.Content, richtext.Node{Type: "timeline_event", Attrs: map[string]any{"date": "1850", "title": "Bo Lee the elder"}, Content: paragraph("In each of them.").Content})
				c.Body.Content = append(c.Body.Content, line)
			})
		}
		n.drain()
		want = append(want, "2026-02-28 Bo Lee warns")
		for i := 54; i >= 0; i-- {
			for part := 2; part >= 0; part-- {
				want = append(want, fmt.Sprintf("19%02d-0%d-01 Bo Lee, %d of %d", i, part+1, i, part))
			}
		}
		want = append(want, "1850 Bo Lee the elder")
		for _, of := range []string{"/storylines/" + n.ids["storyline"], "/subjects/" + n.ids["subject"]} {
			var thing struct {
				Timeline []api.Moment
				List     string `json:"timeline_list"`
			}
			n.must(json.Unmarshal([]byte(n.fits(api.Base+of).body), &thing))
			if len(thing.Timeline) != 100 || thing.List != "http://news.example"+api.Base+of+"/timeline" {
				t.Errorf("%s has %d rows and the list %s", of, len(thing.Timeline), thing.List)
			}
			for _, limit := range []int{7, 100} {
				var got []string
				for at := fmt.Sprint(thing.List, "?limit=", limit); at != ""; {
					var page api.List[api.Moment]
					n.must(json.Unmarshal([]byte(n.fits(strings.TrimPrefix(at, "http://news.example")).body), &page))
					for _, m := range page.Items {
						got = append(got, m.Date+" "+m.Title)
					}
					at = page.Next
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s in pages of %d: %q, want %q", of, limit, got, want)
				}
			}
		}
		for _, path := range []string{"/storylines/1/timeline", "/subjects/1/timeline", "/subjects/x/timeline", "/tags/" + n.ids["tag"] + "/timeline"} {
			if a := n.visit(api.Base + path); a.status != 404 {
				t.Errorf("%s answers %d", path, a.status)
			}
		}
	})
}
