package comment

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/richtext"
)

// ownData is what a reader gets when they ask for their data.
type ownData struct {
	Address   string       `json:"address"`
	Name      string       `json:"name,omitempty"`
	Language  string       `json:"language,omitempty"`
	Since     time.Time    `json:"since"`
	Confirmed bool         `json:"confirmed"`
	Comments  []ownComment `json:"comments"`
	Likes     []ownLike    `json:"likes"`
	Reports   []ownReport  `json:"reports"`
	Follows   []ownFollow  `json:"follows"`
	Sessions  []ownSession `json:"signed_in"`
}

type ownComment struct {
	ID      int64     `json:"id"`
	Article int64     `json:"article"`
	Name    string    `json:"name"`
	Website string    `json:"website,omitempty"`
	Text    string    `json:"text"`
	Public  bool      `json:"public"`
	Written time.Time `json:"written"`
	Network string    `json:"network,omitempty"`
	Former  []string  `json:"former_texts,omitempty"`
}

type ownLike struct {
	Comment int64     `json:"comment"`
	At      time.Time `json:"at"`
}

type ownReport struct {
	Comment int64     `json:"comment"`
	Reason  string    `json:"reason"`
	Text    string    `json:"text,omitempty"`
	At      time.Time `json:"at"`
}

type ownFollow struct {
	Article int64     `json:"article"`
	Thread  int64     `json:"thread,omitempty"`
	Since   time.Time `json:"since"`
}

type ownSession struct {
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
}

// Export returns all that is kept of a signed-in reader, as JSON for people to
// read.
func (s *Service) Export(ctx context.Context, session string) ([]byte, error) {
	writer, err := s.session(ctx, s.db, session)
	if err != nil {
		return nil, err
	}
	return s.export(ctx, writer)
}

// ExportFor is Export at the wish of somebody who wrote to the newsroom.
func (s *Service) ExportFor(ctx context.Context, actor account.Actor, writer int64) ([]byte, error) {
	if err := actor.Require(account.Administrator, "see readers' data"); err != nil {
		return nil, err
	}
	out, err := s.export(ctx, writer)
	if err != nil {
		return nil, err
	}
	return out, s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, "export", "comment writer", writer, nil)
	})
}

func (s *Service) export(ctx context.Context, writer int64) ([]byte, error) {
	w, err := s.writerByID(ctx, s.db, writer)
	if err != nil {
		return nil, err
	}
	out := ownData{Name: w.Name, Language: w.language, Since: w.Since, Confirmed: w.Confirmed}
	if out.Address, err = s.address(w); err != nil {
		return nil, err
	}
	if out.Comments, err = s.ownComments(ctx, writer); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, `SELECT comment_id, at FROM comment_like WHERE writer_id = $1 AND writer_id > 0
		OR device_index IN (SELECT device_index FROM comment WHERE writer_id = $1 AND writer_id > 0 AND device_index <> '') ORDER BY at`, writer)
	if out.Likes, err = db.All(rows, err, func(r *sql.Rows) (one ownLike, err error) {
		return one, r.Scan(&one.Comment, timeOf(&one.At))
	}); err != nil {
		return nil, err
	}
	rows, err = s.db.Query(ctx, `SELECT comment_id, reason, text, at FROM comment_report WHERE writer_id = $1 AND writer_id > 0 ORDER BY id`, writer)
	if out.Reports, err = db.All(rows, err, func(r *sql.Rows) (one ownReport, err error) {
		return one, r.Scan(&one.Comment, &one.Reason, &one.Text, timeOf(&one.At))
	}); err != nil {
		return nil, err
	}
	rows, err = s.db.Query(ctx, `SELECT article_id, thread_id, created_at FROM comment_follow WHERE writer_id = $1 ORDER BY id`, writer)
	if out.Follows, err = db.All(rows, err, func(r *sql.Rows) (one ownFollow, err error) {
		return one, r.Scan(&one.Article, &one.Thread, timeOf(&one.Since))
	}); err != nil {
		return nil, err
	}
	rows, err = s.db.Query(ctx, `SELECT created_at, expires_at FROM comment_session WHERE writer_id = $1 ORDER BY created_at`, writer)
	if out.Sessions, err = db.All(rows, err, func(r *sql.Rows) (one ownSession, err error) {
		return one, r.Scan(timeOf(&one.Since), timeOf(&one.Until))
	}); err != nil {
		return nil, err
	}
	raw, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, fault.New(fault.Internal, "own data: %w", err)
	}
	return append(raw, '\n'), nil
}

// microTime scans a time as it is kept.
type microTime struct{ t *time.Time }

func timeOf(t *time.Time) microTime { return microTime{t} }

// Scan takes microseconds.
func (m microTime) Scan(value any) error {
	us, ok := value.(int64)
	if !ok {
		return fault.New(fault.Internal, "a time is kept as %T", value)
	}
	*m.t = db.Time(us)
	return nil
}

func (s *Service) ownComments(ctx context.Context, writer int64) ([]ownComment, error) {
	all, err := s.commentsOf(ctx, s.db, writer)
	if err != nil {
		return nil, err
	}
	out := make([]ownComment, 0, len(all))
	for _, k := range all {
		one := ownComment{ID: k.ID, Article: k.Article, Name: k.Name, Website: k.URL, Text: or(k.source, richtext.PlainText(k.Body)), Public: k.Legible() || k.shadow, Written: k.Created}
		if one.Network, err = s.vault.Open(purposePrefix, k.network); err != nil {
			return nil, err
		}
		former, err := edits(ctx, s.db, k.ID)
		if err != nil {
			return nil, err
		}
		for _, e := range former {
			one.Former = append(one.Former, richtext.PlainText(e.Body))
		}
		out = append(out, one)
	}
	return out, nil
}

