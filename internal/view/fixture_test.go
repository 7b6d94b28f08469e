package view_test

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"time"

	"dateline/internal/i18n"
	"dateline/internal/view"
)

//go:embed testdata/body.html
var bodyHTML string

//go:embed testdata/body-ar.html
var bodyArabicHTML string

// today is the fixture's day.
var today = time.Date(2026, time.November, 23, 19, 4, 0, 0, time.UTC)

// fixture makes pages with the content of a believable paper.
type fixture struct {
	words  *i18n.Printer
	locale string
}

func newFixture(locale string) fixture { return fixture{i18n.For(locale), locale} }

func (f fixture) stamp(hoursAgo int) view.Stamp {
	t := today.Add(-time.Duration(hoursAgo) * time.Hour)
	return view.Stamp{ISO: t.Format(time.RFC3339), Text: f.words.DateTime(t), Date: f.words.ShortDate(t)}
}

func (f fixture) arabic() bool { return f.words.Language() == "ar" }

func (f fixture) site() view.Site {
	s := view.Site{
		Title: "The Brannock Post", Tagline: "News of the coast since 1887", URL: "https://post.example",
		Language: f.words.Locale(), Direction: f.words.Dir(), Today: today, TodayText: f.words.FullDate(today),
		SearchPath: "/search/", FeedPath: "/feed/", FeedsPath: "/feeds/", CorrectionsPath: "/corrections/", QuotesPath: "/quotes/", Year: 2026,
		FooterMenu: []view.MenuItem{{Label: "Imprint", URL: "/imprint/"}, {Label: "Privacy", URL: "/privacy/"}},
	}
	labels := []string{"World", "Politics", "City", "Business", "Science", "Culture", "Sport", "Opinion"}
	if f.arabic() {
		s.Title, s.Tagline = "بريد الساحل", "أخبار الساحل منذ 1887"
		labels = []string{"العالم", "سياسة", "المدينة", "اقتصاد", "علوم", "ثقافة", "رياضة", "رأي"}
		s.FooterMenu = []view.MenuItem{{Label: "من نحن", URL: "/imprint/"}, {Label: "الخصوصية", URL: "/privacy/"}}
	}
	for i, label := range labels {
		item := view.MenuItem{Label: label, URL: fmt.Sprintf("/section/%d/", i), Current: i == 2}
		if i == 1 {
			item.Items = []view.MenuItem{{Label: "Parliament", URL: "/section/1/parliament/"}, {Label: "Elections", URL: "/section/1/elections/"}}
		}
		s.MainMenu = append(s.MainMenu, item)
	}
	return s
}

func (f fixture) picture(name, alt string) *view.Picture {
	set := ""
	for _, width := range []int{480, 960, 1600} {
		if set != "" {
			set += ", "
		}
		set += fmt.Sprintf("/media/%s.jpg?w=%d %dw", name, width, width)
	}
	return &view.Picture{
		URL: "/media/" + name + ".jpg", Width: 1600, Height: 1067, Alt: alt, FocalX: 500, FocalY: 400,
		Sources: []view.Source{{Type: "image/jpeg", SrcSet: set}},
	}
}

