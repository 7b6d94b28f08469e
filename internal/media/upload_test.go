package media_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/media/picture/picturetest"
)

var (
	cora = account.Actor{ID: 11, Name: "Cora", Role: account.Contributor}
	arno = account.Actor{ID: 12, Name: "Arno", Role: account.Author}
	edna = account.Actor{ID: 13, Name: "Edna", Role: account.Editor}
)

func (k *desk) upload(actor account.Actor, name, key string, file []byte) (media.Medium, bool) {
	k.t.Helper()
	m, existing, err := k.Upload(k.t.Context(), actor, media.Upload{Name: name, Key: key}, bytes.NewReader(file))
	if err != nil {
		k.t.Fatal(err)
	}
	return m, existing
}

func TestUpload_KeepsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		file := picturetest.JPEG(picturetest.Scene(400, 300))
		m, existing := k.upload(cora, `C:\pictures\harbour.jpg`, "one", file)
		if existing || m.FileName != "harbour.jpg" || m.Uploader != cora.ID || m.State != media.StateStored || m.Width != 400 || m.Public || labels(m) != "w400.jpg" {
			t.Errorf("%v %+v", existing, m)
		}
		if d := diff(m, k.get(m.ID)); d != "" {
			t.Errorf("what was returned is not what is stored: %s", d)
		}
		if again, existing := k.upload(cora, "harbour.jpg", "one", file); existing || again.ID != m.ID {
			t.Errorf("sent again: %v %d", existing, again.ID)
		}
		// The key speaks for the file: what comes after it is not even read.
		again, _, err := k.Upload(t.Context(), cora, media.Upload{Name: "harbour.jpg", Key: "one"}, iotest.ErrReader(io.ErrUnexpectedEOF))
		if err != nil || again.ID != m.ID {
			t.Errorf("sent again in half: %v", err)
		}
		if other, existing := k.upload(arno, "copy.jpg", "one", file); !existing || other.ID != m.ID {
			t.Errorf("the same bytes from somebody else, under the same key: %v %d", existing, other.ID)
		}
		entries, err := audit.Of(t.Context(), d, "media", m.ID, 10)
		if err != nil || len(entries) != 1 || entries[0].Actor != "Cora" || entries[0].Verb != "upload" {
			t.Errorf("%+v %v", entries, err)
		}
		if k.work() != 1 || k.get(m.ID).State != media.StateReady {
			t.Error("the variants were not made")
		}
	})
}

func TestUpload_AtOnceKeepsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		file := picturetest.JPEG(picturetest.Scene(120, 90))
		var wait sync.WaitGroup
		ids := make([]int64, 6)
		for i := range ids {
			wait.Go(func() {
				m, _, err := k.Upload(t.Context(), cora, media.Upload{Name: "a.jpg", Key: fmt.Sprint(i / 2)}, bytes.NewReader(file))
				if err != nil {
					t.Error(err)
				}
				ids[i] = m.ID
			})
		}
		wait.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("the file was kept more than once: %v", ids)
			}
		}
		if found, err := k.Find(t.Context(), media.Query{Limit: 10}); err != nil || len(found.Media) != 1 {
			t.Errorf("%d media, %v", len(found.Media), err)
		}
		if blobs := k.keys("variants/"); len(blobs) != 1 {
			t.Errorf("variants of uploads that lost are left: %v", blobs)
		}
	})
}

func TestUpload_TakesWordsFromTheFile(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite))
	file := picturetest.WithEXIF(picturetest.JPEG(picturetest.Scene(90, 60)), 6,
		picturetest.Tag{ID: picturetest.Artist, Text: "Ann Lee"}, picturetest.Tag{ID: picturetest.Copyright, Text: "2026 The Gull"}, picturetest.Tag{ID: picturetest.ImageDescription, Text: "Boats at dawn"})
	m, _ := k.upload(cora, "a.jpg", "", file)
	if m.Credit != "Ann Lee" || m.Rights.Holder != "2026 The Gull" || m.Caption != "Boats at dawn" || m.Width != 60 || m.Height != 90 {
		t.Errorf("%+v", m)
	}
}

