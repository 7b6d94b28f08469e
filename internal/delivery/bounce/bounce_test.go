package bounce_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/backend/memory"
	"github.com/emersion/go-imap/server"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dateline/internal/delivery/bounce"
	"dateline/internal/delivery/relay"
	"dateline/internal/fault"
)

const token = "abcdefghijklmnopqrstuvwxyz234567abcdefghij"

func sample(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(raw, []byte("TOKEN"), []byte(token))
}

func TestParse_Samples(t *testing.T) {
	id := "<" + token + "@paper.example>"
	for name, want := range map[string][]bounce.Report{
		"hard.eml": {{Kind: bounce.Failed, MessageID: id, Recipient: "reader@home.example", Code: 550, Status: "5.1.1",
			Text: "550 5.1.1 …: Recipient address rejected: User unknown in local recipient table"}},
		"full.eml":      {{Kind: bounce.Failed, MessageID: id, Recipient: "reader@big.example", Code: 552, Status: "5.2.2", Text: "552-5.2.2 The email account that you tried to reach is over quota."}},
		"delayed.eml":   {{Kind: bounce.Delayed, Recipient: "reader@home.example", Status: "4.4.1"}},
		"complaint.eml": {{Kind: bounce.Complained, MessageID: id, Recipient: "reader@big.example"}},
		"answer.eml":    nil,
		"notspam.eml":   nil,
	} {
		got, err := bounce.Parse(sample(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(bounce.Report{}, "To")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		for _, r := range got {
			if !slices.ContainsFunc(r.To, func(to string) bool { return strings.HasPrefix(to, "bounce+"+token) }) {
				t.Errorf("%s: the return path is not among %v", name, r.To)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"hard.eml", "full.eml", "delayed.eml", "complaint.eml", "answer.eml"} {
		f.Add(sample(f, name))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		reports, _ := bounce.Parse(raw)
		for _, r := range reports {
			if len(r.Text) > 400 || strings.ContainsAny(r.Text+r.Status, "\r\n") {
				t.Errorf("%+v", r)
			}
		}
	})
}

// box collects reports.
type box struct {
	mu  sync.Mutex
	got []bounce.Report
	err error
}

func (b *box) Known(address string) bool { return strings.Contains(strings.ToLower(address), token) }

func (b *box) Take(_ context.Context, r bounce.Report) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return false, b.err
	}
	b.got = append(b.got, r)
	return true, nil
}

func (b *box) expect(t *testing.T, kinds ...bounce.Kind) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var got []bounce.Kind
	for _, r := range b.got {
		got = append(got, r.Kind)
	}
	if diff := cmp.Diff(kinds, got); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
	b.got = nil
}

func TestListener_TakesReportsAndNothingElse(t *testing.T) {
	b := &box{}
	l, err := bounce.Listen(t.Context(), "smtp://127.0.0.1:0", "paper.example", nil, b, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := relay.Dial(t.Context(), relay.Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: relay.Plain})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Quit()
	send := func(to string, raw []byte) error { return c.Send(relay.Letter{To: to, Content: raw}) }
	if err := send("BOUNCE+"+strings.ToUpper(token)+"@bounce.paper.example", sample(t, "hard.eml")); err != nil {
		t.Error(err)
	}
	b.expect(t, bounce.Failed)
	if err := send("fbl@paper.example", sample(t, "complaint.eml")); err != nil {
		t.Error(err)
	}
	b.expect(t, bounce.Complained)
	for _, to := range []string{"editor@paper.example", "bounce+x@bounce.paper.example", "postmaster@elsewhere.example"} {
		if err := send(to, sample(t, "hard.eml")); err == nil || !strings.Contains(err.Error(), "550 5.1.1") {
			t.Errorf("%s: %v", to, err)
		}
	}
	b.expect(t)
	b.err = fault.New(fault.Unavailable, "no database")
	if err := send("fbl@paper.example", sample(t, "complaint.eml")); err == nil || !strings.Contains(err.Error(), "451") {
		t.Errorf("a report that cannot be written down: %v", err)
	}
}

func TestListen_SaysWhatIsWrong(t *testing.T) {
	if _, err := bounce.Listen(t.Context(), "127.0.0.1:25", "x", nil, &box{}, slog.Default()); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}

