package importer

import (
	"cmp"
	"context"
	"database/sql"
	"html"
	"net/url"
	"strconv"
	"strings"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/settings"
)

// site takes over the old site's settings, unless a person has set this one up
// or changed what an earlier run set.
func (r *run) site(ctx context.Context) error {
	var n int64
	err := r.DB.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM import_key WHERE site = $1 LIMIT 1) k`, r.survey.site).Scan(&n)
	if err != nil {
		return err
	}
	r.fresh = n == 0
	zone, exact := r.survey.settleZone()
	pattern, matched, total := r.survey.permalink()
	ours := false
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		ours, err = r.takeSettings(ctx, tx, zone, pattern)
		return err
	})
	if err != nil {
		return err
	}
	if loc := r.conf.Location(); r.conf.SourceURL == r.survey.site {
		r.survey.zone = loc // a person may have corrected it
	}
	switch {
	case ours && !exact:
		r.report.decide("time zone", "The export does not say its time zone; "+zone+" fits its dates best. Set the right one with “dateline site set zone=…”.")
	case ours:
		r.report.decide("time zone", "Taken from the dates of the export: "+zone+". Neighbouring zones with the same clock fit too; set yours if it differs.")
	}
	r.report.Source = r.survey.site
	r.report.Site["title"], r.report.Site["zone"], r.report.Site["locale"] = r.conf.Title, r.conf.Zone, r.conf.Locale
	r.report.Site["permalink"] = r.conf.Permalink
	if total > 0 && matched < total {
		r.report.decide("permalinks", "Some addresses do not follow the pattern "+r.conf.Permalink+"; they are kept one by one.")
	}
	return nil
}

// takeSettings sets r.conf and reports whether it is what an import made of
// it. A later run changes what an earlier one set only when it saw at least as
// much of the site, and nobody else changed it in between.
func (r *run) takeSettings(ctx context.Context, tx *db.Tx, zone, pattern string) (ours bool, err error) {
	if r.conf, err = settings.Read(ctx, tx); err != nil {
		return false, err
	}
	set, err := settings.Exists(ctx, tx)
	if err != nil {
		return false, err
	}
	r.shared = set || !r.fresh
	was, known, err := storedKey(ctx, tx, r.survey.site, "site", "")
	if err != nil {
		return false, err
	}
	now, err := digest(r.conf)
	if err != nil || set && !(known && was.hash == now) {
		return false, err
	}
	seen := int64(r.survey.items.len())
	if known && seen < was.target {
		return true, nil
	}
	before := r.conf
	r.conf = r.settingsOf(before, zone, pattern)
	hash, err := digest(r.conf)
	if err != nil {
		return false, err
	}
	if hash != now || !set {
		if err := settings.Save(ctx, tx, r.conf, r.Clock.Now()); err != nil {
			return false, err
		}
	}
	if set && before.Zone != r.conf.Zone {
		if err := article.Recount(ctx, tx, r.conf.Location()); err != nil {
			return false, err
		}
	}
	return true, saveKey(ctx, tx, r.survey.site, "site", "", stored{hash, seen})
}

// settingsOf puts what the export says of the site into its settings.
func (r *run) settingsOf(conf settings.Site, zone, pattern string) settings.Site {
	ch := r.survey.channel
	conf.Title = cmp.Or(strings.TrimSpace(html.UnescapeString(ch.Title)), r.survey.site)
	conf.Tagline = strings.TrimSpace(html.UnescapeString(ch.Description))
	conf.Locale, conf.Zone, conf.SourceURL = localeOf(ch.Language), zone, r.survey.site
	conf.SectionBase, conf.TagBase, conf.AuthorBase = "category", "tag", "author"
	conf.Permalink = cmp.Or(pattern, "/%postname%/")
	conf.PageSize = 10 // WordPress's default: its /page/N/ addresses keep their articles
	return conf
}

// known fills in what earlier runs made of items, so that ids stay and files of
// one site may come one after the other.
func (r *run) known(ctx context.Context) error {
	if r.fresh {
		return nil
	}
	for _, kind := range []string{KindPost, KindPage, KindAttachment} {
		rows, err := r.DB.Query(ctx, `SELECT source_id, target_id FROM import_key WHERE site = $1 AND kind = $2`, r.survey.site, kind)
		if err != nil {
			return err
		}
		err = r.survey.remember(kindByte(kind), rows)
		if closed := rows.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *survey) remember(kind byte, rows *sql.Rows) error {
	for rows.Next() {
		var source string
		var target int64
		if err := rows.Scan(&source, &target); err != nil {
			return err
		}
		number, err := strconv.ParseInt(source, 10, 64)
		if err != nil {
			return err
		}
		switch entry := s.items.get(number); {
		case entry == nil:
			s.items.add(number, surveyed{target: target, kind: kind, before: true})
		case entry.kind == kind:
			entry.target = target
		}
	}
	return rows.Err()
}

// decoded undoes WordPress's percent-encoding of an address word.
func decoded(slug string) string {
	if plain, err := url.PathUnescape(slug); err == nil {
		return strings.ToValidUTF8(plain, "")
	}
	return slug
}
