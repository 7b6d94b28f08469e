package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/settings"
	"dateline/internal/wxr/wxrtest"
	"dateline/test/product"
)

// archive is a data folder with a generated site.
type archive struct {
	Articles int
	Data     string
	Words    int           // in all texts
	Imported time.Duration // what the import took
	File     int64         // bytes of the export
	Peak     int64         // bytes of memory that the import took at most
	Settled  time.Duration // what search entries and related stories took after it
	Disk     int64         // bytes of the database
}

// makeArchive writes an export of so many articles, without media, and imports
// it with the built program.
func makeArchive(ctx context.Context, program, dir string, articles int) (archive, error) {
	a := archive{Articles: articles, Data: filepath.Join(dir, "data")}
	file := filepath.Join(dir, "site.xml")
	out, err := os.Create(file)
	if err != nil {
		return a, err
	}
	truth, err := wxrtest.Write(out, wxrtest.Spec{Seed: 1, Articles: articles, Media: -1})
	if e := out.Close(); err == nil {
		err = e
	}
	if err != nil {
		return a, err
	}
	a.Words = truth.Words
	start := time.Now()
	cmd := product.Command(ctx, program, "import", "wordpress", "--data", a.Data, file)
	text, err := cmd.CombinedOutput()
	if err != nil {
		return a, fmt.Errorf("import: %w\n%s", err, text)
	}
	a.Imported = time.Since(start)
	if used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		a.Peak = used.Maxrss << 10
	}
	if info, err := os.Stat(file); err == nil {
		a.File = info.Size()
	}
	os.Remove(file)
	if err := a.settle(ctx, program); err != nil {
		return a, err
	}
	found, _ := filepath.Glob(filepath.Join(a.Data, "*.db*"))
	for _, f := range found {
		if info, err := os.Stat(f); err == nil {
			a.Disk += info.Size()
		}
	}
	return a, nil
}

// settle serves the archive until the import left no job undone.
func (a *archive) settle(ctx context.Context, program string) error {
	start := time.Now()
	s, err := startDateline(ctx, program, a.Data)
	if err != nil {
		return err
	}
	defer s.stop()
	if err := a.jobsDone(ctx); err != nil {
		return err
	}
	a.Settled = time.Since(start)
	return nil
}

// jobsDone waits until a running server has no job left but those planned for
// later, such as the release of a scheduled article.
func (a archive) jobsDone(ctx context.Context) error {
	d, err := a.database(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	for {
		var jobs int
		if err := d.QueryRow(ctx, `SELECT count(*) FROM job WHERE state <> 'dead' AND run_at < $1`, db.Micros(time.Now().Add(time.Hour))).Scan(&jobs); err != nil {
			return err
		}
		if jobs == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// facts is the file beside an archive that says how it was made.
const facts = "archive.json"

// remember keeps what a later run needs to use the archive again.
func (a archive) remember(dir string) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, facts), text, 0o644)
}

func readArchive(dir string) (a archive, ok bool) {
	text, err := os.ReadFile(filepath.Join(dir, facts))
	ok = err == nil && json.Unmarshal(text, &a) == nil
	a.Data = filepath.Join(dir, "data") // the folder may have moved
	return a, ok
}

// copy makes a second archive beside the first, for what would change it.
func (a archive) copy(ctx context.Context) (archive, error) {
	to := a.Data + "-copy"
	if err := os.RemoveAll(to); err != nil {
		return a, err
	}
	if text, err := exec.CommandContext(ctx, "cp", "-r", "--reflink=auto", a.Data, to).CombinedOutput(); err != nil {
		os.RemoveAll(to)
		return a, fmt.Errorf("copy the archive: %w\n%s", err, text)
	}
	a.Data = to
	return a, nil
}

// forget makes the system drop what it holds of the database's file, so that
// the next reader waits for the disk.
func (a archive) forget(ctx context.Context) error {
	found, _ := filepath.Glob(filepath.Join(a.Data, "*.db*"))
	for _, file := range found {
		if text, err := exec.CommandContext(ctx, "dd", "if="+file, "iflag=nocache", "count=0").CombinedOutput(); err != nil {
			return fmt.Errorf("drop the file cache: %w\n%s", err, text)
		}
	}
	return nil
}

