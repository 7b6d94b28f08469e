package atlas

import (
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"dateline/internal/fault"
)

// maxTyped is the longest text that is read as a position.
const maxTyped = 2000

// ParsePosition reads a latitude and a longitude in degrees as people type or
// paste them: "35.71, 51.42"; "35,71; 51,42"; "35°42′36″N 51°25′12″E"; "geo:"
// addresses; and addresses of OpenStreetMap, Google Maps and Wikipedia's map
// pages. The error is Invalid and says how to write it.
func ParsePosition(text string) (lat, lon float64, err error) {
	text = strings.TrimSpace(text)
	if len(text) > maxTyped {
		return 0, 0, unread(text)
	}
	parts, ok := angles(plain(text))
	if !ok {
		return 0, 0, unread(text)
	}
	lat, lon = parts[0].degrees, parts[1].degrees
	switch first, second := parts[0].axis(), parts[1].axis(); {
	case first != 0 && first == second, first*second == 0 && first+second != 0:
		return 0, 0, fault.New(fault.Invalid, "%q does not say both how far north and how far east", shown(text)).WithHint("give one number with N or S, and one with E or W")
	case first == eastWest:
		lat, lon = lon, lat
	}
	switch {
	case math.Abs(lat) > 90 && math.Abs(lon) <= 90 && math.Abs(lat) <= 180:
		return 0, 0, fault.New(fault.Invalid, "latitude %v is beyond the pole", lat).WithHint("latitude stands first: %v, %v?", lon, lat)
	case !(math.Abs(lat) <= 90):
		return 0, 0, fault.New(fault.Invalid, "latitude %v is beyond the pole", lat).WithHint("it is from -90 to 90")
	case !(math.Abs(lon) <= 180):
		return 0, 0, fault.New(fault.Invalid, "longitude %v is more than once around the world", lon).WithHint("it is from -180 to 180")
	}
	return lat, lon, nil
}

func unread(text string) error {
	return fault.New(fault.Invalid, "%q is no position", shown(text)).WithHint("write latitude and longitude, 35.71, 51.42, or paste 35°42′N 51°25′E, geo:35.71,51.42 or the address of a map")
}

func shown(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return text
}

var (
	mapHash  = regexp.MustCompile(`^map=[0-9.]+/(-?[0-9.]+)/(-?[0-9.]+)`)
	atSign   = regexp.MustCompile(`/@(-?[0-9.]+),(-?[0-9.]+)`)
	pinned   = regexp.MustCompile(`!3d(-?[0-9.]+)!4d(-?[0-9.]+)`)
	twoComma = regexp.MustCompile(`^([+-]?[0-9]+),([0-9]+)\s*[;/\s]\s*([+-]?[0-9]+),([0-9]+)$`)
)

