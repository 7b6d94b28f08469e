package importer

import (
	"cmp"
	"context"
	"html"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"dateline/internal/urlpath"
	"dateline/internal/wxr"
)

// askURLs asks the real router for every old address and notes its answer.
func (r *run) askURLs(ctx context.Context) error {
	if r.Ask == nil {
		return nil
	}
	q := &questions{run: r, asked: map[uint64]bool{}}
	ask := func(address string) error { return q.put(ctx, address) }
	if err := r.askLists(ask); err != nil {
		return err
	}
	_, err := r.readAll(ctx, "addresses", func(ctx context.Context, file string, progress func(int64)) error {
		return eachRecord(ctx, file, progress, unnoted, func(rec wxr.Record) error {
			it, ok := rec.(*wxr.Item)
			if !ok {
				return nil
			}
			return r.askItem(it, ask)
		})
	})
	if err != nil {
		return err
	}
	return q.answer(ctx)
}

// questions are old addresses on their way to the router. They are asked by
// the hundred, one goroutine a core, and noted in their order.
type questions struct {
	*run
	asked   map[uint64]bool // by hash: there may be millions
	waiting []question
}

type question struct {
	address, own string
	status       int
	location     string
	err          error
}

const questionsAtOnce = 256

// put asks for an address unless it was asked for before.
func (q *questions) put(ctx context.Context, address string) error {
	if q.asked[rank(address)] || address == "" {
		return nil
	}
	q.asked[rank(address)] = true
	own, ok := q.oldSitePath(address)
	if !ok {
		return nil
	}
	q.waiting = append(q.waiting, question{address: address, own: own})
	if len(q.waiting) < questionsAtOnce {
		return nil
	}
	return q.answer(ctx)
}

// answer asks the waiting questions and notes the answers.
func (q *questions) answer(ctx context.Context) error {
	var next atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(q.waiting)); i = next.Add(1) - 1 {
				one := &q.waiting[i]
				one.status, one.location, one.err = q.Ask(ctx, one.own)
			}
		})
	}
	all.Wait()
	for _, one := range q.waiting {
		if one.err != nil {
			return one.err
		}
		q.report.URLCounts[strconv.Itoa(one.status)]++
		if err := q.report.URLs.add(URL{URL: one.address, Status: one.status, Location: one.location}); err != nil {
			return err
		}
	}
	q.waiting = q.waiting[:0]
	return nil
}

// origin is the old site's address without a slash at the end.
func (r *run) origin() string {
	return strings.TrimSuffix(cmp.Or(r.survey.channel.BaseBlogURL, r.survey.channel.Link), "/")
}

// askLists asks for the front, the feeds and the page of every term and author.
func (r *run) askLists(ask func(string) error) error {
	origin := r.origin()
	addresses := []string{origin + "/", origin + "/feed/", origin + "/comments/feed/"}
	for _, t := range r.survey.terms {
		if r.survey.usedBy[keyOf(t.Taxonomy, t.Slug)] == 2 {
			continue // only what is not public uses it: its page would tell of that
		}
		slug := urlpath.Escape(decoded(t.Slug))
		switch t.Taxonomy {
		case "category":
			addresses = append(addresses, origin+"/category/"+urlpath.Escape(decoded(r.survey.categoryPath(t.Slug, 0)))+"/")
		case "post_tag":
			addresses = append(addresses, origin+"/tag/"+slug+"/")
		case "post_format":
			addresses = append(addresses, origin+"/type/"+strings.TrimPrefix(slug, "post-format-")+"/")
		case "nav_menu", "author":
		default:
			addresses = append(addresses, origin+"/"+urlpath.Escape(t.Taxonomy)+"/"+slug+"/")
		}
	}
	for _, a := range r.survey.authors {
		addresses = append(addresses, origin+"/author/"+urlpath.Escape(urlpath.Slug(a.Login))+"/")
	}
	for _, address := range addresses {
		if err := ask(address); err != nil {
			return err
		}
	}
	return nil
}

// askItem asks for the addresses that a published item had.
func (r *run) askItem(it *wxr.Item, ask func(string) error) error {
	if it.Type == "nav_menu_item" || it.Type == "wp_block" || it.Status != "publish" && it.Status != "inherit" {
		return nil
	}
	if kind := kindByte(it.Type); kind == 'o' {
		return nil
	}
	addresses := []string{html.UnescapeString(strings.TrimSpace(it.Link)), r.origin() + queryAddress(it)}
	if file := strings.TrimSpace(it.AttachmentURL); r.present[file] {
		addresses = append(addresses, file) // a file that was not brought along is listed as missing
	}
	for _, m := range it.Meta {
		if m.Key == "_wp_old_slug" && m.Value != "" {
			if u, err := url.Parse(it.Link); err == nil && u.RawQuery == "" {
				addresses = append(addresses, u.Scheme+"://"+u.Host+replaceLast(u.Path, decoded(it.Slug), decoded(m.Value)))
			}
		}
	}
	for _, address := range addresses {
		if err := ask(address); err != nil {
			return err
		}
	}
	return nil
}

// queryAddress is the address that every WordPress item answers at, whatever
// the permalinks.
func queryAddress(it *wxr.Item) string {
	n := strconv.FormatInt(it.ID, 10)
	switch it.Type {
	case "page":
		return "/?page_id=" + n
	case "attachment":
		return "/?attachment_id=" + n
	}
	return "/?p=" + n
}
