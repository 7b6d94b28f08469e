package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/front"
)

// arrange publishes a plan for a place.
func (p *paper) arrange(place int64, in front.PublishInput, blocks ...front.Block) front.Edition {
	p.t.Helper()
	in.Place = place
	plan := front.Plan{}
	for _, b := range blocks {
		b.ID = plan.NextID()
		plan.Blocks = append(plan.Blocks, b)
	}
	var e front.Edition
	p.write(func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = p.app.fronts.PublishPlanTx(ctx, tx, p.actor, in, plan)
		return err
	})
	return e
}

// order fails the test unless a page shows the texts one after the other.
func (p *paper) order(what, path string, texts ...string) {
	p.t.Helper()
	body := p.visit(path).body
	_, rest, _ := strings.Cut(body, `<main id="site-main"`)
	for _, text := range texts {
		_, after, found := strings.Cut(rest, text)
		if !found {
			p.t.Errorf("%s: %s does not show %q after the others:\n%s", what, path, text, rest)
			return
		}
		rest = after
	}
}

func slot(a article.Article) front.Slot { return front.Slot{Article: a.ID} }

func TestSite_ArrangedFront(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		picture := p.photo("place.png")
		for i := range 8 {
			p.story(fmt.Sprintf("World %d", i), worldSection, article.PublishInput{At: opening.Add(-time.Duration(i+1) * time.Hour)}, nil)
			p.story(fmt.Sprintf("Sport %d", i), sportSection, article.PublishInput{At: opening.Add(-time.Duration(i+100) * time.Hour)}, nil)
		}
		chosen := p.story("Chosen", sportSection, article.PublishInput{At: opening.AddDate(-1, 0, 0)}, nil)
		other := p.story("Other", sportSection, article.PublishInput{At: opening.AddDate(-1, 0, -1)}, nil)
		p.order("the front that makes itself", "/", "World 0", "World 4", "World 5")
		later := opening.Add(20 * time.Minute)
		p.arrange(0, front.PublishInput{},
			front.Block{Kind: front.Lead, Count: 2, Slots: []front.Slot{{Article: chosen.ID, Headline: "Written for the front", Standfirst: "Only here.", Picture: picture.ID, Until: later}}},
			front.Block{Kind: front.Picked, Title: "Worth the time", Count: 3, Slots: []front.Slot{{Article: other.ID, Size: front.Large}}, Section: sportSection},
			front.Block{Kind: front.Section, Section: worldSection, Count: 2, Layout: front.List},
			front.Block{Kind: front.Latest, Count: 2})
		p.order("an arranged front", "/", "Written for the front", "Only here.", "World 0", "Worth the time", "Other", "Sport 0", "Sport 1", `<a href="/section/world/">World</a>`,
			"World 1", "World 2", "World 3", "World 4")
		body := p.visit("/").body
		for text, want := range map[string]int{`href="/world/world-1/"`: 1, "size-large": 1, "World 5": 0, `/media/` + picture.Token: 1} {
			if n := strings.Count(body, text); want == 0 && n > 0 || want > 0 && n == 0 || text[0] == 'h' && n != want {
				t.Errorf("the front shows %q %d times", text, n)
			}
		}
		p.must(p.app.media.MakeVariants(p.ctx, picture.ID))
		p.must(p.app.showTheme())
		if got := p.visit("/"); !strings.Contains(got.body, `/media/`+picture.Token) {
			t.Error("the lead does not show the picture chosen for its place")
		}
		p.warm("/")
		p.now.Set(later)
		p.order("after the lead's time", "/", "World 0", "Worth the time", "Other")
		if strings.Contains(p.visit("/").body, "Written for the front") {
			t.Error("a story stays on the front after its time")
		}
	})
}

func TestSite_FrontFollowsTheArticle(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		p.story("Newest", worldSection, article.PublishInput{}, nil)
		d := p.draft(p.harmless("Embargoed story"))
		a, err := p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: d.ID, Revision: d.Revision, EmbargoUntil: opening.Add(time.Hour)})
		p.must(err)
		p.arrange(0, front.PublishInput{}, front.Block{Kind: front.Lead, Count: 1, Slots: []front.Slot{{Article: a.ID, Headline: "Secret headline"}}}, front.Block{Kind: front.Section, Section: sportSection, Count: 2})
		p.warm("/")
		if body := p.visit("/").body; strings.Contains(body, "Secret headline") || strings.Contains(body, "Embargoed story") {
			t.Fatal("the front shows an embargoed story")
		}
		p.order("before the embargo's end", "/", "Newest")
		p.now.Advance(time.Hour)
		p.drain()
		p.order("after the embargo's end", "/", "Secret headline")
		p.warm("/")
		a, _, err = article.NewPublic(p.app.db, p.now).Read(p.ctx, a.ID)
		p.must(err)
		a, err = p.app.articles.Withdraw(p.ctx, p.actor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "r"})
		p.must(err)
		if body := p.visit("/").body; strings.Contains(body, "Secret headline") {
			t.Error("the front shows a withdrawn story")
		}
		p.order("after the withdrawal", "/", "Newest")
	})
}

