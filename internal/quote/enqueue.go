package quote

import (
	"context"
	"encoding/json"
	"strconv"

	"dateline/internal/db"
	"dateline/internal/job"
)

// JobDraw draws the quotes of the articles of its payload, a JSON array of ids:
// after an import, whose articles settle without an event each.
const JobDraw = "quote.draw"

// EnqueueTx asks for the quotes of articles to be drawn after the transaction.
func EnqueueTx(ctx context.Context, tx *db.Tx, ids ...int64) error {
	if len(ids) == 0 {
		return nil
	}
	key := strconv.FormatInt(ids[0], 36) + "-" + strconv.FormatInt(ids[len(ids)-1], 36) + "-" + strconv.Itoa(len(ids))
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobDraw, Key: key, Payload: ids})
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
