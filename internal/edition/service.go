package edition

import (
	"context"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/media"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/subscriber"
)

// Parts are what a Service is made of.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Settings *settings.Store
	Media    *media.Service
	Accounts *account.Service
	Readers  Readers
	Sender   Sender // nil where no mail can be sent
	Slots    Slots
	From     func() mail.Address // of the site's mail; zero for none
	Origin   func() string       // of the site, without a trailing slash
	Own      func(ctx context.Context, address *url.URL) (bool, error)
	Fetch    func(ctx context.Context, address string) (status int, err error)
	Resolve  Resolver
	// DKIM are the keys that letters from a domain are signed with; nil for none.
	DKIM func(ctx context.Context, domain string) ([]DKIM, error)
}

// Service composes, sends and shows editions. Safe for concurrent use.
type Service struct {
	Parts
	newID    func() int64
	variants *variants
}

// New wires a service.
func New(p Parts) *Service {
	s := &Service{Parts: p, newID: id.New, variants: newVariants()}
	p.DB.OnPurge(s.variants.purged)
	return s
}

func (s *Service) public(q db.Querier) *article.Public { return article.NewPublic(q, s.Clock) }

func (s *Service) record(ctx context.Context, tx *db.Tx, actor account.Actor, verb string, edition int64, detail any) error {
	return audit.Record(ctx, tx, s.Clock.Now(), actor.Name, verb, "edition", edition, detail)
}

// key is the surrogate key of what shows an edition.
func key(edition int64) string { return db.Key("edition", edition) }

// ListKey is the surrogate key of what lists the sent editions of a newsletter.
func ListKey(newsletter int64) string { return db.Key("editions", newsletter) }

// Get returns an edition. Authors see all of them.
func (s *Service) Get(ctx context.Context, actor account.Actor, edition int64) (Edition, error) {
	if err := actor.Require(account.Author, "see newsletters"); err != nil {
		return Edition{}, err
	}
	return byID(ctx, s.DB, edition)
}

// List returns up to limit editions, the newest first, after the one of an id;
// 0 begins with the newest. Their articles are not read.
func (s *Service) List(ctx context.Context, actor account.Actor, f Filter, before int64, limit int) ([]Edition, error) {
	if err := actor.Require(account.Author, "see newsletters"); err != nil {
		return nil, err
	}
	return list(ctx, s.DB, f, before, limit)
}

// Create begins an edition of a newsletter.
func (s *Service) Create(ctx context.Context, actor account.Actor, newsletter int64) (e Edition, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, err = s.createTx(ctx, tx, actor, Edition{Newsletter: newsletter, Kind: Composed})
		return err
	})
	return e, err
}

func (s *Service) createTx(ctx context.Context, tx *db.Tx, actor account.Actor, e Edition) (Edition, error) {
	if err := actor.Require(account.Author, "compose newsletters"); err != nil {
		return e, err
	}
	n, err := s.Readers.Newsletter(ctx, tx, e.Newsletter)
	if err != nil {
		return e, err
	}
	if err := subscriber.EnsurePreset(ctx, tx, s.Clock.Now()); err != nil {
		return e, err
	}
	now := s.Clock.Now()
	if e.ID == 0 {
		e.ID = s.newID()
	}
	if e.State == "" {
		e.State = Draft
	}
	e.Revision, e.LocalHour, e.Created, e.Updated = 1, -1, now, now
	e.Owner, e.CreatedBy = actor.ID, actor.Name
	e.Audience.Newsletter = n.ID
	if e.Audience.Rhythm == "" && offers(n, e.Kind.rhythm()) {
		e.Audience.Rhythm = e.Kind.rhythm()
	}
	if err := e.check(); err != nil {
		return e, err
	}
	if err := insert(ctx, tx, &e); err != nil {
		return e, err
	}
	return e, s.record(ctx, tx, actor, "create", e.ID, map[string]any{"kind": e.Kind, "newsletter": n.Name})
}

func offers(n subscriber.Newsletter, rhythm string) bool {
	for _, r := range n.Rhythms {
		if r == rhythm {
			return true
		}
	}
	return false
}

// SaveInput is what an edition says, after a change.
type SaveInput struct {
	ID       int64
	Revision int64 // the one the writer began from
	Subject  string
	Preview  string
	Intro    richtext.Doc
	Items    []Item // Article, Form and Correction of each
	Audience subscriber.Audience
	Test     Test
}

