package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/event"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
)

func scanPath(r *sql.Rows) (path string, err error) { return path, r.Scan(&path) }

// figures are everything measured on one archive.
type figures struct {
	archive   archive
	ready     time.Duration // cold start to the first page, median
	views     []view
	loads     []comparison
	uncached  []rendering
	publish   []time.Duration
	visible   []time.Duration
	afterLoad usage
	nginx     usage
}

// view is how long one type of page takes when nobody asked for it before.
type view struct {
	name     string
	pages    int
	p50, p99 time.Duration
	bytes    int // packed, of the first
}

// comparison is Dateline's cache against nginx on the same bytes.
type comparison struct {
	name            string
	bytes           int
	dateline, nginx result
}

// rendering is Dateline without its page cache.
type rendering struct {
	name   string
	result result
}

// plan is what the command line asked for.
type plan struct {
	load   load
	rounds int
	many   int // articles in the random mix
}

// measure takes all figures of one archive.
func measure(ctx context.Context, program string, a archive, p plan) (*figures, error) {
	f := &figures{archive: a}
	if err := f.coldStart(ctx, program); err != nil {
		return nil, err
	}
	if err := f.firstViews(ctx, program, p); err != nil {
		return nil, err
	}
	if err := f.compare(ctx, program, p); err != nil {
		return nil, err
	}
	return f, f.publishing(ctx, program)
}

// coldStart starts the server five times; the file system keeps its cache.
func (f *figures) coldStart(ctx context.Context, program string) error {
	var all []time.Duration
	for range 5 {
		s, err := startDateline(ctx, program, f.archive.Data)
		if err != nil {
			return err
		}
		all = append(all, s.ready)
		s.stop()
	}
	f.ready = percentile(all, 50)
	return nil
}

// firstViews asks for each page once, one after the other, with no page cache,
// and drives the renderer with random articles.
func (f *figures) firstViews(ctx context.Context, program string, p plan) error {
	s, err := startDateline(ctx, program, f.archive.Data, withoutCache)
	if err != nil {
		return err
	}
	defer s.stop()
	found, err := f.archive.sample(ctx, s.Origin, p.many)
	if err != nil {
		return err
	}
	for _, name := range found.names {
		v, err := firstView(s.Origin, name, found.paths[name])
		if err != nil {
			return err
		}
		f.views = append(f.views, v)
	}
	for _, gzip := range []bool{false, true} {
		l := p.load
		l.gzip = gzip
		r, err := drive(ctx, l, s.Origin, found.paths["article"], s.Pid)
		if err != nil {
			return err
		}
		f.uncached = append(f.uncached, rendering{map[bool]string{false: "random articles", true: "random articles, gzip asked"}[gzip], r})
	}
	return nil
}

func firstView(origin, name string, paths []string) (view, error) {
	v := view{name: name}
	paths = spread(paths, 300)
	v.pages = len(paths)
	packed, err := get(origin+paths[0], true)
	if err != nil {
		return v, err
	}
	var times []time.Duration
sampling:
	for len(times) < 100 {
		for _, path := range paths {
			start := time.Now()
			_, err := get(origin+path, false)
			if errors.Is(err, errTooMany) && len(times) > 0 { // search answers only so many in a row
				break sampling
			}
			if err != nil {
				return v, err
			}
			times = append(times, time.Since(start))
		}
	}
	v.bytes, v.p50, v.p99 = len(packed), percentile(times, 50), percentile(times, 99)
	return v, nil
}

// compare drives Dateline and nginx in turn, several rounds, and keeps each
// one's median round.
func (f *figures) compare(ctx context.Context, program string, p plan) error {
	s, err := startDateline(ctx, program, f.archive.Data)
	if err != nil {
		return err
	}
	defer s.stop()
	found, err := f.archive.sample(ctx, s.Origin, p.many)
	if err != nil {
		return err
	}
	mixes := []struct {
		name  string
		paths []string
	}{{"front page", found.paths["front page"]}, {"one article", found.paths["article"][:1]}, {"random articles", found.paths["article"]}, {"feed", found.paths["feed"]}}
	var all []string
	for _, m := range mixes {
		all = append(all, m.paths...)
	}
	slices.Sort(all)
	dir, err := os.MkdirTemp("", "dateline-nginx-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	n, err := startNginx(ctx, dir, s.Origin, slices.Compact(all))
	if err != nil {
		return err
	}
	defer n.stop()
	l := p.load
	l.gzip = true
	for _, m := range mixes {
		c := comparison{name: m.name}
		if packed, err := get(s.Origin+m.paths[0], true); err == nil {
			c.bytes = len(packed)
		}
		if c.dateline, c.nginx, err = duel(ctx, l, p.rounds, m.paths, s, n); err != nil {
			return err
		}
		f.loads = append(f.loads, c)
	}
	if f.afterLoad, err = usageOf(s.Pid); err != nil {
		return err
	}
	f.nginx, err = usageOf(n.Pid)
	return err
}

// duel takes the median rounds of both servers. They take turns, because the
// machine's own speed drifts.
func duel(ctx context.Context, l load, rounds int, paths []string, ours, theirs *server) (a, b result, err error) {
	var all [2][]result
	for range rounds {
		for i, s := range []*server{ours, theirs} {
			r, err := drive(ctx, l, s.Origin, paths, s.Pid)
			if err != nil {
				return a, b, err
			}
			all[i] = append(all[i], r)
		}
	}
	return medianRound(all[0]), medianRound(all[1]), nil
}

func medianRound(rounds []result) result {
	slices.SortFunc(rounds, func(a, b result) int { return int(a.RPS - b.RPS) })
	return rounds[len(rounds)/2]
}

// publishing publishes ten articles from another process, as an editor's
// request or the command line would, and waits for each on the front page.
func (f *figures) publishing(ctx context.Context, program string) error {
	s, err := startDateline(ctx, program, f.archive.Data)
	if err != nil {
		return err
	}
	defer s.stop()
	d, err := f.archive.database(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	now := clock.System{}
	service := article.NewService(d, now, event.NewBus(now), settings.NewStore(d))
	sections, err := taxonomy.Sections(ctx, d)
	if err != nil || len(sections) == 0 {
		return fmt.Errorf("no section to publish in: %w", err)
	}
	editor := account.System("bench")
	for i := range 10 {
		headline := fmt.Sprintf("Measured publication %d of %s", i, time.Now().Format(time.RFC3339))
		a, err := service.Create(ctx, editor, article.Draft{Type: article.TypeArticle, Content: article.Content{Headline: headline, Sections: []int64{sections[0].ID},
			Body: richtext.Doc{Version: richtext.SchemaVersion, Content: []richtext.Node{{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: headline}}}}}}})
		if err != nil {
			return err
		}
		start := time.Now()
		if _, err := service.Publish(ctx, editor, article.PublishInput{ID: a.ID, Revision: a.Revision}); err != nil {
			return err
		}
		f.publish = append(f.publish, time.Since(start))
		if err := awaitFront(s.Origin, headline, 10*time.Second); err != nil {
			return err
		}
		f.visible = append(f.visible, time.Since(start))
	}
	return nil
}

func awaitFront(origin, headline string, limit time.Duration) error {
	for deadline := time.Now().Add(limit); ; {
		body, err := get(origin+"/", false)
		if err != nil {
			return err
		}
		if bytes.Contains(body, []byte(headline)) {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%q was not on the front page after %s", headline, limit)
		}
	}
}

// percentile of the durations, by nearest rank.
func percentile(all []time.Duration, p int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Clone(all)
	slices.Sort(sorted)
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}
