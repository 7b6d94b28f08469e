// Package related chooses the stories that go with a story ("Check Also").
//
// A story is cut down to its weightiest stems (Gist); the index of the search
// finds who shares most of them, weighed by their rarity; what the newsroom
// says of both (storyline, tags, section) and how new a story is count too. Of
// the best some are chosen that do not all share the same, and never another
// telling of the same story, known by its Sketch.
//
// It happens in jobs: of the article when readers may notice a change of it,
// and then of those it goes with best, since it may be better for them than
// what they have; when an article is withdrawn, of those that offered it. An
// editor may pin stories, which come first, and forbid others (Decide). What
// was chosen stands in article.related, where pages read it; they ask
// article.Visible once more.
//
// Tables: related_mark, related_story, related_choice, related_walk.
package related

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/postings"
	"dateline/internal/richtext"
	"dateline/internal/search"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
	"dateline/internal/words"
)

const (
	kept   = 4   // stories chosen for an article: spares for when one is withdrawn
	pushed = 6   // stories that look again when a new one goes with them
	fallen = 500 // stories that look again when one they offered is gone
	// A new story is in the index a moment after its own job.
	indexed = 5 * time.Second
)

// JobKin chooses again for one article; its payload is its number.
const JobKin = "related.kin"

// Service chooses and keeps. Safe for concurrent use.
type Service struct {
	db       *db.DB
	clock    clock.Clock
	settings *settings.Store
	articles *article.Service
	finder   Finder
}

// NewService chooses by the index of the search.
func NewService(d *db.DB, c clock.Clock, articles *article.Service, index *postings.Index) *Service {
	return &Service{db: d, clock: c, settings: settings.NewStore(d), articles: articles, finder: Finder{Index: index, Stem: search.StemTerm}}
}

// HandleSettled carries out the job of article.EventSettled.
func (s *Service) HandleSettled(ctx context.Context, payload []byte) error {
	var p article.Settled
	if err := json.Unmarshal(payload, &p); err != nil {
		return err
	}
	return s.refresh(ctx, p.Article, true)
}

// HandleKin carries out JobKin. Doing it twice changes nothing.
func (s *Service) HandleKin(ctx context.Context, payload []byte) error {
	var id int64
	if err := json.Unmarshal(payload, &id); err != nil {
		return err
	}
	return s.refresh(ctx, id, false)
}

// subject is an article as its kin are looked for.
type subject struct {
	article article.Article
	gist    Gist
	traits  Traits
}

// refresh chooses for one article. With push, those it goes with look again,
// and so does it: of two stories that come out in one moment, neither may be in
// the index when the other looks.
func (s *Service) refresh(ctx context.Context, id int64, push bool) error {
	r, err := s.reader(ctx)
	if err != nil {
		return err
	}
	sub, listed, err := r.subject(ctx, id)
	if err != nil {
		return err
	}
	if !listed {
		return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.forget(ctx, tx, id) })
	}
	kin, near, err := r.kin(ctx, sub)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.keep(ctx, tx, sub, kin); err != nil || !push {
			return err
		}
		for _, other := range append(near, id) {
			if err := s.again(ctx, tx, other); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) again(ctx context.Context, tx *db.Tx, id int64) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobKin, Key: strconv.FormatInt(id, 10), Payload: id, RunAt: s.clock.Now().Add(indexed)})
}

// keep writes what was chosen, unless the article has changed meanwhile: then
// another job is on its way.
func (s *Service) keep(ctx context.Context, tx *db.Tx, sub subject, kin []Kin) error {
	now, vis, err := article.NewPublic(tx, s.clock).Read(ctx, sub.article.ID)
	if fault.Is(err, fault.NotFound) || err == nil && (vis != article.Listed || now.LiveVersion != sub.article.LiveVersion) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := putMark(ctx, tx, sub.article.ID, sub.traits); err != nil {
		return err
	}
	made, err := choicesOf(ctx, tx, sub.article.ID)
	if err != nil {
		return err
	}
	return offer(ctx, tx, sub.article.ID, made, kin)
}

// offer writes what an article offers: the pinned ones, then of the chosen
// ones those that no editor has decided about.
func offer(ctx context.Context, tx *db.Tx, id int64, made choices, kin []Kin) error {
	kin = slices.DeleteFunc(slices.Clone(kin), func(k Kin) bool { return slices.Contains(made.all(), k.ID) })
	kin = kin[:min(len(kin), kept)]
	if err := putKin(ctx, tx, id, kin); err != nil {
		return err
	}
	ids := slices.Clone(made.pins)
	for _, k := range kin {
		ids = append(ids, k.ID)
	}
	return article.SetRelatedTx(ctx, tx, id, ids)
}

// forget drops an article that readers must not be offered any more; those
// that offered it look again.
func (s *Service) forget(ctx context.Context, tx *db.Tx, id int64) error {
	if err := dropMark(ctx, tx, id); err != nil {
		return err
	}
	if err := putKin(ctx, tx, id, nil); err != nil {
		return err
	}
	if err := article.SetRelatedTx(ctx, tx, id, nil); err != nil {
		return err
	}
	offered, err := offering(ctx, tx, id, fallen)
	if err != nil {
		return err
	}
	for _, other := range offered {
		if err := s.again(ctx, tx, other); err != nil {
			return err
		}
	}
	return nil
}

// reader reads articles for one piece of work. It remembers names and stems
// and must not be used by several goroutines at once.
type reader struct {
	s         *Service
	public    *article.Public
	locale    string
	analyzers map[string]*words.Analyzer
	tags      map[int64]string
}

