package draw

import "math"

// The colours of the stage and the reading room: oxblood, bottle green, paper.
var (
	cuInk   = hex(0x1c1216)
	cuOx    = hex(0x7d2a2e)
	cuGreen = hex(0x2c4a3f)
	cuWood  = hex(0x7a4a2a)
	cuPaper = hex(0xf3e5c4)
	cuGold  = hex(0xe0b25a)
)

// shelf fills a case with books standing on rows.
func (c *canvas) shelf(x, y, w, h float32, rows int, dim float32) {
	c.fill(rect(x, y, w, h), grade(mix(cuWood, cuInk, 0.5+dim*0.3), cuInk, down))
	row := h / float32(rows)
	spines := []rgb{cuOx, cuGreen, hex(0xa9763c), hex(0x3a4a5e), hex(0xc9a878), hex(0x5a3a4a), hex(0x8f4a30)}
	for r := range rows {
		foot := y + row*float32(r+1) - row*0.08
		for bx := x + 5; bx < x+w-10; {
			bw, bh := row*c.between(0.09, 0.2), row*c.between(0.6, 0.84)
			if bx+bw > x+w-4 {
				break
			}
			k := mix(c.pick(spines...), cuInk, dim)
			c.fill(rect(bx, foot-bh, bw-1.5, bh), grade(mix(k, hex(0xffffff), 0.1), mix(k, cuInk, 0.35), right))
			if bw > row*0.13 {
				c.fill(rect(bx+bw*0.15, foot-bh*0.82, bw*0.6, bh*0.05), flat(cuGold).at(0.8*(1-dim)))
			}
			bx += bw
		}
		c.fill(rect(x, foot, w, row*0.08), flat(mix(cuWood, cuInk, dim)))
	}
}

func readingRoom(c *canvas) {
	c.sky(0, 1067, hex(0x3b2a22), hex(0x5a4030))
	for i := range 5 {
		x := 40 + float32(i)*312
		c.shelf(x, 340, 240, 420, 5, 0.25)
		c.fill(rect(x+244, 120, 60, 660), grade(hex(0xb98f5e), hex(0x6b4a2e), right).grain(cuInk, right, 0, 0.4))
		c.fill(arch(x+30, 60, 180, 250), grade(hex(0xfbe9bf), hex(0xd9b980), down))
		c.fill(rect(x+116, 60, 8, 250), flat(cuWood))
		c.fill(rect(x+30, 180, 180, 8), flat(cuWood))
		c.fill(poly(x+30, 300, x+210, 300, x+420, 1067, x+150, 1067), flat(hex(0xffe9b8)).at(0.07))
	}
	c.fill(rect(0, 320, 1600, 24), flat(hex(0x9a7046)))
	c.fill(rect(0, 770, 1600, 300), grade(hex(0x6b4630), hex(0x2b1a14), down).grain(cuInk, down, 0, 0.4))
	for row := range 2 {
		y := 800 + 130*float32(row)
		s := 1 + 0.5*float32(row)
		for i := range 3 {
			x := 90 + float32(i)*520 - 60*float32(row)
			if (i+row)%2 == 0 {
				c.person(x+170*s, y+80*s, 250*s, c.pick(cuGreen, cuOx, hex(0x3a4a5e)), cuInk, c.pick(hex(0xe0aa82), hex(0x8d5b3e), hex(0xf0c4a0)))
			}
			c.fill(poly(x, y, x+370*s, y, x+395*s, y+30*s, x-25*s, y+30*s), grade(hex(0xb07b48), hex(0x855632), right).grain(cuInk, fall, 0, 0.35))
			c.fill(rect(x-5*s, y+46*s, 380*s, 62*s), grade(hex(0x5c3a24), hex(0x2f1c14), down).grain(cuInk, down, 0, 0.35))
			c.fill(rect(x-25*s, y+30*s, 420*s, 16*s), flat(hex(0x4a2e1c)))
			c.fill(poly(x+140*s, y+16*s, x+170*s, y+4*s, x+200*s, y+16*s, x+230*s, y+4*s, x+262*s, y+16*s, x+200*s, y+26*s), flat(cuPaper))
			c.fill(stroke(5*s, x+60*s, y+8*s, x+60*s, y-56*s), flat(cuGold))
			c.fill(path{}.move(x+20*s, y-50*s).bend(x+60*s, y-92*s, x+100*s, y-50*s).close(), grade(hex(0x4f9a72), hex(0x2c6a4c), down))
			c.glow(x+70*s, y-20*s, 150*s, hex(0xffdf9a), 0.6)
		}
	}
}

