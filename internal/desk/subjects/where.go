package subjects

import (
	"slices"

	"dateline/internal/atlas"
	"dateline/internal/register"
	"dateline/internal/view"
	"dateline/internal/web"
)

// city is one with a name of the entry, whose position an editor may take.
type city struct {
	Name, Country string
	Position      string
}

// mostCities bounds those that are suggested.
const mostCities = 5

// where draws the map of an entry and finds cities for one that has no position.
func (p *Part) where(r *web.Request, d *oneData) {
	e := &d.Row.Entry
	if e.Kind != register.Place && e.Kind != register.Event {
		return
	}
	language := p.Printer(r).Language()
	if at := e.Position; at != nil {
		d.Map = view.Drawn(atlas.Draw(atlas.Map{Places: []atlas.Place{{Name: e.Name, Lat: at.Lat, Lon: at.Lon}}, Language: language, Label: p.say(r, "map_of", e.Name)}))
		return
	}
	for _, name := range e.Names() {
		for _, found := range atlas.Cities(name, mostCities) {
			at := register.Position{Lat: found.Lat, Lon: found.Lon}
			c := city{found.In(language), found.Country(language), at.String()}
			if len(d.Cities) < mostCities && !slices.Contains(d.Cities, c) {
				d.Cities = append(d.Cities, c)
			}
		}
	}
}
