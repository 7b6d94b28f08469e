package transfer

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"

	"dateline/internal/account"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/subscriber"
)

// Options say how files are taken.
type Options struct {
	Choices
	Into   int64            `json:"into"`             // newsletter; 0 with Labels: rows without a known label are kept out
	Labels map[string]int64 `json:"labels,omitempty"` // newsletter of a list or tag
	Dry    bool             `json:"dry,omitempty"`
	Ask    bool             `json:"ask,omitempty"` // mail those who have not confirmed

	Progress func(done, total int64)                                   `json:"-"` // bytes
	Save     func(ctx context.Context, tx *db.Tx, soFar *Report) error `json:"-"` // with each batch
	Resume   *Report                                                   `json:"-"` // what Save was given last
}

const batchSize = 2000 // rows in a transaction

// Run takes readers in and accounts for every row. With an error, the report
// says how far it came.
func Run(ctx context.Context, s *subscriber.Service, c clock.Clock, actor account.Actor, files []File, opt Options) (*Report, error) {
	plans, err := Inspect(files, opt.Choices)
	if err != nil {
		return nil, err
	}
	r, err := newRun(ctx, s, actor, plans, opt)
	if err != nil {
		return nil, err
	}
	began := c.Now()
	for i := range files {
		r.total += files[i].Size
	}
	for i := range plans {
		if plans[i].Skipped == "" {
			err = r.file(ctx, files[i], &plans[i])
		}
		if err != nil {
			err = fault.New(fault.CodeOf(err), "%s: %w", files[i].Name, err).WithHint("%s", fault.HintOf(err))
			break
		}
		r.before += files[i].Size
	}
	r.rep.Seconds += c.Now().Sub(began).Seconds()
	r.rep.Done = err == nil
	if err != nil {
		r.rep.Error = err.Error()
		return r.rep, err
	}
	return r.rep, r.bulk.End(ctx, map[string]int64{"in_file": r.rep.InFile, "new": r.rep.New, "updated": r.rep.Updated, "unchanged": r.rep.Unchanged,
		"kept_out": r.rep.KeptOut, "failed": r.rep.Failed})
}

// run is a run under way.
type run struct {
	bulk          *subscriber.Bulk
	opt           Options
	labels        map[string][]int64 // by key
	rep           *Report
	skip          int64 // rows that a former run has done
	before, total int64 // bytes of files done, of all
	read          int64 // bytes so far
	batch         []batchRow
	slips         subscriber.Slips
}

type batchRow struct {
	Problem // Why: why it is not taken
	entry   entry
}

func newRun(ctx context.Context, s *subscriber.Service, actor account.Actor, plans []Plan, opt Options) (*run, error) {
	bulk, err := s.Bulk(ctx, actor, subscriber.BulkOptions{Source: string(sourceOf(plans)), Dry: opt.Dry, Ask: opt.Ask})
	if err != nil {
		return nil, err
	}
	newsletters := bulk.Newsletters()
	r := &run{bulk: bulk, opt: opt, labels: map[string][]int64{}, rep: newReport(plans, opt.Dry)}
	for label, n := range opt.Labels {
		r.labels[key(label)] = append(r.labels[key(label)], n)
	}
	if sourceOf(plans) == Dateline && len(opt.Labels) == 0 && opt.Into == 0 {
		for _, n := range newsletters {
			r.labels[key(n.Slug)] = []int64{n.ID}
		}
	}
	if r.opt.Into == 0 && len(r.labels) == 0 {
		r.opt.Into = newsletters[0].ID
	}
	for _, one := range append(slices.Collect(maps.Values(opt.Labels)), opt.Into) {
		if one != 0 && !slices.ContainsFunc(newsletters, func(n subscriber.Newsletter) bool { return n.ID == one }) {
			return nil, fault.New(fault.NotFound, "there is no such newsletter").WithHint("make it first: dateline newsletter add")
		}
	}
	if opt.Resume != nil {
		r.rep, r.skip = clone(opt.Resume), opt.Resume.InFile
		r.rep.Error = ""
	}
	return r, nil
}

// sourceOf is where the files that are used come from.
func sourceOf(plans []Plan) Source {
	for _, p := range plans {
		if p.Skipped == "" {
			return p.Source
		}
	}
	return Other
}

