// Package importerweb writes the account of an import for programs and for
// people.
package importerweb

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"io"

	"dateline/internal/importer"
)

//go:embed report.html.tmpl
var page string

// JSON writes the report as docs/contracts/import-report.md describes it. The
// addresses come last and one by one: there may be millions.
func JSON(w io.Writer, r *importer.Report) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	_, _ = b.Write(bytes.TrimSuffix(raw, []byte("\n}"))) // the writer keeps its first error for Flush
	_, _ = b.WriteString(",\n  \"urls\": [")
	first := true
	err = r.URLs.Each(func(u importer.URL) error {
		one, err := json.Marshal(u)
		if err != nil {
			return err
		}
		if !first {
			_ = b.WriteByte(',')
		}
		first = false
		_, _ = b.WriteString("\n    ")
		_, err = b.Write(one)
		return err
	})
	if err != nil {
		return err
	}
	_, _ = b.WriteString("\n  ]\n}\n")
	return b.Flush()
}

// readable is how many addresses the page for people shows; the JSON has all.
const readable = 2000

// HTML writes the report as one page that needs nothing else.
func HTML(w io.Writer, r *importer.Report) error {
	t, err := template.New("report").Parse(page)
	if err != nil {
		return err
	}
	urls, err := r.URLs.First(readable)
	if err != nil {
		return err
	}
	return t.Execute(w, struct {
		*importer.Report
		Shown []importer.URL
	}{r, urls})
}
