// Package delivery gets mailings out: exactly once, as far as SMTP allows.
//
// A mailing is one sending to an audience of a newsletter. A recipient of it is
// a row from the start, and rows are grouped in chunks. A [Runner] takes chunks
// under a lease with a fencing number, asks the readers' package for addresses
// right before it hands letters over, and writes each outcome down before the
// connection that got it begins its next letter; the outcomes of all
// connections share commits. So a process that is killed at any instant leaves
// at most one letter per open connection whose outcome nobody knows. It is sent
// again, byte for byte the same. Nobody is lost: a row without an outcome is
// taken again when the lease ends. There is no checkpoint that could run ahead.
//
// States of a mailing: sending, paused, cancelled, finished. Of a recipient:
// waiting, deferred (to be tried again), and, final, sent, bounced, skipped
// (left or suppressed meanwhile, or nothing for this reader) and given up
// (after three days of temporary failures). The sum of the states is always the
// number of recipients; a mailing is finished only when every one is final.
//
// What a refusal means is decided by step and code (see [classify]): a full or
// missing mailbox is the reader's, a blocked sender is not.
//
// Invariants:
//   - no address is kept here, nor in a log or an error;
//   - an outcome is only written by who holds the chunk's newest fence;
//   - counters change in the transaction of the rows they count;
//   - letters of a mailing that is not "sending" are not handed over.
//
// Tables: mailing, mailing_chunk, mailing_recipient, dkim_key.
//
// Packages inside: relay speaks SMTP, letter makes and signs letters, bounce
// reads what comes back.
package delivery
