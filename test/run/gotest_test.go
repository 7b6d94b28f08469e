package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// read feeds the events of a run and returns its summary.
func read(t *testing.T, events string) *summary {
	t.Helper()
	var sum summary
	if err := newReader(&sum).readAll(strings.NewReader(events)); err != nil {
		t.Fatal(err)
	}
	return &sum
}

func TestReader_CountsLeavesOnly(t *testing.T) {
	sum := read(t, `{"Action":"pass","Package":"p","Test":"TestA/one"}
{"Action":"fail","Package":"p","Test":"TestA/two"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:7: no loop device\n"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"fail","Package":"p","Elapsed":0.1}
`)
	if sum.passed != 2 || sum.failed != 1 || len(sum.skipped) != 1 {
		t.Errorf("passed %d, failed %d, skipped %d; want 2, 1, 1", sum.passed, sum.failed, len(sum.skipped))
	}
	if got := sum.skipped[0].text; got != "no loop device" {
		t.Errorf("reason = %q", got)
	}
}

func TestReader_CountsAParentThatFailedByItself(t *testing.T) {
	sum := read(t, `{"Action":"pass","Package":"p","Test":"TestA/one"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p"}
`)
	if sum.passed != 1 || sum.failed != 1 {
		t.Errorf("passed %d, failed %d; want 1, 1", sum.passed, sum.failed)
	}
}

func TestReader_CountsAPackageThatDoesNotBuild(t *testing.T) {
	sum := read(t, `{"ImportPath":"p [p.test]","Action":"build-output","Output":"p/a.go:1: syntax error\n"}
{"ImportPath":"p [p.test]","Action":"build-fail"}
{"Action":"fail","Package":"p"}
`)
	if sum.failed != 1 || !strings.Contains(sum.failures[0].text, "syntax error") {
		t.Errorf("failed %d, failures %v", sum.failed, sum.failures)
	}
}

func TestReader_CountsATestThatEndedTheProcess(t *testing.T) {
	sum := read(t, `{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestB","Output":"exit status 3\n"}
{"Action":"fail","Package":"p"}
`)
	if sum.passed != 1 || sum.failed != 1 || !strings.Contains(sum.failures[0].text, "exit status 3") {
		t.Errorf("passed %d, failed %d, failures %v", sum.passed, sum.failed, sum.failures)
	}
}

func TestReader_NoticesPackagesThatNeverEnded(t *testing.T) {
	var sum summary
	r := newReader(&sum)
	err := r.readAll(strings.NewReader(`{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p"}
{"Action":"pass","Package":"q","Test":"TestB"}
`))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(r.unfinished([]string{"p", "q", "r"}), " "); got != "q r" {
		t.Errorf("unfinished = %q, want q and r", got)
	}
}

func TestAgain_OnlyAFewTestsOfTheBrowser(t *testing.T) {
	browser := note{name: "dateline/test/e2e/desk TestWriting/phone"}
	if got := againNames([]note{browser, {name: "dateline/test/e2e/desk TestWriting"}, {name: "dateline/test/e2e/site TestSite"}}); len(got) != 2 ||
		strings.Join(got["dateline/test/e2e/desk"], " ") != "TestWriting" {
		t.Errorf("names = %v", got)
	}
	for name, failures := range map[string][]note{
		"another package": {browser, {name: "dateline/internal/db TestStore"}},
		"a check":         {browser, {name: "go vet"}},
		"no test's name":  {{name: "dateline/test/e2e/desk"}},
		"too many":        {browser, browser, browser, browser, browser},
	} {
		if got := againNames(failures); len(got) > 0 {
			t.Errorf("%s: %v is run again", name, got)
		}
	}
}

