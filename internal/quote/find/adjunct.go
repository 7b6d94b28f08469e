package find

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	weekdays = `Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday`
	months   = `January|February|March|April|May|June|July|August|September|October|November|December|Jan\.|Feb\.|Mar\.|Apr\.|Aug\.|Sept\.|Sep\.|Oct\.|Nov\.|Dec\.`
)

// The forms of a date, the most telling first.
var (
	dayDate     = regexp.MustCompile(`(?:\b(?:on|dated|of|published) )?(?:late |early )?(?:on )?\b(` + months + `) (\d{1,2})(?:, (\d{4}))?\b`)
	dateDay     = regexp.MustCompile(`(?:\b(?:on|dated|of) )?\b(\d{1,2}) (` + months + `)(?: (\d{4}))?\b`)
	weekday     = regexp.MustCompile(`\b(?:published )?(?:late |early )?(on|last) (?:late |early )?(` + weekdays + `)\b(?: (?:night|evening|morning|afternoon))?`)
	relativeDay = regexp.MustCompile(`\b(?:yesterday|today|this (?:morning|afternoon|evening)|last (?:night|month|year))\b`)
	monthOnly   = regexp.MustCompile(`\b[Ii]n (` + months + `)(?: (\d{4}))?\b`)
	yearOnly    = regexp.MustCompile(`\b[Ii]n (\d{4})\b`)
	vague       = regexp.MustCompile(`^ ?(?:earlier |later )?(?:this|last) (?:week|month|year)\b`)
)

