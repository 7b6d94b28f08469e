package view

import (
	"html/template"
	"time"
)

// The page structs are the contract between the site and its theme
// (docs/contracts/theme.md). They hold finished, public values only: a
// template does no I/O and cannot reach anything that readers may not see.

// Page is what every page template is given; exactly one of the pointers
// below Meta is set, named by Template.
type Page struct {
	Template string // "front", "article", "page", "list", "archive", "search", "attachment", "password", "feeds", "versions", "corrections", "quotes", "newsletter", "editions", "talk", "subject", "subjects", "storyline", "storylines", "timeline", "notfound", "gone", "error"
	Site     Site
	Meta     Meta
	Crumbs   []Link // Home / Section / Headline; the last one is the page itself

	Front       *Front
	Article     *Article
	List        *List
	Archive     *Archive
	Search      *Search
	Attachment  *Attachment
	Password    *Password
	Feeds       *FeedList
	Versions    *Versions
	Corrections *Corrections
	Quotes      *Quotes
	Newsletter  *Newsletter
	Editions    *Editions
	Talk        *Talk
	Subject     *Subject
	Subjects    *Subjects
	Storyline   *Storyline
	Storylines  *Storylines
	Timeline    *TimelinePage
	Problem     *Problem
}

// Site is the same on every page.
type Site struct {
	Title, Tagline  string
	URL             string // origin without a trailing slash
	Language        string // BCP 47 of the interface
	Direction       string // "ltr" or "rtl", of the interface
	Today           time.Time
	TodayText       string // "Monday, November 23, 2026" in the site's zone and locale
	Logo            *Picture
	MainMenu        []MenuItem
	FooterMenu      []MenuItem
	SearchPath      string
	FeedPath        string
	FeedsPath       string
	CorrectionsPath string // "" while there are none
	QuotesPath      string // likewise
	Year            int
}

// MenuItem is one entry of a navigation menu.
type MenuItem struct {
	Label, URL string
	Current    bool
	External   bool
	Items      []MenuItem
}

// Link is a labelled address.
type Link struct{ Label, URL string }

// Meta is what the head needs.
type Meta struct {
	Title         string // the whole <title>
	Description   string
	Canonical     string // absolute
	NoIndex       bool
	Language      string // of the content
	Direction     string
	OGType        string // "article", "website", "profile"
	SocialTitle   string
	SocialText    string
	Image         string // absolute share picture
	ImageAlt      string
	ImageWidth    int
	ImageHeight   int
	Published     time.Time
	Updated       time.Time
	Section       string
	Tags          []string
	Authors       []string
	Feeds         []Feed        // <link rel=alternate>
	Translations  []Translation // <link rel=alternate hreflang>, this page among them
	Prev, Next    string        // rel=prev/next of lists
	Webmention    string        // where other sites tell of their links, "" where they cannot
	Pingback      string        // likewise
	JSONLD        template.HTML // complete <script type="application/ld+json"> element, built by the one reviewed encoder
	Preload       template.HTML // <link rel=preload> of the lead picture, or ""
	CommentsCount int64
	Script        string // address of the page's one script, "" for none
}

// Translation is the same page in a language; URL is absolute.
type Translation struct{ Language, URL string }

// Feed is one alternate feed address.
type Feed struct{ Title, URL, Type string }

// Picture is a responsive picture, ready for <picture>. URL is the fallback.
type Picture struct {
	URL           string
	Width, Height int
	Sources       []Source // AVIF, WebP, then JPEG or PNG
	Alt           string
	Caption       template.HTML
	Credit        string
	FocalX        int    // per mille from the left
	FocalY        int    // per mille from the top
	Placeholder   string // average colour, "#rrggbb"
	Missing       bool   // imported without its file: show the calm placeholder
}

// Source is one <source> element.
type Source struct{ Type, SrcSet string }

// Stamp is a moment as readers see it.
type Stamp struct {
	ISO  string // RFC 3339 with the site's offset
	Text string // by the page's locale
	Date string // the day only
}

// Card is an article in a list.
type Card struct {
	ID           int64
	URL          string
	Headline     string
	Kicker       string
	Standfirst   string
	Excerpt      string
	Byline       string
	Section      Link
	Picture      *Picture
	Published    Stamp
	CommentCount int64
	Kind         string
	KindLabel    string // "Analysis", "Opinion"; "" for a plain report
	Language     string // "" when the site's
	Direction    string // "" when the site's
	Pinned       bool
	Updated      bool   // told-of change after publication
	Size         string // "large", "medium", "small": how much room an editor gave it on a front; "" leaves it to its place
	Under        bool   // it stands in a part of the page that has a heading, so its own is one below that
}

