package search_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/richtext"
	"dateline/internal/search"
	"dateline/internal/taxonomy"
)

// story publishes an article with all that c has; what is missing is filled in.
func (k *desk) story(c article.Content, at time.Time) article.Article {
	k.t.Helper()
	if len(c.Sections) == 0 {
		c.Sections = []int64{1}
	}
	if len(c.Body.Content) == 0 {
		c.Body = content("", "nothing of note").Body
	}
	d, err := k.articles.Create(k.t.Context(), editor, article.Draft{Type: article.TypeArticle, Content: c})
	k.must(err)
	a, err := k.articles.Publish(k.t.Context(), editor, article.PublishInput{ID: d.ID, Revision: d.Revision, At: at, Unchecked: true})
	k.must(err)
	return a
}

func (k *desk) write(fn func(ctx context.Context, tx *db.Tx) error) {
	k.t.Helper()
	k.must(k.db.Write(k.t.Context(), fn))
}

func prose(text string) richtext.Doc { return content("", text).Body }

func (k *desk) wants(query string, want ...string) {
	k.t.Helper()
	if got := k.find(query); !slices.Equal(got, want) {
		k.t.Errorf("%s finds %q, want %q", query, got, want)
	}
}

func TestSearch_RanksAsAReaderWould(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		now := k.clock.Now()
		filler := strings.Repeat("Words about other things that fill a page of some length. ", 20)
		k.story(article.Content{Headline: "Ferry strike ends", Body: prose("The crews go back.")}, now.AddDate(0, -2, 0))
		k.story(article.Content{Headline: "A day at sea", Body: prose("A ferry and much later a strike of lightning. " + filler)}, now.AddDate(0, -2, 0))
		k.story(article.Content{Headline: "Crews talk", Body: prose(filler + " They spoke of the ferry strike at length.")}, now.AddDate(0, -2, 0))
		k.story(article.Content{Headline: "Budget", Standfirst: "What the ferry strike costs the town"}, now.AddDate(0, -2, 0))
		k.drain()
		got := k.find("ferry strike")
		if want := []string{"Ferry strike ends", "Budget"}; len(got) != 4 || !slices.Equal(got[:2], want) {
			t.Errorf("ranked %q, want %q first", got, want)
		}
		if slices.Index(got, "Crews talk") > slices.Index(got, "A day at sea") {
			t.Errorf("words that stand together are no better: %q", got)
		}
		k.wants(`"ferry strike" -budget -ends`, "Crews talk")
		if got := k.find("ferries striking"); len(got) != 4 {
			t.Errorf("relatives find %q", got)
		}
	})
}

func TestSearch_FreshnessIsGentle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		now := k.clock.Now()
		k.story(article.Content{Headline: "Old lighthouse", Body: prose("A lighthouse.")}, now.AddDate(-5, 0, 0))
		k.story(article.Content{Headline: "New lighthouse", Body: prose("A lighthouse.")}, now.Add(-time.Hour))
		k.story(article.Content{Headline: "Harbour walk", Body: prose("They passed a lighthouse. " + strings.Repeat("Other words. ", 50))}, now.Add(-2*time.Hour))
		k.drain()
		k.wants("lighthouse", "New lighthouse", "Old lighthouse", "Harbour walk")
		for sort, want := range map[search.Sort][]string{search.Oldest: {"Old lighthouse", "Harbour walk", "New lighthouse"}, search.Newest: {"New lighthouse", "Harbour walk", "Old lighthouse"}} {
			if got := headlines(k.ask(search.Request{Text: "lighthouse", Sort: sort, Limit: 9})); !slices.Equal(got, want) {
				t.Errorf("sort %d gives %q, want %q", sort, got, want)
			}
		}
	})
}

