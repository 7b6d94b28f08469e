package api

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/register"
	"dateline/internal/richtext"
	"dateline/internal/urlpath"
)

// An article as partners print it: ninjs of the IPTC, "News in JSON".

// Ninjs is an item of ninjs 2.1. Only public articles are made into one, so it
// is never embargoed.
type Ninjs struct {
	URI                string             `json:"uri" format:"uri" doc:"A name for ever; a new version has the same."`
	Standard           NinjsStandard      `json:"standard"`
	Type               string             `json:"type" enum:"text,picture"`
	RepresentationType string             `json:"representationtype" enum:"full,partial" doc:"partial: of an item that may not be used, only its name is told."`
	Profile            string             `json:"profile,omitempty"`
	Version            string             `json:"version,omitempty" doc:"Counts the versions that readers have seen."`
	FirstCreated       *time.Time         `json:"firstcreated,omitempty"`
	VersionCreated     *time.Time         `json:"versioncreated,omitempty" doc:"When what readers see of it changed last, silent corrections included; of an item that may not be used, when it was taken away."`
	ContentCreated     *time.Time         `json:"contentcreated,omitempty"`
	PubStatus          string             `json:"pubstatus" enum:"usable,withheld,canceled" doc:"canceled: it was withdrawn for good, and ednote says why. withheld: it had been public and is not now. Take both down."`
	CopyrightHolder    string             `json:"copyrightholder,omitempty"`
	CopyrightNotice    string             `json:"copyrightnotice,omitempty"`
	UsageTerms         string             `json:"usageterms,omitempty"`
	EdNote             string             `json:"ednote,omitempty" doc:"What was corrected, the newest first; or why it was withdrawn."`
	Language           string             `json:"language,omitempty"`
	Headlines          []NinjsText        `json:"headlines,omitempty"`
	Descriptions       []NinjsText        `json:"descriptions,omitempty"`
	Bodies             []NinjsBody        `json:"bodies,omitempty"`
	People             []NinjsConcept     `json:"people,omitempty"`
	Organisations      []NinjsConcept     `json:"organisations,omitempty"`
	Places             []NinjsPlace       `json:"places,omitempty"`
	Events             []NinjsConcept     `json:"events,omitempty"`
	Subjects           []NinjsConcept     `json:"subjects,omitempty" doc:"Sections and tags."`
	Genres             []NinjsGenre       `json:"genres,omitempty"`
	InfoSources        []NinjsSource      `json:"infosources,omitempty"`
	Title              string             `json:"title,omitempty"`
	By                 string             `json:"by,omitempty"`
	Slugline           string             `json:"slugline,omitempty"`
	Located            string             `json:"located,omitempty"`
	Renditions         []NinjsRendition   `json:"renditions,omitempty"`
	Associations       []NinjsAssociation `json:"associations,omitempty" doc:"Pictures whose rights let others print them; all others are left out."`
	AltIDs             []NinjsID          `json:"altids,omitempty"`
}

// NinjsStandard names the standard.
type NinjsStandard struct {
	Name    string `json:"name" enum:"ninjs"`
	Version string `json:"version" enum:"2.1"`
	Schema  string `json:"schema" format:"uri"`
}

// NinjsText is a headline or a description.
type NinjsText struct {
	Role        string `json:"role,omitempty"`
	ContentType string `json:"contenttype,omitempty"`
	Value       string `json:"value"`
}

// NinjsBody is the text in one form.
type NinjsBody struct {
	Role        string `json:"role"`
	ContentType string `json:"contenttype"`
	CharCount   int    `json:"charcount" doc:"Characters of the text without markup."`
	WordCount   int64  `json:"wordcount"`
	Value       string `json:"value"`
}

