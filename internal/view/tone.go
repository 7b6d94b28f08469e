package view

import (
	"math"
	"strconv"
)

// toneClass turns the average colour of a picture, "#rrggbb", into the classes
// of the nearest calm colour that stands in while the picture loads: ten steps
// of lightness and, unless it is grey, one of the 36 hues. Pages carry no inline
// style. It is "" for anything else.
func toneClass(average string) string {
	if len(average) != 7 || average[0] != '#' {
		return ""
	}
	rgb, err := strconv.ParseUint(average[1:], 16, 32)
	if err != nil {
		return ""
	}
	lightness, a, b := oklab(linear(rgb>>16&255), linear(rgb>>8&255), linear(rgb&255))
	class := "tone-" + strconv.Itoa(int(math.Round(lightness*10)))
	const grey = 0.02
	if math.Hypot(a, b) < grey {
		return class
	}
	return class + " " + hueClass(int(math.Atan2(b, a)*180/math.Pi))
}

// linear takes the gamma out of an sRGB channel (IEC 61966-2-1).
func linear(channel uint64) float64 {
	c := float64(channel) / 255
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}

// oklab converts linear sRGB to Oklab (CSS Color 4 §9.2, Björn Ottosson).
func oklab(r, g, b float64) (lightness, greenRed, blueYellow float64) {
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return 0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s
}
