package main

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

// view is what one type of page costs when it is not in the page cache.
type view struct {
	name     string
	pages    int // addresses asked
	p50, p99 time.Duration
	disk     time.Duration // median of the first pass, from the disk
	work     work          // of one view, on average
	bytes    int           // plain, on average
}

// firstViews asks for pages of each type, on all archives in turn. The servers
// have no page cache, so that every view is a first one. It takes as many
// addresses of a type as every archive has.
func firstViews(ctx context.Context, program string, all []*figures, p plan) error {
	samples := make([]*pages, len(all))
	for i, f := range all {
		err := f.serveUncached(ctx, program, func(s *server) (err error) {
			samples[i], err = f.archive.sample(ctx, s.Origin, p.many)
			return err
		})
		if err != nil {
			return err
		}
		if err := f.archive.forget(ctx); err != nil {
			return err
		}
	}
	servers := make([]*server, len(all))
	for i, f := range all {
		s, err := startDateline(ctx, program, f.archive.Data, withoutCache, trustUs)
		if err != nil {
			return err
		}
		defer s.stop()
		servers[i] = s
	}
	for _, name := range samples[0].names {
		paths := make([][]string, len(all))
		for i := range all {
			paths[i] = samples[i].paths[name]
		}
		views, err := typeOfPage(servers, paths, p.views)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for i, f := range all {
			views[i].name = name
			f.views = append(f.views, views[i])
		}
	}
	return nil
}

func (f *figures) serveUncached(ctx context.Context, program string, use func(*server) error) error {
	s, err := startDateline(ctx, program, f.archive.Data, withoutCache, trustUs)
	if err != nil {
		return err
	}
	defer s.stop()
	return use(s)
}

// typeOfPage asks the servers for pages of one type: once each from the disk,
// and then again until there are enough views.
func typeOfPage(servers []*server, paths [][]string, enough int) ([]view, error) {
	n := 100
	for _, p := range paths {
		n = min(n, len(p))
	}
	if n == 0 {
		return nil, fmt.Errorf("an archive has no such page")
	}
	views := make([]view, len(servers))
	for i := range paths {
		paths[i], views[i].pages = spread(paths[i], n), n
	}
	disk := make([][]time.Duration, len(servers))
	if err := inTurn(servers, paths, n, func(i int, took time.Duration, body []byte) {
		disk[i] = append(disk[i], took)
	}); err != nil {
		return nil, err
	}
	before, err := workOfAll(servers)
	if err != nil {
		return nil, err
	}
	rounds := (enough + n - 1) / n * n
	times, size := make([][]time.Duration, len(servers)), make([]int, len(servers))
	if err := inTurn(servers, paths, rounds, func(i int, took time.Duration, body []byte) {
		times[i] = append(times[i], took)
		size[i] += len(bytes.TrimSpace(body))
	}); err != nil {
		return nil, err
	}
	after, err := workOfAll(servers)
	if err != nil {
		return nil, err
	}
	for i := range views {
		v := &views[i]
		v.p50, v.p99, v.disk, v.bytes = quantile(times[i], 0.5), quantile(times[i], 0.99), quantile(disk[i], 0.5), size[i]/rounds
		v.work = work{CPU: (after[i].CPU - before[i].CPU) / time.Duration(rounds), Reads: (after[i].Reads - before[i].Reads) / int64(rounds)}
	}
	return views, nil
}

// inTurn asks for n pages of each server, one after the other.
func inTurn(servers []*server, paths [][]string, n int, saw func(server int, took time.Duration, body []byte)) error {
	for k := range n {
		for turn := range servers {
			i := (turn + k) % len(servers) // nobody is always first
			start := time.Now()
			body, err := get(servers[i].Origin+paths[i][k%len(paths[i])], false)
			if err != nil {
				return err
			}
			saw(i, time.Since(start), body)
		}
	}
	return nil
}

func workOfAll(servers []*server) ([]work, error) {
	all := make([]work, len(servers))
	for i, s := range servers {
		var err error
		if all[i], err = workOf(s.Pid); err != nil {
			return nil, err
		}
	}
	return all, nil
}
