package draw

// The harbour's colours: deep water, sodium light, rust.
var (
	hbInk   = hex(0x0e1f2b)
	hbDeep  = hex(0x123544)
	hbTeal  = hex(0x1f6370)
	hbSand  = hex(0xf0cf9c)
	hbCoral = hex(0xe2683f)
	hbRust  = hex(0xa8452c)
	hbCream = hex(0xf8ecd4)
)

func harbourDusk(c *canvas) {
	c.sky(0, 700, hex(0x1d4a5e), hex(0x5b8a8c), hbSand, hex(0xf3a266))
	c.glow(1090, 560, 620, hex(0xffc27a), 0.9)
	c.fill(circle(1090, 590, 74), grade(hex(0xfff0c2), hex(0xffc46e), down))
	c.cloud(420, 250, 560, hex(0xf6c796), hex(0x4f7c84), 0.75)
	c.cloud(1350, 160, 420, hex(0xe9b48a), hex(0x3f6b78), 0.6)
	c.fill(under(700, c.hills(610, 40)...), flat(hex(0x6f8f8d)).at(0.75))
	far := flat(hex(0x4d7377))
	for i, x := range []float32{160, 300, 430} {
		c.gantry(x, 690, 0.5+0.03*float32(i), far, false)
	}
	c.mist(420, 700, hex(0xf7c993), 0.55, true)
	c.freighter(690, 690, 640, hbDeep, hbRust, hbInk, hbCoral, hbTeal, hbSand, hex(0x3d7f7d), hbRust)
	near := grade(hex(0x14303d), hbInk, down)
	c.gantry(1390, 704, 1.22, near, false)
	c.gantry(1130, 704, 1.02, near, true)
	c.fill(rect(1000, 690, 700, 30), flat(hbInk))
	c.mirror(705, hex(0x123a49), 0.86, 5)
	c.glints(1090, 260, 720, 1060, 130, hex(0xffd9a0), 0.7)
	c.birds(520, 380, 170, 7, hbInk)
}

func harbourIdle(c *canvas) {
	c.sky(0, 640, hex(0xa9c7c3), hex(0xdfe3d0), hex(0xf6e2c0))
	c.glow(300, 600, 700, hex(0xfff0cf), 0.7)
	c.fill(under(640, c.hills(560, 30)...), flat(hex(0x9db5ae)))
	for i, x := range []float32{150, 420, 700, 990} {
		s := 0.72 + 0.16*float32(i)
		c.gantry(x+120*float32(i)*0.35, 650+8*float32(i), s, grade(mix(hex(0x6d8f90), hbTeal, float32(i)/3), mix(hex(0x4c7377), hbInk, float32(i)/4), down), true)
	}
	c.mist(360, 680, hex(0xf3e6cb), 0.6, true)
	c.fill(poly(0, 700, 1600, 668, 1600, 790, 0, 760), grade(hex(0x56777a), hex(0x2c4f58), down).grain(hbInk, down, 0, 0.35))
	for x := float32(40); x < 1600; x += 170 {
		c.fill(rounded(x, 690, 26, 30, 8), grade(hbCoral, hbRust, down))
	}
	c.mirror(775, hex(0x4f8084), 0.75, 4)
	c.trawler(250, 880, 230, hbCoral, hbInk)
	c.glints(360, 500, 800, 1060, 90, hbCream, 0.55)
	c.birds(900, 240, 260, 9, hex(0x4c7377))
}

func containerYard(c *canvas) {
	c.sky(0, 620, hex(0x2b6f80), hex(0x8fb9ac), hbSand)
	c.glow(250, 470, 560, hex(0xffe2ab), 0.7)
	c.gantry(1290, 760, 1.35, grade(hex(0x2a5866), hbDeep, down), false)
	c.boxes(-40, 720, 118, 56, 15, 5, false, hbInk, hex(0x5f8f90), hex(0x86a79d), hex(0xc7a77d), hex(0xb57257))
	c.mist(420, 730, hbSand, 0.45, true)
	c.boxes(-60, 980, 236, 112, 4, 5, false, hbInk, hbCoral, hbTeal, hex(0xd9a441), hbRust)
	c.boxes(1010, 980, 236, 112, 3, 3, false, hbInk, hbCoral, hbTeal, hex(0x2f4f5c), hex(0xd9a441))
	c.fill(rect(0, 968, 1600, 110), grade(hex(0x3c545a), hbInk, down).grain(hbInk, down, 0.1, 0.6))
	c.fill(poly(0, 1010, 1600, 1000, 1600, 1012, 0, 1024), flat(hex(0xe7b450)))
	c.capped(930, 1010, 150, hex(0xf08a3c), hbInk, hex(0xd9a07a), hex(0xf4d35e))
	c.capped(985, 1016, 156, hex(0x274a58), hbInk, hex(0x8a5a3c), hbCream)
}