// script writes lines of handwriting into a slanted sheet.
func (c *canvas) script(x, y, w, lead float32, lines int, slope float32, ink rgb) {
	for l := range lines {
		for px := x; px < x+w*c.between(0.82, 1); {
			word := c.between(20, 74)
			var xy []float32
			for dx := float32(0); dx < word; dx += 5 {
				py := y + lead*float32(l) + (px+dx-x)*slope
				xy = append(xy, px+dx, py+float32(math.Sin(float64(dx)*0.75))*lead*0.13-c.between(0, 1)*c.between(0, 1)*lead*0.34)
			}
			c.fill(stroke(2.6, xy...), flat(ink).at(0.85))
			px += word + 16
		}
	}
}

func manuscriptPage(c *canvas) {
	c.sky(0, 1067, hex(0x5b3524), hex(0x3a2018))
	for i := range 12 {
		y := float32(i) * 92
		c.fill(rect(0, y, 1600, 90), grade(mix(cuWood, cuInk, c.between(0.15, 0.4)), mix(cuWood, cuInk, 0.5), right).grain(cuInk, right, 0.05, 0.35))
	}
	c.glow(420, 180, 1000, hex(0xffdf9a), 0.5)
	c.fill(poly(190, 250, 820, 200, 1420, 270, 1480, 950, 800, 900, 130, 960), flat(cuInk).at(0.45))
	c.fill(poly(170, 215, 815, 165, 1440, 225, 1500, 905, 800, 860, 110, 925), grade(hex(0x5a2a22), hex(0x38160f), down))
	c.fill(path{}.move(200, 220).bend(520, 130, 805, 200).line(800, 850).bend(480, 800, 150, 895).close(), grade(hex(0xf8ecd0), hex(0xdcc596), right).grain(hex(0x8a6a3c), right, 0, 0.4))
	c.fill(path{}.move(805, 200).bend(1120, 130, 1410, 232).line(1462, 880).bend(1130, 800, 800, 850).close(), grade(hex(0xd9c294), hex(0xf6e9cb), right).grain(hex(0x8a6a3c), left, 0, 0.35))
	c.script(240, 270, 500, 46, 12, -0.045, hex(0x3a2a3a))
	c.script(860, 240, 500, 46, 5, 0.06, hex(0x3a2a3a))
	c.fill(ellipse(1140, 650, 200, 130), flat(hex(0x8fb0a4)).at(0.35))
	c.fill(path{}.move(1010, 690).line(1290, 690).bend(1270, 740, 1220, 746).line(1070, 746).bend(1025, 738, 1010, 690).close(), flat(hex(0x4a3440)))
	c.fill(stroke(5, 1150, 690, 1150, 520), flat(hex(0x4a3440)))
	c.fill(path{}.move(1156, 530).bend(1240, 600, 1262, 676).line(1156, 676).close(), flat(hex(0xf9f0dc)))
	c.fill(path{}.move(1144, 550).bend(1090, 610, 1058, 676).line(1144, 676).close(), flat(hex(0xe9d9b8)))
	for i := range 3 {
		c.fill(stroke(3, 960, 764+14*float32(i), 1330, 768+14*float32(i)), flat(hex(0x4a3440)).at(0.5))
	}
	c.fill(path{}.move(470, 430).bend(520, 350, 560, 420).bend(590, 480, 520, 500).bend(450, 500, 470, 430).close(), flat(hex(0x6b4a2c)).at(0.28))
	c.fill(rect(796, 196, 10, 656), grade(cuInk, cuInk, down).at(0.35))
	c.fill(poly(1370, 960, 1560, 640, 1576, 650, 1388, 972), flat(cuInk))
	c.fill(poly(1340, 1010, 1370, 960, 1388, 972), flat(cuGold))
}

