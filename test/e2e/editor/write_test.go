package editor

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/richtext"
)

func TestEditor_TypesAWord(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("Hello world")
	r.want(`paragraph("Hello world")`)
	if n := ask[int](r, `room.changes`); n != 11 {
		t.Errorf("%d changes were told", n)
	}
}

// Every document that Go knows comes back from the editor as it went in.
func TestEditor_GivesDocumentsBackUnchanged(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "internal", "richtext", "testdata", "documents.json"))
	if err != nil {
		t.Fatal(err)
	}
	var docs map[string]richtext.Doc
	if err := json.Unmarshal(text, &docs); err != nil {
		t.Fatal(err)
	}
	r := open(t, view{}, "")
	for name, d := range docs {
		in, err := richtext.EditorJSON(d)
		if err != nil {
			t.Fatal(err)
		}
		r.make(string(in))
		want, _ := json.Marshal(d)
		got, _ := json.Marshal(r.valid())
		if string(got) != string(want) {
			t.Errorf("%s: %s", name, cmp.Diff(string(want), string(got)))
		}
		if ask[bool](r, `[...document.querySelectorAll('.ed-text > *')].some(e => !e.getClientRects().length)`) {
			t.Errorf("%s: something in it cannot be seen", name)
		}
	}
}
