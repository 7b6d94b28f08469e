package main

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"
)

// leastLake is the size of the smallest lake that is kept, in square degrees of
// the equator.
const leastLake = 0.08

func (w *writer) lakes(raw []byte) error {
	var file struct {
		Features []struct {
			Geometry struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return err
	}
	var kept [][]point
	for _, f := range file.Features {
		var polygons [][][][2]float64
		var err error
		if f.Geometry.Type == "Polygon" {
			polygons = make([][][][2]float64, 1)
			err = json.Unmarshal(f.Geometry.Coordinates, &polygons[0])
		} else {
			err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
		}
		if err != nil {
			return err
		}
		for _, polygon := range polygons {
			var ring []point
			for _, p := range polygon[0] {
				ring = append(ring, point{p[0], p[1]})
			}
			if size(ring) >= leastLake {
				kept = append(kept, ring)
			}
		}
	}
	w.count(len(kept))
	for _, ring := range kept {
		w.line(ring)
	}
	return nil
}

func size(ring []point) float64 {
	var twice, lat float64
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		twice += p.lon*q.lat - q.lon*p.lat
		lat += p.lat / float64(len(ring))
	}
	return math.Abs(twice) / 2 * math.Cos(lat*math.Pi/180)
}

// city is a feature of ne_10m_populated_places.
type city struct {
	Name    string  `json:"NAME"`
	English string  `json:"NAME_EN"`
	German  string  `json:"NAME_DE"`
	French  string  `json:"NAME_FR"`
	Spanish string  `json:"NAME_ES"`
	Arabic  string  `json:"-"`
	Other   string  `json:"NAMEALT"`
	Code    string  `json:"ISO_A2"`
	Class   string  `json:"FEATURECLA"`
	Lat     float64 `json:"LATITUDE"`
	Lon     float64 `json:"LONGITUDE"`
	People  float64 `json:"POP_MAX"`
}

// noCode is the code of places in countries that ISO 3166 does not list:
// Kosovo, Somaliland and Northern Cyprus.
const noCode = "-99"

func (w *writer) cities(raw []byte) error {
	var file struct{ Features []struct{ Properties city } }
	if err := json.Unmarshal(raw, &file); err != nil {
		return err
	}
	var all []city
	for _, f := range file.Features {
		all = append(all, f.Properties)
	}
	slices.SortStableFunc(all, func(a, b city) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Lon, b.Lon))
	})
	if err := arabic(all); err != nil {
		return err
	}
	w.count(len(all))
	for _, c := range all {
		c.write(w)
	}
	return nil
}

// called is what a place is called in English, without the marks of direction
// that some names end with.
func (c *city) called() string { return strings.Trim(cmp.Or(c.English, c.Name), "\u200e\u200f") }

// write writes a place: its names in English, German, French, Spanish and Arabic,
// those like the English one as empty, and another one that it has.
func (c *city) write(w *writer) {
	name := c.called()
	w.text(name)
	for _, other := range []string{c.German, c.French, c.Spanish, c.Arabic, cmp.Or(c.Other, c.Name)} {
		if other = strings.TrimSpace(other); other == name {
			other = ""
		}
		w.text(other)
	}
	capital := 0
	if c.Class == "Admin-0 capital" {
		capital = 1
	}
	code := c.Code
	if code == noCode {
		code = ""
	}
	w.code(code)
	w.count(capital)
	w.count(int(math.Max(c.People, 0) / 1000))
	w.signed(int(math.Round(c.Lat * 1000)))
	w.signed(int(math.Round(c.Lon * 1000)))
}
