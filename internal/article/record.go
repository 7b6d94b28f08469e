package article

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// The open record: what readers saw of an article, and what was put right.
//
// A version is on record from the moment when readers could see it (seen_at).
// settle notes that moment, so that an embargo, a private article or a working
// copy leaves nothing behind; an article that answers like one that never
// existed has no record either.

// keepRecord notes that readers see the live version, or wipes the record of
// an article that is hidden from them. at is when they could see it first.
func keepRecord(ctx context.Context, tx *db.Tx, before, a *Article, vis Visibility, at time.Time) error {
	if a.LiveVersion == 0 {
		return nil
	}
	var changed int64
	var err error
	switch vis {
	case Listed:
		changed, err = tx.Exec(ctx, `UPDATE version SET seen_at = $1 WHERE id = $2 AND seen_at = 0`, db.Micros(at), a.LiveVersion)
	case Hidden:
		changed, err = tx.Exec(ctx, `UPDATE version SET seen_at = 0 WHERE article_id = $1 AND seen_at > 0`, a.ID)
	}
	if err != nil || changed == 0 && before.Public == a.Public {
		return err
	}
	return purgeCorrections(ctx, tx, a.ID)
}

// purgeCorrections drops the cached lists of corrections when the article has
// some. With the first one of the site, and with the last, every page's footer
// changes.
func purgeCorrections(ctx context.Context, tx *db.Tx, articleID int64) error {
	var own, others int64
	err := tx.QueryRow(ctx, `SELECT
		(SELECT COUNT(*) FROM correction WHERE article_id = $1),
		(SELECT COUNT(*) FROM (SELECT 1 FROM correction c JOIN version v ON v.id = c.version_id JOIN article a ON a.id = c.article_id
			WHERE c.article_id <> $1 AND v.seen_at > 0 AND a.public = 1 LIMIT 1) other)`, articleID).Scan(&own, &others)
	if err != nil || own == 0 {
		return err
	}
	tx.Purge("corrections")
	if others == 0 {
		tx.Purge("site")
	}
	return nil
}

// Edition is one version of an article that readers saw.
type Edition struct {
	Number int64 // 1, 2, 3 … among those
	When   time.Time
	Change ChangeKind
	Note   string
	Hash   string // of the chain of all versions
	// Sealed: what it said is not shown any more, since a later version was
	// published for legal reasons.
	Sealed bool
	id     int64
}

// maxEditions bounds the public list of versions; an article that has more
// shows its newest.
const maxEditions = 500

// Versions returns the versions of a listed article that readers saw, the
// oldest first, without their content.
func (p *Public) Versions(ctx context.Context, articleID int64) ([]Edition, error) {
	a, err := p.listed(ctx, articleID)
	if err != nil {
		return nil, err
	}
	return p.editions(ctx, &a)
}

func (p *Public) editions(ctx context.Context, a *Article) ([]Edition, error) {
	total, err := p.CountVersions(ctx, a)
	if err != nil {
		return nil, err
	}
	var legal int64 // number of the newest version that was published for legal reasons
	err = p.q.QueryRow(ctx, `SELECT COALESCE(MAX(number), 0) FROM version WHERE article_id = $1 AND change = 'legal' AND published_at > 0`, a.ID).Scan(&legal)
	if err != nil {
		return nil, err
	}
	rows, err := p.q.Query(ctx, `SELECT id, number, seen_at, change, note, hash FROM version WHERE article_id = $1 AND (seen_at > 0 OR id = $2)
		ORDER BY number DESC LIMIT $3`, a.ID, a.LiveVersion, maxEditions)
	out, err := db.All(rows, err, func(r *sql.Rows) (Edition, error) {
		e := Edition{Number: total}
		var seen, number int64
		err := r.Scan(&e.id, &number, &seen, &e.Change, &e.Note, &e.Hash)
		if e.When, e.Sealed = db.Time(seen), number < legal; seen == 0 { // live since this moment: its embargo has just ended
			e.When = latest(a.FirstPublished, a.Updated)
		}
		total--
		return e, err
	})
	slices.Reverse(out)
	return out, err
}

// listed reads an article that everybody may read. A withdrawn one is Gone.
func (p *Public) listed(ctx context.Context, articleID int64) (Article, error) {
	a, vis, err := p.Read(ctx, articleID)
	switch {
	case err != nil:
		return a, err
	case vis == Gone:
		return Article{}, fault.New(fault.Gone, "the article was withdrawn: %s", a.WithdrawnReason)
	case vis != Listed:
		return Article{}, fault.New(fault.NotFound, "no such article")
	}
	return a, nil
}

// CountVersions returns how many versions of a listed article readers saw.
func (p *Public) CountVersions(ctx context.Context, a *Article) (int64, error) {
	var n int64
	err := p.q.QueryRow(ctx, `SELECT COUNT(*) FROM version WHERE article_id = $1 AND (seen_at > 0 OR id = $2)`, a.ID, a.LiveVersion).Scan(&n)
	return n, err
}

