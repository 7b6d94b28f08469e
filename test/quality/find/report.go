package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"dateline/internal/fold"
	"dateline/internal/words"
	"dateline/test/pg"
	"dateline/test/quality/reuters"
)

// subjects are topic labels of the collection with the words that a reader
// would type for them: the label where it is a word, else what it stands for
// in the collection's own description. Written before anything was measured.
var subjects = map[string]string{
	"acq": "acquisition", "cocoa": "cocoa", "coffee": "coffee", "copper": "copper", "corn": "corn", "cotton": "cotton", "cpi": "consumer price index",
	"crude": "crude oil", "dlr": "dollar", "earn": "earnings", "gnp": "gross national product", "gold": "gold", "grain": "grain", "interest": "interest rates",
	"iron-steel": "steel", "ipi": "industrial production", "jobs": "unemployment", "livestock": "livestock", "money-fx": "foreign exchange", "money-supply": "money supply",
	"nat-gas": "natural gas", "oilseed": "oilseed", "palm-oil": "palm oil", "reserves": "foreign reserves", "rice": "rice", "rubber": "rubber", "ship": "shipping",
	"silver": "silver", "soybean": "soybeans", "sugar": "sugar", "tin": "tin", "trade": "trade", "veg-oil": "vegetable oil", "wheat": "wheat", "wpi": "wholesale prices",
}

// known is a story that somebody remembers, and how they ask for it.
type known struct {
	id    int64
	whole string // the headline
	some  string // four of its words in another order
	typo  string // the same with one letter of one word wrong
}

// knownItems chooses stories of the test part whose headline no other has.
func knownItems(stories []reuters.Story, n int) []known {
	times := map[string]int{}
	for _, s := range stories {
		times[strings.ToLower(s.Headline)]++
	}
	random := rand.New(rand.NewPCG(1987, 21578))
	var out []known
	for _, i := range random.Perm(len(stories)) {
		s := stories[i]
		if !s.Test || times[strings.ToLower(s.Headline)] > 1 || len(out) == n {
			continue
		}
		var content []string
		for _, w := range fold.Words(32, s.Headline) {
			if len(w) > 2 && !words.Stop("en", w) {
				content = append(content, w)
			}
		}
		if len(content) < 4 {
			continue
		}
		random.Shuffle(len(content), func(i, j int) { content[i], content[j] = content[j], content[i] })
		four := content[:4]
		k := known{id: s.ID, whole: s.Headline, some: strings.Join(four, " ")}
		wrong := slices.Clone(four)
		longest := 0
		for j, w := range wrong {
			if len(w) > len(wrong[longest]) {
				longest = j
			}
		}
		wrong[longest] = misspell(wrong[longest], random)
		k.typo = strings.Join(wrong, " ")
		out = append(out, k)
	}
	return out
}

// misspell exchanges two neighbouring letters that differ.
func misspell(word string, random *rand.Rand) string {
	b := []byte(word)
	for range 20 {
		if i := 1 + random.IntN(len(b)-2); b[i] != b[i+1] {
			b[i], b[i+1] = b[i+1], b[i]
			return string(b)
		}
	}
	return word + "x"
}

// meanRank is the mean reciprocal rank of the known stories among the first ten.
func meanRank(ctx context.Context, f finder, items []known, ask func(known) string) (float64, error) {
	sum := 0.0
	for _, k := range items {
		found, err := f.find(ctx, ask(k), 10)
		if err != nil {
			return 0, fmt.Errorf("%s: %q: %w", f.name, ask(k), err)
		}
		if i := slices.Index(found, k.id); i >= 0 {
			sum += 1 / float64(i+1)
		}
	}
	return sum / float64(len(items)), nil
}

