package comment

import (
	"context"
	"net/netip"
	"time"

	"dateline/internal/account"
	"dateline/internal/richtext"
)

// Visitor is who asks, as far as a request tells.
type Visitor struct {
	Client   netip.Addr
	Device   string         // value of the device cookie, "" for none
	Session  string         // value of the cookie of readers signed in by mailed link, "" for none
	Language string         // in which the visitor reads; "" for the site's
	Staff    *account.Actor // a colleague who is signed in at the desk, nil for readers
	Yield    func()         // called when all that is left is to wait for the disk; nil for nothing
}

// Post is a comment on its way in.
type Post struct {
	Visitor
	Article, Parent        int64  // Parent is 0 at the top
	Name, Email, URL, Text string // Text in the Markdown subset
	Follow                 bool   // mail me the answers
	Token                  string // of the form
	Trap                   string // what the honeypot field held
}

// Posted is what became of a comment.
type Posted struct {
	Comment Comment
	Status  Status // as the writer may know it
	Reason  string // word that says why it is held, "" when it is public; see the keys comment.held_…
	Device  string // value of the device cookie to set
	Again   bool   // the same form was sent before: this is what became of it then

	// Await returns when the pages that show the comment are renewed.
	Await func(ctx context.Context)
}

// Rights is what somebody may do with a comment of theirs.
type Rights struct {
	Edit, Remove bool
	Until        time.Time // when Edit ends
	Source       string    // the text as it was typed, where Edit is true
}

// AccessKind is what a mailed link does.
type AccessKind string

// The kinds.
const (
	AccessConfirm  AccessKind = "confirm"  // confirms an address, and publishes what waited for it
	AccessOwn      AccessKind = "own"      // signs in and leads to a comment
	AccessSignIn   AccessKind = "sign_in"  // signs in
	AccessStop     AccessKind = "stop"     // ends a subscription
	AccessModerate AccessKind = "moderate" // decides about a comment, for a colleague

)

// Access is what a mailed link leads to.
type Access struct {
	Kind     AccessKind
	Done     bool     // it did its work before, or just now
	Article  int64    // 0 for none
	Comment  Comment  // the comment it is about; zero for none
	Decision Decision // of AccessModerate
	Session  string   // value of the session cookie to set, from Enter

	// Await returns when the pages that show the comment are renewed.
	Await func(ctx context.Context)
	Until time.Time
}

// Decision is what a moderator does to comments.
type Decision string

// The decisions.
const (
	Approve Decision = "approve"
	Spam    Decision = "spam"
	Bin     Decision = "bin"
	Hold    Decision = "hold" // back to those who wait
	Pick    Decision = "pick"
	Unpick  Decision = "unpick"
)

// Reason says why a comment is held or taken for spam. Word is a key of the
// catalogue without its "comment.why_", Detail what it was found by.
type Reason struct {
	Word   string `json:"word"`
	Detail string `json:"detail,omitempty"`
}

// Writer is a mailbox that comments.
type Writer struct {
	ID        int64
	Name      string // as last written
	Confirmed bool
	Trusted   bool
	Approved  int64 // comments that moderators approved
	Refused   int64
	Since     time.Time
	Address   string // for administrators only, else masked: "a…@example.org"
}

// Held is a comment as moderators see it.
type Held struct {
	Comment
	Writer    int64 // 0 without an address
	Reasons   []Reason
	Reports   int64
	Wave      int64 // shared by near-duplicates, 0 for none
	WaveSize  int64 // how many of the wave wait
	Shadow    bool  // its writer is shadow-banned
	Headline  string
	Path      string // of the article
	Decided   time.Time
	DecidedBy string
	Notes     int64
	Trusted   bool // the writer was approved before
	Confirmed bool
	Network   string // truncated address while it is kept, such as 192.0.2.0/24

	heldFor, prefix string
}

// QueueFilter narrows Queue; zero fields do not.
type QueueFilter struct {
	Status   Status // StatusPending when "", AnyStatus for all
	Article  int64
	Writer   int64
	Words    string // all of them in text or name
	Reason   string // word of a reason
	Wave     int64
	Network  int64  // a comment: those from the same network, while it is kept
	Reported bool   // only with reports that nobody settled
	Oldest   bool   // the oldest first
	After    Cursor // Next of the page before
	Limit    int    // 50 when 0, 200 at most

	prefix string // of Network
}

// AnyStatus is the filter for comments whatever was decided.
const AnyStatus Status = "any"

// QueuePage is some of a queue.
type QueuePage struct {
	Comments []Held
	Next     Cursor           // After of the next page, zero on the last
	Counts   map[Status]int64 // of all, approved left out
	Reasons  map[string]int64 // of those that wait
	Reported int64
}

// Context is what a moderator needs to decide.
type Context struct {
	Held
	Source   string // as typed, where it is kept
	Person   *Writer
	Thread   []Comment // around it: what it answers and what answers it
	Earlier  []Held    // of the same person, newest first
	Alike    []Held    // of the same wave
	Reported []Report
	Edits    []Edit
	Notes    []Note
	Banned   []Ban // that match it
}

// Report is what a reader reported.
type Report struct {
	Reason  string
	Text    string
	At      time.Time
	Settled bool
}

// Edit is a former text of a comment.
type Edit struct {
	Body richtext.Doc
	At   time.Time // when it was replaced
}

// Note is a moderator's word to the others.
type Note struct {
	ID       int64
	By, Text string
	At       time.Time
}

// BanKind is whom a ban is for.
type BanKind string

// The kinds.
const (
	BanWriter BanKind = "writer"
	BanDevice BanKind = "device"
	BanPrefix BanKind = "prefix" // for as long as addresses are kept, at most
	BanDomain BanKind = "domain" // of links
)

// Ban keeps somebody out, or, with Shadow, lets them believe that they are not.
type Ban struct {
	ID      int64
	Kind    BanKind
	Comment int64  // whose writer, device or network is meant
	Value   string // the domain, or what Bans shows of the others
	Until   time.Time
	Shadow  bool
	Note    string
	By      string
	At      time.Time
}

// Rule is something that moderators wrote down once.
type Rule struct {
	ID      int64
	Kind    RuleKind
	Pattern string
	Action  RuleAction
}

// RuleKind is what a rule looks at.
type RuleKind string

// The kinds.
const (
	RuleWord   RuleKind = "word"   // words that follow each other, in any case and with any accents
	RuleName   RuleKind = "name"   // the writer's name has the word
	RuleDomain RuleKind = "domain" // a link to the domain or below it
	RuleRange  RuleKind = "range"  // the client's address
	RuleMail   RuleKind = "mail"   // the address's domain
)

// RuleAction is what follows from a rule.
type RuleAction string

// The actions.
const (
	ActHold   RuleAction = "hold"
	ActSpam   RuleAction = "spam"
	ActRefuse RuleAction = "refuse"
)

// Undo is a decision that can be taken back.
type Undo struct {
	ID      int64
	Changed int     // comments
	Others  []Other // were left alone, since a colleague was faster
}

// Seen is when each comment had last been decided on (Held.Decided) as the
// moderator saw it who decides now. Comments that are not in it are decided on
// whatever others did.
type Seen map[int64]time.Time

// Other is a comment that was left as a colleague, or its writer, had changed it
// since the moderator looked.
type Other struct {
	Comment int64
	Name    string // of its writer
	Status  Status
	By      string    // who decided; "" when it was no decision
	At      time.Time // when
}

// ReportReasons are the words that readers choose from.
func ReportReasons() []string { return []string{"rude", "hate", "spam", "private", "false", "other"} }
