package subscriber

import (
	"context"
	"encoding/json"
	"net/netip"
	"slices"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
)

// Incoming is what a file of another system says of one reader.
type Incoming struct {
	Address, Name  string
	Language, Zone string // "" for unknown
	State          State
	ListOnly       bool // Ended is said of Newsletters alone
	Newsletters    []int64
	Picks          []Pick    // how they read them, where the file says it; the newsletter's first rhythm and everything otherwise
	Created        time.Time // zero for unknown
	Confirmed      time.Time
	Ended          time.Time
	Network        netip.Addr // from where they signed up
	File           string
}

// FateKind is what became of an Incoming.
type FateKind int

// The fates. One that is kept out changes no reader; it may be suppressed.
const (
	FateUnchanged FateKind = iota
	FateNew
	FateUpdated
	FateKept
	FateFailed
)

// Why somebody is kept out, or fails, besides the reasons of suppression.
const (
	KeptFileLeft       = "the file says they left"
	KeptFileBounced    = "the file says they bounced"
	KeptFileComplained = "the file says they complained"
	KeptLeft           = "left here"
	KeptBounced        = "bounced here"
	KeptComplained     = "complained here"
	KeptNever          = "asked never to be written to"
	KeptLeftThis       = "left this newsletter here"
	KeptAgreedHere     = "agreed here after the file says they left"
	FailedAddress      = "not a mail address"
	FailedDisposable   = "an address that lasts for minutes"
)

// Fate is what became of one Incoming.
type Fate struct {
	Kind    FateKind
	Why     string
	Pending bool // FateNew: as one who has not confirmed
}

// BulkOptions say where readers come from and what may happen.
type BulkOptions struct {
	Source string // becomes the new readers' Source
	Dry    bool   // find out only; needs some sixty bytes of memory for each reader that would change
	Ask    bool   // mail those who have not confirmed a letter in which they can
}

// Bulk takes many readers in, a batch a transaction. It never revives somebody
// who left, bounced or complained, fills in only what is not known, and finds
// nothing to do when it is given the same again. Not for concurrent use.
type Bulk struct {
	s           *Service
	actor       account.Actor
	opt         BulkOptions
	newsletters []Newsletter
	seen        map[string]bulkPerson // by index, what a dry run would have made
	recorded    bool
	interests   map[string]string // keys of choices that are stored, by their JSON
}

// mostBulk is how many newsletters Bulk keeps in the bits of a word.
const mostBulk = 64

// Bulk begins to take readers in. Administrators may.
func (s *Service) Bulk(ctx context.Context, actor account.Actor, opt BulkOptions) (*Bulk, error) {
	if err := actor.Require(account.Administrator, "take readers in"); err != nil {
		return nil, err
	}
	if opt.Ask && !opt.Dry && !s.Mails() {
		return nil, fault.New(fault.Unavailable, "nobody can be asked to confirm: %w", ErrNoMail).WithHint("set smtp_host and mail_from; docs/manual/configuration.md describes them")
	}
	all, err := s.Newsletters(ctx, s.db)
	if err != nil {
		return nil, err
	}
	if len(all) > mostBulk {
		return nil, fault.New(fault.Invalid, "more than %d newsletters cannot be imported into", mostBulk)
	}
	return &Bulk{s: s, actor: actor, opt: opt, newsletters: all, seen: map[string]bulkPerson{},
		interests: map[string]string{}}, nil
}

// bulkPerson is what the rules need to know of somebody.
type bulkPerson struct {
	id                   int64
	state                State // "" for nobody
	why                  Why   // suppressed
	name, language, zone bool  // are known
	reads, gone          uint64
}

// bulkPlan is what becomes of somebody in a batch.
type bulkPlan struct {
	was, now             bulkPerson
	address              address
	index                string
	row                  Incoming // the first that changed something
	name, language, zone string
	picks                map[int64]Pick // by newsletter
	consents             []bulkConsent
	ask                  bool
}

