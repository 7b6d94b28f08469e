package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/api"
	"dateline/internal/article"
	"dateline/internal/media"
	"dateline/internal/register"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/storyline"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// newsroom is a paper in which every address of the API has something to say.
type newsroom struct {
	*paper
	ids                map[string]string // of a thing of each kind, by the names of examples
	harbour, gone, own article.Article
	closed, ours       media.Medium
	description        []byte
	schemas            *jsonschema.Compiler // that knows the description
	parts              *jsonschema.Compiler // the same, but nothing has to be there: for answers with fields
}

func newNewsroom(p *paper) *newsroom {
	n := &newsroom{paper: p, ids: map[string]string{"section": fmt.Sprint(worldSection), "tag": fmt.Sprint(portTag), "author": fmt.Sprint(ann)}}
	lee := p.subject(register.Entry{Kind: register.Person, Name: "Bo Lee", Aliases: []string{"Robert Lee"}, Description: "Harbour master.", Wikidata: "Q42", Website: "https://lee.example/"})
	quay := p.subject(register.Entry{Kind: register.Place, Name: "Old Quay", Position: &register.Position{Lat: 54.5, Lon: 10.25}})
	port := p.subject(register.Entry{Kind: register.Organisation, Name: "Port Authority"})
	regatta := p.subject(register.Entry{Kind: register.Event, Name: "Regatta", Begins: "2026-06-01", Ends: "2026-06-03"})
	rec, err := p.app.claims.Create(p.ctx, p.actor, richtext.Accounts{Title: "The collision", Sides: []richtext.AccountSide{
		{Party: "Ferry line", Words: "We had the right of way.", Source: "https://ferry.example/1", SourceLabel: "Statement", Date: "2026-03-01"}, {Party: "Coast guard"}},
		Points: []richtext.AccountPoint{{Text: "A light was out", Stands: []richtext.AccountStand{{Says: richtext.Denies, Words: "No."}, {}}, Verdict: "True", Why: "A film shows it."}}})
	p.must(err)
	line, err := p.app.storylines.Add(p.ctx, p.actor, storyline.Input{Storyline: storyline.Storyline{Headline: "The harbour", Summary: "So **far**.", Subjects: []int64{lee.ID},
		Questions: []string{"Who pays?"}, Coming: []storyline.Coming{{When: "2026-03-06T14:00", What: "Hearing", Where: "Town hall"}, {When: "2026-05", What: "Report"}}}})
	p.must(err)
	n.closed, n.ours = p.photo("agency.jpg"), p.photo("ours.jpg")
	n.ours, err = p.app.media.Change(p.ctx, p.actor, media.Edit{ID: n.ours.ID, Revision: n.ours.Revision, Title: "Ours", Caption: "Seen from the quay", Alt: "A ferry", Credit: "Jo", Rights: media.Rights{Holder: "The Paper", Note: "zqprivatenote"}})
	p.must(err)
	first := p.story("Before the harbour story", worldSection, article.PublishInput{At: opening.Add(-48 * time.Hour)}, func(c *article.Content) { c.Storyline, c.Tags = "The harbour", []int64{portTag} })
	hidden := p.draft(p.harmless("A hidden story"))
	n.harbour = p.story("Ferry hits the harbour wall", europeSection, article.PublishInput{At: opening.Add(-24 * time.Hour)}, func(c *article.Content) {
		c.Standfirst, c.Kicker, c.ShortHeadline, c.Dateline, c.Kind = "Nobody was hurt.", "Harbour", "Ferry", "PORT TOWN", article.KindOpinion
		c.Sections, c.Tags, c.Storyline = []int64{europeSection, sportSection}, []int64{portTag}, "The harbour"
		c.Bylines = []article.Byline{{Profile: ann, Role: "by"}, {Name: "Wire", Role: "agency"}}
		c.Subjects = []article.Subject{{ID: lee.ID, Main: true}, {ID: quay.ID}, {ID: port.ID}, {ID: regatta.ID}}
		c.Lead = &article.Picture{Media: n.ours.ID, Caption: "The ferry at the wall"}
		c.Body.Content = append(c.Body.Content,
			richtext.Node{Type: "figure", Attrs: map[string]any{"media": n.closed.ID, "alt": "zqagency"}},
			richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: "Bo Lee said: "}, {Type: "text", Text: "We saw it coming",
				Marks: []richtext.Mark{{Type: "said", Attrs: map[string]any{"speaker": "Bo Lee", "role": "harbour master", "date": "2026-03-01", "source": "/statement/"}}}},
				{Type: "text", Text: " here", Marks: []richtext.Mark{{Type: "link", Attrs: map[string]any{"href": first.Path}}}}}},
			richtext.Node{Type: "attributed_quote", Attrs: map[string]any{"speaker": "Robert Lee", "outlet": "Radio"}, Content: paragraph("The light was out.").Content},
			richtext.Node{Type: "timeline", Content: []richtext.Node{{Type: "timeline_event", Attrs: map[string]any{"date": "2026-02-28", "title": "Bo Lee warns", "article": first.ID}, Content: paragraph("In a letter.").Content}}},
			richtext.Node{Type: "shared_accounts", Attrs: map[string]any{"record": rec.ID}},
			richtext.Node{Type: "related_link", Attrs: map[string]any{"article": hidden.ID, "title": "zqhidden"}},
			richtext.Node{Type: "related_link", Attrs: map[string]any{"article": first.ID}},
			richtext.Node{Type: "fallback", Attrs: map[string]any{"raw": "zqraw", "name": "zqname"}, Content: paragraph("What could be read.").Content},
			richtext.Node{Type: "newsletter_box"})
	})
	german := p.story("Fähre rammt Hafenmauer", worldSection, article.PublishInput{At: opening.Add(-20 * time.Hour)}, func(c *article.Content) { c.Language = "de" })
	p.must(p.app.articles.Translate(p.ctx, p.actor, n.harbour.ID, german.ID))
	work, err := p.app.articles.Working(p.ctx, p.actor, n.harbour.ID)
	p.must(err)
	p.now.Advance(time.Minute)
	n.harbour, err = p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: n.harbour.ID, Revision: work.Article.Revision, Change: article.ChangeCorrection, Note: "The year was wrong.",
		Corrections: []article.Correction{{Passage: "In a letter.", Wrong: "2025", Right: "2026"}}})
	p.must(err)
	n.gone = p.story("Gone again", worldSection, article.PublishInput{}, nil)
	n.gone, err = p.app.articles.Withdraw(p.ctx, p.actor, article.WithdrawInput{ID: n.gone.ID, Revision: n.gone.Revision, Reason: "It was not so."})
	p.must(err)
	n.own = hidden
	for i := range 5 {
		p.story(fmt.Sprint("Harbour news ", i), sportSection, article.PublishInput{At: opening.Add(-time.Duration(i+72) * time.Hour)}, nil)
	}
	p.comments(n.harbour.ID, 3)
	p.drain()
	p.write(article2related(n.harbour.ID, first.ID, hidden.ID))
	n.ids["article"], n.ids["subject"], n.ids["accounts"], n.ids["storyline"] = fmt.Sprint(n.harbour.ID), fmt.Sprint(lee.ID), fmt.Sprint(rec.ID), fmt.Sprint(line.ID)
	n.description = []byte(n.ok("/api/v1/openapi.json").body)
	n.schemas, n.parts = n.compiler(true), n.compiler(false)
	return n
}

