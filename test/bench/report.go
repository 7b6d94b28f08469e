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
	if largest := shown(all); len(largest.loads) > 0 {
		loads(&b, largest)
	}
	if len(all[0].views) > 0 {
		growth(&b, all)
	}
	others(&b, all)
	return b.String()
}

// loads writes the tables of one archive under load.
func loads(b *bytes.Buffer, largest *figures) {
	fmt.Fprintf(b, "### Cached pages against nginx, %s articles\n\nThe same bytes, packed with gzip, on both; wrk on the same two cores; the median of the rounds, taken in turn.\n\n", count(float64(largest.archive.Articles)))
	t := table{head: []string{"page", "bytes packed", "Dateline req/s", "nginx req/s", "ratio", "p50 ms", "p99 ms", "CPU µs/request", "nginx CPU µs", "failed"}}
	for _, c := range largest.loads {
		t.add(c.name, count(float64(c.bytes)), count(c.dateline.RPS), count(c.nginx.RPS), fmt.Sprintf("%.2f", c.dateline.RPS/c.nginx.RPS),
			ms(c.dateline.P50), ms(c.dateline.P99), micro(c.dateline.perRequest()), micro(c.nginx.perRequest()), count(float64(c.dateline.Failed+c.nginx.Failed)))
	}
	t.print(b)
	fmt.Fprintf(b, "Memory after that load: Dateline %s MiB resident (%s proportional), nginx %s (%s).\n\n",
		mib(largest.afterLoad.RSS), mib(largest.afterLoad.PSS), mib(largest.nginx.RSS), mib(largest.nginx.PSS))
	fmt.Fprintf(b, "### Rendering without the page cache, %s articles\n\n", count(float64(largest.archive.Articles)))
	t = table{head: []string{"pages", "req/s", "p50 ms", "p99 ms", "CPU µs/request", "failed"}}
	for _, r := range largest.uncached {
		t.add(r.name, count(r.result.RPS), ms(r.result.P50), ms(r.result.P99), micro(r.result.perRequest()), count(float64(r.result.Failed)))
	}
	t.print(b)
}

// origin says when, where and how the figures below it were measured.
func origin(how string) string {
	return fmt.Sprintf("Measured %s on %s, revision %s, with `%s`.\n\n", time.Now().UTC().Format("2006-01-02"), machine(), commit(), how)
}

func micro(d time.Duration) string {
	return fmt.Sprintf("%.1f", float64(d)/float64(time.Microsecond))
}

// growing writes tables with one column an archive.
type growing struct {
	all []*figures
	table
}

func grow(all []*figures) *growing {
	g := &growing{all: all, table: table{head: []string{""}}}
	for _, f := range all {
		g.head = append(g.head, count(float64(f.archive.Articles))+" articles")
	}
	if len(all) > 1 {
		g.head = append(g.head, "last ÷ first")
	}
	return g
}

// tooMuch is how much more than the first archive the last one may cost.
const tooMuch = 1.5

// row adds a row of figures of which less is better; a ratio above tooMuch is
// set bold.
func (g *growing) row(name string, cell func(f *figures) (string, float64)) { g.add(name, cell, 1) }

// rate is row for figures of which more is better.
func (g *growing) rate(name string, cell func(f *figures) (string, float64)) { g.add(name, cell, -1) }

func (g *growing) add(name string, cell func(f *figures) (string, float64), better int) {
	cells := []string{name}
	var values []float64
	for _, f := range g.all {
		text, value := cell(f)
		cells, values = append(cells, text), append(values, value)
	}
	if len(g.all) > 1 {
		cells = append(cells, ratio(values[0], values[len(values)-1], better))
	}
	g.table.add(cells...)
}

func ratio(first, last float64, better int) string {
	if first <= 0 || last <= 0 {
		return "–"
	}
	text := fmt.Sprintf("%.2f", last/first)
	if better > 0 && last/first > tooMuch || better < 0 && first/last > tooMuch {
		return "**" + text + "**"
	}
	return text
}

// viewOf is the figure of the archive's type of page.
func viewOf(f *figures, name string) (view, bool) {
	for _, v := range f.views {
		if v.name == name {
			return v, true
		}
	}
	return view{}, false
}

