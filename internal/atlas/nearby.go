package atlas

import (
	"math"
)

// view is a map from above.
type view struct {
	globe
	scale  float64 // units for the radius of the earth
	origin xy      // of the frame's middle, on the plane of the projection
	size   frame
	circle float64 // beyond which points are drawn in, on that plane, from the origin
	angle  float64 // of the circle, from the middle
	flat   func(*globe, vec) xy
}

func (v *view) place(p xy) xy {
	return xy{(p.x-v.origin.x)*v.scale + v.size.right/2, (p.y-v.origin.y)*v.scale + v.size.bottom/2}
}

// nearby draws places that lie together.
func (d *drawing) nearby(middle vec, reach float64) {
	homes := d.homes()
	v := d.viewOf(middle, reach)
	for i := range d.spots {
		d.spots[i].at = v.place(v.equalArea(d.spots[i].on))
	}
	countries := newPlot(v, &d.fine)
	land, lakes, home, border := d.outlinesOf(countries, homes)
	d.begin()
	d.add(`<g transform="scale(.1)">`)
	d.shape("map-land", land)
	d.shape("map-home", home)
	d.shape("map-border", border)
	d.shape("map-lake", lakes)
	d.add(`</g>`)
	d.marks()
	corner := d.inset(v)
	d.scaleBar(v)
	d.names()
	d.context(countries)
	d.add(corner, `</svg>`)
}

// viewOf chooses what part of the earth a map shows: the country around a single
// place, or all places with room for their names.
func (d *drawing) viewOf(middle vec, reach float64) *view {
	v := &view{size: d.size, flat: (*globe).equalArea}
	half := nearest
	if reach < nearest/2 {
		half = widest // at sea
		if c, r, ok := d.landAround(middle); ok {
			half = math.Max(nearest, math.Min(widest, r*1.05))
			if away := middle.angle(c); away > 0 {
				middle = middle.toward(c, math.Min(1, half*0.35/away))
			}
		}
	}
	v.globe = turned(middle)
	low, high := xy{math.Inf(1), math.Inf(1)}, xy{math.Inf(-1), math.Inf(-1)}
	for i := range d.spots {
		p := v.equalArea(d.spots[i].on)
		low, high = xy{math.Min(low.x, p.x), math.Min(low.y, p.y)}, xy{math.Max(high.x, p.x), math.Max(high.y, p.y)}
	}
	const asideX, asideY = 75, 50 // room for names
	v.scale = width / 2 / half
	if reach >= nearest/2 {
		v.origin = xy{(low.x + high.x) / 2, (low.y + high.y) / 2}
		v.scale = math.Min(v.scale, math.Min((width-2*asideX)/math.Max(high.x-low.x, 1e-9), (height-2*asideY)/math.Max(high.y-low.y, 1e-9)))
	}
	v.circle = 1.15 * math.Hypot(width/2, height/2) / v.scale
	v.angle = 2 * math.Asin(math.Min(1, (v.circle+math.Hypot(v.origin.x, v.origin.y))/2))
	return v
}

// landAround is the middle and the size of the land of one country that holds a
// point or lies beside it.
func (w *world) landAround(at vec) (middle vec, reach float64, ok bool) {
	p := at.lonLat()
	_, land := w.landAt(p.lat, p.lon)
	if land == nil {
		return at, 0, false
	}
	var points []vec
	for _, ref := range land.rings[0] {
		points = append(points, w.fine.arcs[max(ref, ^ref)].vec...)
	}
	middle, reach = around(points)
	return middle, reach, true
}

// outlinesOf draws the lines of a view, the coarser the more there are.
func (d *drawing) outlinesOf(countries *plot, homes map[string]bool) (land, lakes, home, border *path) {
	water := newPlot(countries.view, &d.lakes)
	for d.detail = 0.45; ; d.detail *= 1.5 {
		land, home, border, lakes = &path{}, &path{}, &path{}, &path{}
		countries.simplify(d.detail)
		countries.fill(land, d.fine.land)
		for i := range d.fine.countries {
			if c := &d.fine.countries[i]; homes[c.code] {
				countries.fill(home, c.areas)
			}
		}
		countries.borders(border)
		water.simplify(d.detail)
		water.fill(lakes, d.lakes.land)
		if len(land.data)+len(home.data)+len(border.data)+len(lakes.data) <= mostPath || d.detail > 6 {
			return land, lakes, home, border
		}
	}
}

