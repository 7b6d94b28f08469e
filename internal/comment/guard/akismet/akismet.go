// Package akismet asks a service that speaks Akismet's protocol, version 1.1,
// about comments. Nothing of it runs unless the operator sets an address and a
// key. What it sends is all that a guard.Submission holds; readers must be told.
package akismet

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"time"

	"dateline/internal/comment/guard"
	"dateline/internal/fault"
	"dateline/internal/fetch"
)

// DefaultAddress is Akismet's own service.
const DefaultAddress = "https://rest.akismet.com/1.1/"

const mostAnswer = 64 << 10 // bytes of an answer

// Service is a guard.Outside. Safe for concurrent use.
type Service struct {
	client  *fetch.Client
	address string // ends in a slash
	key     string
	site    string
}

var _ guard.Outside = (*Service)(nil)

// New returns a service at address ("" for Akismet's own) for the site at the
// origin site, such as "https://paper.example/". The client's time limit is how
// long a comment may wait for it. It refuses addresses that are not https, save
// those of the machine itself.
func New(client *fetch.Client, address, key, site string) (*Service, error) {
	address = cmp.Or(address, DefaultAddress)
	u, err := url.Parse(address)
	local := err == nil && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" || u.Hostname() == "::1")
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && local):
		return nil, fault.New(fault.Invalid, "%q cannot be the address of a comment service", address).
			WithHint("Give its https address, such as %s, in comment_service_url.", DefaultAddress)
	case key == "":
		return nil, fault.New(fault.Invalid, "the comment service has no key").
			WithHint("Set comment_service_key to the key that the service gave you, or remove comment_service_url.")
	}
	return &Service{client: client, address: strings.TrimSuffix(address, "/") + "/", key: key, site: site}, nil
}

// Verify asks whether the service knows the key. fault.Denied: it does not.
func (s *Service) Verify(ctx context.Context) error {
	answer, _, err := s.ask(ctx, "verify-key", url.Values{"key": {s.key}})
	if err != nil || answer == "valid" {
		return err
	}
	return fault.New(fault.Denied, "the comment service does not accept the key").
		WithHint("Check comment_service_key, and that the key is for %s.", s.site)
}

// Check asks about a comment. fault.Unavailable: no usable answer.
func (s *Service) Check(ctx context.Context, c guard.Submission) (guard.Opinion, error) {
	answer, tip, err := s.ask(ctx, "comment-check", fields(c))
	switch {
	case err != nil:
		return guard.Opinion{}, err
	case answer == "true":
		return guard.Opinion{Spam: true, Certain: tip == "discard"}, nil
	case answer == "false":
		return guard.Opinion{}, nil
	}
	return guard.Opinion{}, fault.New(fault.Unavailable, "the comment service answered %q", short(answer)).
		WithHint("Check comment_service_key and comment_service_url.")
}

// Teach tells what the site decided.
func (s *Service) Teach(ctx context.Context, c guard.Submission, spam bool) error {
	call := "submit-ham"
	if spam {
		call = "submit-spam"
	}
	_, _, err := s.ask(ctx, call, fields(c))
	return err
}

// ask posts a form and returns the answer and the service's tip.
func (s *Service) ask(ctx context.Context, call string, form url.Values) (answer, tip string, err error) {
	form.Set("api_key", s.key)
	form.Set("blog", s.site)
	res, err := s.client.Do(ctx, fetch.Request{
		Method: "POST", URL: s.address + call, MaxBody: mostAnswer, Body: []byte(form.Encode()),
		Header: map[string][]string{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}},
	})
	if err != nil {
		return "", "", s.hideKey(err)
	}
	if res.Status != 200 {
		return "", "", fault.New(fault.Unavailable, "the comment service answered with status %d", res.Status)
	}
	return strings.TrimSpace(string(res.Body)), res.Header.Get("X-Akismet-Pro-Tip"), nil
}

// hideKey keeps the key out of messages, should an answer repeat it.
func (s *Service) hideKey(err error) error {
	if !strings.Contains(err.Error(), s.key) {
		return err
	}
	return fault.New(fault.CodeOf(err), "the comment service could not be asked")
}

func fields(c guard.Submission) url.Values {
	form := url.Values{"blog_charset": {"UTF-8"}, "comment_type": {"comment"}}
	if c.Reply {
		form.Set("comment_type", "reply")
	}
	set := func(name, value string) {
		if value != "" {
			form.Set(name, value)
		}
	}
	if c.Client.IsValid() {
		set("user_ip", c.Client.String())
	}
	set("user_agent", c.Agent)
	set("referrer", c.Referrer)
	set("permalink", c.Page)
	set("comment_author", c.Name)
	set("comment_author_email", c.Email)
	set("comment_author_url", c.URL)
	set("comment_content", c.Text)
	set("blog_lang", strings.ToLower(strings.ReplaceAll(c.Language, "-", "_")))
	set("comment_date_gmt", when(c.Written))
	set("comment_post_modified_gmt", when(c.Article))
	return form
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func short(s string) string {
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
