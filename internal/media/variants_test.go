package media_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/media/picture/picturetest"
)

func TestVariants_AreTheSameEachTime(t *testing.T) {
	cache := t.TempDir()
	all := func(c *media.Config) { c.NoWebP, c.NoAVIF, c.CacheDir = false, false, cache }
	file := photo(500, 700)
	var first map[string][]byte
	for range 2 {
		k := newDesk(t, dbtest.Open(t, db.SQLite), all)
		m := k.ingest(file, "a.jpg")
		k.work()
		made := map[string][]byte{}
		for _, v := range k.get(m.ID).Variants {
			made[v.Name] = k.read("variants/" + m.Token[:2] + "/" + m.Token + "/" + v.Name)
		}
		if len(made) < 7 {
			t.Fatalf("only %d variants", len(made))
		}
		if first == nil {
			first = made
		} else if diff := cmp.Diff(first, made); diff != "" {
			t.Errorf("the second time differs in %d bytes of report", len(diff))
		}
	}
}

// A killed job leaves some blobs and no rows; the next run completes it.
func TestMakeVariants_GoesOnAfterAKill(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		m := k.ingest(photo(900, 700), "a.jpg")
		killed := newDesk(t, d, func(c *media.Config) { c.Blobs = &failingStore{Store: k.blobs, left: 1} })
		if err := killed.MakeVariants(t.Context(), m.ID); err == nil {
			t.Fatal("it was not killed")
		}
		if got := k.get(m.ID); got.State != media.StateStored || len(got.Variants) != 1 {
			t.Errorf("%s %s", got.State, labels(got))
		}
		k.work()
		if got := k.get(m.ID); got.State != media.StateReady || labels(got) != "w320.jpg w640.jpg w700.jpg wide.jpg" && labels(got) != "w320.jpg w640.jpg wide.jpg" {
			t.Errorf("%s %s", got.State, labels(got))
		}
		k.complete(m.ID)
	})
}

func TestFocalPoint_MovesTheCropOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		m := k.ingest(picturetest.JPEG(picturetest.Scene(400, 800)), "a.jpg")
		k.work()
		old := k.get(m.ID)
		moved := old
		moved.FocalX, moved.FocalY = 500, 0
		k.save(moved)
		if n := k.work(); n != 1 {
			t.Fatalf("%d jobs", n)
		}
		now := k.get(m.ID)
		for i, v := range now.Variants {
			if same := v.Name == old.Variants[i].Name; same == (v.Label() == "wide") {
				t.Errorf("%s was %s", v.Name, old.Variants[i].Name)
			}
		}
		if now.State != media.StateReady || len(k.keys("variants/")) != len(now.Variants) {
			t.Errorf("%s, %q", now.State, k.keys("variants/"))
		}
	})
}

func TestMakeVariants_NeedsNothingForOthers(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite))
	missing := k.save(media.Medium{FileName: "a.jpg"})
	for _, id := range []int64{5, missing.ID} {
		if err := k.MakeVariants(t.Context(), id); err != nil {
			t.Errorf("%d: %v", id, err)
		}
	}
	if err := k.VariantsJob(t.Context(), []byte("{")); err == nil {
		t.Error("a payload that is no JSON was taken")
	}
}

func TestSources(t *testing.T) {
	m := media.Medium{Token: "tok", Width: 3000, Height: 2000, FocalX: 300, FocalY: 400, Placeholder: "#abcdef", Variants: []media.Variant{
		{Name: "w1280-x.avif", MIME: "image/avif", Width: 1280, Height: 853},
		{Name: "w1280-x.jpg", MIME: "image/jpeg", Width: 1280, Height: 853},
		{Name: "w1920-x.jpg", MIME: "image/jpeg", Width: 1920, Height: 1280},
		{Name: "w320-x.jpg", MIME: "image/jpeg", Width: 320, Height: 213},
		{Name: "w320-x.webp", MIME: "image/webp", Width: 320, Height: 213},
		{Name: "w640-x.webp", MIME: "image/webp", Width: 640, Height: 427},
		{Name: "wide-x.jpg", MIME: "image/jpeg", Width: 1200, Height: 675},
	}}
	want := media.Picture{
		URL: "/media/tok/w1280-x.jpg", Width: 1920, Height: 1280, FocalX: 300, FocalY: 400, Placeholder: "#abcdef",
		Sources: []media.Source{
			{Type: "image/avif", SrcSet: "/media/tok/w1280-x.avif 1280w"},
			{Type: "image/webp", SrcSet: "/media/tok/w320-x.webp 320w, /media/tok/w640-x.webp 640w"},
			{Type: "image/jpeg", SrcSet: "/media/tok/w320-x.jpg 320w, /media/tok/w1280-x.jpg 1280w, /media/tok/w1920-x.jpg 1920w"},
		},
	}
	if diff := cmp.Diff(want, m.Sources()); diff != "" {
		t.Error(diff)
	}
	if v, ok := m.Social(); !ok || v.Name != "wide-x.jpg" {
		t.Errorf("social %+v", v)
	}
	if got := media.FallbackURL(m); got != "/media/tok/w1280-x.jpg" {
		t.Errorf("fallback %s", got)
	}
	m.Variants = nil
	if p := m.Sources(); !p.Missing || p.Width != 3000 || media.FallbackURL(m) != "" {
		t.Errorf("%+v", p)
	}
	m.Variants = []media.Variant{{Name: "file-x.pdf", MIME: "application/pdf"}}
	if got := media.FallbackURL(m); got != "/media/tok/file-x.pdf" {
		t.Errorf("file %s", got)
	}
}

