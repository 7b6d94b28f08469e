package draw

// The world pages' colours: terracotta, turquoise, plum.
var (
	wdInk   = hex(0x2a1a2c)
	wdPlum  = hex(0x5b2f4e)
	wdClay  = hex(0xc9683f)
	wdSand  = hex(0xefc88d)
	wdCream = hex(0xfbeed3)
	wdTurq  = hex(0x2f8f93)
)

// peak is a mountain with a lit left flank, a dark right one and a cap of
// snow; its foot is at y.
func (c *canvas) peak(x, y, h float32, lit, dark rgb) {
	w := h * c.between(1.0, 1.35)
	top := y - h
	edge := []float32{x, top, x + w*0.06, top + h*0.2, x - w*0.03, top + h*0.38, x + w*0.08, top + h*0.62, x - w*0.02, y + 60}
	c.fill(poly(x-w, y+60, x-w*0.62, y-h*0.34, x-w*0.4, y-h*0.5, x, top, x+w*0.34, y-h*0.56, x+w*0.55, y-h*0.4, x+w, y+60),
		grade(mix(lit, hex(0xffe9cf), 0.3), lit, down).grain(dark, right, 0, 0.25))
	c.fill(poly(append(edge, x+w, y+60, x+w*0.55, y-h*0.4, x+w*0.34, y-h*0.56)...), grade(dark, lit, down).grain(wdInk, up, 0, 0.35))
	snow := hex(0xfdf6ea)
	c.fill(poly(x, top, x+w*0.06, top+h*0.2, x-w*0.03, top+h*0.38, x-w*0.12, top+h*0.3, x-w*0.17, top+h*0.42, x-w*0.25, top+h*0.33, x-w*0.36, top+h*0.48, x-w*0.4, y-h*0.5), flat(snow))
	c.fill(poly(x, top, x+w*0.06, top+h*0.2, x+w*0.01, top+h*0.31, x+w*0.12, top+h*0.27, x+w*0.17, top+h*0.4, x+w*0.24, top+h*0.33, x+w*0.34, y-h*0.56), flat(mix(snow, dark, 0.35)))
}

func mountainPass(c *canvas) {
	c.sky(0, 640, hex(0x355f86), hex(0x8fb3bb), hex(0xf7d9b0))
	c.glow(1150, 480, 560, hex(0xffe3b5), 0.8)
	tones := []rgb{hex(0x9fb4c0), hex(0x7793a6), hex(0x53718a)}
	for i, k := range tones {
		y := 560 + 90*float32(i)
		for n := range 4 - i {
			h := c.between(230, 470) * (1.05 - 0.2*float32(i))
			x := 1600 * (float32(n) + c.between(0.2, 0.9)) / float32(4-i)
			c.peak(x, y, h, k, mix(k, wdInk, 0.45))
		}
		c.mist(y-190, y+90, hex(0xf3dcc0), 0.72, true)
	}
	c.fill(under(1067, c.ridge(840, 90, 32)...), grade(hex(0x4b5a4a), hex(0x2b352f), down).grain(wdInk, down, 0, 0.5))
	c.fill(path{}.move(700, 1067).bend(900, 960, 640, 900).bend(420, 850, 720, 800).bend(900, 770, 860, 730).line(884, 730).bend(950, 780, 770, 824).bend(560, 862, 790, 910).bend(1080, 980, 1010, 1067).close(), grade(hex(0xe9d6b0), hex(0xa98c68), down))
	c.fill(rect(1010, 760, 190, 84), grade(hex(0xd9c7a4), hex(0x9a8264), right))
	c.fill(poly(994, 764, 1105, 706, 1216, 764), flat(hex(0x7b3f33)))
	c.fill(rect(1082, 790, 40, 54), flat(wdInk))
	c.fill(stroke(9, 820, 806, 1010, 792), flat(hex(0xf7f1e0)))
	for x := float32(834); x < 1000; x += 40 {
		c.fill(stroke(9, x, 805, x+18, 804), flat(wdClay))
	}
	for range 16 {
		c.pine(c.between(0, 520), c.between(900, 1050), c.between(110, 200), hex(0x3f5b4b), wdInk)
		c.pine(c.between(1180, 1600), c.between(910, 1060), c.between(110, 210), hex(0x3f5b4b), wdInk)
	}
}

