package media

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/media/picture"
)

// Edit is what a person makes of a medium's words, rights and framing.
type Edit struct {
	ID             int64
	Revision       int64 // the one the person began from
	Title          string
	Caption        string
	Credit         string
	Alt            string
	Description    string
	Rights         Rights
	FocalX, FocalY int
	Crop           Crop
}

// MayEdit tells whether the actor may change the medium: editors every one,
// everybody else what they uploaded.
func MayEdit(actor account.Actor, m Medium) bool { return mayEdit(actor, m, "change") == nil }

func mayEdit(actor account.Actor, m Medium, verb string) error {
	if actor.Role >= account.Editor || actor.Role >= account.Contributor && actor.ID != 0 && actor.ID == m.Uploader {
		return nil
	}
	return fault.New(fault.Denied, "you may not %s %q: you did not upload it, and that needs the role %s", verb, m.FileName, account.Editor).
		WithHint("ask an editor")
}

// Change keeps what a person made of a medium. Pages that show it follow at
// once; when its framing changed, the variants are made anew by a job, and the
// old ones answer until then.
//
// Errors: fault.Denied, fault.Invalid, and fault.Conflict when somebody else
// changed the medium since the person began.
func (s *Service) Change(ctx context.Context, actor account.Actor, in Edit) (m Medium, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, err = s.changeTx(ctx, tx, actor, in)
		return err
	})
	return m, err
}

func (s *Service) changeTx(ctx context.Context, tx *db.Tx, actor account.Actor, in Edit) (Medium, error) {
	old, err := s.open(ctx, tx, actor, in.ID, in.Revision, "change")
	if err != nil {
		return old, err
	}
	if err := in.check(old); err != nil {
		return old, err
	}
	next := old
	next.Title, next.Caption, next.Credit, next.Alt, next.Description = in.Title, in.Caption, in.Credit, in.Alt, in.Description
	next.Rights, next.FocalX, next.FocalY, next.Crop = in.Rights, in.FocalX, in.FocalY, in.Crop
	changed := differences(old, next)
	if len(changed) == 0 {
		return old, nil
	}
	next.Revision, next.UpdatedAt = old.Revision+1, db.Micros(s.clock.Now())
	if err := updateEdited(ctx, tx, next); err != nil {
		return old, err
	}
	if next.Rights.Expire != old.Rights.Expire {
		if err := followRights(ctx, tx, next.ID, next.Rights.Expire); err != nil {
			return old, err
		}
	}
	if err := indexWords(ctx, tx, next); err != nil {
		return old, err
	}
	tx.Purge(db.Key("media", next.ID))
	if next.Kind == KindImage && next.SHA256 != "" && fingerprint(next, picture.Wide) != fingerprint(old, picture.Wide) {
		if err := s.enqueue(ctx, tx, next); err != nil {
			return old, err
		}
	}
	return next, audit.Record(ctx, tx, s.clock.Now(), actor.Name, "change", "media", next.ID, map[string]any{"fields": strings.Join(changed, ", ")})
}

// Focus is the focal point of what is shown of a picture, in thousandths of that
// from left and top.
func (m Medium) Focus() (x, y int) { return m.Crop.point(m.FocalX, m.FocalY) }

// SetFocus moves the focal point within what is shown of a picture, and nothing
// else: it cannot overwrite what a colleague changes meanwhile. Errors are those
// of Change, but for fault.Conflict.
func (s *Service) SetFocus(ctx context.Context, actor account.Actor, id int64, x, y int) (m Medium, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := s.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if now.Kind != KindImage {
			return fault.New(fault.Invalid, "only pictures have a focal point")
		}
		if x < 0 || x > 1000 || y < 0 || y > 1000 {
			return fault.New(fault.Invalid, "the focal point %d, %d lies outside the picture", x, y).WithHint("both are thousandths: 0 to 1000")
		}
		in := Edit{ID: id, Revision: now.Revision, Title: now.Title, Caption: now.Caption, Credit: now.Credit, Alt: now.Alt, Description: now.Description,
			Rights: now.Rights, Crop: now.Crop}
		in.FocalX, in.FocalY = now.Crop.back(x, y)
		m, err = s.changeTx(ctx, tx, actor, in)
		return err
	})
	return m, err
}

// open reads a medium for a write and checks that the actor may make it and
// that nobody else changed it since.
func (s *Service) open(ctx context.Context, q db.Querier, actor account.Actor, id, revision int64, verb string) (Medium, error) {
	if err := actor.Require(account.Contributor, "work on media"); err != nil {
		return Medium{}, err
	}
	m, err := s.Get(ctx, q, id)
	if err != nil {
		return m, err
	}
	if err := mayEdit(actor, m, verb); err != nil {
		return m, err
	}
	if m.Revision != revision {
		return m, fault.New(fault.Conflict, "somebody else has changed %q since you opened it", m.FileName).
			WithHint("look at it as it is now, then make your change again")
	}
	return m, nil
}

