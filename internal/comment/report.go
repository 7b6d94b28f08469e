package comment

import (
	"context"
	"slices"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
)

const mostReport = 1000 // characters

// Report tells moderators of a comment. reason is one of ReportReasons; device
// is the value of the cookie to set. Reports of enough different networks hold a
// comment until a moderator has looked, unless one has already.
func (s *Service) Report(ctx context.Context, comment int64, by Visitor, reason, text string) (device string, err error) {
	if !slices.Contains(ReportReasons(), reason) {
		return "", fault.New(fault.Invalid, "choose what is wrong with the comment")
	}
	prefix := Prefix(by.Client)
	if wait, ok := s.rates.Take("report "+prefix, time.Minute, 10); !ok {
		return "", fault.New(fault.TooMany, "too many reports from your network: %w", ErrTooMany).WithHint("wait %d seconds", int(wait.Seconds())+1)
	}
	site, err := s.settings.Site(ctx)
	if err != nil {
		return "", err
	}
	index, cookie := s.device(by.Device)
	writer, err := s.session(ctx, s.db, by.Session)
	if err != nil && !fault.Is(err, fault.SignIn) {
		return "", err
	}
	text = clip(tame(clip(text, 4*mostReport)), mostReport)
	network := ""
	if prefix != "" {
		network = s.vault.Index(purposePrefix, prefix)
	}
	return cookie, s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		k, err := byID(ctx, tx, comment)
		if err == nil && !k.Legible() {
			err = fault.New(fault.NotFound, "there is no such comment")
		}
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `INSERT INTO comment_report (id, comment_id, device_index, writer_id, prefix_index, reason, text, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (comment_id, device_index) DO NOTHING`, id.New(), comment, index, writer, network, reason, text, s.now())
		if err != nil || n == 0 {
			return err
		}
		return s.reported(ctx, tx, &k, int64(site.CommentReports))
	})
}

// reported counts networks that report a comment, and holds it from most on.
func (s *Service) reported(ctx context.Context, tx *db.Tx, k *kept, most int64) error {
	var n int64
	if err := tx.QueryRow(ctx, `SELECT COUNT(DISTINCT CASE prefix_index WHEN '' THEN device_index ELSE prefix_index END) FROM comment_report WHERE comment_id = $1 AND settled_at = 0`, k.ID).Scan(&n); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE comment SET reports = $1 WHERE id = $2`, n, k.ID); err != nil {
		return err
	}
	t := s.newTally()
	t.waiting = true
	if most > 0 && n >= most && k.decided.IsZero() && k.Staff == 0 {
		k.reasons = append(k.reasons, Reason{WhyReports, decimal(n)})
		if _, err := tx.Exec(ctx, `UPDATE comment SET held_for = $1, reason = $2 WHERE id = $3`, WhyReports, reasonsJSON(k.reasons), k.ID); err != nil {
			return err
		}
		if err := t.turn(ctx, tx, k, StatusPending, 0); err != nil {
			return err
		}
	}
	return s.settle(ctx, tx, t)
}
