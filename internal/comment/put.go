package comment

import (
	"context"
	"encoding/json"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/mail"
)

// entry is a comment on its way into the database.
type entry struct {
	kept
	at     Cursor // its thread
	box    mail.Mailbox
	follow bool
	again  bool // set when the same form had been sent before
}

// putAll writes comments in one transaction. It may run more than once.
func (s *Service) putAll(ctx context.Context, entries []*entry) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		t := s.newTally()
		for _, e := range entries {
			if err := s.put(ctx, tx, t, e); err != nil {
				return err
			}
		}
		return s.settle(ctx, tx, t)
	})
}

func (s *Service) put(ctx context.Context, tx *db.Tx, t *tally, e *entry) error {
	e.again = false
	if e.box.Key != "" {
		if err := s.meet(ctx, tx, e); err != nil {
			return err
		}
	}
	body, err := json.Marshal(e.Body)
	if err != nil {
		return fault.New(fault.Internal, "the comment's document: %w", err)
	}
	n, err := tx.Exec(ctx, `INSERT INTO comment (id, article_id, parent_id, root_id, root_at, kind, status, author_name, author_url, profile_id, body, created_at,
			shown, writer_id, staff_id, device_index, prefix_sealed, prefix_index, form_index, language, source, wave, avatar, shadow, rank, held_for, reason, public_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $12, $25, $26, $27, $28)
		ON CONFLICT (form_index) WHERE form_index <> '' DO NOTHING`,
		e.ID, e.Article, e.Parent, e.at.Root, e.at.At, string(e.Kind), string(e.Status), e.Name, e.URL, e.Profile, string(body), db.Micros(e.Created),
		e.Shown, e.writer, e.Staff, e.device, e.network, e.prefix, e.form, e.language, e.source, e.wave, e.Avatar, e.shadow, e.heldFor, reasonsJSON(e.reasons),
		db.Micros(e.Public), db.Micros(e.Changed))
	if err != nil {
		return err
	}
	if n == 0 {
		e.again = true
		return nil
	}
	t.came(&e.Comment)
	follows := e.follow && e.writer != 0
	if follows {
		if err := s.addFollow(ctx, tx, e.writer, e.Article, e.at.Root); err != nil {
			return err
		}
	}
	switch {
	case e.heldFor == WhyConfirm:
		return s.ask(ctx, tx, letter{Kind: letterConfirm, Writer: e.writer, Comment: e.ID})
	case follows && s.Mails(): // who has confirmed gets none
		return s.ask(ctx, tx, letter{Kind: letterConfirm, Writer: e.writer})
	}
	return nil
}

// meet finds the writer of a mailbox, or makes one. A new one takes over what
// was imported from the same mailbox.
func (s *Service) meet(ctx context.Context, tx *db.Tx, e *entry) error {
	if e.writer != 0 {
		return nil
	}
	w, err := s.makeWriter(ctx, tx, e.box, e.Name, e.language)
	e.writer = w
	return err
}

func (s *Service) makeWriter(ctx context.Context, tx *db.Tx, box mail.Mailbox, name, language string) (int64, error) {
	index, now := s.vault.Index(purposeWriter, box.Box), s.now()
	fresh := id.New()
	var writer int64
	err := tx.QueryRow(ctx, `INSERT INTO comment_writer (id, email_index, email_sealed, name, language, created_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
		ON CONFLICT (email_index) DO UPDATE SET seen_at = excluded.seen_at RETURNING id`,
		fresh, index, s.vault.Seal(purposeWriter, box.Written), name, language, now).Scan(&writer)
	if err != nil || writer != fresh {
		return writer, err
	}
	_, err = tx.Exec(ctx, `UPDATE comment SET writer_id = $1 WHERE email_index = $2 AND email_index <> '' AND writer_id = 0`, writer, s.vault.Index(purposeEmail, box.Box))
	return writer, err
}
