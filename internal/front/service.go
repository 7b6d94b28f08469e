package front

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/media"
	"dateline/internal/taxonomy"
)

// Service is the one way to arrange fronts. Authors see, editors arrange. Safe
// for concurrent use.
type Service struct {
	db    *db.DB
	clock clock.Clock
	media *media.Service
	newID func() int64
}

// NewService wires the service.
func NewService(d *db.DB, c clock.Clock, m *media.Service) *Service {
	return &Service{db: d, clock: c, media: m, newID: id.New}
}

// Board is all that the desk shows of a place.
type Board struct {
	Draft   Draft
	Live    *Edition  // nil while the front makes itself
	Waiting []Edition // the next first
}

// Board returns a place's draft, or what readers see as the plan to begin from.
func (s *Service) Board(ctx context.Context, actor account.Actor, place int64) (Board, error) {
	var b Board
	if err := actor.Require(account.Author, "see how the front is arranged"); err != nil {
		return b, err
	}
	if err := s.known(ctx, s.db, place); err != nil {
		return b, err
	}
	live, err := liveEdition(ctx, s.db, place)
	if err == nil {
		b.Live = &live
	} else if !fault.Is(err, fault.NotFound) {
		return b, err
	}
	if b.Draft, err = s.draft(ctx, s.db, place); err != nil {
		return b, err
	}
	b.Waiting, err = waitingEditions(ctx, s.db, place, s.clock.Now())
	return b, err
}

// draft returns the stored draft, else one that holds what readers see.
func (s *Service) draft(ctx context.Context, q db.Querier, place int64) (Draft, error) {
	d, err := storedDraft(ctx, q, place)
	if err == nil && !d.Fresh || err != nil && !fault.Is(err, fault.NotFound) {
		return d, err
	}
	d.Fresh = true
	plan, arranged, err := LivePlan(ctx, q, place)
	if err != nil {
		return d, err
	}
	if d.Plan = plan; !arranged {
		d.Plan, err = s.automatic(ctx, q, place)
	}
	return d, err
}

// automatic is the plan of a front that makes itself, for editors to begin from.
func (s *Service) automatic(ctx context.Context, q db.Querier, place int64) (Plan, error) {
	tops, err := taxonomy.Children(ctx, q, 0)
	if err != nil {
		return Plan{}, err
	}
	p := Automatic(place, tops[:min(len(tops), autoSections)])
	p.Auto, p.sections = false, 0
	return p, nil
}

// known refuses a place that is no section.
func (s *Service) known(ctx context.Context, q db.Querier, place int64) error {
	if place == 0 {
		return nil
	}
	_, err := taxonomy.SectionByID(ctx, q, place)
	return err
}

// SaveInput is a draft as an editor left it.
type SaveInput struct {
	Place    int64
	Revision int64 // of the draft that the editor began from
	Plan     Plan
}

// Save writes the draft of a place and returns it; a plan that is the draft's
// already changes nothing. It returns Conflict when somebody else wrote since
// the revision.
func (s *Service) Save(ctx context.Context, actor account.Actor, in SaveInput) (d Draft, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := actor.Require(account.Editor, "arrange the front"); err != nil {
			return err
		}
		if err := in.Plan.Tidy(in.Place); err != nil {
			return err
		}
		if err := s.check(ctx, tx, in.Place, in.Plan); err != nil {
			return err
		}
		if d, err = s.draft(ctx, tx, in.Place); err != nil {
			return err
		}
		if same, err := samePlan(d.Plan, in.Plan); err != nil || same && d.Revision == in.Revision {
			return err
		}
		d, err = s.write(ctx, tx, actor, in.Place, in.Revision, in.Plan, false)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, actor.Name, "arrange front", in.Place, map[string]any{"revision": d.Revision})
	})
	return d, err
}

func samePlan(a, b Plan) (bool, error) {
	x, err := writePlan(a)
	if err != nil {
		return false, err
	}
	y, err := writePlan(b)
	return x == y, err
}

