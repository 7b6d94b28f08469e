package db

import (
	"context"
	"errors"

	"dateline/internal/fault"
)

// What both engines say in the same words.
const (
	fullMessage    = "there is no storage space left"
	fullHint       = "free some space: reading goes on, and writing works again at once"
	uniqueMessage  = "something with this name or address exists already"
	foreignMessage = "something this refers to is missing, or is still in use"
)

// contextFault returns the fault of a caller that gave up, nil for others.
func contextFault(err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &fault.Error{Code: fault.Unavailable, Msg: "the database took too long", Err: err}
	case errors.Is(err, context.Canceled):
		return &fault.Error{Code: fault.Unavailable, Msg: "cancelled", Err: err}
	}
	return nil
}

// isClosed reports that the pool was closed; database/sql has no value for it.
func isClosed(err error) bool { return err.Error() == "sql: database is closed" }
