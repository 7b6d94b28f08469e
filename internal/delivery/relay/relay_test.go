package relay_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/delivery/relay"
	"dateline/internal/fault"
	"dateline/test/sink"
)

// certificate is one for 127.0.0.1 and the pool that trusts it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sink"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}, IsCA: true, BasicConstraintsValid: true}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}, pool
}

func start(t *testing.T, opt sink.Options) (*sink.Sink, relay.Config) {
	t.Helper()
	s, err := sink.Start(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	host, port := s.HostPort()
	return s, relay.Config{Host: host, Port: port, Security: relay.Plain}
}

func dial(t *testing.T, cfg relay.Config) *relay.Conn {
	t.Helper()
	c, err := relay.Dial(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Drop)
	return c
}

func letter(to string) relay.Letter {
	return relay.Letter{From: "bounce+x@paper.example", To: to, Content: []byte("Subject: x\r\n\r\nHello.\r\n")}
}

func failure(t *testing.T, err error) *relay.Failure {
	t.Helper()
	var f *relay.Failure
	if !errors.As(err, &f) {
		t.Fatalf("%v is no failure", err)
	}
	return f
}

func TestSend_ManyOnOneConnection(t *testing.T) {
	for _, opt := range []sink.Options{{Keep: 99}, {Keep: 99, NoPipelining: true}} {
		s, cfg := start(t, opt)
		c := dial(t, cfg)
		for _, to := range []string{"a@x.example", "b@x.example", "a@x.example"} {
			if err := c.Send(letter(to)); err != nil {
				t.Fatal(err)
			}
		}
		if got := s.Copies(); got["a@x.example"] != 2 || got["b@x.example"] != 1 {
			t.Errorf("copies %v", got)
		}
		if l := s.Letters()[0]; l.From != "bounce+x@paper.example" || !bytes.Equal(l.Content, letter("").Content) {
			t.Errorf("letter %+v", l)
		}
		if all, _ := s.Connections(); all != 1 {
			t.Errorf("%d connections", all)
		}
	}
}

func TestSend_RefusedAtEachStepThenGoesOn(t *testing.T) {
	for _, pipelining := range []bool{true, false} {
		for _, step := range []sink.Step{sink.Mail, sink.Rcpt, sink.Data, sink.Body} {
			s, cfg := start(t, sink.Options{NoPipelining: !pipelining, Script: func(e sink.Event) sink.Answer {
				if e.Step == step && e.From == "bad@x.example" {
					return sink.Answer{Text: "550 5.1.1 <who@x.example> is not known"}
				}
				return sink.Answer{}
			}})
			c := dial(t, cfg)
			bad := letter("a@x.example")
			bad.From = "bad@x.example"
			f := failure(t, c.Send(bad))
			if string(f.Step) != string(step) || f.Code != 550 || f.Status != "5.1.1" || strings.Contains(f.Error(), "who@") || f.Handed || f.Before {
				t.Errorf("%s: %+v", step, f)
			}
			if !c.Alive() {
				t.Errorf("%s: the connection is given up", step)
				continue
			}
			if err := c.Send(letter("b@x.example")); err != nil || s.Copies()["b@x.example"] != 1 || s.Count() != 1 {
				t.Errorf("%s: next letter: %v, %v", step, err, s.Copies())
			}
		}
	}
}

func TestSend_CutAtEachStep(t *testing.T) {
	for _, step := range []sink.Step{sink.Mail, sink.Rcpt, sink.Data, sink.Partial, sink.Body, sink.Taken} {
		_, cfg := start(t, sink.Options{Script: func(e sink.Event) sink.Answer { return sink.Answer{Drop: e.Step == step} }})
		c := dial(t, cfg)
		l := letter("a@x.example")
		l.Content = append([]byte("Subject: x\r\n\r\n"), bytes.Repeat([]byte("0123456789\r\n"), 1<<20)...)
		f := failure(t, c.Send(l))
		if f.Code != 0 || c.Alive() {
			t.Errorf("%s: %+v, alive %v", step, f, c.Alive())
		}
		if taken := step == sink.Taken || step == sink.Body; f.Handed != taken {
			t.Errorf("%s: handed over %v", step, f.Handed)
		}
	}
}

func TestSend_OnAConnectionThatEnded(t *testing.T) {
	_, cfg := start(t, sink.Options{MaxConnection: 2})
	c := dial(t, cfg)
	for range 2 {
		if err := c.Send(letter("a@x.example")); err != nil {
			t.Fatal(err)
		}
	}
	if f := failure(t, c.Send(letter("a@x.example"))); !f.Before || c.Alive() {
		t.Errorf("%+v: want one that is tried at once on another", f)
	}
}

func TestDial_TLSAndSigningIn(t *testing.T) {
	config, pool := certificate(t)
	for _, auth := range []string{"PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2 LOGIN PLAIN"} {
		for _, implicit := range []bool{false, true} {
			s, cfg := start(t, sink.Options{TLS: config, ImplicitTLS: implicit, User: "gull", Password: "s=cr<t", Auth: auth})
			cfg.Security, cfg.Roots, cfg.User, cfg.Password = relay.StartTLS, pool, "gull", "s=cr<t"
			if implicit {
				cfg.Security = relay.TLS
			}
			if err := dial(t, cfg).Send(letter("a@x.example")); err != nil || s.Count() != 1 {
				t.Errorf("%s, implicit %v: %v", auth, implicit, err)
			}
			cfg.Password = "wrong"
			if _, err := relay.Dial(t.Context(), cfg); err == nil || strings.Contains(err.Error(), "wrong password: wrong") {
				t.Errorf("%s: a wrong password: %v", auth, err)
			} else if f := failure(t, err); f.Step != relay.SignIn || f.Code != 535 {
				t.Errorf("%+v", f)
			}
		}
	}
}

func TestDial_RefusesWhatIsNotSecure(t *testing.T) {
	config, pool := certificate(t)
	_, cfg := start(t, sink.Options{TLS: config})
	cfg.Security = relay.StartTLS
	if _, err := relay.Dial(t.Context(), cfg); err == nil {
		t.Error("a certificate that nobody vouches for is taken")
	}
	cfg.Roots, cfg.Host = pool, "localhost" // not the name in the certificate
	if _, err := relay.Dial(t.Context(), cfg); err == nil {
		t.Error("a certificate for another name is taken")
	}
	_, plain := start(t, sink.Options{})
	plain.Security = relay.StartTLS
	if _, err := relay.Dial(t.Context(), plain); err == nil || failure(t, err).Step != relay.Encrypt {
		t.Errorf("STARTTLS that is not offered: %v", err)
	}
	remote := relay.Config{Host: "mail.example", Port: 25, Security: relay.Plain, User: "a", Password: "b"}
	if _, err := relay.Dial(t.Context(), remote); !fault.Is(err, fault.Invalid) {
		t.Errorf("a password in the clear: %v", err)
	}
}

// A server that speaks after STARTTLS but before TLS is somebody in between.
func TestDial_RefusesWhatIsSaidBeforeTLS(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		b := make([]byte, 1000)
		c.Write([]byte("220 x\r\n"))
		c.Read(b)
		c.Write([]byte("250-x\r\n250 STARTTLS\r\n"))
		c.Read(b)
		c.Write([]byte("220 go\r\n250 injected\r\n"))
		c.Read(b)
	}()
	if _, err := relay.Dial(t.Context(), relay.Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port}); err == nil || !strings.Contains(err.Error(), "before the connection is secured") {
		t.Errorf("%v", err)
	}
}

