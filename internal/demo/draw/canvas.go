package draw

import (
	"image"
	"math"
	"math/rand/v2"
	"sync"

	"golang.org/x/image/vector"
)

// rgb is a colour, 0 to 255 each.
type rgb [3]float32

// hex reads a colour such as 0xe8c79a.
func hex(v uint32) rgb {
	return rgb{float32(v >> 16 & 255), float32(v >> 8 & 255), float32(v & 255)}
}

// mix goes from a to b as t goes from 0 to 1.
func mix(a, b rgb, t float32) rgb {
	return rgb{a[0] + (b[0]-a[0])*t, a[1] + (b[1]-a[1])*t, a[2] + (b[2]-a[2])*t}
}

func clamp(t float32) float32 { return min(max(t, 0), 1) }

// axis runs through a shape's bounding box, both corners in fractions of it.
type axis struct{ x0, y0, x1, y1 float32 }

var (
	down  = axis{0, 0, 0, 1}
	up    = axis{0, 1, 0, 0}
	right = axis{0, 0, 1, 0}
	left  = axis{1, 0, 0, 0}
	fall  = axis{0, 0, 1, 1} // to the lower right
	rise  = axis{1, 0, 0, 1} // to the lower left
)

// paint is how a shape is filled: a colour or a gradient, and grain of another
// colour whose density grows along its own axis.
type paint struct {
	a, b       rgb
	along      axis
	graded     bool
	alpha      float32 // 0 is opaque
	grainColor rgb
	grainAlong axis
	from, to   float32 // density of the grain at both ends of its axis
}

func flat(c rgb) paint                    { return paint{a: c, b: c} }
func grade(a, b rgb, along axis) paint    { return paint{a: a, b: b, along: along, graded: true} }
func (p paint) at(alpha float32) paint    { p.alpha = alpha; return p }
func (p paint) grained() bool             { return p.from > 0 || p.to > 0 }
func (p paint) between(t float32) rgb     { return mix(p.a, p.b, clamp(t)) }
func (p paint) density(t float32) float32 { return p.from + (p.to-p.from)*clamp(t) }

func (p paint) opacity() float32 {
	if p.alpha == 0 {
		return 1
	}
	return p.alpha
}

// grain adds grain of colour c, its density going from one value to another.
func (p paint) grain(c rgb, along axis, from, to float32) paint {
	p.grainColor, p.grainAlong, p.from, p.to = c, along, from, to
	return p
}

// canvas is a picture in the making.
type canvas struct {
	img   *image.RGBA
	w, h  float32
	rnd   *rand.Rand
	z     *vector.Rasterizer
	mask  *image.Alpha
	noise []float32
}

func newCanvas(w, h int, rnd *rand.Rand) *canvas {
	return &canvas{
		img: image.NewRGBA(image.Rect(0, 0, w, h)), w: float32(w), h: float32(h), rnd: rnd,
		z: vector.NewRasterizer(w, h), mask: image.NewAlpha(image.Rect(0, 0, w, h)), noise: grainTile(),
	}
}

// between returns a random number from lo to hi.
func (c *canvas) between(lo, hi float32) float32 { return lo + (hi-lo)*c.rnd.Float32() }

// pick returns one of the colours.
func (c *canvas) pick(colors ...rgb) rgb { return colors[c.rnd.IntN(len(colors))] }

// fill paints a shape.
func (c *canvas) fill(p path, with paint) {
	x0, y0, x1, y1 := p.bounds()
	bx0, by0 := max(int(math.Floor(float64(x0))), 0), max(int(math.Floor(float64(y0))), 0)
	bx1, by1 := min(int(math.Ceil(float64(x1)))+1, int(c.w)), min(int(math.Ceil(float64(y1)))+1, int(c.h))
	if bx0 >= bx1 || by0 >= by1 {
		return
	}
	w, h := bx1-bx0, by1-by0
	c.z.Reset(w, h)
	p.into(c.z, float32(bx0), float32(by0))
	mask := &image.Alpha{Pix: c.mask.Pix[:w*h], Stride: w, Rect: image.Rect(0, 0, w, h)}
	clear(mask.Pix)
	c.z.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	body := newGradient(with.along, x0, y0, x1, y1)
	grain := newGradient(with.grainAlong, x0, y0, x1, y1)
	for y := range h {
		c.row(mask.Pix[y*w:(y+1)*w], bx0, by0+y, with, body, grain)
	}
}

