package media_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/media/picture/picturetest"
)

func (k *desk) change(actor account.Actor, m media.Medium, edit func(*media.Edit)) (media.Medium, error) {
	k.t.Helper()
	e := media.Edit{ID: m.ID, Revision: m.Revision, Title: m.Title, Caption: m.Caption, Credit: m.Credit, Alt: m.Alt, Description: m.Description,
		Rights: m.Rights, FocalX: m.FocalX, FocalY: m.FocalY, Crop: m.Crop}
	edit(&e)
	return k.Change(k.t.Context(), actor, e)
}

// names lists what a question finds.
func (k *desk) names(q media.Query) string {
	k.t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	found, err := k.Find(k.t.Context(), q)
	if err != nil {
		k.t.Fatal(err)
	}
	var out []string
	for _, m := range found.Media {
		out = append(out, m.FileName)
	}
	return strings.Join(out, " ")
}

func (k *desk) refer(article, version int64, isNew bool, ids ...int64) {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) error { return media.Refer(ctx, tx, article, version, isNew, ids) })
}

// article stores the little of an article that the library reads.
func (k *desk) article(id, live, working int64, headline string) {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO article (id, type, status, slug, headline, kind, modified_at, created_at, live_version, working_version)
			VALUES ($1, 'article', 'draft', $2, $3, 'report', 1, 1, $4, $5)`, id, fmt.Sprint("a", id), headline, live, working)
		return err
	})
}

func TestChange_KeepsWordsRightsAndRevision(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		m, _ := k.upload(cora, "harbour.jpg", "", picturetest.JPEG(picturetest.Scene(200, 100)))
		var purged []string
		d.OnPurge(func(keys []string) { purged = append(purged, keys...) })
		got, err := k.change(cora, m, func(e *media.Edit) {
			e.Title, e.Caption, e.Credit, e.Alt, e.Description = " Harbour ", "At dawn\r\nin fog", "Ann Lee", "Boats", "Long"
			e.Rights = media.Rights{Holder: "The Gull", Licence: "one use", Note: "ask first", Expire: 20261231}
		})
		if err != nil {
			t.Fatal(err)
		}
		if got.Revision != 1 || got.Title != "Harbour" || got.Caption != "At dawn\nin fog" || got.Rights.Expire.String() != "2026-12-31" {
			t.Errorf("%+v", got)
		}
		if d := diff(got, k.get(m.ID)); d != "" {
			t.Error(d)
		}
		if len(purged) != 1 || purged[0] != db.Key("media", m.ID) {
			t.Errorf("purged %q", purged)
		}
		if same, err := k.change(cora, got, func(*media.Edit) {}); err != nil || same.Revision != 1 {
			t.Errorf("a change of nothing: %+v %v", same, err)
		}
		if _, err := k.change(edna, m, func(e *media.Edit) { e.Title = "Mine" }); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale change: %v", err)
		}
		entries, err := audit.Of(t.Context(), d, "media", m.ID, 10)
		if err != nil || len(entries) != 2 || entries[0].Verb != "change" || !strings.Contains(string(entries[0].Detail), "title, caption, credit, alt, description, rights") {
			t.Errorf("%+v %v", entries, err)
		}
	})
}

func TestChange_IsForEditorsAndWhoeverUploaded(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite))
	m, _ := k.upload(cora, "a.jpg", "", picturetest.JPEG(picturetest.Scene(60, 40)))
	imported := k.ingest(picturetest.JPEG(picturetest.Scene(61, 40)), "old.jpg")
	file := bytes.NewReader(picturetest.JPEG(picturetest.Scene(62, 40)))
	for _, c := range []struct {
		actor  account.Actor
		m      media.Medium
		denied bool
	}{
		{cora, m, false}, {arno, m, true}, {edna, m, false}, {cora, imported, true}, {arno, imported, true}, {edna, imported, false},
		{account.Actor{ID: 11}, m, true}, {account.Actor{Role: account.Author}, imported, true},
	} {
		if media.MayEdit(c.actor, c.m) == c.denied {
			t.Errorf("MayEdit says otherwise for %v on %s", c.actor, c.m.FileName)
		}
		if !c.denied {
			continue
		}
		_, err := k.change(c.actor, c.m, func(e *media.Edit) { e.Alt = "x" })
		_, err2 := k.Replace(t.Context(), c.actor, media.Replacement{ID: c.m.ID, Name: "b.jpg"}, file)
		err3 := k.Delete(t.Context(), c.actor, c.m.ID, 0)
		for _, err := range []error{err, err2, err3} {
			if !fault.Is(err, fault.Denied) || fault.HintOf(err) == "" {
				t.Errorf("%v on %s: %v", c.actor, c.m.FileName, err)
			}
		}
	}
}

func TestChange_Refuses(t *testing.T) {
	k := newDesk(t, dbtest.Open(t, db.SQLite))
	m, _ := k.upload(edna, "a.jpg", "", picturetest.JPEG(picturetest.Scene(60, 40)))
	film, _ := k.upload(edna, "a.gif", "", picturetest.Animation(3, 20, 20))
	for name, edit := range map[string]func(*media.Edit){
		"focal point": func(e *media.Edit) { e.FocalX = 1001 }, "crop outside": func(e *media.Edit) { e.Crop = media.Crop{X: 500, Y: 0, W: 600, H: 500} },
		"crop too small": func(e *media.Edit) { e.Crop = media.Crop{X: 1, Y: 1, W: 10, H: 500} }, "long title": func(e *media.Edit) { e.Title = strings.Repeat("x", 301) },
		"long note": func(e *media.Edit) { e.Rights.Note = strings.Repeat("x", 2001) }, "no day": func(e *media.Edit) { e.Rights.Expire = -4 },
	} {
		if _, err := k.change(edna, m, edit); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := k.change(edna, film, func(e *media.Edit) { e.Crop = media.Crop{W: 500, H: 500} }); !fault.Is(err, fault.Invalid) {
		t.Errorf("the crop of an animation: %v", err)
	}
	if d := diff(m, k.get(m.ID)); d != "" {
		t.Error(d)
	}
}

// quarters is a picture with a colour in each quarter.
func quarters(w, h int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, c := range []color.RGBA{{200, 0, 0, 255}, {0, 200, 0, 255}, {0, 0, 200, 255}, {200, 200, 0, 255}} {
		x, y := i%2*w/2, i/2*h/2
		draw.Draw(m, image.Rect(x, y, x+w/2, y+h/2), image.NewUniform(c), image.Point{}, draw.Src)
	}
	return picturetest.JPEG(m)
}

func TestCrop_AppliesToEveryVariantAndKeepsTheOldOnesAnswering(t *testing.T) {
	for orientation, want := range map[uint16]color.RGBA{1: {0, 200, 0, 255}, 6: {200, 0, 0, 255}, 3: {0, 0, 200, 255}} {
		k := newDesk(t, dbtest.Open(t, db.SQLite))
		file := picturetest.WithEXIF(quarters(800, 800), orientation)
		m, _ := k.upload(edna, "a.jpg", "", file)
		k.work()
		m = k.get(m.ID)
		k.publish(m.ID)
		before := m
		m, err := k.change(edna, m, func(e *media.Edit) { e.Crop, e.FocalX, e.FocalY = media.Crop{X: 500, Y: 0, W: 500, H: 500}, 750, 250 })
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range before.Variants {
			if f, err := k.PublicVariant(t.Context(), m.Token, v.Name); err != nil || f.Location != "" {
				t.Errorf("%s before the job: %+v %v", v.Name, f, err)
			}
		}
		if k.work() != 1 {
			t.Fatal("no job for the variants")
		}
		m = k.get(m.ID)
		for _, v := range m.Variants {
			made, err := jpeg.Decode(bytes.NewReader(k.read("variants/" + m.Token[:2] + "/" + m.Token + "/" + v.Name)))
			if err != nil {
				t.Fatal(err)
			}
			b := made.Bounds()
			if b.Dx() > 400 || v.Label() != "wide" && b.Dx() != b.Dy() {
				t.Errorf("%d: %s is %v", orientation, v.Name, b)
			}
			for _, p := range []image.Point{{5, 5}, {b.Dx() - 5, b.Dy() - 5}} {
				r, g, bl, _ := made.At(p.X, p.Y).RGBA()
				for i, d := range []int{int(r>>8) - int(want.R), int(g>>8) - int(want.G), int(bl>>8) - int(want.B)} {
					if d < -12 || d > 12 {
						t.Errorf("%d: %s shows %d,%d,%d at %v, want %v (%d)", orientation, v.Name, r>>8, g>>8, bl>>8, p, want, i)
					}
				}
			}
		}
		for _, v := range before.Variants {
			f, err := k.PublicVariant(t.Context(), m.Token, v.Name)
			if err != nil || f.Location == "" {
				t.Errorf("%s after the job: %+v %v", v.Name, f, err)
			}
		}
		if left := k.keys("variants/"); len(left) != len(m.Variants) {
			t.Errorf("what was cut off is still there: %v", left)
		}
		if src := m.Sources(); src.FocalX != 500 || src.FocalY != 500 || src.Width != 400 {
			t.Errorf("%+v", src)
		}
		whole, mime, err := k.Whole(t.Context(), m)
		if made, err2 := jpeg.Decode(bytes.NewReader(whole)); err != nil || err2 != nil || mime != "image/jpeg" || made.Bounds().Dx() != 800 {
			t.Errorf("the whole picture: %v %v %s", err, err2, mime)
		}
	}
}

func TestReplace_ShowsTheNewFileEverywhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		m, _ := k.upload(cora, "a.jpg", "", picturetest.JPEG(picturetest.Scene(1000, 600)))
		k.work()
		k.publish(m.ID)
		m, err := k.change(cora, k.get(m.ID), func(e *media.Edit) { e.Caption, e.FocalX = "Mine", 100 })
		if err != nil {
			t.Fatal(err)
		}
		k.work()
		old := k.get(m.ID)
		var purged []string
		d.OnPurge(func(keys []string) { purged = append(purged, keys...) })
		replace := func(actor account.Actor, name string, file []byte) (media.Medium, error) {
			return k.Replace(t.Context(), actor, media.Replacement{ID: m.ID, Revision: old.Revision, Name: name}, bytes.NewReader(file))
		}
		for name, file := range map[string][]byte{"report.pdf": []byte("%PDF-1.7\n"), "a.jpg": picturetest.JPEG(picturetest.Scene(1000, 600)), "b.jpg": []byte("<html>")} {
			if _, err := replace(cora, name, file); !fault.Is(err, fault.Invalid) {
				t.Errorf("replaced by %s: %v", name, err)
			}
		}
		now, err := replace(cora, "b.png", picturetest.PNG(picturetest.Scene(500, 300)))
		if err != nil {
			t.Fatal(err)
		}
		if now.Token != old.Token || now.Caption != "Mine" || now.FocalX != 100 || now.FileName != "b.png" || now.Width != 500 || now.Revision != old.Revision+1 {
			t.Errorf("%+v", now)
		}
		if !slices.Contains(purged, db.Key("media", m.ID)) {
			t.Errorf("purged %q", purged)
		}
		leads := func(when string) {
			t.Helper()
			for _, v := range old.Variants {
				f, err := k.PublicVariant(t.Context(), m.Token, v.Name)
				if err != nil || !strings.HasPrefix(f.Location, "/media/"+m.Token+"/") {
					t.Errorf("%s: %s leads to %+v, %v", when, v.Name, f, err)
				}
			}
		}
		leads("at once")
		k.workAll()
		leads("after the job")
		if originals := k.keys("originals/"); len(originals) != 1 || !strings.HasSuffix(originals[0], now.SHA256) {
			t.Errorf("originals: %v", originals)
		}
		if _, err := replace(cora, "c.jpg", picturetest.JPEG(picturetest.Scene(400, 400))); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale replacement: %v", err)
		}
		old = k.get(m.ID)
		if now, err = replace(cora, "c.jpg", picturetest.JPEG(picturetest.Scene(400, 400))); err != nil || now.FocalX != 500 {
			t.Errorf("a picture of another shape keeps the focal point: %+v %v", now, err)
		}
	})
}

func TestDelete_RefusesWhatIsShown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		m, _ := k.upload(cora, "a.jpg", "", picturetest.JPEG(picturetest.Scene(60, 40)))
		twin := k.ingest(picturetest.JPEG(picturetest.Scene(60, 40)), "twin.jpg") // the same original
		k.article(7, 0, 70, "A draft")
		k.refer(7, 70, true, m.ID)
		err := k.Delete(t.Context(), cora, m.ID, m.Revision)
		if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "A draft") || fault.HintOf(err) == "" {
			t.Errorf("deleting what a draft shows: %v", err)
		}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE article SET working_version = 71`)
			return err
		})
		k.refer(7, 71, false)
		uses, err := k.Uses(t.Context(), d, m.ID)
		if err != nil || uses.Any() || uses.Earlier != 1 {
			t.Errorf("%+v %v", uses, err)
		}
		k.write(func(ctx context.Context, tx *db.Tx) error { return k.OnFront(ctx, tx, 0, []int64{m.ID}) })
		if err := k.Delete(t.Context(), cora, m.ID, m.Revision); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "the front") {
			t.Errorf("deleting what a front shows: %v", err)
		}
		k.write(func(ctx context.Context, tx *db.Tx) error { return k.OnFront(ctx, tx, 0, nil) })
		if err := k.Delete(t.Context(), cora, m.ID, m.Revision+1); !fault.Is(err, fault.Conflict) {
			t.Errorf("deleting a state that was not seen: %v", err)
		}
		if err := k.Delete(t.Context(), cora, m.ID, m.Revision); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Get(t.Context(), d, m.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("it is still there: %v", err)
		}
		k.workAll()
		if n := len(k.keys("originals/")); n != 1 {
			t.Errorf("%d originals, though another medium has the same", n)
		}
		if err := k.Delete(t.Context(), edna, twin.ID, 0); err != nil {
			t.Fatal(err)
		}
		k.workAll()
		if left := append(k.keys("originals/"), k.keys("variants/")...); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
		if again, existing := k.upload(cora, "a.jpg", "", picturetest.JPEG(picturetest.Scene(60, 40))); existing || again.ID == m.ID {
			t.Error("the deleted file counts as existing")
		}
	})
}

