package richtext

import "strconv"

// reporting writes the blocks of news work. Unknown nodes, more and
// page_break write nothing.
func (r *renderer) reporting(n *Node) {
	switch n.Type {
	case "attributed_quote":
		r.attributedQuote(n)
	case "accounts":
		r.accounts(n)
	case "shared_accounts":
		if a, ok := r.o.Resolver.Accounts(n.num("record")); ok {
			r.sharedAccounts(&a)
		}
	case "fact_box":
		r.factBox(n)
	case "timeline":
		r.timeline(n)
	case "correction":
		r.correction(n)
	case "related_link":
		r.relatedLink(n)
	case "buttons":
		r.buttons(n.Content)
	case "button":
		r.buttons([]Node{*n})
	case "newsletter_box":
		r.newsletterBox()
	case "footnotes":
		r.footnotes(n)
	}
}

func (r *renderer) attributedQuote(n *Node) {
	r.open("figure", "attributed-quote")
	if q, named := blockQuote(n); named {
		r.quoteID(q.Anchor)
	}
	r.raw("><blockquote")
	source, linked := r.href(n.str("source"))
	if linked && isWeb(source) {
		r.attr("cite", source)
	}
	r.raw(">")
	r.blocks(n.Content)
	r.raw("</blockquote>")
	if linked || n.str("speaker")+n.str("role")+n.str("outlet")+n.str("date") != "" {
		r.raw("<figcaption>")
		r.attribution(n)
		if linked {
			r.raw(" ")
			r.link("source", source)
			r.raw(">")
			r.words(r.labels.Source)
			r.raw("</a>")
		}
		r.raw("</figcaption>")
	}
	r.end("figure")
}

// attribution writes "Ann Lee, minister, Daily News, 4 May 2026".
func (r *renderer) attribution(n *Node) {
	gap := ""
	for _, name := range []string{"speaker", "role", "outlet", "date"} {
		value := n.str(name)
		if value == "" {
			continue
		}
		r.open("span", name)
		r.raw(">" + gap)
		switch name {
		case "outlet":
			r.raw("<cite>")
			r.words(value)
			r.raw("</cite>")
		case "date":
			r.time(value)
		default:
			r.words(value)
		}
		r.raw("</span>")
		gap = ", "
	}
}

// time writes a date in the reader's words.
func (r *renderer) time(iso string) {
	if !isDate(iso) {
		r.words(iso)
		return
	}
	r.raw("<time")
	r.attr("datetime", iso)
	r.raw(">")
	r.words(r.labels.Date(iso))
	r.raw("</time>")
}

func (r *renderer) accounts(n *Node) {
	r.open("div", "accounts")
	r.pageAttr("role", "group")
	r.pageAttr("aria-label", n.str("title"))
	r.raw(">\n")
	r.paragraphOf("accounts-title", n.str("title"))
	for i := range n.Content {
		r.account(&n.Content[i])
	}
	r.end("div")
}

func (r *renderer) account(n *Node) {
	r.open("div", "account")
	if q, named := accountQuote(n); named {
		r.quoteID(q.Anchor)
	}
	r.raw(">")
	r.paragraphOf("account-party", n.str("party"))
	r.blocks(n.Content)
	if silent := n.str("silent"); silent != "" {
		r.open("p", "account-silent")
		r.raw(">")
		r.open("span", "account-silent-label")
		r.raw(">")
		r.words(r.labels.NotMentioned)
		r.raw("</span> ")
		r.words(silent)
		r.raw("</p>\n")
	}
	r.accountSource(n)
	r.end("div")
}

func (r *renderer) accountSource(n *Node) {
	label := n.str("source_label")
	if n.str("source") == "" && label == "" {
		return
	}
	r.open("p", "account-source")
	r.raw(">")
	linked := r.link("", n.str("source"))
	if linked {
		r.raw(">")
	}
	r.words(or(label, r.labels.Source))
	if linked {
		r.raw("</a>")
	}
	r.raw("</p>\n")
}

