package letter

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"html"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/fault"
)

// The slots that text and HTML may hold. They look like addresses, so that an
// HTML template lets them stand in a link.
const (
	SlotUnsubscribe = "https://slot.invalid/unsubscribe" // page that ends the subscription
	SlotPreferences = "https://slot.invalid/preferences" // page with the reader's choices
	SlotName        = "slot-name.invalid"                // the reader's name, escaped in HTML
	SlotReader      = "slot-reader.invalid"              // the reader's mark, for sites that keep who still reads; in links only
)

// Variant is what one group of recipients gets. Text and HTML are UTF-8 and
// hold slots; both are needed.
type Variant struct {
	Subject  string
	From     mail.Address
	ReplyTo  string
	ListID   string // "morning.paper.example", without brackets
	ListName string
	Language string // "de", "" for none said
	Text     string
	HTML     string
}

// Options say how the letters of a mailing are made.
type Options struct {
	Date     time.Time // stands in the letter; the same for all tries
	Feedback string    // Feedback-ID: "mailing:newsletter:kind:sender", "" for none
	Keys     []*Key    // each signs; none for no signature
	Metadata string    // name of a field for the relay alone, "" for none; it is not signed
}

// Recipient is what differs.
type Recipient struct {
	Address, Name                      string
	MessageID                          string // without brackets
	Unsubscribe, OneClick, Preferences string
	MailTo                             string // address that unsubscribes, "" for none
	Metadata                           string // value of Options.Metadata's field
	Mark                               string // for SlotReader
}

// slot numbers.
const (
	noSlot = iota
	unsubscribe
	preferences
	name
	nameHTML
	mark
)

// piece is a stretch of the body that is the same for everybody, and the slot
// after it.
type piece struct {
	raw     []byte
	relaxed []byte
	slot    int
}

// Body is a variant, ready for its recipients. Safe for concurrent use.
type Body struct {
	opt    Options
	static []byte // head that is the same for all
	pieces []piece
	// The hash of the body up to the first slot, and of the static part of the
	// head, go on from here for each recipient.
	bodySum, headSum hash.Cloner
	heads            []string // of the signature of each key, up to the body's hash
	size             int
}

// signed names the fields under a signature in the order of hashing: those
// that all share, then those of the recipient. From, To and Subject are named
// once more, so that nobody can put another of them on top.
const (
	signedShared = "from:subject:date:reply-to:list-id:feedback-id:list-unsubscribe-post:mime-version:content-type:"
	signedOwn    = "to:message-id:list-unsubscribe"
	signedAgain  = ":from:to:subject"
)

