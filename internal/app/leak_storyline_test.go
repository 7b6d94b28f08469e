package app

import (
	"dateline/internal/article"
	"dateline/internal/register"
	"dateline/internal/storyline"
)

// leakStorylines makes the storyline that all secret articles belong to, and
// that public articles tell; it returns its addresses.
func (w *world) leakStorylines() []string {
	w.t.Helper()
	_, err := w.app.storylines.Add(w.ctx, w.actor, storyline.Input{Storyline: storyline.Storyline{Headline: "shared story", Summary: "What all can know."}})
	w.must(err)
	shown := w.subject(register.Entry{Kind: register.Place, Name: "Shared Harbour", Position: &register.Position{Lat: 48, Lon: 16}})
	for _, headline := range []string{"Before", "After"} {
		c := w.harmless(headline)
		c.Storyline, c.Subjects = "shared story", []article.Subject{{ID: shown.ID}}
		c.Body.Content = append(c.Body.Content, dated("2026-01-02", "2026-01-03"))
		w.publish(c, article.PublishInput{})
	}
	return []string{"/storyline/shared-story/", "/storyline/shared-story/page/2/", "/storyline/shared-story/feed/", "/storyline/shared-story/feed/atom/", "/storyline/shared-story/feed/json/",
		"/storyline/shared-story/timeline/", "/storyline/shared-story/timeline/2026/", "/storyline/shared-story/timeline/2026-01-02/"}
}

// tellSecret makes names that only a secret article makes public key ones of the
// shared storyline, and a storyline that no article tells.
func (w *world) tellSecret(canary string, subjects []article.Subject) {
	w.t.Helper()
	line, err := storyline.ByID(w.ctx, w.app.db, article.StorylineRef("shared story"))
	w.must(err)
	for _, s := range subjects {
		line.Subjects = append(line.Subjects, s.ID)
	}
	line.Subjects = line.Subjects[max(0, len(line.Subjects)-storyline.MostSubjects):]
	_, err = w.app.storylines.Save(w.ctx, w.actor, storyline.Input{Storyline: line})
	w.must(err)
	_, err = w.app.storylines.Add(w.ctx, w.actor, storyline.Input{Storyline: storyline.Storyline{Headline: canary + "line", Summary: canary + "Summary",
		Questions: []string{canary + "Question"}, Coming: []storyline.Coming{{When: "2030", What: canary + "Coming"}}}})
	w.must(err)
}
