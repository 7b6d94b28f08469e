package api

import (
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// The order of changes: how programs keep a copy up to date.

// changeOrder is the order of lists of articles by their latest change, the
// earliest first.
const changeOrder = "changed"

// Articles is a page of a list of articles.
type Articles struct {
	List[Summary]
	Removed []Removed `json:"removed,omitzero" doc:"In the order of changes: articles that had been public and are so no more. Take them down. An id that you do not have is none of your concern."`
	Poll    string    `json:"poll,omitempty" format:"uri" doc:"In the order of changes, on its last page: the address that has what changes from now on. Ask it later."`
}

// Removed is an article that had been public and is so no more. Nothing else is
// said of it.
type Removed struct {
	ID      string    `json:"id"`
	URI     string    `json:"uri" format:"uri" doc:"Its name for ever."`
	Self    string    `json:"self" format:"uri" doc:"Answers 410 for a withdrawn article and 404 for a withheld one, until it is public again."`
	Changed time.Time `json:"changed" doc:"When it was taken away."`
	State   string    `json:"state" enum:"withdrawn,withheld" doc:"withdrawn: for good. withheld: until it comes again, if ever."`
	Reason  string    `json:"reason,omitempty" doc:"Why it was withdrawn, as readers are told."`
}

// NinjsList is a page of a list of items.
type NinjsList struct {
	List[Ninjs]
	Poll string `json:"poll,omitempty" format:"uri" doc:"In the order of changes, on its last page: the address that has what changes from now on. Ask it later."`
}

// inChanges tells whether a list was asked for in the order of changes, which
// changed_after brings along.
func (c *call) inChanges() bool { return c.text("sort") == changeOrder || c.has("changed_after") }

// changes reads a page of the order of changes, and says where it goes on or is
// to be asked for again.
func (c *call) changes() (all []article.Change, next, poll string, err error) {
	for _, p := range c.op.Params {
		switch {
		case !c.has(p.Name) || p.Name == "limit" || p.Name == "cursor" || p.Name == "changed_after":
		case p.Name == "sort" && c.text("sort") == changeOrder:
		case p.Name == "sort":
			return nil, "", "", fault.New(fault.Invalid, "changed_after and the order %q of \"sort\" cannot be combined", c.text("sort")).WithHint("use sort=%s, or leave sort out", changeOrder)
		default:
			return nil, "", "", fault.New(fault.Invalid, "the order of changes cannot be combined with %q", p.Name).
				WithHint("leave it out and choose by what each article says: one that ceases to fit would never be told. Or leave out sort=%s and changed_after", changeOrder)
		}
	}
	from := article.Cursor{At: c.from.n[0], ID: c.from.n[1]}
	if !c.has("cursor") && c.has("changed_after") {
		// From a clock that is ahead of ours nothing must be missed later on.
		at := min(db.Micros(c.time("changed_after")), db.Micros(c.Now()))
		from = article.Cursor{At: max(at, 0), ID: 1<<63 - 1}
	}
	c.Shows(db.ListKey(article.ScopeSite, 0))
	all, err = c.Public().Changes(c.ctx, from, c.limit()+1)
	more := len(all) > c.limit()
	if more {
		all = all[:c.limit()]
	}
	if len(all) > 0 {
		from = all[len(all)-1].Cursor()
	}
	at := c.nextAt(place{n: [6]int64{from.At, from.ID}})
	if more {
		return all, at, "", err
	}
	return all, "", at, err
}

// listChanges answers what changed, and beside it what was taken away.
func listChanges(c *call) (any, error) {
	all, next, poll, err := c.changes()
	if err != nil {
		return nil, err
	}
	out := Articles{Removed: []Removed{}, Poll: poll}
	var arts []article.Article
	for i := range all {
		if a := &all[i].Article; all[i].Seen == article.Listed {
			arts = append(arts, *a)
		} else {
			c.Shows(db.Key("article", a.ID))
			gone := Removed{ID: ident(a.ID), URI: c.TagURI("article", a.ID), Self: c.at("articles", ident(a.ID)), Changed: all[i].At.UTC(), State: "withheld", Reason: a.WithdrawnReason}
			if all[i].Seen == article.Gone {
				gone.State = "withdrawn"
			}
			out.Removed = append(out.Removed, gone)
		}
	}
	items, err := c.summaries(arts, c.picks)
	out.List = List[Summary]{Items: items, Next: next}
	return out, err
}

// listNinjsChanges answers the same as items of ninjs: what was taken away is an
// item that may not be used.
func listNinjsChanges(c *call) (any, error) {
	all, next, poll, err := c.changes()
	if err != nil {
		return nil, err
	}
	out := NinjsList{List: List[Ninjs]{Items: []Ninjs{}, Next: next}, Poll: poll}
	for i := range all {
		if all[i].Seen != article.Listed {
			out.Items = append(out.Items, *c.ninjsGone(&all[i]))
			continue
		}
		one, err := c.ninjsOf(&all[i].Article)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, *one)
	}
	return out, nil
}

// ninjsGone tells partners to use an article no more.
func (c *call) ninjsGone(of *article.Change) *Ninjs {
	id := of.Article.ID
	c.Shows(db.Key("article", id))
	out := &Ninjs{URI: c.TagURI("article", id), Standard: NinjsStandard{"ninjs", "2.1", ninjsSchema}, Type: "text", RepresentationType: "partial", Profile: "article",
		VersionCreated: utc(of.At), PubStatus: "withheld", AltIDs: []NinjsID{{"id", ident(id)}}}
	if of.Seen == article.Gone {
		out.PubStatus, out.EdNote = "canceled", of.Article.WithdrawnReason
	}
	return out
}
