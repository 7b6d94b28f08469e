package importer

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dateline/internal/fault"
	"dateline/internal/urlpath"
	"dateline/internal/wpcontent"
	"dateline/internal/wxr"
)

// surveyed is what the survey keeps of each item: little, since there may be
// hundreds of thousands.
type surveyed struct {
	target int64
	parent int64
	kind   byte // 'p' post, 'g' page, 'a' attachment, 'm' menu item, 'b' saved block, 'o' other
	public bool // will be listed or protected
	seen   bool // counted by the writing pass already (an id twice in the files)
	before bool // not in these files: an earlier run stored it
}

// surveyedItems are all items by their numbers. They stand in blocks without a
// pointer in them: the garbage collector does not read a million of them again
// in each cycle.
type surveyedItems struct {
	at   map[int64]int32
	rows [][]surveyed
}

const surveyedBlock = 4096

func (t *surveyedItems) len() int { return len(t.at) }

// get returns an item, or nil.
func (t *surveyedItems) get(number int64) *surveyed {
	i, ok := t.at[number]
	if !ok {
		return nil
	}
	return &t.rows[i/surveyedBlock][i%surveyedBlock]
}

func (t *surveyedItems) add(number int64, item surveyed) *surveyed {
	if t.at == nil {
		t.at = map[int64]int32{}
	}
	n := len(t.at)
	if n%surveyedBlock == 0 {
		t.rows = append(t.rows, make([]surveyed, 0, surveyedBlock))
	}
	block := &t.rows[len(t.rows)-1]
	*block = append(*block, item)
	t.at[number] = int32(n)
	return t.get(number)
}

// survey is what the parts of an import need to know of each other.
type survey struct {
	channel  wxr.Channel
	site     string // key of the source site: host and path without a slash
	salt     int64  // keeps the ids of one site apart from those of another
	hosts    map[string]bool
	authors  []*wxr.Author
	terms    []term
	items    surveyedItems
	taken    map[int64]int64   // target id → source id, to keep targets apart
	uploads  map[uint64]int64  // attachment by the hash of its uploadKey
	children map[int64][]child // attachments of a post
	pages    map[int64]string  // address words of pages whose addresses were numbers
	blocks   map[int64]string  // saved blocks by id
	media    map[int64]wpcontent.Media
	guests   []guest
	samples  []sample
	offsets  map[string]int // minutes between local and GMT dates, by date, for the zone
	zone     *time.Location
	usedBy   map[termKey]byte // bit 1: by something public, bit 2: by something that is not
	bytes    int64
	repairs  tally
}

// child is an attachment of a post.
type child struct {
	order int
	id    int64
}

// attached returns the attachments of a post as WordPress orders them.
func (s *survey) attached(post int64) []int64 {
	list := slices.Clone(s.children[post])
	slices.SortFunc(list, func(a, b child) int { return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.id, b.id)) })
	ids := make([]int64, len(list))
	for i, c := range list {
		ids[i] = c.id
	}
	return ids
}

// term is a term with the file that describes it.
type term struct {
	*wxr.Term
	file string
}

// guest is a guest author of Co-Authors Plus with the file that describes it.
type guest struct {
	*wxr.Item
	file string
}

// termKey names a term whatever the spelling of its slug.
type termKey struct{ taxonomy, slug string }

func keyOf(taxonomy, slug string) termKey {
	if folded := urlpath.Key(decoded(slug)); folded != "" {
		slug = folded
	}
	return termKey{taxonomy, slug}
}

// keyOfRef is the key of an item's term, which old files name without a slug.
func keyOfRef(t wxr.TermRef) termKey { return keyOf(t.Taxonomy, cmp.Or(t.Slug, urlpath.Slug(t.Name))) }

func newSurvey() *survey {
	return &survey{hosts: map[string]bool{}, taken: map[int64]int64{}, uploads: map[uint64]int64{},
		children: map[int64][]child{}, blocks: map[int64]string{}, media: map[int64]wpcontent.Media{}, pages: map[int64]string{}, offsets: map[string]int{},
		usedBy: map[termKey]byte{}, repairs: tally{}}
}

// eachRecord reads a file and calls use with its records, then done with what
// the reader mended. An error of the file itself names the file.
func eachRecord(ctx context.Context, file string, progress func(read int64), done func([]wxr.Repair), use func(wxr.Record) error) error {
	f, err := os.Open(file)
	if err != nil {
		return fault.New(fault.Invalid, "cannot read the export: %w", err).WithHint("check the path; WordPress writes it under Tools → Export")
	}
	defer f.Close()
	r := wxr.NewReader(f, wxr.Options{})
	for n := 0; ; n++ {
		if n%64 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			progress(r.BytesRead())
		}
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			progress(r.BytesRead())
			done(r.Repairs())
			return nil
		}
		if err != nil {
			done(r.Repairs())
			return &brokenFile{file: filepath.Base(file), err: err}
		}
		if it, ok := rec.(*wxr.Item); ok {
			identify(it)
		}
		if err := use(rec); err != nil {
			return err
		}
	}
}

// brokenFile is an error of an export, as opposed to one of ours.
type brokenFile struct {
	file string
	err  error
}

