package app

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/job"
	"dateline/internal/taxonomy"
)

// dissolves runs the jobs that the structure pages leave behind.
func (p *paper) dissolves() {
	p.t.Helper()
	waiting, err := job.List(p.ctx, p.app.db, job.Ready, 100)
	p.must(err)
	for _, j := range waiting {
		switch j.Kind {
		case article.JobDissolve:
			p.must(p.app.outline.HandleDissolve(p.ctx, j.Payload))
		case article.JobRelist:
			p.must(p.app.articles.HandleRelist(p.ctx, j.Payload))
		default:
			continue
		}
		p.must(p.app.db.Write(p.ctx, func(ctx context.Context, tx *db.Tx) error { return job.Cancel(ctx, tx, j.Kind, j.Key) }))
	}
}

var idIn = regexp.MustCompile(`/([0-9]+)(\?|$)`)

// leadsTo fails unless an answer leads below path with a notice, and returns the
// id in the address.
func (p *paper) leadsTo(what string, got answer, path, notice string) (id string) {
	p.t.Helper()
	m := idIn.FindStringSubmatch(got.location)
	if got.status != 303 || m == nil || !strings.HasPrefix(got.location, path) || !strings.HasSuffix(got.location, "?done="+notice) {
		p.t.Fatalf("%s: %d %q, want to be led below %s\n%.1500s", what, got.status, got.location, path, got.body)
	}
	return m[1]
}

func TestStructure_Sections(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		edna := p.joins(owner, "Edna", "editor")
		at := "/desk/structure/sections"
		p.shows("the sections", edna.get(at), 200, "Add a section")
		harbour := p.leadsTo("adding", edna.post(at, "name", "Harbour"), at, "added")
		europe := p.leadsTo("adding below", edna.post(at, "name", "Europe", "parent", harbour), at, "added")
		p.shows("adding it twice", edna.post(at, "name", "Europe", "parent", harbour), 422, "has the address word")
		p.shows("what was typed", edna.post(at, "name", "–"), 422, `value="–"`)
		p.leads("an order", edna.post(at+"/place", "move", europe+" out"), at+"?done=moved")
		p.leads("a place", edna.post(at+"/place", "id", europe, "where", "inside", "target", harbour), at+"?done=moved")
		p.leads("a new word", edna.post(at+"/"+europe, "name", "Europe", "word", "eu", "open", "on", "description", "From Lisbon on.", "search_description", "For robots."), at+"/"+europe+"?done=saved")
		sec, err := taxonomy.SectionByPath(p.ctx, p.app.db, "harbour/eu")
		p.must(err)
		if got := p.visit("/section/harbour/europe/"); got.status != 301 || !strings.HasSuffix(got.location, "/section/harbour/eu/") {
			t.Errorf("the former address: %d %s", got.status, got.location)
		}
		if got := p.visit("/section/harbour/eu/"); got.status != 200 || !strings.Contains(got.body, "For robots.") || !strings.Contains(got.body, "From Lisbon on.") {
			t.Errorf("the page: %d", got.status)
		}
		p.leads("a default", edna.post(at+"/"+harbour+"/default"), at+"?done=saved")
		p.shows("deleting the default", edna.post(at+"/"+harbour+"/delete"), 422, "sections below it")
		p.leads("a page of its own", edna.post(at+"/"+harbour, "name", "Harbour", "open", "on"), at+"/"+harbour+"?done=saved")
		p.leads("deleting", edna.post(at+"/"+europe+"/delete", "to", harbour), at+"?done=deleted")
		p.shows("while it goes", edna.get(at), 200, "being emptied")
		p.dissolves()
		if got := p.visit("/section/harbour/eu/"); got.status != 301 {
			t.Errorf("a deleted section's address: %d %s", got.status, got.location)
		}
		if strings.Contains(edna.get(at).body, `data-id="`+europe) {
			t.Errorf("section %d is still there", sec.ID)
		}
		p.shows("what is in the log", owner.get("/desk/log"), 200, "articles_to")
	})
}

