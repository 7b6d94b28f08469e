package outline_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/outline"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
)

func TestTags_MergeKeepsVersionsAndMovesLists(t *testing.T) {
	each(t, func(r *room) {
		sport := r.section("Sport", 0)
		email, emails, third := r.tag("E-Mail"), r.tag("emails"), r.tag("Électronique")
		both := r.publish(article.Content{Headline: "Both", Sections: []int64{sport}, Tags: []int64{emails, third, email}})
		one := r.publish(article.Content{Headline: "One", Sections: []int64{sport}, Tags: []int64{emails}})
		draft := r.draft(article.Content{Headline: "Draft", Sections: []int64{sport}, Tags: []int64{emails}})
		groups, next, err := r.outline.AlikeTags(r.ctx, "", 10)
		r.must(err)
		if len(groups) != 1 || len(groups[0]) != 2 || next != "" || groups[0][0].ID != emails {
			r.t.Fatalf("alike: %+v %q", groups, next)
		}
		_, err = r.outline.SaveTag(r.ctx, editor, outline.TagInput{ID: emails, Name: "emails", Word: "mails"})
		r.must(err)
		r.answers("/tag/emails/", "redirect to tag", emails)
		r.refused("a word that is taken", func() error {
			_, err := r.outline.SaveTag(r.ctx, editor, outline.TagInput{Name: "Mails"})
			return err
		}(), fault.Conflict)
		r.refused("merging nothing", r.outline.MergeTags(r.ctx, editor, email, []int64{email}), fault.Invalid)
		r.refused("an author merging", r.outline.MergeTags(r.ctx, writer, email, []int64{emails}), fault.Denied)
		r.must(r.outline.MergeTags(r.ctx, editor, email, []int64{emails}))
		r.refused("merging it twice", r.outline.MergeTags(r.ctx, editor, third, []int64{emails}), fault.Conflict)
		r.refused("merging into what goes", r.outline.MergeTags(r.ctx, editor, emails, []int64{third}), fault.Conflict)
		r.jobs()
		r.counts(article.ScopeTag, email, 2)
		r.counts(article.ScopeTag, emails, 0)
		r.answers("/tag/emails/", "redirect to tag", email)
		r.answers("/tag/mails/", "redirect to tag", email)
		a := r.read(both.ID)
		v, err := r.public.Live(r.ctx, &a)
		r.must(err)
		if len(v.Content.Tags) != 2 || v.Content.Tags[0] != email || v.Content.Tags[1] != third {
			r.t.Errorf("the article's tags are %v", v.Content.Tags)
		}
		r.must(article.VerifyChain(r.ctx, r.db, one.ID))
		if a.Revision != both.Revision {
			r.t.Error("the merge changed the article's revision")
		}
		_, err = r.articles.Publish(r.ctx, editor, article.PublishInput{ID: draft.ID, Revision: draft.Revision})
		r.must(err)
		r.counts(article.ScopeTag, email, 3)
		// On from here: what was merged follows.
		r.must(r.outline.MergeTags(r.ctx, editor, third, []int64{email}))
		r.jobs()
		r.counts(article.ScopeTag, third, 3)
		r.answers("/tag/emails/", "redirect to tag", third)
		if id, err := article.Present(r.ctx, r.db, article.ScopeTag, emails); err != nil || id != third {
			r.t.Errorf("the first tag is %d now (%v), want %d", id, err, third)
		}
		r.refused("leading to itself", r.outline.DeleteTag(r.ctx, editor, third, "/tag/electronique/"), fault.Invalid)
		r.must(r.outline.DeleteTag(r.ctx, editor, third, "/section/sport/"))
		r.jobs()
		r.counts(article.ScopeTag, third, 0)
		for _, path := range []string{"/tag/electronique/", "/tag/emails/", "/tag/e-mail/"} {
			if kind, _, to := r.at(path); kind != "redirect" || to != "/section/sport/" {
				r.t.Errorf("%s: %s %s", path, kind, to)
			}
		}
		a = r.read(both.ID)
		v, err = r.public.Live(r.ctx, &a)
		r.must(err)
		if len(v.Content.Tags) != 0 {
			r.t.Errorf("deleted tags stay: %v", v.Content.Tags)
		}
	})
}

