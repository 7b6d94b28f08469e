package importer

import (
	"context"
	"strconv"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/quote"
	"dateline/internal/register"
	"dateline/internal/related"
	"dateline/internal/search"
	"dateline/internal/wxr"
)

// understood are the meta keys that the importer reads somewhere.
var understood = map[string]bool{
	"_thumbnail_id": true, "_wp_attached_file": true, "_wp_attachment_metadata": true, "_wp_attachment_image_alt": true,
	"_wp_old_slug": true, "_wp_old_date": true, "_yoast_wpseo_title": true, "_yoast_wpseo_metadesc": true,
	"_yoast_wpseo_canonical": true, "_yoast_wpseo_primary_category": true, "_yoast_wpseo_meta-robots-noindex": true,
	"_yoast_wpseo_opengraph-title": true, "_yoast_wpseo_opengraph-description": true, "_yoast_wpseo_opengraph-image-id": true,
	"rank_math_title": true, "rank_math_description": true, "rank_math_canonical_url": true, "rank_math_primary_category": true,
	"rank_math_facebook_title": true, "rank_math_facebook_description": true, "rank_math_robots": true, "_aioseo_title": true,
	"_aioseo_description": true, "_seopress_titles_title": true, "_seopress_titles_desc": true, "_genesis_title": true,
	"_genesis_description": true, "newspack_post_subtitle": true, "footnotes": true, "_media_credit": true,
}

// meta reads an item's custom fields into the content: what plugins meant by
// theirs, and the newsroom's own as they are.
func (r *run) meta(it *wxr.Item, c *article.Content) {
	m := func(keys ...string) string {
		for _, k := range keys {
			if v := strings.TrimSpace(wxr.First(it.Meta, k)); v != "" {
				return v
			}
		}
		return ""
	}
	if n, err := strconv.ParseInt(m("_thumbnail_id"), 10, 64); err == nil {
		if target := r.survey.items.get(n); target != nil && target.kind == 'a' {
			c.Lead = &article.Picture{Media: target.target}
		}
	}
	c.Standfirst = plainText(m("newspack_post_subtitle"))
	c.SearchTitle = r.template(m("_yoast_wpseo_title", "rank_math_title", "_aioseo_title", "_seopress_titles_title", "_genesis_title"), c)
	c.SearchDescription = r.template(m("_yoast_wpseo_metadesc", "rank_math_description", "_aioseo_description", "_seopress_titles_desc", "_genesis_description"), c)
	c.SocialTitle = r.template(m("_yoast_wpseo_opengraph-title", "rank_math_facebook_title"), c)
	c.SocialDescription = r.template(m("_yoast_wpseo_opengraph-description", "rank_math_facebook_description"), c)
	if canonical := m("_yoast_wpseo_canonical", "rank_math_canonical_url"); strings.HasPrefix(canonical, "http") {
		if _, own := r.ownPath(canonical); !own {
			c.Canonical = canonical
		}
	}
	c.NoIndex = m("_yoast_wpseo_meta-robots-noindex") == "1" || strings.Contains(m("rank_math_robots"), "noindex")
	if n, err := strconv.ParseInt(m("_yoast_wpseo_opengraph-image-id"), 10, 64); err == nil {
		if target := r.survey.items.get(n); target != nil && target.kind == 'a' {
			c.SocialImage = target.target
		}
	}
	for _, field := range it.Meta {
		switch {
		case understood[field.Key]:
		case strings.HasPrefix(field.Key, "_"):
			r.counts.metaUnused[field.Key]++
		default:
			r.counts.metaKept[field.Key]++
			if c.Fields == nil {
				c.Fields = map[string]string{}
			}
			if old, twice := c.Fields[field.Key]; twice {
				field.Value = old + "\n" + field.Value
			}
			c.Fields[field.Key] = field.Value
		}
	}
}

// template fills in the variables of Yoast (%%title%%) and Rank Math (%title%).
func (r *run) template(s string, c *article.Content) string {
	if !strings.Contains(s, "%") {
		return s
	}
	channel := r.survey.channel
	values := []string{"title", c.Headline, "sep", "–", "sitename", plainText(channel.Title), "sitedesc", plainText(channel.Description),
		"excerpt", c.Excerpt, "excerpt_only", c.Excerpt, "page", "", "primary_category", ""}
	var pairs []string
	for i := 0; i < len(values); i += 2 {
		pairs = append(pairs, "%%"+values[i]+"%%", values[i+1])
	}
	for i := 0; i < len(values); i += 2 {
		pairs = append(pairs, "%"+values[i]+"%", values[i+1])
	}
	out := strings.NewReplacer(pairs...).Replace(s)
	return strings.Join(strings.Fields(out), " ")
}

// later leaves search entries, quotes, names and related stories of a batch's
// articles to jobs, in the batch's transaction.
func later(ctx context.Context, tx *db.Tx, now time.Time, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	if err := quote.EnqueueTx(ctx, tx, ids...); err != nil {
		return err
	}
	if err := search.EnqueueTx(ctx, tx, ids...); err != nil {
		return err
	}
	if err := register.EnqueueTx(ctx, tx, ids...); err != nil {
		return err
	}
	return related.EnqueueAllTx(ctx, tx, now)
}

// titleOf is the headline of an imported item, for menu entries without a label.
func (r *run) titleOf(number int64) string {
	target := r.survey.items.get(number)
	if target == nil {
		return ""
	}
	var title string
	// An item that was not stored has no title, and so no entry.
	if err := r.DB.QueryRow(context.Background(), `SELECT headline FROM article WHERE id = $1`, target.target).Scan(&title); err != nil {
		return ""
	}
	return title
}