func TestFind_ViewsAndUses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		pic := func(w int) []byte { return picturetest.JPEG(picturetest.Scene(w, 40)) }
		up := func(actor account.Actor, name string, file []byte) media.Medium {
			t.Helper()
			k.clock.Advance(1e9)
			m, _ := k.upload(actor, name, "", file)
			return m
		}
		a, b, c := up(cora, "a.jpg", pic(60)), up(arno, "b.jpg", pic(61)), up(cora, "c.jpg", pic(62))
		doc := up(edna, "d.pdf", []byte("%PDF-1.7"))
		k.clock.Advance(1e9)
		lost := k.save(media.Medium{FileName: "e.jpg", Kind: media.KindImage, Alt: "Lost"})
		today := media.Day(20261201)
		for m, day := range map[int64]media.Day{a.ID: 20261130, b.ID: 20261231, c.ID: 20270101} {
			if _, err := k.change(edna, k.get(m), func(e *media.Edit) { e.Rights.Expire = day }); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := k.change(edna, k.get(b.ID), func(e *media.Edit) { e.Alt = "Boats" }); err != nil {
			t.Fatal(err)
		}
		k.article(7, 71, 72, "Story")
		k.refer(7, 71, true, a.ID)
		k.refer(7, 72, false, a.ID, b.ID)
		k.refer(7, 0, false, doc.ID) // a working copy that was thrown away
		k.write(func(ctx context.Context, tx *db.Tx) error { return media.Loosen(ctx, tx, 7) })
		for q, want := range map[media.Query]string{
			{}: "e.jpg d.pdf c.jpg b.jpg a.jpg", {Kind: media.KindFile}: "d.pdf", {View: media.ViewMine, Person: cora.ID}: "c.jpg a.jpg", {View: media.ViewMine}: "",
			{View: media.ViewUnused}: "e.jpg d.pdf c.jpg", {View: media.ViewUnused, Kind: media.KindImage}: "e.jpg c.jpg",
			{View: media.ViewNoAlt}: "c.jpg a.jpg", {View: media.ViewNoFile}: "e.jpg", {View: media.ViewRights, Today: today}: "a.jpg b.jpg",
			{View: media.ViewUsed, Article: 7}: "b.jpg a.jpg", {View: media.ViewUsed, Article: 8}: "",
			{View: media.ViewUnused, Text: "pdf"}: "d.pdf", {View: media.ViewNoAlt, Text: "jpg"}: "c.jpg a.jpg", {View: media.ViewUsed, Article: 7, Text: "b"}: "b.jpg",
			{View: media.ViewRights, Today: today, Text: "jpg"}: "a.jpg b.jpg", {View: media.ViewMine, Person: cora.ID, Text: "a"}: "a.jpg",
		} {
			if got := k.names(q); got != want {
				t.Errorf("%+v: %q, want %q", q, got, want)
			}
		}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO working_copy (article_id, person_id, actor, began_at, saved_at, content) VALUES (7, 1, 'Ann', 1, 1, '{}')`)
			return err
		})
		if got := k.names(media.Query{View: media.ViewUnused}); got != "e.jpg c.jpg" {
			t.Errorf("with a working copy that shows d.pdf: %q", got)
		}
		soon, err := k.RightsExpiring(t.Context(), d, today, 10)
		if err != nil || len(soon) != 2 || soon[0].ID != a.ID {
			t.Errorf("%v %v", soon, err)
		}
		of, err := k.ExpiringOf(t.Context(), d, today, []int64{c.ID, b.ID, doc.ID, lost.ID, 99})
		if err != nil || len(of) != 1 || of[0].ID != b.ID || of[0].Rights.Expired(today) {
			t.Errorf("%v %v", of, err)
		}
		if _, err := k.Find(t.Context(), media.Query{View: "odd"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown view: %v", err)
		}
	})
}

func TestFind_WordsAndPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		for i := range 30 {
			k.clock.Advance(1e9)
			m := k.save(media.Medium{FileName: fmt.Sprintf("IMG_%02d.jpg", i), Title: "Hafen", Caption: "Fischer im Müritz-Hafen", Credit: "Ann Lee"})
			if i%3 == 0 {
				m.Alt = "Kräne und 港"
				k.save(m)
			}
		}
		if got := k.names(media.Query{Text: "hafen"}); got != "" {
			t.Errorf("found before the job ran: %q", got)
		}
		if behind, err := k.Behind(t.Context()); err != nil || !behind {
			t.Errorf("%v %v", behind, err)
		}
		if err := k.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		k.workAll()
		for text, want := range map[string]int{"hafen": 30, "haf": 30, "MURITZ lee": 30, "fischer ann kra": 10, "kräne": 10, "kraene": 10, "krae": 0, "kraen": 10, "mueritz kraene fisch": 10, "mueritz": 30, "港": 10, "img 07": 1, "img_07.jpg": 1, "nothing": 0, "hafen nothing": 0,
			"zz": 0, "fischer im hafen ann lee jpg 03": 30, "'; DROP TABLE media; --": 0, "%": 0} {
			found, err := k.Find(t.Context(), media.Query{Text: text, Limit: 100})
			if err != nil || len(found.Media) != want {
				t.Errorf("%q: %d media, want %d, %v", text, len(found.Media), want, err)
			}
		}
		for _, q := range []media.Query{{Limit: 7}, {Limit: 7, Text: "hafen"}, {Limit: 7, Text: "ann haf"}, {Limit: 7, View: media.ViewUnused}} {
			seen, pages := map[int64]bool{}, 0
			for {
				found, err := k.Find(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				pages++
				for _, m := range found.Media {
					if seen[m.ID] {
						t.Fatalf("%+v shows %s twice", q, m.FileName)
					}
					seen[m.ID] = true
				}
				if found.Next == (media.Cursor{}) {
					break
				}
				if again, err := media.ParseCursor(found.Next.String()); err != nil || again != found.Next {
					t.Fatalf("%v %v", again, err)
				}
				q.After = found.Next
			}
			if len(seen) != 30 || pages != 5 {
				t.Errorf("%+v: %d media on %d pages", q, len(seen), pages)
			}
		}
		if _, err := media.ParseCursor("x!"); !fault.Is(err, fault.Invalid) {
			t.Errorf("an odd cursor: %v", err)
		}
	})
}

func TestNamedAlt(t *testing.T) {
	for alt, want := range map[string]bool{"IMG_2041.JPG": true, "img 2041": true, "IMG_2041": true, "Boats": false, "": false, "IMG 2041 shows boats": false} {
		if got := (media.Medium{FileName: "IMG_2041.jpg", Alt: alt}).NamedAlt(); got != want {
			t.Errorf("%q: %v", alt, got)
		}
	}
}

func TestDay(t *testing.T) {
	d, err := media.ParseDay("2026-12-31")
	if err != nil || d != 20261231 || d.String() != "2026-12-31" || d.Add(1) != 20270101 || d.Add(-31) != 20261130 {
		t.Errorf("%v %v", d, err)
	}
	zone := time.FixedZone("east", 3600)
	if end := (media.Rights{Expire: d}).End(zone); media.DayOf(end) != d || !end.Add(time.Microsecond).Equal(time.Date(2027, 1, 1, 0, 0, 0, 0, zone)) {
		t.Errorf("the day ends at %v", end)
	}
	if none, err := media.ParseDay(""); err != nil || none != 0 || none.String() != "" {
		t.Errorf("%v %v", none, err)
	}
	for _, text := range []string{"31.12.2026", "2026-13-01", "2026-02-30", "soon"} {
		if _, err := media.ParseDay(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestShownExpired_ReadsOnlyWhatItShows: neither a library full of expired media
// that nobody sees nor a medium in very many articles makes it read more.
func TestShownExpired_ReadsOnlyWhatItShows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		const many = 3000
		k.write(func(ctx context.Context, tx *db.Tx) error {
			for i := range int64(many) {
				if _, err := tx.Exec(ctx, `INSERT INTO media (id, token, kind, file_name, state, created_at, updated_at, rights_expire) VALUES ($1, $2, 'image', $2, 'missing', 1, 1, 20260101)`, i+1, fmt.Sprint("m", i+1)); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `INSERT INTO media_use (media_id, article_id, rights_expire) VALUES (7, $1, 20260101)`, i+1); err != nil {
					return err
				}
			}
			for _, one := range []int64{8, 9} {
				if _, err := tx.Exec(ctx, `INSERT INTO media_use (media_id, article_id, rights_expire) VALUES ($1, 1, 20251231)`, one); err != nil {
					return err
				}
			}
			return nil
		})
		for _, limit := range []int{1, 2, 6} {
			all, err := k.ShownExpired(t.Context(), d, 20260302, limit)
			if err != nil || len(all) != min(limit, 3) || all[0].ID != 7 {
				t.Errorf("at most %d: %d media, %v", limit, len(all), err)
			}
		}
		if all, err := k.ShownExpired(t.Context(), d, 20260101, 6); err != nil || len(all) != 2 || all[0].ID != 9 {
			t.Errorf("on the last day itself: %v, %v", all, err)
		}
		if d.Engine() != db.SQLite {
			return
		}
		// The plan of each step is the index, not the table.
		rows, err := d.Query(t.Context(), `EXPLAIN QUERY PLAN SELECT rights_expire, media_id FROM media_use WHERE rights_expire > 0 AND (rights_expire, media_id) < (20260302, 0)
			ORDER BY rights_expire DESC, media_id DESC LIMIT 1`)
		plan, err := db.All(rows, err, func(r *sql.Rows) (text string, err error) {
			var a, b, c int64
			err = r.Scan(&a, &b, &c, &text)
			return text, err
		})
		if err != nil || len(plan) != 1 || !strings.Contains(plan[0], "SEARCH media_use USING COVERING INDEX media_use_rights") {
			t.Errorf("the plan is %q, %v", plan, err)
		}
	})
}
