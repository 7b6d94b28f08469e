package picture_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/image/draw"

	"dateline/internal/media/codec"
	"dateline/internal/media/picture"
	"dateline/internal/media/picture/picturetest"
)

func decode(t *testing.T, file []byte, orientation int) *image.RGBA {
	t.Helper()
	info, err := picture.Inspect(bytes.NewReader(file), int64(len(file)), 0)
	if err != nil {
		t.Fatal(err)
	}
	m, err := picture.Decode(bytes.NewReader(file), info, orientation)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// quarters names the colours in the middle of m's four quarters.
func quarters(m *image.RGBA) string {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	var b strings.Builder
	for _, p := range []image.Point{{w / 4, h / 4}, {w * 3 / 4, h / 4}, {w / 4, h * 3 / 4}, {w * 3 / 4, h * 3 / 4}} {
		c := m.RGBAAt(p.X, p.Y)
		switch {
		case c.R > 150 && c.G > 150:
			b.WriteByte('y')
		case c.R > c.G && c.R > c.B:
			b.WriteByte('r')
		case c.G > c.B:
			b.WriteByte('g')
		default:
			b.WriteByte('b')
		}
	}
	return b.String()
}

func TestDecode_TurnsUpright(t *testing.T) {
	file := picturetest.JPEG(picturetest.Scene(400, 200))
	for orientation, want := range map[int]string{
		0: "rgby", 1: "rgby", 2: "gryb", 3: "ybgr", 4: "byrg", 5: "rbgy", 6: "bryg", 7: "ygbr", 8: "gyrb", 9: "rgby", 60000: "rgby",
	} {
		m := decode(t, file, orientation)
		if got := quarters(m); got != want {
			t.Errorf("orientation %d: %s, want %s", orientation, got, want)
		}
		w, h := picture.Oriented(400, 200, orientation)
		if m.Rect.Dx() != w || m.Rect.Dy() != h {
			t.Errorf("orientation %d: %v, want %d×%d", orientation, m.Rect, w, h)
		}
	}
}

func TestDecode_ScalesLikeTheReference(t *testing.T) {
	scene := picturetest.Scene(3000, 1400)
	for name, file := range map[string][]byte{"jpeg": picturetest.JPEG(scene), "png": picturetest.PNG(scene)} {
		got := decode(t, file, 1)
		if got.Rect != image.Rect(0, 0, 1920, 896) {
			t.Fatalf("%s: %v", name, got.Rect)
		}
		want := image.NewRGBA(got.Rect)
		draw.CatmullRom.Scale(want, want.Rect, scene, scene.Rect, draw.Src, nil)
		if d := difference(got, want); d > 2 {
			t.Errorf("%s: mean difference %.2f", name, d)
		}
	}
}

// difference is the mean difference of the colour values.
func difference(a, b *image.RGBA) float64 {
	sum := 0
	for i := range a.Pix {
		d := int(a.Pix[i]) - int(b.Pix[i])
		sum += max(d, -d)
	}
	return float64(sum) / float64(len(a.Pix))
}

func TestDecode_ReadsEveryColourModel(t *testing.T) {
	e := codec.New("")
	defer e.Release()
	red := color.NRGBA{200, 30, 40, 255}
	half := color.NRGBA{200, 30, 40, 128}
	fill := func(m draw.Image, c color.Color) image.Image {
		draw.Draw(m, m.Bounds(), image.NewUniform(c), image.Point{}, draw.Src)
		return m
	}
	r := image.Rect(0, 0, 2100, 70)
	webpOf := func(c color.Color) []byte {
		b, err := e.WebP(t.Context(), fill(image.NewNRGBA(r), c).(*image.NRGBA), 90)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, c := range map[string]struct {
		file []byte
		want color.NRGBA
	}{
		"jpeg":      {picturetest.JPEG(fill(image.NewRGBA(r), red)), red},
		"jpeg grey": {picturetest.JPEG(fill(image.NewGray(r), color.Gray{90})), color.NRGBA{90, 90, 90, 255}},
		"png":       {picturetest.PNG(fill(image.NewRGBA(r), red)), red},
		"png 16":    {picturetest.PNG(fill(image.NewRGBA64(r), red)), red},
		"png alpha": {picturetest.PNG(fill(image.NewNRGBA(r), half)), half},
		"png pal":   {picturetest.PNG(fill(image.NewPaletted(r, color.Palette{red, half}), red)), red},
		"webp":      {webpOf(red), red},
		"webp a":    {webpOf(half), half},
	} {
		m := decode(t, c.file, 1)
		got := color.NRGBAModel.Convert(m.At(960, 30)).(color.NRGBA)
		for _, d := range []int{int(got.R) - int(c.want.R), int(got.G) - int(c.want.G), int(got.B) - int(c.want.B), int(got.A) - int(c.want.A)} {
			if d > 4 || d < -4 {
				t.Errorf("%s: %v, want %v", name, got, c.want)
				break
			}
		}
	}
}

func encoders(t *testing.T) picture.Encoders {
	t.Helper()
	e := codec.New("")
	t.Cleanup(e.Release)
	return picture.Encoders{WebP: e.WebP, AVIF: e.AVIF}
}

func TestPlan(t *testing.T) {
	none := func(context.Context, *image.NRGBA, int) ([]byte, error) { return nil, nil }
	noneA := func(context.Context, *image.RGBA, int) ([]byte, error) { return nil, nil }
	for _, c := range []struct {
		w, h  int
		alpha bool
		e     picture.Encoders
		want  string
	}{
		{1920, 1080, false, picture.Encoders{WebP: none, AVIF: noneA},
			"w1920.jpg w1920.webp w1280.jpg w1280.webp w1280.avif w960.webp w960.avif w640.jpg w640.webp w640.avif w320.jpg w320.webp w320.avif wide.jpg"},
		{1920, 1080, false, picture.Encoders{}, "w1920.jpg w1280.jpg w640.jpg w320.jpg wide.jpg"},
		{1920, 1080, true, picture.Encoders{WebP: none}, "w1920.webp w1280.png w1280.webp w960.webp w640.png w640.webp w320.png w320.webp wide.jpg"},
		{500, 500, false, picture.Encoders{}, "w500.jpg w320.jpg wide.jpg"},
		{340, 20, false, picture.Encoders{}, "w320.jpg"},
		{1000, 600, false, picture.Encoders{}, "w960.jpg w640.jpg w320.jpg wide.jpg"},
		{90, 60, false, picture.Encoders{WebP: none}, "w90.jpg w90.webp"},
		{1, 1, true, picture.Encoders{}, "w1.png"},
		{1280, 12000, false, picture.Encoders{AVIF: noneA}, "w1280.jpg w640.jpg w320.jpg w320.avif wide.jpg"},
	} {
		var got []string
		for _, w := range picture.Plan(c.w, c.h, c.alpha, c.e) {
			got = append(got, w.Label+"."+w.Format.Ext())
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%d×%d: %s", c.w, c.h, diff)
		}
	}
	for w, want := range map[int]string{1920: "w1280", 1000: "w960", 500: "w500", 90: "w90"} {
		if got := picture.Fallback(picture.Plan(w, w, false, picture.Encoders{})); got.Label != want || got.Format != picture.JPEG {
			t.Errorf("fallback of %d: %+v", w, got)
		}
	}
}

func render(t *testing.T, top *image.RGBA, wanted []picture.Want, focus picture.Focus, credit []byte, e picture.Encoders) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := picture.Render(t.Context(), top, wanted, focus, credit, e, func(w picture.Want, data []byte) error {
		out[w.Label+"."+w.Format.Ext()] = data
		if w.Format == picture.AVIF {
			return nil
		}
		m := decode(t, data, 1)
		if m.Rect.Dx() != w.Width || m.Rect.Dy() != w.Height {
			t.Errorf("%s.%s is %v, want %d×%d", w.Label, w.Format.Ext(), m.Rect, w.Width, w.Height)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRender_IsTheSameInPartsAndAsAWhole(t *testing.T) {
	e := encoders(t)
	top := decode(t, picturetest.JPEG(picturetest.Scene(700, 500)), 1)
	plan := picture.Plan(700, 500, false, e)
	focus := picture.Focus{X: 100, Y: 900}
	whole := render(t, top, plan, focus, nil, e)
	if len(whole) != len(plan) {
		t.Fatalf("%d of %d variants", len(whole), len(plan))
	}
	for _, w := range plan {
		name := w.Label + "." + w.Format.Ext()
		alone := render(t, top, []picture.Want{w}, focus, nil, e)
		if !bytes.Equal(alone[name], whole[name]) {
			t.Errorf("%s differs when made alone", name)
		}
	}
}

func TestRender_FlattensTransparencyForJPEG(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 400, 300))
	out := render(t, m, []picture.Want{{Label: picture.Wide, Format: picture.JPEG, Width: 400, Height: 225}}, picture.Focus{}, nil, picture.Encoders{})
	if c := decode(t, out["wide.jpg"], 1).RGBAAt(10, 10); c.R < 250 || c.G < 250 || c.B < 250 {
		t.Errorf("transparent became %v", c)
	}
}

func TestRender_CropsAroundTheFocus(t *testing.T) {
	top := decode(t, picturetest.PNG(picturetest.Scene(400, 800)), 1)
	want := []picture.Want{{Label: picture.Wide, Format: picture.JPEG, Width: 400, Height: 225}}
	for y, quarter := range map[int]string{0: "rgrg", 1000: "byby", 500: "rgby"} {
		out := render(t, top, want, picture.Focus{X: 500, Y: y}, nil, picture.Encoders{})
		if got := quarters(decode(t, out["wide.jpg"], 1)); got != quarter {
			t.Errorf("focus %d: %s, want %s", y, got, quarter)
		}
	}
}

func TestRender_StopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := picture.Render(ctx, picturetest.Scene(1000, 500), picture.Plan(1000, 500, false, picture.Encoders{}), picture.Focus{}, nil, picture.Encoders{},
		func(picture.Want, []byte) error { n++; cancel(); return nil })
	if err == nil || n != 1 {
		t.Errorf("%v after %d variants", err, n)
	}
}

func TestRights_TravelWithTheVariants(t *testing.T) {
	e := encoders(t)
	rights := picture.Rights{Creator: "Ann <Lee> & Sons", Credit: `The "Paper"`, Copyright: "© 2026 Ann Lee"}
	top := picturetest.Scene(200, 120)
	alpha := image.NewRGBA(top.Rect)
	for _, c := range []struct {
		m *image.RGBA
		f picture.Format
	}{{top, picture.JPEG}, {top, picture.WebP}, {alpha, picture.WebP}, {alpha, picture.PNG}} {
		want := []picture.Want{{Label: "w200", Format: c.f, Width: 200, Height: 120}}
		for _, data := range render(t, c.m, want, picture.Focus{}, rights.XMP(), e) {
			if c.f == picture.JPEG { // the reader of metadata knows no XMP in PNG
				if diff := cmp.Diff(rights, picture.ReadMetadata(bytes.NewReader(data), c.f).Rights); diff != "" {
					t.Error(diff)
				}
			}
			if got := chunkOf(data, c.f); !bytes.Equal(got, rights.XMP()) {
				t.Errorf("%s holds %q", c.f, got)
			}
		}
	}
	if (picture.Rights{}).XMP() != nil {
		t.Error("no rights make a packet")
	}
}

// chunkOf walks a file's parts as a strict reader would and returns its XMP.
func chunkOf(data []byte, f picture.Format) []byte {
	switch f {
	case picture.PNG:
		for at := 8; at+12 <= len(data); {
			n := int(binary.BigEndian.Uint32(data[at:]))
			body := data[at+4 : at+8+n]
			if crc32.ChecksumIEEE(body) != binary.BigEndian.Uint32(data[at+8+n:]) {
				return []byte("bad checksum")
			}
			if rest, ok := bytes.CutPrefix(body, []byte("iTXtXML:com.adobe.xmp\x00\x00\x00\x00\x00")); ok {
				return rest
			}
			at += 12 + n
		}
	case picture.WebP:
		if int(binary.LittleEndian.Uint32(data[4:])) != len(data)-8 || data[20]&4 == 0 {
			return []byte("bad header")
		}
		for at := 12; at+8 <= len(data); {
			n := int(binary.LittleEndian.Uint32(data[at+4:]))
			if string(data[at:at+4]) == "XMP " {
				return data[at+8 : at+8+n]
			}
			at += 8 + n + n%2
		}
	case picture.JPEG:
		n := int(binary.BigEndian.Uint16(data[4:]))
		rest, _ := bytes.CutPrefix(data[6:4+n], []byte("http://ns.adobe.com/xap/1.0/\x00"))
		return rest
	}
	return nil
}

func TestReadMetadata(t *testing.T) {
	file := picturetest.WithEXIF(picturetest.JPEG(picturetest.Scene(60, 40)), 6,
		picturetest.Tag{ID: picturetest.ImageDescription, Text: "A harbour at dawn\x07."},
		picturetest.Tag{ID: picturetest.Artist, Text: "Ann Lee"},
		picturetest.Tag{ID: picturetest.Copyright, Text: "© Ann Lee"})
	got := picture.ReadMetadata(bytes.NewReader(file), picture.JPEG)
	want := picture.Metadata{Orientation: 6, Caption: "A harbour at dawn.", Rights: picture.Rights{Creator: "Ann Lee", Copyright: "© Ann Lee"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	stock := picturetest.WithEXIF(picturetest.JPEG(picturetest.Scene(60, 40)), 1,
		picturetest.Tag{ID: picturetest.ImageDescription, Text: "OLYMPUS DIGITAL CAMERA         "})
	if got := picture.ReadMetadata(bytes.NewReader(stock), picture.JPEG); got.Caption != "" {
		t.Errorf("a camera's stock phrase is a caption: %q", got.Caption)
	}
	for _, odd := range [][]byte{nil, file[:30], file[:100], bytes.Repeat([]byte{0xff, 0xe1, 0xff, 0xff}, 50)} {
		_ = picture.ReadMetadata(bytes.NewReader(odd), picture.JPEG) // must come back
	}
}

func TestAverage(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 500, 300))
	draw.Draw(m, m.Rect, image.NewUniform(color.RGBA{0x20, 0x80, 0xc0, 255}), image.Point{}, draw.Src)
	if got := picture.Average(m); got != "#2080c0" {
		t.Errorf("got %s", got)
	}
	if got := picture.Average(image.NewRGBA(image.Rect(0, 0, 1, 1))); got != "#ffffff" {
		t.Errorf("transparent: %s", got)
	}
}

// BenchmarkPhoto makes all variants of a 12-megapixel photograph.
func BenchmarkPhoto(b *testing.B) {
	file := picturetest.JPEG(picturetest.Scene(4032, 3024))
	e := codec.New("")
	defer e.Release()
	for name, enc := range map[string]picture.Encoders{"jpeg+webp+avif": {WebP: e.WebP, AVIF: e.AVIF}, "jpeg+webp": {WebP: e.WebP}, "jpeg": {}} {
		b.Run(fmt.Sprintf("%s/%dKB", name, len(file)/1024), func(b *testing.B) {
			for b.Loop() {
				info, err := picture.Inspect(bytes.NewReader(file), int64(len(file)), 0)
				if err != nil {
					b.Fatal(err)
				}
				top, err := picture.Decode(io.NewSectionReader(bytes.NewReader(file), 0, int64(len(file))), info, 1)
				if err != nil {
					b.Fatal(err)
				}
				plan := picture.Plan(top.Rect.Dx(), top.Rect.Dy(), false, enc)
				if err := picture.Render(b.Context(), top, plan, picture.Focus{X: 500, Y: 500}, nil, enc, func(picture.Want, []byte) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
