package draw

import "math"

// The sea's colours: cold green, foam, signal red.
var (
	seInk  = hex(0x10202b)
	seDeep = hex(0x1c4858)
	sePale = hex(0xdde3d8)
	seRed  = hex(0xcf4a34)
	seFoam = hex(0xf2f2e6)
)

// swell lays rows of waves from y to the lower edge.
func (c *canvas) swell(y float32, far, near rgb, rows int, rough float32) {
	for i := range rows {
		t := float32(i) / float32(rows-1)
		top := y + (c.h-y)*t*t*0.92
		k := mix(far, near, t)
		long := 60 + 300*float64(t)
		phase := c.rnd.Float64() * 20
		var xy []float32
		for x := float32(-20); x <= c.w+20; x += 10 {
			u := float64(x)/long + phase
			crest := float32(math.Abs(math.Sin(u))) + 0.4*float32(math.Sin(u*2.3))
			xy = append(xy, x, top-crest*rough*(0.15+t))
		}
		c.fill(under(c.h, xy...), grade(mix(k, hex(0xffffff), 0.12), mix(k, near, 0.6), down).grain(seInk, down, 0, 0.12*t))
		for range 9 {
			fx := c.between(0, c.w)
			fy := heightAt(xy, fx)
			c.fill(ellipse(fx, fy+3*t, c.between(16, 60)*(0.2+t), 1+3*t), flat(seFoam).at(0.5))
		}
	}
}

func ferrySea(c *canvas) {
	c.sky(0, 620, hex(0x5f97a3), hex(0xa9c9c0), hex(0xf2e6c8))
	c.glow(1200, 520, 560, hex(0xfff3d0), 0.7)
	c.cloud(430, 230, 700, hex(0xfaf3e0), hex(0x7da3a6), 0.85)
	c.cloud(1300, 320, 460, hex(0xf7efd9), hex(0x8fb0b0), 0.75)
	c.fill(under(600, 900, 600, 980, 545, 1080, 520, 1190, 548, 1330, 500, 1480, 560, 1600, 570), flat(hex(0x86a8a8)))
	c.swell(600, hex(0x7fa9a8), hex(0x3b7480), 5, 10)
	c.ferry(330, 700, 830, seDeep, seRed, seInk, 0.1)
	c.fill(path{}.move(350, 690).bend(240, 700, 300, 716).line(1210, 716).bend(1290, 700, 1150, 694).close(), flat(seFoam).at(0.8))
	c.swell(712, hex(0x5d959b), seDeep, 8, 30)
	c.birds(500, 330, 280, 9, seInk)
}

func fogCollision(c *canvas) {
	c.sky(0, 720, hex(0x5f757a), hex(0x9fada8), hex(0xd2d4c5))
	hull := path{}.move(820, 250).line(1010, 205).line(1610, 190).line(1610, 800).line(1010, 800).bend(930, 560, 820, 250).close()
	c.fill(hull, grade(hex(0x4a5d63), hex(0x34454b), down).grain(seInk, right, 0, 0.3))
	c.fill(poly(820, 250, 1010, 205, 1610, 190, 1610, 236, 1016, 252, 834, 296), flat(hex(0x8f9f9c)))
	c.fill(path{}.move(944, 610).line(1610, 590).line(1610, 800).line(1010, 800).bend(975, 720, 944, 610).close(), grade(hex(0x8a4434), hex(0x5a2c26), down))
	for i := range 5 {
		y := 330 + 56*float32(i)
		for x := 872 + 22*float32(i); x < 1600; x += 30 {
			c.fill(circle(x, y, 2.4), flat(seInk).at(0.5))
		}
	}
	c.fill(ellipse(960, 352, 13, 21), flat(seInk))
	c.fill(stroke(10, 960, 366, 968, 470), flat(seInk))
	c.mist(60, 800, hex(0xc6ccc2), 0.66, true)
	c.ferry(170, 752, 740, seDeep, seRed, seInk, 0.95)
	c.glow(170+740*0.315, 752-740*0.36, 110, hex(0xfff0c4), 0.95)
	c.glow(186, 668, 90, hex(0x9affc0), 0.85)
	c.glow(1016, 200, 150, hex(0xff6a4a), 0.75)
	c.swell(738, hex(0x93a6a4), hex(0x2f4a54), 8, 24)
	c.fill(path{}.move(180, 752).bend(90, 764, 150, 780).line(930, 780).bend(1000, 764, 880, 752).close(), flat(seFoam).at(0.55))
	c.mist(0, 430, hex(0xbfc7c0), 0.8, false)
	for i, y := range []float32{590, 650, 712} {
		c.fill(ellipse(300+500*float32(i), y, 900, 30), flat(hex(0xdadcd0)).at(0.17))
	}
}

