package transfer

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"

	"dateline/internal/subscriber"
)

// Meaning is what a column is taken for.
type Meaning string

// The meanings.
const (
	Unused     Meaning = ""
	Email      Meaning = "email"
	Name       Meaning = "name"
	FirstName  Meaning = "first_name"
	LastName   Meaning = "last_name"
	Status     Meaning = "status"      // a word
	ListStatus Meaning = "list_status" // the same, of the one list that the row is about
	Subscribed Meaning = "subscribed"  // yes or no
	Stopped    Meaning = "stopped"     // yes or no: gets no mail
	Created    Meaning = "created"     // when they signed up
	Confirmed  Meaning = "confirmed"   // when they confirmed that
	Left       Meaning = "left"        // when they unsubscribed
	Bounced    Meaning = "bounced"     // when mail to them came back for good
	Reason     Meaning = "reason"      // why they left
	Labels     Meaning = "labels"      // lists, tags, segments
	Language   Meaning = "language"
	Zone       Meaning = "zone"
	Network    Meaning = "network" // address from which they signed up
	Picked     Meaning = "choices" // rhythms and interests, as our own export writes them
)

// Meanings are all that a column may be taken for, in reading order.
func Meanings() []Meaning {
	return []Meaning{Email, Name, FirstName, LastName, Status, ListStatus, Subscribed, Stopped, Created, Confirmed, Left, Bounced, Reason, Labels,
		Language, Zone, Network, Picked}
}

