package picture

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"slices"
)

// AVIF is only encoded to, never taken.
const AVIF Format = "image/avif"

// ladder is the widths that pictures are offered in. 320 serves thumbnails,
// 640 phones, 960 and 1280 columns on dense screens, 1920 full width.
var ladder = []int{320, 640, 960, 1280, 1920}

// Qualities, chosen to look alike at their width.
const (
	jpegQuality = 80
	webpQuality = 76
	avifQuality = 56
)

// Limits below which the formats are worth their cost.
const (
	maxAVIFWidth  = 1280
	maxAVIFPixels = 2_500_000
	maxPNGWidth   = 1280
	wideWidth     = 1200 // of the 16:9 crop for social networks and search
	wideHeight    = 675
	minWideWidth  = 200
)

// Wide is the label of the 16:9 crop around the focal point.
const Wide = "wide"

// Label is the name of the variant that shows the whole picture at width w.
func Label(w int) string { return fmt.Sprintf("w%d", w) }

// Encoders encode the formats that Go itself cannot. Either may be nil.
type Encoders struct {
	WebP func(ctx context.Context, m *image.NRGBA, quality int) ([]byte, error)
	AVIF func(ctx context.Context, m *image.RGBA, quality int) ([]byte, error)
}

// Focus is the point that crops keep, in thousandths from the left and top.
type Focus struct{ X, Y int }

// Want names one variant.
type Want struct {
	Label         string
	Format        Format
	Width, Height int
}

// Ext returns the file name ending of f.
func (f Format) Ext() string {
	return map[Format]string{JPEG: "jpg", PNG: "png", GIF: "gif", WebP: "webp", AVIF: "avif"}[f]
}

// Plan lists the variants of a picture whose largest form is w×h, in the order
// in which Render makes them: the largest first, of each width the cheapest
// format first, the crop last.
func Plan(w, h int, alpha bool, e Encoders) []Want {
	var out []Want
	for _, width := range slices.Backward(rungs(w)) {
		height := max(1, (h*width+w/2)/w)
		if f := fallback(width, w, alpha); f != "" {
			out = append(out, Want{Label(width), f, width, height})
		}
		if e.WebP != nil {
			out = append(out, Want{Label(width), WebP, width, height})
		}
		if e.AVIF != nil && width <= maxAVIFWidth && width*height <= maxAVIFPixels {
			out = append(out, Want{Label(width), AVIF, width, height})
		}
	}
	if crop := wideCrop(w, h, Focus{}); crop.Dx() >= minWideWidth {
		width := min(wideWidth, crop.Dx())
		out = append(out, Want{Wide, JPEG, width, max(1, width*wideHeight/wideWidth)})
	}
	return out
}

// rungs returns the widths for a picture of width w: those of the ladder that
// are smaller, and w itself where it adds over a tenth.
func rungs(w int) []int {
	var out []int
	for _, rung := range ladder {
		if rung <= w {
			out = append(out, rung)
		}
	}
	if len(out) == 0 || w*10 >= out[len(out)-1]*11 {
		out = append(out, w)
	}
	return out
}

// fallback returns the format for readers without WebP. 960 has none: they
// are few, and its neighbours serve them.
func fallback(width, w int, alpha bool) Format {
	switch {
	case width == 960 && w >= 1280, alpha && width > maxPNGWidth:
		return ""
	case alpha:
		return PNG
	}
	return JPEG
}

// Fallback returns the variant that a picture is first shown with: the widest
// up to 1280 in a format that every reader knows.
func Fallback(plan []Want) Want {
	var best Want
	for _, w := range plan {
		if w.Label == Wide || w.Format != JPEG && w.Format != PNG {
			continue
		}
		if best.Width == 0 || best.Width > 1280 || w.Width <= 1280 && w.Width > best.Width {
			best = w
		}
	}
	return best
}

