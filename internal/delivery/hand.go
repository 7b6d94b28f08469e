package delivery

import (
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"dateline/internal/delivery/bounce"
	"dateline/internal/delivery/letter"
	"dateline/internal/delivery/relay"
)

// connection carries letters of one relay, one at a time, until the end.
func (r *Runner) connection(state *relayState) {
	h := &hand{r: r, relay: state, done: make(chan struct{}, 1)}
	defer h.hangUp()
	for {
		e := r.dispatch.take(state, idleFor, h.hangUp)
		if e == nil {
			return
		}
		o := h.deliver(e)
		if o == nil { // back in the queue
			continue
		}
		// The next letter begins only when this outcome is on disk.
		o.done = h.done
		r.outcomes <- o
		<-h.done
	}
}

// hand is one connection's side of the work.
type hand struct {
	r      *Runner
	relay  *relayState
	conn   *relay.Conn
	buffer []byte
	done   chan struct{}
}

func (h *hand) hangUp() {
	if h.conn != nil {
		h.conn.Quit()
		h.conn = nil
	}
}

// deliver hands one letter over and says what came of it; nil when it is back
// in the queue.
func (h *hand) deliver(e *errand) *outcome {
	o, v := h.attempt(e)
	h.r.dispatch.ended(h.relay, e, v)
	if v != server || o != nil {
		return o
	}
	e.tries++
	if h.r.ctx.Err() != nil || h.r.stops() || h.r.gone(e.chunk) {
		h.r.putBack(e.chunk)
		return &outcome{letter: e}
	}
	if e.tries >= mostTries {
		return h.r.postponed(e, server, "", h.r.s.Clock.Now().Add(time.Minute), false)
	}
	h.r.dispatch.again(e)
	return nil
}

func (r *Runner) stops() bool {
	select {
	case <-r.stopping:
		return true
	default:
		return false
	}
}

// neutral is the verdict of what says nothing about relay and provider.
const neutral = later

// attempt makes the letter and hands it over. No outcome with the verdict
// server means that the letter is not to blame.
func (h *hand) attempt(e *errand) (*outcome, verdict) {
	r, c := h.r, e.chunk
	now := r.s.Clock.Now()
	r.mu.Lock()
	usable := !c.dropped && !c.lost && now.Before(c.leaseTo)
	if !usable {
		c.putBack = true
	}
	r.mu.Unlock()
	if !usable {
		return &outcome{letter: e}, neutral
	}
	if now.Sub(e.fetched) > freshFor {
		again, err := r.s.Readers.Recipients(r.ctx, r.s.DB, c.mailing.newsletter, []int64{e.row.member.ID})
		if err != nil {
			r.complain("a reader's address cannot be read", err)
			return r.postponed(e, server, "", now.Add(time.Minute), false), neutral
		}
		e.to, e.fetched = again[0], now
	}
	if !e.to.Active || e.to.Address == "" {
		return &outcome{letter: e, state: rowSkipped}, neutral
	}
	return h.send(e, now)
}

func (h *hand) send(e *errand, now time.Time) (*outcome, verdict) {
	r := h.r
	m := e.row.member
	if m.Language == "" {
		m.Language = e.to.Language
	}
	key, v, err := r.s.Renderer.Variant(r.ctx, e.chunk.mailing.id, m)
	if err == nil && v == nil {
		return &outcome{letter: e, state: rowSkipped}, neutral
	}
	var out relay.Letter
	if err == nil {
		out, err = h.write(e, key, v)
	}
	if err != nil {
		return r.unwritten(e, err, now), neutral
	}
	answer, cause := h.say(out)
	if answer == server {
		if r.ctx.Err() == nil {
			r.s.setTrouble("the mail server " + h.relay.cfg.Name + " takes no letters: " + relay.Redact(cause.Error()))
			r.s.Log.Warn("a mail server takes no letters", "relay", h.relay.cfg.Name, "error", cause)
		}
		return nil, server
	}
	verdict, code := classify(cause)
	switch verdict {
	case taken:
		r.s.clearTrouble()
		return &outcome{letter: e, state: rowSent, verdict: taken, tried: true, variant: key}, taken
	case readerHard, readerSoft, notReader:
		return &outcome{letter: e, state: rowBounced, verdict: verdict, tried: true, code: code}, neutral
	}
	if r.ctx.Err() != nil && code == "" { // cut by ourselves
		r.putBack(e.chunk)
		return &outcome{letter: e}, neutral
	}
	at := r.s.Clock.Now().Add(retryIn(verdict, code, e.row.attempts, rand.Float64()))
	return r.postponed(e, verdict, code, at, true), verdict
}

