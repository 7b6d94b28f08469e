package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"dateline/internal/comment"
	"dateline/internal/fault"
)

// commentoFile is the JSON document of Commento (version 1), Commento++ and
// Comentario (versions 1 and 3): comments, those who wrote them and, in version
// 3, pages. Writers come after the comments, so the file is read once more for
// them.
type commentoFile struct {
	*textFile
	version int64
	pages   map[string]string // paths by id
	writers map[string]commentoWriter
}

type commentoWriter struct {
	ID      string `json:"id"`           // version 3
	Hex     string `json:"commenterHex"` // version 1
	Email   string `json:"email"`
	Name    string `json:"name"`
	Website string `json:"websiteUrl"`
	Link    string `json:"link"` // of Commento, "undefined" for none
}

type commentoPage struct {
	ID   string `json:"id"`
	Path string `json:"path"`
}

type commentoComment struct {
	// Version 1.
	Hex       string    `json:"commentHex"`
	WriterHex string    `json:"commenterHex"`
	ParentHex string    `json:"parentHex"`
	Path      string    `json:"path"`
	URL       string    `json:"url"` // a path in version 1, the comment's own address in version 3
	State     string    `json:"state"`
	Created   time.Time `json:"creationDate"`
	Deleted   bool      `json:"deleted"`
	// Version 3.
	ID          string    `json:"id"`
	Parent      string    `json:"parentId"`
	Page        string    `json:"pageId"`
	Sticky      bool      `json:"isSticky"`
	Approved    bool      `json:"isApproved"`
	Pending     bool      `json:"isPending"`
	Gone        bool      `json:"isDeleted"`
	CreatedTime time.Time `json:"createdTime"`
	EditedTime  time.Time `json:"editedTime"`
	UserCreated string    `json:"userCreated"`
	AuthorName  string    `json:"authorName"`
	// Both.
	Markdown string `json:"markdown"`
	HTML     string `json:"html"`
	Score    int64  `json:"score"`
}

const commentoExport = "Commento writes it under Settings → Export Data, Comentario under Operations → Export data"

// each reads what comments refer to first, then the comments.
func (f *commentoFile) each(ctx context.Context, give func(*record) error) error {
	if f.writers == nil {
		f.pages, f.writers = map[string]string{}, map[string]commentoWriter{}
		err := f.walk(ctx, false, give)
		var b *broken
		if err != nil && (!errors.As(err, &b) || f.version == 0) {
			return err
		}
	}
	return f.walk(ctx, true, give)
}

func (f *commentoFile) walk(ctx context.Context, comments bool, give func(*record) error) error {
	in, done, err := f.open()
	if err != nil {
		return err
	}
	defer func() { _ = done() }() // it was only read
	w := &commentoWalk{commentoFile: f, ctx: ctx, in: in, d: json.NewDecoder(in), comments: comments, give: give}
	if err := w.document(); err != nil {
		return w.failed(err)
	}
	return nil
}

// commentoWalk is one reading of the file.
type commentoWalk struct {
	*commentoFile
	ctx      context.Context
	in       *guarded
	d        *json.Decoder
	comments bool
	give     func(*record) error
	n        int // comments so far
}

// errOurs wraps what give returned.
type errOurs struct{ error }

func (w *commentoWalk) place() string {
	if w.n > 0 {
		return fmt.Sprintf("byte %d, after comment %d", w.d.InputOffset(), w.n)
	}
	return fmt.Sprintf("byte %d", w.d.InputOffset())
}

func (w *commentoWalk) failed(err error) error {
	var ours *errOurs
	var known *broken
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &ours):
		return ours.error
	case errors.As(err, &known):
		return err
	case errors.As(err, &syntax) && !strings.Contains(syntax.Error(), "unexpected end"):
		return brokenOff(fault.New(fault.Invalid, "%s: the file is no JSON: %s", w.place(), syntax.Error()).
			WithHint("%s; what came before is imported", commentoExport))
	case errors.As(err, &kind):
		return brokenOff(fault.New(fault.Invalid, "%s: %s has a value of the wrong kind", w.place(), kind.Field).WithHint("%s", commentoExport))
	}
	return cutShort(w.place(), err)
}

func (w *commentoWalk) document() error {
	t, err := w.d.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return brokenOff(fault.New(fault.Invalid, "this is not an export of Commento or Comentario: it begins with %v", t).WithHint("%s", commentoExport))
	}
	for w.d.More() {
		w.in.next()
		name, err := w.d.Token()
		if err != nil {
			return err
		}
		if err := w.member(fmt.Sprint(name)); err != nil {
			return err
		}
	}
	if _, err := w.d.Token(); err != nil {
		return err
	}
	if w.version == 0 {
		return brokenOff(fault.New(fault.Invalid, "this is not an export of Commento or Comentario: it names no version").WithHint("%s", commentoExport))
	}
	return nil
}

