package site

import (
	"context"
	"encoding/json"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/throttle"
)

// The hub tells readers of an article what is new under it. It hears of the
// purges of "comments:<article>", reads what changed once, encodes it once, and
// hands the same bytes to everybody who listens: a reader's connection costs no
// query, and what one has not taken yet is a few slices at most.

const (
	liveRows     = 60                     // that one message has at most; beyond it says "many"
	liveKept     = 32                     // messages for those who come back
	liveWaiting  = 8                      // messages that a listener may be behind
	livePing     = 20 * time.Second       // so that nobody between takes the line for dead
	livePace     = 250 * time.Millisecond // between two messages, for each thousand listeners begun
	livePrefix   = 64                     // listeners of one IPv4 address or IPv6 /64
	liveAll      = 50_000
	liveCatchUps = time.Second // between two reads for those who come from further back
)

// Hub holds everybody who listens. Safe for concurrent use.
type Hub struct {
	site *Site

	mu       sync.Mutex
	rooms    map[int64]*room
	prefixes map[netip.Prefix]int
	all      int
	closed   bool
	work     sync.WaitGroup
}

// NewHub returns a hub for a site. Close it.
func NewHub(s *Site) *Hub {
	h := &Hub{site: s, rooms: map[int64]*room{}, prefixes: map[netip.Prefix]int{}}
	s.db.OnPurge(h.hear)
	return h
}

// room is everybody who listens to one article.
type room struct {
	hub     *Hub
	article int64
	dirty   chan struct{}
	over    chan struct{} // closed when nobody listens any more

	mu        sync.Mutex
	listeners map[*Listener]struct{}
	kept      []message
	floor     comment.Cursor // from which on kept has everything
	next      comment.Cursor // up to which was read
	caughtUp  time.Time
	known     map[string]int64 // versions that were told of, by number
	last      message
	ended     bool
	left      bool // it ended because nobody listened
}

type message struct {
	at   comment.Cursor
	wire []byte
}

// Listener is one reader's line. Read Out until Done is closed.
type Listener struct {
	Out  chan []byte
	Done chan struct{}

	room   *room
	prefix netip.Prefix
	once   sync.Once
}

// news is what a message says.
type news struct {
	Count     int64        `json:"count"`
	CountText string       `json:"countText"`
	Many      bool         `json:"many,omitempty"` // there is more than it tells
	Comments  []CommentDoc `json:"comments,omitempty"`
}

// end is the last message of an article that readers may not see any more.
var end = []byte("event: end\ndata: {}\n\n")

var ping = []byte(": still here\n\n")

// hear marks what was purged. It is called by whoever commits.
func (h *Hub) hear(keys []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, key := range keys {
		kind, number, _ := strings.Cut(key, ":")
		switch kind {
		case "comments", "article":
			if id, err := strconv.ParseInt(number, 10, 64); err == nil && h.rooms[id] != nil {
				h.rooms[id].mark()
			}
		case "site", "*":
			for _, r := range h.rooms {
				r.mark()
			}
		}
	}
}

func (r *room) mark() {
	select {
	case r.dirty <- struct{}{}:
	default:
	}
}

// Join lets a reader listen to an article from a cursor on. It is NotFound when
// there is nothing to listen to, TooMany when the reader's network, or the
// server, has enough lines.
func (h *Hub) Join(ctx context.Context, article int64, client netip.Addr, since comment.Cursor) (*Listener, error) {
	l := &Listener{Out: make(chan []byte, liveWaiting), Done: make(chan struct{}), prefix: throttle.Prefix(client, 32, 64)}
	if err := h.enter(l.prefix); err != nil {
		return nil, err
	}
	for {
		r, err := h.room(ctx, article)
		on := false
		if err == nil {
			l.room = r
			on, err = r.join(ctx, l, since)
		}
		if err != nil {
			h.leave(l.prefix)
			return nil, err
		}
		if on {
			return l, nil
		} // the room was closed a moment ago, as nobody listened
	}
}

func (h *Hub) enter(prefix netip.Prefix) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return fault.New(fault.Unavailable, "the server is stopping")
	case h.prefixes[prefix] >= livePrefix || h.all >= liveAll:
		return fault.New(fault.TooMany, "too many lines from one network")
	}
	h.prefixes[prefix]++
	h.all++
	return nil
}

