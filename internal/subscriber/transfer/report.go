package transfer

// Problem is a row that was not taken, or that somebody should look at.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Address string `json:"address"` // masked
	Why     string `json:"why"`
}

// Report is the account of one run. InFile is the sum of the five that follow.
type Report struct {
	Dry       bool           `json:"dry,omitempty"`
	Files     []Plan         `json:"files"`
	InFile    int64          `json:"in_file"`
	New       int64          `json:"new"`
	Updated   int64          `json:"updated"`
	Unchanged int64          `json:"unchanged"`
	KeptOut   int64          `json:"kept_out"`
	Failed    int64          `json:"failed"`
	Pending   int64          `json:"pending"`  // of the new ones: they have not confirmed
	Kept      map[string]int `json:"kept"`     // kept out, by rule
	Failures  map[string]int `json:"failures"` // by reason
	Warnings  map[string]int `json:"warnings"`
	Labels    map[string]int `json:"labels"` // lists and tags met, and how many rows have each
	Mended    int64          `json:"mended"` // cells that were not UTF-8
	Problems  []Problem      `json:"problems"`
	Warned    []Problem      `json:"warned"`
	Seconds   float64        `json:"seconds"`
	Done      bool           `json:"done"` // read to the end
	Error     string         `json:"error,omitempty"`
	Read      int64          `json:"read"` // bytes
	Size      int64          `json:"size"` // bytes of all files
}

// most of each list that a report holds.
const (
	mostProblems = 500
	mostLabels   = 500
)

func newReport(plans []Plan, dry bool) *Report {
	return &Report{Dry: dry, Files: plans, Kept: map[string]int{}, Failures: map[string]int{}, Warnings: map[string]int{}, Labels: map[string]int{}}
}

// Balanced tells whether every row is accounted for.
func (r *Report) Balanced() bool { return r.InFile == r.New+r.Updated+r.Unchanged+r.KeptOut+r.Failed }

func (r *Report) fail(p Problem) {
	r.Failed++
	r.Failures[p.Why]++
	if len(r.Problems) < mostProblems {
		r.Problems = append(r.Problems, p)
	}
}

func (r *Report) keep(p Problem) {
	r.KeptOut++
	r.Kept[p.Why]++
}

func (r *Report) warn(p Problem) {
	r.Warnings[p.Why]++
	if len(r.Warned) < mostProblems {
		r.Warned = append(r.Warned, p)
	}
}

func (r *Report) label(name string) {
	if _, known := r.Labels[name]; known || len(r.Labels) < mostLabels {
		r.Labels[name]++
	}
}
