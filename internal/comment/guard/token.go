package guard

import (
	"strings"

	"dateline/internal/fold"
)

// Bounds of one comment's tokens. Of a text with more words, the beginning and
// the end are taken, where advertisements stand.
const (
	mostWords     = 1200
	mostWordsHead = 900
	mostTokensOf  = 2000 // of one comment, kept by learning
	longestWord   = 24   // runes
)

// reading is a comment's text taken apart.
type reading struct {
	text   string // cleaned
	tricks tricks
	links  []link
	words  []string // in order, without the links
	spaced int      // words that were written l i k e this
	hidden int      // addresses written so that programs do not see them
}

// read takes the text of a comment apart.
func read(text string) reading {
	r := reading{}
	r.text, r.tricks = clean(text)
	var rest string
	rest, r.links, r.hidden = cutLinks(r.text)
	r.words, r.spaced = words(rest)
	return r
}

// words are the folded words of a text, with letters for the digits that pose
// as such; letters written one by one are put together.
func words(text string) (out []string, spaced int) {
	tokens := fold.Tokens(text)
	if len(tokens) > mostWords {
		tokens = append(tokens[:mostWordsHead:mostWordsHead], tokens[len(tokens)-(mostWords-mostWordsHead):]...)
	}
	out = make([]string, 0, len(tokens))
	for i := 0; i < len(tokens); i++ {
		if n := singles(tokens[i:]); n >= 4 {
			var b strings.Builder
			for _, t := range tokens[i : i+n] {
				b.WriteString(t.Word)
			}
			out = append(out, cut(unleet(b.String())))
			spaced++
			i += n - 1
			continue
		}
		out = append(out, cut(unleet(tokens[i].Word)))
	}
	return out, spaced
}

// singles is how many Latin letters and digits stand alone one after another,
// no farther apart than the first two; 0 when there is no letter among them.
func singles(tokens []fold.Token) int {
	n, letters, gap := 0, false, 0
	for ; n < len(tokens) && len(tokens[n].Word) == 1; n++ {
		if n > 0 {
			here := tokens[n].From - tokens[n-1].To
			if n == 1 {
				gap = here
			}
			if here > min(gap, 3) {
				break
			}
		}
		letters = letters || tokens[n].Word[0] >= 'a'
	}
	if !letters {
		return 0
	}
	return n
}

func cut(word string) string {
	if len(word) <= longestWord {
		return word
	}
	n := 0
	for i := range word {
		if n++; n > longestWord {
			return word[:i]
		}
	}
	return word
}

// unleet turns digits between letters into the letters they pose as:
// "v1agra", but not "covid19", "mp3" or "4x4".
func unleet(word string) string {
	if !strings.ContainsAny(word, posing) {
		return word
	}
	letters := 0
	for i := range len(word) {
		if word[i] >= 'a' && word[i] <= 'z' {
			letters++
		} else if word[i] > 0x7F {
			return word
		}
	}
	if letters < 3 || letters*2 < len(word) {
		return word
	}
	b := []byte(word)
	for i := 1; i < len(b)-1; i++ {
		if posed := strings.IndexByte(posing, b[i]); posed >= 0 && isLetter(b[i-1]) && (isLetter(b[i+1]) || strings.IndexByte(posing, b[i+1]) >= 0) {
			b[i] = posedAs[posed]
		}
	}
	return string(b)
}

// posing are the digits that stand for the letters of posedAs.
const posing, posedAs = "013457", "oieast"

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' }

// Tokens are what the classifier learns of a comment: words, pairs of
// neighbouring words, words of the name (with "n:") and what kinds of links it
// holds (with "#"), each once.
func Tokens(s Sign) []string {
	return tokensOf(s, read(s.Text))
}

func tokensOf(s Sign, r reading) []string {
	c := collector{seen: make(map[string]struct{}, 2*len(r.words)+8), out: make([]string, 0, 2*len(r.words)+8)}
	for _, kind := range kinds(s, r) {
		c.add(kind)
	}
	name, _ := clean(s.Name)
	nameWords, _ := words(name)
	for _, w := range nameWords[:min(len(nameWords), 8)] {
		c.add("n:" + w)
	}
	for i, w := range r.words {
		c.add(w)
		if i > 0 {
			c.add(r.words[i-1] + " " + w)
		}
		if stem := stemOf(w); stem != "" {
			c.add(stem)
		}
	}
	return c.out
}

type collector struct {
	seen map[string]struct{}
	out  []string
}

func (c *collector) add(token string) {
	if len(c.out) == mostTokensOf {
		return
	}
	if _, ok := c.seen[token]; !ok {
		c.seen[token] = struct{}{}
		c.out = append(c.out, token)
	}
}

// kinds are tokens for what a comment holds besides words.
func kinds(s Sign, r reading) []string {
	var out []string
	if n := len(linksOf(s, r)); n > 0 {
		out = append(out, "#link")
	}
	if s.URL != "" {
		out = append(out, "#website")
	}
	if r.hidden > 0 {
		out = append(out, "#hidden")
	}
	return out
}
