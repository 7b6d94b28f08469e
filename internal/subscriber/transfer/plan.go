package transfer

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/fault"
	"dateline/internal/subscriber"
)

// Column is a column of a file and what it is taken for.
type Column struct {
	Name    string  `json:"name"`
	Meaning Meaning `json:"meaning,omitempty"` // Unused: it is left out
	Sample  string  `json:"sample,omitempty"`  // of the first rows; an address is masked
}

// Plan is how a file is going to be read.
type Plan struct {
	File      string           `json:"file"`
	Source    Source           `json:"source"`
	Encoding  string           `json:"encoding"`
	Delimiter string           `json:"delimiter"`
	Header    bool             `json:"header"`          // the first line names the columns
	State     subscriber.State `json:"state,omitempty"` // of all in the file; "" when a column says it
	Assumed   bool             `json:"assumed,omitempty"`
	Columns   []Column         `json:"columns"`
	Skipped   string           `json:"skipped,omitempty"` // why the file is left out

	system system
}

// Choices are what a person says of files whose columns are not as guessed.
type Choices struct {
	From Source             `json:"from,omitempty"` // "": as the columns look
	Map  map[Meaning]string `json:"map,omitempty"`  // name or number of the column; "-" for none
}

// place is the column of a meaning, -1 for none.
func (p *Plan) place(m Meaning) int {
	return slices.IndexFunc(p.Columns, func(c Column) bool { return c.Meaning == m })
}

// Inspect finds out how each file is to be read, changing nothing. Of several
// files, those without addresses are left out; one alone must have some.
func Inspect(files []File, choose Choices) ([]Plan, error) {
	var plans []Plan
	used := 0
	for _, f := range files {
		p, err := inspect(f, choose, len(files) > 1)
		if err != nil {
			return nil, fault.New(fault.Invalid, "%s: %w", f.Name, err).WithHint("%s", fault.HintOf(err))
		}
		if p.Skipped == "" {
			used++
		}
		plans = append(plans, p)
	}
	if used == 0 {
		err := fault.New(fault.Invalid, "no column holds mail addresses")
		return plans, err.WithHint("name it: --map email=COLUMN, or choose it at the desk")
	}
	return plans, nil
}

func inspect(f File, choose Choices, several bool) (p Plan, err error) {
	in, err := f.Open()
	if err != nil {
		return p, err
	}
	defer in.Close()
	c, err := newCSV(in)
	if err != nil {
		return p, err
	}
	p = Plan{File: f.Name, Delimiter: string(rune(c.comma)), Header: true}
	first, err := c.next()
	if errors.Is(err, io.EOF) {
		p.Skipped, p.Encoding = "it is empty", c.encoding
		return p, nil
	}
	if err != nil {
		return p, err
	}
	if slices.ContainsFunc(first, looksLikeAddress) {
		p.Header = false
	}
	keys := make([]string, len(first))
	for i, name := range first {
		if !p.Header || name == "" {
			name = strconv.Itoa(i + 1)
		}
		keys[i] = key(name)
		p.Columns = append(p.Columns, Column{Name: name})
	}
	p.Source = choose.From
	if p.Source == "" {
		p.Source = guessSource(keys)
	}
	p.system = systemOf(p.Source)
	c.backslash = p.system.backslash
	rows, err := samples(c, first, p.Header)
	if err != nil {
		return p, err
	}
	p.Encoding = c.encoding
	p.guess(keys, rows)
	if err := p.choose(choose.Map, several); err != nil {
		return p, err
	}
	p.sample(rows)
	p.settle(keys)
	return p, nil
}

// samples reads the first rows.
func samples(c *csvReader, first []string, header bool) ([][]string, error) {
	var rows [][]string
	if !header {
		rows = append(rows, first)
	}
	for len(rows) < 20 {
		row, err := c.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func looksLikeAddress(cell string) bool {
	at := strings.IndexByte(cell, '@')
	return at > 0 && !strings.ContainsAny(cell, " \t") && strings.Contains(cell[at:], ".") && strings.Count(cell, "@") == 1
}

// guess gives each column the meaning of its name; the address may show itself.
// Of two columns with the same meaning the first has it.
func (p *Plan) guess(keys []string, rows [][]string) {
	for i := range p.Columns {
		m := p.system.meaning(keys[i])
		if m != Unused && p.place(m) < 0 {
			p.Columns[i].Meaning = m
		}
	}
	if p.place(Email) >= 0 {
		return
	}
	for i := range p.Columns {
		n := 0
		for _, row := range rows {
			if i < len(row) && looksLikeAddress(row[i]) {
				n++
			}
		}
		if n > 0 && n*2 >= len(rows) {
			p.Columns[i].Meaning = Email
			return
		}
	}
}

// choose follows a person's word about the columns. Of several files, not all
// have each.
func (p *Plan) choose(wanted map[Meaning]string, several bool) error {
	for m, name := range wanted {
		if !slices.Contains(Meanings(), m) {
			var names []string
			for _, one := range Meanings() {
				names = append(names, string(one))
			}
			return fault.New(fault.Invalid, "%q is nothing that a column can mean", m).WithHint("use one of %s", strings.Join(names, ", "))
		}
		if i := p.place(m); i >= 0 {
			p.Columns[i].Meaning = Unused
		}
		if name == "-" {
			continue
		}
		i := slices.IndexFunc(p.Columns, func(c Column) bool { return key(c.Name) == key(name) && key(name) != "" || c.Name == name })
		if n, err := strconv.Atoi(name); i < 0 && err == nil && n >= 1 && n <= len(p.Columns) {
			i = n - 1
		}
		if i < 0 && several {
			continue
		}
		if i < 0 {
			var names []string
			for _, c := range p.Columns {
				names = append(names, c.Name)
			}
			return fault.New(fault.Invalid, "there is no column %q", name).WithHint("the columns are: %s", strings.Join(names, ", "))
		}
		p.Columns[i].Meaning = m
	}
	return nil
}

// sample shows what stands in the columns, so that a person can judge.
func (p *Plan) sample(rows [][]string) {
	for i := range p.Columns {
		for _, row := range rows {
			if i < len(row) && row[i] != "" {
				p.Columns[i].Sample = shorten(maskAll(row[i]), 40)
				break
			}
		}
	}
}

// settle says who counts as what.
func (p *Plan) settle(keys []string) {
	if p.place(Email) < 0 {
		p.Skipped = "no column holds mail addresses"
		return
	}
	p.State = fileState(p.Source, p.File, keys)
	if p.place(Status) >= 0 || p.place(ListStatus) >= 0 || p.place(Subscribed) >= 0 {
		p.State = ""
		return
	}
	if p.State == "" {
		p.State, p.Assumed = subscriber.Active, true
	}
}

func shorten(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// Mask shows enough of an address for a colleague to know which it is:
// "a…@example.org".
func Mask(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return "…"
	}
	return string([]rune(address)[:1]) + "…" + address[at:]
}

// maskAll masks what may be an address in a cell of any kind.
func maskAll(cell string) string {
	if !strings.Contains(cell, "@") {
		return cell
	}
	words := strings.Fields(cell)
	for i, word := range words {
		if strings.Contains(word, "@") {
			words[i] = Mask(word)
		}
	}
	return strings.Join(words, " ")
}
