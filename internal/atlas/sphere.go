package atlas

import "math"

// vec is a direction from the middle of the earth.
type vec struct{ x, y, z float64 }

const degree = math.Pi / 180

func toVec(lat, lon float64) vec {
	sinLat, cosLat := math.Sincos(lat * degree)
	sinLon, cosLon := math.Sincos(lon * degree)
	return vec{cosLat * cosLon, cosLat * sinLon, sinLat}
}

func (v vec) lonLat() lonLat {
	return lonLat{math.Atan2(v.y, v.x) / degree, math.Asin(math.Max(-1, math.Min(1, v.z))) / degree}
}

func (v vec) plus(w vec) vec              { return vec{v.x + w.x, v.y + w.y, v.z + w.z} }
func (v vec) times(f float64) vec         { return vec{v.x * f, v.y * f, v.z * f} }
func (v vec) dot(w vec) float64           { return v.x*w.x + v.y*w.y + v.z*w.z }
func (v vec) angle(w vec) float64         { return math.Acos(math.Max(-1, math.Min(1, v.dot(w)))) }
func (v vec) opposite() vec               { return v.times(-1) }
func (v vec) toward(w vec, f float64) vec { return v.times(1 - f).plus(w.times(f)).unit() }

// unit is a vector's direction; the point 0, 0 for none.
func (v vec) unit() vec {
	length := math.Sqrt(v.dot(v))
	if length < 1e-12 {
		return vec{1, 0, 0}
	}
	return v.times(1 / length)
}

// around returns a small circle that holds all points: Ritter's way.
func around(points []vec) (middle vec, reach float64) {
	far := func(from vec) (v vec, angle float64) {
		v = from
		for _, p := range points {
			if a := from.angle(p); a > angle {
				v, angle = p, a
			}
		}
		return v, angle
	}
	a, _ := far(points[0])
	b, width := far(a)
	middle, reach = a.toward(b, 0.5), width/2
	for range 2 * len(points) {
		p, angle := far(middle)
		if angle <= reach+1e-9 {
			break
		}
		grown := (angle + reach) / 2
		middle, reach = middle.toward(p, (angle-grown)/angle), grown
	}
	_, reach = far(middle)
	return middle, reach
}

// globe turns the earth so that a point is in the middle and north is up.
type globe struct{ front, east, north vec }

func turned(to vec) globe {
	p := to.lonLat()
	sinLat, cosLat := math.Sincos(p.lat * degree)
	sinLon, cosLon := math.Sincos(p.lon * degree)
	return globe{front: to, east: vec{-sinLon, cosLon, 0}, north: vec{-sinLat * cosLon, -sinLat * sinLon, cosLat}}
}

// equalArea is Lambert's azimuthal projection; north is down, as on a screen.
func (g *globe) equalArea(v vec) xy {
	k := math.Sqrt(2 / math.Max(1+g.front.dot(v), 1e-9))
	return xy{k * g.east.dot(v), -k * g.north.dot(v)}
}

// seen is the earth as from far away.
func (g *globe) seen(v vec) xy {
	p := xy{g.east.dot(v), -g.north.dot(v)}
	if g.front.dot(v) < 0 { // behind: drawn out, to be drawn in to the edge
		length := math.Max(math.Hypot(p.x, p.y), 1e-9)
		p = xy{p.x / length * 1.001, p.y / length * 1.001}
	}
	return p
}

// back is the point of the earth at a place of an equal-area map.
func (g *globe) back(p xy) vec {
	r := math.Min(math.Hypot(p.x, p.y), 2)
	if r < 1e-12 {
		return g.front
	}
	sin, cos := math.Sincos(2 * math.Asin(r/2))
	return g.front.times(cos).plus(g.east.times(sin * p.x / r)).plus(g.north.times(-sin * p.y / r)).unit()
}

// equalEarth is the projection of that name (Šavrič, Patterson, Jenny 2018); lon
// is from the middle of the map.
func equalEarth(lon, lat float64) xy {
	const a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
	t := math.Asin(math.Sqrt(3) / 2 * math.Sin(lat*degree))
	t2 := t * t
	t6 := t2 * t2 * t2
	return xy{2 * math.Sqrt(3) * lon * degree * math.Cos(t) / (3 * (9*a4*t6*t2 + 7*a3*t6 + 3*a2*t2 + a1)),
		-(a4*t6*t2*t + a3*t6*t + a2*t2*t + a1*t)}
}
