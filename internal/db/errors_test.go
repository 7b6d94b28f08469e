package db

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"dateline/internal/fault"
)

func TestPostgresErrors_GetACodeAndPlainWords(t *testing.T) {
	b := &pgBackend{config: &pgx.ConnConfig{}}
	for state, want := range map[string]fault.Code{
		"23505": fault.Conflict, "23503": fault.Conflict, "53100": fault.Full, "40001": fault.Unavailable,
		"53300": fault.Unavailable, "57P01": fault.Unavailable, "3D000": fault.Invalid, "28P01": fault.Denied,
		"42501": fault.Denied, "22021": fault.Invalid, "25006": fault.Unavailable, "57014": fault.Unavailable,
		"42601": fault.Internal, // a syntax error is our bug
	} {
		cause := &pgconn.PgError{Code: state, Message: "secret detail"}
		err := b.fault(cause)
		if fault.CodeOf(err) != want {
			t.Errorf("%s is %s, want %s", state, fault.CodeOf(err), want)
		}
		var known *fault.Error
		if errors.As(err, &known) && (known.Msg == "" || known.Msg == cause.Error()) {
			t.Errorf("%s says %q", state, known.Msg)
		}
		if !errors.Is(err, cause) {
			t.Errorf("%s: the cause is lost", state)
		}
	}
}
