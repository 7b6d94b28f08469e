package app

import (
	"fmt"

	"dateline/internal/article"
	"dateline/internal/richtext"
)

// apiSeeds ask the API for a secret article and for everything that it alone
// would make public, by real ids: as the thing itself and as every filter that
// could tell whether it is there.
func apiSeeds(canary string, id int64, c *article.Content) []string {
	const base = "/api/v1"
	one := fmt.Sprint(base, "/articles/", id)
	seeds := []string{one, one + "/comments", one + "/ninjs", fmt.Sprint(base, "/quotes?article=", id)}
	owners := map[string]int64{"section": c.Sections[0], "tag": c.Tags[0], "author": c.Bylines[0].Profile, "storyline": article.StorylineRef(canary + "line")}
	for i, s := range c.Subjects {
		owners[fmt.Sprint("subject", i)] = s.ID
	}
	for name, owner := range owners {
		if name = name[:min(len(name), len("storyline"))]; name[:3] == "sub" {
			name = "subject"
			seeds = append(seeds, fmt.Sprint(base, "/quotes?subject=", owner))
		}
		seeds = append(seeds, fmt.Sprint(base, "/", name, "s/", owner))
		for _, list := range []string{"/articles?", "/articles?sort=oldest&kind=report&", "/ninjs?limit=20&", "/search?q=public&"} {
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