// Save changes an edition that has not been sent or scheduled.
func (s *Service) Save(ctx context.Context, actor account.Actor, in SaveInput) (e Edition, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if e, err = s.open(ctx, tx, actor, in.ID, in.Revision, mayCompose); err != nil {
			return err
		}
		if !e.State.Open() {
			return fault.New(fault.Invalid, "the edition is %s and cannot be changed", e.State).WithHint("take back its schedule first; what was sent stays as it is")
		}
		if e.State == Review && actor.Role < account.Editor {
			return fault.New(fault.Denied, "an editor has the edition now").WithHint("take it back to go on writing")
		}
		before := e.Items
		e.Subject, e.Preview, e.Intro, e.Test = in.Subject, in.Preview, in.Intro, in.Test
		e.Test.Winner = ""
		e.Items = nil
		for _, it := range in.Items {
			e.Items = append(e.Items, Item{Article: it.Article, Form: it.Form, Correction: it.Correction})
		}
		in.Audience.Newsletter = e.Newsletter
		e.Audience = in.Audience
		if err := e.check(); err != nil {
			return err
		}
		if err := s.admit(ctx, tx, before, e.Items); err != nil {
			return err
		}
		conf, err := readSettings(ctx, tx)
		if err != nil {
			return err
		}
		if e.Audience.Engaged > 0 && !conf.Engaged {
			return fault.New(fault.Invalid, "this site does not keep who still reads").
				WithHint("an administrator may switch it on; readers are told of it in every letter and where they sign up")
		}
		if e.Test.On() {
			if !conf.Counting {
				return fault.New(fault.Invalid, "subjects cannot be compared: this site does not count opens and clicks").
					WithHint("an administrator may switch counting on; readers are told of it in every letter")
			}
		}
		if err := s.reopen(ctx, tx, &e); err != nil {
			return err
		}
		return s.advance(ctx, tx, actor, &e, "save", nil)
	})
	return e, err
}

// admit refuses new articles that readers may not see. Those that were there
// before and have gone stay in the list, with a warning; they are not sent.
func (s *Service) admit(ctx context.Context, q db.Querier, before, after []Item) error {
	known := map[int64]bool{}
	for _, it := range before {
		known[it.Article] = true
	}
	for _, it := range after {
		if known[it.Article] {
			continue
		}
		a, vis, err := s.public(q).Read(ctx, it.Article)
		if fault.Is(err, fault.NotFound) || err == nil && (vis != article.Listed || a.Type != article.TypeArticle) {
			return fault.New(fault.Invalid, "only published articles that everybody may read can be mailed").WithHint("publish the article first")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// advance writes a changed edition with its articles under the next revision.
func (s *Service) advance(ctx context.Context, tx *db.Tx, actor account.Actor, e *Edition, verb string, detail any) error {
	e.Revision, e.Updated = e.Revision+1, s.Clock.Now()
	if err := update(ctx, tx, e); err != nil {
		return err
	}
	if err := keepItems(ctx, tx, e); err != nil {
		return err
	}
	if e.Slug != "" {
		tx.Purge(key(e.ID))
	}
	return s.record(ctx, tx, actor, verb, e.ID, detail)
}

// open reads an edition for a change by somebody who may make it and who has
// seen its present state.
func (s *Service) open(ctx context.Context, q db.Querier, actor account.Actor, edition, revision int64, may func(account.Actor, *Edition) error) (Edition, error) {
	e, err := byID(ctx, q, edition)
	if err == nil {
		err = may(actor, &e)
	}
	if err == nil && e.Revision != revision {
		err = fault.New(fault.Conflict, "somebody else has changed the edition meanwhile").WithHint("what you typed is below; look at the other version in a new window before you save yours")
	}
	return e, err
}

func maySend(actor account.Actor, _ *Edition) error {
	return actor.Require(account.Editor, "send newsletters")
}

// Submit gives a draft to the editors.
func (s *Service) Submit(ctx context.Context, actor account.Actor, edition, revision int64) (Edition, error) {
	return s.turn(ctx, actor, edition, revision, mayCompose, "submit", Review, Draft)
}

// TakeBack makes a submitted or scheduled edition a draft again.
func (s *Service) TakeBack(ctx context.Context, actor account.Actor, edition, revision int64) (Edition, error) {
	may := func(actor account.Actor, e *Edition) error {
		if e.State == Scheduled {
			return maySend(actor, e)
		}
		return mayCompose(actor, e)
	}
	return s.turn(ctx, actor, edition, revision, may, "take back", Draft, Review, Scheduled)
}

// turn moves an edition from one of some states to another one.
func (s *Service) turn(ctx context.Context, actor account.Actor, edition, revision int64, may func(account.Actor, *Edition) error, verb string, to State, from ...State) (e Edition, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if e, err = s.open(ctx, tx, actor, edition, revision, may); err != nil {
			return err
		}
		if err := e.must(to, from...); err != nil {
			return err
		}
		e.State, e.At, e.LocalHour, e.Problem = to, time.Time{}, -1, ""
		return s.advance(ctx, tx, actor, &e, verb, nil)
	})
	return e, err
}

// must refuses a step that does not lead on from where the edition is.
func (e *Edition) must(to State, from ...State) error {
	for _, state := range from {
		if e.State == state {
			return nil
		}
	}
	return fault.New(fault.Invalid, "the edition is %s and cannot become %s", e.State, to)
}

// oneLine makes a text one line without control characters.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029
	}), " ")
}
