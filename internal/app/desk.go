package app

import (
	"slices"

	"dateline/internal/desk"
	"dateline/internal/desk/accounts"
	"dateline/internal/desk/articles"
	"dateline/internal/desk/fronts"
	"dateline/internal/desk/library"
	"dateline/internal/desk/newsletter"
	"dateline/internal/desk/previews"
	"dateline/internal/desk/readers"
	"dateline/internal/desk/storylines"
	"dateline/internal/desk/structure"
	deskregister "dateline/internal/desk/subjects"
	"dateline/internal/desk/talk"
	"dateline/internal/desk/write"
	"dateline/internal/web"
	"dateline/ui/dist"
)

// rooms are the parts of the desk.
type rooms struct {
	articles *articles.Articles
	layout   *structure.Part
	library  *library.Part
	write    *write.Part
	board    *fronts.Part
	peeks    *previews.Part
	readers  *readers.Part
	editions *newsletter.Part
	queue    *talk.Part
	names    *deskregister.Part
	sides    *accounts.Part
	tales    *storylines.Part
}

// openDesk makes the frame of the desk and its parts.
func (a *App) openDesk() (err error) {
	if a.desk, err = desk.New(desk.Parts{DB: a.db, Clock: a.clock, Accounts: a.accounts, Settings: a.settings, Scripts: dist.FS,
		Origin: func() string { return a.web.Origin() }, Icon: func() string { return a.views.AssetURL("icon.svg") }, ChangeSite: a.changeSite, Log: a.log, Names: a.deskNames,
		Held: func() string { return string(a.fence.Held()) }, Release: a.fence.Confirm}); err != nil {
		return err
	}
	if a.rooms.articles, err = articles.New(a.desk, articles.Parts{DB: a.db, Clock: a.clock, Articles: a.articles, Media: a.media, Accounts: a.accounts,
		Search: a.search, Settings: a.settings, Waiting: a.talk.Waiting}); err != nil {
		return err
	}
	if a.layout, err = structure.New(a.desk, structure.Parts{DB: a.db, Outline: a.outline, Looks: a.looks(), Settings: a.settings, ChangeSite: a.changeSite}); err != nil {
		return err
	}
	if a.library, err = library.New(a.desk, a.media); err != nil {
		return err
	}
	if a.rooms.names, err = deskregister.New(a.desk, a.register); err != nil {
		return err
	}
	if a.write, err = write.New(write.Parts{Desk: a.desk, DB: a.db, Clock: a.clock, Articles: a.articles, Accounts: a.accounts, Media: a.media,
		Search: a.search, Register: a.register, Related: a.related, Storylines: a.storylines, Settings: a.settings, HashPassword: a.vault.HashPassword, Editions: a.editions}); err != nil {
		return err
	}
	if a.board, err = fronts.New(a.desk, fronts.Services{Fronts: a.fronts, Search: a.search, Media: a.media, Site: a.site, Views: a.views}); err != nil {
		return err
	}
	if a.peeks, err = previews.New(a.desk, previews.Services{Articles: a.articles, Links: a.previews, Site: a.site, Views: a.views}); err != nil {
		return err
	}
	if a.rooms.readers, err = readers.New(a.desk, readers.Services{Clock: a.clock, Readers: a.readers, Moving: a.moving}); err != nil {
		return err
	}
	if a.rooms.editions, err = newsletter.New(a.desk, newsletter.Services{Editions: a.editions, Readers: a.readers, Search: a.search, Accounts: a.accounts, Settings: a.settings}); err != nil {
		return err
	}
	if a.rooms.queue, err = talk.New(a.desk, talk.Services{Clock: a.clock, Comments: a.talk, Articles: a.articles, Settings: a.settings}); err != nil {
		return err
	}
	if a.sides, err = accounts.New(a.desk, a.claims); err != nil {
		return err
	}
	if a.rooms.tales, err = storylines.New(a.desk, a.storylines); err != nil {
		return err
	}
	a.desk.Home = a.rooms.articles.Home
	return nil
}

// deskRoutes are the routes of the desk. They can be listed without one: a
// route binds to its part, and is not called then.
func (a *App) deskRoutes() []web.Route {
	return slices.Concat(a.desk.Routes(), a.rooms.articles.Routes(), a.layout.Routes(), a.rooms.names.Routes(), a.library.Routes(), a.write.Routes(), a.board.Routes(), a.peeks.Routes(), a.rooms.readers.Routes(), a.rooms.editions.Routes(),
		a.rooms.queue.Routes(), a.rooms.sides.Routes(), a.rooms.tales.Routes())
}
