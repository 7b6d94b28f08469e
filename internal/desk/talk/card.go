package talk

import (
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/desk"
	"dateline/internal/richtext"
	"dateline/internal/view"
	"dateline/internal/web"
)

// card is one comment as moderators see it.
type card struct {
	comment.Held
	At      string // its page
	Seen    string // what its forms say of how it was shown
	List    string // the queue's query, to come back
	Text    template.HTML
	Long    bool     // it scrolls in itself
	Why     []string // it is held
	Host    string   // of the writer's website
	Linked  string   // host of the first link, which a ban may be for
	Answers *brief   // what it answers
	Earlier []brief  // of the same person
	Person  *comment.Writer
	Told    []comment.Report // what readers reported
	Word    []comment.Note   // of other moderators
	Others  int64            // that wait and are nearly the same
	Same    []brief          // some of them
	New     bool             // nothing of the person was decided before
	Banned  bool
	Since   time.Time
}

// brief is a comment beside another one.
type brief struct {
	ID     int64
	Name   string
	Text   string
	Status comment.Status
	When   time.Time
}

const (
	briefRunes  = 160
	longRunes   = 1200
	earlierMost = 3
	sameMost    = 3
	foldFrom    = 2 // others of a wave that wait: fewer are shown each by itself
)

func briefly(c *comment.Comment) brief {
	text := richtext.Excerpt(c.Body, briefRunes)
	return brief{c.ID, c.Name, text, c.Status, c.Created}
}

// cards are comments with what helps to decide about them. Of a wave only the
// first is shown unless the queue is narrowed to it: one click decides on all.
func (p *Part) cards(r *web.Request, held []comment.Held, w wish) ([]card, error) {
	var out []card
	shown := map[int64]bool{}
	for i := range held {
		wave := held[i].Wave
		if shown[wave] && wave != 0 && w.Wave == "" && w.waiting() {
			continue
		}
		c, err := p.Comments.Context(r.HTTP.Context(), desk.Actor(r), held[i].ID)
		if err != nil {
			return nil, err
		}
		one := p.card(r, &c, w.query())
		shown[wave] = one.Others >= foldFrom
		out = append(out, one)
	}
	return out, nil
}

func (p *Part) card(r *web.Request, c *comment.Context, list string) card {
	one := card{Held: c.Held, At: at(c.ID), Seen: text64(c.ID) + "." + text64(db.Micros(c.Decided)), List: list, Text: view.Rendered(richtext.CommentHTML(c.Body)), Person: c.Person, Word: c.Notes,
		Banned: len(c.Banned) > 0}
	for i := range c.Alike {
		if c.Alike[i].Status != comment.StatusPending {
			continue
		}
		if one.Others++; one.Others <= sameMost {
			one.Same = append(one.Same, briefly(&c.Alike[i].Comment))
		}
	}
	one.Long = len(richtext.Text(c.Body)) > longRunes
	for _, reason := range c.Reasons {
		one.Why = append(one.Why, p.reason(r, reason))
	}
	if u, err := url.Parse(c.URL); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		one.Host = u.Host
	}
	if found := hosts(&c.Comment); len(found) > 0 {
		one.Linked = found[0]
	}
	for i := range c.Thread {
		if parent := &c.Thread[i]; parent.ID == c.Parent && c.Parent != 0 {
			b := briefly(parent)
			one.Answers = &b
		}
	}
	for i := range c.Earlier {
		if len(one.Earlier) < earlierMost {
			one.Earlier = append(one.Earlier, briefly(&c.Earlier[i].Comment))
		}
	}
	for _, told := range c.Reported {
		if !told.Settled {
			one.Told = append(one.Told, told)
		}
	}
	if c.Person != nil {
		one.Since, one.New = c.Person.Since, c.Person.Approved+c.Person.Refused == 0
	}
	return one
}

// reason says why a comment is held: what the guard found, or what the service
// has a rule for. A word that nobody has put into words is shown as it is.
func (p *Part) reason(r *web.Request, why comment.Reason) string {
	words := p.Printer(r).With(p.whyWords).With(p.guardWords)
	if !words.Has(why.Word) {
		return strings.TrimSpace(why.Word + " " + why.Detail)
	}
	text := words.T(why.Word, why.Detail)
	if why.Detail == "" { // of the reasons in general
		text = strings.TrimRight(strings.NewReplacer("()", "", "( %)", "", "( ٪)", "").Replace(text), " :")
	}
	return text
}

func sortedKeys(m map[string]int64) []string {
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if m[a] != m[b] {
			return int(m[b] - m[a])
		}
		return strings.Compare(a, b)
	})
}

// hosts are where the links of a comment lead, for the choice of a domain.
func hosts(c *comment.Comment) []string {
	var found []string
	for _, address := range append(richtext.Links(c.Body), c.URL) {
		if u, err := url.Parse(address); err == nil && u.Hostname() != "" && !slices.Contains(found, u.Hostname()) {
			found = append(found, u.Hostname())
		}
	}
	return found
}
