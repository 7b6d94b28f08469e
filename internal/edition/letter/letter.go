// Package letter lays a newsletter out: one column of 600 pixels that holds in
// Gmail, Outlook and Apple Mail, in light and dark, and the plain text beside
// it. It is given finished public values and asks nothing.
//
// What dark mode changes hangs on the classes m-…; clients that know no media
// queries keep the inline colours, which stay legible when they are inverted.
package letter

import (
	"strings"

	"dateline/internal/richtext"
)

// Letter is one newsletter before it has recipients.
type Letter struct {
	Language, Dir string
	Subject       string
	Preview       string // beside the subject in a list of mails
	Site          string // who writes
	SiteURL       string
	Newsletter    string // its name; "" when it is the site's
	Date          string // of the edition, in words
	WebURL        string // its page; "" when it has none
	Title         string // above everything; "" when the first item says it all
	Intro         richtext.Doc
	Items         []Item
	Words         Words

	Accent     string // "#a5271b"; "" is the theme's own
	DarkAccent string
	Resolver   richtext.Resolver
	Labels     *richtext.Labels
	Link       func(string) string // leads links through the count; nil for none
	Coming     func(string) bool   // tells whether a date is still to come for who gets the letter
	Pixel      string              // address of the picture that is counted; "" for none

	Unsubscribe, Preferences string // slots, or addresses
}

// Item is an article in a letter, in short or in full.
type Item struct {
	Kicker, Headline, Standfirst string
	Byline, Date                 string
	URL                          string // absolute
	Language, Dir                string // "" when the letter's
	Picture                      *richtext.Picture
	Caption                      string
	Body                         *richtext.Doc // the whole text; nil for a short item
	Corrected                    []Corrected
	Label                        string // "Correction", above a corrected article
}

// Corrected is what a correction says.
type Corrected struct{ Note, Wrong, Right string }

// Words are what the letter says by itself, in its language.
type Words struct {
	ViewOnline   string
	Read         string // under a short item: "Read on"
	Reason       string // why the reader gets this
	Unsubscribe  string
	Preferences  string
	Counted      string // that the site counts; "" when it does not
	Links        string // above the addresses of the plain text
	Wrong, Right string
}

// Part is a letter laid out.
type Part struct{ HTML, Text string }

// Write lays a letter out.
func Write(l Letter) Part {
	return Part{HTML: l.html(), Text: l.text()}
}

func (l *Letter) options(it *Item) richtext.MailOptions {
	o := richtext.MailOptions{Resolver: l.Resolver, Labels: l.Labels, Base: l.SiteURL, Dir: l.Dir, Accent: l.Accent, Level: 2, Link: l.Link, Coming: l.Coming}
	if it != nil {
		o.Page, o.Level = it.URL, 3
		if it.Dir != "" {
			o.Dir = it.Dir
		}
	}
	return o
}

func (l *Letter) to(address string) string {
	if l.Link != nil && address != "" {
		return l.Link(address)
	}
	return address
}

// sheet writes markup.
type sheet struct {
	strings.Builder
	l     *Letter
	faces *strings.Replacer
}

// p writes constant markup; its places §0, §1, … are filled with escaped texts.
func (s *sheet) p(markup string, values ...string) {
	pairs := make([]string, 0, 2*len(values))
	for i, v := range values {
		pairs = append(pairs, "§"+string(rune('0'+i)), richtext.EscapeAttr(v))
	}
	s.WriteString(strings.NewReplacer(pairs...).Replace(s.faces.Replace(markup)))
}

const (
	serif = "Georgia,'Times New Roman',serif"
	sans  = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
)

func (l *Letter) html() string {
	start, end := "left", "right"
	if l.Dir == "rtl" {
		start, end = "right", "left"
	}
	accent := l.Accent
	if accent == "" {
		accent = richtext.MailAccent
	}
	s := &sheet{l: l, faces: strings.NewReplacer("§serif", serif, "§sans", sans, "§start", start, "§end", end, "§accent", accent, "§dark", l.darkAccent())}
	s.head()
	s.masthead()
	s.p(`<tr><td class="m-pad m-ink" style="padding:28px 24px 24px;font:17px/1.6 §sans;color:#16181b;text-align:§start">` + "\n")
	if l.Title != "" {
		s.p(`<h1 class="m-ink m-h1" style="margin:0 0 16px;font:bold 30px/1.2 §serif;color:#16181b">§0</h1>`+"\n", l.Title)
	}
	s.WriteString(richtext.MailHTML(l.Intro, l.options(nil)))
	for i := range l.Items {
		s.item(i)
	}
	s.p("</td></tr>\n")
	s.foot()
	s.p("</table>\n<!--[if mso]></td></tr></table><![endif]-->\n</td></tr></table>\n")
	if l.Pixel != "" {
		s.p(`<img src="§0" alt="" width="1" height="1" style="display:block;width:1px;height:1px;border:0">`+"\n", l.Pixel)
	}
	s.p("</body>\n</html>\n")
	return s.String()
}

