package articles

import (
	"cmp"
	"net/http"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/i18n"
	"dateline/internal/media"
	"dateline/internal/taxonomy"
	"dateline/internal/web"
)

// pile is one list of the start page.
type pile struct {
	Word string // of its title
	None string // of what stands there when it is empty; "" leaves the pile out
	More string // link to all of it
	Rows []row
}

// homeData is what the start page shows.
type homeData struct {
	Unread int64 // notes in which colleagues name the visitor
	Talk   int64 // comments that wait, for those who decide
	Piles  []pile
	Ended  []ending // media whose rights have ended and that readers still see
	Ending []ending // media whose rights end soon
	Rights string   // link to all of them
}

// ending is a medium whose rights end.
type ending struct {
	Name, Link string
	Day        string
}

// shownInPile is how many articles a pile of the start page names.
const shownInPile = 6

// Home is the start page: what waits for the visitor, what goes out next.
func (s *Articles) Home(r *web.Request) (web.Response, error) {
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	people, err := s.Accounts.Colleagues(ctx, actor)
	if err != nil {
		return web.Response{}, err
	}
	sections, err := taxonomy.Sections(ctx, s.DB)
	if err != nil {
		return web.Response{}, err
	}
	var piles []pile
	add := func(p pile, f article.Filter, choose func(*article.Article) bool) error {
		f.Limit = 60
		found, err := s.Articles.Find(ctx, actor, f)
		if err != nil {
			return err
		}
		var kept []article.Article
		for _, a := range found {
			if (choose == nil || choose(&a)) && len(kept) < shownInPile {
				kept = append(kept, a)
			}
		}
		if len(kept) == 0 && p.None == "" {
			return nil
		}
		p.Rows = s.rows(kept, sections, people)
		piles = append(piles, p)
		return nil
	}
	mine := func(a *article.Article) bool {
		return a.Status == article.StatusDraft || a.Status == article.StatusChanges || a.Assignee == actor.ID
	}
	if err := add(pile{Word: "articles.home_mine", None: "articles.home_nothing", More: listPath + "?person=" + number64(actor.ID)}, article.Filter{Group: article.GroupWork, Person: actor.ID}, mine); err != nil {
		return web.Response{}, err
	}
	if actor.Role >= account.Editor {
		if err := add(pile{Word: "articles.home_review", None: "articles.home_nothing_review", More: listPath + "?status=review"}, article.Filter{Group: article.GroupWork, Status: article.StatusReview}, nil); err != nil {
			return web.Response{}, err
		}
		if err := add(pile{Word: "articles.home_approved", More: listPath + "?status=approved"}, article.Filter{Group: article.GroupWork, Status: article.StatusApproved}, nil); err != nil {
			return web.Response{}, err
		}
	}
	next, err := s.soon(r)
	if err != nil {
		return web.Response{}, err
	}
	if len(next.Rows) > 0 {
		piles = append(piles, next)
	}
	if err := add(pile{Word: "articles.home_reworked", More: listPath + "?group=reworked"}, article.Filter{Group: article.GroupReworked}, nil); err != nil {
		return web.Response{}, err
	}
	if err := add(pile{Word: "articles.home_published", More: listPath + "?group=published"}, article.Filter{Group: article.GroupPublished}, nil); err != nil {
		return web.Response{}, err
	}
	unread, err := s.Articles.Unread(ctx, actor)
	if err != nil {
		return web.Response{}, err
	}
	data := homeData{Unread: unread, Piles: piles}
	if actor.Role >= account.Editor {
		if err := s.rights(r, &data); err != nil {
			return web.Response{}, err
		}
		if data.Talk, err = s.Waiting(ctx); err != nil {
			return web.Response{}, err
		}
	}
	return s.Page(r, http.StatusOK, "home", desk.Page{Title: s.Printer(r).T("articles.home_title", desk.Visitor(r).Name), Data: data})
}

// rights adds the media that readers must soon not see any more, or should not
// see now.
func (s *Articles) rights(r *web.Request, data *homeData) error {
	ctx := r.HTTP.Context()
	site, err := s.Settings.Site(ctx)
	if err != nil {
		return err
	}
	today := media.DayOf(s.Clock.Now().In(site.Location()))
	ended, err := s.Media.ShownExpired(ctx, s.DB, today, shownInPile)
	if err != nil {
		return err
	}
	soon, err := s.Media.Ending(ctx, s.DB, today, shownInPile)
	if err != nil {
		return err
	}
	data.Ended, data.Ending, data.Rights = endings(s.Printer(r), ended), endings(s.Printer(r), soon), mediaPath+"?view="+string(media.ViewRights)
	return nil
}

func endings(p *i18n.Printer, all []media.Medium) (out []ending) {
	for _, m := range all {
		day := m.Rights.Expire.Time()
		out = append(out, ending{Name: cmp.Or(m.Title, m.FileName), Link: mediaPath + "/" + number64(m.ID), Day: p.Date(day)})
	}
	return out
}

// soon is what goes out within the next week.
func (s *Articles) soon(r *web.Request) (pile, error) {
	p := pile{Word: "articles.home_soon", More: calendarPath}
	now := s.Clock.Now()
	plan, err := s.Articles.Plan(r.HTTP.Context(), desk.Actor(r), now, now.Add(7*24*time.Hour))
	if err != nil {
		return p, err
	}
	for _, one := range plan {
		if one.What != "due" && len(p.Rows) < shownInPile {
			p.Rows = append(p.Rows, row{Article: one.Article, At: one.At, Held: one.What == "embargo"})
		}
	}
	return p, nil
}
