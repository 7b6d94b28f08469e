package demo

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dateline/internal/article"
	"dateline/internal/demo/draw"
	"dateline/internal/richtext"
)

func mustLoad(t *testing.T) Newsroom {
	t.Helper()
	n, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// testRefs numbers everything and gives each reference a plain address.
func testRefs() Refs {
	ids := map[string]int64{}
	id := func(key string) int64 {
		if ids[key] == 0 {
			ids[key] = int64(len(ids) + 1)
		}
		return ids[key]
	}
	return Refs{
		End: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC), Zone: time.UTC, Picture: id, Article: id, Record: id,
		Href: func(kind, key string) string { return "/" + kind + "/" + key + "/" },
	}
}

func TestLoad_IsAWholeNewsroom(t *testing.T) {
	n := mustLoad(t)
	public := 0
	states := map[string]int{}
	for _, a := range n.Articles {
		if a.Status == article.StatusPublished && a.Access == article.AccessOpen && a.EmbargoUntil == (When{}) {
			public++
		}
		states[string(a.Status)+"/"+string(a.Access)]++
		if len(a.Versions) > 1 {
			if a.Live().At.days() >= a.First().At.days() || a.Live().Note == "" {
				t.Errorf("%s: the later version is not later or has no note", a.Slug)
			}
			states["corrected"]++
		}
		if a.Pinned {
			states["pinned"]++
		}
		if a.EmbargoUntil != (When{}) {
			states["embargoed"]++
		}
	}
	top := 0
	for _, s := range n.Sections {
		if s.Parent == "" {
			top++
		}
	}
	span := n.Articles[0].First().At.days() - n.Articles[len(n.Articles)-1].First().At.days()
	for what, got := range map[string][2]int{
		"public articles": {public, 64},
		"authors":         {len(n.Authors), 5},
		"tags":            {len(n.Tags), 40},
		"pictures":        {len(n.Pictures), 50},
		"pages":           {len(n.Pages), 5},
		"days":            {int(span), 700},
		"drafts":          {states["draft/open"], 1},
		"scheduled":       {states["scheduled/open"], 1},
		"withdrawn":       {states["withdrawn/open"], 1},
		"private":         {states["published/private"], 1},
		"protected":       {states["published/password"], 1},
		"embargoed":       {states["embargoed"], 1},
		"corrected":       {states["corrected"], 2},
		"pinned":          {states["pinned"], 1},
	} {
		if got[0] < got[1] {
			t.Errorf("%s: %d, want at least %d", what, got[0], got[1])
		}
	}
	if top != 6 || len(n.Authors) != 5 {
		t.Errorf("%d top sections and %d authors, want 6 and 5", top, len(n.Authors))
	}
}

func TestLoad_EverythingIsUsed(t *testing.T) {
	n := mustLoad(t)
	used := map[string]bool{}
	kinds, languages, storylines := map[article.Kind]bool{}, map[string]bool{}, map[string]int{}
	for _, a := range n.Articles {
		c := a.First().Content
		used["picture:"+c.Lead] = true
		for _, s := range c.Sections {
			used["section:"+s] = true
		}
		for _, tag := range c.Tags {
			used["tag:"+tag] = true
		}
		for _, b := range c.Bylines {
			used["author:"+b.Author] = true
		}
		kinds[c.Kind], languages[c.Language] = true, true
		storylines[c.Storyline]++
	}
	for _, s := range n.Sections {
		if !used["section:"+s.Path] {
			t.Errorf("section %s has no article", s.Path)
		}
	}
	for _, tag := range n.Tags {
		if !used["tag:"+tag.Slug] {
			t.Errorf("tag %s has no article", tag.Slug)
		}
	}
	for _, a := range n.Authors {
		if !used["author:"+a.Slug] {
			t.Errorf("author %s wrote nothing", a.Slug)
		}
		used["picture:"+a.Portrait] = true
	}
	for _, p := range n.Pictures {
		if !used["picture:"+p.Key] {
			t.Errorf("picture %s leads no article", p.Key)
		}
	}
	for _, key := range draw.Keys() {
		if !slices.ContainsFunc(n.Pictures, func(p Picture) bool { return p.Key == key }) {
			t.Errorf("drawing %s has no words in pictures.toml", key)
		}
	}
	for _, k := range []article.Kind{article.KindReport, article.KindAnalysis, article.KindOpinion, article.KindInterview,
		article.KindExplainer, article.KindFactCheck, article.KindObituary, article.KindLive, article.KindStatement} {
		if !kinds[k] {
			t.Errorf("no article of kind %s", k)
		}
	}
	for _, l := range []string{"", "ar", "de", "fr", "es"} {
		if !languages[l] {
			t.Errorf("no article in language %q", l)
		}
	}
	long := 0
	for s, count := range storylines {
		if s != "" && count >= 4 {
			long++
		}
	}
	if long < 4 {
		t.Errorf("%d storylines of four articles or more, want 4", long)
	}
}

