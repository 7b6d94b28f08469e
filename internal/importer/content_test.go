package importer_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/importer"
	"dateline/internal/richtext"
	"dateline/internal/settings"
)

func TestRun_Bylines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		guest := func(id int, slug, name string, meta ...field) item {
			return item{ID: id, Type: "guest-author", Title: name, Slug: "cap-" + slug, Meta: append([]field{{"cap-display_name", name}}, meta...)}
		}
		byline := func(slug string) ref { return ref{"author", "cap-" + slug, slug} }
		file := export{
			// The second author stands on several lines, with white space around everything.
			Head: user(1, "ann", "Ann Lee") + "<wp:author>\n\t<wp:author_id>\n2</wp:author_id>\n\t<wp:author_login>\n<![CDATA[bo]]>\n</wp:author_login>\n\t<wp:author_email><![CDATA[bo@staff.example]]></wp:author_email>\n\t<wp:author_display_name>\n<![CDATA[Bo Park]]></wp:author_display_name>\n</wp:author>\n",
			Items: []item{
				{ID: 10, Title: "Three hands", Slug: "three", Terms: []ref{byline("zoe-quist"), byline("ann"), byline("carl")}},
				{ID: 11, Title: "One hand", Slug: "one", Creator: "bo"},
				{ID: 12, Title: "A stranger", Slug: "stranger", Creator: "ghost", Terms: []ref{byline("nobody-known")}},
				guest(20, "zoe-quist", "Zoë Quist", field{"cap-description", "Writes on <b>ports</b>."}, field{"cap-user_email", "zoe@guest.example"}, field{"cap-website", "https://zoe.example/"}),
				guest(21, "carl", "Carl Ode", field{"cap-website", "javascript:alert(1)"}),
				guest(22, "ann-l", "Ann B. Lee", field{"cap-linked_account", "ann"}, field{"cap-description", "Ann's life."}),
			}}.write(t)
		n := open(t, d)
		rep := n.load(file)
		want := importer.Count{InFile: 5, New: 4, Dropped: 1} // two users, three guests of whom one is a user
		if *rep.Kinds["author"] != want {
			t.Errorf("authors %+v", *rep.Kinds["author"])
		}
		_, c := n.article("post", "10")
		var names []string
		for _, b := range c.Bylines {
			names = append(names, b.Name)
		}
		if diff := cmp.Diff([]string{"Zoë Quist", "Ann B. Lee", "Carl Ode"}, names); diff != "" {
			t.Error(diff)
		}
		row, _ := n.article("post", "12")
		if row["byline_text"] != "nobody-known" {
			t.Errorf("byline %q", row["byline_text"])
		}
		if row, _ := n.article("post", "11"); row["byline_text"] != "Bo Park" {
			t.Errorf("byline %q", row["byline_text"])
		}
		if bio := n.text(`SELECT bio FROM profile WHERE slug = 'zoe-quist'`); bio != "Writes on ports." {
			t.Errorf("biography %q", bio)
		}
		if links := n.text(`SELECT links FROM profile WHERE slug = 'carl'`); links != "[]" {
			t.Errorf("links %s", links)
		}
		n.answers(map[string]string{"/author/zoe-quist/": "200", "/author/cap-zoe-quist/": "/author/zoe-quist/", "/author/ann/": "200",
			"/author/ann-l/": "/author/ann/", "/?author=2": "/author/bo/", "/author/bo/feed/": "200"})
		again := n.load(file)
		if c := again.Kinds["author"]; c.Unchanged != 4 || c.Updated != 0 {
			t.Errorf("second run: %+v", *c)
		}
	})
}

// TestRun_NamesakesStayApart imports two logins that make the same address
// word: two people, two pages.
func TestRun_NamesakesStayApart(t *testing.T) {
	n := open(t, dbtest.Open(t, db.SQLite))
	file := export{Head: user(1, "jane.doe", "Jane Doe") + user(2, "jane-doe", "Jane Doe"), Items: []item{
		{ID: 1, Title: "A", Slug: "a", Creator: "jane.doe"}, {ID: 2, Title: "B", Slug: "b", Creator: "jane-doe"}}}.write(t)
	rep := n.load(file)
	if n.number(`SELECT COUNT(*) FROM profile`) != 2 {
		t.Error("two people share a profile")
	}
	n.answers(map[string]string{"/?author=1": "/author/jane-doe/", "/?author=2": "/author/jane-doe-2/"})
	if !slices.ContainsFunc(rep.Decisions, func(d importer.Decision) bool { return d.Subject == "authors" }) {
		t.Errorf("nobody is asked about the namesakes: %+v", rep.Decisions)
	}
	secondRunChangesNothing(n, file, rep)
}

