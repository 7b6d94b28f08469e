package find

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// phrase is a noun phrase that may be a speaker.
type phrase struct {
	name  string // of a person or body, or the noun as it is written
	role  string
	named bool // name is a proper name
	human bool // "he" or "she" can mean it
}

var (
	determiner = regexp.MustCompile(`^(?:[Tt]he|[Aa]n?|[Oo]ne|[Ss]ome|[Hh]is|[Hh]er|[Ii]ts|[Tt]heir|[Tt]hat|[Tt]his|[Oo]ur|[Mm]y) `)
	address    = regexp.MustCompile(`^(?:Mr|Mrs|Ms|Mx|Miss|Dr|Prof|Sir|Dame|Lord|Lady|The Rev|Rev)\.? `)
	possessive = regexp.MustCompile(`^(?:His|Her|his|her|Their|their|Its|its) `)
	owns       = regexp.MustCompile(`['’]s$`)
	predicate  = regexp.MustCompile(`(?:^| )(?:is|are|was|were|has|have|had|he|she|they)(?: |$)`)
	age        = regexp.MustCompile(`^\d{1,3}$`)
)

// inner are the particles that join the parts of a person's name.
var inner = words(`de van von der den la le del da di dos bin ibn al el`)

// prepositions begin no speaker.
var prepositions = words(`in on at to of for from by with that when while after before as if than since until into over under about because but and or so then not`)

// titles are offices that stand before a name with a capital of their own.
var titles = words(`President Vice Prime Minister Secretary Governor Judge Justice Senator Congressman Congresswoman Representative Mayor Chancellor Captain Colonel
	General Major Lieutenant Sergeant Corporal Private Admiral Commander Deputy Councillor Councilor Professor Chief Director Acting Former King Queen Prince Princess
	Pope Bishop Archbishop Cardinal Officer Inspector Detective Commissioner Ambassador Attorney Foreign Defence Defense Interior Finance Health Home Press Police
	Farmer Coach Speaker Chairman Chairwoman Lt Cmdr Col Gen Brig Maj Capt Sgt Cpl Sen Gov Rep Dr Father Sister Brother Rabbi Imam Sheikh`)

// things say and write, but are no speakers.
var things = words(`report reports study studies survey census law laws letter indictment sign signs banner note ruling document documents newspaper paper poll polls
	figures data statement book film rule rules text article clock motto agreement treaty contract reply headline editorial magazine television tv media broadcaster radio
	agency's website page song poster bill label invitation notice caption chart map constitution bible it this that which who whoever what nothing everything
	something anything nobody everyone everybody anyone someone they we you i there one some people here many others most few then word words phrase
	time day weather story`)

// nouns of people and bodies that speak without a name; a noun that is none of
// them and no plural is taken for a thing when nothing is in quotation marks.
var bodies = words(`ministry police army government company firm club union court council commission committee palace office department bank airline force
	board agency party team family opposition regulator service authority administration federation association group school church hospital university prosecutor
	navy coalition`)

// parse reads a noun phrase without its appositions; false for what is no
// speaker.
func (f *finder) parse(s string) (np phrase, ok bool) {
	s = strings.Trim(s, " ,")
	s = strings.TrimSuffix(strings.TrimSuffix(s, " himself"), " herself")
	if s == "" || strings.ContainsRune(s, mark) || strings.Count(s, " ") > 11 {
		return np, false
	}
	lower := strings.ToLower(s)
	if lower == "he" || lower == "she" {
		if f.last == nil {
			return np, false
		}
		return phrase{name: f.last.name, role: f.last.role, named: true, human: true}, true
	}
	if first, _, _ := strings.Cut(lower, " "); prepositions[first] || predicate.MatchString(first) {
		return np, false
	}
	det := determiner.FindString(s)
	bare := strings.TrimPrefix(s, det)
	if things[strings.ToLower(headOf(bare))] || things[lower] {
		return np, false
	}
	title := ""
	if m := address.FindString(bare); m != "" {
		title, bare = m, strings.TrimPrefix(bare, m)
	}
	if !properEnough(bare) {
		return f.common(bare, det)
	}
	role, name := splitRole(bare)
	if name == "" {
		return f.common(bare, det)
	}
	if !strings.ContainsFunc(name, unicode.IsLetter) || owns.MatchString(name) || strings.Contains(role, ",") || predicate.MatchString(role) {
		return np, false // "Ann Lee’s is number 14"
	}
	np = phrase{name: name, role: role, named: true, human: title != "" || role != "" || det == ""}
	if of := strings.Index(name, " of "); of > 0 && title+role != "" { // Joan Whitlock of the Anglers' Trust
		np.name = name[:of]
	}
	return np, true
}