func (b *brokenFile) Error() string { return b.file + ": " + b.err.Error() }
func (b *brokenFile) Unwrap() error { return b.err }

// read surveys one file.
func (s *survey) read(ctx context.Context, file string, progress func(int64)) error {
	name := filepath.Base(file)
	return eachRecord(ctx, file, progress, s.noteRepairs, func(rec wxr.Record) error {
		switch v := rec.(type) {
		case *wxr.Channel:
			return s.addChannel(v)
		case *wxr.Author:
			s.authors = append(s.authors, v)
		case *wxr.Term:
			s.terms = append(s.terms, term{v, name})
		case *wxr.Item:
			s.addItem(v, name)
		}
		return nil
	})
}

func (s *survey) noteRepairs(list []wxr.Repair) {
	for _, r := range list {
		s.repairs[string(r.Kind)] += int64(r.Count)
	}
}

// addChannel takes the site's facts from the first file and refuses a file of
// another site.
func (s *survey) addChannel(c *wxr.Channel) error {
	key := siteKey(cmp.Or(c.BaseBlogURL, c.Link))
	if s.site != "" && key != "" && key != s.site {
		return fault.New(fault.Invalid, "the files are of two sites, %s and %s", s.site, key).WithHint("import one site after the other")
	}
	if s.site == "" {
		s.site = key
		s.salt = namedID(key)
	}
	if s.channel.Title == "" {
		s.channel = *c
	}
	for _, address := range []string{c.Link, c.BaseBlogURL, c.BaseSiteURL} {
		if u, err := url.Parse(strings.TrimSpace(address)); err == nil && u.Host != "" {
			host := strings.ToLower(u.Host)
			s.hosts[host] = true
			s.hosts["www."+strings.TrimPrefix(host, "www.")] = true
			s.hosts[strings.TrimPrefix(host, "www.")] = true
		}
	}
	return nil
}

// siteKey names the source site whatever the scheme of its address.
func siteKey(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" {
		return strings.Trim(strings.TrimSpace(address), "/")
	}
	return strings.TrimPrefix(strings.ToLower(u.Host), "www.") + strings.TrimSuffix(u.Path, "/")
}

func kindByte(t string) byte {
	switch t {
	case "post":
		return 'p'
	case "page":
		return 'g'
	case "attachment":
		return 'a'
	case "nav_menu_item":
		return 'm'
	case "wp_block":
		return 'b'
	}
	return 'o'
}

func (s *survey) addItem(it *wxr.Item, file string) {
	entry := &surveyed{parent: it.Parent, kind: kindByte(it.Type)}
	entry.public = it.Status == "publish" && it.Password == ""
	if s.items.get(it.ID) != nil {
		return // the writing pass says so
	}
	entry = s.items.add(it.ID, *entry)
	at, _ := wxr.ParseTime(cmp.Or(nonZero(it.DateGMT), it.Date), time.UTC)
	entry.target = s.freeTarget(timedID(at, it.ID^s.salt), it.ID)
	s.noteOffset(it)
	switch entry.kind {
	case 'a':
		s.addUpload(it)
	case 'b':
		s.blocks[it.ID] = it.Content
	case 'p':
		s.sample(it)
	case 'g':
		if u, err := url.Parse(strings.TrimSpace(it.Link)); err == nil && u.RawQuery != "" {
			s.pages[it.ID] = cmp.Or(decoded(it.Slug), urlpath.Slug(it.Title))
		}
	case 'o':
		if it.Type == guestAuthor {
			s.guests = append(s.guests, guest{it, file})
		}
	}
	bit := byte(2)
	if entry.public {
		bit = 1
	}
	for _, t := range it.Terms {
		s.usedBy[keyOfRef(t)] |= bit
	}
}

// freeTarget keeps two items of one millisecond apart.
func (s *survey) freeTarget(target, source int64) int64 {
	for s.taken[target] != 0 && s.taken[target] != source {
		target++
	}
	s.taken[target] = source
	return target
}

func (s *survey) addUpload(it *wxr.Item) {
	if key := uploadKey(it.AttachmentURL); key != "" {
		s.uploads[rank(key)] = it.ID
	}
	if file := wxr.First(it.Meta, "_wp_attached_file"); file != "" {
		s.uploads[rank(urlpath.Key("/"+file))] = it.ID
	}
	s.media[it.ID] = s.known(it)
	if it.Parent != 0 {
		s.children[it.Parent] = append(s.children[it.Parent], child{it.MenuOrder, it.ID})
	}
}

// uploadKey is the folded path of a file below the uploads folder, or its whole
// path where there is none.
func uploadKey(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	path := u.EscapedPath()
	for _, folder := range []string{"/wp-content/uploads/", "/files/"} {
		if i := strings.Index(path, folder); i >= 0 {
			path = path[i+len(folder)-1:]
			break
		}
	}
	if path == "" || path == "/" {
		return ""
	}
	return urlpath.Key(path)
}

func nonZero(date string) string {
	if strings.HasPrefix(strings.TrimSpace(date), "0000") {
		return ""
	}
	return date
}
