package guard

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// From which chance of spam on a moderator looks first, and nobody need look.
const (
	HoldFrom = 0.50
	SpamFrom = 0.97
)

// prior is the odds of a comment of which nothing is known.
const prior = -1.3

// Judge says how likely a comment is spam, and why.
func (m *Model) Judge(s Sign) Verdict {
	r := read(s.Text)
	links := linksOf(s, r)
	j := judgement{s: s, r: r, links: links}
	if s.Trap {
		j.say(WordTrap, "", 9)
	}
	j.form()
	j.writer()
	j.name()
	j.linking()
	j.writing()
	j.copies()
	m.mu.RLock()
	j.domains(m)
	j.words(m)
	m.mu.RUnlock()
	return j.verdict()
}

type judgement struct {
	s       Sign
	r       reading
	links   []link
	reasons []Reason
}

func (j *judgement) say(word Word, detail string, weight float64) {
	j.reasons = append(j.reasons, Reason{word, detail, math.Round(weight*100) / 100})
}

func (j *judgement) verdict() Verdict {
	odds := prior
	for _, r := range j.reasons {
		odds += r.Weight
	}
	slices.SortStableFunc(j.reasons, func(a, b Reason) int { return cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)) })
	score := 1 / (1 + math.Exp(-odds))
	return Verdict{Score: score, Spam: score >= SpamFrom, Hold: score >= HoldFrom, Reasons: j.reasons}
}

func (j *judgement) form() {
	switch age := j.s.FormAge; {
	case !j.s.Fresh:
		j.say(WordForm, "", 2.5)
	case age > 0 && age < 2*time.Second:
		j.say(WordFast, strconv.FormatFloat(age.Seconds(), 'f', 1, 64), 3)
	case age > 0 && age < 4*time.Second:
		j.say(WordFast, strconv.FormatFloat(age.Seconds(), 'f', 1, 64), 1)
	}
}

func (j *judgement) writer() {
	if j.s.First {
		j.say(WordFirst, "", 0.3)
	} else {
		j.say(WordTrusted, "", -2.5)
	}
}

func (j *judgement) name() {
	name, t := clean(j.s.Name)
	_, found, hidden := cutLinks(name)
	switch {
	case len(found) > 0 || hidden > 0 || strings.Contains(name, "://"):
		j.say(WordName, "", 2.5)
	case len(strings.Fields(name)) > 6:
		j.say(WordName, "", 0.8)
	}
	if t.posing > 0 {
		j.say(WordScripts, "", 1.5)
	}
	if t.invisible > 0 {
		j.say(WordInvisible, "", 1.5)
	}
}

// linking weighs how many links there are and how they are written.
func (j *judgement) linking() {
	n := len(j.links)
	switch {
	case n >= 8:
		j.say(WordLinks, strconv.Itoa(n), 4)
	case n >= 4:
		j.say(WordLinks, strconv.Itoa(n), 3)
	case n >= 2:
		j.say(WordLinks, strconv.Itoa(n), 1.6)
	case n == 1:
		j.say(WordLinks, "1", 1.3)
	}
	if j.r.hidden > 0 {
		j.say(WordHidden, "", 1.8)
	}
	for _, l := range j.links {
		if d := registrable(l.host); shortener(d) {
			j.say(WordShort, d, 1)
			break
		}
	}
	if n > 0 && len(j.r.words) < 3 {
		j.say(WordEmpty, "", 1.2)
	}
	if contact(j.r.text) {
		j.say(WordContact, "", 1.2)
	}
}

// writing weighs how a text is written.
func (j *judgement) writing() {
	t := j.r.tricks
	words := max(len(j.r.words), 1)
	if t.posing > 0 {
		j.say(WordScripts, "", min(1.5+0.5*float64(t.posing), 3))
	}
	if t.invisible > 0 {
		j.say(WordInvisible, "", min(1.5+0.3*float64(t.invisible), 3))
	}
	if t.marks > 8 {
		j.say(WordMarks, "", 2)
	}
	if t.styled > 6 {
		j.say(WordStyled, "", 1.2)
	}
	if j.r.spaced > 0 {
		j.say(WordSpaced, "", min(0.8+0.3*float64(j.r.spaced), 2))
	}
	if capitals(j.r.text) && words >= 4 {
		j.say(WordCaps, "", 0.4)
	}
	if repeats(j.r.text, j.r.words) {
		j.say(WordRepeats, "", 0.8)
	}
	if lang := foreign(j.r.text, j.r.words, j.s.Language); lang != "" {
		weight := 1.0
		if lang[0] <= 'Z' { // a script
			weight = 1.8
		}
		j.say(WordLanguage, lang, weight)
	}
}

