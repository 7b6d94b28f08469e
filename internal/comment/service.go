package comment

import (
	"context"
	"net/netip"

	"dateline/internal/account"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/mail"
	"dateline/internal/settings"
	"dateline/internal/vault"
)

// Addresses of the readers' pages; a token follows the last three.
const (
	Path        = "/comments/"
	EnterPath   = Path + "enter/" // every mailed link: GET says what it does, POST does it
	StopPath    = Path + "stop/"  // RFC 8058's one-click POST
	DeviceName  = "dateline-device"
	SessionName = "dateline-reader"
)

// Outpost is how letters leave, and where their links lead.
type Outpost struct {
	Send   func(ctx context.Context, m mail.Message) error // nil without a mail server
	Origin func() string                                   // of the site, without a trailing slash
}

// Parts are what a Service is made of.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Vault    *vault.Vault
	Settings *settings.Store
	Accounts *account.Service // colleagues who moderate; nil for none
	Outpost  Outpost
}

// Service takes and moderates comments. Safe for concurrent use.
type Service struct{ Parts }

// NewService wires a service.
func NewService(p Parts) *Service { return &Service{p} }

var errLater = fault.New(fault.Unavailable, "comments are not built yet")

// FormToken is what a form of its own page carries: good for a day and for one
// comment on the article.
func (s *Service) FormToken(article int64) string { return "" }

// PageToken is what the form on a cached article page carries, the same for all
// who see that page. Two equal comments from one network count as one.
func (s *Service) PageToken(article int64) string { return "" }

// Preview returns a comment as it will stand; nothing is kept.
func (s *Service) Preview(p Post) (Comment, error) { return Comment{}, errLater }

// Post takes a comment.
func (s *Service) Post(ctx context.Context, p Post) (Posted, error) { return Posted{}, errLater }

// Own returns a comment and what the visitor may do with it.
func (s *Service) Own(ctx context.Context, id int64, by Visitor) (Comment, Rights, error) {
	return Comment{}, Rights{}, errLater
}

// Edit replaces the text of the visitor's own comment.
func (s *Service) Edit(ctx context.Context, id int64, by Visitor, text string) (Posted, error) {
	return Posted{}, errLater
}

// Remove takes the visitor's own comment away. When it was answered its place
// stays.
func (s *Service) Remove(ctx context.Context, id int64, by Visitor) error { return errLater }

// MailLink sends the writer of a comment a link that makes it theirs in another
// browser. The answer is the same whoever wrote it.
func (s *Service) MailLink(ctx context.Context, id int64, email string, by Visitor) error {
	return errLater
}

// Peek says what a mailed link would do, changing nothing.
func (s *Service) Peek(ctx context.Context, token string) (Access, error) { return Access{}, errLater }

// Enter does what a mailed link is for.
func (s *Service) Enter(ctx context.Context, token string, by Visitor) (Access, error) {
	return Access{}, errLater
}

// Like adds or takes back the visitor's like and returns how many there are.
// Device is the value of the cookie to set.
func (s *Service) Like(ctx context.Context, id int64, by Visitor, on bool) (likes int64, device string, err error) {
	return 0, "", errLater
}

// Report tells moderators of a comment. reason is one of ReportReasons.
func (s *Service) Report(ctx context.Context, id int64, by Visitor, reason, text string) (device string, err error) {
	return "", errLater
}

// Follow asks for mail about an article, or about one thread of it.
func (s *Service) Follow(ctx context.Context, article, thread int64, email string, by Visitor) error {
	return errLater
}

// Stop ends a subscription by the token of its letters.
func (s *Service) Stop(ctx context.Context, token string) error { return errLater }

// SignIn mails a link that signs a reader in. The answer is the same whether
// the address is known or not.
func (s *Service) SignIn(ctx context.Context, email string, by Visitor) error { return errLater }

// SignedIn returns the writer that a session cookie belongs to, SignIn's fault
// when there is none.
func (s *Service) SignedIn(ctx context.Context, session string) (Writer, error) {
	return Writer{}, errLater
}

// SignOut ends a session.
func (s *Service) SignOut(ctx context.Context, session string) error { return errLater }

// Remember seals what the form is to be filled with next time, for a cookie.
func (s *Service) Remember(name, email, url string) string { return "" }

// Recall opens what Remember sealed.
func (s *Service) Recall(cookie string) (name, email, url string, ok bool) { return "", "", "", false }

// Avatar is a number from which a comment's picture is drawn: colour and
// pattern. It says nothing about the address.
func (s *Service) Avatar(c *Comment) uint64 { return 0 }

// Queue returns comments as moderators work through them.
func (s *Service) Queue(ctx context.Context, actor account.Actor, f QueueFilter) (QueuePage, error) {
	return QueuePage{}, errLater
}

// Context returns all that helps to decide about a comment.
func (s *Service) Context(ctx context.Context, actor account.Actor, id int64) (Context, error) {
	return Context{}, errLater
}

// Decide does the same to some comments, in one transaction.
func (s *Service) Decide(ctx context.Context, actor account.Actor, ids []int64, d Decision) (Undo, error) {
	return Undo{}, errLater
}

// Undo takes a decision back.
func (s *Service) Undo(ctx context.Context, actor account.Actor, undo int64) error { return errLater }

// Ban keeps somebody out.
func (s *Service) Ban(ctx context.Context, actor account.Actor, b Ban) error { return errLater }

// Unban ends a ban.
func (s *Service) Unban(ctx context.Context, actor account.Actor, id int64) error { return errLater }

// Bans returns all bans that hold, the newest first.
func (s *Service) Bans(ctx context.Context, actor account.Actor) ([]Ban, error) { return nil, errLater }

// Rules returns the rules in their order.
func (s *Service) Rules(ctx context.Context, actor account.Actor) ([]Rule, error) {
	return nil, errLater
}

// SaveRules replaces the rules.
func (s *Service) SaveRules(ctx context.Context, actor account.Actor, rules []Rule) error {
	return errLater
}

// AddNote keeps a word to other moderators about a comment.
func (s *Service) AddNote(ctx context.Context, actor account.Actor, comment int64, text string) error {
	return errLater
}

// Reply answers a comment as a colleague; the answer is public at once, and so
// is what it answers.
func (s *Service) Reply(ctx context.Context, actor account.Actor, parent int64, text string) (Posted, error) {
	return Posted{}, errLater
}

// Export returns all that is kept of a signed-in reader, as JSON.
func (s *Service) Export(ctx context.Context, session string) ([]byte, error) { return nil, errLater }

// Erase removes a signed-in reader. Their comments go, or, with keepText, stay
// without a name.
func (s *Service) Erase(ctx context.Context, session string, keepText bool) error { return errLater }

// ExportFor and EraseFor do the same for somebody who wrote to the newsroom.
func (s *Service) ExportFor(ctx context.Context, actor account.Actor, writer int64) ([]byte, error) {
	return nil, errLater
}

// EraseFor is Erase at the wish of somebody who wrote to the newsroom.
func (s *Service) EraseFor(ctx context.Context, actor account.Actor, writer int64, keepText bool) error {
	return errLater
}

// FindWriter returns the writer at an address, NotFound when there is none.
func (s *Service) FindWriter(ctx context.Context, actor account.Actor, email string) (Writer, error) {
	return Writer{}, errLater
}

// Prefix is what is kept of a client's address, for a time.
func Prefix(client netip.Addr) string { return "" }
