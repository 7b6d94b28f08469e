package draw

// The river's colours: rain, clay, wet slate.
var (
	rvInk   = hex(0x1b2426)
	rvSlate = hex(0x45575a)
	rvRain  = hex(0x8fa3a0)
	rvMud   = hex(0x7a5634)
	rvMoss  = hex(0x5d6f48)
	rvPale  = hex(0xd8d6c4)
)

// torrent fills from y down with brown water in long tongues.
func (c *canvas) torrent(y float32, light, dark rgb) {
	c.fill(rect(0, y, c.w, c.h-y), grade(light, dark, down))
	for i := range 46 {
		t := float32(i) / 46
		py := y + 8 + (c.h-y)*t*t
		x, w := c.between(-200, c.w-80), c.between(160, 420)*(0.5+t)
		h := 3 + 16*t
		k := c.pick(mix(light, hex(0xffffff), 0.3), dark, mix(light, dark, 0.4))
		c.fill(path{}.move(x, py).bend(x+w*0.3, py-h*1.6, x+w*0.55, py).bend(x+w*0.8, py+h, x+w, py-h*0.2).
			bend(x+w*0.75, py+h*1.9, x+w*0.5, py+h*0.9).bend(x+w*0.25, py-h*0.4, x, py).close(), flat(k).at(0.55))
	}
}

func floodBridge(c *canvas) {
	c.sky(0, 620, hex(0x5f7375), rvRain, rvPale)
	c.cloud(300, 170, 900, hex(0xaebab3), hex(0x55686b), 0.8)
	c.cloud(1250, 120, 800, hex(0xa0aea9), hex(0x4d6063), 0.8)
	c.fill(under(640, c.hills(470, 60)...), flat(hex(0x8b9c94)))
	c.fill(under(660, c.hills(540, 40)...), flat(hex(0x6b7f70)))
	c.terrace(-20, 420, 640, 82, rvInk, hex(0xffd08a), 0.35, []rgb{hex(0xb9a07e), hex(0xa06a4a), rvPale}, []rgb{hex(0x5b4a44), hex(0x7b3f30)})
	c.terrace(1210, 1640, 650, 90, rvInk, hex(0xffd08a), 0.35, []rgb{hex(0xb9a07e), hex(0x8b7f6c), rvPale}, []rgb{hex(0x5b4a44), hex(0x7b3f30)})
	c.fill(poly(960, 610, 960, 380, 1005, 300, 1050, 380, 1050, 610), grade(hex(0x9a9583), hex(0x6a6a60), right).grain(rvInk, right, 0, 0.4))
	c.mist(380, 660, rvPale, 0.55, true)
	c.arches(-40, 1640, 560, 770, 5, hex(0xa79a82), rvInk, grade(hex(0x93a39d), hex(0xa98f6a), down))
	c.torrent(712, hex(0xb48a58), hex(0x5c4029))
	for k := range 5 {
		x := -40 + 336*float32(k)
		c.fill(smooth(x-70, 722, x, 690, x+80, 722, x+20, 748), flat(hex(0xeadfc6)).at(0.55))
	}
	c.fill(stroke(26, 520, 850, 860, 812), flat(hex(0x3a2a1c)))
	c.fill(stroke(12, 700, 832, 760, 760), flat(hex(0x3a2a1c)))
	c.fill(stroke(10, 620, 838, 590, 780), flat(hex(0x3a2a1c)))
	c.rain(260, hex(0xe8eae0), 0.35)
}

