package article

import (
	"context"
	"slices"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// move is one step of the flow before publication.
type move struct {
	from []Status
	to   Status
	may  right
	verb string // in the audit log
	note bool   // the writer must be told why
}

// moves are all steps that lead neither before readers nor away from them:
// those are Publish, Schedule, Retract and Withdraw.
var moves = []move{
	{from: []Status{StatusDraft, StatusChanges}, to: StatusReview, may: mayEdit, verb: "submit"},
	{from: []Status{StatusReview}, to: StatusDraft, may: owners("take it back"), verb: "take back"},
	{from: []Status{StatusReview, StatusApproved}, to: StatusChanges, may: editors("ask for changes"), verb: "ask for changes", note: true},
	{from: []Status{StatusDraft, StatusReview, StatusChanges}, to: StatusApproved, may: editors("approve articles"), verb: "approve"},
	{from: []Status{StatusApproved}, to: StatusDraft, may: editors("reopen approved articles"), verb: "reopen"},
	{from: []Status{StatusDraft, StatusReview, StatusChanges, StatusApproved}, to: StatusBinned, may: owners("throw it away"), verb: "bin"},
	{from: []Status{StatusBinned}, to: StatusDraft, may: owners("bring it back"), verb: "bring back"},
}

// owners is the right of editors and of those whose article it is.
func owners(verb string) right {
	return func(actor account.Actor, a *Article) error {
		if actor.Role >= account.Editor || Own(actor, a) {
			return nil
		}
		return fault.New(fault.Denied, "you may not %s: %q is not yours, and that needs the role %s", verb, a.Headline, account.Editor)
	}
}

func findMove(from, to Status) (move, bool) {
	i := slices.IndexFunc(moves, func(m move) bool { return m.to == to && slices.Contains(m.from, from) })
	if i < 0 {
		return move{}, false
	}
	return moves[i], true
}

// Moves lists where the actor may move an article in the flow before
// publication.
func Moves(actor account.Actor, a *Article) []Status {
	var to []Status
	for _, m := range moves {
		if slices.Contains(m.from, a.Status) && m.may(actor, a) == nil {
			to = append(to, m.to)
		}
	}
	return to
}

// MoveInput moves an article in the flow before publication.
type MoveInput struct {
	ID       int64
	Revision int64
	To       Status
	Note     string // to the writer; needed when changes are asked for
}

// Move submits, takes back, approves, asks for changes, bins or brings back.
// What is being written becomes a version first. Whose article it is, is told of
// approval and of the changes that are asked for, which become a note.
func (s *Service) Move(ctx context.Context, actor account.Actor, in MoveInput) (a Article, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = s.MoveTx(ctx, tx, actor, in)
		return err
	})
	return a, err
}

// MoveTx is Move inside a transaction of the caller.
func (s *Service) MoveTx(ctx context.Context, tx *db.Tx, actor account.Actor, in MoveInput) (Article, error) {
	a, err := s.open(ctx, tx, actor, in.ID, in.Revision, mayRead)
	if err != nil {
		return a, err
	}
	m, ok := findMove(a.Status, in.To)
	if !ok {
		return a, fault.New(fault.Invalid, "%q is %s and cannot become %s", a.Headline, a.Status, in.To)
	}
	if err := m.may(actor, &a); err != nil {
		return a, err
	}
	if a.LiveVersion != 0 && in.To == StatusBinned {
		return a, fault.New(fault.Invalid, "%q was public once: readers had it, so it stays on record", a.Headline).WithHint("withdraw it instead")
	}
	if m.note && strings.TrimSpace(in.Note) == "" {
		return a, fault.New(fault.Invalid, "say which changes %q needs", a.Headline)
	}
	if err := s.checkpoint(ctx, tx, &a); err != nil {
		return a, err
	}
	if in.To == StatusReview && strings.TrimSpace(a.Headline) == "" {
		return a, fault.New(fault.Invalid, "give the article a headline before you submit it")
	}
	a.Status, a.Revision, a.Modified = in.To, a.Revision+1, s.clock.Now()
	if err := updateArticle(ctx, tx, &a); err != nil {
		return a, err
	}
	switch in.To {
	case StatusChanges: // what is asked of the writer stands among the notes
		_, err = s.addNote(ctx, tx, actor, &a, NoteInput{Article: a.ID, Body: in.Note, Mentions: []int64{a.Owner, a.Assignee}}, "changes")
	case StatusApproved:
		err = s.tell(ctx, tx, actor, news{What: "approved", Article: a.ID, Text: in.Note}, a.Owner, a.Assignee)
	}
	if err != nil {
		return a, err
	}
	return a, s.record(ctx, tx, actor, m.verb, a.ID, noteDetail(in.Note))
}

func noteDetail(note string) any {
	if note == "" {
		return nil
	}
	return map[string]any{"note": note}
}

