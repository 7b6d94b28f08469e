package exchange

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"strconv"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/comment"
	"dateline/internal/comment/locate"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/richtext"
	"dateline/internal/settings"
)

// Format is the shape of an export.
type Format string

// The formats.
const (
	WXR  Format = "wxr"  // of WordPress: items with their comments
	JSON Format = "json" // docs/contracts/comments.md
)

// ExportOptions choose what is exported. Article is 0 for all. Addresses puts
// writers' mail addresses in, readable by whoever gets the file.
type ExportOptions struct {
	Format    Format
	Article   int64
	Addresses bool
}

// Exported counts what was written.
type Exported struct{ Articles, Comments int64 }

// outArticle is an article as an export names it.
type outArticle struct {
	id          int64
	number      int64 // in this file, from 1
	kind        string
	status      string
	access      string
	slug, path  string
	headline    string
	published   time.Time
	created     time.Time
	open, known bool // takes comments; readers may see it
}

// outComment is a comment as an export writes it.
type outComment struct {
	comment.Comment
	author string // address word of the author of ours who wrote it
}

// writer writes one format.
type writer interface {
	begin(out *bufio.Writer, authors []outAuthor) error
	article(out *bufio.Writer, a *outArticle, first bool) error
	comment(out *bufio.Writer, c *outComment, number, parent int64, first bool) error
	endArticle(out *bufio.Writer) error
	end(out *bufio.Writer) error
}

// outAuthor is an author of the newsroom who wrote comments.
type outAuthor struct {
	id         int64
	slug, name string
}

// Export writes comments, those of an article together. What it writes is the
// newsroom's own data, whatever its state; the audit log keeps who took it.
func (s *Service) Export(ctx context.Context, actor account.Actor, out io.Writer, opt ExportOptions) (n Exported, err error) {
	if err := actor.Require(account.Administrator, "export comments"); err != nil {
		return n, err
	}
	conf, err := s.Settings.Site(ctx)
	if err != nil {
		return n, err
	}
	e := &export{Service: s, opt: opt, out: bufio.NewWriterSize(out, 64<<10)}
	switch opt.Format {
	case WXR:
		e.w = &wxrWriter{conf: conf, origin: s.Origin(), now: s.Clock.Now(), zone: conf.Location()}
	case JSON:
		e.w = &jsonWriter{conf: conf, origin: s.Origin(), now: s.Clock.Now(), addresses: opt.Addresses}
	default:
		return n, fault.New(fault.Invalid, "comments cannot be exported as %q", opt.Format).WithHint("choose wxr or json")
	}
	if err := e.all(ctx); err != nil {
		return e.n, err
	}
	if err := e.out.Flush(); err != nil {
		return e.n, fault.New(fault.Unavailable, "the export cannot be written: %w", err)
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Record(ctx, tx, s.Clock.Now(), actor.Name, "export", "comments", opt.Article,
			map[string]any{"format": opt.Format, "addresses": opt.Addresses, "comments": e.n.Comments})
	})
	return e.n, err
}

