package picture_test

import (
	"bytes"
	"image"
	"image/color"
	"runtime"
	"strings"
	"testing"

	"dateline/internal/fault"
	"dateline/internal/media/picture"
	"dateline/internal/media/picture/picturetest"
)

// Files made to make a decoder allocate or work: each is refused by looking,
// at next to no cost.
func TestInspect_RefusesBombs(t *testing.T) {
	bombs := map[string]struct {
		file []byte
		code fault.Code
	}{
		"png 65535²":         {picturetest.DeclarePNG(65535, 65535), fault.TooLarge},
		"png 1×2³¹":          {picturetest.DeclarePNG(1, 1<<31-1), fault.TooLarge},
		"png 2³¹×2³¹":        {picturetest.DeclarePNG(1<<31-1, 1<<31-1), fault.Invalid}, // the decoder refuses it as overflow
		"png 36 Mpx, empty":  {picturetest.DeclarePNG(6000, 6000), fault.Invalid},
		"png 0×0":            {picturetest.DeclarePNG(0, 0), fault.Invalid},
		"jpeg 65500²":        {picturetest.DeclareJPEG(65500, 65500), fault.TooLarge},
		"jpeg 36 Mpx, empty": {picturetest.DeclareJPEG(6000, 6000), fault.Invalid},
		"gif 65535²":         {picturetest.DeclareGIF(65535, 65535), fault.TooLarge},
		"gif 36 Mpx, empty":  {picturetest.DeclareGIF(6000, 6000), fault.Invalid},
		"gif 10,000 frames":  {picturetest.Animation(10_000, 2, 2), fault.TooLarge},
		"gif 100 Mpx frames": {picturetest.Animation(100, 1000, 1000), fault.TooLarge},
		"webp 16384²":        {picturetest.DeclareWebP(16384, 16384, 16384, 16384), fault.TooLarge},
		"webp 2²⁴×2²⁴":       {picturetest.DeclareWebP(1<<24, 1<<24, 10, 10), fault.Invalid},
	}
	for name, b := range bombs {
		var info picture.Info
		var err error
		spent := allocated(func() { info, err = picture.Inspect(bytes.NewReader(b.file), int64(len(b.file)), 0) })
		if !fault.Is(err, b.code) {
			t.Errorf("%s: want %s, got %v (%v)", name, b.code, err, info)
		}
		if spent > 1<<20 {
			t.Errorf("%s: %d bytes were allocated", name, spent)
		}
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestInspect_RefusesWhatIsNoPicture(t *testing.T) {
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	jpeg := picturetest.JPEG(picturetest.Scene(64, 64))
	for name, file := range map[string]string{
		"html": "<!doctype html><script>alert(1)</script>", "svg": svg, "svg with bom": "\ufeff" + svg, "xml": `<?xml version="1.0"?>` + svg,
		"empty": "", "one byte": "\xff", "bmp": "BM" + strings.Repeat("\x00", 60), "tiff": "II*\x00" + strings.Repeat("\x00", 60),
		"avif": "\x00\x00\x00\x1cftypavif" + strings.Repeat("\x00", 60), "ico": "\x00\x00\x01\x00\x01\x00",
		"jpeg magic, then html": "\xff\xd8\xff<script>alert(1)</script>", "gif magic, then js": "GIF89a=1;alert(1)//" + strings.Repeat("x", 100),
		"png magic only": "\x89PNG\r\n\x1a\n", "riff that is a wave": "RIFF\x24\x00\x00\x00WAVEfmt ", "jpeg cut in its header": string(jpeg[:40]),
		"eicar": `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`,
	} {
		if info, err := picture.Inspect(strings.NewReader(file), int64(len(file)), 0); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

func TestInspect_AcceptsOrdinaryPictures(t *testing.T) {
	scene := picturetest.Scene(300, 200)
	blank := image.NewGray(image.Rect(0, 0, 6000, 6000)) // compresses like little else
	for name, c := range map[string]struct {
		file   []byte
		format picture.Format
		w, h   int
		frames int
	}{
		"jpeg":       {picturetest.JPEG(scene), picture.JPEG, 300, 200, 1},
		"png":        {picturetest.PNG(scene), picture.PNG, 300, 200, 1},
		"gif":        {picturetest.Animation(1, 300, 200), picture.GIF, 300, 200, 1},
		"animation":  {picturetest.Animation(20, 300, 200), picture.GIF, 300, 200, 20},
		"blank jpeg": {picturetest.JPEG(blank), picture.JPEG, 6000, 6000, 1},
		"blank png":  {picturetest.PNG(blank), picture.PNG, 6000, 6000, 1},
		"polyglot":   {append(picturetest.JPEG(scene), "<script>alert(1)</script>"...), picture.JPEG, 300, 200, 1},
	} {
		info, err := picture.Inspect(bytes.NewReader(c.file), int64(len(c.file)), 0)
		if err != nil || info.Format != c.format || info.Width != c.w || info.Height != c.h || info.Frames != c.frames {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}
}

func TestDecode_RefusesFilesThatLie(t *testing.T) {
	scene := picturetest.Scene(600, 400)
	jpeg, png := picturetest.JPEG(scene), picturetest.PNG(scene)
	for name, file := range map[string][]byte{
		"jpeg cut":         jpeg[:len(jpeg)/2],
		"png cut":          png[:len(png)/2],
		"jpeg taller":      picturetest.DeclareJPEG(64, 500),
		"webp canvas lies": picturetest.DeclareWebP(10, 10, 5000, 5000),
		"webp empty":       picturetest.DeclareWebP(50, 50, 50, 50),
	} {
		info, err := picture.Inspect(bytes.NewReader(file), int64(len(file)), 0)
		if err == nil {
			spent := allocated(func() { _, err = picture.Decode(bytes.NewReader(file), info, 1) })
			if spent > 32<<20 {
				t.Errorf("%s: %d bytes were allocated", name, spent)
			}
		}
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: want invalid, got %v (%v)", name, err, info)
		}
	}
}

func TestReencodeGIF_KeepsFramesAndDropsTheRest(t *testing.T) {
	file := picturetest.Animation(5, 40, 30)
	comment := append([]byte{0x21, 0xfe, 24}, "<script>alert(1)</script"...)
	comment = append(comment, 0)
	tail := []byte("<script>tail</script>")
	dirty := append(append(append(append([]byte{}, file[:len(file)-1]...), comment...), 0x3b), tail...)
	out, err := picture.ReencodeGIF(bytes.NewReader(dirty))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out, []byte("script")) {
		t.Error("foreign bytes got through")
	}
	info, err := picture.Inspect(bytes.NewReader(out), int64(len(out)), 0)
	if err != nil || info.Frames != 5 {
		t.Errorf("%+v %v", info, err)
	}
	if m, err := picture.Decode(bytes.NewReader(out), info, 1); err != nil || m.At(3, 3) != (color.RGBA{0, 0, 0, 255}) {
		t.Errorf("first frame: %v", err)
	}
}