// AssignInput says who works on an article until when. It names no revision:
// whoever is writing goes on undisturbed.
type AssignInput struct {
	ID       int64
	Assignee int64 // person, 0 for nobody
	Due      time.Time
}

// Assign asks somebody to work on an article. Editors may.
func (s *Service) Assign(ctx context.Context, actor account.Actor, in AssignInput) (a Article, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = s.AssignTx(ctx, tx, actor, in)
		return err
	})
	return a, err
}

// AssignTx is Assign inside a transaction of the caller.
func (s *Service) AssignTx(ctx context.Context, tx *db.Tx, actor account.Actor, in AssignInput) (Article, error) {
	a, err := s.openAny(ctx, tx, actor, in.ID, editors("assign articles"))
	if err != nil {
		return a, err
	}
	if a.Status == StatusWithdrawn || a.Status == StatusBinned {
		return a, fault.New(fault.Invalid, "%q is %s: there is nothing to work on", a.Headline, a.Status)
	}
	given := in.Assignee != a.Assignee
	a.Assignee, a.Due = in.Assignee, in.Due
	if _, err := tx.Exec(ctx, `UPDATE article SET assignee_id = $1, due_at = $2 WHERE id = $3`, a.Assignee, db.Micros(a.Due), a.ID); err != nil {
		return a, err
	}
	if given {
		if err := s.tell(ctx, tx, actor, news{What: "assigned", Article: a.ID}, a.Assignee); err != nil {
			return a, err
		}
	}
	return a, s.record(ctx, tx, actor, "assign", a.ID, map[string]any{"person": a.Assignee})
}

// ArrangeInput changes how an article stands on the site, nothing of what it
// says.
type ArrangeInput struct {
	ID           int64
	Revision     int64
	Slug         string // "" keeps it
	CommentsOpen bool
	Pinned       bool   // editors only; others keep it
	ParentID     int64  // of a standing page
	MenuOrder    int64  // of a standing page
	Access       Access // "" keeps it
	PasswordHash string // for AccessPassword; "" keeps the present one
}

// Arrange changes an article's address word, access, pin and place. The former
// address of a public article leads to the new one.
func (s *Service) Arrange(ctx context.Context, actor account.Actor, in ArrangeInput) (a Article, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = s.ArrangeTx(ctx, tx, actor, in)
		return err
	})
	return a, err
}

// ArrangeTx is Arrange inside a transaction of the caller.
func (s *Service) ArrangeTx(ctx context.Context, tx *db.Tx, actor account.Actor, in ArrangeInput) (Article, error) {
	may := mayEdit
	before, err := s.openAny(ctx, tx, actor, in.ID, mayRead)
	if err != nil {
		return before, err
	}
	if before.live() {
		may = mayPublish
	}
	a, err := s.open(ctx, tx, actor, in.ID, in.Revision, may)
	if err != nil {
		return a, err
	}
	if in.ParentID != 0 {
		if err := s.checkParent(ctx, tx, &a, in.ParentID); err != nil {
			return a, err
		}
	}
	if slugify(in.Slug) != a.Slug || in.ParentID != a.ParentID {
		if err := refuseComputed(&Article{Type: a.Type, ParentID: in.ParentID}, in.Slug); err != nil {
			return a, err
		}
	}
	if in.Access == AccessPassword && in.PasswordHash == "" && a.PasswordHash == "" {
		return a, fault.New(fault.Invalid, "choose the password that readers need")
	}
	return a, s.restate(ctx, tx, actor, &a, "arrange", func(a *Article) {
		if slug := slugify(in.Slug); slug != "" {
			a.Slug = slug
		}
		a.CommentsOpen, a.ParentID, a.MenuOrder = in.CommentsOpen, in.ParentID, in.MenuOrder
		if actor.Role >= account.Editor {
			a.Pinned = in.Pinned
		}
		if in.Access != "" {
			a.Access = in.Access
		}
		if in.PasswordHash != "" {
			a.PasswordHash = in.PasswordHash
		}
		if a.Access != AccessPassword {
			a.PasswordHash = ""
		}
	})
}

// checkParent refuses a parent that is no page, or stands below the page.
func (s *Service) checkParent(ctx context.Context, q db.Querier, a *Article, parentID int64) error {
	if a.Type != TypePage {
		return fault.New(fault.Invalid, "only standing pages stand under another")
	}
	for at, depth := parentID, 0; at != 0; depth++ {
		if at == a.ID || depth > 20 {
			return fault.New(fault.Invalid, "a page cannot stand under itself")
		}
		parent, err := byID(ctx, q, at)
		if fault.Is(err, fault.NotFound) || err == nil && parent.Type != TypePage {
			return fault.New(fault.Invalid, "the page to stand under does not exist")
		}
		if err != nil {
			return err
		}
		at = parent.ParentID
	}
	return nil
}