func (n *newsroom) ok(path string) answer {
	n.t.Helper()
	a := n.visit(path)
	if a.status != http.StatusOK {
		n.t.Fatalf("%s answers %d: %s", path, a.status, a.body)
	}
	return a
}

// fits asks for an address and holds the answer against the description.
func (n *newsroom) fits(path string) answer {
	n.t.Helper()
	a := n.visit(path)
	n.holds(path, a)
	return a
}

// described is what the tests read of the description.
type described struct {
	OpenAPI string
	Paths   map[string]map[string]struct {
		OperationID string
		Parameters  []struct {
			Name, In string
			Example  any
			Schema   struct{ Enum []string }
		}
		Responses map[string]struct{ Content map[string]any }
	}
}

func (n *newsroom) read() (d described) {
	n.must(json.Unmarshal(n.description, &d))
	return d
}

// filled is a path of the description with real ids.
func (n *newsroom) filled(path string) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(path, api.Base+"/"), "/")
	name := strings.TrimSuffix(kind, "s")
	if kind == "accounts" {
		name = kind
	}
	return strings.ReplaceAll(path, "{id}", n.ids[name])
}

func eachNewsroom(t *testing.T, test func(t *testing.T, n *newsroom)) {
	each(t, nil, func(t *testing.T, p *paper) { test(t, newNewsroom(p)) })
}