var stories = []struct{ headline, standfirst, picture, section, by, kind, kicker string }{
	{"The sea gate that nobody shut", "Records show the order was given an hour before the flood. Three accounts of what happened next cannot all be true.", "street-flood", "City", "Iris Daoud and Tom Renn", "", "Brannock flood"},
	{"Ferries stay in port for a fourth day as talks stall", "Crews say the new rota breaks the agreement of 2021; the line says it has no other.", "harbour-idle", "Business", "Tom Renn", "", ""},
	{"A vote on the harbour that splits every party", "Tuesday’s ballot is the first since the merger.", "ballot-box", "Politics", "Ada Quill", "analysis", ""},
	{"The glacier is moving again, and nobody knows why", "Twelve metres in a week: the instruments were thought to be broken.", "glacier-tongue", "Science", "Jules Pellerin", "", ""},
	{"We should stop calling it a once-in-a-century storm", "It has come four times in seven winters.", "lighthouse-storm", "Opinion", "Nora Calder", "opinion", ""},
	{"Night trains return to the northern line", "Six sleepers a week from March, if the tunnel is ready.", "night-train", "World", "Jules Pellerin", "", ""},
	{"Council finds the missing rosters in a filing cabinet marked ‘2031’", "", "inquiry-room", "City", "Iris Daoud", "", ""},
	{"The city’s concert hall learns to be quiet", "A year of building work ends with an evening of whispers.", "concert-hall", "Culture", "Ada Quill", "", ""},
	{"Regatta starts under a yellow sky", "Two boats withdrew before the gun.", "regatta", "Sport", "Tom Renn", "", ""},
	{"What seagrass does when nobody is watching", "A meadow the size of the old town, and its one night watchman.", "seagrass", "Science", "Jules Pellerin", "explainer", ""},
	{"Fish market to open at three in the morning, as it did until 1974", "", "fish-market", "City", "Iris Daoud", "", ""},
	{"Wheat is cheap, bread is not", "Who keeps the difference, in six charts.", "wheat-field", "Business", "Nora Calder", "analysis", ""},
}

var storiesArabic = []struct{ headline, standfirst, section string }{
	{"بوابة البحر التي لم يغلقها أحد", "تُظهر السجلات أن الأمر صدر قبل الفيضان بساعة. ثلاث روايات لما حدث بعدها لا يمكن أن تصح كلها.", "المدينة"},
	{"العبّارات في الميناء لليوم الرابع مع تعثر المحادثات", "تقول الأطقم إن جدول العمل الجديد يخالف اتفاق 2021.", "اقتصاد"},
	{"تصويت على الميناء يقسم كل الأحزاب", "اقتراع الثلاثاء هو الأول منذ الاندماج.", "سياسة"},
	{"النهر الجليدي يتحرك من جديد ولا أحد يعرف السبب", "اثنا عشر مترًا في أسبوع واحد.", "علوم"},
}

func (f fixture) card(i int) view.Card {
	s := stories[i%len(stories)]
	c := view.Card{
		ID: int64(i + 1), URL: fmt.Sprintf("/city/story-%d/", i), Headline: s.headline, Standfirst: s.standfirst, Kicker: s.kicker,
		Byline: s.by, Section: view.Link{Label: s.section, URL: "/section/x/"}, Kind: s.kind, Published: f.stamp(3 + 5*i),
		Picture: f.picture(s.picture, s.headline), CommentCount: int64((i * 7) % 23),
	}
	if f.arabic() {
		a := storiesArabic[i%len(storiesArabic)]
		c.Headline, c.Standfirst, c.Section.Label, c.Kicker, c.Byline = a.headline, a.standfirst, a.section, "", "سمر خليل"
		c.Picture.Alt = a.headline
	}
	if s.kind != "" {
		c.KindLabel = f.words.T("kind." + s.kind)
	}
	return c
}

func (f fixture) cards(from, n int) []view.Card {
	var out []view.Card
	for i := range n {
		out = append(out, f.card(from+i))
	}
	return out
}

func (f fixture) page(template, title string) view.Page {
	return view.Page{
		Template: template, Site: f.site(),
		Meta: view.Meta{
			Title: title + " – The Brannock Post", Description: "Records show the order was given an hour before the flood.",
			Canonical: "https://post.example/city/story/", Language: f.words.Locale(), Direction: f.words.Dir(), OGType: "website", SocialTitle: title,
			Feeds: []view.Feed{{Title: "The Brannock Post", URL: "/feed/", Type: "application/rss+xml"}, {Title: "The Brannock Post", URL: "/feed/atom/", Type: "application/atom+xml"}},
		},
		Crumbs: []view.Link{{Label: f.words.T("site.home"), URL: "/"}, {Label: "City", URL: "/section/2/"}, {Label: title}},
	}
}