// commentsOf are the comments of a writer, and those imported from the mailbox.
func (s *Service) commentsOf(ctx context.Context, q db.Querier, writer int64) ([]kept, error) {
	rows, err := q.Query(ctx, `SELECT `+keptColumns+` FROM comment c WHERE c.writer_id = $1 AND c.writer_id > 0 ORDER BY c.id`, writer)
	return db.All(rows, err, scanKept)
}

// Erase removes a signed-in reader and all that is kept of them. Their comments
// go, or, with keepText, stay without name and website.
func (s *Service) Erase(ctx context.Context, session string, keepText bool) error {
	writer, err := s.session(ctx, s.db, session)
	if err != nil {
		return err
	}
	return s.erase(ctx, actorReader, writer, keepText)
}

// EraseFor is Erase at the wish of somebody who wrote to the newsroom.
func (s *Service) EraseFor(ctx context.Context, actor account.Actor, writer int64, keepText bool) error {
	if err := actor.Require(account.Administrator, "erase readers"); err != nil {
		return err
	}
	return s.erase(ctx, actor.Name, writer, keepText)
}

func (s *Service) erase(ctx context.Context, actor string, writer int64, keepText bool) error {
	if err := s.learn(ctx); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		w, err := s.writerByID(ctx, tx, writer)
		if err != nil {
			return err
		}
		all, err := s.commentsOf(ctx, tx, writer)
		if err != nil {
			return err
		}
		t, lesson := s.newTally(), newLesson()
		for _, k := range all {
			lesson.add(&k, taught(k.Status, !k.decided.IsZero()), -1) // words of the name are among the tokens
			if keepText && k.Legible() {
				err = s.unname(ctx, tx, t, &k)
			} else if k, err = byID(ctx, tx, k.ID); err == nil && k.Removed.IsZero() { // an answer may have changed it
				err = s.takeAway(ctx, tx, t, &k)
			}
			if err != nil {
				return err
			}
		}
		if err := lesson.keep(ctx, tx, s.model.Load()); err != nil {
			return err
		}
		for _, k := range all {
			if err := s.eraseLikes(ctx, tx, w.ID, k.device); err != nil {
				return err
			}
		}
		if err := s.eraseLikes(ctx, tx, w.ID, ""); err != nil {
			return err
		}
		if err := s.eraseTraces(ctx, tx, w); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, s.clock.Now(), actor, "erase", "comment writer", writer, nil); err != nil {
			return err
		}
		return s.settle(ctx, tx, t)
	})
}

// NameErased is what stands for the name of somebody who was erased: pages say
// it in the reader's language.
const NameErased = ""

// unname leaves a comment's words, and nothing of who wrote them.
func (s *Service) unname(ctx context.Context, tx *db.Tx, t *tally, k *kept) error {
	t.touched[k.Article] = struct{}{}
	if _, err := tx.Exec(ctx, `UPDATE comment SET author_name = $1, author_url = '', profile_id = 0, writer_id = 0, device_index = '', prefix_sealed = '', prefix_index = '',
			email_sealed = '', email_index = '', avatar = 0, source = '', language = '', changed_at = $2 WHERE id = $3`, NameErased, t.now, k.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM comment_edit WHERE comment_id = $1`, k.ID)
	return err
}

// eraseLikes takes back what a writer liked, signed in or with a browser that
// they wrote with.
func (s *Service) eraseLikes(ctx context.Context, tx *db.Tx, writer int64, device string) error {
	rows, err := tx.Query(ctx, `SELECT comment_id FROM comment_like WHERE writer_id = $1 AND writer_id > 0 OR device_index = $2 AND device_index <> '' ORDER BY comment_id`, writer, device)
	liked, err := db.All(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM comment_like WHERE writer_id = $1 AND writer_id > 0 OR device_index = $2 AND device_index <> ''`, writer, device); err != nil {
		return err
	}
	for _, comment := range liked {
		if _, err := s.liked(ctx, tx, comment, -1); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// eraseTraces removes what else names a writer.
func (s *Service) eraseTraces(ctx context.Context, tx *db.Tx, w writerRow) error {
	if _, err := tx.Exec(ctx, `DELETE FROM comment_report WHERE writer_id = $1 AND writer_id > 0`, w.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM comment_note WHERE writer_id = $1 AND writer_id > 0`, w.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM comment_ban WHERE kind = 'writer' AND value = $1`, decimal(w.ID)); err != nil {
		return err
	}
	if err := stop(ctx, tx, w.ID, 0); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM comment_session WHERE writer_id = $1`, w.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM comment_asked WHERE mailbox_index = $1`, w.index); err != nil {
		return err
	}
	for _, state := range []job.State{job.Ready, job.Dead} {
		if err := s.cancelLetters(ctx, tx, state, w.ID); err != nil {
			return err
		}
	}
	tx.Purge(keyBans)
	_, err := tx.Exec(ctx, `DELETE FROM comment_writer WHERE id = $1`, w.ID)
	return err
}

// cancelLetters removes letters to a writer that have not gone.
func (s *Service) cancelLetters(ctx context.Context, tx *db.Tx, state job.State, writer int64) error {
	waiting, err := job.List(ctx, tx, state, 100_000)
	if err != nil {
		return err
	}
	for _, j := range waiting {
		var l letter
		if j.Kind == JobLetter && json.Unmarshal(j.Payload, &l) == nil && l.Writer == writer {
			if err := job.Cancel(ctx, tx, j.Kind, j.Key); err != nil {
				return err
			}
		}
	}
	return nil
}
