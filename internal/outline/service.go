package outline

import (
	"context"
	"encoding/json"
	"slices"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/author"
	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/media"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
	"dateline/internal/vault"
)

// Service is the one way to arrange the site. Safe for concurrent use.
type Service struct {
	db       *db.DB
	clock    clock.Clock
	settings *settings.Store
	articles *article.Service
	media    *media.Service
	vault    *vault.Vault
	public   *article.Public
	uses     uses
}

// Parts are what a Service is made of.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Settings *settings.Store
	Articles *article.Service
	Media    *media.Service
	Vault    *vault.Vault
}

// NewService wires the service.
func NewService(p Parts) *Service {
	return &Service{db: p.DB, clock: p.Clock, settings: p.Settings, articles: p.Articles, media: p.Media, vault: p.Vault,
		public: article.NewPublic(p.DB, p.Clock)}
}

// write runs a change by somebody who has the role, and records it.
func (s *Service) write(ctx context.Context, actor account.Actor, role account.Role, what string, change func(ctx context.Context, tx *db.Tx) (deed, error)) error {
	if err := actor.Require(role, what); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := change(ctx, tx)
		if err != nil || d.verb == "" {
			return err
		}
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, d.verb, d.object, d.ref, d.detail)
	})
}

// deed is what the audit log keeps of a change.
type deed struct {
	verb, object string
	ref          int64
	detail       map[string]any
}

// HandleDissolve carries out article.JobDissolve, and then gives an author's comments
// to the one that the profile became part of.
func (s *Service) HandleDissolve(ctx context.Context, payload []byte) error {
	if err := s.articles.HandleDissolve(ctx, payload); err != nil {
		return err
	}
	var m article.Dissolve
	if err := json.Unmarshal(payload, &m); err != nil || m.Kind != article.ScopeAuthor {
		return err
	}
	to, err := article.Present(ctx, s.db, m.Kind, m.Old)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return comment.MoveProfile(ctx, tx, m.Old, to) })
}

// CatchUp indexes the names of tags and authors from before there was an index.
// Run it at start.
func (s *Service) CatchUp(ctx context.Context) error {
	const batch = 500
	for {
		done := 0
		err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			tags, err := taxonomy.Unindexed(ctx, tx, batch)
			if err != nil {
				return err
			}
			for _, t := range tags {
				if err := taxonomy.SaveTag(ctx, tx, t, s.clock.Now()); err != nil {
					return err
				}
			}
			profiles, err := author.Unindexed(ctx, tx, batch)
			if err != nil {
				return err
			}
			for _, p := range profiles {
				if err := author.Save(ctx, tx, p, s.clock.Now()); err != nil {
					return err
				}
			}
			done = len(tags) + len(profiles)
			return nil
		})
		if err != nil || done == 0 {
			return err
		}
	}
}

// bases are the words that stand before the addresses of a kind of list, the
// present one first, then former ones.
func bases(site settings.Site, kind string) []string {
	words := []string{site.SectionBase}
	switch kind {
	case article.ScopeTag:
		words[0] = site.TagBase
	case article.ScopeAuthor:
		words[0] = site.AuthorBase
	}
	for _, b := range site.FormerBases {
		if b.Kind == kind && !slices.Contains(words, b.Word) {
			words = append(words, b.Word)
		}
	}
	return words
}

// ListPath is the address of a list's page by the path of a section or the word
// of a tag or author.
func ListPath(site settings.Site, kind, word string) string {
	return urlpath.Escape("/" + bases(site, kind)[0] + "/" + word + "/")
}

// listPaths are the addresses at which a list answers without a row.
func listPaths(site settings.Site, kind, word string) []string {
	var paths []string
	for _, base := range bases(site, kind) {
		paths = append(paths, "/"+base+"/"+word+"/")
	}
	return paths
}

// movesTo makes room at a list's new address and lets the former one lead
// there. was is "" for a new list.
func (s *Service) movesTo(ctx context.Context, tx *db.Tx, site settings.Site, kind string, ref int64, was, word string) error {
	if was == word {
		return nil
	}
	key := urlpath.Key("/" + bases(site, kind)[0] + "/" + word)
	if err := makeRoom(ctx, tx, kind, ref, key); err != nil {
		return err
	}
	if was == "" {
		return nil
	}
	for _, path := range listPaths(site, kind, was) {
		if urlpath.Key(path) == key {
			continue // a change of case or accents' form only
		}
		if _, err := article.Redirect(ctx, tx, path, kind, ref); err != nil {
			return err
		}
		article.PurgeRedirect(tx, urlpath.Key(path))
	}
	return nil
}

// makeRoom takes the automatic redirects of others away from an address that a
// list will answer at, and refuses when more than that stands there.
func makeRoom(ctx context.Context, tx *db.Tx, kind string, ref int64, key string) error {
	at, err := article.LookUp(ctx, tx, key)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case at.Kind == kind && at.Target == ref:
		return nil
	case at.Kind == article.AddressRedirect && at.Location == "":
		return article.RemoveAddress(ctx, tx, key)
	case at.Kind == article.AddressRedirect:
		return fault.New(fault.Conflict, "the address %s leads to %s", key, at.Location).WithHint("delete that redirect first, or choose another address word")
	}
	return fault.New(fault.Conflict, "something else answers at %s already", key).WithHint("choose another address word")
}

// wordOf is the address word that was asked for, or one made from a name.
func wordOf(word, name string) (string, error) {
	made := urlpath.Slug(word)
	if made == "" {
		made = urlpath.Slug(name)
	}
	if made == "" {
		return "", fault.New(fault.Invalid, "no address word can be made from %q", name).WithHint("write one yourself, with letters and digits")
	}
	return made, nil
}

func newID() int64 { return id.New() }