// TestAPI_IsAsDescribed: the description is valid OpenAPI 3.1, has every route
// of the API and no other, and every answer is as it says.
func TestAPI_IsAsDescribed(t *testing.T) {
	eachNewsroom(t, func(t *testing.T, n *newsroom) {
		standard, err := n.schemas.Compile(openapiAt)
		n.must(err)
		whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(n.description))
		n.must(err)
		if err := standard.Validate(whole); err != nil {
			t.Errorf("the description is no OpenAPI 3.1: %v", err)
		}
		d := n.read()
		if d.OpenAPI != "3.1.0" {
			t.Errorf("version %s", d.OpenAPI)
		}
		routes := map[string][]string{}
		for _, r := range n.app.routes() {
			if (r.Pattern == api.Base || strings.HasPrefix(r.Pattern, api.Base+"/")) && r.Name != "api rest" {
				var names []string
				for _, q := range r.Query {
					names = append(names, q.Name)
				}
				routes[r.Pattern] = names
			}
		}
		for path, names := range routes {
			item, ok := d.Paths[path]
			if !ok || len(item) != 1 {
				t.Errorf("the route %s is not described as a GET", path)
				continue
			}
			var said []string
			for _, p := range item["get"].Parameters {
				if p.In == "query" {
					said = append(said, p.Name)
				}
			}
			if !slices.Equal(said, names) {
				t.Errorf("%s takes %v, and is said to take %v", path, names, said)
			}
		}
		for path, item := range d.Paths {
			if _, ok := routes[path]; !ok {
				t.Errorf("%s is described and does not exist", path)
				continue
			}
			needed := ""
			if path == api.Base+"/search" {
				needed = "q=harbour"
			}
			at := func(query string) string {
				if !strings.HasPrefix(query, "q=") {
					query = strings.Trim(needed+"&"+query, "&")
				}
				if query != "" {
					query = "?" + query
				}
				return n.filled(path) + query
			}
			if a := n.fits(at("")); a.status != 200 {
				t.Errorf("%s answers %d: %s", at(""), a.status, a.body)
			}
			for _, p := range item["get"].Parameters {
				if p.In != "query" || p.Name == "cursor" {
					continue
				}
				values := p.Schema.Enum
				if names, is := p.Example.([]any); is {
					values = append(values, strings.Trim(strings.ReplaceAll(fmt.Sprint(names), " ", ","), "[]"))
				} else if p.Example != nil {
					values = append(values, fmt.Sprint(p.Example))
				}
				if id, ok := n.ids[p.Name]; ok {
					values = append(values, id)
					if a := n.fits(at(p.Name + "=7")); a.status != 400 || !strings.Contains(a.body, "has the id 7") || !strings.Contains(a.body, `"hint":"`) {
						t.Errorf("%s with the unknown %s=7 answers %d: %s", path, p.Name, a.status, a.body)
					}
				}
				if len(values) == 0 {
					t.Errorf("%s: the parameter %s has no example", path, p.Name)
				}
				for _, value := range values {
					if a := n.fits(at(url.Values{p.Name: {value}}.Encode())); a.status != 200 {
						t.Errorf("%s with %s=%s answers %d: %s", path, p.Name, value, a.status, a.body)
					}
				}
				for _, wrong := range []string{"", "x y", "-1", "1.0", "[1]", `{"$ne":1}`, "9223372036854775808", "' OR 1=1 --"} {
					if p.Name == "speaker" || p.Name == "words" || p.Name == "q" {
						break // any text makes sense
					}
					a := n.fits(at(url.Values{p.Name: {wrong}}.Encode()))
					if a.status != 400 || !strings.Contains(a.body, `"hint":"`) || !strings.Contains(a.body, p.Name) {
						t.Errorf("%s with %s=%q answers %d: %s", path, p.Name, wrong, a.status, a.body)
					}
				}
			}
			if a := n.fits(at("nothing=1")); a.status != 400 || a.header.Get("Content-Type") != "application/problem+json" || !strings.Contains(a.body, `no parameter \"nothing\"`) {
				t.Errorf("%s with an unknown parameter answers %d: %s", path, a.status, a.body)
			}
		}
	})
}