func damRelease(c *canvas) {
	c.sky(0, 520, hex(0x6d8388), hex(0xa7b5ab), hex(0xe0d6b6))
	c.fill(under(560, c.ridge(270, 150, 64)...), flat(hex(0x8d9f9a)))
	c.fill(under(620, c.ridge(360, 120, 64)...), grade(hex(0x6d8074), hex(0x566b58), down))
	c.mist(250, 520, hex(0xe6dfc6), 0.55, true)
	wall := path{}.move(90, 330).bend(800, 400, 1510, 330).line(1290, 940).bend(800, 990, 310, 940).close()
	c.fill(wall, grade(hex(0xd0c7b0), hex(0x8b877a), down).grain(rvInk, down, 0, 0.42))
	for i := range 13 {
		x := 90 + 1420*float32(i)/12
		foot := 310 + 980*float32(i)/12
		c.fill(stroke(3, x, 340, foot, 950), flat(rvSlate).at(0.35))
	}
	c.fill(path{}.move(80, 316).bend(800, 388, 1520, 316).line(1520, 340).bend(800, 412, 80, 340).close(), flat(hex(0xeae2cd)))
	for i := range 4 {
		x := 560 + 130*float32(i)
		c.fill(rect(x, 392, 84, 60), flat(rvInk))
		c.fill(path{}.move(x+6, 440).line(x+78, 440).bend(x+88, 700, x+150-34*float32(i), 1000).line(x-70-34*float32(i), 1000).bend(x-2, 700, x+6, 440).close(),
			grade(hex(0xf3f1e4), hex(0xbfc7b8), down).grain(rvSlate, down, 0, 0.35).at(0.94))
	}
	c.fill(poly(0, 600, 330, 890, 330, 1067, 0, 1067), grade(hex(0x52654c), rvInk, down).grain(rvInk, down, 0, 0.6))
	c.fill(poly(1600, 590, 1270, 890, 1270, 1067, 1600, 1067), grade(hex(0x4c5f49), rvInk, down).grain(rvInk, down, 0, 0.6))
	for i := range 10 {
		c.pine(30+24*float32(i), 690+24*float32(i), c.between(110, 190), hex(0x3e5a46), rvInk)
		c.pine(1580-26*float32(i), 680+24*float32(i), c.between(110, 190), hex(0x3e5a46), rvInk)
	}
	c.torrent(950, hex(0xcdbf98), hex(0x7f6a48))
	c.glow(790, 1000, 480, hex(0xf6f2e2), 0.7)
	for range 30 {
		c.fill(circle(c.between(480, 1120), c.between(880, 1010), c.between(10, 46)), flat(hex(0xf6f2e2)).at(0.28))
	}
}

func streetFlood(c *canvas) {
	c.sky(0, 640, hex(0x667a7d), hex(0x9db0a9), hex(0xe8d9b5))
	c.glow(800, 480, 500, hex(0xffe6b4), 0.7)
	c.terrace(520, 1080, 560, 70, rvInk, hex(0xffd08a), 0.2, []rgb{hex(0xa9a48e), hex(0x99806a)}, []rgb{hex(0x6f6a62)})
	c.mist(330, 600, hex(0xe8dcbc), 0.65, true)
	walls := []rgb{hex(0xb8754e), hex(0xc9b48c), hex(0x7f8b7e), hex(0xa05a40), rvPale}
	roofs := []rgb{hex(0x4f3f3a), hex(0x6b3a2d)}
	for i, s := range []float32{150, 205, 280} {
		y := 600 + 55*float32(i)
		c.house(500-float32(i)*215, y, s, s*1.55, walls[i], roofs[i%2], rvInk, hex(0xffd08a), 0.3)
		c.house(960+float32(i)*165, y, s, s*1.6, walls[4-i], roofs[(i+1)%2], rvInk, hex(0xffd08a), 0.3)
	}
	c.fill(stroke(9, 640, 640, 640, 470), flat(rvInk))
	c.fill(rounded(600, 440, 80, 52, 6), flat(hex(0x2f5f8a)))
	c.mirror(655, hex(0x8a6a46), 0.55, 5)
	c.glints(800, 700, 680, 1050, 120, hex(0xf2e4c4), 0.45)
	c.fill(path{}.move(640, 858).bend(860, 890, 1080, 850).line(1040, 920).bend(860, 940, 690, 922).close(), grade(hex(0xd9532f), hex(0x7d2c1c), down).grain(rvInk, down, 0, 0.5))
	c.person(800, 905, 190, hex(0xf0b63c), rvInk, hex(0xe0aa82))
	c.capped(930, 900, 200, hex(0x2f5f6a), rvInk, hex(0x8d5b3e), hex(0xf4ead8))
	c.fill(path{}.move(640, 862).bend(860, 894, 1080, 854).line(1074, 874).bend(860, 912, 650, 880).close(), flat(hex(0xf0683f)))
	c.fill(stroke(7, 985, 800, 1090, 960), flat(hex(0x4a331f)))
	c.rain(90, hex(0xf3efe0), 0.25)
}

