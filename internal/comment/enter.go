package comment

import (
	"context"
	"slices"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/settings"
)

// Peek says what a mailed link would do, changing nothing: programs that look at
// links in letters must not act for people. Gone for a link that has ended.
func (s *Service) Peek(ctx context.Context, token string) (Access, error) {
	return s.access(ctx, s.db, token)
}

// Enter does what a mailed link is for.
func (s *Service) Enter(ctx context.Context, token string, by Visitor) (out Access, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if out, err = s.access(ctx, tx, token); err != nil {
			return err
		}
		_, v, err := s.readToken(token)
		if err != nil {
			return err
		}
		switch out.Kind {
		case AccessConfirm:
			err = s.confirm(ctx, tx, &out, v[0])
		case AccessOwn, AccessSignIn:
			out.Session, err = s.open(ctx, tx, v[0])
		case AccessStop:
			err = stop(ctx, tx, v[0], v[1])
		case AccessModerate:
			err = s.decideByMail(ctx, tx, &out, v)
		}
		return err
	})
	if err == nil {
		out.Done = true
		out.Await = func(context.Context) {}
		if out.Article != 0 {
			out.Await = s.await(db.Key("comments", out.Article))
		}
	}
	return out, err
}

// wanted is how many numbers a link of a kind holds.
func wanted(kind AccessKind) int {
	if kind == AccessModerate {
		return 4 // person, comment, decision, when the comment last changed hands
	}
	return 2 // writer, and comment or subscription
}

func (s *Service) access(ctx context.Context, q db.Querier, token string) (Access, error) {
	kind, v, err := s.readToken(token)
	if err != nil {
		return Access{}, err
	}
	if len(v) != wanted(kind) {
		return Access{}, fault.New(fault.Denied, "this link is not valid")
	}
	out := Access{Kind: kind}
	used := fault.New(fault.Gone, "this link has done its work: %w", ErrUsed)
	switch kind {
	case AccessConfirm, AccessOwn, AccessSignIn:
		w, err := s.writerByID(ctx, q, v[0])
		if fault.Is(err, fault.NotFound) {
			return out, used
		}
		if err != nil {
			return out, err
		}
		out.Done = kind == AccessConfirm && w.Confirmed
		if v[1] == 0 {
			return out, nil
		}
		return out, s.accessTo(ctx, q, &out, v[1], v[0])
	case AccessStop:
		var n int64
		err := q.QueryRow(ctx, `SELECT COUNT(*) FROM comment_follow WHERE writer_id = $1 AND (CAST($2 AS BIGINT) = 0 OR id = $2)`, v[0], v[1]).Scan(&n)
		out.Done = n == 0
		return out, err
	case AccessModerate:
		if v[2] < 0 || v[2] >= int64(len(mailed)) {
			return out, fault.New(fault.Denied, "this link is not valid")
		}
		out.Decision = mailed[v[2]]
		return out, s.accessTo(ctx, q, &out, v[1], 0)
	}
	return out, fault.New(fault.Denied, "this link is not valid")
}

// accessTo adds the comment that a link is about; of a writer when not 0.
func (s *Service) accessTo(ctx context.Context, q db.Querier, out *Access, comment, writer int64) error {
	k, err := byID(ctx, q, comment)
	if fault.Is(err, fault.NotFound) || err == nil && (!k.Removed.IsZero() || writer != 0 && k.writer != writer) {
		return fault.New(fault.Gone, "the comment is not there any more: %w", ErrUsed)
	}
	if err != nil {
		return err
	}
	out.Comment, out.Article = k.Comment, k.Article
	out.Comment.Status = shownStatus(&k)
	if out.Kind == AccessConfirm {
		out.Done = k.heldFor != WhyConfirm || k.Status != StatusPending
	}
	if out.Kind == AccessModerate {
		out.Comment.Status, out.Done = k.Status, k.Status != StatusPending
	}
	return nil
}

