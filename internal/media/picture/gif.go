package picture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"io"
)

// scanGIF walks the blocks of a GIF (GIF89a specification, section 17 ff) and
// returns how many frames it has and their area in pixels, without
// decompressing any. It stops early once the limits are passed.
func scanGIF(r io.Reader) (frames int, area int64, err error) {
	b := bufio.NewReader(r)
	var screen [13]byte
	if _, err := io.ReadFull(b, screen[:]); err != nil {
		return 0, 0, err
	}
	if err := skipColours(b, screen[10]); err != nil {
		return 0, 0, err
	}
	for {
		kind, err := b.ReadByte()
		if err != nil {
			return frames, area, endOfGIF(err, frames)
		}
		switch kind {
		case 0x3b: // trailer
			return frames, area, nil
		case 0x21: // extension: a label, then sub-blocks
			_, err = b.Discard(1)
		case 0x2c:
			var n int64
			n, err = skipFrameHead(b)
			frames, area = frames+1, area+n
			if frames > maxFrames || area > maxFramePixels && frames > 1 {
				return frames, area, nil
			}
		default:
			return frames, area, fmt.Errorf("unknown block 0x%02x", kind)
		}
		if err == nil {
			err = skipSubBlocks(b)
		}
		if err != nil {
			return frames, area, endOfGIF(err, frames)
		}
	}
}

// endOfGIF forgives a missing trailer after the first frame, as browsers do.
func endOfGIF(err error, frames int) error {
	if errors.Is(err, io.EOF) && frames > 0 {
		return nil
	}
	return io.ErrUnexpectedEOF
}

// skipColours skips a colour table when flags announce one.
func skipColours(b *bufio.Reader, flags byte) error {
	if flags&0x80 == 0 {
		return nil
	}
	_, err := b.Discard(3 << (flags&7 + 1))
	return err
}

// skipFrameHead reads an image descriptor up to its data and returns the
// frame's area.
func skipFrameHead(b *bufio.Reader) (int64, error) {
	var d [9]byte
	if _, err := io.ReadFull(b, d[:]); err != nil {
		return 0, err
	}
	area := (int64(d[4]) | int64(d[5])<<8) * (int64(d[6]) | int64(d[7])<<8)
	if err := skipColours(b, d[8]); err != nil {
		return area, err
	}
	_, err := b.Discard(1) // LZW code size
	return area, err
}

func skipSubBlocks(b *bufio.Reader) error {
	for {
		n, err := b.ReadByte()
		if err != nil || n == 0 {
			return err
		}
		if _, err := b.Discard(int(n)); err != nil {
			return err
		}
	}
}

// firstFrame decodes the first frame of a GIF onto its canvas.
func firstFrame(r io.Reader, width, height int) (image.Image, error) {
	frame, err := gif.Decode(r)
	if err != nil {
		return nil, err
	}
	canvas := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(canvas, frame.Bounds(), frame, frame.Bounds().Min, draw.Src)
	return canvas, nil
}

// ReencodeGIF decodes an animation and encodes it again, which leaves
// comments, foreign extensions and trailing bytes behind. Inspect must have
// accepted the file.
func ReencodeGIF(r io.Reader) ([]byte, error) {
	all, err := gif.DecodeAll(r)
	if err != nil {
		return nil, broken(GIF, err)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, all); err != nil {
		return nil, fmt.Errorf("encode the animation: %w", err)
	}
	return b.Bytes(), nil
}
