package desk

import (
	"os"
	"testing"

	"dateline/test/e2e/browser"
)

// readingPictures are those of the manual that show how readers find stories.
var readingPictures = []picture{
	{"public-search", "/search/"}, {"public-search-phone", "/search/"},
	{"public-register", "/{path...}"},
	{"public-speaker", "/{path...}"},
	{"public-storyline", "/{path...}"},
}

// TestManual_DrawsReading draws the pictures of how readers find stories. It is no
// check and runs when DATELINE_MANUAL is set.
func TestManual_DrawsReading(t *testing.T) {
	if os.Getenv("DATELINE_MANUAL") == "" {
		t.Skip("draws pictures of the manual: set DATELINE_MANUAL=1")
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	n := &newsroom{t: t, b: chrome(t), program: path, data: sample(t)}
	n.serve("127.0.0.1:0")
	c := &camera{t: t, n: n, drawn: map[string]bool{}}
	reader, phone := n.desk(browser.Desktop), n.desk(browser.Phone)
	for _, d := range []*desk{reader, phone} {
		d.open("/search/?q=%22the+ferry%22+radio")
		if d == phone {
			c.takes("public-search-phone", d, 0)
		} else {
			c.takes("public-search", d, 1100)
		}
	}
	for name, path := range map[string]string{"public-register": "/places/gull-head/", "public-speaker": "/quotes/dessa-marrin/", "public-storyline": "/storyline/the-harbour-talks/"} {
		reader.open(path)
		c.takes(name, reader, 1100)
	}
	for _, p := range readingPictures {
		if !c.drawn[p.name] {
			t.Errorf("%s was not drawn", p.name)
		}
	}
}