func (h *Hub) leave(prefix netip.Prefix) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all--
	if h.prefixes[prefix]--; h.prefixes[prefix] <= 0 {
		delete(h.prefixes, prefix)
	}
}

// room returns the room of an article, opening it for the first who comes.
func (h *Hub) room(ctx context.Context, article int64) (*room, error) {
	h.mu.Lock()
	r := h.rooms[article]
	h.mu.Unlock()
	if r != nil {
		return r, nil
	}
	c, _, err := h.site.own(ctx, "", article)
	if err == nil && !c.conf.CommentLive {
		err = fault.New(fault.NotFound, "new comments do not appear by themselves here")
	}
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if r = h.rooms[article]; r != nil || h.closed {
		if r == nil {
			return nil, fault.New(fault.Unavailable, "the server is stopping")
		}
		return r, nil
	}
	now := comment.Cursor{At: db.Micros(c.now)}
	r = &room{hub: h, article: article, dirty: make(chan struct{}, 1), over: make(chan struct{}), listeners: map[*Listener]struct{}{},
		floor: now, next: now, known: map[string]int64{}}
	h.rooms[article] = r
	h.work.Go(r.run)
	return r, nil
}

// join adds a listener, and hands it what it missed. It is false for a room that
// was left.
func (r *room) join(ctx context.Context, l *Listener, since comment.Cursor) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left {
		return false, nil
	}
	if r.ended {
		return false, fault.New(fault.NotFound, "nothing is told about this article any more")
	}
	if since != (comment.Cursor{}) {
		if before(since, r.floor) {
			r.catchUp(ctx, since)
		}
		missed := r.missed(since)
		for _, wire := range missed[max(0, len(missed)-liveWaiting):] {
			l.Out <- wire
		}
	}
	r.listeners[l] = struct{}{}
	return true, nil
}

// missed are the messages after a cursor; when there are more than a line may
// wait for, or they are no longer kept, the last word on how many there are.
func (r *room) missed(since comment.Cursor) [][]byte {
	var out [][]byte
	for _, m := range r.kept {
		if before(since, m.at) {
			out = append(out, m.wire)
		}
	}
	if (before(since, r.floor) || len(out) > liveWaiting) && r.last.wire != nil {
		return [][]byte{r.last.wire}
	}
	return out
}

func before(a, b comment.Cursor) bool { return a.At < b.At || a.At == b.At && a.Root < b.Root }

// catchUp reads further back, for whoever has an older page.
func (r *room) catchUp(ctx context.Context, since comment.Cursor) {
	now := r.hub.site.clock.Now()
	if now.Sub(r.caughtUp) < liveCatchUps && !now.Before(r.caughtUp) {
		return
	}
	r.caughtUp = now
	tell, at, more, err := r.read(ctx, since, true)
	if err != nil || tell == nil {
		return
	}
	r.last = message{at, encode(at, news{Count: tell.Count, CountText: tell.CountText, Many: true})}
	if more {
		return
	}
	r.floor, r.kept = since, nil // fresh from the database
	if len(tell.Comments) > 0 {
		r.kept = []message{{at, encode(at, *tell)}}
	}
}

// read returns what changed after a cursor; nil when readers may not see the
// article any more. With again it tells of what was told before, too.
func (r *room) read(ctx context.Context, after comment.Cursor, again bool) (tell *news, at comment.Cursor, more bool, err error) {
	s := r.hub.site
	c, reading, err := s.own(ctx, "", r.article)
	if fault.Is(err, fault.NotFound) || err == nil && !c.conf.CommentLive {
		return nil, after, false, nil
	}
	if err != nil {
		return nil, after, false, err
	}
	reading.away = false
	// Commits may come out of the order of their moments, so it looks back a
	// little, and knows what it has told.
	from := comment.Cursor{At: after.At - liveOverlap.Microseconds(), Root: after.Root}
	list, at, more, err := comment.Recent(ctx, s.db, r.article, from, liveRows)
	if before(at, after) {
		at = after
	}
	tell = &news{Count: reading.a.CommentCount, CountText: c.words.N("comments.count", reading.a.CommentCount)}
	slices.Reverse(list)
	for i := range list {
		doc := c.commentDoc(&list[i], reading)
		if r.known[doc.ID] == doc.Version && !again {
			continue
		}
		if !again { // who comes back hears of it before the others do
			r.known[doc.ID] = doc.Version
		}
		tell.Comments = append(tell.Comments, doc)
	}
	if more && len(list) > 0 && before(comment.Cursor{At: db.Micros(list[0].Changed), Root: list[0].ID}, after) {
		more = false // it reached what was read before
	}
	tell.Many = more
	return tell, at, more, err
}

