package app

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/comment"
	"dateline/internal/config"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/front"
	"dateline/internal/id"
	"dateline/internal/media"
	"dateline/internal/preview"
	"dateline/internal/register"
	"dateline/internal/richtext"
	"dateline/internal/taxonomy"
)

// secretState is a way in which an article may not be public. make brings an
// article with the given content into it.
type secretState struct {
	name   string
	status article.Status
	access article.Access
	make   func(w *world, c article.Content) article.Article
}

// secretStates must cover every status and access: TestLeaks fails for one
// that is missing.
var secretStates = []secretState{
	{"draft", article.StatusDraft, article.AccessOpen, func(w *world, c article.Content) article.Article { return w.draft(c) }},
	{"in review", article.StatusReview, article.AccessOpen, func(w *world, c article.Content) article.Article {
		return w.put(article.Put{Status: article.StatusReview, Access: article.AccessOpen, Content: c})
	}},
	{"changes asked", article.StatusChanges, article.AccessOpen, func(w *world, c article.Content) article.Article {
		return w.move(w.draft(c), article.StatusReview, article.StatusChanges)
	}},
	{"approved", article.StatusApproved, article.AccessOpen, func(w *world, c article.Content) article.Article {
		return w.move(w.draft(c), article.StatusApproved)
	}},
	{"binned", article.StatusBinned, article.AccessOpen, func(w *world, c article.Content) article.Article {
		return w.move(w.draft(c), article.StatusBinned)
	}},
	{"being written", article.StatusPublished, article.AccessOpen, func(w *world, c article.Content) article.Article {
		a := w.publish(w.harmless("Another public face"), article.PublishInput{})
		a, err := w.app.articles.Autosave(w.ctx, w.actor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: c})
		w.must(err)
		return a
	}},
	{"scheduled", article.StatusScheduled, article.AccessOpen, func(w *world, c article.Content) article.Article {
		d := w.draft(c)
		a, err := w.app.articles.Schedule(w.ctx, w.actor, article.ScheduleInput{Unchecked: true, ID: d.ID, Revision: d.Revision, At: w.app.clock.Now().Add(time.Hour)})
		w.must(err)
		return a
	}},
	{"embargoed", article.StatusPublished, article.AccessOpen, func(w *world, c article.Content) article.Article {
		d := w.draft(c)
		a, err := w.app.articles.Publish(w.ctx, w.actor, article.PublishInput{Unchecked: true, ID: d.ID, Revision: d.Revision, EmbargoUntil: w.app.clock.Now().Add(time.Hour)})
		w.must(err)
		return a
	}},
	{"retracted", article.StatusDraft, article.AccessOpen, func(w *world, c article.Content) article.Article {
		a := w.publish(c, article.PublishInput{})
		a, err := w.app.articles.Retract(w.ctx, w.actor, a.ID, a.Revision)
		w.must(err)
		return a
	}},
	{"withdrawn", article.StatusWithdrawn, article.AccessOpen, func(w *world, c article.Content) article.Article {
		a := w.publish(c, article.PublishInput{})
		a, err := w.app.articles.Withdraw(w.ctx, w.actor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "Public reason."})
		w.must(err)
		return a
	}},
	{"private", article.StatusPublished, article.AccessPrivate, func(w *world, c article.Content) article.Article {
		return w.publish(c, article.PublishInput{Access: article.AccessPrivate})
	}},
	{"password", article.StatusPublished, article.AccessPassword, func(w *world, c article.Content) article.Article {
		return w.publish(c, article.PublishInput{Access: article.AccessPassword, PasswordHash: w.app.vault.HashPassword("open sesame")})
	}},
	{"replaced under embargo", article.StatusPublished, article.AccessOpen, func(w *world, c article.Content) article.Article {
		a := w.publish(c, article.PublishInput{EmbargoUntil: w.app.clock.Now().Add(time.Hour)})
		return w.replace(a, article.PublishInput{})
	}},
	{"once private", article.StatusPublished, article.AccessOpen, func(w *world, c article.Content) article.Article {
		return w.replace(w.publish(c, article.PublishInput{Access: article.AccessPrivate}), article.PublishInput{Access: article.AccessOpen})
	}},
	{"once behind a password", article.StatusPublished, article.AccessOpen, func(w *world, c article.Content) article.Article {
		a := w.publish(c, article.PublishInput{Access: article.AccessPassword, PasswordHash: w.app.vault.HashPassword("open sesame")})
		return w.replace(a, article.PublishInput{Access: article.AccessOpen})
	}},
	{"taken back and published again", article.StatusPublished, article.AccessOpen, func(w *world, c article.Content) article.Article {
		a := w.publish(c, article.PublishInput{})
		a, err := w.app.articles.Retract(w.ctx, w.actor, a.ID, a.Revision)
		w.must(err)
		return w.replace(a, article.PublishInput{})
	}},
	{"replaced for legal reasons", article.StatusPublished, article.AccessOpen, func(w *world, c article.Content) article.Article {
		a := w.publish(c, article.PublishInput{})
		a, err := w.app.articles.Publish(w.ctx, w.actor, article.PublishInput{Unchecked: true, ID: a.ID, Revision: a.Revision, Change: article.ChangeCorrection, Note: "A year was wrong.",
			Corrections: []article.Correction{{Passage: c.Headline, Wrong: c.Kicker, Right: c.Dateline}}})
		w.must(err)
		return w.replace(a, article.PublishInput{Change: article.ChangeLegal, Note: "A court forbade a sentence.",
			Corrections: []article.Correction{{Passage: c.Headline, Wrong: c.Kicker, Right: c.Dateline}}})
	}},
	{"newer working copy", article.StatusPublished, article.AccessOpen, func(w *world, c article.Content) article.Article {
		a := w.publish(w.harmless("Public face"), article.PublishInput{})
		a, err := w.app.articles.Save(w.ctx, w.actor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: c})
		w.must(err)
		return a
	}},
}

