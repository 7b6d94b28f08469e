package dist

import (
	"bytes"
	"compress/gzip"
	"testing"
)

// budgets are what scripts may weigh compressed, in bytes. The desk promises
// that its one large script, the page of writing, stays under 300 KB.
var budgets = map[string]int{"write.js": 300_000, "publish.js": 10_000, "desk.js": 20_000, "comments.js": 6_000, "search.js": 2_000}

func TestScripts_StayWithinTheirBudget(t *testing.T) {
	for name, most := range budgets {
		script, err := FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		w.Write(script)
		w.Close()
		if packed.Len() > most || packed.Len() == 0 {
			t.Errorf("%s: %d bytes compressed, at most %d", name, packed.Len(), most)
		}
	}
}
