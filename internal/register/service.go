package register

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/media"
	"dateline/internal/settings"
	"dateline/internal/urlpath"
)

// objectName is what the audit log, surrogate keys and addresses call an entry.
const objectName = article.ScopeSubject

// Service is the one way to change the register. Safe for concurrent use.
type Service struct {
	Parts
	public *article.Public
	mu     sync.Mutex
	index  *Index // of the state seq of the database; nil before the first use
}

// Parts are what a Service is made of.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Settings *settings.Store
	Articles *article.Service
	Media    *media.Service
}

// NewService wires the service.
func NewService(p Parts) *Service {
	return &Service{Parts: p, public: article.NewPublic(p.DB, p.Clock)}
}

// Input is what a person says of an entry. Word "" makes an address word from
// the name, or keeps the one that the entry has. Revision is the one that they
// read; 0 for a new entry and for imports, which know of none.
type Input struct {
	Entry
	Word string
	// Another says that it is not the one that has its name already.
	Another bool
}

// Add adds an entry. Authors may: what they add while they write is marked until
// an editor saves it. One that has the name already is a Conflict with
// *Double as its cause, unless Another is set.
func (s *Service) Add(ctx context.Context, actor account.Actor, in Input) (e Entry, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, err = s.AddTx(ctx, tx, actor, in)
		return err
	})
	return e, err
}

// AddTx is Add inside a transaction of the caller, who may choose the id. Stories
// from before are read again when each that names the entry is about it.
func (s *Service) AddTx(ctx context.Context, tx *db.Tx, actor account.Actor, in Input) (Entry, error) {
	e, err := s.addTx(ctx, tx, actor, in)
	if err == nil && e.ByName {
		err = sweepTx(ctx, tx)
	}
	return e, err
}

// addTx is AddTx for many: the caller has the stories read again.
func (s *Service) addTx(ctx context.Context, tx *db.Tx, actor account.Actor, in Input) (Entry, error) {
	if err := actor.Require(account.Author, "add to the register"); err != nil {
		return Entry{}, err
	}
	e := in.Entry
	if e.Slug, e.Path, e.Revision = "", "", 0; e.ID == 0 {
		e.ID = id.New()
	}
	if e.Fresh = actor.Role < account.Editor; e.Fresh {
		e.Open, e.ByName, e.Picture = false, false, 0
	}
	if err := s.put(ctx, tx, Entry{}, &e, in); err != nil {
		return e, err
	}
	return e, s.record(ctx, tx, actor, "add", &e, nil)
}

// Save changes an entry. A former address leads to the present one.
func (s *Service) Save(ctx context.Context, actor account.Actor, in Input) (e Entry, err error) {
	if err := actor.Require(account.Editor, "change the register"); err != nil {
		return e, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, err = s.saveTx(ctx, tx, actor, in)
		return err
	})
	return e, err
}

func (s *Service) saveTx(ctx context.Context, tx *db.Tx, actor account.Actor, in Input) (Entry, error) {
	before, err := ByID(ctx, tx, in.ID)
	if err != nil {
		return before, err
	}
	if in.Revision != 0 && in.Revision != before.Revision {
		return before, fault.New(fault.Conflict, "%q was changed while you had it open", before.Name).WithHint("look at what it says now, and save again")
	}
	e := in.Entry
	e.Slug, e.Path, e.Fresh = before.Slug, before.Path, false
	if err := s.put(ctx, tx, before, &e, in); err != nil {
		return e, err
	}
	if e.ByName != before.ByName || e.ByName && !slices.Equal(e.Names(), before.Names()) {
		if err := sweepTx(ctx, tx); err != nil {
			return e, err
		}
	}
	return e, s.record(ctx, tx, actor, "change", &e, nil)
}

func (s *Service) record(ctx context.Context, tx *db.Tx, actor account.Actor, verb string, e *Entry, more map[string]any) error {
	detail := map[string]any{"name": e.Name, "kind": string(e.Kind)}
	for key, value := range more {
		detail[key] = value
	}
	return audit.Record(ctx, tx, s.Clock.Now(), actor.Name, verb, objectName, e.ID, detail)
}

// put checks an entry and writes it with its address and picture.
func (s *Service) put(ctx context.Context, tx *db.Tx, before Entry, e *Entry, in Input) error {
	if err := e.clean(); err != nil {
		return err
	}
	if err := s.refuseDouble(ctx, tx, before, e, in.Another); err != nil {
		return err
	}
	if e.Picture != 0 && e.Picture != before.Picture {
		m, err := s.Media.Get(ctx, tx, e.Picture)
		if fault.Is(err, fault.NotFound) || err == nil && m.Kind != media.KindImage {
			return fault.New(fault.Invalid, "there is no picture %d in the library", e.Picture).WithHint("take the number from the picture's page in Media")
		}
		if err != nil {
			return err
		}
		if err := s.Media.Public(ctx, tx, []int64{e.Picture}); err != nil {
			return err
		}
	}
	if err := s.place(ctx, tx, before, e, in.Word); err != nil {
		return err
	}
	if before.ID != 0 && before.Kind != e.Kind {
		purge(tx, &before)
	}
	return write(ctx, tx, e, s.Clock.Now())
}

