package desk

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"dateline/internal/account"
	"dateline/internal/fault"
	"dateline/internal/i18n"
)

// faultsJSON has what services say that went wrong, by the English format that
// they make it of, in the other languages of the desk. {0}, {1} are its
// arguments, some of which a language may leave out.
//
//go:embed faults.json
var faultsJSON []byte

var faultWords = sync.OnceValue(func() map[string]map[string]string {
	var all map[string]map[string]string
	if err := json.Unmarshal(faultsJSON, &all); err != nil {
		panic("desk: faults.json: " + err.Error()) // embedded: a test reads it
	}
	return all
})

// Says puts an error and its hint into the words of a language: as they are
// where nobody has translated them.
func Says(p *i18n.Printer, err error) (message, hint string) {
	message, hint = err.Error(), fault.HintOf(err)
	var f *fault.Error
	if errors.As(err, &f) {
		message, hint = saysFault(p, f, message, hint)
	}
	return sentence(message), sentence(hint)
}

func saysFault(p *i18n.Printer, f *fault.Error, message, hint string) (string, string) {
	format, args := f.Format()
	if text := translated(p, format, args); text != "" {
		message = text
	}
	format, args = f.HintFormat()
	if text := translated(p, format, args); text != "" && f.Hint == hint {
		hint = text
	}
	return message, hint
}

func translated(p *i18n.Printer, format string, args []any) string {
	text := faultWords()[format][p.Language()]
	if text == "" {
		return ""
	}
	var pairs []string
	for i, arg := range args {
		said := fmt.Sprint(arg)
		if role, ok := arg.(account.Role); ok && p.Has("desk.role_"+role.String()) {
			said = p.T("desk.role_" + role.String())
		}
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", said)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
