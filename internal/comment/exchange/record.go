package exchange

import (
	"context"
	"strings"
	"time"

	"dateline/internal/comment"
	"dateline/internal/fault"
)

// System names where comments come from.
type System string

// The systems.
const (
	Disqus   System = "disqus"
	Remark42 System = "remark42"
	Isso     System = "isso"
	Commento System = "commento" // and Comentario
)

// Title is the system's own name.
func (s System) Title() string {
	switch s {
	case Disqus:
		return "Disqus"
	case Remark42:
		return "remark42"
	case Isso:
		return "Isso"
	case Commento:
		return "Commento or Comentario"
	}
	return string(s)
}

// Limits of one comment and of a whole file.
const (
	maxText   = 256 << 10 // bytes of a comment's text
	maxRecord = 8 << 20   // bytes that one thing of a file may take
	maxName   = 200       // characters
	maxURL    = 2000      // bytes
)

// record is one comment of a file.
type record struct {
	key     string   // what names it in the source
	parent  string   // key of what it answers, "" at the top
	number  int64    // for the anchor #comment-N, 0 for none
	pages   []string // addresses of its page, the best first
	name    string
	email   string
	url     string
	created time.Time
	edited  time.Time
	status  comment.Status
	deleted bool // by its writer or a moderator
	likes   int64
	picked  bool

	html     string
	markdown string // instead of html

	place string   // in the file, for people
	bad   string   // why it cannot be taken, "" when it can
	notes []string // what does not come along
}

// source is a file of some system. each may be called several times; it gives
// the comments in the same order every time, and returns an error of code
// Invalid when the file breaks off or is none of the system's. Records before
// that place were given.
type source interface {
	each(ctx context.Context, give func(*record) error) error
	// size is the file's length in bytes, 0 when unknown; read how far it has
	// been read.
	size() int64
	read() int64
	close() error
}

// broken marks an error of the file as opposed to one of ours.
type broken struct{ error }

func (b *broken) Unwrap() error { return b.error }

func brokenOff(err *fault.Error) error { return &broken{err} }

// oneLine makes a name of what stands in a file.
func oneLine(s string) string {
	s = comment.TameLine(strings.ToValidUTF8(s, "\ufffd"))
	if r := []rune(s); len(r) > maxName {
		return string(r[:maxName])
	}
	return s
}

// positive is n, or 0 for a number below.
func positive(n int64) int64 { return max(n, 0) }