func TestAgain_PassesOnlyWhatPassed(t *testing.T) {
	failures := func() []note {
		return []note{{"p TestA/one", "slow"}, {"p TestA/two", "slow"}, {"p TestB", "wrong"}}
	}
	sum := summary{passed: 5, failed: 3, failures: failures()}
	sum.settle("p", []string{"TestA", "TestB"}, &summary{passed: 2, failed: 1, failures: []note{{"p TestB", "wrong"}}}, false)
	if sum.passed != 7 || sum.failed != 1 || len(sum.again) != 2 || len(sum.failures) != 1 {
		t.Errorf("one of two passed: %+v", sum)
	}
	for name, second := range map[string]*summary{"nothing ran": {}, "the package did not end": {passed: 2}} {
		sum := summary{passed: 5, failed: 3, failures: failures()}
		if sum.settle("p", []string{"TestA", "TestB"}, second, false); sum.failed != 3 {
			t.Errorf("%s: %+v", name, sum)
		}
	}
}

func TestFindFuzzTargets_NamesFolderAndFunction(t *testing.T) {
	dir := t.TempDir()
	source := "package x\n\nfunc FuzzReader(f *testing.F) {}\nfunc TestReader(t *testing.T) {}\n"
	if err := os.WriteFile(filepath.Join(dir, "x_test.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	found, err := findFuzzTargets(dir)
	if err != nil || len(found) != 1 || found[0] != (target{dir, "FuzzReader"}) {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestSummary_EndsWithTheVerdict(t *testing.T) {
	var out bytes.Buffer
	sum := summary{passed: 12, failed: 1, skipped: []note{{"a", "no root"}, {"b", "no root"}}}
	sum.print(&out, time.Second, 0.5)
	if !strings.HasSuffix(out.String(), "\n12 passed, 1 failed\n") {
		t.Errorf("the run ends with %q", out.String())
	}
	if !strings.Contains(out.String(), "a and 1 more: no root") {
		t.Errorf("the reasons are missing in %q", out.String())
	}
}

func TestArguments_LongestFirst(t *testing.T) {
	all := testArguments(options{packages: []string{everything}})
	if i := len(all) - 1; all[i] != everything || all[i-len(longest)] != longest[0] || !slices.Contains(all, "-vet=off") {
		t.Errorf("all packages: %q", all)
	}
	one := testArguments(options{packages: []string{"./internal/db"}, run: "TestX"})
	if slices.Contains(one, longest[0]) || slices.Contains(one, "-vet=off") || one[len(one)-1] != "./internal/db" {
		t.Errorf("one package: %q", one)
	}
	for _, name := range longest {
		if found, err := filepath.Glob(filepath.Join("..", "..", name, "*_test.go")); err != nil || len(found) == 0 {
			t.Errorf("%s has no tests", name)
		}
	}
}

func TestForget_KeepsWhatIsInUse(t *testing.T) {
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	name := func(pid int, rest string) string {
		return filepath.Join(parent, fmt.Sprintf("%s%d-%s", scratchPrefix, pid, rest))
	}
	left, mounted, ours := name(gone.Process.Pid, "left"), name(gone.Process.Pid, "mounted"), name(os.Getpid(), "ours")
	for _, dir := range []string{left, filepath.Join(mounted, "dateline-image-7-x"), ours, filepath.Join(parent, "another")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	forget(parent)
	for dir, want := range map[string]bool{left: false, mounted: true, ours: true, filepath.Join(parent, "another"): true} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", dir, err == nil, want)
		}
	}
}

func TestProcessors_GiveAShare(t *testing.T) {
	busy := processors()
	for all, _ := ticks(); ; {
		if now, _ := ticks(); now > all {
			break
		}
	}
	if share := busy(); share <= 0 || share > 1 {
		t.Errorf("busy %v while this test ran", share)
	}
}

func TestBeside_CountsWhenAwaited(t *testing.T) {
	var sum summary
	good := sum.beside("good", func() (string, error) { return "", nil })
	bad := sum.beside("bad", func() (string, error) { return "", os.ErrInvalid })
	if sum.passed+sum.failed != 0 {
		t.Errorf("counted before anybody waited: %+v", sum)
	}
	good()
	bad()
	if sum.passed != 1 || sum.failed != 1 || sum.failures[0].name != "bad" {
		t.Errorf("%+v", sum)
	}
}
