package structure

import (
	"context"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/desk"
	"dateline/internal/i18n"
	"dateline/internal/settings"
	"dateline/internal/web"
)

const sitePath = base + "/site"

func (p *Part) siteRoutes() []web.Route {
	return []web.Route{
		desk.Get("site in groups", sitePath, desk.Administrator, p.sitePage),
		desk.Post("save site group", sitePath, desk.Administrator, web.RateDesk, p.saveSite),
	}
}

// ChangeSite saves settings in tx with all that follows from them.
type ChangeSite func(ctx context.Context, tx *db.Tx, actor account.Actor, changes []settings.Change) error

// siteGroup is some settings that belong together, as the page explains them.
type siteGroup struct {
	Name, Title, Lead string
	Fields            []siteField
}

type siteField struct {
	Name, Label, Help, Value string
	Entry                    settings.Entry
	Least, Most              int
	Suggestions              []string
	Choices                  []siteChoice
}

// siteChoice is one of the words that a setting may have.
type siteChoice struct{ Value, Label string }

// siteGroups lays the settings out with the values that a form or the site has.
func (p *Part) siteGroups(r *web.Request, value func(settings.Field) string) []siteGroup {
	words := p.Printer(r)
	var groups []siteGroup
	for _, g := range settings.Groups {
		group := siteGroup{Name: g.Name, Title: p.say(r, "group_"+g.Name), Lead: p.say(r, "group_"+g.Name+"_lead")}
		for _, name := range g.Fields {
			f, ok := settings.FieldNamed(name)
			if !ok {
				continue
			}
			key := "desk.site_" + name // the set-up uses them, too
			field := siteField{Name: name, Label: words.T(key), Help: words.T(key + "_help"), Value: value(f)}
			field.Entry, field.Least, field.Most = settings.Control(name)
			switch field.Entry {
			case settings.EnterZone:
				field.Suggestions = settings.Zones()
			case settings.EnterLocale:
				field.Suggestions = i18n.Languages()
			case settings.EnterChoice:
				for _, word := range settings.Options(name) {
					field.Choices = append(field.Choices, siteChoice{word, words.T(key + "_" + word)})
				}
			}
			group.Fields = append(group.Fields, field)
		}
		groups = append(groups, group)
	}
	return groups
}

func (p *Part) sitePage(r *web.Request) (web.Response, error) {
	site, err := p.Settings.Site(r.HTTP.Context())
	if err != nil {
		return web.Response{}, err
	}
	page := p.head(r, "site", p.say(r, "site"), p.siteGroups(r, func(f settings.Field) string { return f.Value(site) }))
	page.Lead = p.say(r, "site_lead")
	return p.Page(r, 200, "site", page)
}

// saveSite changes the settings that the form has. A box that is not ticked is
// not sent: the group that the form is for says which boxes there were.
func (p *Part) saveSite(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	var changes []settings.Change
	for _, g := range settings.Groups {
		for _, name := range g.Fields {
			entry, _, _ := settings.Control(name)
			switch {
			case entry == settings.EnterYesNo && in.Get("group") == g.Name:
				changes = append(changes, settings.Change{Name: name, Value: map[bool]string{true: "yes", false: "no"}[in.Has(name)]})
			case entry != settings.EnterYesNo && in.Has(name):
				changes = append(changes, settings.Change{Name: name, Value: in.Get(name)})
			}
		}
	}
	err := p.DB.Write(r.HTTP.Context(), func(ctx context.Context, tx *db.Tx) error {
		return p.ChangeSite(ctx, tx, desk.Actor(r), changes)
	})
	if err == nil {
		return done(sitePath, "saved")
	}
	site, e := p.Settings.Site(r.HTTP.Context())
	if e != nil {
		return web.Response{}, e
	}
	typed := map[string]string{}
	for _, ch := range changes {
		typed[ch.Name] = ch.Value
	}
	page := p.head(r, "site", p.say(r, "site"), p.siteGroups(r, func(f settings.Field) string {
		if text, ok := typed[f.Name]; ok {
			return text
		}
		return f.Value(site)
	}))
	return p.Again(r, "site", page, err)
}
