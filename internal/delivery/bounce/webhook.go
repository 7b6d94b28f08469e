package bounce

import (
	"context"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"dateline/internal/delivery/relay"
	"dateline/internal/fault"
)

// The providers whose messages are understood.
const (
	SES      = "ses" // Amazon SES through SNS
	Postmark = "postmark"
	Mailgun  = "mailgun"
	SendGrid = "sendgrid"
)

// Hook reads the messages of one provider. Secret proves them: for Postmark
// "name:password" of basic authentication, for Mailgun its signing key, for
// SendGrid its public key, for SES the ARN of the topic, whose signature is
// checked with Amazon's certificate.
type Hook struct {
	Provider string
	Secret   string
	// Certificate fetches the certificate that SNS names, at an address that
	// has been checked to be Amazon's; only for SES.
	Certificate func(ctx context.Context, url string) ([]byte, error)
}

// Confirmation is an address that a provider wants to be fetched once.
type Confirmation struct{ URL string }

// MetadataKey is the name of the metadata by which Postmark reports name the
// letter. Its value is the local part of the return path without its prefix.
const MetadataKey = "dateline"

const hookFresh = 15 * time.Minute // signed messages older than that are refused

// Read checks who sent a message and returns what it reports. header is as in
// net/http. A message without proof is Denied.
func (h Hook) Read(ctx context.Context, now time.Time, header map[string][]string, body []byte) ([]Report, *Confirmation, error) {
	var reports []Report
	var confirm *Confirmation
	var err error
	switch h.Provider {
	case SES:
		reports, confirm, err = h.ses(ctx, now, body)
	case Postmark:
		reports, err = h.postmark(header, body)
	case Mailgun:
		reports, err = h.mailgun(now, body)
	case SendGrid:
		reports, err = h.sendgrid(now, header, body)
	default:
		return nil, nil, fault.New(fault.NotFound, "no mail provider %q is known", h.Provider)
	}
	for i := range reports {
		reports[i].Trusted = true
		reports[i].Text = relay.Redact(reports[i].Text)
	}
	return reports, confirm, err
}

func forged() error {
	return fault.New(fault.Denied, "this message does not prove to come from the mail provider")
}

func unread(err error) error {
	return fault.New(fault.Invalid, "the mail provider's message cannot be read: %w", err)
}

