package letter

import (
	"strings"

	"dateline/internal/richtext"
)

const column = 72

// text is the letter for those who read plain text: headings underlined, links
// as numbers whose addresses stand at the end.
func (l *Letter) text() string {
	var b strings.Builder
	notes := &richtext.MailNotes{}
	para := func(s string) {
		if s = strings.Trim(s, "\n"); s == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		b.WriteString(s + "\n")
	}
	head := l.Site
	if line := strings.Join(nonEmpty(other(l.Newsletter, l.Site), l.Date), " · "); line != "" {
		head += "\n" + line
	}
	para(head)
	if l.WebURL != "" {
		para(l.Words.ViewOnline + ":\n" + l.WebURL)
	}
	para(richtext.Underlined(l.Title, '='))
	o := l.options(nil)
	o.Notes = notes
	para(richtext.MailText(l.Intro, o))
	for i := range l.Items {
		l.itemText(&l.Items[i], notes, para)
	}
	if list := notes.List(); list != "" {
		para("-----\n" + l.Words.Links + "\n\n" + list)
	}
	// "-- " on a line of its own begins what programs take for a signature.
	para("-- \n" + richtext.WrapText(l.Words.Reason, column))
	para(richtext.WrapText(l.Words.Counted, column))
	if l.Unsubscribe != "" {
		para(l.Words.Unsubscribe + ":\n" + l.Unsubscribe)
	}
	if l.Preferences != "" {
		para(l.Words.Preferences + ":\n" + l.Preferences)
	}
	para(l.Site + "\n" + l.SiteURL + "/")
	return b.String()
}

func other(s, than string) string {
	if s == than {
		return ""
	}
	return s
}

func (l *Letter) itemText(it *Item, notes *richtext.MailNotes, para func(string)) {
	title := it.Headline
	if label := it.Label; label != "" {
		title = label + ": " + title
	}
	para(richtext.Underlined(title, '='))
	if len(it.Corrected) == 0 {
		para(richtext.WrapText(it.Standfirst, column))
		para(richtext.WrapText(strings.Join(nonEmpty(it.Byline, it.Date), " · "), column))
	}
	for _, c := range it.Corrected {
		para(richtext.WrapText(c.Note, column))
		if c.Wrong != "" {
			para(richtext.WrapText(l.Words.Wrong+" "+c.Wrong, column))
		}
		if c.Right != "" {
			para(richtext.WrapText(l.Words.Right+" "+c.Right, column))
		}
	}
	if it.Body != nil {
		o := l.options(it)
		o.Notes = notes
		para(richtext.MailText(*it.Body, o))
		para(l.to(it.URL)) // nothing is left to read on
		return
	}
	para(l.Words.Read + ":\n" + l.to(it.URL))
}
