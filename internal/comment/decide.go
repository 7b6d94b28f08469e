package comment

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/comment/guard"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/richtext"
)

// deed is what a decision changed on one comment, so that it can be taken back.
type deed struct {
	ID        int64  `json:"id"`
	Was       Status `json:"was"`
	Is        Status `json:"is"`
	Picked    bool   `json:"picked,omitempty"`
	Decided   int64  `json:"decided,omitempty"`
	DecidedBy string `json:"decided_by,omitempty"`
	Decider   int64  `json:"decider,omitempty"`
	At        int64  `json:"at,omitempty"` // the decision that it left, 0 for none
	Reports   int64  `json:"reports,omitempty"`
	Learned   string `json:"learned,omitempty"` // "ham", "spam", and what it took back: "-ham", …
	Unlearned string `json:"unlearned,omitempty"`
	Trusted   bool   `json:"trusted,omitempty"` // it made its writer trusted
	Approved  int64  `json:"approved,omitempty"`
	Refused   int64  `json:"refused,omitempty"`
}

// mostDecided is how many comments one decision may be about.
const mostDecided = 500

// status is what a decision makes of a comment; "" leaves it.
func (d Decision) status() Status {
	switch d {
	case Approve:
		return StatusApproved
	case Spam:
		return StatusSpam
	case Bin:
		return StatusBinned
	case Hold:
		return StatusPending
	}
	return ""
}

// Decide does the same to some comments, in one transaction: their places and
// counts, what the guard learns, the writers' trust. Comments that are so
// already are left alone, and so are those that their writers removed and those
// that a colleague decided otherwise since seen: these are told in Undo.Others.
func (s *Service) Decide(ctx context.Context, actor account.Actor, ids []int64, d Decision, seen Seen) (undo Undo, err error) {
	if err := moderator(actor); err != nil {
		return undo, err
	}
	if len(ids) == 0 || len(ids) > mostDecided {
		return undo, fault.New(fault.Invalid, "%d comments at once: choose between 1 and %d", len(ids), mostDecided)
	}
	if d.status() == "" && d != Pick && d != Unpick {
		return undo, fault.New(fault.Invalid, "%q is no decision", string(d))
	}
	if err := s.learn(ctx); err != nil {
		return undo, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		undo, err = s.decideTx(ctx, tx, actor, ids, d, seen)
		return err
	})
	return undo, err
}

func (s *Service) decideTx(ctx context.Context, tx *db.Tx, actor account.Actor, ids []int64, d Decision, seen Seen) (Undo, error) {
	if err := s.learn(ctx); err != nil {
		return Undo{}, err
	}
	t, lesson := s.newTally(), newLesson()
	var deeds []deed
	var others []Other
	ids = slices.Clone(ids)
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		k, err := byID(ctx, tx, id)
		if err != nil {
			return Undo{}, err
		}
		if !k.Removed.IsZero() {
			continue
		}
		if was, told := seen[id]; told && overtaken(&k, was, actor, d) {
			others = append(others, otherOf(&k, actor))
			continue
		}
		one, changed, err := s.decide(ctx, tx, t, lesson, actor, &k, d)
		if err != nil {
			return Undo{}, err
		}
		if changed {
			deeds = append(deeds, one)
		}
	}
	t.waiting = false // a moderator is here
	if len(deeds) == 0 {
		return Undo{Others: others}, nil
	}
	if err := lesson.keep(ctx, tx, s.model.Load()); err != nil {
		return Undo{}, err
	}
	if err := s.settle(ctx, tx, t); err != nil {
		return Undo{}, err
	}
	undo, err := s.keepUndo(ctx, tx, actor, string(d), deeds)
	undo.Others = others
	return undo, err
}

// overtaken tells whether a decision would overwrite a colleague's that its maker
// has not seen. What somebody did themselves they may change, and two who decide
// the same do not differ.
func overtaken(k *kept, seen time.Time, actor account.Actor, d Decision) bool {
	to := d.status()
	if d == Pick {
		to = StatusApproved
	}
	return !k.decided.Equal(seen) && k.decider != actor.ID && to != "" && k.Status != to
}

// otherOf tells how a comment stands that somebody else changed.
func otherOf(k *kept, actor account.Actor) Other {
	out := Other{Comment: k.ID, Name: k.Name, Status: k.Status}
	if k.decider != actor.ID {
		out.By, out.At = k.decidedBy, k.decided
	}
	return out
}

func (s *Service) keepUndo(ctx context.Context, tx *db.Tx, actor account.Actor, verb string, deeds []deed) (Undo, error) {
	raw, err := json.Marshal(deeds)
	if err != nil {
		return Undo{}, fault.New(fault.Internal, "what can be undone: %w", err)
	}
	undo := Undo{ID: id.New(), Changed: len(deeds)}
	_, err = tx.Exec(ctx, `INSERT INTO comment_undo (id, by_id, verb, deeds, at) VALUES ($1, $2, $3, $4, $5)`, undo.ID, actor.ID, verb, string(raw), s.now())
	return undo, err
}

