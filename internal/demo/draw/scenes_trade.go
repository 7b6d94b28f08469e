package draw

// The business and city pages' colours: ink blue, mustard, brick.
var (
	trInk   = hex(0x15233b)
	trBlue  = hex(0x2f5a8a)
	trMust  = hex(0xe2ad3b)
	trBrick = hex(0xb4553a)
	trCream = hex(0xf8f0dc)
	trSage  = hex(0x86a58a)
)

func barChart(c *canvas) {
	c.sky(0, 1067, trCream, hex(0xeadcbc))
	for i := range 6 {
		c.fill(rect(150, 200+float32(i)*130, 1310, 3), flat(trInk).at(0.16))
		c.fill(rounded(80, 192+float32(i)*130, 44, 12, 4), flat(trInk).at(0.4))
	}
	for i, v := range c.rowHeights(13) {
		x := 185 + float32(i)*98
		k := trBlue
		if i == 9 {
			k, v = trBrick, 0.2
		}
		c.fill(rect(x, 850-v*620, 64, v*620), grade(mix(k, hex(0xffffff), 0.15), k, down).grain(trInk, fall, 0, 0.4))
		c.fill(rounded(x+12, 876, 40, 10, 4), flat(trInk).at(0.5))
	}
	c.fill(rect(150, 850, 1310, 6), flat(trInk))
	c.fill(rounded(150, 90, 520, 34, 6), flat(trInk).at(0.85))
	c.fill(rounded(150, 140, 330, 16, 5), flat(trInk).at(0.4))
	c.fill(stroke(4, 1099, 690, 1099, 560, 1180, 520), flat(trBrick))
	c.fill(rounded(1190, 492, 220, 18, 5), flat(trBrick))
	c.fill(rounded(1190, 522, 150, 14, 5), flat(trBrick).at(0.55))
	c.freighter(180, 1010, 300, trInk, trBrick, trInk, trMust, trBlue, trBrick)
	c.fill(rect(150, 1010, 1310, 4), flat(trBlue).at(0.5))
}

func lineChart(c *canvas) {
	c.sky(0, 1067, hex(0x14284a), hex(0x1f3f63))
	for i := range 7 {
		c.fill(rect(120, 170+float32(i)*120, 1360, 2), flat(trCream).at(0.16))
	}
	for s, k := range []rgb{trSage, trMust, trCream} {
		line := []float32{}
		for i, v := range c.rowHeights(24) {
			line = append(line, 120+float32(i)*59.1, 900-v*(330+150*float32(s)))
		}
		c.fill(under(900, line...), grade(k, mix(k, trInk, 0.8), down).grain(trInk, down, 0.05, 0.9).at(0.38))
		c.fill(stroke(8, line...), flat(k))
		c.fill(circle(line[len(line)-2], line[len(line)-1], 17), flat(k))
		c.fill(rounded(140+float32(s)*300, 985, 60, 14, 5), flat(k))
		c.fill(rounded(215+float32(s)*300, 987, 140, 10, 4), flat(trCream).at(0.6))
	}
	c.fill(rect(120, 898, 1360, 5), flat(trCream).at(0.8))
	c.fill(rounded(120, 80, 460, 30, 6), flat(trCream).at(0.9))
}

