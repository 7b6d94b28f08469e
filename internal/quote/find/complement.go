package find

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	finiteVerb  = regexp.MustCompile(`\b(?:is|are|was|were|be|has|have|had|will|would|can|could|may|might|must|should|did|does|do|goes|lies|needs|wants|makes|\p{L}{2,}ed|\p{L}+n['’]t|took|came|went|broke|fell|began|left|lost|won|rose|made|gave|hid|fired|meant|knew|saw|found|thought|felt|held|ran|paid|sold|built|sent|stood|differs|means|seems|lasts?|last|regretted|broke)\b`)
	clauseStart = regexp.MustCompile(`^(?:the|The|a|an|he|she|it|they|there|we|his|her|its|their|this|these|those|that|no|nobody|none|all|both|some|any|more|at|if|\d|two|three|four|five|six|seven|eight|nine|ten|eleven|dozens|hundreds|[\p{Lu}]|[\p{L}-]+s\b|[\p{L}-]+ [\p{L}-]+s?\b)`)
	noClause    = regexp.MustCompile(`^(?:nothing|so|little|goodbye|hello|yes|as much|more|when|whether|why|how|what|of|about|to|only|sorry|on the record|for|farewell|it all|it (?:with|by|to|as))\b`)
	endCut      = regexp.MustCompile(`, (?:but|although|though|while) |; `)
	adjunctHead = regexp.MustCompile(`^ ?(?:late|early|on|in|at|by|to|during|after|before|last|this|yesterday|today|earlier|later|afterwards|again|through|from|over|when|wiping|as|publicly)\b`)
)

// complement finds what was said at a verb whose speaker is known.
func (f *finder) complement(s sentence, v verb, a attribution) []Found {
	if strings.ContainsRune(s.text, mark) {
		return f.direct(s, v, a)
	}
	if !reporting[v.word] && v.word != "advised" {
		return nil
	}
	return f.reported(s, v, a)
}

// marks are the places of the quotations in a sentence's text.
func (s *sentence) marks() []int {
	var out []int
	for i, r := range s.text {
		if r == mark {
			out = append(out, i)
		}
	}
	return out
}

// direct finds words in quotation marks.
func (f *finder) direct(s sentence, v verb, a attribution) []Found {
	var spans []Span
	first := -1 // quotation after the verb
	before := -1
	for i, at := range s.marks() {
		switch {
		case at < v.from:
			before = i
		default:
			if first < 0 {
				first = i
			}
		}
	}
	marks := s.marks()
	if before >= 0 {
		gap := strings.Trim(s.text[marks[before]+utf8.RuneLen(mark):min(a.from, v.from)], " ,")
		if gap != "" && !a.inverted && a.clause != [2]int{} {
			return nil
		}
		if gap != "" && !a.inverted {
			a.around += " " + gap
		}
		spans = append(spans, s.quotes[before].inner)
	}
	after := s.text[a.to:]
	if a.inverted {
		after = s.text[v.to:]
	}
	zone := after
	if first >= 0 {
		zone = s.text[min(a.to, marks[first]):marks[first]]
	}
	rest := zone
	if v.word == "told" || v.word == "tells" {
		var outlet string
		if outlet, rest = toldTo(zone); outlet != "" {
			f.outletOf(&a, outlet)
		}
	}
	if before >= 0 {
		a.around += " " + zone
		for i := before + 1; i < len(s.quotes); i++ {
			spans = append(spans, s.quotes[i].inner)
		}
		return f.withOutlet(&a, v, true, spans)
	}
	if first < 0 {
		return nil
	}
	return f.afterVerb(s, v, a, rest, marks, first)
}

// afterVerb finds quotations behind the verb: words of their own, or parts of a
// clause in the writer's words.
func (f *finder) afterVerb(s sentence, v verb, a attribution, zone string, marks []int, first int) []Found {
	all := func() []Found {
		a.around += " " + zone
		var spans []Span
		for i := first; i < len(s.quotes); i++ {
			spans = append(spans, s.quotes[i].inner)
		}
		return f.withOutlet(&a, v, true, spans)
	}
	clause, lead := f.clauseIn(zone)
	trimmed := strings.TrimSpace(zone)
	switch {
	case naming[v.word] || v.word == "paid tribute to" || v.word == "asked for" || !reporting[v.word]:
		return all()
	case strings.HasSuffix(trimmed, ":") || strings.HasSuffix(trimmed, ",") || trimmed == "":
		return all()
	case (v.word == "told" || v.word == "tells") && regexp.MustCompile(`(?:^| )to $`).MatchString(zone):
		return all()
	case clause < 0 && !strings.HasPrefix(zone, " that"):
		if strings.Contains(" "+trimmed+" ", " was ") {
			return all()
		}
		if clause, lead = bareClause(zone), ""; clause < 0 {
			return all()
		}
	}
	a.around += " " + lead
	start := marks[first] - len(zone) + max(clause, 0)
	return f.withOutlet(&a, v, false, []Span{s.span(start, len(s.text))})
}

