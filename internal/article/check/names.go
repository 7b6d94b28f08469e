package check

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"dateline/internal/article/compare"
)

// The check for names that are spelled in two ways compares what looks like
// names: several capitalised words in a row, and single ones that come close
// to the last word of such a name. An alarm that is wrong is soon ignored with
// all others, so that it leaves alone what two different names, two titles or
// two forms of one word could be.

// maxNames bounds the names of one article that are compared.
const maxNames = 400

// name is what looks like a name, with how often and where it stands.
type name struct {
	words []string
	text  string
	count int
	path  string // of its first use
}

// names are those of one article.
type names struct {
	full   map[string]*name // of several words
	single map[string]*name // of one word inside a sentence
	common map[string]bool  // words that also stand in lower case
	order  []*name
}

func spellings(r *run) {
	ns := names{full: map[string]*name{}, single: map[string]*name{}, common: map[string]bool{}}
	ns.read("standfirst", r.Content.Standfirst)
	for _, s := range r.places {
		if s.node.Type == "code" || s.node.Type == "heading" { // a title may capitalise every word
			continue
		}
		if text := textOf(s.node); text != "" {
			ns.read(s.path, text)
		}
		for _, attr := range []string{"speaker", "party"} {
			ns.read(s.path+".attrs."+attr, s.node.AttrText(attr))
		}
	}
	r.fullNames(&ns)
	r.lastNames(&ns, base(r.languageOf()) == "de")
	r.knownNames(&ns)
}

func (r *run) languageOf() string {
	if r.Content.Language != "" {
		return r.Content.Language
	}
	return r.Language
}

// particles may stand in lower case inside a name.
var particles = map[string]bool{
	"von": true, "van": true, "de": true, "der": true, "den": true, "del": true, "della": true, "di": true, "da": true,
	"dos": true, "du": true, "la": true, "le": true, "bin": true, "ibn": true, "al": true, "el": true, "zu": true, "y": true,
}

// openers are capitalised words before a name that are no part of it: titles,
// and what a sentence begins with.
var openers = set(`mr mrs ms miss dr sir lord lady president minister chancellor senator secretary chairman judge mayor professor prof
	general colonel captain sergeant king queen prince princess pope bishop analyst spokesman spokeswoman former vice
	herr frau monsieur madame señor señora don doña sr sra mme
	the a an in on at but and for when if as he she it they we this that these those then there here later now after before while with
	from by to of his her their its our my both some many most all no not so yet or nor one two three what who where why how last
	next also only even still meanwhile however although because since until under over yesterday today tomorrow asked said
	der die das den dem ein eine einer am im an auf zu mit von vom nach bei und aber doch dann als wenn während er sie es wir ich
	ihr sein seine auch nur noch heute gestern morgen
	le la les un une des il elle on nous vous ils elles mais et ou donc dans sur sous avec pour par selon hier demain
	el los las una y o pero en con por para del al según ayer hoy`)

// read collects the names of a text.
func (ns *names) read(path, text string) {
	start := true // at the beginning of a sentence
	var open []string
	opened := false // the open name began a sentence
	done := func() {
		ns.note(path, open, opened)
		open = nil
	}
	for text != "" {
		word, rest, gap := nextWord(text)
		if word == "" {
			break
		}
		initial := len(open) > 0 && gap == ". " && utf8.RuneCountInString(open[len(open)-1]) == 1 // John F. Kennedy
		if !initial && gap != "" && gap != " " && gap != "-" {
			done()
		}
		start = start || !initial && strings.ContainsAny(gap, ".!?:;\n\"“”„«»‘()—–-")
		switch first, size := utf8.DecodeRuneInString(word); {
		case unicode.IsUpper(first) && (hasLower(word) || size == len(word) && open != nil):
			if open == nil {
				opened = start
			}
			open = append(open, word)
		case len(open) > 0 && particles[word] && followedByName(rest):
			open = append(open, word)
		default:
			done()
			if unicode.IsLower(first) {
				ns.common[word] = true
			}
		}
		start = false
		text = rest
	}
	done()
}

func hasLower(word string) bool { return strings.ContainsFunc(word, unicode.IsLower) }

