package app

import (
	"context"
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
