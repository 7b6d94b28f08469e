package article

import (
	"cmp"
	"context"
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/mail"
)

// Letters is how colleagues are told by mail what happens to their articles.
type Letters struct {
	Accounts *account.Service
	Link     func(articleID, thread int64) string // whole address of an article at the desk; of a conversation there, unless thread is 0
}

// UseLetters makes the service tell colleagues by mail. It is called before
// anything else; without it the desk alone tells them.
func (s *Service) UseLetters(l Letters) { s.letters = l }

// news is what a letter is about.
type news struct {
	What    string `json:"what"` // mention, changes, held, assigned, approved
	Article int64  `json:"article"`
	Note    int64  `json:"note,omitempty"`
	By      string `json:"by"`
	Text    string `json:"text,omitempty"` // of the editor
}

// tell asks in tx for letters to people about a change that actor made. Nobody
// is told what they did.
func (s *Service) tell(ctx context.Context, tx *db.Tx, actor account.Actor, what news, people ...int64) error {
	if s.letters.Accounts == nil {
		return nil
	}
	what.By = actor.Name
	about := what.What + "." + strconv.FormatInt(cmp.Or(what.Note, what.Article), 36)
	asked := map[int64]bool{0: true, actor.ID: true}
	for _, personID := range people {
		if asked[personID] {
			continue
		}
		asked[personID] = true
		if err := s.letters.Accounts.Tell(ctx, tx, personID, about, struct {
			news
			To int64 `json:"to"`
		}{what, personID}); err != nil {
			return err
		}
	}
	return nil
}

//go:embed words.json
var wordsJSON []byte

var letterWords = sync.OnceValues(func() (i18n.Words, error) { return i18n.ParseWords(wordsJSON) })

func letterPrinter(locale string) (*i18n.Printer, error) {
	words, err := letterWords()
	if err != nil {
		return nil, err
	}
	return i18n.For(locale).With(words), nil
}

// HandleTell sends a letter about an article, unless what it tells has been
// seen at the desk or taken back, or is no longer the reader's to see.
func (s *Service) HandleTell(ctx context.Context, payload []byte) error {
	var in struct {
		news
		To int64 `json:"to"`
	}
	if err := s.letters.Accounts.OpenTold(payload, &in); err != nil {
		return err
	}
	words, err := letterWords()
	if err != nil {
		return err
	}
	return s.letters.Accounts.SendTo(ctx, in.To, words, func(p *i18n.Printer, to account.Actor) (l mail.Letter, ok bool, err error) {
		a, err := s.openAny(ctx, s.db, to, in.Article, mayRead)
		if fault.Is(err, fault.Denied) || fault.Is(err, fault.NotFound) {
			return l, false, nil
		}
		if err != nil {
			return l, false, err
		}
		l = mail.Letter{Greeting: p.T("tell.hello", to.Name), URL: s.letters.Link(a.ID, 0), Button: p.T("tell.open"), Notes: []string{p.T("tell.switch_off")}}
		headline := oneLine(a.Headline)
		if headline == "" {
			headline = p.T("tell.untitled")
		}
		l.Subject = p.T("tell."+in.What+"_subject", oneLine(in.By), headline)
		l.Lines = []string{p.T("tell."+in.What, in.By, headline)}
		if in.Note != 0 {
			ok, err = s.aboutNote(ctx, &l, p, to, in.Note)
			return l, ok, err
		}
		if in.What == "assigned" {
			if a.Assignee != to.ID {
				return l, false, nil
			}
			if err := s.aboutDue(ctx, &l, p, a.Due); err != nil {
				return l, false, err
			}
		}
		l.Lines = append(l.Lines, lines(in.Text)...)
		return l, true, nil
	})
}

// aboutNote adds the passage and the words of a note. It is not ok when the
// note was taken back or the reader has seen it.
func (s *Service) aboutNote(ctx context.Context, l *mail.Letter, p *i18n.Printer, to account.Actor, noteID int64) (ok bool, err error) {
	var read int64
	err = s.db.QueryRow(ctx, `SELECT read_at FROM mention WHERE person_id = $1 AND note_id = $2`, to.ID, noteID).Scan(&read)
	if fault.Is(err, fault.NotFound) || err == nil && read != 0 {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	n, err := noteByID(ctx, s.db, noteID)
	if err != nil {
		return false, err
	}
	quote := n.Anchor.Quote
	if n.Thread != n.ID {
		first, err := noteByID(ctx, s.db, n.Thread)
		if err != nil {
			return false, err
		}
		quote = first.Anchor.Quote
	}
	if quote != "" {
		l.Lines = append(l.Lines, p.T("tell.passage", strings.Join(strings.Fields(quote), " ")))
	}
	l.Lines = append(l.Lines, lines(n.Body)...)
	l.URL, l.Button = s.letters.Link(n.Article, n.Thread), p.T("tell.answer")
	return true, nil
}

// aboutDue adds until when the work is asked for, in the site's zone.
func (s *Service) aboutDue(ctx context.Context, l *mail.Letter, p *i18n.Printer, due time.Time) error {
	if due.IsZero() {
		return nil
	}
	site, err := s.settings.Site(ctx)
	if err == nil {
		l.Lines = append(l.Lines, p.T("tell.due", p.DateTime(due.In(site.Location())), site.Zone))
	}
	return err
}

// lines are the paragraphs of what a person typed.
func lines(text string) (all []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

const maxSubject = 120 // runes

// oneLine is a text for the head of a letter.
func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }), " ")
	if all := []rune(text); len(all) > maxSubject {
		return strings.TrimSpace(string(all[:maxSubject])) + "…"
	}
	return text
}
