package app

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"dateline/internal/article"
	"dateline/internal/richtext"
)

// apiSeeds ask the API for a secret article and for everything that it alone
// would make public, by real ids: as the thing itself and as every filter that
// could tell whether it is there.
func apiSeeds(canary string, id int64, c *article.Content) []string {
	const base = "/api/v1"
	one := fmt.Sprint(base, "/articles/", id)
	seeds := []string{one + "?fields=headline,html,changed", one + "/ninjs?fields=bodies", one, one + "/comments", one + "/ninjs", fmt.Sprint(base, "/quotes?article=", id)}
	owners := map[string]int64{"section": c.Sections[0], "tag": c.Tags[0], "author": c.Bylines[0].Profile, "storyline": article.StorylineRef(canary + "line")}
	for i, s := range c.Subjects {
		owners[fmt.Sprint("subject", i)] = s.ID
	}
	for name, owner := range owners {
		if name = name[:min(len(name), len("storyline"))]; name[:3] == "sub" {
			name = "subject"
			seeds = append(seeds, fmt.Sprint(base, "/quotes?subject=", owner))
		}
		seeds = append(seeds, fmt.Sprint(base, "/", name, "s/", owner), fmt.Sprint(base, "/", name, "s/", owner, "/timeline"), fmt.Sprint(base, "/", name, "s/", owner, "?fields=name,headline"))
		for _, list := range []string{"/articles?", "/articles?sort=oldest&kind=report&", "/ninjs?limit=20&", "/articles?sort=changed&", "/ninjs?changed_after=2026-01-01&", "/articles?fields=id&", "/search?q=public&"} {
			if list != "/search?q=public&" || name != "storyline" && name != "subject" {
				seeds = append(seeds, fmt.Sprint(base, list, name, "=", owner))
			}
		}
	}
	for _, record := range richtext.RecordIDs(c.Body) {
		seeds = append(seeds, fmt.Sprint(base, "/accounts/", record))
	}
	for _, text := range []string{"Speaker", "Army", "Said"} {
		seeds = append(seeds, base+"/quotes?speaker="+canary+text, base+"/quotes?words="+canary+text)
	}
	for _, text := range []string{"Headline", "Body", "Kicker", "Caption", "Tag", "Author"} {
		seeds = append(seeds, base+"/search?q="+canary+text, base+"/search?sort=oldest&q=public+"+canary+text)
	}
	return seeds
}

// changesTellOnly reads the whole order of changes: of an article that readers
// never had it must not have the number, and of one that they had and have no
// more nothing else.
func (w *world) changesTellOnly(secrets map[string]int64, states map[string]string) {
	w.t.Helper()
	had := map[string]string{"retracted": "withheld", "withdrawn": "withdrawn"}
	for at := "/api/v1/articles?sort=changed&limit=100"; at != ""; {
		_, all := w.get(w.app.handler(), at)
		_, body, _ := strings.Cut(all, "\n")
		var page struct {
			Items   []struct{ ID string }
			Removed []map[string]string
			Next    string
		}
		w.must(json.Unmarshal([]byte(body), &page))
		for canary, id := range secrets {
			_, vis, err := article.NewPublic(w.app.db, w.app.clock).Read(w.ctx, id)
			if err == nil && vis == article.Listed {
				continue // by its public face
			}
			at := slices.IndexFunc(page.Removed, func(r map[string]string) bool { return r["id"] == fmt.Sprint(id) })
			want := had[states[canary]]
			switch {
			case at >= 0:
				r := page.Removed[at]
				if r["state"] != want || len(r) > 5 && (want != "withdrawn" || len(r) > 6) {
					w.t.Errorf("of the %s article the changes tell %v", states[canary], r)
				}
				delete(had, states[canary])
			case strings.Contains(body, fmt.Sprint(id)):
				w.t.Errorf("the changes tell the number of the %s article", states[canary])
			}
		}
		at = strings.TrimPrefix(page.Next, "http://news.example")
	}
	if len(had) > 0 {
		w.t.Errorf("the changes do not tell of what was public once: %v", had)
	}
}