func deskLamp(c *canvas) {
	c.sky(0, 760, hex(0x2b1c22), hex(0x4a2c2a))
	c.fill(rect(1010, 70, 440, 500), grade(hex(0x22344a), hex(0x5d6f84), down))
	c.fill(circle(1280, 210, 44), flat(cuPaper))
	c.skyline(570, 40, 120, hex(0x2a3344), hex(0x1a2230), cuGold, 0.4)
	c.fill(rect(-5, 400, 1010, 400), grade(hex(0x432826), hex(0x3a2422), down))
	c.fill(rect(1452, 400, 160, 400), flat(hex(0x3d2524)))
	c.fill(joined(rect(990, 50, 22, 540), rect(1448, 50, 22, 540), rect(1220, 50, 12, 540), rect(990, 300, 480, 12), rect(970, 566, 520, 40)), flat(hex(0x6b4630)))
	c.shelf(60, 120, 560, 430, 3, 0.3)
	c.fill(rect(0, 740, 1600, 330), grade(hex(0xa56a3c), hex(0x54301c), down).grain(cuInk, down, 0, 0.45))
	c.fill(ellipse(520, 880, 640, 190), flat(hex(0xffd78e)).at(0.28))
	c.fill(ellipse(330, 806, 120, 24), grade(cuGold, hex(0x7a5524), right))
	c.fill(stroke(16, 330, 800, 330, 610, 440, 480), flat(cuGold))
	c.fill(path{}.move(330, 520).bend(420, 380, 560, 430).bend(600, 470, 590, 520).close(), grade(hex(0x3f8a66), hex(0x1f4f3a), down).grain(cuInk, right, 0, 0.4))
	c.glow(480, 620, 520, hex(0xffdf9a), 0.85)
	for i := range 4 {
		o := float32(i) * 12
		c.fill(poly(560-o, 850-o*0.9, 900+o*0.4, 830-o, 960, 940-o*1.3, 590-o, 970-o*1.2), grade(mix(cuPaper, hex(0xffffff), 0.2), hex(0xd9c092), right))
	}
	c.script(600, 850, 270, 22, 4, -0.04, hex(0x3a2a3a))
	c.fill(rounded(1060, 800, 96, 92, 12), grade(hex(0x2c4a5e), hex(0x101c26), right).grain(cuInk, right, 0, 0.5))
	c.fill(rounded(1080, 780, 56, 24, 6), flat(cuGold))
	c.fill(path{}.move(1108, 790).bend(1150, 640, 1270, 560).bend(1230, 700, 1120, 790).close(), grade(cuPaper, hex(0xb9a888), right))
	c.fill(circle(1330, 850, 62), flat(hex(0xe9dcc0)))
	c.fill(ellipse(1330, 812, 58, 16), flat(hex(0x3a2018)))
	c.fill(rect(1268, 810, 124, 40), flat(hex(0xe9dcc0)))
	c.fill(ellipse(1330, 812, 62, 18), flat(hex(0xf7eeda)))
	c.fill(ellipse(1330, 812, 52, 13), flat(hex(0x4a2a1a)))
}

func sailingShip(c *canvas) {
	c.sky(0, 760, hex(0xd9c79c), hex(0xeaddb9), hex(0xf3e9cd))
	c.cloud(380, 240, 620, hex(0xf9f2de), hex(0xbfa878), 0.9)
	c.cloud(1250, 170, 520, hex(0xf9f2de), hex(0xc2ac7e), 0.9)
	ink := hex(0x3f2b22)
	c.fill(under(700, c.hills(640, 20)...), flat(hex(0xb9a880)))
	c.swell(690, hex(0xb9b08c), hex(0x7d8a78), 5, 14)
	sail := func(x, y, w, h float32) {
		c.fill(path{}.move(x-w/2, y).line(x+w/2, y).bend(x+w*0.78, y+h*0.55, x+w*0.56, y+h).bend(x, y+h*0.86, x-w*0.56, y+h).bend(x-w*0.34, y+h*0.5, x-w/2, y).close(),
			grade(hex(0xfbf3dd), hex(0xcdb98a), right).grain(ink, right, 0, 0.45))
		c.fill(stroke(7, x-w*0.58, y, x+w*0.58, y), flat(ink))
	}
	for i, x := range []float32{560, 800, 1020} {
		top := []float32{250, 170, 290}[i]
		c.fill(stroke(13, x, 750, x, top-40), flat(ink))
		s := []float32{0.9, 1.05, 0.8}[i]
		sail(x, top, 130*s, 120*s)
		sail(x, top+130*s, 180*s, 150*s)
		sail(x, top+295*s, 220*s, 170*s)
		c.fill(poly(x, top-40, x+66, top-28, x, top-12), flat(cuOx))
	}
	c.fill(poly(545, 290, 300, 690, 520, 640), grade(hex(0xf7ecd0), hex(0xc9b384), right).grain(ink, right, 0, 0.4))
	for _, l := range [][4]float32{{560, 215, 250, 700}, {800, 135, 560, 420}, {1020, 255, 800, 440}, {1020, 255, 1220, 690}, {800, 135, 1000, 700}, {560, 215, 740, 720}} {
		c.fill(stroke(3, l[0], l[1], l[2], l[3]), flat(ink).at(0.7))
	}
	c.fill(stroke(14, 420, 730, 240, 690), flat(ink))
	c.fill(path{}.move(370, 690).bend(780, 790, 1230, 660).line(1250, 700).line(1180, 850).bend(760, 900, 470, 850).bend(400, 790, 370, 690).close(), grade(hex(0x7a4a34), hex(0x35201a), down).grain(cuInk, down, 0, 0.6))
	c.fill(path{}.move(395, 742).bend(790, 830, 1222, 735).line(1212, 760).bend(790, 855, 405, 768).close(), flat(cuPaper))
	for i := range 12 {
		x := 470 + 60*float32(i)
		c.fill(rect(x, 778+20*float32(math.Sin(float64(i)/11*math.Pi)), 20, 18), flat(cuInk))
	}
	c.swell(800, hex(0x93997f), hex(0x4b6a66), 7, 46)
	c.birds(1300, 420, 180, 8, ink)
}

