package labelled

import (
	"os"
	"strings"
	"testing"
)

func read(t *testing.T, name string) []Article {
	t.Helper()
	f, err := os.Open("../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	articles, err := Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return articles
}

// The rules were worked on with these sentences: what they find stays found.
func TestDevelopment(t *testing.T) {
	s := Measure(read(t, "development.txt"), func(line string) { t.Log(line) })
	t.Logf("%+v: precision %.3f, recall %.3f", s, s.Precision(), s.Recall())
	if s.Precision() < 0.9 || s.Recall() < 0.85 {
		t.Errorf("precision %.3f, recall %.3f: a rule has got worse", s.Precision(), s.Recall())
	}
}

func TestRead_RefusesWhatDoesNotFit(t *testing.T) {
	for _, in := range []string{"@ 2026-01-01\n{x}", "@ 2026-01-01\nx || Ann", "@ yesterday\nx", "@ 2026-01-01\n{x} || ="} {
		if _, err := Read(strings.NewReader(in)); err == nil {
			t.Errorf("%q was read", in)
		}
	}
}
