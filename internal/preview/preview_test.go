package preview_test

import (
	"context"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/event"
	"dateline/internal/fault"
	"dateline/internal/preview"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestLinks_WhoAndHowLong(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := t.Context(), clock.NewManual(noon)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := taxonomy.SaveSection(ctx, tx, taxonomy.Section{ID: 1, Slug: "world", Name: "World"}, noon)
			return err
		}))
		articles := article.NewService(d, c, event.NewBus(c), settings.NewStore(d))
		links := preview.NewService(d, c, articles)
		anna := account.Actor{ID: 2, Name: "Anna", Role: account.Author}
		a, err := articles.Create(ctx, anna, article.Draft{Type: article.TypeArticle, Content: article.Content{Headline: "Secret", Sections: []int64{1},
			Body: richtext.Doc{Version: 1, Content: []richtext.Node{{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: "Words."}}}}}}})
		must(err)
		in := preview.MakeInput{Article: a.ID, Life: time.Hour, Label: " the   lawyer "}
		l, token, err := links.Make(ctx, anna, in)
		must(err)
		if l.Label != "the lawyer" || l.Actor != "Anna" || !l.Expires.Equal(noon.Add(time.Hour)) {
			t.Errorf("made %+v", l)
		}
		for who, actor := range map[string]account.Actor{"a contributor": {ID: 2, Role: account.Contributor}, "another author": {ID: 3, Role: account.Author}} {
			if _, _, err := links.Make(ctx, actor, in); !fault.Is(err, fault.Denied) {
				t.Errorf("%s makes a link: %v", who, err)
			}
		}
		if _, err := links.Revoke(ctx, account.Actor{ID: 3, Role: account.Author}, l.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("another author revokes the link: %v", err)
		}
		for _, life := range []time.Duration{0, 59 * time.Minute, preview.Longest + time.Second} {
			if _, _, err := links.Make(ctx, anna, preview.MakeInput{Article: a.ID, Life: life}); !fault.Is(err, fault.Invalid) {
				t.Errorf("a life of %s: %v", life, err)
			}
		}
		opens := func(want bool) {
			t.Helper()
			shown, err := links.Open(ctx, token)
			if want && (err != nil || shown.Content.Headline != "Secret") || !want && !fault.Is(err, fault.NotFound) {
				t.Errorf("opens %q, %v; want %v", shown.Content.Headline, err, want)
			}
		}
		opens(true)
		var held string
		must(d.QueryRow(ctx, `SELECT hash FROM preview_link`).Scan(&held))
		if held == token || len(held) != 64 {
			t.Errorf("the database holds %q for %q", held, token)
		}
		c.Advance(time.Hour)
		opens(false)
		c.Advance(-time.Minute)
		opens(true)
		a, err = articles.Move(ctx, anna, article.MoveInput{ID: a.ID, Revision: a.Revision, To: article.StatusBinned})
		must(err)
		opens(false)
		_, err = articles.Move(ctx, anna, article.MoveInput{ID: a.ID, Revision: a.Revision, To: article.StatusDraft})
		must(err)
		opens(true)
		for range 2 {
			_, err = links.Revoke(ctx, anna, l.ID)
			must(err)
		}
		opens(false)
		all, err := links.List(ctx, anna, a.ID)
		must(err)
		if len(all) != 1 || all[0].By != "Anna" || all[0].Works(c.Now()) {
			t.Errorf("listed %+v", all)
		}
	})
}
