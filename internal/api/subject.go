package api

import (
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/register"
	"dateline/internal/site"
)

// subjectKinds are what entries of the register can be.
func subjectKinds() []string {
	var out []string
	for _, k := range register.Kinds() {
		out = append(out, string(k))
	}
	return out
}

// listSubjects answers the register by name, all of one kind or all people,
// then all organisations and so on.
func listSubjects(c *call) (any, error) {
	out := List[Subject]{Items: []Subject{}}
	all := register.Kinds()
	if c.has("kind") {
		all = []register.Kind{register.Kind(c.text("kind"))}
	}
	first, after := int(c.from.n[0]), c.from.n[1]
	if first < 0 || first >= len(all) {
		return nil, errCursor
	}
	for i := first; i < len(all); i++ {
		c.Shows(register.IndexKey(all[i]))
		entries, err := register.Shown(c.ctx, c.DB, all[i], after, c.limit()-len(out.Items)+1)
		if after != 0 && fault.Is(err, fault.NotFound) {
			return nil, errMoved
		}
		if err != nil {
			return nil, err
		}
		for j := range entries {
			if len(out.Items) == c.limit() {
				out.Next = c.nextAt(place{n: [6]int64{int64(i), after}})
				return out, nil
			}
			after = entries[j].ID
			owner, err := c.Owner(article.AddressSubject, after)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			one, err := c.subject(&owner)
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, *one)
		}
		after = 0
	}
	return out, nil
}

// errMoved is for a list by name in which the last thing of the page before is
// gone.
var errMoved = fault.New(fault.Invalid, "the list has changed at this place").WithHint("begin again without cursor")

// entity is an entry's item of Wikidata as linked data names it.
func entity(e *register.Entry) string {
	if e.Wikidata == "" {
		return ""
	}
	return "http://www.wikidata.org/entity/" + e.Wikidata
}

func (c *call) subject(o *site.Owner) (*Subject, error) {
	e := &o.Entry
	out := &Subject{ID: ident(o.ID), Self: c.at("subjects", ident(o.ID)), URL: c.Abs(o.Path), Kind: string(e.Kind), Name: e.Name, Aliases: none(e.Aliases),
		Description: e.Description, Wikidata: entity(e), Website: e.Website, Begins: e.Begins, Ends: e.Ends, Articles: o.Count, List: c.listOf("subject", o.ID)}
	if e.Position != nil {
		out.Position = &Position{Latitude: e.Position.Lat, Longitude: e.Position.Lon}
	}
	var err error
	if c.picks.has("picture") {
		out.Picture, err = c.pictureOf(e.Picture)
	}
	return out, err
}

func getSubject(c *call) (any, error) {
	o, err := c.Owner(article.AddressSubject, c.id)
	if err != nil {
		return nil, err
	}
	s, err := c.subject(&o)
	if err != nil {
		return nil, err
	}
	out := &SubjectPage{Subject: *s, Timeline: []Moment{}, TimelineList: c.at("subjects", ident(o.ID), "timeline")}
	if o.Entry.Speaks() {
		out.Quotes = c.at("quotes") + "?subject=" + ident(o.ID)
	}
	if c.picks.has("timeline") {
		out.Timeline, _, err = c.moments(register.Moments, o.ID, place{}, momentsShown)
	}
	return out, err
}

// subjectsOf are entries of the register, as far as readers may see them.
func (c *call) subjectsOf(entries []register.Entry) ([]Link, error) {
	out := []Link{}
	for i := range entries {
		c.Shows(db.Key(article.ScopeSubject, entries[i].ID))
		o, err := c.Owner(article.AddressSubject, entries[i].ID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, *c.link("subjects", o.ID, o.Path, o.Name))
	}
	return out, nil
}
