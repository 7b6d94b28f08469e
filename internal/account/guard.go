package account

import (
	"net/netip"
	"strconv"
	"time"

	"dateline/internal/clock"
	"dateline/internal/fault"
	"dateline/internal/throttle"
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
type guards struct{ known *throttle.Table[string] }

func newGuards(c clock.Clock) *guards { return &guards{throttle.New[string](c, maxGuards)} }

// try spends one attempt at an account from a place; TooMany when there is none
// left. account is 0 for an address that nobody has.
func (g *guards) try(account int64, from Visit) error {
	who := strconv.FormatInt(account, 36)
	if from.Device != "" {
		return g.take("device "+who+" "+from.Device, accountEvery, accountBurst)
	}
	if err := g.take("client "+throttle.Network(from.Client, 32, 64), clientEvery, clientBurst); err != nil || account == 0 {
		return err
	}
	return g.take("account "+who, accountEvery, accountBurst)
}

func (g *guards) take(key string, every time.Duration, burst int) error {
	if _, ok := g.known.Take(key, every, burst); ok {
		return nil
	}
	return fault.New(fault.TooMany, "too many attempts").WithHint("wait a minute and try again; an administrator can give you a link for a new password")
}