func shipyard(c *canvas) {
	c.sky(0, 760, hex(0x3f6a9a), hex(0xa9c0c4), hex(0xf6dfae))
	c.glow(1200, 640, 560, hex(0xffeec4), 0.7)
	c.fill(joined(rect(60, 160, 46, 700), rect(1470, 160, 46, 700), rect(20, 120, 1540, 70)), grade(hex(0xe2ad3b), hex(0xa87420), down).grain(trInk, right, 0, 0.35))
	for x := float32(40); x < 1540; x += 60 {
		c.fill(stroke(6, x, 186, x+30, 124, x+60, 186), flat(hex(0x8a5c18)))
	}
	c.fill(rect(700, 190, 90, 40), flat(trInk))
	c.fill(stroke(4, 744, 230, 744, 350), flat(trInk))
	c.fill(rect(640, 350, 210, 64), grade(trSage, mix(trSage, trInk, 0.4), right))
	hull := path{}.move(250, 430).line(1330, 430).bend(1340, 640, 1180, 850).line(420, 850).bend(270, 680, 250, 430).close()
	c.fill(hull, grade(hex(0xb4553a), hex(0x5a2a24), down).grain(trInk, right, 0, 0.5))
	for i := range 9 {
		y := 450 + 46*float32(i)
		c.fill(rect(250, y, 1090, 2), flat(trInk).at(0.3))
	}
	for x := float32(300); x < 1300; x += 84 {
		c.fill(rect(x, 430, 2, 420), flat(trInk).at(0.25))
	}
	c.fill(poly(250, 430, 1330, 430, 1332, 486, 254, 486), grade(trBlue, mix(trBlue, trInk, 0.4), right))
	for _, x := range []float32{210, 1370} {
		for i := range 6 {
			c.fill(rect(x-36, 420+76*float32(i), 90, 8), flat(hex(0x6a4a34)))
		}
		c.fill(joined(rect(x-30, 400, 9, 460), rect(x+40, 400, 9, 460)), flat(hex(0x6a4a34)))
	}
	c.fill(rect(0, 850, 1600, 220), grade(hex(0x6f747a), trInk, down).grain(trInk, down, 0.05, 0.5))
	for _, x := range []float32{520, 980} {
		c.capped(x, 930, 130, trMust, trInk, hex(0xc98d66), trCream)
		c.glow(x+70, 830, 120, hex(0xd8f0ff), 0.95)
		for range 26 {
			a := c.rnd.Float64() * 6.28
			l := c.between(10, 70)
			c.fill(stroke(2, x+70, 830, x+70+cosf(a)*l, 830+sinf(a)*l), flat(hex(0xfff2c0)).at(0.8))
		}
	}
}

func fishMarket(c *canvas) {
	c.sky(0, 1067, hex(0x1f3a5a), hex(0x3f6080))
	for i := range 6 {
		x := 60 + float32(i)*270
		c.fill(arch(x, 90, 220, 420), grade(hex(0xf3d6a0), hex(0x9ab0b4), down))
		c.fill(rect(x+106, 90, 8, 420), flat(trInk))
		c.fill(rect(x, 250, 220, 8), flat(trInk))
	}
	for i := range 5 {
		x := 190 + float32(i)*300
		c.fill(stroke(3, x, 0, x, 190), flat(trInk))
		c.fill(path{}.move(x-46, 226).bend(x-40, 184, x, 184).bend(x+40, 184, x+46, 226).close(), flat(hex(0x2a4a3f)))
		c.glow(x, 240, 240, hex(0xffe6ac), 0.7)
	}
	for i, x := range []float32{240, 560, 1040, 1350} {
		c.capped(x, 800, 370, []rgb{trCream, trBlue, hex(0x5a7a5e), trCream}[i], trInk, []rgb{hex(0xe0aa82), hex(0x8d5b3e), hex(0xf0c4a0), hex(0xc98d66)}[i], []rgb{trBrick, trInk, trMust, trBlue}[i])
	}
	c.fill(poly(-20, 640, 1620, 640, 1680, 900, -80, 900), grade(hex(0xeef5f4), hex(0xb9cdd4), down).grain(trBlue, down, 0, 0.3))
	for row := range 4 {
		for x := c.between(-20, 20); x < 1600; x += c.between(86, 110) {
			y, s := 676+56*float32(row), 34+7*float32(row)
			k := c.pick(hex(0x8fa9b4), hex(0x6f8fa0), hex(0xd98a6a), hex(0xb4c4c0))
			c.fill(path{}.move(x-s, y).bend(x-s*0.1, y-s*0.5, x+s*0.8, y).bend(x-s*0.1, y+s*0.42, x-s, y).close(), grade(k, mix(hex(0xffffff), k, 0.4), down).grain(trInk, up, 0, 0.4))
			c.fill(poly(x+s*0.7, y, x+s*1.1, y-s*0.28, x+s*1.0, y, x+s*1.1, y+s*0.28), flat(mix(k, trInk, 0.2)))
			c.fill(circle(x-s*0.66, y-s*0.05, 3.4), flat(trInk))
		}
	}
	c.fill(rect(-10, 890, 1620, 190), grade(hex(0x6b4a34), hex(0x33221c), down).grain(trInk, down, 0, 0.4))
	for i := range 5 {
		c.fill(rounded(110+310*float32(i), 930, 170, 84, 6), grade(trInk, hex(0x0e1828), down))
		c.fill(rounded(134+310*float32(i), 952, 90, 12, 4), flat(trCream))
		c.fill(rounded(134+310*float32(i), 976, 60, 16, 4), flat(trMust))
	}
}

