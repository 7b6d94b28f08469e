package articles

import (
	"context"
	"embed"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/article/check"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/desk"
	"dateline/internal/i18n"
	"dateline/internal/media"
	"dateline/internal/search"
	"dateline/internal/settings"
	"dateline/internal/web"
)

// The addresses of this part.
const (
	listPath     = "/desk/articles"
	findPath     = "/desk/articles/find"
	bulkPath     = "/desk/articles/bulk"
	viewsPath    = "/desk/articles/views"
	planPath     = "/desk/articles/plan"
	calendarPath = "/desk/calendar"
	mediaPath    = "/desk/media"
	talkPath     = "/desk/comments"
)

//go:embed templates words.json articles.css
var files embed.FS

// Articles answers for the overview of the desk.
type Articles struct {
	*desk.Area
	Parts
	checkWords i18n.Words
}

// Parts are what the overview asks.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Articles *article.Service
	Media    *media.Service
	Accounts *account.Service
	Search   *search.Service
	Settings *settings.Store
	Waiting  func(context.Context) (int64, error) // comments that wait for a moderator
}

// New reads the templates.
func New(d *desk.Desk, p Parts) (*Articles, error) {
	area, err := d.NewArea("articles", files,
		desk.MenuItem{Word: "articles.menu", Path: listPath, Role: account.Contributor, Order: 10},
		desk.MenuItem{Word: "articles.menu_calendar", Path: calendarPath, Role: account.Contributor, Order: 20},
	)
	if err != nil {
		return nil, err
	}
	words, err := i18n.ParseWords(check.Words())
	return &Articles{area, p, words}, err
}

// Routes returns the routes of the overview. The start page is the desk's own
// route, which asks Home.
func (s *Articles) Routes() []web.Route {
	return []web.Route{
		desk.Get("article list", listPath, desk.Contributor, s.list, "group", "status", "section", "author", "person", "from", "to", "q", "after"),
		desk.Get("find articles", findPath, desk.Contributor, s.find, "q"),
		desk.Post("bulk", bulkPath, desk.Contributor, web.RateDesk, s.bulk),
		desk.Post("save view", viewsPath, desk.Contributor, web.RateDesk, s.saveView),
		desk.Post("delete view", viewsPath+"/{id}/delete", desk.Contributor, web.RateDesk, s.deleteView),
		desk.Post("plan article", planPath, desk.Editor, web.RateDesk, s.plan),
		desk.Get("calendar", calendarPath, desk.Contributor, s.calendar, "month"),
	}
}
