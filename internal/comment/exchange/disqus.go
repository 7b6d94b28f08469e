package exchange

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/htmlindex"

	"dateline/internal/comment"
	"dateline/internal/fault"
)

// disqusFile is the XML that Disqus writes under Community, Export: categories,
// then threads (pages), then posts (comments), all children of <disqus>. The
// attribute dsq:id of each is its number. Namespaces are not asked for: files
// that people have worked on lack them.
type disqusFile struct{ *textFile }

const maxXMLDepth = 32

type disqusRef struct {
	ID string `xml:"id,attr"`
}

type disqusThread struct {
	disqusRef
	Identifier string `xml:"id"` // what the page called itself
	Link       string `xml:"link"`
}

type disqusPost struct {
	disqusRef
	OldID    string `xml:"id"` // in the system it was once imported from
	Message  string `xml:"message"`
	Created  string `xml:"createdAt"`
	Deleted  string `xml:"isDeleted"`
	Spam     string `xml:"isSpam"`
	Approved string `xml:"isApproved"`
	Author   struct {
		Email    string `xml:"email"`
		Name     string `xml:"name"`
		Username string `xml:"username"`
		Link     string `xml:"link"`
	} `xml:"author"`
	Thread disqusRef `xml:"thread"`
	Parent disqusRef `xml:"parent"`
}

func (f *disqusFile) each(ctx context.Context, give func(*record) error) error {
	in, done, err := f.open()
	if err != nil {
		return err
	}
	defer func() { _ = done() }() // it was only read
	d := xml.NewDecoder(&printable{in: in})
	d.Entity = xml.HTMLEntity
	d.CharsetReader = charset
	r := &disqusReader{d: d, in: in, threads: map[string][]string{}, give: give}
	return r.all(ctx)
}

// charset reads the encodings that a declaration may name. UTF-16 was decoded
// by its byte order mark before.
func charset(label string, in io.Reader) (io.Reader, error) {
	if strings.HasPrefix(strings.ToLower(label), "utf-16") {
		return in, nil
	}
	enc, err := htmlindex.Get(label)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the file says that its encoding is %q, which is not known", label).
			WithHint("convert it first: iconv -f %s -t UTF-8, and change the encoding in its first line to UTF-8", label)
	}
	return enc.NewDecoder().Reader(in), nil
}

// printable takes away the control characters that XML forbids; Disqus passes
// on what was pasted.
type printable struct{ in io.Reader }

func (p *printable) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	kept := b[:0]
	for _, c := range b[:n] {
		if c >= ' ' || c == '\n' || c == '\t' || c == '\r' {
			kept = append(kept, c)
		}
	}
	return len(kept), err
}

type disqusReader struct {
	d       *xml.Decoder
	in      *guarded
	threads map[string][]string // addresses by number
	give    func(*record) error
	root    bool
	closed  bool
}

func (r *disqusReader) place() string {
	line, _ := r.d.InputPos()
	return "line " + strconv.Itoa(line)
}

func (r *disqusReader) all(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.in.next()
		t, err := r.d.Token()
		if errors.Is(err, io.EOF) && r.closed {
			return nil
		}
		if err != nil {
			return r.failed(err)
		}
		switch t := t.(type) {
		case xml.Directive:
			if strings.Contains(string(t), "[") {
				return brokenOff(fault.New(fault.Invalid, "%s: the document type declares entities, which an export of Disqus never does; nothing of it is read", r.place()).
					WithHint("export again from Disqus"))
			}
		case xml.EndElement:
			r.closed = true // only the root is open here
		case xml.StartElement:
			if err := r.element(&t); err != nil {
				return err
			}
		}
	}
}

// element reads one child of the root with all that is in it.
func (r *disqusReader) element(t *xml.StartElement) error {
	if !r.root {
		if t.Name.Local != "disqus" {
			return r.notDisqus(t.Name.Local)
		}
		r.root = true
		return nil
	}
	place := r.place()
	switch t.Name.Local {
	case "thread":
		var thread disqusThread
		if err := r.decode(t, &thread); err != nil {
			return err
		}
		r.threads[thread.ID] = thread.addresses()
	case "post":
		var post disqusPost
		if err := r.decode(t, &post); err != nil {
			return err
		}
		rec := post.record(r.threads)
		rec.place = place
		return r.give(rec)
	default:
		return r.decode(t, nil)
	}
	return nil
}

func (r *disqusReader) notDisqus(root string) error {
	e := fault.New(fault.Invalid, "%s: this is not an export of Disqus: the document is <%.40s>, not <disqus>", r.place(), root)
	switch root {
	case "rss":
		return brokenOff(e.WithHint("it looks like an export of WordPress: dateline import wordpress"))
	case "html", "HTML":
		return brokenOff(e.WithHint("it is a web page, perhaps a sign-in page saved instead of the export"))
	}
	return brokenOff(e.WithHint("Disqus writes it under Community → Export, and mails you the address of the file"))
}

// decode reads an element into to, or over it for nil, and watches how deep it
// goes.
func (r *disqusReader) decode(t *xml.StartElement, to any) error {
	shallow := xml.NewTokenDecoder(&deepness{d: r.d, first: t})
	var err error
	if to == nil {
		_, err = shallow.Token() // the element itself
		if err == nil {
			err = shallow.Skip()
		}
	} else {
		err = shallow.Decode(to)
	}
	if err != nil {
		return r.failed(err)
	}
	return nil
}

