package exchange

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dateline/internal/comment/locate"
)

// Report accounts for every comment of a file.
type Report struct {
	Version   int              `json:"version"`
	System    System           `json:"system"`
	File      string           `json:"file"`
	Dry       bool             `json:"dry_run"`
	Started   time.Time        `json:"started"`
	Seconds   float64          `json:"seconds"`
	InFile    int64            `json:"in_file"`
	New       int64            `json:"new"`
	Updated   int64            `json:"updated"`
	Unchanged int64            `json:"unchanged"`
	Dropped   int64            `json:"dropped"`
	Failed    int64            `json:"failed"`
	Articles  int              `json:"articles"` // that have them
	Statuses  map[string]int64 `json:"statuses"` // of those that are here
	Reasons   map[string]int64 `json:"dropped_because"`
	Failures  map[string]int64 `json:"failed_because"`
	Notes     map[string]int64 `json:"notes"`
	Unplaced  []Unplaced       `json:"without_article"`
	Outcomes  []Outcome        `json:"outcomes"`
	Error     string           `json:"error,omitempty"` // why the run ended early
}

// Unplaced is an address for which there is no article.
type Unplaced struct {
	Address  string `json:"address"`
	Why      string `json:"why"`
	Comments int64  `json:"comments"`
}

// Outcome names one comment that was dropped or failed, and why.
type Outcome struct {
	Key     string `json:"key"`   // in the source
	Place   string `json:"place"` // in the file
	Outcome string `json:"outcome"`
	Why     string `json:"why"`
}

const (
	reportVersion = 1
	maxOutcomes   = 10_000 // of each list; the counts stay exact
)

// Balanced reports whether everything in the file is accounted for.
func (r *Report) Balanced() bool {
	return r.InFile == r.New+r.Updated+r.Unchanged+r.Dropped+r.Failed
}

func newReport(s System, file string, dry bool, now time.Time) *Report {
	return &Report{Version: reportVersion, System: s, File: file, Dry: dry, Started: now, Statuses: map[string]int64{}, Reasons: map[string]int64{},
		Failures: map[string]int64{}, Notes: map[string]int64{}, Unplaced: []Unplaced{}, Outcomes: []Outcome{}}
}

func (r *Report) drop(rec *record, why string) {
	r.Dropped++
	r.Reasons[why]++
	r.note(rec, "dropped", why)
}

// fail counts a comment that cannot be read. kind is the reason without what
// differs from one to the next.
func (r *Report) fail(rec *record, kind string) {
	r.Failed++
	r.Failures[kind]++
	r.note(rec, "failed", rec.bad)
}

func (r *Report) note(rec *record, outcome, why string) {
	if len(r.Outcomes) < maxOutcomes {
		r.Outcomes = append(r.Outcomes, Outcome{Key: rec.key, Place: rec.place, Outcome: outcome, Why: why})
	}
}

// finish closes the account.
func (r *Report) finish(now time.Time, unplaced map[string]*Unplaced, articles int) {
	for _, u := range unplaced {
		r.Unplaced = append(r.Unplaced, *u)
	}
	slices.SortFunc(r.Unplaced, func(a, b Unplaced) int {
		return cmp.Or(cmp.Compare(b.Comments, a.Comments), cmp.Compare(a.Address, b.Address))
	})
	r.Articles, r.Seconds = articles, now.Sub(r.Started).Seconds()
}

// OtherHosts are the hosts of addresses that were not this site's, those with
// the most comments first.
func (r *Report) OtherHosts() []string {
	var hosts []string
	for _, u := range r.Unplaced {
		if host, ok := strings.CutPrefix(u.Why, locate.WhyOther); ok && !slices.Contains(hosts, host) && len(hosts) < 100 {
			hosts = append(hosts, host)
		}
	}
	return hosts
}
