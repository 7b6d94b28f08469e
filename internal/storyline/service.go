package storyline

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/register"
	"dateline/internal/related"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
)

// objectName is what the audit log, surrogate keys and addresses call a
// storyline.
const objectName = article.ScopeStoryline

// Service is the one way to change storylines. Safe for concurrent use.
type Service struct {
	Parts
	public *article.Public
}

// Parts are what a Service is made of.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Settings *settings.Store
	Articles *article.Service
	Register *register.Service // for suggestions; nil for none
	Related  *related.Service  // likewise
}

// NewService wires the service.
func NewService(p Parts) *Service {
	return &Service{Parts: p, public: article.NewPublic(p.DB, p.Clock)}
}

// Input is what a person says of a storyline. Word "" makes an address word of
// the headline, or keeps the one that the storyline has. Revision is the one that
// they read.
type Input struct {
	Storyline
	Word string
}

// Taken is the cause of a Conflict when a headline is another storyline's, now
// or formerly.
type Taken struct {
	Storyline Storyline
}

func (t *Taken) Error() string { return "there is such a storyline already" }

// Add makes the record of a storyline. Articles that have its headline as their
// storyline belong to it at once. A headline that another one has or had is a
// Conflict with *Taken as its cause.
func (s *Service) Add(ctx context.Context, actor account.Actor, in Input) (line Storyline, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		line, err = s.AddTx(ctx, tx, actor, in)
		return err
	})
	return line, err
}

// AddTx is Add inside a transaction of the caller.
func (s *Service) AddTx(ctx context.Context, tx *db.Tx, actor account.Actor, in Input) (Storyline, error) {
	line := in.Storyline
	if err := actor.Require(account.Editor, "make storylines"); err != nil {
		return line, err
	}
	line.Slug, line.Path, line.Revision = "", "", 1
	if err := line.clean(); err != nil {
		return line, err
	}
	line.ID = article.StorylineRef(line.Headline)
	if err := refuseTaken(ctx, tx, line.ID, 0); err != nil {
		return line, err
	}
	if err := s.place(ctx, tx, Storyline{}, &line, in.Word); err != nil {
		return line, err
	}
	line.Updated = s.Clock.Now()
	if err := write(ctx, tx, &line); err != nil {
		return line, err
	}
	if err := keepTx(ctx, tx, &line, actor.Name); err != nil {
		return line, err
	}
	tx.Purge(db.ListKey(article.ScopeStoryline, line.ID)) // its articles now lead to its page
	return line, s.record(ctx, tx, actor, "add", &line, nil)
}

// Save changes a storyline. A former address leads to the present one; a former
// headline still means it.
func (s *Service) Save(ctx context.Context, actor account.Actor, in Input) (line Storyline, err error) {
	if err := actor.Require(account.Editor, "change storylines"); err != nil {
		return line, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		line, err = s.saveTx(ctx, tx, actor, in, map[string]any{})
		return err
	})
	return line, err
}

// saveTx is Save inside a transaction; more is what the audit log is told beside
// what changed.
func (s *Service) saveTx(ctx context.Context, tx *db.Tx, actor account.Actor, in Input, more map[string]any) (Storyline, error) {
	before, err := ByID(ctx, tx, in.ID)
	if err != nil {
		return before, err
	}
	line := in.Storyline
	if line.Revision != before.Revision {
		return before, fault.New(fault.Conflict, "“%s” was changed while you had it open", before.Headline).WithHint("look at what it says now, bring yours together with it, and save again")
	}
	if err := line.clean(); err != nil {
		return line, err
	}
	line.Slug, line.Path, line.Updated = before.Slug, before.Path, s.Clock.Now()
	line.Revision++
	if line.Headline != before.Headline {
		if err := s.rename(ctx, tx, &line); err != nil {
			return line, err
		}
	}
	if err := s.place(ctx, tx, before, &line, in.Word); err != nil {
		return line, err
	}
	if err := write(ctx, tx, &line); err != nil {
		return line, err
	}
	if err := keepTx(ctx, tx, &line, actor.Name); err != nil {
		return line, err
	}
	if line.Headline != before.Headline {
		more["was"] = before.Headline
	}
	if line.Closed != before.Closed {
		more["closed"] = line.Closed
	}
	return line, s.record(ctx, tx, actor, "change", &line, more)
}