func concertHall(c *canvas) {
	c.sky(0, 1067, hex(0x3a1c1c), hex(0x5a2c22))
	for i := range 9 {
		t := float32(i) / 9
		k := mix(hex(0xd99a5a), hex(0x8a4f2c), t)
		c.fill(path{}.move(200-200*t, 0).line(1400+200*t, 0).bend(1320+60*t, 380, 1180+40*t, 470).line(420-40*t, 470).bend(280-60*t, 380, 200-200*t, 0).close(), grade(k, mix(k, cuInk, 0.3), up).at(0.35))
	}
	for i := range 21 {
		x := 520 + 28*float32(i)
		h := 150 + 110*float32(math.Abs(float64(i-10)))/10
		c.fill(rounded(x, 330-h, 22, h, 9), grade(hex(0xf4ddA0), hex(0xa9773c), right).grain(cuInk, right, 0, 0.4))
	}
	c.fill(rect(420, 330, 760, 150), grade(hex(0x9a5f34), hex(0x6b3c20), down).grain(cuInk, down, 0, 0.3))
	c.fill(poly(400, 480, 1200, 480, 1340, 640, 260, 640), grade(hex(0xe5b476), hex(0xb77f48), down).grain(cuWood, down, 0, 0.35))
	c.glow(800, 470, 600, hex(0xffe6b0), 0.7)
	for row := range 3 {
		for i := range 15 + row*3 {
			a := math.Pi * (0.08 + 0.84*float64(i)/float64(14+row*3))
			x, y := 800-cosf(a)*(200+110*float32(row)), 610-sinf(a)*(34+34*float32(row))
			c.person(x, y+26, 92, cuInk, cuInk, c.pick(hex(0xe0aa82), hex(0x8d5b3e), hex(0xf0c4a0)))
			if i%3 != 1 {
				c.fill(ellipse(x+10, y-28, 9, 15), flat(hex(0xa5562c)))
				c.fill(stroke(2.5, x-14, y-18, x+24, y-40), flat(cuPaper))
			}
		}
	}
	c.person(800, 660, 150, cuInk, cuInk, hex(0xe0aa82))
	c.fill(stroke(9, 816, 545, 856, 500), flat(cuInk))
	c.fill(stroke(3, 856, 500, 884, 470), flat(hex(0xffffff)))
	for side := range 2 {
		for b := range 3 {
			y := 250 + 150*float32(b)
			w := 300 - 20*float32(b)
			x := float32(0)
			if side == 1 {
				x = 1600 - w
			}
			for i := range 6 {
				c.person(x+30+float32(i)*w/6.5, y+10, 100, c.pick(cuOx, cuGreen, cuInk, hex(0x4a3a55)), cuInk, hex(0xb98562))
			}
			c.fill(rect(x, y-40, w, 62), grade(hex(0xd9a860), hex(0x8a5a30), down).grain(cuInk, down, 0, 0.4))
			c.fill(rect(x, y-40, w, 8), flat(hex(0xf4d898)))
			c.fill(rect(x, y+22, w, 60), flat(cuInk).at(0.6))
		}
	}
	for row := range 5 {
		y := 740 + 86*float32(row)
		s := 46 + 22*float32(row)
		for x := -s * float32(row%2) * 0.5; x < 1650; x += s * 1.12 {
			dark := mix(cuOx, cuInk, 0.2+0.12*float32(row))
			c.fill(rounded(x, y, s, s*1.4, s*0.26), grade(dark, mix(dark, cuInk, 0.5), down))
			if c.rnd.IntN(5) > 0 {
				c.fill(ellipse(x+s/2, y-s*0.18, s*0.24, s*0.3), grade(mix(c.pick(hex(0x3a2418), hex(0x6b4a2a), hex(0x8a7a6a)), cuInk, 0.3), cuInk, down))
			}
		}
	}
}

