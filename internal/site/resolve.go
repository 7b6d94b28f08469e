package site

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/fault"
	"dateline/internal/importer"
	"dateline/internal/quote"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
)

// part is what the end of an address asks for of the thing before it, as
// WordPress writes it: a feed, a page of a list, a part of an article …
type part struct {
	feed     string // "rss", "atom", "json"
	page     int64  // of a list, or of an article in parts
	bare     bool   // the page is a number alone, "/2/": only articles are divided so
	comments int64  // page of threads, counted from 1
	versions bool   // of an article: its public record
	version  int64  // one of them, by its number
	timeline bool   // of a storyline or an entry of the register
	until    string // the latest day, month or year of it; "" for the newest
	twin     bool   // /amp/, /embed/, /trackback/: leads to the thing itself
}

var (
	feedEnd    = regexp.MustCompile(`^(.*?)/feed(?:/(rss|rss2|rdf|atom|json))?$`)
	pageEnd    = regexp.MustCompile(`^(.*?)/page/([0-9]{1,9})$`)
	commentEnd = regexp.MustCompile(`^(.*?)/comment-page-([0-9]{1,9})$`)
	twinEnd    = regexp.MustCompile(`^(.*?)/(?:amp|embed|trackback)$`)
	versionEnd = regexp.MustCompile(`^(.*?)/versions(?:/([1-9][0-9]{0,5}))?$`)
	// What begins a page of a timeline may be a month or a year, with zeros.
	timelineEnd = regexp.MustCompile(`^(.*?)/timeline(?:/([0-9]{4}(?:-[0-9]{2}-[0-9]{2})?))?$`)
	numberEnd   = regexp.MustCompile(`^(.*?)/([0-9]{1,4})$`)
	dayPath     = regexp.MustCompile(`^/([0-9]{4})(?:/([0-9]{1,2})(?:/([0-9]{1,2}))?)?$`)
)

// Answer finds what is at an address and returns its page, a redirect or a
// page that says why there is none.
func (s *Site) Answer(ctx context.Context, ask Ask) (Answer, error) {
	c, err := s.scene(ctx, ask)
	if err != nil {
		return Answer{}, err
	}
	answer, err := c.resolve()
	if fault.Is(err, fault.NotFound) {
		answer, err = s.fromFolder(ctx, ask, c.conf.SourceURL)
	}
	if err == nil && answer.Status == 301 && len(ask.Query) == 0 && samePath(answer.Location, ask.Path) {
		return c.notFound() // better than to lead somebody in a circle
	}
	if fault.Is(err, fault.NotFound) {
		return c.notFound()
	}
	return answer, err
}

// fromFolder leads from an address below the folder in which the imported site
// stood to the address without it, in one step.
func (s *Site) fromFolder(ctx context.Context, ask Ask, source string) (Answer, error) {
	none := fault.New(fault.NotFound, "not below the old site's folder")
	_, folder, ok := strings.Cut(source, "/")
	rest, below := strings.CutPrefix(urlpath.Key(ask.Path), urlpath.Key("/"+folder))
	if !ok || folder == "" || !below || rest != "" && rest[0] != '/' {
		return Answer{}, none
	}
	if strings.HasPrefix(rest, "/wp-content/") {
		return moved(urlpath.Escape(rest)), nil
	}
	ask.Path = urlpath.Escape(rest) + "/"
	c, err := s.scene(ctx, ask)
	if err != nil {
		return Answer{}, err
	}
	answer, err := c.resolve()
	if err != nil || answer.Status != 200 {
		return answer, err
	}
	return moved(ask.Path), nil
}

func (c *scene) resolve() (Answer, error) {
	key := urlpath.Key(c.ask.Path)
	if key == "" {
		return Answer{}, fault.New(fault.NotFound, "not an address")
	}
	if answer, done, err := c.legacyQuery(key); done || err != nil {
		return answer, err
	}
	if answer, done, err := c.fixed(key); done || err != nil {
		return answer, err
	}
	answer, err := c.at(key, part{})
	if !fault.Is(err, fault.NotFound) {
		return answer, err
	}
	if base, p, ok := splitPart(key); ok {
		answer, err = c.at(base, p)
		if !fault.Is(err, fault.NotFound) {
			return answer, err
		}
	}
	return c.guess(key)
}

