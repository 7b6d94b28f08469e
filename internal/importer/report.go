package importer

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// The kinds of things that a report counts.
const (
	KindPost       = "post"
	KindPage       = "page"
	KindAttachment = "attachment"
	KindMenuItem   = "menu_item"
	KindComment    = "comment"
	KindCategory   = "category"
	KindTag        = "tag"
	KindTerm       = "term"
	KindAuthor     = "author"
	KindOther      = "other" // post types that have no place here
)

// Count is what became of the things of one kind.
type Count struct {
	InFile    int64 `json:"in_file"`
	New       int64 `json:"new"`
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"`
	Dropped   int64 `json:"dropped"`
	Failed    int64 `json:"failed"`
}

// Balances reports whether everything in the file is accounted for.
func (c Count) Balances() bool {
	return c.InFile == c.New+c.Updated+c.Unchanged+c.Dropped+c.Failed
}

// Outcome names one thing that was dropped or failed, and why.
type Outcome struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Title  string `json:"title,omitempty"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Reason string `json:"reason"`
}

// Words is an article whose words in and out differ by more than 1 %.
type Words struct {
	ID    int64  `json:"id"`
	Title string `json:"title"`
	In    int    `json:"in"`
	Out   int    `json:"out"`
}

// URL is an old address asked of the site after the import.
type URL struct {
	URL      string `json:"url"`
	Status   int    `json:"status"`
	Location string `json:"location"`
}

// Decision is something that only a person can decide.
type Decision struct {
	Subject string   `json:"subject"`
	Detail  string   `json:"detail"`
	Items   []string `json:"items,omitempty"`
}

// Media counts the pictures and files.
type Media struct {
	InFile  int64    `json:"in_file"`
	Present int64    `json:"present"`
	Missing []string `json:"missing"`
	// Unlisted are pictures and files that texts show and no attachment of the
	// files describes.
	Unlisted []string `json:"unlisted"`
}

// Absent is how many files are not here.
func (m *Media) Absent() int64 { return m.InFile - m.Present }

func (m *Media) note(address string, why error) {
	if len(m.Missing) < maxOutcomes {
		m.Missing = append(m.Missing, address+": "+why.Error())
	}
}

// Named is a counted name: a block, a shortcode, a meta key.
type Named struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// Report is the account of one run. Its JSON form is documented in
// docs/contracts/import-report.md.
type Report struct {
	Version    int               `json:"version"`
	Source     string            `json:"source"` // address of the imported site
	Files      []string          `json:"files"`
	Started    time.Time         `json:"started"`
	Seconds    float64           `json:"seconds"`
	Error      string            `json:"error,omitempty"` // why the run ended early
	Balanced   bool              `json:"balanced"`
	Site       map[string]string `json:"site"`
	Kinds      map[string]*Count `json:"kinds"`
	Outcomes   []Outcome         `json:"outcomes"`
	WordsIn    int64             `json:"words_in"`
	WordsOut   int64             `json:"words_out"`
	WordsOff   []Words           `json:"words_off"`
	Blocks     []Named           `json:"unknown_blocks"`
	Shortcodes []Named           `json:"unknown_shortcodes"`
	Elements   []Named           `json:"dropped_elements"`
	MetaKept   []Named           `json:"meta_kept"`
	MetaUnused []Named           `json:"meta_unused"`
	Repairs    []Named           `json:"repairs"`
	Media      Media             `json:"media"`
	URLCounts  map[string]int64  `json:"url_counts"` // by status
	URLs       URLList           `json:"-"`          // written as "urls"; there may be millions
	Decisions  []Decision        `json:"decisions"`
}

// reportVersion grows when a field changes its meaning or goes.
const reportVersion = 1

// maxOutcomes bounds the lists of a report over millions of items; the counts
// stay exact.
const maxOutcomes = 10_000

func newReport(started time.Time) *Report {
	r := &Report{Version: reportVersion, Started: started, Site: map[string]string{}, Kinds: map[string]*Count{},
		Outcomes: []Outcome{}, WordsOff: []Words{}, URLCounts: map[string]int64{}, Decisions: []Decision{},
		Media: Media{Missing: []string{}, Unlisted: []string{}}}
	for _, k := range []string{KindPost, KindPage, KindAttachment, KindMenuItem, KindComment, KindCategory, KindTag, KindTerm, KindAuthor, KindOther} {
		r.Kinds[k] = &Count{}
	}
	return r
}

func (r *Report) drop(o Outcome) { r.Kinds[o.Kind].Dropped++; r.note(o) }
func (r *Report) fail(o Outcome) { r.Kinds[o.Kind].Failed++; r.note(o) }

func (r *Report) note(o Outcome) {
	if len(r.Outcomes) < maxOutcomes {
		r.Outcomes = append(r.Outcomes, o)
	}
}

// decide notes a question for a person; the same question about another thing
// joins the first.
func (r *Report) decide(subject, detail string, items ...string) {
	const most = 200
	i := slices.IndexFunc(r.Decisions, func(d Decision) bool { return d.Subject == subject && d.Detail == detail })
	if i < 0 {
		i = len(r.Decisions)
		r.Decisions = append(r.Decisions, Decision{Subject: subject, Detail: detail})
	}
	if d := &r.Decisions[i]; len(d.Items) < most {
		d.Items = append(d.Items, items...)
	}
}

// tally counts names while a run goes on.
type tally map[string]int64

func (t tally) list() []Named {
	out := []Named{}
	for name, n := range maps.All(t) {
		out = append(out, Named{name, n})
	}
	slices.SortFunc(out, func(a, b Named) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name)) })
	return out
}

// finish closes the account.
func (r *Report) finish(now time.Time) {
	r.Seconds = now.Sub(r.Started).Seconds()
	r.Balanced = true
	for _, c := range r.Kinds {
		r.Balanced = r.Balanced && c.Balances()
	}
}
