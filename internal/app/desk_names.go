package app

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/taxonomy"
)

// deskNames says how people know what the audit log names, and where it is at
// the desk. Only administrators see the log.
func (a *App) deskNames(ctx context.Context, things []desk.Thing) (map[desk.Thing]desk.Name, error) {
	ids := map[string][]int64{}
	for _, t := range things {
		if !slices.Contains(ids[t.Object], t.ID) {
			ids[t.Object] = append(ids[t.Object], t.ID)
		}
	}
	names := map[desk.Thing]desk.Name{}
	for _, add := range []func(context.Context, map[string][]int64, map[desk.Thing]desk.Name) error{a.nameArticles, a.nameMedia, a.namePeople, a.nameSections, a.nameTags, a.nameAuthors, a.nameNewsletters, a.nameSubjects, a.nameStorylines} {
		if err := add(ctx, ids, names); err != nil {
			return nil, err
		}
	}
	return names, nil
}

func under(path string, id int64) string { return path + strconv.FormatInt(id, 10) }

func (a *App) nameArticles(ctx context.Context, ids map[string][]int64, names map[desk.Thing]desk.Name) error {
	found, err := article.Records(ctx, a.db, ids["article"])
	for id, one := range found {
		if one.Headline != "" {
			names[desk.Thing{Object: "article", ID: id}] = desk.Name{Text: one.Headline, Path: under("/desk/articles/", id)}
		}
	}
	return err
}

func (a *App) nameMedia(ctx context.Context, ids map[string][]int64, names map[desk.Thing]desk.Name) error {
	if len(ids["media"]) == 0 {
		return nil
	}
	found, err := a.media.GetMany(ctx, a.db, ids["media"])
	for id, one := range found {
		names[desk.Thing{Object: "media", ID: id}] = desk.Name{Text: cmp.Or(one.Title, one.FileName), Path: under("/desk/media/", id)}
	}
	return err
}

func (a *App) namePeople(ctx context.Context, ids map[string][]int64, names map[desk.Thing]desk.Name) error {
	if len(ids["person"]) == 0 {
		return nil
	}
	people, err := a.accounts.People(ctx, account.Actor{Name: "log", Role: account.Administrator})
	for _, one := range people {
		names[desk.Thing{Object: "person", ID: one.ID}] = desk.Name{Text: one.Name, Path: "/desk/people"}
	}
	return err
}

// nameSections names fronts, too: those of sections by the section.
func (a *App) nameSections(ctx context.Context, ids map[string][]int64, names map[desk.Thing]desk.Name) error {
	if len(ids["section"])+len(ids["front"]) == 0 {
		return nil
	}
	all, err := taxonomy.Sections(ctx, a.db)
	for _, one := range all {
		names[desk.Thing{Object: "section", ID: one.ID}] = desk.Name{Text: one.Name, Path: under("/desk/structure/sections/", one.ID)}
		names[desk.Thing{Object: "front", ID: one.ID}] = desk.Name{Text: one.Name, Path: under("/desk/front?section=", one.ID)}
	}
	return err
}

func (a *App) nameTags(ctx context.Context, ids map[string][]int64, names map[desk.Thing]desk.Name) error {
	if len(ids["tag"]) == 0 {
		return nil
	}
	found, err := taxonomy.TagsByID(ctx, a.db, ids["tag"])
	for _, one := range found {
		names[desk.Thing{Object: "tag", ID: one.ID}] = desk.Name{Text: one.Name, Path: under("/desk/structure/tags/", one.ID)}
	}
	return err
}

func (a *App) nameAuthors(ctx context.Context, ids map[string][]int64, names map[desk.Thing]desk.Name) error {
	for _, id := range ids["author"] {
		one, err := author.ByID(ctx, a.db, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		names[desk.Thing{Object: "author", ID: id}] = desk.Name{Text: one.Name, Path: under("/desk/structure/authors/", id)}
	}
	return nil
}

func (a *App) nameNewsletters(ctx context.Context, ids map[string][]int64, names map[desk.Thing]desk.Name) error {
	if len(ids["newsletter"]) == 0 {
		return nil
	}
	all, err := a.readers.Newsletters(ctx, a.db)
	for _, one := range all {
		names[desk.Thing{Object: "newsletter", ID: one.ID}] = desk.Name{Text: one.Name, Path: under("/desk/readers/newsletters/", one.ID)}
	}
	return err
}
