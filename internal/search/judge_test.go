package search_test

import (
	"testing"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/search"
)

// TestJudge_GoesByTheRulesOfTheIndex asks the same of a draft and of the article
// that it becomes.
func TestJudge_GoesByTheRulesOfTheIndex(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		for _, c := range []struct{ language, text string }{{"en", "The ferries wait in the harbour, to be or not to be."}, {"de", "Nach der Überschwemmung warten die Fähren in München."}} {
			in := content("Story", c.text)
			in.Language = c.language
			k.story(in, k.clock.Now())
			k.drain()
			for query, want := range map[string]map[string]bool{
				"en": {"ferry": true, "-ferry harbour": false, "-ferries harbour": false, "-harb waits": true, `-"ferry" harbour`: true, `-"the harbour" waiting`: false, `-"a harbour" waiting`: true, `"to be or not"`: true},
				"de": {"ueberschwemmung": true, "Ueberschwemmungen": true, `"in muenchen"`: true, `-"in muenchen" warten`: false, "-muenchen warten": false, "-faehre warten": false, "-muenster warten": true},
			}[c.language] {
				j, err := k.search.Judge(t.Context(), query)
				k.must(err)
				if got := j.Score(search.Field{Text: "Story", Language: c.language, Weight: 5}, search.Field{Text: c.text, Language: c.language, Weight: 1}) > 0; got != want {
					t.Errorf("%s: the draft fits: %v, want %v", query, got, want)
				}
				if got := len(k.find(query)) == 1; got != want {
					t.Errorf("%s: the article is found: %v, want %v", query, got, want)
				}
			}
		}
	})
}