func followedByName(rest string) bool {
	word, after, _ := nextWord(rest)
	if particles[word] {
		word, _, _ = nextWord(after)
	}
	first, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(first)
}

// nextWord returns the next run of letters, what follows it, and what stood
// before it. An apostrophe between letters and a possessive end are no part.
func nextWord(text string) (word, rest, gap string) {
	from := strings.IndexFunc(text, isLetter)
	if from < 0 {
		return "", "", text
	}
	end := from
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if !isLetter(r) && !joinsLetters(r, text[end+size:]) {
			break
		}
		end += size
	}
	word = text[from:end]
	for _, s := range []string{"'s", "’s"} {
		word = strings.TrimSuffix(word, s)
	}
	return word, text[end:], text[:from]
}

func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) }

func joinsLetters(r rune, rest string) bool {
	if r != '\'' && r != '’' {
		return false
	}
	next, _ := utf8.DecodeRuneInString(rest)
	return unicode.IsLetter(next)
}

// note adds a run of capitalised words.
func (ns *names) note(path string, words []string, opened bool) {
	if opened && len(words) > 0 && (openers[lower(words[0])] || ns.common[lower(words[0])]) {
		words, opened = words[1:], false // "Yesterday Ann Lee", "The Council"
	}
	for len(words) > 0 && (openers[lower(words[0])] || len(words) > 2 && ordinary[lower(words[0])]) {
		words = words[1:]
	}
	if len(words) == 0 || len(words) > 5 || len(ns.order) >= maxNames {
		return
	}
	into := ns.full
	if len(words) == 1 {
		if opened { // any word has a capital there
			return
		}
		into = ns.single
	}
	text := strings.Join(words, " ")
	n := into[text]
	if n == nil {
		n = &name{words: words, text: text, path: path}
		into[text] = n
		ns.order = append(ns.order, n)
	}
	n.count++
}

// fullNames compares names of several words with each other.
func (r *run) fullNames(ns *names) {
	var full []*name
	for _, n := range ns.order {
		if len(n.words) > 1 {
			full = append(full, n)
		}
	}
	for i, a := range full {
		for _, b := range full[:i] {
			n := min(len(a.words), len(b.words)) // "Mayor Ann Lee" and "Ann Lee"
			x, y := a.words[len(a.words)-n:], b.words[len(b.words)-n:]
			at, ok := oneDiffers(x, y)
			if !ok || !ns.variant(x[at], y[at]) {
				continue
			}
			if a.count > 1 && b.count > 1 && fold(x[at]) != fold(y[at]) {
				continue // two people, more likely
			}
			r.twoWays(a, b)
		}
	}
}

func (r *run) twoWays(a, b *name) {
	if a.count > b.count { // the rarer one is where to look
		a, b = b, a
	}
	r.addAt(Warn, "name_two_ways", a.path, a.text, a.text, b.text)
}

// oneDiffers returns the only place at which two names differ.
func oneDiffers(a, b []string) (int, bool) {
	at := -1
	for i := range a {
		if a[i] == b[i] {
			continue
		}
		if at >= 0 {
			return 0, false
		}
		at = i
	}
	return at, at >= 0
}

// lastNames compares single words with the last words of names. Where all
// nouns have capitals, only another spelling of the same sound counts.
func (r *run) lastNames(ns *names, nouns bool) {
	last := map[string]*name{}
	parts := map[string]bool{}
	for _, n := range ns.order {
		if len(n.words) < 2 {
			continue
		}
		last[n.words[len(n.words)-1]] = n
		for _, w := range n.words {
			parts[w] = true
		}
	}
	var surnames []string
	for s := range last {
		surnames = append(surnames, s)
	}
	slices.Sort(surnames)
	for _, n := range ns.order {
		if len(n.words) > 1 || parts[n.text] || n.count > 2 || ordinary[lower(n.text)] {
			continue
		}
		for _, s := range surnames {
			if !ns.variant(n.text, s) || nouns && fold(n.text) != fold(s) {
				continue
			}
			r.addAt(Warn, "name_two_ways", n.path, n.text, n.text, last[s].text)
			break
		}
	}
}

