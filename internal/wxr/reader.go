package wxr

import (
	"io"
	"strconv"
	"strings"
	"sync/atomic"

	"dateline/internal/fault"
)

// Options bounds what one record may take. Zero fields mean the defaults.
type Options struct {
	MaxText  int64 // bytes of one element's text, 64 MB
	MaxTag   int64 // bytes of one tag with its attributes, 1 MB
	MaxItem  int64 // bytes of all texts of one item, 128 MB
	MaxDepth int   // nesting of elements, 64
}

// elementCost is what an element takes from its item's budget besides its text,
// so that millions of empty elements cannot fill memory.
const elementCost = 64

func (o Options) withDefaults() Options {
	if o.MaxText <= 0 {
		o.MaxText = 64 << 20
	}
	if o.MaxTag <= 0 {
		o.MaxTag = 1 << 20
	}
	if o.MaxItem <= 0 {
		o.MaxItem = 128 << 20
	}
	if o.MaxDepth <= 0 {
		o.MaxDepth = 64
	}
	return o
}

// Reader reads the records of one export file. It is not safe for concurrent
// use, except for BytesRead.
type Reader struct {
	src   counter
	opt   Options
	fixed repairs
	s     *scanner
	err   error

	root     bool    // an <rss> was seen
	channel  Channel // fields read so far
	changed  bool    // channel has fields that were not returned yet
	returned bool    // channel was returned once
	pending  Record  // comes after the channel record
}

