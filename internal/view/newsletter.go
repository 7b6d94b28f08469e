package view

// Newsletter is a page of the newsletter's: sign-up, confirmation, preferences,
// leaving. What is not set is not shown; Kind is for a theme that wants to tell
// them apart: "signup", "sent", "confirm", "preferences", "leave", "address",
// "told".
type Newsletter struct {
	Kind    string
	Title   string
	Text    []string
	Done    string // what has just been done, to be announced
	Error   string // why a form was not taken, to be announced
	SignUp  *SignUp
	Buttons []Button // forms of one button each
	Choices *Choices
	Data    *OwnData
	Links   []Link
}

// SignUp is the form with which readers sign up. Its texts are in Language.
type SignUp struct {
	Action    string
	Join      string // "Join over 3,000 readers"; "" while there are too few
	Text      string
	Label     string // of the address
	Button    string
	Promise   string
	Privacy   *Link
	More      *Link  // to the page with all choices; nil there
	Trap      string // label of the field that people do not see
	Page      string // where the form stands
	Language  string
	Direction string

	// The page with all choices has these too.
	Address     string // as it was typed
	Invalid     bool
	Token       string // age of a form that is sent a second time
	Hint        *Hint
	Typed       bool // the address is meant as it stands
	Proof       *Proof
	Newsletters []Choice

	// What a box chooses without asking: a newsletter in a rhythm, and interests.
	Newsletter, Rhythm string
	Interests          []string
}

// Proof is work that the page's script does before the form is taken.
type Proof struct {
	Bits       int // that must be 0
	Busy, Done string
	Plain      string // for who has no script
}

// Hint asks whether an address was mistyped.
type Hint struct {
	Question string
	Yes, No  string // labels of the two buttons
}

// Choice is a newsletter that can be chosen.
type Choice struct {
	Value       string
	Name        string
	Description string
	Chosen      bool
	RhythmLabel string
	RhythmField string
	Rhythms     []Option // none when there is but one
}

// Option is one entry of a list or one box to tick.
type Option struct {
	Value  string
	Label  string
	Chosen bool
}

// Button is a form of one button.
type Button struct {
	Action string
	Label  string
	Do     string // value of the field "do"
	Quiet  bool   // not the one that most people want
}

// Choices are a reader's preferences.
type Choices struct {
	Action      string
	For         string // "For a…@example.org"
	Newsletters []Choice
	Interests   []OptionGroup // none when no newsletter takes them
	Name        string
	Languages   []Option
	Zones       []Option
}

// OptionGroup is boxes of one kind.
type OptionGroup struct {
	Label   string
	Open    bool     // something in it is chosen
	Options []Option // values are what the field "interest" takes
}

// OwnData is what a reader does with their data. With Whole unset they can only
// ask for a link.
type OwnData struct {
	Action string
	Whole  bool
	Moving string // "Waiting for confirmation at …"
	Typed  string // a new address that was not taken
}
