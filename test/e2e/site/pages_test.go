package site

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/test/e2e/browser"
	"dateline/ui/theme"
)

// pageRow is one page that is tested in every view.
type pageRow struct {
	name     string
	template string                 // view.Page.Template
	path     string                 // {year}, {month} and {day} are those of an article on the front page
	status   int                    // [200]
	site     func() (string, error) // [demo]
	has      []string               // classes that must be on the page: what makes it worth a row
}

// pageRows has every page type. A template of the theme without a row fails
// TestPages_EveryTemplateHasARow.
var pageRows = []pageRow{
	{name: "front", template: "front", path: "/", has: []string{"front-main", "front-rail", "card-updated"}},
	{name: "latest-2", template: "list", path: "/page/2/", has: []string{"pager"}},
	{name: "article-accounts", template: "article", path: "/city/skerrin-isles/ferry-final-report/", has: []string{"accounts", "timeline", "comments", "figure-lead", "breadcrumbs"}},
	{name: "article-silent", template: "article", path: "/city/alder-vale/dam-release-two-accounts/", has: []string{"accounts", "related-link"}},
	{name: "article-gallery", template: "article", path: "/culture/lantern-night/", has: []string{"gallery"}},
	{name: "article-table", template: "article", path: "/science/inquiry-gate-log/", has: []string{"table-scroll", "footnotes"}},
	{name: "article-embed", template: "article", path: "/city/athletic-smaller-roof/", has: []string{"embed", "comments"}},
	{name: "article-figures", template: "article", path: "/science/how-the-corran-dam-works/", has: []string{"math", "figure"}},
	{name: "article-corrected", template: "article", path: "/city/alder-vale/flood-inquiry-findings/", has: []string{"correction", "fact-box", "timeline"}},
	{name: "article-verse", template: "article", path: "/culture/books/salt-almanac-review/", has: []string{"verse"}},
	{name: "article-media-text", template: "article", path: "/culture/books/salt-almanac-conservator/", has: []string{"media-text"}},
	{name: "article-columns", template: "article", path: "/city/athletic-gasworks-plan/", has: []string{"columns"}},
	{name: "article-pull-quote", template: "article", path: "/city/alder-vale/hexley-day-after/", has: []string{"pull-quote", "gallery"}},
	{name: "article-quoted", template: "article", path: "/city/harbour/harbour-agreement/", has: []string{"attributed-quote", "timeline"}},
	{name: "article-details", template: "article", path: "/city/fact-check-stadium-jobs/", has: []string{"details"}},
	{name: "article-tape", template: "article", path: "/business/shipping/ferry-bridge-tape/"},
	{name: "article-newsletter", template: "article", path: "/city/skerrin-isles/islands-without-a-ferry/"},
	{name: "article-arabic", template: "article", path: "/world/marsa-zahra-sailors/", has: []string{"fact-box"}},
	{name: "article-french", template: "article", path: "/culture/phare-de-gull-head/", has: []string{"map", "map-svg"}},
	{name: "standing-page", template: "page", path: "/about/"},
	{name: "standing-child", template: "page", path: "/about/newsroom/", has: []string{"breadcrumbs"}},
	{name: "section", template: "list", path: "/section/city/", has: []string{"list-children"}},
	{name: "section-child", template: "list", path: "/section/city/harbour/"},
	{name: "tag", template: "list", path: "/tag/port/"},
	{name: "author", template: "list", path: "/author/ines-calder/", has: []string{"author-head"}},
	{name: "subject-person", template: "subject", path: "/people/philippa-strand/", has: []string{"subject-head", "rows"}},
	{name: "subject-place", template: "subject", path: "/places/gull-head/", has: []string{"subject-picture", "map-svg", "moment-year", "rows"}},
	{name: "subjects", template: "subjects", path: "/people/", has: []string{"subject-list"}},
	{name: "storyline", template: "storyline", path: "/storyline/the-harbour-talks/", has: []string{"storyline-summary", "storyline-next", "storyline-questions", "storyline-subjects", "map-svg", "moments", "rows"}},
	{name: "storyline-ended", template: "storyline", path: "/storyline/the-maid-of-skerrin/", has: []string{"storyline-summary", "map-svg", "moment-year", "rows"}},
	{name: "timeline", template: "timeline", path: "/storyline/the-maid-of-skerrin/timeline/", has: []string{"timeline-page", "moment-year"}},
	{name: "subject-event", template: "subject", path: "/events/lantern-night/", has: []string{"map-svg"}},
	{name: "storylines", template: "storylines", path: "/storyline/", has: []string{"subject-list"}},
	{name: "article-part-of", template: "article", path: "/city/harbour/harbour-talks-break-down/", has: []string{"part-of"}},
	{name: "archive", template: "archive", path: "/archive/"},
	{name: "archive-year", template: "archive", path: "/{year}/"},
	{name: "archive-month", template: "archive", path: "/{year}/{month}/"},
	{name: "archive-day", template: "archive", path: "/{year}/{month}/{day}/"},
	{name: "search", template: "search", path: "/search/?q=harbour", has: []string{"hits", "facets", "sorts", "snippet", "found-feed"}},
	{name: "search-narrowed", template: "search", path: "/search/?q=harbuor+section:nothing&section=city&sort=new", has: []string{"hits", "chosen", "search-note"}},
	{name: "search-none", template: "search", path: "/search/?q=zzqqxx", has: []string{"search-help", "empty"}},
	{name: "search-empty", template: "search", path: "/search/"},
	{name: "feeds", template: "feeds", path: "/feeds/", has: []string{"feed-list"}},
	{name: "versions", template: "versions", path: "/city/alder-vale/flood-inquiry-findings/versions/", has: []string{"record-list", "record-current"}},
	{name: "version-compared", template: "versions", path: "/city/alder-vale/flood-inquiry-findings/versions/2/", has: []string{"record-text", "details"}},
	{name: "version-first", template: "versions", path: "/business/shipping/ferry-bridge-tape/versions/1/", has: []string{"record-text"}},
	{name: "editions", template: "editions", path: "/newsletter/aldermouth-briefing/", has: []string{"record-list"}},
	{name: "edition", template: "editions", path: "/newsletter/aldermouth-briefing/the-week-in-aldermouth/", has: []string{"edition"}},
	{name: "corrections", template: "corrections", path: "/corrections/", has: []string{"corrections-entry"}},
	{name: "quotes", template: "quotes", path: "/quotes/", has: []string{"quote-entry", "quotes-form"}},
	{name: "quotes-found", template: "quotes", path: "/quotes/?speaker=strand", has: []string{"quotes-found"}},
	{name: "speaker", template: "quotes", path: "/quotes/philippa-strand/", has: []string{"quote-entry"}},
	{name: "article-accounts", template: "article", path: "/business/shipping/ferry-two-accounts/", has: []string{"shared-accounts", "accounts-table"}},
	{name: "newsletter", template: "newsletter", path: "/newsletter/"},
	{name: "talk", template: "talk", path: "/comments/3968898082506946116/page/newest/", has: []string{"comments-orders", "thread"}},
	{name: "talk-write", template: "talk", path: "/comments/3968898082506946116/write/", has: []string{"respond-form"}},
	{name: "talk-sign-in", template: "talk", path: "/comments/sign-in/", has: []string{"talk-ask"}},
	{name: "password", template: "password", path: "/culture/books/members-evening-protected/", has: []string{"password-form"}},
	{name: "password-wrong", template: "password", path: "/culture/books/members-evening-protected/?wrong=1", has: []string{"form-error"}},
	{name: "notfound", template: "notfound", path: "/city/no-such-article/", status: 404, has: []string{"search-form"}},
	{name: "gone", template: "gone", path: "/city/alder-vale/who-stood-at-the-gates/", status: 410, has: []string{"problem-reason"}},
	{name: "error", template: "error", path: "/share/nothing.png", status: 404},
	{name: "attachment", template: "attachment", path: "/pier/", site: paper, has: []string{"attachment"}},
	{name: "attachment-file", template: "attachment", path: "/minutes/", site: paper, has: []string{"file-link"}},
	{name: "strained-article", template: "article", path: "/long-words/", site: paper, has: []string{"comments"}},
	{name: "strained-front", template: "front", path: "/", site: paper},
	{name: "strained-section", template: "list", path: "/category/long/", site: paper},
	{name: "strained-author", template: "list", path: "/author/anna/", site: paper},
	{name: "strained-page", template: "page", path: "/parent/", site: paper},
}

