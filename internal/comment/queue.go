package comment

import (
	"context"
	"database/sql"
	"math"
	"slices"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/fold"
	"dateline/internal/id"
	"dateline/internal/richtext"
)

const heldColumns = keptColumns + `, a.headline, a.path, COALESCE(w.confirmed_at, 0), COALESCE(w.trusted_at, 0),
	(SELECT COUNT(*) FROM comment_note n WHERE n.comment_id = c.id AND n.comment_id > 0)`

const heldFrom = ` FROM comment c JOIN article a ON a.id = c.article_id LEFT JOIN comment_writer w ON w.id = c.writer_id AND c.writer_id > 0 `

func (s *Service) scanHeld(r *sql.Rows) (h Held, err error) {
	var confirmed, trusted int64
	k, err := scanKeptAnd(r, &h.Headline, &h.Path, &confirmed, &trusted, &h.Notes)
	if err != nil {
		return h, err
	}
	h.Comment, h.Writer, h.Reasons, h.Reports, h.Wave, h.Shadow = k.Comment, k.writer, k.reasons, k.reports, k.wave, k.shadow
	h.Decided, h.DecidedBy, h.Confirmed, h.Trusted = k.decided, k.decidedBy, confirmed > 0, trusted > 0
	h.heldFor, h.prefix = k.heldFor, k.prefix
	h.Network, err = s.vault.Open(purposePrefix, k.network)
	return h, err
}

const (
	queuePage  = 50   // comments on a page that asks for no number
	queueBatch = 200  // and the most
	queueMost  = 4000 // rows that a page looks through for its filters
)

// Queue returns comments as moderators work through them, the newest first
// unless the filter says otherwise.
func (s *Service) Queue(ctx context.Context, actor account.Actor, f QueueFilter) (QueuePage, error) {
	if err := moderator(actor); err != nil {
		return QueuePage{}, err
	}
	if f.Limit <= 0 {
		f.Limit = queuePage
	}
	f.Limit = min(f.Limit, queueBatch)
	if f.Status == "" && f.Wave == 0 && f.Writer == 0 && f.Network == 0 && !f.Reported {
		f.Status = StatusPending
	}
	page := QueuePage{}
	if f.Network != 0 {
		k, err := byID(ctx, s.db, f.Network)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return page, err
		}
		if f.prefix = k.prefix; f.prefix == "" { // it was forgotten after its thirty days
			return page, s.countQueue(ctx, &page)
		}
	}
	words := foldWords(f.Words)
	for after, looked := f.After, 0; ; {
		batch, err := s.queueBatch(ctx, f, after)
		if err != nil {
			return page, err
		}
		for _, h := range batch {
			after = Cursor{db.Micros(h.Created), h.ID}
			if f.keeps(&h, words) {
				page.Comments = append(page.Comments, h)
			}
			if len(page.Comments) == f.Limit {
				break
			}
		}
		looked += len(batch)
		if len(page.Comments) == f.Limit || len(batch) == queueBatch && looked >= queueMost {
			page.Next = after
			break
		}
		if len(batch) < queueBatch {
			break
		}
	}
	if err := s.sizeWaves(ctx, page.Comments); err != nil {
		return page, err
	}
	return page, s.countQueue(ctx, &page)
}

// keeps applies what queueBatch left to it.
func (f *QueueFilter) keeps(h *Held, words []string) bool {
	switch {
	case h.Status == StatusRemoved,
		f.Status != "" && f.Status != AnyStatus && h.Status != f.Status,
		f.Article != 0 && h.Article != f.Article,
		f.Writer != 0 && h.Writer != f.Writer,
		f.Wave != 0 && h.Wave != f.Wave,
		f.Network != 0 && h.prefix != f.prefix,
		f.Reported && h.Reports == 0,
		f.Reason != "" && h.heldFor != f.Reason && !slices.ContainsFunc(h.Reasons, func(r Reason) bool { return r.Word == f.Reason }):
		return false
	}
	if len(words) == 0 {
		return true
	}
	text := foldWords(h.Name + " " + richtext.Text(h.Body))
	for _, w := range words {
		if !slices.Contains(text, w) && !slices.Contains(text, fold.Plain(w)) {
			return false
		}
	}
	return true
}

