package atlas

import (
	"cmp"
	"math"
	"slices"
	"unicode"
	"unicode/utf8"
)

// The sizes of letters in units; the theme's styles give the same ones.
const (
	placeSize   = 14.0
	citySize    = 11.0
	countrySize = 11.0
	markSize    = 4.5 // radius of a place's mark
	citySpot    = 2.2
	longest     = 30 // letters of a name; longer ones are cut
)

// wide is about how wide a text is; rather too much than too little.
func wide(text string, size float64) float64 {
	w := 0.0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) || r >= 0x1F000:
			w += 1.02
		case unicode.IsUpper(r) || r == 'm' || r == 'w' || unicode.Is(unicode.Devanagari, r):
			w += 0.74
		case r == ' ' || r == 'i' || r == 'l' || r == 'j' || r == '.' || r == ',' || r == '\'' || r == '’':
			w += 0.31
		default:
			w += 0.6
		}
	}
	return w * size
}

// fromRight tells whether a text is written from right to left: by its first
// letter.
func fromRight(text string) bool {
	for _, r := range text {
		if unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return true
		}
		if unicode.IsLetter(r) {
			return false
		}
	}
	return false
}

func clipped(name string) string {
	if utf8.RuneCountInString(name) <= longest {
		return name
	}
	return string([]rune(name)[:longest-1]) + "…"
}

// marks draws the places and keeps names off them.
func (d *drawing) marks() {
	d.add(`<g class="map-marks">`)
	for i := range d.spots {
		at := d.spots[i].at
		d.add(`<circle class="map-mark" cx="`, num(at.x), `" cy="`, num(at.y), `" r="`, num(markSize), `"/>`)
		const room = markSize + 1
		d.taken = append(d.taken, frame{at.x - room, at.y - room, at.x + room, at.y + room})
	}
	d.add(`</g>`)
}

// names writes the names of the places: the main ones first, then those that
// have the least room around them.
func (d *drawing) names() {
	order := make([]int, len(d.spots))
	crowd := make([]float64, len(d.spots))
	for i := range order {
		order[i], crowd[i] = i, math.Inf(1)
		for j := range d.spots {
			if i != j {
				crowd[i] = math.Min(crowd[i], math.Hypot(d.spots[i].at.x-d.spots[j].at.x, d.spots[i].at.y-d.spots[j].at.y))
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if d.spots[a].Main != d.spots[b].Main {
			if d.spots[a].Main {
				return -1
			}
			return 1
		}
		return cmp.Compare(crowd[a], crowd[b])
	})
	d.add(`<g class="map-places">`)
	for _, i := range order {
		d.name(d.spots[i].at, d.spots[i].Name, placeSize, markSize+3)
	}
	d.add(`</g>`)
}

// name writes a name beside a point where there is room, and tells whether there
// was.
func (d *drawing) name(at xy, name string, size, away float64) bool {
	if name = clipped(name); name == "" {
		return false
	}
	w, h := wide(name, size), size
	up := size * 0.36 // of the base line below the middle of the letters
	beside := func(dx, dy float64) frame {
		left := at.x + dx - w/2
		switch {
		case dx > 0:
			left = at.x + dx
		case dx < 0:
			left = at.x + dx - w
		}
		return frame{left, at.y + dy - h*0.58, left + w, at.y + dy + h*0.58}
	}
	over := away + h*0.68
	for _, place := range []xy{{away, 0}, {-away, 0}, {0, -over}, {0, over}, {away * 0.6, -over}, {away * 0.6, over}, {-away * 0.6, -over}, {-away * 0.6, over}} {
		box := beside(place.x, place.y)
		if place.x != 0 && place.y != 0 {
			// beside and above: moved in over the point, so that it reads as its
			shift := math.Copysign(away*1.2, -place.x)
			box.left, box.right = box.left+shift, box.right+shift
		}
		if d.free(box) {
			d.taken = append(d.taken, box)
			d.text(box, at.y+place.y+up, name, place.x)
			return true
		}
	}
	return false
}

func (d *drawing) free(box frame) bool {
	return box.within(d.size.grown(-3)) && !slices.ContainsFunc(d.taken, box.meets)
}

// text writes a name into a box: from its left side, its right one or its middle,
// so that a face of another width stays beside its point.
func (d *drawing) text(box frame, base float64, name string, side float64) {
	x, anchor := (box.left+box.right)/2, "middle"
	switch {
	case side > 0:
		x, anchor = box.left, "start"
	case side < 0:
		x, anchor = box.right, "end"
	}
	turned := ""
	if fromRight(name) {
		turned = ` direction="rtl"`
		switch anchor {
		case "start":
			anchor = "end"
		case "end":
			anchor = "start"
		}
	}
	d.add(`<text x="`, num(x), `" y="`, num(base), `" text-anchor="`, anchor, `"`, turned, `>`, escape(name), `</text>`)
}

// kilometres is the earth's radius.
const kilometres = 6371.0

var barLengths = []float64{2000, 1000, 500, 200, 100, 50, 20}

// scaleBar draws how long so many kilometres are, in a corner below that is free.
func (d *drawing) scaleBar(v *view) {
	for _, km := range barLengths {
		length := km / kilometres * v.scale
		if length > 80 {
			continue
		}
		label, turned := num(km)+" km", ""
		if spoken(d.Language) == arabic {
			label, turned = num(km)+" كم", ` direction="rtl"`
		}
		for _, x := range []float64{12, d.size.right - 12 - length} {
			y := d.size.bottom - 10
			box := frame{x - 4, y - 18, x + math.Max(length, wide(label, 10)) + 4, y + 4}
			if box.within(d.size) && !slices.ContainsFunc(d.taken, box.meets) {
				d.taken = append(d.taken, box)
				d.add(`<path class="map-bar" d="M`, num(x), " ", num(y-4), "v4h", num(length), `v-4"/><text class="map-bar-length" x="`, num(x+length/2), `" y="`, num(y-6), `" text-anchor="middle"`, turned, `>`, label, `</text>`)
				return
			}
		}
		return
	}
}
