package draw

// gantry is a ship-to-shore crane seen from the side, its feet at y, s its
// scale (1 is about 470 high); the boom points left over the water, raised
// when it rests.
func (c *canvas) gantry(x, y, s float32, k paint, resting bool) {
	q := func(dx, dy float32) (float32, float32) { return x + dx*s, y + dy*s }
	bar := func(w float32, xy ...float32) {
		abs := make([]float32, len(xy))
		for i := 0; i < len(xy); i += 2 {
			abs[i], abs[i+1] = q(xy[i], xy[i+1])
		}
		c.fill(stroke(w*s, abs...), k)
	}
	bar(15, -70, 0, -58, -300, -70, -440)
	bar(15, 70, 0, 62, -300)
	bar(9, -66, -120, 68, -120)
	bar(8, -62, -230, 66, -120)
	bar(8, 66, -230, -66, -120)
	bar(13, -66, -300, 190, -300)
	bar(10, -66, -330, 190, -322, 190, -300)
	bar(5, -70, -440, 180, -322)
	bar(5, -70, -440, 62, -300)
	for dx := float32(-40); dx < 190; dx += 36 {
		bar(4, dx, -300, dx+18, -328, dx+36, -300)
	}
	mx, my := q(90, -352)
	c.fill(rect(mx, my, 74*s, 40*s), k)
	if resting {
		bar(12, -66, -300, -190, -560)
		bar(8, -84, -318, -200, -548)
		bar(4, -70, -440, -180, -540)
	} else {
		bar(12, -66, -300, -330, -300)
		bar(8, -66, -328, -330, -308)
		for dx := float32(-330); dx < -66; dx += 36 {
			bar(4, dx, -302, dx+18, -324, dx+36, -302)
		}
		bar(4, -70, -440, -230, -312)
		bar(4, -70, -440, -320, -308)
		bar(3, -210, -300, -210, -170)
		bx, by := q(-236, -170)
		c.fill(rect(bx, by, 52*s, 22*s), k)
	}
	wx, wy := q(-92, -6)
	c.fill(rounded(wx, wy, 44*s, 10*s, 4*s), k)
	wx, wy = q(48, -6)
	c.fill(rounded(wx, wy, 44*s, 10*s, 4*s), k)
}

// boxes stacks containers: cols wide, each column up to rows high.
func (c *canvas) boxes(x, y, w, h float32, cols, rows int, even bool, ink rgb, colors ...rgb) {
	for i := range cols {
		n := rows
		if !even {
			n = 1 + c.rnd.IntN(rows)
		}
		for j := range n {
			k := c.pick(colors...)
			bx, by := x+float32(i)*w, y-float32(j+1)*h
			c.fill(rect(bx+1, by+1, w-2, h-2), grade(mix(k, hex(0xffffff), 0.08), k, down).grain(ink, fall, 0, 0.4))
			for rib := float32(1); rib < 8; rib++ {
				c.fill(rect(bx+w*rib/8, by+h*0.14, max(w*0.016, 1), h*0.72), flat(ink).at(0.22))
			}
		}
	}
}

// freighter is a container ship of length w, waterline y, bow to the left.
func (c *canvas) freighter(x, y, w float32, hull, boot, ink rgb, load ...rgb) {
	h := w * 0.085
	if len(load) > 0 {
		bw := w * 0.055
		c.boxes(x+w*0.10, y-h, bw, bw*0.46, 11, 6, false, ink, load...)
	}
	hx := x + w*0.77
	c.fill(rect(hx, y-h-w*0.17, w*0.085, w*0.17), grade(hex(0xf4ead8), hex(0xd5c6ae), right).grain(ink, right, 0, 0.5))
	c.fill(rect(hx-w*0.015, y-h-w*0.175, w*0.115, w*0.022), flat(hex(0xfaf3e6)))
	for i := range 5 {
		c.fill(rect(hx+w*0.012, y-h-w*(0.140-0.027*float32(i)), w*0.06, w*0.008), flat(ink).at(0.8))
	}
	c.fill(rect(hx+w*0.10, y-h-w*0.10, w*0.035, w*0.10), grade(boot, ink, right))
	c.fill(stroke(w*0.004, hx+w*0.04, y-h-w*0.17, hx+w*0.04, y-h-w*0.23), flat(ink))
	body := path{}.move(x, y-h*1.35).line(x+w*0.06, y-h).line(x+w*0.965, y-h).line(x+w*0.975, y-h*0.5).
		line(x+w*0.955, y).line(x+w*0.05, y).bend(x+w*0.035, y-h*0.7, x, y-h*1.35).close()
	c.fill(body, grade(mix(hull, hex(0xffffff), 0.1), hull, down).grain(ink, down, 0, 0.5))
	c.fill(poly(x+w*0.045, y-h*0.22, x+w*0.962, y-h*0.22, x+w*0.955, y, x+w*0.05, y), flat(boot))
	c.fill(rect(x+w*0.06, y-h*0.94, w*0.9, h*0.07), flat(hex(0xfaf3e6)).at(0.5))
}