// queueBatch reads the next rows by the filter's best index, in the order in
// which they were written: what was imported stands where it belongs.
func (s *Service) queueBatch(ctx context.Context, f QueueFilter, after Cursor) ([]Held, error) {
	if after == (Cursor{}) && !f.Oldest {
		after = Cursor{math.MaxInt64, math.MaxInt64}
	}
	if after == (Cursor{}) {
		after = Cursor{math.MinInt64, math.MinInt64}
	}
	switch {
	case f.Wave != 0:
		return s.some(ctx, f.Oldest, `SELECT `+heldColumns+heldFrom+`WHERE c.wave = $1 AND c.wave <> 0 AND (c.created_at, c.id) < ($2, $3) ORDER BY c.created_at DESC, c.id DESC LIMIT $4`,
			`SELECT `+heldColumns+heldFrom+`WHERE c.wave = $1 AND c.wave <> 0 AND (c.created_at, c.id) > ($2, $3) ORDER BY c.created_at, c.id LIMIT $4`, f.Wave, after)
	case f.Writer != 0:
		return s.some(ctx, f.Oldest, `SELECT `+heldColumns+heldFrom+`WHERE c.writer_id = $1 AND c.writer_id > 0 AND (c.created_at, c.id) < ($2, $3) ORDER BY c.created_at DESC, c.id DESC LIMIT $4`,
			`SELECT `+heldColumns+heldFrom+`WHERE c.writer_id = $1 AND c.writer_id > 0 AND (c.created_at, c.id) > ($2, $3) ORDER BY c.created_at, c.id LIMIT $4`, f.Writer, after)
	case f.prefix != "":
		return s.some(ctx, f.Oldest, `SELECT `+heldColumns+heldFrom+`WHERE c.prefix_index = $1 AND c.prefix_index <> '' AND (c.created_at, c.id) < ($2, $3) ORDER BY c.created_at DESC, c.id DESC LIMIT $4`,
			`SELECT `+heldColumns+heldFrom+`WHERE c.prefix_index = $1 AND c.prefix_index <> '' AND (c.created_at, c.id) > ($2, $3) ORDER BY c.created_at, c.id LIMIT $4`, f.prefix, after)
	case f.Reported:
		return s.some(ctx, f.Oldest, `SELECT `+heldColumns+heldFrom+`WHERE c.reports > 0 AND c.reports >= $1 AND (c.created_at, c.id) < ($2, $3) ORDER BY c.created_at DESC, c.id DESC LIMIT $4`,
			`SELECT `+heldColumns+heldFrom+`WHERE c.reports > 0 AND c.reports >= $1 AND (c.created_at, c.id) > ($2, $3) ORDER BY c.created_at, c.id LIMIT $4`, int64(1), after)
	case f.Article != 0:
		return s.some(ctx, f.Oldest, `SELECT `+heldColumns+heldFrom+`WHERE c.article_id = $1 AND (c.created_at, c.id) < ($2, $3) ORDER BY c.created_at DESC, c.id DESC LIMIT $4`,
			`SELECT `+heldColumns+heldFrom+`WHERE c.article_id = $1 AND (c.created_at, c.id) > ($2, $3) ORDER BY c.created_at, c.id LIMIT $4`, f.Article, after)
	case f.Status == AnyStatus:
		return s.some(ctx, f.Oldest, `SELECT `+heldColumns+heldFrom+`WHERE c.created_at >= $1 AND (c.created_at, c.id) < ($2, $3) ORDER BY c.created_at DESC, c.id DESC LIMIT $4`,
			`SELECT `+heldColumns+heldFrom+`WHERE c.created_at >= $1 AND (c.created_at, c.id) > ($2, $3) ORDER BY c.created_at, c.id LIMIT $4`, int64(math.MinInt64), after)
	}
	return s.some(ctx, f.Oldest, `SELECT `+heldColumns+heldFrom+`WHERE c.status = $1 AND (c.created_at, c.id) < ($2, $3) ORDER BY c.created_at DESC, c.id DESC LIMIT $4`,
		`SELECT `+heldColumns+heldFrom+`WHERE c.status = $1 AND (c.created_at, c.id) > ($2, $3) ORDER BY c.created_at, c.id LIMIT $4`, string(f.Status), after)
}

// some runs the one of two statements that goes in the wanted direction.
func (s *Service) some(ctx context.Context, oldest bool, down, up string, by any, after Cursor) ([]Held, error) {
	query := down
	if oldest {
		query = up
	}
	rows, err := s.db.Query(ctx, query, by, after.At, after.Root, int64(queueBatch))
	return db.All(rows, err, s.scanHeld)
}

