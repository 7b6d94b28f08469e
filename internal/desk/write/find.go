package write

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/db"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/fold"
	"dateline/internal/media"
	"dateline/internal/register"
	"dateline/internal/taxonomy"
	"dateline/internal/web"
)

// hit is something that a writer may choose.
type hit struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Detail    string `json:"detail,omitempty"`
	Headline  string `json:"headline,omitempty"` // of an article
	Path      string `json:"path,omitempty"`
	Published string `json:"published,omitempty"`
	Status    string `json:"status,omitempty"`
	Language  string `json:"language,omitempty"`
}

const maxHits = 12

// find answers what a writer types into the fields of an article.
func (p *Part) find(r *web.Request) (web.Response, error) {
	ctx, actor, q := r.HTTP.Context(), desk.Actor(r), r.Query.Get("q")
	var hits []hit
	var err error
	switch kind := r.Query.Get("kind"); kind {
	case "tag":
		find := taxonomy.SearchTags
		if strings.TrimSpace(q) == "" {
			find = func(ctx context.Context, q db.Querier, _ string, limit int) ([]taxonomy.Tag, error) {
				return taxonomy.TagsFrom(ctx, q, 0, limit)
			}
		}
		tags, e := find(ctx, p.DB, q, maxHits)
		for _, t := range tags {
			hits = append(hits, hit{ID: idText(t.ID), Name: t.Name})
		}
		err = e
	case "profile":
		people, e := author.Find(ctx, p.DB, fold.Beginnings(q), maxHits)
		for _, a := range people {
			hits = append(hits, hit{ID: idText(a.ID), Name: a.Name, Detail: a.Role})
		}
		err = e
	case "storyline":
		hits, err = p.findStorylines(ctx, actor, q)
	case "person":
		people, e := p.Accounts.Colleagues(ctx, actor)
		match := fold.Beginnings(q)
		for _, c := range people {
			if match(c.Name) && len(hits) < maxHits {
				hits = append(hits, hit{ID: idText(c.ID), Name: c.Name, Detail: p.Printer(r).T("write.role_" + c.Role.String())})
			}
		}
		err = e
	case "subject":
		hits, err = p.findSubjects(r, q)
	case "article":
		hits, err = p.findArticles(ctx, actor, q, r.Query.Get("ids"))
	default:
		err = fault.New(fault.Invalid, "nothing of the kind %q can be found", kind)
	}
	if err != nil {
		return web.Response{}, err
	}
	if hits == nil {
		hits = []hit{}
	}
	return desk.JSON(http.StatusOK, hits)
}

// findStorylines finds storylines by what is typed, the latest first, under
// the names that they have now.
func (p *Part) findStorylines(ctx context.Context, actor account.Actor, q string) ([]hit, error) {
	named, err := p.Storylines.Named(ctx, actor)
	match := fold.Beginnings(q)
	var hits []hit
	for _, s := range named {
		if match(s.Name) {
			hits = append(hits, hit{Name: s.Name})
		}
	}
	return hits, err
}

// findArticles finds by words among what is public, or by ids among all that
// the actor may see.
func (p *Part) findArticles(ctx context.Context, actor account.Actor, q, ids string) ([]hit, error) {
	var hits []hit
	if ids != "" {
		for i, text := range strings.Split(ids, ",") {
			id, err := strconv.ParseInt(text, 10, 64)
			if err != nil || i >= 100 {
				continue
			}
			w, err := p.Articles.Working(ctx, actor, id)
			if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Denied) {
				continue
			}
			if err != nil {
				return nil, err
			}
			hits = append(hits, articleHit(&w.Article))
		}
		return hits, nil
	}
	found, err := p.Search.Find(ctx, q, maxHits)
	for i := range found {
		hits = append(hits, articleHit(&found[i]))
	}
	return hits, err
}

