package draw

import (
	"math"

	"golang.org/x/image/vector"
)

// pt is a point in pixels.
type pt struct{ x, y float32 }

// step is one piece of an outline: a move (no controls), a line, or a cubic.
type step struct {
	kind byte // 'M', 'L', 'C', 'Z'
	p    [3]pt
}

// path is an outline of one or several closed figures.
type path []step

func (p path) move(x, y float32) path { return append(p, step{'M', [3]pt{{x, y}}}) }
func (p path) line(x, y float32) path { return append(p, step{'L', [3]pt{{x, y}}}) }
func (p path) curve(ax, ay, bx, by, x, y float32) path {
	return append(p, step{'C', [3]pt{{ax, ay}, {bx, by}, {x, y}}})
}
func (p path) close() path { return append(p, step{kind: 'Z'}) }

// bend draws to x, y with one control point.
func (p path) bend(cx, cy, x, y float32) path {
	from := p[len(p)-1].last()
	return p.curve(from.x+(cx-from.x)*2/3, from.y+(cy-from.y)*2/3, x+(cx-x)*2/3, y+(cy-y)*2/3, x, y)
}

// points is how many of the step's points count.
func (s step) points() int {
	switch s.kind {
	case 'Z':
		return 0
	case 'C':
		return 3
	}
	return 1
}

func (s step) last() pt {
	if s.kind == 'C' {
		return s.p[2]
	}
	return s.p[0]
}

func (p path) bounds() (x0, y0, x1, y1 float32) {
	x0, y0, x1, y1 = math.MaxFloat32, math.MaxFloat32, -math.MaxFloat32, -math.MaxFloat32
	for _, s := range p {
		for _, q := range s.p[:s.points()] {
			x0, y0, x1, y1 = min(x0, q.x), min(y0, q.y), max(x1, q.x), max(y1, q.y)
		}
	}
	return x0, y0, x1, y1
}

func (p path) into(z *vector.Rasterizer, dx, dy float32) {
	for _, s := range p {
		a, b, e := s.p[0], s.p[1], s.p[2]
		switch s.kind {
		case 'M':
			z.MoveTo(a.x-dx, a.y-dy)
		case 'L':
			z.LineTo(a.x-dx, a.y-dy)
		case 'C':
			z.CubeTo(a.x-dx, a.y-dy, b.x-dx, b.y-dy, e.x-dx, e.y-dy)
		case 'Z':
			z.ClosePath()
		}
	}
}

// poly is a polygon of coordinate pairs.
func poly(xy ...float32) path {
	p := path{}.move(xy[0], xy[1])
	for i := 2; i < len(xy); i += 2 {
		p = p.line(xy[i], xy[i+1])
	}
	return p.close()
}

func rect(x, y, w, h float32) path { return poly(x, y, x+w, y, x+w, y+h, x, y+h) }

func ellipse(x, y, rx, ry float32) path {
	const k = 0.5523
	return path{}.move(x+rx, y).
		curve(x+rx, y+k*ry, x+k*rx, y+ry, x, y+ry).
		curve(x-k*rx, y+ry, x-rx, y+k*ry, x-rx, y).
		curve(x-rx, y-k*ry, x-k*rx, y-ry, x, y-ry).
		curve(x+k*rx, y-ry, x+rx, y-k*ry, x+rx, y).close()
}

func circle(x, y, r float32) path { return ellipse(x, y, r, r) }

// rounded is a rectangle with round corners.
func rounded(x, y, w, h, r float32) path {
	return path{}.move(x+r, y).line(x+w-r, y).bend(x+w, y, x+w, y+r).
		line(x+w, y+h-r).bend(x+w, y+h, x+w-r, y+h).
		line(x+r, y+h).bend(x, y+h, x, y+h-r).
		line(x, y+r).bend(x, y, x+r, y).close()
}

// arch is a doorway: straight sides, a round head of the full width.
func arch(x, y, w, h float32) path {
	r := w / 2
	const k = 0.5523
	return path{}.move(x, y+h).line(x, y+r).
		curve(x, y+r-k*r, x+r-k*r, y, x+r, y).
		curve(x+r+k*r, y, x+w, y+r-k*r, x+w, y+r).
		line(x+w, y+h).close()
}

// stroke is a line through the points with round joints.
func stroke(width float32, xy ...float32) path {
	var p path
	r := width / 2
	for i := 0; i+3 < len(xy); i += 2 {
		x0, y0, x1, y1 := xy[i], xy[i+1], xy[i+2], xy[i+3]
		dx, dy := x1-x0, y1-y0
		n := float32(math.Hypot(float64(dx), float64(dy)))
		if n == 0 {
			continue
		}
		nx, ny := -dy/n*r, dx/n*r
		p = append(p, poly(x0-nx, y0-ny, x1-nx, y1-ny, x1+nx, y1+ny, x0+nx, y0+ny)...)
		if width > 3 && i > 0 {
			p = append(p, circle(x0, y0, r)...)
		}
	}
	return p
}

// smooth is a closed soft outline through the points.
func smooth(xy ...float32) path {
	n := len(xy) / 2
	at := func(i int) pt { i = (i + n) % n; return pt{xy[2*i], xy[2*i+1]} }
	p := path{}.move(xy[0], xy[1])
	for i := range n {
		a, b, d, e := at(i-1), at(i), at(i+1), at(i+2)
		p = p.curve(b.x+(d.x-a.x)/6, b.y+(d.y-a.y)/6, d.x-(e.x-b.x)/6, d.y-(e.y-b.y)/6, d.x, d.y)
	}
	return p.close()
}

// under closes a line of points down to the bottom edge y.
func under(bottom float32, xy ...float32) path {
	n := len(xy)
	return poly(append(append([]float32{}, xy...), xy[n-2], bottom, xy[0], bottom)...)
}

// joined puts figures into one path.
func joined(paths ...path) path {
	var out path
	for _, p := range paths {
		out = append(out, p...)
	}
	return out
}