// sizeWaves counts the near-duplicates of each comment that wait, itself among
// them if it does.
func (s *Service) sizeWaves(ctx context.Context, list []Held) error {
	size := map[int64]int64{}
	for i := range list {
		wave := list[i].Wave
		if wave == 0 {
			continue
		}
		n, known := size[wave]
		if !known {
			if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM comment WHERE wave = $1 AND wave <> 0 AND status = 'pending'`, wave).Scan(&n); err != nil {
				return err
			}
			size[wave] = n
		}
		list[i].WaveSize = n
	}
	return nil
}

func (s *Service) countQueue(ctx context.Context, page *QueuePage) error {
	page.Counts, page.Reasons = map[Status]int64{}, map[string]int64{}
	for _, status := range []Status{StatusPending, StatusSpam, StatusBinned} {
		var n int64
		if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM comment WHERE status = $1`, string(status)).Scan(&n); err != nil {
			return err
		}
		page.Counts[status] = n
	}
	type reasonCount struct {
		word string
		n    int64
	}
	rows, err := s.db.Query(ctx, `SELECT held_for, COUNT(*) FROM comment WHERE status = 'pending' GROUP BY held_for`)
	all, err := db.All(rows, err, func(r *sql.Rows) (c reasonCount, err error) { return c, r.Scan(&c.word, &c.n) })
	if err != nil {
		return err
	}
	for _, c := range all {
		page.Reasons[c.word] = c.n
	}
	return s.db.QueryRow(ctx, `SELECT COUNT(*) FROM comment WHERE reports > 0`).Scan(&page.Reported)
}

// Waiting is how many comments wait for a moderator, for the desk's menu.
func (s *Service) Waiting(ctx context.Context) (n int64, err error) {
	err = s.db.QueryRow(ctx, `SELECT COUNT(*) FROM comment WHERE status = 'pending'`).Scan(&n)
	return n, err
}

// How much a moderator is shown around a comment.
const (
	mostEarlier = 20
	mostAround  = 30
)

// Context returns all that helps to decide about a comment.
func (s *Service) Context(ctx context.Context, actor account.Actor, comment int64) (out Context, err error) {
	if err := moderator(actor); err != nil {
		return out, err
	}
	k, err := byID(ctx, s.db, comment)
	if err != nil {
		return out, err
	}
	rows, err := s.db.Query(ctx, `SELECT `+heldColumns+heldFrom+`WHERE c.id = $1`, comment)
	one, err := db.All(rows, err, s.scanHeld)
	if err != nil || len(one) == 0 {
		return out, err
	}
	if err := s.sizeWaves(ctx, one); err != nil {
		return out, err
	}
	out.Held, out.Source = one[0], k.source
	if out.Person, err = s.personOf(ctx, actor, k.writer); err != nil {
		return out, err
	}
	if out.Thread, err = around(ctx, s.db, &k); err != nil {
		return out, err
	}
	if out.Earlier, err = s.earlier(ctx, &k); err != nil {
		return out, err
	}
	if k.wave != 0 {
		alike, err := s.queueBatch(ctx, QueueFilter{Wave: k.wave}, Cursor{})
		if err != nil {
			return out, err
		}
		out.Alike = slices.DeleteFunc(alike, func(h Held) bool { return h.ID == comment })
	}
	return out, s.about(ctx, &k, &out)
}

