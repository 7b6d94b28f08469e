package media

import (
	"bytes"
	"io"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/internal/fault"
	"dateline/internal/media/picture"
)

// fileType is what a file is, by its content.
type fileType struct {
	kind Kind
	mime string
	ext  string
}

// headSize is how much of a file is looked at to tell its type.
const headSize = 4096

// typeOf tells the type of a file by its first bytes; the name only chooses
// between types that begin alike. What is on no list is refused: a type that
// browsers run (SVG, HTML) with the reason.
func typeOf(head []byte, name string) (fileType, error) {
	if f, ok := picture.Sniff(head); ok {
		return fileType{KindImage, string(f), f.Ext()}, nil
	}
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	for _, detect := range []func([]byte, string) (fileType, bool){isoMedia, sound, matroska, ogg, zipped, plain} {
		if t, ok := detect(head, ext); ok {
			return t, nil
		}
	}
	return fileType{}, refuse(head, ext)
}

// refuse says why a file is not taken.
func refuse(head []byte, ext string) error {
	text := strings.ToLower(string(bytes.TrimLeft(head[:min(len(head), 1024)], "\ufeff \t\r\n")))
	reason := "this type of file is not taken"
	switch {
	case len(head) == 0:
		reason = "the file is empty"
	case ext == "svg" || strings.Contains(text, "<svg"):
		reason = "SVG pictures are not taken, because they can hold scripts; save it as PNG or WebP"
	case strings.HasPrefix(text, "<!doctype html") || strings.Contains(text, "<html") || strings.Contains(text, "<script") || ext == "html" || ext == "htm":
		reason = "this is a web page, not a medium"
	case bytes.HasPrefix(head, []byte("II*\x00")) || bytes.HasPrefix(head, []byte("MM\x00*")):
		reason = "TIFF and raw camera files are not taken; save it as JPEG or PNG"
	case bytes.HasPrefix(head, []byte("BM")) && ext == "bmp":
		reason = "BMP pictures are not taken; save it as PNG"
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		reason = "HEIC and AVIF pictures are not taken; save it as JPEG"
	case ext == "jpg" || ext == "jpeg" || ext == "png" || ext == "gif" || ext == "webp":
		reason = "the file is called a picture but is none, or it is damaged"
	}
	return fault.New(fault.Invalid, "%s", reason).
		WithHint("Taken are JPEG, PNG, GIF, WebP; MP3, M4A, OGG, WAV, FLAC; MP4, WebM, OGV, MOV; PDF, EPUB, ZIP, DOCX, XLSX, PPTX, ODT, CSV, TXT")
}

// isoMedia recognises MP4, M4A and QuickTime by the brand in their ftyp box
// (ISO/IEC 14496-12), and old QuickTime files that begin with another box.
func isoMedia(head []byte, ext string) (fileType, bool) {
	if len(head) < 12 {
		return fileType{}, false
	}
	box, brand := string(head[4:8]), string(head[8:12])
	switch {
	case box == "ftyp" && brand == "qt  ", box != "ftyp" && ext == "mov" && strings.Contains(" moov mdat wide free skip ", " "+box+" "):
		return fileType{KindVideo, "video/quicktime", "mov"}, true
	case box != "ftyp":
		return fileType{}, false
	case brand == "M4A " || brand == "M4B " || ext == "m4a":
		return fileType{KindAudio, "audio/mp4", "m4a"}, true
	case strings.HasPrefix(brand, "iso") || strings.HasPrefix(brand, "mp4") || strings.HasPrefix(brand, "3gp") ||
		strings.Contains(" avc1 M4V  dash MSNV F4V  f4v  XAVC ", " "+brand+" "):
		return fileType{KindVideo, "video/mp4", "mp4"}, true
	}
	return fileType{}, false // heic, avif and others
}

func sound(head []byte, ext string) (fileType, bool) {
	switch {
	case bytes.HasPrefix(head, []byte("ID3")), ext == "mp3" && mpegFrame(head):
		return fileType{KindAudio, "audio/mpeg", "mp3"}, true
	case bytes.HasPrefix(head, []byte("fLaC")):
		return fileType{KindAudio, "audio/flac", "flac"}, true
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WAVE":
		return fileType{KindAudio, "audio/wav", "wav"}, true
	}
	return fileType{}, false
}

