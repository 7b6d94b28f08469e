package picture

import (
	"image"
	"image/draw"
	"math"
)

// Scaling is separable Catmull–Rom, widened to the scale when shrinking, in
// 14-bit fixed point. It works on planes, so that a photograph is scaled as
// the luma and chroma that JPEG stores and becomes RGBA only when it is small:
// several times faster than scaling RGBA through the image interface, and
// without a second full-size copy of the picture.

const (
	weightBits = 14
	weightOne  = 1 << weightBits
)

// filter holds, for each output place, its first input and the weights.
type filter struct {
	first   []int
	weights [][]int32
	taps    int // the most weights of any place
}

func newFilter(src, dst int) filter {
	scale := float64(src) / float64(dst)
	stretch := max(scale, 1)
	f := filter{first: make([]int, dst), weights: make([][]int32, dst)}
	for i := range dst {
		center := (float64(i)+0.5)*scale - 0.5
		lo := max(int(math.Ceil(center-2*stretch)), 0)
		hi := min(int(math.Floor(center+2*stretch)), src-1)
		f.first[i] = lo
		f.weights[i] = kernelWeights(center, stretch, lo, hi)
		f.taps = max(f.taps, hi-lo+1)
	}
	return f
}

// kernelWeights samples the kernel at lo…hi and makes the weights' sum exactly one.
func kernelWeights(center, stretch float64, lo, hi int) []int32 {
	raw := make([]float64, hi-lo+1)
	sum := 0.0
	for i := range raw {
		raw[i] = catmullRom((float64(lo+i) - center) / stretch)
		sum += raw[i]
	}
	out := make([]int32, len(raw))
	rest, largest := int32(weightOne), 0
	for i, v := range raw {
		out[i] = int32(math.Round(v / sum * weightOne))
		rest -= out[i]
		if out[i] > out[largest] {
			largest = i
		}
	}
	out[largest] += rest
	return out
}

// catmullRom is the cubic kernel with B = 0, C = 0.5 (Mitchell and Netravali,
// SIGGRAPH 1988).
func catmullRom(t float64) float64 {
	t = math.Abs(t)
	switch {
	case t < 1:
		return 1.5*t*t*t - 2.5*t*t + 1
	case t < 2:
		return -0.5*t*t*t + 2.5*t*t - 4*t + 2
	}
	return 0
}

// resample scales a plane of sw×sh places with ch bytes each to dw×dh. row
// returns the bytes of source row y; the slice must stay valid for the last
// `taps` rows asked for.
func resample(row func(y int) []byte, sw, sh, ch int, vertical, horizontal filter) []byte {
	dw, dh := len(horizontal.first), len(vertical.first)
	out := make([]byte, dw*dh*ch)
	sums := make([]int32, sw*ch)
	line := make([]byte, sw*ch)
	for y := range dh {
		clear(sums)
		addRows(sums, row, vertical.first[y], vertical.weights[y])
		for i, s := range sums {
			line[i] = clampFixed(s)
		}
		dst := out[y*dw*ch : (y+1)*dw*ch]
		if ch == 1 {
			across1(dst, line, horizontal)
		} else {
			across4(dst, line, horizontal)
		}
	}
	return out
}

// addRows adds the weighted rows to sums, four at a time to spare memory traffic.
func addRows(sums []int32, row func(y int) []byte, first int, weights []int32) {
	for len(weights) >= 4 {
		w0, w1, w2, w3 := weights[0], weights[1], weights[2], weights[3]
		a := row(first)[:len(sums)]
		b := row(first + 1)[:len(sums)]
		c := row(first + 2)[:len(sums)]
		d := row(first + 3)[:len(sums)]
		for i := range sums {
			sums[i] += w0*int32(a[i]) + w1*int32(b[i]) + w2*int32(c[i]) + w3*int32(d[i])
		}
		first, weights = first+4, weights[4:]
	}
	for k, w := range weights {
		a := row(first + k)[:len(sums)]
		for i := range sums {
			sums[i] += w * int32(a[i])
		}
	}
}

func across1(dst, line []byte, f filter) {
	for x, weights := range f.weights {
		var s int32
		src := line[f.first[x]:][:len(weights)]
		for i, w := range weights {
			s += w * int32(src[i])
		}
		dst[x] = clampFixed(s)
	}
}