func TestRun_States(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		at := func(id int, slug, status, date string) item {
			return item{ID: id, Title: slug, Slug: slug, Status: status, Date: date, Link: "https://courier.example/" + slug + "/"}
		}
		unlinked := func(it item) item { it.Link = ""; return it }
		draft := unlinked(at(2, "draft", "draft", "2026-01-02 03:04:05"))
		draft.GMT = "0000-00-00 00:00:00"
		password := at(8, "password", "publish", "2026-01-08 00:00:00")
		password.Password = "öpen"
		sticky := at(9, "sticky", "publish", "2026-01-09 00:00:00")
		sticky.Sticky = true
		file := export{Items: []item{
			at(1, "published", "publish", "2026-01-01 00:00:00"), draft, unlinked(at(3, "pending", "pending", "2026-01-03 00:00:00")),
			at(4, "private", "private", "2026-01-04 00:00:00"), unlinked(at(5, "future", "future", "2026-12-05 00:00:00")),
			unlinked(at(6, "missed", "future", "2026-06-01 00:00:00")), at(7, "trash__trashed", "trash", "2026-01-07 00:00:00"), password, sticky,
			unlinked(at(10, "custom", "in-legal", "2026-01-10 00:00:00")),
		}}.write(t)
		n := open(t, d)
		rep := n.load(file)
		if c := *rep.Kinds["post"]; c != (importer.Count{InFile: 10, New: 9, Dropped: 1}) {
			t.Errorf("posts %+v", c)
		}
		for id, want := range map[string][]string{"1": {"published", "open", "1"}, "2": {"draft", "open", "0"}, "3": {"review", "open", "0"},
			"4": {"published", "private", "0"}, "5": {"scheduled", "open", "0"}, "6": {"draft", "open", "0"}, "8": {"published", "password", "0"},
			"9": {"published", "open", "1"}, "10": {"draft", "open", "0"}} {
			row, _ := n.article("post", id)
			if got := []string{row["status"], row["access"], row["public"]}; !slices.Equal(got, want) {
				t.Errorf("%s is %v, want %v", id, got, want)
			}
		}
		row, _ := n.article("post", "8")
		if n.vault.CheckPassword(row["password_hash"], "öpen") != true || n.vault.CheckPassword(row["password_hash"], "open") {
			t.Error("the password does not open the article")
		}
		if row, _ := n.article("post", "9"); row["pinned"] != "1" {
			t.Error("the sticky article is not pinned")
		}
		if row, _ := n.article("post", "2"); row["created_at"] != "1767323045000000" {
			t.Errorf("the draft was made at %s", row["created_at"])
		}
		n.answers(map[string]string{"/published/": "200", "/private/": "404", "/?p=4": "404", "/?p=2": "404", "/future/": "404", "/?p=5": "404",
			"/missed/": "404", "/password/": "200", "/trash__trashed/": "404", "/sticky/": "200"})
		var asked []string
		for _, d := range rep.Decisions {
			asked = append(asked, d.Subject)
		}
		for _, subject := range []string{"missed schedule", "private", "password", "status", "sections"} {
			if !slices.Contains(asked, subject) {
				t.Errorf("nobody is asked about %q: %v", subject, asked)
			}
		}
		secondRunChangesNothing(n, file, rep)
	})
}

// TestRun_KeepsWhatAppearedInTime runs an import again after a scheduled
// article's time: it must stay out.
func TestRun_KeepsWhatAppearedInTime(t *testing.T) {
	n := open(t, dbtest.Open(t, db.SQLite))
	soon := item{ID: 5, Title: "Soon", Slug: "soon", Status: "future", Date: "2026-12-05 00:00:00", Content: "<p>First words.</p>"}
	file := export{Items: []item{soon}}.write(t)
	n.load(file)
	n.clock.Set(today.AddDate(0, 1, 0))
	n.drain()
	if row, _ := n.article("post", "5"); row["status"] != "published" {
		t.Fatalf("the article is %s after its time", row["status"])
	}
	if c := n.load(file).Kinds["post"]; c.Unchanged != 1 {
		t.Errorf("second run: %+v", *c)
	}
	soon.Content = "<p>Other words.</p>"
	if c := n.load(export{Items: []item{soon}}.write(t)).Kinds["post"]; c.Updated != 1 {
		t.Errorf("third run: %+v", *c)
	}
	if row, _ := n.article("post", "5"); row["status"] != "published" {
		t.Errorf("an update made it a %s", row["status"])
	}
}

