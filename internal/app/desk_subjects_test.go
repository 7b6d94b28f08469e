package app

import (
	"strings"
	"testing"
)

func TestRegister_AtTheDesk(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		edna := p.joins(owner, "Edna", "editor")
		will := p.joins(owner, "Will", "author")
		at := "/desk/register"
		p.shows("the empty register", edna.get(at), 200, "The register is empty")
		p.shows("an author at the register", will.get(at), 403, "")
		ann := p.leadsTo("adding", edna.post(at, "name", "Ann Lee", "kind", "person"), at, "added")
		p.shows("adding it twice", edna.post(at, "name", "ann lee", "kind", "person"), 422, `name="another"`)
		p.shows("what was typed", edna.post(at, "name", "–", "kind", "person"), 422, `value="–"`)
		other := p.leadsTo("adding another", edna.post(at, "name", "Ann Lee", "kind", "person", "another", "on"), at, "added")
		p.shows("bad days", edna.post(at+"/"+ann, "name", "Ann Lee", "kind", "event", "begins", "2026-02-30"), 422, `value="2026-02-30"`)
		p.shows("a bad place", edna.post(at+"/"+ann, "name", "Ann Lee", "kind", "place", "lat", "north", "lon", "1"), 422, `value="north"`)
		p.leads("saving", edna.post(at+"/"+ann, "name", "Ann Lee", "kind", "person", "aliases", "Annie\r\nA. Lee", "wikidata", "Q42", "description", "A mayor.", "open", "on", "another", "on"), at+"/"+ann+"?done=saved")
		page := edna.get(at + "/" + ann)
		p.shows("the entry", page, 200, "A. Lee")
		p.shows("the link", page, 200, "https://www.wikidata.org/wiki/Q42")
		p.shows("somebody saved meanwhile", edna.post(at+"/"+ann, "name", "Ann", "kind", "person", "revision", "1"), 422, "was changed while you had it open")
		p.shows("finding", edna.get(at+"?q=lee+an"), 200, "A mayor.")
		p.shows("nothing of the kind", edna.get(at+"?kind=place"), 200, "Nothing found.")
		p.shows("whom to merge into", edna.get(at+"/"+other+"?merge=ann"), 200, `value="`+ann+`"`)
		p.leads("merging", edna.post(at+"/"+other+"/merge", "into", ann), at+"/"+ann+"?done=merged")
		p.shows("the merged one", edna.get(at+"/"+other), 404, "")
		file := edna.get(at + "/export?format=csv")
		p.shows("the file", file, 200, "Q42")
		if !strings.HasPrefix(file.body, "id,kind,name") {
			t.Errorf("the file begins with %.60q", file.body)
		}
		p.shows("the page for files", edna.get(at+"/move"), 200, "Import")
		p.leads("deleting", edna.post(at+"/"+ann+"/delete"), at+"?done=deleted")
		p.shows("the deleted one", edna.get(at+"/"+ann), 404, "")
	})
}
