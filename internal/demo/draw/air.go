package draw

import "math"

// sky fills the canvas from y0 to y1 with a gradient through the colours, and
// what is below with the last one.
func (c *canvas) sky(y0, y1 float32, colors ...rgb) {
	c.fill(rect(0, y1, c.w, c.h-y1), flat(colors[len(colors)-1]))
	band := (y1 - y0) / float32(len(colors)-1)
	for i := range len(colors) - 1 {
		y := y0 + float32(i)*band
		c.fill(rect(0, y, c.w, band+1), grade(colors[i], colors[i+1], down))
	}
}

// glow adds light around a point, fading out at radius r.
func (c *canvas) glow(x, y, r float32, light rgb, strength float32) {
	x0, x1 := max(int(x-r), 0), min(int(x+r), int(c.w))
	y0, y1 := max(int(y-r), 0), min(int(y+r), int(c.h))
	for py := y0; py < y1; py++ {
		line := c.img.Pix[py*c.img.Stride:]
		dy := (float32(py) - y) / r
		for px := x0; px < x1; px++ {
			dx := (float32(px) - x) / r
			k := 1 - dx*dx - dy*dy
			if k <= 0 {
				continue
			}
			k = k * k * k * strength
			p := line[px*4 : px*4+3 : px*4+3]
			p[0] = lighten(p[0], light[0], k)
			p[1] = lighten(p[1], light[1], k)
			p[2] = lighten(p[2], light[2], k)
		}
	}
}

// lighten is the screen blend.
func lighten(v uint8, light, k float32) uint8 {
	f := float32(v)
	return uint8(f + (255-f)*light/255*k)
}

// mist lays a band of haze over the picture, thickest at its lower edge when
// low is true, else at its upper edge.
func (c *canvas) mist(y0, y1 float32, color rgb, strength float32, low bool) {
	for y := max(int(y0), 0); y < min(int(y1), int(c.h)); y++ {
		t := (float32(y) - y0) / (y1 - y0)
		if !low {
			t = 1 - t
		}
		a := t * t * (3 - 2*t) * strength
		line := c.img.Pix[y*c.img.Stride : y*c.img.Stride+int(c.w)*4]
		for x := 0; x < len(line); x += 4 {
			blend(line[x:x+4:x+4], color, a)
		}
	}
}

// mirror makes the area below y a sheet of water that reflects what is above
// it, rippled and tinted towards deep with growing distance.
func (c *canvas) mirror(y float32, deep rgb, clarity, ripple float32) {
	shore := int(y)
	phase := c.rnd.Float64() * 6
	for py := shore; py < int(c.h); py++ {
		d := float32(py-shore) / (c.h - y)
		src := shore - 1 - int(float32(py-shore)*(1+0.5*d))
		src = max(src, 0)
		wave := math.Sin(float64(py)*(0.55-0.35*float64(d))+phase) + 0.6*math.Sin(float64(py)*0.23+phase*2)
		shift := int(float32(wave) * ripple * (0.3 + 3*d))
		from, to := c.img.Pix[src*c.img.Stride:], c.img.Pix[py*c.img.Stride:]
		keep := clarity * (1 - 0.55*d)
		for x := range int(c.w) {
			sx := min(max(x+shift, 0), int(c.w)-1)
			p := from[sx*4 : sx*4+3 : sx*4+3]
			k := mix(deep, rgb{float32(p[0]), float32(p[1]), float32(p[2])}, keep)
			to[x*4], to[x*4+1], to[x*4+2], to[x*4+3] = uint8(k[0]), uint8(k[1]), uint8(k[2]), 255
		}
	}
}

// glints scatters short strokes of light on water from y0 to y1, longer and
// farther apart towards the viewer, within reach of x.
func (c *canvas) glints(x, reach, y0, y1 float32, n int, color rgb, alpha float32) {
	for range n {
		t := c.rnd.Float32()
		t *= t
		y := y0 + (y1-y0)*t
		w := c.between(6, 20) * (1 + 5*t)
		px := x + (c.rnd.Float32()+c.rnd.Float32()-1)*reach*(0.35+t)
		h := 1.2 + 3.4*t
		c.fill(ellipse(px, y, w, h), flat(color).at(alpha*c.between(0.4, 1)))
	}
}