func inquiryRoom(c *canvas) {
	c.sky(0, 1067, hex(0x4a3b30), hex(0x33291f))
	for i := range 9 {
		x := -20 + float32(i)*182
		c.fill(rect(x, 60, 166, 560), grade(hex(0x7c5a3c), hex(0x5f432c), down).grain(hex(0x2c1e13), fall, 0, 0.35))
		c.fill(rect(x+22, 92, 122, 480), grade(hex(0x6c4d33), hex(0x7f5d3f), down))
	}
	c.glow(800, 180, 620, hex(0xffe0a4), 0.5)
	c.fill(circle(800, 210, 92), grade(hex(0xe5c98e), hex(0xa9854b), down).grain(hex(0x5a3c1c), fall, 0, 0.6))
	c.fill(circle(800, 210, 70), flat(hex(0x6c4d33)))
	c.fill(path{}.move(748, 214).bend(775, 176, 800, 214).bend(825, 252, 852, 214).bend(825, 232, 800, 238).bend(770, 200, 748, 214).close(), flat(hex(0xe5c98e)))
	for i := range 3 {
		x := 470 + float32(i)*330
		c.fill(rounded(x-62, 350, 124, 220, 18), grade(hex(0x74312a), hex(0x4a1f1a), down))
	}
	for i, k := range []rgb{hex(0x22282e), hex(0x3a3f44), hex(0x1c2328)} {
		x := 470 + float32(i)*330
		c.person(x, 780, 400, k, rvInk, []rgb{hex(0xd9a07a), hex(0x8d5b3e), hex(0xf0c4a0)}[i])
	}
	c.fill(poly(250, 600, 1350, 600, 1440, 820, 160, 820), grade(hex(0x9a6d42), hex(0x5b3d24), down).grain(hex(0x2c1e13), down, 0.05, 0.5))
	c.fill(poly(230, 580, 1370, 580, 1350, 612, 250, 612), flat(hex(0xc59259)))
	c.fill(rect(0, 800, 1600, 270), grade(hex(0x5e6a63), hex(0x2b322f), down).grain(rvInk, down, 0.05, 0.5))
	c.fill(poly(600, 880, 1000, 880, 1040, 930, 560, 930), grade(hex(0xb98552), hex(0x86592f), down))
	c.fill(rect(580, 930, 440, 120), grade(hex(0x7b532f), hex(0x4a311d), down))
	c.fill(rounded(735, 812, 130, 90, 14), grade(hex(0x74312a), hex(0x4a1f1a), down))
	c.fill(stroke(6, 800, 905, 800, 850, 830, 826), flat(rvInk))
	c.fill(ellipse(834, 822, 13, 17), flat(hex(0x3c4448)))
	c.fill(poly(640, 892, 720, 888, 726, 916, 640, 920), flat(hex(0xf3ead4)))
	c.fill(rounded(930, 872, 26, 46, 5), grade(hex(0xdfe9e4), hex(0x93a8a4), right))
}

