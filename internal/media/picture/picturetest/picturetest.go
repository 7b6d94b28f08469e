// Package picturetest makes the files that tests of pictures need: photographs
// with metadata, and files made to hurt.
package picturetest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
)

// Canary is in the GPS data of EXIF and must never be in a public file.
const Canary = "GPS-CANARY-51.4779N"

// Scene draws a picture with gradients, edges and some grain, the same each
// time, whose four quarters are red, green, blue and yellow from the top left
// in reading order.
func Scene(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	base := [2][2]color.RGBA{{{200, 40, 40, 255}, {40, 170, 60, 255}}, {{40, 60, 200, 255}, {220, 200, 40, 255}}}
	seed := uint32(1)
	for y := range h {
		for x := range w {
			seed = seed*1664525 + 1013904223
			c := base[y*2/h][x*2/w]
			shade := int(18*math.Sin(float64(x)/41)+14*math.Sin(float64(y)/23)) + int(seed>>28)
			m.SetRGBA(x, y, color.RGBA{add(c.R, shade), add(c.G, shade), add(c.B, shade), 255})
		}
	}
	return m
}

func add(v uint8, d int) uint8 { return uint8(min(max(int(v)+d, 0), 255)) }

// JPEG encodes m.
func JPEG(m image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 90}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// PNG encodes m.
func PNG(m image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// Tag is one EXIF entry of type ASCII.
type Tag struct {
	ID   uint16
	Text string
}

// The EXIF tags that tests use.
const (
	ImageDescription = 0x010e
	Artist           = 0x013b
	Copyright        = 0x8298
)

// WithEXIF adds an EXIF segment with an orientation, texts and a place with
// the Canary to a JPEG.
func WithEXIF(file []byte, orientation uint16, tags ...Tag) []byte {
	return segment(file, 0xe1, append([]byte("Exif\x00\x00"), exif(orientation, tags)...))
}

func segment(file []byte, marker byte, body []byte) []byte {
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xff, marker, byte((len(body)+2)>>8), byte(len(body)+2))
	return append(append(out, body...), file[2:]...)
}

// exif builds a TIFF structure: IFD0 with the tags, then the GPS IFD.
func exif(orientation uint16, tags []Tag) []byte {
	le := binary.LittleEndian
	var data []byte // values that do not fit into an entry
	count := len(tags) + 2
	dataAt := 8 + 2 + count*12 + 4
	ifd := le.AppendUint16(nil, uint16(count))
	text := func(ifd []byte, id uint16, s string) []byte {
		s += "\x00"
		ifd = le.AppendUint32(le.AppendUint16(le.AppendUint16(ifd, id), 2), uint32(len(s)))
		if len(s) <= 4 {
			return append(ifd, append([]byte(s), make([]byte, 4-len(s))...)...)
		}
		ifd = le.AppendUint32(ifd, uint32(dataAt+len(data)))
		data = append(data, s...)
		return ifd
	}
	ifd = le.AppendUint32(le.AppendUint16(le.AppendUint16(ifd, 0x0112), 3), 1)
	ifd = append(le.AppendUint16(ifd, orientation), 0, 0)
	for _, t := range tags {
		ifd = text(ifd, t.ID, t.Text)
	}
	ifd = le.AppendUint32(le.AppendUint16(le.AppendUint16(ifd, 0x8825), 4), 1)
	ifd = le.AppendUint32(ifd, uint32(dataAt+len(data)))
	ifd = le.AppendUint32(ifd, 0)
	gpsAt := dataAt + len(data)
	out := append(append([]byte("II*\x00\x08\x00\x00\x00"), ifd...), data...)
	return append(out, gps(gpsAt)...)
}

func gps(at int) []byte {
	le := binary.LittleEndian
	valuesAt := uint32(at + 2 + 3*12 + 4)
	b := le.AppendUint16(nil, 3)
	b = append(le.AppendUint32(le.AppendUint16(le.AppendUint16(b, 1), 2), 2), 'N', 0, 0, 0)
	b = le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(b, 2), 5), 3), valuesAt)
	area := "ASCII\x00\x00\x00" + Canary
	b = le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(b, 0x1c), 7), uint32(len(area))), valuesAt+24)
	b = le.AppendUint32(b, 0)
	for _, v := range []uint32{51, 1, 28, 1, 38, 1} {
		b = le.AppendUint32(b, v)
	}
	return append(b, area...)
}

// DeclarePNG is a PNG with a few bytes of data that declares w×h pixels.
func DeclarePNG(w, h uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n")
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	b = chunk(b, "IHDR", append(header, 8, 6, 0, 0, 0))
	b = chunk(b, "IDAT", []byte{0x78, 0x9c, 0x63, 0, 0, 0, 1, 0, 1})
	return chunk(b, "IEND", nil)
}

func chunk(b []byte, kind string, data []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	body := append([]byte(kind), data...)
	return binary.BigEndian.AppendUint32(append(b, body...), crc32.ChecksumIEEE(body))
}

// DeclareJPEG is the JPEG of a small picture whose frame header says w×h.
func DeclareJPEG(w, h uint16) []byte {
	b := JPEG(Scene(16, 16))
	sof := bytes.Index(b, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(b[sof+5:], h)
	binary.BigEndian.PutUint16(b[sof+7:], w)
	return b
}

// DeclareGIF is a GIF whose screen and single frame are w×h with little data.
func DeclareGIF(w, h uint16) []byte {
	le := binary.LittleEndian
	b := append(le.AppendUint16(le.AppendUint16([]byte("GIF89a"), w), h), 0x80, 0, 0, 0, 0, 0, 255, 255, 255)
	b = append(b, 0x2c, 0, 0, 0, 0)
	b = append(le.AppendUint16(le.AppendUint16(b, w), h), 0)
	return append(b, 2, 2, 0x4c, 0x01, 0, 0x3b)
}

// DeclareWebP is a WebP whose VP8X header declares w×h and that has a lossless
// frame declaring fw×fh.
func DeclareWebP(w, h, fw, fh int) []byte {
	vp8x := []byte{0, 0, 0, 0, byte(w - 1), byte((w - 1) >> 8), byte((w - 1) >> 16), byte(h - 1), byte((h - 1) >> 8), byte((h - 1) >> 16)}
	vp8l := binary.LittleEndian.AppendUint32([]byte{0x2f}, uint32(fw-1)|uint32(fh-1)<<14)
	body := append([]byte("WEBPVP8X\x0a\x00\x00\x00"), vp8x...)
	body = append(binary.LittleEndian.AppendUint32(append(body, "VP8L"...), uint32(len(vp8l)+1)), vp8l...)
	body = append(body, 0, 0)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// Animation is a GIF of n frames of w×h pixels, each a plain colour.
func Animation(n, w, h int) []byte {
	palette := color.Palette{color.Black, color.White, color.RGBA{200, 40, 40, 255}, color.Transparent}
	g := gif.GIF{LoopCount: 0}
	for i := range n {
		m := image.NewPaletted(image.Rect(0, 0, w, h), palette)
		for k := range m.Pix {
			m.Pix[k] = byte(i % 3)
		}
		g.Image, g.Delay = append(g.Image, m), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		panic(err)
	}
	return b.Bytes()
}