// plot are outlines on a view.
type plot struct {
	*view
	*outlines
	lines [][]xy
	cut   frame
	least float64 // size of the smallest ring that is drawn
}

func newPlot(v *view, o *outlines) *plot {
	p := &plot{view: v, outlines: o, lines: make([][]xy, len(o.arcs)), cut: v.size.grown(4)}
	for i := range o.arcs {
		p.lines[i] = v.line(&o.arcs[i])
	}
	return p
}

// simplify makes the lines coarser than they are.
func (p *plot) simplify(detail float64) {
	p.least = detail * detail * 3
	for i := range p.lines {
		p.lines[i] = simpler(p.lines[i], detail)
	}
}

// turn is the cosine of the angle that neighbours on the circle may have: the
// line between them stays out of the frame.
var turn = math.Cos(25 * degree)

// far tells whether a run lies beyond the circle and so much in one direction
// that its ends are enough.
func (v *view) far(r *run) bool {
	away := v.front.angle(r.middle)
	return away-r.reach > v.angle && away+r.reach < math.Pi && r.reach < 1 && math.Sin(r.reach) < 0.17*math.Sin(away)
}

// line is an arc on the map. What is beyond the circle is drawn in to it.
func (v *view) line(a *arc) []xy {
	var points []vec
	for i := range a.runs {
		if one := &a.runs[i]; v.far(one) {
			points = append(points, one.vec[0], one.vec[len(one.vec)-1])
		} else {
			points = append(points, one.vec...)
		}
	}
	var out []xy
	add := func(p xy) { out = append(out, v.place(xy{p.x + v.origin.x, p.y + v.origin.y})) }
	onCircle := func(p xy) { add(xy{p.x * v.circle, p.y * v.circle}) }
	beyond := false    // whether the one before is drawn in
	var last, waits xy // of those: the last one that was added, and the latest, as directions
	for i := range points {
		p := v.flat(&v.globe, points[i])
		p = xy{p.x - v.origin.x, p.y - v.origin.y}
		r := p.x*p.x + p.y*p.y
		if r <= v.circle*v.circle {
			if beyond && waits != last {
				onCircle(waits)
			}
			add(p)
			beyond = false
			continue
		}
		r = math.Sqrt(r)
		p = xy{p.x / r, p.y / r}
		if !beyond {
			onCircle(p)
			last, waits, beyond = p, p, true
		}
		if last.x*p.x+last.y*p.y < turn && waits != last {
			onCircle(waits)
			last = waits
		}
		for last.x*p.x+last.y*p.y < turn {
			last = between(last, p)
			onCircle(last)
		}
		waits = p
	}
	if beyond && waits != last {
		onCircle(waits)
	}
	return out
}

// between is a direction some way from one to another, the short way round.
func between(from, to xy) xy {
	sin, cos := math.Sincos(24 * degree)
	if from.x*to.y-from.y*to.x < 0 {
		sin = -sin
	}
	return xy{from.x*cos - from.y*sin, from.x*sin + from.y*cos}
}

func (p *plot) ring(one ring) []xy {
	var out []xy
	for _, ref := range one {
		line := p.lines[max(ref, ^ref)]
		for i := range line {
			if i == 0 && len(out) > 0 {
				continue
			}
			if ref < 0 {
				out = append(out, line[len(line)-1-i])
			} else {
				out = append(out, line[i])
			}
		}
	}
	return out
}