// Take takes a batch in and returns the fate of each. with, when not nil, is
// called with them in the transaction: what it writes stands or falls with the
// batch.
func (b *Bulk) Take(ctx context.Context, rows []Incoming, with func(ctx context.Context, tx *db.Tx, fates []Fate) error) (fates []Fate, err error) {
	addresses := make([]address, len(rows))
	fates = make([]Fate, len(rows))
	for i, row := range rows {
		if addresses[i], err = parseAddress(row.Address); err != nil {
			fates[i] = Fate{Kind: FateFailed, Why: FailedAddress}
		} else if disposable(addresses[i].Domain) {
			fates[i] = Fate{Kind: FateFailed, Why: FailedDisposable}
		}
	}
	if b.opt.Dry {
		plans, err := b.plan(ctx, b.s.db, rows, addresses, fates)
		for _, p := range plans {
			if p.was != p.now {
				b.seen[p.index] = p.now
			}
		}
		return fates, err
	}
	changed := false
	err = b.s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		plans, err := b.plan(ctx, tx, rows, addresses, fates)
		if err != nil {
			return err
		}
		if changed, err = b.write(ctx, tx, plans); err != nil {
			return err
		}
		if changed && !b.recorded {
			if err := b.record(ctx, tx, "import readers", map[string]any{"source": b.opt.Source, "file": rows[0].File}); err != nil {
				return err
			}
		}
		if with != nil {
			return with(ctx, tx, fates)
		}
		return nil
	})
	b.recorded = b.recorded || err == nil && changed
	return fates, err
}

// End records what all batches came to.
func (b *Bulk) End(ctx context.Context, totals any) error {
	if b.opt.Dry {
		return nil
	}
	return b.s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return b.record(ctx, tx, "import readers done", totals) })
}

func (b *Bulk) record(ctx context.Context, tx *db.Tx, verb string, detail any) error {
	return audit.Record(ctx, tx, b.s.clock.Now(), b.actor.Name, verb, "subscriber", 0, detail)
}