// Another name of a tag or section asks for its articles to be read again; what
// does not change how they are called does not.
func TestLists_RenamingTellsTheirArticles(t *testing.T) {
	each(t, func(r *room) {
		asked := func() bool {
			t.Helper()
			waits, err := job.Waiting(r.ctx, r.db, article.JobRenamed)
			r.must(err)
			r.must(r.db.Write(r.ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `DELETE FROM job WHERE kind = $1`, article.JobRenamed)
				return err
			}))
			return waits
		}
		tag, err := r.outline.SaveTag(r.ctx, editor, outline.TagInput{Name: "Floods"})
		r.must(err)
		section, err := r.outline.SaveSection(r.ctx, editor, outline.SectionInput{Name: "World"})
		r.must(err)
		if asked() {
			t.Error("new lists have articles to be read again")
		}
		_, err = r.outline.SaveTag(r.ctx, editor, outline.TagInput{ID: tag.ID, Name: "Floods", Description: "Water."})
		r.must(err)
		if asked() {
			t.Error("a description is no name")
		}
		_, err = r.outline.SaveTag(r.ctx, editor, outline.TagInput{ID: tag.ID, Name: "Deluges"})
		if r.must(err); !asked() {
			t.Error("nobody is told of the tag's name")
		}
		_, err = r.outline.SaveSection(r.ctx, editor, outline.SectionInput{ID: section.ID, Name: "Planet"})
		if r.must(err); !asked() {
			t.Error("nobody is told of the section's name")
		}
	})
}

func TestTags_FindAndOrder(t *testing.T) {
	each(t, func(r *room) {
		sport := r.section("Sport", 0)
		union, europe, bank := r.tag("Union"), r.tag("European Union"), r.tag("Bánk of Europe")
		r.publish(article.Content{Headline: "A", Sections: []int64{sport}, Tags: []int64{bank}})
		find := func(text string, want ...int64) {
			r.t.Helper()
			rows, _, err := r.outline.Tags(r.ctx, outline.TagQuery{Text: text, Limit: 10})
			r.must(err)
			var got []int64
			for _, row := range rows {
				got = append(got, row.ID)
			}
			if len(got) != len(want) {
				r.t.Fatalf("%q finds %v, want %v", text, got, want)
			}
			for i := range want {
				if got[i] != want[i] {
					r.t.Fatalf("%q finds %v, want %v", text, got, want)
				}
			}
		}
		find("union", union, europe)
		find("UNI euro", europe)
		find("bank", bank)
		find("xyz")
		rows, next, err := r.outline.Tags(r.ctx, outline.TagQuery{Limit: 2})
		r.must(err)
		if len(rows) != 2 || rows[0].ID != bank || rows[0].Count != 1 || next != 2 {
			r.t.Errorf("by use: %+v next %d", rows, next)
		}
		rows, next, err = r.outline.Tags(r.ctx, outline.TagQuery{ByName: true, Limit: 2})
		r.must(err)
		if rows[0].ID != bank || rows[1].ID != europe || next != europe {
			r.t.Errorf("by name: %+v next %d", rows, next)
		}
		rows, next, err = r.outline.Tags(r.ctx, outline.TagQuery{ByName: true, After: next, Limit: 2})
		r.must(err)
		if len(rows) != 1 || rows[0].ID != union || next != 0 {
			r.t.Errorf("by name, on: %+v next %d", rows, next)
		}
		_, err = r.outline.SaveTag(r.ctx, editor, outline.TagInput{ID: union, Name: "League"})
		r.must(err)
		find("union", europe)
		find("lea", union)
	})
}

