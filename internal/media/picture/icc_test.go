package picture_test

import (
	"bytes"
	"image"
	"image/color"
	"testing"

	"golang.org/x/image/draw"

	"dateline/internal/media/picture"
	"dateline/internal/media/picture/picturetest"
)

func plainPicture(c color.Color) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 40, 40))
	draw.Draw(m, m.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return m
}

// Expected values are Display P3 converted by the matrix of CSS Color 4.
func TestDecode_ConvertsWideColours(t *testing.T) {
	p3 := picturetest.Profile(picturetest.DisplayP3, false)
	table := picturetest.Profile(picturetest.DisplayP3, true)
	srgb := picturetest.Profile(picturetest.SRGB, false)
	orange := color.NRGBA{200, 100, 50, 255}
	inSRGB := color.NRGBA{215, 93, 31, 255}
	for name, c := range map[string]struct {
		file []byte
		want color.NRGBA
	}{
		"png p3":        {picturetest.PNGWithProfile(picturetest.PNG(plainPicture(orange)), p3), inSRGB},
		"png p3 table":  {picturetest.PNGWithProfile(picturetest.PNG(plainPicture(orange)), table), inSRGB},
		"jpeg p3":       {picturetest.JPEGWithProfile(picturetest.JPEG(plainPicture(orange)), p3), inSRGB},
		"jpeg srgb":     {picturetest.JPEGWithProfile(picturetest.JPEG(plainPicture(orange)), srgb), orange},
		"png srgb":      {picturetest.PNGWithProfile(picturetest.PNG(plainPicture(orange)), srgb), orange},
		"png p3 beyond": {picturetest.PNGWithProfile(picturetest.PNG(plainPicture(color.NRGBA{255, 0, 0, 255})), p3), color.NRGBA{255, 0, 0, 255}},
		"png p3 grey":   {picturetest.PNGWithProfile(picturetest.PNG(plainPicture(color.NRGBA{128, 128, 128, 255})), p3), color.NRGBA{128, 128, 128, 255}},
		"png p3 alpha":  {picturetest.PNGWithProfile(picturetest.PNG(plainPicture(color.NRGBA{200, 100, 50, 100})), p3), color.NRGBA{215, 93, 31, 100}},
		"no profile":    {picturetest.PNG(plainPicture(orange)), orange},
		"half profile":  {picturetest.PNGWithProfile(picturetest.PNG(plainPicture(orange)), p3[:300]), orange},
		"noise":         {picturetest.PNGWithProfile(picturetest.PNG(plainPicture(orange)), bytes.Repeat([]byte("RGB XYZ "), 400)), orange},
	} {
		got := color.NRGBAModel.Convert(decode(t, c.file, 1).At(20, 20)).(color.NRGBA)
		for _, d := range []int{int(got.R) - int(c.want.R), int(got.G) - int(c.want.G), int(got.B) - int(c.want.B), int(got.A) - int(c.want.A)} {
			if tolerance := 2 + (255-int(c.want.A))/30; d < -tolerance || d > tolerance {
				t.Errorf("%s: %v, want %v", name, got, c.want)
				break
			}
		}
	}
}

// FuzzInspect looks for files that make the readers of foreign bytes panic,
// hang or decode to another size than they declared.
func FuzzInspect(f *testing.F) {
	scene := picturetest.Scene(40, 30)
	jpeg, png := picturetest.JPEG(scene), picturetest.PNG(scene)
	for _, seed := range [][]byte{
		jpeg, png, picturetest.Animation(3, 20, 20), picturetest.WithEXIF(jpeg, 6, picturetest.Tag{ID: picturetest.Artist, Text: "A"}),
		picturetest.JPEGWithProfile(jpeg, picturetest.Profile(picturetest.DisplayP3, true)),
		picturetest.PNGWithProfile(png, picturetest.Profile(picturetest.DisplayP3, false)),
		picturetest.DeclareWebP(20, 20, 20, 20), picturetest.DeclareGIF(20, 20), picturetest.DeclarePNG(20, 20),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		info, err := picture.Inspect(bytes.NewReader(file), int64(len(file)), 0)
		if err != nil {
			return
		}
		data := picture.ReadMetadata(bytes.NewReader(file), info.Format)
		if int64(info.Width)*int64(info.Height) > 1_000_000 {
			return // slow to decode, and no other code
		}
		m, err := picture.Decode(bytes.NewReader(file), info, data.Orientation)
		if err != nil {
			return
		}
		if m.Rect.Dx() < 1 || m.Rect.Dy() < 1 || m.Rect.Dx() > 1920 {
			t.Errorf("%v became %v", info, m.Rect)
		}
		for i := 0; i < len(m.Pix); i += 4 {
			if a := m.Pix[i+3]; m.Pix[i] > a || m.Pix[i+1] > a || m.Pix[i+2] > a {
				t.Fatalf("pixel %d is brighter than its alpha: %v", i/4, m.Pix[i:i+4])
			}
		}
		if info.Frames > 1 {
			_, _ = picture.ReencodeGIF(bytes.NewReader(file))
		}
	})
}
