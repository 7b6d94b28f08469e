package feed

import (
	"bytes"
	"encoding/xml"
	"testing"
)

func FuzzText_EscapesAsTheStandardLibrary(f *testing.F) {
	for _, s := range []string{"", "plain", `<a href="x">Fish & 'chips'</a>`, "tab\tline\nreturn\r", "Straße 🙂", "\x00\x7f\xff]]>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got, want bytes.Buffer
		text(&got, s)
		if err := xml.EscapeText(&want, []byte(clean(s))); err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() {
			t.Errorf("text(%q) = %q, want %q", s, got.String(), want.String())
		}
	})
}
