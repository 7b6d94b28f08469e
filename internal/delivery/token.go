package delivery

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"strings"

	"dateline/internal/delivery/bounce"
	"dateline/internal/vault"
)

// tokens name a letter in its Message-ID and return path: mailing and
// subscriber, encrypted in one AES block, and a MAC. So what comes back can be
// told from what somebody made up, without a table, and the token tells an
// outsider nothing. It is made of small letters and digits, because some
// servers change the case.
type tokens struct {
	block cipher.Block
	key   []byte
}

const macSize = 10

var encoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func newTokens(v *vault.Vault) *tokens {
	derive := func(use string) []byte {
		raw, err := hex.DecodeString(v.Index("delivery.letter", use))
		if err != nil {
			panic("delivery: " + err.Error()) // Index is hexadecimal
		}
		return raw
	}
	block, err := aes.NewCipher(derive("encrypt"))
	if err != nil {
		panic("delivery: " + err.Error()) // only for a key of another size
	}
	return &tokens{block: block, key: derive("sign")}
}

func (t *tokens) seal(mailing, subscriber int64) string {
	var raw [aes.BlockSize + macSize]byte
	binary.BigEndian.PutUint64(raw[:8], uint64(mailing))
	binary.BigEndian.PutUint64(raw[8:16], uint64(subscriber))
	t.block.Encrypt(raw[:aes.BlockSize], raw[:aes.BlockSize])
	copy(raw[aes.BlockSize:], t.mac(raw[:aes.BlockSize]))
	return encoding.EncodeToString(raw[:])
}

func (t *tokens) mac(block []byte) []byte {
	sum := hmac.New(sha256.New, t.key)
	sum.Write(block)
	return sum.Sum(nil)[:macSize]
}

func (t *tokens) open(token string) (mailing, subscriber int64, ok bool) {
	raw, err := encoding.DecodeString(strings.ToLower(token))
	if err != nil || len(raw) != aes.BlockSize+macSize || !hmac.Equal(raw[aes.BlockSize:], t.mac(raw[:aes.BlockSize])) {
		return 0, 0, false
	}
	t.block.Decrypt(raw[:aes.BlockSize], raw[:aes.BlockSize])
	return int64(binary.BigEndian.Uint64(raw[:8])), int64(binary.BigEndian.Uint64(raw[8:16])), true
}

// returnPrefix begins the local part of a letter's return path.
const returnPrefix = "bounce+"

// tokenIn finds the token in a return path or a Message-ID, with or without
// brackets.
func tokenIn(text string) string {
	text = strings.Trim(text, "<> \t")
	local, _, _ := strings.Cut(text, "@")
	local = strings.TrimPrefix(strings.ToLower(local), returnPrefix)
	return strings.TrimPrefix(local, bounce.LeavePrefix)
}
