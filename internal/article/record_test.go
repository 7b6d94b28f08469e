package article_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/job"
)

// publishText publishes an article or the next version of one.
func (k *desk) publishText(a article.Article, headline string, in article.PublishInput) article.Article {
	k.t.Helper()
	var err error
	if a.ID == 0 {
		a, err = k.service.Create(k.t.Context(), editor, article.Draft{Type: article.TypeArticle, Content: k.content(headline)})
	} else {
		a, err = k.service.Save(k.t.Context(), editor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: k.content(headline)})
	}
	if err != nil {
		k.t.Fatal(err)
	}
	in.ID, in.Revision = a.ID, a.Revision
	a, err = k.service.Publish(k.t.Context(), editor, in)
	if err != nil {
		k.t.Fatal(err)
	}
	return a
}

// record writes the public versions of an article as "number change headline".
func (k *desk) record(articleID int64) string {
	k.t.Helper()
	all, err := k.public.Versions(k.t.Context(), articleID)
	if err != nil {
		return string(fault.CodeOf(err))
	}
	var out []string
	for _, e := range all {
		line := fmt.Sprintf("%d %s", e.Number, e.Change)
		_, content, err := k.public.VersionAt(k.t.Context(), articleID, e.Number)
		if err != nil {
			line += " " + string(fault.CodeOf(err))
		} else {
			line += " " + content.Headline
		}
		out = append(out, line)
	}
	return strings.Join(out, ", ")
}

func wantRecordOf(t *testing.T, k *desk, articleID int64, want string) {
	t.Helper()
	if got := k.record(articleID); got != want {
		t.Errorf("on record: %s\nwant: %s", got, want)
	}
}

func TestVersions_AreThoseThatReadersSaw(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		a := k.publishText(article.Article{}, "One", article.PublishInput{})
		k.clock.Advance(time.Hour)
		for _, headline := range []string{"Working", "Still working"} {
			var err error
			if a, err = k.service.Save(t.Context(), editor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: k.content(headline)}); err != nil {
				t.Fatal(err)
			}
		}
		wantRecordOf(t, k, a.ID, "1 original One")
		a = k.publishText(a, "Two", article.PublishInput{})
		k.clock.Advance(time.Hour)
		a = k.publishText(a, "Three", article.PublishInput{Change: article.ChangeCorrection, Note: "Not two."})
		wantRecordOf(t, k, a.ID, "1 original One, 2 update Two, 3 correction Three")
		for at, want := range map[time.Duration]string{0: "One", 30 * time.Minute: "One", time.Hour: "Two", 119 * time.Minute: "Two", 48 * time.Hour: "Three"} {
			e, content, err := k.public.LiveAt(t.Context(), a.ID, midnight.Add(at))
			if err != nil || content.Headline != want {
				t.Errorf("after %s readers saw %q (%d), %v; want %q", at, content.Headline, e.Number, err, want)
			}
		}
		if _, _, err := k.public.LiveAt(t.Context(), a.ID, midnight.Add(-time.Second)); !fault.Is(err, fault.NotFound) {
			t.Errorf("before it was published: %v", err)
		}
		if _, _, err := k.public.VersionAt(t.Context(), a.ID, 4); !fault.Is(err, fault.NotFound) {
			t.Errorf("a version that never was: %v", err)
		}
		if _, err := k.service.Withdraw(t.Context(), editor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "It was wrong."}); err != nil {
			t.Fatal(err)
		}
		if _, err := k.public.Versions(t.Context(), a.ID); !fault.Is(err, fault.Gone) || !strings.Contains(err.Error(), "It was wrong.") {
			t.Errorf("of a withdrawn article: %v", err)
		}
	})
}

