package search_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/search"
)

// TestSearch_Statements: what a question costs once its words were asked for
// before. Each statement is a round trip to PostgreSQL.
func TestSearch_Statements(t *testing.T) {
	for _, engine := range dbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			var mu sync.Mutex
			var asked []string
			d, err := db.Open(t.Context(), dbtest.URL(t, engine), db.Options{Trace: func(query string) {
				mu.Lock()
				defer mu.Unlock()
				asked = append(asked, strings.Join(strings.Fields(query), " "))
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			k := newDesk(t, d)
			for range 5 {
				k.publish("Ferry strike", "The crews of the ferry strike.", article.PublishInput{})
			}
			k.drain()
			k.rebuild()
			ask := func() []string {
				asked = nil
				k.ask(search.Request{Text: "ferry strike", Limit: 20, Facets: true, Snippets: true})
				return asked
			}
			ask()
			if got := ask(); len(got) > 4 {
				t.Errorf("%d statements:\n%s", len(got), strings.Join(got, "\n"))
			}
		})
	}
}

// TestSearch_LearnsLanguages: a question is cut by the rules of a language from the
// commit on that brings it into the index, in other processes too.
func TestSearch_LearnsLanguages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		other := search.NewService(d, k.clock)
		find := func(query string) []string {
			t.Helper()
			found, err := other.Search(t.Context(), search.Request{Text: query, Limit: 9})
			k.must(err)
			return headlines(found)
		}
		k.publish("Ferries", "They wait.", article.PublishInput{})
		k.drain()
		if got := find("ferry"); !slices.Equal(got, []string{"Ferries"}) {
			t.Fatalf("found %q", got)
		}
		in := content("Wahl", "Die Regierungen warten.")
		in.Language = "de"
		k.story(in, k.clock.Now())
		k.drain()
		if got := find("regierung"); !slices.Equal(got, []string{"Wahl"}) {
			t.Errorf("found %q", got)
		}
	})
}

func TestSearch_Among(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		one := k.publish("One", "needle", article.PublishInput{})
		k.publish("Two", "needle", article.PublishInput{})
		three := k.publish("Three", "haystack", article.PublishInput{})
		k.drain()
		check := func(when string) {
			t.Helper()
			if a := k.ask(search.Request{Text: "needle", Limit: 9, Among: []int64{one.ID, three.ID}}); !slices.Equal(headlines(a), []string{"One"}) || a.Count != 1 {
				t.Errorf("%s: found %q, %d in all", when, headlines(a), a.Count)
			}
			if a := k.ask(search.Request{Text: "needle", Limit: 9, Among: []int64{}}); len(a.Results) != 0 {
				t.Errorf("%s: among none found %q", when, headlines(a))
			}
		}
		check("fresh")
		k.rebuild()
		check("merged")
	})
}