// rename makes the new headline mean the storyline. Articles that had that name
// without there being a record of it come along.
func (s *Service) rename(ctx context.Context, tx *db.Tx, line *Storyline) error {
	ref := article.StorylineRef(line.Headline)
	if err := refuseTaken(ctx, tx, ref, line.ID); err != nil {
		return err
	}
	tx.Purge(db.ListKey(article.ScopeStoryline, line.ID)) // articles name it
	if err := article.Renamed(ctx, tx, article.ScopeStoryline, line.ID); err != nil {
		return err
	}
	present, err := article.Present(ctx, tx, article.ScopeStoryline, ref)
	if err != nil || present == line.ID {
		return err
	}
	return become(ctx, tx, ref, line.ID)
}

// refuseTaken refuses a name that stands for another storyline than own.
func refuseTaken(ctx context.Context, q db.Querier, ref, own int64) error {
	present, err := article.Present(ctx, q, article.ScopeStoryline, ref)
	if err != nil || present == own {
		return err
	}
	other, err := ByID(ctx, q, present)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	problem := fault.New(fault.Conflict, "“%s” is or was called so already", other.Headline).WithHint("use that storyline, or choose another headline")
	problem.Err = &Taken{Storyline: other}
	return problem
}

// become makes the list old part of another: from now on whoever reads the name
// of the one gets the other, and a job moves the articles.
func become(ctx context.Context, tx *db.Tx, old, to int64) error {
	if _, err := tx.Exec(ctx, `UPDATE storyline_part SET ref = $1 WHERE ref = $2`, to, old); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE storyline_moment SET ref = $1 WHERE ref = $2`, to, old); err != nil {
		return err
	}
	tx.Purge(db.ListKey(article.ScopeStoryline, old), db.ListKey(article.ScopeStoryline, to), db.Key(objectName, old), db.Key(objectName, to), "front")
	return article.DissolveTx(ctx, tx, article.Dissolve{Kind: article.ScopeStoryline, Old: old, To: to})
}

func (s *Service) record(ctx context.Context, tx *db.Tx, actor account.Actor, verb string, line *Storyline, more map[string]any) error {
	detail := map[string]any{"headline": line.Headline}
	for key, value := range more {
		detail[key] = value
	}
	return audit.Record(ctx, tx, s.Clock.Now(), actor.Name, verb, objectName, line.ID, detail)
}

// mostMerged bounds one merge.
const mostMerged = 20

// Merge makes the articles of some storylines those of another, which keeps its
// own words and takes what it lacks. Their names mean it, and their addresses
// lead to it.
func (s *Service) Merge(ctx context.Context, actor account.Actor, into int64, from []int64) error {
	if err := actor.Require(account.Editor, "merge storylines"); err != nil {
		return err
	}
	from = slices.DeleteFunc(onlyOnce(from), func(id int64) bool { return id == into })
	if len(from) == 0 || len(from) > mostMerged {
		return fault.New(fault.Invalid, "choose the storylines to merge, and another one to keep").WithHint("at most %d at once", mostMerged)
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		keep, err := ByID(ctx, tx, into)
		if err != nil {
			return err
		}
		var names []string
		for _, id := range from {
			other, err := ByID(ctx, tx, id)
			if err != nil {
				return err
			}
			names = append(names, other.Headline)
			// What it said stays, as revisions of the one that is kept.
			keep.Revision++
			said := Storyline{ID: keep.ID, Revision: keep.Revision, Headline: other.Headline, Summary: other.Summary, Updated: s.Clock.Now()}
			if err := keepTx(ctx, tx, &said, actor.Name); err != nil {
				return err
			}
			takeOver(&keep, &other)
			if err := leave(ctx, tx, &other); err != nil {
				return err
			}
			if err := become(ctx, tx, id, into); err != nil {
				return err
			}
		}
		keep.Revision++
		keep.Updated = s.Clock.Now()
		if err := keep.clean(); err != nil {
			return err
		}
		if err := write(ctx, tx, &keep); err != nil {
			return err
		}
		if err := keepTx(ctx, tx, &keep, actor.Name); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "merge", &keep, map[string]any{"merged": strings.Join(names, ", ")})
	})
}

// takeOver adds what another storyline says, as far as there is room.
func takeOver(s, other *Storyline) {
	if s.Summary == "" {
		s.Summary = other.Summary
	}
	s.Subjects = onlyOnce(append(s.Subjects, other.Subjects...))
	s.Subjects = s.Subjects[:min(len(s.Subjects), MostSubjects)]
	for _, q := range other.Questions {
		if !slices.Contains(s.Questions, q) && len(s.Questions) < MostQuestions {
			s.Questions = append(s.Questions, q)
		}
	}
	for _, c := range other.Coming {
		if !slices.Contains(s.Coming, c) && len(s.Coming) < MostComing {
			s.Coming = append(s.Coming, c)
		}
	}
	s.Closed = s.Closed && other.Closed
}

// leave removes a record. Its addresses stay.
func leave(ctx context.Context, tx *db.Tx, s *Storyline) error {
	for _, query := range []string{`DELETE FROM storyline WHERE id = $1`, `DELETE FROM storyline_revision WHERE storyline_id = $1`} {
		if _, err := tx.Exec(ctx, query, s.ID); err != nil {
			return err
		}
	}
	tx.Purge(db.Key(objectName, s.ID), IndexKey, db.ListKey(article.ScopeStoryline, s.ID))
	article.PurgeRedirect(tx, urlpath.Key(s.Path))
	return taxonomy.ForgetName(ctx, tx, objectName, s.ID)
}

// Delete removes the record of a storyline that no article tells for readers:
// its page, its addresses and its former names go, and what it says with them.
func (s *Service) Delete(ctx context.Context, actor account.Actor, id, revision int64) error {
	if err := actor.Require(account.Editor, "delete storylines"); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		line, err := ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if revision != line.Revision {
			return fault.New(fault.Conflict, "“%s” was changed while you had it open", line.Headline).WithHint("look at what it says now")
		}
		used, err := article.Used(ctx, tx, article.ScopeStoryline, id)
		if err != nil {
			return err
		}
		if used {
			return fault.New(fault.Conflict, "readers see articles of “%s”", line.Headline).WithHint("merge it into another storyline, or say that it has ended")
		}
		if _, err := tx.Exec(ctx, `DELETE FROM alias WHERE kind = 'storyline' AND new_id = $1`, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM address WHERE target_id = $1 AND (kind = 'storyline' OR kind = 'redirect' AND detail = 'storyline')`, id); err != nil {
			return err
		}
		if err := leave(ctx, tx, &line); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "delete", &line, nil)
	})
}