// bareClause is where words without "that" begin a clause that a quotation goes
// on with.
func bareClause(zone string) int {
	at := len(zone) - len(strings.TrimLeft(zone, " "))
	if clauseStart.MatchString(zone[at:]) && strings.Contains(strings.TrimSpace(zone), " ") || regexp.MustCompile(`^(?:he|she|it|they) $`).MatchString(zone[at:]) {
		return at
	}
	return -1
}

// clauseIn finds where a clause begins in the words after a verb, -1 for none,
// and what stands before it: when and where.
func (f *finder) clauseIn(zone string) (at int, lead string) {
	if i := strings.Index(zone, " that "); i >= 0 && strings.Count(zone[:i], " ") < 14 {
		if that := zone[i+6:]; !regexp.MustCompile(`^(?:was|is|were) `).MatchString(that) {
			return i + 6, zone[:i]
		}
	}
	if strings.HasSuffix(zone, " that ") {
		return len(zone), zone
	}
	at = 0
	for {
		rest := zone[at:]
		n := adjunctLength(rest)
		if n == 0 {
			break
		}
		at += n
	}
	rest := strings.TrimLeft(zone[at:], " ,")
	start := len(zone) - len(rest)
	if noClause.MatchString(rest) || !clauseStart.MatchString(rest) || !finiteVerb.MatchString(rest) || strings.Count(rest, " ") < 1 {
		return -1, zone
	}
	return start, zone[:start]
}

// adjunctLength is how long the words are that tell when or where and begin s.
func adjunctLength(s string) int {
	if m := vague.FindString(s); m != "" {
		return len(m)
	}
	for _, re := range []*regexp.Regexp{weekday, dayDate, dateDay, relativeDay, monthOnly, yearOnly, interview, onNetwork, onPage, plural, inThing, inHouse, onAir} {
		if m := re.FindStringIndex(s); m != nil && strings.TrimSpace(s[:m[0]]) == "" {
			end := m[1]
			if end > 0 && strings.ContainsRune(" ,.:", rune(s[end-1])) {
				end--
			}
			return end
		}
	}
	if m := regexp.MustCompile(`^ (?:afterwards|yesterday|again|privately|publicly)\b`).FindString(s); m != "" {
		return len(m)
	}
	return 0
}

// reported finds words in the writer's own.
func (f *finder) reported(s sentence, v verb, a attribution) []Found {
	right := s.text[v.to:]
	if a.inverted {
		if a.clause == [2]int{} || !finiteVerb.MatchString(s.text[a.clause[0]:a.clause[1]]) {
			return nil
		}
		return f.withOutlet(&a, v, false, []Span{s.span(a.clause[0], a.clause[1])})
	}
	if strings.HasPrefix(s.text[:a.from], "What ") {
		i := strings.Index(right, " was that ")
		if i < 0 {
			return nil
		}
		return f.withOutlet(&a, v, false, []Span{s.span(v.to+i+10, len(s.text))})
	}
	zone := right
	if v.word == "told" || v.word == "tells" {
		var outlet string
		if outlet, zone = toldTo(right); outlet != "" {
			f.outletOf(&a, outlet)
		}
	}
	if a.clause != [2]int{} && (strings.Trim(zone, " .") == "" || adjunctHead.MatchString(zone) || strings.HasPrefix(zone, ",")) {
		return f.clauseBefore(s, v, a, zone)
	}
	at, lead := f.clauseIn(zone)
	if at < 0 {
		return nil
	}
	a.around += " " + lead
	from := len(s.text) - len(zone) + at
	to := len(s.text)
	if m := endCut.FindStringIndex(s.text[from:]); m != nil {
		to = from + m[0]
	}
	return f.withOutlet(&a, v, false, []Span{s.span(from, to)})
}