// world is one newsroom with public and secret articles.
type world struct {
	t       *testing.T
	ctx     context.Context
	app     *App
	actor   account.Actor
	section int64
	asks    int
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(fn func(context.Context, *db.Tx) error) {
	w.t.Helper()
	w.must(w.app.db.Write(w.ctx, fn))
}

func (w *world) draft(c article.Content) article.Article {
	w.t.Helper()
	a, err := w.app.articles.Create(w.ctx, w.actor, article.Draft{Type: article.TypeArticle, CommentsOpen: true, Content: c})
	w.must(err)
	return a
}

func (w *world) publish(c article.Content, in article.PublishInput) article.Article {
	w.t.Helper()
	d := w.draft(c)
	in.ID, in.Revision, in.Unchecked = d.ID, d.Revision, true
	a, err := w.app.articles.Publish(w.ctx, w.actor, in)
	w.must(err)
	return a
}

// replace publishes harmless words at a harmless address in place of what an
// article said.
func (w *world) replace(a article.Article, in article.PublishInput) article.Article {
	w.t.Helper()
	a, err := w.app.articles.Save(w.ctx, w.actor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: w.harmless("Put right")})
	w.must(err)
	in.Unchecked, in.ID, in.Revision, in.Slug = true, a.ID, a.Revision, fmt.Sprintf("put-right-%d", a.ID)
	a, err = w.app.articles.Publish(w.ctx, w.actor, in)
	w.must(err)
	return a
}

func (w *world) put(p article.Put) article.Article {
	w.t.Helper()
	p.ID, p.Type = id.New(), article.TypeArticle
	w.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := w.app.articles.PutTx(ctx, tx, account.System("import"), p)
		return err
	})
	return article.Article{ID: p.ID}
}

func (w *world) harmless(headline string) article.Content {
	return article.Content{Headline: headline, Sections: []int64{w.section}, Body: paragraph("Nothing secret here.")}
}

func paragraph(text string) richtext.Doc {
	return richtext.Doc{Version: 1, Content: []richtext.Node{{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: text}}}}}
}