func TestSite_FrontTurnsAtItsTime(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		a, b := p.story("Day", worldSection, article.PublishInput{}, nil), p.story("Night", worldSection, article.PublishInput{At: opening.AddDate(-1, 0, 0)}, nil)
		p.arrange(0, front.PublishInput{}, front.Block{Kind: front.Lead, Count: 1, Slots: []front.Slot{slot(a)}})
		p.arrange(0, front.PublishInput{At: opening.Add(time.Hour), Until: opening.Add(2 * time.Hour)}, front.Block{Kind: front.Lead, Count: 1, Slots: []front.Slot{slot(b)}})
		p.warm("/", "/section/world/")
		for i, want := range []string{"/world/day/", "/world/night/", "/world/day/"} {
			p.now.Set(opening.Add(time.Duration(i) * time.Hour))
			p.drain()
			p.order(fmt.Sprint("hour ", i), "/", want)
			if other := map[string]string{"/world/day/": "/world/night/", "/world/night/": "/world/day/"}[want]; strings.Contains(p.visit("/").body, other) {
				t.Errorf("hour %d: the front shows %s", i, other)
			}
		}
		p.renewed("the turns", map[string]bool{"/section/world/": false})
	})
}

func TestSite_SectionFront(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		var all []article.Article
		for i := range 5 {
			all = append(all, p.story(fmt.Sprintf("Match %d", i), sportSection, article.PublishInput{At: opening.Add(-time.Duration(i+1) * time.Hour)}, nil))
		}
		p.warm("/", "/section/sport/", "/section/sport/page/2/", "/section/world/")
		p.arrange(sportSection, front.PublishInput{}, front.Block{Kind: front.Lead, Count: 1, Slots: []front.Slot{slot(all[4])}},
			front.Block{Kind: front.Picked, Title: "The season", Count: 1, Slots: []front.Slot{slot(all[1])}})
		p.renewed("a section's first front", map[string]bool{"/section/sport/": true, "/": false, "/section/world/": false})
		p.order("the section", "/section/sport/", "<h1", "Match 4", "The season", "Match 1", `class="rows"`, "Match 0", "Match 2")
		if body := p.visit("/section/sport/").body; strings.Count(body, ">Match 1<") != 1 {
			t.Error("a story stands twice on the section's page")
		}
		p.order("its second page", "/section/sport/page/2/", "Match 3", "Match 4")
		if strings.Contains(p.visit("/section/sport/page/2/").body, "The season") {
			t.Error("the front stands on the second page too")
		}
	})
}

// TestSite_FrontStatements holds the number of statements of an arranged front,
// whatever the size of the archive.
func TestSite_FrontStatements(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		fill := func(from, to int) {
			p.write(func(ctx context.Context, tx *db.Tx) error {
				for i := from; i < to; i++ {
					in := article.Draft{Type: article.TypeArticle, Content: p.harmless(fmt.Sprintf("Filler %d", i))}
					in.Content.Sections = []int64{[]int64{worldSection, sportSection, europeSection}[i%3]}
					in.Content.Storyline = "The long story"
					d, err := p.app.articles.CreateTx(ctx, tx, p.actor, in)
					if err == nil {
						_, err = p.app.articles.PublishTx(ctx, tx, p.actor, article.PublishInput{Unchecked: true, ID: d.ID, Revision: d.Revision, At: opening.Add(-time.Duration(i+1) * time.Hour)})
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
		}
		fill(0, 80)
		chosen := p.story("Chosen", worldSection, article.PublishInput{}, nil)
		blocks := []front.Block{{Kind: front.Lead, Count: 6, Slots: []front.Slot{slot(chosen)}}, {Kind: front.Latest, Count: 12},
			{Kind: front.Section, Section: worldSection, Count: 6}, {Kind: front.Section, Section: sportSection, Count: 6}, {Kind: front.Section, Section: europeSection, Count: 6},
			{Kind: front.Storyline, Storyline: "The long story", Count: 6}, {Kind: front.Discussed, Count: 5}}
		p.arrange(0, front.PublishInput{}, blocks...)
		p.arrange(worldSection, front.PublishInput{}, blocks[0], front.Block{Kind: front.Storyline, Storyline: "The long story", Count: 6})
		small := map[string]int64{"/": p.cost("/"), "/section/world/": p.cost("/section/world/")}
		fill(80, 700)
		for path, n := range small {
			if big := p.cost(path); big != n || n > 16 {
				t.Errorf("%s takes %d statements with 80 articles and %d with 700; want the same, at most 16", path, n, big)
			}
		}
	})
}
