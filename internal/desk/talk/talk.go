// Package talk is the part of the desk where editors moderate comments: the
// queue, one comment with all that helps to decide, rules, bans and figures.
// Every rule stands in package comment.
package talk

import (
	"embed"
	"strconv"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/comment/guard"
	"dateline/internal/desk"
	"dateline/internal/i18n"
	"dateline/internal/settings"
	"dateline/internal/web"
)

//go:embed all:templates words.json talk.css
var files embed.FS

// The addresses of the part. Link leads to the comments of an article.
const (
	base       = "/desk/comments"
	decidePath = base + "/decide"
	undoPath   = base + "/undo"
	rulesPath  = base + "/rules"
	bansPath   = base + "/bans"
	figurePath = base + "/figures"
)

// Part is the moderators' part of the desk.
type Part struct {
	*desk.Area
	Services
	whyWords, guardWords i18n.Words // which say why a comment is held
}

// Services are what the pages ask.
type Services struct {
	Clock    clock.Clock
	Comments *comment.Service
	Articles *article.Service
	Settings *settings.Store
}

// New reads the part's templates and takes its place in the menu.
func New(d *desk.Desk, s Services) (*Part, error) {
	area, err := d.NewArea("talk", files, desk.MenuItem{Word: "talk.menu", Path: base, Role: account.Editor, Order: 50})
	if err != nil {
		return nil, err
	}
	whyWords, err := comment.Words()
	if err != nil {
		return nil, err
	}
	guardWords, err := i18n.ParseWords(guard.Texts())
	return &Part{area, s, whyWords, guardWords}, err
}

// Routes returns the part's routes.
func (p *Part) Routes() []web.Route {
	return []web.Route{
		desk.Get("comment queue", base, desk.Editor, p.queue, "status", "article", "writer", "network", "q", "reason", "wave", "order", "after", "did", "n", "undo", "left"),
		desk.Post("decide on comments", decidePath, desk.Editor, web.RateDesk, p.decide),
		desk.Post("undo on comments", undoPath, desk.Editor, web.RateDesk, p.undo),
		desk.Get("comment rules", rulesPath, desk.Editor, p.rules),
		desk.Post("save comment rules", rulesPath, desk.Editor, web.RateDesk, p.saveRules),
		desk.Get("comment bans", bansPath, desk.Editor, p.bans),
		desk.Post("end comment ban", bansPath+"/{id}/end", desk.Editor, web.RateDesk, p.unban),
		desk.Get("comment figures", figurePath, desk.Editor, p.figures),
		desk.Get("comment at the desk", base+"/{id}", desk.Editor, p.one, "back", "did", "n", "undo", "left"),
		desk.Post("answer comment", base+"/{id}/reply", desk.Editor, web.RateDesk, p.reply),
		desk.Post("note on comment", base+"/{id}/note", desk.Editor, web.RateDesk, p.note),
		desk.Post("ban writer of comment", base+"/{id}/ban", desk.Editor, web.RateDesk, p.ban),
	}
}

// sheet is what every page of the part has besides its own data.
type sheet struct {
	Tab  string
	Tabs []tab
	D    any
}

type tab struct{ Name, Path, Word string }

func tabs(admin bool) []tab {
	all := []tab{{"queue", base, "talk.tab_queue"}, {"rules", rulesPath, "talk.tab_rules"}, {"bans", bansPath, "talk.tab_bans"}, {"figures", figurePath, "talk.tab_figures"}}
	if admin {
		all = append(all, tab{"settings", "/desk/structure/site#commenting", "talk.tab_settings"})
	}
	return all
}

func (p *Part) head(r *web.Request, current, title string, data any) desk.Page {
	return desk.Page{Title: title, Data: sheet{current, tabs(desk.Visitor(r).Role >= account.Administrator), data}}
}

// say is a text in the visitor's language.
func (p *Part) say(r *web.Request, key string, args ...any) string {
	return p.Printer(r).T("talk."+key, args...)
}

// scripted tells whether the page's script asks.
func scripted(r *web.Request) bool { return r.HTTP.Header.Get("Accept") == "application/json" }

func text64(n int64) string { return strconv.FormatInt(n, 10) }

func at(id int64) string { return base + "/" + text64(id) }