// decide changes one comment and says what changed.
func (s *Service) decide(ctx context.Context, tx *db.Tx, t *tally, lesson *lesson, actor account.Actor, k *kept, d Decision) (out deed, changed bool, err error) {
	now := s.now()
	out = deed{ID: k.ID, Was: k.Status, Is: k.Status, Picked: k.Picked, Decided: db.Micros(k.decided), DecidedBy: k.decidedBy, Decider: k.decider, At: db.Micros(k.decided), Reports: k.reports}
	to := d.status()
	if to == "" {
		pick := d == Pick
		if k.Picked == pick || pick && !k.Legible() {
			return out, false, nil
		}
		t.touched[k.Article] = struct{}{}
		if _, err := tx.Exec(ctx, `UPDATE comment SET picked = $1, changed_at = $2 WHERE id = $3`, db.Bool(pick), now, k.ID); err != nil {
			return out, false, err
		}
		return out, true, s.record(ctx, tx, actor, string(d), k)
	}
	if k.Status == to && (to != StatusApproved || k.reports == 0) && !k.decided.IsZero() {
		return out, false, nil
	}
	out.Is = to
	lesson.revise(k, &out, to)
	if err := s.teach(ctx, tx, k, out.Learned); err != nil {
		return out, false, err
	}
	if err := s.reputation(ctx, tx, k, &out, to); err != nil {
		return out, false, err
	}
	if to != StatusApproved && k.Picked {
		if _, err := tx.Exec(ctx, `UPDATE comment SET picked = 0 WHERE id = $1`, k.ID); err != nil {
			return out, false, err
		}
	}
	decided := now
	if to == StatusPending {
		decided = 0
	}
	out.At = decided
	if _, err := tx.Exec(ctx, `UPDATE comment SET decided_at = $1, decided_by = $2, decided_by_id = $3, reports = 0, shadow = CASE WHEN $4 = 'approved' THEN 0 ELSE shadow END WHERE id = $5`,
		decided, actor.Name, actor.ID, string(to), k.ID); err != nil {
		return out, false, err
	}
	if _, err := tx.Exec(ctx, `UPDATE comment_report SET settled_at = $1 WHERE comment_id = $2 AND settled_at = 0`, now, k.ID); err != nil {
		return out, false, err
	}
	if err := t.turn(ctx, tx, k, to, 0); err != nil {
		return out, false, err
	}
	return out, true, s.record(ctx, tx, actor, string(d), k)
}

func (s *Service) record(ctx context.Context, tx *db.Tx, actor account.Actor, verb string, k *kept) error {
	return audit.Record(ctx, tx, s.clock.Now(), actor.Name, verb, "comment", k.ID, map[string]any{"article": k.Article})
}

// reputation counts what moderators decide about a writer. The first approval
// makes them trusted; spam ends that.
func (s *Service) reputation(ctx context.Context, tx *db.Tx, k *kept, out *deed, to Status) error {
	if k.writer == 0 {
		return nil
	}
	was := k.Status
	if k.decided.IsZero() {
		was = "" // nobody had decided
	}
	if was != to {
		out.count(was, -1)
		out.count(to, 1)
	}
	w, err := s.writerByID(ctx, tx, k.writer)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	out.Trusted = w.Trusted
	trusted := w.Trusted && to != StatusSpam || to == StatusApproved
	return s.setReputation(ctx, tx, k.writer, out.Approved, out.Refused, trusted)
}

func (d *deed) count(status Status, by int64) {
	switch status {
	case StatusApproved:
		d.Approved += by
	case StatusSpam, StatusBinned:
		d.Refused += by
	}
}

func (s *Service) setReputation(ctx context.Context, tx *db.Tx, writer, approved, refused int64, trusted bool) error {
	_, err := tx.Exec(ctx, `UPDATE comment_writer SET approved = approved + $1, refused = refused + $2,
		trusted_at = CASE WHEN CAST($3 AS BIGINT) = 0 THEN 0 WHEN trusted_at > 0 THEN trusted_at ELSE CAST($4 AS BIGINT) END WHERE id = $5`, approved, refused, db.Bool(trusted), s.now(), writer)
	return err
}

