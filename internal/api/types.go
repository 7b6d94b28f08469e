package api

import "time"

// The answers. Names are the contract of /api/v1: fields are added, never
// renamed or given another meaning. A list is never null. What there is nothing
// to say of is left out.

// Link names another thing: its page for readers and its address in this API.
type Link struct {
	ID   string `json:"id" doc:"Number of the thing, as text: it has up to 63 bits."`
	Self string `json:"self" format:"uri" doc:"Its address in this API."`
	URL  string `json:"url" format:"uri" doc:"Its page for readers."`
	Name string `json:"name" doc:"Headline, title or name."`
}

// Picture is a picture as readers see it.
type Picture struct {
	URL        string      `json:"url" format:"uri" doc:"The picture for readers of every age, JPEG, PNG or GIF."`
	Width      int         `json:"width,omitempty" doc:"In pixels, of the largest rendition."`
	Height     int         `json:"height,omitempty"`
	Alt        string      `json:"alt,omitempty" doc:"What it shows, for those who do not see it."`
	Caption    string      `json:"caption,omitempty"`
	Credit     string      `json:"credit,omitempty" doc:"Whoever shows the picture must print this."`
	Renditions []Rendition `json:"renditions,omitempty" doc:"All files of it, whose bytes never change at their addresses; left out in lists."`
}

