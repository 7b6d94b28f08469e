package transfer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
	"time"

	"dateline/internal/fault"
)

// Our own complete export is JSON. It is read as the CSV that says the same, so
// that everything a CSV file goes through holds for it: the plan that is shown,
// the account, resuming after a crash. Consent logs stay in the file; the import
// begins a new one that names it.

// looksComplete tells whether a file begins as our complete export does.
func looksComplete(at io.ReaderAt, size int64) bool {
	head := make([]byte, min(size, 200))
	n, err := at.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return false
	}
	text := strings.Join(strings.Fields(string(head[:n])), "")
	return strings.HasPrefix(text, `{"version":1,"newsletters":`)
}

// complete is the file as CSV.
func complete(name string, at io.ReaderAt, size int64) File {
	return File{name, size, func() (io.ReadCloser, error) {
		r, w := io.Pipe()
		go func() { w.CloseWithError(toCSV(w, io.NewSectionReader(at, 0, size))) }()
		return r, nil
	}}
}

func toCSV(to io.Writer, from io.Reader) error {
	d := json.NewDecoder(bufio.NewReaderSize(from, 64<<10))
	broken := func(err error) error {
		return fault.New(fault.Invalid, "the JSON file is broken: %w", err).WithHint("export it again")
	}
	for depth := 0; ; { // up to the list of readers
		token, err := d.Token()
		if err != nil {
			return broken(err)
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 1 && token == "readers" {
			break
		}
	}
	if token, err := d.Token(); err != nil || token != json.Delim('[') {
		return broken(io.ErrUnexpectedEOF)
	}
	c := csv.NewWriter(to)
	if err := c.Write(sheets[string(Dateline)].header); err != nil {
		return err
	}
	for d.More() {
		var one jsonReader
		if err := d.Decode(&one); err != nil {
			return broken(err)
		}
		row, err := one.cells()
		if err == nil {
			err = c.Write(row)
		}
		if err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil { // cut off
		return broken(err)
	}
	c.Flush()
	return c.Error()
}

// cells is the row of our own CSV that says the same.
func (one *jsonReader) cells() ([]string, error) {
	var words []string
	var picks []cellPick
	for _, p := range one.Newsletters {
		if p.Until.IsZero() {
			words = append(words, p.Newsletter)
			picks = append(picks, cellPick{p.Newsletter, p.Rhythm, p.Interests})
		}
	}
	choices := []byte{}
	if len(picks) > 0 {
		var err error
		if choices, err = json.Marshal(picks); err != nil {
			return nil, err
		}
	}
	return []string{one.Email, safe(one.Name), string(one.State), strings.Join(words, ", "), one.Language, one.Zone, one.Source,
		stamp(one.Created, time.RFC3339Nano), stamp(one.Confirmed, time.RFC3339Nano), stamp(one.Left, time.RFC3339Nano), string(bytes.TrimSpace(choices))}, nil
}
