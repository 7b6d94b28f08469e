package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"io"
	"math"
)

// Phones and cameras write pictures in wider colour spaces than sRGB, Display
// P3 and Adobe RGB above all, and say so in an ICC profile. The variants carry
// no profile, and readers take a picture without one for sRGB: without
// conversion all colours would pale. Profiles made of three primaries and tone
// curves (ICC.1:2022, section 8.3) cover what occurs; others are left as they
// are, as before.

// maxProfile bounds what is read of a profile, in bytes.
const maxProfile = 1 << 20

// profile converts from a colour space to sRGB.
type profile struct {
	tone   [3][256]float32 // value to light, by channel
	matrix [3][3]float32   // light to sRGB's light
}

// readProfile returns the conversion that a picture file asks for, nil when it
// needs none or has none that we can follow.
func readProfile(r io.ReaderAt, size int64, f Format) *profile {
	var b []byte
	switch f {
	case JPEG:
		b = jpegProfile(r, size)
	case PNG:
		b = pngProfile(r, size)
	case WebP:
		b = webpProfile(r, size)
	}
	p := parseProfile(b)
	if p == nil || p.identity() {
		return nil
	}
	return p
}

// jpegProfile joins the APP2 segments that hold the profile (ICC.1:2022,
// annex B.4).
func jpegProfile(r io.ReaderAt, size int64) []byte {
	const signature = "ICC_PROFILE\x00"
	var b [4]byte
	var out []byte
	for at := int64(2); at+4 <= size && len(out) < maxProfile; {
		if _, err := r.ReadAt(b[:], at); err != nil || b[0] != 0xff || b[1] == 0xda {
			break
		}
		if b[1] == 0xff { // fill byte
			at++
			continue
		}
		length := int64(b[2])<<8 | int64(b[3])
		if b[1] == 0xe2 && length > 16 {
			body := make([]byte, length-2)
			if _, err := r.ReadAt(body, at+4); err != nil {
				break
			}
			if rest, ok := bytes.CutPrefix(body, []byte(signature)); ok {
				out = append(out, rest[2:]...) // behind the number and the count
			}
		}
		at += 2 + length
	}
	return out
}

// pngProfile unpacks the iCCP chunk (PNG third edition, 11.3.2.3), which
// stands before the pixels.
func pngProfile(r io.ReaderAt, size int64) []byte {
	var b [8]byte
	for at := int64(8); at+8 <= size; {
		if _, err := r.ReadAt(b[:], at); err != nil {
			return nil
		}
		length := int64(binary.BigEndian.Uint32(b[:]))
		switch string(b[4:]) {
		case "IDAT", "IEND":
			return nil
		case "iCCP":
			body := make([]byte, min(length, maxProfile))
			if _, err := r.ReadAt(body, at+8); err != nil {
				return nil
			}
			return inflate(body)
		}
		at += 12 + length
	}
	return nil
}

func inflate(chunk []byte) []byte {
	name := bytes.IndexByte(chunk, 0)
	if name < 0 || name+2 > len(chunk) {
		return nil
	}
	z, err := zlib.NewReader(bytes.NewReader(chunk[name+2:]))
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(z, maxProfile)) // a cut profile does not parse
	return out
}

// webpProfile finds the ICCP chunk (RFC 9649, section 2.7.1.4), which stands
// before the pixels.
func webpProfile(r io.ReaderAt, size int64) []byte {
	var b [8]byte
	for at := int64(12); at+8 <= size; {
		if _, err := r.ReadAt(b[:], at); err != nil {
			return nil
		}
		length := int64(binary.LittleEndian.Uint32(b[4:]))
		switch string(b[:4]) {
		case "VP8 ", "VP8L", "ALPH":
			return nil
		case "ICCP":
			body := make([]byte, min(length, maxProfile))
			if _, err := r.ReadAt(body, at+8); err != nil {
				return nil
			}
			return body
		}
		at += 8 + length + length&1
	}
	return nil
}

// srgbFromXYZ turns CIE XYZ under D50, the connection space of profiles, into
// sRGB's light (IEC 61966-2-1, adapted from D65 by Bradford's method).
var srgbFromXYZ = [3][3]float64{
	{3.1338561, -1.6168667, -0.4906146},
	{-0.9787684, 1.9161415, 0.0334540},
	{0.0719453, -0.2289914, 1.4052427},
}

// parseProfile reads a profile of primaries and tone curves, nil for others.
func parseProfile(b []byte) *profile {
	if len(b) < 132 || string(b[16:20]) != "RGB " || string(b[20:24]) != "XYZ " {
		return nil
	}
	tags := profileTags(b)
	var p profile
	var primaries [3][3]float64
	for i, name := range []string{"r", "g", "b"} {
		column, ok := xyz(tags[name+"XYZ"])
		if !ok || !toneCurve(tags[name+"TRC"], &p.tone[i]) {
			return nil
		}
		for k := range 3 {
			primaries[k][i] = column[k]
		}
	}
	for i := range 3 {
		for j := range 3 {
			sum := 0.0
			for k := range 3 {
				sum += srgbFromXYZ[i][k] * primaries[k][j]
			}
			p.matrix[i][j] = float32(sum)
		}
	}
	return &p
}

func profileTags(b []byte) map[string][]byte {
	tags := map[string][]byte{}
	count := min(int(binary.BigEndian.Uint32(b[128:])), 200)
	for i := range count {
		at := 132 + i*12
		if at+12 > len(b) {
			break
		}
		from, length := int64(binary.BigEndian.Uint32(b[at+4:])), int64(binary.BigEndian.Uint32(b[at+8:]))
		if from+length <= int64(len(b)) {
			tags[string(b[at:at+4])] = b[from : from+length]
		}
	}
	return tags
}