// palm is a date palm, its foot at y.
func (c *canvas) palm(x, y, h float32, k, trunk rgb) {
	c.fill(path{}.move(x-h*0.03, y).bend(x+h*0.05, y-h*0.4, x, y-h*0.8).line(x+h*0.03, y-h*0.8).bend(x+h*0.09, y-h*0.4, x+h*0.04, y).close(), flat(trunk))
	for i := range 9 {
		a := 3.1416 + 3.1416*float64(i)/8 + 0.12
		dx, dy := cosf(a)*h*0.36, sinf(a)*h*0.24
		ex, ey := x+dx*1.15, y-h*0.8+dy*0.5+h*0.13
		c.fill(path{}.move(x, y-h*0.8).bend(x+dx*0.7, y-h*0.8+dy*1.1, ex, ey).bend(x+dx*0.6, y-h*0.8+dy*0.6+h*0.03, x+h*0.02, y-h*0.78).close(), flat(k))
	}
}

func oldTown(c *canvas) {
	c.sky(0, 760, hex(0x3f8f9a), hex(0x9fc9b8), hex(0xfbdca2), hex(0xf3ae74))
	c.glow(420, 560, 520, hex(0xfff0c0), 0.8)
	c.fill(circle(420, 520, 66), flat(hex(0xfff4d4)))
	c.fill(under(780, c.hills(640, 46)...), flat(hex(0xd99f72)).at(0.8))
	walls := []rgb{hex(0xe6b988), hex(0xd99a68), hex(0xf1d3a2), hex(0xc8825a)}
	for row := range 3 {
		y := 720 + 70*float32(row)
		for x := c.between(-60, 0); x < 1600; {
			w, h := c.between(90, 170), c.between(90, 210)-20*float32(row)
			k := c.pick(walls...)
			c.fill(rect(x, y-h, w, h+80), grade(k, mix(k, wdPlum, 0.25), right).grain(wdPlum, right, 0, 0.4))
			c.fill(rect(x-3, y-h-9, w+6, 12), flat(mix(k, hex(0xffffff), 0.3)))
			for i := range 2 {
				c.fill(arch(x+w*(0.2+0.38*float32(i)), y-h+26, w*0.18, 42), flat(wdPlum).at(0.85))
			}
			if c.rnd.IntN(4) == 0 {
				c.fill(path{}.move(x+w*0.12, y-h-8).curve(x+w*0.05, y-h-w*0.5, x+w*0.4, y-h-w*0.55, x+w*0.5, y-h-w*0.72).
					curve(x+w*0.6, y-h-w*0.55, x+w*0.95, y-h-w*0.5, x+w*0.88, y-h-8).close(), grade(wdTurq, mix(wdTurq, wdInk, 0.5), right).grain(wdInk, right, 0, 0.5))
			}
			x += w + c.between(-6, 18)
		}
		c.mist(520+60*float32(row), y+40, hex(0xf9d9a4), 0.32, true)
	}
	c.fill(rect(0, 900, 1600, 180), grade(hex(0x8f4f4a), wdInk, down).grain(wdInk, down, 0, 0.5))
	for i := range 7 {
		c.fill(arch(40+float32(i)*230, 925, 150, 160), grade(hex(0xf2b878), hex(0x9d5a44), down))
	}
	c.palm(180, 940, 420, hex(0x245a4c), wdInk)
	c.palm(1430, 930, 500, hex(0x245a4c), wdInk)
	c.palm(1310, 950, 340, hex(0x2b6a56), wdInk)
}

func parliament(c *canvas) {
	c.sky(0, 760, hex(0x4f4a78), hex(0xb07a86), hex(0xf6c08a))
	c.glow(800, 620, 700, hex(0xffdba0), 0.7)
	c.cloud(350, 220, 640, hex(0xf0b99a), hex(0x6a5680), 0.7)
	c.cloud(1330, 180, 520, hex(0xe9ac94), hex(0x5f4f7b), 0.7)
	stone, dark := hex(0xf0d9b4), hex(0x7a5468)
	c.fill(path{}.move(620, 400).curve(620, 150, 980, 150, 980, 400).close(), grade(wdTurq, hex(0x1f5660), right).grain(wdInk, right, 0, 0.6))
	c.fill(rect(600, 392, 400, 60), grade(stone, dark, right))
	c.fill(stroke(7, 800, 210, 800, 120), flat(dark))
	c.fill(poly(803, 122, 872, 140, 803, 160), flat(wdClay))
	c.fill(rect(150, 470, 1300, 300), grade(stone, mix(stone, dark, 0.45), right).grain(dark, right, 0, 0.35))
	c.fill(poly(480, 470, 800, 360, 1120, 470), grade(mix(stone, hex(0xffffff), 0.3), mix(stone, dark, 0.3), right).grain(dark, right, 0, 0.4))
	c.fill(rect(470, 466, 660, 26), flat(mix(stone, hex(0xffffff), 0.4)))
	c.fill(rect(490, 492, 620, 278), flat(hex(0x5a3a52)))
	for i := range 8 {
		x := 500 + 80*float32(i)
		c.fill(rect(x, 500, 40, 270), grade(mix(stone, hex(0xffffff), 0.35), mix(stone, dark, 0.6), right))
		c.fill(rect(x-6, 494, 52, 14), flat(stone))
	}
	for i := range 5 {
		for _, x := range []float32{190 + 56*float32(i), 1140 + 56*float32(i)} {
			c.fill(arch(x, 520, 30, 84), flat(hex(0xffd78e)))
			c.fill(arch(x, 650, 30, 84), flat(wdPlum))
		}
	}
	for i := range 7 {
		y := 770 + 26*float32(i)
		c.fill(rect(400-36*float32(i), y, 800+72*float32(i), 27), flat(mix(stone, dark, 0.15+0.09*float32(i))))
	}
	c.fill(rect(0, 950, 1600, 120), grade(hex(0x6d4a60), wdInk, down).grain(wdInk, down, 0, 0.5))
	for range 90 {
		x, y := c.between(20, 1580), c.between(960, 1060)
		c.person(x, y, 110+(y-960)*0.5, c.pick(wdClay, wdTurq, wdPlum, wdSand, hex(0x3a4a6a)), wdInk, c.pick(hex(0xe0aa82), hex(0x8d5b3e), hex(0xc98d66)))
	}
}

