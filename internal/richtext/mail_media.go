package richtext

import (
	"path"
	"strconv"
)

func (m mailer) media(n *Node) {
	switch n.Type {
	case "figure":
		m.figure(n, MailWidth)
		m.raw(`<div style="height:20px;line-height:20px;font-size:0">&#160;</div>` + "\n")
	case "gallery":
		m.gallery(n)
	case "audio", "video":
		m.recording(n)
	case "playlist":
		for i := range n.Content {
			m.recording(&n.Content[i])
		}
	case "file":
		m.file(n)
	case "embed":
		provider := n.str("provider")
		if provider == "" || !isName(provider) {
			provider = genericProvider
		}
		m.card(n, providerName(provider), n.str("title"), n.str("url"), "thumb")
	}
}

func (m mailer) figure(n *Node, width int) {
	p, ok := m.picture(n, "media")
	if ok {
		displayed(n, &p)
		linked := n.str("link") != "" && m.link("", n.str("link"))
		if linked {
			m.raw(">")
		}
		m.img(p, width)
		if linked {
			m.raw("</a>")
		}
	} else {
		m.cell("missing")
		m.words(m.labels.PictureMissing)
		if p.Alt != "" {
			m.words(": " + p.Alt)
		}
		m.shut(0)
	}
	m.captionOf(n.Content, "", p.Credit)
}

// img writes a picture at most width pixels wide, with its dimensions, so that
// nothing jumps and Outlook does not show it in its full size.
func (m mailer) img(p Picture, width int) {
	MailImage(&m.b, p, width)
}

// captionOf writes title, caption and credit, nothing when there are none.
func (m mailer) captionOf(caption []Node, title, credit string) {
	if len(caption) == 0 && title == "" && credit == "" {
		return
	}
	m.tag("p", "caption")
	if title != "" {
		m.raw("<strong>")
		m.words(title)
		m.raw("</strong> ")
	}
	if len(caption) > 0 {
		m.raw("<span")
		m.textBlock(caption)
		m.raw("</span> ")
	}
	m.words(credit)
	m.raw("</p>\n")
}

// gallery shows its pictures two in a row.
func (m mailer) gallery(n *Node) {
	m.raw(`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed">`)
	for i := 0; i < len(n.Content); i += 2 {
		m.raw("<tr>")
		if i+1 == len(n.Content) {
			m.raw(`<td colspan="2" valign="top" style="padding:0 0 16px">`)
			m.figure(&n.Content[i], MailWidth)
			m.raw("</td></tr>")
			break
		}
		for j, side := range []string{m.mail.end, m.mail.start} {
			m.raw(`<td width="50%" valign="top" style="padding:0 0 16px;padding-` + side + `:8px">`)
			m.figure(&n.Content[i+j], MailWidth/2-8)
			m.raw("</td>")
		}
		m.raw("</tr>")
	}
	m.raw("</table>\n")
}

// recording is a card: mail plays nothing.
func (m mailer) recording(n *Node) {
	address, name := n.str("src"), ""
	if file, ours := m.o.Resolver.File(n.num("media")); ours {
		address, name = file.URL, file.Name
	}
	kind := "▶"
	m.card(n, kind, or(n.str("title"), or(name, path.Base(address))), address, "poster")
}

// card is the link to something elsewhere or to a recording, with a picture of
// ours where there is one.
func (m mailer) card(n *Node, kind, title, address, thumb string) {
	full, ok := m.href(address)
	if ok {
		full, ok = m.mail.target(full)
	}
	if !ok {
		m.cell("missing")
		if title != "" {
			m.words(title + " · ")
		}
		m.words(m.labels.FileMissing)
		m.shut(20)
		return
	}
	m.raw(`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="table-layout:fixed">`)
	if p, shown := m.picture(n, thumb); shown && thumb != "" {
		p.Alt = ""
		m.raw("<tr><td")
		m.styled("thumb")
		m.raw("><a")
		m.attr("href", full)
		m.raw(">")
		m.img(p, MailWidth-2)
		m.raw("</a></td></tr>")
	}
	m.raw("<tr><td")
	m.styled("card")
	m.raw(">")
	host, _ := hostOf(address)
	if absoluteOnly(address) == "" {
		host, _ = hostOf(m.o.Base)
	}
	m.line("label", kind)
	m.raw("<a")
	m.attr("href", full)
	m.styled("cardlink")
	m.raw(">")
	m.words(or(title, or(host, address)))
	m.raw("</a>")
	m.line("small", host)
	m.shut(0)
	m.captionOf(n.Content, "", "")
	m.raw(`<div style="height:20px;line-height:20px;font-size:0">&#160;</div>` + "\n")
}

func (m mailer) file(n *Node) {
	file, ours := m.o.Resolver.File(n.num("media"))
	if !ours && n.num("media") == 0 {
		file = File{URL: n.str("src"), Bytes: n.num("bytes")}
	}
	label := or(n.str("label"), or(file.Name, path.Base(or(file.URL, n.str("src")))))
	m.cell("box")
	if file.URL != "" && m.link("", file.URL) {
		m.raw(">")
		m.words(label)
		m.raw("</a>")
		m.line("small", m.fileMeta(file))
	} else {
		m.words(label)
		m.line("small", m.labels.FileMissing)
	}
	m.shut(20)
}

// MailImage writes a picture as a letter shows it: at most width pixels wide,
// as wide as its place where it is large enough, never larger than it is. The
// address must be absolute.
func MailImage(b interface{ WriteString(string) (int, error) }, p Picture, width int) {
	put := func(s string) { _, _ = b.WriteString(s) }
	w, h := p.Width, p.Height
	if w > width {
		w, h = width, (p.Height*width+p.Width/2)/p.Width
	}
	put(`<img src="` + EscapeAttr(p.URL) + `" alt="` + EscapeAttr(p.Alt) + `"`)
	style := mailStyles["img"].style
	if w > 0 && h > 0 {
		put(` width="` + strconv.Itoa(w) + `" height="` + strconv.Itoa(h) + `"`)
		style += ";max-width:" + strconv.Itoa(w) + "px"
	}
	put(` style="` + style + `">`)
}
