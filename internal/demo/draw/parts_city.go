package draw

// tower is a block of flats or offices, its foot at y, with a grid of windows
// of which a share is lit.
func (c *canvas) tower(x, y, w, h float32, wall, shade, lamp rgb, lit float32) {
	c.fill(rect(x, y-h, w, h), grade(wall, mix(wall, shade, 0.35), right).grain(shade, right, 0, 0.5))
	cell := max(w/float32(3+c.rnd.IntN(3)), 15)
	for wy := y - h + cell*0.7; wy < y-cell; wy += cell * 1.15 {
		for wx := x + cell*0.35; wx+cell*0.5 < x+w; wx += cell {
			k := flat(shade).at(0.45)
			if c.rnd.Float32() < lit {
				k = flat(mix(lamp, hex(0xffffff), c.between(0, 0.25))).at(c.between(0.6, 1))
			}
			c.fill(rect(wx, wy, cell*0.42, cell*0.58), k)
		}
	}
}

// skyline is a row of towers from edge to edge with their feet at y.
func (c *canvas) skyline(y, low, high float32, wall, shade, lamp rgb, lit float32) {
	for x := c.between(-60, 0); x < c.w; {
		w := c.between(70, 150)
		h := c.between(low, high)
		c.tower(x, y, w, h, mix(wall, shade, c.between(0, 0.35)), shade, lamp, lit)
		switch c.rnd.IntN(5) {
		case 0:
			c.fill(stroke(4, x+w/2, y-h, x+w/2, y-h-c.between(30, 70)), flat(shade))
		case 1:
			c.fill(rect(x+w*0.2, y-h-22, w*0.4, 24), flat(shade))
		}
		x += w + c.between(-8, 14)
	}
}

// house is a gabled town house, its foot at y.
func (c *canvas) house(x, y, w, h float32, wall, roof, ink, lamp rgb, lit float32) {
	c.fill(rect(x, y-h, w, h), grade(wall, mix(wall, ink, 0.16), right).grain(ink, right, 0, 0.45))
	c.fill(poly(x-w*0.05, y-h, x+w*0.5, y-h-w*0.55, x+w*1.05, y-h), grade(roof, mix(roof, ink, 0.5), right).grain(ink, right, 0.1, 0.6))
	c.fill(rect(x+w*0.72, y-h-w*0.5, w*0.13, w*0.3), flat(mix(roof, ink, 0.5)))
	rows := max(int(h/(w*0.5)), 1)
	for r := range rows {
		for i := range 2 {
			wx, wy := x+w*(0.16+0.42*float32(i)), y-h+h*(float32(r)+0.22)/float32(rows)
			k := mix(ink, wall, 0.12)
			if c.rnd.Float32() < lit {
				k = lamp
			}
			c.fill(rect(wx-w*0.03, wy-w*0.03, w*0.30, w*0.34), flat(mix(wall, hex(0xffffff), 0.5)))
			c.fill(rect(wx, wy, w*0.24, w*0.28), grade(k, mix(k, ink, 0.3), down))
			c.fill(rect(wx+w*0.11, wy, w*0.02, w*0.28), flat(mix(wall, hex(0xffffff), 0.5)))
		}
	}
}

// terrace is a row of houses from x to x1 with their feet at y.
func (c *canvas) terrace(x, x1, y, size float32, ink, lamp rgb, lit float32, walls []rgb, roofs []rgb) {
	for x < x1 {
		w := size * c.between(0.85, 1.2)
		c.house(x, y, w, w*c.between(1.1, 1.9), c.pick(walls...), c.pick(roofs...), ink, lamp, lit)
		x += w * 1.02
	}
}