func ballotBox(c *canvas) {
	c.sky(0, 1067, hex(0xe9a86a), hex(0xf3c98e))
	for i := range 16 {
		a := float64(i) * 0.3927
		c.fill(poly(800, 640, 800+cosf(a)*1500, 640+sinf(a)*1500, 800+cosf(a+0.19)*1500, 640+sinf(a+0.19)*1500), flat(hex(0xfbe3b4)).at(0.5))
	}
	c.fill(poly(470, 560, 1130, 560, 1130, 980, 470, 980), grade(hex(0x3f7f88), hex(0x265862), right).grain(wdInk, right, 0, 0.5))
	c.fill(poly(470, 560, 560, 480, 1220, 480, 1130, 560), grade(hex(0x69a9a8), hex(0x4d8d92), right))
	c.fill(poly(1130, 560, 1220, 480, 1220, 900, 1130, 980), grade(hex(0x1f4b56), wdInk, down).grain(wdInk, down, 0, 0.5))
	c.fill(poly(660, 516, 1010, 516, 996, 530, 646, 530), flat(wdInk))
	c.fill(rounded(660, 680, 280, 190, 14), flat(wdCream))
	c.fill(stroke(26, 720, 775, 780, 830, 890, 715), flat(wdClay))
	c.fill(poly(710, 300, 930, 280, 960, 520, 690, 522), grade(hex(0xfffaf0), hex(0xe9dcc0), down))
	for i := range 4 {
		y := 330 + 44*float32(i)
		c.fill(rect(744, y, 24, 24), flat(wdInk))
		c.fill(rect(747, y+3, 18, 18), flat(wdCream))
		c.fill(rounded(786, y+6, 110-14*float32(i%2), 10, 4), flat(wdInk).at(0.6))
	}
	c.fill(stroke(6, 746, 432, 754, 442, 772, 414), flat(wdClay))
	c.fill(path{}.move(1600, 60).line(1130, 230).bend(1050, 262, 960, 330).bend(920, 360, 948, 384).bend(970, 396, 1010, 368).line(1040, 352).bend(1000, 420, 1010, 452).bend(1030, 470, 1056, 434).bend(1090, 380, 1150, 372).line(1600, 330).close(),
		grade(hex(0xa86a48), hex(0x70402c), down).grain(wdInk, down, 0, 0.45))
	c.fill(poly(1290, 150, 1600, 40, 1600, 350, 1330, 372), grade(wdPlum, hex(0x341b34), down).grain(wdInk, down, 0, 0.4))
}

