package debian

import (
	"slices"
	"testing"
)

func TestMissing_NamesOnlyWhatTheMachineLacks(t *testing.T) {
	needs := []Need{
		Program("coreutils", "true"),
		Program("no-such-package", "no-such-program-anywhere"),
		Files("base-files", "/etc/*"),
		Files("no-such-files", "/nonexistent/*"),
	}
	if got, want := Missing(needs), []string{"no-such-package", "no-such-files"}; !slices.Equal(got, want) {
		t.Errorf("Missing = %v, want %v", got, want)
	}
}

func TestTail_KeepsTheLastLines(t *testing.T) {
	if got := tail("a\nb\nc\n", 2); got != "b\nc" {
		t.Errorf("tail = %q", got)
	}
}
