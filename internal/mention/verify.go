package mention

import (
	"context"
	"encoding/json"
	"mime"
	"net/url"
	"strings"
	"time"

	"dateline/internal/audit"
	"dateline/internal/comment"
	"dateline/internal/comment/locate"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/fetch"
	"dateline/internal/id"
	"dateline/internal/job"
	"dateline/internal/richtext"
	"dateline/internal/settings"
)

const (
	maxSource = 1 << 20 // bytes of a source
	maxTries  = 5       // failures of the network in a row
)

// row is a mention that waits.
type row struct {
	id, article, comment int64
	source, target       string
	via                  Via
	state, hash          string
	tries                int64
}

// HandleVerify carries out JobVerify. An error makes the queue try again later.
func (s *Service) HandleVerify(ctx context.Context, payload []byte) error {
	var number int64
	if err := json.Unmarshal(payload, &number); err != nil {
		return job.GiveUp(fault.New(fault.Internal, "mention: %w", err))
	}
	m, err := s.waitingRow(ctx, number)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || m.state != waiting {
		return err
	}
	conf, err := s.Settings.Site(ctx)
	if err != nil {
		return err
	}
	if !wanted(conf, m.via) {
		return s.settle(ctx, m, refused, "switched off")
	}
	seen, why, err := s.look(ctx, conf, m)
	switch {
	case err != nil:
		return s.failed(ctx, m, err)
	case why != "" && m.comment != 0:
		return s.withdraw(ctx, m, why)
	case why != "":
		return s.settle(ctx, m, refused, why)
	}
	return s.keep(ctx, m, seen)
}

func (s *Service) waitingRow(ctx context.Context, number int64) (m row, err error) {
	err = s.DB.QueryRow(ctx, `SELECT id, article_id, comment_id, source, target, via, state, hash, tries FROM web_mention WHERE id = $1`, number).
		Scan(&m.id, &m.article, &m.comment, &m.source, &m.target, &m.via, &m.state, &m.hash, &m.tries)
	return m, err
}

// look fetches a source. why says what is wrong with it; an error is one that
// may pass.
func (s *Service) look(ctx context.Context, conf settings.Site, m row) (seen entry, why string, err error) {
	res, err := s.Fetch.Do(ctx, fetch.Request{URL: m.source, MaxBody: maxSource,
		Header: map[string][]string{"Accept": {"text/html, application/xhtml+xml;q=0.9, text/plain;q=0.5"}}})
	switch fault.CodeOf(err) {
	case fault.Denied, fault.Invalid:
		return seen, "the source's address is not on the public internet", nil
	case fault.TooLarge:
		return seen, "the source is larger than 1 MB", nil
	}
	if err != nil {
		return seen, "", err
	}
	final, err := url.Parse(res.URL)
	if err != nil {
		return seen, "the source's address is none", nil
	}
	switch {
	case locate.Hosts(s.Origin(), conf)[locate.Host(final.Hostname())]:
		return seen, "the source leads to this site", nil
	case res.Status == 404, res.Status == 410:
		return seen, "the source is gone", nil
	case res.Status == 408, res.Status == 425, res.Status == 429, res.Status >= 500:
		return seen, "", fault.New(fault.Unavailable, "the source answers %d", res.Status)
	case res.Status != 200:
		return seen, "the source cannot be read", nil
	}
	kind, params, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil {
		kind = "text/html"
	}
	links := &links{ctx: ctx, article: m.article, hosts: locate.Hosts(s.Origin(), conf), find: locate.New(s.DB, s.Ask, s.Origin(), conf)}
	switch kind {
	case "text/html", "application/xhtml+xml":
		seen, why = readHTML(decode(res.Body, params["charset"]), final, links.lead)
	case "text/plain":
		seen, why = readText(string(res.Body), final, links.lead)
	default:
		why = "the source is no page"
	}
	return seen, why, links.err
}

// links judges addresses in a source. Any address of the article counts, not
// only the one that a notice named: otherwise whoever names another one would
// make a mention look withdrawn.
type links struct {
	ctx     context.Context
	article int64
	hosts   map[string]bool
	find    *locate.Finder
	asked   int
	err     error
}

// maxLinks is how many addresses of ours a source may have that are looked up.
const maxLinks = 200

func (l *links) lead(u *url.URL) bool {
	if u.Scheme != "http" && u.Scheme != "https" || u.User != nil || !l.hosts[locate.Host(u.Hostname())] || l.asked >= maxLinks || l.err != nil {
		return false
	}
	l.asked++
	one, err := l.find.At(l.ctx, u.String())
	l.err = err
	return err == nil && one.Article == l.article
}

