package edition

import (
	"context"
	"encoding/json"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
)

// HandleDecide ends a test of subjects whose time is over: the better one goes
// to the rest. A test that an editor decides waits for them.
func (s *Service) HandleDecide(ctx context.Context, raw []byte) error {
	var p payload
	if err := json.Unmarshal(raw, &p); err != nil {
		return job.GiveUp(err)
	}
	better, err := s.better(ctx, p.Edition)
	if err != nil {
		return err
	}
	return s.handle(ctx, raw, func(ctx context.Context, tx *db.Tx, e *Edition) error {
		if e.State != Sending || !e.Test.On() || e.Test.Winner != "" || e.Test.By == "" || s.Clock.Now().Before(e.Started.Add(e.Test.Wait)) {
			return nil
		}
		conf, err := readSettings(ctx, tx)
		if err != nil {
			return err
		}
		if !conf.Counting { // switched off meanwhile: an editor chooses
			e.Test.By = ""
			return s.advance(ctx, tx, mailer, e, "leave test to editors", nil)
		}
		return s.decide(ctx, tx, mailer, e, better)
	})
}

// better compares the two halves by what the test asks for: a rate of what was
// sent. The first subject wins a draw, and where nothing was counted.
func (s *Service) better(ctx context.Context, edition int64) (string, error) {
	e, err := byID(ctx, s.DB, edition)
	if fault.Is(err, fault.NotFound) {
		return partA, nil
	}
	if err != nil {
		return "", err
	}
	c, err := counts(ctx, s.DB, edition)
	if err != nil {
		return "", err
	}
	all, err := mailings(ctx, s.DB, edition)
	if err != nil {
		return "", err
	}
	rate := map[string]float64{}
	for _, m := range all {
		if s.Sender == nil {
			break
		}
		p, err := s.Sender.Progress(ctx, m.ID)
		if err != nil {
			return "", err
		}
		n := c.ByPart[m.Part].Clicks
		if e.Test.By == "opens" {
			n = c.ByPart[m.Part].Opens
		}
		rate[m.Part] = float64(n) / float64(max(p.Sent, 1))
	}
	if rate[partB] > rate[partA] {
		return partB, nil
	}
	return partA, nil
}

// decide sends the better subject to the rest.
func (s *Service) decide(ctx context.Context, tx *db.Tx, actor account.Actor, e *Edition, winner string) error {
	e.Test.Winner = winner
	if err := s.start(ctx, tx, e, partRest); err != nil {
		return err
	}
	return s.advance(ctx, tx, actor, e, "decide test", map[string]any{"winner": winner})
}

// Decide ends a test of subjects with the one that an editor prefers, "a" or
// "b", whatever was counted.
func (s *Service) Decide(ctx context.Context, actor account.Actor, edition int64, winner string) (e Edition, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if e, err = byID(ctx, tx, edition); err != nil {
			return err
		}
		switch err := maySend(actor, &e); {
		case err != nil:
			return err
		case winner != partA && winner != partB:
			return fault.New(fault.Invalid, "choose one of the two subjects")
		case e.State != Sending || !e.Test.On() || e.Test.Winner != "":
			return fault.New(fault.Invalid, "there is no test of subjects to decide")
		}
		return s.decide(ctx, tx, actor, &e, winner)
	})
	return e, err
}
