package register

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// Format is a form in which the register is written and read.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	JSON Format = "json"
)

// Record is an entry in a file. Ids are decimal texts, since readers of JSON
// may hold only 53 bits of a number.
type Record struct {
	ID          string   `json:"id,omitempty"`
	Kind        string   `json:"kind"`
	Name        string   `json:"name"`
	Aliases     []string `json:"aliases,omitempty"`
	Description string   `json:"description,omitempty"`
	Wikidata    string   `json:"wikidata,omitempty"`
	Website     string   `json:"website,omitempty"`
	Latitude    string   `json:"latitude,omitempty"`
	Longitude   string   `json:"longitude,omitempty"`
	Begins      string   `json:"begins,omitempty"`
	Ends        string   `json:"ends,omitempty"`
	Public      bool     `json:"public,omitempty"`
	ByName      bool     `json:"by_name,omitempty"`
	Word        string   `json:"word,omitempty"` // of the address
}

var csvColumns = []string{"id", "kind", "name", "aliases", "description", "wikidata", "website", "latitude", "longitude", "begins", "ends", "public", "by_name", "word"}

// aliasSign parts the other names in a cell.
const aliasSign = "|"

func recordOf(e *Entry) Record {
	r := Record{ID: strconv.FormatInt(e.ID, 10), Kind: string(e.Kind), Name: e.Name, Aliases: e.Aliases, Description: e.Description, Wikidata: e.Wikidata,
		Website: e.Website, Begins: e.Begins, Ends: e.Ends, Public: e.Open, ByName: e.ByName, Word: e.Slug}
	if p := e.Position; p != nil {
		r.Latitude, r.Longitude = strconv.FormatFloat(p.Lat, 'f', -1, 64), strconv.FormatFloat(p.Lon, 'f', -1, 64)
	}
	return r
}

func (r *Record) entry() (e Entry, err error) {
	e = Entry{Kind: Kind(strings.ToLower(strings.TrimSpace(r.Kind))), Name: r.Name, Aliases: r.Aliases, Description: r.Description, Wikidata: r.Wikidata,
		Website: r.Website, Begins: r.Begins, Ends: r.Ends, Open: r.Public, ByName: r.ByName}
	e.Position, err = ParsePosition(r.Latitude, r.Longitude)
	return e, err
}

// Export writes the whole register.
func (s *Service) Export(ctx context.Context, actor account.Actor, w io.Writer, f Format) error {
	if err := actor.Require(account.Editor, "export the register"); err != nil {
		return err
	}
	out, err := newExporter(w, f)
	if err != nil {
		return err
	}
	const page = 500
	for after := int64(0); ; {
		found, err := s.from(ctx, Query{After: after, Limit: page})
		if err != nil {
			return err
		}
		for i := range found[:min(len(found), page)] {
			if err := out.write(recordOf(&found[i])); err != nil {
				return err
			}
			after = found[i].ID
		}
		if len(found) <= page {
			return out.end()
		}
	}
}

type exporter struct {
	write func(Record) error
	end   func() error
}

func newExporter(w io.Writer, f Format) (exporter, error) {
	switch f {
	case CSV:
		out := csv.NewWriter(w)
		return exporter{func(r Record) error { return out.Write(r.cells()) }, func() error { out.Flush(); return out.Error() }}, out.Write(csvColumns)
	case JSON:
		first := true
		write := func(r Record) error {
			raw, err := json.Marshal(r)
			sign := ",\n"
			if first {
				sign, first = "[\n", false
			}
			if err == nil {
				_, err = io.WriteString(w, sign+string(raw))
			}
			return err
		}
		end := func() error {
			sign := "\n]\n"
			if first {
				sign = "[]\n"
			}
			_, err := io.WriteString(w, sign)
			return err
		}
		return exporter{write, end}, nil
	}
	return exporter{}, fault.New(fault.Invalid, "the register is not written as %q", clipped(string(f))).WithHint("choose csv or json")
}

// formula are the characters with which a spreadsheet's formula begins.
const formula = "=+-@\t\r"

// safe keeps spreadsheets from running a text as a formula; plain takes it back.
func safe(text string) string {
	if _, err := strconv.ParseFloat(text, 64); err != nil && text != "" && strings.IndexByte(formula, text[0]) >= 0 {
		return "'" + text
	}
	return text
}

