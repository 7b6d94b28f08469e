package comment

import (
	"context"
	"net/netip"
	"slices"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/mail"
	"dateline/internal/richtext"
)

// TriedDays is how far back TryRules looks.
const TriedDays = 30

const (
	triedMost     = 10_000 // comments looked at, of each status
	triedBatch    = 500
	triedExamples = 3
)

// Tried is what a rule would have caught.
type Tried struct {
	Caught   int64
	Approved int64 // of them that moderators approved, or that were public at once
	Refused  int64 // spam or binned
	Comments []Comment
	Untold   bool // it needs more of an address than is kept
}

// ruleFacts are what rules look at, of one comment.
type ruleFacts struct {
	text, name []string // folded words
	domains    []string // that it leads to
	mail       string   // domain of the writer's address, "" for none
	client     netip.Prefix
}

// fits tells whether a rule is about a comment.
func (r *compiledRule) fits(f *ruleFacts) bool {
	switch r.Kind {
	case RuleWord:
		return holds(f.text, r.words)
	case RuleName:
		return holds(f.name, r.words)
	case RuleDomain:
		return slices.ContainsFunc(f.domains, func(d string) bool { return within(d, r.Pattern) })
	case RuleMail:
		return f.mail != "" && within(f.mail, r.Pattern)
	case RuleRange:
		return f.client.IsValid() && r.net.Bits() <= f.client.Bits() && r.net.Contains(f.client.Addr())
	}
	return false
}

// TryRules tells what each of some rules would have caught among the comments of
// the last TriedDays, changing nothing. Whoever sees the answer is told neither
// addresses nor networks.
func (s *Service) TryRules(ctx context.Context, actor account.Actor, rules []Rule) ([]Tried, error) {
	if err := moderator(actor); err != nil {
		return nil, err
	}
	tried := make([]Tried, len(rules))
	compiled := make([]compiledRule, len(rules))
	for i, r := range rules {
		var err error
		if compiled[i], err = r.compile(); err != nil {
			return nil, err
		}
		tried[i].Untold = r.Kind == RuleRange && compiled[i].net.Bits() > keptBits(compiled[i].net.Addr())
	}
	facts := factReader{s: s, mails: map[int64]string{}}
	for _, status := range []Status{StatusPending, StatusApproved, StatusSpam, StatusBinned} {
		err := s.recent(ctx, status, func(k *kept) error {
			f, err := facts.read(ctx, k)
			if err != nil {
				return err
			}
			for i := range compiled {
				if !tried[i].Untold && compiled[i].fits(&f) {
					tried[i].add(k)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return tried, nil
}

func (t *Tried) add(k *kept) {
	t.Caught++
	switch k.Status {
	case StatusApproved:
		t.Approved++
	case StatusSpam, StatusBinned:
		t.Refused++
	}
	if len(t.Comments) < triedExamples {
		t.Comments = append(t.Comments, k.Comment)
	}
}

// recent calls look for readers' comments of a status, the newest first.
func (s *Service) recent(ctx context.Context, status Status, look func(*kept) error) error {
	since := db.Micros(s.clock.Now().AddDate(0, 0, -TriedDays))
	at, id := int64(1<<62), int64(0)
	for seen := 0; seen < triedMost; {
		rows, err := s.db.Query(ctx, `SELECT `+keptColumns+` FROM comment c WHERE c.status = $1 AND c.created_at >= $2 AND (c.created_at, c.id) < ($3, $4)
			ORDER BY c.created_at DESC, c.id DESC LIMIT $5`, string(status), since, at, id, int64(triedBatch))
		batch, err := db.All(rows, err, scanKept)
		if err != nil {
			return err
		}
		for i := range batch {
			at, id = db.Micros(batch[i].Created), batch[i].ID
			if batch[i].Staff != 0 {
				continue
			}
			if err := look(&batch[i]); err != nil {
				return err
			}
		}
		if seen += len(batch); len(batch) < triedBatch {
			return nil
		}
	}
	return nil
}

// factReader reads what rules look at, each writer's address once.
type factReader struct {
	s     *Service
	mails map[int64]string
}

func (r *factReader) read(ctx context.Context, k *kept) (ruleFacts, error) {
	f := ruleFacts{text: foldWords(richtext.Text(k.Body)), name: foldWords(k.Name), domains: linkDomains(written{name: k.Name, url: k.URL, body: k.Body})}
	network, err := r.s.vault.Open(purposePrefix, k.network)
	if err == nil && network != "" {
		f.client, _ = netip.ParsePrefix(network) // "" for what is no network
	}
	if err != nil || k.writer == 0 {
		return f, err
	}
	domain, known := r.mails[k.writer]
	if !known {
		if domain, err = r.domain(ctx, k.writer); err != nil {
			return f, err
		}
		r.mails[k.writer] = domain
	}
	f.mail = domain
	return f, nil
}

func (r *factReader) domain(ctx context.Context, writer int64) (string, error) {
	w, err := r.s.writerByID(ctx, r.s.db, writer)
	if err != nil {
		return "", ignoreMissing(err)
	}
	address, err := r.s.address(w)
	if err != nil {
		return "", err
	}
	box, _ := mail.ParseMailbox(address)
	return box.Domain, nil
}

// keptBits is how much of an address is kept.
func keptBits(a netip.Addr) int {
	if a.Is4() {
		return 24
	}
	return 48
}
