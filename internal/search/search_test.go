package search_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/claim"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/event"
	"dateline/internal/job"
	"dateline/internal/postings"
	"dateline/internal/richtext"
	"dateline/internal/search"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
)

// desk is a newsroom whose articles are searched.
type desk struct {
	t        testing.TB
	db       *db.DB
	clock    *clock.Manual
	articles *article.Service
	search   *search.Service
	claims   *claim.Service
	jobs     *job.Runner
}

var editor = account.Actor{Name: "Edna", Role: account.Editor}

func newDesk(t testing.TB, d *db.DB) *desk {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC))
	bus := event.NewBus(c)
	bus.Subscribe(article.EventSettled, "search.settled", nil)
	bus.Subscribe(claim.EventChanged, search.JobAccounts, nil)
	k := &desk{t: t, claims: claim.NewService(d, c, bus), db: d, clock: c, articles: article.NewService(d, c, bus, settings.NewStore(d)), search: search.NewService(d, c),
		jobs: job.NewRunner(d, c, slog.New(slog.DiscardHandler))}
	k.jobs.Handle("search.settled", k.search.HandleSettled)
	k.jobs.Handle(search.JobIndex, k.search.HandleIndex)
	k.jobs.Handle(search.JobAccounts, k.search.HandleAccounts)
	k.jobs.Handle(search.JobAgain, k.search.HandleAgain)
	k.jobs.Handle(article.JobRenamed, k.search.HandleRenamed)
	k.jobs.Handle(article.JobRelist, k.articles.HandleRelist)
	k.jobs.Handle(article.JobDissolve, k.articles.HandleDissolve)
	k.jobs.Handle(search.JobRebuild, k.search.HandleRebuild)
	k.jobs.Handle(postings.JobMerge, k.search.Index().HandleMerge)
	k.jobs.Handle(article.JobRelease, k.articles.HandleRelease)
	k.must(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := taxonomy.SaveSection(ctx, tx, taxonomy.Section{ID: 1, Slug: "world", Name: "World"}, c.Now())
		return err
	}))
	return k
}

func (k *desk) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *desk) draft(headline, body string) article.Article {
	k.t.Helper()
	a, err := k.articles.Create(k.t.Context(), editor, article.Draft{Type: article.TypeArticle, Content: content(headline, body)})
	k.must(err)
	return a
}

func content(headline, body string) article.Content {
	return article.Content{Headline: headline, Sections: []int64{1}, Body: richtext.Doc{Version: 1, Content: []richtext.Node{
		{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: body}}}}}}
}

func (k *desk) publish(headline, body string, in article.PublishInput) article.Article {
	k.t.Helper()
	d := k.draft(headline, body)
	in.ID, in.Revision = d.ID, d.Revision
	a, err := k.articles.Publish(k.t.Context(), editor, in)
	k.must(err)
	return a
}

func (k *desk) drain() { k.t.Helper(); k.must(k.jobs.Drain(k.t.Context())) }

// ask searches, as the page does.
func (k *desk) ask(r search.Request) search.Answer {
	k.t.Helper()
	found, err := k.search.Search(k.t.Context(), r)
	if err != nil {
		k.t.Fatalf("Search(%.60q): %v", r.Text, err)
	}
	return found
}

func headlines(a search.Answer) []string {
	var out []string
	for _, r := range a.Results {
		out = append(out, r.Article.Headline)
	}
	return out
}

// find returns the headlines that a query finds.
func (k *desk) find(query string) []string {
	k.t.Helper()
	return headlines(k.ask(search.Request{Text: query, Limit: search.Limit}))
}

func TestFind_Words(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		for _, a := range [][2]string{
			{"Zürich", "Die Straße am Fluß nach Łódź"},
			{"Paris", "L’avenir de l'eau et d’Élise, aujourd'hui"},
			{"Dublin", "They don't know O’Brien, covid-19 or 1e5 and 3.14"},
			{"東京", "東京都の天気とカタカナ"},
			{"القاهرة", "مُحَمَّد زار المدرسة في ٢٠٢٦ والقـــاهرة"},
			{"Kyiv", "Нове п’ять п'ятниць Йоханнесбург"},
			{"Athens", "Ο ΔΡΟΜΟΣ της ελπίδας"},
			{"Delhi", "हिन्दी समाचार"},
			{"Quotes", "NEAR AND OR NOT body headline"},
			{"Long", strings.Repeat("x", 5000) + " ending"},
		} {
			k.publish(a[0], a[1], article.PublishInput{})
		}
		k.drain()
		for query, want := range map[string]string{
			"zurich": "Zürich", "ZÜRICH": "Zürich", "zu\u0308rich": "Zürich", "strasse": "Zürich", "STRASSE": "Zürich", "fluss lodz": "Zürich",
			"avenir": "Paris", "l'avenir": "Paris", "l’eau elise": "Paris", "Élise": "Paris", "aujourd’hui": "Paris",
			"dont": "Dublin", "don't": "Dublin", "don’t": "Dublin", "O'Brien": "Dublin", "obrien": "Dublin", "covid-19": "Dublin", "19": "Dublin", "1e5": "Dublin", "3.14": "Dublin",
			"東京": "東京", "天気": "東京", "カタカナ": "東京", "ｶﾀｶﾅ": "東京",
			"محمد": "القاهرة", "مدرسه": "القاهرة", "المدرسه": "القاهرة", "٢٠٢٦": "القاهرة", "القاهرة": "القاهرة",
			"пять": "Kyiv", "п'ять": "Kyiv", "йоханнесбург": "Kyiv",
			"δρομος": "Athens", "δρόμος": "Athens", "ελπιδασ": "Athens",
			"हिन्दी": "Delhi", "समाचार हिन्दी": "Delhi",
			"near and": "Quotes", "NOT body": "Quotes", "headline:body": "Quotes",
			strings.Repeat("x", 5000): "Long", "ending long": "Long",
			"zurich paris": "", "avenir dont": "Paris", "zurich -fluss": "", "zurich tokyo": "", "zurich strasse fluss tokyo": "Zürich",
		} {
			got := k.find(query)
			if want == "" && len(got) != 0 || want != "" && !slices.Equal(got, []string{want}) {
				t.Errorf("Find(%.40q) = %q, want %q", query, got, want)
			}
		}
	})
}

