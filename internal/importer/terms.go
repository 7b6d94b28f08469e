package importer

import (
	"cmp"
	"context"
	"html"
	"strconv"
	"strings"
	"sync"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
)

// elementKinds are the kinds under which the report counts terms: by what the
// file calls them.
var elementKinds = map[string]string{"category": KindCategory, "tag": KindTag, "term": KindTerm}

// writeTerms stores sections, tags and the terms of other taxonomies, parents
// before children whatever the order of the file.
func (r *run) writeTerms(ctx context.Context) error {
	return r.storeAll(ctx, func(ctx context.Context, add func(task) error) error {
		seen := map[termKey]bool{}
		for _, t := range inOrder(r.survey.terms) {
			kind := elementKinds[t.Element]
			key := keyOf(t.Taxonomy, t.Slug)
			reason := ""
			switch {
			case seen[key]:
				reason = "given twice in the files"
			case strings.TrimSpace(t.Slug) == "" && strings.TrimSpace(t.Name) == "":
				reason = "has neither name nor address word"
			}
			seen[key] = true
			if err := add(r.termTask(t, kind, reason)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *run) termTask(t term, kind, reason string) task {
	if reason != "" {
		return task{store: nothing, done: func() {
			r.report.Kinds[kind].InFile++
			r.report.drop(Outcome{Kind: kind, ID: t.Slug, Title: t.Name, File: t.file, Line: t.Line, Reason: reason})
		}}
	}
	meta := map[string]string{}
	for _, m := range t.Meta {
		meta[m.Key] = m.Value
	}
	if t.Taxonomy == "nav_menu" {
		r.menus.name(t.Term)
	}
	data := termData{Taxonomy: t.Taxonomy, Slug: t.Slug, Name: html.UnescapeString(t.Name), Parent: t.Parent, Number: t.ID,
		Description: plainText(t.Description), Meta: meta, Open: r.survey.usedBy[keyOf(t.Taxonomy, t.Slug)] != 2}
	var o outcome
	return task{cost: 300,
		store: func(ctx context.Context, tx *db.Tx) (err error) {
			o, err = r.storeTermTx(ctx, tx, data)
			return err
		},
		done: func() {
			r.report.Kinds[kind].InFile++
			r.counted(kind, o)
		}}
}

// termData is everything that is stored of a term.
type termData struct {
	Taxonomy, Slug, Name, Parent, Description string
	Meta                                      map[string]string
	Open                                      bool
	ParentID                                  int64
	Number                                    int64
}

// storeTerm stores a term that stands in no file's list.
func (r *run) storeTerm(ctx context.Context, t termData) error {
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := r.storeTermTx(ctx, tx, t)
		return err
	})
}

func (r *run) storeTermTx(ctx context.Context, tx *db.Tx, t termData) (outcome, error) {
	key := keyOf(t.Taxonomy, t.Slug)
	if t.Name == "" {
		t.Name = t.Slug
	}
	if t.Parent != "" {
		t.ParentID = r.terms.get(keyOf(t.Taxonomy, t.Parent))
	}
	hash, err := digest(t)
	if err != nil {
		return isFailed, err
	}
	target, err := sameWord(ctx, tx, t, namedID(r.survey.site, t.Taxonomy, key.slug))
	if err != nil {
		return isFailed, err
	}
	r.terms.set(key, t.Number, target)
	return r.keep(ctx, tx, "term", t.Taxonomy+"/"+key.slug, hash, target, func(target int64) error {
		r.terms.set(key, t.Number, target)
		if t.Number != 0 {
			if err := saveKey(ctx, tx, r.survey.site, "number/"+t.Taxonomy, strconv.FormatInt(t.Number, 10), stored{"", target}); err != nil {
				return err
			}
		}
		return r.writeTerm(ctx, tx, t, target)
	})
}

// terms are the targets of terms, which both sides of the pipeline use, by
// their words and by their numbers in WordPress.
type terms struct {
	mu      sync.Mutex
	m       map[termKey]int64
	numbers map[termNumber]int64
}

type termNumber struct {
	taxonomy string
	number   int64
}

func (t *terms) numbered(taxonomy string, number int64) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.numbers[termNumber{taxonomy, number}]
}

func (t *terms) get(key termKey) int64 { id, _ := t.find(key); return id }

func (t *terms) find(key termKey) (int64, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id, ok := t.m[key]
	return id, ok
}

func (t *terms) set(key termKey, number, id int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.m[key] = id
	if number != 0 {
		t.numbers[termNumber{key.taxonomy, number}] = id
	}
}

// sameWord returns the id of what has the term's address already, such as a
// section that the newsroom made, or target.
func sameWord(ctx context.Context, q db.Querier, t termData, target int64) (id int64, err error) {
	word := slugWord(t)
	switch t.Taxonomy {
	case "post_tag":
		var tag taxonomy.Tag
		tag, err = taxonomy.TagBySlug(ctx, q, word)
		id = tag.ID
	case "category":
		if t.ParentID != 0 {
			parent, err := taxonomy.SectionByID(ctx, q, t.ParentID)
			if err != nil {
				return 0, err
			}
			word = parent.Path + "/" + word
		}
		var section taxonomy.Section
		section, err = taxonomy.SectionByPath(ctx, q, word)
		id = section.ID
	default:
		var other taxonomy.Term
		other, err = taxonomy.TermBySlug(ctx, q, t.Taxonomy, word)
		id = other.ID
	}
	if notFound(err) {
		return target, nil
	}
	return id, err
}

// slugWord is the word of the term's address. The terms of post formats carry
// a prefix that their addresses never had.
func slugWord(t termData) string {
	word := decoded(t.Slug)
	if t.Taxonomy == "post_format" {
		word = strings.TrimPrefix(word, "post-format-")
	}
	return cmp.Or(word, urlpath.Slug(t.Name), "term")
}

func (r *run) writeTerm(ctx context.Context, tx *db.Tx, t termData, target int64) error {
	now := r.Clock.Now()
	switch t.Taxonomy {
	case "category":
		_, err := article.SaveSection(ctx, tx, taxonomy.Section{ID: target, ParentID: t.ParentID, Slug: slugWord(t), Name: t.Name,
			Description: t.Description, Open: t.Open, Meta: t.Meta}, now)
		return err
	case "post_tag":
		return taxonomy.SaveTag(ctx, tx, taxonomy.Tag{ID: target, Slug: slugWord(t), Name: t.Name, Description: t.Description, Open: t.Open, Meta: t.Meta}, now)
	}
	err := taxonomy.SaveTerm(ctx, tx, taxonomy.Term{ID: target, Taxonomy: t.Taxonomy, ParentID: t.ParentID, Slug: slugWord(t),
		Name: t.Name, Description: t.Description, Open: t.Open, Meta: t.Meta}, now)
	if err != nil || t.Taxonomy == "nav_menu" || t.Taxonomy == "author" {
		return err
	}
	base := t.Taxonomy
	if base == "post_format" {
		base = "type"
	}
	_, err = article.AddAddress(ctx, tx, article.Address{Key: urlpath.Key("/" + base + "/" + slugWord(t)), Kind: article.AddressTerm, Target: target})
	return err
}
