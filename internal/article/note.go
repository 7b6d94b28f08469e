package article

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// Anchor is a passage, found again by its words and by what stands around
// them. The zero value is the article as a whole.
type Anchor struct {
	Quote  string `json:"quote"`
	Prefix string `json:"prefix"`
	Suffix string `json:"suffix"`
}

// Note is what one colleague tells the others about an article. Notes never
// leave the desk: no public output, export or version holds them.
type Note struct {
	ID       int64
	Article  int64
	Thread   int64 // first note of the conversation; its own id for that one
	Person   int64
	Author   string
	Body     string
	Anchor   Anchor
	At       time.Time
	Resolved time.Time // of the first note of a conversation; zero while it is open
	By       string    // who resolved it
}

// NoteInput is a new note, or an answer to one.
type NoteInput struct {
	Article  int64
	Thread   int64 // 0 begins a conversation
	Body     string
	Anchor   Anchor
	Mentions []int64 // people who are named in it
}

const (
	maxNote   = 4000 // runes
	maxAnchor = 2000
)

// AddNote adds a note. Whoever sees an article at the desk may. Those it names
// who may see the article too are told.
func (s *Service) AddNote(ctx context.Context, actor account.Actor, in NoteInput) (n Note, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err = s.AddNoteTx(ctx, tx, actor, in)
		return err
	})
	return n, err
}

// AddNoteTx is AddNote inside a transaction of the caller.
func (s *Service) AddNoteTx(ctx context.Context, tx *db.Tx, actor account.Actor, in NoteInput) (Note, error) {
	a, err := s.openAny(ctx, tx, actor, in.Article, mayRead)
	if err != nil {
		return Note{}, err
	}
	return s.addNote(ctx, tx, actor, &a, in, "mention")
}