// Every field finds its article, and the exact form ranks before a relative.
func TestSearch_Fields(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.write(func(ctx context.Context, tx *db.Tx) error {
			now := k.clock.Now()
			if err := taxonomy.SaveTag(ctx, tx, taxonomy.Tag{ID: 7, Slug: "tagword", Name: "Tagword Floods"}, now); err != nil {
				return err
			}
			if err := author.Save(ctx, tx, author.Profile{ID: 9, Slug: "lee", Name: "Ann Bylinea"}, now); err != nil {
				return err
			}
			_, err := taxonomy.SaveSection(ctx, tx, taxonomy.Section{ID: 2, ParentID: 1, Slug: "asia", Name: "Asiana"}, now)
			return err
		})
		block := func(kind string, attrs map[string]any, inside ...richtext.Node) richtext.Node {
			return richtext.Node{Type: kind, Attrs: attrs, Content: inside}
		}
		words := func(text string) richtext.Node { return prose(text).Content[0] }
		k.story(article.Content{Headline: "Headlinea", ShortHeadline: "Shortena", Kicker: "Kickera", Standfirst: "Standfirsta", Dateline: "PLACEA", Storyline: "Storya",
			Sections: []int64{2}, Tags: []int64{7}, Bylines: []article.Byline{{Profile: 9, Role: "by", Name: "Ann Bylinea"}, {Role: "with", Name: "Bo Guesta"}},
			Lead: &article.Picture{Media: 5, Caption: "Captiona", Credit: "Credita", Alt: "Alta"},
			Body: richtext.Doc{Version: 1, Content: []richtext.Node{words("Bodya"),
				block("attributed_quote", map[string]any{"speaker": "Zoe Speakera", "role": "harbour master"}, words("Quotea")),
				block("accounts", nil, block("account", map[string]any{"party": "Port Authoritya"}, words("Accounta"))),
			}}}, k.clock.Now())
		k.story(article.Content{Headline: "Other", Body: prose("Zoe Speakera Bylinea Tagword asiana are only named here")}, k.clock.Now().Add(-time.Hour))
		k.drain()
		for _, word := range []string{"headlinea", "shortena", "kickera", "standfirsta", "placea", "storya", "guesta", "captiona", "credita", "alta", "bodya", "quotea", "accounta", "floods",
			"author:bylinea", `author:"ann bylinea"`, "author:guesta", `author:"bylinea ann" headlinea`, "section:asia", "section:Asiana", "section:world bodya", "tag:tagword", `tag:"tagword floods"`, "said-by:speakera",
			`said-by:"zoe speakera"`, `said-by:"harbour master"`, "said-by:authoritya"} {
			if got := k.find(word); word != `author:"bylinea ann" headlinea` && !slices.Equal(got, []string{"Headlinea"}) {
				t.Errorf("%s finds %q", word, got)
			} else if word == `author:"bylinea ann" headlinea` && len(got) != 0 {
				t.Errorf("names in the wrong order find %q", got)
			}
		}
		k.wants("-author:bylinea", "Other")
		k.wants("-section:asia named", "Other")
		k.wants("-tag:tagword bylinea", "Other")
		for _, word := range []string{"section:nowhere", "tag:nothing", "before:soon"} {
			if a := k.ask(search.Request{Text: word, Limit: 5}); len(a.Parsed.Notes) != 1 {
				t.Errorf("%s: notes %+v", word, a.Parsed.Notes)
			}
		}
	})
}

func TestSearch_Dates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		for _, day := range []string{"2024-12-31", "2025-01-01", "2025-06-30", "1969-07-20"} {
			at, _ := time.Parse(time.DateOnly, day)
			k.story(article.Content{Headline: "On " + day, Body: prose("needle")}, at)
		}
		k.drain()
		k.wants("needle before:2025", "On 2024-12-31", "On 1969-07-20")
		k.wants("needle after:2025", "On 2025-06-30", "On 2025-01-01")
		k.wants("needle after:2025-01-02 before:2025-07", "On 2025-06-30")
		k.wants("needle before:1970", "On 1969-07-20")
		k.wants("before:1970", "On 1969-07-20")
	})
}

