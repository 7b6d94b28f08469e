package comment

import (
	"context"
	"strings"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/settings"
)

// deepest is how many levels of answers are kept; the next one answers the same
// comment as the one before.
const deepest = 10

// Preview returns a comment as it will stand; nothing is kept, and nothing is
// read of the database but settings.
func (s *Service) Preview(ctx context.Context, p Post) (Comment, error) {
	if err := tooBig(&p); err != nil {
		return Comment{}, err
	}
	site, err := s.settings.Site(ctx)
	if err != nil {
		return Comment{}, err
	}
	w, err := p.read(site)
	return Comment{Article: p.Article, Parent: p.Parent, Kind: KindComment, Name: w.name, URL: w.url, Body: w.body, Created: s.clock.Now()}, err
}

// Post takes a comment. A second one with the same form answers with what the
// first one made. The fault is Invalid with a FieldError for a field that is
// wrong, TooMany from a network that sends too much, Denied for one that is
// shut out, NotFound for an article or comment that cannot be answered.
func (s *Service) Post(ctx context.Context, p Post) (Posted, error) {
	if err := tooBig(&p); err != nil {
		return Posted{}, err
	}
	f, err := s.readForm(p.Token, p.Article)
	if err != nil {
		return Posted{}, err
	}
	site, err := s.settings.Site(ctx)
	if err != nil {
		return Posted{}, err
	}
	if p.Staff == nil {
		if err := s.mayPost(&p, site); err != nil {
			return Posted{}, err
		}
	}
	w, err := p.read(site)
	if err != nil {
		return Posted{}, err
	}
	t, err := s.target(ctx, p.Article)
	if err != nil {
		return Posted{}, err
	}
	if p.Staff == nil && !Takes(&t.article, site, s.clock.Now()) {
		return Posted{}, fault.New(fault.Denied, "comments on this article are closed: %w", ErrClosed)
	}
	return s.take(ctx, p, f, w, t, site)
}

// mayPost bounds what one network, and one mailbox, may send. It asks no database.
func (s *Service) mayPost(p *Post, site settings.Site) error {
	wait, ok := s.rates.Take("post "+Prefix(p.Client), time.Minute/time.Duration(site.CommentRate), site.CommentRate)
	if ok && p.Email != "" {
		wait, ok = s.rates.Take("box "+s.vault.Index(purposeWriter, strings.ToLower(p.Email)), 10*time.Second, 30)
	}
	if ok {
		return nil
	}
	return fault.New(fault.TooMany, "too many comments from your network: %w", ErrTooMany).
		WithHint("wait %d seconds and send it again", int(wait.Seconds())+1)
}

func (s *Service) take(ctx context.Context, p Post, f form, w written, t *target, site settings.Site) (Posted, error) {
	device, cookie := s.device(p.Device)
	who, err := s.who(ctx, &p, w, device)
	if err != nil {
		return Posted{}, err
	}
	if p.Staff == nil && who.id == 0 && !w.hasMail && (site.CommentEmailRequired || p.Follow) { // the session has ended
		return Posted{}, wrongField(FieldEmail, ErrRequired, "a mail address is missing").WithHint("it is never published")
	}
	e, err := s.entry(ctx, &p, w, who)
	if err != nil {
		return Posted{}, err
	}
	e.form, e.device = s.formIndex(f, &p), device
	if p.Staff == nil {
		if err := s.judge(ctx, &p, f, w, t, site, who, e); err != nil {
			return Posted{}, err
		}
	}
	e.Avatar = avatarOf(s.vault, e.Article, who.mark(device), e.Name)
	if e.Status == StatusApproved {
		e.Shown, e.Public, e.Changed = true, e.Created, e.Created
	}
	if err := s.posts.do(ctx, e, p.Yield); err != nil {
		return Posted{}, err
	}
	return s.posted(ctx, e, cookie)
}