// fill draws areas.
func (p *plot) fill(to *path, areas []area) {
	behind := p.front.opposite().lonLat()
	for i := range areas {
		a := &areas[i]
		for _, one := range a.rings {
			if ring := cutRing(p.ring(one), p.cut); math.Abs(sizeOf(ring)) >= p.least {
				to.line(ring, true)
			}
		}
		if a.holds(behind) {
			to.line([]xy{{p.cut.left, p.cut.top}, {p.cut.right, p.cut.top}, {p.cut.right, p.cut.bottom}, {p.cut.left, p.cut.bottom}}, true)
		}
	}
}

func (p *plot) borders(to *path) {
	for i := range p.arcs {
		if p.arcs[i].shared {
			for _, part := range cutLine(p.lines[i], p.cut) {
				to.line(part, false)
			}
		}
	}
}

// The globe in a corner.
const (
	globeSize = 31 // its radius
	globeEdge = 8  // its distance from the frame
)

// inset draws the globe with a mark where the map is, in the corner that is
// farthest from the places. It returns it instead of adding it, so that it lies
// above all.
func (d *drawing) inset(v *view) string {
	const away = globeSize + globeEdge
	corners := []xy{{d.size.right - away, d.size.bottom - away}, {d.size.right - away, away}, {away, away}, {away, d.size.bottom - away}}
	at, farthest := corners[0], -1.0
	for _, corner := range corners {
		least := math.Inf(1)
		for i := range d.spots {
			least = math.Min(least, math.Min(math.Hypot(d.spots[i].at.x-corner.x, d.spots[i].at.y-corner.y), 3.2*globeSize))
		}
		if least > farthest+1 {
			at, farthest = corner, least
		}
	}
	if farthest < globeSize+14 {
		return ""
	}
	d.taken = append(d.taken, frame{at.x - globeSize - 4, at.y - globeSize - 4, at.x + globeSize + 4, at.y + globeSize + 4})
	middle := v.back(v.origin)
	p := middle.lonLat()
	g := &view{globe: turned(toVec(math.Max(-55, math.Min(55, p.lat*0.8)), p.lon)), scale: globeSize, circle: 1, angle: math.Pi / 2, flat: (*globe).seen} // without a size: its middle is at 0, 0
	plot := newPlot(g, &d.coarse)
	plot.simplify(0.5)
	plot.least = 1.2
	var land, part path
	plot.fillDisc(&land, d.coarse.land)
	part.line(d.cornersOn(v, g), true)
	return `<g class="map-globe" transform="translate(` + num(at.x) + " " + num(at.y) + `)"><circle class="map-globe-sea" r="` + num(globeSize) + `"/><g transform="scale(.1)"><path class="map-globe-land" d="` +
		string(land.data) + `"/><path class="map-globe-part" d="` + string(part.data) + `"/></g><circle class="map-globe-edge" r="` + num(globeSize) + `"/></g>`
}

// fillDisc is fill where the circle itself is the edge.
func (p *plot) fillDisc(to *path, areas []area) {
	behind := p.front.opposite().lonLat()
	for i := range areas {
		for _, one := range areas[i].rings {
			if ring := p.ring(one); math.Abs(sizeOf(ring)) >= p.least {
				to.line(ring, true)
			}
		}
		if areas[i].holds(behind) {
			var disc []xy
			for k := range 40 {
				sin, cos := math.Sincos(float64(k) * 9 * degree)
				disc = append(disc, xy{globeSize * cos, globeSize * sin})
			}
			to.line(disc, true)
		}
	}
}

// cornersOn is the edge of a map on the globe.
func (d *drawing) cornersOn(v, g *view) []xy {
	var out []xy
	corners := []xy{{0, 0}, {width, 0}, {width, height}, {0, height}}
	for i, a := range corners {
		b := corners[(i+1)%len(corners)]
		for step := range 6 {
			t := float64(step) / 6
			p := xy{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)}
			on := v.back(xy{(p.x-width/2)/v.scale + v.origin.x, (p.y-height/2)/v.scale + v.origin.y})
			flat := g.seen(on)
			if r := math.Hypot(flat.x, flat.y); r > 1 {
				flat = xy{flat.x / r, flat.y / r}
			}
			out = append(out, g.place(flat))
		}
	}
	return simpler(out, 0.3)
}
