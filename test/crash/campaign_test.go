package crash

import (
	"context"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"dateline/internal/db"
)

// The newsletter's promise: whenever its process is killed, nobody is left out,
// and second letters are at most one for each connection that was open.

func (s storage) campaign(recipients, kills int, fault string) Campaign {
	c := Campaign{Recipients: recipients, Connections: 10, Kills: kills, Seed: 31, Latency: time.Millisecond,
		Min: 100 * time.Millisecond, Max: time.Second}
	c.Command = func(relay string, more ...string) *exec.Cmd {
		args := []string{"-data", s.dir, "-relay", relay, "-recipients", strconv.Itoa(recipients), "-connections", strconv.Itoa(c.Connections), "-fault", fault}
		if s.cluster != nil {
			args = append(args, "-database", s.cluster.DatabaseURL("dateline"))
		}
		return exec.Command(programs.Campaignd, append(args, more...)...)
	}
	if s.cluster != nil {
		up := false
		c.Below = func(ctx context.Context) error {
			if up {
				return nil
			}
			up = true
			return s.cluster.Start(ctx)
		}
		c.Crash = func() { up = false; s.cluster.Kill() }
	}
	return c
}

func TestCampaign_SurvivesKill(t *testing.T) {
	onEngines(t, folder, true, func(t *testing.T, s storage) {
		report, err := s.campaign(size(10_000, 100_000), size(10, 50), "").Run(t.Context())
		t.Logf("%d kills %v, %d lost, %d twice", report.Kills, report.AtStep, report.Lost, report.Doubled)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range report.Problems {
			t.Error(p)
		}
		if report.Kills < size(8, 40) {
			t.Errorf("only %d kills fell into the campaign", report.Kills)
		}
	})
}

func TestCampaign_StopsAndGoesOnWithoutASecondLetter(t *testing.T) {
	onEngines(t, folder, true, func(t *testing.T, s storage) {
		c := s.campaign(size(5_000, 50_000), size(4, 30), "")
		c.Stops = true
		report, err := c.Run(t.Context())
		t.Logf("%d stops, %d lost, %d twice", report.Kills, report.Lost, report.Doubled)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range report.Problems {
			t.Error(p)
		}
		if report.Kills < 2 {
			t.Errorf("only %d stops fell into the campaign", report.Kills)
		}
	})
}

// A mark that moves when letters are fetched loses those that were fetched and
// not sent.
func TestCampaign_SeesACheckpointThatRunsAhead(t *testing.T) {
	s := storage{engine: db.SQLite, dir: folder(t)}
	c := s.campaign(3_000, 3, "checkpoint")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	report, err := c.Run(ctx)
	if report.Kills == 0 || err == nil && report.Lost == 0 {
		t.Errorf("%d kills, %d lost (%v): the fault was not seen", report.Kills, report.Lost, err)
	}
}
