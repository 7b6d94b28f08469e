package draw

import "math"

// The stadium story's colours: turf, brick, night blue.
var (
	stInk   = hex(0x14182a)
	stNavy  = hex(0x233258)
	stBrick = hex(0xb5502f)
	stTurf  = hex(0x4f9450)
	stCream = hex(0xf7eed8)
	stGold  = hex(0xe8b23d)
)

func stadiumNight(c *canvas) {
	c.sky(0, 640, hex(0x121a38), hex(0x2a3e6b), hex(0x7b6a86))
	c.stars(70, 300, stCream)
	for _, x := range []float32{150, 520, 1080, 1450} {
		c.floodlight(x, 560, 380, hex(0x3a4668), hex(0xfff6d8))
	}
	c.fill(path{}.move(-20, 640).line(-20, 470).bend(800, 330, 1620, 470).line(1620, 640).close(), grade(hex(0x35436b), stInk, down).grain(stInk, down, 0.1, 0.5))
	c.fill(path{}.move(-20, 470).bend(800, 330, 1620, 470).line(1620, 440).bend(800, 290, -20, 440).close(), grade(hex(0xdbe0e6), hex(0x8b96ad), down))
	for row := range 9 {
		y := 452 + 24*float32(row)
		for i := range 120 {
			x := float32(i)*13.6 + float32(row%2)*6
			dip := float32(math.Abs(float64(x-800))) / 800
			k := c.pick(stBrick, hex(0x8f3f2a), stCream, stGold, hex(0x4a5577), hex(0x394263))
			c.fill(circle(x, y+34*dip*dip, 5.4), flat(k).at(0.85))
		}
	}
	c.fill(rect(-5, 648, 1610, 40), flat(stBrick))
	for i := range 9 {
		c.fill(rounded(30+180*float32(i), 658, 110, 18, 4), flat(stCream).at(0.8))
	}
	for i := range 10 {
		k := mix(stTurf, hex(0x2f6b3e), float32(i%2)*0.5)
		x0, x1 := 1600*float32(i)/10, 1600*float32(i+1)/10
		f := func(x float32) float32 { return 800 + (x-800)*1.9 }
		c.fill(poly(x0, 688, x1, 688, f(x1), 1067, f(x0), 1067), grade(mix(k, hex(0xeaffc0), 0.25), k, down).grain(stInk, down, 0, 0.25))
	}
	c.fill(stroke(6, 800, 690, 800, 1067), flat(stCream).at(0.8))
	c.fill(joined(ellipse(800, 860, 270, 84)), flat(stCream).at(0.85))
	c.fill(ellipse(800, 860, 260, 77), grade(hex(0x6aa862), hex(0x4a8a4c), down))
	for _, p := range [][2]float32{{420, 800}, {610, 940}, {760, 790}, {980, 900}, {1150, 790}, {1310, 980}, {300, 980}} {
		h := 70 + (p[1]-760)*0.45
		c.fill(ellipse(p[0]+h*0.3, p[1], h*0.45, h*0.05), flat(stInk).at(0.35))
		c.person(p[0], p[1], h, c.pick(stBrick, stBrick, stCream), c.pick(stCream, stNavy), c.pick(hex(0xe0aa82), hex(0x8d5b3e)))
	}
	c.fill(circle(850, 905, 11), flat(hex(0xffffff)))
	c.glow(800, 700, 900, hex(0xfff3cf), 0.28)
}

// block is a box of an architect's model in parallel projection.
func (c *canvas) block(x, y, w, d, h float32, k rgb) {
	ax, ay := w*0.87, w*0.42
	bx, by := -d*0.87, d*0.42
	c.fill(poly(x, y-h, x+ax, y-h+ay, x+ax+bx, y-h+ay+by, x+bx, y-h+by), flat(mix(k, hex(0xffffff), 0.35)))
	c.fill(poly(x+bx, y-h+by, x+ax+bx, y-h+ay+by, x+ax+bx, y+ay+by, x+bx, y+by), grade(k, mix(k, stInk, 0.15), down).grain(stInk, down, 0, 0.2))
	c.fill(poly(x+ax, y-h+ay, x+ax+bx, y-h+ay+by, x+ax+bx, y+ay+by, x+ax, y+ay), grade(mix(k, stInk, 0.35), mix(k, stInk, 0.5), down).grain(stInk, down, 0, 0.35))
}

