package check

import (
	"context"
	_ "embed"
	"time"

	"dateline/internal/article"
	"dateline/internal/richtext"
)

//go:embed words.json
var words []byte

// Words returns the texts of all findings, for i18n.ParseWords.
func Words() []byte { return words }

// The levels of findings.
const (
	Error = article.FindingStops
	Warn  = article.FindingAsks
)

// Finding is one thing that an article's editor should look at.
type Finding = article.Finding

// Medium is what is known of a picture, recording or file.
type Medium struct {
	Missing bool // there is no file, or none that could be read
	Image   bool
	Alt     string
	Caption string
	Credit  string
	Expires time.Time // end of the right to show it; zero is none
}

// Input is an article as it would be published, and what a check must know
// besides. The zero value of what is not known switches its checks off.
type Input struct {
	Type     article.Type
	Content  article.Content
	Now      time.Time
	Zone     *time.Location // nil is UTC
	Language string         // of the site, for articles without their own

	Access       article.Access
	HasPassword  bool
	ScheduledAt  time.Time // zero: goes out at once
	EmbargoUntil time.Time
	Published    bool // readers know an earlier version

	Slug        string
	SlugTakenBy string // headline of the other article that has the address word

	Media map[int64]Medium // what is known by id; an id without an entry does not exist
	Hosts []string         // hosts that are this site: "news.example"
	Links map[string]bool  // whether an own address answers, as it is written in the text
	Names []string         // names that the newsroom knows: of tags, authors, people

	MaxHeadline   int // characters; 0 is 90
	MaxStandfirst int // characters; 0 is 300
}

// checks is the table of all checks, in the order of their findings.
var checks = []func(*run){
	headline, section, byline, standfirst, searchWords, canonical, leadPicture,
	bodyMissing, blocks, links, unfinished, paragraphs, headings, spellings, language,
	timing, access, slug,
}

// Run makes all checks. It ends early, with what was found by then, when ctx
// is done.
func Run(ctx context.Context, in Input) []Finding {
	if in.Zone == nil {
		in.Zone = time.UTC
	}
	if in.MaxHeadline == 0 {
		in.MaxHeadline = 90
	}
	if in.MaxStandfirst == 0 {
		in.MaxStandfirst = 300
	}
	r := &run{Input: &in, places: walk(in.Content.Body)}
	for _, check := range checks {
		if ctx.Err() != nil {
			break
		}
		check(r)
	}
	return r.found
}

// run is one pass over an article.
type run struct {
	*Input
	places []spot
	found  []Finding
}

func (r *run) add(level article.FindingLevel, code, path string, args ...string) {
	r.found = append(r.found, Finding{Level: level, Code: code, Path: path, Args: args})
}

// addAt adds a finding about some words of a place.
func (r *run) addAt(level article.FindingLevel, code, path, passage string, args ...string) {
	r.found = append(r.found, Finding{Level: level, Code: code, Path: path, Passage: passage, Args: args})
}

// spot is one node of the body with its path.
type spot struct {
	node *richtext.Node
	path string
	top  bool // stands right in the document
}
