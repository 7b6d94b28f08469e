package article

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"

	"dateline/internal/author"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
)

// JobDissolve moves the articles of a section, tag or author that was merged into
// another, or deleted, and then removes it. Its payload is Dissolve.
const JobDissolve = "article.dissolve"

// Dissolve asks for a section, tag or author to become part of another, or to go.
type Dissolve struct {
	Kind string `json:"kind"` // ScopeSection, ScopeTag or ScopeAuthor
	Old  int64  `json:"old"`
	To   int64  `json:"to,omitempty"`   // 0 deletes it
	Lead string `json:"lead,omitempty"` // where the addresses of a deleted one lead; "" for nowhere

	// Paths are the addresses of the list, which have no row of their own.
	Paths []string `json:"paths"`
}

// DissolveTx begins a merge: from now on, whoever reads the old id gets the new
// one. The job moves the lists in batches; the old one's page answers until it
// is empty. The caller has checked who may.
func DissolveTx(ctx context.Context, tx *db.Tx, m Dissolve) error {
	if err := setAlias(ctx, tx, m.Kind, m.Old, m.To); err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobDissolve, Key: db.Key(m.Kind, m.Old), Payload: m})
}

// Dissolving tells whether a merge of the thing is under way.
func Dissolving(ctx context.Context, q db.Querier, kind string, id int64) (bool, error) {
	present, err := Present(ctx, q, kind, id)
	return present != id, err
}

// HandleDissolve carries out JobDissolve. Doing it twice changes nothing: the old
// list itself tells which articles are left.
func (s *Service) HandleDissolve(ctx context.Context, payload []byte) error {
	var m Dissolve
	if err := json.Unmarshal(payload, &m); err != nil {
		return err
	}
	var err error
	if m.To, err = Present(ctx, s.db, m.Kind, m.Old); err != nil || m.To == m.Old {
		return err
	}
	if err := s.moveListed(ctx, m); err != nil {
		return err
	}
	if m.Kind == ScopeSection {
		if err := s.moveUnlisted(ctx, m); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return finishDissolve(ctx, tx, m) })
}

// moveListed moves the articles of the old list, a batch a transaction.
func (s *Service) moveListed(ctx context.Context, m Dissolve) error {
	return s.inBatches(ctx, func(ctx context.Context, tx *db.Tx, after place) (int, place, error) {
		return s.moveBatch(ctx, tx, m, after)
	})
}

func (s *Service) moveBatch(ctx context.Context, tx *db.Tx, m Dissolve, after place) (done int, last place, err error) {
	batch, err := batchAfter(ctx, tx, m.Kind, m.Old, after)
	if err != nil {
		return 0, after, err
	}
	site, err := s.settings.Site(ctx)
	if err != nil {
		return 0, after, err
	}
	move, err := newRelocation(ctx, tx, m)
	if err != nil {
		return 0, after, err
	}
	for _, p := range batch {
		if err := s.moveOne(ctx, tx, move, p.ref, site); err != nil {
			return 0, after, err
		}
		after = p
	}
	if len(batch) > 0 {
		tx.Purge("front", "feed")
	}
	if err := touchBatch(ctx, tx, s.clock.Now(), batch); err != nil {
		return 0, after, err
	}
	return len(batch), after, relabelled(ctx, tx, batch)
}

// moveUnlisted moves what stands in no list: drafts, what is scheduled, private
// or withdrawn, and standing pages.
func (s *Service) moveUnlisted(ctx context.Context, m Dissolve) error {
	after := int64(0)
	for {
		var done int
		err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT id FROM article WHERE section_id = $1 AND id > $2 ORDER BY id LIMIT $3`, m.Old, after, relistBatch)
			batch, err := db.All(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
			if err != nil {
				return err
			}
			site, err := s.settings.Site(ctx)
			if err != nil {
				return err
			}
			move, err := newRelocation(ctx, tx, m)
			if err != nil {
				return err
			}
			last := after
			for _, id := range batch {
				if err := s.moveOne(ctx, tx, move, id, site); err != nil {
					return err
				}
				last = id
			}
			done, after = len(batch), last
			return nil
		})
		if err != nil || done < relistBatch {
			return err
		}
	}
}

// relocation is a merge with the section paths that addresses may contain.
type relocation struct {
	Dissolve
	from, to string // "world/europe"; "" unless sections are merged
}

func newRelocation(ctx context.Context, q db.Querier, m Dissolve) (relocation, error) {
	mv := relocation{Dissolve: m}
	if m.Kind != ScopeSection || m.To == 0 {
		return mv, nil
	}
	from, err := taxonomy.SectionByID(ctx, q, m.Old)
	if fault.Is(err, fault.NotFound) { // done already
		return mv, nil
	}
	if err != nil {
		return mv, err
	}
	to, err := taxonomy.SectionByID(ctx, q, m.To)
	mv.from, mv.to = from.Path, to.Path
	return mv, err
}

// moveOne makes the record, the address and the lists of one article agree with
// its content, whose ids are today's.
func (s *Service) moveOne(ctx context.Context, tx *db.Tx, m relocation, id int64, site settings.Site) error {
	a, err := byID(ctx, tx, id)
	if err != nil {
		return err
	}
	if m.Kind == ScopeSection {
		if err := s.moveSection(ctx, tx, m, &a); err != nil {
			return err
		}
	}
	var want []place
	if Visible(&a, s.clock.Now()) == Listed {
		v, err := versionByID(ctx, tx, a.LiveVersion)
		if err != nil {
			return err
		}
		if want, err = places(ctx, tx, &a, &v.Content); err != nil {
			return err
		}
	}
	moved, err := relist(ctx, tx, id, false, want, site.Location())
	for _, p := range moved {
		tx.Purge(db.ListKey(p.scope, p.ref))
	}
	tx.Purge(db.Key("article", id))
	return err
}

// moveSection writes the primary section, and the address when it contains the
// path of the section that goes. The revision stays: whoever has the article
// open has read nothing that changed.
func (s *Service) moveSection(ctx context.Context, tx *db.Tx, m relocation, a *Article) error {
	before := *a
	if before.SectionID != m.Old {
		return nil
	}
	a.SectionID = m.To
	if a.Status != StatusWithdrawn && m.to != "" {
		if head, tail, ok := strings.Cut(a.Path, "/"+m.from+"/"); ok {
			var err error
			a.Path, a.Slug, err = movedPath(ctx, tx, a, head+"/"+m.to+"/", tail)
			if err != nil {
				return err
			}
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE article SET section_id = $1, path = $2, slug = $3 WHERE id = $4`, a.SectionID, a.Path, a.Slug, a.ID); err != nil {
		return err
	}
	if a.Path == before.Path {
		return nil
	}
	return readdress(ctx, tx, a, Visible(a, s.clock.Now()), before.Path)
}

