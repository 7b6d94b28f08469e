package exchange

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"dateline/internal/comment"
	"dateline/internal/fault"
)

// remark42File is a backup of remark42: one JSON value a line, first what is
// known of users and pages, then the comments. Users are known by hashes, and
// no address is in it.
type remark42File struct{ *textFile }

type remarkLine struct {
	// Of the first line.
	Version *int            `json:"version"`
	Users   json.RawMessage `json:"users"`

	ID      string     `json:"id"`
	Parent  string     `json:"pid"`
	Text    string     `json:"text"` // HTML
	Title   string     `json:"title"`
	User    remarkUser `json:"user"`
	Locator struct {
		URL string `json:"url"`
	} `json:"locator"`
	Score int64           `json:"score"`
	Votes map[string]bool `json:"votes"`
	Time  time.Time       `json:"time"`
	Edit  *struct {
		Time time.Time `json:"time"`
	} `json:"edit"`
	Pin     bool `json:"pin"`
	Deleted bool `json:"delete"`
}

type remarkUser struct {
	Name string `json:"name"`
}

func (f *remark42File) each(ctx context.Context, give func(*record) error) error {
	in, done, err := f.open()
	if err != nil {
		return err
	}
	defer func() { _ = done() }() // it was only read
	lines := bufio.NewReaderSize(in, 64<<10)
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		in.next()
		line, err := wholeLine(lines)
		place := "line " + strconv.Itoa(n)
		if err != nil && !errors.Is(err, io.EOF) {
			return cutShort(place, err)
		}
		last := err != nil
		line = bytes.TrimSpace(line)
		if len(line) > 0 {
			if err := remarkRecord(line, place, n == 1, last, give); err != nil {
				return err
			}
		}
		if last {
			if n == 1 && len(line) == 0 {
				return notRemark(place)
			}
			return nil
		}
	}
}

// wholeLine reads a line of any length; the reader below it is bounded.
func wholeLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > maxRecord {
			return nil, errRecord
		}
	}
}

func notRemark(place string) error {
	return brokenOff(fault.New(fault.Invalid, "%s: this is not a backup of remark42", place).
		WithHint("remark42 keeps backups in var/backup, or writes one with “docker exec -it remark42 backup -s SITE”; each line of it is a JSON value"))
}

func remarkRecord(line []byte, place string, first, last bool, give func(*record) error) error {
	var r remarkLine
	rec := &record{place: place}
	if err := json.Unmarshal(line, &r); err != nil {
		var syntax *json.SyntaxError
		switch {
		case first:
			return notRemark(place)
		case last && errors.As(err, &syntax):
			return cutShort(place, io.ErrUnexpectedEOF)
		}
		rec.bad = fmt.Sprintf("the line is no comment of remark42: %v", err)
		return give(rec)
	}
	if r.Version != nil {
		if *r.Version > 1 {
			return brokenOff(fault.New(fault.Invalid, "%s: the backup has version %d; versions 0 and 1 are known", place, *r.Version).
				WithHint("a newer Dateline may know it"))
		}
		return nil
	}
	if first && r.ID == "" {
		if r.Users != nil {
			return nil // of version 0
		}
		return notRemark(place)
	}
	r.fill(rec)
	if rec.bad == "" && !utf8.Valid(line) {
		rec.bad = "the line is not UTF-8"
	}
	return give(rec)
}

// fill makes a record of a comment. Names are kept as HTML there.
func (r *remarkLine) fill(rec *record) {
	rec.key, rec.parent, rec.pages = r.ID, r.Parent, []string{r.Locator.URL}
	rec.name, rec.html, rec.status = oneLine(html.UnescapeString(r.User.Name)), r.Text, comment.StatusApproved
	rec.created, rec.deleted, rec.picked = r.Time.UTC(), r.Deleted, r.Pin
	if r.Edit != nil {
		rec.edited = r.Edit.Time.UTC()
	}
	down := false
	for _, up := range r.Votes {
		if up {
			rec.likes++
		} else {
			down = true
		}
	}
	if len(r.Votes) == 0 { // later versions leave out who voted
		rec.likes, down = positive(r.Score), r.Score < 0
	}
	if down {
		rec.notes = append(rec.notes, "votes against it do not come along")
	}
	switch {
	case r.ID == "":
		rec.bad = "it has no id"
	case r.Time.IsZero():
		rec.bad = "it has no time"
	}
}
