package talk

import (
	"net/http"
	"net/url"
	"strings"

	"dateline/internal/comment"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/web"
)

// onPage is how many comments a page of the queue shows, each with what it
// answers and who wrote it.
const onPage = 25

// reported is the status in addresses that stands for those with reports.
const reported = "reported"

// wish is what the queue was asked for, as its addresses have it.
type wish struct{ Status, Article, Writer, Network, Q, Reason, Wave, Order, After string }

func readWish(q url.Values) wish {
	return wish{q.Get("status"), q.Get("article"), q.Get("writer"), q.Get("network"), strings.TrimSpace(q.Get("q")), q.Get("reason"), q.Get("wave"), q.Get("order"), q.Get("after")}
}

// fields are the wish in a fixed order, without its place in the list.
func (w wish) fields() [][2]string {
	return [][2]string{{"status", w.Status}, {"article", w.Article}, {"writer", w.Writer}, {"network", w.Network}, {"q", w.Q}, {"reason", w.Reason}, {"wave", w.Wave}, {"order", w.Order}}
}

func (w wish) values() url.Values {
	v := url.Values{}
	for _, f := range w.fields() {
		if f[1] != "" {
			v.Set(f[0], f[1])
		}
	}
	return v
}

// query is the wish for an address or a hidden field.
func (w wish) query() string { return w.values().Encode() }

// link leads to the queue of a wish.
func (w wish) link() string {
	if q := w.query(); q != "" {
		return base + "?" + q
	}
	return base
}

// with returns the wish with one field changed.
func (w wish) with(name, value string) wish {
	v := w.values()
	v.Set(name, value)
	return readWish(v)
}

// waiting tells whether the wish is for comments that nobody has decided on.
func (w wish) waiting() bool { return w.Status == "" || w.Status == string(comment.StatusPending) }

// filter turns a wish into the service's terms. Those who wait are shown as
// they came, everything else with the newest first.
func (w wish) filter() (f comment.QueueFilter, err error) {
	f = comment.QueueFilter{Words: w.Q, Reason: w.Reason, Limit: onPage, Oldest: w.waiting()}
	switch status := comment.Status(w.Status); status {
	case "":
		f.Status = comment.StatusPending
	case comment.StatusPending, comment.StatusApproved, comment.StatusSpam, comment.StatusBinned, comment.AnyStatus:
		f.Status = status
	case reported:
		f.Status, f.Reported = comment.AnyStatus, true
	default:
		return f, fault.New(fault.Invalid, "comments are not sorted by %q", w.Status)
	}
	switch w.Order {
	case "":
	case "oldest", "newest":
		f.Oldest = w.Order == "oldest"
	default:
		return f, fault.New(fault.Invalid, "comments are not ordered by %q", w.Order)
	}
	for _, n := range []struct {
		text string
		to   *int64
	}{{w.Article, &f.Article}, {w.Writer, &f.Writer}, {w.Wave, &f.Wave}, {w.Network, &f.Network}} {
		if *n.to, err = desk.Number(n.text); err != nil {
			return f, err
		}
	}
	if w.After != "" {
		f.After, err = comment.ParseCursor(w.After)
	}
	return f, err
}

// pile is one of the tabs above the queue.
type pile struct {
	Name, Word, Link string
	Count            int64
	Current          bool
	Counted          bool
}

// chip is something that narrows the queue, with the way out of it.
type chip struct{ Word, Text, Without string }

// choice is an entry of a list.
type choice struct {
	Value, Label string
	On           bool
}

type queueData struct {
	Wish     wish
	Query    string
	Piles    []pile
	Chips    []chip
	Reasons  []choice
	Cards    []card
	Next     string
	Waiting  bool
	Narrowed bool // by the form of the search
	Done     *done
	Keys     []hotkey
	Lengths  []choice
}

func (p *Part) queue(r *web.Request) (web.Response, error) {
	page, err := p.queuePage(r, readWish(r.Query))
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "queue", page)
}

