package media_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image/jpeg"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/media/picture/picturetest"
)

// photo is a photograph that lies on its side and names its place.
func photo(w, h int) []byte {
	return picturetest.WithEXIF(picturetest.JPEG(picturetest.Scene(w, h)), 6,
		picturetest.Tag{ID: picturetest.ImageDescription, Text: "A harbour at dawn"},
		picturetest.Tag{ID: picturetest.Artist, Text: "Ann Lee"},
		picturetest.Tag{ID: picturetest.Copyright, Text: "(c) Ann Lee"})
}

func TestIngest_Photograph(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		file := photo(1600, 1000)
		m := k.ingest(file, "IMG 1234.JPG")
		if m.State != media.StateStored || labels(m) != "w960.jpg" {
			t.Errorf("after the upload: %s, %s", m.State, labels(m))
		}
		if m.Width != 1000 || m.Height != 1600 || m.Kind != media.KindImage || m.MIME != "image/jpeg" || m.Bytes != int64(len(file)) {
			t.Errorf("%+v", m)
		}
		if m.Caption != "A harbour at dawn" || m.Credit != "Ann Lee" || m.Meta[media.MetaCopyright] != "(c) Ann Lee" || len(m.Placeholder) != 7 {
			t.Errorf("%+v", m)
		}
		if got := k.get(m.ID); diff(m, got) != "" {
			t.Errorf("stored otherwise than returned: %s", diff(m, got))
		}
		if n := k.work(); n != 1 {
			t.Fatalf("%d jobs", n)
		}
		m = k.get(m.ID)
		if m.State != media.StateReady || labels(m) != "w320.jpg w640.jpg w960.jpg wide.jpg" {
			t.Errorf("after the job: %s, %s", m.State, labels(m))
		}
	})
}

// The place where a picture was taken stays in the original, which nobody
// outside gets, and is in nothing else.
func TestIngest_KeepsThePlacePrivate(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite), func(c *media.Config) { c.NoWebP, c.NoAVIF, c.CacheDir = false, false, t.TempDir() })
	file := photo(700, 500)
	if !bytes.Contains(file, []byte(picturetest.Canary)) {
		t.Fatal("the photograph has no place to begin with")
	}
	m := k.ingest(file, "place.jpg")
	k.work()
	m = k.get(m.ID)
	if got := labels(m); got != "w320.avif w320.jpg w320.webp w500.avif w500.jpg w500.webp wide.jpg" {
		t.Errorf("variants %s", got)
	}
	originals := k.keys("originals/")
	if len(originals) != 1 || !bytes.Equal(k.read(originals[0]), file) {
		t.Errorf("the original is not kept as it was: %q", originals)
	}
	variants := k.keys("variants/")
	if len(variants) != len(m.Variants) {
		t.Errorf("%d blobs for %d variants", len(variants), len(m.Variants))
	}
	for _, key := range variants {
		b := k.read(key)
		for _, trace := range []string{picturetest.Canary, "GPS", "Exif"} {
			if bytes.Contains(b, []byte(trace)) {
				t.Errorf("%s contains %q", key, trace)
			}
		}
		if !strings.HasSuffix(key, ".avif") && !bytes.Contains(b, []byte("Ann Lee")) {
			t.Errorf("%s has lost the credit", key)
		}
	}
	row, err := json.Marshal(m)
	if err != nil || bytes.Contains(row, []byte("GPS")) || bytes.Contains(row, []byte("51.4")) {
		t.Errorf("the row names the place: %s %v", row, err)
	}
}

func TestIngest_KeepsOurWords(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite))
	m := k.save(media.Medium{Caption: "Ours", Credit: "Our photographer", Alt: "Our words"})
	m, err := k.Ingest(t.Context(), m.ID, bytes.NewReader(photo(300, 200)), "a.jpg")
	if err != nil || m.Caption != "Ours" || m.Credit != "Our photographer" || m.Alt != "Our words" {
		t.Errorf("%+v %v", m, err)
	}
}

