package media

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"slices"
	"sort"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"

	"dateline/internal/fault"
)

// Size of a share image, as social networks ask for it.
const (
	ShareWidth  = 1200
	ShareHeight = 630
)

// ShareCard is what the share image of an article without a picture shows.
type ShareCard struct {
	Site     string
	Section  string
	Headline string
	Accent   color.RGBA // zero is the house colour
}

// shareDesign is part of each card's hash: a new design gives new addresses.
const shareDesign = "1"

// Hash is 12 digits that change with anything that the card shows.
func (c ShareCard) Hash() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s\x00%v", shareDesign, c.Site, c.Section, c.Headline, c.Accent))
	return hex.EncodeToString(sum[:6])
}

// Colours and measures of the design: a newspaper's masthead over a headline.
var (
	paper    = color.RGBA{0xfb, 0xf9, 0xf4, 0xff}
	ink      = color.RGBA{0x17, 0x19, 0x1d, 0xff}
	grey     = color.RGBA{0xe4, 0xdf, 0xd5, 0xff}
	quiet    = color.RGBA{0x5d, 0x5a, 0x54, 0xff}
	houseRed = color.RGBA{0xa8, 0x1f, 0x1c, 0xff}
)

const (
	shareMargin    = 72
	headlineTop    = 236
	headlineBottom = 560
	maxLines       = 5
)

// maxShareText is the longest text looked at, in characters: more than fits.
const maxShareText = 400

// headlineSizes are tried from the largest until the headline fits.
var headlineSizes = []float64{88, 80, 72, 64, 58, 52, 46, 40}

// ShareImage draws a card as PNG, the same bytes for the same card. The fonts
// know Latin, Greek and Cyrillic; a card in another script shows a pattern in
// the headline's place rather than empty boxes.
func ShareImage(c ShareCard) ([]byte, error) {
	s, err := newSheet(c.Accent)
	if err != nil {
		return nil, err
	}
	s.masthead(c.Site)
	s.kicker(c.Section)
	if text, ok := s.printable(s.bold, c.Headline); ok {
		if err := s.headline(text); err != nil {
			return nil, err
		}
	} else {
		s.columns()
	}
	s.foot()
	var b bytes.Buffer
	if err := png.Encode(&b, s.m); err != nil {
		return nil, fmt.Errorf("encode the share image: %w", err)
	}
	return b.Bytes(), nil
}

// sheet is a card being drawn.
type sheet struct {
	m             *image.RGBA
	bold, regular *opentype.Font
	accent        color.RGBA
}

func newSheet(accent color.RGBA) (*sheet, error) {
	bold, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return nil, fmt.Errorf("read the bold font: %w", err)
	}
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("read the regular font: %w", err)
	}
	if accent == (color.RGBA{}) {
		accent = houseRed
	}
	s := &sheet{m: image.NewRGBA(image.Rect(0, 0, ShareWidth, ShareHeight)), bold: bold, regular: regular, accent: accent}
	s.fill(s.m.Rect, paper)
	return s, nil
}

