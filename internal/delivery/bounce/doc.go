// Package bounce reads what comes back after a letter has left: reports of
// failed delivery (DSN, RFC 3464), complaints (ARF, RFC 5965) and the messages
// of mail providers (webhooks), from a mailbox (IMAP or POP3) or a listener of
// our own (SMTP or LMTP).
//
// It only reads: what a [Report] changes is decided by the delivery package,
// which believes nothing that does not name a letter of ours by its signed
// token.
package bounce