func TestLoad_Comments(t *testing.T) {
	total, hidden, byAuthors, articles, deepest := 0, 0, 0, 0, 0
	var walk func(list []Comment, depth int, after time.Duration, where string)
	walk = func(list []Comment, depth int, after time.Duration, where string) {
		for _, c := range list {
			total++
			deepest = max(deepest, depth)
			if c.Status != "approved" {
				hidden++
			}
			if c.Author != "" {
				byAuthors++
			}
			if c.Author == "" && (!strings.HasSuffix(c.Email, "@example.org") || strings.ContainsAny(c.Email, " ’'")) {
				t.Errorf("%s: address %q", where, c.Email)
			}
			if c.After < after {
				t.Errorf("%s: %q answers something written later", where, clip(c.Body))
			}
			walk(c.Replies, depth+1, c.After, where)
		}
	}
	end := testRefs().End
	for _, a := range mustLoad(t).Articles {
		if len(a.Comments) > 0 {
			articles++
		}
		walk(a.Comments, 1, 0, a.Slug)
		for _, c := range a.Comments {
			if at := a.First().At.Time(end, time.UTC).Add(c.After); at.After(end) {
				t.Errorf("%s: a comment from the future, %s", a.Slug, c.After)
			}
		}
	}
	if total < 60 || articles < 12 || hidden < 2 || byAuthors < 5 || deepest < 3 {
		t.Errorf("%d comments on %d articles, %d held, %d by authors, %d levels", total, articles, hidden, byAuthors, deepest)
	}
}

func TestLoad_NothingIsSaidTwice(t *testing.T) {
	seen := map[string]string{}
	for _, a := range mustLoad(t).Articles {
		first := a.First().Content
		for _, text := range append(paragraphs(first.Body.Content), first.Headline, first.Standfirst) {
			if other := seen[text]; other != "" && len(text) > 20 {
				t.Errorf("%s repeats %s: %q", a.Slug, other, clip(text))
			}
			seen[text] = a.Slug
		}
	}
}

// paragraphs returns the text of every paragraph.
func paragraphs(nodes []richtext.Node) []string {
	var out []string
	for _, n := range nodes {
		if n.Type != "paragraph" {
			out = append(out, paragraphs(n.Content)...)
			continue
		}
		var text strings.Builder
		for _, inner := range n.Content {
			text.WriteString(inner.Text)
		}
		out = append(out, text.String())
	}
	return out
}

func TestLoad_DocumentsAreValidAndUseEveryBlock(t *testing.T) {
	n := mustLoad(t)
	used := map[string]bool{}
	var mark func(nodes []richtext.Node)
	mark = func(nodes []richtext.Node) {
		for _, node := range nodes {
			used[node.Type] = true
			for _, m := range node.Marks {
				used["mark "+m.Type] = true
			}
			if strings.Contains(node.Text, "{") && node.Type != "text" {
				t.Errorf("%s is left in %q", "{", node.Text)
			}
			mark(node.Content)
		}
	}
	check := func(where string, doc richtext.Doc) {
		bound, err := richtext.Validate(Bind(doc, testRefs()))
		if err != nil {
			t.Errorf("%s: %v", where, err)
			return
		}
		if words := len(strings.Fields(strings.Join(paragraphs(bound.Content), " "))); words < 40 {
			t.Errorf("%s has only %d words", where, words)
		}
		mark(bound.Content)
	}
	for _, a := range n.Articles {
		for _, v := range a.Versions {
			check(fmt.Sprintf("%s (%s)", a.Slug, v.Change), v.Content.Body)
		}
	}
	for _, p := range n.Pages {
		check("page "+p.Slug, p.Body)
	}
	for _, block := range []string{
		"paragraph", "heading", "bullet_list", "ordered_list", "quote", "pull_quote", "attributed_quote", "accounts",
		"figure", "gallery", "embed", "table", "table_caption", "code", "preformatted", "verse", "math", "fact_box",
		"timeline", "correction", "related_link", "button", "columns", "details", "media_text", "newsletter_box",
		"footnotes", "footnote_ref", "hard_break", "mark strong", "mark em", "mark link",
	} {
		if !used[block] {
			t.Errorf("no article uses %s", block)
		}
	}
}