// Undo takes a decision back, on those of its comments that are still as it left
// them, and tells of the others. Gone when it was undone before.
func (s *Service) Undo(ctx context.Context, actor account.Actor, undo int64) (others []Other, err error) {
	if err := moderator(actor); err != nil {
		return nil, err
	}
	if err := s.learn(ctx); err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		others = nil
		var raw, verb string
		var undone int64
		if err := tx.QueryRow(ctx, `SELECT deeds, verb, undone_at FROM comment_undo WHERE id = $1`, undo).Scan(&raw, &verb, &undone); err != nil {
			return err
		}
		if undone > 0 {
			return fault.New(fault.Gone, "this was taken back already")
		}
		var deeds []deed
		if err := json.Unmarshal([]byte(raw), &deeds); err != nil {
			return fault.New(fault.Internal, "what can be undone: %w", err)
		}
		t, lesson := s.newTally(), newLesson()
		for _, one := range slices.Backward(deeds) {
			other, err := s.takeBack(ctx, tx, t, lesson, actor, one, Decision(verb))
			if err != nil {
				return err
			}
			if other != nil {
				others = append(others, *other)
			}
		}
		t.waiting = false
		if err := lesson.keep(ctx, tx, s.model.Load()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE comment_undo SET undone_at = $1 WHERE id = $2`, s.now(), undo); err != nil {
			return err
		}
		return s.settle(ctx, tx, t)
	})
	return others, err
}

// takeBack takes back what a decision did to one comment, unless somebody changed
// it since.
func (s *Service) takeBack(ctx context.Context, tx *db.Tx, t *tally, lesson *lesson, actor account.Actor, one deed, d Decision) (*Other, error) {
	k, err := byID(ctx, tx, one.ID)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil || !k.Removed.IsZero() {
		return nil, err
	}
	if k.Status != one.Is || one.At != 0 && db.Micros(k.decided) != one.At {
		other := otherOf(&k, actor)
		return &other, nil
	}
	return nil, s.putBack(ctx, tx, t, lesson, actor, &k, one, d)
}

func (s *Service) putBack(ctx context.Context, tx *db.Tx, t *tally, lesson *lesson, actor account.Actor, k *kept, one deed, d Decision) error {
	if d == Pick || d == Unpick {
		t.touched[k.Article] = struct{}{}
		_, err := tx.Exec(ctx, `UPDATE comment SET picked = $1, changed_at = $2 WHERE id = $3`, db.Bool(one.Picked), s.now(), k.ID)
		return err
	}
	lesson.takeBack(k, one)
	if k.writer != 0 {
		if err := s.setReputation(ctx, tx, k.writer, -one.Approved, -one.Refused, one.Trusted); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE comment SET decided_at = $1, decided_by = $2, decided_by_id = $3, reports = $4, picked = $5 WHERE id = $6`,
		one.Decided, one.DecidedBy, one.Decider, one.Reports, db.Bool(one.Picked), k.ID); err != nil {
		return err
	}
	if one.Reports > 0 {
		if _, err := tx.Exec(ctx, `UPDATE comment_report SET settled_at = 0 WHERE comment_id = $1`, k.ID); err != nil {
			return err
		}
	}
	if err := t.turn(ctx, tx, k, one.Was, 0); err != nil {
		return err
	}
	return s.record(ctx, tx, actor, "undo "+string(d), k)
}

// lesson is what a transaction's decisions teach the guard.
type lesson struct {
	tokens, domains map[string]*[2]int64 // ham, spam
	parts           []learned
}

type learned struct {
	tokens, domains []string
	spam            bool
	by              int
}

func newLesson() *lesson {
	return &lesson{tokens: map[string]*[2]int64{}, domains: map[string]*[2]int64{}}
}

// taught is what a status teaches: binned comments may be anything.
func taught(status Status, decided bool) string {
	switch {
	case !decided:
	case status == StatusApproved:
		return "ham"
	case status == StatusSpam:
		return "spam"
	}
	return ""
}

// revise replaces what a former decision taught by what this one does.
func (l *lesson) revise(k *kept, out *deed, to Status) {
	before, after := taught(k.Status, !k.decided.IsZero()), taught(to, true)
	if before == after || k.Kind != KindComment {
		return
	}
	out.Learned, out.Unlearned = after, before
	l.add(k, after, 1)
	l.add(k, before, -1)
}

func (l *lesson) takeBack(k *kept, one deed) {
	l.add(k, one.Learned, -1)
	l.add(k, one.Unlearned, 1)
}

func (l *lesson) add(k *kept, as string, by int) {
	if as == "" {
		return
	}
	sign := guard.Sign{Text: richtext.Text(k.Body), Name: k.Name, URL: k.URL, Links: richtext.Links(k.Body)}
	one := learned{guard.Tokens(sign), guard.Domains(sign), as == "spam", by}
	l.parts = append(l.parts, one)
	column := 0
	if one.spam {
		column = 1
	}
	count := func(in map[string]*[2]int64, name string) {
		if in[name] == nil {
			in[name] = &[2]int64{}
		}
		in[name][column] += int64(by)
	}
	count(l.tokens, "")
	for _, token := range one.tokens {
		count(l.tokens, token)
	}
	for _, domain := range one.domains {
		count(l.domains, domain)
	}
}