func TestIngest_SameFileAgainChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		file := photo(400, 300)
		m := k.ingest(file, "a.jpg")
		k.work()
		before, blobs := k.get(m.ID), k.keys("")
		k.clock.Advance(1e9)
		if _, err := k.Ingest(t.Context(), m.ID, bytes.NewReader(file), "a.jpg"); err != nil {
			t.Fatal(err)
		}
		if n := k.work(); n != 0 {
			t.Errorf("%d jobs", n)
		}
		if err := k.MakeVariants(t.Context(), m.ID); err != nil {
			t.Fatal(err)
		}
		if d := diff(before, k.get(m.ID)); d != "" {
			t.Error(d)
		}
		if diff := cmp.Diff(blobs, k.keys("")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestIngest_AnotherFileTakesItsPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		m := k.ingest(photo(400, 300), "a.jpg")
		k.work()
		old := k.get(m.ID)
		if _, err := k.Ingest(t.Context(), m.ID, bytes.NewReader(picturetest.PNG(picturetest.Scene(900, 600))), "b.png"); err != nil {
			t.Fatal(err)
		}
		k.work()
		now := k.get(m.ID)
		if now.MIME != "image/png" || now.Width != 900 || now.Token != old.Token || labels(now) != "w320.jpg w640.jpg w900.jpg wide.jpg" {
			t.Errorf("%+v", now)
		}
		if now.Meta[media.MetaCreator] != "" {
			t.Error("the other file's creator is still named")
		}
		if got := k.keys("variants/"); len(got) != 4 {
			t.Errorf("blobs left: %q", got)
		}
		if got := k.keys("originals/"); len(got) != 2 {
			t.Errorf("originals: %q", got)
		}
		// Pages that name the old variants still find the picture.
		k.publish(m.ID)
		for _, v := range old.Variants {
			f, err := k.PublicVariant(t.Context(), m.Token, v.Name)
			if err != nil || f.Location == "" || strings.Contains(f.Location, v.Name) {
				t.Errorf("%s: %+v %v", v.Name, f, err)
			}
		}
	})
}

func TestIngest_RefusesBombsAndImpostors(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite), func(c *media.Config) { c.MaxPicture, c.MaxFile = 1<<20, 2<<20 })
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	html := "<!doctype html><script>alert(1)</script>"
	scene := picturetest.JPEG(picturetest.Scene(400, 300))
	for name, c := range map[string]struct {
		file string
		name string
		code fault.Code
		says string
	}{
		"png 65535²":         {string(picturetest.DeclarePNG(65535, 65535)), "a.png", fault.TooLarge, "40 megapixels"},
		"png empty":          {string(picturetest.DeclarePNG(6000, 6000)), "a.png", fault.Invalid, "too short"},
		"gif 10,000 frames":  {string(picturetest.Animation(10_000, 2, 2)), "a.gif", fault.TooLarge, "600 frames"},
		"jpeg lies":          {string(picturetest.DeclareJPEG(600, 500)), "a.jpg", fault.Invalid, ""},
		"jpeg cut":           {string(scene[:len(scene)/2]), "a.jpg", fault.Invalid, "no intact JPEG"},
		"html as jpeg":       {html, "a.jpg", fault.Invalid, "web page"},
		"html":               {html, "a.html", fault.Invalid, "web page"},
		"svg":                {svg, "a.svg", fault.Invalid, "SVG"},
		"svg as png":         {svg, "a.png", fault.Invalid, "SVG"},
		"svg with xml":       {`<?xml version="1.0"?><!-- x -->` + svg, "a.jpg", fault.Invalid, "SVG"},
		"html as pdf":        {html, "a.pdf", fault.Invalid, "web page"},
		"html as mp4":        {html, "a.mp4", fault.Invalid, "web page"},
		"html as zip":        {html, "a.zip", fault.Invalid, "web page"},
		"program":            {"MZ\x90\x00" + strings.Repeat("\x00", 100), "a.exe", fault.Invalid, "not taken"},
		"script":             {"#!/bin/sh\nrm -rf /\n", "a.sh", fault.Invalid, "not taken"},
		"binary as text":     {"\x00\x01\x02", "a.txt", fault.Invalid, "not taken"},
		"tiff":               {"II*\x00" + strings.Repeat("\x00", 60), "a.tif", fault.Invalid, "TIFF"},
		"bmp":                {"BM" + strings.Repeat("\x00", 60), "a.bmp", fault.Invalid, "BMP"},
		"heic":               {"\x00\x00\x00\x18ftypheic" + strings.Repeat("\x00", 60), "a.heic", fault.Invalid, "HEIC"},
		"empty":              {"", "a.jpg", fault.Invalid, ""},
		"eicar as jpeg":      {`X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`, "a.jpg", fault.Invalid, "called a picture"},
		"picture over limit": {string(scene) + strings.Repeat("x", 1<<20), "a.jpg", fault.TooLarge, "1 MB"},
		"file over limit":    {"%PDF-" + strings.Repeat("x", 2<<20), "a.pdf", fault.TooLarge, "2 MB"},
	} {
		m := k.save(media.Medium{FileName: "before.jpg", Caption: "before"})
		_, err := k.Ingest(t.Context(), m.ID, strings.NewReader(c.file), c.name)
		if !fault.Is(err, c.code) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if d := diff(m, k.get(m.ID)); d != "" {
			t.Errorf("%s changed the medium: %s", name, d)
		}
	}
	if left := k.keys(""); len(left) != 0 {
		t.Errorf("blobs were kept: %q", left)
	}
	if _, err := k.Ingest(t.Context(), 5, bytes.NewReader(scene), "a.jpg"); !fault.Is(err, fault.NotFound) {
		t.Errorf("without a medium: %v", err)
	}
}

