package atlas

import "math"

// The part of the earth that a map of the world shows, unless a place lies
// beyond.
const (
	south = -56.0
	north = 80.0
	// date is the meridian at which maps of the world are cut: the Bering Strait.
	date = 191.0
)

// wholeWorld draws places that are far apart.
func (d *drawing) wholeWorld() {
	low, high := south, north
	for i := range d.spots {
		low, high = math.Min(low, d.spots[i].Lat-8), math.Max(high, d.spots[i].Lat+4)
	}
	low, high = math.Max(low, -90), math.Min(high, 90)
	top, bottom := equalEarth(0, high).y, equalEarth(0, low).y
	scale := d.size.right / 2 / equalEarth(180, 0).x
	d.size.bottom = math.Ceil((bottom - top) * scale)
	place := func(p lonLat) xy {
		q := equalEarth(p.lon-date+180, p.lat)
		return xy{d.size.right/2 + q.x*scale, d.size.bottom/2 + (q.y-(top+bottom)/2)*scale}
	}
	for i := range d.spots {
		lon := d.spots[i].Lon
		if lon > date {
			lon -= 360
		} else if lon < date-360 {
			lon += 360
		}
		d.spots[i].at = place(lonLat{lon, d.spots[i].Lat})
	}
	land, border := d.worldOutlines(place)
	d.begin()
	d.add(`<g transform="scale(.1)">`)
	d.shape("map-land", land)
	d.shape("map-border", border)
	d.add(`</g>`)
	d.marks()
	d.names()
	d.add(`</svg>`)
}

// worldOutlines draws the lines of the world, the coarser the more there are.
func (d *drawing) worldOutlines(place func(lonLat) xy) (land, border *path) {
	var rings, lines [][]xy
	for i := range d.coarse.land {
		a := &d.coarse.land[i]
		for _, points := range a.flat {
			rings = append(rings, worldRing(points, a.box.around, place)...)
		}
	}
	for i := range d.coarse.arcs {
		if d.coarse.arcs[i].shared {
			lines = append(lines, worldLine(d.coarse.unrolled(ring{i}), place)...)
		}
	}
	for d.detail = 0.35; ; d.detail *= 1.4 {
		land, border = &path{}, &path{}
		for i := range rings {
			if rings[i] = simpler(rings[i], d.detail); math.Abs(sizeOf(rings[i])) >= 3*d.detail*d.detail {
				land.line(cutRing(rings[i], d.size.grown(4)), true)
			}
		}
		for i := range lines {
			lines[i] = simpler(lines[i], d.detail)
			border.line(lines[i], false)
		}
		if len(land.data)+len(border.data) <= mostPath {
			return land, border
		}
	}
}

// wholeFrame is the earth between the cuts.
var wholeFrame = frame{date - 360, -90, date, 90}

// worldRing are the parts of a ring, one for each turn of the earth in which it
// lies.
func worldRing(points []lonLat, around int, place func(lonLat) xy) (out [][]xy) {
	plane := make([]xy, 0, len(points)+2)
	for _, p := range points {
		plane = append(plane, xy{p.lon, p.lat})
	}
	if around != 0 { // close it along the pole
		first, last := plane[0], plane[len(plane)-1]
		pole := math.Copysign(90, first.y)
		plane = append(plane, xy{last.x, pole}, xy{first.x, pole})
	}
	for turn := -2; turn <= 2; turn++ {
		moved := make([]xy, len(plane))
		for i, p := range plane {
			moved[i] = xy{p.x + float64(turn)*360, p.y}
		}
		if part := cutRing(moved, wholeFrame); part != nil {
			out = append(out, placed(part, place))
		}
	}
	return out
}

func placed(points []xy, place func(lonLat) xy) []xy {
	out := make([]xy, len(points))
	for i, p := range points {
		out[i] = place(lonLat{p.x, p.y})
	}
	return out
}

func worldLine(points []lonLat, place func(lonLat) xy) (out [][]xy) {
	for turn := -1; turn <= 1; turn++ {
		var moved []xy
		for _, p := range points {
			moved = append(moved, xy{p.lon + float64(turn)*360, p.lat})
		}
		for _, part := range cutLine(moved, wholeFrame) {
			out = append(out, placed(part, place))
		}
	}
	return out
}