// deepness passes on the tokens of one element as long as it is not too deep.
type deepness struct {
	d     *xml.Decoder
	first *xml.StartElement
	depth int
}

var errDeep = errors.New("elements stand too deeply in each other")

func (x *deepness) Token() (xml.Token, error) {
	if x.first != nil {
		t := *x.first
		x.first, x.depth = nil, 1
		return t, nil
	}
	if x.depth == 0 {
		return nil, io.EOF
	}
	t, err := x.d.Token()
	switch t.(type) {
	case xml.StartElement:
		x.depth++
	case xml.EndElement:
		x.depth--
	}
	if x.depth > maxXMLDepth {
		return nil, errDeep
	}
	return t, err
}

// failed says where and why reading ended.
func (r *disqusReader) failed(err error) error {
	var syntax *xml.SyntaxError
	var known *fault.Error
	place := r.place()
	switch {
	case errors.As(err, &known):
		return brokenOff(fault.New(fault.Invalid, "%s: %s", place, known.Msg).WithHint("%s", known.Hint))
	case errors.As(err, &syntax) && strings.Contains(syntax.Msg, "unexpected EOF"):
		return cutShort(place, io.ErrUnexpectedEOF)
	case errors.As(err, &syntax) && strings.Contains(syntax.Msg, "UTF-8"):
		return brokenOff(fault.New(fault.Invalid, "%s: the text is not UTF-8, as its first line says it is", place).
			WithHint("write the true encoding into the first line, such as encoding=\"windows-1252\"; what came before is imported"))
	case errors.As(err, &syntax):
		return brokenOff(fault.New(fault.Invalid, "%s: the file is not well-formed XML: %s", place, syntax.Msg).
			WithHint("mend the line, or export again; what came before is imported, and importing the whole file later adds the rest"))
	case errors.Is(err, errDeep):
		return brokenOff(fault.New(fault.Invalid, "%s: %w", place, err).WithHint("this is no ordinary export of Disqus"))
	case errors.Is(err, io.EOF) && !r.root:
		return brokenOff(fault.New(fault.Invalid, "%s: this is not an export of Disqus: it has no <disqus> document", place).
			WithHint("Disqus writes it under Community → Export, and mails you the address of the file"))
	}
	return cutShort(place, err)
}

// addresses of a thread's page: its link, and what WordPress gave Disqus as its
// identifier, "528 https://news.example/?p=528".
func (t *disqusThread) addresses() []string {
	list := []string{strings.TrimSpace(t.Link)}
	for part := range strings.FieldsSeq(t.Identifier) {
		if strings.HasPrefix(part, "http://") || strings.HasPrefix(part, "https://") || strings.HasPrefix(part, "/") {
			list = append(list, part)
		}
	}
	return list
}

func (p *disqusPost) record(threads map[string][]string) *record {
	rec := &record{key: strings.TrimSpace(p.ID), parent: strings.TrimSpace(p.Parent.ID), name: oneLine(p.Author.Name), url: p.Author.Link,
		email: strings.TrimSpace(p.Author.Email), html: strings.TrimSpace(p.Message), status: comment.StatusApproved}
	if rec.key == "" { // some old ones have only this
		rec.key = "id:" + strings.TrimSpace(p.OldID)
	}
	if n, err := strconv.ParseInt(rec.key, 10, 64); err == nil {
		rec.number = positive(n)
	}
	if rec.name == "" {
		rec.name = oneLine(p.Author.Username)
	}
	spam, deleted, approved := flag(p.Spam, false), flag(p.Deleted, false), flag(p.Approved, true)
	created, err := disqusTime(p.Created)
	pages, known := threads[strings.TrimSpace(p.Thread.ID)]
	switch {
	case rec.key == "id:":
		rec.bad = "it has no number"
	case err != nil:
		rec.bad = fmt.Sprintf("its date %q is none", clipped(p.Created))
	case spam == nil:
		rec.bad = fmt.Sprintf("isSpam is %q, neither true nor false", clipped(p.Spam))
	case deleted == nil:
		rec.bad = fmt.Sprintf("isDeleted is %q, neither true nor false", clipped(p.Deleted))
	case approved == nil:
		rec.bad = fmt.Sprintf("isApproved is %q, neither true nor false", clipped(p.Approved))
	case !known:
		rec.bad = fmt.Sprintf("its thread %q is not in the file before it", clipped(p.Thread.ID))
	}
	if rec.bad != "" {
		return rec
	}
	rec.created, rec.pages, rec.deleted = created, pages, *deleted
	switch {
	case *spam:
		rec.status = comment.StatusSpam
	case !*approved:
		rec.status = comment.StatusPending
	}
	return rec
}

// disqusTime reads a time. Without a zone it is UTC.
func disqusTime(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		at, err = time.Parse("2006-01-02T15:04:05", s)
	}
	return at.UTC(), err
}

// flag reads true and false; nil for anything else.
func flag(s string, otherwise bool) *bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "":
	case "true", "1":
		otherwise = true
	case "false", "0":
		otherwise = false
	default:
		return nil
	}
	return &otherwise
}

// clipped cuts what stands in a file for messages.
func clipped(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}