func (l *Letter) darkAccent() string {
	if l.DarkAccent != "" {
		return l.DarkAccent
	}
	return "#ff8f78"
}

// dark are the colours at night, by class.
var dark = []struct{ class, back, rest string }{
	{"m-bg", "background-color:#101214!important", ""},
	{"m-card", "background-color:#17191c!important", ""},
	{"m-box", "background-color:#22262a!important", ""},
	{"m-ink", "", "color:#e9e6e0!important"},
	{"m-soft", "", "color:#a8abb0!important"},
	{"m-line", "", "border-color:#3a3f45!important"},
	{"m-link", "", "color:§dark!important"},
	{"m-acc", "", "color:§dark!important"},
	{"m-accline", "", "border-color:§dark!important"},
	{"m-button", "background-color:#e9e6e0!important", ""},
	{"m-press", "", "color:#16181b!important"},
	{"m-mark", "background-color:#5a4a12!important", "color:#e9e6e0!important"},
}

// head writes all before the visible letter. Outlook on the web marks what it
// darkened with attributes of its own.
func (s *sheet) head() {
	l := s.l
	s.p(`<!doctype html>
<html lang="§0" dir="§1" xmlns="http://www.w3.org/1999/xhtml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
<title>§2</title>
<!--[if mso]><style>td,p,a,li,span{font-family:Arial,sans-serif!important}h1,h2,h3{font-family:Georgia,serif!important}</style><noscript><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript><![endif]-->
<style>
:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:0;-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%}
@media (max-width:620px){.m-pad{padding-left:18px!important;padding-right:18px!important}.m-h1{font-size:26px!important}.m-h2{font-size:22px!important}}
`, l.Language, l.Dir, l.Subject)
	s.p("@media (prefers-color-scheme:dark){")
	for _, d := range dark {
		s.p("." + d.class + "{" + joined(d.back, d.rest) + "}")
	}
	s.p("}\n")
	for _, d := range dark {
		if d.rest != "" {
			s.p("[data-ogsc] ." + d.class + "{" + d.rest + "}")
		}
		if d.back != "" {
			s.p("[data-ogsb] ." + d.class + "{" + d.back + "}")
		}
	}
	s.p(`
</style>
</head>
<body class="m-bg" style="margin:0;padding:0;background-color:#f1efea">
`)
	if l.Preview != "" {
		s.p(`<div style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all">§0`, l.Preview)
		s.WriteString(strings.Repeat("&#847;&#160;", 60)) // keeps the letter's first words out of the list
		s.p("</div>\n")
	}
	s.p(`<table role="presentation" class="m-bg" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#f1efea" style="table-layout:fixed;background-color:#f1efea"><tr><td align="center" style="word-wrap:break-word;overflow-wrap:break-word">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" class="m-card" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#ffffff" style="table-layout:fixed;width:100%;max-width:600px;background-color:#ffffff">
`)
}

func joined(a, b string) string {
	if a != "" && b != "" {
		return a + ";" + b
	}
	return a + b
}

func (s *sheet) masthead() {
	l := s.l
	s.p(`<tr><td class="m-pad m-line" style="padding:26px 24px 14px;border-bottom:1px solid #dbd8d1;text-align:§start">
<a href="§0" class="m-ink" style="display:block;font:bold 26px/1.2 §serif;color:#16181b;text-decoration:none">§1</a>
`, l.to(l.SiteURL+"/"), l.Site)
	var facts []string
	if l.Newsletter != "" && l.Newsletter != l.Site {
		facts = append(facts, l.Newsletter)
	}
	if l.Date != "" {
		facts = append(facts, l.Date)
	}
	s.p(`<p class="m-soft" style="margin:6px 0 0;font:14px/1.5 §sans;color:#565a60">§0`, strings.Join(facts, " · "))
	if l.WebURL != "" {
		s.p(` · <a href="§0" class="m-soft" style="color:#565a60;text-decoration:underline">§1</a>`, l.WebURL, l.Words.ViewOnline)
	}
	s.p("</p>\n</td></tr>\n")
}

