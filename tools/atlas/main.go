// Command atlas makes internal/atlas/atlas.bin, the outlines and places that
// Dateline draws its maps from, of Natural Earth (naturalearthdata.com), which
// is in the public domain.
//
//	go run -C tools ./atlas --topology DIR --natural-earth DIR
//
// --topology holds countries-110m.json and countries-50m.json of the npm package
// world-atlas 2.0.2 (Natural Earth 4.1.0 as TopoJSON, cut by no meridian).
// --natural-earth holds ne_50m_lakes.json and ne_10m_populated_places.json as
// GeoJSON. The sums of all four stand in sources.go: other files are refused, so
// that the same bytes come out.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	topology := flag.String("topology", "", "folder with the files of world-atlas")
	earth := flag.String("natural-earth", "", "folder with the files of Natural Earth as GeoJSON")
	out := flag.String("out", "../internal/atlas/atlas.bin", "file to write")
	flag.Parse()
	if *topology == "" || *earth == "" {
		log.Fatal("name both folders: --topology and --natural-earth")
	}
	raw, err := build(*topology, *earth)
	if err == nil {
		err = os.WriteFile(*out, raw, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d bytes\n", *out, len(raw))
}

// build returns the file.
func build(topology, earth string) ([]byte, error) {
	w := writer{codes: map[string]bool{}}
	w.Write([]byte(magic))
	for _, name := range []string{"countries-110m.json", "countries-50m.json"} {
		raw, err := source(topology, name)
		if err == nil {
			err = w.topology(raw)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, part := range []struct {
		name  string
		write func([]byte) error
	}{{"ne_50m_lakes.json", w.lakes}, {"ne_10m_populated_places.json", w.cities}} {
		raw, err := source(earth, part.name)
		if err == nil {
			err = part.write(raw)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	w.countryNames()
	return w.Bytes(), nil
}

// magic begins the file, with the number of its form.
const magic = "DLATLAS2"

// source reads a file and compares its sum.
func source(dir, name string) ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	if got := sum(raw); got != sums[name] {
		return nil, fmt.Errorf("its SHA-256 is %s, not %s: this is another release", got, sums[name])
	}
	return raw, nil
}

// writer collects numbers as varints and texts with their length.
type writer struct {
	bytes.Buffer
	codes map[string]bool // of countries that were written
}
