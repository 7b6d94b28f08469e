package main

import (
	"context"
	"database/sql"
	"io"
	"log/slog"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/job"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/vault"
	"dateline/test/crash"
)

// talk takes readers' comments on one article through the product's service.
type talk struct {
	db       *db.DB
	vault    *vault.Vault
	comments *comment.Service
	jobs     *job.Runner
	fault    string
}

// The operations of the conversation.
const (
	opSay    = "say"    // a comment that begins a thread
	opAnswer = "answer" // one that answers one of a few
)

// talked is the article, and threads how many of its comments are answered.
const (
	talked  = 1
	threads = 5
)

func openTalk(ctx context.Context, opt options) (*talk, error) {
	d, err := openDatabase(ctx, opt)
	if err != nil {
		return nil, err
	}
	v, err := vault.New([]byte("the same key in every life of it"))
	if err != nil {
		return nil, err
	}
	now := clock.System{}
	t := &talk{db: d, vault: v, fault: opt.fault, jobs: job.NewRunner(d, now, slog.New(slog.NewTextHandler(io.Discard, nil)))}
	if err := t.furnish(ctx); err != nil {
		d.Close()
		return nil, err
	}
	t.comments = comment.NewService(comment.Parts{DB: d, Clock: now, Vault: v, Settings: settings.NewStore(d)})
	for kind, handle := range t.comments.Jobs() {
		t.jobs.Handle(kind, handle)
	}
	if opt.once == "" {
		t.jobs.Start(ctx)
	}
	return t, nil
}

// furnish makes the article and the comments that answers go to, once.
func (t *talk) furnish(ctx context.Context) error {
	return t.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO article (id, type, status, slug, path, headline, kind, modified_at, created_at, public, live_version, comments_open)
			VALUES (1, 'article', 'published', 'talk', '/talk/', 'Talk', 'report', 1, 1, 1, 1, 1) ON CONFLICT (id) DO NOTHING`)
		if err != nil || n == 0 {
			return err
		}
		site := settings.Default()
		site.CommentPolicy, site.CommentRate, site.CommentEmailRequired = settings.CommentsOpen, 100_000, false
		if err := settings.Save(ctx, tx, site, clock.System{}.Now()); err != nil {
			return err
		}
		store := comment.NewStore(t.vault)
		for i := range threads {
			if err := store.PutTx(ctx, tx, comment.Comment{ID: int64(i) + 1, Article: talked, Kind: comment.KindComment, Status: comment.StatusApproved, Name: "Base",
				Body: paragraph([]byte("base")), Created: time.UnixMicro(int64(i) + 1)}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *talk) Do(ctx context.Context, op, key string, payload []byte) error {
	if t.fault == faultEarly {
		early(func() { t.do(ctx, op, key, payload) })
		return nil
	}
	return t.do(ctx, op, key, payload)
}

func (t *talk) do(ctx context.Context, op, key string, payload []byte) error {
	p := comment.Post{Visitor: comment.Visitor{Client: netip.MustParseAddr("127.0.0.1")}, Article: talked, Name: "Reader", Text: op + " " + key + " " + string(payload), Token: t.token(key)}
	switch op {
	case opSay:
	case opAnswer:
		p.Parent = idOf(key)%threads + 1
	default:
		return fault.New(fault.Invalid, "unknown operation %q", op)
	}
	if t.fault == faultHalves {
		return t.inHalves(ctx, p)
	}
	_, err := t.comments.Post(ctx, p)
	return err
}

// token is that of a form which was opened long ago: the same for the same key,
// but under the fault "twice".
func (t *talk) token(key string) string {
	if t.fault == faultTwice {
		return t.comments.FormToken(talked)
	}
	return t.vault.Sign("comment.form", "f."+strconv.FormatInt(talked, 36)+".0."+key, time.Time{})
}

// inHalves is the planted fault of a count that follows its comment.
func (t *talk) inHalves(ctx context.Context, p comment.Post) error {
	if err := t.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO comment (id, article_id, root_id, root_at, kind, status, author_name, body, source, created_at, shown, form_index)
			VALUES ($1, 1, $1, 1, 'comment', 'approved', 'Reader', '{"v":1,"content":[]}', $2, 1, 1, $3) ON CONFLICT (form_index) WHERE form_index <> '' DO NOTHING`, id.New(), p.Text, p.Token)
		return err
	}); err != nil {
		return err
	}
	time.Sleep(apart)
	return t.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE article SET comment_count = comment_count + 1 WHERE id = 1`)
		return err
	})
}

// State lists the comments with the key of each, which stands in its text; the
// public view those that pages show and those that wait. A count that is not
// exact is a record that nobody sent.
func (t *talk) State(ctx context.Context, view string) ([]crash.Record, error) {
	query := `SELECT source, body, status, shown FROM comment WHERE id > 1000`
	if view == "public" {
		query = `SELECT source, body, status, shown FROM comment WHERE id > 1000 AND (shown = 1 OR status <> 'approved')`
	}
	copies := map[string]int{}
	rows, err := t.db.Query(ctx, query)
	all, err := db.All(rows, err, func(r *sql.Rows) (rec crash.Record, err error) {
		var source, status string
		var body []byte
		var shown bool
		if err := r.Scan(&source, &body, &status, &shown); err != nil {
			return rec, err
		}
		op, rest, _ := strings.Cut(source, " ")
		key, payload, _ := strings.Cut(rest, " ")
		rec = crash.Record{Key: key, Op: op, Hash: crash.Hash([]byte(payload)), Copies: 1}
		if copies[key]++; shown != (status == "approved") {
			rec.Missing = append(rec.Missing, "its place among the "+status)
		}
		var d richtext.Doc
		if err := d.UnmarshalJSON(body); err != nil || t.fault == "" && string(payloadOf(d)) != source {
			rec.Missing = append(rec.Missing, "its document")
		}
		return rec, nil
	})
	if err != nil {
		return nil, err
	}
	out := []crash.Record{}
	for _, rec := range all {
		if n := copies[rec.Key]; n > 0 {
			rec.Copies, copies[rec.Key] = n, 0
			out = append(out, rec)
		}
	}
	wrong, err := t.miscounted(ctx)
	if wrong != "" {
		out = append(out, crash.Record{Key: wrong, Op: "count", Copies: 1})
	}
	return out, err
}

// miscounted holds the kept counts against the rows, each in one statement, so
// that both are of one moment.
func (t *talk) miscounted(ctx context.Context) (string, error) {
	var kept, real, replies int64
	if err := t.db.QueryRow(ctx, `SELECT comment_count, (SELECT COUNT(*) FROM comment WHERE article_id = 1 AND status = 'approved' AND removed_at = 0) FROM article WHERE id = 1`).Scan(&kept, &real); err != nil {
		return "", err
	}
	if kept != real {
		return "comments " + strconv.FormatInt(kept, 10) + " for " + strconv.FormatInt(real, 10), nil
	}
	err := t.db.QueryRow(ctx, `SELECT COUNT(*) FROM comment c WHERE c.replies <> (SELECT COUNT(*) FROM comment a WHERE a.parent_id = c.id AND a.parent_id > 0 AND a.shown = 1)`).Scan(&replies)
	if err == nil && replies > 0 {
		return "answers of " + strconv.FormatInt(replies, 10) + " comments", nil
	}
	return "", err
}

func (t *talk) Close() error {
	t.jobs.Stop(context.Background())
	return t.db.Close()
}

var _ store = (*talk)(nil)
