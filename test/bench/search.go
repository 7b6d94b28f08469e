package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/event"
	"dateline/internal/richtext"
	"dateline/internal/search"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
)

// searchPlan says what is measured of the search.
type searchPlan struct {
	articles, clients int
	each              time.Duration
	database          string
}

func (p *searchPlan) flags() {
	flag.IntVar(&p.articles, "search-articles", 100_000, "articles of -search")
	flag.IntVar(&p.clients, "search-clients", 20, "questions at once of -search")
	flag.DurationVar(&p.each, "search-time", 10*time.Second, "how long each kind of question is asked")
	flag.StringVar(&p.database, "search-database", "", "empty database `URL` of -search and -related, or one that they filled; a SQLite file in -dir when empty")
}

// The archive of -search: words by Zipf's law, so that there are rare and very
// common ones as in a language.
const (
	vocabularySize = 300_000
	wordsOfStory   = 320
	searchTags     = 500
	searchYears    = 20
)

// word is the rank-th most common word: a pronounceable one of its own.
func word(rank int) string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	var b strings.Builder
	for n := rank + 40; n > 0; n /= len(consonants) * len(vowels) {
		k := n % (len(consonants) * len(vowels))
		b.WriteByte(consonants[k/len(vowels)])
		b.WriteByte(vowels[k%len(vowels)])
	}
	return b.String()
}

// draw is a rank by Zipf's law.
func draw(r *rand.Rand) int { return int(math.Exp(r.Float64()*math.Log(vocabularySize))) - 1 }

func sentence(r *rand.Rand, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = word(draw(r))
	}
	return strings.Join(all, " ")
}

