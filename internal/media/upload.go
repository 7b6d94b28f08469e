package media

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
)

// Upload says what a file that comes in is.
type Upload struct {
	Name    string // of the file, as it was given
	Key     string // chosen by the sender for each file: sending it again keeps nothing twice; "" for none
	Article int64  // that it was uploaded for, 0 for none
}

// keyAge is how long an upload may be sent again under its key.
const keyAge = 7 * 24 * time.Hour

// maxKey is the longest key of an upload, in bytes.
const maxKey = 100

// Upload keeps a file as a new medium and makes the variant that answers at
// once; a job makes the others. When it returns, the original is on disk. A
// file whose bytes are in the library already is not kept twice: its medium is
// returned, and existing is true.
//
// Errors: fault.Invalid and fault.TooLarge say what is wrong with the file and
// what would do instead.
func (s *Service) Upload(ctx context.Context, actor account.Actor, in Upload, r io.Reader) (m Medium, existing bool, err error) {
	if err := actor.Require(account.Contributor, "upload media"); err != nil {
		return m, false, err
	}
	if len(in.Key) > maxKey {
		return m, false, fault.New(fault.Invalid, "the key of an upload has at most %d characters", maxKey)
	}
	key := ""
	if in.Key != "" {
		key = strconv.FormatInt(actor.ID, 10) + ":" + in.Key
	}
	if m, err = s.sentBefore(ctx, s.db, key); err != nil || m.ID != 0 {
		return m, false, err
	}
	file, kind, err := s.receive(ctx, r, in.Name)
	if err != nil {
		return m, false, err
	}
	defer file.discard()
	if m, err = s.sameBytes(ctx, s.db, file.sha); err != nil || m.ID != 0 {
		return m, true, err
	}
	defer s.keeping()()
	now := db.Micros(s.clock.Now())
	fresh := Medium{ID: id.New(), Token: id.Token(), Kind: kind.kind, FileName: cleanName(in.Name), FocalX: 500, FocalY: 500,
		State: StateMissing, Uploader: actor.ID, CreatedAt: now, UpdatedAt: now}
	next, err := s.take(ctx, fresh, file, kind, in.Name)
	if err != nil {
		return m, false, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, existing, err = s.admitNew(ctx, tx, actor, in, key, fresh, next)
		return err
	})
	if err != nil {
		s.dropVariants(context.WithoutCancel(ctx), next, Medium{})
		return Medium{}, false, fmt.Errorf("keep the upload: %w", err)
	}
	if m.ID != next.ID { // somebody was faster
		s.dropVariants(context.WithoutCancel(ctx), next, Medium{})
	}
	return m, existing, nil
}

// receive takes a file in and judges it. Discard it.
func (s *Service) receive(ctx context.Context, r io.Reader, name string) (spooled, fileType, error) {
	file, err := s.spool(ctx, r)
	if err != nil {
		return file, fileType{}, err
	}
	kind, err := s.admit(file, name)
	if err == nil {
		err = honest(file, kind)
	}
	if err != nil {
		file.discard()
	}
	return file, kind, err
}

// admitNew records a new medium, unless one with its key or its bytes came in
// meanwhile. The rows of media_upload are what two uploads meet at.
func (s *Service) admitNew(ctx context.Context, tx *db.Tx, actor account.Actor, in Upload, key string, fresh, next Medium) (Medium, bool, error) {
	now := s.clock.Now()
	for _, row := range []string{"sha:" + next.SHA256, key} {
		if row == "" {
			continue
		}
		if err := claimUpload(ctx, tx, row, now); err != nil {
			return next, false, err
		}
	}
	if m, err := s.sentBefore(ctx, tx, key); err != nil || m.ID != 0 {
		return m, false, err
	}
	if m, err := s.sameBytes(ctx, tx, next.SHA256); err != nil || m.ID != 0 {
		return m, true, err
	}
	if err := insertMedium(ctx, tx, fresh); err != nil {
		return next, false, err
	}
	if err := s.recordTx(ctx, tx, &next, fresh); err != nil {
		return next, false, err
	}
	if err := indexWords(ctx, tx, next); err != nil {
		return next, false, err
	}
	if err := finishUpload(ctx, tx, key, next.ID, now); err != nil {
		return next, false, err
	}
	detail := map[string]any{"file": next.FileName}
	if in.Article != 0 {
		detail["article"] = in.Article
	}
	return next, false, audit.Record(ctx, tx, now, actor.Name, "upload", "media", next.ID, detail)
}

// sentBefore returns the medium of an upload that came in before under the same
// key; the zero Medium when there is none.
func (s *Service) sentBefore(ctx context.Context, q db.Querier, key string) (Medium, error) {
	if key == "" {
		return Medium{}, nil
	}
	var found int64
	err := q.QueryRow(ctx, `SELECT media_id FROM media_upload WHERE key = $1 AND media_id > 0`, key).Scan(&found)
	return s.orNone(ctx, q, found, err)
}

// sameBytes returns the oldest medium that has a file, and the zero Medium when
// there is none.
func (s *Service) sameBytes(ctx context.Context, q db.Querier, sha string) (Medium, error) {
	var found int64
	err := q.QueryRow(ctx, `SELECT id FROM media WHERE sha256 = $1 AND state IN ('stored', 'ready') ORDER BY created_at, id LIMIT 1`, sha).Scan(&found)
	return s.orNone(ctx, q, found, err)
}

func (s *Service) orNone(ctx context.Context, q db.Querier, found int64, err error) (Medium, error) {
	if err == nil {
		var m Medium
		if m, err = s.Get(ctx, q, found); err == nil {
			return m, nil
		}
	}
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return Medium{}, err
}

// claimUpload makes uploads of the same thing wait for each other.
func claimUpload(ctx context.Context, tx *db.Tx, key string, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO media_upload (key, media_id, created_at) VALUES ($1, 0, $2)
		ON CONFLICT (key) DO UPDATE SET created_at = excluded.created_at`, key, db.Micros(now))
	return err
}

// finishUpload notes which medium an upload became and forgets old ones.
func finishUpload(ctx context.Context, tx *db.Tx, key string, media int64, now time.Time) error {
	if key != "" {
		if _, err := tx.Exec(ctx, `UPDATE media_upload SET media_id = $2 WHERE key = $1`, key, media); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM media_upload WHERE created_at < $1`, db.Micros(now.Add(-keyAge)))
	return err
}

// keeping holds originals back from being deleted until the function that it
// returns is called: what has just been stored is not yet recorded.
func (s *Service) keeping() func() {
	s.originals.RLock()
	return s.originals.RUnlock
}

// Problem says what is wrong with a medium's file, "" when nothing is.
func (m Medium) Problem() string {
	switch m.State {
	case StateFailed:
		return m.Meta[MetaFailure]
	case StateMissing:
		return "the file is missing"
	}
	return ""
}

// NamedAlt reports an alternative text that only repeats the file's name, which
// tells nobody what the picture shows.
func (m Medium) NamedAlt() bool {
	bare := func(text string) string {
		if i := strings.LastIndexByte(text, '.'); i > 0 && len(text)-i <= 5 {
			text = text[:i]
		}
		return strings.Join(wordsOf(text), " ")
	}
	return m.Alt != "" && m.FileName != "" && bare(m.Alt) == bare(m.FileName)
}