func TestSearch_Languages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		for lang, text := range map[string]string{"de": "Die Wahlen in den Häusern", "fr": "Les élections publiées", "ru": "министром стал новый человек", "ar": "زار الرئيس المدرسة",
			"ja": "東京都の天気予報", "ko": "서울에서 비가 내렸다", "th": "ประเทศไทย", "zh": "北京大学的学生"} {
			k.story(article.Content{Headline: lang, Language: lang, Body: prose(text)}, k.clock.Now())
		}
		k.drain()
		for query, want := range map[string]string{"wahl": "de", "haus -x": "", "élection publier": "fr", "elections": "fr", "министр": "ru", "رئيس مدرسة": "ar", "東京": "ja", "天気予報": "ja", "京都の": "ja",
			"서울": "ko", "ไทย": "th", "大学": "zh", "京": "", "北京 学生": "zh"} {
			got := k.find(query)
			if want == "" && query == "京" && len(got) != 2 || want != "" && !slices.Equal(got, []string{want}) {
				t.Errorf("%s finds %q, want %q", query, got, want)
			}
		}
	})
}

// Who lacks the keys types ae, oe and ue for ä, ö and ü.
func TestSearch_GermanWithoutUmlauts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.story(article.Content{Headline: "Flood", Body: prose("The guess was true: Michael saw the flood.")}, k.clock.Now())
		k.drain()
		k.wants("ueberschwemmung")
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return taxonomy.SaveTag(ctx, tx, taxonomy.Tag{ID: 5, Slug: "stadt", Name: "Größere Städte"}, k.clock.Now())
		})
		k.story(article.Content{Headline: "Munich", Language: "de", Tags: []int64{5}, Body: prose("Nach der Überschwemmung sind in München die Straßen für Fußgänger gesperrt.")}, k.clock.Now())
		k.story(article.Content{Headline: "Guss", Language: "de", Bylines: []article.Byline{{Role: "by", Name: "Jörg Müller"}}, Body: prose("Ein Guss für Michal.")}, k.clock.Now())
		k.drain()
		for query, want := range map[string]string{"ueberschwemmung": "Munich", "Ueberschwemmungen": "Munich", "muenchen": "Munich", "MUENCHNER": "", "strasse fussgaenger": "Munich", "-muenchen guss": "Guss",
			"muenchen fuer verkehr": "", "fuer fussgaenger": "Munich",
			`"in muenchen"`: "Munich", `"strassen fuer fussgaenger"`: "Munich", `guss -"fuer michal"`: "", `straßen -"in muenchen"`: "", `"michael saw"`: "Flood", "author:mueller": "Guss", `tag:"groessere staedte"`: "Munich", `tag:"größere staedte"`: "Munich", "guess": "Flood", "michael": "Flood"} {
			if want == "" {
				k.wants(query)
			} else {
				k.wants(query, want)
			}
		}
		for typed, want := range map[string][]string{"muench": {"München"}, "fussgaenger muench": {"fussgaenger München"}, "guess": {"guess"}} {
			if got := k.complete(typed); !slices.Equal(got, want) {
				t.Errorf("%q is completed by %q, want %q", typed, got, want)
			}
		}
		for _, typed := range []string{"ueberschw", "strassen muench", "Überschw"} {
			if got, err := k.search.Find(t.Context(), typed, 9); err != nil || len(got) != 1 || got[0].Headline != "Munich" {
				t.Errorf("%q, still being typed, finds %v, %v", typed, got, err)
			}
		}
		a := k.ask(search.Request{Text: "ueberschwemmungen muenchen", Limit: 5, Snippets: true})
		var marked []string
		for _, span := range a.Results[0].Snippet {
			if span.Match {
				marked = append(marked, span.Text)
			}
		}
		if !slices.Equal(marked, []string{"Überschwemmung", "München"}) {
			t.Errorf("the snippet marks %q", marked)
		}
	})
}