// unwritten is the outcome of a letter that cannot be made. An address that no
// letter can be sent to is a bounce; anything else is our own fault and is
// tried again when somebody has mended it.
func (r *Runner) unwritten(e *errand, err error, now time.Time) *outcome {
	if letter.CheckAddress(e.to.Address) != nil {
		return &outcome{letter: e, state: rowBounced, verdict: readerHard, code: "5.1.3"}
	}
	r.complain("a letter cannot be made", err)
	r.s.setTrouble("a letter cannot be made: " + err.Error())
	return r.postponed(e, server, "", now.Add(time.Minute), false)
}

// postponed is the outcome of a letter to be tried again, or, when that has
// gone on for too long, of one that is given up.
func (r *Runner) postponed(e *errand, v verdict, code string, at time.Time, tried bool) *outcome {
	if at.Sub(e.chunk.planned) > keepTrying && (tried || v == throttled) {
		if v == later {
			v = readerSoft
		}
		return &outcome{letter: e, state: rowGiven, verdict: v, code: code, tried: tried}
	}
	r.mu.Lock()
	e.chunk.later(at)
	r.mu.Unlock()
	return &outcome{letter: e, state: rowDeferred, verdict: v, code: code, due: at, tried: tried}
}

// write makes the letter in the connection's own buffer.
func (h *hand) write(e *errand, key string, v *Variant) (relay.Letter, error) {
	r, mailing := h.r, e.chunk.mailing
	body, err := r.body(r.ctx, mailing, e.chunk.planned, key, v)
	if err != nil {
		return relay.Letter{}, err
	}
	to, utf8, err := envelope(e.to.Address)
	if err != nil {
		return relay.Letter{}, err
	}
	links := r.s.Readers.Links(mailing.newsletter, e.row.member.ID, mailing.id)
	token := r.s.tokens.seal(mailing.id, e.row.member.ID)
	domain := v.From.Address[strings.LastIndexByte(v.From.Address, '@')+1:]
	one := letter.Recipient{Address: to, Name: e.to.Name, MessageID: token + "@" + domain,
		Unsubscribe: links.Unsubscribe, OneClick: links.OneClick, Preferences: links.Preferences}
	if r.s.LeaveByMail {
		one.MailTo = bounce.LeavePrefix + token + "@" + r.s.BounceDomain
	}
	if r.s.Metadata != "" {
		one.Metadata = token
	}
	if body.Marked() {
		one.Mark = r.s.Readers.Mark(mailing.newsletter, e.row.member.ID)
	}
	h.buffer, err = body.Append(h.buffer[:0], one)
	if err != nil {
		return relay.Letter{}, err
	}
	from := v.From.Address
	if r.s.BounceDomain != "" {
		from = returnPrefix + token + "@" + r.s.BounceDomain
	}
	return relay.Letter{From: from, To: to, UTF8: utf8, Content: h.buffer}, nil
}

// envelope writes a domain in other letters as DNS has it. utf8 tells that the
// rest of the address needs SMTPUTF8.
func envelope(address string) (to string, utf8 bool, err error) {
	if err := letter.CheckAddress(address); err != nil {
		return "", false, err
	}
	at := strings.LastIndexByte(address, '@')
	local, domain := address[:at], address[at+1:]
	other := func(r rune) bool { return r >= 0x80 }
	if strings.ContainsFunc(domain, other) {
		if domain, err = idna.Lookup.ToASCII(domain); err != nil {
			return "", false, err
		}
	}
	return local + "@" + domain, strings.ContainsFunc(local, other), nil
}

// say hands a letter over, on a new connection when the old one has ended in
// between. The verdict is server or something else that cause explains.
func (h *hand) say(l relay.Letter) (verdict, error) {
	for again := true; ; again = false {
		if h.conn != nil && !h.conn.Alive() {
			h.conn.Drop()
			h.conn = nil
		}
		if h.conn == nil {
			conn, err := relay.Dial(h.r.ctx, h.relay.cfg)
			if err != nil {
				return server, err
			}
			h.conn = conn
		}
		err := h.conn.Send(l)
		var f *relay.Failure
		if again && errors.As(err, &f) && f.Before {
			continue
		}
		v, _ := classify(err)
		return v, err
	}
}
