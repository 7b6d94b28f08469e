package view

import "dateline/internal/i18n"

// JoinBylines fills in what stands between the names of a byline. An entry
// with a prefix begins a group ("By", "Photographs by"); entries without one
// continue it: "By Ann Lee, Bo Park and Cy Roe".
func JoinBylines(p *i18n.Printer, entries []BylineEntry) {
	between, last := p.Glue()
	for i := range entries {
		next, afterNext := i+1, i+2
		switch {
		case next == len(entries):
			entries[i].After = ""
		case entries[next].Prefix != "":
			entries[i].After = " "
		case afterNext == len(entries) || entries[afterNext].Prefix != "":
			entries[i].After = last
		default:
			entries[i].After = between
		}
	}
}
