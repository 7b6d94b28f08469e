package wpcontent

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"dateline/internal/richtext"
)

var update = flag.Bool("update", false, "write what the conversion gives into the golden files")

// testContext knows the attachments 7 (a picture), 8 (a picture with a caption),
// 9 (a recording), 10 (a film) and 11 (a document) of a site https://old.test.
func testContext() Context {
	const uploads = "https://old.test/wp-content/uploads/2020/01/"
	media := map[int64]Media{
		7:  {ID: 1007, Kind: "image", URL: uploads + "boat.jpg", Alt: "A boat", Width: 1200, Height: 800},
		8:  {ID: 1008, Kind: "image", URL: uploads + "harbour-scaled.jpg", Alt: "Harbour", Caption: "The <em>old</em> harbour"},
		9:  {ID: 1009, Kind: "audio", URL: uploads + "talk.mp3", Title: "The talk"},
		10: {ID: 1010, Kind: "video", URL: uploads + "film.mp4", Title: "The film"},
		11: {ID: 1011, Kind: "file", URL: uploads + "report.pdf", Bytes: 1234},
		12: {Kind: "image", URL: "https://elsewhere.test/x.jpg", Credit: "Ann"},
	}
	return Context{
		Language: "en", Hosts: []string{"old.test"},
		Attachment: func(id int64) (Media, bool) { m, ok := media[id]; return m, ok },
		File: func(url string) (Media, bool) {
			for _, m := range media {
				if m.URL == url && m.ID != 0 {
					return m, true
				}
			}
			return Media{}, false
		},
		Attached: func() []int64 { return []int64{7, 8, 9, 10} },
		SavedBlock: func(ref int64) (string, bool) {
			switch ref {
			case 50:
				return "<!-- wp:paragraph --><p>Saved words.</p><!-- /wp:paragraph -->", true
			case 51: // holds itself
				return "<!-- wp:paragraph --><p>Round.</p><!-- /wp:paragraph --><!-- wp:block {\"ref\":51} /-->", true
			}
			return "", false
		},
		Footnotes: `[{"id":"ab-1","content":"First <em>note</em>."},{"id":"ab-2","content":"Second."}]`,
	}
}

// TestConvert_Golden compares pairs "name/in" and "name/out" in testdata.
// Run with -update after a change and read the difference.
func TestConvert_Golden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{}
		for _, f := range archive.Files {
			want[f.Name] = string(f.Data)
		}
		out := &txtar.Archive{Comment: archive.Comment}
		for _, f := range archive.Files {
			name, ok := strings.CutSuffix(f.Name, "/in")
			if !ok {
				continue
			}
			doc, rep := Convert(strings.TrimSuffix(string(f.Data), "\n"), testContext())
			got := dump(doc, rep)
			out.Files = append(out.Files, f, txtar.File{Name: name + "/out", Data: []byte(got)})
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+name, func(t *testing.T) {
				if diff := cmp.Diff(want[name+"/out"], got); diff != "" && !*update {
					t.Error(diff)
				}
			})
		}
		if *update {
			if err := os.WriteFile(file, txtar.Format(out), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// dump writes a document a line a block, then what the report says besides.
func dump(doc richtext.Doc, rep Report) string {
	var b strings.Builder
	dumpBlocks(&b, doc.Content, "")
	counts := func(title string, m map[string]int) {
		var names []string
		for n := range m {
			names = append(names, n)
		}
		sort.Strings(names)
		for _, n := range names {
			fmt.Fprintf(&b, "# %s %s %d\n", title, n, m[n])
		}
	}
	counts("unknown block", rep.UnknownBlocks)
	counts("unknown shortcode", rep.UnknownShortcodes)
	counts("dropped", rep.Dropped)
	counts("frame", rep.Frames)
	counts("embed", rep.Embeds)
	for _, d := range rep.Foreign {
		fmt.Fprintf(&b, "# foreign %s %s %d\n", d.Kind, d.Name, d.Count)
	}
	for _, m := range rep.MissingMedia {
		fmt.Fprintf(&b, "# missing %s\n", m)
	}
	for _, n := range rep.Notes {
		fmt.Fprintf(&b, "# note %s\n", n)
	}
	if rep.WordsIn != rep.WordsOut {
		fmt.Fprintf(&b, "# words %d in, %d out\n", rep.WordsIn, rep.WordsOut)
	}
	return b.String()
}

func dumpBlocks(b *strings.Builder, nodes []richtext.Node, indent string) {
	for i := range nodes {
		n := &nodes[i]
		b.WriteString(indent + n.Type + dumpAttrs(n.Attrs))
		if len(n.Content) > 0 && isInline(n.Content[0].Type) {
			b.WriteString(": ")
			for _, in := range n.Content {
				dumpInline(b, in)
			}
			b.WriteByte('\n')
			continue
		}
		b.WriteByte('\n')
		dumpBlocks(b, n.Content, indent+"  ")
	}
}

func dumpInline(b *strings.Builder, n richtext.Node) {
	for _, m := range n.Marks {
		b.WriteString("{" + m.Type + dumpAttrs(m.Attrs) + "|")
	}
	switch n.Type {
	case "text":
		b.WriteString(strings.ReplaceAll(n.Text, "\n", "⏎"))
	case "hard_break":
		b.WriteString(" / ")
	default:
		b.WriteString("<" + n.Type + dumpAttrs(n.Attrs) + ">")
	}
	b.WriteString(strings.Repeat("}", len(n.Marks)))
}

func dumpAttrs(m map[string]any) string {
	var names []string
	for k := range m {
		names = append(names, k)
	}
	sort.Strings(names)
	var b strings.Builder
	for _, k := range names {
		fmt.Fprintf(&b, " %s=%v", k, strings.ReplaceAll(fmt.Sprint(m[k]), "\n", "⏎"))
	}
	return b.String()
}
