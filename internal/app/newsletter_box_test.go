package app

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/edition"
	"dateline/internal/storyline"
	"dateline/internal/subscriber"
)

// TestNewsletter_SectionBox signs up below a section's list, for that section.
func TestNewsletter_SectionBox(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		server := p.mailsReaders()
		p.story("A harbour vote", worldSection, article.PublishInput{}, nil)
		p.drain()
		interest := "section:" + strconv.FormatInt(worldSection, 10)
		list := p.sectionPath(worldSection)
		page := p.visit(list)
		if !strings.Contains(page.body, "newsletter-form") || strings.Contains(page.body, interest) {
			t.Fatalf("%s, before a newsletter can be had by section:\n%s", list, page.body)
		}
		p.write(func(ctx context.Context, tx *db.Tx) error { return subscriber.EnsurePreset(ctx, tx, p.now.Now()) })
		n, err := p.app.readers.Newsletter(p.ctx, p.app.db, subscriber.PresetID)
		p.must(err)
		n.Rhythms = []string{subscriber.RhythmEdition, subscriber.RhythmDaily}
		_, err = p.app.readers.SaveNewsletter(p.ctx, account.System("test"), n)
		p.must(err)
		page = p.visit(list)
		for _, want := range []string{"What is new in World, by mail once a day", `name="interest" value="` + interest + `"`, `name="rhythm-1" value="daily"`, `name="newsletter" value="1"`} {
			if !strings.Contains(page.body, want) {
				t.Errorf("the box of the section lacks %s:\n%s", want, page.body)
			}
		}
		r := p.reader(1)
		typo := r.post("/newsletter/", "address", "ann@gmial.com", "page", list, "newsletter", "1", "rhythm-1", "daily", "interest", interest)
		if !strings.Contains(typo.body, `name="interest" value="`+interest+`"`) {
			t.Errorf("asking about the address forgets the section:\n%s", typo.body)
		}
		p.leads("signing up", r.post("/newsletter/", "address", "ann@reader.example", "page", list, "newsletter", "1", "rhythm-1", "daily", "interest", interest), "/newsletter/sent/")
		r.post(p.letters(server, 0)[0].link(t, subscriber.ConfirmPath))
		if n, err := p.app.readers.Count(p.ctx, p.app.db, subscriber.Audience{Newsletter: 1, Rhythm: "daily", Sections: []int64{worldSection}}); err != nil || n != 1 {
			t.Errorf("%d daily readers of the section: %v", n, err)
		}
		if text := strings.Join(p.column(`SELECT text FROM consent WHERE what = 'asked' OR text LIKE '%World%'`), " "); !strings.Contains(text, "What is new in World, by mail once a day") {
			t.Errorf("the consent says %q", text)
		}
		p.must(p.app.ChangeSite(p.ctx, setting("newsletter_box", "no")))
		if page = p.visit(list); strings.Contains(page.body, "newsletter-form") {
			t.Error("the box stands there where the site wants none")
		}
	})
}

func (p *paper) sectionPath(id int64) string {
	p.t.Helper()
	return "/section/" + p.column("SELECT path FROM section WHERE id = " + strconv.FormatInt(id, 10))[0] + "/"
}

// TestNewsletter_SaysWhatIsCounted: readers are told before they sign up, on
// pages that were kept too; nothing is counted unless it is switched on.
func TestNewsletter_SaysWhatIsCounted(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		p.mailsReaders()
		a := p.story("A harbour vote", worldSection, article.PublishInput{}, nil)
		owner := account.Actor{ID: 1, Name: "Olga", Role: account.Owner}
		says := func(when string, conf edition.Settings, want string) {
			t.Helper()
			if got, err := p.app.editions.Conf(p.ctx); err != nil || got != conf {
				t.Errorf("%s: %+v %v", when, got, err)
			}
			for _, path := range []string{"/newsletter/", a.Path, "/"} {
				body := p.visit(path).body
				if !strings.Contains(body, "newsletter-form") {
					t.Errorf("%s: no box at %s", when, path)
				}
				for _, word := range []string{"for the letter as a whole, not for you", "keeps for 30 days"} {
					if strings.Contains(body, word) != (word == want) {
						t.Errorf("%s: %s says %q: %v", when, path, word, word != want)
					}
				}
			}
		}
		says("at first", edition.Settings{}, "")
		for _, c := range []struct {
			conf edition.Settings
			want string
		}{{edition.Settings{Counting: true}, "for the letter as a whole, not for you"}, {edition.Settings{Counting: true, Engaged: true}, "keeps for 30 days"}, {edition.Settings{}, ""}} {
			p.must(p.app.editions.Configure(p.ctx, owner, c.conf))
			says("configured", c.conf, c.want)
		}
	})
}

// TestNewsletter_StorylineBox signs up on the page of a storyline, for it alone;
// another headline later changes nothing about that.
func TestNewsletter_StorylineBox(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		server := p.mailsReaders()
		line, err := p.app.storylines.Add(p.ctx, p.actor, storyline.Input{Storyline: storyline.Storyline{Headline: "The talks"}})
		p.must(err)
		a := p.story("They sit down", worldSection, article.PublishInput{}, func(c *article.Content) { c.Storyline = "The talks" })
		p.drain()
		p.write(func(ctx context.Context, tx *db.Tx) error { return subscriber.EnsurePreset(ctx, tx, p.now.Now()) })
		n, err := p.app.readers.Newsletter(p.ctx, p.app.db, subscriber.PresetID)
		p.must(err)
		n.Rhythms = []string{subscriber.RhythmEdition, subscriber.RhythmDaily}
		_, err = p.app.readers.SaveNewsletter(p.ctx, account.System("test"), n)
		p.must(err)
		const interest = "storyline:The talks"
		page := p.visit(line.Path)
		for _, want := range []string{"Follow “The talks”: what is new, by mail once a day", `name="interest" value="` + interest + `"`, `name="rhythm-1" value="daily"`} {
			if !strings.Contains(page.body, want) {
				t.Errorf("the box of the storyline lacks %s:\n%s", want, page.body)
			}
		}
		r := p.reader(1)
		p.leads("signing up", r.post("/newsletter/", "address", "ann@reader.example", "page", line.Path, "newsletter", "1", "rhythm-1", "daily", "interest", interest), "/newsletter/sent/")
		r.post(p.letters(server, 0)[0].link(t, subscriber.ConfirmPath))
		if text := strings.Join(p.column(`SELECT text FROM consent WHERE what = 'asked' OR text LIKE '%talks%'`), " "); !strings.Contains(text, "Follow “The talks”") {
			t.Errorf("the consent says %q", text)
		}
		in := storyline.Input{Storyline: line}
		in.Headline = "The harbour talks"
		_, err = p.app.storylines.Save(p.ctx, p.actor, in)
		p.must(err)
		choices, err := p.app.readers.Choices(p.ctx, p.app.db, subscriber.PresetID, "daily")
		p.must(err)
		lists, err := article.NewPublic(p.app.db, p.now).Lists(p.ctx, a.ID)
		p.must(err)
		found := 0
		for _, choice := range choices {
			for _, i := range choice {
				ref, err := article.Present(p.ctx, p.app.db, article.ScopeStoryline, i.ID)
				p.must(err)
				for _, l := range lists {
					if l == (article.List{Scope: article.ScopeStoryline, Ref: ref}) {
						found++
					}
				}
			}
		}
		if found != 1 {
			t.Errorf("%d choices lead to the storyline: %v", found, choices)
		}
	})
}
