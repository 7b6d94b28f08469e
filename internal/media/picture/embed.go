package picture

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"hash/crc32"
	"strings"
)

// Rights is what a picture's file says about who made it. It stays with the
// public variants; where the picture was taken does not.
type Rights struct {
	Creator   string
	Credit    string
	Copyright string
}

// XMP returns r as an XMP packet (ISO 16684-1), nil when r says nothing.
func (r Rights) XMP() []byte {
	if r == (Rights{}) {
		return nil
	}
	var b strings.Builder
	b.WriteString(`<?xpacket begin="` + "\ufeff" + `" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">` +
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""` +
		` xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/">`)
	element(&b, r.Creator, `<dc:creator><rdf:Seq><rdf:li>`, `</rdf:li></rdf:Seq></dc:creator>`)
	element(&b, r.Copyright, `<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">`, `</rdf:li></rdf:Alt></dc:rights>`)
	element(&b, r.Credit, `<photoshop:Credit>`, `</photoshop:Credit>`)
	b.WriteString(`</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>`)
	return []byte(b.String())
}

func element(b *strings.Builder, text, open, end string) {
	if text == "" {
		return
	}
	b.WriteString(open)
	_ = xml.EscapeText(b, []byte(text)) // a Builder does not fail
	b.WriteString(end)
}

// embed puts an XMP packet into an encoded picture. AVIF goes without: its
// readers of metadata read the other formats too.
func embed(data []byte, w Want, xmp []byte) []byte {
	if len(xmp) == 0 || len(xmp) > 60_000 {
		return data
	}
	switch w.Format {
	case JPEG:
		return embedJPEG(data, xmp)
	case PNG:
		return embedPNG(data, xmp)
	case WebP:
		return embedWebP(data, w, xmp)
	}
	return data
}

// embedJPEG adds an APP1 segment behind the start marker (XMP specification
// part 3, 1.1.3).
func embedJPEG(data, xmp []byte) []byte {
	const signature = "http://ns.adobe.com/xap/1.0/\x00"
	size := 2 + len(signature) + len(xmp)
	out := append([]byte{}, data[:2]...)
	out = append(out, 0xff, 0xe1, byte(size>>8), byte(size))
	out = append(append(out, signature...), xmp...)
	return append(out, data[2:]...)
}

// embedPNG adds an iTXt chunk behind IHDR (XMP specification part 3, 1.1.5).
func embedPNG(data, xmp []byte) []byte {
	const header = 8 + 25 // signature and IHDR
	chunk := append([]byte("iTXtXML:com.adobe.xmp\x00\x00\x00\x00\x00"), xmp...)
	out := append([]byte{}, data[:header]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(chunk)-4))
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, data[header:]...)
}

// embedWebP adds an "XMP " chunk at the end and announces it in the VP8X chunk
// (RFC 9649, section 2.7), which a simple file is given first.
func embedWebP(data []byte, w Want, xmp []byte) []byte {
	const xmpFlag = 0x04
	chunks := bytes.Clone(data[12:])
	if string(chunks[:4]) == "VP8X" {
		chunks[8] |= xmpFlag
	} else {
		head := []byte{'V', 'P', '8', 'X', 10, 0, 0, 0, xmpFlag, 0, 0, 0}
		head = append24(append24(head, w.Width-1), w.Height-1)
		chunks = append(head, chunks...)
	}
	chunks = append(chunks, "XMP "...)
	chunks = binary.LittleEndian.AppendUint32(chunks, uint32(len(xmp)))
	chunks = append(chunks, xmp...)
	if len(xmp)%2 == 1 {
		chunks = append(chunks, 0)
	}
	out := append([]byte("RIFF"), 0, 0, 0, 0, 'W', 'E', 'B', 'P')
	binary.LittleEndian.PutUint32(out[4:], uint32(4+len(chunks)))
	return append(out, chunks...)
}

func append24(b []byte, v int) []byte { return append(b, byte(v), byte(v>>8), byte(v>>16)) }