func TestStructure_TagsAndAuthors(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		edna := p.joins(owner, "Edna", "editor")
		at := "/desk/structure/tags"
		docks := p.leadsTo("adding", edna.post(at, "name", "Docks"), at, "added")
		dock := p.leadsTo("adding", edna.post(at, "name", "Dock"), at, "added")
		p.shows("a tag twice", edna.post(at, "name", "docks"), 422, "Merge the two")
		p.shows("finding", edna.get(at+"?q=doc"), 200, `href="/desk/structure/tags/`+docks)
		p.shows("near-duplicates", edna.get(at+"/alike"), 200, `value="`+dock)
		p.leads("a new word", edna.post(at+"/"+dock, "name", "Dock", "word", "quay", "open", "on"), at+"/"+dock+"?done=saved")
		if got := p.visit("/tag/dock/"); got.status != 301 || !strings.HasSuffix(got.location, "/tag/quay/") {
			t.Errorf("the former address: %d %s", got.status, got.location)
		}
		p.leads("keeping its page", edna.post(at+"/"+docks, "name", "Docks", "open", "on"), at+"/"+docks+"?done=saved")
		p.shows("merging into nothing", edna.post(at+"/merge", "tag", dock), 404, "tag")
		p.leads("merging", edna.post(at+"/merge", "tag", dock, "keep", docks, "back", "alike"), at+"/alike?done=merged")
		p.dissolves()
		if got := p.visit("/tag/quay/"); got.status != 301 || !strings.HasSuffix(got.location, "/tag/docks/") {
			t.Errorf("the merged address: %d %s", got.status, got.location)
		}
		p.shows("a bad lead", edna.post(at+"/"+docks+"/delete", "lead", "nowhere"), 422, `value="nowhere"`)
		p.leads("deleting", edna.post(at+"/"+docks+"/delete", "lead", "/"), at+"?done=tag_deleted")

		at = "/desk/structure/authors"
		ann := p.leadsTo("an author", edna.post(at, "name", "Anna Quill"), at, "added")
		p.leads("her profile", edna.post(at+"/"+ann, "name", "Anna Quill", "role", "Reporter", "bio", "Writes.", "email", "anna.quill@paper.example", "open", "on",
			"link_label", "Web", "link_url", "https://anna.example/"), at+"/"+ann+"?done=saved")
		p.shows("her form", edna.get(at+"/"+ann), 200, "anna.quill@paper.example")
		if got := p.visit("/author/anna-quill/"); got.status != 200 || strings.Contains(got.body, "anna.quill@") || !strings.Contains(got.body, "Reporter") {
			t.Errorf("her page: %d", got.status)
		}
		p.shows("a bad address", edna.post(at+"/"+ann, "name", "Anna Quill", "email", "anna"), 422, `value="anna"`)
		other := p.leadsTo("another", edna.post(at, "name", "Anna Quil"), at, "added")
		p.shows("whom to keep", edna.get(at+"/"+other+"?merge=anna"), 200, `name="into" value="`+ann)
		p.leads("merging", edna.post(at+"/"+other+"/merge", "into", ann), at+"?done=merged")
		if strings.Contains(owner.get("/desk/log").body, "anna.quill@") {
			t.Error("the audit log names an address")
		}
	})
}

func TestStructure_RedirectsAndMenus(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		at := "/desk/structure/redirects"
		p.leads("a redirect", owner.post(at, "from", "/old/", "to", "/archive/"), at+"?done=saved")
		for range 2 { // cached the second time
			if got := p.visit("/old/"); got.status != 301 || !strings.HasSuffix(got.location, "/archive/") {
				t.Errorf("%d %s", got.status, got.location)
			}
		}
		p.shows("what was typed", owner.post(at, "from", "/desk/", "to", "/x/"), 422, `value="/desk/"`)
		p.leads("another target", owner.post(at, "from", "/old/", "to", "https://x.example/"), at+"?done=saved")
		if got := p.visit("/old/"); got.location != "https://x.example/" {
			t.Errorf("after the change it leads to %s", got.location)
		}
		p.shows("the list", owner.get(at+"?q=x.example"), 200, "/old")
		p.leads("deleting", owner.post(at+"/delete", "from", "/old"), at+"?done=redirect_deleted")
		if got := p.visit("/old/"); got.status != 404 {
			t.Errorf("deleted: %d", got.status)
		}
		file := "from,to\n/a,/b\n/desk,/b\n"
		p.shows("taking a file", owner.post(at+"/import/now", "content", file), 200, "belongs to Dateline itself")
		if got := p.visit("/a"); got.status != 301 || !strings.HasSuffix(got.location, "/b") {
			t.Errorf("imported: %d %s", got.status, got.location)
		}
		if got := owner.get(at + "/export"); got.status != 200 || !strings.Contains(got.body, "/a,/b,") {
			t.Errorf("exported: %d\n%s", got.status, got.body)
		}

		at = "/desk/structure/menus"
		menu := p.leadsTo("a menu", owner.post(at, "name", "Services", "location", "footer"), at, "added")
		stamp := regexp.MustCompile(`name="stamp" value="([0-9a-f]+)"`)
		now := func() string { return stamp.FindStringSubmatch(owner.get(at + "/" + menu).body)[1] }
		p.leads("an entry", owner.post(at+"/"+menu+"/entry", "stamp", now(), "id", "0", "kind", "link", "target", "/imprint/", "label", "Imprint"), at+"/"+menu+"?done=saved")
		p.shows("a stale entry", owner.post(at+"/"+menu+"/entry", "stamp", "x", "id", "0", "kind", "link", "target", "/kept/", "label", "Kept"), 422, `value="/kept/"`)
		if got := p.visit("/"); !strings.Contains(got.body, `href="/imprint/"`) {
			t.Error("the front has no imprint")
		}
		p.leads("a heading", owner.post(at+"/"+menu+"/entry", "stamp", now(), "id", "0", "kind", "heading", "label", "More"), at+"/"+menu+"?done=saved")
		p.leads("its place", owner.post(at+"/"+menu+"/place", "stamp", now(), "move", "2 up"), at+"/"+menu+"?done=moved")
		if got := p.visit("/"); !strings.Contains(got.body, `href="/imprint/"`) || strings.Contains(got.body, `href=""`) {
			t.Error("the front with a heading is wrong")
		}
		p.shows("the pages", owner.get("/desk/structure/pages"), 200, "Standing pages")
	})
}

