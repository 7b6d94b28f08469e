package related

import (
	"context"
	"database/sql"
	"slices"
	"strconv"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
)

// Limits of what an editor may decide for one article.
const (
	MaxPins      = 8
	maxForbidden = 200
)

// What may be decided about a story beside an article.
const (
	Pin    = "pin"   // it is offered before all that is chosen
	Forbid = "never" // it is never offered there
	Leave  = "leave" // the choice is the program's again
)

// Decision is what an editor decides about a story beside an article.
type Decision struct {
	Article, Other int64
	Do             string
	Place          int // among the pinned ones, from 0; beyond their end is behind them
}

// Decide pins a story to an article, forbids it there, or takes that back. It
// holds also while the article is not public yet. Deciding the same again
// changes nothing but a pin's place. Errors: Denied for who may not edit the
// article; Invalid for a story that readers may not find, for the article
// itself, and beyond the limits.
func (s *Service) Decide(ctx context.Context, actor account.Actor, d Decision) error {
	changed := false // for readers
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		w, err := s.articles.WorkingTx(ctx, tx, actor, d.Article)
		if err != nil {
			return err
		}
		a := &w.Article
		if !article.MayEdit(actor, a) {
			return fault.New(fault.Denied, "you may not edit %q, and so decide what stands beside it", a.Headline).WithHint("ask an editor to assign it to you")
		}
		if a.Type != article.TypeArticle {
			return fault.New(fault.Invalid, "%q is a standing page: nothing is offered beside it", a.Headline)
		}
		was, err := choicesOf(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		is, err := s.decided(ctx, tx, was, d)
		if err != nil || slices.Equal(was.pins, is.pins) && slices.Equal(was.never, is.never) {
			return err
		}
		if err := putChoices(ctx, tx, a.ID, is); err != nil {
			return err
		}
		detail := map[string]any{"check_also": d.Do, "article": d.Other}
		if err := audit.Record(ctx, tx, s.clock.Now(), actor.Name, "decide", "article", a.ID, detail); err != nil {
			return err
		}
		changed = article.Visible(a, s.clock.Now()) == article.Listed
		if !changed {
			return nil
		}
		return s.reoffer(ctx, tx, a, is)
	})
	if err != nil || !changed {
		return err
	}
	// Who follows is chosen before the editor sees the answer. Should that fail,
	// the job that was asked for does it again.
	_ = s.refresh(ctx, d.Article, false)
	return nil
}

// decided is what is decided about an article with one more decision.
func (s *Service) decided(ctx context.Context, tx *db.Tx, was choices, d Decision) (choices, error) {
	other := func(id int64) bool { return id == d.Other }
	is := choices{pins: slices.DeleteFunc(slices.Clone(was.pins), other), never: slices.DeleteFunc(slices.Clone(was.never), other)}
	if d.Do == Leave {
		return is, nil
	}
	if d.Do != Pin && d.Do != Forbid {
		return is, fault.New(fault.Invalid, "%q is nothing to decide about a story", d.Do)
	}
	if d.Other == d.Article {
		return is, fault.New(fault.Invalid, "an article cannot stand beside itself").WithHint("choose another one")
	}
	if !slices.Contains(was.all(), d.Other) { // what is decided stays while it is not public
		a, vis, err := article.NewPublic(tx, s.clock).Read(ctx, d.Other)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return is, err
		}
		if err != nil || vis != article.Listed || a.Type != article.TypeArticle {
			return is, fault.New(fault.Invalid, "that is no article that readers can find").WithHint("choose one that is published, in lists and without a password")
		}
	}
	switch {
	case d.Do == Forbid && len(is.never) >= maxForbidden:
		return is, fault.New(fault.Invalid, "%d stories are kept away from this article, and more are not remembered", maxForbidden).WithHint("allow one again first")
	case d.Do == Forbid:
		is.never = append(is.never, d.Other)
	case len(is.pins) >= MaxPins:
		return is, fault.New(fault.Invalid, "%d stories are pinned to this article, and no more can be", MaxPins).WithHint("unpin one first")
	default:
		is.pins = slices.Insert(is.pins, max(0, min(d.Place, len(is.pins))), d.Other)
	}
	return is, nil
}

// reoffer lets readers see from the commit on what was decided. A job looks for
// who follows.
func (s *Service) reoffer(ctx context.Context, tx *db.Tx, a *article.Article, is choices) error {
	kin, err := kinOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	if err := offer(ctx, tx, a.ID, is, kin); err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobKin, Key: strconv.FormatInt(a.ID, 10), Payload: a.ID})
}