func first(header map[string][]string, name string) string {
	for key, values := range header {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

func fresh(now, at time.Time) bool { return now.Sub(at).Abs() < hookFresh }

func (h Hook) postmark(header map[string][]string, body []byte) ([]Report, error) {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(h.Secret))
	if h.Secret == "" || subtle.ConstantTimeCompare([]byte(first(header, "Authorization")), []byte(want)) != 1 {
		return nil, forged()
	}
	var m struct {
		RecordType, Type, Email, Description, Details string
		Metadata                                      map[string]string
		Headers                                       []struct{ Name, Value string }
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, unread(err)
	}
	r := Report{Recipient: m.Email, Text: m.Details, Status: statusIn(m.Details), Code: codeIn(m.Details)}
	for _, one := range m.Headers {
		if strings.EqualFold(one.Name, "Message-ID") {
			r.MessageID = one.Value
		}
	}
	for name, value := range m.Metadata {
		if strings.EqualFold(name, MetadataKey) {
			r.To = append(r.To, value)
		}
	}
	switch {
	case m.RecordType == "SpamComplaint" || m.Type == "SpamComplaint":
		r.Kind = Complained
	case m.RecordType != "Bounce":
		return nil, nil
	case m.Type == "HardBounce" || m.Type == "BadEmailAddress":
		r.Kind, r.Status = Failed, orStatus(r.Status, "5.1.1")
	case m.Type == "SoftBounce" || m.Type == "DnsError":
		r.Kind, r.Status = Failed, orStatus(r.Status, "5.2.0")
	case m.Type == "SpamNotification" || m.Type == "Blocked" || m.Type == "DMARCPolicy":
		r.Kind, r.Status = Failed, "5.7.1"
	default:
		return nil, nil
	}
	return []Report{r}, nil
}

func orStatus(status, otherwise string) string {
	if status == "" {
		return otherwise
	}
	return status
}

func (h Hook) mailgun(now time.Time, body []byte) ([]Report, error) {
	var m struct {
		Signature struct{ Timestamp, Token, Signature string }
		Event     struct {
			Event, Severity, Reason, Recipient string
			Status                             struct {
				Code     int
				Message  string
				Enhanced string `json:"enhanced-code"`
			} `json:"delivery-status"`
			Message struct{ Headers map[string]string }
		} `json:"event-data"`
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, unread(err)
	}
	sum := hmac.New(sha256.New, []byte(h.Secret))
	sum.Write([]byte(m.Signature.Timestamp + m.Signature.Token))
	at, _ := strconv.ParseInt(m.Signature.Timestamp, 10, 64)
	got, err := hex.DecodeString(m.Signature.Signature)
	if h.Secret == "" || err != nil || !hmac.Equal(got, sum.Sum(nil)) || !fresh(now, time.Unix(at, 0)) {
		return nil, forged()
	}
	e := m.Event
	r := Report{Recipient: e.Recipient, Code: e.Status.Code, Status: e.Status.Enhanced, Text: e.Status.Message, MessageID: e.Message.Headers["message-id"]}
	switch {
	case e.Event == "complained":
		r.Kind = Complained
	case e.Event == "failed" && e.Severity == "permanent":
		r.Kind = Failed
		if e.Reason == "suppress-bounce" || e.Status.Code == 605 {
			r.Code, r.Status = 550, "5.1.1"
		}
	case e.Event == "failed":
		r.Kind = Delayed
	default:
		return nil, nil
	}
	return []Report{r}, nil
}

func (h Hook) sendgrid(now time.Time, header map[string][]string, body []byte) ([]Report, error) {
	stamp := first(header, "X-Twilio-Email-Event-Webhook-Timestamp")
	signature, err := base64.StdEncoding.DecodeString(first(header, "X-Twilio-Email-Event-Webhook-Signature"))
	if err != nil {
		return nil, forged()
	}
	der, err := base64.StdEncoding.DecodeString(h.Secret)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the public key of SendGrid is not base64").WithHint("copy it from Mail Settings → Event Webhook → Signature Verification")
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	key, ok := parsed.(*ecdsa.PublicKey)
	if err != nil || !ok {
		return nil, fault.New(fault.Invalid, "the public key of SendGrid cannot be read").WithHint("copy it from Mail Settings → Event Webhook → Signature Verification")
	}
	at, _ := strconv.ParseInt(stamp, 10, 64)
	sum := sha256.Sum256(append([]byte(stamp), body...))
	if !ecdsa.VerifyASN1(key, sum[:], signature) || !fresh(now, time.Unix(at, 0)) {
		return nil, forged()
	}
	var events []struct {
		Event, Email, Reason, Status, Type string
		ID                                 string `json:"smtp-id"`
	}
	if err := json.Unmarshal(body, &events); err != nil {
		return nil, unread(err)
	}
	var out []Report
	for _, e := range events {
		r := Report{Recipient: e.Email, MessageID: e.ID, Text: e.Reason, Code: codeIn(e.Reason), Status: orStatus(statusIn(e.Status), statusIn(e.Reason))}
		switch {
		case e.Event == "spamreport":
			r.Kind = Complained
		case e.Event == "bounce" && e.Type == "blocked":
			r.Kind, r.Status = Failed, "5.7.1"
		case e.Event == "bounce":
			r.Kind = Failed
		case e.Event == "deferred":
			r.Kind = Delayed
		default:
			continue
		}
		out = append(out, r)
	}
	return out, nil
}