func (r pageRow) address(t testing.TB) string {
	t.Helper()
	site := r.site
	if site == nil {
		site = demo
	}
	origin := start(t, site)
	if !strings.Contains(r.path, "{") {
		return origin + r.path
	}
	front := ask(t, http.MethodGet, origin+"/", nil)
	day := cardDay.FindSubmatch(front.Body)
	if day == nil {
		t.Fatal("no article on the front page has a date")
	}
	return origin + strings.NewReplacer("{year}", string(day[1]), "{month}", string(day[2]), "{day}", string(day[3])).Replace(r.path)
}

// cardDay is the day of an article on a list. The demo ends today, whenever it
// is filled.
var cardDay = regexp.MustCompile(`(?s)class="card-meta">.*?<time datetime="([0-9]{4})-([0-9]{2})-([0-9]{2})T`)

func (r pageRow) wantStatus() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

func TestPages_EveryTemplateHasARow(t *testing.T) {
	entries, err := theme.FS.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	templates := 0
	for _, e := range entries {
		name, ok := strings.CutSuffix(path.Base(e.Name()), ".html")
		if !ok {
			continue
		}
		templates++
		if !slices.ContainsFunc(pageRows, func(r pageRow) bool { return r.template == name }) {
			t.Errorf("the template %q has no row", name)
		}
	}
	if templates < 12 {
		t.Errorf("only %d templates found", templates)
	}
}

