// Package vault holds the site's one secret key and everything made with it:
// sealed texts, blind indexes, signed values and password hashes.
//
// From the key, HKDF-SHA-256 derives a key for each use and purpose, so that a
// value made for one purpose means nothing for another. The purpose is a
// constant that names table and column or the kind of link, for example
// "comment.email".
package vault

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"dateline/internal/fault"
	"dateline/internal/wholefile"
)

const (
	keySize  = 32
	fileName = "secret.key"

	// Variable names the environment variable that may hold the key as 64
	// hexadecimal digits instead of the file.
	Variable = "DATELINE_SECRET_KEY"

	sealVersion = "v1."
)

// Vault makes and opens secrets. Safe for concurrent use.
type Vault struct {
	master []byte
	mu     sync.Mutex
	keys   map[string]*secret // derived, by use and purpose
	hashes chan struct{}      // a slot for each password hash under way
	light  bool               // see HashLightly
}

// New returns a vault with a key of 32 bytes.
func New(key []byte) (*Vault, error) {
	if len(key) != keySize {
		return nil, fault.New(fault.Invalid, "the secret key has %d bytes instead of %d", len(key), keySize)
	}
	return &Vault{master: key, keys: map[string]*secret{}, hashes: make(chan struct{}, hashesAtOnce)}, nil
}

// Open returns the vault whose key is in the environment or, without that, in
// dir/secret.key. It makes the file when it is missing, readable by this user
// alone, and refuses one that others can read.
func Open(dir string) (*Vault, error) {
	if text := os.Getenv(Variable); text != "" {
		return parse(text, "the variable "+Variable)
	}
	path := filepath.Join(dir, fileName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, fault.New(fault.Unavailable, "the secret key cannot be written: %w", err).
				WithHint("the folder %s must exist and be writable for this user", dir)
		}
		text, err = os.ReadFile(path) // another process may have been faster
	}
	if err != nil {
		return nil, fault.New(fault.Unavailable, "the secret key cannot be read: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "the secret key cannot be read: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fault.New(fault.Denied, "other users can read the secret key %s (mode %#o)", path, mode).
			WithHint("run: chmod 600 %s", path)
	}
	return parse(string(text), path)
}

func parse(text, where string) (*Vault, error) {
	key, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != keySize {
		return nil, fault.New(fault.Invalid, "%s must hold %d hexadecimal digits", where, 2*keySize).
			WithHint("restore it from a backup: without the right key, addresses in the database cannot be read")
	}
	return New(key)
}

// create writes a new key, unless another process made one meanwhile.
func create(path string) error {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails since Go 1.24
	err := wholefile.Create(path, []byte(hex.EncodeToString(key)+"\n"))
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// secret is a derived key, with hashes made of it that nobody uses just now: to
// make one costs as much as to hash a short text.
type secret struct {
	key  []byte
	macs sync.Pool
}

// key returns the key of a use and purpose (RFC 5869; the info holds both).
func (v *Vault) key(use, purpose string) *secret {
	info := use + "\x00" + purpose
	v.mu.Lock()
	defer v.mu.Unlock()
	if key := v.keys[info]; key != nil {
		return key
	}
	key, err := hkdf.Key(sha256.New, v.master, nil, "dateline/"+info, keySize)
	if err != nil {
		panic("vault: " + err.Error()) // only for a length beyond 255 hashes
	}
	v.keys[info] = &secret{key: key}
	return v.keys[info]
}

// Seal encrypts plaintext with XChaCha20-Poly1305 under a random nonce; the
// same text sealed twice looks different. An empty text stays empty.
func (v *Vault) Seal(purpose, plaintext string) string {
	if plaintext == "" {
		return ""
	}
	aead, err := chacha20poly1305.NewX(v.key("seal", purpose).key)
	if err != nil {
		panic("vault: " + err.Error()) // only for a key of another size
	}
	nonce := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(plaintext)+aead.Overhead())
	_, _ = rand.Read(nonce) // never fails since Go 1.24
	return sealVersion + base64.RawURLEncoding.EncodeToString(aead.Seal(nonce, nonce, []byte(plaintext), []byte(purpose)))
}

// Open decrypts what Seal made for the same purpose. It returns Invalid for
// anything else.
func (v *Vault) Open(purpose, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	body, known := strings.CutPrefix(sealed, sealVersion)
	raw, err := base64.RawURLEncoding.DecodeString(body)
	if !known || err != nil || len(raw) < chacha20poly1305.NonceSizeX {
		return "", fault.New(fault.Invalid, "not a sealed text")
	}
	aead, err := chacha20poly1305.NewX(v.key("seal", purpose).key)
	if err != nil {
		return "", fault.New(fault.Internal, "vault: %w", err)
	}
	nonce, box := raw[:chacha20poly1305.NonceSizeX], raw[chacha20poly1305.NonceSizeX:]
	plain, err := aead.Open(nil, nonce, box, []byte(purpose))
	if err != nil {
		return "", fault.New(fault.Invalid, "the sealed text was made with another key or for another purpose")
	}
	return string(plain), nil
}

// Sealed tells whether a text looks as Seal makes it.
func Sealed(text string) bool { return strings.HasPrefix(text, sealVersion) }

// Index returns a keyed hash of s (HMAC-SHA-256, hexadecimal) to look sealed
// values up by: the same for the same s, and no help in guessing it without the
// key. The caller normalises s first. An empty s gives "".
func (v *Vault) Index(purpose, s string) string {
	if s == "" {
		return ""
	}
	return hex.EncodeToString(v.key("index", purpose).mac(s))
}

func (s *secret) mac(parts ...string) []byte {
	h, _ := s.macs.Get().(hash.Hash)
	if h == nil {
		h = hmac.New(sha256.New, s.key)
	}
	defer s.macs.Put(h)
	h.Reset()
	for _, part := range parts {
		// The length keeps "ab","c" apart from "a","bc".
		h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return h.Sum(nil)
}

// Sign returns a token that carries value in the open and proves, until expires,
// that this site made it for the purpose. A zero expires means never.
func (v *Vault) Sign(purpose, value string, expires time.Time) string {
	until := "0"
	if !expires.IsZero() {
		until = strconv.FormatInt(expires.Unix(), 36)
	}
	body := base64.RawURLEncoding.EncodeToString([]byte(value)) + "." + until
	return body + "." + base64.RawURLEncoding.EncodeToString(v.key("sign", purpose).mac(body))
}

// Verify returns the value of a token that Sign made for the purpose: Denied
// when it is not genuine, Gone when it has expired.
func (v *Vault) Verify(purpose, token string, now time.Time) (string, error) {
	forged := fault.New(fault.Denied, "this link is not valid")
	end := strings.LastIndexByte(token, '.')
	if end < 0 {
		return "", forged
	}
	body := token[:end]
	sum, err := base64.RawURLEncoding.DecodeString(token[end+1:])
	if err != nil || subtle.ConstantTimeCompare(sum, v.key("sign", purpose).mac(body)) != 1 {
		return "", forged
	}
	encoded, until, _ := strings.Cut(body, ".")
	value, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return "", forged
	}
	expires, err := strconv.ParseInt(until, 36, 64)
	if err != nil {
		return "", forged
	}
	if expires != 0 && now.Unix() >= expires {
		return "", fault.New(fault.Gone, "this link has expired")
	}
	return string(value), nil
}