func runSearch(ctx context.Context, dir, markdown string, p searchPlan) error {
	if dir == "" {
		temp, err := os.MkdirTemp("", "dateline-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		dir = temp
	}
	url := p.database
	if url == "" {
		url = "sqlite:" + filepath.Join(dir, fmt.Sprintf("search-%d.db", p.articles))
	}
	var b strings.Builder
	if err := fillSearch(ctx, url, p, &b); err != nil {
		return err
	}
	d, err := db.Open(ctx, url, db.Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	s := search.NewService(d, clock.System{})
	for _, group := range []struct {
		name  string
		kinds []searchKind
	}{{"questions", searchKinds(s)}, {"typing", typingKinds(s)}} {
		t := table{head: []string{fmt.Sprintf("%s articles, %d %s at once, %s", count(float64(p.articles)), p.clients, group.name, d.Engine()), "a second", "p50 ms", "p99 ms", "most ms"}}
		for _, k := range group.kinds {
			fmt.Fprintf(os.Stderr, "%s …\n", k.name)
			took, err := askAll(ctx, p, k.ask)
			if err != nil {
				return fmt.Errorf("%s: %w", k.name, err)
			}
			t.add(k.name, count(float64(len(took))/p.each.Seconds()), ms(quantile(took, 0.5)), ms(quantile(took, 0.99)), ms(took[len(took)-1]))
		}
		t.print(&b)
	}
	fmt.Print(b.String())
	if markdown == "" {
		return nil
	}
	return insert(markdown, "search", b.String())
}

// fillCacheKB is SQLite's page cache while archives are made: more than the
// product's, for what is measured begins only then.
const fillCacheKB = 128 << 10

// fillSearch makes the archive and its index, unless they are there.
func fillSearch(ctx context.Context, url string, p searchPlan, out *strings.Builder) error {
	d, err := db.Open(ctx, url, db.Options{CacheKB: fillCacheKB})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	s := search.NewService(d, clock.System{})
	var have int
	if err := d.QueryRow(ctx, `SELECT COUNT(*) FROM article`).Scan(&have); err != nil {
		return err
	}
	built, err := search.Built(ctx, d)
	if err != nil {
		return err
	}
	if built && have >= p.articles {
		return tidy(ctx, s) // an earlier run may have been stopped before
	}
	c := clock.System{}
	articles := article.NewService(d, c, event.NewBus(c), settings.NewStore(d))
	err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for id := int64(1); id <= 12; id++ {
			if _, err := taxonomy.SaveSection(ctx, tx, taxonomy.Section{ID: id, Slug: fmt.Sprint("s", id), Name: fmt.Sprint("Section ", id)}, c.Now()); err != nil {
				return err
			}
		}
		for id := int64(1); id <= searchTags; id++ {
			if err := taxonomy.SaveTag(ctx, tx, taxonomy.Tag{ID: id, Slug: fmt.Sprint("t", id), Name: fmt.Sprint("Tag ", id)}, c.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	for from := have; from < p.articles && err == nil; from += 500 {
		fmt.Fprintf(os.Stderr, "\r%s articles written", count(float64(from)))
		err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for i := from; i < min(from+500, p.articles); i++ {
				if _, err := articles.PutTx(ctx, tx, account.System("import"), made(i, p.articles, c.Now())); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return err
	}
	began := c.Now()
	first, last := int64(-1), int64(0)
	err = s.Rebuild(ctx, func(done, total int64) {
		if last = done; first < 0 {
			first = done // it may go on where an earlier run was stopped
		}
		fmt.Fprintf(os.Stderr, "\r%s of %s articles indexed ", count(float64(done)), count(float64(total)))
	})
	took := c.Now().Sub(began)
	fmt.Fprintln(os.Stderr)
	fmt.Fprintf(out, "The index of %s articles was made in %.0f s: %s articles a second.\n\n", count(float64(last-first)), took.Seconds(), count(float64(last-first)/took.Seconds()))
	if err != nil {
		return err
	}
	return tidy(ctx, s)
}

// tidy does what a job does after a rebuild: only then does the dictionary
// know how common words are, which completion goes by.
func tidy(ctx context.Context, s *search.Service) error {
	for {
		if more, err := s.Index().Merge(ctx); err != nil || !more {
			return err
		}
	}
}

// made is the i-th article of n, spread over the years.
func made(i, n int, now time.Time) article.Put {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	at := now.Add(-time.Duration(float64(n-i) / float64(n) * searchYears * float64(365*24*time.Hour)))
	c := article.Content{Headline: sentence(r, 8), Standfirst: sentence(r, 20), Kind: article.KindReport, Language: "en",
		Sections: []int64{1 + r.Int64N(12)}, Tags: []int64{1 + r.Int64N(searchTags), 1 + r.Int64N(searchTags)}}
	for range 6 {
		c.Body.Content = append(c.Body.Content, richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: sentence(r, wordsOfStory/6)}}})
	}
	c.Body.Version = richtext.SchemaVersion
	c.Tags = slices.Compact(slices.Sorted(slices.Values(c.Tags)))
	return article.Put{ID: int64(i) + 1000, Type: article.TypeArticle, Status: article.StatusPublished, Access: article.AccessOpen,
		Slug: fmt.Sprint("story-", i), Created: at, Published: at, Content: c}
}

// searchKind is a kind of question.
type searchKind struct {
	name string
	ask  func(ctx context.Context, r *rand.Rand) error
}

// among is one of the words from the from-th most common to the to-th.
func among(r *rand.Rand, from, to int) string { return word(from + r.IntN(to-from)) }

func searchKinds(s *search.Service) []searchKind {
	page := func(text string) search.Request {
		return search.Request{Text: text, Limit: 20, Facets: true, Snippets: true}
	}
	kind := func(name string, ask func(r *rand.Rand) search.Request) searchKind {
		return searchKind{name, func(ctx context.Context, r *rand.Rand) error {
			_, err := s.Search(ctx, ask(r))
			return err
		}}
	}
	return []searchKind{
		kind("rare word", func(r *rand.Rand) search.Request { return page(among(r, 100_000, vocabularySize)) }),
		kind("middling word", func(r *rand.Rand) search.Request { return page(among(r, 300, 3000)) }),
		kind("very common word", func(r *rand.Rand) search.Request { return page(among(r, 0, 10)) }),
		kind("two common words", func(r *rand.Rand) search.Request { return page(among(r, 0, 10) + " " + among(r, 10, 40)) }),
		kind("common and rare word", func(r *rand.Rand) search.Request { return page(among(r, 0, 10) + " " + among(r, 10_000, 100_000)) }),
		kind("four words", func(r *rand.Rand) search.Request {
			return page(strings.Join([]string{among(r, 10, 40), among(r, 40, 100), among(r, 100, 300), among(r, 0, 10)}, " "))
		}),
		kind("phrase of common words", func(r *rand.Rand) search.Request { return page(`"` + among(r, 0, 5) + " " + among(r, 5, 12) + `"`) }),
		kind("common word, one section, one year", func(r *rand.Rand) search.Request {
			q := page(among(r, 0, 10))
			q.Section, q.Year = 1+r.Int64N(12), time.Now().Year()-1-r.IntN(searchYears-2)
			return q
		}),
		kind("common word, newest first", func(r *rand.Rand) search.Request {
			q := page(among(r, 0, 10))
			q.Sort = search.Newest
			return q
		}),
		kind("misspelt word", func(r *rand.Rand) search.Request { return page(among(r, 1000, 20_000) + "q") }),
	}
}

// typingKinds are what is asked while somebody types: how a word goes on, for
// readers, and which articles are found so far, for the desk's pickers.
func typingKinds(s *search.Service) []searchKind {
	complete := func(ctx context.Context, typed string) error {
		_, err := s.Complete(ctx, typed)
		return err
	}
	pick := func(ctx context.Context, typed string) error {
		_, err := s.Find(ctx, typed, pickerHits)
		return err
	}
	var all []searchKind
	for _, asker := range []struct {
		name  string
		ask   func(ctx context.Context, typed string) error
		least int // letters that it does something for
	}{{"completion", complete, 2}, {"picker", pick, 1}} {
		add := func(name string, typed func(r *rand.Rand) string) {
			all = append(all, searchKind{asker.name + ", " + name, func(ctx context.Context, r *rand.Rand) error { return asker.ask(ctx, typed(r)) }})
		}
		common := func(r *rand.Rand) string { return among(r, 40, 300) }
		rare := func(r *rand.Rand) string { return among(r, 100_000, vocabularySize) }
		for _, letters := range []int{1, 2, 3, 5} {
			if letters < asker.least {
				continue
			}
			begun := fmt.Sprintf("%d letters of a ", letters)
			if letters == 1 {
				begun = "first letter of a "
			}
			add(begun+"common word", func(r *rand.Rand) string { return beginning(common(r), letters) })
			add(begun+"rare word", func(r *rand.Rand) string { return beginning(rare(r), letters) })
		}
		add("3 letters behind a common word", func(r *rand.Rand) string { return common(r) + " " + beginning(rare(r), 3) })
	}
	return all
}

// pickerHits is how many articles a picker shows.
const pickerHits = 12

func beginning(word string, letters int) string { return word[:min(letters, len(word))] }

// askAll asks questions of a kind, so many at once, and returns how long each
// took, shortest first.
func askAll(ctx context.Context, p searchPlan, ask func(context.Context, *rand.Rand) error) ([]time.Duration, error) {
	for i := range 20 { // what the process keeps of the index
		if err := ask(ctx, rand.New(rand.NewPCG(9, uint64(i)))); err != nil {
			return nil, err
		}
	}
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var wait sync.WaitGroup
	end := time.Now().Add(p.each)
	for k := range p.clients {
		wait.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(k)))
			var mine []time.Duration
			var err error
			for time.Now().Before(end) && err == nil {
				began := time.Now()
				err = ask(ctx, r)
				mine = append(mine, time.Since(began))
			}
			mu.Lock()
			defer mu.Unlock()
			if all = append(all, mine...); err != nil {
				failed = err
			}
		})
	}
	wait.Wait()
	slices.Sort(all)
	return all, failed
}
