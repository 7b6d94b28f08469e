package settings

// Group is some settings that belong together, as a page explains them.
type Group struct {
	Name   string
	Fields []string // names, in reading order
}

// Groups part all Fields.
var Groups = []Group{
	{"identity", []string{"title", "tagline", "publisher", "contact"}},
	{"reading", []string{"locale", "zone", "page_size", "show_versions", "api"}},
	{"addresses", []string{"permalink", "section_base", "tag_base", "author_base"}},
	{"comments", []string{"comment_depth", "comment_threads", "comment_order", "comment_live", "comment_likes", "comment_edit_minutes", "comment_close_days"}},
	{"commenting", []string{"comment_policy", "comment_name_required", "comment_email_required", "comment_website", "comment_rules_page", "comment_links", "comment_rate",
		"comment_reports", "comment_notice", "comment_digest", "webmentions", "pingbacks"}},
	{"newsletter", []string{"newsletter_box", "newsletter_proof", "newsletter_min", "privacy_page"}},
	{"writing", []string{"headline_max", "standfirst_max"}},
}

// Entry is how a setting is entered.
type Entry string

// The entries.
const (
	EnterText   Entry = "text"
	EnterNumber Entry = "number"
	EnterYesNo  Entry = "yes_no" // a box to tick
	EnterZone   Entry = "zone"   // one of the time zones
	EnterLocale Entry = "locale" // a language, with suggestions
	EnterChoice Entry = "choice" // one of the words of Options
)

// Control says how a field is entered, and the limits of a number.
func Control(name string) (entry Entry, least, most int) {
	switch name {
	case "zone":
		return EnterZone, 0, 0
	case "locale":
		return EnterLocale, 0, 0
	case "show_versions", "api", "newsletter_box", "comment_likes", "comment_name_required", "comment_email_required", "comment_website", "comment_live",
		"comment_notice", "comment_digest", "webmentions", "pingbacks":
		return EnterYesNo, 0, 0
	case "comment_policy", "comment_order":
		return EnterChoice, 0, 0
	case "comment_close_days":
		return EnterNumber, 0, mostDays
	case "comment_edit_minutes":
		return EnterNumber, 0, mostMinutes
	case "comment_reports":
		return EnterNumber, 0, mostReports
	case "comment_links":
		return EnterNumber, 0, mostLinks
	case "comment_rate":
		return EnterNumber, 1, mostRate
	case "page_size":
		return EnterNumber, 1, mostOnPage
	case "comment_threads":
		return EnterNumber, 1, mostThreads
	case "comment_depth":
		return EnterNumber, 1, mostDepth
	case "newsletter_min":
		return EnterNumber, 1, mostReaders
	case "headline_max":
		return EnterNumber, leastLetters, mostHeadline
	case "standfirst_max":
		return EnterNumber, leastLetters, mostStandfirst
	}
	return EnterText, 0, 0
}

// FieldNamed returns the field of a name.
func FieldNamed(name string) (Field, bool) {
	for _, f := range Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// The limits of numbers.
const (
	mostOnPage  = 200
	mostThreads = 500
	mostDepth   = 10
	mostReaders = 1_000_000_000

	leastLetters   = 20
	mostHeadline   = 500
	mostStandfirst = 2000
)
