package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/event"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/postings"
	"dateline/internal/related"
	"dateline/internal/richtext"
	"dateline/internal/search"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
	"dateline/test/crash"
)

// newsroom publishes and edits articles through the product's own services,
// wired as internal/app wires them.
type newsroom struct {
	db       *db.DB
	articles *article.Service
	public   *article.Public
	search   *search.Service
	related  *related.Service
	jobs     *job.Runner
	section  int64
	fault    string
}

// The kinds of jobs that keep the search index and related stories up to date.
const (
	jobSearch  = "search.settled"
	jobRelated = "related.settled"
)

// editor is who does everything here.
var editor = account.System("crashd")

// The operations of the newsroom.
const (
	opPublish = "publish" // a new article, created and published in one transaction
	opEdit    = "edit"    // a correction to one of a few articles
	opWrite   = "write"   // a draft that the editor's autosave stores
)

// edited is how many articles take all the corrections.
const edited = 10

func openNewsroom(ctx context.Context, opt options) (*newsroom, error) {
	d, err := openDatabase(ctx, opt)
	if err != nil {
		return nil, err
	}
	now := clock.System{}
	bus := event.NewBus(now)
	n := &newsroom{db: d, fault: opt.fault, public: article.NewPublic(d, now),
		articles: article.NewService(d, now, bus, settings.NewStore(d)), search: search.NewService(d, now)}
	n.related = related.NewService(d, now, n.articles, n.search.Index())
	bus.Subscribe(article.EventSettled, jobSearch, nil)
	bus.Subscribe(article.EventSettled, jobRelated, nil)
	n.jobs = n.runner(now)
	if err := n.furnish(ctx); err != nil {
		d.Close()
		return nil, err
	}
	if opt.once == "" {
		n.jobs.Start(ctx)
	}
	return n, nil
}

// runner runs the newsroom's jobs on a clock.
func (n *newsroom) runner(c clock.Clock) *job.Runner {
	r := job.NewRunner(n.db, c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	indexes, chooses := n.search.HandleSettled, n.related.HandleSettled
	switch n.fault {
	case faultUnfound:
		indexes = idle
	case faultUnrelated:
		chooses = idle
	case faultStale:
		indexes = n.indexOnce
	case faultLeaky:
		indexes = n.leak
	}
	r.Handle(jobSearch, indexes)
	r.Handle(search.JobIndex, n.search.HandleIndex)
	r.Handle(postings.JobMerge, n.search.Index().HandleMerge, job.Lane("index", 1))
	r.Handle(jobRelated, chooses, job.Lane("related", 1))
	r.Handle(related.JobKin, n.related.HandleKin, job.Lane("related", 1))
	r.Handle(article.JobRelease, n.articles.HandleRelease)
	return r
}

// finishJobs runs all jobs to their end, also those that a killed process held
// and those that are due in a moment: on a clock that runs ahead.
func (n *newsroom) finishJobs(ctx context.Context) error {
	if err := n.jobs.Stop(ctx); err != nil {
		return err
	}
	defer n.jobs.Start(context.WithoutCancel(ctx))
	ahead := clock.NewManual(clock.System{}.Now())
	r := n.runner(ahead)
	var err error
	for range 5 { // a job that failed is due again later
		ahead.Advance(2 * time.Minute)
		if err = r.Drain(ctx); err == nil {
			return nil
		}
	}
	return err
}

// Faults planted in the newsroom's jobs.
const (
	faultUnfound   = "unfound"   // no article gets into the index
	faultUnrelated = "unrelated" // no article gets related stories
	faultStale     = "stale"     // a corrected article stays in the index as it was
	faultLeaky     = "leaky"     // what is no public article gets into the index
)

func idle(context.Context, []byte) error { return nil }

// indexOnce is the planted fault of an index that is not brought up to date.
func (n *newsroom) indexOnce(ctx context.Context, payload []byte) error {
	var s article.Settled
	if err := json.Unmarshal(payload, &s); err != nil {
		return err
	}
	if found, err := n.indexed(ctx); err != nil || found[s.Article] {
		return err
	}
	return n.search.HandleSettled(ctx, payload)
}

// leak is the planted fault of an entry of what readers do not see.
func (n *newsroom) leak(ctx context.Context, payload []byte) error {
	var s article.Settled
	if err := json.Unmarshal(payload, &s); err != nil {
		return err
	}
	if err := n.search.HandleSettled(ctx, payload); err != nil {
		return err
	}
	return n.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return n.search.Index().PutTx(ctx, tx, postings.Doc{ID: s.Article + 1<<20, At: 1, Terms: []postings.Term{{Text: "secret", Impact: 1}}})
	})
}

// furnish makes the section and the articles that corrections go to, once.
func (n *newsroom) furnish(ctx context.Context) error {
	return n.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		section, err := taxonomy.SectionByPath(ctx, tx, "world")
		if fault.Is(err, fault.NotFound) {
			section, err = taxonomy.SaveSection(ctx, tx, taxonomy.Section{Slug: "world", Name: "World"}, clock.System{}.Now())
		}
		if err != nil {
			return err
		}
		n.section = section.ID
		for i := range edited {
			if err := n.publish(ctx, tx, baseID(i), "", "Base", []byte("first")); err != nil {
				return err
			}
		}
		return nil
	})
}

