package demo

import (
	"time"

	"dateline/internal/article"
	"dateline/internal/richtext"
)

// Newsroom is a whole sample site. Things refer to each other by key: authors
// and tags by slug, sections by path ("city/harbour"), pictures by key,
// articles and pages by slug.
type Newsroom struct {
	Site       Site
	Sections   []Section // parents before children
	Tags       []Tag
	Authors    []Author
	Register   []Subject
	Storylines []Storyline
	Menus      []Menu
	Front      []FrontBlock // of the front page, in order
	Pictures   []Picture    // portraits included
	Articles   []Article    // oldest first; an article refers only to earlier ones
	Pages      []Page       // parents before children
	Accounts   map[string]richtext.Accounts
}

// Site is the settings of the sample site.
type Site struct {
	Title     string `toml:"title"`
	Tagline   string `toml:"tagline"`
	Zone      string `toml:"zone"`
	Locale    string `toml:"locale"`
	Publisher string `toml:"publisher"`
	Contact   string `toml:"contact"`
}

// Section is one section; Path is its key and ends in its slug.
type Section struct {
	Path        string `toml:"path"`
	Parent      string `toml:"-"` // path of the parent, "" at the top
	Slug        string `toml:"-"`
	Name        string `toml:"name"`
	Description string `toml:"description"`
}

// Tag is one tag.
type Tag struct {
	Slug        string `toml:"slug"`
	Name        string `toml:"name"`
	Description string `toml:"description"`
}

// Author is a person with a profile.
type Author struct {
	Slug     string `toml:"slug"`
	Name     string `toml:"name"`
	First    string `toml:"first"`
	Last     string `toml:"last"`
	Role     string `toml:"role"`
	Bio      string `toml:"bio"`
	Portrait string `toml:"portrait"` // picture key
	Links    []Link `toml:"links"`
}

// Subject is an entry of the register. Articles that name it are confirmed for
// it; those in Main are about it.
type Subject struct {
	Slug        string   `toml:"slug"`
	Kind        string   `toml:"kind"`
	Name        string   `toml:"name"`
	Aliases     []string `toml:"aliases"`
	Description string   `toml:"description"`
	Picture     string   `toml:"picture"`  // picture key
	Position    string   `toml:"position"` // latitude and longitude
	Begins      string   `toml:"begins"`
	Ends        string   `toml:"ends"`
	Main        []string `toml:"main"` // article slugs
}

// Storyline is what readers are told of a continuing story.
type Storyline struct {
	Headline  string   `toml:"headline"` // the storyline of its articles
	Slug      string   `toml:"slug"`
	Summary   string   `toml:"summary"`
	Subjects  []string `toml:"subjects"` // slugs of the register
	Questions []string `toml:"questions"`
	Coming    []Coming `toml:"coming"`
	Closed    bool     `toml:"closed"`
}

// Coming is something scheduled so many days after the filling.
type Coming struct {
	Days  int    `toml:"days"`
	Time  string `toml:"time"`  // "14:00", "" for the day
	Month bool   `toml:"month"` // of it only the month is known
	What  string `toml:"what"`
	Where string `toml:"where"`
}

// Link is a labelled address.
type Link struct {
	Label string `toml:"label"`
	URL   string `toml:"url"`
}

// FrontBlock is one block of the front page.
type FrontBlock struct {
	Kind      string      `toml:"kind"`
	Title     string      `toml:"title"`
	Section   string      `toml:"section"`
	Storyline string      `toml:"storyline"`
	Count     int         `toml:"count"`
	Layout    string      `toml:"layout"`
	Slots     []FrontSlot `toml:"slots"`
}

// FrontSlot is an article chosen by hand.
type FrontSlot struct {
	Article  string `toml:"article"`
	Headline string `toml:"headline"`
	Size     string `toml:"size"`
}

// Menu is a navigation menu; Location is "main" or "footer".
type Menu struct {
	Slug     string     `toml:"slug"`
	Name     string     `toml:"name"`
	Location string     `toml:"location"`
	Items    []MenuItem `toml:"items"`
}

