package picture

import (
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bep/imagemeta"
)

// Metadata is what a picture's file says in EXIF, IPTC and XMP, as far as we
// use it.
type Metadata struct {
	Orientation int // EXIF's 1 to 8, 0 unknown
	Title       string
	Caption     string
	Alt         string // IPTC's text for those who do not see the picture
	Rights      Rights
	Taken       string // "2006-01-02T15:04:05", local time of the camera
}

// maxText is the longest text taken from a file, in characters.
const maxText = 2000

// ReadMetadata reads the metadata of a picture. Metadata is a courtesy: what
// is damaged is left out and never an error.
func ReadMetadata(r io.ReadSeeker, f Format) Metadata {
	format, ok := map[Format]imagemeta.ImageFormat{JPEG: imagemeta.JPEG, PNG: imagemeta.PNG, WebP: imagemeta.WebP}[f]
	if !ok {
		return Metadata{}
	}
	found := texts{}
	m := Metadata{}
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: r, ImageFormat: format, Sources: imagemeta.EXIF | imagemeta.IPTC | imagemeta.XMP,
		LimitNumTags: 2000, LimitTagSize: 16 << 10, Timeout: 5 * time.Second,
		ShouldHandleTag: wantedTag,
		HandleTag: func(t imagemeta.TagInfo) error {
			if t.Source == imagemeta.EXIF && t.Tag == "Orientation" {
				m.Orientation = orientationOf(t.Value)
			}
			found.add(t)
			return nil
		},
	})
	m.Title = found.first("IPTC Headline", "XMP Headline", "IPTC ObjectName", "XMP Title")
	m.Caption = found.first("IPTC Caption-Abstract", "XMP Description", "EXIF ImageDescription")
	m.Alt = found.first("XMP AltTextAccessibility")
	m.Rights = Rights{
		Creator:   found.first("IPTC By-line", "XMP Creator", "EXIF Artist"),
		Credit:    found.first("IPTC Credit", "XMP Credit"),
		Copyright: found.first("IPTC CopyrightNotice", "XMP Rights", "EXIF Copyright"),
	}
	m.Taken = found.first("EXIF DateTimeOriginal")
	return m
}

// wantedTag keeps thumbnails and places unread.
func wantedTag(t imagemeta.TagInfo) bool {
	if t.Source != imagemeta.EXIF {
		return true
	}
	return strings.HasPrefix(t.Namespace, "IFD0") && !strings.Contains(t.Namespace, "GPS")
}

func orientationOf(v any) int {
	switch v := v.(type) {
	case uint16:
		return int(v)
	case uint32:
		return int(v)
	case int:
		return v
	}
	return 0
}

// texts are the readable values by "SOURCE Tag".
type texts map[string]string

func (t texts) add(tag imagemeta.TagInfo) {
	var s string
	switch v := tag.Value.(type) {
	case string:
		s = v
	case []string:
		s = strings.Join(v, ", ")
	default:
		return
	}
	s = clean(s)
	key := tag.Source.String() + " " + tag.Tag
	if s != "" && t[key] == "" {
		t[key] = s
	}
}

func (t texts) first(keys ...string) string {
	for _, k := range keys {
		if s := t[k]; s != "" {
			return s
		}
	}
	return ""
}

// clean makes foreign text printable: valid UTF-8, no control characters but
// line ends, no more than maxText characters. Camera makers' stock phrases are
// no caption.
func clean(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "")
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s))
	switch strings.ToUpper(s) {
	case "OLYMPUS DIGITAL CAMERA", "SAMSUNG CAMERA PICTURES", "DIGITAL CAMERA", "DCIM", "UNTITLED", "SONY DSC", "KONICA MINOLTA DIGITAL CAMERA", "PROCESSED WITH VSCO":
		return ""
	}
	if utf8.RuneCountInString(s) > maxText {
		s = string([]rune(s)[:maxText])
	}
	return s
}
