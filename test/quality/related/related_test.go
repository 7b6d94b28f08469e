package main

import (
	"errors"
	"regexp"
	"strconv"
	"testing"

	"dateline/test/quality/reuters"
)

// TestQuality asks some stories of the training part, so that a change which
// makes the choice worse shows.
func TestQuality(t *testing.T) {
	stories, err := reuters.Stories()
	if errors.Is(err, reuters.ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := report(t.Context(), stories[:4000], true)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(text)
	for _, c := range []struct {
		what  string
		least float64
	}{{`\| Dateline \| ([\d.]+)`, 0.72}, {`recall ([\d.]+)`, 0.97}, {`precision ([\d.]+)`, 0.95}} {
		m := regexp.MustCompile(c.what).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("the report lacks %s", c.what)
		}
		if got, _ := strconv.ParseFloat(m[1], 64); got < c.least {
			t.Errorf("%s is below %v", m[0], c.least)
		}
	}
}
