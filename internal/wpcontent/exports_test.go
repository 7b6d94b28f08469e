package wpcontent

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"dateline/internal/richtext"
	"dateline/internal/wxr"
)

// sharedFile returns the path of a file among the data that stands beside the
// repository, and skips the test when it is absent.
func sharedFile(t testing.TB, elem ...string) string {
	t.Helper()
	dir := os.Getenv("DATELINE_SHARED")
	if dir == "" {
		wd, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for dir = wd; ; dir = filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				break
			}
			if dir == filepath.Dir(dir) {
				t.Fatal("no go.mod above " + wd)
			}
		}
		dir = filepath.Join(dir, "..", "shared")
	}
	path := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is absent; set DATELINE_SHARED to the folder of shared test data", path)
	}
	return path
}

// export is an export read whole, with a Context that knows its attachments.
type export struct {
	items []*wxr.Item
	byID  map[int64]*wxr.Item
	byURL map[string]*wxr.Item
}

func readExport(t testing.TB, name string) export {
	t.Helper()
	f, err := os.Open(sharedFile(t, "data", "wordpress", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e := export{byID: map[int64]*wxr.Item{}, byURL: map[string]*wxr.Item{}}
	r := wxr.NewReader(f, wxr.Options{})
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return e
		}
		if err != nil {
			t.Fatal(err)
		}
		if it, ok := rec.(*wxr.Item); ok {
			e.items = append(e.items, it)
			e.byID[it.ID] = it
			if it.AttachmentURL != "" {
				e.byURL[it.AttachmentURL] = it
			}
		}
	}
}

func mediumOf(it *wxr.Item) Media {
	kind := first(recordingKind(it.AttachmentURL), "image")
	return Media{ID: it.ID, Kind: kind, URL: it.AttachmentURL, Title: it.Title, Caption: it.Excerpt, Alt: wxr.First(it.Meta, "_wp_attachment_image_alt")}
}

func (e export) context(it *wxr.Item) Context {
	return Context{
		Language: "en-US", Hosts: []string{"wpthemetestdata.wordpress.com"},
		Attachment: func(id int64) (Media, bool) {
			if a, ok := e.byID[id]; ok && a.Type == "attachment" {
				return mediumOf(a), true
			}
			return Media{}, false
		},
		File: func(url string) (Media, bool) {
			if a, ok := e.byURL[url]; ok {
				return mediumOf(a), true
			}
			return Media{}, false
		},
		Attached: func() (ids []int64) {
			for _, a := range e.items {
				if a.Parent == it.ID && a.Type == "attachment" {
					ids = append(ids, a.ID)
				}
			}
			return ids
		},
		SavedBlock: func(ref int64) (string, bool) {
			if b, ok := e.byID[ref]; ok && b.Type == "wp_block" {
				return b.Content, true
			}
			return "", false
		},
		Footnotes: wxr.First(it.Meta, "footnotes"),
	}
}

// TestConvert_Exports converts every text of the real exports: words in are words
// out, nothing is shown raw, and the documents are valid.
func TestConvert_Exports(t *testing.T) {
	for _, name := range []string{"themeunittestdata.wordpress.xml", "64-block-test-data.xml", "theme-preview.xml"} {
		t.Run(name, func(t *testing.T) {
			e := readExport(t, name)
			in, out, texts := 0, 0, 0
			unknown := map[string]int{}
			for _, it := range e.items {
				if it.Content == "" || it.Type == "nav_menu_item" {
					continue
				}
				doc, rep := Convert(it.Content, e.context(it))
				texts++
				in += rep.WordsIn
				out += rep.WordsOut
				for k, n := range rep.UnknownBlocks {
					unknown[k] += n
				}
				for k, n := range rep.UnknownShortcodes {
					unknown["["+k+"]"] += n
				}
				if rep.Problem() {
					t.Errorf("%s %d %q: %d words in, %d out", it.Type, it.ID, it.Title, rep.WordsIn, rep.WordsOut)
				}
				if rep.WordsIn != rep.WordsOut {
					t.Logf("%s %d %q: %d words in, %d out", it.Type, it.ID, it.Title, rep.WordsIn, rep.WordsOut)
				}
				if _, err := richtext.Validate(doc); err != nil {
					t.Errorf("%q: %v", it.Title, err)
				}
				text := richtext.Text(doc)
				for _, raw := range []string{"<!--", "[caption", "[/caption", "[gallery", slotStart, slotEnd} {
					if strings.Contains(text, raw) && !strings.Contains(it.Content, "<code") {
						t.Errorf("%q shows %q", it.Title, raw)
					}
				}
			}
			t.Logf("%d texts, %d words in, %d out, unknown: %v", texts, in, out, unknown)
			if texts == 0 || in == 0 {
				t.Error("nothing was converted")
			}
		})
	}
}

// TestConvert_ThemeUnitTest looks into texts of the export that are known.
func TestConvert_ThemeUnitTest(t *testing.T) {
	e := readExport(t, "themeunittestdata.wordpress.xml")
	types := func(id int64) map[string]int {
		it := e.byID[id]
		if it == nil {
			t.Fatalf("no item %d", id)
		}
		doc, _ := Convert(it.Content, e.context(it))
		n := map[string]int{}
		richtext.Walk(doc.Content, func(node *richtext.Node) bool {
			n[node.Type]++
			return true
		})
		return n
	}
	for _, it := range e.items {
		if strings.Contains(it.Content, "[gallery columns") {
			n := types(it.ID)
			if n["gallery"] == 0 || n["figure"] < 2 {
				t.Errorf("%d %q: %v", it.ID, it.Title, n)
			}
		}
		if want := strings.Count(it.Content, "[/caption]"); want > 0 {
			if n := types(it.ID); n["figure"] < want {
				t.Errorf("%d %q: %d figures for %d captions", it.ID, it.Title, n["figure"], want)
			}
		}
		if want := strings.Count(it.Content, "<!--nextpage-->"); want > 0 {
			if n := types(it.ID); n["page_break"] != want {
				t.Errorf("%d %q: %d page breaks, want %s", it.ID, it.Title, n["page_break"], strconv.Itoa(want))
			}
		}
	}
}

// TestConvert_Attacks converts each line of the attack lists as classic text and
// in blocks: the documents are valid, so that nothing in them can run.
func TestConvert_Attacks(t *testing.T) {
	for _, name := range []string{"xss-payload-list.txt", "html5sec-vectors.txt", "dompurify-expect.mjs"} {
		data, err := os.ReadFile(sharedFile(t, "data", "attacks", name))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(string(data), "\n") {
			for _, raw := range []string{line, "<!-- wp:html -->" + line + "<!-- /wp:html -->", `<!-- wp:embed {"url":` + strconv.Quote(line) + "} /-->",
				"[caption caption=" + strconv.Quote(line) + `]<img src="x.jpg">[/caption]`, "[button link=" + strconv.Quote(line) + "]b[/button]"} {
				doc, _ := Convert(raw, testContext())
				if _, err := richtext.Validate(doc); err != nil {
					t.Errorf("%q: %v", raw, err)
				}
				richtext.Walk(doc.Content, func(n *richtext.Node) bool {
					for _, attr := range []string{"src", "url", "link"} {
						if s := textAttr(n, attr); s != "" {
							if _, ok := richtext.SafeURL(s); !ok {
								t.Errorf("%q: %s is %q", raw, attr, s)
							}
						}
					}
					return true
				})
			}
		}
	}
}
