package media

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/fold"
)

// View is one way of looking at the library.
type View string

// The views. In ViewRights the medium whose rights end first comes first, in
// all others the newest.
const (
	ViewAll    View = ""
	ViewUnused View = "unused" // no article shows it, nor a profile, nor the site
	ViewNoAlt  View = "noalt"  // a picture without an alternative text
	ViewNoFile View = "nofile" // the file is missing or could not be read
	ViewRights View = "rights" // the rights end within RightsWarn days, or have ended
	ViewMine   View = "mine"   // uploaded by Query.Person
	ViewUsed   View = "used"   // shown by Query.Article, in the live or the working version
)

// Query is a question to the library.
type Query struct {
	View    View
	Kind    Kind   // "" is every kind
	Text    string // words that name, title, caption, credit, alt text or description hold; the last one may be a beginning
	Person  int64  // of ViewMine
	Article int64  // of ViewUsed
	Today   Day    // of ViewRights
	After   Cursor
	Limit   int // at most 200
}

// Cursor is the place of a medium in a list; the zero Cursor is before the first.
type Cursor struct{ At, ID int64 }

// String writes the cursor for an address.
func (c Cursor) String() string {
	if c == (Cursor{}) {
		return ""
	}
	return strconv.FormatInt(c.At, 36) + "." + strconv.FormatInt(c.ID, 36)
}

// ParseCursor reads what String wrote.
func ParseCursor(text string) (c Cursor, err error) {
	if text == "" {
		return c, nil
	}
	at, id, _ := strings.Cut(text, ".")
	var err2 error
	c.At, err = strconv.ParseInt(at, 36, 64)
	c.ID, err2 = strconv.ParseInt(id, 36, 64)
	if cmp.Or(err, err2) != nil {
		return Cursor{}, fault.New(fault.Invalid, "that is no place in the library").WithHint("begin again with the newest media")
	}
	return c, nil
}

// List is a page of the library.
type List struct {
	Media []Medium
	Next  Cursor // to go on after; zero at the end
}

// Find answers a question to the library. It walks the index of the rarest
// thing asked for (a word, what a word begins with, or the view), so that what
// it reads depends on the page and on that, not on the library.
func (s *Service) Find(ctx context.Context, q Query) (List, error) {
	q.Limit = min(max(q.Limit, 1), 200)
	var places []Cursor
	var err error
	words := fold.Words(maxAsked, q.Text)
	switch {
	case strings.TrimSpace(q.Text) != "" && len(words) == 0:
		return List{}, nil
	case len(words) > 0:
		places, err = s.search(ctx, q, words)
	default:
		places, err = s.browse(ctx, q, asked{})
	}
	if err != nil {
		return List{}, err
	}
	var out List
	if len(places) > q.Limit {
		places = places[:q.Limit]
		out.Next = places[q.Limit-1]
	}
	ids := make([]int64, len(places))
	for i, p := range places {
		ids[i] = p.ID
	}
	out.Media, err = s.ordered(ctx, s.db, ids)
	return out, err
}

// unused is the condition of ViewUnused. idle = 1 says that it may be so, and
// keeps the media that are surely used out of the index.
const unused = `m.idle = 1 AND m.public = 0
	AND NOT EXISTS (SELECT 1 FROM media_use u WHERE u.media_id = m.id)
	AND NOT EXISTS (SELECT 1 FROM media_front f WHERE f.media_id = m.id)
	AND NOT EXISTS (SELECT 1 FROM media_front_later f WHERE f.media_id = m.id)
	AND NOT EXISTS (SELECT 1 FROM profile p WHERE p.picture = m.id)
	AND NOT EXISTS (SELECT 1 FROM media_ref r WHERE r.media_id = m.id AND ` + current + `)`

// current is the condition that a row r of media_ref tells of the text being
// written, the working version or the live version of its article.
const current = `(r.version_id = 0 AND EXISTS (SELECT 1 FROM working_copy c WHERE c.article_id = r.article_id)
	OR EXISTS (SELECT 1 FROM article a WHERE a.id = r.article_id AND (r.version_id = a.live_version OR r.version_id = a.working_version)))`

const (
	places = `SELECT m.created_at, m.id FROM media m WHERE `
	ofKind = ` AND ($4 = '' OR m.kind = $4)`
	page   = hasWords + ` AND (m.created_at, m.id) < ($1, $2) ORDER BY m.created_at DESC, m.id DESC LIMIT $3`
)

