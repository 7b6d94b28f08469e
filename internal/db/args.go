package db

import (
	"encoding/json"
	"slices"
)

// Blob is an argument that is bound as bytes, for columns of type BYTEA.
type Blob []byte

// plain returns args with the types that the two drivers treat differently
// turned into ones that they treat alike.
func plain(args []any) []any {
	own := false
	for i, arg := range args {
		var value any
		switch v := arg.(type) {
		case bool:
			value = Bool(v)
		case Blob:
			value = append([]byte{}, v...) // not nil, which is NULL
		case []byte:
			value = string(v)
		case json.RawMessage:
			value = string(v)
		default:
			continue
		}
		if !own {
			args, own = slices.Clone(args), true
		}
		args[i] = value
	}
	return args
}
