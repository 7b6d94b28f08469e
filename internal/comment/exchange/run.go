package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"path/filepath"
	"strings"

	"github.com/yuin/goldmark"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/comment/locate"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/settings"
	"dateline/internal/vault"
)

// Parts are what a Service is made of. Origin is the site's public origin.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Vault    *vault.Vault
	Settings *settings.Store
	Comments *comment.Store
	Origin   func() string
	Ask      locate.Ask
}

// Service moves comments in and out.
type Service struct{ Parts }

// NewService wires the service.
func NewService(p Parts) *Service { return &Service{p} }

// Options of an import. Hosts are former hosts of the site, beside its own and
// that of the WordPress site it was imported from. Progress is called often.
type Options struct {
	System   System
	File     string
	Hosts    []string
	Dry      bool // say what would become of each comment; change nothing
	Progress func(stage string, done, total int64)
}

// Import takes the comments of a file in and returns the account. With an error
// there is a report too, as far as the run came, once the file could be opened.
func (s *Service) Import(ctx context.Context, actor account.Actor, opt Options) (*Report, error) {
	if err := actor.Require(account.Administrator, "import comments"); err != nil {
		return nil, err
	}
	if opt.Progress == nil {
		opt.Progress = func(string, int64, int64) {}
	}
	src, err := open(ctx, opt)
	if err != nil {
		return nil, err
	}
	r := &run{Service: s, opt: opt, src: src, site: "comments/" + string(opt.System), markdown: markdown(), seen: map[uint64]*entry{}, taken: map[int64]bool{},
		waiting: map[uint64][]*prepared{}, unplaced: map[string]*Unplaced{}, articles: map[int64]bool{},
		report: newReport(opt.System, filepath.Base(opt.File), opt.Dry, s.Clock.Now())}
	err = r.all(ctx, actor)
	if closed := src.close(); err == nil {
		err = closed
	}
	if err != nil {
		r.report.Error = err.Error()
	}
	r.report.finish(s.Clock.Now(), r.unplaced, len(r.articles))
	return r.report, err
}

func open(ctx context.Context, opt Options) (source, error) {
	if opt.System == Isso {
		return openIsso(ctx, opt.File)
	}
	f, err := openText(opt.File)
	if err != nil {
		return nil, err
	}
	switch opt.System {
	case Disqus:
		return &disqusFile{f}, nil
	case Remark42:
		return &remark42File{f}, nil
	case Commento:
		return &commentoFile{textFile: f}, nil
	}
	return nil, fault.New(fault.Invalid, "comments of %q cannot be imported", opt.System).WithHint("choose disqus, remark42, isso or commento")
}

// run is one import on its way.
type run struct {
	*Service
	opt      Options
	src      source
	site     string // of import_key
	report   *Report
	markdown goldmark.Markdown
	find     *locate.Finder
	fresh    bool // nothing of this system was imported before

	seen     map[uint64]*entry // by the hash of the key
	taken    map[int64]bool    // ids of the survey
	waiting  map[uint64][]*prepared
	held     int // bytes of texts that wait
	first    bool
	settled  int64 // in this pass
	order    int64
	batch    []*prepared
	cost     int
	changed  int64
	unplaced map[string]*Unplaced
	articles map[int64]bool
}

// entry is what the survey knows of a comment.
type entry struct {
	id       int64
	parent   uint64 // 0 for none
	answered bool   // something answers it
	state    state
}

type state byte

const (
	fresh   state = iota
	waits         // for what it answers, in memory
	spilled       // waits, and is read again
	stored
	dropped
)

const (
	batchSize = 250
	batchCost = 1 << 20
	maxHeld   = 64 << 20 // bytes of texts that wait for what they answer
)

