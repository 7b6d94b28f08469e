package outline

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"sync"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
)

// TagRow is a tag as the desk lists it.
type TagRow struct {
	taxonomy.Tag
	Address string
	Count   int64 // public articles
	Leaving bool  // it is being merged or deleted
}

// TagInput is what a person says of a tag. Word "" makes one from the name, or
// keeps the one that the tag has.
type TagInput struct {
	ID          int64
	Name        string
	Word        string
	Description string
	Open        bool
}

// SaveTag adds or changes a tag; a former address leads on.
func (s *Service) SaveTag(ctx context.Context, actor account.Actor, in TagInput) (saved taxonomy.Tag, err error) {
	err = s.write(ctx, actor, account.Editor, "change tags", func(ctx context.Context, tx *db.Tx) (deed, error) {
		verb, tag := "change", taxonomy.Tag{ID: newID()}
		word := in.Word
		if in.ID != 0 {
			if tag, err = s.tag(ctx, tx, in.ID); err != nil {
				return deed{}, err
			}
			word = cmp.Or(strings.TrimSpace(word), tag.Slug)
		} else {
			verb = "add"
		}
		was, called := tag.Slug, tag.Name
		tag.Name, tag.Description, tag.Open = strings.TrimSpace(in.Name), strings.TrimSpace(in.Description), in.Open
		if tag.Slug, err = wordOf(word, tag.Name); err != nil {
			return deed{}, err
		}
		if other, err := taxonomy.TagBySlug(ctx, tx, tag.Slug); err == nil && other.ID != tag.ID {
			return deed{}, fault.New(fault.Conflict, "the tag %q has the address word %q already", other.Name, tag.Slug).WithHint("merge the two, or choose another address word")
		} else if err != nil && !fault.Is(err, fault.NotFound) {
			return deed{}, err
		}
		site, err := settings.Read(ctx, tx)
		if err != nil {
			return deed{}, err
		}
		if err := taxonomy.SaveTag(ctx, tx, tag, s.clock.Now()); err != nil {
			return deed{}, err
		}
		if in.ID != 0 && called != tag.Name {
			if err := article.Renamed(ctx, tx, article.ScopeTag, tag.ID); err != nil {
				return deed{}, err
			}
		}
		saved = tag
		return deed{verb, "tag", tag.ID, map[string]any{"name": tag.Name, "word": tag.Slug}},
			s.movesTo(ctx, tx, site, article.ScopeTag, tag.ID, was, tag.Slug)
	})
	s.forgetUses()
	return saved, err
}

// tag reads a tag that may be changed.
func (s *Service) tag(ctx context.Context, tx *db.Tx, id int64) (taxonomy.Tag, error) {
	t, err := taxonomy.TagByID(ctx, tx, id)
	if err != nil {
		return t, err
	}
	return t, staying(ctx, tx, article.ScopeTag, id, "%q is being merged or deleted", t.Name)
}

// staying refuses to change what a job is taking away; format says of name what
// is happening to it.
func staying(ctx context.Context, tx *db.Tx, scope string, id int64, format, name string) error {
	leaving, err := article.Dissolving(ctx, tx, scope, id)
	if err == nil && leaving {
		err = fault.New(fault.Conflict, format, name).WithHint("it goes by itself when that is done")
	}
	return err
}

// mostMerged bounds one merge.
const mostMerged = 50

// MergeTags makes the articles of some tags articles of another. A job moves
// the lists; the addresses of the former tags lead to it.
func (s *Service) MergeTags(ctx context.Context, actor account.Actor, into int64, from []int64) error {
	from = slices.Compact(slices.Sorted(slices.Values(from)))
	from = slices.DeleteFunc(from, func(id int64) bool { return id == into })
	defer s.forgetUses()
	return s.write(ctx, actor, account.Editor, "merge tags", func(ctx context.Context, tx *db.Tx) (deed, error) {
		if len(from) == 0 || len(from) > mostMerged {
			return deed{}, fault.New(fault.Invalid, "choose the tags to merge, and one to keep").WithHint("at most %d at once", mostMerged)
		}
		keep, err := s.tag(ctx, tx, into)
		if err != nil {
			return deed{}, err
		}
		site, err := settings.Read(ctx, tx)
		if err != nil {
			return deed{}, err
		}
		var names []string
		for _, id := range from {
			t, err := s.tag(ctx, tx, id)
			if err != nil {
				return deed{}, err
			}
			names = append(names, t.Name)
			tx.Purge(db.Key("tag", id))
			if err := article.DissolveTx(ctx, tx, article.Dissolve{Kind: article.ScopeTag, Old: id, To: into, Paths: listPaths(site, article.ScopeTag, t.Slug)}); err != nil {
				return deed{}, err
			}
		}
		return deed{"merge", "tag", into, map[string]any{"kept": keep.Name, "merged": strings.Join(names, ", ")}}, nil
	})
}