// NinjsConcept is a person, an organisation, an event, a section or a tag.
type NinjsConcept struct {
	Name    string `json:"name"`
	Rel     string `json:"rel,omitempty" doc:"about, mentions, author, photographer, editor, section or tag."`
	URI     string `json:"uri,omitempty" format:"uri" doc:"Its item of Wikidata where it has one, else its page."`
	Literal string `json:"literal,omitempty"`
}

// NinjsPlace is a place with where it is.
type NinjsPlace struct {
	NinjsConcept
	GeoJSON *NinjsPoint `json:"geojson,omitempty"`
}

// NinjsPoint is a point of GeoJSON: longitude, then latitude.
type NinjsPoint struct {
	Type        string    `json:"type" enum:"Point"`
	Coordinates []float64 `json:"coordinates" minItems:"2" maxItems:"2"`
}

// NinjsGenre is the kind of an article.
type NinjsGenre struct {
	Name    string `json:"name"`
	URI     string `json:"uri,omitempty" format:"uri"`
	Literal string `json:"literal"`
}

// NinjsSource is where an article came from.
type NinjsSource struct {
	Name string `json:"name"`
	Role string `json:"role"`
	URI  string `json:"uri,omitempty" format:"uri"`
}

// NinjsRendition is a file.
type NinjsRendition struct {
	Name        string `json:"name"`
	Href        string `json:"href" format:"uri"`
	ContentType string `json:"contenttype"`
	Width       int    `json:"width,omitempty"`
	Height      int    `json:"height,omitempty"`
	Size        int64  `json:"sizeinbytes,omitempty"`
}

// NinjsAssociation is a picture of an article.
type NinjsAssociation struct {
	Name               string           `json:"name" doc:"lead, or picture-2 and so on, in the order of the text."`
	URI                string           `json:"uri" format:"uri"`
	Type               string           `json:"type" enum:"picture"`
	RepresentationType string           `json:"representationtype" enum:"full"`
	PubStatus          string           `json:"pubstatus" enum:"usable"`
	By                 string           `json:"by,omitempty"`
	CopyrightHolder    string           `json:"copyrightholder,omitempty"`
	UsageTerms         string           `json:"usageterms,omitempty"`
	Descriptions       []NinjsText      `json:"descriptions,omitempty"`
	Renditions         []NinjsRendition `json:"renditions"`
}

// NinjsID is another name of an article.
type NinjsID struct {
	Role  string `json:"role"`
	Value string `json:"value"`
}

// ninjsKeep are members without which an item says nothing, or may be used though
// it may not.
var ninjsKeep = []string{"uri", "pubstatus"}

const (
	ninjsType   = "application/ninjs+json"
	ninjsSchema = "http://www.iptc.org/std/ninjs/ninjs-schema_2.1.json"
	plainText   = "text/plain"
	htmlText    = "text/html"
)

func getNinjs(c *call) (any, error) {
	r, err := c.read()
	if err != nil {
		return nil, err
	}
	return c.ninjs(r)
}

// maxNinjs is how many whole articles a page has at most.
const maxNinjs = 20

func listNinjs(c *call) (any, error) {
	if c.inChanges() {
		return listNinjsChanges(c)
	}
	arts, next, err := c.walk()
	if err != nil {
		return nil, err
	}
	out := NinjsList{List: List[Ninjs]{Items: []Ninjs{}, Next: next}}
	for i := range arts {
		one, err := c.ninjsOf(&arts[i])
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, *one)
	}
	return out, nil
}

// ninjsOf reads the version of an article and makes an item of it.
func (c *call) ninjsOf(a *article.Article) (*Ninjs, error) {
	v, err := c.Public().Live(c.ctx, a)
	if err != nil {
		return nil, err
	}
	return c.ninjs(&reading{*a, v})
}

