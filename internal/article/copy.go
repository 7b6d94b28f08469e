package article

import (
	"context"
	"encoding/json"
	"time"

	"dateline/internal/account"
	"dateline/internal/claim"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/media"
)

// copyAge is how long somebody writes on before the text becomes a version of
// its own accord, so that revisions show the way and not only the end.
const copyAge = 15 * time.Minute

// Copy is the text as it is being written.
type Copy struct {
	Person  int64 // who wrote on it last
	Actor   string
	Began   time.Time // of the writing that has not become a version yet
	Saved   time.Time
	Content Content
}

// Autosave stores the text as it is being written. Readers of a published
// article see no change, and no version is made for each of its calls. Sending
// the same content again, as after an answer that was lost, changes nothing.
func (s *Service) Autosave(ctx context.Context, actor account.Actor, in SaveInput) (a Article, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = s.AutosaveTx(ctx, tx, actor, in)
		return err
	})
	return a, err
}

// AutosaveTx is Autosave inside a transaction of the caller.
func (s *Service) AutosaveTx(ctx context.Context, tx *db.Tx, actor account.Actor, in SaveInput) (Article, error) {
	a, err := s.openAny(ctx, tx, actor, in.ID, mayEdit)
	if err != nil {
		return a, err
	}
	if err := check(&in.Content, a.Type, true); err != nil {
		return a, err
	}
	raw, err := json.Marshal(in.Content)
	if err != nil {
		return a, err
	}
	if a.Revision != in.Revision {
		if same, err := savedBefore(ctx, tx, a.ID, actor, raw); err != nil || same {
			return a, err
		}
		return a, stale(a.Headline)
	}
	if err := s.keepOther(ctx, tx, actor, &a); err != nil {
		return a, err
	}
	now := s.clock.Now()
	if _, err := tx.Exec(ctx, `INSERT INTO working_copy (article_id, person_id, actor, began_at, saved_at, content) VALUES ($1, $2, $3, $4, $4, $5)
		ON CONFLICT (article_id) DO UPDATE SET person_id = excluded.person_id, actor = excluded.actor, saved_at = excluded.saved_at, content = excluded.content`,
		a.ID, actor.ID, actor.Name, db.Micros(now), string(raw)); err != nil {
		return a, err
	}
	if err := claim.Refer(ctx, tx, a.ID, 0, false, in.Content.Body); err != nil {
		return a, err
	}
	if err := media.Refer(ctx, tx, a.ID, 0, false, MediaOf(&in.Content)); err != nil {
		return a, err
	}
	if !a.live() {
		// Lists of the desk show what is being written. Nothing of a draft is
		// public, so there is nothing else to bring into line.
		followHeadline(&a, in.Content.Headline)
		if err := s.summarise(ctx, tx, &a, &in.Content); err != nil {
			return a, err
		}
	}
	a.Revision, a.Modified = a.Revision+1, now
	return a, updateArticle(ctx, tx, &a)
}

// savedBefore tells whether the actor's last autosave had just this content.
func savedBefore(ctx context.Context, tx *db.Tx, articleID int64, actor account.Actor, raw []byte) (bool, error) {
	c, held, err := readCopy(ctx, tx, articleID)
	if err != nil || held == "" {
		return false, err
	}
	return c.Person == actor.ID && held == string(raw), nil
}

// keepOther makes a version of what is being written when it is somebody
// else's, or has been written on for long, before it is overwritten.
func (s *Service) keepOther(ctx context.Context, tx *db.Tx, actor account.Actor, a *Article) error {
	c, raw, err := readCopy(ctx, tx, a.ID)
	if err != nil || raw == "" {
		return err
	}
	if c.Person == actor.ID && s.clock.Now().Sub(c.Began) < copyAge {
		return nil
	}
	return s.checkpoint(ctx, tx, a)
}

// checkpoint makes what is being written the working version.
func (s *Service) checkpoint(ctx context.Context, tx *db.Tx, a *Article) error {
	c, raw, err := readCopy(ctx, tx, a.ID)
	if err != nil || raw == "" {
		return err
	}
	v, err := s.addVersion(ctx, tx, false, Version{Article: a.ID, Change: ChangeSilent, Actor: c.Actor, Created: c.Saved, Content: c.Content})
	if err != nil {
		return err
	}
	a.WorkingVersion = v.ID
	return dropCopy(ctx, tx, a.ID)
}