// secretContent has a canary in every carrier.
func (w *world) secretContent(canary string) article.Content {
	w.t.Helper()
	tag := taxonomy.Tag{ID: id.New(), Slug: canary + "tagslug", Name: canary + "Tag"}
	term := taxonomy.Term{ID: id.New(), Taxonomy: "topic", Slug: canary + "termslug", Name: canary + "Term"}
	who := author.Profile{ID: id.New(), Slug: canary + "author", Name: canary + "Author", Bio: canary + "Bio"}
	picture := media.Medium{FileName: canary + "file.jpg", Alt: canary + "Alt", Caption: canary + "Caption", Credit: canary + "Credit", Title: canary + "MediaTitle"}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		now := w.app.clock.Now()
		if err := taxonomy.SaveTag(ctx, tx, tag, now); err != nil {
			return err
		}
		if err := taxonomy.SaveTerm(ctx, tx, term, now); err != nil {
			return err
		}
		if err := author.Save(ctx, tx, who, now); err != nil {
			return err
		}
		picture.ID = 0
		if err := w.app.media.Save(ctx, tx, &picture); err != nil {
			return err
		}
		return w.app.media.SaveAlias(ctx, tx, "/wp-content/uploads/2026/"+canary+"file.jpg", picture.ID)
	})
	// Two names that nothing but the secret article's text and choice make public.
	var subjects []article.Subject
	for i, kind := range register.Kinds() {
		in := register.Input{Entry: register.Entry{Kind: kind, Name: canary + string(kind) + "name", Description: canary + "Described", Aliases: []string{canary + "Body"}}}
		if kind != register.Person {
			in.Aliases = nil
		}
		if kind == register.Place || kind == register.Event {
			in.Position = &register.Position{Lat: 48, Lon: 16 + float64(len(subjects))}
		}
		e, err := w.app.register.Add(w.ctx, w.actor, in)
		w.must(err)
		subjects = append(subjects, article.Subject{ID: e.ID, Main: i == 0})
	}
	var pixels bytes.Buffer
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	img.Set(3, 3, color.White)
	w.must(jpeg.Encode(&pixels, img, nil))
	_, err := w.app.media.Ingest(w.ctx, picture.ID, &pixels, picture.FileName)
	w.must(err)
	c := article.Content{Headline: canary + "Headline", ShortHeadline: canary + "Short", Kicker: canary + "Kicker", Standfirst: canary + "Standfirst",
		SearchTitle: canary + "SearchTitle", SearchDescription: canary + "SearchDescription", SocialTitle: canary + "Social", Excerpt: canary + "Excerpt",
		Dateline: canary + "PLACE", Lead: &article.Picture{Media: picture.ID, Caption: canary + "UseCaption", Credit: canary + "UseCredit", Alt: canary + "UseAlt"},
		Sections: []int64{w.section}, Tags: []int64{tag.ID}, Terms: []int64{term.ID}, Bylines: []article.Byline{{Profile: who.ID, Name: who.Name}},
		Subjects: subjects, Storyline: "shared story", Fields: map[string]string{"field": canary + "Field"}, Body: paragraph(canary + "Body words")}
	c.Body.Content = append(c.Body.Content, richtext.Node{Type: "timeline", Content: []richtext.Node{{Type: "timeline_event",
		Attrs: map[string]any{"date": "2026-01-02", "title": canary + "Moment " + canary + "personname"}, Content: paragraph(canary + "MomentText").Content}}})
	c.Body.Content = append(c.Body.Content, w.secretQuotes(canary)...)
	return c
}

