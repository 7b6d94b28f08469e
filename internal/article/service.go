package article

import (
	"context"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/event"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/job"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/urlpath"
)

// EventSettled is emitted in the transaction of every write that readers may
// notice; its payload is Settled.
const EventSettled = "article.settled"

// Settled says whether an article is in lists and search now.
type Settled struct {
	Article int64 `json:"article"`
	Public  bool  `json:"public"`
}

// JobRelease carries out schedules and embargoes; its payload is releasePayload.
const JobRelease = "article.release"

type releasePayload struct {
	Article int64 `json:"article"`
}

// Service is the one way to write articles. Safe for concurrent use.
type Service struct {
	db       *db.DB
	clock    clock.Clock
	bus      *event.Bus
	settings *settings.Store
	newID    func() int64
	letters  Letters
	checker  Checker
}

// NewService wires the service.
func NewService(d *db.DB, c clock.Clock, bus *event.Bus, st *settings.Store) *Service {
	return &Service{db: d, clock: c, bus: bus, settings: st, newID: id.New}
}

// Draft is a new article. ID may be chosen by the caller so that a repeated
// request creates nothing twice; 0 makes one.
type Draft struct {
	ID           int64
	Type         Type
	Slug         string // "" makes one from the headline
	ParentID     int64
	MenuOrder    int64
	CommentsOpen bool
	Pinned       bool
	Blank        bool // may begin without a headline or a text
	Content      Content
}

// Create stores a draft. Creating one with the id of an existing article
// returns that article unchanged.
func (s *Service) Create(ctx context.Context, actor account.Actor, in Draft) (a Article, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = s.CreateTx(ctx, tx, actor, in)
		return err
	})
	return a, err
}

// CreateTx is Create inside a transaction of the caller.
func (s *Service) CreateTx(ctx context.Context, tx *db.Tx, actor account.Actor, in Draft) (Article, error) {
	if err := actor.Require(account.Contributor, "write articles"); err != nil {
		return Article{}, err
	}
	if in.ID != 0 {
		old, err := byID(ctx, tx, in.ID)
		if err == nil || !fault.Is(err, fault.NotFound) {
			return old, err
		}
	}
	if err := check(&in.Content, in.Type, in.Blank); err != nil {
		return Article{}, err
	}
	now := s.clock.Now()
	a := Article{Owner: actor.ID, ID: in.ID, Type: in.Type, Status: StatusDraft, Access: AccessOpen, Slug: in.Slug, ParentID: in.ParentID,
		MenuOrder: in.MenuOrder, CommentsOpen: in.CommentsOpen, Pinned: in.Pinned, Created: now}
	if a.ID == 0 {
		a.ID = s.newID()
	}
	if a.Slug == "" {
		a.Slug = slugOf(in.Content.Headline, a.ID)
	}
	if err := refuseComputed(&a, in.Slug); err != nil {
		return a, err
	}
	ch := change{after: &a, content: &in.Content}
	if err := s.settle(ctx, tx, ch); err != nil {
		return a, err
	}
	v, err := s.addVersion(ctx, tx, true, Version{Article: a.ID, Change: ChangeSilent, Actor: actor.Name, Content: in.Content})
	if err != nil {
		return a, err
	}
	a.WorkingVersion = v.ID
	if _, err := tx.Exec(ctx, `UPDATE article SET working_version = $1 WHERE id = $2`, v.ID, a.ID); err != nil {
		return a, err
	}
	return a, s.record(ctx, tx, actor, "create", a.ID, nil)
}

// SaveInput is a new working copy of an article.
type SaveInput struct {
	ID       int64
	Revision int64 // the one the writer began from
	Content  Content
}

// Save stores a working copy. Readers of a published article see no change.
func (s *Service) Save(ctx context.Context, actor account.Actor, in SaveInput) (a Article, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = s.SaveTx(ctx, tx, actor, in)
		return err
	})
	return a, err
}