func across4(dst, line []byte, f filter) {
	for x, weights := range f.weights {
		var r, g, b, a int32
		src := line[f.first[x]*4:][:len(weights)*4]
		for i, w := range weights {
			p := src[i*4 : i*4+4 : i*4+4]
			r += w * int32(p[0])
			g += w * int32(p[1])
			b += w * int32(p[2])
			a += w * int32(p[3])
		}
		d := dst[x*4 : x*4+4 : x*4+4]
		d[0], d[1], d[2], d[3] = clampFixed(r), clampFixed(g), clampFixed(b), clampFixed(a)
	}
}

// clampFixed rounds a fixed-point sum to a byte.
func clampFixed(v int32) byte {
	v = (v + weightOne/2) >> weightBits
	if uint32(v) > 255 {
		if v < 0 {
			return 0
		}
		return 255
	}
	return byte(v)
}

// shrink scales m to w×h pixels. video says that the luma of a YCbCr picture
// goes from 16 to 235, as VP8 has it, and not from 0 to 255 as in JPEG.
func shrink(m image.Image, w, h int, video bool) *image.RGBA {
	switch m := m.(type) {
	case *image.YCbCr:
		return shrinkYCbCr(m, w, h, video)
	case *image.NYCbCrA:
		return shrinkNYCbCrA(m, w, h)
	case *image.Gray:
		return shrinkGray(m, w, h)
	}
	return shrinkAny(m, w, h)
}

// plane scales one 8-bit plane.
func plane(pix []byte, stride, sw, sh, w, h int) []byte {
	row := func(y int) []byte { return pix[y*stride : y*stride+sw] }
	if sw == w && sh == h {
		out := make([]byte, 0, w*h)
		for y := range h {
			out = append(out, row(y)...)
		}
		return out
	}
	return resample(row, sw, sh, 1, newFilter(sh, h), newFilter(sw, w))
}

func shrinkYCbCr(m *image.YCbCr, w, h int, video bool) *image.RGBA {
	b := m.Rect
	cw, ch := chromaSize(m)
	y := plane(m.Y, m.YStride, b.Dx(), b.Dy(), w, h)
	cb := plane(m.Cb, m.CStride, cw, ch, w, h)
	cr := plane(m.Cr, m.CStride, cw, ch, w, h)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if video {
		videoToRGBA(out.Pix, y, cb, cr)
	} else {
		fullToRGBA(out.Pix, y, cb, cr)
	}
	return out
}

// shrinkNYCbCrA is for WebP with alpha. Each row is premultiplied before it is
// scaled, so that the colour of what is transparent does not bleed.
func shrinkNYCbCrA(m *image.NYCbCrA, w, h int) *image.RGBA {
	sw, sh := m.Rect.Dx(), m.Rect.Dy()
	cb, cr := make([]byte, sw), make([]byte, sw)
	return scaleRows(sw, sh, w, h, func(y int, pix []byte) {
		for x := range sw {
			c := m.COffset(m.Rect.Min.X+x, m.Rect.Min.Y+y)
			cb[x], cr[x] = m.Cb[c], m.Cr[c]
		}
		videoToRGBA(pix, m.Y[y*m.YStride:y*m.YStride+sw], cb, cr)
		premultiply(pix, m.A[y*m.AStride:y*m.AStride+sw])
	})
}

func premultiply(pix, alpha []byte) {
	for i, a := range alpha {
		p := pix[i*4 : i*4+4 : i*4+4]
		for k := range 3 {
			p[k] = byte((uint32(p[k])*uint32(a) + 127) / 255)
		}
		p[3] = a
	}
}

// chromaSize returns the size of the chroma planes.
func chromaSize(m *image.YCbCr) (int, int) {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		return (w + 1) / 2, h
	case image.YCbCrSubsampleRatio420:
		return (w + 1) / 2, (h + 1) / 2
	case image.YCbCrSubsampleRatio440:
		return w, (h + 1) / 2
	case image.YCbCrSubsampleRatio411:
		return (w + 3) / 4, h
	case image.YCbCrSubsampleRatio410:
		return (w + 3) / 4, (h + 1) / 2
	}
	return w, h
}