// check refuses what cannot be kept and trims the rest.
func (in *Edit) check(old Medium) error {
	for _, field := range []struct {
		name string
		text *string
		most int
	}{
		{"title", &in.Title, 300}, {"caption", &in.Caption, 2000}, {"credit", &in.Credit, 300}, {"alternative text", &in.Alt, 1000},
		{"description", &in.Description, 10_000}, {"rights holder", &in.Rights.Holder, 300}, {"licence", &in.Rights.Licence, 500}, {"note on rights", &in.Rights.Note, 2000},
	} {
		*field.text = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(*field.text, "\r\n", "\n"), ""))
		if n := utf8.RuneCountInString(*field.text); n > field.most {
			return fault.New(fault.Invalid, "the %s has %d characters; %d are the most", field.name, n, field.most)
		}
	}
	if in.FocalX < 0 || in.FocalX > 1000 || in.FocalY < 0 || in.FocalY > 1000 {
		return fault.New(fault.Invalid, "the focal point %d, %d lies outside the picture", in.FocalX, in.FocalY).WithHint("both are thousandths: 0 to 1000")
	}
	if in.Rights.Expire < 0 || in.Rights.Expire > 99991231 {
		return fault.New(fault.Invalid, "the end of the rights is no day")
	}
	if err := in.Crop.check(); err != nil {
		return err
	}
	if _, moving := old.labelled(labelAnimation); in.Crop != (Crop{}) && (moving || old.Kind != KindImage) {
		return fault.New(fault.Invalid, "only a still picture can be cropped")
	}
	return nil
}

// differences names what two states of a medium differ in, for the audit log.
func differences(a, b Medium) []string {
	var names []string
	for _, d := range []struct {
		name    string
		differs bool
	}{
		{"title", a.Title != b.Title}, {"caption", a.Caption != b.Caption}, {"credit", a.Credit != b.Credit}, {"alt", a.Alt != b.Alt},
		{"description", a.Description != b.Description}, {"rights", a.Rights != b.Rights},
		{"focal point", a.FocalX != b.FocalX || a.FocalY != b.FocalY}, {"crop", a.Crop != b.Crop},
	} {
		if d.differs {
			names = append(names, d.name)
		}
	}
	return names
}

// Replacement is a new file for a medium.
type Replacement struct {
	ID       int64
	Revision int64 // of the medium when the person began
	Name     string
}

// Replace gives a medium another file everywhere it is shown. Words that people
// wrote stay. The addresses of the former file lead to the new one's. Crop and
// focal point stay when the new picture has the shape of the old one.
func (s *Service) Replace(ctx context.Context, actor account.Actor, in Replacement, r io.Reader) (Medium, error) {
	old, err := s.open(ctx, s.db, actor, in.ID, in.Revision, "replace")
	if err != nil {
		return old, err
	}
	file, kind, err := s.receive(ctx, r, in.Name)
	if err != nil {
		return old, err
	}
	defer file.discard()
	if kind.kind != old.Kind && old.SHA256 != "" {
		return old, fault.New(fault.Invalid, "%q is a file of another kind than %q: articles could not show it", cleanName(in.Name), old.FileName).
			WithHint("upload it as a new medium and put that into the articles")
	}
	if file.sha == old.SHA256 && old.Problem() == "" {
		return old, fault.New(fault.Invalid, "this is the file that is there already")
	}
	defer s.keeping()()
	base := old
	if kind.kind == KindImage && !s.sameShape(file, old) {
		base.Crop, base.FocalX, base.FocalY = Crop{}, 500, 500
	}
	next, err := s.take(ctx, base, file, kind, in.Name)
	if err != nil {
		return old, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.replaceTx(ctx, tx, actor, in, &next) })
	if err != nil {
		return old, fmt.Errorf("replace the file of medium %d: %w", in.ID, err)
	}
	return next, nil
}

func (s *Service) replaceTx(ctx context.Context, tx *db.Tx, actor account.Actor, in Replacement, next *Medium) error {
	now, err := s.open(ctx, tx, actor, in.ID, in.Revision, "replace")
	if err != nil {
		return err
	}
	next.UpdatedAt = db.Micros(s.clock.Now())
	if err := s.recordTx(ctx, tx, next, now); err != nil {
		return err
	}
	if err := indexWords(ctx, tx, *next); err != nil {
		return err
	}
	next.Revision = now.Revision + 1
	if _, err := tx.Exec(ctx, `UPDATE media SET revision = $2 WHERE id = $1`, in.ID, next.Revision); err != nil {
		return err
	}
	if now.SHA256 != "" && now.SHA256 != next.SHA256 {
		if err := s.forgetOriginal(ctx, tx, now.SHA256); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, s.clock.Now(), actor.Name, "replace", "media", in.ID, map[string]any{"file": next.FileName, "before": now.FileName})
}

// sameShape tells whether a picture's sides are as long to each other as those
// of the one that it replaces, to a hundredth.
func (s *Service) sameShape(f spooled, old Medium) bool {
	info, err := picture.Inspect(f.File, f.size, s.maxPixels)
	if err != nil || old.Width == 0 || old.Height == 0 {
		return false
	}
	w, h := picture.Oriented(info.Width, info.Height, picture.ReadMetadata(f.section(), info.Format).Orientation)
	was, is := float64(old.Width)/float64(old.Height), float64(w)/float64(h)
	return math.Abs(was-is) < was/100
}
