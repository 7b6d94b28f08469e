package edition

import (
	"slices"
	"time"

	"dateline/internal/account"
	"dateline/internal/fault"
	"dateline/internal/richtext"
	"dateline/internal/subscriber"
)

// State is where an edition is in its life.
type State string

// The states.
const (
	Draft     State = "draft"
	Review    State = "review" // submitted: an editor looks at it and sends it
	Scheduled State = "scheduled"
	Sending   State = "sending"
	Paused    State = "paused"
	Sent      State = "sent"
	Cancelled State = "cancelled"
)

// States are all of them, in the order of a life.
func States() []State { return []State{Draft, Review, Scheduled, Sending, Paused, Sent, Cancelled} }

// Open tells whether the edition can still be changed.
func (s State) Open() bool { return s == Draft || s == Review }

// Out tells whether letters have left, or begin to.
func (s State) Out() bool { return s == Sending || s == Paused || s == Sent }

// Kind is what makes an edition.
type Kind string

// The kinds.
const (
	Composed   Kind = "composed"
	Daily      Kind = "daily"
	Weekly     Kind = "weekly"
	Article    Kind = "article"
	Correction Kind = "correction"
)

// filtered tells whether readers who chose sections, authors or storylines get
// only those of its articles.
func (k Kind) filtered() bool { return k == Daily || k == Weekly || k == Article }

// rhythm is the rhythm whose readers get a kind; "" for all readers.
func (k Kind) rhythm() string {
	switch k {
	case Composed:
		return subscriber.RhythmEdition
	case Daily:
		return subscriber.RhythmDaily
	case Weekly:
		return subscriber.RhythmWeekly
	case Article:
		return subscriber.RhythmEach
	}
	return ""
}

// Form is how much of an article a letter has.
type Form string

// The forms.
const (
	Short     Form = "short" // headline, standfirst, picture
	Full      Form = "full"
	Corrected Form = "correction" // what was wrong in it
)

// Item is an article of an edition.
type Item struct {
	Article    int64 `json:"article"`
	Version    int64 `json:"version"` // that goes out; 0 until the sending begins
	Form       Form  `json:"form"`
	Correction int64 `json:"correction,omitempty"` // of a Corrected one
}

// Test is a test of two subjects. The zero value is none.
type Test struct {
	Subject string        `json:"subject,omitempty"` // the second one
	Share   int           `json:"share,omitempty"`   // per cent of the readers who get one or the other first
	Wait    time.Duration `json:"wait,omitempty"`    // before the rest get the better one
	By      string        `json:"by,omitempty"`      // "clicks", "opens"; "" for an editor's choice
	Winner  string        `json:"winner,omitempty"`  // "a", "b"; "" while it is open
}

// On tells whether there is a test.
func (t Test) On() bool { return t.Subject != "" && t.Share > 0 }

// Edition is one newsletter, sent or to be sent.
type Edition struct {
	ID         int64
	Newsletter int64
	Kind       Kind
	State      State
	Revision   int64  // grows with each change; callers name the one they read
	Slug       string // address word of its page; "" until it is sent
	Subject    string // "" in a digest: made from its first headline
	Preview    string
	Intro      richtext.Doc
	Items      []Item
	Audience   subscriber.Audience
	Test       Test
	At         time.Time // when a scheduled one is sent
	LocalHour  int       // in each reader's zone, -1 for all at once
	Again      int64     // edition that this one repeats, for those who have not got it; 0 for none
	Problem    string    // why it could not be sent when it was due
	Owner      int64
	CreatedBy  string
	Created    time.Time
	Updated    time.Time
	Started    time.Time
	Ended      time.Time
}

// mayCompose: editors compose everything, authors their own.
func mayCompose(actor account.Actor, e *Edition) error {
	if err := actor.Require(account.Author, "compose newsletters"); err != nil {
		return err
	}
	if actor.Role < account.Editor && e.Owner != actor.ID {
		return fault.New(fault.Denied, "you may not change this edition: it is not yours, and that needs the role %s", account.Editor)
	}
	return nil
}

// MayCompose tells whether the actor may change the edition.
func MayCompose(actor account.Actor, e *Edition) bool { return mayCompose(actor, e) == nil }

// MaySend tells whether the actor may send editions.
func MaySend(actor account.Actor) bool { return actor.Role >= account.Editor }

// Limits of an edition.
const (
	mostItems   = 60
	mostSubject = 200
	mostPreview = 250
	mostIntro   = 20_000 // letters
)

// introBlocks are what an intro may hold: no pictures, which no article makes
// public.
var introBlocks = []string{"paragraph", "heading", "bullet_list", "ordered_list", "list_item", "quote", "button", "buttons", "rule", "text", "hard_break"}

func (e *Edition) check() error {
	e.Subject, e.Preview, e.Test.Subject = oneLine(e.Subject), oneLine(e.Preview), oneLine(e.Test.Subject)
	switch {
	case len([]rune(e.Subject)) > mostSubject || len([]rune(e.Test.Subject)) > mostSubject:
		return fault.New(fault.Invalid, "the subject is longer than %d letters", mostSubject).WithHint("most programs show the first 50")
	case len([]rune(e.Preview)) > mostPreview:
		return fault.New(fault.Invalid, "the preview text is longer than %d letters", mostPreview)
	case len(e.Items) > mostItems:
		return fault.New(fault.Invalid, "an edition has %d articles at most", mostItems)
	case e.Test.On() && (e.Test.Share < 2 || e.Test.Share > 80):
		return fault.New(fault.Invalid, "a test goes to between 2 and 80 per cent of the readers")
	case e.Test.On() && e.Test.Subject == e.Subject:
		return fault.New(fault.Invalid, "the two subjects of a test must differ")
	case e.Test.On() && (e.Test.Wait < 10*time.Minute || e.Test.Wait > 48*time.Hour):
		return fault.New(fault.Invalid, "a test waits between ten minutes and two days")
	case e.Audience.Engaged < 0 || e.Audience.Engaged > subscriber.EngagedDays:
		return fault.New(fault.Invalid, "who still reads is known for %d days", subscriber.EngagedDays)
	case !slices.Contains([]string{"", "clicks", "opens"}, e.Test.By):
		return fault.New(fault.Invalid, "a test is decided by clicks, by opens or by an editor")
	}
	seen := map[int64]bool{}
	for _, it := range e.Items {
		if it.Form != Short && it.Form != Full && it.Form != Corrected {
			return fault.New(fault.Invalid, "%q is no way to show an article", it.Form)
		}
		if seen[it.Article] {
			return fault.New(fault.Invalid, "an article is in the edition twice")
		}
		seen[it.Article] = true
	}
	doc, err := richtext.Validate(e.Intro)
	if err != nil {
		return err
	}
	e.Intro = doc
	if len([]rune(richtext.Text(doc))) > mostIntro {
		return fault.New(fault.Invalid, "the introduction is longer than %d letters", mostIntro)
	}
	var wrong string
	richtext.Walk(doc.Content, func(n *richtext.Node) bool {
		if !slices.Contains(introBlocks, n.Type) {
			wrong = n.Type
		}
		return true
	})
	if wrong != "" {
		return fault.New(fault.Invalid, "an introduction holds words, lists, quotes and buttons, not %q", wrong).WithHint("pictures come with the articles")
	}
	return nil
}
