package product

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"dateline/internal/db"
)

// SampleVar names the environment variable with a folder that Sample made, so
// that packages of tests share it.
const SampleVar = "DATELINE_TEST_SAMPLE"

// Sample fills the sample newsroom into a folder below dir, as "dateline demo"
// does, and lets it come to rest: pictures in every size, search, related
// stories are made. A server of a copy has nothing to catch up on, which took
// it a processor for minutes. Nobody serves the folder itself.
func Sample(ctx context.Context, program, dir string) (string, error) {
	if path := os.Getenv(SampleVar); path != "" {
		return path, nil
	}
	data := filepath.Join(dir, "sample")
	s, err := Start(Command(ctx, program, "demo", "--no-letters", "--data", data, "--addr", "127.0.0.1:0"))
	if err != nil {
		return "", err
	}
	defer s.Stop()
	return data, rest(ctx, data)
}

// rest waits until no job of the site in data is due, or will be in a moment.
func rest(ctx context.Context, data string) error {
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(data, "dateline.db"), db.Options{Readers: 1})
	if err != nil {
		return err
	}
	defer d.Close()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Minute)
	defer cancel()
	for {
		var due int64
		err := d.QueryRow(ctx, `SELECT COUNT(*) FROM job WHERE state <> 'dead' AND run_at < $1`, db.Micros(time.Now().Add(time.Minute))).Scan(&due)
		if err != nil {
			return fmt.Errorf("the sample newsroom does not come to rest, %d jobs are due: %w", due, err)
		}
		if due == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// CopySample makes a copy of the sample newsroom in data, which must not exist,
// that a server takes for the site itself.
func CopySample(ctx context.Context, program, sample, data string) error {
	if err := os.CopyFS(data, os.DirFS(sample)); err != nil {
		return err
	}
	if err := os.Chmod(filepath.Join(data, "secret.key"), 0o600); err != nil {
		return err
	}
	return Confirm(ctx, program, data)
}