// dateIn reads when something was said from the words around it; "" for none.
// Days without a year are the last ones up to the day of publication.
func (f *finder) dateIn(s string) string {
	if m := dayDate.FindStringSubmatch(s); m != nil {
		return f.calendar(m[3], m[1], m[2])
	}
	if m := dateDay.FindStringSubmatch(s); m != nil {
		return f.calendar(m[3], m[2], m[1])
	}
	if m := weekday.FindStringSubmatch(lowerOn(s)); m != nil {
		back := (int(f.day.Weekday()) - int(weekdayNamed(m[2])) + 7) % 7
		if m[1] == "last" && back == 0 {
			back = 7
		}
		return f.day.AddDate(0, 0, -back).Format(time.DateOnly)
	}
	switch relativeDay.FindString(s) {
	case "yesterday", "last night":
		return f.day.AddDate(0, 0, -1).Format(time.DateOnly)
	case "last month":
		return time.Date(f.day.Year(), f.day.Month()-1, 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
	case "last year":
		return strconv.Itoa(f.day.Year() - 1)
	case "":
	default:
		return f.day.Format(time.DateOnly)
	}
	if m := monthOnly.FindStringSubmatch(s); m != nil {
		year, month := f.day.Year(), monthNamed(m[1])
		if m[2] != "" {
			year, _ = strconv.Atoi(m[2])
		} else if month > f.day.Month() {
			year--
		}
		return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
	}
	if m := yearOnly.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

func lowerOn(s string) string {
	return strings.NewReplacer("On ", "on ", "Last ", "last ").Replace(s)
}

func (f *finder) calendar(year, month, day string) string {
	d, _ := strconv.Atoi(day)
	y := f.day.Year()
	if year != "" {
		y, _ = strconv.Atoi(year)
	}
	t := time.Date(y, monthNamed(month), d, 0, 0, 0, 0, time.UTC)
	if t.Day() != d {
		return ""
	}
	if year == "" && t.After(f.day) {
		t = time.Date(y-1, t.Month(), d, 0, 0, 0, 0, time.UTC)
	}
	return t.Format(time.DateOnly)
}

func monthNamed(s string) time.Month {
	for m := time.January; m <= time.December; m++ {
		if strings.HasPrefix(m.String(), strings.TrimSuffix(s, ".")[:3]) {
			return m
		}
	}
	return time.January
}

func weekdayNamed(s string) time.Weekday {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if d.String() == s {
			return d
		}
	}
	return time.Sunday
}

const networks = `Twitter|X|Facebook|Instagram|Telegram|YouTube|TikTok|Threads|Mastodon|Bluesky|Weibo|LinkedIn|WhatsApp|Truth Social|Substack`

// Where something was said.
var (
	onNetwork = regexp.MustCompile(`\b(?:[Oo]n|to|by) (?:(?:his|her|its|their|the) )?(?:\w+ )?(` + networks + `)\b`)
	onAir     = regexp.MustCompile(`\b(?:[Oo]n|to) (?:the )?(\p{Lu}[\p{L}\d.&]*(?: \d+| \p{Lu}[\p{L}\d&]*)?)(?: (?:radio|television|TV|news))?(?:$|[ ,.:])`)
	onPage    = regexp.MustCompile(`\b[Oo]n (?:his|her|its|their|the) (blog|website|web site|podcast)\b`)
	interview = regexp.MustCompile(`\b[Ii]n an interview with (?:the newspaper |the magazine |the broadcaster |broadcaster |the news agency |news agency )?((?:[Tt]he )?\p{Lu}[\p{L}\d'’&.-]*(?: \p{Lu}[\p{L}\d'’&.-]*)*)`)
	inThing   = regexp.MustCompile(`\b(?:[Ii]n|at|On|on) (?:an?|the|his|her|its|their) (?:[\w-]+ ){0,2}?(statement|interview|letter|speech|report|e-?mail|text message|memo|memoir|tweet|post|reply|ruling|column|log|note|message|op-ed|essay|filing|briefing|news conference|press conference|conference call|sermon|debate|diary|podcast)\b`)
	plural    = regexp.MustCompile(`\b(?:at|to) (?:an?|the) (?:\w+ )?(news conference|press conference|briefing|rally)\b`)
	inPaper   = regexp.MustCompile(`\bin (?:the )?((?:\p{Lu}[\p{L}\d'’&-]*)(?: \p{Lu}[\p{L}\d'’&-]*)+)`)
	inHouse   = regexp.MustCompile(`\b(?:in|to) (parliament|court|Congress|Parliament)\b`)
	agency    = regexp.MustCompile(`\bby the (\p{Lu}[\p{L}\d]*) news agency\b`)
	askedBy   = regexp.MustCompile(`\bAsked by (?:a (?:reporter|journalist) (?:from|of|for) )?((?:[Tt]he )?\p{Lu}[\p{L}\d]*(?: \p{Lu}[\p{L}\d]*)*)`)
)

// keepsAdjective are the places whose adjective is part of what they are.
var keepsAdjective = regexp.MustCompile(`\b(joint letter|radio interview|television interview|text message|blog post|Easter message|Christmas message)\b`)

// outletIn reads where something was said from the words around it.
func outletIn(s, verb string) string {
	for _, re := range []*regexp.Regexp{interview, onNetwork, agency, onPage} {
		if m := re.FindStringSubmatch(s); m != nil {
			return strings.Trim(m[1], ",.")
		}
	}
	if m := keepsAdjective.FindString(s); m != "" {
		return m
	}
	for _, re := range []*regexp.Regexp{plural, inThing, inHouse, askedBy} {
		if m := re.FindStringSubmatch(s); m != nil {
			return m[1]
		}
	}
	if strings.HasPrefix(verb, "tweet") {
		return "Twitter"
	}
	if m := onAir.FindStringSubmatch(s); m != nil && !calendarWord(m[1]) {
		return strings.Trim(m[1], ",.")
	}
	if verb == "wrote" || verb == "writes" {
		if m := inPaper.FindStringSubmatch(s); m != nil && !calendarWord(m[1]) {
			return m[1]
		}
	}
	return ""
}

func calendarWord(s string) bool {
	first, _, _ := strings.Cut(s, " ")
	return regexp.MustCompile(`^(?:` + weekdays + `|` + months + `)$`).MatchString(first)
}

// personal are those who are told something without being an outlet.
var personal = words(`reporters journalists me her him them us you people players team staff workers crowd audience friends colleagues supporters followers everyone court's`)

var recipient = regexp.MustCompile(`^ ((?:(?:the|The|a|an|his|her|its|their|our) )?(?:state-run |same |daily |weekly )?(?:[\w-]+ (?:agency|newspaper|magazine|broadcaster|channel) )?(?:\p{Lu}[\p{L}\d'’&.-]*(?: (?:\d+|\p{Lu}[\p{L}\d'’&.-]*|of|World))*|(?:news conference|press conference|daily briefing|state-run agency|security council|[a-z]+)))`)

// toldTo takes the one who is told off the beginning of the words after "told",
// and returns what of it is an outlet.
func toldTo(s string) (outlet, rest string) {
	m := recipient.FindStringSubmatchIndex(s)
	if m == nil {
		return "", s
	}
	who := strings.TrimSuffix(s[m[2]:m[3]], ".")
	rest = s[m[3]:]
	bare := determiner.ReplaceAllString(who, "")
	if strings.HasPrefix(rest, " agency") || strings.HasPrefix(rest, " newspaper") || strings.HasPrefix(rest, " television") || strings.HasPrefix(rest, " radio") || strings.HasPrefix(rest, " TV") {
		i := strings.IndexByte(rest[1:], ' ')
		if i < 0 {
			i = len(rest) - 1
		}
		if !strings.ContainsFunc(bare, isUpper) {
			bare += rest[:i+1]
		}
		rest = rest[i+1:]
	}
	if m := regexp.MustCompile(`(?:agency|broadcaster|newspaper|channel|magazine|station) ([A-Z].*)$`).FindStringSubmatch(bare); m != nil {
		bare = m[1]
	} else if (bare == "agency" || bare == "broadcaster" || bare == "newspaper" || bare == "channel") && regexp.MustCompile(`^ [A-Z]`).MatchString(rest) {
		m := regexp.MustCompile(`^ (\p{Lu}[\p{L}\d]*(?: \p{Lu}[\p{L}\d]*)*)`).FindStringSubmatch(rest)
		bare, rest = m[1], rest[len(m[0]):]
	}
	if strings.HasPrefix(who, "The ") && bare != "" {
		bare = "The " + bare
	}
	last := bare[strings.LastIndexByte(bare, ' ')+1:]
	if personal[strings.ToLower(last)] {
		return "", rest
	}
	return bare, rest
}

func isUpper(r rune) bool { return r >= 'A' && r <= 'Z' }