// around is what a comment answers and what answers it.
func around(ctx context.Context, q db.Querier, k *kept) ([]Comment, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM comment c WHERE c.root_id = $1 AND (c.id = $2 OR c.id = $1 OR c.parent_id = $3 OR c.parent_id = $2 AND c.parent_id > 0)
		ORDER BY c.created_at, c.id LIMIT $4`, k.Root, k.Parent, k.ID, int64(mostAround))
	list, err := db.All(rows, err, scan)
	return slices.DeleteFunc(list, func(c Comment) bool { return c.ID == k.ID || c.Status == StatusRemoved }), err
}

// earlier are comments of the same mailbox, else of the same browser, else of
// the same network while that is known.
func (s *Service) earlier(ctx context.Context, k *kept) ([]Held, error) {
	var rows *sql.Rows
	var err error
	switch {
	case k.writer != 0:
		rows, err = s.db.Query(ctx, `SELECT `+heldColumns+heldFrom+`WHERE c.writer_id = $1 AND c.writer_id > 0 AND c.id <> $2 ORDER BY c.created_at DESC, c.id DESC LIMIT $3`, k.writer, k.ID, int64(mostEarlier))
	case k.device != "":
		rows, err = s.db.Query(ctx, `SELECT `+heldColumns+heldFrom+`WHERE c.device_index = $1 AND c.device_index <> '' AND c.id <> $2 ORDER BY c.created_at DESC, c.id DESC LIMIT $3`, k.device, k.ID, int64(mostEarlier))
	case k.prefix != "":
		rows, err = s.db.Query(ctx, `SELECT `+heldColumns+heldFrom+`WHERE c.prefix_index = $1 AND c.prefix_index <> '' AND c.id <> $2 ORDER BY c.created_at DESC, c.id DESC LIMIT $3`, k.prefix, k.ID, int64(mostEarlier))
	case k.emailKey != "":
		rows, err = s.db.Query(ctx, `SELECT `+heldColumns+heldFrom+`WHERE c.email_index = $1 AND c.email_index <> '' AND c.id <> $2 ORDER BY c.created_at DESC, c.id DESC LIMIT $3`, k.emailKey, k.ID, int64(mostEarlier))
	default:
		return nil, nil
	}
	return db.All(rows, err, s.scanHeld)
}

// about adds what others said of a comment: reports, notes, former texts, bans.
func (s *Service) about(ctx context.Context, k *kept, out *Context) error {
	rows, err := s.db.Query(ctx, `SELECT reason, text, at, settled_at FROM comment_report WHERE comment_id = $1 ORDER BY id`, k.ID)
	if out.Reported, err = db.All(rows, err, func(r *sql.Rows) (one Report, err error) {
		var at, settled int64
		err = r.Scan(&one.Reason, &one.Text, &at, &settled)
		one.At, one.Settled = db.Time(at), settled > 0
		return one, err
	}); err != nil {
		return err
	}
	rows, err = s.db.Query(ctx, `SELECT id, by_name, text, at FROM comment_note WHERE comment_id = $1 AND comment_id > 0 OR writer_id = $2 AND writer_id > 0 ORDER BY id`, k.ID, k.writer)
	if out.Notes, err = db.All(rows, err, func(r *sql.Rows) (n Note, err error) {
		var at int64
		err = r.Scan(&n.ID, &n.By, &n.Text, &at)
		n.At = db.Time(at)
		return n, err
	}); err != nil {
		return err
	}
	if out.Edits, err = edits(ctx, s.db, k.ID); err != nil {
		return err
	}
	bans, err := s.allBans(ctx)
	if err != nil {
		return err
	}
	for _, b := range bans.match(s.clock.Now(), k, linkDomains(written{name: k.Name, url: k.URL, body: k.Body})) {
		out.Banned = append(out.Banned, shownBan(b))
	}
	return nil
}

func edits(ctx context.Context, q db.Querier, comment int64) ([]Edit, error) {
	rows, err := q.Query(ctx, `SELECT body, at FROM comment_edit WHERE comment_id = $1 ORDER BY id`, comment)
	return db.All(rows, err, func(r *sql.Rows) (e Edit, err error) {
		var raw []byte
		var at int64
		if err = r.Scan(&raw, &at); err == nil {
			err = e.Body.UnmarshalJSON(raw)
		}
		e.At = db.Time(at)
		return e, err
	})
}

// AddNote keeps a word to other moderators about a comment, and so about its
// writer.
func (s *Service) AddNote(ctx context.Context, actor account.Actor, comment int64, text string) error {
	if err := moderator(actor); err != nil {
		return err
	}
	if text = clip(tame(text), 2000); blank(text) {
		return fault.New(fault.Invalid, "there is nothing in the note")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		k, err := byID(ctx, tx, comment)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO comment_note (id, comment_id, writer_id, text, by_id, by_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			id.New(), comment, k.writer, text, actor.ID, actor.Name, s.now()); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "note", &k)
	})
}

// Reply answers a comment as a colleague. The answer is public at once; so is
// what it answers, if that still waits.
func (s *Service) Reply(ctx context.Context, actor account.Actor, parent int64, text string) (Posted, error) {
	if err := moderator(actor); err != nil {
		return Posted{}, err
	}
	if err := tooBig(&Post{Text: text}); err != nil {
		return Posted{}, err
	}
	source, body, err := readText(text)
	if err != nil {
		return Posted{}, err
	}
	k, err := byID(ctx, s.db, parent)
	if err != nil {
		return Posted{}, err
	}
	if k.Status == StatusSpam || k.Status == StatusBinned || !k.Removed.IsZero() {
		return Posted{}, fault.New(fault.Conflict, "this comment is not public, so there is nothing to answer").WithHint("approve it first")
	}
	if k.Status == StatusPending {
		if _, err := s.Decide(ctx, actor, []int64{parent}, Approve, nil); err != nil {
			return Posted{}, err
		}
	}
	p := Post{Visitor: Visitor{Staff: &actor}, Article: k.Article, Parent: parent}
	e, err := s.entry(ctx, &p, written{name: actor.Name, source: source, body: body}, person{})
	if err != nil {
		return Posted{}, err
	}
	e.Avatar = avatarOf(s.vault, e.Article, number(actor.ID), e.Name)
	e.Shown, e.Public = true, e.Created
	if err := s.posts.do(ctx, e, nil); err != nil {
		return Posted{}, err
	}
	if err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, "reply", "comment", e.ID, map[string]any{"article": k.Article, "parent": parent})
	}); err != nil {
		return Posted{}, err
	}
	return s.posted(ctx, e, "")
}