// TestPages_AreWhatTheirRowsSay keeps the table honest: each page is made by
// the template and holds the blocks that its row names.
func TestPages_AreWhatTheirRowsSay(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the demo")
	}
	for _, row := range pageRows {
		a := ask(t, http.MethodGet, row.address(t), nil)
		if a.Status != row.wantStatus() {
			t.Errorf("%s answered %d, want %d", row.name, a.Status, row.wantStatus())
		}
		text := string(a.Body)
		if want := `<body class="page-` + row.template + `"`; !strings.Contains(text, want) {
			t.Errorf("%s: %s is missing", row.name, want)
		}
		for _, class := range row.has {
			if !hasClass(text, class) {
				t.Errorf("%s: nothing has the class %s", row.name, class)
			}
		}
		if strings.Count(text, "<h1") != 1 {
			t.Errorf("%s has %d h1", row.name, strings.Count(text, "<h1"))
		}
	}
}

func hasClass(page, class string) bool {
	for _, part := range strings.Split(page, `class="`)[1:] {
		value, _, _ := strings.Cut(part, `"`)
		if slices.Contains(strings.Fields(value), class) {
			return true
		}
	}
	return false
}

// tabs are a reader's browser with script and one without.
type tabs struct{ reader, plain *browser.Page }

func openTabs(b *browser.Browser) (ts tabs, err error) {
	if ts.reader, err = b.NewPage(browser.Phone); err != nil {
		return ts, err
	}
	if ts.plain, err = b.NewPage(browser.Phone.WithoutScript()); err != nil {
		ts.reader.Close()
	}
	return ts, err
}

func (ts tabs) close() {
	ts.reader.Close()
	ts.plain.Close()
}

// TestPages_InEveryView opens each page once with script and once without, and
// looks at it on both screens: at all of it on a phone in light and on a desktop
// in dark colours, with script. Without script the document must be the same
// one, which carries the findings over.
func TestPages_InEveryView(t *testing.T) {
	b := chrome(t)
	if err := browser.AxeReady(); err != nil {
		t.Skip(err)
	}
	const atOnce = 2
	free := make(chan tabs, atOnce)
	for range atOnce {
		set, err := openTabs(b)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(set.close)
		free <- set
	}
	for _, row := range pageRows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			set := <-free
			defer func() { free <- set }()
			address := row.address(t)
			with := openPage(t, set.reader, row, address, browser.Phone)
			checkPage(t, set.reader, row, browser.Phone)
			checkPage(t, set.reader, row, browser.Desktop.InDark())
			without := openPage(t, set.plain, row, address, browser.Phone.WithoutScript())
			turn(t, set.plain, row, browser.Phone.WithoutScript())
			turn(t, set.plain, row, browser.Desktop.WithoutScript())
			if at := difference(formToken.ReplaceAllString(with, ""), formToken.ReplaceAllString(without, "")); at != "" {
				t.Errorf("without script the document is another one: %s", at)
			}
		})
	}
}

// formToken is what differs in a form each time that it is given out.
var formToken = regexp.MustCompile(`name="token" value="[^"]*"`)

// difference shows where two texts part, "" when they are the same.
func difference(a, b string) string {
	if a == b {
		return ""
	}
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	around := func(s string) string { return s[max(0, i-60):min(len(s), i+60)] }
	return fmt.Sprintf("%q, %q", around(a), around(b))
}

// settled is what is shown but for the pictures, of which sites that were
// imported still make variants while the first pages are read, and for the comments, which the only
// script of readers' pages adds to (test/e2e/talk).
const settled = `document.body.outerHTML.replace(/<picture.*?<\/picture>/gs, '').replace(/<section class="comments".*<\/section>/gs, '')`

