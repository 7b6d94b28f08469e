package quote

import (
	"context"
	"encoding/json"

	"dateline/internal/db"
	"dateline/internal/job"
)

// JobDraw draws the quotes of the articles of its payload, a JSON array of ids:
// after an import, whose articles settle without an event each.
const JobDraw = "quote.draw"

// EnqueueTx asks for the quotes of articles to be drawn after the transaction.
func EnqueueTx(ctx context.Context, tx *db.Tx, ids ...int64) error {
	return job.EnqueueRows(ctx, tx, JobDraw, ids)
}

// HandleDraw carries out JobDraw. Doing it twice changes nothing.
func (s *Service) HandleDraw(ctx context.Context, payload []byte) error {
	var ids []int64
	if err := json.Unmarshal(payload, &ids); err != nil {
		return job.GiveUp(err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, one := range ids {
			if err := s.draw(ctx, tx, one); err != nil {
				return err
			}
		}
		return nil
	})
}