// knownNames compares the article's names with those the newsroom knows.
func (r *run) knownNames(ns *names) {
	known := map[string][]string{}
	for _, s := range r.Names {
		if words := strings.Fields(s); len(words) > 1 {
			known[s] = words
		}
	}
	for _, n := range ns.order {
		if len(n.words) < 2 || known[n.text] != nil {
			continue
		}
		for _, s := range r.Names {
			words := known[s]
			if len(words) != len(n.words) {
				continue
			}
			if at, ok := oneDiffers(n.words, words); ok && ns.variant(n.words[at], words[at]) && ns.full[s] == nil {
				r.addAt(Warn, "name_known", n.path, n.text, n.text, s)
				break
			}
		}
	}
}

// variant reports whether two words may be spellings of one name.
func (ns *names) variant(a, b string) bool {
	x, y := lower(a), lower(b)
	if x == y || ns.common[x] || ns.common[y] || ordinary[x] && ordinary[y] || derived(x, y) || derived(y, x) {
		return false
	}
	if strings.ContainsFunc(x+y, unicode.IsDigit) {
		return false
	}
	f, g := fold(a), fold(b)
	shorter := min(utf8.RuneCountInString(f), utf8.RuneCountInString(g))
	if shorter < 4 {
		return f == g && shorter > 2
	}
	if f == g {
		return true
	}
	if f[0] != g[0] {
		return false
	}
	allowed := 1
	if shorter >= 8 {
		allowed = 2
	}
	return compare.Distance(f, g, allowed) <= allowed
}

// endings make other words of a word: plurals, peoples, trades.
var endings = []string{"s", "es", "n", "en", "an", "ian", "ean", "er", "ers", "r", "ese", "i", "ish", "ic", "al", "ist", "ism", "ry", "y", "a", "o", "in", "e", "ing", "ed"}

// derived reports whether long is short with an ending.
func derived(short, long string) bool {
	rest, ok := strings.CutPrefix(long, short)
	return ok && slices.Contains(endings, rest)
}

// fold brings spellings of one sound together: Müller and Mueller, Kathryn and
// Katherine's beginning, Philipp and Filip.
func fold(s string) string {
	s = sounds.Replace(lower(s))
	var b strings.Builder
	var last rune
	for _, r := range norm.NFD.String(s) {
		if unicode.IsLetter(r) && r != last {
			b.WriteRune(r)
			last = r
		}
	}
	out := b.String()
	if len(out) > 4 {
		out = strings.TrimSuffix(out, "e")
	}
	return out
}

var sounds = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "å", "aa", "ø", "oe", "æ", "ae", "ph", "f", "ck", "k", "th", "t", "y", "i", "j", "i", "c", "k", "w", "v", "ł", "l", "đ", "d", "ı", "i")

// ordinary are words that stand in titles and names of bodies, and that an
// edit or two turns into each other: minister and ministry.
var ordinary = set(`minister ministry ministers ministries commission commissioner committee community commodity company council counsel
	counselor councillor union unions national nation nations international internal department director directors directorate
	president presidency presidential secretary secretariat general central center centre federal federation republic republican
	democrat democratic democrats conservative conservatives liberal liberals party parties bank banks banking north south northern
	southern east west eastern western january february march april may june july august september october november december
	monday tuesday wednesday thursday friday saturday sunday first second third fourth fifth sixth seventh street state states
	county country city university institute institution chief chair chairman chairwoman chairperson spokesman spokeswoman
	officer office official group groups corp corporation inc industry industries industrial economic economics economist
	trade trader trading finance financial treasury transport transportation system systems service services security securities
	exchange stock stocks motor motors resource resources product products holding holdings partner partners general manager
	management board trust trustee action court courts house houses senate senator district division energy health education
	foreign home affairs affair labor labour green greens business british britain france french german germany china chinese
	america american americans australia austria australian austrian iran iraq niger nigeria mali malawi slovakia slovenia
	india indiana ireland iceland congo georgia korea korean
	swiss suisse brazil brazilian argentina argentine netherlands venezuela venezuelan arab arabia arabic portugal portuguese
	european europe communist communists germans`)

func set(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}