// What is not picture in a file that is also a picture does not get out.
func TestIngest_Polyglot(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite))
	m := k.ingest(append(picturetest.JPEG(picturetest.Scene(400, 300)), "<script>alert(1)</script>PK\x03\x04"...), "a.jpg.html")
	k.work()
	for _, key := range k.keys("variants/") {
		b := k.read(key)
		if bytes.Contains(b, []byte("script")) || bytes.Contains(b, []byte("PK\x03\x04")) {
			t.Errorf("%s holds foreign bytes", key)
		}
	}
	k.publish(m.ID)
	for _, v := range k.get(m.ID).Variants {
		if f, err := k.PublicVariant(t.Context(), m.Token, v.Name); err != nil || f.MIME != "image/jpeg" {
			t.Errorf("%s: %+v %v", v.Name, f, err)
		}
	}
}

func TestIngest_Animation(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite))
	m := k.ingest(picturetest.Animation(6, 400, 300), "a.gif")
	k.work()
	m = k.get(m.ID)
	if got := labels(m); got != "gif.gif w320.jpg w400.jpg wide.jpg" {
		t.Errorf("variants %s", got)
	}
	p := m.Sources()
	if !strings.HasSuffix(p.URL, ".gif") || len(p.Sources) != 0 || p.Width != 400 || p.Height != 300 {
		t.Errorf("%+v", p)
	}
	if v, ok := m.Social(); !ok || v.MIME != "image/jpeg" {
		t.Errorf("%+v", v)
	}
}

func TestIngest_Files(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite))
	zip := func(first string) string {
		return "PK\x03\x04" + strings.Repeat("\x00", 26) + first
	}
	for name, c := range map[string]struct {
		file string
		kind media.Kind
		mime string
		save string
	}{
		"a.mp3":        {"ID3\x04" + strings.Repeat("\x00", 60), media.KindAudio, "audio/mpeg", "a.mp3"},
		"raw.mp3":      {"\xff\xfb\x90\x64" + strings.Repeat("\x00", 60), media.KindAudio, "audio/mpeg", "raw.mp3"},
		"a.m4a":        {"\x00\x00\x00\x18ftypM4A " + strings.Repeat("\x00", 60), media.KindAudio, "audio/mp4", "a.m4a"},
		"a.ogg":        {"OggS\x00" + strings.Repeat("\x00", 60), media.KindAudio, "audio/ogg", "a.ogg"},
		"a.ogv":        {"OggS\x00" + strings.Repeat("\x00", 24) + "\x80theora" + strings.Repeat("\x00", 60), media.KindVideo, "video/ogg", "a.ogv"},
		"a.wav":        {"RIFF\x24\x00\x00\x00WAVEfmt ", media.KindAudio, "audio/wav", "a.wav"},
		"a.flac":       {"fLaC\x00" + strings.Repeat("\x00", 60), media.KindAudio, "audio/flac", "a.flac"},
		"a.mp4":        {"\x00\x00\x00\x18ftypisom" + strings.Repeat("\x00", 60), media.KindVideo, "video/mp4", "a.mp4"},
		"a.mov":        {"\x00\x00\x00\x14ftypqt  " + strings.Repeat("\x00", 60), media.KindVideo, "video/quicktime", "a.mov"},
		"a.webm":       {"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + strings.Repeat("\x00", 60), media.KindVideo, "video/webm", "a.webm"},
		"a.pdf":        {"%PDF-1.7\n", media.KindFile, "application/pdf", "a.pdf"},
		"page.html":    {"%PDF-1.7\n<script>", media.KindFile, "application/pdf", "page.html.pdf"},
		"a.zip":        {zip("x"), media.KindFile, "application/zip", "a.zip"},
		"a.docx":       {zip("[Content_Types].xml"), media.KindFile, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a.docx"},
		"a.xlsx":       {zip("[Content_Types].xml"), media.KindFile, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "a.xlsx"},
		"a.pptx":       {zip("[Content_Types].xml"), media.KindFile, "application/vnd.openxmlformats-officedocument.presentationml.presentation", "a.pptx"},
		"a.odt":        {zip("mimetypeapplication/vnd.oasis.opendocument.text"), media.KindFile, "application/vnd.oasis.opendocument.text", "a.odt"},
		"a.epub":       {zip("mimetypeapplication/epub+zip"), media.KindFile, "application/epub+zip", "a.epub"},
		"a.jar":        {zip("META-INF"), media.KindFile, "application/zip", "a.jar.zip"},
		"a.csv":        {"name,age\nÄnn,3\n", media.KindFile, "text/csv; charset=utf-8", "a.csv"},
		"a.txt":        {strings.Repeat("ü", 5000), media.KindFile, "text/plain; charset=utf-8", "a.txt"},
		"../../x.txt":  {"text", media.KindFile, "text/plain; charset=utf-8", "x.txt"},
		"a\r\nb\".txt": {"text", media.KindFile, "text/plain; charset=utf-8", "ab.txt"},
	} {
		m := k.ingest([]byte(c.file), name)
		if m.Kind != c.kind || m.MIME != c.mime || m.State != media.StateReady || len(m.Variants) != 1 {
			t.Errorf("%s: %+v", name, m)
			continue
		}
		if _, err := k.PublicVariant(t.Context(), m.Token, m.Variants[0].Name); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: a private file is served: %v", name, err)
		}
		k.publish(m.ID)
		f, err := k.PublicVariant(t.Context(), m.Token, m.Variants[0].Name)
		if err != nil || f.MIME != c.mime || f.Download != c.save {
			t.Errorf("%s: %+v %v", name, f, err)
		}
		if got := k.read(f.Key); string(got) != c.file {
			t.Errorf("%s: served %d bytes of %d", name, len(got), len(c.file))
		}
	}
}