// write stores a draft over the revision that its editor began from.
func (s *Service) write(ctx context.Context, tx *db.Tx, actor account.Actor, place, revision int64, p Plan, fresh bool) (Draft, error) {
	was, err := storedDraft(ctx, tx, place)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return was, err
	}
	if was.Revision != revision {
		who := was.Actor
		if who == "" {
			who = "somebody else"
		}
		return was, fault.New(fault.Conflict, "%s has arranged this front since you opened it", who).
			WithHint("compare the two below, and keep one of them")
	}
	d := Draft{Place: place, Revision: revision + 1, Plan: p, Fresh: fresh, Actor: actor.Name, Updated: s.clock.Now()}
	if err := storeDraft(ctx, tx, d); err != nil {
		return d, err
	}
	return d, s.keep(ctx, tx, place)
}

// check refuses a plan that names what does not exist.
func (s *Service) check(ctx context.Context, q db.Querier, place int64, p Plan) error {
	if err := s.known(ctx, q, place); err != nil {
		return fault.New(fault.Invalid, "the section of this front does not exist any more")
	}
	found, err := article.Records(ctx, q, p.ByHand())
	if err != nil {
		return err
	}
	for _, one := range p.ByHand() {
		if a, ok := found[one]; !ok || a.Type != article.TypeArticle {
			return fault.New(fault.Invalid, "a slot names something that is no article").WithHint("remove it and search for the story again")
		}
	}
	pictures, err := s.media.GetMany(ctx, q, p.Pictures())
	if err != nil {
		return err
	}
	for _, one := range p.Pictures() {
		if m, ok := pictures[one]; !ok || m.Kind != media.KindImage {
			return fault.New(fault.Invalid, "the picture %d chosen for a place does not exist", one)
		}
	}
	if p.Auto {
		return nil
	}
	all, err := taxonomy.Sections(ctx, q)
	for _, b := range p.Blocks {
		if b.Section != 0 && !slices.ContainsFunc(all, func(sec taxonomy.Section) bool { return sec.ID == b.Section }) {
			return fault.New(fault.Invalid, "a block shows a section that does not exist any more").WithHint("choose another one, or remove the block")
		}
	}
	return err
}

// Discard throws the draft away: editors begin again from what readers see.
func (s *Service) Discard(ctx context.Context, actor account.Actor, place, revision int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := actor.Require(account.Editor, "arrange the front"); err != nil {
			return err
		}
		if _, err := s.write(ctx, tx, actor, place, revision, Plan{}, true); err != nil {
			return err
		}
		return s.record(ctx, tx, actor.Name, "discard front", place, nil)
	})
}

// PublishInput puts the draft before readers.
type PublishInput struct {
	Place    int64
	Revision int64
	Name     string
	At       time.Time // zero for now
	Until    time.Time // zero for good; then the one before shows again
}

// Publish freezes the draft as an edition. The next draft begins from what
// readers see.
func (s *Service) Publish(ctx context.Context, actor account.Actor, in PublishInput) (e Edition, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, err = s.publish(ctx, tx, actor, in)
		return err
	})
	return e, err
}

func (s *Service) publish(ctx context.Context, tx *db.Tx, actor account.Actor, in PublishInput) (Edition, error) {
	if err := actor.Require(account.Editor, "publish the front"); err != nil {
		return Edition{}, err
	}
	d, err := s.draft(ctx, tx, in.Place)
	if err != nil {
		return Edition{}, err
	}
	if err := s.check(ctx, tx, in.Place, d.Plan); err != nil {
		return Edition{}, err
	}
	if _, err := s.write(ctx, tx, actor, in.Place, in.Revision, Plan{}, true); err != nil {
		return Edition{}, err
	}
	return s.publishPlan(ctx, tx, actor, in, d.Plan)
}

// PublishPlanTx publishes a plan as it is, leaving the draft alone, inside a
// transaction of the caller: for the sample newsroom.
func (s *Service) PublishPlanTx(ctx context.Context, tx *db.Tx, actor account.Actor, in PublishInput, p Plan) (Edition, error) {
	if err := actor.Require(account.Editor, "publish the front"); err != nil {
		return Edition{}, err
	}
	if err := p.Tidy(in.Place); err != nil {
		return Edition{}, err
	}
	if err := s.check(ctx, tx, in.Place, p); err != nil {
		return Edition{}, err
	}
	return s.publishPlan(ctx, tx, actor, in, p)
}

