package article

import (
	"context"
	"encoding/json"
	"time"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/urlpath"
)

// Put is a whole article as another system knew it.
type Put struct {
	ID           int64
	Type         Type
	Status       Status
	Access       Access
	PasswordHash string
	Slug         string
	Path         string // the address it had, kept; "" follows the pattern
	ParentID     int64
	MenuOrder    int64
	CommentsOpen bool
	Pinned       bool
	Created      time.Time
	Published    time.Time
	Updated      time.Time
	ScheduledAt  time.Time
	Content      Content
}

// PutTx stores an imported article in one step, without the checks of Examine: a new one
// with its first version, or, where content or standing differ, a new version of the one with
// that id. It neither relates articles nor purges caches nor emits events: the
// importer does that once for a whole batch. It reports whether anything
// changed.
func (s *Service) PutTx(ctx context.Context, tx *db.Tx, actor account.Actor, in Put) (changed bool, err error) {
	if err := actor.Require(account.Administrator, "import articles"); err != nil {
		return false, err
	}
	if err := check(&in.Content, in.Type, false); err != nil {
		return false, err
	}
	if err := resolve(ctx, tx, &in.Content); err != nil {
		return false, err
	}
	before, err := byID(ctx, tx, in.ID)
	isNew := fault.Is(err, fault.NotFound)
	if err != nil && !isNew {
		return false, err
	}
	a := before
	a.ID, a.Type, a.Status, a.Access, a.PasswordHash = in.ID, in.Type, in.Status, in.Access, in.PasswordHash
	a.Slug, a.ParentID, a.MenuOrder = in.Slug, in.ParentID, in.MenuOrder
	a.CommentsOpen, a.Pinned = in.CommentsOpen, in.Pinned
	a.FirstPublished, a.Updated, a.ScheduledAt = in.Published, in.Updated, in.ScheduledAt
	a.Created = in.Created
	if a.Slug == "" {
		a.Slug = slugOf(in.Content.Headline, a.ID)
	}
	same, err := s.sameContent(ctx, tx, &before, &in.Content)
	if err != nil {
		return false, err
	}
	var v Version
	if !same {
		v = Version{ID: s.newID(), Article: a.ID, Change: ChangeOriginal, Actor: actor.Name, Created: latest(in.Created, in.Updated), Content: in.Content}
		if !isNew {
			v.Change = ChangeSilent
		}
		if setVersion(&a, v.ID); a.LiveVersion == v.ID {
			v.Published = latest(in.Published, in.Updated)
		}
	}
	if err := s.settle(ctx, tx, change{before: before, after: &a, content: &in.Content, path: in.Path, bulk: true}); err != nil {
		return false, err
	}
	if !same {
		if err := s.chain(ctx, tx, isNew, v); err != nil {
			return false, err
		}
	}
	if err := keepRecord(ctx, tx, &before, &a, Visible(&a, s.clock.Now()), latest(in.Published, in.Updated)); err != nil {
		return false, err
	}
	if a.Status == StatusScheduled {
		return true, s.releaseAt(ctx, tx, a.ID, a.ScheduledAt)
	}
	return true, nil
}

// setVersion makes a version the live or the working one as the status asks.
func setVersion(a *Article, version int64) {
	if a.Status == StatusPublished || a.Status == StatusWithdrawn {
		a.LiveVersion, a.WorkingVersion = version, 0
		return
	}
	a.LiveVersion, a.WorkingVersion = 0, version
}

func (s *Service) chain(ctx context.Context, tx *db.Tx, isNew bool, v Version) error {
	var err error
	if !isNew {
		if v.Number, v.PrevHash, err = lastVersion(ctx, tx, v.Article); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(v.Content)
	if err != nil {
		return err
	}
	v.Number++
	v.Hash = hashOf(v.PrevHash, v.Change, v.Note, raw)
	return insertVersion(ctx, tx, &v, raw)
}

func (s *Service) sameContent(ctx context.Context, q db.Querier, before *Article, c *Content) (bool, error) {
	current := before.LiveVersion
	if current == 0 {
		current = before.WorkingVersion
	}
	if current == 0 {
		return false, nil
	}
	v, err := versionByID(ctx, q, current)
	if err != nil {
		return false, err
	}
	was, err := json.Marshal(v.Content)
	if err != nil {
		return false, err
	}
	is, err := json.Marshal(c)
	return string(was) == string(is), err
}

// Redirect makes a former address of an article, section, tag, author, term or
// medium lead to its present one, unless something else answers there. of is
// an address kind.
func Redirect(ctx context.Context, tx *db.Tx, path, of string, target int64) (bool, error) {
	key := path
	if key == "" || key[0] != '?' {
		key = urlpath.Key(path)
	}
	return AddAddress(ctx, tx, Address{Key: key, Kind: AddressRedirect, Target: target, Of: of})
}
