package subscriber

import (
	"net/netip"
	"time"

	"dateline/internal/throttle"
)

// How many sign-ups one network may send: five, then one every twelve minutes.
// A network is an IPv4 /24 or an IPv6 /64.
const (
	networkEvery = 12 * time.Minute
	networkBurst = 5

	// After the first of these in a short while the form is asked for again
	// with its age, which a program that fills forms at once does not pass.
	calmEvery = 2 * time.Minute
	calmBurst = 2

	// Where sign-ups take work, so many may come without it, from everywhere.
	unworkedEvery = 10 * time.Second
	unworkedBurst = 6

	mostGuards = 50_000
)

// originOf is what the consent log keeps of a client's address: too little to
// name a household.
func originOf(client netip.Addr) string { return throttle.Network(client, 24, 48) }