// secretQuotes attribute words in every way, and show shared accounts.
func (w *world) secretQuotes(canary string) []richtext.Node {
	w.t.Helper()
	rec, err := w.app.claims.Create(w.ctx, w.actor, richtext.Accounts{Title: canary + "Event", Sides: []richtext.AccountSide{
		{Party: canary + "Army", Words: canary + "Statement"}, {Party: canary + "Village", Words: canary + "Answer"}},
		Points: []richtext.AccountPoint{{Text: canary + "Point", Stands: []richtext.AccountStand{{Says: richtext.Denies, Words: canary + "Stand"}}, Verdict: canary + "Verdict"}}})
	w.must(err)
	said := richtext.Mark{Type: "said", Attrs: map[string]any{"speaker": canary + "Speaker", "role": canary + "Role"}}
	return []richtext.Node{{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: canary + "Said", Marks: []richtext.Mark{said}}}},
		{Type: "attributed_quote", Attrs: map[string]any{"speaker": canary + "Speaker", "outlet": canary + "Outlet"}, Content: paragraph(canary + "Quoted").Content},
		{Type: "shared_accounts", Attrs: map[string]any{"record": rec.ID}}}
}

// openApp opens a Dateline of its own for one test.
func openApp(t testing.TB, engine db.Engine) *App {
	t.Helper()
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": folder(t), "database": dbtest.URL(t, engine), "url": "http://news.example"}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), cfg, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	a.vault.HashLightly()
	a.log = slog.New(slog.DiscardHandler)
	return a
}

func newWorld(t *testing.T, engine db.Engine) *world {
	t.Helper()
	a := openApp(t, engine)
	w := &world{t: t, ctx: t.Context(), app: a, actor: account.Actor{Name: "Edna", Role: account.Owner}, section: id.New()}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := taxonomy.SaveSection(ctx, tx, taxonomy.Section{ID: w.section, Slug: "world", Name: "World", Open: true}, a.clock.Now())
		return err
	})
	return w
}

// get asks the real router and returns everything that it says.
func (w *world) get(h http.Handler, path string) (status int, all string) {
	r := httptest.NewRequest(http.MethodGet, "http://news.example"+path, nil)
	w.asks++
	r.Host, r.RemoteAddr = "news.example", fmt.Sprintf("10.%d.%d.%d:999", w.asks>>16&255, w.asks>>8&255, w.asks&255) // no limit of rate hides a leak
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	var b strings.Builder
	fmt.Fprintf(&b, "%v\n", rec.Header())
	b.Write(rec.Body.Bytes())
	return rec.Code, b.String()
}

// fixedOutputs are public outputs that no page links to.
var fixedOutputs = []string{"/", "/page/2/", "/feed/", "/feed/atom/", "/feed/json/", "/comments/feed/", "/comments/feed/atom/", "/comments/feed/json/",
	"/quotes/", "/quotes/feed/", "/quotes/feed/atom/", "/quotes/feed/json/", "/quotes/zqcanary/", "/quotes/?speaker=zqcanary", "/quotes/?words=zqcanary",
	"/corrections/", "/corrections/feed/", "/corrections/feed/atom/", "/corrections/feed/json/",
	"/feeds/", "/archive/", "/sitemap.xml", "/sitemaps/news.xml", "/sitemaps/pages.xml", "/sitemaps/sections.xml", "/sitemaps/tags.xml",
	"/sitemaps/authors.xml", "/sitemaps/register.xml", "/sitemaps/storylines.xml", "/storyline/", "/storyline/ended/", "/people/", "/organisations/", "/places/", "/events/", "/robots.txt", "/opensearch.xml", "/manifest.webmanifest", "/.well-known/security.txt", "/search/", "/healthz",
	"/wp-json/wp/v2/posts", "/?feed=rss2", "/?author=1", "/section/world/", "/section/world/feed/",
	"/api/v1", "/api/v1/openapi.json", "/api/v1/articles", "/api/v1/articles?sort=oldest", "/api/v1/articles?sort=changed", "/api/v1/articles?changed_after=2026-01-01", "/api/v1/ninjs", "/api/v1/ninjs?sort=changed", "/api/v1/sections", "/api/v1/tags", "/api/v1/authors", "/api/v1/subjects",
	"/api/v1/quotes", "/api/v1/accounts", "/api/v1/storylines", "/api/v1/storylines?state=ended", "/api/v1/search?q=public", "/api/v1/search?q=story&sort=newest",
	"/search/?q=nothing", "/search/?q=public", "/search/?q=story&sort=new", "/search/feed/?q=nothing", "/search/feed/json/?q=public", "/search/suggest?q=no", "/search/suggest?q=zqc"}

