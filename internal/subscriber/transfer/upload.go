package transfer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/job"
	"dateline/internal/subscriber"
	"dateline/internal/vault"
)

// The kinds of jobs.
const (
	JobTake   = "transfer.take"
	JobForget = "transfer.forget"
)

const (
	purposeUpload = "transfer.upload"
	chunkSize     = 256 << 10           // bytes sealed as one
	MostUpload    = 256 << 20           // bytes of an uploaded file
	keepUpload    = 7 * 24 * time.Hour  // one that nobody finished
	keepReport    = 90 * 24 * time.Hour // of one that was taken in
)

// State is where an upload is.
type State string

// The states. An upload that failed can be chosen for and started again.
const (
	Arriving  State = "arriving"
	Fresh     State = "new"
	Checking  State = "checking"
	Checked   State = "checked"
	Importing State = "importing"
	Done      State = "done"
	Failed    State = "failed"
)

// Upload is a list that was brought to the desk.
type Upload struct {
	ID      int64
	Name    string
	Size    int64
	State   State
	Options Options
	Dry     *Report // of the dry run, nil before
	Report  *Report // so far
	Actor   string
	Created time.Time
}

// Desk takes lists in at the desk: uploaded, looked at, tried, imported by a job
// that goes on where it was interrupted. Safe for concurrent use.
type Desk struct {
	db      *db.DB
	clock   clock.Clock
	vault   *vault.Vault
	readers *subscriber.Service
}

// NewDesk wires a Desk.
func NewDesk(d *db.DB, c clock.Clock, v *vault.Vault, readers *subscriber.Service) *Desk {
	return &Desk{db: d, clock: c, vault: v, readers: readers}
}

func may(actor account.Actor) error {
	return actor.Require(account.Administrator, "move readers")
}

// Add keeps an uploaded file, sealed, until it is taken in or a week has gone.
func (s *Desk) Add(ctx context.Context, actor account.Actor, name string, r io.Reader) (int64, error) {
	if err := may(actor); err != nil {
		return 0, err
	}
	u := Upload{ID: id.New(), Name: path.Base(strings.ReplaceAll(name, `\`, "/"))}
	now := s.clock.Now()
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO transfer (id, name, size, state, actor, created_at, updated_at) VALUES ($1, $2, 0, 'arriving', $3, $4, $4)`,
			u.ID, u.Name, actor.Name, db.Micros(now)); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, now, actor.Name, "upload readers", "transfer", u.ID, map[string]string{"file": u.Name}); err != nil {
			return err
		}
		return s.forgetAt(ctx, tx, u.ID, now.Add(keepUpload))
	})
	if err != nil {
		return 0, err
	}
	size, err := s.pour(ctx, u.ID, r)
	if err == nil && size == 0 {
		err = fault.New(fault.Invalid, "the file is empty").WithHint("choose the file that the other system exported")
	}
	if err != nil {
		return 0, errors.Join(err, s.remove(ctx, u.ID))
	}
	return u.ID, s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE transfer SET state = 'new', size = $1 WHERE id = $2`, size, u.ID)
		return err
	})
}

func (s *Desk) forgetAt(ctx context.Context, tx *db.Tx, upload int64, at time.Time) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobForget, Key: strconv.FormatInt(upload, 10), Payload: upload, RunAt: at})
}

// pour seals the pieces of a file.
func (s *Desk) pour(ctx context.Context, upload int64, r io.Reader) (size int64, err error) {
	buf := make([]byte, chunkSize)
	for n := int64(0); ; n++ {
		got, err := io.ReadFull(r, buf)
		if got > 0 {
			size += int64(got)
			if size > MostUpload {
				return size, fault.New(fault.TooLarge, "the file is larger than %d MB", MostUpload>>20).WithHint("use dateline newsletter import on the server")
			}
			sealed := s.vault.Seal(purposeUpload, string(buf[:got]))
			if err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO transfer_chunk (transfer_id, n, sealed) VALUES ($1, $2, $3)`, upload, n, sealed)
				return err
			}); err != nil {
				return size, err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return size, nil
		}
		if err != nil {
			return size, err
		}
	}
}

func (s *Desk) remove(ctx context.Context, upload int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.drop(ctx, tx, upload) })
}

func (s *Desk) drop(ctx context.Context, tx *db.Tx, upload int64) error {
	if err := s.dropFile(ctx, tx, upload); err != nil {
		return err
	}
	for _, kind := range []string{JobTake, JobForget} {
		if err := job.Cancel(ctx, tx, kind, strconv.FormatInt(upload, 10)); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `DELETE FROM transfer WHERE id = $1`, upload)
	return err
}

