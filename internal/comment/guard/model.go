package guard

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"sync"
)

// Row is how often a token, or a domain, stood in good comments and in spam of
// the site's decisions. The row with an empty token counts the decisions.
type Row struct {
	Token     string
	Ham, Spam int
}

// count is a Row's numbers in the model.
type count struct{ ham, spam int32 }

func (c *count) add(spam bool, by int32) {
	if spam {
		c.spam = max(0, c.spam+by)
	} else {
		c.ham = max(0, c.ham+by)
	}
}

// Bounds of a Model.
const (
	mostTokens  = 200_000 // some 20 MB
	mostDomains = 50_000
)

// Model knows what the site decided so far. The zero value is not usable: New.
type Model struct {
	start *table // shipped, never changed

	mu      sync.RWMutex
	all     count // decisions
	tokens  map[string]count
	domains map[string]count
}

// New returns a model with the shipped start and what the site decided: the
// rows of tokens, one of them for all decisions, and those of domains.
func New(tokens, domains []Row) *Model { return newModel(shipped(), tokens, domains) }

// NewFrom is New with another start than the shipped one, for measuring.
func NewFrom(start, tokens, domains []Row) *Model {
	t := &table{}
	t.all, t.tokens = counts(start, len(start))
	return newModel(t, tokens, domains)
}

func newModel(start *table, tokens, domains []Row) *Model {
	m := &Model{start: start}
	m.Load(tokens, domains)
	return m
}

// Load replaces what the site decided, for a process that hears of decisions
// made elsewhere.
func (m *Model) Load(tokens, domains []Row) {
	all, byToken := counts(tokens, mostTokens)
	_, byDomain := counts(domains, mostDomains)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all, m.tokens, m.domains = all, byToken, byDomain
}

func counts(rows []Row, most int) (all count, byName map[string]count) {
	byName = make(map[string]count, min(len(rows), most))
	for _, r := range rows {
		c := count{clip(r.Ham), clip(r.Spam)}
		switch {
		case r.Token == "":
			all = c
		case c != count{} && len(byName) < most:
			byName[r.Token] = c
		}
	}
	return all, byName
}

func clip(n int) int32 { return int32(min(max(n, 0), math.MaxInt32)) }

// Decisions is how many comments the site decided on.
func (m *Model) Decisions() (ham, spam int) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return int(m.all.ham), int(m.all.spam)
}

// Learn takes in a decision on a comment with these tokens (Tokens) and domains
// (Domains): by is 1, or -1 to take a decision back. Whoever keeps the rows adds
// the same number to the same names, and to the row with the empty token.
func (m *Model) Learn(tokens, domains []string, spam bool, by int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := clip(max(by, -by))
	if by < 0 {
		n = -n
	}
	m.all.add(spam, n)
	learn(m.tokens, tokens, spam, n, mostTokens)
	learn(m.domains, domains, spam, n, mostDomains)
}

func learn(known map[string]count, names []string, spam bool, by int32, most int) {
	for _, name := range names {
		c, ok := known[name]
		if !ok && (by < 0 || len(known) >= most) {
			continue
		}
		if c.add(spam, by); c == (count{}) {
			delete(known, name)
		} else {
			known[name] = c
		}
	}
}

// Rows returns what the site decided, sorted by token: what New was given, with
// all that was learnt since.
func (m *Model) Rows() (tokens, domains []Row) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	tokens = rows(m.tokens)
	if m.all != (count{}) {
		tokens = slices.Insert(tokens, 0, Row{"", int(m.all.ham), int(m.all.spam)})
	}
	return tokens, rows(m.domains)
}

func rows(known map[string]count) []Row {
	out := make([]Row, 0, len(known))
	for name, c := range maps.All(known) {
		out = append(out, Row{name, int(c.ham), int(c.spam)})
	}
	slices.SortFunc(out, func(a, b Row) int { return cmp.Compare(a.Token, b.Token) })
	return out
}

// Forget drops tokens until at most keep are left, those that stood in the
// fewest comments first, and returns them so that their rows can be deleted. A
// model that has no room for new tokens does not learn them: call it from time
// to time.
func (m *Model) Forget(keep int) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.tokens) <= keep {
		return nil
	}
	byWeight := rows(m.tokens)
	slices.SortStableFunc(byWeight, func(a, b Row) int { return cmp.Compare(a.Ham+a.Spam, b.Ham+b.Spam) })
	var gone []string
	for _, r := range byWeight[:len(byWeight)-keep] {
		gone = append(gone, r.Token)
		delete(m.tokens, r.Token)
	}
	return gone
}
