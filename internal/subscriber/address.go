package subscriber

import (
	"errors"

	"dateline/internal/fault"
	"dateline/internal/mail"
)

// Reasons why a wish cannot be followed, for errors.Is: surfaces say them in
// the reader's language.
var (
	ErrAddress    = errors.New("not an address")
	ErrDisposable = errors.New("an address that lasts for minutes")
	ErrNothing    = errors.New("nothing is chosen")
	ErrClosed     = errors.New("the newsletter takes no readers")
	ErrTooMany    = errors.New("too many sign-ups from one network")
	ErrNoMail     = errors.New("no mail server is set")
	ErrUsed       = errors.New("the link has done its work")
	ErrUnknown    = errors.New("nobody has this link any more")
)

// address is a reader's mailbox.
type address = mail.Mailbox

// parseAddress takes an address as somebody typed it, see mail.ParseMailbox.
func parseAddress(typed string) (address, error) {
	m, ok := mail.ParseMailbox(typed)
	if !ok {
		return address{}, fault.New(fault.Invalid, "this is not a mail address: %w", ErrAddress).WithHint("write it as name@example.org")
	}
	return m, nil
}

// index is the keyed hash under which an address is looked up.
func (s *Service) index(a address) string { return s.vault.Index(purposeAddress, a.Key) }
