package atlas

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mostBytes is the hard limit of a map.
const mostBytes = 15000

func at(name string, lat, lon float64) Place { return Place{Name: name, Lat: lat, Lon: lon} }

// samples are maps that showed what can go wrong: countries of every size, the
// date line, the poles, crowds, other scripts.
func samples() map[string]Map {
	return map[string]Map{
		"tehran":       {Places: []Place{at("Tehran", 35.69, 51.42)}},
		"astana":       {Places: []Place{at("Astana", 51.18, 71.43)}, Language: "fr"},
		"wellington":   {Places: []Place{at("Wellington", -41.29, 174.78)}},
		"suva":         {Places: []Place{at("Suva", -18.13, 178.44)}},
		"longyearbyen": {Places: []Place{at("Longyearbyen", 78.22, 15.55)}, Language: "de"},
		"two":          {Places: []Place{at("Astana", 51.18, 71.43), at("Geneva", 46.2, 6.14)}},
		"five": {Places: []Place{at("Nairobi", -1.29, 36.8), at("São Paulo", -23.5, -46.6), at("New York", 40.7, -74), at("Tokyo", 35.7, 139.7),
			at("Wellington", -41.29, 174.78)}},
		"arabic":     {Places: []Place{at("دمشق", 33.5, 36.3), at("حلب", 36.2, 37.2)}, Language: "ar"},
		"south pole": {Places: []Place{at("Amundsen–Scott", -90, 0)}},
		"north pole": {Places: []Place{at("North Pole", 90, 17)}},
		"pacific":    {Places: []Place{at("Suva", -18.13, 178.44), at("Apia", -13.83, -171.77), at("Auckland", -36.85, 174.76)}},
		"levant":     {Places: []Place{at("Damascus", 33.5, 36.3), at("Idlib", 35.93, 36.63), at("Aleppo", 36.2, 37.2), at("Homs", 34.73, 36.71)}},
		"same":       {Places: []Place{at("Here", 48.2, 16.37), at("And here", 48.2, 16.37), at("There, too, with a name that goes on and on", 48.21, 16.4)}},
		"opposite":   {Places: []Place{at("Madrid", 40.4, -3.7), at("Weber", -40.4, 176.3)}},
		"greece":     {Places: []Place{at("Athens", 37.98, 23.73)}},
		"chukotka":   {Places: []Place{at("Anadyr", 64.73, 177.5), at("Nome", 64.5, -165.4)}},
	}
}