// splitPart takes the ending of an address off. The number of an article's
// part comes last, so that "/2026/11" stays a month.
func splitPart(key string) (base string, p part, ok bool) {
	if m := feedEnd.FindStringSubmatch(key); m != nil {
		return root(m[1]), part{feed: feedKind(m[2])}, true
	}
	if m := pageEnd.FindStringSubmatch(key); m != nil {
		return root(m[1]), part{page: number(m[2])}, true
	}
	if m := commentEnd.FindStringSubmatch(key); m != nil {
		return root(m[1]), part{comments: number(m[2])}, true
	}
	if m := twinEnd.FindStringSubmatch(key); m != nil {
		return root(m[1]), part{twin: true}, true
	}
	if m := versionEnd.FindStringSubmatch(key); m != nil {
		return root(m[1]), part{versions: true, version: number(m[2])}, true
	}
	if m := timelineEnd.FindStringSubmatch(key); m != nil {
		return root(m[1]), part{timeline: true, until: m[2]}, true
	}
	if m := numberEnd.FindStringSubmatch(key); m != nil {
		return root(m[1]), part{page: number(m[2]), bare: true}, true
	}
	return "", part{}, false
}

func root(base string) string {
	if base == "" {
		return "/"
	}
	return base
}

func feedKind(name string) string {
	switch name {
	case "atom", "json":
		return name
	}
	return "rss"
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64) // the patterns allow nine digits at most
	return n
}

// subscriberKey is the key of the sign-up page's address.
const subscriberKey = "/newsletter"

// fixed answers the addresses that belong to the site itself.
func (c *scene) fixed(key string) (Answer, bool, error) {
	var answer Answer
	var err error
	switch key {
	case "/":
		answer, err = c.home(1)
	case "/feeds":
		answer, err = c.feedsPage()
	case "/search":
		if answer, done, err := c.taken(key); done || err != nil {
			return answer, done, err
		}
		answer, err = c.searchPage()
	case "/archive":
		if answer, done, err := c.taken(key); done || err != nil {
			return answer, done, err
		}
		answer, err = c.archiveFront()
	case subscriberKey:
		if answer, done, err := c.taken(key); done || err != nil {
			return answer, done, err
		}
		answer, err = c.signUpPage(Tried{})
	case "/corrections":
		if answer, done, err := c.taken(key); done || err != nil {
			return answer, done, err
		}
		answer, err = c.correctionsPage(0)
	default:
		if answer, done, err := c.newsletterAt(key); done || err != nil {
			return answer, done, err
		}
		if m := correctionsAfter.FindStringSubmatch(key); m != nil {
			answer, err = c.correctionsPage(number(m[1]))
			return answer, true, err
		}
		if answer, done, err := c.quotesAt(key); done || err != nil {
			return answer, done, err
		}
		if answer, done, err := c.talkAt(key); done || err != nil {
			return answer, done, err
		}
		if answer, done, err := c.subjectsAt(key); done || err != nil {
			return answer, done, err
		}
		if answer, done, err := c.storylinesAt(key); done || err != nil {
			return answer, done, err
		}
		answer, err = c.machine(key)
		if fault.Is(err, fault.NotFound) {
			return Answer{}, false, nil
		}
	}
	return answer, true, err
}

// taken lets a standing page of the newsroom's own stand at an address that
// Dateline would answer otherwise.
func (c *scene) taken(key string) (Answer, bool, error) {
	c.shows(article.AddressKey(key))
	answer, err := c.at(key, part{})
	if fault.Is(err, fault.NotFound) {
		return Answer{}, false, nil
	}
	return answer, true, err
}