// Story is one beside an article.
type Story struct {
	Article article.Article // its ID alone when the actor may not see it
	Shares  []string        // what both are about
	Public  bool            // readers may find it; else it waits until they may
}

// Box is what stands beside an article, as the desk shows it.
type Box struct {
	Pinned []Story // in their order
	Chosen []Story // by the program, the best first
	Never  []Story
	// Planned is set for an article that readers cannot find: Chosen is what
	// would be chosen for its newest text now.
	Planned bool
}

// Shown is the story that readers are offered, or would be; 0 for none.
func (b *Box) Shown() int64 {
	for _, list := range [][]Story{b.Pinned, b.Chosen} {
		for _, one := range list {
			if one.Public {
				return one.Article.ID
			}
		}
	}
	return 0
}

// Box returns what stands beside an article, for who may see it at the desk.
func (s *Service) Box(ctx context.Context, actor account.Actor, id int64) (Box, error) {
	w, err := s.articles.Working(ctx, actor, id)
	if err != nil {
		return Box{}, err
	}
	made, err := choicesOf(ctx, s.db, id)
	if err != nil {
		return Box{}, err
	}
	var b Box
	for _, list := range []struct {
		ids []int64
		to  *[]Story
	}{{made.pins, &b.Pinned}, {made.never, &b.Never}} {
		for _, id := range list.ids {
			one, err := s.story(ctx, actor, id)
			if err != nil {
				return b, err
			}
			*list.to = append(*list.to, one)
		}
	}
	kin, planned, err := s.boxed(ctx, w)
	if err != nil {
		return b, err
	}
	b.Planned = planned
	for _, k := range kin {
		one, err := s.story(ctx, actor, k.ID)
		if err != nil {
			return b, err
		}
		if one.Public && len(b.Chosen) < kept {
			one.Shares = k.Shares
			b.Chosen = append(b.Chosen, one)
		}
	}
	return b, nil
}

// boxed are the stories chosen for an article, or planned for one that is not
// public or has not had its turn.
func (s *Service) boxed(ctx context.Context, w article.Work) (kin []Kin, planned bool, err error) {
	planned = article.Visible(&w.Article, s.clock.Now()) != article.Listed
	if !planned {
		if _, err = markOf(ctx, s.db, w.Article.ID); err == nil {
			kin, err = kinOf(ctx, s.db, w.Article.ID)
			return kin, false, err
		}
		if !fault.Is(err, fault.NotFound) {
			return nil, false, err
		}
	}
	r, err := s.reader(ctx)
	if err != nil || w.Article.Type != article.TypeArticle {
		return nil, planned, err
	}
	sub, err := r.of(ctx, w.Article, &w.Copy.Content)
	if err != nil {
		return nil, planned, err
	}
	kin, _, err = r.kin(ctx, sub)
	return kin, planned, err
}

// story reads one for the desk.
func (s *Service) story(ctx context.Context, actor account.Actor, id int64) (Story, error) {
	a, vis, err := article.NewPublic(s.db, s.clock).Read(ctx, id)
	if err == nil && vis == article.Listed {
		return Story{Article: a, Public: true}, nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Story{}, err
	}
	w, err := s.articles.Working(ctx, actor, id)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Denied) {
		return Story{Article: article.Article{ID: id}}, nil
	}
	return Story{Article: w.Article}, err
}

// choices are what editors decided about the stories beside an article.
type choices struct{ pins, never []int64 }

func (c choices) all() []int64 { return slices.Concat(c.pins, c.never) }

func choicesOf(ctx context.Context, q db.Querier, id int64) (made choices, err error) {
	rows, err := q.Query(ctx, `SELECT other_id, kind FROM related_choice WHERE article_id = $1 ORDER BY position, other_id`, id)
	type row struct {
		other int64
		kind  string
	}
	all, err := db.All(rows, err, func(r *sql.Rows) (one row, err error) { return one, r.Scan(&one.other, &one.kind) })
	for _, one := range all {
		if one.kind == Pin {
			made.pins = append(made.pins, one.other)
		} else {
			made.never = append(made.never, one.other)
		}
	}
	return made, err
}

func putChoices(ctx context.Context, tx *db.Tx, id int64, made choices) error {
	if _, err := tx.Exec(ctx, `DELETE FROM related_choice WHERE article_id = $1`, id); err != nil {
		return err
	}
	for kind, list := range map[string][]int64{Pin: made.pins, Forbid: made.never} {
		for i, other := range list {
			if _, err := tx.Exec(ctx, `INSERT INTO related_choice (article_id, other_id, kind, position) VALUES ($1, $2, $3, $4)`, id, other, kind, i); err != nil {
				return err
			}
		}
	}
	return nil
}