// addNote adds a note to an article that the actor may see. what names the
// letters to those it mentions.
func (s *Service) addNote(ctx context.Context, tx *db.Tx, actor account.Actor, a *Article, in NoteInput, what string) (Note, error) {
	n := Note{ID: s.newID(), Article: a.ID, Thread: in.Thread, Person: actor.ID, Author: actor.Name, Body: strings.TrimSpace(in.Body), Anchor: in.Anchor, At: s.clock.Now()}
	switch {
	case n.Body == "":
		return n, fault.New(fault.Invalid, "the note is empty")
	case utf8.RuneCountInString(n.Body) > maxNote:
		return n, fault.New(fault.Invalid, "a note has at most %d characters", maxNote).WithHint("part it into two")
	case len(in.Anchor.Quote)+len(in.Anchor.Prefix)+len(in.Anchor.Suffix) > 4*maxAnchor:
		return n, fault.New(fault.Invalid, "the passage is too long for a note").WithHint("mark some words of it")
	}
	if n.Thread == 0 {
		n.Thread = n.ID
	} else {
		first, err := noteByID(ctx, tx, n.Thread)
		if err != nil || first.Article != a.ID || first.Thread != first.ID {
			return n, fault.New(fault.NotFound, "the note that you answer is not there any more")
		}
		n.Anchor = Anchor{}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO note (id, article_id, thread_id, person_id, author, body, quote, prefix, suffix, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		n.ID, n.Article, n.Thread, n.Person, n.Author, n.Body, n.Anchor.Quote, n.Anchor.Prefix, n.Anchor.Suffix, db.Micros(n.At)); err != nil {
		return n, err
	}
	if err := s.mention(ctx, tx, actor, a, &n, in.Mentions, what); err != nil {
		return n, err
	}
	return n, s.record(ctx, tx, actor, "note", a.ID, nil)
}

// mention puts a note before the people it names, who must see the article, and
// tells them by mail.
func (s *Service) mention(ctx context.Context, tx *db.Tx, actor account.Actor, a *Article, n *Note, people []int64, what string) error {
	slices.Sort(people)
	for _, personID := range slices.Compact(people) {
		if personID == n.Person || personID == 0 {
			continue
		}
		c, err := account.ColleagueByID(ctx, tx, personID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if !MayRead(account.Actor{ID: c.ID, Role: c.Role}, a) {
			return fault.New(fault.Invalid, "%s may not see this article", c.Name).WithHint("assign it to them first, or leave the name out")
		}
		if _, err := tx.Exec(ctx, `INSERT INTO mention (person_id, note_id, article_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			c.ID, n.ID, a.ID, db.Micros(n.At)); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, actor, news{What: what, Article: a.ID, Note: n.ID}, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// ResolveNote closes a conversation, or opens it again. Whoever sees the article
// may.
func (s *Service) ResolveNote(ctx context.Context, actor account.Actor, articleID, noteID int64, done bool) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.openAny(ctx, tx, actor, articleID, mayRead)
		if err != nil {
			return err
		}
		n, err := noteByID(ctx, tx, noteID)
		if err != nil || n.Article != a.ID || n.Thread != n.ID {
			return fault.New(fault.NotFound, "the note is not there any more")
		}
		at, by, verb := int64(0), "", "reopen note"
		if done {
			at, by, verb = db.Micros(s.clock.Now()), actor.Name, "resolve note"
		}
		if _, err := tx.Exec(ctx, `UPDATE note SET resolved_at = $1, resolved_by = $2 WHERE id = $3`, at, by, n.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, verb, a.ID, nil)
	})
}

// RemoveNote takes a note back: its author's own, or an editor's decision. With
// the first of a conversation its answers go.
func (s *Service) RemoveNote(ctx context.Context, actor account.Actor, articleID, noteID int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.openAny(ctx, tx, actor, articleID, mayRead)
		if err != nil {
			return err
		}
		n, err := noteByID(ctx, tx, noteID)
		if err != nil || n.Article != a.ID {
			return fault.New(fault.NotFound, "the note is not there any more")
		}
		if n.Person != actor.ID {
			if err := actor.Require(account.Editor, "take back the note of somebody else"); err != nil {
				return err
			}
		}
		for _, query := range []string{`DELETE FROM mention WHERE note_id IN (SELECT id FROM note WHERE id = $1 OR thread_id = $1)`, `DELETE FROM note WHERE id = $1 OR thread_id = $1`} {
			if _, err := tx.Exec(ctx, query, n.ID); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, actor, "remove note", a.ID, nil)
	})
}

const noteColumns = `id, article_id, thread_id, person_id, author, body, quote, prefix, suffix, at, resolved_at, resolved_by`

func scanNote(r scanner) (Note, error) {
	var n Note
	var at, resolved int64
	err := r.Scan(&n.ID, &n.Article, &n.Thread, &n.Person, &n.Author, &n.Body, &n.Anchor.Quote, &n.Anchor.Prefix, &n.Anchor.Suffix, &at, &resolved, &n.By)
	n.At, n.Resolved = db.Time(at), db.Time(resolved)
	return n, err
}

func noteByID(ctx context.Context, q db.Querier, noteID int64) (Note, error) {
	return scanNote(q.QueryRow(ctx, `SELECT `+noteColumns+` FROM note WHERE id = $1`, noteID))
}

// Notes returns the notes of an article, the oldest first, for those who may
// see it at the desk.
func (s *Service) Notes(ctx context.Context, actor account.Actor, articleID int64) ([]Note, error) {
	if _, err := s.openAny(ctx, s.db, actor, articleID, mayRead); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, `SELECT `+noteColumns+` FROM note WHERE article_id = $1 ORDER BY id LIMIT 1000`, articleID)
	return db.All(rows, err, func(r *sql.Rows) (Note, error) { return scanNote(r) })
}

// Mention is a note in which somebody is named.
type Mention struct {
	Note     Note
	Headline string
	Read     time.Time // zero while it is new
}

// Mentions returns the notes that name the actor, the newest first.
func (s *Service) Mentions(ctx context.Context, actor account.Actor, limit int) ([]Mention, error) {
	rows, err := s.db.Query(ctx, `SELECT n.id, n.article_id, n.thread_id, n.person_id, n.author, n.body, n.quote, n.prefix, n.suffix, n.at, n.resolved_at, n.resolved_by, m.read_at
		FROM mention m JOIN note n ON n.id = m.note_id WHERE m.person_id = $1 ORDER BY m.at DESC, n.id DESC LIMIT $2`, actor.ID, limit)
	all, err := db.All(rows, err, func(r *sql.Rows) (Mention, error) {
		var m Mention
		var at, resolved, read int64
		n := &m.Note
		err := r.Scan(&n.ID, &n.Article, &n.Thread, &n.Person, &n.Author, &n.Body, &n.Anchor.Quote, &n.Anchor.Prefix, &n.Anchor.Suffix, &at, &resolved, &n.By, &read)
		n.At, n.Resolved, m.Read = db.Time(at), db.Time(resolved), db.Time(read)
		return m, err
	})
	if err != nil {
		return nil, err
	}
	seen := all[:0]
	for _, m := range all {
		a, err := s.openAny(ctx, s.db, actor, m.Note.Article, mayRead)
		if fault.Is(err, fault.Denied) { // no longer theirs to see
			continue
		}
		if err != nil {
			return nil, err
		}
		m.Headline = a.Headline
		seen = append(seen, m)
	}
	return seen, nil
}

// Unread counts the notes that name the actor and that they have not seen.
func (s *Service) Unread(ctx context.Context, actor account.Actor) (int64, error) {
	var n int64
	err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM mention WHERE person_id = $1 AND read_at = 0`, actor.ID).Scan(&n)
	return n, err
}

// SeeMentions notes that the actor has seen the notes of an article that name
// them; of all articles for 0.
func (s *Service) SeeMentions(ctx context.Context, actor account.Actor, articleID int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE mention SET read_at = $1 WHERE person_id = $2 AND read_at = 0 AND (article_id = $3 OR $3 = 0)`,
			db.Micros(s.clock.Now()), actor.ID, articleID)
		return err
	})
}
