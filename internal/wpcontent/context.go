package wpcontent

import "dateline/internal/richtext"

// Context gives the conversion what lies outside of the text. All fields are
// optional; a function may be nil.
type Context struct {
	// Language of the text, such as "de-DE"; it sets the quotation marks.
	Language string
	// Hosts are the site's own host names, without "www."; links to them become
	// relative.
	Hosts []string
	// Attachment returns the medium that a WordPress attachment became.
	Attachment func(id int64) (Media, bool)
	// File returns the medium at an address of the old site. It is asked with
	// each of the addresses that FileAddresses gives until one is known.
	File func(url string) (Media, bool)
	// Attached returns the attachments that were uploaded to this post, pictures
	// and others, in menu order: [gallery] without ids shows them.
	Attached func() []int64
	// SavedBlock returns the content of a wp_block post.
	SavedBlock func(ref int64) (string, bool)
	// Footnotes is the value of the post's meta "footnotes".
	Footnotes string
}

// Media is what a document needs to know of a file.
type Media struct {
	ID      int64  // of the medium, 0 when the file is not (yet) ours
	Kind    string // image, audio, video, file; "" counts as image
	URL     string // the old address, for files that are not ours
	Title   string
	Caption string // HTML, as WordPress stores it
	Alt     string
	Credit  string
	Width   int
	Height  int
	Bytes   int64
}

// Report says what became of a text. Counts are by name, block names as in
// "core/latest-posts", shortcode names as in "gallery".
type Report struct {
	WordsIn  int // as WordPress would show the source
	WordsOut int // of the document

	UnknownBlocks     map[string]int // their inside was kept, the frame was not
	UnknownShortcodes map[string]int
	Dropped           map[string]int     // blocks that WordPress makes afresh for each visit
	Frames            map[string]int     // frames of page builders that were taken off
	Embeds            map[string]int     // by provider
	MissingMedia      []string           // addresses and "attachment 7" that Context did not know, each once
	Foreign           []richtext.Dropped // HTML that has no place in a document
	Notes             []string           // anything else a person should know, each once
}

// Problem reports whether a person should compare the words: the difference is
// more than one per cent and more than two words.
func (r *Report) Problem() bool {
	diff := r.WordsIn - r.WordsOut
	if diff < 0 {
		diff = -diff
	}
	return diff > 2 && diff*100 > r.WordsIn
}

func count(m *map[string]int, name string) {
	if *m == nil {
		*m = map[string]int{}
	}
	(*m)[name]++
}

func (r *Report) missing(what string) {
	if what == "" || len(r.MissingMedia) >= 1000 {
		return
	}
	for _, m := range r.MissingMedia {
		if m == what {
			return
		}
	}
	r.MissingMedia = append(r.MissingMedia, what)
}

// foreign counts what FromHTML left out.
func (r *Report) foreign(d richtext.Dropped) {
	for i := range r.Foreign {
		if f := &r.Foreign[i]; f.Kind == d.Kind && f.Name == d.Name {
			f.Count += d.Count
			f.Words += d.Words
			return
		}
	}
	r.Foreign = append(r.Foreign, d)
}

func (r *Report) note(text string) {
	for _, n := range r.Notes {
		if n == text {
			return
		}
	}
	r.Notes = append(r.Notes, text)
}

// empty reports whether nodes hold nothing that a reader would see.
func empty(nodes []richtext.Node) bool {
	for i := range nodes {
		n := &nodes[i]
		if n.Type != "paragraph" || len(n.Content) > 0 {
			return false
		}
	}
	return true
}
