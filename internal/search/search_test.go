package search_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/event"
	"dateline/internal/job"
	"dateline/internal/richtext"
	"dateline/internal/search"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
)

// desk is a newsroom whose articles are searched.
type desk struct {
	t        *testing.T
	clock    *clock.Manual
	articles *article.Service
	search   *search.Service
	jobs     *job.Runner
}

var editor = account.Actor{Name: "Edna", Role: account.Editor}

func newDesk(t *testing.T, d *db.DB) *desk {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC))
	bus := event.NewBus(c)
	bus.Subscribe(article.EventSettled, "search.settled", nil)
	k := &desk{t: t, clock: c, articles: article.NewService(d, c, bus, settings.NewStore(d)), search: search.NewService(d, c),
		jobs: job.NewRunner(d, c, slog.New(slog.DiscardHandler))}
	k.jobs.Handle("search.settled", k.search.HandleSettled)
	k.jobs.Handle(search.JobIndex, k.search.HandleIndex)
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

// find returns the headlines that a query finds.
func (k *desk) find(query string) []string {
	k.t.Helper()
	found, err := k.search.Find(k.t.Context(), query, 0, search.Limit)
	if err != nil {
		k.t.Fatalf("Find(%.60q): %v", query, err)
	}
	var out []string
	for _, r := range found {
		out = append(out, r.Article.Headline)
	}
	return out
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
			"محمد": "القاهرة", "مدرسه": "", "المدرسه": "القاهرة", "٢٠٢٦": "القاهرة", "القاهرة": "القاهرة",
			"пять": "Kyiv", "п'ять": "Kyiv", "йоханнесбург": "Kyiv",
			"δρομος": "Athens", "δρόμος": "Athens", "ελπιδασ": "Athens",
			"हिन्दी": "Delhi", "समाचार हिन्दी": "Delhi",
			"near and": "Quotes", "NOT body": "Quotes", "headline:body": "Quotes",
			strings.Repeat("x", 5000): "Long", "ending long": "Long",
			"zurich paris": "", "avenir dont": "", "zuric": "",
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
		for _, query := range []string{"", " ", `"`, `""`, `'`, `'; DROP TABLE search_doc; --`, `plain" OR "x`, "*", "plai*", "a AND", "NOT x", "NEAR(a b)",
			"{headline}: x", "x:*", "a & | !b <-> c", "\\", "\x00", "pl\x00ain", "\xff\xfe", "%", "_", "-", "- plain2", "(", ")", "🙂", "\u200b",
			"\ud7ff", "a\u0300\u0300\u0300", strings.Repeat("z ", 50_000), strings.Repeat("q", 100_000), strings.Repeat("东", 40_000)} {
			if got := k.find(query); len(got) != 0 {
				t.Errorf("Find(%.40q) = %q", query, got)
			}
		}
		for _, query := range []string{`"plain"`, "plain\x00words", "plain; words", "(plain)", "plain*", "^plain^", "plain 🙂", strings.Repeat("plain ", 50_000), "\xffplain"} {
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
		var rows int64
		k.must(d.QueryRow(ctx, `SELECT COUNT(*) FROM search_doc WHERE article_id = $1`, shown.ID).Scan(&rows))
		if rows != 0 {
			t.Error("the withdrawn article is still in the index")
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

func TestFind_PagesHaveNoDoubles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		var want []string
		for i := range 23 {
			// Three at each moment, the oldest before 1970.
			at := k.clock.Now().AddDate(-i/3*10, 0, 0)
			k.publish(fmt.Sprintf("Story %02d", i), "needle", article.PublishInput{At: at})
			want = append(want, fmt.Sprintf("Story %02d", i))
		}
		k.drain()
		var got []string
		var times []time.Time
		for place := int64(0); ; {
			page, err := k.search.Find(t.Context(), "needle", place, 5)
			k.must(err)
			for _, r := range page {
				got = append(got, r.Article.Headline)
				times = append(times, r.Article.FirstPublished)
				place = r.Place
			}
			if len(page) < 5 {
				break
			}
		}
		if !slices.IsSortedFunc(times, func(a, b time.Time) int { return b.Compare(a) }) {
			t.Errorf("not newest first: %v", times)
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("all pages together (-want +got):\n%s", diff)
		}
	})
}

func TestIndex_ArticlesOfOnePlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		at := k.clock.Now().Add(-time.Hour)
		var ids []int64
		for _, id := range []int64{5, 5 + 1<<20, 5 + 2<<20} { // the same last 20 bits
			a, err := k.articles.Create(t.Context(), editor, article.Draft{ID: id, Type: article.TypeArticle, Content: content("Same", "needle")})
			k.must(err)
			_, err = k.articles.Publish(t.Context(), editor, article.PublishInput{ID: id, Revision: a.Revision, At: at})
			k.must(err)
			ids = append(ids, id)
		}
		k.must(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return search.EnqueueTx(ctx, tx, ids...) }))
		k.drain()
		k.must(k.search.HandleIndex(t.Context(), []byte(fmt.Sprintf("[%d,%d]", ids[0], ids[1])))) // again
		if got := k.find("needle"); len(got) != 3 {
			t.Errorf("found %q, want three", got)
		}
	})
}

func TestSnippet(t *testing.T) {
	show := func(text, query string) string {
		var b strings.Builder
		for _, s := range search.Snippet(text, search.Words(query)) {
			if s.Match {
				b.WriteString("[" + s.Text + "]")
			} else {
				b.WriteString(s.Text)
			}
		}
		return b.String()
	}
	for _, c := range []struct{ text, query, want string }{
		{"“One two”, three.", "TWO", "“One [two]”, three."},
		{"Zu\u0308rich, Zürich!", "zurich", "[Zu\u0308rich], [Zürich]!"},
		{"They don’t  know\n\nwhy", "dont why", "They [don’t] know [why]"},
		{"L’avenir de l'eau", "avenir eau", "L’[avenir] de l'[eau]"},
		{"東京都の天気", "東京", "[東][京]都の天気"},
		{"a – b † c…d", "b d", "a – [b] † c…[d]"},
		{"one two three four five six seven eight nine ten eleven", "eleven", "… three four five six seven eight nine ten [eleven]"},
		{"nothing here", "absent", "nothing here"},
		{"", "x", ""},
		{"…", "x", ""},
		{"مُحَمَّد زار", "محمد", "[مُحَمَّد] زار"},
	} {
		if got := show(c.text, c.query); got != c.want {
			t.Errorf("Snippet(%q, %q) = %q, want %q", c.text, c.query, got, c.want)
		}
	}
	long := show(strings.Repeat("word ", 500), "word")
	if n := len([]rune(long)); n > 360 || !strings.HasSuffix(long, " …") {
		t.Errorf("a long text gives %d characters, ending %q", n, long[len(long)-8:])
	}
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"l’eau", "Straße", "東京 a", "\xff\x00'", "ﬁ½㎞İ", "don't'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words := search.Words(s)
		for _, w := range words {
			if w == "" || strings.ContainsAny(w, " '\"\\&|!()<>:*") {
				t.Errorf("Words(%q) gives %q, which an engine could read as an operator", s, w)
			}
			if again := search.Words(w); len(w) <= 64 && !slices.Equal(again, []string{w}) {
				t.Errorf("Words(%q) gives %q, folded again %q", s, w, again)
			}
		}
		for _, span := range search.Snippet(s, words) {
			if span.Text == "" {
				t.Errorf("Snippet(%q) has an empty piece", s)
			}
		}
	})
}
