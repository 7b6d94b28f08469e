package letter

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"

	"dateline/internal/fault"
)

// The kinds of keys.
const (
	Ed25519 = "ed25519" // RFC 8463: small and fast, not understood by everybody yet
	RSA2048 = "rsa"     // RFC 6376: understood by everybody
)

// Key signs the letters of a domain (DKIM).
type Key struct {
	Domain    string
	Selector  string
	Algorithm string
	private   crypto.Signer
}

// NewKey makes a key.
func NewKey(algorithm, domain, selector string) (*Key, error) {
	k := &Key{Domain: domain, Selector: selector, Algorithm: algorithm}
	var err error
	switch algorithm {
	case Ed25519:
		_, k.private, err = ed25519.GenerateKey(rand.Reader)
	case RSA2048:
		k.private, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		return nil, fault.New(fault.Invalid, "%q is no kind of DKIM key", algorithm).WithHint("use rsa or ed25519")
	}
	if err != nil {
		return nil, err
	}
	return k, k.check()
}

// ReadKey reads a private key that PEM wrote, or that another program made.
func ReadKey(domain, selector, text string) (*Key, error) {
	wrong := fault.New(fault.Invalid, "this is not a private DKIM key").WithHint("it is a PEM text with an RSA key of 2048 bits or more, or an Ed25519 key")
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, wrong
	}
	k := &Key{Domain: domain, Selector: selector}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		if parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
			return nil, wrong
		}
	}
	switch private := parsed.(type) {
	case *rsa.PrivateKey:
		if private.N.BitLen() < 1024 {
			return nil, wrong
		}
		k.private, k.Algorithm = private, RSA2048
	case ed25519.PrivateKey:
		k.private, k.Algorithm = private, Ed25519
	default:
		return nil, wrong
	}
	return k, k.check()
}

func (k *Key) check() error {
	for _, part := range []string{k.Domain, k.Selector} {
		if part == "" || len(part) > 200 || strings.ContainsFunc(part, func(r rune) bool {
			return r != '.' && r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
		}) {
			return fault.New(fault.Invalid, "%q is no domain or selector", part).WithHint("they consist of small letters, digits, dots and hyphens, such as paper.example and dateline1")
		}
	}
	return nil
}

// PEM writes the private key.
func (k *Key) PEM() (string, error) {
	raw, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})), nil
}

// Record is the DNS record that receivers look the public key up in: its name
// and its text.
func (k *Key) Record() (name, text string, err error) {
	name = k.Selector + "._domainkey." + k.Domain
	if public, ok := k.private.Public().(ed25519.PublicKey); ok {
		return name, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public), nil
	}
	raw, err := x509.MarshalPKIXPublicKey(k.private.Public())
	return name, "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(raw), err
}

// sign appends the signature over a hash in base64.
func (k *Key) sign(dst []byte, sum [sha256.Size]byte) ([]byte, error) {
	var options crypto.SignerOpts = crypto.SHA256
	if k.Algorithm == Ed25519 {
		options = crypto.Hash(0) // RFC 8463: the hash is the message
	}
	signature, err := k.private.Sign(rand.Reader, sum[:], options)
	if err != nil {
		return dst, err
	}
	return base64.StdEncoding.AppendEncode(dst, signature), nil
}

func (k *Key) name() string {
	if k.Algorithm == Ed25519 {
		return "ed25519-sha256"
	}
	return "rsa-sha256"
}
