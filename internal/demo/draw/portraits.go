package draw

// face is what tells the portraits apart.
type face struct {
	wall, disc   rgb
	skin, hair   rgb
	coat, collar rgb
	style        string // of the hair: "bob", "crop", "curls", "bun", "scarf"
	glasses      bool
	beard        bool
	tilt         float32
}

func (f face) draw(c *canvas) {
	ink := hex(0x1a1a24)
	c.sky(0, 800, f.wall, mix(f.wall, ink, 0.3))
	c.fill(circle(400, 380, 300), grade(mix(f.disc, hex(0xffffff), 0.2), f.disc, down).grain(mix(f.disc, ink, 0.25), fall, 0, 0.3))
	x, y := 400+f.tilt*20, float32(350)
	f.hairBehind(c, x, y, ink)
	c.fill(path{}.move(90, 800).bend(110, 610, 290, 570).line(510, 570).bend(690, 610, 710, 800).close(), grade(mix(f.coat, hex(0xffffff), 0.08), f.coat, right).grain(ink, right, 0, 0.5))
	c.fill(path{}.move(x-62, 460).line(x-66, 570).bend(400, 680, x+70, 570).line(x+62, 460).close(), grade(mix(f.skin, ink, 0.22), mix(f.skin, ink, 0.1), down))
	c.fill(path{}.move(290, 572).line(400, 720).line(510, 572).line(560, 600).line(430, 800).line(370, 800).line(240, 600).close(), grade(f.collar, mix(f.collar, ink, 0.25), down).grain(ink, right, 0, 0.3))
	head := path{}.move(x-118, y-40).curve(x-122, y-190, x+122, y-190, x+118, y-40).curve(x+116, y+70, x+60, y+160, x, y+160).curve(x-60, y+160, x-116, y+70, x-118, y-40).close()
	c.fill(joined(ellipse(x-120, y+14, 22, 36), ellipse(x+120, y+14, 22, 36)), flat(mix(f.skin, ink, 0.16)))
	c.fill(head, grade(mix(f.skin, hex(0xffe9cf), 0.14), f.skin, right).grain(mix(f.skin, ink, 0.35), right, 0, 0.32))
	c.fill(poly(x+118, y-40, x+110, y+60, x+60, y+140, x, y+160, x+52, y+60, x+64, y-60), flat(ink).at(0.10))
	f.features(c, x, y, ink)
	f.hairFront(c, x, y, ink)
}

func (f face) features(c *canvas, x, y float32, ink rgb) {
	brow := mix(f.hair, ink, 0.3)
	for _, s := range []float32{-1, 1} {
		ex := x + s*50
		c.fill(path{}.move(ex-27, y-34).bend(ex, y-54, ex+27, y-36).bend(ex, y-44, ex-27, y-34).close(), flat(brow))
		c.fill(path{}.move(ex-23, y+2).bend(ex, y-20, ex+23, y+2).bend(ex, y+15, ex-23, y+2).close(), flat(hex(0xfaf4ea)))
		c.fill(circle(ex+f.tilt*5, y-1, 10), flat(ink))
		c.fill(circle(ex+f.tilt*5+3, y-4, 3), flat(hex(0xffffff)))
		c.fill(path{}.move(ex-25, y+2).bend(ex, y-24, ex+25, y+2).bend(ex, y-16, ex-25, y+2).close(), flat(ink))
		c.fill(ellipse(ex+s*14, y+62, 24, 15), flat(hex(0xe0705a)).at(0.16))
	}
	c.fill(path{}.move(x-4, y-8).bend(x-26, y+52, x-18, y+58).bend(x, y+70, x+20, y+57).bend(x+4, y+62, x-8, y+54).bend(x-14, y+46, x-4, y-8).close(), flat(mix(f.skin, ink, 0.34)))
	if f.beard {
		c.fill(path{}.move(x-117, y+10).curve(x-112, y+110, x-70, y+178, x, y+180).curve(x+70, y+178, x+112, y+110, x+117, y+10).bend(x+96, y+70, x+62, y+78).bend(x, y+66, x-62, y+78).bend(x-96, y+70, x-117, y+10).close(),
			grade(f.hair, mix(f.hair, ink, 0.35), right).grain(mix(f.hair, hex(0xffffff), 0.3), left, 0, 0.25))
	}
	c.fill(path{}.move(x-38, y+98).bend(x-10, y+90, x, y+95).bend(x+12, y+90, x+40, y+97).bend(x+4, y+126, x-38, y+98).close(), flat(mix(hex(0xa8453f), f.skin, 0.35)))
	if f.glasses {
		for _, s := range []float32{-1, 1} {
			c.fill(circle(x+s*52, y, 42), flat(hex(0xffffff)).at(0.16))
			for i := range 32 {
				a, b := float64(i)*0.19635, float64(i+1)*0.19635
				c.fill(stroke(7, x+s*52+cosf(a)*42, y+sinf(a)*42, x+s*52+cosf(b)*42, y+sinf(b)*42), flat(ink))
			}
		}
		c.fill(stroke(7, x-11, y-6, x+11, y-6), flat(ink))
	}
}

