package crash

import (
	"context"
	"fmt"
	"testing"
	"time"

	"dateline/internal/db"
)

// The newsroom's promise: a publication, a correction or a text being written
// that was acknowledged is there once and whole, on both engines, whatever goes away.

func newsroomOps() []Op { return []Op{note("publish", 1), note("edit", 1), note("write", 1)} }

func TestNewsroom_SurvivesKill(t *testing.T) {
	onEngines(t, folder, true, func(t *testing.T, s storage) {
		rounds := size(24, 200)
		if s.cluster != nil {
			rounds = size(12, 200)
		}
		target := s.target("newsroom", "", newsroomOps())
		target.Clients = 16
		report, err := KillUnderLoad(context.Background(), target, Kills{Rounds: rounds, Min: 20 * time.Millisecond, Max: 600 * time.Millisecond, Seed: 21})
		green(t, report, err)
	})
}

func TestNewsroom_KillSeesPlantedFaults(t *testing.T) {
	for fault, want := range map[string]string{"early": "acknowledged and lost", "halves": "half done, missing [publication",
		"unfound": "half done, missing [search]", "unrelated": "half done, missing [related]", "stale": "of its texts: false, want true", "leaky": "search entry of article"} {
		t.Run(fault, func(t *testing.T) {
			rounds := 5
			if fault != "early" && fault != "halves" {
				rounds = 1 // these need no kill to show
			}
			s := storage{engine: db.SQLite, dir: folder(t)}
			report, err := KillUnderLoad(context.Background(), s.target("newsroom", fault, newsroomOps()),
				Kills{Rounds: rounds, Min: 100 * time.Millisecond, Max: 400 * time.Millisecond, Seed: 22})
			red(t, report, err, want)
		})
	}
}

func TestNewsroom_SurvivesPowerCut(t *testing.T) {
	onImage(t, 512, true, func(t *testing.T, s storage, i *Image) {
		rounds := size(6, 140)
		if s.cluster != nil {
			rounds = size(4, 60)
		}
		report, err := CutPower(context.Background(), s.target("newsroom", "", newsroomOps()),
			Cuts{Image: i, Rounds: rounds, Min: 100 * time.Millisecond, Max: 600 * time.Millisecond, Seed: 23})
		green(t, report, err)
	})
}

func TestNewsroom_SurvivesAFullDisk(t *testing.T) {
	i := image(t, 64)
	s := storage{engine: db.SQLite, dir: i.Dir}
	report, err := FillDisk(context.Background(), s.target("newsroom", "", newsroomOps()),
		Fills{Dir: i.Dir, Rounds: size(5, 100), Min: 50 * time.Millisecond, Max: 300 * time.Millisecond, Seed: 24})
	green(t, report, err)
}

func TestNewsroom_SurvivesEveryPoint(t *testing.T) {
	for _, op := range []string{"publish", "edit", "write"} {
		t.Run(op, func(t *testing.T) {
			onEngines(t, folder, true, func(t *testing.T, s storage) {
				p := s.points(t, "newsroom", op, "text")
				p.Most = size(30, 0)
				report, err := EveryPoint(context.Background(), p)
				report.Acked++ // the undisturbed write
				green(t, report, err)
			})
		})
	}
}

func TestNewsroom_SurvivesFailingCalls(t *testing.T) {
	s := storage{engine: db.SQLite, dir: folder(t)}
	for _, errno := range []string{"ENOSPC", "EIO"} {
		for _, onward := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/onward=%v", errno, onward), func(t *testing.T) {
				p := s.points(t, "newsroom", "publish", "text")
				p.Errno, p.Onward, p.Most = errno, onward, size(10, 0)
				report, err := EveryPoint(context.Background(), p)
				report.Acked++ // the undisturbed write
				green(t, report, err)
			})
		}
	}
}
