package check_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/article/check"
	"dateline/internal/i18n"
	"dateline/internal/richtext"
)

var (
	noContext = context.Background()
	noon      = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

func text(s string) richtext.Node { return richtext.Node{Type: "text", Text: s} }

func para(s string) richtext.Node {
	return richtext.Node{Type: "paragraph", Content: []richtext.Node{text(s)}}
}

func of(kind string, attrs map[string]any, content ...richtext.Node) richtext.Node {
	return richtext.Node{Type: kind, Attrs: attrs, Content: content}
}

func linked(href string) richtext.Node {
	return of("paragraph", nil, text("See "), richtext.Node{Type: "text", Text: "the report", Marks: []richtext.Mark{{Type: "link", Attrs: map[string]any{"href": href}}}})
}

// right is an article with which nothing is wrong: each test spoils one thing.
func right() check.Input {
	return check.Input{
		Type: article.TypeArticle, Now: noon, Language: "en", Slug: "bridge", Access: article.AccessOpen,
		Hosts: []string{"news.example"}, Links: map[string]bool{"/bridge/": true},
		Media: map[int64]check.Medium{7: {Image: true, Alt: "A bridge", Caption: "The bridge in May", Credit: "Ann Lee"}, 8: {}},
		Content: article.Content{
			Headline: "Bridge to open in spring", Standfirst: "The council voted for it.", Kind: article.KindReport, Sections: []int64{1},
			Bylines: []article.Byline{{Role: "by", Name: "Ann Lee"}}, Lead: &article.Picture{Media: 7},
			Body: richtext.Doc{Version: 1, Content: []richtext.Node{
				para("The council voted on Monday."),
				of("heading", nil, text("The vote")),
				linked("/bridge/"), linked("https://example.org/"), linked("mailto:a@example.org"),
				of("heading", nil, text("What follows")),
				of("figure", map[string]any{"media": int64(7), "alt": "The old bridge", "credit": "Bo Park"}, text("Built in 1911")),
				of("attributed_quote", map[string]any{"speaker": "Bo Park"}, para("We are glad.")),
				of("accounts", nil, of("account", map[string]any{"party": "City", "source": "https://example.org/"}, para("Yes.")),
					of("account", map[string]any{"party": "County", "source": "https://example.org/"}, para("No."))),
				of("timeline", nil, of("timeline_event", map[string]any{"date": "2026-03", "title": "The vote"})),
				of("embed", map[string]any{"url": "https://video.example/1", "title": "The session"}),
				of("correction", map[string]any{"date": "2026-03-01"}, para("An earlier version gave another year.")),
				of("related_link", map[string]any{"url": "/bridge/"}),
				of("audio", map[string]any{"media": int64(8)}),
			}},
		},
	}
}

// found writes findings as "level code path", arguments after a colon.
func found(in check.Input) []string {
	var out []string
	for _, f := range check.Run(noContext, in) {
		line := string(f.Level) + " " + f.Code + " " + f.Path
		if len(f.Args) > 0 {
			line += ": " + strings.Join(f.Args, ", ")
		}
		out = append(out, line)
	}
	return out
}

func TestRun_FindsNothingInARightArticle(t *testing.T) {
	if got := found(right()); len(got) != 0 {
		t.Errorf("found %v", got)
	}
}

var body = func(in *check.Input, nodes ...richtext.Node) {
	in.Content.Body.Content = append(in.Content.Body.Content, nodes...)
}

// cases spoil one thing each: what is found then, and what a neighbour of the
// fault that is fine gives ("ok" cases want nothing).
var cases = []struct {
	name  string
	spoil func(*check.Input)
	want  string // "" for what is fine
}{
	{"no headline", func(in *check.Input) { in.Content.Headline = " " }, "error headline_missing headline"},
	{"long headline", func(in *check.Input) { in.Content.Headline = strings.Repeat("ü", 91) }, "warn headline_long headline: 91, 90"},
	{"headline of the limit", func(in *check.Input) { in.Content.Headline = strings.Repeat("ü", 90) }, ""},
	{"another limit", func(in *check.Input) { in.Content.Headline, in.MaxHeadline = strings.Repeat("ü", 90), 60 }, "warn headline_long headline: 90, 60"},
	{"no section", func(in *check.Input) { in.Content.Sections = nil }, "error section_missing sections"},
	{"a page has no section", func(in *check.Input) {
		in.Type, in.Content.Kind, in.Content.Sections, in.Content.Bylines, in.Content.Lead = article.TypePage, article.KindPage, nil, nil, nil
	}, ""},
	{"no byline", func(in *check.Input) { in.Content.Bylines = nil }, "warn byline_missing bylines"},
	{"a statement needs no byline", func(in *check.Input) { in.Content.Bylines, in.Content.Kind = nil, article.KindStatement }, ""},
	{"no standfirst", func(in *check.Input) { in.Content.Standfirst = "" }, "warn standfirst_missing standfirst"},
	{"opinion without standfirst", func(in *check.Input) { in.Content.Standfirst, in.Content.Kind = "", article.KindOpinion }, ""},
	{"long standfirst", func(in *check.Input) { in.Content.Standfirst = strings.Repeat("a ", 151) }, "warn standfirst_long standfirst: 302, 300"},
	{"long search title", func(in *check.Input) { in.Content.SearchTitle = strings.Repeat("a", 71) }, "warn search_title_long search_title: 71, 70"},
	{"search title", func(in *check.Input) { in.Content.SearchTitle = strings.Repeat("a", 70) }, ""},
	{"long search description", func(in *check.Input) { in.Content.SearchDescription = strings.Repeat("a", 171) }, "warn search_description_long search_description: 171, 170"},
	{"agency without source", func(in *check.Input) { in.Content.Bylines[0] = article.Byline{Role: "agency", Name: "ANP"} }, "warn canonical_missing canonical: ANP"},
	{"agency with source", func(in *check.Input) {
		in.Content.Bylines[0], in.Content.Canonical = article.Byline{Role: "agency", Name: "ANP"}, "https://anp.example/1"
	}, ""},
	{"no lead picture", func(in *check.Input) { in.Content.Lead = nil }, "warn lead_missing lead"},
	{"lead without words", func(in *check.Input) { in.Content.Lead.Media = 8 }, "warn alt_missing lead.alt; warn caption_missing lead.caption; warn credit_missing lead.credit"},
	{"lead with its own words", func(in *check.Input) {
		in.Content.Lead = &article.Picture{Media: 8, Alt: "A", Caption: "B", Credit: "C"}
	}, ""},
	{"lead that is gone", func(in *check.Input) {
		in.Content.Lead = &article.Picture{Media: 9, Alt: "A", Caption: "B", Credit: "C"}
	}, "warn media_gone lead: 9"},
	{"figure without words", func(in *check.Input) { body(in, of("figure", map[string]any{"media": int64(8)})) },
		"warn alt_missing content[14].attrs.alt; warn caption_missing content[14]; warn credit_missing content[14].attrs.credit"},
	{"figure in a gallery", func(in *check.Input) {
		body(in, of("gallery", nil, of("figure", map[string]any{"media": int64(8), "credit": "C"}, text("B"))))
	}, "warn alt_missing content[14].content[0].attrs.alt"},
	{"figure without a picture", func(in *check.Input) { body(in, of("figure", nil)) }, "warn block_empty content[14]"},
	{"figure from elsewhere", func(in *check.Input) {
		body(in, of("figure", map[string]any{"src": "https://else.example/a.jpg"}))
	}, "warn media_foreign content[14]: https://else.example/a.jpg"},
	{"file that is missing", func(in *check.Input) { in.Media[8] = check.Medium{Missing: true} }, "warn media_missing content[13]"},
	{"rights that expired", func(in *check.Input) { in.Media[8] = check.Medium{Expires: noon.Add(-time.Hour)} }, "error rights_expired content[13]: 2026-03-01"},
	{"rights that expire before it goes out", func(in *check.Input) {
		in.Media[8], in.ScheduledAt = check.Medium{Expires: noon.Add(time.Hour)}, noon.Add(2*time.Hour)
	}, "error rights_expired content[13]: 2026-03-01"},
	{"rights that expire soon", func(in *check.Input) { in.Media[8] = check.Medium{Expires: noon.Add(29 * 24 * time.Hour)} }, "warn rights_expire content[13]: 2026-03-30"},
	{"rights for long", func(in *check.Input) { in.Media[8] = check.Medium{Expires: noon.Add(31 * 24 * time.Hour)} }, ""},
	{"no text", func(in *check.Input) { in.Content.Body.Content = []richtext.Node{of("paragraph", nil)} }, "warn text_missing content"},
	{"a picture alone is something", func(in *check.Input) { in.Content.Body.Content = in.Content.Body.Content[6:7] }, ""},
	{"quote without source", func(in *check.Input) { body(in, of("attributed_quote", nil, para("So it is."))) }, "warn quote_source_missing content[14].attrs.speaker"},
	{"quote with an address", func(in *check.Input) {
		body(in, of("attributed_quote", map[string]any{"source": "https://example.org/"}, para("So it is.")))
	}, ""},
	{"one side", func(in *check.Input) {
		body(in, of("accounts", nil, of("account", map[string]any{"party": "City", "source": "https://example.org/"}, para("Yes."))))
	}, "warn account_single content[14]"},
	{"side without source", func(in *check.Input) { delete(in.Content.Body.Content[8].Content[1].Attrs, "source") }, "warn account_source_missing content[8].content[1].attrs.source: County"},
	{"event without date", func(in *check.Input) { delete(in.Content.Body.Content[9].Content[0].Attrs, "date") }, "warn event_date_missing content[9].content[0].attrs.date: The vote"},
	{"embed without title", func(in *check.Input) { delete(in.Content.Body.Content[10].Attrs, "title") }, "warn embed_title_missing content[10].attrs.title"},
	{"embed with a caption", func(in *check.Input) {
		delete(in.Content.Body.Content[10].Attrs, "title")
		in.Content.Body.Content[10].Content = []richtext.Node{text("The session")}
	}, ""},
	{"correction without words", func(in *check.Input) { in.Content.Body.Content[11].Content = []richtext.Node{of("paragraph", nil)} }, "error correction_empty content[11]"},
	{"correction of tomorrow", func(in *check.Input) { in.Content.Body.Content[11].Attrs["date"] = "2026-03-02" }, "warn correction_future content[11].attrs.date: 2026-03-02"},
	{"correction of the day it goes out", func(in *check.Input) {
		in.Content.Body.Content[11].Attrs["date"], in.ScheduledAt = "2026-03-02", noon.Add(24*time.Hour)
	}, ""},
	{"broken link", func(in *check.Input) { in.Links["/bridge/"] = false }, "warn link_broken content[2]: /bridge/; warn link_broken content[12].attrs.url: /bridge/"},
	{"http to us", func(in *check.Input) { body(in, linked("http://news.example/x")) }, "warn link_insecure content[14]: http://news.example/x"},
	{"http elsewhere", func(in *check.Input) { body(in, linked("http://else.example/x")) }, ""},
	{"empty heading", func(in *check.Input) { body(in, of("heading", nil)) }, "warn block_empty content[14]"},
	{"empty link", func(in *check.Input) { body(in, of("related_link", nil)) }, "warn block_empty content[14]"},
	{"empty box", func(in *check.Input) { body(in, of("fact_box", nil, of("paragraph", nil))) }, "warn block_empty content[14]"},
	{"empty paragraph shows nothing", func(in *check.Input) { body(in, of("paragraph", nil)) }, ""},
	{"TK", func(in *check.Input) { body(in, para("It cost TK million.")) }, "warn mark_left content[14]: TK"},
	{"TKTK", func(in *check.Input) { in.Content.Headline = "Bridge opens in TKTK" }, "error mark_left headline: TKTK"},
	{"TK in a word", func(in *check.Input) { body(in, para("The ATKIN bridge, OUTKAST.")) }, ""},
	{"marks of others", func(in *check.Input) { body(in, para("He is [name], aged ???.")) }, "warn mark_left content[14]: [name]; warn mark_left content[14]: ???"},
	{"TK in code", func(in *check.Input) { body(in, of("code", nil, text("x = TK"))) }, ""},
	{"long paragraph", func(in *check.Input) { body(in, para(strings.Repeat("word ", 151))) }, "warn paragraph_long content[14]: 151, 150"},
	{"paragraph of the limit", func(in *check.Input) { body(in, para(strings.Repeat("word ", 150))) }, ""},
	{"paragraph twice", func(in *check.Input) {
		body(in, para("This is a paragraph of more than eight words in all."), para("This is a  paragraph of more than eight words in all."))
	}, "warn paragraph_twice content[15]: This is a paragraph of more than eight words in all."},
	{"short one twice", func(in *check.Input) { body(in, para("No comment."), para("No comment.")) }, ""},
	{"heading that skips", func(in *check.Input) { body(in, of("heading", map[string]any{"level": int64(4)}, text("Deep"))) }, "warn heading_skips content[14]: 4, 3"},
	{"heading one deeper", func(in *check.Input) { body(in, of("heading", map[string]any{"level": int64(3)}, text("Deep"))) }, ""},
	{"single heading", func(in *check.Input) { in.Content.Body.Content[5] = para("Not a heading.") }, "warn heading_single content[1]: The vote"},
	{"name two ways", func(in *check.Input) {
		body(in, para("It was Kathryn Ashby who won."), para("It was over, Katherine Ashby said."))
	},
		"warn name_two_ways content[15]: Katherine Ashby, Kathryn Ashby"},
	{"name the newsroom knows", func(in *check.Input) {
		in.Names = []string{"Kathryn Ashby"}
		body(in, para("It was over, Katherine Ashby said."))
	}, "warn name_known content[14]: Katherine Ashby, Kathryn Ashby"},
	{"another language", func(in *check.Input) {
		marked := text(strings.Repeat("Wort ", 100))
		marked.Marks = []richtext.Mark{{Type: "lang", Attrs: map[string]any{"lang": "de-AT"}}}
		body(in, of("paragraph", nil, marked))
	}, "warn language_differs language: de, en"},
	{"some words of another language", func(in *check.Input) {
		marked := text("Wort")
		marked.Marks = []richtext.Mark{{Type: "lang", Attrs: map[string]any{"lang": "de"}}}
		body(in, of("paragraph", nil, marked))
	}, ""},
	{"embargo that passed", func(in *check.Input) { in.EmbargoUntil = noon.Add(-time.Minute) }, "warn embargo_past embargo: 2026-03-01 11:59 UTC"},
	{"embargo after the schedule", func(in *check.Input) {
		in.ScheduledAt, in.EmbargoUntil = noon.Add(time.Hour), noon.Add(2*time.Hour)
	}, "warn embargo_after_schedule embargo: 2026-03-01 14:00 UTC, 2026-03-01 13:00 UTC"},
	{"embargo before the schedule", func(in *check.Input) {
		in.ScheduledAt, in.EmbargoUntil = noon.Add(2*time.Hour), noon.Add(time.Hour)
	}, ""},
	{"schedule that passed", func(in *check.Input) { in.ScheduledAt = noon }, "error schedule_past schedule: 2026-03-01 12:00 UTC"},
	{"password access without one", func(in *check.Input) { in.Access = article.AccessPassword }, "error password_missing password"},
	{"password access", func(in *check.Input) { in.Access, in.HasPassword = article.AccessPassword, true }, ""},
	{"address word taken", func(in *check.Input) { in.SlugTakenBy = "Bridge closed" }, "warn slug_clash slug: bridge, Bridge closed"},
}

func TestRun_FindsEachFault(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in := right()
			c.spoil(&in)
			if got := strings.Join(found(in), "; "); got != c.want {
				t.Errorf("found %q\nwant  %q", got, c.want)
			}
		})
	}
}

