package importer

import (
	"cmp"
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/urlpath"
	"dateline/internal/wxr"
)

// maxSamples is how many addresses the permalink pattern is inferred from.
const maxSamples = 2000

// sample is an item's address and what it may be made of. The samples of the
// lowest ranks are kept, whatever the order in which they come.
type sample struct {
	urlpath.Sample
	rank       uint64
	categories []string
}

// rank puts things into an order that has nothing to do with what they are.
func rank(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // a hash never fails
	return h.Sum64()
}

func (s *survey) sample(it *wxr.Item) {
	if it.Status != "publish" {
		return
	}
	u, err := url.Parse(strings.TrimSpace(it.Link))
	if err != nil || u.RawQuery != "" {
		return
	}
	date, ok := wxr.ParseTime(it.Date, time.UTC)
	if !ok {
		return
	}
	one := sample{rank: rank(it.Link), Sample: urlpath.Sample{Path: s.trimBase(u.EscapedPath()), Date: date, Slug: it.Slug, ID: it.ID, Author: urlpath.Slug(it.Creator)}}
	for _, t := range it.Terms {
		if t.Taxonomy == "category" {
			one.categories = append(one.categories, t.Slug)
		}
	}
	if s.samples = append(s.samples, one); len(s.samples) >= 2*maxSamples {
		s.cutSamples()
	}
}

func (s *survey) cutSamples() {
	slices.SortFunc(s.samples, func(a, b sample) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.ID, b.ID)) })
	s.samples = s.samples[:min(len(s.samples), maxSamples)]
}

// permalink infers the pattern of the site's addresses.
func (s *survey) permalink() (pattern string, matched, total int) {
	s.cutSamples()
	var list []urlpath.Sample
	for _, one := range s.samples {
		for _, slug := range one.categories {
			one.Categories = append(one.Categories, s.categoryPath(slug, 0))
		}
		list = append(list, one.Sample)
	}
	return urlpath.Infer(list)
}

// trimBase takes the folder that WordPress was installed in off a path.
func (s *survey) trimBase(path string) string {
	u, err := url.Parse(cmp.Or(s.channel.BaseBlogURL, s.channel.Link))
	if err != nil {
		return path
	}
	base := strings.TrimSuffix(u.EscapedPath(), "/")
	if base != "" && strings.HasPrefix(path, base+"/") {
		return path[len(base):]
	}
	return path
}

func (s *survey) categoryPath(slug string, depth int) string {
	for _, t := range s.terms {
		if t.Taxonomy == "category" && t.Slug == slug && t.Parent != "" && depth < 8 {
			return s.categoryPath(t.Parent, depth+1) + "/" + slug
		}
	}
	return slug
}

// identify gives an item without a number one that is the same in every run:
// that of its address, else one below zero made of what it holds. Comments
// likewise.
func identify(it *wxr.Item) {
	for _, address := range []string{it.Link, it.GUID} {
		if u, err := url.Parse(strings.TrimSpace(address)); err == nil && it.ID == 0 {
			it.ID = numberIn(u.Query())
		}
	}
	if it.ID == 0 {
		it.ID = -namedID(it.Type, it.GUID, it.Link, it.Date, it.Title)
	}
	for i := range it.Comments {
		if c := &it.Comments[i]; c.ID == 0 {
			c.ID = -namedID(strconv.FormatInt(it.ID, 10), c.Author, c.Date, c.Content)
		}
	}
}

// numberIn is the number that an address asks WordPress for.
func numberIn(q url.Values) int64 {
	for _, name := range []string{"p", "page_id", "attachment_id"} {
		if n, err := strconv.ParseInt(q.Get(name), 10, 64); err == nil && n > 0 {
			return n
		}
	}
	return 0
}
