package search_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"dateline/internal/search"
)

var kinds = map[search.Kind]string{search.Word: "", search.Phrase: "phrase=", search.Author: "author=", search.Section: "section=", search.Tag: "tag=",
	search.Said: "said=", search.Before: "before=", search.After: "after="}

func showParsed(p search.Parsed) string {
	var out []string
	for _, part := range p.Parts {
		text := kinds[part.Kind] + part.Text
		if part.Kind == search.Before || part.Kind == search.After {
			text = kinds[part.Kind] + part.At.Format(time.DateOnly)
		}
		if part.Not {
			text = "!" + text
		}
		out = append(out, text)
	}
	for _, n := range p.Notes {
		out = append(out, fmt.Sprintf("(%d %s)", n.Problem, n.Raw))
	}
	return strings.Join(out, "|")
}

func TestParse(t *testing.T) {
	for query, want := range map[string]string{
		"":                                       "",
		"  port   strike ":                       "port|strike",
		`"harbour master" strike`:                "phrase=harbour master|strike",
		`“harbour master”`:                       "phrase=harbour master",
		`„Hafen der Stadt“`:                      "phrase=Hafen der Stadt",
		`« port de pêche »`:                      "phrase= port de pêche ",
		`"never closed`:                          "phrase=never closed",
		`""`:                                     "",
		"-ferry strike":                          "!ferry|strike",
		`-"free port"`:                           "!phrase=free port",
		"covid-19 - x --":                        "covid-19|x",
		"author:lee":                             "author=lee",
		`AUTHOR:"Ann Lee"`:                       "author=Ann Lee",
		"Autor:Lee auteur:Lee كاتب:لي":           "author=Lee|author=Lee|author=لي",
		"section:world ressort:Welt":             "section=world|section=Welt",
		"Étiquette:inondations -tag:flood":       "tag=inondations|!tag=flood",
		"said-by:minister gesagt-von:Ministerin": "said=minister|said=Ministerin",
		"before:2025 after:2024-02":              "before=2025-01-01|after=2024-02-01",
		"vor:31.5.2026 après:2/3/2024":           "before=2026-05-31|after=2024-03-02",
		"-before:2025":                           "after=2025-01-01",
		"بعد:٢٠٢٤":                               "after=2024-01-01",
		"before:soon":                            "before:soon|(0 before:soon)",
		"before:2026-13":                         "before:2026-13|(0 before:2026-13)",
		"author:":                                "author:|(3 author:)",
		"10:30 http://x.example/a":               "10:30|http://x.example/a",
		"what:ever":                              "what:ever",
		"a\x00b \xff":                            "a|b",
		strings.Repeat("wo ", 30):                strings.TrimSuffix(strings.Repeat("wo|", 24), "|") + "|(4 wo)",
		strings.Repeat("x", 300) + " " + strings.Repeat("y", 400): strings.Repeat("x", 300) + "|(4 )",
	} {
		if got := showParsed(search.Parse(query, time.UTC)); got != want {
			t.Errorf("Parse(%.60q):\n got %.200s\nwant %.200s", query, got, want)
		}
	}
}

func TestParsed_Without(t *testing.T) {
	p := search.Parse(`port author:"Ann Lee" -x`, time.UTC)
	if got := p.Without(1); got != "port -x" {
		t.Errorf("without the author: %q", got)
	}
	if got := p.String(); got != `port author:"Ann Lee" -x` {
		t.Errorf("written again: %q", got)
	}
}

// Whatever is typed, a question is understood, and asks again for the same
// when it is written from its parts.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`a "b c" -d`, `author:"x`, "-section:world", "before:2024", "«a»b", "“x”\"y", "\xff:\x00", "٢٠٢٤", "东京:x", `-"`, "a:：b", `in:"" x`} {
		f.Add(s)
	}
	zone := time.FixedZone("", 3600)
	f.Fuzz(func(t *testing.T, s string) {
		p := search.Parse(s, zone)
		for _, part := range p.Parts {
			if part.Text == "" || part.Raw == "" || !utf8.ValidString(part.Text) || strings.Contains(part.Text, "\x00") {
				t.Fatalf("%q gives %+v", s, part)
			}
			if (part.Kind == search.Before || part.Kind == search.After) && part.At.IsZero() {
				t.Fatalf("%q gives a date without a time: %+v", s, part)
			}
		}
		again := search.Parse(p.String(), zone)
		if len(p.Notes) == 0 && len(p.String()) < 600 && showParsed(again) != showParsed(p) {
			t.Fatalf("%q is %s, written again %s", s, showParsed(p), showParsed(again))
		}
	})
}