// stars scatters stars above y.
func (c *canvas) stars(n int, y float32, color rgb) {
	for range n {
		r := c.between(0.7, 2.1)
		c.fill(circle(c.between(0, c.w), c.between(0, y), r), flat(color).at(c.between(0.3, 1)))
	}
}

// rain draws slanting streaks over everything.
func (c *canvas) rain(n int, color rgb, alpha float32) {
	for range n {
		x, y := c.between(-100, c.w+100), c.between(-60, c.h)
		l := c.between(30, 110)
		c.fill(stroke(c.between(1, 2.4), x, y, x-l*0.28, y+l), flat(color).at(alpha*c.between(0.3, 1)))
	}
}

// cloud is a long bank of haze with a soft foot, lit from above.
func (c *canvas) cloud(x, y, w float32, light, shade rgb, alpha float32) {
	for layer := range 3 {
		t := float32(layer) / 2
		lw, ly := w*(1-0.28*t), y-w*0.045*t
		var p path
		for i := range 9 {
			u := float32(i)/8 - 0.5
			r := lw * 0.075 * (1.25 - 2*u*u) * c.between(0.6, 1.15)
			p = append(p, ellipse(x+u*lw*0.82, ly-r*0.35, r*1.9, r*0.8)...)
		}
		p = append(p, rounded(x-lw/2, ly-lw*0.025, lw, lw*0.04, lw*0.02)...)
		k := mix(shade, light, 0.35+0.65*t)
		c.fill(p, grade(k, mix(k, shade, 0.55), down).at(alpha*(0.45+0.2*t)))
	}
}

// birds draws a few gulls.
func (c *canvas) birds(x, y, spread float32, n int, color rgb) {
	for range n {
		bx, by, s := x+c.between(-spread, spread), y+c.between(-spread, spread)*0.5, c.between(8, 20)
		lift := s * c.between(0.25, 0.6)
		c.fill(path{}.move(bx-s, by-lift*0.4).bend(bx-s*0.4, by-lift, bx, by).bend(bx+s*0.4, by-lift, bx+s, by-lift*0.3).
			bend(bx+s*0.4, by-lift*0.55, bx, by+s*0.14).bend(bx-s*0.4, by-lift*0.55, bx-s, by-lift*0.4).close(), flat(color))
	}
}

// ridge is a mountain line from edge to edge: a random walk by midpoint
// displacement, of height rough around y.
func (c *canvas) ridge(y, rough float32, steps int) []float32 {
	n := 1
	for n < steps {
		n *= 2
	}
	h := make([]float32, n+1)
	h[0], h[n] = c.between(-1, 1)*rough*0.5, c.between(-1, 1)*rough*0.5
	amp := rough
	for span := n; span > 1; span /= 2 {
		for i := span / 2; i < n; i += span {
			h[i] = (h[i-span/2]+h[i+span/2])/2 + c.between(-amp, amp)*0.5
		}
		amp *= 0.52
	}
	xy := make([]float32, 0, 2*(n+1))
	for i, v := range h {
		xy = append(xy, -10+(c.w+20)*float32(i)/float32(n), y+v)
	}
	return xy
}

// hills is a soft rolling line from edge to edge.
func (c *canvas) hills(y, height float32) []float32 {
	a, b, d := c.rnd.Float64()*6, c.rnd.Float64()*6, c.between(0.8, 1.4)
	var xy []float32
	for x := float32(-10); x <= c.w+20; x += 20 {
		t := float64(x/c.w) * 6 * float64(d)
		xy = append(xy, x, y+height*float32(0.6*math.Sin(t*0.6+a)+0.4*math.Sin(t*1.3+b)))
	}
	return xy
}

// heightAt reads a line made by ridge or hills at x.
func heightAt(xy []float32, x float32) float32 {
	for i := 2; i < len(xy); i += 2 {
		if xy[i] >= x {
			t := (x - xy[i-2]) / (xy[i] - xy[i-2])
			return xy[i-1] + (xy[i+1]-xy[i-1])*t
		}
	}
	return xy[len(xy)-1]
}