// VersionAt returns a version of a listed article by its number among those
// that readers saw, with its content. One that is sealed is Gone.
func (p *Public) VersionAt(ctx context.Context, articleID, number int64) (Edition, Content, error) {
	all, err := p.Versions(ctx, articleID)
	if err != nil {
		return Edition{}, Content{}, err
	}
	for _, e := range all {
		if e.Number == number {
			content, err := p.EditionContent(ctx, e)
			return e, content, err
		}
	}
	return Edition{}, Content{}, fault.New(fault.NotFound, "readers saw no version %d of the article", number)
}

// EditionContent returns what a version of Versions said. One that is sealed
// is Gone.
func (p *Public) EditionContent(ctx context.Context, e Edition) (Content, error) {
	if e.Sealed {
		return Content{}, fault.New(fault.Gone, "version %d is not shown any more for legal reasons", e.Number)
	}
	v, err := versionByID(ctx, p.q, e.id)
	return v.Content, err
}

// LiveAt returns what readers saw of a listed article at a time; NotFound when
// it was not public yet.
func (p *Public) LiveAt(ctx context.Context, articleID int64, at time.Time) (Edition, Content, error) {
	all, err := p.Versions(ctx, articleID)
	if err != nil {
		return Edition{}, Content{}, err
	}
	for i := len(all) - 1; i >= 0; i-- {
		if !all[i].When.After(at) {
			content, err := p.EditionContent(ctx, all[i])
			return all[i], content, err
		}
	}
	return Edition{}, Content{}, fault.New(fault.NotFound, "the article was not public then")
}

// Correct is one correction as readers see it. Of a legal note, and of what was
// corrected before one, only the note is told: never the passage.
type Correct struct {
	ID      int64
	Article Article // of a list over all articles; zero for one article's own
	Kind    ChangeKind
	Passage string
	Wrong   string
	Right   string
	Note    string
	At      time.Time
}

const correctColumns = `c.id, c.kind, c.passage, c.wrong, c.right_text, c.note, c.at,
	(SELECT COUNT(*) FROM version l WHERE l.article_id = c.article_id AND l.change = 'legal' AND l.published_at > 0 AND l.number >= v.number)`

func scanCorrect(r *sql.Rows, more ...any) (Correct, error) {
	var c Correct
	var at, legal int64
	err := r.Scan(append([]any{&c.ID, &c.Kind, &c.Passage, &c.Wrong, &c.Right, &c.Note, &at, &legal}, more...)...)
	c.At = db.Time(at)
	if legal > 0 {
		c.Passage, c.Wrong, c.Right = "", "", ""
	}
	return c, err
}

// CorrectionsOf returns the corrections of an article that may be read, the
// newest first.
func (p *Public) CorrectionsOf(ctx context.Context, articleID int64) ([]Correct, error) {
	_, vis, err := p.Read(ctx, articleID)
	if err != nil {
		return nil, err
	}
	if vis != Listed && vis != Protected {
		return nil, fault.New(fault.NotFound, "no such article")
	}
	// Behind its password an article has no public record, but its corrections
	// belong to the text that its readers see.
	rows, err := p.q.Query(ctx, `SELECT `+correctColumns+` FROM correction c JOIN version v ON v.id = c.version_id
		WHERE c.article_id = $1 AND (v.seen_at > 0 OR $2 = 1 AND v.published_at > 0) ORDER BY c.at DESC, c.id DESC LIMIT 100`,
		articleID, db.Bool(vis == Protected))
	return db.All(rows, err, func(r *sql.Rows) (Correct, error) { return scanCorrect(r) })
}

// Corrections returns up to limit corrections of listed articles, the newest
// first, that come after the one with the id after; 0 is the newest end. An
// unknown id is NotFound.
func (p *Public) Corrections(ctx context.Context, after int64, limit int) ([]Correct, error) {
	from := int64(1) << 62
	if after != 0 {
		if err := p.q.QueryRow(ctx, `SELECT at FROM correction WHERE id = $1`, after).Scan(&from); err != nil {
			return nil, err
		}
	}
	rows, err := p.q.Query(ctx, `SELECT `+correctColumns+`, c.article_id FROM correction c JOIN version v ON v.id = c.version_id
		JOIN article a ON a.id = c.article_id
		WHERE (c.at, c.id) < ($1, $2) AND v.seen_at > 0 AND a.public = 1 ORDER BY c.at DESC, c.id DESC LIMIT $3`, from, after, limit)
	all, err := db.All(rows, err, func(r *sql.Rows) (Correct, error) {
		var of int64
		c, err := scanCorrect(r, &of)
		c.Article.ID = of
		return c, err
	})
	if err != nil {
		return nil, err
	}
	known := map[int64]Article{}
	out := all[:0]
	for _, c := range all {
		a, asked := known[c.Article.ID]
		if !asked {
			if a, err = p.listed(ctx, c.Article.ID); err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Gone) {
				return nil, err
			}
			known[c.Article.ID] = a
		}
		if c.Article = a; a.ID != 0 {
			out = append(out, c)
		}
	}
	return out, nil
}