func plain(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte(formula, cell[1]) >= 0 {
		return cell[1:]
	}
	return cell
}

func (r *Record) cells() []string {
	cells := []string{r.ID, r.Kind, r.Name, strings.Join(r.Aliases, aliasSign), r.Description, r.Wikidata, r.Website, r.Latitude, r.Longitude, r.Begins, r.Ends,
		yes(r.Public), yes(r.ByName), r.Word}
	for i := range cells {
		cells[i] = safe(cells[i])
	}
	return cells
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

// MaxImport is the most bytes that an import takes.
const MaxImport = 64 << 20

// Imported says what became of a file.
type Imported struct {
	Added, Changed, Same int64
	Problems             []Problem // the first mostProblems
	Wrong                int64     // entries with a problem

	again bool // stories from before are to be read again
}

// Problem is an entry of a file that was not taken.
type Problem struct {
	Number int // of the entry, from 1
	Name   string
	Err    error
}

const (
	mostProblems = 100
	importBatch  = 200
)

// Import adds the entries of a file, and changes those that are there: by the
// item of Wikidata, the id, or kind and name, in this order. What the file does
// not say of a known entry stays as it is. Reading the same file again changes
// nothing. Entries that are wrong are told of and left out; the others go in.
func (s *Service) Import(ctx context.Context, actor account.Actor, r io.Reader, f Format) (Imported, error) {
	var out Imported
	if err := actor.Require(account.Editor, "import into the register"); err != nil {
		return out, err
	}
	records, err := readRecords(r, f)
	if err != nil {
		return out, err
	}
	number := 0
	for part := range slices.Chunk(records, importBatch) {
		before := out
		err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			out = before // the transaction may run again
			out.Problems = slices.Clip(out.Problems)
			for i := range part {
				if err := s.importOne(ctx, tx, actor, &part[i], number+i+1, &out); err != nil {
					return err
				}
			}
			if out.again {
				return sweepTx(ctx, tx)
			}
			return nil
		})
		if err != nil {
			return before, err
		}
		out.again = false
		number += len(part)
	}
	return out, nil
}

func (s *Service) importOne(ctx context.Context, tx *db.Tx, actor account.Actor, r *Record, number int, out *Imported) error {
	e, err := r.entry()
	if err == nil {
		err = e.clean()
	}
	if err == nil {
		var old Entry
		if old, err = s.matching(ctx, tx, r, &e); err == nil {
			return s.importOver(ctx, tx, actor, r, old, e, number, out)
		}
		if fault.Is(err, fault.NotFound) {
			if e, err = s.addTx(ctx, tx, actor, Input{Entry: e, Word: r.Word}); err == nil {
				out.Added++
				out.again = out.again || e.ByName
			}
		}
	}
	return out.tell(number, r.Name, err)
}

// tell notes what is wrong with an entry; other errors end the import.
func (out *Imported) tell(number int, name string, err error) error {
	if err == nil || !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
		return err
	}
	if out.Wrong++; len(out.Problems) < mostProblems {
		out.Problems = append(out.Problems, Problem{number, clipped(name), err})
	}
	return nil
}

func (s *Service) importOver(ctx context.Context, tx *db.Tx, actor account.Actor, r *Record, old, e Entry, number int, out *Imported) error {
	next := old
	next.Kind, next.Name = e.Kind, e.Name
	for _, alias := range e.Aliases {
		if !slices.Contains(next.Names(), alias) {
			next.Aliases = append(slices.Clip(next.Aliases), alias)
		}
	}
	for _, f := range []struct {
		to   *string
		said string
	}{{&next.Description, e.Description}, {&next.Wikidata, e.Wikidata}, {&next.Website, e.Website}, {&next.Begins, e.Begins}, {&next.Ends, e.Ends}} {
		if f.said != "" {
			*f.to = f.said
		}
	}
	if e.Position != nil {
		next.Position = e.Position
	}
	next.Open, next.ByName = next.Open || e.Open, next.ByName || e.ByName
	word := strings.TrimSpace(r.Word)
	if a, b := recordOf(&old), recordOf(&next); slices.Equal(a.cells(), b.cells()) && (word == "" || word == old.Slug) {
		out.Same++
		return nil
	}
	_, err := s.saveTx(ctx, tx, actor, Input{Entry: next, Word: word, Another: true})
	if err == nil {
		out.Changed++
	}
	return out.tell(number, r.Name, err)
}