func TestSearch_FacetsAndFilters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.write(func(ctx context.Context, tx *db.Tx) error {
			for id := int64(2); id < 4; id++ {
				if _, err := taxonomy.SaveSection(ctx, tx, taxonomy.Section{ID: id, ParentID: 1, Slug: fmt.Sprint("s", id), Name: fmt.Sprint("Section ", id)}, k.clock.Now()); err != nil {
					return err
				}
				if err := taxonomy.SaveTag(ctx, tx, taxonomy.Tag{ID: id, Slug: fmt.Sprint("t", id), Name: fmt.Sprint("Tag ", id)}, k.clock.Now()); err != nil {
					return err
				}
			}
			return nil
		})
		for i := range 12 {
			k.story(article.Content{Headline: fmt.Sprintf("Story %02d", i), Sections: []int64{2 + int64(i%2)}, Tags: []int64{2 + int64(i%3)/2}, Body: prose("needle")},
				time.Date(2020+i/6, 5, 1, i, 0, 0, 0, time.UTC))
		}
		k.drain()
		a := k.ask(search.Request{Text: "needle", Limit: 5, Facets: true})
		if a.Count != 12 || !a.Exact || !a.More || len(a.Results) != 5 || a.Rough {
			t.Errorf("found %d (exact %v, more %v), %d shown", a.Count, a.Exact, a.More, len(a.Results))
		}
		if s := fmt.Sprint(a.Facets[search.ColumnSection], a.Facets[search.ColumnTag], a.Facets[search.ColumnYear]); s != "[{1 12} {2 6} {3 6}] [{2 8} {3 4}] [{2020 6} {2021 6}]" {
			t.Errorf("facets %s", s)
		}
		for _, c := range []struct {
			ask search.Request
			n   int64
		}{{search.Request{Section: 2}, 6}, {search.Request{Section: 1}, 12}, {search.Request{Tag: 3}, 4}, {search.Request{Year: 2020}, 6}, {search.Request{Year: 2020, Section: 3, Tag: 2}, 2}, {search.Request{Year: 1999}, 0}} {
			c.ask.Text, c.ask.Limit = "needle", 20
			if got := k.ask(c.ask); got.Count != c.n || int64(len(got.Results)) != c.n {
				t.Errorf("%+v: %d of %d", c.ask, len(got.Results), got.Count)
			}
		}
		seen := map[string]bool{}
		for offset := 0; offset < 15; offset += 5 {
			for _, h := range headlines(k.ask(search.Request{Text: "needle", Limit: 5, Offset: offset})) {
				if seen[h] {
					t.Errorf("%s is on two pages", h)
				}
				seen[h] = true
			}
		}
		if len(seen) != 12 {
			t.Errorf("all pages have %d articles", len(seen))
		}
	})
}