func TestDraw(t *testing.T) {
	for name, m := range samples() {
		t.Run(name, func(t *testing.T) {
			m.Label = "Map: " + name
			svg := Draw(m)
			if len(svg) > mostBytes {
				t.Errorf("%d bytes, at most %d", len(svg), mostBytes)
			}
			if svg != Draw(m) {
				t.Error("drawn otherwise a second time")
			}
			wellFormed(t, svg)
			for _, p := range m.Places {
				if !strings.Contains(svg, ">"+escape(clipped(p.Name))+"</text>") {
					t.Errorf("%s is not named", p.Name)
				}
			}
			if strings.Contains(svg, "style") || strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
				t.Error("has styles, or numbers that are none")
			}
			if dir := os.Getenv("ATLAS_LOOK"); dir != "" { // to look at them
				if err := os.WriteFile(dir+"/"+name+".svg", []byte(svg), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		_, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("no XML: %v", err)
		}
	}
}

// TestDraw_NamesHaveRoom holds that names lie on the map and on nothing else.
func TestDraw_NamesHaveRoom(t *testing.T) {
	for name, m := range samples() {
		boxes := boxesOf(t, Draw(m))
		if len(boxes) < len(m.Places) {
			t.Errorf("%s: %d names for %d places", name, len(boxes), len(m.Places))
		}
		for i, a := range boxes {
			if a.left < 0 || a.right > width {
				t.Errorf("%s: a name leaves the map: %v", name, a)
			}
			if slices.ContainsFunc(boxes[:i], a.meets) {
				t.Errorf("%s: a name lies on another: %v", name, a)
			}
		}
	}
}

var written = regexp.MustCompile(`<text x="([-0-9.]+)" y="([-0-9.]+)" text-anchor="(start|middle|end)"( direction="rtl")?>([^<]*)<`)

// boxesOf are the names of a map as they are seen, 0.55 of their size a letter.
func boxesOf(t *testing.T, svg string) []frame {
	t.Helper()
	var out []frame
	groups := regexp.MustCompile(`(?s)<g class="map-(places|countries|city)">(.*?)</g>`).FindAllStringSubmatch(svg, -1)
	for _, g := range groups {
		size := map[string]float64{"places": placeSize, "countries": countrySize, "city": citySize}[g[1]]
		for _, m := range written.FindAllStringSubmatch(g[2], -1) {
			x, _ := strconv.ParseFloat(m[1], 64)
			y, _ := strconv.ParseFloat(m[2], 64)
			w := float64(len([]rune(m[5]))) * size * 0.5
			left := x - w/2
			switch {
			case (m[3] == "start") != (m[4] != "") && m[3] != "middle":
				left = x
			case m[3] != "middle":
				left = x - w
			}
			out = append(out, frame{left, y - size*0.8, left + w, y + size*0.2})
		}
	}
	return out
}

// TestDraw_LandAndSea asks drawn maps whether points are land: coasts that were
// turned inside out, or cut wrongly, would say so.
func TestDraw_LandAndSea(t *testing.T) {
	for _, c := range []struct {
		place Place
		land  bool
	}{
		{at("Tehran", 35.69, 51.42), true},
		{at("Caspian Sea", 38.5, 51.5), false},
		{at("Persian Gulf", 27, 51.5), false},
		{at("Wellington’s back country", -40.5, 175.6), true},
		{at("Tasman Sea", -40, 167), false},
		{at("Viti Levu", -17.8, 178), true},
		{at("Koro Sea", -17.9, 179.7), false},
		{at("Taveuni, beyond the date line", -16.85, 179.97), true},
		{at("Spitsbergen", 78.5, 16.5), true},
		{at("Greenland Sea", 77, 0), false},
		{at("South Pole", -90, 0), true},
		{at("Ross Sea", -75, -175), false},
		{at("North Pole", 90, 0), false},
		{at("Chukotka, beyond the date line", 67, -178), true},
		{at("Bering Sea", 58, 180), false},
		{at("Castile", 40.4, -3.7), true},
		{at("Bay of Biscay", 45, -4), false},
		{at("Amazonia", -5, -62), true},
		{at("Point Nemo", -48.9, -123.4), false},
		{at("Yukon", 63, -135), true},
		{at("Aral desert", 43, 66), true},
	} {
		svg := Draw(Map{Places: []Place{c.place}})
		x, y := markOf(t, svg)
		if got := inside(pathOf(svg, "map-land"), x*tenths, y*tenths); got != c.land {
			t.Errorf("%s is drawn as land: %v, want %v", c.place.Name, got, c.land)
		}
	}
}

// TestDraw_World does so for a map of the whole world.
func TestDraw_World(t *testing.T) {
	for _, c := range []struct {
		place Place
		land  bool
	}{
		{at("Congo", -2, 23), true}, {at("Atlantic", 0, -20), false}, {at("Siberia", 65, 110), true}, {at("Chukotka", 66.5, -175), true},
		{at("Alaska", 65, -155), true}, {at("Pacific", 10, -140), false}, {at("Antarctica", -80, 60), true}, {at("Southern Ocean", -60, 60), false},
		{at("Australia", -25, 134), true}, {at("Arctic", 87, 10), false},
	} {
		others := []Place{at("", 0, 10), at("", 0, 130), at("", 0, -110)}
		svg := Draw(Map{Places: append([]Place{c.place}, others...)})
		if strings.Contains(svg, "map-globe") {
			t.Fatalf("%s: not the whole world", c.place.Name)
		}
		x, y := markOf(t, svg)
		if got := inside(pathOf(svg, "map-land"), x*tenths, y*tenths); got != c.land {
			t.Errorf("%s is drawn as land: %v, want %v", c.place.Name, got, c.land)
		}
	}
}

func markOf(t *testing.T, svg string) (x, y float64) {
	t.Helper()
	m := regexp.MustCompile(`class="map-mark" cx="([-0-9.]+)" cy="([-0-9.]+)"`).FindStringSubmatch(svg)
	if m == nil {
		t.Fatal("no mark")
	}
	x, _ = strconv.ParseFloat(m[1], 64)
	y, _ = strconv.ParseFloat(m[2], 64)
	return x, y
}

func pathOf(svg, class string) string {
	_, rest, _ := strings.Cut(svg, `<path class="`+class+`" d="`)
	data, _, _ := strings.Cut(rest, `"`)
	return data
}

var numbers = regexp.MustCompile(`-?[0-9]+`)

// inside is the even-odd rule on the data of a path.
func inside(data string, px, py float64) bool {
	in := false
	for _, part := range strings.Split(data, "M") {
		var ring []xy
		var x, y float64
		all := numbers.FindAllString(part, -1)
		for i := 0; i+1 < len(all); i += 2 {
			dx, _ := strconv.ParseFloat(all[i], 64)
			dy, _ := strconv.ParseFloat(all[i+1], 64)
			x, y = x+dx, y+dy
			ring = append(ring, xy{x, y})
		}
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			if (a.y > py) != (b.y > py) && px < a.x+(py-a.y)/(b.y-a.y)*(b.x-a.x) {
				in = !in
			}
		}
	}
	return in
}

func TestDraw_Escapes(t *testing.T) {
	bad := `</text><script>alert(1)</script>`
	for _, name := range []string{bad, `"onload="x`, `' & <b>`, "a\xffb", "a\x00b"} {
		svg := Draw(Map{Places: []Place{at(name, 48, 16)}, Label: name})
		wellFormed(t, svg)
		if strings.Contains(svg, "<script") || strings.Contains(svg, "<b>") || strings.Contains(svg, `"onload`) {
			t.Errorf("%q is not escaped: %s", name, svg[:200])
		}
	}
}

func TestDraw_Nowhere(t *testing.T) {
	for _, m := range []Map{{}, {Places: []Place{at("x", math.NaN(), 0), at("y", 91, 0), at("z", 0, math.Inf(1))}}} {
		if svg := Draw(m); svg != "" {
			t.Errorf("a map of %v", m.Places)
		}
	}
	if svg := Draw(Map{Places: []Place{at("Nowhere", math.NaN(), 0), at("Bonn", 50.7, 7.1)}}); !strings.Contains(svg, "Bonn") || strings.Contains(svg, "Nowhere") {
		t.Error("a place that is none keeps the others away")
	}
}

func TestDraw_ManyPlaces(t *testing.T) {
	var m Map
	for i := range 200 {
		m.Places = append(m.Places, at(fmt.Sprintf("Place %d", i), 40+float64(i%14), float64(i%20)))
	}
	if svg := Draw(m); len(svg) > mostBytes+6000 || strings.Count(svg, `class="map-mark"`) != mostPlaces {
		t.Errorf("%d bytes, %d marks", len(svg), strings.Count(svg, `class="map-mark"`))
	}
}

var drawnText = regexp.MustCompile(`<text[^>]*>([^<]*)</text>`)

// A map in Arabic has the place as it is called, and countries and cities in
// Arabic letters only.
func TestDraw_Arabic(t *testing.T) {
	svg := Draw(Map{Places: []Place{at("حي الميدان", 33.49, 36.29)}, Language: "ar"})
	for _, want := range []string{">حي الميدان</text>", ">سوريا</text>", ">حلب</text>", ">بيروت</text>", "200 كم</text>"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the map of a place in Damascus has no %s", want)
		}
	}
	for _, m := range drawnText.FindAllStringSubmatch(svg, -1) {
		if strings.ContainsAny(m[1], "abcdefghijklmnopqrstuvwxyz") {
			t.Errorf("%q is not Arabic", m[1])
		}
	}
	if svg := Draw(Map{Places: []Place{at("نهر", -4, -62)}, Language: "ar"}); strings.Count(svg, `class="map-city"`) > mostCities || !strings.Contains(svg, ">البرازيل</text>") {
		t.Errorf("a place in Brazil: %s", svg)
	}
}

