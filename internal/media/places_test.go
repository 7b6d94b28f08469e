package media_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
)

func isoBox(kind string, body ...string) string {
	all := strings.Join(body, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(all)))) + kind + all
}

const place = "+51.4779-000.0015/"

// film is an MP4 that names its place in each of the usual ways.
func film(meta bool) string {
	keys := isoBox("keys", "\x00\x00\x00\x00", "\x00\x00\x00\x02",
		isoBox("mdta", "com.apple.quicktime.make"), isoBox("mdta", "com.apple.quicktime.location.ISO6709"))
	item := func(index byte, text string) string {
		return isoBox("\x00\x00\x00"+string(index), isoBox("data", "\x00\x00\x00\x01\x00\x00\x00\x00", text))
	}
	list := isoBox("ilst", item(1, "Camera"), item(2, place))
	handler := isoBox("hdlr", strings.Repeat("\x00", 24))
	version := ""
	if meta {
		version = "\x00\x00\x00\x00"
	}
	return isoBox("ftyp", "isom\x00\x00\x02\x00isommp41") +
		isoBox("mdat", strings.Repeat("film", 100), place[:3]) +
		isoBox("moov", isoBox("mvhd", strings.Repeat("\x00", 100)),
			isoBox("udta", isoBox("\xa9xyz", "\x00\x12\x15\xc7"+place), isoBox("loci", "\x00\x00\x00\x00"+place), isoBox("name", "A film")),
			isoBox("meta", version, handler, keys, list)) +
		isoBox("uuid", "\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac<x:xmpmeta exif:GPSLatitude='"+place+"'>")
}

func TestIngest_RemovesThePlaceFromFilms(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite))
	for name, file := range map[string]string{"iso meta": film(true), "quicktime meta": film(false)} {
		m := k.ingest([]byte(file), "film.mp4")
		k.publish(m.ID)
		v, ok := m.File()
		f, err := k.PublicVariant(t.Context(), m.Token, v.Name)
		if err != nil || !ok {
			t.Fatal(err)
		}
		got := k.read(f.Key)
		if bytes.Contains(got, []byte("51.4779")) || bytes.Contains(got, []byte("GPS")) {
			t.Errorf("%s: the place is still there: %q", name, got)
		}
		if len(got) != len(file) || !bytes.Contains(got, []byte("A film")) || !bytes.Contains(got, []byte("Camera")) || !bytes.Contains(got, []byte(strings.Repeat("film", 100))) {
			t.Errorf("%s: more than the place changed: %q", name, got)
		}
		if original := k.read("originals/" + m.SHA256[:2] + "/" + m.SHA256); string(original) != file {
			t.Errorf("%s: the original was changed", name)
		}
	}
}

func TestIngest_TakesOddFilms(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite))
	whole := film(true)
	files := []string{
		isoBox("ftyp", "isom\x00\x00\x02\x00"), whole[:len(whole)-30],
		isoBox("ftyp", "isom\x00\x00\x02\x00") + "\x00\x00\x00\x00mdat", isoBox("ftyp", "isom\x00\x00\x02\x00") + "\x00\x00\x00\x01moov\xff\xff\xff\xff\xff\xff\xff\xff",
		isoBox("ftyp", "isom\x00\x00\x02\x00") + strings.Repeat("\x00\x00\x00\x08moov", 30_000),
		isoBox("ftyp", "isom\x00\x00\x02\x00") + "\x00\x00\x00\x04moov",
	}
	nested := isoBox("\xa9xyz", place)
	for range 40 {
		nested = isoBox("moov", nested)
	}
	for i, file := range append(files, isoBox("ftyp", "isom\x00\x00\x02\x00")+nested) {
		m := k.ingest([]byte(file), "film.mp4")
		if _, ok := m.File(); !ok {
			t.Errorf("file %d has no variant", i)
		}
	}
}
