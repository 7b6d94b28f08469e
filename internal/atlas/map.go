package atlas

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Place is one on a map.
type Place struct {
	Name     string // "" for a mark without a name
	Lat, Lon float64
	Main     bool // its name is placed before the others'
}

// Map is what a map is asked to be.
type Map struct {
	Places   []Place
	Language string // of the names of countries and cities: "en", "de", "fr", "es" or "ar"; others as "en"
	Label    string // what is told instead of the picture, "Map: Astana"
}

// The size of a map in units; a phone shows it about as large in pixels. The
// world is as high as it needs.
const (
	width  = 400
	height = 280
)

const (
	// mostPlaces bounds those on one map.
	mostPlaces = 40
	// mostPath is up to how many bytes the outlines of a map take, as far as
	// coarser lines can do that.
	mostPath = 9000
	// farthest is the angle from the middle within which places are shown from
	// above; others on the whole world.
	farthest = 52 * degree
	// nearest and widest bound half the width of the map of a single place.
	nearest = 6.5 * degree
	widest  = 12 * degree
)

// spot is a place where it stands on a map.
type spot struct {
	Place
	at xy
	on vec
}

// drawing is a map in the making.
type drawing struct {
	*world
	Map
	size   frame
	spots  []spot
	taken  []frame // by names, marks and what else stands on the map
	out    strings.Builder
	detail float64 // of lines, in units
}

// Draw returns a map as SVG, "" when none of its places is one on the globe. The
// same places give the same bytes. Names are escaped.
func Draw(m Map) string {
	d := &drawing{world: loaded(), Map: m}
	for _, p := range m.Places {
		if !(math.Abs(p.Lat) <= 90 && math.Abs(p.Lon) <= 180) {
			continue
		}
		if len(d.spots) < mostPlaces {
			d.spots = append(d.spots, spot{Place: p, on: toVec(p.Lat, p.Lon)})
		}
	}
	if len(d.spots) == 0 {
		return ""
	}
	points := make([]vec, len(d.spots))
	for i := range d.spots {
		points[i] = d.spots[i].on
	}
	middle, reach := around(points)
	d.size = frame{0, 0, width, height}
	if reach > farthest {
		d.wholeWorld()
	} else {
		d.nearby(middle, reach)
	}
	return d.out.String()
}

func (d *drawing) begin() {
	d.add(`<svg class="map-svg" viewBox="0 0 `, num(d.size.right), " ", num(d.size.bottom), `" role="img" direction="ltr" aria-label="`, escape(d.Label), `">`)
}

func (d *drawing) add(parts ...string) {
	for _, part := range parts {
		d.out.WriteString(part)
	}
}

// shape adds what paths draw, in tenths of units.
func (d *drawing) shape(class string, p *path) {
	if len(p.data) > 0 {
		d.add(`<path class="`, class, `" d="`, string(p.data), `"/>`)
	}
}

// num writes a number with one decimal at most.
func num(f float64) string {
	s := strconv.FormatFloat(f, 'f', 1, 64)
	if s = strings.TrimSuffix(s, ".0"); s == "-0" {
		s = "0"
	}
	return s
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "\x00", "\uFFFD")

func escape(text string) string { return escaper.Replace(strings.ToValidUTF8(text, "\uFFFD")) }

// languages are those of names, in the order of the file.
var languages = []string{"en", "de", "fr", "es", "ar"}

const arabic = 4

// spoken is the number of a language in the file.
func spoken(language string) int {
	language, _, _ = strings.Cut(strings.ToLower(language), "-")
	return max(slices.Index(languages, language), 0)
}

// homes are the codes of the countries that hold the places.
func (d *drawing) homes() map[string]bool {
	out := map[string]bool{}
	for i := range d.spots {
		if code := d.countryAt(d.spots[i].Lat, d.spots[i].Lon); code != "" {
			out[code] = true
		}
	}
	return out
}

// ashore are how far from a place, in degrees, land is looked for when no outline
// holds it: harbours and small islands.
var ashore = []float64{0.2, 0.5, 1}

func (w *world) countryAt(lat, lon float64) string {
	code, _ := w.landAt(lat, lon)
	return code
}

// landAt is the country, and its area, that holds a place or lies beside it; nil
// on the high sea.
func (w *world) landAt(lat, lon float64) (code string, land *area) {
	if code, land = w.holding(lonLat{lon, lat}); land != nil {
		return code, land
	}
	g := turned(toVec(lat, lon))
	for _, away := range ashore {
		for side := range 8 {
			sin, cos := math.Sincos(float64(side) * 45 * degree)
			if code, land = w.holding(g.back(xy{away * degree * cos, away * degree * sin}).lonLat()); land != nil {
				return code, land
			}
		}
	}
	return "", nil
}

func (w *world) holding(p lonLat) (code string, land *area) {
	for i := range w.fine.countries {
		c := &w.fine.countries[i]
		for j := range c.areas {
			if c.areas[j].holds(p) {
				return c.code, &c.areas[j]
			}
		}
	}
	return "", nil
}
