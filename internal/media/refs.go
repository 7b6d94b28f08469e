package media

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/settings"
)

// Refer notes which media a version of an article shows; version 0 is the text
// that is being written. Package article calls it wherever it keeps content.
func Refer(ctx context.Context, tx *db.Tx, article, version int64, isNew bool, ids []int64) error {
	if !isNew {
		if version == 0 {
			same, err := sameRefs(ctx, tx, article, ids)
			if err != nil || same {
				return err
			}
			if _, err := tx.Exec(ctx, `DELETE FROM media_ref WHERE article_id = $1 AND version_id = 0`, article); err != nil {
				return err
			}
		}
		if err := Loosen(ctx, tx, article); err != nil {
			return err
		}
	}
	if err := Note(ctx, tx, article, version, ids); err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `UPDATE media SET idle = 0 WHERE id = $1 AND idle = 1`, id); err != nil {
			return err
		}
	}
	return nil
}

// Note is Refer for a version of the past, which says nothing of what is in use
// now. Tighten does, once all are noted.
func Note(ctx context.Context, tx *db.Tx, article, version int64, ids []int64) error {
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `INSERT INTO media_ref (media_id, article_id, version_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, article, version); err != nil {
			return err
		}
	}
	return nil
}

// Tighten spares the library looking again at media that are surely in use.
func Tighten(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE media SET idle = 0 WHERE idle = 1 AND EXISTS (SELECT 1 FROM media_ref r WHERE r.media_id = media.id AND `+current+`)`)
	return err
}

// Loosen has the library look again whether the media of an article are in use,
// after the article stopped showing some of them.
func Loosen(ctx context.Context, tx *db.Tx, article int64) error {
	_, err := tx.Exec(ctx, `UPDATE media SET idle = 1 WHERE idle = 0 AND id IN (SELECT media_id FROM media_ref WHERE article_id = $1)`, article)
	return err
}

// sameRefs tells whether just these media are noted for the text being written.
func sameRefs(ctx context.Context, tx *db.Tx, article int64, ids []int64) (bool, error) {
	rows, err := tx.Query(ctx, `SELECT media_id FROM media_ref WHERE article_id = $1 AND version_id = 0 ORDER BY media_id`, article)
	noted, err := db.All(rows, err, scanID)
	return err == nil && slices.Equal(noted, slices.Compact(slices.Sorted(slices.Values(ids)))), err
}

// Use is one article that shows a medium.
type Use struct {
	Article         int64
	Headline        string
	Status          string
	Path            string
	Owner, Assignee int64 // people who may see it before it is public
	Public          bool  // the article has been published
	Live            bool  // in what readers see
	Working         bool  // in what is being written
}

// Uses is everywhere that a medium is shown.
type Uses struct {
	Articles []Use    // the latest changed first, at most maxUses
	Earlier  int      // articles of which only earlier versions show it
	Profiles []string // names of people whose portrait it is
	Logo     bool     // of the site
	Fronts   []int64  // places whose live front shows it: sections, 0 for the site
	Aliases  int      // addresses of a former site that lead to it
	// Elsewhere tells that it was made public for something that is none of the
	// above and no former address, such as an earlier logo.
	Elsewhere bool
}

const maxUses = 200

// Any tells whether anything shows the medium now.
func (u Uses) Any() bool {
	return len(u.Articles)+len(u.Profiles)+len(u.Fronts) > 0 || u.Logo || u.Elsewhere
}

// Uses finds where a medium is shown: live articles, drafts, what is being
// written, profiles and the site's own settings.
func (s *Service) Uses(ctx context.Context, q db.Querier, id int64) (Uses, error) {
	var u Uses
	rows, err := q.Query(ctx, `SELECT a.id, a.headline, a.status, a.path, a.owner_id, a.assignee_id, a.live_version,
			CASE WHEN EXISTS (SELECT 1 FROM media_use u WHERE u.media_id = $1 AND u.article_id = a.id)
				OR EXISTS (SELECT 1 FROM media_ref r WHERE r.media_id = $1 AND r.article_id = a.id AND r.version_id = a.live_version AND a.live_version > 0) THEN 1 ELSE 0 END,
			CASE WHEN EXISTS (SELECT 1 FROM media_ref r WHERE r.media_id = $1 AND r.article_id = a.id
				AND (r.version_id = a.working_version AND a.working_version > 0
					OR r.version_id = 0 AND EXISTS (SELECT 1 FROM working_copy c WHERE c.article_id = a.id))) THEN 1 ELSE 0 END
		FROM article a WHERE a.id IN (SELECT article_id FROM media_use WHERE media_id = $1 UNION SELECT article_id FROM media_ref WHERE media_id = $1)
		ORDER BY a.modified_at DESC, a.id LIMIT $2`, id, maxUses)
	all, err := db.All(rows, err, func(r *sql.Rows) (use Use, err error) {
		var version, live, working int64
		err = r.Scan(&use.Article, &use.Headline, &use.Status, &use.Path, &use.Owner, &use.Assignee, &version, &live, &working)
		use.Public, use.Live, use.Working = version != 0, live == 1, working == 1
		return use, err
	})
	if err != nil {
		return u, err
	}
	for _, use := range all {
		if use.Live || use.Working {
			u.Articles = append(u.Articles, use)
		} else {
			u.Earlier++
		}
	}
	rows, err = q.Query(ctx, `SELECT name FROM profile WHERE picture = $1 ORDER BY name LIMIT 20`, id)
	if u.Profiles, err = db.All(rows, err, scanText); err != nil {
		return u, err
	}
	rows, err = q.Query(ctx, `SELECT place FROM media_front WHERE media_id = $1 UNION SELECT place FROM media_front_later WHERE media_id = $1 ORDER BY place`, id)
	if u.Fronts, err = db.All(rows, err, scanID); err != nil {
		return u, err
	}
	if err := q.QueryRow(ctx, `SELECT COUNT(*) FROM media_alias WHERE media_id = $1`, id).Scan(&u.Aliases); err != nil {
		return u, err
	}
	site, err := settings.Read(ctx, q)
	if err != nil {
		return u, err
	}
	u.Logo = id != 0 && site.LogoMedia == id
	if u.Any() || u.Aliases > 0 {
		return u, nil
	}
	var marked int64
	err = q.QueryRow(ctx, `SELECT public FROM media WHERE id = $1`, id).Scan(&marked)
	u.Elsewhere = marked == 1
	return u, err
}

