package settings

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/fault"
)

// Look is how the site appears, laid over its theme. Zero values leave the theme
// as it is.
type Look struct {
	Theme    string `json:"theme,omitempty"`    // folder of DATA/themes, "" for the built-in theme
	Accent   string `json:"accent,omitempty"`   // "#a5271b"
	Headline string `json:"headline,omitempty"` // "serif", "sans"
	Density  string `json:"density,omitempty"`  // "compact", "roomy"
	Width    string `json:"width,omitempty"`    // "narrow", "wide"
}

// The choices of a look beside "", the theme's own.
var (
	headlines = []string{"", "serif", "sans"}
	densities = []string{"", "compact", "roomy"}
	widths    = []string{"", "narrow", "wide"}
)

// The papers of the built-in theme, on which an accent must be legible.
const (
	lightPaper = "#fdfcfa"
	darkPaper  = "#121416"
	leastRatio = 4.5 // WCAG 2.2, level AA, text of normal size
)

var hexColour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// Clean folds what was typed into the form in which a look is kept.
func (l Look) Clean() Look {
	l.Accent = strings.ToLower(strings.TrimSpace(l.Accent))
	if l.Accent != "" && l.Accent[0] != '#' {
		l.Accent = "#" + l.Accent
	}
	if len(l.Accent) == 4 { // #rgb
		l.Accent = fmt.Sprintf("#%[1]c%[1]c%[2]c%[2]c%[3]c%[3]c", l.Accent[1], l.Accent[2], l.Accent[3])
	}
	return l
}

// Validate reports the first choice that cannot work, by name.
func (l Look) Validate() error {
	switch {
	case !slices.Contains(headlines, l.Headline):
		return fault.New(fault.Invalid, "%q is no face for headlines", l.Headline)
	case !slices.Contains(densities, l.Density):
		return fault.New(fault.Invalid, "%q is no density", l.Density)
	case !slices.Contains(widths, l.Width):
		return fault.New(fault.Invalid, "%q is no width", l.Width)
	case l.Accent == "":
		return nil
	case !hexColour.MatchString(l.Accent):
		return fault.New(fault.Invalid, "%q is no colour", l.Accent).WithHint("write six hexadecimal digits, such as #a5271b")
	}
	if got := Contrast(l.Accent, lightPaper); got < leastRatio {
		return fault.New(fault.Invalid, "text in the colour %s is too pale: its contrast on light paper is %.1f to 1, and %.1f is the least that people with weak eyes can read", l.Accent, got, leastRatio).
			WithHint("take a darker one, such as %s", towards(l.Accent, 0, lightPaper))
	}
	return nil
}

// DarkAccent is the accent in dark mode: the same, as much paler as it must be to
// be legible there.
func (l Look) DarkAccent() string {
	if !hexColour.MatchString(l.Accent) {
		return ""
	}
	return towards(l.Accent, 255, darkPaper)
}

// CSS is the stylesheet of the look; "" when it leaves the theme as it is.
func (l Look) CSS() string {
	var root, dark, html strings.Builder
	if l.Validate() == nil && l.Accent != "" {
		root.WriteString("--accent:" + l.Accent + ";")
		dark.WriteString("--accent:" + l.DarkAccent() + ";")
	}
	switch l.Headline {
	case "serif":
		root.WriteString("--display:var(--serif);")
	case "sans":
		root.WriteString("--display:var(--sans);")
	}
	switch l.Density {
	case "compact":
		root.WriteString("--leading:1.5;")
		html.WriteString("font-size:93.75%;")
	case "roomy":
		root.WriteString("--leading:1.75;")
		html.WriteString("font-size:106.25%;")
	}
	switch l.Width {
	case "narrow":
		root.WriteString("--wrap:64rem;--listing:52rem;--measure:36rem;--wide:52rem;")
	case "wide":
		root.WriteString("--wrap:90rem;--listing:70rem;--measure:42rem;--wide:74rem;")
	}
	css := ""
	if root.Len() > 0 {
		css += ":root{" + root.String() + "}"
	}
	if dark.Len() > 0 {
		css += "@media (prefers-color-scheme:dark){:root{" + dark.String() + "}}"
	}
	if html.Len() > 0 {
		css += "html{" + html.String() + "}"
	}
	return css
}

// Contrast is the contrast of two colours "#rrggbb" after WCAG, from 1 to 21.
func Contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(colour string) float64 {
	c := channels(colour)
	linear := func(v float64) float64 {
		if v /= 255; v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

func channels(colour string) (c [3]float64) {
	for i := range c {
		v, _ := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8) // the pattern allows nothing else
		c[i] = float64(v)
	}
	return c
}

// towards mixes a colour with black (0) or white (255) until it is legible on a
// paper.
func towards(colour string, end float64, paper string) string {
	const steps = 50
	c := channels(colour)
	for step := 0; step <= steps; step++ {
		share := float64(step) / steps
		mixed := "#"
		for _, v := range c {
			mixed += fmt.Sprintf("%02x", int(math.Round(v+(end-v)*share)))
		}
		if Contrast(mixed, paper) >= leastRatio {
			return mixed
		}
	}
	return colour
}