func TestDial_TimesOut(t *testing.T) {
	_, cfg := start(t, sink.Options{Script: func(e sink.Event) sink.Answer { return sink.Answer{Delay: time.Second} }})
	cfg.Timeouts.Banner = 30 * time.Millisecond
	if _, err := relay.Dial(t.Context(), cfg); err == nil || failure(t, err).Step != relay.Greeting {
		t.Errorf("%v", err)
	}
}

func TestDial_EndsWithItsContext(t *testing.T) {
	reached := make(chan struct{})
	var once sync.Once
	_, cfg := start(t, sink.Options{Script: func(e sink.Event) sink.Answer {
		if e.Step == sink.Body {
			once.Do(func() { close(reached) })
			return sink.Answer{Delay: 500 * time.Millisecond}
		}
		return sink.Answer{}
	}})
	ctx, cancel := context.WithCancel(t.Context())
	c, err := relay.Dial(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Drop()
	go func() { <-reached; cancel() }()
	if f := failure(t, c.Send(letter("a@x.example"))); !f.Handed {
		t.Errorf("%+v", f)
	}
}

func TestSend_RefusesWhatBreaksOut(t *testing.T) {
	s, cfg := start(t, sink.Options{})
	c := dial(t, cfg)
	for _, bad := range []string{"a@x.example>\r\nRCPT TO:<b@x.example", "a\n@x.example", "a b@x.example", "", "<a@x.example>", "a\x00@x.example"} {
		if err := c.Send(letter(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
		l := letter("a@x.example")
		if l.From = bad; bad != "" && c.Send(l) == nil {
			t.Errorf("return path %q is taken", bad)
		}
	}
	if s.Count() != 0 || s.Attempts() != 0 {
		t.Error("something reached the server")
	}
}

func TestSend_SizeAndOtherScripts(t *testing.T) {
	s, cfg := start(t, sink.Options{Size: 1000, NoUTF8: true})
	c := dial(t, cfg)
	l := letter("a@x.example")
	l.Content = bytes.Repeat([]byte("0123456789\r\n"), 100)
	if f := failure(t, c.Send(l)); f.Status != "5.3.4" {
		t.Errorf("%+v", f)
	}
	l = letter("jürgen@x.example")
	l.UTF8 = true
	if f := failure(t, c.Send(l)); f.Status != "5.6.7" || s.Attempts() != 0 {
		t.Errorf("%+v", f)
	}
	s, cfg = start(t, sink.Options{})
	if err := dial(t, cfg).Send(l); err != nil || s.Copies()["jürgen@x.example"] != 1 {
		t.Errorf("%v", err)
	}
}

func TestParse(t *testing.T) {
	got, err := relay.Parse("smtps://us%40er:p%3Aw@mail.example?weight=3&priority=1&connections=7&rate=2.5")
	want := relay.Config{Host: "mail.example", Port: 465, User: "us@er", Password: "p:w", Security: relay.TLS, Weight: 3, Priority: 1, Connections: 7, Rate: 2.5}
	if err != nil || got.Host != want.Host || got != want {
		t.Errorf("%+v (%v)", got, err)
	}
	for _, bad := range []string{"", "mail.example", "http://mail.example", "smtp://a:secretword@mail.example?weigth=3", "smtp://mail.example:x", "smtp+plain://a:secretword@mail.example", "smtp://mail.example?rate=-1"} {
		if _, err := relay.Parse(bad); err == nil || strings.Contains(err.Error(), "secretword") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// FuzzSend lets a server answer anything: Send ends, never claims that an
// unanswered letter was taken, and the commands of one letter stay one each.
func FuzzSend(f *testing.F) {
	f.Add("220 x\r\n250-x\r\n250 PIPELINING\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n", "a@x.example", "b@x.example")
	f.Add("220 x\r\n250 x\r\n451 4.7.1 later\r\n", "a@x.example\r\nDATA", "b")
	f.Add("220-\r\n220 \r\n502 no\r\n250 x\r\n\x00\r\n", "", "")
	f.Fuzz(func(t *testing.T, answers, from, to string) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Skip(err)
		}
		defer l.Close()
		got := make(chan []byte, 1)
		go func() {
			c, err := l.Accept()
			if err != nil {
				got <- nil
				return
			}
			c.Write([]byte(answers))
			c.(*net.TCPConn).CloseWrite()
			var b bytes.Buffer
			c.SetReadDeadline(time.Now().Add(5 * time.Second))
			b.ReadFrom(c)
			c.Close()
			got <- b.Bytes()
		}()
		c, err := relay.Dial(t.Context(), relay.Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: relay.Plain})
		if err == nil {
			err = c.Send(relay.Letter{From: from, To: to, Content: []byte("Subject: x\r\n\r\nHello.\r\n")})
			c.Drop()
		}
		lines := strings.Split(string(<-got), "\r\n")
		allowed := []string{"EHLO localhost", "HELO localhost", "DATA", "RSET", "QUIT", "Subject: x", "", "Hello.", ".", "RCPT TO:<" + to + ">"}
		for _, line := range lines {
			if !slices.Contains(allowed, line) && !strings.HasPrefix(line, "MAIL FROM:<"+from+">") {
				t.Errorf("sent %q", line)
			}
		}
		if err == nil && !strings.Contains(answers, "354") {
			t.Error("a letter was taken that nobody asked for")
		}
	})
}
