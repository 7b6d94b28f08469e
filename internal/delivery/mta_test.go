package delivery_test

import (
	"bufio"
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/delivery"
	"dateline/internal/delivery/bounce"
	"dateline/internal/delivery/relay"
	"dateline/test/debian"
	"dateline/test/sink"
)

// openSMTPD starts Debian's mail server. It takes mail on a port of this
// machine, hands what is for the bounce domain to one server and everything
// else to another.
func openSMTPD(t *testing.T, onward, back string) (port int) {
	t.Helper()
	program, err := debian.Look("smtpd")
	if err != nil || os.Geteuid() != 0 {
		t.Skip("OpenSMTPD is not installed, or this is not root")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	file := filepath.Join(t.TempDir(), "smtpd.conf")
	text := fmt.Sprintf(`listen on 127.0.0.1 port %d hostname mx.example
action "out" relay host smtp+notls://%s
action "back" relay host smtp+notls://%s
match for domain "bounce.paper.example" action "back"
match for any action "out"
`, port, onward, back)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-d", "-f", file)
	errors, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = nil
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan bool, 1)
	ended := make(chan struct{})
	var said bytes.Buffer
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(errors); lines.Scan(); {
			fmt.Fprintln(&said, lines.Text())
			if strings.Contains(lines.Text(), "starting") {
				select {
				case ready <- true:
				default:
				}
			}
		}
		cmd.Wait()
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		<-ended
		if t.Failed() {
			t.Logf("OpenSMTPD: %s", said.String())
		}
	})
	select {
	case <-ready:
	case <-ended:
		t.Skipf("OpenSMTPD does not start, perhaps because another runs: %s", said.String())
	}
	for { // it says so before it listens
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
			return port
		}
		select {
		case <-ended:
			t.Skipf("OpenSMTPD ended: %s", said.String())
		default:
		}
	}
}

// A whole round with a mail server that is not ours: it takes the letters and
// carries them on with their signatures whole, and reports the one that its
// next hop refuses to our listener, which ends the reader.
func TestRealServer_CarriesLettersAndBounces(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	r := newReaders(20)
	r.name = func(id int64) string {
		if id == 7 {
			return "nobody@gone.example"
		}
		return fmt.Sprintf("reader%d@home.example", id)
	}
	p := newPost(t, d, r, func(parts *delivery.Parts) { parts.BounceDomain = "bounce.paper.example" })
	k, err := p.MakeKey(t.Context(), account.System("test"), delivery.Ed25519, "paper.example", "dl")
	if err == nil {
		err = p.UseKey(t.Context(), account.System("test"), k.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	listener, err := bounce.Listen(t.Context(), "smtp://127.0.0.1:0", "bounce.paper.example", nil, p, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	mx := startSink(t, sink.Options{Keep: 100, Script: func(e sink.Event) sink.Answer {
		if e.Step == sink.Rcpt && strings.HasPrefix(e.To, "nobody@") {
			return sink.Answer{Text: "550 5.1.1 <nobody@gone.example>: unknown user"}
		}
		return sink.Answer{}
	}})
	port := openSMTPD(t, mx.Addr, listener.Addr().String())
	p.start(t, delivery.Mailing{LocalHour: -1})
	p.runner(t, delivery.Options{Relays: []relay.Config{{Host: "127.0.0.1", Port: port, Security: relay.Plain, Connections: 3}}})
	got := p.until(t, "the bounce", func(g delivery.Progress) bool { return g.Bounced == 1 && mx.Count() == 19 })
	if got.Sent != 19 || r.bounced[7] != "hard" || len(r.bounced) != 1 {
		t.Errorf("progress %+v, bounced %v", got, r.bounced)
	}
	everybody(t, mx, r, 7)
	for _, l := range mx.Letters() {
		found, err := dkim.VerifyWithOptions(bytes.NewReader(l.Content), &dkim.VerifyOptions{LookupTXT: func(string) ([]string, error) { return []string{k.Record}, nil }})
		if err != nil || len(found) != 1 || found[0].Err != nil {
			t.Errorf("the signature of a letter that was carried on: %v %+v", err, found)
		}
	}
}