func tramStreet(c *canvas) {
	c.sky(0, 700, hex(0xf0b98a), hex(0xf8dcae), hex(0xfdf0d2))
	c.glow(800, 470, 520, hex(0xfff6d8), 0.8)
	c.fill(rect(0, 640, 1600, 430), grade(hex(0xe9cfa4), hex(0xa98f7c), down).grain(trInk, down, 0, 0.25))
	walls := []rgb{hex(0xc9785a), hex(0xe0c08a), trSage, hex(0x9c5a4a), hex(0xd8b8a0)}
	roofs := []rgb{hex(0x5a4450), hex(0x7a3f34)}
	for i := range 5 {
		s := 110 + 62*float32(i)
		y := 640 + 38*float32(i)
		c.mist(300, 700, hex(0xfbe3b8), 0.16, true)
		c.house(690-s*1.05-float32(i*i)*17-40*float32(i), y, s, s*1.75, walls[i], roofs[i%2], trInk, hex(0xffd98a), 0.25)
		c.house(910+float32(i*i)*17+40*float32(i), y, s, s*1.8, walls[4-i], roofs[(i+1)%2], trInk, hex(0xffd98a), 0.25)
	}
	c.fill(poly(690, 640, 910, 640, 1700, 1067, -100, 1067), grade(hex(0xd9c4a0), hex(0x8a7a74), down).grain(trInk, down, 0, 0.3))
	for _, r := range [][4]float32{{770, 640, 520, 1067}, {800, 640, 690, 1067}, {815, 640, 930, 1067}, {845, 640, 1100, 1067}} {
		c.fill(stroke(6, r[0], r[1], r[2], r[3]), flat(trInk).at(0.65))
	}
	c.fill(ellipse(690, 905, 190, 22), flat(trInk).at(0.35))
	c.fill(rounded(530, 480, 320, 420, 34), grade(hex(0xd9533f), hex(0x8a2c24), down).grain(trInk, right, 0, 0.35))
	c.fill(rounded(520, 460, 340, 56, 20), flat(trCream))
	c.fill(rounded(560, 540, 260, 150, 14), grade(hex(0xbfe0e4), hex(0x5a86a0), down))
	c.fill(rect(686, 540, 8, 150), flat(hex(0x8a2c24)))
	c.fill(rounded(620, 472, 140, 34, 6), flat(trInk))
	c.fill(rounded(636, 482, 90, 13, 4), flat(trMust))
	c.fill(rect(530, 720, 320, 26), flat(trCream))
	for _, x := range []float32{585, 795} {
		c.fill(circle(x, 800, 24), flat(hex(0xfff2c4)))
		c.glow(x, 800, 110, hex(0xfff2c4), 0.7)
	}
	c.fill(rect(550, 870, 280, 36), flat(trInk))
	c.fill(stroke(4, 690, 460, 620, 380, 690, 330), flat(trInk))
	c.fill(stroke(2.5, 806, 560, 690, 330, 420, 0), flat(trInk))
	for i, x := range []float32{230, 320, 1180, 1330, 1090} {
		c.person(x, 930+30*float32(i%2), 230, c.pick(trBlue, trMust, hex(0x5a7a5e), trBrick), trInk, c.pick(hex(0xe0aa82), hex(0x8d5b3e), hex(0xc98d66)))
	}
}

func cityWindows(c *canvas) {
	c.sky(0, 900, hex(0x1a2448), hex(0x4a4478), hex(0xd98a78))
	c.skyline(880, 300, 560, hex(0x5a5484), hex(0x33305c), hex(0xffd98a), 0.25)
	c.mist(420, 900, hex(0xd98a78), 0.5, true)
	c.skyline(960, 260, 520, hex(0x2f3a68), hex(0x1c2244), hex(0xffc86a), 0.4)
	c.skyline(1080, 120, 360, hex(0x1d2548), trInk, hex(0xffe0a0), 0.5)
}

