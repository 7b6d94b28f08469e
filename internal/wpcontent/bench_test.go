package wpcontent

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"dateline/internal/wxr"
	"dateline/internal/wxr/wxrtest"
)

// generated returns the articles of a generated export.
func generated(t testing.TB, spec wxrtest.Spec) (items []*wxr.Item, truth wxrtest.Truth) {
	t.Helper()
	var file bytes.Buffer
	truth, err := wxrtest.Write(&file, spec)
	if err != nil {
		t.Fatal(err)
	}
	r := wxr.NewReader(&file, wxr.Options{})
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return items, truth
		}
		if err != nil {
			t.Fatal(err)
		}
		if it, ok := rec.(*wxr.Item); ok && (it.Type == "post" || it.Type == "page") {
			items = append(items, it)
		}
	}
}

// TestConvert_GeneratedWords compares with a generator that counted its words.
func TestConvert_GeneratedWords(t *testing.T) {
	items, truth := generated(t, wxrtest.Spec{Seed: 3, Articles: 60})
	in, out := 0, 0
	for _, it := range items {
		_, rep := Convert(it.Content, Context{Language: "en"})
		in += rep.WordsIn
		out += rep.WordsOut
	}
	if in != truth.Words || out != truth.Words {
		t.Errorf("%d words written, %d in, %d out", truth.Words, in, out)
	}
}

// BenchmarkConvert converts generated articles of about 700 words; one operation
// is one article.
func BenchmarkConvert(b *testing.B) {
	items, _ := generated(b, wxrtest.Spec{Articles: 200})
	ctx := Context{Language: "en", Hosts: []string{"courier.example"}, File: func(string) (Media, bool) { return Media{ID: 5}, true }}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		Convert(items[i%len(items)].Content, ctx)
	}
}
