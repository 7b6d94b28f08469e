package api

import (
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/site"
	"dateline/internal/storyline"
)

// latestOfStory is how many articles a storyline's answer has.
const latestOfStory = 10

// listStorylines answers storylines by name, those that go on before those that
// have ended.
func listStorylines(c *call) (any, error) {
	out := List[Storyline]{Items: []Storyline{}}
	c.Shows(storyline.IndexKey)
	halves := []bool{false, true}
	if c.has("state") {
		halves = []bool{c.text("state") == "ended"}
	}
	first, after := int(c.from.n[0]), c.from.n[1]
	if first < 0 || first >= len(halves) {
		return nil, errCursor
	}
	for i := first; i < len(halves); i++ {
		lines, err := storyline.Shown(c.ctx, c.DB, halves[i], after, c.limit()-len(out.Items)+1)
		if after != 0 && fault.Is(err, fault.NotFound) {
			return nil, errMoved
		}
		if err != nil {
			return nil, err
		}
		for j := range lines {
			if len(out.Items) == c.limit() {
				out.Next = c.nextAt(place{n: [6]int64{int64(i), after}})
				return out, nil
			}
			after = lines[j].ID
			owner, err := c.Owner(article.AddressStoryline, after)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, *c.storyline(&owner))
		}
		after = 0
	}
	return out, nil
}

func (c *call) storyline(o *site.Owner) *Storyline {
	return &Storyline{ID: ident(o.ID), Self: c.at("storylines", ident(o.ID)), URL: c.Abs(o.Path), Headline: o.Name, Summary: o.Description, Closed: o.Storyline.Closed,
		Updated: o.Storyline.Updated.UTC(), Articles: o.Count, List: c.listOf("storyline", o.ID)}
}

func getStoryline(c *call) (any, error) {
	o, err := c.Owner(article.AddressStoryline, c.id)
	if err != nil {
		return nil, err
	}
	line := &o.Storyline
	out := &StorylinePage{Storyline: *c.storyline(&o), Questions: none(line.Questions), Next: []Coming{}, Subjects: []Link{}, Timeline: []Moment{}, Latest: []Summary{}, TimelineList: c.at("storylines", ident(o.ID), "timeline")}
	if doc := line.Doc(); len(doc.Content) > 0 && c.picks.has("summary_html") {
		if out.SummaryHTML, err = c.HTML(doc); err != nil {
			return nil, err
		}
	}
	coming, ends := line.Next(c.Now(), c.Zone())
	c.Until(ends)
	for i := range coming {
		one := Coming{When: coming[i].When, What: coming[i].What, Where: coming[i].Where}
		if at, exact := coming[i].Begins(c.Zone()); exact {
			one.When = at.Format(time.RFC3339)
		}
		out.Next = append(out.Next, one)
	}
	if err := c.keySubjects(line.Subjects, out); err != nil {
		return nil, err
	}
	if c.picks.has("timeline") {
		if out.Timeline, _, err = c.moments(storyline.Moments, o.ID, place{}, momentsShown); err != nil {
			return nil, err
		}
	}
	if !c.picks.has("latest") {
		return out, nil
	}
	arts, err := c.Public().List(c.ctx, article.ScopeStoryline, o.ID, article.Cursor{}, latestOfStory)
	if err != nil {
		return nil, err
	}
	out.Latest, err = c.summaries(arts, c.picks.of("latest"))
	return out, err
}

// keySubjects adds the key people and places of a storyline.
func (c *call) keySubjects(ids []int64, out *StorylinePage) error {
	if !c.picks.has("subjects") {
		return nil
	}
	for _, id := range ids {
		c.Shows(db.Key(article.ScopeSubject, id), db.ListKey(article.ScopeSubject, id))
	}
	entries, err := storyline.Entries(c.ctx, c.DB, ids)
	if err != nil {
		return err
	}
	out.Subjects, err = c.subjectsOf(entries)
	return err
}