func scanText(r *sql.Rows) (text string, err error) {
	err = r.Scan(&text)
	return text, err
}

// refuseDelete says what would lose the medium, if anything would.
func (u Uses) refuseDelete(m Medium) error {
	if !u.Any() {
		return nil
	}
	var places []string
	for _, use := range u.Articles[:min(len(u.Articles), 5)] {
		places = append(places, "“"+use.Headline+"”")
	}
	if more := len(u.Articles) - len(places); more > 0 {
		places = append(places, "more articles")
	}
	for _, name := range u.Profiles {
		places = append(places, "the profile of "+name)
	}
	if u.Logo {
		places = append(places, "the logo of the site")
	}
	if len(u.Fronts) > 0 {
		places = append(places, "the front")
	}
	if u.Elsewhere {
		places = append(places, "something that is public")
	}
	return fault.New(fault.Conflict, "%q is still shown: %s", m.FileName, strings.Join(places, ", ")).WithHint("take it out there first, or replace its file")
}

func (s *Service) ordered(ctx context.Context, q db.Querier, ids []int64) ([]Medium, error) {
	found, err := s.GetMany(ctx, q, ids)
	var out []Medium
	for _, id := range ids {
		if m, ok := found[id]; ok {
			out = append(out, m)
		}
	}
	return out, err
}

// OnFront makes just these media the ones that the live front of a place shows
// in place of articles' pictures: they are public as long, and no longer.
func (s *Service) OnFront(ctx context.Context, tx *db.Tx, place int64, ids []int64) error {
	return s.hang(ctx, tx, place, ids, hanging{
		read: `SELECT media_id FROM media_front WHERE place = $1 ORDER BY media_id`, clear: `DELETE FROM media_front WHERE place = $1`,
		add: `INSERT INTO media_front (media_id, place) VALUES ($1, $2)`, public: true})
}

// ForFront makes just these media the ones that a place's front may show later:
// that of its draft, or one that waits. They count as used and are not public.
func (s *Service) ForFront(ctx context.Context, tx *db.Tx, place int64, ids []int64) error {
	return s.hang(ctx, tx, place, ids, hanging{
		read: `SELECT media_id FROM media_front_later WHERE place = $1 ORDER BY media_id`, clear: `DELETE FROM media_front_later WHERE place = $1`,
		add: `INSERT INTO media_front_later (media_id, place) VALUES ($1, $2)`})
}

// hanging is how the media of a front are kept.
type hanging struct {
	read, clear, add string
	public           bool
}

func (s *Service) hang(ctx context.Context, tx *db.Tx, place int64, ids []int64, h hanging) error {
	rows, err := tx.Query(ctx, h.read, place)
	was, err := db.All(rows, err, scanID)
	if err != nil {
		return err
	}
	now := slices.Compact(slices.Sorted(slices.Values(ids)))
	if slices.Equal(was, now) {
		return nil
	}
	if _, err := tx.Exec(ctx, h.clear, place); err != nil {
		return err
	}
	for _, one := range now {
		if _, err := tx.Exec(ctx, h.add, one, place); err != nil {
			return err
		}
	}
	for _, one := range append(was, now...) { // those that left must be looked at again
		if _, err := tx.Exec(ctx, `UPDATE media SET idle = 1 WHERE id = $1`, one); err != nil {
			return err
		}
		if h.public {
			tx.Purge(db.Key("media", one))
		}
	}
	return nil
}

// LiveUses counts the articles in which readers see each of some media.
func (s *Service) LiveUses(ctx context.Context, q db.Querier, ids []int64) (map[int64]int, error) {
	counts := map[int64]int{}
	for _, id := range ids {
		var n int
		if err := q.QueryRow(ctx, `SELECT COUNT(*) FROM media_use WHERE media_id = $1`, id).Scan(&n); err != nil {
			return nil, err
		}
		counts[id] = n
	}
	return counts, nil
}
