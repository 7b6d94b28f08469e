package view

import "html/template"

// Comments is a page of threads under an article.
type Comments struct {
	Count      int64
	CountText  string
	Threads    []Comment
	Open       bool
	Older      string // address of the next page of threads in the order that is shown, ""
	Newer      string // address of the page before it, or of the first one; ""
	FeedURL    string
	ClosedNote string
	Orders     []Link       // of threads; the present one has no URL. None while there are too few to order
	Form       *CommentForm // nil where none can be written
	Script     *TalkScript  // nil when the page needs none
}

// TalkScript is what the one script of readers' pages goes by. All of it are
// addresses and numbers of ours.
type TalkScript struct {
	URL     string
	Article string // number of the article
	Live    string // address of the stream of what is new; "" for none
	Likes   bool
	Depth   int    // levels of replies
	First   bool   // the page is the first one of its order
	Order   string // "oldest", "newest", "best"
}

// Comment is one comment with its replies.
type Comment struct {
	ID       string // anchor: "comment-12"
	Number   string // in addresses and for the script
	Gone     bool   // only the place is left: nothing but When and Replies is set
	Name     string
	URL      string // the writer's site, http(s) only
	Byline   bool   // written by one of the article's authors
	Staff    bool   // written by a colleague
	Picked   bool   // by the editors
	When     Stamp
	Edited   string // when it was edited; "" when never
	Link     string
	Body     template.HTML
	Mention  bool // webmention, pingback or trackback
	Replies  []Comment
	More     string // address of further replies, ""
	Answers  *Link  // what it answers, when that stands elsewhere
	ReplyURL string // "" when it cannot be answered
	OwnURL   string // page of the comment, where it is liked, reported, edited; "" for none
	Likes    int64
	Initials string // for the generated avatar
	Hue      int    // 0–359, for the function hue
	Pattern  int    // 0–7
}

// Field is a field of a form: what was typed, and what is wrong with it.
type Field struct {
	Label    string
	Value    string
	Hint     string
	Error    string
	Required bool
}

// CommentForm is the form of a comment. Fields that are not asked for are nil.
// The ids of its fields are "comment-name", "comment-email", "comment-url" and
// "comment-text".
type CommentForm struct {
	Action   string
	Title    string // "Leave a Reply"
	Cancel   *Link
	Notes    []string // "Your email address will not be published …"
	Error    string   // what is wrong with the whole, to be announced
	Problems []Link   // what is wrong with fields, each leads to its field
	Preview  *Comment
	Name     *Field
	Email    *Field
	URL      *Field
	Text     Field
	As       string // who writes, when that is known: "You write as Ann."
	Button   string
	Previews bool // offers a preview
	Follow   *Tick
	Remember *Tick
	Parent   string // number of what is answered, "0"
	Token    string
	Trap     string // label of the field that people must not see
	Links    []Link // rules, privacy
}

// Tick is a box to tick.
type Tick struct {
	Label  string
	Ticked bool
}

// Talk is a page about comments that does not stand under an article: further
// threads, one comment, replying, what became of a comment. What is not set is
// not shown; Kind is for a theme that wants to tell them apart: "threads",
// "thread", "comment", "write", "edit", "report", "follow", "enter", "told".
type Talk struct {
	Kind     string
	Title    string
	Of       *Link // the article
	Done     string
	Error    string
	Text     []string
	Comment  *Comment
	Comments *Comments
	Form     *CommentForm
	Buttons  []Button
	Asks     []Asked
	Links    []Link
}

// Asked is a small form.
type Asked struct {
	ID      string
	Action  string
	Title   string
	Text    string
	Choices []Option // radio buttons of the field "reason"
	Email   *Field   // the field "email"
	Note    *Field   // a text of the field "text"
	Do      string   // value of the field "do"
	Button  string
}