func (f face) hairBehind(c *canvas, x, y float32, ink rgb) {
	k := grade(f.hair, mix(f.hair, ink, 0.45), right).grain(ink, right, 0, 0.45)
	switch f.style {
	case "bob":
		c.fill(path{}.move(x-150, y+150).bend(x-190, y-60, x-120, y-150).bend(x, y-240, x+120, y-150).bend(x+190, y-60, x+150, y+150).bend(x, y+190, x-150, y+150).close(), k)
	case "bun":
		c.fill(circle(x+16, y-206, 66), k)
	case "curls":
		var p path
		for i := range 22 {
			a := 2.5 + float64(i)*0.2
			p = append(p, circle(x+cosf(a)*140, y-60+sinf(a)*130, 54)...)
		}
		c.fill(p, k)
	case "scarf":
		c.fill(path{}.move(x-158, y+20).curve(x-170, y-240, x+170, y-240, x+158, y+20).bend(x+170, y+200, x+210, y+270).bend(x, y+330, x-210, y+270).bend(x-170, y+200, x-158, y+20).close(), k)
	}
}

func (f face) hairFront(c *canvas, x, y float32, ink rgb) {
	k := grade(mix(f.hair, hex(0xffffff), 0.06), mix(f.hair, ink, 0.3), right).grain(ink, right, 0, 0.4)
	switch f.style {
	case "bob":
		c.fill(path{}.move(x-128, y+30).curve(x-152, y-268, x+152, y-272, x+128, y+30).bend(x+120, y-70, x+40, y-112).bend(x-70, y-90, x-126, y+30).close(), k)
	case "bun", "curls":
		c.fill(path{}.move(x-124, y+6).curve(x-146, y-262, x+146, y-262, x+124, y+6).bend(x+104, y-80, x, y-106).bend(x-104, y-80, x-122, y+6).close(), k)
	case "crop":
		c.fill(path{}.move(x-124, y-4).curve(x-146, y-160, x-96, y-214, x+10, y-204).curve(x+116, y-206, x+146, y-120, x+124, y-4).bend(x+110, y-60, x+88, y-96).bend(x-20, y-70, x-92, y-104).bend(x-112, y-60, x-124, y-4).close(), k)
	case "scarf":
		c.fill(path{}.move(x-124, y+40).curve(x-148, y-262, x+148, y-262, x+124, y+40).bend(x+112, y-80, x, y-112).bend(x-112, y-80, x-122, y+40).close(), k)
		c.fill(path{}.move(x-122, y+30).bend(x-128, y+150, x-30, y+200).bend(x+60, y+240, x+190, y+250).bend(x+190, y+290, x, y+300).bend(x-190, y+270, x-190, y+230).bend(x-150, y+150, x-122, y+30).close(), k)
	}
}