// counter counts the bytes read from a file. The count may be read from another
// goroutine.
type counter struct {
	r io.Reader
	n atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// NewReader returns a reader of the export in src. Nothing is read before the
// first Next.
func NewReader(src io.Reader, opt Options) *Reader {
	r := &Reader{opt: opt.withDefaults()}
	r.src.r = src
	return r
}

// BytesRead returns how many bytes of the file were taken in, for showing
// progress against its size. It may be called from another goroutine.
func (r *Reader) BytesRead() int64 { return r.src.n.Load() }

// Line returns the line of the file that the reader stands on.
func (r *Reader) Line() int {
	if r.s == nil {
		return 1
	}
	return r.s.line
}

// Repairs lists what was wrong in the file and was mended so far.
func (r *Reader) Repairs() []Repair { return append([]Repair(nil), r.fixed.list...) }

// Next returns the next record, io.EOF after the last one of a whole file, or a
// fault of code Invalid that names the line. After an error it returns the same
// error again; an error of src itself is wrapped with the line.
func (r *Reader) Next() (Record, error) {
	if r.err != nil {
		return nil, r.err
	}
	rec, err := r.next()
	if err != nil {
		r.err = err
		return nil, err
	}
	return rec, nil
}

func (r *Reader) next() (Record, error) {
	if r.pending != nil {
		rec := r.pending
		r.pending = nil
		return rec, nil
	}
	if r.s == nil {
		src, line, err := open(&r.src, &r.fixed)
		if err != nil {
			return nil, err
		}
		r.s = newScanner(src, line, r.opt, &r.fixed)
	}
	for {
		rec, err := r.step()
		if err != nil {
			return nil, err
		}
		if rec == nil {
			continue
		}
		if r.changed && !r.returned {
			r.pending = rec
			return r.takeChannel(), nil
		}
		return rec, nil
	}
}

// takeChannel returns a copy of the channel's fields read so far.
func (r *Reader) takeChannel() Record {
	r.changed, r.returned = false, true
	c := r.channel
	return &c
}

// step reads one tag at the level of the document or channel, with all that is
// in it. It returns nil when that made no record.
func (r *Reader) step() (Record, error) {
	s := r.s
	s.budget, s.since = s.opt.MaxItem, s.line
	tok, err := s.next()
	if err != nil {
		return nil, err
	}
	switch tok {
	case endOfFile:
		return nil, r.end()
	case endTag:
		if len(s.stack) == 1 && r.changed { // </channel>
			return r.takeChannel(), nil
		}
		return nil, nil
	}
	s.since = s.line
	switch depth := len(s.stack); {
	case depth == 1:
		return nil, r.rootElement()
	case depth == 2 && s.name.space == none && s.name.local == "channel":
		r.channel, r.changed, r.returned = Channel{Line: s.line}, true, false
		return nil, nil
	case depth == 3 && s.stack[1].name.local == "channel":
		return r.channelChild()
	}
	return nil, s.skip()
}

// rootElement accepts <rss>; another document is no export.
func (r *Reader) rootElement() error {
	if r.s.name.local == "rss" {
		r.root = true
		return nil
	}
	if r.root {
		return r.s.skip() // a PHP notice behind the document
	}
	e := r.s.invalid("this is not a WordPress export: the document is <%s>, not <rss>", clip([]byte(r.s.name.raw)))
	switch r.s.name.local {
	case "html":
		return e.WithHint("the file is a web page, perhaps a log-in page saved instead of the export: log in, then %s", reExport)
	case "feed":
		return e.WithHint("the file is an Atom feed (Blogger exports look like that); this command reads WordPress exports")
	}
	return e.WithHint("%s", reExport)
}

// end is called at the end of the file: io.EOF when it is whole.
func (r *Reader) end() error {
	s := r.s
	switch {
	case !r.root:
		return fault.New(fault.Invalid, "line %d: the file ends without an <rss> document", s.line).WithHint("%s", reExport)
	case len(s.stack) > 1:
		return s.truncatedElement()
	case !r.returned && r.channel.Line == 0:
		return fault.New(fault.Invalid, "line %d: the file has no <channel>", s.line).WithHint("%s", reExport)
	}
	// </rss> alone may be missing: </channel> says that all items came.
	return io.EOF
}

// channelChild reads one child of the channel.
func (r *Reader) channelChild() (Record, error) {
	s := r.s
	switch s.name.space {
	case wp:
		switch s.name.local {
		case "author", "wp_author":
			return s.readAuthor()
		case "category", "cat":
			return s.readTerm("category", "category")
		case "tag":
			return s.readTerm("tag", "post_tag")
		case "term":
			return s.readTerm("term", "")
		}
	case none:
		switch s.name.local {
		case "item":
			return s.readItem()
		case "image":
			return nil, r.channelImage()
		}
	}
	field := r.channel.field(s.name)
	if field == nil {
		return nil, s.skip()
	}
	text, err := s.readText()
	if err != nil {
		return nil, err
	}
	*field = strings.TrimSpace(string(text))
	r.changed = true
	return nil, nil
}

// field returns where a child of the channel belongs, or nil.
func (c *Channel) field(name *qname) *string {
	switch {
	case name.space == none:
		switch name.local {
		case "title":
			return &c.Title
		case "link":
			return &c.Link
		case "description":
			return &c.Description
		case "language":
			return &c.Language
		case "pubDate":
			return &c.PubDate
		case "generator":
			return &c.Generator
		}
	case name.space == wp:
		switch name.local {
		case "wxr_version":
			return &c.WXRVersion
		case "base_site_url":
			return &c.BaseSiteURL
		case "base_blog_url":
			return &c.BaseBlogURL
		}
	}
	return nil
}

// channelImage reads the site icon out of <image>.
func (r *Reader) channelImage() error {
	return r.s.children(func(name *qname) error {
		if name.space != none || name.local != "url" {
			return r.s.skip()
		}
		text, err := r.s.readText()
		r.channel.Image, r.changed = strings.TrimSpace(string(text)), true
		return err
	})
}

// children calls fn at the start tag of each child of the element whose start
// tag was just read; fn must read or skip the child.
func (s *scanner) children(fn func(name *qname) error) error {
	depth := len(s.stack)
	for {
		tok, err := s.next()
		if err != nil {
			return err
		}
		switch {
		case tok == endOfFile:
			return s.truncatedElement()
		case tok == endTag && len(s.stack) < depth:
			return nil
		case tok == startTag:
			if err := fn(s.name); err != nil {
				return err
			}
		}
	}
}

// str reads the element's text into *dst without the white space around it.
func (s *scanner) str(dst *string) error {
	text, err := s.readText()
	if err == nil {
		*dst = strings.TrimSpace(string(text))
	}
	return err
}

// short is str for values that repeat.
func (s *scanner) short(dst *string) error {
	text, err := s.readText()
	if err == nil {
		*dst = strings.TrimSpace(s.names.intern(text))
	}
	return err
}

// raw reads the element's text into *dst as it is.
func (s *scanner) raw(dst *string) error {
	text, err := s.readText()
	if err == nil {
		*dst = string(text)
	}
	return err
}

// number reads the element's text into *dst; what is no number counts as 0.
func (s *scanner) number(dst *int64) error {
	text, err := s.readText()
	if err != nil {
		return err
	}
	t := strings.TrimSpace(string(text))
	if t == "" {
		return nil
	}
	v, err := strconv.ParseInt(t, 10, 64)
	if err != nil {
		s.repair(RepairNumber)
		return nil
	}
	*dst = v
	return nil
}