func (f fixture) front() view.Page {
	p := f.page("front", "Front")
	p.Crumbs = nil
	lead := f.card(0)
	lead.Picture.Credit = "Iris Daoud / Brannock Post"
	foreign := f.card(5)
	foreign.Headline, foreign.Language, foreign.Direction = "بوابة البحر التي لم يغلقها أحد", "ar", "rtl"
	latest := f.cards(4, 7)
	latest[3] = foreign
	p.Front = &view.Front{
		Lead: &lead, Secondary: f.cards(1, 4), Latest: latest, Discussed: f.cards(2, 5), Pager: view.Pager{Older: "/page/2/", Page: 1, Pages: 40},
		Sections: []view.SectionBlock{
			{Section: view.Link{Label: "City", URL: "/section/2/"}, Cards: f.cards(6, 5)},
			{Section: view.Link{Label: "Politics", URL: "/section/1/"}, Cards: f.cards(2, 4)},
			{Section: view.Link{Label: "Culture", URL: "/section/5/"}, Cards: f.cards(7, 3)},
		},
	}
	p.Front.Rail = latest
	for i, s := range p.Front.Sections {
		p.Front.Blocks = append(p.Front.Blocks, view.FrontBlock{Kind: "section", ID: fmt.Sprint("b", i), Title: s.Section, Layout: []string{"cards", "list", "picture"}[i], Cards: s.Cards})
	}
	p.Front.Blocks[0].Cards[0].Size, p.Front.Blocks[0].Cards[1].Size, p.Front.Blocks[0].Sized = "large", "small", true
	p.Front.Blocks = append(p.Front.Blocks, view.FrontBlock{Kind: "discussed", ID: "b9", Title: view.Link{Label: "Most discussed"}, Cards: p.Front.Discussed})
	return p
}

func (f fixture) article() view.Page {
	s := stories[0]
	p := f.page("article", s.headline)
	p.Meta.OGType, p.Meta.Published, p.Meta.Section, p.Meta.Tags, p.Meta.Authors = "article", today, "City", []string{"Flood"}, []string{"Iris Daoud"}
	p.Meta.Image, p.Meta.ImageAlt, p.Meta.ImageWidth, p.Meta.ImageHeight = "https://post.example/media/x.jpg", "A flooded street", 1200, 630
	p.Meta.JSONLD = view.JSONLD(map[string]any{"@context": "https://schema.org", "@type": "NewsArticle", "headline": s.headline})
	lead := f.picture("flood-bridge", "A bridge over a river in flood")
	lead.Caption, lead.Credit = view.Text("The old bridge at half past four on Monday. The water rose another forty centimetres."), "Iris Daoud / Brannock Post"
	updated := f.stamp(2)
	a := &view.Article{
		ID: 1, Type: "article", Kind: "report", URL: "/city/story/", Headline: s.headline, Kicker: s.kicker, Standfirst: s.standfirst,
		Dateline: "BRANNOCK", Published: f.stamp(9), Updated: &updated, Lead: lead, Body: view.Rendered(bodyHTML), Language: "en", Direction: "ltr",
		ReadingTime: 6, WordCount: 1204, Section: &view.Link{Label: "City", URL: "/section/2/"},
		Tags: []view.Link{{Label: "Flood", URL: "/tag/flood/"}, {Label: "Harbour board", URL: "/tag/harbour/"}, {Label: "Climate", URL: "/tag/climate/"}},
		Bylines: []view.BylineEntry{
			{Prefix: f.words.T("byline.by"), Name: "Iris Daoud", URL: "/author/daoud/"}, {Name: "Tom Renn", URL: "/author/renn/"},
			{Prefix: f.words.T("byline.photo"), Name: "Ada Quill"},
		},
		Corrections: []view.Correction{{Label: f.words.T("correction.correction"), Note: "An earlier version gave the year of the handover as 2004. It was 2003.", When: f.stamp(2)}},
		Authors: []view.Author{{
			Name: "Iris Daoud", Role: "City editor", URL: "/author/daoud/", Bio: view.Paragraphs("Iris Daoud has covered the harbour for eleven years and lives on the hill."),
			Picture: f.picture("portrait-daoud", "Iris Daoud"), Links: []view.Link{{Label: "Mastodon", URL: "https://example.social/@daoud"}}, Count: "214 articles",
		}},
		Storyline: f.cards(6, 4), StorylineTag: "Brannock flood",
		Comments: f.comments(),
	}
	if f.arabic() {
		p.Meta.Title, a.Language, a.Direction = storiesArabic[0].headline, "ar", "rtl"
		a.Headline, a.Standfirst, a.Kicker, a.Body, a.Dateline = storiesArabic[0].headline, storiesArabic[0].standfirst, "فيضان", view.Rendered(bodyArabicHTML), "بيروت"
		a.Bylines = []view.BylineEntry{{Prefix: f.words.T("byline.by"), Name: "سمر خليل", URL: "/author/x/"}, {Name: "علي منصور"}}
		lead.Caption = view.Text("الجسر القديم عند الرابعة والنصف يوم الاثنين.")
		p.Crumbs[1].Label, p.Crumbs[2].Label = "المدينة", storiesArabic[0].headline
	}
	view.JoinBylines(f.words, a.Bylines)
	for _, name := range []string{"Mastodon", "Bluesky", "WhatsApp", "Facebook", "X"} {
		a.Share = append(a.Share, view.Share{Name: name, Label: f.words.T("article.share_on", name), URL: "https://share.example/?u=x"})
	}
	a.Share = append(a.Share, view.Share{Name: f.words.T("article.email"), Label: f.words.T("article.share_email"), URL: "mailto:?subject=x"})
	also, prev, next := f.card(3), f.card(1), f.card(7)
	a.CheckAlso, a.Prev, a.Next = &also, &prev, &next
	p.Article = a
	return p
}