// Rendition is one file of a picture.
type Rendition struct {
	URL    string `json:"url" format:"uri"`
	Type   string `json:"type" doc:"Media type." example:"image/webp"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Bytes  int64  `json:"bytes"`
}

// Summary is an article as lists show it.
type Summary struct {
	ID         string     `json:"id" doc:"Number of the article, as text. It stays when the address changes."`
	Self       string     `json:"self" format:"uri" doc:"The whole article in this API."`
	URL        string     `json:"url" format:"uri" doc:"Its page for readers."`
	Kind       string     `json:"kind" enum:"report,analysis,opinion,interview,explainer,fact_check,obituary,live,statement,page"`
	Language   string     `json:"language" doc:"BCP 47." example:"en"`
	Headline   string     `json:"headline"`
	Kicker     string     `json:"kicker,omitempty"`
	Standfirst string     `json:"standfirst,omitempty"`
	Excerpt    string     `json:"excerpt,omitempty"`
	Byline     string     `json:"byline,omitempty" doc:"As lists print it."`
	Section    *Link      `json:"section,omitempty" doc:"The first of its sections."`
	Published  time.Time  `json:"published" doc:"First publication."`
	Updated    *time.Time `json:"updated,omitempty" doc:"The last change that readers are told of; left out while there is none."`
	Changed    time.Time  `json:"changed" doc:"When what this site says of it changed last, for programs: silent corrections, another address, shared accounts and an import count too. To readers say updated."`
	Words      int64      `json:"words"`
	Comments   int64      `json:"comments" doc:"How many comments are public."`
	Picture    *Picture   `json:"picture,omitempty" doc:"Its lead picture."`
}

// Article is a whole article.
type Article struct {
	Summary
	URI           string         `json:"uri" format:"uri" doc:"A name for ever (RFC 4151), the same as in feeds."`
	ShortHeadline string         `json:"short_headline,omitempty"`
	Dateline      string         `json:"dateline,omitempty" doc:"Where it was reported from, as printed."`
	Bylines       []Byline       `json:"bylines"`
	Sections      []Link         `json:"sections"`
	Tags          []Link         `json:"tags"`
	HTML          string         `json:"html" doc:"The text as HTML for feeds: fixed elements without classes, whole addresses, no scripts, nothing of third parties."`
	Blocks        []Block        `json:"blocks" doc:"The same text as a tree of blocks."`
	Pictures      []Picture      `json:"pictures" doc:"Lead picture and those of the text, each once."`
	Subjects      []NamedSubject `json:"subjects" doc:"Whom and what it is about or names, as the newsroom confirmed."`
	Quotes        []Quote        `json:"quotes" doc:"What it attributes to people, in its order; at most 200."`
	Accounts      []Accounts     `json:"accounts" doc:"What the sides of an event say, as it is now."`
	Storyline     *PartOf        `json:"storyline,omitempty"`
	CheckAlso     []Summary      `json:"check_also" doc:"Related stories, the best first."`
	Corrections   []Correction   `json:"corrections" doc:"The newest first."`
	Translations  []Translation  `json:"translations"`
	Source        string         `json:"source,omitempty" format:"uri" doc:"Where a syndicated text came from."`
	CommentsOpen  bool           `json:"comments_open" doc:"Whether readers may comment."`
	Links         ArticleLinks   `json:"links"`
}

// ArticleLinks are further addresses of an article.
type ArticleLinks struct {
	Comments string `json:"comments" format:"uri"`
	Ninjs    string `json:"ninjs" format:"uri"`
	Versions string `json:"versions,omitempty" format:"uri" doc:"Page of its published versions, when there are several to see."`
}

// Byline is one of those who made an article.
type Byline struct {
	Name   string `json:"name"`
	Role   string `json:"role" enum:"by,with,photo,edited_by,agency"`
	Author *Link  `json:"author,omitempty" doc:"Their profile."`
}

// Block is a node of a text: docs/contracts/document.md lists the types and
// their attributes. Ids in attributes are text; what readers may not see is not
// in it.
type Block struct {
	Type    string         `json:"type" example:"paragraph"`
	Attrs   map[string]any `json:"attrs,omitempty"`
	Content []Block        `json:"content,omitempty"`
	Text    string         `json:"text,omitempty"`
	Marks   []BlockMark    `json:"marks,omitempty"`
}

// BlockMark is a style or link of a piece of text.
type BlockMark struct {
	Type  string         `json:"type" example:"strong"`
	Attrs map[string]any `json:"attrs,omitempty"`
}

// PartOf is the storyline of an article.
type PartOf struct {
	Name      string   `json:"name"`
	Storyline *Link    `json:"storyline,omitempty" doc:"Left out for a storyline without a page of its own."`
	Previous  *Summary `json:"previous,omitempty" doc:"The article of it before this one."`
	Next      *Summary `json:"next,omitempty"`
}

// Correction is something that an article had wrong, as readers were told.
type Correction struct {
	Kind    string    `json:"kind" enum:"original,silent,update,correction,clarification,legal"`
	At      time.Time `json:"at"`
	Note    string    `json:"note,omitempty"`
	Passage string    `json:"passage,omitempty"`
	Wrong   string    `json:"wrong,omitempty"`
	Right   string    `json:"right,omitempty"`
}

// Translation is the same article in another language.
type Translation struct {
	Language string `json:"language"`
	Link
}

// Section is a section.
type Section struct {
	ID          string `json:"id"`
	Self        string `json:"self" format:"uri"`
	URL         string `json:"url" format:"uri"`
	Name        string `json:"name"`
	Path        string `json:"path" doc:"Address words from the top section on." example:"world/europe"`
	Description string `json:"description,omitempty"`
	Parent      *Link  `json:"parent,omitempty"`
	Articles    int64  `json:"articles" doc:"How many articles it has, with those of the sections below it."`
	List        string `json:"list" format:"uri" doc:"Its articles in this API."`
}

// Tag is a tag.
type Tag struct {
	ID          string `json:"id"`
	Self        string `json:"self" format:"uri"`
	URL         string `json:"url" format:"uri"`
	Name        string `json:"name"`
	Slug        string `json:"slug"`
	Description string `json:"description,omitempty"`
	Articles    int64  `json:"articles"`
	List        string `json:"list" format:"uri" doc:"Its articles in this API."`
}

// Author is the profile of an author.
type Author struct {
	ID       string    `json:"id"`
	Self     string    `json:"self" format:"uri"`
	URL      string    `json:"url" format:"uri"`
	Name     string    `json:"name"`
	Slug     string    `json:"slug"`
	Role     string    `json:"role,omitempty"`
	Bio      string    `json:"bio,omitempty" doc:"Plain text, paragraphs parted by empty lines."`
	Picture  *Picture  `json:"picture,omitempty"`
	Links    []WebLink `json:"links"`
	Articles int64     `json:"articles"`
	List     string    `json:"list" format:"uri" doc:"Their articles in this API."`
}

// WebLink is an address elsewhere.
type WebLink struct {
	Label string `json:"label"`
	URL   string `json:"url" format:"uri"`
}

// Subject is an entry of the register: a person, organisation, place or event.
type Subject struct {
	ID          string    `json:"id"`
	Self        string    `json:"self" format:"uri"`
	URL         string    `json:"url" format:"uri"`
	Kind        string    `json:"kind" enum:"person,organisation,place,event"`
	Name        string    `json:"name"`
	Aliases     []string  `json:"aliases"`
	Description string    `json:"description,omitempty"`
	Wikidata    string    `json:"wikidata,omitempty" format:"uri" example:"http://www.wikidata.org/entity/Q64"`
	Website     string    `json:"website,omitempty" format:"uri"`
	Picture     *Picture  `json:"picture,omitempty"`
	Position    *Position `json:"position,omitempty"`
	Begins      string    `json:"begins,omitempty" doc:"Of an event: day, month or year." example:"2026-11-27"`
	Ends        string    `json:"ends,omitempty"`
	Articles    int64     `json:"articles" doc:"How many articles name it."`
	List        string    `json:"list" format:"uri" doc:"These articles in this API."`
}

// SubjectPage is an entry with what the archive knows of it.
type SubjectPage struct {
	Subject
	Quotes       string   `json:"quotes,omitempty" format:"uri" doc:"What a person or an organisation said, in this API."`
	Timeline     []Moment `json:"timeline" doc:"The latest rows of the articles' timelines that name it, the latest first; at most 100."`
	TimelineList string   `json:"timeline_list" format:"uri" doc:"All of these rows, in this API."`
}

// NamedSubject is an entry that an article names.
type NamedSubject struct {
	Link
	Kind     string `json:"kind" enum:"person,organisation,place,event"`
	Main     bool   `json:"main" doc:"Whether the article is about it; else it only names it."`
	Wikidata string `json:"wikidata,omitempty" format:"uri"`
}

// Position is a place on the globe.
type Position struct {
	Latitude  float64 `json:"latitude" doc:"Degrees, north is positive."`
	Longitude float64 `json:"longitude" doc:"Degrees, east is positive."`
}

// Moment is a row of a timeline.
type Moment struct {
	Date    string `json:"date" doc:"As exactly as it is known." example:"2026-05"`
	Title   string `json:"title,omitempty"`
	Text    string `json:"text,omitempty"`
	Article Link   `json:"article" doc:"The article whose timeline it stands in; its address leads to the row."`
}

// Quote is what somebody said, where an article attributes it.
type Quote struct {
	Text      string    `json:"text"`
	Speaker   string    `json:"speaker" doc:"As written."`
	SpeakerAt string    `json:"speaker_url,omitempty" format:"uri" doc:"Page of everything this speaker said."`
	Role      string    `json:"role,omitempty"`
	Direct    bool      `json:"direct" doc:"Whether these are the speaker's own words; else they are reported."`
	Date      string    `json:"date,omitempty" doc:"When it was said: a day, month or year."`
	Outlet    string    `json:"outlet,omitempty" doc:"Where it was said or printed."`
	Source    string    `json:"source,omitempty" doc:"Address of the source."`
	Language  string    `json:"language"`
	Kind      string    `json:"kind" enum:"quote,account,said" doc:"Whether it stands as a quote, as a side's account, or in the text."`
	URL       string    `json:"url" format:"uri" doc:"The place in the article."`
	Article   Link      `json:"article"`
	Published time.Time `json:"published" doc:"When the article was published first."`
}

// Accounts are what the sides of an event say of it, point by point.
type Accounts struct {
	ID       string  `json:"id"`
	Self     string  `json:"self" format:"uri"`
	Title    string  `json:"title"`
	Updated  string  `json:"updated,omitempty" format:"date" doc:"Day of the last change, in the site's zone; left out while there is none."`
	Sides    []Side  `json:"sides"`
	Points   []Point `json:"points"`
	Articles []Link  `json:"articles" doc:"The articles that show it, the last changed first."`
}

// Side is one side of an event.
type Side struct {
	Party       string `json:"party"`
	Words       string `json:"words,omitempty"`
	Source      string `json:"source,omitempty"`
	SourceLabel string `json:"source_label,omitempty"`
	Date        string `json:"date,omitempty"`
}

// Point is something that the sides differ or agree about.
type Point struct {
	Text    string  `json:"text"`
	Stands  []Stand `json:"stands" doc:"One for each side, in their order."`
	Verdict string  `json:"verdict,omitempty" doc:"The newsroom's own, where it gives one."`
	Why     string  `json:"why,omitempty"`
}

// Stand is what one side says of a point.
type Stand struct {
	Party  string `json:"party"`
	Says   string `json:"says" enum:"confirms,denies,silent,unknown" doc:"silent: it does not mention the point."`
	Words  string `json:"words,omitempty"`
	Source string `json:"source,omitempty"`
}

// Storyline is a continuing story.
type Storyline struct {
	ID       string    `json:"id"`
	Self     string    `json:"self" format:"uri"`
	URL      string    `json:"url" format:"uri"`
	Headline string    `json:"headline"`
	Summary  string    `json:"summary,omitempty" doc:"The story so far, as plain text."`
	Closed   bool      `json:"closed" doc:"Whether the story has ended."`
	Updated  time.Time `json:"updated" doc:"When the newsroom last changed what it says of it."`
	Articles int64     `json:"articles"`
	List     string    `json:"list" format:"uri" doc:"Its articles in this API."`
}

// StorylinePage is a storyline with all that is told of it.
type StorylinePage struct {
	Storyline
	SummaryHTML  string    `json:"summary_html,omitempty"`
	Questions    []string  `json:"questions" doc:"Open questions."`
	Next         []Coming  `json:"next" doc:"What is scheduled, the soonest first."`
	Subjects     []Link    `json:"subjects" doc:"Key people and places."`
	Timeline     []Moment  `json:"timeline" doc:"The latest rows of its articles' timelines, the latest first; at most 100."`
	TimelineList string    `json:"timeline_list" format:"uri" doc:"All of these rows, in this API."`
	Latest       []Summary `json:"latest" doc:"Its newest articles, at most ten; the address under list has all."`
}

// Coming is something that is scheduled.
type Coming struct {
	When  string `json:"when" doc:"Day, month or year, or a time with the site's offset." example:"2026-12-02T14:00:00+01:00"`
	What  string `json:"what"`
	Where string `json:"where,omitempty"`
}

// Comment is a public comment.
type Comment struct {
	ID      string     `json:"id"`
	Parent  string     `json:"parent,omitempty" doc:"The comment that it answers."`
	Thread  string     `json:"thread" doc:"First comment of its thread."`
	Gone    bool       `json:"gone" doc:"Whether only its place is left: it was removed after it was answered."`
	Kind    string     `json:"kind" enum:"comment,pingback,trackback,webmention"`
	Name    string     `json:"name,omitempty"`
	Website string     `json:"website,omitempty" format:"uri"`
	At      time.Time  `json:"at"`
	Edited  *time.Time `json:"edited,omitempty"`
	HTML    string     `json:"html,omitempty"`
	Staff   bool       `json:"staff" doc:"Whether somebody of the newsroom wrote it."`
	Byline  bool       `json:"byline" doc:"Whether an author of the article wrote it."`
	Picked  bool       `json:"picked" doc:"Whether editors picked it."`
	Likes   int64      `json:"likes"`
}

// Hit is a result of a search.
type Hit struct {
	Summary
	Snippet []Span `json:"snippet" doc:"A passage of it in pieces."`
}

// Span is a piece of a snippet.
type Span struct {
	Text  string `json:"text"`
	Match bool   `json:"match" doc:"Whether it is a word of the question."`
}

// Found is what a search found.
type Found struct {
	Items   []Hit    `json:"items"`
	Next    string   `json:"next,omitempty" format:"uri" doc:"Address of the next page; left out on the last."`
	Count   int64    `json:"count" doc:"All results; at least so many unless exact."`
	Exact   bool     `json:"exact"`
	Facets  Facets   `json:"facets" doc:"How the results can be narrowed."`
	Rough   bool     `json:"rough" doc:"Whether the facets' counts are estimates."`
	Instead string   `json:"instead,omitempty" doc:"What was searched in place of the question, which finds nothing."`
	Relaxed bool     `json:"relaxed" doc:"Whether no article has all words and these have most."`
	DidMean string   `json:"did_you_mean,omitempty" doc:"A question that finds more."`
	Notes   []string `json:"notes" doc:"Parts of the question that were not understood and searched as words."`
}

// Facets count results by section, author, year and tag, the most frequent
// first, at most eight of each.
type Facets struct {
	Sections []Facet `json:"sections"`
	Authors  []Facet `json:"authors"`
	Years    []Facet `json:"years"`
	Tags     []Facet `json:"tags"`
}

// Facet is how many of the results have a value.
type Facet struct {
	Value string `json:"value" doc:"For the parameter of the name."`
	Label string `json:"label"`
	Count int64  `json:"count"`
}

// List is a page of a list.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" format:"uri" doc:"Address of the next page; left out on the last. A page may have fewer things than asked for, even none, and go on."`
}