// MenuItem is one entry of a menu. To is a reference as in article bodies
// ("section:city/harbour", "page:about") or an address.
type MenuItem struct {
	Label string     `toml:"label"`
	To    string     `toml:"to"`
	Items []MenuItem `toml:"items"`
}

// Picture is a picture that draw.Render(Key) draws as a JPEG, with its words.
// The focal point is in per mille from the top left, 0 0 meaning the middle.
type Picture struct {
	Key     string `toml:"key"`
	Alt     string `toml:"alt"`
	Caption string `toml:"caption"`
	Credit  string `toml:"credit"`
	FocalX  int    `toml:"focal_x"`
	FocalY  int    `toml:"focal_y"`
}

// FileName is the name that the drawn file is stored under.
func (p Picture) FileName() string { return p.Key + ".jpg" }

// When is a moment before the filling: a clock time Days days ago in the
// site's zone or, when Hours is set, so many hours ago. Negative days lie in
// the future.
type When struct {
	Days         int
	Hour, Minute int
	Hours        float64
}

// Time returns the moment, given that of the filling, in zone.
func (w When) Time(end time.Time, zone *time.Location) time.Time {
	end = end.In(zone)
	if w.Hours != 0 {
		return end.Add(-time.Duration(w.Hours * float64(time.Hour))).Truncate(time.Minute)
	}
	y, m, d := end.Date()
	return time.Date(y, m, d-w.Days, w.Hour, w.Minute, 0, 0, zone)
}

// days is the age in days, for putting moments in order.
func (w When) days() float64 {
	if w.Hours != 0 {
		return w.Hours / 24
	}
	return float64(w.Days) + 1 - (float64(w.Hour)+float64(w.Minute)/60)/24
}

// Article is one article with every published version and its comments.
type Article struct {
	Slug            string
	Status          article.Status
	Access          article.Access
	Password        string // with AccessPassword
	Pinned          bool
	CommentsOpen    bool
	WithdrawnReason string
	WithdrawnAt     When // with StatusWithdrawn
	ScheduledAt     When // with StatusScheduled
	EmbargoUntil    When // zero unless embargoed
	Versions        []Version
	Comments        []Comment
}

// First returns the version that the article came out with, or its only
// working copy.
func (a Article) First() Version { return a.Versions[0] }

// Live returns the newest version.
func (a Article) Live() Version { return a.Versions[len(a.Versions)-1] }

// Version is one published state of an article.
type Version struct {
	At      When
	Change  article.ChangeKind
	Note    string
	Content Content
}

// Content is article.Content with keys in place of ids.
type Content struct {
	Headline          string
	ShortHeadline     string
	Kicker            string
	Standfirst        string
	SearchTitle       string
	SearchDescription string
	SocialTitle       string
	Excerpt           string
	Dateline          string
	Kind              article.Kind
	Language          string
	Lead              string   // picture key, "" for none
	LeadCaption       string   // "" for the picture's own
	Sections          []string // the first is the primary one
	Tags              []string
	Bylines           []Byline
	Canonical         string
	NoIndex           bool
	Storyline         string
	Fields            map[string]string
	Body              richtext.Doc // with keys; give it to Bind
}

// Byline is one contributor. Author is "" for a bare name.
type Byline struct {
	Role   string
	Author string
	Name   string
}

// Comment is one comment with the answers to it. It was written After the
// first publication of its article.
type Comment struct {
	Name    string // empty when Author is set
	Author  string // slug of an author of the paper, or ""
	Email   string // as a reader would have left it; never public
	After   time.Duration
	Body    string // plain text, paragraphs apart by blank lines
	Status  string // "approved", "pending", "spam"
	Replies []Comment
}

// Page is a standing page.
type Page struct {
	Slug       string
	Parent     string // slug of the parent page, ""
	Order      int
	Title      string
	Standfirst string
	Body       richtext.Doc // with keys; give it to Bind
}

// Path returns the page's address below its parents, "/about/ethics/".
func (n Newsroom) Path(page string) string {
	for _, p := range n.Pages {
		if p.Slug == page && p.Parent != "" {
			return n.Path(p.Parent) + page + "/"
		}
	}
	return "/" + page + "/"
}