func stadiumModel(c *canvas) {
	c.sky(0, 1067, hex(0xd8cdb8), hex(0xb8a78d))
	c.glow(400, 120, 900, hex(0xfff6de), 0.6)
	c.fill(poly(800, 110, 1650, 520, 800, 940, -50, 520), grade(hex(0xf2e9d6), hex(0xd2c3a6), right).grain(hex(0x6a5a44), fall, 0, 0.25))
	c.fill(poly(-50, 520, 800, 940, 800, 990, -50, 570), flat(hex(0x8a6f50)))
	c.fill(poly(1650, 520, 800, 940, 800, 990, 1650, 570), flat(hex(0x6b543c)))
	c.fill(poly(60, 466, 190, 402, 1050, 816, 920, 880), flat(hex(0x8fb8bd)))
	for row := range 3 {
		for i := range 4 {
			c.block(420+110*float32(i)-72*float32(row), 240+48*float32(i)+36*float32(row), 70, 44, c.between(30, 90), c.pick(hex(0xeadcc0), hex(0xdac7a4), hex(0xe2b59a)))
		}
	}
	for i := range 6 {
		c.block(1380-60*float32(i), 470+32*float32(i), 44, 52, c.between(40, 120), hex(0xeadcc0))
	}
	x, y := float32(930), float32(520)
	c.fill(ellipse(x, y+52, 335, 172), flat(stInk).at(0.22))
	for i := range 15 {
		t := float32(i) / 14
		c.fill(ellipse(x, y+30-70*t, 318-18*t, 158-8*t), flat(mix(stBrick, hex(0xe8926a), t)))
	}
	c.fill(ellipse(x, y-40, 300, 150), grade(hex(0xfdf8ec), hex(0xd9d2c2), right).grain(stInk, right, 0, 0.25))
	c.fill(ellipse(x, y-34, 206, 96), flat(hex(0x5a4a50)))
	for i := range 60 {
		a := float64(i) * math.Pi / 30
		c.fill(stroke(2, x+cosf(a)*206, y-36+sinf(a)*96, x+cosf(a)*298, y-40+sinf(a)*149), flat(stInk).at(0.25))
	}
	c.fill(ellipse(x, y-16, 176, 74), flat(stGold).at(0.4))
	c.fill(poly(x-128, y-18, x+6, y-76, x+130, y-18, x-2, y+42), flat(stTurf))
	c.fill(stroke(3, x-60, y-47, x+66, y+12), flat(stCream))
	for range 46 {
		tx, ty := c.between(300, 1360), c.between(500, 800)
		if (tx-x)*(tx-x)/150000+(ty-y)*(ty-y)/42000 < 1.2 || ty > 900-float32(math.Abs(float64(tx-800)))*0.48 {
			continue
		}
		c.fill(ellipse(tx+8, ty+4, 15, 6), flat(stInk).at(0.25))
		c.fill(circle(tx, ty-13, 14), grade(hex(0x86a86c), hex(0x4c7148), right))
	}
}

func gasworks(c *canvas) {
	c.sky(0, 760, hex(0x3a4f78), hex(0xc98d78), hex(0xf6cf95))
	c.glow(560, 690, 620, hex(0xffe1a6), 0.8)
	c.skyline(760, 60, 170, hex(0xb58a80), hex(0x6f5a70), hex(0xffdf9c), 0.2)
	c.mist(480, 780, hex(0xf6cf95), 0.6, true)
	frame := func(x, y, r, h float32, k rgb) {
		for ring := range 4 {
			ry := y - h*float32(ring)/3
			for s := range 2 {
				p := path{}
				for i := range 33 {
					a := float64(i)/32*math.Pi + math.Pi*float64(s)
					p = append(p, circle(x+cosf(a)*r, ry+sinf(a)*r*0.16, 5)...)
					if i > 0 {
						b := a - math.Pi/32
						p = append(p, stroke(8, x+cosf(b)*r, ry+sinf(b)*r*0.16, x+cosf(a)*r, ry+sinf(a)*r*0.16)...)
					}
				}
				c.fill(p, flat(mix(k, hex(0xe8b58c), 0.35*float32(s))))
			}
		}
		for i := range 14 {
			a := float64(i) / 14 * 2 * math.Pi
			px, py := x+cosf(a)*r, y+sinf(a)*r*0.16
			tone := mix(k, hex(0xe8b58c), 0.2*(1-sinf(a)))
			c.fill(stroke(10, px, py, px, py-h), flat(tone))
			b := float64(i+1) / 14 * 2 * math.Pi
			for l := range 3 {
				c.fill(stroke(3, px, py-h*float32(l)/3, x+cosf(b)*r, y+sinf(b)*r*0.16-h*float32(l+1)/3), flat(tone).at(0.8))
			}
		}
	}
	frame(1180, 800, 300, 470, hex(0x33304a))
	frame(520, 850, 230, 340, hex(0x2a2840))
	c.fill(rect(0, 850, 1600, 220), grade(hex(0x6f6a48), stInk, down).grain(stInk, down, 0.05, 0.6))
	for range 400 {
		x, y := c.between(0, 1600), c.between(860, 1067)
		c.fill(stroke(3, x, y, x+c.between(-10, 10), y-c.between(16, 46)), flat(c.pick(hex(0x8f8a56), hex(0x5d6a45), hex(0xb9a460))))
	}
	c.fill(rect(0, 935, 1600, 8), flat(hex(0x2a2840)))
	for x := float32(20); x < 1600; x += 92 {
		c.fill(rect(x, 900, 9, 130), flat(hex(0x2a2840)))
	}
	c.fill(rounded(180, 880, 260, 120, 4), grade(stCream, hex(0xd9c9a4), down))
	for l := range 3 {
		c.fill(rounded(206, 906+float32(l)*28, 200-50*float32(l), 10, 3), flat(stBrick))
	}
}

