package atlas

import (
	"slices"
	"strings"

	"dateline/internal/fold"
)

// City is a populated place of Natural Earth.
type City struct {
	Name                    string // in English
	german, french, spanish string // "" where as in English
	arabic                  string // "" where the file has none
	other                   string // another name, "" for none
	Code                    string // of its country, two letters; may be ""
	Capital                 bool   // of a country
	People                  int    // in thousands
	Lat, Lon                float64
	vec                     vec
}

func (r *reader) city() City {
	c := City{Name: r.text(), german: r.text(), french: r.text(), spanish: r.text(), arabic: r.text(), other: r.text(), Code: r.text()}
	c.Capital, c.People = r.number() == 1, r.number()
	c.Lat, c.Lon = float64(r.signed())/1000, float64(r.signed())/1000
	c.vec = toVec(c.Lat, c.Lon)
	return c
}

// In is its name in a language; in English where there is none.
func (c *City) In(language string) string {
	name := c.Name
	switch spoken(language) {
	case 1:
		name = c.german
	case 2:
		name = c.french
	case 3:
		name = c.spanish
	case arabic:
		name = c.arabic
	}
	if name == "" {
		name = c.Name
	}
	return name
}

// Country is the name of a city's country in a language, "" for none.
func (c *City) Country(language string) string {
	return loaded().names[c.Code][spoken(language)]
}

func (c *City) names() []string {
	return []string{c.Name, c.german, c.french, c.spanish, c.arabic, c.other}
}

// Cities returns those that have a name, the largest first, at most limit. Case
// and accents do not count, and what stands after a comma may be the country:
// "Geneva, Switzerland".
func Cities(name string, limit int) []City {
	whole, first := key(name), name
	if before, _, cut := strings.Cut(name, ","); cut {
		first = before
	}
	short := key(first)
	if short == "" {
		return nil
	}
	w := loaded()
	var out []City
	for i := range w.cities {
		c := &w.cities[i]
		if slices.ContainsFunc(c.names(), func(n string) bool { return n != "" && (key(n) == short || key(n) == whole) }) {
			out = append(out, *c)
			if len(out) == limit {
				break
			}
		}
	}
	return out
}

func key(name string) string {
	var b strings.Builder
	for _, t := range fold.Tokens(name) {
		b.WriteString(t.Word)
		b.WriteByte(' ')
	}
	return b.String()
}