func (p *Part) queuePage(r *web.Request, w wish) (desk.Page, error) {
	f, err := w.filter()
	if err != nil {
		return desk.Page{}, err
	}
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	found, err := p.Comments.Queue(ctx, actor, f)
	if err != nil {
		return desk.Page{}, err
	}
	d := queueData{Wish: w, Query: w.query(), Waiting: w.waiting(), Narrowed: w.Q+w.Reason+w.Order != "", Piles: piles(w, found), Done: p.done(r), Keys: hotkeys, Lengths: p.lengths(r)}
	if d.Cards, err = p.cards(r, found.Comments, w); err != nil {
		return desk.Page{}, err
	}
	if d.Chips, err = p.chips(r, w, d.Cards); err != nil {
		return desk.Page{}, err
	}
	for _, word := range sortedKeys(found.Reasons) {
		label := p.reason(r, comment.Reason{Word: word}) + " (" + p.Printer(r).Number(found.Reasons[word]) + ")"
		d.Reasons = append(d.Reasons, choice{word, label, word == w.Reason})
	}
	if found.Next != (comment.Cursor{}) {
		v := w.values()
		v.Set("after", found.Next.String())
		d.Next = base + "?" + v.Encode()
	}
	page := p.head(r, "queue", p.say(r, "title"), d)
	page.Wide, page.Scripts = true, []string{"talk.js"}
	return page, nil
}

func piles(w wish, found comment.QueuePage) []pile {
	var out []pile
	for _, status := range []string{string(comment.StatusPending), reported, string(comment.StatusSpam), string(comment.StatusBinned), string(comment.StatusApproved)} {
		one := pile{Name: status, Word: "talk.pile_" + status, Current: w.Status == status || w.Status == "" && status == string(comment.StatusPending),
			Count: found.Counts[comment.Status(status)], Counted: status != string(comment.StatusApproved)}
		if status == reported {
			one.Count = found.Reported
		}
		to := wish{Status: status, Article: w.Article, Writer: w.Writer, Network: w.Network, Q: w.Q}
		if status == string(comment.StatusPending) {
			to.Status = ""
		}
		one.Link = to.link()
		out = append(out, one)
	}
	return out
}

// chips name what narrows the queue to one article, person or wave.
func (p *Part) chips(r *web.Request, w wish, cards []card) ([]chip, error) {
	var out []chip
	if w.Article != "" {
		text, err := p.headline(r, w.Article, cards)
		if err != nil {
			return nil, err
		}
		out = append(out, chip{"talk.chip_article", text, w.with("article", "").link()})
	}
	if w.Writer != "" {
		text := w.Writer
		if len(cards) > 0 {
			text = cards[0].Name
		}
		out = append(out, chip{"talk.chip_writer", text, w.with("writer", "").link()})
	}
	if w.Network != "" {
		text := ""
		if len(cards) > 0 {
			text = cards[0].Network
		}
		out = append(out, chip{"talk.chip_network", text, w.with("network", "").link()})
	}
	if w.Wave != "" {
		out = append(out, chip{"talk.chip_wave", "", w.with("wave", "").link()})
	}
	return out, nil
}

// headline names the article that the queue is narrowed to.
func (p *Part) headline(r *web.Request, article string, cards []card) (string, error) {
	if len(cards) > 0 {
		return cards[0].Headline, nil
	}
	id, err := desk.Number(article)
	if err != nil {
		return "", err
	}
	a, err := p.Articles.Working(r.HTTP.Context(), desk.Actor(r), id)
	if fault.Is(err, fault.NotFound) {
		return article, nil
	}
	return a.Copy.Content.Headline, err
}

// hotkey is a key of the queue and what it does.
type hotkey struct{ Key, Word string }

var hotkeys = []hotkey{{"a", "talk.key_approve"}, {"s", "talk.key_spam"}, {"b", "talk.key_bin"}, {"u", "talk.key_undo"}, {"n", "talk.key_next"}, {"p", "talk.key_previous"},
	{"r", "talk.key_reply"}, {"x", "talk.key_ban"}, {"e", "talk.key_pick"}, {"w", "talk.key_wave"}, {"m", "talk.key_mark"}, {"o", "talk.key_open"}, {"?", "talk.key_help"}}