// SiteInfo is the site, and where everything is.
type SiteInfo struct {
	Title    string    `json:"title"`
	Tagline  string    `json:"tagline,omitempty"`
	URL      string    `json:"url" format:"uri"`
	Language string    `json:"language" example:"en-GB"`
	Zone     string    `json:"zone" doc:"Time zone of the site." example:"Europe/London"`
	Articles int64     `json:"articles" doc:"How many articles it has published."`
	Logo     *Picture  `json:"logo,omitempty"`
	Version  string    `json:"version" doc:"Of this API." example:"1"`
	Links    SiteLinks `json:"links"`
	Feeds    []Feed    `json:"feeds"`
}

// SiteLinks are where this API begins.
type SiteLinks struct {
	Description string `json:"description" format:"uri" doc:"OpenAPI 3.1."`
	Articles    string `json:"articles" format:"uri"`
	Sections    string `json:"sections" format:"uri"`
	Tags        string `json:"tags" format:"uri"`
	Authors     string `json:"authors" format:"uri"`
	Subjects    string `json:"subjects" format:"uri"`
	Quotes      string `json:"quotes" format:"uri"`
	Accounts    string `json:"accounts" format:"uri"`
	Storylines  string `json:"storylines" format:"uri"`
	Search      string `json:"search" format:"uri"`
	Ninjs       string `json:"ninjs" format:"uri"`
	Changes     string `json:"changes" format:"uri" doc:"All articles in the order in which they changed, for keeping a copy."`
}

// Feed is a feed of the whole site.
type Feed struct {
	Type string `json:"type" example:"application/feed+json"`
	URL  string `json:"url" format:"uri"`
}

// Problem is an error after RFC 9457.
type Problem struct {
	Type   string `json:"type" doc:"Names the kind of problem." example:"about:blank"`
	Title  string `json:"title" example:"Bad Request"`
	Status int    `json:"status" example:"400"`
	Code   string `json:"code" doc:"The same in one word." example:"invalid"`
	Detail string `json:"detail,omitempty" doc:"What is wrong."`
	Hint   string `json:"hint,omitempty" doc:"What to do."`
	Error  string `json:"error,omitempty" doc:"Number of a fault of the server, to name to its operator."`
}
