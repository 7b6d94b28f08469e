// Package search finds listed articles by their words.
//
// A question is read by Parse, which never fails; what it asks for is put to
// the inverted index of internal/postings, which ranks. Texts and questions
// are cut by internal/words, so that both engines find the same. What is found
// passes article.Visible once more before it is shown, whatever the index
// still has; suggestions too, since a word can give an article away.
//
// An article is indexed by a job after the change that readers may notice;
// publishing waits for nothing. When shared accounts change, another job walks
// the articles that show them. Rebuild makes the whole index anew, beside
// the one that answers.
//
// Terms of a document: words as written, folded; stems after StemTerm's mark;
// words of bylines and of speakers after marks of their own. Columns:
// ColumnSection and its kin.
//
// Tables: search_language, search_state; the index has its own.
package search

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"

	"dateline/internal/article"
	"dateline/internal/claim"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/postings"
	"dateline/internal/richtext"
	"dateline/internal/settings"
)

// JobIndex brings the index up to date for the articles of its payload, a JSON
// array of ids.
const JobIndex = "search.index"

// Columns of the index.
const (
	ColumnSection uint8 = iota // sections of an article and all above them
	ColumnAuthor               // profiles of its bylines
	ColumnYear                 // year of publication in the site's time zone
	ColumnTag
)

// Service indexes and finds. Safe for concurrent use.
type Service struct {
	db       *db.DB
	public   *article.Public
	clock    clock.Clock
	settings *settings.Store
	index    *postings.Index
	readers  sync.Pool // of *reader, which remember stems
	turns    *semaphore.Weighted
	spoken   atomic.Pointer[languages] // as last read
}

// turnsACore is how many questions are answered at once for each core. The
// others wait in the order in which they came: without that, some of many at
// once would take several times as long as the rest.
const turnsACore = 2

// NewService finds in d by an index in it.
func NewService(d *db.DB, c clock.Clock) *Service {
	s := &Service{db: d, public: article.NewPublic(d, c), clock: c, settings: settings.NewStore(d), index: postings.New(d, c),
		turns: semaphore.NewWeighted(int64(turnsACore * job.Cores()))}
	s.spoken.Store(new(languages))
	return s
}

// Index is the inverted index that the service keeps.
func (s *Service) Index() *postings.Index { return s.index }

// EnqueueTx asks for the articles to be indexed after the transaction.
func EnqueueTx(ctx context.Context, tx *db.Tx, ids ...int64) error {
	return job.EnqueueRows(ctx, tx, JobIndex, ids)
}

// HandleIndex carries out JobIndex. Doing it twice changes nothing.
func (s *Service) HandleIndex(ctx context.Context, payload []byte) error {
	var ids []int64
	if err := json.Unmarshal(payload, &ids); err != nil {
		return err
	}
	return s.put(ctx, ids...)
}

// HandleSettled carries out the job of article.EventSettled.
func (s *Service) HandleSettled(ctx context.Context, payload []byte) error {
	var p article.Settled
	if err := json.Unmarshal(payload, &p); err != nil {
		return err
	}
	return s.put(ctx, p.Article)
}

// put indexes articles as they are now: documents of listed ones, nothing of
// all others.
func (s *Service) put(ctx context.Context, ids ...int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.putTx(ctx, tx, ids...) })
}

func (s *Service) putTx(ctx context.Context, tx *db.Tx, ids ...int64) error {
	conf, err := settings.Read(ctx, tx)
	if err != nil {
		return err
	}
	x := newIndexer(tx, s.clock, conf)
	var docs []postings.Doc
	var gone []int64
	for _, id := range ids {
		doc, listed, err := x.document(ctx, id)
		if err != nil {
			return err
		}
		if listed {
			docs = append(docs, doc)
		} else {
			gone = append(gone, id)
		}
	}
	if err := x.keepLanguages(ctx, tx); err != nil {
		return err
	}
	if err := s.index.RemoveTx(ctx, tx, gone...); err != nil {
		return err
	}
	return s.index.PutTx(ctx, tx, docs...)
}

// shownText is the text of an article as readers have it: shared accounts stand
// in it with their present words.
func shownText(ctx context.Context, q db.Querier, body richtext.Doc) (richtext.Doc, error) {
	ids := richtext.RecordIDs(body)
	if len(ids) == 0 {
		return body, nil
	}
	records, err := claim.ByIDs(ctx, q, ids)
	if err != nil {
		return body, err
	}
	return richtext.WithAccounts(body, func(id int64) (richtext.Accounts, bool) {
		r, ok := records[id]
		return r.Accounts, ok
	}), nil
}

// texts are the words of the bodies of articles as readers have them, by id.
func (s *Service) texts(ctx context.Context, of map[int64]article.Article) (map[int64]string, error) {
	return s.public.Texts(ctx, of, s.whole(ctx))
}

// whole is shownText of the bodies of one answer.
func (s *Service) whole(ctx context.Context) func(richtext.Doc) (richtext.Doc, error) {
	return func(body richtext.Doc) (richtext.Doc, error) { return shownText(ctx, s.db, body) }
}

// listed reads an article that readers may find; ok is false for all others.
func listed(ctx context.Context, public *article.Public, id int64) (a article.Article, ok bool, err error) {
	a, vis, err := public.Read(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && vis != article.Listed {
		return a, false, nil
	}
	return a, err == nil, err
}
