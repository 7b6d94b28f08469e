package comment

import (
	"context"
	"encoding/json"
	"time"

	"dateline/internal/audit"
	"dateline/internal/comment/guard"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/richtext"
)

// actorReader is who readers are in the audit log.
const actorReader = "reader"

// theirs tells whether a comment is the visitor's: written with their browser,
// or by the mailbox that they are signed in with.
func (s *Service) theirs(ctx context.Context, q db.Querier, k *kept, by Visitor) (bool, error) {
	if device := s.knownDevice(by.Device); device != "" && device == k.device {
		return true, nil
	}
	if by.Staff != nil && by.Staff.ID != 0 && by.Staff.ID == k.Staff {
		return true, nil
	}
	if by.Session == "" || k.writer == 0 {
		return false, nil
	}
	writer, err := s.session(ctx, q, by.Session)
	if fault.Is(err, fault.SignIn) {
		return false, nil
	}
	return writer == k.writer, err
}

// own returns a comment that is the visitor's; Denied for others.
func (s *Service) own(ctx context.Context, q db.Querier, comment int64, by Visitor) (kept, error) {
	k, err := byID(ctx, q, comment)
	if err == nil && !k.Removed.IsZero() {
		err = fault.New(fault.NotFound, "there is no such comment")
	}
	if err != nil {
		return k, err
	}
	ok, err := s.theirs(ctx, q, &k, by)
	if err == nil && !ok {
		err = fault.New(fault.Denied, "this comment was written with another browser").WithHint("ask for a link by mail with the address that you wrote it with")
	}
	return k, err
}

// Own returns a comment of the visitor's and what they may do with it. Denied
// for a comment of somebody else.
func (s *Service) Own(ctx context.Context, comment int64, by Visitor) (Comment, Rights, error) {
	k, err := s.own(ctx, s.db, comment, by)
	if err != nil {
		return Comment{}, Rights{}, err
	}
	site, err := s.settings.Site(ctx)
	if err != nil {
		return Comment{}, Rights{}, err
	}
	rights := Rights{Remove: true, Until: k.Created.Add(time.Duration(site.CommentEditMinutes) * time.Minute)}
	if rights.Edit = s.clock.Now().Before(rights.Until) && k.source != ""; rights.Edit {
		rights.Source = k.source
	}
	c := k.Comment
	c.Status = shownStatus(&k)
	return c, rights, nil
}

// shownStatus is the status as the writer may know it.
func shownStatus(k *kept) Status {
	switch {
	case k.shadow:
		return StatusApproved
	case k.Status == StatusApproved, k.Status == StatusBinned && !k.decided.IsZero():
		return k.Status
	}
	return StatusPending
}

// Edit replaces the text of the visitor's own comment. Moderators keep the
// former one. It is judged like a new one: what was public may have to wait.
func (s *Service) Edit(ctx context.Context, comment int64, by Visitor, text string) (Posted, error) {
	site, err := s.settings.Site(ctx)
	if err != nil {
		return Posted{}, err
	}
	if err := tooBig(&Post{Text: text}); err != nil {
		return Posted{}, err
	}
	if wait, ok := s.rates.Take("edit "+Prefix(by.Client), 5*time.Second, 20); !ok {
		return Posted{}, fault.New(fault.TooMany, "too many changes from your network: %w", ErrTooMany).WithHint("wait %d seconds and send it again", int(wait.Seconds())+1)
	}
	source, body, err := readText(text)
	if err != nil {
		return Posted{}, err
	}
	if err := s.learn(ctx); err != nil {
		return Posted{}, err
	}
	var k kept
	if err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if k, err = s.own(ctx, tx, comment, by); err != nil {
			return err
		}
		if !s.clock.Now().Before(k.Created.Add(time.Duration(site.CommentEditMinutes) * time.Minute)) {
			return fault.New(fault.Denied, "the time for editing is over: %w", ErrLate).WithHint("you may still remove the comment, or answer it")
		}
		return s.rewrite(ctx, tx, &k, source, body, by)
	}); err != nil {
		return Posted{}, err
	}
	out := Posted{Comment: k.Comment, Status: shownStatus(&k), Device: by.Device, Await: s.await(db.Key("comments", k.Article))}
	if out.Status == StatusPending {
		out.Reason = toldReason(k.heldFor)
	}
	return out, nil
}