// matching finds the entry that a record of a file is about.
func (s *Service) matching(ctx context.Context, tx *db.Tx, r *Record, e *Entry) (Entry, error) {
	none := fault.New(fault.NotFound, "no such entry")
	if e.Wikidata != "" {
		var id int64
		err := tx.QueryRow(ctx, `SELECT id FROM subject WHERE wikidata = $1 AND wikidata <> '' AND gone = 0`, e.Wikidata).Scan(&id)
		if err == nil {
			return ByID(ctx, tx, id)
		}
		if !fault.Is(err, fault.NotFound) {
			return Entry{}, err
		}
	}
	if id, err := strconv.ParseInt(r.ID, 10, 64); err == nil {
		old, err := ByID(ctx, tx, id)
		if err == nil && (old.Wikidata == "" || e.Wikidata == "" || old.Wikidata == e.Wikidata) || err != nil && !fault.Is(err, fault.NotFound) {
			return old, err
		}
	}
	found, err := same(ctx, tx, 0, []string{nameKey(e.Name)})
	if err != nil {
		return Entry{}, err
	}
	for _, old := range found {
		if old.Kind == e.Kind && nameKey(old.Name) == nameKey(e.Name) && (old.Wikidata == "" || e.Wikidata == "") {
			return old, nil
		}
	}
	return Entry{}, none
}

func readRecords(r io.Reader, f Format) ([]Record, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxImport+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > MaxImport {
		return nil, fault.New(fault.TooLarge, "the file is larger than %d MB", MaxImport>>20).WithHint("divide it")
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	switch f {
	case JSON:
		var all []Record
		if err := json.Unmarshal(raw, &all); err != nil {
			return nil, fault.New(fault.Invalid, "the file is no JSON list of entries: %w", err).WithHint("export the register to see how one looks")
		}
		return all, nil
	case CSV:
		return readCSV(raw)
	}
	return nil, fault.New(fault.Invalid, "the register is not read from %q", clipped(string(f))).WithHint("choose csv or json")
}

func readCSV(raw []byte) ([]Record, error) {
	in := csv.NewReader(bytes.NewReader(raw))
	in.FieldsPerRecord = -1
	if head, _, _ := bytes.Cut(raw, []byte("\n")); bytes.Count(head, []byte(";")) > bytes.Count(head, []byte(",")) {
		in.Comma = ';' // as spreadsheets in much of Europe write it
	}
	head, err := in.Read()
	if err != nil {
		return nil, fault.New(fault.Invalid, "the file has no first line with the names of its columns").WithHint("export the register to see how one looks")
	}
	at := map[string]int{}
	for i, name := range head {
		at[strings.ToLower(strings.TrimSpace(name))] = i
	}
	for _, name := range []string{"kind", "name"} {
		if _, ok := at[name]; !ok {
			return nil, fault.New(fault.Invalid, "the file has no column %q", name).WithHint("the first line names the columns: %s", strings.Join(csvColumns, ", "))
		}
	}
	var all []Record
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "the file is no CSV: %w", err).WithHint("put texts with commas or line breaks between quotation marks")
		}
		cell := func(name string) string {
			if i, ok := at[name]; ok && i < len(cells) {
				return plain(strings.TrimSpace(cells[i]))
			}
			return ""
		}
		r := Record{ID: cell("id"), Kind: cell("kind"), Name: cell("name"), Description: cell("description"), Wikidata: cell("wikidata"), Website: cell("website"),
			Latitude: cell("latitude"), Longitude: cell("longitude"), Begins: cell("begins"), Ends: cell("ends"), Public: isYes(cell("public")), ByName: isYes(cell("by_name")), Word: cell("word")}
		if aliases := cell("aliases"); aliases != "" {
			r.Aliases = strings.Split(aliases, aliasSign)
		}
		all = append(all, r)
	}
}

func isYes(cell string) bool {
	switch strings.ToLower(cell) {
	case "yes", "true", "1", "x":
		return true
	}
	return false
}