func (c *call) ninjs(r *reading) (*Ninjs, error) {
	a := &r.a
	c.Shows(db.Key("article", a.ID), article.BesideKey(a.ID))
	changed, err := c.Changed(a, r.version.Content.Body)
	if err != nil {
		return nil, err
	}
	out := &Ninjs{URI: c.TagURI("article", a.ID), Standard: NinjsStandard{"ninjs", "2.1", ninjsSchema}, Type: "text", RepresentationType: "full", Profile: "article",
		FirstCreated: utc(a.FirstPublished), ContentCreated: utc(a.FirstPublished), VersionCreated: utc(latest(changed, r.version.Published)), PubStatus: "usable", CopyrightHolder: c.Publisher(),
		CopyrightNotice: "© " + strconv.Itoa(a.FirstPublished.In(c.Zone()).Year()) + " " + c.Publisher(), Language: cmp.Or(a.Language, c.Conf().Locale), Title: a.Headline,
		By: a.BylineText, Slugline: a.Slug, Located: r.version.Content.Dateline,
		Headlines:  []NinjsText{{"main", plainText, a.Headline}},
		Renditions: []NinjsRendition{{Name: "page", Href: c.page(a), ContentType: htmlText}},
		AltIDs:     []NinjsID{{"id", ident(a.ID)}, {"url", c.page(a)}},
		Genres:     []NinjsGenre{{Name: string(a.Kind), URI: genres[a.Kind], Literal: string(a.Kind)}}}
	if r.version.Content.ShortHeadline != "" {
		out.Headlines = append(out.Headlines, NinjsText{"short", plainText, r.version.Content.ShortHeadline})
	}
	if a.Kicker != "" {
		out.Headlines = append(out.Headlines, NinjsText{"kicker", plainText, a.Kicker})
	}
	for role, text := range map[string]string{"summary": a.Standfirst, "excerpt": a.Excerpt} {
		if text != "" {
			out.Descriptions = append(out.Descriptions, NinjsText{role, plainText, text})
		}
	}
	slices.SortFunc(out.Descriptions, func(a, b NinjsText) int { return -strings.Compare(a.Role, b.Role) })
	for _, part := range []struct {
		members []string
		add     func(*reading, *Ninjs) error
	}{
		{[]string{"associations"}, c.ninjsPictures}, {[]string{"bodies"}, c.ninjsBodies}, {[]string{"people", "infosources"}, c.ninjsBylines}, {[]string{"subjects"}, c.ninjsTerms},
		{[]string{"people", "organisations", "places", "events"}, c.ninjsSubjects}, {[]string{"version", "ednote"}, c.ninjsVersion},
	} {
		if !c.picks.has(part.members...) {
			continue
		}
		if err := part.add(r, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// makers are what people are to an article who have not written it.
var makers = map[string]string{"photo": "photographer", "edited_by": "editor"}

// genres are the IPTC's names of kinds, where it has one.
var genres = map[article.Kind]string{
	article.KindAnalysis: "http://cv.iptc.org/newscodes/genre/Analysis", article.KindOpinion: "http://cv.iptc.org/newscodes/genre/Opinion",
	article.KindInterview: "http://cv.iptc.org/newscodes/genre/Interview", article.KindObituary: "http://cv.iptc.org/newscodes/genre/Obituary",
}

// passable returns the media of an article that others may print.
func (c *call) passable(ids []int64) (map[int64]media.Medium, error) {
	all, err := c.Media(ids)
	today := media.DayOf(c.Now())
	for id, m := range all {
		if !m.Rights.MayPassOn(today, c.Publisher(), c.Conf().Title) {
			delete(all, id)
		} else {
			c.Until(m.Rights.End(c.Zone()))
		}
	}
	return all, err
}

func (c *call) ninjsPictures(r *reading, out *Ninjs) error {
	uses := pictureUses(&r.version.Content)
	var ids []int64
	for _, use := range uses {
		ids = append(ids, use.Media)
	}
	known, err := c.passable(ids)
	for i, use := range uses {
		m, ok := known[use.Media]
		if !ok {
			continue
		}
		p := c.picture(&m, use)
		if p == nil {
			continue
		}
		name := "picture-" + strconv.Itoa(i+1)
		if r.version.Content.Lead != nil && use.Media == r.version.Content.Lead.Media {
			name = "lead"
		}
		one := NinjsAssociation{Name: name, URI: p.URL, Type: "picture", RepresentationType: "full", PubStatus: "usable", By: p.Credit,
			CopyrightHolder: cmp.Or(m.Rights.Holder, m.Meta[media.MetaCopyright]), UsageTerms: m.Rights.Licence, Renditions: []NinjsRendition{}}
		if p.Caption != "" {
			one.Descriptions = append(one.Descriptions, NinjsText{"caption", plainText, p.Caption})
		}
		if p.Alt != "" {
			one.Descriptions = append(one.Descriptions, NinjsText{"alternative", plainText, p.Alt})
		}
		for _, v := range m.Variants {
			if strings.HasPrefix(v.MIME, "image/") {
				one.Renditions = append(one.Renditions, NinjsRendition{Name: v.Name, Href: c.Abs(m.URL(v)), ContentType: v.MIME, Width: v.Width, Height: v.Height, Size: v.Bytes})
			}
		}
		out.Associations = append(out.Associations, one)
	}
	return err
}

// ninjsBodies gives the text without what is of our pages only, and without
// pictures and files that others may not print.
func (c *call) ninjsBodies(r *reading, out *Ninjs) error {
	known, err := c.passable(richtext.MediaIDs(r.version.Content.Body))
	if err != nil {
		return err
	}
	body := richtext.Doc{Version: r.version.Content.Body.Version, Content: passed(r.version.Content.Body.Content, known)}
	html, err := c.HTML(body)
	if err != nil {
		return err
	}
	records, err := c.Accounts(body)
	if err != nil {
		return err
	}
	text := richtext.PlainText(richtext.Doc{Version: body.Version, Content: c.spelled(body.Content, records)})
	chars := utf8.RuneCountInString(text)
	out.Bodies = []NinjsBody{{"html5", htmlText, chars, r.a.WordCount, html}, {"text", plainText, chars, r.a.WordCount, text}}
	return nil
}

// passed leaves out what others may not print.
func passed(nodes []richtext.Node, known map[int64]media.Medium) []richtext.Node {
	var out []richtext.Node
	for _, n := range nodes {
		switch n.Type {
		case "newsletter_box", "related_link", "more", "page_break":
			continue
		case "figure", "inline_image", "audio", "video", "file":
			if _, ok := known[number(n.Attrs["media"])]; !ok {
				continue
			}
		case "media_text":
			if n.Content = passed(n.Content, known); len(n.Content) == 0 || n.Content[0].Type != "figure" {
				out = append(out, n.Content...) // its text, without the picture beside it
				continue
			}
			out = append(out, n)
			continue
		}
		had := len(n.Content) > 0
		n.Content = passed(n.Content, known)
		if had && len(n.Content) == 0 && (n.Type == "gallery" || n.Type == "playlist") {
			continue
		}
		n.Attrs = unshown(n.Attrs, known)
		out = append(out, n)
	}
	return out
}

// unshown takes the pictures of films and embeds away that others may not print.
func unshown(attrs map[string]any, known map[int64]media.Medium) map[string]any {
	for _, name := range []string{"thumb", "poster"} {
		id := number(attrs[name])
		if _, ok := known[id]; id == 0 || ok {
			continue
		}
		kept := map[string]any{}
		for other, value := range attrs {
			if other != name {
				kept[other] = value
			}
		}
		attrs = kept
	}
	return attrs
}

// spelled writes shared accounts out, for a text that cannot refer to them.
func (c *call) spelled(nodes []richtext.Node, records map[int64]richtext.Accounts) []richtext.Node {
	var out []richtext.Node
	for _, n := range nodes {
		if n.Type != "shared_accounts" {
			n.Content = c.spelled(n.Content, records)
			out = append(out, n)
			continue
		}
		if r, ok := records[number(n.Attrs["record"])]; ok {
			out = append(out, r.Nodes(c.Labels())...)
		}
	}
	return out
}

func (c *call) ninjsBylines(r *reading, out *Ninjs) error {
	all, err := c.bylines(r)
	out.InfoSources = []NinjsSource{{Name: c.Publisher(), Role: "publisher", URI: c.Abs("/")}}
	for _, b := range all {
		if b.Role == "agency" {
			out.InfoSources = append(out.InfoSources, NinjsSource{Name: b.Name, Role: "agency"})
			continue
		}
		one := NinjsConcept{Name: b.Name, Rel: cmp.Or(makers[b.Role], "author")}
		if b.Author != nil {
			one.URI, one.Literal = b.Author.URL, b.Author.ID
		}
		out.People = append(out.People, one)
	}
	if r.version.Content.Canonical != "" {
		out.InfoSources = append(out.InfoSources, NinjsSource{Name: r.version.Content.Canonical, Role: "source", URI: r.version.Content.Canonical})
	}
	return err
}

func (c *call) ninjsTerms(r *reading, out *Ninjs) error {
	for _, id := range r.version.Content.Sections {
		s, err := c.Section(id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		out.Subjects = append(out.Subjects, NinjsConcept{Name: s.Name, Rel: "section", URI: c.Abs(c.SectionPath(s)), Literal: s.Path})
	}
	tags, err := c.Tags(r.version.Content.Tags)
	for _, t := range tags {
		out.Subjects = append(out.Subjects, NinjsConcept{Name: t.Name, Rel: "tag", URI: c.Abs(c.TagPath(t)), Literal: t.Slug})
	}
	return err
}

func (c *call) ninjsSubjects(r *reading, out *Ninjs) error {
	named, err := register.InStory(c.ctx, c.DB, r.a.ID)
	for i := range named {
		e := &named[i].Entry
		c.Shows(db.Key(article.ScopeSubject, e.ID))
		one := NinjsConcept{Name: e.Name, Rel: "mentions", URI: cmp.Or(entity(e), c.Abs(urlpath.Escape(e.Path))), Literal: cmp.Or(e.Wikidata, ident(e.ID))}
		if named[i].Main {
			one.Rel = "about"
		}
		switch e.Kind {
		case register.Person:
			out.People = append(out.People, one)
		case register.Organisation:
			out.Organisations = append(out.Organisations, one)
		case register.Event:
			out.Events = append(out.Events, one)
		case register.Place:
			place := NinjsPlace{NinjsConcept: one}
			if e.Position != nil {
				place.GeoJSON = &NinjsPoint{Type: "Point", Coordinates: []float64{e.Position.Lon, e.Position.Lat}}
			}
			out.Places = append(out.Places, place)
		}
	}
	return err
}

// ninjsVersion counts the public versions and says what was corrected.
func (c *call) ninjsVersion(r *reading, out *Ninjs) error {
	n, err := c.Public().CountVersions(c.ctx, &r.a)
	if err != nil {
		return err
	}
	out.Version = strconv.FormatInt(max(n, 1), 10)
	if !r.a.Updated.After(r.a.FirstPublished) {
		return nil
	}
	all, err := c.Public().CorrectionsOf(c.ctx, r.a.ID)
	var notes []string
	for _, x := range all {
		text := x.At.In(c.Zone()).Format(time.DateOnly) + " (" + string(x.Kind) + ")"
		for _, part := range []string{x.Note, x.Passage} {
			if part != "" {
				text += " " + part
			}
		}
		if x.Wrong != "" || x.Right != "" {
			text += " [" + x.Wrong + " → " + x.Right + "]"
		}
		notes = append(notes, text)
	}
	out.EdNote = strings.Join(notes, "\n")
	return err
}
