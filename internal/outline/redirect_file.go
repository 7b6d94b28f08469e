package outline

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/urlpath"
)

// RedirectLine is one line of a file of redirects and what would come of it.
type RedirectLine struct {
	Line  int
	From  string // as it was written
	To    string
	Known bool  // the same redirect is there already
	Over  bool  // it replaces one that leads elsewhere
	Err   error // why it is left out
	keep  Redirect
}

// RedirectFile is a whole file, looked at.
type RedirectFile struct {
	Lines               []RedirectLine
	New, Known, Refused int64
}

// mostLines bounds one file.
const mostLines = 100_000

// ReadRedirects looks at a CSV file: columns from and to, or source and target
// as WordPress's plugin Redirection writes them, in any order, with or without a
// head when there are just two. Nothing is changed.
func (s *Service) ReadRedirects(ctx context.Context, actor account.Actor, file []byte) (RedirectFile, error) {
	if err := actor.Require(account.Editor, "import redirects"); err != nil {
		return RedirectFile{}, err
	}
	return s.readRedirects(ctx, s.db, file)
}

func (s *Service) readRedirects(ctx context.Context, q db.Querier, file []byte) (out RedirectFile, err error) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff"))))
	in.FieldsPerRecord, in.LazyQuotes, in.TrimLeadingSpace = -1, true, true
	if first, _, _ := bytes.Cut(file, []byte("\n")); bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		in.Comma = ';'
	}
	cols := columns{from: 0, to: 1, regex: -1}
	var leads = map[string]string{} // of this file, so that it makes no circle by itself
	for first := true; ; first = false {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, fault.New(fault.Invalid, "the file is no table of comma-separated values: %w", err).WithHint("save it as CSV in UTF-8")
		}
		if first {
			if head, ok := headOf(record); ok {
				cols = head
				continue
			}
		}
		line, _ := in.FieldPos(0)
		if len(out.Lines) == mostLines {
			return out, fault.New(fault.Invalid, "the file has more than %d lines", mostLines).WithHint("part it")
		}
		l := s.readLine(ctx, q, cols, record, leads)
		l.Line = line
		switch {
		case l.Err != nil:
			out.Refused++
		case l.Known:
			out.Known++
		default:
			out.New++
		}
		out.Lines = append(out.Lines, l)
	}
}

// columns are the places of what a line says; -1 for none.
type columns struct{ from, to, regex int }

// headOf reads the first line when it names the columns.
func headOf(record []string) (columns, bool) {
	c := columns{-1, -1, -1}
	for i, name := range record {
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "from", "source", "source url", "old":
			c.from = i
		case "to", "target", "target url", "new":
			c.to = i
		case "regex":
			c.regex = i
		}
	}
	return c, c.from >= 0 && c.to >= 0
}

func (s *Service) readLine(ctx context.Context, q db.Querier, cols columns, record []string, leads map[string]string) (l RedirectLine) {
	at := func(i int) string {
		if i < 0 || i >= len(record) {
			return ""
		}
		return strings.TrimSpace(record[i])
	}
	l.From, l.To = at(cols.from), at(cols.to)
	if v := strings.ToLower(at(cols.regex)); v != "" && v != "0" && v != "false" {
		l.Err = fault.New(fault.Invalid, "it is a pattern (regular expression), which Dateline does not take").WithHint("list the addresses one by one")
		return l
	}
	if l.Known = s.follows(ctx, q, l.From, l.To); l.Known {
		return l
	}
	if l.keep, l.Err = s.checkRedirect(ctx, q, l.From, l.To); l.Err != nil {
		return l
	}
	key := urlpath.Key(l.keep.To)
	if was, ok := leads[l.keep.From]; ok && was != l.keep.To {
		l.Err = fault.New(fault.Conflict, "another line leads it to %s", was)
		return l
	}
	for hop, n := key, 0; leads[hop] != "" && n < mostHops; n++ {
		if hop = urlpath.Key(leads[hop]); hop == l.keep.From {
			l.Err = fault.New(fault.Conflict, "with other lines it would lead in a circle")
			return l
		}
	}
	leads[l.keep.From] = l.keep.To
	var present string
	if err := q.QueryRow(ctx, `SELECT location FROM address WHERE path_key = $1`, l.keep.From).Scan(&present); err == nil {
		l.Known, l.Over = present == l.keep.To, present != l.keep.To
	} else if !fault.Is(err, fault.NotFound) {
		l.Err = err
	}
	return l
}

// follows tells whether an address leads by itself to where a line wants it.
func (s *Service) follows(ctx context.Context, q db.Querier, from, to string) bool {
	at, err := article.LookUp(ctx, q, urlpath.Key(from))
	if err != nil || at.Kind != article.AddressRedirect || at.Location != "" {
		return false
	}
	site, err := s.settings.Site(ctx)
	if err != nil {
		return false
	}
	path, err := s.pathOf(ctx, site, at.Of, at.Target)
	return err == nil && path != "" && path == to
}

// ImportRedirects adds the redirects of a file, all that are right at once.
// Doing it again changes nothing.
func (s *Service) ImportRedirects(ctx context.Context, actor account.Actor, file []byte) (done RedirectFile, err error) {
	err = s.write(ctx, actor, account.Editor, "import redirects", func(ctx context.Context, tx *db.Tx) (deed, error) {
		if done, err = s.readRedirects(ctx, tx, file); err != nil {
			return deed{}, err
		}
		for _, l := range done.Lines {
			if l.Err != nil || l.Known {
				continue
			}
			if err := putRedirect(ctx, tx, l.keep); err != nil {
				return deed{}, err
			}
		}
		if done.New == 0 {
			return deed{}, nil
		}
		return deed{"import", "redirect", 0, map[string]any{"added": done.New, "left_out": done.Refused}}, nil
	})
	return done, err
}

// WriteRedirects writes all redirects as CSV that ReadRedirects takes: from, to,
// kind. Those that lead to nothing anybody may see are left out.
func (s *Service) WriteRedirects(ctx context.Context, actor account.Actor, to io.Writer) error {
	if err := actor.Require(account.Editor, "export redirects"); err != nil {
		return err
	}
	out := csv.NewWriter(to)
	if err := out.Write([]string{"from", "to", "follows"}); err != nil {
		return err
	}
	after := ""
	for {
		part, next, err := s.Redirects(ctx, "", after, 500)
		if err != nil {
			return err
		}
		for _, r := range part {
			if r.To == "" || strings.HasPrefix(r.From, "?") {
				continue
			}
			if err := out.Write([]string{urlpath.Escape(r.From), r.To, r.Of}); err != nil {
				return err
			}
		}
		if after = next; next == "" {
			out.Flush()
			return out.Error()
		}
	}
}
