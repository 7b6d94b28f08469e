package settings

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// zonesText has a country and its zones on each line.
//
//go:embed zones.txt
var zonesText string

// zoneTable is what zones.txt says.
type zoneTable struct {
	names   []string
	country map[string]string // its most peopled zone
}

var zones = sync.OnceValue(func() zoneTable {
	t := zoneTable{names: []string{"UTC"}, country: map[string]string{}}
	for line := range strings.Lines(zonesText) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] == "#" {
			continue
		}
		t.country[words[0]] = words[1]
		t.names = append(t.names, words[1:]...)
	}
	slices.Sort(t.names)
	t.names = slices.Compact(t.names)
	return t
})

// loaded are the zones that were used, by name: the standard library reads and
// parses a file for each call, which every page would pay.
var loaded sync.Map

// Zones are the names of the time zones that a site may be in, in order.
func Zones() []string { return slices.Clone(zones().names) }

// ZoneIn returns the zone of most people of a country, by its code of two
// letters; "" for a country that is not known.
func ZoneIn(country string) string { return zones().country[country] }
