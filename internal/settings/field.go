package settings

import (
	"slices"
	"strconv"
	"strings"

	"dateline/internal/fault"
)

// Field is a setting that may be changed by its name.
type Field struct {
	Name, Doc string
	get       func(*Site) string
	set       func(*Site, string) error
}

// Value is the field's value in s as text, which Set takes again.
func (f Field) Value(s Site) string { return f.get(&s) }

// Fields are the settings that may be changed by name, in reading order.
var Fields = []Field{
	words("title", "Name of the site.", func(s *Site) *string { return &s.Title }),
	words("tagline", "What stands under the name.", func(s *Site) *string { return &s.Tagline }),
	words("publisher", "Organisation named in structured data; empty is the title.", func(s *Site) *string { return &s.Publisher }),
	words("contact", "mailto: or https: address in security.txt; empty leaves that file out.", func(s *Site) *string { return &s.Contact }),
	words("zone", "Time zone of dates and of the day's turn, such as Europe/Berlin.", func(s *Site) *string { return &s.Zone }),
	words("locale", "Language of the interface, dates and numbers, such as en, de-AT or ar.", func(s *Site) *string { return &s.Locale }),
	words("permalink", "Address pattern of articles from now on, such as /%category%/%postname%/. Published ones keep theirs.", func(s *Site) *string { return &s.Permalink }),
	base("section_base", "Word before the address of a section. The former one leads on to it.", func(s *Site) *string { return &s.SectionBase }),
	base("tag_base", "Word before the address of a tag.", func(s *Site) *string { return &s.TagBase }),
	base("author_base", "Word before the address of an author.", func(s *Site) *string { return &s.AuthorBase }),
	whole("page_size", "Articles on a page of a list.", func(s *Site) *int { return &s.PageSize }),
	whole("comment_depth", "Levels of replies shown nested.", func(s *Site) *int { return &s.CommentDepth }),
	whole("headline_max", "Characters that a headline may have before the desk asks whether it is meant.", func(s *Site) *int { return &s.HeadlineMax }),
	whole("standfirst_max", "Characters that a standfirst may have before the desk asks.", func(s *Site) *int { return &s.StandfirstMax }),
	choice("show_versions", "Whether readers may see the published versions of an article and what changed: yes or no.", func(s *Site) *bool { return &s.ShowVersions }),
	choice("api", "Whether programs may read the site as data at /api/v1: yes or no.", func(s *Site) *bool { return &s.API }),
	choice("newsletter_box", "Whether the box in which readers sign up for the newsletter stands below articles, sections and sent editions and on the front: yes or no.", func(s *Site) *bool { return &s.NewsletterBox }),
	choice("newsletter_proof", "Whether a sign-up for the newsletter takes a second of work of the reader's browser, against programs that sign up strangers: yes or no. Who has no script waits half a minute instead.", func(s *Site) *bool { return &s.NewsletterProof }),
	whole("newsletter_min", "Readers of the newsletter from which on the box says how many there are.", func(s *Site) *int { return &s.NewsletterMin }),
	words("privacy_page", "Path of the page that says how the site treats data, such as /privacy/; empty leaves links to it out.", func(s *Site) *string { return &s.PrivacyPage }),
	whole("comment_threads", "Threads of comments on one page.", func(s *Site) *int { return &s.CommentThreads }),
	oneOf("comment_policy", "When a reader's comment is public: open (at once, unless it looks like spam), confirmed (once the writer confirmed their address by mail), first (once a first comment of the writer was approved) or held (once it is approved).", func(s *Site) *string { return &s.CommentPolicy }),
	oneOf("comment_order", "Order of threads unless a reader chooses: oldest, newest or best.", func(s *Site) *string { return &s.CommentOrder }),
	whole("comment_close_days", "Days after publication until comments close; 0 for never.", func(s *Site) *int { return &s.CommentCloseDays }),
	whole("comment_edit_minutes", "Minutes in which a writer may edit their comment; 0 for not at all.", func(s *Site) *int { return &s.CommentEditMinutes }),
	choice("comment_likes", "Whether readers may like comments: yes or no.", func(s *Site) *bool { return &s.CommentLikes }),
	whole("comment_reports", "Reports by different readers that hold a comment until a moderator has looked; 0 for never.", func(s *Site) *int { return &s.CommentReports }),
	whole("comment_links", "Links that a comment may have before it is held.", func(s *Site) *int { return &s.CommentLinks }),
	whole("comment_rate", "Comments a minute that one network (an IPv4 /24 or IPv6 /48) may send.", func(s *Site) *int { return &s.CommentRate }),
	choice("comment_name_required", "Whether a comment needs a name: yes or no.", func(s *Site) *bool { return &s.CommentNameRequired }),
	choice("comment_email_required", "Whether a comment needs a mail address, which is never published: yes or no.", func(s *Site) *bool { return &s.CommentEmailRequired }),
	choice("comment_website", "Whether the form asks for the writer's website: yes or no.", func(s *Site) *bool { return &s.CommentWebsite }),
	choice("comment_live", "Whether new comments appear without reloading: yes or no.", func(s *Site) *bool { return &s.CommentLive }),
	words("comment_rules_page", "Path of the page with the rules of the conversation, such as /rules/; empty leaves the link out.", func(s *Site) *string { return &s.CommentRulesPage }),
	choice("comment_notice", "Whether editors get a letter when comments wait for them, at most one in a quarter of an hour: yes or no.", func(s *Site) *bool { return &s.CommentNotice }),
	choice("comment_digest", "Whether editors get one letter a day about the comments of the day: yes or no.", func(s *Site) *bool { return &s.CommentDigest }),
	choice("webmentions", "Whether other sites may tell that they link to an article (webmention): yes or no.", func(s *Site) *bool { return &s.Webmentions }),
	choice("pingbacks", "Whether pingbacks are taken, too: yes or no.", func(s *Site) *bool { return &s.Pingbacks }),
}