var hrefs = regexp.MustCompile(`(?:href|src|srcset|action|<loc>|<link>|"(?:url|self|list|next|comments|ninjs|quotes|href)":|"item":|content)=?"?\s*"?((?:http://news\.example)?/[^"<> ,\\]*)`)

// crawl asks for every output and everything that those link to.
func (w *world) crawl(h http.Handler, seeds []string, visit func(path string, status int, all string)) {
	seen := map[string]bool{}
	for queue := slices.Clone(seeds); len(queue) > 0; queue = queue[1:] {
		path := strings.TrimPrefix(queue[0], "http://news.example")
		path, _, _ = strings.Cut(path, "#")
		if path == "" || seen[path] {
			continue
		}
		seen[path] = true
		status, all := w.get(h, path)
		visit(path, status, all)
		for _, m := range hrefs.FindAllStringSubmatch(all, -1) {
			queue = append(queue, strings.ReplaceAll(m[1], "&amp;", "&"))
		}
	}
}

// unasked is what an output says but for the fields of its form that repeat
// what it was asked for: that tells nothing.
func unasked(path, all string) string {
	at, err := url.Parse(path)
	if err != nil {
		return all
	}
	for _, values := range at.Query() {
		for _, asked := range values {
			if asked != "" {
				all = strings.ReplaceAll(all, ` value="`+html.EscapeString(asked)+`"`, ` value=""`)
			}
		}
	}
	return all
}

func TestUnasked_KeepsWhatAResultSays(t *testing.T) {
	const path = "/quotes/?speaker=zqcanary"
	if got := unasked(path, `<input name="speaker" value="zqcanary">`); strings.Contains(got, "zqcanary") {
		t.Errorf("an echo counts as a leak: %s", got)
	}
	for _, leak := range []string{`<a href="/quotes/zqcanary/">zqcanary</a>`, `<p>zqcanary caption</p>`, `<input value="zqcanary caption">`, `<title>zqcanary</title>`} {
		if got := unasked(path, `<input name="speaker" value="zqcanary">`+leak); !strings.Contains(got, leak) {
			t.Errorf("%s is taken for an echo: %s", leak, got)
		}
	}
}

func TestLeaks(t *testing.T) {
	for _, status := range article.Statuses() {
		if !slices.ContainsFunc(secretStates, func(s secretState) bool { return s.status == status }) {
			t.Errorf("no row for articles of status %q: add one to secretStates", status)
		}
	}
	for _, access := range article.Accesses() {
		if !slices.ContainsFunc(secretStates, func(s secretState) bool { return s.access == access }) {
			t.Errorf("no row for articles of access %q: add one to secretStates", access)
		}
	}
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) { leaks(t, newWorld(t, engine)) })
	}
}

// move takes an article through the flow.
func (w *world) move(a article.Article, steps ...article.Status) article.Article {
	for _, to := range steps {
		var err error
		a, err = w.app.articles.Move(w.ctx, w.actor, article.MoveInput{ID: a.ID, Revision: a.Revision, To: to, Note: "please"})
		w.must(err)
	}
	return a
}

var nextPage = regexp.MustCompile(`"next":"[^"]*"|<[^>]*>; rel="next"`)

