// Package relay speaks SMTP with the mail servers that take a newsletter.
//
// A [Conn] is one conversation that carries many letters, one after the other.
// Where the server offers PIPELINING (RFC 2920) a letter costs two round
// trips: sender, recipient and DATA in one write, then the letter itself.
// Every failure is a [Failure] that says at which step and with which codes;
// none names an address, so that it may be logged and kept.
//
// Like internal/mail it may connect to a private address, because only the
// operator's settings name one.
package relay