func theatreStage(c *canvas) {
	c.sky(0, 1067, hex(0x22304a), hex(0x35506b), hex(0x8a9c9a))
	c.fill(circle(1080, 330, 130), flat(cuPaper))
	c.fill(under(820, c.hills(640, 40)...), flat(hex(0x24384a)))
	for i, x := range []float32{420, 560, 1230} {
		c.pine(x, 830, 260+40*float32(i%2), hex(0x1f3a3f), cuInk)
	}
	c.house(640, 820, 150, 120, hex(0x8a6a54), hex(0x4a2a28), cuInk, hex(0xffd98a), 1)
	c.fill(poly(0, 820, 1600, 820, 1600, 1067, 0, 1067), grade(hex(0xb07b48), hex(0x5a3520), down).grain(cuInk, down, 0, 0.4))
	for i := range 17 {
		x := float32(i) * 100
		c.fill(stroke(2.5, x, 820, 800+(x-800)*1.7, 1067), flat(cuInk).at(0.35))
	}
	c.fill(poly(720, 0, 840, 0, 1080, 960, 560, 960), flat(hex(0xfff0c4)).at(0.22))
	c.fill(ellipse(820, 950, 270, 44), flat(hex(0xfff0c4)).at(0.4))
	c.person(780, 960, 330, cuOx, cuInk, hex(0xe0aa82))
	c.person(930, 970, 310, hex(0xe5d9c0), hex(0x5a6a72), hex(0x8d5b3e))
	for side := range 2 {
		for i := range 7 {
			t := float32(i)
			x := 54 * t
			if side == 1 {
				x = 1600 - 54*t - 62
			}
			drop := 1067 - t*t*9
			c.fill(path{}.move(x, 0).line(x+62, 0).bend(x+70, drop*0.6, x+58, drop).line(x+4, drop).bend(x-8, drop*0.6, x, 0).close(),
				grade(mix(hex(0xb0393a), cuInk, 0.1), hex(0x4a1418), []axis{right, left}[side]).grain(cuInk, down, 0, 0.4))
		}
	}
	for i := range 9 {
		x := float32(i) * 182
		c.fill(path{}.move(x-10, 0).line(x+192, 0).line(x+192, 90).bend(x+91, 220, x-10, 90).close(), grade(hex(0xb0393a), hex(0x5a1a1c), down).grain(cuInk, down, 0, 0.35))
		c.fill(path{}.move(x-10, 90).bend(x+91, 220, x+192, 90).line(x+192, 104).bend(x+91, 240, x-10, 104).close(), flat(cuGold))
	}
	for i := range 13 {
		c.fill(path{}.move(70+120*float32(i), 1067).bend(80+120*float32(i), 1020, 110+120*float32(i), 1020).bend(140+120*float32(i), 1020, 150+120*float32(i), 1067).close(), flat(cuGold))
	}
}

func lanternFestival(c *canvas) {
	c.sky(0, 640, hex(0x17182f), hex(0x33305a), hex(0x7a4f6a))
	c.stars(90, 380, cuPaper)
	c.terrace(-20, 1620, 660, 120, cuInk, hex(0xffd08a), 0.5, []rgb{hex(0x4a3450), hex(0x5a3c4a), hex(0x3c3a58)}, []rgb{hex(0x2a2038), hex(0x3a2430)})
	c.fill(rect(0, 655, 1600, 20), flat(cuInk))
	colors := []rgb{hex(0xffb45c), hex(0xf0683f), hex(0xffd98a), hex(0xe8517a)}
	for range 34 {
		x, y, s := c.between(30, 1570), c.between(60, 560), c.between(16, 42)
		k := c.pick(colors...)
		c.glow(x, y, s*3.4, k, 0.75)
		c.fill(path{}.move(x-s*0.6, y+s*0.8).bend(x-s, y-s*0.2, x-s*0.5, y-s).line(x+s*0.5, y-s).bend(x+s, y-s*0.2, x+s*0.6, y+s*0.8).close(), grade(mix(k, hex(0xffffff), 0.2), mix(k, hex(0xfff4c0), 0.6), down))
	}
	c.mirror(672, hex(0x1a1730), 0.9, 6)
	for range 20 {
		x, y := c.between(60, 1540), c.between(740, 1000)
		s := 12 + (y-700)*0.09
		k := c.pick(colors...)
		c.glow(x, y, s*3.2, k, 0.7)
		c.fill(poly(x-s*0.7, y, x+s*0.7, y, x+s*0.55, y-s*1.3, x-s*0.55, y-s*1.3), grade(mix(k, hex(0xffffff), 0.5), k, up))
		c.fill(ellipse(x, y+2, s*1.2, s*0.2), flat(hex(0x7a4a2a)))
	}
}
