// Package preview makes secret links with which outsiders (a source, a lawyer,
// an expert) see an article before it is public.
//
// A link shows the text as it was when the link was made, or always the newest.
// It lives an hour to thirty days, can be revoked, and shows nothing once the
// article is withdrawn or in the bin. Only the hash of its token is stored.
//
// Tables: preview_link.
package preview

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
)

// The shortest and the longest life of a link.
const (
	Shortest = time.Hour
	Longest  = 30 * 24 * time.Hour
)

// mostLabel is how long a link's label may be, in characters.
const mostLabel = 120

// Link is one link, without its token.
type Link struct {
	ID      int64
	Article int64
	Frozen  bool   // shows the text as it was when the link was made
	Label   string // for whom it is
	Actor   string // who made it
	Person  int64
	Created time.Time
	Expires time.Time
	Revoked time.Time
	By      string // who revoked it
}

// Works tells whether the link opens at a moment, as far as it knows itself.
func (l Link) Works(now time.Time) bool { return l.Revoked.IsZero() && l.Expires.After(now) }

// Service makes, lists, revokes and opens links. Safe for concurrent use.
type Service struct {
	db       *db.DB
	clock    clock.Clock
	articles *article.Service
}

// NewService wires the service.
func NewService(d *db.DB, c clock.Clock, a *article.Service) *Service {
	return &Service{db: d, clock: c, articles: a}
}

// MakeInput describes a new link.
type MakeInput struct {
	Article int64
	Frozen  bool
	Life    time.Duration
	Label   string
}

// Make makes a link and returns the token that opens it, which nobody can be
// told again. Who may edit the article may show it.
func (s *Service) Make(ctx context.Context, actor account.Actor, in MakeInput) (l Link, token string, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := actor.Require(account.Author, "show articles to outsiders"); err != nil {
			return err
		}
		w, err := s.articles.WorkingTx(ctx, tx, actor, in.Article)
		if err != nil {
			return err
		}
		if !article.MayEdit(actor, &w.Article) {
			return fault.New(fault.Denied, "you may not show %q to outsiders: who may edit it may", w.Article.Headline).WithHint("ask an editor")
		}
		if in.Life < Shortest || in.Life > Longest {
			return fault.New(fault.Invalid, "a preview link lives between an hour and thirty days")
		}
		now := s.clock.Now()
		token = id.Token() + id.Token()
		l = Link{ID: id.New(), Article: in.Article, Frozen: in.Frozen, Label: strings.Join(strings.Fields(in.Label), " "), Actor: actor.Name, Person: actor.ID,
			Created: now, Expires: now.Add(in.Life)}
		if utf8.RuneCountInString(l.Label) > mostLabel {
			return fault.New(fault.Invalid, "say in at most %d characters for whom the link is", mostLabel)
		}
		content := ""
		if in.Frozen {
			raw, err := json.Marshal(w.Copy.Content)
			if err != nil {
				return err
			}
			content = string(raw)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO preview_link (id, hash, article_id, content, label, person_id, actor, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, l.ID, hashOf(token), l.Article, content, l.Label, l.Person, l.Actor,
			db.Micros(l.Created), db.Micros(l.Expires)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, actor.Name, "make preview link", "article", in.Article, map[string]any{"link": l.ID, "expires": l.Expires, "frozen": l.Frozen})
	})
	return l, token, err
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte("preview\x00" + token))
	return hex.EncodeToString(sum[:])
}

const columns = `id, article_id, CASE WHEN content = '' THEN 0 ELSE 1 END, label, actor, person_id, created_at, expires_at, revoked_at, revoked_by`

func scan(r *sql.Rows) (l Link, err error) {
	var frozen, created, expires, revoked int64
	err = r.Scan(&l.ID, &l.Article, &frozen, &l.Label, &l.Actor, &l.Person, &created, &expires, &revoked, &l.By)
	l.Frozen, l.Created, l.Expires, l.Revoked = frozen == 1, db.Time(created), db.Time(expires), db.Time(revoked)
	return l, err
}

// List returns the links of an article, the newest first, for those who may
// read it at the desk.
func (s *Service) List(ctx context.Context, actor account.Actor, articleID int64) ([]Link, error) {
	if _, err := s.articles.Working(ctx, actor, articleID); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM preview_link WHERE article_id = $1 ORDER BY id DESC LIMIT 100`, articleID)
	return db.All(rows, err, scan)
}

// Revoke ends a link at once. Who made it and who may edit the article may.
func (s *Service) Revoke(ctx context.Context, actor account.Actor, linkID int64) (l Link, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+columns+` FROM preview_link WHERE id = $1`, linkID)
		found, err := db.All(rows, err, scan)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fault.New(fault.NotFound, "there is no such link")
		}
		l = found[0]
		w, err := s.articles.WorkingTx(ctx, tx, actor, l.Article)
		if err != nil {
			return err
		}
		if l.Person != actor.ID && !article.MayEdit(actor, &w.Article) && actor.Role < account.Editor {
			return fault.New(fault.Denied, "you may not revoke a link that %s made", l.Actor).WithHint("ask an editor")
		}
		if !l.Revoked.IsZero() {
			return nil
		}
		now := s.clock.Now()
		l.Revoked, l.By = now, actor.Name
		if _, err := tx.Exec(ctx, `UPDATE preview_link SET revoked_at = $2, revoked_by = $3 WHERE id = $1`, l.ID, db.Micros(now), actor.Name); err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, actor.Name, "revoke preview link", "article", l.Article, map[string]any{"link": l.ID})
	})
	return l, err
}

// Shown is what a link shows.
type Shown struct {
	Link    Link
	Article article.Article
	Content article.Content
}

// Open returns what the link of a token shows; NotFound for a token that does
// not open anything any more, or never did.
func (s *Service) Open(ctx context.Context, token string) (Shown, error) {
	none := fault.New(fault.NotFound, "nothing is at this address")
	if len(token) != 64 {
		return Shown{}, none
	}
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM preview_link WHERE hash = $1`, hashOf(token))
	found, err := db.All(rows, err, scan)
	if err != nil {
		return Shown{}, err
	}
	if len(found) == 0 || !found[0].Works(s.clock.Now()) {
		return Shown{}, none
	}
	l := found[0]
	w, err := s.articles.Working(ctx, account.System("preview"), l.Article)
	if err != nil {
		return Shown{}, err
	}
	if w.Article.Status == article.StatusWithdrawn || w.Article.Status == article.StatusBinned {
		return Shown{}, none
	}
	out := Shown{Link: l, Article: w.Article, Content: w.Copy.Content}
	if l.Frozen {
		var raw []byte
		if err := s.db.QueryRow(ctx, `SELECT content FROM preview_link WHERE id = $1`, l.ID).Scan(&raw); err != nil {
			return Shown{}, err
		}
		out.Content = article.Content{}
		if err := json.Unmarshal(raw, &out.Content); err != nil {
			return Shown{}, fault.New(fault.Internal, "the text of preview link %d is not readable: %w", l.ID, err)
		}
	}
	return out, nil
}

// Shows tells whether the link of a token shows a medium now.
func (s *Service) Shows(ctx context.Context, token string, medium int64) bool {
	shown, err := s.Open(ctx, token)
	if err != nil {
		return false
	}
	return slices.Contains(article.MediaOf(&shown.Content), medium)
}
