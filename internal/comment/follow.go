package comment

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/job"
	"dateline/internal/mail"
)

// asked is the payload of JobAsked: somebody typed an address. It is sealed, so
// that the table of jobs shows nothing; what follows is found out by the job,
// so that the answer and its time are the same whoever the address belongs to.
type asked struct {
	Kind            letterKind `json:"kind"` // letterConfirm for a subscription
	Email           string     `json:"email"`
	Comment         int64      `json:"comment,omitempty"`
	Article, Thread int64      `json:",omitempty"`
	Language        string     `json:"language,omitempty"`
}

type sealedJob struct {
	Sealed string `json:"sealed"`
}

// How many letters one network may ask for: five, then one every five minutes.
const (
	askedEvery = 5 * time.Minute
	askedBurst = 5
)

// askFor takes a typed address and asks for the job that looks into it.
func (s *Service) askFor(ctx context.Context, by Visitor, a asked) error {
	box, ok := mail.ParseMailbox(a.Email)
	if !ok {
		return wrongField(FieldEmail, ErrAddress, "this is not a mail address").WithHint("write it as name@example.org")
	}
	if !s.Mails() {
		return fault.New(fault.Unavailable, "this site sends no mail yet: %w", ErrNoMail)
	}
	if wait, ok := s.rates.Take("ask "+Prefix(by.Client), askedEvery, askedBurst); !ok {
		return fault.New(fault.TooMany, "too many letters were asked for from your network: %w", ErrTooMany).WithHint("wait %d seconds", int(wait.Seconds())+1)
	}
	a.Email, a.Language = box.Written, by.Language
	raw, err := json.Marshal(a)
	if err != nil {
		return fault.New(fault.Internal, "the letter's job: %w", err)
	}
	key := s.vault.Index(purposeJob, string(a.Kind)+" "+box.Box+" "+numbers(a.Comment, a.Article, a.Thread))
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return job.Enqueue(ctx, tx, job.Spec{Kind: JobAsked, Key: key, Payload: sealedJob{s.vault.Seal(purposeJob, string(raw))}})
	})
}

// HandleAsked finds out what follows from a typed address.
func (s *Service) HandleAsked(ctx context.Context, payload []byte) error {
	var in sealedJob
	var a asked
	err := json.Unmarshal(payload, &in)
	if err == nil {
		var text string
		if text, err = s.vault.Open(purposeJob, in.Sealed); err == nil {
			err = json.Unmarshal([]byte(text), &a)
		}
	}
	box, ok := mail.ParseMailbox(a.Email)
	if err != nil || !ok {
		return job.GiveUp(fault.New(fault.Internal, "the job about a letter cannot be read"))
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if a.Kind == letterConfirm {
			return s.followTx(ctx, tx, box, a)
		}
		w, err := s.writerByIndex(ctx, tx, s.vault.Index(purposeWriter, box.Box))
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.ask(ctx, tx, letter{Kind: a.Kind, Writer: w.ID, Comment: a.Comment})
	})
}

// followTx keeps a subscription of a typed address; until it is confirmed it
// sends nothing but the question.
func (s *Service) followTx(ctx context.Context, tx *db.Tx, box mail.Mailbox, a asked) error {
	writer, err := s.makeWriter(ctx, tx, box, "", a.Language)
	if err != nil {
		return err
	}
	w, err := s.writerByID(ctx, tx, writer)
	if err != nil {
		return err
	}
	if err := s.addFollow(ctx, tx, writer, a.Article, a.Thread); err != nil || w.Confirmed {
		return err
	}
	return s.ask(ctx, tx, letter{Kind: letterConfirm, Writer: writer})
}

func (s *Service) addFollow(ctx context.Context, tx *db.Tx, writer, articleID, thread int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO comment_follow (id, writer_id, article_id, thread_id, told, created_at) VALUES ($1, $2, $3, $4, $5, $5)
		ON CONFLICT (writer_id, article_id, thread_id) DO NOTHING`, id.New(), writer, articleID, thread, s.now())
	return err
}

// MailLink sends the writer of a comment a link that makes it theirs in another
// browser. The answer is the same whoever wrote it.
func (s *Service) MailLink(ctx context.Context, comment int64, email string, by Visitor) error {
	return s.askFor(ctx, by, asked{Kind: letterOwn, Email: email, Comment: comment})
}

// SignIn mails a link that signs a reader in. The answer is the same whether
// the address is known or not.
func (s *Service) SignIn(ctx context.Context, email string, by Visitor) error {
	return s.askFor(ctx, by, asked{Kind: letterSignIn, Email: email})
}

// Follow asks for mail about an article, or about one thread of it (the number
// of its first comment). Who is signed in needs no address.
func (s *Service) Follow(ctx context.Context, articleID, thread int64, email string, by Visitor) error {
	if _, err := s.target(ctx, articleID); err != nil {
		return err
	}
	if thread != 0 {
		k, err := byID(ctx, s.db, thread)
		if err == nil && (k.Article != articleID || !k.Shown) {
			err = fault.New(fault.NotFound, "there is no such comment")
		}
		if err != nil {
			return err
		}
		thread = k.Root
	}
	writer, err := s.session(ctx, s.db, by.Session)
	if err == nil && email == "" {
		return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.addFollow(ctx, tx, writer, articleID, thread) })
	}
	if err != nil && !fault.Is(err, fault.SignIn) {
		return err
	}
	return s.askFor(ctx, by, asked{Kind: letterConfirm, Email: email, Article: articleID, Thread: thread})
}

// Stop ends a subscription by the token of its letters, as often as one likes.
func (s *Service) Stop(ctx context.Context, token string) error {
	kind, v, err := s.readToken(token)
	if err != nil {
		return err
	}
	if kind != AccessStop || len(v) != 2 {
		return fault.New(fault.Denied, "this link is not valid")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return stop(ctx, tx, v[0], v[1]) })
}

// stop ends one subscription of a writer, all for 0.
func stop(ctx context.Context, tx *db.Tx, writer, follow int64) error {
	if follow == 0 {
		_, err := tx.Exec(ctx, `DELETE FROM comment_follow WHERE writer_id = $1`, writer)
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM comment_follow WHERE writer_id = $1 AND id = $2`, writer, follow)
	return err
}

