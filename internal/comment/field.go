package comment

import (
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"dateline/internal/fault"
	"dateline/internal/mail"
	"dateline/internal/richtext"
	"dateline/internal/settings"
)

// Names of a form's fields, in FieldError.
const (
	FieldName  = "name"
	FieldEmail = "email"
	FieldURL   = "url"
	FieldText  = "text"
	FieldToken = "token"
)

// FieldError says which field of the form is wrong.
type FieldError struct{ Field string }

// Error names the field.
func (e *FieldError) Error() string { return e.Field }

// FieldOf is the field that an error is about, "" for none.
func FieldOf(err error) string {
	var e *FieldError
	if errors.As(err, &e) {
		return e.Field
	}
	return ""
}

// Reasons why a comment cannot be taken, for errors.Is: pages say them in the
// reader's language.
var (
	ErrRequired = errors.New("required")
	ErrTooLong  = errors.New("too long")
	ErrAddress  = errors.New("not a mail address")
	ErrURL      = errors.New("not the address of a website")
	ErrAlphabet = errors.New("letters of different alphabets in one word")
	ErrEmpty    = errors.New("nothing is written")
	ErrClosed   = errors.New("comments are closed")
	ErrRefused  = errors.New("not taken here")
	ErrNoMail   = errors.New("no mail server is set")
	ErrParent   = errors.New("what is answered is not there any more")
	ErrLate     = errors.New("the time for editing is over")
	ErrTooMany  = errors.New("too many from one network")
	ErrUsed     = errors.New("the link has done its work")
)

// Limits of what a reader writes, in characters.
const (
	mostText  = 10_000
	mostName  = 80
	mostURL   = 500
	mostBytes = 64 << 10 // of the text as it came: nothing longer is even looked at
)

// written is what a form came to.
type written struct {
	name, url, source string
	box               mail.Mailbox
	hasMail           bool
	body              richtext.Doc
}

func wrongField(field string, why error, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format+": %w", append(args, errors.Join(why, &FieldError{field}))...)
}

// tooBig refuses what is beyond every limit before anything reads it.
func tooBig(p *Post) error {
	for _, f := range []struct {
		name, text string
		most       int
	}{{FieldText, p.Text, mostBytes}, {FieldName, p.Name, 16 * mostName}, {FieldEmail, p.Email, 1000}, {FieldURL, p.URL, 4 * mostURL}, {FieldToken, p.Token, 1000}, {FieldText, p.Trap, mostBytes}} {
		if len(f.text) > f.most {
			return wrongField(f.name, ErrTooLong, "this is too long").WithHint("a comment may have %d characters, a name %d", mostText, mostName)
		}
	}
	return nil
}

// read checks the fields one after the other and makes the document.
func (p *Post) read(site settings.Site) (w written, err error) {
	if w.name, err = readName(p.Name, site, p.Staff != nil); err != nil {
		return w, err
	}
	if err := w.readAddress(p, site); err != nil {
		return w, err
	}
	if w.url, err = readURL(p.URL, site); err != nil {
		return w, err
	}
	w.source, w.body, err = readText(p.Text)
	return w, err
}

func readName(typed string, site settings.Site, staff bool) (string, error) {
	name := tameLine(typed)
	switch {
	case blank(name):
		if site.CommentNameRequired && !staff {
			return "", wrongField(FieldName, ErrRequired, "a name is missing")
		}
		return "", nil
	case utf8.RuneCountInString(name) > mostName:
		return "", wrongField(FieldName, ErrTooLong, "the name has %d characters", utf8.RuneCountInString(name)).WithHint("%d are the most", mostName)
	case mixed(name):
		return "", wrongField(FieldName, ErrAlphabet, "a word of the name has letters of two alphabets that look alike").WithHint("write each word in one alphabet")
	}
	return name, nil
}

func (w *written) readAddress(p *Post, site settings.Site) error {
	if strings.TrimSpace(p.Email) == "" {
		if p.Staff == nil && p.Session == "" && (site.CommentEmailRequired || site.CommentPolicy == settings.CommentsConfirmed || p.Follow) {
			return wrongField(FieldEmail, ErrRequired, "a mail address is missing").WithHint("it is never published")
		}
		return nil
	}
	if w.box, w.hasMail = mail.ParseMailbox(p.Email); !w.hasMail {
		return wrongField(FieldEmail, ErrAddress, "this is not a mail address").WithHint("write it as name@example.org")
	}
	return nil
}

func readURL(typed string, site settings.Site) (string, error) {
	typed = tameLine(typed)
	if typed == "" || !site.CommentWebsite {
		return "", nil
	}
	if !strings.Contains(typed, "://") {
		typed = "https://" + typed
	}
	bad := wrongField(FieldURL, ErrURL, "this is not the address of a website").WithHint("write it as https://example.org")
	safe, ok := richtext.SafeURL(typed)
	u, err := url.Parse(safe)
	if !ok || err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || !strings.Contains(u.Hostname(), ".") || utf8.RuneCountInString(safe) > mostURL {
		return "", bad
	}
	return safe, nil
}

// readText tames a comment's text and makes its document.
func readText(typed string) (source string, body richtext.Doc, err error) {
	if n := utf8.RuneCountInString(typed); n > mostText {
		return "", body, wrongField(FieldText, ErrTooLong, "the comment has %d characters", n).WithHint("%d are the most: please shorten it, or write two", mostText)
	}
	source = strings.TrimSpace(tame(typed))
	if blank(source) {
		return "", body, wrongField(FieldText, ErrEmpty, "there is nothing in the comment")
	}
	body = richtext.FromMarkdown(source)
	if blank(richtext.Text(body)) {
		return "", body, wrongField(FieldText, ErrEmpty, "there is nothing in the comment")
	}
	return source, body, nil
}
