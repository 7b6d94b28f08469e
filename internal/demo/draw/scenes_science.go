package draw

import "math"

// The science pages' colours: violet night, mint, lemon.
var (
	scInk    = hex(0x161a33)
	scViolet = hex(0x453a74)
	scMint   = hex(0x6fc2a4)
	scLemon  = hex(0xf3dc6b)
	scPale   = hex(0xeef3e4)
	scRose   = hex(0xe0708a)
)

func labGlass(c *canvas) {
	c.sky(0, 820, hex(0x2b2b5a), hex(0x4b4a82), hex(0x8f86b4))
	c.glow(800, 520, 760, hex(0xd6f3e0), 0.45)
	for i := range 3 {
		c.fill(rect(0, 130+130*float32(i), 1600, 10), flat(scInk).at(0.5))
		for x := c.between(40, 90); x < 1560; x += c.between(60, 120) {
			h := c.between(40, 90)
			c.fill(rounded(x, 130+130*float32(i)-h, c.between(28, 50), h, 9), flat(c.pick(scMint, scRose, scLemon, scViolet)).at(0.32))
		}
	}
	c.fill(rect(0, 800, 1600, 270), grade(hex(0xdfe6dc), hex(0x8d97a8), down).grain(scInk, down, 0, 0.35))
	glass := func(p path) { c.fill(p, grade(hex(0xf2fbf6), hex(0xb7cfd6), right).at(0.35)) }
	flask := func(x, y, s float32, k rgb, level float32) {
		w := func(t float32) float32 { return s * (0.16 + 0.62*t) }
		c.fill(poly(x-w(1-level), y-s*1.2*level, x+w(1-level), y-s*1.2*level, x+s*0.78, y-6, x-s*0.78, y-6), grade(mix(k, hex(0xffffff), 0.25), k, down).grain(scInk, down, 0, 0.3))
		c.fill(ellipse(x, y-s*1.2*level, w(1-level), s*0.09), flat(mix(k, hex(0xffffff), 0.5)))
		glass(poly(x-s*0.16, y-s*1.2, x-s*0.16, y-s*1.85, x+s*0.16, y-s*1.85, x+s*0.16, y-s*1.2, x+s*0.8, y, x-s*0.8, y))
		c.fill(rounded(x-s*0.21, y-s*1.9, s*0.42, s*0.08, s*0.03), flat(scPale).at(0.8))
		c.fill(stroke(s*0.035, x-s*0.08, y-s*1.15, x-s*0.56, y-s*0.16), flat(hex(0xffffff)).at(0.6))
		for range 12 {
			c.fill(circle(x+c.between(-0.5, 0.5)*s, y-c.between(0.06, level)*s*0.9, c.between(2, 8)), flat(hex(0xffffff)).at(0.4))
		}
	}
	flask(430, 880, 230, scMint, 0.42)
	flask(1180, 900, 270, scRose, 0.34)
	flask(810, 850, 150, scLemon, 0.5)
	for i := range 5 {
		x := 620 + 62*float32(i)
		k := []rgb{scRose, scMint, scLemon, hex(0x6aa7d8), scMint}[i]
		c.fill(rounded(x, 690-40*float32(i%2), 34, 250, 17), flat(k).at(0.85))
		glass(rounded(x-3, 560, 40, 385, 18))
		c.fill(stroke(4, x+6, 590, x+6, 900), flat(hex(0xffffff)).at(0.55))
	}
	c.fill(rect(590, 760, 350, 22), grade(hex(0xb9824e), hex(0x6a4428), down))
	c.fill(rect(590, 930, 350, 26), grade(hex(0xb9824e), hex(0x6a4428), down))
	c.fill(joined(rect(590, 760, 16, 190), rect(924, 760, 16, 190)), flat(hex(0x7d5232)))
}