// confirm believes that a mailbox is its owner's, publishes the comment that the
// letter showed with what the same browser wrote under that address, and signs
// its writer in.
func (s *Service) confirm(ctx context.Context, tx *db.Tx, out *Access, writer int64) (err error) {
	if _, err := tx.Exec(ctx, `UPDATE comment_writer SET confirmed_at = $1 WHERE id = $2 AND confirmed_at = 0`, s.now(), writer); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE comment_follow SET told = $1 WHERE writer_id = $2 AND told < $1`, s.now(), writer); err != nil {
		return err
	}
	if out.Session, err = s.open(ctx, tx, writer); err != nil || out.Comment.ID == 0 {
		return err
	}
	shown, err := byID(ctx, tx, out.Comment.ID)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT `+keptColumns+` FROM comment c WHERE c.writer_id = $1 AND c.writer_id > 0 AND c.status = 'pending' AND c.held_for = $2
		AND (c.id = $3 OR c.device_index = $4 AND c.device_index <> '') ORDER BY c.id`, writer, WhyConfirm, shown.ID, shown.device)
	waiting, err := db.All(rows, err, scanKept)
	if err != nil {
		return err
	}
	site, err := settings.Read(ctx, tx)
	if err != nil {
		return err
	}
	t := s.newTally()
	for i := range waiting {
		k := &waiting[i]
		if err := s.confirmed(ctx, tx, t, k, site); err != nil {
			return err
		}
		if k.ID == out.Comment.ID {
			out.Comment = k.Comment
		}
	}
	return s.settle(ctx, tx, t)
}

// confirmed publishes a comment that waited for its address. What else spoke
// against it, or a stricter policy since, keeps it waiting.
func (s *Service) confirmed(ctx context.Context, tx *db.Tx, t *tally, k *kept, site settings.Site) error {
	rest := slices.DeleteFunc(slices.Clone(k.reasons), func(r Reason) bool { return r.Word == WhyConfirm })
	if len(rest) == 0 && site.CommentPolicy == settings.CommentsHeld {
		rest = []Reason{{Word: WhyPolicy}}
	}
	status, why := StatusApproved, ""
	if len(rest) > 0 {
		status, why = StatusPending, rest[0].Word
	}
	if _, err := tx.Exec(ctx, `UPDATE comment SET held_for = $1, reason = $2 WHERE id = $3`, why, reasonsJSON(rest), k.ID); err != nil {
		return err
	}
	if err := t.turn(ctx, tx, k, status, 0); err != nil {
		return err
	}
	k.heldFor = why
	return audit.Record(ctx, tx, s.clock.Now(), actorReader, "confirm", "comment", k.ID, nil)
}

// mailed are the decisions that a letter offers, by their number in its links.
var mailed = []Decision{Approve, Spam, Bin}

// moderateFor is how long the links of a letter to moderators work.
const moderateFor = 3 * 24 * time.Hour

// decideByMail does what a colleague chose in a letter, if they still may. What
// somebody else has decided meanwhile stands.
func (s *Service) decideByMail(ctx context.Context, tx *db.Tx, out *Access, v []int64) error {
	actor, err := s.colleague(ctx, v[0])
	if err != nil {
		return err
	}
	if out.Done || v[3] != db.Micros(out.Comment.Changed) {
		return fault.New(fault.Gone, "somebody has decided about this comment already: %w", ErrUsed).WithHint("the queue at the desk shows how it stands")
	}
	_, err = s.decideTx(ctx, tx, actor, []int64{out.Comment.ID}, out.Decision, nil)
	return err
}

// colleague is the person of a number as one who moderates now; Denied for one
// who does not any more.
func (s *Service) colleague(ctx context.Context, person int64) (account.Actor, error) {
	denied := fault.New(fault.Denied, "you may not moderate comments any more").WithHint("ask an administrator of this site")
	if s.accounts == nil {
		return account.Actor{}, denied
	}
	all, err := s.accounts.Colleagues(ctx, account.System("comments"))
	if err != nil {
		return account.Actor{}, err
	}
	for _, c := range all {
		if c.ID == person && c.Role >= account.Editor {
			return account.Actor(c), nil
		}
	}
	return account.Actor{}, denied
}
