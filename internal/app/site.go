package app

import (
	"context"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/settings"
)

// Site returns the settings of the site.
func (a *App) Site(ctx context.Context) (settings.Site, error) { return settings.Read(ctx, a.db) }

// ChangeSite changes settings of the site, all of them or none, for whoever has
// the command line. Servers on the same database follow.
func (a *App) ChangeSite(ctx context.Context, changes []settings.Change) error {
	return a.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return a.changeSite(ctx, tx, operator, changes) })
}

// operator is whoever has the command line.
var operator = account.System("command line")

// changeSite is ChangeSite in tx, for whoever may.
func (a *App) changeSite(ctx context.Context, tx *db.Tx, actor account.Actor, changes []settings.Change) error {
	if err := actor.Require(account.Administrator, "change the site"); err != nil {
		return err
	}
	site, err := settings.Read(ctx, tx)
	if err != nil {
		return err
	}
	zone := site.Zone
	detail := map[string]string{}
	for _, ch := range changes {
		if err := site.Set(ch.Name, ch.Value); err != nil {
			return err
		}
		detail[ch.Name] = ch.Value
	}
	if !i18n.Knows(site.Locale) {
		return fault.New(fault.Invalid, "locale %q is not a language tag", site.Locale).WithHint("use one such as en, en-GB, de, fr, es or ar; others show English words")
	}
	if err := settings.Save(ctx, tx, site, a.clock.Now()); err != nil {
		return err
	}
	if site.Zone != zone {
		if err := article.Recount(ctx, tx, site.Location()); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, a.clock.Now(), actor.Name, "change", "site", 0, detail)
}
