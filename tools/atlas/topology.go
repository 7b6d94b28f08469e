package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// topology is a file of TopoJSON with the objects "countries" and "land".
type topology struct {
	Transform struct{ Scale, Translate [2]float64 }
	Arcs      [][][2]int
	Objects   struct{ Countries, Land collection }
}

type collection struct{ Geometries []shape }

type shape struct {
	Type string
	Arcs json.RawMessage
	ID   string
}

// topology writes the arcs, then the land and each country as polygons of
// rings of arcs.
func (w *writer) topology(raw []byte) error {
	var t topology
	if err := json.Unmarshal(raw, &t); err != nil {
		return err
	}
	w.count(len(t.Arcs))
	lines := make([][]point, len(t.Arcs))
	for i, arc := range t.Arcs {
		x, y := 0, 0
		for _, d := range arc {
			x, y = x+d[0], y+d[1]
			lines[i] = append(lines[i], point{float64(x)*t.Transform.Scale[0] + t.Transform.Translate[0], float64(y)*t.Transform.Scale[1] + t.Transform.Translate[1]})
		}
		w.line(lines[i])
	}
	var land [][][]int
	for _, s := range t.Objects.Land.Geometries {
		polygons, err := s.polygons()
		if err != nil {
			return err
		}
		land = append(land, polygons...)
	}
	w.polygons(land, lines)
	w.count(len(t.Objects.Countries.Geometries))
	for _, s := range t.Objects.Countries.Geometries {
		polygons, err := s.polygons()
		if err != nil {
			return err
		}
		w.code(codeOf(s.ID))
		w.polygons(polygons, lines)
	}
	return nil
}

func (s *shape) polygons() (all [][][]int, err error) {
	switch s.Type {
	case "Polygon":
		all = make([][][]int, 1)
		err = json.Unmarshal(s.Arcs, &all[0])
	case "MultiPolygon":
		err = json.Unmarshal(s.Arcs, &all)
	default:
		err = fmt.Errorf("%q is no shape of an area", s.Type)
	}
	return all, err
}

// polygons writes them without what the cutting of the source at the south pole
// left behind.
func (w *writer) polygons(all [][][]int, lines [][]point) {
	atPole := func(ring []int) bool {
		return !slices.ContainsFunc(ring, func(ref int) bool {
			if ref < 0 {
				ref = ^ref
			}
			return slices.ContainsFunc(lines[ref], func(p point) bool { return p.lat > -89.9 })
		})
	}
	var kept [][][]int
	for _, polygon := range all {
		if polygon = slices.DeleteFunc(polygon, atPole); len(polygon) > 0 {
			kept = append(kept, polygon)
		}
	}
	w.count(len(kept))
	for _, polygon := range kept {
		w.count(len(polygon))
		for _, ring := range polygon {
			w.count(len(ring))
			for _, ref := range ring {
				w.signed(ref)
			}
		}
	}
}

// codeOf is a country's code of two letters of its number, "" for none.
func codeOf(number string) string {
	region, err := language.ParseRegion(number)
	if err != nil || strings.TrimSpace(number) == "" {
		return ""
	}
	if code := region.String(); len(code) == 2 {
		return code
	}
	return ""
}
