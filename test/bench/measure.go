package main

import (
	"context"
	"database/sql"
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
	"dateline/test/product"
)

func scanPath(r *sql.Rows) (path string, err error) { return path, r.Scan(&path) }

// figures are everything measured on one archive.
type figures struct {
	archive  archive
	ready    time.Duration // cold start to the first page, median
	views    []view
	loads    []comparison // with nginx only on the archive that is shown
	uncached []rendering
	publish  []time.Duration
	visible  []time.Duration

	deskAnswered, deskVisible []time.Duration

	afterLoad usage
	nginx     usage
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
	views  int // of each type of page, on each archive

	viewsOnly   bool // cold start and first views, and nothing else
	publishOnly bool // publishing, and nothing else
}

// measure takes all figures of all archives. What is compared between archives
// is measured in turn, so that the machine's drift falls on all of them.
func measure(ctx context.Context, program string, archives []archive, p plan) ([]*figures, error) {
	var all []*figures
	for _, a := range archives {
		all = append(all, &figures{archive: a})
	}
	say := func(what string) { fmt.Fprintln(os.Stderr, what) }
	if p.publishOnly {
		return all, publishing(ctx, program, all, say)
	}
	say("measuring: cold start")
	if err := coldStarts(ctx, program, all); err != nil {
		return nil, err
	}
	say("measuring: first views")
	if err := firstViews(ctx, program, all, p); err != nil {
		return nil, err
	}
	if p.viewsOnly {
		return all, nil
	}
	for _, f := range all {
		say("measuring: load on " + count(float64(f.archive.Articles)) + " articles")
		if err := f.uncachedLoad(ctx, program, p); err != nil {
			return nil, err
		}
		if err := f.cachedLoad(ctx, program, p, f == shown(all)); err != nil {
			return nil, err
		}
	}
	return all, publishing(ctx, program, all, say)
}

func publishing(ctx context.Context, program string, all []*figures, say func(string)) error {
	for _, f := range all {
		say("measuring: publishing on a copy of " + count(float64(f.archive.Articles)) + " articles")
		if err := f.publishing(ctx, program); err != nil {
			return err
		}
	}
	return nil
}

// shown is the archive whose figures of load are printed: the largest of up to
// 100,000 articles.
func shown(all []*figures) *figures {
	best := all[0]
	for _, f := range all {
		if n := f.archive.Articles; n <= 100_000 && n > best.archive.Articles || best.archive.Articles > 100_000 {
			best = f
		}
	}
	return best
}

// coldStarts starts each server five times; the file system keeps its cache.
func coldStarts(ctx context.Context, program string, all []*figures) error {
	times := make([][]time.Duration, len(all))
	for range 6 {
		for i, f := range all {
			s, err := startDateline(ctx, program, f.archive.Data)
			if err != nil {
				return err
			}
			times[i] = append(times[i], s.ready)
			s.stop()
		}
	}
	for i, f := range all {
		f.ready = quantile(times[i][1:], 0.5) // the first may have migrated
	}
	return nil
}

// uncachedLoad drives the renderer with random articles.
func (f *figures) uncachedLoad(ctx context.Context, program string, p plan) error {
	s, err := startDateline(ctx, program, f.archive.Data, withoutCache)
	if err != nil {
		return err
	}
	defer s.stop()
	found, err := f.archive.sample(ctx, s.Origin, p.many)
	if err != nil {
		return err
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

// cachedLoad drives Dateline on its page cache; beside nginx, in turn, several
// rounds of which the median counts; alone, one round, for the memory it takes.
func (f *figures) cachedLoad(ctx context.Context, program string, p plan, beside bool) error {
	s, err := startDateline(ctx, program, f.archive.Data)
	if err != nil {
		return err
	}
	defer s.stop()
	found, err := f.archive.sample(ctx, s.Origin, p.many)
	if err != nil {
		return err
	}
	mixes := []mix{{"front page", found.paths["front page"]}, {"one article", found.paths["article"][:1]}, {"random articles", found.paths["article"]}, {"feed", found.paths["feed"]}}
	l := p.load
	l.gzip = true
	if beside {
		return f.compare(ctx, l, p.rounds, mixes, s)
	}
	for _, m := range mixes {
		if _, err := drive(ctx, l, s.Origin, m.paths, s.Pid); err != nil {
			return err
		}
	}
	f.afterLoad, err = usageOf(s.Pid)
	return err
}

// mix is a set of addresses that are asked for at random.
type mix struct {
	name  string
	paths []string
}

// compare drives Dateline and nginx.
func (f *figures) compare(ctx context.Context, l load, rounds int, mixes []mix, s *server) error {
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
	for _, m := range mixes {
		c := comparison{name: m.name}
		if packed, err := get(s.Origin+m.paths[0], true); err == nil {
			c.bytes = len(packed)
		}
		if c.dateline, c.nginx, err = duel(ctx, l, rounds, m.paths, s, n); err != nil {
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

// publishing publishes articles in two ways, on a copy: a kept archive is the
// same for the next run. From the desk, as an editor does: a form, and then all
// public pages until each shows the article. And from another process, as the
// command line would, until the front page of the server shows it.
func (f *figures) publishing(ctx context.Context, program string) error {
	own, err := f.archive.copy(ctx)
	if err != nil {
		return err
	}
	defer os.RemoveAll(own.Data)
	if err := product.Confirm(ctx, program, own.Data); err != nil {
		return err
	}
	s, err := startDateline(ctx, program, own.Data, trustUs)
	if err != nil {
		return err
	}
	defer s.stop()
	d, err := own.database(ctx)
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
	desk, err := joinDesk(ctx, program, own.Data, s.Origin)
	if err != nil {
		return err
	}
	site, err := settings.Read(ctx, d)
	if err != nil {
		return err
	}
	section := "/" + site.SectionBase + "/" + sections[0].Path + "/"
	editor := account.System("bench")
	create := func(headline string) (article.Article, error) {
		return service.Create(ctx, editor, article.Draft{Type: article.TypeArticle, Content: article.Content{Headline: headline, Sections: []int64{sections[0].ID},
			Bylines: []article.Byline{{Role: "by", Name: "Ann Lee"}},
			Body:    richtext.Doc{Version: richtext.SchemaVersion, Content: []richtext.Node{{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: headline}}}}}}})
	}
	for i := range 30 {
		a, err := create(fmt.Sprintf("Measured at the desk: %d", i))
		if err != nil {
			return err
		}
		newest, err := newestMap(s.Origin)
		if err != nil {
			return err
		}
		v, err := publishFromDesk(desk, a, section, newest)
		if err != nil {
			return err
		}
		f.deskAnswered, f.deskVisible = append(f.deskAnswered, v.answered), append(f.deskVisible, v.all)
	}
	for i := range 10 {
		headline := fmt.Sprintf("Measured publication %d of %s", i, time.Now().Format(time.RFC3339))
		a, err := create(headline)
		if err != nil {
			return err
		}
		start := time.Now()
		if _, err := service.Publish(ctx, editor, article.PublishInput{ID: a.ID, Revision: a.Revision}); err != nil {
			return err
		}
		f.publish = append(f.publish, time.Since(start))
		if err := awaitText(s.Origin+"/", headline, 10*time.Second); err != nil {
			return err
		}
		f.visible = append(f.visible, time.Since(start))
	}
	return nil
}

// quantile of the durations, by nearest rank; 0 of none.
func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(d))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}
