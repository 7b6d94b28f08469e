package account

import (
	"container/list"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"dateline/internal/clock"
	"dateline/internal/fault"
)

// Visit is where a request comes from.
type Visit struct {
	Client netip.Addr
	Agent  string // User-Agent
	Device string // value of the device cookie, "" for none
}

// How often a password or a code may be tried.
const (
	accountEvery = 90 * time.Second // one more for an account: ten in fifteen minutes
	accountBurst = 10
	clientEvery  = 45 * time.Second // one more from an address, whatever the account
	clientBurst  = 20

	maxGuards = 50_000
)

// guards bound guessing. An account has one allowance for all strangers and one
// for each device from which its owner has signed in before: a stranger who
// spends the first does not lock the owner out.
type guards struct {
	clock  clock.Clock
	mu     sync.Mutex
	known  map[string]*list.Element
	recent *list.List // of *guard, latest first
}

type guard struct {
	key     string
	limiter *rate.Limiter
}

func newGuards(c clock.Clock) *guards {
	return &guards{clock: c, known: map[string]*list.Element{}, recent: list.New()}
}

// try spends one attempt at an account from a place; TooMany when there is none
// left. account is 0 for an address that nobody has.
func (g *guards) try(account int64, from Visit) error {
	who := strconv.FormatInt(account, 36)
	if from.Device != "" {
		return g.take("device "+who+" "+from.Device, accountEvery, accountBurst)
	}
	if err := g.take("client "+network(from.Client, 32, 64), clientEvery, clientBurst); err != nil || account == 0 {
		return err
	}
	return g.take("account "+who, accountEvery, accountBurst)
}

func (g *guards) take(key string, every time.Duration, burst int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	e := g.known[key]
	if e == nil {
		for g.recent.Len() >= maxGuards {
			oldest := g.recent.Remove(g.recent.Back()).(*guard)
			delete(g.known, oldest.key)
		}
		e = g.recent.PushFront(&guard{key: key, limiter: rate.NewLimiter(rate.Every(every), burst)})
		g.known[key] = e
	}
	g.recent.MoveToFront(e)
	if e.Value.(*guard).limiter.AllowN(g.clock.Now(), 1) {
		return nil
	}
	return fault.New(fault.TooMany, "too many attempts").WithHint("wait a minute and try again; an administrator can give you a link for a new password")
}

// network is the network of a client, with so many bits of an IPv4 or an IPv6
// address; "" for no address.
func network(client netip.Addr, bits4, bits6 int) string {
	client = client.Unmap().WithZone("")
	bits := bits6
	if client.Is4() {
		bits = bits4
	}
	p, err := client.Prefix(bits)
	if err != nil || !p.IsValid() {
		return ""
	}
	return p.String()
}