func nightTrain(c *canvas) {
	c.sky(0, 700, hex(0x1d1c3c), hex(0x4d3a66), hex(0xb5677a))
	c.stars(120, 420, wdCream)
	c.fill(under(760, c.ridge(520, 150, 64)...), flat(hex(0x4a3a60)))
	c.fill(under(800, c.hills(650, 40)...), grade(hex(0x33294c), hex(0x1e1a33), down))
	c.mist(560, 780, hex(0xd98a80), 0.35, true)
	c.fill(rect(0, 790, 1600, 290), grade(hex(0x2a2440), hex(0x121022), down).grain(hex(0x0c0a18), down, 0, 0.5))
	for i := range 3 {
		x := 610 + float32(i)*390
		c.fill(rounded(x, 600, 374, 180, 20), grade(wdTurq, hex(0x18454e), down).grain(wdInk, down, 0, 0.4))
		c.fill(rect(x, 700, 374, 16), flat(wdSand))
		for w := range 5 {
			c.fill(rounded(x+26+float32(w)*68, 630, 48, 54, 8), grade(hex(0xffe6a8), hex(0xf5b45e), down))
		}
		c.fill(circle(x+70, 786, 20), flat(hex(0x0e0c18)))
		c.fill(circle(x+300, 786, 20), flat(hex(0x0e0c18)))
	}
	c.fill(path{}.move(600, 600).line(420, 606).bend(290, 640, 200, 780).line(600, 780).close(), grade(wdTurq, hex(0x18454e), down).grain(wdInk, down, 0, 0.4))
	c.fill(path{}.move(430, 624).bend(350, 645, 300, 694).line(440, 694).close(), grade(hex(0xbfe0dc), hex(0x5a8f96), down))
	c.fill(rect(235, 700, 365, 16), flat(wdSand))
	c.fill(poly(215, 750, 0, 700, 0, 860), flat(hex(0xfff0bc)).at(0.28))
	c.glow(220, 750, 200, hex(0xfff0bc), 0.95)
	c.fill(stroke(7, 0, 806, 1600, 806), flat(hex(0x9c8f92)))
	for i := range 2 {
		t := float32(i)
		c.fill(stroke(8+6*t, 0, 900+90*t, 1600, 860+60*t), flat(hex(0x6f6474)))
	}
	for x := float32(-60); x < 1600; x += 90 {
		c.fill(poly(x, 1000, x+34, 1000, x+94, 850, x+76, 850), flat(hex(0x3a3046)).at(0.8))
	}
	for _, x := range []float32{120, 760, 1400} {
		c.fill(stroke(9, x, 800, x, 440, x+90, 440), flat(hex(0x15122a)))
	}
	c.fill(stroke(3, 0, 470, 1600, 470), flat(hex(0x15122a)))
}

func marketStalls(c *canvas) {
	c.sky(0, 1067, hex(0x8fc2bb), hex(0xf3e1b4), hex(0xe9c48c))
	c.terrace(-40, 1640, 560, 190, wdInk, hex(0xffd98a), 0.1, []rgb{hex(0xe0a878), hex(0xd8c39a), hex(0xb77a68), hex(0x9fb4a4)}, []rgb{hex(0x8a4a3c), hex(0x6a5560)})
	c.mist(250, 620, hex(0xf7e3ba), 0.6, true)
	c.fill(rect(0, 600, 1600, 470), grade(hex(0xd9b98a), hex(0x9a7455), down).grain(wdPlum, down, 0, 0.35))
	awnings := []rgb{wdClay, wdTurq, hex(0xd9a441), wdPlum}
	for i := range 4 {
		x, y := 30+float32(i)*400, 700+float32(i%2)*40
		for _, px := range []float32{x + 12, x + 320} {
			c.fill(rect(px, y-170, 10, 330), flat(hex(0x5a3a2a)))
		}
		c.person(x+170, y+120, 250, c.pick(hex(0x3a5a6a), wdPlum, hex(0x7a8a5a)), wdInk, c.pick(hex(0xe0aa82), hex(0x8d5b3e)))
		for s := range 8 {
			k := awnings[i]
			if s%2 == 1 {
				k = wdCream
			}
			sx := x - 20 + float32(s)*48
			c.fill(path{}.move(sx+10, y-230).line(sx+50, y-230).line(sx+48, y-130).bend(sx+24, y-100, sx, y-130).close(), grade(k, mix(k, wdInk, 0.18), down))
		}
		c.fill(poly(x-10, y+40, x+350, y+40, x+370, y+80, x-30, y+80), flat(hex(0x8a5a3a)))
		c.fill(rect(x-20, y+80, 380, 110), grade(hex(0x7a4c30), hex(0x4d2e20), down).grain(wdInk, down, 0, 0.4))
		fruit := []rgb{hex(0xe2683f), hex(0xe9b13f), hex(0x7c9a45), hex(0x9c3f4e), hex(0xf0d9a4)}
		for r := range 3 {
			for f := range 14 - r {
				c.fill(circle(x+4+float32(f)*25+float32(r)*12, y+38-float32(r)*17, 14), grade(fruit[(f/3+i)%5], mix(fruit[(f/3+i)%5], wdInk, 0.3), down))
			}
		}
	}
	for i, x := range []float32{240, 640, 830, 1240, 1420} {
		c.person(x, 1040-float32(i%2)*30, 330, c.pick(wdClay, hex(0x33506a), hex(0xd9a441), wdTurq), c.pick(wdInk, wdPlum), c.pick(hex(0xe0aa82), hex(0x8d5b3e), hex(0xc98d66)))
	}
}