func (s *Service) publishPlan(ctx context.Context, tx *db.Tx, actor account.Actor, in PublishInput, p Plan) (Edition, error) {
	now := s.clock.Now()
	e := Edition{ID: s.newID(), Place: in.Place, Name: strings.Join(strings.Fields(in.Name), " "), Plan: p, Actor: actor.Name, Created: now, Starts: in.At, Ends: in.Until}
	if utf8.RuneCountInString(e.Name) > maxTitle {
		return e, fault.New(fault.Invalid, "the name of a front has at most %d characters", maxTitle)
	}
	switch {
	case in.At.IsZero():
		e.Starts = now
	case !in.At.After(now):
		return e, fault.New(fault.Invalid, "the time %s has passed", in.At.Format(time.RFC3339)).WithHint("publish now, or choose a later time")
	}
	if !e.Ends.IsZero() && !e.Ends.After(e.Starts) {
		return e, fault.New(fault.Invalid, "the front would end before it begins").WithHint("choose a later end, or none")
	}
	if err := insertEdition(ctx, tx, e); err != nil {
		return e, err
	}
	verb, detail := "publish front", map[string]any{"edition": e.ID}
	if e.Starts.After(now) {
		verb, detail["at"] = "schedule front", e.Starts
	}
	if !e.Ends.IsZero() {
		detail["until"] = e.Ends
	}
	if err := s.record(ctx, tx, actor.Name, verb, in.Place, detail); err != nil {
		return e, err
	}
	if err := s.turn(ctx, tx, actor.Name, in.Place); err != nil {
		return e, err
	}
	return editionByID(ctx, tx, e.ID)
}

// Automatic lets the front of a place make itself again, from now on.
func (s *Service) Automatic(ctx context.Context, actor account.Actor, place, revision int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := actor.Require(account.Editor, "publish the front"); err != nil {
			return err
		}
		if _, err := s.write(ctx, tx, actor, place, revision, Plan{}, true); err != nil {
			return err
		}
		_, err := s.publishPlan(ctx, tx, actor, PublishInput{Place: place}, Plan{Auto: true})
		return err
	})
}

// Cancel takes back an edition that has not begun.
func (s *Service) Cancel(ctx context.Context, actor account.Actor, editionID int64) (e Edition, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := actor.Require(account.Editor, "cancel a scheduled front"); err != nil {
			return err
		}
		if e, err = editionByID(ctx, tx, editionID); err != nil {
			return err
		}
		if e.State == Cancelled {
			return nil
		}
		now := s.clock.Now()
		if !e.Starts.After(now) {
			return fault.New(fault.Invalid, "the front has begun already").WithHint("publish another one in its place")
		}
		if err := cancelEdition(ctx, tx, editionID, actor.Name, now); err != nil {
			return err
		}
		if err := s.record(ctx, tx, actor.Name, "cancel front", e.Place, map[string]any{"edition": e.ID}); err != nil {
			return err
		}
		return s.turn(ctx, tx, actor.Name, e.Place)
	})
	return e, err
}

// Restore makes the plan of an edition the draft of its place.
func (s *Service) Restore(ctx context.Context, actor account.Actor, editionID, revision int64) (e Edition, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := actor.Require(account.Editor, "arrange the front"); err != nil {
			return err
		}
		if e, err = editionByID(ctx, tx, editionID); err != nil {
			return err
		}
		plan := e.Plan
		if plan.Auto {
			if plan, err = s.automatic(ctx, tx, e.Place); err != nil {
				return err
			}
		}
		if _, err := s.write(ctx, tx, actor, e.Place, revision, plan, false); err != nil {
			return err
		}
		return s.record(ctx, tx, actor.Name, "restore front", e.Place, map[string]any{"edition": e.ID})
	})
	return e, err
}

// Edition returns one edition.
func (s *Service) Edition(ctx context.Context, actor account.Actor, editionID int64) (Edition, error) {
	if err := actor.Require(account.Author, "see how the front is arranged"); err != nil {
		return Edition{}, err
	}
	return editionByID(ctx, s.db, editionID)
}

// History returns the editions of a place made before one (0 for the newest),
// the newest first, at most limit.
func (s *Service) History(ctx context.Context, actor account.Actor, place, before int64, limit int) ([]Edition, error) {
	if err := actor.Require(account.Author, "see how the front was arranged"); err != nil {
		return nil, err
	}
	return history(ctx, s.db, place, before, limit)
}

func (s *Service) record(ctx context.Context, tx *db.Tx, actor, verb string, place int64, detail any) error {
	return audit.Record(ctx, tx, s.clock.Now(), actor, verb, "front", place, detail)
}