func windFarm(c *canvas) {
	c.sky(0, 660, hex(0x6f78b4), hex(0xd9a6a8), hex(0xf8dfaa))
	c.glow(420, 600, 640, hex(0xfff0bd), 0.85)
	c.fill(circle(420, 620, 56), flat(hex(0xfff6d8)))
	c.cloud(1150, 240, 700, hex(0xf6c9b0), hex(0x7d7aa8), 0.8)
	for row := range 3 {
		for i := range 6 - row {
			t := float32(row) / 2
			k := mix(hex(0xc9b4b8), hex(0xfbf6ea), t)
			c.turbine(110+float32(i)*(290+70*float32(row))+70*float32(row), 660+24*float32(row), 170+150*float32(row), c.rnd.Float64()*2, k, hex(0x6d6a8f))
		}
		c.mist(420, 670, hex(0xf8dfaa), 0.28, true)
	}
	c.swell(655, hex(0xb9a9a8), hex(0x3a4c7a), 8, 20)
	c.glints(420, 300, 680, 1060, 90, hex(0xffe9b0), 0.7)
	c.trawler(1150, 850, 190, hex(0xd9533f), scInk)
	c.turbine(1360, 960, 640, 0.5, hex(0xfbf6ea), hex(0x6d6a8f))
	c.fill(rect(1330, 930, 60, 90), grade(hex(0xf3cf4a), hex(0xb58a2a), right))
}

func seagrass(c *canvas) {
	c.sky(0, 1067, hex(0x9fe0cf), hex(0x3d9fa4), hex(0x17556e), hex(0x0d2c4a))
	for i := range 9 {
		x := 120 + 170*float32(i)
		c.fill(poly(x, -10, x+70, -10, x-140+c.between(-60, 60), 900, x-330, 900), flat(hex(0xf2ffe6)).at(0.09))
	}
	fish := func(x, y, s float32, k rgb) {
		c.fill(path{}.move(x-s, y).bend(x-s*0.2, y-s*0.55, x+s*0.7, y).bend(x-s*0.2, y+s*0.55, x-s, y).close(), grade(k, mix(k, scInk, 0.4), down))
		c.fill(poly(x+s*0.6, y, x+s*1.15, y-s*0.36, x+s*1.0, y, x+s*1.15, y+s*0.36), flat(mix(k, scInk, 0.2)))
		c.fill(circle(x-s*0.62, y-s*0.06, s*0.07), flat(scInk))
	}
	for range 46 {
		fish(c.between(900, 1500), c.between(170, 430), c.between(12, 22), hex(0xd6efe2))
	}
	c.fill(under(1067, c.hills(950, 24)...), grade(hex(0xc9bd8a), hex(0x5a5f58), down).grain(scInk, down, 0, 0.5))
	for layer := range 3 {
		t := float32(layer) / 2
		k := mix(hex(0x2a7f7a), hex(0x5fae4c), t)
		for range 120 {
			x, h := c.between(-20, 1620), c.between(150, 380)*(0.6+0.5*t)
			sway := c.between(-70, 110)
			y := 960 + 60*t
			w := 5 + 5*t
			c.fill(path{}.move(x, y).bend(x+sway*0.1, y-h*0.5, x+sway, y-h).bend(x+sway*0.1+w*2, y-h*0.5, x+w, y).close(), grade(mix(k, scLemon, 0.35), mix(k, scInk, 0.5), down))
		}
	}
	fish(520, 470, 70, hex(0xf0a04c))
	fish(690, 560, 50, hex(0xf0a04c))
	fish(330, 600, 44, scRose)
	for range 40 {
		c.fill(circle(c.between(0, 1600), c.between(60, 900), c.between(2, 8)), flat(scPale).at(0.35))
	}
}

func wheatField(c *canvas) {
	c.sky(0, 560, hex(0x4f8fb8), hex(0xa9d0cc), hex(0xfbeec4))
	c.cloud(430, 200, 680, hex(0xffffff), hex(0x8fb4c4), 0.9)
	c.cloud(1230, 290, 480, hex(0xffffff), hex(0x9fc0c8), 0.8)
	c.fill(under(700, c.hills(500, 40)...), flat(hex(0x8fae8a)))
	l := c.hills(560, 26)
	c.fill(under(800, l...), grade(hex(0xb9b45c), hex(0x8a8f4a), down))
	for range 24 {
		x := c.between(0, 1600)
		c.tree(x, heightAt(l, x)+8, c.between(50, 90), hex(0x5d7f4a), scInk)
	}
	c.house(1120, 590, 100, 70, hex(0xe4d9c0), hex(0x9c4632), scInk, scLemon, 0.2)
	c.fill(rect(0, 640, 1600, 440), grade(hex(0xf0cf6a), hex(0xb57c2c), down))
	for row := range 24 {
		t := float32(row) / 23
		y := 640 + 430*t*t
		for x := c.between(-30, 0); x < 1640; x += 5 + 26*t {
			h := (16 + 120*t) * c.between(0.75, 1.2)
			lean := h * c.between(0.04, 0.28)
			k := mix(c.pick(hex(0xf6dc84), hex(0xdcae48), hex(0xc78f36)), hex(0x8a5a20), 0.25*t)
			c.fill(stroke(1+2.4*t, x, y, x+lean*0.6, y-h), flat(k))
			if t > 0.25 {
				c.fill(ellipse(x+lean*0.7, y-h-6*t, 2+6*t, 5+17*t), grade(mix(k, hex(0xffffff), 0.25), k, right))
			}
		}
	}
}