// row paints one line of a shape.
func (c *canvas) row(mask []uint8, x0, y int, with paint, body, grain gradient) {
	pix := c.img.Pix[y*c.img.Stride+x0*4:]
	opacity := with.opacity() / 255
	noise := c.noise[(y&tileMask)<<tileBits:][:tileMask+1]
	grained := with.grained()
	color := with.a
	steady := body.dx == 0
	if with.graded && steady {
		color = with.between(body.at(0, float32(y)))
	}
	for i, m := range mask {
		if m == 0 {
			continue
		}
		k := color
		if with.graded && !steady {
			k = with.between(body.at(float32(x0+i), float32(y)))
		}
		if grained {
			d := with.density(grain.at(float32(x0+i), float32(y)))
			k = mix(k, with.grainColor, clamp((d-noise[(x0+i)&tileMask])*3+0.5)*clamp(d*10)*0.72)
		}
		blend(pix[i*4:i*4+4:i*4+4], k, float32(m)*opacity)
	}
}

func blend(pix []uint8, k rgb, a float32) {
	if a >= 0.999 {
		pix[0], pix[1], pix[2], pix[3] = uint8(k[0]), uint8(k[1]), uint8(k[2]), 255
		return
	}
	pix[0] = uint8(float32(pix[0]) + (k[0]-float32(pix[0]))*a)
	pix[1] = uint8(float32(pix[1]) + (k[1]-float32(pix[1]))*a)
	pix[2] = uint8(float32(pix[2]) + (k[2]-float32(pix[2]))*a)
	pix[3] = 255
}

// gradient is an axis in pixels: at gives 0 at its start and 1 at its end.
type gradient struct{ dx, dy, c float32 }

func newGradient(a axis, x0, y0, x1, y1 float32) gradient {
	w, h := max(x1-x0, 1), max(y1-y0, 1)
	ax, ay := x0+a.x0*w, y0+a.y0*h
	vx, vy := (a.x1-a.x0)*w, (a.y1-a.y0)*h
	length := vx*vx + vy*vy
	if length == 0 {
		return gradient{}
	}
	return gradient{vx / length, vy / length, -(ax*vx + ay*vy) / length}
}

func (g gradient) at(x, y float32) float32 { return g.dx*x + g.dy*y + g.c }

// paper lays the print's tooth over the finished picture and darkens its
// corners a little.
func (c *canvas) paper() {
	w, h := int(c.w), int(c.h)
	for y := range h {
		noise := c.noise[(y&tileMask)<<tileBits:][:tileMask+1]
		line := c.img.Pix[y*c.img.Stride:]
		v := float32(y)/c.h*2 - 1
		for x := range w {
			u := float32(x)/c.w*2 - 1
			k := 1 - 0.05*(u*u*u*u+v*v*v*v) + (noise[x&tileMask]-0.5)*0.035
			p := line[x*4 : x*4+3 : x*4+3]
			p[0] = uint8(min(float32(p[0])*k, 255))
			p[1] = uint8(min(float32(p[1])*k, 255))
			p[2] = uint8(min(float32(p[2])*k, 255))
		}
	}
}

const (
	tileBits = 9
	tileMask = 1<<tileBits - 1
)

// grainTile is noise with grains of about two pixels, evenly distributed
// between 0 and 1, so that a density of d covers a share d of an area.
var grainTile = sync.OnceValue(makeGrain)

func makeGrain() []float32 {
	const size = tileMask + 1
	rnd := rand.New(rand.NewPCG(7, 11))
	raw := make([]float32, size*size)
	for i := range raw {
		raw[i] = rnd.Float32()
	}
	soft := make([]float32, size*size)
	const levels = 4096
	var histogram [levels]int
	for y := range size {
		for x := range size {
			at := func(dx, dy int) float32 { return raw[(y+dy)&tileMask<<tileBits|(x+dx)&tileMask] }
			v := (2*at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)*0.7) / 4.7
			soft[y<<tileBits|x] = v
			histogram[int(v*(levels-1))]++
		}
	}
	var share [levels]float32
	sum := 0
	for i, n := range histogram {
		share[i] = (float32(sum) + float32(n)/2) / (size * size)
		sum += n
	}
	for i, v := range soft {
		soft[i] = share[int(v*(levels-1))]
	}
	return soft
}
