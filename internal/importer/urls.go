package importer

import (
	"cmp"
	"context"
	"html"
	"net/url"
	"strconv"
	"strings"

	"dateline/internal/urlpath"
	"dateline/internal/wxr"
)

// askURLs asks the real router for every old address and notes its answer.
func (r *run) askURLs(ctx context.Context) error {
	if r.Ask == nil {
		return nil
	}
	asked := map[uint64]bool{} // by hash: there may be millions
	ask := func(address string) error {
		if asked[rank(address)] || address == "" {
			return nil
		}
		asked[rank(address)] = true
		own, ok := r.oldSitePath(address)
		if !ok {
			return nil
		}
		status, location, err := r.Ask(ctx, own)
		if err != nil {
			return err
		}
		r.report.URLCounts[strconv.Itoa(status)]++
		return r.report.URLs.add(URL{URL: address, Status: status, Location: location})
	}
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
	return err
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
