package importer

import (
	"cmp"
	"context"
	"html"
	"slices"
	"strconv"

	"dateline/internal/article"
	"dateline/internal/urlpath"
	"dateline/internal/wxr"
)

// sort puts the item into sections, tags and other terms.
func (r *run) sort(ctx context.Context, it *wxr.Item, put *article.Put) error {
	c := &put.Content
	for _, t := range it.Terms {
		if t.Taxonomy == "author" || t.Taxonomy == "nav_menu" {
			continue
		}
		id, err := r.termID(ctx, t)
		if err != nil {
			return err
		}
		switch t.Taxonomy {
		case "category":
			c.Sections = appendNew(c.Sections, id)
		case "post_tag":
			c.Tags = appendNew(c.Tags, id)
		default:
			c.Terms = appendNew(c.Terms, id)
		}
	}
	if put.Type == article.TypeArticle && len(c.Sections) == 0 {
		id, err := r.termID(ctx, wxr.TermRef{Taxonomy: "category", Slug: "uncategorized", Name: "Uncategorized"})
		if err != nil {
			return err
		}
		c.Sections = []int64{id}
	}
	if put.Status == article.StatusPublished && slices.Equal(c.Sections, []int64{r.terms.get(keyOf("category", "uncategorized"))}) {
		r.report.decide("sections", "Are in no section but “Uncategorized”; choose one for them.", clip(it.Title))
	}
	for _, key := range []string{"_yoast_wpseo_primary_category", "rank_math_primary_category"} {
		if n, err := strconv.ParseInt(wxr.First(it.Meta, key), 10, 64); err == nil {
			r.primary(c, n)
		}
	}
	return nil
}

// primary moves the section that an SEO plugin calls the main one to the front.
func (r *run) primary(c *article.Content, termNumber int64) {
	id := r.terms.numbered("category", termNumber)
	if i := slices.Index(c.Sections, id); i > 0 {
		c.Sections = slices.Insert(slices.Delete(c.Sections, i, i+1), 0, id)
	}
}

func appendNew(ids []int64, id int64) []int64 {
	if id == 0 || slices.Contains(ids, id) {
		return ids
	}
	return append(ids, id)
}

// termID finds a term of an item; one that stands in no file's list is made.
func (r *run) termID(ctx context.Context, t wxr.TermRef) (int64, error) {
	if t.Slug == "" {
		t.Slug = urlpath.Slug(t.Name)
	}
	key := keyOfRef(t)
	if id, ok := r.terms.find(key); ok {
		return id, nil
	}
	if t.Slug == "" {
		return 0, nil
	}
	err := r.storeTerm(ctx, termData{Taxonomy: t.Taxonomy, Slug: t.Slug, Name: html.UnescapeString(cmp.Or(t.Name, t.Slug)), Open: r.survey.usedBy[key] != 2})
	return r.terms.get(key), err
}
