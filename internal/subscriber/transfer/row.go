package transfer

import (
	"encoding/json"
	"strings"

	"golang.org/x/text/language"

	"dateline/internal/i18n"
	"dateline/internal/settings"
	"dateline/internal/subscriber"
)

// Reasons why a row is not taken, as reports count them. Package subscriber has
// more of them.
const (
	ReasonNoAddress  = "no address"
	ReasonNoState    = "no state"
	ReasonState      = "unknown state"
	ReasonCells      = "too many cells"
	ReasonNUL        = "holds NUL bytes"
	ReasonAgreed     = "never agreed"
	ReasonNewsletter = "no newsletter for its lists"
)

// Warnings about rows that are taken.
const (
	WarnTypo = "may be mistyped"
	WarnRole = "is an office, not a person"
	WarnDate = "a date that cannot be read with certainty"
	WarnZone = "a time zone that is not known"

	WarnPicked = "choices that cannot be read"
)

// entry is what a row says.
type entry struct {
	subscriber.Incoming
	labels   []string
	picked   []cellPick
	warnings []string
}

// converter turns rows of one file into entries.
type converter struct {
	plan  *Plan
	at    map[Meaning]int
	zones map[string]bool
}

func newConverter(p *Plan) *converter {
	c := &converter{plan: p, at: map[Meaning]int{}, zones: map[string]bool{}}
	for i, col := range p.Columns {
		if col.Meaning != Unused {
			c.at[col.Meaning] = i
		}
	}
	for _, z := range settings.Zones() {
		c.zones[z] = true
	}
	return c
}

func (c *converter) cell(row []string, m Meaning) string {
	if i, ok := c.at[m]; ok && i < len(row) {
		return row[i]
	}
	return ""
}

// entry reads a row. reason tells why it cannot be taken.
func (c *converter) entry(row []string, nul bool) (e entry, reason string) {
	e.Address = c.cell(row, Email)
	switch {
	case nul:
		return e, ReasonNUL
	case len(row) > len(c.plan.Columns) && strings.Join(row[len(c.plan.Columns):], "") != "":
		return e, ReasonCells
	case e.Address == "":
		return e, ReasonNoAddress
	}
	e.Name = c.name(row)
	e.Created, e.Confirmed, e.Ended = when(c.cell(row, Created)), when(c.cell(row, Confirmed)), when(c.cell(row, Left))
	for _, m := range []Meaning{Created, Confirmed, Left, Bounced} {
		if text := c.cell(row, m); text != "" && when(text).IsZero() {
			if _, word := yes(text); !word { // "confirmed" may be a yes
				e.warnings = append(e.warnings, WarnDate)
				break
			}
		}
	}
	e.Network = network(c.cell(row, Network))
	e.Language = knownLanguage(c.cell(row, Language))
	if zone := c.cell(row, Zone); c.zones[zone] {
		e.Zone = zone
	} else if zone != "" {
		e.warnings = append(e.warnings, WarnZone)
	}
	e.labels = list(c.cell(row, Labels))
	if text := c.cell(row, Picked); text != "" && json.Unmarshal([]byte(text), &e.picked) != nil {
		e.picked, e.warnings = nil, append(e.warnings, WarnPicked)
	}
	if e.State, e.ListOnly, reason = c.state(row); reason != "" {
		return e, reason
	}
	if e.State == neverAgreed {
		return e, ReasonAgreed
	}
	return e, ""
}

// name is the full name. A quote before what a spreadsheet would run was put
// there by an export.
func (c *converter) name(row []string) string {
	name := plain(c.cell(row, Name))
	if name == "" {
		name = trim(plain(c.cell(row, FirstName)) + " " + plain(c.cell(row, LastName)))
	}
	return name
}

func plain(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte(formula, cell[1]) >= 0 {
		return cell[1:]
	}
	return cell
}

// formula are the characters with which a spreadsheet's formula begins.
const formula = "=+-@\t\r"

func knownLanguage(text string) string {
	if text == "" {
		return ""
	}
	tag, err := language.Parse(text)
	if err != nil {
		return ""
	}
	base, _ := tag.Base()
	if !i18n.Knows(base.String()) {
		return ""
	}
	return base.String()
}

// state is where somebody stands by all that the row says: the worst counts.
// listOnly tells that it is about the row's list, and that they read others.
func (c *converter) state(row []string) (state subscriber.State, listOnly bool, reason string) {
	state = c.plan.State
	worse := func(other subscriber.State) {
		if rank(other) > rank(state) {
			state = other
		}
	}
	known := state != ""
	for _, m := range []Meaning{Status, ListStatus} {
		if _, there := c.at[m]; !there {
			continue
		}
		word := c.cell(row, m)
		if word == "" {
			continue
		}
		s, ok := c.plan.system.state(word)
		if !ok {
			return "", false, ReasonState
		}
		if m == ListStatus && known && state == subscriber.Active && s == subscriber.Ended {
			listOnly = true
		}
		known = true
		worse(s)
	}
	for m, bad := range map[Meaning]bool{Subscribed: false, Stopped: true} {
		word := c.cell(row, m)
		if word == "" {
			continue
		}
		value, ok := yes(word)
		if !ok {
			return "", false, ReasonState
		}
		if value == bad {
			worse(subscriber.Ended)
		} else {
			worse(subscriber.Active)
		}
		known = known || m == Subscribed
	}
	if c.cell(row, Bounced) != "" {
		worse(subscriber.Bounced)
	}
	if c.cell(row, Left) != "" && state != subscriber.Bounced {
		worse(subscriber.Ended)
	}
	if why := key(c.cell(row, Reason)); state == subscriber.Ended && (strings.Contains(why, "abuse") || strings.Contains(why, "spam")) {
		state = subscriber.Complained
	}
	if !known {
		return "", false, ReasonNoState
	}
	return state, listOnly && state == subscriber.Ended, ""
}

func rank(s subscriber.State) int {
	switch s {
	case subscriber.Active:
		return 1
	case subscriber.Pending:
		return 2
	case neverAgreed:
		return 3
	case subscriber.Ended:
		return 4
	case subscriber.Bounced:
		return 5
	case subscriber.Complained:
		return 6
	}
	return 0
}

// offices are mailboxes that RFC 2142 and habit give to a duty. A newsletter
// there is read by many or by nobody, and complained about.
var offices = map[string]bool{"postmaster": true, "abuse": true, "webmaster": true, "hostmaster": true, "admin": true, "administrator": true, "noreply": true,
	"no-reply": true, "donotreply": true, "mailer-daemon": true, "root": true, "spam": true, "security": true, "support": true, "sales": true, "info": true,
	"office": true, "contact": true, "billing": true, "help": true, "noc": true, "marketing": true}

// warn says what is odd about an address.
func warn(address string, slips *subscriber.Slips) []string {
	local, _, _ := strings.Cut(strings.ToLower(address), "@")
	var out []string
	if offices[local] {
		out = append(out, WarnRole)
	}
	if slips.Like(address) {
		out = append(out, WarnTypo)
	}
	return out
}