func TestRun_StopsWhenAskedTo(t *testing.T) {
	ctx, cancel := context.WithCancel(noContext)
	cancel()
	if got := check.Run(ctx, check.Input{}); len(got) != 0 {
		t.Errorf("found %v", got)
	}
}

func TestStops(t *testing.T) {
	if article.Stops([]check.Finding{{Level: check.Warn}}) || !article.Stops([]check.Finding{{Level: check.Warn}, {Level: check.Error}}) {
		t.Error("an error stops, a warning does not")
	}
}

var (
	codeInSource = regexp.MustCompile(`(?:add|addAt)\((?:Error|Warn|level), "([a-z_]+)"|(?:long\(|\{)"([a-z_]+_(?:missing|long))", `)
	placeholder  = regexp.MustCompile(`\{\d\}`)
)

// Every code of the sources has a test and words, and no words are of a code
// that is gone.
func TestCodes_HaveWordsAndTests(t *testing.T) {
	codes := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range codeInSource.FindAllStringSubmatch(string(raw), -1) {
			codes[m[1]+m[2]] = true
		}
	}
	if len(codes) < 40 {
		t.Fatalf("only %d codes found: the pattern no longer fits the sources", len(codes))
	}
	var texts map[string]map[string]string
	if err := json.Unmarshal(check.Words(), &texts); err != nil {
		t.Fatal(err)
	}
	for code := range codes {
		if texts["check."+code] == nil || texts["check."+code+".why"] == nil {
			t.Errorf("%s has no words", code)
		}
		if !slices.ContainsFunc(cases, func(c struct {
			name  string
			spoil func(*check.Input)
			want  string
		}) bool {
			return strings.Contains(c.want, " "+code+" ")
		}) {
			t.Errorf("%s has no test", code)
		}
	}
	for key := range texts {
		if code := strings.TrimSuffix(strings.TrimPrefix(key, "check."), ".why"); !codes[code] {
			t.Errorf("%s are the words of no check", key)
		}
	}
}

// What is printed has all its arguments, in each language.
func TestWords_FitTheArguments(t *testing.T) {
	set, err := i18n.ParseWords(check.Words())
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range i18n.Languages() {
		p := i18n.For(language).With(set)
		for _, c := range cases {
			in := right()
			c.spoil(&in)
			for _, f := range check.Run(noContext, in) {
				args := make([]any, len(f.Args))
				for i, a := range f.Args {
					args[i] = a
				}
				if got := p.T("check."+f.Code, args...); placeholder.MatchString(got) || got == "check."+f.Code {
					t.Errorf("%s, %s: %q", language, c.name, got)
				}
				if got := p.T("check." + f.Code + ".why"); placeholder.MatchString(got) || got == "check."+f.Code+".why" {
					t.Errorf("%s, %s: %q", language, c.name, got)
				}
			}
		}
	}
}
