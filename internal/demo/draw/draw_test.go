package draw

import (
	"bytes"
	"crypto/sha256"
	"image/jpeg"
	"sync"
	"testing"
)

func TestRender_IsDeterministicSizedAndDistinct(t *testing.T) {
	var seen sync.Map
	for i, key := range Keys() {
		if testing.Short() && i%6 > 0 {
			continue
		}
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			first, err := Render(key)
			if err != nil {
				t.Fatal(err)
			}
			second, err := Render(key)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(first, second) {
				t.Error("two renderings differ")
			}
			cfg, err := jpeg.DecodeConfig(bytes.NewReader(first))
			if err != nil {
				t.Fatal(err)
			}
			wantW, wantH := Width, Height
			if portraits()[key] != nil {
				wantW, wantH = Portrait, Portrait
			}
			if cfg.Width != wantW || cfg.Height != wantH {
				t.Errorf("%d×%d, want %d×%d", cfg.Width, cfg.Height, wantW, wantH)
			}
			if other, same := seen.LoadOrStore(sha256.Sum256(first), key); same {
				t.Errorf("looks exactly like %s", other)
			}
		})
	}
}

func TestRender_RefusesUnknownKey(t *testing.T) {
	if _, err := Render("no-such-picture"); err == nil {
		t.Error("want an error")
	}
}