// TestAPI_SaysNothingTwoWays: times, ids, addresses and lists are the same kind
// of thing in every answer.
func TestAPI_SaysNothingTwoWays(t *testing.T) {
	eachNewsroom(t, func(t *testing.T, n *newsroom) {
		for path := range n.read().Paths {
			at := n.filled(path)
			if path == api.Base+"/search" {
				at += "?q=harbour"
			}
			var v any
			n.must(json.Unmarshal([]byte(n.ok(at).body), &v))
			if path != api.Base+"/openapi.json" {
				uniform(t, at, v)
			}
		}
	})
}

var (
	utcTime  = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$`)
	snake    = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	decimals = regexp.MustCompile(`^[1-9][0-9]*$`)
)

func uniform(t *testing.T, at string, v any) {
	switch v := v.(type) {
	case []any:
		for i := range v {
			uniform(t, at+"[]", v[i])
		}
	case nil:
		t.Errorf("%s is null", at)
	case map[string]any:
		for name, value := range v {
			here := at + "." + name
			text, _ := value.(string)
			switch {
			case !snake.MatchString(name):
				t.Errorf("%s is not in snake case", here)
			case slices.Contains([]string{"published", "at", "changed", "edited", "versioncreated", "firstcreated"}, name) && !utcTime.MatchString(text):
				t.Errorf("%s is %q, no time in UTC", here, text)
			case name == "id" && !decimals.MatchString(text):
				t.Errorf("%s is %v, no decimal text", here, value)
			case slices.Contains([]string{"self", "url", "list", "next", "href"}, name) && text != "" && !strings.HasPrefix(text, "http"):
				t.Errorf("%s is %q, no whole address", here, text)
			case name == "self" && !strings.HasPrefix(text, "http://news.example"+api.Base+"/"):
				t.Errorf("%s is %q", here, text)
			}
			uniform(t, here, value)
		}
	}
}

// TestAPI_Article reads the one article that has everything.
func TestAPI_Article(t *testing.T) {
	eachNewsroom(t, func(t *testing.T, n *newsroom) {
		path := api.Base + "/articles/" + n.ids["article"]
		a := n.ok(path)
		for _, secret := range []string{"zqhidden", "zqraw", "zqname", "zqprivatenote", "newsletter_box", "fallback", fmt.Sprint(n.own.ID), "A hidden story"} {
			if strings.Contains(a.body, secret) {
				t.Errorf("the article tells %q", secret)
			}
		}
		var got api.Article
		n.must(json.Unmarshal([]byte(a.body), &got))
		if got.Headline != "Ferry hits the harbour wall" || got.Kind != "opinion" || got.Language != "en" || got.Dateline != "PORT TOWN" || got.URL != "http://news.example"+n.harbour.Path {
			t.Errorf("%+v", got.Summary)
		}
		if got.Updated == nil || got.Changed.Sub(n.now.Now()).Abs() > time.Millisecond || got.Comments != 3 || !got.CommentsOpen {
			t.Errorf("updated %v, changed %v, comments %d, open %t", got.Updated, got.Changed, got.Comments, got.CommentsOpen)
		}
		if len(got.Bylines) != 2 || got.Bylines[0].Author == nil || got.Bylines[0].Name != "Ann Lee" || got.Bylines[1].Role != "agency" {
			t.Errorf("bylines %+v", got.Bylines)
		}
		if len(got.Sections) != 2 || got.Sections[0].Name != "Europe" || len(got.Tags) != 1 || len(got.Subjects) != 4 || !got.Subjects[0].Main || got.Subjects[0].Wikidata != "http://www.wikidata.org/entity/Q42" {
			t.Errorf("sections %+v, tags %+v, subjects %+v", got.Sections, got.Tags, got.Subjects)
		}
		if len(got.Pictures) != 2 || got.Picture == nil || got.Picture.Caption != "The ferry at the wall" || len(got.Picture.Renditions) == 0 {
			t.Errorf("pictures %+v", got.Pictures)
		}
		said := map[string]bool{}
		for _, q := range got.Quotes {
			said[q.Kind+" "+q.Speaker+" "+q.Text] = true
		}
		for _, want := range []string{"said Bo Lee We saw it coming", "quote Robert Lee The light was out.", "account Ferry line We had the right of way."} {
			if !said[want] {
				t.Errorf("no %q in %v", want, said)
			}
		}
		if len(got.Accounts) != 1 || got.Accounts[0].Points[0].Stands[1].Says != "unknown" || got.Accounts[0].Articles[0].ID != got.ID {
			t.Errorf("accounts %+v", got.Accounts)
		}
		if got.Storyline == nil || got.Storyline.Storyline == nil || got.Storyline.Previous == nil || got.Storyline.Next != nil {
			t.Errorf("storyline %+v", got.Storyline)
		}
		if len(got.CheckAlso) != 1 || got.CheckAlso[0].Headline != "Before the harbour story" {
			t.Errorf("check also %+v", got.CheckAlso)
		}
		if len(got.Corrections) != 1 || got.Corrections[0].Right != "2026" || len(got.Translations) != 1 || got.Translations[0].Language != "de" {
			t.Errorf("corrections %+v, translations %+v", got.Corrections, got.Translations)
		}
		var types []string
		var walk func(all []api.Block)
		walk = func(all []api.Block) {
			for _, b := range all {
				types = append(types, b.Type)
				for _, m := range b.Marks {
					if m.Type == "link" && m.Attrs["href"] != "http://news.example/world/before-the-harbour-story/" || m.Type == "said" && m.Attrs["source"] != "http://news.example/statement/" {
						t.Errorf("mark %+v", m)
					}
				}
				if b.Type == "figure" && !strings.HasPrefix(fmt.Sprint(b.Attrs["url"]), "http://news.example/media/") || b.Type == "shared_accounts" && b.Attrs["record"] != n.ids["accounts"] {
					t.Errorf("block %+v", b)
				}
				walk(b.Content)
			}
		}
		walk(got.Blocks)
		if want := []string{"paragraph", "text", "figure", "paragraph", "text", "text", "text", "attributed_quote", "paragraph", "text", "timeline", "timeline_event", "paragraph", "text",
			"shared_accounts", "related_link", "paragraph", "text"}; !slices.Equal(types, want) {
			t.Errorf("blocks %v, want %v", types, want)
		}
		for _, part := range []string{"What could be read.", "We saw it coming", "We had the right of way.", `src="http://news.example/media/`} {
			if !strings.Contains(got.HTML, part) {
				t.Errorf("the HTML lacks %q", part)
			}
		}
	})
}