func TestRun_UpdateChainsAVersion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		it := item{ID: 1, Title: "First headline", Slug: "first", Link: "https://courier.example/2024/05/first/", Content: "<p>Old text.</p>"}
		same := item{ID: 2, Title: "Same", Slug: "same", Link: "https://courier.example/2024/05/same/"}
		n := open(t, d)
		n.load(export{Items: []item{it, same}}.write(t))
		it.Title, it.Content, it.Modified = "Second headline", "<p>New text.</p>", "2024-06-01 00:00:00"
		rep := n.load(export{Items: []item{it, same}}.write(t))
		if c := *rep.Kinds["post"]; c != (importer.Count{InFile: 2, Updated: 1, Unchanged: 1}) {
			t.Errorf("posts %+v", c)
		}
		row, c := n.article("post", "1")
		if c.Headline != "Second headline" || richtext.Text(c.Body) != "New text." || row["path"] != "/2024/05/first/" || row["headline"] != "Second headline" {
			t.Errorf("article %v %q", row, c.Headline)
		}
		if got := n.number(`SELECT COUNT(*) FROM version WHERE article_id = $1`, n.target("post", "1")); got != 2 {
			t.Errorf("%d versions", got)
		}
		n.must(article.VerifyChain(t.Context(), n.db, n.target("post", "1")))
		// It moves: the old address leads to the new one.
		it.Slug, it.Link = "moved", "https://courier.example/2024/05/moved/"
		n.load(export{Items: []item{it}}.write(t))
		n.answers(map[string]string{"/2024/05/moved/": "200", "/2024/05/first/": "/2024/05/moved/", "/?p=1": "/2024/05/moved/", "/2024/05/same/": "200"})
		// It gets another date: the id of the first import stays.
		it.Date = "2025-05-06 07:08:09"
		n.load(export{Items: []item{it, {ID: 3, Type: "page", Title: "Page", Slug: "page"}}}.write(t))
		if got := n.number(`SELECT COUNT(*) FROM article WHERE type = 'article'`); got != 2 {
			t.Errorf("%d articles", got)
		}
	})
}

