package urlpath

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/fault"

	"golang.org/x/text/unicode/norm"
)

// Parts are the values that a permalink pattern puts into an address. Time is
// in the site's zone; Match gives it in UTC. Category is the path of a section
// ("world/europe").
type Parts struct {
	Time     time.Time
	Slug     string
	ID       int64
	Category string
	Author   string
}

// Pattern is a permalink structure in the words of WordPress, such as
// "/%year%/%monthnum%/%postname%/". It is immutable and safe for concurrent use.
type Pattern struct {
	text    string
	pieces  []piece
	matcher *regexp.Regexp
	tokens  []string // of the matcher's groups, in order
}

// piece is literal text or a token.
type piece struct {
	literal string
	token   string // "" for a literal
}

// expressions are the tokens that WordPress knows, with what each matches.
var expressions = map[string]string{
	"%year%":     `[0-9]{4}`,
	"%monthnum%": `[0-9]{1,2}`,
	"%day%":      `[0-9]{1,2}`,
	"%hour%":     `[0-9]{1,2}`,
	"%minute%":   `[0-9]{1,2}`,
	"%second%":   `[0-9]{1,2}`,
	"%post_id%":  `[1-9][0-9]{0,18}`,
	"%postname%": `[^/]+`,
	"%author%":   `[^/]+`,
	"%category%": `[^/]+(?:/[^/]+)*?`,
}

// stretching are the tokens without a fixed width, which need text after them.
var stretching = []string{"%postname%", "%post_id%", "%category%", "%author%"}

var token = regexp.MustCompile(`%[^%/]*%`)

// Parse reads a permalink pattern. Tokens: %year% %monthnum% %day% %hour%
// %minute% %second% %postname% %post_id% %category% %author%. It must hold
// %postname% or %post_id%, or articles could not be told apart.
func Parse(pattern string) (Pattern, error) {
	p := Pattern{text: "/" + strings.TrimLeft(norm.NFC.String(pattern), "/")}
	rest := p.text
	for rest != "" {
		at := token.FindStringIndex(rest)
		if at == nil {
			at = []int{len(rest), len(rest)}
		}
		if at[0] > 0 {
			p.pieces = append(p.pieces, piece{literal: rest[:at[0]]})
		}
		if name := rest[at[0]:at[1]]; name != "" {
			p.pieces = append(p.pieces, piece{token: name})
		}
		rest = rest[at[1]:]
	}
	if err := p.check(); err != nil {
		return Pattern{}, err
	}
	return p, p.compile()
}

func (p Pattern) check() error {
	identified := false
	for i, part := range p.pieces {
		if part.token == "" {
			if err := checkLiteral(p.text, part.literal); err != nil {
				return err
			}
			continue
		}
		if _, known := expressions[part.token]; !known {
			return fault.New(fault.Invalid, "the permalink pattern %q holds the unknown token %s", p.text, part.token).
				WithHint("known are %s", tokenList())
		}
		identified = identified || part.token == "%postname%" || part.token == "%post_id%"
		if i+1 < len(p.pieces) && p.pieces[i+1].token != "" && slices.Contains(stretching, part.token) {
			return fault.New(fault.Invalid, "the permalink pattern %q needs a character between %s and %s", p.text, part.token, p.pieces[i+1].token)
		}
	}
	if !identified {
		return fault.New(fault.Invalid, "the permalink pattern %q must hold %%postname%% or %%post_id%%, or articles would share an address", p.text)
	}
	return nil
}

// checkLiteral refuses what could not stand in an address as it is.
func checkLiteral(pattern, literal string) error {
	for _, bad := range []string{"%", "?", "#", "\\", "//", "/./", "/../"} {
		if strings.Contains(literal, bad) {
			return fault.New(fault.Invalid, "the permalink pattern %q must not hold %q", pattern, bad)
		}
	}
	if key := Key("/x" + literal + "x"); key == "" || strings.ContainsFunc(literal, separatesWords) {
		return fault.New(fault.Invalid, "the permalink pattern %q holds a character that no address may hold", pattern)
	}
	return nil
}

func separatesWords(r rune) bool { return r <= ' ' || r == '"' || r == '<' || r == '>' || r == 0xfffd }

func tokenList() string {
	names := make([]string, 0, len(expressions))
	for name := range expressions {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func (p *Pattern) compile() error {
	var b strings.Builder
	b.WriteString(`(?is)^`)
	for i, part := range p.pieces {
		if part.token != "" {
			b.WriteString("(" + expressions[part.token] + ")")
			p.tokens = append(p.tokens, part.token)
			continue
		}
		literal := part.literal
		if i == len(p.pieces)-1 {
			literal = strings.TrimSuffix(literal, "/")
		}
		b.WriteString(regexp.QuoteMeta(literal))
	}
	b.WriteString(`/*$`)
	var err error
	p.matcher, err = regexp.Compile(b.String())
	return err
}

// String returns the pattern as it was written, with a leading slash.
func (p Pattern) String() string { return p.text }

// Build returns the decoded path of an article. An empty value leaves its
// segment out.
func (p Pattern) Build(parts Parts) string {
	var b strings.Builder
	for _, part := range p.pieces {
		if part.token == "" {
			b.WriteString(part.literal)
		} else {
			b.WriteString(parts.value(part.token))
		}
	}
	path := b.String()
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

func (parts Parts) value(token string) string {
	t := parts.Time
	switch token {
	case "%year%":
		return fmt.Sprintf("%04d", t.Year())
	case "%monthnum%":
		return fmt.Sprintf("%02d", int(t.Month()))
	case "%day%":
		return fmt.Sprintf("%02d", t.Day())
	case "%hour%":
		return fmt.Sprintf("%02d", t.Hour())
	case "%minute%":
		return fmt.Sprintf("%02d", t.Minute())
	case "%second%":
		return fmt.Sprintf("%02d", t.Second())
	case "%postname%":
		return parts.Slug
	case "%post_id%":
		return strconv.FormatInt(parts.ID, 10)
	case "%category%":
		return strings.Trim(parts.Category, "/")
	}
	return parts.Author
}

// Match takes an address apart, escaped or not, with or without its trailing
// slash. Dates that do not exist do not match. Where a pattern does not say,
// the longest possible name wins, and Build gives the same path again.
func (p Pattern) Match(path string) (Parts, bool) {
	decoded, ok := decode(path)
	if !ok || p.matcher == nil || Key(path) == "" {
		return Parts{}, false
	}
	groups := p.matcher.FindStringSubmatch(guardPercents(norm.NFC.String(decoded)))
	if groups == nil {
		return Parts{}, false
	}
	var parts Parts
	date := [6]int{1, 1, 1} // year, month, day, hour, minute, second
	dated := false
	for i, name := range p.tokens {
		text := groups[i+1]
		switch name {
		case "%postname%":
			parts.Slug = text
		case "%category%":
			parts.Category = text
		case "%author%":
			parts.Author = text
		case "%post_id%":
			id, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return Parts{}, false
			}
			parts.ID = id
		default:
			dated = true
			date[slices.Index(timeTokens, name)], _ = strconv.Atoi(text) // at most four digits
		}
	}
	if dated {
		t := time.Date(date[0], time.Month(date[1]), date[2], date[3], date[4], date[5], 0, time.UTC)
		if t.Year() != date[0] || int(t.Month()) != date[1] || t.Day() != date[2] || t.Hour() != date[3] || t.Minute() != date[4] || t.Second() != date[5] {
			return Parts{}, false
		}
		parts.Time = t
	}
	return parts, true
}

var timeTokens = []string{"%year%", "%monthnum%", "%day%", "%hour%", "%minute%", "%second%"}
