package picture

import (
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/webp"

	"dateline/internal/fault"
)

// maxTop is the largest side and area of the picture that all variants are
// made from: 1920 wide for what newsrooms shoot, less for a very tall one.
const (
	maxTopWidth  = 1920
	maxTopSide   = 16_000 // WebP ends at 16,383
	maxTopPixels = 10_000_000
)

// Decode reads the picture that Inspect accepted, scales it down to at most
// 1920 pixels of width, turns it upright and converts its colours to sRGB. Orientation is EXIF's, 1 to 8;
// others count as 1.
func Decode(r io.Reader, info Info, orientation int) (*image.RGBA, error) {
	return DecodePart(r, info, orientation, Part{})
}

// Part is a part of an upright picture, in thousandths of its width and
// height. The zero Part is all of it.
type Part struct{ X, Y, W, H int }

// within returns the part's pixels of a picture as it is stored, w×h and not
// yet turned upright.
func (p Part) within(w, h, orientation int) image.Rectangle {
	uw, uh := Oriented(w, h, orientation)
	x0, y0 := p.X*uw/1000, p.Y*uh/1000
	x1, y1 := max((p.X+p.W)*uw/1000, x0+1)-1, max((p.Y+p.H)*uh/1000, y0+1)-1
	ax, ay := unturn(x0, y0, w, h, orientation)
	bx, by := unturn(x1, y1, w, h, orientation)
	return image.Rect(min(ax, bx), min(ay, by), max(ax, bx)+1, max(ay, by)+1)
}

// DecodePart is Decode for a part of the picture.
func DecodePart(r io.Reader, info Info, orientation int, part Part) (*image.RGBA, error) {
	m, err := decode(r, info)
	if err != nil {
		return nil, broken(info.Format, err)
	}
	if size := m.Bounds().Size(); size.X != info.Width || size.Y != info.Height {
		return nil, fault.New(fault.Invalid, "the file is damaged: it declares %d×%d pixels and holds %d×%d", info.Width, info.Height, size.X, size.Y)
	}
	turned := orientation >= 5 && orientation <= 8
	if whole, ok := m.(interface {
		SubImage(image.Rectangle) image.Image
	}); ok && part != (Part{}) {
		m = whole.SubImage(part.within(info.Width, info.Height, orientation).Add(m.Bounds().Min))
	}
	w, h := topSize(m.Bounds().Dx(), m.Bounds().Dy(), turned)
	top := shrink(m, w, h, info.Format == WebP)
	if _, grey := m.(*image.Gray); info.profile != nil && !grey {
		info.profile.toSRGB(top)
	}
	return orient(top, orientation), nil
}

// decode calls the decoder of the format. A decoder's panic on damaged input
// is an error like any other.
func decode(r io.Reader, info Info) (m image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			m, err = nil, fmt.Errorf("the decoder gave up: %v", p)
		}
	}()
	switch info.Format {
	case JPEG:
		return jpeg.Decode(r)
	case PNG:
		return png.Decode(r)
	case GIF:
		return firstFrame(r, info.Width, info.Height)
	default:
		return webp.Decode(r)
	}
}

// topSize returns the size, in the stored orientation, of the largest variant.
func topSize(w, h int, turned bool) (int, int) {
	limit := maxTopWidth
	across := w
	if turned {
		across = h
	}
	scale := min(1, float64(limit)/float64(across), float64(maxTopSide)/float64(max(w, h)))
	if area := float64(w) * float64(h) * scale * scale; area > maxTopPixels {
		scale *= math.Sqrt(maxTopPixels / area)
	}
	return scaled(w, scale), scaled(h, scale)
}

func scaled(n int, by float64) int { return max(1, int(float64(n)*by+0.5)) }

// Oriented returns the size as seen, after the orientation is applied.
func Oriented(w, h, orientation int) (int, int) {
	if orientation >= 5 && orientation <= 8 {
		return h, w
	}
	return w, h
}

// orient applies an EXIF orientation (EXIF 2.32, tag 0x0112).
func orient(m *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	ow, oh := Oriented(w, h, orientation)
	out := image.NewRGBA(image.Rect(0, 0, ow, oh))
	for y := range oh {
		for x := range ow {
			sx, sy := unturn(x, y, w, h, orientation)
			copy(out.Pix[y*out.Stride+x*4:][:4], m.Pix[sy*m.Stride+sx*4:][:4])
		}
	}
	return out
}

// unturn gives the stored pixel that is seen at x, y; w and h are as stored.
func unturn(x, y, w, h, orientation int) (int, int) {
	switch orientation {
	case 2: // mirrored
		return w - 1 - x, y
	case 3: // half a turn
		return w - 1 - x, h - 1 - y
	case 4: // upside down mirrored
		return x, h - 1 - y
	case 5: // transposed
		return y, x
	case 6: // must be turned a quarter clockwise
		return y, h - 1 - x
	case 7: // transposed the other way
		return w - 1 - y, h - 1 - x
	case 8: // must be turned a quarter anticlockwise
		return w - 1 - y, x
	}
	return x, y
}