func trackChart(c *canvas) {
	c.sky(0, 1067, hex(0xe8ebdd), hex(0xd3dfd4))
	for i := range 6 {
		off := float32(i) * 42
		c.fill(smooth(-120, 380-off*0.5, 220+off, 330-off*0.2, 420+off*1.3, 520, 330+off*1.4, 800+off*0.5, 60+off, 1000+off*0.6, -160, 900), flat(hex(0x9cc3bf)).at(0.17))
		c.fill(smooth(1250-off*1.3, -80, 1380-off, 160+off, 1540, 260+off, 1750, 200, 1700, -140), flat(hex(0x9cc3bf)).at(0.17))
	}
	c.fill(smooth(-80, 460, 190, 410, 300, 560, 230, 760, 40, 880, -120, 800), grade(hex(0xd9cfa4), hex(0xbfae7c), down).grain(hex(0x6d5f3a), rise, 0, 0.35))
	c.fill(smooth(1380, -60, 1450, 90, 1640, 140, 1720, -60), grade(hex(0xd9cfa4), hex(0xbfae7c), down))
	for i := range 9 {
		c.fill(stroke(1.5, 0, 120*float32(i), 1600, 120*float32(i)), flat(seInk).at(0.16))
		c.fill(stroke(1.5, 200*float32(i), 0, 200*float32(i), 1067), flat(seInk).at(0.16))
	}
	track := func(k rgb, xy ...float32) {
		for i := 0; i+3 < len(xy); i += 2 {
			dx, dy := xy[i+2]-xy[i], xy[i+3]-xy[i+1]
			for t := float32(0); t < 1; t += 0.125 {
				c.fill(stroke(9, xy[i]+dx*t, xy[i+1]+dy*t, xy[i]+dx*(t+0.075), xy[i+1]+dy*(t+0.075)), flat(k))
			}
			c.fill(circle(xy[i], xy[i+1], 13), flat(k))
			c.fill(rounded(xy[i]+22, xy[i+1]-26, 60, 9, 3), flat(seInk).at(0.65))
		}
	}
	track(seRed, 250, 640, 430, 660, 610, 640, 770, 570, 880, 520)
	track(seDeep, 1490, 880, 1330, 790, 1170, 690, 1010, 590, 880, 520)
	for r := float32(90); r > 20; r -= 24 {
		c.fill(circle(880, 520, r), flat(seRed).at(0.14))
	}
	c.fill(stroke(8, 852, 492, 908, 548), flat(seInk))
	c.fill(stroke(8, 852, 548, 908, 492), flat(seInk))
	for i := range 32 {
		a := float64(i) * math.Pi / 16
		r0 := float32(118)
		if i%4 == 0 {
			r0 = 96
		}
		c.fill(stroke(3, 1340+cosf(a)*r0, 330+sinf(a)*r0, 1340+cosf(a)*136, 330+sinf(a)*136), flat(seInk).at(0.8))
	}
	c.fill(poly(1340, 215, 1362, 330, 1340, 312, 1318, 330), flat(seRed))
	c.fill(poly(1340, 445, 1362, 330, 1340, 348, 1318, 330), flat(seInk))
	for range 50 {
		c.fill(rounded(c.between(330, 1500), c.between(40, 1040), 16, 5, 2), flat(seInk).at(0.35))
	}
}

