package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSource_RefusesOtherFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ne_50m_lakes.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := source(dir, "ne_50m_lakes.json"); err == nil || !strings.Contains(err.Error(), "another release") {
		t.Errorf("%v, want that it is another release", err)
	}
}

func TestCodeOf(t *testing.T) {
	for number, want := range map[string]string{"716": "ZW", "398": "KZ", "": "", "-99": ""} {
		if got := codeOf(number); got != want {
			t.Errorf("%q is %q, want %q", number, got, want)
		}
	}
}

func TestLine_IsShort(t *testing.T) {
	w := writer{codes: map[string]bool{}}
	w.line([]point{{10, 50}, {10.001, 50.001}, {10.01, 50.005}})
	// two points: the second falls on the first, and the third is 2 and 1 steps on
	if want := []byte{2, 0xa0, 0x1f, 0xa0, 0x9c, 0x01, 4, 2}; !bytes.Equal(w.Bytes(), want) {
		t.Errorf("% x, want % x", w.Bytes(), want)
	}
}

func TestTopology(t *testing.T) {
	raw := `{"transform":{"scale":[1,1],"translate":[0,0]},"arcs":[[[0,0],[1,0]],[[1,0],[0,1],[-1,-1]],[[0,-90],[10,0],[-10,0]]],"objects":{
		"countries":{"geometries":[{"type":"Polygon","id":"716","arcs":[[0,1]]},{"type":"MultiPolygon","arcs":[[[-1,-2]],[[2]]]}]},
		"land":{"geometries":[{"type":"MultiPolygon","arcs":[[[0,1]]]}]}}}`
	w := writer{codes: map[string]bool{}}
	if err := w.topology([]byte(raw)); err != nil {
		t.Fatal(err)
	}
	if !w.codes["ZW"] || len(w.codes) != 1 {
		t.Errorf("codes: %v", w.codes)
	}
	if !bytes.HasSuffix(w.Bytes(), []byte{0, 1, 1, 2, 1, 3}) { // a country without a code: one area, one ring of ^0 and ^1; the ring at the pole is gone
		t.Errorf("ends with % x", w.Bytes()[max(0, w.Len()-8):])
	}
	if err := w.topology([]byte(`{"objects":{"land":{"geometries":[{"type":"Point"}]}}}`)); err == nil {
		t.Error("a point passes for an area")
	}
}

func TestArabic(t *testing.T) {
	var all []city
	for line := range strings.Lines(strings.TrimSpace(arabicNames)) {
		code, names, _ := strings.Cut(strings.TrimSpace(line), " ")
		for pair := range strings.SplitSeq(names, "; ") {
			name, _, _ := strings.Cut(pair, "=")
			all = append(all, city{English: name, Code: code})
		}
	}
	all = append(all, city{English: "Damascus", Code: "US"}, city{English: "Damascus", Code: "SY"})
	if err := arabic(all); err != nil {
		t.Fatal(err)
	}
	if first, last := all[0], all[len(all)-1]; first.Arabic != "دمشق" || last.Arabic != "" {
		t.Errorf("Damascus is %q, the smaller one %q", first.Arabic, last.Arabic)
	}
	if err := arabic(all[1:5]); err == nil || !strings.Contains(err.Error(), "Damascus") {
		t.Errorf("a name without a city: %v", err)
	}
}