// ferry is a passenger ship of length w, waterline y, bow to the left.
func (c *canvas) ferry(x, y, w float32, hull, band, ink rgb, lit float32) {
	white := hex(0xf7f0e3)
	deck := func(dx, dw, dy, dh float32) {
		c.fill(rounded(x+w*dx, y-w*(dy+dh), w*dw, w*dh, w*0.012), grade(white, mix(white, ink, 0.18), down).grain(ink, right, 0, 0.14))
		for i := dx + 0.03; i < dx+dw-0.03; i += 0.032 {
			k := mix(ink, hex(0xffd98a), lit*c.between(0.4, 1))
			c.fill(rounded(x+w*i, y-w*(dy+dh*0.72), w*0.019, w*dh*0.42, w*0.005), flat(k))
		}
	}
	c.fill(poly(x+w*0.60, y-w*0.32, x+w*0.70, y-w*0.32, x+w*0.68, y-w*0.21, x+w*0.57, y-w*0.21), grade(band, mix(band, ink, 0.4), right))
	c.fill(poly(x+w*0.596, y-w*0.30, x+w*0.694, y-w*0.30, x+w*0.69, y-w*0.275, x+w*0.588, y-w*0.275), flat(white))
	c.fill(stroke(w*0.005, x+w*0.30, y-w*0.24, x+w*0.315, y-w*0.36), flat(ink))
	deck(0.26, 0.44, 0.185, 0.05)
	deck(0.17, 0.66, 0.135, 0.05)
	deck(0.11, 0.82, 0.085, 0.052)
	body := path{}.move(x, y-w*0.105).line(x+w*0.99, y-w*0.085).line(x+w*0.965, y).line(x+w*0.075, y).bend(x+w*0.045, y-w*0.03, x, y-w*0.105).close()
	c.fill(body, grade(hull, mix(hull, ink, 0.55), down).grain(ink, down, 0, 0.5))
	c.fill(poly(x+w*0.02, y-w*0.079, x+w*0.985, y-w*0.061, x+w*0.982, y-w*0.051, x+w*0.032, y-w*0.068), flat(band))
}

// trawler is a small fishing boat.
func (c *canvas) trawler(x, y, w float32, hull, ink rgb) {
	white := hex(0xf4ead8)
	c.fill(rect(x+w*0.52, y-w*0.42, w*0.2, w*0.26), grade(white, mix(white, ink, 0.2), right))
	c.fill(rect(x+w*0.55, y-w*0.38, w*0.14, w*0.07), flat(ink))
	c.fill(stroke(w*0.014, x+w*0.36, y-w*0.16, x+w*0.38, y-w*0.72), flat(ink))
	c.fill(stroke(w*0.008, x+w*0.02, y-w*0.26, x+w*0.38, y-w*0.70, x+w*0.95, y-w*0.2), flat(ink))
	c.fill(path{}.move(x, y-w*0.27).bend(x+w*0.4, y-w*0.12, x+w, y-w*0.2).line(x+w*0.93, y).line(x+w*0.14, y).bend(x+w*0.04, y-w*0.12, x, y-w*0.27).close(),
		grade(hull, mix(hull, ink, 0.5), down).grain(ink, down, 0, 0.5))
}

// lighthouse stands with its foot at y.
func (c *canvas) lighthouse(x, y, h float32, white, band, ink rgb) {
	w := h * 0.12
	body := poly(x-w, y, x-w*0.6, y-h*0.8, x+w*0.6, y-h*0.8, x+w, y)
	c.fill(body, grade(white, mix(white, ink, 0.35), right).grain(ink, right, 0, 0.6))
	for _, t := range []float32{0.18, 0.5} {
		a, b := w*(1-0.4*t/0.8), w*(1-0.4*(t+0.15)/0.8)
		c.fill(poly(x-a, y-h*t, x-b, y-h*(t+0.15), x+b, y-h*(t+0.15), x+a, y-h*t), grade(band, mix(band, ink, 0.4), right).grain(ink, right, 0, 0.5))
	}
	c.fill(rect(x-w*0.85, y-h*0.83, w*1.7, h*0.03), flat(ink))
	c.fill(rect(x-w*0.45, y-h*0.92, w*0.9, h*0.09), flat(hex(0xffe7a8)))
	c.fill(stroke(h*0.008, x-w*0.2, y-h*0.92, x-w*0.2, y-h*0.83), flat(ink))
	c.fill(stroke(h*0.008, x+w*0.2, y-h*0.92, x+w*0.2, y-h*0.83), flat(ink))
	c.fill(path{}.move(x-w*0.6, y-h*0.92).bend(x-w*0.4, y-h, x, y-h*1.01).bend(x+w*0.4, y-h, x+w*0.6, y-h*0.92).close(), flat(band))
}
