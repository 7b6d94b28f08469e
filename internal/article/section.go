package article

import (
	"context"
	"database/sql"
	"encoding/json"
	"math"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/taxonomy"
)

// JobRelist puts the articles of a section that moved into the lists of its new
// ancestors, and takes them out of those of the former ones. Its payload is the
// section's id.
const JobRelist = "article.relist"

// relistBatch is how many articles one transaction of JobRelist takes.
const relistBatch = 200

// SaveSection adds or changes a section, like taxonomy.SaveSection. When it gets
// another parent, a job rewrites the lists that its articles stand in; their
// addresses stay.
func SaveSection(ctx context.Context, tx *db.Tx, s taxonomy.Section, now time.Time) (taxonomy.Section, error) {
	before, err := taxonomy.SectionByID(ctx, tx, s.ID)
	known := err == nil
	if err != nil && !fault.Is(err, fault.NotFound) {
		return s, err
	}
	saved, err := taxonomy.SaveSection(ctx, tx, s, now)
	if err != nil || !known {
		return saved, err
	}
	if before.Name != saved.Name {
		if err := Renamed(ctx, tx, ScopeSection, s.ID); err != nil {
			return saved, err
		}
	}
	if before.ParentID == s.ParentID {
		return saved, nil
	}
	return saved, job.Enqueue(ctx, tx, job.Spec{Kind: JobRelist, Key: db.Key("section", s.ID), Payload: s.ID})
}

// JobRenamed is asked for when articles are called or listed otherwise though
// nobody has changed them: whoever keeps words of theirs reads them again. Its
// payload is Relabelled.
const JobRenamed = "article.renamed"

// Relabelled are the articles of one list, or some articles.
type Relabelled struct {
	Scope    string  `json:"scope,omitempty"`
	Ref      int64   `json:"ref,omitempty"`
	Articles []int64 `json:"articles,omitempty"`
}

// Renamed tells, in the transaction of the change, that a list has another name.
func Renamed(ctx context.Context, tx *db.Tx, scope string, ref int64) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobRenamed, Key: db.Key(scope, ref), Payload: Relabelled{Scope: scope, Ref: ref}})
}

// relabelled tells that some articles stand in other lists than before.
func relabelled(ctx context.Context, tx *db.Tx, batch []place) error {
	if len(batch) == 0 {
		return nil
	}
	ids := make([]int64, len(batch))
	for i, p := range batch {
		ids[i] = p.ref
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobRenamed, Payload: Relabelled{Articles: ids}})
}

// HandleRelist carries out JobRelist. Doing it twice changes nothing. Each
// article stands in the list of its section all the while, so that the list
// itself tells which are left.
func (s *Service) HandleRelist(ctx context.Context, payload []byte) error {
	var section int64
	if err := json.Unmarshal(payload, &section); err != nil {
		return err
	}
	return s.inBatches(ctx, func(ctx context.Context, tx *db.Tx, after place) (int, place, error) {
		return s.relistBatch(ctx, tx, section, after)
	})
}

// inBatches walks a list from its oldest end, a batch a transaction, until a
// batch is not full. step is told the place after which its batch begins, and
// returns how many there were and the last place.
func (s *Service) inBatches(ctx context.Context, step func(ctx context.Context, tx *db.Tx, after place) (int, place, error)) error {
	last := place{at: math.MinInt64}
	for {
		var done int
		err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			done, last, err = step(ctx, tx, last)
			return err
		})
		if err != nil || done < relistBatch {
			return err
		}
	}
}

// batchAfter reads the next batch of a list; the ref of its places is the
// article.
func batchAfter(ctx context.Context, q db.Querier, scope string, ref int64, after place) ([]place, error) {
	rows, err := q.Query(ctx, `SELECT at, article_id FROM listing WHERE scope = $1 AND ref = $2
		AND (at > $3 OR at = $3 AND article_id > $4) ORDER BY at, article_id LIMIT $5`, scope, ref, after.at, after.ref, relistBatch)
	return db.All(rows, err, func(r *sql.Rows) (p place, err error) { return p, r.Scan(&p.at, &p.ref) })
}

// relistBatch rewrites the lists of the articles after one place in a section's
// list. The place's ref is the article.
func (s *Service) relistBatch(ctx context.Context, tx *db.Tx, section int64, after place) (done int, last place, err error) {
	batch, err := batchAfter(ctx, tx, ScopeSection, section, after)
	if err != nil {
		return 0, after, err
	}
	site, err := s.settings.Site(ctx)
	if err != nil {
		return 0, after, err
	}
	for _, p := range batch {
		if err := s.relistOne(ctx, tx, p.ref, site.Location()); err != nil {
			return 0, after, err
		}
		after = p
	}
	return len(batch), after, relabelled(ctx, tx, batch)
}

func (s *Service) relistOne(ctx context.Context, tx *db.Tx, id int64, zone *time.Location) error {
	a, err := byID(ctx, tx, id)
	if err != nil {
		return err
	}
	v, err := versionByID(ctx, tx, a.LiveVersion)
	if err != nil {
		return err
	}
	want, err := places(ctx, tx, &a, &v.Content)
	if err != nil {
		return err
	}
	moved, err := relist(ctx, tx, id, false, want, zone)
	for _, p := range moved {
		tx.Purge(db.ListKey(p.scope, p.ref))
	}
	return err
}