func (s *Desk) dropFile(ctx context.Context, tx *db.Tx, upload int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM transfer_chunk WHERE transfer_id = $1`, upload)
	return err
}

// Discard forgets an upload and its report.
func (s *Desk) Discard(ctx context.Context, actor account.Actor, upload int64) error {
	if err := may(actor); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, err := s.upload(ctx, tx, upload)
		if err != nil {
			return err
		}
		if u.State == Importing {
			return fault.New(fault.Conflict, "the import is under way").WithHint("wait until it is done")
		}
		if err := s.drop(ctx, tx, upload); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, "discard upload", "transfer", upload, nil)
	})
}

const uploadColumns = `id, name, size, state, options, dry, report, actor, created_at`

func scanUpload(r *sql.Rows) (u Upload, err error) {
	var options, dry, report string
	var created int64
	if err := r.Scan(&u.ID, &u.Name, &u.Size, &u.State, &options, &dry, &report, &u.Actor, &created); err != nil {
		return u, err
	}
	u.Created = db.Time(created)
	err = json.Unmarshal([]byte(options), &u.Options)
	if dry != "" {
		err = errors.Join(err, json.Unmarshal([]byte(dry), &u.Dry))
	}
	if report != "" {
		err = errors.Join(err, json.Unmarshal([]byte(report), &u.Report))
	}
	return u, err
}

// List returns the uploads, the newest first.
func (s *Desk) List(ctx context.Context, actor account.Actor) ([]Upload, error) {
	if err := may(actor); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, `SELECT `+uploadColumns+` FROM transfer ORDER BY id DESC LIMIT 50`)
	return db.All(rows, err, scanUpload)
}

// Get returns an upload, or NotFound.
func (s *Desk) Get(ctx context.Context, actor account.Actor, upload int64) (Upload, error) {
	if err := may(actor); err != nil {
		return Upload{}, err
	}
	return s.upload(ctx, s.db, upload)
}

func (s *Desk) upload(ctx context.Context, q db.Querier, upload int64) (Upload, error) {
	rows, err := q.Query(ctx, `SELECT `+uploadColumns+` FROM transfer WHERE id = $1`, upload)
	all, err := db.All(rows, err, scanUpload)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "there is no such upload").WithHint("uploads are kept for a week")
	}
	if err != nil {
		return Upload{}, err
	}
	return all[0], nil
}

// Plans are how the files of an upload are going to be read. With an error they
// say how far that can be told.
func (s *Desk) Plans(ctx context.Context, u Upload) ([]Plan, error) {
	files, err := s.files(ctx, u)
	if err != nil {
		return nil, err
	}
	return Inspect(files, u.Options.Choices)
}

func (s *Desk) files(ctx context.Context, u Upload) ([]File, error) {
	return Unpack(u.Name, &pieces{ctx: ctx, s: s, upload: u.ID, size: u.Size, n: -1}, u.Size)
}

// pieces reads a sealed file at any place. The piece used last is kept.
type pieces struct {
	ctx    context.Context
	s      *Desk
	upload int64
	size   int64
	n      int64
	text   string
}

func (p *pieces) ReadAt(to []byte, at int64) (read int, err error) {
	for read < len(to) {
		if at >= p.size {
			return read, io.EOF
		}
		if n := at / chunkSize; n != p.n {
			var sealed string
			if err := p.s.db.QueryRow(p.ctx, `SELECT sealed FROM transfer_chunk WHERE transfer_id = $1 AND n = $2`, p.upload, n).Scan(&sealed); err != nil {
				return read, fault.New(fault.Gone, "the uploaded file is not here any more: %w", err).WithHint("upload it again")
			}
			if p.text, err = p.s.vault.Open(purposeUpload, sealed); err != nil {
				return read, err
			}
			p.n = n
		}
		got := copy(to[read:], p.text[at%chunkSize:])
		read, at = read+got, at+int64(got)
	}
	return read, nil
}

// Choose keeps what a person says of the columns and newsletters, and has the
// upload tried: a job finds out what would become of each row.
func (s *Desk) Choose(ctx context.Context, actor account.Actor, upload int64, opt Options) error {
	if err := may(actor); err != nil {
		return err
	}
	u, err := s.upload(ctx, s.db, upload)
	if err != nil {
		return err
	}
	u.Options = opt
	if _, err := s.Plans(ctx, u); err != nil {
		return err
	}
	return s.begin(ctx, actor, upload, Checking, &opt)
}

// Start begins the import.
func (s *Desk) Start(ctx context.Context, actor account.Actor, upload int64) error {
	if err := may(actor); err != nil {
		return err
	}
	return s.begin(ctx, actor, upload, Importing, nil)
}

func (s *Desk) begin(ctx context.Context, actor account.Actor, upload int64, to State, opt *Options) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, err := s.upload(ctx, tx, upload)
		if err != nil {
			return err
		}
		switch {
		case u.State == Checking || u.State == Importing:
			return fault.New(fault.Conflict, "the list is being read already").WithHint("wait until that is done")
		case u.State == Done:
			return fault.New(fault.Conflict, "the list has been taken in").WithHint("upload it again to compare")
		case to == Importing && u.Dry == nil:
			return fault.New(fault.Conflict, "the list has not been tried yet").WithHint("try it first")
		}
		if opt != nil {
			u.Options = *opt
		}
		raw, err := json.Marshal(u.Options)
		if err != nil {
			return fault.New(fault.Internal, "options: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE transfer SET state = $1, options = $2, actor = $3, updated_at = $4, dry = CASE WHEN $1 = 'checking' THEN '' ELSE dry END WHERE id = $5`,
			string(to), string(raw), actor.Name, db.Micros(s.clock.Now()), upload); err != nil {
			return err
		}
		return job.Enqueue(ctx, tx, job.Spec{Kind: JobTake, Key: strconv.FormatInt(upload, 10), Payload: upload})
	})
}

