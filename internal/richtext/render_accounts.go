package richtext

import "strings"

// splitParagraphs cuts a plain text at its empty lines.
func splitParagraphs(s string) []string {
	var out []string
	for p := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n") {
		if p = line(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// sharedAccounts writes a record: the sides, then a table of points and sides.
// Where a table is too wide a theme shows its rows as lists; each cell names
// its side for that. Feeds have the lists only.
func (r *renderer) sharedAccounts(a *Accounts) {
	if r.feed {
		r.blocks(a.Nodes(r.labels))
		return
	}
	r.open("div", "accounts shared-accounts")
	r.quoteID(AccountsAnchor(a.ID))
	r.attr("role", "group")
	if a.Title != "" {
		r.attr("aria-label", a.Title)
	}
	r.raw(">\n")
	r.paragraphOf("accounts-title", a.Title)
	for i := range a.Sides {
		r.side(&a.Sides[i])
	}
	if len(a.Points) > 0 {
		r.points(a)
	}
	if a.Updated != "" {
		r.raw(`<p class="accounts-updated">`)
		r.words(r.labels.UpdatedOn)
		r.raw(" ")
		r.time(a.Updated)
		r.raw("</p>\n")
	}
	r.end("div")
}

func (r *renderer) side(s *AccountSide) {
	r.raw(`<div class="account"`)
	if words := line(s.Words); words != "" {
		bare, _ := unquoted(words)
		r.quoteID(saidAnchor(bare))
	}
	r.raw(">")
	r.paragraphOf("account-party", s.Party)
	for _, p := range splitParagraphs(s.Words) {
		r.raw("<p>")
		r.words(p)
		r.raw("</p>\n")
	}
	if label := s.label(r.labels); label != "" {
		r.raw(`<p class="account-source">`)
		linked := r.link("", s.Source)
		if linked {
			r.raw(">")
		}
		r.words(label)
		if linked {
			r.raw("</a>")
		}
		r.raw("</p>\n")
	}
	r.end("div")
}

func (r *renderer) points(a *Accounts) {
	r.raw(`<div class="accounts-points" role="region" tabindex="0"`)
	name := r.labels.Points
	if a.Title != "" {
		name += ": " + a.Title
	}
	r.attr("aria-label", name)
	r.raw(`><table class="accounts-table"><thead><tr><th scope="col">`)
	r.words(r.labels.Points)
	r.raw("</th>")
	for i := range a.Sides {
		r.raw(`<th scope="col">`)
		r.words(a.Sides[i].Party)
		r.raw("</th>")
	}
	r.raw("</tr></thead>\n")
	for i := range a.Points {
		r.point(a, &a.Points[i])
	}
	r.raw("</table></div>\n")
}

// point writes one point with the stands on it, and the verdict below.
func (r *renderer) point(a *Accounts, p *AccountPoint) {
	r.raw(`<tbody><tr><th scope="row">`)
	r.words(p.Text)
	r.raw("</th>")
	for i := range a.Sides {
		stand := AccountStand{}
		if i < len(p.Stands) {
			stand = p.Stands[i]
		}
		r.stand(&stand, a.Sides[i].Party)
	}
	r.raw("</tr>\n")
	if p.Verdict != "" {
		r.raw(`<tr class="accounts-verdict"><td`)
		r.attrInt("colspan", int64(len(a.Sides)+1))
		r.raw(`><strong>`)
		r.words(r.labels.Verdict + " " + p.Verdict)
		r.raw("</strong>")
		if p.Why != "" {
			r.raw(" <span>")
			r.words(p.Why)
			r.raw("</span>")
		}
		r.raw("</td></tr>\n")
	}
	r.raw("</tbody>\n")
}

// stands are the classes and signs of the stands on a point.
var stands = map[string][2]string{Confirms: {"stand-confirms", "✓"}, Denies: {"stand-denies", "✗"}, Silent: {"stand-silent", "–"}}

func (r *renderer) stand(s *AccountStand, party string) {
	look, known := stands[s.Says]
	if !known {
		look = [2]string{"stand-open", "·"}
	}
	r.raw(`<td class="` + look[0] + `"><span class="stand-party">`)
	r.words(party)
	r.raw(`: </span><span class="stand-sign" aria-hidden="true">` + look[1] + `</span> <span class="stand">`)
	r.words(r.labels.says(s.Says))
	r.raw("</span>")
	if s.Words != "" {
		r.raw(` <span class="stand-words">`)
		r.words(s.Words)
		r.raw("</span>")
	}
	if r.raw(" "); r.link("stand-source", s.Source) {
		r.raw(">")
		r.words(r.labels.Source)
		r.raw("</a>")
	}
	r.raw("</td>")
}

// sharedAccounts in a letter are cards, one a side and one a point: they read
// on a phone as well as on a desk.
func (m mailer) sharedAccounts(a *Accounts) {
	sides := a.sides(m.labels)
	m.accounts(&sides)
	for i := range a.Points {
		m.cell("account")
		m.inner(a.point(&a.Points[i], m.labels))
		m.shut(8)
	}
	m.blocks(a.day(m.labels))
}
