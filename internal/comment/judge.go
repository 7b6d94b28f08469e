package comment

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"dateline/internal/comment/guard"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/richtext"
	"dateline/internal/settings"
)

// Keys of the words that say to moderators why a comment is held. Those of the
// guard have its own keys.
const (
	WhyFirst   = "comment.why_first"   // a first comment
	WhyConfirm = "comment.why_confirm" // the address is not confirmed
	WhyPolicy  = "comment.why_policy"  // all are held
	WhyRule    = "comment.why_rule"
	WhyLinks   = "comment.why_links"
	WhyBanned  = "comment.why_banned"
	WhyReports = "comment.why_reports"
	WhyStaff   = "comment.why_staff"  // the name poses as the newsroom
	WhyByline  = "comment.why_byline" // the name is one of the newsroom's people
	WhyOutside = "comment.why_outside"
	WhyMention = "comment.why_mention" // another site says it
	WhyGuard   = "comment.why_guard"   // the sum of signs; these follow
)

func guardKey(w guard.Word) string { return "guard." + string(w) }

// person is who writes, as far as it is known.
type person struct {
	id        int64 // of the writer, 0 for none or a new one
	index     string
	known     bool // proved to be who they say: signed in, or with the browser that wrote before
	trusted   bool // and a moderator approved something of theirs
	confirmed bool
}

// mark is what tells two people apart in their pictures.
func (w person) mark(device string) string {
	if w.index != "" {
		return w.index
	}
	return device
}

// who finds out who writes. A typed address proves nothing: anybody can type it.
func (s *Service) who(ctx context.Context, p *Post, w written, device string) (person, error) {
	var out person
	if p.Staff != nil {
		return out, nil
	}
	signedIn := int64(0)
	if p.Session != "" {
		one, err := s.session(ctx, s.db, p.Session)
		if err != nil && !fault.Is(err, fault.SignIn) {
			return out, err
		}
		signedIn = one
	}
	if w.hasMail {
		out.index = s.vault.Index(purposeWriter, w.box.Box)
	}
	var row writerRow
	var err error
	switch {
	case w.hasMail:
		row, err = s.writerByIndex(ctx, s.db, out.index)
	case signedIn != 0:
		row, err = s.writerByID(ctx, s.db, signedIn)
		out.index = row.index
	default:
		err = fault.New(fault.NotFound, "no writer")
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return out, err
	}
	if err != nil && w.hasMail { // new, and proved by nothing
		return out, nil
	}
	out.id, out.confirmed = row.ID, row.Confirmed
	if out.known = signedIn != 0 && signedIn == out.id; p.Device == "" { // a new browser has written nothing
		out.trusted = out.known && row.Trusted
		return out, nil
	}
	var decided int64
	err = s.db.QueryRow(ctx, `SELECT decided_at FROM comment WHERE device_index = $1 AND writer_id = $2 AND status = 'approved' ORDER BY decided_at DESC LIMIT 1`, device, out.id).Scan(&decided)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return out, err
	}
	out.known = out.known || err == nil
	out.trusted = out.known && (row.Trusted || out.id == 0 && decided > 0)
	return out, nil
}

