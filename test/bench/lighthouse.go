package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"dateline/test/e2e/browser"
	"dateline/test/node"
	"dateline/test/product"
)

//go:embed lighthouse/package.json
var lighthouseManifest []byte

//go:embed lighthouse/package-lock.json
var lighthouseLock []byte

// targets are the scores that the demo must reach, of 100, with Lighthouse's
// phone profile.
var targets = []struct {
	category string
	least    int
}{{"performance", 98}, {"accessibility", 100}, {"best-practices", 100}, {"seo", 100}}

// articleLink finds the first article on the demo's front page.
var articleLink = regexp.MustCompile(`<h[123][^>]*>\s*<a[^>]* href="([^"#?]+/)"`)

// runLighthouse fills a demo, serves it, and has Lighthouse judge its front
// page and an article. The scores go into the Markdown file, when one is named; a
// score below its target is an error.
func runLighthouse(ctx context.Context, markdown string) error {
	chromium, err := browser.Find()
	if err != nil {
		return err
	}
	set := node.Set{Name: "lighthouse", Manifest: lighthouseManifest, Lock: lighthouseLock}
	modules, err := set.Install(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "dateline-lighthouse-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, err := product.Build(ctx, dir)
	if err != nil {
		return err
	}
	demo := archive{Data: filepath.Join(dir, "data")}
	s, err := startDemo(ctx, program, demo.Data)
	if err != nil {
		return err
	}
	defer s.stop()
	if err := demo.jobsDone(ctx); err != nil { // pictures get their sizes after the start
		return err
	}
	front, err := get(s.Origin+"/", false)
	if err != nil {
		return err
	}
	link := articleLink.FindSubmatch(front)
	if link == nil {
		return errors.New("the front page links no article")
	}
	t := table{head: []string{"page", "performance", "accessibility", "best practices", "SEO"}}
	var short []string
	for _, page := range []struct{ name, path string }{{"front page", "/"}, {"article", strings.TrimPrefix(string(link[1]), s.Origin)}} {
		scores, err := judge(ctx, modules, chromium, s.Origin+page.path, filepath.Join(dir, "report.json"))
		if err != nil {
			return err
		}
		cells := []string{page.name}
		for _, target := range targets {
			cells = append(cells, fmt.Sprint(scores[target.category]))
			if scores[target.category] < target.least {
				short = append(short, fmt.Sprintf("%s: %s %d, wanted %d", page.name, target.category, scores[target.category], target.least))
			}
		}
		t.add(cells...)
	}
	var text bytes.Buffer
	text.WriteString(origin("go run ./test/bench -lighthouse"))
	t.print(&text)
	os.Stdout.Write(text.Bytes())
	if markdown != "" {
		if err := insert(markdown, "lighthouse", text.String()); err != nil {
			return err
		}
	}
	if len(short) > 0 {
		return errors.New(strings.Join(short, "; "))
	}
	return nil
}

// judge runs Lighthouse on one address, prints the audits that cost points,
// and returns the scores by category.
func judge(ctx context.Context, modules, chromium, address, file string) (map[string]int, error) {
	cmd := exec.CommandContext(ctx, "node", filepath.Join(modules, "lighthouse", "cli", "index.js"), address,
		"--quiet", "--output=json", "--output-path="+file, "--only-categories=performance,accessibility,best-practices,seo",
		"--chrome-flags=--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync")
	cmd.Env = append(os.Environ(), "CHROME_PATH="+chromium)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("lighthouse: %w\n%s", err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var report struct {
		Categories map[string]struct{ Score *float64 }
		Audits     map[string]struct {
			Title, DisplayValue, ScoreDisplayMode string
			Score                                 *float64
		}
	}
	if err := json.Unmarshal(text, &report); err != nil {
		return nil, err
	}
	for id, a := range report.Audits {
		if a.Score != nil && *a.Score < 0.9 && a.ScoreDisplayMode != "informative" && a.ScoreDisplayMode != "notApplicable" {
			fmt.Fprintf(os.Stderr, "  %s: %s: %s %s (%.2f)\n", address, id, a.Title, a.DisplayValue, *a.Score)
		}
	}
	scores := map[string]int{}
	for name, c := range report.Categories {
		if c.Score != nil {
			scores[name] = int(*c.Score*100 + 0.5)
		}
	}
	return scores, nil
}
