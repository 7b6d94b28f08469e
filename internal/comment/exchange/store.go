package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/richtext"
)

// prepared is a comment that is ready to store.
type prepared struct {
	comment.Comment
	hash   uint64
	entry  *entry
	parent string // key of what it answers, for a comment that is not in the file
	source string // of import_key
	cost   int
	order  int64 // in the file
	top    bool  // whatever it answers

	notes []string // of the source

	outcome outcome
	note    string // of what became of it
}

type outcome byte

const (
	isNew outcome = iota
	isUpdated
	isUnchanged
)

// prepare makes a comment of a record; nil for one that does not come along,
// which it has counted.
func (r *run) prepare(ctx context.Context, rec *record, e *entry) (*prepared, error) {
	h := name(rec.key)
	one, address, err := r.find.Of(ctx, rec.pages)
	if err != nil {
		return nil, err
	}
	if one.Article == 0 {
		r.noArticle(rec, address, one.Why)
		return nil, r.gone(ctx, h, e)
	}
	r.order++
	p := &prepared{hash: h, entry: e, parent: rec.parent, source: rec.key, cost: 500, order: r.order}
	if r.opt.System == Isso { // its numbers begin at 1 on every site
		p.source += "@" + strconv.FormatInt(db.Micros(rec.created), 10)
	}
	p.Comment = comment.Comment{OldID: rec.number, Article: one.Article, Kind: comment.KindComment, Status: rec.status, Created: rec.created,
		Body: richtext.Doc{Version: richtext.SchemaVersion}}
	if rec.deleted {
		if !e.answered {
			r.report.drop(rec, "it was deleted in "+r.opt.System.Title())
			return nil, r.gone(ctx, h, e)
		}
		// Its place is kept, for the answers; its words and who wrote them are not.
		p.Status, p.notes = comment.StatusRemoved, []string{"it was deleted, and its place is kept for the answers"}
		return p, nil
	}
	doc, bad := r.body(rec)
	if bad != "" {
		rec.bad = bad
		r.report.fail(rec, kindOf(bad))
		return nil, r.gone(ctx, h, e)
	}
	if len(doc.Content) == 0 {
		r.report.drop(rec, "it has no text")
		return nil, r.gone(ctx, h, e)
	}
	p.Name, p.URL, p.Body = rec.name, website(rec.url), doc
	p.Likes, p.Picked, p.Edited = rec.likes, rec.picked, rec.edited
	if len(rec.email) <= 320 && strings.Contains(rec.email, "@") && !strings.ContainsAny(rec.email, " \t\r\n") {
		p.Email = rec.email
	}
	p.cost += len(rec.html) + len(rec.markdown)
	p.notes = rec.notes
	return p, nil
}

// noArticle counts a comment that has no article here.
func (r *run) noArticle(rec *record, address, why string) {
	kind, _, _ := strings.Cut(why, ": ")
	r.report.drop(rec, "no article: "+kind)
	u := r.unplaced[address]
	if u == nil {
		if len(r.unplaced) >= maxOutcomes {
			return
		}
		u = &Unplaced{Address: address, Why: why}
		r.unplaced[address] = u
	}
	u.Comments++
}

