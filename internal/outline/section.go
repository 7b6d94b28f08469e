package outline

import (
	"context"
	"slices"
	"strings"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
)

// Branch is a section in the tree as the desk shows it.
type Branch struct {
	taxonomy.Section
	Address string // of its page
	Count   int64  // public articles, those below it included
	Default bool   // articles without a section go here
	Leaving bool   // its articles are being moved away
	Below   []Branch
}

// Tree returns all sections as a tree, with counts.
func (s *Service) Tree(ctx context.Context) ([]Branch, error) {
	site, err := s.settings.Site(ctx)
	if err != nil {
		return nil, err
	}
	all, err := taxonomy.Sections(ctx, s.db)
	if err != nil {
		return nil, err
	}
	below := map[int64][]taxonomy.Section{}
	for _, sec := range all {
		below[sec.ParentID] = append(below[sec.ParentID], sec)
	}
	return s.branches(ctx, site, below, 0)
}

func (s *Service) branches(ctx context.Context, site settings.Site, below map[int64][]taxonomy.Section, parent int64) ([]Branch, error) {
	var out []Branch
	for _, sec := range below[parent] {
		b := Branch{Section: sec, Address: ListPath(site, article.ScopeSection, sec.Path), Default: sec.ID == site.DefaultSection}
		var err error
		if b.Count, err = s.public.Count(ctx, article.ScopeSection, sec.ID); err != nil {
			return nil, err
		}
		if b.Leaving, err = article.Dissolving(ctx, s.db, article.ScopeSection, sec.ID); err != nil {
			return nil, err
		}
		if b.Below, err = s.branches(ctx, site, below, sec.ID); err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// SectionInput is what a person says of a section. Word is its part of the
// address, "" to make one from the name.
type SectionInput struct {
	ID                int64 // 0 adds one
	ParentID          int64 // for a new one; PlaceSection moves
	Name              string
	Word              string
	Description       string
	SearchDescription string
	Open              bool // has a page while no public article is in it
}

// SaveSection adds or changes a section. When its address changes, the former
// ones of it and of everything below lead on; articles keep theirs.
func (s *Service) SaveSection(ctx context.Context, actor account.Actor, in SectionInput) (saved taxonomy.Section, err error) {
	err = s.write(ctx, actor, account.Editor, "change sections", func(ctx context.Context, tx *db.Tx) (deed, error) {
		verb := "change"
		sec := taxonomy.Section{ID: newID(), ParentID: in.ParentID}
		if in.ID != 0 {
			if sec, err = s.section(ctx, tx, in.ID); err != nil {
				return deed{}, err
			}
		} else {
			verb = "add"
			siblings, err := taxonomy.Children(ctx, tx, in.ParentID)
			if err != nil {
				return deed{}, err
			}
			sec.Position = int64(len(siblings) + 1)
		}
		sec.Name, sec.Description, sec.Open = strings.TrimSpace(in.Name), strings.TrimSpace(in.Description), in.Open
		sec.SetSearchDescription(strings.TrimSpace(in.SearchDescription))
		word := in.Word
		if in.ID != 0 && strings.TrimSpace(word) == "" {
			word = sec.Slug
		}
		if sec.Slug, err = wordOf(word, sec.Name); err != nil {
			return deed{}, err
		}
		saved, err = s.putSection(ctx, tx, sec)
		return deed{verb, "section", saved.ID, map[string]any{"name": saved.Name, "path": saved.Path}}, err
	})
	return saved, err
}

// section reads a section that may be changed.
func (s *Service) section(ctx context.Context, tx *db.Tx, id int64) (taxonomy.Section, error) {
	sec, err := taxonomy.SectionByID(ctx, tx, id)
	if err != nil {
		return sec, err
	}
	return sec, staying(ctx, tx, article.ScopeSection, id, "the articles of %q are being moved to another section", sec.Name)
}

// putSection saves a section and sees to the addresses of all that moved.
func (s *Service) putSection(ctx context.Context, tx *db.Tx, sec taxonomy.Section) (taxonomy.Section, error) {
	site, err := settings.Read(ctx, tx)
	if err != nil {
		return sec, err
	}
	before, err := taxonomy.Sections(ctx, tx)
	if err != nil {
		return sec, err
	}
	for _, other := range before {
		if other.ID != sec.ID && other.ParentID == sec.ParentID && strings.EqualFold(other.Slug, sec.Slug) {
			return sec, fault.New(fault.Conflict, "the section %q has the address word %q already", other.Name, sec.Slug).WithHint("choose another name or address word")
		}
	}
	saved, err := article.SaveSection(ctx, tx, sec, s.clock.Now())
	if err != nil {
		return saved, err
	}
	after, err := taxonomy.Sections(ctx, tx)
	if err != nil {
		return saved, err
	}
	was := map[int64]string{}
	for _, old := range before {
		was[old.ID] = old.Path
	}
	for _, now := range after {
		if err := s.movesTo(ctx, tx, site, article.ScopeSection, now.ID, was[now.ID], now.Path); err != nil {
			return saved, err
		}
	}
	return saved, nil
}

// Where says on which side of another thing one is put.
type Where string

// The places beside another thing.
const (
	Before Where = "before"
	After  Where = "after"
	Inside Where = "inside" // the last of those below it
)

// Step moves a thing by one place: among its neighbours, below the one before
// it, or out to the level above.
type Step string

// The steps.
const (
	Up   Step = "up"
	Down Step = "down"
	In   Step = "in"
	Out  Step = "out"
)

// PlaceSection puts a section before, after or inside another; inside 0 makes it
// the last of the top ones. Its articles follow into the lists of its new
// ancestors.
func (s *Service) PlaceSection(ctx context.Context, actor account.Actor, id int64, where Where, target int64) error {
	return s.write(ctx, actor, account.Editor, "order sections", func(ctx context.Context, tx *db.Tx) (deed, error) {
		return s.placeSection(ctx, tx, id, where, target)
	})
}

func (s *Service) placeSection(ctx context.Context, tx *db.Tx, id int64, where Where, target int64) (deed, error) {
	sec, err := s.section(ctx, tx, id)
	if err != nil {
		return deed{}, err
	}
	if id == target {
		return deed{}, nil
	}
	parent := target
	if where != Inside {
		beside, err := taxonomy.SectionByID(ctx, tx, target)
		if err != nil {
			return deed{}, err
		}
		parent = beside.ParentID
	}
	children, err := taxonomy.Children(ctx, tx, parent)
	if err != nil {
		return deed{}, err
	}
	order := placed(ids(children), id, where, target)
	if parent != sec.ParentID {
		sec.ParentID = parent
		if sec, err = s.putSection(ctx, tx, sec); err != nil {
			return deed{}, err
		}
	}
	return deed{"move", "section", id, map[string]any{"path": sec.Path}}, taxonomy.OrderSections(ctx, tx, order)
}

func ids(sections []taxonomy.Section) []int64 {
	var out []int64
	for _, sec := range sections {
		out = append(out, sec.ID)
	}
	return out
}

// placed returns an order with id beside target.
func placed(order []int64, id int64, where Where, target int64) []int64 {
	order = slices.DeleteFunc(slices.Clone(order), func(other int64) bool { return other == id })
	at := slices.Index(order, target)
	switch {
	case where == Inside || at < 0:
		at = len(order)
	case where == After:
		at++
	}
	return slices.Insert(order, at, id)
}

// StepSection moves a section by one place.
func (s *Service) StepSection(ctx context.Context, actor account.Actor, id int64, step Step) error {
	return s.write(ctx, actor, account.Editor, "order sections", func(ctx context.Context, tx *db.Tx) (deed, error) {
		sec, err := taxonomy.SectionByID(ctx, tx, id)
		if err != nil {
			return deed{}, err
		}
		siblings, err := taxonomy.Children(ctx, tx, sec.ParentID)
		if err != nil {
			return deed{}, err
		}
		where, target, ok := stepTo(ids(siblings), id, sec.ParentID, step)
		if !ok {
			return deed{}, nil
		}
		return s.placeSection(ctx, tx, id, where, target)
	})
}

// stepTo says what a step means among siblings; ok is false at an end.
func stepTo(siblings []int64, id, parent int64, step Step) (where Where, target int64, ok bool) {
	at := slices.Index(siblings, id)
	switch {
	case step == Up && at > 0:
		return Before, siblings[at-1], true
	case step == Down && at >= 0 && at < len(siblings)-1:
		return After, siblings[at+1], true
	case step == In && at > 0:
		return Inside, siblings[at-1], true
	case step == Out && parent != 0:
		return After, parent, true
	}
	return "", 0, false
}

// DeleteSection removes a section. One that has articles needs another section
// to move them to; a job does that, and then the addresses lead there.
func (s *Service) DeleteSection(ctx context.Context, actor account.Actor, id, to int64) error {
	return s.write(ctx, actor, account.Editor, "delete sections", func(ctx context.Context, tx *db.Tx) (deed, error) {
		sec, err := s.section(ctx, tx, id)
		if err != nil {
			return deed{}, err
		}
		if err := s.mayGo(ctx, tx, sec, to); err != nil {
			return deed{}, err
		}
		site, err := settings.Read(ctx, tx)
		if err != nil {
			return deed{}, err
		}
		if site.DefaultSection == id {
			if to == 0 {
				return deed{}, fault.New(fault.Invalid, "%q is where articles without a section go", sec.Name).WithHint("make another section the default first, or move this one's articles there")
			}
			site.DefaultSection = to
			if err := settings.Save(ctx, tx, site, s.clock.Now()); err != nil {
				return deed{}, err
			}
		}
		m := article.Dissolve{Kind: article.ScopeSection, Old: id, To: to, Paths: listPaths(site, article.ScopeSection, sec.Path)}
		tx.Purge(db.Key("section", id))
		return deed{"delete", "section", id, map[string]any{"name": sec.Name, "path": sec.Path, "articles_to": to}}, article.DissolveTx(ctx, tx, m)
	})
}

// mayGo says what stands against deleting a section.
func (s *Service) mayGo(ctx context.Context, tx *db.Tx, sec taxonomy.Section, to int64) error {
	children, err := taxonomy.Children(ctx, tx, sec.ID)
	if err != nil {
		return err
	}
	if len(children) > 0 {
		return fault.New(fault.Invalid, "%q has sections below it", sec.Name).WithHint("move or delete %q first", children[0].Name)
	}
	if to != 0 {
		_, err := s.section(ctx, tx, to)
		return err
	}
	used, err := article.Used(ctx, tx, article.ScopeSection, sec.ID)
	if err == nil && used {
		err = fault.New(fault.Invalid, "%q has articles", sec.Name).WithHint("choose the section that they move to")
	}
	return err
}

// SetDefaultSection chooses where articles without a section go; 0 for nowhere.
func (s *Service) SetDefaultSection(ctx context.Context, actor account.Actor, id int64) error {
	return s.write(ctx, actor, account.Editor, "choose the default section", func(ctx context.Context, tx *db.Tx) (deed, error) {
		if id != 0 {
			if _, err := s.section(ctx, tx, id); err != nil {
				return deed{}, err
			}
		}
		site, err := settings.Read(ctx, tx)
		if err != nil || site.DefaultSection == id {
			return deed{}, err
		}
		site.DefaultSection = id
		return deed{"choose default", "section", id, nil}, settings.Save(ctx, tx, site, s.clock.Now())
	})
}
