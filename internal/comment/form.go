package comment

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/throttle"
	"dateline/internal/vault"
)

// formFor is how long a form of its own page may be filled in. A page's own may
// be older, as the page may have been in a cache.
const (
	formFor = 24 * time.Hour
	pageFor = 400 * 24 * time.Hour
)

// FormToken is what a form of its own page carries: good for a day and for one
// comment on the article.
func (s *Service) FormToken(article int64) string {
	now := s.clock.Now()
	value := "f." + number(article) + "." + number(now.UnixMilli()) + "." + id.Token()
	return s.vault.Sign(purposeForm, value, now.Add(formFor))
}

// FormAgain is what a form carries that is shown again, after a preview or a
// mistake: its own token while that is good, so that nobody seems to have typed
// their comment in the moment since.
func (s *Service) FormAgain(article int64, token string) string {
	if _, err := s.readForm(token, article); err == nil {
		return token
	}
	return s.FormToken(article)
}

// PageToken is what the form on a cached article page carries, the same for all
// who see that page. Two equal comments from one network count as one.
func (s *Service) PageToken(article int64) string {
	now := s.clock.Now()
	return s.vault.Sign(purposeForm, "p."+number(article)+"."+number(now.UnixMilli()), now.Add(pageFor))
}

// form is what a token says.
type form struct {
	own bool          // it was given to one form
	age time.Duration // 0 where it says nothing about the writer
}

// readForm checks the token of a form for an article.
func (s *Service) readForm(token string, article int64) (form, error) {
	bad := func(why string) error {
		return fault.New(fault.Invalid, "%s: %w", why, &FieldError{FieldToken}).WithHint("send it once more: what you wrote is still here")
	}
	value, err := s.vault.Verify(purposeForm, token, s.clock.Now())
	if fault.Is(err, fault.Gone) {
		return form{}, bad("the form was open for too long")
	}
	words := strings.Split(value, ".")
	if err != nil || len(words) < 3 || words[1] != number(article) {
		return form{}, bad("this form is not one of this article")
	}
	if words[0] != "f" {
		return form{}, nil
	}
	made, err := strconv.ParseInt(words[2], 36, 64)
	if err != nil {
		return form{}, bad("this form is not one of this article")
	}
	return form{own: true, age: max(s.clock.Now().Sub(time.UnixMilli(made)), time.Millisecond)}, nil
}

// formIndex names one sending of a form: the same for its repetitions.
func (s *Service) formIndex(f form, p *Post) string {
	if f.own {
		return s.vault.Index(purposeForm, p.Token)
	}
	return s.vault.Index(purposeForm, strings.Join([]string{p.Token, Prefix(p.Client), number(p.Parent), p.Name, p.Email, p.Text}, "\x1f"))
}

// device returns the keyed hash of a browser's number and the cookie's value,
// making a new one where there is none that we made.
func (s *Service) device(cookie string) (index, value string) {
	if n, err := s.vault.Verify(purposeDevice, cookie, s.clock.Now()); err == nil && cookie != "" {
		return s.vault.Index(purposeDevice, n), cookie
	}
	n := id.Token()
	return s.vault.Index(purposeDevice, n), s.vault.Sign(purposeDevice, n, time.Time{})
}

// knownDevice is device without making one: "" for none.
func (s *Service) knownDevice(cookie string) string {
	n, err := s.vault.Verify(purposeDevice, cookie, s.clock.Now())
	if cookie == "" || err != nil {
		return ""
	}
	return s.vault.Index(purposeDevice, n)
}

// Prefix is what is kept of a client's address, for a time: too little to name a
// household.
func Prefix(client netip.Addr) string { return throttle.Network(client, 24, 48) }

// filled is what the form is filled with again.
type filled struct {
	Name  string `json:"n,omitempty"`
	Email string `json:"e,omitempty"`
	URL   string `json:"u,omitempty"`
}

// Remember seals what the form is to be filled with next time, for a cookie.
func (s *Service) Remember(name, email, url string) string {
	raw, err := json.Marshal(filled{clip(name, mostName), clip(email, 254), clip(url, mostURL)})
	if err != nil {
		return ""
	}
	return s.vault.Seal(purposeFilled, string(raw))
}

// Recall opens what Remember sealed.
func (s *Service) Recall(cookie string) (name, email, url string, ok bool) {
	text, err := s.vault.Open(purposeFilled, cookie)
	var f filled
	if err != nil || json.Unmarshal([]byte(text), &f) != nil {
		return "", "", "", false
	}
	return f.Name, f.Email, f.URL, true
}

// avatarOf is a number from which a comment's picture is drawn: colour and
// pattern. The same person has another one under each article and each name. who
// is the keyed hash of their mailbox or, without one, of their browser.
func avatarOf(v *vault.Vault, article int64, who, name string) int64 {
	raw, err := hex.DecodeString(v.Index(purposeAvatar, number(article)+"\x1f"+who+"\x1f"+name)[:16])
	if err != nil {
		return 0
	}
	return int64(binary.BigEndian.Uint64(raw)>>1) | 1
}

// clip cuts a text to so many characters.
func clip(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}

func number(n int64) string { return strconv.FormatInt(n, 36) }

// numbers spells the value of a token.
func numbers(list ...int64) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = number(n)
	}
	return strings.Join(words, ".")
}