func shrinkGray(m *image.Gray, w, h int) *image.RGBA {
	grey := plane(m.Pix, m.Stride, m.Rect.Dx(), m.Rect.Dy(), w, h)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, v := range grey {
		p := out.Pix[i*4 : i*4+4 : i*4+4]
		p[0], p[1], p[2], p[3] = v, v, v, 255
	}
	return out
}

// shrinkAny scales any picture, turning one row at a time into premultiplied RGBA.
func shrinkAny(m image.Image, w, h int) *image.RGBA {
	b := m.Bounds()
	line := image.NewRGBA(image.Rect(0, 0, b.Dx(), 1))
	return scaleRows(b.Dx(), b.Dy(), w, h, func(y int, pix []byte) {
		line.Pix = pix
		draw.Draw(line, line.Rect, m, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
	})
}

// Resize scales m to w×h pixels.
func Resize(m *image.RGBA, w, h int) *image.RGBA {
	sw, sh := m.Rect.Dx(), m.Rect.Dy()
	if sw == w && sh == h {
		return m
	}
	row := func(y int) []byte { return m.Pix[y*m.Stride : y*m.Stride+sw*4] }
	return tidy(resample(row, sw, sh, 4, newFilter(sh, h), newFilter(sw, w)), w, h)
}

// scaleRows scales rows of RGBA that fill makes, keeping only as many as the
// kernel is high.
func scaleRows(sw, sh, w, h int, fill func(y int, pix []byte)) *image.RGBA {
	if sw == w && sh == h {
		out := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			fill(y, out.Pix[y*out.Stride:(y+1)*out.Stride])
		}
		return out
	}
	vertical := newFilter(sh, h)
	rows := make([][]byte, vertical.taps)
	held := make([]int, vertical.taps)
	for i := range rows {
		rows[i], held[i] = make([]byte, sw*4), -1
	}
	row := func(y int) []byte {
		slot := y % len(rows)
		if held[slot] != y {
			fill(y, rows[slot])
			held[slot] = y
		}
		return rows[slot]
	}
	return tidy(resample(row, sw, sh, 4, vertical, newFilter(sw, w)), w, h)
}

// tidy makes scaled bytes a valid premultiplied picture again: the kernel
// overshoots at edges, and no colour may exceed its alpha.
func tidy(pix []byte, w, h int) *image.RGBA {
	for i := 0; i < len(pix); i += 4 {
		p := pix[i : i+4 : i+4]
		if a := p[3]; a != 255 {
			p[0], p[1], p[2] = min(p[0], a), min(p[1], a), min(p[2], a)
		}
	}
	return &image.RGBA{Pix: pix, Stride: w * 4, Rect: image.Rect(0, 0, w, h)}
}

// fullToRGBA converts JFIF's full-range YCbCr (ITU-T T.871).
func fullToRGBA(pix, y, cb, cr []byte) {
	cb, cr = cb[:len(y)], cr[:len(y)]
	for i := range y {
		l := int32(y[i])<<16 + 1<<15
		b, r := int32(cb[i])-128, int32(cr[i])-128
		p := pix[i*4 : i*4+4 : i*4+4]
		p[0], p[1], p[2], p[3] = clamp16(l+91881*r), clamp16(l-22554*b-46802*r), clamp16(l+116130*b), 255
	}
}

// videoToRGBA converts the limited-range YCbCr of VP8 (ITU-R BT.601).
func videoToRGBA(pix, y, cb, cr []byte) {
	cb, cr = cb[:len(y)], cr[:len(y)]
	for i := range y {
		l := 76309*(int32(y[i])-16) + 1<<15
		b, r := int32(cb[i])-128, int32(cr[i])-128
		p := pix[i*4 : i*4+4 : i*4+4]
		p[0], p[1], p[2], p[3] = clamp16(l+104597*r), clamp16(l-25674*b-53279*r), clamp16(l+132201*b), 255
	}
}

func clamp16(v int32) byte {
	v >>= 16
	if uint32(v) > 255 {
		if v < 0 {
			return 0
		}
		return 255
	}
	return byte(v)
}
