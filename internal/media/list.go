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

// Find answers a question to the library. It reads a range of an index whose
// length depends on the page, not on the library; only a search for several
// words reads as much as the rarest of them has.
func (s *Service) Find(ctx context.Context, q Query) (List, error) {
	q.Limit = min(max(q.Limit, 1), 200)
	var places []Cursor
	var err error
	words := fold.Words(maxAsked+1, q.Text)
	switch {
	case strings.TrimSpace(q.Text) != "" && len(words) == 0:
		return List{}, nil
	case len(words) > 0:
		places, err = s.search(ctx, q, words)
	default:
		places, err = s.browse(ctx, q)
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
	AND NOT EXISTS (SELECT 1 FROM profile p WHERE p.picture = m.id)
	AND NOT EXISTS (SELECT 1 FROM media_ref r WHERE r.media_id = m.id AND ` + current + `)`

// current is the condition that a row r of media_ref tells of the text being
// written, the working version or the live version of its article.
const current = `(r.version_id = 0 AND EXISTS (SELECT 1 FROM working_copy c WHERE c.article_id = r.article_id)
	OR EXISTS (SELECT 1 FROM article a WHERE a.id = r.article_id AND (r.version_id = a.live_version OR r.version_id = a.working_version)))`

const (
	places = `SELECT m.created_at, m.id FROM media m WHERE `
	page   = ` AND (m.created_at, m.id) < ($1, $2) ORDER BY m.created_at DESC, m.id DESC LIMIT $3`
	ofKind = ` AND ($4 = '' OR m.kind = $4)`
)

// browse lists a view by one of its indexes.
func (s *Service) browse(ctx context.Context, q Query) ([]Cursor, error) {
	after := q.After
	if after == (Cursor{}) && q.View != ViewRights {
		after = Cursor{math.MaxInt64, math.MaxInt64}
	}
	at, id, limit, kind := after.At, after.ID, q.Limit+1, string(q.Kind)
	var rows *sql.Rows
	var err error
	switch q.View {
	case ViewAll:
		if q.Kind == "" {
			rows, err = s.db.Query(ctx, places+`1 = 1`+page, at, id, limit)
		} else {
			rows, err = s.db.Query(ctx, places+`m.kind = $4`+page, at, id, limit, kind)
		}
	case ViewUnused:
		rows, err = s.db.Query(ctx, places+unused+ofKind+page, at, id, limit, kind)
	case ViewNoAlt:
		rows, err = s.db.Query(ctx, places+`m.kind = 'image' AND m.alt = ''`+ofKind+page, at, id, limit, kind)
	case ViewNoFile:
		rows, err = s.db.Query(ctx, places+`m.state IN ('missing', 'failed')`+ofKind+page, at, id, limit, kind)
	case ViewRights:
		rows, err = s.db.Query(ctx, `SELECT m.rights_expire, m.id FROM media m WHERE m.rights_expire > 0 AND m.rights_expire <= $5`+ofKind+
			` AND (m.rights_expire, m.id) > ($1, $2) ORDER BY m.rights_expire, m.id LIMIT $3`, at, id, limit, kind, int64(q.Today.Add(RightsWarn)))
	case ViewMine:
		rows, err = s.db.Query(ctx, places+`m.uploader = $5 AND m.uploader > 0`+ofKind+page, at, id, limit, kind, q.Person)
	case ViewUsed:
		rows, err = s.db.Query(ctx, places+usedBy+ofKind+page, at, id, limit, kind, q.Article)
	default:
		return nil, noView(q.View)
	}
	return db.All(rows, err, scanCursor)
}

// usedBy is the condition of ViewUsed: the article is $5.
const usedBy = `m.id IN (SELECT u.media_id FROM media_use u WHERE u.article_id = $5
	UNION SELECT r.media_id FROM media_ref r WHERE r.article_id = $5 AND ` + current + `)`

func noView(v View) error { return fault.New(fault.Invalid, "the library has no view %q", string(v)) }

func scanCursor(r *sql.Rows) (c Cursor, err error) {
	err = r.Scan(&c.At, &c.ID)
	return c, err
}

// maxAsked is how many words of a search count.
const maxAsked = 6

// maxBeginnings is how many words that begin like the last one asked for are
// tried when it is the only one.
const maxBeginnings = 24

// matching lists the media that have the word $5 and, where they are given, the
// words $6 to $9 and one that lies between $10 and $11. $12 is the view, $13 its
// argument.
const matching = `SELECT w.at, w.media_id FROM media_word w JOIN media m ON m.id = w.media_id
	WHERE w.word = $5 AND (w.at, w.media_id) < ($1, $2)
	AND ($4 = '' OR m.kind = $4)
	AND ($6 = '' OR EXISTS (SELECT 1 FROM media_word x WHERE x.media_id = w.media_id AND x.word = $6))
	AND ($7 = '' OR EXISTS (SELECT 1 FROM media_word x WHERE x.media_id = w.media_id AND x.word = $7))
	AND ($8 = '' OR EXISTS (SELECT 1 FROM media_word x WHERE x.media_id = w.media_id AND x.word = $8))
	AND ($9 = '' OR EXISTS (SELECT 1 FROM media_word x WHERE x.media_id = w.media_id AND x.word = $9))
	AND ($10 = '' OR EXISTS (SELECT 1 FROM media_word x WHERE x.media_id = w.media_id AND x.word >= $10 AND x.word < $11))
	AND CASE $12 WHEN '' THEN 1 = 1
		WHEN 'noalt' THEN m.kind = 'image' AND m.alt = ''
		WHEN 'nofile' THEN m.state IN ('missing', 'failed')
		WHEN 'rights' THEN m.rights_expire > 0 AND m.rights_expire <= $13
		WHEN 'mine' THEN m.uploader > 0 AND m.uploader = $13
		WHEN 'used' THEN m.id IN (SELECT u.media_id FROM media_use u WHERE u.article_id = $13
			UNION SELECT r.media_id FROM media_ref r WHERE r.article_id = $13 AND ` + current + `)
		ELSE ` + unused + ` END
	ORDER BY w.at DESC, w.media_id DESC LIMIT $3`

// search lists the media of a view that have all the words, the newest first
// in every view.
func (s *Service) search(ctx context.Context, q Query, words []string) ([]Cursor, error) {
	words = words[:min(len(words), maxAsked)]
	last := words[len(words)-1]
	whole, beginning := words[:len(words)-1], last
	if len(whole) > 0 {
		drive, err := s.rarest(ctx, whole)
		if err != nil {
			return nil, err
		}
		whole[0], whole[drive] = whole[drive], whole[0]
		return s.match(ctx, q, whole, beginning)
	}
	starts, err := s.beginnings(ctx, beginning)
	if err != nil {
		return nil, err
	}
	var all []Cursor
	for _, word := range starts {
		some, err := s.match(ctx, q, []string{word}, "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b Cursor) int { return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.ID, a.ID)) })
	all = slices.Compact(all)
	return all[:min(len(all), q.Limit+1)], nil
}

// match lists the media with all the words, found by the first, and one that
// begins as said.
func (s *Service) match(ctx context.Context, q Query, words []string, beginning string) ([]Cursor, error) {
	after := q.After
	if after == (Cursor{}) {
		after = Cursor{math.MaxInt64, math.MaxInt64}
	}
	var word [maxAsked]string
	copy(word[:], words)
	var ref int64
	switch q.View {
	case ViewAll, ViewNoAlt, ViewNoFile, ViewUnused:
	case ViewRights:
		ref = int64(q.Today.Add(RightsWarn))
	case ViewMine:
		ref = q.Person
	case ViewUsed:
		ref = q.Article
	default:
		return nil, noView(q.View)
	}
	rows, err := s.db.Query(ctx, matching, after.At, after.ID, q.Limit+1, string(q.Kind), word[0], word[1], word[2], word[3], word[4],
		beginning, beginning+"\U0010ffff", string(q.View), ref)
	return db.All(rows, err, scanCursor)
}

// rarest returns the index of the word that the fewest media have, counting to
// a thousand.
func (s *Service) rarest(ctx context.Context, words []string) (int, error) {
	best, fewest := 0, int64(math.MaxInt64)
	for i, word := range words {
		var n int64
		if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM media_word WHERE word = $1 LIMIT 1000) AS some`, word).Scan(&n); err != nil {
			return 0, err
		}
		if n < fewest {
			best, fewest = i, n
		}
	}
	return best, nil
}

// beginnings returns the indexed words that begin with a text, the first
// maxBeginnings of them by the alphabet, itself first.
func (s *Service) beginnings(ctx context.Context, start string) ([]string, error) {
	words := []string{start}
	for at := start; len(words) < maxBeginnings; {
		var next string
		err := s.db.QueryRow(ctx, `SELECT word FROM media_word WHERE word > $1 AND word < $2 ORDER BY word LIMIT 1`, at, start+"\U0010ffff").Scan(&next)
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
