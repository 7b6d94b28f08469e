package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"dateline/test/sink"
)

// CampaignMailing is the id of the mailing that campaignd sends.
const CampaignMailing = 4711

// CampaignFinished begins the line with which campaignd says that every
// recipient of the mailing has a final state.
const CampaignFinished = "campaign finished"

// CampaignReader is the address of the i-th reader, from 0.
func CampaignReader(i int) string { return fmt.Sprintf("reader%d@home%d.example", i, i%40) }

// Campaign is a mailing that campaignd sends to a sink while it is killed again
// and again.
type Campaign struct {
	Command     func(relay string, more ...string) *exec.Cmd // a new campaignd
	Recipients  int
	Connections int
	Kills       int
	Stops       bool // ask the program to stop (SIGTERM) instead of killing it
	Min, Max    time.Duration
	Seed        uint64
	Latency     time.Duration // of the sink

	Below func(ctx context.Context) error // starts what the program stands on; nil for nothing
	Crash func()                          // kills that too
}

// CampaignReport is what a campaign came to.
type CampaignReport struct {
	sink.Summary
	Kills  int // that fell while the campaign ran
	AtStep map[string]int
	Report
}

// instant is a way of choosing when to kill.
type instant struct {
	name string
	step sink.Step // at this step of some letter
	die  string    // before this statement
}

// instants are taken in turn. Those without step and statement are random.
var instants = []instant{
	{name: "random"},
	{name: "after RCPT", step: sink.Data},
	{name: "between 250 and commit", die: "UPDATE mailing_recipient SET state = 'sent'"},
	{name: "after 354", step: sink.Partial},
	{name: "before 250", step: sink.Taken},
	{name: "random, with the database"},
	{name: "taking a chunk", die: "UPDATE mailing_chunk SET next_at = $1, fence"},
	{name: "after taking a chunk", die: "SELECT id, subscriber_id, interest"},
	{name: "filling", die: "INSERT INTO mailing_recipient"},
}

// trap kills at a step of the sink.
type trap struct {
	step  sink.Step
	after atomic.Int64
	kill  func()
}

// Run sends the campaign to its end and counts what the readers got.
func (c Campaign) Run(ctx context.Context) (CampaignReport, error) {
	report := CampaignReport{AtStep: map[string]int{}}
	var armed atomic.Pointer[trap]
	s, err := sink.Start(sink.Options{Hash: true, Latency: c.Latency, Script: func(e sink.Event) sink.Answer {
		if t := armed.Load(); t != nil && e.Step == t.step && t.after.Add(-1) == 0 {
			t.kill()
		}
		return sink.Answer{}
	}})
	if err != nil {
		return report, err
	}
	defer s.Close()
	r := rand.New(rand.NewPCG(c.Seed, 7))
	for n := 0; ; n++ {
		if c.Below != nil {
			if err := c.Below(ctx); err != nil {
				return report, err
			}
		}
		if n >= c.Kills {
			break
		}
		at := instants[n%len(instants)]
		over, err := c.life(ctx, s, &armed, at, r)
		if err != nil {
			return report, fmt.Errorf("life %d (%s): %w", n, at.name, err)
		}
		if over {
			break
		}
		report.Kills++
		report.AtStep[at.name]++
	}
	end, err := StartServer(ctx, c.Command(s.Addr))
	if err != nil {
		return report, err
	}
	select {
	case <-end.Ended():
	case <-ctx.Done():
		end.Kill()
		return report, fmt.Errorf("the campaign does not end: %w: %s", ctx.Err(), end.Output())
	}
	report.Summary = s.Compare(c.Recipients, CampaignReader)
	c.judge(&report, end.Output())
	return report, nil
}

// judge lists the broken promises.
func (c Campaign) judge(report *CampaignReport, output string) {
	most := report.Kills * c.Connections
	if c.Stops {
		most = 0
	}
	if !strings.Contains(output, CampaignFinished) {
		report.problem("the campaign did not end well: %s", output)
	}
	if !strings.Contains(output, `"Total":`+strconv.Itoa(c.Recipients)+",") {
		report.problem("it does not count %d recipients: %s", c.Recipients, output)
	}
	if report.Lost > 0 {
		report.problem("%d of %d readers lost", report.Lost, c.Recipients)
	}
	if report.Doubled > most {
		report.problem("%d letters twice, at most %d may be after %d kills", report.Doubled, most, report.Kills)
	}
	if report.Different > 0 {
		report.problem("%d second letters differ from the first", report.Different)
	}
	if report.Strangers > 0 {
		report.problem("%d letters to nobody", report.Strangers)
	}
}

// life runs the program until it is killed. over tells that the campaign ended
// before.
func (c Campaign) life(ctx context.Context, s *sink.Sink, armed *atomic.Pointer[trap], at instant, r *rand.Rand) (over bool, err error) {
	var more []string
	if at.die != "" && !c.Stops {
		more = []string{"-die", at.die + ":" + strconv.Itoa(1+r.IntN(20))}
	}
	server, err := StartServer(ctx, c.Command(s.Addr, more...))
	if err != nil {
		if at.die != "" { // it died before it could say that it is there
			return false, nil
		}
		return false, err
	}
	after := c.Min + time.Duration(r.Int64N(int64(c.Max-c.Min)))
	if at.step != "" && !c.Stops {
		t := &trap{step: at.step, kill: server.Kill}
		t.after.Store(1 + r.Int64N(200))
		armed.Store(t)
		defer armed.Store(nil)
		after = 20 * time.Second // the campaign may be over before the trap springs
	}
	if at.die != "" && !c.Stops {
		after = 10 * c.Max // the statement may not come so often
	}
	select {
	case <-server.Ended():
		return strings.Contains(server.Output(), CampaignFinished), nil
	case <-time.After(after):
	case <-ctx.Done():
		server.Kill()
		return false, ctx.Err()
	}
	if c.Stops {
		return strings.Contains(server.Output(), CampaignFinished), server.Stop(15 * time.Second)
	}
	server.Kill()
	if strings.HasSuffix(at.name, "the database") && c.Crash != nil {
		c.Crash()
	}
	return false, nil
}
