package richtext

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html"
)

var update = flag.Bool("update", false, "write the results into testdata instead of comparing")

// Each archive holds foreign HTML (in.html) and what it becomes: the document
// (doc.json), what was dropped (dropped), and the page's HTML (out.html). The
// name of an archive that begins with "comment" reads a comment.
func TestFromHTML_Golden(t *testing.T) {
	files, err := filepath.Glob("testdata/html/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			golden(t, file)
		})
	}
}

func golden(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	in := string(archive.Files[0].Data)
	got := []txtar.File{archive.Files[0]}
	doc, dropped := FromHTML(in, importer)
	out := HTML(doc, newsroom)
	if strings.HasPrefix(filepath.Base(file), "comment") {
		doc, dropped = FromCommentHTML(in)
		out = CommentHTML(doc)
	}
	got = append(got,
		txtar.File{Name: "doc.json", Data: pretty(t, doc)},
		txtar.File{Name: "dropped", Data: listed(dropped)},
		txtar.File{Name: "out.html", Data: []byte(out)})
	if *update {
		archive.Files = got
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(txtar.Format(&txtar.Archive{Comment: archive.Comment, Files: archive.Files})),
		string(txtar.Format(&txtar.Archive{Comment: archive.Comment, Files: got}))); diff != "" {
		t.Errorf("%s differs (-want +got); run the test with -update and read the diff:\n%s", file, diff)
	}
	if _, err := Validate(doc); err != nil {
		t.Errorf("the document is not valid: %v", err)
	}
}

// pretty writes a document with one line a leaf.
func pretty(t *testing.T, d Doc) []byte {
	var b bytes.Buffer
	for _, n := range d.Content {
		prettyNode(t, &b, n, "")
	}
	return b.Bytes()
}

func prettyNode(t *testing.T, b *bytes.Buffer, n Node, indent string) {
	content := n.Content
	if _, leaf := leafContent(content); !leaf {
		n.Content = nil
		line, err := marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(b, "%s%s\n", indent, line)
		for _, child := range content {
			prettyNode(t, b, child, indent+"  ")
		}
		return
	}
	line, err := marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(b, "%s%s\n", indent, line)
}

func marshal(n Node) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(n)
	return strings.TrimSuffix(b.String(), "\n"), err
}

func leafContent(nodes []Node) (int, bool) {
	return len(nodes), len(nodes) == 0 || inlineNodes(nodes)
}

func listed(dropped []Dropped) []byte {
	var b bytes.Buffer
	for _, d := range dropped {
		fmt.Fprintf(&b, "%s %s ×%d, %d words: %q\n", d.Kind, d.Name, d.Count, d.Words, d.Sample)
	}
	return b.Bytes()
}

// importer knows the pictures wp-image-1 to wp-image-9 and leaves figures of
// the class "ours" to a hook.
var importer = ImportOptions{
	Language: "en",
	Media: func(ref MediaRef) int64 {
		if ref.ID < 10 {
			return ref.ID
		}
		return 0
	},
	Link: func(href string) string { return strings.Replace(href, "http://old.example", "", 1) },
	Element: func(c *Converter, n *html.Node) ([]Node, bool) {
		switch {
		case classOf(n, "hook-box"):
			return []Node{{Type: "fact_box", Attrs: map[string]any{"title": attrOr(n, "title", "")}, Content: c.Blocks(n)}}, true
		case classOf(n, "hook-bad"):
			return []Node{{Type: "list_item"}}, true
		case classOf(n, "hook-inline"):
			return []Node{{Type: "text", Text: "hooked", Marks: []Mark{{Type: "small"}}}}, true
		}
		return nil, false
	},
}

// newsroom resolves what the tests need.
var newsroom = Options{Resolver: room{}, Newsletter: "/newsletter/", Base: "https://news.example"}

type room struct{}

func (room) Picture(id int64) (Picture, bool) {
	switch {
	case id == 9:
		return Picture{Alt: "The harbour", Missing: true}, true
	case id < 9:
		return Picture{URL: fmt.Sprintf("/media/%d/a.jpg", id), Width: 960, Height: 640, Alt: "A boat", Credit: "Ann Lee",
			Sources: []Source{{"image/avif", fmt.Sprintf("/media/%d/480.avif 480w, /media/%d/960.avif 960w", id, id)}}}, true
	}
	return Picture{}, false
}

func (room) File(id int64) (File, bool) {
	switch id {
	case 11:
		return File{URL: "/media/11/talk.mp3", Name: "talk.mp3", Bytes: 1_234_567}, true
	case 12:
		return File{URL: "/media/12/film.mp4", Name: "film.mp4", Width: 1280, Height: 720}, true
	case 13:
		return File{URL: "/media/13/report.pdf", Name: "report.pdf", Bytes: 2_000_000}, true
	}
	return File{}, false
}

// Accounts knows the record 1.
func (room) Accounts(id int64) (Accounts, bool) { return sampleAccounts(), id == 1 }

func (room) Article(id int64) (Link, bool) {
	return Link{URL: "/world/vote/", Title: "The vote"}, id == 21
}
