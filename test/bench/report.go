package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"time"
)

// report writes all figures as Markdown.
func report(all []*figures, how string) string {
	var b bytes.Buffer
	fmt.Fprint(&b, origin(how))
	largest := all[len(all)-1]
	for _, f := range all {
		if f.archive.Articles <= 100_000 {
			largest = f
		}
	}
	fmt.Fprintf(&b, "### Cached pages against nginx, %s articles\n\nThe same bytes, packed with gzip, on both; wrk on the same two cores; the median of the rounds, taken in turn.\n\n", count(float64(largest.archive.Articles)))
	t := table{head: []string{"page", "bytes packed", "Dateline req/s", "nginx req/s", "ratio", "p50 ms", "p99 ms", "CPU µs/request", "nginx CPU µs", "failed"}}
	for _, c := range largest.loads {
		t.add(c.name, count(float64(c.bytes)), count(c.dateline.RPS), count(c.nginx.RPS), fmt.Sprintf("%.2f", c.dateline.RPS/c.nginx.RPS),
			ms(c.dateline.P50), ms(c.dateline.P99), micro(c.dateline.perRequest()), micro(c.nginx.perRequest()), count(float64(c.dateline.Failed+c.nginx.Failed)))
	}
	t.print(&b)
	fmt.Fprintf(&b, "Memory after that load: Dateline %s MiB resident (%s proportional), nginx %s (%s).\n\n",
		mib(largest.afterLoad.RSS), mib(largest.afterLoad.PSS), mib(largest.nginx.RSS), mib(largest.nginx.PSS))
	fmt.Fprintf(&b, "### Rendering without the page cache, %s articles\n\n", count(float64(largest.archive.Articles)))
	t = table{head: []string{"pages", "req/s", "p50 ms", "p99 ms", "CPU µs/request", "failed"}}
	for _, r := range largest.uncached {
		t.add(r.name, count(r.result.RPS), ms(r.result.P50), ms(r.result.P99), micro(r.result.perRequest()), count(float64(r.result.Failed)))
	}
	t.print(&b)
	growth(&b, all)
	return b.String()
}

// origin says when, where and how the figures below it were measured.
func origin(how string) string {
	return fmt.Sprintf("Measured %s on %s, revision %s, with `%s`.\n\n", time.Now().UTC().Format("2006-01-02"), machine(), commit(), how)
}

func micro(d time.Duration) string {
	return fmt.Sprintf("%.1f", float64(d)/float64(time.Microsecond))
}

// growth writes the table that shows what an archive's size costs.
func growth(b *bytes.Buffer, all []*figures) {
	fmt.Fprintf(b, "### What growth costs\n\nFirst views are asked for one after the other without the page cache: p50 (p99) in milliseconds.\n\n")
	t := table{head: []string{""}}
	for _, f := range all {
		t.head = append(t.head, count(float64(f.archive.Articles))+" articles")
	}
	if len(all) > 1 {
		t.head = append(t.head, "last ÷ first")
	}
	row := func(name string, cell func(f *figures) (string, float64)) {
		cells := []string{name}
		var values []float64
		for _, f := range all {
			text, value := cell(f)
			cells, values = append(cells, text), append(values, value)
		}
		if len(all) > 1 {
			ratio := "–"
			if values[0] > 0 && values[len(values)-1] > 0 {
				ratio = fmt.Sprintf("%.2f", values[len(values)-1]/values[0])
			}
			cells = append(cells, ratio)
		}
		t.add(cells...)
	}
	for _, v := range all[0].views {
		row("first view: "+v.name, func(f *figures) (string, float64) {
			for _, w := range f.views {
				if w.name == v.name {
					return fmt.Sprintf("%s (%s)", ms(w.p50), ms(w.p99)), float64(w.p50)
				}
			}
			return "–", 0
		})
	}
	duration := func(get func(f *figures) time.Duration) func(f *figures) (string, float64) {
		return func(f *figures) (string, float64) { d := get(f); return ms(d), float64(d) }
	}
	row("publish call, median ms", duration(func(f *figures) time.Duration { return percentile(f.publish, 50) }))
	row("publish in another process until on the front page, median ms", duration(func(f *figures) time.Duration { return percentile(f.visible, 50) }))
	row("cold start to first page, ms", duration(func(f *figures) time.Duration { return f.ready }))
	row("resident after load, MiB", func(f *figures) (string, float64) { return mib(f.afterLoad.RSS), float64(f.afterLoad.RSS) })
	row("random articles uncached, req/s", func(f *figures) (string, float64) { return count(f.uncached[0].result.RPS), f.uncached[0].result.RPS })
	row("imported, articles/s", func(f *figures) (string, float64) {
		rate := float64(f.archive.Articles) / f.archive.Imported.Seconds()
		return count(rate), rate
	})
	row("size of the export, MiB", func(f *figures) (string, float64) { return mib(f.archive.File), 0 })
	row("memory of the import at most, MiB", func(f *figures) (string, float64) { return mib(f.archive.Peak), float64(f.archive.Peak) })
	row("then searchable and related, articles/s", func(f *figures) (string, float64) {
		rate := float64(f.archive.Articles) / f.archive.Settled.Seconds()
		return count(rate), rate
	})
	row("database on disk, MiB", func(f *figures) (string, float64) { return mib(f.archive.Disk), 0 })
	t.print(b)
}

// insert puts text between the marks of its name in a Markdown file, at its end
// when it has none.
func insert(path, name, text string) error {
	begin, end := "<!-- "+name+":begin -->", "<!-- "+name+":end -->"
	old, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	page := string(old)
	if !strings.Contains(page, begin) {
		page = strings.TrimRight(page, "\n") + "\n\n" + begin + "\n" + end + "\n"
	}
	head, rest, _ := strings.Cut(page, begin)
	_, tail, found := strings.Cut(rest, end)
	if !found {
		return fmt.Errorf("%s has %s without %s", path, begin, end)
	}
	return os.WriteFile(path, []byte(strings.TrimLeft(head, "\n")+begin+"\n\n"+strings.TrimSpace(text)+"\n\n"+end+tail), 0o644)
}
