package settings_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/settings"
)

func save(t *testing.T, d *db.DB, s settings.Site) error {
	t.Helper()
	return d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return settings.Save(ctx, tx, s, time.Now()) })
}

func TestStore_RemembersUntilSomebodySaves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store := settings.NewStore(d)
		got, err := store.Site(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(settings.Default(), got); diff != "" {
			t.Errorf("a new site is not the default (-want +got):\n%s", diff)
		}
		if exists, err := settings.Exists(t.Context(), d); exists || err != nil {
			t.Errorf("Exists before the first save = %v, %v", exists, err)
		}
		want := settings.Default()
		want.Title, want.Zone, want.PageSize, want.FrontPage = "Das Blatt", "Europe/Berlin", 7, 99
		if err := save(t, d, want); err != nil {
			t.Fatal(err)
		}
		if got, err = store.Site(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the store shows former settings after a save (-want +got):\n%s", diff)
		}
		if exists, err := settings.Exists(t.Context(), d); !exists || err != nil {
			t.Errorf("Exists after a save = %v, %v", exists, err)
		}
		if got.Location().String() != "Europe/Berlin" {
			t.Errorf("Location = %s", got.Location())
		}
	})
}

func TestSave_RefusesWhatCannotWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, spoil := range map[string]func(*settings.Site){
			"no title":         func(s *settings.Site) { s.Title = " \t" },
			"no page size":     func(s *settings.Site) { s.PageSize = 0 },
			"giant page size":  func(s *settings.Site) { s.PageSize = 201 },
			"unknown zone":     func(s *settings.Site) { s.Zone = "Mars/Olympus" },
			"no base":          func(s *settings.Site) { s.TagBase = "" },
			"query in a base":  func(s *settings.Site) { s.SectionBase = "a?b" },
			"escape in a base": func(s *settings.Site) { s.AuthorBase = "a%20b" },
			"short headlines":  func(s *settings.Site) { s.HeadlineMax = 5 },
			"no standfirst":    func(s *settings.Site) { s.StandfirstMax = 0 },
			"no threads":       func(s *settings.Site) { s.CommentThreads = 0 },
			"no depth":         func(s *settings.Site) { s.CommentDepth = 0 },
			"dots as a base":   func(s *settings.Site) { s.SectionBase = ".." },
			"root as a base":   func(s *settings.Site) { s.SectionBase = "/" },
			"odd permalink":    func(s *settings.Site) { s.Permalink = "no tokens" },
		} {
			s := settings.Default()
			spoil(&s)
			if err := save(t, d, s); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: saved with %v, want Invalid", name, err)
			}
		}
		if exists, _ := settings.Exists(t.Context(), d); exists {
			t.Error("a refused save left settings behind")
		}
	})
}

func TestMenus(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		main := settings.Menu{ID: 1, Slug: "main", Name: "Main", Location: "main", Items: []settings.MenuItem{
			{Label: "World & more", Kind: "section", Ref: 7, Items: []settings.MenuItem{{Label: "欧洲", Kind: "link", URL: "https://e.example/?a=1&b=2"}}}}}
		foot := settings.Menu{ID: 2, Slug: "foot", Name: "Foot"}
		put := func(menus ...settings.Menu) {
			t.Helper()
			err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				for _, m := range menus {
					if err := settings.SaveMenu(ctx, tx, m); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		put(main, foot)
		main.Name, main.Items[0].Label = "Top", "World"
		put(main)
		got, err := settings.Menus(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]settings.Menu{foot, main}, got); diff != "" {
			t.Errorf("menus differ (-want +got):\n%s", diff)
		}
	})
}

func TestSite_SetChangesEveryField(t *testing.T) {
	other := map[string]string{"title": "The Courier", "tagline": "News & more", "publisher": "Courier Ltd", "contact": "mailto:desk@courier.example",
		"zone": "Europe/Berlin", "locale": "de", "permalink": "/%year%/%postname%/", "section_base": "rubrik", "tag_base": "thema",
		"author_base": "von", "page_size": "7", "comment_depth": "2", "comment_threads": "9",
		"headline_max": "70", "standfirst_max": "200", "show_versions": "no", "api": "no", "newsletter_box": "no", "newsletter_proof": "yes", "newsletter_min": "25", "privacy_page": "/datenschutz/",
		"comment_policy": "open", "comment_order": "best", "comment_close_days": "30", "comment_edit_minutes": "5", "comment_likes": "no", "comment_reports": "2",
		"comment_links": "1", "comment_rate": "4", "comment_name_required": "no", "comment_email_required": "no", "comment_website": "no", "comment_live": "no",
		"comment_rules_page": "/regeln/", "comment_notice": "yes", "comment_digest": "no", "webmentions": "no", "pingbacks": "yes"}
	s := settings.Default()
	for _, f := range settings.Fields {
		if err := s.Set(f.Name, " "+other[f.Name]+" "); err != nil {
			t.Fatal(err)
		}
		if got := f.Value(s); got != other[f.Name] || got == f.Value(settings.Default()) {
			t.Errorf("%s is %q, want %q", f.Name, got, other[f.Name])
		}
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	want := []settings.Base{{Kind: "section", Word: "section"}, {Kind: "tag", Word: "tag"}, {Kind: "author", Word: "author"}}
	if diff := cmp.Diff(want, s.FormerBases); diff != "" {
		t.Errorf("former bases: %s", diff)
	}
}

func TestSite_SetRefuses(t *testing.T) {
	for name, value := range map[string]string{"titel": "x", "page_size": "many", "title": "two\nlines", "show_versions": "maybe", "comment_policy": "closed"} {
		s := settings.Default()
		if err := s.Set(name, value); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s=%q: %v, want Invalid", name, value, err)
		}
	}
}
