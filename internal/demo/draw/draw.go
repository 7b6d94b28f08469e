// Package draw paints the sample newsroom's illustrations: flat shapes in
// layers of air, lit from one side, shaded with grain as in a screen print.
// Every picture is drawn by code from its key alone, so the same key always
// gives the same bytes.
package draw

import (
	"bytes"
	"hash/fnv"
	"image/jpeg"
	"maps"
	"math/rand/v2"
	"slices"

	"dateline/internal/fault"
)

// Sizes of the pictures in pixels.
const (
	Width    = 1600
	Height   = 1067
	Portrait = 800 // both sides
)

// quality is the JPEG quality; grain suffers visibly below it.
const quality = 84

// Has reports whether a picture of that key can be drawn.
func Has(key string) bool {
	return scenes()[key] != nil || portraits()[key] != nil
}

// Keys returns the keys of all pictures in order.
func Keys() []string {
	keys := slices.Collect(maps.Keys(scenes()))
	keys = slices.AppendSeq(keys, maps.Keys(portraits()))
	slices.Sort(keys)
	return keys
}

// Render draws the picture of a key as a JPEG file. NotFound when there is
// none. Safe for concurrent use.
func Render(key string) ([]byte, error) {
	c := paintKey(key)
	if c == nil {
		return nil, fault.New(fault.NotFound, "no picture %q is drawn here", key)
	}
	c.paper()
	var out bytes.Buffer
	err := jpeg.Encode(&out, c.img, &jpeg.Options{Quality: quality})
	return out.Bytes(), err
}

func paintKey(key string) *canvas {
	seed := fnv.New64a()
	_, _ = seed.Write([]byte(key))
	rnd := rand.New(rand.NewPCG(seed.Sum64(), 1891))
	if scene := scenes()[key]; scene != nil {
		c := newCanvas(Width, Height, rnd)
		scene(c)
		return c
	}
	if portrait := portraits()[key]; portrait != nil {
		c := newCanvas(Portrait, Portrait, rnd)
		portrait(c)
		return c
	}
	return nil
}