// entry lays a comment out as a row, in its thread.
func (s *Service) entry(ctx context.Context, p *Post, w written, who person) (*entry, error) {
	e := &entry{box: w.box, follow: p.Follow}
	e.Comment = Comment{ID: id.New(), Article: p.Article, Parent: p.Parent, Kind: KindComment, Status: StatusApproved, Name: w.name, URL: w.url, Body: w.body, Created: s.clock.Now()}
	e.source, e.language, e.writer = w.source, p.Language, who.id
	if prefix := Prefix(p.Client); prefix != "" && p.Staff == nil {
		e.prefix, e.network = s.vault.Index(purposePrefix, prefix), s.vault.Seal(purposePrefix, prefix)
	}
	if p.Staff != nil {
		e.Staff, e.decided, e.decidedBy = p.Staff.ID, e.Created, p.Staff.Name
		if e.Name == "" {
			e.Name = p.Staff.Name
		}
		if err := s.db.QueryRow(ctx, `SELECT id FROM profile WHERE person_id = $1 AND person_id > 0`, p.Staff.ID).Scan(&e.Profile); err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	if e.Name == "" {
		e.Name = "Anonymous"
	}
	e.Changed = e.Created
	return e, s.place(ctx, e, p.Staff != nil)
}

// place finds the thread of a comment. What it answers must be public.
func (s *Service) place(ctx context.Context, e *entry, staff bool) error {
	if e.Parent == 0 {
		e.Root, e.at = e.ID, Cursor{At: db.Micros(e.Created), Root: e.ID}
		return nil
	}
	gone := fault.New(fault.NotFound, "the comment that you answer is not there any more: %w", ErrParent).WithHint("send it as a comment of its own: what you wrote is still here")
	var parent Comment
	var removed int64
	err := s.db.QueryRow(ctx, `SELECT article_id, status, removed_at, parent_id, root_id, root_at FROM comment WHERE id = $1`, e.Parent).
		Scan(&parent.Article, &parent.Status, &removed, &parent.Parent, &e.at.Root, &e.at.At)
	if fault.Is(err, fault.NotFound) {
		return gone
	}
	if err != nil {
		return err
	}
	parent.Removed = db.Time(removed)
	if parent.Article != e.Article || !parent.Legible() && !staff {
		return gone
	}
	e.Root = e.at.Root
	if parent.Parent == 0 {
		return nil
	}
	var depth int64
	err = s.db.QueryRow(ctx, `WITH RECURSIVE up (id, parent) AS (
			SELECT id, parent_id FROM comment WHERE id = $1
			UNION SELECT c.id, c.parent_id FROM comment c JOIN up ON c.id = up.parent
		) SELECT COUNT(*) FROM up`, e.Parent).Scan(&depth)
	if err == nil && depth >= deepest {
		e.Parent = parent.Parent
	}
	return err
}

// posted tells what became of an entry.
func (s *Service) posted(ctx context.Context, e *entry, cookie string) (Posted, error) {
	k := e.kept
	if e.again {
		var err error
		if k, err = byForm(ctx, s.db, e.form); err != nil {
			return Posted{}, err
		}
	}
	out := Posted{Comment: k.Comment, Status: k.Status, Device: cookie, Again: e.again, Await: func(context.Context) {}}
	switch {
	case k.shadow:
		out.Status, out.Comment.Status = StatusApproved, StatusApproved
	case k.Status == StatusApproved:
		out.Await = s.await(db.Key("comments", k.Article))
	default:
		out.Status, out.Comment.Status, out.Reason = StatusPending, StatusPending, toldReason(k.heldFor)
	}
	return out, nil
}

// toldReason is what a writer is told of why their comment waits: nothing that
// would teach how to get through.
func toldReason(why string) string {
	switch why {
	case WhyConfirm:
		return "confirm"
	case WhyFirst, WhyPolicy:
		return "approve"
	}
	return "check"
}