// copies weighs texts that were there before.
func (j *judgement) copies() {
	if part := j.s.Article.copied(j.r.words); part >= 0.6 {
		j.say(WordArticle, strconv.Itoa(int(part*100)), 1.2)
	}
	long := 1.0 // short ones such as "Well said!" are written by many
	if len(j.r.words) < 6 && len(j.links) == 0 {
		long = 0.3
	}
	if n := j.s.Seen; n > 0 {
		j.say(WordWave, strconv.Itoa(n), long*min(0.7+1.1*math.Log2(float64(n)), 6))
	}
	if n := j.s.Again; n > 0 {
		j.say(WordAgain, strconv.Itoa(n), long*min(0.7+0.7*float64(n), 3))
	}
}

// domains weighs what became of earlier comments with the same domains.
func (j *judgement) domains(m *Model) {
	worst, worstDomain, best, bestDomain := 0.0, "", 0.0, ""
	for _, d := range domainsOf(j.s, j.links) {
		c := m.domains[d]
		odds := math.Log((float64(c.spam) + 0.5) / (float64(c.ham) + 0.5))
		if odds > worst {
			worst, worstDomain = odds, d
		} else if odds < best {
			best, bestDomain = odds, d
		}
	}
	switch {
	case worst > 0:
		j.say(WordDomain, worstDomain, min(1.3*worst, 5))
	case best < 0: // only where no other link is known for spam
		j.say(WordKnown, bestDomain, max(0.6*best, -1.5))
	}
}

// words weighs the text by what was decided on words.
func (j *judgement) words(m *Model) {
	apart := kinds(j.s, j.r)
	name, _ := clean(j.s.Name)
	nameWords, _ := words(name)
	for _, w := range nameWords[:min(len(nameWords), 8)] {
		apart = append(apart, "n:"+w)
	}
	e := m.textEvidence(j.s.Article, apart, j.r.words)
	if j.s.First && len(j.links) > 0 {
		e.odds = max(e.odds, -mostLinked)
	}
	switch {
	case e.odds > 0.05:
		j.say(WordText, listed(e.bad), e.odds)
	case e.odds < -0.05:
		j.say(WordFine, listed(e.good), e.odds)
	}
}

// listed are the first tokens that are words, for people to read.
func listed(tokens []string) string {
	var out []string
	for _, t := range tokens {
		if t[0] != '#' && !strings.HasPrefix(t, "n:") && len(out) < 5 {
			out = append(out, t)
		}
	}
	return strings.Join(out, ", ")
}

// capitals reports a text that is mostly written in them.
func capitals(text string) bool {
	upper, lower := 0, 0
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf && r >= 'A' && r <= 'Z', r >= utf8.RuneSelf && unicode.IsUpper(r):
			upper++
		case r < utf8.RuneSelf && r >= 'a' && r <= 'z', r >= utf8.RuneSelf && unicode.IsLower(r):
			lower++
		}
	}
	return upper > 12 && upper > 2*lower
}

// repeats reports the same character six times in a row, or a word that makes
// up most of a longer text.
func repeats(text string, words []string) bool {
	var before rune
	run := 0
	for _, r := range text {
		if r == before && r != ' ' && r != '.' && r != '-' && r != '_' && r != '=' && r != '*' && r != '\n' {
			if run++; run >= 8 {
				return true
			}
			continue
		}
		before, run = r, 1
	}
	if len(words) < 10 {
		return false
	}
	counts := map[string]int{}
	for _, w := range words {
		if counts[w]++; counts[w]*3 > len(words) {
			return true
		}
	}
	return false
}

// contact reports a messenger, a mailbox or a number that one is asked to write
// to or to call.
func contact(text string) bool {
	lower := strings.ToLower(text)
	for _, word := range []string{"whatsapp", "telegram", "t.me/", "wechat", "viber", "@gmail", "@yahoo", "@outlook", "@hotmail", "@proton", "wa.me/", "skype:"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return phone(lower)
}

// phone reports a number of ten digits and more that begins with a plus or is
// written in groups.
func phone(text string) bool {
	digits, groups := 0, false
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			if digits++; digits >= 10 && groups {
				return true
			}
		case c == '+':
			digits, groups = 0, true
		case (c == '-' || c == ' ' || c == '(' || c == ')' || c == '.') && digits > 0:
			groups = groups || c == '-'
		default:
			digits, groups = 0, false
		}
	}
	return false
}
