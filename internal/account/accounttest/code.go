// Package accounttest is an authenticator app for tests: it computes the codes
// of RFC 6238 by itself.
package accounttest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"time"
)

// Code is what the app shows for a key at a time.
func Code(key string, at time.Time) string {
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(key)
	if err != nil {
		return "no key"
	}
	mac := hmac.New(sha1.New, raw)
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/30) // a hash takes every write
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])<<1>>1%1_000_000)
}
