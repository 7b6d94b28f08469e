package comment

import (
	"context"
	"time"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/mail"
)

// writerRow is a Writer with what only the service sees.
type writerRow struct {
	Writer
	index, sealed, language string
}

const writerColumns = `id, email_index, email_sealed, name, language, confirmed_at, trusted_at, approved, refused, created_at`

func oneWriter(row *db.Row) (w writerRow, err error) {
	var confirmed, trusted, created int64
	err = row.Scan(&w.ID, &w.index, &w.sealed, &w.Name, &w.language, &confirmed, &trusted, &w.Approved, &w.Refused, &created)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "there is no such writer")
	}
	w.Confirmed, w.Trusted, w.Since = confirmed > 0, trusted > 0, db.Time(created)
	return w, err
}

func (s *Service) writerByIndex(ctx context.Context, q db.Querier, index string) (writerRow, error) {
	return oneWriter(q.QueryRow(ctx, `SELECT `+writerColumns+` FROM comment_writer WHERE email_index = $1`, index))
}

func (s *Service) writerByID(ctx context.Context, q db.Querier, writer int64) (writerRow, error) {
	return oneWriter(q.QueryRow(ctx, `SELECT `+writerColumns+` FROM comment_writer WHERE id = $1`, writer))
}

func (s *Service) address(w writerRow) (string, error) { return s.vault.Open(purposeWriter, w.sealed) }

// sessionFor is how long a reader stays signed in.
const sessionFor = 90 * 24 * time.Hour

// open signs a writer in and returns the cookie's value.
func (s *Service) open(ctx context.Context, tx *db.Tx, writer int64) (string, error) {
	token := id.Token() + id.Token()
	now := s.clock.Now()
	_, err := tx.Exec(ctx, `INSERT INTO comment_session (token_index, writer_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
		s.vault.Index(purposeSession, token), writer, db.Micros(now), db.Micros(now.Add(sessionFor)))
	return token, err
}

// session returns the writer that a cookie's value belongs to, SignIn for none.
func (s *Service) session(ctx context.Context, q db.Querier, token string) (writer int64, err error) {
	none := fault.New(fault.SignIn, "you are not signed in").WithHint("ask for a link by mail")
	if token == "" || len(token) > 200 {
		return 0, none
	}
	err = q.QueryRow(ctx, `SELECT writer_id FROM comment_session WHERE token_index = $1 AND expires_at > $2`, s.vault.Index(purposeSession, token), s.now()).Scan(&writer)
	if fault.Is(err, fault.NotFound) {
		err = none
	}
	return writer, err
}

// SignedIn returns the writer that a session cookie belongs to, SignIn when it
// belongs to nobody.
func (s *Service) SignedIn(ctx context.Context, session string) (Writer, error) {
	writer, err := s.session(ctx, s.db, session)
	if err != nil {
		return Writer{}, err
	}
	w, err := s.writerByID(ctx, s.db, writer)
	if err != nil {
		return Writer{}, err
	}
	w.Address, err = s.address(w)
	return w.Writer, err
}

// SignOut ends a session.
func (s *Service) SignOut(ctx context.Context, session string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM comment_session WHERE token_index = $1`, s.vault.Index(purposeSession, session))
		return err
	})
}

// FindWriter returns the writer at an address, NotFound when there is none.
func (s *Service) FindWriter(ctx context.Context, actor account.Actor, email string) (Writer, error) {
	if err := actor.Require(account.Administrator, "see readers' addresses"); err != nil {
		return Writer{}, err
	}
	box, ok := mail.ParseMailbox(email)
	if !ok {
		return Writer{}, wrongField(FieldEmail, ErrAddress, "this is not a mail address").WithHint("write it as name@example.org")
	}
	w, err := s.writerByIndex(ctx, s.db, s.vault.Index(purposeWriter, box.Box))
	if fault.Is(err, fault.NotFound) {
		if w.ID, err = s.adopt(ctx, box); err != nil {
			return Writer{}, err
		}
		w, err = s.writerByID(ctx, s.db, w.ID)
	}
	if err != nil {
		return Writer{}, err
	}
	w.Address, err = s.address(w)
	return w.Writer, err
}

// adopt makes a writer of a mailbox that only imported comments have.
func (s *Service) adopt(ctx context.Context, box mail.Mailbox) (writer int64, err error) {
	var one int64
	err = s.db.QueryRow(ctx, `SELECT id FROM comment WHERE email_index = $1 AND email_index <> '' LIMIT 1`, s.vault.Index(purposeEmail, box.Box)).Scan(&one)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "nobody comments with this address")
	}
	if err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		writer, err = s.makeWriter(ctx, tx, box, "", "")
		return err
	})
	return writer, err
}

// personOf tells moderators of a writer; addresses are for administrators.
func (s *Service) personOf(ctx context.Context, actor account.Actor, writer int64) (*Writer, error) {
	if writer == 0 {
		return nil, nil
	}
	w, err := s.writerByID(ctx, s.db, writer)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if w.Address, err = s.address(w); err != nil {
		return nil, err
	}
	if actor.Role < account.Administrator {
		w.Address = mail.Mask(w.Address)
	}
	return &w.Writer, nil
}