func TestSearch_Misspelt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.story(article.Content{Headline: "Zürich", Body: prose("Negotiations about the harbour went on in Aldermouth")}, k.clock.Now())
		for i := range 30 {
			k.story(article.Content{Headline: fmt.Sprint("Election ", i), Body: prose("An election of the parliament")}, k.clock.Now())
		}
		k.story(article.Content{Headline: "Slip", Body: prose("The elektion that a writer misspelt, of the parliment that hadd been")}, k.clock.Now())
		for range 25 {
			k.story(article.Content{Headline: "Votes", Body: prose("What the council had wanted")}, k.clock.Now())
		}
		k.drain()
		for round := range 2 {
			for query, want := range map[string]string{"harbuor": "harbour", "arbour": "harbour", "xarbour": "harbour", "harbur": "harbour", "harrbour": "harbour", "zurih": "Zürich", "aldermuoth": "Aldermouth",
				"negoziatons": "Negotiations", "haubrour about": "", "harbour aldermout": "harbour Aldermouth", `-election harbur`: "-election harbour", "qqqq": "", "20261": "",
				"harbuor before:2030": "harbour before:2030", "harbuor -before:2001-02-03": "harbour -before:2001-02-03", "harbuor after:2030": "",
				// a question costs no more reads of the dictionary than five words do
				"harbuor harbur arbour xarbour harrbour": "harbour harbour harbour harbour harbour", "harbuor harbur arbour xarbour harrbour harbor": ""} {
				a := k.ask(search.Request{Text: query, Limit: 5})
				if a.Instead != want || (want == "") != (len(a.Results) == 0) {
					t.Errorf("round %d: %s was searched as %q and found %q, want %q", round, query, a.Instead, headlines(a), want)
				}
			}
			for _, query := range []string{"electoin", "election of parliament qqqq"} {
				seen := map[int64]bool{}
				for from := 0; from < 30; from += 10 {
					a := k.ask(search.Request{Text: query, Limit: 10, Offset: from})
					for _, r := range a.Results {
						seen[r.Article.ID] = true
					}
					if (a.Instead == "") == !a.Relaxed {
						t.Errorf("round %d: %s from %d on is searched as %q (relaxed %v)", round, query, from, a.Instead, a.Relaxed)
					}
				}
				if len(seen) != 30 {
					t.Errorf("round %d: three pages of %s have %d stories", round, query, len(seen))
				}
			}
			if a := k.ask(search.Request{Text: "elektion", Limit: 5}); a.DidMean != "election" && !strings.EqualFold(a.DidMean, "election") || !slices.Equal(headlines(a), []string{"Slip"}) {
				t.Errorf("round %d: elektion found %q, did mean %q", round, headlines(a), a.DidMean)
			}
			if a := k.ask(search.Request{Text: "hadd", Limit: 5}); a.DidMean != "" || len(a.Results) != 1 {
				t.Errorf("round %d: hadd found %q, did mean %q, which is a stop word", round, headlines(a), a.DidMean)
			}
			if a := k.ask(search.Request{Text: "negotiations harbour aldermouth parliament", Limit: 5}); !a.Relaxed || !slices.Equal(headlines(a), []string{"Zürich"}) {
				t.Errorf("round %d: most of the words find %q (relaxed %v)", round, headlines(a), a.Relaxed)
			}
			for typed, want := range map[string][]string{"harb": {"harbour"}, "Ele": {"Election", "elektion"}, "harbour zür": {"harbour Zürich"}, "after:2001 harb": {"after:2001 harbour"}, "before:2001 harb": nil, "-aldermouth harb": nil, "section:world harb": {"section:world harbour"}, "-section:world harb": nil, "election zür": nil, "a": nil, "harb ": nil, `"harb`: nil, "author:el": nil, "zzz": nil} {
				if got := k.complete(typed); !slices.Equal(got, want) {
					t.Errorf("round %d: %s goes on as %q, want %q", round, typed, got, want)
				}
			}
			k.rebuild() // the same from merged terms
		}
	})
}

func (k *desk) complete(typed string) []string {
	k.t.Helper()
	got, err := k.search.Complete(k.t.Context(), typed)
	k.must(err)
	return got
}

func (k *desk) rebuild() {
	k.t.Helper()
	k.must(k.search.Rebuild(k.t.Context(), nil))
	for more := true; more; {
		var err error
		more, err = k.search.Index().Merge(k.t.Context())
		k.must(err)
	}
}

