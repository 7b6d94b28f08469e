// Package fault is Dateline's one error type: a code that surfaces map to a
// status or an exit code, a message a person can act on, and an optional hint.
package fault

import (
	"errors"
	"fmt"
)

// Code says what kind of failure happened, independent of any surface.
type Code string

// The codes. A surface maps each to its own vocabulary exactly once.
const (
	Invalid     Code = "invalid"     // the input is wrong; the message says what to change
	NotFound    Code = "not_found"   // no such thing, or the asker may not know of it
	Gone        Code = "gone"        // it existed and was withdrawn
	Conflict    Code = "conflict"    // the thing changed since the caller read it
	Denied      Code = "denied"      // the caller may not do this
	SignIn      Code = "sign_in"     // the caller must identify first
	TooLarge    Code = "too_large"   // over a stated limit
	TooMany     Code = "too_many"    // rate limited
	Full        Code = "full"        // no storage space left
	Unavailable Code = "unavailable" // try again later
	Internal    Code = "internal"    // a bug or a broken environment
)

// Error carries a code, a message for the person who caused it, a hint that
// says what to do next, and the cause.
type Error struct {
	Code Code
	Msg  string
	Hint string
	Err  error

	format, hintFormat string
	args, hintArgs     []any
}

// Format returns what the message was made of: the format is the message's key
// for whoever says it in another language. "" for a message that was not made
// by New.
func (e *Error) Format() (format string, args []any) { return e.format, e.args }

// HintFormat is Format for the hint.
func (e *Error) HintFormat() (format string, args []any) { return e.hintFormat, e.hintArgs }

// Error returns the message, which already names its cause.
func (e *Error) Error() string {
	if e.Msg == "" && e.Err != nil {
		return e.Err.Error()
	}
	return e.Msg
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error with a formatted message. A %w verb keeps its operand
// reachable through errors.Is and errors.As.
func New(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Msg: err.Error(), Err: errors.Unwrap(err), format: format, args: args}
}

// WithHint returns e with advice on what to do next.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint, e.hintFormat, e.hintArgs = fmt.Sprintf(format, args...), format, args
	return e
}

// CodeOf returns the code of err, Internal when it carries none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }

// HintOf returns the first hint in err's chain, or "".
func HintOf(err error) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Hint != "" {
			return e.Hint
		}
		err = e.Err
	}
	return ""
}

// Wrap prefixes *err with a call path element when it is not nil. Use it
// deferred: defer fault.Wrap(&err, "publish article %d", id).
func Wrap(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *err)
	}
}