func TestFind_HostileQueries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.publish("Plain", "plain words", article.PublishInput{})
		k.drain()
		for _, query := range []string{"", " ", `"`, `""`, `'`, `'; DROP TABLE search_doc; --`, `plain" OR "x`, "*", "a AND", "NOT x", "NEAR(a b)",
			"{headline}: x", "x:*", "a & | !b <-> c", "\\", "\x00", "pl\x00ain", "\xff\xfe", "%", "_", "-", "- plain2", "(", ")", "🙂", "\u200b",
			"\ud7ff", "a\u0300\u0300\u0300", strings.Repeat("z ", 50_000), strings.Repeat("q", 100_000), strings.Repeat("东", 40_000), strings.Repeat("z9.", 190), "z9 before:2026", "z9z9z9 -vor:1.2.2026"} {
			if got := k.find(query); len(got) != 0 {
				t.Errorf("Find(%.40q) = %q", query, got)
			}
		}
		for _, query := range []string{`"plain"`, "plain\x00words", "plain; words", "(plain)", "plain*", "^plain^", "plain 🙂", strings.Repeat("plain.", 90), "wordz before:2300", strings.Repeat("plain ", 50_000), "\xffplain"} {
			if got := k.find(query); !slices.Equal(got, []string{"Plain"}) {
				t.Errorf("Find(%.40q) = %q", query, got)
			}
		}
	})
}

func TestFind_OnlyWhatIsListed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		ctx := t.Context()
		k.draft("Draft", "needle")
		k.publish("Private", "needle", article.PublishInput{Access: article.AccessPrivate})
		k.publish("Password", "needle", article.PublishInput{Access: article.AccessPassword, PasswordHash: "$x"})
		k.publish("Embargo", "needle", article.PublishInput{EmbargoUntil: k.clock.Now().Add(time.Hour)})
		shown := k.publish("Shown", "needle", article.PublishInput{})
		k.drain()
		if got := k.find("needle"); !slices.Equal(got, []string{"Shown"}) {
			t.Errorf("found %q", got)
		}
		saved, err := k.articles.Save(ctx, editor, article.SaveInput{ID: shown.ID, Revision: shown.Revision, Content: content("Shown", "secretcopy")})
		k.must(err)
		k.drain()
		if got := k.find("secretcopy"); len(got) != 0 {
			t.Errorf("the working copy is found: %q", got)
		}
		k.clock.Advance(2 * time.Hour)
		k.drain()
		if got := k.find("needle"); !slices.Equal(got, []string{"Embargo", "Shown"}) {
			t.Errorf("after the embargo: %q", got)
		}
		_, err = k.articles.Withdraw(ctx, editor, article.WithdrawInput{ID: shown.ID, Revision: saved.Revision, Reason: "wrong"})
		k.must(err)
		if got := k.find("needle"); !slices.Equal(got, []string{"Embargo"}) {
			t.Errorf("withdrawn, before its job ran: %q", got)
		}
		k.drain()
		found, err := k.search.Index().Find(ctx, postings.Query{All: []postings.Clause{postings.Is("needle")}, Limit: 9, CountTo: 9})
		if k.must(err); len(found.Hits) != 1 || found.Count != 1 {
			t.Errorf("the withdrawn article is still in the index: %+v", found)
		}
	})
}

func TestFind_ChangedTextReplacesTheFormer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		a := k.publish("Story", "before", article.PublishInput{})
		k.drain()
		a, err := k.articles.Save(t.Context(), editor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: content("Story", "after")})
		k.must(err)
		_, err = k.articles.Publish(t.Context(), editor, article.PublishInput{ID: a.ID, Revision: a.Revision})
		k.must(err)
		k.drain()
		if got := k.find("before"); len(got) != 0 {
			t.Errorf("the former text is found: %q", got)
		}
		if got := k.find("after"); len(got) != 1 {
			t.Errorf("the new text finds %q", got)
		}
	})
}
