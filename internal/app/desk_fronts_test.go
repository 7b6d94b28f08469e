package app

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
)

// boardForm reads the fields of the board as a browser would send them.
func boardForm(t *testing.T, body string) url.Values {
	t.Helper()
	_, form, ok := strings.Cut(body, `<form id="board"`)
	if !ok {
		t.Fatalf("no board:\n%.3000s", body)
	}
	form, _, _ = strings.Cut(form, "</form>")
	values := url.Values{}
	for _, m := range regexp.MustCompile(`<input[^>]*>|<select[^>]*name="([^"]*)"[^>]*>|<option value="([^"]*)"( selected)?>`).FindAllStringSubmatch(form, -1) {
		name := regexp.MustCompile(` name="([^"]*)"`).FindStringSubmatch(m[0])
		switch {
		case strings.HasPrefix(m[0], "<option"):
			if last := values.Get("§"); last != "" && (m[3] != "" || !values.Has(last)) {
				values.Set(last, m[2])
			}
		case strings.HasPrefix(m[0], "<select"):
			values.Set("§", m[1])
		case name != nil && (!strings.Contains(m[0], `type="radio"`) || strings.Contains(m[0], " checked")):
			value := regexp.MustCompile(` value="([^"]*)"`).FindStringSubmatch(m[0])
			if value == nil {
				value = []string{"", ""}
			}
			values.Add(name[1], value[1])
		}
	}
	values.Del("§")
	return values
}

// press opens the board and presses a button of it, with some fields changed.
func (b *browser) press(button string, fields ...string) answer {
	b.p.t.Helper()
	b.p.now.Advance(time.Second)
	values := boardForm(b.p.t, b.get("/desk/front").body)
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	values.Set("do", button)
	return b.do(http.MethodPost, "/desk/front", values)
}

// stands fails the test unless the board shows the headlines one after the other.
func (b *browser) stands(what string, headlines ...string) {
	b.p.t.Helper()
	body := b.get("/desk/front").body
	_, rest, _ := strings.Cut(body, `class="fb-main"`)
	rest, _, _ = strings.Cut(rest, `class="fb-side"`)
	for _, h := range headlines {
		_, after, ok := strings.Cut(rest, `<p class="fc-headline">`+h+"<")
		if !ok {
			b.p.t.Errorf("%s: the board does not have %q next; it has %v", what, h, regexp.MustCompile(`fc-headline">[^<]*`).FindAllString(body, -1))
			return
		}
		rest = after
	}
}

func TestDeskFront_ArrangeWithoutScript(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		edna, anna := p.joins(owner, "Edna", "editor"), p.joins(owner, "Anna", "author")
		p.now.Advance(time.Hour)
		stories := map[string]article.Article{}
		for i := range 6 {
			name := fmt.Sprint("Story ", i)
			stories[name] = p.story(name, worldSection, article.PublishInput{At: opening.Add(-time.Duration(i+1) * time.Hour)}, nil)
		}
		old := p.story("Old story", sportSection, article.PublishInput{At: opening.AddDate(-1, 0, 0)}, nil)
		p.drain()
		p.shows("an author's board", anna.get("/desk/front"), 200, "Nobody has arranged this front")
		if strings.Contains(anna.get("/desk/front").body, `name="do"`) {
			t.Error("an author's board has buttons that it refuses")
		}
		edna.stands("the front that makes itself", "Story 0", "Story 1", "Story 2", "Story 3", "Story 4", "Story 5")
		p.shows("a search", edna.get("/desk/front?q=old"), 200, "add:"+fmt.Sprint(old.ID))
		p.leads("adding the old story", edna.press(fmt.Sprint("add:", old.ID), "target", "b1"), fmt.Sprint("/desk/front#story-", old.ID))
		edna.stands("with the old story at the top", "Old story", "Story 0", "Story 1")
		if body := p.visit("/").body; strings.Contains(body, "Old story") && strings.Index(body, "Old story") < strings.Index(body, "Story 0") {
			t.Error("a draft changed what readers see")
		}
		edna.press(fmt.Sprint("later:", old.ID))
		edna.stands("one place down", "Story 0", "Old story", "Story 1")
		edna.press("save", fmt.Sprintf("s%d.headline", old.ID), "Old story, new words", fmt.Sprintf("s%d.until", old.ID), "2026-03-04T20:00")
		edna.stands("with a headline of its own", "Story 0", "Old story, new words", "Story 1")
		p.shows("its end", edna.get("/desk/front"), 200, "Until Mar")
		edna.press(fmt.Sprintf("put:%d:b1:0", stories["Story 3"].ID))
		edna.stands("a story that the rule chose, kept at the top", "Story 3", "Old story, new words", "Story 0", "Story 1")
		edna.press("new", "kind", "picked", "new_title", "Worth it")
		got := edna.press("new", "kind", "section")
		p.shows("a section block without a section", got, 422, "Choose the section that the block shows")
		p.shows("what was arranged stays", got, 422, "Worth it")
		got = edna.press("save", fmt.Sprintf("s%d.until", old.ID), "2026-03-29T02:30")
		p.shows("an hour that clocks skip", got, 422, "clocks go forward")
		p.shows("the preview", edna.get("/desk/front/preview"), 200, "Old story, new words")
		csp := edna.get("/desk/front/preview").header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "frame-ancestors 'self'") || strings.Contains(csp, "script-src") {
			t.Errorf("the preview's policy: %s", csp)
		}
		p.shows("the page of the preview", anna.get("/desk/front/look"), 200, `src="/desk/front/preview"`)
		p.leads("publishing", edna.press("publish", "name", "Morning"), "/desk/front?done=published")
		p.order("the site", "/", "Story 3", "Old story, new words", "Story 0")
		p.shows("the history", edna.get("/desk/front?done=published"), 200, "readers see it")
		p.leads("scheduling", edna.press("publish", "when", "later", "at", "2026-03-05T06:00", "until", "2026-03-05T09:00"), "/desk/front?done=scheduled")
		p.shows("what waits", edna.get("/desk/front"), 200, "Scheduled")
		p.shows("a time that has passed", edna.press("publish", "when", "later", "at", "2026-03-01T06:00"), 422, "has passed")
		p.leads("letting it make itself", edna.press("automatic"), "/desk/front?done=automatic")
		p.order("the site then", "/", "Story 0", "Story 1")
	})
}

func TestDeskFront_TwoEditors(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		edna, otto := p.joins(owner, "Edna", "editor"), p.joins(owner, "Otto", "editor")
		p.now.Advance(time.Hour)
		a, b := p.story("Alpha", worldSection, article.PublishInput{}, nil), p.story("Beta", worldSection, article.PublishInput{}, nil)
		stale := boardForm(t, otto.get("/desk/front").body)
		edna.press(fmt.Sprint("add:", a.ID), "target", "b1")
		stale.Set("do", fmt.Sprint("add:", b.ID))
		stale.Set("target", "b1")
		got := otto.do(http.MethodPost, "/desk/front", stale)
		p.shows("a stale save", got, 422, "Edna has arranged this front")
		_, both, _ := strings.Cut(got.body, `fb-both`)
		both, _, _ = strings.Cut(both, "</section>")
		if !strings.Contains(both, "Alpha") || !strings.Contains(both, "Beta") {
			t.Errorf("the conflict does not show both fronts:\n%s", both)
		}
		mine := boardForm(t, got.body)
		mine.Set("do", "save")
		p.leads("keeping mine", otto.do(http.MethodPost, "/desk/front", mine), "/desk/front?done=saved")
		otto.stands("his own", "Beta", "Alpha")
	})
}
