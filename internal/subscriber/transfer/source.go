package transfer

import (
	"slices"
	"strings"

	"dateline/internal/fault"
	"dateline/internal/subscriber"
)

// Source is the system that a file comes from.
type Source string

// The sources. Other is any CSV file.
const (
	Dateline  Source = "dateline"
	Mailchimp Source = "mailchimp"
	Substack  Source = "substack"
	Ghost     Source = "ghost"
	Listmonk  Source = "listmonk"
	MailPoet  Source = "mailpoet"
	Beehiiv   Source = "beehiiv"
	Other     Source = "other"
)

// Sources are all of them, in reading order.
func Sources() []Source {
	return []Source{Mailchimp, Substack, Ghost, Listmonk, MailPoet, Beehiiv, Dateline, Other}
}

// Title is the system's own name.
func (s Source) Title() string {
	return map[Source]string{Dateline: "Dateline", Mailchimp: "Mailchimp", Substack: "Substack", Ghost: "Ghost", Listmonk: "listmonk", MailPoet: "MailPoet",
		Beehiiv: "beehiiv"}[s]
}

// system is what sets the files of a source apart.
type system struct {
	source    Source
	marks     [][]string         // one of these sets of columns is there, by key
	columns   map[string]Meaning // that mean something else than usual
	states    map[string]subscriber.State
	backslash bool
}

var systems = []system{
	{source: Dateline, marks: [][]string{{"email", "state", "newsletters", "signedup"}}, columns: map[string]Meaning{"choices": Picked}},
	{source: Mailchimp, marks: [][]string{{"emailaddress", "memberrating"}, {"emailaddress", "leid"}, {"emailaddress", "euid"}, {"emailaddress", "optintime"}},
		columns: map[string]Meaning{"notes": Unused, "name": Name}},
	{source: Substack, marks: [][]string{{"email", "activesubscription"}, {"email", "stripeplan"}, {"email", "paidupgradedate"}, {"email", "subscriptionsourcefree"},
		{"useremailaddress", "subscriptiontype"}, {"email", "emaildisabled", "createdat"}},
		columns: map[string]Meaning{"type": Unused, "status": Unused, "subscriptiontype": Unused}},
	{source: Ghost, marks: [][]string{{"email", "subscribedtoemails"}, {"email", "complimentaryplan"}},
		columns: map[string]Meaning{"status": Unused, "note": Unused}},
	{source: Listmonk, marks: [][]string{{"email", "uuid", "status"}, {"email", "name", "attributes"}}},
	{source: MailPoet, marks: [][]string{{"email", "globalstatus"}, {"email", "liststatus"}, {"email", "subscriptiontime", "list"}},
		states: map[string]subscriber.State{"inactive": subscriber.Active}, backslash: true},
	{source: Beehiiv, marks: [][]string{{"email", "status", "tier"}, {"email", "status", "subscriptiontier"}, {"email", "status", "unsubscribedat"},
		{"email", "status", "utmsource"}, {"email", "subscriberid"}},
		states: map[string]subscriber.State{"invalid": subscriber.Bounced}},
	{source: Other},
}

func systemOf(s Source) system {
	i := slices.IndexFunc(systems, func(one system) bool { return one.source == s })
	if i < 0 {
		i = len(systems) - 1
	}
	return systems[i]
}

// SourceNamed finds a source by its name.
func SourceNamed(name string) (Source, error) {
	for _, s := range Sources() {
		if strings.EqualFold(string(s), name) {
			return s, nil
		}
	}
	var names []string
	for _, s := range Sources() {
		names = append(names, string(s))
	}
	return "", fault.New(fault.Invalid, "%q is not a system that readers can be moved from", name).WithHint("use one of %s", strings.Join(names, ", "))
}

// guessSource recognises a system by its columns.
func guessSource(keys []string) Source {
	for _, one := range systems {
		for _, marks := range one.marks {
			if !slices.ContainsFunc(marks, func(mark string) bool { return !slices.Contains(keys, mark) }) {
				return one.source
			}
		}
	}
	return Other
}

// meaning is what a system's column is for.
func (s system) meaning(column string) Meaning {
	if m, ok := s.columns[column]; ok {
		return m
	}
	return usual[column]
}

// state reads a word of a system's column.
func (s system) state(word string) (subscriber.State, bool) {
	k := key(word)
	if state, ok := s.states[k]; ok {
		return state, true
	}
	state, ok := usualStates[k]
	return state, ok
}

// fileState is where all in a file of Mailchimp stand: it writes one file for
// each state, and says so in its name and its columns.
func fileState(source Source, file string, keys []string) subscriber.State {
	if source != Mailchimp || slices.Contains(keys, "status") {
		return ""
	}
	if i := strings.LastIndexByte(file, '/'); i >= 0 {
		file = file[i+1:]
	}
	file = strings.ToLower(file)
	switch {
	case strings.HasPrefix(file, "nonsubscribed"), strings.HasPrefix(file, "non-subscribed"), strings.HasPrefix(file, "transactional"):
		return neverAgreed
	case strings.HasPrefix(file, "unsubscribed"), strings.HasPrefix(file, "archived"):
		return subscriber.Ended
	case strings.HasPrefix(file, "cleaned"):
		return subscriber.Bounced
	case strings.HasPrefix(file, "subscribed"):
		return subscriber.Active
	case slices.Contains(keys, "cleantime"), slices.Contains(keys, "cleancampaigntitle"):
		return subscriber.Bounced
	case slices.Contains(keys, "unsubtime"), slices.Contains(keys, "unsubcampaigntitle"):
		return subscriber.Ended
	}
	return ""
}