// box opens an aside, which HTML does not allow inside header cells, and
// returns its tag.
func (r *renderer) box(class, label string) string {
	tag := "aside"
	if r.inHead || r.feed {
		tag = "div"
	}
	r.open(tag, class)
	r.pageAttr("role", "note")
	r.pageAttr("aria-label", label)
	r.raw(">")
	return tag
}

func (r *renderer) factBox(n *Node) {
	tag := r.box("fact-box", n.str("title"))
	r.paragraphOf("fact-box-title", n.str("title"))
	r.blocks(n.Content)
	r.end(tag)
}

func (r *renderer) timeline(n *Node) {
	r.open("div", "timeline-box")
	r.raw(">")
	title := n.str("title")
	r.paragraphOf("timeline-title", title)
	for _, year := range eventYears(n.Content) {
		r.paragraphOf("timeline-year", year.label)
		r.open("ol", "timeline")
		r.pageAttr("aria-label", year.under(title))
		r.raw(">\n")
		for i := range year.events {
			r.event(&year.events[i])
		}
		r.raw("</ol>\n")
	}
	r.end("div")
}

func (r *renderer) event(n *Node) {
	date := n.str("date")
	class, coming := "timeline-event", r.coming(date)
	if coming {
		class += " timeline-coming"
	}
	r.open("li", class)
	r.quoteID(momentAnchor(n))
	r.raw(">")
	if date != "" {
		r.open("p", "timeline-date")
		r.raw(">")
		r.time(date)
		if coming {
			r.scheduled()
		}
		r.raw("</p>\n")
	}
	address, title := r.target(n)
	if title != "" {
		r.open("p", "timeline-headline")
		r.raw(">")
		linked := r.link("", address)
		if linked {
			r.raw(">")
		}
		r.words(title)
		if linked {
			r.raw("</a>")
		}
		r.raw("</p>\n")
	}
	r.blocks(n.Content)
	r.end("li")
}

// scheduled marks a date that is still to come. Feeds have no frame for it.
func (r *renderer) scheduled() {
	if r.feed {
		r.raw(" · ")
		r.words(r.labels.Scheduled)
		return
	}
	r.raw(` <span class="timeline-mark">`)
	r.words(r.labels.Scheduled)
	r.raw("</span>")
}

// target returns where a node leads and what it is called: an article that
// readers may see, or else the address that was written down.
func (r *renderer) target(n *Node) (address, title string) {
	if id := n.num("article"); id > 0 {
		if link, ok := r.o.Resolver.Article(id); ok {
			return link.URL, or(n.str("title"), link.Title)
		}
	}
	return n.str("url"), n.str("title")
}

func (r *renderer) correction(n *Node) {
	kind, label := "correction", r.labels.Correction
	switch n.str("kind") {
	case "clarification":
		kind, label = "clarification", r.labels.Clarification
	case "update":
		kind, label = "update", r.labels.Update
	}
	tag := r.box("correction correction-"+kind, "")
	r.open("p", "correction-label")
	r.raw(">")
	r.words(label)
	if date := n.str("date"); date != "" {
		r.raw(" ")
		r.time(date)
	}
	r.raw("</p>\n")
	r.blocks(n.Content)
	r.end(tag)
}

// relatedLink writes nothing without a target: the title of an article that
// readers may not see stays unseen.
func (r *renderer) relatedLink(n *Node) {
	address, title := r.target(n)
	if _, ok := r.href(address); !ok {
		return
	}
	r.open("p", "related-link")
	r.raw(">")
	r.open("span", "related-link-label")
	r.raw(">")
	r.words(r.labels.ReadAlso)
	r.raw("</span> ")
	r.link("", address)
	r.raw(">")
	r.words(or(title, address))
	r.raw("</a></p>\n")
}

