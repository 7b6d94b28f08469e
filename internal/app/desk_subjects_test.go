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
		p.shows("a bad place", edna.post(at+"/"+ann, "name", "Ann Lee", "kind", "place", "position", "north 1"), 422, `value="north 1"`)
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
		bring := form(nil, map[string][]byte{"people.csv": []byte("kind,name\nperson,Bo Berg\nrobot,Rob\n")})
		bring.URL.Path = at + "/move"
		brought := edna.asForm(bring)
		p.shows("a file that was taken", brought, 200, "1 added")
		p.shows("what is wrong in it", brought, 200, "<td>2</td><td>Rob</td>")
		p.leads("deleting", edna.post(at+"/"+ann+"/delete"), at+"?done=deleted")
		p.shows("the deleted one", edna.get(at+"/"+ann), 404, "")
	})
}

func TestRegister_PositionsAtTheDesk(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		edna := p.joins(owner, "Edna", "editor")
		at := "/desk/register"
		id := p.leadsTo("adding", edna.post(at, "name", "Genève", "kind", "place"), at, "added")
		one := at + "/" + id
		page := edna.get(one)
		p.shows("a suggestion", page, 200, `<button class="quiet" form="entry" name="take" value="46.21, 6.14"><b><bdi>Geneva</bdi></b>, Switzerland`)
		if strings.Contains(page.body, "map-svg") || !strings.Contains(page.body, `name="position" value=""`) {
			t.Error("a suggestion counts before anybody takes it")
		}
		p.shows("beyond the pole", edna.post(one, "name", "Genève", "kind", "place", "description", "Kept.", "position", "146.2, 6.15"), 422, "atitude stands first: 6.15, 146.2?")
		p.shows("what was typed", edna.post(one, "name", "Genève", "kind", "place", "description", "Kept.", "position", "146.2, 6.15"), 422, `value="146.2, 6.15"`)
		p.leads("taking it", edna.post(one, "name", "Genève", "kind", "place", "description", "Calvin’s.", "position", "", "take", "46.21, 6.14"), one+"?done=saved")
		page = edna.get(one)
		p.shows("the position", page, 200, `name="position" value="46.21, 6.14"`)
		p.shows("the map", page, 200, `aria-label="Map: Genève"`)
		p.shows("what else was typed", page, 200, "Calvin’s.")
		p.leads("pasting", edna.post(one, "name", "Genève", "kind", "place", "position", "https://www.openstreetmap.org/#map=12/46.2/6.15"), one+"?done=saved")
		p.shows("the pasted position", edna.get(one), 200, `name="position" value="46.2, 6.15"`)
		// What the kind has no place for is not dropped, but told, and stands in the form.
		p.shows("days of a place", edna.post(one, "name", "Genève", "kind", "place", "begins", "2026-11-27", "ends", "2026-11-28"), 422, "nly events have a first and a last day")
		p.shows("the days", edna.post(one, "name", "Genève", "kind", "place", "begins", "2026-11-27", "ends", "2026-11-28"), 422, `value="2026-11-28"`)
		p.shows("position of a person", edna.post(one, "name", "Genève", "kind", "person", "position", "46.2, 6.15"), 422, "nly places and events have a position")
		p.leads("taking it away", edna.post(one, "name", "Genève", "kind", "place", "position", " "), one+"?done=saved")
		p.shows("no position", edna.get(one), 200, `name="position" value=""`)
	})
}