func TestRun_ForwardReferences(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		page := func(id, parent int, slug, link string) item {
			return item{ID: id, Type: "page", Title: strings.ToUpper(slug), Slug: slug, Parent: parent, Link: link}
		}
		items := []item{
			{ID: 1, Type: "nav_menu_item", Title: "", Order: 1, Terms: []ref{{"nav_menu", "main", "Main"}}, Meta: menu("post_type", "post", 2, 0, "")},
			{ID: 8, Type: "nav_menu_item", Title: "Below", Order: 2, Terms: []ref{{"nav_menu", "main", "Main"}}, Meta: menu("taxonomy", "category", 31, 1, "")},
			{ID: 9, Type: "nav_menu_item", Title: "Out", Order: 3, Terms: []ref{{"nav_menu", "main", "Main"}}, Meta: menu("custom", "custom", 9, 0, "https://courier.example/2024/05/post/#x")},
			{ID: 7, Type: "nav_menu_item", Title: "Evil", Order: 4, Terms: []ref{{"nav_menu", "main", "Main"}}, Meta: menu("custom", "custom", 7, 0, "javascript:alert(1)")},
			page(3, 4, "leaf", "https://courier.example/top/middle/leaf/"), page(4, 5, "middle", "https://courier.example/top/middle/"),
			{ID: 2, Title: "Post", Slug: "post", Link: "https://courier.example/2024/05/post/", Terms: []ref{{"category", "kid", "Kid"}}, Meta: []field{{"_thumbnail_id", "6"}},
				Content: "<!-- wp:image {\"id\":6} -->\n<figure class=\"wp-block-image\"><img src=\"https://courier.example/wp-content/uploads/a-300x200.jpg\" class=\"wp-image-6\"/></figure>\n<!-- /wp:image -->"},
			page(5, 0, "top", "https://courier.example/top/"),
			{ID: 6, Type: "attachment", Status: "inherit", Title: "Picture", Slug: "picture", Parent: 2, File: "https://courier.example/wp-content/uploads/a.jpg", Excerpt: "A cat"},
		}
		n := open(t, d)
		// The child's section stands before its parent.
		rep := n.load(export{Head: section(31, "kid", "mum", "Kid") + section(30, "mum", "", "Mum"), Items: items}.write(t))
		row, c := n.article("post", "2")
		picture := n.target("attachment", "6")
		if c.Lead == nil || c.Lead.Media != picture || !slices.Equal(richtext.MediaIDs(c.Body), []int64{picture}) {
			t.Errorf("picture %d, lead %+v, in the text %v", picture, c.Lead, richtext.MediaIDs(c.Body))
		}
		if parent := n.number(`SELECT parent FROM media WHERE id = $1`, picture); parent != n.target("post", "2") || row["id"] == "" {
			t.Errorf("the picture belongs to %d", parent)
		}
		n.answers(map[string]string{"/top/middle/leaf/": "200", "/top/middle/": "200", "/top/": "200", "/category/mum/kid/": "200", "/category/mum/": "200",
			"/category/mum/kid/feed/": "200", "/?page_id=3": "/top/middle/leaf/", "/?cat=31": "/category/mum/kid/"})
		if leaf, _ := n.article("page", "3"); leaf["parent_id"] != number(n.target("page", "4")) {
			t.Errorf("the leaf's parent is %s", leaf["parent_id"])
		}
		var main []string
		menus := n.text(`SELECT items FROM menu WHERE slug = 'main'`)
		for _, part := range []string{`"label":"Post"`, `"label":"Below"`, `"/2024/05/post/#x"`} {
			if !strings.Contains(menus, part) {
				main = append(main, part)
			}
		}
		if len(main) > 0 || strings.Contains(menus, "javascript") {
			t.Errorf("menu %s lacks %v", menus, main)
		}
		if c := *rep.Kinds["menu_item"]; c != (importer.Count{InFile: 4, New: 3, Dropped: 1}) {
			t.Errorf("menu items %+v", c)
		}
	})
}