// at answers for the thing at a key.
func (c *scene) at(key string, p part) (Answer, error) {
	if key == "/" {
		switch {
		case p.feed != "":
			return c.listFeed(article.ScopeSite, 0, p.feed)
		case p.bare, p.versions, p.timeline:
			return Answer{}, fault.New(fault.NotFound, "the front has no parts")
		case p.page > 0:
			return c.home(p.page)
		}
		return c.home(1)
	}
	if key == "/comments" && p.feed != "" {
		return c.commentFeed(p.feed)
	}
	if key == "/corrections" && p.feed != "" {
		return c.correctionsFeed(p.feed)
	}
	if speaker, below := strings.CutPrefix(key+"/", quote.Base); below && p.feed != "" && strings.Count(speaker, "/") < 2 {
		return c.quotesFeed(speakerOf(key), p.feed)
	}
	if key == "/search" && p.feed != "" {
		return c.searchFeed(p.feed)
	}
	addr, err := c.public.Address(c.ctx, key)
	switch {
	case err == nil:
		return c.show(addr, p)
	case !fault.Is(err, fault.NotFound) || p.versions || p.timeline:
		return Answer{}, err
	}
	if answer, err := c.listAt(key, p); !fault.Is(err, fault.NotFound) {
		return answer, err
	}
	return c.dayAt(key, p)
}

// show answers for an address.
func (c *scene) show(addr article.Address, p part) (Answer, error) {
	if p.versions && addr.Kind != article.AddressArticle && addr.Kind != article.AddressGone && addr.Of != article.AddressArticle {
		return Answer{}, fault.New(fault.NotFound, "only articles have versions")
	}
	if p.timeline && !hasTimeline(addr.Kind) && (addr.Kind != article.AddressRedirect || !hasTimeline(addr.Of)) {
		return Answer{}, fault.New(fault.NotFound, "only storylines and entries of the register have timelines")
	}
	switch addr.Kind {
	case article.AddressArticle:
		return c.articleAt(addr.Target, p)
	case article.AddressAttachment:
		return c.attachmentPage(addr.Target, p)
	case article.AddressSection, article.AddressTag, article.AddressAuthor, article.AddressTerm, article.AddressSubject, article.AddressStoryline:
		return c.listOf(addr.Kind, addr.Target, p)
	case article.AddressGone:
		return c.gone(addr)
	case article.AddressRedirect:
		return c.follow(addr, p)
	}
	return Answer{}, fault.New(fault.Internal, "address %q has the unknown kind %q", addr.Key, addr.Kind)
}

// follow leads to the present address of a redirect's target, in one step.
func (c *scene) follow(addr article.Address, p part) (Answer, error) {
	if addr.Location != "" {
		answer := moved(addr.Location)
		answer.Keys = append(answer.Keys, article.AddressKey(addr.Key))
		return answer, nil
	}
	path, key, err := c.pathOf(addr.Of, addr.Target)
	if err != nil {
		return Answer{}, err
	}
	p.bare = addr.Of == article.AddressArticle
	answer := moved(p.under(path))
	answer.Keys = append(answer.Keys, key, article.AddressKey(addr.Key))
	return answer, nil
}

// under is the address of the part of what is at path, which may end in
// ".html".
func (p part) under(path string) string { return under(path, p.suffix()) }

func under(path, rest string) string {
	if rest != "" && !strings.HasSuffix(path, "/") {
		path += "/"
	}
	return path + rest
}

func (p part) suffix() string {
	switch {
	case p.versions && p.version > 0:
		return "versions/" + strconv.FormatInt(p.version, 10) + "/"
	case p.versions:
		return "versions/"
	case p.timeline && p.until != "":
		return "timeline/" + p.until + "/"
	case p.timeline:
		return "timeline/"
	case p.feed == "rss":
		return "feed/"
	case p.feed != "":
		return "feed/" + p.feed + "/"
	case p.comments > 1:
		return "comment-page-" + strconv.FormatInt(p.comments, 10) + "/"
	case p.page > 1 && p.bare:
		return strconv.FormatInt(p.page, 10) + "/"
	case p.page > 1:
		return "page/" + strconv.FormatInt(p.page, 10) + "/"
	}
	return ""
}

