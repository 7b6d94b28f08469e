package importer

import (
	"cmp"
	"context"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"dateline/internal/fault"
	"dateline/internal/fetch"
	"dateline/internal/media"
)

// filesAtOnce is polite to the old site; decoding has its own, lower limit.
const filesAtOnce = 4

// patience is how many files in a row may fail because the old site does not
// answer before the run stops asking it.
const patience = 20

// wanted is a file to bring along.
type wanted struct {
	target    int64
	file, url string
	original  string // the file before WordPress shrank it, "" when it did not
}

// source opens the file of a medium.
type source func(context.Context, wanted) (io.ReadCloser, error)

// files brings the bytes of the media along, and says which are missing.
func (r *run) files(ctx context.Context) error {
	r.report.Media.InFile = int64(len(r.wanted))
	from, closeSource, err := r.mediaSource()
	if err != nil {
		return err
	}
	defer closeSource()
	var mu sync.Mutex
	done, silent := int64(0), 0
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(cmp.Or(r.opt.Parallel, filesAtOnce))
	for _, w := range r.wanted {
		g.Go(func() error {
			mu.Lock()
			asleep := silent >= patience
			mu.Unlock()
			var why error
			if asleep {
				why = fault.New(fault.Unavailable, "was not asked for: the old site did not answer %d times in a row", patience)
			} else if err := r.bring(ctx, w, from, &why); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			r.opt.Progress("media", done, int64(len(r.wanted)))
			switch {
			case why == nil:
				silent = 0
				r.report.Media.Present++
				r.present[w.url] = true
				return nil
			case fault.Is(why, fault.Unavailable):
				silent++
			default:
				silent = 0
			}
			r.report.Media.note(cmp.Or(w.url, w.file), why)
			return nil
		})
	}
	err = g.Wait()
	slices.Sort(r.report.Media.Missing)
	if missing := r.report.Media.InFile - r.report.Media.Present; missing > 0 && from == nil && err == nil {
		r.report.decide("media", "Pictures and files are not in the export. Run the import again with --media-dir (a copy of wp-content/uploads) or --fetch-media.")
	}
	return err
}

// mediaSource is where this run takes files from, nil for nowhere.
func (r *run) mediaSource() (from source, closeSource func(), err error) {
	switch {
	case r.opt.MediaDir != "":
		root, err := os.OpenRoot(r.opt.MediaDir)
		if err != nil {
			return nil, nil, fault.New(fault.Invalid, "the media folder cannot be opened: %w", err)
		}
		return func(_ context.Context, w wanted) (io.ReadCloser, error) { return openUpload(root, w) }, func() { _ = root.Close() }, nil
	case r.opt.FetchMedia:
		return r.fetchUpload, func() {}, nil
	}
	return nil, func() {}, nil
}

// bring gives one medium its file, or sets why to what is wrong with the file.
// An error is ours.
func (r *run) bring(ctx context.Context, w wanted, from source, why *error) error {
	none := fault.New(fault.NotFound, "no source was given")
	if from == nil && r.fresh {
		*why = none
		return nil
	}
	m, err := r.Media.Get(ctx, r.DB, w.target)
	if err != nil {
		return err
	}
	if m.State == media.StateReady || m.State == media.StateStored {
		return nil
	}
	if from == nil {
		*why = none
		return nil
	}
	f, err := from(ctx, w)
	if err != nil {
		*why = err
		return ctx.Err()
	}
	defer f.Close()
	_, err = r.Media.Ingest(ctx, w.target, f, path.Base(cmp.Or(w.file, w.url)))
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) {
		*why = err
		return nil
	}
	return err
}

// openUpload opens a file of the uploads folder; no name leads out of it.
func openUpload(root *os.Root, w wanted) (io.ReadCloser, error) {
	for _, name := range []string{w.original, w.file, uploadPath(w.url), path.Base(w.file)} {
		if name == "" || name == "." {
			continue
		}
		name = strings.TrimPrefix(path.Clean("/"+name), "/")
		// Looked at before it is opened: opening a pipe would wait for ever.
		info, err := root.Stat(name)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if f, err := root.Open(name); err == nil {
			return f, nil
		}
	}
	return nil, fault.New(fault.NotFound, "is not in the media folder")
}

// fetchUpload downloads a file from its old address into a temporary one.
func (r *run) fetchUpload(ctx context.Context, w wanted) (io.ReadCloser, error) {
	if w.url == "" {
		return nil, fault.New(fault.NotFound, "the export gives no address")
	}
	f, err := os.CreateTemp("", "dateline-import-*")
	if err != nil {
		return nil, err
	}
	tmp := &temporary{f}
	if _, err := r.Fetch.Download(ctx, w.url, f, fetch.DownloadOptions{}); err != nil {
		_ = tmp.Close() // the download's error is the one to tell
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		_ = tmp.Close()
		return nil, err
	}
	return tmp, nil
}

// temporary is a file that goes when it is closed.
type temporary struct{ *os.File }

func (t *temporary) Close() error {
	err := t.File.Close()
	if removed := os.Remove(t.Name()); err == nil {
		err = removed
	}
	return err
}
