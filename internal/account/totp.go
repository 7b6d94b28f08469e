package account

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238: what authenticator apps compute
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"image/png"
	"net/url"
	"strings"
	"time"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// The second factor is a time-based code (RFC 6238) of six digits, SHA-1 and
// steps of 30 seconds, which every authenticator app knows; one step of clock
// drift either way is taken.
const (
	totpKey   = 20 // bytes
	totpStep  = 30 * time.Second
	totpDrift = 1

	recoveryCodes = 10
)

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// Enrolment is a second factor that is not yet switched on.
type Enrolment struct {
	Key  string // in base32, to type in
	URL  string // otpauth://, to scan
	Seal string // what Confirm takes back
}

// Enrol offers a new second factor; nothing changes until Confirm.
func (s *Service) Enrol(p Person, site string) Enrolment {
	var b [totpKey]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	key := base32Plain.EncodeToString(b[:])
	label := url.PathEscape(site) + ":" + url.PathEscape(p.Email)
	return Enrolment{Key: key, URL: "otpauth://totp/" + label + "?secret=" + key + "&issuer=" + url.QueryEscape(site), Seal: s.vault.Seal(purposeTOTP, key)}
}

// QR returns the picture of an enrolment's address, as PNG.
func QR(address string) ([]byte, error) {
	code, err := qr.Encode(address, qr.M, qr.Auto)
	if err == nil {
		code, err = barcode.Scale(code, qrSize, qrSize)
	}
	var b bytes.Buffer
	if err == nil {
		err = png.Encode(&b, code)
	}
	if err != nil {
		return nil, fault.New(fault.Internal, "QR code: %w", err)
	}
	return b.Bytes(), nil
}

const qrSize = 480 // pixels

// Confirm switches the second factor on, once its code shows that the app has
// it, and returns the recovery codes, which are told only now. All other
// sessions of the person end.
func (s *Service) Confirm(ctx context.Context, from Visit, actor Actor, session int64, seal, code string) (codes []string, err error) {
	key, err := s.vault.Open(purposeTOTP, seal)
	if err != nil || key == "" {
		return nil, fault.New(fault.Invalid, "the form is too old").WithHint("begin again")
	}
	if err := s.guards.try(actor.ID, from); err != nil {
		return nil, err
	}
	step, ok := matchCode(key, code, s.clock.Now(), 0)
	if !ok {
		return nil, fault.New(fault.Invalid, "the code is not right").WithHint("check that the clock of your phone is right")
	}
	for range recoveryCodes {
		codes = append(codes, newRecoveryCode())
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE person SET totp = $1, totp_step = $2, updated_at = $3 WHERE id = $4`, seal, step, db.Micros(s.clock.Now()), actor.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE person_id = $1`, actor.ID); err != nil {
			return err
		}
		for _, c := range codes {
			if _, err := tx.Exec(ctx, `INSERT INTO recovery_code (person_id, hash) VALUES ($1, $2)`, actor.ID, s.vault.Index(purposeRecovery, foldCode(c))); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM session WHERE person_id = $1 AND id <> $2`, actor.ID, session); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "switch second factor on", actor.ID, nil)
	})
	return codes, err
}

// Drop switches a person's own second factor off; they give their password.
func (s *Service) Drop(ctx context.Context, from Visit, actor Actor, password string) error {
	p, err := s.byID(ctx, s.db, actor.ID)
	if err != nil {
		return err
	}
	if err := s.prove(p, from, password); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.dropFactor(ctx, tx, actor, p.ID) })
}

// DropFor switches off the second factor of somebody who lost it.
func (s *Service) DropFor(ctx context.Context, actor Actor, personID int64) error {
	return s.change(ctx, actor, personID, "reset second factor", nil, func(ctx context.Context, tx *db.Tx, p *Person) error {
		return s.dropFactor(ctx, tx, actor, p.ID)
	})
}

func (s *Service) dropFactor(ctx context.Context, tx *db.Tx, actor Actor, personID int64) error {
	if _, err := tx.Exec(ctx, `UPDATE person SET totp = '', totp_step = 0 WHERE id = $1`, personID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE person_id = $1`, personID); err != nil {
		return err
	}
	return s.record(ctx, tx, actor, "switch second factor off", personID, nil)
}

// secondFactor takes a code in the transaction of the sign-in, so that none
// works twice.
func (s *Service) secondFactor(ctx context.Context, tx *db.Tx, p *Person, code string) error {
	wrong := fault.New(fault.Denied, "the code is not right, or has been used").WithHint("wait for the next one, or use a recovery code")
	present, err := s.byID(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	key, err := s.vault.Open(purposeTOTP, present.totp)
	if err != nil {
		return err
	}
	if step, ok := matchCode(key, code, s.clock.Now(), present.step); ok {
		_, err := tx.Exec(ctx, `UPDATE person SET totp_step = $1 WHERE id = $2`, step, p.ID)
		return err
	}
	n, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE person_id = $1 AND hash = $2`, p.ID, s.vault.Index(purposeRecovery, foldCode(code)))
	if err == nil && n == 0 {
		err = wrong
	}
	return err
}

// matchCode finds the time step that a code belongs to, among those after the
// last one used.
func matchCode(key, code string, now time.Time, used int64) (step int64, ok bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	at := now.Unix() / int64(totpStep/time.Second)
	for step := at - totpDrift; step <= at+totpDrift; step++ {
		if want := codeAt(key, step); step > used && want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

// codeAt is the code of a time step (RFC 4226 §5.3).
func codeAt(key string, step int64) string {
	raw, err := base32Plain.DecodeString(key)
	if err != nil || len(raw) == 0 {
		return ""
	}
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac := hmac.New(sha1.New, raw)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}

// newRecoveryCode returns 50 random bits as two groups of five characters.
func newRecoveryCode() string {
	var b [7]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	text := strings.ToLower(base32Plain.EncodeToString(b[:]))
	return text[:5] + "-" + text[5:10]
}

// foldCode is a recovery code as it is compared.
func foldCode(code string) string {
	return strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))
}