// pathOf returns the canonical path of a thing that readers may see, and its
// surrogate key.
func (c *scene) pathOf(kind string, id int64) (path, key string, err error) {
	switch kind {
	case article.AddressArticle:
		a, _, err := c.public.Read(c.ctx, id)
		path = urlpath.Escape(a.Path)
		if id == c.conf.FrontPage {
			path = "/"
		}
		return path, "article:" + strconv.FormatInt(id, 10), err
	case article.AddressAttachment:
		m, err := c.publicMedium(id)
		if path = c.attachmentPath(m); err == nil && path == "" {
			err = fault.New(fault.NotFound, "the medium has no page of its own")
		}
		return path, "media:" + strconv.FormatInt(id, 10), err
	}
	l, _, err := c.shownListing(kind, id)
	return l.path, l.key(), err
}

// listAt answers for sections, tags and authors at their computed addresses.
func (c *scene) listAt(key string, p part) (Answer, error) {
	bases := append([]settings.Base{
		{Kind: article.AddressSection, Word: c.conf.SectionBase},
		{Kind: article.AddressTag, Word: c.conf.TagBase},
		{Kind: article.AddressAuthor, Word: c.conf.AuthorBase},
	}, c.conf.FormerBases...)
	for _, base := range bases {
		prefix := urlpath.Key("/" + base.Word)
		rest, ok := strings.CutPrefix(key, prefix+"/")
		if !ok {
			continue
		}
		id, err := c.listID(base.Kind, rest)
		if err == nil {
			return c.listOf(base.Kind, id, p)
		}
		if !fault.Is(err, fault.NotFound) {
			return Answer{}, err
		}
	}
	return Answer{}, fault.New(fault.NotFound, "no list at %s", key)
}

// dayAt answers for the archives of a year, a month or a day.
func (c *scene) dayAt(key string, p part) (Answer, error) {
	m := dayPath.FindStringSubmatch(key)
	if m == nil {
		return Answer{}, fault.New(fault.NotFound, "no archive at %s", key)
	}
	year, month, day := number(m[1]), number(m[2]), number(m[3])
	if m[2] != "" && (month < 1 || month > 12) || m[3] != "" && (day < 1 || day > 31) {
		return Answer{}, fault.New(fault.NotFound, "no such day")
	}
	return c.archivePage(int(year), time.Month(month), int(day), p)
}

// guess helps with an address that is nearly right, as WordPress does: a wrong
// date or section before an address word that exists.
func (c *scene) guess(key string) (Answer, error) {
	base, p := key, part{}
	if b, q, ok := splitPart(key); ok && q.page == 0 && !q.timeline {
		base, p = b, q
	}
	slug := base[strings.LastIndexByte(base, '/')+1:]
	slug = strings.TrimSuffix(slug, ".html")
	if slug == "" {
		return Answer{}, fault.New(fault.NotFound, "nothing to guess from")
	}
	var when time.Time
	if m := regexp.MustCompile(`^/([0-9]{4})/([0-9]{1,2})(?:/([0-9]{1,2}))?/`).FindStringSubmatch(base); m != nil {
		when = time.Date(int(number(m[1])), time.Month(number(m[2])), max(int(number(m[3])), 1), 12, 0, 0, 0, c.zone)
	}
	a, err := c.public.BySlug(c.ctx, slug, when)
	if err != nil {
		return Answer{}, err
	}
	answer := moved(p.under(urlpath.Escape(a.Path)))
	answer.Keys = append(answer.Keys, "article:"+strconv.FormatInt(a.ID, 10))
	return answer, nil
}

// legacyQuery answers the query addresses of WordPress: ?p=12, ?cat=3, ?s=word …
func (c *scene) legacyQuery(key string) (Answer, bool, error) {
	if key != "/" && key != "/index.php" {
		return Answer{}, false, nil
	}
	answer, done, err := c.queried(c.ask.Query)
	if !done && key == "/index.php" {
		return moved("/"), true, nil
	}
	return answer, done, err
}