// A step that fails, as a kill between two would, leaves the medium as it was
// and no row that names a missing blob.
func TestIngest_FailingStepsLeaveNothingHalf(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		file := photo(400, 300)
		m := k.save(media.Medium{FileName: "a.jpg"})
		for n := 0; ; n++ {
			failing := &failingStore{Store: k.blobs, left: n}
			s := newDesk(t, d, func(c *media.Config) { c.Blobs, c.NoWebP, c.NoAVIF = failing, true, true })
			_, err := s.Ingest(t.Context(), m.ID, bytes.NewReader(file), "a.jpg")
			if err == nil {
				break
			}
			if !errors.Is(err, errBlob) {
				t.Fatal(err)
			}
			if d := diff(m, k.get(m.ID)); d != "" {
				t.Errorf("failing at step %d changed the medium: %s", n, d)
			}
			if n > 10 {
				t.Fatal("it never succeeds")
			}
		}
		for n := 0; ; n++ {
			failing := &failingStore{Store: k.blobs, left: n}
			s := newDesk(t, d, func(c *media.Config) { c.Blobs, c.NoWebP, c.NoAVIF = failing, true, true })
			if err := s.MakeVariants(t.Context(), m.ID); err == nil {
				break
			} else if !errors.Is(err, errBlob) {
				t.Fatal(err)
			}
			k.complete(m.ID)
			if n > 20 {
				t.Fatal("it never succeeds")
			}
		}
		if got := k.get(m.ID); got.State != media.StateReady || len(got.Variants) < 2 {
			t.Errorf("%s %s", got.State, labels(got))
		}
		k.complete(m.ID)
	})
}

// complete checks that every variant's blob is there and whole.
func (k *desk) complete(id int64) {
	k.t.Helper()
	m := k.get(id)
	k.publish(id)
	for _, v := range m.Variants {
		f, err := k.PublicVariant(k.t.Context(), m.Token, v.Name)
		if err != nil {
			k.t.Fatal(err)
		}
		b := k.read(f.Key)
		config, err := jpeg.DecodeConfig(bytes.NewReader(b))
		if err != nil || int64(len(b)) != v.Bytes || config.Width != v.Width || config.Height != v.Height {
			k.t.Errorf("%s: %v, %d bytes, %+v", v.Name, err, len(b), config)
		}
	}
}

func TestFail_SaysWhy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		m := k.save(media.Medium{FileName: "a.jpg"})
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Fail(ctx, tx, m.ID, fault.New(fault.NotFound, "the server answered 404"))
		})
		if got := k.get(m.ID); got.State != media.StateFailed || got.Meta[media.MetaFailure] != "the server answered 404" || !got.Sources().Missing {
			t.Errorf("%+v", got)
		}
		if _, err := k.Ingest(t.Context(), m.ID, bytes.NewReader(photo(100, 100)), "a.jpg"); err != nil {
			t.Fatal(err)
		}
		if got := k.get(m.ID); got.State != media.StateStored || got.Meta[media.MetaFailure] != "" {
			t.Errorf("%+v", got)
		}
	})
}

func TestIngest_LeavesNoTemporaryFile(t *testing.T) {
	temp := t.TempDir()
	k := newDesk(t, dbtest.Open(t, db.SQLite), func(c *media.Config) { c.TempDir = temp })
	m := k.ingest(photo(200, 100), "a.jpg")
	_, err := k.Ingest(t.Context(), m.ID, io.MultiReader(strings.NewReader("half"), brokenReader{}), "b.jpg")
	if err == nil {
		t.Error("a broken upload was taken")
	}
	if left, _ := os.ReadDir(temp); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
