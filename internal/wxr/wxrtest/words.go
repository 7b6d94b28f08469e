package wxrtest

import (
	"fmt"
	"strings"
)

var (
	firstNames   = []string{"Ada", "Bruno", "Carla", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kemal", "Lucie", "Marek", "Nadia", "Oskar", "Priya"}
	lastNames    = []string{"Abel", "Borg", "Castel", "Dunaj", "Ericson", "Fontana", "Gruber", "Haddad", "Ivanova", "Jansen", "Kowalski"}
	sectionNames = []string{"Town", "Region", "Villages", "Politics", "Economy", "Markets", "Culture", "Sport", "Football", "Science", "Opinion", "Letters"}
	pageTitles   = []string{"About us", "Contact", "Imprint", "Privacy", "Advertise"}
	places       = []string{"harbour", "station", "market square", "old mill", "river bank", "town hall", "northern quarter"}
	nouns        = []string{"bridge", "council", "budget", "school", "tram", "festival", "hospital", "library", "ferry", "orchard", "museum", "court", "strike", "harvest", "flood", "theatre", "mayor", "election", "railway", "forest"}
	verbs        = []string{"opens", "delays", "approves", "rejects", "reviews", "celebrates", "questions", "restores", "closes", "extends"}
	fillers      = []string{"the", "a", "of", "in", "and", "for", "with", "after", "before", "under", "public", "local", "new", "former", "early", "report", "people", "work", "money", "plan", "week", "year", "city", "street", "said", "asked", "showed", "found", "will", "could", "about", "between", "older", "many", "few", "large", "quiet", "careful"}
)

func (w *writer) pick(list []string) string { return list[w.rnd.IntN(len(list))] }

func (w *writer) headline() string {
	s := w.pick(nouns) + " " + w.pick(verbs) + " " + w.pick(nouns) + " at the " + w.pick(places)
	return strings.ToUpper(s[:1]) + s[1:]
}

// sentence returns 6 to 20 words with a capital and a full stop.
func (w *writer) sentence() string {
	w.buf.Reset()
	n := 6 + w.rnd.IntN(15)
	for i := range n {
		word := w.pick(fillers)
		switch {
		case i == 0:
			word = strings.ToUpper(word[:1]) + word[1:]
		case w.rnd.IntN(4) == 0:
			word = w.pick(nouns)
		}
		if i > 0 {
			w.buf.WriteByte(' ')
		}
		w.buf.WriteString(word)
		if i > 1 && i < n-2 && w.rnd.IntN(9) == 0 {
			w.buf.WriteByte(',')
		}
	}
	w.buf.WriteByte('.')
	return w.buf.String()
}

// paragraph returns text and its number of words, with a link or a name in bold
// now and then.
func (w *writer) paragraph() (string, int) {
	var parts []string
	n := 0
	for range 2 + w.rnd.IntN(3) {
		s := w.sentence()
		n += len(strings.Fields(s))
		parts = append(parts, s)
	}
	switch w.rnd.IntN(6) {
	case 0:
		parts = append(parts, fmt.Sprintf(`More on the <a href="%s/tag/%s/">%s</a>.`, w.SiteURL, slug(w.pick(nouns)), "town's pages"))
		n += 5
	case 1:
		parts = append(parts, fmt.Sprintf("Thus <strong>%s %s</strong>.", w.pick(firstNames), w.pick(lastNames)))
		n += 3
	}
	return strings.Join(parts, " "), n
}

// blocks returns an article of about n words as the block editor stores it.
func (w *writer) blocks(n, picture int, file string) (string, int) {
	var b strings.Builder
	words := 0
	for i := 0; words < n; i++ {
		text, k := w.paragraph()
		words += k
		fmt.Fprintf(&b, "<!-- wp:paragraph -->\n<p>%s</p>\n<!-- /wp:paragraph -->\n\n", text)
		switch {
		case i == 1 && picture > 0:
			caption := w.sentence()
			words += len(strings.Fields(caption))
			fmt.Fprintf(&b, "<!-- wp:image {\"id\":%d,\"sizeSlug\":\"large\",\"linkDestination\":\"none\"} -->\n<figure class=\"wp-block-image size-large\"><img src=\"%s/wp-content/uploads/%s\" alt=\"\" class=\"wp-image-%d\"/><figcaption class=\"wp-element-caption\">%s</figcaption></figure>\n<!-- /wp:image -->\n\n",
				picture, w.SiteURL, strings.Replace(file, ".jpg", "-1024x683.jpg", 1), picture, caption)
		case i%4 == 3:
			heading := w.headline()
			words += len(strings.Fields(heading))
			fmt.Fprintf(&b, "<!-- wp:heading -->\n<h2 class=\"wp-block-heading\">%s</h2>\n<!-- /wp:heading -->\n\n", heading)
		case i%7 == 5:
			quote := w.sentence()
			words += len(strings.Fields(quote))
			fmt.Fprintf(&b, "<!-- wp:quote -->\n<blockquote class=\"wp-block-quote\"><!-- wp:paragraph -->\n<p>%s</p>\n<!-- /wp:paragraph --></blockquote>\n<!-- /wp:quote -->\n\n", quote)
		}
	}
	return b.String(), words
}

// classic returns an article of about n words as the classic editor stores it.
func (w *writer) classic(n, picture int, file string) (string, int) {
	var b strings.Builder
	words := 0
	for i := 0; words < n; i++ {
		text, k := w.paragraph()
		words += k
		b.WriteString(text)
		b.WriteString("\n\n")
		switch {
		case i == 0:
			b.WriteString("<!--more-->\n\n")
		case i == 1 && picture > 0:
			caption := w.sentence()
			words += len(strings.Fields(caption))
			fmt.Fprintf(&b, "[caption id=\"attachment_%d\" align=\"alignright\" width=\"300\"]<a href=\"%s/wp-content/uploads/%s\"><img class=\"size-medium wp-image-%d\" src=\"%s/wp-content/uploads/%s\" alt=\"\" width=\"300\" height=\"200\" /></a> %s[/caption]\n\n",
				picture, w.SiteURL, file, picture, w.SiteURL, strings.Replace(file, ".jpg", "-300x200.jpg", 1), caption)
		case i%5 == 4:
			first, second := w.sentence(), w.sentence()
			words += len(strings.Fields(first)) + len(strings.Fields(second))
			fmt.Fprintf(&b, "<ul>\n\t<li>%s</li>\n\t<li>%s</li>\n</ul>\n", first, second)
		}
	}
	return b.String(), words
}