func (f fixture) comment(id int, name, initials, body string, hue int, replies ...view.Comment) view.Comment {
	return view.Comment{
		ID: fmt.Sprintf("comment-%d", id), Name: name, Initials: initials, Hue: hue, When: f.stamp(id), Link: fmt.Sprintf("/city/story/#comment-%d", id),
		Body: view.Paragraphs(body), Replies: replies,
	}
}

func (f fixture) comments() *view.Comments {
	author := f.comment(4, "Iris Daoud", "ID", "Thank you. We asked for the November roster and were told it would take ten days.", 210)
	author.Byline = true
	author.URL = "https://example.org/"
	deep := f.comment(5, "Old Salt", "OS", "Ten days is about the life of a sandbag.", 40, f.comment(6, "Per", "P", "Or a chairman.", 300))
	threads := []view.Comment{
		f.comment(1, "Marit Engel", "ME", "My father worked that gate for thirty years. It took two people and a bicycle chain, and it never once failed to shut.\n\nThe bicycle chain is still in our shed, if the board would like it.", 120,
			f.comment(3, "Tobias", "T", "Please give it to the museum, not the board.", 20, author), deep),
		f.comment(2, "سمر خليل", "سخ", "هل ستُنشر السجلات كاملة؟", 260),
	}
	mention := f.comment(7, "harbourblog.example", "H", "The Post has seen the rosters …", 80)
	mention.Mention = true
	return &view.Comments{
		Count: 7, CountText: f.words.N("comments.count", 7), Threads: append(threads, mention), FeedURL: "/city/story/feed/",
		Older: "/city/story/comment-page-2/", ClosedNote: f.words.T("comments.closed"),
	}
}

func (f fixture) standing() view.Page {
	p := f.page("page", "About this paper")
	p.Article = &view.Article{
		Type: "page", Kind: "page", Headline: "About this paper", Standfirst: "Who we are, who pays for it, and how to complain.", Language: "en", Direction: "ltr",
		Body:     view.Rendered("<p>The Brannock Post is owned by its readers. Nobody else pays us, and nobody else reads what we write before you do.</p><h2>The desk</h2><ul><li>Iris Daoud, city</li><li>Tom Renn, business</li></ul>"),
		Children: []view.Link{{Label: "Imprint", URL: "/about/imprint/"}, {Label: "How we correct mistakes", URL: "/about/corrections/"}},
	}
	return p
}