// SaveTx is Save inside a transaction of the caller.
func (s *Service) SaveTx(ctx context.Context, tx *db.Tx, actor account.Actor, in SaveInput) (Article, error) {
	a, err := s.open(ctx, tx, actor, in.ID, in.Revision, mayEdit)
	if err != nil {
		return a, err
	}
	if err := check(&in.Content, a.Type, false); err != nil {
		return a, err
	}
	if err := s.keepOther(ctx, tx, actor, &a); err != nil {
		return a, err
	}
	if err := dropCopy(ctx, tx, a.ID); err != nil {
		return a, err
	}
	followHeadline(&a, in.Content.Headline)
	v, err := s.addVersion(ctx, tx, false, Version{Article: a.ID, Change: ChangeSilent, Actor: actor.Name, Content: in.Content})
	if err != nil {
		return a, err
	}
	before := a
	a.WorkingVersion = v.ID
	if a.live() {
		// What readers see and what lists print stays as it is.
		a.Revision, a.Modified = before.Revision+1, s.clock.Now()
		err = updateArticle(ctx, tx, &a)
	} else {
		err = s.settle(ctx, tx, change{before: before, after: &a, content: &in.Content})
	}
	if err != nil {
		return a, err
	}
	return a, s.record(ctx, tx, actor, "save", a.ID, map[string]any{"version": v.Number})
}

// PublishInput puts the working copy before readers.
type PublishInput struct {
	ID           int64
	Revision     int64
	Change       ChangeKind // "" is Original for the first publication, Update after it
	Note         string     // told to readers with a correction or clarification
	Slug         string     // "" keeps it
	Access       Access     // "" keeps it
	PasswordHash string
	At           time.Time // first publication; zero is now, past times are kept
	EmbargoUntil time.Time
	Corrections  []Correction // what was wrong, with a correction, clarification or legal note

	Pass      Pass     // from Examine; Publish asks for one itself
	Confirmed []string // codes of warnings that Publish lets pass
	Unchecked bool     // goes out without checks: the sample newsroom, tools that repair

	sections bool // only the sections differ from what readers have
	release  bool // the scheduler: what was scheduled goes out, not what is being written on
}

// Correction is one thing that a published article had wrong.
type Correction struct {
	Passage string // where it stood, as far as readers need it
	Wrong   string
	Right   string
}

// Publish makes the working copy live, when nothing stands against it: see
// Examine.
func (s *Service) Publish(ctx context.Context, actor account.Actor, in PublishInput) (a Article, err error) {
	if !in.Unchecked && in.Pass == (Pass{}) {
		if in.Pass, err = s.Examine(ctx, actor, Examination{ID: in.ID, Revision: in.Revision, Slug: in.Slug, EmbargoUntil: in.EmbargoUntil,
			Confirmed: in.Confirmed, SectionsOnly: in.sections}); err != nil {
			return a, err
		}
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = s.PublishTx(ctx, tx, actor, in)
		return err
	})
	return a, err
}

// PublishSections is Publish, silently, of an article of which only the sections
// were changed: what else might be asked about it was decided when it went out.
func (s *Service) PublishSections(ctx context.Context, actor account.Actor, articleID, revision int64) (Article, error) {
	return s.Publish(ctx, actor, PublishInput{ID: articleID, Revision: revision, Change: ChangeSilent, sections: true})
}

