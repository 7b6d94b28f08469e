package importer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/fetch"
	"dateline/internal/media"
	"dateline/internal/settings"
	"dateline/internal/vault"
)

// Ask asks the real router for an address and returns its answer. It is called
// by several goroutines at once.
type Ask func(ctx context.Context, address string) (status int, location string, err error)

// Parts are what a Service is made of.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Settings *settings.Store
	Articles *article.Service
	Comments *comment.Store
	Media    *media.Service
	Vault    *vault.Vault
	Fetch    *fetch.Client
	Ask      Ask
}

// Service runs imports.
type Service struct{ Parts }

// NewService wires the service.
func NewService(p Parts) *Service { return &Service{p} }

// Options of one run. Progress is called often, from one goroutine at a time;
// total is 0 where it is not known.
type Options struct {
	Files      []string
	MediaDir   string // an uploads folder, "" for none
	FetchMedia bool   // fetch files from their old addresses
	Parallel   int    // files at once, 0 for four
	Progress   func(stage string, done, total int64)
}

var actor = account.System("import")

// run is one import on its way.
type run struct {
	*Service
	opt       Options
	survey    *survey
	report    *Report
	conf      settings.Site
	fresh     bool // nothing of this site was imported before
	shared    bool // there may be articles that this run did not store
	terms     *terms
	people    map[string]int64 // profile by login and by slug
	names     map[int64]string // profile's name
	logins    map[int64]string // by the number of the user
	menus     menus
	passwords passwords
	claimed   map[uint64]int64 // who has an address, by the address's hash
	hosts     []string
	unlisted  map[uint64]bool
	missed    []string // articles whose time came before the import
	touched   []int64  // articles that the running batch stored
	wanted    []wanted
	present   map[string]bool // old addresses of files that are here
	counts    struct{ blocks, shortcodes, elements, metaKept, metaUnused, repairs tally }
}

// Run imports the files and returns the account. With an error there is a
// report too, as far as the run came.
func (s *Service) Run(ctx context.Context, opt Options) (*Report, error) {
	if opt.Progress == nil {
		opt.Progress = func(string, int64, int64) {}
	}
	r := &run{Service: s, opt: opt, survey: newSurvey(), report: newReport(s.Clock.Now()),
		terms: &terms{m: map[termKey]int64{}, numbers: map[termNumber]int64{}}, people: map[string]int64{}, names: map[int64]string{}, logins: map[int64]string{},
		passwords: passwords{hashes: map[string]string{}}, claimed: map[uint64]int64{}, unlisted: map[uint64]bool{}, present: map[string]bool{}}
	r.counts.blocks, r.counts.shortcodes, r.counts.elements = tally{}, tally{}, tally{}
	r.counts.metaKept, r.counts.metaUnused, r.counts.repairs = tally{}, tally{}, r.survey.repairs
	err := r.all(ctx)
	if err != nil {
		r.report.Error = err.Error()
	}
	r.report.Blocks, r.report.Shortcodes, r.report.Elements = r.counts.blocks.list(), r.counts.shortcodes.list(), r.counts.elements.list()
	r.report.MetaKept, r.report.MetaUnused, r.report.Repairs = r.counts.metaKept.list(), r.counts.metaUnused.list(), r.counts.repairs.list()
	r.report.finish(s.Clock.Now())
	return r.report, err
}

func (r *run) all(ctx context.Context) error {
	if err := r.checkFiles(); err != nil {
		return err
	}
	broken, err := r.readAll(ctx, "survey", r.survey.read)
	if err != nil {
		return err
	}
	if r.survey.site == "" && broken != nil {
		return broken
	}
	if r.survey.site == "" {
		return fault.New(fault.Invalid, "the export names no site address").WithHint("is it a WordPress export (WXR)? It begins with <rss> and has a <channel>")
	}
	for _, step := range []func(context.Context) error{r.site, r.known, r.writeTerms, r.writePeople, r.writeItems, r.writeMenus, r.frontPage, r.files, r.askURLs} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return broken
}

func (r *run) checkFiles() error {
	if len(r.opt.Files) == 0 {
		return fault.New(fault.Invalid, "name at least one export file")
	}
	for _, f := range r.opt.Files {
		info, err := os.Stat(f)
		if err != nil {
			return fault.New(fault.Invalid, "cannot read the export: %w", err).WithHint("check the path; WordPress writes it under Tools → Export")
		}
		if info.IsDir() {
			return fault.New(fault.Invalid, "%s is a folder: name the export file in it", f)
		}
		r.survey.bytes += info.Size()
		r.report.Files = append(r.report.Files, filepath.Base(f))
	}
	if r.opt.MediaDir != "" {
		if info, err := os.Stat(r.opt.MediaDir); err != nil || !info.IsDir() {
			return fault.New(fault.Invalid, "the media folder %s cannot be opened", r.opt.MediaDir).
				WithHint("give the folder wp-content/uploads of the old site, or a copy of it")
		}
	}
	return nil
}