// Front is the front page, or the front at the top of a section's list. Lead,
// Secondary, Rail and Blocks are all of it, in the order of the page. Latest,
// Discussed and Sections repeat the blocks of these kinds, for themes that have
// a fixed order.
type Front struct {
	Lead      *Card
	Secondary []Card
	Sized     bool   // an editor chose the size of a secondary story
	Rail      []Card // the latest, when they stand beside the lead
	Blocks    []FrontBlock
	Sections  []SectionBlock
	Latest    []Card
	Discussed []Card
	Pager     Pager
	SignUp    *SignUp // box of the newsletter; nil when none is shown
}

// FrontBlock is one part of a front below its top.
type FrontBlock struct {
	Kind   string // "section", "latest", "discussed", "picked", "storyline"
	ID     string // for the heading's id: "site-block-b3"
	Title  Link   // its URL is "" when the block has no list of its own
	Layout string // "cards", "list", "picture"
	Sized  bool   // an editor chose the size of one of its stories
	Cards  []Card
}

// SectionBlock is one section's stories on the front.
type SectionBlock struct {
	Section Link
	Cards   []Card
}

// Article is an article or a standing page.
type Article struct {
	ID           int64
	Type         string // "article", "page"
	Kind         string
	KindLabel    string // "Analysis", "Opinion"; "" for a plain report
	URL          string
	Headline     string
	Kicker       string
	Standfirst   string
	Dateline     string
	Bylines      []BylineEntry
	Published    Stamp
	Updated      *Stamp
	VersionsURL  string // what changed; "" when readers saw one version only, or the site shows none
	Lead         *Picture
	Body         template.HTML
	Parts        []Link // pages of a paged article, current one without URL
	Section      *Link
	Tags         []Link
	Terms        []TermGroup
	InStory      []Link // people, organisations, places and events that it names, the main ones first
	Map          *Map   // of the places among them that an editor confirmed; nil without a position
	Language     string // always set, the site's when it has no other
	Direction    string
	ReadingTime  int // minutes
	WordCount    int64
	Corrections  []Correction
	Authors      []Author // author boxes
	CheckAlso    *Card
	Prev, Next   *Card
	Share        []Share
	Comments     *Comments
	Children     []Link  // of a standing page
	PartOf       *PartOf // the storyline that it belongs to, when that has a page
	Storyline    []Card  // other stories of a storyline without a page
	StorylineTag string
	Source       *Link   // canonical source of syndicated copy
	SignUp       *SignUp // box of the newsletter; nil when none is shown, or the text has one
}

// TermGroup is one custom taxonomy on an article.
type TermGroup struct {
	Label string
	Terms []Link
}

// BylineEntry is one name of the byline line.
type BylineEntry struct {
	Prefix string // "By", "with", "Photographs by", localised
	Name   string
	URL    string // "" when there is no profile page
	After  string // what joins it to the next name: ", ", " and "; filled by JoinBylines
}

// Correction is a change that readers are told of.
type Correction struct {
	Label     string // localised kind
	Note      string
	When      Stamp
	Items     []CorrectionItem // what was wrong, if the newsroom says so
	Of        *Link            // the article, in the list of all corrections
	Language  string           // of the article; "" when the site's
	Direction string
}

// CorrectionItem is one passage that was put right. Any part may be empty.
type CorrectionItem struct{ Passage, Wrong, Right string }

// Corrections is the list of all corrections of the site.
type Corrections struct {
	Entries []Correction
	FeedURL string
	Pager   Pager
}

// Quote is what somebody said, with the article that attributes it.
type Quote struct {
	Speaker, Role string
	SpeakerURL    string // of all that the speaker has said
	Words         string
	Direct        bool  // the speaker's own words; else reported
	Said          Stamp // when; empty when that is not told
	Outlet        string
	Source        string // address
	Of            Link   // the passage in the article
	Published     Stamp
	Language      string // of the article; "" when the site's
	Direction     string
}

// Quotes is what one speaker has said, what all have, or what was found.
type Quotes struct {
	Speaker, Role string // "" for all
	Subjects      []Link // the speaker's page in the register; several when they share the name
	Entries       []Quote
	Searched      bool
	Words, Name   string // that were looked for
	FeedURL       string
	Pager         Pager
}

// Editions is what a newsletter has sent: the list of its editions, or one of
// them as Shown.
type Editions struct {
	Name        string
	Description string
	URL         string // of the list
	FeedURL     string
	Editions    []EditionEntry // the newest first; empty when one is Shown
	Shown       *EditionShown
	SignUp      *SignUp // box of the newsletter; nil when none is shown
	Pager       Pager
}

// EditionEntry is an edition in the list.
type EditionEntry struct {
	Title     string
	URL       string
	When      Stamp
	Headlines []string // of its articles
}

// EditionShown is an edition as readers got it.
type EditionShown struct {
	Title string
	When  Stamp
	Intro template.HTML
	Items []EditionItem
}

// EditionItem is an article of an edition: in short, in full with its Body, or
// what was wrong in it.
type EditionItem struct {
	Card        Card
	Body        template.HTML
	Corrections []Correction
}