// TestSearch_TellsNothing asks for rare words of articles that readers may not
// see, in every way in which an answer could show that they are there.
func TestSearch_TellsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		ctx := t.Context()
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return taxonomy.SaveTag(ctx, tx, taxonomy.Tag{ID: 5, Slug: "hushtag", Name: "Hushtag"}, k.clock.Now())
		})
		secret := func(word string) article.Content {
			c := content(word+" secret", "common words with "+word+" inside")
			c.Tags, c.Bylines = []int64{5}, []article.Byline{{Role: "by", Name: word + " Writer"}}
			return c
		}
		publish := func(word string, in article.PublishInput) article.Article {
			d, err := k.articles.Create(ctx, editor, article.Draft{Type: article.TypeArticle, Content: secret(word)})
			k.must(err)
			in.ID, in.Revision, in.Unchecked = d.ID, d.Revision, true
			a, err := k.articles.Publish(ctx, editor, in)
			k.must(err)
			return a
		}
		_, err := k.articles.Create(ctx, editor, article.Draft{Type: article.TypeArticle, Content: secret("draftzq")})
		k.must(err)
		publish("privatezq", article.PublishInput{Access: article.AccessPrivate})
		publish("passwordzq", article.PublishInput{Access: article.AccessPassword, PasswordHash: "$x"})
		publish("embargozq", article.PublishInput{EmbargoUntil: k.clock.Now().Add(time.Hour)})
		gone := publish("withdrawnzq", article.PublishInput{})
		changed := publish("formerzq", article.PublishInput{})
		k.publish("Public", "common words", article.PublishInput{})
		k.drain()
		for more := true; more; { // into the buckets, while it is public
			more, err = k.search.Index().Merge(ctx)
			k.must(err)
		}
		_, err = k.articles.Withdraw(ctx, editor, article.WithdrawInput{ID: gone.ID, Revision: gone.Revision, Reason: "wrong"})
		k.must(err)
		saved, err := k.articles.Save(ctx, editor, article.SaveInput{ID: changed.ID, Revision: changed.Revision, Content: content("Put right", "common words")})
		k.must(err)
		_, err = k.articles.Publish(ctx, editor, article.PublishInput{ID: changed.ID, Revision: saved.Revision, Unchecked: true})
		k.must(err)
		check := func(when string, words ...string) {
			t.Helper()
			for _, word := range words {
				for _, query := range []string{word, word + " common", `"` + word + ` secret"`, "author:" + word, word[:len(word)-2], word[:4] + "x" + word[4:], "x" + word[1:], strings.Replace(word, "zq", "qz", 1)} {
					a := k.ask(search.Request{Text: query, Limit: 9, Facets: true})
					if len(a.Results) != 0 || a.Count > 0 && when != "before the jobs" || strings.Contains(a.Instead+a.DidMean, "zq") {
						t.Errorf("%s, %s: found %q, count %d, instead %q, did mean %q", when, query, headlines(a), a.Count, a.Instead, a.DidMean)
					}
				}
				if got := k.complete(word[:4]); len(got) != 0 {
					t.Errorf("%s: %s is completed to %q", when, word[:4], got)
				}
			}
			a := k.ask(search.Request{Text: "common", Limit: 9, Facets: true})
			if when != "before the jobs" && (a.Count != 2 || len(a.Facets[search.ColumnTag]) != 0) {
				t.Errorf("%s: common words are in %d, tags %v", when, a.Count, a.Facets[search.ColumnTag])
			}
			if a := k.ask(search.Request{Text: "tag:hushtag", Limit: 9}); len(a.Parsed.Notes) != 1 || len(a.Results) != 0 {
				t.Errorf("%s: a tag of hidden articles is known: %+v", when, a)
			}
		}
		check("before the jobs", "draftzq", "privatezq", "passwordzq", "embargozq", "withdrawnzq")
		k.drain()
		all := []string{"draftzq", "privatezq", "passwordzq", "embargozq", "withdrawnzq", "formerzq"}
		check("after the jobs", all...)
		k.rebuild()
		check("after a rebuild", all...)
	})
}

func TestRebuild(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		ctx := t.Context()
		for i := range 30 {
			k.publish(fmt.Sprintf("Story %02d", i), "needle", article.PublishInput{At: k.clock.Now().AddDate(0, -i, 0)})
		}
		// No job has run: the index is empty, as after an update.
		if got := k.find("needle"); len(got) != 0 {
			t.Fatalf("found %q", got)
		}
		k.must(k.search.EnsureBuilt(ctx))
		var n int64
		k.must(d.QueryRow(ctx, `SELECT COUNT(*) FROM job WHERE kind = $1`, search.JobRebuild).Scan(&n))
		if n != 1 {
			t.Fatalf("%d jobs to rebuild", n)
		}
		var done, total int64
		k.must(k.search.Rebuild(ctx, func(d, t int64) { done, total = d, t }))
		if done != 30 || total != 30 {
			t.Errorf("progress ended at %d of %d", done, total)
		}
		if got := k.find("needle"); len(got) != 30 {
			t.Errorf("found %d", len(got))
		}
		k.drain()
		k.must(k.search.EnsureBuilt(ctx))
		k.must(d.QueryRow(ctx, `SELECT COUNT(*) FROM job WHERE kind = $1`, search.JobRebuild).Scan(&n))
		if n != 0 {
			t.Error("the index is to be made again though it is of this making")
		}
		if got := k.find("needle"); len(got) != 30 {
			t.Errorf("after the jobs too: found %d", len(got))
		}
	})
}

