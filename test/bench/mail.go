package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"dateline/internal/db"
	"dateline/test/crash"
	"dateline/test/pg"
	"dateline/test/sink"
)

// letterBytes is the size of a letter in listmonk's measurement (BAR.md, 10).
const letterBytes = 37_600

// mailPlan says what is measured of newsletters.
type mailPlan struct {
	letters, connections int
	latency              time.Duration
	engines, algorithms  string
	subscribers          int // 0 measures speed
}

func (p *mailPlan) flags() {
	flag.IntVar(&p.letters, "letters", 100_000, "letters of -mail")
	flag.IntVar(&p.connections, "mail-connections", 30, "connections of -mail to the sink")
	flag.IntVar(&p.subscribers, "subscribers", 0, "with -mail: measure the memory of a newsletter to so many readers, until -letters are handed over")
	flag.DurationVar(&p.latency, "latency", 0, "time the sink of -mail takes for a letter")
	flag.StringVar(&p.engines, "mail-databases", "sqlite,postgres", "databases of -mail")
	flag.StringVar(&p.algorithms, "mail-dkim", "ed25519,rsa,none", "signatures of -mail")
}

// mailFigures are what one mailing came to.
type mailFigures struct {
	engine    db.Engine
	algorithm string
	took      time.Duration
	cpu       time.Duration // of the sender
	sinkCPU   time.Duration
	peak      int64 // bytes resident, the most
	twice     int
}

// runMail sends letters to a sink in a process of its own and prints what that
// costs.
func runMail(ctx context.Context, markdown string, p mailPlan) error {
	dir, err := os.MkdirTemp("", "dateline-mail-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	os.Chmod(dir, 0o755) // PostgreSQL's user must reach its folder inside
	programs, err := crash.Build(dir)
	if err != nil {
		return err
	}
	var all []mailFigures
	for engine := range strings.SplitSeq(p.engines, ",") {
		for algorithm := range strings.SplitSeq(p.algorithms, ",") {
			f, err := sendMail(ctx, programs.Campaignd, filepath.Join(dir, engine+algorithm), db.Engine(engine), algorithm, p)
			if err != nil {
				return err
			}
			fmt.Fprintln(os.Stderr, f.row(p))
			all = append(all, f)
		}
	}
	text := mailReport(all, p)
	fmt.Print(text)
	if markdown == "" {
		return nil
	}
	return insert(markdown, "mail", text)
}

func sendMail(ctx context.Context, program, dir string, engine db.Engine, algorithm string, p mailPlan) (f mailFigures, err error) {
	f.engine, f.algorithm = engine, algorithm
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return f, err
	}
	args := []string{"-data", dir, "-recipients", strconv.Itoa(p.letters), "-connections", strconv.Itoa(p.connections),
		"-size", strconv.Itoa(letterBytes - 1600), "-dkim", algorithm, "-lease", "30s"}
	url, stopDatabase, err := database(ctx, dir, engine)
	if err != nil {
		return f, err
	}
	defer stopDatabase()
	if url != "" {
		args = append(args, "-database", url)
	}
	taker, address, stop, err := startSink(ctx, p)
	if err != nil {
		return f, err
	}
	defer stop()
	cmd := exec.CommandContext(ctx, program, append(args, "-relay", address)...)
	server, err := crash.StartServer(ctx, cmd)
	if err != nil {
		return f, err
	}
	began := time.Now()
	for ended := false; !ended; {
		select {
		case <-server.Ended():
			ended = true
		case <-time.After(50 * time.Millisecond):
			if u, err := usageOf(server.Pid()); err == nil {
				f.peak = max(f.peak, u.RSS)
			}
			if w, err := workOf(taker); err == nil {
				f.sinkCPU = w.CPU
			}
		}
	}
	f.took, f.cpu = time.Since(began), cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()
	if !strings.Contains(server.Output(), crash.CampaignFinished) {
		return f, errors.New("the mailing did not end well: " + server.Output())
	}
	f.twice, err = stop()
	return f, err
}

// database starts a durable PostgreSQL in dir and returns its URL; SQLite has
// none, and stands in the data folder.
func database(ctx context.Context, dir string, engine db.Engine) (url string, stop func(), err error) {
	if engine != db.Postgres {
		return "", func() {}, nil
	}
	cluster, err := pg.New(ctx, dir, pg.Options{Durable: true})
	if err != nil {
		return "", nil, err
	}
	if url, err = cluster.CreateDatabase(ctx, "dateline"); err != nil {
		cluster.Kill()
		return "", nil, err
	}
	return url, func() { cluster.Kill() }, nil
}

func (f mailFigures) row(p mailPlan) string {
	per := func(d time.Duration) string {
		return fmt.Sprintf("%.3f", float64(d.Microseconds())/1000/float64(p.letters))
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %d |", f.engine, f.algorithm, count(float64(p.letters)/f.took.Seconds()), per(f.cpu), per(f.sinkCPU), f.peak>>20)
}

func mailReport(all []mailFigures, p mailPlan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s letters of %s bytes, %d connections, sink in a process of its own on the same machine, its answer after %v. %s, %s.\n\n",
		count(float64(p.letters)), count(letterBytes), p.connections, p.latency, machine(), commit())
	b.WriteString("| database | DKIM | letters/s | CPU ms a letter | of the sink | resident MiB, most |\n|---|---|--:|--:|--:|--:|\n")
	for _, f := range all {
		b.WriteString(f.row(p) + "\n")
	}
	return b.String()
}

// startSink runs this program again as a sink. stop ends it and returns how
// many letters came twice; an error tells of letters that are missing.
func startSink(ctx context.Context, p mailPlan) (pid int, address string, stop func() (twice int, err error), err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, "", nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-mail-sink", "-letters", strconv.Itoa(p.letters), "-latency", p.latency.String())
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, "", nil, err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return 0, "", nil, err
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		return 0, "", nil, errors.New("the sink does not start")
	}
	address = lines.Text()
	ended := false
	stop = func() (twice int, err error) {
		if ended {
			return 0, nil
		}
		ended = true
		cmd.Process.Signal(syscall.SIGTERM)
		lost := -1
		for lines.Scan() {
			fmt.Sscanf(lines.Text(), "lost %d twice %d", &lost, &twice)
		}
		if err := cmd.Wait(); err != nil {
			return twice, err
		}
		if lost != 0 {
			return twice, fmt.Errorf("%d letters did not arrive", lost)
		}
		return twice, nil
	}
	return cmd.Process.Pid, address, stop, nil
}

// runSink is the sink's side.
func runSink(ctx context.Context, p mailPlan) error {
	s, err := sink.Start(sink.Options{Latency: p.latency})
	if err != nil {
		return err
	}
	fmt.Println(s.Addr)
	<-ctx.Done()
	sum := s.Compare(p.letters, crash.CampaignReader)
	fmt.Printf("lost %d twice %d\n", sum.Lost, sum.Doubled)
	return nil
}
