package main

import (
	"encoding/binary"
	"math"
)

func (w *writer) count(n int)  { w.Write(binary.AppendUvarint(nil, uint64(n))) }
func (w *writer) signed(n int) { w.Write(binary.AppendVarint(nil, int64(n))) }

func (w *writer) text(s string) {
	w.count(len(s))
	w.WriteString(s)
}

// code writes a country's code of two letters, "" for none.
func (w *writer) code(code string) {
	if code != "" {
		w.codes[code] = true
	}
	w.text(code)
}

// steps are the parts of a degree in which outlines are kept: 1/200 is half a
// kilometre.
const steps = 200

type point struct{ lon, lat float64 }

// line writes points as differences, without those that fall together.
func (w *writer) line(points []point) {
	type cell struct{ x, y int }
	var cells []cell
	for _, p := range points {
		c := cell{int(math.Round(p.lon * steps)), int(math.Round(p.lat * steps))}
		if n := len(cells); n == 0 || cells[n-1] != c {
			cells = append(cells, c)
		}
	}
	if len(cells) == 1 {
		cells = append(cells, cells[0])
	}
	w.count(len(cells))
	var before cell
	for _, c := range cells {
		w.signed(c.x - before.x)
		w.signed(c.y - before.y)
		before = c
	}
}
