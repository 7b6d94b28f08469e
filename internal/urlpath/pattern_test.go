package urlpath

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dateline/internal/fault"

	"github.com/google/go-cmp/cmp"
)

func TestPattern_BuildAndMatch(t *testing.T) {
	at := time.Date(2026, 3, 7, 18, 5, 9, 0, time.UTC)
	day := time.Date(2026, 3, 7, 0, 0, 0, 0, time.UTC)
	full := Parts{Time: at, Slug: "storm-hits", ID: 4711, Category: "world/europe", Author: "ann-lee"}
	for _, tt := range []struct {
		pattern, path string
		match         Parts
	}{
		{"/%postname%/", "/storm-hits/", Parts{Slug: "storm-hits"}},
		{"/%year%/%monthnum%/%day%/%postname%/", "/2026/03/07/storm-hits/", Parts{Time: day, Slug: "storm-hits"}},
		{"/%year%/%monthnum%/%postname%", "/2026/03/storm-hits", Parts{Time: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Slug: "storm-hits"}},
		{"/archives/%post_id%", "/archives/4711", Parts{ID: 4711}},
		{"/%category%/%postname%/", "/world/europe/storm-hits/", Parts{Category: "world/europe", Slug: "storm-hits"}},
		{"/news/%category%/%post_id%-%postname%.html", "/news/world/europe/4711-storm-hits.html", Parts{Category: "world/europe", ID: 4711, Slug: "storm-hits"}},
		{"/index.php/%year%%monthnum%%day%/%postname%", "/index.php/20260307/storm-hits", Parts{Time: day, Slug: "storm-hits"}},
		{"/%author%/%postname%/", "/ann-lee/storm-hits/", Parts{Author: "ann-lee", Slug: "storm-hits"}},
		{"/%year%/%monthnum%/%day%/%hour%%minute%%second%/%postname%/", "/2026/03/07/180509/storm-hits/", Parts{Time: at, Slug: "storm-hits"}},
		{"%postname%.html", "/storm-hits.html", Parts{Slug: "storm-hits"}},
	} {
		t.Run(tt.pattern, func(t *testing.T) {
			p, err := Parse(tt.pattern)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Build(full); got != tt.path {
				t.Errorf("Build = %q, want %q", got, tt.path)
			}
			for _, path := range []string{tt.path, strings.TrimSuffix(tt.path, "/"), strings.TrimSuffix(tt.path, "/") + "/", Escape(tt.path)} {
				got, ok := p.Match(path)
				if !ok {
					t.Fatalf("Match(%q) found nothing", path)
				}
				if diff := cmp.Diff(tt.match, got); diff != "" {
					t.Errorf("Match(%q): %s", path, diff)
				}
			}
		})
	}
}

func TestPattern_MatchDecodes(t *testing.T) {
	p, err := Parse("/%postname%/")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/%d8%a7%d9%84/", "/%D8%A7%D9%84", "/ال/"} {
		if got, ok := p.Match(path); !ok || got.Slug != "ال" {
			t.Errorf("Match(%q) = %+v, %t", path, got, ok)
		}
	}
}

func TestPattern_MatchRefuses(t *testing.T) {
	for pattern, paths := range map[string][]string{
		"/%year%/%monthnum%/%day%/%postname%/": {"/2026/13/01/x/", "/2026/02/30/x/", "/2026/03/x/", "/26/03/07/x/", "/2026/03/07/x/y/", "/"},
		"/archives/%post_id%":                  {"/archives/x", "/archives/0", "/archives/99999999999999999999", "/archives/-1", "/Archivesx/1"},
		"/%category%/%postname%/":              {"/storm/", "/a/../b/", "/a/%2e%2e/b", "/a%2fb/c%00", "//x//"},
		"/%postname%.html":                     {"/x", "/.html", "/a/b.html"},
	} {
		p, err := Parse(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if parts, ok := p.Match(path); ok {
				t.Errorf("%s matched %q: %+v", pattern, path, parts)
			}
		}
	}
}

func TestParse_Refuses(t *testing.T) {
	for _, pattern := range []string{"", "/", "/%year%/%monthnum%/", "/%slug%/", "/%postname", "/%postname%%post_id%/",
		"/%category%%postname%/", "/a//b/%postname%/", "/../%postname%/", "/%postname%?x", "/%postname%#x", `/a\%postname%`,
		"/a b/%postname%/", "/\x00/%postname%/", "/%%/%postname%/"} {
		if _, err := Parse(pattern); !fault.Is(err, fault.Invalid) {
			t.Errorf("Parse(%q): %v", pattern, err)
		}
	}
}

func TestPattern_EmptyValueLeavesItsSegmentOut(t *testing.T) {
	p, err := Parse("/%category%/%postname%/")
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Build(Parts{Slug: "storm"}); got != "/storm/" {
		t.Errorf("got %q", got)
	}
}

