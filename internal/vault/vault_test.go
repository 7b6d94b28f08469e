package vault_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/fault"
	"dateline/internal/vault"
)

func open(t *testing.T) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestOpen_MakesTheKeyOnceForThisUserAlone(t *testing.T) {
	dir := t.TempDir()
	sealed := make([]string, 8)
	var wait sync.WaitGroup
	for i := range sealed {
		wait.Go(func() {
			v, err := vault.Open(dir)
			if err != nil {
				t.Error(err)
				return
			}
			sealed[i] = v.Seal("p", "text")
		})
	}
	wait.Wait()
	v, err := vault.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sealed {
		if got, err := v.Open("p", s); err != nil || got != "text" {
			t.Errorf("opened %q, %v: two processes made two keys", got, err)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "secret.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOpen_RefusesABadKey(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		code fault.Code
	}{
		"readable by others": {strings.Repeat("ab", 32), 0o644, fault.Denied},
		"short":              {"abcd", 0o600, fault.Invalid},
		"not hexadecimal":    {strings.Repeat("xy", 32), 0o600, fault.Invalid},
		"empty":              {"", 0o600, fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "secret.key")
			if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			if _, err := vault.Open(dir); !fault.Is(err, c.code) || fault.HintOf(err) == "" {
				t.Errorf("%v (hint %q), want %s with a hint", err, fault.HintOf(err), c.code)
			}
		})
	}
}

func TestOpen_FolderIsMissing(t *testing.T) {
	if _, err := vault.Open(filepath.Join(t.TempDir(), "none")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v, want unavailable", err)
	}
}

func TestOpen_EnvironmentComesFirst(t *testing.T) {
	t.Setenv(vault.Variable, strings.Repeat("0f", 32))
	dir := t.TempDir()
	if _, err := vault.Open(dir); err != nil {
		t.Fatal(err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Error("a key file was made all the same")
	}
	t.Setenv(vault.Variable, "short")
	if _, err := vault.Open(dir); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v, want invalid", err)
	}
}

func TestSeal(t *testing.T) {
	v := open(t)
	sealed := v.Seal("comment.email", "käthe@example.org")
	if again := v.Seal("comment.email", "käthe@example.org"); again == sealed {
		t.Error("two seals of one text are equal")
	}
	if got, err := v.Open("comment.email", sealed); err != nil || got != "käthe@example.org" {
		t.Errorf("opened %q, %v", got, err)
	}
	if v.Seal("p", "") != "" {
		t.Error("an empty text is sealed")
	}
	if got, err := v.Open("p", ""); err != nil || got != "" {
		t.Errorf("empty: %q, %v", got, err)
	}
	flip := byte('A')
	if sealed[20] == flip {
		flip = 'B'
	}
	for name, bad := range map[string]string{
		"changed":   sealed[:20] + string(flip) + sealed[21:],
		"cut":       sealed[:len(sealed)-4],
		"short":     "v1.abcd",
		"plain":     "käthe@example.org",
		"no prefix": strings.TrimPrefix(sealed, "v1."),
	} {
		if got, err := v.Open("comment.email", bad); !fault.Is(err, fault.Invalid) || got != "" {
			t.Errorf("%s: %q, %v; want invalid", name, got, err)
		}
	}
	if _, err := v.Open("profile.email", sealed); !fault.Is(err, fault.Invalid) {
		t.Errorf("another purpose: %v, want invalid", err)
	}
	if _, err := open(t).Open("comment.email", sealed); !fault.Is(err, fault.Invalid) {
		t.Errorf("another key: %v, want invalid", err)
	}
}

func TestIndex(t *testing.T) {
	v := open(t)
	a := v.Index("email", "a@example.org")
	if a != v.Index("email", "a@example.org") || len(a) != 64 {
		t.Errorf("index %q is not stable", a)
	}
	if a == v.Index("email", "b@example.org") || a == v.Index("other", "a@example.org") || a == open(t).Index("email", "a@example.org") {
		t.Error("another text, purpose or key gives the same index")
	}
	if v.Index("email", "") != "" {
		t.Error("nothing has an index")
	}
}

func TestSign(t *testing.T) {
	v := open(t)
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	token := v.Sign("unsubscribe", "7.ä", now.Add(time.Hour))
	if got, err := v.Verify("unsubscribe", token, now); err != nil || got != "7.ä" {
		t.Errorf("verified %q, %v", got, err)
	}
	if _, err := v.Verify("unsubscribe", token, now.Add(time.Hour)); !fault.Is(err, fault.Gone) {
		t.Errorf("expired: %v, want gone", err)
	}
	if got, err := v.Verify("p", v.Sign("p", "x", time.Time{}), now.Add(1e6*time.Hour)); err != nil || got != "x" {
		t.Errorf("without expiry: %q, %v", got, err)
	}
	longer := v.Sign("unsubscribe", "7.ä", now.Add(1000*time.Hour))
	mixed := longer[:strings.LastIndexByte(longer, '.')] + token[strings.LastIndexByte(token, '.'):]
	for name, bad := range map[string]string{
		"empty": "", "dots": "..", "other expiry": mixed, "cut": token[:len(token)-2], "value": "x" + token,
	} {
		if got, err := v.Verify("unsubscribe", bad, now); !fault.Is(err, fault.Denied) || got != "" {
			t.Errorf("%s: %q, %v; want denied", name, got, err)
		}
	}
	if _, err := v.Verify("confirm", token, now); !fault.Is(err, fault.Denied) {
		t.Errorf("another purpose: %v, want denied", err)
	}
}

func TestPassword(t *testing.T) {
	v := open(t)
	hash := v.HashPassword("correct horse")
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=") || hash == v.HashPassword("correct horse") {
		t.Errorf("hash %q is no salted PHC string", hash)
	}
	if !v.CheckPassword(hash, "correct horse") {
		t.Error("the right password is refused")
	}
	for _, bad := range []string{"", "plain", "$argon2id$v=19$m=99999999,t=3,p=1$YWJjZGVmZ2g$" + strings.Repeat("A", 43),
		"$argon2i$v=19$m=4096,t=3,p=1$YWJjZGVmZ2g$" + strings.Repeat("A", 43), strings.Replace(hash, "t=3", "t=0", 1)} {
		if v.CheckPassword(bad, "") || v.CheckPassword(bad, "correct horse") {
			t.Errorf("hash %q accepts a password", bad)
		}
	}
	if v.CheckPassword(hash, "wrong") || v.CheckPassword(hash, "") {
		t.Error("a wrong password is accepted")
	}
}

// A vault of tests makes weak hashes; each kind can be checked with the other.
func TestPassword_IsHashedHeavilyButInTests(t *testing.T) {
	heavy, light := open(t), open(t)
	light.HashLightly()
	for cost, pair := range map[string][2]*vault.Vault{"$m=32768,t=3,p=1$": {heavy, light}, "$m=8,t=1,p=1$": {light, heavy}} {
		hash := pair[0].HashPassword("correct horse")
		if !strings.Contains(hash, cost) {
			t.Errorf("hash %q does not cost %q", hash, cost)
		}
		if !pair[1].CheckPassword(hash, "correct horse") || pair[1].CheckPassword(hash, "wrong") {
			t.Errorf("a password is judged wrongly by hash %q", hash)
		}
	}
}