func lighthouseStorm(c *canvas) {
	c.sky(0, 700, hex(0x16303f), hex(0x31576a), hex(0x8aa3a3))
	c.cloud(300, 220, 900, hex(0x567784), hex(0x1d3a49), 0.9)
	c.cloud(1300, 140, 800, hex(0x4b6c7b), hex(0x1a3544), 0.9)
	c.fill(poly(1085, 300, 0, 120, 0, 330), grade(hex(0xffeeb5), hex(0xffeeb5), left).at(0.16))
	c.fill(poly(1085, 300, 0, 180, 0, 270), flat(hex(0xffeeb5)).at(0.2))
	c.swell(640, hex(0x5b828b), hex(0x2a5563), 5, 26)
	c.fill(smooth(820, 770, 900, 690, 1010, 650, 1160, 640, 1290, 680, 1420, 740, 1560, 800, 1640, 900, 1200, 900, 800, 880), grade(hex(0x4c5558), seInk, down).grain(seInk, fall, 0.1, 0.7))
	c.lighthouse(1085, 665, 430, seFoam, seRed, seInk)
	c.house(1160, 676, 110, 60, seFoam, hex(0x8d3b2c), seInk, hex(0xffd98a), 1)
	c.glow(1085, 285, 260, hex(0xfff0b8), 0.9)
	for range 34 {
		c.fill(circle(850+c.between(-110, 120), 760+c.between(-150, 60), c.between(3, 20)), flat(seFoam).at(c.between(0.25, 0.8)))
	}
	c.swell(800, hex(0x3f6c78), hex(0x14303d), 6, 60)
	c.rain(120, sePale, 0.25)
}

func islands(c *canvas) {
	c.sky(0, 560, hex(0x4f9aa8), hex(0xa8d0c2), hex(0xf9e9c4))
	c.cloud(1150, 200, 620, hex(0xfff8e6), hex(0x86b4b4), 0.85)
	for i, k := range []rgb{hex(0x9dc2bc), hex(0x74a39c), hex(0x4f8478)} {
		x := 250 + 330*float32(i)
		c.fill(smooth(x-300, 580, x-120, 500-30*float32(i), x+60, 450+20*float32(i), x+260, 520, x+420, 580, x, 610), grade(mix(k, hex(0xfff4c8), 0.2), k, right).grain(seInk, right, 0, 0.3))
	}
	c.swell(565, hex(0x7fbdb8), hex(0x2b7c86), 7, 10)
	c.fill(smooth(-80, 800, 120, 690, 330, 650, 560, 690, 700, 780, 640, 860, 300, 900, -80, 900), grade(hex(0x9db06a), hex(0x54713f), down).grain(hex(0x27402c), fall, 0, 0.5))
	c.fill(smooth(420, 850, 640, 800, 760, 815, 800, 850, 600, 885), grade(hex(0xf3e2b4), hex(0xd9bf86), down))
	for i, x := range []float32{190, 280, 370, 470} {
		c.house(x, 730+12*float32(i%2), 74, 54, seFoam, []rgb{hex(0x9c4632), hex(0x4a5a62)}[i%2], seInk, hex(0xffd98a), 0)
	}
	c.fill(rect(640, 822, 300, 14), flat(hex(0x6d4f35)))
	for x := float32(660); x < 940; x += 55 {
		c.fill(rect(x, 822, 9, 54), flat(hex(0x4b3523)))
	}
	c.ferry(900, 860, 430, hex(0x1f5a6a), seRed, seInk, 0)
	c.fill(ellipse(1120, 866, 260, 9), flat(seFoam).at(0.6))
	c.birds(900, 300, 300, 8, seInk)
}

