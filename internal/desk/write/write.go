// Package write is the page on which an article is written, and the pages
// around it: publishing, withdrawing, revisions, notes. Its rules are those of
// package article; what is here reads forms and JSON and shows answers.
//
// The page works in the browser by a small protocol. /state tells the newest
// text and its revision; /save stores a text under the revision it began from;
// when that is no longer the newest, /merge brings both together, and asks
// where it cannot. ui/desk/write.ts is the other side.
package write

import (
	"context"
	"embed"
	"strconv"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/article/check"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/desk"
	"dateline/internal/edition"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/media"
	"dateline/internal/register"
	"dateline/internal/related"
	"dateline/internal/search"
	"dateline/internal/settings"
	"dateline/internal/storyline"
	"dateline/internal/web"
)

//go:embed all:templates words.json writing.css
var files embed.FS

// Parts are what the part asks.
type Parts struct {
	Desk         *desk.Desk
	DB           *db.DB
	Clock        clock.Clock
	Articles     *article.Service
	Accounts     *account.Service
	Media        *media.Service
	Search       *search.Service
	Register     *register.Service
	Related      *related.Service
	Storylines   *storyline.Service
	Settings     *settings.Store
	Editions     *edition.Service // nil for a site without newsletters
	HashPassword func(string) string
}

// Part is the page of writing. The zero Part has the routes and nothing behind
// them.
type Part struct {
	*desk.Area
	Parts
	checkWords i18n.Words
}

// New reads the templates.
func New(parts Parts) (*Part, error) {
	area, err := parts.Desk.NewArea("write", files, desk.MenuItem{Word: "write.menu_notes", Path: notesPath, Role: account.Contributor, Order: 105})
	if err != nil {
		return nil, err
	}
	words, err := i18n.ParseWords(check.Words())
	return &Part{Area: area, Parts: parts, checkWords: words}, err
}

const (
	articlesPath = "/desk/articles"
	notesPath    = "/desk/notes"
	textLimit    = 24 << 20 // of a text on its way: richtext takes 16 MiB of words
	jsonLimit    = 256 << 10
)

func path(id int64) string { return articlesPath + "/" + strconv.FormatInt(id, 10) }

// Link is where an article is at the desk; a conversation about it, unless
// thread is 0.
func Link(articleID, thread int64) string {
	if thread == 0 {
		return path(articleID)
	}
	return path(articleID) + "#note-" + strconv.FormatInt(thread, 10)
}