func leaks(t *testing.T, w *world) {
	for i := range 24 {
		w.publish(w.harmless(fmt.Sprintf("Public story %d", i)), article.PublishInput{At: w.app.clock.Now().AddDate(0, -i, 0)})
	}
	canaries, secrets := map[string]string{}, map[string]int64{}
	seeds := slices.Clone(fixedOutputs)
	seeds = append(seeds, w.leakStorylines()...)
	for i, s := range secretStates {
		canary := fmt.Sprintf("zqcanary%dx", i)
		canaries[canary] = s.name
		c := w.secretContent(canary)
		w.tellSecret(canary, c.Subjects)
		seeds = append(seeds, "/storyline/"+canary+"line/", "/storyline/"+canary+"line/feed/")
		a := s.make(w, c)
		secrets[canary] = a.ID
		w.write(func(ctx context.Context, tx *db.Tx) error {
			return w.app.comments.PutTx(ctx, tx, comment.Comment{ID: id.New(), Article: a.ID, Kind: comment.KindComment, Status: comment.StatusApproved,
				Name: canary + "Commenter", Email: canary + "@mail.example", Body: paragraph(canary + "Comment"), Created: w.app.clock.Now()})
		})
		if a.Public {
			// The live article's comments are public; only the copy is secret.
			w.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `DELETE FROM comment WHERE article_id = $1`, a.ID)
				if err == nil {
					_, err = tx.Exec(ctx, `UPDATE article SET comment_count = 0 WHERE id = $1`, a.ID)
				}
				return err
			})
		}
		m, err := w.app.media.Get(w.ctx, w.app.db, c.Lead.Media)
		w.must(err)
		slug := strings.ToLower(canary + "headline")
		seeds = append(seeds, "/world/"+slug+"/", "/"+slug+"/", "/2026/01/01/"+slug+"/", "/world/"+slug+"/feed/", "/world/"+slug+"/2/",
			"/world/"+slug+"/versions/", "/world/"+slug+"/versions/1/", "/world/"+slug+"/versions/2/", a.Path, a.Path+"feed/",
			a.Path+"versions/", a.Path+"versions/1/", a.Path+"versions/2/", a.Path+"versions/3/",
			"/world/"+slug+"/comment-page-2/", "/world/"+slug+"/amp/", "/?name="+slug, "/tag/"+canary+"tagslug/", "/tag/"+canary+"tagslug/feed/",
			"/people/"+canary+"personname/", "/people/"+canary+"personname/feed/", "/organisations/"+canary+"organisationname/", "/places/"+canary+"placename/", "/places/"+canary+"placename/timeline/", "/people/"+canary+"personname/timeline/2026/",
			"/events/"+canary+"eventname/", "/events/"+canary+"eventname/feed/atom/", "/author/"+canary+"author/", "/author/"+canary+"author/feed/", "/topic/"+canary+"termslug/", "/?tag="+canary+"tagslug",
			"/search/?q="+canary+"Headline", "/search/?q="+canary+"Body", "/search/?q="+canary+"Statement", "/search/?q="+canary+"Verdict", "/search/?q=said-by:"+canary+"Army", "/search/feed/?q="+canary+"Stand", "/search/feed/?q="+canary+"Body", "/search/feed/atom/?q="+canary+"Headline",
			"/search/suggest?q="+canary[:6], "/search/?q=author:"+canary+"author", "/search/?q=nothing&tag="+canary+"tagslug", "/search/?q=nothing&author="+canary+"author", "/search/?q="+canary[:6],
			"/search/?q=x"+canary[1:]+"Headline", "/wp-content/uploads/2026/"+canary+"file.jpg",
			"/quotes/"+canary+"speaker/", "/quotes/"+canary+"speaker/feed/", "/quotes/"+canary+"army/", "/quotes/?words="+canary+"said", "/quotes/?speaker="+canary+"speaker",
			"/share/"+fmt.Sprint(a.ID)+"-000000000000.png", "/?s="+canary+"Body")
		for _, v := range m.Variants {
			seeds = append(seeds, m.URL(v))
		}
		seeds = append(seeds, apiSeeds(canary, a.ID, &c)...)
	}
	seeds = append(seeds, w.leakLinks(secrets)...)
	w.leakFronts(secrets)
	boxes := w.leakBoxes(secrets)
	seeds = append(seeds, boxes...)
	w.must(w.app.jobs.Drain(w.ctx))
	w.staleBoxes(secrets)
	h := w.app.handler()
	w.changesTellOnly(secrets, canaries)
	for _, box := range boxes {
		if _, all := w.get(h, box); !strings.Contains(all, `class="check-also"`) || !strings.Contains(all, "Pinned in public") {
			t.Errorf("%s does not show the one pinned story that is public: the rows below prove nothing", box)
		}
	}
	rendered := map[string]bool{}
	allowed := regexp.MustCompile(`(?i)(?:author|said-by)(?::|%3A)zqcanary|/search/\?q=zqcanary|value="zqcanary|“zqcanary|: zqcanary|q=zqcanary`)
	w.crawl(h, seeds, func(path string, status int, all string) {
		if m := regexp.MustCompile(`<body[^>]*class="[^"]*page-([a-z]+)`).FindStringSubmatch(all); m != nil {
			rendered[m[1]] = true
		}
		asked, _ := url.QueryUnescape(path)
		if strings.HasPrefix(path, "/api/v1/search?") {
			all = nextPage.ReplaceAllString(all, "") // repeats what was asked
		}
		for canary, state := range canaries {
			for _, line := range strings.Split(all, "\n") {
				if !strings.Contains(strings.ToLower(line), canary) {
					continue
				}
				// A search page, a redirect and a canonical address repeat what was asked; that tells nothing.
				if strings.Contains(asked, canary) && ((strings.HasPrefix(path, "/search/") || strings.HasPrefix(path, "/quotes/?")) && allowed.MatchString(line) || status == 301 && strings.HasPrefix(path, "/?s=")) {
					continue
				}
				if (state == "withdrawn" || state == "password") && strings.Contains(asked, canary) && repeatsOnlyTheAddress(line, canary) {
					continue
				}
				t.Errorf("%s (%d) tells of the %s article: %.200q", path, status, state, around(line, canary))
				break
			}
		}
	})
	if len(rendered) > 0 && !rendered["front"] {
		t.Errorf("the crawl saw %v only", rendered)
	}
}