// Build encodes a variant. It refuses what cannot stand in a letter.
func Build(v Variant, opt Options) (*Body, error) {
	if err := check(v, opt); err != nil {
		return nil, err
	}
	b := &Body{opt: opt}
	boundary := boundaryOf(v)
	var p pieces
	part := func(kind, text string, slots [][2]any) {
		p.plain("--" + boundary + "\r\nContent-Type: " + kind + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
		p.text(text, slots)
		p.plain("\r\n")
	}
	part("text/plain", v.Text, [][2]any{{SlotUnsubscribe, unsubscribe}, {SlotPreferences, preferences}, {SlotName, name}, {SlotReader, mark}})
	part("text/html", v.HTML, [][2]any{{SlotUnsubscribe, unsubscribe}, {SlotPreferences, preferences}, {SlotName, nameHTML}, {SlotReader, mark}})
	p.plain("--" + boundary + "--\r\n")
	b.pieces = p.done()
	b.head(v, boundary)
	sum := sha256.New()
	sum.Write(b.pieces[0].relaxed)
	b.bodySum = sum.(hash.Cloner)
	for _, one := range b.pieces {
		b.size += len(one.raw)
	}
	return b, nil
}

func check(v Variant, opt Options) error {
	for what, text := range map[string]string{"subject": v.Subject, "name of the sender": v.From.Name, "list name": v.ListName,
		"list id": v.ListID, "language": v.Language, "feedback id": opt.Feedback, "reply address": v.ReplyTo} {
		if Broken(text) {
			return fault.New(fault.Invalid, "the %s of the letter is not one line of text", what).WithHint("take line breaks and control characters out of it")
		}
	}
	if strings.TrimSpace(v.Subject) == "" {
		return fault.New(fault.Invalid, "the letter has no subject")
	}
	if v.Text == "" || v.HTML == "" {
		return fault.New(fault.Invalid, "the letter lacks its plain text or its HTML")
	}
	if strings.ContainsAny(v.ListID, " <>") || strings.ContainsAny(v.Language, " ;,") || strings.Contains(opt.Feedback, " ") {
		return fault.New(fault.Invalid, "list id, language and feedback id are one word each")
	}
	for what, address := range map[string]string{"sender's address": v.From.Address, "address for answers": v.ReplyTo} {
		if address == "" && what != "sender's address" {
			continue
		}
		if err := CheckAddress(address); err != nil || !ascii(address) {
			return fault.New(fault.Invalid, "the %s cannot be used", what).WithHint("write it in plain letters, such as news@paper.example; a domain in other letters as xn--…")
		}
	}
	return nil
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

// boundaryOf is the same for the same variant, and stands nowhere in it:
// quoted-printable text never holds "=_".
func boundaryOf(v Variant) string {
	sum := sha256.Sum256([]byte(v.Subject + "\x00" + v.Text + "\x00" + v.HTML))
	return "=_" + hex.EncodeToString(sum[:15])
}

// pieces puts the body together.
type pieces struct {
	cuts []piece
	raw  []byte
}

func (p *pieces) plain(text string) { p.raw = append(p.raw, text...) }

// text encodes what stands between the slots.
func (p *pieces) text(text string, slots [][2]any) {
	for {
		at, found := -1, [2]any{}
		for _, s := range slots {
			if i := strings.Index(text, s[0].(string)); i >= 0 && (at < 0 || i < at) {
				at, found = i, s
			}
		}
		if at < 0 {
			p.raw = quote(p.raw, text)
			return
		}
		p.raw = quote(p.raw, text[:at])
		p.cut(found[1].(int))
		text = text[at+len(found[0].(string)):]
	}
}

func (p *pieces) cut(slot int) {
	one := piece{raw: p.raw, relaxed: relax(nil, p.raw), slot: slot}
	if bytes.Equal(one.raw, one.relaxed) {
		one.relaxed = one.raw // keep it once
	}
	p.cuts = append(p.cuts, one)
	p.raw = nil
}

func (p *pieces) done() []piece {
	p.cut(noSlot)
	return p.cuts
}

// head makes what all recipients share of the head, and hashes what of it is
// signed.
func (b *Body) head(v Variant, boundary string) {
	sum := sha256.New()
	add := func(name, value string, signed bool) {
		if value == "" {
			return
		}
		f := makeField(name, value)
		b.static = append(b.static, f.raw...)
		if signed {
			sum.Write(f.relaxed)
		}
	}
	// In the order of signedShared.
	add("From", mailbox(v.From.Name, v.From.Address), true)
	add("Subject", words(v.Subject), true)
	add("Date", b.opt.Date.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"), true)
	if v.ReplyTo != "" {
		add("Reply-To", mailbox("", v.ReplyTo), true)
	}
	if v.ListID != "" {
		list := "<" + v.ListID + ">"
		if v.ListName != "" {
			list = phrase(v.ListName) + " " + list
		}
		add("List-Id", list, true)
	}
	add("Feedback-ID", b.opt.Feedback, true)
	add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click", true)
	add("MIME-Version", "1.0", true)
	add("Content-Type", `multipart/alternative; boundary="`+boundary+`"`, true)
	add("Content-Language", v.Language, false)
	add("Precedence", "bulk", false)
	add("Auto-Submitted", "auto-generated", false) // RFC 3834: no out-of-office answers
	b.headSum = sum.(hash.Cloner)
	for _, k := range b.opt.Keys {
		b.heads = append(b.heads, "v=1; a="+k.name()+"; c=relaxed/relaxed; d="+k.Domain+"; s="+k.Selector+
			"; t="+strconv.FormatInt(b.opt.Date.Unix(), 10)+"; h="+signedShared+signedOwn+signedAgain+"; bh=")
	}
}

// Size is about how much memory the body takes, in bytes.
func (b *Body) Size() int {
	n := b.size
	for _, p := range b.pieces {
		if len(p.raw) > 0 && &p.raw[0] != &p.relaxed[0] {
			n += len(p.relaxed)
		}
	}
	return n
}

// Marked tells whether the body has a place for the reader's mark.
func (b *Body) Marked() bool {
	return slices.ContainsFunc(b.pieces, func(p piece) bool { return p.slot == mark })
}

// Append appends the letter to one recipient to dst, ending with CR LF.
func (b *Body) Append(dst []byte, r Recipient) ([]byte, error) {
	if err := checkRecipient(r); err != nil {
		return dst, err
	}
	var scratch [1024]byte
	slots := b.fill(scratch[:0], r)
	leave := "<" + r.OneClick + ">"
	if r.MailTo != "" {
		leave += ", <mailto:" + r.MailTo + ">"
	}
	own := [3]struct{ name, value string }{
		{"To", mailbox(cleanName(r.Name), r.Address)}, {"Message-ID", "<" + r.MessageID + ">"}, {"List-Unsubscribe", leave}}
	if len(b.opt.Keys) > 0 {
		var err error
		if dst, err = b.sign(dst, slots, own[:]); err != nil {
			return dst, err
		}
	}
	dst = append(dst, b.static...)
	for _, f := range own {
		dst = appendField(dst, f.name, f.value)
	}
	if b.opt.Metadata != "" {
		dst = appendField(dst, b.opt.Metadata, r.Metadata)
	}
	dst = append(dst, "\r\n"...)
	for i, p := range b.pieces {
		dst = append(dst, p.raw...)
		dst = append(dst, slots.of(i)...)
	}
	return dst, nil
}

func checkRecipient(r Recipient) error {
	if err := CheckAddress(r.Address); err != nil {
		return err
	}
	for _, link := range []string{r.Unsubscribe, r.OneClick, r.Preferences, r.MessageID, r.MailTo, r.Metadata, r.Mark} {
		if Broken(link) || strings.ContainsAny(link, " <>") {
			return fault.New(fault.Internal, "a link or id of the letter is not one word")
		}
	}
	return nil
}

// filled are the encoded slots of one recipient, one after the other.
type filled struct {
	text []byte
	ends [16]int
	more []int // beyond those
}

func (f *filled) add(end, i int) {
	if i < len(f.ends) {
		f.ends[i] = end
		return
	}
	f.more = append(f.more, end)
}

func (f *filled) end(i int) int {
	switch {
	case i < 0:
		return 0
	case i < len(f.ends):
		return f.ends[i]
	}
	return f.more[i-len(f.ends)]
}

func (f *filled) of(i int) []byte { return f.text[f.end(i-1):f.end(i)] }

func (b *Body) fill(text []byte, r Recipient) *filled {
	f := &filled{text: text}
	for i, p := range b.pieces {
		switch p.slot {
		case unsubscribe:
			f.text = quote(f.text, r.Unsubscribe)
		case preferences:
			f.text = quote(f.text, r.Preferences)
		case mark:
			f.text = quote(f.text, r.Mark)
		case name:
			f.text = quote(f.text, cleanName(r.Name))
		case nameHTML:
			f.text = quote(f.text, html.EscapeString(cleanName(r.Name)))
		}
		f.add(len(f.text), i)
	}
	return f
}

// cleanName takes out what a name has no business with.
func cleanName(name string) string {
	if Broken(name) {
		return ""
	}
	return name
}

// sign appends a signature of each key.
func (b *Body) sign(dst []byte, slots *filled, own []struct{ name, value string }) ([]byte, error) {
	body, err := b.bodySum.Clone()
	if err != nil {
		return dst, err
	}
	var scratch [512]byte
	for i, p := range b.pieces {
		if i > 0 {
			body.Write(p.relaxed)
		}
		body.Write(relax(scratch[:0], slots.of(i)))
	}
	var sum [sha256.Size]byte
	var bodyHash [44]byte
	base64.StdEncoding.Encode(bodyHash[:], body.Sum(sum[:0]))
	head, err := b.headSum.Clone()
	if err != nil {
		return dst, err
	}
	for _, f := range own {
		head.Write(appendRelaxed(scratch[:0], strings.ToLower(f.name), f.value))
	}
	for i, k := range b.opt.Keys {
		signature, err := head.Clone()
		if err != nil {
			return dst, err
		}
		value := b.heads[i] + string(bodyHash[:]) + "; b="
		relaxed := appendRelaxed(scratch[:0], "dkim-signature", value)
		signature.Write(relaxed[:len(relaxed)-2]) // without its line break
		dst = appendField(dst, "DKIM-Signature", value)
		dst = append(dst[:len(dst)-2], "\r\n "...)
		start := len(dst)
		if dst, err = k.sign(dst, [sha256.Size]byte(signature.Sum(sum[:0]))); err != nil {
			return dst, err
		}
		dst = wrap(dst, start)
	}
	return dst, nil
}

// wrap folds what stands from start to lines of 76 and ends the field. White
// space inside of a signature does not count.
func wrap(dst []byte, start int) []byte {
	const width = 75
	for at := start + width; at < len(dst); at += width + 3 {
		dst = append(dst, 0, 0, 0)
		copy(dst[at+3:], dst[at:len(dst)-3])
		copy(dst[at:], "\r\n ")
	}
	return append(dst, "\r\n"...)
}