func encode(at comment.Cursor, n news) []byte {
	data, err := json.Marshal(n)
	if err != nil {
		return ping // documents of ours encode
	}
	return []byte("id: " + at.String() + "\ndata: " + string(data) + "\n\n")
}

// run tells the room's listeners until the last one has left.
func (r *room) run() {
	pings := time.NewTicker(livePing)
	defer pings.Stop()
	for {
		select {
		case <-r.over:
			return
		case <-pings.C:
			if r.empty() {
				return
			}
			r.broadcast(ping)
			continue
		case <-r.dirty:
		}
		again, on := r.tell()
		if !on {
			return
		}
		if again {
			r.mark()
		}
		pace := time.NewTimer(livePace * time.Duration(1+r.size()/1000))
		select {
		case <-pace.C:
		case <-r.over:
			pace.Stop()
			return
		}
	}
}

func (r *room) size() int { r.mu.Lock(); defer r.mu.Unlock(); return len(r.listeners) }

// tell reads what is new and tells everybody. again asks for another try.
func (r *room) tell() (again, on bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r.mu.Lock()
	defer r.mu.Unlock()
	tell, at, _, err := r.read(ctx, r.next, false)
	switch {
	case err != nil:
		return true, true
	case tell == nil:
		r.finish(end)
		return false, false
	}
	r.next = at
	r.last = message{at, encode(at, news{Count: tell.Count, CountText: tell.CountText, Many: true})}
	if len(r.known) > 4*liveRows {
		clear(r.known) // whoever hears of one twice knows it by its version
	}
	if len(tell.Comments) == 0 && !tell.Many {
		return false, true
	}
	m := message{at, encode(at, *tell)}
	if tell.Many || slices.ContainsFunc(tell.Comments, func(d CommentDoc) bool { return d.Gone || d.Edited != "" }) {
		// What was told of those before is not told again to anybody.
		r.kept, r.floor = nil, r.next
	} else {
		r.kept = append(r.kept, m)
	}
	if n := len(r.kept) - liveKept; n > 0 {
		r.floor = r.kept[n-1].at
		r.kept = slices.Delete(r.kept, 0, n)
	}
	r.send(m.wire)
	return false, true
}

func (r *room) broadcast(wire []byte) { r.mu.Lock(); defer r.mu.Unlock(); r.send(wire) }

// send hands a message to everybody. Who is too far behind is let go: their
// browser comes back and says what it had last.
func (r *room) send(wire []byte) {
	for l := range r.listeners {
		select {
		case l.Out <- wire:
		default:
			delete(r.listeners, l)
			close(l.Done)
		}
	}
}

// finish says a last word to everybody, and closes the room.
func (r *room) finish(word []byte) {
	r.ended = true
	for l := range r.listeners {
		if word != nil {
			select {
			case l.Out <- word:
			default:
			}
		}
		delete(r.listeners, l)
		close(l.Done)
	}
	go r.hub.forget(r) // the hub's lock comes before the room's
}

func (h *Hub) forget(r *room) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rooms[r.article] == r {
		delete(h.rooms, r.article)
	}
}

// empty closes the room when nobody listens.
func (r *room) empty() bool {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.listeners) > 0 || r.ended {
		return r.ended
	}
	r.ended, r.left = true, true
	if r.hub.rooms[r.article] == r {
		delete(r.hub.rooms, r.article)
	}
	return true
}

// Leave ends a line.
func (l *Listener) Leave() {
	l.once.Do(func() {
		l.room.mu.Lock()
		delete(l.room.listeners, l)
		l.room.mu.Unlock()
		l.room.hub.leave(l.prefix)
	})
}

// Listening returns how many lines are open.
func (h *Hub) Listening() int { h.mu.Lock(); defer h.mu.Unlock(); return h.all }

// Close lets everybody go: their browsers come back after a while.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	var rooms []*room
	for _, r := range h.rooms {
		rooms = append(rooms, r)
	}
	clear(h.rooms)
	h.mu.Unlock()
	for _, r := range rooms {
		r.mu.Lock()
		if !r.ended {
			r.finish(nil)
		}
		r.mu.Unlock()
		close(r.over)
	}
	h.work.Wait()
}
