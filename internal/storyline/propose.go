package storyline

import (
	"cmp"
	"context"
	"math"
	"slices"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// Proposal is a storyline that a text seems to belong to.
type Proposal struct {
	Ref    int64
	Name   string   // what the article's storyline becomes when somebody accepts it
	Shares []string // names and words that its articles share with the text
	Latest string   // headline of the article that goes best with it

	Weight  float64 // part of what all alike stories weigh, and what key subjects add
	Stories int     // of it among them
}

const (
	alike      = 10   // public stories that are compared
	enough     = 0.52 // part of what they weigh that a storyline must have, in a small archive
	enoughLed  = 0.46 // likewise in a larger one, where its stories must lead, too
	few        = 30   // public stories up to which scores say little
	leastScore = 3.8  // that its best story must have in a larger archive, for each unit of scale
	forSubject = 0.12 // what a key person or place that the text names adds, for up to three
	mostShares = 3
)

// candidate is a storyline that may be proposed.
type candidate struct {
	Proposal
	best  float64 // score of the story of it that goes best with the text
	leads bool    // no story goes better with the text than one of it
}

// Propose returns the storyline that a text which is being written seems to
// belong to; ok is false when it has one, or none fits. It weighs the public
// stories that go best with the text by the storyline that they tell, and the key
// people and places that the text names. Nothing is changed.
func (s *Service) Propose(ctx context.Context, a *article.Article, c *article.Content) (p Proposal, ok bool, err error) {
	if c.Storyline != "" || a.Type != article.TypeArticle || s.Related == nil {
		return p, false, nil
	}
	all, err := s.candidates(ctx, a, c)
	if err != nil || len(all) == 0 {
		return p, false, err
	}
	stories, err := s.public.Count(ctx, article.ScopeSite, 0)
	if err != nil || !all[0].fits(stories) {
		return p, false, err
	}
	return all[0].Proposal, true, nil
}

// fits tells whether a storyline is worth proposing in an archive of so many
// stories. Many stories that go a little with a text make no storyline of it:
// one must go with it well, and none better.
func (c *candidate) fits(stories int64) bool {
	limit := enough
	if stories > few {
		if !c.leads || c.best < leastScore*scale(stories) {
			return false
		}
		limit = enoughLed
	}
	return c.Weight >= limit && (c.Stories >= 2 || c.Weight >= 1.3*enough)
}

// scale is how scores of related stories grow with the archive: as words become
// rarer in it.
func scale(stories int64) float64 { return math.Pow(math.Log(float64(1+stories)), 0.4) }

// candidates are the storylines of the stories that go best with a text, the
// likeliest first, without those that were dismissed or have ended.
func (s *Service) candidates(ctx context.Context, a *article.Article, c *article.Content) ([]candidate, error) {
	kin, err := s.Related.Like(ctx, a, c, alike)
	if err != nil {
		return nil, err
	}
	var all []candidate
	total := 0.0
	for i, k := range kin {
		total += k.Score
		ref, err := article.StorylineListing(ctx, s.DB, k.ID)
		if err != nil {
			return nil, err
		}
		if ref == 0 {
			continue
		}
		at := slices.IndexFunc(all, func(one candidate) bool { return one.Ref == ref })
		if at < 0 {
			one, err := s.candidate(ctx, a.ID, ref, k.ID)
			if err != nil {
				return nil, err
			}
			at = len(all)
			all = append(all, one)
		}
		one := &all[at]
		one.Weight += k.Score
		one.best = max(one.best, k.Score)
		one.leads = one.leads || i == 0
		one.Stories++
		for _, share := range k.Shares {
			if len(one.Shares) < mostShares && !slices.Contains(one.Shares, share) {
				one.Shares = append(one.Shares, share)
			}
		}
	}
	all = slices.DeleteFunc(all, func(one candidate) bool { return one.Name == "" })
	return all, s.weigh(ctx, all, total, c)
}

// candidate reads the name of a storyline by one of its articles; it has none
// when it is not to be proposed.
func (s *Service) candidate(ctx context.Context, articleID, ref, told int64) (one candidate, err error) {
	one.Ref = ref
	var n int
	if err := s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM storyline_dismissed WHERE article_id = $1 AND ref = $2`, articleID, ref).Scan(&n); err != nil || n > 0 {
		return one, err
	}
	other, vis, err := s.public.Read(ctx, told)
	if fault.Is(err, fault.NotFound) || err == nil && vis != article.Listed {
		return one, nil
	}
	if err != nil {
		return one, err
	}
	line, err := ByID(ctx, s.DB, ref)
	switch {
	case fault.Is(err, fault.NotFound):
		v, err := s.public.Live(ctx, &other)
		one.Name, one.Latest = v.Content.Storyline, other.Headline
		return one, err
	case err == nil && !line.Closed:
		one.Name, one.Latest = line.Headline, other.Headline
	}
	return one, err
}

// weigh makes the weights parts of the whole, adds what key people and places
// are worth, and puts the likeliest storyline first.
func (s *Service) weigh(ctx context.Context, all []candidate, total float64, c *article.Content) error {
	for i := range all {
		one := &all[i]
		one.Weight /= total
		line, err := ByID(ctx, s.DB, one.Ref)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		shared := 0
		for _, subject := range c.Subjects {
			if slices.Contains(line.Subjects, subject.ID) {
				shared++
			}
		}
		one.Weight += forSubject * float64(min(shared, 3))
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.Weight, a.Weight) })
	return nil
}

// Dismiss remembers that an article does not belong to a storyline: it is not
// proposed for it again.
func (s *Service) Dismiss(ctx context.Context, actor account.Actor, articleID, ref int64) error {
	w, err := s.Articles.Working(ctx, actor, articleID)
	if err != nil {
		return err
	}
	if !article.MayEdit(actor, &w.Article) {
		return fault.New(fault.Denied, "you may not change this article")
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO storyline_dismissed (article_id, ref) VALUES ($1, $2) ON CONFLICT DO NOTHING`, articleID, ref)
		return err
	})
}
