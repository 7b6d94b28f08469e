package desk

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestNewArea_RefusesAFileOfAnother: pages find styles and scripts by their
// names alone.
func TestNewArea_RefusesAFileOfAnother(t *testing.T) {
	part := func(name string) fstest.MapFS {
		return fstest.MapFS{name: {Data: []byte("p {}")}, "words.json": {Data: []byte("{}")}}
	}
	d, err := New(Parts{Scripts: fstest.MapFS{"write.css": {Data: []byte("b {}")}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.NewArea("one", part("part.css")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"part.css", "write.css", "desk.css"} {
		if _, err := d.NewArea("two", part(name)); err == nil || !strings.Contains(err.Error(), "two files of the desk are called "+name) {
			t.Errorf("a second %s: %v", name, err)
		}
	}
}