func TestVersions_LeaveOutWhatWasHidden(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		draft, err := k.service.Create(t.Context(), editor, article.Draft{Type: article.TypeArticle, Content: k.content("Draft")})
		if err != nil {
			t.Fatal(err)
		}
		wantRecordOf(t, k, draft.ID, "not_found")

		until := k.clock.Now().Add(2 * time.Hour)
		embargoed := k.publishText(article.Article{}, "Under embargo", article.PublishInput{EmbargoUntil: until})
		wantRecordOf(t, k, embargoed.ID, "not_found")
		k.clock.Advance(time.Hour)
		k.publishText(embargoed, "Put right in time", article.PublishInput{EmbargoUntil: until})
		k.clock.Advance(time.Hour)
		wantRecordOf(t, k, embargoed.ID, "1 update Put right in time") // before the job has run
		jobs := job.NewRunner(d, k.clock, slog.New(slog.DiscardHandler))
		jobs.Handle(article.JobRelease, k.service.HandleRelease)
		if err := jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantRecordOf(t, k, embargoed.ID, "1 update Put right in time")
		if _, _, err := k.public.LiveAt(t.Context(), embargoed.ID, until.Add(-time.Minute)); !fault.Is(err, fault.NotFound) {
			t.Errorf("during its embargo: %v", err)
		}

		private := k.publishText(article.Article{}, "Private", article.PublishInput{Access: article.AccessPrivate})
		wantRecordOf(t, k, private.ID, "not_found")
		private = k.publishText(private, "Open", article.PublishInput{Access: article.AccessOpen})
		wantRecordOf(t, k, private.ID, "1 update Open")

		guarded := k.publishText(article.Article{}, "Guarded", article.PublishInput{Access: article.AccessPassword, PasswordHash: "x"})
		wantRecordOf(t, k, guarded.ID, "not_found")
		guarded = k.publishText(guarded, "Open to all", article.PublishInput{Access: article.AccessOpen})
		wantRecordOf(t, k, guarded.ID, "1 update Open to all")

		taken := k.publishText(article.Article{}, "A name that should not be there", article.PublishInput{})
		if taken, err = k.service.Retract(t.Context(), editor, taken.ID, taken.Revision); err != nil {
			t.Fatal(err)
		}
		wantRecordOf(t, k, taken.ID, "not_found")
		taken = k.publishText(taken, "Without it", article.PublishInput{})
		wantRecordOf(t, k, taken.ID, "1 update Without it")
	})
}

func TestVersions_SealWhatALegalNoteReplaced(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		a := k.publishText(article.Article{}, "One", article.PublishInput{})
		k.clock.Advance(time.Hour)
		a = k.publishText(a, "Two", article.PublishInput{Change: article.ChangeCorrection, Note: "Not one.",
			Corrections: []article.Correction{{Passage: "where", Wrong: "One", Right: "Two"}}})
		k.clock.Advance(time.Hour)
		a = k.publishText(a, "Three", article.PublishInput{Change: article.ChangeLegal, Note: "A court forbade a sentence.",
			Corrections: []article.Correction{{Passage: "there", Wrong: "Two", Right: "Three"}}})
		wantRecordOf(t, k, a.ID, "1 original gone, 2 correction gone, 3 legal Three")
		k.clock.Advance(time.Hour)
		a = k.publishText(a, "Four", article.PublishInput{Change: article.ChangeClarification, Note: "Clearer.",
			Corrections: []article.Correction{{Passage: "here", Wrong: "Three", Right: "Four"}}})
		wantRecordOf(t, k, a.ID, "1 original gone, 2 correction gone, 3 legal Three, 4 clarification Four")
		if _, _, err := k.public.LiveAt(t.Context(), a.ID, midnight.Add(time.Minute)); !fault.Is(err, fault.Gone) {
			t.Errorf("what a court forbade can be read by its date: %v", err)
		}
		all, err := k.public.CorrectionsOf(t.Context(), a.ID)
		if err != nil || len(all) != 3 {
			t.Fatalf("%d corrections, %v", len(all), err)
		}
		for i, want := range []string{"clarification Clearer. here Three Four", "legal A court forbade a sentence.", "correction Not one."} {
			c := all[i]
			if got := strings.TrimSpace(strings.Join([]string{string(c.Kind), c.Note, c.Passage, c.Wrong, c.Right}, " ")); got != want {
				t.Errorf("correction %d: %q, want %q", i, got, want)
			}
		}
	})
}

func TestVersions_OfWhatWasImported(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		then := time.Date(2015, 5, 4, 10, 0, 0, 0, time.UTC)
		put := article.Put{ID: id.New(), Type: article.TypeArticle, Status: article.StatusPublished, Access: article.AccessOpen, Slug: "old",
			Created: then, Published: then, Updated: then, Content: k.content("Old")}
		importer := account.Actor{Name: "import", Role: account.Administrator}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := k.service.PutTx(ctx, tx, importer, put)
			return err
		})
		wantRecordOf(t, k, put.ID, "1 original Old")
		if _, content, err := k.public.LiveAt(t.Context(), put.ID, then.Add(time.Hour)); err != nil || content.Headline != "Old" {
			t.Errorf("readers saw %q in 2015, %v", content.Headline, err)
		}
		put.Status, put.ID, put.Slug = article.StatusDraft, id.New(), "other"
		k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := k.service.PutTx(ctx, tx, importer, put)
			return err
		})
		wantRecordOf(t, k, put.ID, "not_found")
	})
}

