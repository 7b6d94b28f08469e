package mail

import (
	"bytes"
	_ "embed"
	"html/template"
	"strings"
	"sync"

	"dateline/internal/fault"
)

//go:embed letter.html
var letterHTML string

var letterTemplate = sync.OnceValues(func() (*template.Template, error) { return template.New("letter").Parse(letterHTML) })

// Letter is a short message that asks its reader to do one thing. All its texts
// are in one language.
type Letter struct {
	Language, Dir string // "de", "ltr"
	Site          string // who writes
	Subject       string
	Greeting      string
	Lines         []string
	Button, URL   string // what to do, and where; "" for nothing
	Notes         []string
	Links         []Link // further ways, at the foot
}

// Link is a way to somewhere, in words.
type Link struct{ Label, URL string }

// Message writes the letter to somebody, as text and as HTML.
func (l Letter) Message(toName, to string) (Message, error) {
	page, err := letterTemplate()
	if err != nil {
		return Message{}, fault.New(fault.Internal, "the letter's template: %w", err)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, l); err != nil {
		return Message{}, fault.New(fault.Internal, "the letter's template: %w", err)
	}
	return Message{ToName: toName, To: to, Subject: l.Subject, Text: l.text(), HTML: b.String()}, nil
}

func (l Letter) text() string {
	var parts []string
	if l.Greeting != "" {
		parts = append(parts, l.Greeting)
	}
	parts = append(parts, l.Lines...)
	if l.URL != "" {
		parts = append(parts, l.Button+":\n"+l.URL)
	}
	parts = append(parts, l.Notes...)
	for _, link := range l.Links {
		parts = append(parts, link.Label+":\n"+link.URL)
	}
	return strings.Join(append(parts, "-- \n"+l.Site), "\n\n") + "\n"
}
