package delivery

import (
	"context"
	"database/sql"

	"dateline/internal/db"
	"dateline/internal/delivery/bounce"
	"dateline/internal/fault"
	"dateline/internal/subscriber"
)

// Take acts on what came back for a letter and tells whether it did. Only a
// report that names a letter of ours by its token does anything: in the return
// path that it was sent to, or else in the Message-ID of the letter that it
// quotes. Nobody can make such a token up, so a forged report changes nothing.
//
// A report twice, or one about somebody who has been erased, changes nothing
// either.
func (s *Service) Take(ctx context.Context, r bounce.Report) (bool, error) {
	mailing, reader, ok := s.letterOf(r)
	if !ok {
		return false, nil
	}
	if r.Kind == bounce.Left {
		return s.leaves(ctx, mailing, reader)
	}
	if r.Kind != bounce.Failed && r.Kind != bounce.Complained {
		return false, nil
	}
	acted := false
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if r.Kind == bounce.Complained {
			acted, err = s.complained(ctx, tx, mailing, reader)
			return err
		}
		acted, err = s.cameBack(ctx, tx, mailing, reader, r)
		return err
	})
	return acted, err
}

// Known tells whether an address is the return path of a letter of ours.
func (s *Service) Known(address string) bool {
	_, _, ok := s.tokens.open(tokenIn(address))
	return ok
}

func (s *Service) letterOf(r bounce.Report) (mailing, subscriber int64, ok bool) {
	for _, address := range append(r.To, r.MessageID) {
		if mailing, subscriber, ok = s.tokens.open(tokenIn(address)); ok {
			return mailing, subscriber, true
		}
	}
	return 0, 0, false
}

// leaves unsubscribes a reader whose mail program wrote for it.
func (s *Service) leaves(ctx context.Context, mailing, reader int64) (bool, error) {
	var newsletter int64
	err := s.DB.QueryRow(ctx, `SELECT newsletter_id FROM mailing WHERE id = $1`, mailing).Scan(&newsletter)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = s.Readers.Leave(ctx, subscriber.Access{ID: reader, Newsletter: newsletter, Mailing: mailing}, false, subscriber.Consent{Text: "List-Unsubscribe: mailto"})
	return err == nil, err
}

// cameBack turns "sent" into "bounced". The counters of a chunk that is still
// open are its own; those of others are the mailing's.
func (s *Service) cameBack(ctx context.Context, tx *db.Tx, mailing, subscriber int64, r bounce.Report) (bool, error) {
	v := judge(r.Code, r.Status, r.Text, true)
	if v == later || v == throttled { // given up by a relay after temporary failures
		v = readerSoft
	}
	chunk, err := changeSent(ctx, tx, mailing, subscriber, v == readerSoft, codeOf(r))
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `UPDATE mailing_chunk SET sent = sent - 1, bounced = bounced + 1 WHERE id = $1 AND done = 0`, chunk)
	if err != nil {
		return false, err
	}
	if n == 0 {
		if _, err := tx.Exec(ctx, `UPDATE mailing SET sent = sent - 1, bounced = bounced + 1 WHERE id = $1`, mailing); err != nil {
			return false, err
		}
	}
	if v != readerHard && v != readerSoft {
		return true, nil
	}
	return true, s.Readers.Bounced(ctx, tx, subscriber, v == readerHard)
}

func changeSent(ctx context.Context, tx *db.Tx, mailing, subscriber int64, soft bool, code string) (chunk int64, err error) {
	err = tx.QueryRow(ctx, `UPDATE mailing_recipient SET state = 'bounced', soft = $3, code = $4
		WHERE subscriber_id = $2 AND mailing_id = $1 AND state = 'sent' RETURNING chunk_id`, mailing, subscriber, db.Bool(soft), code).Scan(&chunk)
	return chunk, err
}

func codeOf(r bounce.Report) string {
	if r.Status != "" {
		return r.Status
	}
	return "bounced"
}

// complained notes a complaint once.
func (s *Service) complained(ctx context.Context, tx *db.Tx, mailing, subscriber int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE mailing_recipient SET code = 'complained'
		WHERE subscriber_id = $2 AND mailing_id = $1 AND state = 'sent' AND code <> 'complained'`, mailing, subscriber)
	if err != nil || n == 0 {
		return false, err
	}
	if _, err := tx.Exec(ctx, `UPDATE mailing SET complained = complained + 1 WHERE id = $1`, mailing); err != nil {
		return false, err
	}
	return true, s.Readers.Complained(ctx, tx, subscriber)
}

// Left counts a reader who left by a link of a mailing, once for each.
func (s *Service) Left(ctx context.Context, tx *db.Tx, mailing, subscriber int64) error {
	n, err := tx.Exec(ctx, `UPDATE mailing_recipient SET code = 'left'
		WHERE subscriber_id = $2 AND mailing_id = $1 AND state = 'sent' AND code NOT IN ('left', 'complained')`, mailing, subscriber)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE mailing SET unsubscribed = unsubscribed + 1 WHERE id = $1`, mailing)
	return err
}

// Refusal is how often servers refused the letters of a mailing in one way.
type Refusal struct {
	Code  string // SMTP code and status
	State string
	Count int
}

// Refusals counts why letters of a mailing did not arrive, the most frequent
// first, at most limit. It reads the rows of the mailing: for a report, not for
// a page that many look at.
func (s *Service) Refusals(ctx context.Context, mailing int64, limit int) ([]Refusal, error) {
	rows, err := s.DB.Query(ctx, `SELECT r.code, r.state, COUNT(*) FROM mailing_chunk c JOIN mailing_recipient r ON r.id >= c.first_id AND r.id <= c.last_id AND r.chunk_id = c.id
		WHERE c.mailing_id = $1 AND r.state IN ('deferred', 'bounced', 'given') GROUP BY r.code, r.state ORDER BY COUNT(*) DESC, r.code LIMIT $2`, mailing, limit)
	return db.All(rows, err, func(r *sql.Rows) (out Refusal, err error) {
		err = r.Scan(&out.Code, &out.State, &out.Count)
		return out, err
	})
}
