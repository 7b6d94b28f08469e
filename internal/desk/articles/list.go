package articles

import (
	"database/sql"
	"net/http"
	"net/url"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
	"dateline/internal/web"
)

func scanName(r *sql.Rows) (p author.Profile, err error) { return p, r.Scan(&p.ID, &p.Name) }

// row is one article of a list.
type row struct {
	article.Article
	Section  string
	Assigned string // name of who is asked to work on it
	Overdue  bool
	Changed  bool // readers do not see its newest text
	At       time.Time
	Held     bool // published, and under an embargo
}

// State is the word for where the article stands: its status, or what keeps a
// published one from readers.
func (r row) State() string {
	switch {
	case r.Status != article.StatusPublished:
		return string(r.Status)
	case r.Held:
		return "embargoed"
	case r.Access != article.AccessOpen:
		return string(r.Access)
	}
	return string(r.Status)
}

// tab is a group that the list can show.
type tab struct {
	Word, Link string
	Current    bool
}

// listData is what the list page shows.
type listData struct {
	Rows     []row
	Tabs     []tab
	Views    []savedView
	Wish     wish
	Query    string // of the wish, to be saved
	Next     string // link to the next page
	Sections []taxonomy.Section
	People   []account.Colleague
	Authors  []author.Profile
	Statuses []article.Status
	Editor   bool
	Done     []outcome
}

// Narrowed tells whether a filter beyond group and words is set.
func (d listData) Narrowed() bool {
	w := d.Wish
	return w.Status+w.Section+w.Author+w.Person+w.From+w.To != ""
}

var groups = []article.Group{article.GroupWork, article.GroupPublished, article.GroupReworked, article.GroupWithdrawn, article.GroupBinned}

func (s *Articles) list(r *web.Request) (web.Response, error) {
	return s.showList(r, http.StatusOK, readWish(r.Query), nil)
}

// showList renders the list; done is what an action on several did to each.
func (s *Articles) showList(r *web.Request, status int, w wish, done []outcome) (web.Response, error) {
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	site, err := settings.Read(ctx, s.DB)
	if err != nil {
		return web.Response{}, err
	}
	data := listData{Wish: w, Query: w.values().Encode(), Editor: actor.Role >= account.Editor, Done: done,
		Statuses: []article.Status{article.StatusDraft, article.StatusReview, article.StatusChanges, article.StatusApproved, article.StatusScheduled, article.StatusPublished}}
	if data.Wish.Group == "" && w.Q == "" {
		data.Wish.Group = string(article.GroupWork)
	}
	page := desk.Page{Title: s.Printer(r).T("articles.title"), Wide: true}
	f, err := s.filter(ctx, w, site.Location())
	var found []article.Article
	switch {
	case err != nil:
	case w.Q != "":
		if found, err = s.matching(ctx, actor, w.Q, true); err == nil {
			found = keep(found, f, w.Group)
		}
	default:
		found, err = s.Articles.Find(ctx, actor, f)
	}
	if err != nil && !fault.Is(err, fault.Invalid) {
		return web.Response{}, err
	}
	wrong := err
	if w.Q == "" && len(found) > pageSize {
		found = found[:pageSize]
		next := w.values()
		next.Set("after", cursorText(f.Next(&found[pageSize-1])))
		data.Next = listPath + "?" + next.Encode()
	}
	if err := s.choices(r, &data); err != nil {
		return web.Response{}, err
	}
	data.Rows = s.rows(found, data.Sections, data.People)
	page.Data = data
	if wrong != nil {
		return s.Again(r, "list", page, wrong)
	}
	return s.Page(r, status, "list", page)
}

// choices fills what the filters offer.
func (s *Articles) choices(r *web.Request, data *listData) (err error) {
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	if data.Sections, err = taxonomy.Sections(ctx, s.DB); err != nil {
		return err
	}
	if data.People, err = s.Accounts.Colleagues(ctx, actor); err != nil {
		return err
	}
	if data.Authors, err = s.authorNames(ctx); err != nil {
		return err
	}
	if data.Views, err = s.views(ctx, actor); err != nil {
		return err
	}
	for _, g := range groups {
		link := url.Values{"group": {string(g)}}
		data.Tabs = append(data.Tabs, tab{"articles.group_" + string(g), listPath + "?" + link.Encode(), data.Wish.Group == string(g)})
	}
	return nil
}

// rows adds to articles what a line of the list says of them.
func (s *Articles) rows(found []article.Article, sections []taxonomy.Section, people []account.Colleague) []row {
	names := map[int64]string{}
	for _, p := range people {
		names[p.ID] = p.Name
	}
	titles := map[int64]string{}
	for _, sec := range sections {
		titles[sec.ID] = sec.Name
	}
	now := s.Clock.Now()
	var out []row
	for _, a := range found {
		one := row{Article: a, Section: titles[a.SectionID], Assigned: names[a.Assignee], At: a.Modified}
		one.Overdue = a.LiveVersion == 0 && !a.Due.IsZero() && a.Due.Before(now)
		one.Changed = a.LiveVersion != 0 && a.WorkingVersion != 0
		switch {
		case a.Status == article.StatusScheduled:
			one.At = a.ScheduledAt
		case a.Status == article.StatusPublished && a.EmbargoUntil.After(now):
			one.At, one.Held = a.EmbargoUntil, true
		case a.Public:
			one.At = a.FirstPublished
		}
		out = append(out, one)
	}
	return out
}

// hit is an article as the palette and the editor's link dialog know it.
type hit struct {
	ID        string `json:"id"`
	Headline  string `json:"headline"`
	Path      string `json:"path"`
	Status    string `json:"status"`
	Published string `json:"published,omitempty"` // RFC 3339
}

// find answers the palette and the link dialog: the newest without words.
func (s *Articles) find(r *web.Request) (web.Response, error) {
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	query := r.Query.Get("q")
	var found []article.Article
	var err error
	if query == "" {
		found, err = s.Articles.Find(ctx, actor, article.Filter{Group: article.GroupWork, Limit: 10})
	} else {
		found, err = s.matching(ctx, actor, query, false)
	}
	if err != nil {
		return web.Response{}, err
	}
	hits := []hit{}
	for _, a := range found[:min(len(found), 20)] {
		h := hit{ID: number64(a.ID), Headline: a.Headline, Status: string(a.Status)}
		if a.Public {
			h.Path, h.Published = a.Path, a.FirstPublished.Format(time.RFC3339)
		}
		hits = append(hits, h)
	}
	return desk.JSON(http.StatusOK, hits)
}