func (w *commentoWalk) member(name string) error {
	switch name {
	case "version":
		if err := w.d.Decode(&w.version); err != nil {
			return err
		}
		if w.version != 1 && w.version != 3 {
			return brokenOff(fault.New(fault.Invalid, "the export has version %d; versions 1 and 3 are known", w.version).WithHint("a newer Dateline may know it"))
		}
		return nil
	case "pages":
		return list(w, !w.comments, func(p commentoPage, _ string) error { w.pages[p.ID] = p.Path; return nil })
	case "commenters":
		return list(w, !w.comments, func(c commentoWriter, _ string) error {
			w.writers[c.Hex+c.ID] = c // one of the two is empty
			return nil
		})
	case "comments":
		return list(w, w.comments, func(c commentoComment, bad string) error {
			w.n++
			rec := w.record(&c)
			rec.place = fmt.Sprintf("comment %d", w.n)
			if bad != "" {
				rec.bad = bad
			}
			if err := w.give(rec); err != nil {
				return &errOurs{err}
			}
			return nil
		})
	}
	return w.skip()
}

// list reads an array and gives its values, or passes over it. A value of the
// wrong kind is given with what is wrong.
func list[T any](w *commentoWalk, wanted bool, give func(T, string) error) error {
	t, err := w.d.Token()
	if err != nil || t == nil { // null
		return err
	}
	if t != json.Delim('[') {
		return brokenOff(fault.New(fault.Invalid, "%s: this is not an export of Commento or Comentario", w.place()).WithHint("%s", commentoExport))
	}
	for w.d.More() {
		if err := w.ctx.Err(); err != nil {
			return &errOurs{err}
		}
		w.in.next()
		if !wanted {
			if err := w.skip(); err != nil {
				return err
			}
			continue
		}
		var one T
		bad := ""
		var kind *json.UnmarshalTypeError
		var when *time.ParseError
		err := w.d.Decode(&one)
		switch {
		case errors.As(err, &kind):
			bad = fmt.Sprintf("its %s has a value of the wrong kind", kind.Field)
		case errors.As(err, &when):
			bad = fmt.Sprintf("its date %q is none", clipped(when.Value))
		case err != nil:
			return err
		}
		if err := give(one, bad); err != nil {
			return err
		}
	}
	_, err = w.d.Token()
	return err
}

// skip passes over one value.
func (w *commentoWalk) skip() error {
	depth := 0
	for {
		w.in.next()
		t, err := w.d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
		if depth > 1000 {
			return brokenOff(fault.New(fault.Invalid, "%s: values stand too deeply in each other", w.place()).WithHint("this is no ordinary export"))
		}
	}
}

// record makes a record of a comment. Anonymous writers have a number of their
// own, which names nobody.
func (w *commentoWalk) record(c *commentoComment) *record {
	rec := &record{likes: positive(c.Score), markdown: c.Markdown, html: c.HTML}
	if c.Score < 0 {
		rec.notes = append(rec.notes, "votes against it do not come along")
	}
	writer := c.UserCreated
	if w.version == 3 {
		rec.key, rec.parent, rec.created, rec.edited = c.ID, c.Parent, c.CreatedTime.UTC(), c.EditedTime.UTC()
		rec.deleted, rec.picked, rec.name = c.Gone, c.Sticky, oneLine(c.AuthorName)
		if path, ok := w.pages[c.Page]; ok {
			rec.pages = append(rec.pages, rooted(path))
		}
		rec.pages = append(rec.pages, c.URL)
		switch {
		case c.Pending:
			rec.status = comment.StatusPending
		case c.Approved:
			rec.status = comment.StatusApproved
		default:
			rec.status = comment.StatusBinned // rejected
		}
	} else {
		rec.key, rec.created, writer = c.Hex, c.Created.UTC(), c.WriterHex
		if c.ParentHex != "root" {
			rec.parent = c.ParentHex
		}
		path := c.Path
		if path == "" {
			path = c.URL
		}
		rec.pages = []string{rooted(path)}
		rec.deleted = c.Deleted || c.Markdown == "[deleted]"
		rec.status = commentoState(c.State)
	}
	if who, ok := w.writers[writer]; ok {
		rec.email, rec.url = strings.TrimSpace(who.Email), who.Website
		if rec.url == "" {
			rec.url = who.Link
		}
		if rec.name == "" {
			rec.name = oneLine(who.Name)
		}
	}
	switch {
	case rec.key == "":
		rec.bad = "it has no number"
	case rec.created.IsZero() || rec.created.Year() < 1990:
		rec.bad = "it has no date"
	}
	return rec
}

func commentoState(state string) comment.Status {
	switch state {
	case "approved":
		return comment.StatusApproved
	case "flagged":
		return comment.StatusSpam
	}
	return comment.StatusPending
}

// rooted makes a path of one that may lack its slash; whole addresses stay.
func rooted(path string) string {
	if path == "" || path[0] == '/' || strings.Contains(path, "://") {
		return path
	}
	return "/" + path
}