// Render makes the wanted variants of top, a part of its plan in the plan's
// order, and gives each to emit. The same picture gives the same bytes
// whichever part is asked for. credit, an XMP packet or nil, is put into each.
func Render(ctx context.Context, top *image.RGBA, wanted []Want, focus Focus, credit []byte, e Encoders, emit func(Want, []byte) error) error {
	scaled := scaler{top: top, at: top}
	for _, w := range wanted {
		if err := ctx.Err(); err != nil {
			return err
		}
		m := scaled.to(w, focus)
		data, err := encode(ctx, m, w.Format, e)
		if err != nil {
			return err
		}
		if err := emit(w, embed(data, w, credit)); err != nil {
			return err
		}
	}
	return nil
}

// scaler walks down the ladder rung by rung, each scaled from the one above:
// always the same way, and cheaper than from the top each time.
type scaler struct{ top, at *image.RGBA }

func (s *scaler) to(w Want, focus Focus) *image.RGBA {
	if w.Label == Wide {
		crop := wideCrop(s.top.Rect.Dx(), s.top.Rect.Dy(), focus)
		return Resize(s.top.SubImage(crop).(*image.RGBA), w.Width, w.Height)
	}
	topW, topH := s.top.Rect.Dx(), s.top.Rect.Dy()
	for _, rung := range slices.Backward(rungs(topW)) {
		if rung < s.at.Rect.Dx() && rung >= w.Width {
			s.at = Resize(s.at, rung, max(1, (topH*rung+topW/2)/topW))
		}
	}
	return s.at
}

// wideCrop returns the largest 16:9 part of w×h that lies around the focus.
func wideCrop(w, h int, focus Focus) image.Rectangle {
	cw, ch := w, w*wideHeight/wideWidth
	if ch > h {
		cw, ch = h*wideWidth/wideHeight, h
	}
	x := min(max(focus.X*w/1000-cw/2, 0), w-cw)
	y := min(max(focus.Y*h/1000-ch/2, 0), h-ch)
	return image.Rect(x, y, x+cw, y+ch)
}

func encode(ctx context.Context, m *image.RGBA, f Format, e Encoders) ([]byte, error) {
	var b bytes.Buffer
	switch f {
	case JPEG:
		if err := jpeg.Encode(&b, flatten(m), &jpeg.Options{Quality: jpegQuality}); err != nil {
			return nil, fmt.Errorf("encode JPEG: %w", err)
		}
	case PNG:
		if err := png.Encode(&b, straight(m)); err != nil {
			return nil, fmt.Errorf("encode PNG: %w", err)
		}
	case WebP:
		return e.WebP(ctx, straight(m), webpQuality)
	case AVIF:
		return e.AVIF(ctx, m, avifQuality)
	}
	return b.Bytes(), nil
}

// flatten puts a transparent picture on white, for formats without alpha.
func flatten(m *image.RGBA) *image.RGBA {
	if m.Opaque() {
		return m
	}
	out := image.NewRGBA(image.Rect(0, 0, m.Rect.Dx(), m.Rect.Dy()))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, m, m.Rect.Min, draw.Over)
	return out
}

// straight returns m with colours not multiplied by alpha, packed.
func straight(m *image.RGBA) *image.NRGBA {
	if m.Opaque() {
		return &image.NRGBA{Pix: m.Pix, Stride: m.Stride, Rect: m.Rect}
	}
	out := image.NewNRGBA(image.Rect(0, 0, m.Rect.Dx(), m.Rect.Dy()))
	draw.Draw(out, out.Rect, m, m.Rect.Min, draw.Src)
	return out
}

// Average returns the mean colour of m over white, as "#rrggbb": what a page
// shows in a picture's place until it arrives.
func Average(m *image.RGBA) string {
	dot := Resize(m, min(8, m.Rect.Dx()), min(8, m.Rect.Dy()))
	dot = flatten(Resize(dot, 1, 1))
	c := dot.RGBAAt(0, 0)
	return hex(c)
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