func TestBind_PutsDatesAndAddresses(t *testing.T) {
	doc, err := parseBody("On {weekday 1}, {date 370}: [read](article:first).\n\n::: timeline \"T\"\n@ 2d \"A\" article=first\n@ 1931 \"B\"\n:::\n\n:: figure sea", 1)
	if err != nil {
		t.Fatal(err)
	}
	bound := Bind(doc, testRefs())
	if got := bound.Content[0].Content[0].Text; got != "On Tuesday, 27 February 2025: " {
		t.Errorf("dates: %q", got)
	}
	if got := bound.Content[0].Content[1].Marks[0].Attrs["href"]; got != "/article/first/" {
		t.Errorf("link: %q", got)
	}
	events := bound.Content[1].Content
	if events[0].Attrs["date"] != "2026-03-02" || events[1].Attrs["date"] != "1931" || events[0].Attrs["article"] != int64(1) {
		t.Errorf("events: %v %v", events[0].Attrs, events[1].Attrs)
	}
	if bound.Content[2].Attrs["media"] != int64(2) || doc.Content[2].Attrs["media"] != "sea" {
		t.Errorf("figure: %v, original %v", bound.Content[2].Attrs, doc.Content[2].Attrs)
	}
}

func TestParseBody_NamesLineOfError(t *testing.T) {
	for body, want := range map[string]string{
		"fine\n\n::: nonsense \"x\"\n:::":       `line 9: no block "nonsense"`,
		"::: fact-box \"x\"\nopen":              "line 8: fact-box of line 7 lacks its closing line of three colons",
		"some **bold text":                      "line 7: ** is opened but not closed",
		"# Too big":                             "line 7: headings begin with ##",
		":: figure sea colour=red":              "line 7: colour= is not known here",
		"::: timeline \"x\"\n@ soon \"y\"\n:::": `line 8: "soon" is no date`,
		"| a | b |\n|---|---|\n| 1 |":           "line 9: row has 1 cells",
		"[words]{shout}":                        "line 7: {shout} is no style",
	} {
		_, err := parseBody(body, 7)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", body, err, want)
		}
	}
}

func TestLoad_RefusesWhatLeadsNowhere(t *testing.T) {
	frame := "[site]\ntitle='T'\n[[section]]\npath='city'\n[[author]]\nslug='ann'\nname='Ann'\n"
	header := "+++\nheadline='H'\nstandfirst='S'\nsections=['city']\nbylines=['by ann']\nat='10:00'\n"
	for extra, want := range map[string]string{
		"picture='nowhere'\n+++\nText.":                 `no picture "nowhere"`,
		"tags=['x']\n+++\nText.":                        `no tag "x"`,
		"+++\n[a](article:later)":                       `no article "later"`,
		"colour='red'\n+++\nText.":                      "unknown key colour",
		"status='withdrawn'\n+++\nText.":                "withdrawn without a reason",
		"+++\n:: related gone":                          `no article "gone"`,
		"at='10'\n+++\nText.":                           "at",
		"bylines=['whispered by ann']\n+++\nText.":      "byline",
		"language='en'\n+++\n\n:: figure unknown-thing": `no picture "unknown-thing"`,
	} {
		text := header + extra
		if strings.HasPrefix(extra, "at=") {
			text = strings.Replace(text, "at='10:00'\n", "", 1)
		}
		if strings.HasPrefix(extra, "bylines=") {
			text = strings.Replace(text, "bylines=['by ann']\n", "", 1)
		}
		_, err := load(fstest.MapFS{
			"newsroom.toml":     {Data: []byte(frame)},
			"pictures.toml":     {Data: []byte("")},
			"articles/first.md": {Data: []byte(text)},
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", extra, err, want)
		}
	}
}

func TestNewsroom_PathFollowsParents(t *testing.T) {
	n := mustLoad(t)
	if got := n.Path("ethics"); got != "/about/ethics/" {
		t.Errorf("path %q", got)
	}
	if !slices.ContainsFunc(n.Pages, func(p Page) bool { return p.Slug == "privacy" && p.Parent == "" }) {
		t.Error("no page about privacy")
	}
}