// PublishTx is Publish inside a transaction of the caller, who has asked for the
// pass.
func (s *Service) PublishTx(ctx context.Context, tx *db.Tx, actor account.Actor, in PublishInput) (Article, error) {
	a, err := s.open(ctx, tx, actor, in.ID, in.Revision, mayPublish)
	if err != nil {
		return a, err
	}
	if !in.release {
		if err := s.checkpoint(ctx, tx, &a); err != nil {
			return a, err
		}
	}
	now := s.clock.Now()
	if in.At.After(now) {
		return a, fault.New(fault.Invalid, "publication time %s lies ahead", in.At.Format(time.RFC3339)).WithHint("schedule the article instead")
	}
	before := a
	live, err := s.goLive(ctx, tx, actor, &a, in, now)
	if err != nil {
		return a, err
	}
	a.EmbargoUntil = time.Time{}
	if in.EmbargoUntil.After(now) {
		a.EmbargoUntil = in.EmbargoUntil
		if err := s.releaseAt(ctx, tx, a.ID, in.EmbargoUntil); err != nil {
			return a, err
		}
	}
	if err := s.settle(ctx, tx, change{before: before, after: &a, content: &live.Content}); err != nil {
		return a, err
	}
	if a.Public {
		if err := s.relate(ctx, tx, &a, &live.Content); err != nil {
			return a, err
		}
	}
	return a, s.record(ctx, tx, actor, "publish", a.ID, map[string]any{"version": live.Number, "change": live.Change})
}

// goLive turns the working copy into the live version and returns it.
func (s *Service) goLive(ctx context.Context, tx *db.Tx, actor account.Actor, a *Article, in PublishInput, now time.Time) (Version, error) {
	source := a.WorkingVersion
	if source == 0 {
		source = a.LiveVersion
	}
	work, err := versionByID(ctx, tx, source)
	if err != nil {
		return work, err
	}
	if err := publishable(a.Type, &work.Content); err != nil {
		return work, err
	}
	if err := s.holds(in.Pass, in.Unchecked, a.ID, &work.Content); err != nil {
		return work, err
	}
	kind := in.Change
	if kind == "" {
		kind = ChangeOriginal
		if a.LiveVersion != 0 {
			kind = ChangeUpdate
		}
	}
	if told(kind) && strings.TrimSpace(in.Note) == "" {
		return work, fault.New(fault.Invalid, "a %s needs a note that tells readers what changed", kind)
	}
	live, err := s.addVersion(ctx, tx, false, Version{Article: a.ID, Change: kind, Note: in.Note, Actor: actor.Name, Published: now, Content: work.Content})
	if err != nil {
		return live, err
	}
	if err := s.correct(ctx, tx, actor, &live, in.Corrections); err != nil {
		return live, err
	}
	first := a.FirstPublished.IsZero()
	if first {
		a.FirstPublished = now
	}
	if !in.At.IsZero() {
		a.FirstPublished = in.At
	}
	if first || kind != ChangeSilent {
		a.Updated = latest(a.FirstPublished, now)
		if first {
			a.Updated = a.FirstPublished
		}
	}
	a.Status, a.LiveVersion, a.WorkingVersion, a.ScheduledAt = StatusPublished, live.ID, 0, time.Time{}
	if in.Slug != "" {
		if err := refuseComputed(a, in.Slug); err != nil && urlpath.Slug(in.Slug) != a.Slug {
			return live, err
		}
		a.Slug = urlpath.Slug(in.Slug)
	}
	if in.Access != "" {
		a.Access, a.PasswordHash = in.Access, in.PasswordHash
	}
	return live, nil
}

// ScheduleInput sets when the working copy goes out.
type ScheduleInput struct {
	ID       int64
	Revision int64
	At       time.Time

	Pass      Pass     // from Examine; Schedule asks for one itself
	Confirmed []string // codes of warnings that Schedule lets pass
	Unchecked bool     // as in PublishInput
}

// Schedule puts off the first publication until At; the release job makes it,
// at most a second late, once, and after a restart too. What stands against it
// is asked now, see Examine, and what stops it once more when it is due.
func (s *Service) Schedule(ctx context.Context, actor account.Actor, in ScheduleInput) (a Article, err error) {
	if !in.Unchecked && in.Pass == (Pass{}) {
		if in.Pass, err = s.Examine(ctx, actor, Examination{ID: in.ID, Revision: in.Revision, At: in.At, Confirmed: in.Confirmed}); err != nil {
			return a, err
		}
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = s.ScheduleTx(ctx, tx, actor, in)
		return err
	})
	return a, err
}

