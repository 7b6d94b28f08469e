package write

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/article/compare"
	"dateline/internal/desk"
	"dateline/internal/i18n"
	"dateline/internal/richtext"
	"dateline/internal/web"
)

// merged is two changes of one text brought together.
type merged struct {
	Revision  int64      `json:"revision"` // of theirs
	By        string     `json:"by"`
	Saved     time.Time  `json:"saved"`
	Theirs    content    `json:"theirs"`
	Merged    content    `json:"merged"`
	Conflicts []conflict `json:"conflicts"`
	Changes   []string   `json:"changes"` // what they changed, in words
}

// conflict is one place where both changed the same, as the dialog shows it.
type conflict struct {
	Path   string `json:"path"`
	Place  string `json:"place"`
	Reason string `json:"reason"`
	Base   string `json:"base"`
	Mine   string `json:"mine"`
	Theirs string `json:"theirs"`
	Both   bool   `json:"both"` // keeping both makes sense
}

// merge brings what a page has together with what is stored by now. Nothing is
// stored: the page saves the result under the revision that it is told.
func (p *Part) merge(r *web.Request) (web.Response, error) {
	var in struct {
		Base     content          `json:"base"`
		Mine     content          `json:"mine"`
		Revision int64            `json:"revision"` // of theirs, that the choices are about
		Choices  []article.Choice `json:"choices"`
	}
	if err := desk.ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	w, err := p.work(r)
	if err != nil {
		return web.Response{}, err
	}
	base, err := in.Base.article()
	if err != nil {
		return web.Response{}, err
	}
	mine, err := in.Mine.article()
	if err != nil {
		return web.Response{}, err
	}
	theirs := w.Copy.Content
	both, conflicts := article.Merge(base, mine, theirs)
	if len(in.Choices) > 0 && in.Revision == w.Article.Revision && len(in.Choices) == len(conflicts) {
		if both, err = article.Resolve(both, conflicts, in.Choices); err != nil {
			return web.Response{}, err
		}
		conflicts = nil
	}
	t := teller{p, p.Printer(r), r.HTTP.Context(), desk.Actor(r)}
	out := merged{Revision: w.Article.Revision, By: w.Copy.Actor, Saved: w.Copy.Saved, Conflicts: []conflict{}, Changes: t.changes(article.Diff(base, theirs))}
	if out.Theirs, err = wireOf(&theirs); err != nil {
		return web.Response{}, err
	}
	if out.Merged, err = wireOf(&both); err != nil {
		return web.Response{}, err
	}
	for i := range conflicts {
		out.Conflicts = append(out.Conflicts, t.conflict(&conflicts[i]))
	}
	return desk.JSON(http.StatusOK, out)
}

// teller puts differences into words of the visitor's language.
type teller struct {
	p       *Part
	printer *i18n.Printer
	ctx     context.Context
	actor   account.Actor
}

// changes names what differs: fields by name, blocks by number.
func (t teller) changes(c compare.Comparison) []string {
	out := []string{}
	for i := range c.Fields {
		out = append(out, t.field(c.Fields[i].Name))
	}
	n := int64(0)
	for i := range c.Body {
		if b := &c.Body[i]; !b.Left && (b.Op != compare.Equal || b.Move != 0) {
			n++
		}
	}
	if n > 0 {
		out = append(out, t.printer.N("write.blocks", n))
	}
	return out
}

// field is the name of a field for people.
func (t teller) field(name string) string {
	if custom, ok := strings.CutPrefix(name, "fields."); ok {
		return custom
	}
	return t.printer.T("write.field_" + name)
}

func (t teller) conflict(c *compare.Conflict) conflict {
	name, attr, _ := strings.Cut(c.Path, ".attrs.")
	out := conflict{Path: c.Path, Reason: t.printer.T("write.reason_" + string(c.Reason)), Base: t.form(name, c.Base), Mine: t.form(name, c.Mine), Theirs: t.form(name, c.Theirs)}
	switch {
	case strings.HasPrefix(c.Path, "content["):
		number, _, _ := strings.Cut(strings.TrimPrefix(c.Path, "content["), "]")
		n, _ := strconv.Atoi(number) // of a path of ours
		out.Place = t.printer.T("write.block_n", n+1)
		out.Both = attr == "" && c.Reason != compare.BothMoved && len(c.Mine.Nodes) > 0 && len(c.Theirs.Nodes) > 0
	case c.Path == "content":
		out.Place, out.Both = t.printer.T("write.field_content"), true
	default:
		out.Place = t.field(name)
		out.Both = name == "bylines" || name == "sections" || slices.Contains([]string{"standfirst", "excerpt"}, name)
	}
	return out
}

// form prints one side of a conflict; "" for nothing.
func (t teller) form(name string, f compare.Form) string {
	switch {
	case len(f.Nodes) > 0:
		if f.Nodes[0].Type == "lead" {
			return strings.TrimSpace(f.Nodes[0].AttrText("caption") + " " + f.Nodes[0].AttrText("alt"))
		}
		if text := strings.TrimSpace(richtext.Text(richtext.Doc{Content: f.Nodes})); text != "" {
			return text
		}
		raw, _ := json.Marshal(f.Nodes[0].Attrs) // a block without words: what it holds
		return f.Nodes[0].Type + " " + string(raw)
	case len(f.Items) > 0:
		return t.p.itemNames(t.ctx, name, f.Items)
	case f.Attr != nil:
		if text, ok := f.Attr.(string); ok {
			return text
		}
		raw, _ := json.Marshal(f.Attr) // a number or a boolean
		return string(raw)
	}
	return f.Text
}
