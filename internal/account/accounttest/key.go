package accounttest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
)

// Key is an authenticator with one passkey (WebAuthn §6), as a phone has it.
type Key struct {
	Counter uint32 // of signatures; 0 for one that does not count
	Unasked bool   // it does not ask who holds it
	Origin  string // of the page that asks
	host    string
	id      []byte
	handle  []byte
	secret  *ecdsa.PrivateKey
}

var b64 = base64.RawURLEncoding

// publicKey is what is read of the options of either ceremony.
type publicKey struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		RPID      string `json:"rpId"`
		RP        struct {
			ID string `json:"id"`
		} `json:"rp"`
		User struct {
			ID string `json:"id"`
		} `json:"user"`
	} `json:"publicKey"`
}

func read(options any) (publicKey, error) {
	raw, err := json.Marshal(options)
	var in publicKey
	if err == nil {
		err = json.Unmarshal(raw, &in)
	}
	return in, err
}

// Make answers the options of a registration with a new passkey.
func (k *Key) Make(options any) (credential string, err error) {
	in, err := read(options)
	if err != nil {
		return "", err
	}
	if k.secret, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return "", err
	}
	k.id = make([]byte, 16)
	_, _ = rand.Read(k.id)
	k.host = in.PublicKey.RP.ID
	if k.handle, err = b64.DecodeString(in.PublicKey.User.ID); err != nil {
		return "", err
	}
	point, err := k.secret.PublicKey.Bytes() // 4, x, y
	if err != nil {
		return "", err
	}
	// COSE: kty 2 (EC2), alg -7 (ES256), crv 1 (P-256), x, y
	cose := append([]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}, point[1:33]...)
	cose = append(append(cose, 0x22, 0x58, 0x20), point[33:]...)
	data := k.data(0x40) // with a credential
	data = append(data, make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(k.id)))
	data = append(append(data, k.id...), cose...)
	// CBOR: {"fmt": "none", "attStmt": {}, "authData": bytes}
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), byte(len(data)))
	object = append(object, data...)
	return k.answer(map[string]string{"clientDataJSON": k.client("webauthn.create", in.PublicKey.Challenge), "attestationObject": b64.EncodeToString(object)})
}

// Sign answers the options of a sign-in.
func (k *Key) Sign(options any) (credential string, err error) {
	in, err := read(options)
	if err != nil {
		return "", err
	}
	if k.Counter > 0 {
		k.Counter++
	}
	client := k.client("webauthn.get", in.PublicKey.Challenge)
	raw, err := b64.DecodeString(client)
	if err != nil {
		return "", err
	}
	data := k.data(0)
	of := sha256.Sum256(raw)
	sum := sha256.Sum256(append(bytes.Clone(data), of[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.secret, sum[:])
	if err != nil {
		return "", err
	}
	return k.answer(map[string]string{"clientDataJSON": client, "authenticatorData": b64.EncodeToString(data), "signature": b64.EncodeToString(signature), "userHandle": b64.EncodeToString(k.handle)})
}

// data is the authenticator's data (§6.1), flags besides presence given.
func (k *Key) data(flags byte) []byte {
	flags |= 0x01
	if !k.Unasked {
		flags |= 0x04
	}
	host := sha256.Sum256([]byte(k.host))
	return binary.BigEndian.AppendUint32(append(bytes.Clone(host[:]), flags), k.Counter)
}

func (k *Key) client(kind, challenge string) string {
	return b64.EncodeToString(fmt.Appendf(nil, `{"type":%q,"challenge":%q,"origin":%q,"crossOrigin":false}`, kind, challenge, k.Origin))
}

func (k *Key) answer(response map[string]string) (string, error) {
	raw, err := json.Marshal(map[string]any{"id": b64.EncodeToString(k.id), "rawId": b64.EncodeToString(k.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	return string(raw), err
}
