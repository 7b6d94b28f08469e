package relay

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Step is a step of the conversation.
type Step string

// The steps. What fails before Recipient concerns the server; what fails from
// there on concerns the letter or its recipient.
const (
	Connect   Step = "connect"
	Greeting  Step = "greeting"
	Hello     Step = "hello"
	Encrypt   Step = "starttls"
	SignIn    Step = "auth"
	Sender    Step = "mail"
	Recipient Step = "rcpt"
	Data      Step = "data" // the command
	Body      Step = "body" // the letter and the answer to its end
)

// Failure is a letter that was not taken, or a conversation that ended.
type Failure struct {
	Step   Step
	Code   int    // of the answer; 0 without one
	Status string // enhanced status (RFC 3463), "" without one
	Text   string // what the server said or what went wrong, without addresses
	// Handed is set when the whole letter was sent and no answer came: nobody
	// knows whether it was taken.
	Handed bool
	// Before is set when the failure came before anything of the letter was
	// said on a connection that had worked: trying at once on another is safe.
	Before bool
	err    error
}

// Error says what happened, without any address.
func (f *Failure) Error() string {
	if f.Code != 0 {
		return fmt.Sprintf("%s: %d %s %s", f.Step, f.Code, f.Status, f.Text)
	}
	return fmt.Sprintf("%s: %s", f.Step, f.Text)
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.err }

// anyAddress finds mail addresses in what a server says.
var anyAddress = regexp.MustCompile(`<?[^\s<>:,;()"']+@[^\s<>:,;()"']+>?`)

const mostText = 300 // bytes of an answer that are kept

// Redact takes mail addresses out of a text and makes it one short line.
func Redact(text string) string {
	text = anyAddress.ReplaceAllString(strings.Join(strings.Fields(text), " "), "…")
	text = strings.ToValidUTF8(text, "?")
	if len(text) > mostText {
		text = strings.ToValidUTF8(text[:mostText], "") + "…"
	}
	return text
}

func broken(step Step, err error) *Failure {
	text := err.Error()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		text = "the connection ended"
	}
	return &Failure{Step: step, Text: Redact(text), err: err}
}

const (
	mostLine  = 4096 // RFC 5321 allows 512, real servers more
	mostLines = 200
)

// reply is one answer of the server.
type reply struct {
	code  int
	lines []string
}

// readReply reads one answer of one or more lines.
func readReply(r *bufio.Reader, keep bool) (reply, error) {
	var out reply
	for range mostLines {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return out, errors.New("the server answers with endless lines")
		}
		if err != nil {
			return out, err
		}
		line = trimEnd(line)
		code, more, ok := replyCode(line)
		if !ok || out.code != 0 && code != out.code {
			return out, errors.New("the server does not speak SMTP")
		}
		out.code = code
		if keep || code >= 400 {
			text := ""
			if len(line) > 4 {
				text = string(line[4:])
			}
			out.lines = append(out.lines, text)
		}
		if !more {
			return out, nil
		}
	}
	return out, errors.New("the server answers without end")
}

func trimEnd(line []byte) []byte {
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	return line
}

func replyCode(line []byte) (code int, more, ok bool) {
	if len(line) < 3 {
		return 0, false, false
	}
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return 0, false, false
		}
		code = 10*code + int(c-'0')
	}
	if len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false, false
	}
	return code, len(line) > 3 && line[3] == '-', code >= 200 && code < 600
}

var enhanced = regexp.MustCompile(`^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)`)

// failure turns an answer that is no success into a Failure.
func (r reply) failure(step Step) *Failure {
	f := &Failure{Step: step, Code: r.code}
	var texts []string
	for _, line := range r.lines {
		if m := enhanced.FindStringSubmatch(line); m != nil {
			f.Status = m[1]
			line = line[len(m[0]):]
		}
		texts = append(texts, line)
	}
	f.Text = Redact(strings.Join(texts, " "))
	return f
}