// precision is how many of the first ten stories for the words of a topic have
// its label, on average; stories without any label are not judged and left out.
func precision(ctx context.Context, f finder, stories []reuters.Story) (float64, error) {
	labels := map[int64][]string{}
	for _, s := range stories {
		labels[s.ID] = s.Topics
	}
	sum := 0.0
	for _, topic := range sorted(subjects) {
		found, err := f.find(ctx, subjects[topic], 50)
		if err != nil {
			return 0, err
		}
		judged, right := 0, 0
		for _, id := range found {
			if len(labels[id]) == 0 || judged == 10 {
				continue
			}
			judged++
			if slices.Contains(labels[id], topic) {
				right++
			}
		}
		sum += float64(right) / 10
	}
	return sum / float64(len(subjects)), nil
}

func sorted(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// agreement is the part of the first ten results that two ways share, and of
// questions whose ten are the same in the same order.
func agreement(ctx context.Context, a, b finder, questions []string) (shared, same float64, err error) {
	for _, q := range questions {
		x, err := a.find(ctx, q, 10)
		if err != nil {
			return 0, 0, err
		}
		y, err := b.find(ctx, q, 10)
		if err != nil {
			return 0, 0, err
		}
		both := 0
		for _, id := range x {
			if slices.Contains(y, id) {
				both++
			}
		}
		if n := max(len(x), len(y)); n > 0 {
			shared += float64(both) / float64(n)
		} else {
			shared++
		}
		if slices.Equal(x, y) {
			same++
		}
	}
	n := float64(len(questions))
	return shared / n, same / n, nil
}

func report(ctx context.Context, dir string, stories []reuters.Story, queries int) (string, error) {
	items := knownItems(stories, queries)
	ours, end, err := dateline(ctx, "**Dateline**", "sqlite:"+dir+"/dateline.db", stories)
	if err != nil {
		return "", err
	}
	defer end()
	d, err := plain(ctx, dir, stories)
	if err != nil {
		return "", err
	}
	defer d.Close()
	var b strings.Builder
	fmt.Fprintf(&b, "%s stories; %d known ones of the test part; %d topics.\n\n", thousands(len(stories)), len(items), len(subjects))
	b.WriteString("| | whole headline (MRR) | four words of it (MRR) | with a typing error (MRR) | topic words (precision@10) |\n|---|--:|--:|--:|--:|\n")
	for _, f := range []finder{ours, fts5(d, "FTS5, all words, bm25", " "), fts5(d, "FTS5, any word, bm25", " OR "), wordPress(d)} {
		fmt.Fprintf(&b, "| %s |", f.name)
		for _, ask := range []func(known) string{func(k known) string { return k.whole }, func(k known) string { return k.some }, func(k known) string { return k.typo }} {
			m, err := meanRank(ctx, f, items, ask)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&b, " %.3f |", m)
		}
		p, err := precision(ctx, f, stories)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, " %.3f |\n", p)
	}
	err = engines(ctx, &b, dir, ours, items, stories)
	return b.String(), err
}

// engines compares SQLite with PostgreSQL where one is installed.
func engines(ctx context.Context, b *strings.Builder, dir string, ours finder, items []known, stories []reuters.Story) error {
	cluster, err := pg.New(ctx, dir, pg.Options{})
	if err != nil {
		fmt.Fprintf(b, "\nPostgreSQL was not measured: %v.\n", err)
		return nil
	}
	defer cluster.Stop()
	url, err := cluster.CreateDatabase(ctx, "find")
	if err != nil {
		return err
	}
	other, end, err := dateline(ctx, "PostgreSQL", url, stories)
	if err != nil {
		return err
	}
	defer end()
	var questions []string
	for _, k := range items {
		questions = append(questions, k.some, k.typo)
	}
	for _, topic := range sorted(subjects) {
		questions = append(questions, subjects[topic])
	}
	shared, same, err := agreement(ctx, ours, other, questions)
	fmt.Fprintf(b, "\nSQLite and PostgreSQL give the same first ten in the same order for %.1f %% of %d questions; %.1f %% of the results are the same.\n", 100*same, len(questions), 100*shared)
	return err
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}