// headOf is the noun that a phrase is about: the last word before "of", "for"
// and their like.
func headOf(s string) string {
	words := strings.Fields(s)
	head := ""
	for _, w := range words {
		switch w {
		case "of", "for", "from", "in", "at", "with", "who", "whom", "whose", "which", "that", "close", "familiar", "there", "on", "to":
			if head != "" {
				return strings.Trim(head, ",")
			}
		}
		head = w
	}
	return strings.Trim(head, ",")
}

func capital(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.IsUpper(r) || unicode.IsDigit(r)
}

// properEnough reports whether a phrase holds a proper name.
func properEnough(s string) bool {
	for w := range strings.FieldsSeq(s) {
		if capital(w) {
			return true
		}
	}
	return false
}

// splitRole divides "Defence Secretary Alan Hurst" and "army spokesman Rafael
// Nunes" into office and name.
func splitRole(s string) (role, name string) {
	words := strings.Fields(s)
	start := len(words)
	for start > 0 && (capital(words[start-1]) || start < len(words) && inner[words[start-1]]) {
		start--
	}
	for start < len(words) && inner[words[start]] && !capital(words[start]) && start > 0 {
		start++
	}
	if start == len(words) { // the name stands before: "Joan Whitlock of the Anglers' Trust", or there is none
		end := 0
		for end < len(words) && (capital(words[end]) || inner[words[end]]) {
			end++
		}
		if end < len(words) && end > 0 && (words[end] == "of" || words[end] == "from" || words[end] == "with") && end > 1 {
			return strings.Join(words[end+1:], " "), strings.Join(words[:end], " ")
		}
		return "", ""
	}
	if start > 1 && (words[start-1] == "of" || words[start-1] == "for" || words[start-1] == "the" || words[start-1] == "from" || words[start-1] == "with" || words[start-1] == "and" || words[start-1] == "in" || words[start-1] == "at") {
		return aroundOf(words)
	}
	for start+1 < len(words) && titles[strings.TrimSuffix(words[start], ".")] {
		start++
	}
	return strings.Join(words[:start], " "), strings.Join(words[start:], " ")
}

// aroundOf reads "Joan Whitlock of the Anglers' Trust", "Ministry of Defence"
// and "mayor of Harwick".
func aroundOf(words []string) (role, name string) {
	end := 0
	for end < len(words) && (capital(words[end]) || inner[words[end]] && end > 0) {
		end++
	}
	rest := end
	for rest < len(words) && (words[rest] == "of" || words[rest] == "the" || words[rest] == "from" || words[rest] == "with" || words[rest] == "at" || words[rest] == "in" || words[rest] == "for") {
		rest++
	}
	first := 0
	for first+1 < end && titles[strings.TrimSuffix(words[first], ".")] {
		first++
	}
	switch {
	case end == 0:
		return officeBefore(words)
	case first > 0:
		return strings.Join(words[:first], " "), strings.Join(words[first:end], " ")
	case end == 1 || words[end] == "and" || words[end] == "for":
		return "", strings.Join(words, " ") // a body: Ministry of Defence
	}
	return strings.Join(words[rest:], " "), strings.Join(words[:end], " ")
}