// ScheduleTx is Schedule inside a transaction of the caller, who has asked for
// the pass.
func (s *Service) ScheduleTx(ctx context.Context, tx *db.Tx, actor account.Actor, in ScheduleInput) (Article, error) {
	a, err := s.open(ctx, tx, actor, in.ID, in.Revision, mayPublish)
	if err != nil {
		return a, err
	}
	if err := s.checkpoint(ctx, tx, &a); err != nil {
		return a, err
	}
	if a.live() {
		return a, fault.New(fault.Invalid, "%q is published already", a.Headline).WithHint("publish the update, or set an embargo")
	}
	if !in.At.After(s.clock.Now()) {
		return a, fault.New(fault.Invalid, "the time %s has passed", in.At.Format(time.RFC3339)).WithHint("publish now, or choose a later time")
	}
	work, err := versionByID(ctx, tx, a.WorkingVersion)
	if err != nil {
		return a, err
	}
	if err := publishable(a.Type, &work.Content); err != nil {
		return a, err
	}
	if err := s.holds(in.Pass, in.Unchecked, a.ID, &work.Content); err != nil {
		return a, err
	}
	before := a
	a.Status, a.ScheduledAt = StatusScheduled, in.At
	if err := s.settle(ctx, tx, change{before: before, after: &a, content: &work.Content}); err != nil {
		return a, err
	}
	if err := s.releaseAt(ctx, tx, a.ID, in.At); err != nil {
		return a, err
	}
	return a, s.record(ctx, tx, actor, "schedule", a.ID, map[string]any{"at": in.At})
}

// WithdrawInput takes an article down for good.
type WithdrawInput struct {
	ID       int64
	Revision int64
	Reason   string // shown to readers
}

// Withdraw takes a published article down; its address answers 410 with the
// reason from then on.
func (s *Service) Withdraw(ctx context.Context, actor account.Actor, in WithdrawInput) (a Article, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = s.WithdrawTx(ctx, tx, actor, in)
		return err
	})
	return a, err
}

// WithdrawTx is Withdraw inside a transaction of the caller.
func (s *Service) WithdrawTx(ctx context.Context, tx *db.Tx, actor account.Actor, in WithdrawInput) (Article, error) {
	a, err := s.open(ctx, tx, actor, in.ID, in.Revision, editors("withdraw articles"))
	if err != nil {
		return a, err
	}
	if Visible(&a, s.clock.Now()) == Hidden {
		return a, fault.New(fault.Invalid, "%q was never public, so there is nothing to withdraw", a.Headline).WithHint("delete the draft instead")
	}
	if strings.TrimSpace(in.Reason) == "" {
		return a, fault.New(fault.Invalid, "readers are told why an article was withdrawn: give a reason")
	}
	return a, s.restate(ctx, tx, actor, &a, "withdraw", func(a *Article) {
		a.Status, a.WithdrawnReason = StatusWithdrawn, in.Reason
	})
}

// Retract returns a published or scheduled article to a draft. Its address
// answers as if it had never been.
func (s *Service) Retract(ctx context.Context, actor account.Actor, articleID, revision int64) (a Article, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if a, err = s.open(ctx, tx, actor, articleID, revision, mayRetract); err != nil {
			return err
		}
		return s.restate(ctx, tx, actor, &a, "retract", func(a *Article) {
			if a.WorkingVersion == 0 {
				a.WorkingVersion = a.LiveVersion
			}
			a.Status, a.ScheduledAt, a.EmbargoUntil = StatusDraft, time.Time{}, time.Time{}
		})
	})
	return a, err
}

// restate changes the standing of an article and nothing of its content.
func (s *Service) restate(ctx context.Context, tx *db.Tx, actor account.Actor, a *Article, verb string, apply func(*Article)) error {
	content, err := s.standing(ctx, tx, a)
	if err != nil {
		return err
	}
	before := *a
	apply(a)
	if err := s.settle(ctx, tx, change{before: before, after: a, content: content}); err != nil {
		return err
	}
	return s.record(ctx, tx, actor, verb, a.ID, nil)
}

