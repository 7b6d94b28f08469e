package richtext

// reporting writes the blocks of news work for mail. A newsletter box, more and
// page breaks write nothing: who reads this gets it already.
func (m mailer) reporting(n *Node) {
	switch n.Type {
	case "attributed_quote":
		m.attributedQuote(n)
	case "accounts":
		m.accounts(n)
	case "shared_accounts":
		if a, ok := m.o.Resolver.Accounts(n.num("record")); ok {
			m.sharedAccounts(&a)
		}
	case "fact_box":
		m.cell("fact")
		m.line("title", n.str("title"))
		m.inner(n.Content)
		m.shut(20)
	case "timeline":
		m.timeline(n)
	case "correction":
		m.correction(n)
	case "related_link":
		m.relatedLink(n)
	case "buttons":
		m.buttons(n.Content)
	case "button":
		m.buttons([]Node{*n})
	case "footnotes":
		m.footnotes(n)
	}
}

func (m mailer) attributedQuote(n *Node) {
	m.cell("spoken")
	m.raw("<blockquote")
	m.styled("words")
	m.raw(">")
	m.inner(n.Content)
	m.raw("</blockquote>")
	source, linked := m.href(n.str("source"))
	if linked || n.str("speaker")+n.str("role")+n.str("outlet")+n.str("date") != "" {
		m.tag("p", "by")
		if m.attribution(n) && linked {
			m.raw(" · ")
		}
		if linked && m.link("", source) {
			m.raw(">")
			m.words(m.labels.Source)
			m.raw("</a>")
		}
		m.raw("</p>")
	}
	m.shut(24)
}

// attribution writes "Ann Lee, minister, Daily News, 4 May 2026"; false for
// nothing.
func (m mailer) attribution(n *Node) bool {
	gap := ""
	for _, name := range []string{"speaker", "role", "outlet", "date"} {
		value := n.str(name)
		if value == "" {
			continue
		}
		m.raw(gap)
		switch name {
		case "speaker":
			m.tag("span", "name")
			m.words(value)
			m.raw("</span>")
		case "outlet":
			m.raw("<cite>")
			m.words(value)
			m.raw("</cite>")
		case "date":
			m.words(m.date(value))
		default:
			m.words(value)
		}
		gap = ", "
	}
	return gap != ""
}

// date is a date in the reader's words.
func (m mailer) date(iso string) string {
	if !isDate(iso) {
		return iso
	}
	return m.labels.Date(iso)
}

func (m mailer) accounts(n *Node) {
	m.line("title", n.str("title"))
	for i := range n.Content {
		a := &n.Content[i]
		m.cell("account")
		m.line("party", a.str("party"))
		m.inner(a.Content)
		if silent := a.str("silent"); silent != "" {
			m.tag("p", "silent")
			m.raw("<strong>")
			m.words(m.labels.NotMentioned)
			m.raw("</strong> ")
			m.words(silent)
			m.raw("</p>\n")
		}
		m.accountSource(a)
		gap := 8
		if i == len(n.Content)-1 {
			gap = 20
		}
		m.shut(gap)
	}
}

func (m mailer) accountSource(n *Node) {
	label := n.str("source_label")
	if n.str("source") == "" && label == "" {
		return
	}
	m.tag("p", "small")
	linked := m.link("", n.str("source"))
	if linked {
		m.raw(">")
	}
	m.words(or(label, m.labels.Source))
	if linked {
		m.raw("</a>")
	}
	m.raw("</p>\n")
}

func (m mailer) timeline(n *Node) {
	m.line("title", n.str("title"))
	years := eventYears(n.Content)
	for i := range years {
		m.line("year", years[i].label)
		m.events(years[i].events)
	}
}

func (m mailer) events(nodes []Node) {
	for i := range nodes {
		e := &nodes[i]
		m.cell("event")
		m.line("date", m.eventDate(e))
		if address, title := m.renderer.target(e); title != "" {
			m.tag("p", "happening")
			m.linked(address, title)
			m.raw("</p>\n")
		}
		m.inner(e.Content)
		gap := 0
		if i == len(nodes)-1 {
			gap = 12
		}
		m.shut(gap)
	}
}

// eventDate is the date of a row of a timeline in words, with a mark when it is
// still to come; "" for a row without a date.
func (m mailer) eventDate(n *Node) string {
	date := n.str("date")
	if date == "" {
		return ""
	}
	if m.coming(date) {
		return m.date(date) + " · " + m.labels.Scheduled
	}
	return m.date(date)
}

// linked writes words, as a link where there is an address.
func (m mailer) linked(address, s string) {
	linked := m.link("", address)
	if linked {
		m.raw(">")
	}
	m.words(s)
	if linked {
		m.raw("</a>")
	}
}

func (m mailer) correction(n *Node) {
	label := m.labels.Correction
	switch n.str("kind") {
	case "clarification":
		label = m.labels.Clarification
	case "update":
		label = m.labels.Update
	}
	if date := n.str("date"); date != "" {
		label += " · " + m.date(date)
	}
	m.cell("corr")
	m.line("label", label)
	m.inner(n.Content)
	m.shut(20)
}

// relatedLink writes nothing without a target: the title of an article that
// readers may not see stays unseen.
func (m mailer) relatedLink(n *Node) {
	address, title := m.renderer.target(n)
	if _, ok := m.href(address); !ok {
		return
	}
	m.cell("also")
	m.line("label", m.labels.ReadAlso)
	m.tag("p", "last")
	m.linked(address, or(title, address))
	m.raw("</p>")
	m.shut(20)
}

// buttons are bulletproof: Outlook pads the cell, everybody else the link.
func (m mailer) buttons(nodes []Node) {
	m.raw(`<table role="presentation" cellpadding="0" cellspacing="0" border="0">`)
	for i := range nodes {
		address, ok := m.href(nodes[i].str("url"))
		if ok {
			address, ok = m.mail.target(address)
		}
		m.raw("<tr>")
		if !ok {
			m.raw("<td>")
			m.words(nodes[i].str("label"))
		} else {
			m.raw(`<td bgcolor="#16181b" align="center"`)
			m.styled("button")
			m.raw("><a")
			m.attr("href", address)
			m.styled("press")
			m.raw(">")
			m.words(nodes[i].str("label"))
			m.raw("</a>")
		}
		m.raw("</td></tr>")
		m.gap(12)
	}
	m.gap(8)
	m.raw("</table>\n")
}

func (m mailer) footnotes(n *Node) {
	m.raw("<div")
	m.styled("notes")
	m.raw("><ol")
	m.styled("list")
	m.raw(">\n")
	for i := range n.Content {
		m.raw("<li")
		m.styled("li")
		m.flow(n.Content[i].Content)
		m.raw("</li>\n")
	}
	m.raw("</ol></div>\n")
}