// TestAPI_FiltersAndPages walks lists page by page.
func TestAPI_FiltersAndPages(t *testing.T) {
	eachNewsroom(t, func(t *testing.T, n *newsroom) {
		type page struct {
			Items []struct{ ID, Headline, Name, Text string }
			Next  string
		}
		read := func(path string) (p page) {
			a := n.ok(path)
			n.must(json.Unmarshal([]byte(a.body), &p))
			if link := a.header.Get("Link"); p.Next == "" && link != "" || p.Next != "" && link != "<"+p.Next+`>; rel="next"` {
				t.Errorf("%s: next %q, Link %q", path, p.Next, link)
			}
			return p
		}
		names := func(p page) (out []string) {
			for _, i := range p.Items {
				out = append(out, i.ID+i.Headline+i.Name+i.Text)
			}
			return out
		}
		for _, list := range []string{"/articles", "/articles?sort=oldest", "/articles?tag=" + n.ids["tag"], "/articles?section=" + n.ids["section"], "/articles?section=2&kind=opinion",
			"/articles?storyline=" + n.ids["storyline"] + "&sort=oldest", "/articles?subject=" + n.ids["subject"], "/articles?author=" + n.ids["author"] + "&tag=" + n.ids["tag"],
			"/articles?from=2026-03-01&before=2026-03-04", "/tags", "/authors", "/subjects", "/subjects?kind=place", "/quotes", "/quotes?subject=" + n.ids["subject"], "/accounts", "/storylines", "/ninjs",
			"/search?q=harbour", "/articles/" + n.ids["article"] + "/comments"} {
			join := "?"
			if strings.Contains(list, "?") {
				join = "&"
			}
			all := names(read(api.Base + list + join + "limit=20"))
			if len(all) == 0 {
				t.Errorf("%s is empty", list)
			}
			var got []string
			at := api.Base + list + join + "limit=1"
			for range 40 {
				p := read(strings.TrimPrefix(at, "http://news.example"))
				got = append(got, names(p)...)
				if at = p.Next; at == "" {
					break
				}
			}
			if !slices.Equal(got, all) {
				t.Errorf("%s one by one: %v, want %v", list, got, all)
			}
			next := read(api.Base + list + join + "limit=1").Next
			if next == "" {
				continue
			}
			u, err := url.Parse(next)
			n.must(err)
			cursor := u.Query().Get("cursor")
			for what, path := range map[string]string{"another list": api.Base + "/articles?kind=report&cursor=" + cursor, "another letter": api.Base + list + join + "cursor=B" + cursor[1:],
				"less": api.Base + list + join + "cursor=" + cursor[:len(cursor)-1], "more": api.Base + list + join + "cursor=" + cursor + "A"} {
				if a := n.visit(path); a.status != 400 || !strings.Contains(a.body, "begin again without cursor") {
					t.Errorf("%s: a cursor with %s answers %d: %s", list, what, a.status, a.body)
				}
			}
		}
		for path, want := range map[string]int{"/articles?kind=opinion": 1, "/articles?tag=" + n.ids["tag"]: 2, "/articles?author=" + n.ids["author"]: 1, "/articles?subject=" + n.ids["subject"]: 1,
			"/articles?before=2026-03-01T08:00:00Z": 3, "/articles?before=2026-03-01": 0, "/articles?section=" + n.ids["section"] + "&before=2026-03-03T00:00:00Z": 1, "/quotes?article=" + n.ids["article"]: 3, "/quotes?speaker=bo+lee": 1,
			"/quotes?subject=" + n.ids["subject"]: 2, "/quotes?words=light": 1, "/storylines?state=ended": 0, "/tags": 1} {
			if p := read(api.Base + path); len(p.Items) != want {
				t.Errorf("%s has %d things, want %d: %+v", path, len(p.Items), want, p.Items)
			}
		}
		for _, path := range []string{"/articles?tag=1", "/articles?tag=" + fmt.Sprint(emptyTag), "/quotes?speaker=a&words=b", "/search", "/quotes?article=" + fmt.Sprint(n.gone.ID), "/quotes?article=" + n.ids["article"] + "&cursor=x"} {
			if a := n.fits(api.Base + path); a.status != 400 {
				t.Errorf("%s answers %d: %s", path, a.status, a.body)
			}
		}
	})
}