func pitchAerial(c *canvas) {
	for i := range 14 {
		k := mix(stTurf, hex(0x3f7f45), float32(i%2))
		c.fill(rect(1600*float32(i)/14, 0, 116, 1067), grade(mix(k, hex(0xe5f2a8), 0.18), k, fall).grain(stInk, fall, 0, 0.16))
	}
	w := flat(stCream).at(0.92)
	c.fill(stroke(7, 110, 90, 1490, 90, 1490, 977, 110, 977, 110, 90), w)
	c.fill(stroke(7, 800, 90, 800, 977), w)
	c.fill(joined(circle(800, 533, 132)), w)
	c.fill(circle(800, 533, 125), grade(hex(0x5a9a54), hex(0x4a8a4a), fall))
	c.fill(stroke(7, 800, 400, 800, 666), w)
	c.fill(circle(800, 533, 9), w)
	for _, s := range []float32{1, -1} {
		x := func(v float32) float32 { return 800 + s*v }
		c.fill(stroke(7, x(690), 300, x(500), 300, x(500), 766, x(690), 766), w)
		c.fill(stroke(7, x(690), 430, x(620), 430, x(620), 636, x(690), 636), w)
	}
	player := func(x, y float32, k rgb) {
		c.fill(ellipse(x+34, y+42, 20, 52), flat(stInk).at(0.3))
		c.fill(ellipse(x, y, 25, 15), flat(k))
		c.fill(circle(x, y, 11), flat(c.pick(hex(0x3a2418), hex(0x6b4a2a), hex(0x20160f))))
		c.fill(stroke(8, x-22, y, x-30, y+16), flat(k))
		c.fill(stroke(8, x+22, y, x+32, y-10), flat(k))
	}
	for i := range 10 {
		player(190+float32(i%5)*150+c.between(-50, 50), 190+float32(i/5)*430+c.between(-90, 130), stBrick)
		player(860+float32(i%5)*125+c.between(-40, 50), 200+float32(i/5)*430+c.between(-90, 130), stNavy)
	}
	c.fill(circle(962, 486, 11), flat(hex(0xffffff)))
	c.fill(poly(0, 0, 560, 0, 250, 1067, 0, 1067), flat(stInk).at(0.30))
}

func terraceCrowd(c *canvas) {
	c.sky(0, 1067, hex(0x2a3e6b), hex(0x6d5a7c))
	c.glow(800, 60, 900, hex(0xfff1c8), 0.5)
	skins := []rgb{hex(0xe0aa82), hex(0x8d5b3e), hex(0xc98d66), hex(0x6d452f), hex(0xf0c4a0)}
	for row := range 6 {
		t := float32(row) / 5
		h := 190 + 330*t
		step := h * 0.36
		for x := c.between(-60, 0); x < 1660; x += step * c.between(0.85, 1.2) {
			y := 300 + 170*float32(row) + h*0.5 + c.between(-14, 14)
			k := mix(c.pick(stBrick, stBrick, stNavy, stGold, hex(0x4a5577), hex(0x7b3040)), hex(0x3f4468), 0.55*(1-t))
			c.person(x, y, h, k, stInk, mix(c.pick(skins...), hex(0x3f4468), 0.4*(1-t)))
			switch c.rnd.IntN(5) {
			case 0, 1:
				scarf := mix(stBrick, hex(0x3f4468), 0.4*(1-t))
				c.fill(stroke(h*0.06, x-h*0.13, y-h*0.8, x-h*0.2, y-h*1.08), flat(k))
				c.fill(stroke(h*0.06, x+h*0.13, y-h*0.8, x+h*0.2, y-h*1.08), flat(k))
				c.fill(rect(x-h*0.28, y-h*1.16, h*0.56, h*0.11), flat(scarf))
				for s := range 3 {
					c.fill(rect(x-h*0.21+h*0.16*float32(s), y-h*1.16, h*0.07, h*0.11), flat(mix(stCream, hex(0x3f4468), 0.4*(1-t))))
				}
			case 2:
				c.capped(x, y, h, k, stInk, mix(c.pick(skins...), hex(0x3f4468), 0.4*(1-t)), mix(stGold, hex(0x3f4468), 0.5*(1-t)))
			}
		}
		c.mist(200+130*float32(row), 520+150*float32(row), hex(0x6d6a94), 0.22*(1-t), true)
	}
}