func observatory(c *canvas) {
	c.sky(0, 900, hex(0x0e1030), hex(0x2a2560), hex(0x7a4a86), hex(0xe09a84))
	for range 260 {
		t := c.rnd.Float32()
		x, y := 1600*t+c.between(-140, 140), 620-560*t+c.between(-120, 120)
		c.fill(circle(x, y, c.between(6, 46)), flat(c.pick(hex(0x8f86d0), hex(0xd090b8), hex(0xf0d0c0))).at(0.035))
	}
	c.stars(420, 780, scPale)
	for range 9 {
		c.glow(c.between(0, 1600), c.between(0, 500), 26, scPale, 0.9)
	}
	c.fill(stroke(3, 1120, 130, 1330, 210), flat(scPale).at(0.8))
	c.fill(under(1067, c.ridge(820, 90, 64)...), grade(hex(0x332a5a), scInk, down).grain(scInk, down, 0, 0.5))
	c.fill(smooth(-60, 1000, 300, 880, 700, 830, 1080, 850, 1640, 960, 1640, 1120, -60, 1120), grade(hex(0x1f1c42), hex(0x0c0d22), down))
	c.fill(rect(520, 690, 330, 170), grade(hex(0xd9d6e4), hex(0x6a6494), right).grain(scInk, right, 0, 0.5))
	c.fill(path{}.move(505, 694).curve(505, 470, 865, 470, 865, 694).close(), grade(hex(0xf2eff4), hex(0x5a5488), right).grain(scInk, right, 0, 0.6))
	c.fill(poly(640, 540, 700, 524, 760, 694, 690, 694), flat(scInk))
	c.fill(poly(668, 610, 790, 420, 816, 438, 712, 640), grade(hex(0xb9b4cf), hex(0x4a4578), right))
	c.fill(rounded(650, 760, 54, 100, 6), flat(scLemon))
	c.glow(677, 810, 150, scLemon, 0.7)
	c.person(940, 880, 110, hex(0x15142e), hex(0x15142e), hex(0x15142e))
	c.person(985, 884, 84, hex(0x15142e), hex(0x15142e), hex(0x15142e))
	for i := range 12 {
		c.pine(60+38*float32(i), 990+c.between(-20, 20), c.between(80, 150), hex(0x1d2448), scInk)
		c.pine(1180+38*float32(i), 990+c.between(-20, 20), c.between(80, 160), hex(0x1d2448), scInk)
	}
}