// archive is a ZIP archive.
func archive(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("payload.class")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write([]byte("code"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUpload_Refuses(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite), func(c *media.Config) { c.MaxPicture, c.MaxFile = 100<<10, 200<<10 })
	jpeg, png, gif := picturetest.JPEG(picturetest.Scene(200, 150)), picturetest.PNG(picturetest.Scene(80, 60)), picturetest.Animation(3, 20, 20)
	glue := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	text := func(s string) []byte { return []byte(s) }
	for _, c := range []struct {
		name, file string
		body       []byte
		says       string
		code       fault.Code
	}{
		{"SVG", "logo.svg", text(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "SVG", fault.Invalid},
		{"SVG as PNG", "logo.png", text(`<svg onload=alert(1)>`), "SVG", fault.Invalid},
		{"HTML as JPEG", "photo.jpg", text("<!DOCTYPE html><title>x</title>"), "web page", fault.Invalid},
		{"script as GIF", "a.gif", text("<script>alert(1)</script>"), "web page", fault.Invalid},
		{"TIFF", "scan.tif", text("II*\x00aaaaaaaa"), "TIFF", fault.Invalid},
		{"BMP", "a.bmp", text("BM\x00\x00\x00\x00\x00\x00"), "BMP", fault.Invalid},
		{"HEIC", "a.heic", text("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), "HEIC", fault.Invalid},
		{"program", "a.exe", text("MZ\x90\x00"), "not taken", fault.Invalid},
		{"PHP", "a.php", text("<?php echo 1;"), "not taken", fault.Invalid},
		{"empty", "a.jpg", nil, "empty", fault.Invalid},
		{"truncated JPEG", "a.jpg", jpeg[:len(jpeg)/2], "no intact JPEG", fault.Invalid},
		{"truncated PNG", "a.png", png[:len(png)-30], "no intact PNG", fault.Invalid},
		{"JPEG and ZIP", "a.jpg", glue(jpeg, archive(t)), "ZIP archive at once", fault.Invalid},
		{"GIF and JAR", "a.gif", glue(gif, archive(t)), "ZIP archive at once", fault.Invalid},
		{"PDF and ZIP", "a.pdf", glue(text("%PDF-1.7\n"), archive(t)), "ZIP archive at once", fault.Invalid},
		{"JPEG and page", "a.jpg", glue(jpeg, text("<HTML ><body onload=alert(1)>")), "web page or a script", fault.Invalid},
		{"PNG and PHP", "a.png", glue(png, text("<?PHP system($_GET[0]);")), "web page or a script", fault.Invalid},
		{"page in the metadata", "a.jpg", picturetest.WithEXIF(jpeg, 1, picturetest.Tag{ID: picturetest.ImageDescription, Text: "<script>alert(1)</script>"}), "web page or a script", fault.Invalid},
		{"PDF that begins as a page", "a.pdf", text("%PDF-1.7\n<script>alert(1)</script>"), "web page or a script", fault.Invalid},
		{"picture and PDF", "a.jpg", glue(jpeg[:20], text("%PDF-1.7"), jpeg[20:]), "", fault.Invalid},
		{"bomb, declared", "a.png", picturetest.DeclarePNG(65535, 65535), "the limit is", fault.TooLarge},
		{"bomb, small file", "a.png", picturetest.DeclarePNG(6000, 6000), "too short", fault.Invalid},
		{"bomb, GIF", "a.gif", picturetest.DeclareGIF(65535, 65535), "the limit is", fault.TooLarge},
		{"bomb, WebP", "a.webp", picturetest.DeclareWebP(16383, 16383, 16383, 16383), "the limit is", fault.TooLarge},
		{"bomb, JPEG", "a.jpg", picturetest.DeclareJPEG(65535, 65535), "the limit is", fault.TooLarge},
		{"bomb, frames", "a.gif", picturetest.Animation(700, 4, 4), "601 frames", fault.TooLarge},
		{"large picture", "a.jpg", glue(jpeg, make([]byte, 100<<10)), "the picture's file is larger", fault.TooLarge},
		{"large file", "a.pdf", glue(text("%PDF-1.7\n"), make([]byte, 200<<10)), "the file is larger", fault.TooLarge},
	} {
		_, _, err := k.Upload(t.Context(), edna, media.Upload{Name: c.file}, bytes.NewReader(c.body))
		if fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	_, _, err := k.Upload(t.Context(), edna, media.Upload{Name: "a.jpg"}, io.MultiReader(bytes.NewReader(jpeg[:100]), iotest.ErrReader(io.ErrUnexpectedEOF)))
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "broke off") {
		t.Errorf("a body that ends early: %v", err)
	}
	if _, _, err := k.Upload(t.Context(), account.Actor{ID: 1}, media.Upload{Name: "a.jpg"}, bytes.NewReader(jpeg)); !fault.Is(err, fault.Denied) {
		t.Errorf("nobody uploads: %v", err)
	}
	if found, err := k.Find(t.Context(), media.Query{Limit: 10}); err != nil || len(found.Media) != 0 {
		t.Errorf("%d media were kept, %v", len(found.Media), err)
	}
	for _, ok := range []struct {
		name string
		body []byte
	}{
		{"notes.txt", text("How <script> works")}, {"table.csv", text("a,b\n<html>,2")}, {"book.zip", archive(t)}, {"phone.jpg", glue(jpeg, text("\x00\x00\x00\x18ftypmp42 a moving part"))},
	} {
		if _, _, err := k.Upload(t.Context(), edna, media.Upload{Name: ok.name}, bytes.NewReader(ok.body)); err != nil {
			t.Errorf("%s: %v", ok.name, err)
		}
	}
}

// TestUpload_StoresBeforeItAnswers lets the disk fail at each write in turn:
// no row may name what is not there.
func TestUpload_StoresBeforeItAnswers(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	for left := range 2 {
		k := newDesk(t, d, func(c *media.Config) { c.Blobs = &failingStore{Store: c.Blobs, left: left} })
		if _, _, err := k.Upload(t.Context(), cora, media.Upload{Name: "a.jpg", Key: "k"}, bytes.NewReader(picturetest.JPEG(picturetest.Scene(60, 40)))); err == nil {
			t.Errorf("an upload with %d writes passed", left)
		}
		if found, err := k.Find(t.Context(), media.Query{Limit: 10}); err != nil || len(found.Media) != 0 {
			t.Errorf("%d media were recorded, %v", len(found.Media), err)
		}
	}
	k := newDesk(t, d)
	m, existing := k.upload(cora, "a.jpg", "k", picturetest.JPEG(picturetest.Scene(60, 40)))
	if existing || len(k.read("originals/"+m.SHA256[:2]+"/"+m.SHA256)) == 0 {
		t.Error("the upload did not go through afterwards")
	}
}

// TestUpload_TakesThePlaceOut checks every public byte of pictures whose files
// say where they were taken.
func TestUpload_TakesThePlaceOut(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite), func(c *media.Config) { c.NoWebP = false })
	file := picturetest.WithEXIF(picturetest.JPEG(picturetest.Scene(700, 500)), 6, picturetest.Tag{ID: picturetest.Artist, Text: "Ann Lee"})
	if !bytes.Contains(file, []byte("\x88\x25")) && !bytes.Contains(file, []byte("\x25\x88")) {
		t.Fatal("the test picture says nothing of its place")
	}
	m, _ := k.upload(cora, "a.jpg", "", file)
	k.work()
	for _, v := range k.get(m.ID).Variants {
		b := k.read("variants/" + m.Token[:2] + "/" + m.Token + "/" + v.Name)
		for _, mark := range []string{"Exif\x00\x00", "GPS", "\x88\x25\x00\x04", "\x25\x88\x04\x00"} {
			if bytes.Contains(b, []byte(mark)) {
				t.Errorf("%s holds %q", v.Name, mark)
			}
		}
		if !bytes.Contains(b, []byte("Ann Lee")) {
			t.Errorf("%s lost who made it", v.Name)
		}
	}
}
