package atlas

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"math"
	"sync"
)

//go:embed atlas.bin
var file []byte

// magic begins the file, with the number of its form.
const magic = "DLATLAS2"

// steps are the parts of a degree in which outlines are kept.
const steps = 200

// lonLat is a point in degrees.
type lonLat struct{ lon, lat float64 }

// arc is a line that one or two areas have as a part of their edge.
type arc struct {
	at     []lonLat
	vec    []vec
	runs   []run
	shared bool // between two countries
}

// run is a piece of an arc and the circle that holds it.
type run struct {
	vec    []vec
	middle vec
	reach  float64 // from the middle to the farthest point, as an angle
}

// runLength is how many points a run has.
const runLength = 48

// ring is a closed line of arcs: n, or ^n for one that is gone backwards.
type ring []int

// area is what its first ring holds without the further ones.
type area struct {
	rings []ring
	flat  [][]lonLat // unrolled
	box   box
}

// country is one with its code of two letters, "" for none.
type country struct {
	code  string
	areas []area
}

// outlines are those of one scale.
type outlines struct {
	arcs      []arc
	land      []area
	countries []country
}

// box are bounds; longitudes go on beyond 180 where a ring crosses the date
// line. around is -1 or 1 for a ring around a pole.
type box struct {
	west, east, south, north float64
	around                   int
}

type world struct {
	coarse, fine outlines
	lakes        outlines // areas of one arc each, as land
	cities       []City
	names        map[string][5]string // of countries in the languages of the file
}

// loaded is the file, read at the first map. It is compiled into the binary, so
// that a fault in it is a programming error which the tests find.
var loaded = sync.OnceValue(func() *world {
	w, err := read(file)
	if err != nil {
		panic(fmt.Sprintf("atlas.bin: %v", err))
	}
	return w
})

// reader reads the numbers and texts of the file; the first fault stays.
type reader struct {
	rest []byte
	err  error
}

func read(raw []byte) (*world, error) {
	if len(raw) < len(magic) || string(raw[:len(magic)]) != magic {
		return nil, fmt.Errorf("not of the form %s", magic)
	}
	r := &reader{rest: raw[len(magic):]}
	w := &world{coarse: r.outlines(), fine: r.outlines(), lakes: r.lakes()}
	w.cities = make([]City, r.count())
	for i := range w.cities {
		w.cities[i] = r.city()
	}
	w.names = map[string][5]string{}
	for range r.count() {
		code := r.text()
		w.names[code] = [5]string{r.text(), r.text(), r.text(), r.text(), r.text()}
	}
	if r.err == nil && len(r.rest) > 0 {
		r.err = fmt.Errorf("%d bytes too many", len(r.rest))
	}
	return w, r.err
}

func (r *reader) fail() int {
	if r.err == nil {
		r.err = fmt.Errorf("broken %d bytes before its end", len(r.rest))
	}
	r.rest = nil
	return 0
}

// count reads a number of things, each of which takes a byte at least.
func (r *reader) count() int {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > uint64(len(r.rest)) {
		return r.fail()
	}
	r.rest = r.rest[size:]
	return int(n)
}

// number reads one that counts nothing in the file.
func (r *reader) number() int {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > math.MaxInt32 {
		return r.fail()
	}
	r.rest = r.rest[size:]
	return int(n)
}

func (r *reader) signed() int {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		return r.fail()
	}
	r.rest = r.rest[size:]
	return int(n)
}

