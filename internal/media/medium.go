package media

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/media/picture"
)

// Kind is what a medium is.
type Kind string

// The kinds.
const (
	KindImage Kind = "image"
	KindAudio Kind = "audio"
	KindVideo Kind = "video"
	KindFile  Kind = "file"
)

// State is how far a medium's file has come. See the package comment.
type State string

// The states.
const (
	StateMissing State = "missing"
	StateStored  State = "stored"
	StateReady   State = "ready"
	StateFailed  State = "failed"
)

// Keys of Medium.Meta that this package writes.
const (
	MetaCreator   = "creator"   // who made the picture, as its file says
	MetaCopyright = "copyright" // as the file says
	MetaCredit    = "credit"    // as the file says
	MetaTaken     = "taken"     // the camera's local time
	MetaOrient    = "orientation"
	MetaFailure   = "failure"
)

// Medium is one medium with its variants. Public is computed: see the package
// comment.
type Medium struct {
	ID             int64
	Token          string // 128 random bits in hexadecimal, in public addresses
	Kind           Kind
	Slug           string
	FileName       string // as it was given; for people, never for storage
	MIME           string // of the original
	Bytes          int64  // of the original
	Width, Height  int    // of the original, upright
	DurationMS     int64
	SHA256         string // of the original, in hexadecimal; "" when missing
	Title          string
	Caption        string
	Credit         string
	Alt            string
	Description    string
	FocalX, FocalY int    // thousandths from the left and the top of the whole picture
	Crop           Crop   // the part that is shown; zero is all of it
	Placeholder    string // average colour, "#rrggbb"
	Parent         int64  // article that it was uploaded to
	State          State
	Public         bool
	SourceURL      string // where it was imported from
	Rights         Rights
	Uploader       int64 // person who uploaded it at the desk, 0 for nobody
	Revision       int64 // grows with each change that a person makes
	Meta           map[string]string
	CreatedAt      int64 // microseconds
	UpdatedAt      int64
	Variants       []Variant
}

// Variant is one file of a medium that readers can get.
type Variant struct {
	Name          string // label, "-", fingerprint, ending: "w640-1f2e3d4c.webp"
	MIME          string
	Width, Height int
	Bytes         int64
}

// Labels of variants besides picture.Label and picture.Wide.
const (
	labelAnimation = "gif"   // the whole animation
	labelFile      = "file"  // the original itself, of what is not a picture
	labelClean     = "clean" // a copy of the original without the place of recording
)

// Label is what the variant is, whichever file it was made from: "w640",
// "wide", "gif", "file", "clean".
func (v Variant) Label() string {
	label, _, _ := strings.Cut(v.Name, "-")
	return label
}

// URL returns the public path of m's variant v.
func (m Medium) URL(v Variant) string { return "/media/" + m.Token + "/" + v.Name }

// Picture is all that a page needs to show m as a responsive picture.
type Picture struct {
	URL            string // of the fallback
	Width, Height  int    // of the largest variant
	Sources        []Source
	FocalX, FocalY int
	Placeholder    string
	Missing        bool // no file yet, or none that could be read
}

// Source is the variants of one type, as <source> wants them.
type Source struct{ Type, SrcSet string }

// sourceOrder is the order of <source> elements: readers take the first that
// they know.
var sourceOrder = []picture.Format{picture.AVIF, picture.WebP, picture.JPEG, picture.PNG}

// Sources returns m as a responsive picture from the best variants that exist
// by now. An animation has its own file only: any other would stand still.
func (m Medium) Sources() Picture {
	p := Picture{Placeholder: m.Placeholder}
	p.FocalX, p.FocalY = m.Crop.point(m.FocalX, m.FocalY)
	if v, ok := m.labelled(labelAnimation); ok {
		p.URL, p.Width, p.Height = m.URL(v), v.Width, v.Height
		return p
	}
	fallback, ok := m.Fallback()
	if !ok {
		p.Missing, p.Width, p.Height = true, m.Width, m.Height
		return p
	}
	p.URL, p.Width, p.Height = m.URL(fallback), fallback.Width, fallback.Height
	for _, format := range sourceOrder {
		set := m.whole(format)
		if len(set) == 0 {
			continue
		}
		p.Sources = append(p.Sources, Source{Type: string(format), SrcSet: m.srcSet(set)})
		if last := set[len(set)-1]; last.Width > p.Width {
			p.Width, p.Height = last.Width, last.Height
		}
	}
	return p
}

func (m Medium) srcSet(set []Variant) string {
	parts := make([]string, len(set))
	for i, v := range set {
		parts[i] = m.URL(v) + " " + strconv.Itoa(v.Width) + "w"
	}
	return strings.Join(parts, ", ")
}

// whole returns the variants of a format that show the whole picture, the
// narrowest first.
func (m Medium) whole(f picture.Format) []Variant {
	var set []Variant
	for _, v := range m.Variants {
		if v.MIME == string(f) && strings.HasPrefix(v.Name, "w") && v.Label() != picture.Wide {
			set = append(set, v)
		}
	}
	slices.SortFunc(set, func(a, b Variant) int { return cmp.Compare(a.Width, b.Width) })
	return set
}

// Fallback returns the variant for readers of every age: a JPEG or PNG of at
// most 1280 pixels where there is one.
func (m Medium) Fallback() (Variant, bool) { return m.ofWidth(1280, picture.JPEG, picture.PNG) }

// ofWidth returns the widest variant up to width in the first of the formats
// that the medium has, else the narrowest beyond.
func (m Medium) ofWidth(width int, formats ...picture.Format) (Variant, bool) {
	for _, f := range formats {
		set := m.whole(f)
		if len(set) == 0 {
			continue
		}
		best := set[0]
		for _, v := range set {
			if v.Width <= width {
				best = v
			}
		}
		return best, true
	}
	return Variant{}, false
}

// Social returns the picture for social networks and search: the 16:9 crop,
// else the fallback.
func (m Medium) Social() (Variant, bool) {
	if v, ok := m.labelled(picture.Wide); ok {
		return v, true
	}
	return m.Fallback()
}

// File returns what readers get of a medium that is not a picture.
func (m Medium) File() (Variant, bool) {
	if v, ok := m.labelled(labelClean); ok {
		return v, true
	}
	return m.labelled(labelFile)
}

func (m Medium) labelled(label string) (Variant, bool) {
	i := slices.IndexFunc(m.Variants, func(v Variant) bool { return v.Label() == label })
	if i < 0 {
		return Variant{}, false
	}
	return m.Variants[i], true
}

// FallbackURL returns the path of m's fallback picture, or of its file when it
// is none; "" when it has neither.
func FallbackURL(m Medium) string {
	if v, ok := m.Fallback(); ok {
		return m.URL(v)
	}
	if v, ok := m.File(); ok {
		return m.URL(v)
	}
	return ""
}