// hasWords is the condition that a medium has the words $5 to $9 and one that
// lies between $10 and $11, as far as they are given.
const hasWords = ` AND ($5 = '' OR EXISTS (SELECT 1 FROM media_word x WHERE x.media_id = m.id AND x.word = $5))
	AND ($6 = '' OR EXISTS (SELECT 1 FROM media_word x WHERE x.media_id = m.id AND x.word = $6))
	AND ($7 = '' OR EXISTS (SELECT 1 FROM media_word x WHERE x.media_id = m.id AND x.word = $7))
	AND ($8 = '' OR EXISTS (SELECT 1 FROM media_word x WHERE x.media_id = m.id AND x.word = $8))
	AND ($9 = '' OR EXISTS (SELECT 1 FROM media_word x WHERE x.media_id = m.id AND x.word = $9))
	AND ($10 = '' OR EXISTS (SELECT 1 FROM media_word x WHERE x.media_id = m.id AND x.word >= $10 AND x.word < $11))`

// asked is the words of a search, as hasWords takes them.
type asked struct {
	whole     [maxAsked - 1]string
	beginning string
}

// after is the place of everything that comes before the first of a list.
func (q Query) after() Cursor {
	if q.After == (Cursor{}) {
		return Cursor{math.MaxInt64, math.MaxInt64}
	}
	return q.After
}

// args are the arguments of the statements of lists: $1 to $11, and further
// ones.
func (q Query) args(w asked, more ...any) []any {
	after := q.after()
	if q.View == ViewRights && q.After == (Cursor{}) {
		after = Cursor{}
	}
	return append([]any{after.At, after.ID, q.Limit + 1, string(q.Kind), w.whole[0], w.whole[1], w.whole[2], w.whole[3], w.whole[4],
		w.beginning, end(w.beginning)}, more...)
}

// end lies behind all words that begin as said.
func end(beginning string) string { return beginning + "\U0010ffff" }

// browse lists what a view holds of some words by one of its indexes.
func (s *Service) browse(ctx context.Context, q Query, w asked) ([]Cursor, error) {
	var rows *sql.Rows
	var err error
	switch q.View {
	case ViewAll:
		if q.Kind == "" {
			rows, err = s.db.Query(ctx, places+`$4 = ''`+page, q.args(w)...)
		} else {
			rows, err = s.db.Query(ctx, places+`m.kind = $4`+page, q.args(w)...)
		}
	case ViewUnused:
		rows, err = s.db.Query(ctx, places+unused+ofKind+page, q.args(w)...)
	case ViewNoAlt:
		rows, err = s.db.Query(ctx, places+`m.kind = 'image' AND m.alt = ''`+ofKind+page, q.args(w)...)
	case ViewNoFile:
		rows, err = s.db.Query(ctx, places+`m.state IN ('missing', 'failed')`+ofKind+page, q.args(w)...)
	case ViewRights:
		rows, err = s.db.Query(ctx, `SELECT m.rights_expire, m.id FROM media m WHERE m.rights_expire > 0 AND m.rights_expire <= $12`+ofKind+hasWords+
			` AND (m.rights_expire, m.id) > ($1, $2) ORDER BY m.rights_expire, m.id LIMIT $3`, q.args(w, int64(q.Today.Add(RightsWarn)))...)
	case ViewMine:
		rows, err = s.db.Query(ctx, places+`m.uploader = $12 AND m.uploader > 0`+ofKind+page, q.args(w, q.Person)...)
	case ViewUsed:
		rows, err = s.db.Query(ctx, places+usedBy+ofKind+page, q.args(w, q.Article)...)
	default:
		return nil, fault.New(fault.Invalid, "the library has no view %q", string(q.View))
	}
	return db.All(rows, err, scanCursor)
}

// usedBy is the condition of ViewUsed: the article is $12.
const usedBy = `m.id IN (SELECT u.media_id FROM media_use u WHERE u.article_id = $12
	UNION SELECT r.media_id FROM media_ref r WHERE r.article_id = $12 AND ` + current + `)`

func scanCursor(r *sql.Rows) (c Cursor, err error) {
	err = r.Scan(&c.At, &c.ID)
	return c, err
}

const (
	maxAsked      = 6    // words of a search that count
	maxBeginnings = 24   // words tried for a beginning that many media have
	few           = 1000 // media that are looked at one by one
)