func TestCities(t *testing.T) {
	for name, want := range map[string]string{"geneva": "Geneva, Switzerland", "Genf": "Geneva, Switzerland", "GENÈVE": "Geneva, Switzerland", "Astana, Kazakhstan": "Astana, Kazakhstan",
		"Teheran": "Tehran, Iran", "Suva": "Suva, Fiji", "Longyearbyen": "Longyearbyen, Svalbard & Jan Mayen"} {
		found := Cities(name, 3)
		if len(found) == 0 || found[0].Name+", "+found[0].Country("en") != want {
			t.Errorf("%q is %v, want %q", name, found, want)
		}
	}
	if found := Cities("London", 5); len(found) < 2 || found[0].Code != "GB" || found[0].People < found[1].People {
		t.Errorf("London is %v", found)
	}
	if c := Cities("Geneva", 1); c[0].In("fr") != "Genève" || c[0].Country("ar") != "سويسرا" || c[0].In("sv") != "Geneva" {
		t.Errorf("names of %v", c)
	}
	if found := Cities("دمشق", 3); len(found) != 1 || found[0].Name != "Damascus" || found[0].In("ar") != "دمشق" || found[0].Country("ar") != "سوريا" {
		t.Errorf("Damascus in Arabic is %v", found)
	}
	for _, name := range []string{"Hargeisa", "Prishtina", "هرجيسا"} { // in countries without a code
		if found := Cities(name, 3); len(found) != 1 || !found[0].Capital || found[0].Country("en") != "" {
			t.Errorf("%q is %v", name, found)
		}
	}
	for _, name := range []string{"", ",", "Nowheresville"} {
		if found := Cities(name, 3); len(found) != 0 {
			t.Errorf("%q is %v", name, found)
		}
	}
}