// growth writes the tables that show what an archive's size costs.
func growth(b *bytes.Buffer, all []*figures) {
	fmt.Fprintf(b, "### What growth costs\n\nAll servers run side by side, without the page cache, and are asked in turn, one page after the other, each address once before the clock runs: the database's pages are in the system's file cache, as are those that a site's readers ask for. p50 (p99) in milliseconds; a ratio above %.1f is set bold.\n\n", tooMuch)
	perView := func(cell func(v view) (string, float64)) *growing {
		g := grow(all)
		for _, v := range all[0].views {
			g.row(v.name, func(f *figures) (string, float64) {
				if w, ok := viewOf(f, v.name); ok {
					return cell(w)
				}
				return "–", 0
			})
		}
		return g
	}
	g := perView(func(v view) (string, float64) {
		return fmt.Sprintf("%s (%s)", ms(v.p50), ms(v.p99)), float64(v.p50)
	})
	g.head[0] = "first view"
	g.print(b)
	fmt.Fprintf(b, "The work behind it, which a busy machine does not change: processor time of the server a view in microseconds (calls that read files and connections; bytes of the page).\n\n")
	g = perView(func(v view) (string, float64) {
		return fmt.Sprintf("%s (%s; %s)", count(float64(v.work.CPU)/1000), count(float64(v.work.Reads)), count(float64(v.bytes))), float64(v.work.CPU)
	})
	g.head[0] = "work of a view"
	g.print(b)
	fmt.Fprintf(b, "From the disk: each address once, after a start with nothing of the database in the system's file cache; the median, in milliseconds. This measures the disk as much as Dateline.\n\n")
	g = perView(func(v view) (string, float64) { return ms(v.disk), float64(v.disk) })
	g.head[0] = "view from the disk"
	g.print(b)
}

// others writes what else growth might cost.
func others(b *bytes.Buffer, all []*figures) {
	g := grow(all)
	row, rate := g.row, g.rate
	duration := func(get func(f *figures) time.Duration) func(f *figures) (string, float64) {
		return func(f *figures) (string, float64) { d := get(f); return ms(d), float64(d) }
	}
	if all[0].ready > 0 {
		row("cold start to first page, ms", duration(func(f *figures) time.Duration { return f.ready }))
	}
	if all[0].publish == nil {
		g.print(b)
		return
	}
	row("publish at the desk until answered, median ms", duration(func(f *figures) time.Duration { return quantile(f.deskAnswered, 0.5) }))
	row("… until on front, section, feed and two sitemaps, median ms", duration(func(f *figures) time.Duration { return quantile(f.deskVisible, 0.5) }))
	row("… the slowest of 30, ms", duration(func(f *figures) time.Duration { return quantile(f.deskVisible, 1) }))
	row("publish call, median ms", duration(func(f *figures) time.Duration { return quantile(f.publish, 0.5) }))
	row("publish in another process until on the front page, median ms", duration(func(f *figures) time.Duration { return quantile(f.visible, 0.5) }))
	if all[0].uncached == nil {
		g.print(b)
		return
	}
	row("resident after load, MiB", func(f *figures) (string, float64) { return mib(f.afterLoad.RSS), float64(f.afterLoad.RSS) })
	rate("random articles uncached, req/s", func(f *figures) (string, float64) { return count(f.uncached[0].result.RPS), f.uncached[0].result.RPS })
	row("random articles uncached, CPU µs/request", func(f *figures) (string, float64) {
		d := f.uncached[0].result.perRequest()
		return micro(d), float64(d)
	})
	rate("imported, articles/s", func(f *figures) (string, float64) {
		rate := float64(f.archive.Articles) / f.archive.Imported.Seconds()
		return count(rate), rate
	})
	row("size of the export, MiB", func(f *figures) (string, float64) { return mib(f.archive.File), 0 })
	row("memory of the import at most, MiB", func(f *figures) (string, float64) { return mib(f.archive.Peak), float64(f.archive.Peak) })
	rate("then searchable and related, articles/s", func(f *figures) (string, float64) {
		rate := float64(f.archive.Articles) / f.archive.Settled.Seconds()
		return count(rate), rate
	})
	row("database on disk, MiB", func(f *figures) (string, float64) { return mib(f.archive.Disk), 0 })
	g.print(b)
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
