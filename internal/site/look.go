package site

import (
	"cmp"
	"context"
	"time"

	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/db"
	"dateline/internal/i18n"
	"dateline/internal/media"
	"dateline/internal/quote"
	"dateline/internal/register"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/storyline"
	"dateline/internal/taxonomy"
	"dateline/internal/view"
)

// Look is what readers may see, for a surface that shows it otherwise than as
// pages: the same things at the same addresses, through the same gates. It
// notes the surrogate keys of all that it has shown, and serves one answer.
type Look struct{ c *scene }

// Look begins one.
func (s *Site) Look(ctx context.Context) (*Look, error) {
	c, err := s.scene(ctx, Ask{Path: "/"})
	return &Look{c}, err
}

// Conf returns the site's settings.
func (l *Look) Conf() settings.Site { return l.c.conf }

// Zone is the site's time zone.
func (l *Look) Zone() *time.Location { return l.c.zone }

// Now is the moment of the answer in the site's zone.
func (l *Look) Now() time.Time { return l.c.now }

// Words are the site's.
func (l *Look) Words() *i18n.Printer { return l.c.words }

// Public reads articles.
func (l *Look) Public() *article.Public { return l.c.public }

// Shows notes that the answer shows a thing.
func (l *Look) Shows(keys ...string) { l.c.shows(keys...) }

// Keys are those of everything that the answer has shown so far.
func (l *Look) Keys() []string { return l.c.keys }

// Until notes that the answer becomes untrue at a time; zero is never.
func (l *Look) Until(at time.Time) { l.c.until(at) }

// Ends is when the answer becomes untrue by itself, zero for never.
func (l *Look) Ends() time.Time { return l.c.ends }

// MaxAge is how long a shared cache may keep an answer.
func (l *Look) MaxAge() time.Duration { return l.c.maxAge() }

// Abs is the whole address of a path of the site.
func (l *Look) Abs(path string) string { return l.c.abs(path) }

// TagURI names a thing for ever, whatever address it moves to.
func (l *Look) TagURI(kind string, id int64) string { return l.c.tagURI(kind, id) }

// Owner is what a list of articles is of. Of the fields behind Count, that of
// its kind is set.
type Owner struct {
	Kind        string // article.ScopeSection …
	ID          int64
	Path        string
	Name        string
	Description string
	Count       int64 // articles in its list

	Section   taxonomy.Section
	Profile   author.Profile
	Entry     register.Entry
	Storyline storyline.Storyline
	Tag       taxonomy.Tag
}

// Owner returns the section, tag, author, entry of the register or storyline of
// an id, what it became when it was merged; NotFound when readers may not know
// of it.
func (l *Look) Owner(kind string, id int64) (Owner, error) {
	found, n, err := l.c.shownListing(kind, id)
	if err != nil {
		return Owner{}, err
	}
	l.Shows(found.key(), db.ListKey(found.scope, found.id))
	o := Owner{Kind: found.scope, ID: found.id, Path: found.path, Name: found.name, Description: found.description, Count: n,
		Section: found.section, Profile: found.profile, Entry: found.entry, Storyline: found.line}
	if kind == article.AddressTag {
		o.Tag, err = l.c.tag(found.id)
	}
	return o, err
}

// Lineage returns a section and those above it, the top one first.
func (l *Look) Lineage(id int64) ([]taxonomy.Section, error) { return l.c.lineage(id) }

// Author returns a profile whose name stands over an article that readers see,
// and its path.
func (l *Look) Author(id int64) (p author.Profile, path string, err error) {
	p, err = l.c.author(id)
	if err == nil {
		l.Shows(db.Key("author", id))
	}
	return p, authorPath(l.c.conf, p), err
}

// SectionPath is the path of a section.
func (l *Look) SectionPath(s taxonomy.Section) string { return sectionPath(l.c.conf, s) }

// TagPath is the path of a tag.
func (l *Look) TagPath(t taxonomy.Tag) string { return tagPath(l.c.conf, t) }

// AuthorPath is the path of an author.
func (l *Look) AuthorPath(p author.Profile) string { return authorPath(l.c.conf, p) }

// Section returns a section that an article which readers see stands in.
func (l *Look) Section(id int64) (taxonomy.Section, error) {
	s, err := l.c.section(id)
	if err == nil {
		l.Shows(db.Key("section", id))
	}
	return s, err
}

// Tags returns the tags of an article that readers see.
func (l *Look) Tags(ids []int64) ([]taxonomy.Tag, error) {
	tags, err := l.c.tagsOf(ids)
	for _, t := range tags {
		l.Shows(db.Key("tag", t.ID))
	}
	return tags, err
}

// Media returns those of some media that readers may see.
func (l *Look) Media(ids []int64) (map[int64]media.Medium, error) {
	for _, id := range ids {
		l.Shows(db.Key("media", id))
	}
	all, err := l.c.media.GetMany(l.c.ctx, l.c.db, ids)
	for id, m := range all {
		if !m.Public {
			delete(all, id)
		}
	}
	return all, err
}

// HTML is a document as feeds have it: plain elements and whole addresses.
func (l *Look) HTML(d richtext.Doc) (string, error) { return l.c.feedHTML(d) }

// Accounts returns the shared accounts of a document as they are now.
func (l *Look) Accounts(d richtext.Doc) (map[int64]richtext.Accounts, error) {
	return l.c.accountsIn(d)
}

// Changed is when what readers see of an article changed last.
func (l *Look) Changed(a *article.Article, body richtext.Doc) (time.Time, error) {
	return l.c.changedAt(a, body)
}

// QuotePath is where a quote stands.
func (l *Look) QuotePath(q *quote.Quote) string {
	l.Shows(db.Key("article", q.Article.ID))
	return placeOfQuote(q)
}

// PartPath is where a place in a part of an article is.
func (l *Look) PartPath(path string, n int, anchor string) string {
	path = part{bare: true, page: int64(n)}.under(path)
	if anchor != "" {
		path += "#" + anchor
	}
	return path
}

// CommentsOpen tells whether readers may write under an article.
func (l *Look) CommentsOpen(a *article.Article) bool { return l.c.commentsOpen(a) }

// Feeds are the feeds below an address.
func (l *Look) Feeds(base, title string) []view.Feed { return l.c.feedsOf(base, title) }

// Labels are the words that a document's renderer adds.
func (l *Look) Labels() *richtext.Labels { return labels(l.c.words) }

// Publisher is who publishes the site.
func (l *Look) Publisher() string { return cmp.Or(l.c.conf.Publisher, l.c.conf.Title) }
