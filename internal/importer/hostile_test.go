package importer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/importer"
)

// TestRun_BrokenFiles imports files that break off or that nobody should
// trust. Each run ends with an error that names file and line; the three
// articles before the place are there and answer; a good file completes the
// site.
func TestRun_BrokenFiles(t *testing.T) {
	story := func(id int, slug, title string) item {
		return item{ID: id, Title: title, Slug: slug, Link: "https://courier.example/" + slug + "/", Content: "<p>Words of " + slug + ".</p>",
			Comments: []reply{{ID: id, Author: "Bo", Text: "Hm."}}}
	}
	good := export{Head: user(1, "ann", "Ann"), Items: []item{story(1, "one", "One"), story(2, "two", "Two"), story(3, "three", "Three"), story(4, "four", "Four")}}
	text := good.String()
	cut := strings.Index(text, "Words of four")
	start := strings.LastIndex(text[:cut], "<item>")
	before, rest := text[:start], text[start:]
	line := fmt.Sprint("line ", strings.Count(before, "\n")+1)
	huge := strings.Repeat("x", 3<<20)
	for _, tt := range []struct{ name, doc, want string }{
		{"cut off in the text", text[:cut], "inside of a CDATA section that began on LINE"},
		{"cut off in a tag", before + "<item><wp:post_i", "LINE: the file ends here, inside of a tag"},
		{"cut off between items", before, "LINE: the file ends here, inside of <channel>"},
		{"wrong end tag", before + "<item><title>Four</titel></item></channel></rss>", "LINE: </titel> stands where </title> must"},
		{"100 MB attribute", before + `<item><category domain="` + huge + `"/></item></channel></rss>`, "LINE: a tag or an attribute of it is longer than 1 MB"},
		{"endless nesting", before + "<item>" + strings.Repeat("<a>", 100_000), "LINE: elements are nested more than 64 deep"},
		{"declaration in the middle", before + "<!DOCTYPE x [<!ENTITY a \"b\">]>" + rest, "LINE:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.want = strings.ReplaceAll(tt.want, "LINE", line)
			n := open(t, dbtest.Open(t, db.SQLite))
			rep, err := n.run(importer.Options{Files: []string{writeFile(t, "broken.xml", tt.doc)}})
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "broken.xml: ") || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v\nwant %s", err, tt.want)
			}
			if fault.HintOf(err) == "" || rep.Error == "" {
				t.Errorf("hint %q, error of the report %q", fault.HintOf(err), rep.Error)
			}
			if c := *rep.Kinds["post"]; c.InFile != 3 || c.New != 3 || rep.Kinds["comment"].New != 3 {
				t.Errorf("posts %+v", c)
			}
			n.answers(map[string]string{"/one/": "200", "/two/": "200", "/three/": "200", "/?p=3": "/three/", "/four/": "404"})
			whole := n.load(writeFile(t, "whole.xml", text))
			if c := *whole.Kinds["post"]; c != (importer.Count{InFile: 4, New: 1, Unchanged: 3}) {
				t.Errorf("the whole file: %+v", c)
			}
			n.answers(map[string]string{"/one/": "200", "/four/": "200"})
			undisturbed := open(t, dbtest.Open(t, db.SQLite))
			undisturbed.load(writeFile(t, "whole.xml", text))
			n.drain()
			undisturbed.drain()
			sameState(t, state(t, undisturbed.db), state(t, n.db))
		})
	}
}

// TestRun_RefusedFiles imports files that hold nothing good.
func TestRun_RefusedFiles(t *testing.T) {
	for _, tt := range []struct{ name, doc, want string }{
		{"empty", "", "line 1: the file is empty"},
		{"gzip", "\x1f\x8b\x08\x00 and more", "not a WordPress export"},
		{"web page", "<!doctype html><title>Log in</title>", "not a WordPress export"},
		{"billion laughs", "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY l2 \"&lol;&lol;\">]>\n<rss><channel><title>&l2;</title></channel></rss>", "line 2: the document type (<!DOCTYPE) declares entities"},
		{"external entity", "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rss/>", "line 1: the document type"},
		{"no site", "<rss><channel><title>x</title><item><title>y</title></item></channel></rss>", "names no site address"},
		{"unknown encoding", `<?xml version="1.0" encoding="KOI-99"?><rss/>`, `its encoding is "KOI-99"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := open(t, dbtest.Open(t, db.SQLite))
			_, err := n.run(importer.Options{Files: []string{writeFile(t, "refused.xml", tt.doc)}})
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), tt.want) || fault.HintOf(err) == "" {
				t.Errorf("error %v, hint %q", err, fault.HintOf(err))
			}
			if n.number(`SELECT COUNT(*) FROM import_key`) != 0 || n.number(`SELECT COUNT(*) FROM setting`) != 0 {
				t.Error("something was stored")
			}
		})
	}
	n := open(t, dbtest.Open(t, db.SQLite))
	for _, opt := range []importer.Options{{}, {Files: []string{"/does/not/exist.xml"}}, {Files: []string{t.TempDir()}},
		{Files: []string{export{}.write(t)}, MediaDir: "/does/not/exist"}} {
		if _, err := n.run(opt); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: error %v", opt, err)
		}
	}
}

// TestRun_MendsAndTells imports what has one sensible meaning, and tells of it.
func TestRun_MendsAndTells(t *testing.T) {
	doc := export{Items: []item{{ID: 1, Title: "A", Slug: "a", Link: "https://courier.example/a/", Content: "<p>x\x00y \xe9 z</p>"}}}.String()
	doc = "<br />\n<b>Notice</b>: PHP\n" + strings.ReplaceAll(doc, "<description>News<", "<description>News & views<")
	n := open(t, dbtest.Open(t, db.SQLite))
	rep := n.load(writeFile(t, "x.xml", strings.ReplaceAll(doc, "\n", "\r\n")))
	var names []string
	for _, r := range rep.Repairs {
		names = append(names, r.Name)
	}
	if got := strings.Join(names, "; "); got != "bytes that are not UTF-8; control characters; text before the XML declaration; unescaped &" {
		t.Errorf("repairs: %s", got)
	}
	if _, body := n.page("/a/"); !strings.Contains(body, "xy é z") {
		t.Error("the text is not as it should be")
	}
}

// TestRun_StopsWhenTold ends a run in the middle: the error says so, and what
// was stored is whole.
func TestRun_StopsWhenTold(t *testing.T) {
	n := open(t, dbtest.Open(t, db.SQLite))
	file := export{Items: []item{{ID: 1, Title: "A", Slug: "a"}, {ID: 2, Title: "B", Slug: "b"}}}.write(t)
	ctx, stop := context.WithCancel(t.Context())
	rep, err := n.importer.Run(ctx, importer.Options{Files: []string{file}, Progress: func(stage string, _, _ int64) {
		if stage == "import" {
			stop()
		}
	}})
	if !errors.Is(err, context.Canceled) || rep.Error == "" {
		t.Errorf("error %v", err)
	}
	if c := *n.load(file).Kinds["post"]; c.New+c.Unchanged != 2 {
		t.Errorf("posts %+v", c)
	}
}
