package author_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/author"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
)

func TestProfile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		save := func(p author.Profile) error {
			return d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return author.Save(ctx, tx, p, time.Now()) })
		}
		want := author.Profile{ID: 1, Slug: "zoë-müller", Name: "Zoë Müller", FirstName: "Zoë", LastName: "Müller", Role: "Editor",
			Bio: "One.\n\nTwo “quoted”.", Picture: 5, Links: []author.Link{{Label: "Web", URL: "https://z.example/?a=1&b=2"}},
			EmailSealed: "sealed", Guest: true, Open: true}
		if err := save(want); err != nil {
			t.Fatal(err)
		}
		var purged []string
		d.OnPurge(func(keys []string) { purged = append(purged, keys...) })
		want.Name, want.Links = "Zoë M.", nil
		if err := save(want); err != nil {
			t.Fatal(err)
		}
		if len(purged) != 1 || purged[0] != "author:1" {
			t.Errorf("a change purges %v, want author:1", purged)
		}
		equal := cmp.Comparer(func(a, b []author.Link) bool {
			return cmp.Equal(append([]author.Link{}, a...), append([]author.Link{}, b...))
		})
		for _, slug := range []string{"zoë-müller", "ZOË-MÜLLER", "zoe\u0308-mu\u0308ller", "zo%c3%ab-müller"} {
			got, err := author.BySlug(t.Context(), d, slug)
			if err != nil {
				t.Errorf("%q: %v", slug, err)
				continue
			}
			if diff := cmp.Diff(want, got, equal); diff != "" {
				t.Errorf("%q (-want +got):\n%s", slug, diff)
			}
		}
		if err := save(author.Profile{ID: 2, Slug: "Zoë-Müller", Name: "Double"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second author under the same word: %v, want Conflict", err)
		}
		for _, bad := range []author.Profile{{ID: 3, Slug: "x"}, {ID: 3, Name: "X"}, {ID: 3, Name: "X", Slug: "a/b"}, {ID: 3, Name: "X", Slug: ".."}} {
			if err := save(bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v, want Invalid", bad, err)
			}
		}
		if _, err := author.ByID(t.Context(), d, 404); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown author: %v", err)
		}
	})
}
