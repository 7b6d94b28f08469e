package article

import (
	"time"

	"dateline/internal/richtext"
)

// Type tells articles, which lists show, from standing pages, which they don't.
type Type string

// The two types.
const (
	TypeArticle Type = "article"
	TypePage    Type = "page"
)

// Kind is the journalistic form of an article; each has a schema.org type.
type Kind string

// The kinds.
const (
	KindReport    Kind = "report"
	KindAnalysis  Kind = "analysis"
	KindOpinion   Kind = "opinion"
	KindInterview Kind = "interview"
	KindExplainer Kind = "explainer"
	KindFactCheck Kind = "fact_check"
	KindObituary  Kind = "obituary"
	KindLive      Kind = "live"
	KindStatement Kind = "statement"
	KindPage      Kind = "page"
)

// Status is where an article stands in the newsroom's flow.
type Status string

// The statuses.
const (
	StatusDraft     Status = "draft"
	StatusReview    Status = "review"   // submitted: an editor reads it
	StatusChanges   Status = "changes"  // the editor asked for changes
	StatusApproved  Status = "approved" // ready to publish
	StatusScheduled Status = "scheduled"
	StatusPublished Status = "published"
	StatusWithdrawn Status = "withdrawn"
	StatusBinned    Status = "binned" // thrown away before it was ever public; can be brought back
)

// Statuses returns every status, so that tests can walk them all.
func Statuses() []Status {
	return []Status{StatusDraft, StatusReview, StatusChanges, StatusApproved, StatusScheduled, StatusPublished, StatusWithdrawn, StatusBinned}
}

// Access narrows who may read a published article.
type Access string

// The accesses. Password-protected and private articles are in no list, feed,
// count or search; a private one answers like an address that never existed.
const (
	AccessOpen     Access = "open"
	AccessPassword Access = "password"
	AccessPrivate  Access = "private"
)

// Accesses returns every access, so that tests can walk them all.
func Accesses() []Access { return []Access{AccessOpen, AccessPassword, AccessPrivate} }

// ChangeKind says what a published version changed, for readers.
type ChangeKind string

// The kinds of change. The first published version is Original.
const (
	ChangeOriginal      ChangeKind = "original"
	ChangeSilent        ChangeKind = "silent"
	ChangeUpdate        ChangeKind = "update"
	ChangeCorrection    ChangeKind = "correction"
	ChangeClarification ChangeKind = "clarification"
	ChangeLegal         ChangeKind = "legal"
)

// Picture is a use of a medium with its words for this place. Empty words fall
// back to the medium's own.
type Picture struct {
	Media   int64  `json:"media"`
	Caption string `json:"caption,omitempty"`
	Credit  string `json:"credit,omitempty"`
	Alt     string `json:"alt,omitempty"`
}

// Byline names one contributor, in order. Profile may be 0 for a bare name.
type Byline struct {
	Profile int64  `json:"profile,omitempty"`
	Role    string `json:"role"` // by, with, photo, edited_by, agency
	Name    string `json:"name"`
}

// Subject is an entry of the register of people, organisations, places and
// events that an editor confirmed for an article.
type Subject struct {
	ID   int64 `json:"id"`
	Main bool  `json:"main,omitempty"` // the article is about it; else it only names it
}

// Content is everything that a version freezes: what readers saw.
type Content struct {
	Headline          string            `json:"headline"`
	ShortHeadline     string            `json:"short_headline,omitempty"`
	Kicker            string            `json:"kicker,omitempty"`
	Standfirst        string            `json:"standfirst,omitempty"`
	SearchTitle       string            `json:"search_title,omitempty"`
	SearchDescription string            `json:"search_description,omitempty"`
	SocialTitle       string            `json:"social_title,omitempty"`
	SocialDescription string            `json:"social_description,omitempty"`
	SocialImage       int64             `json:"social_image,omitempty"`
	Excerpt           string            `json:"excerpt,omitempty"` // written by a person; else computed
	Dateline          string            `json:"dateline,omitempty"`
	Kind              Kind              `json:"kind"`
	Language          string            `json:"language,omitempty"` // BCP 47; "" is the site's
	Lead              *Picture          `json:"lead,omitempty"`
	Sections          []int64           `json:"sections,omitempty"` // the first is the primary one
	Tags              []int64           `json:"tags,omitempty"`
	Terms             []int64           `json:"terms,omitempty"` // custom taxonomies
	Bylines           []Byline          `json:"bylines,omitempty"`
	Canonical         string            `json:"canonical,omitempty"` // source of syndicated copy
	NoIndex           bool              `json:"noindex,omitempty"`
	Storyline         string            `json:"storyline,omitempty"`
	Subjects          []Subject         `json:"subjects,omitempty"` // whom and what it is about or names, as an editor confirmed
	Fields            map[string]string `json:"fields,omitempty"`   // custom fields
	Body              richtext.Doc      `json:"body"`
}

// Article is the standing record: identity, address, state and what lists
// need. The words themselves are in its versions.
type Article struct {
	ID             int64
	Type           Type
	Status         Status
	Access         Access
	PasswordHash   string // argon2id in PHC form; "" unless Access is AccessPassword
	Slug           string
	Path           string // canonical path, "/world/headline/"; "" before it has one
	ParentID       int64  // pages only
	MenuOrder      int64  // pages only
	Revision       int64  // grows with each write; callers name the one they read
	LiveVersion    int64  // id of the version that readers see, 0 if none
	WorkingVersion int64  // id of the working copy, 0 if none
	Public         bool   // Visible() said "listed" when last written

	Headline     string
	Standfirst   string
	Excerpt      string
	Kicker       string
	Kind         Kind
	Language     string
	LeadMedia    int64
	SectionID    int64
	BylineText   string // "Ann Lee and Bo Park", as lists print it
	WordCount    int64
	CommentCount int64 // approved comments, kept exact in the writing transaction
	CommentsOpen bool
	Pinned       bool
	NoIndex      bool
	Related      []int64 // computed at publish time

	WithdrawnReason string
	FirstPublished  time.Time // zero before the first publication
	Updated         time.Time // last change that readers are told of
	Modified        time.Time // last write
	Created         time.Time
	ScheduledAt     time.Time // zero unless StatusScheduled
	EmbargoUntil    time.Time // zero unless embargoed
	Changed         time.Time // place in the order of all changes, see Changes; zero before readers had it in lists

	Owner    int64     // person who writes it, 0 for nobody with an account
	Assignee int64     // person who is asked to work on it, 0 for nobody
	Due      time.Time // when they should be done, zero for no date
}

// live tells whether readers have the article, now or after an embargo.
func (a *Article) live() bool { return a.LiveVersion != 0 && a.Status == StatusPublished }

// Version is one immutable state of an article's content. Hash covers the
// content and PrevHash, so that rewriting history shows.
type Version struct {
	ID       int64
	Article  int64
	Number   int64 // 1, 2, 3 … within the article
	PrevHash string
	Hash     string
	Change   ChangeKind
	Note     string // told to readers with a correction or clarification
	Actor    string
	Created  time.Time
	// Published is when it became what readers see; zero for a working copy and
	// for versions that were live before Dateline kept it.
	Published time.Time
	Content   Content
}