func articleHit(a *article.Article) hit {
	h := hit{ID: idText(a.ID), Name: a.Headline, Headline: a.Headline, Path: a.Path, Status: string(a.Status), Language: a.Language}
	if !a.FirstPublished.IsZero() {
		h.Published = a.FirstPublished.Format(time.RFC3339)
	}
	return h
}

// mediumJSON is a medium as the editor shows it.
type mediumJSON struct {
	ID      string `json:"id"`
	URL     string `json:"url"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Alt     string `json:"alt"`
	Caption string `json:"caption"`
	Credit  string `json:"credit"`
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Bytes   int64  `json:"bytes"`
	FocalX  int    `json:"focal_x"` // of what is shown, in thousandths
	FocalY  int    `json:"focal_y"`
	Frames  bool   `json:"frames"` // the visitor may move the focal point
}

const maxMedia = 200

// media answers what the editor shows of media.
func (p *Part) media(r *web.Request) (web.Response, error) {
	var ids []int64
	for text := range strings.SplitSeq(r.Query.Get("ids"), ",") {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil && len(ids) < maxMedia {
			ids = append(ids, id)
		}
	}
	found, err := p.Media.GetMany(r.HTTP.Context(), p.DB, ids)
	if err != nil {
		return web.Response{}, err
	}
	out := []mediumJSON{}
	for _, id := range ids {
		m, ok := found[id]
		if !ok {
			continue
		}
		kind := string(m.Kind)
		if m.Kind == media.KindImage {
			kind = "picture"
		}
		x, y := m.Focus()
		out = append(out, mediumJSON{idText(m.ID), previewURL(m), m.Width, m.Height, m.Alt, m.Caption, m.Credit, kind, m.FileName, m.Bytes,
			x, y, media.MayEdit(desk.Actor(r), m)})
	}
	return desk.JSON(http.StatusOK, out)
}

// previewURL is where the desk shows a medium, public or not; "" when it has no
// file.
func previewURL(m media.Medium) string {
	if m.State == media.StateMissing || m.State == media.StateFailed {
		return ""
	}
	return "/desk/media/" + idText(m.ID) + "/file/preview"
}

func (p *Part) newTag(r *web.Request) (web.Response, error) {
	var in struct {
		Name string `json:"name"`
	}
	if err := desk.ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	t, err := p.Articles.AddTag(r.HTTP.Context(), desk.Actor(r), in.Name)
	if err != nil {
		return web.Response{}, err
	}
	return desk.JSON(http.StatusOK, hit{ID: idText(t.ID), Name: t.Name})
}

// tagNames reads the names of tags.
func (p *Part) tagNames(ctx context.Context, ids []int64) (map[int64]string, error) {
	tags, err := taxonomy.TagsByID(ctx, p.DB, ids)
	names := map[int64]string{}
	for _, t := range tags {
		names[t.ID] = t.Name
	}
	return names, err
}

// itemNames prints the values of a list: names for ids, where they are known.
func (p *Part) itemNames(ctx context.Context, field string, items []string) string {
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = p.itemName(ctx, field, item)
	}
	return strings.Join(names, ", ")
}

func (p *Part) itemName(ctx context.Context, field, item string) string {
	if field == "bylines" {
		return article.BylineOf(item).Name
	}
	if field == "subjects" {
		s := article.SubjectOf(item)
		if e, err := register.ByID(ctx, p.DB, s.ID); err == nil {
			return e.Name
		}
		return item
	}
	id, err := strconv.ParseInt(item, 10, 64)
	if err != nil {
		return item
	}
	switch field {
	case "sections":
		if s, err := taxonomy.SectionByID(ctx, p.DB, id); err == nil {
			return s.Name
		}
	case "tags":
		if t, err := taxonomy.TagByID(ctx, p.DB, id); err == nil {
			return t.Name
		}
	case "terms":
		if t, err := taxonomy.TermByID(ctx, p.DB, id); err == nil {
			return t.Name
		}
	}
	return item
}
