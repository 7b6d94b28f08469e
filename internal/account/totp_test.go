package account_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/account/accounttest"
	"dateline/internal/fault"
)

// TestCodeAt_IsRFC6238 checks appendix B, the rows of SHA-1, in six digits.
func TestCodeAt_IsRFC6238(t *testing.T) {
	const key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // "12345678901234567890"
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := account.CodeAt(key, at/30); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

// switchOn gives Olga a second factor and returns its key and recovery codes.
func (n *newsroom) switchOn() (key string, codes []string) {
	n.t.Helper()
	in, err := n.signIn("olga@paper.example", secret)
	n.must(err)
	_, ses, err := n.Resume(n.t.Context(), in.Session, there)
	n.must(err)
	e := n.Enrol(in.Person, "The Paper & Co")
	if !strings.HasPrefix(e.URL, "otpauth://totp/The%20Paper%20&%20Co:olga@paper.example?secret="+e.Key) {
		n.t.Errorf("enrolment %s", e.URL)
	}
	_, err = n.Confirm(n.t.Context(), there, n.owner, ses.ID, e.Seal, "000000")
	n.wants(fault.Invalid, "a wrong code", err)
	codes, err = n.Confirm(n.t.Context(), there, n.owner, ses.ID, e.Seal, n.code(e.Key))
	n.must(err)
	return e.Key, codes
}

func (n *newsroom) code(key string) string { return accounttest.Code(key, n.clock.Now()) }

func TestSecondFactor(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		key, codes := n.switchOn()
		used := n.code(key)
		n.clock.Advance(time.Minute)
		half, err := n.signIn("olga@paper.example", secret)
		if !errors.Is(err, account.ErrCode) || half.Session != "" || half.Pending == "" {
			t.Fatalf("the password alone: %+v %v", half, err)
		}
		_, err = n.signIn("olga@paper.example", another)
		n.wants(fault.Denied, "a wrong password", err)
		with := func(code string) error {
			n.clock.Advance(2 * time.Minute) // another guess
			half, err := n.signIn("olga@paper.example", secret)
			if !errors.Is(err, account.ErrCode) {
				t.Fatal(err)
			}
			_, err = n.SignIn(t.Context(), account.Credentials{Pending: half.Pending, Code: code}, there)
			return err
		}
		n.wants(fault.Denied, "a code of the past", with(used))
		n.wants(fault.Denied, "a guess", with("123456"))
		n.clock.Advance(2 * time.Minute)
		half, _ = n.signIn("olga@paper.example", secret)
		code := n.code(key)
		if _, err := n.SignIn(t.Context(), account.Credentials{Pending: half.Pending, Code: code}, there); err != nil {
			t.Errorf("the present code: %v", err)
		}
		_, err = n.SignIn(t.Context(), account.Credentials{Pending: half.Pending, Code: code}, there)
		n.wants(fault.Denied, "the same code again", err)
		if err := with(strings.ToUpper(codes[0])); err != nil {
			t.Errorf("a recovery code: %v", err)
		}
		n.wants(fault.Denied, "the same recovery code again", with(codes[0]))
		n.clock.Advance(10 * time.Minute)
		_, err = n.SignIn(t.Context(), account.Credentials{Pending: half.Pending, Code: n.code(key)}, there)
		n.wants(fault.Invalid, "ten minutes between password and code", err)
		_, err = n.SignIn(t.Context(), account.Credentials{Pending: "forged.0.x", Code: n.code(key)}, there)
		n.wants(fault.Invalid, "a forged half", err)
	})
}

func TestSecondFactor_PasswordResetKeepsIt(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		n.switchOn()
		token, err := n.Reset(t.Context(), operator, n.owner.ID)
		n.must(err)
		_, err = n.Redeem(t.Context(), token, another)
		n.must(err)
		if _, err := n.signIn("olga@paper.example", another); !errors.Is(err, account.ErrCode) {
			t.Errorf("after a reset: %v, want the code to be asked for", err)
		}
		n.must(n.DropFor(t.Context(), operator, n.owner.ID))
		if _, err := n.signIn("olga@paper.example", another); err != nil {
			t.Errorf("after the operator removed it: %v", err)
		}
	})
}
