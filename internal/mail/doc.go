// Package mail sends letters through a mail server that the operator names:
// any that speaks SMTP. It is the one place that does, and the one besides
// fetch that connects to other machines; unlike fetch it may connect to a
// private address, because only the operator's settings name one.
//
// Send tells two kinds of failure apart. A temporary one (no connection, an
// answer that begins with 4) is worth another try, which is up to the caller; a
// [Refused] one is not. No error names an address of a reader or a colleague,
// so that errors may be logged and kept.
package mail