func picketLine(c *canvas) {
	c.sky(0, 800, hex(0x0d2130), hex(0x173d4d), hex(0x3c6468))
	c.stars(60, 400, hbCream)
	for i, x := range []float32{260, 640, 1320} {
		c.gantry(x, 800, 0.95+0.12*float32(i%2), flat(mix(hex(0x1d4453), hbInk, 0.25*float32(i))), true)
	}
	c.mist(500, 810, hex(0xa5683f), 0.5, true)
	c.fill(rect(0, 800, 1600, 280), grade(hex(0x2a3c42), hex(0x0c1820), down).grain(hbInk, down, 0.1, 0.5))
	c.glow(800, 820, 560, hex(0xff9a4a), 0.95)
	coats := []rgb{hex(0xd97b3a), hex(0x2d5a68), hbRust, hex(0x3e4e52), hex(0xd9a441)}
	skins := []rgb{hex(0xe0aa82), hex(0x8d5b3e), hex(0xc98d66), hex(0x6d452f)}
	signs := []rgb{hbCream, hex(0xf4d35e), hbCoral}
	for i, x := range []float32{190, 330, 470, 590, 1010, 1140, 1270, 1420} {
		h := c.between(255, 300)
		if i%2 == 0 {
			c.placard(x+36, 780, 230, c.between(-0.14, 0.14), signs[i/2%3], hbInk)
		}
		c.capped(x, 925+c.between(-20, 30), h, coats[i%5], hbInk, skins[i%4], c.pick(hbInk, hbCoral, hex(0xf4d35e)))
	}
	c.fill(poly(745, 840, 855, 840, 838, 960, 762, 960), grade(hex(0x5a3a2a), hex(0x1a1412), down).grain(hex(0xff8a3c), up, 0, 0.4))
	for i, x := range []float32{770, 800, 826} {
		h := float32(120 + 50*(i%2))
		c.fill(path{}.move(x-24, 842).bend(x-30, 842-h*0.5, x+4, 842-h).bend(x+34, 842-h*0.45, x+24, 842).close(), grade(hex(0xffe08a), hex(0xf0642c), down))
	}
	c.glow(800, 800, 200, hex(0xffd27a), 0.9)
	for range 40 {
		c.fill(circle(c.between(720, 900), c.between(420, 780), c.between(1.5, 4)), flat(hex(0xffb45c)).at(c.between(0.3, 1)))
	}
}

func talksTable(c *canvas) {
	c.sky(0, 1067, hex(0x1a3b46), hex(0x234d55))
	for _, x := range []float32{150, 620, 1090} {
		c.fill(rect(x, 90, 340, 430), grade(hex(0x80a8a4), hbSand, down))
		c.fill(under(520, x, 470, x+90, 455, x+190, 474, x+340, 448), flat(hex(0x54797b)))
		c.gantry(x+210, 520, 0.55, flat(hex(0x3c6569)), true)
		for i := range 4 {
			c.fill(rect(x-8+float32(i)*114, 80, 14, 450), flat(hbInk))
		}
		c.fill(rect(x-8, 290, 356, 10), flat(hbInk))
		c.fill(poly(x, 540, x+340, 540, x+470, 1067, x+20, 1067), flat(hbSand).at(0.10))
	}
	c.fill(poly(240, 690, 1360, 690, 1600, 900, 0, 900), grade(hex(0xb97a4a), hex(0x7d4527), down).grain(hex(0x4a2415), fall, 0, 0.5))
	c.fill(poly(0, 900, 1600, 900, 1600, 960, 0, 960), flat(hex(0x5a2f1b)))
	skins := []rgb{hex(0xe0aa82), hex(0x8d5b3e), hex(0xc98d66), hex(0x6d452f), hex(0xf0c4a0)}
	suits := []rgb{hex(0x22313a), hex(0x3e4e52), hex(0x16242e)}
	work := []rgb{hex(0xe0803a), hbTeal, hbRust}
	for i := range 3 {
		x := 260 + float32(i)*130
		c.person(x, 850-float32(i)*4, 330, suits[i], hbInk, skins[i])
		c.capped(1600-x, 850-float32(i)*4, 330, work[i], hbInk, skins[4-i], c.pick(hbInk, hbCoral))
	}
	c.fill(poly(250, 700, 1350, 700, 1560, 885, 40, 885), grade(hex(0xd09a62), hex(0x8e5330), down).grain(hex(0x5a2c18), fall, 0, 0.4))
	for i, x := range []float32{330, 520, 660, 940, 1080, 1260} {
		y := 770 + float32(i%2)*40
		c.fill(poly(x, y, x+90, y-8, x+104, y+36, x+8, y+46), flat(hbCream))
		for l := range 3 {
			c.fill(stroke(3, x+14, y+10+float32(l)*10, x+84, y+4+float32(l)*10), flat(hex(0x8a8474)))
		}
	}
	c.fill(rect(790, 700, 20, 185), flat(hbCoral).at(0.85))
	for _, x := range []float32{600, 1000} {
		c.fill(rounded(x-14, 740, 28, 54, 6), grade(hex(0xd9ecec), hex(0x7fa9a6), right))
	}
	c.glow(800, 300, 800, hex(0xffdba0), 0.22)
}

func quayNight(c *canvas) {
	c.sky(0, 620, hex(0x0b1a2a), hex(0x15384a), hex(0x2f6268))
	c.stars(110, 420, hbCream)
	c.fill(circle(1240, 190, 62), flat(hex(0xf7eccb)))
	c.fill(circle(1265, 176, 56), flat(hex(0x10283a)))
	c.skyline(600, 120, 330, hex(0x27505c), hex(0x0f2a38), hex(0xffcf7e), 0.35)
	c.skyline(630, 60, 190, hex(0x17394a), hbInk, hex(0xffb75e), 0.5)
	c.terrace(-20, 1600, 650, 96, hbInk, hex(0xffcf7e), 0.6, []rgb{hex(0x7a4b3a), hex(0x3e6469), hex(0x9c7048), hex(0x2b4c5a)}, []rgb{hex(0x28333b), hex(0x5b3028)})
	for x := float32(90); x < 1600; x += 205 {
		c.lamp(x, 672, 96, hbInk, hex(0xffd48a))
	}
	c.fill(rect(0, 650, 1600, 26), flat(hbInk))
	c.mirror(676, hex(0x0d2534), 0.9, 7)
	c.trawler(1120, 830, 260, hex(0x2c6a74), hbInk)
}