// officeBefore reads "hydrologist Vera Blum of the University of Graz"; in
// "mayor of Harwick" the name is that of a place.
func officeBefore(words []string) (role, name string) {
	from := 0
	for from < len(words) && !capital(words[from]) {
		if prepositions[words[from]] {
			return "", ""
		}
		from++
	}
	to := from
	for to < len(words) && (capital(words[to]) || inner[words[to]]) {
		to++
	}
	if to-from < 2 {
		return "", ""
	}
	return strings.Join(words[:from], " "), strings.Join(words[from:to], " ")
}

// common reads a phrase without a name: "the minister" is whoever held that
// office before.
func (f *finder) common(bare, det string) (np phrase, ok bool) {
	head := strings.ToLower(headOf(bare))
	if head == "" || !letters(head) || things[head] {
		return np, false
	}
	if (det == "the " || det == "The ") && !strings.Contains(bare, " of ") {
		if p := f.inOffice(bare); p != nil {
			return phrase{name: p.name, role: p.role, named: true, human: true}, true
		}
	}
	return phrase{name: bare, human: !strings.HasSuffix(head, "s") && !bodies[head]}, true
}

// inOffice is the person whose role has the words of a phrase.
func (f *finder) inOffice(bare string) *person {
	var found *person
	for _, p := range f.people {
		if p.role != "" && strings.HasSuffix(" "+headedBy(p.role), " "+strings.ToLower(bare)) {
			if found != nil && found != p && f.last != p {
				continue
			}
			found = p
		}
	}
	return found
}

// headedBy is a role up to its noun, in lower case.
func headedBy(role string) string {
	role = strings.ToLower(role)
	for _, cut := range []string{" of ", " for ", " at ", " in ", " with "} {
		if i := strings.Index(role, cut); i > 0 {
			role = role[:i]
		}
	}
	return role
}

func letters(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' && r != '\'' && r != '’' }) < 0
}

// withApposition reads a phrase and what stands beside it between commas: a
// name beside an office, an office or an age beside a name.
func (f *finder) withApposition(head string, beside ...string) (phrase, bool) {
	np, ok := f.parse(head)
	for _, b := range beside {
		b = strings.Trim(b, " ,")
		if b == "" || age.MatchString(b) || strings.HasPrefix(b, "who ") || strings.HasPrefix(b, "whose ") || strings.HasPrefix(b, "which ") || strings.HasPrefix(b, "whom ") {
			continue
		}
		other, fits := f.parse(b)
		switch {
		case ok && np.named && np.role == "" && office(b):
			np.role = clipRole(determiner.ReplaceAllString(b, ""))
		case ok && !np.named && fits && other.named && other.role != "" && determiner.MatchString(b): // "the panel's chair, the pilot Ann Lee"
			np = phrase{name: other.name, role: clipRole(determiner.ReplaceAllString(strings.Trim(head, " ,"), "")), named: true, human: true}
		case fits && other.named && other.role == "" && !office(b):
			role := clipRole(determiner.ReplaceAllString(strings.Trim(head, " ,"), ""))
			if address.MatchString(head) || ok && np.named && np.role != "" && !possessive.MatchString(head) && properHead(head) {
				continue
			}
			np, ok = phrase{name: other.name, role: role, named: true, human: true}, true
		}
	}
	return np, ok
}

// properHead reports a phrase that ends in a name.
func properHead(s string) bool {
	_, name := splitRole(determiner.ReplaceAllString(strings.Trim(s, " ,"), ""))
	return name != "" && strings.Contains(name, " ")
}

// office reports an apposition that says what somebody is.
func office(s string) bool {
	bare := determiner.ReplaceAllString(s, "")
	first, _, _ := strings.Cut(bare, " ")
	return bare != s || !capital(first) || titles[first]
}

// clipRole ends an office before a relative clause.
func clipRole(s string) string {
	for _, cut := range []string{" who ", " which ", " whose ", " that "} {
		if i := strings.Index(s, cut); i > 0 {
			s = s[:i]
		}
	}
	return strings.Trim(s, " ,.")
}