// counted counts what was read.
type counted struct {
	io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// file takes one file.
func (r *run) file(ctx context.Context, f File, p *Plan) error {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	bytes := &counted{Reader: in}
	c, err := newCSV(bytes)
	if err != nil {
		return err
	}
	c.backslash = p.system.backslash
	if p.Header {
		if _, err := c.next(); err != nil {
			return err
		}
	}
	conv := newConverter(p)
	for {
		row, err := c.next()
		end := errors.Is(err, io.EOF)
		if err == nil {
			if r.skip > 0 {
				r.skip--
				continue
			}
			e, reason := conv.entry(row, c.nul)
			e.File = p.File
			r.batch = append(r.batch, batchRow{Problem{p.File, c.at, Mask(e.Address), reason}, e})
		}
		if len(r.batch) >= batchSize || err != nil && len(r.batch) > 0 {
			r.read = r.before + bytes.n
			if err := r.flush(ctx); err != nil {
				return err
			}
			if r.opt.Progress != nil {
				r.opt.Progress(r.read, r.total)
			}
		}
		if end {
			r.rep.Mended += c.mended
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// newsletters are those that a row is for; known is false when it names none
// that is here.
func (r *run) newsletters(e *entry) (ids []int64, known bool) {
	for _, label := range e.labels {
		for _, one := range r.labels[key(label)] {
			if !slices.Contains(ids, one) {
				ids = append(ids, one)
			}
		}
	}
	if len(ids) == 0 && r.opt.Into != 0 {
		ids = []int64{r.opt.Into}
	}
	return ids, len(ids) > 0
}

// picks names the newsletters of what somebody chose in them.
func (r *run) picks(e *entry) {
	for _, p := range e.picked {
		for _, id := range r.labels[key(p.Newsletter)] {
			e.Picks = append(e.Picks, subscriber.Pick{Newsletter: id, Rhythm: p.Rhythm, Interests: p.Interests})
		}
	}
}

// flush hands the batch over and accounts for it.
func (r *run) flush(ctx context.Context) error {
	var rows []subscriber.Incoming
	for i := range r.batch {
		one := &r.batch[i]
		if one.Why != "" {
			continue
		}
		var known bool
		one.entry.Newsletters, known = r.newsletters(&one.entry)
		r.picks(&one.entry)
		if !known && (one.entry.State == subscriber.Active || one.entry.State == subscriber.Pending) {
			one.Why = ReasonNewsletter
			continue
		}
		rows = append(rows, one.entry.Incoming)
	}
	var next *Report
	fates, err := r.bulk.Take(ctx, rows, func(ctx context.Context, tx *db.Tx, fates []subscriber.Fate) error {
		next = r.account(fates)
		if r.opt.Save != nil {
			return r.opt.Save(ctx, tx, next)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if next == nil { // a dry run
		next = r.account(fates)
	}
	r.rep, r.batch = next, r.batch[:0]
	return nil
}

// account returns the report with the batch in it.
func (r *run) account(fates []subscriber.Fate) *Report {
	rep := clone(r.rep)
	rep.Read, rep.Size = r.read, r.total
	for i := range r.batch {
		one := &r.batch[i]
		rep.InFile++
		for _, label := range one.entry.labels {
			rep.label(label)
		}
		if one.Why != "" {
			if one.Why == ReasonAgreed || one.Why == ReasonNewsletter {
				rep.keep(one.Problem)
			} else {
				rep.fail(one.Problem)
			}
			continue
		}
		fate := fates[0]
		fates = fates[1:]
		p := one.Problem
		p.Why = fate.Why
		switch fate.Kind {
		case subscriber.FateFailed:
			rep.fail(p)
			continue
		case subscriber.FateKept:
			rep.keep(p)
			continue
		case subscriber.FateNew:
			rep.New++
			if fate.Pending {
				rep.Pending++
			}
		case subscriber.FateUpdated:
			rep.Updated++
		default:
			rep.Unchanged++
		}
		for _, why := range append(one.entry.warnings, warn(one.entry.Address, &r.slips)...) {
			p.Why = why
			rep.warn(p)
		}
	}
	return rep
}

func clone(r *Report) *Report {
	out := *r
	out.Kept, out.Failures, out.Warnings, out.Labels = maps.Clone(r.Kept), maps.Clone(r.Failures), maps.Clone(r.Warnings), maps.Clone(r.Labels)
	out.Problems, out.Warned = slices.Clip(r.Problems), slices.Clip(r.Warned)
	return &out
}
