package letter

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset"
	"github.com/emersion/go-msgauth/dkim"
	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)

func variant() Variant {
	return Variant{Subject: "Größe zählt: 3 Fragen an die Bürgermeisterin", From: mail.Address{Name: "Die Möwe", Address: "news@paper.example"},
		ReplyTo: "desk@paper.example", ListID: "morning.paper.example", ListName: "Morning, daily", Language: "de",
		Text: "Hello slot-name.invalid,\n\n.a line with a dot\nFrom here  on = 3 €\ntrailing space \nbye\n" +
			strings.Repeat("long ", 60) + "\nleave: https://slot.invalid/unsubscribe\nchoose: https://slot.invalid/preferences",
		HTML: "<p>Hello slot-name.invalid</p>\n" + strings.Repeat("<p>Zwei  Leerzeichen und ein ganz langer Absatz mit Umlauten äöü.</p>\r\n", 50) +
			`<a href="https://slot.invalid/unsubscribe">leave</a> <a href="https://slot.invalid/preferences">choose</a>`}
}

func recipient() Recipient {
	return Recipient{Address: "reader@home.example", Name: `Anne "Q" <b> Öz`, MessageID: "abc.def@paper.example",
		Unsubscribe: "https://paper.example/n/leave?t=" + strings.Repeat("x=y&", 30), OneClick: "https://paper.example/n/one?t=abc", Preferences: "https://paper.example/n/me?t=1"}
}

func keys(t testing.TB) []*Key {
	t.Helper()
	var all []*Key
	for _, algorithm := range []string{RSA2048, Ed25519} {
		k, err := NewKey(algorithm, "paper.example", "dl"+algorithm)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, k)
	}
	return all
}

func build(t testing.TB, v Variant, r Recipient, keys ...*Key) []byte {
	t.Helper()
	b, err := Build(v, Options{Date: noon, Feedback: "m7:morning:news:paper", Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	out, err := b.Append(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// verify checks all signatures with an independent library.
func verify(t testing.TB, raw []byte, keys ...*Key) {
	t.Helper()
	records := map[string]string{}
	for _, k := range keys {
		name, text, err := k.Record()
		if err != nil {
			t.Fatal(err)
		}
		records[name] = text
	}
	found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		return []string{records[name]}, nil
	}})
	if err != nil || len(found) != len(keys) {
		t.Fatalf("%d signatures (%v), want %d\n%s", len(found), err, len(keys), raw)
	}
	for _, v := range found {
		if v.Err != nil {
			t.Errorf("signature of %s: %v", v.Identifier, v.Err)
		}
	}
}

func TestLetter_IsReadByOthersAsItWasWritten(t *testing.T) {
	v, r := variant(), recipient()
	raw := build(t, v, r, keys(t)...)
	m, err := message.Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	decode := func(name string) string {
		text, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get(name))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if got := decode("Subject"); got != v.Subject {
		t.Errorf("subject %q", got)
	}
	to, err := mail.ParseAddress(m.Header.Get("To"))
	if err != nil || to.Name != r.Name || to.Address != r.Address {
		t.Errorf("to %+v (%v)", to, err)
	}
	for name, want := range map[string]string{"List-Id": `"Morning, daily" <morning.paper.example>`, "List-Unsubscribe": "<" + r.OneClick + ">",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Precedence": "bulk", "Message-Id": "<abc.def@paper.example>",
		"Feedback-Id": "m7:morning:news:paper", "Auto-Submitted": "auto-generated", "Mime-Version": "1.0", "Date": "Wed, 02 Jan 2030 12:00:00 +0000"} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	parts := m.MultipartReader()
	fill := strings.NewReplacer(SlotUnsubscribe, r.Unsubscribe, SlotPreferences, r.Preferences)
	want := []string{fill.Replace(strings.ReplaceAll(v.Text, SlotName, r.Name)),
		fill.Replace(strings.ReplaceAll(v.HTML, SlotName, "Anne &#34;Q&#34; &lt;b&gt; Öz"))}
	for _, text := range want {
		part, err := parts.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(part.Body)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.ReplaceAll(text, "\r\n", "\n"), strings.ReplaceAll(string(body), "\r\n", "\n")); diff != "" {
			t.Errorf("part (-want +got):\n%s", diff)
		}
	}
	if _, err := parts.NextPart(); err != io.EOF {
		t.Errorf("more parts: %v", err)
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(raw), "\r\n"), "\r\n") {
		if strings.ContainsAny(line, "\r\n") || len(line) > 400 || strings.HasPrefix(line, ".") {
			t.Errorf("line %q", line)
		}
	}
}

