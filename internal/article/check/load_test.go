package check_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/article/check"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/event"
	"dateline/internal/media"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
)

// files is the newsroom's media for a test.
type files map[int64]media.Medium

func (f files) GetMany(_ context.Context, _ db.Querier, ids []int64) (map[int64]media.Medium, error) {
	out := map[int64]media.Medium{}
	for _, id := range ids {
		if m, ok := f[id]; ok {
			out[id] = m
		}
	}
	return out, nil
}

func TestLoad_ReadsWhatTheChecksAsk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		at := clock.NewManual(noon)
		service := article.NewService(d, at, event.NewBus(at), settings.NewStore(d))
		editor := account.Actor{Name: "Edna", Role: account.Editor}
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := taxonomy.SaveSection(ctx, tx, taxonomy.Section{ID: 1, Slug: "world", Name: "World", Open: true}, noon); err != nil {
				return err
			}
			return taxonomy.SaveTag(ctx, tx, taxonomy.Tag{ID: 5, Slug: "hedda-quill", Name: "Hedda Quill"}, noon)
		})
		if err != nil {
			t.Fatal(err)
		}
		other, err := service.Create(ctx, editor, article.Draft{Type: article.TypeArticle, Slug: "bridge",
			Content: article.Content{Headline: "Bridge closed", Sections: []int64{1}, Body: richtext.Doc{Content: []richtext.Node{para("Closed.")}}}})
		if err != nil {
			t.Fatal(err)
		}
		source := check.Database{
			Q:       d,
			Files:   files{7: {State: media.StateReady, Kind: media.KindImage, Alt: "A", Caption: "B", Credit: "C", Rights: media.Rights{Expire: media.DayOf(noon.AddDate(0, 0, -1))}}, 8: {State: media.StateMissing}},
			Zone:    time.UTC,
			Resolve: func(_ context.Context, u *url.URL) (bool, error) { return u.Path != "/gone/", nil },
		}
		in := right()
		in.Media, in.Links, in.Names = nil, nil, nil
		in.Content.Tags = []int64{5, 6}
		body(&in, linked("/gone/"), linked("https://news.example/gone/"), linked("https://else.example/gone/"), para("Heda Quill came."))
		want := []string{
			"error rights_expired lead: 2026-02-28", "error rights_expired content[6]: 2026-02-28", "warn media_missing content[13]",
			"warn link_broken content[14]: /gone/", "warn link_broken content[15]: https://news.example/gone/",
			"warn name_known content[17]: Heda Quill, Hedda Quill",
		}
		load := func() []string {
			t.Helper()
			if err := check.Load(ctx, source, 0, &in); err != nil {
				t.Fatal(err)
			}
			return found(in)
		}
		if got := load(); !slices.Equal(got, want) {
			t.Errorf("with a draft of that address word: %s", strings.Join(got, "\n"))
		}
		if _, err := service.Publish(ctx, editor, article.PublishInput{ID: other.ID, Revision: other.Revision}); err != nil {
			t.Fatal(err)
		}
		want = append(want, "warn slug_clash slug: bridge, Bridge closed")
		if got := load(); !slices.Equal(got, want) {
			t.Errorf("with a published article of that address word: %s", strings.Join(got, "\n"))
		}
		if err := check.Load(ctx, source, other.ID, &in); err != nil || in.SlugTakenBy != "" {
			t.Errorf("an article clashes with itself: %q, %v", in.SlugTakenBy, err)
		}
	})
}