func allotments(c *canvas) {
	c.sky(0, 520, hex(0x7fb4c4), hex(0xd3e4cc), hex(0xfbf0cc))
	c.skyline(470, 40, 190, hex(0xb9c4bc), hex(0x8a9aa0), hex(0xffe9b0), 0.1)
	c.mist(260, 500, hex(0xf3f0d4), 0.6, true)
	c.fill(rect(0, 462, 1600, 620), grade(hex(0x9fb866), hex(0x5f7f45), down))
	for row := range 6 {
		t := float32(row) / 5
		y, h := 480+95*float32(row)+10*t, 62+30*t
		for i := range 5 {
			w := 300 + 70*t
			x := float32(i)*(w+30) - 130*t
			c.fill(poly(x+20, y, x+w-20, y, x+w, y+h, x, y+h), grade(hex(0x8a5f3f), hex(0x5a3a28), down).grain(trInk, down, 0, 0.3))
			k := c.pick(hex(0x4f8a4a), hex(0x7fae54), hex(0x3f7a5a), hex(0xa4b85c))
			bloom := c.pick(trBrick, trMust, hex(0xe8879a), trCream, k)
			for l := range 3 {
				for px := x + 26; px < x+w-26; px += 20 + 12*t {
					py := y + h*(0.25+0.3*float32(l))
					r := (8 + 9*t) * c.between(0.7, 1.15)
					c.fill(circle(px, py-r*0.6, r), grade(mix(k, hex(0xfff4b0), 0.2), mix(k, trInk, 0.25), down))
					c.fill(circle(px+c.between(-r, r)*0.5, py-r*0.9, r*0.34), flat(bloom))
				}
			}
		}
	}
	c.house(220, 560, 110, 66, hex(0x6f9a94), trBrick, trInk, hex(0xffe9b0), 0)
	c.house(1250, 640, 150, 84, hex(0xd9a45c), hex(0x5a6a5a), trInk, hex(0xffe9b0), 0)
	c.person(610, 830, 220, hex(0xd9653f), hex(0x3a5a7a), hex(0x8d5b3e))
	c.fill(stroke(7, 650, 730, 690, 850), flat(hex(0x7a5434)))
	c.capped(1010, 780, 200, hex(0x3f6a9a), trInk, hex(0xf0c4a0), hex(0xf3dc9a))
	c.tree(1490, 640, 300, hex(0x6f9a4a), trInk)
}

