package atlas

import (
	"cmp"
	"math"
	"slices"
)

// What stands on a map besides its places, so that readers know where they are:
// names of countries and a few cities.

// mostCities bounds the cities on a map.
const mostCities = 5

func (d *drawing) context(p *plot) {
	d.countries(p)
	d.nearCities(p.view)
}

// piece is a country on a map: the largest part of it.
type piece struct {
	code string
	ring []xy
	size float64
}

// leastCountry is the size of the smallest piece of a country that gets its
// name, in square units.
const leastCountry = 900

// countries writes the names of the countries that are seen, the largest first.
func (d *drawing) countries(plot *plot) {
	behind := plot.front.opposite().lonLat()
	var pieces []piece
	for i := range d.fine.countries {
		c := &d.fine.countries[i]
		best := piece{code: c.code}
		for j := range c.areas {
			if c.areas[j].holds(behind) {
				continue // turned inside out
			}
			ring := cutRing(plot.ring(c.areas[j].rings[0]), d.size)
			if size := math.Abs(sizeOf(ring)); size > best.size {
				best.ring, best.size = ring, size
			}
		}
		if best.size >= leastCountry && d.countryIn(c.code) != "" {
			pieces = append(pieces, best)
		}
	}
	slices.SortFunc(pieces, func(a, b piece) int {
		return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(a.code, b.code))
	})
	d.add(`<g class="map-countries">`)
	for _, p := range pieces {
		d.countryName(&p)
	}
	d.add(`</g>`)
}

// countryIn is the name of a country in the map's language, "" for none.
func (d *drawing) countryIn(code string) string { return d.world.names[code][spoken(d.Language)] }

// countryName writes a name where its piece is widest, nearest to its middle.
func (d *drawing) countryName(p *piece) {
	name := d.countryIn(p.code)
	w := wide(name, countrySize) * 1.06
	low, high := math.Inf(1), math.Inf(-1)
	for _, q := range p.ring {
		low, high = math.Min(low, q.y), math.Max(high, q.y)
	}
	middle := xy{(d.size.left + d.size.right) / 2, (d.size.top + d.size.bottom) / 2}
	const half = countrySize * 0.6
	best, at := 0.0, xy{}
	for y := low + half + 2; y <= high-half; y += 5 {
		for _, s := range spans(p.ring, y-half, y+half) {
			for x := s.from + w/2 + 2; x <= s.to-w/2-2; x += 6 {
				if !d.free(frame{x - w/2, y - half, x + w/2, y + half}) {
					continue
				}
				room := math.Min(math.Min(x-w/2-s.from, s.to-x-w/2), 40) + math.Min(math.Min(y-low, high-y), 60)*0.7 + 30 - 0.06*math.Hypot(x-middle.x, y-middle.y)
				if room > best {
					best, at = room, xy{x, y}
				}
			}
		}
	}
	if best > 0 {
		box := frame{at.x - w/2, at.y - half, at.x + w/2, at.y + half}
		d.taken = append(d.taken, box)
		d.text(box, at.y+countrySize*0.36, name, 0)
	}
}

type span struct{ from, to float64 }

// spans are where a ring is inside at both of two heights.
func spans(ring []xy, y1, y2 float64) []span {
	a, b := crossed(ring, y1), crossed(ring, y2)
	var out []span
	for _, s := range a {
		for _, t := range b {
			if from, to := math.Max(s.from, t.from), math.Min(s.to, t.to); from < to {
				out = append(out, span{from, to})
			}
		}
	}
	return out
}

func crossed(ring []xy, y float64) []span {
	var at []float64
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if (a.y < y) != (b.y < y) {
			at = append(at, a.x+(y-a.y)/(b.y-a.y)*(b.x-a.x))
		}
	}
	slices.Sort(at)
	var out []span
	for i := 0; i+1 < len(at); i += 2 {
		out = append(out, span{at[i], at[i+1]})
	}
	return out
}

// nearCities marks capitals, then the largest cities that are seen, as far as
// the file has their names in the letters of the map.
func (d *drawing) nearCities(v *view) {
	inside := v.size.grown(-12)
	limit := math.Cos(v.angle)
	type seen struct {
		at   xy
		city *City
	}
	var all []seen
	for i := range d.cities {
		c := &d.cities[i]
		if spoken(d.Language) == arabic && c.arabic == "" {
			continue
		}
		if c.vec.dot(v.front) < limit {
			continue
		}
		if at := v.place(v.equalArea(c.vec)); inside.holds(at) && !d.near(at) {
			all = append(all, seen{at, c})
		}
	}
	slices.SortStableFunc(all, func(a, b seen) int {
		if a.city.Capital != b.city.Capital {
			if a.city.Capital {
				return -1
			}
			return 1
		}
		return 0 // the cities go by their number of people
	})
	n := 0
	for _, s := range all {
		const room = citySpot + 2
		spot := frame{s.at.x - room, s.at.y - room, s.at.x + room, s.at.y + room}
		if n == mostCities {
			break
		}
		if slices.ContainsFunc(d.taken, spot.meets) {
			continue
		}
		was := len(d.taken)
		d.taken = append(d.taken, spot)
		before := d.out.Len()
		d.add(`<g class="map-city"><circle cx="`, num(s.at.x), `" cy="`, num(s.at.y), `" r="`, num(citySpot), `"/>`)
		if d.name(s.at, s.city.In(d.Language), citySize, citySpot+2.5) {
			d.add(`</g>`)
			n++
			continue
		}
		text := d.out.String()[:before]
		d.out.Reset()
		d.add(text)
		d.taken = d.taken[:was]
	}
}

// near tells whether a point is at one of the places, or so near that it is
// probably the same.
func (d *drawing) near(at xy) bool {
	return slices.ContainsFunc(d.spots, func(s spot) bool { return math.Hypot(s.at.x-at.x, s.at.y-at.y) < 16 })
}
