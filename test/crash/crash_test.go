package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var programs Programs

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "dateline-crash-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if programs, err = Build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// long tells whether the night sizes are asked for.
func long() bool { return os.Getenv("DATELINE_LONG") != "" }

// size is the number of rounds in CI or at night.
func size(ci, night int) int {
	if long() {
		return night
	}
	return ci
}

// note is a write of a few hundred bytes.
func note(name string, weight int) Op {
	return Op{Name: name, Weight: weight, Payload: func(r *rand.Rand) []byte {
		return []byte(strings.TrimSpace(strings.Repeat(fmt.Sprintf("%x ", r.Uint64()), 1+r.IntN(40))))
	}}
}

// plainTarget is crashd with its plain store in dir and a planted fault.
func plainTarget(dir, fault string) Target {
	return Target{
		Command: func() *exec.Cmd { return exec.Command(programs.Crashd, "-data", dir, "-fault", fault) },
		Ops:     []Op{note("publish", 1), note("edit", 1)},
		Clients: 8,
	}
}

// green fails the test when the report lists problems.
func green(t *testing.T, report Report, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range report.Problems {
		if i == 20 {
			t.Errorf("… and %d more", len(report.Problems)-i)
			break
		}
		t.Error(p)
	}
	if report.Acked == 0 {
		t.Error("nothing was acknowledged: the scenario did not test anything")
	}
	t.Logf("%d rounds, %d acknowledged, %d unacknowledged, %d sent again", report.Rounds, report.Acked, report.Unacked, report.Replays)
}

// red fails the test when the planted fault went unnoticed.
func red(t *testing.T, report Report, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		if strings.Contains(p, want) {
			return
		}
	}
	t.Errorf("the planted fault went unnoticed: no problem says %q in %d acknowledged writes, %d problems, first %q", want, report.Acked, len(report.Problems), report.Problems[:min(3, len(report.Problems))])
}

func TestKillUnderLoad_PassesWhatIsRight(t *testing.T) {
	report, err := KillUnderLoad(context.Background(), plainTarget(t.TempDir(), ""), Kills{Rounds: size(4, 50), Min: 20 * time.Millisecond, Max: 300 * time.Millisecond, Seed: 1})
	green(t, report, err)
}

func TestKillUnderLoad_SeesPlantedFaults(t *testing.T) {
	for fault, want := range map[string]string{"early": "acknowledged and lost", "halves": "half done", "twice": "carried out 2 times"} {
		t.Run(fault, func(t *testing.T) {
			report, err := KillUnderLoad(context.Background(), plainTarget(t.TempDir(), fault), Kills{Rounds: 6, Min: 100 * time.Millisecond, Max: 300 * time.Millisecond, Seed: 2})
			red(t, report, err, want)
		})
	}
}

// image is a file system for one test.
func image(t *testing.T, megabytes int) *Image {
	t.Helper()
	i, err := NewImage(megabytes)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		if err := i.Close(); err != nil {
			t.Error(err)
		}
	})
	return i
}

func TestSweep_GivesBackWhatADeadRunLeft(t *testing.T) {
	i, err := NewImage(16)
	if err != nil {
		t.Skip(err)
	}
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	// The same image as a process that is gone would have left it.
	mine, left := filepath.Dir(i.file), filepath.Join(os.TempDir(), fmt.Sprintf("%s%d-left", imagePrefix, gone.Process.Pid))
	if err := os.Rename(mine, left); err != nil {
		t.Fatal(err)
	}
	sweep()
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("the image is still there: %v", err)
	}
	if mounts, _ := os.ReadFile("/proc/mounts"); strings.Contains(string(mounts), left) {
		t.Error("the image is still mounted")
	}
	if used, _ := system("losetup", "--list", "--output", "BACK-FILE", "--noheadings"); strings.Contains(used, left) {
		t.Errorf("the loop device is still there: %s", used)
	}
}

func TestCutPower_PassesWhatIsRight(t *testing.T) {
	i := image(t, 128)
	report, err := CutPower(context.Background(), plainTarget(i.Dir, ""), Cuts{Image: i, Rounds: size(3, 20), Min: 100 * time.Millisecond, Max: 400 * time.Millisecond, Seed: 3})
	green(t, report, err)
}

func TestCutPower_SeesAMissingSync(t *testing.T) {
	i := image(t, 128)
	report, err := CutPower(context.Background(), plainTarget(i.Dir, "no-sync"), Cuts{Image: i, Rounds: 3, Min: 200 * time.Millisecond, Max: 400 * time.Millisecond, Seed: 4})
	red(t, report, err, "")
}

func TestFillDisk_PassesWhatIsRight(t *testing.T) {
	i := image(t, 32)
	report, err := FillDisk(context.Background(), plainTarget(i.Dir, ""), Fills{Dir: i.Dir, Rounds: size(3, 20), Min: 50 * time.Millisecond, Max: 200 * time.Millisecond, Seed: 5})
	green(t, report, err)
}

func TestFillDisk_SeesPlantedFaults(t *testing.T) {
	for fault, want := range map[string]string{"deaf": "acknowledged and lost", "stuck": "writes do not work"} {
		t.Run(fault, func(t *testing.T) {
			i := image(t, 32)
			report, err := FillDisk(context.Background(), plainTarget(i.Dir, fault), Fills{Dir: i.Dir, Rounds: 1, Min: 50 * time.Millisecond, Max: 200 * time.Millisecond, Seed: 6})
			red(t, report, err, want)
		})
	}
}