// leakLinks makes preview links to the secret articles that open nothing any
// more, and returns their addresses.
func (w *world) leakLinks(secrets map[string]int64) []string {
	w.t.Helper()
	var paths []string
	for _, id := range secrets {
		for _, ended := range []string{"revoked_at = 1", "expires_at = 1"} {
			work, err := w.app.articles.Working(w.ctx, w.actor, id)
			w.must(err)
			if work.Article.Status == article.StatusWithdrawn || work.Article.Status == article.StatusBinned {
				continue // no link can be made
			}
			l, token, err := w.app.previews.Make(w.ctx, w.actor, preview.MakeInput{Article: id, Life: time.Hour, Frozen: ended == "expires_at = 1"})
			w.must(err)
			w.write(func(ctx context.Context, tx *db.Tx) error {
				if ended == "expires_at = 1" {
					_, err = tx.Exec(ctx, `UPDATE preview_link SET expires_at = 1 WHERE id = $1`, l.ID)
				} else {
					_, err = tx.Exec(ctx, `UPDATE preview_link SET revoked_at = 1 WHERE id = $1`, l.ID)
				}
				return err
			})
			paths = append(paths, "/preview/"+token)
		}
	}
	return paths
}

// leakFronts puts the secret articles on the fronts, with words of their own.
func (w *world) leakFronts(secrets map[string]int64) {
	w.t.Helper()
	block := front.Block{ID: "a", Kind: front.Lead, Count: 12}
	for canary, id := range secrets {
		if _, vis, err := article.NewPublic(w.app.db, w.app.clock).Read(w.ctx, id); err != nil || vis != article.Listed { // words written here for a public one are public
			block.Slots = append(block.Slots, front.Slot{Article: id, Headline: canary + "FrontHeadline", Standfirst: canary + "FrontStandfirst"})
		}
	}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		for _, place := range []int64{0, w.section} {
			if _, err := w.app.fronts.PublishPlanTx(ctx, tx, w.actor, front.PublishInput{Place: place}, front.Plan{Blocks: []front.Block{block}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// leakBoxes publishes an article to which all secret ones are pinned, before one
// that is public, and returns its address.
func (w *world) leakBoxes(secrets map[string]int64) []string {
	w.t.Helper()
	box := w.publish(w.harmless("A box with secrets"), article.PublishInput{})
	pinned := w.publish(w.harmless("Pinned in public"), article.PublishInput{})
	w.write(func(ctx context.Context, tx *db.Tx) error {
		position := 0
		put := func(other int64) error {
			_, err := tx.Exec(ctx, `INSERT INTO related_choice (article_id, other_id, kind, position) VALUES ($1, $2, 'pin', $3)`, box.ID, other, position)
			position++
			return err
		}
		for canary, id := range secrets {
			if _, vis, err := article.NewPublic(tx, w.app.clock).Read(ctx, id); err == nil && vis == article.Listed {
				continue // its public face may be offered, and would stand before the others
			}
			if err := put(id); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO related_story (article_id, position, other_id, shares) VALUES ($1, $2, $3, $4)`,
				box.ID, position, id, `["`+canary+`Shared"]`); err != nil {
				return err
			}
		}
		return put(pinned.ID)
	})
	return []string{box.Path}
}

// staleBoxes offers the secret articles beside every public one, as if no job
// had run since they were public.
func (w *world) staleBoxes(secrets map[string]int64) {
	w.t.Helper()
	var ids []string
	for _, id := range secrets {
		if _, vis, err := article.NewPublic(w.app.db, w.app.clock).Read(w.ctx, id); err != nil || vis != article.Listed {
			ids = append(ids, fmt.Sprint(id))
		}
	}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE article SET related = '[' || $1 || CASE WHEN related = '[]' THEN ']' ELSE ',' || substr(related, 2) END`, strings.Join(ids, ","))
		return err
	})
}

// repeatsOnlyTheAddress reports whether every canary of a line stands in the
// address that was asked for.
func repeatsOnlyTheAddress(line, canary string) bool {
	return !strings.Contains(strings.ReplaceAll(strings.ToLower(line), canary+"headline/", ""), canary)
}

func around(line, canary string) string {
	i := strings.Index(strings.ToLower(line), canary)
	return line[max(i-60, 0):min(i+80, len(line))]
}

// TestLeaks_HasTeeth opens the gate and expects the crawl to notice.
func TestLeaks_HasTeeth(t *testing.T) {
	w := newWorld(t, db.SQLite)
	w.leakStorylines()
	c := w.secretContent("zqcanary0x")
	w.tellSecret("zqcanary0x", c.Subjects)
	w.publish(c, article.PublishInput{})
	w.must(w.app.jobs.Drain(w.ctx))
	found, named := 0, map[string]bool{}
	w.crawl(w.app.handler(), fixedOutputs, func(path string, _ int, all string) {
		for _, sign := range []string{"personname", "MomentText", "Described"} {
			if strings.Contains(all, "zqcanary0x"+sign) {
				named[path+" "+sign] = true
				if dir := strings.Trim(path, "/0123456789"); strings.HasPrefix(path, "/api/") && dir != strings.Trim(path, "/") {
					named[dir+"/ "+sign] = true // of a thing by its id
				}
			}
		}
		if strings.Contains(strings.ToLower(all), "zqcanary0x") {
			found++
		}
	})
	for _, output := range []string{"/people/ personname", "/people/zqcanary0xpersonname/ MomentText", "/sitemaps/register.xml personname",
		"/storyline/shared-story/ personname", "/storyline/shared-story/ MomentText", "/storyline/shared-story/feed/ MomentText",
		"/api/v1/subjects personname", "/api/v1/subjects Described", "/api/v1/ninjs personname", "/api/v1/ninjs MomentText", "api/v1/articles/ MomentText", "api/v1/subjects/ MomentText", "api/v1/storylines/ MomentText"} {
		if !named[output] {
			t.Errorf("the crawl did not see %s of a public article", output)
		}
	}
	if found < 15 {
		t.Errorf("a public article shows in %d outputs only: the crawl is too small to prove anything", found)
	}
}