// Versions is the public record of an article: the list of its versions, or
// one of them as Shown.
type Versions struct {
	Headline  string // of the article
	URL       string // of the article
	ListURL   string
	Language  string // of the article, always set
	Direction string
	Groups    []VersionGroup // the newest first; empty when one is Shown
	Shown     *VersionShown
}

// VersionGroup is one version, or several in a row that changed no more than
// spelling and punctuation.
type VersionGroup struct {
	Minor    bool
	Label    string // of a minor one: "3 small changes …"
	Versions []Version
}

// Version is one version of an article that readers could see.
type Version struct {
	Number  int64
	Label   string // localised kind of change
	When    Stamp
	Note    string
	URL     string // "" when Sealed
	Summary string // "Words: +12 −3"
	Current bool   // what readers see now
	Sealed  bool   // not shown any more, for legal reasons
}

// VersionShown is a version with what changed in it, or its whole text when
// there is none before it to compare with.
type VersionShown struct {
	Version    Version
	Compared   string // how to read Body: "Changes from version 2 …"
	Same       bool   // nothing that readers see changed
	Headline   string // of a whole text
	Standfirst string // of a whole text
	Body       template.HTML
	Hash       string
	Older      *Link
	Newer      *Link
}

// Author is an author box or the head of an author page.
type Author struct {
	Name, Role string
	URL        string
	Bio        template.HTML
	Picture    *Picture
	Links      []Link
	Count      string // "42 articles"
}

// Share is one share link that needs no script. Name is what it shows
// ("Mastodon"), Label says it in full ("Share on Mastodon").
type Share struct{ Name, Label, URL string }

// List is a section, tag, author, term or format page.
type List struct {
	Kind        string // "section", "tag", "author", "term", "latest"
	Title       string
	Description template.HTML
	Author      *Author
	Children    []Link // subsections
	Parent      *Link
	Cards       []Card
	Count       string // "1,204 articles"
	Pager       Pager
	FeedURL     string
	SignUp      *SignUp // box of the newsletter for a section; nil when none is shown
	Top         *Front  // of a section whose front somebody arranged, on its first page; its stories are not in Cards
}

// Pager leads through a list. URLs are "" at the ends.
type Pager struct {
	Newer, Older string
	Page         int64
	Pages        int64
	Label        string // "Page 2 of 40"
}

// Archive is a year, month or day page.
type Archive struct {
	Title  string
	Months []ArchiveMonth // on a year page; of the two newest years on the archive's front
	Years  []ArchiveMonth // on the archive's front
	Days   []Link         // on a month page
	Cards  []Card
	Count  string
	Pager  Pager
	Newer  string
	Older  string
}

// ArchiveMonth is one month or year with its number of articles.
type ArchiveMonth struct {
	Link  Link
	Count string
}

// Search is the search page.
type Search struct {
	Query   string
	Asked   bool
	Cards   []Hit
	Summary string // "12 results for “…”"
	Pager   Pager
	FeedURL string // the newest results as RSS

	Notes    []string    // what of the question was not understood, or what was searched in its place
	DidMean  *Link       // a spelling that finds more
	Continue []Link      // questions that begin like this one, when it finds nothing
	Chosen   []Link      // filters in force; each link takes one away
	Sorts    []SortOrder // orders to choose from
	Groups   []FacetGroup
	Help     []SearchHelp // what can be typed
}

// SortOrder is an order of results. URL is "" for the present one.
type SortOrder struct{ Label, URL string }

// FacetGroup is one way to narrow results: by section, author, year or tag.
type FacetGroup struct {
	Title  string
	Values []FacetValue
}

// FacetValue is a filter with the number of results that it leaves.
type FacetValue struct {
	Link  Link
	Count string
}

// SearchHelp is something that can be typed, and what it asks for.
type SearchHelp struct{ Example, Text string }

// Hit is a search result with its snippet, query words marked.
type Hit struct {
	Card    Card
	Snippet template.HTML
}

// Attachment is the page of one medium.
type Attachment struct {
	Title       string
	Picture     *Picture
	FileURL     string
	FileLabel   string
	Description template.HTML
	Parent      *Link
	Published   Stamp
}

// Password is the form in front of a protected article. It names nothing.
type Password struct {
	Action string
	Wrong  bool
}

// FeedList is the page that lists all feeds.
type FeedList struct {
	Groups []FeedGroup
}

// FeedGroup is the feeds of one kind of list.
type FeedGroup struct {
	Title string
	Feeds []NamedFeeds
}

// NamedFeeds is one list's feeds in the three formats.
type NamedFeeds struct {
	Title           string
	RSS, Atom, JSON string
}

// Problem is a page that says why there is nothing to show.
type Problem struct {
	Status  int
	Title   string
	Message string
	Reason  string // of a withdrawn article
	ErrorID string // that a reader can quote
	Latest  []Card
}