func peloton(c *canvas) {
	c.sky(0, 520, hex(0x5f9ab8), hex(0xc4dccb), hex(0xfbedc4))
	c.fill(under(640, c.hills(400, 60)...), flat(hex(0x94b49a)))
	c.fill(under(760, c.hills(500, 46)...), grade(hex(0x86a860), hex(0x5f8048), down).grain(trInk, down, 0, 0.3))
	for range 26 {
		c.tree(c.between(0, 1600), c.between(560, 640), c.between(50, 110), hex(0x55804a), trInk)
	}
	c.fill(poly(0, 720, 1600, 640, 1600, 1067, 0, 1067), grade(hex(0x8f8a88), hex(0x4a4a52), down).grain(trInk, down, 0, 0.4))
	c.fill(poly(0, 905, 1600, 850, 1600, 862, 0, 921), flat(trCream).at(0.8))
	rider := func(x, y, s float32, jersey, helmet, skin rgb) {
		c.fill(ellipse(x, y+s*0.32, s*0.62, s*0.05), flat(trInk).at(0.35))
		for _, dx := range []float32{-0.38, 0.38} {
			for i := range 24 {
				a, b := float64(i)*0.2618, float64(i+1)*0.2618
				wx, wy, r := x+s*dx, y+s*0.06, s*0.25
				c.fill(stroke(s*0.03, wx+cosf(a)*r, wy+sinf(a)*r, wx+cosf(b)*r, wy+sinf(b)*r), flat(trInk))
			}
		}
		c.fill(stroke(s*0.035, x-s*0.38, y+s*0.06, x-s*0.22, y-s*0.26, x+s*0.22, y-s*0.28, x+s*0.02, y+s*0.08, x-s*0.22, y-s*0.26), flat(jersey))
		c.fill(stroke(s*0.035, x+s*0.38, y+s*0.06, x+s*0.22, y-s*0.28, x+s*0.02, y+s*0.08, x+s*0.38, y+s*0.06), flat(jersey))
		c.fill(stroke(s*0.08, x+s*0.2, y-s*0.36, x-s*0.04, y-s*0.16, x+s*0.04, y+s*0.12), flat(skin))
		c.fill(path{}.move(x+s*0.28, y-s*0.36).bend(x+s*0.2, y-s*0.62, x-s*0.12, y-s*0.66).line(x-s*0.2, y-s*0.52).bend(x+s*0.02, y-s*0.42, x+s*0.12, y-s*0.26).close(), grade(jersey, mix(jersey, trInk, 0.35), down).grain(trInk, down, 0, 0.3))
		c.fill(stroke(s*0.06, x-s*0.12, y-s*0.56, x-s*0.22, y-s*0.38, x-s*0.33, y-s*0.3), flat(skin))
		c.fill(circle(x-s*0.25, y-s*0.68, s*0.085), flat(skin))
		c.fill(path{}.move(x-s*0.37, y-s*0.7).curve(x-s*0.34, y-s*0.84, x-s*0.16, y-s*0.84, x-s*0.12, y-s*0.66).close(), flat(helmet))
	}
	jerseys := []rgb{trBrick, trMust, trBlue, trSage, hex(0x7a4a7a), trCream}
	for row := range 3 {
		for i := range 4 {
			s := 190 + 60*float32(row)
			rider(230+float32(i)*360+90*float32(row%2), 740+105*float32(row)-14*float32(i), s, jerseys[(i+2*row)%6], c.pick(trCream, trInk, trMust), c.pick(hex(0xe0aa82), hex(0x8d5b3e), hex(0xc98d66)))
		}
	}
}

func swimLanes(c *canvas) {
	c.sky(0, 1067, hex(0x7fd0d4), hex(0x2f8fae))
	for range 260 {
		x, y := c.between(0, 1600), c.between(0, 1067)
		s := c.between(20, 70)
		c.fill(path{}.move(x-s, y).bend(x-s*0.3, y-s*0.26, x, y).bend(x+s*0.4, y+s*0.26, x+s, y).bend(x+s*0.4, y+s*0.4, x, y+s*0.12).bend(x-s*0.3, y-s*0.12, x-s, y).close(), flat(hex(0xe4fbf4)).at(0.28))
	}
	for i := range 6 {
		y := 60 + 190*float32(i)
		for x := float32(0); x < 1600; x += 34 {
			k := trCream
			if int(x/34)%6 < 3 {
				k = []rgb{trBrick, trMust, trBlue}[i%3]
			}
			c.fill(rounded(x, y, 31, 18, 8), grade(k, mix(k, trInk, 0.3), down))
		}
		if i == 5 {
			break
		}
		c.fill(rect(0, y+100, 1600, 13), flat(hex(0x1f5a80)).at(0.35))
		x := []float32{980, 1180, 860, 1320, 700}[i]
		my := y + 104
		for range 46 {
			c.fill(circle(x-c.between(60, 330), my+c.between(-30, 30), c.between(3, 13)), flat(hex(0xffffff)).at(0.5))
		}
		skin := []rgb{hex(0xe0aa82), hex(0x8d5b3e), hex(0xc98d66), hex(0x6d452f), hex(0xf0c4a0)}[i]
		c.fill(smooth(x+40, my-26, x+52, my, x+40, my+26, x-60, my+22, x-170, my+12, x-170, my-12, x-60, my-22), grade(skin, mix(skin, trInk, 0.25), down))
		c.fill(rounded(x-120, my-20, 90, 40, 14), flat(trInk))
		c.fill(stroke(22, x+30, my-22, x+120, my-40, x+190, my-26), flat(skin))
		c.fill(stroke(22, x+20, my+24, x-50, my+56, x-130, my+58), flat(skin))
		c.fill(circle(x+70, my, 27), grade([]rgb{trMust, trBrick, trCream, trMust, trBrick}[i], trInk, axis{0, 0, 2, 2}))
	}
}
