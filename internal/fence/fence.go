// Package fence keeps a restored copy of a site from sending mail.
//
// A backup that is restored, or a folder that is copied to try something, holds
// mailings that were under way and editions that were due: the original has
// sent them, and the copy would send them again. So a process that finds itself
// on a copy sends nothing until a person says that it is the site now.
//
// How it is found out: the data folder has a file with the folder's id and a
// number that grows while the site is served; the database has a row for each
// folder with the same number and the place of the file on its disk (inode and
// time of birth, which no copy has). A folder in another place was copied. A
// folder with a larger number than the database is ahead of it: the database
// was restored. A folder that the database does not know, while it knows others,
// is on another machine.
//
// Not found out: a whole disk that is copied block by block, or a virtual
// machine that is cloned, while the original goes on.
//
// Table: instance. File: instance, in the data folder.
package fence

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/wholefile"
)

// Why is the reason for which nothing is sent; "" for none.
type Why string

// The reasons.
const (
	Free      Why = ""
	Copied    Why = "copied"    // the data folder is a copy of another one
	Older     Why = "older"     // the database was restored from a backup
	Elsewhere Why = "elsewhere" // the database has been used with another data folder
)

// Says is the reason in words, for the command line and logs.
func (w Why) Says() string {
	return map[Why]string{
		Copied:    "this data folder is a copy: mail is held back, because the original may have sent it",
		Older:     "the database is older than the data folder, as after a restored backup: mail is held back, because it may have been sent",
		Elsewhere: "this database has been used with another data folder: mail is held back, because it may have been sent from there",
	}[w]
}

// Fence knows whether this process may send mail. Safe for concurrent use.
type Fence struct {
	d     *db.DB
	clock clock.Clock
	file  string

	mu   sync.Mutex
	id   string
	beat int64
	why  Why
	then []func()
}

const fileName = "instance"

// tolerated is by how much a folder may be ahead of its database: a beat that
// was written down in one and not in the other.
const tolerated = 1

// Open finds out whether the folder and the database belong together.
func Open(ctx context.Context, d *db.DB, c clock.Clock, folder string) (*Fence, error) {
	f := &Fence{d: d, clock: c, file: filepath.Join(folder, fileName)}
	if err := f.read(); err != nil {
		return nil, err
	}
	place, err := placeOf(f.file)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "the file %s cannot be looked at: %w", f.file, err)
	}
	return f, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return f.judge(ctx, tx, place) })
}

// read reads the folder's file, or makes it.
func (f *Fence) read() error {
	raw, err := os.ReadFile(f.file)
	if errors.Is(err, fs.ErrNotExist) {
		f.id = id.Token()
		return f.create()
	}
	if err != nil {
		return fault.New(fault.Invalid, "the file %s cannot be read: %w", f.file, err)
	}
	name, number, _ := strings.Cut(strings.TrimSpace(string(raw)), "\n")
	if f.id, f.beat, err = name, 0, nil; number != "" {
		f.beat, err = strconv.ParseInt(number, 10, 64)
	}
	if err != nil || f.id == "" {
		return fault.New(fault.Invalid, "the file %s is broken", f.file).WithHint("remove it; nothing is sent then before you confirm that this is the site")
	}
	return nil
}

// create makes the file, or reads one that another process made meanwhile.
func (f *Fence) create() error {
	err := wholefile.Create(f.file, f.content())
	if errors.Is(err, fs.ErrExist) {
		return f.read()
	}
	if err != nil {
		return fault.New(fault.Unavailable, "the file %s cannot be made: %w", f.file, err)
	}
	return nil
}

// write writes the file in its place, at the same length: a new file would look
// like a copy.
func (f *Fence) write() error {
	out, err := os.OpenFile(f.file, os.O_WRONLY, 0o600)
	if err == nil {
		_, err = out.Write(f.content())
		err = errors.Join(err, out.Sync(), out.Close())
	}
	if err != nil {
		return fault.New(fault.Unavailable, "the file %s cannot be written: %w", f.file, err)
	}
	return nil
}

func (f *Fence) content() []byte { return fmt.Appendf(nil, "%s\n%020d\n", f.id, f.beat) }

type row struct {
	id, place, held string
	beat            int64
}

