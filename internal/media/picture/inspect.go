// Package picture holds the pure work on pictures: what a file is, whether it
// may be decoded, decoding, scaling, cropping, encoding. No storage, no state.
//
// A foreign file is looked at in this order, each step before memory is spent
// on the next (BAR 7.3): magic, declared size, plausibility of the declared
// size, decode. What is made public is always encoded anew from the pixels, so
// that nothing of the foreign file but its picture gets through.
package picture

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"

	"dateline/internal/fault"
)

// Format is a kind of picture file that is accepted.
type Format string

// The formats.
const (
	JPEG Format = "image/jpeg"
	PNG  Format = "image/png"
	GIF  Format = "image/gif"
	WebP Format = "image/webp"
)

// MaxPixels is the largest picture taken unless the caller says otherwise: 40
// megapixels.
const MaxPixels = 40_000_000

// maxSide keeps one-pixel lines of absurd length out.
const maxSide = 60_000

// Limits on animations: together they bound the decoded frames to 64 MB.
const (
	maxFrames      = 600
	maxFramePixels = 64_000_000
)

// Info is what a file declares itself to be.
type Info struct {
	Format        Format
	Width, Height int   // as stored, before the orientation is applied
	Frames        int   // 1 unless animated
	Memory        int64 // bytes that decoding takes at its peak, estimated
	profile       *profile
}

// Sniff names the picture format that b, the beginning of a file, has.
func Sniff(b []byte) (Format, bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return JPEG, true
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return PNG, true
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return GIF, true
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return WebP, true
	}
	return "", false
}

// Inspect reads what the size bytes in r declare and refuses what is too large
// or cannot be true: fault.TooLarge and fault.Invalid, with a reason for the
// person who uploads. limit is the most pixels taken, 0 for MaxPixels. It
// allocates next to nothing.
func Inspect(r io.ReaderAt, size, limit int64) (Info, error) {
	head := make([]byte, 16)
	n, _ := r.ReadAt(head, 0)
	format, ok := Sniff(head[:n])
	if !ok {
		return Info{}, fault.New(fault.Invalid, "not a JPEG, PNG, GIF or WebP picture")
	}
	file := func() io.Reader { return io.NewSectionReader(r, 0, size) }
	config, err := configOf(format, file())
	if err != nil {
		return Info{}, broken(format, err)
	}
	info := Info{Format: format, Width: config.Width, Height: config.Height, Frames: 1}
	if err := checkSize(info, cmp.Or(limit, MaxPixels)); err != nil {
		return Info{}, err
	}
	switch format {
	case JPEG:
		err = inspectJPEG(&info, r, size, config.ColorModel)
	case PNG:
		err = inspectPNG(&info, size, r)
	case GIF:
		err = inspectGIF(&info, file(), size)
	case WebP:
		info.Memory = pixels(info) * 6
	}
	if err == nil {
		info.profile = readProfile(r, size, format)
	}
	return info, err
}

func configOf(f Format, r io.Reader) (image.Config, error) {
	switch f {
	case JPEG:
		return jpeg.DecodeConfig(r)
	case PNG:
		return png.DecodeConfig(r)
	case GIF:
		return gif.DecodeConfig(r)
	default:
		return webp.DecodeConfig(r)
	}
}

func pixels(i Info) int64 { return int64(i.Width) * int64(i.Height) }

func checkSize(i Info, limit int64) error {
	if i.Width <= 0 || i.Height <= 0 {
		return fault.New(fault.Invalid, "the picture says that it is %d×%d pixels", i.Width, i.Height)
	}
	if i.Width > maxSide || i.Height > maxSide || pixels(i) > limit {
		return fault.New(fault.TooLarge, "the picture is %d×%d pixels; the limit is %d megapixels", i.Width, i.Height, limit/1_000_000)
	}
	return nil
}

// implausible refuses a file too short to hold the picture that it declares.
// A small file that declares much is how a decoder is made to allocate.
func implausible(i Info) error {
	return fault.New(fault.Invalid, "the file is damaged: it is too short for the %d×%d pixels that it declares", i.Width, i.Height)
}

func broken(f Format, err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	return fault.New(fault.Invalid, "the file is no intact %s picture: %w", name(f), err)
}

func name(f Format) string {
	return map[Format]string{JPEG: "JPEG", PNG: "PNG", GIF: "GIF", WebP: "WebP"}[f]
}

// inspectJPEG bounds pixels per byte: even a blank picture codes some bits for
// each block of 64 pixels. A progressive file also needs 32 bits for each
// coefficient while it is decoded, so a large one must be so in bytes as well.
func inspectJPEG(i *Info, r io.ReaderAt, size int64, model color.Model) error {
	samples := pixels(*i) * 3 // 4:4:4 at worst
	switch model {
	case color.GrayModel:
		samples = pixels(*i)
	case color.CMYKModel:
		samples = pixels(*i) * 4
	}
	i.Memory = samples
	densest := int64(1000)
	if progressive(r, size) {
		i.Memory = samples * 5
		densest = 400
	}
	if pixels(*i)/max(size, 1) > densest {
		return implausible(*i)
	}
	return nil
}

// progressive reports whether the frame header of a JPEG is SOF2 (ITU-T T.81,
// table B.1), by walking its marker segments.
func progressive(r io.ReaderAt, size int64) bool {
	var b [4]byte
	for at := int64(2); at+4 <= size; {
		if _, err := r.ReadAt(b[:], at); err != nil || b[0] != 0xff {
			return false
		}
		switch marker := b[1]; {
		case marker == 0xff: // fill byte
			at++
			continue
		case marker == 0xc2:
			return true
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc, marker == 0xda:
			return false
		}
		at += 2 + int64(b[2])<<8 + int64(b[3])
	}
	return false
}

// inspectPNG bounds the raw bytes by what deflate can make of the file: at
// most 1032 to 1 (RFC 1951: 258 bytes from two bits).
func inspectPNG(i *Info, size int64, r io.ReaderAt) error {
	var header [26]byte
	if _, err := r.ReadAt(header[:], 0); err != nil {
		return broken(PNG, io.ErrUnexpectedEOF)
	}
	depth, channels := int64(header[24]), map[byte]int64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[header[25]]
	raw := (int64(i.Width)*depth*channels + 7) / 8 * int64(i.Height)
	if raw/1040 > size {
		return implausible(*i)
	}
	i.Memory = pixels(*i) * 4
	switch {
	case depth == 16:
		i.Memory = pixels(*i) * 8
	case channels == 1 && depth <= 8:
		i.Memory = pixels(*i)
	}
	return nil
}

// inspectGIF counts frames without decoding them, and bounds pixels per byte
// by what LZW with 12-bit codes can do.
func inspectGIF(i *Info, r io.Reader, size int64) error {
	frames, area, err := scanGIF(r)
	if err != nil {
		return broken(GIF, err)
	}
	if frames == 0 {
		return broken(GIF, io.ErrUnexpectedEOF)
	}
	if frames > maxFrames || area > maxFramePixels && frames > 1 {
		return fault.New(fault.TooLarge, "the animation has %d frames of together %d megapixels; the limits are %d frames and %d megapixels",
			frames, area/1_000_000, maxFrames, maxFramePixels/1_000_000)
	}
	if area/2000 > size {
		return implausible(*i)
	}
	i.Frames = frames
	i.Memory = pixels(*i)*4 + area
	return nil
}

// String describes the file for messages and logs.
func (i Info) String() string {
	return fmt.Sprintf("%s %d×%d", name(i.Format), i.Width, i.Height)
}
