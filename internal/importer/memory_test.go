package importer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/internal/db"
	"dateline/internal/wxr/wxrtest"
)

const (
	memoryFile  = 300 << 20 // bytes of the export
	memoryBound = 300 << 10 // KB of the process at its largest
)

// TestImport_BoundedMemory imports 300 MB in a process of its own and reads
// its largest size. DATELINE_LONG makes the articles as short as they usually
// are, and so the export one of 34,000 of them.
func TestImport_BoundedMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("imports 300 MB")
	}
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("this system does not tell the size of processes")
	}
	words := 7000
	if os.Getenv(long) != "" {
		words = 0
	}
	file := bigExport(t, words)
	p := newPlace(t, db.SQLite)
	cmd := p.command(t, "--report", filepath.Join(p.dir, "report"), file)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	peak := int64(0)
	for {
		select {
		case <-tick.C:
			peak = max(peak, largest(cmd.Process.Pid))
			continue
		case err := <-ended:
			if err != nil {
				t.Fatalf("import: %v\n%s", err, out.String())
			}
		}
		break
	}
	t.Logf("the import took %d MB at most", peak>>10)
	if peak == 0 || peak > memoryBound {
		t.Errorf("the process took %d KB, %d are allowed", peak, memoryBound)
	}
}

// bigExport writes an export of some 300 MB with articles of so many words.
func bigExport(t *testing.T, words int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "big.xml")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	size := 8800 // bytes of an article of 700 words with its picture and comments
	if words > 700 {
		size += (words - 700) * 7
	}
	truth, err := wxrtest.Write(f, wxrtest.Spec{Seed: 300, Articles: memoryFile / size, Words: words})
	if err != nil {
		t.Fatal(err)
	}
	if truth.Bytes < memoryFile*8/10 {
		t.Fatalf("the export has %d MB only", truth.Bytes>>20)
	}
	return path
}

// largest is the largest size in KB that a process has had, 0 when it is gone.
func largest(pid int) int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(raw), "VmHWM:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(fields[0], 10, 64) // the kernel writes a number
	return n
}