func riverMap(c *canvas) {
	c.sky(0, 1067, hex(0xe9e2cb), hex(0xdfd6ba))
	for i := range 7 {
		off := float32(i) * 34
		k := mix(hex(0xcdd0ac), hex(0x8fa07c), float32(i)/7)
		c.fill(smooth(220+off, 60+off*0.6, 560, 20+off, 900-off, 90+off*0.5, 980-off, 330-off*0.3, 700, 450-off*0.7, 330+off, 400-off*0.5), flat(k).at(0.65))
	}
	c.fill(path{}.move(1600, 420).bend(1400, 520, 1420, 700).bend(1430, 840, 1250, 900).bend(1150, 960, 1180, 1067).line(1600, 1067).close(), grade(hex(0x9fc0bd), hex(0x6f9ea1), right).grain(hex(0x3f7076), right, 0, 0.4))
	lake := smooth(430, 230, 520, 205, 600, 250, 570, 300, 480, 310, 420, 275)
	river := func(w float32, k paint) {
		c.fill(stroke(w, 570, 290, 640, 360, 690, 450, 800, 500, 860, 580, 980, 610, 1060, 690, 1180, 710, 1270, 770, 1420, 790), k)
	}
	c.fill(smooth(760, 450, 880, 520, 1010, 570, 1100, 650, 1260, 700, 1280, 830, 1140, 800, 1000, 720, 880, 660, 770, 560), flat(hex(0x6f9ea1)).at(0.35))
	river(22, flat(hex(0x5f949a)))
	river(10, flat(hex(0x3f7a85)))
	c.fill(lake, grade(hex(0x6fa3a8), hex(0x3f7a85), down))
	c.fill(stroke(14, 552, 330, 612, 268), flat(hex(0x8a2f22)))
	for _, p := range [][3]float32{{690, 450, 12}, {860, 580, 14}, {1060, 690, 12}, {1290, 765, 22}} {
		c.fill(circle(p[0], p[1], p[2]+7), flat(hex(0xf7f1de)))
		c.fill(circle(p[0], p[1], p[2]), flat(rvInk))
		c.fill(rounded(p[0]+30, p[1]-50, 60+p[2]*4, 12, 4), flat(rvInk).at(0.8))
		c.fill(rounded(p[0]+30, p[1]-30, 40+p[2]*3, 8, 3), flat(rvInk).at(0.45))
	}
	c.fill(rounded(110, 730, 380, 250, 10), flat(hex(0xf7f1de)))
	for i, k := range []rgb{hex(0x3f7a85), hex(0x8fb5b2), hex(0x8a2f22)} {
		c.fill(rounded(145, 772+float32(i)*62, 54, 30, 4), flat(k))
		c.fill(rounded(222, 776+float32(i)*62, 190-float32(i)*30, 9, 3), flat(rvInk).at(0.7))
		c.fill(rounded(222, 792+float32(i)*62, 120, 7, 3), flat(rvInk).at(0.4))
	}
	c.fill(poly(1490, 120, 1520, 210, 1490, 190, 1460, 210), flat(rvInk))
	c.fill(stroke(3, 1200, 985, 1400, 985), flat(rvInk))
}

func valleyRain(c *canvas) {
	c.sky(0, 600, hex(0x4f6468), hex(0x86999a), hex(0xcfd0bd))
	c.cloud(420, 190, 1000, hex(0x9aa9a6), hex(0x475b60), 0.9)
	c.cloud(1230, 230, 900, hex(0x8c9c9b), hex(0x40545a), 0.9)
	lines := [][]float32{c.hills(420, 80), c.hills(510, 70), c.hills(620, 60), c.hills(740, 60)}
	tones := []rgb{hex(0x8fa19a), hex(0x748a78), hex(0x5d7759), hex(0x475f43)}
	for i, l := range lines {
		c.fill(under(1067, l...), grade(tones[i], mix(tones[i], rvInk, 0.3), down).grain(rvInk, down, 0, 0.35))
		c.mist(330+float32(i)*90, 560+float32(i)*110, hex(0xd5d6c6), 0.35, true)
	}
	for range 60 {
		x := c.between(0, 1600)
		c.tree(x, heightAt(lines[2], x)+8, c.between(26, 52), hex(0x4d6a45), rvInk)
	}
	c.fill(path{}.move(760, 640).bend(700, 700, 840, 760).bend(980, 830, 700, 900).bend(480, 960, 560, 1067).line(980, 1067).bend(820, 960, 960, 900).bend(1180, 820, 900, 750).bend(760, 700, 790, 640).close(),
		grade(hex(0xc6c1a2), hex(0x8e7c58), down).grain(rvMud, right, 0, 0.4))
	c.house(1210, 860, 120, 96, rvPale, hex(0x6b3a2d), rvInk, hex(0xffd08a), 1)
	c.tree(1370, 880, 190, rvMoss, rvInk)
	c.tree(250, 960, 260, rvMoss, rvInk)
	c.rain(420, hex(0xeceee4), 0.38)
}
