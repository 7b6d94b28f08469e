package articles

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/richtext"
	"dateline/internal/search"
	"dateline/internal/taxonomy"
)

// pageSize is how many articles one page of the list shows.
const pageSize = 50

// searched is how many articles a search by words looks at beyond those that
// readers can find: all that a newsroom has on its way, in practice.
const searched = 5000

// wish is what the list was asked for, as its form has it.
type wish struct {
	Group, Status, Section, Author, Person, From, To, Q, After string
}

func readWish(q url.Values) wish {
	return wish{q.Get("group"), q.Get("status"), q.Get("section"), q.Get("author"), q.Get("person"), q.Get("from"), q.Get("to"), strings.TrimSpace(q.Get("q")), q.Get("after")}
}

// values is the wish as a query, without its place in the list.
func (w wish) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"group": w.Group, "status": w.Status, "section": w.Section, "author": w.Author, "person": w.Person, "from": w.From, "to": w.To, "q": w.Q} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// filter turns a wish into the service's terms.
func (s *Articles) filter(ctx context.Context, w wish, zone *time.Location) (f article.Filter, err error) {
	f = article.Filter{Group: article.Group(w.Group), Status: article.Status(w.Status), Limit: pageSize + 1}
	if f.Group == "" {
		f.Group = article.GroupWork
	}
	if f.Section, err = number(w.Section); err != nil {
		return f, err
	}
	if f.Person, err = number(w.Person); err != nil {
		return f, err
	}
	if f.From, err = day(w.From, zone, 0); err != nil {
		return f, err
	}
	if f.To, err = day(w.To, zone, 1); err != nil {
		return f, err
	}
	if w.After != "" {
		if f.After, err = cursor(w.After); err != nil {
			return f, err
		}
	}
	if w.Author != "" && f.Group == article.GroupPublished {
		f.Author, err = s.profileNamed(ctx, w.Author)
	}
	return f, err
}

func number(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.New(fault.Invalid, "%q is not one of the choices", text)
	}
	return n, nil
}

// day reads a date field; later adds days, for the end of a span.
func day(text string, zone *time.Location, later int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, fault.New(fault.Invalid, "%q is not a date", text).WithHint("write it as 2026-05-31")
	}
	return t.AddDate(0, 0, later), nil
}

func cursor(text string) (article.Cursor, error) {
	at, id, _ := strings.Cut(text, ".")
	a, err := strconv.ParseInt(at, 10, 64)
	if err == nil {
		var n int64
		if n, err = strconv.ParseInt(id, 10, 64); err == nil {
			return article.Cursor{At: a, ID: n}, nil
		}
	}
	return article.Cursor{}, fault.New(fault.Invalid, "the list has no such page").WithHint("begin at its first page")
}

func cursorText(c article.Cursor) string {
	return strconv.FormatInt(c.At, 10) + "." + strconv.FormatInt(c.ID, 10)
}

// profileNamed finds the author that a person typed.
func (s *Articles) profileNamed(ctx context.Context, name string) (int64, error) {
	var id int64
	err := s.DB.QueryRow(ctx, `SELECT id FROM profile WHERE name = $1 ORDER BY id LIMIT 1`, name).Scan(&id)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Invalid, "no author is called %q", name).WithHint("choose a name from the list")
	}
	return id, err
}

// authorNames are what the author field offers.
func (s *Articles) authorNames(ctx context.Context) ([]author.Profile, error) {
	rows, err := s.DB.Query(ctx, `SELECT id, name FROM profile ORDER BY name LIMIT 500`)
	return db.All(rows, err, scanName)
}

// read is how many of the newest hidden articles a search reads as a whole; of
// older ones it reads headline, byline, kicker, standfirst and address word.
const read = 300

// scored is an article that a search by words found.
type scored struct {
	article.Article
	score float64
}

// matching finds articles by words, the best first: what is on its way before
// what readers have, which the index ranks; contributors find their own. whole reads the texts of what is on
// its way, too.
func (s *Articles) matching(ctx context.Context, actor account.Actor, query string, whole bool) ([]article.Article, error) {
	judge, err := s.Search.Judge(ctx, query)
	if err != nil {
		return nil, err
	}
	var found []article.Article
	if !judge.Empty() {
		hidden, err := s.Articles.Hidden(ctx, actor, searched)
		if err != nil {
			return nil, err
		}
		if found, err = s.judged(ctx, actor, judge, hidden, whole); err != nil {
			return nil, err
		}
	}
	ask := search.Request{Text: query, Limit: pageSize, Typing: true}
	if actor.Role <= account.Contributor {
		if ask.Among, err = s.Articles.OwnPublic(ctx, actor); err != nil {
			return nil, err
		}
	}
	public, err := s.Search.Search(ctx, ask)
	for _, r := range public.Results {
		found = append(found, r.Article)
	}
	return found, err
}

// judged are the articles that fit, the best first, of equals the last written.
func (s *Articles) judged(ctx context.Context, actor account.Actor, judge *search.Judge, hidden []article.Article, whole bool) ([]article.Article, error) {
	var fit []scored
	for i := range hidden {
		a := &hidden[i]
		fields := []search.Field{{Text: a.Headline, Weight: 5, Language: a.Language}, {Text: a.Standfirst, Weight: 2.5, Language: a.Language},
			{Text: a.Kicker, Weight: 1.5, Language: a.Language}, {Text: a.BylineText, Weight: 2}, {Text: a.Slug, Weight: 2}}
		if whole && i < read {
			w, err := s.Articles.Working(ctx, actor, a.ID)
			if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Denied) {
				continue
			}
			if err != nil {
				return nil, err
			}
			more, err := s.texts(ctx, &w.Copy.Content)
			if err != nil {
				return nil, err
			}
			fields = append(fields, more...)
		}
		if score := judge.Score(fields...); score > 0 {
			fit = append(fit, scored{*a, score})
		}
	}
	slices.SortStableFunc(fit, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var out []article.Article
	for _, f := range fit[:min(len(fit), pageSize)] {
		out = append(out, f.Article)
	}
	return out, nil
}

// texts are what a search reads of an article beside what lists show of it.
func (s *Articles) texts(ctx context.Context, c *article.Content) ([]search.Field, error) {
	tags, err := taxonomy.TagsByID(ctx, s.DB, c.Tags)
	if err != nil {
		return nil, err
	}
	fields := []search.Field{{Text: richtext.Text(c.Body), Weight: 1, Language: c.Language},
		{Text: c.ShortHeadline + "\n" + c.Storyline + "\n" + c.Dateline, Weight: 1.5, Language: c.Language}}
	for _, t := range tags {
		fields = append(fields, search.Field{Text: t.Name, Weight: 2.5, Language: c.Language})
	}
	if p := c.Lead; p != nil {
		fields = append(fields, search.Field{Text: p.Caption + "\n" + p.Credit + "\n" + p.Alt, Weight: 0.7, Language: c.Language})
	}
	return fields, nil
}

// keep applies the rest of a wish to what a search by words found.
func keep(found []article.Article, f article.Filter, group string) []article.Article {
	var out []article.Article
	for _, a := range found {
		switch {
		case group == string(article.GroupWork) && a.Public, group == string(article.GroupPublished) && !a.Public:
		case f.Status != "" && a.Status != f.Status:
		case f.Section != 0 && a.SectionID != f.Section:
		case f.Person != 0 && a.Owner != f.Person && a.Assignee != f.Person:
		default:
			out = append(out, a)
		}
	}
	return out
}