// judge decides what becomes of a reader's comment, and why.
func (s *Service) judge(ctx context.Context, p *Post, f form, w written, t *target, site settings.Site, who person, e *entry) error {
	if err := s.learn(ctx); err != nil {
		return err
	}
	e.Status = StatusApproved
	if err := s.banned(ctx, p, w, who, e); err != nil || e.shadow {
		return err
	}
	if err := s.ruled(ctx, p, w, e); err != nil {
		return err
	}
	if err := s.posing(ctx, w, site, who, e); err != nil {
		return err
	}
	links := richtext.Links(w.body)
	if n := s.foreign(links); n > site.CommentLinks && !who.trusted {
		e.hold(StatusPending, Reason{WhyLinks, decimal(int64(n))})
	}
	if err := s.askGuard(ctx, p, f, w, t, site, who, e); err != nil {
		return err
	}
	if s.outside != nil && e.Status != StatusSpam {
		s.askOutside(ctx, p, w, t, site, e, richtext.Text(w.body))
	}
	switch {
	case e.Status == StatusSpam:
	case site.CommentPolicy == settings.CommentsHeld:
		e.hold(StatusPending, Reason{Word: WhyPolicy})
	case site.CommentPolicy == settings.CommentsFirst && !who.trusted:
		e.hold(StatusPending, Reason{Word: WhyFirst})
	case site.CommentPolicy == settings.CommentsConfirmed && !(who.known && who.confirmed):
		if e.Status == StatusApproved && !s.Mails() {
			e.hold(StatusPending, Reason{Word: WhyPolicy})
			break
		}
		e.hold(StatusPending, Reason{Word: WhyConfirm})
	}
	return nil
}

// hold keeps a comment back, by the worst of what speaks against it.
func (e *entry) hold(as Status, why Reason) {
	if e.heldFor == "" || as == StatusSpam && e.Status != StatusSpam {
		e.heldFor = why.Word
	}
	e.reasons = append(e.reasons, why)
	if e.Status != StatusSpam {
		e.Status = as
	}
}

// askGuard asks the guard.
func (s *Service) askGuard(ctx context.Context, p *Post, f form, w written, t *target, site settings.Site, who person, e *entry) error {
	text := richtext.Text(w.body)
	sign := guard.Sign{Text: text, Name: w.name, URL: w.url, Links: richtext.Links(w.body), Language: or(t.article.Language, site.Locale), Own: s.hosts(), Article: t.words,
		Fresh: true, FormAge: f.age, Trap: strings.TrimSpace(p.Trap) != "", First: !who.known}
	quoted, err := answered(ctx, s.db, &e.Comment)
	if err != nil {
		return err
	}
	wave, seen := s.waves.Join(ownWords(w.body, quoted...))
	e.wave = int64(wave &^ (1 << 63))
	if seen > 0 {
		var err error
		if sign.Seen, sign.Again, err = s.alike(ctx, e); err != nil {
			return err
		}
	}
	v := s.model.Load().Judge(sign)
	reasons := e.reasons
	if v.Spam || v.Hold {
		status := StatusPending
		if v.Spam {
			status = StatusSpam
		}
		e.hold(status, Reason{Word: guardKey(worst(v))})
		e.reasons = reasons
		for _, r := range v.Reasons {
			if r.Weight > 0 {
				e.reasons = append(e.reasons, Reason{guardKey(r.Word), r.Detail})
			}
		}
	}
	return nil
}

func worst(v guard.Verdict) guard.Word {
	for _, r := range v.Reasons {
		if r.Weight > 0 {
			return r.Word
		}
	}
	return guard.WordText
}

// mostAlike is how many near-duplicates are counted; more weigh no more.
const mostAlike = 32

// alike counts near-duplicates by others, and by the same person or network.
func (s *Service) alike(ctx context.Context, e *entry) (others, same int, err error) {
	rows, err := s.db.Query(ctx, `SELECT device_index, prefix_index, writer_id FROM comment WHERE wave = $1 AND wave <> 0 AND id <> $2 ORDER BY created_at DESC, id DESC LIMIT $3`, e.wave, e.ID, int64(mostAlike))
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var device, prefix string
		var writer int64
		if err := rows.Scan(&device, &prefix, &writer); err != nil {
			return 0, 0, err
		}
		if device == e.device && device != "" || writer == e.writer && writer != 0 || prefix == e.prefix && prefix != "" {
			same++
		} else {
			others++
		}
	}
	return others, same, rows.Err()
}

// outsideFor is how long the service outside may take. Without an answer the
// comment is judged by what is known here.
const outsideFor = 3 * time.Second

