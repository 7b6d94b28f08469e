package richtext

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"
)

// stored is a document as an article keeps it.
func stored(t testing.TB, d Doc) string {
	t.Helper()
	raw, err := json.Marshal(struct {
		Headline string  `json:"headline"`
		Tags     []int64 `json:"tags"`
		Body     Doc     `json:"body"`
	}{`A "headline" \`, []int64{1, 1 << 62}, d})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func checkStored(t testing.TB, d Doc) {
	t.Helper()
	raw := stored(t, d)
	if text, ok := StoredText(raw, "body"); !ok || text != Text(d) {
		t.Fatalf("the stored text is %q (%t), want %q, of %s", text, ok, Text(d), raw)
	}
}

func TestStoredText_IsText(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "documents.json"))
	if err != nil {
		t.Fatal(err)
	}
	var docs map[string]Doc
	if err := json.Unmarshal(raw, &docs); err != nil {
		t.Fatal(err)
	}
	for _, d := range docs {
		if len(RecordIDs(d)) == 0 {
			checkStored(t, d)
		}
	}
	for _, n := range everyNode() {
		if d := (Doc{Version: 1, Content: []Node{n, n}}); len(RecordIDs(d)) == 0 {
			checkStored(t, d)
		}
	}
	files, err := filepath.Glob("testdata/html/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := FromHTML(string(archive.Files[0].Data), importer)
		checkStored(t, d)
	}
	rapid.Check(t, func(r *rapid.T) {
		p := &page{}
		p.content(r, 0)
		d, _ := FromHTML(p.b.String(), ImportOptions{})
		checkStored(t, d)
	})
	rapid.Check(t, func(r *rapid.T) {
		checkStored(t, Doc{Content: []Node{paragraphOf(textNode(strings.ToValidUTF8(rapid.String().Draw(r, "text"), "?"), nil))}})
	})
}

func TestStoredText_LeavesWhatMustBeDecoded(t *testing.T) {
	for _, raw := range []string{
		"", "{}", "null", `{"body":null}`, `{"body":{}`, `{"body":{"v":1,"content":null}}`,
		stored(t, Doc{Content: []Node{{Type: "shared_accounts", Attrs: map[string]any{"record": int64(1)}}}}),
		`{"body":{"v":1,"content":[{"text":"a","type":"text"}]}}`,
		`{"body":{"v":1,"content":[{"type":"text","text":"a","later":1}]}}`,
		`{"body":{"v":1,"content":[{"type":"quote","content":[],"attrs":{"cite":"a"}}]}}`,
		`{"body": {"v":1,"content":[]}}`,
		`{"body":{"v":1,"content":[]},"body":{"v":1,"content":[]}}`,
		"{\"body\":{\"v\":1,\"content\":[{\"type\":\"text\",\"text\":\"\xff\"}]}}",
	} {
		if text, ok := StoredText(raw, "body"); ok {
			t.Errorf("%s has the text %q", raw, text)
		}
	}
}

func FuzzStoredText(f *testing.F) {
	f.Add(`{"v":1,"content":[{"type":"quote","attrs":{"cite":"a \\\"\u0026\\"},"content":[{"type":"text","text":"b","marks":[{"type":"strong"}]}]}]}`)
	f.Add(`{"v":1,"content":[{"type":"image","attrs":{"a":[1,{"b":null}],"c":-1e5,"d":true}}]}`)
	f.Add(`{"v":1,"content":[]},"x":{}`)
	f.Fuzz(func(t *testing.T, raw string) {
		raw = `{"body":` + raw + `}`
		text, ok := StoredText(raw, "body")
		var of struct {
			Body Doc `json:"body"`
		}
		if err := json.Unmarshal([]byte(raw), &of); err == nil && ok && text != Text(of.Body) {
			t.Errorf("%s has the text %q, decoded %q", raw, text, Text(of.Body))
		}
	})
}

func BenchmarkStoredText(b *testing.B) {
	raw := stored(b, article())
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := StoredText(raw, "body"); !ok {
			b.Fatal("must be decoded")
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	raw := []byte(stored(b, article()))
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		var of struct {
			Body Doc `json:"body"`
		}
		if err := json.Unmarshal(raw, &of); err != nil {
			b.Fatal(err)
		}
	}
}