// fixed reads an s15Fixed16Number.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

func xyz(tag []byte) (v [3]float64, ok bool) {
	if len(tag) < 20 || string(tag[:4]) != "XYZ " {
		return v, false
	}
	return [3]float64{fixed(tag[8:]), fixed(tag[12:]), fixed(tag[16:])}, true
}

// toneCurve samples a curve of type curv or para for all 256 values.
func toneCurve(tag []byte, out *[256]float32) bool {
	var f func(x float64) float64
	switch {
	case len(tag) >= 12 && string(tag[:4]) == "curv":
		f = sampledCurve(tag[8:])
	case len(tag) >= 16 && string(tag[:4]) == "para":
		f = parametricCurve(tag[8:])
	}
	if f == nil {
		return false
	}
	for i := range out {
		v := f(float64(i) / 255)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
		out[i] = float32(min(max(v, 0), 1))
	}
	return true
}

// sampledCurve is curveType (10.6): no samples are the identity, one is a
// gamma, more are a table.
func sampledCurve(b []byte) func(float64) float64 {
	n := int(binary.BigEndian.Uint32(b))
	samples := b[4:]
	switch {
	case n < 0 || n > 65536 || len(samples) < 2*n:
		return nil
	case n == 0:
		return func(x float64) float64 { return x }
	case n == 1:
		gamma := float64(binary.BigEndian.Uint16(samples)) / 256
		return func(x float64) float64 { return math.Pow(x, gamma) }
	}
	at := func(i int) float64 { return float64(binary.BigEndian.Uint16(samples[2*i:])) / 65535 }
	return func(x float64) float64 {
		place := x * float64(n-1)
		i := min(int(place), n-2)
		rest := place - float64(i)
		return at(i)*(1-rest) + at(i+1)*rest
	}
}

// parametricCurve is parametricCurveType (10.18), functions 0 to 4.
func parametricCurve(b []byte) func(float64) float64 {
	kind := int(binary.BigEndian.Uint16(b))
	counts := []int{1, 3, 4, 5, 7}
	if kind >= len(counts) || len(b) < 4+4*counts[kind] {
		return nil
	}
	var p [7]float64 // g a b c d e f
	for i := range counts[kind] {
		p[i] = fixed(b[4+4*i:])
	}
	g, a, k, c, d, e, f := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	switch kind {
	case 0:
		a, d = 1, -1
	case 1:
		d, c = -k/a, 0
	case 2:
		d, e, f, c = -k/a, c, c, 0
	}
	return func(x float64) float64 {
		if x >= d {
			return math.Pow(a*x+k, g) + e
		}
		return c*x + f
	}
}

// identity reports whether the conversion changes no colour by more than one
// step, as for sRGB itself.
func (p *profile) identity() bool {
	table := srgbTable()
	for _, c := range [][3]uint8{{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {128, 128, 128}, {200, 100, 50}, {30, 60, 90}, {240, 240, 240}} {
		r, g, b := p.convert(c[0], c[1], c[2], table)
		for _, d := range []int{int(r) - int(c[0]), int(g) - int(c[1]), int(b) - int(c[2])} {
			if d < -1 || d > 1 {
				return false
			}
		}
	}
	return true
}

// tableSize is fine enough that neighbouring entries differ by at most one
// step even in the steep part of sRGB's curve.
const tableSize = 1 << 14

// srgbTable maps light, scaled to the table, to sRGB values.
func srgbTable() []uint8 {
	t := make([]uint8, tableSize)
	for i := range t {
		x := float64(i) / (tableSize - 1)
		if x <= 0.0031308 {
			x *= 12.92
		} else {
			x = 1.055*math.Pow(x, 1/2.4) - 0.055
		}
		t[i] = uint8(x*255 + 0.5)
	}
	return t
}

func (p *profile) convert(r, g, b uint8, table []uint8) (uint8, uint8, uint8) {
	lr, lg, lb := p.tone[0][r], p.tone[1][g], p.tone[2][b]
	m := &p.matrix
	return value(table, m[0][0]*lr+m[0][1]*lg+m[0][2]*lb),
		value(table, m[1][0]*lr+m[1][1]*lg+m[1][2]*lb),
		value(table, m[2][0]*lr+m[2][1]*lg+m[2][2]*lb)
}

// value looks light up; what sRGB cannot show is the nearest that it can.
func value(table []uint8, light float32) uint8 {
	i := int(light*(tableSize-1) + 0.5)
	return table[min(max(i, 0), tableSize-1)]
}

// toSRGB converts m in place.
func (p *profile) toSRGB(m *image.RGBA) {
	table := srgbTable()
	for i := 0; i+4 <= len(m.Pix); i += 4 {
		px := m.Pix[i : i+4 : i+4]
		switch a := uint32(px[3]); a {
		case 255:
			px[0], px[1], px[2] = p.convert(px[0], px[1], px[2], table)
		case 0:
		default:
			straight := func(v uint8) uint8 { return uint8(min(uint32(v)*255/a, 255)) }
			r, g, b := p.convert(straight(px[0]), straight(px[1]), straight(px[2]), table)
			px[0], px[1], px[2] = uint8(uint32(r)*a/255), uint8(uint32(g)*a/255), uint8(uint32(b)*a/255)
		}
	}
}