// plan finds out what becomes of everybody in the batch, in the order of the
// rows.
func (b *Bulk) plan(ctx context.Context, q db.Querier, rows []Incoming, addresses []address, fates []Fate) ([]*bulkPlan, error) {
	var plans []*bulkPlan
	byIndex := map[string]*bulkPlan{}
	of := make([]*bulkPlan, len(rows))
	for i := range rows {
		if fates[i].Kind == FateFailed {
			continue
		}
		index := b.s.index(addresses[i])
		p := byIndex[index]
		if p == nil {
			p = &bulkPlan{address: addresses[i], index: index}
			byIndex[index] = p
			plans = append(plans, p)
		}
		of[i] = p
	}
	if err := b.load(ctx, q, byIndex); err != nil {
		return nil, err
	}
	for _, p := range plans {
		if sim, ok := b.seen[p.index]; ok {
			p.was = sim
		}
		p.now = p.was
	}
	for i, p := range of {
		if p == nil {
			continue
		}
		var err error
		if fates[i], err = b.apply(ctx, q, p, rows[i]); err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// bits are the newsletters of ids.
func (b *Bulk) bits(ids []int64) (out uint64) {
	for _, one := range ids {
		if i := slices.IndexFunc(b.newsletters, func(n Newsletter) bool { return n.ID == one }); i >= 0 {
			out |= 1 << i
		}
	}
	return out
}

// apply follows one row.
func (b *Bulk) apply(ctx context.Context, q db.Querier, p *bulkPlan, in Incoming) (Fate, error) {
	if in.State != Active && in.State != Pending {
		return b.leave(ctx, q, p, in)
	}
	if why := p.keptOut(); why != "" {
		return Fate{Kind: FateKept, Why: why}, nil
	}
	bits := b.bits(in.Newsletters)
	before := p.now
	switch {
	case p.now.state == "":
		p.row, p.now.id, p.now.state, p.now.reads = in, id.New(), in.State, bits
		p.ask = in.State == Pending && b.opt.Ask
		p.fill(in)
		p.pick(in)
		p.note("imported", in, bits)
		return Fate{Kind: FateNew, Pending: in.State == Pending}, nil
	case bits != 0 && bits&^p.now.gone == 0:
		return Fate{Kind: FateKept, Why: KeptLeftThis}, nil
	case p.now.state == Pending && in.State == Active:
		p.now.state, p.ask = Active, false
	}
	if p.now.state == Active && in.State == Active || p.now.state == Pending {
		p.now.reads |= bits &^ p.now.gone
	}
	p.fill(in)
	p.pick(in)
	if p.now == before {
		return Fate{}, nil
	}
	p.row = in
	p.note("imported", in, p.now.reads&^before.reads)
	return Fate{Kind: FateUpdated}, nil
}

// keptOut tells why nobody may be made a reader at an address.
func (p *bulkPlan) keptOut() string {
	switch {
	case p.now.why == WhyNever:
		return KeptNever
	case p.now.why == WhyComplained || p.now.state == Complained:
		return KeptComplained
	case p.now.why == WhyBounced || p.now.state == Bounced:
		return KeptBounced
	case p.now.why == WhyLeft || p.now.state == Ended:
		return KeptLeft
	}
	return ""
}

// fill takes what was not known of somebody.
func (p *bulkPlan) fill(in Incoming) {
	if name := clip(oneLine(in.Name), mostName); !p.now.name && name != "" {
		p.name, p.now.name = name, true
	}
	if !p.now.language && in.Language != "" {
		p.language, p.now.language = in.Language, true
	}
	if !p.now.zone && in.Zone != "" {
		p.zone, p.now.zone = in.Zone, true
	}
}

// pick takes how somebody reads what, the first word of each newsletter.
func (p *bulkPlan) pick(in Incoming) {
	for _, one := range in.Picks {
		if _, there := p.picks[one.Newsletter]; there || !slices.Contains(Rhythms(), one.Rhythm) {
			continue
		}
		if p.picks == nil {
			p.picks = map[int64]Pick{}
		}
		p.picks[one.Newsletter] = one
	}
}

// leave follows a row that says that somebody is no reader any more.
func (b *Bulk) leave(ctx context.Context, q db.Querier, p *bulkPlan, in Incoming) (Fate, error) {
	kept := map[State]string{Ended: KeptFileLeft, Bounced: KeptFileBounced, Complained: KeptFileComplained}[in.State]
	why := map[State]Why{Ended: WhyLeft, Bounced: WhyBounced, Complained: WhyComplained}[in.State]
	if kept == "" {
		return Fate{}, fault.New(fault.Internal, "an import says a reader is %q", in.State)
	}
	if p.now.state != Active && p.now.state != Pending {
		if !in.ListOnly && stronger(why, p.now.why) {
			p.now.why = why
		}
		return Fate{Kind: FateKept, Why: kept}, nil
	}
	bits := b.bits(in.Newsletters)
	if in.State == Ended && p.was.state != "" {
		later, err := b.agreedAfter(ctx, q, p.was.id, in.Ended)
		if err != nil {
			return Fate{}, err
		}
		if later {
			return Fate{Kind: FateKept, Why: KeptAgreedHere}, nil
		}
	}
	rest := p.now.reads
	if in.State == Ended {
		rest &^= bits
	} else {
		rest = 0
	}
	switch {
	case rest == p.now.reads && rest != 0: // of a list that they do not read here
		return Fate{Kind: FateKept, Why: kept}, nil
	case rest != 0:
		p.now.gone |= p.now.reads &^ rest
		p.now.reads = rest
		p.note("left", in, bits)
	default:
		p.now.gone |= p.now.reads
		p.now.reads, p.now.state, p.ask = 0, in.State, false
		if stronger(why, p.now.why) {
			p.now.why = why
		}
		p.note(map[State]string{Ended: "left", Bounced: "bounced", Complained: "complained"}[in.State], in, bits)
	}
	return Fate{Kind: FateUpdated}, nil
}

// stronger tells whether a reason goes before another.
func stronger(a, b Why) bool {
	order := []Why{WhyNone, WhyLeft, WhyBounced, WhyComplained, WhyNever}
	return slices.Index(order, a) > slices.Index(order, b)
}

// agreedAfter tells whether a reader confirmed or chose here after they left
// elsewhere; at any time when it is not known when that was.
func (b *Bulk) agreedAfter(ctx context.Context, q db.Querier, subscriber int64, left time.Time) (bool, error) {
	var at int64
	err := q.QueryRow(ctx, `SELECT COALESCE(MAX(at), 0) FROM consent WHERE subscriber_id = $1 AND what IN ('confirmed', 'changed')`, subscriber).Scan(&at)
	return at > db.Micros(left), err
}

// bulkConsent is a line for the consent log.
type bulkConsent struct{ what, detail, origin string }

func (p *bulkPlan) note(what string, in Incoming, bits uint64) {
	detail := struct {
		Source    string    `json:"source,omitempty"`
		File      string    `json:"file,omitempty"`
		Created   time.Time `json:"signed_up,omitzero"`
		Confirmed time.Time `json:"confirmed,omitzero"`
		Left      time.Time `json:"left,omitzero"`
	}{"", in.File, in.Created, in.Confirmed, in.Ended}
	raw, err := json.Marshal(detail)
	if err != nil { // a year beyond 9999
		raw = []byte("{}")
	}
	p.consents = append(p.consents, bulkConsent{what, string(raw), originOf(in.Network)})
}

// Newsletters are those that readers can be taken into.
func (b *Bulk) Newsletters() []Newsletter { return b.newsletters }