// LMTP answers for each recipient, over a socket of the machine too.
func TestListener_SpeaksLMTP(t *testing.T) {
	for _, address := range []string{"lmtp://127.0.0.1:0", "lmtp://" + filepath.Join(t.TempDir(), "b.sock")} {
		b := &box{}
		l, err := bounce.Listen(t.Context(), address, "paper.example", nil, b, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		conn, err := net.Dial(l.Addr().Network(), l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		c := smtp.NewClientLMTP(conn)
		defer c.Close()
		path := "bounce+" + token + "@bounce.paper.example"
		if err := c.Mail("", nil); err != nil {
			t.Fatal(err)
		}
		for to, refused := range map[string]bool{path: false, "fbl@paper.example": false, "editor@paper.example": true} {
			if err := c.Rcpt(to, nil); (err != nil) != refused {
				t.Errorf("%s: %v", to, err)
			}
		}
		var answers map[string]*smtp.DataResponse
		w, err := c.Data()
		if err == nil {
			_, err = w.Write(sample(t, "hard.eml"))
		}
		if err == nil {
			answers, err = w.CloseWithLMTPResponse()
		}
		if err != nil || len(answers) != 2 || answers[path] == nil || answers["fbl@paper.example"] == nil {
			t.Errorf("%s: %v, answers %v", address, err, answers)
		}
		b.expect(t, bounce.Failed)
	}
}

func TestListener_EncryptsWhenAsked(t *testing.T) {
	b := &box{}
	secure, err := bounce.SelfSigned("bounce.paper.example", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	l, err := bounce.Listen(t.Context(), "smtp://127.0.0.1:0", "bounce.paper.example", secure, b, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	roots := x509.NewCertPool()
	own, err := x509.ParseCertificate(secure.Certificates[0].Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	roots.AddCert(own)
	c, err := smtp.DialStartTLS(l.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "bounce.paper.example"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SendMail("", []string{"bounce+" + token + "@bounce.paper.example"}, bytes.NewReader(sample(t, "hard.eml"))); err != nil {
		t.Error(err)
	}
	if state, on := c.TLSConnectionState(); !on || state.Version < tls.VersionTLS12 {
		t.Errorf("TLS %v %+v", on, state)
	}
	b.expect(t, bounce.Failed)
}

// Mail programs that know no one-click write a mail to unsubscribe.
func TestParse_MailToLeave(t *testing.T) {
	leave := "Leave+" + token + "@bounce.paper.example"
	plain := []byte("From: Reader <reader@home.example>\r\nTo: <" + leave + ">\r\nSubject: unsubscribe\r\n\r\n")
	for _, got := range [][]bounce.Report{must(bounce.Parse(plain)), must(bounce.Parse([]byte("Subject: x\r\n\r\n"), leave))} {
		if len(got) != 1 || got[0].Kind != bounce.Left || !slices.Contains(got[0].To, leave) {
			t.Errorf("%+v", got)
		}
	}
}

func must(got []bounce.Report, err error) []bounce.Report {
	if err != nil {
		panic(err)
	}
	return got
}

// imapServer serves one mailbox with the given messages.
func imapServer(t *testing.T, messages ...[]byte) (address string, left func() []uint32) {
	t.Helper()
	backend := memory.New()
	user, err := backend.Login(nil, "username", "password")
	if err != nil {
		t.Fatal(err)
	}
	inbox, err := user.GetMailbox("INBOX")
	if err != nil {
		t.Fatal(err)
	}
	folder := inbox.(*memory.Mailbox)
	folder.Messages = nil
	for _, raw := range messages {
		if err := inbox.CreateMessage(nil, time.Now(), bytes.NewBuffer(raw)); err != nil {
			t.Fatal(err)
		}
	}
	s := server.New(backend)
	s.AllowInsecureAuth = true
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return l.Addr().String(), func() (uids []uint32) {
		for _, m := range folder.Messages {
			uids = append(uids, m.Uid)
		}
		return uids
	}
}

func TestVisit_IMAP(t *testing.T) {
	address, left := imapServer(t, sample(t, "answer.eml"), sample(t, "hard.eml"), sample(t, "complaint.eml"))
	m, err := bounce.ParseMailbox("imap://username:password@" + address)
	if err != nil {
		t.Fatal(err)
	}
	b := &box{err: fault.New(fault.Unavailable, "no database")}
	if _, err := m.Visit(t.Context(), b); err == nil || len(left()) != 3 {
		t.Errorf("a report that cannot be written down is removed: %v, %v", err, left())
	}
	b.err = nil
	done, err := m.Visit(t.Context(), b)
	if err != nil || done != 2 || len(left()) != 1 {
		t.Errorf("%d done (%v), %v left", done, err, left())
	}
	b.expect(t, bounce.Failed, bounce.Complained)
	if done, err := m.Visit(t.Context(), b); err != nil || done != 0 {
		t.Errorf("again: %d (%v)", done, err)
	}
	m.Password = "wrong"
	if _, err := m.Visit(t.Context(), b); err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("%v", err)
	}
}

// popServer is the least of POP3.
func popServer(t *testing.T, messages ...[]byte) (address string, left func() int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var mu sync.Mutex
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(c, "+OK hello\r\n")
			gone := map[int]bool{}
			for in := bufio.NewScanner(c); in.Scan(); {
				verb, arg, _ := strings.Cut(in.Text(), " ")
				n, _ := strconv.Atoi(arg)
				mu.Lock()
				switch {
				case verb == "PASS" && arg != "pa ss":
					fmt.Fprint(c, "-ERR no\r\n")
				case verb == "LIST":
					fmt.Fprint(c, "+OK\r\n")
					for i, m := range messages {
						fmt.Fprintf(c, "%d %d\r\n", i+1, len(m))
					}
					fmt.Fprint(c, ".\r\n")
				case verb == "RETR":
					fmt.Fprintf(c, "+OK\r\n%s\r\n.\r\n", bytes.ReplaceAll(messages[n-1], []byte("\n."), []byte("\n..")))
				case verb == "DELE":
					gone[n] = true
					fmt.Fprint(c, "+OK\r\n")
				case verb == "QUIT":
					var stay [][]byte
					for i, m := range messages {
						if !gone[i+1] {
							stay = append(stay, m)
						}
					}
					messages = stay
					fmt.Fprint(c, "+OK\r\n")
				default:
					fmt.Fprint(c, "+OK\r\n")
				}
				mu.Unlock()
			}
			c.Close()
		}
	}()
	return l.Addr().String(), func() int { mu.Lock(); defer mu.Unlock(); return len(messages) }
}

func TestVisit_POP3(t *testing.T) {
	address, left := popServer(t, sample(t, "hard.eml"), sample(t, "answer.eml"), bytes.Repeat([]byte("x"), bounce.MostBytes+1))
	m, err := bounce.ParseMailbox("pop3://username:pa%20ss@" + address)
	if err != nil {
		t.Fatal(err)
	}
	b := &box{err: fault.New(fault.Unavailable, "no database")}
	if _, err := m.Visit(t.Context(), b); err == nil || left() != 3 {
		t.Errorf("a report that cannot be written down is removed: %v", err)
	}
	b.err = nil
	if done, err := m.Visit(t.Context(), b); err != nil || done != 1 || left() != 2 {
		t.Errorf("%d done (%v), %d left", done, err, left())
	}
	b.expect(t, bounce.Failed)
}

func TestParseMailbox_NeverRepeatsThePassword(t *testing.T) {
	for _, bad := range []string{"", "imap.example", "http://a:secretword@b", "imaps://b.example"} {
		if _, err := bounce.ParseMailbox(bad); err == nil || strings.Contains(err.Error(), "secretword") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

var now = time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)

func read(t *testing.T, h bounce.Hook, header map[string][]string, body string) []bounce.Report {
	t.Helper()
	got, _, err := h.Read(t.Context(), now, header, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func denied(t *testing.T, h bounce.Hook, header map[string][]string, body string) {
	t.Helper()
	if got, _, err := h.Read(t.Context(), now, header, []byte(body)); !fault.Is(err, fault.Denied) {
		t.Errorf("%s: a forged message: %v (%v)", h.Provider, got, err)
	}
}

func TestHook_Postmark(t *testing.T) {
	h := bounce.Hook{Provider: bounce.Postmark, Secret: "me:secret"}
	good := map[string][]string{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("me:secret"))}}
	body := `{"RecordType":"Bounce","Type":"HardBounce","Email":"reader@home.example","Details":"smtp;550 5.1.1 reader@home.example unknown"}`
	got := read(t, h, good, body)
	if len(got) != 1 || got[0].Kind != bounce.Failed || got[0].Status != "5.1.1" || !got[0].Trusted || strings.Contains(got[0].Text, "reader@") {
		t.Errorf("%+v", got)
	}
	denied(t, h, map[string][]string{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("me:wrong"))}}, body)
	denied(t, bounce.Hook{Provider: bounce.Postmark}, map[string][]string{"Authorization": {"Basic "}}, body)
}

func TestHook_Mailgun(t *testing.T) {
	h := bounce.Hook{Provider: bounce.Mailgun, Secret: "key"}
	body := func(key string, at time.Time) string {
		stamp := strconv.FormatInt(at.Unix(), 10)
		sum := hmac.New(sha256.New, []byte(key))
		sum.Write([]byte(stamp + "tok"))
		return fmt.Sprintf(`{"signature":{"timestamp":"%s","token":"tok","signature":"%s"},"event-data":{"event":"failed","severity":"permanent","recipient":"r@h.example",
			"delivery-status":{"code":550,"message":"5.1.1 no such user","enhanced-code":"5.1.1"},"message":{"headers":{"message-id":"%s@paper.example"}}}}`, stamp, hex.EncodeToString(sum.Sum(nil)), token)
	}
	got := read(t, h, nil, body("key", now))
	if len(got) != 1 || got[0].Kind != bounce.Failed || got[0].Code != 550 || got[0].MessageID != token+"@paper.example" {
		t.Errorf("%+v", got)
	}
	denied(t, h, nil, body("other", now))
	denied(t, h, nil, body("key", now.Add(-time.Hour)))
}

func TestHook_SendGrid(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	h := bounce.Hook{Provider: bounce.SendGrid, Secret: base64.StdEncoding.EncodeToString(der)}
	body := `[{"event":"bounce","type":"bounce","email":"r@h.example","status":"5.1.1","reason":"550 5.1.1 unknown","smtp-id":"<` + token + `@paper.example>"},
		{"event":"spamreport","email":"s@h.example"},{"event":"delivered"}]`
	stamp := strconv.FormatInt(now.Unix(), 10)
	sum := sha256.Sum256([]byte(stamp + body))
	signature, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	header := map[string][]string{"X-Twilio-Email-Event-Webhook-Timestamp": {stamp}, "X-Twilio-Email-Event-Webhook-Signature": {base64.StdEncoding.EncodeToString(signature)}}
	got := read(t, h, header, body)
	if len(got) != 2 || got[0].Kind != bounce.Failed || got[0].MessageID != "<"+token+"@paper.example>" || got[1].Kind != bounce.Complained {
		t.Errorf("%+v", got)
	}
	denied(t, h, header, body+" ")
	denied(t, h, nil, body)
}

func TestHook_SES(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sns.amazonaws.com"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	asked := ""
	h := bounce.Hook{Provider: bounce.SES, Secret: "arn:aws:sns:eu-west-1:1:bounces", Certificate: func(_ context.Context, url string) ([]byte, error) {
		asked = url
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), nil
	}}
	message := `{"notificationType":"Bounce","mail":{"source":"bounce+` + token + `@bounce.paper.example","headers":[{"name":"Message-ID","value":"<` + token + `@paper.example>"}]},
		"bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"r@h.example","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 unknown"}]}}`
	make := func(kind, more, url string) string {
		e := map[string]string{"Type": kind, "MessageId": "m1", "TopicArn": h.Secret, "Message": message, "Timestamp": now.Format(time.RFC3339), "SignatureVersion": "2", "SigningCertURL": url}
		text := "Message\n" + message + "\nMessageId\nm1\nTimestamp\n" + e["Timestamp"] + "\nTopicArn\n" + h.Secret + "\nType\n" + kind + "\n"
		if kind != "Notification" {
			e["Token"], e["SubscribeURL"] = "t", more
			text = "Message\n" + message + "\nMessageId\nm1\nSubscribeURL\n" + more + "\nTimestamp\n" + e["Timestamp"] + "\nToken\nt\nTopicArn\n" + h.Secret + "\nType\n" + kind + "\n"
		}
		sum := sha256.Sum256([]byte(text))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		e["Signature"] = base64.StdEncoding.EncodeToString(signature)
		out, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	const cert = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
	good := make("Notification", "", cert)
	got := read(t, h, nil, good)
	if len(got) != 1 || got[0].Kind != bounce.Failed || got[0].Status != "5.1.1" || asked != cert {
		t.Errorf("%+v, certificate of %s", got, asked)
	}
	asked = ""
	denied(t, h, nil, strings.Replace(good, "Permanent", "Transient", 1))
	denied(t, h, nil, make("Notification", "", "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem"))
	denied(t, h, nil, make("SubscriptionConfirmation", "https://evil.example/", cert))
	other := h
	other.Secret = "arn:aws:sns:eu-west-1:2:others"
	denied(t, other, nil, good)
	_, confirm, err := h.Read(t.Context(), now, nil, []byte(make("SubscriptionConfirmation", "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription", cert)))
	if err != nil || confirm == nil {
		t.Errorf("confirmation: %v", err)
	}
}
