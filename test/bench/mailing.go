package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"dateline/internal/db"
	"dateline/test/product"
	"dateline/test/sink"
)

// What a newsletter to very many readers costs in memory: the whole product,
// with real readers whose addresses are sealed. They are imported, an edition is
// sent, and the server is watched while it writes the recipients down and hands
// the first letters over. The rest of the letters are the same work again.

type manyFigures struct {
	engine             db.Engine
	imported, filled   time.Duration
	importPeak, served int64 // bytes resident, the most
}

// runMany measures both engines.
func runMany(ctx context.Context, markdown string, p mailPlan) error {
	dir, err := os.MkdirTemp("", "dateline-mail-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	os.Chmod(dir, 0o755) // PostgreSQL's user must reach its folder inside
	program, err := product.Build(ctx, dir)
	if err != nil {
		return err
	}
	list := filepath.Join(dir, "readers.csv")
	if err := writeReaders(list, p.subscribers); err != nil {
		return err
	}
	text := fmt.Sprintf("%s readers, imported from CSV, and a newsletter to all of them, DKIM Ed25519, %d connections to a sink on the same machine. Resident MiB, the most: of the import, and of the server from its start until all recipients are written down and %s letters are handed over. %s, %s.\n\n| database | import s | import MiB | recipients known after s | server MiB |\n|---|--:|--:|--:|--:|\n",
		count(float64(p.subscribers)), p.connections, count(float64(p.letters)), machine(), commit())
	for engine := range strings.SplitSeq(p.engines, ",") {
		f, err := sendMany(ctx, program, list, filepath.Join(dir, engine), db.Engine(engine), p)
		if err != nil {
			return err
		}
		row := fmt.Sprintf("| %s | %.0f | %d | %.0f | %d |\n", f.engine, f.imported.Seconds(), f.importPeak>>20, f.filled.Seconds(), f.served>>20)
		fmt.Fprint(os.Stderr, row)
		text += row
	}
	fmt.Print(text)
	if markdown == "" {
		return nil
	}
	return insert(markdown, "mailing", text)
}

func writeReaders(path string, n int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, "email,name,created_at")
	for i := range n {
		fmt.Fprintf(w, "reader.%d@mail%d.example,Reader %d,2021-03-04 09:15:00\n", i, i%500, i)
	}
	return errors.Join(w.Flush(), f.Close())
}

var editionNumber = regexp.MustCompile(`edition (\d+)`)

func sendMany(ctx context.Context, program, list, dir string, engine db.Engine, p mailPlan) (f manyFigures, err error) {
	f.engine = engine
	to, err := sink.Start(sink.Options{})
	if err != nil {
		return f, err
	}
	defer to.Close()
	host, port := to.HostPort()
	settings := []string{"DATELINE_SMTP_HOST=" + host, "DATELINE_SMTP_PORT=" + strconv.Itoa(port), "DATELINE_SMTP_SECURITY=none", "DATELINE_MAIL_FROM=news@paper.example",
		fmt.Sprintf("DATELINE_MAIL_RELAYS=smtp+plain://%s:%d?connections=%d", host, port, p.connections), "DATELINE_DATA=" + filepath.Join(dir, "data")}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return f, err
	}
	url, stopDatabase, err := database(ctx, dir, engine)
	if err != nil {
		return f, err
	}
	defer stopDatabase()
	if url != "" {
		settings = append(settings, "DATELINE_DATABASE="+url)
	}
	said := func(args ...string) (string, int64, error) {
		cmd := product.Command(ctx, program, args...)
		cmd.Env = product.Environ(settings...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			return "", 0, fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, out)
		}
		return string(out), maxRSS(cmd.ProcessState), nil
	}
	began := time.Now()
	if _, f.importPeak, err = said("newsletter", "import", list); err != nil {
		return f, err
	}
	f.imported = time.Since(began)
	for _, args := range [][]string{{"newsletter", "dkim", "make", "dl1", "--kind", "ed25519"}, {"newsletter", "dkim", "use", "dl1"}} {
		if _, _, err := said(args...); err != nil {
			return f, err
		}
	}
	intro := filepath.Join(dir, "intro.txt")
	if err := os.WriteFile(intro, []byte(strings.Repeat("A paragraph of news with some words in it.\n\n", 400)), 0o600); err != nil {
		return f, err
	}
	out, _, err := said("newsletter", "compose", "newsletter", "--subject", "Morning", "--preview", "Rain", "--intro", intro)
	if err != nil {
		return f, err
	}
	edition := editionNumber.FindStringSubmatch(out)[1]
	if _, _, err := said("newsletter", "send", edition, "--yes"); err != nil {
		return f, err
	}
	s, err := startDateline(ctx, program, filepath.Join(dir, "data"), settings...)
	if err != nil {
		return f, err
	}
	defer s.stop()
	f.served, f.filled, err = watchMailing(ctx, s, to, func() (string, error) {
		out, _, err := said("newsletter", "progress", edition)
		return out, err
	}, p)
	return f, err
}

// watchMailing returns the most memory that the server takes until all
// recipients are known and enough letters are handed over.
func watchMailing(ctx context.Context, s *server, to *sink.Sink, progress func() (string, error), p mailPlan) (peak int64, filled time.Duration, err error) {
	began, asked := time.Now(), time.Now()
	for filled == 0 || to.Count() < p.letters {
		select {
		case <-ctx.Done():
			return peak, filled, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
		u, err := usageOf(s.Pid)
		if err != nil {
			return peak, filled, err
		}
		peak = max(peak, u.RSS)
		if time.Since(began) > 30*time.Minute {
			return peak, filled, errors.New("the mailing does not come on")
		}
		if filled > 0 || time.Since(asked) < 3*time.Second {
			continue
		}
		out, err := progress()
		if err != nil {
			return peak, filled, err
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if fields := strings.Fields(lines[len(lines)-1]); len(fields) > 2 && fields[2] == strconv.Itoa(p.subscribers) {
			filled = time.Since(began)
		}
		asked = time.Now()
	}
	return peak, filled, nil
}
