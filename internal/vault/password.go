package vault

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Argon2id (RFC 9106) with more than OWASP's minimum of 19 MiB and 2 passes.
// hashesAtOnce bounds the memory that a flood of sign-ins can take.
const (
	argonMemory  = 32 * 1024 // KiB
	argonTime    = 3
	argonThreads = 1
	saltSize     = 16
	hashSize     = 32
	hashesAtOnce = 2

	// A stored hash beyond these is damaged or planted.
	mostMemory = 256 * 1024
	mostTime   = 16
)

// HashLightly makes every later hash of v a weak one, for tests: a hash is
// heavy on purpose, and they make thousands. internal/tests refuses it anywhere
// else. Call it before v is used.
func (v *Vault) HashLightly() { v.light = true }

// cost is what a new hash takes.
func (v *Vault) cost() (time, memory uint32) {
	if v.light {
		return 1, 8
	}
	return argonTime, argonMemory
}

// HashPassword returns the password's argon2id hash as a PHC string. At most
// two hashes are computed at once; others wait.
func (v *Vault) HashPassword(password string) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	time, memory := v.cost()
	sum := v.argon(password, salt, time, memory, argonThreads, hashSize)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, memory, time, argonThreads, b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// CheckPassword reports whether hash, a PHC string of HashPassword, is that of
// the password. It takes as long for a hash that cannot be read, so that the
// time tells nobody whether there is one.
func (v *Vault) CheckPassword(hash, password string) bool {
	time, memory, threads, salt, want, ok := parseHash(hash)
	if !ok {
		time, memory = v.cost()
		v.argon(password, make([]byte, saltSize), time, memory, argonThreads, hashSize)
		return false
	}
	got := v.argon(password, salt, time, memory, threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

func (v *Vault) argon(password string, salt []byte, time, memory uint32, threads uint8, size uint32) []byte {
	v.hashes <- struct{}{}
	defer func() { <-v.hashes }()
	return argon2.IDKey([]byte(password), salt, time, memory, threads, size)
}

func parseHash(hash string) (time, memory uint32, threads uint8, salt, sum []byte, ok bool) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &threads); err != nil || n != 3 {
		return
	}
	if memory == 0 || memory > mostMemory || time == 0 || time > mostTime || threads == 0 {
		return
	}
	var err error
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil || len(salt) == 0 {
		return
	}
	if sum, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(sum) < saltSize || len(sum) > 64 {
		return
	}
	return time, memory, threads, salt, sum, true
}