// ArticleAt finds an article by its number, its address or its path.
func (s *Service) ArticleAt(ctx context.Context, text string) (int64, error) {
	if id, err := strconv.ParseInt(text, 10, 64); err == nil {
		var n int64
		if err := s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM article WHERE id = $1`, id).Scan(&n); err != nil || n > 0 {
			return id, err
		}
		return 0, fault.New(fault.NotFound, "there is no article %d", id)
	}
	conf, err := s.Settings.Site(ctx)
	if err != nil {
		return 0, err
	}
	one, err := locate.New(s.DB, s.Ask, s.Origin(), conf).At(ctx, text)
	if err == nil && one.Article == 0 {
		err = fault.New(fault.NotFound, "there is no article at %s: %s", text, one.Why).WithHint("name its path, such as /2024/05/the-dam-holds/")
	}
	return one.Article, err
}

// export is one export on its way.
type export struct {
	*Service
	opt     ExportOptions
	out     *bufio.Writer
	w       writer
	n       Exported
	authors map[int64]string
}

const (
	articlesAtOnce = 200
	commentsAtOnce = 500
)

func (e *export) all(ctx context.Context) error {
	authors, err := e.known(ctx)
	if err != nil {
		return err
	}
	if err := e.w.begin(e.out, authors); err != nil {
		return err
	}
	for after := int64(0); ; {
		rows, err := e.DB.Query(ctx, `SELECT a.id, a.type, a.status, a.access, a.slug, a.path, a.headline, a.first_published, a.created_at, a.comments_open, a.public
			FROM article a WHERE a.id > $1 AND (CAST($2 AS BIGINT) = 0 OR a.id = $2) AND EXISTS (SELECT 1 FROM comment c WHERE c.article_id = a.id)
			ORDER BY a.id LIMIT $3`, after, e.opt.Article, articlesAtOnce)
		list, err := db.All(rows, err, scanArticle)
		if err != nil {
			return err
		}
		for i := range list {
			after = list[i].id
			if err := e.article(ctx, &list[i]); err != nil {
				return err
			}
		}
		if len(list) < articlesAtOnce {
			return e.w.end(e.out)
		}
	}
}

// known are the authors of ours who wrote comments.
func (e *export) known(ctx context.Context) ([]outAuthor, error) {
	rows, err := e.DB.Query(ctx, `SELECT p.id, p.slug, p.name FROM profile p WHERE EXISTS (SELECT 1 FROM comment c WHERE c.profile_id = p.id) ORDER BY p.id`)
	list, err := db.All(rows, err, func(r *sql.Rows) (a outAuthor, err error) { err = r.Scan(&a.id, &a.slug, &a.name); return a, err })
	e.authors = map[int64]string{}
	for _, a := range list {
		e.authors[a.id] = a.slug
	}
	return list, err
}

func scanArticle(r *sql.Rows) (a outArticle, err error) {
	var published, created, open, public int64
	err = r.Scan(&a.id, &a.kind, &a.status, &a.access, &a.slug, &a.path, &a.headline, &published, &created, &open, &public)
	a.published, a.created, a.open, a.known = db.Time(published), db.Time(created), open != 0, public != 0
	return a, err
}

func (e *export) article(ctx context.Context, a *outArticle) error {
	numbers, err := e.numbers(ctx, a.id)
	if err != nil {
		return err
	}
	e.n.Articles++
	a.number = e.n.Articles
	if err := e.w.article(e.out, a, a.number == 1); err != nil {
		return err
	}
	first := true
	for _, status := range []comment.Status{comment.StatusApproved, comment.StatusPending, comment.StatusSpam, comment.StatusBinned, comment.StatusRemoved} {
		err := e.comments(ctx, a.id, status, func(c *outComment) error {
			e.n.Comments++
			was := first
			first = false
			return e.w.comment(e.out, c, numberOf(numbers, c.ID), numberOf(numbers, c.Parent), was)
		})
		if err != nil {
			return err
		}
	}
	return e.w.endArticle(e.out)
}

// numbers are what an article's comments were called in the system they came
// from, for those whose number no other has.
func (e *export) numbers(ctx context.Context, article int64) (map[int64]int64, error) {
	type pair struct{ id, old int64 }
	rows, err := e.DB.Query(ctx, `SELECT id, old_id FROM comment WHERE article_id = $1 AND old_id > 0 ORDER BY id`, article)
	list, err := db.All(rows, err, func(r *sql.Rows) (p pair, err error) { err = r.Scan(&p.id, &p.old); return p, err })
	if err != nil {
		return nil, err
	}
	out, taken := make(map[int64]int64, len(list)), make(map[int64]bool, len(list))
	for _, p := range list {
		if !taken[p.old] {
			out[p.id], taken[p.old] = p.old, true
		}
	}
	return out, nil
}

func numberOf(numbers map[int64]int64, id int64) int64 {
	if n, ok := numbers[id]; ok {
		return n
	}
	return id
}

// comments gives those of an article with a status, thread by thread.
func (e *export) comments(ctx context.Context, article int64, status comment.Status, give func(*outComment) error) error {
	var at, root, created, id int64
	for at = -1 << 62; ; {
		rows, err := e.DB.Query(ctx, `SELECT c.id, c.parent_id, c.root_id, c.root_at, c.old_id, c.kind, c.status, c.author_name, c.author_url, c.email_sealed,
				c.profile_id, c.body, c.created_at, c.likes, c.picked, c.edited_at
			FROM comment c WHERE c.article_id = $1 AND c.status = $2 AND (c.root_at, c.root_id, c.created_at, c.id) > ($3, $4, $5, $6)
			ORDER BY c.root_at, c.root_id, c.created_at, c.id LIMIT $7`, article, string(status), at, root, created, id, commentsAtOnce)
		list, err := db.All(rows, err, func(r *sql.Rows) (outComment, error) {
			var c outComment
			var sealed string
			var body []byte
			var picked, edited int64
			if err := r.Scan(&c.ID, &c.Parent, &c.Root, &at, &c.OldID, &c.Kind, &c.Status, &c.Name, &c.URL, &sealed, &c.Profile, &body, &created,
				&c.Likes, &picked, &edited); err != nil {
				return c, err
			}
			root, id, c.Article, c.Created, c.author = c.Root, c.ID, article, db.Time(created), e.authors[c.Profile]
			c.Picked, c.Edited = picked != 0, db.Time(edited)
			if err := json.Unmarshal(body, &c.Body); err != nil {
				return c, err
			}
			if !e.opt.Addresses {
				return c, nil
			}
			var err error
			c.Email, err = e.Comments.OpenAddress(sealed)
			return c, err
		})
		if err != nil {
			return err
		}
		for i := range list {
			if err := give(&list[i]); err != nil {
				return err
			}
		}
		if len(list) < commentsAtOnce {
			return nil
		}
	}
}

// jsonWriter writes docs/contracts/comments.md.
type jsonWriter struct {
	conf      settings.Site
	origin    string
	now       time.Time
	addresses bool
}

type jsonHead struct {
	Format    string    `json:"format"`
	Version   int       `json:"version"`
	Site      string    `json:"site"`
	Title     string    `json:"title"`
	Exported  time.Time `json:"exported"`
	Addresses bool      `json:"addresses"`
}

type jsonArticle struct {
	ID        string     `json:"id"`
	URL       string     `json:"url"`
	Headline  string     `json:"headline"`
	Published *time.Time `json:"published,omitempty"`
	Public    bool       `json:"public"`
}

type jsonComment struct {
	ID       string       `json:"id"`
	Parent   string       `json:"parent,omitempty"`
	OldID    int64        `json:"old_id,omitempty"`
	Kind     string       `json:"kind"`
	Status   string       `json:"status"`
	Name     string       `json:"name"`
	URL      string       `json:"url,omitempty"`
	Email    string       `json:"email,omitempty"`
	Author   string       `json:"author,omitempty"`
	Created  time.Time    `json:"created"`
	Edited   time.Time    `json:"edited,omitzero"`
	Likes    int64        `json:"likes,omitempty"`
	Picked   bool         `json:"picked,omitempty"`
	HTML     string       `json:"html"`
	Document richtext.Doc `json:"document"`
}

// jsonFormat names the format in the file.
const jsonFormat = "dateline-comments"

func (w *jsonWriter) begin(out *bufio.Writer, _ []outAuthor) error {
	return w.open(out, jsonHead{Format: jsonFormat, Version: 1, Site: w.origin, Title: w.conf.Title, Exported: w.now.UTC(), Addresses: w.addresses}, "articles")
}

// open writes an object that goes on with a list.
func (w *jsonWriter) open(out *bufio.Writer, head any, list string) error {
	raw, err := json.Marshal(head)
	if err != nil {
		return err
	}
	_, _ = out.Write(raw[:len(raw)-1]) // the writer keeps its first error for Flush
	_, err = out.WriteString(",\"" + list + "\":[")
	return err
}

func (w *jsonWriter) article(out *bufio.Writer, a *outArticle, first bool) error {
	one := jsonArticle{ID: strconv.FormatInt(a.id, 10), URL: a.address(w.origin), Headline: a.headline, Public: a.known}
	if !a.published.IsZero() {
		one.Published = &a.published
	}
	separate(out, first)
	return w.open(out, one, "comments")
}

func separate(out *bufio.Writer, first bool) {
	if !first {
		_ = out.WriteByte(',') // the writer keeps its first error for Flush
	}
	_ = out.WriteByte('\n')
}

func (w *jsonWriter) comment(out *bufio.Writer, c *outComment, _, _ int64, first bool) error {
	one := jsonComment{ID: strconv.FormatInt(c.ID, 10), OldID: c.OldID, Kind: string(c.Kind), Status: string(c.Status), Name: c.Name, URL: c.URL,
		Email: c.Email, Author: c.author, Created: c.Created, Edited: c.Edited, Likes: c.Likes, Picked: c.Picked,
		HTML: richtext.CommentHTML(c.Body), Document: c.Body}
	if c.Parent != 0 {
		one.Parent = strconv.FormatInt(c.Parent, 10)
	}
	raw, err := json.Marshal(one)
	if err != nil {
		return err
	}
	separate(out, first)
	_, err = out.Write(raw)
	return err
}

func (w *jsonWriter) endArticle(out *bufio.Writer) error {
	_, err := out.WriteString("]}")
	return err
}

func (w *jsonWriter) end(out *bufio.Writer) error {
	_, err := out.WriteString("\n]}\n")
	return err
}
