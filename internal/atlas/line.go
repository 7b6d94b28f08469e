package atlas

import (
	"math"
	"strconv"
)

// xy is a point of a map; y grows downwards.
type xy struct{ x, y float64 }

// frame is a rectangle of a map.
type frame struct{ left, top, right, bottom float64 }

func (f frame) grown(by float64) frame {
	return frame{f.left - by, f.top - by, f.right + by, f.bottom + by}
}

func (f frame) holds(p xy) bool {
	return p.x >= f.left && p.x <= f.right && p.y >= f.top && p.y <= f.bottom
}

func (f frame) meets(g frame) bool {
	return f.left < g.right && g.left < f.right && f.top < g.bottom && g.top < f.bottom
}

func (f frame) within(g frame) bool {
	return f.left >= g.left && f.right <= g.right && f.top >= g.top && f.bottom <= g.bottom
}

// simpler leaves points out that lie within a distance of the line without them
// (Douglas and Peucker). The ends stay; a ring keeps its farthest point, too.
func simpler(points []xy, distance float64) []xy {
	if len(points) < 3 {
		return points
	}
	keep := make([]bool, len(points))
	keep[0], keep[len(points)-1] = true, true
	type span struct{ from, to int }
	open := []span{{0, len(points) - 1}}
	for len(open) > 0 {
		s := open[len(open)-1]
		open = open[:len(open)-1]
		at, most := 0, distance*distance
		for i := s.from + 1; i < s.to; i++ {
			if d := apart(points[i], points[s.from], points[s.to]); d > most {
				at, most = i, d
			}
		}
		if at > 0 {
			keep[at] = true
			open = append(open, span{s.from, at}, span{at, s.to})
		}
	}
	out := points[:0:0]
	for i, p := range points {
		if keep[i] {
			out = append(out, p)
		}
	}
	return out
}

// apart is the square of the distance of p from the line between a and b.
func apart(p, a, b xy) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	t := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		t = math.Max(0, math.Min(1, ((p.x-a.x)*dx+(p.y-a.y)*dy)/length))
	}
	ex, ey := p.x-a.x-t*dx, p.y-a.y-t*dy
	return ex*ex + ey*ey
}

// edge is a side of a frame: how far inside of it a point is.
type edge func(f *frame, p xy) float64

var edges = [4]edge{
	func(f *frame, p xy) float64 { return p.x - f.left },
	func(f *frame, p xy) float64 { return f.right - p.x },
	func(f *frame, p xy) float64 { return p.y - f.top },
	func(f *frame, p xy) float64 { return f.bottom - p.y },
}

// cutRing returns the part of a ring inside the frame (Sutherland and Hodgman):
// one ring, which goes along the frame between its parts.
func cutRing(points []xy, f frame) []xy {
	for _, side := range edges {
		var out []xy
		for i, b := range points {
			a := points[(i+len(points)-1)%len(points)]
			da, db := side(&f, a), side(&f, b)
			if (da < 0) != (db < 0) {
				t := da / (da - db)
				out = append(out, xy{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)})
			}
			if db >= 0 {
				out = append(out, b)
			}
		}
		if points = out; len(points) < 3 {
			return nil
		}
	}
	return points
}

// cutLine returns the parts of a line inside the frame.
func cutLine(points []xy, f frame) [][]xy {
	var out [][]xy
	var part []xy
	end := func() {
		if len(part) > 1 {
			out = append(out, part)
		}
		part = nil
	}
	for i := 1; i < len(points); i++ {
		a, b, ok := cutStep(points[i-1], points[i], f)
		if !ok {
			end()
			continue
		}
		if len(part) == 0 {
			part = append(part, a)
		}
		if part = append(part, b); b != points[i] {
			end()
		}
	}
	end()
	return out
}

// cutStep is the part of one step inside the frame (Liang and Barsky).
func cutStep(a, b xy, f frame) (from, to xy, ok bool) {
	t0, t1 := 0.0, 1.0
	for _, side := range edges {
		da, db := side(&f, a), side(&f, b)
		switch {
		case da < 0 && db < 0:
			return a, b, false
		case da < 0:
			t0 = math.Max(t0, da/(da-db))
		case db < 0:
			t1 = math.Min(t1, da/(da-db))
		}
	}
	at := func(t float64) xy {
		switch t {
		case 0:
			return a
		case 1:
			return b
		}
		return xy{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)}
	}
	return at(t0), at(t1), t0 < t1
}

// sizeOf is the area of a ring, positive or negative by its direction.
func sizeOf(points []xy) float64 {
	var twice float64
	for i, a := range points {
		b := points[(i+1)%len(points)]
		twice += a.x*b.y - b.x*a.y
	}
	return twice / 2
}

// tenths are the units of the numbers in paths: whole numbers are short.
const tenths = 10

// path writes lines as the data of an SVG path.
type path struct {
	data []byte
	x, y int // where it is
}

func (p *path) line(points []xy, closed bool) {
	started := false
	was := len(p.data)
	steps := 0
	for _, q := range points {
		x, y := int(math.Round(q.x*tenths)), int(math.Round(q.y*tenths))
		switch {
		case !started:
			p.data = append(p.data, 'M')
			p.data = strconv.AppendInt(p.data, int64(x), 10)
			p.number(y)
			started = true
		case x == p.x && y == p.y:
			continue
		default:
			if steps++; steps == 1 {
				p.data = append(p.data, 'l')
				p.data = strconv.AppendInt(p.data, int64(x-p.x), 10)
			} else {
				p.number(x - p.x)
			}
			p.number(y - p.y)
		}
		p.x, p.y = x, y
	}
	least := 1
	if closed {
		least = 2
	}
	if steps < least {
		p.data = p.data[:was]
		return
	}
	if closed {
		p.data = append(p.data, 'z')
	}
}

// number writes a further number; a minus sign parts it already.
func (p *path) number(n int) {
	if n >= 0 {
		p.data = append(p.data, ' ')
	}
	p.data = strconv.AppendInt(p.data, int64(n), 10)
}