// search lists the media that have all the words, the last of which may be a
// beginning.
func (s *Service) search(ctx context.Context, q Query, words []string) ([]Cursor, error) {
	var w asked
	var err error
	for i, word := range words[:len(words)-1] {
		if w.whole[i], err = s.meant(ctx, word, word); err != nil {
			return nil, err
		}
	}
	last := words[len(words)-1]
	if w.beginning, err = s.meant(ctx, last, end(last)); err != nil {
		return nil, err
	}
	rarest, fewest, err := s.rarest(ctx, w.whole[:len(words)-1])
	if err != nil {
		return nil, err
	}
	begun, err := s.count(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM media_word WHERE word >= $1 AND word < $2 LIMIT $3) AS counted`, w.beginning, end(w.beginning), few)
	if err != nil {
		return nil, err
	}
	switch {
	case q.View != ViewAll || q.Kind != "" && min(fewest, begun) == few:
		return s.browse(ctx, q, w)
	case begun < few && begun <= fewest:
		return s.list(ctx, byBeginning, q.args(w)...)
	case len(words) > 1:
		return s.list(ctx, byWord, q.args(w, w.whole[rarest])...)
	}
	return s.eachBeginning(ctx, q, w.beginning)
}

// byWord lists the media that have the words, found by the word $12; byBeginning
// those found by what the last word begins with.
const (
	byWord      = `SELECT m.at, m.id FROM ` + worded + ` WHERE m.word = $12` + hasWords + pageOfWords
	byBeginning = `SELECT DISTINCT m.at, m.id FROM ` + worded + ` WHERE m.word >= $10 AND m.word < $11` + hasWords + pageOfWords

	worded      = `(SELECT word, at, media_id AS id FROM media_word) m`
	pageOfWords = ` AND ($4 = '' OR EXISTS (SELECT 1 FROM media k WHERE k.id = m.id AND k.kind = $4))
		AND (m.at, m.id) < ($1, $2) ORDER BY m.at DESC, m.id DESC LIMIT $3`
)

func (s *Service) list(ctx context.Context, query string, args ...any) ([]Cursor, error) {
	rows, err := s.db.Query(ctx, query, args...)
	return db.All(rows, err, scanCursor)
}

// eachBeginning lists the media that have one of the words that begin as said.
// There are many, so each word is walked by itself: itself first, then the
// others by the alphabet, as far as maxBeginnings.
func (s *Service) eachBeginning(ctx context.Context, q Query, beginning string) ([]Cursor, error) {
	words, err := s.beginnings(ctx, beginning)
	if err != nil {
		return nil, err
	}
	var all []Cursor
	for _, word := range words {
		some, err := s.list(ctx, byWord, q.args(asked{}, word)...)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b Cursor) int { return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.ID, a.ID)) })
	all = slices.Compact(all)
	return all[:min(len(all), q.Limit+1)], nil
}

func (s *Service) count(ctx context.Context, query string, args ...any) (n int64, err error) {
	err = s.db.QueryRow(ctx, query, args...).Scan(&n)
	return n, err
}

// meant is a word as it folds with umlauts where no medium has a word from it to
// another one, or else as typed.
func (s *Service) meant(ctx context.Context, word, to string) (string, error) {
	meant := fold.Plain(word)
	if meant == word {
		return word, nil
	}
	n, err := s.count(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM media_word WHERE word >= $1 AND word <= $2 LIMIT 1) AS counted`, word, to)
	if n > 0 || err != nil {
		return word, err
	}
	return meant, nil
}

// rarest returns the index of the word that the fewest media have, and how many
// that are, counting to few.
func (s *Service) rarest(ctx context.Context, words []string) (best int, fewest int64, err error) {
	fewest = few
	for i, word := range words {
		n, err := s.count(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM media_word WHERE word = $1 LIMIT $2) AS counted`, word, few)
		if err != nil {
			return 0, 0, err
		}
		if n < fewest {
			best, fewest = i, n
		}
	}
	return best, fewest, nil
}

// beginnings returns the indexed words that begin with a text, the first
// maxBeginnings of them by the alphabet, itself first.
func (s *Service) beginnings(ctx context.Context, start string) ([]string, error) {
	words := []string{start}
	for at := start; len(words) < maxBeginnings; {
		var next string
		err := s.db.QueryRow(ctx, `SELECT word FROM media_word WHERE word > $1 AND word < $2 ORDER BY word LIMIT 1`, at, end(start)).Scan(&next)
		if fault.Is(err, fault.NotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		words, at = append(words, next), next
	}
	return words, nil
}