func (s *sheet) fill(r image.Rectangle, c color.RGBA) {
	draw.Draw(s.m, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// rule draws a line across the sheet's width within its margins.
func (s *sheet) rule(y, height int, c color.RGBA) {
	s.fill(image.Rect(shareMargin, y, ShareWidth-shareMargin, y+height), c)
}

func (s *sheet) masthead(site string) {
	s.fill(image.Rect(0, 0, ShareWidth, 14), s.accent)
	if text, ok := s.printable(s.bold, site); ok {
		s.fit(s.bold, text, 44, shareMargin, 104, ShareWidth-2*shareMargin, ink, 0)
	}
	s.rule(134, 5, ink)
	s.rule(143, 1, ink)
}

func (s *sheet) kicker(section string) {
	if text, ok := s.printable(s.bold, section); ok {
		s.fit(s.bold, strings.ToUpper(text), 25, shareMargin, 200, ShareWidth-2*shareMargin, s.accent, 3)
	}
}

func (s *sheet) foot() {
	s.fill(image.Rect(shareMargin, 588, shareMargin+96, 594), s.accent)
	s.fill(image.Rect(shareMargin+96, 591, ShareWidth-shareMargin, 592), quiet)
}

// columns draws the grey of a printed page where a headline cannot be set.
func (s *sheet) columns() {
	const count, gap, line = 4, 28, 22
	width := (ShareWidth - 2*shareMargin - (count-1)*gap) / count
	for c := range count {
		x := shareMargin + c*(width+gap)
		for i := 0; headlineTop+i*line+10 <= headlineBottom; i++ {
			w := width - (i*37+c*53)%7*4
			if i%6 == 5 {
				w = width * (2 + (i+c)%3) / 5 // the last line of a paragraph
			}
			s.fill(image.Rect(x, headlineTop+i*line, x+w, headlineTop+i*line+10), grey)
		}
	}
	s.fill(image.Rect(shareMargin, headlineTop, shareMargin+width, headlineTop+10), s.accent)
}

// headline sets the headline as large as it fits.
func (s *sheet) headline(text string) error {
	for i, size := range headlineSizes {
		face, err := newFace(s.bold, size)
		if err != nil {
			return err
		}
		leading := int(size * 1.16)
		lines := balance(face, text, ShareWidth-2*shareMargin)
		fits := len(lines) <= maxLines && len(lines)*leading <= headlineBottom-headlineTop && !breaks(face, text)
		if !fits && i < len(headlineSizes)-1 {
			continue
		}
		if room := min(maxLines, (headlineBottom-headlineTop)/leading); len(lines) > room {
			lines = lines[:room]
			lines[room-1] = strings.TrimRight(lines[room-1], " ,.;:–-") + "…"
		}
		for n, line := range lines {
			s.text(face, line, shareMargin, headlineTop+int(size*0.86)+n*leading, ink, 0)
		}
		return nil
	}
	return nil
}

// fit sets one line, smaller when it is too wide, cut when that is not enough.
func (s *sheet) fit(f *opentype.Font, text string, size float64, x, y, width int, c color.RGBA, tracking int) {
	for ; ; size -= 4 {
		face, err := newFace(f, size)
		if err != nil {
			return
		}
		if measure(face, text, tracking) <= width {
			s.text(face, text, x, y, c, tracking)
			return
		}
		if size <= 22 {
			runes := []rune(text)
			n := longest(face, runes, width-measure(face, "…", tracking), tracking)
			s.text(face, string(runes[:n])+"…", x, y, c, tracking)
			return
		}
	}
}

func newFace(f *opentype.Font, size float64) (font.Face, error) {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fault.New(fault.Internal, "prepare a font: %w", err)
	}
	return face, nil
}

// text draws a line with its baseline at y, with tracking pixels between letters.
func (s *sheet) text(face font.Face, line string, x, y int, c color.RGBA, tracking int) {
	d := font.Drawer{Dst: s.m, Src: image.NewUniform(c), Face: face, Dot: fixed.P(x, y)}
	if tracking == 0 {
		d.DrawString(line)
		return
	}
	for _, r := range line {
		d.DrawString(string(r))
		d.Dot.X += fixed.I(tracking)
	}
}

func measure(face font.Face, line string, tracking int) int {
	return font.MeasureString(face, line).Ceil() + tracking*len([]rune(line))
}

// longest is how many of the runes fit into width, at least one.
func longest(face font.Face, runes []rune, width, tracking int) int {
	n := sort.Search(len(runes), func(n int) bool { return measure(face, string(runes[:n+1]), tracking) > width })
	return max(n, 1)
}

// balance wraps text to width, then narrows the lines as long as there are no
// more of them, so that no line is left with one word.
func balance(face font.Face, text string, width int) []string {
	lines := wrap(face, text, width)
	low, high := width/2, width
	for low < high {
		mid := (low + high) / 2
		if narrower := wrap(face, text, mid); len(narrower) <= len(lines) {
			lines, high = narrower, mid
		} else {
			low = mid + 1
		}
	}
	return lines
}

func wrap(face font.Face, text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if joined := strings.TrimSpace(line + " " + word); measure(face, joined, 0) <= width {
			line = joined
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		whole, rest := breakWord(face, word, width)
		lines, line = append(lines, whole...), rest
	}
	return append(lines, line)
}

// breaks reports whether a word of text is wider than a line.
func breaks(face font.Face, text string) bool {
	return slices.ContainsFunc(strings.Fields(text), func(w string) bool { return measure(face, w, 0) > ShareWidth-2*shareMargin })
}

// breakWord cuts a word that is wider than a line.
func breakWord(face font.Face, word string, width int) (full []string, rest string) {
	for measure(face, word, 0) > width {
		runes := []rune(word)
		n := longest(face, runes, width, 0)
		full, word = append(full, string(runes[:n])), string(runes[n:])
	}
	return full, word
}

// printable returns text without the symbols that the font lacks, such as
// emoji, or false when it lacks a letter: then the text cannot be set.
func (s *sheet) printable(f *opentype.Font, text string) (string, bool) {
	var b strings.Builder
	for n, r := range []rune(norm.NFC.String(text)) {
		if n == maxShareText {
			break
		}
		switch i, err := f.GlyphIndex(nil, r); {
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case err == nil && i != 0:
			b.WriteRune(r)
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.Mn, r) && r != '\ufe0f', unicode.Is(unicode.Mc, r):
			return "", false
		}
	}
	out := strings.Join(strings.Fields(b.String()), " ")
	return out, out != ""
}