func (s *Service) reader(ctx context.Context) (*reader, error) {
	site, err := s.settings.Site(ctx)
	return &reader{s: s, public: article.NewPublic(s.db, s.clock), locale: site.Locale,
		analyzers: map[string]*words.Analyzer{}, tags: map[int64]string{}}, err
}

// live reads an article as readers see it; listed is false for one that they
// may not find, and for pages, which go with nothing.
func (r *reader) live(ctx context.Context, id int64) (a article.Article, c article.Content, listed bool, err error) {
	a, vis, err := r.public.Read(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && (vis != article.Listed || a.Type != article.TypeArticle) {
		return a, c, false, nil
	}
	if err != nil {
		return a, c, false, err
	}
	v, err := r.public.Live(ctx, &a)
	return a, v.Content, err == nil, err
}

// subject reads an article that is listed.
func (r *reader) subject(ctx context.Context, id int64) (sub subject, listed bool, err error) {
	a, c, listed, err := r.live(ctx, id)
	if err != nil || !listed {
		return sub, false, err
	}
	sub, err = r.of(ctx, a, &c)
	return sub, err == nil, err
}

// of cuts an article down to what its kin are looked for by.
func (r *reader) of(ctx context.Context, a article.Article, c *article.Content) (subject, error) {
	text := Text{Headline: c.Headline, Standfirst: c.Standfirst, Body: richtext.Text(c.Body)}
	if c.Storyline != "" {
		text.Labels = append(text.Labels, c.Storyline)
	}
	for _, tag := range c.Tags {
		name, err := r.tag(ctx, tag)
		if err != nil {
			return subject{}, err
		}
		text.Labels = append(text.Labels, name)
	}
	gist := GistOf(r.analyzer(c.Language), text)
	return subject{article: a, gist: gist, traits: traitsOf(&a, c, gist.Sketch)}, nil
}

func traitsOf(a *article.Article, c *article.Content, sketch Sketch) Traits {
	t := Traits{Section: a.SectionID, Storyline: c.Storyline, Tags: c.Tags, Sketch: sketch}
	if len(c.Sections) > 0 {
		t.Section = c.Sections[0]
	}
	return t
}

func (r *reader) tag(ctx context.Context, id int64) (string, error) {
	if name, ok := r.tags[id]; ok {
		return name, nil
	}
	t, err := taxonomy.TagByID(ctx, r.s.db, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	r.tags[id] = t.Name
	return t.Name, nil
}

func (r *reader) analyzer(tag string) *words.Analyzer {
	if tag == "" {
		tag = r.locale
	}
	base := words.Base(tag)
	if r.analyzers[base] == nil {
		r.analyzers[base] = words.New(base)
	}
	return r.analyzers[base]
}

// kin looks for the stories that go with an article, and those that it may be
// new to.
func (r *reader) kin(ctx context.Context, sub subject) (kin []Kin, near []int64, err error) {
	made, err := choicesOf(ctx, r.s.db, sub.article.ID)
	if err != nil {
		return nil, nil, err
	}
	ask := Ask{Self: sub.article.ID, Gist: sub.gist, Traits: sub.traits, Without: made.all(), Now: db.Micros(r.s.clock.Now()), Limit: pushed}
	for _, pin := range made.pins {
		t, listed, err := r.traits(ctx, pin)
		if err != nil {
			return nil, nil, err
		}
		if listed {
			ask.Beside = append(ask.Beside, t.Sketch)
		}
	}
	return r.found(ctx, ask)
}

// found are the kin that readers may find; what the index still has may be
// withdrawn already.
func (r *reader) found(ctx context.Context, ask Ask) (kin []Kin, near []int64, err error) {
	kin, near, err = r.s.finder.Kin(ctx, ask, r.traits)
	if err != nil {
		return nil, nil, err
	}
	kin = slices.DeleteFunc(kin, func(k Kin) bool {
		listed, e := r.listed(ctx, k.ID)
		if e != nil {
			err = e
		}
		return !listed
	})
	return kin, near, err
}

// listed tells whether readers may find an article.
func (r *reader) listed(ctx context.Context, id int64) (bool, error) {
	a, vis, err := r.public.Read(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && vis == article.Listed && a.Type == article.TypeArticle, err
}

// traits are those of a candidate: as kept, or read from the article when it
// has not had its turn yet.
func (r *reader) traits(ctx context.Context, id int64) (Traits, bool, error) {
	t, err := markOf(ctx, r.s.db, id)
	if !fault.Is(err, fault.NotFound) {
		return t, err == nil, err
	}
	return r.readTraits(ctx, id)
}

// readTraits reads them from the article, if it is listed. They need no stems,
// which are most of the work of a subject.
func (r *reader) readTraits(ctx context.Context, id int64) (t Traits, listed bool, err error) {
	a, c, listed, err := r.live(ctx, id)
	if err != nil || !listed {
		return t, false, err
	}
	return traitsOf(&a, &c, sketchOf(words.Written(richtext.Text(c.Body)))), true, nil
}

// Like returns the public stories that go best with a text that is being
// written, the best first, with what both are about. What editors decided about
// the stories beside it does not count.
func (s *Service) Like(ctx context.Context, a *article.Article, c *article.Content, limit int) ([]Kin, error) {
	r, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	sub, err := r.of(ctx, *a, c)
	if err != nil {
		return nil, err
	}
	kin, _, err := r.found(ctx, Ask{Self: a.ID, Gist: sub.gist, Traits: sub.traits, Now: db.Micros(s.clock.Now()), Limit: limit})
	return kin, err
}
