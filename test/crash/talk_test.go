package crash

import (
	"context"
	"testing"
	"time"

	"dateline/internal/db"
)

// The readers' promise: a comment that was acknowledged is there once and whole,
// sending its form again changes nothing, and every count is exact, on both
// engines, whatever goes away.

func talkOps() []Op { return []Op{note("say", 2), note("answer", 1)} }

func TestTalk_SurvivesKill(t *testing.T) {
	onEngines(t, folder, true, func(t *testing.T, s storage) {
		target := s.target("talk", "", talkOps())
		target.Clients = 16
		report, err := KillUnderLoad(context.Background(), target, Kills{Rounds: size(4, 200), Min: 50 * time.Millisecond, Max: 800 * time.Millisecond, Seed: 51})
		green(t, report, err)
	})
}

func TestTalk_KillSeesPlantedFaults(t *testing.T) {
	for fault, want := range map[string]string{"early": "acknowledged and lost", "halves": "count comments", "twice": "carried out 2 times"} {
		t.Run(fault, func(t *testing.T) {
			s := storage{engine: db.SQLite, dir: folder(t)}
			report, err := KillUnderLoad(context.Background(), s.target("talk", fault, talkOps()),
				Kills{Rounds: 5, Min: 100 * time.Millisecond, Max: 400 * time.Millisecond, Seed: 52})
			red(t, report, err, want)
		})
	}
}

func TestTalk_SurvivesEveryPoint(t *testing.T) {
	onEngines(t, folder, true, func(t *testing.T, s storage) {
		p := s.points(t, "talk", "answer", "text")
		p.Most = size(10, 0)
		report, err := EveryPoint(context.Background(), p)
		report.Acked++ // the undisturbed write
		green(t, report, err)
	})
}
