package search_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"dateline/internal/article"
	"dateline/internal/claim"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/job"
	"dateline/internal/richtext"
	"dateline/internal/search"
	"dateline/internal/settings"
	"dateline/internal/storyline"
	"dateline/internal/taxonomy"
)

// sides are accounts of which the army's words are given.
func sides(words string) richtext.Accounts {
	return richtext.Accounts{Title: "The bridge", Sides: []richtext.AccountSide{{Party: "Army", Words: words, SourceLabel: "Morning bulletin"}, {Party: "Village", Words: "They did."}},
		Points: []richtext.AccountPoint{{Text: "A flare went up", Stands: []richtext.AccountStand{{Says: richtext.Confirms, Words: "A signal"}, {Says: richtext.Denies}}, Verdict: "Unproven", Why: "Nobody filmed it"}}}
}

func showing(c article.Content, record int64) article.Content {
	c.Body.Content = append(c.Body.Content, richtext.Node{Type: "details", Attrs: map[string]any{"summary": "More"},
		Content: []richtext.Node{{Type: "shared_accounts", Attrs: map[string]any{"record": record}}}})
	return c
}

// publishContent publishes what a draft of it says.
func (k *desk) publishContent(c article.Content) article.Article {
	k.t.Helper()
	d, err := k.articles.Create(k.t.Context(), editor, article.Draft{Type: article.TypeArticle, Content: c})
	k.must(err)
	a, err := k.articles.Publish(k.t.Context(), editor, article.PublishInput{ID: d.ID, Revision: d.Revision})
	k.must(err)
	return a
}

func (k *desk) share(a richtext.Accounts) claim.Record {
	k.t.Helper()
	r, err := k.claims.Create(k.t.Context(), editor, a)
	k.must(err)
	return r
}

// What the sides of shared accounts say is found in every article that shows
// them, as it is now, and in no other.
func TestFind_SharedAccounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		record, hidden := k.share(sides("We did not bombard it.")), k.share(sides("Secretwords"))
		var want []string
		for i := range 70 { // several batches of a walk
			c := content(fmt.Sprintf("Story %02d", i), "plain")
			if i%2 == 0 {
				c = showing(c, record.ID)
				want = append(want, c.Headline)
			}
			k.publishContent(c)
		}
		shown := k.publishContent(content("Working copy", "plain"))
		_, err := k.articles.Save(t.Context(), editor, article.SaveInput{ID: shown.ID, Revision: shown.Revision, Content: showing(content("Working copy", "plain"), hidden.ID)})
		k.must(err)
		_, err = k.articles.Create(t.Context(), editor, article.Draft{Type: article.TypeArticle, Content: showing(content("Draft", "plain"), hidden.ID)})
		k.must(err)
		k.drain()
		finds := func(query string, want []string) {
			t.Helper()
			got := k.find(query)
			if slices.Sort(got); !slices.Equal(got, want[:min(len(want), search.Limit)]) {
				t.Errorf("%q finds %q, want %q", query, got, want)
			}
		}
		count := func(query string, want int) {
			t.Helper()
			if got := k.ask(search.Request{Text: query, Limit: 1}).Count; got != int64(want) {
				t.Errorf("%q finds %d, want %d", query, got, want)
			}
		}
		for _, query := range []string{"bombard", "bulletin", "flare", "signal", "filmed", "said-by:army", "village"} {
			count(query, len(want))
		}
		_, err = k.claims.Update(t.Context(), editor, hidden.ID, hidden.Revision, sides("Secretsecond"))
		k.must(err)
		updated := sides("A soldier opened fire.")
		updated.Sides[0].Party = "Ministry"
		_, err = k.claims.Update(t.Context(), editor, record.ID, record.Revision, updated)
		k.must(err)
		count("bombard", len(want)) // nothing waits for the index
		k.drain()
		for query, n := range map[string]int{"bombard": 0, "soldier": len(want), "said-by:ministry": len(want), "said-by:army": 0} {
			count(query, n)
		}
		finds("secretwords", nil)
		finds("secretsecond", nil)
		found := k.ask(search.Request{Text: "soldier", Limit: 1, Snippets: true})
		if len(found.Results) != 1 || !strings.Contains(fmt.Sprint(found.Results[0].Snippet), "{soldier true}") {
			t.Errorf("the snippet shows no word of the statement: %+v", found.Results)
		}
		left, err := d.Query(t.Context(), `SELECT name FROM search_state WHERE name LIKE 'again %'`)
		k.must(err)
		if left.Next() {
			t.Error("a walk that ended left its mark")
		}
		k.must(left.Close())
	})
}