// DeleteTag takes a tag off all articles. Its addresses lead to lead, an own
// path or an address elsewhere, or to nothing for "".
func (s *Service) DeleteTag(ctx context.Context, actor account.Actor, id int64, lead string) error {
	defer s.forgetUses()
	return s.write(ctx, actor, account.Editor, "delete tags", func(ctx context.Context, tx *db.Tx) (deed, error) {
		t, err := s.tag(ctx, tx, id)
		if err != nil {
			return deed{}, err
		}
		site, err := settings.Read(ctx, tx)
		if err != nil {
			return deed{}, err
		}
		paths := listPaths(site, article.ScopeTag, t.Slug)
		if lead = strings.TrimSpace(lead); lead != "" {
			if lead, err = s.leadsFrom(ctx, tx, paths, lead); err != nil {
				return deed{}, err
			}
		}
		tx.Purge(db.Key("tag", id))
		return deed{"delete", "tag", id, map[string]any{"name": t.Name, "leads_to": lead}},
			article.DissolveTx(ctx, tx, article.Dissolve{Kind: article.ScopeTag, Old: id, Lead: lead, Paths: paths})
	})
}

// Tag returns one tag as the desk shows it.
func (s *Service) Tag(ctx context.Context, id int64) (TagRow, error) {
	t, err := taxonomy.TagByID(ctx, s.db, id)
	if err != nil {
		return TagRow{}, err
	}
	rows, err := s.tagRows(ctx, []taxonomy.Tag{t})
	if err != nil {
		return TagRow{}, err
	}
	return rows[0], nil
}

func (s *Service) tagRows(ctx context.Context, tags []taxonomy.Tag) ([]TagRow, error) {
	site, err := s.settings.Site(ctx)
	if err != nil {
		return nil, err
	}
	var rows []TagRow
	for _, t := range tags {
		row := TagRow{Tag: t, Address: ListPath(site, article.ScopeTag, t.Slug)}
		if row.Count, err = s.public.Count(ctx, article.ScopeTag, t.ID); err != nil {
			return nil, err
		}
		if row.Leaving, err = article.Dissolving(ctx, s.db, article.ScopeTag, t.ID); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// TagQuery asks for a page of tags: those that match Text, or all by name
// (ByName, after a tag's id) or by use (from place After).
type TagQuery struct {
	Text   string
	ByName bool
	After  int64
	Limit  int
}

// Tags returns tags and where the next page begins, 0 for none.
func (s *Service) Tags(ctx context.Context, in TagQuery) (rows []TagRow, next int64, err error) {
	var tags []taxonomy.Tag
	switch {
	case strings.TrimSpace(in.Text) != "":
		tags, err = taxonomy.SearchTags(ctx, s.db, in.Text, in.Limit)
	case in.ByName:
		tags, err = taxonomy.TagsFrom(ctx, s.db, in.After, in.Limit+1)
		if len(tags) > in.Limit {
			tags = tags[:in.Limit]
			next = tags[in.Limit-1].ID
		}
	default:
		var order []int64
		if order, err = s.tagsByUse(ctx); err != nil {
			return nil, 0, err
		}
		from := min(max(in.After, 0), int64(len(order)))
		to := min(from+int64(in.Limit), int64(len(order)))
		if to < int64(len(order)) {
			next = to
		}
		tags, err = taxonomy.TagsByID(ctx, s.db, order[from:to])
	}
	if err != nil {
		return nil, 0, err
	}
	rows, err = s.tagRows(ctx, tags)
	return rows, next, err
}

// AlikeTags returns groups of tags that may be the same, the most used one of
// each first, and the key after which the next page begins, "" for none.
func (s *Service) AlikeTags(ctx context.Context, after string, limit int) (groups [][]TagRow, next string, err error) {
	found, last, err := taxonomy.AlikeTags(ctx, s.db, after, limit)
	if err != nil {
		return nil, "", err
	}
	for _, tags := range found {
		rows, err := s.tagRows(ctx, tags)
		if err != nil {
			return nil, "", err
		}
		rows = slices.DeleteFunc(rows, func(t TagRow) bool { return t.Leaving })
		slices.SortStableFunc(rows, func(a, b TagRow) int { return cmp.Compare(b.Count, a.Count) })
		if len(rows) > 1 {
			groups = append(groups, rows)
		}
	}
	if len(found) == limit {
		next = last
	}
	return groups, next, nil
}

// uses remembers the order of the tags by use. Counting them reads the
// counts of all tags, so the order is up to useAge old; the counts that are shown
// beside the tags are exact.
type uses struct {
	mu    sync.Mutex
	at    time.Time
	order []int64
}

const useAge = time.Minute

func (s *Service) tagsByUse(ctx context.Context) ([]int64, error) {
	s.uses.mu.Lock()
	defer s.uses.mu.Unlock()
	if now := s.clock.Now(); s.uses.order == nil || now.Sub(s.uses.at) >= useAge {
		rows, err := s.db.Query(ctx, `SELECT t.id FROM tag t LEFT JOIN
			(SELECT ref, SUM(n) AS n FROM listing_count WHERE scope = 'tag' AND level = 2 GROUP BY ref) u ON u.ref = t.id
			ORDER BY COALESCE(u.n, 0) DESC, t.name_key, t.id`)
		order, err := db.All(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
		if err != nil {
			return nil, err
		}
		s.uses.order, s.uses.at = order, now
	}
	return s.uses.order, nil
}

// forgetUses makes the next list by use count again, after a change here.
func (s *Service) forgetUses() {
	s.uses.mu.Lock()
	s.uses.order = nil
	s.uses.mu.Unlock()
}
