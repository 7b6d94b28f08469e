package site

import (
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"

	"dateline/internal/author"
	"dateline/internal/front"
	"dateline/internal/subscriber"
	"dateline/internal/taxonomy"
	"dateline/internal/view"
)

// memo remembers small things that nearly every page needs, until a purge
// names something of their kind. What was read before a purge is never kept
// after it. The zero value is ready; it is safe for concurrent use.
type memo[V any] struct {
	mu    sync.RWMutex
	known map[int64]V
	age   uint64 // grows with each purge
	reads singleflight.Group
}

// memoMost bounds a memo; a full one starts again.
const memoMost = 4096

// get returns the remembered value, or reads and remembers it.
func (m *memo[V]) get(id int64, read func() (V, error)) (V, error) {
	m.mu.RLock()
	v, ok := m.known[id]
	age := m.age
	m.mu.RUnlock()
	if ok {
		return v, nil
	}
	v, err := read()
	if err != nil {
		return v, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.age == age {
		if m.known == nil || len(m.known) >= memoMost {
			m.known = map[int64]V{}
		}
		m.known[id] = v
	}
	return v, nil
}

// shared is get for what many ask for at once and purges name often: one reads
// for all of them. read must not end with one request.
func (m *memo[V]) shared(id int64, read func() (V, error)) (V, error) {
	return m.get(id, func() (V, error) {
		m.mu.RLock()
		age := m.age
		m.mu.RUnlock()
		v, err, _ := m.reads.Do(fmt.Sprintf("%d at %d", id, age), func() (any, error) { return read() })
		if err != nil {
			var none V
			return none, err
		}
		return v.(V), nil
	})
}

// forget drops everything.
func (m *memo[V]) forget() {
	m.mu.Lock()
	m.known = nil
	m.age++
	m.mu.Unlock()
}

// memos are what a site remembers.
type memos struct {
	sections memo[taxonomy.Section]
	tags     memo[taxonomy.Tag]
	authors  memo[author.Profile]
	frame    memo[frame]      // one entry, under 0
	fronts   memo[front.Plan] // live ones, by place
	joining  memo[joining]    // one entry, under 0
	house    memo[house]      // likewise
	talked   memo[reading]    // articles whose comments are written or shown
}

// frame is what every page has around it, and what it was made from.
type frame struct {
	main, footer []view.MenuItem
	logo         *view.Picture
	corrections  bool // there are some: a purge of "site" tells when that turns
	quotes       bool // likewise
	keys         []string
}

// purged forgets what the keys name.
func (m *memos) purged(keys []string) {
	all := false
	for _, key := range keys {
		kind, _, _ := strings.Cut(key, ":")
		switch kind {
		case "*", "site":
			all = true
		case "section":
			m.sections.forget()
			m.frame.forget()
		case "tag":
			m.tags.forget()
			m.frame.forget()
		case "author":
			m.authors.forget()
			m.frame.forget()
		case "front":
			m.fronts.forget()
		case keyNewsletters, subscriber.KeyReaders:
			m.joining.forget()
		case "article":
			m.frame.forget()
			m.joining.forget() // the page on privacy may come and go
			m.house.forget()
			m.talked.forget()
		case "list", "media", "term":
			m.frame.forget()
		}
	}
	if all {
		m.sections.forget()
		m.tags.forget()
		m.authors.forget()
		m.frame.forget()
		m.fronts.forget()
		m.joining.forget()
		m.house.forget()
		m.talked.forget()
	}
}

func (c *scene) section(id int64) (taxonomy.Section, error) {
	return c.memos.sections.get(id, func() (taxonomy.Section, error) { return taxonomy.SectionByID(c.ctx, c.db, id) })
}

// lineage is taxonomy.Lineage through the memo.
func (c *scene) lineage(id int64) ([]taxonomy.Section, error) {
	var line []taxonomy.Section
	for depth := 0; id != 0 && depth < 16; depth++ {
		s, err := c.section(id)
		if notFound(err) {
			break
		}
		if err != nil {
			return nil, err
		}
		line = append([]taxonomy.Section{s}, line...)
		id = s.ParentID
	}
	return line, nil
}

func (c *scene) tag(id int64) (taxonomy.Tag, error) {
	return c.memos.tags.get(id, func() (taxonomy.Tag, error) { return taxonomy.TagByID(c.ctx, c.db, id) })
}

// tagsOf returns the tags of ids in their order, leaving out unknown ones.
func (c *scene) tagsOf(ids []int64) ([]taxonomy.Tag, error) {
	tags := make([]taxonomy.Tag, 0, len(ids))
	for _, id := range ids {
		t, err := c.tag(id)
		if notFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		tags = append(tags, t)
	}
	return tags, nil
}

func (c *scene) author(id int64) (author.Profile, error) {
	return c.memos.authors.get(id, func() (author.Profile, error) { return author.ByID(c.ctx, c.db, id) })
}