// mpegFrame recognises the header of an MPEG audio layer III frame (ISO/IEC
// 11172-3, 2.4.1.3): sync, layer, and no forbidden value.
func mpegFrame(b []byte) bool {
	return len(b) >= 4 && b[0] == 0xff && b[1]&0xe0 == 0xe0 && b[1]&0x18 != 0x08 && b[1]&0x06 == 0x02 && b[2]&0xf0 != 0xf0 && b[2]&0x0c != 0x0c
}

func matroska(head []byte, _ string) (fileType, bool) {
	if bytes.HasPrefix(head, []byte("\x1a\x45\xdf\xa3")) && bytes.Contains(head[:min(len(head), 64)], []byte("webm")) {
		return fileType{KindVideo, "video/webm", "webm"}, true
	}
	return fileType{}, false
}

func ogg(head []byte, ext string) (fileType, bool) {
	switch {
	case !bytes.HasPrefix(head, []byte("OggS")):
		return fileType{}, false
	case ext == "ogv" || bytes.Contains(head[:min(len(head), 128)], []byte("theora")):
		return fileType{KindVideo, "video/ogg", "ogv"}, true
	}
	return fileType{KindAudio, "audio/ogg", "ogg"}, true
}

// zipped recognises ZIP and the documents that are one inside. They are only
// ever handed out for download and never opened here, so nothing in them can
// hurt us.
func zipped(head []byte, ext string) (fileType, bool) {
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return fileType{}, false
	}
	const office = "application/vnd.openxmlformats-officedocument."
	switch first := head[min(len(head), 30):]; {
	case bytes.HasPrefix(first, []byte("mimetypeapplication/epub+zip")):
		return fileType{KindFile, "application/epub+zip", "epub"}, true
	case bytes.HasPrefix(first, []byte("mimetypeapplication/vnd.oasis.opendocument.text")):
		return fileType{KindFile, "application/vnd.oasis.opendocument.text", "odt"}, true
	case ext == "docx":
		return fileType{KindFile, office + "wordprocessingml.document", ext}, true
	case ext == "xlsx":
		return fileType{KindFile, office + "spreadsheetml.sheet", ext}, true
	case ext == "pptx":
		return fileType{KindFile, office + "presentationml.presentation", ext}, true
	}
	return fileType{KindFile, "application/zip", "zip"}, true
}

func plain(head []byte, ext string) (fileType, bool) {
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return fileType{KindFile, "application/pdf", "pdf"}, true
	case ext == "csv" && readable(head):
		return fileType{KindFile, "text/csv; charset=utf-8", "csv"}, true
	case ext == "txt" && readable(head):
		return fileType{KindFile, "text/plain; charset=utf-8", "txt"}, true
	}
	return fileType{}, false
}

// readable reports whether b, perhaps cut in a character, is text.
func readable(b []byte) bool {
	if len(b) == 0 || bytes.IndexByte(b, 0) >= 0 {
		return false
	}
	for cut := range min(utf8.UTFMax, len(b)) {
		if utf8.Valid(b[:len(b)-cut]) {
			return true
		}
	}
	return false
}

// cleanName makes a file name fit for people and for Content-Disposition: its
// last element, printable, at most 200 bytes.
func cleanName(name string) string {
	name = strings.ToValidUTF8(strings.ReplaceAll(name, "\\", "/"), "")
	name = path.Base("/" + name)
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`"/:*?<>|`, r) {
			return -1
		}
		return r
	}, name))
	if name == "" || name == "." || name == ".." {
		return "file"
	}
	if ext := path.Ext(name); len(name) > 200 && len(ext) < 20 {
		name = strings.ToValidUTF8(name[:200-len(ext)], "") + ext
	} else if len(name) > 200 {
		name = strings.ToValidUTF8(name[:200], "")
	}
	return name
}

// headOf reads the beginning of a file.
func headOf(r io.ReaderAt) []byte {
	head := make([]byte, headSize)
	n, _ := r.ReadAt(head, 0)
	return head[:n]
}