// TestAPI_Caching: answers carry ETags, are stored, and follow every change.
func TestAPI_Caching(t *testing.T) {
	eachNewsroom(t, func(t *testing.T, n *newsroom) {
		n.has("article page", n.ok(n.harbour.Path).body, `<link rel="alternate" type="application/json"`, api.Base+"/articles/"+n.ids["article"])
		list, one, story := api.Base+"/articles", api.Base+"/articles/"+n.ids["article"], api.Base+"/storylines/"+n.ids["storyline"]
		before := map[string]answer{}
		for _, path := range []string{list, one, one + "/ninjs", one + "/comments", story, api.Base, api.Base + "/sections", list + "?limit=3"} {
			a := n.ok(path)
			before[path] = a
			tag := a.header.Get("Etag")
			if tag == "" || strings.HasPrefix(tag, "W/") || a.header.Get("Cache-Control") != "public, max-age=0, s-maxage=60" || a.header.Get("X-Robots-Tag") != "noindex" {
				t.Errorf("%s: headers %v", path, a.header)
			}
			if a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || a.header.Get("Set-Cookie") != "" {
				t.Errorf("%s is not open: %v", path, a.header)
			}
			if keys := a.header.Get("Surrogate-Key"); !strings.Contains(path, "?") && !strings.Contains(keys, "site") {
				t.Errorf("%s is not stored: %v", path, a.header)
			}
			r := httptest.NewRequest(http.MethodGet, "http://news.example"+path, nil)
			r.Header.Set("If-None-Match", tag)
			if again := n.ask(r); again.status != 304 || again.body != "" || again.header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s with its ETag answers %d", path, again.status)
			}
			head := n.ask(httptest.NewRequest(http.MethodHead, "http://news.example"+path, nil))
			if head.status != 200 || head.body != "" || head.header.Get("Etag") != tag {
				t.Errorf("HEAD %s answers %d, %v", path, head.status, head.header)
			}
			if !strings.Contains(path, "?") {
				was := n.statements.Load()
				n.ok(path)
				if n.statements.Load() != was {
					t.Errorf("%s costs statements though it is stored", path)
				}
			}
		}
		changed := func(what string, paths ...string) {
			t.Helper()
			for _, path := range paths {
				a := n.ok(path)
				for tries := 0; a.header.Get("Etag") == before[path].header.Get("Etag") && tries < 100; tries++ { // what shows comments is renewed a few times a second only
					time.Sleep(20 * time.Millisecond)
					a = n.ok(path)
				}
				if a.header.Get("Etag") == before[path].header.Get("Etag") {
					t.Errorf("%s did not follow: %s", path, what)
				}
				before[path] = a
			}
		}
		p := n.story("Brand new", worldSection, article.PublishInput{}, nil)
		changed("a new article", list, api.Base, api.Base+"/sections")
		n.comments(n.harbour.ID, 1)
		changed("a comment", one, one+"/comments")
		rec, err := n.app.register.Row(n.ctx, mustID(n.ids["subject"]))
		n.must(err)
		rec.Entry.Name = "Bo Lee the younger"
		_, err = n.app.register.Save(n.ctx, n.actor, register.Input{Entry: rec.Entry})
		n.must(err)
		changed("another name in the register", one, one+"/ninjs", story)
		_, err = n.app.articles.Withdraw(n.ctx, n.actor, article.WithdrawInput{ID: p.ID, Revision: p.Revision, Reason: "No."})
		n.must(err)
		changed("a withdrawal", list, api.Base)
		// What is scheduled leaves by itself when its moment has passed.
		n.now.Advance(3 * 24 * time.Hour)
		if a := n.ok(story); strings.Contains(a.body, "Hearing") || !strings.Contains(a.body, "Report") {
			t.Errorf("what is next has passed: %s", a.body)
		}
		n.write(settingsOf(func(s *settings.Site) { s.API = false }))
		for _, path := range []string{list, one, api.Base + "/openapi.json", api.Base} {
			if a := n.visit(path); a.status != 404 || !strings.Contains(a.body, "switched off") || a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("switched off, %s answers %d: %s", path, a.status, a.body)
			}
		}
		if a := n.visit(n.harbour.Path); strings.Contains(a.body, api.Base) {
			t.Error("pages lead to an API that is switched off")
		}
	})
}

