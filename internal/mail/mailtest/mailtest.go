// Package mailtest is a mail server for tests. It speaks SMTP over a real
// connection, with STARTTLS or TLS and sign-in, keeps the letters it is given,
// and fails as it is told.
package mailtest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server is a mail server. Its fields are set before Start.
type Server struct {
	TLS            bool   // from the first byte
	NoStartTLS     bool   // STARTTLS is not offered
	User, Password string // asked for when set

	// Reply answers a command ("MAIL", "RCPT", …; "BODY" for the end of the
	// letter, "HELLO" for the greeting at the beginning) in the server's place;
	// "" leaves it to the server. It may wait. "-" hangs up.
	Reply func(command, argument string) string

	Host  string
	Port  int
	Roots *x509.CertPool // with which its certificate is valid for Host

	listener net.Listener
	config   *tls.Config
	mu       sync.Mutex
	letters  []Letter
	said     []string
	open     map[net.Conn]bool
	closed   bool
	talks    sync.WaitGroup
}

// Letter is what a server took.
type Letter struct {
	From, To string
	Raw      string
	Secure   bool
	User     string
}

// Start listens until the end of the test.
func (s *Server) Start(t testing.TB) *Server {
	t.Helper()
	cert, roots, err := certificate()
	if err != nil {
		t.Fatal(err)
	}
	s.Host, s.Roots, s.open = "127.0.0.1", roots, map[net.Conn]bool{}
	s.config = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	if s.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	s.Port = s.listener.Addr().(*net.TCPAddr).Port
	s.talks.Go(s.accept)
	t.Cleanup(s.stop)
	return s
}

func (s *Server) stop() {
	s.listener.Close()
	s.mu.Lock()
	s.closed = true
	for conn := range s.open {
		conn.Close()
	}
	s.mu.Unlock()
	s.talks.Wait()
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed {
			conn.Close()
		} else {
			s.open[conn] = true
			s.talks.Go(func() { s.talk(conn) })
		}
		s.mu.Unlock()
	}
}

// Letters are those taken so far.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Letter(nil), s.letters...)
}

// Said are the commands received so far, all conversations one after another.
func (s *Server) Said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.said...)
}

// conversation is one connection.
type conversation struct {
	s      *Server
	conn   net.Conn
	text   *textproto.Conn
	secure bool
	user   string
	letter Letter
}

func (s *Server) talk(conn net.Conn) {
	defer func() {
		conn.Close()
		s.mu.Lock()
		delete(s.open, conn)
		s.mu.Unlock()
	}()
	c := &conversation{s: s, conn: conn}
	if s.TLS {
		c.conn, c.secure = tls.Server(conn, s.config), true
	}
	c.text = textproto.NewConn(c.conn)
	if c.say("HELLO", "", "220 test server ready") != nil {
		return
	}
	for {
		line, err := c.text.ReadLine()
		if err != nil {
			return
		}
		command, argument, _ := strings.Cut(line, " ")
		command = strings.ToUpper(command)
		s.mu.Lock()
		s.said = append(s.said, line)
		s.mu.Unlock()
		if c.obey(command, argument) != nil || command == "QUIT" {
			return
		}
	}
}

// say answers a command, as the test wants it or else as given.
func (c *conversation) say(command, argument, answer string) error {
	if c.s.Reply != nil {
		switch told := c.s.Reply(command, argument); told {
		case "":
		case "-":
			return fmt.Errorf("hung up")
		default:
			answer = told
		}
	}
	return c.text.PrintfLine("%s", answer)
}

func (c *conversation) obey(command, argument string) error {
	switch command {
	case "EHLO":
		return c.say(command, argument, strings.Join(c.offers(), "\r\n"))
	case "STARTTLS":
		if err := c.say(command, argument, "220 2.0.0 go ahead"); err != nil {
			return err
		}
		c.conn, c.secure = tls.Server(c.conn, c.s.config), true
		c.text = textproto.NewConn(c.conn)
		return nil
	case "AUTH":
		return c.signIn(argument)
	case "MAIL":
		c.letter = Letter{From: between(argument)}
		if c.s.User != "" && c.user == "" {
			return c.say(command, argument, "530 5.7.0 sign in first")
		}
		return c.say(command, argument, "250 2.1.0 fine")
	case "RCPT":
		c.letter.To = between(argument)
		return c.say(command, argument, "250 2.1.5 fine")
	case "DATA":
		return c.data()
	case "QUIT":
		return c.say(command, argument, "221 2.0.0 bye")
	case "RSET", "NOOP":
		return c.say(command, argument, "250 2.0.0 fine")
	}
	return c.say(command, argument, "502 5.5.1 what?")
}

func (c *conversation) offers() []string {
	all := []string{"250-test.example", "250-8BITMIME", "250-ENHANCEDSTATUSCODES"}
	if !c.secure && !c.s.NoStartTLS {
		all = append(all, "250-STARTTLS")
	}
	if c.s.User != "" {
		all = append(all, "250-AUTH PLAIN")
	}
	return append(all, "250 SIZE 10000000")
}

func (c *conversation) signIn(argument string) error {
	_, encoded, _ := strings.Cut(argument, " ")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || string(raw) != "\x00"+c.s.User+"\x00"+c.s.Password {
		return c.say("AUTH", argument, "535 5.7.8 that is not the password")
	}
	c.user = c.s.User
	return c.say("AUTH", argument, "235 2.7.0 welcome")
}

func (c *conversation) data() error {
	if err := c.say("DATA", "", "354 go ahead"); err != nil {
		return err
	}
	raw, err := readDots(c.text.R)
	if err != nil {
		return err
	}
	c.letter.Raw, c.letter.Secure, c.letter.User = raw, c.secure, c.user
	answer := "250 2.0.0 taken"
	if c.s.Reply != nil {
		if told := c.s.Reply("BODY", ""); told == "-" {
			return fmt.Errorf("hung up")
		} else if told != "" {
			return c.text.PrintfLine("%s", told)
		}
	}
	c.s.mu.Lock()
	c.s.letters = append(c.s.letters, c.letter)
	c.s.mu.Unlock()
	return c.text.PrintfLine("%s", answer)
}

// readDots reads a letter up to the line with a dot alone.
func readDots(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", err
		}
		if line == ".\r\n" {
			return b.String(), nil
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
}

func between(argument string) string {
	_, rest, _ := strings.Cut(argument, "<")
	address, _, _ := strings.Cut(rest, ">")
	return address
}

// certificate makes one for 127.0.0.1 that is its own root.
func certificate() (tls.Certificate, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail server of a test"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots, nil
}