// news is the payload of JobNews.
type news struct {
	Article int64 `json:"article"`
}

// follow is a row of comment_follow.
type follow struct{ id, writer, article, thread, told int64 }

func scanFollow(r *sql.Rows) (f follow, err error) {
	return f, r.Scan(&f.id, &f.writer, &f.article, &f.thread, &f.told)
}

const followBatch = 500

// HandleNews asks for a letter to everybody who follows an article and was not
// told of its latest comments.
func (s *Service) HandleNews(ctx context.Context, payload []byte) error {
	var n news
	if err := json.Unmarshal(payload, &n); err != nil {
		return job.GiveUp(fault.New(fault.Internal, "the job cannot be read: %w", err))
	}
	for after := int64(0); ; {
		rows, err := s.db.Query(ctx, `SELECT f.id, f.writer_id, f.article_id, f.thread_id, f.told FROM comment_follow f JOIN comment_writer w ON w.id = f.writer_id
			WHERE f.article_id = $1 AND f.id > $2 AND w.confirmed_at > 0 ORDER BY f.id LIMIT $3`, n.Article, after, int64(followBatch))
		batch, err := db.All(rows, err, scanFollow)
		if err != nil || len(batch) == 0 {
			return err
		}
		after = batch[len(batch)-1].id
		if err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, f := range batch {
				if err := s.ask(ctx, tx, letter{Kind: letterReply, Writer: f.writer, Follow: f.id}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
}

// mostTold is how many comments one letter tells of; it counts the rest.
const mostTold = 5

// replies fills a letter with what is new for a follower. done marks it told.
func (d *draft) replies(ctx context.Context, l letter) (ok bool, done func(context.Context) error, err error) {
	s := d.s
	rows, err := s.db.Query(ctx, `SELECT id, writer_id, article_id, thread_id, told FROM comment_follow WHERE id = $1`, l.Follow)
	all, err := db.All(rows, err, scanFollow)
	if err != nil || len(all) == 0 || !d.w.Confirmed {
		return false, nil, err
	}
	f := all[0]
	until := db.Micros(s.clock.Now().Add(-newsSettle + time.Second))
	// What became public changed then, or later.
	rows, err = s.db.Query(ctx, `SELECT `+columns+` FROM comment c WHERE c.article_id = $1 AND c.changed_at > $2 AND c.status = 'approved' AND c.removed_at = 0
		AND c.public_at > $2 AND c.public_at <= $3 AND c.writer_id <> $4 AND (CAST($5 AS BIGINT) = 0 OR c.root_id = $5) ORDER BY c.public_at, c.id LIMIT 1000`, f.article, f.told, until, f.writer, f.thread)
	fresh, err := db.All(rows, err, scan)
	if err != nil || len(fresh) == 0 {
		return false, nil, err
	}
	headline, path, err := s.headline(ctx, f.article)
	if fault.Is(err, fault.NotFound) {
		return false, nil, nil
	}
	if err != nil {
		return false, nil, err
	}
	d.compose(f, fresh, headline, path)
	told := db.Micros(fresh[len(fresh)-1].Public)
	return true, func(ctx context.Context) error {
		return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE comment_follow SET told = $1 WHERE id = $2 AND told < $1`, told, f.id)
			return err
		})
	}, nil
}

func (d *draft) compose(f follow, fresh []Comment, headline, path string) {
	origin := d.s.origin()
	n := int64(len(fresh))
	d.out.Subject = d.p.N("comment.mail_reply_subject", n, headline)
	d.out.Lines = []string{d.p.N("comment.mail_reply_text", n, headline)}
	for i := range fresh[:min(n, mostTold)] {
		d.out.Lines = append(d.out.Lines, d.p.T("comment.mail_says", fresh[i].Name, excerpt(&fresh[i])))
	}
	if n > mostTold {
		d.out.Lines = append(d.out.Lines, d.p.N("comment.mail_more", n-mostTold))
	}
	d.out.Button, d.out.URL = d.p.T("comment.mail_reply_button"), anchor(origin, path, &fresh[0])
	token := d.s.enterToken(AccessStop, 0, f.writer, f.id)
	d.oneClick = origin + StopPath + token
	d.out.Links = []mail.Link{{Label: d.p.T("comment.mail_stop"), URL: origin + EnterPath + token}, {Label: d.p.T("comment.mail_stop_all"), URL: d.link(AccessStop, 0, f.writer, 0)}}
}
