package wxr

// Record is one of *Channel, *Author, *Term, *Item.
type Record interface{ record() }

// Channel holds the site's facts. It comes before the first author, term or
// item; a second one follows at the end of the channel when fields of it stood
// further down.
type Channel struct {
	Line        int
	Title       string
	Link        string // the site's front page
	Description string // the tagline
	Language    string // such as "en-US"
	PubDate     string // when the export was made, RFC 1123
	Generator   string // such as "https://wordpress.org/?v=6.4.3"
	WXRVersion  string // "" in some files of version 1.0
	BaseSiteURL string // the root of a multisite network
	BaseBlogURL string // the root of this site
	Image       string // address of the site icon
}

// Author is a user of the site who has posts. ID is 0 in old files; Login is
// what Item.Creator names.
type Author struct {
	Line        int
	ID          int64
	Login       string
	Email       string
	DisplayName string
	FirstName   string
	LastName    string
	Description string // few exporters write it
	Meta        []Meta
}

// Term is a category (Taxonomy "category"), a tag ("post_tag") or a term of any
// other taxonomy; menus have "nav_menu". Slug may be percent-encoded. Parent is
// the parent's slug; it may come later in the file. Name and Description are
// HTML text: entities stand in them as in WordPress's database.
type Term struct {
	Line        int
	Element     string // category, tag or term: what the file calls it; a menu or a category may come as term
	ID          int64
	Taxonomy    string
	Slug        string
	Parent      string
	Name        string
	Description string
	Meta        []Meta
}

// Item is a post of any type with everything that belongs to it. Texts are as
// stored by WordPress: Title is HTML text, Content is raw post content (blocks,
// shortcodes, classic text), dates are "2006-01-02 15:04:05" or zeros; ParseTime
// and ParsePubDate read them.
type Item struct {
	Line   int   // of the item's start tag
	Offset int64 // of the item's start tag, in bytes of decoded text

	Title       string
	Link        string
	PubDate     string
	Creator     string // login of the author
	GUID        string // an identity, not an address to trust
	Description string
	Content     string
	Excerpt     string

	ID            int64
	Date          string // in the site's zone
	DateGMT       string
	Modified      string
	ModifiedGMT   string
	CommentStatus string // open, closed
	PingStatus    string
	Slug          string // post_name, may be percent-encoded
	Status        string // publish, future, draft, pending, private, inherit, trash, …
	Parent        int64
	MenuOrder     int
	Type          string // post, page, attachment, nav_menu_item, wp_block, …
	Password      string
	Sticky        bool
	AttachmentURL string

	Terms      []TermRef
	Meta       []Meta
	Comments   []Comment
	Enclosures []Enclosure // from enclosure meta and <enclosure> elements
	Extra      []Extra     // elements that WordPress itself does not write
}

// TermRef names a term of an item by taxonomy and slug. Slug is "" when an old
// file gives only the name.
type TermRef struct {
	Taxonomy string
	Slug     string
	Name     string
}

// Meta is one custom field. Values may be PHP-serialised; keys repeat.
type Meta struct {
	Key   string
	Value string
}

// Comment is a reader's comment, pingback or trackback. Content is HTML with
// line breaks. Parent may be missing from the file or come later in it.
type Comment struct {
	Line        int
	ID          int64
	Author      string
	AuthorEmail string
	AuthorURL   string
	AuthorIP    string
	Date        string
	DateGMT     string
	Content     string
	Approved    string // 1, 0, spam, trash, post-trashed
	Type        string // "" or comment, pingback, trackback
	Parent      int64
	UserID      int64
	Meta        []Meta
}

// Enclosure is a media file that a feed announces with the item.
type Enclosure struct {
	URL    string
	Length int64 // bytes, 0 when unknown
	Type   string
}

// Extra is an element of an item that this package has no field for.
type Extra struct {
	Name  string // as written, with its prefix
	Value string
}

func (*Channel) record() {}
func (*Author) record()  {}
func (*Term) record()    {}
func (*Item) record()    {}

// First returns the value of the first meta with the key, or "".
func First(meta []Meta, key string) string {
	for i := range meta {
		if meta[i].Key == key {
			return meta[i].Value
		}
	}
	return ""
}