func TestRun_CustomFieldsAndSEO(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := open(t, d)
		rep := n.load(export{Items: []item{
			{ID: 1, Title: "Storm &amp; flood", Slug: "storm", Excerpt: "All about it", Meta: []field{
				{"_yoast_wpseo_title", "%%title%% %%page%%%%sep%% %%sitename%%"}, {"_yoast_wpseo_metadesc", "Read %%excerpt%% now"},
				{"_yoast_wpseo_meta-robots-noindex", "1"}, {"_yoast_wpseo_canonical", "https://agency.example/storm"}, {"_yoast_wpseo_opengraph-title", "Wow"},
				{"source", "A"}, {"source", "B"}, {"rating", "5"}, {"_edit_last", "1"}, {"_secret", "x"}, {"newspack_post_subtitle", "What we <i>know</i>"}}},
			{ID: 2, Title: "Rank", Slug: "rank", Meta: []field{{"rank_math_title", "%title% %sep% %sitename%"}, {"rank_math_description", "100% sure"},
				{"rank_math_robots", `a:1:{i:0;s:7:"noindex";}`}, {"rank_math_canonical_url", "https://courier.example/rank/"}}},
			{ID: 3, Title: "Primary", Slug: "primary", Terms: []ref{{"category", "one", ""}, {"category", "two", ""}}, Meta: []field{{"_yoast_wpseo_primary_category", "32"}}},
		}, Head: section(31, "one", "", "One") + section(32, "two", "", "Two")}.write(t))
		_, c := n.article("post", "1")
		got := []string{c.Headline, c.SearchTitle, c.SearchDescription, c.Canonical, c.SocialTitle, c.Standfirst, c.Fields["source"], c.Fields["rating"], c.Fields["_secret"]}
		want := []string{"Storm & flood", "Storm & flood – The Courier", "Read All about it now", "https://agency.example/storm", "Wow", "What we know", "A\nB", "5", ""}
		if diff := cmp.Diff(want, got); diff != "" || !c.NoIndex {
			t.Errorf("noindex %v, %s", c.NoIndex, diff)
		}
		_, c = n.article("post", "2")
		if c.SearchTitle != "Rank – The Courier" || c.SearchDescription != "100% sure" || !c.NoIndex || c.Canonical != "" {
			t.Errorf("Rank Math: %+v", c)
		}
		_, c = n.article("post", "3")
		if len(c.Sections) != 2 || n.text(`SELECT slug FROM section WHERE id = $1`, c.Sections[0]) != "two" {
			t.Errorf("sections %v", c.Sections)
		}
		if diff := cmp.Diff([]importer.Named{{Name: "source", Count: 2}, {Name: "rating", Count: 1}}, rep.MetaKept); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]importer.Named{{Name: "_edit_last", Count: 1}, {Name: "_secret", Count: 1}}, rep.MetaUnused); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRun_Enclosures(t *testing.T) {
	n := open(t, dbtest.Open(t, db.SQLite))
	mp3 := "https://courier.example/wp-content/uploads/2024/05/show.mp3"
	n.load(export{Items: []item{
		{ID: 1, Title: "Show", Slug: "show", Content: "<p>Listen.</p>", Meta: []field{{"enclosure", mp3 + "\n1234\naudio/mpeg\n"}, {"enclosure", mp3 + "\n1234\naudio/mpeg\n"}}},
		{ID: 2, Title: "Linked", Slug: "linked", Content: "[audio src=\"" + mp3 + "\"]", Meta: []field{{"enclosure", mp3 + "\n1234\naudio/mpeg"}}},
		{ID: 3, Title: "Elsewhere", Slug: "elsewhere", Content: "<p>See.</p>", Meta: []field{{"enclosure", "https://cdn.example/film.mp4?x=1\n0\n"}}},
		{ID: 4, Title: "Bad", Slug: "bad", Content: "<p>See.</p>", Meta: []field{{"enclosure", "javascript:alert(1)\n0\naudio/mpeg"}}},
		{ID: 5, Type: "attachment", Status: "inherit", Title: "show", File: mp3},
	}}.write(t))
	for id, want := range map[string]string{"1": "paragraph audio", "2": "audio", "3": "paragraph video", "4": "paragraph"} {
		_, c := n.article("post", id)
		var kinds []string
		for _, node := range c.Body.Content {
			kinds = append(kinds, node.Type)
		}
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("post %s: %s, want %s", id, got, want)
		}
		if c.Fields["enclosure"] == "" {
			t.Errorf("post %s lost its custom field", id)
		}
	}
	if _, c := n.article("post", "1"); !slices.Equal(richtext.MediaIDs(c.Body), []int64{n.target("attachment", "5")}) {
		t.Errorf("the player's file is %v", richtext.MediaIDs(c.Body))
	}
}

