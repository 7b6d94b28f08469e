package product

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"dateline/internal/db"
	"dateline/internal/wholefile"
)

// SampleVar names the environment variable with the folder in which ShareSample
// makes a sample newsroom for all packages of tests.
const SampleVar = "DATELINE_TEST_SAMPLE"

// The names in that folder: of the data, and of the file that says that they are
// complete, or what failed.
const (
	sampleData = "sample"
	sampleDone = "done"
)

// longestRest is how long the sample newsroom may take to come to rest on a
// machine that other tests keep busy.
const longestRest = 20 * time.Minute

// Sample is the folder of the sample newsroom at rest, as "dateline demo" fills
// it: pictures in every size, search, related stories are made, so that a server
// of a copy has nothing to catch up on, which would take it a processor for
// minutes. It is the shared one, which it waits for, or else it is made below
// dir. Nobody serves the folder itself.
func Sample(ctx context.Context, program, dir string) (string, error) {
	if shared := os.Getenv(SampleVar); shared != "" {
		return filepath.Join(shared, sampleData), awaitSample(ctx, shared)
	}
	return fillSample(ctx, program, dir)
}

// ShareSample makes a sample newsroom below dir for those who wait for it.
func ShareSample(ctx context.Context, program, dir string) error {
	_, err := fillSample(ctx, program, dir)
	said := ""
	if err != nil {
		said = err.Error()
	}
	return errors.Join(err, wholefile.Create(filepath.Join(dir, sampleDone), []byte(said)))
}

func awaitSample(ctx context.Context, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, longestRest)
	defer cancel()
	for {
		said, err := os.ReadFile(filepath.Join(dir, sampleDone))
		switch {
		case err == nil && len(said) > 0:
			return fmt.Errorf("the sample newsroom could not be made: %s", said)
		case err == nil:
			return nil
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the sample newsroom is not made: %w", ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func fillSample(ctx context.Context, program, dir string) (string, error) {
	data := filepath.Join(dir, sampleData)
	s, err := Start(Command(ctx, program, "demo", "--no-letters", "--data", data, "--addr", "127.0.0.1:0"))
	if err != nil {
		return "", err
	}
	err = rest(ctx, data)
	if s.Stop(); err != nil {
		return "", err
	}
	// Stories were chosen while the index still grew: what an editor's decision
	// lets be chosen anew would differ from what was there before.
	if text, err := Command(ctx, program, "rebuild", "related", "--data", data).CombinedOutput(); err != nil {
		return "", fmt.Errorf("choose related stories: %w\n%s", err, text)
	}
	return data, nil
}

// rest waits until no job of the site in data is due, or will be in a moment.
func rest(ctx context.Context, data string) error {
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(data, "dateline.db"), db.Options{Readers: 1})
	if err != nil {
		return err
	}
	defer d.Close()
	ctx, cancel := context.WithTimeout(ctx, longestRest)
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
