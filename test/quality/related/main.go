// Command related measures how well Dateline finds stories that go with a
// story, beside three other ways in the same run, on the Reuters-21578
// collection.
//
//	go run ./test/quality/related                             print the report
//	go run ./test/quality/related -markdown docs/quality.md   write it between the marks
//	go run ./test/quality/related -train                      on the training part: what weights are tried on
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/postings"
	"dateline/internal/related"
	"dateline/internal/words"
	"dateline/test/quality/reuters"
)

func main() {
	markdown := flag.String("markdown", "", "write the report into this Markdown `FILE`, between its marks")
	train := flag.Bool("train", false, "measure on stories of the training part")
	flag.Parse()
	if err := run(context.Background(), *markdown, *train); err != nil {
		fmt.Fprintln(os.Stderr, "related:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, markdown string, train bool) error {
	stories, err := reuters.Stories()
	if err != nil {
		return err
	}
	text, err := report(ctx, stories, train)
	if err != nil {
		return err
	}
	if markdown == "" {
		fmt.Print(text)
		return nil
	}
	return between(markdown, text)
}

// between replaces what stands between the marks of a file.
func between(name, text string) error {
	const from, to = "<!-- related:begin -->\n", "<!-- related:end -->"
	old, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(old), from)
	_, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no marks %q and %q", name, strings.TrimSpace(from), to)
	}
	return os.WriteFile(name, []byte(before+from+text+to+after), 0o644)
}

// asked is how many stories are asked for their kin.
const asked = 2000

func report(ctx context.Context, stories []reuters.Story, train bool) (string, error) {
	labelled := slices.DeleteFunc(slices.Clone(stories), func(s reuters.Story) bool { return len(s.Topics) == 0 })
	var queries []int
	for i, s := range labelled {
		if s.Test != train {
			queries = append(queries, i)
		}
	}
	step := max(1, len(queries)/asked)
	var some []int
	for i := 0; i < len(queries); i += step {
		some = append(some, queries[i])
	}
	ours, err := newDateline(ctx, labelled)
	if err != nil {
		return "", err
	}
	defer ours.close()
	var b strings.Builder
	fmt.Fprintf(&b, "%d stories with a topic, %d of the %s part asked for three each. Right is a story that shares a topic.\n\n", len(labelled), len(some), part(train))
	b.WriteString("| way | precision@3 | at least one of three | found none |\n|---|---:|---:|---:|\n")
	for _, way := range []struct {
		name string
		kin  func(ctx context.Context, i int) ([]int, error)
	}{
		{"Dateline", ours.kin},
		{"shared tags, newest first (Dateline before)", newTags(labelled).kin},
		{"WordPress: full text of the most frequent words (YARPP)", newYarpp(labelled).kin},
		{"Hugo: related content, tags and date", newHugo(labelled).kin},
	} {
		var right, given, one, none int
		for _, i := range some {
			kin, err := way.kin(ctx, i)
			if err != nil {
				return "", err
			}
			hits := 0
			for _, k := range kin {
				if shares(labelled[i].Topics, labelled[k].Topics) {
					hits++
				}
			}
			given += len(kin)
			right += hits
			if hits > 0 {
				one++
			}
			if len(kin) == 0 {
				none++
			}
		}
		fmt.Fprintf(&b, "| %s | %.3f | %.1f %% | %.1f %% |\n", way.name, float64(right)/float64(3*len(some)),
			100*float64(one)/float64(len(some)), 100*float64(none)/float64(len(some)))
	}
	b.WriteString("\nPlaces that stay empty count as wrong.\n\n")
	b.WriteString(duplicates(labelled, some))
	return b.String(), nil
}

func part(train bool) string {
	if train {
		return "training"
	}
	return "test"
}

func shares(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// dateline is the product's way: its index, its stems, its choice.
type dateline struct {
	stories []reuters.Story
	an      *words.Analyzer
	d       *db.DB
	dir     string
	finder  related.Finder
	gists   []related.Gist
	tags    map[string]int64
}

func newDateline(ctx context.Context, stories []reuters.Story) (*dateline, error) {
	dir, err := os.MkdirTemp("", "related")
	if err != nil {
		return nil, err
	}
	w := &dateline{stories: stories, an: words.New("en"), dir: dir, tags: map[string]int64{}}
	if w.d, err = db.Open(ctx, "sqlite:"+filepath.Join(dir, "index.db"), db.Options{}); err != nil {
		return nil, err
	}
	if err := w.d.Migrate(ctx); err != nil {
		return nil, err
	}
	w.finder = related.Finder{Index: postings.New(w.d, clock.System{}), Stem: func(stem string) string { return "\x01" + stem }}
	build, err := w.finder.Index.Build(ctx)
	if err != nil {
		return nil, err
	}
	last := int64(0)
	for i, s := range stories {
		w.gists = append(w.gists, related.GistOf(w.an, related.Text{Headline: s.Headline, Body: s.Body}))
		last = max(last+1, db.Micros(s.At))
		if err := build.Add(ctx, postings.Doc{ID: int64(i + 1), At: last, Terms: w.terms(s)}); err != nil {
			return nil, err
		}
	}
	return w, build.Finish(ctx)
}

func (w *dateline) close() {
	_ = w.d.Close()
	_ = os.RemoveAll(w.dir)
}

// terms are the stems of a story, weighed as the index of the search does.
func (w *dateline) terms(s reuters.Story) []postings.Term {
	weight := map[string]float64{}
	n := 0
	for _, f := range []struct {
		text   string
		weight float64
	}{{s.Headline, 5}, {s.Body, 1}} {
		for _, t := range w.an.Tokens(f.text) {
			n++
			if !t.Stop {
				weight["\x01"+t.Stem] += f.weight
			}
		}
	}
	var out []postings.Term
	for text, x := range weight {
		out = append(out, postings.Term{Text: text, Impact: postings.Impact(x, max(float64(n), 20)/350)})
	}
	return out
}

func (w *dateline) traits(i int) related.Traits {
	t := related.Traits{Sketch: w.gists[i].Sketch}
	for _, tag := range w.stories[i].Tags {
		if w.tags[tag] == 0 {
			w.tags[tag] = int64(len(w.tags) + 1)
		}
		t.Tags = append(t.Tags, w.tags[tag])
	}
	return t
}

func (w *dateline) kin(ctx context.Context, i int) ([]int, error) {
	now := db.Micros(w.stories[len(w.stories)-1].At)
	kin, _, err := w.finder.Kin(ctx, related.Ask{Self: int64(i + 1), Gist: w.gists[i], Traits: w.traits(i), Now: now, Limit: 3},
		func(_ context.Context, id int64) (related.Traits, bool, error) {
			return w.traits(int(id - 1)), true, nil
		})
	var out []int
	for _, k := range kin {
		out = append(out, int(k.ID-1))
	}
	return out, err
}
