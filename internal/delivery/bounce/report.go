package bounce

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"

	"github.com/emersion/go-message"

	"dateline/internal/delivery/relay"
)

// Kind is what a report says.
type Kind string

// The kinds.
const (
	Failed     Kind = "failed"     // for good
	Delayed    Kind = "delayed"    // the server goes on trying: nothing to do
	Complained Kind = "complained" // the reader called it spam
	Left       Kind = "left"       // the reader's mail program asks to unsubscribe
)

// Report is one thing that came back.
type Report struct {
	Kind      Kind
	To        []string // addresses that the report itself was sent to: the return path
	MessageID string   // of the letter, "" when unknown
	Recipient string   // whom the letter was for, "" when unknown
	Code      int      // SMTP code, 0 when unknown
	Status    string   // enhanced status, "5.1.1"
	Text      string   // what the server said, without addresses
	// Trusted tells that whoever sent the report has proven to be the provider.
	Trusted bool
}

// MostBytes is the largest report that is read.
const MostBytes = 1 << 20

const mostDepth = 6 // of parts within parts

// Parse reads a message. to are the addresses of its envelope, if known. It
// returns no reports for a message that is none, such as an answer of a person
// or an automatic one.
func Parse(raw []byte, to ...string) ([]Report, error) {
	if len(raw) > MostBytes {
		return nil, errors.New("the report is too large")
	}
	m, err := message.Read(bytes.NewReader(raw))
	if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return nil, err
	}
	f := finder{to: append([]string(nil), to...)}
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "To"} {
		for _, value := range m.Header.Values(name) {
			f.to = append(f.to, addressesIn(value)...)
		}
	}
	for _, address := range f.to {
		if strings.HasPrefix(strings.ToLower(address), LeavePrefix) {
			return []Report{{Kind: Left, To: []string{address}}}, nil
		}
	}
	f.walk(m, 0)
	return f.reports(), nil
}

// LeavePrefix begins the local part of the address to which a mail program
// writes to unsubscribe its reader (RFC 2369).
const LeavePrefix = "leave+"

var anyAddress = regexp.MustCompile(`[^\s<>:,;()"]+@[^\s<>:,;()"]+`)

func addressesIn(text string) []string { return anyAddress.FindAllString(text, 10) }

// finder collects what a message is made of.
type finder struct {
	to        []string
	fields    []map[string]string // of each recipient of a DSN
	perLetter map[string]string
	feedback  map[string]string
	messageID string
	letterTo  string
	prose     string // what the report says to people
}

func (f *finder) walk(m *message.Entity, depth int) {
	if depth > mostDepth {
		return
	}
	kind, _, _ := m.Header.ContentType()
	switch strings.ToLower(kind) {
	case "message/delivery-status", "message/global-delivery-status":
		f.status(m.Body)
		return
	case "message/feedback-report":
		f.feedback = group(textproto.NewReader(bufio.NewReader(m.Body)))
		return
	case "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers":
		f.original(m.Body)
		return
	}
	if strings.HasPrefix(strings.ToLower(kind), "text/plain") && f.prose == "" {
		raw, _ := io.ReadAll(io.LimitReader(m.Body, 16<<10))
		f.prose = string(raw)
		return
	}
	if parts := m.MultipartReader(); parts != nil {
		for range 100 {
			part, err := parts.NextPart()
			if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
				return
			}
			f.walk(part, depth+1)
		}
	}
}

// status reads the groups of fields of a delivery status.
func (f *finder) status(body io.Reader) {
	r := textproto.NewReader(bufio.NewReader(io.LimitReader(body, 256<<10)))
	for range 100 {
		fields := group(r)
		if fields == nil {
			return
		}
		switch {
		case fields["final-recipient"] != "" || fields["original-recipient"] != "":
			f.fields = append(f.fields, fields)
		case f.perLetter == nil:
			f.perLetter = fields
		}
	}
}

// group reads one group of fields; nil at the end.
func group(r *textproto.Reader) map[string]string {
	for range 1000 {
		head, err := r.ReadMIMEHeader()
		if len(head) > 0 {
			out := map[string]string{}
			for name, values := range head {
				out[strings.ToLower(name)] = strings.Join(strings.Fields(values[0]), " ")
			}
			return out
		}
		if err != nil {
			return nil
		}
	}
	return nil
}

// original reads the head of the letter that came back.
func (f *finder) original(body io.Reader) {
	raw, _ := io.ReadAll(io.LimitReader(body, 256<<10))
	head := group(textproto.NewReader(bufio.NewReader(bytes.NewReader(append(raw, "\r\n\r\n"...)))))
	if head == nil {
		return
	}
	if f.messageID == "" {
		f.messageID = head["message-id"]
	}
	if to := addressesIn(head["to"]); len(to) > 0 && f.letterTo == "" {
		f.letterTo = to[0]
	}
	if path := addressesIn(head["return-path"]); len(path) > 0 {
		f.to = append(f.to, path...)
	}
}

func (f *finder) reports() []Report {
	var out []Report
	if f.feedback != nil {
		switch strings.ToLower(f.feedback["feedback-type"]) {
		case "not-spam", "auth-failure", "dmarc", "":
			return nil
		}
		r := Report{Kind: Complained, To: f.to, MessageID: f.messageID, Recipient: bare(f.feedback["original-rcpt-to"])}
		if r.Recipient == "" {
			r.Recipient = f.letterTo
		}
		r.To = append(r.To, addressesIn(f.feedback["original-mail-from"])...)
		return append(out, r)
	}
	for _, fields := range f.fields {
		r := Report{To: f.to, MessageID: f.messageID, Status: statusIn(fields["status"])}
		if r.Recipient = bare(fields["original-recipient"]); r.Recipient == "" {
			r.Recipient = bare(fields["final-recipient"])
		}
		_, said, _ := strings.Cut(fields["diagnostic-code"], ";")
		if said == "" && len(f.fields) == 1 {
			said = answerIn(f.prose) // OpenSMTPD says it to people only
		}
		r.Code = codeIn(said)
		r.Text = relay.Redact(said)
		switch strings.ToLower(fields["action"]) {
		case "failed":
			r.Kind = Failed
		case "delayed":
			r.Kind = Delayed
		default: // delivered, relayed, expanded
			continue
		}
		if deep := statusIn(said); deep != "" && (r.Status == "" || strings.HasSuffix(r.Status, ".0.0")) {
			r.Status = deep // what the last server said is more exact
		}
		out = append(out, r)
	}
	return out
}

// answerIn finds the line of a text that quotes a server's answer.
func answerIn(prose string) string {
	for line := range strings.Lines(prose) {
		if codeIn(line) != 0 && statusIn(line) != "" {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// bare takes the type off an address such as "rfc822; a@b.example".
func bare(text string) string {
	if _, address, ok := strings.Cut(text, ";"); ok {
		text = address
	}
	return strings.Trim(text, " <>")
}

var status = regexp.MustCompile(`(?:^|[\s(#])([245]\.\d{1,3}\.\d{1,3})\b`)

func statusIn(text string) string {
	if m := status.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

var code = regexp.MustCompile(`(?:^|\s)([45]\d\d)(?:[\s-]|$)`)

func codeIn(text string) int {
	if m := code.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 0
}