func (r *run) all(ctx context.Context, actor account.Actor) error {
	conf, err := r.Settings.Site(ctx)
	if err != nil {
		return err
	}
	r.find = locate.New(r.DB, r.Ask, r.Origin(), conf, r.opt.Hosts...)
	var earlier int64
	if err := r.DB.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM import_key WHERE site = $1 LIMIT 1) k`, r.site).Scan(&earlier); err != nil {
		return err
	}
	r.fresh = earlier == 0
	ended, err := r.pass(ctx, "survey", r.survey)
	if err != nil {
		return err
	}
	if ended != nil && len(r.seen) == 0 && r.report.InFile == 0 {
		return ended
	}
	if err := r.write(ctx); err != nil {
		return err
	}
	if r.changed > 0 && !r.opt.Dry {
		if err := r.record(ctx, actor); err != nil {
			return err
		}
	}
	return ended
}

// write reads the file until everything is stored: once, unless very many
// comments stand before what they answer.
func (r *run) write(ctx context.Context) error {
	for r.first = true; ; r.first = false {
		r.settled = 0
		if _, err := r.pass(ctx, "comments", r.take); err != nil {
			return err
		}
		if err := r.commit(ctx); err != nil {
			return err
		}
		again := r.anySpilled()
		if !again || r.settled == 0 {
			if err := r.breakCircles(ctx); err != nil {
				return err
			}
		}
		if !again {
			return nil
		}
		if r.settled == 0 {
			return changedMeanwhile()
		}
	}
}

func changedMeanwhile() error {
	return fault.New(fault.Conflict, "the file changed while it was read").WithHint("import a copy that nothing writes to; running again changes nothing that is here")
}

// pass reads the file once. ended is the file's error.
func (r *run) pass(ctx context.Context, stage string, give func(context.Context, *record) error) (ended, err error) {
	n := 0
	err = r.src.each(ctx, func(rec *record) error {
		if n++; n%100 == 0 {
			r.opt.Progress(stage, r.src.read(), r.src.size())
		}
		return give(ctx, rec)
	})
	var b *broken
	if errors.As(err, &b) {
		return err, nil
	}
	return nil, err
}

// name is the hash by which a key is known during a run, never 0.
func name(key string) uint64 {
	if key == "" {
		return 0
	}
	sum := sha256.Sum256([]byte(key))
	return max(binary.BigEndian.Uint64(sum[:8]), 1)
}

// survey learns the ids.
func (r *run) survey(_ context.Context, rec *record) error {
	r.report.InFile++
	if rec.bad != "" {
		return nil
	}
	h := name(rec.key)
	if r.seen[h] != nil && r.seen[h].id != 0 {
		return nil // the take counts it
	}
	e := r.seen[h]
	if e == nil {
		e = &entry{}
		r.seen[h] = e
	}
	e.id, e.parent = r.idOf(rec), name(rec.parent)
	if e.parent != 0 && !rec.deleted {
		above := r.seen[e.parent]
		if above == nil {
			above = &entry{}
			r.seen[e.parent] = above
		}
		above.answered = true
	}
	return nil
}

// idOf computes a comment's id from its time and its key in the source: 41 bits
// of milliseconds, 22 bits of the key's hash, as all imported things have.
func (r *run) idOf(rec *record) int64 {
	sum := sha256.Sum256([]byte(r.site + "\x00" + rec.key))
	ms := min(max(rec.created.UnixMilli(), 0), 1<<41-1)
	id := ms<<22 | int64(binary.BigEndian.Uint32(sum[:4])&(1<<22-1))
	for r.taken[id] {
		id++
	}
	r.taken[id] = true
	return id
}

// take brings one comment on its way.
func (r *run) take(ctx context.Context, rec *record) error {
	if rec.bad != "" {
		if r.first {
			r.report.fail(rec, kindOf(rec.bad))
		}
		return nil
	}
	e := r.seen[name(rec.key)]
	if e == nil || e.id == 0 {
		return changedMeanwhile()
	}
	if r.first && e.state != fresh {
		r.report.drop(rec, "its number stands twice in the file; the first one was taken")
		return nil
	}
	if !r.first && e.state != spilled {
		return nil
	}
	p, err := r.prepare(ctx, rec, e)
	if err != nil || p == nil {
		return err
	}
	return r.place(ctx, p)
}

// kindOf cuts a reason before what differs from one comment to the next.
func kindOf(bad string) string {
	if at := strings.IndexAny(bad, "\":"); at > 0 {
		return strings.TrimSpace(bad[:at])
	}
	return bad
}

// place stores a comment, or lets it wait for the one that it answers.
func (r *run) place(ctx context.Context, p *prepared) error {
	above := r.seen[p.entry.parent]
	if p.entry.parent == 0 || above == nil || above.id == 0 || above.state == stored || above.state == dropped {
		return r.store(ctx, p)
	}
	if r.held+p.cost > maxHeld && r.held > 0 {
		p.entry.state = spilled
		return nil
	}
	p.entry.state = waits
	r.held += p.cost
	r.waiting[p.entry.parent] = append(r.waiting[p.entry.parent], p)
	return nil
}

// store puts a comment into the batch, and after it what waited for it.
func (r *run) store(ctx context.Context, p *prepared) error {
	next := []*prepared{p}
	for len(next) > 0 {
		p, next = next[0], next[1:]
		p.entry.state = stored
		r.settled++
		r.batch = append(r.batch, p)
		r.cost += p.cost
		if len(r.batch) >= batchSize || r.cost >= batchCost {
			if err := r.commit(ctx); err != nil {
				return err
			}
		}
		next = append(next, r.release(p.hash)...)
	}
	return nil
}

// release returns what waited for a comment.
func (r *run) release(h uint64) []*prepared {
	list := r.waiting[h]
	delete(r.waiting, h)
	for _, p := range list {
		r.held -= p.cost
	}
	return list
}

// gone marks a comment that does not come along; what answers it begins threads.
func (r *run) gone(ctx context.Context, h uint64, e *entry) error {
	e.state = dropped
	r.settled++
	for _, p := range r.release(h) {
		if err := r.store(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) anySpilled() bool {
	for _, e := range r.seen {
		if e.state == spilled {
			return true
		}
	}
	return false
}

// breakCircles stores what waits for each other: the first becomes a thread.
func (r *run) breakCircles(ctx context.Context) error {
	for len(r.waiting) > 0 {
		var first *prepared
		var of uint64
		for h, list := range r.waiting {
			if first == nil || list[0].order < first.order {
				first, of = list[0], h
			}
		}
		if rest := r.waiting[of][1:]; len(rest) > 0 {
			r.waiting[of] = rest
		} else {
			delete(r.waiting, of)
		}
		r.held -= first.cost
		r.report.Notes["it answered a comment that answers it, and begins a thread now"]++
		first.top = true
		if err := r.store(ctx, first); err != nil {
			return err
		}
	}
	return r.commit(ctx)
}

// record notes the import in the audit log.
func (r *run) record(ctx context.Context, actor account.Actor) error {
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Record(ctx, tx, r.Clock.Now(), actor.Name, "import", "comments", 0,
			map[string]any{"system": r.opt.System, "file": r.report.File, "new": r.report.New, "updated": r.report.Updated})
	})
}