// database opens the archive's database beside a running server.
func (a archive) database(ctx context.Context) (*db.DB, error) {
	found, err := filepath.Glob(filepath.Join(a.Data, "*.db"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("%d databases in %s", len(found), a.Data)
	}
	return db.Open(ctx, "sqlite:"+found[0], db.Options{})
}

// pages are the addresses of each type of page that a reader can ask for.
type pages struct {
	names []string
	paths map[string][]string
}

func (p *pages) add(name string, paths ...string) {
	if len(paths) == 0 {
		return
	}
	p.names = append(p.names, name)
	p.paths[name] = paths
}

// sample finds pages of every type: up to many articles spread over the whole
// archive, and the lists they stand in.
func (a archive) sample(ctx context.Context, origin string, many int) (*pages, error) {
	d, err := a.database(ctx)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	public := article.NewPublic(d, clock.System{})
	p := &pages{paths: map[string][]string{}}
	years, err := public.Years(ctx)
	if err != nil {
		return nil, err
	}
	var months []article.Month
	for _, y := range years {
		of, err := public.Months(ctx, y.Year)
		if err != nil {
			return nil, err
		}
		months = append(months, of...)
	}
	var articles, yearly, monthly, daily []string
	total := 0
	for _, m := range months {
		total += int(m.N)
	}
	for _, m := range months {
		from := time.Date(m.Year, m.Month, 1, 0, 0, 0, 0, time.UTC)
		wanted := max(1, many*int(m.N)/total)
		found, err := public.Between(ctx, article.ScopeSite, 0, from, from.AddDate(0, 1, 0), article.Cursor{}, wanted)
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			articles = append(articles, one.Path)
			daily = append(daily, one.FirstPublished.UTC().Format("/2006/01/02/"))
		}
		monthly = append(monthly, from.Format("/2006/01/"))
		if year := from.Format("/2006/"); len(yearly) == 0 || yearly[len(yearly)-1] != year {
			yearly = append(yearly, year)
		}
	}
	p.add("front page", "/")
	p.add("article", answering(origin, articles)...)
	p.add("year", answering(origin, spread(yearly, 20))...)
	p.add("month", answering(origin, spread(monthly, 100))...)
	p.add("day", answering(origin, spread(daily, 100))...)
	p.add("archive", answering(origin, []string{"/archive/"})...)
	site, err := settings.Read(ctx, d)
	if err != nil {
		return nil, err
	}
	deep := fmt.Sprintf("page/%d/", max(2, a.Articles/40))
	for _, list := range []struct{ name, base, query string }{
		{"section", site.SectionBase, `SELECT path FROM section ORDER BY path LIMIT 100`},
		{"tag", site.TagBase, `SELECT slug FROM tag ORDER BY slug LIMIT 100`},
		{"author", site.AuthorBase, `SELECT slug FROM profile ORDER BY slug LIMIT 100`},
	} {
		rows, err := d.Query(ctx, list.query)
		slugs, err := db.All(rows, err, scanPath)
		if err != nil {
			return nil, err
		}
		for i, slug := range slugs {
			slugs[i] = "/" + list.base + "/" + slug + "/"
		}
		p.add(list.name, answering(origin, slugs)...)
	}
	// A quarter down the list of all, and half down those of the sections.
	p.add("deep list page", answering(origin, []string{"/" + deep})...)
	p.add("deep section page", answering(origin, below(p.paths["section"], fmt.Sprintf("page/%d/", max(2, a.Articles/200))))...)
	p.add("search", "/search/?q=minister", "/search/?q=harbour+council", "/search/?q=budget")
	p.add("feed", "/feed/")
	p.add("section feed", answering(origin, below(p.paths["section"], "feed/"))...)
	p.add("comment feed", "/comments/feed/")
	p.add("list of feeds", "/feeds/")
	p.add("API list", "/api/v1/articles", "/api/v1/articles?sort=oldest&limit=20")
	p.add("sitemap index", "/sitemap.xml")
	p.add("sitemap of lists", "/sitemaps/sections.xml", "/sitemaps/tags.xml", "/sitemaps/authors.xml")
	index, err := get(origin+"/sitemap.xml", false)
	if err != nil {
		return nil, err
	}
	var maps []string
	for _, m := range articleMap.FindAllSubmatch(index, -1) {
		maps = append(maps, string(m[1]))
	}
	// A new article's map is not full; an archive of one map has no other.
	p.add("sitemap of articles", spread(maps[:max(1, len(maps)-1)], 20)...)
	return p, nil
}

// articleMap finds the sitemaps of articles in the index; theirs have a number.
var articleMap = regexp.MustCompile(`<loc>https?://[^/]+(/sitemaps/[^<]*[0-9]\.xml)</loc>`)

func below(paths []string, rest string) []string {
	var all []string
	for _, path := range paths {
		all = append(all, path+rest)
	}
	return all
}

// answering follows redirects to where a page really stands and keeps the
// addresses that answer.
func answering(origin string, paths []string) []string {
	var kept []string
	for _, path := range paths {
		if !strings.HasPrefix(path, "/") {
			continue
		}
		for range 3 {
			resp, err := client.Head(origin + path)
			if err != nil {
				break
			}
			resp.Body.Close()
			if resp.StatusCode == 200 {
				kept = append(kept, path)
				break
			}
			location, err := resp.Location()
			if err != nil {
				break
			}
			path = location.RequestURI()
		}
	}
	return kept
}

// spread picks at most n of the items, evenly.
func spread[T any](items []T, n int) []T {
	if len(items) <= n {
		return items
	}
	var picked []T
	for i := range n {
		picked = append(picked, items[i*len(items)/n])
	}
	return picked
}
