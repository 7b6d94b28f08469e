// Command bench measures Dateline against nginx serving the same bytes, on one
// machine in one run: it generates archives, imports them, serves them, and
// prints requests per second, ratios, memory and bytes, and what growth costs.
//
//	go run ./test/bench                                 1,000 and 100,000 articles
//	go run ./test/bench -sizes 1000,100000,1000000 -markdown docs/performance.md
//	go run ./test/bench -archives -dir FOLDER           only make the archives, for later runs
//	go run ./test/bench -views -dir FOLDER              only cold start and first views
//	go run ./test/bench -publish -dir FOLDER            only publishing until it is seen
//	go run ./test/bench -lighthouse                     Lighthouse on the demo
//	go run ./test/bench -editor                         the article editor: opening, typing, size
//	go run ./test/bench -mail                           a newsletter to 100,000 readers
//	go run ./test/bench -comments                       comments: reading, posting, a flood, open lines
//	go run ./test/bench -search                         the search: 100,000 articles, 20 questions at once
//	go run ./test/bench -search -search-articles 1000000 -dir FOLDER   with a million; the folder keeps them
//	go run ./test/bench -related                        choosing related stories: 1,000 and 100,000 articles; more with -sizes
//	go run ./test/bench -mail -subscribers 1000000 -letters 20000   its memory with a million of them
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"dateline/test/debian"
	"dateline/test/product"
)

var needs = []debian.Need{debian.Program("nginx-light", "nginx"), debian.Program("wrk", "wrk")}

func main() {
	sizes := flag.String("sizes", "1000,100000", "numbers of articles, with commas")
	seconds := flag.Int("seconds", 5, "length of one round of wrk")
	connections := flag.Int("connections", 32, "connections of wrk")
	rounds := flag.Int("rounds", 3, "rounds of each comparison; the median counts")
	markdown := flag.String("markdown", "", "write the report into this Markdown `FILE`, between its marks")
	keep := flag.String("dir", "", "`FOLDER` for archives, kept and used again; a temporary one when empty")
	archives := flag.Bool("archives", false, "make the archives in the folder of -dir and measure nothing")
	views := flag.Bool("views", false, "measure cold start and first views only")
	publish := flag.Bool("publish", false, "measure only how long a publication takes to be seen")
	lighthouse := flag.Bool("lighthouse", false, "run Lighthouse on the demo instead")
	editor := flag.Bool("editor", false, "measure the article editor in Chromium instead")
	letters := flag.Bool("mail", false, "measure the sending of a newsletter instead")
	comments := flag.Bool("comments", false, "measure comments instead")
	kin := flag.Bool("related", false, "measure the choosing of related stories instead")
	finds := flag.Bool("search", false, "measure the search instead")
	var find searchPlan
	find.flags()
	var talk talkPlan
	talk.flags()
	sinks := flag.Bool("mail-sink", false, "be the mail server of -mail")
	var mails mailPlan
	mails.flags()
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch {
	case *letters && mails.subscribers > 0:
		err = runMany(ctx, *markdown, mails)
	case *letters:
		err = runMail(ctx, *markdown, mails)
	case talk.flooder != "":
		err = runFlooder(ctx, talk)
	case *comments:
		err = runComments(ctx, *markdown, load{threads: 2, connections: *connections, duration: time.Duration(*seconds) * time.Second}, talk)
	case *finds:
		err = runSearch(ctx, *keep, *markdown, find)
	case *kin:
		err = runRelated(ctx, *sizes, *keep, find.database, *markdown)
	case *sinks:
		err = runSink(ctx, mails)
	case *lighthouse:
		err = runLighthouse(ctx, *markdown)
	case *editor:
		err = runEditor(ctx, *markdown)
	case *archives && *keep == "":
		err = errors.New("-archives needs the folder to keep them in: -dir FOLDER")
	default:
		p := plan{load: load{threads: 2, connections: *connections, duration: time.Duration(*seconds) * time.Second}, rounds: *rounds, many: 1000, views: 300, viewsOnly: *views, publishOnly: *publish}
		err = run(ctx, *sizes, *keep, *markdown, *archives, p)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, sizes, keep, markdown string, only bool, p plan) error {
	if err := debian.Install(ctx, os.Stdout, needs); err != nil {
		return err
	}
	dir := keep
	if dir == "" {
		temp, err := os.MkdirTemp("", "dateline-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		dir = temp
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	os.Chmod(dir, 0o755)
	program, err := product.Build(ctx, dir)
	if err != nil {
		return err
	}
	var all []archive
	for _, text := range strings.Split(sizes, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return err
		}
		a, err := open(ctx, program, filepath.Join(dir, strconv.Itoa(n)), n)
		if err != nil {
			return err
		}
		all = append(all, a)
	}
	if only {
		return nil
	}
	found, err := measure(ctx, program, all, p)
	if err != nil {
		return err
	}
	text := report(found, "go run ./test/bench "+strings.Join(os.Args[1:], " "))
	fmt.Print(text)
	if markdown == "" {
		return nil
	}
	return insert(markdown, "bench", text)
}

// open makes the archive of a size, or uses the one that is there.
func open(ctx context.Context, program, dir string, articles int) (archive, error) {
	if a, ok := readArchive(dir); ok && a.Articles == articles {
		return a, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return archive{}, err
	}
	fmt.Fprintf(os.Stderr, "%s articles: writing and importing\n", count(float64(articles)))
	a, err := makeArchive(ctx, program, dir, articles)
	if err != nil {
		return a, err
	}
	return a, a.remember(dir)
}