// commit stores the batch in one transaction and counts what became of it.
func (r *run) commit(ctx context.Context) error {
	if len(r.batch) == 0 {
		return nil
	}
	var err error
	if r.opt.Dry {
		for _, p := range r.batch {
			if err = r.judge(ctx, r.DB, p, nil); err != nil {
				return err
			}
		}
	} else {
		err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, p := range r.batch {
				if err := r.judge(ctx, tx, p, tx); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return err
	}
	for _, p := range r.batch {
		r.count(p)
	}
	r.batch, r.cost = r.batch[:0], 0
	return nil
}

func (r *run) count(p *prepared) {
	switch p.outcome {
	case isNew:
		r.report.New++
	case isUpdated:
		r.report.Updated++
	case isUnchanged:
		r.report.Unchanged++
	}
	if p.outcome != isUnchanged {
		r.changed++
	}
	for _, n := range append(p.notes, p.note) {
		if n != "" {
			r.report.Notes[n]++
		}
	}
	r.report.Statuses[string(p.Status)]++
	r.articles[p.Article] = true
}

// judge finds out whether a comment is new, changed or the same, and writes it
// when tx is not nil. It may run more than once for one comment.
func (r *run) judge(ctx context.Context, q db.Querier, p *prepared, tx *db.Tx) error {
	c := p.Comment
	p.note = ""
	var err error
	if c.Parent, err = r.parentOf(ctx, q, p); err != nil {
		return err
	}
	print, err := r.print(c)
	if err != nil {
		return err
	}
	was, known, err := r.keyed(ctx, q, p.source)
	if err != nil {
		return err
	}
	if known {
		p.entry.id = was.target
		if was.hash == print {
			p.outcome = isUnchanged
			return nil
		}
	}
	c.ID = p.entry.id
	standing, err := statusOf(ctx, q, c.ID)
	if err != nil {
		return err
	}
	switch {
	case known && (standing == "" || standing == comment.StatusRemoved && before(was.hash) != string(comment.StatusRemoved)):
		p.outcome, p.note = isUnchanged, "it was removed here since, and stays so"
		return nil
	case known:
		p.outcome = isUpdated
		if before(was.hash) == string(c.Status) { // the source did not decide anew
			c.Status = standing
		}
	default:
		p.outcome = isNew
		for standing != "" { // another comment of that very moment
			c.ID++
			if standing, err = statusOf(ctx, q, c.ID); err != nil {
				return err
			}
		}
		p.entry.id = c.ID
	}
	if tx == nil {
		return nil
	}
	if err := r.Comments.PutTx(ctx, tx, c); err != nil {
		return err
	}
	return r.save(ctx, tx, p.source, keyed{print, c.ID})
}

// parentOf is the id of what a comment answers, 0 at the top.
func (r *run) parentOf(ctx context.Context, q db.Querier, p *prepared) (int64, error) {
	if p.parent == "" || p.top {
		return 0, nil
	}
	above := r.seen[p.entry.parent]
	if above != nil && above.id != 0 {
		if above.state == stored {
			return above.id, nil
		}
		p.note = "it answered a comment that did not come along, and begins a thread now"
		return 0, nil
	}
	was, known, err := r.keyed(ctx, q, p.parent)
	if err != nil || known {
		return was.target, err
	}
	p.note = "it answered a comment that is not in the file, and begins a thread now"
	return 0, nil
}

// printed is what counts for a fingerprint. Another field makes every comment
// look changed.
type printed struct {
	Article, Parent, OldID   int64
	Status, Name, URL, Email string
	Body                     richtext.Doc
	Likes                    int64
	Picked                   bool
	Edited, Created          int64
}

// print is the fingerprint of everything that is stored of a comment, and the
// status that the source gave it.
func (r *run) print(c comment.Comment) (string, error) {
	raw, err := json.Marshal(printed{c.Article, c.Parent, c.OldID, string(c.Status), c.Name, c.URL, r.Vault.Index("import.comment", c.Email),
		c.Body, c.Likes, c.Picked, db.Micros(c.Edited), db.Micros(c.Created)})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return base64.RawStdEncoding.EncodeToString(sum[:18]) + " " + string(c.Status), nil
}

// before is the status in a fingerprint.
func before(print string) string {
	_, status, _ := strings.Cut(print, " ")
	return status
}

// keyed is what an earlier run made of a comment.
type keyed struct {
	hash   string
	target int64
}

func (r *run) keyed(ctx context.Context, q db.Querier, source string) (k keyed, known bool, err error) {
	if r.fresh {
		return k, false, nil
	}
	err = q.QueryRow(ctx, `SELECT hash, target_id FROM import_key WHERE site = $1 AND kind = 'comment' AND source_id = $2`, r.site, source).Scan(&k.hash, &k.target)
	if fault.Is(err, fault.NotFound) {
		return k, false, nil
	}
	return k, err == nil, err
}

func (r *run) save(ctx context.Context, tx *db.Tx, source string, k keyed) error {
	_, err := tx.Exec(ctx, `INSERT INTO import_key (site, kind, source_id, hash, target_id) VALUES ($1, 'comment', $2, $3, $4)
		ON CONFLICT (site, kind, source_id) DO UPDATE SET hash = excluded.hash, target_id = excluded.target_id`, r.site, source, k.hash, k.target)
	return err
}

// statusOf is the status of the comment of an id, "" for none.
func statusOf(ctx context.Context, q db.Querier, id int64) (status comment.Status, err error) {
	err = q.QueryRow(ctx, `SELECT status FROM comment WHERE id = $1`, id).Scan(&status)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return status, err
}