func TestRun_Comments(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		comments := []reply{
			{ID: 13, Parent: 12, Author: "Cy", Text: "third", Date: "2024-05-07 03:00:00"}, {ID: 12, Parent: 11, Author: "Bo", Text: "second", Date: "2024-05-07 02:00:00"},
			{ID: 11, Author: "Ann &amp; Al", Email: "reader@mail.example", URL: "javascript:x", Text: "first <b>bold</b>\n\nnext <script>x</script>", Date: "2024-05-07 01:00:00", User: 1},
			{ID: 14, Parent: 999, Author: "Di", Text: "its parent is gone"}, {ID: 15, Author: "Spam", Text: "buy", Approved: "spam"},
			{ID: 16, Author: "Pending", Text: "wait", Approved: "0"}, {ID: 17, Author: "Other blog", Text: "[…] says […]", Type: "pingback", URL: "https://other.example/x"},
			{ID: 18, Author: "Old blog", Text: "tb", Type: "trackback"}, {ID: 19, Author: "Shop", Text: "order", Type: "order_note"},
			{ID: 20, Author: "Bin", Text: "binned", Approved: "trash"}, {ID: 21, Author: "", Text: "no name"}, {ID: 11, Author: "Twice", Text: "same number"},
			{Author: "Nil", Text: "no number", Date: "2024-05-08 00:00:00"}, {ID: 23, Parent: 24, Author: "Chicken", Text: "egg"}, {ID: 24, Parent: 23, Author: "Egg", Text: "chicken"},
		}
		file := export{Head: user(1, "ann", "Ann Lee"), Items: []item{
			{ID: 1, Title: "Post", Slug: "post", Link: "https://courier.example/post/", Comments: comments},
			{ID: 2, Type: "attachment", Status: "inherit", Title: "pic", File: "https://courier.example/wp-content/uploads/p.jpg", Comments: []reply{{ID: 30, Author: "X", Text: "nice"}}},
			{ID: 3, Title: "Binned", Status: "trash", Comments: []reply{{ID: 31, Author: "Y", Text: "z"}}},
		}}.write(t)
		n := open(t, d)
		rep := n.load(file)
		if c := *rep.Kinds["comment"]; c != (importer.Count{InFile: 17, New: 13, Dropped: 4}) {
			t.Errorf("comments %+v", c)
		}
		reasons := map[string]int{}
		for _, o := range rep.Outcomes {
			if o.Kind == "comment" {
				reasons[o.ID+": "+o.Reason]++
			}
		}
		want := map[string]int{"19: comment type “order_note” is no reader's comment": 1, "11: its number stands twice; the first one was taken": 1,
			"30: its attachment was not imported": 1, "31: its post was not imported": 1}
		if diff := cmp.Diff(want, reasons); diff != "" {
			t.Error(diff)
		}
		kept := map[string]map[string]string{}
		for _, row := range query(t, n.db, `SELECT * FROM comment`) {
			kept[row["author_name"]] = row
		}
		if kept["Cy"]["root_id"] != kept["Ann & Al"]["id"] || kept["Cy"]["parent_id"] != kept["Bo"]["id"] || kept["Di"]["parent_id"] != "0" {
			t.Errorf("threads: %v", kept)
		}
		for name, status := range map[string]string{"Spam": "spam", "Pending": "pending", "Bin": "binned", "Cy": "approved", "Anonymous": "approved"} {
			if kept[name]["status"] != status {
				t.Errorf("%s is %q", name, kept[name]["status"])
			}
		}
		if kept["Other blog"]["kind"] != "pingback" || kept["Old blog"]["kind"] != "trackback" || kept["Ann & Al"]["author_url"] != "" ||
			kept["Ann & Al"]["profile_id"] != number(n.number(`SELECT id FROM profile WHERE slug = 'ann'`)) || kept["Nil"]["old_id"] != "0" {
			t.Errorf("kept %v", kept)
		}
		if row, _ := n.article("post", "1"); row["comment_count"] != "10" {
			t.Errorf("%s comments are counted", row["comment_count"])
		}
		_, body := n.page("/post/")
		if !strings.Contains(body, `id="comment-11"`) || strings.Contains(body, "reader@mail") || strings.Contains(body, "<script>x") {
			t.Error("the page shows the thread wrongly")
		}
		n.answers(map[string]string{"/post/comment-page-1/": "/post/", "/post/feed/": "200", "/comments/feed/": "200", "/post/?replytocom=11": "200"})
		secondRunChangesNothing(n, file, rep)
	})
}

// TestRun_SealsAddresses looks for mail and network addresses in every byte
// that the import wrote.
func TestRun_SealsAddresses(t *testing.T) {
	dir := t.TempDir()
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(dir, "dateline.db"), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := open(t, d)
	n.load(export{Head: user(1, "ann", "Ann Lee"), Items: []item{{ID: 1, Title: "Canary headline", Slug: "post",
		Comments: []reply{{ID: 1, Author: "Al", Email: "reader@mail.example", Text: "Hi"}}},
		{ID: 2, Type: "guest-author", Title: "Zoe", Slug: "cap-zoe", Meta: []field{{"cap-user_email", "zoe@guest.example"}}}}}.write(t))
	n.drain()
	n.must(d.Close())
	files, err := os.ReadDir(dir)
	n.must(err)
	seen := false
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		n.must(err)
		seen = seen || bytes.Contains(raw, []byte("Canary headline"))
		for _, secret := range []string{"reader@mail.example", "ann@staff.example", "zoe@guest.example", "192.0.2.77"} {
			if bytes.Contains(bytes.ToLower(raw), []byte(secret)) {
				t.Errorf("%s holds %s", f.Name(), secret)
			}
		}
	}
	if !seen {
		t.Error("the search found nothing at all")
	}
}

