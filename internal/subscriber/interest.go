package subscriber

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// Interest is a section, author or storyline that a reader chose.
type Interest struct {
	Kind string `json:"kind"`           // "section", "author", "storyline"
	ID   int64  `json:"id"`             // of a storyline: article.StorylineRef of its name
	Name string `json:"name,omitempty"` // of a storyline, which has no row of its own
}

// The kinds of interests.
const (
	InterestSection   = "section"
	InterestAuthor    = "author"
	InterestStoryline = "storyline"
)

const mostInterests = 50

// normal sorts interests and drops what is there twice.
func normal(list []Interest) ([]Interest, error) {
	out := slices.Clone(list)
	for i := range out {
		if !slices.Contains([]string{InterestSection, InterestAuthor, InterestStoryline}, out[i].Kind) || out[i].ID == 0 {
			return nil, fault.New(fault.Invalid, "this is not a section, author or storyline")
		}
		out[i].Name = oneLine(out[i].Name)
		if out[i].Kind != InterestStoryline {
			out[i].Name = ""
		}
	}
	slices.SortFunc(out, func(a, b Interest) int {
		if c := strings.Compare(a.Kind, b.Kind); c != 0 {
			return c
		}
		if a.ID < b.ID {
			return -1
		}
		if a.ID > b.ID {
			return 1
		}
		return 0
	})
	out = slices.CompactFunc(out, func(a, b Interest) bool { return a.Kind == b.Kind && a.ID == b.ID })
	if len(out) > mostInterests {
		return nil, fault.New(fault.Invalid, "too many choices").WithHint("choose %d at most, or everything", mostInterests)
	}
	return out, nil
}

// keepInterest stores a choice and returns its key, "" for everything.
func keepInterest(ctx context.Context, tx *db.Tx, list []Interest) (string, error) {
	list, err := normal(list)
	if err != nil || len(list) == 0 {
		return "", err
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return "", fault.New(fault.Internal, "interests: %w", err)
	}
	sum := sha256.Sum256(raw)
	key := hex.EncodeToString(sum[:12])
	_, err = tx.Exec(ctx, `INSERT INTO interest (key, choice) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`, key, string(raw))
	return key, err
}

// Choice returns what an interest's key stands for; nothing for "", which is
// everything.
func (s *Service) Choice(ctx context.Context, q db.Querier, key string) ([]Interest, error) {
	if key == "" {
		return nil, nil
	}
	var raw string
	if err := q.QueryRow(ctx, `SELECT choice FROM interest WHERE key = $1`, key).Scan(&raw); err != nil {
		return nil, err
	}
	var list []Interest
	if err := json.Unmarshal([]byte(raw), &list); err != nil {
		return nil, fault.New(fault.Internal, "interest %s cannot be read: %w", key, err)
	}
	return list, nil
}

// Choices returns the choices that active readers of a newsletter have in a
// rhythm ("" for any), by key; "" stands for everything.
func (s *Service) Choices(ctx context.Context, q db.Querier, newsletter int64, rhythm string) (map[string][]Interest, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT interest FROM subscription WHERE newsletter_id = $1 AND active = 1 AND ($2 = '' OR rhythm = $2)`, newsletter, rhythm)
	keys, err := db.All(rows, err, func(r *sql.Rows) (key string, err error) {
		err = r.Scan(&key)
		return key, err
	})
	out := map[string][]Interest{}
	for _, key := range keys {
		if out[key], err = s.Choice(ctx, q, key); err != nil {
			return nil, err
		}
	}
	return out, err
}
