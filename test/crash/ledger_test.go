package crash

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLedger_ReadsBackWhatWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	l, err := CreateLedger(path)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for _, key := range []string{"a", "b", "c", "d"} {
		wait.Go(func() {
			if err := l.Intend("publish", key, []byte(key)); err != nil {
				t.Error(err)
			}
			if key != "d" {
				if err := l.Answer(key, 200); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	want := l.Entries()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadLedger(strings.NewReader(string(text) + "9 | publish | torn"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ledger read back (-want +got):\n%s", diff)
	}
	if got["d"].Acked() || !got["a"].Acked() {
		t.Errorf("acknowledged: a %v, d %v", got["a"].Acked(), got["d"].Acked())
	}
}

func TestCompare_NamesEveryKindOfBreach(t *testing.T) {
	sent := func(op, text string, status int) Entry {
		return Entry{Op: op, Hash: Hash([]byte(text)), Status: status}
	}
	entries := map[string]Entry{
		"lost": sent("publish", "x", 200), "unsent": sent("publish", "x", 0), "twice": sent("publish", "x", 200),
		"half": sent("publish", "x", 0), "changed": sent("publish", "x", 200), "refused": sent("publish", "x", 409),
		"good": sent("publish", "x", 200),
	}
	h := Hash([]byte("x"))
	got := strings.Join(Compare(entries, []Record{
		{Key: "twice", Op: "publish", Hash: h, Copies: 2},
		{Key: "half", Op: "publish", Hash: h, Copies: 1, Missing: []string{"listing"}},
		{Key: "changed", Op: "publish", Hash: "other", Copies: 1},
		{Key: "refused", Op: "publish", Hash: h, Copies: 1},
		{Key: "phantom", Op: "publish", Hash: h, Copies: 1},
		{Key: "good", Op: "publish", Hash: h, Copies: 1},
	}), "\n")
	for _, want := range []string{"lost: acknowledged and lost", "twice: carried out 2 times", "half: half done, missing [listing]",
		"changed: stored as", "refused: refused with 409", "phantom: nobody sent it"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	for _, fine := range []string{"good", "unsent"} {
		if strings.Contains(got, fine) {
			t.Errorf("%q is no problem, yet stands in\n%s", fine, got)
		}
	}
}
