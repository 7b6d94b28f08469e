package register

import (
	"slices"
	"testing"

	"dateline/internal/article"
)

// What looks like a name, and what it is taken for. A row fails for a name that
// is missing, of another kind, or wrongly there.
func TestDetect(t *testing.T) {
	for _, tt := range []struct {
		language, text string
		want           []Guess // name, kind, times
		never          []string
	}{
		{"en", "Mayor Dessa Marrin spoke. “No,” Marrin said.", []Guess{{Name: "Dessa Marrin", Kind: Person, Times: 2}}, []string{"Mayor Dessa Marrin", "Marrin", "No"}},
		{"en", "Mediator Anna Tolland, who had come on Monday, left.", []Guess{{Name: "Anna Tolland", Kind: Person, Times: 1}}, []string{"Mediator Anna Tolland", "Monday"}},
		{"en", "The French Prime Minister Élodie Barreau met Mr Kowal in Astana.", []Guess{{Name: "Élodie Barreau", Kind: Person, Times: 1}, {Name: "Kowal", Kind: Person, Times: 1}, {Name: "Astana", Kind: Place, Times: 1}}, []string{"French", "The French Prime Minister Élodie Barreau"}},
		{"en", "The University of Hexley and the Ministry of Trade and Industry signed.", []Guess{{Name: "University of Hexley", Kind: Organisation, Times: 1}, {Name: "Ministry of Trade and Industry", Kind: Organisation, Times: 1}}, nil},
		{"en", "They crossed the River Alder and the Skerrin Bay near Port Sallow.", []Guess{{Name: "River Alder", Kind: Place, Times: 1}, {Name: "Skerrin Bay", Kind: Place, Times: 1}, {Name: "Port Sallow", Kind: Place, Times: 1}}, nil},
		{"en", "NATO’s spokesman told the FBI about the Lisbon Summit.", []Guess{{Name: "NATO", Kind: Organisation, Times: 1}, {Name: "FBI", Kind: Organisation, Times: 1}, {Name: "Lisbon Summit", Kind: Event, Times: 1}}, []string{"NATO’s"}},
		{"en", "Yesterday it rained. However the council met. Perhaps. Nobody came in May.", nil, []string{"Yesterday", "However", "Perhaps", "Nobody", "May"}},
		{"de", "Bundeskanzlerin Ilse Brandt traf Herrn Okoro. Die Sitzung der Kommission dauerte den ganzen Tag.", []Guess{{Name: "Ilse Brandt", Kind: Person, Times: 1}}, []string{"Sitzung", "Kommission", "Tag", "Bundeskanzlerin Ilse Brandt"}},
		{"fr", "Le président Jean de la Tour a dit non à Mme Roux.", []Guess{{Name: "Jean de la Tour", Kind: Person, Times: 1}, {Name: "Roux", Kind: Person, Times: 1}}, nil},
		{"es", "El presidente Luis Ferrer dijo que no iría a la Universidad de Norte.", []Guess{{Name: "Luis Ferrer", Kind: Person, Times: 1}}, nil},
		{"en", "The next talks are on Customs Lane. It will be held in ninety days. The Skerrin council agreed.", []Guess{{Name: "Customs Lane", Kind: Place, Times: 1}}, []string{"Customs Lane. It", "The Skerrin"}},
		{"en", "On Great Skerrin the Salt Almanac was read. She bought The Salt Almanac. He said I’d wait.", []Guess{{Name: "Great Skerrin", Kind: Place, Times: 1}, {Name: "Salt Almanac", Kind: Person, Times: 2}}, []string{"Great Skerrin the Salt Almanac", "The Salt Almanac", "I’d"}},
		{"en", "one two three", nil, nil},
	} {
		c := article.Content{Headline: "Nothing Here Is A Name", Language: tt.language, Body: doc(tt.text)}
		r := newReader(NewIndex(nil), &c, "en")
		r.read()
		got := r.detect()
		for _, want := range tt.want {
			if !slices.ContainsFunc(got, func(g Guess) bool { return g.Name == want.Name && g.Kind == want.Kind && g.Times == want.Times }) {
				t.Errorf("%q: %+v lacks %s %q, %d times", tt.text, got, want.Kind, want.Name, want.Times)
			}
		}
		for _, never := range append(tt.never, "Nothing Here Is A Name") {
			if slices.ContainsFunc(got, func(g Guess) bool { return g.Name == never }) {
				t.Errorf("%q: %q is taken for a name", tt.text, never)
			}
		}
		if tt.want == nil && len(got) > 0 {
			t.Errorf("%q: %+v", tt.text, got)
		}
	}
}

func TestGuessKind(t *testing.T) {
	for name, want := range map[string]Kind{"Ann Lee": Person, "President Lee": Person, "Harbour Bank": Organisation, "Mount Alder": Place, "Rain Festival": Event, "WHO": Organisation, "": Person} {
		if got := GuessKind(name); got != want {
			t.Errorf("%q is guessed a %s, want %s", name, got, want)
		}
	}
}
