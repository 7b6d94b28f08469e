package app

import (
	"strings"
	"testing"

	"dateline/internal/article"
	"dateline/internal/fault"
	"dateline/internal/settings"
)

func TestChangeSite(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		p.story("The story", worldSection, article.PublishInput{At: opening.AddDate(0, 0, -2)}, nil)
		if got := p.visit("/section/world/"); got.status != 200 {
			t.Fatalf("the section before: %d", got.status)
		}
		p.must(p.app.ChangeSite(p.ctx, []settings.Change{{Name: "title", Value: "The Evening Gull"}, {Name: "zone", Value: "Pacific/Auckland"}, {Name: "section_base", Value: "rubrik"}}))
		if got := p.visit("/"); !strings.Contains(got.body, "The Evening Gull") {
			t.Error("the front page has the old title")
		}
		if got := p.visit("/rubrik/world/"); got.status != 200 || !strings.Contains(got.body, "The story") {
			t.Errorf("the section at its new address: %d", got.status)
		}
		if got := p.visit("/section/world/"); got.status != 301 || !strings.HasSuffix(got.location, "/rubrik/world/") {
			t.Errorf("the section at its old address: %d %s", got.status, got.location)
		}
		for _, wrong := range [][]settings.Change{{{Name: "title", Value: "Half"}, {Name: "zone", Value: "Mars/Olympus"}}, {{Name: "title", Value: "Half"}, {Name: "locale", Value: "!"}}, {{Name: "title", Value: "Half"}, {Name: "colour", Value: "red"}}, {{Name: "contact", Value: "call us"}}, {{Name: "tag_base", Value: "author"}}} {
			if err := p.app.ChangeSite(p.ctx, wrong); !fault.Is(err, fault.Invalid) {
				t.Errorf("%v: %v, want Invalid", wrong, err)
			}
		}
		if site, err := p.app.Site(p.ctx); err != nil || site.Title != "The Evening Gull" || site.Zone != "Pacific/Auckland" {
			t.Errorf("after refused changes: %+v %v", site, err)
		}
	})
}