// Change is a new value for the field of a name.
type Change struct{ Name, Value string }

// Set changes one setting by its name. An unknown name is an error that lists
// the known ones; Validate finds values that cannot work.
func (s *Site) Set(name, value string) error {
	for _, f := range Fields {
		if f.Name == name {
			return f.set(s, strings.TrimSpace(value))
		}
	}
	var known []string
	for _, f := range Fields {
		known = append(known, f.Name)
	}
	return fault.New(fault.Invalid, "the site has no setting %q", name).WithHint("choose one of %s", strings.Join(known, ", "))
}

func words(name, doc string, at func(*Site) *string) Field {
	return Field{name, doc, func(s *Site) string { return *at(s) }, func(s *Site, v string) error {
		if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return fault.New(fault.Invalid, "%s: one line of text, please", name)
		}
		*at(s) = v
		return nil
	}}
}

func whole(name, doc string, at func(*Site) *int) Field {
	return Field{name, doc, func(s *Site) string { return strconv.Itoa(*at(s)) }, func(s *Site, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil {
			return fault.New(fault.Invalid, "%s: %q is not a whole number", name, v)
		}
		*at(s) = n
		return nil
	}}
}

func choice(name, doc string, at func(*Site) *bool) Field {
	words := map[bool]string{true: "yes", false: "no"}
	return Field{name, doc, func(s *Site) string { return words[*at(s)] }, func(s *Site, v string) error {
		for value, word := range words {
			if strings.EqualFold(v, word) {
				*at(s) = value
				return nil
			}
		}
		return fault.New(fault.Invalid, "%s: write yes or no", name)
	}}
}

// oneOf is one of the words of Options.
func oneOf(name, doc string, at func(*Site) *string) Field {
	return Field{name, doc, func(s *Site) string { return *at(s) }, func(s *Site, v string) error {
		if !slices.Contains(Options(name), v) {
			return fault.New(fault.Invalid, "%s: %q is none of the choices", name, v).WithHint("write one of %s", strings.Join(Options(name), ", "))
		}
		*at(s) = v
		return nil
	}}
}

// base is a word in addresses: the one it replaces is kept, so that old
// addresses lead on.
func base(name, doc string, at func(*Site) *string) Field {
	kind := strings.TrimSuffix(name, "_base")
	return Field{name, doc, func(s *Site) string { return *at(s) }, func(s *Site, v string) error {
		v = strings.Trim(v, "/")
		former := Base{Kind: kind, Word: *at(s)}
		if v == former.Word {
			return nil
		}
		if !slices.Contains(s.FormerBases, former) {
			s.FormerBases = append(slices.Clone(s.FormerBases), former)
		}
		*at(s) = v
		return nil
	}}
}