// standing is the content that lists print: what readers see, or for what they
// do not see, what is being written.
func (s *Service) standing(ctx context.Context, tx *db.Tx, a *Article) (*Content, error) {
	source := a.LiveVersion
	if !a.live() && a.Status != StatusWithdrawn {
		if c, raw, err := readCopy(ctx, tx, a.ID); err != nil || raw != "" {
			return &c.Content, err
		}
		if a.WorkingVersion != 0 {
			source = a.WorkingVersion
		}
	}
	v, err := versionByID(ctx, tx, source)
	return &v.Content, err
}

// open reads an article for a write and checks that the actor may make it and
// that the revision is still the one the caller began from.
func (s *Service) open(ctx context.Context, tx *db.Tx, actor account.Actor, articleID, revision int64, may right) (Article, error) {
	a, err := s.openAny(ctx, tx, actor, articleID, may)
	if err == nil && a.Revision != revision {
		return a, stale(a.Headline)
	}
	return a, err
}

// openAny is open for writes that do not touch what the writer sees.
func (s *Service) openAny(ctx context.Context, q db.Querier, actor account.Actor, articleID int64, may right) (Article, error) {
	if err := actor.Require(account.Contributor, "work on articles"); err != nil {
		return Article{}, err
	}
	a, err := byID(ctx, q, articleID)
	if fault.Is(err, fault.NotFound) {
		return a, fault.New(fault.NotFound, "there is no article %d", articleID)
	}
	if err != nil {
		return a, err
	}
	return a, may(actor, &a)
}

func (s *Service) record(ctx context.Context, tx *db.Tx, actor account.Actor, verb string, ref int64, detail any) error {
	return audit.Record(ctx, tx, s.clock.Now(), actor.Name, verb, "article", ref, detail)
}

func (s *Service) releaseAt(ctx context.Context, tx *db.Tx, articleID int64, at time.Time) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobRelease, Key: db.Key(at.UTC().Format(time.RFC3339Nano), articleID),
		Payload: releasePayload{articleID}, RunAt: at})
}

// check refuses content that cannot be stored and normalises the rest.
func check(c *Content, t Type, blank bool) error {
	if !blank && strings.TrimSpace(c.Headline) == "" && len(c.Body.Content) == 0 {
		return fault.New(fault.Invalid, "an article needs a headline or some text")
	}
	if c.Kind == "" {
		c.Kind = KindReport
		if t == TypePage {
			c.Kind = KindPage
		}
	}
	body, err := richtext.Validate(c.Body)
	if err != nil {
		return err
	}
	c.Body = body
	c.Subjects, err = onlyOnce(c.Subjects)
	return err
}

// publishable refuses content that must not reach readers.
func publishable(t Type, c *Content) error {
	if strings.TrimSpace(c.Headline) == "" {
		return fault.New(fault.Invalid, "give the article a headline before publishing it")
	}
	if t == TypeArticle && len(c.Sections) == 0 {
		return fault.New(fault.Invalid, "choose a section for %q before publishing it", c.Headline)
	}
	return nil
}

func slugOf(headline string, articleID int64) string {
	if slug := urlpath.Slug(headline); slug != "" {
		return slug
	}
	return db.Key("article", articleID)[len("article:"):]
}

// slugify is the address word that a person meant.
func slugify(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return urlpath.Slug(text)
}

// followHeadline lets the address word of an article that was never public
// follow its headline, unless a person chose the word.
func followHeadline(a *Article, headline string) {
	if a.LiveVersion == 0 && a.FirstPublished.IsZero() && a.Slug == slugOf(a.Headline, a.ID) {
		a.Slug = slugOf(headline, a.ID)
	}
}