// plain is the text of a position of an address, or the text itself.
func plain(text string) string {
	if rest, ok := cutScheme(text, "geo:"); ok {
		rest, _, _ = strings.Cut(rest, "?")
		rest, _, _ = strings.Cut(rest, ";")
		if parts := strings.Split(rest, ","); len(parts) == 3 { // with a height
			rest = parts[0] + "," + parts[1]
		}
		return rest
	}
	u, err := url.Parse(strings.ReplaceAll(text, ";", "%3B"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		if m := twoComma.FindStringSubmatch(text); m != nil {
			return m[1] + "." + m[2] + " " + m[3] + "." + m[4]
		}
		text, _, _ = strings.Cut(text, " / ") // Wikipedia says it twice
		return text
	}
	q := u.Query()
	if lat, lon := q.Get("mlat"), q.Get("mlon"); lat != "" && lon != "" {
		return lat + " " + lon
	}
	for _, found := range [][]string{pinned.FindStringSubmatch(u.Path), mapHash.FindStringSubmatch(u.Fragment), atSign.FindStringSubmatch(u.Path)} {
		if found != nil {
			return found[1] + " " + found[2]
		}
	}
	if params := q.Get("params"); params != "" { // Wikipedia: 35_41_21_N_51_23_20_E_type:city
		params, _, _ = strings.Cut(params, "_type")
		params, _, _ = strings.Cut(params, "_region")
		return strings.TrimRight(strings.ReplaceAll(strings.ReplaceAll(params, "_", " "), ";", " "), " ")
	}
	for _, name := range []string{"q", "query", "ll"} {
		if at := q.Get(name); at != "" {
			return at
		}
	}
	return ""
}

func cutScheme(text, scheme string) (string, bool) {
	if len(text) >= len(scheme) && strings.EqualFold(text[:len(scheme)], scheme) {
		return text[len(scheme):], true
	}
	return text, false
}

// angle is one of the two numbers, and the letter with it: N, S, E or W.
type angle struct {
	degrees float64
	letter  byte
}

const (
	northSouth = 1
	eastWest   = 2
)

// axis is along what an angle goes as its letter says, 0 without one.
func (a angle) axis() int {
	switch a.letter {
	case 'N', 'S':
		return northSouth
	case 'E', 'W':
		return eastWest
	}
	return 0
}

var sign = regexp.MustCompile(`[+\-−]?[0-9]+(?:\.[0-9]+)?|[A-Za-z]+|[°º˚′'’ʹ″"”ʺ,;\s]+|.`)

// angles reads two angles of degrees, minutes and seconds.
func angles(text string) (out [2]angle, ok bool) {
	var numbers []string
	var done []angle
	var before byte // a letter that stands before its numbers
	end := func(letter byte) bool {
		a, ok := angleOf(numbers, letter)
		numbers = nil
		done = append(done, a)
		return ok && len(done) <= 2
	}
	for _, token := range sign.FindAllString(text, -1) {
		switch c := token[0]; {
		case c >= '0' && c <= '9' || c == '+' || c == '-' || strings.HasPrefix(token, "−"):
			numbers = append(numbers, strings.Replace(token, "−", "-", 1))
		case len(token) == 1 && strings.ContainsAny(token, "NSEWnsew"):
			letter := strings.ToUpper(token)[0]
			switch {
			case len(numbers) == 0 && before == 0 && len(done) == 0:
				before = letter
			case before != 0:
				if !end(before) {
					return out, false
				}
				before = letter
			default:
				if !end(letter) {
					return out, false
				}
			}
		case strings.Trim(token, "°º˚′'’ʹ″\"”ʺ,; \t\r\n\u00a0\u202f") == "":
		default:
			return out, false
		}
	}
	if len(done) == 0 && before == 0 { // no letters: half of the numbers each
		half := len(numbers) / 2
		if half == 0 || half*2 != len(numbers) {
			return out, false
		}
		a, okA := angleOf(numbers[:half], 0)
		b, okB := angleOf(numbers[half:], 0)
		return [2]angle{a, b}, okA && okB
	}
	if len(numbers) > 0 || before != 0 {
		if !end(before) {
			return out, false
		}
	}
	if len(done) != 2 {
		return out, false
	}
	return [2]angle{done[0], done[1]}, true
}

// angleOf makes an angle of its degrees, minutes and seconds.
func angleOf(numbers []string, letter byte) (angle, bool) {
	if len(numbers) == 0 || len(numbers) > 3 {
		return angle{}, false
	}
	var size float64
	for i, text := range numbers {
		n, err := strconv.ParseFloat(strings.TrimLeft(text, "+-"), 64)
		signed := text[0] == '-' || text[0] == '+'
		if err != nil || i > 0 && (n >= 60 || signed) || i+1 < len(numbers) && n != math.Trunc(n) || signed && letter != 0 {
			return angle{}, false
		}
		size += n / math.Pow(60, float64(i))
	}
	if numbers[0][0] == '-' || letter == 'S' || letter == 'W' {
		size = -size
	}
	return angle{math.Round(size*1e6) / 1e6, letter}, true
}
