package app

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/desk/structure"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/settings"
	"dateline/internal/site"
	"dateline/internal/view"
	"dateline/ui/theme"
)

// themesFolder is where an operator puts themes to choose from at the desk.
func (a *App) themesFolder() string { return filepath.Join(a.cfg.Data, "themes") }

// themes names the themes that can be chosen. Only folders count: files are
// never uploaded.
func (a *App) themes() []string {
	entries, err := os.ReadDir(a.themesFolder())
	if err != nil {
		return nil // there is no such folder
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && e.Name()[0] != '.' {
			names = append(names, e.Name())
		}
	}
	return names
}

// themeDir is the folder of the theme: the operator's --theme before the one
// chosen at the desk.
func (a *App) themeDir(look settings.Look) (dir string, err error) {
	if a.cfg.Theme != "" || look.Theme == "" {
		return a.cfg.Theme, nil
	}
	if !slices.Contains(a.themes(), look.Theme) {
		return "", fault.New(fault.Invalid, "there is no theme %q", look.Theme).WithHint("put its folder into %s, or choose another", a.themesFolder())
	}
	return filepath.Join(a.themesFolder(), look.Theme), nil
}

// loadTheme makes the engine at start. A theme chosen at the desk that does not
// work any more must not take the site down: the built-in one stands in.
func (a *App) loadTheme(conf settings.Site) (*view.Engine, error) {
	dir, err := a.themeDir(conf.Look)
	if err == nil {
		var views *view.Engine
		if views, err = view.NewStyled(theme.FS, dir, conf.Look.CSS(), conf.Locale); err == nil || dir == a.cfg.Theme {
			return views, err
		}
	}
	a.log.Error("the chosen theme does not work; the built-in one is shown", "theme", conf.Look.Theme, "error", err)
	return view.NewStyled(theme.FS, "", conf.Look.CSS(), conf.Locale)
}

// appearance names everything about a site that its loaded theme depends on.
func appearance(conf settings.Site) string {
	return conf.Locale + "\x00" + conf.Look.Theme + "\x00" + conf.Look.CSS()
}

// saveLook changes how the site appears, after trying the theme.
func (a *App) saveLook(ctx context.Context, actor account.Actor, look settings.Look, logo int64) error {
	if err := actor.Require(account.Administrator, "change how the site appears"); err != nil {
		return err
	}
	look = look.Clean()
	if err := look.Validate(); err != nil {
		return err
	}
	conf, err := a.settings.Site(ctx)
	if err != nil {
		return err
	}
	if _, err := a.styled(conf, look); err != nil {
		return err
	}
	return a.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		site, err := settings.Read(ctx, tx)
		if err != nil {
			return err
		}
		if logo != 0 && logo != site.LogoMedia {
			m, err := a.media.Get(ctx, tx, logo)
			if fault.Is(err, fault.NotFound) || err == nil && m.Kind != media.KindImage {
				return fault.New(fault.Invalid, "there is no picture %d in the library", logo).WithHint("take the number from the picture's page in Media")
			}
			if err != nil {
				return err
			}
			if err := a.media.Public(ctx, tx, []int64{logo}); err != nil {
				return err
			}
		}
		site.Look, site.LogoMedia = look, logo
		if err := settings.Save(ctx, tx, site, a.clock.Now()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, a.clock.Now(), actor.Name, "change", "appearance", 0, map[string]string{"theme": look.Theme, "accent": look.Accent,
			"headline": look.Headline, "density": look.Density, "width": look.Width, "logo": strconv.FormatInt(logo, 10)})
	})
}

// styledAs is an engine with a look that is not the site's.
type styledAs struct {
	key   string
	views *view.Engine
}

// styled loads a theme with a look, or says why it does not work. The last one is
// remembered: a preview asks for page after page.
func (a *App) styled(conf settings.Site, look settings.Look) (*view.Engine, error) {
	dir, err := a.themeDir(look)
	if err != nil {
		return nil, err
	}
	conf.Look = look
	key := appearance(conf)
	if last := a.tried.Load(); last != nil && last.key == key && look.Theme == "" {
		return last.views, nil
	}
	views, err := view.NewStyled(theme.FS, dir, look.CSS(), conf.Locale)
	if err != nil {
		return nil, err
	}
	a.tried.Store(&styledAs{key, views})
	return views, nil
}

// tryLook returns the site's settings with a look that was checked, and the
// theme made for it.
func (a *App) tryLook(ctx context.Context, look settings.Look) (settings.Site, *view.Engine, error) {
	conf, err := a.settings.Site(ctx)
	if err != nil {
		return conf, nil, err
	}
	conf.Look = look.Clean()
	if err := conf.Look.Validate(); err != nil {
		return conf, nil, err
	}
	views, err := a.styled(conf, conf.Look)
	return conf, views, err
}

// previewLook renders the front page, or the newest article, as it would be with
// a look. Its stylesheet stands at style.
func (a *App) previewLook(ctx context.Context, look settings.Look, logo int64, newest bool, style string) ([]byte, error) {
	conf, views, err := a.tryLook(ctx, look)
	if err != nil {
		return nil, err
	}
	path := "/"
	if newest {
		latest, err := article.NewPublic(a.db, a.clock).List(ctx, article.ScopeSite, 0, article.Cursor{}, 1)
		if err != nil {
			return nil, err
		}
		if len(latest) > 0 {
			path = latest[0].Path
		}
	}
	conf.LogoMedia = logo
	answer, err := a.site.Through(views, conf).Answer(ctx, site.Ask{Path: path})
	if err != nil {
		return nil, err
	}
	return bytes.ReplaceAll(answer.Body, []byte(views.Stylesheet()), []byte(style)), nil
}

// previewStyle is the stylesheet of a look.
func (a *App) previewStyle(ctx context.Context, look settings.Look) ([]byte, error) {
	_, views, err := a.tryLook(ctx, look)
	if err != nil {
		return nil, err
	}
	sheet, ok := views.Asset(views.Stylesheet())
	if !ok {
		return nil, fault.New(fault.NotFound, "the theme has no stylesheet")
	}
	return sheet.Body, nil
}

// looks is what the desk asks for the pages about the site's appearance.
func (a *App) looks() structure.Looks {
	return structure.Looks{Save: a.saveLook, Themes: a.themes, Fixed: a.cfg.Theme != "", Preview: a.previewLook, Style: a.previewStyle}
}
