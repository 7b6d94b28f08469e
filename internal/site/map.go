package site

import (
	"fmt"
	"slices"
	"sync"

	"dateline/internal/article"
	"dateline/internal/atlas"
	"dateline/internal/db"
	"dateline/internal/register"
	"dateline/internal/storyline"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// Maps of places, on the pages of places, events and storylines, and in articles.

// placesShown is how many places the map of a storyline shows.
const placesShown = 12

// drawings are the maps that were drawn last: one takes some milliseconds, and a
// place stands in many articles. Safe for concurrent use.
type drawings struct {
	mu sync.Mutex
	of map[string]string
}

// mostDrawings bounds them, at some ten kilobytes each.
const mostDrawings = 128

func (d *drawings) draw(m atlas.Map) string {
	key := fmt.Sprintf("%#v", m) // quoted: no name can look like another map
	d.mu.Lock()
	svg, known := d.of[key]
	d.mu.Unlock()
	if known {
		return svg
	}
	svg = atlas.Draw(m)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.of == nil || len(d.of) >= mostDrawings {
		d.of = map[string]string{}
	}
	d.of[key] = svg
	return svg
}

// mapOf draws the places and events among entries that have a position, the
// first one as the most important; nil without any. self is the one whose page
// it is, 0 for none.
func (c *scene) mapOf(entries []register.Entry, self int64) *view.Map {
	m := atlas.Map{Language: c.words.Language()}
	out := &view.Map{}
	var names []string
	for i := range entries {
		e := &entries[i]
		if e.Position == nil || e.Kind != register.Place && e.Kind != register.Event {
			continue
		}
		m.Places = append(m.Places, atlas.Place{Name: e.Name, Lat: e.Position.Lat, Lon: e.Position.Lon, Main: len(m.Places) == 0})
		link := view.Link{Label: e.Name, URL: urlpath.Escape(e.Path)}
		if e.ID == self {
			link.URL = ""
		}
		out.Places = append(out.Places, link)
		names = append(names, e.Name)
	}
	m.Label = c.words.T("map.label", c.words.List(names))
	svg := c.maps.draw(m)
	if svg == "" {
		return nil
	}
	out.Drawing = view.Drawn(svg)
	return out
}

// confirmed are the entries that an editor confirmed for an article.
func confirmed(named []register.Named) []register.Entry {
	var out []register.Entry
	for i := range named {
		if named[i].Confirmed {
			out = append(out, named[i].Entry)
		}
	}
	return out
}

// storylineMap draws the key places of a storyline, or else those of its newest
// articles.
func (c *scene) storylineMap(id int64, key []register.Entry) (*view.Map, error) {
	if m := c.mapOf(key, 0); m != nil {
		return m, nil
	}
	entries, err := storyline.Places(c.ctx, c.db, id, placesShown)
	if err != nil {
		return nil, err
	}
	var seen []register.Entry
	for _, e := range entries {
		c.shows(db.Key(article.ScopeSubject, e.ID))
		n, err := c.public.Count(c.ctx, article.ScopeSubject, e.ID)
		if err != nil {
			return nil, err
		}
		if n > 0 || e.Open {
			seen = append(seen, e)
		}
	}
	return c.mapOf(slices.Clip(seen), 0), nil
}
