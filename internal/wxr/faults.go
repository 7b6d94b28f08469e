package wxr

import (
	"fmt"

	"dateline/internal/fault"
)

// invalid is a fault at the current line.
func (s *scanner) invalid(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "line %d: %s", s.line, fmt.Sprintf(format, args...))
}

// truncated says that the file ends inside of what began on the line.
func (s *scanner) truncated(what string, line int) error {
	return s.cutOff(fmt.Sprintf("a %s that began on line %d", what, line))
}

// truncatedElement says that the file ends inside of the innermost element.
func (s *scanner) truncatedElement() error {
	top := s.stack[len(s.stack)-1]
	return s.cutOff(fmt.Sprintf("<%s> that began on line %d", top.name.raw, top.line))
}

// cutOff says where the file ends and in what, for people and for their next step.
func (s *scanner) cutOff(in string) error {
	s.advance(s.w - s.r)
	msg := fmt.Sprintf("line %d: the file ends here, inside of %s", s.line, in)
	for _, f := range s.stack {
		if f.name.space == none && f.name.local == "item" {
			msg += fmt.Sprintf(" (in the item on line %d)", f.line)
		}
	}
	return fault.New(fault.Invalid, "%s", msg).
		WithHint("the file was cut off, so what comes after is missing: %s; importing the whole file later adds the rest", reExport)
}

// size writes a limit in bytes for a message.
func size(n int64) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	if n >= 1<<10 && n%(1<<10) == 0 {
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
