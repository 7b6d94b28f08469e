package transfer

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/fault"
)

func readAll(t *testing.T, text string, backslash bool) (rows [][]string, lines []int, err error) {
	t.Helper()
	c, err := newCSV(strings.NewReader(text))
	if err != nil {
		return nil, nil, err
	}
	c.backslash = backslash
	for {
		row, err := c.next()
		if errors.Is(err, io.EOF) {
			return rows, lines, nil
		}
		if err != nil {
			return rows, lines, err
		}
		rows, lines = append(rows, row), append(lines, c.at)
	}
}

func TestCSV(t *testing.T) {
	for name, tc := range map[string]struct {
		text      string
		backslash bool
		want      [][]string
		lines     []int
	}{
		"plain":              {"a,b\n1,2\n", false, [][]string{{"a", "b"}, {"1", "2"}}, []int{1, 2}},
		"semicolons":         {"a;b\r\n1;2,5\r\n", false, [][]string{{"a", "b"}, {"1", "2,5"}}, []int{1, 2}},
		"tabs, old Mac":      {"a\tb\r1\t2", false, [][]string{{"a", "b"}, {"1", "2"}}, []int{1, 2}},
		"empty lines":        {"\n\na,b\n\n\n1,2\n\n", false, [][]string{{"a", "b"}, {"1", "2"}}, []int{3, 6}},
		"lines in cells":     {"a,b\n\"1\r\nx\",2\n3,4", false, [][]string{{"a", "b"}, {"1\r\nx", "2"}, {"3", "4"}}, []int{1, 2, 4}},
		"doubled quotes":     {`"say ""hi""",b`, false, [][]string{{`say "hi"`, "b"}}, []int{1}},
		"quotes in pieces":   {`the "old" man,"the "old" man", "spaced" ,5" pipe`, false, [][]string{{`the "old" man`, `the "old" man`, "spaced", `5" pipe`}}, []int{1}},
		"backslashed quotes": {`"the \"old\" man","c:\dir\"` + "\n", true, [][]string{{`the "old" man`, `c:\dir"`}}, nil},
		"backslash at end":   {`"c:\dir\",b`, false, [][]string{{`c:\dir\`, "b"}}, []int{1}},
		"sep":                {"sep=;\na;b,c\n", false, [][]string{{"a", "b,c"}}, []int{2}},
		"UTF-8 mark":         {"\xef\xbb\xbfa,b", false, [][]string{{"a", "b"}}, []int{1}},
		"Windows-1252":       {"a,J\xfcrgen\x80", false, [][]string{{"a", "Jürgen€"}}, []int{1}},
		"UTF-16 LE":          {"\xff\xfea\x00,\x00\xf6\x00\n\x001\x00,\x002\x00", false, [][]string{{"a", "ö"}, {"1", "2"}}, []int{1, 2}},
		"UTF-16 BE unmarked": {"\x00n\x00a\x00m\x00e\x00,\x00b\x00\n\x001\x00,\x002", false, [][]string{{"name", "b"}, {"1", "2"}}, []int{1, 2}},
		"blanks around":      {"\u00a0a\u200b ,\tb ", false, [][]string{{"a", "b"}}, []int{1}},
		"nothing":            {"", false, nil, nil},
		"empty quotes":       {`"",""`, false, [][]string{{"", ""}}, []int{1}},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "backslashed quotes" {
				// The last quote is escaped, so the cell never ends.
				if _, _, err := readAll(t, tc.text, true); !fault.Is(err, fault.Invalid) {
					t.Fatalf("err %v", err)
				}
				tc.text, tc.want[0], tc.lines = `"the \"old\" man","c:\dir"`, []string{`the "old" man`, `c:\dir`}, []int{1}
			}
			rows, lines, err := readAll(t, tc.text, tc.backslash)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, rows) + cmp.Diff(tc.lines, lines); d != "" {
				t.Error(d)
			}
		})
	}
}

// endless gives the same byte for ever.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

func TestCSV_RefusesWithTheLine(t *testing.T) {
	for name, tc := range map[string]struct {
		in   io.Reader
		want string
	}{
		"a quote never closed": {strings.NewReader("a,b\n1,\"2\n3,4\n"), "line 2 cannot be read: the quote"},
		"a cell of 100 MB":     {io.MultiReader(strings.NewReader("a,b\n\n1,2\n"), io.LimitReader(endless('x'), 100<<20)), "line 4 cannot be read: a cell is longer"},
		"a quoted one":         {io.MultiReader(strings.NewReader("a,b\n1,\""), io.LimitReader(endless('\n'), 100<<20)), "line 2 cannot be read: a cell is longer"},
		"many columns":         {strings.NewReader("a,b\n" + strings.Repeat("x,", 2000)), "line 2 cannot be read: it has more than 1000 columns"},
		"an Excel workbook":    {strings.NewReader("PK\x03\x04 and so on"), "an Excel workbook, not a CSV"},
		"a PDF":                {strings.NewReader("%PDF-1.7 and so on"), "a PDF, not a CSV"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := newCSV(tc.in)
			for err == nil {
				_, err = c.next()
			}
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), tc.want) || fault.HintOf(err) == "" {
				t.Errorf("got %v (%s), want %s", err, fault.HintOf(err), tc.want)
			}
		})
	}
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "\"a\"\"b\";c\r\nd", "\xff\xfea\x00", "sep=\t\n1\t2", "\"\\\"x\"\n", "\"", "a\x00b,\xfc", "email\nx@y.example"} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, text []byte, backslash bool) {
		c, err := newCSV(bytes.NewReader(text))
		if err != nil {
			return
		}
		c.backslash = backslash
		last := 0
		for {
			row, err := c.next()
			if err != nil {
				if !errors.Is(err, io.EOF) && !fault.Is(err, fault.Invalid) {
					t.Fatalf("an error without a code: %v", err)
				}
				break
			}
			if len(row) == 0 || c.at < last || c.at > len(text)+1 {
				t.Fatalf("row %q at line %d after %d", row, c.at, last)
			}
			last = c.at
			for _, cell := range row {
				if strings.ToValidUTF8(cell, "") != cell {
					t.Fatalf("cell %q is not UTF-8", cell)
				}
			}
		}
		// The whole way down to entries panics nowhere.
		p, err := inspect(File{Name: "f.csv", Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }}, Choices{}, false)
		if err != nil || p.Skipped != "" {
			return
		}
		c, err = newCSV(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		conv := newConverter(&p)
		for {
			row, err := c.next()
			if err != nil {
				return
			}
			if e, why := conv.entry(row, c.nul); why == "" && e.State == "" {
				t.Fatalf("%q was taken without a state", row)
			}
		}
	})
}
