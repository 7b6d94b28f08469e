package register

import (
	"os"
	"slices"
	"strings"
	"testing"

	"dateline/internal/article"
)

const heldOut = "names-heldout.txt"

// quality counts what is right among the names that are found in sentences.
type quality struct{ sentences, names, found, right, kinds int }

func (q *quality) precision() float64 { return float64(q.right) / float64(max(q.found, 1)) }
func (q *quality) recall() float64    { return float64(q.right) / float64(max(q.names, 1)) }

// measured reads labelled sentences, each as an article of its own, in one
// language or, for "", in all. A name is right when it is whole and nothing but
// the name, whatever its kind.
func measured(t *testing.T, file, language string) (q quality) {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	told := file != heldOut // what goes wrong there is for nobody to work on
	for line := range strings.Lines(string(raw)) {
		parts := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || language != "" && parts[0] != language {
			continue
		}
		if len(parts) != 3 {
			t.Fatalf("%s: %q has %d parts", file, line, len(parts))
		}
		q.sentences++
		want := map[string]Kind{}
		for _, label := range labels(parts[2]) {
			kind, name, _ := strings.Cut(label, ":")
			want[name] = Kind(kind)
			if !strings.Contains(parts[1], name) {
				t.Fatalf("%s: %q has no %q", file, parts[1], name)
			}
		}
		q.names += len(want)
		c := article.Content{Language: parts[0], Body: doc(parts[1])}
		r := newReader(NewIndex(nil), &c, "en")
		r.read()
		for _, g := range r.detect() {
			q.found++
			kind, right := want[g.Name]
			if right {
				q.right++
			}
			if right && kind == g.Kind {
				q.kinds++
			}
			if told && (!right || kind != g.Kind) {
				t.Logf("%s: %s %q is not right in %q", file, g.Kind, g.Name, parts[1])
			}
			delete(want, g.Name)
		}
		for name := range want {
			if !told {
				continue
			}
			t.Logf("%s: %q is not found in %q", file, name, parts[1])
		}
	}
	return q
}

// labels cuts "kind:name kind:name" before each kind.
func labels(s string) (out []string) {
	if s == "-" {
		return nil
	}
	for _, word := range strings.Fields(s) {
		if kind, _, ok := strings.Cut(word, ":"); ok && slices.Contains(Kinds(), Kind(kind)) || len(out) == 0 {
			out = append(out, word)
			continue
		}
		out[len(out)-1] += " " + word
	}
	return out
}

// TestDetect_Quality prints how well new names are found, for docs/quality.md:
//
//	go test -count=1 -v -run TestDetect_Quality ./internal/register
func TestDetect_Quality(t *testing.T) {
	for _, file := range []string{heldOut, "names-development.txt"} {
		for _, language := range []string{"", "en", "de", "fr", "es"} {
			q := measured(t, file, language)
			t.Logf("| %s | %s | %d | %d | %d | %.2f | %.2f | %d of %d |", strings.TrimSuffix(strings.TrimPrefix(file, "names-"), ".txt"), language,
				q.sentences, q.names, q.found, q.precision(), q.recall(), q.kinds, q.right)
			if file == heldOut && language == "" && (q.sentences != 60 || q.precision() < 0.5 || q.recall() < 0.5) {
				t.Errorf("%d sentences, precision %.2f, recall %.2f", q.sentences, q.precision(), q.recall())
			}
		}
	}
}