func (r *reader) text() string {
	n := r.count()
	if n > len(r.rest) {
		r.fail()
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

func (r *reader) arc() arc {
	a := arc{at: make([]lonLat, r.count())}
	var x, y int
	for i := range a.at {
		x, y = x+r.signed(), y+r.signed()
		a.at[i] = lonLat{float64(x) / steps, float64(y) / steps}
	}
	a.vec = make([]vec, len(a.at))
	for i, p := range a.at {
		a.vec[i] = toVec(p.lat, p.lon)
	}
	for i := range a.vec {
		if i%runLength == 0 {
			one := run{vec: a.vec[i:min(i+runLength, len(a.vec))]}
			for _, v := range one.vec {
				one.middle = one.middle.plus(v)
			}
			one.middle = one.middle.unit()
			for _, v := range one.vec {
				one.reach = math.Max(one.reach, one.middle.angle(v))
			}
			a.runs = append(a.runs, one)
		}
	}
	return a
}

func (r *reader) outlines() (o outlines) {
	o.arcs = make([]arc, r.count())
	for i := range o.arcs {
		o.arcs[i] = r.arc()
	}
	o.land = r.areas(&o)
	o.countries = make([]country, r.count())
	owners := make([]int, len(o.arcs))
	for i := range o.countries {
		c := &o.countries[i]
		c.code = r.text()
		c.areas = r.areas(&o)
		for _, a := range c.areas {
			for _, one := range a.rings {
				for _, ref := range one {
					n := max(ref, ^ref)
					o.arcs[n].shared = o.arcs[n].shared || owners[n] != 0 && owners[n] != i+1
					owners[n] = i + 1
				}
			}
		}
	}
	return o
}

func (r *reader) areas(o *outlines) []area {
	all := make([]area, r.count())
	for i := range all {
		a := &all[i]
		a.rings = make([]ring, r.count())
		for j := range a.rings {
			a.rings[j] = make(ring, r.count())
			for k := range a.rings[j] {
				ref := r.signed()
				if max(ref, ^ref) >= len(o.arcs) {
					ref = r.fail()
				}
				a.rings[j][k] = ref
			}
		}
		if r.err == nil {
			o.measure(a)
		}
	}
	return all
}

func (r *reader) lakes() (o outlines) {
	o.arcs = make([]arc, r.count())
	o.land = make([]area, len(o.arcs))
	for i := range o.arcs {
		o.arcs[i] = r.arc()
		o.land[i].rings = []ring{{i}}
		o.measure(&o.land[i])
	}
	return o
}

// unrolled are the points of a ring whose longitudes do not jump at the date
// line. Those of a ring around a pole end 360 degrees from where they began.
func (o *outlines) unrolled(one ring) []lonLat {
	var out []lonLat
	for _, ref := range one {
		points := o.arcs[max(ref, ^ref)].at
		for i := range points {
			p := points[i]
			if ref < 0 {
				p = points[len(points)-1-i]
			}
			if n := len(out); n > 0 {
				p.lon += 360 * math.Round((out[n-1].lon-p.lon)/360)
				if p == out[n-1] {
					continue
				}
			}
			out = append(out, p)
		}
	}
	return out
}

// measure unrolls an area's rings and finds its bounds.
func (o *outlines) measure(a *area) {
	for _, one := range a.rings {
		a.flat = append(a.flat, o.unrolled(one))
	}
	b := box{west: math.Inf(1), east: math.Inf(-1), south: math.Inf(1), north: math.Inf(-1)}
	if len(a.flat) > 0 {
		for _, p := range a.flat[0] {
			b.west, b.east = math.Min(b.west, p.lon), math.Max(b.east, p.lon)
			b.south, b.north = math.Min(b.south, p.lat), math.Max(b.north, p.lat)
		}
		if n := len(a.flat[0]); n > 0 {
			b.around = int(math.Round((a.flat[0][n-1].lon - a.flat[0][0].lon) / 360))
		}
	}
	a.box = b
}

// holds tells whether an area holds a point.
func (a *area) holds(p lonLat) bool {
	if a.box.around == 0 && (p.lat < a.box.south || !a.box.mayHold(p.lon)) || p.lat > a.box.north {
		return false
	}
	inside := false
	for _, points := range a.flat {
		if crossings(points, p)%2 == 1 {
			inside = !inside
		}
	}
	return inside
}

func (b *box) mayHold(lon float64) bool {
	lon += 360 * math.Ceil((b.west-lon)/360)
	return lon <= b.east
}

// crossings counts how often a ring crosses the meridian north of a point.
func crossings(points []lonLat, p lonLat) int {
	n := 0
	for i := range points {
		a, b := points[i], points[(i+1)%len(points)]
		if i == len(points)-1 {
			b.lon += 360 * math.Round((a.lon-b.lon)/360)
		}
		lon := p.lon + 360*math.Ceil((math.Min(a.lon, b.lon)-p.lon)/360)
		if (lon < a.lon) != (lon < b.lon) && a.lat+(b.lat-a.lat)*(lon-a.lon)/(b.lon-a.lon) > p.lat {
			n++
		}
	}
	return n
}
