package atlas

import (
	"math"
	"strings"
	"testing"

	"dateline/internal/fault"
)

func TestParsePosition(t *testing.T) {
	for _, c := range []struct {
		text     string
		lat, lon float64
	}{
		{"35.71, 51.42", 35.71, 51.42},
		{" 35.71 51.42 ", 35.71, 51.42},
		{"-41.29,174.78", -41.29, 174.78},
		{"−41.29, 174.78", -41.29, 174.78},
		{"35,71; 51,42", 35.71, 51.42},
		{"35,71 -51,42", 35.71, -51.42},
		{"35.71 N, 51.42 E", 35.71, 51.42},
		{"41.29S 174.78E", -41.29, 174.78},
		{"51.42 E 35.71 N", 35.71, 51.42},
		{"N 35.71 W 51.42", 35.71, -51.42},
		{"N 35° 42' 36\" E 51° 25' 12\"", 35.71, 51.42},
		{"35°42′36″N 51°25′12″E", 35.71, 51.42},
		{"35° 42' N, 51° 25' W", 35.7, -51.416667},
		{"35°41′21″N 51°23′20″E / 35.68917°N 51.38889°E / 35.68917; 51.38889", 35.689167, 51.388889},
		{"35°42′36″, 51°25′12″", 35.71, 51.42},
		{"geo:35.71,51.42", 35.71, 51.42},
		{"GEO:-35.71,51.42,1200;u=35", -35.71, 51.42},
		{"geo:35.71,51.42?z=12", 35.71, 51.42},
		{"https://www.openstreetmap.org/#map=12/35.71/51.42", 35.71, 51.42},
		{"https://www.openstreetmap.org/?mlat=35.71&mlon=51.42#map=5/1/2", 35.71, 51.42},
		{"https://www.google.com/maps/place/Tehran/@35.6,51.3,11z/data=!3d35.71!4d51.42", 35.71, 51.42},
		{"https://www.google.com/maps/@-35.6,51.3,11z", -35.6, 51.3},
		{"https://geohack.toolforge.org/geohack.php?pagename=Tehran&params=35_42_36_N_51_25_12_E_type:city_region:IR", 35.71, 51.42},
		{"https://geohack.toolforge.org/geohack.php?params=35.71;51.42", 35.71, 51.42},
		{"90, -180", 90, -180},
		{"0,0", 0, 0},
	} {
		lat, lon, err := ParsePosition(c.text)
		if err != nil || math.Abs(lat-c.lat) > 1e-6 || math.Abs(lon-c.lon) > 1e-6 {
			t.Errorf("%q is %v, %v (%v), want %v, %v", c.text, lat, lon, err, c.lat, c.lon)
		}
	}
	for text, want := range map[string]string{
		"":                         "is no position",
		"Tehran":                   "is no position",
		"35.71":                    "is no position",
		"1 2 3":                    "is no position",
		"1 2 3 4 5 6 7 8":          "is no position",
		"NaN, Inf":                 "is no position",
		"35°61′N 51°E":             "is no position",
		"35.5 20 N 51 E":           "is no position",
		"1e5, 3":                   "does not say both",
		"https://example.com/":     "is no position",
		"javascript:35,51":         "is no position",
		strings.Repeat("1 ", 2000): "is no position",
		"35.71 N 51.42":            "does not say both",
		"35.71 N 51.42 N":          "does not say both",
		"174.78, -41.29":           "latitude stands first: -41.29, 174.78?",
		"91, 181":                  "beyond the pole",
		"45, 181":                  "once around",
	} {
		_, _, err := ParsePosition(text)
		var f *fault.Error
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v, want Invalid", shown(text), err)
			continue
		}
		f, _ = err.(*fault.Error)
		if f == nil || !strings.Contains(f.Error()+" "+f.Hint, want) || f.Hint == "" {
			t.Errorf("%q: %v, want %q and what to do", shown(text), err, want)
		}
	}
}

func FuzzParsePosition(f *testing.F) {
	for _, seed := range []string{"35.71, 51.42", "35°42′36″N 51°25′12″E", "geo:1,2", "https://www.openstreetmap.org/#map=12/35.71/51.42", "N-", "−−"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lat, lon, err := ParsePosition(text)
		if err == nil && !(math.Abs(lat) <= 90 && math.Abs(lon) <= 180) {
			t.Errorf("%q is %v, %v", text, lat, lon)
		}
	})
}
