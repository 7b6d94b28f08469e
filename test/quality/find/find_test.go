package main

import (
	"errors"
	"testing"

	"dateline/test/quality/reuters"
)

// TestSearch_KeepsItsQuality holds what docs/quality.md says, with a little
// room, on a part of the collection.
func TestSearch_KeepsItsQuality(t *testing.T) {
	if testing.Short() {
		t.Skip("indexes some thousand stories")
	}
	stories, err := reuters.Stories()
	if errors.Is(err, reuters.ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	stories = stories[len(stories)-3000:]
	ours, end, err := dateline(t.Context(), "Dateline", "sqlite:"+t.TempDir()+"/dateline.db", stories)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	items := knownItems(stories, 100)
	if len(items) < 50 {
		t.Fatalf("%d known items", len(items))
	}
	for name, c := range map[string]struct {
		ask   func(known) string
		least float64
	}{
		"whole headline": {func(k known) string { return k.whole }, 0.97},
		"four words":     {func(k known) string { return k.some }, 0.95},
		"misspelt":       {func(k known) string { return k.typo }, 0.90},
	} {
		m, err := meanRank(t.Context(), ours, items, c.ask)
		if err != nil {
			t.Fatal(err)
		}
		if m < c.least {
			t.Errorf("%s: MRR %.3f, want %.2f", name, m, c.least)
		}
	}
}