func (f fixture) list() view.Page {
	p := f.page("list", "City")
	p.List = &view.List{
		Kind: "section", Title: "City", Description: view.Paragraphs("The harbour, the hill and everything between them."), Parent: &view.Link{Label: "Coast", URL: "/section/coast/"},
		Children: []view.Link{{Label: "Harbour", URL: "/section/city/harbour/"}, {Label: "Old town", URL: "/section/city/old/"}, {Label: "Transport", URL: "/section/city/transport/"}},
		Cards:    f.cards(0, 8), Count: f.words.N("list.count", 1204), FeedURL: "/section/city/feed/",
		Pager: view.Pager{Newer: "/section/city/", Older: "/section/city/page/3/", Page: 2, Pages: 61, Label: f.words.T("list.page_of", 2, 61)},
	}
	p.List.Cards[1].Picture = &view.Picture{Missing: true}
	p.List.Cards[2].Pinned = true
	p.List.Cards[3].Updated = true
	p.List.Cards[4].Picture = nil
	return p
}

func (f fixture) author() view.Page {
	p := f.page("list", "Iris Daoud")
	p.List = &view.List{
		Kind: "author", Title: "Iris Daoud", Cards: f.cards(0, 4), Count: f.words.N("list.count", 214), FeedURL: "/author/daoud/feed/",
		Author: &view.Author{
			Name: "Iris Daoud", Role: "City editor", Picture: f.picture("portrait-daoud", "Iris Daoud"),
			Bio:   view.Paragraphs("Iris Daoud has covered the harbour for eleven years, the council for nine, and both at once since the merger.\n\nShe lives on the hill."),
			Links: []view.Link{{Label: "Mastodon", URL: "https://example.social/@daoud"}, {Label: "Website", URL: "https://daoud.example/"}},
		},
	}
	return p
}

func (f fixture) archive() view.Page {
	p := f.page("archive", "2026")
	a := &view.Archive{Title: "2026", Count: f.words.N("list.count", 1204), Older: "/2025/"}
	for m := time.January; m <= time.November; m++ {
		a.Months = append(a.Months, view.ArchiveMonth{Link: view.Link{Label: f.words.MonthYear(2026, m), URL: fmt.Sprintf("/2026/%02d/", m)}, Count: f.words.N("archive.count", int64(m)*37)})
	}
	for y := 2026; y > 2020; y-- {
		a.Years = append(a.Years, view.ArchiveMonth{Link: view.Link{Label: fmt.Sprint(y), URL: fmt.Sprintf("/%d/", y)}, Count: f.words.N("archive.count", 1204)})
	}
	p.Archive = a
	return p
}

func (f fixture) month() view.Page {
	p := f.page("archive", "November 2026")
	a := &view.Archive{Title: f.words.MonthYear(2026, time.November), Count: f.words.N("list.count", 112), Older: "/2026/10/", Newer: "/2026/12/", Cards: f.cards(0, 5), Pager: view.Pager{Older: "/2026/11/page/2/"}}
	for d := 1; d <= 23; d++ {
		a.Days = append(a.Days, view.Link{Label: fmt.Sprint(d), URL: fmt.Sprintf("/2026/11/%02d/", d)})
	}
	p.Archive = a
	return p
}