// Routes returns the routes of the part.
func (p *Part) Routes() []web.Route {
	const at = articlesPath + "/{id}"
	return []web.Route{
		desk.Post("new article", articlesPath+"/new", desk.Contributor, web.RateDesk, p.create),
		desk.Get("article", at, desk.Contributor, p.page),
		desk.PostUpTo("article fields", at, desk.Contributor, web.RateDesk, 1<<20, p.saveFields),
		desk.Get("article state", at+"/state", desk.Contributor, p.state),
		desk.PostRaw("save article", at+"/save", desk.Contributor, web.RateReading, textLimit, p.save),
		desk.PostRaw("merge article", at+"/merge", desk.Contributor, web.RateReading, 3*textLimit, p.merge),
		desk.PostRaw("arrange article", at+"/arrange", desk.Contributor, web.RateReading, jsonLimit, p.arrange),
		desk.PostRaw("article presence", at+"/presence", desk.Contributor, web.RateReading, jsonLimit, p.presence),
		desk.Post("move article", at+"/move", desk.Contributor, web.RateDesk, p.move),
		desk.Post("discard changes", at+"/discard", desk.Contributor, web.RateDesk, p.discard),
		desk.Get("publish article", at+"/publish", desk.Contributor, p.publishPage, "jump"),
		desk.Post("publish article now", at+"/publish", desk.Contributor, web.RateDesk, p.publish),
		desk.Get("publication time", at+"/when", desk.Contributor, p.when, "day", "time", "fold"),
		desk.Get("published article", at+"/published", desk.Contributor, p.published),
		desk.Post("take article back", at+"/retract", desk.Contributor, web.RateDesk, p.retract),
		desk.Get("withdraw article", at+"/withdraw", desk.Editor, p.withdrawPage),
		desk.Post("withdraw article now", at+"/withdraw", desk.Editor, web.RateDesk, p.withdraw),
		desk.Get("revisions", at+"/versions", desk.Contributor, p.versions, "a", "b", "view", "at"),
		desk.Post("restore revision", at+"/versions/{number}/restore", desk.Contributor, web.RateDesk, p.restore),
		desk.Get("article notes", at+"/notes", desk.Contributor, p.notes),
		desk.PostRaw("write note", at+"/notes", desk.Contributor, web.RateReading, jsonLimit, p.writeNote),
		desk.PostRaw("find quotes", at+"/quotes", desk.Contributor, web.RateReading, textLimit, p.findQuotes),
		desk.PostRaw("link translation", at+"/translations", desk.Contributor, web.RateReading, jsonLimit, p.translate),
		desk.Get("find for article", "/desk/write/find", desk.Contributor, p.find, "kind", "q", "ids"),
		desk.Get("media for article", "/desk/write/media", desk.Contributor, p.media, "ids"),
		desk.PostRaw("new tag", "/desk/write/tags", desk.Contributor, web.RateReading, jsonLimit, p.newTag),
		desk.Get("names in article", at+"/subjects", desk.Contributor, p.subjects, "name"),
		desk.PostRaw("dismiss name", at+"/subjects/dismiss", desk.Contributor, web.RateReading, jsonLimit, p.dismissSubject),
		desk.Get("storyline of article", at+"/storyline", desk.Contributor, p.proposeLine),
		desk.PostRaw("dismiss storyline", at+"/storyline/dismiss", desk.Contributor, web.RateReading, jsonLimit, p.dismissLine),
		desk.PostRaw("new name", "/desk/write/subjects", desk.Author, web.RateReading, jsonLimit, p.newSubject),
		desk.Get("stories beside article", at+"/related", desk.Contributor, p.also),
		desk.PostRaw("decide about story beside", at+"/related", desk.Contributor, web.RateReading, jsonLimit, p.decideAlso),
		desk.Get("mentions", notesPath, desk.Contributor, p.mentions),
		desk.Post("mentions read", notesPath, desk.Contributor, web.RateDesk, p.mentionsRead),
	}
}

// articleID reads the id of the address.
func articleID(r *web.Request) (int64, error) {
	id, err := strconv.ParseInt(r.Vars["id"], 10, 64)
	if err != nil || id < 0 {
		return 0, fault.New(fault.NotFound, "there is no such article")
	}
	return id, nil
}

// work reads the article of the address with its newest text.
func (p *Part) work(r *web.Request) (article.Work, error) {
	id, err := articleID(r)
	if err != nil {
		return article.Work{}, err
	}
	return p.Articles.Working(r.HTTP.Context(), desk.Actor(r), id)
}

// create makes a blank draft and leads to it.
func (p *Part) create(r *web.Request) (web.Response, error) {
	ctx, who := r.HTTP.Context(), desk.Visitor(r)
	draft := article.Draft{Type: article.TypeArticle, Blank: true, CommentsOpen: true}
	if r.HTTP.PostForm.Get("type") == string(article.TypePage) {
		if err := who.Actor().Require(account.Editor, "make standing pages"); err != nil {
			return web.Response{}, err
		}
		draft.Type, draft.CommentsOpen = article.TypePage, false
	} else if profile, ok, err := article.OwnProfile(ctx, p.DB, who.ID, who.Name); err != nil {
		return web.Response{}, err
	} else if ok {
		draft.Content.Bylines = []article.Byline{{Profile: profile.ID, Role: "by", Name: profile.Name}}
	}
	a, err := p.Articles.Create(ctx, who.Actor(), draft)
	if err != nil {
		return web.Response{}, err
	}
	return desk.SeeOther(path(a.ID)), nil
}

// site returns the settings.
func (p *Part) site(ctx context.Context) (settings.Site, error) { return p.Settings.Site(ctx) }