// person is a standing figure, its feet at y.
func (c *canvas) person(x, y, h float32, coat, legs, skin rgb) {
	ink := hex(0x10151c)
	for _, side := range []float32{-1, 1} {
		c.fill(poly(x+side*h*0.005, y-h*0.46, x+side*h*0.095, y-h*0.46, x+side*h*0.07, y-h*0.02, x+side*h*0.02, y-h*0.02), flat(legs))
		c.fill(rounded(x+side*h*0.05-h*0.04, y-h*0.03, h*0.085, h*0.03, h*0.012), flat(ink))
		c.fill(circle(x+side*h*0.125, y-h*0.44, h*0.024), flat(skin))
		c.fill(stroke(h*0.068, x+side*h*0.098, y-h*0.79, x+side*h*0.132, y-h*0.62, x+side*h*0.122, y-h*0.455), flat(mix(coat, ink, 0.18)))
	}
	c.fill(path{}.move(x-h*0.04, y-h*0.855).bend(x-h*0.12, y-h*0.85, x-h*0.125, y-h*0.77).line(x-h*0.09, y-h*0.58).line(x-h*0.105, y-h*0.40).
		line(x+h*0.105, y-h*0.40).line(x+h*0.09, y-h*0.58).line(x+h*0.125, y-h*0.77).bend(x+h*0.12, y-h*0.85, x+h*0.04, y-h*0.855).close(),
		grade(coat, mix(coat, ink, 0.3), right).grain(ink, right, 0, 0.4))
	c.fill(rect(x-h*0.026, y-h*0.885, h*0.052, h*0.06), flat(mix(skin, ink, 0.25)))
	c.fill(ellipse(x, y-h*0.925, h*0.05, h*0.066), grade(skin, mix(skin, ink, 0.3), right))
	c.fill(path{}.move(x-h*0.053, y-h*0.92).curve(x-h*0.06, y-h*1.005, x+h*0.06, y-h*1.005, x+h*0.053, y-h*0.92).bend(x+h*0.04, y-h*0.965, x, y-h*0.962).bend(x-h*0.04, y-h*0.965, x-h*0.053, y-h*0.92).close(),
		flat(mix(ink, hex(0x5a3a22), c.between(0, 0.6))))
}

// capped is a person with a woollen hat or a helmet.
func (c *canvas) capped(x, y, h float32, coat, legs, skin, hat rgb) {
	c.person(x, y, h, coat, legs, skin)
	c.fill(path{}.move(x-h*0.062, y-h*0.935).curve(x-h*0.066, y-h*1.025, x+h*0.066, y-h*1.025, x+h*0.062, y-h*0.935).close(), flat(hat))
}

// placard is a sign on a pole with blank lines on it.
func (c *canvas) placard(x, y, h, tilt float32, board, ink rgb) {
	c.fill(stroke(h*0.03, x, y, x+tilt*h, y-h*0.9), flat(mix(ink, hex(0x8a5a30), 0.5)))
	cx, cy, w := x+tilt*h, y-h*1.1, h*0.36
	c.fill(poly(cx-w, cy-h*0.22+tilt*w, cx+w, cy-h*0.22-tilt*w, cx+w, cy+h*0.22-tilt*w, cx-w, cy+h*0.22+tilt*w), grade(board, mix(board, ink, 0.15), fall).grain(ink, fall, 0, 0.3))
	for i := range 3 {
		ly := cy - h*0.12 + float32(i)*h*0.11
		c.fill(stroke(h*0.045, cx-w*0.7, ly+tilt*w*0.7, cx+w*c.between(0.2, 0.7), ly-tilt*w*0.5), flat(ink).at(0.85))
	}
}

// floodlight is a mast with a rack of lamps, its foot at y.
func (c *canvas) floodlight(x, y, h float32, k, lamp rgb) {
	c.fill(poly(x-h*0.02, y, x-h*0.008, y-h, x+h*0.008, y-h, x+h*0.02, y), flat(k))
	c.fill(rect(x-h*0.11, y-h*1.1, h*0.22, h*0.15), flat(k))
	for r := range 3 {
		for i := range 5 {
			c.fill(circle(x-h*0.086+h*0.043*float32(i), y-h*1.07+h*0.045*float32(r), h*0.016), flat(lamp))
		}
	}
	c.glow(x, y-h*1.03, h*0.55, lamp, 0.7)
}

// lamp is a street lamp with its light.
func (c *canvas) lamp(x, y, h float32, k, light rgb) {
	c.fill(stroke(h*0.025, x, y, x, y-h), flat(k))
	c.fill(poly(x-h*0.06, y-h, x+h*0.06, y-h, x+h*0.035, y-h*1.12, x-h*0.035, y-h*1.12), flat(light))
	c.fill(poly(x-h*0.07, y-h*1.12, x+h*0.07, y-h*1.12, x, y-h*1.18), flat(k))
	c.glow(x, y-h*1.05, h*0.75, light, 0.75)
}
