package write

import (
	"net/http"
	"strconv"
	"time"

	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/related"
	"dateline/internal/web"
)

// alsoJSON is a story beside an article, as the panel shows it.
type alsoJSON struct {
	ID        string     `json:"id"`
	Headline  string     `json:"headline"`            // "" for one that the visitor may not see
	Published *time.Time `json:"published,omitempty"` // absent for one that was not
	Shares    []string   `json:"shares"`
	Public    bool       `json:"public"`
}

// boxJSON is what stands beside an article.
type boxJSON struct {
	Pinned  []alsoJSON `json:"pinned"`
	Chosen  []alsoJSON `json:"chosen"`
	Never   []alsoJSON `json:"never"`
	Planned bool       `json:"planned"`
	Shown   string     `json:"shown"` // "" for none
}

// also answers what stands beside an article, or would.
func (p *Part) also(r *web.Request) (web.Response, error) {
	id, err := articleID(r)
	if err != nil {
		return web.Response{}, err
	}
	b, err := p.Related.Box(r.HTTP.Context(), desk.Actor(r), id)
	if err != nil {
		return web.Response{}, err
	}
	return desk.JSON(http.StatusOK, boxJSON{alsoJSONs(b.Pinned), alsoJSONs(b.Chosen), alsoJSONs(b.Never), b.Planned, idText(b.Shown())})
}

func alsoJSONs(all []related.Story) []alsoJSON {
	out := []alsoJSON{}
	for _, one := range all {
		j := alsoJSON{ID: idText(one.Article.ID), Headline: one.Article.Headline, Shares: one.Shares, Public: one.Public}
		if at := one.Article.FirstPublished; !at.IsZero() {
			j.Published = &at
		}
		if j.Shares == nil {
			j.Shares = []string{}
		}
		out = append(out, j)
	}
	return out
}

// decideAlso pins a story, forbids it or takes that back, and answers as also.
func (p *Part) decideAlso(r *web.Request) (web.Response, error) {
	id, err := articleID(r)
	if err != nil {
		return web.Response{}, err
	}
	var in struct {
		Other string `json:"other"`
		Do    string `json:"do"`
		Place int    `json:"place"`
	}
	if err := desk.ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	other, err := strconv.ParseInt(in.Other, 10, 64)
	if err != nil {
		return web.Response{}, fault.New(fault.Invalid, "%q names no article", in.Other)
	}
	if err := p.Related.Decide(r.HTTP.Context(), desk.Actor(r), related.Decision{Article: id, Other: other, Do: in.Do, Place: in.Place}); err != nil {
		return web.Response{}, err
	}
	return p.also(r)
}
