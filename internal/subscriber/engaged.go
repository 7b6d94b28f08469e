package subscriber

import (
	"context"
	"time"

	"dateline/internal/db"
)

// EngagedDays is for how long it is kept on which day a reader last showed an
// interest.
const EngagedDays = 30

const keepEngaged = EngagedDays * 24 * time.Hour

// Mark is what stands in the links of a letter, where a site keeps who still
// reads. It names a reader by number and is signed.
func (s *Service) Mark(newsletter, subscriber int64) string {
	return s.vault.Sign(purposeMark, numbers(newsletter, subscriber), time.Time{})
}

// Noted keeps that the reader of a mark showed an interest in a newsletter: the
// day, and nothing of what it was. A mark of somebody else's making is Denied.
func (s *Service) Noted(ctx context.Context, tx *db.Tx, mark string) error {
	of, err := s.verify(purposeMark, mark, 2)
	if err != nil {
		return err
	}
	day := db.Micros(s.clock.Now().UTC().Truncate(24 * time.Hour))
	_, err = tx.Exec(ctx, `UPDATE subscription SET engaged_at = $1 WHERE newsletter_id = $2 AND subscriber_id = $3 AND active = 1 AND engaged_at < $1`, day, of[0], of[1])
	return err
}

// ForgetEngaged drops what Noted kept of everybody.
func (s *Service) ForgetEngaged(ctx context.Context, tx *db.Tx) error {
	return forgetEngaged(ctx, tx, s.now()+1)
}

func forgetEngaged(ctx context.Context, tx *db.Tx, before int64) error {
	_, err := tx.Exec(ctx, `UPDATE subscription SET engaged_at = 0 WHERE engaged_at > 0 AND engaged_at < $1`, before)
	return err
}