func TestRead_Broken(t *testing.T) {
	for _, raw := range [][]byte{nil, []byte("DLATLAS9"), file[:len(file)/2], append(slices.Clone(file), 0)} {
		if _, err := read(raw); err == nil {
			t.Errorf("a broken file of %d bytes was read", len(raw))
		}
	}
	if len(file) > 700_000 {
		t.Errorf("the file has %d bytes", len(file))
	}
}

func FuzzDraw(f *testing.F) {
	for _, v := range []float64{0, 90, -90, 180, -180, math.NaN(), math.Inf(1), 1e300, 1e-300} {
		f.Add(v, v, 10.0, -20.0, "a <b>")
		f.Add(v, 180.0, -v, -180.0, "دمشق")
	}
	f.Fuzz(func(t *testing.T, lat1, lon1, lat2, lon2 float64, name string) {
		svg := Draw(Map{Places: []Place{at(name, lat1, lon1), at("B", lat2, lon2)}, Label: "Map"})
		if len(svg) > mostBytes || strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("%v, %v and %v, %v: %d bytes", lat1, lon1, lat2, lon2, len(svg))
		}
		if svg != "" && !strings.Contains(name, "Inf") && !strings.Contains(name, "NaN") {
			if !strings.HasPrefix(svg, "<svg ") || !strings.HasSuffix(svg, "</svg>") {
				t.Error("not whole")
			}
		}
	})
}

func BenchmarkDraw(b *testing.B) {
	all := samples()
	for _, name := range []string{"tehran", "two", "five"} {
		Draw(all[name]) // reads the file
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Draw(all[name])
			}
		})
	}
}