// judge compares the folder with the database, and notes a folder that is new.
func (f *Fence) judge(ctx context.Context, tx *db.Tx, place string) error {
	rows, err := tx.Query(ctx, `SELECT id, place, held, beat FROM instance`)
	all, err := db.All(rows, err, func(r *sql.Rows) (one row, err error) { return one, r.Scan(&one.id, &one.place, &one.held, &one.beat) })
	if err != nil {
		return err
	}
	var mine *row
	for i := range all {
		if all[i].id == f.id {
			mine = &all[i]
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case mine == nil && len(all) == 0:
		f.why = Free
	case mine == nil:
		f.why = Elsewhere
	case mine.place != place:
		f.why = Copied
	case f.beat > mine.beat+tolerated:
		f.why = Older
	default:
		f.why, f.beat = Why(mine.held), max(f.beat, mine.beat)
		return nil
	}
	if f.why == Copied { // the row may be the original's; only a person's word changes it
		return nil
	}
	return f.note(ctx, tx, place)
}

// note writes the folder's row.
func (f *Fence) note(ctx context.Context, tx *db.Tx, place string) error {
	_, err := tx.Exec(ctx, `INSERT INTO instance (id, place, held, beat, seen_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET place = excluded.place, held = excluded.held, beat = excluded.beat, seen_at = excluded.seen_at`,
		f.id, place, string(f.why), f.beat, db.Micros(f.clock.Now()))
	return err
}

// Held tells why nothing may be sent.
func (f *Fence) Held() Why {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.why
}

// Err is an error while nothing may be sent, else nil.
func (f *Fence) Err() error {
	why := f.Held()
	if why == Free {
		return nil
	}
	return fault.New(fault.Unavailable, "%s", why.Says()).WithHint("confirm at the desk, or with “dateline restore confirm”, that this is the site now")
}

// Then makes the fence call fn once somebody has confirmed, after the database
// has it. It is not called when nothing was held.
func (f *Fence) Then(fn func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.then = append(f.then, fn)
}

// Confirm takes a person's word that this is the site now. Administrators may.
func (f *Fence) Confirm(ctx context.Context, actor account.Actor) error {
	if err := actor.Require(account.Administrator, "let a restored site send mail"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.why == Free {
		return fault.New(fault.Conflict, "nothing is held back")
	}
	was := f.copy()
	if f.why == Copied {
		f.id = id.Token() // the original keeps its own
	}
	f.why, f.beat = Free, f.beat+tolerated+1
	err := f.write()
	var place string
	if err == nil {
		place, err = placeOf(f.file)
	}
	if err == nil {
		err = f.d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := f.note(ctx, tx, place); err != nil {
				return err
			}
			return audit.Record(ctx, tx, f.clock.Now(), actor.Name, "confirm restored", "site", 0, map[string]any{"why": was.why})
		})
	}
	if err != nil {
		f.id, f.beat, f.why = was.id, was.beat, was.why
		return errors.Join(err, f.write())
	}
	for _, fn := range f.then {
		go fn()
	}
	f.then = nil
	return nil
}

type state struct {
	id   string
	beat int64
	why  Why
}

func (f *Fence) copy() state { return state{f.id, f.beat, f.why} }

// Beat counts one further, in the database first. Serving calls it every minute,
// so that a database that is restored is behind its folder.
func (f *Fence) Beat(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.why != Free {
		return nil
	}
	next := f.beat + 1
	if err := f.d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE instance SET beat = $2, seen_at = $3 WHERE id = $1 AND beat < $2`, f.id, next, db.Micros(f.clock.Now()))
		return err
	}); err != nil {
		return err
	}
	f.beat = next
	return f.write()
}

// Watch follows a word that was given in another process, such as the command
// line's, and reports whether mail may leave now.
func (f *Fence) Watch(ctx context.Context) (Why, error) {
	raw, err := os.ReadFile(f.file)
	if err != nil {
		return f.Held(), fault.New(fault.Unavailable, "the file %s cannot be read: %w", f.file, err)
	}
	name, _, _ := strings.Cut(string(raw), "\n")
	var held string
	var beat int64
	err = f.d.QueryRow(ctx, `SELECT held, beat FROM instance WHERE id = $1`, name).Scan(&held, &beat)
	if fault.Is(err, fault.NotFound) {
		return f.Held(), nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil || f.why == Free || held != "" || f.why == Copied && name == f.id || f.why == Older && beat <= f.beat {
		return f.why, err
	}
	f.id, f.beat, f.why = name, beat, Free
	for _, fn := range f.then {
		go fn()
	}
	f.then = nil
	return Free, nil
}