func TestStructure_Appearance(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		at := "/desk/structure/appearance"
		before := p.visit("/")
		query := "?accent=%230b5d4a&headline=sans&density=&width=wide&theme=&logo="
		p.shows("a look", owner.get(at+query), 200, "/desk/structure/appearance/front?accent=%230b5d4a")
		got := owner.get(at + "/front" + query)
		p.shows("its front page", got, 200, "/desk/structure/appearance/style.css?accent=%230b5d4a&amp;density=&amp;headline=sans")
		if policy := got.header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'self'") || !strings.Contains(policy, at+"/style.css") {
			t.Errorf("the preview's policy: %s", policy)
		}
		p.shows("its newest article", owner.get(at+"/article"+query), 200, "style.css?accent")
		p.shows("its stylesheet", owner.get(at+"/style.css"+query), 200, "--accent:#0b5d4a")
		if p.visit("/").body != before.body {
			t.Error("a preview changed the site")
		}
		p.shows("a pale colour", owner.post(at, "accent", "#ffee00"), 422, "Take a darker one")
		p.shows("an unknown theme", owner.post(at, "theme", "../../etc"), 422, "There is no theme")
		p.shows("an unknown picture", owner.post(at, "logo", "12345"), 422, `value="12345"`)
		themes := p.app.themesFolder()
		p.must(os.MkdirAll(themes+"/broken/templates/parts", 0o755))
		p.must(os.WriteFile(themes+"/broken/templates/parts/card.html", []byte("<p>\n{{.Headlin}}"), 0o644))
		p.must(os.MkdirAll(themes+"/green/assets/css", 0o755))
		p.must(os.WriteFile(themes+"/green/assets/css/95-ours.css", []byte(":root{--tint:#cfc}"), 0o644))
		p.shows("a broken theme", owner.post(at, "theme", "broken"), 422, "card.html:2")
		p.shows("the themes", owner.get(at), 200, "<option>green</option>")
		p.leads("a theme and a colour", owner.post(at, "theme", "green", "accent", "#0b5d4a"), at+"?done=saved")
		sheet := regexp.MustCompile(`/assets/[0-9a-f]+/site\.css`).FindString(p.visit("/").body)
		if css := p.visit(sheet).body; !strings.Contains(css, "--tint:#cfc") || !strings.Contains(css, "--accent:#0b5d4a") {
			t.Errorf("the stylesheet %s is not the new one", sheet)
		}
		if policy := p.visit("/").header.Get("Content-Security-Policy"); !strings.Contains(policy, sheet) {
			t.Errorf("the site's policy does not name %s: %s", sheet, policy)
		}
		// A theme that goes or breaks must not take the site down.
		p.must(os.RemoveAll(themes + "/green"))
		conf, err := p.app.Site(p.ctx)
		p.must(err)
		if views, err := p.app.loadTheme(conf); err != nil || views == nil {
			t.Errorf("without its theme the site does not start: %v", err)
		}
	})
}

func TestStructure_Site(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		at := "/desk/structure/site"
		p.shows("the settings", owner.get(at), 200, `name="page_size" type="number" min="1" max="200"`)
		p.leads("the identity", owner.post(at, "group", "identity", "title", "The Evening Gull", "tagline", "By night"), at+"?done=saved")
		conf, err := p.app.Site(p.ctx)
		p.must(err)
		if conf.Title != "The Evening Gull" || !conf.ShowVersions {
			t.Errorf("the settings are %+v", conf)
		}
		p.leads("a box not ticked", owner.post(at, "group", "reading", "locale", "de", "zone", "Europe/Berlin", "page_size", "10"), at+"?done=saved")
		if conf, err = p.app.Site(p.ctx); err != nil || conf.ShowVersions || conf.Locale != "de" || conf.Title != "The Evening Gull" {
			t.Errorf("the settings are %+v, %v", conf, err)
		}
		p.leads("a box ticked", owner.post(at, "group", "reading", "show_versions", "yes"), at+"?done=saved")
		if conf, err = p.app.Site(p.ctx); err != nil || !conf.ShowVersions {
			t.Errorf("the settings are %+v, %v", conf, err)
		}
		p.shows("what was typed", owner.post(at, "group", "reading", "page_size", "999"), 422, `value="999"`)
	})
}
