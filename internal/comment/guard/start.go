package guard

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// startTable is the shipped table: token, good comments, spam, with tabs; the
// first row counts the comments. test/quality makes it.
//
//go:embed start.tsv
var startTable string

// table is a model's unchanging part.
type table struct {
	all    count
	tokens map[string]count
}

// shipped reads the shipped table once.
var shipped = sync.OnceValue(func() *table {
	rows, err := ParseRows(startTable)
	if err != nil {
		panic("guard: start.tsv: " + err.Error())
	}
	t := &table{}
	t.all, t.tokens = counts(rows, len(rows))
	return t
})

// ParseRows reads rows of a text as FormatRows writes it. Lines that begin with
// "##" are remarks.
func ParseRows(text string) ([]Row, error) {
	var out []Row
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || strings.HasPrefix(line, "##") {
			continue
		}
		token, numbers, _ := strings.Cut(line, "\t")
		h, s, _ := strings.Cut(numbers, "\t")
		ham, err := strconv.Atoi(h)
		if err != nil {
			return nil, err
		}
		spam, err := strconv.Atoi(s)
		if err != nil {
			return nil, err
		}
		out = append(out, Row{token, ham, spam})
	}
	return out, nil
}

// FormatRows writes rows as lines of token, ham and spam with tabs between.
func FormatRows(rows []Row) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(r.Token)
		b.WriteByte('\t')
		b.WriteString(strconv.Itoa(r.Ham))
		b.WriteByte('\t')
		b.WriteString(strconv.Itoa(r.Spam))
		b.WriteByte('\n')
	}
	return b.String()
}