func (c *scene) queried(q url.Values) (Answer, bool, error) {
	if q.Has("s") {
		return moved("/search/?q=" + url.QueryEscape(q.Get("s"))), true, nil
	}
	if q.Has("feed") {
		kind := feedKind(q.Get("feed"))
		if strings.HasPrefix(q.Get("feed"), "comments-") {
			return moved("/comments/" + part{feed: feedKind(strings.TrimPrefix(q.Get("feed"), "comments-"))}.suffix()), true, nil
		}
		return moved("/" + part{feed: kind}.suffix()), true, nil
	}
	for _, number := range numbered {
		if v := q.Get(number.name); v != "" {
			answer, err := c.imported(number, v)
			return answer, true, err
		}
	}
	for _, word := range worded {
		if v := q.Get(word.name); v != "" {
			answer, err := c.named(word.kind, v)
			return answer, true, err
		}
	}
	if m := q.Get("m"); m != "" {
		answer, err := c.month(m)
		return answer, true, err
	}
	return Answer{}, false, nil
}

// worded are the query addresses of WordPress that name a thing by its address
// word, the most telling first.
var worded = []struct{ name, kind string }{{"name", ""}, {"pagename", ""}, {"category_name", article.AddressSection},
	{"tag", article.AddressTag}, {"author_name", article.AddressAuthor}}

type numberAddress struct {
	name  string
	kinds []string // of import_key
	of    string   // address kind
}

// numbered are the query addresses of WordPress that name a thing by its
// number, with what an import made of it.
var numbered = []numberAddress{
	{"p", []string{importer.KindPost, importer.KindPage}, article.AddressArticle},
	{"page_id", []string{importer.KindPage, importer.KindPost}, article.AddressArticle},
	{"attachment_id", []string{importer.KindAttachment}, article.AddressAttachment},
	{"cat", []string{"number/category"}, article.AddressSection},
	{"tag_id", []string{"number/post_tag"}, article.AddressTag},
	{"author", []string{"number/author"}, article.AddressAuthor},
}

// imported leads from a number of the old site to the present address.
func (c *scene) imported(n numberAddress, number string) (Answer, error) {
	for _, kind := range n.kinds {
		id, err := importer.LookUp(c.ctx, c.db, c.conf.SourceURL, kind, number)
		if notFound(err) {
			continue
		}
		if err != nil {
			return Answer{}, err
		}
		return c.follow(article.Address{Kind: article.AddressRedirect, Target: id, Of: n.of}, part{})
	}
	if n.name == "p" { // attachments answered at ?p= too
		return c.imported(numbered[2], number)
	}
	return Answer{}, fault.New(fault.NotFound, "nothing was imported from %s", number)
}

func (c *scene) named(kind, name string) (Answer, error) {
	if kind == "" {
		a, err := c.public.BySlug(c.ctx, urlpath.Slug(name), time.Time{})
		if err != nil {
			return Answer{}, err
		}
		return moved(urlpath.Escape(a.Path)), nil
	}
	id, err := c.listID(kind, name)
	if err != nil {
		return Answer{}, err
	}
	l, _, err := c.shownListing(kind, id)
	if err != nil {
		return Answer{}, err
	}
	return moved(l.path), nil
}

func (c *scene) month(m string) (Answer, error) {
	for _, layout := range []string{"20060102", "200601", "2006"} {
		if t, err := time.ParseInLocation(layout, m, c.zone); err == nil && len(m) == len(layout) {
			path := strings.TrimSuffix(t.Format("2006/01/02")[:map[int]int{8: 10, 6: 7, 4: 4}[len(m)]], "/")
			return moved("/" + path + "/"), nil
		}
	}
	return Answer{}, fault.New(fault.NotFound, "no such month")
}

func (c *scene) listID(kind, name string) (int64, error) {
	switch kind {
	case article.AddressSection:
		sec, err := taxonomy.SectionByPath(c.ctx, c.db, name)
		if fault.Is(err, fault.NotFound) { // WordPress looks at the last word only
			sec, err = taxonomy.SectionBySlug(c.ctx, c.db, name[strings.LastIndexByte(name, '/')+1:])
		}
		return sec.ID, err
	case article.AddressTag:
		tag, err := taxonomy.TagBySlug(c.ctx, c.db, name)
		return tag.ID, err
	}
	return c.authorID(name)
}

// samePath reports whether two escaped paths differ in nothing but the way
// they are escaped.
func samePath(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := url.PathUnescape(a)
	y, errY := url.PathUnescape(b)
	return errX == nil && errY == nil && x == y
}
