package register

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// Suggestion is what the register found in a text that nobody confirmed yet.
type Suggestion struct {
	Entry *Entry // nil for a name that the register does not have
	Name  string
	Kind  Kind // of a new name, a guess
	Times int
	Score float64 // how likely it is right, 0 to 1
	Item  string  // names it to Dismiss
}

// mostSuggested is how many suggestions are made for one article.
const mostSuggested = 40

// oftenDismissed is in how many articles a name is dismissed before nobody is
// asked about it again.
const oftenDismissed = 3

// Suggest returns what an article's text as it is being written may name, the
// likeliest first: entries of the register, and names that may be new. The
// actor must be able to read the article.
func (s *Service) Suggest(ctx context.Context, actor account.Actor, id int64) ([]Suggestion, error) {
	w, err := s.Articles.Working(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return s.SuggestFor(ctx, &w.Article, &w.Copy.Content)
}

// SuggestFor is Suggest for a content that was read already.
func (s *Service) SuggestFor(ctx context.Context, a *article.Article, c *article.Content) ([]Suggestion, error) {
	conf, err := s.Settings.Site(ctx)
	if err != nil {
		return nil, err
	}
	index, err := s.Names(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	dismissed, err := dismissedIn(ctx, s.DB, a.ID)
	if err != nil {
		return nil, err
	}
	r := newReader(index, c, conf.Locale)
	r.read()
	out, err := s.known(ctx, r, dismissed)
	if err != nil {
		return nil, err
	}
	fresh, err := s.fresh(ctx, r, dismissed)
	if err != nil {
		return nil, err
	}
	out = append(out, fresh...)
	slices.SortStableFunc(out, func(a, b Suggestion) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Times, a.Times)) })
	return out[:min(len(out), mostSuggested)], nil
}

// known suggests entries of the register.
func (s *Service) known(ctx context.Context, r *reader, dismissed map[string]bool) ([]Suggestion, error) {
	namings := slices.DeleteFunc(r.namingsInOrder(), func(n Naming) bool { return r.confirmed[n.ID] || dismissed[idItem(n.ID)] })
	namings = namings[:min(len(namings), 4*mostSuggested)]
	ids := make([]int64, len(namings))
	for i, n := range namings {
		ids[i] = n.ID
	}
	entries, err := ByIDs(ctx, s.DB, ids)
	if err != nil {
		return nil, err
	}
	var out []Suggestion
	for _, n := range namings {
		if e, ok := entries[n.ID]; ok {
			out = append(out, Suggestion{Entry: &e, Name: e.Name, Kind: e.Kind, Times: n.Times, Score: n.score(), Item: idItem(n.ID)})
		}
	}
	return out, nil
}

// score is how likely a name that was found is the entry's.
func (n *Naming) score() float64 {
	score := 0.7
	if n.Full {
		score += 0.15
	}
	if n.Headline {
		score += 0.08
	}
	if n.Ambiguous {
		score -= 0.35
	}
	return min(1, score+min(float64(n.Times-1), 4)*0.015)
}

// fresh suggests names that may be new.
func (s *Service) fresh(ctx context.Context, r *reader, dismissed map[string]bool) ([]Suggestion, error) {
	var out []Suggestion
	for _, g := range r.detect() {
		item := nameItem(g.Name)
		if dismissed[item] || len(g.Name) > mostName {
			continue
		}
		tired, err := s.tired(ctx, item)
		if err != nil {
			return nil, err
		}
		if !tired {
			out = append(out, Suggestion{Name: g.Name, Kind: g.Kind, Times: g.Times, Score: g.Score * 0.75, Item: item}) // what is known goes first
		}
		if len(out) == mostSuggested {
			break
		}
	}
	return out, nil
}

// tired tells whether a name has been dismissed so often that nobody wants to
// be asked again.
func (s *Service) tired(ctx context.Context, item string) (bool, error) {
	var n int64
	err := s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM subject_dismissed WHERE item = $1 LIMIT $2) d`, item, oftenDismissed).Scan(&n)
	return n >= oftenDismissed, err
}

func nameItem(name string) string { return "name " + nameKey(name) }

func dismissedIn(ctx context.Context, q db.Querier, id int64) (map[string]bool, error) {
	rows, err := q.Query(ctx, `SELECT item FROM subject_dismissed WHERE article_id = $1`, id)
	all, err := db.All(rows, err, func(r *sql.Rows) (item string, err error) { return item, r.Scan(&item) })
	out := map[string]bool{}
	for _, item := range all {
		out[item] = true
	}
	return out, err
}

// Dismiss remembers that a suggestion is not meant in an article; back takes
// that back. Whoever may edit the article may.
func (s *Service) Dismiss(ctx context.Context, actor account.Actor, id int64, item string, back bool) error {
	w, err := s.Articles.Working(ctx, actor, id)
	if err != nil {
		return err
	}
	if !article.MayEdit(actor, &w.Article) {
		return fault.New(fault.Denied, "you may not edit %q, and so decide about its names", w.Article.Headline).WithHint("ask an editor to assign it to you")
	}
	kind, rest, _ := strings.Cut(item, " ")
	if len(item) > 2*mostName || rest == "" || kind != "id" && kind != "name" {
		return fault.New(fault.Invalid, "%q is no suggestion", clipped(item))
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if back {
			_, err := tx.Exec(ctx, `DELETE FROM subject_dismissed WHERE article_id = $1 AND item = $2`, id, item)
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO subject_dismissed (article_id, item) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, item)
		return err
	})
}