// readCopy returns the text as it is being written, and its stored form; ""
// when nobody has written since the last version.
func readCopy(ctx context.Context, q db.Querier, articleID int64) (c Copy, raw string, err error) {
	var began, saved int64
	err = q.QueryRow(ctx, `SELECT person_id, actor, began_at, saved_at, content FROM working_copy WHERE article_id = $1`, articleID).
		Scan(&c.Person, &c.Actor, &began, &saved, &raw)
	if fault.Is(err, fault.NotFound) {
		return c, "", nil
	}
	if err != nil {
		return c, "", err
	}
	c.Began, c.Saved = db.Time(began), db.Time(saved)
	if err := json.Unmarshal([]byte(raw), &c.Content); err != nil {
		return c, "", fault.New(fault.Internal, "the working copy of article %d is not readable: %w", articleID, err)
	}
	return c, raw, resolve(ctx, q, &c.Content)
}

func dropCopy(ctx context.Context, tx *db.Tx, articleID int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM working_copy WHERE article_id = $1`, articleID)
	return err
}

// Work is an article as its writers see it.
type Work struct {
	Article Article
	Copy    Copy // the newest text: being written, working version or live version
	Pending bool // Copy has not become a version yet
	Changed bool // Copy may differ from what readers see
	Live    int64
}

// Working returns an article with its newest text, for those who may read it
// at the desk.
func (s *Service) Working(ctx context.Context, actor account.Actor, articleID int64) (Work, error) {
	return s.working(ctx, s.db, actor, articleID)
}

// WorkingTx is Working inside a transaction of the caller.
func (s *Service) WorkingTx(ctx context.Context, tx *db.Tx, actor account.Actor, articleID int64) (Work, error) {
	return s.working(ctx, tx, actor, articleID)
}

func (s *Service) working(ctx context.Context, q db.Querier, actor account.Actor, articleID int64) (Work, error) {
	a, err := s.openAny(ctx, q, actor, articleID, mayRead)
	if err != nil {
		return Work{}, err
	}
	w := Work{Article: a, Live: a.LiveVersion}
	c, raw, err := readCopy(ctx, q, articleID)
	if err != nil {
		return w, err
	}
	if raw != "" {
		w.Copy, w.Pending, w.Changed = c, true, true
		return w, nil
	}
	source := a.WorkingVersion
	if source == 0 {
		source = a.LiveVersion
	}
	v, err := versionByID(ctx, q, source)
	w.Copy, w.Changed = Copy{Actor: v.Actor, Began: v.Created, Saved: v.Created, Content: v.Content}, source != a.LiveVersion
	return w, err
}

// Discard throws the working copy of a published article away: its writers see
// again what readers see. What was thrown away stays among the versions.
func (s *Service) Discard(ctx context.Context, actor account.Actor, articleID, revision int64) (a Article, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if a, err = s.open(ctx, tx, actor, articleID, revision, mayEdit); err != nil {
			return err
		}
		if !a.live() {
			return fault.New(fault.Invalid, "%q is not published, so there is nothing to return to", a.Headline).WithHint("put it into the bin instead")
		}
		if err := s.checkpoint(ctx, tx, &a); err != nil {
			return err
		}
		a.WorkingVersion, a.Revision, a.Modified = 0, a.Revision+1, s.clock.Now()
		if err := updateArticle(ctx, tx, &a); err != nil {
			return err
		}
		if err := media.Loosen(ctx, tx, a.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "discard", a.ID, nil)
	})
	return a, err
}

// Versions returns every version of an article, the newest first, without its
// content, for those who may read it at the desk.
func (s *Service) Versions(ctx context.Context, actor account.Actor, articleID int64) ([]Version, error) {
	if _, err := s.openAny(ctx, s.db, actor, articleID, mayRead); err != nil {
		return nil, err
	}
	return versionList(ctx, s.db, articleID)
}

// Version returns one version of an article by its number.
func (s *Service) Version(ctx context.Context, actor account.Actor, articleID, number int64) (Version, error) {
	if _, err := s.openAny(ctx, s.db, actor, articleID, mayRead); err != nil {
		return Version{}, err
	}
	return versionByNumber(ctx, s.db, articleID, number)
}

// Restore makes the content of an earlier version the working copy. Nothing is
// lost: it becomes a new version.
func (s *Service) Restore(ctx context.Context, actor account.Actor, articleID, revision, number int64) (a Article, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if a, err = s.open(ctx, tx, actor, articleID, revision, mayEdit); err != nil {
			return err
		}
		if err := s.checkpoint(ctx, tx, &a); err != nil {
			return err
		}
		v, err := versionByNumber(ctx, tx, articleID, number)
		if err != nil {
			return err
		}
		a, err = s.SaveTx(ctx, tx, actor, SaveInput{ID: articleID, Revision: revision, Content: v.Content})
		return err
	})
	return a, err
}

// LiveVersion returns the version of an article that readers see, for the desk;
// NotFound when there is none.
func (s *Service) LiveVersion(ctx context.Context, articleID int64) (Version, error) {
	a, err := byID(ctx, s.db, articleID)
	if err != nil {
		return Version{}, err
	}
	return versionByID(ctx, s.db, a.LiveVersion)
}
