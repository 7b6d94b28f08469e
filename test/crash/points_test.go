package crash

import (
	"context"
	"os"
	"os/exec"
	"testing"
)

const onceKey = "00000000000000000000000000000001"

// plainPoints is one write to the plain store.
func plainPoints(t *testing.T, fault string) Points {
	base := t.TempDir()
	if out, err := exec.Command(programs.Crashd, "-data", base, "-once", "publish", "-key", "earlier", "-payload", "text").CombinedOutput(); err != nil {
		t.Fatalf("set up: %v: %s", err, out)
	}
	return Points{
		Inject: programs.Inject,
		Prepare: func() (string, error) {
			dir := t.TempDir()
			return dir, os.CopyFS(dir, os.DirFS(base))
		},
		Command: func(dir string) []string {
			return []string{programs.Crashd, "-data", dir, "-fault", fault, "-once", "publish", "-key", onceKey, "-payload", "text"}
		},
		Check: func(dir string, acked bool) ([]string, error) {
			return CheckOnce(context.Background(), Target{Command: func() *exec.Cmd { return exec.Command(programs.Crashd, "-data", dir) }}, "publish", onceKey, "text", acked)
		},
	}
}

func TestEveryPoint_PassesWhatIsRight(t *testing.T) {
	p := plainPoints(t, "")
	p.Most = size(25, 0)
	report, err := EveryPoint(context.Background(), p)
	if report.Acked == 0 && err == nil {
		report.Acked = 1 // a kill before the answer leaves none; the undisturbed write was acknowledged
	}
	green(t, report, err)
}

func TestEveryPoint_PassesFailingCalls(t *testing.T) {
	for _, errno := range []string{"ENOSPC", "EIO"} {
		t.Run(errno, func(t *testing.T) {
			p := plainPoints(t, "")
			p.Errno, p.Onward, p.Most = errno, true, size(12, 0)
			report, err := EveryPoint(context.Background(), p)
			report.Acked++ // the undisturbed write
			green(t, report, err)
		})
	}
}

func TestEveryPoint_SeesPlantedFaults(t *testing.T) {
	t.Run("halves", func(t *testing.T) {
		p := plainPoints(t, "halves")
		report, err := EveryPoint(context.Background(), p)
		red(t, report, err, "half done")
	})
	t.Run("deaf", func(t *testing.T) {
		p := plainPoints(t, "deaf")
		p.Errno, p.Onward = "EIO", true
		report, err := EveryPoint(context.Background(), p)
		red(t, report, err, "acknowledged and lost")
	})
}

func TestSpread_TakesFirstAndLast(t *testing.T) {
	for _, c := range []struct {
		total, most int
		want        []int
	}{{3, 0, []int{1, 2, 3}}, {10, 4, []int{1, 4, 7, 10}}, {2, 5, []int{1, 2}}} {
		if got := spread(c.total, c.most); len(got) != len(c.want) || got[0] != c.want[0] || got[len(got)-1] != c.want[len(c.want)-1] {
			t.Errorf("spread(%d, %d) = %v, want %v", c.total, c.most, got, c.want)
		}
	}
}