func (s *Service) rewrite(ctx context.Context, tx *db.Tx, k *kept, source string, body richtext.Doc, by Visitor) error {
	if source == k.source {
		return nil
	}
	former, err := json.Marshal(k.Body)
	if err != nil {
		return fault.New(fault.Internal, "the comment's document: %w", err)
	}
	next, err := json.Marshal(body)
	if err != nil {
		return fault.New(fault.Internal, "the comment's document: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO comment_edit (id, comment_id, body, at) VALUES ($1, $2, $3, $4)`, id.New(), k.ID, string(former), s.now()); err != nil {
		return err
	}
	// What a moderator decided was about the former text.
	lesson := newLesson()
	lesson.add(k, taught(k.Status, !k.decided.IsZero()), -1)
	if err := lesson.keep(ctx, tx, s.model.Load()); err != nil {
		return err
	}
	k.source, k.Body, k.Edited, k.Changed, k.decided = source, body, s.clock.Now(), s.clock.Now(), time.Time{}
	if _, err := tx.Exec(ctx, `UPDATE comment SET body = $1, source = $2, edited_at = $3, changed_at = $3, decided_at = 0, decided_by = '', decided_by_id = 0 WHERE id = $4`, string(next), source, db.Micros(k.Edited), k.ID); err != nil {
		return err
	}
	t := s.newTally()
	t.touched[k.Article] = struct{}{}
	if status, why := s.judgeEdit(ctx, k, by); status != "" && k.Status == StatusApproved {
		k.heldFor, k.reasons = why[0].Word, why
		if _, err := tx.Exec(ctx, `UPDATE comment SET held_for = $1, reason = $2 WHERE id = $3`, k.heldFor, reasonsJSON(why), k.ID); err != nil {
			return err
		}
		if err := t.turn(ctx, tx, k, status, 0); err != nil {
			return err
		}
	}
	return s.settle(ctx, tx, t)
}

// judgeEdit looks at a changed text as at a new one of a known writer: rules,
// links and the guard. "" when nothing speaks against it.
func (s *Service) judgeEdit(ctx context.Context, k *kept, by Visitor) (Status, []Reason) {
	if by.Staff != nil {
		return "", nil
	}
	site, err := s.settings.Site(ctx)
	if err != nil {
		return StatusPending, []Reason{{Word: WhyPolicy}}
	}
	e := &entry{kept: *k}
	e.Status, e.reasons, e.heldFor = StatusApproved, nil, ""
	w := written{name: k.Name, url: k.URL, source: k.source, body: k.Body}
	if err := s.ruled(ctx, &Post{Visitor: by}, w, e); err != nil {
		e.hold(StatusPending, Reason{Word: WhyRule})
	}
	links := richtext.Links(k.Body)
	if n := s.foreign(links); n > site.CommentLinks {
		e.hold(StatusPending, Reason{WhyLinks, decimal(int64(n))})
	}
	v := s.model.Load().Judge(guard.Sign{Text: richtext.Text(k.Body), Name: k.Name, URL: k.URL, Links: links, Language: site.Locale, Own: s.hosts(), Fresh: true})
	if v.Hold {
		e.hold(StatusPending, Reason{Word: guardKey(worst(v))})
	}
	if e.Status == StatusApproved {
		return "", nil
	}
	return StatusPending, e.reasons
}

// Remove takes the visitor's own comment away, with all that tells of its
// writer. When it was answered its place stays.
func (s *Service) Remove(ctx context.Context, comment int64, by Visitor) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		k, err := s.own(ctx, tx, comment, by)
		if err != nil {
			return err
		}
		t := s.newTally()
		if err := s.takeAway(ctx, tx, t, &k); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, s.clock.Now(), actorReader, "remove", "comment", k.ID, nil); err != nil {
			return err
		}
		return s.settle(ctx, tx, t)
	})
}

// takeAway empties a comment. Its row goes on holding the form's number, so that
// a repeated request does not bring it back, and its place in the thread.
func (s *Service) takeAway(ctx context.Context, tx *db.Tx, t *tally, k *kept) error {
	if err := t.turn(ctx, tx, k, StatusRemoved, t.now); err != nil {
		return err
	}
	empty, err := json.Marshal(richtext.Doc{Version: richtext.SchemaVersion})
	if err != nil {
		return fault.New(fault.Internal, "the empty document: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE comment SET body = $1, source = '', author_name = '', author_url = '', profile_id = 0, staff_id = 0, writer_id = 0, device_index = '', prefix_sealed = '',
			prefix_index = '', email_sealed = '', email_index = '', avatar = 0, reason = '', held_for = '', likes = 0, reports = 0, picked = 0, shadow = 0, wave = 0, language = '' WHERE id = $2`, string(empty), k.ID); err != nil {
		return err
	}
	return forgetAbout(ctx, tx, k.ID)
}

// forgetAbout removes what hangs on a comment but the comment.
func forgetAbout(ctx context.Context, tx *db.Tx, comment int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM comment_edit WHERE comment_id = $1`, comment); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM comment_like WHERE comment_id = $1`, comment); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM comment_report WHERE comment_id = $1`, comment); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM comment_note WHERE comment_id = $1 AND comment_id > 0`, comment)
	return err
}