// TestRebuild_AfterAKill: what a killed process has begun is taken over by the
// job, which waits until it is sure that nobody is at it.
func TestRebuild_AfterAKill(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		ctx := t.Context()
		for i := range 5 {
			k.publish(fmt.Sprintf("Story %02d", i), "needle", article.PublishInput{At: k.clock.Now().AddDate(0, -i, 0)})
		}
		k.must(d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM job`)
			return err
		}))
		_, err := k.search.Index().Build(ctx) // and is never heard of again
		k.must(err)
		k.must(k.search.EnsureBuilt(ctx))
		k.drain()
		if got := k.find("needle"); len(got) != 0 {
			t.Fatalf("found %q while another process may be at it", got)
		}
		k.clock.Advance(2 * time.Minute)
		k.drain()
		if got := k.find("needle"); len(got) != 5 {
			t.Errorf("found %d stories after the other process was given up", len(got))
		}
	})
}

// TestSearch_PhrasesOfStopWords: words that say nothing alone hold a place in a
// phrase, in texts as in headlines, before and after they are merged.
func TestSearch_PhrasesOfStopWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.publish("On stage", "They asked whether to be or not to be was the question.", article.PublishInput{})
		k.publish("Elsewhere", "It is not to be, or so they say, the way to be.", article.PublishInput{})
		k.publish("Press", "He reads the Times in hard times.", article.PublishInput{})
		k.publish("Markets", "These are hard times, and the who of them knows.", article.PublishInput{})
		k.publish("Who plays", "Who the bands are.", article.PublishInput{})
		k.drain()
		check := func(when string) {
			t.Helper()
			for query, want := range map[string][]string{
				`"to be or not to be"`: {"On stage"}, `"not to be"`: {"Elsewhere", "On stage"}, `"the who"`: {"Markets"},
				`"the times"`: {"Press"}, `times -"the times"`: {"Markets"}, `times -"hard times"`: nil, `say -"not to be"`: nil, `question -"be or so"`: {"On stage"},
			} {
				got := k.find(query)
				if slices.Sort(got); !slices.Equal(got, want) {
					t.Errorf("%s, %s finds %q, want %q", when, query, got, want)
				}
			}
		}
		check("fresh")
		k.rebuild()
		check("merged")
		a := k.ask(search.Request{Text: `"to be or not to be"`, Limit: 9, Snippets: true})
		marked := 0
		for _, span := range a.Results[0].Snippet {
			if span.Match {
				marked++
			}
		}
		if marked != 6 {
			t.Errorf("the snippet marks %d words: %+v", marked, a.Results[0].Snippet)
		}
	})
}

func TestSearch_RelaxesInEveryOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		now := k.clock.Now()
		k.story(article.Content{Headline: "Old", Body: prose("harbour master and ferry")}, now.AddDate(-2, 0, 0))
		k.story(article.Content{Headline: "New", Body: prose("ferry at the harbour with a lighthouse")}, now.Add(-time.Hour))
		k.story(article.Content{Headline: "Other", Body: prose("a lighthouse alone")}, now.Add(-time.Hour))
		k.drain()
		for sort, want := range map[search.Sort][]string{search.Newest: {"New", "Old"}, search.Oldest: {"Old", "New"}} {
			a := k.ask(search.Request{Text: "harbour master ferry lighthouse", Sort: sort, Limit: 9})
			if got := headlines(a); !a.Relaxed || !slices.Equal(got, want) {
				t.Errorf("order %d: relaxed %v, found %q, want %q", sort, a.Relaxed, got, want)
			}
		}
	})
}

func TestComplete_TakesATurn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.publish("Lighthouse", "by the sea", article.PublishInput{})
		k.drain()
		give := search.TakeTurns(k.search)
		done := make(chan []string, 1)
		go func() {
			got, _ := k.search.Complete(t.Context(), "lighth")
			done <- got
		}()
		for !search.Waits(k.search) {
			if len(done) > 0 {
				t.Fatalf("completed to %q while all turns were taken", <-done)
			}
			runtime.Gosched()
		}
		give()
		if got := <-done; !slices.Equal(got, []string{"Lighthouse"}) {
			t.Errorf("completed to %q", got)
		}
	})
}
