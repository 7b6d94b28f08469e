package media

import (
	"context"
	"path"
	"regexp"
	"strconv"
	"strings"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/media/picture"
	"dateline/internal/urlpath"
)

// SaveAlias lets the former address p ("/wp-content/uploads/2020/01/a.jpg")
// lead to medium id. An address has one medium: the last one given.
func (s *Service) SaveAlias(ctx context.Context, tx *db.Tx, p string, id int64) error {
	key := aliasKey(p)
	if key == "" || key == "/" {
		return fault.New(fault.Invalid, "not an address of a file: %q", p)
	}
	_, err := tx.Exec(ctx, `INSERT INTO media_alias (path_key, media_id) VALUES ($1, $2)
		ON CONFLICT (path_key) DO UPDATE SET media_id = excluded.media_id`, key, id)
	return err
}

func aliasKey(p string) string {
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return urlpath.Key(p)
}

// Alias returns the public file for a former address, WordPress's variations
// included: sizes ("a-300x200.jpg"), "-scaled", "-rotated", edits
// ("-e1612345678901"), and copies that plugins made ("a.jpg.webp", "a.webp",
// ".avif"). width, when not 0, is the width that the address's query asked
// for. NotFound for unknown addresses and for media that are not public.
func (s *Service) Alias(ctx context.Context, p string, width int) (File, error) {
	asked := parseAlias(aliasKey(p))
	for i, key := range asked.keys {
		id, err := s.aliased(ctx, key)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return File{}, err
		}
		m, err := s.Get(ctx, s.db, id)
		if err != nil {
			return File{}, err
		}
		if i == 0 || asked.width == 0 { // a name known as it is asks for no size
			asked.width = width
		}
		if v, ok := m.bestFor(asked); ok && m.Public {
			return m.file(v), nil
		}
		break
	}
	return File{}, notFound()
}

func (s *Service) aliased(ctx context.Context, key string) (int64, error) {
	var id int64
	err := s.db.QueryRow(ctx, `SELECT media_id FROM media_alias WHERE path_key = $1`, key).Scan(&id)
	return id, err
}

// aliasAsk is a former address taken apart: the keys to look under, the most
// likely first, and what was wanted.
type aliasAsk struct {
	keys   []string
	width  int            // 0 is the largest
	format picture.Format // "" is what every reader knows
}

var (
	sizeSuffix = regexp.MustCompile(`-(\d{1,5})x(\d{1,5})$`)
	editSuffix = regexp.MustCompile(`-(?:scaled|rotated|e\d{10,14})$`)
)

// twins are the endings that stand for each other: plugins serve "a.webp" for
// "a.jpg", and sites rename "jpeg" to "jpg".
var twins = []string{".jpg", ".jpeg", ".png", ".gif", ".webp"}

func parseAlias(key string) aliasAsk {
	ask := aliasAsk{keys: []string{key}}
	ext := path.Ext(key)
	stem := strings.TrimSuffix(key, ext)
	if ext == ".webp" || ext == ".avif" {
		ask.format = picture.Format("image/" + ext[1:])
		if inner := path.Ext(stem); isTwin(inner) { // a.jpg.webp
			ext, stem = inner, strings.TrimSuffix(stem, inner)
			ask.add(stem + ext)
		}
	}
	for _, s := range ask.stems(stem) {
		ask.add(s + ext)
	}
	if ask.format != "" || ext == ".jpeg" || ext == ".jpg" {
		for _, s := range append([]string{stem}, ask.stems(stem)...) {
			for _, other := range twins {
				ask.add(s + other)
			}
		}
	}
	return ask
}

// stems strips the suffixes that WordPress adds to the names of derived files,
// and adds the one that it gives to originals that it shrank. The width that a
// size suffix asks for is kept.
func (a *aliasAsk) stems(stem string) []string {
	var out []string
	add := func(s string) { out = append(out, s, s+"-scaled") }
	if m := sizeSuffix.FindStringSubmatch(stem); m != nil {
		a.width, _ = strconv.Atoi(m[1])
		stem = strings.TrimSuffix(stem, m[0])
		add(stem)
	}
	for range 3 { // -scaled-e1612345678901
		base := editSuffix.ReplaceAllString(stem, "")
		if base == stem {
			break
		}
		stem = base
		add(stem)
	}
	return append(out, stem+"-scaled")
}

func (a *aliasAsk) add(key string) {
	for _, k := range a.keys {
		if k == key {
			return
		}
	}
	a.keys = append(a.keys, key)
}

func isTwin(ext string) bool {
	for _, t := range twins {
		if ext == t {
			return true
		}
	}
	return false
}

// bestFor chooses the variant for a former address: the narrowest that is as
// wide as asked, in the asked format where there is one.
func (m Medium) bestFor(ask aliasAsk) (Variant, bool) {
	if v, ok := m.File(); ok {
		return v, true
	}
	if v, ok := m.labelled(labelAnimation); ok && ask.width == 0 && ask.format == "" {
		return v, true
	}
	formats := []picture.Format{picture.JPEG, picture.PNG}
	if ask.format != "" {
		formats = append([]picture.Format{ask.format, picture.WebP}, formats...)
	}
	for _, f := range formats {
		if v, ok := atLeast(m.whole(f), ask.width); ok {
			return v, true
		}
	}
	return Variant{}, false
}

// atLeast returns the narrowest of set, which is sorted, that is as wide as
// asked; the widest when none is, or when width is 0.
func atLeast(set []Variant, width int) (Variant, bool) {
	if len(set) == 0 {
		return Variant{}, false
	}
	for _, v := range set {
		if width > 0 && v.Width >= width {
			return v, true
		}
	}
	return set[len(set)-1], true
}
