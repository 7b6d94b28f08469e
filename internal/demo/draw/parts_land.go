package draw

// pine is a conifer of three tiers, its foot at y.
func (c *canvas) pine(x, y, h float32, k, shade rgb) {
	c.fill(rect(x-h*0.025, y-h*0.14, h*0.05, h*0.14), flat(mix(shade, hex(0x3a2a1c), 0.5)))
	for i := range 3 {
		t := float32(i)
		top, foot, w := y-h*(0.52+0.24*t), y-h*(0.1+0.24*t), h*(0.24-0.06*t)
		c.fill(path{}.move(x, top).bend(x+w*0.3, (top+foot)/2, x+w, foot).bend(x, foot-h*0.04, x-w, foot).bend(x-w*0.3, (top+foot)/2, x, top).close(),
			grade(k, mix(k, shade, 0.5), right).grain(shade, right, 0.05, 0.65))
	}
}

// tree is a round broadleaf tree, its foot at y.
func (c *canvas) tree(x, y, h float32, k, shade rgb) {
	c.fill(poly(x-h*0.04, y, x-h*0.02, y-h*0.5, x+h*0.02, y-h*0.5, x+h*0.04, y), flat(mix(shade, hex(0x3a2a1c), 0.4)))
	crown := joined(ellipse(x, y-h*0.68, h*0.26, h*0.3), ellipse(x-h*0.16, y-h*0.54, h*0.2, h*0.2), ellipse(x+h*0.17, y-h*0.52, h*0.19, h*0.19))
	c.fill(crown, grade(mix(k, hex(0xfff4c8), 0.12), k, right).grain(shade, fall, 0, 0.85))
}

// turbine is a wind turbine, its foot at y, the rotor turned by turn radians.
func (c *canvas) turbine(x, y, h float32, turn float64, k, shade rgb) {
	c.fill(poly(x-h*0.018, y, x-h*0.009, y-h, x+h*0.009, y-h, x+h*0.018, y), grade(k, mix(k, shade, 0.5), right))
	hub := pt{x, y - h}
	for i := range 3 {
		a := turn + float64(i)*2.0944
		dx, dy := cosf(a), sinf(a)
		l, w := h*0.56, h*0.024
		c.fill(path{}.move(hub.x-dy*w*0.5, hub.y+dx*w*0.5).
			bend(hub.x+dx*l*0.25-dy*w*1.3, hub.y+dy*l*0.25+dx*w*1.3, hub.x+dx*l, hub.y+dy*l).
			line(hub.x+dy*w*0.5, hub.y-dx*w*0.5).close(), grade(k, mix(k, shade, 0.3), down))
	}
	c.fill(circle(hub.x, hub.y, h*0.02), flat(mix(k, shade, 0.4)))
}

// arches is a stone bridge from x0 to x1 with n arches, roadway at y, water
// at foot.
func (c *canvas) arches(x0, x1, y, foot float32, n int, stone, shade rgb, air paint) {
	c.fill(rect(x0, y, x1-x0, foot-y), grade(stone, mix(stone, shade, 0.4), down).grain(shade, down, 0, 0.5))
	c.fill(rect(x0, y-10, x1-x0, 14), flat(mix(stone, hex(0xffffff), 0.15)))
	span := (x1 - x0) / float32(n)
	for i := range n {
		ax := x0 + span*float32(i) + span*0.1
		c.fill(arch(ax-6, y+24, span*0.8+12, foot-y-18), flat(mix(stone, shade, 0.65)))
		c.fill(arch(ax, y+32, span*0.8, foot-y-24), air)
	}
	for py := y + 26; py < foot-20; py += 24 {
		for k := range n + 1 {
			px := x0 + span*float32(k)
			c.fill(rect(px-span*0.06+c.between(0, 12), py, c.between(14, 26), 3), flat(shade).at(0.35))
		}
	}
}