// clauseBefore finds "The road was open, the mayor said on Monday, and dry."
func (f *finder) clauseBefore(s sentence, v verb, a attribution, zone string) []Found {
	clause := s.text[a.clause[0]:a.clause[1]]
	if strings.Count(clause, " ") < 2 && !strings.HasSuffix(clause, " will") {
		return nil
	}
	if !finiteVerb.MatchString(clause) && !strings.Contains(clause, " will") {
		return nil
	}
	spans := []Span{s.span(a.clause[0], a.clause[1])}
	when := zone
	if i := strings.Index(zone, ", "); i >= 0 {
		when = zone[:i]
		tail := len(s.text) - len(zone) + i
		if strings.Count(zone[i:], " ") > 2 && finiteVerb.MatchString(zone[i:]) || strings.HasSuffix(clause, " will") {
			spans = append(spans, s.span(tail, len(s.text)))
		}
	}
	a.around += " " + when
	return f.withOutlet(&a, v, false, spans)
}

// outletOf notes the one who was told as the outlet.
func (f *finder) outletOf(a *attribution, outlet string) {
	a.around = "⟨" + outlet + "⟩ " + a.around
}

var told = regexp.MustCompile(`⟨([^⟩]*)⟩`)

// withOutlet is found, with the one who was told before any other outlet.
func (f *finder) withOutlet(a *attribution, v verb, direct bool, spans []Span) []Found {
	outlet := ""
	if m := told.FindStringSubmatch(a.around); m != nil {
		outlet = m[1]
		a.around = strings.Replace(a.around, m[0], "", 1)
	}
	found := f.found(a, v, direct, spans...)
	if outlet != "" && len(found) > 0 {
		found[0].Outlet = outlet
	}
	return found
}

var (
	accordingTo = regexp.MustCompile(`\b[Aa]ccording to `)
	inWords     = regexp.MustCompile(`\bin ((?:Mr|Ms|Mrs|Dr)\. )?([A-Z][\p{L}]+(?: [A-Z][\p{L}]+)*)['’]s words\b`)
)

// according finds "According to X, …", "…, according to X" and "in X's words".
func (f *finder) according(s sentence) []Found {
	if m := inWords.FindStringSubmatchIndex(s.text); m != nil && strings.ContainsRune(s.text, mark) {
		a := attribution{np: phrase{name: s.text[m[4]:m[5]], named: true, human: true}}
		var spans []Span
		for _, q := range s.quotes {
			spans = append(spans, q.inner)
		}
		return f.found(&a, verb{}, true, spans...)
	}
	m := accordingTo.FindStringIndex(s.text)
	if m == nil {
		return nil
	}
	rest := strings.TrimRight(s.text[m[1]:], ".")
	if i := strings.IndexRune(rest, mark); i >= 0 && m[0] > 0 {
		return nil
	}
	segs := strings.Split(rest, ", ")
	front := strings.TrimSpace(s.text[:m[0]]) == ""
	used := 1
	var beside []string
	if len(segs) > 1 && (!front || len(segs) > 2) && (office(segs[1]) || strings.HasPrefix(segs[1], "who ") || properHead(segs[1])) {
		beside, used = segs[1:2], 2
	}
	np, ok := f.withApposition(withoutParentheses(segs[0]), beside...)
	if !ok || bareOutlet(&np, segs[0]) {
		return nil
	}
	a := attribution{np: np}
	direct := strings.ContainsRune(s.text, mark)
	if direct {
		var spans []Span
		for _, q := range s.quotes {
			spans = append(spans, q.inner)
		}
		return f.found(&a, verb{}, true, spans...)
	}
	if !front {
		return f.found(&a, verb{}, false, s.span(0, m[0]))
	}
	if used >= len(segs) {
		return nil
	}
	from := m[1]
	for _, seg := range segs[:used] {
		from += len(seg) + 2
	}
	return f.found(&a, verb{}, false, s.span(min(from, len(s.text)), len(s.text)))
}

// bareOutlet reports a name alone that a report may go by: an agency, a paper.
func bareOutlet(np *phrase, as string) bool {
	return np.named && np.role == "" && !strings.Contains(np.name, " ") && !address.MatchString(as) && (strings.HasPrefix(as, "the ") || agencies[np.name])
}

var agencies = words(`Reuters AP AFP DPA TASS Xinhua Bloomberg CNN BBC Politico Axios NPR ANSA EFE Kyodo Interfax RIA IRNA`)