// failed counts a failure of the network, and gives up after some.
func (s *Service) failed(ctx context.Context, m row, cause error) error {
	if ctx.Err() != nil {
		return cause
	}
	if m.tries+1 >= maxTries {
		return s.settle(ctx, m, refused, "the source could not be reached")
	}
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE web_mention SET tries = tries + 1, checked_at = $1 WHERE id = $2`, db.Micros(s.Clock.Now()), m.id)
		return err
	})
	if err != nil {
		return err
	}
	return cause
}

// settle writes down how a look ended, and forgets what was refused long ago.
func (s *Service) settle(ctx context.Context, m row, state, detail string) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if m.comment != 0 && state == refused {
			state = taken // it was here before, and a passing fault takes nothing away
		}
		if err := s.mark(ctx, tx, m, state, detail, m.comment, m.hash); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM web_mention WHERE state = 'refused' AND checked_at < $1`, db.Micros(s.Clock.Now().Add(-keepRefused)))
		return err
	})
}

func (s *Service) mark(ctx context.Context, tx *db.Tx, m row, state, detail string, comment int64, hash string) error {
	_, err := tx.Exec(ctx, `UPDATE web_mention SET state = $1, detail = $2, comment_id = $3, hash = $4, tries = 0, checked_at = $5 WHERE id = $6`,
		state, detail, comment, hash, db.Micros(s.Clock.Now()), m.id)
	return err
}

// keep stores what a source says for the moderators. Words that they have seen
// before keep their decision; new words wait for one.
func (s *Service) keep(ctx context.Context, m row, seen entry) error {
	hash := sum(seen.name, seen.url, seen.text, seen.published.String())
	var weighed comment.Weighed
	if m.hash != hash {
		var err error
		if weighed, err = s.Talk.WeighMention(ctx, comment.Comment{ID: m.comment, Article: m.article, Name: seen.name, URL: seen.url, Body: seen.body()}); err != nil {
			return err
		}
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		c := comment.Comment{ID: m.comment, Article: m.article, Kind: comment.KindWebmention, Status: comment.StatusPending, Name: seen.name, URL: seen.url,
			Body: seen.body(), Created: seen.published}
		if m.via == Pingback {
			c.Kind = comment.KindPingback
		}
		now := s.Clock.Now()
		if c.Created.IsZero() || c.Created.After(now) || c.Created.Before(now.AddDate(-20, 0, 0)) {
			c.Created = now
		}
		verb := "receive"
		if m.comment != 0 {
			stands, created, err := standing(ctx, tx, m.comment)
			switch {
			case err != nil:
				return err
			case stands == "", stands == comment.StatusRemoved && m.hash != withdrawn: // erased here
				return s.mark(ctx, tx, m, refused, "it was removed here", m.comment, hash)
			case m.hash == hash:
				return s.mark(ctx, tx, m, taken, "", m.comment, hash)
			case stands == comment.StatusSpam, stands == comment.StatusBinned:
				c.Status = stands
			}
			c.Created, verb = created, "renew"
		} else {
			c.ID = id.New()
		}
		if err := s.Talk.PutMention(ctx, tx, s.Comments, c, weighed); err != nil {
			return err
		}
		if err := s.mark(ctx, tx, m, taken, "", c.ID, hash); err != nil {
			return err
		}
		return audit.Record(ctx, tx, now, string(m.via), verb, "comment", c.ID, map[string]any{"article": m.article, "source": m.source})
	})
}

// withdrawn is the hash of a mention whose source took its words back.
const withdrawn = "withdrawn"

// withdraw takes the words of a source away that is gone or links no more.
func (s *Service) withdraw(ctx context.Context, m row, why string) error {
	if why != whyNoLink && why != "the source is gone" {
		return s.settle(ctx, m, refused, why)
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		stands, created, err := standing(ctx, tx, m.comment)
		if err != nil {
			return err
		}
		if stands == "" || stands == comment.StatusSpam || stands == comment.StatusRemoved {
			return s.mark(ctx, tx, m, gone, why, m.comment, m.hash)
		}
		c := comment.Comment{ID: m.comment, Article: m.article, Kind: comment.KindWebmention, Status: comment.StatusRemoved,
			Body: richtext.Doc{Version: richtext.SchemaVersion}, Created: created}
		if err := s.Comments.PutTx(ctx, tx, c); err != nil {
			return err
		}
		if err := s.mark(ctx, tx, m, gone, why, m.comment, withdrawn); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock.Now(), string(m.via), "withdraw", "comment", c.ID, map[string]any{"article": m.article, "source": m.source, "why": why})
	})
}

// standing is the status and time of a comment, "" when it is not there.
func standing(ctx context.Context, q db.Querier, id int64) (status comment.Status, created time.Time, err error) {
	var at int64
	err = q.QueryRow(ctx, `SELECT status, created_at FROM comment WHERE id = $1`, id).Scan(&status, &at)
	if fault.Is(err, fault.NotFound) {
		return "", created, nil
	}
	return status, db.Time(at), err
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}
