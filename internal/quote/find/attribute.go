package find

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// attribution is who says, around one verb.
type attribution struct {
	np       phrase
	around   string // the words before and after that tell when and where
	inverted bool
	from     int // of the speaker in the text
	to       int // where the speaker and the verb end
	clause   [2]int
}

var (
	helpers   = regexp.MustCompile(` (?:has|have|had|also|then|later|earlier|previously|once|repeatedly|again|afterwards|afterward|simply|still|now|already|quickly|often|separately|both|meanwhile|publicly|privately)$`)
	negations = regexp.MustCompile(`(?:^| )(?:not|never|will|would|could|may|might|must|should|to|can|cannot|did|does|do|is|are|was|were|be|been|being|didn't|didn’t|won't|won’t|who|that|which|nobody|nothing|\w+n['’]t)$`)
	leads     = regexp.MustCompile(`^(?:In|On|At|Asked|Speaking|Writing|After|Before|When|During|Earlier|Later|Last|By|With|For|From|As|Still|However|Meanwhile|Instead|Yesterday|Today|Since|Under|Until)\b`)
	shortLead = regexp.MustCompile(`^(?:In (?:\d{4}|` + months + `)|On (?:` + weekdays + `)|Last (?:week|month|year|` + weekdays + `)|Yesterday|Today) `)
	conjunct  = regexp.MustCompile(`^(?:But|And|So|Yet|Then|Now) `)
	passive   = regexp.MustCompile(`^ (?:\w+ly|in|by|from|with|through)\b`) // "the case, told entirely in bills"
	place     = regexp.MustCompile(` (?:on|in|at|outside|inside|from|after|before|last|this|yesterday|today|when|as|while|during|through|by|about|to|early|late|earlier|later|near|over|under|wiping|shaking) `)
)

// attribution reads who says something at a verb.
func (f *finder) attribution(s sentence, v verb) (a attribution, ok bool) {
	if v.word == "told" && passive.MatchString(s.text[v.to:]) {
		return a, false
	}
	left := strings.TrimRight(s.text[:v.from], " ")
	if trimmed := strings.TrimRight(left, ", "); v.word != "told" && (strings.HasSuffix(trimmed, string(mark)) || strings.HasSuffix(left, ",") && reporting[v.word]) {
		if a, ok = f.inverted(s, v, len(trimmed)); ok {
			return a, true
		}
	}
	base := 0
	if i := strings.LastIndex(left, string(mark)); i >= 0 {
		base = i + utf8.RuneLen(mark)
	}
	for _, sep := range []string{"; ", ": ", " — ", " – "} {
		if i := strings.LastIndex(left, sep); i >= base {
			base = i + len(sep)
		}
	}
	subject := left
	for {
		m := helpers.FindStringIndex(subject)
		if m == nil {
			break
		}
		subject = subject[:m[0]]
	}
	if len(subject) < base || negations.MatchString(subject[base:]) {
		return a, false
	}
	return f.subject(s, v, subject, base)
}

// subject reads the speaker before a verb, between base and the verb.
func (f *finder) subject(s sentence, v verb, left string, base int) (a attribution, ok bool) {
	closed := strings.HasSuffix(left, ",")
	type segment struct{ from, to int }
	var segs []segment
	for at := base; at < len(left); {
		end := strings.Index(left[at:], ", ")
		if end < 0 {
			end = len(left) - at
		}
		seg := segment{at, at + end}
		if strings.TrimSpace(strings.Trim(left[seg.from:seg.to], ", ")) != "" {
			segs = append(segs, seg)
		}
		at += end + 2
	}
	for len(segs) > 1 && leads.MatchString(strings.TrimLeft(left[segs[0].from:segs[0].to], " ,")) && base == 0 {
		a.around += left[segs[0].from:segs[0].to] + " , "
		segs = segs[1:]
	}
	if len(segs) == 0 {
		return a, false
	}
	head, beside := segs[len(segs)-1], ""
	n := len(segs) - 1
	if closed && len(segs) > 1 {
		beside = left[head.from:head.to]
		head = segs[len(segs)-2]
		n--
		if strings.HasPrefix(strings.TrimSpace(beside), "in ") || strings.HasPrefix(strings.TrimSpace(beside), "speaking ") || strings.HasPrefix(strings.TrimSpace(beside), "writing ") {
			a.around += " " + beside + " , "
		}
	}
	text := left[head.from:head.to]
	from := head.from
	for _, re := range []*regexp.Regexp{conjunct, shortLead} {
		if m := re.FindString(strings.TrimLeft(text, " ")); m != "" {
			a.around += m + " , "
			skip := len(text) - len(strings.TrimLeft(text, " ")) + len(m)
			text, from = text[skip:], from+skip
		}
	}
	if strings.HasPrefix(text, "What ") {
		text, from = text[5:], from+5
	}
	np, ok := f.withApposition(withoutParentheses(text), beside)
	if !ok {
		return a, false
	}
	a.np, a.from, a.to = np, from, v.to
	if n > 0 {
		a.clause = [2]int{segs[0].from, segs[n-1].to}
	}
	return a, true
}

var parentheses = regexp.MustCompile(` ?\([^)]*\)`)

func withoutParentheses(s string) string { return parentheses.ReplaceAllString(s, "") }

// inverted reads "…, said X, the minister of Y".
func (f *finder) inverted(s sentence, v verb, end int) (a attribution, ok bool) {
	right := s.text[v.to:]
	stop := strings.IndexRune(right, mark)
	if stop < 0 {
		stop = len(right)
	}
	zone := strings.TrimRight(right[:stop], " .!?,:")
	segs := strings.SplitN(zone, ", ", 4)
	head := segs[0]
	if m := place.FindStringIndex(head + " "); m != nil && m[0] > 0 {
		a.around = head[min(m[0], len(head)):]
		head = head[:m[0]]
	}
	for _, cut := range []string{" who ", " which ", " that "} {
		if i := strings.Index(head+" ", cut); i > 0 {
			if m := gaveName.FindStringSubmatch(head[i:]); m != nil {
				head = " " + m[1]
			} else {
				head = head[:i]
			}
		}
	}
	var beside []string
	for _, b := range segs[1:] {
		if strings.HasPrefix(b, "who ") || strings.HasPrefix(b, "and ") || strings.HasPrefix(b, "but ") {
			break
		}
		beside = append(beside, b)
		if !age.MatchString(strings.TrimSpace(b)) {
			break
		}
	}
	np, ok := f.withApposition(withoutParentheses(head), beside...)
	if !ok || strings.TrimSpace(head) == "" {
		return a, false
	}
	a.np, a.inverted, a.from, a.to = np, true, v.from, v.to+len(zone)
	a.around += " " + strings.Join(segs[1:], " , ")
	if !strings.HasSuffix(s.text[:end], string(mark)) {
		a.clause = [2]int{0, end}
	}
	return a, true
}

var gaveName = regexp.MustCompile(`gave (?:his|her|their) name (?:only )?as ([A-Z][\p{L}]+(?: [A-Z][\p{L}]+)*)`)

// found makes a suggestion of an attribution.
func (f *finder) found(a *attribution, v verb, direct bool, spans ...Span) []Found {
	var kept []Span
	for _, s := range spans {
		if s.To > s.From {
			kept = append(kept, s)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	p := f.remember(&a.np)
	around := a.around
	one := Found{Spans: kept, Speaker: p.name, Role: p.role, Date: f.dateIn(around), Direct: direct}
	if !a.np.named {
		one.Speaker, one.Role = a.np.name, a.np.role
	}
	one.Outlet = outletIn(around, v.word)
	return []Found{one}
}