func baseID(i int) int64 { return int64(i) + 1 }

func (n *newsroom) Do(ctx context.Context, op, key string, payload []byte) error {
	if n.fault == faultEarly {
		early(func() { n.do(ctx, op, key, payload) })
		return nil
	}
	return n.do(ctx, op, key, payload)
}

func (n *newsroom) do(ctx context.Context, op, key string, payload []byte) error {
	switch op {
	case opPublish:
		if n.fault == faultHalves {
			return n.publishInHalves(ctx, key, payload)
		}
		return n.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return n.publish(ctx, tx, idOf(key), key, "Report "+key, payload)
		})
	case opEdit:
		return n.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return n.edit(ctx, tx, key, payload) })
	case opWrite:
		return n.writeOn(ctx, key, payload)
	}
	return fault.New(fault.Invalid, "unknown operation %q", op)
}

// publish creates and publishes an article; a second time it does nothing.
func (n *newsroom) publish(ctx context.Context, tx *db.Tx, id int64, key, headline string, payload []byte) error {
	a, err := n.articles.CreateTx(ctx, tx, editor, n.draft(id, key, headline, payload))
	if err != nil || a.LiveVersion != 0 {
		return err
	}
	_, err = n.articles.PublishTx(ctx, tx, editor, article.PublishInput{ID: a.ID, Revision: a.Revision})
	return err
}

// publishInHalves is the planted fault of two transactions.
func (n *newsroom) publishInHalves(ctx context.Context, key string, payload []byte) error {
	a, err := n.articles.Create(ctx, editor, n.draft(idOf(key), key, "Report "+key, payload))
	if err != nil || a.LiveVersion != 0 {
		return err
	}
	time.Sleep(apart)
	_, err = n.articles.Publish(ctx, editor, article.PublishInput{ID: a.ID, Revision: a.Revision})
	return err
}

func (n *newsroom) draft(id int64, key, headline string, payload []byte) article.Draft {
	content := article.Content{Headline: headline, Sections: []int64{n.section}, Body: paragraph(payload)}
	if key != "" {
		content.Fields = map[string]string{keyField: key}
	}
	return article.Draft{ID: id, Type: article.TypeArticle, Content: content}
}

// keyField is the custom field that keeps an article's idempotency key; a
// correction keeps its own in the note.
const keyField = "crash_key"

// edit corrects one of the edited articles, chosen by the key; a second time
// it does nothing.
func (n *newsroom) edit(ctx context.Context, tx *db.Tx, key string, payload []byte) error {
	id := baseID(int(uint64(idOf(key)) % edited))
	var done int64
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM version WHERE article_id = $1 AND note = $2`, id, key).Scan(&done); err != nil || done > 0 {
		return err
	}
	a, _, err := article.NewPublic(tx, clock.System{}).Read(ctx, id)
	if err != nil {
		return err
	}
	saved, err := n.articles.SaveTx(ctx, tx, editor, article.SaveInput{ID: id, Revision: a.Revision, Content: n.draft(id, "", a.Headline, payload).Content})
	if err != nil {
		return err
	}
	_, err = n.articles.PublishTx(ctx, tx, editor, article.PublishInput{ID: id, Revision: saved.Revision, Change: article.ChangeCorrection, Note: key})
	return err
}

// writeOn begins a draft and saves its text as the editor does while somebody
// writes: a blank draft, then its text. A second time it does nothing.
func (n *newsroom) writeOn(ctx context.Context, key string, payload []byte) error {
	d := n.draft(idOf(key), key, "Draft "+key, payload)
	whole := d.Content
	d.Blank, d.Content = true, article.Content{}
	a, err := n.articles.Create(ctx, editor, d)
	if err != nil {
		return err
	}
	w, err := n.articles.Working(ctx, editor, a.ID)
	if err != nil || w.Copy.Content.Fields[keyField] == key {
		return err
	}
	_, err = n.articles.Autosave(ctx, editor, article.SaveInput{ID: a.ID, Revision: w.Article.Revision, Content: whole})
	return err
}

func (n *newsroom) Close() error {
	n.jobs.Stop(context.Background())
	return n.db.Close()
}

// idOf makes an article's id from its key, so that a repeated request names
// the same article.
func idOf(key string) int64 {
	sum := sha256.Sum256([]byte(key))
	return int64(binary.BigEndian.Uint64(sum[:8])>>1) | 1<<40
}

func paragraph(payload []byte) richtext.Doc {
	return richtext.Doc{Version: richtext.SchemaVersion, Content: []richtext.Node{
		{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: string(payload)}}}}}
}

// payloadOf is the text that paragraph was given.
func payloadOf(d richtext.Doc) []byte {
	var text strings.Builder
	richtext.Walk(d.Content, func(n *richtext.Node) bool { text.WriteString(n.Text); return true })
	return []byte(text.String())
}

var _ store = (*newsroom)(nil)

// State lists publications and corrections, and drafts as their writers see
// them; "settled" is the database once the jobs have run.
func (n *newsroom) State(ctx context.Context, view string) ([]crash.Record, error) {
	if view == crash.ViewSettled {
		return n.settled(ctx)
	}
	held, err := n.inspect(ctx)
	if err != nil {
		return nil, err
	}
	if view == "public" {
		return n.shown(ctx, held)
	}
	return held.records(), nil
}
