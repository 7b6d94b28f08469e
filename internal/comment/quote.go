package comment

import (
	"context"
	"slices"

	"dateline/internal/db"
	"dateline/internal/richtext"
)

// quotedPart is what part of a quote's words must stand in the answered comment:
// people shorten what they quote.
const quotedPart = 0.8

// ownWords is the text of a comment without its quotes of what it answers: with
// them, an answer would be nearly the same as the comment that it quotes. Other
// quotes stay, since a text is no less a copy for a sign before its lines.
func ownWords(d richtext.Doc, answered ...string) string {
	if len(answered) == 0 || !quotes(d.Content) {
		return richtext.Text(d)
	}
	known := map[string]bool{}
	for _, text := range answered {
		for _, word := range foldWords(text) {
			known[word] = true
		}
	}
	return richtext.Text(richtext.Doc{Version: d.Version, Content: withoutQuotes(d.Content, known)})
}

func quotes(nodes []richtext.Node) bool {
	return slices.ContainsFunc(nodes, func(n richtext.Node) bool { return n.Type == "quote" || quotes(n.Content) })
}

// withoutQuotes leaves out the quotes whose words are known.
func withoutQuotes(nodes []richtext.Node, known map[string]bool) []richtext.Node {
	var out []richtext.Node
	for _, n := range nodes {
		if n.Type == "quote" {
			words := foldWords(richtext.Text(richtext.Doc{Content: n.Content}))
			there := 0
			for _, word := range words {
				if known[word] {
					there++
				}
			}
			if float64(there) >= quotedPart*float64(len(words)) {
				continue
			}
		}
		n.Content = withoutQuotes(n.Content, known)
		out = append(out, n)
	}
	return out
}

// answered are the texts that an answer may quote: of the comment that it
// answers, and of the one that began the thread.
func answered(ctx context.Context, q db.Querier, c *Comment) ([]string, error) {
	if c.Parent == 0 || !quotes(c.Body.Content) {
		return nil, nil
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM comment c WHERE c.id = $1 OR c.id = $2`, c.Parent, c.Root)
	all, err := db.All(rows, err, scan)
	var out []string
	for i := range all {
		out = append(out, richtext.Text(all[i].Body))
	}
	return out, err
}