// Articles are found by what their tags and sections are called now, and in
// those that they stand in now.
func TestFind_FollowsNamesOfLists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		write := func(fn func(ctx context.Context, tx *db.Tx) error) { t.Helper(); k.must(d.Write(t.Context(), fn)) }
		tag := func(id int64, name string) func(ctx context.Context, tx *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error {
				return taxonomy.SaveTag(ctx, tx, taxonomy.Tag{ID: id, Slug: strings.ToLower(name), Name: name}, k.clock.Now())
			}
		}
		section := func(id, parent int64, name string) func(ctx context.Context, tx *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error {
				_, err := article.SaveSection(ctx, tx, taxonomy.Section{ID: id, ParentID: parent, Slug: strings.ToLower(name), Name: name}, k.clock.Now())
				return err
			}
		}
		write(tag(11, "Floods"))
		write(tag(12, "Rain"))
		write(section(2, 1, "Europe"))
		write(section(3, 0, "Regions"))
		const many = 70
		for i := range many {
			c := content(fmt.Sprintf("Story %02d", i), "plain")
			c.Tags, c.Sections = []int64{11}, []int64{2}
			k.publishContent(c)
		}
		k.drain()
		counts := func(want map[string]int64) {
			t.Helper()
			for query, n := range want {
				if got := k.ask(search.Request{Text: query, Limit: 1}).Count; got != n {
					t.Errorf("%q finds %d, want %d", query, got, n)
				}
			}
		}
		counts(map[string]int64{"floods": many, "europe": many, "world": many, "tag:floods": many, "section:world": many, "deluges": 0})
		write(func(ctx context.Context, tx *db.Tx) error {
			if err := tag(11, "Deluges")(ctx, tx); err != nil {
				return err
			}
			return article.Renamed(ctx, tx, article.ScopeTag, 11)
		})
		write(section(1, 0, "Planet")) // above the section of the articles
		k.drain()
		counts(map[string]int64{"deluges": many, "floods": 0, "planet": many, "world": 0, "europe": many})
		write(section(2, 3, "Europe"))
		write(func(ctx context.Context, tx *db.Tx) error {
			return article.DissolveTx(ctx, tx, article.Dissolve{Kind: article.ScopeTag, Old: 11, To: 12})
		})
		k.drain()
		counts(map[string]int64{"planet": 0, "regions": many, "section:regions": many, "deluges": 0, "rain": many, "tag:rain": many})
		write(func(ctx context.Context, tx *db.Tx) error {
			return article.DissolveTx(ctx, tx, article.Dissolve{Kind: article.ScopeTag, Old: 12})
		})
		k.drain()
		counts(map[string]int64{"rain": 0, "europe": many})
	})
}

// A walk that is stopped after a batch goes on there; a newer one ends it.
func TestAgain_GoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		record := k.share(sides("Before"))
		for i := range 70 {
			k.publishContent(showing(content(fmt.Sprintf("Story %02d", i), "plain"), record.ID))
		}
		k.drain()
		count := func(word string) int64 { return k.ask(search.Request{Text: word, Limit: 1}).Count }
		change := func(words string) {
			r, err := claim.Get(t.Context(), d, record.ID)
			k.must(err)
			_, err = k.claims.Update(t.Context(), editor, r.ID, r.Revision, sides(words))
			k.must(err)
			k.must(k.search.HandleAccounts(t.Context(), fmt.Appendf(nil, `{"record":%d}`, record.ID)))
		}
		walks := func() (out []job.Job) {
			all, err := job.List(t.Context(), d, job.Ready, 100)
			k.must(err)
			return slices.DeleteFunc(all, func(j job.Job) bool { return j.Kind != search.JobAgain })
		}
		change("Middlemost")
		first := walks()
		k.must(k.search.HandleAgain(t.Context(), first[0].Payload))
		if n := count("middlemost"); n != 32 {
			t.Errorf("one batch indexed %d articles", n)
		}
		next := walks()
		if len(next) != 1 || string(next[0].Payload) == string(first[0].Payload) {
			t.Fatalf("after a batch waits %+v", next)
		}
		k.must(k.search.HandleAgain(t.Context(), next[0].Payload))
		if n := count("middlemost"); n != 64 {
			t.Errorf("the second batch left %d", n)
		}
		change("Lastmost")
		before := count("middlemost")
		k.must(k.search.HandleAgain(t.Context(), walks()[0].Payload)) // of the former walk
		if n := count("middlemost"); n != before {
			t.Errorf("the former walk went on: %d, then %d", before, n)
		}
		k.drain()
		if before, after := count("middlemost"), count("lastmost"); before != 0 || after != 70 {
			t.Errorf("at the end %d articles have the former words and %d the new ones", before, after)
		}
	})
}

// Articles are found by what their storyline is called now: after a new name,
// and after a merge.
func TestFind_FollowsNamesOfStorylines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		lines := storyline.NewService(storyline.Parts{DB: d, Clock: k.clock, Settings: settings.NewStore(d), Articles: k.articles})
		const many = 40 // more than one batch of a walk
		for i := range many {
			c := content(fmt.Sprintf("Story %02d", i), "plain")
			c.Storyline = "Ferryboats"
			k.publishContent(c)
		}
		k.drain()
		counts := func(when string, want map[string]int64) {
			t.Helper()
			for query, n := range want {
				if got := k.ask(search.Request{Text: query, Limit: 1}).Count; got != n {
					t.Errorf("%s: %q finds %d, want %d", when, query, got, n)
				}
			}
		}
		counts("without a record", map[string]int64{"ferryboats": many, "islanders": 0})
		line, err := lines.Add(t.Context(), editor, storyline.Input{Storyline: storyline.Storyline{Headline: "Ferryboats"}})
		k.must(err)
		line.Headline = "Islanders"
		line, err = lines.Save(t.Context(), editor, storyline.Input{Storyline: line})
		k.must(err)
		k.drain()
		counts("renamed", map[string]int64{"ferryboats": 0, "islanders": many})
		c := content("Late comer", "plain")
		c.Storyline = "Ferryboats"
		k.publishContent(c)
		k.drain()
		counts("an article with the former name", map[string]int64{"ferryboats": 0, "islanders": many + 1})
		other, err := lines.Add(t.Context(), editor, storyline.Input{Storyline: storyline.Storyline{Headline: "Harbours"}})
		k.must(err)
		k.must(lines.Merge(t.Context(), editor, other.ID, []int64{line.ID}))
		k.drain()
		counts("merged", map[string]int64{"ferryboats": 0, "islanders": 0, "harbours": many + 1})
	})
}
