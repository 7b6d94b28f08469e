package comment

import (
	"context"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// Weighed is what speaks against the words of another site.
type Weighed struct {
	Status  Status // StatusPending or StatusSpam: nothing of another site is public unseen
	heldFor string
	reasons []Reason
	wave    int64
}

// WeighMention judges what another site says about an article as a comment is
// judged: by bans of domains, by rules, by the guard. The service outside is not
// asked, since no reader sent it. c.ID is 0 for a mention that is not kept yet.
func (s *Service) WeighMention(ctx context.Context, c Comment) (Weighed, error) {
	if err := s.learn(ctx); err != nil {
		return Weighed{}, err
	}
	site, err := s.settings.Site(ctx)
	if err != nil {
		return Weighed{}, err
	}
	t, err := s.target(ctx, c.Article)
	if fault.Is(err, fault.NotFound) { // nobody sees the article now
		t, err = &target{}, nil
	}
	if err != nil {
		return Weighed{}, err
	}
	e := &entry{kept: kept{Comment: c}}
	e.Status = StatusApproved
	p, w := &Post{}, written{name: c.Name, url: c.URL, body: c.Body}
	if err := s.banned(ctx, p, w, person{}, e); err != nil {
		return Weighed{}, err
	}
	err = s.ruled(ctx, p, w, e)
	if fault.Is(err, fault.Denied) { // nobody waits for an answer: refused words are spam
		e.hold(StatusSpam, Reason{Word: WhyRule})
		err = nil
	}
	if err == nil {
		err = s.posing(ctx, w, site, person{}, e)
	}
	if err == nil {
		err = s.askGuard(ctx, p, form{}, w, t, site, person{}, e)
	}
	if e.Status == StatusApproved {
		e.hold(StatusPending, Reason{Word: WhyMention})
	}
	return Weighed{e.Status, e.heldFor, e.reasons, e.wave}, err
}

// PutMention keeps what another site says, with what speaks against it, and tells
// the moderators when it waits for them. c.Status is StatusSpam or StatusBinned
// when they refused former words of it, and stays so.
func (s *Service) PutMention(ctx context.Context, tx *db.Tx, store *Store, c Comment, w Weighed) error {
	if c.Status != StatusSpam && c.Status != StatusBinned {
		c.Status = w.Status
	}
	if err := store.PutTx(ctx, tx, c); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE comment SET held_for = $1, reason = $2, wave = $3 WHERE id = $4`, w.heldFor, reasonsJSON(w.reasons), w.wave, c.ID); err != nil {
		return err
	}
	if c.Status != StatusPending {
		return nil
	}
	// What was decided was about other words.
	if _, err := tx.Exec(ctx, `UPDATE comment SET decided_at = 0, decided_by = '', decided_by_id = 0 WHERE id = $1`, c.ID); err != nil {
		return err
	}
	t := s.newTally()
	t.waiting = true
	return s.settle(ctx, tx, t)
}