// key folds the name of a column or of a state: letters and digits alone.
func key(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// usual are names that many systems give a column, by their key.
var usual = map[string]Meaning{
	"email": Email, "emailaddress": Email, "mail": Email, "emailaddresses": Email, "useremail": Email, "useremailaddress": Email, "subscriberemail": Email,
	"contactemail": Email, "emailadresse": Email, "mailadresse": Email, "adresseemail": Email, "adressemail": Email, "courriel": Email, "correo": Email,
	"correoelectrónico": Email, "البريدالإلكتروني": Email,
	"name": Name, "fullname": Name, "username": Name, "displayname": Name, "subscribername": Name, "nom": Name, "nombre": Name, "الاسم": Name,
	"firstname": FirstName, "first": FirstName, "givenname": FirstName, "fname": FirstName, "vorname": FirstName, "prénom": FirstName,
	"lastname": LastName, "last": LastName, "surname": LastName, "familyname": LastName, "lname": LastName, "nachname": LastName, "nomdefamille": LastName,
	"apellido": LastName, "apellidos": LastName,
	"status": Status, "state": Status, "subscriptionstatus": Status, "subscriberstatus": Status, "globalstatus": Status, "statut": Status, "estado": Status,
	"liststatus": ListStatus,
	"subscribed": Subscribed, "subscribedtoemails": Subscribed, "optin": Subscribed, "optedin": Subscribed, "newsletter": Subscribed, "emailenabled": Subscribed,
	"unsubscribed": Stopped, "emaildisabled": Stopped, "emailsdisabled": Stopped, "optout": Stopped, "optedout": Stopped,
	"createdat": Created, "created": Created, "dateadded": Created, "subscribedat": Created, "subscribedon": Created, "signupdate": Created, "signedup": Created,
	"joined": Created, "optintime": Created, "startdate": Created, "subscriptiontime": Created, "subscriptioncreatedat": Created, "subscriptiondate": Created,
	"anmeldedatum": Created, "datedinscription": Created,
	"confirmtime": Confirmed, "confirmedat": Confirmed, "confirmationtime": Confirmed, "confirmed": Confirmed,
	"unsubtime": Left, "unsubscribedat": Left, "unsubscribeddate": Left, "unsubscribedate": Left, "deletedat": Left, "left": Left,
	"cleantime": Bounced, "bouncedat": Bounced,
	"unsubreason": Reason, "unsubscribereason": Reason,
	"tags": Labels, "labels": Labels, "list": Labels, "lists": Labels, "segments": Labels, "groups": Labels, "newsletters": Labels,
	"language": Language, "locale": Language, "lang": Language, "sprache": Language, "langue": Language, "idioma": Language,
	"timezone": Zone, "zone": Zone,
	"optinip": Network, "signupip": Network, "ipaddress": Network, "subscriptionip": Network, "subscribedip": Network, "ip": Network,
}

// usualStates are words for where somebody stands, by their key. What an empty
// word stands for is nobody's guess.
var usualStates = map[string]subscriber.State{
	"active": subscriber.Active, "subscribed": subscriber.Active, "enabled": subscriber.Active, "confirmed": subscriber.Active, "optedin": subscriber.Active,
	"aktiv": subscriber.Active, "angemeldet": subscriber.Active, "abonniert": subscriber.Active, "actif": subscriber.Active, "abonné": subscriber.Active,
	"activo": subscriber.Active, "suscrito": subscriber.Active,
	"unsubscribed": subscriber.Ended, "inactive": subscriber.Ended, "disabled": subscriber.Ended, "blocklisted": subscriber.Ended, "blacklisted": subscriber.Ended,
	"cancelled": subscriber.Ended, "canceled": subscriber.Ended, "optedout": subscriber.Ended, "ended": subscriber.Ended, "left": subscriber.Ended,
	"archived": subscriber.Ended, "deleted": subscriber.Ended, "trash": subscriber.Ended, "suppressed": subscriber.Ended, "removed": subscriber.Ended,
	"abgemeldet": subscriber.Ended, "inaktiv": subscriber.Ended, "désabonné": subscriber.Ended, "inactif": subscriber.Ended, "inactivo": subscriber.Ended,
	"bounced": subscriber.Bounced, "cleaned": subscriber.Bounced, "hardbounce": subscriber.Bounced, "hardbounced": subscriber.Bounced, "invalid": subscriber.Bounced,
	"undeliverable": subscriber.Bounced,
	"complained":    subscriber.Complained, "complaint": subscriber.Complained, "spam": subscriber.Complained, "abuse": subscriber.Complained,
	"spamcomplaint": subscriber.Complained, "junk": subscriber.Complained,
	"pending": subscriber.Pending, "unconfirmed": subscriber.Pending, "unverified": subscriber.Pending, "validating": subscriber.Pending,
	"needsattention": subscriber.Pending, "unbestätigt": subscriber.Pending, "nonconfirmé": subscriber.Pending, "pendiente": subscriber.Pending,
	"nonsubscribed": neverAgreed, "transactional": neverAgreed,
}

// neverAgreed is the state of those whom a shop or a system knows, but who did
// not sign up.
const neverAgreed subscriber.State = "never agreed"

// yes reads a word of a column of yes and no.
func yes(word string) (value, known bool) {
	switch strings.ToLower(word) {
	case "true", "yes", "y", "1", "on", "ja", "oui", "sí", "si", "t", "x":
		return true, true
	case "false", "no", "n", "0", "off", "nein", "non", "f":
		return false, true
	}
	return false, false
}

var layouts = []string{time.RFC3339Nano, "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02 15:04:05.999999-07",
	"2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02", "Jan 2, 2006", "January 2, 2006", "2 Jan 2006", "Mon, 02 Jan 2006 15:04:05 -0700",
	"Jan 2, 2006, 3:04 PM", "Jan 2, 2006 3:04 PM", "January 2, 2006 3:04 pm", "2006/01/02", "02.01.2006", "02.01.2006 15:04", "02.01.2006 15:04:05"}

// when reads a point of time that some program wrote; zero when it cannot be
// read with certainty, as 03/04/2024.
func when(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		switch {
		case n > 1e8 && n < 1e10:
			return time.Unix(n, 0).UTC()
		case n > 1e11 && n < 1e13:
			return time.UnixMilli(n).UTC()
		}
		return time.Time{}
	}
	if t, ok := stampOf(text); ok {
		return t
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil && t.Year() > 1980 {
			return t.UTC()
		}
	}
	return time.Time{}
}

// stampOf reads the form that most programs write, "2021-03-04 09:15:00", without
// trying all layouts. ok is false for any other.
func stampOf(text string) (t time.Time, ok bool) {
	if len(text) != len(time.DateTime) || text[4] != '-' || text[10] != ' ' {
		return t, false
	}
	t, err := time.Parse(time.DateTime, text)
	return t, err == nil && t.Year() > 1980
}

// list splits a cell of several labels: "News, World", "a;b", and Mailchimp's
// "\"News\",\"World\"".
func list(cell string) []string {
	var out []string
	quoted := false
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return !quoted && (r == ',' || r == ';' || r == '|')
	}) {
		if part = trim(strings.Trim(trim(part), `"`)); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func network(cell string) netip.Addr {
	a, err := netip.ParseAddr(cell)
	if err != nil {
		return netip.Addr{}
	}
	return a
}