// openPage opens a page in a view and returns its document.
func openPage(t *testing.T, p *browser.Page, row pageRow, address string, view browser.View) string {
	t.Helper()
	if p.View != view {
		if err := p.Turn(view); err != nil {
			t.Fatal(err)
		}
	}
	visit, err := p.Open(address)
	if err != nil {
		t.Fatalf("%s: %v", view.Name, err)
	}
	if visit.Status != row.wantStatus() {
		t.Errorf("%s: status %d, want %d", view.Name, visit.Status, row.wantStatus())
	}
	document, err := browser.Evaluate[string](p, settled)
	if err != nil {
		t.Fatalf("%s: %v", view.Name, err)
	}
	return document
}

// turn shows the page that is open in a view and reports what is wrong by then.
func turn(t *testing.T, p *browser.Page, row pageRow, view browser.View) {
	t.Helper()
	if err := p.Turn(view); err != nil {
		t.Fatal(err)
	}
	report(t, view.Name, p.Seen())
	wide, err := p.TooWide()
	if err != nil || len(wide) > 0 {
		t.Errorf("%s: scrolls sideways: %v %v", view.Name, wide, err)
	}
	if !view.ScriptOff {
		p.Shot(t, row.name)
	}
}

// checkPage looks at everything of the page that is open in a view.
func checkPage(t *testing.T, p *browser.Page, row pageRow, view browser.View) {
	t.Helper()
	turn(t, p, row, view)
	violations, err := p.Axe()
	if len(violations) > 0 { // on a busy machine the page may still be turning
		time.Sleep(time.Second)
		violations, err = p.Axe()
	}
	if err != nil {
		t.Errorf("%s: axe-core: %v", view.Name, err)
	}
	for _, v := range violations {
		t.Errorf("%s: %v", view.Name, v)
	}
	found, err := p.Keyboard()
	if err != nil || len(found) > 0 {
		t.Errorf("%s: keyboard: %s %v", view.Name, strings.Join(found, "; "), err)
	}
}

func report(t *testing.T, view string, visit *browser.Visit) {
	t.Helper()
	for _, problem := range visit.Problems {
		t.Errorf("%s: %s", view, problem)
	}
	for _, url := range visit.ThirdParty {
		t.Errorf("%s: request to a third party: %s", view, url)
	}
}

func TestPassword_InTheBrowser(t *testing.T) {
	b := chrome(t)
	const secret = "84 stairs" // of the article behind the form
	address := start(t, demo) + "/culture/books/members-evening-protected/"
	reader := b.Page(t, browser.Phone)
	enter := func(password string) string {
		t.Helper()
		if _, err := reader.Open(address); err != nil {
			t.Fatal(err)
		}
		next, err := submitted(reader, password)
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	if text := enter("sesame"); !strings.Contains(text, "This password is not right") || strings.Contains(text, secret) {
		t.Errorf("after the wrong password: %.200q", text)
	}
	if text := enter("saltwater"); !strings.Contains(text, secret) {
		t.Errorf("after the right password: %.200q", text)
	}
	other := b.Page(t, browser.Phone)
	for _, p := range []*browser.Page{reader, other} {
		if _, err := p.Open(address); err != nil {
			t.Fatal(err)
		}
		text, err := browser.Evaluate[string](p, `document.body.innerText`)
		if err != nil {
			t.Fatal(err)
		}
		if shown := strings.Contains(text, secret); shown != (p == reader) {
			t.Errorf("another reader = %v sees the article = %v", p == other, shown)
		}
	}
}

// submitted fills the form in, sends it and returns the next page's text.
func submitted(p *browser.Page, password string) (string, error) {
	script := fmt.Sprintf(`(() => {
		document.querySelector('input[type=password]').value = %q;
		document.querySelector('.password-form').requestSubmit();
		return true;
	})()`, password)
	if _, err := browser.Evaluate[bool](p, `window.beforeSubmit = true`); err != nil {
		return "", err
	}
	if _, err := browser.Evaluate[bool](p, script); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(p.Context(), time.Minute)
	defer cancel()
	for {
		// The mark is gone once the next page has taken the old one's place.
		text, err := browser.Evaluate[string](p, `window.beforeSubmit || document.readyState !== 'complete' ? '' : document.body.innerText`)
		if text != "" {
			return text, p.Quiet()
		}
		if ctx.Err() != nil {
			return "", fmt.Errorf("no next page: %w", errors.Join(ctx.Err(), err))
		}
	}
}