func TestCorrections_ListsThoseOfListedArticles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		var arts []article.Article
		for i := range 5 {
			a := k.publishText(article.Article{}, fmt.Sprintf("Story %d", i), article.PublishInput{})
			k.clock.Advance(time.Minute)
			a = k.publishText(a, fmt.Sprintf("Story %d, right", i), article.PublishInput{Change: article.ChangeCorrection, Note: fmt.Sprintf("Note %d", i)})
			arts = append(arts, a)
		}
		hidden := k.publishText(article.Article{}, "Hidden", article.PublishInput{Access: article.AccessPrivate})
		k.publishText(hidden, "Hidden, right", article.PublishInput{Change: article.ChangeCorrection, Note: "Secret"})
		if _, err := k.service.Withdraw(t.Context(), editor, article.WithdrawInput{ID: arts[3].ID, Revision: arts[3].Revision, Reason: "Wrong."}); err != nil {
			t.Fatal(err)
		}
		walk := func(size int) string {
			var notes []string
			var after int64
			for {
				page, err := k.public.Corrections(t.Context(), after, size)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					return strings.Join(notes, ", ")
				}
				for _, c := range page {
					if c.Article.Headline != strings.Replace(c.Note, "Note", "Story", 1)+", right" {
						t.Errorf("%q belongs to %q", c.Note, c.Article.Headline)
					}
					notes = append(notes, c.Note)
					after = c.ID
				}
			}
		}
		for _, size := range []int{1, 2, 50} {
			if got := walk(size); got != "Note 4, Note 2, Note 1, Note 0" {
				t.Errorf("by pages of %d: %s", size, got)
			}
		}
		if _, err := k.public.Corrections(t.Context(), 12345, 5); !fault.Is(err, fault.NotFound) {
			t.Errorf("after what is not there: %v", err)
		}
		for _, no := range []int64{hidden.ID, arts[3].ID} {
			if _, err := k.public.CorrectionsOf(t.Context(), no); !fault.Is(err, fault.NotFound) {
				t.Errorf("of an article that nobody may read: %v", err)
			}
		}
	})
}

// The pages that show corrections are purged when one is added or goes; every
// page is, when the first one puts the link into its footer.
func TestCorrections_PurgeWhatShowsThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		var keys []string
		d.OnPurge(func(purged []string) { keys = append(keys, purged...) })
		purged := func(key string) bool { return slices.Contains(keys, key) }
		a := k.publishText(article.Article{}, "One", article.PublishInput{})
		b := k.publishText(article.Article{}, "Other", article.PublishInput{})
		if purged("corrections") || purged("site") {
			t.Errorf("publishing purged %v", keys)
		}
		a = k.publishText(a, "Two", article.PublishInput{Change: article.ChangeCorrection, Note: "Not one."})
		if !purged("corrections") || !purged("site") {
			t.Errorf("the first correction purged %v", keys)
		}
		keys = nil
		b = k.publishText(b, "Another", article.PublishInput{Change: article.ChangeCorrection, Note: "Not the other."})
		if !purged("corrections") || purged("site") {
			t.Errorf("the second correction purged %v", keys)
		}
		keys = nil
		a = k.publishText(a, "Three", article.PublishInput{Change: article.ChangeSilent})
		if !purged("corrections") || purged("site") { // its headline stands in the list
			t.Errorf("a silent change purged %v", keys)
		}
		keys = nil
		if _, err := k.service.Withdraw(t.Context(), editor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "Wrong."}); err != nil {
			t.Fatal(err)
		}
		if !purged("corrections") || purged("site") {
			t.Errorf("a withdrawal purged %v", keys)
		}
		keys = nil
		if _, err := k.service.Retract(t.Context(), editor, b.ID, b.Revision); err != nil {
			t.Fatal(err)
		}
		if !purged("corrections") || !purged("site") {
			t.Errorf("the end of the last correction purged %v", keys)
		}
	})
}
