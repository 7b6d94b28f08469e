package bounce

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha1" // SNS signs version 1 with it; version 2 is SHA-256
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"regexp"
	"strings"
	"time"

	"dateline/internal/fault"
)

// envelope is a message of Amazon's Simple Notification Service.
type envelope struct {
	Type, MessageId, TopicArn, Subject, Message, Timestamp, Token, SubscribeURL string
	SignatureVersion, Signature, SigningCertURL                                 string
}

// amazonHost is where certificates and confirmations of SNS live.
var amazonHost = regexp.MustCompile(`^sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?$`)

func amazons(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && amazonHost.MatchString(u.Host) && u.User == nil
}

func (h Hook) ses(ctx context.Context, now time.Time, body []byte) ([]Report, *Confirmation, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, nil, unread(err)
	}
	if h.Secret == "" || e.TopicArn != h.Secret {
		return nil, nil, forged()
	}
	if err := h.verify(ctx, now, e); err != nil {
		return nil, nil, err
	}
	switch e.Type {
	case "SubscriptionConfirmation":
		if !amazons(e.SubscribeURL) {
			return nil, nil, forged()
		}
		return nil, &Confirmation{URL: e.SubscribeURL}, nil
	case "Notification":
		reports, err := notification(e.Message)
		return reports, nil, err
	}
	return nil, nil, nil
}

// verify checks the signature (SNS developer guide, "Verifying the signatures
// of Amazon SNS messages").
func (h Hook) verify(ctx context.Context, now time.Time, e envelope) error {
	at, err := time.Parse(time.RFC3339, e.Timestamp)
	if err != nil || now.Sub(at).Abs() > time.Hour || !amazons(e.SigningCertURL) || h.Certificate == nil {
		return forged()
	}
	text, err := h.Certificate(ctx, e.SigningCertURL)
	if err != nil {
		return fault.New(fault.Unavailable, "Amazon's certificate cannot be fetched: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return forged()
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil || now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return forged()
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	signature, err := base64.StdEncoding.DecodeString(e.Signature)
	if err != nil || !ok {
		return forged()
	}
	signed := []byte(e.signed())
	kind, sum := crypto.SHA1, sha1.Sum(signed)
	digest := sum[:]
	if e.SignatureVersion == "2" {
		long := sha256.Sum256(signed)
		kind, digest = crypto.SHA256, long[:]
	}
	if rsa.VerifyPKCS1v15(key, kind, digest, signature) != nil {
		return forged()
	}
	return nil
}

// signed is the text under the signature.
func (e envelope) signed() string {
	fields := [][2]string{{"Message", e.Message}, {"MessageId", e.MessageId}}
	if e.Type == "Notification" {
		if e.Subject != "" {
			fields = append(fields, [2]string{"Subject", e.Subject})
		}
	} else {
		fields = append(fields, [2]string{"SubscribeURL", e.SubscribeURL})
	}
	fields = append(fields, [2]string{"Timestamp", e.Timestamp})
	if e.Type != "Notification" {
		fields = append(fields, [2]string{"Token", e.Token})
	}
	fields = append(fields, [2]string{"TopicArn", e.TopicArn}, [2]string{"Type", e.Type})
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(f[0] + "\n" + f[1] + "\n")
	}
	return b.String()
}

// notification reads what SES says in a message of SNS.
func notification(text string) ([]Report, error) {
	var m struct {
		NotificationType, EventType string
		Mail                        struct {
			Source  string
			Headers []struct{ Name, Value string }
		}
		Bounce struct {
			BounceType, BounceSubType string
			BouncedRecipients         []struct{ EmailAddress, Status, DiagnosticCode string }
		}
		Complaint struct {
			ComplainedRecipients []struct{ EmailAddress string }
		}
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return nil, unread(err)
	}
	base := Report{To: addressesIn(m.Mail.Source)}
	for _, one := range m.Mail.Headers {
		if strings.EqualFold(one.Name, "Message-ID") {
			base.MessageID = one.Value
		}
	}
	var out []Report
	switch m.NotificationType + m.EventType {
	case "Bounce":
		for _, one := range m.Bounce.BouncedRecipients {
			r := base
			r.Kind, r.Recipient, r.Status, r.Text, r.Code = Failed, one.EmailAddress, statusIn(one.Status), one.DiagnosticCode, codeIn(one.DiagnosticCode)
			switch {
			case m.Bounce.BounceType == "Permanent" && m.Bounce.BounceSubType != "OnAccountSuppressionList":
				r.Status = orStatus(r.Status, "5.1.1")
			case m.Bounce.BounceSubType == "ContentRejected" || m.Bounce.BounceSubType == "AttachmentRejected":
				r.Status = "5.7.1"
			default:
				r.Status = "5.2.0"
			}
			out = append(out, r)
		}
	case "Complaint":
		for _, one := range m.Complaint.ComplainedRecipients {
			r := base
			r.Kind, r.Recipient = Complained, one.EmailAddress
			out = append(out, r)
		}
	}
	return out, nil
}