// TestAPI_WhatIsNotThere: a draft answers as a number that never was, byte for
// byte; a withdrawn article says so.
func TestAPI_WhatIsNotThere(t *testing.T) {
	eachNewsroom(t, func(t *testing.T, n *newsroom) {
		locked := n.story("Locked", worldSection, article.PublishInput{Access: article.AccessPassword, PasswordHash: n.app.vault.HashPassword("x")}, nil)
		never := n.fits(api.Base + "/articles/4242")
		if never.status != 404 || never.header.Get("Content-Type") != "application/problem+json" {
			t.Fatalf("%d: %s", never.status, never.body)
		}
		for _, id := range []int64{n.own.ID, locked.ID} {
			for _, end := range []string{"", "/ninjs", "/comments"} {
				if a := n.fits(fmt.Sprint(api.Base, "/articles/", id, end)); a.status != 404 || a.body != never.body {
					t.Errorf("%d%s answers %d: %s", id, end, a.status, a.body)
				}
			}
		}
		for _, end := range []string{"", "/ninjs", "/comments"} {
			if a := n.fits(fmt.Sprint(api.Base, "/articles/", n.gone.ID, end)); a.status != 410 || !strings.Contains(a.body, "It was not so.") || strings.Contains(a.body, "Gone again") {
				t.Errorf("withdrawn%s answers %d: %s", end, a.status, a.body)
			}
		}
		for _, path := range []string{"/articles/1abc", "/articles/01", "/articles/-1", "/articles/1.0", "/articles/1/", "/articles/1/drafts", "/nothing", "/tags/77", "/tags/" + fmt.Sprint(emptyTag), "/sections/99", "/authors/99", "/subjects/1", "/accounts/1", "/storylines/1"} {
			if a := n.visit(api.Base + path); a.status != 404 || a.header.Get("Content-Type") != "application/problem+json" || a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s answers %d %v: %s", path, a.status, a.header, a.body)
			}
		}
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
			a := n.ask(httptest.NewRequest(method, "http://news.example"+api.Base+"/articles", nil))
			if a.status != 405 || a.header.Get("Allow") != "GET, HEAD, OPTIONS" || a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s answers %d %v: %s", method, a.status, a.header, a.body)
			}
		}
	})
}