func TestLetter_IsSigned(t *testing.T) {
	all := keys(t)
	raw := build(t, variant(), recipient(), all...)
	verify(t, raw, all...)
	for _, part := range []string{"leave", "Subject: ", "reader@home", "one?t=abc", "One-Click"} {
		changed := bytes.Replace(raw, []byte(part), []byte(strings.ToUpper(part)+"x"), 1)
		if bytes.Equal(changed, raw) {
			t.Fatalf("%q is not in the letter", part)
		}
		found, _ := dkim.VerifyWithOptions(bytes.NewReader(changed), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
			_, text, err := all[0].Record()
			return []string{text}, err
		}})
		for _, v := range found {
			if v.Err == nil {
				t.Errorf("the signature holds although %q was changed", part)
			}
		}
	}
}

// dkimpy is written by other people in another language. Its look-ups are
// answered from what it is given.
// python is Debian's, for which its packages are made.
const python = "/usr/bin/python3"

const dkimpy = `
import dkim, json, sys
given = json.load(sys.stdin)
def txt(name, timeout=5):
    return given["records"].get((name.decode() if isinstance(name, bytes) else name).rstrip("."), "").encode()
d = dkim.DKIM(given["letter"].encode())
sys.exit(0 if all(d.verify(i, dnsfunc=txt) for i in range(given["signatures"])) else 3)
`

func TestLetter_IsSignedForAnotherImplementation(t *testing.T) {
	if err := exec.Command(python, "-c", "import dkim, nacl").Run(); err != nil {
		t.Skip("python3-dkim and python3-nacl are not installed")
	}
	all := keys(t)
	records := map[string]string{}
	for _, k := range all {
		name, text, err := k.Record()
		if err != nil {
			t.Fatal(err)
		}
		records[name] = text
	}
	b, err := Build(variant(), Options{Date: time.Date(2025, 1, 2, 12, 0, 0, 0, time.UTC), Keys: all}) // it refuses the future
	if err != nil {
		t.Fatal(err)
	}
	raw, err := b.Append(nil, recipient())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		letter []byte
		good   bool
	}{{raw, true}, {bytes.Replace(raw, []byte("Leerzeichen"), []byte("Leerzeichem"), 1), false}} {
		input, err := json.Marshal(map[string]any{"letter": string(c.letter), "records": records, "signatures": len(all)})
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(python, "-c", dkimpy)
		cmd.Stdin = bytes.NewReader(input)
		out, err := cmd.CombinedOutput()
		if (err == nil) != c.good {
			t.Errorf("dkimpy: %v: %s, want success %v", err, out, c.good)
		}
	}
}

func TestLetter_SameBytesEachTime(t *testing.T) {
	all := keys(t)
	if a, b := build(t, variant(), recipient(), all...), build(t, variant(), recipient(), all...); !bytes.Equal(a, b) {
		t.Error("the same letter differs when it is made again")
	}
}

func TestLetter_AppendsToABufferInUse(t *testing.T) {
	all := keys(t)
	b, err := Build(variant(), Options{Date: noon, Keys: all})
	if err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 0, 1<<20)
	for i := range 3 {
		r := recipient()
		r.Name = strings.Repeat("N", i*40)
		buffer, err = b.Append(buffer[:0], r)
		if err != nil {
			t.Fatal(err)
		}
		verify(t, buffer, all...)
	}
}