func TestAlias(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		m := k.ingest(picturetest.JPEG(picturetest.Scene(1400, 900)), "harbour.jpg")
		big := k.ingest(picturetest.JPEG(picturetest.Scene(800, 600)), "big.jpg")
		doc := k.ingest([]byte("%PDF-1.7\n"), "report.pdf")
		k.work()
		k.write(func(ctx context.Context, tx *db.Tx) error {
			for path, id := range map[string]int64{
				"/wp-content/uploads/2020/01/Harbour.jpg": doc.ID, "/wp-content/uploads/2020/01/big-scaled.jpg": big.ID,
				"wp-content/uploads/2020/01/report.pdf": doc.ID, "/wp-content/uploads/2020/01/größe.jpg": m.ID,
				"/wp-content/uploads/2020/01/photo.jpeg": m.ID, "/wp-content/uploads/2020/01/list-10x20.jpg": m.ID,
			} {
				if err := k.SaveAlias(ctx, tx, path, id); err != nil {
					return err
				}
			}
			return k.SaveAlias(ctx, tx, "/wp-content/uploads/2020/01/harbour.jpg", m.ID) // the last one counts
		})
		ask := func(path string, width int) (media.File, error) {
			return k.Alias(t.Context(), "/wp-content/uploads/2020/01/"+path, width)
		}
		if _, err := ask("harbour.jpg", 0); !fault.Is(err, fault.NotFound) {
			t.Errorf("a private picture is served: %v", err)
		}
		k.publish(m.ID, big.ID, doc.ID)
		for path, want := range map[string]string{
			"harbour.jpg": "w1280.jpg", "HARBOUR.JPG": "w1280.jpg", "harbour-300x200.jpg": "w320.jpg", "harbour-320x1.jpg": "w320.jpg",
			"harbour-321x200.jpg": "w640.jpg", "harbour-1024x683.jpg": "w1280.jpg", "harbour-9999x9999.jpg": "w1280.jpg",
			"harbour-scaled.jpg": "w1280.jpg", "harbour-rotated.jpg": "w1280.jpg", "harbour-e1612345678901.jpg": "w1280.jpg",
			"harbour-e1612345678901-300x200.jpg": "w320.jpg", "harbour-scaled-e1612345678901-150x150.jpg": "w320.jpg",
			"harbour.jpg.webp": "w1280.jpg", "harbour.webp": "w1280.jpg", "harbour-300x200.webp": "w320.jpg", "harbour.avif": "w1280.jpg",
			"harbour-300x200.jpg.webp": "w320.jpg", "harbour.jpeg": "w1280.jpg",
			"big.jpg": "w800.jpg", "big-scaled.jpg": "w800.jpg", "big-300x225.jpg": "w320.jpg", "big-1536x1152.jpg": "w800.jpg",
			"photo.jpg": "w1280.jpg", "gr%C3%B6%C3%9Fe-300x200.jpg": "w320.jpg", "gr%c3%b6%c3%9fe.jpg": "w1280.jpg",
			"list-10x20.jpg": "w1280.jpg", "list-10x20-640x400.jpg": "w640.jpg",
			"report.pdf": "file.pdf",
		} {
			f, err := ask(path, 0)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			label, _, _ := strings.Cut(strings.Trim(f.ETag, `"`), "-")
			if got := label + f.ETag[strings.LastIndexByte(f.ETag, '.'):len(f.ETag)-1]; got != want {
				t.Errorf("%s: %s, want %s", path, got, want)
			}
		}
		if f, err := ask("harbour.jpg", 600); err != nil || !strings.HasPrefix(f.ETag, `"w640-`) {
			t.Errorf("?w=600: %+v %v", f, err)
		}
		for _, path := range []string{
			"none.jpg", "harbour-30x.jpg", "harbour-x200.jpg", "harbour-300x200", "harbour", "harbour-300x200.jpg/x", "../01/harbour.jpg",
			"harbour.jpg%00.png", "harbour-e12.jpg", "", "report.docx", "%2e%2e/harbour.jpg", "harbour-300x200-300x200-300x200.jpg",
		} {
			if f, err := ask(path, 0); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s answers %+v %v", path, f, err)
			}
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return k.SaveAlias(ctx, tx, "/", m.ID) }); !fault.Is(err, fault.Invalid) {
			t.Errorf("the root as alias: %v", err)
		}
	})
}