func (f fixture) search() view.Page {
	p := f.page("search", "Search: gate")
	link := func(label string) view.Link { return view.Link{Label: label, URL: "/search/?q=gate&section=city"} }
	s := &view.Search{Query: "gate", Asked: true, Summary: f.words.N("search.results", 12, "gate"), FeedURL: "/search/feed/?q=gate",
		Notes: []string{f.words.T("search.note_date", "before:soon")}, DidMean: &view.Link{Label: "gates", URL: "/search/?q=gates"},
		Chosen: []view.Link{link(f.words.T("search.filter_section", "City"))},
		Sorts:  []view.SortOrder{{Label: f.words.T("search.sort_best")}, {Label: f.words.T("search.sort_new"), URL: "/search/?q=gate&sort=new"}},
		Groups: []view.FacetGroup{{Title: f.words.T("search.by_author"), Values: []view.FacetValue{{Link: link("Iris Daoud"), Count: "8"}, {Link: link("Tomas Brandt"), Count: "4"}}}},
		Help:   []view.SearchHelp{{Example: f.words.T("search.example_author"), Text: f.words.T("search.help_author")}}}
	for i := range 4 {
		s.Cards = append(s.Cards, view.Hit{Card: f.card(i), Snippet: view.Snippet([]view.Span{{Text: "… show that the "}, {Text: "gate", Match: true}, {Text: " which should have held the tide back was ordered shut at 15.20 and never moved. A report from 2023 had called its motor …"}})})
	}
	p.Search = s
	return p
}

func (f fixture) attachment() view.Page {
	p := f.page("attachment", "Cooper’s Row")
	pic := f.picture("street-flood", "A flooded street")
	pic.Caption, pic.Credit = view.Text("Cooper’s Row on Monday evening."), "Iris Daoud"
	p.Attachment = &view.Attachment{Title: "Cooper’s Row", Picture: pic, FileURL: "/media/street-flood.jpg", FileLabel: "JPEG, 1.2 MB", Parent: &view.Link{Label: "The sea gate that nobody shut", URL: "/city/story/"}, Published: f.stamp(3), Description: template.HTML("")}
	return p
}

func (f fixture) password() view.Page {
	p := f.page("password", f.words.T("password.title"))
	p.Password = &view.Password{Action: "/city/story/", Wrong: true}
	return p
}

func (f fixture) feeds() view.Page {
	p := f.page("feeds", f.words.T("feeds.title"))
	p.Feeds = &view.FeedList{}
	for _, g := range []string{f.words.T("feeds.all"), f.words.T("feeds.sections")} {
		group := view.FeedGroup{Title: g}
		for _, n := range []string{"The Brannock Post", "City", "Politics"} {
			group.Feeds = append(group.Feeds, view.NamedFeeds{Title: n, RSS: "/feed/", Atom: "/feed/atom/", JSON: "/feed/json/"})
		}
		p.Feeds.Groups = append(p.Feeds.Groups, group)
	}
	return p
}

func (f fixture) version(n int64, change string, hoursAgo int) view.Version {
	return view.Version{Number: n, Label: f.words.T("correction." + change), When: f.stamp(hoursAgo), Note: "An earlier version gave another year.",
		URL: fmt.Sprintf("/city/story/versions/%d/", n), Summary: f.words.T("versions.words", "12", "3"), Current: n == 4}
}

func (f fixture) versions() view.Page {
	p := f.page("versions", f.words.T("versions.title"))
	p.Meta.NoIndex = true
	sealed := f.version(1, "original", 90)
	sealed.Sealed, sealed.URL = true, ""
	p.Versions = &view.Versions{Headline: stories[0].headline, URL: "/city/story/", ListURL: "/city/story/versions/", Language: "en", Direction: "ltr",
		Groups: []view.VersionGroup{{Versions: []view.Version{f.version(4, "correction", 3)}},
			{Minor: true, Label: f.words.N("versions.minor", 2), Versions: []view.Version{f.version(3, "silent", 30), f.version(2, "silent", 40)}},
			{Versions: []view.Version{sealed}}}}
	return p
}

func (f fixture) versionShown() view.Page {
	p := f.versions()
	p.Versions.Groups = nil
	p.Versions.Shown = &view.VersionShown{Version: f.version(4, "correction", 3), Compared: f.words.T("versions.compared", 3), Hash: strings.Repeat("0123456789abcdef", 4),
		Body:  template.HTML("<p>The gate was shut at <del>four</del><ins>five</ins>.</p><details class=\"details\"><summary>" + f.words.N("versions.unchanged", 2) + "</summary><p>And so on.</p><p>And on.</p></details>"),
		Older: &view.Link{Label: f.words.T("versions.number", 3), URL: "/city/story/versions/3/"}}
	return p
}