// place gives a storyline its address: the one it has while its address word
// stays; else a free one, to which the former one leads.
func (s *Service) place(ctx context.Context, tx *db.Tx, before Storyline, line *Storyline, word string) error {
	word = strings.TrimSpace(word)
	if before.ID != 0 && (word == "" || urlpath.Slug(word) == before.Slug) {
		return nil
	}
	slug := cmp.Or(urlpath.Slug(word), urlpath.Slug(line.Headline))
	if slug == "" {
		return fault.New(fault.Invalid, "no address word can be made from “%s”", clipped(line.Headline)).WithHint("write one yourself, with letters and digits")
	}
	conf, err := settings.Read(ctx, tx)
	if err != nil {
		return err
	}
	if line.Path, line.Slug, err = freePath(ctx, tx, conf, line.ID, slug); err != nil {
		return err
	}
	key := urlpath.Key(line.Path)
	if err := article.SetAddress(ctx, tx, article.Address{Key: key, Kind: article.AddressStoryline, Target: line.ID}); err != nil {
		return err
	}
	if before.Path == "" || urlpath.Key(before.Path) == key {
		return nil
	}
	former := urlpath.Key(before.Path)
	return article.SetAddress(ctx, tx, article.Address{Key: former, Kind: article.AddressRedirect, Target: line.ID, Of: article.AddressStoryline})
}

// freePath returns the address of the first of slug, slug-2 … that nothing else
// answers at.
func freePath(ctx context.Context, q db.Querier, conf settings.Site, id int64, slug string) (path, free string, err error) {
	for n := 1; n <= 1000; n++ {
		if free = slug; n > 1 {
			free += "-" + strconv.Itoa(n)
		}
		path = IndexPath(conf) + free + "/"
		at, err := article.LookUp(ctx, q, urlpath.Key(path))
		if fault.Is(err, fault.NotFound) || err == nil && at.Target == id && at.Location == "" {
			return path, free, nil
		}
		if err != nil {
			return "", "", err
		}
	}
	return "", "", fault.New(fault.Conflict, "the address word %q is taken a thousand times: choose another", slug)
}

// IndexPath is the address of the list of all storylines on a site, below which
// each has its page.
func IndexPath(conf settings.Site) string {
	taken := []string{conf.SectionBase, conf.TagBase, conf.AuthorBase}
	for _, b := range conf.FormerBases {
		taken = append(taken, b.Word)
	}
	word := "storyline"
	for slices.ContainsFunc(taken, func(t string) bool { return urlpath.Key("/"+t) == "/"+word }) {
		word = "continuing-" + word
	}
	return "/" + word + "/"
}