func TestAlias_PrefersWebPWhereThereIsOne(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite), func(c *media.Config) { c.NoWebP = false })
	m := k.ingest(picturetest.JPEG(picturetest.Scene(400, 300)), "a.jpg")
	k.work()
	k.publish(m.ID)
	k.write(func(ctx context.Context, tx *db.Tx) error { return k.SaveAlias(ctx, tx, "/u/a.jpg", m.ID) })
	for path, want := range map[string]string{"/u/a.jpg": "image/jpeg", "/u/a.webp": "image/webp", "/u/a.jpg.webp": "image/webp", "/u/a-100x100.avif": "image/webp"} {
		if f, err := k.Alias(t.Context(), path, 0); err != nil || f.MIME != want {
			t.Errorf("%s: %+v %v", path, f, err)
		}
	}
}

func TestPublicVariant_HidesWhatIsPrivate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		m := k.ingest(photo(400, 300), "a.jpg")
		k.work()
		m = k.get(m.ID)
		_, unknown := k.PublicVariant(t.Context(), strings.Repeat("0", 32), m.Variants[0].Name)
		_, private := k.PublicVariant(t.Context(), m.Token, m.Variants[0].Name)
		_, successor := k.PublicVariant(t.Context(), m.Token, "w320-00000000.jpg")
		for _, err := range []error{private, successor} {
			if !fault.Is(err, fault.NotFound) || err.Error() != unknown.Error() {
				t.Errorf("private: %v, unknown: %v", err, unknown)
			}
		}
		k.publish(m.ID)
		f, err := k.PublicVariant(t.Context(), m.Token, m.Variants[0].Name)
		if err != nil || f.Location != "" {
			t.Fatalf("%+v %v", f, err)
		}
		o, err := k.Open(t.Context(), f)
		if err != nil || o.Info.Size != m.Variants[0].Bytes {
			t.Errorf("%+v %v", o.Info, err)
		}
		_ = o.Close()
		for _, name := range []string{"", "w320", "original", m.SHA256, "../" + m.Variants[0].Name, "exe-00000000.exe", "nowidth-00000000.jpg"} {
			if f, err := k.PublicVariant(t.Context(), m.Token, name); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q: %+v %v", name, f, err)
			}
		}
	})
}

func TestShareImage(t *testing.T) {
	card := media.ShareCard{Site: "The Courier", Section: "City", Headline: "Council votes to reopen the old ferry line 🎉"}
	first, err := media.ShareImage(card)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := media.ShareImage(card)
	if !bytes.Equal(first, again) {
		t.Error("the same card gives other bytes")
	}
	images := map[string]bool{string(first): true}
	for name, c := range map[string]media.ShareCard{
		"other headline": {Site: "The Courier", Section: "City", Headline: "Council votes"},
		"arabic":         {Site: "The Courier", Section: "العالم", Headline: "المجلس يصوت على إعادة فتح الخط"},
		"long":           {Site: strings.Repeat("Courier ", 40), Section: strings.Repeat("section ", 40), Headline: strings.Repeat("word ", 400)},
		"one long word":  {Site: "C", Headline: strings.Repeat("x", 3000)},
		"cyrillic":       {Site: "Курьер", Section: "Город", Headline: "Совет проголосовал"},
		"empty":          {},
		"controls":       {Site: "a\x00b\n", Headline: "tab\there\u202e"},
	} {
		b, err := media.ShareImage(c)
		if err != nil || len(b) > 300_000 {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
		if images[string(b)] {
			t.Errorf("%s looks like another card", name)
		}
		images[string(b)] = true
		if c.Hash() == card.Hash() || len(c.Hash()) != 12 {
			t.Errorf("%s has hash %s", name, c.Hash())
		}
	}
}