func FuzzPattern(f *testing.F) {
	f.Add("/%year%/%monthnum%/%day%/%postname%/", "Storm hits", "world/europe", "ann", int64(7), int64(1700000000))
	f.Add("/%category%/%author%-%post_id%.html", "a-1", "x", "b-2", int64(12), int64(0))
	f.Add("/index.php/%postname%-%hour%%minute%", "a-0", "", "", int64(1), int64(86399))
	f.Fuzz(func(t *testing.T, pattern, slug, category, author string, id, unix int64) {
		p, err := Parse(pattern)
		if err != nil {
			return
		}
		const year10000 = 253402300800
		parts := Parts{Time: time.Unix((unix%year10000+year10000)%year10000, 0).UTC(), Slug: Slug(slug), Author: Slug(author), Category: Slug(category), ID: id}
		if parts.Slug == "" || parts.Author == "" || parts.Category == "" || parts.ID <= 0 {
			return
		}
		path := p.Build(parts)
		if Key(path) == "" {
			t.Fatalf("%q built %q, which has no key", pattern, path)
		}
		back, ok := p.Match(path)
		if !ok {
			t.Fatalf("%q does not match its own %q", pattern, path)
		}
		if again := p.Build(back); Key(again) != Key(path) {
			t.Fatalf("%q: %q, then %q", pattern, path, again)
		}
	})
}

func TestInfer(t *testing.T) {
	for _, pattern := range []string{
		"/%postname%/", "/%year%/%monthnum%/%day%/%postname%/", "/%year%/%monthnum%/%postname%/", "/archives/%post_id%",
		"/%category%/%postname%/", "/%author%/%postname%/", "/%postname%.html", "/index.php/%year%/%monthnum%/%postname%/",
		"/%post_id%/%postname%", "/%year%%monthnum%%day%/%postname%/", "/blog/%post_id%-%postname%/", "/%year%/%postname%/",
		"/news/%category%/%year%/%postname%.html",
	} {
		t.Run(pattern, func(t *testing.T) {
			p, err := Parse(pattern)
			if err != nil {
				t.Fatal(err)
			}
			got, matched, total := Infer(samplesOf(p))
			if got != pattern || matched != total || total != 60 {
				t.Errorf("inferred %q from %d of %d", got, matched, total)
			}
		})
	}
}

// samplesOf builds 60 articles' addresses, a few of them with days that equal
// their months, slugs that end in their years, and second categories.
func samplesOf(p Pattern) []Sample {
	var samples []Sample
	for i := range 60 {
		s := Sample{ID: int64(i + 11), Date: time.Date(2019+i%7, time.Month(1+i%12), 1+i%28, i%24, i%60, (i*7)%60, 0, time.UTC),
			Slug: fmt.Sprintf("story-%d", i), Author: fmt.Sprintf("writer-%d", i%3), Categories: []string{"world/europe", "sport"}}
		if i%10 == 0 {
			s.Slug = fmt.Sprintf("review-of-%d", s.Date.Year())
		}
		if i%2 == 0 {
			s.Categories[0] = "culture"
		}
		s.Path = Escape(p.Build(Parts{Time: s.Date, Slug: s.Slug, ID: s.ID, Author: s.Author, Category: s.Categories[i%4/3]}))
		samples = append(samples, s)
	}
	return samples
}

func TestInfer_ToleratesStrangers(t *testing.T) {
	p, err := Parse("/%year%/%monthnum%/%postname%/")
	if err != nil {
		t.Fatal(err)
	}
	samples := samplesOf(p)
	samples = append(samples, Sample{Path: "/", Slug: "draft"}, Sample{Slug: "draft-2"}, Sample{Path: "/special/page/", Slug: "x"}, Sample{Path: "/%00/", Slug: "y"})
	if got, matched, total := Infer(samples); got != p.String() || matched != 60 || total != 61 {
		t.Errorf("inferred %q from %d of %d", got, matched, total)
	}
}

func TestInfer_FindsEncodedSlugs(t *testing.T) {
	samples := []Sample{
		{Path: "/2026/01/%d8%a7%d9%84%d8%b9%d8%b1%d8%a8/", Slug: "%d8%a7%d9%84%d8%b9%d8%b1%d8%a8", Date: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)},
		{Path: "/2026/02/%D8%A7%D9%84/", Slug: "ال", Date: time.Date(2026, 2, 6, 0, 0, 0, 0, time.UTC)},
	}
	if got, matched, _ := Infer(samples); got != "/%year%/%monthnum%/%postname%/" || matched != 2 {
		t.Errorf("inferred %q from %d", got, matched)
	}
}

func TestInfer_NothingToSee(t *testing.T) {
	if got, matched, total := Infer(nil); got != "" || matched != 0 || total != 0 {
		t.Errorf("inferred %q, %d of %d", got, matched, total)
	}
	if got, matched, total := Infer([]Sample{{Path: "/a/b/", Slug: "unrelated"}}); got != "" || matched != 0 || total != 1 {
		t.Errorf("inferred %q, %d of %d", got, matched, total)
	}
}