// item writes an article. The first one of a letter without a title is its
// heading; the others begin under a line.
func (s *sheet) item(i int) {
	l, it := s.l, &s.l.Items[i]
	headline, size := "h2", "23px"
	switch {
	case i == 0 && l.Title == "":
		headline, size = "h1", "30px"
	case i > 0 || len(l.Intro.Content) > 0:
		s.p(`<hr class="m-line" style="margin:30px 0 26px;border:0;border-top:1px solid #dbd8d1">` + "\n")
	}
	if it.Language != "" {
		s.p(`<div lang="§0" dir="§1">`+"\n", it.Language, it.Dir)
	}
	if it.Body == nil {
		s.picture(it)
	}
	kicker := it.Kicker
	if it.Label != "" {
		kicker = it.Label
	}
	if kicker != "" {
		s.p(`<p class="m-acc" style="margin:0 0 6px;font:bold 13px/1.4 §sans;color:§accent">§0</p>`+"\n", kicker)
	}
	class := "m-h2"
	if headline == "h1" {
		class = "m-h1"
	}
	s.p(`<`+headline+` class="m-ink `+class+`" style="margin:0 0 10px;font:bold `+size+`/1.22 §serif;color:#16181b"><a href="§0" class="m-ink" style="color:#16181b;text-decoration:none">§1</a></`+headline+`>`+"\n",
		l.to(it.URL), it.Headline)
	if it.Standfirst != "" && len(it.Corrected) == 0 {
		s.p(`<p class="m-soft" style="margin:0 0 12px;font:17px/1.55 §sans;color:#44484e">§0</p>`+"\n", it.Standfirst)
	}
	if by := strings.Join(nonEmpty(it.Byline, it.Date), " · "); by != "" && len(it.Corrected) == 0 {
		s.p(`<p class="m-soft" style="margin:0 0 14px;font:14px/1.5 §sans;color:#565a60">§0</p>`+"\n", by)
	}
	for _, c := range it.Corrected {
		s.corrected(c)
	}
	if it.Body != nil {
		s.picture(it)
		s.WriteString(richtext.MailHTML(*it.Body, l.options(it)))
	} else {
		s.p(`<p style="margin:0 0 6px;font:bold 15px/1.5 §sans"><a href="§0" class="m-link" style="color:§accent;text-decoration:underline">§1</a></p>`+"\n", l.to(it.URL), l.Words.Read)
	}
	if it.Language != "" {
		s.p("</div>\n")
	}
}

func (s *sheet) corrected(c Corrected) {
	l := s.l
	s.p(`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed"><tr><td class="m-accline" style="padding:12px 16px;border:2px solid §accent;font:16px/1.55 §sans">` + "\n")
	s.p(`<p style="margin:0">§0</p>`+"\n", c.Note)
	if c.Wrong != "" {
		s.p(`<p class="m-soft" style="margin:10px 0 0;color:#565a60"><strong>§0</strong> <del>§1</del></p>`+"\n", l.Words.Wrong, c.Wrong)
	}
	if c.Right != "" {
		s.p(`<p style="margin:6px 0 0"><strong>§0</strong> §1</p>`+"\n", l.Words.Right, c.Right)
	}
	s.p(`</td></tr><tr><td height="14" style="height:14px;font-size:0;line-height:0">&#160;</td></tr></table>` + "\n")
}

func (s *sheet) picture(it *Item) {
	if it.Picture == nil {
		return
	}
	s.p(`<a href="§0">`, s.l.to(it.URL))
	richtext.MailImage(s, *it.Picture, richtext.MailWidth)
	s.p("</a>\n")
	caption := strings.TrimSpace(it.Caption + " " + it.Picture.Credit)
	if it.Body == nil {
		caption = it.Picture.Credit
	}
	if caption != "" {
		s.p(`<p class="m-soft" style="margin:6px 0 0;font:13px/1.45 §sans;color:#565a60">§0</p>`+"\n", caption)
	}
	s.p(`<div style="height:14px;line-height:14px;font-size:0">&#160;</div>` + "\n")
}

func (s *sheet) foot() {
	l := s.l
	s.p(`<tr><td class="m-pad m-line m-soft" style="padding:24px 24px 32px;border-top:1px solid #dbd8d1;font:14px/1.6 §sans;color:#565a60;text-align:§start">` + "\n")
	s.p(`<p style="margin:0 0 10px">§0</p>`+"\n", l.Words.Reason)
	if l.Words.Counted != "" {
		s.p(`<p style="margin:0 0 10px">§0</p>`+"\n", l.Words.Counted)
	}
	var links []string
	if l.Unsubscribe != "" {
		links = append(links, l.Unsubscribe, l.Words.Unsubscribe)
	}
	if l.Preferences != "" {
		links = append(links, l.Preferences, l.Words.Preferences)
	}
	for i := 0; i < len(links); i += 2 {
		s.p(`<p style="margin:0 0 4px"><a href="§0" class="m-soft" style="color:#565a60;text-decoration:underline">§1</a></p>`+"\n", links[i], links[i+1])
	}
	s.p(`<p style="margin:14px 0 0"><a href="§0" class="m-soft" style="color:#565a60;text-decoration:none"><strong>§1</strong></a></p>`+"\n", l.SiteURL+"/", l.Site)
	s.p("</td></tr>\n")
}

func nonEmpty(all ...string) (out []string) {
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