func (s *Service) askOutside(ctx context.Context, p *Post, w written, t *target, site settings.Site, e *entry, text string) {
	ctx, cancel := context.WithTimeout(ctx, outsideFor)
	defer cancel()
	opinion, err := s.outside.Check(ctx, guard.Submission{Page: s.origin() + t.article.Path, Client: p.Client, Name: w.name, Email: w.box.Written, URL: w.url,
		Text: text, Language: site.Locale, Reply: e.Parent != 0, Written: e.Created, Article: t.article.FirstPublished})
	switch {
	case err != nil || !opinion.Spam:
	case opinion.Certain:
		e.hold(StatusSpam, Reason{Word: WhyOutside})
	default:
		e.hold(StatusPending, Reason{Word: WhyOutside})
	}
}

func (s *Service) origin() string {
	if s.out.Origin == nil {
		return ""
	}
	return s.out.Origin()
}

// hosts are the site's hosts.
func (s *Service) hosts() []string {
	if u, err := url.Parse(s.origin()); err == nil && u.Hostname() != "" {
		return []string{u.Hostname()}
	}
	return nil
}

// foreign counts links that lead elsewhere.
func (s *Service) foreign(links []string) int {
	own := s.hosts()
	n := 0
	for _, link := range links {
		if u, err := url.Parse(link); err != nil || !slices.Contains(own, u.Hostname()) {
			n++
		}
	}
	return n
}

// recentWaves is how many comments the waves begin with after a start.
const recentWaves = 4096

// relearnEvery is how often a process looks whether others have decided.
const relearnEvery = 10 * time.Minute

// learn reads what the site decided so far, and the latest comments, when it is
// first asked; later on, what other processes decided.
func (s *Service) learn(ctx context.Context) error {
	now := s.clock.Now().Unix()
	if m := s.model.Load(); m != nil {
		last := s.looked.Load()
		if now-last < int64(relearnEvery.Seconds()) || !s.looked.CompareAndSwap(last, now) {
			return nil
		}
		return s.relearn(ctx, m)
	}
	s.learning.Lock()
	defer s.learning.Unlock()
	if s.model.Load() != nil {
		return nil
	}
	s.looked.Store(now)
	return s.learnNow(ctx)
}

// relearn takes in what other processes decided.
func (s *Service) relearn(ctx context.Context, m *guard.Model) error {
	var ham, spam int64
	err := s.db.QueryRow(ctx, `SELECT ham, spam FROM comment_token WHERE token = ''`).Scan(&ham, &spam)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	if h, sp := m.Decisions(); err != nil || int64(h) == ham && int64(sp) == spam {
		return err
	}
	tokens, domains, err := s.decided(ctx)
	if err == nil {
		m.Load(tokens, domains)
	}
	return err
}

// decided reads what moderators taught.
func (s *Service) decided(ctx context.Context) (tokens, domains []guard.Row, err error) {
	rows, err := s.db.Query(ctx, `SELECT token, ham, spam FROM comment_token`)
	if tokens, err = db.All(rows, err, scanCount); err != nil {
		return nil, nil, err
	}
	rows, err = s.db.Query(ctx, `SELECT domain, ham, spam FROM comment_link`)
	domains, err = db.All(rows, err, scanCount)
	return tokens, domains, err
}

func (s *Service) learnNow(ctx context.Context) error {
	tokens, domains, err := s.decided(ctx)
	if err != nil {
		return err
	}
	rows, err := s.db.Query(ctx, `SELECT `+keptColumns+` FROM comment c WHERE c.wave <> 0 ORDER BY c.created_at DESC, c.id DESC LIMIT $1`, int64(recentWaves))
	latest, err := db.All(rows, err, scanKept)
	if err != nil {
		return err
	}
	for _, k := range slices.Backward(latest) {
		quoted, err := answered(ctx, s.db, &k.Comment)
		if err != nil {
			return err
		}
		s.waves.Add(ownWords(k.Body, quoted...), uint64(k.wave))
	}
	s.model.Store(guard.New(tokens, domains))
	return nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