// HandleTake tries an upload or takes it in. One that was interrupted goes on
// after the last batch that was taken.
func (s *Desk) HandleTake(ctx context.Context, payload []byte) error {
	var upload int64
	if err := json.Unmarshal(payload, &upload); err != nil {
		return job.GiveUp(fault.New(fault.Internal, "the import's job cannot be read"))
	}
	u, err := s.upload(ctx, s.db, upload)
	if fault.Is(err, fault.NotFound) || err == nil && u.State != Checking && u.State != Importing {
		return nil
	}
	if err != nil {
		return err
	}
	files, err := s.files(ctx, u)
	if err != nil {
		return s.failed(ctx, u, nil, err)
	}
	opt := u.Options
	if opt.Dry = u.State == Checking; !opt.Dry {
		opt.Resume = u.Report
		opt.Save = func(ctx context.Context, tx *db.Tx, soFar *Report) error {
			return s.keep(ctx, tx, u.ID, Importing, "", soFar)
		}
	}
	rep, err := Run(ctx, s.readers, s.clock, account.System(u.Actor), files, opt)
	switch {
	case ctx.Err() != nil || fault.Is(err, fault.Unavailable):
		return err // it goes on later
	case err != nil:
		return s.failed(ctx, u, rep, err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if opt.Dry {
			return s.keep(ctx, tx, u.ID, Checked, "dry", rep)
		}
		if err := s.dropFile(ctx, tx, u.ID); err != nil {
			return err
		}
		if err := s.forgetAt(ctx, tx, u.ID, s.clock.Now().Add(keepReport)); err != nil {
			return err
		}
		return s.keep(ctx, tx, u.ID, Done, "", rep)
	})
}

// failed keeps why a list cannot be read further.
func (s *Desk) failed(ctx context.Context, u Upload, rep *Report, why error) error {
	if rep == nil {
		rep = newReport(nil, u.State == Checking)
	}
	rep.Error = why.Error()
	which := ""
	if u.State == Checking {
		which = "dry"
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.keep(ctx, tx, u.ID, Failed, which, rep) })
}

// keep stores a report and the state that it leads to.
func (s *Desk) keep(ctx context.Context, tx *db.Tx, upload int64, to State, which string, rep *Report) error {
	raw, err := json.Marshal(rep)
	if err != nil {
		return fault.New(fault.Internal, "report: %w", err)
	}
	dry, report := "", string(raw)
	if which == "dry" {
		dry, report = report, dry
	}
	_, err = tx.Exec(ctx, `UPDATE transfer SET state = $1, updated_at = $2, dry = CASE WHEN $3 = '' THEN dry ELSE $3 END, report = CASE WHEN $4 = '' THEN report ELSE $4 END WHERE id = $5`,
		string(to), db.Micros(s.clock.Now()), dry, report, upload)
	return err
}

// HandleForget removes an upload whose time has come.
func (s *Desk) HandleForget(ctx context.Context, payload []byte) error {
	var upload int64
	if err := json.Unmarshal(payload, &upload); err != nil {
		return job.GiveUp(fault.New(fault.Internal, "the job cannot be read"))
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.dropFile(ctx, tx, upload); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM transfer WHERE id = $1`, upload)
		return err
	})
}