// readAll reads every file and returns the first error that lies in a file,
// having read what came before it and the other files.
func (r *run) readAll(ctx context.Context, stage string, read func(context.Context, string, func(int64)) error) (broken, err error) {
	var before int64
	for _, file := range r.opt.Files {
		err := read(ctx, file, func(n int64) { r.opt.Progress(stage, before+n, r.survey.bytes) })
		var b *brokenFile
		if errors.As(err, &b) {
			if broken == nil {
				broken = err
			}
		} else if err != nil {
			return nil, err
		}
		if info, err := os.Stat(file); err == nil {
			before += info.Size()
		}
	}
	return broken, nil
}

// task is one thing to store. It runs inside a transaction, perhaps more than
// once; done is called once, after the commit.
type task struct {
	store func(ctx context.Context, tx *db.Tx) error
	done  func()
	cost  int
}

const (
	batchTasks = 250
	batchCost  = 2 << 20
)

// storeAll runs a producer of tasks and stores what it makes in batches, one
// transaction each, while the producer goes on.
func (r *run) storeAll(ctx context.Context, produce func(ctx context.Context, add func(task) error) error) error {
	g, ctx := errgroup.WithContext(ctx)
	tasks := make(chan task, batchTasks)
	g.Go(func() error {
		defer close(tasks)
		return produce(ctx, func(t task) error {
			select {
			case tasks <- t:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	g.Go(func() error {
		var batch []task
		cost := 0
		for t := range tasks {
			batch = append(batch, t)
			if cost += t.cost; len(batch) >= batchTasks || cost >= batchCost {
				if err := r.commit(ctx, batch); err != nil {
					return err
				}
				batch, cost = batch[:0], 0
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return r.commit(ctx, batch)
	})
	return g.Wait()
}

func (r *run) commit(ctx context.Context, batch []task) error {
	if len(batch) == 0 {
		return nil
	}
	err := r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r.touched = r.touched[:0]
		for _, t := range batch {
			if err := t.store(ctx, tx); err != nil {
				return err
			}
		}
		if len(r.touched) > 0 {
			tx.Purge("*")
		}
		return later(ctx, tx, r.Clock.Now(), r.touched)
	})
	if err != nil {
		return err
	}
	for _, t := range batch {
		t.done()
	}
	return nil
}

// outcome of storing one thing.
type outcome int

const (
	isNew outcome = iota
	isUpdated
	isUnchanged
	isDropped
	isFailed
)

func (r *run) counted(kind string, o outcome) {
	c := r.report.Kinds[kind]
	switch o {
	case isNew:
		c.New++
	case isUpdated:
		c.Updated++
	case isUnchanged:
		c.Unchanged++
	}
}

// keep stores a thing unless its fingerprint is what an earlier run stored.
func (r *run) keep(ctx context.Context, tx *db.Tx, kind, source, hash string, target int64, write func(target int64) error) (outcome, error) {
	var was stored
	var known bool
	var err error
	if !r.fresh {
		if was, known, err = storedKey(ctx, tx, r.survey.site, kind, source); err != nil {
			return isFailed, err
		}
	}
	if known && was.hash == hash {
		return isUnchanged, nil
	}
	if known {
		target = was.target
	}
	if err := write(target); err != nil {
		return isFailed, err
	}
	if err := saveKey(ctx, tx, r.survey.site, kind, source, stored{hash, target}); err != nil {
		return isFailed, err
	}
	if known {
		return isUpdated, nil
	}
	return isNew, nil
}

// ownPath turns an address of the old site into a path of ours.
func (r *run) ownPath(address string) (string, bool) {
	path, ok := r.oldSitePath(address)
	return r.survey.trimBase(path), ok
}

// oldSitePath is the path, with the query, of an address on the old site's
// hosts.
func (r *run) oldSitePath(address string) (string, bool) {
	for _, scheme := range []string{"https://", "http://", "//"} {
		if rest, ok := strings.CutPrefix(address, scheme); ok {
			host, path, _ := strings.Cut(rest, "/")
			return "/" + path, r.survey.hosts[strings.ToLower(host)]
		}
	}
	return "", false
}
