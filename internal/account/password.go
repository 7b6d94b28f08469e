package account

import (
	"context"
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// minPassword and maxPassword bound a password's length in characters (NIST SP
// 800-63B-4 §3.1.1.2 asks for at least 8, better 15, and no rules of composition).
const (
	minPassword = 10
	maxPassword = 200
)

// words that are guessed first, one a line: the commonest passwords of at least
// minPassword characters or the roots that such are built on.
//
//go:embed common.txt
var commonText string

var common = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(commonText) {
		if line = strings.TrimSpace(line); line != "" {
			set[line] = true
		}
	}
	return set
})

// normal is the form of a password that is hashed: what looks the same is the
// same (RFC 8265 §4.2, OpaqueString).
func normal(password string) string { return norm.NFC.String(password) }

// checkPassword refuses a password that would be guessed.
func checkPassword(password, name, email string) error {
	password = normal(password)
	n := utf8.RuneCountInString(password)
	switch {
	case n < minPassword:
		return fault.New(fault.Invalid, "the password has %d characters; it needs at least %d", n, minPassword).WithHint("four words that do not belong together are good")
	case n > maxPassword:
		return fault.New(fault.Invalid, "the password has %d characters; it may have %d", n, maxPassword)
	}
	folded := strings.ToLower(password)
	if guessable(folded) {
		return fault.New(fault.Invalid, "this password is one of the first that anybody would try").WithHint("four words that do not belong together are good")
	}
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	for _, own := range append(strings.Fields(strings.ToLower(name)), local) {
		if utf8.RuneCountInString(own) >= 4 && strings.Contains(folded, own) && n-utf8.RuneCountInString(own) < 6 {
			return fault.New(fault.Invalid, "this password is little more than your name or address").WithHint("four words that do not belong together are good")
		}
	}
	return nil
}

// guessable tells whether a password is a common one, with digits and signs
// around it or not, or hardly more than one character or a run along the
// keyboard or the alphabet.
func guessable(folded string) bool {
	root := strings.TrimFunc(folded, func(r rune) bool { return r < 'a' || r > 'z' && r < 0x80 })
	if common()[folded] || common()[root] {
		return true
	}
	kinds := map[rune]bool{}
	steps := map[rune]int{}
	var last rune
	for _, r := range folded {
		kinds[r] = true
		steps[r-last]++
		last = r
	}
	n := utf8.RuneCountInString(folded)
	return len(kinds) < 4 || steps[1]+steps[-1]+steps[0] > n*2/3
}

func (s *Service) savePassword(ctx context.Context, tx *db.Tx, personID int64, hash string) error {
	if _, err := tx.Exec(ctx, `UPDATE person SET password = $1, updated_at = $2 WHERE id = $3`, hash, db.Micros(s.clock.Now()), personID); err != nil {
		return err
	}
	return endSessions(ctx, tx, personID)
}

// ChangePassword gives a person a new password, who must know the present one;
// who has none yet takes FirstPassword. All their sessions end; it returns the
// token of a new one.
func (s *Service) ChangePassword(ctx context.Context, from Visit, actor Actor, present, password string) (token string, err error) {
	p, err := s.byID(ctx, s.db, actor.ID)
	if err != nil {
		return "", err
	}
	if err := s.prove(p, from, present); err != nil {
		return "", err
	}
	return s.newPassword(ctx, from, actor, p, password)
}

// FirstPassword is ChangePassword for somebody who has signed in with a passkey
// only, a short while ago.
func (s *Service) FirstPassword(ctx context.Context, from Visit, actor Actor, ses Session, password string) (token string, err error) {
	p, err := s.confirm(ctx, actor, ses, from, "")
	if err != nil {
		return "", err
	}
	if p.password != "" {
		return "", fault.New(fault.Conflict, "your account has a password").WithHint("change it instead")
	}
	return s.newPassword(ctx, from, actor, p, password)
}

func (s *Service) newPassword(ctx context.Context, from Visit, actor Actor, p Person, password string) (token string, err error) {
	if err := checkPassword(password, p.Name, p.Email); err != nil {
		return "", err
	}
	hash := s.vault.HashPassword(normal(password))
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.savePassword(ctx, tx, p.ID, hash); err != nil {
			return err
		}
		if token, err = s.begin(ctx, tx, p.ID, from); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "change password", p.ID, nil)
	})
	return token, err
}

// prove checks a password that a person who is signed in gives again.
func (s *Service) prove(p Person, from Visit, password string) error {
	if err := s.guards.try(p.ID, from); err != nil {
		return err
	}
	if !s.vault.CheckPassword(p.password, normal(password)) {
		return fault.New(fault.Denied, "that is not your present password")
	}
	return nil
}