func TestCatchUp_IndexesOldNames(t *testing.T) {
	each(t, func(r *room) {
		tag := r.tag("Old Thing")
		r.must(r.db.Write(r.ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `DELETE FROM name_word`); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE tag SET name_key = '', like_key = ''`)
			return err
		}))
		r.must(r.outline.CatchUp(r.ctx))
		found, err := taxonomy.SearchTags(r.ctx, r.db, "thing", 5)
		if err != nil || len(found) != 1 || found[0].ID != tag {
			r.t.Errorf("found %v, %v", found, err)
		}
	})
}

func TestAuthors(t *testing.T) {
	each(t, func(r *room) {
		sport := r.section("Sport", 0)
		ann, err := r.outline.SaveAuthor(r.ctx, editor, outline.AuthorInput{Name: "Ann Lee", Email: "ann@paper.example", Person: 7, Role: "Reporter",
			Links: []author.Link{{URL: ""}, {Label: "Web", URL: "https://ann.example/"}}})
		r.must(err)
		ana, err := r.outline.SaveAuthor(r.ctx, editor, outline.AuthorInput{Name: "Ána Lee", Guest: true})
		r.must(err)
		row, err := r.outline.Author(r.ctx, ann.ID)
		r.must(err)
		if strings.Contains(row.EmailSealed, "paper") || len(row.Links) != 1 {
			r.t.Errorf("the profile is kept as %+v", row)
		}
		if email, err := r.outline.AuthorEmail(editor, row.Profile); err != nil || email != "ann@paper.example" {
			r.t.Errorf("the address opens as %q, %v", email, err)
		}
		_, err = r.outline.AuthorEmail(writer, row.Profile)
		r.refused("an author reading addresses", err, fault.Denied)
		_, err = r.outline.SaveAuthor(r.ctx, editor, outline.AuthorInput{Name: "Ann", Email: "Ann <a@b.example>"})
		r.refused("an odd address", err, fault.Invalid)
		_, err = r.outline.SaveAuthor(r.ctx, editor, outline.AuthorInput{Name: "Ann", Links: []author.Link{{URL: "javascript:alert(1)"}}})
		r.refused("a link with script", err, fault.Invalid)
		mine, err := author.ByPerson(r.ctx, r.db, 7)
		r.must(err)
		if mine.ID != ann.ID {
			r.t.Errorf("person 7 writes as %d", mine.ID)
		}
		a := r.publish(article.Content{Headline: "By Ann", Sections: []int64{sport}, Bylines: []article.Byline{{Profile: ann.ID}}})
		_, err = r.outline.SaveAuthor(r.ctx, editor, outline.AuthorInput{ID: ann.ID, Name: "Ann Lee", Word: "ann", Person: 7})
		r.must(err)
		r.answers("/author/ann-lee/", "redirect to author", ann.ID)
		rows, _, err := r.outline.Authors(r.ctx, "lee", 0, 10)
		r.must(err)
		if len(rows) != 2 {
			r.t.Errorf("found %d authors", len(rows))
		}
		r.must(r.outline.MergeAuthors(r.ctx, editor, ana.ID, []int64{ann.ID}))
		r.jobs()
		r.counts(article.ScopeAuthor, ana.ID, 1)
		got := r.read(a.ID)
		v, err := r.public.Live(r.ctx, &got)
		r.must(err)
		if b := v.Content.Bylines[0]; b.Profile != ana.ID || b.Name != "Ann Lee" || got.BylineText != "Ann Lee" {
			r.t.Errorf("the byline is %+v, in lists %q", b, got.BylineText)
		}
		r.answers("/author/ann-lee/", "redirect to author", ana.ID)
		r.answers("/author/ann/", "redirect to author", ana.ID)
		if mine, err = author.ByPerson(r.ctx, r.db, 7); err != nil || mine.ID != ana.ID {
			r.t.Errorf("after the merge person 7 writes as %d, %v", mine.ID, err)
		}
		r.must(r.outline.DeleteAuthor(r.ctx, editor, ana.ID, ""))
		r.jobs()
		r.counts(article.ScopeAuthor, ana.ID, 0)
		r.answers("/author/ann/", "none", 0)
		v, err = r.public.Live(r.ctx, &got)
		r.must(err)
		if b := v.Content.Bylines[0]; b.Profile != 0 || b.Name != "Ann Lee" {
			r.t.Errorf("after the deletion the byline is %+v", b)
		}
	})
}

func TestRedirects(t *testing.T) {
	each(t, func(r *room) {
		sport := r.section("Sport", 0)
		a := r.publish(article.Content{Headline: "Vote", Sections: []int64{sport}})
		add := func(from, to string) error { return r.outline.AddRedirect(r.ctx, editor, from, to) }
		r.must(add("/Old Page/", "/section/sport/"))
		r.must(add("https://paper.example/a", "https://elsewhere.example/b?c=1"))
		r.must(add("/b", "/c"))
		r.must(add("/c", "/d/"))
		for what, c := range map[string]struct {
			from, to string
			code     fault.Code
		}{
			"to itself":        {"/x/", "/X", fault.Invalid},
			"a circle":         {"/d", "/b", fault.Conflict},
			"a living article": {a.Path, "/x", fault.Conflict},
			"a living section": {"/section/sport/", "/x", fault.Conflict},
			"the front":        {"/", "/x", fault.Invalid},
			"the desk":         {"/desk/people", "/x", fault.Invalid},
			"the sitemap":      {"/sitemap.xml", "/x", fault.Invalid},
			"a query":          {"/x?y=1", "/z", fault.Invalid},
			"no path":          {"x", "/z", fault.Invalid},
			"dots":             {"/../x", "/z", fault.Invalid},
			"no target":        {"/x", "", fault.Invalid},
			"script":           {"/x", "javascript:alert(1)", fault.Invalid},
			"a foreign path":   {"/x", "//evil.example/", fault.Invalid},
			"a password":       {"/x", "https://a:b@c.example/", fault.Invalid},
		} {
			r.refused(what, add(c.from, c.to), c.code)
		}
		r.refused("an author", r.outline.AddRedirect(r.ctx, writer, "/x", "/y"), fault.Denied)
		_, err := r.outline.SaveSection(r.ctx, editor, outline.SectionInput{ID: sport, Name: "Sport", Word: "sports"})
		r.must(err)
		r.refused("a former address", add("/section/sport", "/x"), fault.Conflict)
		found, next, err := r.outline.Redirects(r.ctx, "", "", 2)
		r.must(err)
		if len(found) != 2 || found[0].From != "/a" || found[1].From != "/b" || next != "/b" {
			r.t.Fatalf("first page %+v %q", found, next)
		}
		found, next, err = r.outline.Redirects(r.ctx, "", next, 10)
		r.must(err)
		if len(found) != 3 || found[1].From != "/old page" || found[2].To != "/section/sports/" || found[2].Of != "section" || next != "" {
			r.t.Fatalf("second page %+v %q", found, next)
		}
		found, _, err = r.outline.Redirects(r.ctx, "ELSEWHERE", "", 10)
		r.must(err)
		if len(found) != 1 || found[0].To != "https://elsewhere.example/b?c=1" {
			r.t.Errorf("searched %+v", found)
		}
		r.refused("deleting an article", r.outline.DeleteRedirect(r.ctx, editor, strings.TrimSuffix(a.Path, "/")), fault.NotFound)
		r.must(r.outline.DeleteRedirect(r.ctx, editor, "/b"))
		r.answers("/b", "none", 0)
		r.answers(a.Path, "article", a.ID)
	})
}

func TestRedirects_Files(t *testing.T) {
	each(t, func(r *room) {
		sport := r.section("Sport", 0)
		a := r.publish(article.Content{Headline: "Vote", Sections: []int64{sport}})
		plugin := "source,target,regex,code,type,hits,title,status\n" +
			"/old,/section/sport/,0,301,url,12,,active\n" +
			"\"/fine, with comma\",https://x.example/,0,301,url,0,,active\n" +
			"^/a/(.*),/b/$1,1,301,url,0,,active\n" +
			a.Path + ",/y,0,301,url,0,,active\n" +
			"/one,/two,0,301,url,0,,active\n/two,/one,0,301,url,0,,active\n"
		looked, err := r.outline.ReadRedirects(r.ctx, editor, []byte(plugin))
		r.must(err)
		if looked.New != 3 || looked.Refused != 3 || looked.Lines[2].Line != 4 || looked.Lines[2].Err == nil {
			r.t.Fatalf("looked: %d new, %d refused, %+v", looked.New, looked.Refused, looked.Lines)
		}
		r.answers("/old", "none", 0)
		done, err := r.outline.ImportRedirects(r.ctx, editor, []byte(plugin))
		r.must(err)
		if done.New != 3 {
			r.t.Errorf("imported %d", done.New)
		}
		if kind, _, to := r.at("/fine, with comma"); kind != "redirect" || to != "https://x.example/" {
			r.t.Errorf("%s %s", kind, to)
		}
		again, err := r.outline.ImportRedirects(r.ctx, editor, []byte(plugin))
		r.must(err)
		if again.New != 0 || again.Known != 3 {
			r.t.Errorf("again: %d new, %d known", again.New, again.Known)
		}
		plain, err := r.outline.ReadRedirects(r.ctx, editor, []byte("\ufeff/p;/q\n/old;/elsewhere\n"))
		r.must(err)
		if plain.New != 2 || !plain.Lines[1].Over {
			r.t.Errorf("without a head: %+v", plain.Lines)
		}
		_, err = r.outline.SaveSection(r.ctx, editor, outline.SectionInput{ID: sport, Name: "Sport", Word: "sports"})
		r.must(err)
		var file bytes.Buffer
		r.must(r.outline.WriteRedirects(r.ctx, editor, &file))
		if !strings.Contains(file.String(), "/section/sport,/section/sports/,section\n") {
			r.t.Errorf("exported:\n%s", file.String())
		}
		back, err := r.outline.ImportRedirects(r.ctx, editor, file.Bytes())
		r.must(err)
		if back.New != 0 || back.Refused != 0 || back.Known != 4 {
			r.t.Errorf("its own export: %+v", back.Lines)
		}
	})
}

func TestMenus(t *testing.T) {
	each(t, func(r *room) {
		sport := r.section("Sport", 0)
		tag := r.tag("Harbour")
		m, err := r.outline.SaveMenu(r.ctx, admin, outline.MenuInput{Name: "Top", Location: "main"})
		r.must(err)
		stamp := func() string {
			r.t.Helper()
			now, err := r.outline.Menu(r.ctx, m.ID)
			r.must(err)
			return outline.Stamp(now)
		}
		entry := func(label, kind, target string) error {
			return r.outline.SaveMenuItem(r.ctx, admin, m.ID, stamp(), 0, outline.MenuItemInput{Label: label, Kind: kind, Target: target})
		}
		r.must(entry("", "section", "sport"))
		r.must(entry("Port", "tag", "harbour"))
		r.must(entry("More", "heading", ""))
		r.must(entry("Us", "link", "https://us.example/"))
		r.refused("an unknown section", entry("X", "section", "nowhere"), fault.Invalid)
		r.refused("script", entry("X", "link", "javascript:alert(1)"), fault.Invalid)
		r.refused("a foreign path", entry("X", "link", "//evil.example/"), fault.Invalid)
		r.refused("no label", entry("", "heading", ""), fault.Invalid)
		r.refused("an editor", r.outline.SaveMenuItem(r.ctx, editor, m.ID, stamp(), 0, outline.MenuItemInput{Label: "X", Kind: "heading"}), fault.Denied)
		r.refused("a stale window", r.outline.StepMenuItem(r.ctx, admin, m.ID, "old", 1, outline.Down), fault.Conflict)
		shape := func(want string) {
			r.t.Helper()
			now, err := r.outline.Menu(r.ctx, m.ID)
			r.must(err)
			rows, err := r.outline.MenuRows(r.ctx, now)
			r.must(err)
			var got []string
			for _, row := range rows {
				got = append(got, strings.Repeat(">", row.Depth)+row.Label)
			}
			if strings.Join(got, " ") != want {
				r.t.Fatalf("the menu is %v, want %s", got, want)
			}
		}
		step := func(at int64, s outline.Step) {
			r.t.Helper()
			r.must(r.outline.StepMenuItem(r.ctx, admin, m.ID, stamp(), at, s))
		}
		shape("Sport Port More Us")
		step(4, outline.In)
		shape("Sport Port More >Us")
		step(3, outline.Up)
		shape("Sport More >Us Port")
		step(1, outline.Down)
		shape("More >Us Sport Port")
		r.must(r.outline.PlaceMenuItem(r.ctx, admin, m.ID, stamp(), 4, outline.Before, 2))
		shape("More >Port >Us Sport")
		r.must(r.outline.PlaceMenuItem(r.ctx, admin, m.ID, stamp(), 4, outline.Inside, 1))
		shape("More >Port >Us >Sport")
		step(3, outline.Out)
		shape("More >Port Us >Sport")
		r.must(r.outline.DeleteMenuItem(r.ctx, admin, m.ID, stamp(), 3))
		shape("More >Port Sport")
		r.must(r.outline.MergeTags(r.ctx, editor, r.tag("Docks"), []int64{tag}))
		r.jobs()
		now, err := r.outline.Menu(r.ctx, m.ID)
		r.must(err)
		rows, err := r.outline.MenuRows(r.ctx, now)
		r.must(err)
		if rows[1].Address != "/tag/docks/" || rows[1].Word != "docks" || rows[2].Ref != sport {
			r.t.Errorf("after the merge: %+v", rows)
		}
		second, err := r.outline.SaveMenu(r.ctx, admin, outline.MenuInput{Name: "Other", Location: "main"})
		r.must(err)
		all, err := settings.Menus(r.ctx, r.db)
		r.must(err)
		for _, other := range all {
			if (other.Location == "main") != (other.ID == second.ID) {
				r.t.Errorf("%s stands at %q", other.Name, other.Location)
			}
		}
		r.must(r.outline.DeleteMenu(r.ctx, admin, second.ID))
		r.refused("deleting it again", r.outline.DeleteMenu(r.ctx, admin, second.ID), fault.NotFound)
	})
}

func TestPages(t *testing.T) {
	each(t, func(r *room) {
		page := func(name string, parent int64) article.Article {
			r.t.Helper()
			d, err := r.articles.Create(r.ctx, editor, article.Draft{Type: article.TypePage, ParentID: parent, Content: article.Content{Headline: name}})
			r.must(err)
			a, err := r.articles.Publish(r.ctx, editor, article.PublishInput{ID: d.ID, Revision: d.Revision})
			r.must(err)
			return a
		}
		about := page("About", 0)
		team := page("Team", about.ID)
		jobs := page("Jobs", team.ID)
		legal := page("Legal", 0)
		r.must(r.outline.PlacePage(r.ctx, editor, team.ID, outline.Inside, legal.ID))
		for id, path := range map[int64]string{team.ID: "/legal/team/", jobs.ID: "/legal/team/jobs/"} {
			if got := r.read(id); got.Path != path {
				r.t.Errorf("%s is at %s, want %s", got.Headline, got.Path, path)
			}
			r.answers(path, "article", id)
		}
		r.answers("/about/team/jobs/", "redirect to article", jobs.ID)
		r.refused("below itself", r.outline.PlacePage(r.ctx, editor, legal.ID, outline.Inside, jobs.ID), fault.Invalid)
		r.refused("an author", r.outline.StepPage(r.ctx, writer, legal.ID, outline.Up), fault.Denied)
		r.must(r.outline.StepPage(r.ctx, editor, legal.ID, outline.Up))
		rows, err := r.outline.Pages(r.ctx, editor)
		r.must(err)
		var got []string
		for _, row := range rows {
			got = append(got, strings.Repeat(">", row.Depth)+row.Headline)
		}
		if strings.Join(got, " ") != "Legal >Team >>Jobs About" {
			r.t.Errorf("pages: %v", got)
		}
		r.must(r.outline.StepPage(r.ctx, editor, team.ID, outline.Out))
		r.answers("/team/jobs/", "article", jobs.ID)
		if now := r.read(jobs.ID); now.Revision != jobs.Revision {
			r.t.Error("moving a page changed its revision")
		}
	})
}
