package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"dateline/internal/db"
	"dateline/test/pg"
)

// storage is where a store under test keeps its data, on one engine.
type storage struct {
	engine  db.Engine
	dir     string
	cluster *pg.Cluster // on PostgreSQL
}

// onEngines runs the test on SQLite in a folder and on a PostgreSQL cluster of
// its own, both below the folder that place makes.
func onEngines(t *testing.T, place func(t *testing.T) string, durable bool, test func(t *testing.T, s storage)) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			s := storage{engine: engine, dir: place(t)}
			if engine == db.Postgres {
				s.cluster = cluster(t, s.dir, durable)
			}
			test(t, s)
		})
	}
}

// cluster makes a PostgreSQL cluster with a database in dir; it is stopped.
func cluster(t *testing.T, dir string, durable bool) *pg.Cluster {
	t.Helper()
	if _, err := pg.Bin(); err != nil {
		t.Skip(err)
	}
	c, err := pg.New(context.Background(), dir, pg.Options{Durable: durable})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Kill)
	if _, err := c.CreateDatabase(context.Background(), "dateline"); err != nil {
		t.Fatal(err)
	}
	c.Stop()
	return c
}

// folder is a temporary folder that PostgreSQL's user can reach.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "dateline-crash-data-")
	if err != nil {
		t.Fatal(err)
	}
	os.Chmod(dir, 0o755)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// target is crashd with the named store on this storage.
func (s storage) target(store, fault string, ops []Op) Target {
	t := Target{Ops: ops, Clients: 8, Command: func() *exec.Cmd {
		args := []string{"-store", store, "-data", s.dir, "-fault", fault}
		if s.cluster != nil {
			args = append(args, "-database", s.cluster.DatabaseURL("dateline"))
		}
		return exec.Command(programs.Crashd, args...)
	}}
	if s.cluster != nil {
		t.Below, t.Crash = s.cluster.Start, s.cluster.Kill
	}
	return t
}

func TestDatabase_SurvivesKill(t *testing.T) {
	onEngines(t, folder, true, func(t *testing.T, s storage) {
		report, err := KillUnderLoad(context.Background(), s.target("db", "", []Op{note("set", 1)}),
			Kills{Rounds: size(5, 200), Min: 20 * time.Millisecond, Max: 400 * time.Millisecond, Seed: 11})
		green(t, report, err)
	})
}

func TestDatabase_KillSeesAnEarlyAnswer(t *testing.T) {
	onEngines(t, folder, true, func(t *testing.T, s storage) {
		report, err := KillUnderLoad(context.Background(), s.target("db", "early", []Op{note("set", 1)}),
			Kills{Rounds: 4, Min: 100 * time.Millisecond, Max: 400 * time.Millisecond, Seed: 12})
		red(t, report, err, "acknowledged and lost")
	})
}

// onImage puts the storage on a file system of its own.
func onImage(t *testing.T, megabytes int, durable bool, test func(t *testing.T, s storage, i *Image)) {
	var i *Image
	place := func(t *testing.T) string { i = image(t, megabytes); return i.Dir }
	onEngines(t, place, durable, func(t *testing.T, s storage) { test(t, s, i) })
}

func TestDatabase_SurvivesPowerCut(t *testing.T) {
	onImage(t, 512, true, func(t *testing.T, s storage, i *Image) {
		report, err := CutPower(context.Background(), s.target("db", "", []Op{note("set", 1)}),
			Cuts{Image: i, Rounds: size(4, 60), Min: 100 * time.Millisecond, Max: 500 * time.Millisecond, Seed: 13})
		green(t, report, err)
	})
}

func TestDatabase_PowerCutSeesAClusterWithoutSync(t *testing.T) {
	i := image(t, 512)
	s := storage{engine: db.Postgres, dir: i.Dir, cluster: cluster(t, i.Dir, false)}
	report, err := CutPower(context.Background(), s.target("db", "", []Op{note("set", 1)}),
		Cuts{Image: i, Rounds: 3, Min: 200 * time.Millisecond, Max: 500 * time.Millisecond, Seed: 14})
	if err != nil {
		t.Logf("the damage went so far that the harness could not go on: %v", err)
		return
	}
	red(t, report, err, "")
}

// points is one write of the store, on a copy of a base that setup made.
func (s storage) points(t *testing.T, store, op, payload string) Points {
	t.Helper()
	base := s.dir
	if s.cluster != nil {
		if err := s.cluster.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	once := func(dir, key string) []string {
		args := []string{programs.Crashd, "-store", store, "-data", dir, "-once", op, "-key", key, "-payload", payload}
		if s.cluster != nil {
			args = append(args, "-database", s.cluster.DatabaseURL("dateline"))
		}
		return args
	}
	first := once(base, newKey(rand.New(rand.NewPCG(16, 0))))
	if out, err := exec.Command(first[0], first[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("set up: %v: %s", err, out)
	}
	r := rand.New(rand.NewPCG(16, 1))
	key := ""
	p := Points{
		Inject: programs.Inject,
		Prepare: func() (string, error) {
			key = newKey(r)
			if s.cluster != nil {
				return base, nil
			}
			dir := t.TempDir()
			return dir, os.CopyFS(dir, os.DirFS(base))
		},
		Command: func(dir string) []string { return once(dir, key) },
		Check: func(dir string, acked bool) ([]string, error) {
			at := s
			at.dir = dir
			check := at.target(store, "", nil)
			check.Below, check.Crash = nil, nil // PostgreSQL stays up: only the program dies
			return CheckOnce(context.Background(), check, op, key, payload, acked)
		},
	}
	if s.cluster != nil {
		p.Under = "socket:"
	}
	return p
}

func TestDatabase_SurvivesEveryPoint(t *testing.T) {
	onEngines(t, folder, true, func(t *testing.T, s storage) {
		p := s.points(t, "db", "set", "text")
		p.Most = size(30, 0)
		report, err := EveryPoint(context.Background(), p)
		report.Acked++ // the undisturbed write
		green(t, report, err)
	})
}

func TestDatabase_SurvivesFailingCalls(t *testing.T) {
	s := storage{engine: db.SQLite, dir: folder(t)}
	for _, errno := range []string{"ENOSPC", "EIO"} {
		for _, onward := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/onward=%v", errno, onward), func(t *testing.T) {
				p := s.points(t, "db", "set", "text")
				p.Errno, p.Onward, p.Most = errno, onward, size(12, 0)
				report, err := EveryPoint(context.Background(), p)
				report.Acked++ // the undisturbed write
				green(t, report, err)
			})
		}
	}
}

func TestDatabase_SurvivesAFullDisk(t *testing.T) {
	i := image(t, 48)
	s := storage{engine: db.SQLite, dir: i.Dir}
	report, err := FillDisk(context.Background(), s.target("db", "", []Op{note("set", 1)}),
		Fills{Dir: i.Dir, Rounds: size(4, 60), Min: 50 * time.Millisecond, Max: 200 * time.Millisecond, Seed: 15})
	green(t, report, err)
}