func seabirds(c *canvas) {
	c.sky(0, 1067, hex(0x83b6bd), hex(0xd7e2d0), hex(0xf4e3bd))
	c.swell(760, hex(0x86b3b2), hex(0x356f7c), 6, 18)
	cliff := poly(0, 80, 330, 60, 520, 150, 560, 330, 660, 420, 640, 600, 740, 720, 760, 900, 880, 1067, 0, 1067)
	c.fill(cliff, grade(hex(0xb9a98b), hex(0x5c5548), fall).grain(seInk, fall, 0, 0.5))
	for i := range 9 {
		y := 170 + float32(i)*92
		x := 470 + float32(i)*36
		c.fill(poly(0, y+30, x, y, x+30, y+14, 0, y+56), flat(hex(0xe4d9bd)).at(0.5))
		for bx := c.between(20, 60); bx < x-20; bx += c.between(30, 70) {
			by := y + 30 - 30*bx/x
			c.fill(ellipse(bx, by-13, 9, 15), flat(seFoam))
			c.fill(path{}.move(bx-9, by-12).bend(bx-12, by-34, bx+2, by-34).bend(bx+12, by-24, bx+3, by-4).close(), flat(seInk))
			c.fill(poly(bx+5, by-30, bx+16, by-26, bx+5, by-25), flat(seRed))
		}
	}
	c.fill(path{}.move(0, 70).bend(170, 30, 330, 60).line(520, 150).bend(300, 110, 0, 130).close(), flat(hex(0x7d9a55)))
	c.birds(1130, 360, 380, 34, seInk)
	for range 16 {
		x, y, s := c.between(760, 1540), c.between(120, 720), c.between(24, 52)
		c.fill(path{}.move(x-s, y-s*0.5).bend(x-s*0.3, y-s*0.5, x, y).bend(x+s*0.3, y-s*0.55, x+s, y-s*0.6).bend(x+s*0.3, y-s*0.1, x+s*0.15, y+s*0.2).bend(x-s*0.25, y+s*0.1, x-s, y-s*0.5).close(), flat(seFoam))
	}
}

func regatta(c *canvas) {
	c.sky(0, 560, hex(0x3d8ea3), hex(0x9fd0c8), hex(0xfdf0cf))
	c.cloud(500, 190, 640, hex(0xffffff), hex(0x8fc0c2), 0.8)
	c.fill(under(570, c.hills(520, 22)...), flat(hex(0x7eaaa0)))
	c.swell(565, hex(0x74b8b8), hex(0x1f6878), 8, 14)
	sail := func(x, y, h float32, k, flag rgb) {
		c.fill(path{}.move(x, y-h).bend(x+h*0.30, y-h*0.45, x+h*0.42, y-h*0.06).line(x+h*0.01, y-h*0.06).close(), grade(k, mix(k, seInk, 0.22), right).grain(seInk, right, 0, 0.35))
		c.fill(path{}.move(x-h*0.02, y-h*0.88).bend(x-h*0.10, y-h*0.4, x-h*0.26, y-h*0.07).line(x-h*0.02, y-h*0.07).close(), grade(mix(k, hex(0xffffff), 0.4), k, left))
		c.fill(poly(x+h*0.02, y-h*0.62, x+h*0.24, y-h*0.50, x+h*0.31, y-h*0.34, x+h*0.02, y-h*0.44), flat(flag))
		c.fill(path{}.move(x-h*0.34, y-h*0.05).line(x+h*0.48, y-h*0.03).bend(x+h*0.40, y+h*0.05, x+h*0.3, y+h*0.05).line(x-h*0.16, y+h*0.05).close(), grade(seFoam, mix(seFoam, seInk, 0.4), down))
		c.fill(ellipse(x+h*0.05, y+h*0.055, h*0.46, h*0.016), flat(seFoam).at(0.8))
	}
	white := hex(0xfbf5e6)
	sail(200, 610, 150, white, hex(0xd9a441))
	sail(430, 625, 180, white, hex(0x2b6f80))
	sail(1400, 640, 210, white, hex(0x4e7d4f))
	sail(1090, 720, 360, white, hex(0xd9a441))
	sail(560, 860, 620, white, seRed)
	c.glints(1200, 600, 760, 1050, 60, white, 0.5)
}