func TestBuild_RefusesWhatBreaksOut(t *testing.T) {
	for what, change := range map[string]func(*Variant){
		"subject":    func(v *Variant) { v.Subject = "a\r\nBcc: x@y.example" },
		"sender":     func(v *Variant) { v.From.Name = "a\nb" },
		"address":    func(v *Variant) { v.From.Address = "a@b.example>\r\nX: y" },
		"answers":    func(v *Variant) { v.ReplyTo = "a@b.example\r\n" },
		"list":       func(v *Variant) { v.ListName = "a\u2028b" },
		"list id":    func(v *Variant) { v.ListID = "a> <b" },
		"language":   func(v *Variant) { v.Language = "de\x00" },
		"no text":    func(v *Variant) { v.Text = "" },
		"no subject": func(v *Variant) { v.Subject = "  " },
	} {
		v := variant()
		change(&v)
		if _, err := Build(v, Options{Date: noon}); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
}

func TestSubject_OfAnyKindKeepsItsLines(t *testing.T) {
	for _, subject := range []string{strings.Repeat("x", 3000), "=?utf-8?q?forged?=", strings.Repeat("ä", 500), "plain", strings.Repeat("word ", 300)} {
		v := variant()
		v.Subject = subject
		raw := build(t, v, recipient())
		m, err := message.Read(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		got, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil || got != strings.TrimSpace(subject) {
			t.Errorf("%.30q: read as %.60q (%v)", subject, got, err)
		}
		for line := range strings.SplitSeq(string(raw), "\r\n") {
			if len(line) > 400 {
				t.Errorf("%.30q: a line of %d bytes", subject, len(line))
			}
		}
	}
}

// FuzzLetter puts anything into everything that comes from people: the letter
// is refused, or has exactly the fields it should have and a valid signature.
func FuzzLetter(f *testing.F) {
	f.Add("Subject", "Name", "a@b.example", "Reader", "r@s.example", "text", "<p>html</p>")
	f.Add("a\r\nBcc: x@y.example", "b\nX: 1", "a@b.example>\r\nX: 1", "\u2028", "\"r\"@s.example", ".\r\n.\r\nMAIL FROM", "\rFrom ")
	f.Add("=?utf-8?q?=0d=0aBcc:_x?=", "((", "ä@b.example", "a,b <c@d.example>", "r@s.example,t@u.example", "--=_\n a  b \t\n\n\n", "\r\r\n")
	k, err := NewKey(Ed25519, "paper.example", "dl")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, subject, from, address, name, to, text, html string) {
		b, err := Build(Variant{Subject: subject, From: mail.Address{Name: from, Address: address}, ListID: "l.example", ListName: from, Text: text, HTML: html}, Options{Date: noon, Keys: []*Key{k}})
		if err != nil {
			return
		}
		raw, err := b.Append(nil, Recipient{Address: to, Name: name, MessageID: "m@paper.example", Unsubscribe: "https://u", OneClick: "https://o", Preferences: "https://p"})
		if err != nil {
			return
		}
		head, _, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
		if !ok {
			t.Fatal("no head")
		}
		names := map[string]int{}
		for line := range bytes.SplitSeq(head, []byte("\r\n")) {
			if bytes.ContainsAny(line, "\r\n\x00") {
				t.Fatalf("line %q", line)
			}
			if line[0] == ' ' {
				continue
			}
			field, _, _ := bytes.Cut(line, []byte(":"))
			names[string(field)]++
		}
		for name, n := range names {
			if n != 1 {
				t.Errorf("%d times %s", n, name)
			}
		}
		if len(names) != 13 {
			t.Errorf("fields %v", names)
		}
		if bytes.Contains(raw, []byte("\r\n.")) || bytes.Contains(bytes.ReplaceAll(raw, []byte("\r\n"), nil), []byte("\n")) {
			t.Error("a line begins with a dot, or a line break stands alone")
		}
		verify(t, raw, k)
	})
}

func TestRelax_IsWhatTheStandardSays(t *testing.T) {
	if got := string(relax(nil, []byte("a \t b \r\n  c\r\n\t\r\nd\r\n"))); got != "a b\r\n c\r\n\r\nd\r\n" {
		t.Errorf("relaxed %q", got)
	}
}

func BenchmarkAppend(b *testing.B) {
	v := variant()
	v.HTML = strings.Repeat("<td style=\"padding:0 24px\">A paragraph of news with some words in it.</td>\n", 430) + v.HTML
	for _, set := range [][]string{nil, {Ed25519}, {RSA2048}} {
		b.Run(fmt.Sprint(set), func(b *testing.B) {
			var all []*Key
			for _, algorithm := range set {
				k, err := NewKey(algorithm, "paper.example", "dl")
				if err != nil {
					b.Fatal(err)
				}
				all = append(all, k)
			}
			body, err := Build(v, Options{Date: noon, Keys: all})
			if err != nil {
				b.Fatal(err)
			}
			buffer := make([]byte, 0, 1<<17)
			b.ReportAllocs()
			for b.Loop() {
				if buffer, err = body.Append(buffer[:0], recipient()); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(buffer)))
		})
	}
}

func BenchmarkSHA256(b *testing.B) {
	text := make([]byte, 37600)
	for b.Loop() {
		sum := sha256.Sum256(text)
		_ = base64.StdEncoding.EncodeToString(sum[:])
	}
}