func oldForest(c *canvas) {
	c.sky(0, 1067, hex(0xcfe3c0), hex(0x9fc0a0), hex(0x5f8a72))
	c.glow(900, 380, 760, hex(0xfffbd4), 0.85)
	for layer := range 4 {
		t := float32(layer) / 3
		k := mix(hex(0x9fbfa8), hex(0x1f3a34), t)
		for range 11 - 2*layer {
			x, w := c.between(-40, 1640), 16+62*t*c.between(0.7, 1.2)
			if layer == 3 && x > 480 && x < 1150 {
				continue
			}
			c.fill(path{}.move(x-w/2, -10).line(x+w/2, -10).bend(x+w*0.4, 700, x+w*0.95, 960+80*t).line(x-w*0.95, 960+80*t).bend(x-w*0.4, 700, x-w/2, -10).close(),
				grade(mix(k, hex(0xf0f0c0), 0.15), mix(k, scInk, 0.25), right).grain(mix(k, scInk, 0.6), right, 0.02, 0.5))
			for range 3 {
				by, l := c.between(60, 560), c.between(60, 220)*(0.4+t)
				s := float32(1 - 2*c.rnd.IntN(2))
				c.fill(path{}.move(x, by).bend(x+s*l*0.5, by-l*0.1, x+s*l, by-l*0.35).bend(x+s*l*0.45, by+l*0.06, x, by+w*0.35).close(), flat(mix(k, scInk, 0.12)))
			}
		}
		c.mist(300, 1000, hex(0xd9e8c4), 0.34*(1-t), true)
	}
	for i := range 6 {
		x := 620 + 90*float32(i)
		c.fill(poly(x, -10, x+56, -10, x-160, 1000, x-330, 1000), flat(hex(0xfffbd4)).at(0.085))
	}
	c.fill(under(1067, c.hills(950, 26)...), grade(hex(0x4f7a4a), scInk, down).grain(scInk, down, 0, 0.5))
	for range 150 {
		x, y := c.between(0, 1600), c.between(930, 1067)
		h := c.between(30, 90)
		for i := range 5 {
			a := -2.6 + 0.5*float64(i)
			c.fill(path{}.move(x, y).bend(x+cosf(a)*h*0.5, y+sinf(a)*h*0.8, x+cosf(a)*h, y+sinf(a)*h*0.6).bend(x+cosf(a)*h*0.4, y+sinf(a)*h*0.5, x+3, y).close(), flat(c.pick(hex(0x5f9a54), hex(0x3f7448), hex(0x86b45c))))
		}
	}
}

func glacierTongue(c *canvas) {
	c.sky(0, 560, hex(0x5a7fb4), hex(0xb4d0d8), hex(0xf6e9d4))
	for _, p := range [][2]float32{{140, 330}, {520, 250}, {1080, 300}, {1480, 360}} {
		c.peak(p[0], 620, p[1], hex(0x7f8fb0), hex(0x3f466e))
	}
	c.fill(rect(0, 650, 1600, 300), grade(hex(0xeef3f0), hex(0x9fb4c8), down).grain(hex(0x6f86a8), down, 0, 0.3))
	c.mist(360, 650, hex(0xeef3f0), 0.85, true)
	c.fill(path{}.move(560, 520).line(1010, 520).bend(1000, 700, 1240, 850).line(1330, 930).line(270, 930).line(350, 850).bend(590, 700, 560, 520).close(), grade(hex(0xf8fcfb), hex(0x8fc4d8), down).grain(hex(0x4a86b0), down, 0, 0.3))
	for i := range 20 {
		t := float32(i) / 19
		y := 560 + 350*t
		w := 240 + 520*t*t
		c.fill(path{}.move(790-w*0.9, y+20).bend(790, y-26, 790+w*0.9, y+20).bend(790, y-14, 790-w*0.9, y+20).close(), flat(hex(0x4a86b0)).at(0.5))
	}
	c.fill(rect(0, 925, 1600, 150), grade(hex(0x6fa9b8), hex(0x1f4f70), down))
	for range 18 {
		x, y, s := c.between(60, 1540), c.between(945, 1050), c.between(14, 60)
		c.fill(poly(x-s, y, x-s*0.5, y-s*0.7, x+s*0.2, y-s*0.55, x+s, y), grade(hex(0xffffff), hex(0xa4d2e0), right))
	}
	c.fill(poly(0, 700, 330, 900, 300, 960, 0, 1000), grade(hex(0x565a72), scInk, down).grain(scInk, down, 0, 0.6))
	c.fill(poly(1600, 680, 1290, 890, 1320, 960, 1600, 1000), grade(hex(0x565a72), scInk, down).grain(scInk, down, 0, 0.6))
	c.capped(180, 850, 120, hex(0xd9533f), scInk, hex(0xe0aa82), scLemon)
	c.fill(stroke(5, 225, 850, 225, 700), flat(scLemon))
	c.fill(poly(225, 700, 290, 716, 225, 734), flat(scRose))
}

// rowHeights gives n values that rise and fall plausibly between 0 and 1.
func (c *canvas) rowHeights(n int) []float32 {
	out := make([]float32, n)
	v := c.between(0.25, 0.4)
	for i := range out {
		v = min(max(v+c.between(-0.09, 0.13)+0.05*float32(math.Sin(float64(i)*0.7)), 0.12), 1)
		out[i] = v
	}
	return out
}