func TestRun_TaxonomiesAndFormats(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		arabic, upper := "%d8%b9%d8%b1%d8%a8", "%D8%B9%D8%B1%D8%A8"
		file := export{Head: term(40, "post_format", "post-format-gallery", "", "Gallery") + term(41, "region", "north", "", "North") +
			term(42, "region", "fjord", "north", "Fjord") + tag(50, arabic, "عرب"), Items: []item{
			{ID: 1, Title: "A", Slug: "a", Link: "https://courier.example/a/", Terms: []ref{{"post_format", "post-format-gallery", "Gallery"},
				{"region", "fjord", "Fjord"}, {"post_tag", upper, "عرب"}, {"category", upper, "عرب"}, {"series", "unlisted", "Unlisted"}}},
			{ID: 2, Title: "B", Slug: "b", Link: "https://courier.example/b/", Terms: []ref{{"post_tag", arabic, "عرب"}, {"category", arabic, "عرب"}, {"category", "caf%C3%A9", "Café"}, {"category", "cafe%cc%81", "Café"}}},
			{ID: 3, Title: "C", Slug: "c", Status: "draft", Terms: []ref{{"region", "secret", "Secret"}}},
		}}.write(t)
		n := open(t, d)
		rep := n.load(file)
		if got := n.number(`SELECT COUNT(*) FROM section`); got != 3 { // two, and Uncategorized of the draft
			t.Errorf("%d sections", got)
		}
		n.answers(map[string]string{"/type/gallery/": "200", "/type/gallery/feed/": "200", "/region/fjord/": "200", "/series/unlisted/": "200", "/region/north/": "200",
			"/region/secret/": "404", "/tag/" + arabic + "/": "200", "/tag/" + upper + "/": "200", "/category/" + arabic + "/": "200",
			"/category/cafe%cc%81/": "/category/caf%C3%A9/", "/?tag_id=50": "/tag/" + upper + "/"})
		secondRunChangesNothing(n, file, rep)
	})
}

// TestRun_KeepsSettings checks that a later run leaves alone what a person set.
func TestRun_KeepsSettings(t *testing.T) {
	n := open(t, dbtest.Open(t, db.SQLite))
	many := export{Items: []item{{ID: 1, Title: "A", Slug: "a", Link: "https://courier.example/2024/05/a/"}, {ID: 2, Title: "B", Slug: "b", Link: "https://courier.example/2024/05/b/"}}}
	rep := n.load(many.write(t))
	if rep.Site["permalink"] != "/%year%/%monthnum%/%postname%/" {
		t.Fatalf("inferred %s", rep.Site["permalink"])
	}
	// Less of the site teaches nothing.
	n.load(export{Items: []item{{ID: 3, Title: "C", Slug: "c", Link: "https://courier.example/c/"}}}.write(t))
	conf, err := n.settings.Site(t.Context())
	n.must(err)
	if conf.Permalink != "/%year%/%monthnum%/%postname%/" {
		t.Errorf("a small file changed the permalinks to %s", conf.Permalink)
	}
	conf.Title, conf.Zone = "Our Courier", "Europe/Berlin"
	n.must(n.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return settings.Save(ctx, tx, conf, today) }))
	n.load(many.write(t))
	if conf, err = n.settings.Site(t.Context()); err != nil || conf.Title != "Our Courier" || conf.Zone != "Europe/Berlin" {
		t.Errorf("the import changed what a person had set: %+v (%v)", conf, err)
	}
}

func TestRun_TwoWithOneAddress(t *testing.T) {
	n := open(t, dbtest.Open(t, db.SQLite))
	file := export{Items: []item{{ID: 1, Title: "First", Slug: "same", Link: "https://courier.example/same/"}, {ID: 2, Title: "Second", Slug: "same", Link: "https://courier.example/same/"}}}.write(t)
	rep := n.load(file)
	n.answers(map[string]string{"/?p=1": "/same/", "/?p=2": "/same-2/", "/same/": "200", "/same-2/": "200"})
	secondRunChangesNothing(n, file, rep)
}

// menu is the meta of a menu item.
func menu(kind, object string, id, parent int, url string) []field {
	return []field{{"_menu_item_type", kind}, {"_menu_item_object", object}, {"_menu_item_object_id", number(int64(id))},
		{"_menu_item_menu_item_parent", number(int64(parent))}, {"_menu_item_url", url}}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