func (f fixture) quotes(speaker string) view.Page {
	p := f.page("quotes", f.words.T("quotes.title"))
	p.Quotes = &view.Quotes{Speaker: speaker, FeedURL: "/quotes/feed/", Pager: view.Pager{Older: "/quotes/after/1.2/"}}
	if speaker != "" {
		p.Quotes.Role = "harbour master"
		p.Quotes.Subjects = []view.Link{{Label: f.words.T("quotes.subject", speaker), URL: "/people/ruth-palmer/"}}
	}
	for i := range 3 {
		p.Quotes.Entries = append(p.Quotes.Entries, view.Quote{Speaker: "Ruth Palmer", SpeakerURL: "/quotes/ruth-palmer/", Role: "harbour master", Words: "We have read every page of it.", Direct: i != 1,
			Said: f.stamp(2), Outlet: "Courier", Source: "https://example.org/a", Of: view.Link{Label: "The harbour stays open", URL: "/world/harbour/#said-1"}, Published: f.stamp(1)})
	}
	return p
}

func (f fixture) corrections() view.Page {
	p := f.page("corrections", f.words.T("corrections.title"))
	p.Corrections = &view.Corrections{FeedURL: "/corrections/feed/", Pager: view.Pager{Older: "/corrections/after/1/"}}
	for i := range 3 {
		p.Corrections.Entries = append(p.Corrections.Entries, view.Correction{Label: f.words.T("correction.correction"), Note: "An earlier version gave another year.",
			When: f.stamp(4 * i), Of: &view.Link{Label: stories[i].headline, URL: "/city/story/"}, Items: []view.CorrectionItem{{Wrong: "1975", Right: "1974"}}})
	}
	return p
}

func (f fixture) editions() view.Page {
	p := f.page("editions", "The Morning")
	p.Editions = &view.Editions{Name: "The Morning", URL: "/newsletter/morning/", FeedURL: "/newsletter/morning/feed/"}
	for i := range 3 {
		p.Editions.Editions = append(p.Editions.Editions, view.EditionEntry{Title: stories[i].headline, URL: "/newsletter/morning/one/", When: f.stamp(24 * i), Headlines: []string{stories[i+1].headline}})
	}
	return p
}

func (f fixture) edition() view.Page {
	p := f.editions()
	cards := f.cards(0, 3)
	p.Editions.Editions, p.Editions.Shown = nil, &view.EditionShown{Title: "Two things", When: f.stamp(3), Intro: template.HTML("<p>Good morning.</p>"), Items: []view.EditionItem{
		{Card: cards[0]}, {Card: cards[1], Body: template.HTML("<p>The whole text.</p>")}, {Corrections: f.corrections().Corrections.Entries[:1]}}}
	return p
}

func (f fixture) problem(name string, status int) view.Page {
	p := f.page(name, "Problem")
	p.Problem = &view.Problem{Status: status, Latest: f.cards(0, 4)}
	p.Meta.NoIndex, p.Meta.Canonical = true, ""
	if name == "gone" {
		p.Problem.Reason = "The article named a person who was not involved."
	}
	if name == "error" {
		p.Problem.ErrorID = "7Q4-K2M"
	}
	return p
}

// all is every kind of page by the name that tests and previews give it.
func (f fixture) all() map[string]view.Page {
	return map[string]view.Page{
		"front": f.front(), "article": f.article(), "page": f.standing(), "section": f.list(), "author": f.author(),
		"archive": f.archive(), "month": f.month(), "search": f.search(), "attachment": f.attachment(), "password": f.password(),
		"feeds": f.feeds(), "versions": f.versions(), "version": f.versionShown(), "corrections": f.corrections(), "quotes": f.quotes(""), "speaker": f.quotes("Ruth Palmer"), "editions": f.editions(), "edition": f.edition(),
		"notfound": f.problem("notfound", 404), "gone": f.problem("gone", 410), "error": f.problem("error", 500),
	}
}
