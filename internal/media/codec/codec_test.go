package codec

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"os"
	"sync"
	"testing"

	"golang.org/x/image/webp"
)

func gradient(w, h int, alpha uint8) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, color.NRGBA{uint8(x * 255 / w), uint8(y * 255 / h), 90, alpha})
		}
	}
	return m
}

func opaque(m *image.NRGBA) *image.RGBA {
	return &image.RGBA{Pix: m.Pix, Stride: m.Stride, Rect: m.Rect}
}

func near(a, b uint32, tolerance int) bool {
	d := int(a>>8) - int(b>>8)
	return d <= tolerance && -d <= tolerance
}

func luma(c color.Color) int {
	switch c := c.(type) {
	case color.YCbCr:
		return int(c.Y)
	case color.NYCbCrA:
		return int(c.Y)
	}
	return -1
}

func TestModules_AreTheOnesWeReviewed(t *testing.T) {
	for sum, module := range map[string][]byte{
		"bbcf68343d79d80ba4ce7bb29215b2943711bd0787f68ff31785c6e2bb044459": webpModule,
		"af09b7698dc6034049cb8cd09378f5fd8f34de6079443bfb0240c208b1f3b670": avifModule,
	} {
		if got := sha256.Sum256(module); hex.EncodeToString(got[:]) != sum {
			t.Errorf("a module has sum %x, want %s", got, sum)
		}
	}
}

func TestWebP_RoundTrip(t *testing.T) {
	e := New("")
	defer e.Release()
	for name, alpha := range map[string]uint8{"opaque": 255, "transparent": 128} {
		src := gradient(101, 67, alpha)
		b, err := e.WebP(t.Context(), src, 90)
		if err != nil {
			t.Fatal(err)
		}
		got, err := webp.Decode(bytes.NewReader(b))
		if err != nil || got.Bounds().Size() != src.Rect.Size() {
			t.Fatalf("%s: %v", name, err)
		}
		_, _, _, a := got.At(80, 60).RGBA()
		if want := uint32(alpha) * 0x101; !near(a, want, 2) {
			t.Errorf("%s: alpha %d, want %d", name, a, want)
		}
		// The decoder gives VP8's luma as it is stored: 16 to 235, for black
		// to white (ITU-R BT.601), which the colours of Go do not know.
		if luma, want := luma(got.At(80, 60)), 16+(66*201+129*228+25*90+128)>>8; luma < want-6 || luma > want+6 {
			t.Errorf("%s: luma %d, want %d", name, luma, want)
		}
	}
}

func TestEncoders_TakeSubImages(t *testing.T) {
	e := New("")
	defer e.Release()
	big := gradient(100, 100, 255)
	part := big.SubImage(image.Rect(10, 20, 50, 60)).(*image.NRGBA)
	whole := image.NewNRGBA(image.Rect(0, 0, 40, 40))
	for y := range 40 {
		copy(whole.Pix[y*whole.Stride:], part.Pix[y*part.Stride:y*part.Stride+160])
	}
	a, err := e.WebP(t.Context(), part, 80)
	b, err2 := e.WebP(t.Context(), whole, 80)
	if err != nil || err2 != nil || !bytes.Equal(a, b) {
		t.Errorf("a part and its copy differ: %v %v", err, err2)
	}
}

func TestAVIF_IsAnAVIFAndDeterministic(t *testing.T) {
	e := New(t.TempDir())
	defer e.Release()
	src := opaque(gradient(120, 80, 255))
	first, err := e.AVIF(t.Context(), src, 60)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first[4:12], []byte("ftypavif")) || !bytes.Contains(first, []byte("ispe\x00\x00\x00\x00\x00\x00\x00\x78\x00\x00\x00\x50")) {
		t.Errorf("not an AVIF of 120×80: %q", first[:min(len(first), 64)])
	}
	e.Release()
	if e.avif.rt != nil {
		t.Error("the compiled encoder is still there")
	}
	second, err := e.AVIF(t.Context(), src, 60)
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("the same picture gave other bytes (%v)", err)
	}
}

func TestCache_IsUsedAndMayBeUnusable(t *testing.T) {
	dir := t.TempDir()
	e := New(dir)
	if _, err := e.WebP(t.Context(), gradient(8, 8, 255), 80); err != nil {
		t.Fatal(err)
	}
	e.Release()
	if entries, _ := os.ReadDir(dir); len(entries) == 0 {
		t.Error("nothing was kept")
	}
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	e = New(file) // not a folder
	defer e.Release()
	if _, err := e.WebP(t.Context(), gradient(8, 8, 255), 80); err != nil {
		t.Errorf("without a cache: %v", err)
	}
}

func TestWebP_OverTheMemoryLimitIsAnError(t *testing.T) {
	e := New("")
	defer e.Release()
	if _, err := e.WebP(t.Context(), image.NewNRGBA(image.Rect(0, 0, 9000, 9000)), 80); err == nil {
		t.Error("a picture beyond the memory limit was encoded")
	}
	if _, err := e.WebP(t.Context(), gradient(8, 8, 255), 80); err != nil {
		t.Errorf("the next picture: %v", err)
	}
}

func TestEncoders_RunAtOnce(t *testing.T) {
	e := New("")
	defer e.Release()
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			if _, err := e.WebP(t.Context(), gradient(60+i, 40, 255), 80); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
