package taxonomy

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"dateline/internal/db"
	"dateline/internal/fold"
	"dateline/internal/urlpath"
)

// NameKey is the form of a name by which lists are ordered and names are
// found: folded, without accents of Latin letters, words joined by hyphens.
// Never empty.
func NameKey(name string) string {
	if key := urlpath.Slug(name); key != "" {
		return key
	}
	return "-"
}

// LikeKey is the same for names that differ in case, accents, hyphens or in
// being plural only, such as "E-Mails" and "email".
func LikeKey(name string) string {
	words := strings.Split(NameKey(name), "-")
	for i, word := range words {
		words[i] = singular(word)
	}
	return strings.Join(words, "")
}

// singular takes the commonest endings of a plural off a word. It is a guess
// that a person judges.
func singular(word string) string {
	for _, end := range []struct{ plural, singular string }{
		{"ies", "y"}, {"sses", "ss"}, {"shes", "sh"}, {"ches", "ch"}, {"xes", "x"}, {"ss", "ss"}, {"us", "us"}, {"is", "is"}, {"s", ""},
	} {
		if rest, ok := strings.CutSuffix(word, end.plural); ok && len(rest) > 2 {
			return rest + end.singular
		}
	}
	return word
}

// IndexName makes a thing of a kind findable by the words of its name.
func IndexName(ctx context.Context, tx *db.Tx, kind string, ref int64, name string) error {
	if err := ForgetName(ctx, tx, kind, ref); err != nil {
		return err
	}
	words := strings.Split(NameKey(name), "-")
	slices.Sort(words)
	for _, word := range slices.Compact(words) {
		if word == "" {
			continue
		}
		if _, err := tx.Exec(ctx, `INSERT INTO name_word (kind, word, ref) VALUES ($1, $2, $3)`, kind, word, ref); err != nil {
			return err
		}
	}
	return nil
}

// ForgetName takes a thing out of the index of names.
func ForgetName(ctx context.Context, tx *db.Tx, kind string, ref int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM name_word WHERE kind = $1 AND ref = $2`, kind, ref)
	return err
}

// nameMatches is how many names that have the longest word are looked at.
const nameMatches = 500

// FindNames returns things of a kind whose names may match a text: those in which
// a word begins with the longest word of it, as typed or with umlauts. words are all of its words, with
// which Matches judges the candidates.
func FindNames(ctx context.Context, q db.Querier, kind, text string) (ids []int64, words []string, err error) {
	words = strings.Split(urlpath.Slug(text), "-")
	longest := ""
	for _, word := range words {
		if len(word) > len(longest) {
			longest = word
		}
	}
	if longest == "" {
		return nil, nil, nil
	}
	for _, begin := range slices.Compact([]string{longest, fold.Plain(longest)}) {
		rows, err := q.Query(ctx, `SELECT DISTINCT ref FROM (SELECT word, ref FROM name_word WHERE kind = $1 AND word >= $2 AND word < $3
			ORDER BY word, ref LIMIT $4) w`, kind, begin, begin+"\U0010ffff", nameMatches)
		some, err := db.All(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
		if err != nil {
			return nil, nil, err
		}
		ids = append(ids, some...)
	}
	slices.Sort(ids)
	return slices.Compact(ids), words, nil
}

// Matches tells whether words of a name begin with each of the words, as typed or
// with umlauts.
func Matches(name string, words []string) bool {
	have := strings.Split(NameKey(name), "-")
	for _, word := range words {
		if !slices.ContainsFunc(have, func(h string) bool { return fold.Begins(h, word) }) {
			return false
		}
	}
	return true
}