// Double is the cause of a Conflict when an entry's name or item of Wikidata is
// another's already.
type Double struct {
	Entry Entry
}

func (d *Double) Error() string { return "it is in the register already" }

func (s *Service) refuseDouble(ctx context.Context, tx *db.Tx, before Entry, e *Entry, another bool) error {
	if e.Wikidata != "" && e.Wikidata != before.Wikidata {
		var other int64
		err := tx.QueryRow(ctx, `SELECT id FROM subject WHERE wikidata = $1 AND wikidata <> '' AND gone = 0 AND id <> $2`, e.Wikidata, e.ID).Scan(&other)
		if err == nil {
			return doubled(ctx, tx, other, fault.New(fault.Conflict, "another entry is %s of Wikidata already", e.Wikidata).WithHint("merge the two, or correct the id"))
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	if another || before.ID != 0 && before.Kind == e.Kind && nameKey(before.Name) == nameKey(e.Name) {
		return nil
	}
	found, err := same(ctx, tx, e.ID, []string{nameKey(e.Name)})
	for _, other := range found {
		if other.Kind == e.Kind {
			return doubles(other, fault.New(fault.Conflict, "%q is in the register already", other.Name).
				WithHint("use that entry, or say that this is another one of the same name"))
		}
	}
	return err
}

func doubled(ctx context.Context, q db.Querier, id int64, problem *fault.Error) error {
	other, err := ByID(ctx, q, id)
	if err != nil {
		return err
	}
	return doubles(other, problem)
}

func doubles(other Entry, problem *fault.Error) error {
	problem.Err = &Double{Entry: other}
	return problem
}

// place gives an entry its address: the one it has, while its kind and its
// address word stay; else a free one, to which the former one leads.
func (s *Service) place(ctx context.Context, tx *db.Tx, before Entry, e *Entry, word string) error {
	word = strings.TrimSpace(word)
	if before.ID != 0 && before.Kind == e.Kind && (word == "" || urlpath.Slug(word) == before.Slug) {
		return nil
	}
	if before.ID != 0 && word == "" {
		word = before.Slug
	}
	slug, err := slugOf(word, e.Name)
	if err != nil {
		return err
	}
	conf, err := settings.Read(ctx, tx)
	if err != nil {
		return err
	}
	if e.Path, e.Slug, err = freePath(ctx, tx, conf, e, slug); err != nil {
		return err
	}
	key := urlpath.Key(e.Path)
	if err := article.SetAddress(ctx, tx, article.Address{Key: key, Kind: article.AddressSubject, Target: e.ID}); err != nil {
		return err
	}
	if before.Path == "" || urlpath.Key(before.Path) == key {
		return nil
	}
	former := urlpath.Key(before.Path)
	return article.SetAddress(ctx, tx, article.Address{Key: former, Kind: article.AddressRedirect, Target: e.ID, Of: article.AddressSubject})
}

// freePath returns the address of the first of slug, slug-2 … that nothing else
// answers at.
func freePath(ctx context.Context, q db.Querier, conf settings.Site, e *Entry, slug string) (path, free string, err error) {
	for n := 1; n <= 1000; n++ {
		if free = slug; n > 1 {
			free += "-" + strconv.Itoa(n)
		}
		path = "/" + baseOn(conf, e.Kind) + "/" + free + "/"
		at, err := article.LookUp(ctx, q, urlpath.Key(path))
		if fault.Is(err, fault.NotFound) || err == nil && at.Target == e.ID && at.Location == "" {
			return path, free, nil
		}
		if err != nil {
			return "", "", err
		}
	}
	return "", "", fault.New(fault.Conflict, "the address word %q is taken a thousand times: choose another", slug)
}

// IndexPath is the address of the list of all entries of a kind on a site.
func IndexPath(conf settings.Site, k Kind) string { return "/" + baseOn(conf, k) + "/" }

// baseOn is the word before a kind's addresses on a site whose sections, tags or
// authors may stand below the usual one.
func baseOn(conf settings.Site, k Kind) string {
	taken := []string{conf.SectionBase, conf.TagBase, conf.AuthorBase}
	for _, b := range conf.FormerBases {
		taken = append(taken, b.Word)
	}
	word := k.Base()
	for slices.ContainsFunc(taken, func(t string) bool { return urlpath.Key("/"+t) == "/"+word }) {
		word = "register-" + word
	}
	return word
}