// movedPath returns head+tail, with another address word where that is taken.
func movedPath(ctx context.Context, q db.Querier, a *Article, head, tail string) (path, slug string, err error) {
	before, after, ok := strings.Cut(tail, a.Slug)
	if !ok || a.Slug == "" {
		before, after = "", tail
		if key := urlpath.Key(head + tail); key != "" {
			if taken, err := LookUp(ctx, q, key); fault.Is(err, fault.NotFound) || err == nil && taken.Target == a.ID && taken.Location == "" {
				return head + tail, a.Slug, nil
			}
		}
		return a.Path, a.Slug, nil
	}
	return freePath(ctx, q, a.ID, a.Slug, func(slug string) string { return head + before + slug + after })
}

// finishDissolve removes the thing that nothing stands under any more, and lets
// its addresses lead on.
func finishDissolve(ctx context.Context, tx *db.Tx, m Dissolve) error {
	left, err := Used(ctx, tx, m.Kind, m.Old)
	if err == nil && left {
		err = fault.New(fault.Internal, "an article is still listed under the %s %d", m.Kind, m.Old)
	}
	if err != nil {
		return err
	}
	if err := leadOn(ctx, tx, m); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM listing_count WHERE scope = $1 AND level IN (0, 1, 2) AND ref = $2`, m.Kind, m.Old); err != nil {
		return err
	}
	tx.Purge(db.ListKey(m.Kind, m.Old))
	switch m.Kind {
	case ScopeSection:
		return taxonomy.DeleteSection(ctx, tx, m.Old)
	case ScopeTag:
		return taxonomy.DeleteTag(ctx, tx, m.Old)
	case ScopeAuthor:
		return author.Delete(ctx, tx, m.Old)
	}
	return nil
}

// leadOn changes every address of the old list.
func leadOn(ctx context.Context, tx *db.Tx, m Dissolve) error {
	if m.To == 0 && m.Lead == "" {
		_, err := tx.Exec(ctx, `DELETE FROM address WHERE target_id = $1 AND (kind = $2 OR kind = 'redirect' AND detail = $2)`, m.Old, m.Kind)
		return err
	}
	row := Address{Kind: AddressRedirect, Target: m.To, Of: m.Kind}
	if m.To == 0 {
		row = Address{Kind: AddressRedirect, Location: m.Lead}
	}
	if _, err := tx.Exec(ctx, `UPDATE address SET kind = $1, target_id = $2, detail = $3, location = $4
		WHERE target_id = $5 AND (kind = $6 OR kind = 'redirect' AND detail = $6)`,
		row.Kind, row.Target, row.Of, row.Location, m.Old, m.Kind); err != nil {
		return err
	}
	for _, path := range m.Paths {
		row.Key = urlpath.Key(path)
		PurgeRedirect(tx, row.Key)
		if _, err := AddAddress(ctx, tx, row); err != nil {
			return err
		}
	}
	return nil
}

// Used tells whether any article, seen or not, has a section as its first, or a
// list shows one of the section, tag or author.
func Used(ctx context.Context, q db.Querier, kind string, ref int64) (bool, error) {
	var n int64
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM listing WHERE scope = $1 AND ref = $2 LIMIT 1) l`, kind, ref).Scan(&n)
	if err != nil || n > 0 || kind != ScopeSection {
		return n > 0, err
	}
	err = q.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM article WHERE section_id = $1 LIMIT 1) a`, ref).Scan(&n)
	return n > 0, err
}
