package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/event"
	"dateline/internal/related"
	"dateline/internal/search"
	"dateline/internal/settings"
)

const (
	relatedAsked = 500 // articles whose related stories are chosen, one after the other
	relatedBulk  = 5000
)

// runRelated measures the choosing of related stories in the archives of
// -search: of single articles, as after their publication, and of many, as
// after an import. Articles there are words by Zipf's law without a subject,
// so lists are as long as in a language and nothing can be skipped for a good
// match.
func runRelated(ctx context.Context, sizes, dir, database, markdown string) error {
	if database != "" && strings.Contains(sizes, ",") {
		return fmt.Errorf("a database holds one archive: give -related one number as -sizes with -search-database, not %s", sizes)
	}
	if dir == "" {
		temp, err := os.MkdirTemp("", "dateline-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		dir = temp
	}
	var b strings.Builder
	t := table{head: []string{"articles", "engine", "mean ms an article", "p50 ms", "p99 ms", "of many at once, articles a second"}}
	for _, text := range strings.Split(sizes, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return err
		}
		url := database
		if url == "" {
			url = "sqlite:" + filepath.Join(dir, fmt.Sprintf("search-%d.db", n))
		}
		if err := measureRelated(ctx, url, n, &t); err != nil {
			return fmt.Errorf("%d articles: %w", n, err)
		}
	}
	t.print(&b)
	fmt.Print(b.String())
	if markdown == "" {
		return nil
	}
	return insert(markdown, "related", b.String())
}

func measureRelated(ctx context.Context, url string, n int, t *table) error {
	if err := fillSearch(ctx, url, searchPlan{articles: n}, new(strings.Builder)); err != nil {
		return err
	}
	c := clock.System{}
	d, err := db.Open(ctx, url, db.Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	finder := search.NewService(d, c)
	s := related.NewService(d, c, article.NewService(d, c, event.NewBus(c), settings.NewStore(d)), finder.Index())
	perSecond, err := chooseMany(ctx, d, s)
	if err != nil {
		return err
	}
	ids, err := someArticles(ctx, d)
	if err != nil {
		return err
	}
	var took []time.Duration
	var sum time.Duration
	for i, id := range ids {
		payload, err := json.Marshal(id)
		if err != nil {
			return err
		}
		began := c.Now()
		if err := s.HandleKin(ctx, payload); err != nil {
			return err
		}
		if i >= len(ids)/5 { // those before warm the caches
			took = append(took, c.Now().Sub(began))
			sum += took[len(took)-1]
		}
	}
	t.add(count(float64(n)), string(d.Engine()), ms(sum/time.Duration(len(took))), ms(quantile(took, 0.5)), ms(quantile(took, 0.99)), count(perSecond))
	return nil
}

// chooseMany walks over the archive as after an import: over all of it for what
// is kept of each article, and over some thousand for the choice. It goes on
// where an earlier run ended, so only the first reads the whole archive.
func chooseMany(ctx context.Context, d *db.DB, s *related.Service) (perSecond float64, err error) {
	_, total, err := s.Progress(ctx)
	if err == nil && total == 0 {
		err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return related.EnqueueAllTx(ctx, tx, time.Time{}) })
	}
	if err != nil {
		return 0, err
	}
	var began time.Time
	var first, last int64
	for {
		done, total, err := s.Progress(ctx)
		if err != nil {
			return 0, err
		}
		last = max(last, done)
		if began.IsZero() && total > 0 && done >= total/2 {
			began, first = clock.System{}.Now(), done
		}
		if !began.IsZero() && (total == 0 || done-first >= relatedBulk) {
			break
		}
		fmt.Fprintf(os.Stderr, "\rrelated stories: %s of %s ", count(float64(done)), count(float64(total)))
		if err := s.HandleAll(ctx, nil); err != nil {
			return 0, err
		}
	}
	fmt.Fprintln(os.Stderr)
	return float64(last-first) / clock.System{}.Now().Sub(began).Seconds(), nil
}

// someArticles are the articles asked for, any of the archive.
func someArticles(ctx context.Context, d *db.DB) ([]int64, error) {
	rows, err := d.Query(ctx, `SELECT id FROM article ORDER BY id`)
	all, err := db.All(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
	rand.New(rand.NewPCG(3, 60)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:min(len(all), relatedAsked)], err
}
