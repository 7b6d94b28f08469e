package mail_test

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	stdmail "net/mail"
	"strings"
	"testing"
	"time"

	"dateline/internal/clock"
	"dateline/internal/fault"
	"dateline/internal/mail"
	"dateline/internal/mail/mailtest"
)

var now = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func sender(t *testing.T, s *mailtest.Server, change func(*mail.Config)) *mail.Sender {
	t.Helper()
	cfg := mail.Config{Host: s.Host, Port: s.Port, Security: mail.StartTLS, From: "Die Möwe <news@paper.example>", Roots: s.Roots, Timeout: 10 * time.Second}
	if change != nil {
		change(&cfg)
	}
	out, err := mail.New(cfg, clock.NewManual(now))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func letter(t *testing.T) mail.Message {
	t.Helper()
	m, err := mail.Letter{Language: "de", Dir: "ltr", Site: "Die Möwe", Subject: "Grüße <aus> der Redaktion", Greeting: "Liebe Ann,", Lines: []string{".Eine Zeile & noch eine"},
		Button: "Öffnen", URL: "https://paper.example/desk/join/abc?x=1&y=2", Notes: []string{"Bis bald."}}.Message("Ann Müller", "ann@paper.example")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSend_WritesCorrectMIME(t *testing.T) {
	server := (&mailtest.Server{User: "gull", Password: "secret word"}).Start(t)
	s := sender(t, server, func(c *mail.Config) { c.User, c.Password = "gull", "secret word" })
	if err := s.Send(t.Context(), letter(t)); err != nil {
		t.Fatal(err)
	}
	got := server.Letters()
	if len(got) != 1 || !got[0].Secure || got[0].User != "gull" || got[0].From != "news@paper.example" || got[0].To != "ann@paper.example" {
		t.Fatalf("taken: %+v", got)
	}
	parsed, err := stdmail.ReadMessage(strings.NewReader(got[0].Raw))
	if err != nil {
		t.Fatal(err)
	}
	word := mime.WordDecoder{}
	if subject, _ := word.DecodeHeader(parsed.Header.Get("Subject")); subject != "Grüße <aus> der Redaktion" {
		t.Errorf("subject %q", subject)
	}
	if to, err := parsed.Header.AddressList("To"); err != nil || to[0].Name != "Ann Müller" || to[0].Address != "ann@paper.example" {
		t.Errorf("to %v %v", to, err)
	}
	if from, err := parsed.Header.AddressList("From"); err != nil || from[0].Name != "Die Möwe" {
		t.Errorf("from %v %v", from, err)
	}
	if at, err := parsed.Header.Date(); err != nil || !at.Equal(now) {
		t.Errorf("date %v %v", at, err)
	}
	if id := parsed.Header.Get("Message-Id"); !strings.HasSuffix(id, "@paper.example>") {
		t.Errorf("message id %q", id)
	}
	kind, params, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s %v", kind, err)
	}
	parts := multipart.NewReader(parsed.Body, params["boundary"])
	for _, want := range []struct{ kind, text string }{{"text/plain", ".Eine Zeile & noch eine\r\n\r\nÖffnen:\r\nhttps://paper.example/desk/join/abc?x=1&y=2"}, {"text/html", `href="https://paper.example/desk/join/abc?x=1&amp;y=2"`}} {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil || !strings.HasPrefix(part.Header.Get("Content-Type"), want.kind) || !strings.Contains(string(body), want.text) && !strings.Contains(string(body), strings.ReplaceAll(want.text, "\r\n", "\n")) {
			t.Errorf("%s: %v\n%s", part.Header.Get("Content-Type"), err, body)
		}
	}
	for line := range strings.SplitSeq(got[0].Raw, "\r\n") {
		if len(line) > 998 || strings.Contains(line, "\n") {
			t.Errorf("a line that no server must take: %.80q", line)
		}
	}
}

func TestSend_RefusesWhatCouldBeginAHeader(t *testing.T) {
	server := (&mailtest.Server{}).Start(t)
	s := sender(t, server, nil)
	for what, change := range map[string]func(*mail.Message){
		"subject with a line":    func(m *mail.Message) { m.Subject = "Hello\r\nBcc: eve@evil.example" },
		"subject with a feed":    func(m *mail.Message) { m.Subject = "Hello\nBcc: eve@evil.example" },
		"subject with a NUL":     func(m *mail.Message) { m.Subject = "Hello\x00" },
		"subject, line U+2028":   func(m *mail.Message) { m.Subject = "Hello\u2028Bcc: eve@evil.example" },
		"subject not UTF-8":      func(m *mail.Message) { m.Subject = "Hello\xff" },
		"no subject":             func(m *mail.Message) { m.Subject = "" },
		"name with a line":       func(m *mail.Message) { m.ToName = "Ann\r\nBcc: eve@evil.example" },
		"a way out with a line":  func(m *mail.Message) { m.Unsubscribe = "https://paper.example/x>\r\nBcc: <eve@evil.example" },
		"address with a line":    func(m *mail.Message) { m.To = "ann@paper.example\r\nBcc: eve@evil.example" },
		"address with a command": func(m *mail.Message) { m.To = "ann@paper.example>\r\nRCPT TO:<eve@evil.example" },
		"two addresses":          func(m *mail.Message) { m.To = "ann@paper.example, eve@evil.example" },
		"address with a name":    func(m *mail.Message) { m.To = "Ann <ann@paper.example>" },
		"no address":             func(m *mail.Message) { m.To = "" },
		"empty":                  func(m *mail.Message) { m.Text = "" },
	} {
		m := letter(t)
		change(&m)
		if err := s.Send(t.Context(), m); !mail.IsRefused(err) || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	m := letter(t)
	m.ToName, m.Subject = `Eve" <eve@evil.example>, "`, `"><script>alert(1)</script>`
	if err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := server.Letters(); len(got) != 1 || got[0].To != "ann@paper.example" {
		t.Errorf("taken: %+v", got)
	}
	for _, said := range server.Said() {
		if strings.Contains(said, "eve@") {
			t.Errorf("the server was told %q", said)
		}
	}
}

func TestSend_TellsFailuresApart(t *testing.T) {
	type fail struct {
		what, command, reply string
		refused              bool
	}
	for _, f := range []fail{
		{"a full server", "MAIL", "452 4.3.1 insufficient storage", false},
		{"greylisting", "RCPT", "451 4.7.1 <ann@paper.example>: try again later", false},
		{"an unknown mailbox", "RCPT", "550 5.1.1 <ann@paper.example>: no such user here", true},
		{"a refused sender", "MAIL", "553 5.7.1 sender not allowed", true},
		{"a letter that looks like spam", "BODY", "554 5.7.1 rejected", true},
		{"a busy server", "HELLO", "421 4.3.2 too many connections", false},
		{"a server that hangs up in the letter", "BODY", "-", false},
		{"a server that hangs up at once", "HELLO", "-", false},
		{"a wrong password", "AUTH", "535 5.7.8 wrong", true},
		{"a sign-in that fails for now", "AUTH", "454 4.7.0 try later", false},
	} {
		server := (&mailtest.Server{User: "gull", Password: "secret word", Reply: func(command, _ string) string {
			if command == f.command {
				return f.reply
			}
			return ""
		}}).Start(t)
		err := sender(t, server, func(c *mail.Config) { c.User, c.Password = "gull", "secret word" }).Send(t.Context(), letter(t))
		if err == nil || mail.IsRefused(err) != f.refused {
			t.Errorf("%s: %v, want refused: %v", f.what, err, f.refused)
			continue
		}
		if strings.Contains(err.Error(), "@") || strings.Contains(err.Error(), "secret word") {
			t.Errorf("%s: the error tells an address or the password: %v", f.what, err)
		}
	}
}

func TestSend_TakenIsTaken(t *testing.T) {
	server := (&mailtest.Server{Reply: func(command, _ string) string {
		if command == "RSET" || command == "QUIT" {
			return "-"
		}
		return ""
	}}).Start(t)
	if err := sender(t, server, nil).Send(t.Context(), letter(t)); err != nil || len(server.Letters()) != 1 {
		t.Errorf("a server that took the letter and hung up: %v (a second try would send it twice)", err)
	}
}

func TestSend_Connections(t *testing.T) {
	over := (&mailtest.Server{TLS: true}).Start(t)
	if err := sender(t, over, func(c *mail.Config) { c.Security = mail.TLS }).Send(t.Context(), letter(t)); err != nil || !over.Letters()[0].Secure {
		t.Errorf("TLS: %v", err)
	}
	plain := (&mailtest.Server{NoStartTLS: true}).Start(t)
	if err := sender(t, plain, func(c *mail.Config) { c.Security = mail.Plain }).Send(t.Context(), letter(t)); err != nil || plain.Letters()[0].Secure {
		t.Errorf("in the clear: %v", err)
	}
	if err := sender(t, plain, nil).Send(t.Context(), letter(t)); err == nil || len(plain.Letters()) != 1 {
		t.Errorf("a server without STARTTLS got the letter in the clear (%v)", err)
	}
	strange := (&mailtest.Server{}).Start(t)
	err := sender(t, strange, func(c *mail.Config) { c.Roots = nil }).Send(t.Context(), letter(t))
	if err == nil || len(strange.Letters()) != 0 || !strings.Contains(fault.HintOf(err), "certificate") {
		t.Errorf("a certificate of nobody's: %v %q", err, fault.HintOf(err))
	}
	err = sender(t, strange, func(c *mail.Config) { c.Host = "localhost" }).Check(t.Context())
	if err == nil || !strings.Contains(fault.HintOf(err), "certificate") {
		t.Errorf("a certificate of another name: %v", err)
	}
	gone := (&mailtest.Server{}).Start(t)
	port := gone.Port
	if err := sender(t, gone, nil).Check(t.Context()); err != nil {
		t.Errorf("check: %v", err)
	}
	if len(gone.Letters()) != 0 || port == 0 {
		t.Error("a check sends letters")
	}
	nobody := &mailtest.Server{Host: "127.0.0.1", Port: 1}
	if err := sender(t, nobody, nil).Send(t.Context(), letter(t)); err == nil || mail.IsRefused(err) {
		t.Errorf("nobody listening: %v", err)
	}
}

// TestSend_EndsWaiting: a server that answers slowly, or never, holds nothing up.
func TestSend_EndsWaiting(t *testing.T) {
	held := make(chan struct{})
	defer close(held)
	server := (&mailtest.Server{Reply: func(command, _ string) string {
		if command == "RCPT" {
			<-held
		}
		return ""
	}}).Start(t)
	s := sender(t, server, func(c *mail.Config) { c.Timeout = 300 * time.Millisecond })
	if err := s.Send(t.Context(), letter(t)); err == nil || mail.IsRefused(err) {
		t.Errorf("a server that never answers: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Send(ctx, letter(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who gave up: %v", err)
	}
}

func TestNew_RefusesWhatCannotWork(t *testing.T) {
	for what, cfg := range map[string]mail.Config{
		"no sender":              {Host: "mail.example", Port: 587},
		"a sender with a line":   {Host: "mail.example", Port: 587, From: "news@paper.example\r\nBcc: x@y.example"},
		"a password in the open": {Host: "mail.example", Port: 25, Security: mail.Plain, User: "u", Password: "p", From: "news@paper.example"},
	} {
		if _, err := mail.New(cfg, clock.NewManual(now)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