func (r *renderer) buttons(nodes []Node) {
	r.open("p", "buttons")
	r.raw(">")
	for i := range nodes {
		if i > 0 {
			r.raw(" ")
		}
		linked := r.link("button", nodes[i].str("url"))
		if linked {
			r.raw(">")
		}
		r.words(nodes[i].str("label"))
		if linked {
			r.raw("</a>")
		}
	}
	r.raw("</p>\n")
}

func (r *renderer) newsletterBox() {
	address, ok := r.href(r.o.Newsletter)
	if !ok || r.feed {
		return
	}
	tag := r.box("newsletter-box", "")
	if r.o.SignUp != nil {
		r.signUp(address, r.o.SignUp)
		r.end(tag)
		return
	}
	r.raw(`<p class="newsletter-box-text">`)
	r.words(r.labels.Newsletter)
	r.raw("</p>\n")
	r.raw(`<p class="buttons"><a class="button"`)
	r.attr("href", address)
	r.raw(">")
	r.words(r.labels.Subscribe)
	r.raw("</a></p>\n")
	r.end(tag)
}

// signUp is the form of a newsletter box. It works without script, and in a
// stored page: nothing in it is of one reader.
func (r *renderer) signUp(action string, s *SignUp) {
	r.paragraphOf("newsletter-box-text", or(s.Join, r.labels.Newsletter))
	if s.Join != "" {
		r.paragraphOf("newsletter-box-more", r.labels.Newsletter)
	}
	r.raw(`<form class="newsletter-form" method="post"`)
	r.attr("action", action)
	r.raw(`><div class="newsletter-line"><label class="newsletter-address"><span>`)
	r.words(s.Label)
	r.raw(`</span> <input type="email" name="address" required maxlength="254" autocomplete="email"></label> <button>`)
	r.words(r.labels.Subscribe)
	r.raw("</button></div>\n<p hidden><label>")
	r.words(s.Trap)
	r.raw(` <input type="text" name="website" tabindex="-1" autocomplete="off"></label></p><input type="hidden" name="language"`)
	r.attr("value", s.Language)
	r.raw(`><input type="hidden" name="page"`)
	r.attr("value", s.Page)
	r.raw(`><p class="newsletter-promise">`)
	r.words(s.Promise)
	r.plainLink(" ", s.PrivacyURL, s.PrivacyLabel)
	r.raw("</p></form>\n")
	if s.MoreLabel != "" {
		r.raw(`<p class="newsletter-all">`)
		r.plainLink("", action, s.MoreLabel)
		r.raw("</p>\n")
	}
}

// plainLink writes a link of ours behind some space, nothing without an address.
func (r *renderer) plainLink(before, address, label string) {
	if address, ok := r.href(address); ok && address != "" {
		r.raw(before)
		r.raw("<a")
		r.attr("href", address)
		r.raw(">")
		r.words(label)
		r.raw("</a>")
	}
}

func (r *renderer) footnotes(n *Node) {
	r.open("div", "footnotes")
	r.pageAttr("role", "doc-endnotes")
	r.pageAttr("aria-label", r.labels.Footnotes)
	r.raw("><ol>\n")
	r.noted = true
	defer func() { r.noted = false }()
	for i := range n.Content {
		note := &n.Content[i]
		r.raw("<li")
		r.pageAttr("id", "fn-"+note.str("id"))
		r.flow(note.Content)
		r.backLinks(note.str("id"))
		r.end("li")
	}
	r.raw("</ol>")
	r.end("div")
}

// backLinks leads back to each reference to a note.
func (r *renderer) backLinks(id string) {
	if r.feed {
		return
	}
	for i := 1; i <= r.refs[id]; i++ {
		r.raw(` <a class="footnote-back"`)
		r.attr("href", encoded("#"+refAnchor(id, i)))
		label := r.labels.BackToText
		if i > 1 {
			label += " " + strconv.Itoa(i)
		}
		r.raw(` role="doc-backlink"`)
		r.attr("aria-label", label)
		r.raw(">↩</a>")
	}
}
